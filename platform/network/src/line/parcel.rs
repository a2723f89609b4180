//! A parcel: what a node without any line has for the one above, carried there as a file, and the
//! answer carried back.
//!
//! A parcel is an envelope, so it may be lost, copied and read by others without harm. It holds a
//! greeting, everything the node above has not countersigned, and how far the node has seen each
//! other log; the answer holds what the node above would have answered on a line. What is carried
//! twice changes nothing. An answer is taken once, for the parcel that it answers, and its news are
//! as old as that parcel.

use linli_journal::sea_orm::{ConnectionTrait as _, Statement};
use linli_kernel::Fault;

use super::enrol::Refused;
use super::files::Word;
use super::status::{execute, store};
use super::{Client, Envelope, Exchange, Inner, Line};
use crate::core::{
    Frame, Head, Input, LogId, Message, PublicKey, Purpose, StopReason, Stretch, sha256, wire,
};

const MAGIC: &[u8; 5] = b"LPAR\x01";

/// About how much a parcel holds at most, in bytes: the next one goes on.
const ENOUGH: usize = 256 * 1024 * 1024;

/// About how many bytes of files go beside that.
const ENOUGH_FILES: usize = 128 * 1024 * 1024;

/// The most bytes of a parcel that are read.
pub const MAX_PARCEL: usize = 2 * ENOUGH;

/// How many parcels may be under way: an older one's answer is not taken any more.
const UNDER_WAY: usize = 8;

