//! Awards and rolls on a running node: from a decision to the bank's answer, and what changes later.

use jiff::civil::date;
use linli_kernel::{AccountId, Actor, ResidentId, Role};
use serde_json::json;
use uuid::Uuid;

use super::world::*;
use crate::benefits::roll::Stage;
use crate::benefits::{Carried, Command, Sought, Standing};
use crate::cases::command::{Command as Act, Decision, Delivery, Filing, Opinion};
use crate::cases::{act, file};
use crate::catalogue::Channel;
use crate::node::Linli;
use crate::policies::Draft;
use crate::residents::Command as Record;

pub(super) async fn carried(
    linli: &Linli,
    resident: ResidentId,
    from: &str,
) -> linli_kernel::AwardId {
    let system = Actor::system();
    let carried = Carried {
        resident,
        name: "张建国".to_owned(),
        service: "elder-allowance".to_owned(),
        area: path(HOME),
        decided_on: date(2026, 1, 5),
        from: month(from),
        amount_fen: None,
        account: None,
    };
    linli
        .carry_over(call(linli, &system), &carried)
        .await
        .unwrap()
}

/// Made, checked and approved for `period`; returns its name.
pub(super) async fn rolled(linli: &Linli, period: &str) -> String {
    let (maker, other) = (officer(1), officer(2));
    let street = path(STREET);
    let made = linli
        .make_roll(call(linli, &maker), &street, month(period))
        .await
        .unwrap();
    let id = made.state.id().unwrap();
    let hash = made.state.hash.clone();
    linli
        .check_roll(call(linli, &maker), &id, &hash)
        .await
        .unwrap();
    linli
        .approve_roll(call(linli, &other), &id, &hash)
        .await
        .unwrap();
    id
}

pub(super) async fn sent(linli: &Linli, id: &str) -> Vec<u8> {
    let maker = officer(1);
    let sent = linli.send_roll(call(linli, &maker), id).await.unwrap();
    let batch = u32::try_from(sent.state.batches.len()).unwrap();
    linli.bank_file(&maker, id, batch).await.unwrap().bytes
}

/// A bank that pays all but the lines whose account ends in `bad`.
pub(super) fn bank(file: &[u8], bad: &str) -> String {
    let text = std::str::from_utf8(file).unwrap();
    let mut answer = String::new();
    for (at, line) in text.lines().enumerate() {
        let cells: Vec<&str> = line.split(',').collect();
        match at {
            0 => answer.push_str(&format!("邻里代发回盘,{}\n", cells[1..6].join(","))),
            1 => answer.push_str("流水号,金额,结果,原因\n"),
            _ if cells[2].ends_with(bad) => {
                answer.push_str(&format!("{},{},失败,账户已销户\n", cells[0], cells[3]));
            }
            _ => answer.push_str(&format!("{},{},成功,\n", cells[0], cells[3])),
        }
    }
    answer
}

