//! Visits through the real router: who waits, what is shown, what taking along records, and a record
//! that arrives late.

use http::StatusCode;
use linli_community::cases::{Command, Receipt};
use linli_community::residents::Why;
use linli_kernel::{AccountId, Actor, CommandId, Role, SystemClock};

use crate::desk::world::{COMMITTEE, World, hidden};
use crate::testing::{Answer, Visitor};

const ADDRESS: &str = "岳阳街道示例路1号";

/// A case that waits for a visit.
async fn waiting(world: &World) -> Receipt {
    let receipt = world.filed("dibao").await;
    let role = Role::CommitteeWorker;
    world
        .act(receipt.case, role, COMMITTEE, &Command::Accept)
        .await;
    receipt
}

/// 谁看过我的信息, as the resident sees it.
async fn looks(world: &World) -> Vec<Why> {
    let actor = Actor::resident(AccountId(world.elder.0), world.elder);
    let seen = world.linli().looks_at(&actor, world.elder, 1, 50).await;
    seen.unwrap().rows.iter().map(|look| look.why).collect()
}

async fn take_along(visitor: &mut Visitor) -> Answer {
    let taken = visitor.post("/desk/visits/take", &[]).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    let to = taken.location().to_owned();
    visitor.get(&to).await
}

/// The form of a visit as the page held it, with `words` typed.
async fn typed(visitor: &mut Visitor, path: &str, words: &str) -> Vec<(&'static str, String)> {
    let page = visitor.get(path).await;
    let own = ["_command", "_version"].map(|name| (name, hidden(&page.body, name)));
    let on = [
        ("on-year", "2026"),
        ("on-month", "9"),
        ("on-day", "1"),
        ("people", "2"),
    ];
    let on = on.map(|(name, value)| (name, value.to_owned()));
    own.into_iter()
        .chain(on)
        .chain([("words", words.to_owned()), ("_kept", "yes".to_owned())])
        .collect()
}

