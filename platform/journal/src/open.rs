//! Opening a node's journal: never slower for having more entries. What is read is the tree's edge,
//! the parked streams and the destroyed keys; nothing is folded unless the registers were made by
//! another program.

use std::sync::Arc;

use linli_kernel::{Clock, Fault, ResidentId, StreamId};
use linli_translog::Edge;
use sea_orm::{ConnectionTrait, Statement};

use crate::config::{Config, Store};
use crate::db::{self, begin, fault};
use crate::keys::KeyStore;
use crate::lock;
use crate::rebuild;
use crate::registers::Registers;
use crate::secrets::Secrets;
use crate::shared::{Identity, Mode, Shared, State};

/// Opens stores and secrets, and makes the node active where it may write.
pub(crate) async fn open(
    config: Config,
    clock: Arc<dyn Clock>,
    registers: Arc<dyn Registers>,
) -> Result<Arc<Shared>, Fault> {
    let secrets = secrets(&config)?;
    let shared = assemble(config, clock, registers, secrets).await?;
    if shared.config.read_only {
        read_only(&shared).await?;
    } else if lock::try_take(&shared).await? {
        activate(&shared).await?;
    } else if db::has_table(&shared.db.read, "log_meta").await? {
        identify(&shared).await?;
        know(&shared).await?;
    }
    Ok(shared)
}

/// Opens the stores, and nothing more.
pub(crate) async fn assemble(
    config: Config,
    clock: Arc<dyn Clock>,
    registers: Arc<dyn Registers>,
    secrets: Secrets,
) -> Result<Arc<Shared>, Fault> {
    let journal = db::open(&config, "journal").await?;
    let keys = KeyStore::new(db::open(&config, "keys").await?, secrets.wrapping);
    let stores = (journal, keys, secrets);
    Ok(Arc::new(Shared::new(config, clock, registers, stores)))
}

fn secrets(config: &Config) -> Result<Secrets, Fault> {
    match config.secrets() {
        None => Secrets::generate(),
        Some(folder) => {
            let store_exists = config.store == Store::Sqlite && config.file("journal.db").exists();
            // A store whose secrets are gone must not silently get new ones.
            Secrets::open(&folder, !config.read_only && !store_exists)
        }
    }
}

async fn read_only(shared: &Shared) -> Result<(), Fault> {
    if !db::has_table(&shared.db.read, "log_meta").await? {
        return Err(Fault::Setting("the store holds no journal".to_owned()));
    }
    identify(shared).await?;
    if let Err(error) = know(shared).await {
        // Whoever opens a damaged store to look at it must be able to.
        tracing::warn!(%error, "reading the node's own lists");
    }
    shared.mode.send_replace(Mode::Reading);
    Ok(())
}

/// Makes the node a writer: the schema is brought up to date, the tree's edge read, leftovers of
/// interrupted work cleared away, and registers made by another program rebuilt.
pub(crate) async fn activate(shared: &Arc<Shared>) -> Result<(), Fault> {
    migrate(shared).await?;
    begin_log(shared).await?;
    identify(shared).await?;
    {
        let mut state = shared.state.lock().await;
        shared.reload(&shared.db.write, &mut state).await?;
    }
    forget_destroyed(shared).await?;
    if !rebuild::is_current(shared).await? {
        rebuild::rebuild(shared, &mut |_| {}).await?;
    }
    let restored = shared.meta(&shared.db.write, "restored").await?;
    let held = shared.meta(&shared.db.write, "held").await?;
    let mode = match (restored, held) {
        (Some(_), _) => Mode::Restored,
        (None, Some(_)) => Mode::Held,
        (None, None) => Mode::Active,
    };
    shared.mode.send_replace(mode);
    Ok(())
}

/// Brings both stores' schemas up to date.
pub(crate) async fn migrate(shared: &Shared) -> Result<(), Fault> {
    let steps = [
        (
            include_str!("../migrations/sqlite/0001_journal.sql"),
            include_str!("../migrations/postgres/0001_journal.sql"),
        ),
        (
            include_str!("../migrations/sqlite/0002_network.sql"),
            include_str!("../migrations/postgres/0002_network.sql"),
        ),
    ];
    db::migrate(&shared.db.write, &steps).await?;
    shared.keys.migrate().await
}

