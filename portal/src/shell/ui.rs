//! The parts pages are made of: one struct a component, each with its template under
//! `web/components/<name>/<name>.html`. Written into a template as `{{ part }}`.
//!
//! Texts arrive in the reader's language; everything is escaped by the templates.

mod fields;
mod lists;
mod tables;

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;

pub use fields::{Checkboxes, Choice, DateInput, Input, Kind, Radios, Select, Textarea};
pub use lists::{Progress, Row, Step, SummaryList, Task, TaskList, Tile, Tiles};
pub use tables::{Cell, Chip, Column, Filter, Order, Pagination, Table};

/// HTML that is safe to write as it is, because a template of ours made it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Markup(String);

impl Markup {
    /// What a component or a template of ours makes; empty when it cannot be written.
    #[must_use]
    pub fn of(template: &impl Template) -> Self {
        Self(template.render().unwrap_or_else(|error| {
            tracing::error!(%error, "a part of a page could not be written");
            String::new()
        }))
    }

    /// A text, escaped.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self(escape(text))
    }

    /// An SVG made by our own code (QR codes, charts). `svg` must not hold a user's text.
    #[must_use]
    pub fn svg(svg: String) -> Self {
        Self(svg)
    }

    /// A hidden field.
    #[must_use]
    pub fn hidden(name: &str, value: &str) -> Self {
        Self(format!(
            "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
            escape(name),
            escape(value)
        ))
    }

    /// Both, one after the other.
    #[must_use]
    pub fn then(mut self, other: &Self) -> Self {
        self.0.push_str(&other.0);
        self
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// A link: text and address; `hidden` is read out only, to tell several 修改 apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    /// What it says.
    pub text: String,
    /// Where it goes.
    pub href: String,
    /// Said after the text to those who listen.
    pub hidden: String,
}

impl Link {
    /// A link that says `text` and goes to `href`.
    #[must_use]
    pub fn new(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            href: href.into(),
            hidden: String::new(),
        }
    }

    /// The same link, with what it is about for those who listen.
    #[must_use]
    pub fn about(mut self, hidden: impl Into<String>) -> Self {
        self.hidden = hidden.into();
        self
    }
}

/// What a colour stands for; the words say it too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Plain,
    /// Over and well.
    Done,
    /// Waiting, or near its deadline.
    Wait,
    /// In trouble: overdue, refused.
    Stop,
    /// Not begun.
    Quiet,
}

impl Tone {
    /// The class of a tag in this tone.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Done => "govuk-tag--green",
            Self::Wait => "govuk-tag--orange",
            Self::Stop => "govuk-tag--red",
            Self::Quiet => "govuk-tag--grey",
        }
    }

    /// The class of a step of the progress list in this tone.
    #[must_use]
    pub fn step(self) -> &'static str {
        match self {
            Self::Plain | Self::Quiet => "",
            Self::Done => "is-done",
            Self::Wait => "is-wait",
            Self::Stop => "is-stop",
        }
    }
}

/// A word of state in a coloured box.
#[derive(Debug, Clone, Template)]
#[template(path = "tag/tag.html")]
pub struct Tag {
    /// The word.
    pub text: String,
    /// Its colour.
    pub tone: Tone,
}

impl Tag {
    /// `text` in `tone`.
    #[must_use]
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self {
            text: text.into(),
            tone,
        }
    }
}

/// The way back from a question page.
#[derive(Debug, Clone, Template)]
#[template(path = "back-link/back-link.html")]
pub struct BackLink {
    /// What it says: 返回.
    pub text: String,
    /// Where to.
    pub href: String,
}

/// Where a page stands, the widest first.
#[derive(Debug, Clone, Template)]
#[template(path = "breadcrumbs/breadcrumbs.html")]
pub struct Breadcrumbs {
    /// What the list is called for those who listen.
    pub label: String,
    /// The way here.
    pub links: Vec<Link>,
}

/// One tab.
#[derive(Debug, Clone)]
pub struct Tab {
    /// What it says and where it goes.
    pub link: Link,
    /// Whether it is the one shown.
    pub current: bool,
}

/// Tabs that are links: each has an address.
#[derive(Debug, Clone, Template)]
#[template(path = "tabs/tabs.html")]
pub struct Tabs {
    /// What the list is called for those who listen.
    pub label: String,
    /// The tabs.
    pub tabs: Vec<Tab>,
}

/// Something to open: a summary, and below it what it hides.
#[derive(Debug, Clone, Template)]
#[template(path = "details/details.html")]
pub struct Details {
    /// What it says when closed.
    pub summary: String,
    /// What it shows when open.
    pub content: Markup,
    /// Whether it is open at first.
    pub open: bool,
}

/// A banner at the top of a page: something happened, or must be known.
#[derive(Debug, Clone, Template)]
#[template(path = "banner/banner.html")]
pub struct Banner {
    /// The title: 已保存.
    pub title: String,
    /// What happened.
    pub text: String,
    /// Whether it went well.
    pub success: bool,
}

/// The frame of an official letter on a page; the PDF has its own layout.
#[derive(Debug, Clone, Template)]
#[template(path = "letter/letter.html")]
pub struct Letter {
    /// Who issues it.
    pub issuer: String,
    /// The title.
    pub title: String,
    /// Its number.
    pub number: String,
    /// To whom.
    pub to: String,
    /// The paragraphs.
    pub paragraphs: Vec<String>,
    /// The date, written out.
    pub date: String,
}

macro_rules! parts {
    ($($part:ty),+ $(,)?) => { $(impl HtmlSafe for $part {})+ };
}

parts!(
    Markup,
    Tag,
    BackLink,
    Breadcrumbs,
    Tabs,
    Details,
    Banner,
    Letter,
    Input,
    Textarea,
    Radios,
    Checkboxes,
    Select,
    DateInput,
    SummaryList,
    TaskList,
    Progress,
    Tiles,
    Table,
    Filter,
    Pagination,
);

#[cfg(test)]
mod tests;
