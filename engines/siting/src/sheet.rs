//! Answers as tables: CSV for a spreadsheet, `GeoJSON` for a map program.

use serde_json::{Map, Value, json};

use crate::datum::Datum;
use crate::told::{Told, told};
use crate::travel::Spot;

/// A table of places with an answer about each.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// What a row is, such as `community`.
    pub kind: &'static str,
    /// The names of the columns; the first is the id.
    pub columns: Vec<String>,
    /// The rows, as long as the columns.
    pub rows: Vec<Vec<Value>>,
    /// Where the rows are.
    pub spots: Vec<Spot>,
}

impl Sheet {
    /// The sheet as CSV, coordinates on CGCS2000 (or the plane) at the end.
    ///
    /// Text that a spreadsheet would take for a formula gets an apostrophe before it.
    #[must_use]
    pub fn csv(&self) -> String {
        let earth = self.spots.iter().any(|spot| matches!(spot, Spot::Earth(_)));
        let mut text = self
            .columns
            .iter()
            .map(|name| quoted(name))
            .collect::<Vec<_>>()
            .join(",");
        text.push_str(if earth { ",lon,lat\n" } else { ",x,y\n" });
        for (row, spot) in self.rows.iter().zip(&self.spots) {
            for cell in row {
                text.push_str(&field(cell));
                text.push(',');
            }
            let (a, b) = corner(*spot);
            text.push_str(&format!("{a},{b}\n"));
        }
        text
    }

    /// Several sheets as one `GeoJSON` collection: CGCS2000, which is WGS 84 on the ground.
    ///
    /// # Errors
    /// When the places lie on a plane of their own: `GeoJSON` knows only the earth.
    pub fn geojson(sheets: &[Self]) -> Result<Value, Told> {
        let mut features = Vec::new();
        for sheet in sheets {
            for (row, spot) in sheet.rows.iter().zip(&sheet.spots) {
                let Spot::Earth(at) = spot else {
                    return Err(told!(
                        "以平面米数表示的地点不能写成 GeoJSON：请给出经度和纬度",
                        "places in metres of a plane have no GeoJSON: give lon and lat"
                    ));
                };
                let level = at.to(Datum::Cgcs2000);
                let mut properties = Map::from_iter([("kind".to_owned(), json!(sheet.kind))]);
                properties.extend(sheet.columns.iter().cloned().zip(row.iter().cloned()));
                features.push(json!({
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": [round(level.lon()), round(level.lat())]},
                    "properties": properties,
                }));
            }
        }
        Ok(json!({"type": "FeatureCollection", "features": features}))
    }
}

/// Two numbers that say where.
fn corner(spot: Spot) -> (f64, f64) {
    match spot {
        Spot::Plane { x, y } => (x, y),
        Spot::Earth(at) => {
            let level = at.to(Datum::Cgcs2000);
            (round(level.lon()), round(level.lat()))
        }
    }
}

/// To 1e-8 degrees, a millimetre.
fn round(degrees: f64) -> f64 {
    (degrees * 1e8).round() / 1e8
}

fn field(cell: &Value) -> String {
    match cell {
        Value::Null => String::new(),
        Value::String(text) => quoted(text),
        other => quoted(&other.to_string()),
    }
}

fn quoted(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '@', '\t'])
        || (text.starts_with('-') && text.parse::<f64>().is_err());
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datum::Coordinate;
    use crate::table::Table;

    fn sheet(spots: Vec<Spot>) -> Sheet {
        Sheet {
            kind: "community",
            columns: vec!["id".to_owned(), "metres".to_owned()],
            rows: vec![
                vec![json!("=1+1"), json!(5)],
                vec![json!("a, \"b\""), Value::Null],
            ],
            spots,
        }
    }

    #[test]
    fn a_spreadsheet_meets_no_formula() {
        let csv = sheet(vec![Spot::Plane { x: 1.0, y: 2.5 }; 2]).csv();
        assert_eq!(
            csv,
            "id,metres,x,y\n'=1+1,5,1,2.5\n\"a, \"\"b\"\"\",,1,2.5\n"
        );
    }

    #[test]
    fn what_is_written_is_read_again() {
        let shifted = Coordinate::new(121.5, 31.2, Datum::Gcj02).unwrap();
        let sheet = sheet(vec![Spot::Earth(shifted); 2]);
        let text = Sheet::geojson(std::slice::from_ref(&sheet))
            .unwrap()
            .to_string();
        let spots = Table::geojson("a", &text)
            .unwrap()
            .spots(Datum::Cgcs2000)
            .unwrap();
        let level = shifted.to(Datum::Cgcs2000);
        assert!(matches!(spots[0], Spot::Earth(at) if (at.lon() - level.lon()).abs() < 1e-8));
        let table = Table::csv("a", &sheet.csv()).unwrap();
        assert_eq!(table.ids().unwrap()[1], "a, \"b\"");
        assert_eq!(table.spots(Datum::Cgcs2000).unwrap(), spots);
        let plane = Sheet {
            spots: vec![Spot::Plane { x: 0.0, y: 0.0 }; 2],
            ..sheet
        };
        assert!(Sheet::geojson(&[plane]).is_err());
    }
}
