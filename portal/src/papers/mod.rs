//! 文书: the papers of a case as PDF ([`letter`], [`values`]), and the officers' pages where the
//! templates are seen, with their fields, their editions and a preview ([`desk`]).
//!
//! Paths: `/desk/papers`, `/desk/papers/{kind}`, `/desk/papers/{kind}/preview.pdf`; the papers
//! themselves are printed from the pages of their case. Who may enter: whoever reads cases at work.

mod desk;
pub(crate) mod letter;
#[cfg(test)]
mod tests;
mod values;

use linli_community::cases::view::CaseView;
use linli_community::papers::kind_of;
use linli_kernel::Action;

use crate::i18n::Lang;
use crate::shell::ui::Link;
use crate::shell::{Access, Page, Routes};

/// The pages of templates.
#[must_use]
pub(crate) fn routes() -> Routes {
    const WORK: Access = Access::Gate(Action::CaseWork);
    Routes::new()
        .get("/desk/papers", WORK, desk::all)
        .nav(47, "/desk/papers", "papers-nav", WORK)
        .get("/desk/papers/{kind}", WORK, desk::one)
        .get("/desk/papers/{kind}/preview.pdf", WORK, desk::preview)
}

/// Every paper of the case, the newest first: its name, its day, where it is printed. `href` is the
/// address of the case's letters.
pub(crate) fn links(page: &Page, view: &CaseView, href: &str) -> Vec<Link> {
    let mut links = Vec::new();
    for one in view.history.iter().rev() {
        let Some(kind) = kind_of(&one.fact) else {
            continue;
        };
        let name = page.t(&format!("papers-kind-{}", kind.code().replace('_', "-")));
        let day = page.date(linli_kernel::clock::shanghai_date(one.at));
        let facts = [("name", name.as_str()), ("day", day.as_str())];
        let href = format!("{href}?paper={}", one.version);
        links.push(Link::new(page.ta("papers-link", &facts), href.clone()));
        if page.lang == Lang::En {
            let text = page.ta("papers-link-translation", &facts);
            links.push(Link::new(text, format!("{href}&translation=yes")));
        }
    }
    links
}
