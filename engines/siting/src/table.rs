//! Places from CSV and `GeoJSON`: one table for both, and every fault with file, line and column.
//!
//! Columns are known by English or Chinese names. A coordinate is `lon` and `lat` (经度, 纬度) in
//! degrees, on the datum of its row (`datum`, 坐标系) or the one the caller names, or `x` and `y` in
//! metres. `GeoJSON` has points, on WGS 84 unless the collection or the feature says `datum`.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::datum::{Coordinate, Datum};
use crate::travel::Spot;

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {what}")]
pub struct Fault {
    /// The file's name.
    pub file: String,
    /// From 1.
    pub line: u64,
    /// The field of a CSV line, or the character of a JSON line; from 1.
    pub column: u64,
    /// What is wrong.
    pub what: String,
}

/// Rows with named fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    file: String,
    header: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    fields: Vec<String>,
    line: u64,
    /// The character a feature begins at; none for CSV, whose columns are fields.
    column: Option<u64>,
}

/// Names a column goes by.
type Names = &'static [&'static str];

/// Who or what a row is.
pub const ID: Names = &["id", "code", "编号", "代码"];
/// Its people, or their weight.
pub const PEOPLE: Names = &["people", "population", "weight", "人数", "人口"];
/// How many a facility holds.
pub const CAPACITY: Names = &["capacity", "容量", "名额", "床位"];
/// Whether a site stands already.
pub const STANDS: Names = &["existing", "stands", "已有", "现有"];
/// The crossing a place joins the streets at.
pub const NODE: Names = &["node", "crossing", "路口"];
const LON: Names = &["lon", "lng", "longitude", "经度"];
const LAT: Names = &["lat", "latitude", "纬度"];
const DATUM: Names = &["datum", "坐标系"];

