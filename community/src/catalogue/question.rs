//! 表单: the questions of a service, in order, one a page.
//!
//! A question is either about a field of the dictionary, then what the register knows is filled
//! in, or the service's own. Each says why it is asked.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::law::Basis;
use super::text::Text;

/// The form of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormSpec {
    /// The parts into which the check-answers page is grouped, in order.
    pub groups: Vec<Group>,
    /// The questions, in order.
    pub questions: Vec<Question>,
    /// Advice shown on the check page; it never stops an application, since a person decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<Advice>,
    /// What the applicant declares and consents to by submitting, one purpose each.
    pub declarations: Vec<Declaration>,
}

/// A part of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// How questions refer to it.
    pub id: String,
    /// Its heading.
    pub names: Text,
}

/// One question: one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its key among the answers, and in the address of its page.
    pub id: String,
    /// The group on the check-answers page.
    pub group: String,
    /// The field of the dictionary it is about; none when it is the service's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What to do when the register knows the field.
    #[serde(default)]
    pub known: WhenKnown,
    /// What kind of answer is wanted.
    pub kind: Kind,
    /// The question, as the page's heading.
    pub label: Text,
    /// A short name for summaries and tables.
    pub short: Text,
    /// One sentence of help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Text>,
    /// Why it is asked.
    pub why: Text,
    /// The rule that needs the answer, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// Whether an answer is needed to submit.
    #[serde(default = "yes")]
    pub required: bool,
    /// Asked only when all of these hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown_if: Vec<Condition>,
    /// The code list its choices come from (`catalogue/codes`), for a choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codes: Option<String>,
    /// The choices, for a choice: written out, or filled from `codes` when the file is read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// The columns of a row, for a list of household members.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    /// What an answer must keep to.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
    /// Whether the answer, when it differs from the register, is offered to it as a correction.
    #[serde(default = "yes")]
    pub corrects: bool,
    /// Set on an own question that asks a number, address or account of somebody other than the
    /// applicant: whose. Without it the register's field must be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
}

/// What happens to a question whose answer the register already holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenKnown {
    /// Its page is shown filled in, to confirm or correct.
    #[default]
    Confirm,
    /// No page: it stands on the check-answers page, with 修改 beside it.
    Show,
}

/// What kind of answer a question wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One line of text.
    Text,
    /// Several lines of text.
    LongText,
    /// A date.
    Date,
    /// Money: typed in yuan, kept in fen.
    Money,
    /// A whole number.
    Integer,
    /// Yes or no.
    Boolean,
    /// One of the choices.
    Choice,
    /// A mobile or fixed telephone number.
    Phone,
    /// 公民身份号码 (GB 11643).
    IdentityNumber,
    /// An address.
    Address,
    /// A bank account number.
    BankAccount,
    /// A list of household members, one row each.
    Members,
}

/// A choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is kept.
    pub value: String,
    /// What is shown.
    pub names: Text,
    /// One sentence of help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Text>,
}

/// A column of a list of household members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its key in a row.
    pub id: String,
    /// What kind of answer is wanted; not a list again.
    pub kind: Kind,
    /// Its heading.
    pub label: Text,
    /// Whether each row needs it.
    #[serde(default = "yes")]
    pub required: bool,
    /// The code list its choices come from, for a choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codes: Option<String>,
    /// The choices, for a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// What an answer must keep to.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
}

/// What an answer must keep to. Which limits a kind knows is checked when the file is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The fewest characters, of text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_chars: Option<u32>,
    /// The most characters, of text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_chars: Option<u32>,
    /// The least, of a whole number, or of money in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// The most, of a whole number, or of money in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// Of a date: whether it may lie after today. Without it, it may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_future: Option<bool>,
    /// The fewest rows, of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_rows: Option<u32>,
    /// The most rows, of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_rows: Option<u32>,
}

impl Limits {
    /// Whether nothing is limited.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A condition on an earlier answer. Exactly one test is given; an unanswered question fails all
/// of them but `unanswered`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The id of an earlier question.
    pub of: String,
    /// Its answer is one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Vec<Value>>,
    /// Its answer is none of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_not: Option<Vec<Value>>,
    /// Its answer, a number or money in fen, is at least this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<i64>,
    /// Its answer, a date of birth, makes the person at least so many years old today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_at_least: Option<i16>,
    /// Its answer, a date of birth, makes the person younger than so many years today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_below: Option<i16>,
}

/// Advice on the check page: “you may not qualify yet, because…”. Never a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advice {
    /// Shown when all of these hold.
    pub when: Vec<Condition>,
    /// What it says.
    pub text: Text,
    /// What it rests on.
    pub basis: Basis,
}

/// 承诺与授权: what submitting declares or consents to; one purpose each, none ticked beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// Its key among the answers.
    pub id: String,
    /// What is declared.
    pub text: Text,
    /// Whether the application can be made without it.
    #[serde(default = "yes")]
    pub required: bool,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
}

fn yes() -> bool {
    true
}
