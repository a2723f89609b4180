//! `linli residents generate`: a synthetic population for a node that has none.

use linli_community::residents::synthetic::Wish;
use serde_json::json;

use crate::cli::{Generate, Residents};
use crate::node;
use crate::outcome::Outcome;
use crate::say;

/// `linli residents …`
pub(crate) async fn run(residents: &Residents) -> anyhow::Result<Outcome> {
    let Residents::Generate(wish) = residents;
    generate(wish).await
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
