//! 附件: files that entries name, carried after the entries, sealed as they lie.
//!
//! The node below asks, as everywhere on the line: it offers what it has and sends what is wanted,
//! then asks for what it lacks. A file is taken by whoever has an entry that names it and its
//! subject's key, and only when it is what its id says; so nobody fills a disk with anything else,
//! and whoever is sent one without the key cannot read it.

use std::collections::BTreeSet;

use linli_journal::sea_orm::{ConnectionTrait as _, Statement};
use linli_journal::{FileAt, FileId};
use linli_kernel::{Fault, ResidentId};
use uuid::Uuid;

use super::enrol::Refused;
use super::status::{execute, store};
use super::{Client, Envelope, Line};
use crate::core::{Parent, sha256};

const MAGIC: &[u8; 5] = b"LFIL\x01";

/// The most files that are named in one message.
const NAMED: usize = 256;

/// How many bytes one file's name takes: its subject and its id.
const NAME: usize = 16 + 32;

/// About how many bytes go one way before something else may be said.
const ENOUGH: usize = 8 * 1024 * 1024;

/// What is said of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// These are here. Answered by [`State`]s.
    Offer(Vec<FileAt>),
    /// This is one. Answered by a [`State`].
    Put(FileAt, Vec<u8>),
    /// Which of these are there? Answered by [`State`]s.
    Seek(Vec<FileAt>),
    /// Give me this one. Answered by its bytes, or by nothing.
    Get(FileAt),
    /// These are durable here.
    Kept(Vec<FileAt>),
}

/// How a file stands at the node that answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum State {
    /// It is there.
    There = 0,
    /// It is waited for.
    Wanted = 1,
    /// It is not there, and cannot be taken now.
    Unknown = 2,
}

/// What of the files is known of the node above.
#[derive(Default)]
pub(super) struct Files {
    /// It has these.
    above: BTreeSet<FileAt>,
}

/// What was carried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Carried {
    /// Files that the node above has taken.
    pub up: u64,
    /// Files that came from it.
    pub down: u64,
    /// Whether there may be more to carry at once.
    pub more: bool,
}

impl Line {
    /// Carries files to and from the node above, some megabytes at a time.
    ///
    /// # Errors
    /// [`Fault`] when the own store fails. A line that fails carries nothing.
    pub async fn carry_files(&self, client: &Client) -> Result<Carried, Fault> {
        let Some(parent) = self.parent().await else {
            return Ok(Carried::default());
        };
        let named = self.journal.named_files().await?;
        let mut files = self.files.lock().await;
        let mut carried = Carried::default();
        // A line that fails is told by the exchanges.
        if let Ok(done) = self.send_up(client, &parent, (&mut files, &named)).await? {
            carried = done;
            if let Ok((down, more)) = self.fetch_down(client, &parent, &named).await? {
                carried.down = down;
                carried.more |= more;
            }
        }
        Ok(carried)
    }

    async fn parent(&self) -> Option<Parent> {
        let inner = self.inner.lock().await;
        inner.node.as_ref()?.saved.parent.clone()
    }

    async fn send_up(
        &self,
        client: &Client,
        parent: &Parent,
        (files, named): (&mut Files, &[(FileAt, bool)]),
    ) -> Result<Result<Carried, String>, Fault> {
        let mut carried = Carried::default();
        let due = named.iter().filter(|(_, there)| *there).map(|(at, _)| *at);
        let due: Vec<_> = due.filter(|at| !files.above.contains(at)).collect();
        let mut bytes = 0;
        for some in due.chunks(NAMED) {
            let states = match self
                .say(client, parent, &Word::Offer(some.to_vec()))
                .await?
            {
                Ok(states) => states,
                Err(why) => return Ok(Err(why)),
            };
            for (at, state) in some.iter().zip(states) {
                if state == State::Wanted as u8 {
                    let Some(sealed) = self.journal.sealed_file(*at).await? else {
                        continue;
                    };
                    bytes += sealed.len();
                    match self.say(client, parent, &Word::Put(*at, sealed)).await? {
                        Ok(state) if state == [State::There as u8] => carried.up += 1,
                        Ok(_) => continue,
                        Err(why) => return Ok(Err(why)),
                    }
                } else if state != State::There as u8 {
                    continue;
                }
                self.is_above(files, *at).await?;
                if bytes >= ENOUGH {
                    carried.more = true;
                    return Ok(Ok(carried));
                }
            }
        }
        Ok(Ok(carried))
    }

