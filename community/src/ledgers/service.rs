//! Ledgers on a running node: recorded in bulk, part by part, each part one act with what it
//! recorded; and taken back.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;
use linli_journal::{Append, Appended};
use linli_kernel::{Actor, AreaPath, CommandId, Fault, HouseholdId, Refusal, ResidentId, StreamId};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::events::{Begun, ColumnsRemembered, Counts, Event, Happened, Part, Touched};
use super::judge::{Verdict, counts, may_import};
use super::layout::Remembered;
use super::lines::{Line, households};
use super::register::{ColumnWords, Imports};
use super::state::{Import, Stage, stream, words_stream};
use super::words::{Meaning, Words};
use crate::feature::{Call, Loaded, Meta, Plan, Problem, digest_of};
use crate::node::Linli;
use crate::residents::{
    Command, Context, FieldId, Household, HouseholdCommand, Households, Member, NewFact, Resident,
    Residents, decide, decide_household,
};

/// How many lines one act records.
const LINES_AT_ONCE: usize = 100;
/// How many acts the journal takes at once.
const ACTS_AT_ONCE: usize = 20;

/// What is to be put into the registers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The committee whose ledger it is.
    pub area: AreaPath,
    /// The office the facts are from: its key in the dictionary.
    pub source: String,
    /// The day as of which they hold.
    pub as_of: Date,
    /// What is taken from the ledger.
    pub columns: Vec<Meaning>,
}

/// What an act recorded, and what of it may be in memory as it was before.
struct Act {
    append: Append,
    stale: Vec<StreamId>,
    lines: u64,
}

impl Linli {
    /// The words of ledgers.
    ///
    /// # Errors
    /// [`Fault`] when the file does not fit the dictionary.
    pub fn ledger_words(&self) -> Result<Words, Fault> {
        Words::of(self.catalogue().dictionary())
    }

    /// What a committee called its columns before.
    ///
    /// # Errors
    /// [`Fault`] when the journal cannot be read.
    pub async fn remembered_columns(&self, area: &AreaPath) -> Result<Remembered, Fault> {
        let called = self.load::<ColumnWords>(&words_stream(area)).await?;
        Ok(called.state.columns.clone())
    }

    /// Remembers what a committee calls its columns, where that is new.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, or a fault.
    pub async fn remember_columns(
        &self,
        actor: &Actor,
        area: &AreaPath,
        columns: Remembered,
    ) -> Result<(), Problem> {
        may_import(self, actor, area)?;
        let known = self.remembered_columns(area).await?;
        let columns: Remembered = columns
            .into_iter()
            .filter(|(header, meaning)| known.get(header) != Some(meaning))
            .collect();
        if columns.is_empty() {
            return Ok(());
        }
        let call = Call {
            command: CommandId::new(self.clock()),
            actor,
            expected: None,
        };
        let digest = digest_of(&(area, &columns))?;
        let event = ColumnsRemembered {
            area: area.clone(),
            columns,
        };
        let decide = |_: &super::state::Called| Ok((vec![event.clone()], json!({})));
        self.perform::<ColumnWords, _>(call, digest, &words_stream(area), decide)
            .await?;
        Ok(())
    }

    /// Puts the good lines of a ledger into the registers: those that are new, and what is new about
    /// the others. The call's command is the import's id. `told` hears how many lines are done.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `residents.not-a-committee`, `residents.unknown-source`,
    /// `residents.date-in-future`, `ledgers.nothing-to-import`, or a fault; what was recorded
    /// before a fault stays and can be taken back.
    pub async fn import_lines(
        &self,
        call: Call<'_>,
        order: &Order,
        lines: &[Line],
        verdicts: &[Verdict],
        mut told: impl FnMut(u64, u64) + Send,
    ) -> Result<Counts, Problem> {
        may_import(self, call.actor, &order.area)?;
        let mut counted = counts(verdicts);
        let all = counted.good();
        if all == 0 {
            return Err(Refusal::new("ledgers.nothing-to-import").into());
        }
        self.begin_import(call, order, lines.len() as u64).await?;
        let import = call.command.0;
        let mut done = 0;
        let mut acts = Vec::with_capacity(ACTS_AT_ONCE);
        let batches = batches(lines, verdicts);
        let last = batches.len();
        for (number, batch) in batches.into_iter().enumerate() {
            let batch = Batch {
                number: number as u64,
                ..batch
            };
            acts.push(
                self.act(call.actor, import, order, (lines, verdicts), &batch)
                    .await?,
            );
            if acts.len() == ACTS_AT_ONCE || number + 1 == last {
                let failed = self
                    .append_acts(std::mem::take(&mut acts), &mut done)
                    .await?;
                counted.new = counted.new.saturating_sub(failed);
                counted.doubtful += failed;
                told(done, all);
            }
        }
        self.end_import(call.actor, import, order, counted).await?;
        Ok(counted)
    }

