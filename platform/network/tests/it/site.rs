//! Nodes for tests: a journal in a folder, a small register, and a line to the node above that can
//! be cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use linli_journal::sea_orm::sea_query::{
    ColumnDef, IndexCreateStatement, Table, TableCreateStatement,
};
use linli_journal::sea_orm::{ConnectionTrait as _, Statement};
use linli_journal::{
    Append, AppendError, BackedUp, Change, Config, Depth, FileAt, FileRegister, FoldError, Folder,
    Handover, Journal, Kind, NewEntry, Recorded, Registers, Secret, restore, write_joined,
};
use linli_kernel::{Actor, AreaPath, CommandId, ResidentId, StreamId};
use linli_network::line::{self, Carried, Client, Exchange, Invite, Line, Status};
use linli_testkit::ManualClock;
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const DISTRICT: &str = "310117";
pub(crate) const STREET: &str = "310117/310117001";
pub(crate) const COMMITTEE: &str = "310117/310117001/310117001001";
pub(crate) const ELSEWHERE: &str = "310117/310117002/310117002001";

const WRITTEN: Kind = Kind::new("notes.written", 1);
const ATTACHED: Kind = Kind::new("notes.attached", 1);

/// A node.
pub(crate) struct Site {
    pub(crate) journal: Journal,
    pub(crate) line: Arc<Line>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) switch: Arc<AtomicBool>,
    pub(crate) above: Option<Client>,
    folder: TempDir,
}

pub(crate) fn area(text: &str) -> AreaPath {
    text.parse().unwrap()
}

