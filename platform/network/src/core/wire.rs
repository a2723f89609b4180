//! Messages as bytes: one form, written down in `docs/network.md`, the same for every transport.
//!
//! Everything is big-endian and has one spelling, so equal messages are equal bytes. Lengths are
//! checked against what is left before anything is allocated. A frame names its version; a reader
//! takes its own version and refuses others by name, so that what is newer is never half understood.

use std::sync::Arc;

use thiserror::Error;

use super::entry::{BadEntry, Entry, MAX_ENTRY};
use super::ids::{Digest, LogId};
use super::message::{
    BATCH, Fork, Frame, Head, Hello, Message, StopReason, Welcome, Witness, Wrapped,
};

/// The version this program speaks.
pub const VERSION: u8 = 1;

/// What every frame begins with.
const MAGIC: &[u8; 4] = b"LNET";

/// The most items of a list of logs.
const LISTED: usize = 100_000;

/// The most bytes of a stream's name.
const NAME: usize = 512;

/// The most bytes of a wrapped key.
const KEY: usize = 256;

/// Why bytes are no message.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadMessage {
    /// Not a frame of this network.
    #[error("no message of this network")]
    Magic,
    /// Another version.
    #[error("a message of version {0}; this node speaks {VERSION}")]
    Version(u8),
    /// A number that names no message.
    #[error("unknown message {0}")]
    Kind(u8),
    /// It ends too early.
    #[error("the message ends too early")]
    Short,
    /// Bytes follow its end.
    #[error("bytes follow the message's end")]
    Long,
    /// A list or a part longer than allowed.
    #[error("a part of the message is too long")]
    TooMany,
    /// A value that has another spelling, or none.
    #[error("a value of the message has no meaning")]
    Value,
    /// An entry in it is none.
    #[error(transparent)]
    Entry(#[from] BadEntry),
}

/// The frame as bytes.
#[must_use]
pub fn encode(frame: &Frame) -> Vec<u8> {
    let mut to = Vec::with_capacity(256);
    to.extend_from_slice(MAGIC);
    to.push(VERSION);
    put_u64(&mut to, frame.session);
    put_u64(&mut to, frame.nonce);
    match &frame.message {
        Message::Hello(hello) => put_hello(&mut to, hello),
        Message::Welcome(welcome) => {
            to.push(2);
            put_u64(&mut to, welcome.session);
            put_sizes(&mut to, &welcome.have);
            put_sizes(&mut to, &welcome.offers);
            put_option(&mut to, welcome.recovering, put_u64);
            put_option(&mut to, welcome.news, put_u64);
        }
        Message::Batch {
            head,
            entries,
            keys,
        } => {
            to.push(3);
            put_head(&mut to, head);
            put_entries(&mut to, entries);
            put_keys(&mut to, keys);
        }
        Message::Ack { log, have, witness } => {
            to.push(4);
            to.extend_from_slice(&log.0);
            put_u64(&mut to, *have);
            put_option(&mut to, witness.as_ref(), put_witness);
        }
        Message::Want { log, from } => {
            to.push(5);
            to.extend_from_slice(&log.0);
            put_u64(&mut to, *from);
        }
        other => encode_rest(&mut to, other),
    }
    to
}

fn encode_rest(to: &mut Vec<u8>, message: &Message) {
    match message {
        Message::Down {
            log,
            from,
            to: end,
            entries,
            keys,
        } => {
            to.push(6);
            to.extend_from_slice(&log.0);
            put_u64(to, *from);
            put_u64(to, *end);
            put_entries(to, entries);
            put_keys(to, keys);
        }
        Message::Stop { log, why } => {
            to.push(9);
            to.extend_from_slice(&log.0);
            put_reason(to, why);
        }
        Message::Branch { head, entries } => {
            to.push(10);
            put_head(to, head);
            put_entries(to, entries);
        }
        Message::Kept { log, to: end } => {
            to.push(11);
            to.extend_from_slice(&log.0);
            put_u64(to, *end);
        }
        other => encode_last(to, other),
    }
}

