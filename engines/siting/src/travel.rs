//! How far it is on foot: in a straight line times a detour, or along streets.
//!
//! Distances are whole metres, rounded half up, so that what is counted and optimised later is
//! exact; what a threshold means is then the same on every machine.

use serde::{Deserialize, Serialize};

use crate::datum::{Coordinate, Datum};

/// Where something is: a coordinate, or metres on a plane of the surveyor's own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spot {
    /// On the earth.
    Earth(Coordinate),
    /// Metres east and north of some origin.
    Plane {
        /// Metres east.
        x: f64,
        /// Metres north.
        y: f64,
    },
}

/// A spot as a point in space, in metres: straight lines are then the same sum for both kinds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    at: [f64; 3],
    round: bool,
}

impl From<Spot> for Point {
    fn from(spot: Spot) -> Self {
        // WGS 84; CGCS2000's flattening differs by a tenth of a millimetre at the pole.
        const AXIS: f64 = 6_378_137.0;
        const FLATTENING: f64 = 1.0 / 298.257_223_563;
        match spot {
            Spot::Plane { x, y } => Self {
                at: [x, y, 0.0],
                round: false,
            },
            Spot::Earth(coordinate) => {
                let level = coordinate.to(Datum::Cgcs2000);
                let (lon, lat) = (level.lon().to_radians(), level.lat().to_radians());
                let sine = libm::sin(lat);
                let squash = FLATTENING * (2.0 - FLATTENING);
                let normal = AXIS / (1.0 - squash * sine * sine).sqrt();
                let ring = normal * libm::cos(lat);
                Self {
                    at: [
                        ring * libm::cos(lon),
                        ring * libm::sin(lon),
                        normal * (1.0 - squash) * sine,
                    ],
                    round: true,
                }
            }
        }
    }
}

impl Point {
    /// Metres along one axis: no two points are nearer than these differ.
    pub(crate) fn metres_along(self) -> f64 {
        self.at[1]
    }

    /// Metres in a straight line, along the ground where the ground is round.
    #[must_use]
    pub fn metres_to(self, other: Self) -> f64 {
        const RADIUS: f64 = 6_371_008.8;
        let [dx, dy, dz] = [0, 1, 2].map(|axis| self.at[axis] - other.at[axis]);
        let chord = (dx * dx + dy * dy + dz * dz).sqrt();
        if self.round && chord > 1000.0 {
            2.0 * RADIUS * libm::asin((chord / (2.0 * RADIUS)).min(1.0))
        } else {
            chord
        }
    }
}

/// From a demand to a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Leg {
    /// Whole metres.
    pub metres: u32,
    /// The site's place in its list.
    pub site: u32,
}

/// For each demand the sites within a limit, nearest first (equally near ones in their order).
///
/// Shape: demands × sites, rows compressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Legs {
    starts: Vec<usize>,
    legs: Vec<Leg>,
    sites: usize,
}

/// How a walk is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detour {
    /// Thousandths of the straight line: 1300 says that streets are 1.3 times as long.
    pub thousandths: u32,
}

impl Default for Detour {
    /// The straight line itself.
    fn default() -> Self {
        Self { thousandths: 1000 }
    }
}

impl Legs {
    /// Legs from each demand's legs in any order.
    #[must_use]
    pub fn new(rows: impl IntoIterator<Item = Vec<Leg>>, sites: usize) -> Self {
        let mut made = Self {
            starts: vec![0],
            legs: Vec::new(),
            sites,
        };
        for mut row in rows {
            row.sort_unstable();
            made.legs.append(&mut row);
            made.starts.push(made.legs.len());
        }
        made
    }

    /// Straight lines times the detour, up to `limit` metres (`None`: all).
    ///
    /// Rounding is half up: `floor(straight × detour + 0.5)`.
    #[must_use]
    pub fn straight(demands: &[Spot], sites: &[Spot], detour: Detour, limit: Option<u32>) -> Self {
        let factor = f64::from(detour.thousandths) / 1000.0;
        let mut across: Vec<(Point, u32)> = sites
            .iter()
            .zip(0_u32..)
            .map(|(spot, number)| (Point::from(*spot), number))
            .collect();
        // Sites in the order of one axis: those too far along it are never looked at.
        across.sort_by(|a, b| a.0.metres_along().total_cmp(&b.0.metres_along()));
        let within = limit.map_or(f64::INFINITY, |limit| {
            (f64::from(limit) + 1.0) / factor.max(1e-3)
        });
        let rows = demands.iter().map(|spot| {
            let from = Point::from(*spot);
            let start =
                across.partition_point(|(to, _)| to.metres_along() < from.metres_along() - within);
            let near = across[start..]
                .iter()
                .take_while(|(to, _)| to.metres_along() <= from.metres_along() + within);
            let legs = near.map(|(to, site)| Leg {
                metres: whole_metres(from.metres_to(*to) * factor),
                site: *site,
            });
            legs.filter(|leg| limit.is_none_or(|limit| leg.metres <= limit))
                .collect()
        });
        Self::new(rows, sites.len())
    }

    /// How many demands.
    #[must_use]
    pub fn demands(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many sites.
    #[must_use]
    pub fn sites(&self) -> usize {
        self.sites
    }

    /// The legs of one demand, nearest first.
    #[must_use]
    pub fn of(&self, demand: usize) -> &[Leg] {
        &self.legs[self.starts[demand]..self.starts[demand + 1]]
    }

    /// The legs of all demands in order.
    pub fn iter(&self) -> impl Iterator<Item = &[Leg]> {
        self.starts
            .windows(2)
            .map(|ends| &self.legs[ends[0]..ends[1]])
    }

    /// The legs of one demand that are no longer than `limit`.
    #[must_use]
    pub fn within(&self, demand: usize, limit: u32) -> &[Leg] {
        let row = self.of(demand);
        &row[..row.partition_point(|leg| leg.metres <= limit)]
    }
}

/// Rounds half up; what no whole number holds is the highest.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates at both ends, and distances are not negative"
)]
pub(crate) fn whole_metres(metres: f64) -> u32 {
    (metres + 0.5).floor() as u32
}

/// How long people walk: metres a minute.
///
/// The default, 60 (one metre a second), is an older person's pace and an assumption, not a norm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// Metres a minute.
    pub metres_a_minute: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            metres_a_minute: 60,
        }
    }
}

impl Pace {
    /// How far one gets.
    #[must_use]
    pub fn metres_in(self, minutes: u32) -> u32 {
        minutes.saturating_mul(self.metres_a_minute)
    }
}
