//! Registers: disposable read models, folded from the journal and equal to that fold at all times.

use sea_orm::sea_query::{IndexCreateStatement, TableCreateStatement};
use thiserror::Error;

use crate::change::Change;
use crate::entry::Recorded;
use crate::upcast::Upcasters;

/// A register that lists the files that entries name, one row an entry and file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileRegister {
    /// The table.
    pub table: &'static str,
    /// Its column with the subject whose file it is.
    pub subject: &'static str,
    /// Its column with the file's id.
    pub file: &'static str,
}

/// The registers of a node: their tables and how entries become rows.
pub trait Registers: Send + Sync {
    /// The tables, each with a primary key and without foreign keys. No name begins with `log_`.
    fn tables(&self) -> Vec<TableCreateStatement>;

    /// Their further indexes.
    fn indexes(&self) -> Vec<IndexCreateStatement>;

    /// A folder that has seen nothing yet.
    fn folder(&self) -> Box<dyn Folder>;

    /// The registers that list the files that entries name: those files are backed up, restored and
    /// verified, and never swept.
    fn files(&self) -> Vec<FileRegister> {
        Vec::new()
    }

    /// Raise this when the fold changes while the tables stay the same: a node whose registers were
    /// made by another version rebuilds them when it opens. Changed tables are noticed by
    /// themselves.
    fn version(&self) -> u32 {
        1
    }

    /// How entries of older versions are raised to those that the code of today reads. Applied to
    /// every entry before anyone sees it.
    fn upcasters(&self) -> Upcasters {
        Upcasters::default()
    }
}

/// Folds entries into register rows, in the order of the log.
pub trait Folder: Send {
    /// The changes that follow from `entry`: the same function makes the changes on the live path.
    /// Entries of the journal's own kinds (`keys.…`, `node.…`) come along too.
    ///
    /// # Errors
    /// [`FoldError`] when the entry cannot be understood: its stream is parked, and no further
    /// entry of that stream is folded.
    fn fold(&mut self, entry: &Recorded) -> Result<Vec<Change>, FoldError>;
}

/// Why an entry cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FoldError {
    /// A kind or version this program does not know: a newer one may.
    #[error("unknown kind {0}")]
    Unknown(String),
    /// A known kind whose content makes no sense.
    #[error("{0}")]
    Poisonous(String),
}

/// A node without registers, for tests and tools.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoRegisters;

impl Registers for NoRegisters {
    fn tables(&self) -> Vec<TableCreateStatement> {
        Vec::new()
    }
    fn indexes(&self) -> Vec<IndexCreateStatement> {
        Vec::new()
    }
    fn folder(&self) -> Box<dyn Folder> {
        Box::new(Self)
    }
}

impl Folder for NoRegisters {
    fn fold(&mut self, _: &Recorded) -> Result<Vec<Change>, FoldError> {
        Ok(Vec::new())
    }
}
