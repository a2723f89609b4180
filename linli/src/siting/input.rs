//! The files of a siting question: communities, facilities or sites, and streets where there are any.

use std::path::{Path, PathBuf};

use clap::Args;
use linli_siting::map::Mark;
use linli_siting::network::{Joint, Network};
use linli_siting::table::{CAPACITY, NODE, PEOPLE, STANDS};
use linli_siting::{Datum, Detour, Fault, Group, Legs, Pace, Spot, Streets, Table, Told};
use serde_json::{Value, json};

use super::output::misuse;
use super::shown;
use crate::text::{text, told};

/// The files, and how people walk between them.
#[derive(Debug, Args)]
pub(super) struct Files {
    /// The communities: CSV or `GeoJSON` with id, lon and lat (or x and y in metres), people
    #[arg(value_name = "COMMUNITIES")]
    pub(super) communities: PathBuf,
    /// The facilities or possible sites: CSV or `GeoJSON` with id, lon and lat (or x and y)
    #[arg(value_name = "SITES")]
    pub(super) sites: PathBuf,
    /// The datum of coordinates that name none: cgcs2000, wgs84, gcj02 or bd09
    #[arg(long, value_name = "DATUM", default_value = "cgcs2000", value_parser = datum)]
    datum: Datum,
    /// How much longer than the straight line a walk is, such as 1.3
    #[arg(long, value_name = "FACTOR", default_value = "1", value_parser = thousandths)]
    detour: u32,
    /// Walk along streets: CSV with from, to, metres, or `GeoJSON` lines
    #[arg(long, value_name = "FILE", conflicts_with = "detour")]
    streets: Option<PathBuf>,
    /// The crossings of a CSV of streets: CSV with id, lon and lat (or x and y); without them
    /// communities and sites have a column `node`
    #[arg(long, value_name = "FILE", requires = "streets")]
    crossings: Option<PathBuf>,
    /// How far a place may be from its crossing, in metres
    #[arg(long, value_name = "METRES", default_value_t = 500)]
    snap: u32,
    /// Metres a minute on foot
    #[arg(long, value_name = "METRES", default_value_t = Pace::default().metres_a_minute, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pace: u32,
}

/// A datum by its name.
fn datum(text: &str) -> Result<Datum, String> {
    text.parse().map_err(|unknown: Told| unknown.both())
}

/// A factor in thousandths.
fn thousandths(text: &str) -> Result<u32, String> {
    let wrong = || {
        format!(
            "“{text}”不是 1 到 10、至多三位小数的倍数 · `{text}` is not a factor from 1 to 10 with at most three decimals"
        )
    };
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 3 || !part.chars().all(|c| c.is_ascii_digit()) {
        return Err(wrong());
    }
    let whole: u32 = whole.parse().map_err(|_unread| wrong())?;
    let part: u32 = format!("{part:0<3}").parse().map_err(|_unread| wrong())?;
    let all = whole
        .checked_mul(1000)
        .and_then(|all| all.checked_add(part));
    all.filter(|all| (1000..=10_000).contains(all))
        .ok_or_else(wrong)
}

impl Files {
    pub(super) fn pace(&self) -> Pace {
        Pace {
            metres_a_minute: self.pace,
        }
    }

    /// What was assumed, for the answer.
    pub(super) fn settings(&self) -> Value {
        json!({
            "datum": self.datum,
            "detour_thousandths": if self.streets.is_some() { None } else { Some(self.detour) },
            "streets": self.streets.is_some(),
            "metres_a_minute": self.pace,
        })
    }
}

/// As many ways as fit into memory where none is too long to matter.
const PAIRS: usize = 100_000_000;

/// What the files say.
pub(super) struct World {
    communities: Table,
    sites: Table,
    pub(super) demand_ids: Vec<String>,
    pub(super) site_ids: Vec<String>,
    pub(super) demand_spots: Vec<Spot>,
    pub(super) site_spots: Vec<Spot>,
    pub(super) legs: Legs,
}

