//! Residents on the pages of staff, through the real router.

use http::StatusCode;
use linli_kernel::{AccountId, Actor, Role};

use crate::desk::world::{DISTRICT, World, hidden};

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
