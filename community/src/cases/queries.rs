//! Questions to the read model, each within the gate's scope: lists, the work queue of a post, one
//! person's cases, notices that hang, what a certificate's number verifies.
//!
//! Lists are bounded: a page shows at most [`MAX_SIZE`] rows, paging ends after [`MAX_DEPTH`] rows,
//! and totals stop counting at [`MAX_COUNT`] hits or after [`MAX_WALK`] rows (“2,000+”), so that a
//! list costs about the same among a thousand cases and among a million. Every list leads with what
//! an index begins with: a person, a colleague or a desk where one is named, else the area and
//! whether the case is open; what would mislead a database into another index is only tested.

use jiff::civil::Date;
use linli_kernel::gate::{Scope, Target, scope};
use linli_kernel::{AccountId, Action, Actor, AreaPath, CaseId, Fault, Refusal, ResidentId};
use linli_units::CaseNumber;
use sea_orm::sea_query::{
    Cond, Expr, ExprTrait, Func, IntoColumnRef, Order, Query, SelectStatement,
};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, QueryResult};

use super::Desk;
use super::state::Phase;
use crate::catalogue::Channel;
use crate::feature::Problem;
use crate::node::Linli;
use crate::nodes::Numbers;
use crate::registers::store;
use crate::residents::among;

/// The most rows on one page.
pub const MAX_SIZE: u64 = 100;
/// No page begins after this many rows: filter instead.
pub const MAX_DEPTH: u64 = 10_000;
/// Totals are counted up to here.
pub const MAX_COUNT: u64 = 2_000;
/// Counting looks at so many rows at most.
pub const MAX_WALK: u64 = 50_000;

/// By what a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// By time of submission.
    #[default]
    Submitted,
    /// By promised date; cases without one come last.
    Due,
}

/// Which cases a list shows; what is `None` or `false` does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this area and below; must lie in the actor's own.
    pub area: Option<AreaPath>,
    /// Of this service.
    pub service: Option<String>,
    /// In this phase.
    pub phase: Option<Phase>,
    /// Only open ones (`Some(true)`) or only ended ones (`Some(false)`).
    pub open: Option<bool>,
    /// That came in this way.
    pub channel: Option<Channel>,
    /// At this desk, or back from the applicant soon.
    pub desk: Option<Desk>,
    /// Taken by this account.
    pub holder: Option<AccountId>,
    /// Of this person.
    pub applicant: Option<ResidentId>,
    /// With this number, typed in any way.
    pub number: Option<String>,
    /// Filed before the case with this [`Row::serial`]: how a program goes through a long list.
    pub before: Option<u32>,
    /// Only those whose promised date is past.
    pub overdue: bool,
    /// Only those promised for this day at the latest.
    pub due_by: Option<Date>,
    /// Only those sent back.
    pub returned: bool,
    /// Only those that wait for the applicant.
    pub waits_for_applicant: bool,
    /// The order.
    pub sort: Sort,
    /// Newest or latest first.
    pub descending: bool,
    /// The page, from 1.
    pub page: u64,
    /// Rows a page: 20, 50 or 100.
    pub size: u64,
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which case.
    pub id: CaseId,
    /// Its number.
    pub number: String,
    /// The counter its number was made from: rises with the time of submission.
    pub serial: u32,
    /// The service's id.
    pub service: String,
    /// The service's version.
    pub version: u32,
    /// The area it belongs to.
    pub area: AreaPath,
    /// Where it is in its life.
    pub phase: Phase,
    /// How it came in.
    pub channel: Channel,
    /// Whose case it is.
    pub applicant: ResidentId,
    /// Their name, for the portal to mask; empty after erasure.
    pub name: String,
    /// The desk that has to act; `None` when the applicant has, or nobody.
    pub desk: Option<Desk>,
    /// What has to be done next; a message key's last part.
    pub next: Option<String>,
    /// By when.
    pub due: Option<Date>,
    /// The year without calendar data, when that is why there is no date.
    pub due_unknown: Option<i16>,
    /// By when the result is promised.
    pub result_by: Option<Date>,
    /// Who took it.
    pub holder: Option<AccountId>,
    /// Whether it was sent back.
    pub returned: bool,
    /// Whether the clock stands still.
    pub paused: bool,
    /// When it was last urged.
    pub urged_on: Option<Date>,
    /// What elsewhere bears on it.
    pub flag: Option<String>,
    /// When it was submitted.
    pub submitted_at: jiff::Timestamp,
    /// When anything last happened.
    pub updated_at: jiff::Timestamp,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Row>,
    /// How many there are in all, as far as was counted.
    pub total: u64,
    /// Whether there are more than `total`.
    pub more: bool,
    /// The page, from 1.
    pub page: u64,
    /// Rows a page.
    pub size: u64,
}

