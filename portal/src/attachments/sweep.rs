//! Files that were sent and never became part of a case: thrown away once no draft holds them.

use std::collections::HashSet;

use jiff::SignedDuration;
use linli_community::Linli;
use linli_kernel::Fault;

use super::receive::Held;
use super::tray::KEY;
use crate::session::Desk;

/// How long a file is safe whatever holds it: longer than any request.
const SAFE: SignedDuration = SignedDuration::from_hours(24);

/// Throws such files away, and says how many. The order matters: what a draft gave up meanwhile is
/// named by an entry before it does.
///
/// # Errors
/// [`Fault`] when journal or desk cannot be read.
pub async fn sweep(linli: &Linli, desk: &Desk) -> Result<u64, Fault> {
    let moment = linli
        .clock()
        .now()
        .checked_sub(SAFE)
        .map_err(|why| Fault::Setting(format!("the clock: {why}")))?;
    let mut old = linli.journal().files_before(moment).await?;
    if old.is_empty() {
        return Ok(0);
    }
    let held: HashSet<String> = desk
        .answers_with(KEY)
        .await?
        .into_iter()
        .filter_map(|held| serde_json::from_value::<Vec<Held>>(held).ok())
        .flatten()
        .map(|held| held.file)
        .collect();
    old.retain(|at| !held.contains(&at.id.to_string()));
    linli.journal().drop_loose(old).await
}
