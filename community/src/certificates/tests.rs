//! Certificates: the published vectors of the token's form, who may revoke, the golden files.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::date;
use linli_journal::golden::{self, Golden};
use linli_journal::{Config, Opened, Recorded};
use linli_kernel::{
    AccountId, Actor, AreaPath, Clock, CommandId, Post, PostId, ResidentId, Role, ShiftedClock,
};
use uuid::Uuid;

use super::decide::{Issued, revoke};
use super::key::Jwk;
use super::state::{Certificate, stream};
use super::token::{Claims, sign};
use super::*;
use crate::feature::Call;
use crate::node::{Linli, NodeConfig};
use crate::places::SONGJIANG;

const HOME: &str = "310117/310117001/310117001001";

/// The key of RFC 8037, appendix A.1.
const SEED: [u8; 32] = [
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
];

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-09-01T04:00:00Z".parse().unwrap()
    }
}

fn path(text: &str) -> AreaPath {
    text.parse().unwrap()
}

fn who() -> ResidentId {
    ResidentId(Uuid::from_u128(7))
}

fn staff(role: Role, area: &str) -> Actor {
    let post = Post {
        id: PostId(Uuid::from_u128(1)),
        role,
        area: path(area),
    };
    Actor::in_post(AccountId(Uuid::from_u128(2)), post)
}

/// RFC 8037, appendix A.2 and A.3.
#[test]
fn a_key_is_named_by_its_thumbprint() {
    let jwk = Jwk::of_seed(&SEED);
    assert_eq!(jwk.x, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    assert_eq!(jwk.kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    let shown = serde_json::to_value(&jwk).unwrap();
    let members: Vec<&str> = shown
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let public = ["alg", "crv", "kid", "kty", "use", "x"];
    assert_eq!(members, public, "never the private part");
}

#[test]
fn a_token_has_three_parts_and_says_no_more_than_it_must() {
    let claims = Claims {
        iss: "https://linli.example".to_owned(),
        sub: "张*国".to_owned(),
        jti: "1234567890".to_owned(),
        iat: 1_788_235_200,
        nbf: 1_788_192_000,
        exp: 1_796_054_400,
        certificate: "社区证明：开具证明".to_owned(),
        issuer: "岳阳街道人乐居民委员会".to_owned(),
        area: "310117001001".to_owned(),
        decided: "2026-09-01".to_owned(),
        until: None,
        check: "https://linli.example/verify/1234567890".to_owned(),
    };
    let token = sign(&SEED, &claims).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    // {"alg":"EdDSA","kid":"…","typ":"…"} in base64url.
    assert!(parts[0].starts_with("eyJhbGciOiJFZERTQSIsImtpZCI6"));
    assert_eq!(
        (parts.len(), parts[2].len()),
        (3, 86),
        "a signature of 64 bytes"
    );
    assert!(!token.contains('='));
    assert_eq!(
        sign(&SEED, &claims).unwrap(),
        token,
        "the same claims, the same token"
    );
}

fn issued(area: &AreaPath) -> Issued<'_> {
    Issued {
        number: "1234567890",
        subject: who(),
        area,
    }
}

#[test]
fn whoever_decides_there_revokes_once_and_never_their_own() {
    let (area, on) = (path(HOME), date(2026, 9, 2));
    let worker = staff(Role::CommitteeWorker, HOME);
    let refused = |actor: &Actor, kin: &[ResidentId], why: (&str, &str)| {
        let answer = revoke(
            &Certificate::default(),
            issued(&area),
            (actor, kin),
            why,
            on,
        );
        answer
            .unwrap_err()
            .into_iter()
            .map(|no| no.code)
            .collect::<Vec<_>>()
    };
    let why = ("wrong", "住址写错了");
    let next_door = staff(Role::CommitteeWorker, "310117/310117001/310117001002");
    assert_eq!(refused(&next_door, &[], why), ["gate.area"]);
    assert_eq!(
        refused(&staff(Role::Auditor, "310117"), &[], why),
        ["gate.role"]
    );
    assert_eq!(refused(&worker, &[who()], why), ["certificates.own"]);
    let missing = ["certificates.ground-missing", "certificates.words-missing"];
    assert_eq!(refused(&worker, &[], ("whim", " ")), missing);
    let long = "长".repeat(501);
    assert_eq!(
        refused(&worker, &[], ("wrong", &long)),
        ["certificates.words-long"]
    );

    let mut state = Certificate::default();
    let event = revoke(&state, issued(&area), (&worker, &[]), why, on).unwrap();
    state.apply(&event);
    assert_eq!(state.revoked, Some((on, "wrong".to_owned())));
    let again = revoke(&state, issued(&area), (&worker, &[]), why, on).unwrap_err();
    assert_eq!(again[0].code, "certificates.revoked-already");
}

#[test]
fn every_event_has_a_golden_file_that_is_understood_also_without_its_key() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/certificates");
    let revoked = Revoked {
        number: "1234567890".to_owned(),
        ground: "wrong".to_owned(),
        on: date(2026, 9, 2),
        subject: who(),
        area: path(HOME),
    };
    let samples = [
        Event::KeyPublished(KeyPublished {
            x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned(),
            area: path("310117"),
        }),
        Event::Revoked(revoked, "住址写错了".to_owned()),
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
        assert!(!golden.open.to_string().contains("住址"));
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
        stream: stream("1234567890"),
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

#[tokio::test]
async fn keys_rotate_after_a_year_and_old_ones_stay() {
    let clock = Arc::new(ShiftedClock::new(Noon, 0));
    let config = NodeConfig {
        journal: Config::memory(),
        catalogue: None,
    };
    let linli = Linli::open(config, Arc::clone(&clock) as _).await.unwrap();
    ready(&linli).await.unwrap();
    assert_eq!(
        linli.certificate_keys().await.unwrap().keys,
        [],
        "nobody to issue for"
    );
    let system = Actor::system();
    let call = Call {
        command: CommandId::new(&Noon),
        actor: &system,
        expected: None,
    };
    linli.import_divisions(call, SONGJIANG).await.unwrap();
    for _ in 0..3 {
        ready(&linli).await.unwrap();
    }
    let first = linli.certificate_keys().await.unwrap().keys;
    assert_eq!(first.len(), 1, "published once");
    clock.push(366);
    ready(&linli).await.unwrap();
    let both = linli.certificate_keys().await.unwrap().keys;
    assert_eq!((both.len(), &both[1]), (2, &first[0]), "the newest first");
    linli.journal().rebuild(|_| {}).await.unwrap();
    assert_eq!(linli.certificate_keys().await.unwrap().keys, both);
}
