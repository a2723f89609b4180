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

    /// The file in which the policy `id` stands.
    #[must_use]
    pub fn file_of(&self, id: &str) -> Option<String> {
        let at = self.book.heads().position(|head| head.id == id)?;
        let files = self.book.files();
        files.get(at).map(|file| (*file).to_owned())
    }

    /// The ids of the policies of the file called `name`.
    #[must_use]
    pub fn of_file(&self, name: &str) -> Vec<&str> {
        let heads = self.book.heads().zip(self.book.files());
        let ours = heads.filter(|(_, file)| *file == name);
        ours.map(|(head, _)| head.id.as_str()).collect()
    }

    /// The policies of the file called `name` as of a day; `None` where it has none.
    #[must_use]
    pub fn plan_of(&self, name: &str, date: Date) -> Option<Plan> {
        let ids = self.of_file(name);
        if ids.is_empty() {
            return None;
        }
        self.book.plan(&ids, days(date)).ok()
    }

    /// The first day after `today` from which a figure of the file called `name` has a value in
    /// `changed` that it lacks here: the day on which a change is to be rehearsed.
    #[must_use]
    pub fn takes_effect(&self, changed: &Self, name: &str, today: Date) -> Option<Date> {
        let mut earliest = None;
        for id in changed.of_file(name) {
            let known: Vec<_> = self.book.parameters(id).collect();
            for new in changed.book.parameters(id) {
                let old = known.iter().find(|old| old.key == new.key);
                let Some((from, _)) = new
                    .last
                    .filter(|last| old.and_then(|old| old.last) != Some(*last))
                else {
                    continue;
                };
                if from > days(today) && earliest.is_none_or(|first| from < first) {
                    earliest = Some(from);
                }
            }
        }
        earliest.and_then(|day| day::text(day).parse().ok())
    }

    /// One policy as of a day, to be rehearsed by itself: where it pays nothing, what is counted is
    /// who is entitled.
    #[must_use]
    pub(super) fn plan_alone(&self, id: &str, date: Date) -> Option<Plan> {
        let mut plan = self.book.plan(&[id], days(date)).ok()?;
        for planned in &mut plan.policies {
            planned.payment = planned.payment.or(planned.eligible);
        }
        Some(plan)
    }

    /// Whether the policy `id` pays anything on a day.
    #[must_use]
    pub fn pays(&self, id: &str, date: Date) -> bool {
        let plan = self.book.plan(&[id], days(date));
        plan.is_ok_and(|plan| plan.policies.iter().any(|one| one.payment.is_some()))
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