impl World {
    /// Reads the files and measures all ways up to `limit` metres.
    pub(super) fn read(files: &Files, limit: Option<u32>) -> anyhow::Result<Self> {
        let (communities, sites) = (table(&files.communities)?, table(&files.sites)?);
        let streets = files
            .streets
            .as_deref()
            .map(|path| streets(files, path))
            .transpose()?;
        let named = streets
            .as_ref()
            .is_some_and(|streets| streets.spots.is_empty());
        let spots = |table: &Table| {
            let spots = table.spots(files.datum);
            // Places that only name their crossing lie nowhere.
            if named {
                Ok(spots.unwrap_or_else(|_| vec![Spot::Plane { x: 0.0, y: 0.0 }; table.len()]))
            } else {
                spots
            }
        };
        let (demand_spots, site_spots) = (spots(&communities)?, spots(&sites)?);
        comparable(&demand_spots, &site_spots, limit)?;
        let legs = match &streets {
            None => Legs::straight(
                &demand_spots,
                &site_spots,
                Detour {
                    thousandths: files.detour,
                },
                limit,
            ),
            Some(streets) => {
                let joints =
                    |table: &Table, spots: &[Spot]| joints(streets, table, spots, files.snap);
                let ends = (
                    joints(&communities, &demand_spots)?,
                    joints(&sites, &site_spots)?,
                );
                streets.network.legs(&ends.0, &ends.1, limit)
            }
        };
        Ok(Self {
            demand_ids: communities.ids()?,
            site_ids: sites.ids()?,
            demand_spots,
            site_spots,
            legs,
            communities,
            sites,
        })
    }

    /// The people of each community.
    pub(super) fn people(&self) -> Result<Vec<u64>, Fault> {
        self.communities.counts(self.communities.need(PEOPLE)?)
    }

    /// What each facility holds.
    pub(super) fn capacity(&self) -> Result<Vec<u64>, Fault> {
        self.sites.counts(self.sites.need(CAPACITY)?)
    }

    /// Which sites stand already.
    pub(super) fn stands(&self) -> Result<Vec<bool>, Fault> {
        match self.sites.find(STANDS) {
            Some(column) => self.sites.flags(column),
            None => Ok(vec![false; self.sites.len()]),
        }
    }

    /// The groups asked for, as COLUMN=WEIGHT; all people and the usual columns if none is.
    pub(super) fn groups(&self, asked: &[String]) -> anyhow::Result<Vec<Group>> {
        const USUAL: [&[&str]; 3] = [
            &["over60", "60岁以上", "老年人"],
            &["under3", "3岁以下", "婴幼儿"],
            &["disabled", "残疾人", "残疾"],
        ];
        let group = |name: &str, column: usize, weight: u64| -> Result<Group, Fault> {
            let people = self.communities.counts(column)?;
            Ok(Group {
                name: name.to_owned(),
                people,
                weight,
            })
        };
        let mut groups = Vec::new();
        if asked.is_empty() {
            groups.push(group("people", self.communities.need(PEOPLE)?, 1)?);
            for names in USUAL {
                if let Some(column) = self.communities.find(names) {
                    groups.push(group(names[0], column, 1)?);
                }
            }
        }
        for text in asked {
            let (name, weight) = text.split_once('=').unwrap_or((text, "1"));
            let weight = weight
                .trim()
                .parse::<u64>()
                .ok()
                .filter(|weight| *weight <= 1_000_000);
            let wants = || {
                misuse(
                    &format!("--group {text}：权重应为不超过一百万的整数"),
                    &format!("--group {text}: the weight is a whole number of at most a million"),
                )
            };
            let lower = name.trim().to_lowercase();
            let column = if lower == "people" {
                self.communities.need(PEOPLE)?
            } else {
                self.communities.need(&[&lower])?
            };
            groups.push(group(&lower, column, weight.ok_or_else(wants)?)?);
        }
        Ok(groups)
    }

    /// The squares of a map.
    pub(super) fn squares(&self, mark: impl Fn(usize) -> Mark) -> Vec<(Spot, Mark, String)> {
        let sites = self.site_spots.iter().zip(&self.site_ids).enumerate();
        sites
            .map(|(site, (spot, id))| (*spot, mark(site), id.clone()))
            .collect()
    }
}

