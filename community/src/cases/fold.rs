//! How events add up: pure, without catalogue, clock or calendar, so that a replay gives the same.

use std::sync::Arc;

use jiff::civil::Date;
use linli_kernel::CaseId;
use linli_kernel::clock::shanghai_date;
use linli_units::Extension;

use super::clock::CaseClock;
use super::events::{self, Event, Fact, Private};
use super::state::{
    Appeal, Asked, Decided, FollowUp, Holder, Notice, Objection, Owner, Phase, State,
};
use crate::feature::Meta;

/// Folds `event` into `state`. The first event of a case is its submission; anything else on a
/// stream without one leaves it empty.
pub(crate) fn apply(state: &mut Option<Arc<State>>, id: CaseId, event: &Event, meta: Meta<'_>) {
    if let Fact::Submitted(fact) = &event.fact {
        *state = Some(Arc::new(submitted(id, fact, &event.private, meta)));
    }
    let Some(case) = state.as_mut().map(Arc::make_mut) else {
        return;
    };
    case.updated_at = meta.at;
    case.apply(&event.fact, &event.private, meta);
    if let Some(wait) = &event.wait {
        if let Owner::Desk(desk) = &wait.owner {
            case.home = Some(desk.clone());
        }
        case.wait = Some(wait.clone());
    }
    if !case.phase.is_open() {
        case.wait = None;
        case.holder = None;
    }
}

fn submitted(id: CaseId, fact: &events::Submitted, private: &Private, meta: Meta<'_>) -> State {
    State {
        id,
        number: fact.number.clone(),
        serial: fact.serial,
        service: fact.service.clone(),
        service_version: fact.version,
        area: fact.area.clone(),
        channel: fact.channel,
        applicant: fact.applicant,
        authority: fact.authority.clone(),
        filed_by: meta.actor.clone(),
        received_on: fact.received_on,
        submitted_at: meta.at,
        updated_at: meta.at,
        phase: Phase::Submitted,
        station: fact.station,
        arrived_on: fact.received_on,
        holder: None,
        wait: None,
        home: None,
        clock: CaseClock {
            started_on: fact.starts_clock.then_some(fact.received_on),
            ..CaseClock::default()
        },
        asked: None,
        papers: fact.papers.clone(),
        checks: Vec::new(),
        visits: Vec::new(),
        review: None,
        returned: false,
        notice: None,
        objections: Vec::new(),
        decided: None,
        delivered: None,
        rating: None,
        follow_up: None,
        disputed_on: None,
        reopened: 0,
        appeals: Vec::new(),
        urged_on: None,
        flag: None,
        ending: None,
        ended_on: None,
        intake_refusal: None,
        name: private.name.clone().unwrap_or_default(),
        phone: private.phone.clone().unwrap_or_default(),
        answers: private.answers.clone().unwrap_or_default(),
    }
}

impl State {
    fn apply(&mut self, fact: &Fact, private: &Private, meta: Meta<'_>) {
        match fact {
            Fact::Submitted(_) | Fact::Said(_) | Fact::Reckoned(_) => {}
            Fact::Accepted(fact) => self.accepted(fact.on),
            Fact::IntakeRefused(fact) => {
                self.intake_refusal = Some((fact.ground.clone(), private.words.clone()));
                self.end(Phase::IntakeRefused, fact.on);
            }
            Fact::Taken(fact) => {
                self.holder = Some(Holder {
                    account: fact.by,
                    post: fact.post,
                });
            }
            Fact::PutBack(_) => self.holder = None,
            Fact::SupplementAsked(fact) => self.supplement_asked(fact, private),
            Fact::Supplemented(fact) => self.supplemented(fact, private),
            Fact::SupplementLapsed(fact) => self.end(Phase::Lapsed, fact.on),
            Fact::Checked(fact) => self.checks.push((fact.check.clone(), fact.outcome)),
            Fact::Visited(fact) => self.visits.push(fact.on),
            Fact::PassedOn(fact) => self.moved_to(fact.station, false, today(meta)),
            Fact::SentBack(fact) => self.moved_to(fact.station, true, today(meta)),
            Fact::Reviewed(fact) => {
                self.review = Some((fact.opinion, meta.actor.account));
            }
            Fact::Flagged(fact) => self.flag = Some(fact.reason.clone()),
            Fact::Transferred(fact) => {
                self.area = fact.area.clone();
                self.holder = None;
                self.arrived_on = today(meta);
            }
            Fact::Extended(fact) => self.clock.extensions.push(Extension {
                on: today(meta),
                days: u32::from(fact.days),
            }),
            Fact::Urged(fact) => self.urged_on = Some(fact.on),
            Fact::ReceiptCorrected(fact) => self.receipt_corrected(fact),
            _ => self.apply_outcome(fact, private, meta),
        }
    }

    /// From the notice to the end, and back.
    fn apply_outcome(&mut self, fact: &Fact, private: &Private, meta: Meta<'_>) {
        match fact {
            Fact::NoticePosted(fact) => self.notice_posted(fact, private),
            Fact::Objected(fact) => self.objections.push(Objection {
                on: fact.on,
                upheld: None,
            }),
            Fact::ObjectionAnswered(fact) => {
                let at = usize::from(fact.objection).saturating_sub(1);
                if let Some(objection) = self.objections.get_mut(at) {
                    objection.upheld = Some(fact.upheld);
                }
            }
            Fact::NoticeEnded(fact) => self.notice_ended(fact.on),
            Fact::Decided(fact) => self.decided(fact, private, meta),
            Fact::Delivered(fact) => {
                self.phase = Phase::Delivered;
                self.delivered = Some((fact.by, fact.on));
                self.holder = None;
            }
            Fact::Rated(fact) => {
                self.rating = Some(fact.grade);
                if fact.grade.is_low() {
                    self.phase = Phase::FollowUp;
                    self.follow_up = Some(FollowUp {
                        opened_on: fact.on,
                        contacts: 0,
                        done: false,
                    });
                }
            }
            Fact::FollowedUp(_) => {
                if let Some(follow_up) = &mut self.follow_up {
                    follow_up.contacts = follow_up.contacts.saturating_add(1);
                }
            }
            Fact::Withdrawn(fact) => {
                // 免申即享: what was granted unasked and declined holds no more.
                self.decided = None;
                self.end(Phase::Withdrawn, fact.on);
            }
            Fact::Closed(fact) => {
                self.ending = Some(fact.ending);
                if let Some(follow_up) = &mut self.follow_up {
                    follow_up.done = true;
                }
                self.end(Phase::Closed, fact.on);
            }
            _ => self.apply_dispute(fact),
        }
    }