#[tokio::test]
async fn a_month_goes_from_awards_to_the_bank_and_back_and_every_fen_is_somewhere() {
    let (linli, clock) = node().await;
    clock.turn("2026-10-05");
    for (n, born) in [(7, "1948-03-12"), (8, "1950-06-01"), (9, "1961-11-20")] {
        let resident = elder(&linli, n, born).await;
        // 65 in November 2026: the third is counted from that month, in mid-quarter.
        let from = if n == 9 { "2026-11" } else { "2026-10" };
        carried(&linli, resident, from).await;
    }
    let id = rolled(&linli, "2026-10").await;
    let officer = officer(1);
    let (roll, _) = linli.roll(&officer, &id).await.unwrap();
    // 150 × 3 months twice; of the one who turns 65 in November two months of 75.
    assert_eq!((roll.lines, roll.gross_fen), (3, 2 * 45_000 + 15_000));
    let file = sent(&linli, &id).await;
    assert!(
        std::str::from_utf8(&file)
            .unwrap()
            .contains("张建国,9900000000000008,450.00,")
    );
    let answer = bank(&file, "0008");
    let answered = linli
        .answer_roll(call(&linli, &officer), &id, 1, answer.as_bytes())
        .await
        .unwrap();
    assert_eq!(answered.state.bad.len(), 1);
    let again = linli
        .answer_roll(call(&linli, &officer), &id, 1, answer.as_bytes())
        .await;
    assert_eq!(codes(again.unwrap_err()), ["benefits.answer-posted"]);
    let second = sent(&linli, &id).await;
    let answer = bank(&second, "none");
    linli
        .answer_roll(call(&linli, &officer), &id, 2, answer.as_bytes())
        .await
        .unwrap();
    let (roll, _) = linli.roll(&officer, &id).await.unwrap();
    assert_eq!((roll.stage, roll.bad.len()), (Stage::Answered, 0));
    let balances = linli
        .balances(&officer, crate::benefits::By::Service, None)
        .await
        .unwrap();
    let paid = balances
        .iter()
        .find(|(_, account, _)| account.code() == "paid")
        .unwrap();
    assert_eq!(paid.2, 105_000);
    assert_eq!(balances.iter().map(|(_, _, fen)| fen).sum::<i64>(), 0);
    assert_eq!(linli.unbalanced().await.unwrap(), Vec::<String>::new());
    let before = linli.roll_lines(&id, false, 1).await.unwrap();
    linli.journal().rebuild(|_| {}).await.unwrap();
    assert_eq!(linli.roll_lines(&id, false, 1).await.unwrap(), before);
    let rebuilt = linli
        .balances(&officer, crate::benefits::By::Service, None)
        .await
        .unwrap();
    assert_eq!(rebuilt, balances);
}

#[tokio::test]
async fn a_roll_counts_once_and_the_next_month_brings_only_what_is_new() {
    let (linli, clock) = node().await;
    clock.turn("2026-10-05");
    let first = elder(&linli, 7, "1948-03-12").await;
    carried(&linli, first, "2026-10").await;
    rolled(&linli, "2026-10").await;
    let (maker, street) = (officer(1), path(STREET));
    let late = elder(&linli, 8, "1950-06-01").await;
    let award = carried(&linli, late, "2026-10").await;
    let anew = linli
        .make_roll(call(&linli, &maker), &street, month("2026-10"))
        .await;
    assert_eq!(codes(anew.unwrap_err()), ["benefits.roll-approved"]);
    let november = linli
        .make_roll(call(&linli, &maker), &street, month("2026-11"))
        .await;
    assert_eq!(
        codes(november.unwrap_err()),
        ["benefits.roll-empty"],
        "paid by the quarter"
    );
    clock.turn("2027-01-04");
    let id = rolled(&linli, "2027-01").await;
    let lines = linli.roll_lines(&id, false, 1).await.unwrap();
    let of = |id| lines.iter().find(|line| line.award() == Some(id)).unwrap();
    assert_eq!((of(award).fen, of(award).why.as_str()), (6 * 15_000, "new"));
    assert_eq!(linli.payments_of(award).await.unwrap().len(), 1);
    let (roll, _) = linli.roll(&maker, &id).await.unwrap();
    assert_eq!(linli.roll_compared(&roll).await.unwrap().new.len(), 2);
}

