//! A made-up population into the journal, in bulk.

use jiff::Timestamp;
use jiff::civil::Date;
use linli_journal::{Append, AppendError, Appended};
use linli_kernel::clock::shanghai_date;
use linli_kernel::{Actor, AreaPath, CommandId, Fault, Refusal, StreamId};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{CENSUS_2020, Families, Family, Wish, families};
use crate::feature::{Feature, Loaded, Meta, Plan, Problem, digest_of};
use crate::node::Linli;
use crate::residents::events::{
    Event, Formed, Happened, HouseholdEvent, HouseholdHappened, Member, Registered,
    RegisteredSealed, Values,
};
use crate::residents::{Households, Residents};

/// How many households one command records.
const FAMILIES_AT_ONCE: usize = 40;
/// How many commands the journal takes at once.
const COMMANDS_AT_ONCE: usize = 50;
/// The office that made-up facts name as their source.
const SOURCE: &str = "committee";

impl Linli {
    /// Makes a population up and records it; `progress` is told how many residents are recorded.
    /// Run again with the same wish on the same node it records nothing twice. Returns how many
    /// residents the population has.
    ///
    /// # Errors
    /// [`Problem`]: refused by the journal, or a fault.
    pub async fn populate(
        &self,
        wish: Wish,
        mut progress: impl FnMut(u32) + Send,
    ) -> Result<u32, Problem> {
        if wish.residents > CENSUS_2020 {
            return Err(Refusal::new("residents.too-many")
                .with("most", CENSUS_2020)
                .into());
        }
        let (linli, at) = (self.clone(), self.clock().now());
        let (batches, mut made) = mpsc::channel(2);
        // Making people is work: it runs beside the writer.
        let making = tokio::task::spawn_blocking(move || {
            let families = families(&linli.areas(), wish);
            make(&linli, families, wish.seed, at, &batches)
        });
        // While one batch is written the next is sealed.
        let mut recorded = 0;
        let mut before = None;
        while let Some((count, appends)) = made.recv().await {
            let journal = self.journal().clone();
            let next = tokio::spawn(async move { journal.append_bulk(appends).await });
            if let Some((count, batch)) = before.replace((count, next)) {
                recorded += self.recorded(count, batch).await?;
                progress(recorded);
            }
        }
        if let Some((count, batch)) = before {
            recorded += self.recorded(count, batch).await?;
            progress(recorded);
        }
        let done = making.await;
        done.map_err(|why| Fault::Store(format!("the population: {why}")))??;
        Ok(recorded)
    }

    /// Waits for a batch and passes its size on when all of it is recorded.
    async fn recorded(&self, count: u32, batch: JoinHandle<Outcomes>) -> Result<u32, Problem> {
        let outcomes = batch.await;
        let outcomes = outcomes.map_err(|why| Fault::Store(format!("the population: {why}")))?;
        for outcome in outcomes.map_err(|error| self.problem(error))? {
            outcome.map_err(|error| self.problem(error))?;
        }
        Ok(count)
    }
}

type Outcomes = Result<Vec<Result<Appended, AppendError>>, AppendError>;
type Batch = (u32, Vec<Append>);

fn make(
    linli: &Linli,
    mut families: Families,
    seed: u64,
    at: Timestamp,
    batches: &mpsc::Sender<Batch>,
) -> Result<(), Fault> {
    let mut number = 0;
    loop {
        let mut appends = Vec::with_capacity(COMMANDS_AT_ONCE);
        let mut count = 0;
        for _ in 0..COMMANDS_AT_ONCE {
            let some: Vec<Family> = families.by_ref().take(FAMILIES_AT_ONCE).collect();
            if some.is_empty() {
                break;
            }
            let people: usize = some.iter().map(|family| family.members.len()).sum();
            count += u32::try_from(people).unwrap_or(0);
            appends.push(append(linli, some, (seed, number), at)?);
            number += 1;
        }
        // The receiver is gone when recording failed: it says why.
        if appends.is_empty() || batches.blocking_send((count, appends)).is_err() {
            return Ok(());
        }
    }
}

/// The command that records some households: the same ones have the same command id.
fn append(
    linli: &Linli,
    families: Vec<Family>,
    (seed, number): (u64, u32),
    at: Timestamp,
) -> Result<Append, Fault> {
    let actor = Actor::system();
    let meta = Meta { at, actor: &actor };
    let first = families.first();
    let first = first.map_or(uuid::Uuid::nil(), |family| family.id.0);
    let mut plan = Plan::default();
    for family in families {
        add_family(linli, &mut plan, family, meta)?;
    }
    let body = json!({ "population": seed, "part": number });
    Ok(Append {
        // An id that no household has: the version bits differ.
        command: CommandId(uuid::Uuid::from_u128(first.as_u128() ^ (0xf << 76))),
        digest: digest_of(&body)?,
        at,
        actor,
        expected: plan.expected,
        entries: plan.entries,
        changes: plan.changes,
        answer: Value::Null,
        notices: Vec::new(),
    })
}

fn add_family(linli: &Linli, plan: &mut Plan, family: Family, meta: Meta<'_>) -> Result<(), Fault> {
    let as_of = shanghai_date(meta.at);
    let mut members = Vec::with_capacity(family.members.len());
    for person in family.members {
        members.push(Member {
            resident: person.id,
            relation: person.relation.to_owned(),
        });
        let event = registered(linli, family.area.clone(), person.facts, as_of);
        add::<Residents>(plan, &StreamId::from(person.id), event, meta)?;
    }
    let Some(head) = members.first().map(|member| member.resident) else {
        return Ok(());
    };
    let open = Formed {
        members,
        source: SOURCE.to_owned(),
        as_of,
    };
    let event = HouseholdEvent {
        area: family.area,
        head,
        what: HouseholdHappened::Formed(open, Some(family.facts)),
    };
    add::<Households>(plan, &StreamId::from(family.id), event, meta)
}

fn registered(linli: &Linli, area: AreaPath, facts: Values, as_of: Date) -> Event {
    let number = facts.get("person.id_number").and_then(Value::as_str);
    let id_key = number.map(|number| linli.id_key(number));
    let open = Registered {
        source: SOURCE.to_owned(),
        as_of,
        synthetic: true,
    };
    Event {
        area,
        what: Happened::Registered(open, Some(RegisteredSealed { facts, id_key })),
    }
}

fn add<F: Feature>(
    plan: &mut Plan,
    stream: &StreamId,
    event: F::Event,
    meta: Meta<'_>,
) -> Result<(), Fault> {
    let nothing = Loaded {
        state: std::sync::Arc::new(F::State::default()),
        version: 0,
    };
    plan.add::<F>(stream, &nothing, &[event], meta)?;
    // Nobody asks for them soon: they are not kept in memory.
    plan.cached.clear();
    Ok(())
}
