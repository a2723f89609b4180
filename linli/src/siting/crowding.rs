//! `linli siting crowding`: how much capacity a person finds.

use clap::Args;
use linli_siting::map::{Mark, Picture, Tone};
use linli_siting::{Catchment, Ring, Sheet, crowding};
use serde_json::json;

use super::dots;
use super::input::{Files, World};
use super::output::{self, Out, misuse, refused};
use crate::outcome::Outcome;
use crate::say;

/// `linli siting crowding`
#[derive(Debug, Args)]
pub(crate) struct Crowding {
    /// The files.
    #[command(flatten)]
    files: Files,
    /// How far a catchment reaches, in metres; 15 minutes' walk if not said
    #[arg(long, value_name = "METRES")]
    within: Option<u32>,
    /// Let the far count less: thirds of the catchment count 1, 0.68 and 0.22
    #[arg(long, conflicts_with = "rings")]
    enhanced: bool,
    /// Rings of one's own, from the inside out, such as 1000:1,2000:0.68,3000:0.22
    #[arg(
        long,
        value_name = "METRES:WEIGHT,…",
        value_delimiter = ',',
        conflicts_with = "within"
    )]
    rings: Vec<String>,
    /// What to write.
    #[command(flatten)]
    out: Out,
}

/// `linli siting crowding`
pub(super) fn run(asked: &Crowding) -> anyhow::Result<Outcome> {
    let catchment = catchment(asked)?;
    let world = World::read(&asked.files, Some(catchment.metres()))?;
    let people = world.people()?;
    let capacity = world.capacity()?;
    let crowding =
        crowding(&world.legs, &people, &capacity, &catchment).map_err(|why| refused(&why))?;
    let sheets = [
        communities(&world, &people, &crowding),
        facilities(&world, &capacity, &crowding),
    ];
    let out: u64 = people
        .iter()
        .zip(&crowding.access)
        .filter(|(_, access)| **access <= 0.0)
        .map(|(n, _)| n)
        .sum();
    let answer = asked.out.json.then(|| {
        json!({
            "format": "linli.siting.crowding/1",
            "settings": asked.files.settings(),
            "rings": catchment.rings(),
            "left_out": out,
            "communities": output::objects(&sheets[0]),
            "facilities": output::objects(&sheets[1]),
        })
    });
    let mut ranks: Vec<f64> = crowding
        .access
        .iter()
        .copied()
        .filter(|access| *access > 0.0)
        .collect();
    ranks.sort_by(f64::total_cmp);
    let picture = picture(&world, &crowding, &ranks);
    let drawn = asked.out.write(&sheets, &picture)?;
    if let Some(answer) = answer {
        say::json(&answer)?;
    } else {
        let middle = ranks.get(ranks.len() / 2).copied().unwrap_or(0.0);
        say::line(format!(
            "{} 个社区 · communities, {} 处设施 · facilities, 半径 · within {} m\n\
             人均容量中位数 · median capacity a person: {middle:.6}\n没有可用设施的人 · people without any: {out}",
            people.len(),
            capacity.len(),
            catchment.metres()
        ));
        drawn.tell();
    }
    Ok(Outcome::Done)
}

fn catchment(asked: &Crowding) -> anyhow::Result<Catchment> {
    let metres = asked
        .within
        .unwrap_or_else(|| asked.files.pace().metres_in(15));
    if asked.enhanced {
        return Ok(Catchment::enhanced(metres));
    }
    if asked.rings.is_empty() {
        return Ok(Catchment::plain(metres));
    }
    let ring = |text: &String| {
        let (metres, weight) = text.split_once(':')?;
        Some(Ring {
            metres: metres.trim().parse().ok()?,
            weight: weight.trim().parse().ok()?,
        })
    };
    let rings: Option<Vec<Ring>> = asked.rings.iter().map(ring).collect();
    let rings = rings.ok_or_else(|| {
        misuse(
            "--rings 应写成 米:权重,…，如 1000:1,2000:0.68",
            "--rings wants METRES:WEIGHT,…, such as 1000:1,2000:0.68",
        )
    })?;
    Catchment::of(rings).map_err(|why| refused(&why))
}

fn communities(world: &World, people: &[u64], crowding: &linli_siting::Crowding) -> Sheet {
    Sheet {
        kind: "community",
        columns: ["id", "people", "access"].map(str::to_owned).to_vec(),
        rows: (0..people.len())
            .map(|at| {
                vec![
                    json!(world.demand_ids[at]),
                    json!(people[at]),
                    json!(crowding.access[at]),
                ]
            })
            .collect(),
        spots: world.demand_spots.clone(),
    }
}

fn facilities(world: &World, capacity: &[u64], crowding: &linli_siting::Crowding) -> Sheet {
    Sheet {
        kind: "facility",
        columns: ["id", "capacity", "people_counted", "capacity_per_person"]
            .map(str::to_owned)
            .to_vec(),
        rows: (0..capacity.len())
            .map(|at| {
                let (near, share) = (crowding.people[at], crowding.share[at]);
                vec![
                    json!(world.site_ids[at]),
                    json!(capacity[at]),
                    json!(near),
                    json!(share),
                ]
            })
            .collect(),
        spots: world.site_spots.clone(),
    }
}

/// Thirds of those who find anything.
fn picture<'a>(world: &World, crowding: &linli_siting::Crowding, ranks: &[f64]) -> Picture<'a> {
    let third = |of: usize| ranks.get(ranks.len() * of / 3).copied().unwrap_or(0.0);
    Picture {
        title: "人均可得容量 · Capacity a person finds",
        tones: [
            "宽裕的三分之一 best third",
            "中间 middle",
            "紧张的三分之一 worst third",
            "没有 none",
        ],
        dots: dots(world, |demand| {
            let access = crowding.access[demand];
            let tone = if access <= 0.0 {
                Tone::Out
            } else if access < third(1) {
                Tone::Poor
            } else if access < third(2) {
                Tone::Fair
            } else {
                Tone::Good
            };
            (tone, None)
        }),
        squares: world.squares(|_| Mark::Stands),
    }
}
