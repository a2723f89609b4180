//! How crowded facilities are: the two-step floating catchment area, plain and enhanced.
//!
//! Step one: each facility shares its capacity among the people within its catchment.
//! Step two: each demand adds up the shares of the facilities within its own.
//! The enhanced form lets people (and shares) count less the further they are, in both steps.
//!
//! Source: Luo and Wang 2003 (2SFCA); Luo and Qi 2009 (E2SFCA).

use serde::{Deserialize, Serialize};

use crate::told::{Told, told};
use crate::travel::{Leg, Legs};

/// Up to so many metres a way counts so much.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ring {
    /// The ring's outer edge, inclusive.
    pub metres: u32,
    /// What counts within it, from 0 to 1.
    pub weight: f64,
}

/// A catchment: rings from the inside out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Ring>", into = "Vec<Ring>")]
pub struct Catchment(Vec<Ring>);

impl Catchment {
    /// The plain form: everybody within counts fully.
    #[must_use]
    pub fn plain(metres: u32) -> Self {
        Self(vec![Ring {
            metres,
            weight: 1.0,
        }])
    }

    /// The enhanced form with thirds that count 1, 0.68 and 0.22 (Luo and Qi 2009).
    #[must_use]
    pub fn enhanced(metres: u32) -> Self {
        let ring = |third: u32, weight| Ring {
            metres: metres / 3 * third + metres % 3 * third / 3,
            weight,
        };
        Self(vec![ring(1, 1.0), ring(2, 0.68), ring(3, 0.22)])
    }

    /// Rings of one's own.
    ///
    /// # Errors
    /// When there are none, edges do not grow, or a weight is not between 0 and 1.
    pub fn of(rings: Vec<Ring>) -> Result<Self, Told> {
        if rings.is_empty() {
            return Err(told!(
                "服务范围至少要有一圈",
                "a catchment needs at least one ring"
            ));
        }
        if let Some(ring) = rings
            .iter()
            .find(|ring| !(0.0..=1.0).contains(&ring.weight))
        {
            return Err(told!(
                "每圈的权重在 0 到 1 之间，不能是 {}",
                "a ring's weight is between 0 and 1, not {}",
                ring.weight
            ));
        }
        if let Some(pair) = rings
            .windows(2)
            .find(|pair| pair[0].metres >= pair[1].metres)
        {
            let (inner, outer) = (pair[0].metres, pair[1].metres);
            return Err(told!(
                "各圈由内向外，{inner} 米之后却是 {outer} 米",
                "rings go outwards, but {outer} m follows {inner} m"
            ));
        }
        Ok(Self(rings))
    }

    /// The outermost edge.
    #[must_use]
    pub fn metres(&self) -> u32 {
        self.0.last().map_or(0, |ring| ring.metres)
    }

    /// The rings.
    #[must_use]
    pub fn rings(&self) -> &[Ring] {
        &self.0
    }

    /// The legs of a row that count, ring by ring.
    fn each<'a>(&'a self, mut row: &'a [Leg]) -> impl Iterator<Item = (f64, &'a [Leg])> {
        self.0.iter().map(move |ring| {
            let (inside, rest) = row.split_at(row.partition_point(|leg| leg.metres <= ring.metres));
            row = rest;
            (ring.weight, inside)
        })
    }
}

impl TryFrom<Vec<Ring>> for Catchment {
    type Error = Told;

    fn try_from(rings: Vec<Ring>) -> Result<Self, Told> {
        Self::of(rings)
    }
}

impl From<Catchment> for Vec<Ring> {
    fn from(catchment: Catchment) -> Self {
        catchment.0
    }
}

/// How crowded it is.
///
/// Units: capacity per person, in whatever capacity is counted in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Crowding {
    /// For each demand, the capacity a person finds there.
    pub access: Vec<f64>,
    /// For each facility, its capacity for each person (as far as they count) in its catchment;
    /// none where nobody is.
    pub share: Vec<Option<f64>>,
    /// For each facility, the people in its catchment, as far as they count.
    pub people: Vec<f64>,
}

