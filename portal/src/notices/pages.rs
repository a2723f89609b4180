//! The list of notices, one notice, and an objection to it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use linli_community::cases::public::{self, PublicNotice, notices};
use linli_community::catalogue::Service;
use linli_kernel::AreaPath;
use linli_units::{CaseNumber, digits};

use crate::Portal;
use crate::catalogue::views::say;
use crate::progress::words::{area_name, trouble};
use crate::shell::ui::{BackLink, Choice, Input, Kind, Markup, Row, Select, SummaryList, Textarea};
use crate::shell::{Fields, Page, Problem, Trouble, html, invalid};

/// The longest objection, in characters.
const MOST_WORDS: usize = 1_000;
/// The longest name.
const MOST_NAME: usize = 50;

/// The widest areas of this node: its districts.
pub(super) fn districts(portal: &Portal) -> Vec<AreaPath> {
    let areas = portal.linli.areas();
    let tops = areas.living().filter(|area| area.path().depth() == 1);
    tops.map(|area| area.path().clone()).collect()
}

struct Line {
    key: String,
    title: String,
    summary: String,
    until: String,
}

#[derive(Template)]
#[template(path = "notices/templates/list.html")]
struct List {
    page: Page,
    streets: Select,
    filtered: bool,
    total: usize,
    notices: Vec<Line>,
}

/// `GET /notices`, by street with `?street=`.
pub(super) async fn list(State(portal): State<Portal>, page: Page) -> Result<Response, Trouble> {
    let wanted = page
        .query
        .get("street")
        .and_then(|street| street.parse::<AreaPath>().ok());
    let areas = match &wanted {
        Some(street) => vec![street.clone()],
        None => districts(&portal),
    };
    let mut found = Vec::new();
    for area in &areas {
        found.extend(notices(&portal.linli, area).await?);
    }
    html(&List {
        streets: streets(&portal, &page, wanted.as_ref()),
        filtered: wanted.is_some(),
        total: found.len(),
        notices: found.iter().map(|one| line(&portal, &page, one)).collect(),
        page,
    })
}

/// Every street and town, to choose from.
fn streets(portal: &Portal, page: &Page, wanted: Option<&AreaPath>) -> Select {
    let wanted = wanted.map(ToString::to_string).unwrap_or_default();
    let areas = portal.linli.areas();
    let streets = areas.living().filter(|area| area.path().depth() == 2);
    let all = Choice::new("", page.t("notices-filter-all"));
    let choices =
        streets.map(|area| Choice::new(area.path().to_string(), area.name()).chosen_if(&wanted));
    Select {
        name: "street".to_owned(),
        label: page.t("notices-filter"),
        choices: std::iter::once(all).chain(choices).collect(),
        ..Select::default()
    }
}

fn service<'a>(portal: &'a Portal, notice: &PublicNotice) -> Option<&'a std::sync::Arc<Service>> {
    let id = notice.service.as_ref()?;
    portal.linli.catalogue().service(id, notice.posted_on)
}

fn heading(portal: &Portal, page: &Page, notice: &PublicNotice) -> String {
    match service(portal, notice) {
        Some(service) => page.ta("notice-heading", &[("service", &say(page, &service.names))]),
        None => page.t("notices-title"),
    }
}

