//! One roll: where it stands, what is new, gone and changed since the month before, what is left
//! off, its lines, its files; and the acts that fit now.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::benefits::roll::{Bad, Compared, LineRow, Roll, Stage};
use linli_community::feature::Problem;
use linli_kernel::gate::{Target, permits};
use linli_kernel::{Action, AwardId, Refusal};
use tower_sessions::Session;

use super::words;
use crate::Portal;
use crate::desk::{looks, names, rows, trouble};
use crate::shell::format::grouped;
use crate::shell::ui::{Cell, Column, Markup, Pagination, Row, SummaryList, Table};
use crate::shell::{Fields, Page, Signed, Trouble, html, invalid};

/// The most rows of each list of what changed.
const SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "benefits/templates/roll.html")]
pub(super) struct RollPage {
    page: Page,
    id: String,
    title: String,
    summary: SummaryList,
    hash: String,
    /// What can be done now: `check`, `approve`, `send`.
    act: &'static str,
    /// What stands in the way, in words.
    note: String,
    lists: Vec<List>,
    files: Vec<File>,
    lines: Table,
    pages: Pagination,
}

impl RollPage {
    fn act_name(&self) -> String {
        self.page.t(&format!("rolls-act-{}", self.act))
    }

    fn act_lead(&self) -> String {
        self.page.t(&format!("rolls-act-{}-lead", self.act))
    }
}

/// A list of what differs from the month before.
struct List {
    title: String,
    table: Table,
    more: String,
}

/// A file for the bank.
struct File {
    number: u32,
    said: String,
    sha256: String,
    state: String,
    /// Whether it can be fetched and answered by the reader.
    ours: bool,
}

/// What the reader may do to a roll.
struct May {
    make: bool,
    approve: bool,
    read: bool,
}

/// `GET /desk/rolls/{roll}`
pub(super) async fn show(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    html(&view(&portal, page, &signed, &id).await?)
}

/// The page of a roll; with what is wrong where something was refused.
pub(super) async fn view(
    portal: &Portal,
    page: Page,
    signed: &Signed,
    id: &str,
) -> Result<RollPage, Trouble> {
    let (roll, _) = portal
        .linli
        .roll(&signed.actor, id)
        .await
        .map_err(missing)?;
    let area = roll.area.clone().ok_or(Trouble::NotFound)?;
    let target = Target {
        area: &area,
        subject: None,
    };
    let may = |action| permits(&signed.actor, action, target).is_ok();
    let may = May {
        make: may(Action::RollMake),
        approve: may(Action::RollApprove),
        read: may(Action::BenefitRead),
    };
    let own = signed.actor.account.is_some()
        && [roll.made_by, roll.checked_by].contains(&signed.actor.account);
    let (act, note) = act(&page, &roll, &may, own);
    let compared = portal.linli.roll_compared(&roll).await?;
    let period = roll
        .period
        .map(|one| words::month(&page, one))
        .unwrap_or_default();
    let street = rows::area_name(&portal.linli, &area);
    let bad = page.query.get("bad").is_some();
    let lines = portal.linli.roll_lines(id, bad, page.query.page()).await?;
    let total = if bad {
        roll.bad.len()
    } else {
        usize::try_from(roll.lines).unwrap_or(0)
    };
    Ok(RollPage {
        title: page.ta(
            "rolls-title-of",
            &[("street", &street), ("period", &period)],
        ),
        summary: summary(portal, &page, &roll, &compared).await?,
        hash: roll.hash.clone(),
        act,
        note,
        lists: lists(portal, &page, &roll, &compared, &may).await?,
        files: files(&page, &roll, &may),
        lines: lines_table(portal, &page, &lines, &may, total),
        pages: Pagination::new(&page, u64::try_from(total).unwrap_or(0)),
        id: id.to_owned(),
        page,
    })
}

/// A roll that is not there is a page that is not there.
fn missing(problem: Problem) -> Trouble {
    match problem {
        Problem::Refused(refusals)
            if refusals.iter().any(|no| no.code == "benefits.roll-unknown") =>
        {
            Trouble::NotFound
        }
        problem => trouble(problem),
    }
}

fn act(page: &Page, roll: &Roll, may: &May, own: bool) -> (&'static str, String) {
    let unsent = roll.batches.is_empty() || !roll.bad.is_empty();
    match roll.stage {
        Stage::Made if may.make => ("check", String::new()),
        Stage::Checked if may.approve && own => ("", page.t("rolls-second")),
        Stage::Checked if may.approve => ("approve", String::new()),
        Stage::Approved | Stage::Answered | Stage::Sent
            if may.make && unsent && roll.waiting().is_none() && roll.net_fen() > 0 =>
        {
            ("send", String::new())
        }
        _ => ("", String::new()),
    }
}

