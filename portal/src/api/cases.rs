//! Cases: file, list, read, act, and the receipt that proves one is in the log.

use axum::Json as Answer;
use axum::extract::{FromRequest as _, Path, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use linli_community::cases::register::Cases;
use linli_community::cases::{self, Filter, Phase, queries, view};
use linli_community::catalogue::Channel;
use linli_community::feature::{Call, Problem};
use linli_community::residents::{Purpose, Why};
use linli_kernel::gate::{Target, permits};
use linli_kernel::{Action, CaseId, Fault, Refusal};
use linli_units::CaseNumber;

use super::body::Json;
use super::shapes::{
    Act, Acted, CaseLine, CasePage, CaseShape, Filed, NewCase, PersonShape, WaitShape,
};
use crate::Portal;
use crate::desk::trouble;
use crate::shell::{Kept, Query, Signed, Trouble};

/// The most cases of one page.
const MOST: u64 = 100;

/// What a domain problem is to a program: of a conflict, the version it is at.
fn told(problem: Problem) -> Trouble {
    match problem {
        Problem::Conflict { found, .. } => Trouble::Conflict(Kept {
            now: vec![("version".to_owned(), found.to_string())],
            ..Kept::default()
        }),
        other => trouble(other),
    }
}

/// File a case.
#[utoipa::path(post, path = "/api/v1/cases", tag = "cases", operation_id = "createCase",
    request_body = NewCase,
    responses(
        (status = 201, description = "Filed", body = Filed),
        (status = 200, description = "This very filing had been sent before", body = Filed),
        (status = 422, description = "Rules say no", body = super::shapes::ProblemShape, content_type = "application/problem+json"),
    ), security(("token" = [])))]
pub(super) async fn create(
    State(portal): State<Portal>,
    signed: Signed,
    Json(new): Json<NewCase>,
) -> Result<Response, Trouble> {
    let (command, filing) = new.split();
    let call = Call {
        command,
        actor: &signed.actor,
        expected: None,
    };
    let receipt = cases::file(&portal.linli, call, &filing)
        .await
        .map_err(told)?;
    let status = if receipt.repeated {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let place = format!("/api/v1/cases/{}", receipt.case);
    let body = Filed {
        id: receipt.case,
        number: receipt.number.as_str().to_owned(),
        repeated: receipt.repeated,
        seq: receipt.seq,
        wait: receipt.wait.as_ref().map(WaitShape::of),
    };
    let mut response = (status, Answer(body)).into_response();
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// The cases this token may read, newest first.
#[utoipa::path(get, path = "/api/v1/cases", tag = "cases", operation_id = "listCases",
    params(
        ("service" = Option<String>, Query, description = "Only of this service"),
        ("phase" = Option<String>, Query, description = "Only in this phase"),
        ("channel" = Option<String>, Query, description = "Only that came in this way"),
        ("area" = Option<String>, Query, description = "Only in this area and below"),
        ("open" = Option<bool>, Query, description = "Only open or only ended ones"),
        ("overdue" = Option<bool>, Query, description = "Only those past their deadline"),
        ("limit" = Option<u64>, Query, description = "Cases a page, at most 100", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "Where the page before ended"),
    ),
    responses(
        (status = 200, description = "A page of cases", body = CasePage),
        (status = 422, description = "A value of the query means nothing", body = super::shapes::ProblemShape, content_type = "application/problem+json"),
    ),
    security(("token" = [])))]
