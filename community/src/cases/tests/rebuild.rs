//! Registers equal the fold of the journal: rebuilding gives the same rows, whatever happened.

use linli_kernel::{Actor, ResidentId, Role};
use sea_orm::sea_query::{Asterisk, Order, Query};
use sea_orm::{ConnectionTrait, FromQueryResult, JsonValue};
use uuid::Uuid;

use super::doors::node;
use super::world::*;
use crate::cases::demo::{self, Cast, Person};
use crate::catalogue::Facts;
use crate::node::Linli;

async fn rows(linli: &Linli, table: &'static str) -> Vec<JsonValue> {
    let query = Query::select()
        .column(Asterisk)
        .from(table)
        .order_by("id", Order::Asc)
        .take();
    let found = linli.journal().reader().query_all(&query).await.unwrap();
    found
        .iter()
        .map(|row| JsonValue::from_query_result(row, "").unwrap())
        .collect()
}

pub(super) fn cast() -> Cast {
    let person = |n: u128| Person {
        resident: ResidentId(Uuid::from_u128(n)),
        actor: resident(n),
        name: format!("示例{n}"),
        phone: format!("109000000{n:02}"),
        facts: Facts::default(),
    };
    let staff: Vec<Actor> = [
        (Role::CommitteeWorker, COMMITTEE),
        (Role::StreetOfficer, STREET),
        (Role::DistrictOfficer, "310117"),
        (Role::Supervisor, STREET),
    ]
    .into_iter()
    .zip(50..)
    .map(|((role, at), n)| staff(role, at, n))
    .collect();
    Cast {
        area: area(COMMITTEE),
        people: (1..=30).map(person).collect(),
        staff,
    }
}

#[tokio::test]
async fn the_demo_plays_in_every_state_and_rebuilding_gives_the_same_rows() {
    let (linli, clock) = node().await;
    let filed = demo::seed(&linli, &cast(), &|| clock.days_pass(1))
        .await
        .unwrap();
    assert!(filed.len() >= 30);
    let cases = rows(&linli, "cases").await;
    let phases: std::collections::BTreeSet<String> = cases
        .iter()
        .map(|row| row["phase"].as_str().unwrap().to_owned())
        .collect();
    for phase in [
        "submitted",
        "in_hand",
        "supplement",
        "notice",
        "delivered",
        "follow_up",
        "disputed",
        "closed",
        "intake_refused",
        "withdrawn",
    ] {
        assert!(phases.contains(phase), "no case is {phase}: {phases:?}");
    }
    let mut before = Vec::new();
    for table in ["cases", "award", "public_notice", "follow_up"] {
        let kept = rows(&linli, table).await;
        assert!(!kept.is_empty(), "{table} is empty");
        before.push((table, kept));
    }
    linli.journal().rebuild(|_| {}).await.unwrap();
    for (table, kept) in before {
        assert_eq!(rows(&linli, table).await, kept, "{table}");
    }
}