    async fn begin_import(&self, call: Call<'_>, order: &Order, lines: u64) -> Result<(), Problem> {
        let begun = Begun {
            source: order.source.clone(),
            as_of: order.as_of,
            lines,
            columns: order.columns.clone(),
        };
        let digest = digest_of(&(&order.area, &begun))?;
        let today = self.clock().today();
        let dictionary = self.catalogue().dictionary();
        let decide = |import: &Import| {
            if order.as_of > today {
                return Err(vec![Refusal::new("residents.date-in-future").on("as_of")]);
            }
            if dictionary.office(&order.source).is_none() {
                return Err(vec![Refusal::new("residents.unknown-source").on("source")]);
            }
            if import.stage != Stage::Unknown {
                return Err(vec![Refusal::new("ledgers.already-begun")]);
            }
            let area = order.area.clone();
            let what = Happened::Begun(begun.clone());
            Ok((
                vec![Event { area, what }],
                json!({ "import": call.command }),
            ))
        };
        let done = self
            .perform::<Imports, _>(call, digest, &stream(call.command.0), decide)
            .await?;
        match done.seqs {
            Some(_) => Ok(()),
            // The same form sent twice: the first one records, this one only looks.
            None => Err(Refusal::new("ledgers.already-begun").into()),
        }
    }

    async fn end_import(
        &self,
        actor: &Actor,
        import: Uuid,
        order: &Order,
        counts: Counts,
    ) -> Result<(), Problem> {
        // The parts were recorded past the cache.
        let stream = stream(import);
        self.forget(&stream);
        let call = Call {
            command: CommandId(derived(import, "end", 0)),
            actor,
            expected: None,
        };
        let digest = digest_of(&("end", import))?;
        let area = order.area.clone();
        let what = Happened::Ended(counts);
        let event = Event { area, what };
        let decide = |_: &Import| Ok((vec![event.clone()], json!({})));
        self.perform::<Imports, _>(call, digest, &stream, decide)
            .await?;
        Ok(())
    }

    /// One act: the lines of a batch, the households they are, and the part of the import.
    async fn act(
        &self,
        actor: &Actor,
        import: Uuid,
        order: &Order,
        (lines, verdicts): (&[Line], &[Verdict]),
        batch: &Batch,
    ) -> Result<Act, Problem> {
        let areas = self.areas();
        let id_key = |number: &str| self.id_key(number);
        let context = self.context(actor, &areas, &id_key);
        let at = self.clock().now();
        let meta = Meta { at, actor };
        let mut plan = Plan::default();
        let mut part = Part {
            part: batch.number,
            ..Part::default()
        };
        let mut stale = Vec::new();
        let mut people: HashMap<usize, ResidentId> = HashMap::new();
        for at in &batch.lines {
            let (Some(line), Some(verdict)) = (lines.get(*at), verdicts.get(*at)) else {
                continue;
            };
            let id = match verdict {
                Verdict::New => ResidentId(derived(import, "resident", line.row as u64)),
                Verdict::Changed(id, _) => *id,
                _ => continue,
            };
            let loaded = match verdict {
                Verdict::New => nothing_yet(),
                _ => self.load::<Residents>(&StreamId::from(id)).await?,
            };
            let events = recorded(&loaded.state, line, verdict, order, &context);
            let events = events.map_err(Problem::Refused)?;
            let to = StreamId::from(id);
            let after = plan.add::<Residents>(&to, &loaded, &events, meta)?;
            part.residents
                .push(Touched(id.0, loaded.version + 1, after.version));
            people.insert(*at, id);
            if loaded.version > 0 {
                stale.push(to);
            }
        }
        for members in &batch.households {
            let formed = form(lines, verdicts, members, &people, order, &context);
            let Some(events) = formed.map_err(Problem::Refused)? else {
                continue;
            };
            let row = members
                .first()
                .and_then(|at| lines.get(*at))
                .map_or(0, |line| line.row);
            let id = HouseholdId(derived(import, "household", row as u64));
            let nothing: Loaded<Household> = nothing_yet();
            let after = plan.add::<Households>(&StreamId::from(id), &nothing, &events, meta)?;
            part.households.push(Touched(id.0, 1, after.version));
        }
        let append = one_act(plan, import, order, part, meta)?;
        Ok(Act {
            append,
            stale,
            lines: people.len() as u64,
        })
    }

