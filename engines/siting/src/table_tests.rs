//! Tables that are right, odd and wrong.

use super::*;
use crate::told::tests::both;

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
            Err(fault) => {
                both(&fault.what_zh, &fault.what);
                return fault.to_string();
            }
        };
        let read = table
            .ids()
            .and_then(|_| table.spots(Datum::Wgs84))
            .and_then(|_| table.counts(table.need(PEOPLE)?));
        match read {
            Err(fault) => {
                both(&fault.what_zh, &fault.what);
                fault.to_string()
            }
            Ok(_) => "fine".to_owned(),
        }
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
    assert!(told("id,x\0,y,people\n").starts_with("a.csv:1:2: there is a NUL"));
    assert!(told("id,x,y,people\na,1,2,3\nb,1,2,\0\n").starts_with("a.csv:3:4: there is a NUL"));
    assert!(told("id,x,y,people\na,1,２,3\n").contains("y `２` is not a finite number"));
    assert!(told("id,x,y,people\na,1,1e999,3\n").contains("is not a finite number"));
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
    assert!(matches!(spots[0], Spot::Earth(at) if at.datum() == Datum::Gcj02 && at.lon() == 121.5));
    assert!(matches!(spots[1], Spot::Earth(at) if at.datum() == Datum::Wgs84));
    let fault = Table::geojson("a.geojson", &text.replace("[121.5, 31.3]", "\"no\"")).unwrap_err();
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