/// The columns of [`Row`], in the order it reads them.
const COLUMNS: [&str; 22] = [
    "id",
    "number",
    "service",
    "version",
    "area",
    "phase",
    "channel",
    "applicant",
    "name",
    "desk",
    "next",
    "due",
    "due_unknown",
    "result_by",
    "holder",
    "returned",
    "paused",
    "urged_on",
    "flag",
    "submitted_at",
    "updated_at",
    "serial",
];

/// A filtered, sorted page of the cases `actor` may read.
///
/// # Errors
/// [`Problem`]: `gate.role` when the actor reads no cases, `gate.area` when the asked area lies
/// outside theirs, or a fault.
pub async fn list(linli: &Linli, actor: &Actor, filter: &Filter) -> Result<Page, Problem> {
    let asked = conditions(linli, actor, filter)?;
    let size = Ord::clamp(filter.size, 1, MAX_SIZE);
    let page = Ord::max(filter.page, 1);
    let offset = (page - 1).saturating_mul(size);
    if offset >= MAX_DEPTH {
        return Err(Refusal::new("cases.page-too-deep")
            .with("max", MAX_DEPTH)
            .into());
    }
    let reader = linli.journal().reader();
    let mut query = rows_where(asked.lead.clone().add(asked.rest.clone()));
    order(&mut query, filter);
    query.limit(size).offset(offset);
    let tested = tested_columns(filter);
    let (rows, counted) = tokio::join!(fetch(reader, &query), count(reader, asked, tested));
    let (rows, (total, more)) = (rows?, counted?);
    let shown = u64::try_from(rows.len()).unwrap_or(0);
    let total = Ord::max(total, if shown == 0 { 0 } else { offset + shown });
    Ok(Page {
        rows,
        total,
        more,
        page,
        size,
    })
}

fn order(query: &mut SelectStatement, filter: &Filter) {
    let order = if filter.descending {
        Order::Desc
    } else {
        Order::Asc
    };
    if filter.sort == Sort::Due {
        query.order_by("due", order.clone());
    }
    query.order_by("serial", order);
}

pub(super) fn rows_where(cond: Cond) -> SelectStatement {
    Query::select()
        .columns(COLUMNS)
        .from("cases")
        .cond_where(cond)
        .take()
}

pub(super) async fn fetch(
    reader: &DatabaseConnection,
    query: &SelectStatement,
) -> Result<Vec<Row>, Fault> {
    let found = reader.query_all(query).await.map_err(store)?;
    found
        .iter()
        .map(|row| read_row(row).map_err(store))
        .collect()
}

