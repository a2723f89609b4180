//! 台账用语: the words that ledgers use, from `catalogue/ledgers.toml`, and what they mean here.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use linli_kernel::Fault;
use linli_units::digits::narrowed;
use serde::{Deserialize, Serialize};

use crate::residents::{Dictionary, FieldId, FieldType};

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Meaning {
    /// A fact of the data dictionary.
    Field(FieldId),
    /// 与户主关系.
    Relation,
    /// 户号: rows with the same one are a household.
    Household,
    /// Nothing that is taken.
    Ignored,
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Field(field) => field.as_str(),
            Self::Relation => "relation",
            Self::Household => "household",
            Self::Ignored => "ignored",
        })
    }
}

impl FromStr for Meaning {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "relation" => Self::Relation,
            "household" => Self::Household,
            "ignored" => Self::Ignored,
            field if field.contains('.') => Self::Field(FieldId::from(field)),
            other => return Err(format!("{other} is no meaning of a column")),
        })
    }
}

impl TryFrom<String> for Meaning {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Meaning> for String {
    fn from(meaning: Meaning) -> Self {
        meaning.to_string()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    column: Vec<ColumnWords>,
    value: Vec<ValueWords>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnWords {
    meaning: Meaning,
    words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ValueWords {
    list: String,
    code: String,
    words: Vec<String>,
}

/// The words, ready to be looked up.
#[derive(Debug, Clone)]
pub struct Words {
    columns: HashMap<String, Meaning>,
    values: HashMap<String, HashMap<String, String>>,
}

impl Words {
    /// The words that come with Linli, together with the names of the dictionary.
    ///
    /// # Errors
    /// [`Fault`] when the file names what the dictionary does not have; a test keeps it fitting.
    pub fn of(dictionary: &Dictionary) -> Result<Self, Fault> {
        Self::read(include_str!("../../../catalogue/ledgers.toml"), dictionary)
    }

    fn read(text: &str, dictionary: &Dictionary) -> Result<Self, Fault> {
        let bad = |problem: String| Fault::Setting(format!("ledgers.toml: {problem}"));
        let file: File = toml::from_str(text).map_err(|error| bad(error.to_string()))?;
        let mut columns = HashMap::new();
        for field in dictionary.fields() {
            // The members of a household are its rows, never a column.
            if field.kind != FieldType::Members {
                for name in [&field.names.zh, &field.names.en] {
                    columns.insert(plain(name), Meaning::Field(field.id.clone()));
                }
            }
        }
        for column in file.column {
            if let Meaning::Field(field) = &column.meaning
                && dictionary.field(field.as_str()).is_none()
            {
                return Err(bad(format!("{field} is not in the dictionary")));
            }
            for word in column.words {
                columns.insert(plain(&word), column.meaning.clone());
            }
        }
        let mut values: HashMap<String, HashMap<String, String>> = HashMap::new();
        for list in dictionary.lists() {
            let of_list = values.entry(list.id.clone()).or_default();
            for code in &list.codes {
                for word in [&code.value, &code.names.zh, &code.names.en] {
                    of_list.insert(plain(word), code.value.clone());
                }
            }
        }
        for value in file.value {
            let list = dictionary.list(&value.list);
            if list.is_none_or(|list| list.code(&value.code).is_none()) {
                return Err(bad(format!("{} has no code {}", value.list, value.code)));
            }
            let of_list = values.entry(value.list).or_default();
            for word in value.words {
                of_list.insert(plain(&word), value.code.clone());
            }
        }
        Ok(Self { columns, values })
    }

    /// What a column with this header holds, if the header is known word for word.
    #[must_use]
    pub fn column(&self, header: &str) -> Option<&Meaning> {
        self.columns.get(&plain(header))
    }

    /// What a column holds whose header only contains a known word: the longest one.
    #[must_use]
    pub fn column_alike(&self, header: &str) -> Option<&Meaning> {
        let header = plain(header);
        let words = self.columns.iter().filter(|(word, meaning)| {
            **meaning != Meaning::Ignored && word.chars().count() > 1 && header.contains(&**word)
        });
        // Of two as long as each other the first in order, so that one header means one thing.
        let longest = words.max_by(|a, b| (a.0.len(), b.0).cmp(&(b.0.len(), a.0)));
        longest.map(|(_, meaning)| meaning)
    }

    /// The code of the list `list` that `text` means.
    #[must_use]
    pub fn code(&self, list: &str, text: &str) -> Option<&str> {
        let of_list = self.values.get(list)?;
        let text = plain(text);
        let found = of_list.get(&text).or_else(|| {
            // 汉 for 汉族, 男 for 男性: the name but for its last character.
            let longer = if list == "ethnicity" {
                format!("{text}族")
            } else {
                text.clone()
            };
            of_list.get(&longer)
        });
        found.map(String::as_str)
    }
}

/// A header or a value without what does not count: spaces, case, stars, colons, and brackets with
/// what is in them.
#[must_use]
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut depth = 0_u32;
    for c in narrowed(text).chars() {
        match c {
            '(' | '[' | '【' | '〔' => depth += 1,
            ')' | ']' | '】' | '〕' => depth = depth.saturating_sub(1),
            '*' | ':' | '"' | '\'' | '“' | '”' | '·' => {}
            c if c.is_whitespace() || depth > 0 => {}
            c => plain.extend(c.to_lowercase()),
        }
    }
    plain
}
