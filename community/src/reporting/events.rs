//! What happens to a report template: facts for ever, kinds `reporting.*`. All of it is open.

use std::collections::BTreeMap;

use jiff::civil::Date;
use linli_journal::{FoldError, Kind, Recorded};
use linli_kernel::{AreaPath, Fault};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::feature::Parts;

/// 依据: the document by which a table may be asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// What it is called.
    pub title: String,
    /// 文号: 沪民发〔2026〕12号.
    pub number: String,
    /// Who issued it.
    pub issuer: String,
    /// When.
    pub issued_on: Date,
    /// Where it can be read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
}

/// What a row of the table is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// 居民: a row a person.
    #[default]
    Residents,
    /// 家庭: a row a household; facts of a person are its head's.
    Households,
}

impl About {
    /// Its name in the register and in message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Residents => "residents",
            Self::Households => "households",
        }
    }
}

/// Who hands the table in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 居村委会: each committee.
    #[default]
    Committee,
    /// 街镇: each street or town, for all of its committees.
    Street,
}

impl Level {
    /// Its name in the register and in message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Committee => "committee",
            Self::Street => "street",
        }
    }
}

/// How often the table is due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// 一次性.
    #[default]
    Once,
    /// 每月.
    Month,
    /// 每季度.
    Quarter,
    /// 每半年.
    HalfYear,
    /// 每年.
    Year,
}

impl Period {
    /// Every period, the rarest last.
    pub const ALL: [Self; 5] = [
        Self::Once,
        Self::Month,
        Self::Quarter,
        Self::HalfYear,
        Self::Year,
    ];

    /// Its name in the register and in message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::HalfYear => "half_year",
            Self::Year => "year",
        }
    }

    /// The period called `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// The day from `today` on at which a table that was first due on `first` is due next; `None`
    /// when it was due once and that day is over. Due on the 31st, it is due at the end of shorter
    /// months.
    #[must_use]
    pub fn next(self, first: Date, today: Date) -> Option<Date> {
        let months: i64 = match self {
            Self::Once => return (first >= today).then_some(first),
            Self::Month => 1,
            Self::Quarter => 3,
            Self::HalfYear => 6,
            Self::Year => 12,
        };
        if first >= today {
            return Some(first);
        }
        // Counted from the first day each time: a short month must not shorten the later ones.
        let since = i64::from(today.year() - first.year()) * 12 + i64::from(today.month())
            - i64::from(first.month());
        let steps = since / months;
        (steps..=steps + 1)
            .filter_map(|step| {
                let span = jiff::Span::new().try_months(step * months).ok()?;
                first.checked_add(span).ok()
            })
            .find(|day| *day >= today)
    }
}

/// What a template repeats, as it was shown to who made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlap {
    /// The template that has the columns, or [`super::LIST`] for the list of residents.
    pub with: String,
    /// The columns that both have.
    pub columns: Vec<String>,
    /// Their share of the new template's columns.
    pub percent: u8,
}

/// 已建立: a table may be asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Created {
    /// What the table is called.
    pub name: String,
    /// By which document it is asked for.
    pub basis: Basis,
    /// Who hands it in.
    pub level: Level,
    /// What a row is.
    pub about: About,
    /// Its columns, in order.
    pub columns: Vec<String>,
    /// Who is in it: codes by name, as the list of residents filters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub filter: BTreeMap<String, String>,
    /// How often it is due.
    pub period: Period,
    /// When it is due first.
    pub first_due: Date,
    /// What it repeats, where that was much.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repeats: Vec<Overlap>,
    /// 需人工填写: the columns that few records held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_hand: Vec<String>,
    /// Why it is needed all the same.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub need: String,
}

/// 已废止: nobody is to hand it in any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Why.
    pub reason: String,
}

/// One thing that happened to a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// It was made.
    Created(Box<Created>),
    /// It was ended.
    Ended(Ended),
}

/// What happened, and the area in which the table is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The area: the table is for it and everything below.
    pub area: AreaPath,
    /// What happened.
    pub fact: Fact,
}

const CREATED: Kind = Kind::new("reporting.created", 1);
const ENDED: Kind = Kind::new("reporting.ended", 1);

impl Event {
    /// The event as it goes into an entry.
    ///
    /// # Errors
    /// [`Fault`] when it has no JSON form.
    pub fn write(&self) -> Result<Parts, Fault> {
        let (kind, open) = match &self.fact {
            Fact::Created(created) => (CREATED, serde_json::to_value(created)),
            Fact::Ended(ended) => (ENDED, serde_json::to_value(ended)),
        };
        Ok(Parts {
            kind,
            area: self.area.clone(),
            open: open.map_err(|problem| Fault::Damaged(format!("event: {problem}")))?,
            sealed: Vec::new(),
        })
    }

    /// The event in an entry.
    ///
    /// # Errors
    /// [`FoldError`] when the kind is unknown or its content makes no sense.
    pub fn read(entry: &Recorded) -> Result<Self, FoldError> {
        let fact = match &entry.kind {
            kind if *kind == CREATED => Fact::Created(Box::new(parse(entry)?)),
            kind if *kind == ENDED => Fact::Ended(parse(entry)?),
            kind => return Err(FoldError::Unknown(kind.to_string())),
        };
        let area = entry.area.clone();
        Ok(Self { area, fact })
    }
}

fn parse<T: DeserializeOwned>(entry: &Recorded) -> Result<T, FoldError> {
    let poisonous = |problem| FoldError::Poisonous(format!("{}: {problem}", entry.kind));
    T::deserialize(&entry.open).map_err(poisonous)
}
