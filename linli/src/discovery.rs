//! 政策找人 and 复核 in the background: every changed fact, and once a day the whole district; awards
//! are rated anew with each new month and each published policy.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use linli_community::Linli;
use linli_community::benefits::Month;
use linli_community::policies::Policies;
use linli_journal::Mode;
use linli_kernel::StreamId;

/// How often it is asked whether a new day began.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Looks at changed facts as they change and sweeps the district once a day, for as long as the node
/// runs. A sweep that a store refused is tried again.
pub(crate) async fn run(linli: Linli) {
    let mut swept: Option<Date> = None;
    let mut rated: Option<(Month, Arc<Policies>)> = None;
    let mut looks = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            streams = linli.touched() => look(&linli, &streams).await,
            _ = looks.tick() => {
                sweep(&linli, &mut swept).await;
                rate(&linli, &mut rated).await;
            }
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
    if active(linli)
        && let Err(problem) = linli.review_touched(streams).await
    {
        tracing::error!(%problem, "awards of changed facts were not looked at");
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
    look_at_awards(linli).await;
}

/// Awards for decisions that have none, and reviews that fall due.
async fn look_at_awards(linli: &Linli) {
    match linli.look_at_awards().await {
        Ok(looked) => tracing::info!(looked.opened, looked.reviews, "looked at awards"),
        Err(problem) => tracing::error!(%problem, "awards were not looked at"),
    }
}

/// With a new month or other policies, what each award that rests on them now comes to.
async fn rate(linli: &Linli, rated: &mut Option<(Month, Arc<Policies>)>) {
    let (month, policies) = (Month::of(linli.clock().today()), linli.policies());
    let same = |(at, by): &(Month, Arc<Policies>)| *at == month && Arc::ptr_eq(by, &policies);
    if rated.as_ref().is_some_and(same) || !active(linli) {
        return;
    }
    match linli.rate_awards().await {
        Ok(looked) => {
            *rated = Some((month, policies));
            tracing::info!(looked.raised, looked.reviews, "rated awards");
        }
        Err(problem) => tracing::error!(%problem, "awards were not rated"),
    }
}

fn active(linli: &Linli) -> bool {
    linli.journal().mode() == Mode::Active
}
