//! `linli journal`: verify, rebuild, confirm a restored node, show entries.

use std::sync::Arc;

use linli_community::registers::All;
use linli_journal::{Depth, Findings, Journal, Recorded, verify_store};
use linli_kernel::{Actor, CommandId, Fault, StreamId, SystemClock};
use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::{Asked, Journal as Asking, Show};
use crate::node;
use crate::outcome::Outcome;
use crate::say;
use crate::settings::Settings;

/// `linli journal …`
pub(crate) async fn run(journal: &Asking) -> anyhow::Result<Outcome> {
    match journal {
        Asking::Verify(asked) => verify(asked).await,
        Asking::Rebuild(asked) => rebuild(asked).await,
        Asking::ConfirmAlone(asked) => confirm(asked).await,
        Asking::Show(show) => self::show(show).await,
    }
}

/// Opens the journal alone, for reading: a damaged node is just what is looked at here.
async fn verify(asked: &Asked) -> anyhow::Result<Outcome> {
    let dir = &asked.folder.dir;
    let config = Settings::of(dir)?.journal(dir)?;
    let clock = Arc::new(SystemClock);
    let mut shown = say::Progress::of("核对 · verifying");
    let findings = verify_store(config, clock, Arc::new(All), Depth::default(), |progress| {
        shown.at(progress.done, progress.of);
    })
    .await?;
    shown.end("");
    if asked.json {
        say::json(&findings)?;
    } else {
        say::line(told(&findings));
    }
    Ok(if findings.is_sound() {
        Outcome::Done
    } else {
        Outcome::Failed
    })
}

fn told(findings: &Findings) -> String {
    let mut lines: Vec<String> = findings
        .damages
        .iter()
        .map(|damage| format!("✗ {damage}"))
        .collect();
    if findings.more > 0 {
        lines.push(format!("… {}", findings.more));
    }
    let parked = findings.parked.iter();
    lines.extend(parked.map(|stream| format!("! 停放 · parked: {stream}")));
    if findings.awaited > 0 {
        let awaited = findings.awaited;
        lines.push(format!(
            "! {awaited} 个附件尚未从别的节点送到 · files have not come from another node yet"
        ));
    }
    if !findings.registers {
        lines.push("! 登记簿未比对 · registers were not compared".to_owned());
    }
    let sound = if findings.is_sound() {
        "✓ 完好 · sound"
    } else {
        "✗ 有损坏 · damaged"
    };
    let Findings {
        entries,
        commands,
        keys,
        erased,
        files,
        ..
    } = findings;
    lines.push(format!(
        "{sound}: {entries} 条记录 · entries, {commands} 个命令 · commands, \
         {keys} 把密钥 · keys, {files} 个附件 · files, {erased} 处已抹去 · erased"
    ));
    lines.join("\n")
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
    if linli.journal().has_neighbours().await? {
        let told = "this node has neighbours, and is not alone: serve it. It writes again when all \
                    of them have returned what they have of its log; `linli node list` shows whom \
                    it waits for. One that cannot be reached is revoked, or this node is replaced \
                    with `linli node invite --replaces`";
        return Err(Fault::Setting(told.to_owned()).into());
    }
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
    let dir = &show.asked.folder.dir;
    let config = Settings::of(dir)?.journal(dir)?.reading();
    let journal = Journal::open(config, Arc::new(SystemClock), Arc::new(All)).await?;
    let entries = match &show.stream {
        Some(stream) => journal.stream(&StreamId::from(stream.clone())).await?,
        None => journal.entries(show.from, show.limit).await?,
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
