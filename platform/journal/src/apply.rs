//! Writing changes: coalesced by row, then in bulk.
//!
//! Changes to one table are applied in their order; tables do not depend on each other. Between two
//! [`Change::Set`] of a table, later changes to a row are merged into earlier ones, so that a row
//! touched ten times in a batch is written once.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbErr, Value};

use crate::change::Change;
use crate::sql::{Sql, insert_rows};

type Columns = Vec<(&'static str, Value)>;

/// What happens to one row, all changes merged.
struct RowChange {
    key: &'static [&'static str],
    /// Whether the row is deleted first.
    delete: bool,
    /// Columns to write; empty when the row is only deleted.
    row: Columns,
}

/// Changes to one table, up to the next `Set`.
#[derive(Default)]
struct Segment {
    rows: Vec<RowChange>,
    places: HashMap<Vec<u8>, usize>,
    then: Option<(Columns, Columns)>,
}

/// Changes gathered for writing.
#[derive(Default)]
pub(crate) struct Gathered {
    tables: Vec<(&'static str, Vec<Segment>)>,
}

impl Gathered {
    /// Takes in one more change.
    pub(crate) fn add(&mut self, change: Change) {
        let table = change.table();
        let place = self.tables.iter().position(|(name, _)| *name == table);
        let place = place.unwrap_or_else(|| {
            self.tables.push((table, vec![Segment::default()]));
            self.tables.len() - 1
        });
        let segments = &mut self.tables[place].1;
        if segments.last().is_none_or(|last| last.then.is_some()) {
            segments.push(Segment::default());
        }
        let last = segments.len() - 1;
        let segment = &mut segments[last];
        match change {
            Change::Upsert { key, row, .. } => segment.upsert(key, row),
            Change::Delete { key, .. } => segment.delete(key),
            Change::Set { filter, assign, .. } => segment.then = Some((filter, assign)),
        }
    }

    /// Writes everything. `schema` goes before every table's name: empty, or such as `scratch.`.
    pub(crate) async fn write(self, db: &impl ConnectionTrait, schema: &str) -> Result<(), DbErr> {
        for (table, segments) in self.tables {
            let table = format!("{schema}{table}");
            for segment in segments {
                segment.write(db, &table).await?;
            }
        }
        Ok(())
    }
}

impl Segment {
    fn upsert(&mut self, key: &'static [&'static str], row: Columns) {
        let of_key = row.iter().filter(|(column, _)| key.contains(column));
        let name = name_of(of_key);
        match self.places.get(&name) {
            Some(place) => {
                let earlier = &mut self.rows[*place];
                earlier.key = key;
                merge(&mut earlier.row, row);
            }
            None => self.insert(
                name,
                RowChange {
                    key,
                    delete: false,
                    row,
                },
            ),
        }
    }

    fn delete(&mut self, key: Columns) {
        let name = name_of(key.iter());
        // The key is kept as the row: it finds the row to delete, or begins the one written after.
        let deleted = RowChange {
            key: &[],
            delete: true,
            row: key,
        };
        match self.places.get(&name) {
            Some(place) => self.rows[*place] = deleted,
            None => self.insert(name, deleted),
        }
    }

    fn insert(&mut self, name: Vec<u8>, change: RowChange) {
        self.places.insert(name, self.rows.len());
        self.rows.push(change);
    }

    async fn write(self, db: &impl ConnectionTrait, table: &str) -> Result<(), DbErr> {
        let mut deletes: Vec<(Vec<&'static str>, Vec<Vec<Value>>)> = Vec::new();
        let mut upserts: Vec<Shape> = Vec::new();
        for change in self.rows {
            if change.delete {
                let key = key_of(&change);
                let columns: Vec<_> = key.iter().map(|(name, _)| *name).collect();
                let values = key.into_iter().map(|(_, value)| value).collect();
                match deletes.iter_mut().find(|(same, _)| *same == columns) {
                    Some((_, rows)) => rows.push(values),
                    None => deletes.push((columns, vec![values])),
                }
            }
            if !change.key.is_empty() {
                add_to_shape(&mut upserts, change);
            }
        }
        for (columns, keys) in deletes {
            delete_rows(db, table, &columns, keys).await?;
        }
        for shape in upserts {
            shape.write(db, table).await?;
        }
        match self.then {
            Some((filter, assign)) => set_rows(db, table, filter, assign).await,
            None => Ok(()),
        }
    }
}

/// Rows that list the same columns in the same order, with the same key.
struct Shape {
    key: &'static [&'static str],
    columns: Vec<&'static str>,
    rows: Vec<Vec<Value>>,
}

