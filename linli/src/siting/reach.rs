//! `linli siting reach`: who reaches a facility within so many minutes, and who is left out.

use clap::Args;
use linli_siting::map::{Mark, Picture, Tone};
use linli_siting::{Asked, Group, Sheet, reach};
use serde_json::{Value, json};

use super::dots;
use super::input::{self, Files, World};
use super::output::{self, Out, refused};
use crate::outcome::Outcome;
use crate::say;

/// `linli siting reach`
#[derive(Debug, Args)]
pub(crate) struct Reach {
    /// The files.
    #[command(flatten)]
    files: Files,
    /// The minutes
    #[arg(
        long,
        value_name = "MIN,…",
        value_delimiter = ',',
        default_value = "5,10,15"
    )]
    minutes: Vec<u32>,
    /// A column of people and what one of them counts, such as over60=2; may be repeated
    #[arg(long, value_name = "COLUMN[=WEIGHT]")]
    group: Vec<String>,
    /// Measure no way beyond the last minute: much faster with a million communities, but nearest
    /// facilities further away stay unnamed
    #[arg(long)]
    only_within: bool,
    /// What to write.
    #[command(flatten)]
    out: Out,
}

impl Reach {
    /// The longest way that matters: all, so that everybody's nearest facility is known, or those of
    /// the longest limit where that would be too much.
    fn limit(&self, minutes: &[u32]) -> Option<u32> {
        let last = minutes
            .last()
            .map(|last| self.files.pace().metres_in(*last));
        last.filter(|_| self.only_within)
    }
}

/// `linli siting reach`
pub(super) fn run(asked: &Reach) -> anyhow::Result<Outcome> {
    let mut minutes = asked.minutes.clone();
    minutes.sort_unstable();
    minutes.dedup();
    let world = World::read(&asked.files, asked.limit(&minutes))?;
    let groups = world.groups(&asked.group)?;
    let pace = asked.files.pace();
    let reach = reach(&Asked {
        legs: &world.legs,
        groups: &groups,
        minutes: &minutes,
        pace,
    })
    .map_err(|why| refused(&why))?;
    let communities = reached_communities(&world, &groups, &minutes, &reach);
    let facilities = reached_facilities(&world, &groups, &minutes, &reach);
    let limits: Vec<Value> = reach
        .limits
        .iter()
        .map(|limit| limit_told(&world, &groups, limit))
        .collect();
    let answer = asked.out.json.then(|| {
        json!({
            "format": "linli.siting.reach/1",
            "settings": asked.files.settings(),
            "groups": groups.iter().map(|group| json!({
                "name": group.name,
                "weight": group.weight,
                "people": group.people.iter().map(|n| u128::from(*n)).sum::<u128>(),
            })).collect::<Vec<_>>(),
            "limits": limits,
            "communities": output::objects(&communities),
            "facilities": output::objects(&facilities),
        })
    });
    let picture = picture(&world, &reach);
    let drawn = asked.out.write(&[communities, facilities], &picture)?;
    if let Some(answer) = answer {
        say::json(&answer)?;
    } else {
        reach_told(&groups, &reach);
        drawn.tell();
    }
    Ok(Outcome::Done)
}

fn reach_told(groups: &[Group], reach: &linli_siting::Reach) {
    for limit in &reach.limits {
        say::line(format!(
            "{} 分钟 · minutes ({} m)",
            limit.minutes, limit.metres
        ));
        for (group, tally) in groups.iter().zip(&limit.groups) {
            let all = u128::from(tally.reached) + u128::from(tally.left_out);
            let share = (u128::from(tally.reached) * 1000)
                .checked_div(all)
                .unwrap_or(0);
            let (name, reached, out) = (&group.name, tally.reached, tally.left_out);
            let (whole, tenth) = (share / 10, share % 10);
            say::line(format!(
                "  {name}: {reached} 人可达 · reach ({whole}.{tenth} %), {out} 人够不着 · left out"
            ));
        }
        say::line(format!(
            "  加权 · weighted: {} 够不着 · left out",
            limit.left_out_weighted
        ));
    }
}

fn limit_told(world: &World, groups: &[Group], limit: &reach::Limit) -> Value {
    json!({
        "minutes": limit.minutes,
        "metres": limit.metres,
        "groups": groups.iter().zip(&limit.groups).map(|(group, tally)| json!({
            "name": group.name, "reached": tally.reached, "left_out": tally.left_out,
        })).collect::<Vec<_>>(),
        "left_out_weighted": limit.left_out_weighted,
        "left_out": limit.left_out.iter().map(|one| json!({
            "id": world.demand_ids[one.demand], "weight": one.weight,
        })).collect::<Vec<_>>(),
    })
}

fn reached_communities(
    world: &World,
    groups: &[Group],
    minutes: &[u32],
    reach: &linli_siting::Reach,
) -> Sheet {
    let mut columns = vec!["id".to_owned()];
    columns.extend(groups.iter().map(|group| group.name.clone()));
    columns.extend(["nearest".to_owned(), "metres".to_owned()]);
    columns.extend(
        minutes
            .iter()
            .map(|minutes| format!("facilities_{minutes}_min")),
    );
    let rows = reach.demands.iter().enumerate().map(|(demand, told)| {
        let mut row = vec![json!(world.demand_ids[demand])];
        row.extend(groups.iter().map(|group| json!(group.people[demand])));
        let nearest = told
            .nearest
            .map(|site| world.site_ids[input::index(site)].clone());
        row.extend([json!(nearest), json!(told.metres)]);
        row.extend(told.within.iter().map(|count| json!(count)));
        row
    });
    Sheet {
        kind: "community",
        columns,
        rows: rows.collect(),
        spots: world.demand_spots.clone(),
    }
}

fn reached_facilities(
    world: &World,
    groups: &[Group],
    minutes: &[u32],
    reach: &linli_siting::Reach,
) -> Sheet {
    let mut columns = vec!["id".to_owned()];
    for minutes in minutes {
        columns.extend(
            groups
                .iter()
                .map(|group| format!("{}_{minutes}_min", group.name)),
        );
    }
    let rows = reach
        .facilities
        .iter()
        .zip(&world.site_ids)
        .map(|(facility, id)| {
            let people = facility.people.iter().flatten().map(|people| json!(people));
            std::iter::once(json!(id)).chain(people).collect()
        });
    Sheet {
        kind: "facility",
        columns,
        rows: rows.collect(),
        spots: world.site_spots.clone(),
    }
}

fn picture<'a>(world: &World, reach: &linli_siting::Reach) -> Picture<'a> {
    Picture {
        title: "步行可达 · Reach on foot",
        tones: [
            "最短时限内 within the shortest limit",
            "其余时限内 within the others",
            "",
            "够不着 left out",
        ],
        dots: dots(world, |demand| {
            let within = &reach.demands[demand].within;
            let tone = match (within.first(), within.last()) {
                (Some(1..), _) => Tone::Good,
                (_, Some(1..)) => Tone::Fair,
                _ => Tone::Out,
            };
            (tone, None)
        }),
        squares: world.squares(|_| Mark::Stands),
    }
}
