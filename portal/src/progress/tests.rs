//! A case on its applicant's page, from submission to the answer, through the real router.

use linli_community::Call;
use linli_community::cases::command::{Command, Decision, Delivery, Opinion, Outcome};
use linli_community::cases::queries::{self, Filter};
use linli_community::cases::service::act;
use linli_kernel::{AccountId, Actor, CommandId, Post, PostId, Role, SystemClock};

use crate::apply::tests::{PHONE, Town, apply, problems, send};

/// Somebody at a desk over the town.
pub(crate) fn staff(role: Role, area: &str) -> Actor {
    let post = Post {
        id: PostId::new(&SystemClock),
        role,
        area: area.parse().unwrap(),
    };
    Actor::in_post(AccountId::new(&SystemClock), post)
}

/// Does `command` to the case `number`, as `actor`.
pub(crate) async fn done(town: &Town, actor: &Actor, number: &str, command: Command) {
    let linli = &town.site.portal.linli;
    let reader = staff(Role::DistrictOfficer, "310117");
    let filter = Filter {
        number: Some(number.to_owned()),
        size: 1,
        ..Filter::default()
    };
    let found = queries::list(linli, &reader, &filter).await.unwrap();
    let call = Call {
        command: CommandId::new(&SystemClock),
        actor,
        expected: None,
    };
    act(linli, call, found.rows[0].id, &command).await.unwrap();
}

pub(crate) const COMMITTEE: &str = "310117/310117001/310117001001";
pub(crate) const STREET: &str = "310117/310117001";

/// Brings a case of 低保 to the street's desk, reviewed.
pub(crate) async fn to_review(town: &Town, number: &str) -> Actor {
    let worker = staff(Role::CommitteeWorker, COMMITTEE);
    let officer = staff(Role::StreetOfficer, STREET);
    let words = || "核实无误。".to_owned();
    let today = town.site.portal.linli.clock().today();
    done(town, &worker, number, Command::Accept).await;
    let visit = Command::RecordVisit {
        on: today,
        people: 2,
        words: words(),
    };
    done(town, &worker, number, visit).await;
    done(town, &worker, number, Command::PassOn { words: words() }).await;
    let check = Command::RecordCheck {
        check: "income".to_owned(),
        outcome: Outcome::Agrees,
        words: words(),
    };
    done(town, &officer, number, check).await;
    let review = Command::Review {
        opinion: Opinion::Grant,
        words: words(),
    };
    done(town, &officer, number, review).await;
    officer
}

