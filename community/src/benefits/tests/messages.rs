//! What people are told about their benefits: what is news, once, on the way by which they can be
//! reached.

use std::sync::Mutex;

use async_trait::async_trait;
use jiff::civil::date;
use linli_kernel::{AccountId, Actor, ResidentId, Role, StreamId};
use serde_json::json;

use super::node::{bank, carried, rolled, sent};
use super::world::*;
use crate::benefits::{Command, ReviewWhy};
use crate::messages::{Carried, Carrier, Channel, Frame, Mail, Matter, Outgoing, Row, Worded};
use crate::node::Linli;
use crate::residents::Command as Record;

fn frame(lang: &'static str) -> Frame {
    Frame {
        place: "松江区".to_owned(),
        phone: "12345".to_owned(),
        lang,
    }
}

/// Somebody with a mobile telephone, and an allowance that is paid from `from` on.
async fn receives(linli: &Linli, n: u128, from: &str) -> ResidentId {
    let resident = elder(linli, n, "1948-03-12").await;
    change(linli, resident, "person.phone", json!("10900000001")).await;
    carried(linli, resident, from).await;
    resident
}

/// The roll of `period`, paid but for lines whose account ends in `bad`.
async fn paid(linli: &Linli, period: &str, bad: &str) -> String {
    let id = rolled(linli, period).await;
    answered(linli, &id, 1, bad).await;
    id
}

async fn answered(linli: &Linli, id: &str, batch: u32, bad: &str) {
    let file = sent(linli, id).await;
    let answer = bank(&file, bad);
    let officer = officer(1);
    let posted = linli.answer_roll(call(linli, &officer), id, batch, answer.as_bytes());
    posted.await.unwrap();
}

async fn own(linli: &Linli, resident: ResidentId) -> Vec<Row> {
    linli.own_messages(resident).await.unwrap()
}

async fn words(linli: &Linli, row: &Row, lang: &'static str) -> Worded {
    let found = linli.message_words(row, &frame(lang)).await.unwrap();
    found.unwrap().0
}

/// Remembers what it was given.
#[derive(Default)]
struct Pocket(Mutex<Vec<Outgoing>>, Mutex<Vec<Mail>>);

#[async_trait]
impl Carrier for Pocket {
    async fn carry(&self, outgoing: &Outgoing) -> Result<(), Carried> {
        self.0.lock().unwrap().push(outgoing.clone());
        Ok(())
    }

    async fn mail(&self, mail: &Mail) -> Result<(), Carried> {
        self.1.lock().unwrap().push(mail.clone());
        Ok(())
    }
}

#[tokio::test]
async fn the_first_payment_is_told_without_its_sum_on_the_phone_and_the_same_again_is_not() {
    let (linli, clock) = node().await;
    clock.turn("2026-10-05");
    let resident = receives(&linli, 7, "2026-10").await;
    paid(&linli, "2026-10", "none").await;
    assert_eq!(linli.make_messages().await.unwrap(), 1);
    assert_eq!(linli.make_messages().await.unwrap(), 0, "once");
    let rows = own(&linli, resident).await;
    assert_eq!((rows.len(), &*rows[0].on_kind), (1, "benefits.paid"));
    let Some(Matter::Payment { roll, .. }) = rows[0].about() else {
        panic!("{rows:?}")
    };
    assert_eq!(roll, "310117001-2026-10");
    let said = words(&linli, &rows[0], "zh-CN").await;
    for part in ["2026年10月", "¥450.00", "10月5日"] {
        assert!(said.body.contains(part), "{part}: {}", said.body);
    }
    let english = words(&linli, &rows[0], "en").await;
    assert!(english.body.starts_with("¥450.00 of "), "{}", english.body);
    let pocket = Pocket::default();
    assert_eq!(
        linli
            .carry_messages(&pocket, &frame("zh-CN"))
            .await
            .unwrap(),
        1
    );
    let short = pocket.0.lock().unwrap()[0].clone();
    assert_eq!(
        (&*short.phone, short.text.contains('¥')),
        ("10900000001", false)
    );
    assert!(
        !short.text.contains("津贴") && short.text.contains("尾号"),
        "{}",
        short.text
    );
    // Paid each quarter: the next one brings the same.
    clock.turn("2027-01-05");
    paid(&linli, "2027-01", "none").await;
    assert_eq!(linli.make_messages().await.unwrap(), 0);
    let before = own(&linli, resident).await;
    linli.journal().rebuild(|_| {}).await.unwrap();
    assert_eq!(own(&linli, resident).await, before);
}

