//! Street networks from files: CSV of streets between numbered crossings, or `GeoJSON` lines.

use std::collections::BTreeMap;

use crate::datum::{Coordinate, Datum};
use crate::geojson::{Geometry, features};
use crate::network::{Network, Street};
use crate::table::{Fault, ID, Table, short};
use crate::told::told;
use crate::travel::{Point, Spot, whole_metres};

/// A network whose crossings have names, and places where known.
#[derive(Debug, Clone)]
pub struct Streets {
    /// The graph.
    pub network: Network,
    /// Where the crossings are; empty where only their names are known.
    pub spots: Vec<Spot>,
    /// The crossings by name.
    pub names: BTreeMap<String, u32>,
}

impl Streets {
    /// Reads CSV with columns `from`, `to` and `metres`, one street a line, walked both ways.
    /// `crossings` is a table of the crossings' ids and places, without which places must name the
    /// crossing they join at.
    ///
    /// # Errors
    /// The first fault.
    pub fn csv(file: &str, text: &str, crossings: Option<(&Table, Datum)>) -> Result<Self, Fault> {
        let table = Table::csv(file, text)?;
        let ends = [table.need(&["from", "起点"])?, table.need(&["to", "终点"])?];
        let metres = table.need(&["metres", "meters", "length", "米"])?;
        let (mut names, mut spots) = (BTreeMap::new(), Vec::new());
        if let Some((crossings, datum)) = crossings {
            spots = crossings.spots(datum)?;
            names = crossings.ids()?.into_iter().zip(0..).collect();
        }
        let closed = crossings.is_some();
        let mut number = |row: usize, field: usize, name: &str| -> Result<u32, Fault> {
            let next = u32::try_from(names.len()).unwrap_or(u32::MAX);
            match names.get(name) {
                Some(known) => Ok(*known),
                None if closed || name.is_empty() => {
                    let (name, columns) = (short(name), ID.join(", "));
                    let what = told!(
                        "没有编号为“{name}”的路口（{columns}）",
                        "no crossing has the id `{name}` ({columns})"
                    );
                    Err(table.fault(row, field, what))
                }
                None => Ok(*names.entry(name.to_owned()).or_insert(next)),
            }
        };
        let mut streets = Vec::with_capacity(table.len());
        let (from, to) = (table.texts(ends[0]), table.texts(ends[1]));
        for (row, length) in table.numbers(metres)?.into_iter().enumerate() {
            if length < 0.0 {
                let what = told!(
                    "街道长度不能是 {length} 米",
                    "a street is not {length} metres long"
                );
                return Err(table.fault(row, metres, what));
            }
            streets.push(Street {
                from: number(row, ends[0], from[row])?,
                to: number(row, ends[1], to[row])?,
                millimetres: u64::from(whole_metres(length * 1000.0)),
            });
        }
        Self::of(file, &streets, spots, names)
    }

    /// Reads `GeoJSON` lines: lines join where they share a corner, and are as long as on the ground.
    ///
    /// # Errors
    /// The first fault.
    pub fn geojson(file: &str, text: &str, datum: Datum) -> Result<Self, Fault> {
        let (named, lines) = features(file, text)?;
        let fault = |at, what| Fault::at(file, at, what);
        let datum = match named {
            Some(name) => name.parse().map_err(|what| fault((1, 1), what))?,
            None => datum,
        };
        let (mut corners, mut spots, mut streets) = (BTreeMap::new(), Vec::new(), Vec::new());
        for line in lines {
            let Some(Geometry::LineString { coordinates }) = line.geometry else {
                return Err(fault(
                    line.at,
                    told!("这个要素不是线", "the feature is not a line"),
                ));
            };
            let mut last: Option<u32> = None;
            for corner in coordinates {
                let [lon, lat, ..] = corner.as_slice() else {
                    return Err(fault(
                        line.at,
                        told!(
                            "转角要有经度和纬度",
                            "a corner has a longitude and a latitude"
                        ),
                    ));
                };
                let at = Coordinate::new(*lon, *lat, datum).map_err(|what| fault(line.at, what))?;
                let next = u32::try_from(spots.len()).unwrap_or(u32::MAX);
                let here = *corners
                    .entry((lon.to_bits(), lat.to_bits()))
                    .or_insert(next);
                if here == next {
                    spots.push(Spot::Earth(at));
                }
                if let Some(last) = last.replace(here) {
                    let spot =
                        |number: u32| Point::from(spots[usize::try_from(number).unwrap_or(0)]);
                    let metres = spot(last).metres_to(spot(here));
                    let millimetres = u64::from(whole_metres(metres * 1000.0));
                    streets.push(Street {
                        from: last,
                        to: here,
                        millimetres,
                    });
                }
            }
        }
        Self::of(file, &streets, spots, BTreeMap::new())
    }

    fn of(
        file: &str,
        streets: &[Street],
        spots: Vec<Spot>,
        names: BTreeMap<String, u32>,
    ) -> Result<Self, Fault> {
        let crossings = spots.len().max(names.len());
        let network = Network::new(crossings, streets).map_err(|street| {
            let what = told!(
                "第 {} 条街道的一端没有路口",
                "street {} ends nowhere",
                street + 1
            );
            Fault::at(file, (1, 1), what)
        })?;
        Ok(Self {
            network,
            spots,
            names,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Joint;

    #[test]
    fn the_way_round_is_walked() {
        let text = "from,to,metres\na,b,100\nb,c,200.5\na,c,400\n";
        let streets = Streets::csv("s.csv", text, None).unwrap();
        let joint = |name: &str| {
            Some(Joint {
                crossing: streets.names[name],
                millimetres: 0,
            })
        };
        let legs = streets
            .network
            .legs(&[joint("a"), None], &[joint("c")], None);
        assert_eq!(legs.of(0)[0].metres, 301);
        assert!(legs.of(1).is_empty());
        assert!(
            streets
                .network
                .legs(&[joint("a")], &[joint("c")], Some(300))
                .of(0)
                .is_empty()
        );
    }

    #[test]
    fn lines_join_at_corners() {
        let text = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[121.0,31.0],[121.01,31.0]]}},
{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[121.01,31.0],[121.01,31.01]]}}]}"#;
        let streets = Streets::geojson("s.geojson", text, Datum::Wgs84).unwrap();
        let ends = Network::join(&streets.spots, &[streets.spots[0], streets.spots[2]], 10);
        let legs = streets.network.legs(&ends[..1], &ends[1..], None);
        // On the ellipsoid a hundredth of a degree is 954.9 m east and 1108.7 m north here.
        assert_eq!(legs.of(0)[0].metres, 2064);
        let fault = Streets::csv("s.csv", "from,to,metres\na,b,-1\n", None).unwrap_err();
        assert_eq!((fault.line, fault.column), (2, 3));
    }
}
