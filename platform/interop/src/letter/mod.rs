//! 公文: letters to residents in the layout of GB/T 9704-2012, and the A5 receipt.
//!
//! A [`Letter`] is plain data. [`render_letter`] lays it out as a tagged PDF (PDF/UA-1) with its
//! fonts embedded. What people wrote goes to the typesetter as data and is never read as markup,
//! and characters that could reorder or hide text are left out.
//!
//! Rendering takes tens of milliseconds of processor time: call it in `spawn_blocking`.
//!
//! Source: GB/T 9704-2012 党政机关公文格式: A4, type area 156 × 225 mm, top margin 37 mm, left
//! margin 28 mm, 22 lines of 28 characters.

#[cfg(feature = "pdf")]
mod clean;
#[cfg(feature = "pdf")]
mod glyphs;
#[cfg(feature = "pdf")]
mod press;
#[cfg(not(feature = "pdf"))]
#[path = "absent.rs"]
mod press;

use jiff::civil::Date;
use linli_kernel::Fault;
use serde::Serialize;

pub use press::{Press, use_fonts_of};

/// What a letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterKind {
    /// 受理通知书
    Accepted,
    /// 补正通知书
    Supplement,
    /// 不予受理通知书
    NotAccepted,
    /// 决定书, the application is granted
    Granted,
    /// 决定书, the application is refused
    Refused,
    /// 社区证明
    Certificate,
}

impl LetterKind {
    /// Every kind, in the order of a case's life.
    pub const ALL: [Self; 6] = [
        Self::Accepted,
        Self::Supplement,
        Self::NotAccepted,
        Self::Granted,
        Self::Refused,
        Self::Certificate,
    ];

    /// The kind's name in the letter's title.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "受理通知书",
            Self::Supplement => "补正通知书",
            Self::NotAccepted => "不予受理通知书",
            Self::Granted => "准予决定书",
            Self::Refused => "不予批准决定书",
            Self::Certificate => "证明",
        }
    }
}

/// A rule quoted in a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clause {
    /// Which one: 《上海市社会救助条例》第九条.
    pub citation: String,
    /// Its words, where they are quoted; may be empty.
    pub text: String,
}

/// A letter to a resident. All texts are Chinese prose without markup; a line break inside a
/// paragraph starts a new paragraph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Letter {
    /// What it is.
    pub kind: LetterKind,
    /// 发文机关: the unit whose name heads and signs the letter.
    pub issuer: String,
    /// 发文字号: 松岳救〔2026〕12号.
    pub number: String,
    /// The service the letter is about: 最低生活保障.
    pub service: String,
    /// The title, where [`Letter::title`] would not fit.
    pub title: Option<String>,
    /// 主送: to whom, without the colon.
    pub addressee: String,
    /// 办件编号: the number of the case, in its spoken groups.
    pub case_number: String,
    /// The body.
    pub paragraphs: Vec<String>,
    /// A numbered list after the body, such as the papers that are missing.
    pub items: Vec<String>,
    /// 依据: the rules it rests on.
    pub clauses: Vec<Clause>,
    /// 救济途径: how to appeal, to whom, within what time.
    pub appeal: Option<String>,
    /// 联系方式: who answers questions, and where.
    pub contact: Option<String>,
    /// 计算说明: what the policies said that day, on pages of its own after the signature.
    pub reckoning: Vec<Reckoned>,
    /// 有效期至: for a certificate.
    pub valid_until: Option<Date>,
    /// 成文日期
    pub signed_on: Date,
    /// The page that shows the case's progress or proves the letter; becomes the QR code.
    pub check_url: String,
    /// Whether the people and facts are made up, which the letter then says on every page.
    pub synthetic: bool,
    /// Large print.
    pub large: bool,
}

/// One policy's answer, with its reasons as a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reckoned {
    /// By which policy, as of which day.
    pub heading: String,
    /// What it comes to.
    pub verdict: String,
    /// What still has to be confirmed, and what would change the answer.
    pub remarks: Vec<String>,
    /// Each condition, then how the sum is made up.
    pub steps: Vec<ReckonedStep>,
}

/// A step of the reckoning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReckonedStep {
    /// Met or not, for a condition.
    pub mark: String,
    /// What it is and what it comes to.
    pub text: String,
    /// Where it is written.
    pub law: Vec<String>,
    /// What it was made of.
    pub below: Vec<Self>,
}

impl Letter {
    /// The title: the one given, else 关于…申请的…, or the service's own name for a certificate.
    #[must_use]
    pub fn title(&self) -> String {
        match (&self.title, self.kind) {
            (Some(title), _) => title.clone(),
            (None, LetterKind::Certificate) => self.service.clone(),
            (None, kind) => format!("关于{}申请的{}", self.service, kind.name()),
        }
    }
}

/// 回执: what an applicant takes home, on A5.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// The unit that took the application.
    pub issuer: String,
    /// The service applied for.
    pub service: String,
    /// 办件编号, in its spoken groups.
    pub case_number: String,
    /// Label and value, in order: applicant (masked), received on, promised by, next step, …
    pub rows: Vec<(String, String)>,
    /// Whom to ask.
    pub contact: String,
    /// The page that shows the case's progress; becomes the QR code.
    pub check_url: String,
    /// The day it was made out.
    pub issued_on: Date,
    /// Whether the people and facts are made up.
    pub synthetic: bool,
    /// Large print.
    pub large: bool,
}

/// The letter as a PDF, made by the process-wide [`Press`].
///
/// # Errors
/// [`Fault::Setting`] when this build has no PDF, or when the address does not fit a QR code;
/// [`Fault::Damaged`] when the typesetter refuses its own template.
pub fn render_letter(letter: &Letter) -> Result<Vec<u8>, Fault> {
    Press::shared().letter(letter)
}

/// The receipt as a PDF, made by the process-wide [`Press`].
///
/// # Errors
/// As [`render_letter`].
pub fn render_receipt(receipt: &Receipt) -> Result<Vec<u8>, Fault> {
    Press::shared().receipt(receipt)
}
