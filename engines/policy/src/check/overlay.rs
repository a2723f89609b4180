//! Lays overlays over the policies they change: only what is marked open, and only from the
//! overlay's own days on.

use std::collections::BTreeSet;

use crate::finding::{Finding, Level, Sources, Span};
use crate::read::{File, ParameterText, RuleText};

/// The policies, with every overlay laid over its own, in the order in which they were given.
pub(super) fn laid(sources: &Sources, files: Vec<File>, findings: &mut Vec<Finding>) -> Vec<File> {
    let (overlays, mut policies): (Vec<File>, Vec<File>) =
        files.into_iter().partition(|file| file.overlay);
    for overlay in overlays {
        let mut refuse = |at: Span, message: String| {
            findings.push(sources.finding(at, Level::Error, "overlay", message));
        };
        match policies
            .iter_mut()
            .find(|policy| policy.id.value == overlay.id.value)
        {
            Some(policy) => lay(policy, overlay, &mut refuse),
            None => {
                let told = format!("the policy `{}` is not among the files", overlay.id.value);
                refuse(overlay.id.at, told);
            }
        }
    }
    policies
}

fn lay(policy: &mut File, overlay: File, refuse: &mut impl FnMut(Span, String)) {
    let (first, began) = (overlay.head.valid_from, policy.head.valid_from);
    for fact in &overlay.facts {
        refuse(fact.key.at, "an overlay adds no facts".to_owned());
    }
    for condition in &overlay.conditions {
        refuse(
            condition.key.at,
            "an overlay adds no conditions: have a rule opened".to_owned(),
        );
    }
    for parameter in overlay.parameters {
        let base = policy
            .parameters
            .iter_mut()
            .find(|one| one.key.value == parameter.key.value);
        match base {
            Some(base) if base.open => change_values(base, parameter),
            _ => refuse(parameter.key.at, closed("parameter", &parameter.key.value)),
        }
    }
    for rule in overlay.rules.into_iter().chain(overlay.amount) {
        let mut bases = policy.rules.iter_mut().chain(&mut policy.amount);
        match bases.find(|one| one.key.value == rule.key.value) {
            Some(base) if base.open => change_versions(base, rule, first, began),
            _ => refuse(rule.key.at, closed("rule", &rule.key.value)),
        }
    }
    let known: BTreeSet<String> = policy.sources.iter().map(|one| one.key.clone()).collect();
    policy.sources.extend(
        overlay
            .sources
            .into_iter()
            .filter(|one| !known.contains(&one.key)),
    );
    policy.cases.extend(overlay.cases);
}

fn closed(what: &str, key: &str) -> String {
    format!("the policy has no {what} `{key}` that it marked `open = true`")
}

fn change_values(base: &mut ParameterText, overlay: ParameterText) {
    let first = overlay.values.iter().map(|value| value.from).min();
    base.values
        .retain(|value| first.is_none_or(|first| value.from < first));
    base.values.extend(overlay.values);
}

fn change_versions(base: &mut RuleText, mut overlay: RuleText, first: i64, began: i64) {
    for version in &mut overlay.versions {
        version.from.get_or_insert(first);
    }
    let first = overlay
        .versions
        .iter()
        .filter_map(|version| version.from)
        .min();
    let first = first.unwrap_or(began);
    base.versions
        .retain(|version| version.from.unwrap_or(began) < first);
    base.versions.extend(overlay.versions);
}
