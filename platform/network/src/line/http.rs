//! HTTP: the node above answers, the one below asks. What travels is sealed and signed in itself, so
//! the line needs no trust; it is bounded, so that nobody holds it or fills the memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use linli_journal::Journal;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Line, MAX_PARCEL};
use crate::core::{Message, sha256};

/// The most bytes of a message: a file of 20 MiB, or 256 entries of 60 KiB with keys, and room to
/// spare.
pub const MAX_BODY: usize = 24 * 1024 * 1024;

const NOBODY: &str = "a file answers what was asked before it was carried, and nothing else";

/// Where the operator shows the key that lies in the node's folder.
const OPERATOR: &str = "linli-operator";

/// How long a connection may take to be made.
const KNOCK: Duration = Duration::from_secs(10);

/// How long a whole request may take, on a line that is slow.
const PATIENCE: Duration = Duration::from_secs(120);

/// The paths under which a node answers others.
pub fn routes(line: Arc<Line>) -> Router {
    Router::new()
        .route(
            "/network/key",
            get(|State(line): State<Arc<Line>>| std::future::ready(hex::encode(line.key()))),
        )
        .route("/network/join", post(join))
        .route("/network/1", post(frame))
        .route("/network/file", post(file))
        .route("/network/parcel", post(parcel))
        .with_state(line)
}

async fn join(State(line): State<Arc<Line>>, body: Body) -> Response {
    match taken(body, MAX_BODY).await {
        Ok(bytes) => answered(line.take_join(&bytes).await),
        Err(refused) => refused,
    }
}

async fn frame(State(line): State<Arc<Line>>, body: Body) -> Response {
    match taken(body, MAX_BODY).await {
        Ok(bytes) => answered(line.answer(&bytes).await),
        Err(refused) => refused,
    }
}

async fn file(State(line): State<Arc<Line>>, body: Body) -> Response {
    match taken(body, MAX_BODY).await {
        Ok(bytes) => answered(line.answer_about_files(&bytes).await),
        Err(refused) => refused,
    }
}

/// The node's operator, who can read its folder, has it make a parcel, or take one in.
async fn parcel(State(line): State<Arc<Line>>, headers: HeaderMap, body: Body) -> Response {
    let shown = headers.get(OPERATOR).map(HeaderValue::as_bytes);
    let known = operator_key(line.journal());
    // Compared by digest, so that time tells nothing.
    if shown.map(sha256) != Some(sha256(known.as_bytes())) {
        return (StatusCode::FORBIDDEN, "this is for the node's operator").into_response();
    }
    match taken(body, MAX_PARCEL).await {
        Ok(bytes) if bytes.is_empty() => answered(line.export().await.map_err(Into::into)),
        Ok(bytes) => answered(line.import(&bytes).await),
        Err(refused) => refused,
    }
}

/// What only those know who can read the folder of the node.
fn operator_key(journal: &Journal) -> String {
    journal.lookup_hash("linli/operator/1", "parcel")
}

async fn taken(body: Body, most: usize) -> Result<Vec<u8>, Response> {
    let bytes = axum::body::to_bytes(body, most).await;
    let too_large = |_| (StatusCode::PAYLOAD_TOO_LARGE, "the message is too long").into_response();
    bytes.map(|bytes| bytes.to_vec()).map_err(too_large)
}

fn answered(answer: Result<Option<Vec<u8>>, super::enrol::Refused>) -> Response {
    use super::enrol::Refused;
    let kind = [(header::CONTENT_TYPE, "application/octet-stream")];
    match answer {
        Ok(Some(bytes)) => (kind, bytes).into_response(),
        Ok(None) => StatusCode::NO_CONTENT.into_response(),
        Err(Refused::Message(why)) => (StatusCode::BAD_REQUEST, why).into_response(),
        Err(Refused::Code(why)) => (StatusCode::FORBIDDEN, why).into_response(),
        Err(Refused::Fault(fault)) => {
            tracing::error!(%fault, "a neighbour could not be answered");
            (StatusCode::SERVICE_UNAVAILABLE, "try again later").into_response()
        }
    }
}

/// A way to the node above.
#[derive(Clone)]
pub struct Client(Way);

#[derive(Clone)]
enum Way {
    /// HTTP.
    Http {
        /// Host and port.
        host: String,
        /// What comes before the paths.
        base: String,
    },
    /// Within the process, as long as the switch is on.
    Within(Arc<Line>, Arc<AtomicBool>),
    /// Nobody is there: these answers were carried here as a file.
    Carried(Arc<Vec<Message>>),
}

impl Client {
    /// The way to the node at this address, such as `http://10.1.2.3:8080`.
    ///
    /// # Errors
    /// A sentence when the address is none, or not of `http`.
    pub fn new(url: &str) -> Result<Self, String> {
        let rest = url.trim().strip_prefix("http://").ok_or_else(|| {
            format!("{url}: nodes speak http:// (what they say is sealed and signed in itself)")
        })?;
        let (host, base) = rest.split_once('/').unwrap_or((rest, ""));
        if host.is_empty() {
            return Err(format!("{url} names no host"));
        }
        let port = host
            .rsplit_once(':')
            .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let host = if port {
            host.to_owned()
        } else {
            format!("{host}:80")
        };
        let base = base.trim_end_matches('/');
        let base = if base.is_empty() {
            String::new()
        } else {
            format!("/{base}")
        };
        Ok(Self(Way::Http { host, base }))
    }

