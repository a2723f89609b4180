//! The same questions get the same answers in memory, from SQLite files and from PostgreSQL.

use linli_journal::Config;
use linli_kernel::AreaPath;
use linli_testkit::Postgres;

use super::doors::node_on;
use super::rebuild::cast;
use super::world::*;
use crate::cases::queries::{self, Filter};
use crate::cases::state::Phase;
use crate::cases::{Sort, demo, public, queue, statistics};
use crate::catalogue::Channel;
use crate::node::Linli;

fn filters() -> Vec<Filter> {
    let base = Filter {
        size: 20,
        page: 1,
        ..Filter::default()
    };
    let with = |change: &dyn Fn(&mut Filter)| {
        let mut filter = base.clone();
        change(&mut filter);
        filter
    };
    let mut all = vec![
        with(&|_| {}),
        with(&|f| f.descending = true),
        with(&|f| f.sort = Sort::Due),
        with(&|f| f.open = Some(true)),
        with(&|f| f.open = Some(false)),
        with(&|f| f.overdue = true),
        with(&|f| f.returned = true),
        with(&|f| f.waits_for_applicant = true),
        with(&|f| f.service = Some("dibao".to_owned())),
        with(&|f| f.channel = Some(Channel::Counter)),
        with(&|f| f.area = Some(area(COMMITTEE))),
        with(&|f| f.before = Some(9)),
        with(&|f| f.applicant = Some(APPLICANT)),
        with(&|f| f.due_by = Some("2026-12-31".parse().unwrap())),
        with(&|f| f.page = 2),
    ];
    all.extend(Phase::ALL.map(|phase| with(&|f| f.phase = Some(phase))));
    all
}

/// Everything asked of a node after the demo was played on it, as one text.
async fn answers(config: Config) -> String {
    let (linli, clock) = node_on(config).await;
    demo::seed(&linli, &cast(), &|| clock.days_pass(1))
        .await
        .unwrap();
    let mut told = String::new();
    for who in [
        Who::Worker,
        Who::Officer,
        Who::District,
        Who::Applicant,
        Who::Supervisor,
    ] {
        for filter in filters() {
            let page = match queries::list(&linli, &who.actor(), &filter).await {
                Ok(page) => page,
                Err(problem) => {
                    told += &format!("{who:?} {problem}\n");
                    continue;
                }
            };
            let rows: Vec<_> = page
                .rows
                .iter()
                .map(|row| (&row.number, row.phase, row.due))
                .collect();
            told += &format!("{who:?} {} {} {rows:?}\n", page.total, page.more);
        }
        told += &queues(&linli, who).await;
    }
    told += &in_public(&linli).await;
    linli.journal().close().await;
    told
}

async fn queues(linli: &Linli, who: Who) -> String {
    match queue::queue(linli, &who.actor()).await {
        Ok(queue) => format!(
            "{who:?} {} {} {} {} {} {}\n",
            queue.overdue.total,
            queue.due_today.total,
            queue.returned.total,
            queue.later.total,
            queue.waiting.total,
            queue.mine
        ),
        Err(problem) => format!("{who:?} {problem}\n"),
    }
}

async fn in_public(linli: &Linli) -> String {
    let district: AreaPath = area("310117");
    let notices = public::notices(linli, &district).await.unwrap();
    let counts = statistics::public_counts(linli, &district).await.unwrap();
    format!("{notices:?}\n{counts:?}\n")
}

#[tokio::test]
async fn memory_files_and_postgresql_answer_alike() {
    let memory = answers(Config::memory()).await;
    assert!(memory.lines().count() > 100);
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(answers(Config::sqlite(folder.path())).await, memory);
    let Some(server) = Postgres::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let config = Config::postgres(folder.path(), &server.database());
    assert_eq!(answers(config).await, memory);
}
