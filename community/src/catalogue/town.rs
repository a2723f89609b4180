//! 街镇补充: what a town adds to a district's service, or tightens, where the service allows it
//! (三机制: the district designs, towns take the initiative).
//!
//! **Invariant**: a town never takes anything away from an applicant. It may give its own office
//! and number, more ways, more remarks, and shorter terms; it cannot ask for more or take longer.

use jiff::civil::Date;
use linli_kernel::AreaPath;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::law::Term;
use super::service::{Contact, Note, Service, Way};
use super::text::Text;

/// A town's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Town {
    /// The [`Service::id`] it adds to.
    pub service: String,
    /// The town.
    pub area: AreaPath,
    /// Its version.
    pub version: u32,
    /// From when it holds.
    pub valid_from: Date,
    /// The last day it holds, if it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
    /// Its own office and number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// More ways to apply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ways: Vec<Way>,
    /// More remarks in the guide.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub good_to_know: Vec<Note>,
    /// Shorter terms, in the unit of the service.
    #[serde(default, skip_serializing_if = "ShorterTerms::is_empty")]
    pub terms: ShorterTerms,
    /// The hex SHA-256 of the file's bytes, set when it is read.
    #[serde(skip)]
    pub hash: String,
}

/// Shorter terms, in days of the unit that the service counts in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShorterTerms {
    /// The whole time until the decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u32>,
    /// Until intake is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intake: Option<u32>,
    /// At a desk, by its id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub steps: BTreeMap<String, u32>,
}

impl ShorterTerms {
    /// Whether nothing is shortened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Town {
    /// Whether it adds to `service` in `area` on `day`.
    #[must_use]
    pub fn applies(&self, service: &str, area: &AreaPath, day: Date) -> bool {
        let in_force = self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last);
        self.service == service && self.area.contains(area) && in_force
    }

    /// `service` with what the town adds.
    #[must_use]
    pub fn laid_on(&self, service: &Service) -> Service {
        let mut with = service.clone();
        with.overlaid
            .push(format!("{}@{}", self.area, self.version));
        if let Some(contact) = &self.contact {
            with.guide.contact = contact.clone();
        }
        for way in &self.ways {
            with.guide.ways.retain(|old| old.channel != way.channel);
            with.guide.ways.push(way.clone());
        }
        with.guide
            .good_to_know
            .extend(self.good_to_know.iter().cloned());
        shorten(&mut with.clock.total, self.terms.total);
        shorten(&mut with.intake.within, self.terms.intake);
        for step in &mut with.steps {
            shorten(&mut step.within, self.terms.steps.get(&step.id).copied());
        }
        with
    }
}

fn shorten(term: &mut Term, days: Option<u32>) {
    if let Some(days) = days.filter(|days| *days < term.days) {
        term.days = days;
        term.basis.note = Some(Text::new(
            "本街镇承诺的期限，短于全区规定。",
            "This town promises less time than the district's rule.",
        ));
    }
}
