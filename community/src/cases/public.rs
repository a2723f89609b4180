//! What anyone may see: notices that hang, with personal data reduced by the service's rule, and
//! what the number of a decision or certificate verifies.

use jiff::civil::Date;
use linli_kernel::{AreaPath, Fault};
use linli_units::CaseNumber;
use sea_orm::sea_query::{Cond, Expr, ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};

use super::queries::{by_number, within};
use super::state::Phase;
use crate::catalogue::{OutcomeKind, Shown};
use crate::feature::Problem;
use crate::node::Linli;
use crate::registers::store;

/// The most notices on one page.
const MAX_NOTICES: u64 = 200;

/// 公示: a notice that hangs. What the service's rule does not show is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicNotice {
    /// The case's number: what an objection refers to.
    pub number: String,
    /// The service's id.
    pub service: Option<String>,
    /// The committee, by its path.
    pub committee: Option<AreaPath>,
    /// The street or town, by its path.
    pub street: Option<AreaPath>,
    /// The name with the middle hidden.
    pub name: Option<String>,
    /// How many persons the household has.
    pub people: Option<u8>,
    /// The proposed result, by its code within the service.
    pub outcome: Option<String>,
    /// The proposed amount.
    pub amount_fen: Option<i64>,
    /// Where else it hangs.
    pub place: String,
    /// From which day.
    pub posted_on: Date,
    /// The last day.
    pub ends_on: Date,
}

/// The notices that hang today in `area` and below, those that end first first.
///
/// # Errors
/// A fault.
pub async fn notices(linli: &Linli, area: &AreaPath) -> Result<Vec<PublicNotice>, Fault> {
    let today = linli.clock().today();
    let mut cond = Cond::all().add(Expr::col("ends_on").gte(today.to_string()));
    if let Some(inside) = within(linli, area) {
        cond = cond.add(inside);
    }
    let query = Query::select()
        .columns([
            "number",
            "service",
            "version",
            "area",
            "street",
            "outcome",
            "name",
            "place",
            "posted_on",
            "ends_on",
            "amount_fen",
            "people",
        ])
        .from("public_notice")
        .cond_where(cond)
        .order_by("ends_on", Order::Asc)
        .order_by("number", Order::Asc)
        .limit(MAX_NOTICES)
        .take();
    let rows = linli
        .journal()
        .reader()
        .query_all(&query)
        .await
        .map_err(store)?;
    rows.iter()
        .map(|row| read_notice(linli, row).map_err(store))
        .collect()
}

fn read_notice(linli: &Linli, row: &QueryResult) -> Result<PublicNotice, DbErr> {
    let text = |column: &str| row.try_get::<String>("", column);
    let bad = |column: &str| DbErr::Type(format!("public_notice.{column}"));
    let day = |column: &str| -> Result<Date, DbErr> {
        text(column)?.parse().map_err(|_unread| bad(column))
    };
    let path = |column: &str| -> Result<AreaPath, DbErr> {
        text(column)?.parse().map_err(|_unread| bad(column))
    };
    let service = text("service")?;
    let area = path("area")?;
    let version =
        u32::try_from(row.try_get::<i64>("", "version")?).map_err(|_unread| bad("version"))?;
    let posted_on = day("posted_on")?;
    let rules = linli.rules(&service, version, &area, posted_on);
    let shown = rules
        .and_then(|rules| rules.notice.clone())
        .map(|rule| rule.shows);
    let shown = shown.unwrap_or_default();
    let shows = |what: Shown| shown.contains(&what);
    let people = row.try_get::<Option<i64>>("", "people")?;
    let amount = row.try_get::<Option<i64>>("", "amount_fen")?;
    Ok(PublicNotice {
        number: text("number")?,
        service: shows(Shown::Service).then_some(service),
        committee: shows(Shown::Committee).then_some(area),
        street: shows(Shown::Street).then_some(path("street")?),
        name: shows(Shown::MaskedName).then_some(text("name")?),
        people: people
            .filter(|_| shows(Shown::HouseholdSize))
            .and_then(|n| u8::try_from(n).ok()),
        outcome: shows(Shown::Proposal).then_some(text("outcome")?),
        amount_fen: amount.filter(|_| shows(Shown::Amount)),
        place: text("place")?,
        posted_on,
        ends_on: day("ends_on")?,
    })
}

/// 核验: what a decision's or certificate's number says to anyone who holds the paper. No name, no
/// amount: those stand on the paper, and the QR code leads here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The number.
    pub number: CaseNumber,
    /// The service's id.
    pub service: String,
    /// The service's version.
    pub version: u32,
    /// The result's code within the service.
    pub outcome: String,
    /// What kind of result it is.
    pub result: OutcomeKind,
    /// Who decided: the area of the case.
    pub area: AreaPath,
    /// When.
    pub decided_on: Date,
    /// From which day it holds.
    pub from: Date,
    /// The last day it holds, where it ends.
    pub until: Option<Date>,
    /// Whether it holds today: not when the case is being done again.
    pub valid: bool,
}

/// What `number` verifies; `None` when nothing was decided under it. A refusal verifies nothing.
///
/// # Errors
/// [`Problem`]: which check of the number failed, or a fault.
pub async fn verification(linli: &Linli, number: &str) -> Result<Option<Verification>, Problem> {
    let number = CaseNumber::parse(number).map_err(|bad| {
        linli_kernel::Refusal::new(&format!("cases.number-{}", bad.code())).on("number")
    })?;
    let Some(row) = by_number(linli.journal().reader(), &number).await? else {
        return Ok(None);
    };
    let (case, _) = super::service::load(linli, row.id).await?;
    let Some(decided) = case.decided.as_ref() else {
        return Ok(None);
    };
    if decided.result == OutcomeKind::Refuse {
        return Ok(None);
    }
    let today = linli.clock().today();
    let stands = !matches!(case.phase, Phase::Disputed);
    let begun = decided.from <= today;
    let not_over = decided.until.is_none_or(|last| today <= last);
    Ok(Some(Verification {
        number,
        service: case.service.clone(),
        version: case.service_version,
        outcome: decided.outcome.clone(),
        result: decided.result,
        area: case.area.clone(),
        decided_on: decided.on,
        from: decided.from,
        until: decided.until,
        valid: stands && begun && not_over,
    }))
}

/// 异议: takes down what a visitor of a notice objects. Anyone may, with or without a name.
///
/// # Errors
/// [`Problem`]: `cases.unknown` when no such notice hangs, the rules of [`super::decide`], or a
/// fault.
pub async fn object(
    linli: &Linli,
    command: linli_kernel::CommandId,
    number: &str,
    words: &str,
) -> Result<(), Problem> {
    let unknown = || Problem::from(linli_kernel::Refusal::from(super::refusal::No::Unknown));
    let number = CaseNumber::parse(number).map_err(|_bad| unknown())?;
    let row = by_number(linli.journal().reader(), &number).await?;
    let row = row
        .filter(|row| row.phase == Phase::Notice)
        .ok_or_else(unknown)?;
    let actor = linli_kernel::Actor::system();
    let call = crate::feature::Call {
        command,
        actor: &actor,
        expected: None,
    };
    let words = words.to_owned();
    let objection = super::Command::Object { words };
    super::service::act(linli, call, row.id, &objection).await?;
    Ok(())
}
