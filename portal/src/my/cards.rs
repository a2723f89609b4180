//! One case as a card: service, where it is, who has it and by when, what is promised.

use askama::Template;
use linli_community::Linli;
use linli_community::cases::{Phase, queries::Row};

use crate::catalogue::views::say;
use crate::progress::words;
use crate::shell::Page;
use crate::shell::ui::{Markup, Tag};

#[derive(Template)]
#[template(path = "my/templates/card.html")]
struct Card {
    class: &'static str,
    key: String,
    number: String,
    service: String,
    tag: Tag,
    whom: String,
    next: String,
    promise: String,
}

/// The card of `row`; `whom` names the one whose case it is, when it is not the reader's own.
pub(crate) fn card(page: &Page, linli: &Linli, row: &Row, whom: Option<&str>) -> Markup {
    Markup::of(&Card {
        class: words::card_class(row.phase),
        key: row.number.clone(),
        number: words::grouped(&row.number),
        service: service_name(page, linli, row),
        tag: words::tag(page, row.phase),
        whom: whom
            .map(|name| page.ta("my-cases-for", &[("name", name)]))
            .unwrap_or_default(),
        next: next(page, linli, row),
        promise: promise(page, linli, row),
    })
}

/// The name of the service of a case, in the version it was filed under.
pub(crate) fn service_name(page: &Page, linli: &Linli, row: &Row) -> String {
    linli
        .catalogue()
        .version(&row.service, row.version)
        .map_or_else(|| row.service.clone(), |service| say(page, &service.names))
}

fn next(page: &Page, linli: &Linli, row: &Row) -> String {
    let Some(next) = &row.next else {
        return String::new();
    };
    let who = row.desk.as_ref().map_or_else(
        || page.t("progress-who-you"),
        |desk| words::desk_name(page, linli, desk),
    );
    let next = words::next_text(page, next);
    let by = match (row.due, row.due_unknown) {
        (Some(due), _) => words::date_left(page, linli, due),
        (None, Some(year)) => page.t1("progress-due-unknown", "year", year),
        (None, None) => page.t("progress-promise-paused"),
    };
    page.ta(
        "progress-wait",
        &[("who", &who), ("next", &next), ("by", &by)],
    )
}

fn promise(page: &Page, linli: &Linli, row: &Row) -> String {
    let colon = page.pick("：", ": ");
    match row.result_by {
        Some(day) if row.phase.is_before_decision() && row.phase != Phase::Supplement => {
            format!(
                "{}{colon}{}",
                page.t("progress-promise"),
                words::date_left(page, linli, day)
            )
        }
        _ => String::new(),
    }
}
