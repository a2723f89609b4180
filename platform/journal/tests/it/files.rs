//! Files beside the journal: kept once, unreadable without their subject's key, never lost or
//! swept while an entry names them, and every damage named.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use linli_journal::sea_orm::sea_query::{
    ColumnDef, IndexCreateStatement, Table, TableCreateStatement,
};
use linli_journal::{
    Append, Change, Depth, Destroy, FileAt, FileId, FileRegister, FoldError, Folder, Journal, Kind,
    NewEntry, Place, Recorded, Registers, Secret, restore,
};
use linli_kernel::{Actor, Clock, CommandId, ResidentId, StreamId};
use linli_testkit::ManualClock;
use serde_json::json;

use crate::site::Site;

const FILED: Kind = Kind::new("papers.filed", 1);

/// A register of papers: one row an entry that names a file.
struct Papers;

impl Registers for Papers {
    fn tables(&self) -> Vec<TableCreateStatement> {
        let papers = Table::create()
            .table("papers")
            .col(ColumnDef::new("stream").text().not_null().primary_key())
            .col(ColumnDef::new("subject").text().not_null())
            .col(ColumnDef::new("file").text().not_null())
            .to_owned();
        vec![papers]
    }

    fn indexes(&self) -> Vec<IndexCreateStatement> {
        Vec::new()
    }

    fn folder(&self) -> Box<dyn Folder> {
        Box::new(Self)
    }

    fn files(&self) -> Vec<FileRegister> {
        vec![FileRegister {
            table: "papers",
            subject: "subject",
            file: "file",
        }]
    }
}

impl Folder for Papers {
    fn fold(&mut self, entry: &Recorded) -> Result<Vec<Change>, FoldError> {
        Ok(if entry.kind == FILED {
            vec![row(entry.stream.as_str(), &entry.open)]
        } else {
            Vec::new()
        })
    }
}

fn row(stream: &str, open: &serde_json::Value) -> Change {
    let text = |name: &str| open[name].as_str().unwrap().to_owned();
    Change::Upsert {
        table: "papers",
        key: &["stream"],
        row: vec![
            ("stream", stream.into()),
            ("subject", text("subject").into()),
            ("file", text("file").into()),
        ],
    }
}

async fn open(site: &Site) -> Journal {
    let clock: Arc<dyn Clock> = site.clock.clone();
    Journal::open(site.config.clone(), clock, Arc::new(Papers))
        .await
        .unwrap()
}

/// Records an entry that names the file.
async fn name(journal: &Journal, clock: &ManualClock, at: FileAt) {
    let stream = StreamId::new("paper", CommandId::new(clock));
    let open = json!({ "subject": at.subject, "file": at.id.to_string() });
    let append = Append {
        command: CommandId::new(clock),
        digest: [1; 32],
        at: clock.now(),
        actor: Actor::system(),
        expected: vec![(stream.clone(), 0)],
        changes: vec![row(stream.as_str(), &open)],
        entries: vec![NewEntry {
            stream,
            area: "310117".parse().unwrap(),
            kind: FILED,
            open,
            sealed: vec![Secret {
                subject: at.subject,
                plain: json!({ "name": "孙" }),
            }],
        }],
        answer: json!(null),
        notices: Vec::new(),
    };
    journal.append(append).await.unwrap();
}

async fn keep(journal: &Journal, subject: ResidentId, content: &[u8]) -> FileAt {
    let label = json!({ "name": "户口簿.jpg" });
    let id = journal
        .keep_file(subject, label, content.to_vec())
        .await
        .unwrap();
    FileAt { subject, id }
}

/// Every file below `folder`.
fn below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = paths
        .flat_map(|path| {
            if path.is_dir() {
                below(&path)
            } else {
                vec![path]
            }
        })
        .collect();
    found.sort();
    found
}

fn attachments(site: &Site) -> PathBuf {
    site.config.dir.join("attachments")
}

