//! Messages from whoever means no good: refused or kept with a reason, and nobody is hurt.

use std::sync::Arc;

use linli_kernel::ResidentId;
use linli_kernel::StreamId;
use linli_network::core::{Ed25519, Frame, Head, Hello, Message, StopReason, wire};
use linli_network::core::{empty_root, sha256};
use linli_network::line::{self, Client, Envelope, MAX_BODY};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use uuid::Uuid;

use crate::site::{COMMITTEE, ELSEWHERE, Site};

fn hello(seed: &[u8; 32]) -> Vec<u8> {
    let end = (0, empty_root());
    let message = Message::Hello(Hello {
        head: Head::sign(&Ed25519::new(seed), end, end),
        recovering: false,
        witnessed: Vec::new(),
        seen: 0,
    });
    wire::encode(&Frame {
        session: 0,
        nonce: 7,
        message,
    })
}

/// What the node answers to this content under this key.
async fn said(site: &Site, seed: &[u8; 32], content: &[u8]) -> Message {
    let sealed = Envelope::seal(seed, &site.line.key(), None, content).unwrap();
    let answer = site
        .way()
        .post("/network/1", &sealed)
        .await
        .unwrap()
        .unwrap();
    let opened = Envelope::open(seed, Some(&sha256(&sealed)), &answer).unwrap();
    wire::decode(&opened.content).unwrap().message
}

#[tokio::test]
async fn a_code_is_good_once_for_a_day_and_for_enrolling_only() {
    let top = Site::top().await;
    let code = top.invite(COMMITTEE).await;
    let way = top.way();
    let wrong = code.replace(&code[..4], "0000");
    assert!(
        line::join(&way, &wrong, &[1; 32])
            .await
            .unwrap_err()
            .contains("code")
    );
    // Whoever has the code and did not use it is nobody.
    let stop = said(&top, &[1; 32], &hello(&[1; 32])).await;
    assert!(matches!(
        stop,
        Message::Stop {
            why: StopReason::Unknown,
            ..
        }
    ));
    let first = line::join(&way, &code, &[1; 32]).await.unwrap();
    // The same key may ask again, if the answer was lost; another may not.
    let again = line::join(&way, &code, &[1; 32]).await.unwrap();
    assert_eq!(first.numbers, again.numbers);
    assert!(line::join(&way, &code, &[2; 32]).await.is_err());
    let late = top.invite(ELSEWHERE).await;
    top.clock.advance_days(2);
    assert!(line::join(&way, &late, &[3; 32]).await.is_err());
    // Another node of the same area has no place there.
    let second = top.invite(COMMITTEE).await;
    assert!(line::join(&way, &second, &[4; 32]).await.is_err());
    // A code of one node is no code of another.
    let other = Site::top().await;
    let code = other.invite(COMMITTEE).await;
    assert!(
        line::join(&way, &code, &[5; 32])
            .await
            .unwrap_err()
            .contains("not the one")
    );
}

#[tokio::test]
async fn strangers_and_revoked_nodes_are_told_why_and_noted() {
    let top = Site::top().await;
    let child = top.child(COMMITTEE).await;
    let stop = said(&top, &[9; 32], &hello(&[9; 32])).await;
    assert!(matches!(
        stop,
        Message::Stop {
            why: StopReason::Unknown,
            ..
        }
    ));
    assert_eq!(top.status().await.trouble[0].reason, "unknown");
    assert!(line::revoke(&top.line, child.line.log()).await.unwrap());
    for _ in 0..20 {
        child.exchange().await;
    }
    assert_eq!(child.status().await.mode, "stopped");
    let about = ("x", ResidentId(Uuid::from_u128(1)));
    let refused = child
        .note(&StreamId::new("case", "x"), COMMITTEE, about)
        .await;
    assert!(refused.is_err(), "a node that was shut out writes on");
    let status = top.status().await;
    assert_eq!(status.nodes[0].stopped, Some("revoked"));
    let noted = status.trouble.iter().filter(|one| one.reason == "revoked");
    assert_eq!(noted.count(), 1, "noted once an hour, not at each knock");
}

#[tokio::test]
async fn what_is_forged_cut_or_played_again_is_refused() {
    let top = Site::top().await;
    let child = top.child(COMMITTEE).await;
    let seed = child.journal.node_seed();
    let sealed = Envelope::seal(&seed, &top.line.key(), None, &hello(&seed)).unwrap();
    let way = top.way();
    assert!(way.post("/network/1", &sealed).await.is_ok());
    assert!(
        way.post("/network/1", &sealed).await.is_err(),
        "played again"
    );
    for at in 0..sealed.len() {
        let mut forged = sealed.clone();
        forged[at] ^= 1;
        assert!(way.post("/network/1", &forged).await.is_err(), "byte {at}");
        assert!(
            way.post("/network/1", &sealed[..at]).await.is_err(),
            "{at} bytes"
        );
    }
    // An answer to another request is no answer.
    let one = Envelope::seal(&seed, &top.line.key(), None, &hello(&seed)).unwrap();
    let answer = way.post("/network/1", &one).await.unwrap().unwrap();
    assert!(Envelope::open(&seed, Some(&sha256(&sealed)), &answer).is_err());
    child.level().await;
}

#[tokio::test]
async fn over_http_a_body_without_end_is_cut_off_and_others_are_served() {
    let top = Site::top().await;
    let app = line::routes(Arc::clone(&top.line));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move { axum::serve(listener, app).await });
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /network/1 HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n",
        10_u64 << 30
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let piece = vec![0; 1 << 20];
    let mut sent = 0;
    while sent < 4 * MAX_BODY && stream.write_all(&piece).await.is_ok() {
        sent += piece.len();
    }
    let mut answer = Vec::new();
    // The connection may be reset under what was still on its way.
    stream.read_to_end(&mut answer).await.ok();
    assert!(sent < 4 * MAX_BODY || answer.starts_with(b"HTTP/1.1 413"));
    let code = top.invite(COMMITTEE).await;
    let way = Client::new(&format!("http://{address}")).unwrap();
    let joined = line::join(&way, &code, &[6; 32]).await.unwrap();
    assert_eq!(joined.area.as_str(), COMMITTEE);
    serving.abort();
}
