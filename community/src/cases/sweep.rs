//! When nobody does anything, Linli does.
//!
//! A supplement that never came lapses, a case nobody rates closes, a notice that hung its days
//! ends, and a date that no calendar could name is reckoned as soon as there is data. Called by the
//! node every so often; each call does a bounded piece.

use linli_kernel::CaseId;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Cond, Expr, ExprTrait, Query};

use super::Cases;
use super::command::Command;
use super::state::Phase;
use crate::feature::{Feature, Problem};
use crate::node::Linli;
use crate::nodes::is_ours;
use crate::reactions::by_linli;
use crate::registers::store;

/// How many cases of each kind one call does.
const BATCH: u64 = 200;

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Supplements that lapsed.
    pub lapsed: u32,
    /// Cases closed without a rating.
    pub closed: u32,
    /// Notices that ended.
    pub ended: u32,
    /// Cases whose dates could be reckoned again.
    pub reckoned: u32,
}

/// Lets the clocks that ran out run out.
///
/// # Errors
/// A fault; a case that is refused (somebody was faster) is left for the next sweep.
pub async fn sweep(linli: &Linli) -> Result<Swept, Problem> {
    let today = linli.clock().today().to_string();
    let due = |phase: Phase| {
        Cond::all()
            .add(Expr::col("phase").eq(phase.code()))
            .add(Expr::col("due").lt(today.as_str()))
    };
    let hung = Cond::all()
        .add(Expr::col("ends_on").lt(today.as_str()))
        .add(Expr::col("objections").eq(0_i64));
    let unknown = Cond::all()
        .add(Expr::col("due_unknown").is_not_null())
        .add(Expr::col("due_unknown").is_in(linli.calendar().years().map(i64::from)));
    Ok(Swept {
        lapsed: each(linli, "cases", due(Phase::Supplement), &Command::Lapse).await?,
        closed: each(linli, "cases", due(Phase::Delivered), &Command::Close).await?,
        ended: each(linli, "public_notice", hung, &Command::EndNotice).await?,
        reckoned: each(linli, "cases", unknown, &Command::Reckon).await?,
    })
}

async fn each(
    linli: &Linli,
    table: &'static str,
    cond: Cond,
    command: &Command,
) -> Result<u32, Problem> {
    let query = Query::select()
        .column("id")
        .from(table)
        .cond_where(cond.add(is_ours(<Cases as Feature>::TOPIC, Expr::col((table, "id")))))
        .limit(BATCH)
        .take();
    let rows = linli
        .journal()
        .reader()
        .query_all(&query)
        .await
        .map_err(store)?;
    let mut done = 0;
    for row in rows {
        let id: String = row.try_get("", "id").map_err(store)?;
        let Ok(id) = id.parse::<CaseId>() else {
            continue;
        };
        done += u32::from(by_linli(linli, id, command).await?);
    }
    Ok(done)
}
