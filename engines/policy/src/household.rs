//! One household: what is known about it and its members, and where each fact came from.

use std::collections::BTreeMap;

use crate::book::Book;
use crate::finding::{Refused, Sources, Span, Told, told};
use crate::ir::{Entity, Fact, FactId};
use crate::read::{Placed, Raw, Reader, Shape, Table, not_toml};
use crate::value::{Known, Type};

/// 家庭: the facts of a household and of its members, laid out by the numbers of a book's facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Household {
    facts: usize,
    group: Vec<Known>,
    members: Vec<Known>,
    names: Vec<String>,
    origins: BTreeMap<(Option<usize>, FactId), Origin>,
}

/// Where a fact came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// An office, a paper, the person.
    pub source: Option<String>,
    /// As of when, as days since 1970-01-01.
    pub date: Option<i64>,
}

/// Why a fact cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadFact {
    /// It is no value of the fact's type.
    #[error("expected {}, found `{found}`", expected.en)]
    Unread {
        /// What the fact is.
        expected: Told,
        /// What was given.
        found: String,
    },
    /// It lies outside the fact's bounds.
    #[error("`{found}` lies outside {low} to {high}")]
    Outside {
        /// What was given.
        found: String,
        /// Not below.
        low: String,
        /// Not above.
        high: String,
    },
}

impl BadFact {
    /// The same in both languages.
    #[must_use]
    pub fn told(&self) -> Told {
        match self {
            Self::Unread { expected, found } => told!(
                "应为{expected}；写的却是 `{found}`",
                "expected {expected}, found `{found}`",
                [expected]
            ),
            Self::Outside { found, low, high } => told!(
                "`{found}` 不在 {low} 至 {high} 之间",
                "`{found}` lies outside {low} to {high}"
            ),
        }
    }
}

impl Fact {
    /// The last part of the field: its column in a population.
    #[must_use]
    pub fn column(&self) -> &str {
        self.field
            .rsplit_once('.')
            .map_or(self.field.as_str(), |(_, column)| column)
    }

    /// Reads a value as files write it.
    ///
    /// # Errors
    /// [`BadFact`] where it is none of this type, or outside the bounds.
    pub fn read(&self, text: &str) -> Result<i64, BadFact> {
        let value = self.type_.parse(text).ok_or_else(|| self.unread(text))?;
        if !self.range.holds(value) {
            let (low, high) = (
                self.type_.plain(self.range.low),
                self.type_.plain(self.range.high),
            );
            return Err(BadFact::Outside {
                found: text.to_owned(),
                low,
                high,
            });
        }
        Ok(value)
    }

    fn unread(&self, text: &str) -> BadFact {
        let expected = match &self.type_ {
            Type::Code(codes) => told!(
                "以下之一：{codes}",
                "one of {codes}",
                codes = codes.codes.join(", "),
            ),
            Type::Money { .. } => {
                told!("以元计的数，至多两位小数", "yuan with at most two decimals")
            }
            Type::Date => told!("日期，如 2024-07-01", "a day such as 2024-07-01"),
            other => {
                let word = other.word();
                told!("{word}", "{word}", [word])
            }
        };
        BadFact::Unread {
            expected,
            found: text.to_owned(),
        }
    }
}

impl Household {
    /// A household of `members` of whom nothing is known yet.
    #[must_use]
    pub fn unknown(book: &Book, members: usize) -> Self {
        let facts = book.facts.len();
        Self {
            facts,
            group: vec![None; facts],
            members: vec![None; facts * members],
            names: vec![String::new(); members],
            origins: BTreeMap::new(),
        }
    }

    /// How many members.
    #[must_use]
    pub fn size(&self) -> usize {
        self.names.len()
    }

    /// What a member is called; empty where the file does not say.
    #[must_use]
    pub fn name(&self, member: usize) -> &str {
        self.names.get(member).map_or("", String::as_str)
    }

    /// Calls a member by a name of the file.
    pub fn call(&mut self, member: usize, name: &str) {
        if let Some(one) = self.names.get_mut(member) {
            name.clone_into(one);
        }
    }

    /// What is known of a fact: of the household, or of a member.
    #[inline]
    #[must_use]
    pub fn get(&self, member: Option<usize>, fact: FactId) -> Known {
        self.slot(member, fact).and_then(|(ours, slot)| match ours {
            true => self.group[slot],
            false => self.members[slot],
        })
    }

    /// Sets a fact, or makes it unknown.
    pub fn set(&mut self, member: Option<usize>, fact: FactId, value: Known) {
        match self.slot(member, fact) {
            Some((true, slot)) => self.group[slot] = value,
            Some((false, slot)) => self.members[slot] = value,
            None => {}
        }
    }

    /// Says where a fact came from.
    pub fn set_origin(&mut self, member: Option<usize>, fact: FactId, origin: Origin) {
        self.origins.insert((member, fact), origin);
    }

    /// Where a fact came from, if the file says.
    #[must_use]
    pub fn origin(&self, member: Option<usize>, fact: FactId) -> Option<&Origin> {
        self.origins.get(&(member, fact))
    }

