//! What becomes of commands: the walks of a case, and each rule that says no.

use linli_kernel::{ResidentId, Role};
use uuid::Uuid;

use super::world::*;
use crate::cases::clock::Due;
use crate::cases::command::*;
use crate::cases::decide::{Identity, decide, file};
use crate::cases::events::Fact;
use crate::cases::state::{Next, Owner, Phase};
use crate::catalogue::Channel;

fn next(world: &World) -> Next {
    world.case().wait.as_ref().unwrap().next
}

fn due(world: &World) -> Due {
    world.case().wait.as_ref().unwrap().due
}

fn step(world: &mut World, who: Who, verb: Verb) {
    let command = sample(verb, world);
    world.does(who, &command);
}

#[test]
fn the_ordinary_walk_says_at_each_step_who_and_what_next() {
    let mut world = World::filed("dibao");
    let mut seen = vec![next(&world)];
    for (who, verb) in [
        (Who::Worker, Verb::Accept),
        (Who::Worker, Verb::RecordVisit),
        (Who::Worker, Verb::PassOn),
        (Who::Officer, Verb::RecordCheck),
        (Who::Officer, Verb::Review),
        (Who::Officer, Verb::PostNotice),
    ] {
        step(&mut world, who, verb);
        seen.push(next(&world));
    }
    world.days_pass(8);
    step(&mut world, Who::Linli, Verb::EndNotice);
    seen.push(next(&world));
    step(&mut world, Who::Officer, Verb::Decide);
    seen.push(next(&world));
    step(&mut world, Who::Officer, Verb::Deliver);
    seen.push(next(&world));
    assert_eq!(
        seen,
        [
            Next::Accept,
            Next::Visit,
            Next::PassOn,
            Next::Check,
            Next::Review,
            Next::PostNotice,
            Next::AwaitNotice,
            Next::Decide,
            Next::Deliver,
            Next::Rate,
        ]
    );
    assert_eq!(world.case().wait.as_ref().unwrap().owner, Owner::Applicant);
}

#[test]
fn a_supplement_stops_the_clock_and_moves_the_promise_by_the_days_it_took() {
    let mut world = in_phase(Phase::InHand);
    let Some(Due::On(before)) = world.case().wait.as_ref().unwrap().result_by else {
        panic!("a promise");
    };
    step(&mut world, Who::Worker, Verb::AskSupplement);
    let wait = world.case().wait.clone().unwrap();
    assert_eq!(wait.result_by, Some(Due::Paused(world.today)));
    assert_eq!(wait.owner, Owner::Applicant);
    assert!(matches!(wait.due, Due::On(_)), "the applicant has a date");
    world.days_pass(3); // Tuesday to Friday: three working days
    step(&mut world, Who::Applicant, Verb::Supplement);
    let Some(Due::On(after)) = world.case().wait.as_ref().unwrap().result_by else {
        panic!("a promise");
    };
    assert_eq!(calendar().workdays_between(before, after), Ok(3));
    assert!(!world.case().clock.is_paused());
}

#[test]
fn a_supplement_before_acceptance_comes_back_to_intake() {
    let mut world = World::filed("dibao");
    step(&mut world, Who::Worker, Verb::AskSupplement);
    world.days_pass(2);
    step(&mut world, Who::Applicant, Verb::Supplement);
    assert_eq!(world.phase(), Phase::Submitted);
    step(&mut world, Who::Worker, Verb::Accept);
    assert!(
        world.case().clock.pauses.is_empty(),
        "intake's clock is another one"
    );
}

#[test]
fn a_supplement_must_bring_what_was_asked_or_say_why_not() {
    let world = in_phase(Phase::Supplement);
    let empty = Command::Supplement {
        channel: Channel::Online,
        answers: Answers::new(),
        papers: Vec::new(),
        words: " ".to_owned(),
    };
    assert_eq!(
        world.refused(Who::Applicant, &empty),
        "cases.supplement-incomplete"
    );
    let seen = Command::Supplement {
        channel: Channel::Online,
        answers: Answers::new(),
        papers: vec![Paper {
            id: world.case().asked.as_ref().unwrap().papers[0].clone(),
            given: Given::Seen,
            attachment: None,
        }],
        words: String::new(),
    };
    assert_eq!(
        world.refused(Who::Applicant, &seen),
        "cases.supplement-incomplete"
    );
    assert!(
        world.ask(Who::Worker, &seen).is_ok(),
        "staff may say they saw the original"
    );
}

