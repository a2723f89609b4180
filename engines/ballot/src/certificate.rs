//! 结果证书: the result of a vote with everything that is needed to check it without the papers.
//!
//! [`crate::verify()`] reads nothing else. The fields are the public format, documented in
//! `docs/schemas/ballot-result.schema.json`.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::candidate::{Sex, Unfit};
use crate::counts::{Counting, Tally};
use crate::days::Days;
use crate::election::{Channel, Petition, Round};
use crate::law::{Basis, Text};
use crate::lot::Drawn;
use crate::owners::OwnersOutcome;
use crate::procedure::{Rules, Tie};
use crate::proxy::Ruling;
use crate::share::Comparison;

/// The first field of every result.
pub const FORMAT: &str = "linli-ballot-result/1";

/// A result and its proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// [`FORMAT`]
    pub format: String,
    /// Which vote.
    pub election: Named,
    /// SHA-256 of the files it was made from.
    pub inputs: Inputs,
    /// The law of the day, whole.
    pub rules: Rules,
    /// How many may vote.
    pub entries: u64,
    /// The boxes with every count.
    pub boxes: Vec<BoxResult>,
    /// The derivation, in order: every sum and every comparison.
    pub steps: Vec<Step>,
    /// What the reconciliation found.
    pub findings: Vec<Finding>,
    /// What became of each proxy.
    pub proxies: Vec<Ruling>,
    /// Lots that were drawn.
    pub lots: Vec<Drawn>,
    /// What follows.
    pub outcome: Outcome,
    /// What binds all of the above, names and labels too: see [`Certificate::digest_of_the_rest`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
}

impl Certificate {
    /// SHA-256, in hexadecimal, of the certificate as JSON without its last field: fields in the
    /// order of the format, no spaces, UTF-8 as it is.
    ///
    /// Whoever posts this digest where the result is announced has bound every letter of it.
    #[must_use]
    pub fn digest_of_the_rest(&self) -> String {
        let rest = Self {
            digest: String::new(),
            ..self.clone()
        };
        let text = serde_json::to_vec(&rest).unwrap_or_default();
        let digest = Sha256::digest(&text);
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Which vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub names: Text,
    /// The day: it decides which law holds.
    pub day: Date,
    /// First vote or re-run.
    pub round: Round,
    /// What is decided, where it is a motion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub motion: Option<Text>,
    /// Who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub petition: Option<Petition>,
}

/// SHA-256 of the files a result was made from, in hexadecimal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// `ELECTION.toml`
    pub election_sha256: String,
    /// `COUNTS.csv`
    pub counts_sha256: String,
    /// The procedure's file.
    pub procedure_sha256: String,
}

/// One box and its counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoxResult {
    /// Its name.
    pub id: String,
    /// What it is.
    pub channel: Channel,
    /// Entries of the roll listed at it.
    pub listed: u64,
    /// Those who voted.
    pub voted: u64,
    /// Those for whom a proxy voted.
    pub by_proxy: u64,
    /// The counts of each contest.
    pub contests: Vec<BoxContest>,
}

/// The counts of one contest in one box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoxContest {
    /// The contest.
    pub contest: String,
    /// Every count, the first ones kept when they were corrected.
    pub counts: Vec<Count>,
    /// The numbers on which both counters agree; nothing while they differ.
    pub accepted: Option<Tally>,
}

/// One count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// Who counted.
    pub counter: String,
    /// First or corrected.
    pub counting: Counting,
    /// What they found.
    pub tally: Tally,
}

/// One step of the derivation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What it is about, such as `quorum` or `majority/committee/wang`.
    pub id: String,
    /// Its articles.
    pub basis: Basis,
    /// The sum or comparison.
    pub proof: Proof,
}

/// A sum or a comparison, written out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// A part against a share of a whole.
    Compare(Comparison),
    /// Days against a term.
    Days(Days),
    /// Numbers and their sum.
    Sum(Sum),
    /// A number against bounds.
    Bounds(Bounds),
}

impl Proof {
    /// Whether what the law asks is so.
    #[must_use]
    pub fn holds(&self) -> bool {
        match self {
            Self::Compare(comparison) => comparison.holds,
            Self::Days(days) => days.holds,
            Self::Sum(sum) => sum.holds,
            Self::Bounds(bounds) => bounds.holds,
        }
    }
}

