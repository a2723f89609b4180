//! One file, `linli.toml` in the node's folder, and variables `LINLI_…` over it.
//!
//! A key nobody knows is an error that lists those there are: a misspelt setting that is silently
//! ignored is found out on the worst day.

use std::net::{TcpStream, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use serde::{Deserialize, Serialize};

use linli_kernel::Fault;
use linli_portal::server::Listen;
use linli_portal::shell::Rate;

use crate::outcome::Misuse;

/// The shortest key of a kiosk.
const KIOSK_KEY: usize = 24;

/// How long a database may take to open its door.
const KNOCK: Duration = Duration::from_secs(5);

/// The name of the file in the node's folder.
pub(crate) const FILE: &str = "linli.toml";

/// Every setting that can be given as a variable: `LINLI_` and its name in capitals, `__` for the
/// dot.
const VARIABLES: [&str; 23] = [
    "store",
    "listen",
    "address",
    "behind_proxy",
    "catalogue",
    "fonts",
    "card_readers",
    "parent",
    "office.phone",
    "office.name_zh",
    "office.name_en",
    "office.security_contact",
    "sign_in.second_factor",
    "backup.every_hours",
    "backup.to",
    "backup.keep",
    "backup.recipient",
    "log.format",
    "log.filter",
    "limits.connections",
    "limits.pages_per_minute",
    "limits.sign_ins_per_minute",
    "limits.phone_hours",
];

/// What a node is told from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// `sqlite`, or the address of a PostgreSQL database.
    pub(crate) store: String,
    /// Where to listen: an address and port, or `unix:` and a path.
    pub(crate) listen: String,
    /// The address people use, as in letters and QR codes.
    pub(crate) address: String,
    /// Whether a proxy of one's own stands before the node and notes addresses.
    pub(crate) behind_proxy: bool,
    /// A folder whose files add to and replace those of the catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) catalogue: Option<PathBuf>,
    /// A folder with further fonts for letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fonts: Option<PathBuf>,
    /// The folder in which the drivers of card readers lay cards down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) card_readers: Option<PathBuf>,
    /// The address of the node above, where this one joined another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parent: Option<String>,
    /// Whose node it is.
    pub(crate) office: Office,
    /// How staff sign in.
    pub(crate) sign_in: SignIn,
    /// The kiosks.
    #[serde(default)]
    pub(crate) kiosks: Vec<Kiosk>,
    /// Backups that happen by themselves.
    pub(crate) backup: Backup,
    /// What is logged, and how.
    pub(crate) log: Log,
    /// What one client may take.
    pub(crate) limits: Limits,
}

/// Whose node it is, as pages show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Office {
    /// The number people can call.
    pub(crate) phone: String,
    /// The district's or street's name.
    pub(crate) name_zh: String,
    /// The same in English.
    pub(crate) name_en: String,
    /// Where to report a weakness.
    pub(crate) security_contact: String,
}

/// How staff sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// Whether staff need a second factor.
    pub(crate) second_factor: bool,
}

/// 自助机: one in a hall of the district.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kiosk {
    /// Its short name, as the driver of its card reader knows it.
    pub(crate) id: String,
    /// Where it stands.
    pub(crate) name_zh: String,
    /// The same in English.
    pub(crate) name_en: String,
    /// What its browser is given once.
    pub(crate) key: String,
}

impl Kiosk {
    fn shown(&self) -> linli_portal::kiosk::Kiosk {
        linli_portal::kiosk::Kiosk {
            id: self.id.clone(),
            name_zh: self.name_zh.clone(),
            name_en: self.name_en.clone(),
            key: self.key.clone(),
        }
    }
}