impl Site {
    /// The node at the top.
    pub(crate) async fn top() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::open(folder, DISTRICT, None).await
    }

    async fn open(folder: TempDir, hosts: &str, above: Option<Client>) -> Self {
        let clock = Arc::new(ManualClock::at("2026-03-02T01:00:00Z"));
        let config = Config::sqlite(folder.path());
        let journal = Journal::open(config, clock.clone(), Arc::new(Notes)).await;
        let journal = journal.unwrap();
        let told = Arc::new(|_: &[StreamId]| {});
        let line = Line::open(journal.clone(), clock.clone(), area(hosts), told).await;
        Self {
            line: Arc::new(line.unwrap()),
            journal,
            clock,
            switch: Arc::new(AtomicBool::new(true)),
            above,
            folder,
        }
    }

    /// A code for a new node below this one.
    pub(crate) async fn invite(&self, hosts: &str) -> String {
        let invite = Invite {
            area: area(hosts),
            hours: 24,
            replaces: None,
        };
        let made = line::invite(&self.journal, &*self.clock, &invite).await;
        made.unwrap().code
    }

    /// The way to this node from one below.
    pub(crate) fn way(&self) -> Client {
        Client::within(Arc::clone(&self.line), Arc::clone(&self.switch))
    }

    /// A new node below this one, as `linli node join` makes it.
    pub(crate) async fn child(&self, hosts: &str) -> Self {
        let code = self.invite(hosts).await;
        let way = self.way();
        let seed = linli_network::core::sha256(hosts.as_bytes());
        let joined = line::join(&way, &code, &seed).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        write_joined(folder.path(), seed, joined.lookup).unwrap();
        let child = Self::open(folder, hosts, Some(way)).await;
        child.line.adopt(&joined).await.unwrap();
        child.level().await;
        child.line.settle().await.unwrap();
        child
    }

    /// Greets the node above anew, and exchanges with it until nothing is left to be said.
    pub(crate) async fn level(&self) {
        // The core greets again after six ticks.
        const GREETS: u32 = 7;
        let above = self.above.as_ref().unwrap();
        for tick in 0..60 {
            match self.line.exchange(above, true).await.unwrap() {
                Exchange::Nothing if tick >= GREETS && self.line.is_ready().await => return,
                Exchange::Failed(why) => panic!("the line is cut: {why}"),
                _ => {}
            }
        }
        panic!("the nodes do not become level");
    }

    /// One exchange after the core's time for a new greeting.
    pub(crate) async fn exchange(&self) -> Exchange {
        self.line
            .exchange(self.above.as_ref().unwrap(), true)
            .await
            .unwrap()
    }

    pub(crate) fn cut(&self, cut: bool) {
        self.switch.store(!cut, Ordering::Relaxed);
    }

    /// Writes a note about a person.
    pub(crate) async fn note(
        &self,
        stream: &StreamId,
        at: &str,
        (words, person): (&str, ResidentId),
    ) -> Result<(), AppendError> {
        let append = Append {
            command: CommandId::new(&*self.clock),
            digest: [1; 32],
            at: linli_kernel::Clock::now(&*self.clock),
            actor: Actor::system(),
            expected: Vec::new(),
            entries: vec![NewEntry {
                stream: stream.clone(),
                area: area(at),
                kind: WRITTEN,
                open: json!({ "words": words }),
                sealed: vec![Secret {
                    subject: person,
                    plain: json!({ "name": words }),
                }],
            }],
            changes: vec![row(stream, words, Some(words))],
            answer: Value::Null,
            notices: Vec::new(),
        };
        self.journal.append(append).await.map(drop)
    }

    /// Keeps a file of a person, and writes an entry that names it.
    pub(crate) async fn attach(
        &self,
        stream: &StreamId,
        at: &str,
        (content, person): (&[u8], ResidentId),
    ) -> FileAt {
        let label = json!({ "media": "pdf" });
        let kept = self.journal.keep_file(person, label, content.to_vec());
        let file = FileAt {
            subject: person,
            id: kept.await.unwrap(),
        };
        let append = Append {
            command: CommandId::new(&*self.clock),
            digest: [3; 32],
            at: linli_kernel::Clock::now(&*self.clock),
            actor: Actor::system(),
            expected: Vec::new(),
            entries: vec![NewEntry {
                stream: stream.clone(),
                area: area(at),
                kind: ATTACHED,
                open: json!({ "subject": person, "file": file.id.to_string() }),
                sealed: vec![Secret {
                    subject: person,
                    plain: json!({ "name": "a paper" }),
                }],
            }],
            changes: vec![paper(&person.to_string(), &file.id.to_string())],
            answer: Value::Null,
            notices: Vec::new(),
        };
        self.journal.append(append).await.unwrap();
        file
    }

    /// What a file holds here.
    pub(crate) async fn content(&self, at: FileAt) -> Option<Vec<u8>> {
        let kept = self.journal.file(at).await.unwrap();
        kept.map(|kept| kept.content)
    }

    /// Carries files to and from the node above until nothing is left.
    pub(crate) async fn carry(&self) -> Carried {
        let mut all = Carried::default();
        loop {
            let done = self.line.carry_files(self.above.as_ref().unwrap());
            let done = done.await.unwrap();
            all.up += done.up;
            all.down += done.down;
            if !done.more {
                return all;
            }
        }
    }

    /// Writes a request for `about` as an honest program would not.
    pub(crate) async fn forge_request(&self, to: &str, about: &StreamId) {
        let append = Append {
            command: CommandId::new(&*self.clock),
            digest: [2; 32],
            at: linli_kernel::Clock::now(&*self.clock),
            actor: Actor::system(),
            expected: Vec::new(),
            entries: vec![NewEntry {
                stream: StreamId::new("request", CommandId::new(&*self.clock)),
                area: area(STREET),
                kind: Kind::new("node.request", 1),
                open: json!({ "to": to, "about": about }),
                sealed: Vec::new(),
            }],
            changes: Vec::new(),
            answer: Value::Null,
            notices: Vec::new(),
        };
        let done = self.journal.append_of_network(append, Handover::No).await;
        done.unwrap();
    }

    /// The register: each stream with the words of its last note and the name sealed in it.
    pub(crate) async fn notes(&self) -> Vec<(String, String, Option<String>)> {
        let reader = self.journal.reader();
        let sql = "SELECT stream, words, name FROM notes ORDER BY stream";
        let sql = Statement::from_string(reader.get_database_backend(), sql);
        let rows = reader.query_all_raw(sql).await.unwrap();
        let read = |row: &linli_journal::sea_orm::QueryResult| {
            (
                row.try_get("", "stream").unwrap(),
                row.try_get("", "words").unwrap(),
                row.try_get("", "name").unwrap(),
            )
        };
        rows.iter().map(read).collect()
    }

    pub(crate) async fn status(&self) -> Status {
        self.line.status().await.unwrap().unwrap()
    }

    /// Verifies the journal and that the registers are its fold.
    pub(crate) async fn is_sound(&self) {
        let found = self.journal.verify(Depth::default(), |_| {}).await.unwrap();
        assert!(found.is_sound(), "{:?}", found.damages);
        assert!(found.registers, "the registers were not compared");
    }

    /// A backup of the node, in a folder of its own.
    pub(crate) async fn backup(&self) -> (TempDir, BackedUp) {
        let folder = tempfile::tempdir().unwrap();
        let made = self.journal.backup(folder.path(), |_| {}).await.unwrap();
        (folder, made)
    }

    /// The same node made anew from an earlier backup: its disk is lost.
    pub(crate) async fn restored(self, (_kept, made): (TempDir, BackedUp)) -> Self {
        let hosts = if self.above.is_some() {
            COMMITTEE
        } else {
            DISTRICT
        };
        self.journal.close().await;
        let folder = tempfile::tempdir().unwrap();
        let config = Config::sqlite(folder.path());
        let clock = self.clock.clone();
        restore(&made.archive, config, clock, Arc::new(Notes), |_| {})
            .await
            .unwrap();
        Self::open(folder, hosts, self.above).await
    }

    /// The same node after its process ended.
    pub(crate) async fn again(self) -> Self {
        let hosts = if self.above.is_some() {
            COMMITTEE
        } else {
            DISTRICT
        };
        let Self {
            journal,
            line,
            above,
            folder,
            ..
        } = self;
        journal.close().await;
        drop(line);
        Self::open(folder, hosts, above).await
    }
}

