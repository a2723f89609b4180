//! 科目余额: what lies in each account, by month, benefit and street; and whether it balances.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use linli_community::benefits::{Account, By};

use super::words;
use crate::Portal;
use crate::desk::{rows, trouble};
use crate::shell::ui::{Cell, Column, Table};
use crate::shell::{Page, Signed, Trouble, html};

#[derive(Template)]
#[template(path = "benefits/templates/ledger.html")]
struct LedgerPage {
    page: Page,
    balanced: bool,
    unbalanced: Vec<String>,
    tables: Vec<Table>,
    accounts: Vec<(String, String)>,
}

/// `GET /desk/ledger`
pub(super) async fn show(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let mut tables = Vec::new();
    for (by, key) in [
        (By::Period, "period"),
        (By::Service, "service"),
        (By::Street, "street"),
    ] {
        let found = portal
            .linli
            .balances(&signed.actor, by, None)
            .await
            .map_err(trouble)?;
        tables.push(table(&portal, &page, (by, key), &found));
    }
    let unbalanced = portal.linli.unbalanced().await?;
    let accounts = Account::ALL.map(|account| {
        let name = page.t(&format!("ledger-account-{}", account.code()));
        let said = page.t(&format!("ledger-account-{}-said", account.code()));
        (name, said)
    });
    html(&LedgerPage {
        balanced: unbalanced.is_empty(),
        unbalanced,
        tables,
        accounts: accounts.to_vec(),
        page,
    })
}

fn table(
    portal: &Portal,
    page: &Page,
    (by, key): (By, &str),
    found: &[(String, Account, i64)],
) -> Table {
    let mut pivot: BTreeMap<&str, BTreeMap<Account, i64>> = BTreeMap::new();
    for (what, account, fen) in found {
        *pivot.entry(what).or_default().entry(*account).or_default() += fen;
    }
    let mut columns = vec![Column::new(page.t(&format!("ledger-by-{key}")))];
    for account in Account::ALL {
        let name = page.t(&format!("ledger-account-{}", account.code()));
        columns.push(Column::new(name).numeric());
    }
    columns.push(Column::new(page.t("ledger-sum")).numeric());
    let rows = pivot.iter().map(|(what, balances)| {
        let mut cells = vec![Cell::text(name(portal, page, by, what))];
        for account in Account::ALL {
            let fen = balances.get(&account).copied().unwrap_or(0);
            cells.push(Cell::text(page.money(fen)).class("is-num"));
        }
        let sum: i64 = balances.values().sum();
        let class = if sum == 0 { "is-num" } else { "is-late" };
        cells.push(Cell::text(page.money(sum)).class(class));
        cells
    });
    Table {
        caption: page.t(&format!("ledger-caption-{key}")),
        rows: rows.collect(),
        columns,
        ..Table::default()
    }
}

fn name(portal: &Portal, page: &Page, by: By, what: &str) -> String {
    match by {
        By::Period if what.is_empty() => page.t("ledger-no-period"),
        By::Period => words::month_text(page, what),
        By::Service => words::service(portal, page, what),
        By::Street => what.parse().map_or_else(
            |_| what.to_owned(),
            |area| rows::area_name(&portal.linli, &area),
        ),
    }
}
