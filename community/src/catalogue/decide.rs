//! Publishing, decided: what of the catalogue's files is new.

use jiff::civil::Date;
use linli_kernel::gate::{Target, permits};
use linli_kernel::{Action, Actor, AreaPath, Refusal};

use super::events::{Event, Published};
use super::state::Publications;

/// A file that has been read and checked, and is to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The service's id.
    pub service: String,
    /// Where it holds.
    pub area: AreaPath,
    /// Whether it is what a town adds.
    pub town: bool,
    /// Its version.
    pub version: u32,
    /// The hex SHA-256 of the file's bytes.
    pub hash: String,
    /// From when it holds.
    pub valid_from: Date,
    /// The file's name.
    pub file: String,
    /// The file's text.
    pub text: String,
}

/// Publishes those of `files` that have not been published as they are.
///
/// # Errors
/// [`Refusal`] when `actor` is neither Linli itself nor may change the catalogue.
pub fn decide(
    state: &Publications,
    files: &[Candidate],
    actor: &Actor,
) -> Result<Vec<Event>, Refusal> {
    let mut events = Vec::new();
    for file in files {
        if actor.role().is_some() {
            let target = Target {
                area: &file.area,
                subject: None,
            };
            permits(actor, Action::CatalogueChange, target)?;
        }
        let known = state.latest.get(&(file.area.clone(), file.version));
        if known.is_some_and(|known| known.hash == file.hash) {
            continue;
        }
        events.push(event(file, known.map_or(1, |known| known.edition + 1)));
    }
    Ok(events)
}

fn event(file: &Candidate, edition: u32) -> Event {
    let published = Published {
        service: file.service.clone(),
        area: file.area.clone(),
        version: file.version,
        edition,
        hash: file.hash.clone(),
        valid_from: file.valid_from,
        file: file.file.clone(),
        text: file.text.clone(),
    };
    if file.town {
        Event::TownAdded(published)
    } else {
        Event::ServicePublished(published)
    }
}