/// A register of notes.
struct Notes;

impl Registers for Notes {
    fn tables(&self) -> Vec<TableCreateStatement> {
        let notes = Table::create()
            .table("notes")
            .col(ColumnDef::new("stream").text().not_null().primary_key())
            .col(ColumnDef::new("words").text().not_null())
            .col(ColumnDef::new("name").text())
            .to_owned();
        let papers = Table::create()
            .table("papers")
            .col(ColumnDef::new("file").text().not_null().primary_key())
            .col(ColumnDef::new("subject").text().not_null())
            .to_owned();
        vec![notes, papers]
    }

    fn files(&self) -> Vec<FileRegister> {
        vec![FileRegister {
            table: "papers",
            subject: "subject",
            file: "file",
        }]
    }

    fn indexes(&self) -> Vec<IndexCreateStatement> {
        Vec::new()
    }

    fn folder(&self) -> Box<dyn Folder> {
        Box::new(Self)
    }
}

impl Folder for Notes {
    fn fold(&mut self, entry: &Recorded) -> Result<Vec<Change>, FoldError> {
        if entry.kind == ATTACHED {
            let part = |name: &str| entry.open[name].as_str().unwrap_or_default();
            return Ok(vec![paper(part("subject"), part("file"))]);
        }
        if entry.kind != WRITTEN {
            return Ok(Vec::new());
        }
        let words = entry.open["words"].as_str().unwrap_or_default();
        let sealed = entry.sealed.first().and_then(|part| part.plain.as_ref());
        let name = sealed.and_then(|plain| plain["name"].as_str());
        Ok(vec![row(&entry.stream, words, name)])
    }
}

fn row(stream: &StreamId, words: &str, name: Option<&str>) -> Change {
    Change::Upsert {
        table: "notes",
        key: &["stream"],
        row: vec![
            ("stream", stream.as_str().into()),
            ("words", words.into()),
            ("name", name.map(ToOwned::to_owned).into()),
        ],
    }
}

fn paper(subject: &str, file: &str) -> Change {
    Change::Upsert {
        table: "papers",
        key: &["file"],
        row: vec![("file", file.into()), ("subject", subject.into())],
    }
}