/// Backups that happen by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Backup {
    /// Every so many hours; 0 for never.
    pub(crate) every_hours: u32,
    /// The folder for archives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<PathBuf>,
    /// How many archives are kept; 0 for all.
    pub(crate) keep: usize,
    /// To whom the secrets beside the archives are sealed: an age recipient, `age1…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recipient: Option<String>,
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
    /// Pages and API answers for one address in a minute.
    pub(crate) pages_per_minute: u32,
    /// Attempts to sign in from one address in a minute.
    pub(crate) sign_ins_per_minute: u32,
    /// Hours for which what somebody took along stays on their phone.
    pub(crate) phone_hours: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            store: "sqlite".to_owned(),
            listen: "127.0.0.1:8080".to_owned(),
            address: "http://127.0.0.1:8080".to_owned(),
            behind_proxy: false,
            catalogue: None,
            fonts: None,
            card_readers: None,
            parent: None,
            office: Office {
                phone: "12345".to_owned(),
                name_zh: "松江区".to_owned(),
                name_en: "Songjiang District".to_owned(),
                security_contact: "tel:12345".to_owned(),
            },
            sign_in: SignIn {
                second_factor: true,
            },
            kiosks: Vec::new(),
            backup: Backup {
                every_hours: 0,
                to: None,
                keep: 14,
                recipient: None,
            },
            log: Log {
                format: LogFormat::Text,
                filter: "info".to_owned(),
            },
            limits: Limits {
                connections: 4_096,
                pages_per_minute: 600,
                sign_ins_per_minute: 10,
                phone_hours: 72,
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

    /// What figment cannot see: values that make no sense.
    pub(crate) fn check(&self) -> Result<(), Misuse> {
        if self.store != "sqlite" && !self.store.starts_with("postgres://") {
            return Err(Misuse(format!(
                "store = {:?}: expected \"sqlite\" or \"postgres://user:password@host/database\"",
                self.store
            )));
        }
        if self.listen_on().is_none() {
            return Err(Misuse(format!(
                "listen = {:?}: expected an address and port such as \"127.0.0.1:8080\", or \"unix:/run/linli.sock\"",
                self.listen
            )));
        }
        if !self.address.starts_with("http://") && !self.address.starts_with("https://") {
            return Err(Misuse(format!(
                "address = {:?}: expected the address people use, such as \"https://linli.example\"",
                self.address
            )));
        }
        if self.backup.every_hours > 0 && self.backup.to.is_none() {
            return Err(Misuse(format!(
                "backup.every_hours = {}: name the folder for archives in backup.to",
                self.backup.every_hours
            )));
        }
        if let Some(recipient) = &self.backup.recipient
            && !linli_journal::is_recipient(recipient)
        {
            return Err(Misuse(format!(
                "backup.recipient = {recipient:?}: expected an age recipient such as \"age1…\", as age-keygen prints it"
            )));
        }
        self.check_kiosks()
    }

    fn check_kiosks(&self) -> Result<(), Misuse> {
        for (at, kiosk) in self.kiosks.iter().enumerate() {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if kiosk.id.is_empty() || kiosk.id.len() > 40 || !kiosk.id.chars().all(plain) {
                return Err(Misuse(format!(
                    "kiosks.id = {:?}: expected at most 40 small letters, digits and hyphens",
                    kiosk.id
                )));
            }
            if kiosk.key.len() < KIOSK_KEY || kiosk.key.chars().any(|c| !c.is_ascii_graphic()) {
                return Err(Misuse(format!(
                    "kiosks.key of {:?}: expected at least {KIOSK_KEY} random letters and digits, such as `openssl rand -hex 16` prints",
                    kiosk.id
                )));
            }
            let mut before = self.kiosks.iter().take(at);
            if before.any(|one| one.id == kiosk.id || one.key == kiosk.key) {
                return Err(Misuse(format!(
                    "kiosks: {:?} has the id or the key of another kiosk",
                    kiosk.id
                )));
            }
        }
        Ok(())
    }

    /// Where to listen.
    pub(crate) fn listen_on(&self) -> Option<Listen> {
        match self.listen.strip_prefix("unix:") {
            Some(path) => Some(Listen::Unix(path.into())),
            None => self.listen.parse().ok().map(Listen::Tcp),
        }
    }

    /// How the journal of the node in `folder` is opened.
    ///
    /// # Errors
    /// A [`Fault`] when nothing answers at the address of PostgreSQL: a pool of connections would go
    /// on trying for half a minute, and not say why.
    pub(crate) fn journal(&self, folder: &Path) -> Result<linli_journal::Config, Fault> {
        let config = match self.postgres() {
            Some(url) => {
                reach(url)?;
                linli_journal::Config::postgres(folder, url)
            }
            None => linli_journal::Config::sqlite(folder),
        };
        Ok(linli_journal::Config {
            backup_recipient: self.backup.recipient.clone(),
            ..config
        })
    }

    /// The settings of the pages; `demo` marks everything as synthetic.
    pub(crate) fn portal(&self, demo: bool) -> linli_portal::Settings {
        let rate = |per_minute: u32, burst: u32| Rate { burst, per_minute };
        linli_portal::Settings {
            demo,
            phone: self.office.phone.clone(),
            place_zh: self.office.name_zh.clone(),
            place_en: self.office.name_en.clone(),
            public_url: self.address.trim_end_matches('/').to_owned(),
            tls: self.address.starts_with("https://"),
            behind_proxy: self.behind_proxy,
            // A demo is entered by one press: there is nobody's phone to ask.
            second_factor: self.sign_in.second_factor && !demo,
            kiosks: self.kiosks.iter().map(Kiosk::shown).collect(),
            security_contact: self.office.security_contact.clone(),
            limits: linli_portal::settings::Limits {
                pages: rate(
                    self.limits.pages_per_minute,
                    self.limits.pages_per_minute / 2,
                ),
                sign_in: rate(
                    self.limits.sign_ins_per_minute,
                    self.limits.sign_ins_per_minute,
                ),
                phone_hours: self.limits.phone_hours,
                ..Default::default()
            },
            ..linli_portal::Settings::default()
        }
    }

    /// The PostgreSQL address, where that is the store.
    pub(crate) fn postgres(&self) -> Option<&str> {
        (self.store != "sqlite").then_some(self.store.as_str())
    }
}

