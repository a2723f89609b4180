//! A small world for tests of decisions: one committee in one street, its staff, and one case that
//! is moved by hand. No database, no runtime.

use std::sync::OnceLock;

use jiff::ToSpan;
use jiff::civil::Date;
use linli_kernel::clock::shanghai;
use linli_kernel::{AccountId, Actor, AreaPath, CaseId, Mandate, Post, PostId, ResidentId, Role};
use linli_units::WorkCalendar;
use uuid::Uuid;

use crate::cases::command::*;
use crate::cases::decide::{Context, Identity, decide, file};
use crate::cases::events::Event;
use crate::cases::fold;
use crate::cases::rules::Rules;
use crate::cases::state::{Phase, State};
use crate::catalogue::{Catalogue, Channel, built_in_calendar};
use crate::feature::Meta;

pub(super) const COMMITTEE: &str = "310117/310117001/310117001001";
pub(super) const STREET: &str = "310117/310117001";
pub(super) const APPLICANT: ResidentId = ResidentId(Uuid::from_u128(1));
pub(super) const CASE: CaseId = CaseId(Uuid::from_u128(77));

pub(super) fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| Catalogue::built_in().unwrap())
}

pub(super) fn calendar() -> &'static WorkCalendar {
    static CALENDAR: OnceLock<WorkCalendar> = OnceLock::new();
    CALENDAR.get_or_init(|| built_in_calendar().unwrap())
}

pub(super) fn area(path: &str) -> AreaPath {
    path.parse().unwrap()
}

pub(super) fn rules(service: &str) -> Rules {
    let day = "2026-09-01".parse().unwrap();
    Rules::of(catalogue().service(service, day).unwrap())
}

pub(super) fn staff(role: Role, at: &str, n: u128) -> Actor {
    let post = Post {
        id: PostId(Uuid::from_u128(n)),
        role,
        area: area(at),
    };
    Actor::in_post(AccountId(Uuid::from_u128(n)), post)
}

pub(super) fn resident(n: u128) -> Actor {
    Actor::resident(
        AccountId(Uuid::from_u128(n)),
        ResidentId(Uuid::from_u128(n)),
    )
}

/// Who asks, in the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    Applicant,
    Proxy,
    Stranger,
    Worker,
    NextDoor,
    Officer,
    District,
    Supervisor,
    Auditor,
    Admin,
    Linli,
}

impl Who {
    pub(super) const ALL: [Self; 11] = [
        Self::Applicant,
        Self::Proxy,
        Self::Stranger,
        Self::Worker,
        Self::NextDoor,
        Self::Officer,
        Self::District,
        Self::Supervisor,
        Self::Auditor,
        Self::Admin,
        Self::Linli,
    ];

    pub(super) fn actor(self) -> Actor {
        match self {
            Self::Applicant => resident(1),
            Self::Proxy => Actor {
                mandate: Some(Mandate {
                    principal: APPLICANT,
                    authority: "written".to_owned(),
                }),
                ..resident(2)
            },
            Self::Stranger => resident(3),
            Self::Worker => staff(Role::CommitteeWorker, COMMITTEE, 11),
            Self::NextDoor => staff(Role::CommitteeWorker, "310117/310117001/310117001002", 12),
            Self::Officer => staff(Role::StreetOfficer, STREET, 13),
            Self::District => staff(Role::DistrictOfficer, "310117", 14),
            Self::Supervisor => staff(Role::Supervisor, STREET, 15),
            Self::Auditor => staff(Role::Auditor, "310117", 16),
            Self::Admin => staff(Role::SystemAdmin, "310117", 17),
            Self::Linli => Actor::system(),
        }
    }
}

pub(super) fn filing(service: &str) -> Filing {
    let day: Date = "2026-09-01".parse().unwrap();
    let service = catalogue().service(service, day).unwrap();
    Filing {
        service: service.id.clone(),
        area: area(COMMITTEE),
        channel: Channel::Online,
        applicant: APPLICANT,
        authority: None,
        received_on: None,
        name: "张建国".to_owned(),
        phone: "10900000012".to_owned(),
        answers: crate::cases::demo::answers(service, &crate::catalogue::Facts::default(), day),
        declared: service
            .form
            .declarations
            .iter()
            .map(|d| d.id.clone())
            .collect(),
        papers: Vec::new(),
    }
}

/// One case, moved by hand.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) rules: Rules,
    pub(super) today: Date,
    pub(super) hour: i64,
    pub(super) state: Option<std::sync::Arc<State>>,
    pub(super) events: Vec<(Event, jiff::Timestamp, Actor)>,
    pub(super) kin: Vec<ResidentId>,
}

