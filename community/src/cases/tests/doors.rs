//! The doors, on a journal in memory: filing, acting, looking up, conflicts, repeats, scopes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use linli_kernel::{Actor, Clock, CommandId, Role};
use serde_json::Value;
use uuid::Uuid;

use super::world::*;
use crate::cases::command::*;
use crate::cases::queries::{self, Filter};
use crate::cases::service::{Receipt, act, file, look_up};
use crate::cases::state::{Next, Phase};
use crate::cases::{self, Sort, public, statistics, view};
use crate::catalogue::Channel;
use crate::feature::{Call, Loaded, Meta, Plan, Problem};
use crate::node::{Linli, NodeConfig};
use crate::places;

/// A clock turned by hand.
#[derive(Debug)]
pub(super) struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

impl Hand {
    pub(super) fn at(text: &str) -> Arc<Self> {
        let start: Timestamp = text.parse().unwrap();
        Arc::new(Self(AtomicI64::new(start.as_microsecond())))
    }

    pub(super) fn days_pass(&self, days: i64) {
        self.0.fetch_add(days * 86_400_000_000, Ordering::SeqCst);
    }
}

/// A node in memory with the areas of Songjiang, on Tuesday 1 September 2026, 09:00.
pub(super) async fn node() -> (Linli, Arc<Hand>) {
    node_on(linli_journal::Config::memory()).await
}

pub(super) async fn node_on(journal: linli_journal::Config) -> (Linli, Arc<Hand>) {
    let clock = Hand::at("2026-09-01T01:00:00Z");
    let config = NodeConfig {
        journal,
        catalogue: None,
    };
    let linli = Linli::open(config, Arc::clone(&clock) as _).await.unwrap();
    let divisions = places::divisions(places::SONGJIANG).unwrap();
    let events: Vec<places::Event> = divisions
        .into_iter()
        .map(places::Event::Established)
        .collect();
    let actor = Actor::system();
    let at = linli.clock().now();
    let meta = Meta { at, actor: &actor };
    let stream = places::stream("310117");
    let mut plan = Plan::default();
    let blank = Loaded {
        state: Arc::default(),
        version: 0,
    };
    plan.add::<places::Places>(&stream, &blank, &events, meta)
        .unwrap();
    linli
        .submit(call(&actor, 1), [0; 32], plan, Value::Null, at)
        .await
        .unwrap();
    assert!(linli.areas().get(&area(COMMITTEE)).is_some());
    (linli, clock)
}

pub(super) fn call(actor: &Actor, command: u128) -> Call<'_> {
    Call {
        command: CommandId(Uuid::from_u128(command)),
        actor,
        expected: None,
    }
}

pub(super) async fn filed(linli: &Linli, n: u128) -> Receipt {
    let actor = Who::Applicant.actor();
    file(linli, call(&actor, n), &filing("dibao"))
        .await
        .unwrap()
}

