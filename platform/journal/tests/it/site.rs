//! A node for tests: a store of one kind, a hand-turned clock, and a small register.

use std::sync::Arc;

use linli_journal::sea_orm::sea_query::{
    ColumnDef, Index, IndexCreateStatement, Table, TableCreateStatement,
};
use linli_journal::sea_orm::{ConnectOptions, ConnectionTrait, Database, Statement};
use linli_journal::{
    Append, AppendError, Appended, Change, Config, FoldError, Folder, Journal, Kind, NewEntry,
    Notice, Recorded, Registers, Secret, Store,
};
use linli_kernel::{Actor, Clock, CommandId, Fault, ResidentId, StreamId};
use linli_testkit::{ManualClock, Postgres};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const WRITTEN: Kind = Kind::new("notes.written", 1);
pub(crate) const STRUCK: Kind = Kind::new("notes.struck", 1);

/// A place to open journals in.
pub(crate) struct Site {
    pub(crate) config: Config,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) folder: Option<TempDir>,
}

impl Site {
    pub(crate) fn memory() -> Self {
        Self::at(Config::memory(), None)
    }

    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::at(Config::sqlite(folder.path()), Some(folder))
    }

    pub(crate) fn postgres(server: &Postgres) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::postgres(folder.path(), &server.database());
        Self::at(config, Some(folder))
    }

    fn at(config: Config, folder: Option<TempDir>) -> Self {
        let clock = Arc::new(ManualClock::at("2026-03-02T01:00:00Z"));
        Self {
            config,
            clock,
            folder,
        }
    }

    pub(crate) async fn open(&self) -> Journal {
        self.try_open().await.unwrap()
    }

    pub(crate) async fn try_open(&self) -> Result<Journal, Fault> {
        let clock: Arc<dyn Clock> = self.clock.clone();
        Journal::open(self.config.clone(), clock, Arc::new(Notes::default())).await
    }

    /// Runs a statement behind the journal's back.
    pub(crate) async fn sql(&self, statement: &str) {
        self.sql_on("journal", statement).await;
    }

    pub(crate) async fn sql_on(&self, store: &str, statement: &str) {
        let url = match &self.config.store {
            Store::Sqlite => {
                let path = self.config.dir.join(format!("{store}.db"));
                format!("sqlite://{}", path.display())
            }
            Store::Postgres { url } => url.clone(),
            Store::Memory => panic!("a store in memory has no back door"),
        };
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).set_schema_search_path(store);
        let db = Database::connect(options).await.unwrap();
        db.execute_unprepared(statement).await.unwrap();
        db.close().await.unwrap();
    }

    pub(crate) fn keeps_its_store(&self) -> bool {
        self.folder.is_some()
    }
}

/// A register of notes: one row a stream, with the words of all its entries and the name of the
/// person it is about.
#[derive(Default)]
pub(crate) struct Notes {
    pub(crate) version: u32,
    /// Entries of this text cannot be folded.
    pub(crate) poison: Option<&'static str>,
}

impl Registers for Notes {
    fn tables(&self) -> Vec<TableCreateStatement> {
        let notes = Table::create()
            .table("notes")
            .col(ColumnDef::new("stream").text().not_null().primary_key())
            .col(ColumnDef::new("version").big_integer().not_null())
            .col(ColumnDef::new("words").text().not_null())
            .col(ColumnDef::new("person").text())
            .col(ColumnDef::new("area").text().not_null())
            .to_owned();
        let tags = Table::create()
            .table("tags")
            .col(ColumnDef::new("stream").text().not_null())
            .col(ColumnDef::new("tag").text().not_null())
            .primary_key(Index::create().col("stream").col("tag"))
            .to_owned();
        vec![notes, tags]
    }

    fn indexes(&self) -> Vec<IndexCreateStatement> {
        let by_area = Index::create()
            .name("notes_area")
            .table("notes")
            .col("area")
            .to_owned();
        vec![by_area]
    }

    fn folder(&self) -> Box<dyn Folder> {
        Box::new(NotesFolder {
            poison: self.poison,
            words: std::collections::HashMap::new(),
        })
    }

    fn version(&self) -> u32 {
        self.version
    }
}

struct NotesFolder {
    poison: Option<&'static str>,
    words: std::collections::HashMap<StreamId, Vec<String>>,
}

impl Folder for NotesFolder {
    fn fold(&mut self, entry: &Recorded) -> Result<Vec<Change>, FoldError> {
        if entry.kind.is_reserved() {
            return Ok(Vec::new());
        }
        if entry.kind != WRITTEN && entry.kind != STRUCK {
            return Err(FoldError::Unknown(entry.kind.to_string()));
        }
        let word = entry.open["word"].as_str().unwrap_or_default();
        if self.poison == Some(word) {
            return Err(FoldError::Poisonous(format!("“{word}” means nothing")));
        }
        let words = self.words.entry(entry.stream.clone()).or_default();
        words.push(word.to_owned());
        Ok(changes(entry, words))
    }
}

