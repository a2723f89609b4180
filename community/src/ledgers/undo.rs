//! 撤回导入: an import taken back part by part, each part one act. What others recorded later stays
//! and is named.

use std::collections::{HashMap, HashSet};

use linli_kernel::{Action, Actor, CommandId, Fault, Refusal, ResidentId, StreamId, gate};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Cond, Expr, ExprTrait, Order as Sort, Query};
use serde_json::json;
use uuid::Uuid;

use super::events::{Event, Happened, Kept, Part, PartUndone, Touched};
use super::register::{Imports, Row};
use super::service::derived;
use super::state::{Import, Stage, stream};
use crate::feature::{Call, Meta, Plan, Problem, digest_of};
use crate::node::Linli;
use crate::places::street_path;
use crate::reactions;
use crate::registers::store;
use crate::residents::{Households, Residents, TakenBack, Written, take_back, take_household_back};

/// The most imports listed.
const LISTED: u64 = 50;

impl Linli {
    /// One import.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `ledgers.no-such-import`, or a fault.
    pub async fn import_of(&self, actor: &Actor, import: Uuid) -> Result<Import, Problem> {
        let loaded = self.load::<Imports>(&stream(import)).await?;
        let Some(area) = &loaded.state.area else {
            return Err(Refusal::new("ledgers.no-such-import").into());
        };
        if *actor != Actor::system() {
            let areas = self.areas();
            let target = gate::Target {
                area: areas.today(area).unwrap_or(area),
                subject: None,
            };
            gate::permits(actor, Action::ResidentChange, target)?;
        }
        Ok(Import::clone(&loaded.state))
    }

    /// The imports that `actor` may see, the latest first.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, or a fault.
    pub async fn imports(&self, actor: &Actor) -> Result<Vec<Row>, Problem> {
        let gate::Scope::Area(own) = gate::scope(actor, Action::ResidentChange) else {
            return Err(Refusal::new("gate.role").into());
        };
        let areas = self.areas();
        let mut cond = Cond::all();
        if own.depth() > 1 {
            cond = cond.add(Expr::col("street").eq(street_path(&own)));
        }
        if own.depth() > 2 {
            let inside = areas.inside(&own).map(|area| area.path().to_string());
            cond = cond.add(Expr::col("area").is_in(inside));
        }
        let query = Query::select()
            .columns([
                "id", "area", "account", "stage", "at", "lines", "added", "changed", "same",
                "doubtful", "bad", "undone", "kept",
            ])
            .from("import")
            .cond_where(cond)
            .order_by("at", Sort::Desc)
            .limit(LISTED)
            .take();
        Ok(self.rows_of(&query).await?)
    }

    /// Takes an import back. What others recorded later stays; of whom is in [`Import::kept`]
    /// afterwards. Begun anew after an interruption it goes on where it was.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `ledgers.no-such-import`, `ledgers.already-undone`, or a fault.
    pub async fn undo_import(
        &self,
        call: Call<'_>,
        import: Uuid,
        mut told: impl FnMut(u64, u64) + Send,
    ) -> Result<Import, Problem> {
        let own = stream(import);
        self.forget(&own);
        let known = self.import_of(call.actor, import).await?;
        if known.stage == Stage::Undone {
            return Err(Refusal::new("ledgers.already-undone").into());
        }
        let all = known.parts.len() as u64;
        let undone: HashSet<u64> = known.undone_parts.iter().copied().collect();
        for (done, part) in known.parts.iter().enumerate() {
            if !undone.contains(&part.part) {
                self.undo_part(call.actor, import, part).await?;
            }
            told(done as u64 + 1, all);
        }
        let digest = digest_of(&("undo", import))?;
        let finished = |import: &Import| match (&import.area, import.stage) {
            (Some(area), Stage::Running | Stage::Done) => {
                let area = area.clone();
                let what = Happened::Undone;
                Ok((vec![Event { area, what }], json!({})))
            }
            _ => Err(vec![Refusal::new("ledgers.already-undone")]),
        };
        let done = self
            .perform::<Imports, _>(call, digest, &own, finished)
            .await?;
        Ok(Import::clone(&done.state))
    }

