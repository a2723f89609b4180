//! Residents on the pages of staff, through the real router.

use http::StatusCode;
use linli_kernel::{AccountId, Actor, Role};

use crate::desk::world::{COMMITTEE, DISTRICT, World, hidden, register};

#[tokio::test]
async fn a_record_is_masked_until_a_purpose_was_given_and_each_showing_is_a_look() {
    let world = World::new().await;
    let mut worker = world.worker().await;
    let path = format!("/desk/residents/{}", world.elder);
    let list = worker.get("/desk/residents").await;
    assert!(
        list.body.contains("张*国") && !list.body.contains("张建国"),
        "{}",
        list.body
    );
    let masked = worker.get(&path).await;
    assert_eq!(masked.status, StatusCode::OK, "{}", masked.body);
    for open in ["张建国", "10900000001", "示例路"] {
        assert!(!masked.body.contains(open), "{open}");
    }
    let refused = worker
        .post(&format!("{path}/look"), &[("purpose", "")])
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    worker
        .post(&format!("{path}/look"), &[("purpose", "走访前核对地址")])
        .await;
    let shown = worker.get(&path).await;
    assert!(shown.body.contains("示例路1号"), "{}", shown.body);
    let actor = Actor::resident(AccountId(world.elder.0), world.elder);
    let looks = world
        .linli()
        .looks_at(&actor, world.elder, 1, 20)
        .await
        .unwrap();
    assert_eq!(looks.rows[0].words.as_deref(), Some("走访前核对地址"));
    worker.post(&format!("{path}/hide"), &[]).await;
    assert!(!worker.get(&path).await.body.contains("示例路1号"));
}

#[tokio::test]
async fn a_fact_is_recorded_with_its_source_and_a_wrong_one_says_which_check_failed() {
    let world = World::new().await;
    let mut worker = world.worker().await;
    let path = format!("/desk/residents/{}/change", world.elder);
    let page = worker.get(&path).await;
    let command = hidden(&page.body, "_command");
    let fact = |value: &'static str| {
        [
            ("field", "person.phone"),
            ("value", value),
            ("source", "resident"),
            ("as_of-year", "2026"),
            ("as_of-month", "9"),
            ("as_of-day", "1"),
        ]
    };
    let mut wrong = fact("123").to_vec();
    wrong.push(("_command", &command));
    let refused = worker.post(&path, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("href=\"#value\""), "{}", refused.body);
    let mut right = fact("10900000002").to_vec();
    right.push(("_command", &command));
    let done = worker.post(&path, &right).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let facts = world.linli().known_facts(world.elder).await.unwrap();
    assert_eq!(facts["person.phone"].value, "10900000002");
}

#[tokio::test]
async fn who_may_not_read_residents_gets_none() {
    let world = World::new().await;
    let path = format!("/desk/residents/{}", world.elder);
    let next_door = "310117/310117001/310117001002";
    let mut other = world.site.signed(Role::CommitteeWorker, next_door).await;
    assert_eq!(other.get(&path).await.status, StatusCode::FORBIDDEN);
    let mut auditor = world.site.signed(Role::Auditor, "310117").await;
    assert_eq!(auditor.get(&path).await.status, StatusCode::FORBIDDEN);
    let mut nonsense = world.worker().await;
    assert_eq!(
        nonsense.get("/desk/residents/xyz").await.status,
        StatusCode::BAD_REQUEST
    );
}

