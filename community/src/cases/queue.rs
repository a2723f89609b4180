//! 待办: the work queue of a post: due today, overdue, returned, waiting on others.

use jiff::civil::Date;
use linli_kernel::gate::{Scope, scope};
use linli_kernel::{Action, Actor, Post, Refusal, Role};
use sea_orm::sea_query::{CaseStatement, Cond, Expr, ExprTrait, Func, Order, Query, SimpleExpr};
use sea_orm::{ConnectionTrait, DatabaseConnection};

use super::Desk;
use super::queries::{Row, fetch, rows_where};
use super::state::Next;
use crate::feature::Problem;
use crate::node::Linli;
use crate::registers::store;

/// How many rows each part of the queue shows; the list shows the rest.
pub const SHOWN: u64 = 20;
/// Totals are counted over so many of a desk's cases at most, the most urgent first.
pub const MOST: u64 = 10_000;

/// One part of a queue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// How many there are.
    pub total: u64,
    /// The first of them, the most urgent first.
    pub rows: Vec<Row>,
}

/// The work queue of a post.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Queue {
    /// 已超期: the promised date is past.
    pub overdue: Part,
    /// 今天到期.
    pub due_today: Part,
    /// 退回: sent back by the next desk, or reopened.
    pub returned: Part,
    /// Everything else that waits for this desk.
    pub later: Part,
    /// 等待他人: the applicant has to act, then it comes back here.
    pub waiting: Part,
    /// How many of all of these this account has taken.
    pub mine: u64,
}

/// The work queue of the post `actor` acts in.
///
/// # Errors
/// [`Problem`]: `gate.role` when the actor works at no desk, or a fault.
pub async fn queue(linli: &Linli, actor: &Actor) -> Result<Queue, Problem> {
    let Some(post) = actor.post.as_ref().filter(|_| works_at_desk(actor)) else {
        return Err(Refusal::new("gate.role").into());
    };
    let today = linli.clock().today();
    let parts = Parts {
        desks: desks(linli, post),
        today,
    };
    let reader = linli.journal().reader();
    let totals = totals(reader, &parts, actor).await?;
    let mut found = Queue {
        mine: totals[5],
        ..Queue::default()
    };
    let places = [
        (&mut found.overdue, parts.overdue()),
        (&mut found.due_today, parts.due_today()),
        (&mut found.returned, parts.returned()),
        (&mut found.later, parts.later()),
        (&mut found.waiting, parts.waiting()),
    ];
    for ((part, cond), total) in places.into_iter().zip(totals) {
        part.total = total;
        if total > 0 {
            let mut query = rows_where(parts.at_desk().add(cond));
            query.order_by("due", Order::Asc);
            query.order_by("serial", Order::Asc).limit(SHOWN);
            part.rows = fetch(reader, &query).await?;
        }
    }
    Ok(found)
}

/// 走访: the cases at the desks of the post whose next step is a visit to the household, the most
/// urgent first.
///
/// # Errors
/// [`Problem`]: `gate.role` when the actor works at no desk, or a fault.
pub async fn visits(linli: &Linli, actor: &Actor) -> Result<Part, Problem> {
    let Some(post) = actor.post.as_ref().filter(|_| works_at_desk(actor)) else {
        return Err(Refusal::new("gate.role").into());
    };
    let parts = Parts {
        desks: desks(linli, post),
        today: linli.clock().today(),
    };
    let cond = parts
        .at_desk()
        .add(Expr::col("desk").is_not_null())
        .add(Expr::col("next").eq(Next::Visit.code()));
    let reader = linli.journal().reader();
    let mut count = Query::select();
    count
        .expr_as(Func::count(Expr::col("id")), "n")
        .from("cases")
        .cond_where(cond.clone());
    let counted = reader.query_one(&count).await.map_err(store)?;
    let total: Option<i64> = match counted {
        Some(row) => row.try_get("", "n").map_err(store)?,
        None => None,
    };
    let mut query = rows_where(cond);
    query.order_by("due", Order::Asc);
    query.order_by("serial", Order::Asc).limit(SHOWN);
    Ok(Part {
        total: total.and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
        rows: fetch(reader, &query).await?,
    })
}