/// Reckons crowding.
///
/// Shape: `people` has one entry a demand, `capacity` one a facility. Sums run in the order of the
/// lists, so the same input gives the same bits everywhere. A facility that nobody reaches gives
/// nothing to anybody.
///
/// # Errors
/// When a list is not as long as the legs say.
pub fn crowding(
    legs: &Legs,
    people: &[u64],
    capacity: &[u64],
    catchment: &Catchment,
) -> Result<Crowding, Told> {
    if people.len() != legs.demands() || capacity.len() != legs.sites() {
        let (demands, sites) = (legs.demands(), legs.sites());
        let (has, have) = (people.len(), capacity.len());
        return Err(told!(
            "有 {has} 个人数、{have} 个容量，却有 {demands} 个社区、{sites} 处设施",
            "{has} numbers of people and {have} capacities for {demands} demands and {sites} facilities"
        ));
    }
    let mut near = vec![0.0; legs.sites()];
    for (row, people) in legs.iter().zip(people) {
        for (weight, ring) in catchment.each(row) {
            let counts = weight * real(*people);
            for leg in ring {
                near[place(leg.site)] += counts;
            }
        }
    }
    let share: Vec<Option<f64>> = near
        .iter()
        .zip(capacity)
        .map(|(near, capacity)| (*near > 0.0).then(|| real(*capacity) / near))
        .collect();
    let gives: Vec<f64> = share.iter().map(|share| share.unwrap_or(0.0)).collect();
    let access = legs.iter().map(|row| {
        let rings = catchment.each(row);
        rings
            .map(|(weight, ring)| {
                weight * ring.iter().map(|leg| gives[place(leg.site)]).sum::<f64>()
            })
            .sum()
    });
    Ok(Crowding {
        access: access.collect(),
        share,
        people: near,
    })
}

fn place(site: u32) -> usize {
    usize::try_from(site).unwrap_or(usize::MAX)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a ratio of people: 53 bits are plenty"
)]
fn real(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn legs(rows: &[&[(u32, u32)]], sites: usize) -> Legs {
        let leg = |(site, metres): &(u32, u32)| Leg {
            metres: *metres,
            site: *site,
        };
        Legs::new(rows.iter().map(|row| row.iter().map(leg).collect()), sites)
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    #[test]
    fn two_steps_by_hand() {
        // Two clinics: the first serves both villages, the second only the second village.
        let legs = legs(&[&[(0, 500)], &[(0, 2500), (1, 1000)]], 3);
        let plain = crowding(&legs, &[100, 300], &[8, 6, 5], &Catchment::plain(3000)).unwrap();
        assert!(close(plain.access[0], 8.0 / 400.0));
        assert!(close(plain.access[1], 8.0 / 400.0 + 6.0 / 300.0));
        assert_eq!(plain.share[2], None);
        let faded = crowding(&legs, &[100, 300], &[8, 6, 5], &Catchment::enhanced(3000)).unwrap();
        let first = 8.0 / (100.0 + 0.22 * 300.0);
        assert!(close(faded.access[0], first));
        assert!(close(faded.access[1], 0.22 * first + 6.0 / 300.0));
    }

    #[test]
    fn rings_must_make_sense() {
        let ring = |metres, weight| Ring { metres, weight };
        assert!(Catchment::of(vec![]).is_err());
        assert!(
            Catchment::of(vec![ring(5, 1.0), ring(5, 0.5)])
                .unwrap_err()
                .en
                .contains("outwards")
        );
        assert!(
            Catchment::of(vec![ring(5, f64::NAN)])
                .unwrap_err()
                .en
                .contains("NaN")
        );
        let thirds: Vec<u32> = Catchment::enhanced(1000)
            .rings()
            .iter()
            .map(|ring| ring.metres)
            .collect();
        assert_eq!(thirds, [333, 666, 1000]);
        assert_eq!(Catchment::enhanced(3000).rings()[1].metres, 2000);
    }
}
