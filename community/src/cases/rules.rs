//! What a version of a service says about its cases: desks, days, notice, results, grounds.
//!
//! Made from the catalogue by [`Rules::of`], in the shape that [`decide`](super::decide) reads; a
//! case keeps to the version it was filed under.

use linli_kernel::{AreaPath, Role};
use linli_units::{DayUnit, Term};

use super::Desk;
use crate::catalogue::{
    self, Act, Channel, ClockStart, Every, Level, OutcomeKind, Service, Shown, Suspension,
};

/// One desk on a service's way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Station {
    /// The catalogue's id of the step.
    pub id: String,
    /// Who works there.
    pub role: Role,
    /// On which level.
    pub level: Level,
    /// What may be done there.
    pub may: Vec<Act>,
    /// How long it may take.
    pub within: Term,
}

impl Station {
    /// Whether `act` belongs here.
    #[must_use]
    pub fn may(&self, act: Act) -> bool {
        self.may.contains(&act)
    }
}

/// 公示规则.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRule {
    /// For how long it hangs.
    pub term: Term,
    /// What it shows.
    pub shows: Vec<Shown>,
    /// What it rests on, in words.
    pub article: String,
}

/// One result a service may come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeRule {
    /// Its code.
    pub code: String,
    /// Its kind.
    pub kind: OutcomeKind,
    /// How often it pays, where it pays.
    pub every: Option<Every>,
    /// The most months one grant may run.
    pub max_months: Option<u32>,
}

/// 免申即享: what Linli may grant by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnaskedRule {
    /// Which result, by its code.
    pub result: String,
    /// From which day on.
    pub from: jiff::civil::Date,
    /// What the person reads as the reason.
    pub words: String,
}

/// A ground of refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// Its code.
    pub code: String,
    /// The clause it quotes, in words.
    pub article: String,
}

/// Terms that no law sets: what this house promises on its own.
pub mod house {
    use linli_units::{DayUnit, Term};

    const fn working(days: u32) -> Term {
        Term {
            days,
            unit: DayUnit::Working,
            roll: false,
        }
    }

    /// To deliver a decision, where the service sets no time.
    pub const DELIVER: Term = working(3);
    /// The applicant's time to rate; then the case closes.
    pub const RATE: Term = working(10);
    /// The supervisor's time to settle a dispute.
    pub const SETTLE: Term = working(10);
    /// The applicant's time to dispute a result with the supervisor.
    pub const DISPUTE: Term = Term {
        days: 60,
        unit: DayUnit::Calendar,
        roll: false,
    };
    /// Between two urgings of one case.
    pub const URGE: Term = Term {
        days: 5,
        unit: DayUnit::Calendar,
        roll: false,
    };
}

/// What one version of a service says about its cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// The service's id.
    pub service: String,
    /// Its version.
    pub version: u32,
    /// The desks on its way, in order; never empty.
    pub stations: Vec<Station>,
    /// To accept or refuse at intake, from receipt.
    pub intake: Term,
    /// From when the clock of the decision runs.
    pub starts: ClockStart,
    /// To decide.
    pub total: Term,
    /// What the time to decide rests on, in words.
    pub total_article: String,
    /// By how many days, of the unit of `total`, it may be extended in all.
    pub extension_days: u32,
    /// The applicant's time to supplement.
    pub supplement: Term,
    /// What stops the clock.
    pub suspends: Vec<Suspension>,
    /// The public notice, where there is one.
    pub notice: Option<NoticeRule>,
    /// To decide after the notice.
    pub after_notice: Option<Term>,
    /// To hand over a refusal in writing.
    pub refusal_in_writing: Option<Term>,
    /// 审核与决定分离: why who reviewed may not decide, in words; `None` where they may.
    pub two_persons: Option<String>,
    /// 免申即享: what Linli may grant by itself; `None` where a person decides.
    pub unasked: Option<UnaskedRule>,
    /// To reach the person after a low rating.
    pub follow_up: Term,
    /// What it may come to.
    pub outcomes: Vec<OutcomeRule>,
    /// Why it may be refused at intake.
    pub intake_grounds: Vec<Ground>,
    /// Why it may be refused.
    pub grounds: Vec<Ground>,
    /// The ways of appeal, by code.
    pub appeals: Vec<String>,
    /// On which channels one may apply.
    pub channels: Vec<Channel>,
    /// The papers it knows, by id.
    pub papers: Vec<String>,
    /// The questions it asks, by id.
    pub questions: Vec<String>,
}

impl Rules {
    /// The rules of `service`.
    #[must_use]
    pub fn of(service: &Service) -> Self {
        let total = term(&service.clock.total);
        let special = service.clock.special.as_ref().map_or(0, |term| term.days);
        Self {
            service: service.id.clone(),
            version: service.version,
            stations: service.steps.iter().map(station).collect(),
            intake: term(&service.intake.within),
            starts: service.clock.starts,
            total,
            total_article: service.clause(&service.clock.total.basis).zh,
            extension_days: special.saturating_sub(total.days),
            supplement: term(&service.clock.supplement),
            suspends: service.clock.suspends.clone(),
            notice: notice(service),
            after_notice: service.decision.after_notice.as_ref().map(term),
            refusal_in_writing: service.decision.refusal_in_writing.as_ref().map(term),
            two_persons: two_persons(service),
            unasked: unasked(service),
            follow_up: term(&service.rating.follow_up),
            outcomes: service.decision.results.iter().map(outcome).collect(),
            intake_grounds: grounds(service, &service.intake.grounds),
            grounds: grounds(service, &service.decision.grounds),
            appeals: service.appeals.iter().map(|one| one.code.clone()).collect(),
            channels: service.guide.ways.iter().map(|way| way.channel).collect(),
            papers: service.guide.papers.iter().map(|p| p.id.clone()).collect(),
            questions: service
                .form
                .questions
                .iter()
                .map(|q| q.id.clone())
                .collect(),
        }
    }

