//! Counts and figures of statements: recounted, recomputed, and nothing better passed over.

use super::{Facts, Wrong, ensure, near};
use crate::result::Group;
use crate::stats::{Agreed, Counts, Representative, Side};
use crate::told::{Told, told};

/// 90 % of a standard normal variable lies below.
const SURE: f64 = 1.281_551_565_544_600_4;
const MOST: usize = 5;

fn share(successes: u32, trials: u32) -> f64 {
    f64::from(successes + 1) / f64::from(trials + 2)
}

fn one_test(successes: u32, trials: u32) -> f64 {
    let n = f64::from(trials + 1);
    (f64::from(successes + 1) / n - 0.5) * 2.0 * n.sqrt()
}

fn two_test(inside: [u32; 2], outside: [u32; 2]) -> f64 {
    let [s, n, t, m] = [inside[0], inside[1], outside[0], outside[1]].map(|x| f64::from(x + 1));
    let both = (s + t) / (n + m);
    if both >= 1.0 {
        return 0.0;
    }
    (s / n - t / m) / (both * (1.0 - both) * (1.0 / n + 1.0 / m)).sqrt()
}

fn sided(counts: Counts, side: Side) -> u32 {
    if side == Side::Agree {
        counts.agree
    } else {
        counts.disagree
    }
}

/// Every statement's votes, of everybody and of those in the conversation, and its mean.
pub(super) fn counts(facts: &Facts<'_>) -> Wrong {
    let mut everyone = vec![[0_u32; 3]; facts.out.len()];
    let mut inside = everyone.clone();
    for (index, person) in facts.result.people.iter().enumerate() {
        for cell in facts.votes.row(index) {
            everyone[cell.statement()][cell.code()] += 1;
            inside[cell.statement()][cell.code()] += u32::from(person.in_conversation);
        }
    }
    let parts = |counts: Counts| [counts.disagree, counts.pass, counts.agree];
    for (index, &listed) in facts.listed.iter().enumerate() {
        let one = &facts.result.statements[listed];
        let right =
            parts(one.everyone) == everyone[index] && parts(one.in_conversation) == inside[index];
        ensure(right, || {
            told!(
                "对说法 {} 的表态数不对",
                "the votes on statement {}",
                one.id
            )
        })?;
        let [disagree, pass, agree] = everyone[index].map(f64::from);
        let mean = if facts.out[index] || facts.result.directions.is_none() {
            0.0
        } else {
            (agree - disagree) / (agree + pass + disagree)
        };
        ensure(near(one.mean, mean), || {
            told!("说法 {} 的平均值不对", "the mean of statement {}", one.id)
        })?;
    }
    let voted: u32 = everyone.iter().flatten().sum();
    Ok(told!("重新数了 {voted} 次表态", "{voted} votes recounted"))
}

/// The figures of what speaks for each group; and where five are picked, no other statement that
/// sets the group apart does so more.
pub(super) fn representative(facts: &Facts<'_>) -> Wrong {
    let mut checked = 0;
    for group in facts.result.groups.iter().filter(|group| !group.withheld) {
        let picked = &group.representative;
        ensure(
            picked.len() <= MOST && picked.is_sorted_by_key(|one| one.side),
            || {
                told!(
                    "第 {} 组代表说法的次序不对",
                    "the order of what speaks for group {}",
                    group.id
                )
            },
        )?;
        for one in picked {
            figures(facts, group, one)?;
            checked += 1;
        }
        let weight = |one: &Representative| {
            one.ratio * one.ratio_test * one.probability * one.probability_test
        };
        let weakest = picked
            .iter()
            .filter(|one| !one.best_agree)
            .map(weight)
            .fold(f64::INFINITY, f64::min);
        for (index, &id) in facts.votes.statements().iter().enumerate() {
            if facts.out[index] || picked.iter().any(|one| one.statement == id) {
                continue;
            }
            let other = best_side(facts, group, index);
            let passed_over = other.is_some_and(|other| {
                picked.len() < MOST || weight(&other) > weakest * (1.0 + 1e-9)
            });
            ensure(!passed_over, || {
                told!(
                    "说法 {id} 更能代表第 {} 组",
                    "statement {id} speaks for group {} more",
                    group.id
                )
            })?;
        }
    }
    Ok(told!(
        "{checked} 条代表某组的说法",
        "{checked} statements that speak for a group"
    ))
}