/// Knocks at the host and port of a PostgreSQL address; a socket in a folder is left to the store.
fn reach(url: &str) -> Result<(), Fault> {
    let (host, port) = host_of(url);
    // `?host=/run/postgresql` names a socket whatever stands before it.
    let elsewhere = url
        .split_once('?')
        .is_some_and(|(_, asked)| asked.contains("host="));
    if elsewhere || host.is_empty() || host.starts_with('/') || host.contains('%') {
        return Ok(());
    }
    let told = |why: &dyn std::fmt::Display| {
        Fault::Store(format!(
            "PostgreSQL at {host}:{port} does not answer: {why}; see `store` in {FILE}"
        ))
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let addresses = (bare, port).to_socket_addrs().map_err(|why| told(&why))?;
    let mut last = None;
    for address in addresses {
        match TcpStream::connect_timeout(&address, KNOCK) {
            Ok(_open) => return Ok(()),
            Err(why) => last = Some(why),
        }
    }
    Err(last.map_or_else(|| told(&"the name has no address"), |why| told(&why)))
}

/// Host and port of `postgres://user:password@host:port/database?…`.
fn host_of(url: &str) -> (&str, u16) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let place = rest.split(['/', '?']).next().unwrap_or_default();
    let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
    let port = |text: &str| text.parse().ok();
    match place.rsplit_once(':') {
        Some((host, digits)) if !digits.contains(']') => (host, port(digits).unwrap_or(5432)),
        _ => (place, 5432),
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
    let Settings { office, limits, .. } = settings;
    format!(
        include_str!("linli.toml.txt"),
        store = settings.store,
        listen = settings.listen,
        address = settings.address,
        behind_proxy = settings.behind_proxy,
        parent = match &settings.parent {
            Some(url) => format!("parent = {url:?}"),
            None => "# parent = \"http://district.example:8080\"".to_owned(),
        },
        phone = office.phone,
        name_zh = office.name_zh,
        name_en = office.name_en,
        security_contact = office.security_contact,
        second_factor = settings.sign_in.second_factor,
        every_hours = settings.backup.every_hours,
        keep = settings.backup.keep,
        filter = settings.log.filter,
        connections = limits.connections,
        pages = limits.pages_per_minute,
        sign_ins = limits.sign_ins_per_minute,
        phone_hours = limits.phone_hours,
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
        assert!(
            error.contains("stoer") && error.contains("`store`"),
            "{error}"
        );
        let error = of("[log]\nlevel = \"info\"").unwrap_err().to_string();
        assert!(
            error.contains("level") && error.contains("`filter`"),
            "{error}"
        );
    }

    #[test]
    fn one_line_switches_the_store() {
        let settings = of("store = \"postgres://linli@db/linli\"").unwrap();
        assert_eq!(settings.postgres(), Some("postgres://linli@db/linli"));
        assert!(of("store = \"mysql://x\"").is_err());
    }

    #[test]
    fn a_kiosk_has_a_name_and_a_long_key_of_its_own() {
        let kiosk = |id: &str, key: &str| {
            format!(
                "[[kiosks]]\nid = {id:?}\nname_zh = \"一号\"\nname_en = \"One\"\nkey = {key:?}\n"
            )
        };
        let long = "0123456789abcdef01234567";
        let settings = of(&kiosk("hall-1", long)).unwrap();
        assert_eq!(settings.portal(false).kiosks[0].id, "hall-1");
        for (id, key) in [
            ("../x", long),
            ("", long),
            ("hall-1", "short"),
            ("hall-1", "钥匙钥匙钥匙钥匙"),
        ] {
            let error = of(&kiosk(id, key)).unwrap_err().to_string();
            assert!(error.contains("kiosks"), "{error}");
            assert!(
                key == long || !error.contains(key),
                "the key is not shown: {error}"
            );
        }
        let twice = format!("{}{}", kiosk("hall-1", long), kiosk("hall-2", long));
        assert!(of(&twice).is_err());
    }

    #[test]
    fn a_schedule_needs_a_folder() {
        let none = of("[backup]\nevery_hours = 24").unwrap_err().to_string();
        assert!(none.contains("backup.to"), "{none}");
        let both = of("[backup]\nevery_hours = 24\nto = \"/backup\"").unwrap();
        assert_eq!((both.backup.every_hours, both.backup.keep), (24, 14));
    }

    #[test]
    fn a_database_that_does_not_answer_is_told_at_once_and_by_name() {
        for (url, host, port) in [
            ("postgres://u:p@db:6000/x", "db", 6000),
            ("postgres://u:p%40w@db/x?sslmode=disable", "db", 5432),
            ("postgres://db", "db", 5432),
            ("postgres://u@[::1]:7000/x", "[::1]", 7000),
            ("postgres:///x?host=/run/postgresql", "", 5432),
        ] {
            assert_eq!(super::host_of(url), (host, port), "{url}");
        }
        // A port that was free a moment ago and that nobody listens on.
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        let url = format!("postgres://u:secret@127.0.0.1:{port}/x");
        assert!(super::reach(&url).is_ok());
        drop(free);
        let told = super::reach(&url).unwrap_err().to_string();
        assert!(told.contains(&format!("127.0.0.1:{port}")), "{told}");
        assert!(!told.contains("secret"), "{told}");
    }
}
