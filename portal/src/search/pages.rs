//! What the box takes, and the page of results, grouped by kind.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::residents::{Purpose, Why};
use linli_community::search::{Asked, Found, Group, HouseholdRow, Kind};
use linli_kernel::gate::{Scope, scope};
use linli_kernel::{Action, Actor, AreaPath, ResidentId};
use tower_sessions::Session;

use super::kept::{self, Search};
use crate::Portal;
use crate::desk::fields::{Field, Kind as FieldKind};
use crate::desk::typed::Typed;
use crate::desk::{names, rows, trouble};
use crate::residents::table;
use crate::shell::ui::{self, Cell, Choice, Column, Link, Markup, Select, Table, Tile, Tiles};
use crate::shell::{Fields, Page, Query, Signed, Trouble, html, invalid};

/// The most of one kind on a page of that kind.
const MOST: usize = 20;
/// The most of each on a page of all kinds.
const FEW: usize = 5;
/// The longest text that is searched for.
const LONGEST: usize = 100;

/// People, or why they are not shown.
struct People {
    heading: String,
    table: Table,
    more: String,
    /// How many there are, when the purpose is missing.
    untold: String,
}

/// Any other kind.
struct Section {
    heading: String,
    part: Markup,
    more: String,
}

#[derive(Template)]
#[template(path = "search/templates/results.html")]
struct Results {
    page: Page,
    words: Markup,
    asked: bool,
    id: String,
    purpose: Markup,
    shown_for: String,
    kinds: Vec<(Link, bool)>,
    area: Markup,
    kind: String,
    people: Vec<People>,
    sections: Vec<Section>,
    untold: bool,
    none: bool,
    building: bool,
}

/// `POST /desk/search`: begins a search, or says what one is for.
pub(super) async fn ask(
    State(portal): State<Portal>,
    page: Page,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let now = portal.linli.clock().now();
    let mut typed = Typed::of(&sent);
    let known = kept::get(&session, sent.text("s")).await?;
    let text = match known {
        // The form for the purpose does not send the words again.
        Some(search) if !typed.has("text") => search.text,
        _ => typed.words("text", "desk.search-required"),
    };
    let mut purpose = typed.some_words("purpose");
    if typed.has("purpose") && purpose.is_empty() {
        typed.refuse(linli_kernel::Refusal::new("desk.purpose-required").on("purpose"));
    }
    if let Err(refusals) = typed.into_result(Some(())) {
        return invalid(&empty(page.with_refusals(&refusals), &text));
    }
    if purpose.is_empty() {
        purpose = kept::last_purpose(&session, now).await?;
    }
    let text: String = text.chars().take(LONGEST).collect();
    let purpose: String = purpose.chars().take(200).collect();
    let id = kept::begin(&session, &text, &purpose, now).await?;
    let mut to = format!("/desk/search?s={id}");
    for name in ["kind", "area"] {
        if let Some(value) = sent.given(name) {
            let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
            to.push_str(&format!("&{name}={value}"));
        }
    }
    Ok(Redirect::to(&to).into_response())
}

/// `GET /desk/search`: what the search that the address names finds.
pub(super) async fn results(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    session: Session,
) -> Result<Response, Trouble> {
    let id = page.query.get("s").unwrap_or_default();
    let Some(mut search) = kept::get(&session, id).await? else {
        return html(&empty(page, ""));
    };
    let kinds = kinds(&page.query, &signed.actor);
    let area: Option<AreaPath> = page.query.get("area").and_then(|area| area.parse().ok());
    let most = if kinds.len() == 1 { MOST } else { FEW };
    let asked = Asked {
        text: &search.text,
        kinds: &kinds,
        area: area.as_ref(),
        most,
    };
    let mut found = portal
        .linli
        .search(&signed.actor, asked)
        .await
        .map_err(trouble)?;
    let purpose = search
        .purpose(portal.linli.clock().now())
        .map(str::to_owned);
    if let Some(words) = &purpose {
        let before = search.looked.len();
        looked_at(&portal, &signed.actor, &found, words, &mut search.looked).await?;
        if search.looked.len() > before {
            kept::keep(&session, &search).await?;
        }
    }
    let shown = show(&portal, page, &signed, &search, purpose, &mut found).await?;
    html(&shown)
}

