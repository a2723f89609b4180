//! A PostgreSQL of one's own: a fresh cluster in a temporary folder, reachable by a socket in it,
//! from the programs of the installed package. Never a server that was there before.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

/// A running server, stopped when dropped.
pub struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    owner: Option<(u32, u32)>,
    databases: AtomicU32,
}

/// Set to `1` where tests on PostgreSQL must not be skipped.
const REQUIRED: &str = "LINLI_REQUIRE_POSTGRES";

const USER: &str = "linli";

impl Postgres {
    /// Starts a server. `None`, with a plain message, where PostgreSQL is not installed.
    ///
    /// # Panics
    /// When `LINLI_REQUIRE_POSTGRES=1` and PostgreSQL is not installed, or when it does not start.
    #[must_use]
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            let required = std::env::var_os(REQUIRED).is_some_and(|value| value == "1");
            assert!(!required, "{REQUIRED}=1, but PostgreSQL is not installed");
            eprintln!("skipped: PostgreSQL is not installed (/usr/lib/postgresql/*/bin)");
            return None;
        };
        let folder = tempfile::Builder::new()
            .prefix("linli-pg-")
            .tempdir()
            .expect("a temporary folder");
        let server = Self {
            owner: owner(),
            folder,
            programs,
            databases: AtomicU32::new(0),
        };
        server.begin();
        Some(server)
    }

    /// Creates an empty database and returns its address.
    ///
    /// # Panics
    /// When the server refuses.
    #[must_use]
    pub fn database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("linli_{number}");
        self.sql(&format!("CREATE DATABASE {name}"));
        let socket = self.folder.path().display();
        format!("postgres://{USER}@localhost/{name}?host={socket}")
    }

    /// Runs a statement as the server's administrator.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn sql(&self, statement: &str) {
        let mut psql = self.program("psql");
        psql.args(["-q", "-v", "ON_ERROR_STOP=1", "-U", USER, "-d", "postgres"])
            .arg("-h")
            .arg(self.folder.path())
            .args(["-c", statement]);
        run(psql);
    }

    fn begin(&self) {
        if let Some((user, group)) = self.owner {
            chown(self.folder.path(), Some(user), Some(group))
                .expect("root may give a folder away");
        }
        let mut initdb = self.program("initdb");
        initdb.arg("-D").arg(self.data()).args([
            "-U",
            USER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]);
        run(initdb);
        let settings = [
            "listen_addresses=''".to_owned(),
            format!("unix_socket_directories='{}'", self.folder.path().display()),
            // The tests end this server, never the machine: nothing needs to reach the disk.
            "fsync=off".to_owned(),
            "max_connections=200".to_owned(),
        ];
        let options: String = settings
            .iter()
            .map(|setting| format!(" -c {setting}"))
            .collect();
        let mut start = self.program("pg_ctl");
        start
            .args(["start", "-w", "-s", "-D"])
            .arg(self.data())
            .arg("-l")
            .arg(self.folder.path().join("log"))
            .args(["-o", &options]);
        run(start);
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A program of the package, run by someone who is not root.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = self.program("pg_ctl");
        stop.args(["stop", "-s", "-m", "immediate", "-D"])
            .arg(self.data());
        // The folder goes in any case; a server without one ends by itself.
        drop(stop.output());
    }
}

/// Runs a program to its end.
fn run(mut command: Command) {
    let shown = format!("{command:?}");
    // A server keeps what it inherits open: its output goes to a file, not to a pipe.
    let log = tempfile::NamedTempFile::new().expect("a temporary file");
    let out = log.reopen().expect("the file just made");
    let status = command
        .stdout(Stdio::null())
        .stderr(out)
        .status()
        .unwrap_or_else(|why| panic_with(&shown, &why.to_string()));
    if !status.success() {
        let said = fs::read_to_string(log.path()).unwrap_or_default();
        panic_with(&shown, &said);
    }
}

#[expect(
    clippy::panic,
    reason = "a fixture that cannot be set up fails its test"
)]
fn panic_with(command: &str, why: &str) -> ! {
    panic!("{command}: {why}")
}

/// The folder of the newest installed version's programs.
fn programs() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            let bin = entry.path().join("bin");
            bin.join("initdb").exists().then_some((version, bin))
        })
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

/// PostgreSQL does not run as root: root gives the folder to the package's own user.
fn owner() -> Option<(u32, u32)> {
    let root = fs::metadata("/proc/self").is_ok_and(|myself| myself.uid() == 0);
    if !root {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let line = users.lines().find(|line| line.starts_with("postgres:"));
    let mut fields = line
        .expect("root needs the user “postgres” to run PostgreSQL")
        .split(':')
        .skip(2);
    let mut number = || fields.next().and_then(|field| field.parse().ok());
    let ids: Option<(u32, u32)> = number().zip(number());
    Some(ids.expect("/etc/passwd gives the ids of “postgres”"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_starts_and_gives_fresh_databases() {
        if let Some(server) = Postgres::start() {
            let (first, second) = (server.database(), server.database());
            assert_ne!(first, second);
            assert!(server.data().join("PG_VERSION").exists());
        }
    }
}
