//! Every state of an award × every act: done, or refused by which rule.

use jiff::civil::date;
use linli_kernel::{Actor, ResidentId, Role};
use uuid::Uuid;

use super::world::*;
use crate::benefits::decide::{Command, Context, decide, open_review};
use crate::benefits::events::{Event, Fact, ReviewWhy};
use crate::benefits::reckon::Says;
use crate::benefits::rules::Rules;
use crate::benefits::settled::Settled;
use crate::benefits::state::{Award, Standing};

struct Ask<'a> {
    actor: &'a Actor,
    kin: &'a [ResidentId],
    settled: &'a str,
    deducted: i64,
    says: Option<Says>,
}

fn ask(award: &Award, command: &Command, ask: &Ask<'_>) -> Result<Vec<Event>, String> {
    let settled: Settled = ask.settled.parse().unwrap();
    let area = path(HOME);
    let context = Context {
        today: TODAY,
        actor: ask.actor,
        kin: ask.kin,
        area: &area,
        settled: &settled,
        deducted: ask.deducted,
        rules: Rules::built_in().unwrap(),
        says: ask.says.as_ref(),
        review_months: Some(12),
    };
    decide(award, command, &context).map_err(|no| no.code)
}

fn plain(award: &Award, command: &Command) -> Result<Vec<Event>, String> {
    let officer = officer(3);
    let by_officer = Ask {
        actor: &officer,
        kin: &[],
        settled: "2026-03:100000x6",
        deducted: 0,
        says: None,
    };
    ask(award, command, &by_officer)
}

fn words() -> String {
    "情况属实".to_owned()
}

#[expect(clippy::too_many_lines, reason = "a table: one of each")]
fn commands() -> Vec<(&'static str, Command)> {
    let from = month("2026-10");
    let ground = || "circumstances".to_owned();
    vec![
        (
            "hear",
            Command::Hear {
                on: TODAY,
                words: words(),
            },
        ),
        ("keep", Command::Keep { words: words() }),
        (
            "raise",
            Command::Adjust {
                from,
                fen: 120_000,
                words: words(),
            },
        ),
        (
            "lower",
            Command::Adjust {
                from,
                fen: 80_000,
                words: words(),
            },
        ),
        (
            "suspend",
            Command::Suspend {
                from,
                ground: ground(),
                words: words(),
            },
        ),
        (
            "resume",
            Command::Resume {
                from,
                arrears: true,
                words: words(),
            },
        ),
        (
            "stop",
            Command::Stop {
                from,
                ground: ground(),
                words: words(),
            },
        ),
        (
            "died",
            Command::Stop {
                from,
                ground: "died".to_owned(),
                words: words(),
            },
        ),
        (
            "payee",
            Command::ChangePayee {
                payee: "李梅".to_owned(),
                account: "9900 0000 0000 0025".to_owned(),
                words: words(),
            },
        ),
        (
            "claim",
            Command::Claim {
                fen: 100_000,
                words: words(),
            },
        ),
        (
            "repay",
            Command::Repay {
                fen: 1_000,
                words: words(),
            },
        ),
    ]
}

fn does(award: &Award, command: &Command) -> Award {
    let events = plain(award, command).unwrap();
    let mut state = Some(std::sync::Arc::new(award.clone()));
    for event in &events {
        crate::benefits::state::apply(&mut state, award.id, event);
    }
    Award::clone(&state.unwrap())
}

fn command(name: &str) -> Command {
    commands()
        .into_iter()
        .find(|(known, _)| *known == name)
        .unwrap()
        .1
}

fn reviewed(why: ReviewWhy) -> Award {
    let running = after(&[opened()]);
    let event = open_review(&running, why, TODAY, date(2026, 9, 8)).unwrap();
    after(&[opened(), event])
}