/// Records a look at everybody who is shown and was not yet looked at.
pub(crate) async fn looked_at(
    portal: &Portal,
    actor: &Actor,
    found: &Found,
    words: &str,
    looked: &mut Vec<ResidentId>,
) -> Result<(), Trouble> {
    let purpose = Purpose {
        why: Why::Other,
        case: None,
        words: words.to_owned(),
    };
    let heads = found.households.rows.iter().filter_map(|row| row.head);
    for id in found.residents.rows.iter().map(|row| row.id).chain(heads) {
        if !looked.contains(&id) {
            let recorded = portal.linli.record_look(actor, id, &purpose).await;
            match recorded.map_err(trouble) {
                Ok(()) => looked.push(id),
                // The head of a household may have been erased: there is nobody to look at.
                Err(Trouble::Refused(_)) => {}
                Err(other) => return Err(other),
            }
        }
    }
    Ok(())
}

/// The kinds that an address asks for, of those that the post may be shown.
fn kinds(query: &Query, actor: &Actor) -> Vec<Kind> {
    let all = shown(actor);
    match query.get("kind").and_then(Kind::from_code) {
        Some(kind) if all.contains(&kind) => vec![kind],
        _ => all,
    }
}

/// The kinds that a post may be shown: people only to whoever may open a record, since each one
/// shown is a look.
pub(crate) fn shown(actor: &Actor) -> Vec<Kind> {
    let may = |action| scope(actor, action) != Scope::Nothing;
    let shown = |kind: &Kind| match kind {
        Kind::Resident | Kind::Household => may(Action::ResidentList) && may(Action::ResidentRead),
        Kind::Case => may(Action::CaseRead),
        Kind::Service | Kind::Place => true,
    };
    Kind::ALL.into_iter().filter(shown).collect()
}

fn words(page: &Page, text: &str) -> Markup {
    Field::new(
        "text",
        page.t("search-words"),
        FieldKind::Line(ui::Kind::Search),
    )
    .hint(page.t("search-words-hint"))
    .preset(text)
    .draw(page)
}

fn purpose_field(page: &Page) -> Markup {
    Field::new(
        "purpose",
        page.t("residents-purpose"),
        FieldKind::Line(ui::Kind::Text),
    )
    .hint(page.t("residents-purpose-hint"))
    .draw(page)
}

fn empty(page: Page, text: &str) -> Results {
    Results {
        words: words(&page, text),
        asked: false,
        id: String::new(),
        purpose: Markup::default(),
        shown_for: String::new(),
        kinds: Vec::new(),
        area: Markup::default(),
        kind: String::new(),
        people: Vec::new(),
        sections: Vec::new(),
        untold: false,
        none: false,
        building: false,
        page,
    }
}

async fn show(
    portal: &Portal,
    page: Page,
    signed: &Signed,
    search: &Search,
    purpose: Option<String>,
    found: &mut Found,
) -> Result<Results, Trouble> {
    let told = purpose.is_some();
    let mut people = Vec::new();
    let residents = std::mem::take(&mut found.residents);
    if !residents.rows.is_empty() {
        people.push(residents_section(portal, &page, &residents, told));
    }
    let households = std::mem::take(&mut found.households);
    if !households.rows.is_empty() {
        people.push(households_section(portal, &page, &households, told));
    }
    let sections = sections(portal, &page, found).await?;
    Ok(Results {
        words: words(&page, &search.text),
        asked: true,
        id: search.id.clone(),
        purpose: purpose_field(&page),
        shown_for: purpose.unwrap_or_default(),
        kinds: kind_links(&page, &signed.actor),
        area: area_field(portal, &page, signed),
        kind: page.query.get("kind").unwrap_or_default().to_owned(),
        none: people.is_empty() && sections.is_empty(),
        untold: !told && !people.is_empty(),
        building: found.building,
        people,
        sections,
        page,
    })
}

fn residents_section(
    portal: &Portal,
    page: &Page,
    found: &Group<linli_community::residents::Row>,
    told: bool,
) -> People {
    let heading = page.t("search-kind-resident");
    let count = counted(found.rows.len(), found.more);
    let table = if told {
        table(
            portal,
            page,
            heading.clone(),
            &found.rows,
            "/desk/residents/",
        )
    } else {
        Table::default()
    };
    People {
        untold: if told {
            String::new()
        } else {
            page.t1("search-people", "count", count)
        },
        more: more(page, Kind::Resident, found.more && told),
        heading,
        table,
    }
}

