//! Cases on the pages of staff, through the real router.

use http::StatusCode;
use linli_community::cases::Command;
use linli_kernel::Role;

use super::forms;
use crate::desk::world::{COMMITTEE, DISTRICT, STREET, World, hidden};
use crate::i18n::{I18n, Lang};
use crate::papers::letter::of_case;
use crate::shell::Page;
use crate::testing::{Answer, Visitor};

/// Opens the form of an act and sends it with what the page held.
async fn act(visitor: &mut Visitor, path: &str, fields: &[(&str, &str)]) -> Answer {
    let page = visitor.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
    let mut all = Vec::new();
    let own = ["_command", "_version"].map(|name| (name, hidden(&page.body, name)));
    all.extend(own.iter().map(|(name, value)| (*name, value.as_str())));
    all.extend_from_slice(fields);
    visitor.post(path, &all).await
}

async fn done(visitor: &mut Visitor, path: &str, fields: &[(&str, &str)]) {
    let answer = act(visitor, path, fields).await;
    assert_eq!(
        answer.status,
        StatusCode::SEE_OTHER,
        "{path}: {}",
        answer.body
    );
}

/// Take, accept, ask for a paper, get it, visit, pass on.
async fn at_the_committee(worker: &mut Visitor, number: &str) {
    let at = |act: &str| format!("/desk/cases/{number}/{act}");
    done(worker, &at("take"), &[]).await;
    done(worker, &at("accept"), &[]).await;
    let asked = [("papers", "tenancy"), ("words", "请补房屋租赁合同")];
    done(worker, &at("ask-supplement"), &asked).await;
    let paused = worker.get(&format!("/desk/cases/{number}")).await;
    assert!(paused.body.contains("补正中"));
    let brought = [("channel", "counter"), ("papers", "tenancy")];
    done(worker, &at("supplement"), &brought).await;
    let visit = [
        ("on-year", "2026"),
        ("on-month", "9"),
        ("on-day", "1"),
        ("people", "2"),
        ("words", "独居，无收入"),
    ];
    done(worker, &at("record-visit"), &visit).await;
    done(worker, &at("pass-on"), &[("words", "材料齐")]).await;
}

/// Take, check, review, post the notice: shown first with the reduced name.
async fn up_to_the_notice(officer: &mut Visitor, number: &str) {
    let at = |act: &str| format!("/desk/cases/{number}/{act}");
    let check = [
        ("check", "income"),
        ("outcome", "agrees"),
        ("words", "与申报一致"),
    ];
    done(officer, &at("take"), &[]).await;
    done(officer, &at("record-check"), &check).await;
    done(
        officer,
        &at("review"),
        &[("opinion", "grant"), ("words", "符合条件")],
    )
    .await;
    let notice = [
        ("outcome", "grant"),
        ("amount_fen", "1200"),
        ("people", "1"),
        ("place", "公告栏"),
    ];
    let preview = act(officer, &at("post-notice"), &notice).await;
    assert_eq!(preview.status, StatusCode::OK);
    assert!(
        preview.body.contains("张*国"),
        "the notice shows the reduced name"
    );
    assert!(!preview.body.contains("张建国"));
    let mut seen = notice.to_vec();
    seen.push(("_seen", "yes"));
    done(officer, &at("post-notice"), &seen).await;

    let early = officer.get(&format!("/desk/cases/{number}")).await;
    assert!(
        !early.body.contains(&at("end-notice")),
        "the notice still hangs"
    );
}

