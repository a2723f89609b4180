//! What an analysis says: everything a page, a picture or a checker needs, in one value that can be
//! written as JSON (`docs/schemas/opinion.schema.json`).

use serde::{Deserialize, Serialize};

use crate::name::Name;
use crate::stats::{Consensus, Counts, GroupAware, Representative};

/// The name and version of the form of a result.
pub const FORMAT: &str = "linli-opinion/1";

/// Options that are part of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// A person is in the conversation after so many votes, or after all.
    pub entry_votes: usize,
    /// With fewer people in it than this, those who voted most are let in; fewer people in all are
    /// not mapped.
    pub least_people: usize,
    /// Groups of fewer people are not described.
    pub least_group: usize,
    /// About how many base clusters are made.
    pub base_clusters: usize,
    /// The most groups that are tried.
    pub most_groups: usize,
    /// So many analyses in a row must find another number of groups before it is shown, or other groups
    /// that fit clearly better before known ones give way.
    pub patience: u32,
    /// Statements that nobody has looked at count as moderated out.
    pub strict_moderation: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            entry_votes: 7,
            least_people: 15,
            least_group: 5,
            base_clusters: 100,
            most_groups: 5,
            patience: 4,
            strict_moderation: false,
        }
    }
}

/// Which votes a result is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// SHA-256 over the votes in canonical order.
    pub votes_sha256: String,
    /// How many people have voted.
    pub people: usize,
    /// How many statements have votes.
    pub statements: usize,
    /// How many votes there are.
    pub votes: usize,
    /// The statements that are left out: moderated out, or metadata.
    pub moderated_out: Vec<i64>,
    /// Those of them that are metadata.
    pub meta: Vec<i64>,
}

/// Something that the analysis cannot say, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// A lasting name: `too_few_people`, `group_too_small`, `no_difference`, `one_direction`,
    /// `directions_tie`, `no_groups`.
    pub code: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// The two directions in which opinions differ most.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Directions {
    /// The variance along each (over people − 1).
    pub explained_variance: [f64; 2],
    /// Its share of all variance.
    pub explained_variance_ratio: [f64; 2],
    /// All variance.
    pub total_variance: f64,
    /// Multiplications until it stood.
    pub steps: u32,
    /// ‖Gv − λv‖ / λ₁ of each.
    pub residuals: [f64; 2],
}

/// One person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// As in the file of votes.
    pub id: Name,
    /// How many votes they cast.
    pub votes: u32,
    /// Where they stand; nothing where no map can be drawn.
    pub x: Option<f64>,
    /// Where they stand.
    pub y: Option<f64>,
    /// Whether they have voted enough to count for groups.
    pub in_conversation: bool,
    /// Their base cluster.
    pub base_cluster: Option<usize>,
    /// Their group; nothing where the group is too small to be named.
    pub group: Option<usize>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stated {
    /// Its id.
    pub id: i64,
    /// Its words, where `comments.csv` gives them.
    pub text: String,
    /// Left out of the map: moderated out, or metadata.
    pub moderated_out: bool,
    /// A statement about the people, not an opinion.
    pub meta: bool,
    /// The mean of its votes (0 where it is left out).
    pub mean: f64,
    /// Its part in the first and second direction.
    pub components: [f64; 2],
    /// Where somebody would stand who only agreed with it.
    pub x: f64,
    /// Where somebody would stand who only agreed with it.
    pub y: f64,
    /// How far that is from the middle.
    pub extremity: f64,
    /// How everybody voted.
    pub everyone: Counts,
    /// How those in the conversation voted.
    pub in_conversation: Counts,
    /// How much it should be shown next.
    pub priority: f64,
    /// The product of the groups' probabilities; nothing without groups.
    pub group_aware_consensus: Option<GroupAware>,
}

/// People who stand close together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaseCluster {
    /// 0, 1, 2 …
    pub id: usize,
    /// The mean of their places.
    pub x: f64,
    /// The mean of their places.
    pub y: f64,
    /// How many they are.
    pub people: usize,
}

