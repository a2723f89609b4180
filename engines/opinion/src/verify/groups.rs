//! Base clusters, groups, silhouettes, the number of groups, and that small groups stay unnamed.

use super::{Facts, Wrong, ensure, near};
use crate::result::{GroupsOf, Measured, Smoothing};
use crate::told::{Told, told};

fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

fn apart(a: [f64; 2], b: [f64; 2]) -> f64 {
    ((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)).sqrt()
}

/// The places of those in the conversation.
fn places(facts: &Facts<'_>) -> Vec<[f64; 2]> {
    facts
        .inside()
        .into_iter()
        .filter_map(|index| {
            let person = &facts.result.people[index];
            Some([person.x?, person.y?])
        })
        .collect()
}

fn nearest(place: [f64; 2], centres: &[[f64; 2]]) -> usize {
    let mut best = (0, f64::INFINITY);
    for (at, &centre) in centres.iter().enumerate() {
        let far = apart(place, centre);
        if far < best.1 {
            best = (at, far);
        }
    }
    best.0
}

/// Everybody in the conversation is in one base cluster, whose place is the mean of its people.
pub(super) fn base_clusters(facts: &Facts<'_>) -> Wrong {
    let result = facts.result;
    let mut sums = vec![[0.0; 3]; result.base_clusters.len()];
    for person in &result.people {
        let Some(id) = person.base_cluster else {
            ensure(!person.in_conversation || sums.is_empty(), || {
                told!(
                    "{} 不在任何基础小组里",
                    "{} is in no base cluster",
                    person.id
                )
            })?;
            continue;
        };
        ensure(person.in_conversation && id < sums.len(), || {
            told!("{} 的基础小组不对", "the base cluster of {}", person.id)
        })?;
        let place = person.x.zip(person.y).unwrap_or((f64::NAN, f64::NAN));
        for (sum, part) in sums[id].iter_mut().zip([place.0, place.1, 1.0]) {
            *sum += part;
        }
    }
    for (id, (one, sum)) in result.base_clusters.iter().zip(sums).enumerate() {
        let holds = one.id == id
            && sum[2] >= 1.0
            && near(sum[2], number(one.people))
            && near(one.x, sum[0] / sum[2])
            && near(one.y, sum[1] / sum[2]);
        ensure(holds, || told!("基础小组 {id} 不对", "base cluster {id}"))?;
    }
    Ok(told!(
        "{} 个基础小组",
        "{} base clusters",
        result.base_clusters.len()
    ))
}

/// What groups are made of: people, or base clusters with as many people as they have.
fn grouped(facts: &Facts<'_>) -> (Vec<[f64; 2]>, Vec<f64>) {
    let result = facts.result;
    let over = result.choice.map(|choice| choice.measured_over);
    if over == Some(Measured::BaseClusters) {
        let base = result.base_clusters.iter();
        base.map(|one| ([one.x, one.y], number(one.people))).unzip()
    } else {
        let places = places(facts);
        let ones = vec![1.0; places.len()];
        (places, ones)
    }
}

/// For each number of groups: every centre is the mean of those nearest to it, the inertia and the
/// silhouette are theirs.
pub(super) fn groupings(facts: &Facts<'_>) -> Wrong {
    let (points, weights) = grouped(facts);
    for (at, groups) in facts.result.groupings.iter().enumerate() {
        ensure(
            groups.k == at + 2 && groups.centres.len() == groups.k,
            || {
                told!(
                    "{} 个组却有 {} 个中心",
                    "{} groups have {} centres",
                    groups.k,
                    groups.centres.len()
                )
            },
        )?;
        stationary(groups, &points, &weights)?;
        let silhouette = silhouette(groups, &points, &weights);
        ensure(near(groups.silhouette, silhouette), || {
            told!(
                "分 {} 组时轮廓系数应为 {silhouette}",
                "the silhouette of {} groups is {silhouette}",
                groups.k
            )
        })?;
    }
    Ok(told!(
        "试了 {} 种组数",
        "{} numbers of groups",
        facts.result.groupings.len()
    ))
}