fn encode_last(to: &mut Vec<u8>, message: &Message) {
    match message {
        Message::Keys(keys) => {
            to.push(12);
            put_keys(to, keys);
        }
        Message::WantKeys(subjects) => {
            to.push(13);
            put_len(to, subjects.len());
            for subject in subjects {
                to.extend_from_slice(subject);
            }
        }
        Message::WantStream(stream) => {
            to.push(14);
            put_len(to, stream.len());
            to.extend_from_slice(stream.as_bytes());
        }
        Message::Recover { size } => {
            to.push(7);
            put_u64(to, *size);
        }
        Message::Tail {
            from,
            have,
            entries,
            keys,
        } => {
            to.push(8);
            put_u64(to, *from);
            put_u64(to, *have);
            put_entries(to, entries);
            put_keys(to, keys);
        }
        Message::Hello(_)
        | Message::Welcome(_)
        | Message::Batch { .. }
        | Message::Ack { .. }
        | Message::Want { .. }
        | Message::Down { .. }
        | Message::Stop { .. }
        | Message::Branch { .. }
        | Message::Kept { .. } => {}
    }
}

fn put_hello(to: &mut Vec<u8>, hello: &Hello) {
    to.push(1);
    put_head(to, &hello.head);
    to.push(u8::from(hello.recovering));
    put_sizes(to, &hello.witnessed);
    put_u64(to, hello.seen);
}

fn put_u64(to: &mut Vec<u8>, number: u64) {
    to.extend_from_slice(&number.to_be_bytes());
}

fn put_len(to: &mut Vec<u8>, len: usize) {
    let len = u32::try_from(len).unwrap_or(u32::MAX);
    to.extend_from_slice(&len.to_be_bytes());
}

fn put_option<T>(to: &mut Vec<u8>, value: Option<T>, put: impl FnOnce(&mut Vec<u8>, T)) {
    match value {
        None => to.push(0),
        Some(value) => {
            to.push(1);
            put(to, value);
        }
    }
}

fn put_sizes(to: &mut Vec<u8>, sizes: &[(LogId, u64)]) {
    put_len(to, sizes.len());
    for (log, size) in sizes {
        to.extend_from_slice(&log.0);
        put_u64(to, *size);
    }
}

fn put_entries(to: &mut Vec<u8>, entries: &[Arc<Entry>]) {
    put_len(to, entries.len());
    for entry in entries {
        put_len(to, entry.bytes.len());
        to.extend_from_slice(&entry.bytes);
    }
}

fn put_keys(to: &mut Vec<u8>, keys: &[Wrapped]) {
    put_len(to, keys.len());
    for key in keys {
        to.extend_from_slice(&key.subject);
        put_len(to, key.key.len());
        to.extend_from_slice(&key.key);
    }
}

fn put_head(to: &mut Vec<u8>, head: &Head) {
    to.extend_from_slice(&head.log.0);
    put_u64(to, head.from);
    to.extend_from_slice(&head.base);
    put_u64(to, head.size);
    to.extend_from_slice(&head.root);
    to.extend_from_slice(&head.signature);
}

fn put_witness(to: &mut Vec<u8>, witness: &Witness) {
    to.extend_from_slice(&witness.log.0);
    put_u64(to, witness.size);
    to.extend_from_slice(&witness.root);
    to.extend_from_slice(&witness.by.0);
    to.extend_from_slice(&witness.signature);
}

fn put_reason(to: &mut Vec<u8>, why: &StopReason) {
    match why {
        StopReason::Unknown => to.push(0),
        StopReason::Greet => to.push(4),
        StopReason::Revoked => to.push(1),
        StopReason::Closed(size) => {
            to.push(2);
            put_u64(to, *size);
        }
        StopReason::Frozen(fork) => {
            to.push(3);
            put_fork(to, fork);
        }
    }
}

