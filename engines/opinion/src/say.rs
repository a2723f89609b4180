//! The result of an analysis, put together; and what it cannot say, said.

use crate::analyse::{Entry, Found, Map, certificate, extremity, state};
use crate::conversation::{Conversation, all_statements, input, left_out};
use crate::result::{
    Analysis, BaseCluster, FORMAT, Group, GroupVotes, GroupsOf, Limit, Person, Stated,
};
use crate::stats::{
    Consensus, Counts, Seen, consensus, group_aware, priority, representative, sparsity_scale,
};

pub(crate) fn analysis(
    conversation: &Conversation,
    entry: &Entry,
    map: Option<&Map>,
    found: Option<&Found>,
) -> Analysis {
    let statements = statements(conversation, entry, map, found);
    let counted: Vec<(i64, Counts)> = statements
        .iter()
        .filter(|one| !one.moderated_out && one.everyone.votes() > 0)
        .map(|one| (one.id, one.everyone))
        .collect();
    let enough = entry.inside.len() >= conversation.settings.least_people;
    Analysis {
        format: FORMAT.to_owned(),
        input: input(conversation),
        settings: conversation.settings,
        limits: limits(conversation, entry, map, found),
        directions: map.map(|map| map.directions(conversation.votes.people().len())),
        choice: found.and_then(|found| found.choice),
        groups: found.map_or_else(Vec::new, |found| groups(conversation, found)),
        consensus: if enough {
            consensus(&counted)
        } else {
            Consensus::default()
        },
        show_next: show_next(&statements),
        statements,
        groupings: found.map_or_else(Vec::new, groupings),
        base_clusters: found.map_or_else(Vec::new, base_clusters),
        people: people(conversation, entry, map, found),
        certificate: certificate(map, entry, found.and_then(|found| found.before)),
        state: state(conversation, entry, map, found),
    }
}

fn statements(
    conversation: &Conversation,
    entry: &Entry,
    map: Option<&Map>,
    found: Option<&Found>,
) -> Vec<Stated> {
    let voted = conversation.votes.statements();
    let inside = inside(conversation, entry, found);
    let scale = sparsity_scale(voted.len(), 1);
    all_statements(conversation)
        .into_iter()
        .map(|id| {
            let index = voted.binary_search(&id).ok();
            let known = conversation.statements.get(&id);
            let at = index
                .and_then(|index| conversation.place[index])
                .map(|at| at as usize);
            let (mean, components) = match (map, at) {
                (Some(map), Some(at)) => (
                    conversation.means[at],
                    [0, 1].map(|number| map.components[number][at]),
                ),
                _ => (0.0, [0.0; 2]),
            };
            let [x, y] = components.map(|part| (1.0 - mean) * part * scale);
            let meta = known.is_some_and(|one| one.meta);
            let extremity = extremity([x, y]);
            let in_conversation = index.map_or_else(Counts::default, |index| inside[index]);
            let groups = found.filter(|found| !found.counts.is_empty());
            Stated {
                id,
                text: known.map_or_else(String::new, |one| one.text.clone()),
                moderated_out: left_out(
                    &conversation.statements,
                    id,
                    conversation.settings.strict_moderation,
                ),
                meta,
                mean,
                components,
                x,
                y,
                extremity,
                everyone: index.map_or_else(Counts::default, |index| conversation.totals[index]),
                in_conversation,
                priority: priority(in_conversation, extremity, meta),
                group_aware_consensus: index.zip(groups).map(|(index, found)| {
                    let counts: Vec<Counts> =
                        found.counts.iter().map(|group| group[index]).collect();
                    group_aware(&counts)
                }),
            }
        })
        .collect()
}

/// How those in the conversation voted, by statement.
fn inside(conversation: &Conversation, entry: &Entry, found: Option<&Found>) -> Vec<Counts> {
    let mut inside = vec![Counts::default(); conversation.place.len()];
    match found.filter(|found| !found.counts.is_empty()) {
        Some(found) => {
            for (sum, part) in found.counts.iter().flat_map(|group| inside_pairs(group)) {
                inside[sum].agree += part.agree;
                inside[sum].disagree += part.disagree;
                inside[sum].pass += part.pass;
            }
        }
        None => {
            for &person in &entry.inside {
                for cell in conversation.votes.row(person) {
                    inside[cell.statement()].add(cell.code());
                }
            }
        }
    }
    inside
}

fn inside_pairs(group: &[Counts]) -> impl Iterator<Item = (usize, Counts)> {
    group.iter().copied().enumerate()
}

fn show_next(statements: &[Stated]) -> Vec<i64> {
    let mut order: Vec<&Stated> = statements
        .iter()
        .filter(|one| !one.moderated_out || one.meta)
        .collect();
    order.sort_by(|a, b| b.priority.total_cmp(&a.priority).then(a.id.cmp(&b.id)));
    order.iter().map(|one| one.id).collect()
}