#[test]
fn a_supplement_nobody_sends_lapses_after_its_term_and_not_before() {
    let mut world = in_phase(Phase::Supplement);
    assert_eq!(
        world.refused(Who::Linli, &Command::Lapse),
        "cases.not-due-yet"
    );
    let Due::On(last) = due(&world) else { panic!() };
    world.today = last;
    assert_eq!(
        world.refused(Who::Linli, &Command::Lapse),
        "cases.not-due-yet"
    );
    world.days_pass(1);
    world.does(Who::Linli, &Command::Lapse);
    assert_eq!(world.phase(), Phase::Lapsed);
    assert_eq!(
        world.refused(Who::Worker, &Command::Lapse),
        "cases.only-linli"
    );
}

#[test]
fn a_notice_hangs_its_seven_days_before_anything_is_decided() {
    let mut world = in_phase(Phase::Notice);
    let decision = sample(Verb::Decide, &world);
    let posted = world.today;
    for _ in 0..7 {
        assert_eq!(
            world.refused(Who::Officer, &decision),
            "cases.notice-running"
        );
        assert_eq!(
            world.refused(Who::Linli, &Command::EndNotice),
            "cases.notice-running"
        );
        world.days_pass(1);
    }
    assert_eq!(posted.until(world.today).unwrap().get_days(), 7);
    assert_eq!(
        world.refused(Who::Officer, &decision),
        "cases.notice-running",
        "the seventh day counts"
    );
    world.days_pass(1);
    world.does(Who::Officer, &decision);
    let kinds: Vec<&str> = world
        .events
        .iter()
        .rev()
        .take(2)
        .map(|(e, ..)| e.fact.kind())
        .collect();
    assert_eq!(kinds, ["cases.decided", "cases.notice-ended"]);
}

#[test]
fn an_objection_holds_the_decision_until_it_is_answered() {
    let mut world = in_phase(Phase::Notice);
    step(&mut world, Who::Worker, Verb::Object);
    assert_eq!(next(&world), Next::AnswerObjection);
    world.days_pass(8);
    let decision = sample(Verb::Decide, &world);
    assert_eq!(
        world.refused(Who::Officer, &decision),
        "cases.objection-open"
    );
    assert_eq!(
        world.refused(Who::Linli, &Command::EndNotice),
        "cases.objection-open"
    );
    step(&mut world, Who::Officer, Verb::AnswerObjection);
    let again = sample(Verb::AnswerObjection, &world);
    assert_eq!(
        world.refused(Who::Officer, &again),
        "cases.objection-unknown"
    );
    world.does(Who::Officer, &decision);
}

#[test]
fn a_refusal_names_a_ground_and_needs_no_notice() {
    let mut world = in_phase(Phase::InHand);
    step(&mut world, Who::Worker, Verb::PassOn);
    world.does(
        Who::Officer,
        &Command::Review {
            opinion: Opinion::Refuse,
            words: words(),
        },
    );
    let decide = |decision: Decision| Command::Decide {
        decision,
        deliver: None,
    };
    let good = refuse(&world.rules);
    let groundless = Decision {
        ground: None,
        ..good.clone()
    };
    assert_eq!(
        world.refused(Who::Officer, &decide(groundless)),
        "cases.ground-missing"
    );
    let strange = Decision {
        ground: Some("because".to_owned()),
        ..good.clone()
    };
    assert_eq!(
        world.refused(Who::Officer, &decide(strange)),
        "cases.ground-unknown"
    );
    let silent = Decision {
        words: String::new(),
        ..good.clone()
    };
    assert_eq!(
        world.refused(Who::Officer, &decide(silent)),
        "cases.words-missing"
    );
    let granted = decide(grant(&world.rules));
    assert_eq!(
        world.refused(Who::Officer, &granted),
        "cases.notice-missing"
    );
    world.does(Who::Officer, &decide(good));
    assert_eq!(world.phase(), Phase::Decided);
}

