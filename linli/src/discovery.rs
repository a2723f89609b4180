//! 政策找人 in the background: every changed fact, and once a day the whole district.

use std::time::Duration;

use jiff::civil::Date;
use linli_community::Linli;
use linli_journal::Mode;
use linli_kernel::StreamId;

/// How often it is asked whether a new day began.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Looks at changed facts as they change and sweeps the district once a day, for as long as the node
/// runs. A sweep that a store refused is tried again.
pub(crate) async fn run(linli: Linli) {
    let mut swept: Option<Date> = None;
    let mut looks = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            streams = linli.touched() => look(&linli, &streams).await,
            _ = looks.tick() => sweep(&linli, &mut swept).await,
        }
    }
}

async fn look(linli: &Linli, streams: &[StreamId]) {
    let today = linli.clock().today();
    if active(linli)
        && let Err(problem) = linli.discover_touched(streams, today).await
    {
        tracing::error!(%problem, "changed facts were not looked at");
    }
}

async fn sweep(linli: &Linli, swept: &mut Option<Date>) {
    let today = linli.clock().today();
    if *swept == Some(today) || !active(linli) {
        return;
    }
    match linli.discover(today).await {
        Ok(found) => {
            *swept = Some(today);
            tracing::info!(
                found.entitled,
                found.offered,
                found.granted,
                found.lapsed,
                "swept"
            );
        }
        Err(problem) => tracing::error!(%problem, "the district was not swept"),
    }
}

fn active(linli: &Linli) -> bool {
    linli.journal().mode() == Mode::Active
}
