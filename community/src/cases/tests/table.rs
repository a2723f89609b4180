//! Every phase × every verb × everyone: who may ask what, and what the rule is when they may not.
//!
//! The whole table stands in `community/golden/cases/table.txt`. With `LINLI_GOLDEN=write` in the
//! environment it is written anew; read the difference before committing it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::world::{Who, in_phase, sample};
use crate::cases::command::Verb;
use crate::cases::decide::may;
use crate::cases::state::Phase;

fn table() -> String {
    let mut table = String::new();
    for phase in Phase::ALL {
        let world = in_phase(phase);
        for verb in Verb::ALL {
            let mut answers: Vec<(String, Vec<String>)> = Vec::new();
            for who in Who::ALL {
                let actor = who.actor();
                let answer = match may(world.case(), *verb, &world.context(&actor)) {
                    Ok(()) => "yes".to_owned(),
                    Err(refusal) => refusal.code.trim_start_matches("cases.").to_owned(),
                };
                match answers.iter_mut().find(|(known, _)| *known == answer) {
                    Some((_, people)) => people.push(format!("{who:?}")),
                    None => answers.push((answer, vec![format!("{who:?}")])),
                }
            }
            let said: Vec<String> = answers
                .iter()
                .map(|(answer, people)| format!("{answer}: {}", people.join(" ")))
                .collect();
            writeln!(
                table,
                "{} {} | {}",
                phase.code(),
                verb.code(),
                said.join(" | ")
            )
            .unwrap();
        }
    }
    table
}

#[test]
fn who_may_ask_what_when_is_the_table_on_file() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/cases/table.txt");
    let now = table();
    if std::env::var_os("LINLI_GOLDEN").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    for (kept, now) in kept.lines().zip(now.lines()) {
        assert_eq!(kept, now);
    }
    assert_eq!(kept, now);
}

/// What `may` allows, `decide` does with sensible content; what it refuses, `decide` refuses alike.
#[test]
fn deciding_agrees_with_the_table() {
    let mut allowed = BTreeSet::new();
    for phase in Phase::ALL {
        let world = in_phase(phase);
        for verb in Verb::ALL {
            for who in Who::ALL {
                let actor = who.actor();
                let command = sample(*verb, &world);
                let first = may(world.case(), *verb, &world.context(&actor));
                let then = world.ask(who, &command);
                match first {
                    Ok(()) => {
                        allowed.insert(*verb);
                        // With unmoved facts there is nothing to reckon.
                        if *verb != Verb::Reckon {
                            assert!(then.is_ok(), "{phase:?} {verb:?} {who:?}: {then:?}");
                        }
                    }
                    Err(refusal) => assert_eq!(then, Err(refusal.code)),
                }
            }
        }
    }
    // What needs more than a phase (a pending objection, a pending appeal, a desk before, a holder)
    // is not in the table; tests/decide.rs walks through it.
    let elsewhere = [
        Verb::AnswerObjection,
        Verb::EndNotice,
        Verb::Decide,
        Verb::Review,
        Verb::RecordCheck,
        Verb::PostNotice,
        Verb::SendBack,
        Verb::PutBack,
        Verb::RecordAppealResult,
        Verb::Lapse,
        Verb::Close,
        Verb::Extend,
    ];
    for verb in Verb::ALL {
        assert!(
            allowed.contains(verb) || elsewhere.contains(verb),
            "{verb:?} is allowed to nobody in any phase"
        );
    }
}

#[test]
fn administrators_and_strangers_may_do_nothing() {
    for phase in Phase::ALL {
        let world = in_phase(phase);
        for verb in Verb::ALL {
            for who in [Who::Stranger, Who::Admin, Who::Auditor, Who::NextDoor] {
                let actor = who.actor();
                assert!(
                    may(world.case(), *verb, &world.context(&actor)).is_err(),
                    "{who:?} may {verb:?} in {phase:?}"
                );
            }
        }
    }
}
