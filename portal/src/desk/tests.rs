//! The work queue through the real router.

use http::StatusCode;
use linli_community::cases::Command;
use linli_kernel::Role;

use super::world::{COMMITTEE, DISTRICT, World};

#[tokio::test]
async fn the_queue_shows_what_is_due_first_and_counts_the_rest() {
    let world = World::new().await;
    let late = world.filed("certificate").await.number.as_str().to_owned();
    world.clock.push(7);
    let fresh = world.filed("dibao").await.number.as_str().to_owned();
    let mut worker = world.worker().await;
    let queue = worker.get("/desk").await;
    assert_eq!(queue.status, StatusCode::OK);
    let (first, second) = (
        queue.body.find(&late).unwrap(),
        queue.body.find(&fresh).unwrap(),
    );
    assert!(first < second, "the overdue case comes first");
    assert!(queue.body.contains("超期"));
    assert!(queue.body.contains("is-late"));
    assert!(!queue.body.contains("张建国"), "names are masked");
}

#[tokio::test]
async fn what_waits_for_the_applicant_is_shown_apart() {
    let world = World::new().await;
    let receipt = world.filed("certificate").await;
    let ask = Command::AskSupplement {
        papers: vec!["request".to_owned()],
        fields: Vec::new(),
        words: "请补对方单位的要求".to_owned(),
    };
    world
        .act(receipt.case, Role::CommitteeWorker, COMMITTEE, &ask)
        .await;
    let queue = world.worker().await.get("/desk").await;
    let waiting = queue.body.find("id=\"waiting\"").unwrap();
    assert!(queue.body[waiting..].contains(receipt.number.as_str()));
}

#[tokio::test]
async fn a_post_without_a_desk_gets_its_own_menu() {
    let world = World::new().await;
    let mut admin = world.site.signed(Role::SecurityAdmin, DISTRICT).await;
    let page = admin.get("/desk").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("/desk/admin"));
    assert!(!page.body.contains("/desk/cases\""));
    let area = COMMITTEE.parse().unwrap();
    let mut resident = world.site.resident(world.elder, &area).await;
    assert_eq!(resident.get("/desk").await.location(), "/my");
}
