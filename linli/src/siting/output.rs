//! What a siting command writes besides its answer: CSV, `GeoJSON`, a map.

use std::path::{Path, PathBuf};

use clap::Args;
use linli_siting::map::Picture;
use linli_siting::{Sheet, Told};
use serde_json::{Map, Value};

use crate::outcome::Misuse;
use crate::say;
use crate::text::write;

/// What to write.
#[derive(Debug, Args)]
pub(super) struct Out {
    /// Write the communities to this file, as CSV
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write the facilities or sites to this file, as CSV
    #[arg(long, value_name = "FILE")]
    sites_csv: Option<PathBuf>,
    /// Write both to this file, as `GeoJSON` on CGCS2000 (on the ground WGS 84)
    #[arg(long, value_name = "FILE")]
    geojson: Option<PathBuf>,
    /// Write a map to this file, as SVG
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Answer as JSON: docs/schemas/siting-*.schema.json
    #[arg(long)]
    pub(super) json: bool,
}

/// What was written.
pub(super) struct Written(Vec<PathBuf>);

impl Written {
    /// Says which files there are now.
    pub(super) fn tell(&self) {
        for path in &self.0 {
            say::line(format!("已写 · written: {}", path.display()));
        }
    }
}

impl Out {
    /// Writes the files asked for.
    pub(super) fn write(
        &self,
        sheets: &[Sheet; 2],
        picture: &Picture<'_>,
    ) -> anyhow::Result<Written> {
        let mut written = Vec::new();
        let mut keep = |path: &Path, text: &str| -> anyhow::Result<()> {
            write(path, text)?;
            written.push(path.to_owned());
            Ok(())
        };
        for (path, sheet) in [&self.csv, &self.sites_csv].into_iter().zip(sheets) {
            if let Some(path) = path {
                keep(path, &sheet.csv())?;
            }
        }
        if let Some(path) = &self.geojson {
            let collection = Sheet::geojson(sheets).map_err(|why| refused(&why))?;
            keep(path, &(serde_json::to_string(&collection)? + "\n"))?;
        }
        if let Some(path) = &self.svg {
            keep(path, &picture.svg())?;
        }
        Ok(Written(written))
    }
}

/// The rows of a sheet as JSON objects.
pub(super) fn objects(sheet: &Sheet) -> Vec<Value> {
    let object = |row: &Vec<Value>| {
        Value::Object(Map::from_iter(
            sheet.columns.iter().cloned().zip(row.iter().cloned()),
        ))
    };
    sheet.rows.iter().map(object).collect()
}

/// The caller asked for something that makes no sense.
pub(super) fn misuse(zh: &str, en: &str) -> anyhow::Error {
    Misuse(format!("{zh} · {en}")).into()
}

/// What the engine says makes no sense.
pub(super) fn refused(why: &Told) -> anyhow::Error {
    misuse(&why.zh, &why.en)
}
