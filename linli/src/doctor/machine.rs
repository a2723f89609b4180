//! The machine around the node: folder, permissions, space, port, clock.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use jiff::Timestamp;
use linli_kernel::Clock;

use super::finding::Finding;

/// Below this many KiB the node must not be started; the journal alone wants room for its log.
const LEAST_KIB: u64 = 200 * 1024;
/// Below this many KiB an operator should look.
const LITTLE_KIB: u64 = 2 * 1024 * 1024;

/// The folder is there and takes files.
pub(super) fn folder(dir: &Path) -> Finding {
    let probe = dir.join(".linli-doctor");
    let written = fs::write(&probe, b"x").and_then(|()| fs::remove_file(&probe));
    match written {
        Ok(()) => Finding::ok("folder", format!("{} takes files", dir.display())),
        Err(error) => Finding::fail(
            "folder",
            format!("{}: {error}", dir.display()),
            "请用运行节点的用户建立该目录并取得写权限,或用 --dir 指定别的目录。",
            "Make the folder and give it to the user who runs the node, or name another with --dir.",
        ),
    }
}

/// What only the node's user may read is readable by that user alone.
pub(super) fn permissions(dir: &Path) -> Finding {
    if mode(dir).is_some_and(|mode| mode & 0o077 == 0) {
        return Finding::ok("permissions", "only the node's user can enter the folder");
    }
    let open: Vec<String> = secret_files(dir)
        .into_iter()
        .filter(|path| mode(path).is_some_and(|mode| mode & 0o077 != 0))
        .map(|path| path.display().to_string())
        .collect();
    if open.is_empty() {
        return Finding::ok(
            "permissions",
            "secrets are readable by the node's user alone",
        );
    }
    let paths = open.join(" ");
    Finding::fail(
        "permissions",
        format!("others can read {paths}"),
        &format!("请收回其他用户的权限: chmod -R go-rwx {paths}"),
        &format!("Take the rights of others away: chmod -R go-rwx {paths}"),
    )
}

fn mode(path: &Path) -> Option<u32> {
    fs::metadata(path)
        .ok()
        .map(|found| found.permissions().mode())
}

fn secret_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = vec![
        dir.join("secrets"),
        dir.join("keys.db"),
        dir.join("linli.toml"),
    ];
    if let Ok(entries) = fs::read_dir(dir.join("secrets")) {
        files.extend(entries.flatten().map(|entry| entry.path()));
    }
    files.retain(|path| path.exists());
    files
}

/// The disk has room.
pub(super) fn space(dir: &Path) -> Finding {
    let told = Command::new("df").arg("-Pk").arg(dir).output();
    let free = told
        .ok()
        .and_then(|told| free_kib(&String::from_utf8_lossy(&told.stdout)));
    match free {
        Some(kib) => judge_space(kib),
        None => Finding::warn(
            "disk",
            "could not be asked (df)",
            "请自行确认磁盘剩余空间。",
            "Please check the free space yourself.",
        ),
    }
}

/// The available blocks in the last line that `df -Pk` prints.
fn free_kib(told: &str) -> Option<u64> {
    told.lines().last()?.split_whitespace().nth(3)?.parse().ok()
}

fn judge_space(kib: u64) -> Finding {
    let found = format!("{} MiB free", kib / 1024);
    if kib < LEAST_KIB {
        Finding::fail(
            "disk",
            found,
            "磁盘将满: 请先腾出空间,再启动节点。",
            "The disk is nearly full: free space before the node starts.",
        )
    } else if kib < LITTLE_KIB {
        Finding::warn(
            "disk",
            found,
            "空间不多了,请安排扩容或清理旧备份。",
            "Space is getting short: extend the disk or remove old backups.",
        )
    } else {
        Finding::ok("disk", found)
    }
}

/// The port is free, or a node already answers on it.
pub(super) fn port(listen: SocketAddr) -> Finding {
    match TcpListener::bind(listen) {
        Ok(_) => Finding::ok("port", format!("{listen} is free")),
        Err(_) if answers(listen) => Finding::ok("port", format!("a node answers on {listen}")),
        Err(error) => Finding::fail(
            "port",
            format!("{listen}: {error}"),
            &format!(
                "端口被占用: 用 `ss -ltnp | grep :{}` 找出占用者并停掉它,或改 linli.toml 的 listen。",
                listen.port()
            ),
            &format!(
                "Find who holds it with `ss -ltnp | grep :{}` and stop it, or change `listen` in linli.toml.",
                listen.port()
            ),
        ),
    }
}

/// Whether something answers `/healthz` like a node does.
fn answers(address: SocketAddr) -> bool {
    let wait = Duration::from_secs(2);
    let Ok(mut stream) = TcpStream::connect_timeout(&address, wait) else {
        return false;
    };
    let asked = stream.set_read_timeout(Some(wait)).is_ok()
        && stream
            .write_all(b"GET /healthz HTTP/1.0\r\nHost: linli\r\n\r\n")
            .is_ok();
    let mut answer = String::new();
    asked
        && stream.take(4_096).read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.")
        && answer.contains(" 200 ")
}

