//! 目录的读取: service files, built in or from a folder, checked before anything is served.
//!
//! A folder given by the operator comes after the built-in files: a file of the same name replaces
//! the built-in one, a new name adds one. `towns/*.toml` hold what towns add ([`super::town`]).

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use linli_kernel::AreaPath;
use linli_units::WorkCalendar;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::check::{check_service, check_town};
use super::question::Choice;
use super::service::Service;
use super::town::Town;
use super::worked;
use crate::residents::Dictionary;

/// The most bytes of a service file: it travels whole in one entry of the journal.
pub const MOST_BYTES: usize = 48 * 1024;

macro_rules! built_in {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../catalogue/", $folder, "/", $name)))),+]
    };
}

/// The built-in service files.
const SERVICES: &[(&str, &str)] = built_in!("services":
    "certificate.toml",
    "dibao.toml",
    "disability-subsidies.toml",
    "elder-allowance.toml",
    "home-care.toml",
    "temporary-relief.toml",
    "veterans-confirmation.toml",
);

const CALENDAR: &str = include_str!("../../../catalogue/calendars/china-workdays.toml");

/// What is wrong with a file of the catalogue: which file, where in it, and what is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileProblem {
    /// The file's name.
    pub file: String,
    /// The key in it, as `form.questions[3].why.en`, or the line.
    pub key: String,
    /// What is expected.
    pub expected: String,
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.file, self.key, self.expected)
    }
}

/// A file of the catalogue with its text, as it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name, such as `dibao.toml` or `towns/310117102-dibao.toml`.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// 事项目录: every service in every version, and what towns add.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// By id; the versions of one by their first day.
    services: BTreeMap<String, Vec<Arc<Service>>>,
    towns: Vec<Town>,
    /// Versions that only the journal still has: for cases that were filed under them.
    past: Vec<Arc<Service>>,
    dictionary: Arc<Dictionary>,
    files: Vec<File>,
}

impl Catalogue {
    /// The built-in catalogue.
    ///
    /// # Errors
    /// Every problem of every file; a test proves that there is none.
    pub fn built_in() -> Result<Self, Vec<FileProblem>> {
        Self::read(built_in_files())
    }

    /// The built-in catalogue with the operator's `folder` laid over it.
    ///
    /// # Errors
    /// Every problem of every file, and a folder that cannot be read.
    pub fn with_folder(folder: &Path) -> Result<Self, Vec<FileProblem>> {
        let mut files: BTreeMap<String, String> = built_in_files()
            .into_iter()
            .map(|file| (file.name, file.text))
            .collect();
        for (sub, prefix) in [(folder.to_owned(), ""), (folder.join("towns"), "towns/")] {
            if !prefix.is_empty() && !sub.is_dir() {
                continue;
            }
            for file in read_folder(&sub, prefix)? {
                files.insert(file.name, file.text);
            }
        }
        let files = files.into_iter().map(|(name, text)| File { name, text });
        Self::read(files.collect())
    }

    /// The catalogue made of `files`, with the built-in dictionary, code lists and calendar.
    ///
    /// # Errors
    /// Every problem of every file.
    pub fn read(files: Vec<File>) -> Result<Self, Vec<FileProblem>> {
        let calendar = built_in_calendar()?;
        let mut catalogue = Self {
            services: BTreeMap::new(),
            towns: Vec::new(),
            past: Vec::new(),
            dictionary: Arc::new(built_in_dictionary()?),
            files: Vec::new(),
        };
        let mut problems = Vec::new();
        for file in files.iter().filter(|file| !file.name.starts_with("towns/")) {
            problems.extend(
                catalogue
                    .add_service(file, &calendar)
                    .err()
                    .unwrap_or_default(),
            );
        }
        for file in files.iter().filter(|file| file.name.starts_with("towns/")) {
            problems.extend(catalogue.add_town(file).err().unwrap_or_default());
        }
        problems.extend(catalogue.overlaps());
        if !problems.is_empty() {
            return Err(problems);
        }
        catalogue.files = files;
        Ok(catalogue)
    }