/// What a note's entry changes, given all its words so far.
pub(crate) fn changes(entry: &Recorded, words: &[String]) -> Vec<Change> {
    let stream = entry.stream.as_str();
    if entry.kind == STRUCK {
        let key = vec![("stream", stream.into())];
        let tags = Change::Set {
            table: "tags",
            filter: vec![("stream", stream.into())],
            assign: vec![("tag", format!("struck {stream}").into())],
        };
        return vec![
            Change::Delete {
                table: "notes",
                key,
            },
            tags,
        ];
    }
    let person = entry.sealed.first().and_then(|part| part.plain.as_ref());
    let person = person
        .and_then(|plain| plain["name"].as_str())
        .map(ToOwned::to_owned);
    let note = Change::Upsert {
        table: "notes",
        key: &["stream"],
        row: vec![
            ("stream", stream.into()),
            ("version", i64::try_from(entry.version).unwrap().into()),
            ("words", words.join(" ").into()),
            ("person", person.into()),
            ("area", entry.area.as_str().into()),
        ],
    };
    let tag = Change::Upsert {
        table: "tags",
        key: &["stream", "tag"],
        row: vec![("stream", stream.into()), ("tag", "first".into())],
    };
    if entry.version == 1 {
        vec![note, tag]
    } else {
        vec![note]
    }
}

/// An append in the making: what a handler would decide.
pub(crate) struct Note {
    pub(crate) append: Append,
}

impl Note {
    /// Writes `word` on the stream called `name`, which is at version `at`.
    pub(crate) fn new(
        journal: &Journal,
        clock: &ManualClock,
        name: &str,
        at: u64,
        word: &str,
    ) -> Self {
        let _ = journal;
        let stream = StreamId::new("note", name);
        let entry = NewEntry {
            stream: stream.clone(),
            area: "310117/310117001".parse().unwrap(),
            kind: WRITTEN,
            open: json!({ "word": word }),
            sealed: Vec::new(),
        };
        let command = CommandId::new(clock);
        let append = Append {
            command,
            digest: [7; 32],
            at: clock.now(),
            actor: Actor::system(),
            expected: vec![(stream, at)],
            entries: vec![entry],
            changes: Vec::new(),
            answer: json!({ "word": word }),
            notices: Vec::new(),
        };
        Self { append }
    }

    /// About a person, whose name is sealed.
    pub(crate) fn about(mut self, subject: ResidentId, name: &str) -> Self {
        self.append.entries[0].sealed.push(Secret {
            subject,
            plain: json!({ "name": name }),
        });
        self
    }

    pub(crate) fn noticed(mut self, topic: &str) -> Self {
        self.append.notices.push(Notice {
            topic: topic.to_owned(),
            body: json!({ "of": topic }),
        });
        self
    }

    /// With the changes that follow, the stream's words being `words`.
    pub(crate) fn with_words(mut self, words: &[&str]) -> Append {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        let recorded = self.append.as_recorded();
        self.append.changes = recorded
            .iter()
            .flat_map(|entry| changes(entry, &words))
            .collect();
        self.append
    }
}

/// Records one word on a stream of one word.
pub(crate) async fn write(
    journal: &Journal,
    clock: &ManualClock,
    name: &str,
    word: &str,
) -> Result<Appended, AppendError> {
    let note = Note::new(journal, clock, name, 0, word);
    journal.append(note.with_words(&[word])).await
}

/// Every row of a register table, as text, in the order of its key.
pub(crate) async fn rows(journal: &Journal, table: &str) -> Vec<String> {
    let db = journal.reader();
    let columns = match table {
        "notes" => {
            "stream || '|' || version || '|' || words || '|' || COALESCE(person, '-') || '|' || area"
        }
        _ => "stream || '|' || tag",
    };
    let sql = format!("SELECT {columns} AS line FROM {table} ORDER BY line");
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .unwrap();
    rows.iter()
        .map(|row| row.try_get("", "line").unwrap())
        .collect()
}

pub(crate) fn words(entries: &[Recorded]) -> Vec<&str> {
    entries
        .iter()
        .map(|entry| entry.open["word"].as_str().unwrap())
        .collect()
}

pub(crate) fn done(appended: &Appended) -> &Value {
    match appended {
        Appended::Done { answer, .. } => answer,
        Appended::Repeated { .. } => panic!("a first answer, not a repeated one"),
    }
}
