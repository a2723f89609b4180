//! `linli node`: nodes that join, are looked at, and are shut out; and the line of a node that
//! serves.

mod join;
mod parcel;
mod run;

use std::sync::Arc;

use linli_kernel::{AreaPath, Fault, SystemClock};
use linli_network::core::{Ed25519, Hand as _, LogId};
use linli_network::line::{self, Invite, Line, Neighbour, Status};
use serde::Serialize;

use crate::cli::{Asked, Node, NodeInvite, NodeNamed};
use crate::node;
use crate::outcome::{Misuse, Outcome};
use crate::say;

pub(crate) use run::open;

/// `linli node …`
pub(crate) async fn run(command: &Node) -> anyhow::Result<Outcome> {
    match command {
        Node::Invite(wish) => invite(wish).await,
        Node::Join(wish) => Box::pin(join::run(wish)).await,
        Node::List(asked) => list(asked).await,
        Node::Show(wish) => show(wish).await,
        Node::Revoke(wish) => revoke(wish).await,
        Node::Export(wish) => parcel::export(wish).await,
        Node::Import(wish) => parcel::import(wish).await,
    }
}

#[derive(Serialize)]
struct Invited {
    code: String,
    area: AreaPath,
    /// In seconds since 1970.
    until: i64,
    join: String,
}

async fn invite(wish: &NodeInvite) -> anyhow::Result<Outcome> {
    let (settings, linli) = node::writing(&wish.asked.folder.dir).await?;
    let areas = linli.areas();
    let code = wish.area.rsplit('/').next().unwrap_or_default();
    let area = areas
        .living()
        .find(|area| area.path().code() == code)
        .ok_or_else(|| Misuse(format!("--area {}: no such area here", wish.area)))?
        .path()
        .clone();
    let replaces = match &wish.replaces {
        Some(text) => Some(log_of(text)?),
        None => None,
    };
    let invite = Invite {
        area: area.clone(),
        hours: wish.hours,
        replaces,
    };
    let made = line::invite(linli.journal(), &SystemClock, &invite).await?;
    linli.journal().close().await;
    let invited = Invited {
        join: format!(
            "linli node join {} {} --dir DIR",
            settings.address, made.code
        ),
        code: made.code,
        until: made.until,
        area,
    };
    if wish.asked.json {
        say::json(&invited)?;
        return Ok(Outcome::Done);
    }
    let until = jiff::Timestamp::from_second(invited.until)?;
    let until = until.to_zoned(jiff::tz::TimeZone::system());
    say::line(format!(
        "一次性邀请码 · one-time code   {}\n区域 · area   {}\n有效至 · good until   {}\n\n{}\n\
         在新节点的机器上 · On the new node's machine:\n  {}\n\
         码只用一次;拿到它的人只能登记一个节点 · It is good once; its bearer can enrol one node and nothing more.",
        invited.code,
        invited.area,
        until.strftime("%Y-%m-%d %H:%M"),
        qr(&invited.join)?,
        invited.join,
    ));
    Ok(Outcome::Done)
}

/// A QR code for a terminal.
fn qr(text: &str) -> anyhow::Result<String> {
    let code = fast_qr::QRBuilder::new(text).build();
    let code = code.map_err(|why| Fault::Setting(format!("no QR code: {why}")))?;
    Ok(code.to_str())
}

/// A log by its id or its fingerprint.
fn log_of(text: &str) -> Result<LogId, Misuse> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bad = |_| {
        Misuse(format!(
            "{text}: a node is named by its 32 digits, as `linli node list` shows them"
        ))
    };
    plain.parse().map_err(bad)
}

/// How the node in the folder stands; told to the operator where it has no neighbours.
async fn status(asked: &Asked) -> anyhow::Result<Option<Status>> {
    let linli = node::reading(&asked.folder.dir).await?;
    let log = LogId::of(&Ed25519::new(&linli.journal().node_seed()).public());
    let status = line::status_of(linli.journal(), log).await?;
    if status.is_none() && !asked.json {
        say::line("没有相连的节点 · no neighbours: `linli node invite` or `linli node join`");
    }
    Ok(status)
}

async fn list(asked: &Asked) -> anyhow::Result<Outcome> {
    let status = status(asked).await?;
    if asked.json {
        say::json(&status)?;
        return Ok(Outcome::Done);
    }
    let Some(status) = status else {
        return Ok(Outcome::Done);
    };
    say::line(format!(
        "本节点 · this node   {}   {}",
        status.fingerprint, status.mode
    ));
    if let (Some(parent), Some(reached)) = (&status.parent, status.countersigned) {
        say::line(format!(
            "上级 · above   {}   {}\n  已达上级 · countersigned   {reached} / {}",
            parent.fingerprint,
            heard(parent),
            status.own
        ));
    }
    for node in &status.nodes {
        say::line(format!(
            "{}   {}   {}   {} / {}   {}",
            node.area,
            node.fingerprint,
            node.stopped.unwrap_or("joined"),
            node.lag.here,
            node.lag.there,
            heard(node)
        ));
    }
    for trouble in status.trouble.iter().take(20) {
        say::line(format!(
            "隔离 · quarantined   {}   {}   {}   {}",
            when(trouble.at),
            trouble.from,
            trouble.reason,
            trouble.about
        ));
    }
    Ok(Outcome::Done)
}

async fn show(wish: &NodeNamed) -> anyhow::Result<Outcome> {
    let log = log_of(&wish.node)?.to_string();
    let status = status(&wish.asked).await?;
    let found = status.and_then(|status| {
        let parent = status.parent.into_iter();
        parent.chain(status.nodes).find(|node| node.log == log)
    });
    let Some(found) = found else {
        say::note(format!("{}: 没有这个节点 · no such node here", wish.node));
        return Ok(Outcome::Failed);
    };
    say::json(&found)?;
    Ok(Outcome::Done)
}

async fn revoke(wish: &NodeNamed) -> anyhow::Result<Outcome> {
    let log = log_of(&wish.node)?;
    let (_, linli) = node::writing(&wish.asked.folder.dir).await?;
    let nothing = Arc::new(|_: &[linli_kernel::StreamId]| {});
    let area = node::district(&linli)?;
    let journal = linli.journal().clone();
    let line = Line::open(journal, Arc::new(SystemClock), area, nothing).await?;
    let done = line::revoke(&line, log).await?;
    linli.journal().close().await;
    if !done {
        say::note(format!("{}: 没有这个节点 · no such node here", wish.node));
        return Ok(Outcome::Failed);
    }
    say::line(format!(
        "已注销 · revoked   {}\n它不能再上报;已经到这里的记录都在 · It is listened to no longer; what it had sent stays.",
        line::fingerprint(log)
    ));
    Ok(Outcome::Done)
}

fn heard(node: &Neighbour) -> String {
    let heard = node.heard.map_or_else(|| "—".to_owned(), when);
    match &node.failure {
        Some(failure) => format!("{heard}  ({failure})"),
        None => heard,
    }
}

fn when(second: i64) -> String {
    jiff::Timestamp::from_second(second).map_or_else(
        |_| "—".to_owned(),
        |at| {
            let at = at.to_zoned(jiff::tz::TimeZone::system());
            at.strftime("%Y-%m-%d %H:%M:%S").to_string()
        },
    )
}

/// A sentence of the line as a fault of this program.
fn told(why: String) -> anyhow::Error {
    Fault::Setting(why).into()
}