#[expect(clippy::too_many_lines, reason = "a table: one of each")]
#[test]
fn every_state_answers_every_act() {
    let running = after(&[opened()]);
    let heard = does(&running, &command("hear"));
    let paused = does(&heard, &command("suspend"));
    let stopped = does(&running, &command("died"));
    let in_review = reviewed(ReviewWhy::Yearly);
    let not_heard = "benefits.not-heard";
    // running, heard, paused, stopped, in review
    let expected = [
        ("hear", ["", "", "", "benefits.stopped", ""]),
        (
            "keep",
            [
                "benefits.no-review",
                "benefits.no-review",
                "benefits.no-review",
                "benefits.stopped",
                "",
            ],
        ),
        ("raise", ["", "", "", "benefits.stopped", ""]),
        (
            "lower",
            [not_heard, "", not_heard, "benefits.stopped", not_heard],
        ),
        (
            "suspend",
            [
                not_heard,
                "",
                "benefits.paused",
                "benefits.stopped",
                not_heard,
            ],
        ),
        (
            "resume",
            [
                "benefits.not-paused",
                "benefits.not-paused",
                "",
                "benefits.stopped",
                "benefits.not-paused",
            ],
        ),
        (
            "stop",
            [not_heard, "", not_heard, "benefits.stopped", not_heard],
        ),
        ("died", ["", "", "", "benefits.stopped", ""]),
        ("payee", ["", "", "", "", ""]),
        ("claim", ["benefits.nothing-overpaid"; 5]),
        ("repay", ["benefits.more-than-owed"; 5]),
    ];
    let states = [&running, &heard, &paused, &stopped, &in_review];
    assert_eq!(
        expected.map(|(name, _)| name).to_vec(),
        commands().iter().map(|(name, _)| *name).collect::<Vec<_>>()
    );
    for (name, codes) in expected {
        for (state, code) in states.iter().zip(codes) {
            let answered = plain(state, &command(name)).err().unwrap_or_default();
            assert_eq!(answered, code, "{name} in {:?}", state.standing());
        }
    }
}

#[test]
fn each_cut_needs_a_hearing_of_its_own() {
    let heard = does(&after(&[opened()]), &command("hear"));
    let paused = does(&heard, &command("suspend"));
    assert_eq!(paused.standing(), Standing::Paused);
    assert_eq!(paused.heard_on, None, "spent");
    let resumed = does(&paused, &command("resume"));
    assert_eq!(
        plain(&resumed, &command("stop")).unwrap_err(),
        "benefits.not-heard"
    );
}

#[test]
fn only_officers_of_the_area_act_and_nobody_on_their_own_family() {
    let award = after(&[opened()]);
    let suspend = command("suspend");
    let roles = [
        (
            staff(Role::StreetOfficer, "310117/310117105", 4),
            "gate.area",
        ),
        (staff(Role::CommitteeWorker, HOME, 4), "gate.role"),
        (staff(Role::Supervisor, "310117", 4), "gate.role"),
        (
            Actor::resident(linli_kernel::AccountId(Uuid::from_u128(4)), who()),
            "gate.role",
        ),
    ];
    let with = |actor: &Actor, kin: &[ResidentId], command: &Command| {
        let by = Ask {
            actor,
            kin,
            settled: "",
            deducted: 0,
            says: None,
        };
        ask(&award, command, &by)
    };
    for (actor, code) in roles {
        assert_eq!(with(&actor, &[], &suspend).unwrap_err(), code, "{actor:?}");
    }
    let kin = [who()];
    assert_eq!(
        with(&officer(4), &kin, &suspend).unwrap_err(),
        "benefits.own"
    );
    let worker = staff(Role::CommitteeWorker, HOME, 5);
    assert!(
        with(&worker, &[], &command("hear")).is_ok(),
        "the committee hears the family"
    );
}

