//! What the core asks to be read or done.

use std::sync::Arc;

use linli_journal::{Append, EntryName, Handover, Kind, NewEntry};
use linli_kernel::{Actor, AreaPath, CommandId, Fault, ResidentId, StreamId};
use linli_translog::{Hash, HashReader, MissingTile, TileId, leaf_hash, node_hash};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Inner, Line, envelope, load};
use crate::core::{
    Action, BATCH, Conn, Digest, Entry, Frontier, Head, Input, Link, LogId, Note, PublicKey,
    Purpose, StreamName, Stretch, Wrapped,
};

/// The most entries of a log that are looked at for one answer.
const MOST_SEEN: u64 = 4_096;

impl Line {
    /// Does what the core asks; the answer where it is a question.
    pub(super) async fn act(
        &self,
        inner: &mut Inner,
        action: Action,
    ) -> Result<Option<Input>, Fault> {
        let input = match action {
            // Requests are kept until whoever runs the line acts on them.
            Action::Ask(_) | Action::Reply(..) | Action::Serve(..) => None,
            Action::Read(purpose, log, from) => self.read(inner, purpose, log, from).await?,
            Action::ReadDown(conn, child, log, from) => {
                Some(self.read_down(inner, (conn, child), log, from).await?)
            }
            Action::ReadTail(conn, log, from) => {
                Some(self.read_tail(inner, conn, log, from).await?)
            }
            Action::ReadStream(conn, name) => Some(self.read_stream(inner, conn, &name).await?),
            Action::Prove(conn, head) => Some(self.prove(conn, head).await?),
            Action::ReadKeys(conn, child, subjects) => {
                let keys = self.wrap(inner.key_of(child), subjects).await?;
                Some(Input::Keys(conn, keys))
            }
            Action::Erase(subject) => {
                self.erased(inner, subject).await?;
                None
            }
            Action::Accept(stream) => {
                self.accept(inner, &stream).await?;
                None
            }
            Action::Tell(note) => {
                tell(&note);
                None
            }
        };
        Ok(input)
    }

    pub(super) async fn read(
        &self,
        inner: &Inner,
        purpose: Purpose,
        log: LogId,
        from: u64,
    ) -> Result<Option<Input>, Fault> {
        let Some(node) = &inner.node else {
            return Ok(None);
        };
        let (head, entries) = if log == self.log() {
            let size = node.saved.own.size().min(from + BATCH);
            let head = Head {
                log,
                from,
                base: self.journal.root_at(from).await?,
                size,
                root: self.journal.root_at(size).await?,
                signature: [0; 64],
            };
            let bytes = self.journal.own_bytes(from, size).await?;
            (head, load::entries(bytes)?)
        } else {
            let log = log.to_string();
            let Some(kept) = self.journal.remembered_stretch("fed", &log, from).await? else {
                return Ok(None);
            };
            let head = load::head_of(&kept)?;
            let bytes = self.journal.foreign(&log, head.from, head.size).await?;
            (head, load::entries(bytes)?)
        };
        let to = match purpose {
            Purpose::Back(_) => inner.peer,
            Purpose::Batch | Purpose::Branch => node.saved.parent.as_ref().map(|to| to.key),
        };
        let keys = self.keys_of(inner, to, &entries).await?;
        let stretch = Stretch {
            head,
            entries,
            keys,
        };
        Ok(Some(Input::Read(purpose, stretch)))
    }

    /// What a child follows of a log, with the history of each stream that is handed to it.
    async fn read_down(
        &self,
        inner: &Inner,
        (conn, child): (Conn, LogId),
        log: LogId,
        from: u64,
    ) -> Result<Input, Fault> {
        let (mut found, mut to) = (Vec::new(), from);
        if let Some(node) = &inner.node {
            let until = node.offer_of(log).min(from.saturating_add(MOST_SEEN));
            to = until;
            for entry in self.log_entries(log, from, until).await? {
                if !node.follows(child, &entry) {
                    continue;
                }
                let mut with = Vec::new();
                if node.hands_over(child, &entry) {
                    let stream = node.saved.streams.get(&entry.stream);
                    let chain = stream.map(|stream| stream.chain.as_slice());
                    with = self.linked(chain.unwrap_or_default()).await?;
                }
                with.push(entry);
                if (found.len() + with.len()) as u64 > BATCH {
                    // What does not fit is sent next time; a history that never does is asked for.
                    let Some(entry) = with.pop() else { break };
                    to = entry.seq;
                    if found.is_empty() {
                        to += 1;
                        found.push(entry);
                    }
                    break;
                }
                found.append(&mut with);
            }
        }
        let keys = self.keys_of(inner, inner.key_of(child), &found).await?;
        Ok(Input::ReadDown {
            conn,
            log,
            from,
            to,
            entries: found,
            keys,
        })
    }

