//! Messages through the real router: read, chosen, called.

use http::StatusCode;
use linli_community::Call;
use linli_community::cases::Command;
use linli_community::offers::Finding;
use linli_kernel::{AccountId, Actor, CommandId, Role, SystemClock};

use crate::desk::world::{COMMITTEE, STREET, World, hidden};
use crate::testing::Visitor;

async fn elder(world: &World) -> Visitor {
    let area = COMMITTEE.parse().unwrap();
    world.site.resident(world.elder, &area).await
}

/// A case of the elder's, accepted; what it made was made.
async fn accepted(world: &World) {
    let receipt = world.filed("certificate").await;
    world
        .act(
            receipt.case,
            Role::CommitteeWorker,
            COMMITTEE,
            &Command::Accept,
        )
        .await;
    assert_eq!(world.linli().make_messages().await.unwrap(), 1);
}

#[tokio::test]
async fn a_message_is_new_once_and_the_channel_is_the_persons_choice() {
    let world = World::new().await;
    accepted(&world).await;
    let mut elder = elder(&world).await;
    let page = elder.get("/my/messages").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.body.contains("社区证明：已受理") && page.body.contains("短信待发"));
    assert_eq!(page.body.matches("govuk-tag\">新").count(), 1);
    assert_eq!(
        page.body.matches(" checked").count(),
        0,
        "nothing is chosen for anybody"
    );
    let again = elder.get("/my/messages").await;
    assert_eq!(again.body.matches("govuk-tag\">新").count(), 0);

    let command = hidden(&again.body, "_command");
    let half = [
        ("_command", command.as_str()),
        ("channel", "mail"),
        ("address", "zhang@"),
    ];
    let half = elder.post("/my/messages/channel", &half).await;
    assert_eq!(half.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        half.body.contains("href=\"#address\"") && half.body.contains("value=\"zhang@\""),
        "{}",
        half.body
    );
    let none = elder
        .post("/my/messages/channel", &[("_command", &command)])
        .await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let chosen = [("_command", command.as_str()), ("channel", "phone")];
    let done = elder.post("/my/messages/channel", &chosen).await;
    assert_eq!(done.location(), "/my/messages");
    let page = elder.get("/my/messages").await;
    assert!(page.body.contains("记下了"));
    accepted(&world).await;
    let mut worker = world.worker().await;
    let list = worker.get("/desk/messages").await;
    assert!(list.body.contains("共 1 条"), "{}", list.body);
}

#[tokio::test]
async fn a_call_is_made_ticked_off_and_seen_as_a_look() {
    let world = World::new().await;
    let mut elder = elder(&world).await;
    let page = elder.get("/my/messages").await;
    let command = hidden(&page.body, "_command");
    let chosen = [("_command", command.as_str()), ("channel", "paper")];
    elder.post("/my/messages/channel", &chosen).await;
    accepted(&world).await;

    let mut worker = world.worker().await;
    let list = worker.get("/desk/messages").await;
    assert!(
        list.body.contains("送纸条") && !list.body.contains("张建国"),
        "masked in the list"
    );
    let (_, rest) = list.body.split_once("href=\"/desk/messages/").unwrap();
    let path = format!("/desk/messages/{}", rest.split('"').next().unwrap());
    let one = worker.get(&path).await;
    assert!(one.body.contains("张建国") && one.body.contains("岳阳街道示例路1号"));
    assert!(one.body.contains("已经受理"), "{}", one.body);
    let actor = Actor::resident(AccountId(world.elder.0), world.elder);
    let looks = world
        .linli()
        .looks_at(&actor, world.elder, 1, 20)
        .await
        .unwrap();
    assert_eq!(looks.rows.len(), 1);

    for (role, area) in [
        (Role::CommitteeWorker, "310117/310117001/310117001002"),
        (Role::Supervisor, STREET),
    ] {
        let mut other = world.site.signed(role, area).await;
        let status = other.get(&path).await.status;
        assert!(
            matches!(status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN),
            "{role:?}"
        );
    }
    let command = hidden(&one.body, "_command");
    let told = [("_command", command.as_str()), ("_do", "told")];
    let done = worker.post(&path, &told).await;
    assert_eq!(done.location(), "/desk/messages");
    assert_eq!(worker.get(&path).await.status, StatusCode::NOT_FOUND);
    let page = elder.get("/my/messages").await;
    assert!(page.body.contains("纸条已送到"));
}

#[tokio::test]
async fn an_offer_is_brought_on_paper_and_seen_as_a_look_for_a_purpose() {
    let world = World::new().await;
    let mut elder = elder(&world).await;
    let page = elder.get("/my/messages").await;
    let command = hidden(&page.body, "_command");
    let chosen = [("_command", command.as_str()), ("channel", "paper")];
    elder.post("/my/messages/channel", &chosen).await;
    let finding = Finding {
        resident: world.elder,
        area: COMMITTEE.parse().unwrap(),
        policy: "elder-allowance".to_owned(),
        service: "elder-allowance".to_owned(),
        on: world.linli().clock().today(),
        amount_fen: Some(15_000),
        reckoning: serde_json::json!({}),
    };
    let system = Actor::system();
    let call = Call {
        command: CommandId::new(&SystemClock),
        actor: &system,
        expected: None,
    };
    world.linli().make_offer(call, &finding).await.unwrap();
    assert_eq!(world.linli().make_messages().await.unwrap(), 1);
    let mut worker = world.worker().await;
    let list = worker.get("/desk/messages").await;
    let (_, rest) = list.body.split_once("href=\"/desk/messages/").unwrap();
    let path = format!("/desk/messages/{}", rest.split('"').next().unwrap());
    let one = worker.get(&path).await;
    assert!(
        one.body.contains("张建国") && one.body.contains("您可能符合"),
        "{}",
        one.body
    );
    let actor = Actor::resident(AccountId(world.elder.0), world.elder);
    let looks = world.linli().looks_at(&actor, world.elder, 1, 20).await;
    let looks = looks.unwrap().rows;
    assert!(
        looks[0]
            .words
            .as_deref()
            .is_some_and(|words| words.contains("您可能符合")),
        "{looks:?}"
    );
}