async fn certificate(town: &Town) -> (crate::testing::Visitor, String) {
    let mut zhang = town.zhang().await;
    let answers = [
        ("what", "residence"),
        ("for_whom", "学校"),
        ("for_what", "孩子入学"),
    ];
    let (check, _) =
        crate::apply::tests::to_check(&mut zhang, "/apply/certificate", &answers).await;
    let page = zhang.get(&check).await;
    let ids: Vec<String> = page
        .body
        .split("name=\"_declare\" value=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    let ticks: Vec<(&str, &str)> = ids.iter().map(|id| ("_declare", id.as_str())).collect();
    let sent = send(&mut zhang, &check, &page.body, &ticks).await;
    assert_eq!(sent.status, 303, "{}", problems(&sent.body));
    let number = sent.location().split('/').nth(2).unwrap().to_owned();
    (zhang, number)
}

/// Decides a certificate and delivers it.
async fn issued(town: &Town, number: &str, grants: bool) {
    let worker = staff(Role::CommitteeWorker, COMMITTEE);
    let linli = &town.site.portal.linli;
    let service = linli
        .catalogue()
        .service("certificate", linli.clock().today())
        .unwrap();
    let kinds = service.decision.results.iter();
    use linli_community::catalogue::OutcomeKind::Refuse;
    let outcome = kinds
        .clone()
        .find(|one| (one.kind != Refuse) == grants)
        .unwrap();
    let ground = service.decision.grounds.first().filter(|_| !grants);
    done(town, &worker, number, Command::Accept).await;
    let decision = Decision {
        outcome: outcome.code.clone(),
        ground: ground.map(|ground| ground.code.clone()),
        amount_fen: None,
        from: None,
        until: None,
        words: "已核实居住情况。".to_owned(),
    };
    let decide = Command::Decide {
        decision,
        deliver: Some(Delivery::Online),
    };
    done(town, &worker, number, decide).await;
}

#[tokio::test]
async fn a_case_is_followed_like_a_parcel() {
    // A term that ran into a year without a calendar would have no reckoning.
    let town = Town::at("2026-10-12T01:00:00Z").await;
    let mut zhang = town.zhang().await;
    let number = apply(&mut zhang).await;
    let page = zhang.get(&format!("/cases/{number}")).await;
    assert_eq!(page.status, 200);
    for text in [
        "等待受理",
        "在谁手里",
        "岳阳",
        "个工作日",
        "提交了申请",
        "我填的内容",
        "撤回申请",
    ] {
        assert!(page.body.contains(text), "{text}");
    }
    let worker = staff(Role::CommitteeWorker, COMMITTEE);
    done(&town, &worker, &number, Command::Accept).await;
    let page = zhang.get(&format!("/cases/{number}")).await;
    assert!(page.body.contains("办理中"));
    assert!(page.body.contains("时限怎么算的"));
    assert!(page.body.contains("起算（当天不计）"));
    let accepted = page.body.find("已受理").unwrap();
    let submitted = page.body.find("提交了申请").unwrap();
    assert!(accepted < submitted, "newest first");
    assert!(!page.body.contains("王敏"), "no officer's name");
}

#[tokio::test]
async fn somebody_elses_case_is_not_found() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    let number = apply(&mut zhang).await;
    let mut li = town.li().await;
    for page in [
        "",
        "/receipt",
        "/receipt.json",
        "/letter.pdf",
        "/withdraw",
        "/rate",
        "/dispute",
    ] {
        let answer = li.get(&format!("/cases/{number}{page}")).await;
        assert_eq!(answer.status, 404, "{page}");
        assert!(!answer.body.contains("张建国"));
        let none = li.get(&format!("/cases/1234567890{page}")).await;
        assert_eq!(none.status, 404, "an unknown number looks alike");
    }
    let sent = li.post(&format!("/cases/{number}/urge"), &[]).await;
    assert_eq!(sent.status, 404);
    let out = town.site.visitor().get(&format!("/cases/{number}")).await;
    assert_eq!(out.status, 303);
}

#[tokio::test]
async fn a_supplement_is_asked_for_and_answered() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    let number = apply(&mut zhang).await;
    let worker = staff(Role::CommitteeWorker, COMMITTEE);
    let ask = Command::AskSupplement {
        papers: vec!["tenancy".to_owned()],
        fields: vec!["phone".to_owned()],
        words: "请带租房合同。".to_owned(),
    };
    done(&town, &worker, &number, ask).await;
    let page = zhang.get(&format!("/cases/{number}")).await;
    assert!(page.body.contains("等您补材料"));
    assert!(page.body.contains("请带租房合同。"));
    let path = format!("/cases/{number}/supplement");
    let form = zhang.get(&path).await;
    assert!(
        form.body.contains(&format!("value=\"{PHONE}\"")),
        "the old answer stands"
    );
    let wrong = send(
        &mut zhang,
        &path,
        &form.body,
        &[("phone", "1380"), ("words", "")],
    )
    .await;
    assert_eq!(wrong.status, 422);
    assert!(problems(&wrong.body).contains("href=\"#phone\""));
    assert!(problems(&wrong.body).contains("href=\"#words\""));
    let words = "合同已交到窗口。<b>谢谢</b>";
    let right = [("phone", "13800138009"), ("words", words)];
    let sent = send(&mut zhang, &path, &form.body, &right).await;
    assert_eq!(sent.status, 303, "{}", problems(&sent.body));
    let page = zhang.get(&format!("/cases/{number}")).await;
    assert!(page.body.contains("补充已经收到"));
    assert!(!page.body.contains("<b>谢谢"));
    let again = zhang.get(&path).await;
    assert_eq!(again.status, 422, "nothing is asked any more");
}

