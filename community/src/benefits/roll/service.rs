//! Rolls on a running node: made, checked, approved, sent, answered.

use std::collections::HashMap;
use std::sync::Arc;

use linli_kernel::gate::{Target, permits};
use linli_kernel::{Action, Actor, AreaPath, AwardId, Fault, Refusal, StreamId};
use sea_orm::sea_query::{Cond, Expr, ExprTrait, Order, Query};
use serde_json::json;

use super::bank::{self, BankFile, Payee};
use super::compare::{Compared, GoneWhy};
use super::decide;
use super::events::HeldWhy;
use super::make::{Candidate, Made, make};
use super::register::{LineRow, Rolls, Row};
use super::state::{Roll, Stage, id_of, stream};
use super::{answer, reference};
use crate::benefits::month::Month;
use crate::benefits::queries::{PAGE, area_in, rows};
use crate::benefits::register::{Awards, Row as AwardRow};
use crate::benefits::rules::most_percent;
use crate::benefits::state::{Award, MaybeAward, Standing};
use crate::feature::{Call, Feature as _, Meta, Performed, Problem, digest_of};
use crate::node::Linli;
use crate::places::within;

/// How many awards are opened at a time for a file.
const AT_ONCE: usize = 400;

impl Linli {
    /// What a roll of `street` for `period` would be as the awards stand now.
    async fn would_be(&self, street: &AreaPath, period: Month) -> Result<Made, Fault> {
        let area = Expr::col("street").eq(street.as_str());
        let query = rows().and_where(area).take();
        let found = self.rows_of(&query).await?;
        let street = street.clone();
        let made = tokio::task::spawn_blocking(move || {
            let candidates = found.iter().filter_map(candidate).collect();
            make(candidates, &street, period, most_percent())
        });
        made.await.map_err(|gone| Fault::Damaged(gone.to_string()))
    }

    /// 生成名册 of a street for a month, anew where it was made before and not yet approved. Its
    /// name is in the answer under `roll`.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `benefits.roll-…`, or a fault.
    pub async fn make_roll(
        &self,
        call: Call<'_>,
        street: &AreaPath,
        period: Month,
    ) -> Result<Performed<Roll>, Problem> {
        let today = self.clock().today();
        decide::may_make(call.actor, street, period, today)?;
        let id = id_of(street, period);
        let digest = digest_of(&("make", &id))?;
        let made = self.would_be(street, period).await?;
        let mut made = Some(made);
        let makes = |roll: &Roll| {
            let made = made.take().unwrap_or_default();
            let events = decide::made(roll, made, street, period, today);
            Ok((events.map_err(|no| vec![no])?, json!({ "roll": &id })))
        };
        // Decided once: what would be written twice is found by the version it was decided at.
        let known = self.load::<Rolls>(&stream(&id)).await?;
        let call = Call {
            expected: Some(known.version),
            ..call
        };
        self.perform::<Rolls, _>(call, digest, &stream(&id), makes)
            .await
    }

    /// 核对完成 of what was seen, by its hash.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `benefits.roll-…`, or a fault.
    pub async fn check_roll(
        &self,
        call: Call<'_>,
        id: &str,
        seen: &str,
    ) -> Result<Performed<Roll>, Problem> {
        let today = self.clock().today();
        let digest = digest_of(&("check", id, seen))?;
        let checks = |roll: &Roll| {
            let events = decide::check(roll, seen, call.actor, today).map_err(|no| vec![no])?;
            Ok((events, json!({ "roll": id })))
        };
        self.perform::<Rolls, _>(call, digest, &stream(id), checks)
            .await
    }