    /// Fetches what is lacking here; how many came, and whether more may come at once.
    async fn fetch_down(
        &self,
        client: &Client,
        parent: &Parent,
        named: &[(FileAt, bool)],
    ) -> Result<Result<(u64, bool), String>, Fault> {
        let (mut down, mut bytes) = (0, 0);
        let lacking = named.iter().filter(|(_, there)| !there);
        let lacking: Vec<_> = lacking.map(|(at, _)| *at).collect();
        for some in lacking.chunks(NAMED) {
            let states = match self.say(client, parent, &Word::Seek(some.to_vec())).await? {
                Ok(states) => states,
                Err(why) => return Ok(Err(why)),
            };
            for (at, state) in some.iter().zip(states) {
                if state != State::There as u8 {
                    continue;
                }
                let sealed = match self.say(client, parent, &Word::Get(*at)).await? {
                    Ok(sealed) => sealed,
                    Err(why) => return Ok(Err(why)),
                };
                bytes += sealed.len();
                down += u64::from(self.journal.take_file(*at, sealed).await?);
                if bytes >= ENOUGH {
                    return Ok(Ok((down, true)));
                }
            }
        }
        Ok(Ok((down, false)))
    }

    async fn say(
        &self,
        client: &Client,
        parent: &Parent,
        word: &Word,
    ) -> Result<Result<Vec<u8>, String>, Fault> {
        let seed = self.journal.node_seed();
        let sealed = Envelope::seal(&seed, &parent.key, None, &word.encode())?;
        let to = sha256(&sealed);
        let answer = match client.post("/network/file", &sealed).await {
            Ok(answer) => answer.unwrap_or_default(),
            Err(why) => return Ok(Err(why)),
        };
        let opened = Envelope::open(&seed, Some(&to), &answer);
        Ok(match opened {
            Ok(opened) if opened.sender == parent.key => Ok(opened.content),
            Ok(_) => Err("another node answered".to_owned()),
            Err(why) => Err(why.to_string()),
        })
    }

    /// Answers what a node below says of files.
    pub(super) async fn answer_about_files(
        &self,
        bytes: &[u8],
    ) -> Result<Option<Vec<u8>>, Refused> {
        let seed = self.journal.node_seed();
        let envelope = Envelope::open(&seed, None, bytes)?;
        let word = Word::decode(&envelope.content)
            .ok_or_else(|| Refused::Message("this says nothing of files".to_owned()))?;
        {
            let mut inner = self.inner.lock().await;
            if inner.is_replayed(envelope.once) {
                return Err(Refused::Message("this message came before".to_owned()));
            }
            self.grow(&mut inner).await?;
            let node = inner.node.as_ref();
            if !node.is_some_and(|node| node.hears(envelope.log())) {
                drop(inner);
                self.stranger(envelope.log(), "unknown").await?;
                return Err(Refused::Code("this node does not hear you"));
            }
        }
        let answer = self.answer_word(word).await?;
        let to = sha256(bytes);
        Ok(Some(Envelope::seal(
            &seed,
            &envelope.sender,
            Some(&to),
            &answer,
        )?))
    }

    async fn answer_word(&self, word: Word) -> Result<Vec<u8>, Fault> {
        let mut states = Vec::new();
        match word {
            Word::Offer(files) => {
                for at in files {
                    states.push(if self.journal.has_file(at).await? {
                        State::There
                    } else if self.journal.lacks_file(at).await? {
                        State::Wanted
                    } else {
                        State::Unknown
                    });
                }
            }
            Word::Put(at, sealed) => states.push(self.take(at, sealed).await?),
            Word::Seek(files) => {
                for at in files {
                    let there = self.journal.has_file(at).await?;
                    states.push(if there { State::There } else { State::Unknown });
                }
            }
            Word::Get(at) => return Ok(self.journal.sealed_file(at).await?.unwrap_or_default()),
            Word::Kept(_) => {}
        }
        Ok(states.into_iter().map(|state| state as u8).collect())
    }

    async fn take(&self, at: FileAt, sealed: Vec<u8>) -> Result<State, Fault> {
        let there = self.journal.take_file(at, sealed).await? || self.journal.has_file(at).await?;
        Ok(if there { State::There } else { State::Unknown })
    }

    /// Notes that the node above has a file.
    async fn is_above(&self, files: &mut Files, at: FileAt) -> Result<(), Fault> {
        if files.above.insert(at) {
            let note = "INSERT INTO file_above (name) VALUES ($1) ON CONFLICT DO NOTHING";
            execute(&self.side, note, [hex::encode(name(at)).into()]).await?;
        }
        Ok(())
    }
}

// On a stick.
impl Line {
    /// What a parcel says of files to the node above: those it is not known to have, as far as about
    /// `most` bytes go, and which are lacking here.
    pub(super) async fn pack_files(&self, most: usize) -> Result<Vec<Word>, Fault> {
        let above = self.known_above().await?;
        let (mut words, mut lacking, mut bytes) = (Vec::new(), Vec::new(), 0);
        for (at, there) in self.journal.named_files().await? {
            if !there {
                lacking.push(at);
            } else if bytes < most
                && !above.contains(&hex::encode(name(at)))
                && let Some(sealed) = self.journal.sealed_file(at).await?
            {
                bytes += sealed.len();
                words.push(Word::Put(at, sealed));
            }
        }
        words.extend(lacking.chunks(NAMED).map(|some| Word::Seek(some.to_vec())));
        Ok(words)
    }

