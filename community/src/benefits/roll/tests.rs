//! Rolls: who may do what when, the bank's answer that does not add up, and random histories in
//! which the ledger balances at every moment and nobody is ever paid twice.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use linli_kernel::{Actor, AwardId, Role};
use proptest::prelude::*;

use super::answer::{Outcome, Reason, read};
use super::bank::{self, BankFile, Payee};
use super::decide::{answer, approve, check, made, may_make, send, to_send};
use super::events::*;
use super::line::{Group, Line, Why, hash_of};
use super::make::{Candidate, Made, make};
use super::state::{Roll, Stage, stream};
use crate::benefits::ledger::{Account, Ledger};
use crate::benefits::month::Month;
use crate::benefits::schedule::{Pause, Rate, Schedule, total};
use crate::benefits::settled::Settled;
use crate::benefits::tests::world::*;
use crate::catalogue::Every;
use crate::feature::Meta;

const MOST: u8 = 20;

fn candidate(n: u128, schedule: Schedule) -> Candidate {
    Candidate {
        award: award_id(n),
        area: path(HOME),
        service: "dibao".to_owned(),
        schedule,
        settled: Settled::default(),
        deducted: 0,
        held: None,
    }
}

fn takes(roll: &mut Roll, events: &[Event], actor: &Actor) {
    let meta = Meta {
        at: Timestamp::UNIX_EPOCH,
        actor,
    };
    for event in events {
        roll.apply(event, meta);
        assert!(roll.ledger.is_balanced(true), "after {}", event.fact.kind());
    }
}

/// What happens to a roll next.
type Next<'a> = &'a dyn Fn(&Roll) -> Vec<Event>;

/// An act, answered with the code of its refusal.
type Asked<'a> = &'a dyn Fn(&Roll) -> String;

/// Codes of refusals with their facts.
type Told = Vec<(String, BTreeMap<String, String>)>;

/// Three awards of 1,000.00 a month from March on, rolled for September.
fn three() -> Made {
    let candidates = (1..=3).map(|n| candidate(n, schedule())).collect();
    make(candidates, &path(STREET), month("2026-09"), MOST)
}