    /// 审批 of what was seen, by its hash, if the awards still make the same roll.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `benefits.second-person`, `benefits.roll-…`, or a fault.
    pub async fn approve_roll(
        &self,
        call: Call<'_>,
        id: &str,
        seen: &str,
    ) -> Result<Performed<Roll>, Problem> {
        let today = self.clock().today();
        let digest = digest_of(&("approve", id, seen))?;
        // One approval at a time: between reckoning anew and writing no other roll may count.
        let approving = self.approving().lock().await;
        let known = self.load::<Rolls>(&stream(id)).await?;
        let now = match (&known.state.area, known.state.period) {
            (Some(street), Some(period)) => self.would_be(street, period).await?.hash,
            _ => String::new(),
        };
        let approves = |roll: &Roll| {
            let hashes = (seen, now.as_str());
            let events = decide::approve(roll, hashes, call.actor, today).map_err(|no| vec![no])?;
            Ok((events, json!({ "roll": id })))
        };
        let approved = self
            .perform::<Rolls, _>(call, digest, &stream(id), approves)
            .await;
        drop(approving);
        approved
    }

    /// 送银行: makes the file of what is approved and not yet sent, and records that it was made.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `benefits.roll-changed` where the lines are not those that were
    /// approved, `benefits.roll-…`, or a fault.
    pub async fn send_roll(&self, call: Call<'_>, id: &str) -> Result<Performed<Roll>, Problem> {
        let today = self.clock().today();
        let digest = digest_of(&("send", id))?;
        if self.sent_before(call, digest).await? {
            return self
                .perform::<Rolls, _>(call, digest, &stream(id), |_| Ok((vec![], json!({}))))
                .await;
        }
        let known = self.load::<Rolls>(&stream(id)).await?;
        let lines = decide::to_send(&known.state, call.actor)?;
        let batch = u32::try_from(known.state.batches.len() + 1).unwrap_or(u32::MAX);
        let file = self.file(id, &known.state, batch, &lines).await?;
        let sends = |roll: &Roll| {
            let events = decide::send(roll, &file, &lines, call.actor, today);
            Ok((
                events.map_err(|no| vec![no])?,
                json!({ "roll": id, "batch": batch }),
            ))
        };
        self.perform::<Rolls, _>(call, digest, &stream(id), sends)
            .await
    }

    async fn sent_before(&self, call: Call<'_>, digest: [u8; 32]) -> Result<bool, Problem> {
        let answered = self.journal().answered(call.command, digest).await;
        Ok(answered.map_err(|error| self.problem(error))?.is_some())
    }

    /// A file that was sent, made once more: byte for byte the same, or refused with both hashes.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `benefits.file-differs`, or a fault.
    pub async fn bank_file(
        &self,
        actor: &Actor,
        id: &str,
        number: u32,
    ) -> Result<BankFile, Problem> {
        let known = self.load::<Rolls>(&stream(id)).await?;
        let roll = &known.state;
        let unknown = || Refusal::new("benefits.roll-unknown");
        let area = roll.area.as_ref().ok_or_else(unknown)?;
        let target = Target {
            area,
            subject: None,
        };
        permits(actor, Action::RollMake, target)?;
        let batch = roll.batch(number).ok_or_else(unknown)?;
        let lines = roll.lines_of(batch);
        let lines: Vec<u32> = lines.into_iter().map(|(number, ..)| number).collect();
        let file = self.file(id, roll, number, &lines).await?;
        if file.sha256 != batch.sha256 {
            let differs = Refusal::new("benefits.file-differs");
            let differs = differs.with("approved", &batch.sha256);
            return Err(differs.with("now", &file.sha256).into());
        }
        Ok(file)
    }