async fn send(visitor: &mut Visitor, path: &str, fields: &[(&'static str, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    visitor.post(path, &fields).await
}

#[tokio::test]
async fn the_list_holds_those_whose_next_step_is_a_visit() {
    let world = World::new().await;
    let new = world.filed("elder-allowance").await;
    let visit = waiting(&world).await;
    let mut worker = world.worker().await;
    let page = worker.get("/desk/visits").await;
    assert_eq!(page.status, StatusCode::OK);
    let sheet = |receipt: &Receipt| format!("/desk/visits/{}", receipt.number.as_str());
    assert!(page.body.contains(&sheet(&visit)), "{}", page.body);
    assert!(!page.body.contains(&sheet(&new)), "not accepted yet");
    assert!(page.body.contains("张*国") && !page.body.contains("张建国"));
    assert!(
        !page.body.contains(ADDRESS),
        "masked before it is taken along"
    );
    assert!(!page.body.contains("data-l=\"along\""));
    let mut officer = world.officer().await;
    let page = officer.get("/desk/visits").await;
    assert!(
        !page.body.contains(&sheet(&visit)),
        "it is not at their desk"
    );
    let mut grid = world.site.signed(Role::GridWorker, COMMITTEE).await;
    assert_eq!(grid.get("/desk/visits").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn taking_along_shows_where_to_go_and_is_a_look_that_the_resident_sees() {
    let world = World::new().await;
    let visit = waiting(&world).await;
    let number = visit.number.as_str();
    let mut worker = world.worker().await;
    let before = worker.get(&format!("/desk/visits/{number}")).await;
    assert!(!before.body.contains(ADDRESS));
    let list = take_along(&mut worker).await;
    let along = format!(
        "data-pages=\"/desk/visits /desk/visits/{number} /desk/cases/{number}/record-visit\""
    );
    assert!(list.body.contains(&along), "{}", list.body);
    let sheet = worker.get(&format!("/desk/visits/{number}")).await;
    assert!(sheet.body.contains(ADDRESS), "{}", sheet.body);
    for hidden in ["张建国", "10900000001", "6222000011112222"] {
        assert!(!sheet.body.contains(hidden), "{hidden} stays masked");
    }
    assert_eq!(looks(&world).await, [Why::Visit]);
    take_along(&mut worker).await;
    assert_eq!(
        looks(&world).await.len(),
        1,
        "shown still, so it is not another look"
    );
}

#[tokio::test]
async fn what_a_colleague_has_taken_stays_with_them() {
    let world = World::new().await;
    let visit = waiting(&world).await;
    let take = Command::Take { over: false };
    let role = Role::CommitteeWorker;
    world.act(visit.case, role, COMMITTEE, &take).await;
    let mut worker = world.worker().await;
    let list = take_along(&mut worker).await;
    assert!(list.body.contains(visit.number.as_str()));
    assert!(!list.body.contains("record-visit") && !list.body.contains(ADDRESS));
    assert!(looks(&world).await.is_empty());
}

#[tokio::test]
async fn a_record_that_comes_late_and_twice_counts_once() {
    let world = World::new().await;
    let visit = waiting(&world).await;
    let path = format!("/desk/cases/{}/record-visit", visit.number.as_str());
    let mut worker = world.worker().await;
    let form = typed(&mut worker, &path, "独居，无收入").await;
    for _ in 0..2 {
        let answer = send(&mut worker, &path, &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    }
    let case = worker
        .get(&format!(
            "/desk/cases/{}?tab=history",
            visit.number.as_str()
        ))
        .await;
    assert_eq!(case.body.matches("独居，无收入").count(), 1);
    let list = worker.get("/desk/visits").await;
    assert!(
        !list.body.contains(visit.number.as_str()),
        "nobody waits any more"
    );
    let another: Vec<(&'static str, String)> = form
        .iter()
        .map(|(name, value)| match *name {
            "words" => (*name, "别的话".to_owned()),
            _ => (*name, value.clone()),
        })
        .collect();
    let answer = send(&mut worker, &path, &another).await;
    assert_ne!(
        answer.status,
        StatusCode::SEE_OTHER,
        "other words under the same id are refused"
    );
    let case = worker
        .get(&format!(
            "/desk/cases/{}?tab=history",
            visit.number.as_str()
        ))
        .await;
    assert!(!case.body.contains("别的话"));
}

#[tokio::test]
async fn a_record_over_a_case_that_moved_on_shows_both_and_overwrites_nothing() {
    let world = World::new().await;
    let visit = waiting(&world).await;
    let path = format!("/desk/cases/{}/record-visit", visit.number.as_str());
    let mut worker = world.worker().await;
    let form = typed(&mut worker, &path, "没有人在家").await;
    let meanwhile = Command::RecordVisit {
        on: jiff::civil::date(2026, 9, 1),
        people: 2,
        words: "同事先去过".to_owned(),
    };
    world
        .act(visit.case, Role::CommitteeWorker, COMMITTEE, &meanwhile)
        .await;
    let answer = send(&mut worker, &path, &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    for version in ["同事先去过", "没有人在家"] {
        assert!(answer.body.contains(version), "{version}: {}", answer.body);
    }
    let newer = hidden(&answer.body, "_version");
    assert_ne!(
        Some(&newer),
        form.iter()
            .find(|(name, _)| *name == "_version")
            .map(|(_, v)| v)
    );
    let decided: Vec<(&'static str, String)> = form
        .into_iter()
        .map(|(name, value)| {
            if name == "_version" {
                (name, newer.clone())
            } else {
                (name, value)
            }
        })
        .collect();
    let answer = send(&mut worker, &path, &decided).await;
    assert_eq!(
        answer.status,
        StatusCode::SEE_OTHER,
        "the person decided: {}",
        answer.body
    );
    let case = worker
        .get(&format!(
            "/desk/cases/{}?tab=history",
            visit.number.as_str()
        ))
        .await;
    assert!(case.body.contains("同事先去过") && case.body.contains("没有人在家"));
    let unknown = format!("/desk/visits/{}", CommandId::new(&SystemClock));
    assert_eq!(worker.get(&unknown).await.status, StatusCode::NOT_FOUND);
}
