//! Enrolment: a one-time code from the node above, a key of the node's own, and nothing else.
//!
//! The code is 80 bits of chance and 60 bits of the inviting node's fingerprint, so that whoever has
//! it also knows whom to believe. It is good once, for at most a day, for one area; its bearer can
//! enrol a key and nothing more. What is enrolled is an entry of the inviting node's log.

use std::fmt;

use linli_journal::sea_orm::{ConnectionTrait, Statement};
use linli_journal::{Handover, Journal, Kind};
use linli_kernel::{AreaPath, Clock, Fault, StreamId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::status::{execute, has_invited, prepare, store};
use super::{BadEnvelope, Client, Envelope, Inner, Line, envelope};
use crate::core::{Conn, Ed25519, Frame, Hand as _, Input, LogId, Message, StopReason};
use crate::core::{PublicKey, sha256, wire};

/// The longest that an invitation is good, in hours.
pub const MAX_HOURS: u32 = 24;

const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// How many letters of a code are chance, and how many are the inviting node's.
const SECRET: usize = 16;
const WHOSE: usize = 12;

/// What an invitation is for.
#[derive(Debug, Clone)]
pub struct Invite {
    /// The area that the new node hosts.
    pub area: AreaPath,
    /// For how many hours it is good, at most [`MAX_HOURS`].
    pub hours: u32,
    /// The log whose place the new node takes.
    pub replaces: Option<LogId>,
}

/// An invitation, to be told once.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// The code, in groups of four.
    pub code: String,
    /// Until when it is good, in seconds since 1970.
    pub until: i64,
}

/// 办件号段: the counters from which a node makes case numbers: from the first to before the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbers {
    /// The first.
    pub from: u32,
    /// The one after the last.
    pub to: u32,
}

/// What the node above answered to one that joins.
#[derive(Debug, Clone)]
pub struct Joined {
    /// The key of the node above.
    pub parent: PublicKey,
    /// The area to host.
    pub area: AreaPath,
    /// The counters for case numbers.
    pub numbers: Numbers,
    /// The network's key of hashes by which people are found.
    pub lookup: [u8; 32],
}

/// Why a message is not answered.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It makes no sense, or is not for this node.
    #[error("{0}")]
    Message(String),
    /// The code is not, or no longer, good.
    #[error("{0}")]
    Code(&'static str),
    /// The own store fails.
    #[error("{0}")]
    Fault(Fault),
}

#[derive(Serialize, Deserialize)]
struct Request {
    code: String,
    version: String,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    area: AreaPath,
    numbers: Numbers,
    lookup: String,
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<BadEnvelope> for Refused {
    fn from(why: BadEnvelope) -> Self {
        Self::Message(why.to_string())
    }
}

impl Numbers {
    /// All there are (`CaseNumber::from_counter`).
    pub const ALL: Self = Self {
        from: 0,
        to: 900_000_000,
    };

    /// How many a node of this area gets: a street shares its own among its communities.
    fn share(area: &AreaPath) -> u32 {
        if area.depth() <= 2 { 7_000_000 } else { 50_000 }
    }
}

impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}–{}", self.from, self.to.saturating_sub(1))
    }
}

/// Makes an invitation; its code is kept as a hash only.
///
/// # Errors
/// [`Fault`] when the store fails.
pub async fn invite(
    journal: &Journal,
    clock: &dyn Clock,
    invite: &Invite,
) -> Result<Invitation, Fault> {
    let side = journal.side_store("nodes").await?;
    prepare(&side).await?;
    let me = LogId::of(&Ed25519::new(&journal.node_seed()).public());
    let secret: [u8; 10] = envelope::random()?;
    let letters = letters(&secret, SECRET) + &letters(&me.0, WHOSE);
    let hours = i64::from(invite.hours.clamp(1, MAX_HOURS));
    let until = clock.now().as_second() + hours * 3_600;
    let sql = "INSERT INTO invitation (hash, area, until, replaces) VALUES ($1, $2, $3, $4)";
    let values = [
        hash(&letters[..SECRET]).into(),
        invite.area.to_string().into(),
        until.into(),
        invite.replaces.map(|log| log.to_string()).into(),
    ];
    execute(&side, sql, values).await?;
    let groups: Vec<&str> = (0..7).map(|n| &letters[n * 4..n * 4 + 4]).collect();
    Ok(Invitation {
        code: groups.join("-"),
        until,
    })
}

