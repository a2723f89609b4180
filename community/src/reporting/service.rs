//! Templates on a running node: reviewed, made, ended.

use linli_kernel::{Actor, AreaPath, Fault, Refusal};
use serde_json::json;
use uuid::Uuid;

use super::decide::{self, Context};
use super::duplicates::{Known, LIST, Review, overlaps};
use super::events::{About, Created};
use super::register::{Templates, stream};
use super::rules::Rules;
use super::state::Template;
use crate::feature::{Call, Problem, digest_of};
use crate::node::Linli;
use crate::places::AreaTree;

/// What somebody wants to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Where: in this area and below.
    pub area: AreaPath,
    /// The table.
    pub table: Created,
}

impl Linli {
    /// Everything that is wrong with a draft by itself, each on its field.
    ///
    /// # Errors
    /// [`Fault`] when the rules cannot be read.
    pub fn report_problems(&self, actor: &Actor, draft: &Draft) -> Result<Vec<Refusal>, Fault> {
        let areas = self.areas();
        let context = self.report_context(actor, &areas)?;
        Ok(decide::check(draft, context).err().unwrap_or_default())
    }

    /// What a draft repeats and what somebody would have to type for it.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `reporting.…` with its field where the draft is wrong, or a fault.
    pub async fn review_report(&self, actor: &Actor, draft: &Draft) -> Result<Review, Problem> {
        self.report_review(actor, draft, None).await
    }

    /// `but` itself: made already by a form that is sent again, it repeats nothing.
    async fn report_review(
        &self,
        actor: &Actor,
        draft: &Draft,
        but: Option<Uuid>,
    ) -> Result<Review, Problem> {
        let (areas, rules) = (self.areas(), Rules::built_in()?);
        let context = self.report_context(actor, &areas)?;
        decide::check(draft, context).map_err(Problem::Refused)?;
        let table = &draft.table;
        let mut known = self.known_tables(&draft.area, rules).await?;
        let but = but.map(|id| id.to_string());
        known.retain(|one| Some(&one.with) != but.as_ref());
        Ok(Review {
            repeats: overlaps(rules, table.about, &table.columns, &known),
            shares: self.report_shares(actor, &draft.area, table).await?,
        })
    }

    /// Makes a template; the call's command is its id. `seen` is the [mark](Review::mark) of what
    /// was shown.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `reporting.…` with its field, or a fault.
    pub async fn create_report(
        &self,
        call: Call<'_>,
        draft: &Draft,
        seen: &str,
    ) -> Result<Uuid, Problem> {
        let id = call.command.0;
        let review = self.report_review(call.actor, draft, Some(id)).await?;
        let areas = self.areas();
        let context = self.report_context(call.actor, &areas)?;
        let event = decide::create(draft, &review, seen, context).map_err(Problem::Refused)?;
        let digest = digest_of(&(&draft.area, &draft.table, seen))?;
        self.perform::<Templates, _>(
            call,
            digest,
            &stream(id),
            |template: &Template| match template.created {
                None => Ok((vec![event.clone()], json!({ "template": id }))),
                Some(_) => Err(vec![Refusal::new("reporting.already-there")]),
            },
        )
        .await?;
        Ok(id)
    }

    /// 废止: ends a template, for a reason.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `reporting.no-such-template`, `reporting.ended`,
    /// `reporting.reason-missing`, `reporting.personal`, or a fault.
    pub async fn end_report(&self, call: Call<'_>, id: Uuid, reason: &str) -> Result<(), Problem> {
        let areas = self.areas();
        let context = self.report_context(call.actor, &areas)?;
        let digest = digest_of(&("end", id, reason))?;
        self.perform::<Templates, _>(call, digest, &stream(id), |template: &Template| {
            let event = decide::end(template, reason, context).map_err(|no| vec![no])?;
            Ok((vec![event], json!({ "template": id })))
        })
        .await?;
        Ok(())
    }

    fn report_context<'a>(
        &'a self,
        actor: &'a Actor,
        areas: &'a AreaTree,
    ) -> Result<Context<'a>, Fault> {
        Ok(Context {
            actor,
            dictionary: self.catalogue().dictionary(),
            rules: Rules::built_in()?,
            areas,
            today: self.clock().today(),
        })
    }

    /// What is asked for or given already: templates in force, and the list of residents.
    async fn known_tables(&self, area: &AreaPath, rules: &Rules) -> Result<Vec<Known>, Fault> {
        let rows = self.templates_in(area).await?;
        let mut known: Vec<Known> = rows
            .into_iter()
            .map(|row| Known {
                about: row.about(),
                columns: row.columns(),
                with: row.id,
            })
            .collect();
        known.push(Known {
            with: LIST.to_owned(),
            about: About::Residents,
            columns: rules.listed.clone(),
        });
        Ok(known)
    }
}
