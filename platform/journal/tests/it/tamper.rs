//! Changes nobody should make: each is found and named, or provably without effect.

use std::path::Path;

use linli_journal::{Depth, Findings, Journal, Place, verify_store};
use linli_kernel::{Actor, Clock, CommandId, Fault, ResidentId};
use linli_testkit::Postgres;
use std::sync::Arc;

use crate::site::{Note, Notes, Site, rows};

/// A store with something in every table.
async fn furnish(site: &Site) -> Vec<ResidentId> {
    let journal = site.open().await;
    let mut subjects = Vec::new();
    for n in 0..300 {
        let subject = ResidentId::new(&*site.clock);
        subjects.push(subject);
        let mut note = Note::new(&journal, &site.clock, &n.to_string(), 0, "一");
        if n % 3 == 0 {
            note = note.about(subject, "王桂英");
        }
        if n % 50 == 0 {
            note = note.noticed("mail");
        }
        journal.append(note.with_words(&["一"])).await.unwrap();
    }
    for n in 0..40 {
        let note = Note::new(&journal, &site.clock, &n.to_string(), 1, "二");
        journal
            .append(note.with_words(&["一", "二"]))
            .await
            .unwrap();
    }
    let wish = linli_journal::Destroy {
        command: CommandId::new(&*site.clock),
        actor: Actor::system(),
        area: "310117".parse().unwrap(),
        reason: "asked for".to_owned(),
        changes: vec![linli_journal::Change::Set {
            table: "notes",
            filter: vec![("stream", "note/3".into())],
            assign: vec![("person", None::<String>.into())],
        }],
    };
    journal.destroy(subjects[3], wish).await.unwrap();
    journal.told("mail", 2).await.unwrap();
    let findings = journal.verify(Depth::default(), |_| {}).await.unwrap();
    assert_eq!(findings.damages, [], "a fresh store is sound");
    assert!(findings.registers);
    assert_eq!((findings.entries, findings.erased), (341, 1));
    journal.close().await;
    subjects
}

async fn verify(site: &Site) -> Findings {
    try_verify(site).await.unwrap()
}

async fn try_verify(site: &Site) -> Result<Findings, Fault> {
    let clock: Arc<dyn Clock> = site.clock.clone();
    let registers = Arc::new(Notes::default());
    let config = site.config.clone();
    verify_store(config, clock, registers, Depth::default(), |_| {}).await
}