impl Shape {
    async fn write(self, db: &impl ConnectionTrait, table: &str) -> Result<(), DbErr> {
        let head = format!("INSERT INTO {table} ({})", self.columns.join(","));
        let mut tail = format!(" ON CONFLICT ({}) DO ", self.key.join(","));
        let others = self.columns.iter().filter(|name| !self.key.contains(name));
        let sets: Vec<String> = others
            .map(|name| format!("{name}=excluded.{name}"))
            .collect();
        if sets.is_empty() {
            tail.push_str("NOTHING");
        } else {
            tail.push_str("UPDATE SET ");
            tail.push_str(&sets.join(","));
        }
        insert_rows(db, &head, self.rows, &tail).await.map(drop)
    }
}

fn add_to_shape(shapes: &mut Vec<Shape>, change: RowChange) {
    let fits = |shape: &&mut Shape| {
        shape.key == change.key
            && shape.columns.len() == change.row.len()
            && shape
                .columns
                .iter()
                .zip(&change.row)
                .all(|(a, (b, _))| a == b)
    };
    match shapes.iter_mut().find(fits) {
        Some(shape) => shape.rows.push(values(change.row)),
        None => shapes.push(Shape {
            key: change.key,
            columns: change.row.iter().map(|(name, _)| *name).collect(),
            rows: vec![values(change.row)],
        }),
    }
}

fn values(row: Columns) -> Vec<Value> {
    row.into_iter().map(|(_, value)| value).collect()
}

/// The key of a deleted row: what was kept of it, or the key columns of what is written after.
fn key_of(change: &RowChange) -> Columns {
    if change.key.is_empty() {
        return change.row.clone();
    }
    let is_key = |name: &&'static str| {
        change
            .row
            .iter()
            .find(|(column, _)| column == name)
            .cloned()
    };
    change.key.iter().filter_map(is_key).collect()
}

/// Sets the columns of `later` in `row`.
fn merge(row: &mut Columns, later: Columns) {
    for (place, (column, value)) in later.into_iter().enumerate() {
        // Rows of one table mostly list the same columns in the same order.
        let same = row.get(place).is_some_and(|(name, _)| *name == column);
        let found = if same {
            Some(place)
        } else {
            row.iter().position(|(name, _)| *name == column)
        };
        match found {
            Some(found) => row[found].1 = value,
            None => row.push((column, value)),
        }
    }
}

/// Bytes that are the same for the same key, in whatever order its columns are listed.
fn name_of<'a>(key: impl Iterator<Item = &'a (&'static str, Value)>) -> Vec<u8> {
    let mut parts: Vec<_> = key.collect();
    parts.sort_unstable_by_key(|(column, _)| *column);
    let mut name = Vec::with_capacity(48);
    for (column, value) in parts {
        name.extend_from_slice(column.as_bytes());
        name.push(b'=');
        match value {
            Value::String(Some(text)) => push_bytes(&mut name, text.as_bytes()),
            Value::Bytes(Some(bytes)) => push_bytes(&mut name, bytes),
            Value::BigInt(Some(number)) => push_bytes(&mut name, &number.to_be_bytes()),
            other => push_bytes(&mut name, format!("{other:?}").as_bytes()),
        }
    }
    name
}

fn push_bytes(name: &mut Vec<u8>, bytes: &[u8]) {
    name.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
    name.extend_from_slice(bytes);
}

async fn delete_rows(
    db: &impl ConnectionTrait,
    table: &str,
    columns: &[&str],
    keys: Vec<Vec<Value>>,
) -> Result<(), DbErr> {
    const AT_ONCE: usize = 256;
    for some in keys.chunks(AT_ONCE) {
        let mut sql = Sql::new(db.get_database_backend(), "DELETE FROM ");
        sql.push(table).push(" WHERE ");
        if let [column] = columns {
            sql.push(column).push(" IN ");
            sql.bind_list(some.iter().flatten().cloned().collect());
        } else {
            for (place, key) in some.iter().enumerate() {
                sql.push(if place > 0 { " OR (" } else { "(" });
                for (column, value) in columns.iter().zip(key) {
                    if *column != columns[0] {
                        sql.push(" AND ");
                    }
                    sql.push(column).push("=").bind(value.clone());
                }
                sql.push(")");
            }
        }
        db.execute_raw(sql.done()).await?;
    }
    Ok(())
}

async fn set_rows(
    db: &impl ConnectionTrait,
    table: &str,
    filter: Columns,
    assign: Columns,
) -> Result<(), DbErr> {
    let mut sql = Sql::new(db.get_database_backend(), "UPDATE ");
    sql.push(table).push(" SET ");
    for (place, (column, value)) in assign.into_iter().enumerate() {
        sql.push(if place > 0 { "," } else { "" });
        sql.push(column).push("=").bind(value);
    }
    for (place, (column, value)) in filter.into_iter().enumerate() {
        sql.push(if place > 0 { " AND " } else { " WHERE " });
        sql.push(column);
        if value == value.as_null() {
            sql.push(" IS NULL");
        } else {
            sql.push("=").bind(value);
        }
    }
    db.execute_raw(sql.done()).await.map(drop)
}