/// Numbers, their sum, and what it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sum {
    /// The parts, each with its name.
    pub parts: Vec<Part>,
    /// Their sum.
    pub total: u64,
    /// What it must be, where that is known from elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub must_be: Option<u64>,
    /// Whether it is.
    pub holds: bool,
}

/// A named number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its name.
    pub of: String,
    /// The number.
    pub number: u64,
}

impl Sum {
    /// Adds up; without `must_be` it always holds.
    #[must_use]
    pub fn of(parts: Vec<Part>, must_be: Option<u64>) -> Self {
        let total = parts.iter().map(|part| part.number).sum();
        Self {
            parts,
            total,
            must_be,
            holds: must_be.is_none_or(|must| must == total),
        }
    }
}

/// A number against bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// The number.
    pub number: u64,
    /// It must not be below this.
    pub min: u64,
    /// Nor above this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
    /// Whether it is within.
    pub holds: bool,
}

impl Bounds {
    /// Holds a number against bounds.
    #[must_use]
    pub fn of(number: u64, min: u64, max: Option<u64>) -> Self {
        Self {
            number,
            min,
            max,
            holds: number >= min && max.is_none_or(|max| number <= max),
        }
    }
}

/// What a finding does to the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// No result until it is settled.
    Hold,
    /// The result stands, and people should know.
    Note,
}

/// 差异编码: what the reconciliation can find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Code {
    /// The counters differ in the votes for an option.
    #[serde(rename = "F101")]
    VotesDiffer,
    /// The counters differ in the number of papers.
    #[serde(rename = "F102")]
    PapersDiffer,
    /// The counters differ in the blank papers.
    #[serde(rename = "F103")]
    BlankDiffer,
    /// The counters differ in the void papers.
    #[serde(rename = "F104")]
    InvalidDiffer,
    /// The counters differ in the over-marked papers.
    #[serde(rename = "F105")]
    OverMarkedDiffer,
    /// There are not exactly two counters with a first count.
    #[serde(rename = "F106")]
    NotTwoCounters,
    /// Only one counter, or another pair, handed in a corrected count.
    #[serde(rename = "F107")]
    CorrectionIncomplete,
    /// A corrected count replaced the first.
    #[serde(rename = "F108")]
    Corrected,
    /// More papers than persons voting in this box.
    #[serde(rename = "F201")]
    MorePapersThanVoters,
    /// Fewer papers than persons voting in this box.
    #[serde(rename = "F202")]
    FewerPapersThanVoters,
    /// More persons voting than listed at this box.
    #[serde(rename = "F203")]
    MoreVotersThanListed,
    /// The boxes' lists do not add up to the roll.
    #[serde(rename = "F204")]
    ListsAreNotTheRoll,
    /// Somebody voted twice, or stands on two lists.
    #[serde(rename = "F205")]
    VotedTwice,
    /// Somebody voted who is not on the roll.
    #[serde(rename = "F206")]
    VoterNotOnRoll,
    /// A list of voters and the number of voters differ.
    #[serde(rename = "F207")]
    ListAndNumberDiffer,
    /// A count does not match its seal.
    #[serde(rename = "F301")]
    SealBroken,
    /// A count has no seal.
    #[serde(rename = "F302")]
    NoSeal,
    /// More votes by proxy than proxies that stand.
    #[serde(rename = "F401")]
    MoreProxyVotesThanProxies,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What.
    pub code: Code,
    /// What it does to the result.
    pub level: Level,
    /// In which box.
    #[serde(rename = "box", default, skip_serializing_if = "Option::is_none")]
    pub ballot_box: Option<String>,
    /// In which contest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contest: Option<String>,
    /// For which option, counter or person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The one number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one: Option<u64>,
    /// The other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<u64>,
}

impl Finding {
    /// A finding about the vote as a whole.
    pub(crate) fn new(code: Code, level: Level) -> Self {
        Self {
            code,
            level,
            ballot_box: None,
            contest: None,
            of: None,
            one: None,
            other: None,
        }
    }

