//! 检索 in the background: the index follows the journal twice a second.

use std::time::Duration;

use linli_community::Linli;

/// How long after a write it is found at the latest, while the machine keeps up.
const EVERY: Duration = Duration::from_millis(500);
/// How long a refusal of the store is waited for.
const AFTER_A_FAULT: Duration = Duration::from_secs(30);

/// Keeps the index up to date for as long as the node runs.
pub(crate) async fn run(linli: Linli) {
    loop {
        let wait = match linli.refresh_search().await {
            Ok(refreshed) if refreshed.rebuilt => {
                tracing::info!(
                    entries = refreshed.entries,
                    "the search index was made anew"
                );
                EVERY
            }
            Ok(_) => EVERY,
            Err(error) => {
                tracing::error!(%error, "the search index does not follow");
                AFTER_A_FAULT
            }
        };
        tokio::time::sleep(wait).await;
    }
}