    /// The services in force on `day`, by id.
    pub fn services_on(&self, day: Date) -> impl Iterator<Item = &Arc<Service>> {
        let versions = self.services.values();
        versions.filter_map(move |versions| versions.iter().find(|one| one.holds_on(day)))
    }

    /// The service `id` as in force on `day`.
    #[must_use]
    pub fn service(&self, id: &str, day: Date) -> Option<&Arc<Service>> {
        self.services.get(id)?.iter().find(|one| one.holds_on(day))
    }

    /// The service `id` in a version, of the files or only of the journal: for a case filed under
    /// it.
    #[must_use]
    pub fn version(&self, id: &str, version: u32) -> Option<&Arc<Service>> {
        let held = self.services.get(id).into_iter().flatten();
        held.chain(&self.past)
            .find(|one| one.id == id && one.version == version)
    }

    /// Takes in a version of which only the journal still has the text. It was checked when it was
    /// published; it is in force on no day.
    ///
    /// # Errors
    /// What this program no longer understands of it.
    pub(super) fn remember(&mut self, file: &File) -> Result<(), Vec<FileProblem>> {
        let mut service: Service = parse(file)?;
        service.hash = hash(&file.text);
        fill_choices(&mut service, &self.dictionary);
        self.past.push(Arc::new(service));
        Ok(())
    }

    /// The service `id` as in force on `day` in `area`: with what its town adds.
    #[must_use]
    pub fn service_in(&self, id: &str, area: &AreaPath, day: Date) -> Option<Arc<Service>> {
        let service = self.service(id, day)?;
        if !service.jurisdiction.contains(area) {
            return None;
        }
        Some(self.overlaid(service, area, day))
    }

    /// The service `id` in a version, with what the town of `area` added on `day`: the rules a case
    /// filed that day keeps to.
    #[must_use]
    pub fn version_in(
        &self,
        id: &str,
        version: u32,
        area: &AreaPath,
        day: Date,
    ) -> Option<Arc<Service>> {
        Some(self.overlaid(self.version(id, version)?, area, day))
    }

    /// Every version of every service.
    pub fn versions(&self) -> impl Iterator<Item = &Arc<Service>> {
        self.services.values().flatten()
    }

    /// What towns add.
    #[must_use]
    pub fn towns(&self) -> &[Town] {
        &self.towns
    }

    /// The dictionary and code lists the forms refer to.
    #[must_use]
    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// The files it was made of.
    #[must_use]
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The file with this hash.
    #[must_use]
    pub(super) fn file_with(&self, wanted: &str) -> Option<&File> {
        self.files.iter().find(|file| hash(&file.text) == wanted)
    }

    fn overlaid(&self, service: &Arc<Service>, area: &AreaPath, day: Date) -> Arc<Service> {
        let towns = self
            .towns
            .iter()
            .filter(|town| town.applies(&service.id, area, day));
        let mut with = service.clone();
        for town in towns {
            with = Arc::new(town.laid_on(&with));
        }
        with
    }