/// How many rows, as far as counting goes, and whether there are or may be more.
async fn count(
    reader: &DatabaseConnection,
    asked: Asked,
    tested: Vec<&'static str>,
) -> Result<(u64, bool), Fault> {
    let mut walk = Query::select();
    walk.columns(tested.iter().copied())
        .from("cases")
        .cond_where(asked.lead.clone());
    // In the order of an index that holds those columns, the newest or the most urgent first.
    if tested
        .iter()
        .any(|column| ["due", "returned", "desk"].contains(column))
    {
        walk.order_by("due", Order::Asc);
    } else {
        walk.order_by("serial", Order::Desc);
    }
    walk.limit(MAX_WALK);
    let mut hits = Query::select();
    hits.expr(Expr::val(1))
        .from_subquery(walk, "walk")
        .cond_where(asked.rest);
    hits.limit(MAX_COUNT + 1);
    let query = Query::select()
        .expr_as(Func::count(Expr::val(1)), "n")
        .from_subquery(hits, "hits")
        .take();
    let row = reader.query_one(&query).await.map_err(store)?;
    let n: i64 = match row {
        Some(row) => row.try_get("", "n").map_err(store)?,
        None => 0,
    };
    let n = u64::try_from(n).unwrap_or(0);
    if n > MAX_COUNT {
        return Ok((MAX_COUNT, true));
    }
    let beyond = Query::select()
        .expr(Expr::val(1))
        .from("cases")
        .cond_where(asked.lead)
        .offset(MAX_WALK)
        .limit(1)
        .take();
    let beyond = reader.query_one(&beyond).await.map_err(store)?;
    Ok((n, beyond.is_some()))
}

/// The columns that the conditions besides the leading ones test, and no other: so an index that
/// holds them is all that counting reads.
fn tested_columns(filter: &Filter) -> Vec<&'static str> {
    let mut columns = vec!["serial"];
    let mut test = |asked: bool, column| {
        if asked {
            columns.push(column);
        }
    };
    test(filter.service.is_some(), "service");
    test(filter.phase.is_some(), "phase");
    test(filter.channel.is_some(), "channel");
    let by_due = filter.overdue || filter.due_by.is_some() || filter.sort == Sort::Due;
    test(by_due, "due");
    test(filter.returned, "returned");
    test(filter.waits_for_applicant, "desk");
    columns
}

/// The conditions of a list: those that lead to an index, and the rest.
struct Asked {
    lead: Cond,
    rest: Cond,
}

fn conditions(linli: &Linli, actor: &Actor, filter: &Filter) -> Result<Asked, Problem> {
    let scope = scope(actor, Action::CaseRead);
    let own = matches!(scope, Scope::Own(_));
    let narrow = own
        || filter.number.is_some()
        || filter.applicant.is_some()
        || filter.holder.is_some()
        || filter.desk.is_some();
    let mut lead = few(linli, Cond::all(), filter);
    match scope {
        Scope::Nothing => return Err(Refusal::new("gate.role").into()),
        Scope::Own(resident) => {
            lead = lead.add(among("applicant", &linli.same_as(resident)));
        }
        Scope::Area(own) => {
            let area = match &filter.area {
                Some(area) if own.contains(area) => area,
                Some(_) => return Err(Refusal::new("gate.area").into()),
                None => &own,
            };
            lead = lead.add_option(area_of(linli, area, !narrow));
        }
    }
    if let Some(open) = asks_open(filter) {
        let open = i64::from(open);
        lead = lead.add(if narrow {
            Expr::cust("\"open\" + 0").eq(open)
        } else {
            is("open", open)
        });
    }
    let rest = narrowed(filter, linli.clock().today());
    Ok(Asked { lead, rest })
}

/// Whether a filter asks for open cases, by what it says or by what that implies.
fn asks_open(filter: &Filter) -> Option<bool> {
    let only_open = filter.overdue
        || filter.due_by.is_some()
        || filter.returned
        || filter.waits_for_applicant
        || filter.sort == Sort::Due;
    if only_open {
        return Some(true);
    }
    filter.open.or_else(|| filter.phase.map(Phase::is_open))
}

/// `column = value`.
fn is(column: &'static str, value: impl Into<sea_orm::Value>) -> Expr {
    Expr::col(column.into_column_ref()).eq(Expr::val(value))
}

