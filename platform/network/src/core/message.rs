//! What nodes say to each other. The child asks, the parent answers: a line that only goes out, a
//! stick carried by hand and a web proxy in between all carry that.
//!
//! A message is no truth: what it carries is checked by what the sender's log signed.

use std::sync::Arc;

use super::entry::{Entry, StreamName};
use super::ids::{Digest, Hand, LogId, PublicKey, Signature};

/// The most entries of a batch.
pub const BATCH: u64 = 256;

/// What a log's key signs about two of its sizes: “at `from` my root was `base`, at `size` it is
/// `root`”. Two that contradict each other prove two histories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The log.
    pub log: LogId,
    /// The smaller size.
    pub from: u64,
    /// The root over the first `from` entries.
    pub base: Digest,
    /// The larger size.
    pub size: u64,
    /// The root over the first `size` entries.
    pub root: Digest,
    /// The log's signature over the above.
    pub signature: Signature,
}

/// What a parent signs about its child's log: it is there, and will be (已达上级).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// The child's log.
    pub log: LogId,
    /// How many of its entries are there.
    pub size: u64,
    /// The root over them.
    pub root: Digest,
    /// Whose word it is.
    pub by: LogId,
    /// Its signature.
    pub signature: Signature,
}

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What the parent called this conversation when it answered the greeting: a request of an
    /// earlier one, however late it comes, is not listened to.
    pub session: u64,
    /// What the child called its request; the answer repeats it, and any other answer is ignored.
    pub nonce: u64,
    /// The message.
    pub message: Message,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Child to parent: here I am. Answered by [`Message::Welcome`] or [`Message::Stop`].
    Hello(Hello),
    /// What the parent has, and what it has for the child.
    Welcome(Welcome),
    /// Child to parent: entries of a log, as a whole stretch. Answered by [`Message::Ack`].
    Batch {
        /// The stretch's ends, signed by the log.
        head: Head,
        /// Every entry between them.
        entries: Vec<Arc<Entry>>,
        /// Keys of the subjects in them.
        keys: Vec<Wrapped>,
    },
    /// The parent has so much of a log now.
    Ack {
        /// The log.
        log: LogId,
        /// How many entries are there.
        have: u64,
        /// Its word for them.
        witness: Option<Witness>,
    },
    /// Child to parent: what is there for me in this log? Answered by [`Message::Down`].
    Want {
        /// The log.
        log: LogId,
        /// From which place on.
        from: u64,
    },
    /// The entries of a log that the child follows; before an entry that hands a stream to it, that
    /// stream from its beginning.
    Down {
        /// The log.
        log: LogId,
        /// From which place on.
        from: u64,
        /// Up to which place all that the child follows is here.
        to: u64,
        /// The entries.
        entries: Vec<Arc<Entry>>,
        /// Keys of the subjects in them, as leases.
        keys: Vec<Wrapped>,
    },
    /// A restored node asks for the end of its own log. Answered by [`Message::Tail`].
    Recover {
        /// What it has.
        size: u64,
    },
    /// Entries of the receiver's own log. A parent has all of them, a child those it follows.
    Tail {
        /// From which place on.
        from: u64,
        /// How many the sender knows of: the last one's place and one.
        have: u64,
        /// The entries.
        entries: Vec<Arc<Entry>>,
        /// The keys of their subjects.
        keys: Vec<Wrapped>,
    },
    /// The receiver's log may not go on.
    Stop {
        /// The log.
        log: LogId,
        /// Why.
        why: StopReason,
    },
    /// Child to parent: the end of a log that may not go on, to be kept beside it. Answered by
    /// [`Message::Kept`].
    Branch {
        /// The stretch's ends.
        head: Head,
        /// The entries.
        entries: Vec<Arc<Entry>>,
    },
    /// The branch is kept up to this place.
    Kept {
        /// The log.
        log: LogId,
        /// Up to which place.
        to: u64,
    },
    /// Child to parent: an entry of this stream came before others; send it from its beginning.
    /// Answered by [`Message::Down`] up to place 0.
    WantStream(StreamName),
    /// Child to parent: my lease had lapsed, send these subjects' keys again, at most [`BATCH`].
    /// Answered by [`Message::Keys`].
    WantKeys(Vec<[u8; 16]>),
    /// Keys whose lease had lapsed.
    Keys(Vec<Wrapped>),
}