/// Each statement, and the place that must be named.
#[expect(clippy::too_many_lines, reason = "a table")]
fn changes(subjects: &[ResidentId]) -> Vec<(String, Place)> {
    let entry = |seq| Place::Entry {
        seq,
        stream: Some(format!("note/{seq}")),
    };
    let row = |table: &str, key: &str| Place::Row {
        table: table.to_owned(),
        key: key.to_owned(),
    };
    let change = |sql: &str, place| (sql.to_owned(), place);
    let bytes = |of: &str, seq: u32| {
        // The same statement on both: bytes are replaced as text.
        format!("UPDATE log_entries SET bytes = {of} WHERE seq = {seq}")
    };
    vec![
        (
            bytes("(SELECT bytes FROM log_entries WHERE seq = 8)", 7),
            entry(7),
        ),
        (
            bytes("(SELECT bytes FROM log_entries WHERE seq = 300)", 299),
            entry(299),
        ),
        change(
            "UPDATE log_entries SET stream = 'note/x' WHERE seq = 100",
            Place::Entry {
                seq: 100,
                stream: Some("note/x".to_owned()),
            },
        ),
        change(
            "DELETE FROM log_entries WHERE seq = 12",
            Place::Entry {
                seq: 12,
                stream: None,
            },
        ),
        change(
            "UPDATE log_tiles SET hashes = (SELECT hashes FROM log_tiles WHERE level = 0 AND place = 1) \
             WHERE level = 0 AND place = 0",
            Place::Tile { level: 0, index: 0 },
        ),
        change("UPDATE log_checkpoint SET size = 340", Place::Checkpoint),
        // Neither the checkpoint nor the largest place says how far there is to go.
        change(
            "UPDATE log_entries SET seq = 900000000000000 WHERE seq = 20; \
             UPDATE log_checkpoint SET note = 'x'",
            Place::Entry {
                seq: 20,
                stream: None,
            },
        ),
        change(
            "UPDATE notes SET words = '三' WHERE stream = 'note/7'",
            row("notes", "note/7"),
        ),
        change(
            "DELETE FROM notes WHERE stream = 'note/9'",
            row("notes", "note/9"),
        ),
        change(
            "INSERT INTO tags (stream, tag) VALUES ('note/0', 'more')",
            row("tags", "note/0/more"),
        ),
        change(
            "UPDATE log_outbox SET topic = 'x' WHERE id = 2",
            row("log_outbox", "2"),
        ),
        change(
            "UPDATE log_cursors SET position = 1",
            row("log_cursors", "mail"),
        ),
        change(
            "UPDATE log_meta SET value = '1' WHERE name = 'register_tables'",
            row("log_meta", "register_tables"),
        ),
        change(
            "DELETE FROM log_destroyed",
            row("log_destroyed", &subjects[3].to_string()),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_names_what_was_changed() {
    let site = Site::sqlite();
    let subjects = furnish(&site).await;
    each_change(&site, &subjects).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_names_what_was_changed() {
    let Some(server) = Postgres::start() else {
        return;
    };
    let site = Site::postgres(&server);
    let subjects = furnish(&site).await;
    each_change(&site, &subjects).await;
}

/// Makes each change in turn, verifies, and takes it back.
async fn each_change(site: &Site, subjects: &[ResidentId]) {
    let tables = [
        "log_entries",
        "log_tiles",
        "log_checkpoint",
        "notes",
        "tags",
        "log_outbox",
        "log_cursors",
        "log_meta",
        "log_destroyed",
    ];
    for table in tables {
        site.sql(&format!(
            "CREATE TABLE kept_{table} AS SELECT * FROM {table}"
        ))
        .await;
    }
    for (sql, place) in changes(subjects) {
        site.sql(&sql).await;
        let findings = verify(site).await;
        let named = findings.damages.iter().any(|damage| damage.place == place);
        assert!(
            named,
            "{sql}: {place:?} is not among {:#?}",
            findings.damages
        );
        assert!(findings.damages.len() < 8, "{sql}: {:#?}", findings.damages);
        for table in tables {
            site.sql(&format!("DELETE FROM {table}")).await;
            site.sql(&format!("INSERT INTO {table} SELECT * FROM kept_{table}"))
                .await;
        }
    }
    assert_eq!(verify(site).await.damages, [], "everything was taken back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_key_and_a_changed_answer_are_named() {
    let site = Site::sqlite();
    let subjects = furnish(&site).await;
    let id = subjects[0].0.simple().to_string();
    site.sql_on(
        "keys",
        &format!("DELETE FROM subject_keys WHERE subject = X'{id}'"),
    )
    .await;
    site.sql("UPDATE log_commands SET answer = '{}' WHERE first_seq = 5")
        .await;
    let findings = verify(&site).await;
    let places: Vec<&Place> = findings
        .damages
        .iter()
        .map(|damage| &damage.place)
        .collect();
    assert!(
        places.contains(&&Place::Key(subjects[0].to_string())),
        "{places:?}"
    );
    assert!(
        places
            .iter()
            .any(|place| matches!(place, Place::Command(_))),
        "{places:?}"
    );
    assert_eq!(places.len(), 2, "{places:?}");
    assert!(
        !findings.registers,
        "a fold without a key says nothing about the registers"
    );
}

/// Everything a reader can get out of a store.
async fn contents(journal: &Journal) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    for entry in journal
        .entries(0, 1_000)
        .await
        .map_err(|why| why.to_string())?
    {
        all.push(format!("{entry:?}"));
    }
    all.extend(rows(journal, "notes").await);
    all.extend(rows(journal, "tags").await);
    for waiting in journal
        .notices("mail", 100)
        .await
        .map_err(|why| why.to_string())?
    {
        all.push(format!("{waiting:?}"));
    }
    all.push(journal.checkpoint().await.map_err(|why| why.to_string())?);
    Ok(all)
}

async fn read_all(site: &Site) -> Result<Vec<String>, String> {
    let clock: Arc<dyn Clock> = site.clock.clone();
    let config = site.config.clone().reading();
    let opened = Journal::open(config, clock, Arc::new(Notes::default())).await;
    let journal = opened.map_err(|why| why.to_string())?;
    let all = contents(&journal).await;
    journal.close().await;
    all
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Flips one byte at each of many places of a store's files: at 60, or as many as `LINLI_FLIPS` says.
#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_byte_is_found_or_has_no_effect() {
    let site = Site::sqlite();
    furnish(&site).await;
    let before = read_all(&site).await.unwrap();
    let original = site.folder.as_ref().unwrap().path();
    let flips = std::env::var("LINLI_FLIPS")
        .ok()
        .and_then(|text| text.parse().ok());
    let places: u64 = flips.unwrap_or(60_u64) / 2;
    let (mut found, mut harmless) = (0, 0);
    for file in ["journal.db", "keys.db"] {
        let length = std::fs::metadata(original.join(file)).unwrap().len();
        // A stride without common factor with the page size comes by every part of a page.
        let stride = (length / places) | 1;
        for at in (0..length).step_by(usize::try_from(stride).unwrap()) {
            let site = Site::sqlite();
            let folder = site.folder.as_ref().unwrap().path();
            copy(original, folder);
            let path = folder.join(file);
            let mut bytes = std::fs::read(&path).unwrap();
            bytes[usize::try_from(at).unwrap()] ^= 0x15;
            std::fs::write(&path, bytes).unwrap();
            // A store that does not open says so as well.
            if try_verify(&site).await.is_ok_and(|found| found.is_sound()) {
                let after = read_all(&site).await;
                assert_eq!(after.as_ref(), Ok(&before), "byte {at} of {file}");
                harmless += 1;
            } else {
                found += 1;
            }
        }
    }
    eprintln!("{found} flips found, {harmless} without effect");
    assert!(found > 20, "{found} found, {harmless} without effect");
}
