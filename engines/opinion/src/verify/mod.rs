//! The checker: is a result right? It recounts and recomputes from the votes what the result
//! claims, without running the method that found it, and shares no code with it but the reading of
//! votes.
//!
//! What is proven: the counts; that the two directions are eigenvectors of the scatter matrix and
//! that no direction at right angles to them has a larger eigenvalue (a Cholesky factorisation
//! exists); everybody's place; that each person is in the group whose centre is nearest and each
//! centre is the mean of its people; the silhouettes and the choice of the number of groups; every
//! figure of every statement; that no better statement was passed over. What is not proven: that no
//! other groups have a lower inertia — nobody can cheaply (the problem is NP-hard).

mod directions;
mod groups;
mod words;

use serde::{Deserialize, Serialize};

use crate::result::{Analysis, FORMAT};
use crate::told::{Told, told};
use crate::votes::{Statements, Votes};

/// One check and how it came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// A lasting name, such as `places`.
    pub name: String,
    /// Whether it held; nothing where it was left out.
    pub held: Option<bool>,
    /// What was found, in English.
    pub told: String,
    /// The same in Chinese; empty in reports of before this was told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub told_zh: String,
}

/// All checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Whether all held.
    pub holds: bool,
    /// Each.
    pub checks: Vec<Check>,
}

/// What was found, or the first thing that is wrong.
pub(crate) type Wrong = Result<Told, Told>;

/// Relative to the size of what is compared, at least 1.
pub(crate) const WITHIN: f64 = 1e-7;

pub(crate) fn near(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() <= WITHIN * ours.abs().max(theirs.abs()).max(1.0)
}

pub(crate) fn ensure(holds: bool, what: impl FnOnce() -> Told) -> Result<(), Told> {
    if holds { Ok(()) } else { Err(what()) }
}

/// Votes as the checker sees them: a row a person, (statement's index, −1 | 0 | 1).
pub(crate) struct Facts<'a> {
    pub(crate) votes: &'a Votes,
    pub(crate) result: &'a Analysis,
    /// For each statement with votes its index in the result.
    pub(crate) listed: Vec<usize>,
    /// For each statement with votes whether it is left out of the map.
    pub(crate) out: Vec<bool>,
}

impl Facts<'_> {
    pub(crate) fn row(&self, person: usize) -> impl Iterator<Item = (usize, f64)> {
        self.votes
            .row(person)
            .iter()
            .map(|cell| (cell.statement(), cell.value()))
    }

    /// The votes on statements that count, less the claimed mean.
    pub(crate) fn centred(&self, person: usize) -> impl Iterator<Item = (usize, f64)> {
        self.row(person)
            .filter(|&(index, _)| !self.out[index])
            .map(|(index, value)| {
                (
                    index,
                    value - self.result.statements[self.listed[index]].mean,
                )
            })
    }

    /// The people in the conversation, by index.
    pub(crate) fn inside(&self) -> Vec<usize> {
        let people = self.result.people.iter().enumerate();
        people
            .filter(|(_, person)| person.in_conversation)
            .map(|(index, _)| index)
            .collect()
    }
}

/// Checks `result` against the votes it is about.
#[must_use]
pub fn verify(votes: &Votes, statements: &Statements, result: &Analysis) -> Report {
    let mut checks = Vec::new();
    let mut add = |name: &str, outcome: Result<Wrong, Told>| {
        let (held, told) = match outcome {
            Ok(Ok(told)) => (Some(true), told),
            Ok(Err(told)) => (Some(false), told),
            Err(told) => (None, told),
        };
        checks.push(Check {
            name: name.to_owned(),
            held,
            told: told.en,
            told_zh: told.zh,
        });
    };
    let shape = shape(votes, statements, result);
    let sound = shape.is_ok();
    add("shape", Ok(shape));
    if sound {
        let facts = facts(votes, result);
        add("entry", Ok(entry(&facts)));
        add("counts", Ok(words::counts(&facts)));
        add("directions", Ok(directions::eigenvectors(&facts)));
        add("leading_directions", directions::leading(&facts));
        add("places", Ok(directions::places(&facts)));
        add("base_clusters", Ok(groups::base_clusters(&facts)));
        add("groupings", Ok(groups::groupings(&facts)));
        add("choice", Ok(groups::choice(&facts)));
        add("groups", Ok(groups::groups(&facts)));
        add("representative", Ok(words::representative(&facts)));
        add("consensus", Ok(words::consensus(&facts)));
        add("priorities", Ok(words::priorities(&facts)));
        add("silence", Ok(groups::silence(&facts)));
    }
    Report {
        holds: checks.iter().all(|check| check.held != Some(false)),
        checks,
    }
}

fn facts<'a>(votes: &'a Votes, result: &'a Analysis) -> Facts<'a> {
    let mut listed = Vec::new();
    let mut out = Vec::new();
    for id in votes.statements() {
        // The shape was checked: every statement with votes is listed.
        let index = result.statements.partition_point(|one| one.id < *id);
        listed.push(index);
        out.push(result.statements[index].moderated_out);
    }
    Facts {
        votes,
        result,
        listed,
        out,
    }
}