fn desks(linli: &Linli, post: &Post) -> Vec<String> {
    let tree = linli.areas();
    let key = |area: &linli_kernel::AreaPath| {
        let (role, area) = (post.role, area.clone());
        Desk { role, area }.key()
    };
    let mut keys = vec![key(&post.area)];
    // Street officers' desks stand at streets, district officers' at the district: none is below.
    if !matches!(post.role, Role::StreetOfficer | Role::DistrictOfficer) {
        let below = tree.inside(&post.area).map(crate::places::Area::path);
        keys.extend(below.filter(|path| **path != post.area).map(key));
    }
    keys
}

fn works_at_desk(actor: &Actor) -> bool {
    let action = if actor.role() == Some(Role::Supervisor) {
        Action::CaseSupervise
    } else {
        Action::CaseWork
    };
    matches!(scope(actor, action), Scope::Area(_))
}

struct Parts {
    /// The keys of the desks that the post works: at its own area and at those below.
    desks: Vec<String>,
    today: Date,
}

impl Parts {
    fn at_desk(&self) -> Cond {
        match self.desks.as_slice() {
            [only] => Cond::all().add(Expr::col("home").eq(only.as_str())),
            many => Cond::all().add(Expr::col("home").is_in(many)),
        }
    }

    fn overdue(&self) -> Cond {
        Cond::all()
            .add(Expr::col("desk").is_not_null())
            .add(Expr::col("due").lt(self.today.to_string()))
    }

    fn due_today(&self) -> Cond {
        Cond::all()
            .add(Expr::col("desk").is_not_null())
            .add(Expr::col("due").eq(self.today.to_string()))
    }

    /// Not due yet, or without a date.
    fn not_yet(&self) -> Cond {
        Cond::all().add(Expr::col("desk").is_not_null()).add(
            Cond::any()
                .add(Expr::col("due").is_null())
                .add(Expr::col("due").gt(self.today.to_string())),
        )
    }

    fn returned(&self) -> Cond {
        self.not_yet().add(Expr::col("returned").eq(1_i64))
    }

    fn later(&self) -> Cond {
        self.not_yet().add(Expr::col("returned").eq(0_i64))
    }

    fn waiting(&self) -> Cond {
        Cond::all().add(Expr::col("desk").is_null())
    }
}

/// The six totals of a queue, in the order of its parts, then `mine`: one walk over the desk's open
/// cases.
async fn totals(
    reader: &DatabaseConnection,
    parts: &Parts,
    actor: &Actor,
) -> Result<[u64; 6], Problem> {
    let me = actor.account.map(|id| id.to_string()).unwrap_or_default();
    let mine = Cond::all().add(Expr::col("holder").eq(me));
    let conds = [
        parts.overdue(),
        parts.due_today(),
        parts.returned(),
        parts.later(),
        parts.waiting(),
        mine,
    ];
    let mut query = Query::select();
    for (at, cond) in conds.into_iter().enumerate() {
        let one: SimpleExpr = CaseStatement::new().case(cond, 1_i64).into();
        query.expr_as(Func::count(one), format!("n{at}"));
    }
    let mut near = Query::select();
    near.columns(["desk", "due", "returned", "holder"])
        .from("cases")
        .cond_where(parts.at_desk())
        .order_by("due", Order::Asc)
        .limit(MOST);
    query.from_subquery(near, "near");
    let mut found = [0; 6];
    if let Some(row) = reader.query_one(&query).await.map_err(store)? {
        for (at, total) in found.iter_mut().enumerate() {
            let n: Option<i64> = row.try_get("", &format!("n{at}")).map_err(store)?;
            *total = n.and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
        }
    }
    Ok(found)
}
