//! How columns, values and shares are said.

use linli_community::reporting::{Column, Created, Kind, Rules, Share, columns};
use linli_community::residents::FieldType;
use linli_kernel::{AreaPath, Fault};
use linli_units::Fen;
use serde_json::Value;

use crate::Portal;
use crate::desk::rows;
use crate::shell::Page;
use crate::shell::ui::{Cell, Column as Header, Markup, Table, Tag, Tone};

/// The columns of a table, in its order.
pub(crate) fn columns_of(portal: &Portal, table: &Created) -> Result<Vec<Column>, Fault> {
    let known = columns(portal.linli.catalogue().dictionary(), Rules::built_in()?);
    let wanted = table.columns.iter();
    let found = wanted.filter_map(|id| known.iter().find(|column| column.id == *id));
    Ok(found.cloned().collect())
}

/// What a column is called: with its unit, where it holds money.
pub(crate) fn name(page: &Page, column: &Column) -> String {
    let name = column.names.in_lang(page.lang.tag());
    match column.kind {
        Kind::Fact(FieldType::Money) => page.t1("reporting-in-yuan", "name", name),
        _ => name.to_owned(),
    }
}

/// What the column `id` is called, whether it still exists or not.
pub(super) fn name_of(page: &Page, known: &[Column], id: &str) -> String {
    let found = known.iter().find(|column| column.id == id);
    found.map_or_else(|| id.to_owned(), |column| name(page, column))
}

/// Several columns by name.
pub(super) fn names_of(page: &Page, known: &[Column], ids: &[String]) -> String {
    let comma = if page.lang.tag() == "en" { ", " } else { "、" };
    let names: Vec<String> = ids.iter().map(|id| name_of(page, known, id)).collect();
    names.join(comma)
}

/// A value as people write it.
pub(crate) fn shown(portal: &Portal, page: &Page, column: &Column, value: &Value) -> String {
    let dictionary = portal.linli.catalogue().dictionary();
    let tag = page.lang.tag();
    let text = value.as_str();
    match column.kind {
        Kind::Area => {
            let area = text.and_then(|path| path.parse::<AreaPath>().ok());
            area.map_or_else(String::new, |area| rows::area_name(&portal.linli, &area))
        }
        Kind::Relation => {
            let list = dictionary.list("relation");
            let code = list.and_then(|list| list.code(text?));
            code.map_or_else(String::new, |code| code.names.in_lang(tag).to_owned())
        }
        Kind::Fact(FieldType::Code) => {
            let name = text.and_then(|code| dictionary.code_name(&column.id, code));
            name.map_or_else(String::new, |name| name.in_lang(tag).to_owned())
        }
        Kind::Fact(FieldType::Money) => value
            .as_i64()
            .map_or_else(String::new, |fen| Fen(fen).plain()),
        Kind::Age | Kind::Members | Kind::Fact(_) => match text {
            Some(text) => text.to_owned(),
            None => value.to_string(),
        },
    }
}

/// 登记册里有多少: a row a column, with its share, and whether somebody has to fill it in.
pub(super) fn shares(page: &Page, known: &[Column], shares: &[Share], held_percent: u8) -> Table {
    let rows = shares.iter().map(|share| {
        let missing = share.rows - share.held;
        let (key, tone) = match missing {
            0 => ("reporting-held-all", Tone::Done),
            _ if share.percent() < u64::from(held_percent) => ("reporting-by-hand", Tone::Wait),
            _ => ("reporting-held-most", Tone::Quiet),
        };
        vec![
            Cell::text(name_of(page, known, &share.column)),
            Cell::text(format!("{} / {}", share.held, share.rows)),
            Cell::text(format!("{}%", share.percent())),
            Cell::part(Markup::of(&Tag::new(page.t(key), tone))),
        ]
    });
    let looked_at = shares.first().map_or(0, |share| share.rows);
    Table {
        caption: page.t1("reporting-shares", "rows", looked_at),
        columns: vec![
            Header::new(page.t("reporting-col-column")),
            Header::new(page.t("reporting-col-held")).numeric(),
            Header::new(page.t("reporting-col-share")).numeric(),
            Header::new(page.t("reporting-col-hand")),
        ],
        rows: rows.collect(),
        ..Table::default()
    }
}
