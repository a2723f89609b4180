//! 演示待遇: awards that go on from before Linli and the rolls of some months, for `linli demo`. All
//! persons are synthetic; nothing is written that an office could not have written.

use linli_kernel::{Actor, AreaPath, CommandId, ResidentId};

use super::month::Month;
use super::open::Carried;
use super::roll::{Roll, Stage};
use crate::feature::{Call, Problem};
use crate::node::Linli;

/// Somebody who receives something already.
#[derive(Debug, Clone)]
pub struct Receives {
    /// Who.
    pub resident: ResidentId,
    /// Their name.
    pub name: String,
    /// Where they live.
    pub area: AreaPath,
    /// The services that grant it; one the policies say no to is left out.
    pub services: Vec<String>,
    /// How much, where an officer set it.
    pub amount_fen: Option<i64>,
}

/// Who makes rolls in the demo, and who approves them.
#[derive(Debug, Clone, Copy)]
pub struct Officers<'a> {
    /// A street officer.
    pub maker: &'a Actor,
    /// Another officer.
    pub approver: &'a Actor,
}

/// How many lines of each file the demo's bank cannot pay.
const FAIL: usize = 2;

/// Carries over what `people` receive, from `from` on. Returns how many awards there are.
///
/// # Errors
/// [`Problem`]: a fault.
pub async fn carry(linli: &Linli, people: &[Receives], from: Month) -> Result<u32, Problem> {
    let system = Actor::system();
    let mut carried = 0;
    for one in people {
        for service in &one.services {
            let award = Carried {
                resident: one.resident,
                name: one.name.clone(),
                service: service.clone(),
                area: one.area.clone(),
                decided_on: from.first_day(),
                from,
                amount_fen: one.amount_fen,
                account: None,
            };
            match linli.carry_over(call(linli, &system), &award).await {
                Ok(_) => carried += 1,
                Err(Problem::Refused(_)) => {}
                Err(problem) => return Err(problem),
            }
        }
    }
    Ok(carried)
}

/// Makes and checks the roll of a month; with `settle` it is approved, sent and answered too.
///
/// # Errors
/// [`Problem`]: a fault. A month in which nothing is due has no roll.
pub async fn month(
    linli: &Linli,
    by: Officers<'_>,
    (street, period): (&AreaPath, Month),
    settle: bool,
) -> Result<(), Problem> {
    let made = match linli.make_roll(call(linli, by.maker), street, period).await {
        Ok(made) => made.state,
        Err(Problem::Refused(_)) => return Ok(()),
        Err(problem) => return Err(problem),
    };
    let Some(id) = made
        .id()
        .filter(|_| made.stage == Stage::Made && made.lines > 0)
    else {
        return Ok(());
    };
    linli
        .check_roll(call(linli, by.maker), &id, &made.hash)
        .await?;
    if !settle {
        return Ok(());
    }
    linli
        .approve_roll(call(linli, by.approver), &id, &made.hash)
        .await?;
    let sent = linli.send_roll(call(linli, by.maker), &id).await?.state;
    let answer = answer(&id, &sent);
    linli
        .answer_roll(call(linli, by.maker), &id, 1, answer.as_bytes())
        .await?;
    Ok(())
}

/// The answer of a bank that pays all but a few.
fn answer(id: &str, roll: &Roll) -> String {
    use std::fmt::Write as _;
    let lines = roll
        .batch(1)
        .map(|batch| roll.lines_of(batch))
        .unwrap_or_default();
    let sum: i64 = lines.iter().map(|(_, _, line)| line.net()).sum();
    let yuan = |fen: i64| format!("{}.{:02}", fen / 100, fen % 100);
    let mut text = format!("邻里代发回盘,1,{id},1,{},{}\n", lines.len(), yuan(sum));
    let fails = if lines.len() > 4 * FAIL { FAIL } else { 0 };
    for (at, (number, _, line)) in lines.iter().enumerate() {
        let result = if at < fails {
            "失败,账户已销户"
        } else {
            "成功,"
        };
        let reference = super::roll::reference(id, *number);
        // Writing to a text cannot fail.
        let _written = writeln!(text, "{reference},{},{result}", yuan(line.net()));
    }
    text
}

fn call<'a>(linli: &Linli, actor: &'a Actor) -> Call<'a> {
    Call {
        command: CommandId::new(linli.clock()),
        actor,
        expected: None,
    }
}
