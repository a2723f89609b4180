//! Opening a node from its folder, and what every command does with one.

use std::path::Path;
use std::sync::Arc;

use linli_community::places::{self, Event, Places};
use linli_community::{Call, Linli, Meta, NodeConfig, Plan, Problem};
use linli_journal::Mode;
use linli_kernel::{Actor, AreaPath, Clock, CommandId, Fault, SystemClock};
use linli_portal::session::Desk;
use serde_json::Value;

use crate::outcome::Misuse;
use crate::settings::Settings;

/// The node in `folder`, to be written to.
pub(crate) async fn open(
    folder: &Path,
    settings: &Settings,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<Linli> {
    let config = NodeConfig {
        journal: settings.journal(folder)?,
        catalogue: settings.catalogue.clone(),
    };
    Ok(Linli::open(config, clock).await?)
}

/// The node in `folder`, to be asked only: nothing is made, migrated or written.
pub(crate) async fn reading(folder: &Path) -> anyhow::Result<Linli> {
    let settings = Settings::of(folder)?;
    let config = NodeConfig {
        journal: settings.journal(folder)?.reading(),
        catalogue: settings.catalogue,
    };
    Ok(Linli::open(config, Arc::new(SystemClock)).await?)
}

/// The node in `folder`, for one write from the command line. On PostgreSQL a serving node holds
/// the store; then the write belongs on its pages.
pub(crate) async fn writing(folder: &Path) -> anyhow::Result<(Settings, Linli)> {
    let settings = Settings::of(folder)?;
    let linli = open(folder, &settings, Arc::new(SystemClock)).await?;
    if linli.journal().mode() == Mode::StandBy {
        return Err(Fault::Busy(
            "another process writes to this store: do this on the node's pages, or stop it first"
                .to_owned(),
        )
        .into());
    }
    Ok((settings, linli))
}

/// The desk of the node in `folder`.
pub(crate) async fn desk(folder: &Path, settings: &Settings) -> anyhow::Result<Desk> {
    Ok(Desk::open(&settings.journal(folder)?, Arc::new(SystemClock)).await?)
}

/// A call by Linli itself.
pub(crate) fn call<'a>(linli: &Linli, actor: &'a Actor) -> Call<'a> {
    Call {
        command: CommandId::new(linli.clock()),
        actor,
        expected: None,
    }
}

/// Records the divisions of Songjiang where the node has none, and returns the district.
pub(crate) async fn establish(linli: &Linli) -> anyhow::Result<AreaPath> {
    let areas = places::divisions(places::SONGJIANG)?;
    let district = areas
        .first()
        .map(|area| area.area.clone())
        .ok_or_else(|| Misuse("the list of divisions is empty".to_owned()))?;
    let stream = places::stream(district.code());
    let loaded = linli.load::<Places>(&stream).await?;
    if loaded.version > 0 {
        return Ok(district);
    }
    let events: Vec<Event> = areas.into_iter().map(Event::Established).collect();
    let actor = Actor::system();
    let at = linli.clock().now();
    let meta = Meta { at, actor: &actor };
    let mut plan = Plan::default();
    plan.add::<Places>(&stream, &loaded, &events, meta)?;
    let digest = linli_community::feature::digest_of(&places::SONGJIANG)?;
    let done = linli.submit(call(linli, &actor), digest, plan, Value::Null, at);
    done.await.map_err(told)?;
    Ok(district)
}

/// The district that the node belongs to: the area without a parent.
pub(crate) fn district(linli: &Linli) -> anyhow::Result<AreaPath> {
    let areas = linli.areas();
    let found = areas
        .all()
        .map(places::Area::path)
        .find(|path| path.parent().is_none());
    found.cloned().ok_or_else(|| {
        Fault::Setting("the node has no areas yet: was it made with `linli init`?".to_owned())
            .into()
    })
}

/// What a refused or failed command says on the terminal: each broken rule by its code.
pub(crate) fn told(problem: Problem) -> anyhow::Error {
    match problem {
        Problem::Refused(refusals) => {
            let lines: Vec<String> = refusals
                .iter()
                .map(|refusal| {
                    let facts: Vec<String> = refusal
                        .facts
                        .iter()
                        .map(|(name, value)| format!("{name}={value}"))
                        .collect();
                    format!("refused: {} {}", refusal.code, facts.join(" "))
                })
                .collect();
            anyhow::anyhow!("{}", lines.join("\n"))
        }
        other => other.into(),
    }
}

/// A password that can be read over the telephone: four groups of four, 77 bits.
pub(crate) fn first_password() -> String {
    use rand::RngExt as _;
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut random = rand::rng();
    let mut password = String::new();
    for place in 0..16 {
        if place > 0 && place % 4 == 0 {
            password.push('-');
        }
        let letter = LETTERS[random.random_range(0..LETTERS.len())];
        password.push(char::from(letter));
    }
    password
}
