//! Three nodes in trouble: a district, a street and a committee as processes, lines that are cut and
//! healed, and `kill -9` of whichever, while cases are filed at the committee. What was answered must
//! be at the district, once and the same.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use linli_community::registers::All;
use linli_journal::{Config, Journal};
use linli_kernel::{CaseId, CommandId, StreamId, SystemClock};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use crate::client::Client;
use crate::figures::Figure;
use crate::server::{Server, linli};
use crate::stock::{Stock, filing};

const CLIENTS: usize = 4;

/// How long a piece of trouble lasts.
const SPELL: Duration = Duration::from_secs(3);

/// How long the nodes may take to become level at the end.
const SETTLE: Duration = Duration::from_secs(600);

/// A line: a port of its own, and where it leads while it is whole.
struct Wire {
    port: SocketAddr,
    whole: Arc<AtomicBool>,
    to: Arc<Mutex<SocketAddr>>,
}

impl Wire {
    async fn new(to: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let wire = Self {
            port: listener.local_addr()?,
            whole: Arc::new(AtomicBool::new(true)),
            to: Arc::new(Mutex::new(to)),
        };
        let (whole, to) = (Arc::clone(&wire.whole), Arc::clone(&wire.to));
        tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                let way = to.lock().map(|to| *to);
                let (true, Ok(way)) = (whole.load(Ordering::Relaxed), way) else {
                    continue;
                };
                let whole = Arc::clone(&whole);
                tokio::spawn(async move {
                    let Ok(mut to) = TcpStream::connect(way).await else {
                        return;
                    };
                    let carried = tokio::io::copy_bidirectional(&mut from, &mut to);
                    // A cut ends what is under way as well.
                    tokio::select! {
                        _ = carried => {}
                        () = until_cut(&whole) => {}
                    }
                });
            }
        });
        Ok(wire)
    }

    fn lead_to(&self, address: SocketAddr) {
        if let Ok(mut to) = self.to.lock() {
            *to = address;
        }
    }
}

