//! The line: the core with a real journal as its store and HTTP as its carrier.
//!
//! [`Line`] feeds what comes in to the core, makes what follows durable (`keep`), and reads what the
//! core asks for (`fetch`). What travels is signed by the sender's key and sealed to the receiver's
//! (`envelope`), whatever carries it. A node is on the line once it invited another or joined one;
//! before that nothing here runs.

mod child;
mod enrol;
mod envelope;
mod fetch;
mod files;
mod handover;
mod http;
mod keep;
mod load;
mod own;
mod parcel;
mod request;
mod status;
mod takeover;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use linli_journal::sea_orm::DatabaseConnection;
use linli_journal::{Intake, Journal, Remembered};
use linli_kernel::{AreaPath, Clock, Fault, ResidentId, StreamId};
use rand_chacha::ChaCha8Rng;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::core::{
    Action, Conn, Ed25519, Frame, Hand as _, Input, LogId, Message, Mode, Node, PublicKey,
    Quarantined, Record,
};

pub use child::Exchange;
pub use enrol::{Invitation, Invite, Joined, MAX_HOURS, Numbers, Refused, invite, join, revoke};
pub use envelope::{BadEnvelope, Envelope, fingerprint};
pub use files::Carried;
pub use http::{Client, MAX_BODY, routes};
pub use own::my_numbers;
pub use parcel::MAX_PARCEL;
pub use request::Request;
pub use status::{Lag, Neighbour, Status, Trouble, of as status_of};

/// Told which streams moved because of what neighbours sent.
pub type Moved = Arc<dyn Fn(&[StreamId]) + Send + Sync>;

/// A node on the line.
pub struct Line {
    journal: Journal,
    clock: Arc<dyn Clock>,
    hand: Ed25519,
    side: DatabaseConnection,
    moved: Moved,
    inner: Mutex<Inner>,
    files: Mutex<files::Files>,
}

/// What changes.
struct Inner {
    /// The core; `None` until the node has a neighbour.
    node: Option<Node<Ed25519>>,
    rng: ChaCha8Rng,
    /// Whom the node hears now: keys in the message are sealed with their key.
    peer: Option<PublicKey>,
    /// Envelopes that were opened lately, by their one-time key.
    opened: (BTreeSet<[u8; 32]>, VecDeque<[u8; 32]>),
    /// What was last quarantined of each log, and when: the same thing is noted once an hour.
    noted: BTreeMap<LogId, (Quarantined, i64)>,
    /// Whether the registers are left behind until the first exchange ends.
    unfolded: bool,
    /// Keys came again: what they open has not been folded with them.
    refold: bool,
    /// What was lately asked for, and when.
    asked: BTreeMap<StreamId, i64>,
    /// Streams that moved since they were last told.
    moved: BTreeSet<StreamId>,
    /// The own area, for entries about the node itself.
    area: AreaPath,
}

/// What a step leaves to be said.
#[derive(Default)]
struct Said {
    ask: Option<Frame>,
    reply: Option<(Conn, Message)>,
}

impl Line {
    /// The line of the node with this journal. `area` is what it hosts.
    ///
    /// # Errors
    /// [`Fault`] when what is remembered cannot be read.
    pub async fn open(
        journal: Journal,
        clock: Arc<dyn Clock>,
        area: AreaPath,
        moved: Moved,
    ) -> Result<Self, Fault> {
        let side = journal.side_store("nodes").await?;
        status::prepare(&side).await?;
        let hand = Ed25519::new(&journal.node_seed());
        let line = Self {
            inner: Mutex::new(Inner::new(area)?),
            files: Mutex::default(),
            hand,
            side,
            moved,
            clock,
            journal,
        };
        if line.journal.has_neighbours().await? || status::has_invited(&line.side).await? {
            let mut inner = line.inner.lock().await;
            line.begin(&mut inner).await?;
            drop(inner);
        }
        Ok(line)
    }

    /// This node's key.
    #[must_use]
    pub fn key(&self) -> PublicKey {
        self.hand.public()
    }

    /// This node's log.
    #[must_use]
    pub fn log(&self) -> LogId {
        LogId::of(&self.key())
    }

    /// The journal behind it.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Whether the node has, or had, neighbours.
    pub async fn is_on(&self) -> bool {
        self.inner.lock().await.node.is_some()
    }

    fn now(&self) -> i64 {
        self.clock.now().as_second()
    }

    /// Makes the core from what is remembered.
    async fn begin(&self, inner: &mut Inner) -> Result<(), Fault> {
        if inner.node.is_none() {
            let saved = load::saved(&self.journal, self.log()).await?;
            let lapsed = saved.lapsed.keys();
            let lapsed: Vec<_> = lapsed.map(|id| ResidentId(Uuid::from_bytes(*id))).collect();
            self.journal.expect_keys(&lapsed);
            let hand = Ed25519::new(&self.journal.node_seed());
            inner.node = Some(Node::open(hand, saved, crate::core::Plants::default()));
            self.recover(inner).await?;
            let pending = inner.node.as_ref().map(Node::pending);
            self.work(inner, pending.unwrap_or_default(), None).await?;
        }
        Ok(())
    }

