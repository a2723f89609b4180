//! Places from CSV and `GeoJSON`: one table for both, and every fault with file, line and column.
//!
//! Columns are known by English or Chinese names. A coordinate is `lon` and `lat` (经度, 纬度) in
//! degrees, on the datum of its row (`datum`, 坐标系) or the one the caller names, or `x` and `y` in
//! metres. `GeoJSON` has points, on WGS 84 unless the collection or the feature says `datum`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::datum::{Coordinate, Datum};
use crate::geojson::{Feature, Geometry, features};
use crate::told::{Told, told};
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
    /// What is wrong, in English.
    pub what: String,
    /// The same in Chinese.
    pub what_zh: String,
}

impl Fault {
    /// What is wrong at a line and a column.
    pub(crate) fn at(file: &str, (line, column): (u64, u64), what: Told) -> Self {
        Self {
            file: file.to_owned(),
            line,
            column,
            what: what.en,
            what_zh: what.zh,
        }
    }

    /// One line for people: the place, then what is wrong in both languages.
    #[must_use]
    pub fn both(&self) -> String {
        let Self {
            file,
            line,
            column,
            what,
            what_zh,
        } = self;
        format!("{file}:{line}:{column}: {what_zh} · {what}")
    }
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
        let fault = |line, column, what| Fault::at(file, (line, column), what);
        text_only(file, text)?;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut records = reader.records();
        let mut next = || {
            records.next().transpose().map_err(|error| {
                let line = error.position().map_or(1, csv::Position::line);
                fault(
                    line,
                    1,
                    told!("这一行读不懂：{error}", "this line cannot be read: {error}"),
                )
            })
        };
        let Some(first) = next()? else {
            return Err(fault(
                1,
                1,
                told!(
                    "文件是空的：需要一行表头",
                    "the file is empty: a header line is needed"
                ),
            ));
        };
        let header: Vec<String> = first.iter().map(str::to_lowercase).collect();
        named_once(file, &header)?;
        let mut rows = Vec::new();
        while let Some(record) = next()? {
            let line = record.position().map_or(0, csv::Position::line);
            if record.len() != header.len() {
                let (has, wants) = (record.len(), header.len());
                let column = u64::try_from(has.min(wants)).unwrap_or(0) + 1;
                return Err(fault(
                    line,
                    column,
                    told!(
                        "这一行有 {has} 个字段，表头有 {wants} 个",
                        "{has} fields where the header has {wants}"
                    ),
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
            let fault = |what| Fault::at(file, (line, column), what);
            let (lon, lat) = match &geometry {
                Some(Geometry::Point { coordinates }) => match coordinates.as_slice() {
                    [lon, lat, ..] => (*lon, *lat),
                    _ => {
                        return Err(fault(told!(
                            "点要有经度和纬度",
                            "a point has a longitude and a latitude"
                        )));
                    }
                },
                _ => return Err(fault(told!("这个要素不是点", "the feature is not a point"))),
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
    pub fn fault(&self, row: usize, field: usize, what: Told) -> Fault {
        let at = self.rows.get(row);
        let line = at.map_or(1, |row| row.line);
        let column = at.and_then(|row| row.column);
        let column = column.unwrap_or(u64::try_from(field).unwrap_or(0) + 1);
        Fault::at(&self.file, (line, column), what)
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
            let there: String = self.header.join(", ").chars().take(200).collect();
            let what = Told {
                zh: format!("没有名为 {} 的列；现有：{there}", names.join(" 或 ")),
                en: format!("no column {} among {there}", names.join(" or ")),
            };
            Fault::at(&self.file, (1, 1), what)
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
                return Err(self.fault(number, field, told!("编号是空的", "the id is empty")));
            }
            if !seen.insert(id) {
                return Err(self.fault(
                    number,
                    field,
                    told!("编号“{id}”出现两次", "id `{id}` is there twice"),
                ));
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
                whole
                    .parse()
                    .ok()
                    .ok_or(told!("不小于 0 的整数", "a whole number of at least 0"))
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
                .ok_or(told!("有限的数", "a finite number"))
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
            _ => Err(told!(
                "是或否（1、0、true、false、是、否）",
                "yes or no (1, 0, true, false, 是, 否)"
            )),
        })
    }

    fn each<T>(
        &self,
        field: usize,
        read: impl Fn(&str) -> Result<T, Told>,
    ) -> Result<Vec<T>, Fault> {
        let rows = self.rows.iter().enumerate();
        rows.map(|(number, row)| {
            let text = &row.fields[field];
            read(text).map_err(|wants| {
                let name = &self.header[field];
                let shown = short(text);
                let what = told!(
                    "{name}“{shown}”不是{wants}",
                    "{name} `{shown}` is not {wants}",
                    [wants]
                );
                self.fault(number, field, what)
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

/// Files in UTF-16, or no text at all, are full of NUL characters.
fn text_only(file: &str, text: &str) -> Result<(), Fault> {
    let Some((before, _)) = text.split_once('\0') else {
        return Ok(());
    };
    let whole = |n: usize| u64::try_from(n).unwrap_or(0) + 1;
    let start = before.rsplit('\n').next().unwrap_or(before);
    let place = (
        whole(before.matches('\n').count()),
        whole(start.matches(',').count()),
    );
    let what = told!(
        "这里有 NUL 字符：这不是文本文件，或不是 UTF-8 编码",
        "there is a NUL character: this is no text, or not UTF-8"
    );
    Err(Fault::at(file, place, what))
}

/// Which of two columns with one name counts, nobody could say.
fn named_once(file: &str, header: &[String]) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    for (name, column) in header.iter().zip(1..) {
        if !seen.insert(name) {
            let name = short(name);
            let what = told!("列“{name}”出现两次", "column `{name}` is there twice");
            return Err(Fault::at(file, (1, column), what));
        }
    }
    Ok(())
}

/// As much of a field as a message shows.
pub(crate) fn short(text: &str) -> String {
    let seen = |sign: char| if sign.is_control() { '\u{fffd}' } else { sign };
    text.chars().take(40).map(seen).collect()
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
#[path = "table_tests.rs"]
mod tests;
