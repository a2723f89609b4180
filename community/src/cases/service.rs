//! The doors: file a case, act on one, look one up, let the clocks run out.
//!
//! The gate is asked inside [`decide`], so no page or program can go round it.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::Date;
use linli_kernel::clock::shanghai_date;
use linli_kernel::{Actor, CaseId, Fault, Refusal, ResidentId, StreamId};
use linli_units::CaseNumber;
use serde_json::{Value, json};

use super::command::{Command, Filing};
use super::decide::{self, Context, Identity};
use super::queries;
use super::refusal::No;
use super::register::Cases;
use super::rules::Rules;
use super::state::{State, Wait};
use crate::catalogue::{self, Service};
use crate::feature::{Call, Feature as _, Loaded, Meta, Plan, Problem, digest_of};
use crate::node::Linli;
pub(super) use crate::reactions::kin_of as kin;

/// 回执: what the applicant gets.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// Which case.
    pub case: CaseId,
    /// Its number.
    pub number: CaseNumber,
    /// What happens next and by when, and by when the result is promised.
    pub wait: Option<Wait>,
    /// The place of its first entry in the log: the journal's receipt proves it.
    pub seq: u64,
    /// Whether the same filing had been sent before: this is that case.
    pub repeated: bool,
}

/// 免申即享: a case that Linli files and grants by itself.
#[derive(Debug)]
pub struct Unasked<'a> {
    /// Which case it will be.
    pub id: CaseId,
    /// What is filed, from the registers alone; nobody declared anything.
    pub filing: &'a Filing,
    /// What is granted.
    pub grant: decide::Grant,
    /// Why: the policy's answers with their trees.
    pub reckoning: Arc<Value>,
}

/// What became of a command on a case.
#[derive(Debug, Clone)]
pub struct Done {
    /// The case afterwards.
    pub case: Arc<State>,
    /// The version of its stream.
    pub version: u64,
    /// The places of its first and last entry in the log; `None` when it had been done before.
    pub seqs: Option<(u64, u64)>,
}

/// 申请, 代办登记: files a case. The answers are checked by the service's form, once more.
///
/// # Errors
/// [`Problem`]: every refusal with its field, or a fault.
pub async fn file(linli: &Linli, call: Call<'_>, filing: &Filing) -> Result<Receipt, Problem> {
    let digest = digest_of(filing)?;
    let today = linli.clock().today();
    if linli.areas().get(&filing.area).is_none() {
        return Err(refused(No::AreaUnknown(filing.area.to_string())));
    }
    let catalogue = linli.catalogue();
    let service = catalogue
        .service_in(&filing.service, &filing.area, today)
        .ok_or_else(|| refused(No::ServiceUnknown(filing.service.clone())))?;
    let mut filing = checked(&service, filing, today)?;
    filing.applicant = linli.survivor(filing.applicant);
    linli
        .check_attached(filing.applicant, &filing.papers)
        .await?;
    let rules = rules(linli, &service, &filing)?;
    let (number, serial) = linli.new_case_number()?;
    let id = CaseId::new(linli.clock());
    let identity = Identity {
        id,
        number: number.as_str().to_owned(),
        serial,
    };
    let kin = kin(linli, call.actor).await?;
    let now = linli.clock().now();
    let context = Context {
        now,
        actor: call.actor,
        kin: &kin,
        rules: &rules,
        calendar: linli.calendar(),
        reckoning: None,
    };
    let events = decide::file(&filing, &identity, &context)?;
    let wait = events.last().and_then(|event| event.wait.clone());
    let meta = Meta {
        at: now,
        actor: call.actor,
    };
    let mut plan = Plan::default();
    let blank = Loaded {
        state: Arc::new(None),
        version: 0,
    };
    let _filed = plan.add::<Cases>(&id.into(), &blank, &events, meta)?;
    let answer = json!({ "case": id, "number": number.as_str() });
    match linli.submit(call, digest, plan, answer, now).await? {
        linli_journal::Appended::Done { first_seq, .. } => Ok(Receipt {
            case: id,
            number,
            wait,
            seq: first_seq,
            repeated: false,
        }),
        linli_journal::Appended::Repeated { answer } => filed_before(linli, &answer).await,
    }
}

