//! A case's life over HTTP: file, accept, decide, rate, each a durable command, on 32 connections;
//! then reading beside it: a filtered list, and a resident's page.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use linli_kernel::{CommandId, SystemClock};
use serde_json::{Value, json};

use crate::client::Client;
use crate::figures::{Figure, Latencies, per_second};
use crate::server::Server;
use crate::stock::{Stock, filing, rated, worked};

const CONNECTIONS: usize = 32;
/// What the issue promises.
const LIVES_A_SECOND: u64 = 500;
const COMMAND: Duration = Duration::from_millis(60);
const LIST: Duration = Duration::from_millis(40);
const PAGE: Duration = Duration::from_millis(50);
const READS: usize = 500;

/// Two people at one connection each: who files and rates, and who works the case.
struct Pair {
    filer: Client,
    worker: Client,
}

impl Pair {
    async fn connect(address: SocketAddr, stock: &Stock) -> Result<Self> {
        Ok(Self {
            filer: Client::connect(address, &bearer(&stock.resident_token)).await?,
            worker: Client::connect(address, &bearer(&stock.worker_token)).await?,
        })
    }
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

/// Runs whole lives for `span`; returns how many, and the latencies of their commands.
pub(crate) async fn lives(server: &Server, stock: &Stock, span: Duration) -> Result<Vec<Figure>> {
    let begun = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..CONNECTIONS {
        let pair = Pair::connect(server.address, stock).await?;
        let stock = stock.clone();
        tasks.push(tokio::spawn(async move {
            live(pair, &stock, begun, span).await
        }));
    }
    let mut latencies = Latencies::default();
    for task in tasks {
        latencies.merge(task.await??);
    }
    let took = begun.elapsed();
    let lives = latencies.count() / 4;
    let stocked = format!("with {} cases stored", stock.cases);
    Ok(vec![
        Figure::rate(
            &format!("case lives over HTTP {stocked}"),
            lives,
            took,
            LIVES_A_SECOND,
        ),
        Figure::at_most("— p99 of a command", latencies.at(990), COMMAND),
        Figure::beside(
            "— commands",
            format!("{}/s", per_second(latencies.count(), took)),
        ),
    ])
}

async fn live(mut pair: Pair, stock: &Stock, begun: Instant, span: Duration) -> Result<Latencies> {
    let mut latencies = Latencies::default();
    let new = filing(&stock.area, &stock.resident);
    while begun.elapsed() < span {
        let filed = timed(&mut pair.filer, "/api/v1/cases", &new, &mut latencies).await?;
        let id = filed["id"].as_str().context("a filed case has an id")?;
        let path = format!("/api/v1/cases/{id}/commands");
        for command in worked() {
            timed(&mut pair.worker, &path, &command, &mut latencies).await?;
        }
        timed(&mut pair.filer, &path, &rated(), &mut latencies).await?;
    }
    Ok(latencies)
}

/// Sends a command under a new id and adds its latency.
async fn timed(
    client: &mut Client,
    path: &str,
    body: &Value,
    latencies: &mut Latencies,
) -> Result<Value> {
    let mut body = body.clone();
    body["command_id"] = json!(CommandId::new(&SystemClock));
    let sent = Instant::now();
    let answer = client.post(path, &body.to_string()).await?;
    latencies.add(sent.elapsed());
    if answer.status >= 300 {
        bail!(
            "{path}: {} {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
    }
    Ok(serde_json::from_slice(&answer.body)?)
}

/// Reads lists and pages, one after another.
pub(crate) async fn reads(server: &Server, stock: &Stock) -> Result<Vec<Figure>> {
    let mut lists = Latencies::default();
    let mut officer = Client::connect(server.address, &bearer(&stock.district_token)).await?;
    let paths = [
        "/api/v1/cases?limit=50",
        "/api/v1/cases?limit=50&service=certificate&open=true",
        "/api/v1/cases?limit=50&phase=accepted",
        "/api/v1/cases?limit=50&service=dibao&overdue=true",
    ];
    for path in paths.iter().cycle().take(READS) {
        read(&mut officer, path, &mut lists).await?;
    }
    let mut pages = Latencies::default();
    let mut anyone = Client::connect(server.address, "Accept-Encoding: gzip\r\n").await?;
    let mut weight = 0;
    for path in ["/", "/services", "/services/dibao"]
        .iter()
        .cycle()
        .take(READS)
    {
        weight = weight.max(read(&mut anyone, path, &mut pages).await?);
    }
    Ok(vec![
        Figure::at_most(
            "filtered list of 50, district's scope: p99",
            lists.at(990),
            LIST,
        ),
        Figure::at_most("resident page, whole: p95", pages.at(950), PAGE),
        Figure::bytes(
            "— the largest, compressed, without style sheet",
            weight,
            60 << 10,
        ),
    ])
}

async fn read(client: &mut Client, path: &str, latencies: &mut Latencies) -> Result<u64> {
    let sent = Instant::now();
    let answer = client.get(path).await?;
    latencies.add(sent.elapsed());
    if answer.status != 200 {
        bail!("{path}: {}", answer.status);
    }
    Ok(u64::try_from(answer.body.len())?)
}