fn stationary(groups: &GroupsOf, points: &[[f64; 2]], weights: &[f64]) -> Result<(), Told> {
    let mut sums = vec![[0.0; 3]; groups.k];
    let mut inertia = 0.0;
    for (&place, weight) in points.iter().zip(weights) {
        let group = nearest(place, &groups.centres);
        inertia += weight * apart(place, groups.centres[group]).powi(2);
        for (sum, part) in sums[group].iter_mut().zip([place[0], place[1], 1.0]) {
            *sum += weight * part;
        }
    }
    for (centre, sum) in groups.centres.iter().zip(&sums) {
        let mean = [sum[0] / sum[2], sum[1] / sum[2]];
        ensure(near(centre[0], mean[0]) && near(centre[1], mean[1]), || {
            told!(
                "分 {} 组时，有中心不是其成员的平均",
                "with {} groups a centre is not the mean of its people",
                groups.k
            )
        })?;
    }
    ensure(near(inertia, groups.inertia), || {
        told!(
            "分 {} 组时惯量应为 {inertia}",
            "the inertia of {} groups is {inertia}",
            groups.k
        )
    })
}

fn silhouette(groups: &GroupsOf, points: &[[f64; 2]], weights: &[f64]) -> f64 {
    let labels: Vec<usize> = points
        .iter()
        .map(|&place| nearest(place, &groups.centres))
        .collect();
    let mut sizes = vec![0.0; groups.k];
    for (&label, weight) in labels.iter().zip(weights) {
        sizes[label] += weight;
    }
    let mut total = 0.0;
    for (i, &place) in points.iter().enumerate() {
        let mut sums = vec![0.0; groups.k];
        for (j, &other) in points.iter().enumerate() {
            sums[labels[j]] += weights[j] * apart(place, other);
        }
        let own = labels[i];
        if sizes[own] <= 1.0 {
            continue;
        }
        let a = sums[own] / (sizes[own] - 1.0);
        let others = (0..groups.k).filter(|&group| group != own && sizes[group] > 0.0);
        let b = others
            .map(|group| sums[group] / sizes[group])
            .fold(f64::INFINITY, f64::min);
        if b.is_finite() && a.max(b) > 0.0 {
            total += weights[i] * (b - a) / a.max(b);
        }
    }
    total / weights.iter().sum::<f64>()
}

/// The number of groups follows from the silhouettes and from what was shown before.
pub(super) fn choice(facts: &Facts<'_>) -> Wrong {
    let result = facts.result;
    let Some(choice) = result.choice else {
        ensure(result.groupings.is_empty(), || {
            told!("没有选定组数", "no number of groups was chosen")
        })?;
        return Ok(told!("没有分组", "there are no groups"));
    };
    let score = |k: usize| {
        result
            .groupings
            .get(k.wrapping_sub(2))
            .map(|one| one.silhouette)
    };
    let (Some(best), Some(_)) = (score(choice.best_k), score(choice.k)) else {
        return Err(told!(
            "选定的组数没有试过",
            "a number of groups was chosen that was not tried"
        ));
    };
    ensure(
        result.groupings.iter().all(|one| one.silhouette <= best),
        || {
            told!(
                "分 {} 组并不是分得最开的",
                "{} groups are not the best apart",
                choice.best_k
            )
        },
    )?;
    let before = result.certificate.before;
    let streak = match before {
        Some(before) if before.last_k == choice.best_k => before.streak.saturating_add(1),
        _ => 1,
    };
    let keeps = before
        .map(|before| before.shown_k)
        .filter(|&shown| streak < result.settings.patience && score(shown).is_some());
    let expected = Smoothing {
        shown_k: keeps.unwrap_or(choice.best_k),
        last_k: choice.best_k,
        streak,
    };
    let claimed = Smoothing {
        shown_k: choice.k,
        last_k: choice.best_k,
        streak: choice.streak,
    };
    ensure(
        claimed == expected && result.state.smoothing == Some(claimed),
        || {
            told!(
                "应显示 {} 个组，最好的是 {} 个组，已连续 {} 次",
                "{} groups should be shown; the best are {}, for {} times now",
                expected.shown_k,
                expected.last_k,
                expected.streak
            )
        },
    )?;
    Ok(told!("显示 {} 个组", "{} groups are shown", choice.k))
}