async fn kept_once(site: Site) {
    let journal = open(&site).await;
    let [one, other] = [(); 2].map(|()| ResidentId::new(&*site.clock));
    let content = "王桂英的户口簿".as_bytes();
    let at = keep(&journal, one, content).await;
    assert_eq!(keep(&journal, one, content).await, at, "kept once");
    let theirs = keep(&journal, other, content).await;
    assert_ne!(
        theirs.id, at.id,
        "equal papers of two persons show no likeness"
    );
    let crossed = FileAt {
        subject: other,
        id: at.id,
    };
    assert_eq!(journal.file(crossed).await.unwrap(), None);
    let back = journal.file(at).await.unwrap().unwrap();
    assert_eq!(back.content, content);
    assert_eq!(back.label, json!({ "name": "户口簿.jpg" }));
    let text = at.id.to_string();
    assert_eq!(text.parse::<FileId>().unwrap(), at.id);
    assert!(text.to_uppercase().parse::<FileId>().is_err());
    if site.keeps_its_store() {
        let files = below(&attachments(&site));
        assert_eq!(files.len(), 2);
        for file in files {
            let bytes = fs::read(file).unwrap();
            let shows = |what: &str| bytes.windows(what.len()).any(|w| w == what.as_bytes());
            assert!(
                !shows("王桂英") && !shows("户口簿"),
                "sealed, label and all"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_kept_once_and_sealed() {
    kept_once(Site::memory()).await;
    kept_once(Site::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_a_file_is_durable_though_nothing_was_recorded() {
    let site = Site::sqlite();
    let journal = open(&site).await;
    let at = keep(&journal, ResidentId::new(&*site.clock), b"paper").await;
    // As if the process were killed: nothing is closed in order.
    let copy = Site::sqlite();
    copy_all(&site.config.dir, &copy.config.dir);
    let journal = open(&copy).await;
    assert_eq!(journal.file(at).await.unwrap().unwrap().content, b"paper");
}

fn copy_all(from: &Path, to: &Path) {
    for path in below(from) {
        let target = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&path, target).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_damage_of_a_file_is_named_and_keeping_it_again_mends_it() {
    let site = Site::sqlite();
    let journal = open(&site).await;
    let subject = ResidentId::new(&*site.clock);
    let [at, other] = [
        keep(&journal, subject, b"one").await,
        keep(&journal, subject, b"two").await,
    ];
    name(&journal, &site.clock, at).await;
    name(&journal, &site.clock, other).await;
    let damages = async || {
        let findings = journal.verify(Depth::default(), |_| {}).await.unwrap();
        assert_eq!(findings.files, 2);
        findings.damages
    };
    assert_eq!(damages().await, []);
    let path_of = |at: FileAt| {
        let files = below(&attachments(&site));
        let named = |path: &PathBuf| path.ends_with(at.id.to_string());
        files.into_iter().find(named).unwrap()
    };
    let (path, path_of_other) = (path_of(at), path_of(other));
    let whole = fs::read(&path).unwrap();
    let named = Place::File {
        id: at.id.to_string(),
        subject: subject.to_string(),
    };
    let mut damaged: Vec<Vec<u8>> = (0..whole.len())
        .map(|at| {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            bytes
        })
        .collect();
    damaged.extend([
        Vec::new(),
        whole[..40].to_vec(),
        fs::read(path_of_other).unwrap(),
    ]);
    for (n, bytes) in damaged.into_iter().enumerate() {
        fs::write(&path, bytes).unwrap();
        assert!(journal.file(at).await.is_err(), "never served: {n}");
        if n % 20 == 0 {
            let found = damages().await;
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].place, named);
        }
    }
    fs::remove_file(&path).unwrap();
    assert_eq!(damages().await[0].what, "is missing");
    let named = journal.named_files().await.unwrap();
    assert!(named.contains(&(at, false)) && named.contains(&(other, true)));
    assert_eq!(keep(&journal, subject, b"one").await, at);
    assert_eq!(damages().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_with_a_backup_and_come_back_but_not_those_of_the_erased() {
    let site = Site::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&site).await;
    let [stays, goes] = [(); 2].map(|()| ResidentId::new(&*site.clock));
    let [kept, erased, loose] = [
        keep(&journal, stays, b"stays").await,
        keep(&journal, goes, b"goes").await,
        keep(&journal, stays, b"nobody names this").await,
    ];
    name(&journal, &site.clock, kept).await;
    name(&journal, &site.clock, erased).await;
    let backup = journal.backup(folder.path(), |_| {}).await.unwrap();
    assert_eq!((backup.files, backup.files_missing), (2, 0));
    let beside = folder.path().join("attachments");
    assert_eq!(below(&beside).len(), 2, "what nobody names is left out");

    let wish = Destroy {
        command: CommandId::new(&*site.clock),
        actor: Actor::system(),
        area: "310117".parse().unwrap(),
        reason: "asked for".to_owned(),
        changes: Vec::new(),
    };
    assert_eq!(
        journal.destroy(goes, wish).await.unwrap(),
        [] as [PathBuf; 0]
    );
    assert_eq!(journal.file(erased).await.unwrap(), None);
    assert_eq!(below(&beside).len(), 1, "also from beside the backup");
    assert_eq!(below(&attachments(&site)).len(), 2);
    let refused = journal.keep_file(goes, json!(null), b"more".to_vec()).await;
    assert!(refused.is_err());
    let findings = journal.verify(Depth::default(), |_| {}).await.unwrap();
    assert_eq!((findings.damages, findings.files), (Vec::new(), 1));

    let elsewhere = Site::sqlite();
    let clock: Arc<dyn Clock> = elsewhere.clock.clone();
    let registers = Arc::new(Papers);
    let config = elsewhere.config.clone();
    let restored = restore(&backup.archive, config, clock, registers, |_| {})
        .await
        .unwrap();
    assert_eq!(restored.files, 1);
    let journal = open(&elsewhere).await;
    assert_eq!(journal.file(kept).await.unwrap().unwrap().content, b"stays");
    assert_eq!(journal.file(erased).await.unwrap(), None);
    assert_eq!(journal.file(loose).await.unwrap(), None);
    let findings = journal.verify(Depth::default(), |_| {}).await.unwrap();
    assert_eq!(findings.damages, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_damaged_here_does_not_reach_the_good_copy_there() {
    let site = Site::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&site).await;
    let at = keep(&journal, ResidentId::new(&*site.clock), b"paper").await;
    name(&journal, &site.clock, at).await;
    journal.backup(folder.path(), |_| {}).await.unwrap();
    let [here] = below(&attachments(&site)).try_into().unwrap();
    let [there] = below(&folder.path().join("attachments"))
        .try_into()
        .unwrap();
    let good = fs::read(&there).unwrap();
    fs::write(&here, b"damaged").unwrap();
    journal.backup(folder.path(), |_| {}).await.unwrap();
    assert_eq!(fs::read(&there).unwrap(), good);
    fs::remove_file(&here).unwrap();
    let second = tempfile::tempdir().unwrap();
    let backup = journal.backup(second.path(), |_| {}).await.unwrap();
    assert_eq!(
        (backup.files, backup.files_missing),
        (0, 1),
        "and it is told"
    );
}

async fn swept(site: Site) {
    let journal = open(&site).await;
    let subject = ResidentId::new(&*site.clock);
    let named = keep(&journal, subject, b"named").await;
    name(&journal, &site.clock, named).await;
    let loose = keep(&journal, subject, b"loose").await;
    let again = keep(&journal, subject, b"kept again").await;
    if site.keeps_its_store() {
        let torn = below(&attachments(&site))[0].with_file_name("00.new");
        fs::write(&torn, b"half").unwrap();
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        let file = fs::OpenOptions::new().append(true).open(&torn).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    site.clock.advance(jiff::SignedDuration::from_hours(30));
    let moment = site.clock.now();
    keep(&journal, subject, b"kept again").await;
    let young = keep(&journal, subject, b"young").await;
    let mut old = journal.files_before(moment).await.unwrap();
    old.sort_unstable();
    let mut expected = vec![named, loose];
    expected.sort_unstable();
    assert_eq!(old, expected);
    assert_eq!(journal.drop_loose(old).await.unwrap(), 1);
    for (at, there) in [(named, true), (again, true), (young, true), (loose, false)] {
        assert_eq!(journal.has_file(at).await.unwrap(), there);
    }
    if site.keeps_its_store() {
        assert_eq!(
            below(&attachments(&site)).len(),
            3,
            "the torn one is gone too"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_names_is_swept_and_nothing_else() {
    swept(Site::memory()).await;
    swept(Site::sqlite()).await;
}
