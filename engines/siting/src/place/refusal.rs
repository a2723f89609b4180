//! Why there is no plan.

use std::fmt;

use crate::told::{Told, told};

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The lists do not belong together.
    Shape {
        /// Which list.
        what: &'static str,
        /// Its length.
        has: usize,
        /// What its length should be.
        wants: usize,
    },
    /// More to choose than may be chosen.
    TooFewSites {
        /// How many are to be chosen.
        choose: usize,
        /// How many could be.
        candidates: usize,
    },
    /// Neither a site to choose nor one that stands.
    NoSite,
    /// Nobody to serve.
    Nobody,
    /// Capacities cannot hold everybody.
    NoRoom {
        /// How many people.
        people: u64,
        /// How many sites would be open.
        open: usize,
        /// How many people these hold at most.
        room: u64,
    },
    /// The sums would not be exact.
    TooLarge,
    /// The search found no choice that serves all.
    NoPlan,
    /// More pairs of demand and site than the solver is asked about.
    TooManyPairs {
        /// How many there are.
        pairs: usize,
        /// How many there may be.
        most: usize,
    },
    /// The solver failed.
    Solver(String),
    /// Search and solver say different things: one of them is wrong.
    Apart {
        /// The search's value.
        search: u64,
        /// The solver's value.
        solver: u64,
    },
}

impl Refusal {
    /// Why, in both languages.
    #[must_use]
    pub fn told(&self) -> Told {
        match self {
            Self::Shape { what, has, wants } => told!(
                "各列表长度不一（{what}）：给了 {has} 项，需要 {wants} 项",
                "{what}: {has} given, {wants} needed"
            ),
            Self::TooFewSites { choose, candidates } => told!(
                "要选 {choose} 处，可尚未设置的地点只有 {candidates} 处",
                "{choose} are to be chosen, but only {candidates} sites do not stand already"
            ),
            Self::NoSite => told!(
                "不选新址，也没有现有设施：至少选一处",
                "nothing is to be chosen and nothing stands: choose at least one"
            ),
            Self::Nobody => told!(
                "没有哪个社区有人能到达任何地点",
                "no demand has anybody who can reach a site"
            ),
            Self::NoRoom { people, open, room } => told!(
                "有 {people} 人需要容纳，容量最大的 {open} 处只能容纳 {room} 人",
                "{people} people need room, but the {open} largest choices hold {room}"
            ),
            Self::TooLarge => told!(
                "人数乘米数太大，不能精确相加：请用更大的单位",
                "people times metres are too many to be added exactly: count in larger units"
            ),
            Self::NoPlan => told!(
                "没有找到这么多处而能服务所有人的选法：请多选几处",
                "no choice of so many sites was found that serves everybody: choose more"
            ),
            Self::TooManyPairs { pairs, most } => told!(
                "社区与地点有 {pairs} 对，超过求解器的上限 {most}：请不用求解器，或缩短可达距离",
                "{pairs} pairs of a demand and a site are more than the solver is asked about ({most}): leave the solver out, or give a shorter reach"
            ),
            Self::Solver(why) => told!(
                "求解器没有得出答案：{why}",
                "the solver found no answer: {why}"
            ),
            Self::Apart { search, solver } => told!(
                "搜索得 {search}，求解器得 {solver}：两个都不作答案，请报告这个问题",
                "the search says {search}, the solver {solver}: neither is given as an answer; please report this task"
            ),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told().en)
    }
}
