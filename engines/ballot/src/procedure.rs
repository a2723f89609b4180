//! 程序规则: the rules of one kind of decision as dated data, read from `catalogue/procedures/`.
//!
//! A file is one procedure; each version of it is the law of a span of days; each method of a
//! version is one of the ways the law offers (all electors, one for each household, delegates).
//! [`Procedure::rules`] picks version and method, and the [`Rules`] it returns go whole into the
//! certificate, so that a result carries the law it was made by.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::law::{Basis, Source, Text};
use crate::share::{Rule, Whole};
use crate::told::{Told, told};

/// What a procedure decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 选举: seats are filled.
    Election,
    /// 罢免: a member is recalled, or not.
    Recall,
    /// 决议: a meeting or a written poll decides a motion.
    Resolution,
    /// 业主共同决定: owners decide by heads and by floor area.
    Owners,
}

/// One file of `catalogue/procedures/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// The name by which elections refer to it.
    pub id: String,
    /// What it is called.
    pub names: Text,
    /// What it decides.
    pub kind: Kind,
    /// Where it holds: `CN`, or the code of a division.
    pub jurisdiction: String,
    /// The laws it comes from.
    pub sources: Vec<Source>,
    /// The rules, by the days on which they hold.
    pub versions: Vec<Version>,
    /// Situations with their results: tests, and worked examples for readers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<serde_json::Value>,
}

/// The law of a span of days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// The first day on which an election held is under these rules.
    pub valid_from: Date,
    /// The last; open where the law is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
    /// Publication of the roll and objections to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roll: Option<RollRules>,
    /// Who may stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidates: Option<CandidateRules>,
    /// Voting for somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxies: Option<ProxyRules>,
    /// What a paper says when it says too much, and when a box holds too many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub papers: Option<PaperRules>,
    /// Filling the seats that the first vote left empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rerun: Option<RerunRules>,
    /// Equal numbers of votes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ties: Option<TieRules>,
    /// Who may sit together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committee: Option<CommitteeRules>,
    /// Who may ask for the vote. One of the rules is enough.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub petition: Vec<Rule>,
    /// How long before the meeting people must be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Term>,
    /// How the body must be made up: shares of its members.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<BodyRule>,
    /// How owners are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owners: Option<OwnerRules>,
    /// Where another rule in force says something else, or a source is not confirmed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cautions: Vec<Caution>,
    /// The ways to hold it. Left out where one was picked: see [`Rules`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<Method>,
}

/// One way to hold a vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// `voters`, `households`, `delegates`, …
    pub id: String,
    /// What it is called.
    pub names: Text,
    /// Who is on the roll.
    pub electorate: Whole,
    /// How many must take part. By floor area too for owners.
    pub quorum: Vec<Rule>,
    /// How many must be in favour.
    pub majority: Vec<Rule>,
    /// Whether voting for somebody else is barred under this method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_proxies: Option<Basis>,
}

/// A number of calendar days, with its articles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// How many days.
    pub days: u32,
    /// Where the law says so.
    pub basis: Basis,
}

/// Publication of the roll, objections, decisions on them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollRules {
    /// So many days before the day of election, or more.
    pub published_before: Term,
    /// Within so many days of publication.
    pub objection: Term,
    /// Within so many days of the objection.
    pub decision: Term,
}

/// Why somebody may not stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bar {
    /// 未满十八周岁
    UnderAge,
    /// 依照法律被剥夺政治权利
    DeprivedOfRights,
    /// 不在选民名单
    NotOnRoll,
    /// 被开除中国共产党党籍
    ExpelledFromParty,
    /// 因犯罪受过刑事处罚
    CriminalPunishment,
    /// 利用黑恶势力从事非法活动
    GangActivity,
    /// 组织或者参加非法宗教活动或者邪教活动
    IllegalReligionOrCult,
    /// 选举委员会成员（或其近亲属）未退出
    OnElectoralCommittee,
}

/// Who may stand, and how they are put forward.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CandidateRules {
    /// What keeps a person from standing.
    pub bars: Vec<Bar>,
    /// Where the bars stand.
    pub basis: Basis,
    /// So many electors together may put somebody forward; nothing where any elector may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joint_electors: Option<u64>,
    /// Whether the party's branch may put somebody forward.
    #[serde(default)]
    pub party_branch: bool,
    /// Candidates must outnumber seats by so many, or more.
    pub surplus_min: u64,
    /// And by no more than so many, where a rule says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surplus_max: Option<u64>,
    /// The list is published so many days before, where a rule says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_before: Option<Term>,
}

/// Who may vote for somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolderIs {
    /// Any other elector.
    Elector,
    /// A near relative who has the vote in the same place.
    NearRelative,
    /// A near relative or any other elector of the place.
    NearRelativeOrElector,
}