/// Adds to `plan` a case that Linli files and grants by itself; gives its number.
///
/// # Errors
/// [`Problem`]: what [`decide::grant`] refuses, or a fault.
pub fn add_granted(
    linli: &Linli,
    call: Call<'_>,
    unasked: &Unasked<'_>,
    plan: &mut Plan,
) -> Result<CaseNumber, Problem> {
    let filing = unasked.filing;
    let catalogue = linli.catalogue();
    let service = catalogue
        .service_in(&filing.service, &filing.area, linli.clock().today())
        .ok_or_else(|| refused(No::ServiceUnknown(filing.service.clone())))?;
    let rules = rules(linli, &service, filing)?;
    let (number, serial) = linli.new_case_number()?;
    let identity = Identity {
        id: unasked.id,
        number: number.as_str().to_owned(),
        serial,
    };
    let now = linli.clock().now();
    let context = Context {
        now,
        actor: call.actor,
        kin: &[],
        rules: &rules,
        calendar: linli.calendar(),
        reckoning: Some(&unasked.reckoning),
    };
    let events = decide::grant(filing, unasked.grant, &identity, &context)?;
    let meta = Meta {
        at: now,
        actor: call.actor,
    };
    let blank = Loaded {
        state: Arc::new(None),
        version: 0,
    };
    let _filed = plan.add::<Cases>(&unasked.id.into(), &blank, &events, meta)?;
    Ok(number)
}

fn refused(no: No) -> Problem {
    Problem::from(Refusal::from(no))
}

/// The filing with its answers in the form they are kept in.
fn checked(service: &Service, filing: &Filing, today: Date) -> Result<Filing, Problem> {
    let facts = catalogue::Facts::default();
    let form = catalogue::Form::new(service, &facts, today);
    let checked = form
        .check(&filing.answers, &filing.declared)
        .map_err(Problem::Refused)?;
    let answers = checked.answers.into_iter();
    Ok(Filing {
        answers: answers.map(|(id, answered)| (id, answered.value)).collect(),
        ..filing.clone()
    })
}

fn rules(linli: &Linli, service: &Service, filing: &Filing) -> Result<Arc<Rules>, Problem> {
    linli
        .rules(
            &service.id,
            service.version,
            &filing.area,
            linli.clock().today(),
        )
        .ok_or_else(|| refused(No::ServiceUnknown(service.id.clone())))
}

async fn filed_before(linli: &Linli, answer: &Value) -> Result<Receipt, Problem> {
    let damaged = || Fault::Damaged("the stored answer of a filing".to_owned());
    let id: CaseId = answer["case"]
        .as_str()
        .and_then(|text| text.parse().ok())
        .ok_or_else(damaged)?;
    let stream = StreamId::from(id);
    let entries = linli.journal().stream(&stream).await?;
    let seq = entries.first().map(|entry| entry.seq).ok_or_else(damaged)?;
    let (case, _) = load(linli, id).await?;
    Ok(Receipt {
        case: id,
        number: CaseNumber::parse(&case.number).map_err(|_bad| damaged())?,
        wait: case.wait.clone(),
        seq,
        repeated: true,
    })
}

/// The case `id` and the version of its stream, whoever asks: callers check who may see it.
///
/// # Errors
/// [`Problem`]: `cases.unknown`, or a fault.
pub(super) async fn load(linli: &Linli, id: CaseId) -> Result<(Arc<State>, u64), Problem> {
    let loaded = linli.load::<Cases>(&id.into()).await?;
    match &*loaded.state {
        Some(case) => Ok((Arc::clone(case), loaded.version)),
        None => Err(refused(No::Unknown)),
    }
}

/// A case and the service it was filed under, whoever asks: for other features, which check who may
/// see what they make of it.
///
/// # Errors
/// [`Problem`]: `cases.unknown`, or a fault.
pub(crate) async fn of(linli: &Linli, id: CaseId) -> Result<(Arc<State>, Arc<Service>), Problem> {
    let (case, _) = load(linli, id).await?;
    let filed_on = shanghai_date(case.submitted_at);
    let service = linli.service(&case.service, case.service_version, &case.area, filed_on);
    let service = service.ok_or_else(|| missing_service(&case))?;
    Ok((case, service))
}

