//! p-centre: the shortest longest way, by asking of single lengths whether everybody can be so near.
//!
//! "Can everybody be within `r` metres?" is a covering that leaves nobody out. The lengths that
//! occur are searched by halving; the answers "no" carry the proof, those "yes" the choice.

use std::ops::ControlFlow;

use super::instance::Instance;
use super::search::{Aim, Found, Search, Where};
use super::{Certificate, Limits, Plan, Progress, Refusal, Task, instance, plan, room};

/// A choice, with the covering it answers.
type Chosen = (Instance, Found);

/// An answer about one length.
enum Answer {
    Yes(Box<Chosen>),
    No(Certificate),
    /// The effort did not suffice.
    Unknown,
}

/// Chooses sites so that the longest way is shortest.
pub(super) fn place(
    task: &Task<'_>,
    served: &[usize],
    limits: Limits,
    tell: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Plan, Refusal> {
    room(&instance(task, served, None, Some, |people| people))?;
    let mut lengths: Vec<u32> = served
        .iter()
        .flat_map(|demand| task.legs.of(*demand))
        .map(|leg| leg.metres)
        .collect();
    lengths.sort_unstable();
    lengths.dedup();
    let mut halving = Halving {
        task,
        served,
        limits,
        work: 0,
        ended: false,
    };
    // Lengths below `low` are too short, at `high` a choice exists.
    let (mut low, mut high, mut proof) = (0, lengths.len(), Certificate::none());
    let mut best = None;
    // Below `unsure` the answer was yes or unknown: there a "no" is still worth asking for.
    let mut unsure = lengths.len();
    while low < unsure {
        if best.is_some() && enough(&lengths, low, high, limits) {
            break;
        }
        let middle = if best.is_none() && low == 0 {
            (low + unsure) / 4
        } else {
            (low + unsure) / 2
        };
        let told = |work| Progress {
            value: lengths.get(high).map(|metres| u64::from(*metres)),
            bound: u64::from(lengths[low]),
            work,
        };
        match halving.ask(lengths[middle], &mut |work| tell(told(work)))? {
            Answer::Yes(found) => {
                best = Some(found);
                (high, unsure) = (middle, middle);
            }
            Answer::No(certificate) => {
                proof = certificate;
                low = middle + 1;
            }
            Answer::Unknown => unsure = middle,
        }
        if halving.ended {
            break;
        }
    }
    if best.is_none() {
        best = halving.any(&lengths, low)?;
    }
    let (instance, mut found) = *best.ok_or(Refusal::NoPlan)?;
    found.work = halving.work;
    let bound = lengths.get(low).map_or(0, |metres| u64::from(*metres));
    let mut made = plan(task, served, &instance, &found, (0, bound), proof)?;
    let longest = made.goes.iter().flatten().map(|share| share.metres).max();
    made.value = longest.map_or(0, u64::from);
    Ok(made)
}

/// Whether the lengths still in question are within the gap.
fn enough(lengths: &[u32], low: usize, high: usize, limits: Limits) -> bool {
    let (Some(low), Some(high)) = (lengths.get(low), lengths.get(high)) else {
        return false;
    };
    let (low, high) = (u64::from(*low), u64::from(*high));
    high.saturating_sub(low) * 1_000_000 <= high * u64::from(limits.gap_ppm)
}

struct Halving<'a> {
    task: &'a Task<'a>,
    served: &'a [usize],
    limits: Limits,
    work: u64,
    /// Somebody asked to end.
    ended: bool,
}

impl Halving<'_> {
    /// Can everybody be within `metres`?
    fn ask(
        &mut self,
        metres: u32,
        tell: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Answer, Refusal> {
        let near = |leg: u32| (leg <= metres).then_some(0);
        // Without capacities only whether a demand is near matters, not how many live there.
        let heads = self.task.capacity.is_none();
        let people = |people: i64| if heads { 1 } else { people };
        let instance = instance(self.task, self.served, Some(1), near, people);
        let aim = Aim {
            gap_ppm: 0,
            on_the_rest: false,
            ask: Some(1),
            effort: self.limits.effort / 8,
        };
        let search = Search::new(&instance, aim).ok_or(Refusal::TooLarge)?;
        let before = self.work;
        let mut ended = false;
        let found = search.run(&mut |at: Where| {
            let told = tell(before + at.work);
            ended |= told.is_break();
            told
        });
        self.work += found.work;
        self.ended |= ended || self.work >= self.limits.effort;
        Ok(if found.best.as_ref().is_some_and(|best| best.cost == 0) {
            Answer::Yes(Box::new((instance, found)))
        } else if found.bound >= 1 {
            Answer::No(Certificate {
                within: Some(metres),
                ..found.certificate
            })
        } else {
            Answer::Unknown
        })
    }

    /// Any choice that serves all, however long the ways: lengths from `from` on, ever longer.
    fn any(&mut self, lengths: &[u32], from: usize) -> Result<Option<Box<Chosen>>, Refusal> {
        let mut at = from;
        while at < lengths.len() {
            if let Answer::Yes(found) = self.ask(lengths[at], &mut |_| ControlFlow::Continue(()))? {
                return Ok(Some(found));
            }
            let last = lengths.len() - 1;
            at = if at == last {
                lengths.len()
            } else {
                (at + 1 + at / 2).min(last)
            };
        }
        Ok(None)
    }
}
