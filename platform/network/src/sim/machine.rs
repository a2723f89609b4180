//! A simulated machine: a process that dies, a disk that stays, a clock that is wrong, and people who
//! write.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::disk::Disk;
use super::hand::SimHand;
use crate::core::{
    Act, Action, Digest, Entry, Hand as _, Input, LogId, Node, Plants, PublicKey, Record, Saved,
    Stream, StreamName, Takeover,
};

/// Something a person or the node itself wants written.
#[derive(Debug, Clone)]
pub(super) enum Intent {
    Write(StreamName, Option<[u8; 16]>),
    Release(StreamName, LogId),
    Accept(StreamName),
    TakeOver(StreamName),
    Request(StreamName, LogId),
    Answer(StreamName),
    Enrol(PublicKey, Arc<str>, Option<LogId>),
    Close(LogId),
    Revoke(LogId),
    Destroy([u8; 16]),
    Erased([u8; 16]),
}

/// Records on their way to the disk.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) records: Vec<Record>,
    pub(super) actions: Vec<Action>,
    /// A planted fault showed the records before they were durable: what was before.
    pub(super) undo: Option<Box<Saved>>,
}

/// A copy of a machine's disk.
#[derive(Debug, Clone)]
pub(super) struct Backup {
    pub(super) saved: Saved,
    pub(super) disk: Disk,
}

/// A machine.
pub(super) struct Machine {
    pub(super) node: Option<Node<SimHand>>,
    /// What the process left when it died.
    pub(super) left: Option<(SimHand, Saved)>,
    pub(super) disk: Disk,
    pub(super) parent: Option<usize>,
    pub(super) area: Arc<str>,
    /// By how many seconds the clock is wrong.
    pub(super) offset: i64,
    /// How many troubles keep the line to the parent dead.
    pub(super) cut: u32,
    pub(super) full: u32,
    pub(super) inbox: VecDeque<Input>,
    pub(super) intents: VecDeque<Intent>,
    pub(super) flight: Option<Flight>,
    /// It dies the next time it writes to the disk, for so long.
    pub(super) doomed: Option<i64>,
    /// Counts the lives of the process: what was under way in an earlier one is void.
    pub(super) life: u32,
    pub(super) backup: Option<Box<Backup>>,
    /// Switched off for good.
    pub(super) retired: bool,
    /// A copy of another machine.
    pub(super) copy: bool,
    /// Logs of this machine that ended.
    pub(super) replaces: Vec<LogId>,
    pub(super) needs_key: bool,
    /// Since when it does not write: recovering or stopped.
    pub(super) silent: Option<i64>,
    /// When it got its present key.
    pub(super) keyed: i64,
    /// How many nodes were gone, and what it replaces, when nothing was left to take over.
    pub(super) settled: Option<(usize, usize)>,
    /// How much of its own log was promised to be durable.
    pub(super) promised: u64,
    /// Streams it may own.
    pub(super) mine: Vec<StreamName>,
    pub(super) rng: ChaCha8Rng,
}

impl Machine {
    pub(super) fn new(hand: SimHand, saved: Saved, place: (usize, u64), plants: Plants) -> Self {
        let (number, seed) = place;
        let area = super::plan::AREAS[number % super::plan::MACHINES];
        Self {
            node: Some(Node::open(hand, saved, plants)),
            left: None,
            disk: Disk::default(),
            parent: super::plan::PARENTS[number % super::plan::MACHINES],
            area: area.into(),
            offset: 0,
            cut: 0,
            full: 0,
            inbox: VecDeque::new(),
            intents: VecDeque::new(),
            flight: None,
            doomed: None,
            life: 0,
            backup: None,
            retired: false,
            copy: false,
            replaces: Vec::new(),
            needs_key: false,
            silent: None,
            keyed: 0,
            settled: None,
            promised: 0,
            mine: Vec::new(),
            rng: ChaCha8Rng::seed_from_u64(seed.wrapping_mul(1_000_003) ^ number as u64),
        }
    }

    /// Its log, alive or not.
    pub(super) fn log(&self) -> LogId {
        let of = |(hand, _): &(SimHand, Saved)| LogId::of(&hand.public());
        let alive = self.node.as_ref().map(Node::log);
        alive
            .or_else(|| self.left.as_ref().map(of))
            .unwrap_or(LogId([0; 16]))
    }

    pub(super) fn key(&self) -> PublicKey {
        let left = self.left.as_ref().map(|(hand, _)| hand.public());
        let alive = self.node.as_ref().map(Node::key);
        alive.or(left).unwrap_or_default()
    }

