//! What is wrong with a plan.

use std::fmt;

use crate::told::{Told, told};

/// What is wrong with a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// The choice is not one the task allows.
    Choice(Told),
    /// People are not where the plan says they may go.
    Goes {
        /// Which demand.
        demand: usize,
        /// What is wrong.
        what: Told,
    },
    /// A site has more people than it holds.
    Full {
        /// Which site.
        site: usize,
        /// How many go there.
        people: u64,
        /// How many it holds.
        room: u64,
    },
    /// The value is not what the assignment adds up to.
    Value {
        /// As the plan says.
        said: u64,
        /// As it adds up.
        sum: u64,
    },
    /// A step of the certificate does not follow.
    Step {
        /// Which step.
        step: usize,
        /// What is wrong.
        what: Told,
    },
    /// The certificate shows less than the plan says.
    Bound {
        /// As the plan says.
        said: u64,
        /// What is shown.
        shown: u64,
    },
}

impl Flaw {
    /// What is wrong, in both languages.
    #[must_use]
    pub fn told(&self) -> Told {
        match self {
            Self::Choice(what) => told!(
                "这样选不允许：{what}",
                "the choice is not allowed: {what}",
                [what]
            ),
            Self::Goes { demand, what } => Told {
                zh: format!("社区 {demand}：{}", what.zh),
                en: format!("demand {demand}: {}", what.en),
            },
            Self::Full { site, people, room } => told!(
                "地点 {site} 去了 {people} 人，只能容纳 {room} 人",
                "site {site} gets {people} people but holds {room}"
            ),
            Self::Value { said, sum } => told!(
                "方案写的是 {said}，按其自身数字应为 {sum}",
                "the plan says {said} where its own figures give {sum}"
            ),
            Self::Step { step, what } => Told {
                zh: format!("证明的第 {step} 步：{}", what.zh),
                en: format!("step {step} of the certificate: {}", what.en),
            },
            Self::Bound { said, shown } => told!(
                "证明只得出界限 {shown}，不是 {said}",
                "the certificate shows a bound of {shown}, not {said}"
            ),
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told().en)
    }
}
