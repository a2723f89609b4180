//! An entry as the network sees it: its exact bytes, and of their meaning only what decides where it
//! belongs, who may write it and what it does to nodes and keys.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

use super::ids::{Digest, LogId, PublicKey, sha256};

/// The most bytes an entry may have (design: 60 KiB).
pub const MAX_ENTRY: usize = 60 * 1024;

/// The name of a stream. A node knows hundreds of thousands whose names begin alike: they are kept in
/// the order of their fingerprints, so that to find one is to compare numbers.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StreamName {
    print: u64,
    text: Arc<str>,
}

impl<T: Into<Arc<str>>> From<T> for StreamName {
    fn from(text: T) -> Self {
        let text = text.into();
        // FNV-1a: the same on every machine. Two names with one fingerprint are told apart by their text.
        let print = text
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |print: u64, byte| {
                (print ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        Self { print, text }
    }
}

impl std::ops::Deref for StreamName {
    type Target = str;
    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

/// An entry and what it says about itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// The bytes that were first written.
    pub bytes: Arc<[u8]>,
    /// SHA-256 of them.
    pub digest: Digest,
    /// The log it stands in.
    pub log: LogId,
    /// Its place there, from 0.
    pub seq: u64,
    /// Its stream.
    pub stream: StreamName,
    /// Its place there, from 1.
    pub version: u64,
    /// The digest of the stream's entry before.
    pub prev: Option<Digest>,
    /// The area it belongs to.
    pub area: Arc<str>,
    /// What it means to the network.
    pub act: Act,
    /// The subjects whose personal data it seals, as 16 bytes each.
    pub subjects: Vec<[u8; 16]>,
}

/// What an entry means to the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Nothing special.
    Plain,
    /// The stream's owner hands it to another node (移交).
    Released(LogId),
    /// The node it was handed to takes it.
    Accepted,
    /// Two officers give the stream to the writer because its owner is gone (接管).
    Takeover(Takeover),
    /// Who is not the owner asks the owner to act on a stream.
    Request {
        /// The node asked.
        to: LogId,
        /// The stream it is about.
        about: StreamName,
    },
    /// The owner acted on the request made in this stream.
    Answered(StreamName),
    /// A child node joined.
    Enrolled(Box<Enrolled>),
    /// A child's log is closed at this size: its key is lost or given up.
    Closed {
        /// The log.
        log: LogId,
        /// How many of its entries stand.
        size: u64,
        /// The root over them.
        root: Digest,
    },
    /// A child may no longer speak.
    Revoked(LogId),
    /// A subject's key is destroyed.
    Destroyed([u8; 16]),
}

/// A stream taken from an owner that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Takeover {
    /// Whom it is taken from.
    pub from: LogId,
    /// The two officers who signed, as their accounts.
    pub officers: [Arc<str>; 2],
}

/// A node that joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// Its key.
    pub key: PublicKey,
    /// Its area.
    pub area: Arc<str>,
    /// The log whose place it takes, where there was one.
    pub replaces: Option<LogId>,
}

/// Why bytes are no entry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadEntry {
    /// More bytes than an entry may have.
    #[error("an entry of {0} bytes")]
    TooLarge(usize),
    /// Not the form of an entry.
    #[error("no entry: {0}")]
    Form(String),
}

#[derive(Deserialize)]
struct Wire<'a> {
    log: &'a str,
    seq: u64,
    #[serde(borrow)]
    stream: std::borrow::Cow<'a, str>,
    version: u64,
    prev: Option<&'a str>,
    area: &'a str,
    kind: &'a str,
    #[serde(borrow)]
    open: &'a RawValue,
    #[serde(default)]
    sealed: Vec<Part<'a>>,
}

#[derive(Deserialize)]
struct Part<'a> {
    subject: &'a str,
}

impl Entry {
    /// Understands the bytes of an entry.
    ///
    /// # Errors
    /// [`BadEntry`] when they are none. An unknown kind is no error: it is kept and relayed.
    pub fn read(bytes: impl Into<Arc<[u8]>>) -> Result<Self, BadEntry> {
        let bytes = bytes.into();
        if bytes.len() > MAX_ENTRY {
            return Err(BadEntry::TooLarge(bytes.len()));
        }
        let form = |why: &dyn fmt::Display| BadEntry::Form(why.to_string());
        let wire: Wire<'_> = serde_json::from_slice(&bytes).map_err(|why| form(&why))?;
        let prev = match wire.prev {
            Some(text) => Some(digest_of(text).ok_or_else(|| form(&"prev is no digest"))?),
            None => None,
        };
        let entry = Self {
            digest: sha256(&bytes),
            log: wire.log.parse().map_err(|why| form(&why))?,
            seq: wire.seq,
            stream: StreamName::from(wire.stream.as_ref()),
            version: wire.version,
            prev,
            area: wire.area.into(),
            act: act(wire.kind, wire.open).ok_or_else(|| form(&wire.kind))?,
            subjects: subjects(&wire.sealed).ok_or_else(|| form(&"a subject"))?,
            bytes: Arc::clone(&bytes),
        };
        if entry.version == 0 || (entry.version == 1) != entry.prev.is_none() {
            return Err(form(&"version and prev do not fit"));
        }
        Ok(entry)
    }