    pub(super) fn saved(&self) -> Option<&Saved> {
        let left = self.left.as_ref().map(|(_, saved)| saved);
        self.node.as_ref().map(|node| &node.saved).or(left)
    }

    pub(super) fn saved_mut(&mut self) -> Option<&mut Saved> {
        let left = self.left.as_mut().map(|(_, saved)| saved);
        self.node.as_mut().map(|node| &mut node.saved).or(left)
    }

    /// Forms entries of what is wanted, as far as the node may write it.
    pub(super) fn form(&mut self, at: i64) -> Vec<Arc<Entry>> {
        const AT_ONCE: usize = 16;
        let Some(node) = &self.node else {
            return Vec::new();
        };
        let mut heads: BTreeMap<StreamName, ()> = BTreeMap::new();
        let mut entries = Vec::new();
        let mut later = VecDeque::new();
        while entries.len() < AT_ONCE {
            let Some(intent) = self.intents.pop_front() else {
                break;
            };
            let Some(draft) = draft(node, &self.area, &intent, &mut self.rng) else {
                continue;
            };
            if heads.contains_key(&draft.stream) {
                later.push_back(intent);
                continue;
            }
            heads.insert(draft.stream.clone(), ());
            let seq = node.saved.own.size() + entries.len() as u64;
            entries.extend(draft.write(node, seq, at));
        }
        later.append(&mut self.intents);
        self.intents = later;
        entries
    }
}

/// An entry but for its place.
pub(super) struct Draft {
    pub(super) stream: StreamName,
    pub(super) area: Arc<str>,
    pub(super) kind: &'static str,
    pub(super) open: String,
    pub(super) subjects: Vec<[u8; 16]>,
    /// What it means, where that is known without reading it.
    pub(super) act: Option<Act>,
}

impl Draft {
    fn write(&self, node: &Node<SimHand>, seq: u64, at: i64) -> Option<Arc<Entry>> {
        let stream = node.saved.streams.get(&self.stream);
        let version = stream.map_or(1, |stream| stream.version() + 1);
        let prev = stream.and_then(Stream::head);
        self.place(node.log(), (seq, version), prev, at)
    }

    /// The entry in its place, in the form the journal writes.
    pub(super) fn place(
        &self,
        log: LogId,
        (seq, version): (u64, u64),
        prev: Option<Digest>,
        at: i64,
    ) -> Option<Arc<Entry>> {
        let before = prev;
        let prev = prev.map_or("null".to_owned(), |prev| {
            format!("\"{}\"", hex::encode(prev))
        });
        let Self {
            stream,
            area,
            kind,
            open,
            ..
        } = self;
        let mut text = format!(
            "{{\"log\":\"{log}\",\"seq\":{seq},\"stream\":\"{stream}\",\"version\":{version},\
             \"prev\":{prev},\"area\":\"{area}\",\"kind\":\"{kind}\",\"at\":\"{at}\",\
             \"actor\":{{\"system\":\"sim\"}},\"command\":\"{seq:032x}\",\"open\":{open}"
        );
        if !self.subjects.is_empty() {
            text.push_str(",\"sealed\":[");
            for (n, subject) in self.subjects.iter().enumerate() {
                let comma = if n > 0 { "," } else { "" };
                let subject = hex::encode(subject);
                text.push_str(&format!(
                    "{comma}{{\"subject\":\"{subject}\",\"data\":\"\"}}"
                ));
            }
            text.push(']');
        }
        text.push('}');
        let bytes = text.into_bytes();
        // The same as reading the bytes, which every 64th is: parsing is most of the cost.
        if seq % 64 == 0 || self.act.is_none() {
            return Entry::read(bytes).ok().map(Arc::new);
        }
        Some(Arc::new(Entry {
            digest: crate::core::sha256(&bytes),
            bytes: bytes.into(),
            log,
            seq,
            stream: stream.clone(),
            version,
            prev: before,
            area: Arc::clone(area),
            act: self.act.clone().unwrap_or(Act::Plain),
            subjects: self.subjects.clone(),
        }))
    }
}

