//! One file, `linli.toml` in the node's folder, and variables `LINLI_…` over it.
//!
//! A key nobody knows is an error that lists those there are: a misspelt setting that is silently
//! ignored is found out on the worst day.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use serde::{Deserialize, Serialize};

use crate::outcome::Misuse;

/// The name of the file in the node's folder.
pub(crate) const FILE: &str = "linli.toml";

/// Every setting that can be given as a variable: `LINLI_` and its name in capitals, `__` for the
/// dot.
const VARIABLES: [&str; 10] = [
    "store",
    "listen",
    "address",
    "metrics",
    "catalogue",
    "fonts",
    "log.format",
    "log.filter",
    "limits.connections",
    "limits.requests_per_minute",
];

/// What a node is told from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// `sqlite`, or the address of a PostgreSQL database.
    pub(crate) store: String,
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// The address people use, as in letters and QR codes.
    pub(crate) address: String,
    /// Where `/metrics` is served: an address of this machine.
    pub(crate) metrics: SocketAddr,
    /// A folder whose files add to and replace those of the catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) catalogue: Option<PathBuf>,
    /// A folder with further fonts for letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fonts: Option<PathBuf>,
    /// What is logged, and how.
    pub(crate) log: Log,
    /// What one client may take.
    pub(crate) limits: Limits,
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    /// `text` or `json`.
    pub(crate) format: LogFormat,
    /// As in `info` or `info,linli_journal=debug`.
    pub(crate) filter: String,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// What one client, and all of them together, may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    /// Connections at a time.
    pub(crate) connections: usize,
    /// Requests of one address in a minute.
    pub(crate) requests_per_minute: u32,
}

impl Default for Settings {
    fn default() -> Self {
        let local = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Self {
            store: "sqlite".to_owned(),
            listen: local(8080),
            address: "http://127.0.0.1:8080".to_owned(),
            metrics: local(9464),
            catalogue: None,
            fonts: None,
            log: Log {
                format: LogFormat::Text,
                filter: "info".to_owned(),
            },
            limits: Limits {
                connections: 4_096,
                requests_per_minute: 600,
            },
        }
    }
}

impl Settings {
    /// The settings of the node in `folder`: defaults, its `linli.toml`, then variables.
    pub(crate) fn of(folder: &Path) -> anyhow::Result<Self> {
        let file = folder.join(FILE);
        if !file.is_file() {
            let told = format!(
                "{} has no {FILE}: make a node with `linli init --dir {0}`, or name another folder with --dir",
                folder.display()
            );
            return Err(Misuse(told).into());
        }
        Self::merge(Figment::new().merge(Toml::file_exact(&file)))
            .with_context(|| format!("reading {}", file.display()))
    }

    /// Defaults, `file`, then variables.
    pub(crate) fn merge(file: Figment) -> anyhow::Result<Self> {
        let defaults = Figment::from(Serialized::defaults(Self::default()));
        let variables = Env::prefixed("LINLI_").split("__").only(&VARIABLES);
        let settings: Self = defaults
            .merge(file)
            .merge(variables)
            .extract()
            .map_err(|error| Misuse(told(&error)))?;
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), Misuse> {
        if self.store != "sqlite" && !self.store.starts_with("postgres://") {
            return Err(Misuse(format!(
                "store = {:?}: expected \"sqlite\" or \"postgres://user:password@host/database\"",
                self.store
            )));
        }
        if !self.address.starts_with("http://") && !self.address.starts_with("https://") {
            return Err(Misuse(format!(
                "address = {:?}: expected the address people use, such as \"https://linli.example\"",
                self.address
            )));
        }
        Ok(())
    }

    /// The PostgreSQL address, where that is the store.
    pub(crate) fn postgres(&self) -> Option<&str> {
        (self.store != "sqlite").then_some(self.store.as_str())
    }
}

/// What figment found, one problem a line, each with its key.
fn told(error: &figment::Error) -> String {
    let problems: Vec<String> = error
        .clone()
        .into_iter()
        .map(|problem| problem.to_string())
        .collect();
    problems.join("\n")
}

/// The file that `linli init` writes: every setting, with what it does.
pub(crate) fn commented(settings: &Settings) -> String {
    format!(
        r##"# 邻里节点设置 · Settings of this Linli node
# Every line can also be given as a variable: LINLI_STORE, LINLI_LISTEN, LINLI_LOG__FORMAT, …

# 存储: 这一行决定数据放在哪里 · Where the data lies: this one line switches.
#   "sqlite"                                  files in this folder
#   "postgres://user:password@host/database"  PostgreSQL 13 or newer
store = {store:?}

# 监听地址 · Where to listen. Put a TLS proxy in front for the open network.
listen = "{listen}"

# 居民看到的网址, 用于文书和二维码 · The address people use, as in letters and QR codes.
address = {address:?}

# 运行指标 · Where /metrics is served; keep it on this machine.
metrics = "{metrics}"

# 本地事项目录 · A folder whose files add to and replace those of the built-in catalogue.
# catalogue = "catalogue"

# 生僻字字库 · A folder with further fonts for letters, for rare characters in names.
# fonts = "/usr/share/fonts"

[log]
# "text" or "json"
format = "text"
filter = {filter:?}

[limits]
connections = {connections}
requests_per_minute = {requests}
"##,
        store = settings.store,
        listen = settings.listen,
        address = settings.address,
        metrics = settings.metrics,
        filter = settings.log.filter,
        connections = settings.limits.connections,
        requests = settings.limits.requests_per_minute,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> anyhow::Result<Settings> {
        Settings::merge(Figment::new().merge(Toml::string(text)))
    }

    #[test]
    fn the_written_file_says_the_defaults() {
        let defaults = Settings::default();
        assert_eq!(of(&commented(&defaults)).unwrap(), defaults);
    }

    #[test]
    fn an_unknown_key_is_told_with_those_there_are() {
        let error = of("stoer = \"sqlite\"").unwrap_err().to_string();
        assert!(error.contains("stoer") && error.contains("`store`"), "{error}");
        let error = of("[log]\nlevel = \"info\"").unwrap_err().to_string();
        assert!(error.contains("level") && error.contains("`filter`"), "{error}");
    }

    #[test]
    fn one_line_switches_the_store() {
        let settings = of("store = \"postgres://linli@db/linli\"").unwrap();
        assert_eq!(settings.postgres(), Some("postgres://linli@db/linli"));
        assert!(of("store = \"mysql://x\"").is_err());
    }
}