#[tokio::test]
async fn what_the_bank_could_not_pay_is_told_and_so_is_that_it_came_after_all() {
    let (linli, clock) = node().await;
    clock.turn("2026-10-05");
    let resident = receives(&linli, 7, "2026-10").await;
    let id = paid(&linli, "2026-10", "0007").await;
    assert_eq!(linli.make_messages().await.unwrap(), 1);
    let said = words(&linli, &own(&linli, resident).await[0], "zh-CN").await;
    assert!(said.title.contains("没有发成"), "{}", said.title);
    assert!(
        said.body.contains("¥450.00") && said.body.contains("补发"),
        "{}",
        said.body
    );
    answered(&linli, &id, 2, "none").await;
    assert_eq!(linli.make_messages().await.unwrap(), 1);
    let kinds: Vec<String> = own(&linli, resident)
        .await
        .into_iter()
        .map(|row| row.on_kind)
        .collect();
    assert_eq!(kinds.len(), 2);
    assert!(kinds.contains(&"benefits.paid".to_owned()), "{kinds:?}");
    // The money came back weeks later: a further answer to the same file.
    let line = "310117001-2026-10-000001,450.00,退回,账户已销户";
    let late = format!("邻里代发回盘,1,{id},2,1,450.00\n流水号,金额,结果,原因\n{line}\n");
    let officer = officer(1);
    let posted = linli.answer_roll(call(&linli, &officer), &id, 2, late.as_bytes());
    posted.await.unwrap();
    assert_eq!(linli.make_messages().await.unwrap(), 1);
    let kinds = own(&linli, resident)
        .await
        .into_iter()
        .filter(|row| row.on_kind == "benefits.unpaid");
    assert_eq!(kinds.count(), 2);
}

#[tokio::test]
async fn a_mail_goes_to_who_chose_it_and_becomes_a_call_when_they_chose_another_way() {
    let (linli, clock) = node().await;
    clock.turn("2026-10-05");
    let resident = receives(&linli, 7, "2026-10").await;
    let own = Actor::resident(AccountId(resident.0), resident);
    let choose = async |channel, address: &str| {
        let chosen = linli.choose_channel(call(&linli, &own), resident, (channel, address));
        chosen.await
    };
    let refused = choose(Channel::Mail, "nobody").await.unwrap_err();
    assert_eq!(codes(refused), ["messages.address-unreadable"]);
    choose(Channel::Mail, "name@example.com").await.unwrap();
    let id = paid(&linli, "2026-10", "0007").await;
    linli.make_messages().await.unwrap();
    let pocket = Pocket::default();
    let frame = frame("zh-CN");
    assert_eq!(linli.carry_messages(&pocket, &frame).await.unwrap(), 1);
    let mail = pocket.1.lock().unwrap()[0].clone();
    assert_eq!(mail.address, "name@example.com");
    assert_eq!(mail.subject, "松江区：您有一条新消息");
    assert!(
        !mail.text.contains('¥') && mail.text.contains("尾号"),
        "{}",
        mail.text
    );
    // The address stands in no open part of the journal.
    for entry in linli.journal().stream(&choice(resident)).await.unwrap() {
        assert!(
            !entry.open.to_string().contains("example.com"),
            "{}",
            entry.open
        );
    }
    answered(&linli, &id, 2, "none").await;
    linli.make_messages().await.unwrap();
    choose(Channel::Phone, "").await.unwrap();
    assert_eq!(linli.carry_messages(&pocket, &frame).await.unwrap(), 0);
    let worker = staff(Role::CommitteeWorker, HOME, 5);
    let calls = linli.messages_by_hand(&worker).await.unwrap();
    assert_eq!((calls.len(), &*calls[0].channel), (1, "phone"));
}

fn choice(resident: ResidentId) -> StreamId {
    StreamId::new("message-choice", resident)
}

