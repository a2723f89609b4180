//! One case, for a person to read: what it is, who has it, what may be done and why not, and its
//! whole history with person, post, time, before and after.
//!
//! What a reader may see hangs on who they are. The applicant reads what concerns them, not the
//! notes among staff nor who objected; the desks read the case, not who gave which grade (好差评:
//! handlers see totals, not who).

use std::sync::Arc;

use jiff::Timestamp;
use linli_journal::Recorded;
use linli_kernel::gate::{Target, permits};
use linli_kernel::{Action, Actor, CaseId, Refusal, Role};
use linli_units::{NoCalendar, Reckoning};

use super::command::{Grade, Verb};
use super::decide::{Context, may};
use super::events::{Event, Fact};
use super::register::{Cases, MaybeCase};
use super::rules::Rules;
use super::service::{kin, load, missing_service, rules_of};
use super::state::{Owner, Phase, State, Wait};
use crate::catalogue::Service;
use crate::feature::{Feature, Meta, Problem};
use crate::node::Linli;

/// Whether a verb may be asked now, by this reader; and if not, why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// What may be asked.
    pub verb: Verb,
    /// Why it may not.
    pub refusal: Option<Refusal>,
}

/// What a reader is to the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The applicant, or who acts for them.
    Applicant,
    /// Staff at or over its desks.
    Staff,
    /// The supervisor or the auditor: sees ratings too.
    Overseer,
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq)]
pub struct Happening {
    /// Its place in the log.
    pub seq: u64,
    /// The version of the case it made.
    pub version: u64,
    /// When.
    pub at: Timestamp,
    /// Who, in which post.
    pub actor: Actor,
    /// What. The reader's messages are keyed by [`Happening::key`].
    pub fact: Fact,
    /// The words that go with it, where this reader may read them.
    pub words: String,
    /// The amount that goes with it.
    pub amount_fen: Option<i64>,
    /// The phase before.
    pub before: Phase,
    /// The phase after.
    pub after: Phase,
    /// Where it left the case; `None` when that did not change.
    pub wait: Option<Wait>,
}

impl Happening {
    /// The message key of the plain sentence: `progress-event-submitted`.
    #[must_use]
    pub fn key(&self) -> String {
        let kind = self.fact.kind();
        let name = kind.strip_prefix("cases.").unwrap_or(kind);
        format!("progress-event-{name}")
    }
}

/// A case as one reader sees it.
#[derive(Debug, Clone)]
pub struct CaseView {
    /// The case.
    pub case: Arc<State>,
    /// The version of its stream: send it back with a command as what was seen.
    pub version: u64,
    /// What the reader is to it.
    pub reader: Reader,
    /// The service's version it was filed under.
    pub service: Arc<Service>,
    /// That service's rules.
    pub rules: Arc<Rules>,
    /// The reckoning of the decision's clock; `None` before it has started; the missing year when
    /// the calendar has no data.
    pub reckoning: Option<Result<Reckoning, NoCalendar>>,
    /// Every verb, with why not.
    pub allowed: Vec<Allowed>,
    /// What happened, the oldest first.
    pub history: Vec<Happening>,
    /// The rating, where this reader may see it.
    pub rating: Option<Grade>,
}

impl CaseView {
    /// The verbs that may be asked now.
    pub fn open_verbs(&self) -> impl Iterator<Item = Verb> {
        let open = self.allowed.iter().filter(|one| one.refusal.is_none());
        open.map(|one| one.verb)
    }

    /// Whether `verb` may be asked now.
    #[must_use]
    pub fn allows(&self, verb: Verb) -> bool {
        self.open_verbs().any(|one| one == verb)
    }

    /// What happened, newest first, as a parcel is tracked: for the applicant.
    pub fn progress(&self) -> impl Iterator<Item = &Happening> {
        self.history
            .iter()
            .rev()
            .filter(|one| shown_to_applicant(&one.fact))
    }