    /// The station counted `index` from 0; the last one when `index` lies beyond.
    ///
    /// # Panics
    /// When the service has no step, which the catalogue's checks refuse.
    #[must_use]
    pub fn station(&self, index: u8) -> &Station {
        self.stations
            .get(usize::from(index))
            .or_else(|| self.stations.last())
            .expect("a service has at least one step: the catalogue's checks see to it")
    }

    /// Whether there is a station after `index`.
    #[must_use]
    pub fn has_next(&self, index: u8) -> bool {
        usize::from(index) + 1 < self.stations.len()
    }

    /// The first station that may do `act`.
    #[must_use]
    pub fn station_that_may(&self, act: Act) -> Option<u8> {
        let at = self.stations.iter().position(|one| one.may(act))?;
        u8::try_from(at).ok()
    }

    /// Where a case of `area` begins: at the first desk, or, when it was filed at a street's own
    /// counter, at the first desk that stands at a street or above and may accept.
    #[must_use]
    pub fn first_station(&self, area: &AreaPath) -> u8 {
        let is_street = area.depth() <= 2;
        let fits =
            |one: &Station| one.may(Act::Accept) && !(is_street && one.level == Level::Committee);
        let at = self.stations.iter().position(fits).unwrap_or(0);
        u8::try_from(at).unwrap_or(0)
    }

    /// Where a case that is done again goes: to whoever decides.
    #[must_use]
    pub fn deciding_station(&self) -> u8 {
        self.station_that_may(Act::Decide).unwrap_or(0)
    }

    /// Whether a review has to be recorded before the decision.
    #[must_use]
    pub fn wants_review(&self) -> bool {
        self.station_that_may(Act::Review).is_some()
    }

    /// The desk of station `index` for a case of `area`.
    #[must_use]
    pub fn desk(&self, index: u8, area: &AreaPath) -> Desk {
        let station = self.station(index);
        Desk {
            role: station.role,
            area: area_on(station.level, area),
        }
    }

    /// The supervisor's desk for a case of `area`: at its street.
    #[must_use]
    pub fn supervisor(area: &AreaPath) -> Desk {
        Desk {
            role: Role::Supervisor,
            area: area_on(Level::Street, area),
        }
    }

    /// Whether the clock stands still for `why`.
    #[must_use]
    pub fn stops_for(&self, why: Suspension) -> bool {
        self.suspends.contains(&why)
    }

    /// The result with this code.
    #[must_use]
    pub fn outcome(&self, code: &str) -> Option<&OutcomeRule> {
        self.outcomes.iter().find(|one| one.code == code)
    }
}

/// The area on `level` to which a case of `area` belongs: a path is district, street, (community,)
/// committee, so the committee's is the case's own.
#[must_use]
pub fn area_on(level: Level, area: &AreaPath) -> AreaPath {
    let depth = match level {
        Level::Committee => return area.clone(),
        Level::Street => 2,
        Level::District => 1,
    };
    let mut at = area.clone();
    while at.depth() > depth {
        let Some(up) = at.parent() else { break };
        at = up;
    }
    at
}

/// A term of the catalogue as the reckoning counts it.
#[must_use]
pub fn term(term: &catalogue::Term) -> Term {
    match term.unit {
        catalogue::DayUnit::Working => Term::working(term.days),
        catalogue::DayUnit::Calendar => Term::calendar(term.days),
    }
}

fn station(step: &catalogue::Step) -> Station {
    Station {
        id: step.id.clone(),
        role: step.role,
        level: step.level,
        may: step.may.clone(),
        within: term(&step.within),
    }
}

fn notice(service: &Service) -> Option<NoticeRule> {
    let rule = &service.notice;
    let days = rule.term.as_ref().filter(|_| rule.public)?;
    Some(NoticeRule {
        // The notice hangs its full days, whatever weekday the last one is.
        term: Term {
            roll: false,
            ..term(days)
        },
        shows: rule.shows.clone(),
        article: service.clause(&rule.basis).zh,
    })
}

fn two_persons(service: &Service) -> Option<String> {
    let rule = service.decision.two_persons.as_ref()?;
    rule.required.then(|| service.clause(&rule.basis).zh)
}

fn unasked(service: &Service) -> Option<UnaskedRule> {
    let rule = service.unasked.as_ref()?.grant.as_ref()?;
    Some(UnaskedRule {
        result: rule.result.clone(),
        from: rule.from,
        words: rule.explain.zh.clone(),
    })
}

fn outcome(one: &catalogue::Outcome) -> OutcomeRule {
    OutcomeRule {
        code: one.code.clone(),
        kind: one.kind,
        every: one.pays.as_ref().map(|pays| pays.every),
        max_months: one.pays.as_ref().and_then(|pays| pays.max_months),
    }
}

fn grounds(service: &Service, grounds: &[catalogue::Ground]) -> Vec<Ground> {
    grounds
        .iter()
        .map(|one| Ground {
            code: one.code.clone(),
            article: service.clause(&one.basis).zh,
        })
        .collect()
}

/// Working days or calendar days, as message keys say it.
#[must_use]
pub fn unit_code(unit: DayUnit) -> &'static str {
    match unit {
        DayUnit::Working => "working",
        DayUnit::Calendar => "calendar",
    }
}
