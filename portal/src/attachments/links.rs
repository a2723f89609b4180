//! The files of one paper of a case, as links.

use askama::Template;
use linli_community::cases::State as Case;

use crate::shell::Page;
use crate::shell::ui::Markup;

struct Link {
    text: String,
    /// Empty where it may not be opened yet.
    href: String,
}

#[derive(Template)]
#[template(path = "attachments/templates/links.html")]
struct Links {
    links: Vec<Link>,
}

/// The address of the file at `place` among the papers of the case whose page is `case`.
fn href(case: &str, place: usize) -> String {
    format!("{case}/papers/{place}")
}

/// The files of the paper `id` of a case whose page is at `page_of`: to open, or only how many.
/// Nothing where there are none.
pub(crate) fn links(page: &Page, case: &Case, id: &str, (page_of, full): (&str, bool)) -> Markup {
    let all = case.papers.iter().enumerate();
    let files = all.filter(|(_, one)| one.id == id && one.attachment.is_some());
    let files: Vec<usize> = files.map(|(place, _)| place).collect();
    if files.is_empty() {
        return Markup::default();
    }
    let links = if full {
        let link = |(n, place): (usize, &usize)| Link {
            text: page.t1("attachments-open", "n", n + 1),
            href: href(page_of, *place),
        };
        files.iter().enumerate().map(link).collect()
    } else {
        vec![Link {
            text: page.t1("attachments-masked", "n", files.len()),
            href: String::new(),
        }]
    };
    Markup::of(&Links { links })
}
