//! Fields of forms. Label, hint, reason and error are joined to the input by id.

use askama::Template;

/// What an input takes, which chooses the keyboard of a phone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    #[default]
    Text,
    /// Digits, such as a number of persons.
    Digits,
    /// An amount of money in yuan.
    Money,
    /// A phone number.
    Phone,
    /// An identity number: digits, and an X at the end.
    IdNumber,
    /// A one-time code.
    Code,
    /// A password.
    Password,
    /// Words to look for.
    Search,
}

impl Kind {
    /// The type attribute.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Phone => "tel",
            Self::Search => "search",
            _ => "text",
        }
    }

    /// The inputmode attribute; empty for the usual keyboard.
    #[must_use]
    pub fn inputmode(self) -> &'static str {
        match self {
            Self::Digits | Self::Code => "numeric",
            Self::Money => "decimal",
            Self::Phone => "tel",
            _ => "",
        }
    }
}

/// One line of text.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "input/input.html")]
pub struct Input {
    /// The field's name and id.
    pub name: String,
    /// The question or label.
    pub label: String,
    /// Whether the label is the page's heading.
    pub heading: bool,
    /// A hint, or empty.
    pub hint: String,
    /// Why it is asked, or empty.
    pub why: String,
    /// Where a filled-in value came from (来自居民台账,2026年9月1日), or empty.
    pub source: String,
    /// The value.
    pub value: String,
    /// What is wrong, or empty.
    pub error: String,
    /// What it takes.
    pub kind: Kind,
    /// The autocomplete attribute, or empty.
    pub autocomplete: &'static str,
    /// The width in characters: 2, 3, 4, 5, 10, 20, 30; 0 for the whole line.
    pub width: u8,
}

/// Several lines of text.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "textarea/textarea.html")]
pub struct Textarea {
    /// The field's name and id.
    pub name: String,
    /// The question or label.
    pub label: String,
    /// Whether the label is the page's heading.
    pub heading: bool,
    /// A hint, or empty.
    pub hint: String,
    /// Why it is asked, or empty.
    pub why: String,
    /// The value.
    pub value: String,
    /// What is wrong, or empty.
    pub error: String,
    /// Lines shown.
    pub rows: u8,
}

/// One answer that can be chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The value sent.
    pub value: String,
    /// What it says.
    pub text: String,
    /// A hint, or empty.
    pub hint: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

impl Choice {
    /// The choice `value` that says `text`.
    #[must_use]
    pub fn new(value: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            text: text.into(),
            ..Self::default()
        }
    }

    /// The same choice, chosen when `value` is its own.
    #[must_use]
    pub fn chosen_if(mut self, value: &str) -> Self {
        self.chosen = self.value == value;
        self
    }

    /// The same choice with a hint.
    #[must_use]
    pub fn hinting(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

/// One of several answers.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "radios/radios.html")]
pub struct Radios {
    /// The field's name; the first choice's id too, so that the error summary finds it.
    pub name: String,
    /// The question.
    pub legend: String,
    /// Whether the question is the page's heading.
    pub heading: bool,
    /// A hint, or empty.
    pub hint: String,
    /// Why it is asked, or empty.
    pub why: String,
    /// What is wrong, or empty.
    pub error: String,
    /// The answers.
    pub choices: Vec<Choice>,
}

/// Any of several answers.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "checkboxes/checkboxes.html")]
pub struct Checkboxes {
    /// The field's name; the first choice's id too.
    pub name: String,
    /// The question.
    pub legend: String,
    /// Whether the question is the page's heading.
    pub heading: bool,
    /// A hint, or empty.
    pub hint: String,
    /// Why it is asked, or empty.
    pub why: String,
    /// What is wrong, or empty.
    pub error: String,
    /// The answers.
    pub choices: Vec<Choice>,
}

/// One of a long list.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "select/select.html")]
pub struct Select {
    /// The field's name and id.
    pub name: String,
    /// The label.
    pub label: String,
    /// A hint, or empty.
    pub hint: String,
    /// What is wrong, or empty.
    pub error: String,
    /// The list.
    pub choices: Vec<Choice>,
}

/// A date in three fields: `{name}-year`, `{name}-month`, `{name}-day`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "date-input/date-input.html")]
pub struct DateInput {
    /// The name the three begin with; the year has this id, for the error summary.
    pub name: String,
    /// The question.
    pub legend: String,
    /// Whether the question is the page's heading.
    pub heading: bool,
    /// A hint, or empty.
    pub hint: String,
    /// Why it is asked, or empty.
    pub why: String,
    /// What is wrong, or empty.
    pub error: String,
    /// 年, 月 and 日 in the reader's language.
    pub labels: [String; 3],
    /// The values typed.
    pub values: [String; 3],
}

impl DateInput {
    /// The date that the three fields of `name` hold, as `yyyy-mm-dd`; `None` when they are no date.
    #[must_use]
    pub fn read(fields: &crate::shell::Fields, name: &str) -> Option<jiff::civil::Date> {
        let part = |suffix: &str| fields.digits(&format!("{name}-{suffix}"));
        jiff::civil::Date::new(
            part("year").parse().ok()?,
            part("month").parse().ok()?,
            part("day").parse().ok()?,
        )
        .ok()
    }
}