impl Table {
    /// Reads CSV with a header line.
    ///
    /// # Errors
    /// The first fault.
    pub fn csv(file: &str, text: &str) -> Result<Self, Fault> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let fault = |line, column, what: String| Fault {
            file: file.to_owned(),
            line,
            column,
            what,
        };
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut records = reader.records();
        let mut next = || {
            records.next().transpose().map_err(|error| {
                let line = error.position().map_or(1, csv::Position::line);
                fault(line, 1, error.to_string())
            })
        };
        let Some(first) = next()? else {
            return Err(fault(
                1,
                1,
                "the file is empty: a header line is needed".to_owned(),
            ));
        };
        let header: Vec<String> = first.iter().map(str::to_lowercase).collect();
        let mut seen = BTreeSet::new();
        for (name, column) in header.iter().zip(1..) {
            if !seen.insert(name) {
                return Err(fault(1, column, format!("column `{name}` is there twice")));
            }
        }
        let mut rows = Vec::new();
        while let Some(record) = next()? {
            let line = record.position().map_or(0, csv::Position::line);
            if record.len() != header.len() {
                let (has, wants) = (record.len(), header.len());
                let column = u64::try_from(has.min(wants)).unwrap_or(0) + 1;
                return Err(fault(
                    line,
                    column,
                    format!("{has} fields where the header has {wants}"),
                ));
            }
            let fields = record.iter().map(str::to_owned).collect();
            rows.push(Row {
                fields,
                line,
                column: None,
            });
        }
        Ok(Self {
            file: file.to_owned(),
            header,
            rows,
        })
    }

    /// Reads a `GeoJSON` collection of points: properties become fields, the point `lon` and `lat`.
    ///
    /// # Errors
    /// The first fault.
    pub fn geojson(file: &str, text: &str) -> Result<Self, Fault> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (datum, features) = features(file, text)?;
        let mut table = Self {
            file: file.to_owned(),
            header: ["lon", "lat", "datum"].map(str::to_owned).to_vec(),
            rows: Vec::new(),
        };
        for Feature {
            at: (line, column),
            geometry,
            mut properties,
            id,
        } in features
        {
            let fault = |what: String| Fault {
                file: file.to_owned(),
                line,
                column,
                what,
            };
            let (lon, lat) = match &geometry {
                Some(Geometry::Point { coordinates }) => match coordinates.as_slice() {
                    [lon, lat, ..] => (*lon, *lat),
                    _ => return Err(fault("a point has a longitude and a latitude".to_owned())),
                },
                _ => return Err(fault("the feature is not a point".to_owned())),
            };
            if let Some(id) = id {
                properties.entry("id").or_insert(id);
            }
            properties
                .entry("datum")
                .or_insert_with(|| Value::from(datum.clone()));
            let mut fields = vec![lon.to_string(), lat.to_string(), String::new()];
            for (name, value) in properties {
                let name = name.to_lowercase();
                let place = table
                    .header
                    .iter()
                    .position(|known| *known == name)
                    .unwrap_or_else(|| {
                        table.header.push(name);
                        table.header.len() - 1
                    });
                fields.resize(fields.len().max(place + 1), String::new());
                // The geometry is the place, whatever properties say.
                if place >= 2 {
                    fields[place] = plain(&value);
                }
            }
            table.rows.push(Row {
                fields,
                line,
                column: Some(column),
            });
        }
        let width = table.header.len();
        for row in &mut table.rows {
            row.fields.resize(width, String::new());
        }
        Ok(table)
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A fault at a field of a row.
    #[must_use]
    pub fn fault(&self, row: usize, field: usize, what: String) -> Fault {
        let file = self.file.clone();
        let at = self.rows.get(row);
        Fault {
            file,
            line: at.map_or(1, |row| row.line),
            column: at
                .and_then(|row| row.column)
                .unwrap_or(u64::try_from(field).unwrap_or(0) + 1),
            what,
        }
    }

    /// The place of a column, by the first of its names.
    #[must_use]
    pub fn find(&self, names: &[&str]) -> Option<usize> {
        names
            .iter()
            .find_map(|name| self.header.iter().position(|known| known == name))
    }

    /// The place of a column that must be there.
    ///
    /// # Errors
    /// Names the columns that are there.
    pub fn need(&self, names: &[&str]) -> Result<usize, Fault> {
        self.find(names).ok_or_else(|| {
            let (named, there) = (names.join(" or "), self.header.join(", "));
            let file = self.file.clone();
            Fault {
                file,
                line: 1,
                column: 1,
                what: format!("no column {named} among {there}"),
            }
        })
    }

    /// The rows' ids, all different; their numbers where there is no such column.
    ///
    /// # Errors
    /// An id that is empty or there twice.
    pub fn ids(&self) -> Result<Vec<String>, Fault> {
        let Some(field) = self.find(ID) else {
            return Ok((1..=self.rows.len()).map(|row| row.to_string()).collect());
        };
        let mut seen = BTreeSet::new();
        for (number, row) in self.rows.iter().enumerate() {
            let id = row.fields[field].as_str();
            if id.is_empty() {
                return Err(self.fault(number, field, "the id is empty".to_owned()));
            }
            if !seen.insert(id) {
                return Err(self.fault(number, field, format!("id `{id}` is there twice")));
            }
        }
        Ok(self
            .rows
            .iter()
            .map(|row| row.fields[field].clone())
            .collect())
    }

    /// The text of a column.
    #[must_use]
    pub fn texts(&self, field: usize) -> Vec<&str> {
        self.rows
            .iter()
            .map(|row| row.fields[field].as_str())
            .collect()
    }

    /// The whole numbers of a column. Empty fields are 0.
    ///
    /// # Errors
    /// The first field that is no whole number of at least 0.
    pub fn counts(&self, field: usize) -> Result<Vec<u64>, Fault> {
        self.each(field, |text| {
            let whole = text.strip_suffix(".0").unwrap_or(text);
            if whole.is_empty() {
                Ok(0)
            } else {
                whole.parse().ok().ok_or("a whole number of at least 0")
            }
        })
    }

    /// The numbers of a column.
    ///
    /// # Errors
    /// The first field that is no finite number.
    pub fn numbers(&self, field: usize) -> Result<Vec<f64>, Fault> {
        self.each(field, |text| {
            let number = text.parse::<f64>().ok();
            number
                .filter(|number| number.is_finite())
                .ok_or("a finite number")
        })
    }

    /// The yes and no of a column. Empty fields are no.
    ///
    /// # Errors
    /// The first field that is neither.
    pub fn flags(&self, field: usize) -> Result<Vec<bool>, Fault> {
        self.each(field, |text| match text.to_lowercase().as_str() {
            "1" | "true" | "yes" | "是" => Ok(true),
            "" | "0" | "false" | "no" | "否" => Ok(false),
            _ => Err("yes or no (1, 0, true, false, 是, 否)"),
        })
    }

    fn each<T>(
        &self,
        field: usize,
        read: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Result<Vec<T>, Fault> {
        let rows = self.rows.iter().enumerate();
        rows.map(|(number, row)| {
            let text = &row.fields[field];
            read(text).map_err(|wants| {
                let name = &self.header[field];
                self.fault(number, field, format!("{name} `{text}` is not {wants}"))
            })
        })
        .collect()
    }

    /// Where the rows are; `datum` is that of coordinates whose row names none.
    ///
    /// # Errors
    /// The first row without a place, or with one that is not on the earth.
    pub fn spots(&self, datum: Datum) -> Result<Vec<Spot>, Fault> {
        if let (Some(x), Some(y)) = (self.find(&["x"]), self.find(&["y"])) {
            let (x, y) = (self.numbers(x)?, self.numbers(y)?);
            return Ok(x
                .into_iter()
                .zip(y)
                .map(|(x, y)| Spot::Plane { x, y })
                .collect());
        }
        let (lon, lat) = (self.need(LON)?, self.need(LAT)?);
        let given = self.find(DATUM);
        let numbers = self.numbers(lon)?.into_iter().zip(self.numbers(lat)?);
        let rows = numbers.zip(&self.rows).enumerate();
        rows.map(|(number, ((east, north), row))| {
            let named = given.map(|field| (field, row.fields[field].as_str()));
            let datum = match named.filter(|(_, text)| !text.is_empty()) {
                Some((field, text)) => text
                    .parse()
                    .map_err(|what| self.fault(number, field, what))?,
                None => datum,
            };
            let coordinate = Coordinate::new(east, north, datum);
            coordinate
                .map(Spot::Earth)
                .map_err(|what| self.fault(number, lon, what))
        })
        .collect()
    }
}

