//! How records are written down, and the core's memory made from them when the node starts.
//!
//! Records are kept in the order in which they became durable, each with how far the own log had
//! come. Entries stand beside them; a record names them.

use std::collections::BTreeSet;
use std::sync::Arc;

use linli_journal::{EntryName, Journal, Remembered};
use linli_kernel::Fault;
use serde::{Deserialize, Serialize};

use crate::core::wire;
use crate::core::{
    Entry, Frame, Head, Held, Lease, LogId, Message, Mode, Parent, Plants, Quarantined, Record,
    Saved, StopReason, Wrapped,
};

/// How many entries or records are read at once.
pub(super) const PAGE: u64 = 1_000;

/// The kind of the record that a node was restored.
pub(super) const RESTORED: &str = "restored";

type About = Option<(String, u64, u64)>;

/// The name under which the ends of stopped logs are kept beside them.
pub(super) fn branch_of(log: LogId) -> String {
    format!("{log}/branch")
}

/// Something that does not verify, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Quarantine {
    pub(super) from: String,
    pub(super) reason: String,
    pub(super) about: String,
    /// When, in seconds since 1970.
    pub(super) at: i64,
}

#[derive(Serialize, Deserialize)]
struct KeptKey {
    subject: String,
    area: String,
    place: Option<(String, u64)>,
}

/// The reasons for which something is quarantined.
const REASONS: [&str; 8] = [
    "length",
    "signature",
    "order",
    "root",
    "unknown",
    "revoked",
    "no-fork",
    "gap",
];

/// A record as it is kept: its kind, the stretch it is about, and the rest.
pub(super) fn written(record: &Record, now: i64) -> (&'static str, About, Vec<u8>) {
    match record {
        Record::Fed { head, .. } => ("fed", about(head), head_bytes(head)),
        Record::Branch { head, .. } => ("branch", about(head), head_bytes(head)),
        Record::Sparse { log, to, entries } => {
            let mut body = Vec::with_capacity(entries.len() * 56);
            for entry in entries {
                body.extend_from_slice(&entry.log.0);
                body.extend_from_slice(&entry.seq.to_be_bytes());
                body.extend_from_slice(&entry.digest);
            }
            ("sparse", Some((log.to_string(), 0, *to)), body)
        }
        Record::Witnessed(witness) => {
            let (log, have) = (witness.log, witness.size);
            let witness = Some(witness.clone());
            (
                "witnessed",
                None,
                frame(Message::Ack { log, have, witness }),
            )
        }
        Record::Mode(Mode::Active) => ("active", None, Vec::new()),
        Record::Mode(Mode::Recovering(logs)) => {
            let body = logs.iter().flat_map(|log| log.0).collect();
            ("recovering", None, body)
        }
        Record::Mode(Mode::Stopped(why)) => ("halted", None, stop(LogId([0; 16]), why)),
        Record::Stopped(log, why) => ("stopped", None, stop(*log, why)),
        Record::Quarantine(what) => ("quarantine", None, quarantine(what, now)),
        other => written_small(other),
    }
}

fn written_small(record: &Record) -> (&'static str, About, Vec<u8>) {
    match record {
        Record::Keys(keys) => {
            let kept = keys.iter().map(|(wrapped, held)| kept_key(wrapped, held));
            ("keys", None, json(&kept.collect::<Vec<_>>()))
        }
        Record::Lapsed => ("lapsed", None, Vec::new()),
        Record::Shipped(size) => ("shipped", None, size.to_be_bytes().to_vec()),
        Record::Lease(lease) => ("lease", None, json(&(lease.since, lease.seen))),
        Record::Parent(parent) => ("parent", None, parent.key.to_vec()),
        _ => ("caught-up", None, Vec::new()),
    }
}

fn kept_key(wrapped: &Wrapped, held: &Held) -> KeptKey {
    KeptKey {
        subject: hex::encode(wrapped.subject),
        area: held.area.to_string(),
        place: held.place.map(|(log, seq)| (log.to_string(), seq)),
    }
}

fn about(head: &Head) -> About {
    Some((head.log.to_string(), head.from, head.size))
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain values have a JSON form")
}

fn frame(message: Message) -> Vec<u8> {
    let (session, nonce) = (0, 0);
    wire::encode(&Frame {
        session,
        nonce,
        message,
    })
}

fn stop(log: LogId, why: &StopReason) -> Vec<u8> {
    let why = why.clone();
    frame(Message::Stop { log, why })
}

fn head_bytes(head: &Head) -> Vec<u8> {
    frame(Message::Branch {
        head: head.clone(),
        entries: Vec::new(),
    })
}

fn quarantine(what: &Quarantined, at: i64) -> Vec<u8> {
    json(&Quarantine {
        from: what.from.to_string(),
        reason: what.reason.to_owned(),
        about: what.about.clone(),
        at,
    })
}

/// A head as it was kept.
pub(super) fn head_of(kept: &Remembered) -> Result<Head, Fault> {
    match wire::decode(&kept.body).map(|frame| frame.message) {
        Ok(Message::Branch { head, .. }) => Ok(head),
        _ => Err(damaged(kept)),
    }
}

/// Entries from their bytes.
pub(super) fn entries(bytes: Vec<Vec<u8>>) -> Result<Vec<Arc<Entry>>, Fault> {
    let read = |bytes: Vec<u8>| {
        let entry = Entry::read(bytes).map_err(|why| Fault::Damaged(why.to_string()))?;
        Ok(Arc::new(entry))
    };
    bytes.into_iter().map(read).collect()
}

