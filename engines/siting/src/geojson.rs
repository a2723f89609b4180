//! The features of a `GeoJSON` collection, each with the place where it begins.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::table::{Fault, short};
use crate::told::told;

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
    let fault = |at, what| Fault::at(file, at, what);
    let unread = |error: &serde_json::Error| {
        let why = error.to_string();
        // The reader says the place once more.
        let why = why.split(" at line ").next().unwrap_or_default();
        told!("这里读不懂：{why}", "this cannot be read: {why}")
    };
    let spot = |error: &serde_json::Error| {
        let whole = |n: usize| u64::try_from(n).unwrap_or(0);
        (whole(error.line()).max(1), whole(error.column()).max(1))
    };
    let collection: Collection<'_> =
        serde_json::from_str(text).map_err(|error| fault(spot(&error), unread(&error)))?;
    if collection.kind != "FeatureCollection" {
        return Err(fault(
            (1, 1),
            told!(
                "需要 FeatureCollection，这里是 {}",
                "a FeatureCollection is needed, not a {}",
                short(&collection.kind)
            ),
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
            fault((at.0 + line.saturating_sub(1), column), unread(&error))
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
