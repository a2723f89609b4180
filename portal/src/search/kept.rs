//! What somebody searched for, kept in their session: the words, the purpose, and at whom they have
//! looked by it already.

use jiff::Timestamp;
use linli_kernel::ResidentId;
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use crate::shell::Trouble;

const KEY: &str = "searches";
/// For how long a purpose holds.
const HOLDS_SECONDS: i64 = 15 * 60;
/// The most searches kept; the oldest goes.
const MOST: usize = 20;

/// A search.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Search {
    /// Under what the address knows it.
    pub(super) id: String,
    pub(super) text: String,
    /// For what people are looked up; empty when that was not said.
    pub(super) purpose: String,
    /// Until when the purpose holds.
    until: i64,
    /// Whose look was recorded.
    pub(super) looked: Vec<ResidentId>,
}

impl Search {
    /// The purpose, while it holds.
    pub(super) fn purpose(&self, now: Timestamp) -> Option<&str> {
        let holds = !self.purpose.is_empty() && self.until > now.as_second();
        holds.then_some(self.purpose.as_str())
    }
}

/// The search that the address calls `id`.
pub(super) async fn get(session: &Session, id: &str) -> Result<Option<Search>, Trouble> {
    let all: Vec<Search> = session.get(KEY).await?.unwrap_or_default();
    Ok(all.into_iter().find(|one| one.id == id))
}

/// The purpose that was last said, while it holds.
pub(super) async fn last_purpose(session: &Session, now: Timestamp) -> Result<String, Trouble> {
    let all: Vec<Search> = session.get(KEY).await?.unwrap_or_default();
    let last = all.iter().rev().find_map(|one| one.purpose(now));
    Ok(last.unwrap_or_default().to_owned())
}

/// Begins a search, and says what the address calls it.
pub(super) async fn begin(
    session: &Session,
    text: &str,
    purpose: &str,
    now: Timestamp,
) -> Result<String, Trouble> {
    let mut all: Vec<Search> = session.get(KEY).await?.unwrap_or_default();
    let id = format!("{:08x}", rand::random::<u32>());
    all.push(Search {
        id: id.clone(),
        text: text.to_owned(),
        purpose: purpose.to_owned(),
        until: now.as_second() + HOLDS_SECONDS,
        looked: Vec::new(),
    });
    let spare = all.len().saturating_sub(MOST);
    all.drain(..spare);
    session.insert(KEY, all).await?;
    Ok(id)
}

/// Keeps what was looked at by a search.
pub(super) async fn keep(session: &Session, search: &Search) -> Result<(), Trouble> {
    let mut all: Vec<Search> = session.get(KEY).await?.unwrap_or_default();
    for one in &mut all {
        if one.id == search.id {
            one.clone_from(search);
        }
    }
    Ok(session.insert(KEY, all).await?)
}
