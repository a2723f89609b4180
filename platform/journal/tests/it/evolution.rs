//! Old entries under new code: upcasters, golden files, registers of another definition.

use std::sync::Arc;

use linli_journal::golden::{self, Golden, GoldenError};
use linli_journal::sea_orm::sea_query::{IndexCreateStatement, TableCreateStatement};
use linli_journal::{FoldError, Folder, Journal, Kind, Recorded, Registers, Upcasters};
use linli_kernel::{Clock, Fault, ResidentId, StreamId};
use serde_json::json;

use crate::site::{Note, Notes, Site, rows, write};

/// Registers of code in which a note's word became a list of words, and a person's name moved.
struct Later;

impl Registers for Later {
    fn tables(&self) -> Vec<TableCreateStatement> {
        Notes::default().tables()
    }
    fn indexes(&self) -> Vec<IndexCreateStatement> {
        Notes::default().indexes()
    }
    fn folder(&self) -> Box<dyn Folder> {
        Box::new(Self)
    }
    fn version(&self) -> u32 {
        2
    }
    fn upcasters(&self) -> Upcasters {
        Upcasters::default()
            .with("notes.written", 1, |entry| {
                let word = entry.open["word"].take();
                if word.is_null() {
                    return Err(FoldError::Poisonous("a note without a word".to_owned()));
                }
                entry.open = json!({ "words": [word] });
                Ok(())
            })
            .with("notes.written", 2, |entry| {
                for part in &mut entry.sealed {
                    if let Some(plain) = &mut part.plain {
                        *plain = json!({ "person": { "name": plain["name"] } });
                    }
                }
                Ok(())
            })
    }
}

impl Folder for Later {
    fn fold(&mut self, entry: &Recorded) -> Result<Vec<linli_journal::Change>, FoldError> {
        let words = entry.open["words"].as_array();
        let words = words.ok_or_else(|| FoldError::Unknown(entry.kind.to_string()))?;
        let shown = format!(
            "v{} {}",
            entry.kind.v,
            words[0].as_str().unwrap_or_default()
        );
        Ok(vec![linli_journal::Change::Upsert {
            table: "notes",
            key: &["stream"],
            row: vec![
                ("stream", entry.stream.as_str().into()),
                ("version", 1i64.into()),
                ("words", shown.into()),
                ("area", "310117".into()),
            ],
        }])
    }
}

