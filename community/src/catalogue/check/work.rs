//! Desks, clock, notice, decision and appeal of a service file.

use crate::catalogue::service::Service;
use crate::catalogue::steps::{Act, Document, Level, Outcome, OutcomeKind, Step, Suspension};
use linli_kernel::Role;

use super::{Problems, is_key};

/// Checks how the case is worked.
pub(super) fn check(service: &Service, problems: &mut Problems<'_>) {
    desks(service, problems);
    clock(service, problems);
    notice(service, problems);
    decision(service, problems);
    unasked(service, problems);
    problems.must(
        !service.appeals.is_empty(),
        "appeals",
        "at least one place to appeal to",
    );
    problems.distinct(
        service.appeals.iter().map(|one| one.code.as_str()),
        "appeals",
    );
    if let Some(review) = &service.review {
        problems.must(review.months > 0, "review.months", "1 or more");
    }
    problems.must(
        service.rating.follow_up.days > 0,
        "rating.follow_up.days",
        "1 or more",
    );
}

/// 免申即享: a machine grants only what nobody has to judge, and what nobody else has a say in.
fn unasked(service: &Service, problems: &mut Problems<'_>) {
    let Some(grant) = service.unasked.as_ref().and_then(|one| one.grant.as_ref()) else {
        return;
    };
    let results = &service.decision.results;
    let result = results.iter().find(|one| one.code == grant.result);
    let grants = result.is_some_and(|one| one.kind == OutcomeKind::Grant && one.pays.is_some());
    problems.must(
        grants,
        "unasked.grant.result",
        "a result that grants and pays",
    );
    let expected = "only where nothing is posted: neighbours have no say";
    problems.must(!service.notice.public, "unasked.grant", expected);
    let two = service.decision.two_persons.as_ref();
    let alone = !two.is_some_and(|rule| rule.required);
    let expected = "only where two persons need not decide";
    problems.must(alone, "unasked.grant", expected);
    let proven = !grant.proven.is_empty() && grant.proven.values().all(|by| !by.is_empty());
    let expected = "what must be proven, each by at least one office";
    problems.must(proven, "unasked.grant.proven", expected);
    // What somebody says of themselves is no proof, however often it is written down.
    let own = |by: &Vec<String>| by.iter().any(|office| office == "resident");
    let own = grant.proven.values().any(own);
    problems.must(!own, "unasked.grant.proven", "offices, not the resident");
}

fn desks(service: &Service, problems: &mut Problems<'_>) {
    problems.distinct(service.steps.iter().map(|step| step.id.as_str()), "steps");
    for (index, step) in service.steps.iter().enumerate() {
        desk(step, &format!("steps[{index}] ({})", step.id), problems);
        let last = index + 1 == service.steps.len();
        let passes = step.may.contains(&Act::Pass);
        let expected = "pass at every desk but the last";
        problems.must(passes != last, format!("steps[{index}].may"), expected);
    }
    let somewhere = |act: Act| service.steps.iter().any(|step| step.may.contains(&act));
    for act in [
        Act::Accept,
        Act::RefuseIntake,
        Act::Supplement,
        Act::Decide,
        Act::Deliver,
    ] {
        problems.must(somewhere(act), "steps", format!("a desk that may {act:?}"));
    }
    let decides = service
        .steps
        .last()
        .is_some_and(|step| step.may.contains(&Act::Decide));
    problems.must(decides, "steps", "the last desk decides");
    let notices = somewhere(Act::Notice);
    let expected = "a desk that may post the notice, exactly when there is one";
    problems.must(notices == service.notice.public, "steps", expected);
    let extends = somewhere(Act::Extend);
    let expected = "a desk that may extend, exactly when clock.special is given";
    problems.must(
        extends == service.clock.special.is_some(),
        "steps",
        expected,
    );
}

