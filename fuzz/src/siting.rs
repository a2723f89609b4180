//! Tables of places, collections of points and lines, streets, and plans that somebody hands in.

use linli_siting::place::{Plan, Question, Task, check};
use linli_siting::table::{CAPACITY, PEOPLE, STANDS};
use linli_siting::{Datum, Leg, Legs, Spot, Streets, Table};

/// Reads a table of places, and everything a command would read of it.
pub(crate) fn table(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    all(Table::csv("t.csv", &text))
}

/// Reads a collection of points, and one of lines.
pub(crate) fn geojson(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let points = all(Table::geojson("t.geojson", &text));
    match Streets::geojson("t.geojson", &text, Datum::Wgs84) {
        Ok(_) => true,
        Err(fault) => {
            assert!(fault.line >= 1 && fault.column >= 1, "{fault}");
            points
        }
    }
}

/// Reads streets between named crossings.
pub(crate) fn streets(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    match Streets::csv("s.csv", &text, None) {
        Ok(streets) => {
            assert_eq!(streets.network.crossings(), streets.names.len());
            true
        }
        Err(fault) => {
            assert!(fault.line >= 1 && fault.column >= 1, "{fault}");
            false
        }
    }
}

fn all(table: Result<Table, linli_siting::Fault>) -> bool {
    let table = match table {
        Ok(table) => table,
        Err(fault) => {
            assert!(fault.line >= 1, "{fault}");
            return false;
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
    true
}

/// Checks a plan that anybody may have written. No plan may claim more than the truth.
pub(crate) fn plan(bytes: &[u8]) -> bool {
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