fn at(stage: Stage) -> Roll {
    let (maker, other) = (officer(1), officer(2));
    let mut roll = Roll::default();
    let period = month("2026-09");
    let steps: [(Stage, Next<'_>, &Actor); 4] = [
        (
            Stage::Made,
            &|roll| made(roll, three(), &path(STREET), period, TODAY).unwrap(),
            &maker,
        ),
        (
            Stage::Checked,
            &|roll| check(roll, &roll.hash, &officer(1), TODAY).unwrap(),
            &maker,
        ),
        (
            Stage::Approved,
            &|roll| approve(roll, (&roll.hash, &roll.hash), &officer(2), TODAY).unwrap(),
            &other,
        ),
        (Stage::Sent, &|roll| sends(roll, &officer(1)), &maker),
    ];
    for (reached, step, actor) in steps {
        if reached <= stage {
            let events = step(&roll);
            takes(&mut roll, &events, actor);
            assert_eq!(roll.stage, reached);
        }
    }
    roll
}

fn file(roll: &Roll, lines: &[u32]) -> BankFile {
    let payees: Vec<Payee> = lines
        .iter()
        .map(|number| Payee {
            line: *number,
            name: "张建国".to_owned(),
            account: "9900000000000017".to_owned(),
            fen: roll.line(*number).unwrap().1.net(),
            purpose: "最低生活保障 2026-09".to_owned(),
        })
        .collect();
    let batch = u32::try_from(roll.batches.len() + 1).unwrap();
    bank::write(&roll.id().unwrap(), batch, &payees, "word").unwrap()
}

fn sends(roll: &Roll, actor: &Actor) -> Vec<Event> {
    let lines = to_send(roll, actor).unwrap();
    send(roll, &file(roll, &lines), &lines, actor, TODAY).unwrap()
}

/// What a bank answers to a file: `bad` for some of its lines, paid for the others.
fn answered(roll: &Roll, batch: u32, bad: &BTreeMap<u32, &str>) -> String {
    let of = roll.lines_of(roll.batch(batch).unwrap());
    let sum: i64 = of.iter().map(|(_, _, line)| line.net()).sum();
    let id = roll.id().unwrap();
    let mut text = format!(
        "邻里代发回盘,1,{id},{batch},{},{}\n流水号,金额,结果,原因\n",
        of.len(),
        bank::plain(sum)
    );
    for (number, _, line) in of {
        let result = bad.get(&number).copied().unwrap_or("成功,");
        let reference = bank::reference(&id, number);
        text.push_str(&format!(
            "{reference},{},{result}\n",
            bank::plain(line.net())
        ));
    }
    text
}

fn posts(roll: &Roll, batch: u32, text: &str) -> Result<Vec<Event>, Told> {
    let told = |refusals: Vec<linli_kernel::Refusal>| -> Told {
        refusals
            .into_iter()
            .map(|one| (one.code, one.facts))
            .collect()
    };
    let read = read(text.as_bytes()).map_err(told)?;
    let digest = bank::digest(text.as_bytes());
    answer(roll, (batch, &read, &digest), &officer(1), TODAY).map_err(told)
}

fn code(result: Result<Vec<Event>, linli_kernel::Refusal>) -> String {
    result.err().map(|no| no.code).unwrap_or_default()
}

#[expect(clippy::too_many_lines, reason = "a table: one of each")]
#[test]
fn every_stage_answers_every_act() {
    let (maker, other) = (officer(1), officer(2));
    let changed = || {
        let candidates = (1..=2).map(|n| candidate(n, schedule())).collect();
        make(candidates, &path(STREET), month("2026-09"), MOST)
    };
    let stages = [
        Stage::Nothing,
        Stage::Made,
        Stage::Checked,
        Stage::Approved,
        Stage::Sent,
    ];
    let acts: [(&str, Asked<'_>, [&str; 5]); 4] = [
        (
            "make",
            &|roll| {
                code(made(
                    roll,
                    changed(),
                    &path(STREET),
                    month("2026-09"),
                    TODAY,
                ))
            },
            [
                "",
                "",
                "",
                "benefits.roll-approved",
                "benefits.roll-approved",
            ],
        ),
        (
            "check",
            &|roll| code(check(roll, &roll.hash, &maker, TODAY)),
            [
                "benefits.roll-unknown",
                "",
                "benefits.roll-not-made",
                "benefits.roll-not-made",
                "benefits.roll-not-made",
            ],
        ),
        (
            "approve",
            &|roll| code(approve(roll, (&roll.hash, &roll.hash), &other, TODAY)),
            [
                "benefits.roll-unknown",
                "benefits.roll-not-checked",
                "",
                "benefits.roll-not-checked",
                "benefits.roll-not-checked",
            ],
        ),
        (
            "send",
            &|roll| {
                to_send(roll, &maker)
                    .err()
                    .map(|no| no.code)
                    .unwrap_or_default()
            },
            [
                "benefits.roll-unknown",
                "benefits.roll-not-approved",
                "benefits.roll-not-approved",
                "",
                "benefits.roll-waits",
            ],
        ),
    ];
    for (name, act, codes) in acts {
        for (stage, code) in stages.iter().zip(codes) {
            assert_eq!(act(&at(*stage)), code, "{name} at {stage:?}");
        }
    }
}

#[test]
fn who_made_or_checked_a_roll_never_approves_it() {
    let roll = at(Stage::Checked);
    let approves = |actor: &Actor| code(approve(&roll, (&roll.hash, &roll.hash), actor, TODAY));
    assert_eq!(approves(&officer(1)), "benefits.second-person");
    assert_eq!(approves(&officer(2)), "");
    assert_eq!(approves(&staff(Role::DistrictOfficer, "310117", 3)), "");
    assert_eq!(
        approves(&staff(Role::CommitteeWorker, HOME, 3)),
        "gate.role"
    );
    assert_eq!(
        approves(&staff(Role::StreetOfficer, "310117/310117105", 3)),
        "gate.area"
    );
    let system = code(approve(
        &roll,
        (&roll.hash, &roll.hash),
        &Actor::system(),
        TODAY,
    ));
    assert_eq!(system, "gate.role", "no machine approves");
}

#[test]
fn only_the_street_makes_its_roll_and_not_for_years_ahead() {
    let makes = |area: &str, period: &str| {
        let actor = officer(1);
        let may = may_make(&actor, &path(area), month(period), TODAY);
        may.err().map(|no| no.code).unwrap_or_default()
    };
    assert_eq!(makes(STREET, "2026-10"), "");
    assert_eq!(makes(STREET, "2026-11"), "benefits.period-wrong");
    assert_eq!(makes(HOME, "2026-09"), "benefits.street-wrong");
    assert_eq!(makes("310117/310117105", "2026-09"), "gate.area");
}

/// Another list than the approved one: refused, and both hashes shown.
#[test]
fn a_roll_that_changed_is_refused_with_both_hashes() {
    let roll = at(Stage::Approved);
    let fewer = make(
        vec![candidate(1, schedule())],
        &path(STREET),
        month("2026-09"),
        MOST,
    );
    let now = fewer.hash.clone();
    let refused = made(&roll, fewer, &path(STREET), month("2026-09"), TODAY).unwrap_err();
    assert_eq!(
        (&refused.facts["approved"], &refused.facts["now"]),
        (&roll.hash, &now)
    );
    assert_ne!(roll.hash, now);
    let mut tampered = roll.clone();
    let group = std::sync::Arc::make_mut(&mut tampered.groups[0]);
    group.lines[0].fen += 1;
    let refused = to_send(&tampered, &officer(1)).unwrap_err();
    assert_eq!(refused.code, "benefits.roll-changed");
    assert_eq!(refused.facts["approved"], roll.hash);
    assert_eq!(refused.facts["now"], tampered.hash_now());
    let checked = at(Stage::Checked);
    let seen = approve(&checked, (&now, &checked.hash), &officer(2), TODAY).unwrap_err();
    assert_eq!(seen.code, "benefits.roll-changed");
    let stale = approve(&checked, (&checked.hash, &now), &officer(2), TODAY).unwrap_err();
    assert_eq!(stale.code, "benefits.roll-stale");
}

#[test]
fn the_hash_is_over_every_part_of_every_line() {
    let street = path(STREET);
    let whole = three();
    let hash = |groups: &[Group]| hash_of(&street, month("2026-09"), groups);
    let mut seen = vec![hash(&whole.groups)];
    let changes: [&dyn Fn(&mut Line); 4] = [
        &|line| line.fen += 1,
        &|line| line.deduct += 1,
        &|line| line.award = award_id(99),
        &|line| line.months[0].1 += 1,
    ];
    for change in changes {
        let mut groups = whole.groups.clone();
        change(&mut groups[0].lines[1]);
        seen.push(hash(&groups));
    }
    let mut groups = whole.groups.clone();
    groups[0].service = "destitute".to_owned();
    seen.push(hash(&groups));
    seen.push(hash_of(&street, month("2026-10"), &whole.groups));
    let different: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!(different.len(), seen.len());
}

#[expect(clippy::too_many_lines, reason = "a table: one of each")]
#[test]
fn an_answer_that_does_not_add_up_names_its_rows_and_posts_nothing() {
    let roll = at(Stage::Sent);
    let good = answered(&roll, 1, &BTreeMap::new());
    assert!(posts(&roll, 1, &good).is_ok());
    let line = |n: usize| good.lines().nth(n).unwrap().to_owned();
    let wrong = [
        (
            good.replace("7000.00,成功", "7000.01,成功"),
            vec!["benefits.answer-differs"; 3],
        ),
        (
            good.replacen(&format!("{}\n", line(3)), "", 1),
            vec!["benefits.answer-missing", "benefits.answer-total"],
        ),
        (
            format!("{good}{}\n", line(3)),
            vec!["benefits.answer-line-again", "benefits.answer-total"],
        ),
        (
            good.replacen("成功", "也许", 1),
            vec!["benefits.answer-result"],
        ),
        (
            good.replacen("7000.00,成功", "7000,成功", 1),
            vec!["benefits.answer-amount"],
        ),
        (
            good.replacen("-000002", "-00000x", 1),
            vec!["benefits.answer-line"],
        ),
        (
            good.replacen("310117001-2026-09,1", "310117002-2026-09,1", 1),
            vec!["benefits.answer-line"; 3],
        ),
        (
            good.replacen(",1,3,", ",2,3,", 1),
            vec!["benefits.answer-not-ours"],
        ),
        (
            good.replacen(",3,21000.00", ",4,28000.00", 1),
            vec!["benefits.answer-total"],
        ),
        (
            good.replacen("邻里代发回盘", "别的", 1),
            vec!["benefits.answer-head"],
        ),
    ];
    for (text, codes) in wrong {
        let refused = posts(&roll, 1, &text).unwrap_err();
        let told: Vec<&str> = refused.iter().map(|(code, _)| code.as_str()).collect();
        let told: Vec<&str> = told
            .into_iter()
            .filter(|code| codes.contains(code))
            .collect();
        assert_eq!(told, codes, "{text}\n{refused:?}");
    }
    let differs = posts(&roll, 1, &good.replacen("7000.00,成功", "7000.01,成功", 1)).unwrap_err();
    assert_eq!(differs[0].1["row"], "3");
    assert_eq!(
        (&*differs[0].1["sent"], &*differs[0].1["found"]),
        ("7000.00", "7000.01")
    );
    assert_eq!(
        read(&[0xd5, 0xc5]).unwrap_err()[0].code,
        "benefits.answer-not-utf8"
    );
}

#[test]
fn what_failed_is_sent_again_and_what_came_back_later_too() {
    let mut roll = at(Stage::Sent);
    let maker = officer(1);
    let first = answered(&roll, 1, &BTreeMap::from([(2, "失败,户名不符")]));
    let events = posts(&roll, 1, &first).unwrap();
    takes(&mut roll, &events, &maker);
    assert_eq!(roll.bad[&2].outcome, Outcome::Failed);
    assert_eq!(roll.bad[&2].reason, Reason::Name);
    let balance = |roll: &Roll| Account::ALL.map(|account| roll.ledger.balance(account));
    assert_eq!(balance(&roll), [-2_100_000, 0, 0, 1_400_000, 700_000, 0, 0]);
    let again = posts(&roll, 1, &first).unwrap_err();
    assert_eq!(again[0].0, "benefits.answer-posted");
    // A day later one that had been paid comes back.
    let id = roll.id().unwrap();
    let late = format!("邻里代发回盘,1,{id},1,1,7000.00\n{id}-000003,7000.00,退回,账户已销户\n");
    let events = posts(&roll, 1, &late).unwrap();
    takes(&mut roll, &events, &maker);
    assert_eq!(balance(&roll), [-2_100_000, 0, 0, 700_000, 1_400_000, 0, 0]);
    let known = late
        .replace("退回,账户已销户", "成功,")
        .replace("-000003", "-000001");
    assert_eq!(
        posts(&roll, 1, &known).unwrap_err()[0].0,
        "benefits.answer-known"
    );
    let events = sends(&roll, &maker);
    takes(&mut roll, &events, &maker);
    assert_eq!(roll.batch(2).unwrap().lines, [2, 3]);
    assert_eq!(balance(&roll), [-2_100_000, 0, 1_400_000, 700_000, 0, 0, 0]);
    let second = answered(&roll, 2, &BTreeMap::new());
    let events = posts(&roll, 2, &second).unwrap();
    takes(&mut roll, &events, &maker);
    assert_eq!(balance(&roll), [-2_100_000, 0, 0, 2_100_000, 0, 0, 0]);
    assert_eq!(
        to_send(&roll, &maker).unwrap_err().code,
        "benefits.nothing-to-send"
    );
}

#[test]
fn a_file_for_the_bank_says_how_many_and_how_much_and_quotes_what_needs_it() {
    let payees = [Payee {
        line: 1,
        name: "买买提·艾力".to_owned(),
        account: "9900000000000017".to_owned(),
        fen: 123_405,
        purpose: "补贴,\"两项\" 2026-09".to_owned(),
    }];
    let file = bank::write("310117001-2026-09", 1, &payees, "word").unwrap();
    let text = String::from_utf8(file.bytes.clone()).unwrap();
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(lines[0], "邻里代发,1,310117001-2026-09,1,1,1234.05,word");
    assert_eq!(
        lines[2],
        "310117001-2026-09-000001,买买提·艾力,9900000000000017,1234.05,\"补贴,\"\"两项\"\" 2026-09\""
    );
    assert_eq!(file.sha256, bank::digest(&file.bytes));
}

#[test]
fn large_rolls_are_split_into_entries_that_fit_and_come_together_again() {
    let candidates = (1..=3_000).map(|n| candidate(n, schedule())).collect();
    let whole = make(candidates, &path(STREET), month("2026-09"), MOST);
    let (hash, groups) = (whole.hash.clone(), whole.groups.clone());
    let events = Event::of_made(whole, month("2026-09"), &path(STREET), TODAY);
    assert!(events.len() > 4);
    for event in &events {
        let bytes = event.write().unwrap().1.to_string().len();
        assert!(bytes < 56 * 1024, "{} has {bytes}", event.fact.kind());
    }
    let mut roll = Roll::default();
    takes(&mut roll, &events, &officer(1));
    assert_eq!(roll.hash_now(), hash);
    let lines: Vec<&Line> = roll.numbered().map(|(_, _, line)| line).collect();
    assert_eq!(lines.len(), 3_000);
    assert!(lines.iter().zip(&groups[0].lines).all(|(a, b)| *a == b));
    let read: Group = serde_json::from_value(serde_json::to_value(&groups[0]).unwrap()).unwrap();
    assert_eq!(read, groups[0]);
    assert_eq!(stream("310117001-2026-09").topic(), "roll");
}

#[test]
fn each_reason_is_said() {
    let paid = |settled: &str, schedule: Schedule| {
        let one = Candidate {
            settled: settled.parse().unwrap(),
            ..candidate(1, schedule)
        };
        let made = make(vec![one], &path(STREET), month("2026-09"), MOST);
        made.groups[0].lines[0].clone()
    };
    let before = "2026-03:100000x6";
    assert_eq!(paid("", schedule()).why, Why::New);
    assert_eq!(paid(before, schedule()).why, Why::Same);
    assert_eq!(
        paid(before, schedule()).months,
        [],
        "its own month goes without saying"
    );
    assert_eq!(paid("2026-03:100000x5", schedule()).why, Why::Arrears);
    let mut risen = schedule();
    risen.rates.push(Rate {
        from: month("2026-09"),
        fen: 110_000,
    });
    assert_eq!(paid(before, risen).why, Why::Rate);
    let mut resumed = schedule();
    resumed.pauses.push(Pause {
        from: month("2026-07"),
        to: Some(month("2026-09")),
        arrears: true,
    });
    assert_eq!(paid("2026-03:100000x4", resumed).why, Why::Resumed);
    let mut claimed = schedule();
    claimed.claims.push((month("2026-03"), 30_000));
    let line = paid("2026-03:130000,100000x5", claimed);
    assert_eq!(
        (line.why, line.deduct, line.net()),
        (Why::Deduction, 20_000, 80_000)
    );
    let once = Schedule {
        every: Every::Once,
        ..schedule()
    };
    assert_eq!(paid("", once).why, Why::Once);
}

/// One thing that happens between two rolls, or what the bank does.
#[derive(Debug, Clone)]
enum Step {
    Rate(usize, i64, i32),
    Pause(usize),
    Resume(usize, bool),
    Stop(usize),
    Claim(usize),
    Hold(usize, bool),
    Roll(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = 0_usize..6;
    let step = prop_oneof![
        (who.clone(), 1_i64..2_000, -5_i32..2).prop_map(|(who, fen, from)| Step::Rate(
            who,
            fen * 100,
            from
        )),
        who.clone().prop_map(Step::Pause),
        (who.clone(), any::<bool>()).prop_map(|(who, arrears)| Step::Resume(who, arrears)),
        who.clone().prop_map(Step::Stop),
        who.clone().prop_map(Step::Claim),
        (who, any::<bool>()).prop_map(|(who, held)| Step::Hold(who, held)),
        any::<u8>().prop_map(Step::Roll),
    ];
    prop::collection::vec(step, 1..40)
}

/// Six awards, and what a second book says that rolls brought each of them, month by month.
struct History {
    now: Month,
    awards: Vec<Candidate>,
    book: BTreeMap<(AwardId, Month), i64>,
    ledgers: Vec<Ledger>,
    claimed: i64,
}

impl History {
    fn new() -> Self {
        let mut awards: Vec<Candidate> = (1..=6).map(|n| candidate(n, schedule())).collect();
        awards[4].schedule.every = Every::Quarter;
        awards[5].schedule.every = Every::Once;
        Self {
            now: month("2026-03"),
            awards,
            book: BTreeMap::new(),
            ledgers: Vec::new(),
            claimed: 0,
        }
    }

    fn step(&mut self, step: &Step) {
        let now = self.now;
        match *step {
            Step::Rate(who, fen, from) => {
                let schedule = &mut self.awards[who].schedule;
                let from = now.plus(from).max(schedule.from);
                schedule.rates.retain(|rate| rate.from < from);
                schedule.rates.push(Rate { from, fen });
            }
            Step::Pause(who) => {
                let pauses = &mut self.awards[who].schedule.pauses;
                let free = pauses
                    .last()
                    .is_none_or(|last| last.to.is_some_and(|to| to <= now));
                if free {
                    pauses.push(Pause {
                        from: now,
                        to: None,
                        arrears: false,
                    });
                }
            }
            Step::Resume(who, arrears) => {
                let open = self.awards[who].schedule.pauses.last_mut();
                if let Some(open) = open.filter(|pause| pause.to.is_none()) {
                    (open.to, open.arrears) = (Some(now.max(open.from)), arrears);
                }
            }
            Step::Stop(who) => self.awards[who].schedule.stopped = Some(now.plus(-1)),
            Step::Claim(who) => self.claim(who),
            Step::Hold(who, held) => {
                self.awards[who].held = held.then_some(HeldWhy::Account);
            }
            Step::Roll(bank) => self.roll(bank),
        }
    }

    fn claim(&mut self, who: usize) {
        let one = &mut self.awards[who];
        let over = one.schedule.compare(&one.settled, self.now).overpaid;
        self.claimed += total(&over);
        one.schedule.claims.extend(over);
    }

    /// A whole roll: made, approved, sent, answered with some lines that fail, sent again.
    fn roll(&mut self, bank: u8) {
        let period = self.now;
        self.now = period.plus(1);
        let (maker, other) = (officer(1), officer(2));
        let street = path(STREET);
        let on: Date = period.first_day();
        let list = make(self.awards.clone(), &street, period, MOST);
        if list.lines == 0 {
            return;
        }
        let mut roll = Roll::default();
        let events = made(&roll, list.clone(), &street, period, on).unwrap();
        takes(&mut roll, &events, &maker);
        let events = check(&roll, &list.hash, &maker, on).unwrap();
        takes(&mut roll, &events, &maker);
        let events = approve(&roll, (&list.hash, &list.hash), &other, on).unwrap();
        takes(&mut roll, &events, &other);
        self.settle(&roll);
        let mut bad = BTreeMap::new();
        for number in 1..=roll.lines {
            if bank >> (number % 8) & 1 == 1 {
                bad.insert(number, "失败,其他");
            }
        }
        for batch in 1..=2 {
            if to_send(&roll, &maker).is_err() {
                break;
            }
            let events = sends(&roll, &maker);
            takes(&mut roll, &events, &maker);
            let text = answered(&roll, batch, &bad);
            let events = posts(&roll, batch, &text).unwrap();
            takes(&mut roll, &events, &maker);
            assert!(posts(&roll, batch, &text).is_err(), "posted once");
            bad.clear();
        }
        assert_eq!(roll.ledger.balance(Account::Paid), roll.gross_fen);
        assert_eq!(roll.ledger.balance(Account::Granted), -roll.gross_fen);
        self.ledgers.push(roll.ledger.clone());
    }

    fn settle(&mut self, roll: &Roll) {
        for (_, _, line) in roll.numbered() {
            assert!(line.deduct * 100 <= line.fen * i64::from(MOST), "{line:?}");
            let own = [(roll.period.unwrap(), line.fen)];
            let months = if line.months.is_empty() {
                &own[..]
            } else {
                &line.months
            };
            assert_eq!(total(months), line.fen);
            for (month, fen) in months {
                *self.book.entry((line.award, *month)).or_default() += fen;
            }
            let one = self
                .awards
                .iter_mut()
                .find(|one| one.award == line.award)
                .unwrap();
            one.settled = line.settled.parse().unwrap();
            one.deducted = line.deducted;
        }
    }

    /// What holds at every moment: both books agree, nobody is owed what was just rolled, what was
    /// kept back never exceeds what was claimed.
    fn check(&self) {
        let mut deducted = 0;
        for one in &self.awards {
            for month in one.schedule.from.through(self.now.plus(4)) {
                let booked = self.book.get(&(one.award, month)).copied().unwrap_or(0);
                assert_eq!(one.settled.of(month), booked, "{month}");
            }
            deducted += one.deducted;
            let claimed: i64 = one.schedule.claims.iter().map(|(_, fen)| fen).sum();
            assert!(one.deducted <= claimed);
        }
        let recovered: i64 = self
            .ledgers
            .iter()
            .map(|one| one.balance(Account::Recovered))
            .sum();
        assert_eq!(recovered, deducted);
        assert!(recovered <= self.claimed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn whatever_happens_the_ledger_balances_and_nobody_is_paid_twice(steps in steps()) {
        let mut history = History::new();
        for step in &steps {
            history.step(step);
            history.check();
        }
        // Rolled once more at once, nothing is owed to anybody.
        let period = history.now;
        history.roll(0);
        history.check();
        let again = make(history.awards.clone(), &path(STREET), period, MOST);
        prop_assert_eq!(again.lines, 0);
    }

    #[test]
    fn no_answer_of_any_bytes_panics_or_posts(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(read(&bytes).is_err());
    }
}
