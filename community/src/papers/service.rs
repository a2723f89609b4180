//! The doors: templates are published, and the edition is found with which a paper is made.

use std::sync::Arc;

use jiff::Timestamp;
use linli_kernel::{Actor, AreaPath, Fault};
use serde_json::json;

use super::events::{Event, Published};
use super::kind::Kind;
use super::register::{PaperTemplates, stream};
use super::state::Editions;
use super::template::Template;
use crate::feature::{Problem, digest_of};
use crate::node::Linli;

/// A template in one of its editions.
#[derive(Debug, Clone)]
pub struct Edition {
    /// The template.
    pub template: Arc<Template>,
    /// Which edition of its version; 0 where it was not published yet.
    pub edition: u32,
}

impl Edition {
    /// Which one it is, in Chinese or English: 文书模板：受理通知书，第2版（2027-01-04）. An edition
    /// after the first of its version says so.
    #[must_use]
    pub fn named(&self, english: bool) -> String {
        let Template {
            names,
            version,
            date,
            hash,
            ..
        } = &*self.template;
        let mark = hash.get(..8).unwrap_or_default();
        let again = self.edition > 1;
        let edition = self.edition;
        if english {
            let again = if again {
                format!(", edition {edition}")
            } else {
                String::new()
            };
            return format!(
                "Template: {}, version {version}{again} ({date}, {mark})",
                names.en
            );
        }
        let again = if again {
            format!("第{edition}稿")
        } else {
            String::new()
        };
        format!(
            "文书模板：{}，第{version}版{again}（{date}，{mark}）",
            names.zh
        )
    }
}

/// Publishes in the journal what of the node's templates has not been published as it is. Done at
/// start-up. Returns how many were.
///
/// # Errors
/// [`Problem`]: the journal refuses to write, or a fault.
pub async fn publish(linli: &Linli) -> Result<usize, Problem> {
    let Some(area) = linli.areas().living().map(|area| area.path().clone()).min() else {
        // A node without areas issues nothing.
        return Ok(0);
    };
    let mut count = 0;
    for kind in Kind::ALL {
        let Some(template) = linli.papers().of(kind) else {
            continue;
        };
        let at = stream(linli, kind);
        let known = linli.load::<PaperTemplates>(&at).await?.state;
        if news(&known, template, &area).is_none() {
            continue;
        }
        let actor = Actor::system();
        let call = linli.own_call(&actor);
        let digest = digest_of(&(&template.hash, known.all().count()))?;
        linli
            .perform::<PaperTemplates, _>(call, digest, &at, |known| {
                let event = news(known, template, &area);
                Ok((event.into_iter().collect(), json!({})))
            })
            .await?;
        count += 1;
    }
    Ok(count)
}

/// The template as it is published, where it differs from what was published last.
fn news(known: &Editions, template: &Template, area: &AreaPath) -> Option<Event> {
    if known
        .newest()
        .is_some_and(|last| last.hash == template.hash)
    {
        return None;
    }
    Some(Event::Published(Published {
        paper: template.kind.code().to_owned(),
        area: area.clone(),
        version: template.version,
        edition: known.next_edition(template.version),
        date: template.date,
        hash: template.hash.clone(),
        text: template.text.clone(),
    }))
}

impl Linli {
    /// Everything published of a kind.
    ///
    /// # Errors
    /// A fault.
    pub async fn paper_editions(&self, kind: Kind) -> Result<Arc<Editions>, Fault> {
        let at = stream(self, kind);
        Ok(self.load::<PaperTemplates>(&at).await?.state)
    }

    /// The template with which a paper of `kind` is made that was issued at `at`: the same for
    /// ever, once it was published. Before the first publication it is the file's.
    ///
    /// # Errors
    /// A fault; also a published text that this program no longer understands.
    pub async fn paper_edition(&self, kind: Kind, at: Timestamp) -> Result<Edition, Fault> {
        let editions = self.paper_editions(kind).await?;
        let held = self.papers().of(kind);
        let Some(published) = editions.at(at) else {
            let template = held.ok_or_else(|| lost(kind))?;
            return Ok(Edition {
                template: Arc::clone(template),
                edition: 0,
            });
        };
        let template = match held.filter(|held| held.hash == published.hash) {
            Some(held) => Arc::clone(held),
            None => Arc::new(Template::recall(&published.text).ok_or_else(|| lost(kind))?),
        };
        Ok(Edition {
            template,
            edition: published.edition,
        })
    }
}

fn lost(kind: Kind) -> Fault {
    Fault::Damaged(format!("no template of the paper {}", kind.code()))
}
