//! Offers: what may become of them, the golden files, and their life on a node.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::date;
use linli_journal::golden::{self, Golden};
use linli_journal::{Config, Opened, Recorded};
use linli_kernel::{
    AccountId, Actor, AreaPath, CaseId, Clock, CommandId, Post, PostId, ResidentId, Role,
};
use serde_json::json;
use uuid::Uuid;

use super::decide::{decline, lapse, make, take};
use super::*;
use crate::feature::{Call, Problem};
use crate::node::{Linli, NodeConfig};
use crate::places::SONGJIANG;

const HOME: &str = "310117/310117001/310117001001";

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-11-23T04:00:00Z".parse().unwrap()
    }
}

fn path(text: &str) -> AreaPath {
    text.parse().unwrap()
}

fn who() -> ResidentId {
    ResidentId(Uuid::from_u128(7))
}

fn case() -> CaseId {
    CaseId(Uuid::from_u128(9))
}

fn herself() -> Actor {
    Actor::resident(AccountId(Uuid::from_u128(1)), who())
}

fn staff(role: Role, area: &str) -> Actor {
    let post = Post {
        id: PostId(Uuid::from_u128(1)),
        role,
        area: path(area),
    };
    Actor::in_post(AccountId(Uuid::from_u128(2)), post)
}

fn finding(amount_fen: i64) -> Finding {
    Finding {
        resident: who(),
        area: path(HOME),
        policy: "elder-allowance".to_owned(),
        service: "elder-allowance".to_owned(),
        on: date(2026, 11, 1),
        amount_fen: Some(amount_fen),
        reckoning: json!({ "eligible": true }),
    }
}

fn after(events: &[Event]) -> Offer {
    let mut offer = Offer::default();
    events.iter().for_each(|event| offer.apply(event));
    offer
}

fn open() -> Offer {
    after(&[make(&Offer::default(), &finding(15_000)).unwrap()])
}

#[test]
fn an_open_offer_is_made_anew_only_with_another_amount() {
    let open = open();
    assert_eq!(open.standing, Standing::Open);
    assert_eq!(make(&open, &finding(15_000)), None);
    let more = make(&open, &finding(18_000)).unwrap();
    let Event::Made(_, Some(sealed), _) = more else {
        panic!("{more:?}")
    };
    assert_eq!(sealed.amount_fen, Some(18_000));
}

#[test]
fn what_was_declined_or_taken_is_never_offered_again() {
    let answers = [
        decline(&open(), &herself()).unwrap(),
        take(&open(), case(), &herself()).unwrap(),
    ];
    for answer in answers {
        let mut offer = open();
        offer.apply(&answer);
        assert_eq!(make(&offer, &finding(99_900)), None, "{answer:?}");
        assert_eq!(lapse(&offer), None, "{answer:?}");
        let again = decline(&offer, &herself()).unwrap_err();
        assert_eq!(again.code, "offers.not-open");
    }
}

#[test]
fn what_lapsed_may_be_offered_again() {
    let mut offer = open();
    offer.apply(&lapse(&offer).unwrap());
    assert_eq!(offer.standing, Standing::Lapsed);
    assert!(make(&offer, &finding(15_000)).is_some());
}

#[test]
fn only_the_resident_or_their_own_committee_answers_an_offer() {
    let neighbour = Actor::resident(
        AccountId(Uuid::from_u128(3)),
        ResidentId(Uuid::from_u128(8)),
    );
    let answers = [
        (neighbour, Some("gate.own")),
        (herself(), None),
        (staff(Role::CommitteeWorker, HOME), None),
        (
            staff(Role::CommitteeWorker, "310117/310117001/310117001002"),
            Some("gate.area"),
        ),
        (staff(Role::Auditor, "310117"), Some("gate.role")),
    ];
    for (actor, refused) in answers {
        let answer = decline(&open(), &actor).err().map(|no| no.code);
        assert_eq!(answer.as_deref(), refused, "{actor:?}");
    }
}

#[test]
fn every_event_has_a_golden_file_that_is_understood_also_without_its_key() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/offers");
    let samples = [
        make(&Offer::default(), &finding(15_000)).unwrap(),
        Event::Declined(path(HOME)),
        Event::Taken(case(), path(HOME)),
        Event::Lapsed(path(HOME)),
    ];
    for event in &samples {
        let parts = event.write().unwrap();
        let golden = Golden {
            kind: parts.kind,
            open: parts.open,
            sealed: parts.sealed.into_iter().map(|(_, plain)| plain).collect(),
        };
        golden::check(&folder, &golden).unwrap();
        assert_eq!(Event::read(&recorded(&golden, true)).unwrap(), *event);
        let open = golden.open.to_string();
        assert!(!open.contains("15000") && !open.contains("eligible"));
        let erased = Event::read(&recorded(&golden, false)).unwrap();
        assert_eq!(erased.write().unwrap().open, golden.open);
    }
    assert_eq!(golden::all(&folder).unwrap().len(), samples.len());
}

