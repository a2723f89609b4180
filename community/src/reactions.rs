//! 联动: the one closed list of “when X, then Y” across features.
//!
//! | when | then |
//! |---|---|
//! | a resident dies or leaves | [`resident_gone`]: their open cases are flagged for their desks, their awards and those of their household are looked at again |
//! | a case is decided, or its decision set aside | [`case_decided`]: an award is opened, rated anew or looked at again |
//! | an area is moved or abolished | [`areas_changed`]: its open cases follow to the area of today |
//! | a person is erased | [`erase`]: what is theirs leaves the registers of every feature, and memory; [`close_account_of`]: nobody signs in as them |
//! | an import is taken back | [`applicants_among`]: who has a case stays known |
//! | something happens that somebody is to be told: a step of a case, a bank's answer, a review, an offer | `told_of_case`, `told_of_award`, `told_of_roll`, `told_of_offer`: the outbox asks for a message |
//! | somebody acts in a post | [`kin_of`]: 回避, cases of their own household are closed to them |
//!
//! Each may run again without harm: what is done already is refused or finds nothing to do.

use std::collections::BTreeSet;
use std::path::PathBuf;

use linli_journal::Destroy;
use linli_kernel::{Actor, AreaPath, CaseId, CommandId, Fault, ResidentId};
use sea_orm::sea_query::{Cond, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DatabaseConnection};

use crate::accounts::{self, Accounts};
use crate::appointments;
use crate::benefits;
use crate::cases::command::Command;
use crate::cases::{self, State, register, service};
use crate::feature::{Call, Problem};
use crate::messages;
use crate::node::Linli;
use crate::offers;
use crate::registers::store;
use crate::residents::{self, among};

/// The outbox's notice about an event of a case at `version`, where its applicant is to be told.
pub(crate) fn told_of_case(
    case: &cases::State,
    fact: &cases::Fact,
    version: u64,
) -> Option<(&'static str, serde_json::Value)> {
    Some((messages::TELLER, messages::of_case(case, fact, version)?))
}

/// The same about an event of an award.
pub(crate) fn told_of_award(
    award: &benefits::Award,
    fact: &benefits::Fact,
    version: u64,
) -> Option<(&'static str, serde_json::Value)> {
    Some((messages::TELLER, messages::of_award(award, fact, version)?))
}

/// The same about an event of a roll.
pub(crate) fn told_of_roll(
    id: &str,
    fact: &benefits::roll::Fact,
    version: u64,
) -> Option<(&'static str, serde_json::Value)> {
    Some((messages::TELLER, messages::of_roll(id, fact, version)?))
}

/// The same about an offer that was made.
pub(crate) fn told_of_offer(made: &offers::Made) -> Option<(&'static str, serde_json::Value)> {
    let body = messages::of_offer(made.resident, &made.policy, &made.service)?;
    Some((messages::TELLER, body))
}

/// A resident died (`applicant-died`) or left (`applicant-moved`): the desks of their open cases
/// shall look. Returns how many cases were flagged.
///
/// # Errors
/// A fault.
pub async fn resident_gone(
    linli: &Linli,
    resident: ResidentId,
    reason: &str,
) -> Result<u32, Problem> {
    let cond = Cond::all()
        .add(among("applicant", &linli.same_as(resident)))
        .add(Expr::col("open").eq(1_i64))
        .add(
            Cond::any()
                .add(Expr::col("flag").is_null())
                .add(Expr::col("flag").ne(reason)),
        );
    let command = Command::Flag {
        reason: reason.to_owned(),
    };
    let mut flagged = 0;
    for id in cases_where(linli, cond).await? {
        flagged += u32::from(by_linli(linli, id, &command).await?);
    }
    linli.review_gone(resident, reason).await?;
    Ok(flagged)
}

/// A case was decided, or its decision was set aside: what becomes of its award. One that was lost
/// in between is found by the daily look.
///
/// # Errors
/// A fault.
pub async fn case_decided(linli: &Linli, case: &State) -> Result<(), Problem> {
    // Money is paid at the top: a node below it has no awards, its decisions arrive there.
    if !linli.is_joined() {
        linli.award_case(case).await?;
    }
    Ok(())
}

/// Why a case is transferred when its area moved.
pub(crate) const AREA_MOVED: &str = "区划调整";

/// Areas were moved or abolished: open cases under a path of the past follow to the area of today.
///
/// They do so wherever they are in their life. Ended cases keep the path of their time until somebody acts on
/// them again; the committee of today reads them all the same. Returns how many cases moved.
///
/// # Errors
/// A fault.
pub async fn areas_changed(linli: &Linli) -> Result<u32, Problem> {
    let tree = linli.areas();
    let mut moved = 0;
    for path in open_areas(linli).await? {
        if tree.get(&path).is_some() {
            continue;
        }
        let Some(today) = tree.today(&path) else {
            tracing::warn!(area = %path, "open cases belong to an area without an heir");
            continue;
        };
        let command = Command::Transfer {
            area: today.clone(),
            words: AREA_MOVED.to_owned(),
        };
        let cond = Cond::all()
            .add(Expr::col("area").eq(path.as_str()))
            .add(Expr::col("open").eq(1_i64));
        for id in cases_where(linli, cond).await? {
            moved += u32::from(by_linli(linli, id, &command).await?);
        }
    }
    Ok(moved)
}

