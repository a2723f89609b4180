//! My cases, what is held about me, who looked.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use linli_community::cases::{queries, view};
use linli_community::residents::Look;
use linli_community::residents::{Fact, FieldId, FieldType, OpenRecord, mask};
use linli_kernel::Fault;
use linli_units::Fen;

use super::cards;
use crate::Portal;
use crate::apply::whom;
use crate::progress::words::{self, trouble};
use crate::shell::ui::{Cell, Column, Link, Markup, Row, SummaryList, Tab, Table, Tabs};
use crate::shell::{Page, Signed, Trouble, html};

/// Looks shown on one page.
const MOST_LOOKS: u64 = 100;

/// The tabs above every page of 我的.
pub(crate) fn tabs(page: &Page, here: &str) -> Tabs {
    let all = [
        ("/my/cases", "my-nav-cases"),
        ("/my/messages", "messages-title"),
        ("/my/payments", "my-nav-payments"),
        ("/my/offers", "my-nav-offers"),
        ("/my/appointments", "my-nav-appointments"),
        ("/my", "my-nav-data"),
        ("/my/looks", "my-nav-looks"),
        ("/my/mandates", "my-nav-mandates"),
        ("/my/consents", "my-nav-consents"),
    ];
    let tab = |(href, key): (&str, &str)| Tab {
        link: Link::new(page.t(key), href),
        current: href == here,
    };
    Tabs {
        label: page.t("my-nav"),
        tabs: all.map(tab).into_iter().collect(),
    }
}

#[derive(Template)]
#[template(path = "my/templates/cases.html")]
struct Cases {
    page: Page,
    tabs: Tabs,
    open: Vec<Markup>,
    ended: Vec<Markup>,
    clipped: bool,
    most: u64,
}

/// `GET /my/cases`: mine, and those of the ones I act for.
pub(super) async fn cases(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let (mut open, mut ended) = (Vec::new(), Vec::new());
    let mut clipped = false;
    for whom in whom::all(&portal, &signed).await? {
        let rows = queries::my_cases(&portal.linli, &whom.actor)
            .await
            .map_err(trouble)?;
        clipped |= rows.len() as u64 >= queries::MAX_SIZE;
        let name = whom.actor.mandate.as_ref().map(|_| whom.name.as_str());
        for row in &rows {
            let card = cards::card(&page, &portal.linli, row, name);
            if row.phase.is_open() {
                open.push(card);
            } else {
                ended.push(card);
            }
        }
    }
    html(&Cases {
        tabs: tabs(&page, "/my/cases"),
        open,
        ended,
        clipped,
        most: queries::MAX_SIZE,
        page,
    })
}

#[derive(Template)]
#[template(path = "my/templates/data.html")]
struct Data {
    page: Page,
    tabs: Tabs,
    person: SummaryList,
    household: SummaryList,
    masked: bool,
}

/// `GET /my`: masked, or with `?full=1` in full: it is the reader's own.
pub(super) async fn data(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let masked = page.query.get("full").is_none();
    let me = whom::find(&portal, &signed, None).await?;
    let record = portal
        .linli
        .own_record(&me.actor, me.subject)
        .await
        .map_err(trouble)?;
    html(&Data {
        tabs: tabs(&page, "/my"),
        person: SummaryList {
            rows: person(&portal, &page, &record, masked),
        },
        household: SummaryList {
            rows: household(&portal, &page, &record, masked),
        },
        masked,
        page,
    })
}

fn person(portal: &Portal, page: &Page, record: &OpenRecord, masked: bool) -> Vec<Row> {
    let facts = record.resident.facts.iter();
    facts
        .filter_map(|(field, fact)| fact_row(portal, page, field, fact, masked))
        .collect()
}

fn household(portal: &Portal, page: &Page, record: &OpenRecord, masked: bool) -> Vec<Row> {
    let Some(household) = &record.household else {
        return Vec::new();
    };
    let facts = household.facts.iter();
    let mut rows: Vec<Row> = facts
        .filter_map(|(field, fact)| fact_row(portal, page, field, fact, masked))
        .collect();
    let dictionary = portal.linli.catalogue().dictionary();
    let relations = dictionary.list("relation");
    let member = |row: &linli_community::residents::Row| {
        let relation = row.relation.as_deref().unwrap_or_default();
        let relation = relations
            .and_then(|list| list.code(relation))
            .map_or(relation, |code| page.pick(&code.names.zh, &code.names.en));
        format!("{}（{relation}）", row.name)
    };
    let members: Vec<String> = record.members.iter().map(member).collect();
    if !members.is_empty() {
        rows.push(Row::new(page.t("my-household-members"), members.join("\n")));
    }
    rows
}

