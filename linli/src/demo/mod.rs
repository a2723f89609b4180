//! `linli demo`: a whole synthetic Songjiang district, made once and then kept.
//!
//! The first run makes areas, people, staff and six weeks of cases through the same doors that an
//! office uses; later runs only serve. Everything in it is made up, and every page says so. Its
//! clock can be pushed forward by whole days, and stays pushed.

mod benefits;
mod cast;
mod clock;
mod counters;
mod lines;
mod network;
mod record;
mod tour;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use linli_community::residents::synthetic::Wish;
use linli_community::{accounts, cases, catalogue, papers};
use linli_kernel::{Clock as _, ShiftedClock, SystemClock};
use linli_portal::kiosk::FolderReader;

use crate::cli::Demo;
use crate::outcome::{Misuse, Outcome};
use crate::settings::{Kiosk, LogFormat, Settings};
use crate::{init, logs, node, say, serve};
use clock::TurnedBack;
use record::Record;

/// `linli demo`
pub(crate) async fn run(demo: &Demo) -> anyhow::Result<Outcome> {
    if demo.network {
        return Box::pin(network::run(demo)).await;
    }
    let dir = &demo.dir;
    let mut settings = settings(demo);
    // Taken first: a port that is taken is told before anything is made.
    let listener = serve::listen(&settings)
        .await
        .context("choose another address with --listen")?;
    if let Some(address) = listener.address() {
        settings.listen = address.to_string();
        settings.address = format!("http://{address}");
    }
    logs::start(&settings.log)?;
    let record = match Record::read(dir)? {
        Some(record) if record.finished => kept(demo, record),
        Some(_unfinished) => {
            say::note(format!(
                "{} 上次没有做完,重新生成 · was left unfinished; made anew",
                dir.display()
            ));
            record::remove(dir)?;
            make(demo, &settings).await?
        }
        None => make(demo, &settings).await?,
    };
    if demo.only_make {
        return Ok(Outcome::Done);
    }
    let clock = Arc::new(ShiftedClock::new(SystemClock, record.days));
    let linli = node::open(dir, &settings, Arc::clone(&clock) as _).await?;
    tour::print(&settings.address, &record);
    let portal = settings.portal(true);
    let mut cards = record.cards()?;
    if linli.is_joined() {
        // A node below knows those of its own area only.
        let mut known = Vec::new();
        for card in cards {
            let there = accounts::by_id(linli.journal().reader(), card.account).await?;
            known.extend(there.map(|_| card));
        }
        cards = known;
    }
    let keeper = tokio::spawn(record::keep_days(dir.clone(), record, Arc::clone(&clock)));
    let folder = readers(dir);
    std::fs::create_dir_all(&folder)?;
    let demo = Some(linli_portal::demo::Demo {
        clock,
        cards,
        reader: FolderReader::new(folder),
    });
    let serving = serve::Serving {
        linli,
        listener,
        portal,
        demo,
    };
    serve::serve(dir, &settings, serving).await?;
    keeper.abort();
    Ok(Outcome::Done)
}

fn settings(demo: &Demo) -> Settings {
    let mut settings = Settings {
        listen: demo.listen.to_string(),
        address: format!("http://{}", demo.listen),
        ..Settings::default()
    };
    settings.log.format = LogFormat::Text;
    "warn".clone_into(&mut settings.log.filter);
    // One that was joined to another by `--network` says to whom.
    settings.parent = Settings::of(&demo.dir).ok().and_then(|kept| kept.parent);
    settings.card_readers = Some(readers(&demo.dir));
    settings.kiosks = vec![Kiosk {
        id: "demo".to_owned(),
        name_zh: "演示大厅 1 号自助机".to_owned(),
        name_en: "Kiosk 1 of the demo's hall".to_owned(),
        key: format!("{:032x}", rand::random::<u128>()),
    }];
    let fonts = Path::new("/usr/share/fonts");
    settings.fonts = fonts.is_dir().then(|| fonts.to_owned());
    settings
}

/// Where the simulator that stands in for card readers lays cards down.
fn readers(dir: &Path) -> PathBuf {
    dir.join("card-readers")
}

/// A demo that is already there is served as it was made.
fn kept(demo: &Demo, record: Record) -> Record {
    if (record.residents, record.seed) != (demo.residents, demo.seed) {
        say::note(format!(
            "{0} 里的演示区有 {1} 位居民、种子 {2},照原样使用;要另做一个请换 --dir\n\
             The demo in {0} has {1} residents and seed {2} and is used as it is; for another choose another --dir",
            demo.dir.display(),
            record.residents,
            record.seed,
        ));
    }
    record
}

/// Makes the district; an interrupted attempt is seen by its unfinished record.
async fn make(demo: &Demo, settings: &Settings) -> anyhow::Result<Record> {
    let dir = &demo.dir;
    if dir.exists() && std::fs::read_dir(dir)?.next().is_some() {
        let told = format!(
            "{} is not empty and holds no demo; choose another folder with --dir",
            dir.display()
        );
        return Err(Misuse(told).into());
    }
    init::folder(dir, settings)?;
    let mut record = Record::new(demo.residents, demo.seed);
    record.write(dir)?;
    let clock = Arc::new(ShiftedClock::new(TurnedBack::by(cases::demo::DAYS_BACK), 0));
    let linli = node::open(dir, settings, Arc::clone(&clock) as _).await?;
    node::establish(&linli).await?;
    // Published first: every case names a version that the journal can show.
    catalogue::publish(&linli).await.map_err(node::told)?;
    papers::publish(&linli).await.map_err(node::told)?;
    let wish = Wish {
        seed: demo.seed,
        residents: demo.residents,
        today: SystemClock.today(),
    };
    let mut shown = say::Progress::of("生成居民 · residents");
    let made = linli
        .populate(wish, |done| {
            shown.at(u64::from(done), u64::from(demo.residents));
        })
        .await
        .map_err(node::told)?;
    shown.end(&format!("居民 · residents: {made}"));
    let desk = node::desk(dir, settings).await?;
    record.roles = cast::open(&linli, &desk, wish).await?;
    let cast = cast::cast(&linli, &record.roles, wish).await?;
    let paying = benefits::Paying::begin(&linli, &cast, (wish, &record.roles))
        .await
        .context("paying benefits")?;
    let cases = cases::demo::seed(&linli, &cast, &|| clock.push(1))
        .await
        .map_err(node::told)
        .context("making cases")?;
    say::note(format!("办件 · cases: {}", cases.len()));
    paying.until_now().await.context("paying benefits")?;
    counters::open(&linli).await.context("opening counters")?;
    linli.journal().close().await;
    record.finished = true;
    record.write(dir)?;
    Ok(record)
}
