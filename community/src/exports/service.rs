//! Exports on a running node: the rows that a list shows, all of them, once their leaving is on
//! record.

use std::collections::BTreeMap;
use std::sync::Arc;

use linli_journal::Appended;
use linli_kernel::{AreaPath, CommandId, Refusal, ResidentId, StreamId};
use serde_json::json;
use uuid::Uuid;

use super::decide::{self, MOST_FULL};
use super::events::{Event, Fact, What};
use super::register::{Export, Exports};
use super::reports::Report;
use crate::cases::queries;
use crate::feature::{Call, Meta, Plan, Problem, digest_of};
use crate::node::Linli;
use crate::residents::{self, LookedAt, Purpose, Resident, Residents, Why};

/// The most rows of one export: more is a matter for the statistics, or for a narrower filter.
pub const MOST_ROWS: u64 = 10_000;

/// What is wished for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    /// By what it is filtered, as it goes on record: codes by name, nothing somebody typed about a
    /// person.
    pub filter: BTreeMap<String, String>,
    /// What for.
    pub purpose: String,
    /// `xlsx` or `csv`.
    pub format: String,
}

/// Somebody in an export with whole names and numbers.
#[derive(Debug, Clone)]
pub struct Whole {
    /// How the list shows them: masked.
    pub row: residents::Row,
    /// Their record.
    pub resident: Arc<Resident>,
}

/// What leaves with whole names and numbers.
#[derive(Debug, Clone)]
pub enum Taken {
    /// 居民.
    Residents(Vec<Whole>),
    /// 填报.
    Report(Report),
}

impl Taken {
    /// Whom each row is about, where it is about somebody, and their committee.
    #[must_use]
    pub fn people(&self) -> Vec<(Option<ResidentId>, &AreaPath)> {
        match self {
            Self::Residents(whole) => {
                let rows = whole.iter().map(|one| &one.row);
                rows.map(|row| (Some(row.id), &row.area)).collect()
            }
            Self::Report(report) => {
                let lines = report.lines.iter();
                lines.map(|line| (line.who, &line.area)).collect()
            }
        }
    }
}

impl Linli {
    /// The residents of a list, masked as the list shows them; all of its pages. The call's command
    /// is the export's id: asked again under it, nothing leaves a second time.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `exports.…`, or a fault.
    pub async fn export_residents(
        &self,
        call: Call<'_>,
        filter: &residents::Filter,
        wish: &Wish,
    ) -> Result<Vec<residents::Row>, Problem> {
        decide::check(wish)?;
        let rows = self.listed(call, filter, MOST_ROWS).await?;
        self.made(call, What::Residents, wish, rows.len() as u64)
            .await?;
        Ok(rows)
    }

    /// The same of a list of cases.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `exports.…`, or a fault.
    pub async fn export_cases(
        &self,
        call: Call<'_>,
        filter: &queries::Filter,
        wish: &Wish,
    ) -> Result<Vec<queries::Row>, Problem> {
        decide::check(wish)?;
        let mut rows = Vec::new();
        for page in 1.. {
            if rows.len() as u64 >= MOST_ROWS {
                return Err(too_many(MOST_ROWS));
            }
            let filter = queries::Filter {
                page,
                size: queries::MAX_SIZE,
                ..filter.clone()
            };
            let found = queries::list(self, call.actor, &filter).await?;
            let last = (found.rows.len() as u64) < queries::MAX_SIZE;
            rows.extend(found.rows);
            if last {
                break;
            }
        }
        self.made(call, What::Cases, wish, rows.len() as u64)
            .await?;
        Ok(rows)
    }

    /// Asks for the residents of a list with whole names and numbers; the call's command is the
    /// export's id.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `exports.purpose-…`, `exports.nothing`, `exports.too-many`, or a fault.
    pub async fn ask_export(&self, call: Call<'_>, wish: &Wish) -> Result<(), Problem> {
        let Some(post) = &call.actor.post else {
            return Err(Refusal::new("gate.role").into());
        };
        let rows = match What::of(&wish.filter) {
            What::Reports => {
                let report = self.report_of(call.actor, &wish.filter).await?;
                self.fill_report(call.actor, &report, 1, 1).await?.total
            }
            _ => {
                let filter = filter(&wish.filter);
                self.residents(call.actor, &filter).await?.total
            }
        };
        let event = decide::ask(call.actor, &post.area, wish, rows)?;
        let digest = digest_of(&("ask", &wish.filter, &wish.purpose, &wish.format))?;
        let stream = StreamId::new("export", call.command);
        let decide = |_: &Export| Ok((vec![event.clone()], json!({ "export": call.command })));
        self.perform::<Exports, _>(call, digest, &stream, decide)
            .await?;
        Ok(())
    }

    /// Says yes or no to what somebody else asked for.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `exports.own`, `exports.not-waiting`, `exports.reason-…`, or a fault.
    pub async fn answer_export(
        &self,
        call: Call<'_>,
        id: Uuid,
        granted: bool,
        reason: &str,
    ) -> Result<(), Problem> {
        let digest = digest_of(&("answer", id, granted, reason))?;
        let areas = self.areas();
        let decide = |export: &Export| {
            let event = decide::answer(export, call.actor, &areas, granted, reason);
            let event = event.map_err(|no| vec![no])?;
            Ok((vec![event], json!({ "export": id })))
        };
        let stream = StreamId::new("export", id);
        self.perform::<Exports, _>(call, digest, &stream, decide)
            .await?;
        Ok(())
    }

