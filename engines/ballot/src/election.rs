//! 一次选举或表决: the facts of one vote, read from `ELECTION.toml`.
//!
//! The file says who could vote, where they voted, who stood and what was filed; what the papers
//! say stands in `COUNTS.csv` (see [`crate::counts`]).

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::candidate::Candidate;
use crate::fault::Fault;
use crate::law::Text;
use crate::lot::Randomness;
use crate::owners::Unit;
use crate::procedure::Tie;
use crate::proxy::Proxy;
use crate::roll::Objection;
use crate::share::{LARGEST, Whole};
use crate::told::{Told, told};

/// The first line of every election file.
pub const FORMAT: &str = "linli-election/1";

/// The contest of a motion, in `COUNTS.csv` and in results.
pub const MOTION: &str = "motion";

/// Which vote it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Round {
    /// 第一次投票
    #[default]
    First,
    /// 另行选举: for seats that stayed empty.
    Rerun,
}

/// Where papers are cast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// 投票站: a polling booth.
    Booth,
    /// 流动票箱: a roving box.
    Roving,
    /// 线上: the online list.
    Online,
}

/// `ELECTION.toml`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Election {
    /// [`FORMAT`]
    pub format: String,
    /// A name for it that is unique where it is kept.
    pub id: String,
    /// What it is called.
    pub names: Text,
    /// The procedure's id.
    pub procedure: String,
    /// The method of the procedure.
    pub method: String,
    /// 选举日, or the day of the meeting: it decides which law holds.
    pub day: Date,
    /// Which vote it is.
    #[serde(default)]
    pub round: Round,
    /// What the assembly that adopted the plan chose where the rule leaves a choice.
    #[serde(default)]
    pub plan: Plan,
    /// The frozen roll.
    #[serde(default)]
    pub roll: RollFacts,
    /// The boxes, every entry of the roll listed at exactly one.
    #[serde(default)]
    pub boxes: Vec<BallotBox>,
    /// What is filled; empty for a motion.
    #[serde(default)]
    pub contests: Vec<Contest>,
    /// What is decided, where it is a motion.
    #[serde(default)]
    pub motion: Option<Text>,
    /// Proxies in the order of filing.
    #[serde(default)]
    pub proxies: Vec<Proxy>,
    /// Seals over the counts of each counter.
    #[serde(default)]
    pub seals: Vec<Seal>,
    /// Public randomness, where a lot is drawn.
    #[serde(default)]
    pub lot: Option<Randomness>,
    /// Who asked for the vote.
    #[serde(default)]
    pub petition: Option<Petition>,
    /// When people were told of the meeting.
    #[serde(default)]
    pub notice_given: Option<Date>,
    /// How the body is made up.
    #[serde(default)]
    pub body: Vec<BodyPart>,
    /// The units of an owners' vote.
    #[serde(default)]
    pub units: Vec<Unit>,
}

/// What the plan of the election (选举工作方案) chose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What parts equal numbers of votes.
    #[serde(default)]
    pub ties: Option<Tie>,
}

/// The roll as it was frozen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollFacts {
    /// How many may vote.
    pub entries: u64,
    /// When it was published.
    #[serde(default)]
    pub published: Option<Date>,
    /// Objections and what became of them.
    #[serde(default)]
    pub objections: Vec<Objection>,
    /// The entries by id, where the vote is small enough to say so.
    #[serde(default)]
    pub electors: Vec<String>,
}

/// One box, or the online list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BallotBox {
    /// Its name in `COUNTS.csv`.
    pub id: String,
    /// What it is.
    pub channel: Channel,
    /// Entries of the roll that are listed at it.
    pub listed: u64,
    /// Those of them who voted, in person or by proxy.
    pub voted: u64,
    /// Those of them for whom a proxy voted.
    #[serde(default)]
    pub by_proxy: u64,
    /// Those who voted, by id, where the roll says the ids.
    #[serde(default)]
    pub voters: Vec<String>,
}

/// 应选职务: seats that are filled together from one list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contest {
    /// Its name in `COUNTS.csv`.
    pub id: String,
    /// What it is called.
    pub names: Text,
    /// 应选名额
    pub seats: u64,
    /// 妇女委员专选: only women are elected here.
    #[serde(default)]
    pub for_women: bool,
    /// Who stands.
    pub candidates: Vec<Candidate>,
}

