//! Tables with places: each question names the key it expects and reports what it finds instead.

use std::collections::BTreeSet;

use toml::de::{DeTable, DeValue};

use crate::finding::{Finding, Level, Sources, Span, Told, Word, told};
use crate::value::Names;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) at: Span,
}

/// How a plain value was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    Number,
    Truth,
    Date,
}

/// A plain value, digit by digit as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Raw {
    pub(crate) text: String,
    pub(crate) shape: Shape,
    pub(crate) at: Span,
}

/// Collects findings while a file is read.
pub(crate) struct Reader<'s> {
    pub(crate) sources: &'s Sources,
    pub(crate) file: usize,
    pub(crate) findings: Vec<Finding>,
}

/// A table of the file, and which keys were asked for.
pub(crate) struct Table<'t> {
    inner: &'t DeTable<'t>,
    pub(crate) at: Span,
    asked: BTreeSet<&'static str>,
}

impl Reader<'_> {
    pub(crate) fn error(&mut self, at: Span, code: &'static str, told: Told) {
        let finding = self.sources.finding(at, Level::Error, code, told);
        self.findings.push(finding);
    }

    fn expected(&mut self, at: Span, what: &Told, found: &DeValue<'_>) {
        let found = match found {
            DeValue::String(_) => Word::of("文字", "text"),
            DeValue::Integer(_) | DeValue::Float(_) => Word::of("数字", "a number"),
            DeValue::Boolean(_) => Word::of("是非值", "true or false"),
            DeValue::Datetime(_) => Word::of("日期", "a date"),
            DeValue::Array(_) => Word::of("列表", "a list"),
            DeValue::Table(_) => Word::of("表", "a table"),
        };
        let told = told!(
            "{what}，写的却是{found}",
            "expected {what}, found {found}",
            [what, found]
        );
        self.error(at, "shape", told);
    }

    /// The plain value as it was written.
    pub(crate) fn raw(&mut self, value: &DeValue<'_>, at: Span) -> Option<Raw> {
        let (text, shape) = match value {
            DeValue::String(text) => (text.to_string(), Shape::Text),
            DeValue::Integer(digits) if digits.radix() == 10 => {
                (digits.as_str().replace('_', ""), Shape::Number)
            }
            DeValue::Float(digits) => (digits.as_str().replace('_', ""), Shape::Number),
            DeValue::Boolean(truth) => (truth.to_string(), Shape::Truth),
            DeValue::Datetime(date) => (date.to_string(), Shape::Date),
            other => {
                self.expected(at, &told!("应为单个值", "a plain value"), other);
                return None;
            }
        };
        Some(Raw { text, shape, at })
    }
}

impl<'t> Table<'t> {
    pub(crate) fn of(inner: &'t DeTable<'t>, at: Span) -> Self {
        Self {
            inner,
            at,
            asked: BTreeSet::new(),
        }
    }

    fn find(&mut self, file: usize, key: &'static str) -> Option<(&'t DeValue<'t>, Span)> {
        self.asked.insert(key);
        let value = self.inner.get(key)?;
        Some((
            value.get_ref(),
            Span {
                file,
                at: value.span().start,
            },
        ))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.inner.contains_key(key)
    }

    pub(crate) fn text(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
    ) -> Option<Placed<String>> {
        let (value, at) = self.find(reader.file, key)?;
        match value {
            DeValue::String(text) => Some(Placed {
                value: text.to_string(),
                at,
            }),
            other => {
                reader.expected(at, &told!("`{key}` 应为文字", "`{key}` as text"), other);
                None
            }
        }
    }

    pub(crate) fn need(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
    ) -> Option<Placed<String>> {
        if !self.has(key) {
            let told = told!("这里缺少 `{key}`", "`{key}` is missing here");
            reader.error(self.at, "missing", told);
        }
        self.text(reader, key)
    }

    pub(crate) fn truth(&mut self, reader: &mut Reader<'_>, key: &'static str) -> bool {
        match self.find(reader.file, key) {
            None => false,
            Some((DeValue::Boolean(truth), _)) => *truth,
            Some((other, at)) => {
                let what = told!("`{key}` 应为 true 或 false", "`{key}` as true or false");
                reader.expected(at, &what, other);
                false
            }
        }
    }

