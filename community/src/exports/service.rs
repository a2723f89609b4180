//! Exports on a running node: the rows that a list shows, all of them, once their leaving is on
//! record.

use std::collections::BTreeMap;

use linli_kernel::{Refusal, StreamId};
use serde_json::json;

use super::events::{Event, Made, What};
use super::register::{Export, Exports};
use crate::cases::queries;
use crate::feature::{Call, Problem, digest_of};
use crate::node::Linli;
use crate::residents;

/// The most rows of one export: more is a matter for the statistics, or for a narrower filter.
pub const MOST_ROWS: u64 = 10_000;

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// By what it is filtered, as it goes on record: codes by name, nothing somebody typed about a
    /// person.
    pub filter: BTreeMap<String, String>,
    /// What for.
    pub purpose: String,
    /// `xlsx` or `csv`.
    pub format: String,
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
        asked: &Asked,
    ) -> Result<Vec<residents::Row>, Problem> {
        check(asked)?;
        let mut rows = Vec::new();
        for page in 1.. {
            let filter = residents::Filter {
                page,
                size: residents::MAX_SIZE,
                ..filter.clone()
            };
            let found = self.residents(call.actor, &filter).await?;
            if found.more || found.total > MOST_ROWS {
                return Err(too_many());
            }
            let last = (found.rows.len() as u64) < residents::MAX_SIZE;
            rows.extend(found.rows);
            if last {
                break;
            }
        }
        self.made(call, What::Residents, asked, rows.len() as u64)
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
        asked: &Asked,
    ) -> Result<Vec<queries::Row>, Problem> {
        check(asked)?;
        let mut rows = Vec::new();
        for page in 1.. {
            if rows.len() as u64 >= MOST_ROWS {
                return Err(too_many());
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
        self.made(call, What::Cases, asked, rows.len() as u64)
            .await?;
        Ok(rows)
    }

    /// Puts an export on record, before a byte of it leaves.
    async fn made(
        &self,
        call: Call<'_>,
        what: What,
        asked: &Asked,
        rows: u64,
    ) -> Result<(), Problem> {
        if rows == 0 {
            return Err(Refusal::new("exports.nothing").into());
        }
        let Some(post) = &call.actor.post else {
            return Err(Refusal::new("gate.role").into());
        };
        let made = Made {
            what,
            filter: asked.filter.clone(),
            purpose: asked.purpose.trim().to_owned(),
            format: asked.format.clone(),
            rows,
        };
        let event = Event {
            area: post.area.clone(),
            made,
        };
        // What was found may differ from one moment to the next: the wish is what is repeated.
        let digest = digest_of(&(what.code(), &asked.filter, &asked.purpose, &asked.format))?;
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
            None => Err(Refusal::new("exports.already-made").into()),
        }
    }
}

fn too_many() -> Problem {
    Refusal::new("exports.too-many")
        .with("most", MOST_ROWS)
        .into()
}

/// A purpose that says something and names nobody: it stands in the open part of an entry.
fn check(asked: &Asked) -> Result<(), Refusal> {
    const LONGEST: usize = 200;
    let purpose = asked.purpose.trim();
    if purpose.chars().count() < 2 || purpose.chars().count() > LONGEST {
        return Err(Refusal::new("exports.purpose-missing").on("purpose"));
    }
    let mut digits = purpose.split(|c: char| !c.is_ascii_digit() && !('０'..='９').contains(&c));
    if digits.any(|run| run.chars().count() >= 7) {
        return Err(Refusal::new("exports.purpose-personal").on("purpose"));
    }
    Ok(())
}