/// Why a log may not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopReason {
    /// It shows two histories.
    Frozen(Box<Fork>),
    /// It was closed at this size.
    Closed(u64),
    /// It was revoked.
    Revoked,
    /// It never joined.
    Unknown,
    /// It may, but has to greet first.
    Greet,
}

/// A child's greeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// Its log's newest end.
    pub head: Head,
    /// Whether it was restored and asks for its tail.
    pub recovering: bool,
    /// How much of each log it feeds the parent has countersigned.
    pub witnessed: Vec<(LogId, u64)>,
    /// How much of the parent's own log it has seen, for a parent that was restored.
    pub seen: u64,
}

/// A parent's answer to a greeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Welcome {
    /// What this conversation is called.
    pub session: u64,
    /// Of each log that the child feeds: how much is there.
    pub have: Vec<(LogId, u64)>,
    /// Of each log that may hold something for the child: how long it is.
    pub offers: Vec<(LogId, u64)>,
    /// Set when the parent was restored, with the size of its own log: it asks for its tail.
    pub recovering: Option<u64>,
    /// How many seconds ago the parent itself heard all news of destroyed keys: from then on the
    /// child's lease runs. `None` while it cannot say.
    pub news: Option<u64>,
}

/// A subject's key, wrapped to the receiver's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    /// Whose.
    pub subject: [u8; 16],
    /// The key, sealed to the receiver.
    pub key: Arc<[u8]>,
}

/// The portable proof that the holder of one key wrote two histories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    /// The key.
    pub key: PublicKey,
    /// What it signed.
    pub one: Head,
    /// What it signed as well.
    pub other: Head,
    /// Where no size is in both: the root of the history of `one` at the size of `other`, and the
    /// proof that it is (RFC 6962 section 2.1.2).
    pub between: Option<(Digest, Vec<Digest>)>,
}

impl Head {
    /// Signs a stretch of the signer's own log.
    #[must_use]
    pub fn sign(hand: &impl Hand, from: (u64, Digest), to: (u64, Digest)) -> Self {
        let mut head = Self {
            log: LogId::of(&hand.public()),
            from: from.0,
            base: from.1,
            size: to.0,
            root: to.1,
            signature: [0; 64],
        };
        head.signature = hand.sign(&head.text());
        head
    }

    /// Whether the holder of `key` signed it, and it is that key's log.
    #[must_use]
    pub fn is_signed(&self, hand: &impl Hand, key: &PublicKey) -> bool {
        LogId::of(key) == self.log
            && self.from <= self.size
            && hand.checks(key, &self.text(), &self.signature)
    }

    /// The two sizes of which it speaks, with their roots.
    #[must_use]
    pub fn claims(&self) -> [(u64, Digest); 2] {
        [(self.from, self.base), (self.size, self.root)]
    }

    fn text(&self) -> Vec<u8> {
        let mut text = Vec::with_capacity(128);
        text.extend_from_slice(b"linli/head/1\n");
        text.extend_from_slice(&self.log.0);
        text.extend_from_slice(&self.from.to_be_bytes());
        text.extend_from_slice(&self.base);
        text.extend_from_slice(&self.size.to_be_bytes());
        text.extend_from_slice(&self.root);
        text
    }
}

impl Witness {
    /// The signer's word for a log.
    #[must_use]
    pub fn sign(hand: &impl Hand, log: LogId, size: u64, root: Digest) -> Self {
        let mut witness = Self {
            log,
            size,
            root,
            by: LogId::of(&hand.public()),
            signature: [0; 64],
        };
        witness.signature = hand.sign(&witness.text());
        witness
    }

    /// Whether the holder of `key` gave it.
    #[must_use]
    pub fn is_signed(&self, hand: &impl Hand, key: &PublicKey) -> bool {
        LogId::of(key) == self.by && hand.checks(key, &self.text(), &self.signature)
    }

    fn text(&self) -> Vec<u8> {
        let mut text = Vec::with_capacity(96);
        text.extend_from_slice(b"linli/witness/1\n");
        text.extend_from_slice(&self.log.0);
        text.extend_from_slice(&self.size.to_be_bytes());
        text.extend_from_slice(&self.root);
        text
    }
}