#[test]
fn a_grant_has_an_amount_and_a_period_within_the_rule() {
    let mut world = in_phase(Phase::Notice);
    world.days_pass(8);
    let good = grant(&world.rules);
    let ask = |decision: Decision| {
        let deliver = None;
        world.ask(Who::Officer, &Command::Decide { decision, deliver })
    };
    let none = Decision {
        amount_fen: None,
        ..good.clone()
    };
    assert_eq!(ask(none).unwrap_err(), "cases.amount-missing");
    let zero = Decision {
        amount_fen: Some(0),
        ..good.clone()
    };
    assert_eq!(ask(zero).unwrap_err(), "cases.amount-missing");
    let strange = Decision {
        outcome: "wish".to_owned(),
        ..good.clone()
    };
    assert_eq!(ask(strange).unwrap_err(), "cases.outcome-unknown");
    let backwards = Decision {
        from: Some("2026-10-01".parse().unwrap()),
        until: Some("2026-09-30".parse().unwrap()),
        ..good.clone()
    };
    assert_eq!(ask(backwards).unwrap_err(), "cases.period-reversed");
    assert!(ask(good).is_ok());
}

#[test]
fn nobody_works_on_a_case_of_their_own_or_of_their_household() {
    let mut world = World::filed("dibao");
    let mut worker = Who::Worker.actor();
    worker.resident = Some(APPLICANT);
    let own = decide(world.case(), &Command::Accept, &world.context(&worker));
    assert_eq!(own.unwrap_err().code, "cases.own-case");
    worker.resident = Some(ResidentId(Uuid::from_u128(9)));
    world.kin = vec![ResidentId(Uuid::from_u128(9)), APPLICANT];
    let kin = decide(world.case(), &Command::Accept, &world.context(&worker));
    assert_eq!(kin.unwrap_err().code, "cases.own-case");
    world.kin.clear();
    assert!(decide(world.case(), &Command::Accept, &world.context(&worker)).is_ok());
}

#[test]
fn where_the_service_asks_for_two_persons_who_reviewed_does_not_decide() {
    let mut world = World::filed("dibao");
    assert_eq!(world.rules.two_persons, None, "a knob of the district, off");
    for service in ["disability-subsidies", "veterans-confirmation"] {
        assert!(rules(service).two_persons.is_some(), "{service}");
    }
    world.rules.two_persons = Some("区里的规定".to_owned());
    for (who, verb) in [
        (Who::Worker, Verb::Accept),
        (Who::Worker, Verb::RecordVisit),
        (Who::Worker, Verb::PassOn),
        (Who::Officer, Verb::RecordCheck),
        (Who::Officer, Verb::Review),
        (Who::Officer, Verb::PostNotice),
    ] {
        step(&mut world, who, verb);
    }
    world.days_pass(8);
    let decide_it = sample(Verb::Decide, &world);
    assert_eq!(
        world.refused(Who::Officer, &decide_it),
        "cases.reviewer-decides"
    );
    let other = staff(Role::StreetOfficer, STREET, 131);
    assert!(decide(world.case(), &decide_it, &world.context(&other)).is_ok());
    // Where one person may do both, the same case is decided by who reviewed it.
    world.rules.two_persons = None;
    step(&mut world, Who::Officer, Verb::Decide);
    // Done again, the review of the new pass counts, not that of the old one.
    world.rules.two_persons = Some("区里的规定".to_owned());
    step(&mut world, Who::Officer, Verb::Deliver);
    step(&mut world, Who::Applicant, Verb::Dispute);
    step(&mut world, Who::Supervisor, Verb::Settle);
    assert_ne!(
        world.ask(Who::Officer, &sample(Verb::Decide, &world)),
        Err("cases.reviewer-decides".to_owned())
    );
}