    /// The way to a node of the same process; it is cut while the switch is off.
    #[must_use]
    pub fn within(line: Arc<Line>, switch: Arc<AtomicBool>) -> Self {
        Self(Way::Within(line, switch))
    }

    /// What a file says in place of the node above.
    pub(super) fn carried(answers: Vec<Message>) -> Self {
        Self(Way::Carried(Arc::new(answers)))
    }

    pub(super) fn answers(&self) -> Option<&[Message]> {
        match &self.0 {
            Way::Carried(answers) => Some(answers),
            _ => None,
        }
    }

    /// Posts bytes; the answer's, or `None` when there is nothing to answer.
    ///
    /// # Errors
    /// A sentence that says what failed.
    pub async fn post(&self, path: &str, body: &[u8]) -> Result<Option<Vec<u8>>, String> {
        match &self.0 {
            Way::Http { host, base } => {
                let head = format!(
                    "POST {base}{path} HTTP/1.0\r\nHost: {host}\r\n\
                     Content-Type: application/octet-stream\r\n\
                     Content-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                request(host, &[head.as_bytes(), body].concat(), MAX_BODY).await
            }
            Way::Within(..) if !self.is_whole() => Err("the line is cut".to_owned()),
            Way::Within(line, _) => {
                let answer = match path {
                    "/network/join" => line.take_join(body).await,
                    "/network/file" => line.answer_about_files(body).await,
                    _ => line.answer(body).await,
                };
                answer.map_err(|why| why.to_string())
            }
            Way::Carried(_) => Err(NOBODY.to_owned()),
        }
    }

    /// Gets a path.
    ///
    /// # Errors
    /// A sentence that says what failed.
    pub async fn get(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        match &self.0 {
            Way::Http { host, base } => {
                let head = format!(
                    "GET {base}{path} HTTP/1.0\r\nHost: {host}\r\nConnection: close\r\n\r\n"
                );
                request(host, head.as_bytes(), MAX_BODY).await
            }
            Way::Within(..) if !self.is_whole() => Err("the line is cut".to_owned()),
            Way::Within(line, _) => Ok(Some(hex::encode(line.key()).into_bytes())),
            Way::Carried(_) => Err(NOBODY.to_owned()),
        }
    }

    /// Has the node that serves the folder of `journal` take a parcel in; the answer to be carried
    /// back. Without one, has it make one.
    ///
    /// # Errors
    /// A sentence that says what failed.
    pub async fn parcel(
        &self,
        journal: &Journal,
        parcel: Option<&[u8]>,
    ) -> Result<Option<Vec<u8>>, String> {
        let Way::Http { host, base } = &self.0 else {
            return Err(NOBODY.to_owned());
        };
        let body = parcel.unwrap_or_default();
        let head = format!(
            "POST {base}/network/parcel HTTP/1.0\r\nHost: {host}\r\n{OPERATOR}: {}\r\n\
             Content-Type: application/octet-stream\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            operator_key(journal),
            body.len()
        );
        request(host, &[head.as_bytes(), body].concat(), MAX_PARCEL).await
    }

    fn is_whole(&self) -> bool {
        match &self.0 {
            Way::Http { .. } | Way::Carried(_) => true,
            Way::Within(_, switch) => switch.load(Ordering::Relaxed),
        }
    }
}

/// Sends a whole request, and reads the whole answer.
async fn request(host: &str, bytes: &[u8], most: usize) -> Result<Option<Vec<u8>>, String> {
    let connect = TcpStream::connect(host);
    let mut stream = tokio::time::timeout(KNOCK, connect)
        .await
        .map_err(|_late| format!("{host} does not answer"))?
        .map_err(|why| format!("{host}: {why}"))?;
    let talk = async {
        stream.write_all(bytes).await?;
        let mut answer = Vec::new();
        let most = most as u64 + 16 * 1024;
        (&mut stream).take(most).read_to_end(&mut answer).await?;
        std::io::Result::Ok(answer)
    };
    let answer = tokio::time::timeout(PATIENCE, talk)
        .await
        .map_err(|_late| format!("{host} takes too long"))?
        .map_err(|why| format!("{host}: {why}"))?;
    body_of(answer)
}

/// The body of an answer of HTTP/1.0: everything after the head.
fn body_of(mut answer: Vec<u8>) -> Result<Option<Vec<u8>>, String> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.ok_or("the answer is no answer of HTTP")?;
    let body = answer.split_off(end + 4);
    let head = String::from_utf8_lossy(&answer);
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let length = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, length)| length.trim().parse::<usize>().ok());
    if length.is_some_and(|length| length != body.len()) {
        return Err("the answer was cut off".to_owned());
    }
    match status {
        Some("200") => Ok(Some(body)),
        Some("204") => Ok(None),
        Some(other) => {
            let why = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
            Err(format!("{other} {why}"))
        }
        None => Err("the answer is no answer of HTTP".to_owned()),
    }
}
