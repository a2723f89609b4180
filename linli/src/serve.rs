//! `linli serve`: the pages, the API and the clocks of a node, until it is asked to stop.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use linli_community::Linli;
use linli_community::messages::Frame;
use linli_interop::letter;
use linli_journal::Mode;
use linli_kernel::{Clock, SystemClock};
use linli_portal::Portal;
use linli_portal::kiosk::FolderReader;
use linli_portal::server::{self, Listener};
use linli_portal::session::{Desk, FileSender};
use linli_portal::settings::Patience;

use crate::cli::Folder;
use crate::outcome::{Misuse, Outcome};
use crate::settings::Settings;
use crate::{backups, discovery, logs, messenger, node, nodes, searching};

/// How often clocks that ran out are looked at, and the desk is swept.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// How often files that nothing names are swept.
const SWEEP_FILES_EVERY: Duration = Duration::from_secs(3_600);

/// `linli serve`
pub(crate) async fn run(folder: &Folder) -> anyhow::Result<Outcome> {
    let settings = Settings::of(&folder.dir)?;
    logs::start(&settings.log)?;
    let listener = listen(&settings).await?;
    let linli = node::open(&folder.dir, &settings, Arc::new(SystemClock)).await?;
    let mode = linli.journal().mode();
    tracing::info!(listen = settings.listen, ?mode, "serving");
    if mode == Mode::Restored {
        tracing::warn!(
            "restored: reading only, until its neighbours were heard or `linli journal confirm-alone`"
        );
    }
    let portal = settings.portal(false);
    serve(
        &folder.dir,
        &settings,
        Serving {
            linli,
            listener,
            portal,
            demo: None,
        },
    )
    .await?;
    Ok(Outcome::Done)
}

/// What is served, and where.
pub(crate) struct Serving {
    /// The node.
    pub(crate) linli: Linli,
    /// The place where connections arrive; taken before the node is opened, so that a port that is
    /// taken is told at once.
    pub(crate) listener: Listener,
    /// The settings of the pages.
    pub(crate) portal: linli_portal::Settings,
    /// A demo's clock and who can sign in to it with one click.
    pub(crate) demo: Option<linli_portal::demo::Demo>,
}

/// Takes the place to listen on.
pub(crate) async fn listen(settings: &Settings) -> anyhow::Result<Listener> {
    let listen = settings
        .listen_on()
        .ok_or_else(|| Misuse(format!("listen = {:?} is no address", settings.listen)))?;
    Ok(Listener::bind(&listen).await?)
}

/// Serves until a signal, then lets running requests end and closes the stores.
pub(crate) async fn serve(dir: &Path, settings: &Settings, serving: Serving) -> anyhow::Result<()> {
    if let Some(fonts) = &settings.fonts {
        letter::use_fonts_of(fonts);
    }
    let Serving {
        linli,
        listener,
        portal,
        demo,
    } = serving;
    published(&linli).await;
    let desk = node::desk(dir, settings).await?;
    let frame = Frame {
        place: portal.place_zh.clone(),
        phone: portal.phone.clone(),
        lang: "zh-CN",
    };
    let codes = Arc::new(FileSender::new(dir.join("codes.txt")));
    let portal = Portal::new(linli.clone(), desk.clone(), portal, codes)?;
    let demo_clock = demo
        .as_ref()
        .map(|demo| Arc::clone(&demo.clock) as Arc<dyn Clock>);
    let portal = equipped(portal, settings, demo);
    let carrier = messenger::FileCarrier::new(dir);
    let keeper = backups::run(dir.to_owned(), settings.clone(), linli.clone());
    let mut beside = vec![
        tokio::spawn(clocks(linli.clone(), desk.clone())),
        tokio::spawn(messenger::run(linli.clone(), carrier, frame)),
        tokio::spawn(upkeep(linli.clone(), desk)),
        tokio::spawn(searching::run(linli.clone())),
        tokio::spawn(keeper),
    ];
    if !linli.is_joined() {
        // Whose record the node above has as well, that one discovers for.
        beside.push(tokio::spawn(discovery::run(linli.clone())));
    }
    let clock = demo_clock.unwrap_or_else(|| Arc::new(SystemClock));
    let mut app = linli_portal::app(portal);
    if let Some(running) = nodes::open(&linli, settings, clock).await? {
        // Beside the pages, not merged into them: what is no page is still answered by one.
        app = linli_network::line::routes(Arc::clone(&running.line)).fallback_service(app);
        beside.push(tokio::spawn(running.run(linli.clone())));
    }
    let stop = async {
        if let Err(error) = server::stop_signal().await {
            tracing::error!(%error, "cannot wait for a signal");
        }
    };
    server::serve(listener, app, patience(settings), stop).await;
    for task in beside {
        task.abort();
    }
    linli.journal().close().await;
    tracing::info!("stopped");
    Ok(())
}