/// 抹除, by the page: refused while a case is open, to others, and for a paper's number that tells
/// who it is; then nothing of the person is left on any page, in the registers or in the entries.
#[expect(
    clippy::too_many_lines,
    reason = "one walk: refused four times, then done"
)]
#[tokio::test]
async fn a_person_is_erased_by_the_district_with_ground_and_paper() {
    let world = World::new().await;
    let receipt = world.filed("dibao").await;
    let person = world.elder;
    let record = format!("/desk/residents/{person}");
    let path = format!("{record}/erase");
    let mut district = world.site.signed(Role::DistrictOfficer, DISTRICT).await;
    let mut worker = world.worker().await;
    assert_eq!(worker.get(&path).await.status, StatusCode::FORBIDDEN);
    assert!(!worker.get(&record).await.body.contains("/erase"));
    assert!(district.get(&record).await.body.contains("/erase"));
    let form = district.get(&path).await;
    assert!(form.body.contains("张*国") && !form.body.contains("张建国"));
    let command = hidden(&form.body, "_command");
    let wish = |reference: &'static str| {
        [
            ("_command", command.clone()),
            ("ground", "consent_withdrawn".to_owned()),
            ("reference", reference.to_owned()),
            ("sure", "yes".to_owned()),
        ]
    };
    let mut ask = async |fields: &[(&str, String)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (*a, b.as_str())).collect();
        district.post(&path, &fields).await
    };
    let open = ask(&wish("松民〔2026〕12号")).await;
    assert_eq!(
        open.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        open.body
    );
    assert!(open.body.contains("还有 1 件没有办结"), "{}", open.body);
    let withdraw = linli_community::cases::Command::Withdraw {
        words: "不办了".to_owned(),
    };
    let applicant = Actor::resident(AccountId(person.0), person);
    let call = linli_community::Call {
        command: linli_kernel::CommandId::new(&linli_kernel::SystemClock),
        actor: &applicant,
        expected: None,
    };
    linli_community::cases::act(world.linli(), call, receipt.case, &withdraw)
        .await
        .unwrap();
    let tells = ask(&wish("关于张建国的决定")).await;
    assert_eq!(tells.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(tells.body.contains("href=\"#reference\""), "{}", tells.body);
    let unsure = ask(&wish("松民〔2026〕12号")[..3]).await;
    assert!(unsure.body.contains("href=\"#sure"), "{}", unsure.body);
    let area = crate::desk::world::COMMITTEE.parse().unwrap();
    let mut themselves = world.site.resident(person, &area).await;
    assert_eq!(themselves.get("/my").await.status, StatusCode::OK);
    let done = ask(&wish("松民〔2026〕12号")).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let again = ask(&wish("松民〔2026〕12号")).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "sent twice, done once");
    let gone = district.get(&record).await;
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.body);
    assert!(gone.body.contains("已抹除") && gone.body.contains("松民〔2026〕12号"));
    assert_ne!(
        themselves.get("/my").await.status,
        StatusCode::OK,
        "signed out"
    );
    nothing_is_left(&world, &mut worker, receipt.number.as_str()).await;
}

/// No page, register or entry tells who was erased; the journal still verifies.
async fn nothing_is_left(world: &World, worker: &mut crate::testing::Visitor, number: &str) {
    let case = worker.get(&format!("/desk/cases/{number}")).await;
    assert!(case.body.contains("已抹除"), "{}", case.body);
    for path in [
        "/desk",
        "/desk/cases",
        "/desk/residents",
        &format!("/desk/cases/{number}"),
        &format!("/desk/cases/{number}?tab=history"),
    ] {
        let page = worker.get(path).await;
        for told in ["张建国", "张*国", "10900000001", "6222000011112222"] {
            assert!(!page.body.contains(told), "{told} at {path}");
        }
    }
    let linli = world.linli();
    let journal = linli.journal();
    let mut sealed = 0;
    for entry in journal.entries(0, 10_000).await.unwrap() {
        let parts = entry
            .sealed
            .iter()
            .filter(|part| part.subject == world.elder);
        for part in parts {
            assert_eq!(part.plain, None, "{}", entry.kind);
            sealed += 1;
        }
        assert!(!entry.open.to_string().contains("张建国"));
    }
    assert!(sealed >= 2, "the record and the case");
    let found = linli
        .resident_with_number(&crate::desk::world::number())
        .await;
    assert_eq!(found.unwrap(), None);
    assert!(
        journal
            .verify(linli_journal::Depth::default(), |_| {})
            .await
            .unwrap()
            .is_sound()
    );
}