/// Is it about these votes, and is everybody and everything listed once, in order?
fn shape(votes: &Votes, statements: &Statements, result: &Analysis) -> Wrong {
    ensure(result.format == FORMAT, || {
        told!(
            "格式是 {}，不是 {FORMAT}",
            "the format is {}, not {FORMAT}",
            result.format
        )
    })?;
    let digest = votes.digest();
    ensure(result.input.votes_sha256 == digest, || {
        told!(
            "结果说的是另一批表态：{}",
            "the result is about other votes: {}",
            result.input.votes_sha256
        )
    })?;
    let ids = result.people.iter().map(|person| &person.id);
    ensure(ids.eq(votes.people()), || {
        told!(
            "结果里的人不是表态的那些人",
            "the people are not those who voted"
        )
    })?;
    let mut expected: Vec<i64> = statements.keys().copied().collect();
    expected.extend(votes.statements());
    expected.sort_unstable();
    expected.dedup();
    let ids = result.statements.iter().map(|one| one.id);
    ensure(ids.eq(expected.iter().copied()), || {
        told!(
            "结果里的说法不是文件里的那些",
            "the statements are not those of the files"
        )
    })?;
    moderation(statements, result)?;
    let counts = (votes.people().len(), votes.statements().len(), votes.len());
    let claimed = (
        result.input.people,
        result.input.statements,
        result.input.votes,
    );
    ensure(counts == claimed, || {
        told!(
            "人数、说法数、表态数是 {}、{}、{}，与结果不同",
            "there are {} people, {} statements and {} votes: the result says otherwise",
            counts.0,
            counts.1,
            counts.2
        )
    })?;
    Ok(told!(
        "{} 次表态，摘要 {digest}",
        "{} votes, {digest}",
        counts.2
    ))
}

/// What is left out, and what is metadata, is what the file of statements says.
fn moderation(statements: &Statements, result: &Analysis) -> Result<(), Told> {
    let strict = result.settings.strict_moderation;
    for one in &result.statements {
        let known = statements.get(&one.id);
        let out = known.is_some_and(|known| {
            known.meta || known.moderated < 0 || (strict && known.moderated == 0)
        });
        ensure(out == one.moderated_out, || {
            told!(
                "说法 {} 的审核状态不对",
                "moderation of statement {}",
                one.id
            )
        })?;
        ensure(known.is_some_and(|known| known.meta) == one.meta, || {
            told!(
                "说法 {} 的元信息标记不对",
                "metadata mark of statement {}",
                one.id
            )
        })?;
    }
    let out = result.statements.iter().filter(|one| one.moderated_out);
    ensure(
        out.map(|one| &one.id).eq(&result.input.moderated_out),
        || {
            told!(
                "不计入的说法名单不对",
                "the list of statements that are left out"
            )
        },
    )?;
    Ok(())
}

/// Who is in: enough votes, or was in before, or among those who voted most while there are few.
fn entry(facts: &Facts<'_>) -> Wrong {
    let (result, settings) = (facts.result, facts.result.settings);
    let least = settings.entry_votes.min(facts.votes.statements().len());
    let stayed = &result.certificate.stayed;
    let by_right = |person: &crate::result::Person| {
        person.votes as usize >= least || stayed.contains(&person.id)
    };
    let rightly = result
        .people
        .iter()
        .filter(|person| by_right(person))
        .count();
    for (index, person) in result.people.iter().enumerate() {
        ensure(
            person.votes as usize == facts.votes.row(index).len(),
            || told!("{} 的表态次数不对", "the votes of {}", person.id),
        )?;
        ensure(person.in_conversation || !by_right(person), || {
            told!(
                "{} 表态 {} 次，却没有计入",
                "{} has {} votes and is left outside",
                person.id,
                person.votes
            )
        })?;
    }
    let inside = facts.inside().len();
    let wanted = rightly.max(settings.least_people.min(result.people.len()));
    ensure(inside == wanted, || {
        told!(
            "计入 {inside} 人，应为 {wanted} 人",
            "{inside} people are in, not {wanted}"
        )
    })?;
    let topped = result
        .people
        .iter()
        .filter(|one| one.in_conversation && !by_right(one));
    let fewest = topped.map(|one| one.votes).min();
    let outside = result.people.iter().filter(|one| !one.in_conversation);
    let most = outside.map(|one| one.votes).max();
    ensure(
        fewest.zip(most).is_none_or(|(fewest, most)| fewest >= most),
        || {
            told!(
                "计入的人里，有人比没有计入的人表态还少",
                "somebody was let in who voted less than somebody outside"
            )
        },
    )?;
    Ok(told!(
        "{} 人中计入 {inside} 人",
        "{inside} of {} people are in the conversation",
        result.people.len()
    ))
}