impl Line {
    /// A parcel for the node above; `None` when there is none above.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn export(&self) -> Result<Option<Vec<u8>>, Fault> {
        let mut inner = self.inner.lock().await;
        self.grow(&mut inner).await?;
        let node = inner.node.as_ref();
        let Some((node, parent)) = node.zip(node.and_then(|node| node.saved.parent.clone())) else {
            return Ok(None);
        };
        let mut frames = vec![Message::Hello(node.hello())];
        let seen = node.saved.seen.iter();
        frames.extend(seen.map(|(log, from)| Message::Want {
            log: *log,
            from: *from,
        }));
        let due: Vec<(LogId, u64, u64)> = node
            .feeds()
            .map(|(log, size)| (log, node.saved.word_for(log), size))
            .collect();
        let mut bytes = 0;
        inner.peer = Some(parent.key);
        for (log, mut from, size) in due {
            while from < size && bytes < ENOUGH {
                let Some(message) = self.stretch(&inner, log, from).await? else {
                    break;
                };
                if let Message::Batch { head, entries, .. } = &message {
                    from = head.size;
                    bytes += entries.iter().map(|entry| entry.bytes.len()).sum::<usize>();
                }
                frames.push(message);
            }
        }
        drop(inner);
        let words = self.pack_files(ENOUGH_FILES).await?;
        let packed = pack(&frames, &words);
        let sealed = Envelope::seal(&self.journal.node_seed(), &parent.key, None, &packed)?;
        self.remember(&sealed).await?;
        Ok(Some(sealed))
    }

    /// The next stretch of a log, as it would be shipped.
    async fn stretch(
        &self,
        inner: &Inner,
        log: LogId,
        from: u64,
    ) -> Result<Option<Message>, Fault> {
        let read = self.read(inner, Purpose::Batch, log, from).await?;
        let Some(Input::Read(
            _,
            Stretch {
                head,
                entries,
                keys,
            },
        )) = read
        else {
            return Ok(None);
        };
        if entries.is_empty() {
            return Ok(None);
        }
        let head = if log == self.log() {
            Head::sign(&self.hand, (head.from, head.base), (head.size, head.root))
        } else {
            head
        };
        Ok(Some(Message::Batch {
            head,
            entries,
            keys,
        }))
    }

    /// Takes a parcel of a node below, and gives the answer to be carried back; or takes the answer
    /// of the node above.
    ///
    /// # Errors
    /// [`Refused`] when it is not for this node, of a stranger, or an answer that was not waited for.
    pub async fn import(&self, bytes: &[u8]) -> Result<Option<Vec<u8>>, Refused> {
        let parent = {
            let inner = self.inner.lock().await;
            let node = inner.node.as_ref();
            node.and_then(|node| node.saved.parent.clone())
        };
        if let Some(parent) = parent
            && Envelope::sender_of(bytes) == Some(parent.key)
        {
            self.take_answer(bytes, &parent.key).await?;
            return Ok(None);
        }
        let seed = self.journal.node_seed();
        let envelope = Envelope::open(&seed, None, bytes)?;
        let (frames, words) = unpack(&envelope.content)
            .ok_or_else(|| Refused::Message("this file is no parcel of a node".to_owned()))?;
        let answers = self.answer_all(&envelope, frames).await?;
        let heard = {
            let inner = self.inner.lock().await;
            let node = inner.node.as_ref();
            node.is_some_and(|node| node.hears(envelope.log()))
        };
        let words = if heard { words } else { Vec::new() };
        let words = self.answer_files(words, ENOUGH_FILES).await?;
        let to = sha256(bytes);
        let sealed = Envelope::seal(&seed, &envelope.sender, Some(&to), &pack(&answers, &words))?;
        Ok(Some(sealed))
    }

    /// What the frames of a parcel would have been answered on a line, and what is there for its node.
    async fn answer_all(
        &self,
        envelope: &Envelope,
        frames: Vec<Message>,
    ) -> Result<Vec<Message>, Fault> {
        let mut inner = self.inner.lock().await;
        let (mut session, mut offers) = (0, Vec::new());
        let mut seen = std::collections::BTreeMap::new();
        let mut answers = Vec::new();
        for message in frames {
            if let Message::Want { log, from } = message {
                seen.insert(log, from);
                continue;
            }
            let frame = frame(session, message);
            let Some(answer) = self.said_to(&mut inner, envelope, frame).await? else {
                continue;
            };
            if let Message::Welcome(welcome) = &answer {
                session = welcome.session;
                offers.clone_from(&welcome.offers);
            }
            let stop = matches!(&answer, Message::Stop { log, .. } if *log == envelope.log());
            answers.push(answer);
            if stop {
                return Ok(answers);
            }
        }
        let mut bytes = 0;
        for (log, length) in offers {
            let mut from = seen.get(&log).copied().unwrap_or(0);
            while from < length && bytes < ENOUGH {
                let want = frame(session, Message::Want { log, from });
                let answer = self.said_to(&mut inner, envelope, want).await?;
                let Some(Message::Down { to, entries, .. }) = &answer else {
                    break;
                };
                if *to <= from {
                    break;
                }
                from = *to;
                bytes += entries.iter().map(|entry| entry.bytes.len()).sum::<usize>();
                answers.extend(answer);
            }
        }
        Ok(answers)
    }

    /// Takes the answer to a parcel: an exchange in which it says what the node above says.
    async fn take_answer(&self, bytes: &[u8], parent: &PublicKey) -> Result<(), Refused> {
        let seed = self.journal.node_seed();
        let mut found = None;
        for (digest, at) in self.under_way().await? {
            if let Ok(envelope) = Envelope::open(&seed, Some(&digest), bytes) {
                found = Some((envelope, digest, at));
            }
        }
        let Some((envelope, digest, at)) = found.filter(|(it, ..)| it.sender == *parent) else {
            let why =
                "this answers no parcel that is under way: it was taken already, or is too old";
            return Err(Refused::Message(why.to_owned()));
        };
        let (mut answers, words) = unpack(&envelope.content)
            .ok_or_else(|| Refused::Message("this file is no answer of a node".to_owned()))?;
        let age = u64::try_from(self.now() - at).unwrap_or(u64::MAX);
        for answer in &mut answers {
            if let Message::Welcome(welcome) = answer {
                welcome.news = welcome.news.map(|news| news.saturating_add(age));
            }
        }
        self.greet_again().await;
        if let Exchange::Failed(why) = self.exchange(&Client::carried(answers), true).await? {
            return Err(Refused::Message(why));
        }
        self.take_files(words).await?;
        let forget = "DELETE FROM parcel WHERE digest = $1";
        execute(&self.side, forget, [hex::encode(digest).into()]).await?;
        Ok(())
    }

    /// Remembers that a parcel is under way.
    async fn remember(&self, sealed: &[u8]) -> Result<(), Fault> {
        let insert = "INSERT INTO parcel (digest, at) VALUES ($1, $2)";
        let values = [hex::encode(sha256(sealed)).into(), self.now().into()];
        execute(&self.side, insert, values).await?;
        for (digest, _) in self.under_way().await?.into_iter().skip(UNDER_WAY) {
            let forget = "DELETE FROM parcel WHERE digest = $1";
            execute(&self.side, forget, [hex::encode(digest).into()]).await?;
        }
        Ok(())
    }

    /// The parcels under way by their digests, and when each was made; the newest first.
    async fn under_way(&self) -> Result<Vec<([u8; 32], i64)>, Fault> {
        let sql = "SELECT digest, at FROM parcel ORDER BY at DESC, digest";
        let sql = Statement::from_string(self.side.get_database_backend(), sql);
        let mut found = Vec::new();
        for row in self.side.query_all_raw(sql).await.map_err(store)? {
            let text: String = row.try_get("", "digest").map_err(store)?;
            let mut digest = [0; 32];
            if hex::decode_to_slice(&text, &mut digest).is_ok() {
                found.push((digest, row.try_get("", "at").map_err(store)?));
            }
        }
        Ok(found)
    }
}