impl World {
    /// A case of `service`, filed online on a Tuesday without holidays near.
    pub(super) fn filed(service: &str) -> Self {
        Self::filed_on(service, "2026-09-01")
    }

    pub(super) fn filed_on(service: &str, day: &str) -> Self {
        let mut world = Self {
            rules: rules(service),
            today: day.parse().unwrap(),
            hour: 9,
            state: None,
            events: Vec::new(),
            kin: Vec::new(),
        };
        let actor = Who::Applicant.actor();
        let identity = Identity {
            id: CASE,
            number: "1234567890".to_owned(),
            serial: 5,
        };
        let events = file(&filing(service), &identity, &world.context(&actor)).unwrap();
        world.take_in(events, &actor);
        world
    }

    pub(super) fn now(&self) -> jiff::Timestamp {
        let midnight = self.today.to_zoned(shanghai()).unwrap().timestamp();
        midnight + self.hour.hours()
    }

    pub(super) fn context<'a>(&'a self, actor: &'a Actor) -> Context<'a> {
        Context {
            now: self.now(),
            actor,
            kin: &self.kin,
            rules: &self.rules,
            calendar: calendar(),
            reckoning: None,
        }
    }

    pub(super) fn case(&self) -> &State {
        self.state.as_ref().unwrap()
    }

    pub(super) fn ask(&self, who: Who, command: &Command) -> Result<Vec<Event>, String> {
        let actor = who.actor();
        let asked = decide(self.case(), command, &self.context(&actor));
        asked.map_err(|refusal| refusal.code)
    }

    /// `who` does `command`, which must go through.
    #[track_caller]
    pub(super) fn does(&mut self, who: Who, command: &Command) -> &mut Self {
        let events = self.ask(who, command);
        let events =
            events.unwrap_or_else(|code| panic!("{who:?} {}: {code}", command.verb().code()));
        self.take_in(events, &who.actor());
        self
    }

    /// Why `who` may not do `command`.
    #[track_caller]
    pub(super) fn refused(&self, who: Who, command: &Command) -> String {
        self.ask(who, command).expect_err("should be refused")
    }

    pub(super) fn days_pass(&mut self, days: i64) -> &mut Self {
        self.today = self.today.saturating_add(days.days());
        self
    }

    fn take_in(&mut self, events: Vec<Event>, actor: &Actor) {
        let at = self.now();
        for event in events {
            fold::apply(&mut self.state, CASE, &event, Meta { at, actor });
            self.events.push((event, at, actor.clone()));
        }
    }

    pub(super) fn phase(&self) -> Phase {
        self.case().phase
    }
}

pub(super) fn words() -> String {
    "情况属实".to_owned()
}

/// A plausible command for every verb, as far as the case `at` gives what it needs.
pub(super) fn sample(verb: Verb, at: &World) -> Command {
    let rules = &at.rules;
    let words = words();
    match verb {
        Verb::Accept => Command::Accept,
        Verb::RefuseIntake => Command::RefuseIntake {
            ground: rules.intake_grounds[0].code.clone(),
            words,
        },
        Verb::Take => Command::Take { over: true },
        Verb::PutBack => Command::PutBack,
        Verb::AskSupplement => Command::AskSupplement {
            papers: rules.papers.first().cloned().into_iter().collect(),
            fields: Vec::new(),
            words,
        },
        Verb::Supplement => Command::Supplement {
            channel: Channel::Online,
            answers: Answers::new(),
            papers: Vec::new(),
            words,
        },
        Verb::RecordCheck => Command::RecordCheck {
            check: "income".to_owned(),
            outcome: Outcome::Agrees,
            words,
        },
        Verb::RecordVisit => Command::RecordVisit {
            on: at.today,
            people: 2,
            words,
        },
        Verb::PassOn => Command::PassOn { words },
        Verb::SendBack => Command::SendBack { words },
        Verb::Review => Command::Review {
            opinion: Opinion::Grant,
            words,
        },
        Verb::PostNotice => Command::PostNotice {
            place: "公示栏".to_owned(),
            outcome: rules.outcomes[0].code.clone(),
            amount_fen: rules.outcomes[0].every.map(|_| 86_000),
            people: Some(2),
        },
        Verb::Object => Command::Object { words },
        Verb::AnswerObjection => Command::AnswerObjection {
            objection: 1,
            upheld: false,
            words,
        },
        Verb::EndNotice => Command::EndNotice,
        Verb::Decide => Command::Decide {
            decision: grant(rules),
            deliver: None,
        },
        Verb::Deliver => Command::Deliver {
            by: Delivery::Online,
        },
        _ => sample_later(verb),
    }
}