fn people(
    conversation: &Conversation,
    entry: &Entry,
    map: Option<&Map>,
    found: Option<&Found>,
) -> Vec<Person> {
    let votes = &conversation.votes;
    let mut seats = vec![None; votes.people().len()];
    for (seat, &person) in entry.inside.iter().enumerate() {
        seats[person] = Some(seat);
    }
    let shown = found.and_then(|found| found.shown.as_ref());
    let shown = shown.map(|shown| (shown, shown.sizes()));
    votes
        .people()
        .iter()
        .enumerate()
        .map(|(person, id)| {
            let place = map.map(|map| map.places[person]);
            let seat: Option<usize> = seats[person];
            let group = shown.as_ref().zip(seat).and_then(|((shown, sizes), seat)| {
                let label = shown.labels[seat];
                (sizes[label] >= conversation.settings.least_group).then_some(label)
            });
            Person {
                id: id.clone(),
                votes: u32::try_from(votes.row(person).len()).unwrap_or(u32::MAX),
                x: place.map(|place| place[0]),
                y: place.map(|place| place[1]),
                in_conversation: seat.is_some(),
                base_cluster: found.zip(seat).map(|(found, seat)| found.base.labels[seat]),
                group,
            }
        })
        .collect()
}

fn groupings(found: &Found) -> Vec<GroupsOf> {
    found
        .groupings
        .iter()
        .zip(&found.silhouettes)
        .map(|(one, &silhouette)| GroupsOf {
            k: one.clusters.centres.len(),
            inertia: one.inertia,
            silhouette,
            centres: one.clusters.centres.clone(),
        })
        .collect()
}

fn base_clusters(found: &Found) -> Vec<BaseCluster> {
    let counts = found.base.sizes();
    found
        .base
        .centres
        .iter()
        .zip(counts)
        .enumerate()
        .map(|(id, (&[x, y], people))| BaseCluster { id, x, y, people })
        .collect()
}

fn groups(conversation: &Conversation, found: &Found) -> Vec<Group> {
    let Some(shown) = &found.shown else {
        return Vec::new();
    };
    let sizes = shown.sizes();
    let ids = conversation.votes.statements();
    (0..sizes.len())
        .map(|id| {
            let withheld = sizes[id] < conversation.settings.least_group;
            let seen: Vec<Seen> = (0..ids.len())
                .filter(|&index| conversation.place[index].is_some())
                .map(|index| seen(found, id, ids[index], index))
                .collect();
            let votes = |index: usize| GroupVotes {
                statement: ids[index],
                counts: found.counts[id][index],
            };
            Group {
                id,
                people: (!withheld).then_some(sizes[id]),
                centre: (!withheld).then(|| shown.centres[id]),
                withheld,
                representative: if withheld {
                    Vec::new()
                } else {
                    representative(&seen)
                },
                votes: if withheld {
                    Vec::new()
                } else {
                    (0..ids.len()).map(votes).collect()
                },
            }
        })
        .collect()
}

fn seen(found: &Found, group: usize, statement: i64, index: usize) -> Seen {
    let mut outside = Counts::default();
    for (other, counts) in found.counts.iter().enumerate() {
        if other != group {
            outside.agree += counts[index].agree;
            outside.disagree += counts[index].disagree;
            outside.pass += counts[index].pass;
        }
    }
    Seen {
        statement,
        inside: found.counts[group][index],
        outside,
    }
}

fn limits(
    conversation: &Conversation,
    entry: &Entry,
    map: Option<&Map>,
    found: Option<&Found>,
) -> Vec<Limit> {
    let mut limits = Vec::new();
    let mut say = |code: &str, zh: String, en: String| {
        limits.push(Limit {
            code: code.to_owned(),
            zh,
            en,
        });
    };
    let settings = conversation.settings;
    let (people, least) = (entry.inside.len(), settings.least_people);
    if people < least {
        let have = if people == 1 {
            "person has"
        } else {
            "people have"
        };
        say(
            "too_few_people",
            format!("只有 {people} 人表态,不足 {least} 人:不画意见图,不分组,不说共识。"),
            format!(
                "Only {people} {have} voted, fewer than {least}: no map, no groups and no consensus are given."
            ),
        );
        return limits;
    }
    let Some(map) = map else {
        say(
            "no_difference",
            "大家的表态没有差别:没有可画的方向。".to_owned(),
            "Nobody differs: there is no direction to draw.".to_owned(),
        );
        return limits;
    };
    directions(map, &mut say);
    groups_said(found, settings.least_group, &mut say);
    limits
}

fn directions(map: &Map, say: &mut impl FnMut(&str, String, String)) {
    let values = map.axes.values;
    if values[1] <= 1e-9 * values[0] {
        say(
            "one_direction",
            "意见只在一个方向上有差别。".to_owned(),
            "Opinions differ in one direction only.".to_owned(),
        );
    } else if values[1] - values[2] <= 1e-3 * values[1] || map.axes.residuals[1] > 1e-6 {
        say(
            "directions_tie",
            "第二个方向与第三个方向几乎一样重要:图的上下位置不宜细读。".to_owned(),
            "The second direction and the third matter almost equally: do not read much into up and down.".to_owned(),
        );
    }
}

fn groups_said(found: Option<&Found>, least: usize, say: &mut impl FnMut(&str, String, String)) {
    let Some(shown) = found.and_then(|found| found.shown.as_ref()) else {
        say(
            "no_groups",
            "各人的位置太少,分不出组。".to_owned(),
            "People stand at too few places to be told apart as groups.".to_owned(),
        );
        return;
    };
    if shown.sizes().iter().any(|&size| size < least) {
        say(
            "group_too_small",
            format!("有的组不足 {least} 人:不描述,也不标出其成员。"),
            format!(
                "Some group has fewer than {least} people: it is not described, and nobody is marked as belonging to it."
            ),
        );
    }
}
