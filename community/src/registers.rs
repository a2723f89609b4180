//! The registers of all features, as the journal knows them.

use linli_journal::{Change, FileRegister, FoldError, Folder, Recorded, Registers};
use linli_kernel::Fault;
use sea_orm::sea_query::{IndexCreateStatement, Query, SelectStatement, TableCreateStatement};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, FromQueryResult};

use crate::cases::register as cases;
use crate::feature::FeatureFolder;
use crate::node::Linli;
use crate::{
    accounts, appointments, benefits, catalogue, certificates, exports, ledgers, messages, nodes,
    offers, papers, places, policies, reporting, residents,
};

/// Every feature's tables, and their projections one after the other.
#[derive(Debug, Clone, Copy)]
pub struct All;

impl Registers for All {
    fn tables(&self) -> Vec<TableCreateStatement> {
        [
            places::tables(),
            accounts::tables(),
            residents::tables(),
            cases::tables(),
            catalogue::tables(),
            offers::tables(),
            appointments::tables(),
            benefits::tables(),
            policies::tables(),
            certificates::tables(),
            ledgers::tables(),
            exports::tables(),
            reporting::tables(),
            messages::tables(),
            nodes::tables(),
        ]
        .concat()
    }

    fn indexes(&self) -> Vec<IndexCreateStatement> {
        [
            places::indexes(),
            accounts::indexes(),
            residents::indexes(),
            cases::indexes(),
            catalogue::indexes(),
            offers::indexes(),
            appointments::indexes(),
            certificates::indexes(),
            ledgers::indexes(),
            exports::indexes(),
            reporting::indexes(),
            benefits::indexes(),
            messages::indexes(),
            nodes::indexes(),
        ]
        .concat()
    }

    fn files(&self) -> Vec<FileRegister> {
        vec![cases::PAPER_FILES]
    }

    fn folder(&self) -> Box<dyn Folder> {
        let mut folders = residents::folders();
        folders.push(Box::new(FeatureFolder::<places::Places>::default()));
        folders.push(Box::new(FeatureFolder::<accounts::Accounts>::default()));
        folders.push(Box::new(FeatureFolder::<cases::Cases>::default()));
        folders.push(Box::new(FeatureFolder::<catalogue::Catalogued>::default()));
        folders.push(Box::new(FeatureFolder::<papers::PaperTemplates>::default()));
        folders.push(Box::new(FeatureFolder::<offers::Offers>::default()));
        folders.push(Box::new(FeatureFolder::<appointments::Counters>::default()));
        folders.push(Box::new(FeatureFolder::<appointments::Days>::default()));
        folders.push(Box::new(FeatureFolder::<benefits::Awards>::default()));
        folders.push(Box::new(FeatureFolder::<benefits::roll::Rolls>::default()));
        folders.push(Box::new(FeatureFolder::<policies::Changes>::default()));
        folders.push(Box::new(FeatureFolder::<certificates::Keys>::default()));
        folders.push(Box::new(
            FeatureFolder::<certificates::Certificates>::default(),
        ));
        folders.push(Box::new(FeatureFolder::<ledgers::Imports>::default()));
        folders.push(Box::new(FeatureFolder::<exports::Exports>::default()));
        folders.push(Box::new(FeatureFolder::<reporting::Templates>::default()));
        folders.push(Box::new(FeatureFolder::<ledgers::ColumnWords>::default()));
        folders.push(Box::new(FeatureFolder::<messages::Messages>::default()));
        folders.push(Box::new(FeatureFolder::<messages::Choices>::default()));
        folders.push(Box::new(FeatureFolder::<nodes::Takeovers>::default()));
        folders.push(Box::new(FeatureFolder::<nodes::Branches>::default()));
        Box::new(Folders(folders))
    }
}

/// Folds each entry by every feature's folder; each looks at its own topic only, and at the
/// journal's own kinds.
struct Folders(Vec<Box<dyn Folder>>);

impl Folder for Folders {
    fn fold(&mut self, entry: &Recorded) -> Result<Vec<Change>, FoldError> {
        let mut changes = Vec::new();
        for folder in &mut self.0 {
            changes.extend(folder.fold(entry)?);
        }
        Ok(changes)
    }
}

/// The codes of the districts whose areas the node knows.
pub(crate) async fn districts(reader: &DatabaseConnection) -> Result<Vec<String>, Fault> {
    let query = Query::select()
        .columns(["code", "path"])
        .from("area")
        .take();
    let rows = reader.query_all(&query).await.map_err(store)?;
    let mut found = Vec::new();
    for row in rows {
        let path: String = row.try_get("", "path").map_err(store)?;
        if !path.contains('/') {
            found.push(row.try_get("", "code").map_err(store)?);
        }
    }
    Ok(found)
}

impl Linli {
    /// The rows that a query of the registers gives.
    pub(crate) async fn rows_of<R: FromQueryResult>(
        &self,
        query: &SelectStatement,
    ) -> Result<Vec<R>, Fault> {
        let found = self.journal().reader().query_all(query).await;
        let read = |row| R::from_query_result(row, "").map_err(store);
        found.map_err(store)?.iter().map(read).collect()
    }
}

/// A failed query.
#[expect(clippy::needless_pass_by_value, reason = "the shape `map_err` wants")]
pub(crate) fn store(error: DbErr) -> Fault {
    Fault::Store(error.to_string())
}