/// The groups for one number of groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupsOf {
    /// How many groups.
    pub k: usize,
    /// Sum of the squares of the distances to one's group's centre, over people or base clusters.
    pub inertia: f64,
    /// How well they are apart, −1 … 1.
    pub silhouette: f64,
    /// Their centres.
    pub centres: Vec<[f64; 2]>,
}

/// Over what groups were made and silhouettes taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// Over the people.
    People,
    /// Over base clusters, each weighing as much as it has people: a person is in the group of their
    /// base cluster.
    BaseClusters,
}

/// How the number of groups came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The number of groups that is shown.
    pub k: usize,
    /// The number with the best silhouette in this analysis.
    pub best_k: usize,
    /// How many analyses in a row found it best.
    pub streak: u32,
    /// Over what groups were made and silhouettes taken.
    pub measured_over: Measured,
}

/// How a group voted on one statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupVotes {
    /// The statement.
    pub statement: i64,
    /// The votes.
    #[serde(flatten)]
    pub counts: Counts,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// 0, 1, 2 …; lasting from one analysis to the next through the state.
    pub id: usize,
    /// How many people; nothing where they are too few to be described.
    pub people: Option<usize>,
    /// Its centre; nothing where it is too small.
    pub centre: Option<[f64; 2]>,
    /// Too small to be described.
    pub withheld: bool,
    /// The statements that speak for it.
    pub representative: Vec<Representative>,
    /// How it voted.
    pub votes: Vec<GroupVotes>,
}

/// What a checker needs beyond the rest of the result; see [`crate::verify`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// The two largest eigenvalues of the scatter matrix.
    pub eigenvalues: [f64; 2],
    /// No direction at right angles to the two has an eigenvalue above this.
    pub all_others_at_most: f64,
    /// People who are in the conversation because they were before.
    pub stayed: Vec<Name>,
    /// The number of groups shown before, the number best before, and for how long.
    pub before: Option<Smoothing>,
}

/// The memory of the number of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Smoothing {
    /// Shown.
    pub shown_k: usize,
    /// Best in the last analysis.
    pub last_k: usize,
    /// In so many analyses in a row.
    pub streak: u32,
}

/// What the next analysis begins with. It is part of the input: the same votes and the same state
/// give the same bytes, in a process that kept running as in one that was started anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// [`FORMAT`].
    pub format: String,
    /// Who is in the conversation though they have fewer votes than a person needs to be in it by
    /// right, in the order of people (numbers by value, then other names).
    pub in_conversation: Vec<Name>,
    /// The statements that the directions are about.
    pub statements: Vec<i64>,
    /// For each of them its part in four directions.
    pub directions: Vec<[f64; 4]>,
    /// The centres of the base clusters.
    pub base_clusters: Vec<[f64; 2]>,
    /// The centres of 2, 3, … groups.
    pub groupings: Vec<Vec<[f64; 2]>>,
    /// For each of these, in how many analyses in a row other groups fitted clearly better.
    #[serde(default)]
    pub beaten: Vec<u32>,
    /// The memory of the number of groups.
    pub smoothing: Option<Smoothing>,
}

/// An analysis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// [`FORMAT`].
    pub format: String,
    /// Which votes.
    pub input: Input,
    /// Which options.
    pub settings: Settings,
    /// What it cannot say.
    pub limits: Vec<Limit>,
    /// The directions of the map; nothing where no map can be drawn.
    pub directions: Option<Directions>,
    /// The number of groups; nothing where there are none.
    pub choice: Option<Choice>,
    /// The groups that are shown.
    pub groups: Vec<Group>,
    /// Where most say the same.
    pub consensus: Consensus,
    /// Statements that may be shown, the most needed first.
    pub show_next: Vec<i64>,
    /// Every statement, by id.
    pub statements: Vec<Stated>,
    /// The groups for each number of groups that was tried.
    pub groupings: Vec<GroupsOf>,
    /// The base clusters.
    pub base_clusters: Vec<BaseCluster>,
    /// Everybody, by id.
    pub people: Vec<Person>,
    /// For the checker.
    pub certificate: Certificate,
    /// For the next analysis.
    pub state: State,
}
