//! 接管: what a node kept that may not speak any more goes to this one, when two officers say so.

use linli_journal::{Handover, Kind};
use linli_kernel::{AccountId, AreaPath, Fault, StreamId};
use serde_json::json;

use super::Line;
use super::status::left_behind;
use crate::core::{LogId, Mode};

/// How many streams are taken over before others get their turn.
const AT_ONCE: usize = 100;

impl Line {
    /// Takes over streams of a log that may not go on, as two officers decided: a hundred at most.
    /// Says how many it took.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn take_over(&self, from: LogId, officers: [AccountId; 2]) -> Result<usize, Fault> {
        let mut inner = self.inner.lock().await;
        self.grow(&mut inner).await?;
        let Some(node) = inner.node.as_ref() else {
            return Ok(0);
        };
        if node.saved.mode != Mode::Active || officers[0] == officers[1] {
            return Ok(0);
        }
        let left = left_behind(&node.saved, from).take(AT_ONCE);
        let left: Vec<(StreamId, AreaPath)> = left
            .map(|name| {
                let area = node.saved.streams.get(name);
                let area = area.and_then(|stream| stream.area.parse().ok());
                let stream = StreamId::from(name.to_string());
                (stream, area.unwrap_or_else(|| inner.area.clone()))
            })
            .collect();
        let taken = left.len();
        let open = json!({ "from": from.to_string(), "officers": officers });
        for (stream, area) in left {
            inner.moved.insert(stream.clone());
            let entry = (stream, area, Kind::new("node.takeover", 1), open.clone());
            self.record(entry, Handover::TakeOver).await?;
        }
        self.grow(&mut inner).await?;
        let moved: Vec<_> = std::mem::take(&mut inner.moved).into_iter().collect();
        if !moved.is_empty() {
            (self.moved)(&moved);
        }
        Ok(taken)
    }
}
