//! Certificates through the real router: the token as strangers check it, the keys, revoking.

use std::process::Command as Process;

use http::{StatusCode, header};
use linli_community::cases::Command;
use linli_community::cases::command::{Decision, Delivery};
use linli_community::certificates::ready;
use linli_kernel::Role;
use serde_json::Value;

use crate::desk::world::{COMMITTEE, World, hidden};
use crate::testing::Visitor;

/// A community certificate of the elder, issued by the committee; its number.
async fn issued(world: &World) -> String {
    ready(world.linli()).await.unwrap();
    let receipt = world.filed("certificate").await;
    for command in [
        Command::Accept,
        Command::Decide {
            decision: Decision {
                outcome: "certify".to_owned(),
                ground: None,
                amount_fen: None,
                from: None,
                until: None,
                words: "经核实，张建国住在岳阳街道示例路1号。".to_owned(),
            },
            deliver: Some(Delivery::Online),
        },
    ] {
        world
            .act(receipt.case, Role::CommitteeWorker, COMMITTEE, &command)
            .await;
    }
    receipt.number.as_str().to_owned()
}

async fn elder(world: &World) -> Visitor {
    let area = COMMITTEE.parse().unwrap();
    world.site.resident(world.elder, &area).await
}

#[tokio::test]
async fn strangers_check_the_token_with_the_published_keys() {
    let world = World::new().await;
    let number = issued(&world).await;
    let token = elder(&world)
        .await
        .get(&format!("/cases/{number}/certificate.jwt"))
        .await;
    assert_eq!(token.status, StatusCode::OK, "{}", token.body);
    assert_eq!(token.header(&header::CONTENT_TYPE), "application/jose");
    let keys = world.site.visitor().get("/.well-known/jwks.json").await;
    assert_eq!(
        keys.header(&header::CONTENT_TYPE),
        "application/jwk-set+json"
    );
    assert!(!keys.body.contains("\"d\""), "no private part");
    let Some(claims) = oracle(&keys.body, &token.body) else {
        return;
    };
    assert_eq!(claims["jti"], number);
    assert_eq!(claims["sub"], "张*国");
    assert_eq!(claims["decided"], "2026-09-01");
    assert_eq!(
        claims["check"],
        format!("http://127.0.0.1:8080/verify/{number}")
    );
    // Midnight in Shanghai of the day it holds from, and 91 days later.
    assert_eq!(claims["nbf"], 1_788_192_000);
    assert_eq!(claims["exp"], 1_788_192_000 + 91 * 86_400);
    let said = claims.to_string();
    for secret in ["张建国", "示例路", "10900000001", "990117"] {
        assert!(!said.contains(secret), "{secret}");
    }
}

/// What `PyJWT` and `jwcrypto` read; nothing where they cannot be installed outside of CI.
fn oracle(keys: &str, token: &str) -> Option<Value> {
    let here = env!("CARGO_MANIFEST_DIR");
    let peers = Process::new(format!("{here}/../scripts/peers.sh"))
        .arg("tokens")
        .output()
        .unwrap();
    if !peers.status.success() {
        let why = "the peers of tokens could not be installed";
        assert!(std::env::var_os("CI").is_none(), "{why}");
        eprintln!("left out: {why}");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let (key_file, token_file) = (folder.path().join("keys"), folder.path().join("token"));
    std::fs::write(&key_file, keys).unwrap();
    std::fs::write(&token_file, token).unwrap();
    let python = String::from_utf8(peers.stdout).unwrap();
    let checked = Process::new(python.trim())
        .arg(format!("{here}/tests/oracle/certificate.py"))
        .args([&key_file, &token_file])
        .arg("http://127.0.0.1:8080")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{told}");
    Some(serde_json::from_slice(&checked.stdout).unwrap())
}

#[tokio::test]
async fn a_revoked_certificate_says_so_to_everybody_and_gives_no_token() {
    let world = World::new().await;
    let number = issued(&world).await;
    let check = format!("/verify/{number}");
    let mut anyone = world.site.visitor();
    assert!(anyone.get(&check).await.body.contains("有效"));
    let path = format!("/desk/cases/{number}/revoke-certificate");
    let mut worker = world.worker().await;
    let form = worker.get(&path).await;
    assert_eq!(form.status, StatusCode::OK);
    let command = hidden(&form.body, "_command");
    let bare = worker.post(&path, &[("_command", &command)]).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bare.body.contains("href=\"#ground\"") && bare.body.contains("href=\"#words\""));
    let why = [
        ("_command", command.as_str()),
        ("ground", "changed"),
        ("words", "本人已经搬走。"),
    ];
    let done = worker.post(&path, &why).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let shown = anyone.get(&check).await;
    assert!(shown.body.contains("已撤销") && shown.body.contains("2026年9月1日"));
    assert!(
        !shown.body.contains("搬走") && !shown.body.contains("张"),
        "no word of why or whose"
    );
    let token = elder(&world)
        .await
        .get(&format!("/cases/{number}/certificate.jwt"))
        .await;
    assert_eq!(token.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = worker.get(&path).await;
    let command = hidden(&form.body, "_command");
    let twice = [
        ("_command", command.as_str()),
        ("ground", "wrong"),
        ("words", "再来"),
    ];
    let again = worker.post(&path, &twice).await;
    assert!(again.body.contains("已经撤销了"), "{}", again.body);
}

#[tokio::test]
async fn only_what_was_certified_has_a_token() {
    let world = World::new().await;
    ready(world.linli()).await.unwrap();
    let receipt = world.filed("certificate").await;
    let path = format!("/cases/{}/certificate.jwt", receipt.number.as_str());
    let early = elder(&world).await.get(&path).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
}
