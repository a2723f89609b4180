//! Coordinates that know which earth they lie on, and the way between the datums of national maps.
//!
//! CGCS2000 is China's own datum (GB/T 28584 and its kin), and on the ground it is WGS 84 to within
//! centimetres, so the two are read alike here.
//! Maps published in China are shifted: GCJ-02 by some hundreds of metres, BD-09 once more.
//! Mixing them moves a clinic to the other side of a canal, so every coordinate carries its datum
//! and is converted when it enters.
//!
//! Source: the shift is not published officially; this is the public reconstruction (Krasovsky 1940
//! ellipsoid, the polynomial with its sines; `eviltransform` and its many siblings), held in the
//! tests against the published points of that project.
//! The way back is found by iteration until it closes to a millionth of a metre.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::table::short;
use crate::told::{Told, told};

/// Which earth a longitude and a latitude lie on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Datum {
    /// 2000 国家大地坐标系.
    #[default]
    Cgcs2000,
    /// What satellite receivers give; on the ground the same as CGCS2000.
    Wgs84,
    /// 国测局坐标: national web maps.
    Gcj02,
    /// 百度坐标.
    Bd09,
}

impl FromStr for Datum {
    type Err = Told;

    fn from_str(text: &str) -> Result<Self, Told> {
        match text.to_ascii_lowercase().replace(['-', ' '], "").as_str() {
            "cgcs2000" => Ok(Self::Cgcs2000),
            "wgs84" => Ok(Self::Wgs84),
            "gcj02" => Ok(Self::Gcj02),
            "bd09" => Ok(Self::Bd09),
            _ => Err(told!(
                "没有坐标系“{}”：可用 cgcs2000、wgs84、gcj02、bd09",
                "no datum `{}`: cgcs2000, wgs84, gcj02 and bd09 are known",
                short(text)
            )),
        }
    }
}

impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cgcs2000 => "CGCS2000",
            Self::Wgs84 => "WGS 84",
            Self::Gcj02 => "GCJ-02",
            Self::Bd09 => "BD-09",
        })
    }
}

/// A point on the earth, in degrees, on its datum.
///
/// ```
/// use linli_siting::{Coordinate, Datum};
/// let seen = Coordinate::new(121.531_541_859_215, 31.175_303_983_645_97, Datum::Gcj02).unwrap();
/// let true_place = seen.to(Datum::Cgcs2000);
/// assert!((true_place.lon() - 121.527_210_6).abs() < 1e-9);
/// assert!((true_place.lat() - 31.177_427_6).abs() < 1e-9);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coordinate {
    lon: f64,
    lat: f64,
    datum: Datum,
}

impl Coordinate {
    /// A point, in degrees.
    ///
    /// # Errors
    /// When a number is not finite or lies beyond ±180 or ±90: say, when longitude and latitude
    /// were exchanged.
    pub fn new(lon: f64, lat: f64, datum: Datum) -> Result<Self, Told> {
        if !(-180.0..=180.0).contains(&lon) {
            return Err(told!(
                "经度 {lon} 不在 -180 到 180 之间",
                "longitude {lon} is not between -180 and 180"
            ));
        }
        if !(-90.0..=90.0).contains(&lat) {
            return Err(told!(
                "纬度 {lat} 不在 -90 到 90 之间（经度和纬度是否写反了？）",
                "latitude {lat} is not between -90 and 90 (are longitude and latitude exchanged?)"
            ));
        }
        Ok(Self { lon, lat, datum })
    }

    /// Degrees east.
    #[must_use]
    pub fn lon(self) -> f64 {
        self.lon
    }

    /// Degrees north.
    #[must_use]
    pub fn lat(self) -> f64 {
        self.lat
    }

    /// On which earth.
    #[must_use]
    pub fn datum(self) -> Datum {
        self.datum
    }

    /// The same place on another datum.
    #[must_use]
    pub fn to(self, datum: Datum) -> Self {
        let here = (self.lon, self.lat);
        let level = match self.datum {
            Datum::Cgcs2000 | Datum::Wgs84 => here,
            Datum::Gcj02 => unshift(here),
            Datum::Bd09 => unshift(untwist(here)),
        };
        let (lon, lat) = match (self.datum, datum) {
            (from, to) if from == to => here,
            (_, Datum::Cgcs2000 | Datum::Wgs84) => level,
            (Datum::Bd09, Datum::Gcj02) => untwist(here),
            (_, Datum::Gcj02) => shift(level),
            (Datum::Gcj02, Datum::Bd09) => twist(here),
            (_, Datum::Bd09) => twist(shift(level)),
        };
        Self { lon, lat, datum }
    }
}

/// Whether the shift applies: the rectangle that map services use for it.
fn shifted_here((lon, lat): (f64, f64)) -> bool {
    (72.004..=137.8347).contains(&lon) && (0.8293..=55.8271).contains(&lat)
}

/// From the true place to GCJ-02.
fn shift(at: (f64, f64)) -> (f64, f64) {
    if !shifted_here(at) {
        return at;
    }
    let (east, north) = offset(at);
    (at.0 + east, at.1 + north)
}

