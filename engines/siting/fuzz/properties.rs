//! What must hold for any bytes, run by the fuzz targets and by the tests.

use linli_siting::place::{Plan, Question, Task, check};
use linli_siting::table::{CAPACITY, PEOPLE, STANDS};
use linli_siting::{Datum, Leg, Legs, Spot, Streets, Table};

/// Reads a table of places, and everything a command would read of it.
pub(super) fn read_table(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    all(Table::csv("t.csv", text));
}

/// Reads a collection of points, and one of lines.
pub(super) fn read_geojson(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    all(Table::geojson("t.geojson", text));
    if let Err(fault) = Streets::geojson("t.geojson", text, Datum::Wgs84) {
        assert!(fault.line >= 1 && fault.column >= 1, "{fault}");
    }
}

/// Reads streets between named crossings.
pub(super) fn read_streets(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(streets) = Streets::csv("s.csv", text, None) {
        assert_eq!(streets.network.crossings(), streets.names.len());
    }
}

fn all(table: Result<Table, linli_siting::Fault>) {
    let table = match table {
        Ok(table) => table,
        Err(fault) => {
            assert!(fault.line >= 1, "{fault}");
            return;
        }
    };
    if let Ok(ids) = table.ids() {
        assert_eq!(ids.len(), table.len());
    }
    for names in [PEOPLE, CAPACITY, STANDS] {
        if let Some(column) = table.find(names) {
            table.counts(column).ok();
            table.flags(column).ok();
        }
    }
    for spot in table.spots(Datum::Cgcs2000).unwrap_or_default() {
        if let Spot::Earth(at) = spot {
            let level = at.to(Datum::Wgs84);
            assert!(level.lon().is_finite() && level.lat().is_finite(), "{at:?}");
        }
    }
}

/// A true plan for the task that [`check_plan`] checks against.
pub(super) const PLAN: &str = r#"{"opened":[1],"value":30,"bound":30,"goes":[[{"site":1,"people":10,"metres":2}],
[{"site":1,"people":10,"metres":1}]],"left_out":0,"certificate":{"scale":1,"steps":[
{"multipliers":[2,1],"shut":[],"then":"end"}]},"work":0}"#;

/// Checks a plan that anybody may have written. No plan may claim more than the truth.
pub(super) fn check_plan(bytes: &[u8]) -> bool {
    let Ok(plan) = serde_json::from_slice::<Plan>(bytes) else {
        return false;
    };
    let leg = |site, metres| Leg { site, metres };
    let legs = Legs::new([vec![leg(0, 5), leg(1, 2)], vec![leg(0, 9), leg(1, 1)]], 2);
    let task = Task {
        question: Question::Median,
        legs: &legs,
        people: &[10, 10],
        stands: &[false, false],
        capacity: None,
        choose: 1,
    };
    let held = check(&task, &plan).is_ok();
    assert!(!held || (plan.bound <= 30 && plan.value >= 30), "{plan:?}");
    held
}
