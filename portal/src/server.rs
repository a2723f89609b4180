//! Serving: a loop over hyper with limits that really work.
//!
//! A connection has so long for the headers of a request (and between requests), so long for a
//! whole request with its body, and so long for taking each piece of the answer; whoever is slower
//! is let go. Connections are counted, in all and by address, and where an address has too many the
//! idlest makes room: two thousand slow ones cost bounded memory and hurt nobody. On a signal the node stops taking connections, lets running
//! requests end, and closes.

mod guests;
mod patient;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use linli_kernel::Fault;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::settings::Patience;
use guests::{Guest, Guests};
use patient::Patient;

/// Where to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// An address such as `127.0.0.1:8080`.
    Tcp(SocketAddr),
    /// A socket file, for a proxy on the same machine.
    Unix(PathBuf),
}

/// A place where connections arrive.
pub struct Listener(Kind);

enum Kind {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Listener {
    /// Takes the place `listen`. An old socket file that nobody listens on is replaced.
    ///
    /// # Errors
    /// [`Fault::Setting`] when it cannot be taken, with the reason.
    pub async fn bind(listen: &Listen) -> Result<Self, Fault> {
        match listen {
            Listen::Tcp(address) => TcpListener::bind(address)
                .await
                .map(|listener| Self(Kind::Tcp(listener)))
                .map_err(|error| Fault::Setting(format!("cannot listen on {address}: {error}"))),
            Listen::Unix(path) => {
                if path.exists() && tokio::net::UnixStream::connect(path).await.is_err() {
                    tokio::fs::remove_file(path).await.ok();
                }
                UnixListener::bind(path)
                    .map(|listener| Self(Kind::Unix(listener)))
                    .map_err(|error| {
                        Fault::Setting(format!("cannot listen on {}: {error}", path.display()))
                    })
            }
        }
    }

    /// The address taken, with the port that the system chose for port 0.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        match &self.0 {
            Kind::Tcp(listener) => listener.local_addr().ok(),
            Kind::Unix(_) => None,
        }
    }
}

/// Serves `app` on `listener` until `stop` is ready, then lets running requests end.
pub async fn serve(
    listener: Listener,
    app: Router,
    patience: Patience,
    stop: impl Future<Output = ()> + Send,
) {
    let (closing, _) = watch::channel(false);
    let shared = Arc::new(Serving {
        app,
        patience,
        room: Arc::new(Semaphore::new(patience.connections)),
        guests: Guests::default(),
        closing,
    });
    let mut running = JoinSet::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(_) = running.join_next() => {}
            accepted = accept(&listener, &shared) => shared.clone().start(accepted, &mut running),
        }
    }
    drop(listener);
    shared.closing.send_replace(true);
    let ended = async { while running.join_next().await.is_some() {} };
    if tokio::time::timeout(patience.stop(), ended).await.is_err() {
        tracing::warn!("stopped before every request had ended");
    }
}

/// Ready when the process is asked to stop (SIGTERM, or SIGINT from a terminal).
///
/// # Errors
/// [`Fault::Setting`] when signals cannot be waited for.
pub async fn stop_signal() -> Result<(), Fault> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .map_err(|error| Fault::Setting(format!("no signals: {error}")))?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(())
}

struct Serving {
    app: Router,
    patience: Patience,
    room: Arc<Semaphore>,
    guests: Guests,
    closing: watch::Sender<bool>,
}

enum Accepted {
    Tcp(tokio::net::TcpStream, SocketAddr, OwnedSemaphorePermit),
    Unix(tokio::net::UnixStream, OwnedSemaphorePermit),
    Nothing,
}

/// Takes the next connection once there is room for one.
async fn accept(listener: &Listener, serving: &Serving) -> Accepted {
    let Ok(permit) = Arc::clone(&serving.room).acquire_owned().await else {
        return Accepted::Nothing;
    };
    let taken = match &listener.0 {
        Kind::Tcp(listener) => listener
            .accept()
            .await
            .map(|(stream, peer)| (Some((stream, peer)), None)),
        Kind::Unix(listener) => listener
            .accept()
            .await
            .map(|(stream, _)| (None, Some(stream))),
    };
    match taken {
        Ok((Some((stream, peer)), _)) => Accepted::Tcp(stream, peer, permit),
        Ok((None, Some(stream))) => Accepted::Unix(stream, permit),
        Ok((None, None)) => Accepted::Nothing,
        Err(error) => {
            // Out of file handles, most likely: wait for some to be given back.
            tracing::warn!(%error, "a connection could not be taken");
            tokio::time::sleep(Duration::from_millis(100)).await;
            Accepted::Nothing
        }
    }
}

impl Serving {
    fn start(self: Arc<Self>, accepted: Accepted, running: &mut JoinSet<()>) {
        match accepted {
            Accepted::Tcp(stream, peer, permit) => {
                let most = self.patience.per_address;
                let Some(seat) = self.guests.seat(peer.ip(), most) else {
                    metrics::counter!("linli_connections_refused_total").increment(1);
                    return;
                };
                let guest = seat.guest();
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "no TCP_NODELAY");
                }
                running.spawn(async move {
                    self.connection(stream, Some(peer), guest).await;
                    drop((seat, permit));
                });
            }
            Accepted::Unix(stream, permit) => {
                running.spawn(async move {
                    self.connection(stream, None, Arc::default()).await;
                    drop(permit);
                });
            }
            Accepted::Nothing => {}
        }
    }

    /// Serves one connection to its end.
    async fn connection<S>(&self, stream: S, peer: Option<SocketAddr>, guest: Arc<Guest>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let io = TokioIo::new(Patient::new(stream, self.patience.write()));
        let patience = self.patience;
        let app = self.app.clone();
        let asking = Arc::clone(&guest);
        let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            let (app, asking) = (app.clone(), Arc::clone(&asking));
            async move {
                asking.begins();
                let time = time_for(&request, &patience);
                let answered = answer(app, request, peer, time).await;
                asking.ends();
                answered
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.patience.header())
            .max_buf_size(64 * 1024)
            .keep_alive(true)
            .serve_connection(io, service);
        let mut closing = self.closing.subscribe();
        let closed = async move { closing.wait_for(|closing| *closing).await.is_ok() };
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = guest.asked_to_leave() => return,
            _ = closed => {
                connection.as_mut().graceful_shutdown();
                connection.as_mut().await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

/// How long a request may take: one with files longer, as it comes over slow lines.
fn time_for(request: &hyper::Request<Incoming>, patience: &Patience) -> Duration {
    let kind = request.headers().get(http::header::CONTENT_TYPE);
    if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data")) {
        patience.upload()
    } else {
        patience.request()
    }
}

/// Answers one request within its time; what takes longer is let go with 408.
async fn answer(
    app: Router,
    request: hyper::Request<Incoming>,
    peer: Option<SocketAddr>,
    time: Duration,
) -> Result<Response, std::convert::Infallible> {
    let mut request: Request = request.map(Body::new);
    if let Some(peer) = peer {
        request.extensions_mut().insert(ConnectInfo(peer));
    }
    match tokio::time::timeout(time, app.oneshot(request)).await {
        Ok(answered) => answered,
        Err(_) => Ok((
            StatusCode::REQUEST_TIMEOUT,
            [(http::header::CONNECTION, "close")],
        )
            .into_response()),
    }
}