async fn summary(
    portal: &Portal,
    page: &Page,
    roll: &Roll,
    compared: &Compared,
) -> Result<SummaryList, Trouble> {
    let row = |key: &str, value: String| Row::new(page.t(key), value);
    let known = names(portal, roll.made_by.into_iter().chain(roll.approved_by)).await?;
    let by = |account: Option<linli_kernel::AccountId>, at: Option<jiff::Timestamp>| {
        let name = account
            .and_then(|one| known.get(&one).cloned())
            .unwrap_or_default();
        at.map_or(name.clone(), |at| {
            format!("{name}{}{}", page.pick("，", ", "), page.when(at))
        })
    };
    let net = roll.net_fen();
    let difference = page.money(net - compared.before_fen);
    let before = page.money(compared.before_fen);
    let beside = page.ta(
        "rolls-beside",
        &[("before", &before), ("difference", &difference)],
    );
    let mut all = vec![
        Row::new(page.t("rolls-col-stage"), String::new())
            .with(Markup::of(&words::stage(page, roll.stage))),
        row("rolls-col-lines", grouped(u64::from(roll.lines))),
        row("rolls-col-sum", format!("{}\n{beside}", page.money(net))),
    ];
    if roll.deduct_fen > 0 {
        all.push(row("rolls-deducted", page.money(roll.deduct_fen)));
    }
    all.push(row("rolls-made-by", by(roll.made_by, roll.made_at)));
    if roll.approved_at.is_some() {
        all.push(row(
            "rolls-approved-by",
            by(roll.approved_by, roll.approved_at),
        ));
    }
    all.push(row("rolls-hash", words::hash(&roll.hash)));
    Ok(SummaryList { rows: all })
}

async fn lists(
    portal: &Portal,
    page: &Page,
    roll: &Roll,
    compared: &Compared,
    may: &May,
) -> Result<Vec<List>, Trouble> {
    const CHANGED: &[&str] = &["rolls-award", "rolls-before", "rolls-now", "rolls-reason"];
    let sum = |fen: i64| Cell::text(page.money(fen)).class("is-num");
    let why = |key: &str, code: &str| Cell::text(page.t(&format!("rolls-{key}-{code}")));
    let mut lists = Vec::new();
    for (key, found) in [("new", &compared.new), ("changed", &compared.changed)] {
        let rows = found.iter().map(|one| {
            let before = one.before_fen.map(sum).unwrap_or_default();
            (
                one.award,
                vec![before, sum(one.fen), why("why", one.why.code())],
            )
        });
        lists.push(list(portal, page, (key, CHANGED), may, rows).await?);
    }
    let gone = compared.gone.iter();
    let gone = gone.map(|one| {
        (
            one.award,
            vec![sum(one.before_fen), why("gone", one.why.code())],
        )
    });
    let columns: &[&str] = &["rolls-award", "rolls-before", "rolls-reason"];
    lists.push(list(portal, page, ("gone", columns), may, gone).await?);
    let held = roll.held.iter();
    let held = held.map(|one| (one.award, vec![sum(one.fen), why("gone", one.why.code())]));
    let columns: &[&str] = &["rolls-award", "rolls-owed", "rolls-reason"];
    lists.push(list(portal, page, ("held", columns), may, held).await?);
    let over = roll
        .overpaid
        .iter()
        .map(|(award, fen)| (*award, vec![sum(*fen)]));
    let columns: &[&str] = &["rolls-award", "rolls-too-much"];
    lists.push(list(portal, page, ("overpaid", columns), may, over).await?);
    lists.retain(|list| !list.table.rows.is_empty());
    Ok(lists)
}

/// One list of awards, cut at a hundred, with how many there are.
async fn list(
    portal: &Portal,
    page: &Page,
    (key, columns): (&str, &[&str]),
    may: &May,
    found: impl ExactSizeIterator<Item = (AwardId, Vec<Cell>)>,
) -> Result<List, Trouble> {
    let all = found.len();
    let mut rows = Vec::new();
    for (id, cells) in found.take(SHOWN) {
        let mut row = vec![award(portal, page, id, may).await?];
        row.extend(cells);
        rows.push(row);
    }
    let more = all.saturating_sub(rows.len());
    Ok(List {
        title: page.t(&format!("rolls-list-{key}")),
        more: if more > 0 {
            page.t1("rolls-more", "n", more)
        } else {
            String::new()
        },
        table: Table {
            caption: page.t1("rolls-caption", "n", all),
            columns: columns.iter().map(|key| Column::new(page.t(key))).collect(),
            rows,
            ..Table::default()
        },
    })
}

/// An award by its number and benefit; a link for whoever may open it.
async fn award(portal: &Portal, page: &Page, id: AwardId, may: &May) -> Result<Cell, Trouble> {
    let Some(row) = portal.linli.award_row(id).await? else {
        return Ok(Cell::text(id.to_string()));
    };
    let service = words::service(portal, page, &row.service);
    let text = format!("{} {service}", rows::spoken(&row.number));
    Ok(match may.read {
        true => Cell::link(text, format!("/desk/benefits/{id}")),
        false => Cell::text(text),
    })
}

