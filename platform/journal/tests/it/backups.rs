//! Backups: portable, checked, and never a way back for someone who was erased.

use std::path::Path;
use std::sync::Arc;

use age::secrecy::ExposeSecret as _;
use linli_journal::{AppendError, Appended, Depth, Journal, Mode, Restored, restore};
use linli_kernel::{Actor, Clock, CommandId, Fault, ResidentId, StreamId};
use linli_testkit::Postgres;

use crate::site::{Note, Notes, Site, rows};

async fn furnish(site: &Site, journal: &Journal, entries: u32) -> Vec<ResidentId> {
    let mut subjects = Vec::new();
    for n in 0..entries {
        let subject = ResidentId::new(&*site.clock);
        subjects.push(subject);
        let note = Note::new(journal, &site.clock, &n.to_string(), 0, "字").about(subject, "孙");
        let note = if n % 10 == 0 {
            note.noticed("mail")
        } else {
            note
        };
        journal.append(note.with_words(&["字"])).await.unwrap();
    }
    subjects
}

async fn bring_back(archive: &Path, site: &Site) -> Result<Restored, Fault> {
    let clock: Arc<dyn Clock> = site.clock.clone();
    let registers = Arc::new(Notes::default());
    restore(archive, site.config.clone(), clock, registers, |_| {}).await
}

fn wish(site: &Site) -> linli_journal::Destroy {
    linli_journal::Destroy {
        command: CommandId::new(&*site.clock),
        actor: Actor::system(),
        area: "310117".parse().unwrap(),
        reason: "asked for".to_owned(),
        changes: Vec::new(),
    }
}

