//! 取回: a record that another node keeps, and that somebody here wants to change, is asked for.
//!
//! A stream has one writer. When a person's act meets one that another node owns, this node asks
//! for it and waits a little; while the line is whole the record comes within seconds and the act
//! goes on. When it does not come, the person is told so, and the record comes when the line does.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use linli_kernel::{Actor, Fault, Refusal, StreamId};
use sea_orm::sea_query::{BinOper, Expr, ExprTrait as _, Query};

use crate::node::Linli;

/// How long an act waits for its record.
const PATIENCE: Duration = Duration::from_secs(15);

/// A node that was not heard for so many seconds is taken to be cut off.
const SILENT_AFTER: i64 = 30;

/// The topics whose streams go to whoever needs them: what belongs to a person, a case or a
/// counter. Money, policies, areas and the catalogue stay where they are.
const MOVING: [&str; 11] = [
    "account",
    "case",
    "consent",
    "counter",
    "counterday",
    "household",
    "mandate",
    "message",
    "message-choice",
    "offer",
    "resident",
];

/// What is wanted here and kept elsewhere.
pub(crate) struct Wanted {
    streams: Mutex<BTreeSet<StreamId>>,
    /// Counts the times that streams of others moved, or that the neighbours stood otherwise.
    moved: tokio::sync::watch::Sender<u64>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            streams: Mutex::default(),
            moved: tokio::sync::watch::Sender::new(0),
        }
    }
}

impl Wanted {
    pub(super) fn tell_moved(&self) {
        self.moved.send_modify(|times| *times += 1);
    }
}

/// Whether a stream may go to another node that asks for it.
#[must_use]
pub fn may_move(stream: &StreamId) -> bool {
    MOVING.contains(&stream.topic())
}

/// That this node may write the stream of a row: what its own clocks may act on. `key` is the part
/// of the stream's name after `topic/`.
pub(crate) fn is_ours(topic: &str, key: Expr) -> Expr {
    let name = Expr::val(format!("{topic}/")).binary(BinOper::Custom("||"), key);
    let elsewhere = Query::select()
        .expr(Expr::val(1))
        .from("net_streams")
        .and_where(Expr::col(("net_streams", "stream")).eq(name))
        .take();
    Expr::exists(elsewhere).not()
}

impl Linli {
    /// The streams that are wanted here, each told once.
    pub fn take_wanted(&self) -> Vec<StreamId> {
        let wanted = &self.wanted_streams().streams;
        let mut wanted = wanted.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *wanted).into_iter().collect()
    }

    /// Asks for a stream.
    pub fn want(&self, stream: StreamId) {
        let wanted = &self.wanted_streams().streams;
        let mut wanted = wanted.lock().unwrap_or_else(PoisonError::into_inner);
        wanted.insert(stream);
    }

    /// Asks for the stream that an act was refused for, and waits for it. Gives it, if it
    /// came.
    pub(crate) async fn fetch(
        &self,
        actor: &Actor,
        refusal: &Refusal,
    ) -> Result<Option<StreamId>, Fault> {
        let stream = refusal
            .facts
            .get("stream")
            .map(|name| StreamId::from(name.clone()));
        let stream = stream.filter(may_move);
        let (Some(stream), "journal.not-owner", Some(_)) =
            (stream, refusal.code.as_str(), actor.account)
        else {
            return Ok(None);
        };
        let mut moved = self.wanted_streams().moved.subscribe();
        self.want(stream.clone());
        let comes = async {
            while self.journal().owned_elsewhere(&stream).await?.is_some() {
                // Whoever tells how the neighbours stand wakes this as well: a line that was just
                // cut is not waited for.
                if !self.hears_somebody() || moved.changed().await.is_err() {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        let came = tokio::time::timeout(PATIENCE, comes).await;
        if !came.unwrap_or(Ok(false))? {
            return Ok(None);
        }
        self.forget(&stream);
        Ok(Some(stream))
    }

    /// Whether any neighbour was heard lately.
    fn hears_somebody(&self) -> bool {
        let standing = self.neighbours();
        let above = standing.above.and_then(|above| above.heard);
        let below = standing.nodes.iter().filter_map(|node| node.heard);
        let last = below.chain(above).max();
        let now = self.clock().now().as_second();
        standing.failure.is_none() && last.is_some_and(|at| now - at.as_second() <= SILENT_AFTER)
    }

    /// Whether nothing but handovers happened to `stream` after this version: nobody changed what
    /// the caller saw.
    pub(crate) async fn only_moved(&self, stream: &StreamId, since: u64) -> Result<bool, Fault> {
        let entries = self.journal().stream(stream).await?;
        let later = entries.iter().filter(|entry| entry.version > since);
        Ok(later.into_iter().all(linli_journal::Recorded::is_handover))
    }
}