/// 委托投票: voting for somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProxyRules {
    /// Who may hold a proxy.
    pub holder: HolderIs,
    /// How many one person may hold; nothing where the law sets no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
    /// Whether a candidate may hold one.
    pub candidate_may_hold: bool,
    /// No chains, where a rule says so: who holds a proxy gives none, who gives one holds none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_chain: Option<Basis>,
    /// It must be filed so many days before, where a rule says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed_before: Option<Term>,
    /// The names are published so many days before, where a rule says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_before: Option<Term>,
    /// It lapses when the principal comes in person.
    pub lapses: Basis,
    /// Where the rest stands.
    pub basis: Basis,
}

/// Papers that say too much, and boxes that hold too many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperRules {
    /// A paper with more names than seats is void.
    pub over_marked: Basis,
    /// More papers than persons voting make the vote void.
    pub too_many: Basis,
    /// Whether a voter may write in a name that is not printed.
    #[serde(default)]
    pub write_ins: bool,
}

/// 另行选举: the vote for the seats that stayed empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RerunRules {
    /// The floor under the votes of whoever leads.
    pub floor: Rule,
    /// It is held within so many days, where a rule says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Term>,
    /// Whether the quorum of the first vote holds for it too.
    pub quorum: Basis,
    /// From so many elected on, an assembly may leave the rest of the seats empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub may_stay_empty_from: Option<u64>,
}

/// What parts equal numbers of votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    /// 再次投票: those who are level are voted on again.
    VoteAgain,
    /// 抽签: a public lot.
    Lot,
}

/// Equal numbers of votes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TieRules {
    /// What the rule says.
    pub method: Tie,
    /// Whether the plan that the assembly adopted (选举工作方案) may choose a lot instead.
    pub plan_may_choose_lot: bool,
    /// Where it stands.
    pub basis: Basis,
}

/// Who may sit together on the committee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitteeRules {
    /// The fewest members.
    pub min: u64,
    /// The most.
    pub max: u64,
    /// Where the numbers stand.
    pub size: Basis,
    /// So many women at least; 0 where the law says nothing.
    pub women_min: u64,
    /// Where that stands, and how a seat is found for her.
    pub women: Basis,
    /// Whether near relatives may sit together.
    pub relatives_together: bool,
    /// Where that stands, and who gives way.
    pub relatives: Basis,
}

/// A share that part of a body's members must have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyRule {
    /// `delegates`, `women_delegates`.
    pub part: String,
    /// The share.
    pub rule: Rule,
}

/// How a unit with several owners votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoOwners {
    /// One vote for the unit: those who vote must agree, or the unit only takes part.
    Agree,
    /// The area is divided by the owners' shares; the head counts only when they agree.
    Shares,
}

/// How owners are counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnerRules {
    /// One head for a unit, and one for whoever has several.
    pub heads: Basis,
    /// How a unit with several owners votes.
    pub co_owners: CoOwners,
    /// Where that stands.
    pub co_owned: Basis,
}

/// What whoever uses a version should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caution {
    /// Whether two rules in force contradict each other: a case for legal review.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub conflict: bool,
    /// What it is.
    pub text: Text,
}

/// The rules of one method on one day: what a result carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The procedure.
    pub id: String,
    /// What it is called.
    pub names: Text,
    /// What it decides.
    pub kind: Kind,
    /// Where it holds.
    pub jurisdiction: String,
    /// The laws.
    pub sources: Vec<Source>,
    /// The method.
    pub method: Method,
    /// The law of the day: the version without its methods.
    pub law: Version,
}

