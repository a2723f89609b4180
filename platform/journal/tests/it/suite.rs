//! What holds on every store.

use linli_journal::{AppendError, Appended, Kind, Mode};
use linli_kernel::{Clock as _, CommandId, ResidentId, StreamId};
use linli_testkit::Postgres;
use serde_json::json;

use crate::site::{Note, Site, done, rows, words, write};

/// Runs every case on memory and SQLite as a test of its own, and all of them on one PostgreSQL.
macro_rules! on_every_store {
    ($($case:ident),* $(,)?) => {
        mod memory {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::$case(crate::site::Site::memory()).await;
            })*
        }
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::$case(crate::site::Site::sqlite()).await;
            })*
        }
        #[tokio::test(flavor = "multi_thread")]
        async fn postgres() {
            let Some(server) = Postgres::start() else { return };
            $({
                println!("on PostgreSQL: {}", stringify!($case));
                $case(Site::postgres(&server)).await;
            })*
        }
    };
}

on_every_store!(
    what_was_appended_is_read_back,
    a_repeated_command_gets_its_first_answer,
    whoever_decided_on_an_old_version_is_told,
    one_bad_member_does_not_fail_the_others,
    an_erased_person_reads_as_nobody,
    a_rebuild_gives_the_same_rows,
    a_poisonous_entry_parks_its_stream,
    notices_go_out_once,
    what_is_too_large_or_reserved_is_refused,
    bulk_appends_keep_their_order,
    everything_survives_a_reopening,
);

#[expect(clippy::cognitive_complexity, reason = "one walk, told in order")]
async fn what_was_appended_is_read_back(site: Site) {
    let journal = site.open().await;
    assert_eq!(journal.mode(), Mode::Active);
    let subject = ResidentId::new(&*site.clock);
    let note = Note::new(&journal, &site.clock, "a", 0, "一").about(subject, "王桂英");
    let first = journal.append(note.with_words(&["一"])).await.unwrap();
    assert_eq!(
        first,
        Appended::Done {
            answer: json!({ "word": "一" }),
            first_seq: 0,
            last_seq: 0
        }
    );
    let note = Note::new(&journal, &site.clock, "a", 1, "二").with_words(&["一", "二"]);
    journal.append(note).await.unwrap();

    let stream = StreamId::new("note", "a");
    let entries = journal.stream(&stream).await.unwrap();
    assert_eq!(words(&entries), ["一", "二"]);
    assert_eq!(entries[0].version, 1);
    assert_eq!(entries[1].seq, 1);
    assert_eq!(entries[0].at, site.clock.now());
    assert_eq!(
        entries[0].sealed_of(subject),
        Some(&json!({ "name": "王桂英" }))
    );
    let bytes = journal.bytes(0).await.unwrap().unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(!text.contains("王桂英"), "personal data is sealed: {text}");
    assert!(
        text.contains("XChaCha20-Poly1305"),
        "the algorithm is named"
    );
    assert_eq!(
        rows(&journal, "notes").await,
        ["note/a|2|一 二|-|310117/310117001"]
    );

    let other = StreamId::new("note", "none");
    let several = journal.streams(&[other, stream]).await.unwrap();
    assert_eq!((several[0].len(), several[1].len()), (0, 2));
    assert_eq!(journal.entries(1, 10).await.unwrap().len(), 1);
}

async fn a_repeated_command_gets_its_first_answer(site: Site) {
    let journal = site.open().await;
    let append = Note::new(&journal, &site.clock, "a", 0, "一").with_words(&["一"]);
    let first = journal.append(append.clone()).await.unwrap();
    let again = journal.append(append.clone()).await.unwrap();
    let answer = done(&first).clone();
    assert_eq!(again, Appended::Repeated { answer });
    let mut other = append.clone();
    other.digest = [8; 32];
    assert!(matches!(
        journal.append(other).await,
        Err(AppendError::CommandReused)
    ));
    // Sent twice at once: recorded once, whatever batch they fall into.
    let twice = Note::new(&journal, &site.clock, "b", 0, "二").with_words(&["二"]);
    let (one, two) = tokio::join!(journal.append(twice.clone()), journal.append(twice));
    let repeated = [one.unwrap(), two.unwrap()]
        .iter()
        .filter(|one| matches!(one, Appended::Repeated { .. }))
        .count();
    assert_eq!(repeated, 1);
    assert_eq!(journal.entries(0, 10).await.unwrap().len(), 2);
}

async fn whoever_decided_on_an_old_version_is_told(site: Site) {
    let journal = site.open().await;
    write(&journal, &site.clock, "a", "一").await.unwrap();
    let late = write(&journal, &site.clock, "a", "二").await;
    assert!(matches!(
        late,
        Err(AppendError::Conflict {
            expected: 0,
            found: 1,
            ..
        })
    ));
    let early = Note::new(&journal, &site.clock, "b", 3, "三").with_words(&["三"]);
    assert!(matches!(
        journal.append(early).await,
        Err(AppendError::Conflict {
            expected: 3,
            found: 0,
            ..
        })
    ));
    // A stream that is not listed takes entries at whatever version it is at, sealed parts too.
    let subject = ResidentId::new(&*site.clock);
    let mut any = Note::new(&journal, &site.clock, "a", 0, "四").about(subject, "李");
    any.append.expected.clear();
    journal.append(any.append).await.unwrap();
    let entries = journal.stream(&StreamId::new("note", "a")).await.unwrap();
    assert_eq!(words(&entries), ["一", "四"]);
    assert_eq!(
        entries[1].sealed_of(subject),
        Some(&json!({ "name": "李" }))
    );
}

