//! A template file: its shape, and the templates of a node.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use toml::Spanned;

use super::check::{self, Flaw};
use super::kind::Kind;
use super::parts::Part;
use crate::catalogue::{Basis, Source, Text};

/// The largest file: it travels in one entry of the journal.
pub const MOST_BYTES: usize = 32 * 1024;

/// 文书模板: what one kind of paper says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Of which paper.
    pub kind: Kind,
    /// Its version, which whoever edits it counts up.
    pub version: u32,
    /// The day of the version.
    pub date: Date,
    /// Its name.
    pub names: Text,
    /// 标题
    pub title: Text,
    /// 文号
    pub number: Text,
    /// 主送
    pub addressee: Text,
    /// What its code is for.
    pub check: Text,
    /// What it rests on.
    pub sources: Vec<Source>,
    /// Where in them.
    pub basis: Basis,
    /// 正文
    pub parts: Vec<Part>,
    /// The hex SHA-256 of the file's bytes.
    pub hash: String,
    /// The file's text.
    pub text: String,
    /// Whether the district wrote it.
    pub own: bool,
}

/// A wording in both languages, each with its place in the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) zh: Spanned<String>,
    pub(super) en: Spanned<String>,
}

/// A part as it stands in the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadPart {
    pub(super) kind: Spanned<String>,
    #[serde(default)]
    pub(super) zh: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) en: Vec<Spanned<String>>,
    pub(super) of: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) rows: Vec<ReadRow>,
}

/// A row: what, and its value, in both languages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadRow {
    pub(super) zh: [Spanned<String>; 2],
    pub(super) en: [Spanned<String>; 2],
}

/// The file as it stands.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadFile {
    pub(super) kind: Spanned<String>,
    pub(super) version: Spanned<u32>,
    pub(super) date: Date,
    pub(super) names: Words,
    pub(super) title: Words,
    pub(super) number: Option<Words>,
    pub(super) addressee: Option<Words>,
    pub(super) check: Words,
    #[serde(default)]
    pub(super) sources: Vec<Source>,
    pub(super) basis: Spanned<Basis>,
    pub(super) parts: Vec<Spanned<ReadPart>>,
}

impl Template {
    /// Reads and checks the file `name` of the kind it is named after.
    ///
    /// # Errors
    /// Every flaw, with its file, line and field, and what is allowed there.
    pub fn read(name: &str, text: &str) -> Result<Self, Vec<Flaw>> {
        let file = check::shape(name, text)?;
        let flaws = check::flaws(name, text, &file);
        if flaws.is_empty() {
            Self::of(&file, text).ok_or_else(|| check::unknown_kind(name, text, &file))
        } else {
            Err(flaws)
        }
    }

    /// Reads a text that was checked when it was published; a check that came later does not keep
    /// an old paper from being printed again.
    pub(super) fn recall(text: &str) -> Option<Self> {
        let file: ReadFile = toml::from_str(text).ok()?;
        Self::of(&file, text)
    }

    fn of(file: &ReadFile, text: &str) -> Option<Self> {
        Some(Self {
            kind: Kind::from_code(file.kind.get_ref())?,
            version: *file.version.get_ref(),
            date: file.date,
            names: plain(&file.names),
            title: plain(&file.title),
            number: file.number.as_ref().map(plain).unwrap_or_default(),
            addressee: file.addressee.as_ref().map(plain).unwrap_or_default(),
            check: plain(&file.check),
            sources: file.sources.clone(),
            basis: file.basis.get_ref().clone(),
            parts: file
                .parts
                .iter()
                .filter_map(|one| part(one.get_ref()))
                .collect(),
            hash: hash(text),
            text: text.to_owned(),
            own: false,
        })
    }

    /// The fields and lists that its body, title and number name.
    pub(super) fn names_used(&self) -> Vec<&str> {
        let mut texts = vec![&self.title, &self.number, &self.addressee, &self.check];
        texts.extend(self.parts.iter().flat_map(Part::texts));
        let named = texts
            .into_iter()
            .flat_map(|text| super::parts::named(&text.zh));
        let lists = self.parts.iter().filter_map(|part| match part {
            Part::List(name) => Some(name.as_str()),
            _ => None,
        });
        named.chain(lists).collect()
    }
}

fn plain(words: &Words) -> Text {
    Text::new(words.zh.get_ref(), words.en.get_ref())
}

