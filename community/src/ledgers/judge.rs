//! 预览: what would become of each line of a ledger, told from what the register knows.
//!
//! A person is known by the identity number. Without one, somebody of the same name is a doubt, not
//! an answer, unless everything the line says is known of them already.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use linli_kernel::{Action, Actor, AreaPath, Fault, Refusal, ResidentId, StreamId, gate};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};

use super::events::Counts;
use super::lines::{Line, Wrong};
use crate::feature::Problem;
use crate::node::Linli;
use crate::places::street_path;
use crate::registers::store;
use crate::residents::{FieldId, Resident, Residents};

/// How many are asked of the register at once.
const AT_ONCE: usize = 400;

/// What becomes of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Somebody who is not known yet.
    New,
    /// Somebody known, about whom these facts are new.
    Changed(ResidentId, Vec<FieldId>),
    /// Somebody known, and nothing new.
    Same(ResidentId),
    /// Somebody must look.
    Doubtful(Wrong),
    /// Something is wrong: see [`Line::wrong`].
    Bad,
}

/// How many lines become what.
#[must_use]
pub fn counts(verdicts: &[Verdict]) -> Counts {
    let mut counts = Counts::default();
    for verdict in verdicts {
        *match verdict {
            Verdict::New => &mut counts.new,
            Verdict::Changed(..) => &mut counts.changed,
            Verdict::Same(_) => &mut counts.same,
            Verdict::Doubtful(_) => &mut counts.doubtful,
            Verdict::Bad => &mut counts.bad,
        } += 1;
    }
    counts
}

/// Somebody of the register.
#[derive(Debug, Clone)]
struct Known {
    id: ResidentId,
    area: String,
    born: Option<String>,
}

/// What a line is compared with.
struct Facts<'a> {
    area: &'a AreaPath,
    source: &'a str,
    as_of: Date,
    by_number: HashMap<String, Known>,
    /// The numbers of records that were merged into others.
    merged: HashSet<String>,
    by_name: HashMap<String, Vec<Known>>,
}

impl Linli {
    /// Judges the lines of a ledger of `area`, whose facts are from the office `source` as of
    /// `as_of`.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `residents.not-a-committee`, or a fault.
    pub async fn judge_lines(
        &self,
        actor: &Actor,
        area: &AreaPath,
        (source, as_of): (&str, Date),
        lines: &[Line],
    ) -> Result<Vec<Verdict>, Problem> {
        may_import(self, actor, area)?;
        let keys: Vec<Option<String>> = lines
            .iter()
            .map(|line| {
                line.text("person.id_number")
                    .map(|number| self.id_key(number))
            })
            .collect();
        let facts = Facts {
            area,
            source,
            as_of,
            by_number: self.known_by_number(&keys).await?,
            merged: self.merged_numbers(&keys).await?,
            by_name: self.known_by_name(area, lines).await?,
        };
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut verdicts = Vec::with_capacity(lines.len());
        for (line, key) in lines.iter().zip(&keys) {
            let verdict = if line.wrong.is_empty() {
                match twice(line, key.as_deref(), &mut seen) {
                    Some(doubt) => Verdict::Doubtful(doubt),
                    None => self.judge(line, key.as_deref(), &facts).await?,
                }
            } else {
                Verdict::Bad
            };
            verdicts.push(verdict);
        }
        Ok(verdicts)
    }

    async fn judge(
        &self,
        line: &Line,
        key: Option<&str>,
        facts: &Facts<'_>,
    ) -> Result<Verdict, Fault> {
        if let Some(known) = key.and_then(|key| facts.by_number.get(key)) {
            if known.area != facts.area.as_str() {
                return Ok(doubt("ledgers.lives-elsewhere", "person.id_number"));
            }
            let state = self
                .load::<Residents>(&StreamId::from(known.id))
                .await?
                .state;
            return Ok(compared(line, known.id, &state, facts));
        }
        // The number stands in a record that was merged away: taken as new, the person would be
        // there twice again.
        if key.is_some_and(|key| facts.merged.contains(key)) {
            return Ok(doubt("ledgers.number-merged", "person.id_number"));
        }
        let name = line.text("person.name").unwrap_or_default();
        let alike = facts
            .by_name
            .get(name)
            .map(Vec::as_slice)
            .unwrap_or_default();
        for known in alike {
            let born = line.text("person.birth_date");
            let other_day =
                born.is_some_and(|born| known.born.as_deref().is_some_and(|known| known != born));
            if other_day {
                continue;
            }
            let state = self
                .load::<Residents>(&StreamId::from(known.id))
                .await?
                .state;
            let numbers = (key.is_some(), state.id_key.is_some());
            // Two numbers that differ are two people.
            if numbers == (true, true) {
                continue;
            }
            let all = line.facts.iter().all(|(field, value)| {
                state
                    .facts
                    .get(field.as_str())
                    .is_some_and(|fact| fact.value == *value)
            });
            return Ok(match all && line.facts.len() > 2 {
                true => Verdict::Same(known.id),
                false => doubt("ledgers.same-name", "person.name"),
            });
        }
        Ok(Verdict::New)
    }