    /// What happened since the reader saw `version`: what to show beside their own change.
    pub fn since(&self, version: u64) -> impl Iterator<Item = &Happening> {
        self.history.iter().filter(move |one| one.version > version)
    }
}

/// The case `id` as `actor` sees it.
///
/// # Errors
/// [`Problem`]: the gate's refusal, `cases.unknown`, or a fault.
pub async fn view(linli: &Linli, actor: &Actor, id: CaseId) -> Result<CaseView, Problem> {
    let (case, version) = load(linli, id).await?;
    let areas = linli.areas();
    let target = Target {
        // What ended before its area moved is read by whoever covers the area today.
        area: areas.today(&case.area).unwrap_or(&case.area),
        subject: Some(case.applicant),
    };
    let acting = linli.acting_as(actor, Some(case.applicant));
    permits(&acting, Action::CaseRead, target)?;
    let kin = kin(linli, actor).await?;
    let rules = rules_of(linli, &case)?;
    let context = Context {
        now: linli.clock().now(),
        actor: &acting,
        kin: &kin,
        rules: &rules,
        calendar: linli.calendar(),
        reckoning: None,
    };
    let allowed = allowed(&case, &context);
    let reader = reader(actor);
    make(linli, case, version, reader, allowed).await
}

/// The case `id` as its applicant would see it, without verbs: for who looked it up by number and
/// phone.
///
/// # Errors
/// [`Problem`]: `cases.unknown`, or a fault.
pub async fn tracked(linli: &Linli, id: CaseId) -> Result<CaseView, Problem> {
    let (case, version) = load(linli, id).await?;
    make(linli, case, version, Reader::Applicant, Vec::new()).await
}

async fn make(
    linli: &Linli,
    case: Arc<State>,
    version: u64,
    reader: Reader,
    allowed: Vec<Allowed>,
) -> Result<CaseView, Problem> {
    let filed_on = linli_kernel::clock::shanghai_date(case.submitted_at);
    let service = linli
        .service(&case.service, case.service_version, &case.area, filed_on)
        .ok_or_else(|| missing_service(&case))?;
    let rules = rules_of(linli, &case)?;
    let today = linli.clock().today();
    let reckoning = case.clock.reckoning(&rules, linli.calendar(), today);
    let entries = linli.journal().stream(&case.id.into()).await?;
    let history = history(&entries, reader)
        .map_err(|e| linli_kernel::Fault::Damaged(format!("case {}: {e}", case.number)))?;
    let rating = case.rating.filter(|_| reader != Reader::Staff);
    Ok(CaseView {
        case,
        version,
        reader,
        service,
        rules,
        reckoning: reckoning.transpose(),
        allowed,
        history,
        rating,
    })
}

/// What the actor may ask of the case, and why not.
#[must_use]
pub fn allowed(case: &State, context: &Context<'_>) -> Vec<Allowed> {
    Verb::ALL
        .iter()
        .map(|verb| Allowed {
            verb: *verb,
            refusal: may(case, *verb, context).err(),
        })
        .collect()
}

fn reader(actor: &Actor) -> Reader {
    match actor.role() {
        Some(Role::Resident | Role::HouseholdProxy) | None => Reader::Applicant,
        Some(Role::Supervisor | Role::Auditor) => Reader::Overseer,
        Some(_) => Reader::Staff,
    }
}

/// What happened in a case by these entries, for an officer: one that took another way on a node that
/// no longer kept it has no view of its own.
///
/// # Errors
/// [`FoldError`](linli_journal::FoldError) when an entry cannot be understood.
pub fn branch_history(entries: &[Recorded]) -> Result<Vec<Happening>, linli_journal::FoldError> {
    history(entries, Reader::Staff)
}