pub(super) async fn list(
    State(portal): State<Portal>,
    signed: Signed,
    query: Query,
) -> Result<Answer<CasePage>, Trouble> {
    let mut asked = Asked {
        query: &query,
        wrong: Vec::new(),
    };
    let yes = |text: &str| match text {
        "true" | "yes" => Some(true),
        "false" | "no" => Some(false),
        _ => None,
    };
    let limit = |text: &str| text.parse().ok().filter(|n| (1..=MOST).contains(n));
    let limit = asked.read("limit", limit).unwrap_or(50);
    let filter = Filter {
        area: asked.read("area", |area| area.parse().ok()),
        service: query.get("service").map(str::to_owned),
        phase: asked.read("phase", Phase::from_code),
        channel: asked.read("channel", Channel::from_code),
        open: asked.read("open", yes),
        overdue: asked.read("overdue", yes) == Some(true),
        before: asked.read("cursor", |cursor| u32::from_str_radix(cursor, 36).ok()),
        descending: true,
        page: 1,
        size: limit,
        ..Filter::default()
    };
    if !asked.wrong.is_empty() {
        return Err(Trouble::Refused(asked.wrong));
    }
    let found = queries::list(&portal.linli, &signed.actor, &filter)
        .await
        .map_err(told)?;
    let last = found.rows.last().map(|row| row.serial);
    let full = found.rows.len() as u64 == limit;
    Ok(Answer(CasePage {
        next_cursor: last.filter(|_| full).map(base36),
        total: found.total,
        cases: found.rows.into_iter().map(CaseLine::from).collect(),
    }))
}

/// The query of a list: a value that means nothing is a problem, not no filter at all.
struct Asked<'a> {
    query: &'a Query,
    wrong: Vec<Refusal>,
}

impl Asked<'_> {
    fn read<T>(&mut self, name: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let read = read(self.query.get(name)?);
        if read.is_none() {
            let wrong = Refusal::new("desk.parameter-wrong").on(name);
            self.wrong.push(wrong.with("name", name));
        }
        read
    }
}

fn base36(mut number: u32) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(DIGITS[(number % 36) as usize]));
        number /= 36;
        if number == 0 {
            break;
        }
    }
    digits.iter().rev().collect()
}

/// The case at `name`: an id, or a number typed in any way.
async fn id_of(portal: &Portal, signed: &Signed, name: &str) -> Result<CaseId, Trouble> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    CaseNumber::parse(name).map_err(|_no_number| Trouble::NotFound)?;
    let filter = Filter {
        number: Some(name.to_owned()),
        size: 1,
        ..Filter::default()
    };
    let found = queries::list(&portal.linli, &signed.actor, &filter)
        .await
        .map_err(told)?;
    found
        .rows
        .first()
        .map(|row| row.id)
        .ok_or(Trouble::NotFound)
}

/// Who may not even read the case learns nothing of it, not even how a command has to look.
async fn enter(portal: &Portal, signed: &Signed, id: CaseId) -> Result<(), Trouble> {
    let loaded = portal.linli.load::<Cases>(&id.into()).await?;
    let case = loaded.state.as_ref().as_ref().ok_or(Trouble::NotFound)?;
    let areas = portal.linli.areas();
    let target = Target {
        area: areas.today(&case.area).unwrap_or(&case.area),
        subject: Some(portal.linli.survivor(case.applicant)),
    };
    Ok(permits(&signed.actor, Action::CaseRead, target)?)
}

/// One case. Its personal part only with a purpose, which is recorded as a look.
#[utoipa::path(get, path = "/api/v1/cases/{case}", tag = "cases", operation_id = "readCase",
    params(
        ("case" = String, Path, description = "Its id or number"),
        ("purpose" = Option<String>, Query, description = "Why the personal part is read; recorded, and shown to the person"),
    ),
    responses(
        (status = 200, description = "The case", body = CaseShape),
        (status = 404, description = "There is none, or not for this token", body = super::shapes::ProblemShape, content_type = "application/problem+json"),
    ), security(("token" = [])))]