fn put_fork(to: &mut Vec<u8>, fork: &Fork) {
    to.extend_from_slice(&fork.key);
    put_head(to, &fork.one);
    put_head(to, &fork.other);
    put_option(to, fork.between.as_ref(), |to, (root, proof)| {
        to.extend_from_slice(root);
        put_len(to, proof.len());
        for hash in proof {
            to.extend_from_slice(hash);
        }
    });
}

/// The proof of two histories as bytes, for `linli verify`.
#[must_use]
pub fn encode_fork(fork: &Fork) -> Vec<u8> {
    let mut to = b"LFRK\x01".to_vec();
    put_fork(&mut to, fork);
    to
}

/// Reads a proof of two histories.
///
/// # Errors
/// [`BadMessage`] when the bytes are none.
pub fn decode_fork(bytes: &[u8]) -> Result<Fork, BadMessage> {
    let rest = bytes.strip_prefix(b"LFRK\x01").ok_or(BadMessage::Magic)?;
    let mut from = Reader(rest);
    let fork = from.fork()?;
    from.end().map(|()| fork)
}

/// Reads a message.
///
/// # Errors
/// [`BadMessage`] when the bytes are none.
pub fn decode(bytes: &[u8]) -> Result<Frame, BadMessage> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(BadMessage::Magic)?;
    let mut from = Reader(rest);
    let version = from.byte()?;
    if version != VERSION {
        return Err(BadMessage::Version(version));
    }
    let (session, nonce) = (from.u64()?, from.u64()?);
    let message = match from.byte()? {
        1 => Message::Hello(Hello {
            head: from.head()?,
            recovering: from.flag()?,
            witnessed: from.sizes()?,
            seen: from.u64()?,
        }),
        2 => Message::Welcome(Welcome {
            session: from.u64()?,
            have: from.sizes()?,
            offers: from.sizes()?,
            recovering: from.maybe_u64()?,
            news: from.maybe_u64()?,
        }),
        3 => Message::Batch {
            head: from.head()?,
            entries: from.entries()?,
            keys: from.keys()?,
        },
        4 => Message::Ack {
            log: from.log()?,
            have: from.u64()?,
            witness: if from.flag()? {
                Some(from.witness()?)
            } else {
                None
            },
        },
        kind => decode_rest(kind, &mut from)?,
    };
    from.end()?;
    Ok(Frame {
        session,
        nonce,
        message,
    })
}

fn decode_rest(kind: u8, from: &mut Reader<'_>) -> Result<Message, BadMessage> {
    Ok(match kind {
        5 => Message::Want {
            log: from.log()?,
            from: from.u64()?,
        },
        6 => Message::Down {
            log: from.log()?,
            from: from.u64()?,
            to: from.u64()?,
            entries: from.entries()?,
            keys: from.keys()?,
        },
        7 => Message::Recover { size: from.u64()? },
        8 => Message::Tail {
            from: from.u64()?,
            have: from.u64()?,
            entries: from.entries()?,
            keys: from.keys()?,
        },
        9 => Message::Stop {
            log: from.log()?,
            why: from.reason()?,
        },
        10 => Message::Branch {
            head: from.head()?,
            entries: from.entries()?,
        },
        11 => Message::Kept {
            log: from.log()?,
            to: from.u64()?,
        },
        12 => Message::Keys(from.keys()?),
        13 => Message::WantKeys(from.subjects()?),
        14 => Message::WantStream(from.name()?.into()),
        kind => return Err(BadMessage::Kind(kind)),
    })
}