#[tokio::test]
async fn a_roll_is_approved_only_as_the_awards_of_the_moment_make_it() {
    let (linli, clock) = node().await;
    clock.turn("2026-10-05");
    let resident = elder(&linli, 7, "1948-03-12").await;
    carried(&linli, resident, "2026-10").await;
    let (maker, other, street) = (officer(1), officer(2), path(STREET));
    let made = linli
        .make_roll(call(&linli, &maker), &street, month("2026-10"))
        .await
        .unwrap();
    let (id, hash) = (made.state.id().unwrap(), made.state.hash.clone());
    linli
        .check_roll(call(&linli, &maker), &id, &hash)
        .await
        .unwrap();
    let own = linli.approve_roll(call(&linli, &maker), &id, &hash).await;
    assert_eq!(codes(own.unwrap_err()), ["benefits.second-person"]);
    let more = elder(&linli, 8, "1950-06-01").await;
    carried(&linli, more, "2026-10").await;
    let stale = linli.approve_roll(call(&linli, &other), &id, &hash).await;
    assert_eq!(codes(stale.unwrap_err()), ["benefits.roll-stale"]);
    let made = linli
        .make_roll(call(&linli, &maker), &street, month("2026-10"))
        .await
        .unwrap();
    assert_eq!((made.state.stage, made.state.lines), (Stage::Made, 2));
    let unseen = linli.check_roll(call(&linli, &maker), &id, &hash).await;
    assert_eq!(codes(unseen.unwrap_err()), ["benefits.roll-changed"]);
}

#[tokio::test]
async fn a_granted_case_becomes_an_award_and_the_resident_sees_its_payment() {
    let (linli, clock) = node().await;
    clock.turn("2026-09-28");
    let resident = elder(&linli, 7, "1948-03-12").await;
    let own = Actor::resident(AccountId(Uuid::from_u128(70)), resident);
    let case = granted(&linli, &own, resident).await;
    let rows = linli.own_awards(resident).await.unwrap();
    assert_eq!(rows.len(), 1);
    let (award, _) = linli.award(&own, rows[0].id().unwrap()).await.unwrap();
    assert_eq!(award.case, Some(case));
    assert_eq!(award.policies, ["elder-allowance"]);
    assert_eq!(award.schedule.rate(month("2026-10")), 15_000);
    assert_eq!(award.account, "6222000011112222", "what the form was told");
    assert!(award.reckoned[0].tree.is_some(), "the reckoning is kept");
    let looked = linli.look_at_awards().await.unwrap();
    assert_eq!(looked.opened, 0, "opened once");
    let neighbour = Actor::resident(
        AccountId(Uuid::from_u128(71)),
        ResidentId(Uuid::from_u128(71)),
    );
    let refused = linli.award(&neighbour, award.id).await.unwrap_err();
    assert_eq!(codes(refused), ["gate.own"]);
    clock.turn("2026-10-05");
    rolled(&linli, "2026-10").await;
    let payments = linli.payments_of(award.id).await.unwrap();
    // From the day named in the decision, September, and then the quarter.
    assert_eq!(payments[0].fen, 4 * 15_000);
}

async fn granted(linli: &Linli, own: &Actor, resident: ResidentId) -> linli_kernel::CaseId {
    let answers = json!({
        "name": "张建国", "id_number": number(), "phone": "10900000001",
        "birth_date": "1948-03-12", "hukou": "local", "missed": "never",
        "bank_account": "6222 0000 1111 2222",
    });
    let filing = Filing {
        service: "elder-allowance".to_owned(),
        area: path(HOME),
        channel: Channel::Online,
        applicant: resident,
        authority: None,
        received_on: None,
        name: "张建国".to_owned(),
        phone: "10900000001".to_owned(),
        answers: answers.as_object().cloned().unwrap().into_iter().collect(),
        papers: Vec::new(),
        declared: vec!["true_statement".to_owned()],
    };
    let case = file(linli, call(linli, own), &filing).await.unwrap().case;
    let worker = staff(Role::CommitteeWorker, HOME, 5);
    let officer = officer(6);
    let pass = Act::PassOn {
        words: String::new(),
    };
    let visit = Act::RecordVisit {
        on: linli.clock().today(),
        people: 1,
        words: "情况属实".to_owned(),
    };
    for command in [Act::Accept, visit, pass] {
        act(linli, call(linli, &worker), case, &command)
            .await
            .unwrap();
    }
    let review = Act::Review {
        opinion: Opinion::Grant,
        words: "属实".to_owned(),
    };
    let decide = Act::Decide {
        decision: Decision {
            outcome: "grant".to_owned(),
            ground: None,
            amount_fen: Some(15_000),
            from: Some(date(2026, 9, 1)),
            until: None,
            words: "按70至79周岁的标准".to_owned(),
        },
        deliver: Some(Delivery::Online),
    };
    for command in [review, decide] {
        act(linli, call(linli, &officer), case, &command)
            .await
            .unwrap();
    }
    case
}