    fn apply_dispute(&mut self, fact: &Fact) {
        match fact {
            Fact::Disputed(fact) => {
                self.phase = Phase::Disputed;
                self.disputed_on = Some(fact.on);
                self.ended_on = None;
                self.holder = None;
            }
            Fact::Settled(fact) => {
                if let Some(station) = fact.station {
                    self.reopen(station, fact.on);
                }
            }
            Fact::Appealed(fact) => self.appeals.push(Appeal {
                to: fact.to.clone(),
                filed_on: fact.filed_on,
                set_aside: None,
            }),
            Fact::AppealAnswered(fact) => {
                let open = self.appeals.iter_mut().find(|one| one.set_aside.is_none());
                if let Some(appeal) = open {
                    appeal.set_aside = Some(fact.set_aside);
                }
                if let Some(station) = fact.station {
                    self.reopen(station, fact.on);
                }
            }
            _ => {}
        }
    }

    fn accepted(&mut self, on: Date) {
        self.phase = Phase::InHand;
        self.arrived_on = on;
        if self.clock.started_on.is_none() {
            // What stood still before acceptance was the clock of intake.
            self.clock.pauses.clear();
            self.clock.started_on = Some(on);
        }
    }

    fn supplement_asked(&mut self, fact: &events::SupplementAsked, private: &Private) {
        self.asked = Some(Asked {
            papers: fact.papers.clone(),
            fields: fact.fields.clone(),
            on: fact.on,
            words: private.words.clone(),
            before_acceptance: self.phase == Phase::Submitted,
        });
        self.phase = Phase::Supplement;
        if fact.stops_clock {
            self.clock.stop(fact.on);
        }
    }

    fn supplemented(&mut self, fact: &events::Supplemented, private: &Private) {
        let before = self.asked.as_ref().is_some_and(|one| one.before_acceptance);
        self.phase = if before {
            Phase::Submitted
        } else {
            Phase::InHand
        };
        self.clock.go_on(fact.on);
        self.papers.extend(fact.papers.iter().cloned());
        if let Some(answers) = &private.answers {
            let mut all = (*self.answers).clone();
            all.extend(answers.iter().map(|(k, v)| (k.clone(), v.clone())));
            self.answers = Arc::new(all);
        }
    }

    fn moved_to(&mut self, station: u8, returned: bool, on: Date) {
        self.station = station;
        self.returned = returned;
        self.holder = None;
        self.arrived_on = on;
    }

    fn receipt_corrected(&mut self, fact: &events::ReceiptCorrected) {
        if fact.restarts_clock {
            self.clock.started_on = Some(fact.to);
        }
        self.received_on = fact.to;
    }

    fn notice_posted(&mut self, fact: &events::NoticePosted, private: &Private) {
        self.phase = Phase::Notice;
        self.objections.clear();
        self.notice = Some(Notice {
            on: fact.on,
            ends_on: fact.ends_on,
            place: fact.place.clone(),
            ended_on: None,
            outcome: fact.outcome.clone(),
            people: fact.people,
            name: private.name.clone().unwrap_or_default(),
            amount_fen: private.amount_fen,
        });
        if fact.stops_clock {
            self.clock.stop(fact.on);
        }
    }

    fn notice_ended(&mut self, on: Date) {
        self.phase = Phase::InHand;
        if let Some(notice) = &mut self.notice {
            notice.ended_on = Some(on);
            self.arrived_on = notice.ends_on;
            self.clock.go_on(notice.ends_on);
        }
    }

    fn decided(&mut self, fact: &events::Decided, private: &Private, meta: Meta<'_>) {
        self.phase = Phase::Decided;
        self.decided = Some(Decided {
            outcome: fact.outcome.clone(),
            result: fact.result,
            ground: fact.ground.clone(),
            amount_fen: private.amount_fen,
            every: fact.every,
            from: fact.from,
            until: fact.until,
            words: private.words.clone(),
            reckoning: private.reckoning.clone(),
            on: fact.on,
            by: meta.actor.account,
        });
    }

    /// The case is done again from `station`, under a new clock.
    fn reopen(&mut self, station: u8, on: Date) {
        self.phase = Phase::InHand;
        self.reopened = self.reopened.saturating_add(1);
        self.moved_to(station, true, on);
        self.clock = CaseClock {
            started_on: Some(on),
            ..CaseClock::default()
        };
        self.review = None;
        self.notice = None;
        self.objections.clear();
        self.decided = None;
        self.delivered = None;
        self.rating = None;
        self.follow_up = None;
        self.intake_refusal = None;
        self.ending = None;
        self.ended_on = None;
    }

    fn end(&mut self, phase: Phase, on: Date) {
        self.phase = phase;
        self.ended_on = Some(on);
        self.clock.go_on(on);
    }
}

fn today(meta: Meta<'_>) -> Date {
    shanghai_date(meta.at)
}
