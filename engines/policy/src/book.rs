//! A book of policies: files that were read and checked together.

use std::sync::Arc;

use crate::check::{self, Checked};
use crate::finding::{Finding, Level, Refused, Sources, Span, Told};
use crate::head::{Head, Source};
use crate::ir::Fact;
use crate::model::{Dated, Figure, Param, Policy, Rule};
use crate::value::{Names, Type};

/// Policies that passed every check, for all days.
#[derive(Debug, Clone)]
pub struct Book {
    pub(crate) sources: Sources,
    pub(crate) policies: Vec<Policy>,
    pub(crate) params: Vec<Param>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) facts: Arc<[Fact]>,
}

/// A figure of a policy, as a list shows it.
#[derive(Debug, Clone, Copy)]
pub struct Parameter<'b> {
    /// Its key in the file.
    pub key: &'b str,
    /// What it is called.
    pub names: &'b Names,
    /// What it is.
    pub type_: &'b Type,
    /// Whether its values are single ones, not tables.
    pub single: bool,
    /// The last value and from when it holds.
    pub last: Option<(i64, i64)>,
}

impl Book {
    /// Reads files, each with the name that messages use; policies may ask each other, overlays
    /// are laid over their policies.
    ///
    /// # Errors
    /// [`Refused`] with every finding where at least one is an error.
    pub fn read(files: &[(&str, &str)]) -> Result<Self, Refused> {
        let sources = Sources::of(files);
        let (checked, findings) = check::check(&sources, files.len());
        if findings.iter().any(|finding| finding.level == Level::Error) {
            return Err(Refused(findings));
        }
        let Checked {
            policies,
            facts,
            params,
            rules,
        } = checked;
        let book = Self {
            sources,
            policies,
            params,
            rules,
            facts: facts.into(),
        };
        book.plans()?;
        Ok(book)
    }

    /// Refuses a book whose rules ask more days, or deeper, than a plan can hold.
    fn plans(&self) -> Result<(), Refused> {
        for policy in &self.policies {
            if let Err(told) = self.law(&[&policy.head.id], policy.head.valid_from) {
                let at = Span {
                    file: policy.file,
                    at: 0,
                };
                let told = self.finding(at, Level::Error, "too_large", told.told());
                return Err(Refused(vec![told]));
            }
        }
        Ok(())
    }

    /// Every fact of every policy, once; a [`crate::ir::FactId`] is a place here.
    #[must_use]
    pub fn facts(&self) -> &Arc<[Fact]> {
        &self.facts
    }

    /// What each policy says of itself, in the order of the files.
    pub fn heads(&self) -> impl Iterator<Item = &Head> {
        self.policies.iter().map(|policy| &policy.head)
    }

    /// The texts that a policy cites.
    #[must_use]
    pub fn sources(&self, id: &str) -> &[Source] {
        self.policy(id).map_or(&[], |policy| &policy.sources)
    }

    pub(crate) fn policy(&self, id: &str) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.head.id == id)
    }

    /// The keys by which a policy names its facts, each with the fact's number.
    pub fn fact_keys<'b>(
        &'b self,
        id: &str,
    ) -> impl Iterator<Item = (&'b str, crate::ir::FactId)> + use<'b> {
        let facts = self
            .policy(id)
            .map_or(&[][..], |policy| policy.facts.as_slice());
        facts.iter().map(|used| (used.key.as_str(), used.id))
    }

    /// The figures of a policy, in the order of the file; of an overlay, those it changes are its
    /// policy's.
    pub fn parameters<'b>(&'b self, id: &str) -> impl Iterator<Item = Parameter<'b>> + use<'b> {
        let params = self
            .policy(id)
            .map_or(&[][..], |policy| policy.params.as_slice());
        params.iter().map(|id| {
            let param = &self.params[id.0];
            let single = |dated: &Dated| matches!(dated.value, Figure::One(_));
            Parameter {
                key: &param.key,
                names: &param.names,
                type_: &param.type_,
                single: param.values.iter().all(single),
                last: param.values.last().and_then(|dated| match dated.value {
                    Figure::One(value) => Some((dated.from, value)),
                    Figure::Table { .. } => None,
                }),
            }
        })
    }

    /// The policies that ask one of `ids`, or one that does, in the order of the book: what a change
    /// there may move.
    #[must_use]
    pub fn dependents(&self, ids: &[&str]) -> Vec<&str> {
        let mut moved: Vec<bool> = self
            .heads()
            .map(|head| ids.contains(&head.id.as_str()))
            .collect();
        let own = moved.clone();
        loop {
            let asks = |policy: &Policy| policy.uses.iter().any(|used| moved[*used]);
            let more: Vec<bool> = self.policies.iter().map(asks).collect();
            let before = moved.clone();
            for (one, more) in moved.iter_mut().zip(more) {
                *one |= more;
            }
            if moved == before {
                break;
            }
        }
        let moved = self.heads().zip(moved).zip(own);
        let moved = moved.filter(|((_, moved), own)| *moved && !own);
        moved.map(|((head, _), _)| head.id.as_str()).collect()
    }

    /// Every day on which the law of some policy changes, sorted.
    #[must_use]
    pub fn turning_points(&self) -> Vec<i64> {
        let heads = self.heads().map(|head| head.valid_from);
        let params = self.params.iter().flat_map(|param| &param.values);
        let versions = self.rules.iter().flat_map(|rule| match &rule.body {
            crate::model::Body::Versions(versions) => versions.as_slice(),
            crate::model::Body::All(_) => &[],
        });
        let mut days: Vec<i64> = heads
            .chain(params.map(|dated| dated.from))
            .chain(versions.map(|version| version.from))
            .collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    /// What is worth a remark in these files although they run.
    #[must_use]
    pub fn files(&self) -> Vec<&str> {
        self.policies
            .iter()
            .map(|policy| self.sources.name(policy.file))
            .collect()
    }

    pub(crate) fn finding(
        &self,
        at: Span,
        level: Level,
        code: &'static str,
        told: Told,
    ) -> Finding {
        self.sources.finding(at, level, code, told)
    }
}