/// What the journal has to hold before pages are served.
async fn published(linli: &Linli) {
    if !linli.is_joined() {
        publish(linli).await;
    }
    publish_papers(linli).await;
    keep_key(linli).await;
}

/// The portal with its card readers, and in a demo with what only a demo has.
fn equipped(
    mut portal: Portal,
    settings: &Settings,
    demo: Option<linli_portal::demo::Demo>,
) -> Portal {
    if let Some(folder) = &settings.card_readers {
        portal = portal.with_cards(Arc::new(FolderReader::new(folder)));
    }
    match demo {
        Some(demo) => portal.with_demo(demo),
        None => portal,
    }
}

/// How long visitors may take, and how many there may be.
fn patience(settings: &Settings) -> Patience {
    Patience {
        connections: settings.limits.connections,
        // Behind a proxy every connection comes from its one address.
        per_address: if settings.behind_proxy {
            settings.limits.connections
        } else {
            Patience::default().per_address
        },
        ..Patience::default()
    }
}

/// Publishes in the journal what is new in the catalogue. A store that cannot be written to now
/// does not keep the node from serving: the next start publishes it.
async fn publish(linli: &Linli) {
    if linli.journal().mode() != Mode::Active {
        return;
    }
    match linli_community::catalogue::publish(linli).await {
        Ok(0) => {}
        Ok(files) => tracing::info!(files, "published in the catalogue"),
        Err(error) => tracing::error!(%error, "the catalogue was not published"),
    }
}

/// The same for the templates of papers: each node publishes its own.
async fn publish_papers(linli: &Linli) {
    if linli.journal().mode() != Mode::Active {
        return;
    }
    match linli_community::papers::publish(linli).await {
        Ok(0) => {}
        Ok(files) => tracing::info!(files, "templates of papers published"),
        Err(error) => tracing::error!(%error, "the templates of papers were not published"),
    }
}

/// Lets statutory clocks run out and sweeps the desk, for as long as the node runs.
async fn clocks(linli: Linli, desk: Desk) {
    let mut ticks = tokio::time::interval(SWEEP_EVERY);
    loop {
        ticks.tick().await;
        if let Err(error) = tick(&linli, &desk).await {
            tracing::error!(error = format!("{error:#}"), "clocks were not looked at");
        }
    }
}

/// Makes sure that certificates can be signed; what keeps it from that does not keep the node from
/// serving.
async fn keep_key(linli: &Linli) {
    if linli.journal().mode() == Mode::Active
        && let Err(error) = linli_community::certificates::ready(linli).await
    {
        tracing::error!(%error, "certificates cannot be signed");
    }
}

/// Sweeps files that nothing names and renews the key of certificates, for as long as the node runs.
async fn upkeep(linli: Linli, desk: Desk) {
    let mut ticks = tokio::time::interval(SWEEP_FILES_EVERY);
    loop {
        ticks.tick().await;
        if linli.journal().mode() != Mode::Active {
            continue;
        }
        keep_key(&linli).await;
        match linli_portal::attachments::sweep(&linli, &desk).await {
            Ok(0) => {}
            Ok(files) => tracing::info!(files, "swept files that nothing names"),
            Err(error) => tracing::error!(%error, "files were not swept"),
        }
    }
}

async fn tick(linli: &Linli, desk: &Desk) -> anyhow::Result<()> {
    desk.sweep().await?;
    linli.forget_accounts();
    if linli.journal().mode() == Mode::Active {
        linli_community::cases::sweep(linli).await?;
        linli.sweep_bookings().await?;
    }
    Ok(())
}