/// What an intent comes down to; `None` when the node may not, or need not, write it.
fn draft(
    node: &Node<SimHand>,
    area: &Arc<str>,
    intent: &Intent,
    rng: &mut ChaCha8Rng,
) -> Option<Draft> {
    let streams = &node.saved.streams;
    let area_of = |stream: &StreamName| {
        let known = streams.get(stream).map(|stream| Arc::clone(&stream.area));
        known.unwrap_or_else(|| Arc::clone(area))
    };
    let (stream, act, kind, open) = match intent {
        Intent::Write(stream, _) => {
            let (kind, n) = (kind_of(rng), rng.random_range(0..1_000_000));
            (stream.clone(), Act::Plain, kind, format!("{{\"n\":{n}}}"))
        }
        Intent::Release(stream, to) => {
            let open = format!("{{\"to\":\"{to}\"}}");
            (stream.clone(), Act::Released(*to), "node.released@1", open)
        }
        Intent::Accept(stream) => {
            let open = "{}".to_owned();
            (stream.clone(), Act::Accepted, "node.accepted@1", open)
        }
        Intent::TakeOver(stream) => {
            let from = streams.get(stream)?.owner;
            let officers = ["chen".into(), "zhou".into()];
            let open = format!("{{\"from\":\"{from}\",\"officers\":[\"chen\",\"zhou\"]}}");
            let act = Act::Takeover(Takeover { from, officers });
            (stream.clone(), act, "node.takeover@1", open)
        }
        Intent::Request(..) | Intent::Answer(_) => asked(node, intent, rng)?,
        other => return members(node, area, other),
    };
    let subjects: Vec<_> = match intent {
        Intent::Write(_, Some(subject)) if node.may_seal(subject) => vec![*subject],
        _ => Vec::new(),
    };
    node.may_write(&stream, &act, &subjects).ok()?;
    let known = !matches!(intent, Intent::Request(..) | Intent::Answer(_));
    Some(Draft {
        area: area_of(&stream),
        stream,
        kind,
        open,
        subjects,
        act: known.then_some(act),
    })
}

/// A request to the owner of a stream, or the note that one was acted upon.
fn asked(
    node: &Node<SimHand>,
    intent: &Intent,
    rng: &mut ChaCha8Rng,
) -> Option<(StreamName, Act, &'static str, String)> {
    Some(match intent {
        Intent::Request(about, to) => {
            let stream = format!("request/{:032x}", rng.random::<u128>()).into();
            let open = format!("{{\"to\":\"{to}\",\"about\":\"{about}\"}}");
            (stream, Act::Plain, "node.request@1", open)
        }
        Intent::Answer(request) => {
            let done = node.saved.answered.contains(request);
            if done && !node.plants.has(crate::core::Plant::AnswerTwice) {
                return None;
            }
            let stream = format!("answer/{request}").into();
            (
                stream,
                Act::Plain,
                "node.answered@1",
                format!("{{\"to\":\"{request}\"}}"),
            )
        }
        _ => return None,
    })
}

/// Old and new programs run side by side: some write kinds that others do not know.
fn kind_of(rng: &mut ChaCha8Rng) -> &'static str {
    if rng.random_bool(0.05) {
        "node.of-tomorrow@7"
    } else {
        "cases.noted@1"
    }
}

/// What is written about nodes and keys.
fn members(node: &Node<SimHand>, area: &Arc<str>, intent: &Intent) -> Option<Draft> {
    let me = node.log();
    let (stream, kind, open): (StreamName, _, _) = match intent {
        Intent::Enrol(key, area, replaces) => {
            let log = LogId::of(key);
            let replaces = replaces.map_or("null".to_owned(), |log| format!("\"{log}\""));
            let key = hex::encode(key);
            let open = format!("{{\"key\":\"{key}\",\"area\":\"{area}\",\"replaces\":{replaces}}}");
            (format!("node/{log}-{me}").into(), "node.enrolled@1", open)
        }
        Intent::Close(log) => {
            let (size, root) = node.saved.end_of(*log);
            let root = hex::encode(root);
            let open = format!("{{\"log\":\"{log}\",\"size\":{size},\"root\":\"{root}\"}}");
            (
                format!("node/{log}-{me}-closed").into(),
                "node.closed@1",
                open,
            )
        }
        Intent::Revoke(log) => {
            let open = format!("{{\"log\":\"{log}\"}}");
            (
                format!("node/{log}-{me}-revoked").into(),
                "node.revoked@1",
                open,
            )
        }
        Intent::Destroy(subject) => {
            let subject = hex::encode(subject);
            let open = format!("{{\"subject\":\"{subject}\"}}");
            (format!("key/{subject}").into(), "keys.destroyed@1", open)
        }
        Intent::Erased(subject) => {
            let subject = hex::encode(subject);
            (
                format!("erased/{subject}-{me}").into(),
                "node.erased@1",
                "{}".to_owned(),
            )
        }
        _ => return None,
    };
    let new = !node.saved.streams.contains_key(&stream);
    let again = matches!(intent, Intent::Enrol(..));
    (new || again).then_some(())?;
    node.may_write(&stream, &Act::Plain, &[]).ok()?;
    Some(Draft {
        stream,
        area: Arc::clone(area),
        kind,
        open,
        subjects: Vec::new(),
        act: None,
    })
}