/// Refuses places that cannot be compared, and more ways than fit.
fn comparable(
    demand_spots: &[Spot],
    site_spots: &[Spot],
    limit: Option<u32>,
) -> anyhow::Result<()> {
    let kinds = |spots: &[Spot]| spots.first().map(|spot| matches!(spot, Spot::Earth(_)));
    if let (Some(ours), Some(theirs)) = (kinds(demand_spots), kinds(site_spots))
        && ours != theirs
    {
        return Err(misuse(
            "一个文件用经纬度，另一个用 x 和 y：不能比较",
            "one file has lon and lat, the other x and y: they cannot be compared",
        ));
    }
    let pairs = demand_spots.len().saturating_mul(site_spots.len());
    if limit.is_none() && pairs > PAIRS {
        let (demands, sites) = (demand_spots.len(), site_spots.len());
        return Err(misuse(
            &format!(
                "{demands} 个社区乘 {sites} 个地点是 {pairs} 条路，超过 {PAIRS}：请减少，或只算近处（reach --only-within，place --question covering）"
            ),
            &format!(
                "{demands} communities by {sites} sites are {pairs} ways, more than {PAIRS}: give fewer, or ask only what is near (reach --only-within, place --question covering)"
            ),
        ));
    }
    Ok(())
}

/// A site's number as an index.
pub(super) fn index(site: u32) -> usize {
    usize::try_from(site).unwrap_or(usize::MAX)
}

fn is_geojson(path: &Path) -> bool {
    path.extension().is_some_and(|ending| {
        ending.eq_ignore_ascii_case("geojson") || ending.eq_ignore_ascii_case("json")
    })
}

fn table(path: &Path) -> anyhow::Result<Table> {
    let (name, text) = (shown(path), text(path)?);
    let table = if is_geojson(path) {
        Table::geojson(&name, &text)
    } else {
        Table::csv(&name, &text)
    }?;
    if table.is_empty() {
        return Err(told(&format!("{name}:1:1"), "没有地点", "no places"));
    }
    Ok(table)
}

fn streets(files: &Files, path: &Path) -> anyhow::Result<Streets> {
    let (name, text) = (shown(path), text(path)?);
    if is_geojson(path) {
        return Ok(Streets::geojson(&name, &text, files.datum)?);
    }
    let crossings = files.crossings.as_deref().map(table).transpose()?;
    Ok(Streets::csv(
        &name,
        &text,
        crossings.as_ref().map(|table| (table, files.datum)),
    )?)
}

/// Where places join the streets: at the crossing they name, or at the nearest one.
fn joints(
    streets: &Streets,
    table: &Table,
    spots: &[Spot],
    snap: u32,
) -> anyhow::Result<Vec<Option<Joint>>> {
    if let Some(column) = table.find(NODE) {
        let named = table
            .texts(column)
            .into_iter()
            .enumerate()
            .map(|(row, name)| {
                let known = streets.names.get(name);
                let what = || {
                    let zh = format!("没有名为“{name}”的路口");
                    let en = format!("no crossing is called `{name}`");
                    table.fault(row, column, Told { zh, en })
                };
                Ok(Some(Joint {
                    crossing: *known.ok_or_else(what)?,
                    millimetres: 0,
                }))
            });
        return named.collect();
    }
    if streets.spots.is_empty() {
        return Err(misuse(
            "街道的路口没有位置：请给 --crossings，或给各地点 `node` 列",
            "the streets' crossings have no places: give --crossings, or places a column `node`",
        ));
    }
    Ok(Network::join(&streets.spots, spots, snap))
}

#[cfg(test)]
mod tests {
    use super::thousandths;

    #[test]
    fn factors_are_exact() {
        assert_eq!(thousandths("1.3"), Ok(1300));
        assert_eq!(thousandths("1"), Ok(1000));
        for wrong in [
            "0.9",
            "1.2345",
            "NaN",
            "-1",
            "1,3",
            "",
            "1e3",
            "99999999999",
        ] {
            assert!(thousandths(wrong).is_err(), "{wrong}");
        }
    }
}
