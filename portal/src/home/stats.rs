//! 办理统计: public counts by service; a count under five is not shown.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use linli_community::cases::statistics::{Counts, LEAST_SHOWN, Statistics, public_counts, shown};
use linli_kernel::AreaPath;

use crate::Portal;
use crate::catalogue::views::say;
use crate::shell::format::grouped;
use crate::shell::ui::{Cell, Column, Table};
use crate::shell::{Page, Trouble, html};

#[derive(Template)]
#[template(path = "home/templates/stats.html")]
struct Stats {
    page: Page,
    table: Table,
}

/// `GET /stats`
pub(super) async fn show(State(portal): State<Portal>, page: Page) -> Result<Response, Trouble> {
    let districts: Vec<AreaPath> = {
        let areas = portal.linli.areas();
        let tops = areas.living().filter(|area| area.path().depth() == 1);
        tops.map(|area| area.path().clone()).collect()
    };
    let mut all = Statistics::new();
    for district in &districts {
        for (service, counts) in public_counts(&portal.linli, district).await? {
            add(all.entry(service).or_default(), counts);
        }
    }
    html(&Stats {
        table: table(&portal, &page, &all),
        page,
    })
}

fn add(sum: &mut Counts, more: Counts) {
    for (phase, n) in more.phases {
        *sum.phases.entry(phase).or_default() += n;
    }
    for (result, n) in more.results {
        *sum.results.entry(result).or_default() += n;
    }
    for (stars, n) in more.ratings {
        *sum.ratings.entry(stars).or_default() += n;
    }
}

fn table(portal: &Portal, page: &Page, all: &Statistics) -> Table {
    let today = portal.linli.clock().today();
    let numbers = [
        "stats-received",
        "stats-open",
        "stats-granted",
        "stats-refused",
        "stats-rated",
    ];
    let mut columns = vec![Column::new(page.t("stats-service"))];
    columns.extend(numbers.map(|key| Column::new(page.t(key)).numeric()));
    let services: Vec<_> = portal.linli.catalogue().services_on(today).collect();
    let rows = services.into_iter().filter_map(|service| {
        let counts = all.get(&service.id)?;
        let href = format!("/services/{}", service.id);
        let mut row = vec![Cell::link(say(page, &service.names), href)];
        row.extend(figures(counts).map(|n| Cell::text(figure(page, n))));
        Some(row)
    });
    Table {
        caption: page.t1("stats-caption", "day", page.date(today)),
        columns,
        rows: rows.collect(),
        ..Table::default()
    }
}

/// Received, open, granted or confirmed, refused, rated satisfied or better.
fn figures(counts: &Counts) -> [u64; 5] {
    let refused = counts.results.get("refuse").copied().unwrap_or_default();
    let decided: u64 = counts.results.values().sum();
    let content: u64 = counts
        .ratings
        .iter()
        .filter(|(stars, _)| **stars >= 4)
        .map(|(_, n)| n)
        .sum();
    [
        counts.total(),
        counts.open(),
        decided - refused,
        refused,
        content,
    ]
}

fn figure(page: &Page, count: u64) -> String {
    match shown(count) {
        Some(count) => grouped(count),
        None => page.t1("stats-hidden", "n", LEAST_SHOWN),
    }
}
