//! The exact bytes of an entry: written once, hashed as they are, never re-serialised.
//!
//! The writer alone knows an entry's place, so it writes the beginning (`log`, `seq`, `stream`,
//! `version`, `prev`); everything after it is made ready by whoever submits, off the writer's task.

use std::borrow::Cow;
use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use linli_kernel::{Actor, AreaPath, CommandId, ResidentId, StreamId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::append::{NewEntry, Secret};
use crate::entry::{Kind, Opened, Recorded};
use crate::seal::{self, ALGORITHM, Key, Nonce};

/// The most bytes an entry may have.
pub(crate) const MAX_ENTRY: usize = 60 * 1024;

/// Room for what the writer puts before the rest, the stream's name apart: log (32), prev (64), two
/// numbers and the names.
pub(crate) const HEAD_ROOM: usize = 200;

/// Where an entry stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) log: &'a str,
    pub(crate) seq: u64,
    pub(crate) version: u64,
    /// The digest of the stream's entry before; `None` for the first.
    pub(crate) prev: Option<[u8; 32]>,
}

/// The part of an entry that does not depend on its place.
#[derive(Serialize)]
struct Rest<'a> {
    area: &'a AreaPath,
    kind: &'a Kind,
    at: Timestamp,
    actor: &'a Actor,
    command: CommandId,
    open: &'a Value,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    sealed: &'a [SealedPart],
}

/// A sealed part as written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SealedPart {
    pub(crate) subject: ResidentId,
    pub(crate) alg: Cow<'static, str>,
    pub(crate) nonce: String,
    pub(crate) data: String,
}

/// An entry's bytes, understood.
#[derive(Debug, Deserialize)]
pub(crate) struct Parsed {
    pub(crate) log: String,
    pub(crate) seq: u64,
    pub(crate) stream: StreamId,
    pub(crate) version: u64,
    pub(crate) prev: Option<String>,
    pub(crate) area: AreaPath,
    pub(crate) kind: Kind,
    pub(crate) at: Timestamp,
    pub(crate) actor: Actor,
    pub(crate) command: CommandId,
    pub(crate) open: Value,
    #[serde(default)]
    pub(crate) sealed: Vec<SealedPart>,
}

/// Who did it, when, by which command: the same for all entries of an append.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Act<'a> {
    pub(crate) at: Timestamp,
    pub(crate) actor: &'a Actor,
    pub(crate) command: CommandId,
}

/// Everything of an entry from `area` on, sealed for the place `version` in its stream.
pub(crate) fn write_rest(
    entry: &NewEntry,
    act: Act<'_>,
    version: u64,
    keys: &HashMap<ResidentId, Key>,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut sealed = Vec::with_capacity(entry.sealed.len());
    for secret in &entry.sealed {
        let context = context(&entry.stream, version, &entry.kind, secret.subject);
        sealed.push(seal_part(secret, &context, keys)?);
    }
    let rest = Rest {
        area: &entry.area,
        kind: &entry.kind,
        at: act.at,
        actor: act.actor,
        command: act.command,
        open: &entry.open,
        sealed: &sealed,
    };
    serde_json::to_vec(&rest)
}

fn seal_part(
    secret: &Secret,
    context: &[u8],
    keys: &HashMap<ResidentId, Key>,
) -> Result<SealedPart, serde_json::Error> {
    let missing = || <serde_json::Error as serde::ser::Error>::custom("a subject has no key");
    let key = keys.get(&secret.subject).ok_or_else(missing)?;
    let plain = serde_json::to_vec(&secret.plain)?;
    let nonce: Nonce = rand::random();
    Ok(SealedPart {
        subject: secret.subject,
        alg: Cow::Borrowed(ALGORITHM),
        nonce: STANDARD.encode(nonce),
        data: STANDARD.encode(seal::seal(key, &nonce, context, &plain)),
    })
}

/// The whole entry: its beginning, then `rest` as [`write_rest`] made it. `stream` is the stream's
/// name as JSON.
pub(crate) fn join(place: Place<'_>, stream: &str, rest: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(rest.len() + stream.len() + HEAD_ROOM);
    let Place {
        log, seq, version, ..
    } = place;
    let head =
        format!(r#"{{"log":"{log}","seq":{seq},"stream":{stream},"version":{version},"prev":"#);
    bytes.extend_from_slice(head.as_bytes());
    match place.prev {
        Some(digest) => {
            bytes.push(b'"');
            bytes.extend_from_slice(hex::encode(digest).as_bytes());
            bytes.extend_from_slice(b"\",");
        }
        None => bytes.extend_from_slice(b"null,"),
    }
    // `rest` is an object of its own: its opening brace is left out.
    bytes.extend_from_slice(&rest[1..]);
    bytes
}

/// Reads an entry's bytes.
pub(crate) fn parse(bytes: &[u8]) -> Result<Parsed, serde_json::Error> {
    serde_json::from_slice(bytes)
}

/// Reads an entry's exact bytes as anyone may who has no key: its sealed parts stay closed.
///
/// # Errors
/// When the bytes are no entry; says where they stop being one.
pub fn read_entry(bytes: &[u8]) -> Result<Recorded, serde_json::Error> {
    let digest = crate::secrets::sha256(bytes);
    Ok(parse(bytes)?.record(digest, &HashMap::new(), &mut Vec::new()))
}

impl Parsed {
    /// The entry as read, its sealed parts opened with `keys`. A part whose key is not among them
    /// reads as `None`; so does one that does not open, and `ill` names its subject.
    pub(crate) fn record(
        self,
        digest: [u8; 32],
        keys: &HashMap<ResidentId, Key>,
        ill: &mut Vec<ResidentId>,
    ) -> Recorded {
        let mut opened = Vec::with_capacity(self.sealed.len());
        for part in &self.sealed {
            let plain = keys.get(&part.subject).and_then(|key| {
                let plain = self.open_part(part, key);
                if plain.is_none() {
                    ill.push(part.subject);
                }
                plain
            });
            opened.push(Opened {
                subject: part.subject,
                plain,
            });
        }
        Recorded {
            seq: self.seq,
            stream: self.stream,
            version: self.version,
            area: self.area,
            kind: self.kind,
            at: self.at,
            actor: self.actor,
            command: self.command,
            open: self.open,
            sealed: opened,
            digest,
        }
    }

    fn open_part(&self, part: &SealedPart, key: &Key) -> Option<Value> {
        if part.alg != ALGORITHM {
            return None;
        }
        let nonce: Nonce = STANDARD.decode(&part.nonce).ok()?.try_into().ok()?;
        let data = STANDARD.decode(&part.data).ok()?;
        let context = context(&self.stream, self.version, &self.kind, part.subject);
        let plain = seal::open(key, &nonce, &context, &data)?;
        serde_json::from_slice(&plain).ok()
    }
}

/// What a sealed part is bound to.
fn context(stream: &StreamId, version: u64, kind: &Kind, subject: ResidentId) -> Vec<u8> {
    format!("{stream}\n{version}\n{kind}\n{subject}").into_bytes()
}