#[test]
fn who_took_a_case_keeps_it_until_a_colleague_says_they_take_over() {
    let mut world = World::filed("dibao");
    world.does(Who::Worker, &Command::Take { over: false });
    assert_eq!(
        world.refused(Who::Worker, &Command::Take { over: false }),
        "cases.already-yours"
    );
    let colleague = staff(Role::CommitteeWorker, COMMITTEE, 99);
    let ask = |world: &World, command: &Command| {
        decide(world.case(), command, &world.context(&colleague)).map_err(|no| no.code)
    };
    assert_eq!(
        ask(&world, &Command::Accept).unwrap_err(),
        "cases.taken-by-another"
    );
    let polite = Command::Take { over: false };
    assert_eq!(ask(&world, &polite).unwrap_err(), "cases.taken-by-another");
    let events = ask(&world, &Command::Take { over: true }).unwrap();
    assert!(matches!(&events[0].fact, Fact::Taken(taken) if taken.from.is_some()));
    world.does(Who::Worker, &Command::PutBack);
    assert!(ask(&world, &Command::Accept).is_ok());
}

#[test]
fn what_the_desk_should_do_is_done_or_the_reason_is_given() {
    let world = in_phase(Phase::InHand);
    let silent = Command::PassOn {
        words: String::new(),
    };
    assert_eq!(world.refused(Who::Worker, &silent), "cases.step-skipped");
    let told = Command::PassOn { words: words() };
    assert!(world.ask(Who::Worker, &told).is_ok());
}

#[test]
fn a_case_sent_back_says_so_and_goes_on_from_there() {
    let mut world = in_phase(Phase::InHand);
    assert_eq!(
        world.refused(Who::Worker, &sample(Verb::SendBack, &world)),
        "cases.first-desk"
    );
    step(&mut world, Who::Worker, Verb::PassOn);
    assert_eq!(
        world.refused(Who::Worker, &sample(Verb::RecordVisit, &world)),
        "cases.not-your-desk"
    );
    step(&mut world, Who::Officer, Verb::SendBack);
    assert!(world.case().returned);
    step(&mut world, Who::Worker, Verb::PassOn);
    assert!(!world.case().returned);
    assert_eq!(
        world.refused(Who::Officer, &sample(Verb::PassOn, &world)),
        "cases.last-desk"
    );
}

#[test]
fn an_extension_stays_within_the_rule_and_moves_the_promise() {
    let mut world = in_phase(Phase::InHand);
    step(&mut world, Who::Worker, Verb::PassOn);
    let most = u16::try_from(world.rules.extension_days).unwrap();
    assert!(most > 0, "最低生活保障 knows a special time");
    let extend = |days| Command::Extend {
        days,
        words: words(),
    };
    assert_eq!(
        world.refused(Who::Officer, &extend(0)),
        "cases.extension-too-long"
    );
    assert_eq!(
        world.refused(Who::Officer, &extend(most + 1)),
        "cases.extension-too-long"
    );
    let before = world.case().wait.clone().unwrap().result_by;
    world.does(Who::Officer, &extend(most));
    assert_ne!(world.case().wait.clone().unwrap().result_by, before);
    assert_eq!(
        world.refused(Who::Officer, &extend(1)),
        "cases.extension-too-long"
    );
}

#[test]
fn urging_is_once_a_period_and_never_while_it_is_the_applicants_turn() {
    let mut world = in_phase(Phase::InHand);
    world.does(Who::Applicant, &Command::Urge);
    assert_eq!(
        world.refused(Who::Applicant, &Command::Urge),
        "cases.urged-already"
    );
    world.days_pass(5);
    world.does(Who::Applicant, &Command::Urge);
    let asked = in_phase(Phase::Supplement);
    assert_eq!(
        asked.refused(Who::Applicant, &Command::Urge),
        "cases.waits-for-applicant"
    );
}