/// The rules a case was filed under.
///
/// # Errors
/// [`Fault::Setting`] when the catalogue no longer holds that version of the service.
pub(super) fn rules_of(linli: &Linli, case: &State) -> Result<Arc<Rules>, Fault> {
    let filed_on = shanghai_date(case.submitted_at);
    linli
        .rules(&case.service, case.service_version, &case.area, filed_on)
        .ok_or_else(|| missing_service(case))
}

pub(super) fn missing_service(case: &State) -> Fault {
    Fault::Setting(format!(
        "the catalogue lacks {} version {}, under which case {} was filed: put its file back",
        case.service, case.service_version, case.number
    ))
}

/// Does `command` to the case `id`.
///
/// # Errors
/// [`Problem`]: refused, in conflict with what the caller saw, or a fault.
pub async fn act(
    linli: &Linli,
    call: Call<'_>,
    id: CaseId,
    command: &Command,
) -> Result<Done, Problem> {
    let digest = digest_of(&(id, command))?;
    let kin = kin(linli, call.actor).await?;
    if let Command::Transfer { area, .. } = command
        && linli.areas().get(area).is_none()
    {
        return Err(refused(No::AreaUnknown(area.to_string())));
    }
    if let Command::Supplement { papers, .. } = command {
        let (case, _) = load(linli, id).await?;
        linli.check_attached(case.applicant, papers).await?;
    }
    let stream = StreamId::from(id);
    let reckoning = match command {
        Command::Decide { decision, .. } => reckoned(linli, id, decision.from).await?,
        _ => None,
    };
    let asked = Asked {
        call,
        kin: &kin,
        reckoning: reckoning.as_ref(),
    };
    let performed = linli
        .perform::<Cases, _>(call, digest, &stream, |case| {
            let case = case.as_deref().ok_or_else(|| vec![No::Unknown.into()])?;
            one(linli, &asked, case, command)
        })
        .await?;
    if let Some(case) = &*performed.state
        && touches_award(command)
    {
        Box::pin(crate::reactions::case_decided(linli, case)).await?;
    }
    match &*performed.state {
        Some(case) => Ok(Done {
            case: Arc::clone(case),
            version: performed.version,
            seqs: performed.seqs,
        }),
        None => Err(refused(No::Unknown)),
    }
}

/// Whether a command may make a decision, or set one aside: a grant without application is set aside
/// by withdrawing.
fn touches_award(command: &Command) -> bool {
    matches!(
        command,
        Command::Decide { .. }
            | Command::Settle { .. }
            | Command::RecordAppealResult { .. }
            | Command::Withdraw { .. }
    )
}

/// What the policies of the case's service say on the day from which the decision holds, to be kept
/// with it; `None` where none speaks of it.
async fn reckoned(
    linli: &Linli,
    id: CaseId,
    from: Option<Date>,
) -> Result<Option<Arc<Value>>, Problem> {
    let (case, _) = load(linli, id).await?;
    let on = from.unwrap_or_else(|| linli.clock().today());
    let answers = linli.reckon_case(&case, on).await?;
    let told: Vec<Value> = answers.into_iter().map(|one| one.told).collect();
    Ok((!told.is_empty()).then(|| Arc::new(Value::Array(told))))
}

type Decided = Result<(Vec<super::Event>, Value), Vec<Refusal>>;

/// Who asks, and what was looked up for it.
struct Asked<'a> {
    call: Call<'a>,
    kin: &'a [ResidentId],
    reckoning: Option<&'a Arc<Value>>,
}

fn one(linli: &Linli, asked: &Asked<'_>, case: &State, command: &Command) -> Decided {
    let rules = rules_of(linli, case)
        .map_err(|_missing| vec![Refusal::from(No::ServiceUnknown(case.service.clone()))])?;
    let actor = linli.acting_as(asked.call.actor, Some(case.applicant));
    let context = Context {
        now: linli.clock().now(),
        actor: &actor,
        kin: asked.kin,
        rules: &rules,
        calendar: linli.calendar(),
        reckoning: asked.reckoning,
    };
    let kept = kept(linli, case, command)?;
    let command = kept.as_ref().unwrap_or(command);
    let (case, mut events) = where_it_lies(linli, case, command, &context);
    events.extend(decide::decide(&case, command, &context).map_err(|no| vec![no])?);
    Ok((events, json!({ "case": case.id })))
}