fn number() -> String {
    let born = date(1948, 3, 12);
    linli_units::IdentityNumber::synthetic(117, born, 11)
        .unwrap()
        .as_str()
        .to_owned()
}

#[tokio::test]
async fn a_death_opens_a_review_at_once_and_nothing_is_paid_until_somebody_decides() {
    let (linli, clock) = node().await;
    clock.turn("2026-10-05");
    let resident = elder(&linli, 7, "1948-03-12").await;
    let award = carried(&linli, resident, "2026-10").await;
    let worker = staff(Role::CommitteeWorker, HOME, 5);
    let death = Record::RecordDeath {
        on: date(2026, 10, 4),
        source: "police".to_owned(),
    };
    linli
        .record(call(&linli, &worker), resident, &death)
        .await
        .unwrap();
    let officer = officer(3);
    let (state, _) = linli.award(&officer, award).await.unwrap();
    assert_eq!(state.review.unwrap().why.code(), "died");
    assert_eq!(state.standing(), Standing::Running);
    let sought = Sought {
        in_review: true,
        ..Sought::default()
    };
    assert_eq!(linli.awards(&officer, &sought).await.unwrap().len(), 1);
    let (maker, street) = (super::world::officer(1), path(STREET));
    let made = linli
        .make_roll(call(&linli, &maker), &street, month("2026-10"))
        .await
        .unwrap();
    assert_eq!((made.state.lines, made.state.held.len()), (0, 1));
    let stop = Command::Stop {
        from: month("2026-11"),
        ground: "died".to_owned(),
        words: "户口注销证明".to_owned(),
    };
    linli
        .act_on_award(call(&linli, &officer), award, &stop)
        .await
        .unwrap();
    let (state, _) = linli.award(&officer, award).await.unwrap();
    assert_eq!((state.standing(), state.review), (Standing::Stopped, None));
}

#[tokio::test]
async fn a_published_rise_pays_back_and_a_fall_or_a_changed_fact_asks_a_person() {
    let (linli, clock) = node().await;
    clock.turn("2026-10-05");
    let resident = elder(&linli, 7, "1948-03-12").await;
    let other = elder(&linli, 8, "1938-03-12").await;
    let (award, older) = (
        carried(&linli, resident, "2026-10").await,
        carried(&linli, other, "2026-10").await,
    );
    rolled(&linli, "2026-10").await;
    clock.turn("2026-12-01");
    publish(&linli).await;
    let looked = linli.rate_awards().await.unwrap();
    assert_eq!((looked.raised, looked.reviews), (1, 1));
    let again = linli.rate_awards().await.unwrap();
    assert_eq!((again.raised, again.reviews), (0, 0), "once");
    let officer = officer(3);
    let (state, _) = linli.award(&officer, award).await.unwrap();
    assert_eq!(state.schedule.rate(month("2026-10")), 16_000);
    assert!(state.reckoned.last().unwrap().tree.is_some());
    let (state, _) = linli.award(&officer, older).await.unwrap();
    assert_eq!(state.review.unwrap().why.code(), "less");
    assert_eq!(
        state.schedule.rate(month("2026-12")),
        18_000,
        "never lowered by the machine"
    );
    clock.turn("2027-01-04");
    let id = rolled(&linli, "2027-01").await;
    let lines = linli.roll_lines(&id, false, 1).await.unwrap();
    let line = lines
        .iter()
        .find(|line| line.award() == Some(award))
        .unwrap();
    // Three months of 10 yuan more, and the new quarter.
    assert_eq!(
        (line.fen, line.why.as_str()),
        (3 * 1_000 + 3 * 16_000, "arrears")
    );
    change_hukou(&linli, resident).await;
    let (state, _) = linli.award(&officer, award).await.unwrap();
    assert_eq!(state.review.unwrap().why.code(), "facts");
    assert_eq!(state.schedule.rate(month("2027-01")), 16_000);
}