async fn one_bad_member_does_not_fail_the_others(site: Site) {
    let journal = site.open().await;
    let mut appends = Vec::new();
    for n in 0..20 {
        let mut note =
            Note::new(&journal, &site.clock, &n.to_string(), 0, "字").with_words(&["字"]);
        if n == 7 {
            // No table has this column: the database refuses the whole transaction.
            if let linli_journal::Change::Upsert { row, .. } = &mut note.changes[0] {
                row.push(("nowhere", 1.into()));
            }
        }
        appends.push(note);
    }
    let outcomes = journal.append_bulk(appends).await.unwrap();
    let failed: Vec<usize> = (0..20).filter(|n| outcomes[*n].is_err()).collect();
    assert_eq!(failed, [7]);
    assert!(matches!(outcomes[7], Err(AppendError::Fault(_))));
    let entries = journal.entries(0, 100).await.unwrap();
    assert_eq!(entries.len(), 19);
    assert_eq!(rows(&journal, "notes").await.len(), 19);
    // Nothing of the failed one is left in memory: its stream begins at 0.
    write(&journal, &site.clock, "7", "好").await.unwrap();
}

#[expect(clippy::cognitive_complexity, reason = "one walk, told in order")]
async fn an_erased_person_reads_as_nobody(site: Site) {
    let journal = site.open().await;
    let (gone, stays) = (ResidentId::new(&*site.clock), ResidentId::new(&*site.clock));
    for (name, subject) in [("a", gone), ("b", stays)] {
        let note = Note::new(&journal, &site.clock, name, 0, "字").about(subject, "张");
        journal.append(note.append).await.unwrap();
    }
    let wish = linli_journal::Destroy {
        command: CommandId::new(&*site.clock),
        actor: linli_kernel::Actor::system(),
        area: "310117".parse().unwrap(),
        reason: "asked for".to_owned(),
        changes: Vec::new(),
    };
    assert!(
        journal
            .destroy(gone, wish.clone())
            .await
            .unwrap()
            .is_empty()
    );
    // Once more with the same command: nothing changes.
    assert!(journal.destroy(gone, wish.clone()).await.is_ok());
    let other = linli_journal::Destroy {
        command: CommandId::new(&*site.clock),
        ..wish
    };
    assert!(matches!(
        journal.destroy(gone, other).await,
        Err(AppendError::Refused(refusal)) if refusal.code == "journal.subject-erased"
    ));
    let read = |name: &str| StreamId::new("note", name);
    let of_gone = journal.stream(&read("a")).await.unwrap();
    assert_eq!(of_gone[0].sealed[0].plain, None);
    let of_stays = journal.stream(&read("b")).await.unwrap();
    assert!(of_stays[0].sealed_of(stays).is_some());
    let note = Note::new(&journal, &site.clock, "c", 0, "字").about(gone, "张");
    assert!(matches!(
        journal.append(note.append).await,
        Err(AppendError::Refused(_))
    ));
    if site.keeps_its_store() {
        journal.close().await;
        let again = site.open().await;
        assert_eq!(
            again.stream(&read("a")).await.unwrap()[0].sealed[0].plain,
            None
        );
    }
}

async fn a_rebuild_gives_the_same_rows(site: Site) {
    let journal = site.open().await;
    let subject = ResidentId::new(&*site.clock);
    for n in 0..30 {
        let note = Note::new(&journal, &site.clock, &n.to_string(), 0, "一").about(subject, "赵");
        journal.append(note.with_words(&["一"])).await.unwrap();
    }
    for n in 0..10 {
        let name = n.to_string();
        let mut struck = Note::new(&journal, &site.clock, &name, 1, "删");
        struck.append.entries[0].kind = Kind::new("notes.struck", 1);
        journal
            .append(struck.with_words(&["一", "删"]))
            .await
            .unwrap();
    }
    let before = (rows(&journal, "notes").await, rows(&journal, "tags").await);
    assert_eq!((before.0.len(), before.1.len()), (20, 30));
    assert!(before.1.iter().any(|line| line == "note/3|struck note/3"));
    let mut seen = 0;
    let rebuilt = journal
        .rebuild(|progress| seen = progress.done)
        .await
        .unwrap();
    assert_eq!((rebuilt.entries, rebuilt.parked, seen), (40, 0, 40));
    assert_eq!(
        (rows(&journal, "notes").await, rows(&journal, "tags").await),
        before
    );
}