fn households_section(
    portal: &Portal,
    page: &Page,
    found: &Group<HouseholdRow>,
    told: bool,
) -> People {
    let heading = page.t("search-kind-household");
    let count = counted(found.rows.len(), found.more);
    let columns = [
        "search-col-head",
        "search-col-address",
        "search-col-members",
        "residents-col-area",
    ];
    let row = |row: &HouseholdRow| {
        let head = match row.head {
            Some(head) => Cell::link(&row.name, format!("/desk/residents/{head}")),
            None => Cell::text(&row.name),
        };
        vec![
            head,
            Cell::text(&row.address),
            Cell::text(row.members.to_string()),
            Cell::text(rows::area_name(&portal.linli, &row.area)),
        ]
    };
    let table = Table {
        caption: heading.clone(),
        columns: columns.map(|key| Column::new(page.t(key))).to_vec(),
        rows: if told {
            found.rows.iter().map(row).collect()
        } else {
            Vec::new()
        },
        ..Table::default()
    };
    People {
        untold: if told {
            String::new()
        } else {
            page.t1("search-households", "count", count)
        },
        more: more(page, Kind::Household, found.more && told),
        heading,
        table,
    }
}

/// Cases, services and places, as far as there are any.
async fn sections(portal: &Portal, page: &Page, found: &Found) -> Result<Vec<Section>, Trouble> {
    let mut sections = Vec::new();
    let mut push = |kind: Kind, part: Markup, is_more: bool| {
        sections.push(Section {
            heading: page.t(&format!("search-kind-{}", kind.code())),
            part,
            more: more(page, kind, is_more),
        });
    };
    let cases = &found.cases;
    if !cases.rows.is_empty() {
        let names = names(portal, cases.rows.iter().filter_map(|row| row.holder)).await?;
        let caption = page.t("search-kind-case");
        let table = rows::table(page, &portal.linli, caption, &cases.rows, &names);
        push(Kind::Case, Markup::of(&table), cases.more);
    }
    if !found.services.rows.is_empty() {
        let tiles = found.services.rows.iter().map(|id| Tile {
            href: format!("/services/{id}"),
            title: rows::service_name(page, &portal.linli, id),
            text: String::new(),
        });
        let tiles = Tiles {
            tiles: tiles.collect(),
        };
        push(Kind::Service, Markup::of(&tiles), found.services.more);
    }
    if !found.places.rows.is_empty() {
        push(
            Kind::Place,
            Markup::of(&places(portal, page, &found.places.rows)),
            found.places.more,
        );
    }
    Ok(sections)
}

fn places(portal: &Portal, page: &Page, found: &[AreaPath]) -> Table {
    let areas = portal.linli.areas();
    let row = |path: &AreaPath| {
        let kind = areas
            .get(path)
            .map(|area| area.kind.code().replace('_', "-"));
        vec![
            Cell::text(rows::area_name(&portal.linli, path)),
            Cell::text(
                kind.map(|kind| page.t(&format!("places-kind-{kind}")))
                    .unwrap_or_default(),
            ),
            Cell::text(path.code()),
        ]
    };
    let columns = ["search-col-place", "search-col-kind", "search-col-code"];
    Table {
        caption: page.t("search-kind-place"),
        columns: columns.map(|key| Column::new(page.t(key))).to_vec(),
        rows: found.iter().map(row).collect(),
        ..Table::default()
    }
}

fn counted(count: usize, more: bool) -> String {
    if more {
        format!("{count}+")
    } else {
        count.to_string()
    }
}

/// What to do when there are more than are shown.
fn more(page: &Page, kind: Kind, more: bool) -> String {
    match page.query.get("kind") {
        _ if !more => String::new(),
        Some(_) => page.t1("search-more", "count", MOST),
        None => page.t(&format!("search-more-{}", kind.code())),
    }
}

fn kind_links(page: &Page, actor: &Actor) -> Vec<(Link, bool)> {
    let chosen = page.query.get("kind");
    let all = Link::new(page.t("search-kind-all"), page.query.without("kind"));
    let mut links = vec![(all, chosen.is_none())];
    for kind in shown(actor) {
        let text = page.t(&format!("search-kind-{}", kind.code()));
        let link = Link::new(text, page.query.with("kind", kind.code()));
        links.push((link, chosen == Some(kind.code())));
    }
    links
}

/// The areas directly in the post's own, to narrow the search to.
fn area_field(portal: &Portal, page: &Page, signed: &Signed) -> Markup {
    let Some(post) = &signed.actor.post else {
        return Markup::default();
    };
    let areas = portal.linli.areas();
    let mut choices = vec![Choice::new("", page.t("search-area-all"))];
    choices.extend(
        areas
            .children(&post.area)
            .map(|area| Choice::new(area.path().as_str(), area.name())),
    );
    if choices.len() == 1 {
        return Markup::default();
    }
    let chosen = page.query.get("area").unwrap_or_default();
    Markup::of(&Select {
        name: "area".to_owned(),
        label: page.t("search-area"),
        choices: choices
            .into_iter()
            .map(|one| one.chosen_if(chosen))
            .collect(),
        ..Select::default()
    })
}