    /// Appends acts in bulk. Returns how many lines were not recorded because somebody else was
    /// faster with one of their records.
    async fn append_acts(&self, acts: Vec<Act>, done: &mut u64) -> Result<u64, Problem> {
        let mut failed = 0;
        let (mut appends, mut rest) = (Vec::new(), Vec::new());
        for act in acts {
            let entries = act.append.entries.iter();
            let touched: Vec<StreamId> = entries.map(|entry| entry.stream.clone()).collect();
            appends.push(act.append);
            rest.push((touched, act.stale, act.lines));
        }
        let outcomes = self.journal().append_bulk(appends).await;
        let outcomes = outcomes.map_err(|error| self.problem(error))?;
        for (outcome, (touched, stale, lines)) in outcomes.into_iter().zip(rest) {
            for stream in &stale {
                self.forget(stream);
            }
            match outcome {
                Ok(Appended::Done { .. } | Appended::Repeated { .. }) => {
                    *done += lines;
                    self.note_touched(&touched);
                }
                Err(error) => match self.problem(error) {
                    Problem::Conflict { .. } => failed += lines,
                    other => return Err(other),
                },
            }
        }
        Ok(failed)
    }
}

/// What one act appends: the records of `plan`, and the part of the import that says which.
fn one_act(
    mut plan: Plan,
    import: Uuid,
    order: &Order,
    part: Part,
    meta: Meta<'_>,
) -> Result<Append, Problem> {
    let number = part.part;
    let event = Event {
        area: order.area.clone(),
        what: Happened::Recorded(part),
    };
    let own = stream(import);
    plan.add::<Imports>(&own, &nothing_yet(), &[event], meta)?;
    // Parts do not depend on each other: whatever version the import's stream is at.
    plan.expected.retain(|(stream, _)| *stream != own);
    Ok(Append {
        command: CommandId(derived(import, "part", number)),
        digest: digest_of(&("part", import, number))?,
        at: meta.at,
        actor: meta.actor.clone(),
        expected: plan.expected,
        entries: plan.entries,
        changes: plan.changes,
        answer: json!({ "import": import, "part": number }),
        notices: plan.notices,
    })
}

/// What is recorded about the person of a line.
fn recorded(
    state: &Resident,
    line: &Line,
    verdict: &Verdict,
    order: &Order,
    context: &Context<'_>,
) -> Result<Vec<crate::residents::Event>, Vec<Refusal>> {
    let Verdict::Changed(_, fields) = verdict else {
        let command = Command::Register {
            area: order.area.clone(),
            facts: line.facts.clone(),
            source: order.source.clone(),
            as_of: order.as_of,
        };
        return decide(state, &command, context);
    };
    let mut events = Vec::with_capacity(fields.len());
    for field in fields {
        let Some(value) = line.facts.get(field.as_str()) else {
            continue;
        };
        let command = Command::RecordFact(NewFact {
            field: field.clone(),
            value: value.clone(),
            source: order.source.clone(),
            as_of: order.as_of,
            case: None,
        });
        events.extend(decide(state, &command, context)?);
    }
    Ok(events)
}

