//! Lists of households: those in which somebody whom the list of residents would show lives.

use linli_kernel::{Actor, AreaPath, HouseholdId};
use sea_orm::QueryResult;
use sea_orm::sea_query::{Cond, Expr, ExprTrait, Order, Query};

use super::queries::{Asked, Filter, Listed, MAX_DEPTH, MAX_SIZE, listed_in};
use super::rows::parsed;
use crate::feature::Problem;
use crate::node::Linli;

impl Linli {
    /// The households that `actor` may list, filtered by who lives in them, with their committees.
    ///
    /// # Errors
    /// [`Problem`]: `gate.role` or `gate.area`, or a fault.
    pub(crate) async fn homes(
        &self,
        actor: &Actor,
        filter: &Filter,
    ) -> Result<Listed<(HouseholdId, AreaPath)>, Problem> {
        let areas = self.areas();
        self.ask(&areas).homes(actor, filter).await
    }
}

impl Asked<'_> {
    async fn homes(
        &self,
        actor: &Actor,
        filter: &Filter,
    ) -> Result<Listed<(HouseholdId, AreaPath)>, Problem> {
        let somebody = self.conditions(actor, filter, None)?;
        let living = Query::select()
            .column("household")
            .from("resident")
            .cond_where(somebody)
            .and_where(Expr::col("household").is_not_null())
            .take();
        // A household is where it is, wherever a member is registered.
        let area = listed_in(actor, filter)?;
        let below = Expr::col("area").like(format!("{area}/%"));
        let cond = Cond::all()
            .add(Expr::col("area").eq(area.as_str()).or(below))
            .add(Expr::col("id").in_subquery(living));
        let (total, more) = self.count("household", cond.clone()).await?;
        let size = filter.size.clamp(1, MAX_SIZE);
        let skip = filter.page.saturating_sub(1).saturating_mul(size);
        let query = Query::select()
            .columns(["id", "area"])
            .from("household")
            .cond_where(cond)
            .order_by("area", Order::Asc)
            .order_by("id", Order::Asc)
            .limit(size)
            .offset(Ord::min(skip, MAX_DEPTH))
            .take();
        let read = |row: &QueryResult| Ok((parsed(row, "id")?, parsed(row, "area")?));
        let rows = self.fetch(&query, read).await?;
        Ok(Listed { rows, total, more })
    }
}