/// 合并与拆分, by the pages: found, compared for a purpose, merged with what was chosen; the other
/// record leads on, its case comes along, its person signs in; then parted.
#[expect(clippy::too_many_lines, reason = "one walk, from the list to parting")]
#[tokio::test]
async fn two_records_of_one_person_are_merged_and_parted_by_the_pages() {
    let world = World::new().await;
    let receipt = world.filed("certificate").await;
    let (first, linli) = (world.elder, world.linli());
    let second = register(linli, ("张健国", "10900000001"), None).await;
    let mut worker = world.worker().await;
    let here = format!("/desk/residents/{first}/beside/{second}");
    let list = worker.get("/desk/residents").await;
    assert!(list.body.contains("/desk/residents/duplicates"));
    let list = worker.get("/desk/residents/duplicates").await;
    assert_eq!(list.status, StatusCode::OK, "{}", list.body);
    assert!(list.body.contains(&here), "{}", list.body);
    assert!(list.body.contains("姓名同音 +15") && list.body.contains("出生日期相同 +25"));
    assert!(!list.body.contains("张建国"));
    let masked = worker.get(&here).await;
    for open in ["10900000001", "张健国", "张建国"] {
        assert!(!masked.body.contains(open), "{open}");
    }
    assert!(
        !masked.body.contains("/merge\""),
        "nothing to choose unseen"
    );
    let purpose = [("purpose", "核对重复登记")];
    worker.post(&format!("{here}/look"), &purpose).await;
    let shown = worker.get(&here).await;
    assert!(shown.body.contains("张健国") && shown.body.contains("10900000001"));
    let command = hidden(&shown.body, "_command");
    let (left, right) = (
        hidden(&shown.body, "seen_left"),
        hidden(&shown.body, "seen_right"),
    );
    let form = |words: &'static str, command: &str| -> Vec<(&'static str, String)> {
        vec![
            ("_command", command.to_owned()),
            ("seen_left", left.clone()),
            ("seen_right", right.clone()),
            ("survivor", "right".to_owned()),
            ("person.name", "left".to_owned()),
            ("person.phone", "right".to_owned()),
            ("words", words.to_owned()),
        ]
    };
    let merge = format!("{here}/merge");
    let mut send = async |fields: Vec<(&'static str, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (*a, b.as_str())).collect();
        worker.post(&merge, &fields).await
    };
    let unsaid = send(form("", &command)).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unsaid.body.contains("href=\"#words\""), "{}", unsaid.body);
    let done = send(form("打电话核对过", &command)).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(done.location(), format!("/desk/residents/{second}"));
    let again = send(form("打电话核对过", &command)).await;
    assert_eq!(again.location(), format!("/desk/residents/{second}"));
    // The old link, the case, the list and the sign-in lead to the one record.
    let old = worker.get(&format!("/desk/residents/{first}")).await;
    assert_eq!(old.location(), format!("/desk/residents/{second}"));
    let record = worker.get(&format!("/desk/residents/{second}")).await;
    assert!(
        record.body.contains(receipt.number.as_str()),
        "{}",
        record.body
    );
    assert!(record.body.contains("并入过另外 1 份"));
    let known = linli.known_facts(first).await.unwrap();
    assert_eq!(known["person.name"].value, "张建国");
    assert_eq!(known["person.phone"].value, "10900000001");
    let area = COMMITTEE.parse().unwrap();
    for id in [first, second] {
        let mut themselves = world.site.resident(id, &area).await;
        let own = themselves.get("/my/cases").await;
        assert!(own.body.contains(receipt.number.as_str()), "{}", own.body);
        let case = themselves
            .get(&format!("/cases/{}", receipt.number.as_str()))
            .await;
        assert_eq!(case.status, StatusCode::OK, "{}", case.body);
        let looks = themselves.get("/my/looks").await;
        assert!(looks.body.contains("打电话核对过"), "{}", looks.body);
    }
    let mut elsewhere = world
        .site
        .signed(Role::CommitteeWorker, "310117/310117001/310117001002")
        .await;
    for path in [format!("/desk/residents/{first}"), here.clone()] {
        assert_eq!(elsewhere.get(&path).await.status, StatusCode::FORBIDDEN);
    }
    let part = format!("/desk/residents/{second}/part");
    let ask = worker.get(&part).await;
    let command = hidden(&ask.body, "_command");
    let other = hidden(&ask.body, "other");
    assert_eq!(other, first.to_string());
    let words = [
        ("_command", command.as_str()),
        ("other", &other),
        ("words", "是两个人"),
    ];
    for _twice in 0..2 {
        let parted = worker.post(&part, &words).await;
        assert_eq!(parted.status, StatusCode::SEE_OTHER, "{}", parted.body);
    }
    let record = worker.get(&format!("/desk/residents/{second}")).await;
    assert!(!record.body.contains(receipt.number.as_str()));
    let known = linli.known_facts(second).await.unwrap();
    assert_eq!(known["person.name"].value, "张健国");
    // Told apart, the pair is listed no more.
    let shown = worker.get(&here).await;
    let command = hidden(&shown.body, "_command");
    let apart = worker
        .post(&format!("{here}/apart"), &[("_command", &command)])
        .await;
    assert_eq!(apart.location(), "/desk/residents/duplicates");
    let list = worker.get("/desk/residents/duplicates").await;
    assert!(!list.body.contains(&here), "{}", list.body);
}