    /// What was approved leaves, once, to whom it was approved for. That each person was looked at
    /// is on record with it: all of it, or nothing leaves.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `exports.not-yours`, `exports.not-granted`, `exports.lapsed`,
    /// `exports.already-made`, `exports.nothing`, `exports.too-many`, or a fault.
    pub async fn take_export(&self, call: Call<'_>, id: Uuid) -> Result<(Wish, Taken), Problem> {
        let Some(post) = &call.actor.post else {
            return Err(Refusal::new("gate.role").into());
        };
        let stream = StreamId::new("export", id);
        let loaded = self.load::<Exports>(&stream).await?;
        let meta = Meta {
            at: self.clock().now(),
            actor: call.actor,
        };
        let asked = decide::take(&loaded.state, call.actor, &self.areas(), meta.at)?;
        let wish = Wish {
            filter: asked.filter.clone(),
            purpose: asked.purpose.clone(),
            format: asked.format.clone(),
        };
        let taken = self.taken(call, &wish).await?;
        let rows = taken.people().len() as u64;
        let event = Event {
            area: post.area.clone(),
            fact: Fact::Made(decide::made(What::of(&wish.filter), &wish, rows, true)),
        };
        let mut plan = Plan::default();
        plan.add::<Exports>(&stream, &loaded, &[event], meta)?;
        for (who, area) in taken.people() {
            let Some(who) = who else { continue };
            let look = LookedAt {
                id: CommandId::new(self.clock()).0,
                area: area.clone(),
                purpose: Purpose {
                    why: Why::Export,
                    case: None,
                    words: wish.purpose.clone(),
                },
            };
            self.add_look(&mut plan, who, look, meta)?;
        }
        let digest = digest_of(&("take", id))?;
        let done = self.submit(call, digest, plan, json!({ "export": id }), meta.at);
        match done.await? {
            Appended::Done { .. } => Ok((wish, taken)),
            Appended::Repeated { .. } => Err(already_made()),
        }
    }

    /// What was approved to leave, whole.
    async fn taken(&self, call: Call<'_>, wish: &Wish) -> Result<Taken, Problem> {
        if What::of(&wish.filter) == What::Reports {
            let report = self.report_whole(call.actor, &wish.filter).await?;
            return Ok(Taken::Report(report));
        }
        let rows = self.listed(call, &filter(&wish.filter), MOST_FULL).await?;
        let mut whole = Vec::with_capacity(rows.len());
        for row in rows {
            let resident = self.load::<Residents>(&StreamId::from(row.id)).await?.state;
            whole.push(Whole { row, resident });
        }
        Ok(Taken::Residents(whole))
    }

    /// Every row of a list, where they are no more than `most`.
    async fn listed(
        &self,
        call: Call<'_>,
        filter: &residents::Filter,
        most: u64,
    ) -> Result<Vec<residents::Row>, Problem> {
        let mut rows = Vec::new();
        for page in 1.. {
            let filter = residents::Filter {
                page,
                size: residents::MAX_SIZE,
                ..filter.clone()
            };
            let found = self.residents(call.actor, &filter).await?;
            if found.more || found.total > most {
                return Err(too_many(most));
            }
            let last = (found.rows.len() as u64) < residents::MAX_SIZE;
            rows.extend(found.rows);
            if last {
                break;
            }
        }
        decide::enough(rows.len() as u64, most)?;
        Ok(rows)
    }

    /// Puts an export on record, before a byte of it leaves.
    pub(super) async fn made(
        &self,
        call: Call<'_>,
        what: What,
        wish: &Wish,
        rows: u64,
    ) -> Result<(), Problem> {
        decide::enough(rows, MOST_ROWS)?;
        let Some(post) = &call.actor.post else {
            return Err(Refusal::new("gate.role").into());
        };
        let event = Event {
            area: post.area.clone(),
            fact: Fact::Made(decide::made(what, wish, rows, false)),
        };
        // What was found may differ from one moment to the next: the wish is what is repeated.
        let digest = digest_of(&(what.code(), &wish.filter, &wish.purpose, &wish.format))?;
        let stream = StreamId::new("export", call.command);
        let decide = |export: &Export| match export.made {
            None => Ok((vec![event.clone()], json!({ "export": call.command }))),
            Some(_) => Err(vec![Refusal::new("exports.already-made")]),
        };
        let done = self
            .perform::<Exports, _>(call, digest, &stream, decide)
            .await?;
        match done.seqs {
            Some(_) => Ok(()),
            None => Err(already_made()),
        }
    }
}

/// The filter of a list, from what is on record of it.
fn filter(codes: &BTreeMap<String, String>) -> residents::Filter {
    residents::Filter::of_codes(|name| codes.get(name).map(String::as_str))
}

pub(super) fn too_many(most: u64) -> Problem {
    Refusal::new("exports.too-many").with("most", most).into()
}

fn already_made() -> Problem {
    Refusal::new("exports.already-made").into()
}
