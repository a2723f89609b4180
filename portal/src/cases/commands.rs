//! What was typed in the form of an act, as a [`Command`]: every problem on its field.

use linli_community::cases::command::{
    Answers, Command, Decision, Delivery, Given, Opinion, Outcome, Paper, Settlement, Verb,
};
use linli_community::catalogue::{Channel, OutcomeKind};
use linli_kernel::{AreaPath, Refusal};

use super::forms::Ctx;
use crate::desk::questions;
use crate::desk::typed::Typed;

/// What was typed, as a command.
///
/// # Errors
/// Every problem, each on its field.
pub(crate) fn command(
    verb: Verb,
    mut typed: Typed,
    ctx: &Ctx<'_>,
) -> Result<Command, Vec<Refusal>> {
    let command = match verb {
        Verb::Accept => Some(Command::Accept),
        Verb::PutBack => Some(Command::PutBack),
        Verb::Urge => Some(Command::Urge),
        Verb::EndNotice => Some(Command::EndNotice),
        Verb::Take => Some(Command::Take {
            over: typed.get("over") == "yes",
        }),
        Verb::RefuseIntake => Some(Command::RefuseIntake {
            ground: ground(&mut typed, &ctx.service.intake.grounds),
            words: reasons(&mut typed),
        }),
        Verb::AskSupplement => Some(ask(&mut typed)),
        Verb::Supplement => supplement(&mut typed, ctx),
        Verb::RecordCheck => check(&mut typed, ctx),
        Verb::RecordVisit => Some(Command::RecordVisit {
            on: typed.date("on"),
            people: narrow(typed.number("people", 1, 20)),
            words: reasons(&mut typed),
        }),
        Verb::PassOn => Some(Command::PassOn {
            words: typed.some_words("words"),
        }),
        Verb::Withdraw => Some(Command::Withdraw {
            words: typed.some_words("words"),
        }),
        Verb::SendBack => Some(Command::SendBack {
            words: reasons(&mut typed),
        }),
        Verb::Dispute => Some(Command::Dispute {
            words: reasons(&mut typed),
        }),
        Verb::Object => Some(Command::Object {
            words: reasons(&mut typed),
        }),
        Verb::Review => with(
            typed.choice::<Opinion>("opinion"),
            &mut typed,
            |opinion, words| Command::Review { opinion, words },
        ),
        Verb::PostNotice => post_notice(&mut typed),
        Verb::AnswerObjection => Some(Command::AnswerObjection {
            objection: narrow(typed.number("objection", 1, 250)),
            upheld: typed.yes("upheld"),
            words: reasons(&mut typed),
        }),
        Verb::Decide => decide(&mut typed, ctx),
        _ => steering(verb, &mut typed),
    };
    typed.into_result(command)
}

fn steering(verb: Verb, typed: &mut Typed) -> Option<Command> {
    match verb {
        Verb::Deliver => typed
            .choice::<Delivery>("by")
            .map(|by| Command::Deliver { by }),
        Verb::FollowUp => Some(Command::FollowUp {
            reached: typed.yes("reached"),
            words: reasons(typed),
            done: typed.yes("done"),
        }),
        Verb::Settle => with(
            typed.choice::<Settlement>("settlement"),
            typed,
            |settlement, words| Command::Settle { settlement, words },
        ),
        Verb::Transfer => with(area(typed, "area"), typed, |area, words| {
            Command::Transfer { area, words }
        }),
        Verb::Extend => Some(Command::Extend {
            days: typed.number("days", 1, 366),
            words: reasons(typed),
        }),
        Verb::RecordAppeal => Some(Command::RecordAppeal {
            to: typed.words("to", "desk.choose-one"),
            filed_on: typed.date("filed_on"),
            words: typed.some_words("words"),
        }),
        Verb::RecordAppealResult => Some(Command::RecordAppealResult {
            set_aside: typed.yes("set-aside"),
            words: reasons(typed),
        }),
        Verb::CorrectReceipt => Some(Command::CorrectReceipt {
            received_on: typed.date("received_on"),
            words: reasons(typed),
        }),
        Verb::Say => Some(Command::Say {
            words: reasons(typed),
            internal: typed.get("internal") == "yes",
        }),
        _ => None,
    }
}