/// `column = value`, leading or only tested: a text joined with nothing leads to no index.
fn tested(column: &'static str, value: &str, leads: bool) -> Expr {
    if leads {
        is(column, value)
    } else {
        Expr::cust(format!("\"{column}\" || ''")).eq(value)
    }
}

/// The condition that a case lies in `area`; none for the whole district, which is everything.
pub(super) fn within(linli: &Linli, area: &AreaPath) -> Option<Cond> {
    area_of(linli, area, true)
}

fn area_of(linli: &Linli, area: &AreaPath, leads: bool) -> Option<Cond> {
    let tree = linli.areas();
    if area.depth() == 1 && tree.get(area).is_some() {
        return None;
    }
    Some(if area.depth() == 2 {
        Cond::all().add(tested("street", area.as_str(), leads))
    } else if tree.children(area).next().is_none() {
        Cond::all().add(tested("area", area.as_str(), leads))
    } else {
        // A community between town and committees: few areas, so they are named one by one.
        let inside: Vec<&str> = tree.inside(area).map(|one| one.path().as_str()).collect();
        Cond::all().add(Expr::col("area").is_in(inside))
    })
}

/// The conditions that are tested along the way.
fn narrowed(filter: &Filter, today: Date) -> Cond {
    let mut cond = Cond::all();
    if let Some(service) = &filter.service {
        cond = cond.add(is("service", service.as_str()));
    }
    if let Some(phase) = filter.phase {
        cond = cond.add(is("phase", phase.code()));
    }
    if let Some(channel) = filter.channel {
        cond = cond.add(is("channel", channel.code()));
    }
    if let Some(before) = filter.before {
        cond = cond.add(Expr::col("serial").lt(i64::from(before)));
    }
    if filter.overdue {
        cond = cond.add(Expr::col("due").lt(today.to_string()));
    }
    if let Some(day) = filter.due_by {
        cond = cond.add(Expr::col("due").lte(day.to_string()));
    }
    if filter.returned {
        cond = cond.add(is("returned", 1_i64));
    }
    if filter.waits_for_applicant {
        cond = cond.add(Expr::col("desk").is_null());
    }
    if filter.sort == Sort::Due {
        // A case without a promised date has none to be sorted by; it is found by its phase.
        cond = cond.add(Expr::col("due").is_not_null());
    }
    cond
}

/// The conditions that leave few rows by themselves.
fn few(linli: &Linli, mut cond: Cond, filter: &Filter) -> Cond {
    if let Some(desk) = &filter.desk {
        cond = cond.add(is("home", desk.key()));
    }
    if let Some(holder) = filter.holder {
        cond = cond.add(is("holder", holder.to_string()));
    }
    if let Some(applicant) = filter.applicant {
        cond = cond.add(among("applicant", &linli.same_as(applicant)));
    }
    if let Some(number) = &filter.number {
        cond = cond.add(is("number", digits(number)));
    }
    cond
}

/// A number as it is stored, however it was typed.
fn digits(typed: &str) -> String {
    match CaseNumber::parse(typed) {
        Ok(number) => number.as_str().to_owned(),
        Err(_) => typed.trim().to_owned(),
    }
}