    pub(crate) fn plain(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Raw> {
        let (value, at) = self.find(reader.file, key)?;
        reader.raw(value, at)
    }

    pub(crate) fn small(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        most: u8,
    ) -> Option<u8> {
        let raw = self.plain(reader, key)?;
        let number = raw.text.parse().ok().filter(|number| *number <= most);
        if number.is_none() {
            let told = told!(
                "`{key}` 应为 0 到 {most} 的整数，写的却是 `{found}`",
                "expected `{key}` from 0 to {most}, found `{found}`",
                found = raw.text,
            );
            reader.error(raw.at, "shape", told);
        }
        number
    }

    /// A day: a TOML date or text such as "2024-07-01".
    pub(crate) fn day(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<i64> {
        let raw = self.plain(reader, key)?;
        let day = crate::day::parse(&raw.text);
        if day.is_none() {
            let told = told!(
                "应为日期，如 2024-07-01，写的却是 `{found}`",
                "expected a day such as 2024-07-01, found `{found}`",
                found = raw.text,
            );
            reader.error(raw.at, "date", told);
        }
        day
    }

    /// `{ zh = "…", en = "…" }`; a bare text stands for both.
    pub(crate) fn names(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Names> {
        let (value, at) = self.find(reader.file, key)?;
        names(reader, value, at)
    }

    pub(crate) fn table(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Self> {
        let (value, at) = self.find(reader.file, key)?;
        as_table(reader, value, at)
    }

    /// A list of tables; none where the key is missing.
    pub(crate) fn tables(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Vec<Self> {
        let list = self.list(reader, key);
        list.into_iter()
            .filter_map(|(value, at)| as_table(reader, value, at))
            .collect()
    }

    /// The parts of a list; a single value counts as a list of one.
    pub(crate) fn list(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
    ) -> Vec<(&'t DeValue<'t>, Span)> {
        match self.find(reader.file, key) {
            None => Vec::new(),
            Some((DeValue::Array(list), _)) => {
                let place = |start| Span {
                    file: reader.file,
                    at: start,
                };
                list.iter()
                    .map(|one| (one.get_ref(), place(one.span().start)))
                    .collect()
            }
            Some((single, at)) => vec![(single, at)],
        }
    }

    pub(crate) fn texts(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
    ) -> Vec<Placed<String>> {
        let mut texts = Vec::new();
        for (value, at) in self.list(reader, key) {
            match value {
                DeValue::String(text) => texts.push(Placed {
                    value: text.to_string(),
                    at,
                }),
                other => {
                    let what = told!("`{key}` 里应为文字", "text in `{key}`");
                    reader.expected(at, &what, other);
                }
            }
        }
        texts
    }

    /// Every key with its value, in the order of the file.
    pub(crate) fn entries(&self, file: usize) -> Vec<(Placed<String>, &'t DeValue<'t>, Span)> {
        let mut entries: Vec<_> = self
            .inner
            .iter()
            .map(|(key, value)| {
                let at = Span {
                    file,
                    at: key.span().start,
                };
                let key = Placed {
                    value: key.get_ref().to_string(),
                    at,
                };
                (
                    key,
                    value.get_ref(),
                    Span {
                        file,
                        at: value.span().start,
                    },
                )
            })
            .collect();
        entries.sort_by_key(|(key, ..)| key.at);
        entries
    }

    /// The named tables under `key`: `[facts.age]`, in the order of the file.
    pub(crate) fn named(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
    ) -> Vec<(Placed<String>, Self)> {
        let Some(table) = self.table(reader, key) else {
            return Vec::new();
        };
        let mut named = Vec::new();
        for (key, value, at) in table.entries(reader.file) {
            if let Some(table) = as_table(reader, value, at) {
                named.push((key, table));
            }
        }
        named
    }

    /// Reports keys that nobody asked for.
    pub(crate) fn end(self, reader: &mut Reader<'_>) {
        for (key, _, _) in self.entries(reader.file) {
            if !self.asked.contains(key.value.as_str()) {
                let known: Vec<&str> = self.asked.iter().copied().collect();
                let told = told!(
                    "不认识的项 `{key}`；这里可以写的有：{known}",
                    "unknown key `{key}`; known here: {known}",
                    key = key.value,
                    known = known.join(", "),
                );
                reader.error(key.at, "key", told);
            }
        }
    }
}

pub(crate) fn as_table<'t>(
    reader: &mut Reader<'_>,
    value: &'t DeValue<'t>,
    at: Span,
) -> Option<Table<'t>> {
    match value {
        DeValue::Table(table) => Some(Table::of(table, at)),
        other => {
            reader.expected(at, &told!("应为表", "a table"), other);
            None
        }
    }
}

pub(crate) fn names(reader: &mut Reader<'_>, value: &DeValue<'_>, at: Span) -> Option<Names> {
    match value {
        DeValue::String(text) => Some(Names {
            zh: text.to_string(),
            en: text.to_string(),
        }),
        DeValue::Table(table) => {
            let mut table = Table::of(table, at);
            let zh = table.text(reader, "zh").map(|text| text.value);
            let en = table.text(reader, "en").map(|text| text.value);
            table.end(reader);
            let either = zh.clone().or_else(|| en.clone()).unwrap_or_default();
            Some(Names {
                zh: zh.unwrap_or_else(|| either.clone()),
                en: en.unwrap_or(either),
            })
        }
        other => {
            let what = told!(
                "应为 {{ zh = \"…\", en = \"…\" }}",
                "{{ zh = \"…\", en = \"…\" }}"
            );
            reader.expected(at, &what, other);
            None
        }
    }
}
