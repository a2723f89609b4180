//! The inputs for papers: for each a place to photograph it and a place to choose files, with what
//! is there already. Works with forms alone; a phone opens its camera for the first.

use askama::Template;
use linli_community::catalogue::Paper;

use super::tray::Tray;
use crate::catalogue::views::say;
use crate::shell::Page;
use crate::shell::ui::Markup;

/// How the field begins in which files are chosen.
pub(super) const CHOSEN: &str = "file-";
/// How the field begins for the camera.
pub(super) const TAKEN: &str = "photo-";

/// A paper that may be attached.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) explain: String,
}

impl Wanted {
    /// The paper of a service, in the reader's language.
    pub(crate) fn of(page: &Page, paper: &Paper) -> Self {
        Self {
            id: paper.id.clone(),
            name: say(page, &paper.names),
            explain: say(page, &paper.explain),
        }
    }
}

struct Line {
    file: String,
    name: String,
    size: String,
}

struct Slot {
    id: String,
    name: String,
    explain: String,
    error: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "attachments/templates/slots.html")]
struct Slots<'a> {
    page: &'a Page,
    slots: Vec<Slot>,
}

/// The inputs for `papers`, with what `tray` holds and what the page says is wrong.
pub(crate) fn draw(page: &Page, papers: &[Wanted], tray: &Tray) -> Markup {
    let slot = |paper: &Wanted| {
        let held = tray.held.iter().filter(|one| one.paper == paper.id);
        let errors = [CHOSEN, TAKEN].map(|prefix| {
            let field = format!("{prefix}{}", paper.id);
            page.problem_of(&field).to_owned()
        });
        Slot {
            id: paper.id.clone(),
            name: paper.name.clone(),
            explain: paper.explain.clone(),
            error: errors
                .into_iter()
                .find(|one| !one.is_empty())
                .unwrap_or_default(),
            lines: held
                .map(|one| Line {
                    file: one.file.clone(),
                    name: one.name.clone(),
                    size: size(one.bytes),
                })
                .collect(),
        }
    };
    Markup::of(&Slots {
        page,
        slots: papers.iter().map(slot).collect(),
    })
}

/// A size as people read it, rounded up.
fn size(bytes: usize) -> String {
    const MEGA: usize = 1024 * 1024;
    if bytes < MEGA {
        return format!("{} KB", bytes.div_ceil(1024));
    }
    let tenths = (bytes * 10).div_ceil(MEGA);
    format!("{}.{} MB", tenths / 10, tenths % 10)
}