    async fn undo_part(&self, actor: &Actor, import: Uuid, part: &Part) -> Result<(), Problem> {
        let at = self.clock().now();
        let meta = Meta { at, actor };
        let mut plan = Plan::default();
        let formed = self.undo_households(&mut plan, meta, import, part).await?;
        let bound = self.bound(part, &formed).await?;
        let streams: Vec<StreamId> = part
            .residents
            .iter()
            .map(|touched| StreamId::from(ResidentId(touched.0)))
            .collect();
        let written = self.journal().streams(&streams).await?;
        let (mut undone, mut kept) = (0, Vec::new());
        for ((touched, stream), entries) in part.residents.iter().zip(&streams).zip(&written) {
            let is_bound = bound.contains(&touched.0);
            let back = take_back(stream, entries, &written_by(import, touched), is_bound);
            let (event, fields) = match back.map_err(|error| damaged(stream, &error))? {
                TakenBack::Nothing => continue,
                TakenBack::Kept(fields) => (None, fields),
                TakenBack::Undone(event, fields) => (Some(event), fields),
            };
            if event.is_none() || !fields.is_empty() {
                kept.push(Kept {
                    resident: touched.0,
                    fields,
                });
            }
            if let Some(event) = event {
                let loaded = self.load::<Residents>(stream).await?;
                plan.add::<Residents>(stream, &loaded, &[*event], meta)?;
                undone += 1;
            }
        }
        let own = stream(import);
        let loaded = self.load::<Imports>(&own).await?;
        let Some(area) = loaded.state.area.clone() else {
            return Ok(());
        };
        let what = Happened::PartUndone(PartUndone {
            part: part.part,
            undone,
            kept,
        });
        plan.add::<Imports>(&own, &loaded, &[Event { area, what }], meta)?;
        let call = Call {
            command: CommandId(derived(import, "undo", part.part)),
            actor,
            expected: None,
        };
        let digest = digest_of(&("undo", import, part.part))?;
        self.submit(call, digest, plan, json!({}), at).await?;
        Ok(())
    }

    /// Withdraws the households that a part formed, where nobody changed them later; those.
    async fn undo_households(
        &self,
        plan: &mut Plan,
        meta: Meta<'_>,
        import: Uuid,
        part: &Part,
    ) -> Result<HashSet<String>, Problem> {
        let mut withdrawn = HashSet::new();
        for touched in &part.households {
            let stream = StreamId::new("household", touched.0);
            let entries = self.journal().stream(&stream).await?;
            let event = take_household_back(&stream, &entries, written_by(import, touched));
            if let Some(event) = event.map_err(|error| damaged(&stream, &error))? {
                let loaded = self.load::<Households>(&stream).await?;
                plan.add::<Households>(&stream, &loaded, &[event], meta)?;
                withdrawn.insert(touched.0.to_string());
            }
        }
        Ok(withdrawn)
    }

    /// Of whom something else depends: another household than those in `formed`, or a case.
    async fn bound(&self, part: &Part, formed: &HashSet<String>) -> Result<HashSet<Uuid>, Fault> {
        let ids: Vec<ResidentId> = part
            .residents
            .iter()
            .map(|touched| ResidentId(touched.0))
            .collect();
        let mut bound: HashSet<Uuid> = reactions::applicants_among(self, &ids)
            .await?
            .into_iter()
            .map(|resident| resident.0)
            .collect();
        let query = Query::select()
            .columns(["id", "household"])
            .from("resident")
            .and_where(Expr::col("id").is_in(ids.iter().map(ToString::to_string)))
            .and_where(Expr::col("household").is_not_null())
            .take();
        let rows = self
            .journal()
            .reader()
            .query_all(&query)
            .await
            .map_err(store)?;
        let mut of: HashMap<String, String> = HashMap::new();
        for row in rows {
            let text = |column: &str| row.try_get::<String>("", column).map_err(store);
            of.insert(text("id")?, text("household")?);
        }
        let elsewhere = of
            .into_iter()
            .filter(|(_, household)| !formed.contains(household));
        bound.extend(elsewhere.filter_map(|(id, _)| id.parse::<Uuid>().ok()));
        Ok(bound)
    }
}

fn written_by(import: Uuid, touched: &Touched) -> Written {
    Written {
        import,
        from: touched.1,
        to: touched.2,
    }
}

fn damaged(stream: &StreamId, error: &linli_journal::FoldError) -> Fault {
    Fault::Damaged(format!("{stream}: {error}"))
}
