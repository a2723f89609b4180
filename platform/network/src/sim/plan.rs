//! The trouble of a simulated stretch of time, planned from the seed before it begins, so that it can
//! be replayed in part: a failing seed is shrunk by leaving episodes out.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Milliseconds of a day.
pub(super) const DAY: i64 = 86_400_000;

/// One piece of trouble.
#[derive(Debug, Clone, Copy)]
pub(super) struct Episode {
    /// When.
    pub(super) at: i64,
    /// To which machine.
    pub(super) machine: usize,
    /// What.
    pub(super) trouble: Trouble,
}

/// What can go wrong.
#[derive(Debug, Clone, Copy)]
pub(super) enum Trouble {
    /// The process dies; it comes back after so many milliseconds.
    Crash(i64),
    /// The line to the parent is dead for so long.
    Cut(i64),
    /// The clock is wrong by so many seconds for so long.
    Clock(i64, i64),
    /// The disk takes no writes for so long.
    Full(i64),
    /// A backup is taken.
    Backup,
    /// The last backup is restored, as the operator's guide says.
    Restore,
    /// An old copy of the disk is put back, and nobody says so.
    OldDisk,
    /// A copy of the node runs beside it for so long.
    Clone(i64),
    /// The disk is gone.
    Lost,
    /// The parent revokes the node.
    Revoke,
    /// Two officers take a stream of the node over although it is only cut off.
    TakeOver,
    /// The node writes an entry against the rules: a wrong predecessor, or a stream of another.
    Misbehave(bool),
    /// Someone sends the parent a stretch that was tampered with, has a gap or is not signed.
    Forge(u8),
}

/// How many machines: a district, two streets, five committees.
pub(super) const MACHINES: usize = 8;

/// The machine above each.
pub(super) const PARENTS: [Option<usize>; MACHINES] = [
    None,
    Some(0),
    Some(0),
    Some(1),
    Some(1),
    Some(1),
    Some(2),
    Some(2),
];

/// Each machine's area.
pub(super) const AREAS: [&str; MACHINES] = [
    "310117",
    "310117/310117001",
    "310117/310117002",
    "310117/310117001/310117001001",
    "310117/310117001/310117001002",
    "310117/310117001/310117001003",
    "310117/310117002/310117002001",
    "310117/310117002/310117002002",
];

const MINUTE: i64 = 60_000;

/// The trouble of `days` days.
pub(super) fn plan(seed: u64, days: u32) -> Vec<Episode> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x6c69_6e6c_695f_706c);
    let end = i64::from(days) * DAY;
    let mut episodes = Vec::new();
    for (machine, parent) in PARENTS.into_iter().enumerate() {
        let mut add =
            |every: i64, rng: &mut ChaCha8Rng, make: &dyn Fn(&mut ChaCha8Rng) -> Trouble| {
                let mut at = rng.random_range(0..2 * every);
                while at < end {
                    let trouble = make(rng);
                    episodes.push(Episode {
                        at,
                        machine,
                        trouble,
                    });
                    at += rng.random_range(1..2 * every);
                }
            };
        // At least one crash a node every two days.
        add(DAY * 3 / 2, &mut rng, &|rng| {
            Trouble::Crash(rng.random_range(1_000..60 * MINUTE))
        });
        add(20 * DAY, &mut rng, &|rng| {
            Trouble::Full(rng.random_range(MINUTE..DAY))
        });
        add(15 * DAY, &mut rng, &|_| Trouble::Backup);
        add(40 * DAY, &mut rng, &|rng| clock(rng));
        add(150 * DAY, &mut rng, &|_| Trouble::Restore);
        if machine == 0 {
            continue;
        }
        add(7 * DAY, &mut rng, &|rng| {
            Trouble::Cut(rng.random_range(MINUTE..8 * 60 * MINUTE))
        });
        add(60 * DAY, &mut rng, &|rng| {
            Trouble::Cut(rng.random_range(DAY..14 * DAY))
        });
        add(30 * DAY, &mut rng, &|rng| {
            Trouble::Forge(rng.random_range(0..4))
        });
        add(60 * DAY, &mut rng, &|rng| {
            Trouble::Misbehave(rng.random_bool(0.5))
        });
        if parent != Some(0) {
            add(400 * DAY, &mut rng, &|_| Trouble::Cut(60 * DAY));
            add(200 * DAY, &mut rng, &|_| Trouble::OldDisk);
            add(250 * DAY, &mut rng, &|rng| {
                Trouble::Clone(rng.random_range(DAY..10 * DAY))
            });
            add(300 * DAY, &mut rng, &|_| Trouble::Lost);
            add(400 * DAY, &mut rng, &|_| Trouble::Revoke);
            add(60 * DAY, &mut rng, &|_| Trouble::TakeOver);
        }
    }
    episodes.sort_by_key(|episode| episode.at);
    only_used_backups(&mut episodes);
    episodes
}

/// A backup that the next one replaces before anybody used it need not be taken.
fn only_used_backups(episodes: &mut Vec<Episode>) {
    let mut used = [false; MACHINES];
    episodes.reverse();
    episodes.retain(|episode| {
        let used = &mut used[episode.machine];
        match episode.trouble {
            Trouble::Restore | Trouble::OldDisk | Trouble::Clone(_) => *used = true,
            Trouble::Backup => return std::mem::take(used),
            _ => {}
        }
        true
    });
    episodes.reverse();
}

fn clock(rng: &mut ChaCha8Rng) -> Trouble {
    const YEAR: i64 = 365 * 86_400;
    let most = [120, 7_200, YEAR, 10 * YEAR][rng.random_range(0..4)];
    Trouble::Clock(
        rng.random_range(-most..=most),
        rng.random_range(MINUTE..3 * DAY),
    )
}
