//! Where a case stands: who has to act, by when, what next. The one place that says it.

use jiff::civil::Date;
use linli_units::{Term, WorkCalendar};

use super::clock::{Due, after, due};
use super::command::Opinion;
use super::rules::{Rules, house};
use super::state::{Next, Owner, Phase, State, Wait};
use crate::catalogue::{Act, ClockStart, OutcomeKind};

/// The wait a case is in; `None` when it has ended.
#[must_use]
pub(crate) fn wait_of(case: &State, rules: &Rules, calendar: &WorkCalendar) -> Option<Wait> {
    let turn = Turn {
        case,
        rules,
        calendar,
    };
    match case.phase {
        Phase::Submitted => Some(turn.submitted()),
        Phase::InHand => Some(turn.in_hand()),
        Phase::Supplement => Some(turn.supplement()),
        Phase::Notice => Some(turn.notice()),
        Phase::Decided => Some(turn.decided()),
        Phase::Delivered => Some(turn.delivered()),
        Phase::FollowUp => Some(turn.follow_up()),
        Phase::Disputed => Some(turn.disputed()),
        Phase::Blank | Phase::Closed | Phase::IntakeRefused | Phase::Withdrawn | Phase::Lapsed => {
            None
        }
    }
}

/// What the desk of a case in hand has to do next, in the order of its station's acts.
#[must_use]
pub(crate) fn next_in_hand(case: &State, rules: &Rules) -> Next {
    let station = rules.station(case.station);
    let review_says_no = matches!(case.review, Some((Opinion::Refuse, _)));
    if station.may(Act::Check) && case.checks.is_empty() {
        Next::Check
    } else if station.may(Act::Visit) && case.visits.is_empty() {
        Next::Visit
    } else if station.may(Act::Review) && case.review.is_none() {
        Next::Review
    } else if wants_notice(case, rules) && !review_says_no && station.may(Act::Notice) {
        Next::PostNotice
    } else if station.may(Act::Decide) {
        Next::Decide
    } else {
        Next::PassOn
    }
}

/// Whether the service's public notice has yet to hang.
#[must_use]
pub(crate) fn wants_notice(case: &State, rules: &Rules) -> bool {
    rules.notice.is_some() && case.notice.is_none()
}

struct Turn<'a> {
    case: &'a State,
    rules: &'a Rules,
    calendar: &'a WorkCalendar,
}

impl Turn<'_> {
    fn desk(&self) -> Owner {
        Owner::Desk(self.rules.desk(self.case.station, &self.case.area))
    }

    fn supervisor(&self) -> Owner {
        Owner::Desk(Rules::supervisor(&self.case.area))
    }

    fn after(&self, start: Date, term: Term) -> Due {
        after(self.calendar, start, term)
    }

    /// `term` from `start`, with the case's pauses.
    fn running(&self, start: Date, term: Term) -> Due {
        due(self.calendar, &self.case.clock.count_from(start, term))
    }

    fn result_by(&self) -> Due {
        if let Some(count) = self.case.clock.count(self.rules) {
            return due(self.calendar, &count);
        }
        // Before acceptance the promise is the latest day that the terms allow.
        match self.intake_due() {
            Due::On(last) => self.after(last, self.rules.total),
            other => other,
        }
    }

    fn intake_due(&self) -> Due {
        self.running(self.case.received_on, self.rules.intake)
    }

    fn submitted(&self) -> Wait {
        let due = self.intake_due();
        let due = match self.rules.starts {
            ClockStart::Submitted => due.sooner(self.result_by()),
            ClockStart::Accepted => due,
        };
        Wait {
            owner: self.desk(),
            next: Next::Accept,
            due,
            result_by: Some(self.result_by()),
        }
    }

    fn in_hand(&self) -> Wait {
        let result_by = self.result_by();
        let station = self.rules.station(self.case.station);
        let ended_notice = self.case.notice.as_ref().filter(|n| n.ended_on.is_some());
        let own = match (ended_notice, self.rules.after_notice) {
            (Some(notice), Some(term)) => self.after(notice.ends_on, term),
            _ => self.running(self.case.arrived_on, station.within),
        };
        Wait {
            owner: self.desk(),
            next: next_in_hand(self.case, self.rules),
            due: own.sooner(result_by),
            result_by: Some(result_by),
        }
    }

    fn supplement(&self) -> Wait {
        let asked_on = self.case.asked.as_ref().map(|asked| asked.on);
        Wait {
            owner: Owner::Applicant,
            next: Next::Supplement,
            due: self.after(
                asked_on.unwrap_or(self.case.received_on),
                self.rules.supplement,
            ),
            result_by: Some(self.result_by()),
        }
    }

    fn notice(&self) -> Wait {
        let ends_on = self.case.notice.as_ref().map(|notice| notice.ends_on);
        let ends_on = ends_on.unwrap_or(self.case.arrived_on);
        let term = self.rules.after_notice.unwrap_or(house::DELIVER);
        let next = if self.case.open_objections() > 0 {
            Next::AnswerObjection
        } else {
            Next::AwaitNotice
        };
        let result_by = self.result_by();
        Wait {
            owner: self.desk(),
            next,
            due: self.after(ends_on, term).sooner(result_by),
            result_by: Some(result_by),
        }
    }

    fn decided(&self) -> Wait {
        let decided = self.case.decided.as_ref();
        let on = decided.map_or(self.case.arrived_on, |decided| decided.on);
        let refused = decided.is_some_and(|one| one.result == OutcomeKind::Refuse);
        let term = self
            .rules
            .refusal_in_writing
            .filter(|_| refused)
            .unwrap_or(house::DELIVER);
        Wait {
            owner: self.desk(),
            next: Next::Deliver,
            due: self.after(on, term),
            result_by: None,
        }
    }

    fn delivered(&self) -> Wait {
        let on = self
            .case
            .delivered
            .map_or(self.case.arrived_on, |(_, on)| on);
        Wait {
            owner: Owner::Applicant,
            next: Next::Rate,
            due: self.after(on, house::RATE),
            result_by: None,
        }
    }

    fn follow_up(&self) -> Wait {
        let on = self.case.follow_up.map(|one| one.opened_on);
        Wait {
            owner: self.supervisor(),
            next: Next::FollowUp,
            due: self.after(on.unwrap_or(self.case.arrived_on), self.rules.follow_up),
            result_by: None,
        }
    }

    fn disputed(&self) -> Wait {
        let on = self.case.disputed_on.unwrap_or(self.case.arrived_on);
        Wait {
            owner: self.supervisor(),
            next: Next::Settle,
            due: self.after(on, house::SETTLE),
            result_by: None,
        }
    }
}