fn sample_later(verb: Verb) -> Command {
    let words = words();
    match verb {
        Verb::Rate => Command::Rate {
            grade: Grade::Dissatisfied,
            words,
        },
        Verb::FollowUp => Command::FollowUp {
            reached: true,
            words,
            done: false,
        },
        Verb::Withdraw => Command::Withdraw { words },
        Verb::Transfer => Command::Transfer {
            area: area("310117/310117001/310117001002"),
            words,
        },
        Verb::Extend => Command::Extend { days: 1, words },
        Verb::Urge => Command::Urge,
        Verb::Dispute => Command::Dispute { words },
        Verb::Settle => Command::Settle {
            settlement: Settlement::Redo,
            words,
        },
        Verb::RecordAppeal => Command::RecordAppeal {
            to: "reconsideration".to_owned(),
            filed_on: "2026-09-01".parse().unwrap(),
            words,
        },
        Verb::RecordAppealResult => Command::RecordAppealResult {
            set_aside: true,
            words,
        },
        Verb::Say => Command::Say {
            words,
            internal: false,
        },
        Verb::CorrectReceipt => Command::CorrectReceipt {
            received_on: "2026-08-28".parse().unwrap(),
            words,
        },
        Verb::Reckon => Command::Reckon,
        Verb::Lapse => Command::Lapse,
        Verb::Close => Command::Close,
        _ => Command::Flag {
            reason: "applicant-died".to_owned(),
        },
    }
}

pub(super) fn grant(rules: &Rules) -> Decision {
    Decision {
        outcome: rules.outcomes[0].code.clone(),
        ground: None,
        amount_fen: rules.outcomes[0].every.map(|_| 86_000),
        from: None,
        until: None,
        words: words(),
    }
}

pub(super) fn refuse(rules: &Rules) -> Decision {
    Decision {
        outcome: "refuse".to_owned(),
        ground: Some(rules.grounds[0].code.clone()),
        amount_fen: None,
        from: None,
        until: None,
        words: words(),
    }
}

/// A case of 最低生活保障 in each phase.
#[expect(clippy::too_many_lines, reason = "a table: one arm a phase")]
pub(super) fn in_phase(phase: Phase) -> World {
    let mut world = World::filed("dibao");
    let go = |world: &mut World, who: Who, verb: Verb| {
        let command = sample(verb, world);
        world.does(who, &command);
    };
    match phase {
        Phase::Blank | Phase::Submitted => {}
        Phase::IntakeRefused => go(&mut world, Who::Worker, Verb::RefuseIntake),
        Phase::Withdrawn => go(&mut world, Who::Applicant, Verb::Withdraw),
        Phase::InHand => go(&mut world, Who::Worker, Verb::Accept),
        Phase::Supplement => {
            world = in_phase(Phase::InHand);
            go(&mut world, Who::Worker, Verb::AskSupplement);
        }
        Phase::Lapsed => {
            world = in_phase(Phase::Supplement);
            world.days_pass(60);
            go(&mut world, Who::Linli, Verb::Lapse);
        }
        Phase::Notice => {
            world = in_phase(Phase::InHand);
            for verb in [Verb::RecordVisit, Verb::PassOn] {
                go(&mut world, Who::Worker, verb);
            }
            for verb in [Verb::RecordCheck, Verb::Review, Verb::PostNotice] {
                go(&mut world, Who::Officer, verb);
            }
        }
        Phase::Decided => {
            world = in_phase(Phase::Notice);
            world.days_pass(8);
            go(&mut world, Who::Officer, Verb::Decide);
        }
        Phase::Delivered => {
            world = in_phase(Phase::Decided);
            go(&mut world, Who::Officer, Verb::Deliver);
        }
        Phase::FollowUp => {
            world = in_phase(Phase::Delivered);
            go(&mut world, Who::Applicant, Verb::Rate);
        }
        Phase::Disputed => {
            world = in_phase(Phase::Delivered);
            go(&mut world, Who::Applicant, Verb::Dispute);
        }
        Phase::Closed => {
            world = in_phase(Phase::Delivered);
            world.does(
                Who::Applicant,
                &Command::Rate {
                    grade: Grade::Satisfied,
                    words: String::new(),
                },
            );
        }
    }
    assert_eq!(
        world.phase(),
        if phase == Phase::Blank {
            Phase::Submitted
        } else {
            phase
        }
    );
    world
}