#[test]
fn a_low_rating_opens_a_follow_up_with_a_clock_and_a_good_one_closes() {
    let mut world = in_phase(Phase::FollowUp);
    let wait = world.case().wait.clone().unwrap();
    assert!(matches!(wait.owner, Owner::Desk(ref desk) if desk.role == Role::Supervisor));
    assert!(matches!(wait.due, Due::On(_)));
    step(&mut world, Who::Supervisor, Verb::FollowUp);
    assert_eq!(
        world.phase(),
        Phase::FollowUp,
        "one call does not settle it"
    );
    world.does(
        Who::Supervisor,
        &Command::FollowUp {
            reached: true,
            words: words(),
            done: true,
        },
    );
    assert_eq!(world.phase(), Phase::Closed);
    assert_eq!(world.case().follow_up.unwrap().contacts, 2);
    assert_eq!(in_phase(Phase::Closed).phase(), Phase::Closed);
}

#[test]
fn a_rating_is_given_once_and_by_the_applicant_alone() {
    let world = in_phase(Phase::Closed);
    let rate = sample(Verb::Rate, &world);
    assert_eq!(world.refused(Who::Applicant, &rate), "cases.already-rated");
    let delivered = in_phase(Phase::Delivered);
    assert_eq!(
        delivered.refused(Who::Worker, &rate),
        "cases.only-applicant"
    );
}

#[test]
fn a_disputed_case_is_done_again_or_upheld_for_good() {
    let mut again = in_phase(Phase::Disputed);
    step(&mut again, Who::Supervisor, Verb::Settle);
    assert_eq!((again.phase(), next(&again)), (Phase::InHand, Next::Review));
    assert_eq!(again.case().reopened, 1);
    assert!(again.case().decided.is_none());
    let mut upheld = in_phase(Phase::Disputed);
    upheld.does(
        Who::Supervisor,
        &Command::Settle {
            settlement: Settlement::Uphold,
            words: words(),
        },
    );
    assert_eq!(upheld.phase(), Phase::Closed);
    assert_eq!(
        upheld.refused(Who::Applicant, &sample(Verb::Dispute, &upheld)),
        "cases.already-disputed"
    );
}

#[test]
fn a_dispute_has_its_time() {
    let mut world = in_phase(Phase::Closed);
    let dispute = sample(Verb::Dispute, &world);
    world.days_pass(60);
    assert!(world.ask(Who::Applicant, &dispute).is_ok());
    world.days_pass(1);
    assert_eq!(
        world.refused(Who::Applicant, &dispute),
        "cases.dispute-too-late"
    );
}

#[test]
fn a_refusal_at_intake_that_is_not_accepted_goes_back_to_intake_by_the_supervisor() {
    let mut world = in_phase(Phase::IntakeRefused);
    step(&mut world, Who::Applicant, Verb::Dispute);
    step(&mut world, Who::Supervisor, Verb::Settle);
    assert_eq!((world.phase(), world.case().station), (Phase::InHand, 0));
}

#[test]
fn an_appeal_that_succeeds_opens_the_case_again() {
    let mut world = in_phase(Phase::Closed);
    assert_eq!(
        world.refused(Who::Officer, &sample(Verb::RecordAppealResult, &world)),
        "cases.no-appeal"
    );
    step(&mut world, Who::Applicant, Verb::RecordAppeal);
    assert!(world.case().has_open_appeal());
    step(&mut world, Who::Officer, Verb::RecordAppealResult);
    assert_eq!(world.phase(), Phase::InHand);
    assert!(!world.case().has_open_appeal());
}

#[test]
fn a_moved_fact_is_reckoned_anew() {
    let mut world = World::filed("dibao");
    let Due::On(before) = due(&world) else {
        panic!()
    };
    step(&mut world, Who::Worker, Verb::CorrectReceipt); // three working days earlier
    let Due::On(after) = due(&world) else {
        panic!()
    };
    assert_eq!(calendar().workdays_between(after, before), Ok(2));
    assert_eq!(
        world.refused(Who::Linli, &Command::Reckon),
        "cases.nothing-to-reckon"
    );
}

#[test]
fn a_year_without_a_calendar_is_said_and_still_has_an_owner_and_a_next_step() {
    let mut world = World::filed_on("dibao", "2026-12-25");
    step(&mut world, Who::Worker, Verb::Accept);
    let wait = world.case().wait.clone().unwrap();
    assert_eq!(wait.result_by, Some(Due::Unknown(2027)));
    assert!(matches!(wait.owner, Owner::Desk(_)));
    assert_eq!(wait.next, Next::Visit);
}

