//! What of somebody's data is shown in full just now: after a reason was given and recorded, on
//! one thing, to one session, for a quarter of an hour.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use crate::shell::Trouble;

const KEY: &str = "looks";
/// For how long a reason holds.
const HOLDS_SECONDS: i64 = 15 * 60;
/// The most things shown in full at once; the oldest is masked again.
const MOST: usize = 20;

/// One thing shown in full, and why.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Look {
    about: String,
    why: String,
    until: i64,
}

/// Why `about` is shown in full to this session now; `None` when it is masked.
pub(crate) async fn why(
    session: &Session,
    about: &str,
    now: Timestamp,
) -> Result<Option<String>, Trouble> {
    let looks: Vec<Look> = session.get(KEY).await?.unwrap_or_default();
    let found = looks
        .into_iter()
        .find(|look| look.about == about && look.until > now.as_second());
    Ok(found.map(|look| look.why))
}

/// Shows `about` in full to this session from now on; the look itself was recorded before.
pub(crate) async fn show(
    session: &Session,
    about: &str,
    why: &str,
    now: Timestamp,
) -> Result<(), Trouble> {
    let mut looks: Vec<Look> = session.get(KEY).await?.unwrap_or_default();
    looks.retain(|look| look.about != about && look.until > now.as_second());
    looks.push(Look {
        about: about.to_owned(),
        why: why.to_owned(),
        until: now.as_second() + HOLDS_SECONDS,
    });
    let spare = looks.len().saturating_sub(MOST);
    looks.drain(..spare);
    Ok(session.insert(KEY, looks).await?)
}

/// Masks everything again.
pub(crate) async fn forget(session: &Session) -> Result<(), Trouble> {
    session.remove::<Vec<Look>>(KEY).await?;
    Ok(())
}

/// Masks `about` again.
pub(crate) async fn hide(session: &Session, about: &str) -> Result<(), Trouble> {
    let mut looks: Vec<Look> = session.get(KEY).await?.unwrap_or_default();
    looks.retain(|look| look.about != about);
    Ok(session.insert(KEY, looks).await?)
}

/// A flash for the page after a POST.
pub(crate) async fn flash(
    session: &Session,
    key: &str,
    facts: &[(&str, &str)],
) -> Result<(), Trouble> {
    let flash = crate::shell::Flash {
        key: key.to_owned(),
        facts: facts
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    };
    Ok(session.insert("flash", flash).await?)
}