/// From one store to another and on to a third; then the node stands alone and writes.
#[expect(clippy::cognitive_complexity, reason = "one walk, told in order")]
async fn there_and_back(from: Site, to: Site, back: Site) {
    let folder = tempfile::tempdir().unwrap();
    let journal = from.open().await;
    furnish(&from, &journal, 70).await;
    let repeated = Note::new(&journal, &from.clock, "more", 0, "字").with_words(&["字"]);
    journal.append(repeated.clone()).await.unwrap();
    journal.told("mail", 3).await.unwrap();
    let before = rows(&journal, "notes").await;
    let first = journal
        .backup(&folder.path().join("one"), |_| {})
        .await
        .unwrap();
    assert_eq!(first.entries, 71);
    journal.close().await;

    let restored = bring_back(&first.archive, &to).await.unwrap();
    assert_eq!(
        (restored.entries, restored.commands, restored.erased_since),
        (71, 71, 0)
    );
    let journal = to.open().await;
    assert_eq!(journal.mode(), Mode::Restored);
    let second = journal
        .backup(&folder.path().join("two"), |_| {})
        .await
        .unwrap();
    journal.close().await;

    bring_back(&second.archive, &back).await.unwrap();
    let journal = back.open().await;
    assert_eq!(rows(&journal, "notes").await, before);
    assert_eq!(journal.notices("mail", 100).await.unwrap().len(), 4);
    let findings = journal.verify(Depth::default(), |_| {}).await.unwrap();
    assert_eq!(findings.damages, []);
    let refused = journal.append(repeated.clone()).await;
    assert!(matches!(refused, Err(AppendError::ReadOnly(_))));
    let area = "310117".parse().unwrap();
    let command = CommandId::new(&*back.clock);
    let confirmed = journal
        .confirm_stands_alone(command, Actor::system(), area)
        .await;
    assert!(matches!(
        confirmed,
        Ok(Appended::Done { first_seq: 71, .. })
    ));
    assert_eq!(journal.mode(), Mode::Active);
    let again = journal.append(repeated).await;
    assert!(matches!(again, Ok(Appended::Repeated { .. })));
    let note = Note::new(&journal, &back.clock, "new", 0, "字").noticed("mail");
    journal.append(note.with_words(&["字"])).await.unwrap();
    assert_eq!(journal.notices("mail", 100).await.unwrap().len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_to_sqlite_and_on() {
    there_and_back(Site::sqlite(), Site::sqlite(), Site::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_to_postgres_and_back() {
    let Some(server) = Postgres::start() else {
        return;
    };
    there_and_back(Site::sqlite(), Site::postgres(&server), Site::sqlite()).await;
    there_and_back(
        Site::postgres(&server),
        Site::sqlite(),
        Site::postgres(&server),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_old_backup_yields_who_was_erased() {
    let site = Site::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let journal = site.open().await;
    let subjects = furnish(&site, &journal, 20).await;
    let old = journal.backup(folder.path(), |_| {}).await.unwrap();
    let gone = tempfile::tempdir().unwrap();
    journal.backup(gone.path(), |_| {}).await.unwrap();
    let lost = gone.path().canonicalize().unwrap();
    drop(gone);
    let unreachable = journal.destroy(subjects[4], wish(&site)).await.unwrap();
    assert_eq!(unreachable, [lost]);
    let keys = std::fs::read(&old.keys).unwrap();
    let id = subjects[4].0.as_bytes();
    assert!(
        !keys.windows(16).any(|window| window == id),
        "the key is gone from beside the backup"
    );
    let store = std::fs::read(site.folder.as_ref().unwrap().path().join("keys.db")).unwrap();
    assert!(
        !store.windows(16).any(|window| window == id),
        "and from the store's file"
    );

    let elsewhere = Site::sqlite();
    let restored = bring_back(&old.archive, &elsewhere).await.unwrap();
    assert_eq!(restored.erased_since, 1);
    let journal = elsewhere.open().await;
    let read = async |n: usize| {
        let entries = journal.stream(&StreamId::new("note", n)).await.unwrap();
        entries[0].sealed[0].plain.is_some()
    };
    assert!(read(3).await && !read(4).await);
    let findings = journal.verify(Depth::default(), |_| {}).await.unwrap();
    assert_eq!(
        (findings.damages.as_slice(), findings.erased),
        ([].as_slice(), 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_cut_short_or_altered_is_refused() {
    let site = Site::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let journal = site.open().await;
    furnish(&site, &journal, 30).await;
    let backup = journal.backup(folder.path(), |_| {}).await.unwrap();
    let whole = std::fs::read(&backup.archive).unwrap();
    let try_with = async |bytes: &[u8]| {
        std::fs::write(&backup.archive, bytes).unwrap();
        let place = Site::sqlite();
        let refused = bring_back(&backup.archive, &place).await;
        let secrets = place.folder.as_ref().unwrap().path().join("secrets");
        assert!(
            !secrets.exists(),
            "nothing that could pass for a node is left"
        );
        refused
    };
    for part in [0, 10, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
        assert!(
            try_with(&whole[..part]).await.is_err(),
            "cut to {part} bytes"
        );
    }
    for at in (0..whole.len()).step_by(whole.len() / 25) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x40;
        assert!(try_with(&bytes).await.is_err(), "byte {at}");
    }
    let longer = [whole.as_slice(), b"x"].concat();
    assert!(try_with(&longer).await.is_err());
    std::fs::write(&backup.archive, &whole).unwrap();
    let place = Site::sqlite();
    assert!(bring_back(&backup.archive, &place).await.is_ok());
    let twice = bring_back(&backup.archive, &place).await;
    assert!(matches!(twice, Err(Fault::Setting(why)) if why.contains("empty")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_taken_while_writing_goes_on() {
    let site = Site::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let journal = site.open().await;
    furnish(&site, &journal, 50).await;
    let backup = async { journal.backup(folder.path(), |_| {}).await.unwrap() };
    let writing = async {
        for n in 0..100 {
            let note = Note::new(&journal, &site.clock, &format!("w{n}"), 0, "字");
            journal
                .append(note.noticed("mail").with_words(&["字"]))
                .await
                .unwrap();
        }
    };
    let (backup, ()) = tokio::join!(backup, writing);
    let elsewhere = Site::sqlite();
    let restored = bring_back(&backup.archive, &elsewhere).await.unwrap();
    assert_eq!(restored.entries, backup.entries);
    let journal = elsewhere.open().await;
    let findings = journal.verify(Depth::default(), |_| {}).await.unwrap();
    assert_eq!(findings.damages, []);
}

/// What a stranger finds in the folder: everything but the secrets; what the node destroys later goes
/// even though the node itself cannot open the file.
#[tokio::test]
async fn a_sealed_backup_opens_with_its_identity_alone_and_forgets_who_was_erased() {
    let folder = tempfile::tempdir().unwrap();
    let pair = age::x25519::Identity::generate();
    let other = age::x25519::Identity::generate();
    let file = |name: &str, key: &age::x25519::Identity| {
        let path = folder.path().join(name);
        std::fs::write(
            &path,
            format!("# a pair\n{}\n", key.to_string().expose_secret()),
        )
        .unwrap();
        path
    };
    let mut from = Site::sqlite();
    from.config.backup_recipient = Some(pair.to_public().to_string());
    let journal = from.open().await;
    let subjects = furnish(&from, &journal, 5).await;
    let to = folder.path().join("out");
    let made = journal.backup(&to, |_| {}).await.unwrap();
    let keys = std::fs::read(&made.keys).unwrap();
    for secret in ["signing.key", "wrapping.key", "lookup.key"] {
        let secret = std::fs::read_to_string(from.config.dir.join("secrets").join(secret)).unwrap();
        let found = String::from_utf8_lossy(&keys).contains(secret.trim());
        assert!(!found, "a secret lies open");
    }
    journal.destroy(subjects[0], wish(&from)).await.unwrap();
    journal.close().await;

    for identity in [None, Some(file("other.txt", &other))] {
        let mut site = Site::sqlite();
        site.config.backup_identity = identity;
        let refused = bring_back(&made.archive, &site).await;
        assert!(matches!(refused, Err(Fault::Setting(_))), "{refused:?}");
    }
    let mut site = Site::sqlite();
    site.config.backup_identity = Some(file("key.txt", &pair));
    let restored = bring_back(&made.archive, &site).await.unwrap();
    assert_eq!((restored.entries, restored.erased_since), (5, 1));
}