#[tokio::test]
async fn a_case_walks_from_the_committee_to_the_decision() {
    let world = World::new().await;
    let receipt = world.filed("dibao").await;
    let number = receipt.number.as_str().to_owned();
    let at = |act: &str| format!("/desk/cases/{number}/{act}");
    let mut worker = world.worker().await;

    let queue = worker.get("/desk").await;
    assert!(queue.body.contains(&number), "{}", queue.body);
    assert!(queue.body.contains("个工作日"));
    let page = worker.get(&format!("/desk/cases/{number}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);

    at_the_committee(&mut worker, &number).await;
    let mut officer = world.officer().await;
    up_to_the_notice(&mut officer, &number).await;
    world.clock.push(8);
    done(&mut officer, &at("end-notice"), &[]).await;
    let chooser = officer.get(&at("decide")).await;
    assert!(chooser.body.contains("value=\"grant\""));
    let grant = [
        ("amount_fen", "1200"),
        ("from-year", "2026"),
        ("from-month", "10"),
        ("from-day", "1"),
        ("words", "家庭月收入低于标准"),
        ("deliver", "online"),
    ];
    done(
        &mut officer,
        &format!("{}?outcome=grant", at("decide")),
        &grant,
    )
    .await;
    let decided = officer
        .get(&format!("/desk/cases/{number}?tab=history"))
        .await;
    assert!(decided.body.contains("已送达"), "{}", decided.body);
    assert!(decided.body.contains("家庭月收入低于标准"));
    let view = linli_community::cases::view::tracked(world.linli(), receipt.case)
        .await
        .unwrap();
    let (parts, ()) = http::Request::new(()).into_parts();
    let page = Page::of(&parts, &world.site.portal);
    let letter = of_case(&world.site.portal, &page, &view).await.unwrap();
    let said = format!("{:?}", letter.body);
    assert!(letter.title.contains("准予决定书"), "{}", letter.title);
    assert!(said.contains("¥1,200.00（大写：壹仟贰佰元整）"), "{said}");
    assert!(said.contains("家庭月收入低于标准"));
    assert!(said.contains("行政复议"));
}

#[tokio::test]
async fn a_refusal_quotes_the_clause_and_how_to_appeal() {
    let world = World::new().await;
    let receipt = world.filed("elder-allowance").await;
    let number = receipt.number.as_str();
    world
        .act(
            receipt.case,
            Role::CommitteeWorker,
            COMMITTEE,
            &Command::Accept,
        )
        .await;
    let pass = Command::PassOn {
        words: "无需走访".to_owned(),
    };
    world
        .act(receipt.case, Role::CommitteeWorker, COMMITTEE, &pass)
        .await;
    let mut officer = world.officer().await;
    let at = |act: &str| format!("/desk/cases/{number}/{act}");
    done(
        &mut officer,
        &at("review"),
        &[("opinion", "refuse"), ("words", "未满65周岁")],
    )
    .await;
    let page = officer
        .get(&format!("{}?outcome=refuse", at("decide")))
        .await;
    assert!(page.body.contains("not_65"), "{}", page.body);
    assert!(
        page.body.contains("行政复议"),
        "the ways of appeal are shown"
    );
    let missing = act(
        &mut officer,
        &format!("{}?outcome=refuse", at("decide")),
        &[("words", "x")],
    )
    .await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.body.contains("请选一项"));
}

#[tokio::test]
async fn problems_stand_beside_their_fields_and_nothing_typed_is_lost() {
    let world = World::new().await;
    let number = world.filed("certificate").await.number.as_str().to_owned();
    let mut worker = world.worker().await;
    let path = format!("/desk/cases/{number}/refuse-intake");
    let answer = act(
        &mut worker,
        &path,
        &[("words", "<script>alert(1)</script>")],
    )
    .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("错误："));
    assert!(answer.body.contains("href=\"#ground\""));
    assert!(
        answer.body.contains("&#60;script&#62;alert(1)")
            || answer.body.contains("&lt;script&gt;alert(1)")
    );
    assert!(!answer.body.contains("<script>alert"));
}

#[tokio::test]
async fn the_second_writer_sees_both_versions_and_can_still_go_on() {
    let world = World::new().await;
    let receipt = world.filed("certificate").await;
    let number = receipt.number.as_str();
    let mut worker = world.worker().await;
    let path = format!("/desk/cases/{number}/ask-supplement");
    let page = worker.get(&path).await;
    let (command, version) = (
        hidden(&page.body, "_command"),
        hidden(&page.body, "_version"),
    );
    world
        .act(
            receipt.case,
            Role::CommitteeWorker,
            COMMITTEE,
            &Command::Accept,
        )
        .await;
    let sent = [
        ("_command", command.as_str()),
        ("_version", version.as_str()),
        ("papers", "request"),
        ("words", "请带来对方单位的要求"),
    ];
    let conflict = worker.post(&path, &sent).await;
    assert_eq!(conflict.status, StatusCode::CONFLICT);
    assert!(
        conflict.body.contains("请带来对方单位的要求"),
        "what was typed is there"
    );
    assert!(
        conflict.body.contains("受理"),
        "so is what happened meanwhile"
    );
    let version = hidden(&conflict.body, "_version");
    let again = [
        ("_command", command.as_str()),
        ("_version", &version),
        sent[2],
        sent[3],
    ];
    let answer = worker.post(&path, &again).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
}

#[tokio::test]
async fn a_form_sent_twice_counts_once() {
    let world = World::new().await;
    let receipt = world.filed("certificate").await;
    let number = receipt.number.as_str();
    let mut worker = world.worker().await;
    let path = format!("/desk/cases/{number}/say");
    let page = worker.get(&path).await;
    let command = hidden(&page.body, "_command");
    let sent = [("_command", command.as_str()), ("words", "请留意电话")];
    for _ in 0..2 {
        assert_eq!(
            worker.post(&path, &sent).await.status,
            StatusCode::SEE_OTHER
        );
    }
    let messages = worker
        .get(&format!("/desk/cases/{number}?tab=messages"))
        .await;
    assert_eq!(messages.body.matches("请留意电话").count(), 1);
}

