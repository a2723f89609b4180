//! Requests between nodes: who is not the owner of a stream asks the owner for it.

use linli_journal::{Handover, Kind};
use linli_kernel::{CommandId, Fault, StreamId};
use serde_json::json;

use super::Line;
use crate::core::{LogId, StreamName};

/// For how many seconds the same stream is not asked for again.
const AGAIN_AFTER: i64 = 60;

/// A node asks this one for a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The stream of the request itself.
    pub request: StreamName,
    /// The stream it is about.
    pub about: StreamId,
    /// Who asks.
    pub by: LogId,
    /// Whether it may: a node below asks only for what lies in its area.
    pub allowed: bool,
}

impl Line {
    /// Asks the owner of `stream` for it, once a minute at most. Says whether it did: not for what is
    /// this node's own, or unknown.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn ask_for(&self, stream: &StreamId) -> Result<bool, Fault> {
        let mut inner = self.inner.lock().await;
        self.grow(&mut inner).await?;
        let now = self.now();
        inner.asked.retain(|_, at| now - *at < AGAIN_AFTER);
        let Some(node) = &inner.node else {
            return Ok(false);
        };
        let known = node.saved.streams.get(&StreamName::from(stream.as_str()));
        let Some(known) = known.filter(|known| known.owner != self.log()) else {
            return Ok(false);
        };
        if inner.asked.contains_key(stream) {
            return Ok(false);
        }
        let owner = node.saved.newest(known.owner);
        let area = known.area.parse().unwrap_or_else(|_| inner.area.clone());
        let open = json!({ "to": owner.to_string(), "about": stream });
        let request = StreamId::new("request", CommandId::new(&*self.clock));
        let entry = (request, area, Kind::new("node.request", 1), open);
        self.record(entry, Handover::No).await?;
        self.grow(&mut inner).await?;
        inner.asked.insert(stream.clone(), now);
        Ok(true)
    }

    /// What other nodes ask of this one.
    pub async fn requests(&self) -> Vec<Request> {
        let inner = self.inner.lock().await;
        let Some(node) = &inner.node else {
            return Vec::new();
        };
        let requests = node.saved.requests.iter();
        let requests = requests.filter_map(|(request, about)| {
            let by = node.saved.streams.get(request)?.owner;
            Some(Request {
                by,
                allowed: node.may_ask(by, about),
                about: StreamId::from(about.to_string()),
                request: request.clone(),
            })
        });
        requests.collect()
    }

    /// Says that a request was acted upon.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn answer_request(&self, request: &Request) -> Result<(), Fault> {
        let mut inner = self.inner.lock().await;
        let stream = StreamId::from(format!("answer/{}", request.request));
        let open = json!({ "to": request.request.to_string() });
        let entry = (
            stream,
            inner.area.clone(),
            Kind::new("node.answered", 1),
            open,
        );
        self.record(entry, Handover::No).await?;
        self.grow(&mut inner).await
    }
}
