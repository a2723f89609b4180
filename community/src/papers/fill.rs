//! A template filled with what a case says. What is filled in is never read for fields again, and
//! what has no value leaves no trace: neither the sentence nor the row that names it, nor a heading
//! under which nothing follows.

use std::collections::BTreeMap;

use linli_interop::letter::Block;

use super::kind::Kind;
use super::parts::{Part, Piece, pieces};
use super::template::Template;
use crate::catalogue::Text;

/// The values of one paper, in one language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    texts: BTreeMap<&'static str, String>,
    lists: BTreeMap<&'static str, Vec<String>>,
}

impl Values {
    /// Sets a field.
    pub fn set(&mut self, field: &'static str, value: impl Into<String>) {
        self.texts.insert(field, value.into());
    }

    /// Sets a list.
    pub fn list(&mut self, list: &'static str, points: Vec<String>) {
        self.lists.insert(list, points);
    }

    /// What the preview of a kind fills in.
    #[must_use]
    pub fn sample(kind: Kind, english: bool) -> Self {
        let at = usize::from(english);
        let mut values = Self::default();
        for field in kind.fields() {
            values.set(field.name, field.sample[at]);
        }
        for list in kind.lists() {
            let points = list.sample[at].iter().map(|one| (*one).to_owned());
            values.list(list.name, points.collect());
        }
        values
    }

    fn of(&self, field: &str) -> &str {
        self.texts.get(field).map_or("", |value| value.trim())
    }

    fn points(&self, list: &str) -> Vec<String> {
        self.lists.get(list).cloned().unwrap_or_default()
    }
}

/// A paper in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// 标题
    pub title: String,
    /// 文号
    pub number: String,
    /// 主送
    pub addressee: String,
    /// What its code is for.
    pub check: String,
    /// 正文
    pub body: Vec<Block>,
}

impl Template {
    /// The template in Chinese or English, with these values.
    #[must_use]
    pub fn fill(&self, values: &Values, english: bool) -> Filled {
        let whole = |text: &Text| words(pick(text, english), values).0;
        Filled {
            title: whole(&self.title),
            number: whole(&self.number),
            addressee: whole(&self.addressee),
            check: whole(&self.check),
            body: body(&self.parts, values, english),
        }
    }
}

fn body(parts: &[Part], values: &Values, english: bool) -> Vec<Block> {
    let mut filled: Vec<Block> = Vec::new();
    for part in parts {
        if matches!(part, Part::Heading(_)) {
            drop_idle_heading(&mut filled);
        }
        filled.extend(block(part, values, english));
    }
    drop_idle_heading(&mut filled);
    filled
}

fn drop_idle_heading(filled: &mut Vec<Block>) {
    if matches!(filled.last(), Some(Block::Heading { .. })) {
        filled.pop();
    }
}

fn block(part: &Part, values: &Values, english: bool) -> Option<Block> {
    let complete = |text: &Text| {
        let (words, whole) = words(pick(text, english), values);
        whole.then_some(words)
    };
    match part {
        Part::Heading(text) => complete(text).map(|text| Block::Heading { text }),
        Part::Text(sentences) => {
            let said: Vec<String> = sentences.iter().filter_map(complete).collect();
            let text = said.join(if english { " " } else { "" });
            (!text.is_empty()).then_some(Block::Text { text })
        }
        Part::List(name) => {
            let items = values.points(name);
            (!items.is_empty()).then_some(Block::Items { items })
        }
        Part::Table(rows) => {
            let filled = rows
                .iter()
                .filter_map(|(what, value)| Some((complete(what)?, complete(value)?)));
            let rows: Vec<_> = filled.collect();
            (!rows.is_empty()).then_some(Block::Rows { rows })
        }
    }
}

fn pick(text: &Text, english: bool) -> &str {
    text.in_lang(if english { "en" } else { "zh" })
}

/// The text with its fields filled, and whether each had a value.
fn words(text: &str, values: &Values) -> (String, bool) {
    let mut whole = true;
    let mut said = String::new();
    for piece in pieces(text).unwrap_or_default() {
        match piece {
            Piece::Words(words) => said.push_str(words),
            Piece::Field(name) => {
                let value = values.of(name);
                whole &= !value.is_empty();
                said.push_str(value);
            }
        }
    }
    (said, whole)
}