/// The votes of a group and of the others in the conversation.
fn split(facts: &Facts<'_>, group: &Group, index: usize) -> (Counts, Counts) {
    let all = facts.result.statements[facts.listed[index]].in_conversation;
    let own = group.votes[index].counts;
    let rest = Counts {
        agree: all.agree.saturating_sub(own.agree),
        disagree: all.disagree.saturating_sub(own.disagree),
        pass: all.pass.saturating_sub(own.pass),
    };
    (own, rest)
}

fn reckoned(facts: &Facts<'_>, group: &Group, index: usize, side: Side) -> Representative {
    let (own, rest) = split(facts, group, index);
    let (s, n) = (sided(own, side), own.votes());
    let (t, m) = (sided(rest, side), rest.votes());
    Representative {
        statement: facts.votes.statements()[index],
        side,
        successes: s,
        trials: n,
        probability: share(s, n),
        probability_test: one_test(s, n),
        ratio: share(s, n) / share(t, m),
        ratio_test: two_test([s, n], [t, m]),
        best_agree: false,
    }
}

/// The figures of the side that sets the group apart, where either side surely does.
fn best_side(facts: &Facts<'_>, group: &Group, index: usize) -> Option<Representative> {
    let agree = reckoned(facts, group, index, Side::Agree);
    let disagree = reckoned(facts, group, index, Side::Disagree);
    let sure = |one: &Representative| one.probability_test > SURE && one.ratio_test > SURE;
    if !sure(&agree) && !sure(&disagree) {
        return None;
    }
    Some(if agree.ratio_test > disagree.ratio_test {
        agree
    } else {
        disagree
    })
}

fn figures(facts: &Facts<'_>, group: &Group, one: &Representative) -> Result<(), Told> {
    let what = || {
        told!(
            "说法 {} 对第 {} 组的数字不对",
            "the figures of statement {} for group {}",
            one.statement,
            group.id
        )
    };
    let index = facts
        .votes
        .statements()
        .binary_search(&one.statement)
        .map_err(|_at| what())?;
    ensure(!facts.out[index], what)?;
    let own = reckoned(facts, group, index, one.side);
    let right = own.successes == one.successes
        && own.trials == one.trials
        && near(own.probability, one.probability)
        && near(own.probability_test, one.probability_test)
        && near(own.ratio, one.ratio)
        && near(own.ratio_test, one.ratio_test);
    ensure(right, what)
}

/// The figures of the consensus, and that nothing clearer was passed over.
pub(super) fn consensus(facts: &Facts<'_>) -> Wrong {
    let result = facts.result;
    if facts.inside().len() < result.settings.least_people {
        return Ok(told!(
            "人太少，谈不上共识",
            "too few people to speak of a consensus"
        ));
    }
    for (side, listed) in [
        (Side::Agree, &result.consensus.agree),
        (Side::Disagree, &result.consensus.disagree),
    ] {
        let all = sure(facts, side);
        let weight = |one: &Agreed| one.probability * one.probability_test;
        ensure(listed.len() == all.len().min(MOST), || {
            told!("列出了 {} 条", "{} are listed", listed.len())
        })?;
        for one in listed {
            let right = all.iter().any(|own| {
                own.statement == one.statement
                    && own.successes == one.successes
                    && own.trials == one.trials
                    && near(own.probability, one.probability)
                    && near(own.probability_test, one.probability_test)
            });
            ensure(right, || {
                told!(
                    "说法 {} 的数字不对",
                    "the figures of statement {}",
                    one.statement
                )
            })?;
        }
        let weakest = listed.iter().map(weight).fold(f64::INFINITY, f64::min);
        let clearer = all
            .iter()
            .filter(|own| weight(own) > weakest * (1.0 + 1e-9))
            .all(|own| listed.iter().any(|one| one.statement == own.statement));
        ensure(clearer, || {
            told!("漏掉了更明显的共识", "a clearer consensus was passed over")
        })?;
    }
    let consensus = &result.consensus;
    Ok(told!(
        "{} 条赞成，{} 条反对",
        "{} agreed, {} rejected",
        consensus.agree.len(),
        consensus.disagree.len()
    ))
}

