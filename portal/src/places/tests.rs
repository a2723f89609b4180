//! Areas through the real router.

use http::StatusCode;
use linli_kernel::{CommandId, Role, SystemClock};

use crate::desk::world::{DISTRICT, STREET, World, hidden};

#[tokio::test]
async fn the_district_splits_a_committee_and_its_history_is_kept() {
    let world = World::new().await;
    let mut officer = world.site.signed(Role::DistrictOfficer, DISTRICT).await;
    let tree = officer.get("/desk/places").await;
    assert!(tree.body.contains("岳阳街道"), "{}", tree.body);
    let path = "/desk/places/310117001001/split";
    let page = officer.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let command = hidden(&page.body, "_command");
    let sent = [
        ("_command", command.as_str()),
        ("name", "新苑居委会"),
        ("code", "310117001901"),
        ("from-year", "2026"),
        ("from-month", "9"),
        ("from-day", "1"),
    ];
    let done = officer.post(path, &sent).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let made = officer.get("/desk/places/310117001901").await;
    assert!(made.body.contains("新苑居委会"), "{}", made.body);
    assert!(made.body.contains("析出"));
    let taken = officer
        .post(
            path,
            &[
                ("_command", &CommandId::new(&SystemClock).to_string()),
                sent[1],
                sent[2],
                sent[3],
                sent[4],
                sent[5],
            ],
        )
        .await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(taken.body.contains("href=\"#code\""), "{}", taken.body);
}

#[tokio::test]
async fn a_town_gets_a_community_layer() {
    let world = World::new().await;
    let mut officer = world.site.signed(Role::DistrictOfficer, DISTRICT).await;
    let town = world
        .linli()
        .areas()
        .by_code("310117103")
        .map(|area| area.path().clone());
    let town = town.expect("a town of the divisions");
    let members: Vec<String> = {
        let tree = world.linli().areas();
        tree.committees(&town)
            .take(2)
            .map(|area| area.path().to_string())
            .collect()
    };
    let path = format!("/desk/places/{}/add-layer", town.code());
    let page = officer.get(&path).await;
    let command = hidden(&page.body, "_command");
    let sent = [
        ("_command", command.as_str()),
        ("name", "东部社区"),
        ("code", "310117103-a"),
        ("members", &members[0]),
        ("members", &members[1]),
        ("from-year", "2026"),
        ("from-month", "9"),
        ("from-day", "1"),
    ];
    let done = officer.post(&path, &sent).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let layer = officer.get("/desk/places/310117103-a").await;
    assert!(layer.body.contains("共 2 个"), "{}", layer.body);
}

#[tokio::test]
async fn only_the_district_changes_areas() {
    let world = World::new().await;
    let mut street = world.site.signed(Role::StreetOfficer, STREET).await;
    assert_eq!(street.get("/desk/places").await.status, StatusCode::OK);
    let form = street.get("/desk/places/310117001001/rename").await;
    assert_eq!(form.status, StatusCode::FORBIDDEN);
    let mut officer = world.site.signed(Role::DistrictOfficer, DISTRICT).await;
    let unknown = officer.get("/desk/places/310117001001/abolish-all").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}