    async fn log_entries(&self, log: LogId, from: u64, to: u64) -> Result<Vec<Arc<Entry>>, Fault> {
        let bytes = if log == self.log() {
            self.journal.own_bytes(from, to).await?
        } else {
            self.journal.foreign(&log.to_string(), from, to).await?
        };
        load::entries(bytes)
    }

    /// The entries that links name, in their order.
    async fn linked(&self, links: &[Link]) -> Result<Vec<Arc<Entry>>, Fault> {
        let mut found = Vec::with_capacity(links.len());
        for link in links.iter().take(usize::try_from(BATCH).unwrap_or(256)) {
            let bytes = if link.log == self.log() {
                self.journal.own_bytes(link.seq, link.seq + 1).await?
            } else {
                let name = EntryName {
                    log: link.log.to_string(),
                    seq: link.seq,
                    digest: link.digest,
                };
                self.journal.foreign_named(&[name]).await?
            };
            found.extend(load::entries(bytes)?);
        }
        Ok(found)
    }

    async fn read_stream(
        &self,
        inner: &Inner,
        conn: Conn,
        name: &StreamName,
    ) -> Result<Input, Fault> {
        let stream = inner.node.as_ref();
        let stream = stream.and_then(|node| node.saved.streams.get(name));
        let mut links = Vec::new();
        if let Some(stream) = stream {
            links.extend(stream.chain.iter().copied());
            links.extend(stream.orphans.values().copied());
        }
        let entries = self.linked(&links).await?;
        let keys = self.keys_of(inner, inner.peer, &entries).await?;
        Ok(Input::ReadDown {
            conn,
            log: self.log(),
            from: 0,
            to: 0,
            entries,
            keys,
        })
    }

    async fn read_tail(
        &self,
        inner: &Inner,
        conn: Option<Conn>,
        log: LogId,
        from: u64,
    ) -> Result<Input, Fault> {
        let saved = inner.node.as_ref().map(|node| &node.saved);
        let seen = saved.and_then(|saved| saved.seen.get(&log)).copied();
        let whole = saved.map_or(0, |saved| saved.end_of(log).0);
        let have = whole.max(seen.unwrap_or(0));
        let mut entries = self.log_entries(log, from, have).await?;
        entries.truncate(usize::try_from(BATCH).unwrap_or(256));
        // The parent is told without being asked; a child is answered.
        let parent = saved.and_then(|saved| saved.parent.as_ref());
        let to = if conn.is_some() {
            inner.peer
        } else {
            parent.map(|parent| parent.key)
        };
        let keys = self.keys_of(inner, to, &entries).await?;
        Ok(Input::ReadTail {
            conn,
            from,
            have,
            entries,
            keys,
        })
    }

    /// The root of another's log at an earlier size, and the proof that it began so.
    async fn prove(&self, conn: Conn, head: Head) -> Result<Input, Fault> {
        let log = head.log.to_string();
        let bytes = self.journal.foreign(&log, 0, u64::MAX).await?;
        let leaves = Leaves(
            load::entries(bytes)?
                .iter()
                .map(|entry| entry.digest)
                .collect(),
        );
        let mut tree = Frontier::default();
        let size = usize::try_from(head.size).unwrap_or(usize::MAX);
        for digest in leaves.0.iter().take(size) {
            tree.push(digest);
        }
        let root = tree.root();
        let proof = if root == head.root {
            Vec::new()
        } else {
            let all = leaves.0.len() as u64;
            linli_translog::proof::consistency(head.size, all, &leaves).unwrap_or_default()
        };
        Ok(Input::Proved {
            conn,
            head,
            root,
            proof,
        })
    }

    /// The keys of the subjects of these entries, sealed to a neighbour.
    async fn keys_of(
        &self,
        inner: &Inner,
        to: Option<PublicKey>,
        entries: &[Arc<Entry>],
    ) -> Result<Vec<Wrapped>, Fault> {
        let Some(node) = &inner.node else {
            return Ok(Vec::new());
        };
        let mut subjects: Vec<_> = entries.iter().flat_map(|entry| &entry.subjects).collect();
        subjects.sort_unstable();
        subjects.dedup();
        let held = subjects.into_iter();
        let held = held.filter(|subject| node.saved.keys.contains_key(*subject));
        self.wrap(to, held.copied().collect()).await
    }

