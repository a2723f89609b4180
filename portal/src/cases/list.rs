//! The table of cases: the filter is a GET form, its state is in the address, and whoever may work
//! cases can take several at once.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use linli_community::cases::queries;
use linli_community::cases::{Desk, Filter, Phase, Sort};
use linli_community::catalogue::Channel;
use linli_kernel::gate::{Scope, scope};
use linli_kernel::{Action, AreaPath};

use crate::Portal;
use crate::desk::rows;
use crate::desk::{names, trouble};
use crate::shell::format::grouped;
use crate::shell::ui::{self, Choice, Input, Link, Markup, Pagination, Select, Table};
use crate::shell::{Page, Query, Signed, Trouble, html};

#[derive(Template)]
#[template(path = "cases/templates/list.html")]
struct ListPage {
    page: Page,
    filter: ui::Filter,
    table: Table,
    pages: Pagination,
    empty: bool,
    picks: bool,
    export: String,
}

/// `GET /desk/cases`.
pub(super) async fn list(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let wanted = filter(&portal, &page.query, &signed);
    let found = queries::list(&portal.linli, &signed.actor, &wanted)
        .await
        .map_err(trouble)?;
    let holders = found.rows.iter().filter_map(|row| row.holder);
    let names = names(&portal, holders).await?;
    let picks = scope(&signed.actor, Action::CaseWork) != Scope::Nothing;
    let mut total = grouped(found.total);
    if found.more {
        total.push('+');
    }
    let mut table = Table {
        caption: page.t1("cases-caption", "count", &total),
        columns: rows::columns(&page, true),
        rows: found
            .rows
            .iter()
            .map(|row| rows::cells(&page, &portal.linli, row, &names))
            .collect(),
        ..Table::default()
    };
    if picks {
        table.tick = "case".to_owned();
        let label = |number: &str| page.t1("cases-pick", "number", number);
        table.ticks = found
            .rows
            .iter()
            .map(|row| (row.number.clone(), label(&row.number)))
            .collect();
    }
    html(&ListPage {
        filter: filter_form(&portal, &page, &signed),
        pages: Pagination::new(&page, found.total),
        empty: found.rows.is_empty(),
        export: page
            .query
            .here()
            .replacen("/desk/cases", "/desk/export/cases", 1),
        table,
        picks,
        page,
    })
}

/// What the address asks for.
pub(crate) fn filter(portal: &Portal, query: &Query, signed: &Signed) -> Filter {
    let today = portal.linli.clock().today();
    let yes = |name: &str| query.get(name) == Some("yes");
    let sort = query.get("sort").unwrap_or("-submitted");
    let desk = signed.actor.post.as_ref().map(|post| Desk {
        role: post.role,
        area: post.area.clone(),
    });
    Filter {
        area: query.get("area").and_then(|area| area.parse().ok()),
        service: query.get("service").map(str::to_owned),
        phase: query.get("phase").and_then(Phase::from_code),
        open: match query.get("open") {
            Some("yes") => Some(true),
            Some("no") => Some(false),
            _ => None,
        },
        channel: query.get("channel").and_then(Channel::from_code),
        desk: desk.filter(|_| yes("desk")),
        holder: query.get("holder").and_then(|id| id.parse().ok()),
        number: query.get("q").map(str::to_owned),
        overdue: yes("overdue"),
        due_by: (query.get("due") == Some("today")).then_some(today),
        returned: yes("returned"),
        waits_for_applicant: yes("waiting"),
        sort: if sort.ends_with("due") {
            Sort::Due
        } else {
            Sort::Submitted
        },
        descending: sort.starts_with('-'),
        page: query.page(),
        size: query.per_page(),
        ..Filter::default()
    }
}

fn filter_form(portal: &Portal, page: &Page, signed: &Signed) -> ui::Filter {
    let query = &page.query;
    let selects = [
        ("service", services(portal, page)),
        ("phase", phases(page)),
        ("channel", channels(page)),
        ("area", areas(portal, signed)),
        (
            "overdue",
            vec![Choice::new("yes", page.t("cases-filter-overdue-yes"))],
        ),
    ];
    let mut fields = vec![Markup::of(&Input {
        name: "q".to_owned(),
        label: page.t("cases-filter-text"),
        value: query.get("q").unwrap_or_default().to_owned(),
        kind: ui::Kind::Search,
        ..Input::default()
    })];
    let mut chips = Vec::new();
    let mut chip = |name: &str, text: String| {
        chips.push(ui::Chip {
            text,
            href: query.without(name),
        });
    };
    if let Some(number) = query.get("q") {
        chip("q", number.to_owned());
    }
    for (name, choices) in selects {
        let chosen = query.get(name).unwrap_or_default();
        if let Some(one) = choices.iter().find(|one| one.value == chosen) {
            chip(name, one.text.clone());
        }
        fields.push(select(page, name, choices, chosen));
    }
    for name in ["open", "desk", "holder", "due", "returned", "waiting"] {
        if query.get(name).is_some() {
            chip(name, page.t(&format!("cases-filter-{name}")));
        }
    }
    ui::Filter {
        action: "/desk/cases".to_owned(),
        label: page.t("cases-filter"),
        fields,
        kept: kept(query),
        button: page.t("cases-filter-go"),
        clear: (chips.len() > 1).then(|| Link::new(page.t("cases-filter-clear"), "/desk/cases")),
        chips,
        remove: page.t("filter-remove"),
    }
}

fn kept(query: &Query) -> Vec<(String, String)> {
    [
        "sort", "per", "open", "desk", "holder", "due", "returned", "waiting",
    ]
    .iter()
    .filter_map(|name| Some(((*name).to_owned(), query.get(name)?.to_owned())))
    .collect()
}

fn select(page: &Page, name: &str, choices: Vec<Choice>, chosen: &str) -> Markup {
    let mut all = vec![Choice::new("", page.t("cases-filter-all"))];
    all.extend(choices);
    Markup::of(&Select {
        name: name.to_owned(),
        label: page.t(&format!("cases-filter-{name}")),
        choices: all.into_iter().map(|one| one.chosen_if(chosen)).collect(),
        ..Select::default()
    })
}

fn services(portal: &Portal, page: &Page) -> Vec<Choice> {
    let today = portal.linli.clock().today();
    let services = portal.linli.catalogue().services_on(today);
    services
        .map(|one| Choice::new(&one.id, one.names.in_lang(page.lang.tag())))
        .collect()
}

fn phases(page: &Page) -> Vec<Choice> {
    Phase::ALL
        .into_iter()
        .map(|phase| Choice::new(phase.code(), rows::phase_name(page, phase)))
        .collect()
}

pub(crate) fn channels(page: &Page) -> Vec<Choice> {
    Channel::ALL
        .into_iter()
        .map(|one| Choice::new(one.code(), page.t(&format!("channel-{}", one.code()))))
        .collect()
}

/// The areas directly below the post's own, for the filter.
fn areas(portal: &Portal, signed: &Signed) -> Vec<Choice> {
    let own: Option<&AreaPath> = signed.actor.post.as_ref().map(|post| &post.area);
    let tree = portal.linli.areas();
    own.map(|own| {
        tree.children(own)
            .map(|area| Choice::new(area.path().as_str(), area.name()))
            .collect()
    })
    .unwrap_or_default()
}
