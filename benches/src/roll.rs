//! A month's roll of very many awards: made, and approved, each until it is durable.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use linli_community::benefits::roll::id_of;
use linli_community::benefits::{Month, Opening, Private, Rate, opened};
use linli_community::{Call, Linli, NodeConfig, places};
use linli_journal::Config;
use linli_kernel::{
    AccountId, Actor, AreaPath, AwardId, CommandId, Post, PostId, ResidentId, Role, SystemClock,
};

use crate::figures::Figure;

/// The street or town with the most committees.
const STREET: &str = "310117/310117102";

/// Which benefits are paid.
const SERVICES: [&str; 3] = ["dibao", "disability-subsidies", "temporary-relief"];

/// The most a month may take.
const MOST: Duration = Duration::from_secs(10);

/// Opens `awards` awards of one street in a new node in `dir`, rolls one month, and measures the
/// next: nearly all of it as the month before, some with a new rate.
pub(crate) async fn run(dir: &Path, awards: u32) -> Result<Vec<Figure>> {
    let config = NodeConfig {
        journal: Config::sqlite(dir),
        catalogue: None,
    };
    let linli = Linli::open(config, Arc::new(SystemClock)).await?;
    let system = Actor::system();
    linli
        .import_divisions(call(&system), places::SONGJIANG)
        .await?;
    let street: AreaPath = STREET.parse()?;
    let areas = linli.areas();
    let committees: Vec<AreaPath> = areas
        .committees(&street)
        .map(|area| area.path().clone())
        .collect();
    let this = Month::of(linli.clock().today());
    let openings = (0..awards).map(|n| opening(n, &committees, this.plus(-1)));
    let openings = openings
        .collect::<Option<Vec<_>>>()
        .context("a street without committees")?;
    let begun = Instant::now();
    let opened = linli.open_awards(&system, openings).await?;
    let opening = begun.elapsed();
    anyhow::ensure!(opened == u64::from(awards), "{opened} awards were opened");
    let _before = month(&linli, &street, this.plus(-1)).await?;
    let (made, approved) = month(&linli, &street, this).await?;
    linli.journal().close().await;
    let name = |what: &str| format!("roll of {awards} awards, {what}");
    Ok(vec![
        Figure::beside(
            &format!("{awards} awards opened"),
            format!("{} s", opening.as_secs()),
        ),
        Figure::at_most(&name("made and durable"), made, MOST),
        Figure::at_most(&name("reckoned anew, approved and durable"), approved, MOST),
    ])
}

/// One month: how long making and approving took.
async fn month(linli: &Linli, street: &AreaPath, period: Month) -> Result<(Duration, Duration)> {
    let (maker, other) = (officer(street), officer(street));
    let begun = Instant::now();
    let made = linli.make_roll(call(&maker), street, period).await?;
    let making = begun.elapsed();
    let (id, hash) = (id_of(street, period), made.state.hash.clone());
    linli.check_roll(call(&maker), &id, &hash).await?;
    let begun = Instant::now();
    linli.approve_roll(call(&other), &id, &hash).await?;
    Ok((making, begun.elapsed()))
}

fn officer(street: &AreaPath) -> Actor {
    let post = Post {
        id: PostId::new(&SystemClock),
        role: Role::StreetOfficer,
        area: street.clone(),
    };
    Actor::in_post(AccountId::new(&SystemClock), post)
}

fn call(actor: &Actor) -> Call<'_> {
    Call {
        command: CommandId::new(&SystemClock),
        actor,
        expected: None,
    }
}

/// The award number `n`; one in a hundred gets more from the second month on.
fn opening(n: u32, committees: &[AreaPath], from: Month) -> Option<(AwardId, Opening)> {
    let at = usize::try_from(n).ok()?;
    let fen = 80_000 + i64::from(n % 97) * 100;
    let mut rates = vec![Rate { from, fen }];
    if n.is_multiple_of(100) {
        rates.push(Rate {
            from: from.plus(1),
            fen: fen + 5_000,
        });
    }
    let area = committees.get(at % committees.len().max(1))?;
    let service = SERVICES[at % SERVICES.len()];
    let resident = ResidentId::new(&SystemClock);
    let opening = Opening {
        opened: opened(&format!("{n:010}"), resident, service, area, from),
        private: Private {
            rates,
            payee: Some("测试".to_owned()),
            account: Some(format!("99{n:014}")),
            ..Private::default()
        },
    };
    Some((AwardId::new(&SystemClock), opening))
}
