//! Questions to the register of templates: those that are for the actor's area, or for a part of
//! it.

use std::sync::Arc;

use linli_kernel::gate::{Scope, scope};
use linli_kernel::{Action, Actor, AreaPath, Fault, Refusal};
use sea_orm::sea_query::{Cond, Expr, ExprTrait, Order, Query};
use uuid::Uuid;

use super::register::{COLUMNS, Row, Templates, stream};
use super::state::Template;
use crate::feature::Problem;
use crate::node::Linli;

/// The most templates that are listed or compared: far more than a district asks for.
const MOST: u64 = 1_000;

impl Linli {
    /// The templates that are asked for in the actor's area, above or below it: those in force
    /// first, the latest first.
    ///
    /// # Errors
    /// [`Problem`]: `gate.role` for who opens no records, or a fault.
    pub async fn report_templates(&self, actor: &Actor) -> Result<Vec<Row>, Problem> {
        let own = reader_of(actor)?;
        let mut rows = self.templates_where(Cond::all()).await?;
        rows.retain(|row| row.area.parse().is_ok_and(|area| touch(&own, &area)));
        Ok(rows)
    }

    /// One template, for who is in an area that it is for.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `reporting.no-such-template`, or a fault.
    pub async fn report_template(&self, actor: &Actor, id: Uuid) -> Result<Arc<Template>, Problem> {
        let own = reader_of(actor)?;
        let template = self.load::<Templates>(&stream(id)).await?.state;
        let areas = self.areas();
        let Some(area) = template.area(&areas) else {
            return Err(Refusal::new("reporting.no-such-template").into());
        };
        if !touch(&own, area) {
            return Err(Refusal::new("gate.area").into());
        }
        Ok(template)
    }

    /// The templates in force that are for `area`, above or below it.
    pub(super) async fn templates_in(&self, area: &AreaPath) -> Result<Vec<Row>, Fault> {
        let in_force = Cond::all().add(Expr::col("ended").eq(0_i64));
        let mut rows = self.templates_where(in_force).await?;
        rows.retain(|row| row.area.parse().is_ok_and(|other| touch(area, &other)));
        Ok(rows)
    }

    async fn templates_where(&self, which: Cond) -> Result<Vec<Row>, Fault> {
        let query = Query::select()
            .columns(COLUMNS)
            .from("report_template")
            .cond_where(which)
            .order_by("ended", Order::Asc)
            .order_by("at", Order::Desc)
            .order_by("id", Order::Asc)
            .limit(MOST)
            .take();
        self.rows_of(&query).await
    }
}

/// The area in which the actor opens records.
pub(super) fn reader_of(actor: &Actor) -> Result<AreaPath, Refusal> {
    match scope(actor, Action::ResidentRead) {
        Scope::Area(own) => Ok(own),
        Scope::Own(_) | Scope::Nothing => Err(Refusal::new("gate.role")),
    }
}

fn touch(one: &AreaPath, other: &AreaPath) -> bool {
    one.contains(other) || other.contains(one)
}