    #[inline]
    fn slot(&self, member: Option<usize>, fact: FactId) -> Option<(bool, usize)> {
        let fact = usize::try_from(fact.0)
            .ok()
            .filter(|fact| *fact < self.facts)?;
        match member {
            None => Some((true, fact)),
            Some(member) => {
                let slot = member * self.facts + fact;
                (slot < self.members.len()).then_some((false, slot))
            }
        }
    }

    /// Reads a household file: `[household]` and `[[persons]]` with facts by key or column, each
    /// plain or `{ value, source, date }`. `name` is what messages call the file.
    ///
    /// # Errors
    /// [`Refused`] with every finding: unknown facts, values that are none, all with their place.
    pub fn read(book: &Book, name: &str, text: &str) -> Result<Self, Refused> {
        let sources = Sources::of(&[(name, text)]);
        let mut reader = Reader {
            sources: &sources,
            file: 0,
            findings: Vec::new(),
        };
        let household = match toml::de::DeTable::parse(text) {
            Ok(table) => {
                let table = Table::of(table.get_ref(), Span::default());
                Self::whole(book, &mut reader, table)
            }
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                reader.error(Span { file: 0, at }, "toml", not_toml(&error));
                Self::unknown(book, 0)
            }
        };
        if reader.findings.is_empty() {
            Ok(household)
        } else {
            Err(Refused(reader.findings))
        }
    }

    fn whole(book: &Book, reader: &mut Reader<'_>, mut table: Table<'_>) -> Self {
        let group = ["household", "group"].map(|key| table.table(reader, key));
        let members = ["persons", "members"].map(|key| table.tables(reader, key));
        let members: Vec<Table<'_>> = members.into_iter().flatten().collect();
        let mut household = Self::unknown(book, members.len());
        for one in group.into_iter().flatten() {
            household.take(book, reader, None, &one);
        }
        for (index, one) in members.into_iter().enumerate() {
            household.take(book, reader, Some(index), &one);
        }
        table.end(reader);
        household
    }

    fn take(
        &mut self,
        book: &Book,
        reader: &mut Reader<'_>,
        member: Option<usize>,
        table: &Table<'_>,
    ) {
        for (key, value, at) in table.entries(reader.file) {
            let mut origin = Origin::default();
            let raw = match value {
                toml::de::DeValue::Table(inner) => {
                    let mut inner = Table::of(inner, at);
                    let raw = inner.plain(reader, "value");
                    origin.source = inner.text(reader, "source").map(|text| text.value);
                    origin.date = inner.day(reader, "date");
                    inner.end(reader);
                    raw
                }
                plain => reader.raw(plain, at),
            };
            let Some(raw) = raw else { continue };
            if key.value == "id" && member.is_some() {
                self.call(member.unwrap_or_default(), &raw.text);
                continue;
            }
            let told = self.put(book, (None, member), &key, &raw, origin);
            if let Err((at, told)) = told {
                reader.error(at, "fact", told);
            }
        }
    }

    /// Sets a fact by the key of some policy (of `policy` first) or by its column.
    pub(crate) fn put(
        &mut self,
        book: &Book,
        (policy, member): (Option<&str>, Option<usize>),
        key: &Placed<String>,
        raw: &Raw,
        origin: Origin,
    ) -> Result<(), (Span, Told)> {
        let entity = if member.is_some() {
            Entity::Member
        } else {
            Entity::Group
        };
        let Some(id) = book.fact(policy, entity, &key.value) else {
            let told = told!(
                "这里没有哪项政策用到叫 `{key}` 的事实",
                "no policy asks for a fact called `{key}` here",
                key = key.value,
            );
            return Err((key.at, told));
        };
        let fact = &book.facts[usize::try_from(id.0).unwrap_or(usize::MAX)];
        let shaped = match fact.type_ {
            Type::Bool => raw.shape == Shape::Truth,
            Type::Money { .. } | Type::Number { .. } => raw.shape != Shape::Truth,
            Type::Date | Type::Code(_) => raw.shape != Shape::Truth,
        };
        let value = if shaped {
            fact.read(&raw.text)
        } else {
            Err(fact.unread(&raw.text))
        };
        let value = value.map_err(|bad| {
            let (key, bad) = (&key.value, bad.told());
            (raw.at, told!("{key}：{bad}", "{key}: {bad}", [bad]))
        })?;
        self.set(member, id, Some(value));
        if origin != Origin::default() {
            self.set_origin(member, id, origin);
        }
        Ok(())
    }
}

impl Book {
    /// The fact that a file calls `key`: by the key of `policy`, of any policy, by its column or
    /// its whole field.
    #[must_use]
    pub fn fact(&self, policy: Option<&str>, entity: Entity, key: &str) -> Option<FactId> {
        let ours = |id: FactId| {
            let fact = self.facts.get(usize::try_from(id.0).unwrap_or(usize::MAX));
            fact.is_some_and(|fact| fact.entity == entity)
        };
        let own = policy.and_then(|policy| self.policy(policy));
        let by_key = own
            .into_iter()
            .chain(&self.policies)
            .flat_map(|policy| &policy.facts)
            .find(|used| used.key == key && ours(used.id))
            .map(|used| used.id);
        by_key.or_else(|| {
            let named =
                |fact: &Fact| fact.entity == entity && (fact.column() == key || fact.field == key);
            let place = self.facts.iter().position(named)?;
            u32::try_from(place).ok().map(FactId)
        })
    }
}
