//! Templates as a feature. There are no tables: the few streams are read as they are.

use linli_journal::{Change, FoldError, Recorded};
use linli_kernel::{Fault, StreamId};

use super::events::Event;
use super::kind::Kind;
use super::state::Editions;
use crate::feature::{Feature, Meta, Parts};
use crate::node::Linli;

/// 文书模板 as a feature: one stream a kind of paper, `paper/accepted`.
#[derive(Debug, Clone, Copy)]
pub struct PaperTemplates;

impl Feature for PaperTemplates {
    const TOPIC: &'static str = "paper";
    type State = Editions;
    type Event = Event;

    fn write(_: &Editions, event: &Event) -> Result<Parts, Fault> {
        event.write()
    }

    fn read(entry: &Recorded) -> Result<Event, FoldError> {
        Event::read(entry)
    }

    fn apply(state: &mut Editions, _: &StreamId, event: &Event, meta: Meta<'_>) {
        state.apply(event, meta.at);
    }

    fn rows(_: &Editions, _: &Editions, _: &mut Vec<Change>) {}
}

/// The stream of a kind. A node that joined another has its own name for it: a stream has one
/// writer.
pub(super) fn stream(linli: &Linli, kind: Kind) -> StreamId {
    match linli.joined_log() {
        Some(log) => StreamId::new("paper", format_args!("{log}-{}", kind.code())),
        None => StreamId::new("paper", kind.code()),
    }
}