/// Two officers publish that those of 70 get more and those of 80 less.
async fn publish(linli: &Linli) {
    let one = staff(Role::DistrictOfficer, "310117", 21);
    let two = staff(Role::DistrictOfficer, "310117", 22);
    let text = linli.policies().files()["elder-allowance.toml"].clone();
    let text = text
        .replace(
            "{ at_least = 70, value = 150 }",
            "{ at_least = 70, value = 160 }",
        )
        .replace(
            "{ at_least = 80, value = 180 }",
            "{ at_least = 80, value = 170 }",
        );
    let draft = Draft {
        file: "elder-allowance.toml".to_owned(),
        text,
        why: "演示修订".to_owned(),
    };
    let proposed = linli
        .propose_policy(call(linli, &one), &path("310117"), &draft)
        .await
        .unwrap();
    let change = proposed.state.id.unwrap();
    linli
        .settle_policy(call(linli, &two), change, true)
        .await
        .unwrap();
}

async fn change_hukou(linli: &Linli, resident: ResidentId) {
    let _before = linli.touched().await;
    change(linli, resident, "person.hukou", json!("elsewhere")).await;
    let touched = linli.touched().await;
    let looked = linli.review_touched(&touched).await.unwrap();
    assert_eq!(looked.reviews, 1);
}

#[tokio::test]
async fn yearly_reviews_fall_due_by_themselves() {
    let (linli, clock) = node().await;
    let resident = elder(&linli, 7, "1948-03-12").await;
    let system = Actor::system();
    let dibao = Carried {
        resident,
        name: "张建国".to_owned(),
        service: "dibao".to_owned(),
        area: path(HOME),
        decided_on: date(2026, 9, 1),
        from: month("2026-10"),
        amount_fen: Some(120_000),
        account: None,
    };
    let award = linli
        .carry_over(call(&linli, &system), &dibao)
        .await
        .unwrap();
    assert_eq!(linli.look_at_awards().await.unwrap().reviews, 0);
    clock.turn("2027-09-01");
    assert_eq!(linli.look_at_awards().await.unwrap().reviews, 1);
    assert_eq!(linli.look_at_awards().await.unwrap().reviews, 0, "once");
    let officer = officer(3);
    let keep = Command::Keep {
        words: "情况没有变化".to_owned(),
    };
    linli
        .act_on_award(call(&linli, &officer), award, &keep)
        .await
        .unwrap();
    let (state, _) = linli.award(&officer, award).await.unwrap();
    assert_eq!(
        (state.review, state.review_on),
        (None, Some(date(2028, 9, 1)))
    );
}

#[tokio::test]
async fn after_erasure_the_accounts_still_add_up_and_nobody_is_named() {
    let (linli, clock) = node().await;
    clock.turn("2026-10-05");
    let resident = elder(&linli, 7, "1948-03-12").await;
    let award = carried(&linli, resident, "2026-10").await;
    let id = rolled(&linli, "2026-10").await;
    let district = staff(Role::DistrictOfficer, "310117", 21);
    let call = call(&linli, &district);
    crate::reactions::erase(&linli, call, resident, &path(HOME), "本人要求")
        .await
        .unwrap();
    let row = linli.award_row(award).await.unwrap().unwrap();
    assert_eq!(
        (row.amount_fen, row.schedule(), row.is_payable()),
        (None, None, false)
    );
    let (roll, _) = linli.roll(&district, &id).await.unwrap();
    assert_eq!(roll.hash, roll.hash_now());
    assert_eq!(linli.unbalanced().await.unwrap(), Vec::<String>::new());
    linli.journal().rebuild(|_| {}).await.unwrap();
    assert_eq!(
        linli.award_row(award).await.unwrap().unwrap().schedule(),
        None
    );
}
