//! The one writer: takes everything that waits, writes it in one transaction, and answers.
//!
//! While a batch becomes durable the next one gathers: the busier the node, the fewer the syncs for
//! each command. One bad member does not fail the others: a batch that fails is written again
//! member by member.

use std::sync::Arc;
use std::time::{Duration, Instant};

use linli_kernel::Fault;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};
use tokio::sync::{mpsc, oneshot};

use crate::append::{AppendError, Appended};
use crate::batch::{BatchError, Draft, Ground, Member, told, why_not};
use crate::db::{self, fault};
use crate::lock;
use crate::prepare::Prepared;
use crate::shared::{Mode, Shared, State};
use crate::sql::uint;
use crate::wal;

type Outcome = Result<Appended, AppendError>;

/// What waits for the writer.
pub(crate) enum Job {
    One(Box<Prepared>, oneshot::Sender<Outcome>),
    Many(Vec<Prepared>, oneshot::Sender<Vec<Outcome>>),
    /// Finish what came before, then end.
    Stop(oneshot::Sender<()>),
}

/// The most jobs of one batch.
const BATCH: usize = 512;

/// From how many jobs a batch on the writer counts as busy.
const BUSY: usize = 4;

/// How long a busy writer waits for more: less than a sync takes.
const MOMENT: Duration = Duration::from_millis(1);

/// The most entries of one transaction on the bulk path.
const BULK_ENTRIES: usize = 4_000;

/// Runs until every handle on the journal is gone or it is closed.
pub(crate) async fn run(shared: Arc<Shared>, mut jobs: mpsc::Receiver<Job>) {
    let mut waiting = Vec::with_capacity(BATCH);
    let mut answered = 0;
    loop {
        if !lock::held(&shared).await && !stand_by(&shared, &mut jobs).await {
            break;
        }
        if jobs.recv_many(&mut waiting, BATCH).await == 0 {
            break;
        }
        gather(&mut jobs, &mut waiting, answered).await;
        answered = waiting.len();
        if let Some(stopped) = work(&shared, &mut waiting).await {
            shared.mode.send_replace(Mode::Closed);
            close(&shared).await;
            // Whoever asked may be gone.
            tell_stopped(stopped);
            return;
        }
    }
    close(&shared).await;
}

/// Waits a moment for those who were just `answered` to come again: under load, one batch of all is
/// cheaper than two of half of them, which would take turns. Nobody waits for anybody at rest.
async fn gather(jobs: &mut mpsc::Receiver<Job>, waiting: &mut Vec<Job>, answered: usize) {
    if answered < BUSY {
        return;
    }
    let wanted = ((waiting.len() + answered) * 3 / 4).min(BATCH);
    let until = tokio::time::Instant::now() + MOMENT;
    while waiting.len() < wanted {
        let more = jobs.recv_many(waiting, wanted - waiting.len());
        match tokio::time::timeout_at(until, more).await {
            Ok(came) if came > 0 => {}
            _ => return,
        }
    }
}

/// Waits for the lock, refusing what comes meanwhile. Says whether the lock was obtained.
async fn stand_by(shared: &Arc<Shared>, jobs: &mut mpsc::Receiver<Job>) -> bool {
    let takeover = lock::take_over(shared);
    tokio::pin!(takeover);
    loop {
        tokio::select! {
            taken = &mut takeover => return taken,
            job = jobs.recv() => match job {
                None => return false,
                Some(Job::Stop(stopped)) => {
                    tell_stopped(stopped);
                    return false;
                }
                Some(job) => refuse(job),
            }
        }
    }
}

fn refuse(job: Job) {
    let refusal = || Err(AppendError::ReadOnly(why_not(&Mode::StandBy).to_owned()));
    match job {
        Job::One(_, reply) => drop(reply.send(refusal())),
        Job::Many(all, reply) => drop(reply.send(all.iter().map(|_| refusal()).collect())),
        Job::Stop(stopped) => tell_stopped(stopped),
    }
}

/// Works off what waits. Returns whom to tell when asked to stop.
async fn work(shared: &Arc<Shared>, waiting: &mut Vec<Job>) -> Option<oneshot::Sender<()>> {
    let mut members = Vec::new();
    let mut replies = Vec::new();
    let mut bulk = Vec::new();
    let mut stop = None;
    for job in waiting.drain(..) {
        match job {
            Job::One(prepared, reply) => {
                members.push(member(*prepared));
                replies.push(reply);
            }
            Job::Many(all, reply) => bulk.push((all, reply)),
            Job::Stop(stopped) => stop = Some(stopped),
        }
    }
    let mut state = shared.state.lock().await;
    if !members.is_empty() {
        write(shared, &mut state, &mut members).await;
        for (member, reply) in members.into_iter().zip(replies) {
            // A submitter that no longer waits will ask again with the same command id.
            drop(reply.send(outcome(member)));
        }
    }
    for (all, reply) in bulk {
        drop(reply.send(write_bulk(shared, &mut state, all).await));
    }
    wal::tend(shared, &mut state).await;
    stop
}

