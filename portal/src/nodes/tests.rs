//! 节点互联 through the real router: what is shown, to whom, and the takeover by two officers.

use std::sync::Arc;

use http::StatusCode;
use jiff::Timestamp;
use linli_community::cases::Command;
use linli_community::nodes::{Above, How, Neighbour, Standing};
use linli_journal::{EntryName, Foreign, Intake, Owned, read_entry};
use linli_kernel::{AccountId, Actor, Post, PostId, ResidentId, Role, StreamId, SystemClock};

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
        beside: Vec::new(),
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

fn officer_of(area: &str) -> Actor {
    let post = Post {
        id: PostId::new(&SystemClock),
        role: Role::DistrictOfficer,
        area: area.parse().unwrap(),
    };
    Actor::in_post(AccountId::new(&SystemClock), post)
}

/// A case of another node, of which everything after the filing is kept beside it here.
async fn branched() -> (World, StreamId) {
    let (world, other) = (World::new().await, World::new().await);
    let receipt = other.filed("dibao").await;
    let log = other.linli().journal().log_id().unwrap().to_owned();
    let case = StreamId::from(receipt.case);
    let accept = Command::Accept;
    other
        .act(receipt.case, Role::CommitteeWorker, COMMITTEE, &accept)
        .await;
    let journal = other.linli().journal();
    let size = journal.size().await.unwrap();
    let mut intake = Intake::default();
    let mut beside = Vec::new();
    for (seq, bytes) in (0..).zip(journal.own_bytes(0, size).await.unwrap()) {
        let entry = read_entry(&bytes).unwrap();
        if entry.stream != case {
            continue;
        }
        let name = EntryName {
            log: log.clone(),
            seq,
            digest: entry.digest,
        };
        match entry.version {
            1 => intake.applied.push(name.clone()),
            _ => beside.push((log.clone(), seq)),
        }
        intake.entries.push(Foreign {
            name,
            stream: entry.stream,
            version: entry.version,
            bytes: Arc::from(bytes),
        });
    }
    let subjects: Vec<ResidentId> = vec![other.elder];
    intake.keys = journal
        .subject_keys(subjects)
        .await
        .unwrap()
        .into_iter()
        .collect();
    let owned = Owned {
        owner: log,
        released: None,
    };
    intake.owners.push((case.clone(), owned));
    let linli = world.linli();
    linli.journal().take_in(intake).await.unwrap();
    assert!(!beside.is_empty());
    linli.tell_standing(Standing {
        beside,
        ..standing()
    });
    (world, case)
}

#[tokio::test]
async fn a_branch_is_shown_beside_its_case_and_settled_with_a_reason() {
    let (world, case) = branched().await;
    let linli = world.linli();
    let mut officer = world.site.signed(Role::DistrictOfficer, DISTRICT).await;
    let home = officer.get("/desk/nodes").await;
    assert!(home.body.contains("分叉的记录") && home.body.contains("等待处理"));
    let (_, rest) = home.body.split_once("/desk/nodes/branches/").unwrap();
    let id = rest.split('"').next().unwrap().to_owned();
    let path = format!("/desk/nodes/branches/{id}");
    let page = officer.get(&path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    // What the other node did is told in the words of a case's history, and changed nothing here.
    assert!(page.body.contains("受理"), "{}", page.body);
    assert_eq!(linli.journal().stream(&case).await.unwrap().len(), 1);
    // Without a choice or words it comes back with what was typed.
    let command = hidden(&page.body, "_command");
    let sent = [("_command", &*command), ("words", ""), ("how", "redone")];
    let again = officer.post(&path, &sent).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("checked"), "{}", again.body);
    let sent = [
        ("_command", &*command),
        ("words", "已重新受理"),
        ("how", "redone"),
    ];
    assert_eq!(
        officer.post(&path, &sent).await.status,
        StatusCode::SEE_OTHER
    );
    let actor = officer_of(DISTRICT);
    let known = linli.branches(&actor).await.unwrap();
    let said = &known[0].settled.as_ref().unwrap().said;
    assert_eq!((said.how, &*said.words), (How::Redone, "已重新受理"));
    let home = officer.get("/desk/nodes").await;
    assert!(home.body.contains("已补办") && !home.body.contains("等待处理"));
}

#[tokio::test]
async fn a_branch_is_for_officers_of_its_area() {
    let (world, _) = branched().await;
    let mut officer = world.site.signed(Role::DistrictOfficer, DISTRICT).await;
    let home = officer.get("/desk/nodes").await;
    let (_, rest) = home.body.split_once("/desk/nodes/branches/").unwrap();
    let path = format!("/desk/nodes/branches/{}", rest.split('"').next().unwrap());
    let mut worker = world.worker().await;
    assert_eq!(worker.get(&path).await.status, StatusCode::FORBIDDEN);
    let elsewhere = officer_of("310101");
    assert!(world.linli().branches(&elsewhere).await.unwrap().is_empty());
    let nobody = format!("/desk/nodes/branches/{}", "0".repeat(64));
    let none = officer.get(&nobody).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND, "{}", none.body);
}