    /// A node that was restored hears all its neighbours before it writes. What children returned is
    /// not kept, so that one which died meanwhile hears them anew.
    async fn recover(&self, inner: &mut Inner) -> Result<(), Fault> {
        let restored = self.journal.mode() == linli_journal::Mode::Restored;
        let Some(node) = &mut inner.node else {
            return Ok(());
        };
        let neighbours = node.neighbours();
        let recovering = matches!(node.saved.mode, Mode::Recovering(_));
        if neighbours.is_empty() || !(restored || recovering) {
            return Ok(());
        }
        node.saved.stale |= restored;
        let mode = Record::Mode(Mode::Recovering(neighbours));
        let (kind, about, body) = load::written(&mode, self.now());
        let kind = if restored { load::RESTORED } else { kind };
        node.stored(mode);
        let remembered = Remembered {
            id: 0,
            own: 0,
            kind: kind.to_owned(),
            about,
            body,
        };
        let intake = Intake {
            remembered: vec![remembered],
            held: Some(true),
            ..Intake::default()
        };
        self.journal.take_in(intake).await
    }

    /// Feeds `input` to the core and does what follows, up to what is to be said.
    async fn feed(&self, inner: &mut Inner, input: Input) -> Result<Said, Fault> {
        self.grow(inner).await?;
        let said = self.work(inner, Vec::new(), Some(input)).await?;
        let moved: Vec<_> = std::mem::take(&mut inner.moved).into_iter().collect();
        if !moved.is_empty() {
            (self.moved)(&moved);
        }
        Ok(said)
    }

    async fn work(
        &self,
        inner: &mut Inner,
        actions: Vec<Action>,
        input: Option<Input>,
    ) -> Result<Said, Fault> {
        let mut said = Said::default();
        let mut inputs: VecDeque<Input> = input.into_iter().collect();
        let mut actions: VecDeque<Action> = actions.into();
        loop {
            if let Some(action) = actions.pop_front() {
                match action {
                    Action::Ask(frame) => said.ask = Some(frame),
                    Action::Reply(conn, message) => said.reply = Some((conn, message)),
                    other => inputs.extend(self.act(inner, other).await?),
                }
                continue;
            }
            let Some(input) = inputs.pop_front() else {
                return Ok(said);
            };
            let now = self.now();
            let Inner { node, rng, .. } = inner;
            let Some(node) = node else { return Ok(said) };
            let outcome = node.step(input, now, rng);
            actions.extend(self.keep(inner, outcome.records).await?);
            actions.extend(outcome.actions);
        }
    }

    /// Takes in what the own log has grown by, from whichever process.
    async fn grow(&self, inner: &mut Inner) -> Result<(), Fault> {
        loop {
            let Some(node) = &inner.node else {
                return Ok(());
            };
            let have = node.saved.own.size();
            let bytes = self.journal.own_bytes(have, have + load::PAGE).await?;
            if bytes.is_empty() {
                return Ok(());
            }
            let entries = load::entries(bytes)?;
            let Some(node) = &mut inner.node else {
                return Ok(());
            };
            let actions = node.stored(crate::core::Record::Own(entries));
            for action in actions {
                self.act(inner, action).await?;
            }
        }
    }
}

impl Inner {
    fn new(area: AreaPath) -> Result<Self, Fault> {
        use rand::SeedableRng as _;
        Ok(Self {
            node: None,
            rng: ChaCha8Rng::from_seed(envelope::random()?),
            peer: None,
            opened: Default::default(),
            noted: BTreeMap::new(),
            unfolded: false,
            refold: false,
            asked: BTreeMap::new(),
            moved: BTreeSet::new(),
            area,
        })
    }

    /// Whether an envelope with this one-time key was opened before; from now on it was.
    fn is_replayed(&mut self, once: [u8; 32]) -> bool {
        const REMEMBERED: usize = 4_096;
        let (known, order) = &mut self.opened;
        if !known.insert(once) {
            return true;
        }
        order.push_back(once);
        if order.len() > REMEMBERED
            && let Some(oldest) = order.pop_front()
        {
            known.remove(&oldest);
        }
        false
    }

    /// The key of a neighbour.
    fn key_of(&self, log: LogId) -> Option<PublicKey> {
        let saved = &self.node.as_ref()?.saved;
        let parent = saved.parent.as_ref().filter(|parent| parent.log == log);
        let member = saved.members.get(&log);
        parent
            .map(|parent| parent.key)
            .or_else(|| member.map(|member| member.enrolled.key))
    }
}