/// Folds the entries once more, noting each step.
fn history(
    entries: &[Recorded],
    reader: Reader,
) -> Result<Vec<Happening>, linli_journal::FoldError> {
    let mut state: MaybeCase = None;
    let mut lines = Vec::with_capacity(entries.len());
    for entry in entries.iter().filter(|entry| !entry.is_handover()) {
        let event = Event::read(entry)?;
        let before = phase_of(&state);
        let meta = Meta {
            at: entry.at,
            actor: &entry.actor,
        };
        Cases::apply(&mut state, &entry.stream, &event, meta);
        let after = phase_of(&state);
        if hidden(&event.fact, reader) {
            continue;
        }
        let words = if words_shown(&event.fact, reader) {
            event.private.words
        } else {
            String::new()
        };
        lines.push(Happening {
            seq: entry.seq,
            version: entry.version,
            at: entry.at,
            actor: entry.actor.clone(),
            fact: event.fact,
            words,
            amount_fen: event.private.amount_fen,
            before,
            after,
            wait: event.wait,
        });
    }
    Ok(lines)
}

/// A moment of a case: what happened, and the case as that left it.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    pub(crate) version: u64,
    pub(crate) at: Timestamp,
    pub(crate) fact: Fact,
    pub(crate) case: Arc<State>,
}

/// The moments of the case `id` that `wanted` picks, the oldest first.
pub(crate) async fn moments(
    linli: &Linli,
    id: CaseId,
    wanted: impl Fn(&Fact) -> bool,
) -> Result<Vec<Moment>, Problem> {
    let entries = linli.journal().stream(&id.into()).await?;
    let mut state: MaybeCase = None;
    let mut found = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.is_handover()) {
        let event = Event::read(entry)
            .map_err(|e| linli_kernel::Fault::Damaged(format!("case {id}: {e}")))?;
        let meta = Meta {
            at: entry.at,
            actor: &entry.actor,
        };
        Cases::apply(&mut state, &entry.stream, &event, meta);
        if let Some(case) = state.as_ref().filter(|_| wanted(&event.fact)) {
            found.push(Moment {
                version: entry.version,
                at: entry.at,
                case: Arc::clone(case),
                fact: event.fact,
            });
        }
    }
    Ok(found)
}

fn phase_of(state: &MaybeCase) -> Phase {
    state.as_ref().map_or(Phase::Blank, |case| case.phase)
}

/// Lines a reader does not get at all.
fn hidden(fact: &Fact, reader: Reader) -> bool {
    match (fact, reader) {
        (Fact::Said(said), Reader::Applicant) => said.internal,
        (Fact::Rated(_), Reader::Staff) => true,
        _ => false,
    }
}

/// Whether the reader may read the words of a line: notes among staff, findings about neighbours
/// and who objected are not for the applicant; what the person said when rating is not for the
/// desks.
fn words_shown(fact: &Fact, reader: Reader) -> bool {
    match reader {
        Reader::Overseer => true,
        Reader::Staff => !matches!(fact, Fact::FollowedUp(_)),
        Reader::Applicant => matches!(
            fact,
            Fact::IntakeRefused(_)
                | Fact::SupplementAsked(_)
                | Fact::Supplemented(_)
                | Fact::Decided(_)
                | Fact::Rated(_)
                | Fact::Withdrawn(_)
                | Fact::Transferred(_)
                | Fact::Extended(_)
                | Fact::Disputed(_)
                | Fact::Settled(_)
                | Fact::Appealed(_)
                | Fact::AppealAnswered(_)
                | Fact::Said(_)
                | Fact::ReceiptCorrected(_)
        ),
    }
}

/// Steps that mean something to the applicant; taking and putting back do not.
fn shown_to_applicant(fact: &Fact) -> bool {
    !matches!(
        fact,
        Fact::Taken(_) | Fact::PutBack(_) | Fact::Flagged(_) | Fact::Reckoned(_)
    )
}

/// The desk or the applicant, as a message key's last part: `desk-street_officer`, `applicant`.
#[must_use]
pub fn owner_key(owner: &Owner) -> String {
    match owner {
        Owner::Applicant => "applicant".to_owned(),
        Owner::Desk(desk) => format!("desk-{}", desk.role.code()),
    }
}