    /// In this box.
    pub(crate) fn in_box(mut self, id: &str) -> Self {
        self.ballot_box = Some(id.to_owned());
        self
    }

    /// In this contest.
    pub(crate) fn in_contest(mut self, id: &str) -> Self {
        self.contest = Some(id.to_owned());
        self
    }

    /// About this option, counter or person.
    pub(crate) fn about(mut self, of: impl Into<String>) -> Self {
        self.of = Some(of.into());
        self
    }

    /// These two numbers differ.
    pub(crate) fn numbers(mut self, one: u64, other: u64) -> Self {
        self.one = Some(one);
        self.other = Some(other);
        self
    }
}

/// What became of the vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is decided.
    Decided,
    /// 无效: too few took part, or the boxes held more papers than persons voted.
    Invalid,
    /// Nothing is decided until findings are settled.
    Held,
}

/// What follows from the derivation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Whether it is decided.
    pub status: Status,
    /// Seats, contest by contest.
    pub contests: Vec<ContestOutcome>,
    /// The motion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub motion: Option<MotionOutcome>,
    /// The owners' decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owners: Option<OwnersOutcome>,
    /// Steps that do not hold and do not decide by themselves: what the law asks and was not done.
    pub defects: Vec<String>,
    /// What rests on rules that no source confirms: ids of steps, `ties`, `relatives`.
    pub unverified: Vec<String>,
}

/// Seats of one contest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContestOutcome {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub names: Text,
    /// 应选名额
    pub seats: u64,
    /// Whether only women are elected here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub for_women: bool,
    /// The sum over the boxes; nothing while counters differ.
    pub total: Option<Tally>,
    /// Everybody who got votes or stood, most votes first.
    pub standing: Vec<Standing>,
    /// Those who are level for the last seats, if nothing parts them yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tie: Option<LevelGroup>,
    /// Seats that stay empty; a tie's seats are not empty.
    pub vacant: u64,
}

impl ContestOutcome {
    /// 另行选举的候选人: who stands for the seats that stayed empty, leading first.
    ///
    /// The law takes those who were not elected in the order of their votes (居委会组织法 art. 19);
    /// as many as there are empty seats and `surplus` more, and whoever is level with the last.
    /// Those who cannot be elected are left out, and so is whoever gave way to a relative.
    #[must_use]
    pub fn rerun_candidates(&self, surplus: u64) -> Vec<&str> {
        let lost =
            |one: &&Standing| matches!(one.result, Fate::TooFew | Fate::Outvoted | Fate::LostLot);
        let losers: Vec<&Standing> = self.standing.iter().filter(lost).collect();
        let wanted = match self.vacant {
            0 => 0,
            vacant => usize::try_from(vacant.saturating_add(surplus)).unwrap_or(usize::MAX),
        };
        let last = losers.iter().take(wanted).next_back().map(|one| one.votes);
        let stands = losers
            .iter()
            .enumerate()
            .filter(|(place, one)| *place < wanted || Some(one.votes) == last);
        stands.map(|(_, one)| one.id.as_str()).collect()
    }
}

/// Candidates level for the last seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelGroup {
    /// They.
    pub candidates: Vec<String>,
    /// The seats between them.
    pub seats: u64,
    /// What parts them.
    pub method: Tie,
}

/// One candidate's result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// The id on papers.
    pub id: String,
    /// The name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The sex, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Near relatives among the candidates, seen from either side.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relatives: Vec<String>,
    /// Votes.
    pub votes: u64,
    /// What became of them.
    pub result: Fate,
}

/// What became of a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// 当选
    Elected,
    /// Not enough votes for the rule.
    TooFew,
    /// Enough votes, but others have more and the seats are taken.
    Outvoted,
    /// Enough votes, but the lot fell to others with as many.
    LostLot,
    /// Level with others for the last seats.
    Level,
    /// A near relative with more votes, or a higher post, sits already.
    Relative(String),
    /// Cannot be elected.
    Unfit(Vec<Unfit>),
    /// Nothing is decided.
    Undecided,
}

/// A motion's result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MotionOutcome {
    /// The sum over the boxes; nothing while counters differ.
    pub total: Option<Tally>,
    /// Whether it is carried.
    pub carried: bool,
}