    fn add_service(
        &mut self,
        file: &File,
        calendar: &WorkCalendar,
    ) -> Result<(), Vec<FileProblem>> {
        let mut service: Service = parse(file)?;
        service.hash = hash(&file.text);
        fill_choices(&mut service, &self.dictionary);
        let mut problems = check_service(file, &service, &self.dictionary);
        if problems.is_empty() {
            problems = worked::run(&file.name, &service, calendar);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let versions = self.services.entry(service.id.clone()).or_default();
        versions.push(Arc::new(service));
        versions.sort_by_key(|one| one.valid_from);
        Ok(())
    }

    fn add_town(&mut self, file: &File) -> Result<(), Vec<FileProblem>> {
        let mut town: Town = parse(file)?;
        town.hash = hash(&file.text);
        let versions = self
            .services
            .get(&town.service)
            .map_or(&[][..], Vec::as_slice);
        let problems = check_town(file, &town, versions);
        if !problems.is_empty() {
            return Err(problems);
        }
        self.towns.push(town);
        Ok(())
    }

    /// Two versions of a service in force on one day, or with one number.
    fn overlaps(&self) -> Vec<FileProblem> {
        let mut problems = Vec::new();
        for versions in self.services.values() {
            for (earlier, later) in versions.iter().zip(versions.iter().skip(1)) {
                if earlier.holds_on(later.valid_from) || earlier.version == later.version {
                    problems.push(FileProblem {
                        file: later.id.clone(),
                        key: "version".to_owned(),
                        expected: format!(
                            "versions {} and {} to follow each other: the earlier ends (valid_to) \
                             before the later begins, and no version stands twice",
                            earlier.version, later.version
                        ),
                    });
                }
            }
        }
        problems
    }
}

/// The working-day calendar that comes with the catalogue.
///
/// # Errors
/// What is wrong with its file; a test proves that nothing is.
pub fn built_in_calendar() -> Result<WorkCalendar, Vec<FileProblem>> {
    WorkCalendar::from_toml(CALENDAR).map_err(|bad| {
        vec![FileProblem {
            file: "calendars/china-workdays.toml".to_owned(),
            key: "years".to_owned(),
            expected: bad.to_string(),
        }]
    })
}

fn built_in_dictionary() -> Result<Dictionary, Vec<FileProblem>> {
    Dictionary::built_in().map_err(|bad| {
        vec![FileProblem {
            file: "fields.toml and codes/*.toml".to_owned(),
            key: "file".to_owned(),
            expected: bad.to_string(),
        }]
    })
}

fn built_in_files() -> Vec<File> {
    let file = |(name, text): &(&str, &str)| File {
        name: (*name).to_owned(),
        text: (*text).to_owned(),
    };
    SERVICES.iter().map(file).collect()
}

fn read_folder(folder: &Path, prefix: &str) -> Result<Vec<File>, Vec<FileProblem>> {
    let problem = |path: &Path, error: &std::io::Error| {
        vec![FileProblem {
            file: path.display().to_string(),
            key: "file".to_owned(),
            expected: format!("a readable UTF-8 file ({error})"),
        }]
    };
    let mut files = Vec::new();
    let entries = std::fs::read_dir(folder).map_err(|error| problem(folder, &error))?;
    for entry in entries {
        let path = entry.map_err(|error| problem(folder, &error))?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if path.is_file() && name.ends_with(".toml") {
            let text = std::fs::read_to_string(&path).map_err(|error| problem(&path, &error))?;
            files.push(File {
                name: format!("{prefix}{name}"),
                text,
            });
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn parse<T: DeserializeOwned>(file: &File) -> Result<T, Vec<FileProblem>> {
    toml::from_str(&file.text).map_err(|bad| {
        let before = bad
            .span()
            .map_or("", |span| file.text.get(..span.start).unwrap_or(""));
        vec![FileProblem {
            file: file.name.clone(),
            key: format!("line {}", before.matches('\n').count() + 1),
            expected: bad.message().to_owned(),
        }]
    })
}

fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes the choices of code lists into the questions and columns that name one.
fn fill_choices(service: &mut Service, dictionary: &Dictionary) {
    let fill = |codes: Option<&String>, choices: &mut Vec<Choice>| {
        if let Some(list) = codes.and_then(|id| dictionary.list(id)) {
            let choice = |code: &crate::residents::Code| Choice {
                value: code.value.clone(),
                names: code.names.clone(),
                hint: None,
            };
            *choices = list.codes.iter().map(choice).collect();
        }
    };
    for question in &mut service.form.questions {
        fill(question.codes.as_ref(), &mut question.choices);
        for column in &mut question.columns {
            fill(column.codes.as_ref(), &mut column.choices);
        }
    }
}
