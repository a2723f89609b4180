//! Tables of 统一填报 as files: filled for the area of who takes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use linli_kernel::{Actor, Refusal};

use super::decide::{self, MOST_FULL};
use super::events::{TEMPLATE, What};
use super::service::{MOST_ROWS, Wish, too_many};
use crate::feature::{Call, Problem};
use crate::node::Linli;
use crate::reporting::{Line, Template};

/// A filled table.
#[derive(Debug, Clone)]
pub struct Report {
    /// Which.
    pub template: Arc<Template>,
    /// Its rows.
    pub lines: Vec<Line>,
}

impl Linli {
    /// The table that the wish's filter names, filled and masked; all of its rows. The call's
    /// command is the export's id: asked again under it, nothing leaves a second time.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `reporting.no-such-template`, `reporting.ended`, `exports.…`, or a
    /// fault.
    pub async fn export_report(&self, call: Call<'_>, wish: &Wish) -> Result<Report, Problem> {
        decide::check(wish)?;
        let most = (MOST_ROWS, false);
        let report = self.report_filled(call.actor, &wish.filter, most).await?;
        let rows = report.lines.len() as u64;
        self.made(call, What::Reports, wish, rows).await?;
        Ok(report)
    }

    /// The same with whole names and numbers, once that was approved.
    pub(super) async fn report_whole(
        &self,
        actor: &Actor,
        filter: &BTreeMap<String, String>,
    ) -> Result<Report, Problem> {
        let report = self.report_filled(actor, filter, (MOST_FULL, true)).await?;
        decide::enough(report.lines.len() as u64, MOST_FULL)?;
        Ok(report)
    }

    /// The template in force that a filter names.
    pub(super) async fn report_of(
        &self,
        actor: &Actor,
        filter: &BTreeMap<String, String>,
    ) -> Result<Arc<Template>, Problem> {
        let id = filter.get(TEMPLATE).and_then(|id| id.parse().ok());
        let Some(id) = id else {
            return Err(Refusal::new("reporting.no-such-template").into());
        };
        let template = self.report_template(actor, id).await?;
        match template.ended {
            None => Ok(template),
            Some(_) => Err(Refusal::new("reporting.ended").into()),
        }
    }

    async fn report_filled(
        &self,
        actor: &Actor,
        filter: &BTreeMap<String, String>,
        most: (u64, bool),
    ) -> Result<Report, Problem> {
        let template = self.report_of(actor, filter).await?;
        let lines = self.report_lines(actor, &template, most).await?;
        let lines = lines.ok_or_else(|| too_many(most.0))?;
        Ok(Report { template, lines })
    }
}
