//! What is in the index: rows of the registers as entries, and nothing that is not in them.
//!
//! An entry's place is the code of its area, not its path: a committee that moves to another street
//! keeps its code, and its entries.

use std::collections::BTreeMap;

use linli_kernel::{AreaPath, Fault};
use linli_search::Entry;
use sea_orm::sea_query::{Cond, Expr, ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult};

use super::Kind;
use crate::catalogue::{Catalogue, Service};
use crate::places::{Area, AreaTree};
use crate::registers::store;

/// How many keys stand in one condition.
const KEYS: usize = 500;

/// Which rows of a register are read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rows<'a> {
    /// Those with these keys.
    Of(&'a [String]),
    /// Those after this key, at most so many.
    After(&'a str, u64),
}

/// A row, and the entry it makes: none when it is not to be found.
pub(super) struct Document {
    pub(super) key: String,
    pub(super) entry: Option<Entry>,
}

/// Residents. Whoever died is in no list, and not found.
pub(super) async fn residents(
    reader: &DatabaseConnection,
    which: Rows<'_>,
) -> Result<Vec<Document>, Fault> {
    let rows = read(reader, "resident", &["id", "area", "name", "dead"], which).await?;
    rows.iter().map(resident).collect()
}

fn resident(row: &QueryResult) -> Result<Document, Fault> {
    let key = text(row, "id")?.unwrap_or_default();
    let (area, name) = (text(row, "area")?, text(row, "name")?);
    let living = number(row, "dead")?.unwrap_or(0) == 0;
    let entry = match (area, name) {
        (Some(area), Some(name)) if living => Some(Entry {
            kind: Kind::Resident.code(),
            key: key.clone(),
            place: place(&area),
            names: vec![name],
            ..Entry::default()
        }),
        _ => None,
    };
    Ok(Document { key, entry })
}

/// Households, by address and by the name of their head.
pub(super) async fn households(
    reader: &DatabaseConnection,
    which: Rows<'_>,
) -> Result<Vec<Document>, Fault> {
    let columns = ["id", "area", "head", "address"];
    let rows = read(reader, "household", &columns, which).await?;
    let heads: Vec<String> = rows
        .iter()
        .filter_map(|row| text(row, "head").transpose())
        .collect::<Result<_, _>>()?;
    let names = names(reader, &heads).await?;
    rows.iter().map(|row| household(row, &names)).collect()
}

fn household(row: &QueryResult, names: &BTreeMap<String, String>) -> Result<Document, Fault> {
    let key = text(row, "id")?.unwrap_or_default();
    let head = text(row, "head")?.unwrap_or_default();
    let name: Vec<String> = names.get(&head).cloned().into_iter().collect();
    let address: Vec<String> = text(row, "address")?.into_iter().collect();
    let found_by_something = !name.is_empty() || !address.is_empty();
    let entry = text(row, "area")?
        .filter(|_| found_by_something)
        .map(|area| Entry {
            kind: Kind::Household.code(),
            key: key.clone(),
            place: place(&area),
            names: name,
            words: address,
            order: 0,
        });
    Ok(Document { key, entry })
}

/// Cases, by the applicant's name and by what the service is called; the latest first.
pub(super) async fn cases(
    reader: &DatabaseConnection,
    services: &BTreeMap<String, Vec<String>>,
    which: Rows<'_>,
) -> Result<Vec<Document>, Fault> {
    let columns = ["id", "area", "name", "service", "serial"];
    let rows = read(reader, "cases", &columns, which).await?;
    rows.iter().map(|row| case(row, services)).collect()
}

fn case(row: &QueryResult, services: &BTreeMap<String, Vec<String>>) -> Result<Document, Fault> {
    let key = text(row, "id")?.unwrap_or_default();
    let service = text(row, "service")?.unwrap_or_default();
    let name = text(row, "name")?.filter(|name| !name.is_empty());
    let serial = number(row, "serial")?.unwrap_or(0);
    let entry = text(row, "area")?.map(|area| Entry {
        kind: Kind::Case.code(),
        key: key.clone(),
        place: place(&area),
        names: name.into_iter().collect(),
        words: services.get(&service).cloned().unwrap_or_default(),
        order: u64::try_from(serial).unwrap_or(0),
    });
    Ok(Document { key, entry })
}

/// The words by which a case of each service is found: what it is called.
pub(super) fn service_words(
    catalogue: &Catalogue,
    today: jiff::civil::Date,
) -> BTreeMap<String, Vec<String>> {
    let called =
        |service: &Service| [vec![service.names.zh.clone()], short_names(service)].concat();
    let services = catalogue.services_on(today);
    services.map(|one| (one.id.clone(), called(one))).collect()
}

/// 事项: what is in force today.
pub(super) fn services(catalogue: &Catalogue, today: jiff::civil::Date) -> Vec<Entry> {
    let entry = |service: &Service| Entry {
        kind: Kind::Service.code(),
        key: service.id.clone(),
        names: [
            vec![service.names.zh.clone(), service.names.en.clone()],
            short_names(service),
        ]
        .concat(),
        words: vec![
            service.summary.zh.clone(),
            service.summary.en.clone(),
            service.id.clone(),
        ],
        ..Entry::default()
    };
    catalogue.services_on(today).map(|one| entry(one)).collect()
}

/// What people call a service: 低保.
fn short_names(service: &Service) -> Vec<String> {
    service.keywords.clone()
}

/// 区划: the living areas, by name.
pub(super) fn places(areas: &AreaTree) -> Vec<Entry> {
    let entry = |area: &Area| Entry {
        kind: Kind::Place.code(),
        key: area.path().to_string(),
        place: area.code.clone(),
        names: vec![area.name().to_owned(), area.place_name().to_owned()],
        words: vec![areas.full_name(area.path()), area.code.clone()],
        // The wider first.
        order: u64::from(u8::MAX) - Ord::min(area.path().depth() as u64, u64::from(u8::MAX)),
    };
    areas.living().map(entry).collect()
}

/// Rows in which `column` is one of `values`: their keys.
pub(super) async fn keys_where(
    reader: &DatabaseConnection,
    table: &'static str,
    column: &'static str,
    values: &[String],
) -> Result<Vec<String>, Fault> {
    let mut found = Vec::new();
    for some in values.chunks(KEYS) {
        let query = Query::select()
            .column("id")
            .from(table)
            .and_where(Expr::col(column).is_in(some.iter().cloned()))
            .take();
        for row in reader.query_all(&query).await.map_err(store)? {
            found.extend(text(&row, "id")?);
        }
    }
    Ok(found)
}

/// The households of these residents.
pub(super) async fn households_of(
    reader: &DatabaseConnection,
    residents: &[String],
) -> Result<Vec<String>, Fault> {
    let rows = read(reader, "resident", &["household"], Rows::Of(residents)).await?;
    rows.iter()
        .filter_map(|row| text(row, "household").transpose())
        .collect()
}

/// Names of residents by their keys.
pub(super) async fn names(
    reader: &DatabaseConnection,
    residents: &[String],
) -> Result<BTreeMap<String, String>, Fault> {
    let rows = read(reader, "resident", &["id", "name"], Rows::Of(residents)).await?;
    let mut names = BTreeMap::new();
    for row in rows {
        if let (Some(id), Some(name)) = (text(&row, "id")?, text(&row, "name")?) {
            names.insert(id, name);
        }
    }
    Ok(names)
}

pub(super) async fn read(
    reader: &DatabaseConnection,
    table: &'static str,
    columns: &[&'static str],
    which: Rows<'_>,
) -> Result<Vec<QueryResult>, Fault> {
    let select = |cond: Cond| {
        let mut query = Query::select();
        query
            .columns(columns.iter().copied())
            .from(table)
            .cond_where(cond);
        query
    };
    match which {
        Rows::After(key, most) => {
            let mut query = select(Cond::all().add(Expr::col("id").gt(key)));
            query.order_by("id", Order::Asc).limit(most);
            reader.query_all(&query).await.map_err(store)
        }
        Rows::Of(keys) => {
            let mut found = Vec::new();
            for some in keys.chunks(KEYS) {
                let among = Expr::col("id").is_in(some.iter().cloned());
                let query = select(Cond::all().add(among));
                found.extend(reader.query_all(&query).await.map_err(store)?);
            }
            Ok(found)
        }
    }
}

/// The code of the area at `path`.
fn place(path: &str) -> String {
    path.parse::<AreaPath>()
        .map_or_else(|_bad| String::new(), |path| path.code().to_owned())
}

pub(super) fn text(row: &QueryResult, column: &str) -> Result<Option<String>, Fault> {
    row.try_get("", column).map_err(store)
}

fn number(row: &QueryResult, column: &str) -> Result<Option<i64>, Fault> {
    row.try_get("", column).map_err(store)
}
