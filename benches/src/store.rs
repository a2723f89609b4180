//! The store's own limit: entries of the size of a case's, written bare by as many submitters, with
//! no HTTP, no decision and no register in the way.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use linli_journal::{Append, Config, Journal, Kind, NewEntry, NoRegisters, Secret};
use linli_kernel::{Actor, AreaPath, Clock, CommandId, ResidentId, StreamId, SystemClock};
use serde_json::json;

use crate::figures::{Figure, Latencies, per_second};

const SUBMITTERS: u64 = 32;

/// Writes bare entries for `span` into a new node in `dir`.
pub(crate) async fn run(dir: &Path, span: Duration) -> Result<Vec<Figure>> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let journal = Journal::open(
        Config::sqlite(dir),
        Arc::clone(&clock),
        Arc::new(NoRegisters),
    )
    .await?;
    let written = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let tasks: Vec<_> = (0..SUBMITTERS)
        .map(|_| {
            let (journal, clock, written) =
                (journal.clone(), Arc::clone(&clock), Arc::clone(&written));
            tokio::spawn(async move { submit(&journal, &*clock, &written, begun, span).await })
        })
        .collect();
    let mut latencies = Latencies::default();
    for task in tasks {
        latencies.merge(task.await??);
    }
    let took = begun.elapsed();
    journal.close().await;
    let rate = per_second(latencies.count(), took);
    Ok(vec![
        Figure::beside("entries written bare, 32 submitters", format!("{rate}/s")),
        Figure::beside(
            "— p99 of one",
            format!("{} µs", latencies.at(990).as_micros()),
        ),
    ])
}

async fn submit(
    journal: &Journal,
    clock: &dyn Clock,
    written: &AtomicU64,
    begun: Instant,
    span: Duration,
) -> Result<Latencies> {
    let area: AreaPath = "310117/310117001/310117001001".parse()?;
    let subject = ResidentId::new(clock);
    let mut latencies = Latencies::default();
    while begun.elapsed() < span {
        let stream = StreamId::new("bench", CommandId::new(clock));
        let entry = NewEntry {
            stream: stream.clone(),
            area: area.clone(),
            kind: Kind::new("bench.written", 1),
            open: json!({"number": written.fetch_add(1, Ordering::Relaxed), "channel": "online"}),
            sealed: vec![Secret {
                subject,
                plain: json!({"name": "测试", "words": "x".repeat(200)}),
            }],
        };
        let append = Append {
            command: CommandId::new(clock),
            digest: [0; 32],
            at: clock.now(),
            actor: Actor::system(),
            expected: vec![(stream, 0)],
            entries: vec![entry],
            changes: Vec::new(),
            answer: json!({}),
            notices: Vec::new(),
        };
        let sent = Instant::now();
        journal.append(append).await?;
        latencies.add(sent.elapsed());
    }
    Ok(latencies)
}
