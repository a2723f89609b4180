//! The register of areas, and how the rows of every other register follow an area that moves.

use linli_journal::{Change, FoldError, Recorded};
use linli_kernel::{AreaPath, Fault, StreamId};
use sea_orm::Value;
use sea_orm::sea_query::{
    ColumnDef, Cond, Expr, ExprTrait, Index, IndexCreateStatement, Table, TableCreateStatement,
};

use super::events::{CommunityStyle, Event, PathChange};
use super::state::{Area, AreaTree};
use crate::feature::{Feature, Meta, Parts};

/// 区划 as a feature: one stream a district, `places/310117`, whose state is the whole tree.
#[derive(Debug, Clone, Copy)]
pub struct Places;

/// A table of another register whose rows belong to areas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Follower {
    /// The table.
    pub table: &'static str,
    /// Its column with the path of the row's area.
    pub area: &'static str,
    /// Its column with the path of the area's street or town, where it has one.
    pub street: Option<&'static str>,
    /// A column and the number that it holds in the rows that follow; `None` when all do.
    pub only: Option<(&'static str, i64)>,
}

const fn follower(table: &'static str, street: Option<&'static str>) -> Follower {
    Follower {
        table,
        area: "area",
        street,
        only: None,
    }
}

/// The tables whose rows follow an area that moves, and lead to the heir of one that is abolished.
///
/// Open cases are not among them: each follows by an entry of its own (see [`crate::reactions`]). Of
/// ended ones only the row follows, so that they stand in the lists of the committee of today.
pub const FOLLOWERS: &[Follower] = &[
    follower("account", None),
    follower("post", None),
    follower("resident", Some("street")),
    follower("household", None),
    follower("offer", Some("street")),
    follower("import", Some("street")),
    follower("benefit", Some("street")),
    follower("message", Some("street")),
    follower("booking", Some("street")),
    follower("counter", None),
    follower("export", None),
    follower("report_template", None),
    Follower {
        only: Some(("open", 0)),
        ..follower("cases", Some("street"))
    },
];

/// The path of the street or town in which `area` lies: its first two codes.
#[must_use]
pub fn street_path(area: &AreaPath) -> &str {
    let path = area.as_str();
    let second = path.match_indices('/').nth(1);
    second.map_or(path, |(end, _)| &path[..end])
}

/// That a row of a register with the columns `street` and `area` lies in `area` or below.
pub(crate) fn within(areas: &AreaTree, area: &AreaPath) -> Cond {
    let street = Expr::col("street").eq(street_path(area));
    match area.depth() {
        1 => Cond::all(),
        2 => Cond::all().add(street),
        _ => {
            let inside = areas.inside(area).map(|one| one.path().to_string());
            Cond::all().add(street).add(Expr::col("area").is_in(inside))
        }
    }
}

/// The stream of the district whose path begins with `district`.
#[must_use]
pub fn stream(district: &str) -> StreamId {
    StreamId::new(Places::TOPIC, district)
}

/// The tables of this feature.
#[must_use]
pub fn tables() -> Vec<TableCreateStatement> {
    let mut table = Table::create();
    table
        .table("area")
        .col(ColumnDef::new("code").text().not_null().primary_key());
    for column in [
        "path",
        "name",
        "kind",
        "style",
        "statistical_code",
        "valid_from",
        "valid_to",
        "split_from",
        "heir",
    ] {
        table.col(ColumnDef::new(column).text());
    }
    vec![table]
}

/// Their further indexes.
#[must_use]
pub fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("area_path")
            .table("area")
            .col("path")
            .take(),
    ]
}

impl Feature for Places {
    const TOPIC: &'static str = "places";
    type State = AreaTree;
    type Event = Event;

    fn write(_: &AreaTree, event: &Event) -> Result<Parts, Fault> {
        Ok(Parts {
            kind: event.kind(),
            area: event.area().clone(),
            open: event.open()?,
            sealed: Vec::new(),
        })
    }

    fn read(entry: &Recorded) -> Result<Event, FoldError> {
        Event::read(&entry.kind, &entry.open)
    }

    fn apply(state: &mut AreaTree, _: &StreamId, event: &Event, _: Meta<'_>) {
        state.apply(event);
    }

    fn rows(before: &AreaTree, after: &AreaTree, rows: &mut Vec<Change>) {
        for area in after.all() {
            let known = before.by_code(&area.code);
            if known == Some(area) {
                continue;
            }
            rows.push(row(area));
            if let Some(known) = known {
                let changed = path_change(known, area, after);
                rows.extend(changed.iter().flat_map(followers));
            }
        }
    }
}

/// Where the rows of an area go that was `known` before and is `area` now.
fn path_change(known: &Area, area: &Area, after: &AreaTree) -> Option<PathChange> {
    let ended = known.valid_to.is_none() && area.valid_to.is_some();
    let to = if ended {
        after.today(area.path())?
    } else {
        area.path()
    };
    (known.path() != to).then(|| PathChange {
        from: known.path().clone(),
        to: to.clone(),
    })
}

fn followers(change: &PathChange) -> Vec<Change> {
    FOLLOWERS
        .iter()
        .map(|follower| follow(change, *follower))
        .collect()
}

/// The change by which the rows of `follower` go along with a changed path.
#[must_use]
pub fn follow(change: &PathChange, follower: Follower) -> Change {
    let mut assign = vec![(follower.area, change.to.as_str().into())];
    if let Some(street) = follower.street {
        assign.push((street, street_path(&change.to).into()));
    }
    let mut filter: Vec<(&'static str, Value)> = vec![(follower.area, change.from.as_str().into())];
    filter.extend(
        follower
            .only
            .map(|(column, number)| (column, number.into())),
    );
    Change::Set {
        table: follower.table,
        filter,
        assign,
    }
}

fn row(area: &Area) -> Change {
    let date = |day: Option<jiff::civil::Date>| Value::from(day.map(|day| day.to_string()));
    Change::Upsert {
        table: "area",
        key: &["code"],
        row: vec![
            ("code", area.code.as_str().into()),
            ("path", area.path().as_str().into()),
            ("name", area.name().into()),
            ("kind", area.kind.code().into()),
            ("style", area.style.map(CommunityStyle::code).into()),
            ("statistical_code", area.statistical_code.clone().into()),
            ("valid_from", date(area.valid_from)),
            ("valid_to", date(area.valid_to)),
            ("split_from", area.split_from.clone().into()),
            ("heir", area.heir.clone().into()),
        ],
    }
}