#[tokio::test]
async fn who_has_no_telephone_is_brought_it_by_their_committee() {
    let (linli, clock) = node().await;
    clock.turn("2026-10-05");
    let resident = elder(&linli, 7, "1948-03-12").await;
    carried(&linli, resident, "2026-10").await;
    paid(&linli, "2026-10", "0007").await;
    assert_eq!(linli.make_messages().await.unwrap(), 1);
    let worker = staff(Role::CommitteeWorker, HOME, 5);
    let letters = linli.messages_by_hand(&worker).await.unwrap();
    assert_eq!((letters.len(), &*letters[0].channel), (1, "paper"));
    assert!(letters[0].due().is_some());
    let next_door = staff(Role::CommitteeWorker, "310117/310117001/310117001002", 6);
    assert_eq!(linli.messages_by_hand(&next_door).await.unwrap(), []);
}

#[tokio::test]
async fn a_review_that_falls_due_is_told_with_its_day() {
    let (linli, clock) = node().await;
    clock.turn("2026-10-05");
    let resident = receives(&linli, 7, "2026-10").await;
    let award = linli.own_awards(resident).await.unwrap()[0].id().unwrap();
    assert!(linli.review(award, ReviewWhy::Yearly).await.unwrap());
    assert_eq!(linli.make_messages().await.unwrap(), 1);
    let rows = own(&linli, resident).await;
    assert_eq!(rows[0].about(), Some(Matter::Award(award)));
    let (state, _) = linli.award(&officer(3), award).await.unwrap();
    let due = state.review.unwrap().due;
    let said = words(&linli, &rows[0], "zh-CN").await;
    let day = format!("{}月{}日", due.month(), due.day());
    assert!(said.body.contains(&day), "{day}: {}", said.body);
}

#[tokio::test]
async fn a_suspension_its_end_and_a_stop_are_told_each_with_the_month_it_begins() {
    let (linli, clock) = node().await;
    clock.turn("2026-10-05");
    let resident = receives(&linli, 7, "2026-10").await;
    let award = linli.own_awards(resident).await.unwrap()[0].id().unwrap();
    let officer = officer(3);
    let words = || "按规定".to_owned();
    let heard = Command::Hear {
        on: date(2026, 10, 5),
        words: words(),
    };
    let done = linli.act_on_award(call(&linli, &officer), award, &heard);
    done.await.unwrap();
    let acts = [
        Command::Suspend {
            from: month("2026-11"),
            ground: "no_answer".to_owned(),
            words: words(),
        },
        Command::Resume {
            from: month("2026-12"),
            arrears: true,
            words: words(),
        },
        Command::Stop {
            from: month("2027-01"),
            ground: "waived".to_owned(),
            words: words(),
        },
    ];
    let told = [
        ("benefits.suspended", "11月1日起暂停发放"),
        ("benefits.resumed", "12月1日起恢复发放"),
        ("benefits.stopped", "1月1日起停止发放"),
    ];
    for (act, (kind, part)) in acts.iter().zip(told) {
        let done = linli.act_on_award(call(&linli, &officer), award, act).await;
        done.unwrap();
        assert_eq!(linli.make_messages().await.unwrap(), 1, "{kind}");
        let rows = own(&linli, resident).await;
        let row = rows.iter().find(|row| row.on_kind == kind).unwrap();
        assert_eq!(row.about(), Some(Matter::Award(award)));
        let said = self::words(&linli, row, "zh-CN").await;
        assert!(said.body.contains(part), "{kind}: {}", said.body);
        assert!(
            said.body.contains("登录"),
            "where the reasons are: {}",
            said.body
        );
        assert!(!said.sms.contains("津贴"), "{}", said.sms);
    }
}

#[tokio::test]
async fn nobody_is_told_about_somebody_who_died() {
    let (linli, clock) = node().await;
    clock.turn("2026-10-05");
    let resident = receives(&linli, 7, "2026-10").await;
    let id = rolled(&linli, "2026-10").await;
    let worker = staff(Role::CommitteeWorker, HOME, 5);
    let death = Record::RecordDeath {
        on: date(2026, 10, 4),
        source: "police".to_owned(),
    };
    let done = linli.record(call(&linli, &worker), resident, &death).await;
    done.unwrap();
    answered(&linli, &id, 1, "0007").await;
    assert_eq!(linli.make_messages().await.unwrap(), 0);
    assert_eq!(own(&linli, resident).await, []);
}