/// A feature of a collection, with where it begins.
pub(crate) struct Feature {
    pub(crate) at: (u64, u64),
    pub(crate) geometry: Option<Geometry>,
    pub(crate) properties: Map<String, Value>,
    pub(crate) id: Option<Value>,
}

/// What a feature looks like.
#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
pub(crate) enum Geometry {
    Point {
        coordinates: Vec<f64>,
    },
    LineString {
        coordinates: Vec<Vec<f64>>,
    },
    #[serde(other)]
    Other,
}

/// The features of a collection, and the datum it names.
pub(crate) fn features(file: &str, text: &str) -> Result<(Option<String>, Vec<Feature>), Fault> {
    #[derive(Deserialize)]
    struct Collection<'a> {
        #[serde(rename = "type")]
        kind: String,
        #[serde(borrow)]
        features: Vec<&'a RawValue>,
        #[serde(default)]
        datum: Option<String>,
    }
    #[derive(Deserialize)]
    struct Inner {
        geometry: Option<Geometry>,
        #[serde(default)]
        properties: Option<Map<String, Value>>,
        #[serde(default)]
        id: Option<Value>,
    }
    let fault = |(line, column), what| Fault {
        file: file.to_owned(),
        line,
        column,
        what,
    };
    let spot = |error: &serde_json::Error| {
        let whole = |n: usize| u64::try_from(n).unwrap_or(0);
        (whole(error.line()).max(1), whole(error.column()).max(1))
    };
    let collection: Collection<'_> =
        serde_json::from_str(text).map_err(|error| fault(spot(&error), error.to_string()))?;
    if collection.kind != "FeatureCollection" {
        return Err(fault(
            (1, 1),
            format!("a FeatureCollection is needed, not a {}", collection.kind),
        ));
    }
    let features = collection.features.into_iter().map(|raw| {
        let at = position(text, raw.get());
        let inner: Inner = serde_json::from_str(raw.get()).map_err(|error| {
            let (line, column) = spot(&error);
            let column = if line == 1 {
                at.1 + column.saturating_sub(1)
            } else {
                column
            };
            fault((at.0 + line.saturating_sub(1), column), error.to_string())
        })?;
        Ok(Feature {
            at,
            geometry: inner.geometry,
            properties: inner.properties.unwrap_or_default(),
            id: inner.id,
        })
    });
    Ok((collection.datum, features.collect::<Result<_, Fault>>()?))
}

/// Line and character of a part of a text.
fn position(text: &str, part: &str) -> (u64, u64) {
    let offset = part.as_ptr().addr().saturating_sub(text.as_ptr().addr());
    let before = text.get(..offset).unwrap_or("");
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (
        u64::try_from(line).unwrap_or(0),
        u64::try_from(column).unwrap_or(0),
    )
}

