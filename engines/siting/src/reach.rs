//! Who reaches a facility on foot within so many minutes, and who is left out.

use serde::{Deserialize, Serialize};

use crate::told::{Told, told};
use crate::travel::{Legs, Pace};

/// A kind of people, such as those over 60: how many live at each demand, and what one counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What they are called.
    pub name: String,
    /// How many live at each demand.
    pub people: Vec<u64>,
    /// What one of them counts when those left out are weighed.
    pub weight: u64,
}

/// What reach is asked about.
///
/// Shape: each group has one entry a demand. Groups may overlap: an older person with a disability
/// counts in both.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The ways.
    pub legs: &'a Legs,
    /// The kinds of people.
    pub groups: &'a [Group],
    /// The minutes, such as 5, 10 and 15.
    pub minutes: &'a [u32],
    /// How fast people walk.
    pub pace: Pace,
}

/// Who reaches what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// For each demand.
    pub demands: Vec<Demand>,
    /// For each facility.
    pub facilities: Vec<Facility>,
    /// For each limit in minutes.
    pub limits: Vec<Limit>,
}

/// One demand's reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    /// The nearest facility.
    pub nearest: Option<u32>,
    /// How far it is.
    pub metres: Option<u32>,
    /// For each limit, how many facilities are within.
    pub within: Vec<u64>,
}

/// Who can come to one facility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facility {
    /// For each limit, for each group, how many people live within.
    pub people: Vec<Vec<u64>>,
}

/// Everybody at one limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Minutes.
    pub minutes: u32,
    /// That many metres.
    pub metres: u32,
    /// For each group.
    pub groups: Vec<Tally>,
    /// The people left out, each as often as their group's weight says.
    pub left_out_weighted: u64,
    /// The demands with the most weight left out first.
    pub left_out: Vec<LeftOut>,
}

/// A group at one limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many reach a facility.
    pub reached: u64,
    /// How many do not.
    pub left_out: u64,
}

/// A demand that reaches nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Which one.
    pub demand: usize,
    /// The weight of its people.
    pub weight: u64,
}

/// Reckons reach.
///
/// A limit is inclusive: who needs exactly 15 minutes is within 15 minutes.
///
/// # Errors
/// When a group has not one entry a demand, or weights add up beyond 64 bits.
pub fn reach(asked: &Asked<'_>) -> Result<Reach, Told> {
    let count = asked.legs.demands();
    for group in asked.groups {
        if group.people.len() != count {
            let (name, has) = (&group.name, group.people.len());
            return Err(told!(
                "人群 {name} 有 {has} 项，社区却有 {count} 个",
                "group {name} has {has} entries for {count} demands"
            ));
        }
    }
    let limits: Vec<u32> = asked
        .minutes
        .iter()
        .map(|minutes| asked.pace.metres_in(*minutes))
        .collect();
    let demands = (0..count).map(|demand| {
        let first = asked.legs.of(demand).first();
        let within = limits
            .iter()
            .map(|limit| asked.legs.within(demand, *limit).len());
        Demand {
            nearest: first.map(|leg| leg.site),
            metres: first.map(|leg| leg.metres),
            within: within
                .map(|count| u64::try_from(count).unwrap_or(u64::MAX))
                .collect(),
        }
    });
    let overflow = || {
        told!(
            "人数或权重之和超出 64 位",
            "people or their weights add up beyond 64 bits"
        )
    };
    let each = asked.minutes.iter().zip(&limits);
    let told = each
        .map(|(minutes, metres)| limit(asked, *minutes, *metres))
        .collect::<Option<_>>();
    Ok(Reach {
        demands: demands.collect(),
        facilities: facilities(asked, &limits).ok_or_else(overflow)?,
        limits: told.ok_or_else(overflow)?,
    })
}

