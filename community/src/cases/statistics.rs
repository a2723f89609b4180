//! 办件统计: counts without persons. Counts under five are hidden from the public.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use jiff::Timestamp;
use linli_kernel::gate::{Scope, scope};
use linli_kernel::{Action, Actor, AreaPath, Fault, Refusal};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Cond, Expr, Func, Query};

use super::queries::within;
use super::state::Phase;
use crate::feature::Problem;
use crate::node::Linli;
use crate::registers::store;

/// How long public counts are shown before they are made again.
pub const PUBLIC_FOR: Duration = Duration::from_secs(60);

/// A public count under this is not shown.
pub const LEAST_SHOWN: u64 = 5;

/// Cases of one service, by where they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// By phase.
    pub phases: BTreeMap<Phase, u64>,
    /// By kind of result: `grant`, `confirm`, `certificate`, `refuse`.
    pub results: BTreeMap<String, u64>,
    /// By stars of the rating.
    pub ratings: BTreeMap<u8, u64>,
}

impl Counts {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.phases.values().sum()
    }

    /// Those still open.
    #[must_use]
    pub fn open(&self) -> u64 {
        let open = self.phases.iter().filter(|(phase, _)| phase.is_open());
        open.map(|(_, n)| n).sum()
    }
}

/// Counts by service.
pub type Statistics = BTreeMap<String, Counts>;

/// What the public sees of a count: `None` when there are some, but fewer than [`LEAST_SHOWN`].
#[must_use]
pub fn shown(count: u64) -> Option<u64> {
    (count == 0 || count >= LEAST_SHOWN).then_some(count)
}

/// The counts of `area` and below, for who may count there.
///
/// # Errors
/// [`Problem`]: the gate's refusal, or a fault.
pub async fn counts(linli: &Linli, actor: &Actor, area: &AreaPath) -> Result<Statistics, Problem> {
    match scope(actor, Action::CaseCount) {
        Scope::Area(own) if own.contains(area) => Ok(of_area(linli, area).await?),
        Scope::Area(_) => Err(Refusal::new("gate.area").into()),
        _ => Err(Refusal::new("gate.role").into()),
    }
}

/// The counts of `area` and below, for anyone: show them through [`shown`]. They may be up to
/// [`PUBLIC_FOR`] old, since counting looks at every case and anyone may ask at any rate.
///
/// # Errors
/// A fault.
pub async fn public_counts(linli: &Linli, area: &AreaPath) -> Result<Statistics, Fault> {
    let now = linli.clock().now();
    // Held while counting: of many who ask at once, one counts.
    let mut kept = linli.public_counts().lock().await;
    if let Some((at, counts)) = kept.get(area)
        && now.duration_since(*at).unsigned_abs() < PUBLIC_FOR
    {
        return Ok(counts.clone());
    }
    let counts = of_area(linli, area).await?;
    kept.insert(area.clone(), (now, counts.clone()));
    Ok(counts)
}

/// Public counts by area, each with the moment it was made.
pub(crate) type Kept = tokio::sync::Mutex<HashMap<AreaPath, (Timestamp, Statistics)>>;

async fn of_area(linli: &Linli, area: &AreaPath) -> Result<Statistics, Fault> {
    let cond = within(linli, area).unwrap_or_else(Cond::all);
    let query = Query::select()
        .columns(["service", "phase", "result", "rating"])
        .expr_as(Func::count(Expr::val(1)), "n")
        .from("cases")
        .cond_where(cond)
        .group_by_columns(["service", "phase", "result", "rating"])
        .take();
    let rows = linli
        .journal()
        .reader()
        .query_all(&query)
        .await
        .map_err(store)?;
    let mut all = Statistics::new();
    for row in rows {
        let service: String = row.try_get("", "service").map_err(store)?;
        let phase: String = row.try_get("", "phase").map_err(store)?;
        let result: Option<String> = row.try_get("", "result").map_err(store)?;
        let rating: Option<i64> = row.try_get("", "rating").map_err(store)?;
        let n: i64 = row.try_get("", "n").map_err(store)?;
        let n = u64::try_from(n).unwrap_or(0);
        let counts = all.entry(service).or_default();
        if let Some(phase) = Phase::from_code(&phase) {
            *counts.phases.entry(phase).or_default() += n;
        }
        if let Some(result) = result {
            *counts.results.entry(result).or_default() += n;
        }
        if let Some(stars) = rating.and_then(|stars| u8::try_from(stars).ok()) {
            *counts.ratings.entry(stars).or_default() += n;
        }
    }
    Ok(all)
}