/// A property as a field.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_in_chinese() {
        let text = "\u{feff}编号,经度,纬度,人数,60岁以上,坐标系\nA,121.5,31.2,100,20,GCJ-02\n\"B, 东\",121.6,31.1,,5,\n";
        let table = Table::csv("村.csv", text).unwrap();
        assert_eq!(table.ids().unwrap(), ["A", "B, 东"]);
        assert_eq!(table.counts(table.need(PEOPLE).unwrap()).unwrap(), [100, 0]);
        let spots = table.spots(Datum::Cgcs2000).unwrap();
        let datum = |spot: &Spot| matches!(spot, Spot::Earth(at) if at.datum() == Datum::Gcj02);
        assert!(datum(&spots[0]) && !datum(&spots[1]));
        assert_eq!(
            table.counts(table.need(&["60岁以上"]).unwrap()).unwrap(),
            [20, 5]
        );
    }

    #[test]
    fn faults_have_a_line_and_a_column() {
        let told = |text: &str| {
            let table = match Table::csv("a.csv", text) {
                Ok(table) => table,
                Err(fault) => return fault.to_string(),
            };
            let read = table
                .ids()
                .and_then(|_| table.spots(Datum::Wgs84))
                .and_then(|_| table.counts(table.need(PEOPLE)?));
            read.map_or_else(|fault| fault.to_string(), |_| "fine".to_owned())
        };
        assert_eq!(
            told(""),
            "a.csv:1:1: the file is empty: a header line is needed"
        );
        assert_eq!(
            told("id,x,y,people,id\n"),
            "a.csv:1:5: column `id` is there twice"
        );
        assert_eq!(
            told("id,x,y,people\na,1,2\n"),
            "a.csv:2:4: 3 fields where the header has 4"
        );
        assert_eq!(
            told("id,x,y,people\na,1,NaN,4\n"),
            "a.csv:2:3: y `NaN` is not a finite number"
        );
        assert_eq!(
            told("id,x,y,people\na,1,2,3\nb,1,2,-4\n"),
            "a.csv:3:4: people `-4` is not a whole number of at least 0"
        );
        assert_eq!(
            told("id,x,y,people\na,1,2,3\na,1,2,4\n"),
            "a.csv:3:1: id `a` is there twice"
        );
        assert!(told("id,lon,lat,people\na,31,121,3\n").starts_with("a.csv:2:2: latitude 121"));
        assert_eq!(
            told("id,x,y\na,1,2\n"),
            "a.csv:1:1: no column people or population or weight or 人数 or 人口 among id, x, y"
        );
    }

    #[test]
    fn points_of_a_collection() {
        let text = r#"{"type": "FeatureCollection", "datum": "gcj02", "features": [
  {"type": "Feature", "id": 7, "geometry": {"type": "Point", "coordinates": [121.5, 31.2]}, "properties": {"people": 12, "lon": 5}},
  {"type": "Feature", "geometry": {"type": "Point", "coordinates": [121.5, 31.3]}, "properties": {"id": "b", "datum": "wgs84"}}
]}"#;
        let table = Table::geojson("a.geojson", text).unwrap();
        assert_eq!(table.ids().unwrap(), ["7", "b"]);
        assert_eq!(table.counts(table.need(PEOPLE).unwrap()).unwrap(), [12, 0]);
        let spots = table.spots(Datum::Cgcs2000).unwrap();
        assert!(
            matches!(spots[0], Spot::Earth(at) if at.datum() == Datum::Gcj02 && at.lon() == 121.5)
        );
        assert!(matches!(spots[1], Spot::Earth(at) if at.datum() == Datum::Wgs84));
        let fault =
            Table::geojson("a.geojson", &text.replace("[121.5, 31.3]", "\"no\"")).unwrap_err();
        assert_eq!((fault.line, fault.file.as_str()), (3, "a.geojson"));
        let fault = Table::geojson(
            "a.geojson",
            &text.replace("\"Point\", \"coordinates\": [121.5, 31.3]", "\"Polygon\""),
        )
        .unwrap_err();
        assert_eq!(
            (fault.line, fault.column, fault.what.as_str()),
            (3, 3, "the feature is not a point")
        );
    }
}