async fn until_cut(whole: &AtomicBool) {
    while whole.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The three nodes, from the top down; each but the first speaks through a line.
struct Nodes {
    dirs: [PathBuf; 3],
    servers: [Option<Server>; 3],
    wires: Vec<Wire>,
}

impl Nodes {
    async fn start(&mut self, place: usize) -> Result<()> {
        let above = place.checked_sub(1).and_then(|wire| self.wires.get(wire));
        let parent = above.map(|wire| format!("http://{}", wire.port));
        let more: Vec<_> = parent
            .iter()
            .map(|url| ("LINLI_PARENT", url.as_str()))
            .collect();
        let server = Server::start_with(&self.dirs[place], &more).await?;
        match self.wires.get(place) {
            Some(wire) => wire.lead_to(server.address),
            None if place < 2 => self.wires.push(Wire::new(server.address).await?),
            None => {}
        }
        self.servers[place] = Some(server);
        Ok(())
    }

    /// Makes the street and the committee below the district, where that was not done before.
    async fn join(&mut self, stock: &Stock) -> Result<()> {
        let street = stock.area.rsplit_once('/').context("a committee")?.0;
        for (place, area) in [(1, street), (2, stock.area.as_str())] {
            if !self.dirs[place].exists() {
                let code = area.rsplit('/').next().unwrap_or(area);
                let dir = &self.dirs[place - 1];
                let invited = linli(&["node", "invite", "--json", "--area", code], dir)?;
                let invited: Value = serde_json::from_slice(&invited)?;
                let code = invited["code"].as_str().context("no code")?;
                let url = format!("http://{}", self.wires[place - 1].port);
                linli(&["node", "join", &url, code], &self.dirs[place])?;
            }
            self.start(place).await?;
        }
        Ok(())
    }
}

/// Makes trouble for so long, and counts what was lost or came differently.
pub(crate) async fn run(stock: &Stock, span: Duration) -> Result<Vec<Figure>> {
    let beside = |name: &str| stock.dir.with_file_name(format!("unrest-{name}"));
    let mut nodes = Nodes {
        dirs: [stock.dir.clone(), beside("street"), beside("committee")],
        servers: [None, None, None],
        wires: Vec::new(),
    };
    nodes.start(0).await?;
    nodes.join(stock).await?;
    let address = nodes.servers[2].as_ref().map(|server| server.address);
    let door = Wire::new(address.context("no committee")?).await?;
    let ends = Arc::new(AtomicBool::new(false));
    let tasks: Vec<_> = (0..CLIENTS)
        .map(|_| tokio::spawn(file(door.port, stock.clone(), Arc::clone(&ends))))
        .collect();
    let (kills, cuts) = trouble(&mut nodes, &door, span).await?;
    ends.store(true, Ordering::Relaxed);
    let mut answered = Vec::new();
    for task in tasks {
        answered.extend(task.await?);
    }
    ensure!(
        !answered.is_empty(),
        "nothing was answered: the load never ran"
    );
    let settled = settle(&nodes).await?;
    drop(nodes.servers);
    let (lost, differ) = compare(&nodes.dirs, &answered).await?;
    for dir in &nodes.dirs {
        linli(&["journal", "verify"], dir)?;
    }
    let count = |what: &str, number: usize| Figure {
        name: format!("— {what}"),
        value: number.to_string(),
        limit: "0".to_owned(),
        kept: Some(number == 0),
    };
    Ok(vec![
        Figure::beside(
            &format!(
                "three nodes, {} min: kill -9 {kills} times, lines cut {cuts} times",
                span.as_secs() / 60
            ),
            format!(
                "{} cases answered, level after {} s",
                answered.len(),
                settled.as_secs()
            ),
        ),
        count("answered and not at the district", lost),
        count("doubled, or not the same there", differ),
    ])
}

/// Kills nodes and cuts lines, one after the other; everything is whole at the end.
async fn trouble(nodes: &mut Nodes, door: &Wire, span: Duration) -> Result<(u32, u32)> {
    let begun = Instant::now();
    let (mut kills, mut cuts, mut chance) = (0, 0, 7_u64);
    while begun.elapsed() < span {
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let wait = SPELL.mul_f64(0.3 + f64::from(u8::try_from(chance >> 56).unwrap_or(0)) / 200.0);
        let place = usize::try_from((chance >> 33) % 3).unwrap_or(0);
        if (chance >> 40).is_multiple_of(2) {
            kills += 1;
            if let Some(mut server) = nodes.servers[place].take() {
                server.kill()?;
            }
            tokio::time::sleep(wait).await;
            nodes.start(place).await?;
            if place == 2
                && let Some(server) = &nodes.servers[2]
            {
                door.lead_to(server.address);
            }
        } else if let Some(wire) = nodes.wires.get(place) {
            cuts += 1;
            wire.whole.store(false, Ordering::Relaxed);
            tokio::time::sleep(wait).await;
            wire.whole.store(true, Ordering::Relaxed);
        }
        tokio::time::sleep(wait / 2).await;
    }
    Ok((kills, cuts))
}

/// Files at the committee until it ends; what was answered.
async fn file(door: SocketAddr, stock: Stock, ends: Arc<AtomicBool>) -> Vec<CaseId> {
    let bearer = format!("Authorization: Bearer {}\r\n", stock.resident_token);
    let mut kept = Vec::new();
    let mut body = filing(&stock.area, &stock.resident);
    let mut client = None;
    while !ends.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if client.is_none() {
            client = Client::connect(door, &bearer).await.ok();
        }
        let Some(open) = &mut client else { continue };
        body["command_id"] = json!(CommandId::new(&SystemClock));
        let answer = open.post("/api/v1/cases", &body.to_string()).await;
        let Ok(answer) = answer else {
            client = None;
            continue;
        };
        let read = serde_json::from_slice::<Value>(&answer.body).ok();
        let id = read.and_then(|read| read["id"].as_str()?.parse::<CaseId>().ok());
        kept.extend(id.filter(|_| answer.status < 300));
    }
    kept
}

/// Waits until the nodes below have the word of those above for all they wrote.
async fn settle(nodes: &Nodes) -> Result<Duration> {
    let begun = Instant::now();
    loop {
        let mut behind = 0;
        for dir in &nodes.dirs[1..] {
            let told: Value = serde_json::from_slice(&linli(&["node", "list", "--json"], dir)?)?;
            behind +=
                told["own"].as_u64().unwrap_or(0) - told["countersigned"].as_u64().unwrap_or(0);
        }
        if behind == 0 {
            return Ok(begun.elapsed());
        }
        ensure!(begun.elapsed() < SETTLE, "{behind} entries never arrived");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// How many of these cases the district lacks, and how many differ there from the committee's.
async fn compare(dirs: &[PathBuf; 3], cases: &[CaseId]) -> Result<(usize, usize)> {
    let district = reading(&dirs[0]).await?;
    let committee = reading(&dirs[2]).await?;
    let (mut lost, mut differ) = (0, 0);
    for case in cases {
        let stream = StreamId::from(*case);
        let digests = async |journal: &Journal| -> Result<Vec<[u8; 32]>> {
            let entries = journal.stream(&stream).await?;
            Ok(entries.iter().map(|entry| entry.digest).collect())
        };
        let (there, here) = (digests(&district).await?, digests(&committee).await?);
        lost += usize::from(there.is_empty());
        differ += usize::from(!there.is_empty() && there != here);
    }
    Ok((lost, differ))
}

async fn reading(dir: &Path) -> Result<Journal> {
    let config = Config::sqlite(dir).reading();
    Ok(Journal::open(config, Arc::new(SystemClock), Arc::new(All)).await?)
}
