//! `kill -9` under load: what was answered must be there. Each round loads the server, kills it,
//! starts it again and sends every answered command once more: the same id must get the same
//! answer, which only a command that was kept can give.

use std::time::Duration;

use anyhow::{Result, bail};
use linli_kernel::{CommandId, SystemClock};
use serde_json::{Value, json};

use crate::client::Client;
use crate::figures::Figure;
use crate::server::Server;
use crate::stock::{Stock, filing};

const CONNECTIONS: u64 = 8;

/// Runs `rounds` rounds.
pub(crate) async fn run(stock: &Stock, rounds: u32) -> Result<Vec<Figure>> {
    let (mut answered, mut lost) = (0, 0);
    for round in 0..rounds {
        let mut server = Server::start(&stock.dir).await?;
        let mut tasks = Vec::new();
        for _ in 0..CONNECTIONS {
            let client = connect(&server, stock).await?;
            let stock = stock.clone();
            tasks.push(tokio::spawn(load(client, stock)));
        }
        // Every round is cut at another moment.
        tokio::time::sleep(Duration::from_millis(40 + u64::from(round * 37 % 400))).await;
        server.kill()?;
        let mut kept = Vec::new();
        for task in tasks {
            kept.extend(task.await?);
        }
        let server = Server::start(&stock.dir).await?;
        let mut client = connect(&server, stock).await?;
        for (sent, answer) in &kept {
            answered += 1;
            let again = client.post("/api/v1/cases", &sent.to_string()).await?;
            let again: Value = serde_json::from_slice(&again.body)?;
            lost += u32::from(again["id"] != answer["id"] || again["repeated"] != json!(true));
        }
    }
    if answered == 0 {
        bail!("nothing was answered: the load never ran");
    }
    Ok(vec![Figure {
        name: format!("kill -9, {rounds} rounds, {answered} answered commands: lost"),
        value: lost.to_string(),
        limit: "0".to_owned(),
        kept: Some(lost == 0),
    }])
}

async fn connect(server: &Server, stock: &Stock) -> Result<Client> {
    let bearer = format!("Authorization: Bearer {}\r\n", stock.resident_token);
    Client::connect(server.address, &bearer).await
}

/// Files until the server is gone; returns what was answered.
async fn load(mut client: Client, stock: Stock) -> Vec<(Value, Value)> {
    let mut kept = Vec::new();
    let mut body = filing(&stock.area, &stock.resident);
    loop {
        body["command_id"] = json!(CommandId::new(&SystemClock));
        let Ok(answer) = client.post("/api/v1/cases", &body.to_string()).await else {
            return kept;
        };
        match serde_json::from_slice(&answer.body) {
            Ok(read) if answer.status < 300 => kept.push((body.clone(), read)),
            _ => return kept,
        }
    }
}
