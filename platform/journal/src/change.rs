//! Changes to register rows, as pure data.
//!
//! A projection makes them from the state after an event; the writer coalesces those of a whole
//! batch by row and writes them in bulk, in the transaction of the entries they follow from.

use sea_orm::Value;

/// A change to the rows of one register table. Never depends on an entry's place in the log.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Writes a row: inserts it, or sets these columns of the row with the same key.
    Upsert {
        /// The table.
        table: &'static str,
        /// The columns of its primary key (or of a unique index).
        key: &'static [&'static str],
        /// Columns and values, the key's among them. Rows of one table list the same columns in the
        /// same order wherever possible: such rows are written by one statement.
        row: Vec<(&'static str, Value)>,
    },
    /// Deletes the row with this key.
    Delete {
        /// The table.
        table: &'static str,
        /// The key's columns and values, the whole primary key.
        key: Vec<(&'static str, Value)>,
    },
    /// Sets columns of every row that matches. Costs a statement of its own: prefer `Upsert`.
    Set {
        /// The table.
        table: &'static str,
        /// Columns that must equal these values; a null matches nulls.
        filter: Vec<(&'static str, Value)>,
        /// Columns to set.
        assign: Vec<(&'static str, Value)>,
    },
}

impl Change {
    /// The table it changes.
    #[must_use]
    pub fn table(&self) -> &'static str {
        match self {
            Self::Upsert { table, .. } | Self::Delete { table, .. } | Self::Set { table, .. } => {
                table
            }
        }
    }
}