fn read_row(row: &QueryResult) -> Result<Row, DbErr> {
    let text = |column: &str| row.try_get::<String>("", column);
    let optional = |column: &str| row.try_get::<Option<String>>("", column);
    let number = |column: &str| row.try_get::<i64>("", column);
    let bad = |column: &str| DbErr::Type(format!("cases.{column}"));
    let day = |column: &str| -> Result<Option<Date>, DbErr> {
        let text = optional(column)?;
        text.map(|text| text.parse().map_err(|_unread| bad(column)))
            .transpose()
    };
    let instant = |column: &str| -> Result<jiff::Timestamp, DbErr> {
        jiff::Timestamp::from_microsecond(number(column)?).map_err(|_unread| bad(column))
    };
    let due_unknown = row.try_get::<Option<i64>>("", "due_unknown")?;
    let holder = optional("holder")?;
    Ok(Row {
        id: text("id")?.parse().map_err(|_unread| bad("id"))?,
        number: text("number")?,
        serial: u32::try_from(number("serial")?).map_err(|_unread| bad("serial"))?,
        service: text("service")?,
        version: u32::try_from(number("version")?).map_err(|_unread| bad("version"))?,
        area: text("area")?.parse().map_err(|_unread| bad("area"))?,
        phase: Phase::from_code(&text("phase")?).ok_or_else(|| bad("phase"))?,
        channel: Channel::from_code(&text("channel")?).ok_or_else(|| bad("channel"))?,
        applicant: text("applicant")?
            .parse()
            .map_err(|_unread| bad("applicant"))?,
        name: text("name")?,
        desk: optional("desk")?.and_then(|key| Desk::from_key(&key)),
        next: optional("next")?,
        due: day("due")?,
        due_unknown: due_unknown.and_then(|year| i16::try_from(year).ok()),
        result_by: day("result_by")?,
        holder: holder.and_then(|id| id.parse().ok()),
        returned: number("returned")? != 0,
        paused: number("paused")? != 0,
        urged_on: day("urged_on")?,
        flag: optional("flag")?,
        submitted_at: instant("submitted_at")?,
        updated_at: instant("updated_at")?,
    })
}

/// The counter after the highest in use: where case numbers go on when a node starts.
pub(crate) async fn next_serial(reader: &DatabaseConnection, own: Numbers) -> Result<u32, Fault> {
    let query = Query::select()
        .expr_as(Func::max(Expr::col("serial")), "top")
        .from("cases")
        .and_where(Expr::col("serial").gte(i64::from(own.from)))
        .and_where(Expr::col("serial").lt(i64::from(own.to)))
        .take();
    let row = reader.query_one(&query).await.map_err(store)?;
    let top: Option<i64> = match row {
        Some(row) => row.try_get("", "top").map_err(store)?,
        None => None,
    };
    Ok(top.map_or(own.from, |top| u32::try_from(top + 1).unwrap_or(u32::MAX)))
}

/// The case with this number, whoever asks: the caller checks what they may see of it.
pub(super) async fn by_number(
    reader: &DatabaseConnection,
    number: &CaseNumber,
) -> Result<Option<Row>, Fault> {
    let query = rows_where(Cond::all().add(is("number", number.as_str())));
    Ok(fetch(reader, &query).await?.pop())
}

/// Of these cases those that `actor` may read, in no order.
///
/// # Errors
/// [`Fault`] when the register cannot be read.
pub async fn readable(linli: &Linli, actor: &Actor, ids: &[CaseId]) -> Result<Vec<Row>, Fault> {
    let among = Expr::col("id").is_in(ids.iter().map(ToString::to_string));
    let query = rows_where(Cond::all().add(among));
    let mut rows = fetch(linli.journal().reader(), &query).await?;
    let scope = scope(actor, Action::CaseRead);
    rows.retain(|row| {
        scope.covers(Target {
            area: &row.area,
            subject: Some(linli.survivor(row.applicant)),
        })
    });
    Ok(rows)
}

/// All cases of the resident acting, or of whom they act for, newest first.
///
/// # Errors
/// [`Problem`]: `gate.own` when nobody is acting for themselves, or a fault.
pub async fn my_cases(linli: &Linli, actor: &Actor) -> Result<Vec<Row>, Problem> {
    let Scope::Own(resident) = scope(actor, Action::CaseOwn) else {
        return Err(Refusal::new("gate.own").into());
    };
    let mut query = rows_where(Cond::all().add(among("applicant", &linli.same_as(resident))));
    query.order_by("serial", Order::Desc).limit(MAX_SIZE);
    Ok(fetch(linli.journal().reader(), &query).await?)
}