async fn write_bulk(shared: &Shared, state: &mut State, all: Vec<Prepared>) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(all.len());
    let mut all = all.into_iter().peekable();
    while all.peek().is_some() {
        let (mut members, mut entries) = (Vec::new(), 0);
        while let Some(prepared) =
            all.next_if(|next| members.is_empty() || entries + next.entries.len() <= BULK_ENTRIES)
        {
            entries += prepared.entries.len();
            members.push(member(prepared));
        }
        write(shared, state, &mut members).await;
        outcomes.extend(members.into_iter().map(outcome));
    }
    outcomes
}

fn member(prepared: Prepared) -> Member {
    Member {
        prepared,
        outcome: None,
    }
}

fn outcome(member: Member) -> Outcome {
    let lost = || Err(Fault::Store("the writer gave no answer".to_owned()).into());
    member.outcome.unwrap_or_else(lost)
}

/// Writes a batch; one that fails is written again member by member.
async fn write(shared: &Shared, state: &mut State, members: &mut [Member]) {
    let Err(error) = attempt(shared, state, members).await else {
        return;
    };
    if members.len() == 1 || is_hopeless(&error) {
        tell(members, &error);
        return;
    }
    tracing::warn!(
        members = members.len(),
        ?error,
        "a batch failed: one by one"
    );
    for member in members.chunks_mut(1) {
        if let Err(error) = attempt(shared, state, member).await {
            tell(member, &error);
        }
    }
}

/// Whether writing the members one by one cannot help either.
fn is_hopeless(error: &BatchError) -> bool {
    match error {
        BatchError::LostLock => true,
        BatchError::Db(error) => {
            db::is_lost(error) || matches!(fault(error.clone()), Fault::StoreFull(_))
        }
        BatchError::Fault(fault) => matches!(fault, Fault::StoreFull(_) | Fault::Damaged(_)),
        BatchError::Stale => false,
    }
}

fn tell(members: &mut [Member], error: &BatchError) {
    metrics::counter!("journal_failures_total").increment(1);
    for member in members {
        member.outcome = Some(Err(told(error)));
    }
}

/// Writes a batch as a whole or not at all.
async fn attempt(
    shared: &Shared,
    state: &mut State,
    members: &mut [Member],
) -> Result<(), BatchError> {
    let tried = once(shared, state, members).await;
    if let Err(BatchError::Db(error)) = &tried
        && db::is_lost(error)
    {
        state.holder = None;
    }
    if matches!(tried, Err(BatchError::LostLock)) {
        state.holder = None;
    }
    tried
}

async fn once(
    shared: &Shared,
    state: &mut State,
    members: &mut [Member],
) -> Result<(), BatchError> {
    let began = Instant::now();
    let log = &shared.identity()?.log;
    let tx = db::begin(&shared.db.write).await?;
    if !is_where_we_left(shared, &tx, state).await? {
        // Another process wrote. None does while this transaction lasts, so what is read now stays.
        shared.reload(&tx, state).await?;
    }
    let ground = Ground::survey(shared, &tx, members).await?;
    let mut draft = Draft::new(shared, log, ground, state.edge.clone());
    draft.take_in(members)?;
    if draft.is_empty() {
        tx.rollback().await?;
        return Ok(());
    }
    // Keys first: an entry must never be durable before the key that opens it.
    shared.keys.flush().await?;
    let written = draft.write(&tx, state).await?;
    tx.commit().await?;
    written.install(shared, state);
    record_metrics(members.len(), began);
    Ok(())
}

/// Metrics are approximate by nature: a batch never has 2^52 members.
#[expect(
    clippy::cast_precision_loss,
    reason = "a count of members, for a histogram"
)]
fn record_metrics(members: usize, began: Instant) {
    metrics::histogram!("journal_batch_commands").record(members as f64);
    metrics::histogram!("journal_commit_seconds").record(began.elapsed().as_secs_f64());
}

/// Whether nobody else wrote; makes sure on PostgreSQL that the lock is still ours.
pub(crate) async fn is_where_we_left(
    shared: &Shared,
    tx: &DatabaseTransaction,
    state: &State,
) -> Result<bool, BatchError> {
    let postgres = shared.backend() == DbBackend::Postgres;
    let sql = if postgres {
        "SELECT size, pg_backend_pid() AS holder FROM log_checkpoint WHERE id = 1"
    } else {
        "SELECT size FROM log_checkpoint WHERE id = 1"
    };
    let row = tx
        .query_one_raw(Statement::from_string(shared.backend(), sql))
        .await?
        .ok_or_else(|| Fault::Damaged("the checkpoint is missing".to_owned()))?;
    if postgres && Some(row.try_get("", "holder")?) != state.holder {
        return Err(BatchError::LostLock);
    }
    let size: i64 = row.try_get("", "size")?;
    Ok(uint(size) == state.edge.size())
}

fn tell_stopped(stopped: oneshot::Sender<()>) {
    if stopped.send(()).is_err() {
        tracing::debug!("whoever asked the writer to stop is gone");
    }
}

/// Closes every connection.
pub(crate) async fn close(shared: &Shared) {
    shared.carrier.close().await;
    for db in [&shared.db.read, &shared.db.write] {
        if let Err(error) = db.clone().close().await {
            tracing::warn!(%error, "closing the store");
        }
    }
    shared.keys.close().await;
}