/// The case under its area of today, and the events that take it there: what had ended when its area
/// moved kept the path of its time, and follows when somebody acts on it again.
fn where_it_lies<'a>(
    linli: &Linli,
    case: &'a State,
    command: &Command,
    context: &Context<'_>,
) -> (Cow<'a, State>, Vec<super::Event>) {
    let areas = linli.areas();
    let today = areas.today(&case.area).filter(|today| **today != case.area);
    let (Some(area), false) = (today, matches!(command, Command::Transfer { .. })) else {
        return (Cow::Borrowed(case), Vec::new());
    };
    let follow = Command::Transfer {
        area: area.clone(),
        words: crate::reactions::AREA_MOVED.to_owned(),
    };
    let linli_itself = Context {
        actor: &Actor::system(),
        ..*context
    };
    let Ok(events) = decide::decide(case, &follow, &linli_itself) else {
        return (Cow::Borrowed(case), Vec::new());
    };
    let mut there = Some(Arc::new(case.clone()));
    let meta = Meta {
        at: context.now,
        actor: linli_itself.actor,
    };
    for event in &events {
        Cases::apply(&mut there, &case.id.into(), event, meta);
    }
    let there = there.map_or_else(|| case.clone(), |case| State::clone(&case));
    (Cow::Owned(there), events)
}

/// A supplement with its answers in the form they are kept in; `None` for anything else.
fn kept(linli: &Linli, case: &State, command: &Command) -> Result<Option<Command>, Vec<Refusal>> {
    let Command::Supplement {
        channel,
        answers,
        papers,
        words,
    } = command
    else {
        return Ok(None);
    };
    let filed_on = shanghai_date(case.submitted_at);
    let service = linli.service(&case.service, case.service_version, &case.area, filed_on);
    let Some(service) = service.filter(|_| !answers.is_empty()) else {
        return Ok(None);
    };
    let facts = catalogue::Facts::default();
    let form = catalogue::Form::new(&service, &facts, linli.clock().today());
    let mut kept = answers.clone();
    let mut problems = Vec::new();
    for (id, typed) in &mut kept {
        let Some(question) = form.question(id) else {
            continue;
        };
        match form.read(question, typed) {
            Ok(value) => *typed = value,
            Err(refusals) => problems.extend(refusals),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Some(Command::Supplement {
        channel: *channel,
        answers: kept,
        papers: papers.clone(),
        words: words.clone(),
    }))
}

/// Finds a case by its number and the phone number given with it, without an account.
///
/// The phone number is compared with the sealed one; an unknown number and a wrong phone are told
/// apart to nobody.
///
/// # Errors
/// [`Problem`]: `cases.number-…` naming which check of the number failed,
/// `cases.number-and-phone-differ`, or a fault.
pub async fn look_up(linli: &Linli, number: &str, phone: &str) -> Result<CaseId, Problem> {
    let number = CaseNumber::parse(number)
        .map_err(|bad| Refusal::new(&format!("cases.number-{}", bad.code())).on("number"))?;
    let differ = || refused(No::NumberAndPhoneDiffer);
    let row = queries::by_number(linli.journal().reader(), &number).await?;
    let row = row.ok_or_else(differ)?;
    let (case, _) = load(linli, row.id).await?;
    if same_phone(&case.phone, phone) {
        Ok(row.id)
    } else {
        Err(differ())
    }
}

/// Compares the digits, all of them whatever the first difference, so that time tells nothing.
fn same_phone(known: &str, given: &str) -> bool {
    let known = phone_digits(known);
    let given = phone_digits(given);
    if known.is_empty() || known.len() != given.len() {
        return false;
    }
    let differences = known.iter().zip(&given).map(|(a, b)| a ^ b);
    differences.fold(0, |all, one| all | one) == 0
}

fn phone_digits(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|c| c.to_digit(10).or_else(|| full_width(c)))
        .filter_map(|d| u8::try_from(d).ok())
        .collect();
    // The country's own code may stand before a mobile number.
    match digits.as_slice() {
        [8, 6, rest @ ..] if rest.len() == 11 => rest.to_vec(),
        _ => digits,
    }
}

fn full_width(c: char) -> Option<u32> {
    ('\u{ff10}'..='\u{ff19}')
        .contains(&c)
        .then(|| u32::from(c) - 0xff10)
}