/// What the answers of a parcel say to a frame, as the node above would on a line; nothing when it
/// was not asked that.
pub(super) fn carried(answers: &[Message], ask: &Frame) -> Option<Frame> {
    let fits = |answer: &&Message| match (&ask.message, answer) {
        (Message::Hello(_), Message::Welcome(_)) => true,
        (Message::Hello(_), Message::Stop { log, .. }) => *log == asker(ask),
        (Message::Batch { head, .. }, Message::Ack { log, have, .. }) => {
            *log == head.log && *have > head.from
        }
        (Message::Batch { head, .. }, Message::Stop { log, why }) => {
            *log == head.log && *why != StopReason::Greet
        }
        (
            Message::Want { log, from },
            Message::Down {
                log: of, from: at, ..
            },
        ) => log == of && from == at,
        _ => false,
    };
    // Of several words for one log the last says most.
    let message = answers.iter().rev().find(fits)?.clone();
    Some(Frame {
        session: 0,
        nonce: ask.nonce,
        message,
    })
}

/// Whose greeting it is.
fn asker(ask: &Frame) -> LogId {
    match &ask.message {
        Message::Hello(hello) => hello.head.log,
        _ => LogId([0; 16]),
    }
}

fn frame(session: u64, message: Message) -> Frame {
    Frame {
        session,
        nonce: 0,
        message,
    }
}

/// `LPAR`, version 1, then each frame and each word about files after its length.
fn pack(messages: &[Message], words: &[Word]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    let frames = messages
        .iter()
        .map(|one| wire::encode(&frame(0, one.clone())));
    for part in frames.chain(words.iter().map(Word::encode)) {
        let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&part);
    }
    bytes
}

fn unpack(bytes: &[u8]) -> Option<(Vec<Message>, Vec<Word>)> {
    let mut rest = bytes.strip_prefix(MAGIC)?;
    let (mut messages, mut words) = (Vec::new(), Vec::new());
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (part, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        match Word::decode(part) {
            Some(word) => words.push(word),
            None => messages.push(wire::decode(part).ok()?.message),
        }
        rest = after;
    }
    Some((messages, words))
}
