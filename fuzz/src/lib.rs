//! Every reader of bytes from outside, as a fuzz target: what must hold of any bytes at all.
//!
//! A target reads the bytes, asserts what must hold, and says whether the bytes were taken.
//! The same targets run in two ways: guided by coverage under libFuzzer (`make fuzz`), and for a
//! moment in the tests (`tests/it`), over what lies in `corpus/` and seeded changes of it.

mod ballot;
mod budgeting;
#[cfg(feature = "node")]
mod journal;
pub mod mutate;
mod numbers;
mod opinion;
mod policy;
mod seeds;
mod siting;
mod trail;

pub use seeds::seeds;

/// A reader and what must hold of it.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name; its own seeds and what was ever found lie in `corpus/<name>/`.
    pub name: &'static str,
    /// Reads the bytes; panics where something that must hold does not. Whether they were taken.
    pub run: fn(&[u8]) -> bool,
    /// Further seeds: files of the repository, by their paths from its top.
    pub files: &'static [&'static str],
    /// How many changed inputs the tests try.
    pub tries: u32,
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target {
        name: "policy_file",
        run: policy::file,
        files: &[
            "engines/policy/examples/country-template.toml",
            "catalogue/policies/elder-allowance.toml",
        ],
        tries: 60,
    },
    Target {
        name: "policy_household",
        run: policy::household,
        files: &[],
        tries: 1_000,
    },
    Target {
        name: "policy_population",
        run: policy::population,
        files: &[],
        tries: 1_000,
    },
    Target {
        name: "budget_file",
        run: budgeting::file,
        files: &[],
        tries: 300,
    },
    Target {
        name: "budget_result",
        run: budgeting::result,
        files: &[],
        tries: 1_000,
    },
    Target {
        name: "opinion_votes",
        run: opinion::votes,
        files: &[],
        tries: 300,
    },
    Target {
        name: "opinion_comments",
        run: opinion::comments,
        files: &["engines/opinion/tests/data/brexit-consensus/comments.csv"],
        tries: 500,
    },
    Target {
        name: "ballot_procedure",
        run: ballot::procedure,
        files: &[
            "catalogue/procedures/residents-election.toml",
            "catalogue/procedures/owners-assembly.toml",
        ],
        tries: 200,
    },
    Target {
        name: "ballot_election",
        run: ballot::election,
        files: &["engines/ballot/example/ELECTION.toml"],
        tries: 300,
    },
    Target {
        name: "ballot_counts",
        run: ballot::counts_file,
        files: &["engines/ballot/example/COUNTS.csv"],
        tries: 300,
    },
    Target {
        name: "ballot_owners",
        run: ballot::owners_file,
        files: &[],
        tries: 300,
    },
    Target {
        name: "ballot_result",
        run: ballot::result_file,
        files: &[],
        tries: 300,
    },
    Target {
        name: "ballot_order",
        run: ballot::order_never_matters,
        files: &[],
        tries: 150,
    },
    Target {
        name: "ballot_more",
        run: ballot::one_more_vote_never_unseats,
        files: &[],
        tries: 150,
    },
    Target {
        name: "ballot_channels",
        run: ballot::channels_make_up_the_roll,
        files: &[],
        tries: 150,
    },
    Target {
        name: "ballot_verified",
        run: ballot::every_result_is_verified,
        files: &[],
        tries: 150,
    },
    Target {
        name: "siting_table",
        run: siting::table,
        files: &[],
        tries: 1_000,
    },
    Target {
        name: "siting_geojson",
        run: siting::geojson,
        files: &[],
        tries: 1_000,
    },
    Target {
        name: "siting_streets",
        run: siting::streets,
        files: &[],
        tries: 1_000,
    },
    Target {
        name: "siting_plan",
        run: siting::plan,
        files: &[],
        tries: 1_000,
    },
    Target {
        name: "numbers",
        run: numbers::numbers,
        files: &[],
        tries: 2_000,
    },
    Target {
        name: "calendar",
        run: numbers::calendar,
        files: &["catalogue/calendars/china-workdays.toml"],
        tries: 100,
    },
    #[cfg(feature = "node")]
    Target {
        name: "entry",
        run: journal::entry,
        files: &[],
        tries: 1_000,
    },
    #[cfg(feature = "node")]
    Target {
        name: "receipt",
        run: journal::receipt,
        files: &[],
        tries: 300,
    },
    Target {
        name: "checkpoint",
        run: trail::checkpoint,
        files: &[],
        tries: 300,
    },
];

/// The target called `name`.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|one| one.name == name)
}