    /// Answers what a parcel says of files, with about `most` bytes of those it lacks. The entries
    /// that name them came first.
    pub(super) async fn answer_files(
        &self,
        words: Vec<Word>,
        most: usize,
    ) -> Result<Vec<Word>, Fault> {
        let (mut kept, mut answers, mut bytes) = (Vec::new(), Vec::new(), 0);
        for word in words {
            match word {
                Word::Put(at, sealed) => {
                    if self.take(at, sealed).await? == State::There {
                        kept.push(at);
                    }
                }
                Word::Seek(files) => {
                    for at in files {
                        if bytes < most
                            && let Some(sealed) = self.journal.sealed_file(at).await?
                        {
                            bytes += sealed.len();
                            answers.push(Word::Put(at, sealed));
                        }
                    }
                }
                Word::Offer(_) | Word::Get(_) | Word::Kept(_) => {}
            }
        }
        answers.extend(kept.chunks(NAMED).map(|some| Word::Kept(some.to_vec())));
        Ok(answers)
    }

    /// Takes what the answer to a parcel says of files.
    pub(super) async fn take_files(&self, words: Vec<Word>) -> Result<(), Fault> {
        let mut files = self.files.lock().await;
        for word in words {
            match word {
                Word::Put(at, sealed) => drop(self.take(at, sealed).await?),
                Word::Kept(kept) => {
                    for at in kept {
                        self.is_above(&mut files, at).await?;
                    }
                }
                Word::Offer(_) | Word::Seek(_) | Word::Get(_) => {}
            }
        }
        Ok(())
    }

    async fn known_above(&self) -> Result<BTreeSet<String>, Fault> {
        let sql = "SELECT name FROM file_above";
        let sql = Statement::from_string(self.side.get_database_backend(), sql);
        let rows = self.side.query_all_raw(sql).await.map_err(store)?;
        let names = rows.iter().map(|row| row.try_get("", "name"));
        names.collect::<Result<_, _>>().map_err(store)
    }
}

impl Word {
    /// `LFIL`, version 1, which word, and the files it names; a file's bytes at the end.
    pub(super) fn encode(&self) -> Vec<u8> {
        let (kind, files, rest) = match self {
            Self::Offer(files) => (1, files.as_slice(), &[][..]),
            Self::Put(at, sealed) => (2, std::slice::from_ref(at), sealed.as_slice()),
            Self::Seek(files) => (3, files.as_slice(), &[][..]),
            Self::Get(at) => (4, std::slice::from_ref(at), &[][..]),
            Self::Kept(files) => (5, files.as_slice(), &[][..]),
        };
        let mut bytes = Vec::with_capacity(6 + files.len() * NAME + rest.len());
        bytes.extend_from_slice(MAGIC);
        bytes.push(kind);
        for at in files {
            bytes.extend_from_slice(&name(*at));
        }
        bytes.extend_from_slice(rest);
        bytes
    }

    /// What [`encode`](Self::encode) wrote; `None` when it is not that.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.strip_prefix(MAGIC)?.split_first()?;
        let one = || rest.split_first_chunk::<NAME>();
        match kind {
            1 => list(rest).map(Self::Offer),
            2 => one().map(|(name, sealed)| Self::Put(named(name), sealed.to_vec())),
            3 => list(rest).map(Self::Seek),
            4 => one()
                .filter(|(_, rest)| rest.is_empty())
                .map(|(name, _)| Self::Get(named(name))),
            5 => list(rest).map(Self::Kept),
            _ => None,
        }
    }
}

fn list(bytes: &[u8]) -> Option<Vec<FileAt>> {
    let (names, rest) = bytes.as_chunks::<NAME>();
    let fits = rest.is_empty() && names.len() <= NAMED;
    fits.then(|| names.iter().map(named).collect())
}

fn name(at: FileAt) -> [u8; NAME] {
    let mut name = [0; NAME];
    name[..16].copy_from_slice(at.subject.0.as_bytes());
    name[16..].copy_from_slice(&at.id.bytes());
    name
}

fn named(name: &[u8; NAME]) -> FileAt {
    let (mut subject, mut id) = ([0; 16], [0; 32]);
    subject.copy_from_slice(&name[..16]);
    id.copy_from_slice(&name[16..]);
    FileAt {
        subject: ResidentId(Uuid::from_bytes(subject)),
        id: FileId::from(id),
    }
}