#[expect(clippy::too_many_lines, reason = "a table: one of each")]
#[test]
fn what_is_typed_wrong_is_told_with_its_field() {
    let award = after(&[opened()]);
    let payee = |payee: &str, account: &str| Command::ChangePayee {
        payee: payee.to_owned(),
        account: account.to_owned(),
        words: words(),
    };
    let wrong = [
        (
            payee("=HYPERLINK(1)", "9900000000000017"),
            "benefits.payee-wrong",
        ),
        (payee("张三,", "9900000000000017"), "benefits.payee-wrong"),
        (payee("张三", "12345"), "benefits.account-wrong"),
        (payee("张三", "9900000000000017x"), "benefits.account-wrong"),
        (
            Command::Keep {
                words: "  ".to_owned(),
            },
            "benefits.words-missing",
        ),
        (
            Command::Keep {
                words: "长".repeat(2_001),
            },
            "benefits.words-too-long",
        ),
        (
            Command::Hear {
                on: date(2026, 9, 2),
                words: words(),
            },
            "benefits.date-in-future",
        ),
        (
            Command::Adjust {
                from: month("2025-01"),
                fen: 1,
                words: words(),
            },
            "benefits.month-wrong",
        ),
        (
            Command::Adjust {
                from: month("2028-01"),
                fen: 1,
                words: words(),
            },
            "benefits.month-wrong",
        ),
        (
            Command::Adjust {
                from: month("2026-10"),
                fen: 0,
                words: words(),
            },
            "benefits.amount-wrong",
        ),
        (
            Command::Stop {
                from: month("2026-10"),
                ground: "bored".to_owned(),
                words: words(),
            },
            "benefits.ground-unknown",
        ),
    ];
    for (command, code) in wrong {
        assert_eq!(plain(&award, &command).unwrap_err(), code, "{command:?}");
    }
}

#[test]
fn what_was_paid_too_much_is_claimed_as_a_whole_and_paid_back_in_parts() {
    let mut award = after(&[opened()]);
    award.schedule.stopped = Some(month("2026-08"));
    let claim = Command::Claim {
        fen: 100_000,
        words: words(),
    };
    assert_eq!(plain(&award, &claim).unwrap_err(), "benefits.not-heard");
    award.heard_on = Some(TODAY);
    let less = Command::Claim {
        fen: 50_000,
        words: words(),
    };
    assert_eq!(plain(&award, &less).unwrap_err(), "benefits.amount-wrong");
    let claimed = does(&award, &claim);
    assert_eq!(claimed.schedule.outstanding(0), 100_000);
    assert!(claimed.ledger.is_balanced(true));
    let officer = officer(3);
    let repay = |fen| {
        let by = Ask {
            actor: &officer,
            kin: &[],
            settled: "2026-03:100000x6",
            deducted: 40_000,
            says: None,
        };
        ask(
            &claimed,
            &Command::Repay {
                fen,
                words: words(),
            },
            &by,
        )
    };
    assert_eq!(repay(60_001).unwrap_err(), "benefits.more-than-owed");
    assert!(repay(60_000).is_ok());
    assert_eq!(
        plain(&claimed, &claim).unwrap_err(),
        "benefits.nothing-overpaid"
    );
}

#[test]
fn a_rate_kept_against_the_policy_is_left_alone_by_the_machine() {
    let officer = officer(3);
    let review = reviewed(ReviewWhy::Facts);
    let with = |fen| {
        let says = Says {
            fen,
            tree: std::sync::Arc::new(serde_json::json!([])),
            facts: "f1".to_owned(),
        };
        let by = Ask {
            actor: &officer,
            kin: &[],
            settled: "",
            deducted: 0,
            says: Some(says),
        };
        let events = ask(&review, &command("keep"), &by).unwrap();
        let mut state = Some(std::sync::Arc::new(review.clone()));
        crate::benefits::state::apply(&mut state, review.id, &events[0]);
        state.unwrap()
    };
    let agreed = with(100_000);
    assert_eq!((agreed.policies.len(), agreed.facts.as_str()), (1, "f1"));
    let by_hand = with(90_000);
    assert!(by_hand.policies.is_empty());
    assert_eq!(by_hand.schedule.rate(month("2026-09")), 100_000);
    assert_eq!(by_hand.review_on, Some(date(2027, 9, 1)));
}

#[test]
fn a_death_is_more_urgent_than_a_review_that_is_open() {
    let open = reviewed(ReviewWhy::Yearly);
    let due = date(2026, 9, 8);
    assert_eq!(open_review(&open, ReviewWhy::Moved, TODAY, due), None);
    let died = open_review(&open, ReviewWhy::Died, TODAY, due).unwrap();
    assert!(matches!(&died.fact, Fact::ReviewOpened(fact) if fact.why == ReviewWhy::Died));
    let dead = reviewed(ReviewWhy::Died);
    assert!(dead.died && !dead.is_payable());
    assert_eq!(dead.standing(), Standing::Running, "a person decides");
    assert_eq!(
        open_review(&dead, ReviewWhy::Died, TODAY, due),
        None,
        "told once"
    );
}