async fn open_later(site: &Site) -> Result<Journal, Fault> {
    let clock: Arc<dyn Clock> = site.clock.clone();
    Journal::open(site.config.clone(), clock, Arc::new(Later)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn new_code_reads_old_entries_and_rebuilds_its_registers() {
    let site = Site::sqlite();
    let journal = site.open().await;
    let subject = ResidentId::new(&*site.clock);
    let note = Note::new(&journal, &site.clock, "a", 0, "一").about(subject, "周");
    journal.append(note.with_words(&["一"])).await.unwrap();
    let bytes = journal.bytes(0).await.unwrap();
    journal.close().await;

    let journal = open_later(&site).await.unwrap();
    let entry = journal
        .stream(&StreamId::new("note", "a"))
        .await
        .unwrap()
        .remove(0);
    assert_eq!(entry.kind, Kind::new("notes.written", 3));
    assert_eq!(entry.open, json!({ "words": ["一"] }));
    assert_eq!(
        entry.sealed_of(subject),
        Some(&json!({ "person": { "name": "周" } }))
    );
    assert_eq!(
        journal.bytes(0).await.unwrap(),
        bytes,
        "what was written stays"
    );
    assert_eq!(rows(&journal, "notes").await, ["note/a|1|v3 一|-|310117"]);
    journal.close().await;

    // The registers are rebuilt only when their definition changed.
    site.sql("UPDATE notes SET words = 'untouched'").await;
    let journal = open_later(&site).await.unwrap();
    assert_eq!(
        rows(&journal, "notes").await,
        ["note/a|1|untouched|-|310117"]
    );
    journal.close().await;
    let journal = site.open().await;
    assert_eq!(
        rows(&journal, "notes").await,
        ["note/a|1|一|周|310117/310117001"]
    );
}

#[tokio::test]
async fn secrets_are_for_their_owner_only_and_never_replaced() {
    use std::os::unix::fs::PermissionsExt as _;
    let site = Site::sqlite();
    let journal = site.open().await;
    write(&journal, &site.clock, "a", "一").await.unwrap();
    journal.close().await;
    let secrets = site.folder.as_ref().unwrap().path().join("secrets");
    for entry in std::fs::read_dir(&secrets).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // A store whose secrets are gone does not silently get new ones.
    let kept = secrets.with_file_name("kept");
    std::fs::rename(&secrets, &kept).unwrap();
    assert!(matches!(site.try_open().await, Err(Fault::Setting(_))));
    // Nor does it take those of another node.
    let other = Site::sqlite();
    other.open().await.close().await;
    let others = other.folder.as_ref().unwrap().path().join("secrets");
    std::fs::rename(others, &secrets).unwrap();
    assert!(site.try_open().await.is_err());
    std::fs::remove_dir_all(&secrets).unwrap();
    std::fs::rename(kept, secrets).unwrap();
    assert!(site.try_open().await.is_ok());
}

#[test]
fn a_changed_form_does_not_pass_for_its_golden_file() {
    let folder = tempfile::tempdir().unwrap();
    let today = Golden {
        kind: Kind::new("notes.written", 1),
        open: json!({ "word": "一" }),
        sealed: vec![json!({ "name": "周" })],
    };
    assert!(matches!(
        golden::check(folder.path(), &today),
        Err(GoldenError::Missing(_))
    ));
    let file = folder.path().join("notes.written.v1.json");
    std::fs::write(&file, serde_json::to_string(&today).unwrap()).unwrap();
    assert!(golden::check(folder.path(), &today).is_ok());
    let changed = Golden {
        open: json!({ "words": ["一"] }),
        ..today.clone()
    };
    assert!(matches!(
        golden::check(folder.path(), &changed),
        Err(GoldenError::Changed { .. })
    ));
    assert_eq!(golden::all(folder.path()).unwrap(), [today]);
    std::fs::write(&file, "{").unwrap();
    assert!(matches!(
        golden::all(folder.path()),
        Err(GoldenError::Unreadable { .. })
    ));
}

#[test]
fn kinds_have_one_spelling() {
    for good in ["cases.submitted@1", "keys.destroyed@12", "a@65535"] {
        assert_eq!(good.parse::<Kind>().unwrap().to_string(), good);
    }
    for bad in [
        "", "@1", "a", "a@", "a@0", "a@01", "a@+1", "A@1", "a b@1", "a@65536", "事@1",
    ] {
        assert!(bad.parse::<Kind>().is_err(), "{bad}");
    }
}

#[tokio::test]
async fn a_node_that_was_rebuilt_young_is_still_read_by_its_indexes() {
    use linli_journal::sea_orm::{ConnectionTrait as _, Statement};
    let site = Site::sqlite();
    let journal = site.open().await;
    write(&journal, &site.clock, "one", "一").await.unwrap();
    journal.rebuild(|_| {}).await.unwrap();
    // As the writer looks for the newest entry of each stream.
    let sql = "EXPLAIN QUERY PLAN SELECT e.bytes FROM \
               (SELECT stream, MAX(version) AS version FROM log_entries \
                WHERE stream IN ('note/one', 'note/two') GROUP BY stream) h \
               JOIN log_entries e ON e.stream = h.stream AND e.version = h.version";
    let reader = journal.reader();
    let sql = Statement::from_string(reader.get_database_backend(), sql);
    let rows = reader.query_all_raw(sql).await.unwrap();
    let plan = rows.iter().map(|row| row.try_get("", "detail").unwrap());
    let plan: Vec<String> = plan.collect();
    assert!(
        plan.iter().any(|step| step.starts_with("SEARCH e USING")),
        "{plan:?}"
    );
}