fn codes(problem: Problem) -> Vec<String> {
    match problem {
        Problem::Refused(refusals) => refusals.into_iter().map(|one| one.code).collect(),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_filing_gets_a_number_a_date_and_a_place_in_the_log() {
    let (linli, _) = node().await;
    let receipt = filed(&linli, 10).await;
    let wait = receipt.wait.clone().unwrap();
    assert_eq!(wait.next, Next::Accept);
    assert!(wait.due.date().is_some() && wait.result_by.unwrap().date().is_some());
    let entry = &linli.journal().entries(receipt.seq, 1).await.unwrap()[0];
    assert_eq!(entry.stream, receipt.case.into());
    let open = entry.open.to_string();
    assert!(!open.contains("张建国") && !open.contains("10900000012"));
}

#[tokio::test]
async fn a_form_sent_twice_is_one_case_with_one_receipt() {
    let (linli, _) = node().await;
    let first = filed(&linli, 10).await;
    let second = filed(&linli, 10).await;
    assert!(!first.repeated && second.repeated);
    assert_eq!(
        (first.case, first.seq, &first.number),
        (second.case, second.seq, &second.number)
    );
    let other = filed(&linli, 11).await;
    assert_ne!(other.number, first.number);
}

#[tokio::test]
async fn a_command_sent_twice_is_answered_as_the_first_time() {
    let (linli, _) = node().await;
    let case = filed(&linli, 10).await.case;
    let worker = Who::Worker.actor();
    let first = act(&linli, call(&worker, 20), case, &Command::Accept)
        .await
        .unwrap();
    let second = act(&linli, call(&worker, 20), case, &Command::Accept)
        .await
        .unwrap();
    assert!(first.seqs.is_some() && second.seqs.is_none());
    assert_eq!(first.version, second.version);
    let fresh = act(&linli, call(&worker, 21), case, &Command::Accept).await;
    assert_eq!(codes(fresh.unwrap_err()), ["cases.already-accepted"]);
    let reused = act(&linli, call(&worker, 20), case, &Command::PutBack).await;
    assert_eq!(codes(reused.unwrap_err()), ["node.command-reused"]);
}

#[tokio::test]
async fn the_second_of_two_who_saw_the_same_is_told_what_changed() {
    let (linli, _) = node().await;
    let case = filed(&linli, 10).await.case;
    let worker = Who::Worker.actor();
    let saw = view::view(&linli, &worker, case).await.unwrap().version;
    let seen = |command| Call {
        expected: Some(saw),
        ..call(&worker, command)
    };
    act(&linli, seen(20), case, &Command::Accept).await.unwrap();
    let say = Command::Say {
        words: words(),
        internal: true,
    };
    match act(&linli, seen(21), case, &say).await.unwrap_err() {
        Problem::Conflict {
            expected, found, ..
        } => {
            assert_eq!((expected, found), (saw, saw + 1));
            let now = view::view(&linli, &worker, case).await.unwrap();
            let news: Vec<String> = now.since(expected).map(view::Happening::key).collect();
            assert_eq!(news, ["progress-event-accepted"]);
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn many_at_once_each_get_through_when_they_said_nothing_of_what_they_saw() {
    let (linli, _) = node().await;
    let case = filed(&linli, 10).await.case;
    let applicant = Who::Applicant.actor();
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..4_u128 {
        let (linli, applicant) = (linli.clone(), applicant.clone());
        tasks.spawn(async move {
            let say = Command::Say {
                words: format!("第 {n} 句"),
                internal: false,
            };
            act(&linli, call(&applicant, 100 + n), case, &say)
                .await
                .map(|done| done.version)
        });
    }
    let mut versions: Vec<u64> = tasks
        .join_all()
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    versions.sort_unstable();
    assert_eq!(versions, [2, 3, 4, 5]);
}

#[tokio::test]
async fn every_problem_of_a_form_is_told_with_its_field() {
    let (linli, _) = node().await;
    let actor = Who::Applicant.actor();
    let empty = Filing {
        answers: Answers::new(),
        declared: Vec::new(),
        ..filing("dibao")
    };
    let refused = file(&linli, call(&actor, 10), &empty).await.unwrap_err();
    let Problem::Refused(refusals) = refused else {
        panic!()
    };
    assert!(refusals.len() > 5);
    assert!(refusals.iter().all(|refusal| refusal.field.is_some()));
    let nowhere = Filing {
        area: area("310117/310117999"),
        ..filing("dibao")
    };
    let refused = file(&linli, call(&actor, 11), &nowhere).await.unwrap_err();
    assert_eq!(codes(refused), ["cases.area-unknown"]);
    let nothing = Filing {
        service: "moon".to_owned(),
        ..filing("dibao")
    };
    let refused = file(&linli, call(&actor, 12), &nothing).await.unwrap_err();
    assert_eq!(codes(refused), ["cases.service-unknown"]);
}

#[tokio::test]
async fn number_and_phone_find_a_case_and_nothing_less_does() {
    let (linli, _) = node().await;
    let receipt = filed(&linli, 10).await;
    let number = receipt.number.to_string();
    assert_eq!(
        look_up(&linli, &number, "109-0000 0012").await.unwrap(),
        receipt.case
    );
    assert_eq!(
        look_up(&linli, &number, "+86 10900000012").await.unwrap(),
        receipt.case
    );
    let wrong = look_up(&linli, &number, "10900000013").await.unwrap_err();
    assert_eq!(codes(wrong), ["cases.number-and-phone-differ"]);
    let short = look_up(&linli, "12345", "10900000012").await.unwrap_err();
    assert_eq!(codes(short), ["cases.number-length"]);
    let tracked = view::tracked(&linli, receipt.case).await.unwrap();
    assert!(tracked.allowed.is_empty());
}

#[tokio::test]
async fn lists_show_what_the_gate_lets_each_see() {
    let (linli, _) = node().await;
    let case = filed(&linli, 10).await.case;
    let filter = Filter {
        size: 50,
        page: 1,
        ..Filter::default()
    };
    for (who, sees) in [
        (Who::Worker, 1),
        (Who::NextDoor, 0),
        (Who::Officer, 1),
        (Who::District, 1),
        (Who::Applicant, 1),
        (Who::Stranger, 0),
        (Who::Auditor, 1),
    ] {
        let page = queries::list(&linli, &who.actor(), &filter).await.unwrap();
        assert_eq!(
            (page.total, page.rows.len()),
            (sees, usize::try_from(sees).unwrap()),
            "{who:?}"
        );
        let read = view::view(&linli, &who.actor(), case).await;
        assert_eq!(read.is_ok(), sees == 1, "{who:?} reads as they list");
    }
    let admin = queries::list(&linli, &Who::Admin.actor(), &filter)
        .await
        .unwrap_err();
    assert_eq!(codes(admin), ["gate.role"]);
    let elsewhere = Filter {
        area: Some(area(STREET)),
        ..filter
    };
    let peek = queries::list(&linli, &Who::NextDoor.actor(), &elsewhere)
        .await
        .unwrap_err();
    assert_eq!(codes(peek), ["gate.area"]);
}

#[tokio::test]
async fn filters_narrow_and_sorting_keeps_its_promise() {
    let (linli, clock) = node().await;
    let old = filed(&linli, 10).await.case;
    clock.days_pass(1);
    let receipt = filed(&linli, 11).await;
    let (new, number) = (receipt.case, receipt.number.to_string());
    let worker = Who::Worker.actor();
    act(&linli, call(&worker, 20), old, &Command::Accept)
        .await
        .unwrap();
    let list = async |narrow: &dyn Fn(&mut Filter)| {
        let mut filter = Filter {
            size: 50,
            page: 1,
            ..Filter::default()
        };
        narrow(&mut filter);
        let page = queries::list(&linli, &worker, &filter).await.unwrap();
        page.rows.iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(list(&|_| {}).await, [old, new]);
    assert_eq!(list(&|f| f.descending = true).await, [new, old]);
    assert_eq!(list(&|f| f.phase = Some(Phase::InHand)).await, [old]);
    assert_eq!(list(&|f| f.channel = Some(Channel::Paper)).await, []);
    assert_eq!(
        list(&|f| f.service = Some("dibao".to_owned())).await,
        [old, new]
    );
    assert_eq!(list(&|f| f.overdue = true).await, []);
    assert_eq!(list(&|f| f.number = Some(number.clone())).await, [new]);
    assert_eq!(list(&|f| f.sort = Sort::Due).await.len(), 2);
    assert_eq!(list(&|f| f.open = Some(false)).await, []);
    assert_eq!(list(&|f| (f.page, f.size) = (2, 1)).await, [new]);
    clock.days_pass(60);
    assert_eq!(list(&|f| f.overdue = true).await.len(), 2);
}

#[tokio::test]
async fn the_queue_of_a_post_says_what_is_due_and_what_waits_for_others() {
    let (linli, clock) = node().await;
    let worker = Who::Worker.actor();
    let first = filed(&linli, 10).await;
    let second = filed(&linli, 11).await;
    act(&linli, call(&worker, 20), second.case, &Command::Accept)
        .await
        .unwrap();
    let ask = Command::AskSupplement {
        papers: vec!["medical".to_owned()],
        fields: Vec::new(),
        words: words(),
    };
    act(&linli, call(&worker, 21), second.case, &ask)
        .await
        .unwrap();
    let queue = cases::queue(&linli, &worker).await.unwrap();
    assert_eq!(
        (queue.later.total, queue.waiting.total, queue.overdue.total),
        (1, 1, 0)
    );
    assert_eq!(queue.later.rows[0].id, first.case);
    assert_eq!(queue.waiting.rows[0].id, second.case);
    let due = first.wait.unwrap().due.date().unwrap();
    let today = linli.clock().today();
    clock.days_pass(i64::from(today.until(due).unwrap().get_days()));
    let queue = cases::queue(&linli, &worker).await.unwrap();
    assert_eq!((queue.due_today.total, queue.later.total), (1, 0));
    clock.days_pass(1);
    let queue = cases::queue(&linli, &worker).await.unwrap();
    assert_eq!((queue.overdue.total, queue.due_today.total), (1, 0));
    assert_eq!(
        codes(
            cases::queue(&linli, &Who::Auditor.actor())
                .await
                .unwrap_err()
        ),
        ["gate.role"]
    );
}

#[tokio::test]
async fn a_notice_shows_what_its_rule_shows_and_goes_when_it_ends() {
    let (linli, clock) = node().await;
    let case = filed(&linli, 10).await.case;
    let (worker, officer) = (Who::Worker.actor(), Who::Officer.actor());
    let world = in_phase(Phase::InHand);
    act(&linli, call(&worker, 20), case, &Command::Accept)
        .await
        .unwrap();
    act(
        &linli,
        call(&worker, 21),
        case,
        &sample(Verb::PassOn, &world),
    )
    .await
    .unwrap();
    act(
        &linli,
        call(&officer, 22),
        case,
        &sample(Verb::Review, &world),
    )
    .await
    .unwrap();
    act(
        &linli,
        call(&officer, 23),
        case,
        &sample(Verb::PostNotice, &world),
    )
    .await
    .unwrap();
    let hanging = public::notices(&linli, &area("310117")).await.unwrap();
    assert_eq!(hanging.len(), 1);
    assert_eq!(hanging[0].name.as_deref(), Some("张*国"));
    assert_eq!(
        public::notices(&linli, &area("310117/310117002"))
            .await
            .unwrap(),
        []
    );
    clock.days_pass(8);
    assert_eq!(
        public::notices(&linli, &area("310117")).await.unwrap(),
        [],
        "hung its days"
    );
    let swept = cases::sweep(&linli).await.unwrap();
    assert_eq!(swept.ended, 1);
    let now = view::view(&linli, &officer, case).await.unwrap();
    assert!(now.allows(Verb::Decide) && !now.allows(Verb::PostNotice));
    let why = now
        .allowed
        .iter()
        .find(|one| one.verb == Verb::PostNotice)
        .unwrap();
    assert_eq!(why.refusal.as_ref().unwrap().code, "cases.already-posted");
}

#[tokio::test]
async fn what_nobody_does_linli_does_when_its_time_comes() {
    let (linli, clock) = node().await;
    let worker = Who::Worker.actor();
    let asked = filed(&linli, 10).await.case;
    let ask = sample(Verb::AskSupplement, &in_phase(Phase::InHand));
    act(&linli, call(&worker, 20), asked, &ask).await.unwrap();
    assert_eq!(cases::sweep(&linli).await.unwrap(), cases::Swept::default());
    clock.days_pass(60);
    assert_eq!(cases::sweep(&linli).await.unwrap().lapsed, 1);
    assert_eq!(cases::sweep(&linli).await.unwrap(), cases::Swept::default());
    let view = view::view(&linli, &worker, asked).await.unwrap();
    assert_eq!(view.case.phase, Phase::Lapsed);
    assert!(view.history.last().unwrap().actor == Actor::system());
}

/// A certificate, decided and rated; what each may see of it.
#[tokio::test]
async fn handlers_do_not_see_who_gave_which_grade() {
    let (linli, _) = node().await;
    let (applicant, worker) = (Who::Applicant.actor(), Who::Worker.actor());
    let receipt = file(&linli, call(&applicant, 10), &filing("certificate"))
        .await
        .unwrap();
    let case = receipt.case;
    act(&linli, call(&worker, 20), case, &Command::Accept)
        .await
        .unwrap();
    let decide = Command::Decide {
        decision: grant(&rules("certificate")),
        deliver: Some(Delivery::Online),
    };
    act(&linli, call(&worker, 21), case, &decide).await.unwrap();
    let checked = public::verification(&linli, receipt.number.as_str())
        .await
        .unwrap()
        .unwrap();
    assert!(checked.valid);
    let grade = Grade::Satisfied;
    let rate = Command::Rate {
        grade,
        words: words(),
    };
    act(&linli, call(&applicant, 22), case, &rate)
        .await
        .unwrap();
    let saw = |view: &view::CaseView| {
        let line = view
            .history
            .iter()
            .any(|one| one.key() == "progress-event-rated");
        (view.rating, line)
    };
    let own = view::view(&linli, &applicant, case).await.unwrap();
    assert_eq!(saw(&own), (Some(grade), true));
    let handler = view::view(&linli, &worker, case).await.unwrap();
    assert_eq!(saw(&handler), (None, false));
    let over = view::view(&linli, &Who::Supervisor.actor(), case)
        .await
        .unwrap();
    assert_eq!(saw(&over), (Some(grade), true));
    let counts = statistics::counts(&linli, &worker, &area(COMMITTEE))
        .await
        .unwrap();
    assert_eq!(counts["certificate"].ratings[&4], 1);
    assert_eq!(statistics::shown(4), None);
    assert_eq!(
        (statistics::shown(5), statistics::shown(0)),
        (Some(5), Some(0))
    );
}

#[tokio::test]
async fn public_counts_are_made_again_after_a_minute() {
    let (linli, clock) = node().await;
    let district = area("310117");
    let none = statistics::public_counts(&linli, &district).await.unwrap();
    assert!(none.is_empty());
    filed(&linli, 10).await;
    assert_eq!(
        statistics::public_counts(&linli, &district).await.unwrap(),
        none
    );
    clock.days_pass(1);
    let one = statistics::public_counts(&linli, &district).await.unwrap();
    assert_eq!((one["dibao"].total(), one["dibao"].open()), (1, 1));
}

#[tokio::test]
async fn notes_among_staff_and_objectors_are_not_for_the_applicant() {
    let (linli, _) = node().await;
    let (applicant, worker) = (Who::Applicant.actor(), Who::Worker.actor());
    let case = filed(&linli, 10).await.case;
    let note = Command::Say {
        words: "内部备注".to_owned(),
        internal: true,
    };
    act(&linli, call(&worker, 20), case, &note).await.unwrap();
    let own = view::view(&linli, &applicant, case).await.unwrap();
    assert!(
        own.history
            .iter()
            .all(|one| !one.words.contains("内部备注"))
    );
    let staff = view::view(&linli, &worker, case).await.unwrap();
    assert!(staff.history.iter().any(|one| one.words == "内部备注"));
}

#[tokio::test]
async fn a_case_follows_its_area_and_its_desk_hears_of_a_death() {
    let (linli, _) = node().await;
    let case = filed(&linli, 10).await.case;
    let flagged = crate::reactions::resident_gone(&linli, APPLICANT, "applicant-died")
        .await
        .unwrap();
    assert_eq!(flagged, 1);
    let again = crate::reactions::resident_gone(&linli, APPLICANT, "applicant-died")
        .await
        .unwrap();
    assert_eq!(again, 0, "once is enough");
    let seen = view::view(&linli, &Who::Worker.actor(), case)
        .await
        .unwrap();
    assert_eq!(seen.case.flag.as_deref(), Some("applicant-died"));
    assert_eq!(crate::reactions::areas_changed(&linli).await.unwrap(), 0);
}

#[tokio::test]
async fn a_case_goes_where_its_area_goes() {
    let (linli, _) = node().await;
    let open = filed(&linli, 10).await.case;
    let ended = filed(&linli, 11).await.case;
    let applicant = Who::Applicant.actor();
    let withdraw = sample(Verb::Withdraw, &in_phase(Phase::InHand));
    act(&linli, call(&applicant, 20), ended, &withdraw)
        .await
        .unwrap();
    let moved = area("310117/310117002/310117001001");
    let command = places::Command::Move {
        area: area(COMMITTEE),
        parent: area("310117/310117002"),
        from: linli.clock().today(),
    };
    linli
        .change_places(call(&Who::District.actor(), 21), &command)
        .await
        .unwrap();
    let there = staff(Role::CommitteeWorker, moved.as_str(), 60);
    let seen = view::view(&linli, &there, open).await.unwrap();
    assert_eq!(seen.case.area, moved);
    assert!(seen.case.wait.is_some() && seen.allows(Verb::Accept));
    let gone = view::view(&linli, &Who::Worker.actor(), open)
        .await
        .unwrap_err();
    assert_eq!(codes(gone), ["gate.area"]);
    let old = view::view(&linli, &Who::District.actor(), ended)
        .await
        .unwrap();
    assert_eq!(
        old.case.area,
        area(COMMITTEE),
        "what had ended keeps the path of its time"
    );
}

#[tokio::test]
async fn erasing_a_person_leaves_the_case_without_them() {
    let (linli, _) = node().await;
    let case = filed(&linli, 10).await.case;
    let admin = staff(Role::SecurityAdmin, "310117", 40);
    let erase = async |n| {
        let call = call(&admin, n);
        crate::reactions::erase(&linli, call, APPLICANT, &area(COMMITTEE), "PIPL art. 47").await
    };
    assert_eq!(erase(90).await.unwrap(), Vec::<std::path::PathBuf>::new());
    assert_eq!(
        codes(erase(91).await.unwrap_err()),
        ["journal.subject-erased"]
    );
    let worker = Who::Worker.actor();
    let seen = view::view(&linli, &worker, case).await.unwrap();
    assert_eq!(
        (seen.case.name.as_str(), seen.case.phone.as_str()),
        ("", "")
    );
    assert!(seen.case.answers.is_empty());
    let filter = Filter {
        size: 50,
        page: 1,
        ..Filter::default()
    };
    let page = queries::list(&linli, &worker, &filter).await.unwrap();
    assert_eq!(page.rows[0].name, "");
    let gone = look_up(&linli, &page.rows[0].number, "").await.unwrap_err();
    assert_eq!(
        codes(gone),
        ["cases.number-and-phone-differ"],
        "no phone is not any phone"
    );
    linli.journal().rebuild(|_| {}).await.unwrap();
    assert_eq!(queries::list(&linli, &worker, &filter).await.unwrap(), page);
}