/// Begins the log where there is none yet.
async fn begin_log(shared: &Shared) -> Result<(), Fault> {
    if shared.meta(&shared.db.write, "origin").await?.is_some() {
        return Ok(());
    }
    let identity = Identity::new(shared.secrets.signing, shared.config.origin.as_deref())?;
    let tx = begin(&shared.db.write).await.map_err(fault)?;
    begin_log_in(shared, &tx, &identity).await?;
    tx.commit().await.map_err(fault)
}

/// Writes the first facts of a log: its name and the checkpoint of nothing.
pub(crate) async fn begin_log_in(
    shared: &Shared,
    tx: &impl ConnectionTrait,
    identity: &Identity,
) -> Result<(), Fault> {
    shared.set_meta(tx, "origin", &identity.origin()).await?;
    shared.set_meta(tx, "log", &identity.log).await?;
    let edge = Edge::default();
    let note = identity.sign(edge.size(), edge.root());
    let mut sql = crate::sql::Sql::new(
        shared.backend(),
        "INSERT INTO log_checkpoint (id, size, note) VALUES (1, 0, ",
    );
    sql.bind(note).push(")");
    tx.execute_raw(sql.done()).await.map(drop).map_err(fault)
}

/// Learns whose log this is; the secrets must be those of the log.
async fn identify(shared: &Shared) -> Result<(), Fault> {
    let origin = shared.meta(&shared.db.read, "origin").await?;
    let log = shared.meta(&shared.db.read, "log").await?;
    let (Some(origin), Some(log)) = (origin, log) else {
        return Err(Fault::Setting("the store holds no journal".to_owned()));
    };
    let identity = Identity::new(shared.secrets.signing, Some(&origin))?;
    if identity.log != log {
        let text = "secrets/signing.key is not the key of this store's log";
        return Err(Fault::Setting(text.to_owned()));
    }
    shared.identity.get_or_init(|| identity);
    Ok(())
}

/// Learns which streams are parked and which keys destroyed.
async fn know(shared: &Shared) -> Result<(), Fault> {
    shared.look_for_others(&shared.db.read).await?;
    shared.set_parked(shared.parked_rows(&shared.db.read).await?);
    shared
        .keys
        .mark_destroyed(destroyed(shared, &shared.db.read).await?);
    Ok(())
}

/// The subjects whose keys were destroyed.
pub(crate) async fn destroyed(
    shared: &Shared,
    db: &impl ConnectionTrait,
) -> Result<Vec<ResidentId>, Fault> {
    let sql = Statement::from_string(shared.backend(), "SELECT subject FROM log_destroyed");
    let mut subjects = Vec::new();
    for row in db.query_all_raw(sql).await.map_err(fault)? {
        let subject: String = row.try_get("", "subject").map_err(fault)?;
        let subject = subject
            .parse()
            .map_err(|why| Fault::Damaged(format!("log_destroyed: {why}")))?;
        subjects.push(subject);
    }
    Ok(subjects)
}

/// A key whose destruction was journalled is removed, and files sealed under it, even if the node
/// died right after.
async fn forget_destroyed(shared: &Shared) -> Result<(), Fault> {
    let subjects = destroyed(shared, &shared.db.write).await?;
    shared.keys.mark_destroyed(subjects.iter().copied());
    for subject in &subjects {
        shared.files.remove_all(*subject)?;
    }
    shared.keys.remove(&subjects).await
}

impl Shared {
    /// Reads anew what the writer keeps in memory.
    pub(crate) async fn reload(
        &self,
        db: &impl ConnectionTrait,
        state: &mut State,
    ) -> Result<(), Fault> {
        state.edge = self.edge(db).await?;
        self.look_for_others(db).await?;
        self.heads.clear();
        self.set_parked(self.parked_rows(db).await?);
        self.keys.mark_destroyed(destroyed(self, db).await?);
        Ok(())
    }

    /// Forgets a stream's head, such as after it was parked.
    pub(crate) fn forget(&self, stream: &StreamId) {
        self.heads.remove(stream);
    }
}