fn fact_row(
    portal: &Portal,
    page: &Page,
    field: &FieldId,
    fact: &Fact,
    masked: bool,
) -> Option<Row> {
    let dictionary = portal.linli.catalogue().dictionary();
    let known = dictionary.field(field.as_str())?;
    let office = dictionary.office(&fact.source);
    let source = office.map_or_else(
        || String::from(&*fact.source),
        |office| page.pick(&office.names.zh, &office.names.en).to_owned(),
    );
    let comma = page.pick("，", ", ");
    let name = page.pick(&known.names.zh, &known.names.en);
    let text = fact_text(portal, page, known.kind, field, fact);
    let text = if masked {
        hidden(known.kind, &text)
    } else {
        text
    };
    let source = format!("{}{comma}{}", source, page.date(fact.as_of));
    Some(Row::new(name, text).from(source))
}

fn fact_text(
    portal: &Portal,
    page: &Page,
    kind: FieldType,
    field: &FieldId,
    fact: &Fact,
) -> String {
    let dictionary = portal.linli.catalogue().dictionary();
    let text = fact.value.as_str().unwrap_or_default();
    match kind {
        FieldType::Code => dictionary.code_name(field.as_str(), text).map_or_else(
            || text.to_owned(),
            |name| page.pick(&name.zh, &name.en).to_owned(),
        ),
        FieldType::Date => text
            .parse()
            .map_or_else(|_| text.to_owned(), |day| page.date(day)),
        FieldType::Money => fact
            .value
            .as_i64()
            .map(|fen| Fen(fen).to_string())
            .unwrap_or_default(),
        FieldType::Integer => fact.value.to_string(),
        _ => text.to_owned(),
    }
}

/// What is shown of one's own data before asking for it in full: a screen may be looked at by
/// others.
fn hidden(kind: FieldType, text: &str) -> String {
    match kind {
        FieldType::Phone => mask::phone(text),
        FieldType::IdentityNumber => mask::id_number(text),
        FieldType::BankAccount => mask::account(text),
        FieldType::Address => mask::address(text),
        _ => text.to_owned(),
    }
}

#[derive(Template)]
#[template(path = "my/templates/looks.html")]
struct Looks {
    page: Page,
    tabs: Tabs,
    table: Table,
}

/// `GET /my/looks`: 谁看过我的信息.
pub(super) async fn looks(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let me = whom::find(&portal, &signed, None).await?;
    let at = page.query.page();
    let found = portal
        .linli
        .looks_at(&me.actor, me.subject, at, MOST_LOOKS)
        .await;
    let found = found.map_err(trouble)?;
    let mut rows = Vec::new();
    for look in &found.rows {
        rows.push(look_row(&portal, &page, look).await?);
    }
    let keys = ["looks-when", "looks-who", "looks-purpose", "looks-case"];
    html(&Looks {
        tabs: tabs(&page, "/my/looks"),
        table: Table {
            caption: page.t1("looks-caption", "n", found.rows.len()),
            columns: keys.iter().map(|key| Column::new(page.t(key))).collect(),
            rows,
            ..Table::default()
        },
        page,
    })
}

async fn look_row(portal: &Portal, page: &Page, look: &Look) -> Result<Vec<Cell>, Fault> {
    let who = match (&look.area, look.role) {
        (Some(area), Some(role)) => words::post_name(page, &portal.linli, role, area),
        _ => page.t("progress-by-system"),
    };
    let mut why = page.t(&format!("looks-why-{}", look.why.code()));
    if let Some(words) = look.words.as_deref().filter(|words| !words.is_empty()) {
        why = format!("{why}{}{words}", page.pick("：", ": "));
    }
    let number = match look.case {
        Some(case) => match view::tracked(&portal.linli, case).await {
            Ok(view) => Some(view.case.number.clone()),
            Err(linli_community::Problem::Fault(fault)) => return Err(fault),
            Err(_) => None,
        },
        None => None,
    };
    Ok(vec![
        Cell::text(page.when(look.at)),
        Cell::text(who),
        Cell::text(why),
        number.map_or_else(Cell::default, |number| {
            Cell::link(words::grouped(&number), format!("/cases/{number}"))
        }),
    ])
}