/// The household that some lines are, when its head and at least one more are new: those who are
/// known already have theirs.
fn form(
    lines: &[Line],
    verdicts: &[Verdict],
    members: &[usize],
    people: &HashMap<usize, ResidentId>,
    order: &Order,
    context: &Context<'_>,
) -> Result<Option<Vec<crate::residents::HouseholdEvent>>, Vec<Refusal>> {
    let new = |at: &&usize| matches!(verdicts.get(**at), Some(Verdict::New));
    let mut together = Vec::new();
    let mut facts = crate::residents::Values::new();
    for at in members.iter().filter(new) {
        let (Some(line), Some(resident)) = (lines.get(*at), people.get(at)) else {
            continue;
        };
        let relation = line.relation.clone().unwrap_or_default();
        let is_head = relation == crate::residents::HEAD;
        for (field, value) in &line.home {
            facts.entry(field.clone()).or_insert_with(|| value.clone());
        }
        let member = Member {
            resident: *resident,
            relation,
        };
        if is_head {
            if let Some(address) = line.facts.get("person.address") {
                let field = FieldId::known("household.address");
                facts.entry(field).or_insert_with(|| address.clone());
            }
            together.insert(0, member);
        } else {
            together.push(member);
        }
    }
    let headed = together
        .first()
        .is_some_and(|first| first.relation == crate::residents::HEAD);
    if !headed {
        return Ok(None);
    }
    let command = HouseholdCommand::Form {
        area: order.area.clone(),
        members: together,
        facts,
        source: order.source.clone(),
        as_of: order.as_of,
    };
    decide_household(&Household::default(), &command, context).map(Some)
}

/// Lines that are recorded in one act, households whole.
struct Batch {
    number: u64,
    lines: Vec<usize>,
    households: Vec<Vec<usize>>,
}

/// The good lines in the order of the ledger, cut into acts.
fn batches(lines: &[Line], verdicts: &[Verdict]) -> Vec<Batch> {
    let good = |at: &usize| {
        let verdict = verdicts.get(*at);
        matches!(verdict, Some(Verdict::New | Verdict::Changed(..)))
    };
    let mut of: HashMap<usize, usize> = HashMap::new();
    let together = households(lines);
    for (number, members) in together.iter().enumerate() {
        of.extend(members.iter().map(|at| (*at, number)));
    }
    let mut batches = Vec::new();
    let mut batch = Batch {
        number: 0,
        lines: Vec::new(),
        households: Vec::new(),
    };
    for at in (0..lines.len()).filter(good) {
        let members = of.get(&at).and_then(|number| together.get(*number));
        match members {
            Some(members) if members.iter().find(|at| good(at)) == Some(&at) => {
                batch.lines.extend(members.iter().copied().filter(good));
                batch.households.push(members.clone());
            }
            // Went in with the first of its household.
            Some(_) => {}
            None => batch.lines.push(at),
        }
        if batch.lines.len() >= LINES_AT_ONCE {
            let full = Batch {
                number: 0,
                lines: std::mem::take(&mut batch.lines),
                households: std::mem::take(&mut batch.households),
            };
            batches.push(full);
        }
    }
    if !batch.lines.is_empty() {
        batches.push(batch);
    }
    batches
}

/// An id that follows from an import's: the same thing of the same import has the same one. It
/// begins with the import's time, so that what came together lies together.
pub(super) fn derived(import: Uuid, what: &str, number: u64) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(import.as_bytes());
    hash.update(what.as_bytes());
    hash.update(number.to_be_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&import.as_bytes()[..6]);
    bytes[6..].copy_from_slice(&digest[..10]);
    // RFC 9562: version 8, made by rules of one's own.
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    Uuid::from_bytes(bytes)
}

pub(super) fn nothing_yet<S: Default>() -> Loaded<S> {
    Loaded {
        state: Arc::new(S::default()),
        version: 0,
    }
}
