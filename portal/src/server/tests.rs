//! The server under slow, many and stalled clients.

use std::sync::Mutex;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::oneshot;

use super::*;

async fn start(
    app: Router,
    patience: Patience,
) -> (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let listener = Listener::bind(&Listen::Tcp(([127, 0, 0, 1], 0).into()))
        .await
        .unwrap();
    let address = listener.address().unwrap();
    let (stop, stopped) = oneshot::channel();
    let serving = tokio::spawn(serve(listener, app, patience, async {
        stopped.await.ok();
    }));
    (address, stop, serving)
}

fn hello() -> Router {
    Router::new().route("/", get(|| async { "hello" }))
}

async fn from(last: u8, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, last], 0).into()).unwrap();
    socket.connect(to).await.unwrap()
}

async fn fetch(mut stream: TcpStream) -> String {
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn many_slow_connections_of_one_address_do_not_hurt_another() {
    let patience = Patience {
        header_s: 60,
        per_address: 64,
        ..Patience::default()
    };
    let (address, _stop, _) = start(hello(), patience).await;
    let mut slow = Vec::new();
    for _ in 0..300 {
        let mut stream = from(2, address).await;
        // A refused one may be gone already.
        stream.write_all(b"GET / HTTP/1.1\r\nhost:").await.ok();
        slow.push(stream);
    }
    for address_of in [3, 2] {
        let answer = fetch(from(address_of, address).await).await;
        assert!(answer.ends_with("hello"), "{answer}");
    }
    let refused = futures::future::join_all(slow.iter_mut().map(|stream| async {
        let read = tokio::time::timeout(Duration::from_millis(500), stream.read_u8()).await;
        u32::from(read.is_ok())
    }))
    .await;
    assert_eq!(
        refused.iter().sum::<u32>(),
        300 - 63,
        "only 64 are kept, and one of them made room"
    );
}

#[tokio::test]
async fn headers_that_never_end_end_the_connection() {
    let patience = Patience {
        header_s: 1,
        ..Patience::default()
    };
    let (address, _stop, _) = start(hello(), patience).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap();
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "closed by the server");
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_answer() {
    let patience = Patience {
        header_s: 1,
        ..Patience::default()
    };
    let (address, _stop, _) = start(hello(), patience).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    let mut all = String::new();
    let ended =
        tokio::time::timeout(Duration::from_secs(10), stream.read_to_string(&mut all)).await;
    assert!(ended.is_ok() && all.contains("hello"), "{all}");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered_408() {
    let app = Router::new().route("/", get(std::future::pending::<&'static str>));
    let patience = Patience {
        request_s: 1,
        ..Patience::default()
    };
    let (address, _stop, _) = start(app, patience).await;
    let answer = fetch(TcpStream::connect(address).await.unwrap()).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_let_go() {
    let big = "x".repeat(64 * 1024 * 1024);
    let app = Router::new().route("/", get(move || async move { big }));
    let patience = Patience {
        write_s: 1,
        stop_s: 30,
        ..Patience::default()
    };
    let (address, stop, serving) = start(app, patience).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    stream.readable().await.unwrap();
    stop.send(()).unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(15), serving).await;
    assert!(ended.is_ok(), "the stalled answer holds nothing up");
}

#[tokio::test]
async fn stopping_lets_a_running_request_end_and_takes_no_new_one() {
    let (begun_tx, begun) = oneshot::channel();
    let (go, gone) = oneshot::channel::<()>();
    let parts = Arc::new(Mutex::new(Some((begun_tx, gone))));
    let app = Router::new().route(
        "/",
        get(move || async move {
            let taken = parts.lock().unwrap().take();
            if let Some((begun, gone)) = taken {
                begun.send(()).ok();
                gone.await.ok();
            }
            "done"
        }),
    );
    let (address, stop, serving) = start(app, Patience::default()).await;
    let asking = tokio::spawn(fetch(TcpStream::connect(address).await.unwrap()));
    begun.await.unwrap();
    stop.send(()).unwrap();
    go.send(()).unwrap();
    assert!(asking.await.unwrap().ends_with("done"));
    serving.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

/// Counts what reaches the application, and says how long each body was.
fn counting(seen: Arc<Mutex<Vec<String>>>) -> Router {
    let count = move |request: axum::extract::Request| {
        let seen = Arc::clone(&seen);
        async move {
            let path = request.uri().path().to_owned();
            let body = axum::body::to_bytes(request.into_body(), 1 << 16).await;
            let told = body.map_or_else(|_| "broken".to_owned(), |body| body.len().to_string());
            seen.lock().unwrap().push(format!("{path} {told}"));
            "ok"
        }
    };
    Router::new().fallback(count)
}

/// A request hidden in another's body must never be taken for one of its own.
#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table: one shape a row")]
async fn shapes_of_smuggled_requests_are_one_request_or_none() {
    const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nhost: a\r\n\r\n";
    let length = HIDDEN.len();
    let chunk = format!("0\r\n\r\n{HIDDEN}");
    let whole = chunk.len();
    // Each disagrees about where its body ends; a front server might read it the other way.
    let shapes = [
        (
            "both",
            format!("content-length: {whole}\r\ntransfer-encoding: chunked\r\n\r\n{chunk}"),
        ),
        (
            "both, turned",
            format!("transfer-encoding: chunked\r\ncontent-length: {whole}\r\n\r\n{chunk}"),
        ),
        (
            "two lengths",
            format!("content-length: 0\r\ncontent-length: {length}\r\n\r\n{HIDDEN}"),
        ),
        (
            "a list of lengths",
            format!("content-length: 0, {length}\r\n\r\n{HIDDEN}"),
        ),
        (
            "a sign",
            format!("content-length: +{length}\r\n\r\n{HIDDEN}"),
        ),
        (
            "a space before the colon",
            format!("content-length : {length}\r\n\r\n{HIDDEN}"),
        ),
        (
            "a folded header",
            format!("x: 1\r\n content-length: {length}\r\n\r\n"),
        ),
        (
            "an unknown coding",
            format!("transfer-encoding: xchunked\r\n\r\n{chunk}"),
        ),
        (
            "chunked is not last",
            format!("transfer-encoding: chunked, identity\r\n\r\n{chunk}"),
        ),
        (
            "chunked twice",
            format!("transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n{chunk}"),
        ),
        (
            "a vertical tab",
            format!("transfer-encoding:\u{b}chunked\r\ncontent-length: {whole}\r\n\r\n{chunk}"),
        ),
        (
            "a bare line feed",
            format!("x: 1\ncontent-length: {length}\r\n\r\n{HIDDEN}"),
        ),
        (
            "a chunk of odd size",
            format!("transfer-encoding: chunked\r\n\r\n0x{length:x}\r\n{HIDDEN}\r\n0\r\n\r\n"),
        ),
        (
            "a huge chunk",
            "transfer-encoding: chunked\r\n\r\nffffffffffffffff1\r\n".to_owned() + HIDDEN,
        ),
    ];
    for (name, rest) in shapes {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let patience = Patience {
            header_s: 1,
            request_s: 2,
            ..Patience::default()
        };
        let (address, _stop, _) = start(counting(Arc::clone(&seen)), patience).await;
        let mut stream = from(4, address).await;
        let request = format!("POST /first HTTP/1.1\r\nhost: a\r\n{rest}");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // The server closes the connection: with its answer, or when nothing more comes.
        stream.read_to_end(&mut answer).await.ok();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let seen = seen.lock().unwrap().clone();
        let hidden = seen.iter().any(|one| one.starts_with("/hidden"));
        // RFC 9112 §6.3: with a transfer coding the length is ignored, and the connection ends after
        // the answer; so what follows the body is never read as a request.
        assert!(!hidden, "{name}: {seen:?}\n{answer}");
        assert!(seen.len() <= 1, "{name}: {seen:?}");
    }
}