    async fn file(
        &self,
        id: &str,
        roll: &Roll,
        batch: u32,
        lines: &[u32],
    ) -> Result<BankFile, Problem> {
        let period = roll
            .period
            .map(|period| period.to_string())
            .unwrap_or_default();
        let today = self.clock().today();
        let name = |service: &str| {
            let known = self.catalogue().service(service, today);
            known.map_or_else(|| service.to_owned(), |known| known.names.zh.clone())
        };
        let mut names: HashMap<&str, String> = HashMap::new();
        let mut payees = Vec::with_capacity(lines.len());
        for some in lines.chunks(AT_ONCE) {
            let of = some
                .iter()
                .filter_map(|number| Some((*number, roll.line(*number)?)));
            let of: Vec<_> = of.collect();
            let awards = of.iter().map(|(_, (_, line))| line.award);
            let awards = self.opened(&awards.collect::<Vec<_>>()).await?;
            for ((number, (group, line)), award) in of.into_iter().zip(awards) {
                let gone = || Fault::Damaged(format!("{}: no award", reference(id, number)));
                let award = award.ok_or_else(gone)?;
                let service = names
                    .entry(&group.service)
                    .or_insert_with(|| name(&group.service));
                payees.push(Payee {
                    line: number,
                    name: award.payee.clone(),
                    account: award.account.clone(),
                    fen: line.net(),
                    purpose: format!("{service} {period}"),
                });
            }
        }
        let word = self
            .journal()
            .lookup_hash("bank-file", &format!("{id}.{batch}"));
        Ok(bank::write(id, batch, &payees, &word)?)
    }

    /// Awards with what is sealed of them, in the order asked for.
    async fn opened(&self, ids: &[AwardId]) -> Result<Vec<Option<Arc<Award>>>, Fault> {
        let streams: Vec<StreamId> = ids.iter().map(|id| StreamId::from(*id)).collect();
        let entries = self.journal().streams(&streams).await?;
        let mut opened = Vec::with_capacity(ids.len());
        for (stream, entries) in streams.iter().zip(entries) {
            let mut award = MaybeAward::default();
            for entry in &entries {
                let event =
                    Awards::read(entry).map_err(|e| Fault::Damaged(format!("{stream}: {e}")))?;
                let meta = Meta {
                    at: entry.at,
                    actor: &entry.actor,
                };
                Awards::apply(&mut award, stream, &event, meta);
            }
            opened.push(award);
        }
        Ok(opened)
    }

    /// 对账: posts the bank's answer to the file `number`. One that does not add up posts nothing,
    /// and every row that is wrong is named.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `benefits.answer-…`, or a fault.
    pub async fn answer_roll(
        &self,
        call: Call<'_>,
        id: &str,
        number: u32,
        bytes: &[u8],
    ) -> Result<Performed<Roll>, Problem> {
        let today = self.clock().today();
        let sha256 = bank::digest(bytes);
        let digest = digest_of(&("answer", id, number, &sha256))?;
        let read = answer::read(bytes).map_err(Problem::Refused)?;
        let answers = |roll: &Roll| {
            let answer = (number, &read, sha256.as_str());
            let events = decide::answer(roll, answer, call.actor, today)?;
            Ok((events, json!({ "roll": id })))
        };
        self.perform::<Rolls, _>(call, digest, &stream(id), answers)
            .await
    }

    /// One roll with its version, for those who may see it.
    ///
    /// # Errors
    /// [`Problem`]: `benefits.roll-unknown`, `gate.…`, or a fault.
    pub async fn roll(&self, actor: &Actor, id: &str) -> Result<(Arc<Roll>, u64), Problem> {
        let loaded = self.load::<Rolls>(&stream(id)).await?;
        let unknown = || Refusal::new("benefits.roll-unknown");
        let area = loaded.state.area.as_ref().ok_or_else(unknown)?;
        let target = Target {
            area,
            subject: None,
        };
        permits(actor, Action::BenefitCount, target)?;
        Ok((loaded.state, loaded.version))
    }