/// The seal over one counter's first count of one box: a hash published before the counts meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// The box.
    #[serde(rename = "box")]
    pub ballot_box: String,
    /// The counter.
    pub counter: String,
    /// SHA-256 in hexadecimal, see [`crate::counts::seal`].
    pub sha256: String,
    /// The random text that the counter added.
    pub nonce: String,
}

/// 联名: who asked for the vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Petition {
    /// What those who signed are.
    pub by: Whole,
    /// How many signed.
    pub signers: u64,
    /// How many there are in all.
    pub of: u64,
}

/// One part of a body and its size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyPart {
    /// `delegates`, `women_delegates`.
    pub part: String,
    /// How many they are.
    pub count: u64,
    /// How many members the body has.
    pub of: u64,
}

impl Election {
    /// Reads `ELECTION.toml`.
    ///
    /// # Errors
    /// Names line and column of what is no TOML, is missing, is given twice, or is a number that
    /// cannot be.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let read: Self = toml::from_str(text).map_err(|error| Fault::toml(text, &error))?;
        match read.fault() {
            None => Ok(read),
            Some((key, problem)) => Err(Fault::near(text, &key, problem)),
        }
    }

    /// What is wrong with the facts, and a word near it in the file.
    fn fault(&self) -> Option<(String, Told)> {
        if self.format != FORMAT {
            return Some((
                "format".to_owned(),
                told!("format 应为 \"{FORMAT}\"", "format must be \"{FORMAT}\""),
            ));
        }
        self.numbers()
            .or_else(|| self.names_once())
            .or_else(|| self.seats())
    }

    fn numbers(&self) -> Option<(String, Told)> {
        let boxes = self.boxes.iter().flat_map(|one| {
            let id = &one.id;
            [(id, one.listed), (id, one.voted), (id, one.by_proxy)]
        });
        let petition = self.petition.iter();
        let bodies = self.body.iter();
        let all = boxes.map(|(id, number)| (id.clone(), number));
        let all = all.chain([("entries".to_owned(), self.roll.entries)]);
        let all = all.chain(petition.flat_map(|asked| {
            [
                ("signers".to_owned(), asked.signers),
                ("of".to_owned(), asked.of),
            ]
        }));
        let mut all = all.chain(bodies.map(|body| (body.part.clone(), body.count.max(body.of))));
        // A million boxes of the largest number would not add up in 64 bits.
        let limit = LARGEST / 1_000_000;
        let found = all.find(|(_, number)| *number > limit)?;
        Some((
            found.0,
            told!("{} 超过 {limit}", "{} is more than {limit}", found.1),
        ))
    }

    fn names_once(&self) -> Option<(String, Told)> {
        let boxes = self.boxes.iter().map(|one| (("票箱", "box"), &one.id));
        let contests = self
            .contests
            .iter()
            .map(|one| (("选举项目", "contest"), &one.id));
        let candidates = self.contests.iter().flat_map(|one| &one.candidates);
        let candidates = candidates.map(|one| (("候选人", "candidate"), &one.id));
        let electors = self
            .roll
            .electors
            .iter()
            .map(|id| (("选民", "elector"), id));
        let mut seen = BTreeSet::new();
        for named in boxes.chain(contests).chain(candidates).chain(electors) {
            let ((zh, en), id) = named;
            if id.is_empty() || id.contains(['+', ',', '"', '\n']) || id.starts_with(['!', ' ']) {
                let problem = Told {
                    zh: format!("“{id}”不能作{zh}的名称：不能有“+”、“,”、引号或“!”"),
                    en: format!("`{id}` cannot name a {en}: no `+`, `,`, quotes or `!`"),
                };
                return Some((id.clone(), problem));
            }
            if !seen.insert(named) {
                return Some((
                    id.clone(),
                    Told {
                        zh: format!("{zh}“{id}”出现两次"),
                        en: format!("the {en} `{id}` is there twice"),
                    },
                ));
            }
        }
        None
    }

    fn seats(&self) -> Option<(String, Told)> {
        if !self.contests.is_empty() && self.motion.is_some() {
            let problem = told!(
                "选举和议案要分开表决：只能写其中一种",
                "contests and a motion are voted on apart: give one of them"
            );
            return Some(("motion".to_owned(), problem));
        }
        let empty = self.contests.iter().find(|contest| contest.seats == 0)?;
        Some((
            empty.id.clone(),
            told!(
                "选举项目“{}”没有名额",
                "contest `{}` fills no seat",
                empty.id
            ),
        ))
    }
}