fn part(read: &ReadPart) -> Option<Part> {
    let sentences = || {
        let pairs = read.zh.iter().zip(&read.en);
        pairs.map(|(zh, en)| Text::new(zh.get_ref(), en.get_ref()))
    };
    let row = |row: &ReadRow| {
        let [what, value] = &row.zh;
        let [what_en, value_en] = &row.en;
        (
            Text::new(what.get_ref(), what_en.get_ref()),
            Text::new(value.get_ref(), value_en.get_ref()),
        )
    };
    match read.kind.get_ref().as_str() {
        "heading" => sentences().next().map(Part::Heading),
        "text" => Some(Part::Text(sentences().collect())),
        "list" => read.of.as_ref().map(|of| Part::List(of.get_ref().clone())),
        "table" => Some(Part::Table(read.rows.iter().map(row).collect())),
        _ => None,
    }
}

pub(super) fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The files that come with Linli.
const BUILT_IN: [(Kind, &str); 8] = [
    (
        Kind::Receipt,
        include_str!("../../../catalogue/papers/receipt.toml"),
    ),
    (
        Kind::Accepted,
        include_str!("../../../catalogue/papers/accepted.toml"),
    ),
    (
        Kind::Supplement,
        include_str!("../../../catalogue/papers/supplement.toml"),
    ),
    (
        Kind::NotAccepted,
        include_str!("../../../catalogue/papers/not_accepted.toml"),
    ),
    (
        Kind::Transferred,
        include_str!("../../../catalogue/papers/transferred.toml"),
    ),
    (
        Kind::Granted,
        include_str!("../../../catalogue/papers/granted.toml"),
    ),
    (
        Kind::Refused,
        include_str!("../../../catalogue/papers/refused.toml"),
    ),
    (
        Kind::Certificate,
        include_str!("../../../catalogue/papers/certificate.toml"),
    ),
];

/// 文书模板库: one template of each kind.
#[derive(Debug, Clone)]
pub struct Papers {
    templates: BTreeMap<Kind, Arc<Template>>,
}

impl Papers {
    /// The templates that come with Linli, each replaced by the file of its name in `papers/` of
    /// the district's folder, where there is one.
    ///
    /// # Errors
    /// Every flaw of every file.
    pub fn of_folder(folder: Option<&Path>) -> Result<Self, Vec<Flaw>> {
        let own = folder.map(|folder| folder.join("papers"));
        let own = own.filter(|own| own.is_dir());
        let mut flaws = own.as_deref().map(strangers).unwrap_or_default();
        let mut templates = BTreeMap::new();
        for (kind, built_in) in BUILT_IN {
            let path = own.as_ref().map(|own| own.join(kind.file()));
            let path = path.filter(|path| path.exists());
            let read = match &path {
                Some(path) => district(path, kind),
                None => Template::read(&kind.file(), built_in),
            };
            match read {
                Ok(template) => {
                    let own = path.is_some();
                    templates.insert(kind, Arc::new(Template { own, ..template }));
                }
                Err(found) => flaws.extend(found),
            }
        }
        if flaws.is_empty() {
            Ok(Self { templates })
        } else {
            Err(flaws)
        }
    }

    /// The template of a kind.
    #[must_use]
    pub fn of(&self, kind: Kind) -> Option<&Arc<Template>> {
        self.templates.get(&kind)
    }

    /// Every template, in the order of a case's life.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Template>> {
        self.templates.values()
    }
}

/// The district's own file of a kind. It is not read beyond what a template may be long.
fn district(path: &Path, kind: Kind) -> Result<Template, Vec<Flaw>> {
    let name = format!("papers/{}", kind.file());
    let size = fs::metadata(path).map(|about| about.len());
    if size.as_ref().is_ok_and(|size| *size > MOST_BYTES as u64) {
        return Err(vec![check::too_large(&name)]);
    }
    let text = fs::read_to_string(path);
    let text = text.map_err(|why| vec![check::unreadable(&name, &why.to_string())])?;
    Template::read(&name, &text)
}

/// Files in the folder that are no template's: a name with a slip would be passed over in silence.
fn strangers(folder: &Path) -> Vec<Flaw> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let strange = |name: &String| {
        name.ends_with(".toml") && !Kind::ALL.iter().any(|kind| kind.file() == *name)
    };
    names
        .filter(strange)
        .map(|name| check::stranger(&format!("papers/{name}")))
        .collect()
}
