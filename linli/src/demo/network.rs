//! `linli demo --network`: a district, a street and a committee as three nodes, each a process of its
//! own, and one page that cuts and heals the lines between them.
//!
//! The lines are real: each node below speaks to the one above through a port of this process, which
//! lets nothing through while the line is cut.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use linli_kernel::{AreaPath, Fault};
use linli_network::line::Client;
use linli_portal::server;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use super::lines::{Lines, TOUR, Wire, pages};
use super::record::Record;
use crate::cli::Demo;
use crate::outcome::Outcome;
use crate::say;

/// A node of the demo: its folder, its name, and its place after the first port.
struct Tier {
    folder: &'static str,
    name: &'static str,
    place: u16,
}

const TIERS: [Tier; 3] = [
    Tier {
        folder: "district",
        name: "区 · district",
        place: 1,
    },
    Tier {
        folder: "street",
        name: "街道 · street",
        place: 2,
    },
    Tier {
        folder: "committee",
        name: "居委会 · committee",
        place: 3,
    },
];

/// How long a node may take to answer for the first time.
const PATIENCE: u32 = 600;

/// Makes the nodes where they are not there yet, and serves all three until it is stopped.
pub(super) async fn run(demo: &Demo) -> anyhow::Result<Outcome> {
    let base = demo.listen.port();
    let address = |place: u16| format!("127.0.0.1:{}", base + place);
    let mut wires = Vec::new();
    for (above, below) in TIERS.iter().zip(TIERS.iter().skip(1)) {
        let wire = Wire {
            name: format!("{} — {}", above.name, below.name),
            whole: Arc::new(AtomicBool::new(true)),
        };
        let listener = TcpListener::bind(address(3 + above.place)).await;
        let listener = listener.context("choose other ports with --listen")?;
        drop(tokio::spawn(carry(
            listener,
            address(above.place),
            Arc::clone(&wire.whole),
        )));
        wires.push(wire);
    }
    let control = TcpListener::bind(demo.listen).await;
    let control = control.context("choose another address with --listen")?;
    let mut children = vec![district(demo, &address(1)).await?];
    let record = Record::read(&demo.dir.join(TIERS[0].folder))?;
    let record = record.context("the district was not made")?;
    let areas = areas(&record)?;
    for (tier, area) in TIERS.iter().skip(1).zip(&areas) {
        let above = &TIERS[usize::from(tier.place) - 2];
        let way = format!("http://{}", address(2 + tier.place));
        join(demo, (above, tier), area, &way).await?;
        children.push(serve(demo, tier, &address(tier.place))?);
        answers(&address(tier.place)).await?;
    }
    let page = Lines {
        wires,
        nodes: TIERS
            .iter()
            .map(|tier| {
                (
                    tier.name.to_owned(),
                    format!("http://{}", address(tier.place)),
                )
            })
            .collect(),
    };
    tell(demo, &page);
    let serving = axum::serve(control, pages(page)).with_graceful_shutdown(async {
        if let Err(error) = server::stop_signal().await {
            tracing::error!(%error, "cannot wait for a signal");
        }
    });
    serving.await?;
    for child in &mut children {
        child.kill().await.ok();
    }
    Ok(Outcome::Done)
}

/// Says where the nodes are, and what to do with them.
fn tell(demo: &Demo, page: &Lines) {
    let nodes = page
        .nodes
        .iter()
        .map(|(name, url)| format!("  {name}   {url}/demo\n"));
    let tour = (1..).zip(TOUR);
    let tour = tour.map(|(place, (zh, en))| format!("  {place}  {zh}\n     {en}\n"));
    say::line(format!(
        "\n三级节点已就绪 · Three nodes are ready\n\n  断线与恢复 · cut and heal   http://{}\n{}\n{}\
         Ctrl-C 停止，数据保留 · stops; the data stays",
        demo.listen,
        nodes.collect::<String>(),
        tour.collect::<String>(),
    ));
}

/// The street and the committee of the demo's worker.
fn areas(record: &Record) -> anyhow::Result<[AreaPath; 2]> {
    let worker = record.roles.iter().find(|role| role.key == "worker");
    let worker = worker.context("the demo has no committee worker")?;
    let committee: AreaPath = worker.area.parse()?;
    let street = committee
        .parent()
        .context("the worker's area has no street")?;
    Ok([street, committee])
}

/// The district, made where it is not there yet.
async fn district(demo: &Demo, address: &str) -> anyhow::Result<Child> {
    let child = serve(demo, &TIERS[0], address)?;
    answers(address).await?;
    Ok(child)
}

/// A node as a process of its own.
fn serve(demo: &Demo, tier: &Tier, address: &str) -> anyhow::Result<Child> {
    let child = Command::new(std::env::current_exe()?)
        .arg("demo")
        .arg("--dir")
        .arg(demo.dir.join(tier.folder))
        .args(["--listen", address])
        .args(["--residents", &demo.residents.to_string()])
        .args(["--seed", &demo.seed.to_string()])
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    child.with_context(|| format!("starting {}", tier.name))
}

/// Waits until a node answers.
async fn answers(address: &str) -> anyhow::Result<()> {
    let client = Client::new(&format!("http://{address}")).map_err(Fault::Setting)?;
    for _ in 0..PATIENCE {
        if client.get("/network/key").await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Err(Fault::Busy(format!("{address} does not answer")).into())
}

/// Joins a node to the one above, once.
async fn join(
    demo: &Demo,
    (above, tier): (&Tier, &Tier),
    area: &AreaPath,
    way: &str,
) -> anyhow::Result<()> {
    let (from, to) = (demo.dir.join(above.folder), demo.dir.join(tier.folder));
    if to.join("demo.json").exists() {
        return Ok(());
    }
    let invited = output(&["node", "invite", "--json", "--area", area.code()], &from).await?;
    let invited: serde_json::Value = serde_json::from_slice(&invited)?;
    let code = invited["code"].as_str().context("no code")?.to_owned();
    // Written down, so that commands about the node find it where it serves.
    let listen = format!("127.0.0.1:{}", demo.listen.port() + tier.place);
    drop(output(&["node", "join", way, &code, "--listen", &listen], &to).await?);
    // The roles of the district are those of every tier, as far as a tier knows them.
    let record = Record::read(&demo.dir.join(TIERS[0].folder))?;
    record.context("the district was not made")?.write(&to)
}

/// What a command of this program says.
async fn output(arguments: &[&str], dir: &Path) -> anyhow::Result<Vec<u8>> {
    let done = Command::new(std::env::current_exe()?)
        .args(arguments)
        .arg("--dir")
        .arg(dir)
        .stderr(Stdio::inherit())
        .output()
        .await?;
    if done.status.success() {
        return Ok(done.stdout);
    }
    Err(Fault::Setting(format!("linli {} failed", arguments[..2].join(" "))).into())
}

/// Carries connections to `to`, and none while the line is cut.
async fn carry(listener: TcpListener, to: String, whole: Arc<AtomicBool>) {
    loop {
        let Ok((mut from, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        if !whole.load(Ordering::Relaxed) {
            continue;
        }
        let to = to.clone();
        drop(tokio::spawn(async move {
            if let Ok(mut to) = TcpStream::connect(&to).await {
                // Whichever side ends first ends the connection.
                tokio::io::copy_bidirectional(&mut from, &mut to).await.ok();
            }
        }));
    }
}