fn line(portal: &Portal, page: &Page, notice: &PublicNotice) -> Line {
    let comma = page.pick("，", ", ");
    let place = notice.committee.as_ref().or(notice.street.as_ref());
    let parts = [
        notice.name.clone(),
        place.map(|area| area_name(&portal.linli, area)),
        notice.amount_fen.map(|fen| page.money(fen)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    Line {
        key: notice.number.clone(),
        title: heading(portal, page, notice),
        summary: parts.join(comma),
        until: until(portal, page, notice),
    }
}

fn until(portal: &Portal, page: &Page, notice: &PublicNotice) -> String {
    let comma = page.pick("，", ", ");
    let today = portal.linli.clock().today();
    let days = today
        .until(notice.ends_on)
        .map_or(0, |span| span.get_days());
    let left = if days <= 0 {
        page.t("notices-last-day")
    } else {
        page.t1("notices-left", "n", days)
    };
    let until = page.t1("notices-until", "day", page.date(notice.ends_on));
    format!("{until}{comma}{left}")
}

/// The notice `number`, while it hangs.
async fn hanging(portal: &Portal, number: &str) -> Result<Option<PublicNotice>, Trouble> {
    let Ok(number) = CaseNumber::parse(number) else {
        return Ok(None);
    };
    for district in districts(portal) {
        let found = notices(&portal.linli, &district).await?;
        if let Some(one) = found.into_iter().find(|one| one.number == number.as_str()) {
            return Ok(Some(one));
        }
    }
    Ok(None)
}

#[derive(Template)]
#[template(path = "notices/templates/gone.html")]
struct Gone {
    page: Page,
}

/// 410 would tell which numbers once had a notice; an ended one and an unknown one look alike.
fn gone(page: Page) -> Result<Response, Trouble> {
    let mut response = html(&Gone { page })?;
    *response.status_mut() = StatusCode::NOT_FOUND;
    Ok(response)
}

#[derive(Template)]
#[template(path = "notices/templates/notice.html")]
struct Notice {
    page: Page,
    back: BackLink,
    heading: String,
    key: String,
    facts: SummaryList,
    words: Markup,
    name: Markup,
    phone: Markup,
}

/// `GET /notices/{number}`
pub(super) async fn show(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
) -> Result<Response, Trouble> {
    match hanging(&portal, &number).await? {
        Some(notice) => html(&view(&portal, page, &notice, &Fields::default())),
        None => gone(page),
    }
}

fn view(portal: &Portal, page: Page, notice: &PublicNotice, fields: &Fields) -> Notice {
    Notice {
        back: BackLink {
            text: page.t("apply-back"),
            href: "/notices".to_owned(),
        },
        heading: heading(portal, &page, notice),
        key: notice.number.clone(),
        facts: SummaryList {
            rows: facts(portal, &page, notice),
        },
        words: Markup::of(&Textarea {
            name: "words".to_owned(),
            label: page.t("notice-object-words"),
            hint: page.t("notice-object-words-hint"),
            value: fields.text("words").to_owned(),
            error: page.problem_of("words").to_owned(),
            rows: 5,
            ..Textarea::default()
        }),
        name: Markup::of(&Input {
            name: "name".to_owned(),
            label: page.t("notice-object-name"),
            hint: page.t("notice-object-name-hint"),
            value: fields.text("name").to_owned(),
            error: page.problem_of("name").to_owned(),
            autocomplete: "name",
            width: 20,
            ..Input::default()
        }),
        phone: Markup::of(&Input {
            name: "phone".to_owned(),
            label: page.t("notice-object-phone"),
            value: fields.text("phone").to_owned(),
            error: page.problem_of("phone").to_owned(),
            kind: Kind::Phone,
            autocomplete: "tel",
            width: 20,
            ..Input::default()
        }),
        page,
    }
}

fn facts(portal: &Portal, page: &Page, notice: &PublicNotice) -> Vec<Row> {
    let linli = &portal.linli;
    let service = service(portal, notice);
    let outcome = notice
        .outcome
        .as_ref()
        .and_then(|code| service?.outcome(code));
    let basis = service.map(|service| say(page, &service.clause(&service.notice.basis)));
    let (from, to) = (page.date(notice.posted_on), page.date(notice.ends_on));
    let period = page.ta("notice-period-value", &[("from", &from), ("to", &to)]);
    let lines = [
        ("notice-who", notice.name.clone()),
        (
            "notice-street",
            notice.street.as_ref().map(|area| area_name(linli, area)),
        ),
        (
            "notice-committee",
            notice.committee.as_ref().map(|area| area_name(linli, area)),
        ),
        (
            "notice-size",
            notice.people.map(|people| people.to_string()),
        ),
        (
            "notice-service",
            service.map(|service| say(page, &service.names)),
        ),
        (
            "notice-proposal",
            outcome.map(|outcome| say(page, &outcome.names)),
        ),
        (
            "notice-amount",
            notice.amount_fen.map(|fen| page.money(fen)),
        ),
        ("notice-period", Some(period)),
        ("notice-place", Some(notice.place.clone())),
        ("notice-basis", basis),
    ];
    let said = |(key, value): (&str, Option<String>)| {
        Some(Row::new(
            page.t(key),
            value.filter(|value| !value.is_empty())?,
        ))
    };
    lines.into_iter().filter_map(said).collect()
}

/// `POST /notices/{number}/object`: by anyone, with or without a name.
pub(super) async fn object(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    mut page: Page,
    fields: Fields,
) -> Result<Response, Trouble> {
    let Some(notice) = hanging(&portal, &number).await? else {
        return gone(page);
    };
    let words = read(&mut page, &fields);
    if !page.problems.is_empty() {
        return invalid(&view(&portal, page, &notice, &fields));
    }
    let command = fields.command().ok_or(Trouble::Unreadable("form"))?;
    public::object(&portal.linli, command, &notice.number, &words)
        .await
        .map_err(trouble)?;
    Ok(Redirect::to(&format!("/notices/{}/objected", notice.number)).into_response())
}

/// What was said, with who said it where they told; problems go to the page.
fn read(page: &mut Page, fields: &Fields) -> String {
    let (words, name) = (fields.text("words"), fields.text("name"));
    let phone = digits::compact(fields.text("phone"));
    let count = words.chars().count();
    if count == 0 {
        page.problem("words", "notice-object-words-required");
    } else if count > MOST_WORDS {
        let message = page.t1("notice-object-words-long", "n", count);
        page.problems.push(Problem {
            field: "words".to_owned(),
            message,
        });
    }
    if name.chars().count() > MOST_NAME {
        page.problem("name", "notice-object-name-long");
    }
    let fits = phone.is_empty()
        || (phone.bytes().all(|b| b.is_ascii_digit()) && (10..=12).contains(&phone.len()));
    if !fits {
        page.problem("phone", "notice-object-phone-bad");
    }
    let mut said = words.to_owned();
    if !name.is_empty() {
        said.push_str(&format!("\n提出人：{name}"));
    }
    if !phone.is_empty() {
        said.push_str(&format!("\n电话：{phone}"));
    }
    said
}

#[derive(Template)]
#[template(path = "notices/templates/objected.html")]
struct Objected {
    page: Page,
    key: String,
}

/// `GET /notices/{number}/objected`
pub(super) async fn objected(Path(number): Path<String>, page: Page) -> Result<Response, Trouble> {
    let number = CaseNumber::parse(&number).map_err(|_bad| Trouble::NotFound)?;
    html(&Objected {
        key: number.as_str().to_owned(),
        page,
    })
}
