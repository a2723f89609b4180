//! When the world fails: a full disk, a process killed, a writer that dies, another writer.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use linli_journal::{AppendError, Appended, Config, Depth, Mode};
use linli_kernel::{Fault, SystemClock};
use linli_testkit::Postgres;

use crate::site::{Note, Site, rows, write};

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_stops_writing_and_nothing_else() {
    let mut site = Site::sqlite();
    site.config.max_pages = Some(90);
    let journal = site.open().await;
    let long = "满".repeat(3_000);
    let mut written = 0;
    let why = loop {
        match write(&journal, &site.clock, &written.to_string(), &long).await {
            Ok(_) => written += 1,
            Err(why) => break why,
        }
        assert!(written < 1_000, "the store never fills");
    };
    assert!(
        matches!(why, AppendError::Fault(Fault::StoreFull(_))),
        "{why}"
    );
    assert!(written > 3, "some fitted");
    let several = (0..5).map(|n| Note::new(&journal, &site.clock, &format!("s{n}"), 0, &long));
    let several = several.map(|note| note.with_words(&[&long])).collect();
    for outcome in journal.append_bulk(several).await.unwrap() {
        assert!(matches!(
            outcome,
            Err(AppendError::Fault(Fault::StoreFull(_)))
        ));
    }
    assert_eq!(journal.entries(0, 1_000).await.unwrap().len(), written);
    assert_eq!(rows(&journal, "notes").await.len(), written);
    let findings = journal.verify(Depth::default(), |_| {}).await.unwrap();
    assert_eq!(findings.damages, [], "nothing is half-written");
    journal.close().await;

    site.config.max_pages = None;
    let journal = site.open().await;
    let next = write(&journal, &site.clock, &written.to_string(), "好")
        .await
        .unwrap();
    assert!(matches!(next, Appended::Done { first_seq, .. } if first_seq == written as u64));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_on_one_folder_do_not_lose_each_other() {
    let site = Site::sqlite();
    let (one, two) = (site.open().await, site.open().await);
    for n in 0..10 {
        write(&one, &site.clock, &format!("one{n}"), "一")
            .await
            .unwrap();
        write(&two, &site.clock, &format!("two{n}"), "二")
            .await
            .unwrap();
    }
    assert_eq!(one.entries(0, 100).await.unwrap().len(), 20);
    let findings = two.verify(Depth::default(), |_| {}).await.unwrap();
    assert_eq!(findings.damages, []);
}

/// One process writes without a pause, as when many messages are made; the other is not told to come
/// back later.
#[tokio::test(flavor = "multi_thread")]
async fn a_busy_process_leaves_room_for_another() {
    let site = Site::sqlite();
    let (busy, other) = (site.open().await, site.open().await);
    let mut busily = tokio::task::JoinSet::new();
    for hand in 0..8 {
        let (writes, clock) = (busy.clone(), site.clock.clone());
        busily.spawn(async move {
            for n in 0..150 {
                let written = write(&writes, &clock, &format!("busy{hand}-{n}"), "忙").await;
                written.unwrap();
            }
        });
    }
    for n in 0..40 {
        let written = write(&other, &site.clock, &format!("other{n}"), "字").await;
        written.unwrap();
    }
    busily.join_all().await;
    let findings = other.verify(Depth::default(), |_| {}).await.unwrap();
    assert_eq!((findings.entries, findings.damages), (1_240, Vec::new()));
    busy.close().await;
    other.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stand_by_takes_over() {
    let Some(server) = Postgres::start() else {
        return;
    };
    let site = Site::postgres(&server);
    let first = site.open().await;
    write(&first, &site.clock, "a", "一").await.unwrap();
    let second = site.open().await;
    assert_eq!((first.mode(), second.mode()), (Mode::Active, Mode::StandBy));
    assert!(matches!(
        write(&second, &site.clock, "b", "二").await,
        Err(AppendError::ReadOnly(_))
    ));
    assert_eq!(
        second.entries(0, 10).await.unwrap().len(),
        1,
        "a stand-by reads"
    );

    // The holder's session dies.
    server.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted",
    );
    second.wait_for(&Mode::Active).await;
    write(&second, &site.clock, "b", "二").await.unwrap();
    assert!(
        write(&first, &site.clock, "c", "三").await.is_err(),
        "the first has lost its lock"
    );
    first.wait_for(&Mode::StandBy).await;
    second.close().await;
    first.wait_for(&Mode::Active).await;
    write(&first, &site.clock, "d", "四").await.unwrap();
    let findings = first.verify(Depth::default(), |_| {}).await.unwrap();
    assert_eq!(
        (findings.damages.as_slice(), findings.entries),
        ([].as_slice(), 3)
    );
}

/// Names the folder in which the child process works.
const CHILD: &str = "LINLI_TEST_CHILD";

/// What the child process of the test below runs; without its folder, nothing.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Some(folder) = std::env::var_os(CHILD) else {
        return;
    };
    let mut site = Site::sqlite();
    site.config = Config::sqlite(folder);
    let journal = site.open().await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (journal, clock) = (journal.clone(), site.clock.clone());
            tokio::spawn(async move {
                loop {
                    let name = linli_kernel::ids::new_uuid(&SystemClock).to_string();
                    let note = Note::new(&journal, &clock, &name, 0, &name);
                    let appended = journal.append(note.with_words(&[&name])).await.unwrap();
                    if let Appended::Done { first_seq, .. } = appended {
                        println!("acknowledged {first_seq} {name}");
                    }
                }
            })
        })
        .collect();
    // They end only with the process.
    assert!(tasks.into_iter().next().unwrap().await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_kill_9() {
    let site = Site::sqlite();
    let folder = site.folder.as_ref().unwrap().path();
    for round in 0..4 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["faults::child", "--exact", "--nocapture"])
            .env(CHILD, folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = Vec::new();
        while acknowledged.len() < 120 + round * 37 {
            let line = lines
                .next()
                .expect("the child goes on until it is killed")
                .unwrap();
            // The test runner's own words may stand before it.
            if let Some((_, said)) = line.split_once("acknowledged ") {
                let (seq, name) = said.split_once(' ').unwrap();
                acknowledged.push((seq.parse::<u64>().unwrap(), name.to_owned()));
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What was said before the kill and not read yet counts too; a last line may be cut.
        for line in lines.map_while(Result::ok) {
            let said = line
                .split_once("acknowledged ")
                .and_then(|(_, said)| said.split_once(' '));
            if let Some((seq, name)) = said.filter(|(_, name)| name.len() == 36) {
                acknowledged.push((seq.parse().unwrap(), name.to_owned()));
            }
        }
        let journal = site.open().await;
        for (seq, name) in &acknowledged {
            let entry = journal
                .entries(*seq, 1)
                .await
                .unwrap()
                .pop()
                .expect("it is there");
            assert_eq!(entry.open["word"].as_str(), Some(name.as_str()));
        }
        let findings = journal.verify(Depth::default(), |_| {}).await.unwrap();
        assert_eq!(findings.damages, [], "round {round}");
        journal.close().await;
    }
}
