//! 依据: where a rule or a figure comes from, and whether anyone has confirmed it.
//!
//! A figure without a source must say `unverified = true` and why; every page that shows it says
//! so too. [`Basis`] is therefore part of everything that binds anybody: days, amounts, grounds.

use jiff::civil::Date;
pub use linli_units::DayUnit;
use serde::{Deserialize, Serialize};

use super::text::{Text, chinese_number};

/// What kind of source it is, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// 法律
    Law,
    /// 行政法规
    Regulation,
    /// 地方性法规
    Bylaw,
    /// 规范性文件
    Document,
    /// 公开发布的办事信息: what an authority has published on how it works.
    Publication,
}

/// A law, regulation or published document that the file rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// How the rest of the file refers to it.
    pub key: String,
    /// Its title, without brackets.
    pub title: Text,
    /// What kind of source it is.
    pub kind: SourceKind,
    /// 文号, such as 沪府发〔2016〕24号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// When it was adopted or last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopted: Option<Date>,
    /// From when it is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force: Option<Date>,
    /// Until when, if it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Date>,
}

/// One place in a source: `{ source = "saa", article = 64 }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// The [`Source::key`].
    pub source: String,
    /// The article; none when the whole document is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<u32>,
    /// 款: the paragraph of the article.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paragraph: Option<u32>,
}

/// What something rests on. Either it cites a source, or it is `unverified` with a note saying
/// what is missing; it may be both, when the source is weak or speaks of another place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// The places that say so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cite: Vec<Citation>,
    /// Whether it still needs confirming for this jurisdiction. Pages must show it.
    #[serde(default)]
    pub unverified: bool,
    /// What the reader should know about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// 期限: a number of days, of which kind, and who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// How many days.
    pub days: u32,
    /// Which days.
    pub unit: DayUnit,
    /// Who says so.
    pub basis: Basis,
}

impl Term {
    /// The term for the reckoning of days. A period in calendar days that ends on a day of rest
    /// ends on the next working day (民法典 art. 203).
    #[must_use]
    pub fn reckoned(&self) -> linli_units::Term {
        match self.unit {
            DayUnit::Working => linli_units::Term::working(self.days),
            DayUnit::Calendar => linli_units::Term::calendar(self.days),
        }
    }

    /// The term in words: 25 个工作日, 25 working days.
    #[must_use]
    pub fn text(&self) -> Text {
        let n = self.days;
        let plural = if n == 1 { "" } else { "s" };
        match self.unit {
            DayUnit::Working => Text::new(
                &format!("{n} 个工作日"),
                &format!("{n} working day{plural}"),
            ),
            DayUnit::Calendar => Text::new(&format!("{n} 天"), &format!("{n} day{plural}")),
        }
    }
}

impl Citation {
    /// The citation in words, 《社会救助法》第六十四条, given the file's sources. An unknown key is
    /// shown as it stands; the checks refuse a file that has one.
    #[must_use]
    pub fn text(&self, sources: &[Source]) -> Text {
        let Some(source) = sources.iter().find(|source| source.key == self.source) else {
            return Text::new(&self.source, &self.source);
        };
        let number_zh = source
            .number
            .as_deref()
            .map(|n| format!("({n})"))
            .unwrap_or_default();
        let number_en = source
            .number
            .as_deref()
            .map(|n| format!(" ({n})"))
            .unwrap_or_default();
        let mut zh = format!("《{}》{number_zh}", source.title.zh);
        let mut en = format!("{}{number_en}", source.title.en);
        if let Some(article) = self.article {
            zh.push_str(&format!("第{}条", chinese_number(article)));
            en.push_str(&format!(", art. {article}"));
        }
        if let Some(paragraph) = self.paragraph {
            zh.push_str(&format!("第{}款", chinese_number(paragraph)));
            en.push_str(&format!(", para. {paragraph}"));
        }
        Text { zh, en }
    }
}

impl Basis {
    /// All citations in words, joined; empty when nothing is cited.
    #[must_use]
    pub fn text(&self, sources: &[Source]) -> Text {
        let said: Vec<Text> = self.cite.iter().map(|cite| cite.text(sources)).collect();
        let join = |pick: fn(&Text) -> &str, with: &str| {
            said.iter().map(pick).collect::<Vec<_>>().join(with)
        };
        Text {
            zh: join(|text| &text.zh, "、"),
            en: join(|text| &text.en, "; "),
        }
    }
}