pub(super) async fn read(
    State(portal): State<Portal>,
    Path(name): Path<String>,
    signed: Signed,
    query: Query,
) -> Result<Answer<CaseShape>, Trouble> {
    let id = id_of(&portal, &signed, &name).await?;
    let seen = view::view(&portal.linli, &signed.actor, id)
        .await
        .map_err(told)?;
    let case = &seen.case;
    let applicant = portal.linli.survivor(case.applicant);
    let person = if signed.actor.subject() == Some(applicant) {
        Some(PersonShape::of(case))
    } else if let Some(words) = query.get("purpose") {
        let purpose = Purpose {
            why: Why::Case,
            case: Some(case.id),
            words: words.to_owned(),
        };
        let look = portal
            .linli
            .record_look(&signed.actor, case.applicant, &purpose);
        look.await.map_err(told)?;
        Some(PersonShape::of(case))
    } else {
        None
    };
    Ok(Answer(CaseShape {
        id: case.id,
        number: case.number.clone(),
        version: seen.version,
        service: case.service.clone(),
        service_version: case.service_version,
        area: case.area.clone(),
        phase: case.phase.code().to_owned(),
        channel: case.channel.code().to_owned(),
        applicant,
        received_on: case.received_on,
        submitted_at: case.submitted_at,
        wait: case.wait.as_ref().map(WaitShape::of),
        outcome: case.decided.as_ref().map(|one| one.outcome.clone()),
        allowed: seen
            .open_verbs()
            .map(|verb| verb.code().to_owned())
            .collect(),
        person,
    }))
}

/// Do something to a case.
#[utoipa::path(post, path = "/api/v1/cases/{case}/commands", tag = "cases", operation_id = "actOnCase",
    params(("case" = String, Path, description = "Its id or number")),
    request_body(content = ref("#/components/schemas/CaseCommand"), content_type = "application/json"),
    responses(
        (status = 200, description = "Done, now or before", body = Acted),
        (status = 409, description = "The case is not at `expected_version` any more", body = super::shapes::ProblemShape, content_type = "application/problem+json"),
        (status = 422, description = "Rules say no", body = super::shapes::ProblemShape, content_type = "application/problem+json"),
    ), security(("token" = [])))]
pub(super) async fn act(
    State(portal): State<Portal>,
    Path(name): Path<String>,
    signed: Signed,
    request: Request,
) -> Result<Answer<Acted>, Trouble> {
    let id = id_of(&portal, &signed, &name).await?;
    enter(&portal, &signed, id).await?;
    let Json(act) = Json::<Act>::from_request(request, &()).await?;
    let call = Call {
        command: act.command_id,
        actor: &signed.actor,
        expected: act.expected_version,
    };
    let done = cases::act(&portal.linli, call, id, &act.command)
        .await
        .map_err(told)?;
    Ok(Answer(Acted {
        id: done.case.id,
        number: done.case.number.clone(),
        phase: done.case.phase.code().to_owned(),
        version: done.version,
        repeated: done.seqs.is_none(),
        wait: done.case.wait.as_ref().map(WaitShape::of),
    }))
}

/// The receipt of a case: digest, inclusion proof and signed checkpoint, to be checked offline.
#[utoipa::path(get, path = "/api/v1/cases/{case}/receipt", tag = "cases", operation_id = "readReceipt",
    params(("case" = String, Path, description = "Its id or number")),
    responses((status = 200, description = "A receipt for `linli verify`", body = Object)),
    security(("token" = [])))]
pub(super) async fn receipt(
    State(portal): State<Portal>,
    Path(name): Path<String>,
    signed: Signed,
) -> Result<Response, Trouble> {
    let id = id_of(&portal, &signed, &name).await?;
    let seen = view::view(&portal.linli, &signed.actor, id)
        .await
        .map_err(told)?;
    let first = seen
        .history
        .first()
        .map(|line| line.seq)
        .ok_or(Trouble::NotFound)?;
    let receipt = portal.linli.journal().receipt(first, false).await?;
    let receipt = receipt.ok_or_else(|| Fault::Busy("no checkpoint covers it yet".to_owned()))?;
    Ok(Answer(receipt).into_response())
}
