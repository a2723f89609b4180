//! `linli journal`: verify, rebuild, confirm a restored node, show entries.

use linli_journal::Recorded;
use linli_kernel::{Actor, CommandId, StreamId};
use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::{Asked, Journal, Show};
use crate::node;
use crate::outcome::Outcome;
use crate::say;

/// `linli journal …`
pub(crate) async fn run(journal: &Journal) -> anyhow::Result<Outcome> {
    match journal {
        Journal::Verify(asked) => verify(asked).await,
        Journal::Rebuild(asked) => rebuild(asked).await,
        Journal::ConfirmAlone(asked) => confirm(asked).await,
        Journal::Show(show) => self::show(show).await,
    }
}

async fn rebuild(asked: &Asked) -> anyhow::Result<Outcome> {
    let (_, linli) = node::writing(&asked.folder.dir).await?;
    let mut shown = say::Progress::of("登记簿重建 · registers");
    let rebuilt = linli
        .journal()
        .rebuild(|progress| shown.at(progress.done, progress.of))
        .await?;
    shown.end("");
    linli.journal().close().await;
    if asked.json {
        say::json(&json!({ "entries": rebuilt.entries, "parked_streams": rebuilt.parked }))?;
    } else {
        say::line(format!(
            "{} 条记录已重新入册 · entries folded; {} 个流停放 · streams parked",
            rebuilt.entries, rebuilt.parked
        ));
    }
    Ok(Outcome::Done)
}

async fn confirm(asked: &Asked) -> anyhow::Result<Outcome> {
    let (_, linli) = node::writing(&asked.folder.dir).await?;
    let district = node::district(&linli)?;
    let command = CommandId::new(linli.clock());
    linli
        .journal()
        .confirm_stands_alone(command, Actor::system(), district)
        .await?;
    linli.journal().close().await;
    let text = "已确认本节点唯一,可以写入 · The node stands alone and may write.";
    if asked.json {
        say::json(&json!({ "mode": "active" }))?;
    } else {
        say::line(text);
    }
    Ok(Outcome::Done)
}

#[derive(Serialize)]
struct Shown<'a> {
    seq: u64,
    at: String,
    kind: String,
    stream: &'a str,
    version: u64,
    area: &'a str,
    actor: &'a Actor,
    open: &'a Value,
    sealed: usize,
}

async fn show(show: &Show) -> anyhow::Result<Outcome> {
    let linli = node::reading(&show.asked.folder.dir).await?;
    let entries = match &show.stream {
        Some(stream) => linli.journal().stream(&StreamId::from(stream.clone())).await?,
        None => linli.journal().entries(show.from, show.limit).await?,
    };
    let most = usize::try_from(show.limit)?;
    let shown: Vec<Shown<'_>> = entries
        .iter()
        .filter(|entry| entry.seq >= show.from)
        .take(most)
        .map(one)
        .collect();
    if show.asked.json {
        say::json(&shown)?;
        return Ok(Outcome::Done);
    }
    for entry in &shown {
        say::line(format!(
            "{:>8}  {}  {:<28}  {} v{}  {}",
            entry.seq, entry.at, entry.kind, entry.stream, entry.version, entry.open
        ));
    }
    Ok(Outcome::Done)
}

fn one(entry: &Recorded) -> Shown<'_> {
    Shown {
        seq: entry.seq,
        at: entry.at.to_string(),
        kind: entry.kind.to_string(),
        stream: entry.stream.as_str(),
        version: entry.version,
        area: entry.area.as_str(),
        actor: &entry.actor,
        open: &entry.open,
        sealed: entry.sealed.len(),
    }
}
