//! Lays overlays over the policies they change: only what is marked open, and only from the
//! overlay's own days on.

use std::collections::BTreeSet;

use crate::finding::{Finding, Level, Sources, Span, Told, Word, told};
use crate::read::{File, ParameterText, RuleText};

/// The policies, with every overlay laid over its own, in the order in which they were given.
pub(super) fn laid(sources: &Sources, files: Vec<File>, findings: &mut Vec<Finding>) -> Vec<File> {
    let (overlays, mut policies): (Vec<File>, Vec<File>) =
        files.into_iter().partition(|file| file.overlay);
    for overlay in overlays {
        let mut refuse = |at: Span, told: Told| {
            findings.push(sources.finding(at, Level::Error, "overlay", told));
        };
        match policies
            .iter_mut()
            .find(|policy| policy.id.value == overlay.id.value)
        {
            Some(policy) => lay(policy, overlay, &mut refuse),
            None => {
                let told = told!(
                    "所给的文件中没有政策 `{id}`",
                    "the policy `{id}` is not among the files",
                    id = overlay.id.value,
                );
                refuse(overlay.id.at, told);
            }
        }
    }
    policies
}

fn lay(policy: &mut File, overlay: File, refuse: &mut impl FnMut(Span, Told)) {
    let (first, began) = (overlay.head.valid_from, policy.head.valid_from);
    for fact in &overlay.facts {
        let told = told!("补充文件不能增加事实", "an overlay adds no facts");
        refuse(fact.key.at, told);
    }
    for condition in &overlay.conditions {
        let told = told!(
            "补充文件不能增加条件：请让原政策开放一条规则",
            "an overlay adds no conditions: have a rule opened"
        );
        refuse(condition.key.at, told);
    }
    for parameter in overlay.parameters {
        let base = policy
            .parameters
            .iter_mut()
            .find(|one| one.key.value == parameter.key.value);
        match base {
            Some(base) if base.open => change_values(base, parameter),
            _ => {
                let what = Word::of("参数", "parameter");
                refuse(parameter.key.at, closed(what, &parameter.key.value));
            }
        }
    }
    for rule in overlay.rules.into_iter().chain(overlay.amount) {
        let mut bases = policy.rules.iter_mut().chain(&mut policy.amount);
        match bases.find(|one| one.key.value == rule.key.value) {
            Some(base) if base.open => change_versions(base, rule, first, began),
            _ => {
                let what = Word::of("规则", "rule");
                refuse(rule.key.at, closed(what, &rule.key.value));
            }
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

fn closed(what: Word, key: &str) -> Told {
    told!(
        "原政策没有标明 `open = true` 的{what} `{key}`",
        "the policy has no {what} `{key}` that it marked `open = true`",
        [what]
    )
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