    /// The rolls of the actor's area, the newest first.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, or a fault.
    pub async fn rolls(&self, actor: &Actor, page: u64) -> Result<Vec<Row>, Problem> {
        let area = area_in(actor, Action::BenefitCount, None)?;
        let query = Query::select()
            .columns([
                "id",
                "area",
                "period",
                "stage",
                "lines",
                "held",
                "gross_fen",
                "deduct_fen",
                "made_by",
                "approved_by",
                "bad",
                "paid_on",
            ])
            .from("roll")
            .cond_where(within(&self.areas(), &area))
            .order_by("period", Order::Desc)
            .order_by("street", Order::Asc)
            .limit(PAGE)
            .offset(page.saturating_sub(1).saturating_mul(PAGE))
            .take();
        Ok(self.rows_of(&query).await?)
    }

    /// A page of a roll's lines, all or only those that the bank could not pay. Who may ask is
    /// for the caller to establish.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn roll_lines(
        &self,
        id: &str,
        only_bad: bool,
        page: u64,
    ) -> Result<Vec<LineRow>, Fault> {
        let mut cond = Cond::all().add(Expr::col("roll").eq(id));
        if only_bad {
            cond = cond.add(Expr::col("outcome").is_not_null());
        }
        let query = Query::select()
            .columns([
                "line", "award", "fen", "deduct", "months", "why", "outcome", "reason", "number",
                "service",
            ])
            .from("roll_line")
            .left_join("benefit", Expr::col("id").equals("award"))
            .cond_where(cond)
            .order_by("line", Order::Asc)
            .limit(PAGE)
            .offset(page.saturating_sub(1).saturating_mul(PAGE))
            .take();
        self.rows_of(&query).await
    }

    /// 与上期比较: the roll beside the approved one of the month before.
    ///
    /// # Errors
    /// [`Fault`] when the journal or the registers cannot be read.
    pub async fn roll_compared(&self, roll: &Roll) -> Result<Compared, Fault> {
        let (Some(street), Some(period)) = (&roll.area, roll.period) else {
            return Ok(Compared::default());
        };
        let before = self
            .load::<Rolls>(&stream(&id_of(street, period.plus(-1))))
            .await?;
        let nothing = Roll::default();
        let before = match before.state.stage >= Stage::Approved {
            true => &*before.state,
            false => &nothing,
        };
        let gone = Compared::of(roll, before, |_| GoneWhy::Elsewhere).gone;
        let mut reasons: HashMap<AwardId, GoneWhy> = HashMap::new();
        let ids: Vec<AwardId> = gone.iter().map(|one| one.award).collect();
        for some in ids.chunks(AT_ONCE) {
            let ids = some.iter().map(ToString::to_string);
            let query = rows().and_where(Expr::col("id").is_in(ids)).take();
            for row in self.rows_of::<AwardRow>(&query).await? {
                let there = row.area().is_some_and(|area| street.contains(&area));
                if let Some(id) = row.id().filter(|_| there) {
                    reasons.insert(id, gone_why(&row, period));
                }
            }
        }
        let why = |award| reasons.get(&award).copied().unwrap_or(GoneWhy::Elsewhere);
        Ok(Compared::of(roll, before, why))
    }
}

fn gone_why(row: &crate::benefits::register::Row, period: Month) -> GoneWhy {
    match row.standing() {
        Standing::Paused => GoneWhy::Paused,
        Standing::Stopped => GoneWhy::Stopped,
        Standing::Running => {
            let over = row.schedule().and_then(|one| one.until);
            match over.is_some_and(|until| until < period) {
                true => GoneWhy::Ended,
                false => GoneWhy::NotDue,
            }
        }
    }
}

/// The award of a register row, as it may be on a roll; `None` after erasure.
fn candidate(row: &crate::benefits::register::Row) -> Option<Candidate> {
    let held = if row.died() {
        Some(HeldWhy::Died)
    } else {
        (!row.is_payable()).then_some(HeldWhy::Account)
    };
    Some(Candidate {
        award: row.id()?,
        area: row.area()?,
        service: row.service.clone(),
        schedule: row.schedule()?,
        settled: row.settled(),
        deducted: row.deducted(),
        held,
    })
}