#[tokio::test]
async fn a_message_an_urging_and_a_withdrawal() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    let number = apply(&mut zhang).await;
    let at = format!("/cases/{number}");
    let page = zhang.get(&at).await;
    let empty = send(
        &mut zhang,
        &format!("{at}/say"),
        &page.body,
        &[("words", " ")],
    )
    .await;
    assert_eq!(empty.status, 422);
    let long = "话".repeat(1_001);
    let over = send(
        &mut zhang,
        &format!("{at}/say"),
        &page.body,
        &[("words", &long)],
    )
    .await;
    assert_eq!(over.status, 422);
    assert!(over.body.contains(&long), "kept");
    let said = send(
        &mut zhang,
        &format!("{at}/say"),
        &page.body,
        &[("words", "下午在家")],
    )
    .await;
    assert_eq!(said.status, 303);
    let page = zhang.get(&at).await;
    assert!(page.body.contains("下午在家"));
    let urged = send(&mut zhang, &format!("{at}/urge"), &page.body, &[]).await;
    assert_eq!(urged.status, 303);
    let page = zhang.get(&at).await;
    assert!(page.body.contains("已经提醒经办人"));
    assert!(!page.body.contains("/urge\""), "once a period");
    let form = zhang.get(&format!("{at}/withdraw")).await;
    assert!(form.body.contains("govuk-button--warning"));
    let sent = send(&mut zhang, &format!("{at}/withdraw"), &form.body, &[]).await;
    assert_eq!(sent.status, 303);
    let page = zhang.get(&at).await;
    assert!(page.body.contains("已撤回"));
    assert_eq!(zhang.get(&format!("{at}/withdraw")).await.status, 422);
}

#[tokio::test]
async fn a_decision_can_be_read_rated_and_disputed() {
    let town = Town::new().await;
    let (mut zhang, number) = certificate(&town).await;
    issued(&town, &number, true).await;
    let at = format!("/cases/{number}");
    let page = zhang.get(&at).await;
    for text in [
        "结果和理由",
        "已核实居住情况。",
        "看决定书（PDF）",
        "评价",
        "不认可这个结果",
    ] {
        assert!(page.body.contains(text), "{text}");
    }
    let form = zhang.get(&format!("{at}/rate")).await;
    assert!(
        !form.body.contains(" checked"),
        "nothing is chosen beforehand"
    );
    let none = send(&mut zhang, &format!("{at}/rate"), &form.body, &[]).await;
    assert_eq!(none.status, 422);
    let low = [("grade", "1"), ("words", "跑了两趟")];
    let rated = send(&mut zhang, &format!("{at}/rate"), &form.body, &low).await;
    assert_eq!(rated.status, 303, "{}", problems(&rated.body));
    let page = zhang.get(&at).await;
    assert!(page.body.contains("会在"), "by when somebody calls");
    assert!(page.body.contains("回访中"));
    let form = zhang.get(&format!("{at}/dispute")).await;
    let empty = send(&mut zhang, &format!("{at}/dispute"), &form.body, &[]).await;
    assert_eq!(empty.status, 422);
    let why = [("words", "地址写错了")];
    let sent = send(&mut zhang, &format!("{at}/dispute"), &form.body, &why).await;
    assert_eq!(sent.status, 303);
    let page = zhang.get(&at).await;
    assert!(page.body.contains("监督人员处理中"));
}

#[tokio::test]
async fn a_refusal_quotes_its_clause_and_says_where_to_go() {
    let town = Town::new().await;
    let (mut zhang, number) = certificate(&town).await;
    issued(&town, &number, false).await;
    let page = zhang.get(&format!("/cases/{number}")).await;
    for text in [
        "不同意",
        "依据的条款",
        "不同意这个结果怎么办",
        "可以先请监督人员重新看",
    ] {
        assert!(page.body.contains(text), "{text}");
    }
    let verified = town.site.visitor().get(&format!("/verify/{number}")).await;
    assert_eq!(verified.status, 404, "a refusal verifies nothing");
}

#[tokio::test]
async fn the_proof_can_be_taken_home() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    let number = apply(&mut zhang).await;
    let proof = zhang.get(&format!("/cases/{number}/receipt.json")).await;
    assert_eq!(proof.status, 200);
    assert!(proof.body.contains("linli-receipt/1"));
    assert!(!proof.body.contains("张建国"));
    assert!(!proof.body.contains(PHONE));
}
