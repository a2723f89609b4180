//! Changes to policies on a running node: proposed, settled, listed; and the book that follows.

use std::num::NonZeroUsize;
use std::sync::Arc;

use jiff::civil::Date;
use linli_journal::Journal;
use linli_kernel::gate::{Scope, scope};
use linli_kernel::{Action, Actor, AreaPath, Fault, Refusal};
use linli_policy::ir::Plan;
use linli_policy::rehearse::{self, Rehearsal, Unlike};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use serde_json::json;
use uuid::Uuid;

use super::change::{self, Change, Changes, Draft, Stage, stream};
use super::files::Policies;
use crate::feature::{Call, Feature as _, Meta, Performed, Problem, digest_of};
use crate::node::Linli;
use crate::registers::store;

/// The most changes a list shows.
const LISTED: u64 = 100;

impl Linli {
    /// 拟修订: proposes a change to a policy's file; its id is the command's.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `policies.…`, or a fault.
    pub async fn propose_policy(
        &self,
        call: Call<'_>,
        area: &AreaPath,
        draft: &Draft,
    ) -> Result<Performed<Change>, Problem> {
        let policies = self.policies();
        let id = call.command.0;
        let digest = digest_of(&(area, draft))?;
        let proposed = |change: &Change| match change.stage {
            Stage::Nothing => {
                let event = change::propose(draft, area, &policies, call.actor);
                Ok((vec![event.map_err(|no| vec![no])?], json!({ "change": id })))
            }
            _ => Err(vec![Refusal::new("policies.not-proposed")]),
        };
        self.perform::<Changes, _>(call, digest, &stream(id), proposed)
            .await
    }

    /// Publishes a change, by another officer than the one who proposed it, or drops it. What is
    /// published is in force on this node at once.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `policies.…`, or a fault.
    pub async fn settle_policy(
        &self,
        call: Call<'_>,
        id: Uuid,
        publish: bool,
    ) -> Result<Performed<Change>, Problem> {
        let policies = self.policies();
        let digest = digest_of(&(id, publish))?;
        let settled = |change: &Change| {
            let event = change::settle(change, publish, &policies, call.actor);
            Ok((vec![event.map_err(|no| vec![no])?], json!({ "change": id })))
        };
        let done = self
            .perform::<Changes, _>(call, digest, &stream(id), settled)
            .await?;
        if let (Stage::Published, Some(draft)) = (done.state.stage, &done.state.draft) {
            let with = change::check(draft, &self.policies()).map_err(Problem::from)?;
            self.set_policies(Arc::new(with));
        }
        Ok(done)
    }

    /// The change `id`.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `policies.not-proposed`, or a fault.
    pub async fn policy_change(&self, actor: &Actor, id: Uuid) -> Result<Arc<Change>, Problem> {
        may_read(actor)?;
        let loaded = self.load::<Changes>(&stream(id)).await?;
        match loaded.state.stage {
            Stage::Nothing => Err(Refusal::new("policies.not-proposed").into()),
            _ => Ok(loaded.state),
        }
    }

    /// Changes, newest first.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, or a fault.
    pub async fn policy_changes(&self, actor: &Actor) -> Result<Vec<(Uuid, Arc<Change>)>, Problem> {
        may_read(actor)?;
        let query = Query::select()
            .column("id")
            .from("policy_change")
            .order_by("proposed_at", Order::Desc)
            .limit(LISTED)
            .take();
        let rows = self
            .journal()
            .reader()
            .query_all(&query)
            .await
            .map_err(store)?;
        let mut changes = Vec::with_capacity(rows.len());
        for row in rows {
            let id: String = row.try_get("", "id").map_err(store)?;
            let Ok(id) = id.parse::<Uuid>() else { continue };
            changes.push((id, self.load::<Changes>(&stream(id)).await?.state));
        }
        Ok(changes)
    }