async fn a_poisonous_entry_parks_its_stream(site: Site) {
    let journal = site.open().await;
    write(&journal, &site.clock, "good", "一").await.unwrap();
    let mut alien = Note::new(&journal, &site.clock, "odd", 0, "二");
    alien.append.entries[0].kind = Kind::new("notes.unheard-of", 9);
    journal.append(alien.append).await.unwrap();
    let rebuilt = journal.rebuild(|_| {}).await.unwrap();
    assert_eq!(rebuilt.parked, 1);
    let parked = journal.parked();
    assert_eq!(parked[0].stream, StreamId::new("note", "odd"));
    assert!(parked[0].reason.contains("notes.unheard-of@9"));
    let more = Note::new(&journal, &site.clock, "odd", 1, "三");
    assert!(matches!(
        journal.append(more.append).await,
        Err(AppendError::Parked(stream)) if stream == StreamId::new("note", "odd")
    ));
    // Kept, readable, and nobody else is hurt.
    assert_eq!(
        journal
            .stream(&StreamId::new("note", "odd"))
            .await
            .unwrap()
            .len(),
        1
    );
    write(&journal, &site.clock, "fine", "四").await.unwrap();
    let stream = StreamId::new("note", "fine");
    journal
        .park(&stream, 2, "found by a handler")
        .await
        .unwrap();
    let more = Note::new(&journal, &site.clock, "fine", 1, "五");
    assert!(matches!(
        journal.append(more.append).await,
        Err(AppendError::Parked(_))
    ));
}

async fn notices_go_out_once(site: Site) {
    let journal = site.open().await;
    for (name, topic) in [("a", "first"), ("b", "second"), ("c", "third")] {
        let note = Note::new(&journal, &site.clock, name, 0, "字").noticed(topic);
        journal.append(note.append).await.unwrap();
    }
    let topics = async |most| {
        let waiting = journal.notices("mail", most).await.unwrap();
        let topics: Vec<_> = waiting.iter().map(|one| one.notice.topic.clone()).collect();
        (topics, waiting.last().map_or(0, |last| last.id))
    };
    let (first, last) = topics(2).await;
    assert_eq!(first, ["first", "second"]);
    journal.told("mail", last).await.unwrap();
    assert_eq!(topics(10).await.0, ["third"]);
    assert_eq!(journal.notices("other", 10).await.unwrap().len(), 3);
}

async fn what_is_too_large_or_reserved_is_refused(site: Site) {
    let journal = site.open().await;
    let long = "长".repeat(30_000);
    let refused = journal
        .append(Note::new(&journal, &site.clock, "a", 0, &long).append)
        .await;
    assert!(matches!(
        refused,
        Err(AppendError::Refused(refusal)) if refusal.code == "journal.entry-too-large"
    ));
    let mut own = Note::new(&journal, &site.clock, "a", 0, "一");
    own.append.entries[0].kind = linli_journal::kinds::KEYS_DESTROYED;
    assert!(matches!(
        journal.append(own.append).await,
        Err(AppendError::Refused(refusal)) if refusal.code == "journal.reserved-kind"
    ));
    assert!(journal.entries(0, 1).await.unwrap().is_empty());
}

async fn bulk_appends_keep_their_order(site: Site) {
    let journal = site.open().await;
    let make = |n: usize| {
        let subject = ResidentId::new(&*site.clock);
        let name = format!("{n:05}");
        let note = Note::new(&journal, &site.clock, &name, 0, "字").about(subject, "钱");
        note.with_words(&["字"])
    };
    let appends: Vec<_> = (0..1_500).map(make).collect();
    let outcomes = journal.append_bulk(appends).await.unwrap();
    for (n, outcome) in outcomes.iter().enumerate() {
        assert!(matches!(outcome, Ok(Appended::Done { first_seq, .. }) if *first_seq == n as u64));
    }
    let last = journal.entries(1_499, 1).await.unwrap();
    assert_eq!(last[0].stream, StreamId::new("note", "01499"));
    assert!(last[0].sealed[0].plain.is_some());
    assert_eq!(rows(&journal, "notes").await.len(), 1_500);
}

async fn everything_survives_a_reopening(site: Site) {
    if !site.keeps_its_store() {
        return;
    }
    let journal = site.open().await;
    let hash = journal.lookup_hash("phone", "13800138000");
    let append = Note::new(&journal, &site.clock, "a", 0, "一").with_words(&["一"]);
    journal.append(append.clone()).await.unwrap();
    let log = journal.log_id().unwrap().to_owned();
    journal.close().await;
    assert!(matches!(
        journal.append(append.clone()).await,
        Err(AppendError::ReadOnly(_))
    ));
    let again = site.open().await;
    assert_eq!(again.log_id().unwrap(), log);
    assert_eq!(again.lookup_hash("phone", "13800138000"), hash);
    assert_ne!(again.lookup_hash("id-number", "13800138000"), hash);
    assert!(matches!(
        again.append(append).await,
        Ok(Appended::Repeated { .. })
    ));
    let more = Note::new(&again, &site.clock, "a", 1, "二").with_words(&["一", "二"]);
    again.append(more).await.unwrap();
    assert_eq!(
        again
            .stream(&StreamId::new("note", "a"))
            .await
            .unwrap()
            .len(),
        2
    );
}
