//! 移交: who hosts an area, and handing a stream to them.

use linli_journal::{Handover, Kind};
use linli_kernel::{AreaPath, Fault, StreamId};
use serde_json::json;

use super::Line;
use crate::core::{LogId, Mode, StreamName};

impl Line {
    /// The neighbour through which `area` is reached; `None` when it is this node's own, or when there
    /// are no neighbours.
    pub async fn host_of(&self, area: &AreaPath) -> Option<LogId> {
        let inner = self.inner.lock().await;
        let saved = &inner.node.as_ref()?.saved;
        let child = saved.members.iter().find(|(log, member)| {
            let within = member.enrolled.area.parse::<AreaPath>();
            member.stopped.is_none()
                && saved.newest(member.hub) == self.log()
                && saved.newest(**log) == **log
                && within.is_ok_and(|within| within.contains(area))
        });
        if let Some((log, _)) = child {
            return Some(*log);
        }
        let parent = saved.parent.as_ref()?;
        (!inner.area.contains(area)).then_some(parent.log)
    }

    /// Hands a stream that is this node's to another. Says whether it was: not what is another's
    /// already, nor while this node may not write.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn release(&self, stream: &StreamId, to: LogId) -> Result<bool, Fault> {
        let mut inner = self.inner.lock().await;
        self.grow(&mut inner).await?;
        let Some(node) = &inner.node else {
            return Ok(false);
        };
        let name = StreamName::from(stream.as_str());
        let Some(known) = node.saved.streams.get(&name) else {
            return Ok(false);
        };
        let own = known.owner == self.log() && known.released.is_none();
        if !own || node.saved.mode != Mode::Active {
            return Ok(false);
        }
        let area = known.area.parse().unwrap_or_else(|_| inner.area.clone());
        let kind = Kind::new("node.released", 1);
        let open = json!({ "to": to.to_string() });
        let entry = (stream.clone(), area, kind, open);
        self.record(entry, Handover::Release(to.0)).await?;
        self.grow(&mut inner).await?;
        Ok(true)
    }
}