/// By how many degrees GCJ-02 moves a place.
fn offset((lon, lat): (f64, f64)) -> (f64, f64) {
    const AXIS: f64 = 6_378_245.0;
    const ECCENTRICITY2: f64 = 0.006_693_421_622_965_943;
    let turn = |x: f64| libm::sin(x * std::f64::consts::PI);
    let (x, y) = (lon - 105.0, lat - 35.0);
    let shared = 20.0 * turn(6.0 * x) + 20.0 * turn(2.0 * x);
    let root = x.abs().sqrt();
    let waves_north = shared
        + (20.0 * turn(y) + 40.0 * turn(y / 3.0))
        + (160.0 * turn(y / 12.0) + 320.0 * turn(y / 30.0));
    let waves_east = shared
        + (20.0 * turn(x) + 40.0 * turn(x / 3.0))
        + (150.0 * turn(x / 12.0) + 300.0 * turn(x / 30.0));
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + waves_north * 2.0 / 3.0;
    let east =
        300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves_east * 2.0 / 3.0;
    let sine = libm::sin(lat.to_radians());
    let bulge = 1.0 - ECCENTRICITY2 * sine * sine;
    let along = AXIS * (1.0 - ECCENTRICITY2) / (bulge * bulge.sqrt());
    let across = AXIS / bulge.sqrt() * libm::cos(lat.to_radians());
    ((east / across).to_degrees(), (north / along).to_degrees())
}

/// From GCJ-02 to the true place.
fn unshift(at: (f64, f64)) -> (f64, f64) {
    let found = back(at, |guess| {
        let (east, north) = offset(guess);
        (guess.0 + east, guess.1 + north)
    });
    // At the rectangle's edge a shifted point may lie outside and an unshifted one inside.
    if shifted_here(found) { found } else { at }
}

/// The wave number of BD-09's twist.
const TWIST: f64 = std::f64::consts::PI * 3000.0 / 180.0;

/// From GCJ-02 to BD-09.
fn twist((lon, lat): (f64, f64)) -> (f64, f64) {
    let length = (lon * lon + lat * lat).sqrt() + 0.000_02 * libm::sin(lat * TWIST);
    let angle = libm::atan2(lat, lon) + 0.000_003 * libm::cos(lon * TWIST);
    (
        length * libm::cos(angle) + 0.0065,
        length * libm::sin(angle) + 0.006,
    )
}

/// From BD-09 to GCJ-02.
fn untwist(at: (f64, f64)) -> (f64, f64) {
    back(at, twist)
}

/// The place that `forth` moves to `to`: both movements are small and smooth, so that correcting by
/// what is still missing closes in quickly.
fn back(to: (f64, f64), forth: impl Fn((f64, f64)) -> (f64, f64)) -> (f64, f64) {
    // 1e-11 degrees are a millionth of a metre.
    const CLOSE: f64 = 1e-11;
    let mut guess = to;
    for _ in 0..30 {
        let there = forth(guess);
        let missing = (to.0 - there.0, to.1 - there.1);
        if missing.0.abs() < CLOSE && missing.1.abs() < CLOSE {
            break;
        }
        guess = (guess.0 + missing.0, guess.1 + missing.1);
    }
    guess
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(lon: f64, lat: f64, datum: Datum) -> Coordinate {
        Coordinate::new(lon, lat, datum).unwrap()
    }

    fn near(a: Coordinate, b: Coordinate, degrees: f64) -> bool {
        (a.lon - b.lon).abs() < degrees && (a.lat - b.lat).abs() < degrees && a.datum == b.datum
    }

    /// The points that eviltransform publishes (Shanghai, Shenzhen, Beijing).
    const PUBLISHED: [[f64; 4]; 3] = [
        [
            31.177_427_6,
            121.527_210_6,
            31.175_303_983_645_97,
            121.531_541_859_215,
        ],
        [
            22.543_847,
            113.912_316,
            22.540_796_131_694_766,
            113.917_176_480_836_3,
        ],
        [
            39.911_954,
            116.377_817,
            39.913_345_455_360_69,
            116.384_047_224_556_57,
        ],
    ];

    #[test]
    fn published_points_agree() {
        for [lat, lon, lat2, lon2] in PUBLISHED {
            let (level, shifted) = (at(lon, lat, Datum::Wgs84), at(lon2, lat2, Datum::Gcj02));
            assert!(near(level.to(Datum::Gcj02), shifted, 1e-11));
            assert!(near(shifted.to(Datum::Wgs84), level, 1e-10));
        }
    }

    #[test]
    fn outside_the_rectangle_nothing_moves() {
        let denver = at(-104.9903, 39.7392, Datum::Wgs84);
        assert!(near(
            denver.to(Datum::Gcj02),
            at(-104.9903, 39.7392, Datum::Gcj02),
            1e-15
        ));
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(
            Coordinate::new(31.2, 121.5, Datum::Wgs84)
                .unwrap_err()
                .en
                .contains("exchanged")
        );
        assert!(Coordinate::new(f64::NAN, 31.0, Datum::Wgs84).is_err());
        assert!(Coordinate::new(121.0, f64::INFINITY, Datum::Wgs84).is_err());
        assert_eq!("BD-09".parse(), Ok(Datum::Bd09));
        assert!("mars".parse::<Datum>().is_err());
    }

    proptest! {
        #[test]
        fn every_way_there_leads_back(
            lon in 73.0..136.0_f64,
            lat in 2.0..54.0_f64,
            from in 0..4_usize,
            over in 0..4_usize,
        ) {
            let datums = [Datum::Cgcs2000, Datum::Wgs84, Datum::Gcj02, Datum::Bd09];
            let start = at(lon, lat, datums[from]);
            let back = start.to(datums[over]).to(datums[from]);
            // 1e-9 degrees are a tenth of a millimetre.
            prop_assert!(near(back, start, 1e-9), "{start:?} came back as {back:?}");
        }

        #[test]
        fn the_shift_is_some_hundred_metres(lon in 100.0..125.0_f64, lat in 20.0..45.0_f64) {
            let start = at(lon, lat, Datum::Cgcs2000);
            let moved = start.to(Datum::Gcj02);
            let (east, north) = (moved.lon - lon, moved.lat - lat);
            let metres = 111_000.0 * (east * east + north * north).sqrt();
            prop_assert!((20.0..1500.0).contains(&metres), "{metres}");
        }
    }
}
