//! The query of an address: filters, sorting, page number. State lives in the URL, so links are
//! made from the query at hand with a part changed.

use axum::extract::FromRequestParts;
use http::request::Parts;
use std::convert::Infallible;

use super::form::readable;

/// The most parts read of a query.
const MAX_PARTS: usize = 100;

/// The parts of a query, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    path: String,
    parts: Vec<(String, String)>,
}

impl Query {
    /// Reads the query of `uri`.
    #[must_use]
    pub fn of(uri: &http::Uri) -> Self {
        let parts = form_urlencoded::parse(uri.query().unwrap_or("").as_bytes())
            .take(MAX_PARTS)
            .map(|(name, value)| (readable(&name), readable(&value)))
            .collect();
        Self {
            path: uri.path().to_owned(),
            parts,
        }
    }

    /// The value of `name` without white space at its ends, when there is one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parts
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// The page number: from 1.
    #[must_use]
    pub fn page(&self) -> u64 {
        self.get("page")
            .and_then(|page| page.parse().ok())
            .filter(|page| (1..=100_000).contains(page))
            .unwrap_or(1)
    }

    /// Rows a page: 20, 50 or 100.
    #[must_use]
    pub fn per_page(&self) -> u64 {
        match self.get("per") {
            Some("20") => 20,
            Some("100") => 100,
            _ => 50,
        }
    }

    /// The same address with `name` set to `value`, and back on the first page.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> String {
        let mut parts = self.kept(&[name, "page"]);
        parts.push((name, value));
        self.address(&parts)
    }

    /// The same address without `name`, and back on the first page.
    #[must_use]
    pub fn without(&self, name: &str) -> String {
        self.address(&self.kept(&[name, "page"]))
    }

    /// The same address on another page.
    #[must_use]
    pub fn at_page(&self, page: u64) -> String {
        let page = page.to_string();
        let mut parts = self.kept(&["page"]);
        parts.push(("page", &page));
        self.address(&parts)
    }

    /// The path asked for.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole address asked for.
    #[must_use]
    pub fn here(&self) -> String {
        self.address(&self.kept(&[]))
    }

    fn kept(&self, but: &[&str]) -> Vec<(&str, &str)> {
        self.parts
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, value)| !but.contains(name) && !value.is_empty())
            .collect()
    }

    fn address(&self, parts: &[(&str, &str)]) -> String {
        if parts.is_empty() {
            return self.path.clone();
        }
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parts)
            .finish();
        format!("{}?{query}", self.path)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.uri))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_changes_one_part_and_goes_back_to_the_first_page() {
        let query = Query::of(
            &"/staff/queue?q=%E5%BC%A0&state=late&page=3"
                .parse()
                .unwrap(),
        );
        assert_eq!(query.page(), 3);
        assert_eq!(query.get("q"), Some("张"));
        assert_eq!(
            query.with("state", "soon"),
            "/staff/queue?q=%E5%BC%A0&state=soon"
        );
        assert_eq!(query.without("state"), "/staff/queue?q=%E5%BC%A0");
        assert_eq!(
            query.at_page(4),
            "/staff/queue?q=%E5%BC%A0&state=late&page=4"
        );
    }

    #[test]
    fn nonsense_page_numbers_are_the_first_page() {
        for nonsense in ["0", "-1", "x", "99999999999999999999"] {
            let query = Query::of(&format!("/a?page={nonsense}").parse().unwrap());
            assert_eq!(query.page(), 1, "{nonsense}");
        }
    }
}
