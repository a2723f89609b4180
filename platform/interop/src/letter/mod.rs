//! 公文: letters to residents in the layout of GB/T 9704-2012, certificates, and the A5 receipt.
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

/// The longest letter that is set, in bytes of its texts: some eighty pages. So a letter takes a
/// bounded time and memory, whatever somebody typed.
pub const MOST_BYTES: usize = 256 * 1024;

/// 版式: how a letter is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// 公文: A4, with the red head and the rule below it.
    Letter,
    /// 证明: A4, without them.
    Certificate,
    /// 回执: A5, the case number large.
    Receipt,
}

/// A part of a letter's body. All texts are prose, never markup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    /// A heading.
    Heading {
        /// Its words.
        text: String,
    },
    /// A paragraph; a line break inside starts a new one.
    Text {
        /// Its words.
        text: String,
    },
    /// A numbered list.
    Items {
        /// Its points.
        items: Vec<String>,
    },
    /// A table of two columns: what, and its value.
    Rows {
        /// Its rows.
        rows: Vec<(String, String)>,
    },
}

/// A letter to a resident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Letter {
    /// How it is laid out.
    pub form: Form,
    /// Whether it is in English: a translation, which it then says on top.
    pub english: bool,
    /// 发文机关: the unit whose name heads and signs the letter.
    pub issuer: String,
    /// 发文字号: 松岳救〔2026〕12号; may be empty.
    pub number: String,
    /// 标题.
    pub title: String,
    /// 主送: to whom, without the colon; may be empty.
    pub addressee: String,
    /// 办件编号: the number of the case, in its spoken groups; may be empty.
    pub case_number: String,
    /// 正文.
    pub body: Vec<Block>,
    /// 计算说明: what the policies said that day, on pages of its own after the signature.
    pub reckoning: Vec<Reckoned>,
    /// 成文日期
    pub signed_on: Date,
    /// What the QR code is for.
    pub check: String,
    /// The page that shows the case's progress or proves the letter; becomes the QR code.
    pub check_url: String,
    /// 模板: which template made it, and which version.
    pub template: String,
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

/// The letter as a PDF, made by the process-wide [`Press`].
///
/// # Errors
/// [`Fault::Setting`] when this build has no PDF, when the address does not fit a QR code, or when
/// the letter is longer than [`MOST_BYTES`]; [`Fault::Damaged`] when the typesetter refuses its own
/// template.
pub fn render_letter(letter: &Letter) -> Result<Vec<u8>, Fault> {
    Press::shared().letter(letter)
}
