//! Broken files: whatever bytes a reader gets, it answers or refuses, and never panics. The same
//! properties run under `cargo fuzz` (see `fuzz/`).

use proptest::prelude::*;

#[path = "../../fuzz/properties.rs"]
mod properties;

const CSV: &str = "id,lon,lat,people,datum\nA,121.5,31.2,10,gcj02\nB,121.6,31.1,20,\n";
const STREETS: &str = "from,to,metres\na,b,100\nb,c,20.5\n";
const GEOJSON: &str = r#"{"type":"FeatureCollection","datum":"bd09","features":[
{"type":"Feature","id":1,"geometry":{"type":"Point","coordinates":[121.5,31.2]},"properties":{"people":3}},
{"type":"Feature","geometry":{"type":"LineString","coordinates":[[121.5,31.2],[121.6,31.2]]},"properties":null}]}"#;

/// A text with some bytes replaced, removed or doubled.
fn broken(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec((any::<prop::sample::Index>(), 0..4_u8, any::<u8>()), 0..6).prop_map(
        move |changes| {
            let mut bytes = text.as_bytes().to_vec();
            for (at, kind, byte) in changes {
                if bytes.is_empty() {
                    break;
                }
                let at = at.index(bytes.len());
                match kind {
                    0 => bytes[at] = byte,
                    1 => {
                        bytes.remove(at);
                    }
                    2 => bytes.insert(at, byte),
                    _ => bytes.truncate(at),
                }
            }
            bytes
        },
    )
}

proptest! {
    #[test]
    fn tables_survive_anything(bytes in broken(CSV)) {
        properties::read_table(&bytes);
    }

    #[test]
    fn collections_survive_anything(bytes in broken(GEOJSON)) {
        properties::read_geojson(&bytes);
    }

    #[test]
    fn streets_survive_anything(bytes in broken(STREETS)) {
        properties::read_streets(&bytes);
    }

    #[test]
    fn plans_survive_anything(bytes in broken(properties::PLAN)) {
        properties::check_plan(&bytes);
    }
}

#[test]
fn the_plan_that_is_broken_is_whole_to_begin_with() {
    assert!(properties::check_plan(properties::PLAN.as_bytes()));
}