impl Procedure {
    /// Reads a file of `catalogue/procedures/`.
    ///
    /// # Errors
    /// Names line and column of what is no TOML, misses a field, cites an unknown source, overlaps
    /// another version, or has no article and does not say `unverified`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let read: Self = toml::from_str(text).map_err(|error| Fault::toml(text, &error))?;
        read.check(text)?;
        Ok(read)
    }

    /// The rules of `method` for a vote held on `day`.
    ///
    /// # Errors
    /// When no version holds on that day, or it has no such method; says which there are.
    pub fn rules(&self, method: &str, day: Date) -> Result<Rules, Told> {
        let in_force = |version: &&Version| {
            version.valid_from <= day && version.valid_to.is_none_or(|last| day <= last)
        };
        let version = self.versions.iter().find(in_force).ok_or_else(|| {
            told!(
                "“{}”没有 {day} 适用的规则",
                "`{}` has no rules for {day}",
                self.id
            )
        })?;
        let found = version.methods.iter().find(|found| found.id == method);
        let known = || -> Vec<&str> { version.methods.iter().map(|one| one.id.as_str()).collect() };
        let found = found.ok_or_else(|| {
            let known = known().join(", ");
            told!(
                "“{}”在 {day} 没有方式“{method}”；有：{known}",
                "`{}` has no method `{method}` on {day}; there is: {known}",
                self.id
            )
        })?;
        Ok(Rules {
            id: self.id.clone(),
            names: self.names.clone(),
            kind: self.kind,
            jurisdiction: self.jurisdiction.clone(),
            sources: self.sources.clone(),
            method: found.clone(),
            law: Version {
                methods: Vec::new(),
                ..version.clone()
            },
        })
    }

    fn check(&self, text: &str) -> Result<(), Fault> {
        if self.versions.is_empty() {
            return Err(Fault::near(
                text,
                "id",
                told!("程序至少要有一个版本", "a procedure needs a version"),
            ));
        }
        for (index, version) in self.versions.iter().enumerate() {
            let from = version.valid_from;
            let near = |problem: Told| Fault::near(text, &from.to_string(), problem);
            if version.valid_to.is_some_and(|last| last < from) {
                return Err(near(told!(
                    "{from} 的版本结束早于开始",
                    "the version of {from} ends before it begins"
                )));
            }
            let clash = self.versions[..index].iter().any(|other| {
                let ends = |one: &Version| one.valid_to.unwrap_or(Date::MAX);
                other.valid_from <= ends(version) && from <= ends(other)
            });
            if clash {
                return Err(near(told!(
                    "{from} 的版本与另一版本重叠",
                    "the version of {from} overlaps another"
                )));
            }
            if version.methods.is_empty() {
                return Err(near(told!(
                    "{from} 的版本没有方式",
                    "the version of {from} has no method"
                )));
            }
            for method in &version.methods {
                self.check_method(method).map_err(near)?;
            }
            for basis in version.bases() {
                self.check_basis(basis).map_err(near)?;
            }
        }
        Ok(())
    }

    fn check_method(&self, method: &Method) -> Result<(), Told> {
        let wholes = match self.kind {
            Kind::Owners => vec![Whole::TakingPartByHeads, Whole::TakingPartByArea],
            _ => vec![
                Whole::PersonsVoting,
                Whole::Present,
                Whole::Responding,
                Whole::BallotsCast,
            ],
        };
        let own = [method.electorate, Whole::OwnersByArea, Whole::OwnersByHeads];
        let quorum = method.quorum.iter().all(|rule| own.contains(&rule.of));
        let all = method.electorate;
        let majority = method
            .majority
            .iter()
            .all(|rule| rule.of == all || wholes.contains(&rule.of));
        let both = if self.kind == Kind::Owners { 2 } else { 1 };
        if method.quorum.len() == both && method.majority.len() == both && quorum && majority {
            return Ok(());
        }
        Err(told!(
            "方式“{}”：应写 {both} 项对全体的法定人数、{both} 项对参加者的多数",
            "method `{}`: give {both} quorum of the electorate and {both} majority of those who take part",
            method.id
        ))
    }

    fn check_basis(&self, basis: &Basis) -> Result<(), Told> {
        if basis.cite.is_empty() && !basis.unverified {
            return Err(told!(
                "没有条文的规则要写明 `unverified = true`",
                "a rule without an article must say `unverified = true`"
            ));
        }
        let known = |key: &str| self.sources.iter().any(|source| source.key == key);
        match basis.cite.iter().find(|cite| !known(&cite.source)) {
            None => Ok(()),
            Some(cite) => Err(told!(
                "“{}”不是任何来源的键",
                "`{}` is no key of a source",
                cite.source
            )),
        }
    }
}

impl Version {
    /// Every basis in this version.
    fn bases(&self) -> Vec<&Basis> {
        let mut all: Vec<&Basis> = Vec::new();
        for method in &self.methods {
            all.extend(
                method
                    .quorum
                    .iter()
                    .chain(&method.majority)
                    .map(|rule| &rule.basis),
            );
            all.extend(&method.no_proxies);
        }
        if let Some(roll) = &self.roll {
            let terms = [&roll.published_before, &roll.objection, &roll.decision];
            all.extend(terms.map(|term| &term.basis));
        }
        if let Some(candidates) = &self.candidates {
            all.push(&candidates.basis);
            all.extend(candidates.published_before.iter().map(|term| &term.basis));
        }
        if let Some(proxies) = &self.proxies {
            all.extend([&proxies.basis, &proxies.lapses]);
            all.extend(&proxies.no_chain);
            let terms = proxies.filed_before.iter().chain(&proxies.published_before);
            all.extend(terms.map(|term| &term.basis));
        }
        if let Some(papers) = &self.papers {
            all.extend([&papers.over_marked, &papers.too_many]);
        }
        if let Some(rerun) = &self.rerun {
            all.extend([&rerun.floor.basis, &rerun.quorum]);
            all.extend(rerun.within.iter().map(|term| &term.basis));
        }
        if let Some(committee) = &self.committee {
            all.extend([&committee.size, &committee.women, &committee.relatives]);
        }
        if let Some(owners) = &self.owners {
            all.extend([&owners.heads, &owners.co_owned]);
        }
        all.extend(self.ties.iter().map(|ties| &ties.basis));
        all.extend(self.petition.iter().map(|rule| &rule.basis));
        all.extend(self.notice.iter().map(|term| &term.basis));
        all.extend(self.body.iter().map(|body| &body.rule.basis));
        all
    }
}