fn files(page: &Page, roll: &Roll, may: &May) -> Vec<File> {
    let batches = roll.batches.iter().zip(1_u32..);
    batches
        .map(|(batch, number)| {
            let (count, total) = (grouped(u64::from(batch.count)), page.money(batch.total_fen));
            let facts = [("count", count.as_str()), ("total", total.as_str())];
            File {
                number,
                said: page.ta("rolls-file-said", &facts),
                sha256: words::hash(&batch.sha256),
                state: file_state(page, roll, number),
                ours: may.make,
            }
        })
        .collect()
}

fn file_state(page: &Page, roll: &Roll, number: u32) -> String {
    let Some((paid, fen)) = roll.batch(number).and_then(|batch| batch.paid) else {
        return page.t("rolls-file-waits");
    };
    let of_file = |bad: &&Bad| bad.batch == number;
    let bad = roll.bad.values().filter(of_file).count().to_string();
    let (paid, fen) = (grouped(u64::from(paid)), page.money(fen));
    page.ta(
        "rolls-file-answered",
        &[("paid", &paid), ("sum", &fen), ("bad", &bad)],
    )
}

fn lines_table(portal: &Portal, page: &Page, lines: &[LineRow], may: &May, total: usize) -> Table {
    let keys = [
        "rolls-line",
        "benefits-col-number",
        "rolls-col-what",
        "rolls-now",
        "rolls-reason",
        "rolls-state",
    ];
    let row = |line: &LineRow| {
        let number = rows::spoken(line.number.as_deref().unwrap_or_default());
        let award = match line.award().filter(|_| may.read) {
            Some(id) => Cell::link(number, format!("/desk/benefits/{id}")),
            None => Cell::text(number),
        };
        let months = words::months_text(page, line.months.as_deref());
        let mut why = page.t(&format!("rolls-why-{}", line.why));
        if !months.is_empty() {
            why = format!("{why}{}{months}", page.pick("：", ": "));
        }
        let state = line.outcome.as_deref().map(|outcome| {
            let reason = line.reason.as_deref().unwrap_or("other");
            let reason = page.t(&format!("rolls-reason-{reason}"));
            page.t1(&format!("benefits-paid-{outcome}"), "reason", reason)
        });
        vec![
            Cell::text(line.line.to_string()),
            award,
            Cell::text(
                line.service
                    .as_deref()
                    .map(|one| words::service(portal, page, one))
                    .unwrap_or_default(),
            ),
            Cell::text(page.money(line.fen - line.deduct)).class("is-num"),
            Cell::text(why),
            Cell::text(state.unwrap_or_default()).class(if line.outcome.is_some() {
                "is-late"
            } else {
                ""
            }),
        ]
    };
    Table {
        caption: page.t1(
            "rolls-lines-caption",
            "n",
            grouped(u64::try_from(total).unwrap_or(0)),
        ),
        columns: keys.iter().map(|key| Column::new(page.t(key))).collect(),
        rows: lines.iter().map(row).collect(),
        ..Table::default()
    }
}

/// `POST /desk/rolls/{roll}/check`
pub(super) async fn check(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let call = signed.call(&sent)?;
    let done = Box::pin(portal.linli.check_roll(call, &id, sent.text("hash"))).await;
    after(
        &portal,
        page,
        &signed,
        &session,
        &id,
        (done.map(drop), "rolls-checked"),
    )
    .await
}

/// `POST /desk/rolls/{roll}/approve`
pub(super) async fn approve(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let call = signed.call(&sent)?;
    let done = Box::pin(portal.linli.approve_roll(call, &id, sent.text("hash"))).await;
    after(
        &portal,
        page,
        &signed,
        &session,
        &id,
        (done.map(drop), "rolls-approved"),
    )
    .await
}

/// Back to the roll, saying what was done; or the roll with what is wrong.
pub(super) async fn after(
    portal: &Portal,
    page: Page,
    signed: &Signed,
    session: &Session,
    id: &str,
    (done, key): (Result<(), Problem>, &str),
) -> Result<Response, Trouble> {
    match done {
        Ok(()) => {
            looks::flash(session, key, &[]).await?;
            Ok(Redirect::to(&format!("/desk/rolls/{id}")).into_response())
        }
        Err(Problem::Refused(refusals)) if refusals.iter().all(is_ours) => {
            let page = page.with_refusals(&refusals);
            invalid(&view(portal, page, signed, id).await?)
        }
        Err(problem) => Err(missing(problem)),
    }
}

fn is_ours(refusal: &Refusal) -> bool {
    refusal.code.starts_with("benefits.") && refusal.code != "benefits.roll-unknown"
}