#[tokio::test]
async fn answers_are_masked_until_a_reason_was_recorded() {
    let world = World::new().await;
    let number = world.filed("certificate").await.number.as_str().to_owned();
    let mut worker = world.worker().await;
    let page = format!("/desk/cases/{number}");
    let masked = worker.get(&page).await;
    assert!(masked.body.contains("张*国"));
    for open in ["张建国", "10900000001", "示例路1号", "孙子入学"] {
        assert!(!masked.body.contains(open), "{open} is shown");
    }
    let empty = worker
        .post(&format!("{page}/reveal"), &[("words", " ")])
        .await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = [("words", "核对地址")];
    assert_eq!(
        worker.post(&format!("{page}/reveal"), &told).await.status,
        StatusCode::SEE_OTHER
    );
    let shown = worker.get(&page).await;
    assert!(shown.body.contains("示例路1号"), "{}", shown.body);
    assert!(shown.body.contains("核对地址"));
    let actor = linli_kernel::Actor::resident(linli_kernel::AccountId(world.elder.0), world.elder);
    let looks = world
        .linli()
        .looks_at(&actor, world.elder, 1, 20)
        .await
        .unwrap();
    assert_eq!(looks.rows.len(), 1);
    assert_eq!(looks.rows[0].words.as_deref(), Some("核对地址"));
    assert!(
        !worker.get("/desk").await.body.contains("张建国"),
        "lists stay masked"
    );
    worker.post(&format!("{page}/hide"), &[]).await;
    assert!(!worker.get(&page).await.body.contains("示例路1号"));
}

#[tokio::test]
async fn who_may_not_see_a_case_is_told_that_there_is_none() {
    let world = World::new().await;
    let number = world.filed("certificate").await.number.as_str().to_owned();
    let mut next_door = world
        .site
        .signed(Role::CommitteeWorker, "310117/310117001/310117001002")
        .await;
    let page = format!("/desk/cases/{number}");
    assert_eq!(next_door.get(&page).await.status, StatusCode::NOT_FOUND);
    let say = format!("{page}/say");
    let post = next_door.post(&say, &[("words", "x")]).await;
    assert_eq!(post.status, StatusCode::NOT_FOUND);
    let mut admin = world.site.signed(Role::SecurityAdmin, DISTRICT).await;
    assert_eq!(admin.get(&page).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn several_are_taken_at_once_with_a_result_for_each() {
    let world = World::new().await;
    let first = world.filed("certificate").await.number.as_str().to_owned();
    let second = world
        .filed("elder-allowance")
        .await
        .number
        .as_str()
        .to_owned();
    let mut worker = world.worker().await;
    let check = worker
        .get(&format!("/desk/cases/take?case={first}&case={second}"))
        .await;
    assert!(check.body.contains("领取这 2 件"), "{}", check.body);
    let sent = [
        ("_command", "019b0000-0000-7000-8000-000000000001"),
        ("case", first.as_str()),
        ("case", second.as_str()),
        ("case", "000-000-0000"),
    ];
    let answer = worker.post("/desk/cases/take", &sent).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body.matches("已领取").count(), 2, "{}", answer.body);
}

#[tokio::test]
async fn the_table_keeps_its_state_in_the_address() {
    let world = World::new().await;
    let number = world.filed("certificate").await.number.as_str().to_owned();
    world.filed("elder-allowance").await;
    let mut officer = world.officer().await;
    let all = officer.get("/desk/cases").await;
    assert!(all.body.contains("共 2 条"), "{}", all.body);
    assert!(all.body.contains("aria-sort"));
    let one = officer
        .get("/desk/cases?service=certificate&sort=due&per=20")
        .await;
    assert!(one.body.contains("共 1 条"));
    assert!(one.body.contains(&number));
    assert!(one.body.contains("per=20"), "the page size is kept");
    let found = officer.get(&format!("/desk/cases?q={number}")).await;
    assert!(found.body.contains("共 1 条"));
    let nonsense = officer
        .get("/desk/cases?area=..%2Fx&phase=zzz&page=-3&sort=;drop")
        .await;
    assert_eq!(nonsense.status, StatusCode::OK);
    let elsewhere = officer.get("/desk/cases?area=310117%2F310117002").await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
    let _ = STREET;
}

#[tokio::test]
async fn two_on_one_case_are_told_of_each_other() {
    let world = World::new().await;
    let number = world.filed("certificate").await.number.as_str().to_owned();
    let page = format!("/desk/cases/{number}");
    let (mut one, mut other) = (world.worker().await, world.officer().await);
    one.get(&page).await;
    let seen = other.get(&page).await;
    assert!(seen.body.contains("也打开了这一件"), "{}", seen.body);
    let ping = other.post(&format!("{page}/presence"), &[]).await;
    assert!(ping.body.contains("王敏"), "{}", ping.body);
}

#[test]
fn every_act_has_its_words_in_both_languages() {
    let i18n = I18n::load().unwrap();
    for lang in [Lang::Zh, Lang::En] {
        for act in forms::ACTS {
            let key = forms::key(act.verb);
            assert!(act.path.ends_with(&format!("/{key}")), "{key}");
            assert!(i18n.has(lang, &format!("act-{key}")), "act-{key}");
            assert!(i18n.has(lang, &format!("act-{key}-lead")), "act-{key}-lead");
        }
        for kind in linli_community::cases::Fact::KINDS {
            let name = kind.strip_prefix("cases.").unwrap();
            assert!(
                i18n.has(lang, &format!("cases-event-{name}")),
                "cases-event-{name}"
            );
        }
        for phase in linli_community::cases::Phase::ALL {
            let key = format!("cases-phase-{}", phase.code().replace('_', "-"));
            assert!(i18n.has(lang, &key), "{key}");
        }
    }
}