    /// 试算: the draft beside the book as it stands, over the whole district, as of `on`.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `policies.file-wrong`, `policies.facts-differ`, or a fault.
    pub async fn rehearse_policy(
        &self,
        actor: &Actor,
        draft: &Draft,
        on: Date,
    ) -> Result<Rehearsed, Problem> {
        may_read(actor)?;
        let before = self.policies();
        let after = change::check(draft, &before)?;
        let differ = |_: Unlike| Refusal::new("policies.facts-differ").on("text");
        let facts = rehearse::facts(before.book().facts(), after.book().facts()).map_err(differ)?;
        let population = super::population::read(self.journal().reader(), &facts).await?;
        // Only what the file speaks of: a fact that another policy lacks must not hide a change.
        let pair = (
            before.plan_of(&draft.file, on),
            after.plan_of(&draft.file, on),
        );
        let (Some(base), Some(changed)) = pair else {
            return Err(Refusal::new("policies.facts-differ").on("text").into());
        };
        let moved = moved(&before, &after, &draft.file, on);
        let reckoned = tokio::task::spawn_blocking(move || {
            let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
            let one = |base: &Plan, changed: &Plan| {
                rehearse::rehearse(base, changed, &population, threads)
            };
            let mut others = Vec::new();
            for (id, base, changed) in &moved {
                let found = one(base, changed)?;
                if found.all.winners + found.all.losers > 0 {
                    others.push((id.clone(), found));
                }
            }
            let own = one(&base, &changed)?;
            Ok(Rehearsed { own, others })
        });
        let reckoned = reckoned
            .await
            .map_err(|gone| Fault::Damaged(gone.to_string()))?;
        Ok(reckoned.map_err(differ)?)
    }
}

/// What a rehearsal found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsed {
    /// By the policies of the changed file.
    pub own: Rehearsal,
    /// By each policy of another file that refers to them and gives somebody another answer. Where it
    /// pays nothing, winners and losers are those newly and no longer entitled, and sums mean nothing.
    pub others: Vec<(String, Rehearsal)>,
}

/// The policies of other files that a change of `file` may move, before and after.
fn moved(before: &Policies, after: &Policies, file: &str, on: Date) -> Vec<(String, Plan, Plan)> {
    let ids = after.book().dependents(&after.of_file(file));
    let pairs = ids.into_iter().filter_map(|id| {
        let plans = (before.plan_alone(id, on)?, after.plan_alone(id, on)?);
        Some((id.to_owned(), plans.0, plans.1))
    });
    pairs.collect()
}

fn may_read(actor: &Actor) -> Result<(), Refusal> {
    match scope(actor, Action::CatalogueChange) {
        Scope::Area(_) => Ok(()),
        Scope::Own(_) | Scope::Nothing => Err(Refusal::new("gate.role")),
    }
}

/// The book as a node holds it when it starts: the built-in files, and over them, in their order,
/// the changes that were published. One that this program no longer understands is left out, said
/// in the log, and the file before it stays.
///
/// # Errors
/// [`Fault`] when a built-in file is wrong or the journal cannot be read.
pub(crate) async fn book_of(journal: &Journal) -> Result<Policies, Fault> {
    let built_in = Policies::built_in();
    let mut book = built_in.map_err(|refused| Fault::Setting(refused.to_string()))?;
    let query = Query::select()
        .column("id")
        .from("policy_change")
        .and_where(Expr::col("stage").eq(Stage::Published.code()))
        .order_by("decided_at", Order::Asc)
        .order_by("id", Order::Asc)
        .take();
    for row in journal.reader().query_all(&query).await.map_err(store)? {
        let id: String = row.try_get("", "id").map_err(store)?;
        let Ok(id) = id.parse::<Uuid>() else { continue };
        let Some(draft) = draft_of(journal, id).await? else {
            continue;
        };
        match book.with(&draft.file, &draft.text) {
            Ok(with) => book = with,
            Err(refused) => {
                tracing::error!(%id, problem = %refused, "a published policy is no longer understood");
            }
        }
    }
    Ok(book)
}

async fn draft_of(journal: &Journal, id: Uuid) -> Result<Option<Draft>, Fault> {
    let stream = stream(id);
    let mut change = Change::default();
    for entry in journal.stream(&stream).await? {
        let event = Changes::read(&entry).map_err(|e| Fault::Damaged(format!("{stream}: {e}")))?;
        let meta = Meta {
            at: entry.at,
            actor: &entry.actor,
        };
        Changes::apply(&mut change, &stream, &event, meta);
    }
    Ok(change.draft)
}
