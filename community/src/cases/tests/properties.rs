//! Whatever anyone asks, in whatever order: an open case has an owner, a date or a stated reason, and
//! a next step; its clock never runs while it stands still; replaying gives the same.

use proptest::prelude::*;

use super::world::*;
use crate::cases::clock::Due;
use crate::cases::command::{Command, Decision, Verb};
use crate::cases::events::Event;
use crate::cases::fold;
use crate::cases::state::{Phase, State};
use crate::feature::Meta;

const SERVICES: [&str; 4] = [
    "dibao",
    "temporary-relief",
    "elder-allowance",
    "certificate",
];

/// One attempt: who, what, and how many days later.
fn attempt() -> impl Strategy<Value = (usize, usize, i64, bool)> {
    (
        0..Who::ALL.len(),
        0..Verb::ALL.len(),
        0..5_i64,
        any::<bool>(),
    )
}

fn command(verb: Verb, world: &World, says_no: bool) -> Command {
    match sample(verb, world) {
        Command::Decide { deliver, .. } if says_no => Command::Decide {
            decision: Decision {
                ..refuse(&world.rules)
            },
            deliver,
        },
        other => other,
    }
}

/// Whose turn it is, so that random walks get somewhere: tries everyone until one may.
fn try_everyone(world: &mut World, first: usize, verb: Verb, says_no: bool) {
    for turn in 0..Who::ALL.len() {
        let who = Who::ALL[(first + turn) % Who::ALL.len()];
        let command = command(verb, world, says_no);
        if world.ask(who, &command).is_ok() {
            world.does(who, &command);
            return;
        }
    }
}

fn invariants(case: &State) {
    if case.phase.is_open() {
        let wait = case.wait.as_ref().expect("an open case waits for somebody");
        if let Due::Paused(_) = wait.due {
            panic!("{:?}: whoever has to act has a date", case.phase);
        }
        if case.clock.is_paused() {
            let stands = match wait.result_by {
                Some(Due::Paused(_)) => true,
                // A promise already broken when the clock was stopped stays broken.
                Some(Due::On(last)) => case.clock.pauses.iter().any(|one| last < one.from),
                _ => false,
            };
            let intake = case.clock.started_on.is_none();
            assert!(
                stands || intake,
                "a clock that stands still promises no date: {wait:?}"
            );
        }
    } else {
        assert!(case.wait.is_none() && case.holder.is_none());
        assert!(case.ended_on.is_some());
        assert!(
            !case.clock.is_paused(),
            "nothing stands still in an ended case"
        );
    }
    let open_pauses = case.clock.pauses.iter().filter(|pause| pause.to.is_none());
    assert!(open_pauses.count() <= 1);
    let waits_outside = matches!(case.phase, Phase::Supplement | Phase::Notice);
    assert!(waits_outside || !case.clock.is_paused(), "{:?}", case.phase);
}

fn replay(
    events: &[(Event, jiff::Timestamp, linli_kernel::Actor)],
) -> Option<std::sync::Arc<State>> {
    let mut state = None;
    for (event, at, actor) in events {
        fold::apply(&mut state, CASE, event, Meta { at: *at, actor });
    }
    state
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn an_open_case_always_has_an_owner_a_date_and_a_next_step(
        service in 0..SERVICES.len(),
        attempts in prop::collection::vec(attempt(), 1..40),
    ) {
        let mut world = World::filed(SERVICES[service]);
        for (who, verb, days, says_no) in attempts {
            try_everyone(&mut world, who, Verb::ALL[verb], says_no);
            invariants(world.case());
            world.days_pass(days);
        }
        prop_assert_eq!(replay(&world.events), world.state.clone());
    }

    #[test]
    fn what_is_written_is_what_is_read(attempts in prop::collection::vec(attempt(), 1..30)) {
        let mut world = World::filed("dibao");
        for (who, verb, days, says_no) in attempts {
            try_everyone(&mut world, who, Verb::ALL[verb], says_no);
            world.days_pass(days);
        }
        for (event, ..) in &world.events {
            let written = event.write().unwrap();
            prop_assert!(written.open.to_string().len() < 4_000, "entries stay small");
            prop_assert!(!written.open.to_string().contains("张建国"));
        }
    }

    /// Refusals change nothing and hold no personal data.
    #[test]
    fn a_refusal_tells_nothing_private(
        attempts in prop::collection::vec(attempt(), 1..30),
    ) {
        let mut world = World::filed("dibao");
        for (who, verb, days, says_no) in attempts {
            let verb = Verb::ALL[verb];
            let actor = Who::ALL[who].actor();
            let asked = command(verb, &world, says_no);
            let refusal = crate::cases::decide::decide(
                world.case(),
                &asked,
                &world.context(&actor),
            );
            if let Err(refusal) = refusal {
                let told = serde_json::to_string(&refusal).unwrap();
                prop_assert!(!told.contains("张建国") && !told.contains("10900000012"));
            }
            try_everyone(&mut world, who, verb, says_no);
            world.days_pass(days);
        }
    }
}