fn desk(step: &Step, key: &str, problems: &mut Problems<'_>) {
    problems.must(is_key(&step.id), format!("{key}.id"), "a key");
    let fits = match step.role {
        Role::CommitteeWorker => step.level == Level::Committee,
        Role::StreetOfficer => step.level == Level::Street,
        Role::DistrictOfficer => step.level == Level::District,
        Role::SocialWorker => step.level != Level::District,
        _ => false,
    };
    let expected = "a role that works cases, at its own tier (committee_worker at committee, \
                    street_officer at street, district_officer at district)";
    problems.must(fits, format!("{key}.role"), expected);
    problems.must(
        !step.may.is_empty(),
        format!("{key}.may"),
        "at least one act",
    );
    problems.must(
        step.within.days > 0,
        format!("{key}.within.days"),
        "1 or more",
    );
    for (index, act) in step.may.iter().enumerate() {
        let once = !step.may[..index].contains(act);
        problems.must(once, format!("{key}.may[{index}]"), "every act once");
    }
}

fn clock(service: &Service, problems: &mut Problems<'_>) {
    let clock = &service.clock;
    problems.must(clock.total.days > 0, "clock.total.days", "1 or more");
    problems.must(
        clock.supplement.days > 0,
        "clock.supplement.days",
        "1 or more",
    );
    if let Some(special) = &clock.special {
        let longer = special.unit == clock.total.unit && special.days > clock.total.days;
        problems.must(
            longer,
            "clock.special",
            "more days than clock.total, of the same kind",
        );
    }
    let waits = clock.suspends.contains(&Suspension::Notice);
    let expected = "notice among them only when there is a public notice";
    problems.must(!waits || service.notice.public, "clock.suspends", expected);
    problems.must(
        service.intake.within.days > 0,
        "intake.within.days",
        "1 or more",
    );
    problems.must(
        !service.intake.grounds.is_empty(),
        "intake.grounds",
        "at least one",
    );
    let grounds = service
        .intake
        .grounds
        .iter()
        .chain(&service.decision.grounds);
    problems.distinct(grounds.map(|ground| ground.code.as_str()), "grounds");
}

fn notice(service: &Service, problems: &mut Problems<'_>) {
    let notice = &service.notice;
    let days = notice.term.as_ref().is_some_and(|term| term.days > 0);
    problems.must(
        days == notice.public,
        "notice.term",
        "days exactly when there is a notice",
    );
    let shows = !notice.shows.is_empty();
    problems.must(
        shows == notice.public,
        "notice.shows",
        "items exactly when there is a notice",
    );
}

fn decision(service: &Service, problems: &mut Problems<'_>) {
    let decision = &service.decision;
    problems.distinct(
        decision.results.iter().map(|one| one.code.as_str()),
        "decision.results",
    );
    let refuses = decision
        .results
        .iter()
        .filter(|one| one.kind == OutcomeKind::Refuse)
        .count();
    problems.must(refuses == 1, "decision.results", "exactly one refusal");
    problems.must(
        decision.results.len() > 1,
        "decision.results",
        "a result that is no refusal",
    );
    problems.must(
        !decision.grounds.is_empty(),
        "decision.grounds",
        "at least one ground",
    );
    let reviews = service
        .steps
        .iter()
        .any(|step| step.may.contains(&Act::Review));
    problems.must(
        reviews || decision.two_persons.is_none(),
        "decision.two_persons",
        "given only where a desk may review",
    );
    for (index, outcome) in decision.results.iter().enumerate() {
        result(
            outcome,
            &format!("decision.results[{index}] ({})", outcome.code),
            problems,
        );
    }
}

fn result(outcome: &Outcome, key: &str, problems: &mut Problems<'_>) {
    problems.must(is_key(&outcome.code), format!("{key}.code"), "a key");
    let fits = match outcome.kind {
        OutcomeKind::Grant => outcome.document == Document::DecisionLetter,
        OutcomeKind::Confirm => outcome.document == Document::ConfirmationLetter,
        OutcomeKind::Certificate => outcome.document == Document::Certificate,
        OutcomeKind::Refuse => outcome.document == Document::RefusalLetter,
    };
    problems.must(fits, format!("{key}.document"), "the document of its kind");
    let pays = outcome.pays.is_some() == (outcome.kind == OutcomeKind::Grant);
    problems.must(
        pays,
        format!("{key}.pays"),
        "given for a grant, and for nothing else",
    );
    let rates = outcome.pays.iter().flat_map(|pays| &pays.rates);
    for (index, rate) in rates.enumerate() {
        let key = format!("{key}.pays.rates[{index}].amount_fen");
        problems.must(rate.amount_fen > 0, key, "an amount above zero");
    }
}
