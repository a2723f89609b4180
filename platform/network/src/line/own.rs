//! What a node's own log says of its place in the network.

use linli_journal::Journal;
use linli_kernel::{Fault, StreamId};

use super::enrol::Numbers;

/// The stream in which a node says that it joined.
pub(super) fn joined_stream(log: &str) -> StreamId {
    StreamId::new("node", format!("{log}-joined"))
}

/// The counters from which this node makes case numbers; all of them where it joined nobody.
///
/// # Errors
/// [`Fault`] when the journal cannot be read.
pub async fn my_numbers(journal: &Journal) -> Result<Numbers, Fault> {
    let stream = joined_stream(journal.log_id()?);
    let entries = journal.stream(&stream).await?;
    let numbers = entries.last().map(|entry| &entry.open["numbers"]);
    let numbers = numbers.and_then(|numbers| serde_json::from_value(numbers.clone()).ok());
    Ok(numbers.unwrap_or(Numbers::ALL))
}