    async fn known_by_number(
        &self,
        keys: &[Option<String>],
    ) -> Result<HashMap<String, Known>, Fault> {
        let mut found = HashMap::new();
        let keys: Vec<&str> = keys.iter().flatten().map(String::as_str).collect();
        for some in keys.chunks(AT_ONCE) {
            let query = known_where(Expr::col("id_key").is_in(some.iter().copied()));
            for (key, known) in self.known(&query, "id_key").await? {
                found.insert(key, known);
            }
        }
        Ok(found)
    }

    async fn merged_numbers(&self, keys: &[Option<String>]) -> Result<HashSet<String>, Fault> {
        let mut found = HashSet::new();
        let keys: Vec<&str> = keys.iter().flatten().map(String::as_str).collect();
        for some in keys.chunks(AT_ONCE) {
            let query = Query::select()
                .column("id_key")
                .from("merged")
                .and_where(Expr::col("id_key").is_in(some.iter().copied()))
                .take();
            let rows = self.journal().reader().query_all(&query).await;
            for row in rows.map_err(store)? {
                found.insert(row.try_get("", "id_key").map_err(store)?);
            }
        }
        Ok(found)
    }

    async fn known_by_name(
        &self,
        area: &AreaPath,
        lines: &[Line],
    ) -> Result<HashMap<String, Vec<Known>>, Fault> {
        let names: HashSet<&str> = lines
            .iter()
            .filter_map(|line| line.text("person.name"))
            .collect();
        let names: Vec<&str> = names.into_iter().collect();
        let mut found: HashMap<String, Vec<Known>> = HashMap::new();
        for some in names.chunks(AT_ONCE) {
            let mut query = known_where(Expr::col("name").is_in(some.iter().copied()));
            query
                .and_where(Expr::col("street").eq(street_path(area)))
                .and_where(Expr::col("area").eq(area.as_str()));
            for (name, known) in self.known(&query, "name").await? {
                found.entry(name).or_default().push(known);
            }
        }
        Ok(found)
    }

    async fn known(
        &self,
        query: &SelectStatement,
        key: &str,
    ) -> Result<Vec<(String, Known)>, Fault> {
        let rows = self
            .journal()
            .reader()
            .query_all(query)
            .await
            .map_err(store)?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let text = |column: &str| row.try_get::<Option<String>>("", column).map_err(store);
            let id = text("id")?.and_then(|id| id.parse().ok());
            if let (Some(key), Some(id)) = (text(key)?, id) {
                let known = Known {
                    id,
                    area: text("area")?.unwrap_or_default(),
                    born: text("birth_date")?,
                };
                found.push((key, known));
            }
        }
        Ok(found)
    }
}

fn known_where(cond: Expr) -> SelectStatement {
    Query::select()
        .columns(["id", "area", "name", "id_key", "birth_date"])
        .from("resident")
        .and_where(cond)
        .take()
}

/// Whether the actor may put a ledger into the registers of `area`.
pub(super) fn may_import(linli: &Linli, actor: &Actor, area: &AreaPath) -> Result<(), Refusal> {
    if *actor != Actor::system() {
        let target = gate::Target {
            area,
            subject: None,
        };
        gate::permits(actor, Action::ResidentChange, target)?;
    }
    let areas = linli.areas();
    let found = areas.get(area);
    match found.is_some_and(|area| area.kind.is_committee()) {
        true => Ok(()),
        false => Err(Refusal::new("residents.not-a-committee").on("area")),
    }
}

/// The doubt that an earlier line is about the same person.
fn twice(line: &Line, key: Option<&str>, seen: &mut HashMap<String, usize>) -> Option<Wrong> {
    let (what, field) = match key {
        Some(key) => (key.to_owned(), "person.id_number"),
        None => {
            let text = |field: &str| line.text(field).unwrap_or_default();
            let person = [
                "person.name",
                "person.birth_date",
                "person.phone",
                "person.address",
            ];
            (person.map(text).join("\n"), "person.name")
        }
    };
    let before = *seen.entry(what).or_insert(line.row);
    if before == line.row {
        return None;
    }
    let refusal = Refusal::new("ledgers.line-twice").on(field);
    Some(Wrong {
        column: None,
        refusal: refusal.with("row", before + 1),
    })
}

fn doubt(code: &str, field: &str) -> Verdict {
    Verdict::Doubtful(Wrong {
        column: None,
        refusal: Refusal::new(code).on(field),
    })
}

/// A line beside what is known of the person with its identity number.
fn compared(line: &Line, id: ResidentId, state: &Resident, facts: &Facts<'_>) -> Verdict {
    if state.dead {
        return doubt("residents.dead", "person.id_number");
    }
    let names = (line.text("person.name"), state.text("person.name"));
    if names.0 != names.1 {
        return doubt("ledgers.name-differs", "person.name");
    }
    let mut changed = Vec::new();
    for (field, value) in &line.facts {
        match state.facts.get(field.as_str()) {
            Some(known) if known.value == *value => {}
            Some(known) if known.as_of > facts.as_of => {
                let refusal = Refusal::new("residents.older-than-known").on(field.as_str());
                return Verdict::Doubtful(Wrong {
                    column: None,
                    refusal: refusal.with("as_of", known.as_of),
                });
            }
            // What the person said themselves is not overwritten by a list.
            Some(known) if &*known.source == "resident" && facts.source != "resident" => {
                return doubt("ledgers.said-by-resident", field.as_str());
            }
            _ => changed.push(field.clone()),
        }
    }
    match changed.is_empty() {
        true => Verdict::Same(id),
        false => Verdict::Changed(id, changed),
    }
}