#[test]
fn a_certificate_is_decided_and_handed_over_in_one_go_by_the_committee() {
    let mut world = World::filed("certificate");
    step(&mut world, Who::Worker, Verb::Accept);
    world.does(
        Who::Worker,
        &Command::Decide {
            decision: grant(&world.rules),
            deliver: Some(Delivery::Online),
        },
    );
    assert_eq!(world.phase(), Phase::Delivered);
}

#[test]
fn filing_for_another_names_the_authority() {
    let world = World::filed("dibao");
    let identity = Identity {
        id: CASE,
        number: "1".to_owned(),
        serial: 1,
    };
    let ask = |who: Who, filing: &Filing| {
        let actor = who.actor();
        file(filing, &identity, &world.context(&actor)).map_err(|no| no.code)
    };
    let online = filing("dibao");
    let counter = Filing {
        channel: Channel::Counter,
        ..online.clone()
    };
    assert_eq!(
        ask(Who::Worker, &counter).unwrap_err(),
        "cases.authority-missing"
    );
    let spoken = Filing {
        authority: Some("spoken-at-counter".to_owned()),
        ..counter.clone()
    };
    assert!(ask(Who::Worker, &spoken).is_ok());
    assert_eq!(
        ask(Who::Applicant, &spoken).unwrap_err(),
        "cases.channel-not-offered"
    );
    assert_eq!(
        ask(Who::Worker, &online).unwrap_err(),
        "cases.channel-not-offered"
    );
    assert_eq!(ask(Who::Stranger, &online).unwrap_err(), "gate.own");
    assert_eq!(ask(Who::NextDoor, &spoken).unwrap_err(), "gate.area");
    let events = ask(Who::Proxy, &online).unwrap();
    assert!(matches!(&events[0].fact, Fact::Submitted(fact) if fact.authority.is_some()));
    let future = Filing {
        received_on: Some("2026-09-02".parse().unwrap()),
        ..spoken.clone()
    };
    assert_eq!(
        ask(Who::Worker, &future).unwrap_err(),
        "cases.date-in-future"
    );
    let nameless = Filing {
        name: " ".to_owned(),
        ..online
    };
    assert_eq!(
        ask(Who::Applicant, &nameless).unwrap_err(),
        "cases.words-missing"
    );
}

#[test]
fn a_case_filed_at_the_streets_counter_begins_at_the_street() {
    let mut filing = filing("dibao");
    filing.area = area(STREET);
    filing.channel = Channel::Counter;
    filing.authority = Some("spoken-at-counter".to_owned());
    let world = World::filed("dibao");
    let identity = Identity {
        id: CASE,
        number: "1".to_owned(),
        serial: 1,
    };
    let actor = Who::Officer.actor();
    let events = file(&filing, &identity, &world.context(&actor)).unwrap();
    let wait = events[0].wait.clone().unwrap();
    assert!(matches!(wait.owner, Owner::Desk(desk) if desk.role == Role::StreetOfficer));
}

#[test]
fn only_what_the_service_knows_is_asked_and_answered() {
    let world = in_phase(Phase::InHand);
    let ask = |papers: &[&str]| Command::AskSupplement {
        papers: papers.iter().map(|id| (*id).to_owned()).collect(),
        fields: Vec::new(),
        words: words(),
    };
    assert_eq!(world.refused(Who::Worker, &ask(&[])), "cases.nothing-asked");
    assert_eq!(
        world.refused(Who::Worker, &ask(&["moon"])),
        "cases.asked-unknown"
    );
    let asked = in_phase(Phase::Supplement);
    let strange = Command::Supplement {
        channel: Channel::Online,
        answers: [("moon".to_owned(), serde_json::json!(1))].into(),
        papers: Vec::new(),
        words: words(),
    };
    assert_eq!(
        asked.refused(Who::Applicant, &strange),
        "cases.answer-not-asked"
    );
}