/// Joins the node that `client` leads to, with the key of `seed`.
///
/// # Errors
/// A sentence that says what is wrong.
pub async fn join(client: &Client, code: &str, seed: &[u8; 32]) -> Result<Joined, String> {
    let letters = plain(code).ok_or("the code is 28 letters and digits, in groups of four")?;
    let key = client.get("/network/key").await?.unwrap_or_default();
    let mut parent: PublicKey = [0; 32];
    hex::decode_to_slice(String::from_utf8_lossy(&key).trim(), &mut parent)
        .map_err(|_bad| "what answers there is no node of Linli")?;
    if self::letters(&LogId::of(&parent).0, WHOSE) != letters[SECRET..] {
        return Err("the node there is not the one that made the code".to_owned());
    }
    let request = Request {
        code: letters[..SECRET].to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let text = serde_json::to_vec(&request).map_err(|why| why.to_string())?;
    let sealed = Envelope::seal(seed, &parent, None, &text).map_err(|why| why.to_string())?;
    let to = sha256(&sealed);
    let answer = client.post("/network/join", &sealed).await?;
    let opened = Envelope::open(seed, Some(&to), &answer.unwrap_or_default())
        .map_err(|why| why.to_string())?;
    if opened.sender != parent {
        return Err("another node answered".to_owned());
    }
    let answer: Answer =
        serde_json::from_slice(&opened.content).map_err(|why| format!("the answer: {why}"))?;
    let mut lookup = [0; 32];
    hex::decode_to_slice(&answer.lookup, &mut lookup).map_err(|why| why.to_string())?;
    Ok(Joined {
        parent,
        area: answer.area,
        numbers: answer.numbers,
        lookup,
    })
}

/// Says in this node's log that another may no longer speak. Says whether it is one that joined.
///
/// # Errors
/// [`Fault`] when the store fails.
pub async fn revoke(line: &Line, log: LogId) -> Result<bool, Fault> {
    let area = {
        let inner = line.inner.lock().await;
        let node = inner.node.as_ref();
        let member = node.and_then(|node| node.saved.members.get(&log));
        let Some(area) = member.and_then(|member| member.enrolled.area.parse().ok()) else {
            return Ok(false);
        };
        area
    };
    let stream = StreamId::new("node", format!("{log}-{}-revoked", line.log()));
    let kind = Kind::new("node.revoked", 1);
    let open = json!({ "log": log.to_string() });
    line.record((stream, area, kind, open), Handover::No)
        .await?;
    Ok(true)
}

impl Line {
    /// Answers a node that wants to join.
    pub(super) async fn take_join(&self, bytes: &[u8]) -> Result<Option<Vec<u8>>, Refused> {
        let seed = self.journal.node_seed();
        let envelope = Envelope::open(&seed, None, bytes)?;
        let request: Request = serde_json::from_slice(&envelope.content)
            .map_err(|why| Refused::Message(format!("no request to join: {why}")))?;
        let mut inner = self.inner.lock().await;
        if inner.is_replayed(envelope.once) {
            return Err(Refused::Message("this message came before".to_owned()));
        }
        let key = hex::encode(envelope.sender);
        let Some((area, replaces)) = self.invited(&request.code, &key).await? else {
            self.stranger(envelope.log(), "code").await?;
            return Err(Refused::Code("the code is wrong, used or too old"));
        };
        self.begin(&mut inner).await?;
        self.grow(&mut inner).await?;
        let numbers = self.enrol(&mut inner, &envelope, &area, replaces).await?;
        self.heard(envelope.log(), None, Some(&request.version))
            .await?;
        let answer = Answer {
            area,
            numbers,
            lookup: hex::encode(self.journal.lookup_key()),
        };
        let text = serde_json::to_vec(&answer)
            .map_err(|why| Fault::Damaged(format!("an answer: {why}")))?;
        let to = sha256(bytes);
        Ok(Some(Envelope::seal(
            &seed,
            &envelope.sender,
            Some(&to),
            &text,
        )?))
    }

    /// The area of an invitation that is good for this key, and whose place it is for. From now on it is
    /// good for no other.
    async fn invited(
        &self,
        code: &str,
        key: &str,
    ) -> Result<Option<(AreaPath, Option<LogId>)>, Fault> {
        let Some(code) = self::some_letters(code, SECRET) else {
            return Ok(None);
        };
        let backend = self.side.get_database_backend();
        let mark = "UPDATE invitation SET used_by = $1 WHERE hash = $2 AND until >= $3 \
                    AND (used_by IS NULL OR used_by = $1)";
        let values = [key.into(), hash(&code).into(), self.now().into()];
        let mark = Statement::from_sql_and_values(backend, mark, values);
        let marked = self.side.execute_raw(mark).await.map_err(store)?;
        if marked.rows_affected() != 1 {
            return Ok(None);
        }
        let sql = "SELECT area, replaces FROM invitation WHERE hash = $1";
        let sql = Statement::from_sql_and_values(backend, sql, [hash(&code).into()]);
        let Some(row) = self.side.query_one_raw(sql).await.map_err(store)? else {
            return Ok(None);
        };
        let area: String = row.try_get("", "area").map_err(store)?;
        let replaces: Option<String> = row.try_get("", "replaces").map_err(store)?;
        let area = area
            .parse()
            .map_err(|why| Fault::Damaged(format!("an invitation: {why}")))?;
        Ok(Some((area, replaces.and_then(|log| log.parse().ok()))))
    }

    /// Says in the log that a node joined, with the numbers it may use; the same again for one that
    /// did already and did not hear it.
    async fn enrol(
        &self,
        inner: &mut Inner,
        envelope: &Envelope,
        area: &AreaPath,
        replaces: Option<LogId>,
    ) -> Result<Numbers, Refused> {
        let log = envelope.log();
        let stream = StreamId::new("node", format!("{log}-{}", self.log()));
        let before = self.journal.stream(&stream).await?;
        if let Some(entry) = before.last()
            && let Ok(numbers) = serde_json::from_value(entry.open["numbers"].clone())
        {
            return Ok(numbers);
        }
        let Some(node) = &inner.node else {
            return Err(Refused::Code("this node takes nobody now"));
        };
        let other = node.saved.members.iter().find(|(log, member)| {
            let there = *member.enrolled.area == *area.as_str() && member.stopped.is_none();
            there && Some(**log) != replaces
        });
        if other.is_some() {
            return Err(Refused::Code("another node hosts this area already"));
        }
        let numbers = self.numbers_for(area).await?;
        if let Some(old) = replaces {
            let (size, root) = node.saved.end_of(old);
            let stream = StreamId::new("node", format!("{old}-{}-closed", self.log()));
            let open = json!({ "log": old.to_string(), "size": size, "root": hex::encode(root) });
            let entry = (stream, area.clone(), Kind::new("node.closed", 1), open);
            self.record(entry, Handover::No).await?;
        }
        let open = json!({
            "key": hex::encode(envelope.sender),
            "area": area,
            "replaces": replaces.map(|log| log.to_string()),
            "numbers": numbers,
        });
        let entry = (stream, area.clone(), Kind::new("node.enrolled", 1), open);
        self.record(entry, Handover::No).await?;
        self.grow(inner).await?;
        Ok(numbers)
    }

    /// Numbers that nobody has: from the end of this node's own, before those given already.
    async fn numbers_for(&self, area: &AreaPath) -> Result<Numbers, Refused> {
        let own = super::my_numbers(&self.journal).await?;
        let given = self.journal.own_of_kind("node.enrolled@1").await?;
        let given = given.iter().filter_map(|open: &Value| {
            serde_json::from_value::<Numbers>(open["numbers"].clone()).ok()
        });
        let end = given.map(|numbers| numbers.from).min().unwrap_or(own.to);
        let from = end.checked_sub(Numbers::share(area));
        // Half of what a node has stays its own.
        let floor = own.from + (own.to - own.from) / 2;
        match from.filter(|from| *from >= floor) {
            Some(from) => Ok(Numbers { from, to: end }),
            None => Err(Refused::Code("no case numbers are left to be given")),
        }
    }

    /// Answers a message of a node.
    pub(super) async fn answer(&self, bytes: &[u8]) -> Result<Option<Vec<u8>>, Refused> {
        let seed = self.journal.node_seed();
        let envelope = Envelope::open(&seed, None, bytes)?;
        let from = envelope.log();
        let frame = match wire::decode(&envelope.content) {
            Ok(frame) => frame,
            Err(why) => {
                self.stranger(from, "form").await?;
                return Err(Refused::Message(why.to_string()));
            }
        };
        let mut inner = self.inner.lock().await;
        if inner.is_replayed(envelope.once) {
            return Err(Refused::Message("this message came before".to_owned()));
        }
        let nonce = frame.nonce;
        let message = self.said_to(&mut inner, &envelope, frame).await?;
        drop(inner);
        let Some(message) = message else {
            return Ok(None);
        };
        let frame = Frame {
            session: 0,
            nonce,
            message,
        };
        let to = sha256(bytes);
        let text = wire::encode(&frame);
        Ok(Some(Envelope::seal(
            &seed,
            &envelope.sender,
            Some(&to),
            &text,
        )?))
    }

    pub(super) async fn said_to(
        &self,
        inner: &mut Inner,
        envelope: &Envelope,
        frame: Frame,
    ) -> Result<Option<Message>, Fault> {
        let from = envelope.log();
        if inner.node.is_none() && has_invited(&self.side).await? {
            self.begin(inner).await?;
        }
        self.grow(inner).await?;
        let node = inner.node.as_ref();
        if !node.is_some_and(|node| node.saved.members.contains_key(&from)) {
            self.stranger(from, "unknown").await?;
            let (log, why) = (from, StopReason::Unknown);
            return Ok(Some(Message::Stop { log, why }));
        }
        let there = match &frame.message {
            Message::Hello(hello) => Some(hello.head.size),
            Message::Batch { head, .. } if head.log == from => Some(head.size),
            _ => None,
        };
        inner.peer = Some(envelope.sender);
        let conn = Conn {
            line: 1,
            nonce: frame.nonce,
        };
        let input = Input::Received {
            conn,
            session: frame.session,
            from,
            message: frame.message,
        };
        let said = self.feed(inner, input).await?;
        if there.is_some() {
            self.heard(from, there, None).await?;
        }
        Ok(said.reply.map(|(_, message)| message))
    }
}

/// `count` letters of five bits each from the beginning of `bytes`.
fn letters(bytes: &[u8], count: usize) -> String {
    let bit = |n: usize| {
        bytes
            .get(n / 8)
            .is_some_and(|byte| (byte >> (7 - n % 8)) & 1 == 1)
    };
    let letter = |n: usize| {
        let value = (0..5).fold(0, |value, k| (value << 1) | usize::from(bit(n * 5 + k)));
        char::from(LETTERS[value])
    };
    (0..count).map(letter).collect()
}

/// A code as it was typed, without groups; letters that look alike are one.
fn plain(code: &str) -> Option<String> {
    some_letters(code, SECRET + WHOSE)
}

fn some_letters(code: &str, count: usize) -> Option<String> {
    let mut letters = String::with_capacity(count);
    for letter in code.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let letter = match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        LETTERS.iter().find(|known| char::from(**known) == letter)?;
        letters.push(letter);
    }
    (letters.len() == count).then_some(letters)
}

fn hash(secret: &str) -> String {
    let text = format!("linli/invitation/1\n{secret}");
    hex::encode(sha256(text.as_bytes()))
}
