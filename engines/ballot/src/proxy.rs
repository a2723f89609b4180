//! 委托投票: which proxies stand.
//!
//! Proxies are judged in the order of filing. One that was refused takes no place under its
//! holder's limit; one that lapses because the principal came in person still does, for the limit
//! is on what a person takes on.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::days::{Days, Limit};
use crate::procedure::{HolderIs, Method, ProxyRules};

/// 委托书: one proxy, as filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proxy {
    /// 委托人: for whom the vote is cast.
    pub principal: String,
    /// 受托人: who casts it.
    pub holder: String,
    /// Whether it is in writing.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub written: bool,
    /// Whether the holder has the vote here.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub holder_is_elector: bool,
    /// Whether the holder is a near relative of the principal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub near_relative: bool,
    /// When it was filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed: Option<Date>,
    /// When both names were published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Date>,
    /// Whether the principal came and voted in person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub principal_came: bool,
}

fn yes() -> bool {
    true
}

impl Proxy {
    /// A written proxy of `principal` for `holder`, an elector.
    #[must_use]
    pub fn new(principal: &str, holder: &str) -> Self {
        Self {
            principal: principal.to_owned(),
            holder: holder.to_owned(),
            written: true,
            holder_is_elector: true,
            near_relative: false,
            filed: None,
            published: None,
            principal_came: false,
        }
    }
}

/// Why a proxy does not stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// The method or the law knows no proxies.
    NotAllowed,
    /// Not in writing.
    NotWritten,
    /// For oneself.
    ForOneself,
    /// The holder has no vote here.
    HolderNoElector,
    /// The holder is no near relative of the principal.
    NoNearRelative,
    /// The holder is a candidate.
    HolderIsCandidate,
    /// The principal has already given a proxy.
    GivenTwice,
    /// The holder has given a proxy, and may not hold one.
    HolderDelegates,
    /// The principal holds a proxy, and may not give one.
    PrincipalHolds,
    /// The holder has as many as one may hold.
    OverLimit,
    /// Filed too late, or on the day.
    FiledLate,
    /// Published too late, or not.
    PublishedLate,
    /// The principal came: it lapsed.
    PrincipalCame,
}

/// What became of one proxy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ruling {
    /// For whom.
    pub principal: String,
    /// By whom.
    pub holder: String,
    /// Why it does not stand; empty when it does.
    pub refused: Vec<Refused>,
}

/// Judges `proxies` in the order of filing; `candidates` are the ids of those who stand.
#[must_use]
pub fn judge(
    proxies: &[Proxy],
    (rules, method): (Option<&ProxyRules>, &Method),
    candidates: &BTreeSet<&str>,
    day: Date,
) -> Vec<Ruling> {
    let rules = rules.filter(|_| method.no_proxies.is_none());
    let mut held: BTreeMap<&str, u32> = BTreeMap::new();
    let mut given: BTreeSet<&str> = BTreeSet::new();
    let mut rulings = Vec::with_capacity(proxies.len());
    for proxy in proxies {
        let mut refused = match rules {
            None => vec![Refused::NotAllowed],
            Some(rules) => formal(proxy, rules, candidates, day),
        };
        if given.contains(proxy.principal.as_str()) {
            refused.push(Refused::GivenTwice);
        }
        if let Some(rules) = rules {
            if rules.no_chain.is_some() && given.contains(proxy.holder.as_str()) {
                refused.push(Refused::HolderDelegates);
            }
            if rules.no_chain.is_some()
                && held
                    .get(proxy.principal.as_str())
                    .is_some_and(|held| *held > 0)
            {
                refused.push(Refused::PrincipalHolds);
            }
            let count = held.entry(&proxy.holder).or_default();
            if rules.max.is_some_and(|max| *count >= max) {
                refused.push(Refused::OverLimit);
            }
            if refused.is_empty() {
                *count += 1;
                given.insert(&proxy.principal);
            }
        }
        if proxy.principal_came {
            refused.push(Refused::PrincipalCame);
        }
        refused.sort_unstable();
        rulings.push(Ruling {
            principal: proxy.principal.clone(),
            holder: proxy.holder.clone(),
            refused,
        });
    }
    rulings
}

/// What can be said of one proxy without looking at the others.
fn formal(
    proxy: &Proxy,
    rules: &ProxyRules,
    candidates: &BTreeSet<&str>,
    day: Date,
) -> Vec<Refused> {
    let related = proxy.near_relative || rules.holder != HolderIs::NearRelative;
    let elector = proxy.holder_is_elector;
    let late = |filed: Option<Date>, term: &Option<crate::procedure::Term>| match term {
        None => false,
        Some(term) => {
            !filed.is_some_and(|filed| Days::between(filed, day, Limit::Before, term.days).holds)
        }
    };
    let candidate = candidates.contains(proxy.holder.as_str()) && !rules.candidate_may_hold;
    [
        (!proxy.written, Refused::NotWritten),
        (proxy.principal == proxy.holder, Refused::ForOneself),
        (!elector, Refused::HolderNoElector),
        (!related, Refused::NoNearRelative),
        (candidate, Refused::HolderIsCandidate),
        (late(proxy.filed, &rules.filed_before), Refused::FiledLate),
        (
            late(proxy.published, &rules.published_before),
            Refused::PublishedLate,
        ),
    ]
    .into_iter()
    .filter_map(|(so, refused)| so.then_some(refused))
    .collect()
}