    /// What the stream is about: the part of its name before the slash.
    #[must_use]
    pub fn topic(&self) -> &str {
        self.stream.split('/').next().unwrap_or_default()
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { log, seq, .. } = self;
        write!(
            f,
            "{log:?}:{seq} {}#{} {:?}",
            self.stream, self.version, self.act
        )
    }
}

fn digest_of(text: &str) -> Option<Digest> {
    let mut digest = [0; 32];
    hex::decode_to_slice(text, &mut digest)
        .ok()
        .map(|()| digest)
}

fn subjects(parts: &[Part<'_>]) -> Option<Vec<[u8; 16]>> {
    parts.iter().map(|part| subject(part.subject)).collect()
}

/// A subject's id as entries write it: a hyphenated UUID.
fn subject(text: &str) -> Option<[u8; 16]> {
    let (mut id, mut digits) = ([0; 32], 0);
    for byte in text.bytes().filter(|byte| *byte != b'-') {
        *id.get_mut(digits)? = byte;
        digits += 1;
    }
    let mut bytes = [0; 16];
    (digits == 32).then_some(())?;
    hex::decode_to_slice(id, &mut bytes).ok().map(|()| bytes)
}

#[derive(Deserialize)]
struct To<'a> {
    to: &'a str,
    #[serde(default)]
    about: &'a str,
}

#[derive(Deserialize)]
struct TakenFrom<'a> {
    from: &'a str,
    officers: [&'a str; 2],
}

#[derive(Deserialize)]
struct Member<'a> {
    #[serde(default)]
    log: &'a str,
    #[serde(default)]
    key: &'a str,
    #[serde(default)]
    area: &'a str,
    #[serde(default)]
    replaces: Option<&'a str>,
    #[serde(default)]
    size: u64,
    #[serde(default)]
    root: &'a str,
}

/// What an entry of this kind means; `None` when a kind of the network makes no sense.
fn act(kind: &str, open: &RawValue) -> Option<Act> {
    if !(kind.starts_with("node.") || kind.starts_with("keys.")) {
        return Some(Act::Plain);
    }
    let open = open.get();
    Some(match kind {
        "node.released@1" => Act::Released(to(open)?.to.parse().ok()?),
        "node.accepted@1" => Act::Accepted,
        "node.takeover@1" => takeover(open)?,
        "node.request@1" => {
            let asked = to(open)?;
            Act::Request {
                to: asked.to.parse().ok()?,
                about: asked.about.into(),
            }
        }
        "node.answered@1" => Act::Answered(to(open)?.to.into()),
        "node.enrolled@1" => enrolled(open)?,
        "node.closed@1" => {
            let closed: Member<'_> = serde_json::from_str(open).ok()?;
            Act::Closed {
                log: closed.log.parse().ok()?,
                size: closed.size,
                root: digest_of(closed.root)?,
            }
        }
        "node.revoked@1" => {
            let revoked: Member<'_> = serde_json::from_str(open).ok()?;
            Act::Revoked(revoked.log.parse().ok()?)
        }
        "keys.destroyed@1" => {
            #[derive(Deserialize)]
            struct Of<'a> {
                subject: &'a str,
            }
            let of: Of<'_> = serde_json::from_str(open).ok()?;
            Act::Destroyed(subject(of.subject)?)
        }
        _ => Act::Plain,
    })
}

fn to(open: &str) -> Option<To<'_>> {
    serde_json::from_str(open).ok()
}

fn takeover(open: &str) -> Option<Act> {
    let taken: TakenFrom<'_> = serde_json::from_str(open).ok()?;
    Some(Act::Takeover(Takeover {
        from: taken.from.parse().ok()?,
        officers: taken.officers.map(Arc::from),
    }))
}

fn enrolled(open: &str) -> Option<Act> {
    let member: Member<'_> = serde_json::from_str(open).ok()?;
    let replaces = match member.replaces {
        Some(log) => Some(log.parse().ok()?),
        None => None,
    };
    Some(Act::Enrolled(Box::new(Enrolled {
        key: digest_of(member.key)?,
        area: member.area.into(),
        replaces,
    })))
}
