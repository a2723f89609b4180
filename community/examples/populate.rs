//! Makes a synthetic population in a new folder and says how long it took:
//! `cargo run --release -p linli-community --example populate -- FOLDER [RESIDENTS] [SEED]`.

use std::env;
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use linli_community::residents::synthetic::{CENSUS_2020, Wish};
use linli_community::{Call, Linli, NodeConfig, places};
use linli_journal::Config;
use linli_kernel::{Actor, Clock as _, CommandId, SystemClock};

/// Sealing and writing pass memory between threads, which this allocator does best.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example prints what it did")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = arguments
        .next()
        .ok_or("name a folder that is not there yet")?;
    let residents = arguments
        .next()
        .map_or(Ok(CENSUS_2020), |text| text.parse())?;
    let seed = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let config = NodeConfig {
        journal: Config::sqlite(&folder),
        catalogue: None,
    };
    std::fs::create_dir_all(&folder)?;
    let linli = Linli::open(config, Arc::new(SystemClock)).await?;
    let actor = Actor::system();
    let call = Call {
        command: CommandId::new(&SystemClock),
        actor: &actor,
        expected: None,
    };
    linli.import_divisions(call, places::SONGJIANG).await?;
    let wish = Wish {
        seed,
        residents,
        today: SystemClock.today(),
    };
    let begun = Instant::now();
    let mut told = 0;
    let done = linli.populate(wish, |done| {
        if done / 100_000 > told / 100_000 {
            println!("{done} after {:?}", begun.elapsed());
        }
        told = done;
    });
    let recorded = done.await?;
    println!("{recorded} residents in {:?}", begun.elapsed());
    linli.journal().close().await;
    Ok(())
}
