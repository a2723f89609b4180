//! Statements with bound values for both dialects, and rows in bulk.
//!
//! The hot path writes its SQL by hand: a batch is a handful of statements, and their texts repeat
//! so that each is prepared once.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};

/// The most values one statement carries: SQLite allows 32,766, PostgreSQL 65,535.
const MAX_VALUES: usize = 30_000;

/// The most rows one statement carries.
const MAX_ROWS: usize = 256;

/// A statement in the making.
pub(crate) struct Sql {
    backend: DbBackend,
    text: String,
    values: Vec<Value>,
}

impl Sql {
    pub(crate) fn new(backend: DbBackend, text: &str) -> Self {
        Self {
            backend,
            text: text.to_owned(),
            values: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Binds a value in this place.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        if self.backend == DbBackend::Postgres {
            self.text.push('$');
            self.text.push_str(&self.values.len().to_string());
        } else {
            self.text.push('?');
        }
        self
    }

    /// Binds a list in parentheses, filled up to a power of two with its last value, so that few
    /// different texts arise.
    pub(crate) fn bind_list(&mut self, values: Vec<Value>) -> &mut Self {
        let wanted = values.len().next_power_of_two();
        let last = values.last().cloned();
        self.push("(");
        for (place, value) in values
            .into_iter()
            .chain(last.into_iter().cycle())
            .take(wanted)
            .enumerate()
        {
            if place > 0 {
                self.push(",");
            }
            self.bind(value);
        }
        self.push(")")
    }

    pub(crate) fn done(self) -> Statement {
        Statement::from_sql_and_values(self.backend, self.text, self.values)
    }
}

/// A number of ours as SQL keeps it.
pub(crate) fn int(number: u64) -> Value {
    Value::BigInt(Some(i64::try_from(number).unwrap_or(i64::MAX)))
}

/// A number as SQL keeps it, as ours. Negative numbers, which we never write, become the largest.
pub(crate) fn uint(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Writes rows of the same columns with as few statements as there are powers of two in their
/// number. `tail` is what follows the values, such as an `ON CONFLICT` clause. Says how many rows
/// were written.
pub(crate) async fn insert_rows(
    db: &impl ConnectionTrait,
    head: &str,
    rows: Vec<Vec<Value>>,
    tail: &str,
) -> Result<u64, DbErr> {
    let Some(columns) = rows.first().map(Vec::len) else {
        return Ok(0);
    };
    let most = (MAX_VALUES / columns.max(1)).clamp(1, MAX_ROWS);
    let mut rows = rows.into_iter();
    let mut written = 0;
    while rows.len() > 0 {
        let take = largest_power_of_two(rows.len().min(most));
        let mut sql = Sql::new(db.get_database_backend(), head);
        sql.push(" VALUES ");
        for (place, row) in rows.by_ref().take(take).enumerate() {
            sql.push(if place > 0 { ",(" } else { "(" });
            for (column, value) in row.into_iter().enumerate() {
                if column > 0 {
                    sql.push(",");
                }
                sql.bind(value);
            }
            sql.push(")");
        }
        sql.push(tail);
        written += db.execute_raw(sql.done()).await?.rows_affected();
    }
    Ok(written)
}

fn largest_power_of_two(n: usize) -> usize {
    1 << (usize::BITS - 1 - n.max(1).leading_zeros())
}
