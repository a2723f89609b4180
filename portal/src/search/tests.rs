//! The box and the page of results through the real router: nothing typed stands in an address,
//! people are shown for a purpose only, and each one shown is a look.

use linli_kernel::Role;

use crate::desk::world::{COMMITTEE, DISTRICT, World};
use crate::testing::{Answer, Visitor};

async fn searched(visitor: &mut Visitor, fields: &[(&str, &str)]) -> Answer {
    let asked = visitor.post("/desk/search", fields).await;
    assert_eq!(asked.status, 303, "{}", asked.body);
    let to = asked.location().to_owned();
    assert!(to.starts_with("/desk/search?s="), "{to}");
    for (name, value) in fields {
        let hidden = *name == "text" || *name == "purpose";
        assert!(!hidden || !to.contains(value), "{to} holds {value}");
    }
    visitor.get(&to).await
}

async fn looks(world: &World) -> u64 {
    let actor = linli_kernel::Actor::resident(linli_kernel::AccountId(world.elder.0), world.elder);
    let looks = world.linli().looks_at(&actor, world.elder, 1, 20).await;
    looks.unwrap().total
}

#[tokio::test]
async fn people_are_shown_for_a_purpose_and_each_is_a_look() {
    let world = World::new().await;
    world.linli().refresh_search().await.unwrap();
    let mut worker = world.worker().await;
    let page = searched(&mut worker, &[("text", "zjg")]).await;
    assert!(page.body.contains("找到 1 位居民"), "{}", page.body);
    assert!(!page.body.contains("张*国"), "shown without a purpose");
    assert_eq!(looks(&world).await, 0);
    let page = searched(&mut worker, &[("text", "zjg"), ("purpose", "核对电话")]).await;
    assert!(
        page.body.contains("张*国") && !page.body.contains("张建国"),
        "masked"
    );
    assert_eq!(looks(&world).await, 1);
    // The purpose holds, and reading the same page again is no further look.
    let page = searched(
        &mut worker,
        &[("text", "zhangjianguo"), ("kind", "resident")],
    )
    .await;
    assert!(page.body.contains("张*国"));
    assert_eq!(looks(&world).await, 2);
}

#[tokio::test]
async fn reading_a_result_again_is_no_second_look() {
    let world = World::new().await;
    world.linli().refresh_search().await.unwrap();
    let mut worker = world.worker().await;
    let fields = [("text", "张建国"), ("purpose", "核对电话")];
    let asked = worker.post("/desk/search", &fields).await;
    let to = asked.location().to_owned();
    for _ in 0..2 {
        assert!(worker.get(&to).await.body.contains("张*国"));
    }
    assert_eq!(looks(&world).await, 1);
    // Another session does not know what the address means.
    let mut other = world.worker().await;
    assert!(!other.get(&to).await.body.contains("张*国"));
}

#[tokio::test]
async fn cases_services_and_places_stand_by_kind() {
    let world = World::new().await;
    let receipt = world.filed("dibao").await;
    world.linli().refresh_search().await.unwrap();
    let mut officer = world.officer().await;
    let page = searched(&mut officer, &[("text", "dibao")]).await;
    assert!(
        page.body
            .contains(&format!("/desk/cases/{}", receipt.number.as_str()))
    );
    assert!(page.body.contains("/services/dibao"));
    let page = searched(&mut officer, &[("text", "dibao"), ("kind", "service")]).await;
    assert!(!page.body.contains("/desk/cases/1"), "only services");
    let page = searched(&mut officer, &[("text", receipt.number.as_str())]).await;
    assert!(
        page.body
            .contains(&format!("/desk/cases/{}", receipt.number.as_str()))
    );
    let page = searched(&mut officer, &[("text", "yueyang")]).await;
    assert!(page.body.contains("岳阳街道"));
    let page = searched(&mut officer, &[("text", "<script>alert(1)</script>")]).await;
    assert!(page.body.contains("没有找到") && !page.body.contains("<script>alert"));
}

#[tokio::test]
async fn next_door_finds_nobody_and_a_name_with_four_digits_finds_one() {
    let world = World::new().await;
    world.linli().refresh_search().await.unwrap();
    let purpose = ("purpose", "核对电话");
    let mut worker = world.worker().await;
    let page = searched(&mut worker, &[("text", "zjg 0001"), purpose]).await;
    assert!(page.body.contains("张*国"));
    let page = searched(&mut worker, &[("text", "zjg 0002"), purpose]).await;
    assert!(!page.body.contains("张*国"));
    let page = searched(&mut worker, &[("text", "10900000001"), purpose]).await;
    assert!(page.body.contains("张*国"));
    let next = "310117/310117001/310117001002";
    let mut next = world.site.signed(Role::CommitteeWorker, next).await;
    for text in ["zjg", "张建国", "10900000001"] {
        let page = searched(&mut next, &[("text", text), purpose]).await;
        assert!(!page.body.contains("张*国"), "{text}");
    }
    let outside = format!("/desk/search?s={}&area={DISTRICT}", "0");
    assert_eq!(next.get(&outside).await.status, 200);
    assert_eq!(looks(&world).await, 2);
}

#[tokio::test]
async fn the_box_stands_on_pages_of_staff_who_may_search() {
    let world = World::new().await;
    let mut worker = world.worker().await;
    assert!(worker.get("/desk").await.body.contains("data-l=\"search\""));
    let mut admin = world.site.signed(Role::SystemAdmin, DISTRICT).await;
    assert!(!admin.get("/desk").await.body.contains("data-l=\"search\""));
    assert_eq!(admin.get("/desk/search").await.status, 403);
    let mut resident = world
        .site
        .resident(world.elder, &COMMITTEE.parse().unwrap())
        .await;
    assert!(!resident.get("/").await.body.contains("data-l=\"search\""));
    let page = worker.post("/desk/search", &[("text", " ")]).await;
    assert_eq!(page.status, 422);
}