fn ask(typed: &mut Typed) -> Command {
    let (papers, fields) = (typed.all("papers"), typed.all("fields"));
    if papers.is_empty() && fields.is_empty() {
        typed.refuse(Refusal::new("desk.nothing-asked").on("papers"));
    }
    Command::AskSupplement {
        papers,
        fields,
        words: reasons(typed),
    }
}

fn supplement(typed: &mut Typed, ctx: &Ctx<'_>) -> Option<Command> {
    let channel: Option<Channel> = typed.choice("channel");
    let papers = typed.all("papers").into_iter().map(|id| Paper {
        id,
        given: Given::Seen,
        attachment: None,
    });
    let papers = papers.collect();
    let mut answers = Answers::new();
    let asked = ctx.state.asked.clone().unwrap_or_default();
    let facts = Default::default();
    let form = linli_community::catalogue::Form::new(ctx.service, &facts, ctx.today);
    for id in &asked.fields {
        let Some(question) = form.question(id) else {
            continue;
        };
        match form.read(question, &questions::typed(question, typed)) {
            Ok(value) => drop(answers.insert(id.clone(), value)),
            Err(refusals) => refusals.into_iter().for_each(|one| typed.refuse(one)),
        }
    }
    let words = typed.some_words("words");
    channel.map(|channel| Command::Supplement {
        channel,
        answers,
        papers,
        words,
    })
}

fn check(typed: &mut Typed, ctx: &Ctx<'_>) -> Option<Command> {
    let known: Vec<String> = ctx.checks().into_iter().map(|one| one.value).collect();
    let check = typed.one_of("check", &known);
    let outcome: Option<Outcome> = typed.choice("outcome");
    with(outcome, typed, |outcome, words| Command::RecordCheck {
        check,
        outcome,
        words,
    })
}

fn post_notice(typed: &mut Typed) -> Option<Command> {
    let amount_fen = (!typed.get("amount_fen").is_empty()).then(|| typed.money("amount_fen"));
    let people = (!typed.get("people").is_empty()).then(|| narrow(typed.number("people", 1, 50)));
    let outcome = typed.words("outcome", "desk.choose-one");
    let place = typed.words("place", "desk.place-required");
    Some(Command::PostNotice {
        place,
        outcome,
        amount_fen,
        people,
    })
}

fn decide(typed: &mut Typed, ctx: &Ctx<'_>) -> Option<Command> {
    let Some(outcome) = ctx.chosen() else {
        typed.refuse(Refusal::new("desk.choose-one").on("outcome"));
        return None;
    };
    let mut decision = Decision {
        outcome: outcome.code.clone(),
        ground: None,
        amount_fen: None,
        from: None,
        until: None,
        words: String::new(),
    };
    match outcome.kind {
        OutcomeKind::Refuse => {
            decision.ground = Some(ground(typed, &ctx.service.decision.grounds));
        }
        OutcomeKind::Grant => {
            decision.amount_fen = Some(typed.money("amount_fen"));
            decision.from = Some(typed.date("from"));
            decision.until = typed.some_date("until");
        }
        OutcomeKind::Confirm | OutcomeKind::Certificate => {
            decision.from = Some(typed.date("from"));
            decision.until = typed.some_date("until");
        }
    }
    decision.words = reasons(typed);
    let deliver = match typed.get("deliver") {
        "" | "later" => None,
        _ => typed.choice::<Delivery>("deliver"),
    };
    Some(Command::Decide { decision, deliver })
}

fn with<T>(
    chosen: Option<T>,
    typed: &mut Typed,
    make: impl FnOnce(T, String) -> Command,
) -> Option<Command> {
    let words = reasons(typed);
    chosen.map(|chosen| make(chosen, words))
}

fn reasons(typed: &mut Typed) -> String {
    typed.words("words", "desk.words-required")
}

fn ground(typed: &mut Typed, grounds: &[linli_community::catalogue::Ground]) -> String {
    let known: Vec<String> = grounds.iter().map(|one| one.code.clone()).collect();
    typed.one_of("ground", &known)
}

fn area(typed: &mut Typed, name: &str) -> Option<AreaPath> {
    let area = typed.get(name).parse().ok();
    if area.is_none() {
        typed.refuse(Refusal::new("desk.choose-one").on(name));
    }
    area
}

fn narrow(number: u16) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}