/// What is left of the bytes.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], BadMessage> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(BadMessage::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], BadMessage> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(BadMessage::Short)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn end(&self) -> Result<(), BadMessage> {
        self.0.is_empty().then_some(()).ok_or(BadMessage::Long)
    }

    fn byte(&mut self) -> Result<u8, BadMessage> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn flag(&mut self) -> Result<bool, BadMessage> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(BadMessage::Value),
        }
    }

    fn maybe_u64(&mut self) -> Result<Option<u64>, BadMessage> {
        if self.flag()? {
            self.u64().map(Some)
        } else {
            Ok(None)
        }
    }

    fn u64(&mut self) -> Result<u64, BadMessage> {
        self.array().map(u64::from_be_bytes)
    }

    fn log(&mut self) -> Result<LogId, BadMessage> {
        self.array().map(LogId)
    }

    fn digest(&mut self) -> Result<Digest, BadMessage> {
        self.array()
    }

    /// A length of at most `most` items of at least `least` bytes each.
    fn len(&mut self, most: usize, least: usize) -> Result<usize, BadMessage> {
        let len = self.array().map(u32::from_be_bytes)?;
        let len = usize::try_from(len).ok().ok_or(BadMessage::TooMany)?;
        if len > most {
            return Err(BadMessage::TooMany);
        }
        if len.saturating_mul(least) > self.0.len() {
            return Err(BadMessage::Short);
        }
        Ok(len)
    }

    fn name(&mut self) -> Result<Arc<str>, BadMessage> {
        let len = self.len(NAME, 1)?;
        let name = std::str::from_utf8(self.take(len)?);
        name.map(Arc::from).ok().ok_or(BadMessage::Value)
    }

    fn sizes(&mut self) -> Result<Vec<(LogId, u64)>, BadMessage> {
        let len = self.len(LISTED, 24)?;
        (0..len).map(|_| Ok((self.log()?, self.u64()?))).collect()
    }

    fn entries(&mut self) -> Result<Vec<Arc<Entry>>, BadMessage> {
        let most = usize::try_from(BATCH).unwrap_or(usize::MAX);
        let len = self.len(most.saturating_mul(4), 4)?;
        let mut entries = Vec::with_capacity(len);
        for _ in 0..len {
            let bytes = self.len(MAX_ENTRY, 1)?;
            entries.push(Arc::new(Entry::read(self.take(bytes)?)?));
        }
        Ok(entries)
    }

    fn keys(&mut self) -> Result<Vec<Wrapped>, BadMessage> {
        let len = self.len(LISTED, 20)?;
        let mut keys = Vec::with_capacity(len);
        for _ in 0..len {
            let subject = self.array()?;
            let bytes = self.len(KEY, 1)?;
            let key = self.take(bytes)?.into();
            keys.push(Wrapped { subject, key });
        }
        Ok(keys)
    }

    fn subjects(&mut self) -> Result<Vec<[u8; 16]>, BadMessage> {
        let most = usize::try_from(BATCH).unwrap_or(usize::MAX);
        let len = self.len(most, 16)?;
        (0..len).map(|_| self.array()).collect()
    }

    fn head(&mut self) -> Result<Head, BadMessage> {
        Ok(Head {
            log: self.log()?,
            from: self.u64()?,
            base: self.digest()?,
            size: self.u64()?,
            root: self.digest()?,
            signature: self.array()?,
        })
    }

    fn witness(&mut self) -> Result<Witness, BadMessage> {
        Ok(Witness {
            log: self.log()?,
            size: self.u64()?,
            root: self.digest()?,
            by: self.log()?,
            signature: self.array()?,
        })
    }

    fn reason(&mut self) -> Result<StopReason, BadMessage> {
        Ok(match self.byte()? {
            0 => StopReason::Unknown,
            1 => StopReason::Revoked,
            2 => StopReason::Closed(self.u64()?),
            3 => StopReason::Frozen(Box::new(self.fork()?)),
            4 => StopReason::Greet,
            _ => return Err(BadMessage::Value),
        })
    }

    fn fork(&mut self) -> Result<Fork, BadMessage> {
        let key = self.array()?;
        let (one, other) = (self.head()?, self.head()?);
        let between = if self.flag()? {
            let root = self.digest()?;
            let len = self.len(128, 32)?;
            let proof: Result<_, _> = (0..len).map(|_| self.digest()).collect();
            Some((root, proof?))
        } else {
            None
        };
        Ok(Fork {
            key,
            one,
            other,
            between,
        })
    }
}
