//! 节点互联 through the real router: what is shown, to whom, and the takeover by two officers.

use http::StatusCode;
use jiff::Timestamp;
use linli_community::nodes::{Above, Neighbour, Standing};
use linli_kernel::Role;

use crate::desk::world::{COMMITTEE, DISTRICT, World, hidden};
use crate::testing::Visitor;

const LOST: &str = "000102030405060708090a0b0c0d0e0f";

fn standing() -> Standing {
    Standing {
        fingerprint: "aaaa bbbb".to_owned(),
        held: None,
        above: None,
        failure: None,
        nodes: vec![Neighbour {
            log: LOST.to_owned(),
            left: 3,
            fingerprint: "0001 0203".to_owned(),
            area: COMMITTEE.to_owned(),
            direct: true,
            stopped: Some("revoked"),
            heard: Some(Timestamp::UNIX_EPOCH),
            here: 5,
            there: 7,
            version: None,
        }],
        trouble: Vec::new(),
    }
}

async fn press(officer: &mut Visitor, verb: &str) -> StatusCode {
    let page = officer.get("/desk/nodes").await;
    let command = hidden(&page.body, "_command");
    let path = format!("/desk/nodes/{LOST}/takeover");
    let fields = [("_command", &*command), ("do", verb)];
    officer.post(&path, &fields).await.status
}

#[tokio::test]
async fn what_a_lost_node_kept_takes_two_officers() {
    let world = World::new().await;
    let linli = &world.site.portal.linli;
    linli.tell_standing(standing());
    let mut first = world.site.signed(Role::DistrictOfficer, DISTRICT).await;
    let mut second = world.site.signed(Role::DistrictOfficer, DISTRICT).await;
    let page = first.get("/desk/nodes").await;
    assert!(page.body.contains("value=\"ask\""), "{}", page.body);
    assert_eq!(press(&mut first, "ask").await, StatusCode::SEE_OTHER);
    // Who asked is offered no button, and is refused without one.
    let page = first.get("/desk/nodes").await;
    assert!(!page.body.contains("/takeover"), "{}", page.body);
    let page = second.get("/desk/nodes").await;
    assert!(page.body.contains("value=\"grant\""), "{}", page.body);
    let command = hidden(&page.body, "_command");
    let path = format!("/desk/nodes/{LOST}/takeover");
    let fields = [("_command", &*command), ("do", "grant")];
    let alone = first.post(&path, &fields).await;
    assert_eq!(alone.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(linli.takeovers_granted().await.unwrap().is_empty());
    assert_eq!(press(&mut second, "grant").await, StatusCode::SEE_OTHER);
    let granted = linli.takeovers_granted().await.unwrap();
    assert_eq!(granted.len(), 1);
    assert_eq!(granted[0].0, LOST);
    assert_ne!(granted[0].1[0], granted[0].1[1]);
}

#[tokio::test]
async fn a_node_that_runs_is_not_taken_over_and_a_worker_may_not_even_ask() {
    let world = World::new().await;
    let linli = &world.site.portal.linli;
    let mut runs = standing();
    runs.nodes[0].stopped = None;
    linli.tell_standing(runs);
    let mut officer = world.site.signed(Role::DistrictOfficer, DISTRICT).await;
    let path = format!("/desk/nodes/{LOST}/takeover");
    let fields = [
        ("_command", "01920000-0000-7000-8000-000000000001"),
        ("do", "ask"),
    ];
    let refused = officer.post(&path, &fields).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.body
    );
    let mut worker = world.worker().await;
    assert_eq!(
        worker.get("/desk/nodes").await.status,
        StatusCode::FORBIDDEN
    );
    let meddled = worker.post(&path, &fields).await;
    assert_eq!(meddled.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_receipt_says_where_the_case_is_kept() {
    let world = World::new().await;
    let receipt = world.filed("dibao").await;
    let seq = receipt.seq;
    let linli = &world.site.portal.linli;
    let mut worker = world.worker().await;
    let path = format!("/desk/intake/receipt/{}", receipt.number.as_str());
    let above = |reached| Standing {
        above: Some(Above {
            reached,
            heard: None,
        }),
        ..standing()
    };
    let alone = worker.get(&path).await;
    assert!(!alone.body.contains("已存本机") && !alone.body.contains("已达上级"));
    linli.tell_standing(above(seq));
    assert!(worker.get(&path).await.body.contains("已存本机"));
    linli.tell_standing(above(seq + 1));
    assert!(worker.get(&path).await.body.contains("已达上级"));
}