/// Erases a person (PIPL art. 47): destroys their key, and clears what is theirs from the registers
/// of every feature and from memory. What was recorded stays provable; nobody can read it again.
///
/// Who may decide that, and on what ground, is for the caller to establish; it is recorded with
/// `reason`, which holds no personal data. Returns backup folders that could not be reached.
///
/// # Errors
/// [`Problem`]: `journal.subject-erased` when it was done before, or a fault.
pub async fn erase(
    linli: &Linli,
    call: Call<'_>,
    subject: ResidentId,
    area: &AreaPath,
    reason: &str,
) -> Result<Vec<PathBuf>, Problem> {
    let wish = Destroy {
        command: call.command,
        actor: call.actor.clone(),
        area: area.clone(),
        reason: reason.to_owned(),
        changes: [
            residents::forget(subject),
            register::erased(subject),
            appointments::forget(subject),
            benefits::forget(subject),
            offers::forget(subject),
        ]
        .concat(),
    };
    let destroyed = linli.journal().destroy(subject, wish).await;
    // Whatever came of it: what is in memory may have been read with a key that is gone.
    linli.forget_all();
    destroyed.map_err(|error| linli.problem(error))
}

/// How many cases of `resident` are open.
///
/// # Errors
/// A fault.
pub async fn open_cases_of(linli: &Linli, resident: ResidentId) -> Result<usize, Fault> {
    let cond = Cond::all()
        .add(among("applicant", &linli.same_as(resident)))
        .add(Expr::col("open").eq(1_i64));
    Ok(cases_where(linli, cond).await?.len())
}

/// Who of these residents has a case, open or ended: what is known of them is not withdrawn.
///
/// # Errors
/// A fault.
pub async fn applicants_among(
    linli: &Linli,
    residents: &[ResidentId],
) -> Result<Vec<ResidentId>, Fault> {
    let query = Query::select()
        .distinct()
        .column("applicant")
        .from("cases")
        .and_where(Expr::col("applicant").is_in(residents.iter().map(ToString::to_string)))
        .take();
    let ids = texts(linli.journal().reader(), &query, "applicant").await?;
    Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
}

/// Closes the account of somebody who was erased, where there is one: nobody signs in with it.
///
/// # Errors
/// A fault.
pub async fn close_account_of(linli: &Linli, resident: ResidentId) -> Result<(), Problem> {
    let reader = linli.journal().reader();
    let Some(row) = accounts::by_resident(reader, resident).await? else {
        return Ok(());
    };
    let actor = Actor::system();
    let call = Call {
        command: CommandId::new(linli.clock()),
        actor: &actor,
        expected: None,
    };
    accounts::perform(linli, call, row.id, &accounts::Command::Close).await?;
    Ok(())
}

/// 回避: the residents whose affairs somebody acting in a post keeps away from: themselves and their
/// household. Who they are is what their account says, not what the one who calls says.
///
/// # Errors
/// A fault.
pub async fn kin_of(linli: &Linli, actor: &Actor) -> Result<Vec<ResidentId>, Fault> {
    let (Some(account), Some(_)) = (actor.account, &actor.post) else {
        return Ok(Vec::new());
    };
    let account = linli.load::<Accounts>(&accounts::stream(account)).await?;
    match actor.resident.or_else(|| account.state.person()) {
        Some(resident) => household_of(linli, resident).await,
        None => Ok(Vec::new()),
    }
}

/// The residents of `resident`'s household, the resident among them.
///
/// # Errors
/// A fault.
pub async fn household_of(linli: &Linli, resident: ResidentId) -> Result<Vec<ResidentId>, Fault> {
    let reader = linli.journal().reader();
    let resident = linli.survivor(resident);
    let own = Query::select()
        .column("household")
        .from("resident")
        .and_where(Expr::col("id").eq(resident.to_string()))
        .take();
    let household = texts(reader, &own, "household").await?.pop();
    let mut kin = vec![resident];
    let stood_for = |kin: Vec<ResidentId>| {
        let everybody: BTreeSet<ResidentId> =
            kin.into_iter().flat_map(|one| linli.same_as(one)).collect();
        everybody.into_iter().collect::<Vec<_>>()
    };
    if let Some(household) = household {
        let members = Query::select()
            .column("id")
            .from("resident")
            .and_where(Expr::col("household").eq(household))
            .take();
        let ids = texts(reader, &members, "id").await?;
        kin.extend(ids.iter().filter_map(|id| id.parse::<ResidentId>().ok()));
    }
    Ok(stood_for(kin))
}

async fn cases_where(linli: &Linli, cond: Cond) -> Result<Vec<CaseId>, Fault> {
    let query = Query::select()
        .column("id")
        .from("cases")
        .cond_where(cond)
        .take();
    let ids = texts(linli.journal().reader(), &query, "id").await?;
    Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
}

/// The areas that have open cases.
async fn open_areas(linli: &Linli) -> Result<Vec<AreaPath>, Fault> {
    let query = Query::select()
        .distinct()
        .column("area")
        .from("cases")
        .and_where(Expr::col("open").eq(1_i64))
        .take();
    let paths = texts(linli.journal().reader(), &query, "area").await?;
    Ok(paths.iter().filter_map(|path| path.parse().ok()).collect())
}

async fn texts(
    reader: &DatabaseConnection,
    query: &SelectStatement,
    column: &str,
) -> Result<Vec<String>, Fault> {
    let rows = reader.query_all(query).await.map_err(store)?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let text: Option<String> = row.try_get("", column).map_err(store)?;
        found.extend(text);
    }
    Ok(found)
}

/// Does `command` as Linli itself. Whether it was done: a refusal means that it does not apply.
pub(crate) async fn by_linli(
    linli: &Linli,
    id: CaseId,
    command: &Command,
) -> Result<bool, Problem> {
    let actor = Actor::system();
    let call = Call {
        command: CommandId::new(linli.clock()),
        actor: &actor,
        expected: None,
    };
    match service::act(linli, call, id, command).await {
        Ok(_) => Ok(true),
        Err(Problem::Refused(_) | Problem::Conflict { .. }) => Ok(false),
        Err(fault) => Err(fault),
    }
}
