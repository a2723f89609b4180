//! Streets as a graph: crossings and the pieces of street between them, walked both ways.
//!
//! A place joins the streets at its nearest crossing; the way there is a straight line.
//! Shortest paths: Dijkstra 1959, from each site, no further than anybody asks.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::travel::{Leg, Legs, Point, Spot, whole_metres};

/// A piece of street between two crossings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Street {
    /// One end: the crossing's place in its list.
    pub from: u32,
    /// The other end.
    pub to: u32,
    /// Its length in millimetres.
    pub millimetres: u64,
}

/// A street network.
#[derive(Debug, Clone)]
pub struct Network {
    starts: Vec<usize>,
    ways: Vec<(u32, u64)>,
}

/// Where a place joins the streets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joint {
    /// The crossing.
    pub crossing: u32,
    /// The way to it in millimetres.
    pub millimetres: u64,
}

impl Network {
    /// A network of `crossings` crossings.
    ///
    /// # Errors
    /// Names the first street (by its place) that ends where no crossing is.
    pub fn new(crossings: usize, streets: &[Street]) -> Result<Self, usize> {
        let known = |end: u32| place(end) < crossings;
        if let Some(bad) = streets
            .iter()
            .position(|street| !known(street.from) || !known(street.to))
        {
            return Err(bad);
        }
        let mut counts = vec![0_usize; crossings + 1];
        for street in streets {
            counts[place(street.from) + 1] += 1;
            counts[place(street.to) + 1] += 1;
        }
        for at in 0..crossings {
            counts[at + 1] += counts[at];
        }
        let mut next = counts.clone();
        let mut ways = vec![(0, 0); 2 * streets.len()];
        for street in streets {
            for (from, to) in [(street.from, street.to), (street.to, street.from)] {
                ways[next[place(from)]] = (to, street.millimetres);
                next[place(from)] += 1;
            }
        }
        Ok(Self {
            starts: counts,
            ways,
        })
    }

    /// How many crossings.
    #[must_use]
    pub fn crossings(&self) -> usize {
        self.starts.len() - 1
    }

    /// For each place its nearest crossing, if one lies within `limit` metres.
    #[must_use]
    pub fn join(crossings: &[Spot], places: &[Spot], limit: u32) -> Vec<Option<Joint>> {
        let mut across: Vec<(Point, u32, f64)> = crossings
            .iter()
            .zip(0_u32..)
            .map(|(spot, number)| {
                let point = Point::from(*spot);
                (point, number, point.metres_along())
            })
            .collect();
        across.sort_by(|a, b| a.2.total_cmp(&b.2));
        let reach = f64::from(limit);
        let nearest = |spot: &Spot| {
            let from = Point::from(*spot);
            let start = across.partition_point(|(.., along)| *along < from.metres_along() - reach);
            across[start..]
                .iter()
                .take_while(|(.., along)| *along <= from.metres_along() + reach)
                .map(|(to, crossing, _)| (from.metres_to(*to), *crossing))
                .filter(|(metres, _)| *metres <= reach)
                .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
                .map(|(metres, crossing)| Joint {
                    crossing,
                    millimetres: u64::from(whole_metres(metres * 1000.0)),
                })
        };
        places.iter().map(nearest).collect()
    }

    /// Legs along the streets, up to `limit` metres (`None`: all). A place that joins no street has
    /// none.
    #[must_use]
    pub fn legs(
        &self,
        demands: &[Option<Joint>],
        sites: &[Option<Joint>],
        limit: Option<u32>,
    ) -> Legs {
        let limit_mm = limit.map_or(u64::MAX, |limit| u64::from(limit) * 1000 + 499);
        let mut rows: Vec<Vec<Leg>> = vec![Vec::new(); demands.len()];
        let mut far = vec![u64::MAX; self.crossings()];
        for (site, number) in sites.iter().zip(0_u32..) {
            let Some(joint) = site else { continue };
            self.walk(*joint, limit_mm, &mut far);
            for (row, demand) in rows.iter_mut().zip(demands) {
                let Some(demand) = demand else { continue };
                let path = far[place(demand.crossing)].saturating_add(demand.millimetres);
                if path <= limit_mm && path < u64::MAX {
                    let metres = u32::try_from((path + 500) / 1000).unwrap_or(u32::MAX);
                    row.push(Leg {
                        metres,
                        site: number,
                    });
                }
            }
        }
        Legs::new(rows, sites.len())
    }

    /// How far each crossing is from a joint; `u64::MAX` beyond the limit.
    fn walk(&self, from: Joint, limit: u64, far: &mut [u64]) {
        far.fill(u64::MAX);
        let mut queue = BinaryHeap::new();
        far[place(from.crossing)] = from.millimetres;
        queue.push(Reverse((from.millimetres, from.crossing)));
        while let Some(Reverse((so_far, at))) = queue.pop() {
            let at = place(at);
            if so_far > far[at] {
                continue;
            }
            for (to, length) in &self.ways[self.starts[at]..self.starts[at + 1]] {
                let path = so_far.saturating_add(*length);
                if path < far[place(*to)] && path <= limit {
                    far[place(*to)] = path;
                    queue.push(Reverse((path, *to)));
                }
            }
        }
    }
}

fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
