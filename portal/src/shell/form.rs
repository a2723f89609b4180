//! What a form sent: fields in order, read at the doorway with a limit, checked there for coming
//! from our own page.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use linli_kernel::CommandId;

use super::trouble::Trouble;

/// The largest form taken: a letter of many pages, no more.
pub const MAX_FORM_BYTES: usize = 256 * 1024;

/// The most fields a form may have.
const MAX_FIELDS: usize = 2_000;

/// The fields of a form, in the order sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Arc<Vec<(String, String)>>);

impl Fields {
    /// Reads a form body. `None` when it has too many fields.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let fields: Vec<(String, String)> = form_urlencoded::parse(body)
            .take(MAX_FIELDS + 1)
            .map(|(name, value)| (readable(&name), readable(&value)))
            .collect();
        (fields.len() <= MAX_FIELDS).then(|| Self(Arc::new(fields)))
    }

    /// Fields made by hand, for tests and for a form sent again.
    #[must_use]
    pub fn new(fields: Vec<(String, String)>) -> Self {
        Self(Arc::new(fields))
    }

    /// The text of `name` without white space at its ends; empty when it was not sent.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.first(name).unwrap_or("").trim()
    }

    /// The text of `name`, when it was sent and is not empty.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// Every value of `name`, as ticked boxes send them.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.trim())
    }

    /// Whether `name` was sent at all.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.first(name).is_some()
    }

    /// The digits of `name`, with full-width digits made plain and spaces and hyphens left out.
    #[must_use]
    pub fn digits(&self, name: &str) -> String {
        plain(self.text(name))
    }

    /// The command id the page carried: the key by which a form sent twice counts once.
    #[must_use]
    pub fn command(&self) -> Option<CommandId> {
        self.first("_command")?.parse().ok()
    }

    /// The version of the thing that the page showed, so that a second writer is noticed.
    #[must_use]
    pub fn version(&self) -> Option<u64> {
        self.first("_version")?.parse().ok()
    }

    /// Name and value of every field that somebody typed: those of our own (`_…`) left out.
    pub fn typed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .filter(|(name, _)| !name.starts_with('_'))
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Name and value of every field but the token, to be sent again.
    pub fn again(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .filter(|(name, _)| name != "_csrf")
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value of `name` as it was sent, white space and all.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The text without what nobody types: control characters but tab and line breaks, and the marks
/// that turn the direction of writing around, by which a text can pass for another.
pub(crate) fn readable(text: &str) -> String {
    text.chars().filter(|c| !is_hostile(*c)).collect()
}

/// Whether `c` is left out of what somebody sends. PostgreSQL cannot even store a NUL.
pub(crate) fn is_hostile(c: char) -> bool {
    let control = c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    control || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Full-width letters, digits and marks made plain; spaces and hyphens of any kind left out.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            other => other,
        })
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '‐' | '–' | '—' | '_'))
        .collect()
}

impl<S: Send + Sync> FromRequestParts<S> for Fields {
    type Rejection = Trouble;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_digits_spaces_and_hyphens_are_accepted() {
        let fields =
            Fields::parse("phone=%EF%BC%91%EF%BC%93%EF%BC%98+0013-8001".as_bytes()).unwrap();
        assert_eq!(fields.digits("phone"), "13800138001");
    }

    #[test]
    fn our_own_fields_are_not_what_somebody_typed() {
        let fields = Fields::parse(b"_csrf=a&_command=b&name=c&name=d").unwrap();
        assert_eq!(
            fields.typed().collect::<Vec<_>>(),
            [("name", "c"), ("name", "d")]
        );
        assert_eq!(fields.again().count(), 3);
        assert_eq!(fields.command(), None);
    }

    #[test]
    fn what_nobody_types_is_left_out() {
        let sent = "name=%E5%BC%A0%00%E2%80%AE%E4%B8%89%1B&na%00me=a%0D%0Ab%09c%EF%BB%BF";
        let fields = Fields::parse(sent.as_bytes()).unwrap();
        let typed: Vec<_> = fields.typed().collect();
        assert_eq!(typed, [("name", "张三"), ("name", "a\r\nb\tc")]);
    }

    #[test]
    fn a_form_of_too_many_fields_is_none() {
        assert!(Fields::parse("a=1&".repeat(2_001).as_bytes()).is_none());
    }
}
