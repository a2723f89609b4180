//! `linli residents`: a synthetic population for a node that has none, and records that may be of one
//! person.

use anyhow::Context as _;
use linli_community::Linli;
use linli_community::residents::synthetic::Wish;
use linli_community::residents::{self as people, mask};
use linli_kernel::{Actor, AreaPath, ResidentId, StreamId};
use serde_json::json;

use crate::cli::{Duplicates, Generate, Residents};
use crate::node;
use crate::outcome::Outcome;
use crate::say;

/// `linli residents …`
pub(crate) async fn run(residents: &Residents) -> anyhow::Result<Outcome> {
    match residents {
        Residents::Generate(wish) => generate(wish).await,
        Residents::Duplicates(wish) => duplicates(wish).await,
    }
}

/// The pairs, the likeliest first, with masked names: what is merged is decided on the pages.
async fn duplicates(wish: &Duplicates) -> anyhow::Result<Outcome> {
    let linli = node::reading(&wish.asked.folder.dir).await?;
    let area = area(&linli, &wish.area)?;
    let pairs = linli.duplicates(&Actor::system(), &area).await;
    let pairs = pairs.map_err(node::told)?;
    let mut told = Vec::with_capacity(pairs.len());
    for pair in &pairs {
        let names = [
            name(&linli, pair.first).await?,
            name(&linli, pair.second).await?,
        ];
        let signs = pair.likeness.reasons.iter();
        let signs: Vec<(&str, i32)> = signs.map(|(one, points)| (one.code(), *points)).collect();
        if !wish.asked.json {
            let said: Vec<String> = signs
                .iter()
                .map(|(one, n)| format!("{one} {n:+}"))
                .collect();
            let (points, said) = (pair.likeness.points, said.join(", "));
            say::line(format!("{points:>4}  {} · {}  {said}", names[0], names[1]));
            say::line(format!("      {} {}", pair.first, pair.second));
        }
        told.push(json!({
            "records": [pair.first, pair.second],
            "names": names,
            "points": pair.likeness.points,
            "signs": signs.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        }));
    }
    if wish.asked.json {
        say::json(&json!({ "area": area, "pairs": told }))?;
    } else {
        let count = pairs.len();
        say::line(format!("{count} 对疑似重复 · likely duplicates"));
    }
    Ok(Outcome::Done)
}

async fn name(linli: &Linli, id: ResidentId) -> anyhow::Result<String> {
    let loaded = linli.load::<people::Residents>(&StreamId::from(id)).await?;
    Ok(mask::name(
        loaded.state.text("person.name").unwrap_or_default(),
    ))
}

fn area(linli: &Linli, text: &str) -> anyhow::Result<AreaPath> {
    let areas = linli.areas();
    let by_path = text
        .parse()
        .ok()
        .and_then(|path: AreaPath| areas.get(&path));
    let found = by_path.or_else(|| areas.by_code(text));
    let found = found.map(|area| area.path().clone());
    found.with_context(|| format!("没有这个区划 · no such area: {text}"))
}

async fn generate(wish: &Generate) -> anyhow::Result<Outcome> {
    let (_, linli) = node::writing(&wish.asked.folder.dir).await?;
    let mut shown = say::Progress::of("生成居民 · residents");
    let asked = Wish {
        seed: wish.seed,
        residents: wish.count,
        today: linli.clock().today(),
    };
    let of = u64::from(wish.count);
    let made = linli
        .populate(asked, |done| shown.at(u64::from(done), of))
        .await
        .map_err(node::told)?;
    shown.end("");
    linli.journal().close().await;
    if wish.asked.json {
        say::json(&json!({ "residents": made, "seed": wish.seed }))?;
    } else {
        say::line(format!(
            "{made} 位虚构居民已登记 · synthetic residents registered"
        ));
    }
    Ok(Outcome::Done)
}