fn limit(asked: &Asked<'_>, minutes: u32, metres: u32) -> Option<Limit> {
    let mut groups = vec![
        Tally {
            reached: 0,
            left_out: 0
        };
        asked.groups.len()
    ];
    let (mut left_out, mut sum) = (Vec::new(), 0_u64);
    for demand in 0..asked.legs.demands() {
        let out = asked.legs.within(demand, metres).is_empty();
        let mut weight = 0_u64;
        for (tally, group) in groups.iter_mut().zip(asked.groups) {
            let people = group.people[demand];
            let side = if out {
                &mut tally.left_out
            } else {
                &mut tally.reached
            };
            *side = side.checked_add(people)?;
            weight = weight.checked_add(people.checked_mul(group.weight)?)?;
        }
        if out && weight > 0 {
            left_out.push(LeftOut { demand, weight });
            sum = sum.checked_add(weight)?;
        }
    }
    left_out.sort_by_key(|one| (std::cmp::Reverse(one.weight), one.demand));
    Some(Limit {
        minutes,
        metres,
        groups,
        left_out_weighted: sum,
        left_out,
    })
}

fn facilities(asked: &Asked<'_>, limits: &[u32]) -> Option<Vec<Facility>> {
    let empty = vec![vec![0_u64; asked.groups.len()]; limits.len()];
    let mut facilities = vec![Facility { people: empty }; asked.legs.sites()];
    for demand in 0..asked.legs.demands() {
        for (at, limit) in limits.iter().enumerate() {
            for leg in asked.legs.within(demand, *limit) {
                let people = &mut facilities[usize::try_from(leg.site).ok()?].people[at];
                for (sum, group) in people.iter_mut().zip(asked.groups) {
                    *sum = sum.checked_add(group.people[demand])?;
                }
            }
        }
    }
    Some(facilities)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::travel::Leg;

    fn legs(rows: &[&[(u32, u32)]], sites: usize) -> Legs {
        let leg = |(site, metres): &(u32, u32)| Leg {
            metres: *metres,
            site: *site,
        };
        Legs::new(rows.iter().map(|row| row.iter().map(leg).collect()), sites)
    }

    #[test]
    fn the_limit_is_inclusive_and_the_left_out_are_weighed() {
        let legs = legs(&[&[(0, 900), (1, 300)], &[(0, 901)], &[]], 2);
        let group = |name: &str, people: &[u64], weight| Group {
            name: name.to_owned(),
            people: people.to_vec(),
            weight,
        };
        let groups = [
            group("all", &[10, 20, 30], 1),
            group("over60", &[1, 2, 3], 2),
        ];
        let asked = Asked {
            legs: &legs,
            groups: &groups,
            minutes: &[5, 15],
            pace: Pace::default(),
        };
        let told = reach(&asked).unwrap();
        assert_eq!(told.demands[0].within, [1, 2]);
        assert_eq!(told.demands[0].nearest, Some(1));
        assert_eq!(told.demands[2].nearest, None);
        let last = &told.limits[1];
        assert_eq!(
            (last.metres, last.groups[0].reached, last.groups[1].left_out),
            (900, 10, 5)
        );
        assert_eq!(last.left_out_weighted, 50 + 10);
        assert_eq!(
            last.left_out[0],
            LeftOut {
                demand: 2,
                weight: 36
            }
        );
        assert_eq!(told.facilities[0].people, [[0, 0], [10, 1]]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let legs = legs(&[&[]], 0);
        let group = Group {
            name: "all".to_owned(),
            people: vec![u64::MAX],
            weight: 2,
        };
        let groups = [group];
        let asked = Asked {
            legs: &legs,
            groups: &groups,
            minutes: &[5],
            pace: Pace::default(),
        };
        assert!(reach(&asked).unwrap_err().en.contains("64 bits"));
        let none: [Group; 1] = [Group {
            name: "all".to_owned(),
            people: vec![],
            weight: 1,
        }];
        let asked = Asked {
            groups: &none,
            ..asked
        };
        assert!(reach(&asked).unwrap_err().en.contains("0 entries for 1"));
    }
}