fn recorded(golden: &Golden, plain: bool) -> Recorded {
    let sealed = golden.sealed.iter().map(|value| Opened {
        subject: who(),
        plain: plain.then(|| value.clone()),
    });
    Recorded {
        seq: 0,
        stream: stream(who(), "elder-allowance"),
        version: 1,
        area: path(HOME),
        kind: golden.kind.clone(),
        at: Timestamp::UNIX_EPOCH,
        actor: Actor::system(),
        command: CommandId(Uuid::nil()),
        open: golden.open.clone(),
        sealed: sealed.collect(),
        digest: [0; 32],
    }
}

fn call(actor: &Actor) -> Call<'_> {
    Call {
        command: CommandId::new(&Noon),
        actor,
        expected: None,
    }
}

async fn node() -> Linli {
    let config = NodeConfig {
        journal: Config::memory(),
        catalogue: None,
    };
    let linli = Linli::open(config, Arc::new(Noon)).await.unwrap();
    let system = Actor::system();
    let divisions = linli.import_divisions(call(&system), SONGJIANG).await;
    divisions.unwrap();
    linli
}

#[tokio::test]
async fn an_offer_is_seen_by_its_resident_and_committee_and_counted() {
    let linli = node().await;
    let system = Actor::system();
    assert!(
        linli
            .make_offer(call(&system), &finding(15_000))
            .await
            .unwrap()
    );
    assert!(
        !linli
            .make_offer(call(&system), &finding(15_000))
            .await
            .unwrap()
    );
    let worker = staff(Role::CommitteeWorker, HOME);
    let listed = linli.offers(&worker, &Sought::default()).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].resident(), Some(who()));
    assert_eq!(listed[0].amount_fen, Some(15_000));
    assert_eq!(linli.own_offers(who()).await.unwrap(), listed);
    let elsewhere = staff(Role::CommitteeWorker, "310117/310117001/310117001002");
    assert_eq!(
        linli.offers(&elsewhere, &Sought::default()).await.unwrap(),
        []
    );
    let beyond = Sought {
        area: Some(path(HOME)),
        ..Sought::default()
    };
    let refused = linli.offers(&elsewhere, &beyond).await.unwrap_err();
    assert!(matches!(refused, Problem::Refused(_)), "{refused:?}");
    let seen = linli.offer(&herself(), who(), "elder-allowance").await;
    assert_eq!(seen.unwrap().reckoning, Some(json!({ "eligible": true })));
    let declined = linli
        .decline_offer(call(&herself()), who(), "elder-allowance")
        .await
        .unwrap();
    assert_eq!(declined.state.standing, Standing::Declined);
    assert_eq!(linli.own_offers(who()).await.unwrap(), []);
    assert!(
        !linli
            .make_offer(call(&system), &finding(18_000))
            .await
            .unwrap()
    );
    let measured = linli.offers_measured(&worker).await.unwrap();
    assert_eq!((measured.open, measured.declined), (0, 1));
    assert_eq!(measured.wrong_per_mille(), None);
}

#[tokio::test]
async fn the_register_of_offers_is_the_fold_of_the_journal() {
    let linli = node().await;
    let system = Actor::system();
    linli
        .make_offer(call(&system), &finding(15_000))
        .await
        .unwrap();
    let before = linli.own_offers(who()).await.unwrap();
    assert_eq!(before.len(), 1);
    linli.journal().rebuild(|_| {}).await.unwrap();
    assert_eq!(linli.own_offers(who()).await.unwrap(), before);
}

#[tokio::test]
async fn what_was_offered_to_somebody_erased_is_gone_at_once() {
    let linli = node().await;
    let system = Actor::system();
    linli
        .make_offer(call(&system), &finding(15_000))
        .await
        .unwrap();
    let officer = staff(Role::DistrictOfficer, "310117");
    let place = path(HOME);
    crate::reactions::erase(&linli, call(&officer), who(), &place, "asked")
        .await
        .unwrap();
    let every = Sought::default();
    let worker = staff(Role::CommitteeWorker, HOME);
    let left = linli.offers(&worker, &every).await.unwrap();
    assert!(left.iter().all(|row| row.amount_fen.is_none()), "{left:?}");
    assert_eq!(linli.own_offers(who()).await.unwrap(), []);
    linli.journal().rebuild(|_| {}).await.unwrap();
    assert_eq!(linli.offers(&worker, &every).await.unwrap(), left);
}
