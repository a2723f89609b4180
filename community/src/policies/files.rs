//! The policies that a node holds: the built-in files, and what was published over them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use linli_policy::head::Head;
use linli_policy::ir::Plan;
use linli_policy::law::Law;
use linli_policy::{Book, Refused, day};

macro_rules! built_in {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../catalogue/policies/", $name)))),+]
    };
}

/// The files that come with Linli: name and content.
pub const BUILT_IN: &[(&str, &str)] = built_in!(
    "destitute.toml",
    "dibao-edge.toml",
    "dibao-single.toml",
    "dibao.toml",
    "disability-living.toml",
    "disability-nursing.toml",
    "elder-allowance.toml",
    "elder-service-subsidy.toml",
    "home-care-insurance.toml",
    "medical-assistance.toml",
    "military-care-fee.toml",
    "military-death-grant.toml",
    "military-funeral.toml",
    "rigid-spending.toml",
    "special-children.toml",
    "temporary-relief.toml",
);

/// How many days' laws are kept in memory.
const KEPT: usize = 64;

/// 政策库: files that were read and checked together.
#[derive(Debug)]
pub struct Policies {
    files: BTreeMap<String, String>,
    book: Book,
    laws: Mutex<BTreeMap<i64, Arc<Law>>>,
}

impl Policies {
    /// The policies that come with Linli.
    ///
    /// # Errors
    /// [`Refused`] with every finding; a test proves that there is none.
    pub fn built_in() -> Result<Self, Refused> {
        let files = BUILT_IN.iter();
        Self::read(
            files
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
        )
    }

    /// Reads `files`, name and content.
    ///
    /// # Errors
    /// [`Refused`] with every finding where at least one is an error.
    pub fn read(files: BTreeMap<String, String>) -> Result<Self, Refused> {
        let given: Vec<(&str, &str)> = files
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        let book = Book::read(&given)?;
        Ok(Self {
            files,
            book,
            laws: Mutex::default(),
        })
    }

    /// These policies with `text` in place of (or beside) the file called `name`.
    ///
    /// # Errors
    /// [`Refused`] as in [`Policies::read`].
    pub fn with(&self, name: &str, text: &str) -> Result<Self, Refused> {
        let mut files = self.files.clone();
        files.insert(name.to_owned(), text.to_owned());
        Self::read(files)
    }

    /// The files, by name.
    #[must_use]
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// The checked book.
    #[must_use]
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// The head of the policy `id`.
    #[must_use]
    pub fn head(&self, id: &str) -> Option<&Head> {
        self.book.heads().find(|head| head.id == id)
    }

    /// The policies whose application `service` takes.
    pub fn of_service<'p>(&'p self, service: &'p str) -> impl Iterator<Item = &'p Head> {
        let heads = self.book.heads();
        heads.filter(move |head| head.service.as_deref() == Some(service))
    }

    /// The policies of the file called `name` as of a day; `None` where it has none.
    #[must_use]
    pub fn plan_of(&self, name: &str, date: Date) -> Option<Plan> {
        let files = self.book.files();
        let heads = self.book.heads().zip(files);
        let ours = heads.filter(|(_, file)| *file == name);
        let ids: Vec<&str> = ours.map(|(head, _)| head.id.as_str()).collect();
        if ids.is_empty() {
            return None;
        }
        self.book.plan(&ids, days(date)).ok()
    }

    /// The law of a day; `None` for a day no plan can be made for.
    #[must_use]
    pub fn law_on(&self, date: Date) -> Option<Arc<Law>> {
        let on = days(date);
        let laws = || self.laws.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(law) = laws().get(&on) {
            return Some(Arc::clone(law));
        }
        let law = Arc::new(self.book.law(&[], on).ok()?);
        let mut laws = laws();
        if laws.len() >= KEPT {
            laws.pop_first();
        }
        laws.insert(on, Arc::clone(&law));
        Some(law)
    }
}

/// Days since 1970-01-01.
pub(super) fn days(date: Date) -> i64 {
    day::parse(&date.to_string()).unwrap_or_default()
}