    async fn wrap(
        &self,
        to: Option<PublicKey>,
        subjects: Vec<[u8; 16]>,
    ) -> Result<Vec<Wrapped>, Fault> {
        let Some(to) = to else { return Ok(Vec::new()) };
        let ids = subjects.iter().map(|id| ResidentId(Uuid::from_bytes(*id)));
        let keys = self.journal.subject_keys(ids.collect()).await?;
        let seed = self.journal.node_seed();
        let wrapped = keys.into_iter().filter_map(|(subject, key)| {
            let subject = subject.0.into_bytes();
            let key = envelope::wrap(&seed, &to, &subject, &key)?;
            let key = key.into();
            Some(Wrapped { subject, key })
        });
        Ok(wrapped.collect())
    }

    /// A key was destroyed elsewhere, and is gone here: each node says so under its own key.
    async fn erased(&self, inner: &Inner, subject: [u8; 16]) -> Result<(), Fault> {
        let stream = StreamId::new("erased", format!("{}-{}", hex::encode(subject), self.log()));
        let kind = Kind::new("node.erased", 1);
        let entry = (stream, inner.area.clone(), kind, json!({}));
        self.record(entry, Handover::No).await
    }

    /// Takes a stream that was handed to this node.
    async fn accept(&self, inner: &mut Inner, name: &StreamName) -> Result<(), Fault> {
        let Some(stream) = inner
            .node
            .as_ref()
            .and_then(|node| node.saved.streams.get(name))
        else {
            return Ok(());
        };
        if stream.released != Some(self.log()) {
            return Ok(());
        }
        let area = stream.area.parse();
        let area: AreaPath = area.unwrap_or_else(|_| inner.area.clone());
        let stream = StreamId::from(name.to_string());
        inner.moved.insert(stream.clone());
        let kind = Kind::new("node.accepted", 1);
        self.record((stream, area, kind, json!({})), Handover::Accept)
            .await
    }

    /// Writes an entry of the network's own kinds. What a rule forbids is left, and noted.
    pub(super) async fn record(
        &self,
        (stream, area, kind, open): (StreamId, AreaPath, Kind, Value),
        handover: Handover,
    ) -> Result<(), Fault> {
        let append = Append {
            command: CommandId::new(&*self.clock),
            digest: crate::core::sha256(open.to_string().as_bytes()),
            at: self.clock.now(),
            actor: Actor::system(),
            expected: Vec::new(),
            entries: vec![NewEntry {
                stream,
                area,
                kind,
                open,
                sealed: Vec::new(),
            }],
            changes: Vec::new(),
            answer: Value::Null,
            notices: Vec::new(),
        };
        match self.journal.append_of_network(append, handover).await {
            Ok(_) => Ok(()),
            Err(linli_journal::AppendError::Fault(fault)) => Err(fault),
            Err(other) => {
                tracing::warn!(%other, "the network could not write");
                Ok(())
            }
        }
    }
}

fn tell(note: &Note) {
    let what = match note {
        Note::Recovered => {
            tracing::info!("recovered");
            return;
        }
        Note::Frozen(log) => format!("{log} shows two histories: it is frozen"),
        Note::Stopped => "the node above takes this node's log no longer".to_owned(),
        Note::NeedsNewKey => "this node needs a new key: join anew".to_owned(),
        Note::Lapsed => "the lease on keys ran out: they come with the next exchange".to_owned(),
    };
    tracing::warn!("{what}");
}

/// The leaves of a log.
struct Leaves(Vec<Digest>);

impl HashReader for Leaves {
    fn hash(&self, level: u8, index: u64) -> Result<Hash, MissingTile> {
        let missing = || MissingTile {
            id: TileId { level, index },
            offset: 0,
        };
        if level == 0 {
            let leaf = usize::try_from(index).ok().and_then(|at| self.0.get(at));
            return leaf.map(|leaf| leaf_hash(leaf)).ok_or_else(missing);
        }
        let left = self.hash(level - 1, index * 2)?;
        Ok(node_hash(left, self.hash(level - 1, index * 2 + 1)?))
    }
}
