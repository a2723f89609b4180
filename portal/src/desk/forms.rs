//! The page of one staff form: heading, lead, fields, the verb on the button, the way back.

use askama::Template;
use axum::response::Response;

use super::fields::{Field, draw};
use crate::shell::ui::{Link, Markup};
use crate::shell::{Page, Trouble, html, invalid};

/// A staff form, ready to show.
#[derive(Template)]
#[template(path = "desk/templates/form.html")]
pub(crate) struct FormPage {
    pub(crate) page: Page,
    pub(crate) title: String,
    pub(crate) lead: String,
    /// For whom one acts, when one acts for another.
    pub(crate) acting: String,
    pub(crate) back: Link,
    /// Where the form goes.
    pub(crate) action: String,
    pub(crate) method: &'static str,
    pub(crate) hidden: Markup,
    pub(crate) above: Markup,
    pub(crate) parts: Vec<Markup>,
    pub(crate) below: Markup,
    pub(crate) submit: String,
    pub(crate) danger: bool,
}

impl FormPage {
    /// A form that posts to the address it stands at.
    pub(crate) fn new(
        page: Page,
        title: impl Into<String>,
        submit: impl Into<String>,
        back: Link,
    ) -> Self {
        let action = page.query.here();
        let hidden = page.command();
        Self {
            page,
            title: title.into(),
            lead: String::new(),
            acting: String::new(),
            back,
            action,
            method: "post",
            hidden,
            above: Markup::default(),
            parts: Vec::new(),
            below: Markup::default(),
            submit: submit.into(),
            danger: false,
        }
    }

    fn posts(&self) -> bool {
        self.method == "post"
    }

    /// With these fields.
    pub(crate) fn fields(mut self, fields: &[Field]) -> Self {
        self.parts = draw(&self.page, fields);
        self
    }

    /// With a lead.
    pub(crate) fn lead(mut self, lead: impl Into<String>) -> Self {
        self.lead = lead.into();
        self
    }

    /// As a page: with 422 when something typed has a problem.
    pub(crate) fn show(&self) -> Result<Response, Trouble> {
        if self.page.problems.is_empty() {
            html(self)
        } else {
            invalid(self)
        }
    }
}