/// The clock is neither behind what has already happened nor in another age.
pub(super) fn clock(clock: &dyn Clock, last_entry: Option<Timestamp>) -> Finding {
    let now = clock.now();
    let built: Timestamp = jiff::civil::date(2026, 1, 1)
        .to_zoned(linli_kernel::clock::shanghai())
        .map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp());
    let behind = last_entry.is_some_and(|last| now < last);
    if now >= built && !behind {
        let local = now.to_zoned(linli_kernel::clock::shanghai());
        return Finding::ok("clock", local.strftime("%Y-%m-%d %H:%M:%S %:z").to_string());
    }
    let found = last_entry.filter(|_| behind).map_or_else(
        || format!("it says {now}"),
        |last| format!("it says {now}, but the journal's last entry is of {last}"),
    );
    Finding::fail(
        "clock",
        found,
        "系统时间不对: 请校时(如 `timedatectl set-ntp true`)后再启动节点;期限按时间计算。",
        "Set the clock (`timedatectl set-ntp true`) before the node starts: deadlines are counted by it.",
    )
}

/// The process may open enough files for its connections.
pub(super) fn open_files(connections: usize) -> Finding {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let Some(limit) = open_file_limit(&limits) else {
        return Finding::ok("open files", "no limit found");
    };
    if limit >= connections.saturating_add(64) {
        return Finding::ok("open files", format!("{limit} allowed"));
    }
    Finding::warn(
        "open files",
        format!("{limit} allowed, {connections} connections configured"),
        "请提高打开文件数上限(systemd: LimitNOFILE=65536),或调低 limits.connections。",
        "Raise the limit (systemd: LimitNOFILE=65536) or lower limits.connections.",
    )
}

fn open_file_limit(limits: &str) -> Option<usize> {
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"))?;
    line.split_whitespace().nth(3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    struct At(&'static str);

    impl Clock for At {
        fn now(&self) -> Timestamp {
            self.0.parse().unwrap()
        }
    }

    #[test]
    fn free_space_is_read_and_judged() {
        let told = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 1000 900 100 90% /\n";
        assert_eq!(free_kib(told), Some(100));
        assert_eq!(judge_space(100).state, State::Fail);
        assert_eq!(judge_space(LEAST_KIB).state, State::Warn);
        assert_eq!(judge_space(LITTLE_KIB).state, State::Ok);
    }

    #[test]
    fn a_taken_port_is_told() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        // The one who holds it closes without an answer, as no node would.
        let silent = std::thread::spawn(move || drop(taken.accept()));
        assert_eq!(port(address).state, State::Fail);
        silent.join().unwrap();
    }

    #[test]
    fn a_clock_behind_the_journal_is_told() {
        let last = "2026-11-23T00:00:00Z".parse().unwrap();
        assert_eq!(
            clock(&At("2026-11-23T00:00:01Z"), Some(last)).state,
            State::Ok
        );
        assert_eq!(
            clock(&At("2026-11-22T00:00:00Z"), Some(last)).state,
            State::Fail
        );
        assert_eq!(clock(&At("1970-01-01T00:00:00Z"), None).state, State::Fail);
    }

    #[test]
    fn secrets_that_others_can_read_are_told() {
        let dir = tempfile::tempdir().unwrap();
        let enter = |mode| fs::set_permissions(dir.path(), fs::Permissions::from_mode(mode));
        enter(0o755).unwrap();
        let secrets = dir.path().join("secrets");
        fs::create_dir(&secrets).unwrap();
        fs::set_permissions(&secrets, fs::Permissions::from_mode(0o700)).unwrap();
        fs::write(secrets.join("key"), b"x").unwrap();
        fs::set_permissions(secrets.join("key"), fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(permissions(dir.path()).state, State::Ok);
        fs::set_permissions(secrets.join("key"), fs::Permissions::from_mode(0o644)).unwrap();
        let found = permissions(dir.path());
        assert_eq!(found.state, State::Fail);
        assert!(found.advice_en.contains("chmod"), "{found:?}");
        // Nobody gets to a file in a folder that nobody may enter.
        enter(0o700).unwrap();
        assert_eq!(permissions(dir.path()).state, State::Ok);
    }

    #[test]
    fn a_missing_folder_is_told() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(folder(dir.path()).state, State::Ok);
        assert_eq!(folder(&dir.path().join("gone")).state, State::Fail);
    }

    #[test]
    fn the_limit_of_open_files_is_read() {
        let limits = "Limit  Soft Limit Hard Limit Units\nMax open files            1024                 4096                 files\n";
        assert_eq!(open_file_limit(limits), Some(1024));
    }
}
