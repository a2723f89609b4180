//! Browsing the journal, newest first, by kind, area and stream. A filter looks back over a bounded
//! stretch at a time, so that it costs the same whatever it seeks; “older” goes on from there.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use linli_journal::Recorded;
use linli_kernel::gate::{Scope, Target, scope};
use linli_kernel::{Action, Actor, StreamId};

use crate::Portal;
use crate::desk::rows;
use crate::shell::format::grouped;
use crate::shell::ui::{self, Cell, Chip, Column, Input, Link, Markup, Table};
use crate::shell::{Page, Query, Signed, Trouble, html};

/// Entries on a page.
const SHOWN: usize = 50;
/// Entries read at a time.
const READ: u64 = 200;
/// Entries looked through for one page.
const MOST_READ: u64 = 2_000;

#[derive(Template)]
#[template(path = "audit/templates/journal.html")]
struct JournalPage {
    page: Page,
    checkpoint: String,
    filter: ui::Filter,
    table: Table,
    older: String,
    empty: bool,
}

/// What is wanted.
struct Wanted<'a> {
    kind: &'a str,
    area: &'a str,
    scope: Scope,
}

impl Wanted<'_> {
    fn takes(&self, entry: &Recorded) -> bool {
        let target = Target {
            area: &entry.area,
            subject: None,
        };
        self.scope.covers(target)
            && entry.kind.name.starts_with(self.kind)
            && (self.area.is_empty() || entry.area.codes().any(|code| code == self.area))
    }
}

/// `GET /desk/audit`.
pub(super) async fn browse(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let journal = portal.linli.journal();
    let checkpoint = journal.checkpoint().await?;
    let size: u64 = checkpoint
        .lines()
        .nth(1)
        .and_then(|line| line.parse().ok())
        .unwrap_or(0);
    let query = &page.query;
    let wanted = Wanted {
        kind: query.get("kind").unwrap_or_default(),
        area: query.get("area").unwrap_or_default(),
        scope: scope(&signed.actor, Action::JournalAudit),
    };
    let (found, next) = match query.get("stream") {
        Some(stream) => (of_stream(&portal, stream, &wanted).await?, None),
        None => {
            let before = query.get("before").and_then(|seq| seq.parse().ok());
            back(&portal, before.unwrap_or(size).min(size), &wanted).await?
        }
    };
    let count = grouped(size);
    html(&JournalPage {
        filter: filter(&page),
        table: table(
            &portal,
            &page,
            page.t1("audit-caption", "count", count),
            &found,
        ),
        older: next
            .map(|seq| query.with("before", &seq.to_string()))
            .unwrap_or_default(),
        empty: found.is_empty(),
        checkpoint,
        page,
    })
}

async fn of_stream(
    portal: &Portal,
    stream: &str,
    wanted: &Wanted<'_>,
) -> Result<Vec<Recorded>, Trouble> {
    let stream = StreamId::from(stream.to_owned());
    let mut found = portal.linli.journal().stream(&stream).await?;
    found.retain(|entry| wanted.takes(entry));
    found.reverse();
    Ok(found)
}

/// Looks back from `before`; gives what was found and where to go on, when there is more to look at.
async fn back(
    portal: &Portal,
    before: u64,
    wanted: &Wanted<'_>,
) -> Result<(Vec<Recorded>, Option<u64>), Trouble> {
    let mut found = Vec::new();
    let mut at = before;
    let last = before.saturating_sub(MOST_READ);
    while at > last && found.len() < SHOWN {
        let from = at.saturating_sub(READ).max(last);
        let read = portal.linli.journal().entries(from, at - from).await?;
        for entry in read.into_iter().rev() {
            if found.len() == SHOWN {
                break;
            }
            at = entry.seq;
            if wanted.takes(&entry) {
                found.push(entry);
            }
        }
        if found.len() < SHOWN {
            at = from;
        }
    }
    Ok((found, (at > 0).then_some(at)))
}

fn filter(page: &Page) -> ui::Filter {
    let query: &Query = &page.query;
    let names = ["kind", "area", "stream"];
    let fields = names.map(|name| {
        Markup::of(&Input {
            name: name.to_owned(),
            label: page.t(&format!("audit-filter-{name}")),
            value: query.get(name).unwrap_or_default().to_owned(),
            ..Input::default()
        })
    });
    let chips = names.iter().filter_map(|name| {
        Some(Chip {
            text: query.get(name)?.to_owned(),
            href: query.without(name),
        })
    });
    ui::Filter {
        action: "/desk/audit".to_owned(),
        label: page.t("audit-filter"),
        fields: fields.to_vec(),
        button: page.t("audit-filter-go"),
        chips: chips.collect(),
        remove: page.t("filter-remove"),
        clear: Some(Link::new(page.t("filter-clear"), "/desk/audit")).filter(|_| {
            names
                .iter()
                .filter(|name| query.get(name).is_some())
                .count()
                > 1
        }),
        ..ui::Filter::default()
    }
}

fn table(portal: &Portal, page: &Page, caption: String, found: &[Recorded]) -> Table {
    let columns =
        ["seq", "at", "kind", "stream", "area", "actor"].map(|name| format!("audit-col-{name}"));
    let row = |entry: &Recorded| {
        vec![
            Cell::link(entry.seq.to_string(), format!("/desk/audit/{}", entry.seq)),
            Cell::text(page.when(entry.at)),
            Cell::text(entry.kind.name.to_string()),
            Cell::text(entry.stream.as_str()),
            Cell::text(rows::area_name(&portal.linli, &entry.area)),
            Cell::text(actor(portal, page, &entry.actor)),
        ]
    };
    Table {
        caption,
        columns: columns.iter().map(|key| Column::new(page.t(key))).collect(),
        rows: found.iter().map(row).collect(),
        ..Table::default()
    }
}

/// Who acted: the post, or the account.
pub(super) fn actor(portal: &Portal, page: &Page, actor: &Actor) -> String {
    match (&actor.post, actor.account) {
        (Some(post), _) => {
            let (area, role) = (
                rows::area_name(&portal.linli, &post.area),
                page.role(post.role),
            );
            page.ta("audit-actor-post", &[("area", &area), ("role", &role)])
        }
        (None, Some(account)) => page.t1("audit-actor-account", "account", account),
        (None, None) => page.t("audit-actor-system"),
    }
}