/// What the node must not forget: its own log and what is remembered, in the order in which they
/// became durable.
pub(super) async fn saved(journal: &Journal, me: LogId) -> Result<Saved, Fault> {
    let mut saved = Saved::default();
    let mut last = 0;
    loop {
        let page = journal.remembered(last, PAGE).await?;
        let ended = (page.len() as u64) < PAGE;
        for kept in page {
            last = kept.id;
            saved.stale |= kept.kind == RESTORED;
            grow(journal, me, &mut saved, kept.own).await?;
            let record = read(journal, &saved, &kept).await?;
            if let Some(record) = record {
                saved.apply(me, record, Plants::default());
            }
        }
        if ended {
            break;
        }
    }
    grow(journal, me, &mut saved, u64::MAX).await?;
    Ok(saved)
}

/// Takes in the own log up to `to`.
async fn grow(journal: &Journal, me: LogId, saved: &mut Saved, to: u64) -> Result<(), Fault> {
    while saved.own.size() < to {
        let from = saved.own.size();
        let bytes = journal.own_bytes(from, (from + PAGE).min(to)).await?;
        if bytes.is_empty() {
            break;
        }
        saved.apply(me, Record::Own(entries(bytes)?), Plants::default());
    }
    Ok(())
}

async fn read(
    journal: &Journal,
    saved: &Saved,
    kept: &Remembered,
) -> Result<Option<Record>, Fault> {
    let bad = || damaged(kept);
    let record = match kept.kind.as_str() {
        "fed" => {
            let head = head_of(kept)?;
            let have = saved.end_of(head.log).0;
            let log = head.log.to_string();
            let entries = entries(journal.foreign(&log, have, head.size).await?)?;
            Record::Fed { head, entries }
        }
        "branch" => {
            let head = head_of(kept)?;
            let log = branch_of(head.log);
            let entries = entries(journal.foreign(&log, head.from, head.size).await?)?;
            Record::Branch { head, entries }
        }
        "sparse" => {
            let (log, _, to) = kept.about.clone().ok_or_else(bad)?;
            let log = log.parse().ok().ok_or_else(bad)?;
            let entries = named(journal, &kept.body).await?;
            Record::Sparse { log, to, entries }
        }
        "witnessed" => match wire::decode(&kept.body).map(|frame| frame.message) {
            Ok(Message::Ack {
                witness: Some(witness),
                ..
            }) => Record::Witnessed(witness),
            _ => return Err(bad()),
        },
        "halted" | "stopped" => match wire::decode(&kept.body).map(|frame| frame.message) {
            Ok(Message::Stop { why, .. }) if kept.kind == "halted" => {
                Record::Mode(Mode::Stopped(why))
            }
            Ok(Message::Stop { log, why }) => Record::Stopped(log, why),
            _ => return Err(bad()),
        },
        _ => return small(kept).ok_or_else(bad).map(Some),
    };
    Ok(Some(record))
}

fn small(kept: &Remembered) -> Option<Record> {
    let body = &kept.body;
    Some(match kept.kind.as_str() {
        "active" => Record::Mode(Mode::Active),
        "recovering" | RESTORED => {
            let logs: BTreeSet<LogId> = body
                .chunks_exact(16)
                .filter_map(|log| Some(LogId(log.try_into().ok()?)))
                .collect();
            Record::Mode(Mode::Recovering(logs))
        }
        "keys" => {
            let keys: Vec<KeptKey> = serde_json::from_slice(body).ok()?;
            Record::Keys(keys.iter().map(held).collect::<Option<_>>()?)
        }
        "lapsed" => Record::Lapsed,
        "shipped" => Record::Shipped(u64::from_be_bytes(body.as_slice().try_into().ok()?)),
        "lease" => {
            let (since, seen) = serde_json::from_slice(body).ok()?;
            Record::Lease(Lease { since, seen })
        }
        "parent" => {
            let key = body.as_slice().try_into().ok()?;
            let log = LogId::of(&key);
            Record::Parent(Parent { log, key })
        }
        "quarantine" => {
            let kept: Quarantine = serde_json::from_slice(body).ok()?;
            let reason = REASONS.into_iter().find(|reason| *reason == kept.reason);
            Record::Quarantine(Quarantined {
                from: kept.from.parse().ok()?,
                reason: reason.unwrap_or("unknown"),
                about: kept.about,
            })
        }
        "caught-up" => Record::CaughtUp,
        _ => return None,
    })
}

fn held(kept: &KeptKey) -> Option<(Wrapped, Held)> {
    let mut subject = [0; 16];
    hex::decode_to_slice(&kept.subject, &mut subject).ok()?;
    let place = match &kept.place {
        Some((log, seq)) => Some((log.parse().ok()?, *seq)),
        None => None,
    };
    let wrapped = Wrapped {
        subject,
        key: Arc::from([]),
    };
    let area = kept.area.as_str().into();
    Some((wrapped, Held { area, place }))
}

/// The entries that a sparse record names, in its order, own ones apart.
async fn named(journal: &Journal, body: &[u8]) -> Result<Vec<Arc<Entry>>, Fault> {
    let mut names = Vec::with_capacity(body.len() / 56);
    for part in body.chunks_exact(56) {
        let (log, rest) = part.split_at(16);
        let (seq, digest) = rest.split_at(8);
        names.push(EntryName {
            log: hex::encode(log),
            seq: seq
                .iter()
                .fold(0, |seq, byte| (seq << 8) | u64::from(*byte)),
            digest: digest.try_into().unwrap_or_default(),
        });
    }
    let mut found = entries(journal.foreign_named(&names).await?)?;
    let place = |entry: &Arc<Entry>| names.iter().position(|name| name.digest == entry.digest);
    found.sort_by_cached_key(place);
    Ok(found)
}

fn damaged(kept: &Remembered) -> Fault {
    Fault::Damaged(format!("net_records, row {}: {}", kept.id, kept.kind))
}
