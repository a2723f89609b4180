//! Residents on the pages of staff, through the real router.

use http::StatusCode;
use linli_kernel::{AccountId, Actor, Role};

use crate::desk::world::{World, hidden};

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