/// The statements that most surely agree to, or reject.
fn sure(facts: &Facts<'_>, side: Side) -> Vec<Agreed> {
    let mut all: Vec<Agreed> = Vec::new();
    for (index, &listed) in facts.listed.iter().enumerate() {
        let one = &facts.result.statements[listed];
        let (s, n) = (sided(one.everyone, side), one.everyone.votes());
        let agreed = Agreed {
            statement: one.id,
            successes: s,
            trials: n,
            probability: share(s, n),
            probability_test: one_test(s, n),
        };
        if !facts.out[index] && agreed.probability > 0.5 && agreed.probability_test > SURE {
            all.push(agreed);
        }
    }
    all
}

/// Group-aware consensus, priorities, and the order of what to show next.
pub(super) fn priorities(facts: &Facts<'_>) -> Wrong {
    let result = facts.result;
    for one in &result.statements {
        let counts = one.in_conversation;
        let n = counts.votes();
        let new = 1.0 + 8.0 * (-f64::from(n) / 5.0).exp2();
        let engaged = 1.0 - share(counts.pass, n);
        let own = if one.meta {
            49.0
        } else {
            (share(counts.agree, n) * engaged * (1.0 + one.extremity) * new).powi(2)
        };
        ensure(near(one.priority, own), || {
            told!(
                "说法 {} 的优先度不对",
                "the priority of statement {}",
                one.id
            )
        })?;
    }
    group_aware(facts)?;
    let rank = |id: &i64| {
        let at = result.statements.partition_point(|one| one.id < *id);
        result
            .statements
            .get(at)
            .map_or(f64::NAN, |one| one.priority)
    };
    let ordered = result.show_next.is_sorted_by(|a, b| rank(a) >= rank(b));
    let open = result
        .statements
        .iter()
        .filter(|one| !one.moderated_out || one.meta)
        .count();
    ensure(ordered && result.show_next.len() == open, || {
        told!("展示的次序不对", "the order of what to show")
    })?;
    Ok(told!(
        "{} 个优先度",
        "{} priorities",
        result.statements.len()
    ))
}

fn group_aware(facts: &Facts<'_>) -> Result<(), Told> {
    let groups = &facts.result.groups;
    if groups.is_empty() || groups.iter().any(|group| group.withheld) {
        // A product over groups that are not all described cannot be recomputed from them.
        return Ok(());
    }
    for (index, &listed) in facts.listed.iter().enumerate() {
        let one = &facts.result.statements[listed];
        for side in [Side::Agree, Side::Disagree] {
            let product: f64 = groups
                .iter()
                .map(|group| {
                    let counts = group.votes[index].counts;
                    share(sided(counts, side), counts.votes())
                })
                .product();
            let claimed = one
                .group_aware_consensus
                .map_or(f64::NAN, |claimed| match side {
                    Side::Agree => claimed.agree,
                    Side::Disagree => claimed.disagree,
                });
            ensure(near(claimed, product), || {
                told!(
                    "说法 {} 的跨组共识不对",
                    "the group-aware consensus of statement {}",
                    one.id
                )
            })?;
        }
    }
    Ok(())
}
