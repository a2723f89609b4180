//! Supervision through the real router: from 不认可 to the settlement.

use http::StatusCode;
use linli_community::Call;
use linli_community::cases::command::{Decision, Delivery};
use linli_community::cases::{self, Command};
use linli_kernel::{AccountId, Actor, CommandId, Role, SystemClock};

use crate::desk::world::{COMMITTEE, STREET, World, hidden};

/// A certificate that was refused, and the applicant does not accept that.
async fn refused_and_disputed(world: &World) -> cases::Receipt {
    let receipt = world.filed("certificate").await;
    world
        .act(
            receipt.case,
            Role::CommitteeWorker,
            COMMITTEE,
            &Command::Accept,
        )
        .await;
    let check = Command::RecordCheck {
        check: "identity".to_owned(),
        outcome: cases::command::Outcome::Agrees,
        words: "与登记一致".to_owned(),
    };
    world
        .act(receipt.case, Role::CommitteeWorker, COMMITTEE, &check)
        .await;
    let refuse = Command::Decide {
        decision: Decision {
            outcome: "refuse".to_owned(),
            ground: Some("cannot_confirm".to_owned()),
            amount_fen: None,
            from: None,
            until: None,
            words: "无法核实".to_owned(),
        },
        deliver: Some(Delivery::Online),
    };
    world
        .act(receipt.case, Role::CommitteeWorker, COMMITTEE, &refuse)
        .await;
    let actor = Actor::resident(AccountId(world.elder.0), world.elder);
    let call = Call {
        command: CommandId::new(&SystemClock),
        actor: &actor,
        expected: None,
    };
    let dispute = Command::Dispute {
        words: "居住满十年".to_owned(),
    };
    cases::act(world.linli(), call, receipt.case, &dispute)
        .await
        .unwrap();
    receipt
}

#[tokio::test]
async fn a_disputed_result_reaches_the_supervisor_who_settles_it() {
    let world = World::new().await;
    let receipt = refused_and_disputed(&world).await;
    let mut supervisor = world.site.signed(Role::Supervisor, STREET).await;
    let number = receipt.number.as_str();
    let home = supervisor.get("/desk/supervision").await;
    assert!(home.body.contains(number), "{}", home.body);
    assert!(
        supervisor.get("/desk").await.body.contains(number),
        "it is in the queue too"
    );
    let path = format!("/desk/cases/{number}/settle");
    let page = supervisor.get(&path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let own = ["_command", "_version"].map(|name| (name, hidden(&page.body, name)));
    let mut sent: Vec<(&str, &str)> = own.iter().map(|(a, b)| (*a, b.as_str())).collect();
    sent.extend([("settlement", "redo"), ("words", "应再核实一次")]);
    let done = supervisor.post(&path, &sent).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let history = supervisor
        .get(&format!("/desk/cases/{number}?tab=history"))
        .await;
    assert!(history.body.contains("应再核实一次"));
    let empty = supervisor.get("/desk/supervision").await;
    assert!(!empty.body.contains(number));
    let mut worker = world.worker().await;
    assert_eq!(
        worker.get("/desk/supervision").await.status,
        StatusCode::FORBIDDEN
    );
}