/// Who is in which group, and how groups voted.
pub(super) fn groups(facts: &Facts<'_>) -> Wrong {
    let result = facts.result;
    let Some(shown) = result
        .choice
        .and_then(|choice| result.groupings.get(choice.k.checked_sub(2)?))
    else {
        ensure(result.groups.is_empty(), || {
            told!("没有选定组数，却有组", "there are groups without a choice")
        })?;
        return Ok(told!("没有分组", "there are no groups"));
    };
    ensure(result.groups.len() == shown.k, || {
        told!("缺了组", "groups are missing")
    })?;
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); shown.k];
    let of_base = result
        .choice
        .is_some_and(|choice| choice.measured_over == Measured::BaseClusters);
    for (index, mut place) in facts.inside().into_iter().zip(places(facts)) {
        if of_base {
            let id = result.people[index].base_cluster;
            let base = id.and_then(|id| result.base_clusters.get(id));
            let base = base.ok_or_else(|| {
                told!("{} 没有基础小组", "{} has no base", result.people[index].id)
            })?;
            place = [base.x, base.y];
        }
        members[nearest(place, &shown.centres)].push(index);
    }
    let least = result.settings.least_group;
    for (group, members) in result.groups.iter().zip(&members) {
        let small = members.len() < least;
        ensure(group.withheld == small, || {
            told!(
                "第 {} 组该不该描述，不对",
                "whether group {} is described",
                group.id
            )
        })?;
        let claimed = if small { None } else { Some(members.len()) };
        ensure(group.people == claimed, || {
            told!("第 {} 组的人数不对", "the people of group {}", group.id)
        })?;
        let label = if small { None } else { Some(group.id) };
        let marked = members
            .iter()
            .all(|&index| result.people[index].group == label);
        ensure(marked, || {
            told!("第 {} 组的成员不对", "the members of group {}", group.id)
        })?;
        if !small {
            votes_of(facts, group, members)?;
        }
    }
    Ok(told!("{} 个组", "{} groups", result.groups.len()))
}

fn votes_of(
    facts: &Facts<'_>,
    group: &crate::result::Group,
    members: &[usize],
) -> Result<(), Told> {
    let mut counts = vec![[0_u32; 3]; facts.out.len()];
    for &person in members {
        for cell in facts.votes.row(person) {
            counts[cell.statement()][cell.code()] += 1;
        }
    }
    let claimed = group.votes.iter().map(|one| {
        let counts = one.counts;
        (one.statement, [counts.disagree, counts.pass, counts.agree])
    });
    let expected = facts.votes.statements().iter().copied().zip(counts);
    ensure(claimed.eq(expected), || {
        told!("第 {} 组的表态数不对", "the votes of group {}", group.id)
    })
}

/// Small groups have no people, no place, no votes and no statements; nobody is marked as theirs;
/// and below the least number of people nothing is mapped.
pub(super) fn silence(facts: &Facts<'_>) -> Wrong {
    let result = facts.result;
    let enough = facts.inside().len() >= result.settings.least_people;
    let mapped = result.directions.is_some()
        || !result.groups.is_empty()
        || !result.consensus.agree.is_empty()
        || !result.consensus.disagree.is_empty();
    ensure(enough || !mapped, || {
        told!("人太少，却画了图", "too few people were mapped")
    })?;
    let told = |code: &str| result.limits.iter().any(|limit| limit.code == code);
    ensure(enough || told("too_few_people"), || {
        told!("人太少，却没有说明", "too few people, and it is not said")
    })?;
    let mut small = 0;
    for group in result.groups.iter().filter(|group| group.withheld) {
        let empty = group.people.is_none()
            && group.centre.is_none()
            && group.votes.is_empty()
            && group.representative.is_empty()
            && result
                .people
                .iter()
                .all(|person| person.group != Some(group.id));
        ensure(empty, || {
            told!(
                "第 {} 组太小，不该描述",
                "group {} is too small to be described",
                group.id
            )
        })?;
        small += 1;
    }
    ensure(small == 0 || told("group_too_small"), || {
        told!(
            "有组太小，却没有说明",
            "a group is too small, and it is not said"
        )
    })?;
    Ok(told!(
        "{small} 个组太小，不描述",
        "{small} groups are too small to be described"
    ))
}
