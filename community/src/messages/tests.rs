//! Messages: the file, the channel, quiet hours, tries, the golden files, and their life on a node.

use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::civil::date;
use linli_journal::golden::{self, Golden};
use linli_journal::{Config, Opened, Recorded};
use linli_kernel::{
    AccountId, Actor, AreaPath, CaseId, Clock, CommandId, Post, PostId, ResidentId, Role,
    ShiftedClock,
};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::decide::{after_quiet, by_hand, channel, choose, failed, read};
use super::events::{ChannelChosen, Failed, Made};
use super::matter::Happened;
use super::template::fill;
use super::*;
use crate::feature::Call;
use crate::node::{Linli, NodeConfig};
use crate::places::SONGJIANG;

const HOME: &str = "310117/310117001/310117001001";

fn path(text: &str) -> AreaPath {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn who() -> ResidentId {
    ResidentId(Uuid::from_u128(7))
}

fn case() -> CaseId {
    CaseId(Uuid::from_u128(9))
}

fn staff(role: Role, area: &str) -> Actor {
    let post = Post {
        id: PostId(Uuid::from_u128(1)),
        role,
        area: path(area),
    };
    Actor::in_post(AccountId(Uuid::from_u128(2)), post)
}

fn made(channel: Channel) -> Made {
    Made {
        resident: who(),
        about: Matter::Case(case()),
        on: "cases.accepted".to_owned(),
        date: Some(date(2026, 9, 30)),
        channel,
        not_before: at("2026-09-01T02:00:00Z"),
        due: channel.is_by_hand().then(|| date(2026, 9, 3)),
    }
}

fn message(channel: Channel) -> Message {
    let mut message = Message::default();
    let event = Event::Made(made(channel), path(HOME));
    message.apply(&event, at("2026-09-01T02:00:00Z"));
    message
}

fn templates() -> Templates {
    Templates::of_folder(None).unwrap()
}

#[test]
fn everyone_is_reached_by_what_they_have_and_chose() {
    let cases = [
        (None, "13800138001", Channel::Sms),
        (None, "02157712345", Channel::Phone),
        (None, "", Channel::Paper),
        (Some(Channel::Paper), "13800138001", Channel::Paper),
        (Some(Channel::Phone), "13800138001", Channel::Phone),
        // Chosen, and not possible: the next best, never nothing.
        (Some(Channel::Sms), "57712345", Channel::Phone),
        (Some(Channel::Sms), "", Channel::Paper),
        (Some(Channel::Phone), "", Channel::Paper),
    ];
    for (chosen, phone, expected) in cases {
        let choice = Choice {
            channel: chosen,
            address: None,
        };
        assert_eq!(channel(&choice, phone), expected, "{chosen:?} {phone}");
    }
    let mail = |address: Option<&str>| Choice {
        channel: Some(Channel::Mail),
        address: address.map(str::to_owned),
    };
    let reached = mail(Some("a@example.com"));
    assert_eq!(channel(&reached, ""), Channel::Mail);
    // Erased, or never given: the next best.
    assert_eq!(channel(&mail(None), "13800138001"), Channel::Sms);
    assert_eq!(channel(&mail(None), ""), Channel::Paper);
}

#[test]
fn nobody_is_disturbed_between_nine_in_the_evening_and_eight_in_the_morning() {
    let quiet = templates().quiet;
    let cases = [
        // Shanghai: 20:59, 21:00, 23:30, 07:59, 08:00.
        ("2026-09-01T12:59:00Z", "2026-09-01T12:59:00Z"),
        ("2026-09-01T13:00:00Z", "2026-09-02T00:00:00Z"),
        ("2026-09-01T15:30:00Z", "2026-09-02T00:00:00Z"),
        ("2026-09-01T23:59:00Z", "2026-09-02T00:00:00Z"),
        ("2026-09-02T00:00:00Z", "2026-09-02T00:00:00Z"),
    ];
    for (now, then) in cases {
        assert_eq!(after_quiet(at(now), &quiet), at(then), "{now}");
    }
}

#[test]
fn a_message_is_tried_later_each_time_and_then_somebody_calls() {
    let quiet = templates().quiet;
    let noon = at("2026-09-01T04:00:00Z");
    let due = date(2026, 9, 3);
    let mut one = message(Channel::Sms);
    let mut waits = Vec::new();
    while one.channel == Some(Channel::Sms) {
        let event = failed(&one, false, (noon, &quiet, due)).unwrap();
        one.apply(&event, noon);
        waits.push(one.not_before.unwrap().duration_since(noon).as_mins());
        assert!(waits.len() <= usize::from(TRIES));
    }
    assert_eq!(waits, [1, 5, 30, 240, 0]);
    assert_eq!((one.channel, one.due), (Some(Channel::Phone), Some(due)));
    assert_eq!(one.standing, Standing::Waiting, "nobody is lost");
    let mut other = message(Channel::Sms);
    other.apply(&failed(&other, true, (noon, &quiet, due)).unwrap(), noon);
    assert_eq!(
        other.channel,
        Some(Channel::Phone),
        "a wrong number is not asked again"
    );
}

#[test]
fn only_who_works_there_ticks_off_and_only_the_person_reads() {
    let worker = staff(Role::CommitteeWorker, HOME);
    let then = (at("2026-09-01T05:00:00Z"), date(2026, 9, 3));
    let call = message(Channel::Phone);
    let next_door = staff(Role::CommitteeWorker, "310117/310117001/310117001002");
    assert_eq!(
        by_hand(&call, path(HOME), &next_door, true, then)
            .unwrap_err()
            .code,
        "gate.area"
    );
    let told = by_hand(&call, path(HOME), &worker, true, then).unwrap();
    let mut unanswered = call.clone();
    unanswered.apply(
        &by_hand(&call, path(HOME), &worker, false, then).unwrap(),
        then.0,
    );
    let now = (unanswered.channel, unanswered.standing, unanswered.due);
    let letter = (Some(Channel::Paper), Standing::Waiting, Some(then.1));
    assert_eq!(now, letter, "who does not answer is brought a letter");
    let mut nobody = unanswered.clone();
    nobody.apply(
        &by_hand(&unanswered, path(HOME), &worker, false, then).unwrap(),
        then.0,
    );
    assert_eq!(nobody.standing, Standing::NotReached);
    let mut done = call.clone();
    done.apply(&told, then.0);
    assert_eq!(done.standing, Standing::Told);
    let again = by_hand(&done, path(HOME), &worker, true, then).unwrap_err();
    assert_eq!(again.code, "messages.not-by-hand");
    let sms = by_hand(&message(Channel::Sms), path(HOME), &worker, true, then).unwrap_err();
    assert_eq!(sms.code, "messages.not-by-hand");
    let herself = Actor::resident(AccountId(Uuid::from_u128(3)), who());
    let neighbour = Actor::resident(
        AccountId(Uuid::from_u128(4)),
        ResidentId(Uuid::from_u128(8)),
    );
    assert_eq!(
        read(&call, path(HOME), &neighbour).unwrap_err().code,
        "gate.own"
    );
    assert!(read(&call, path(HOME), &herself).unwrap().is_some());
}

#[test]
fn a_short_message_names_neither_person_nor_service() {
    let good = include_str!("../../../catalogue/messages/cases.toml");
    let cases = [
        (
            "尾号{tail}）已受理",
            "尾号{number}）已受理",
            "may not name {number}",
        ),
        (
            "尾号{tail}）已受理",
            "{service}）已受理",
            "may not name {service}",
        ),
        ("您的{service}申请", "您的{name}申请", "may not name {name}"),
        ("已经受理。承诺", "已经受理{。承诺", "may not name"),
    ];
    for (from, to, expected) in cases {
        assert!(good.contains(from));
        let refused = Templates::read(&good.replacen(from, to, 1)).unwrap_err();
        assert!(refused[0].contains(expected), "{refused:?}");
    }
    let long = good.replacen("查进度", &"长".repeat(140), 1);
    assert!(Templates::read(&long).unwrap_err()[0].contains("too long"));
}

proptest! {
    #[test]
    fn what_is_filled_in_is_never_read_again(value in any::<String>()) {
        let filled = fill("a{service}b{tail}", &[("service", &value), ("tail", "{service}")]);
        prop_assert_eq!(filled, format!("a{value}b{{service}}"));
    }
}

#[test]
fn every_event_has_a_golden_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/messages");
    let failed = Failed {
        next: Channel::Phone,
        not_before: at("2026-09-01T04:00:00Z"),
        due: Some(date(2026, 9, 3)),
    };
    let samples = [
        Event::Made(made(Channel::Paper), path(HOME)),
        Event::Sent(path(HOME)),
        Event::Failed(failed, path(HOME)),
        Event::ByHand(true, path(HOME)),
        Event::Read(path(HOME)),
    ];
    let mut parts: Vec<_> = samples.iter().map(|event| event.write().unwrap()).collect();
    let chosen = choose(Channel::Mail, "name@example.com", path(HOME)).unwrap();
    parts.push(chosen.write(who()).unwrap());
    for (n, parts) in parts.into_iter().enumerate() {
        let golden = Golden {
            kind: parts.kind,
            open: parts.open,
            sealed: parts.sealed.into_iter().map(|(_, plain)| plain).collect(),
        };
        golden::check(&folder, &golden).unwrap();
        if let Some(event) = samples.get(n) {
            assert_eq!(Event::read(&recorded(&golden)).unwrap(), *event);
        }
    }
    let all = golden::all(&folder).unwrap();
    assert_eq!(all.len(), 8);
    // What was written while there were messages about cases alone says the same.
    let old = all
        .iter()
        .find(|one| one.kind.to_string().contains("made") && one.kind.v == 1);
    let read = Event::read(&recorded(old.unwrap())).unwrap();
    assert_eq!(read, Event::Made(made(Channel::Paper), path(HOME)));
    let chosen = |v| {
        let found = all
            .iter()
            .find(|one| one.kind.to_string().contains("chosen") && one.kind.v == v);
        ChannelChosen::read(&recorded(found.unwrap())).unwrap()
    };
    assert_eq!(
        (chosen(1).channel, chosen(1).address),
        (Channel::Phone, None)
    );
    assert_eq!(chosen(2).address.as_deref(), Some("name@example.com"));
}

#[test]
fn an_address_is_one_that_a_mail_server_takes() {
    for (typed, plain) in [
        ("name@example.com", "name@example.com"),
        (" a.b+c@mail.example.cn ", "a.b+c@mail.example.cn"),
        ("ｎａｍｅ＠example.com", "name@example.com"),
    ] {
        let chosen = choose(Channel::Mail, typed, path(HOME)).unwrap();
        assert_eq!(chosen.address.as_deref(), Some(plain));
    }
    let long = format!("{}@example.com", "a".repeat(65));
    for typed in [
        "",
        "name",
        "name@",
        "@example.com",
        "a@b",
        "a b@example.com",
        "a@example..com",
        ".a@example.com",
        "a@-example.com",
        "a@example.com\r\nBcc: b@example.com",
        "张@example.com",
        &long,
    ] {
        let refused = choose(Channel::Mail, typed, path(HOME)).unwrap_err();
        assert_eq!(refused.code, "messages.address-unreadable", "{typed}");
        assert_eq!(refused.field.as_deref(), Some("address"));
    }
    // Whoever is told another way leaves no address behind.
    let other = choose(Channel::Sms, "name@example.com", path(HOME)).unwrap();
    assert_eq!(other.address, None);
}

proptest! {
    #[test]
    fn nothing_that_is_filled_in_becomes_a_header_of_a_mail(subject in any::<String>(), text in any::<String>()) {
        let mail = Mail {
            id: "9.2".to_owned(),
            address: "name@example.com".to_owned(),
            subject: subject.clone(),
            text: text.clone(),
        };
        let eml = mail.eml();
        prop_assert!(eml.is_ascii() && eml.split("\r\n").all(|line| line.len() <= 76));
        let (head, body) = eml.split_once("\r\n\r\n").unwrap();
        let unfolded = head.replace("\r\n ", "");
        let names: Vec<&str> = unfolded.split("\r\n").map(|line| line.split(':').next().unwrap()).collect();
        prop_assert_eq!(
            names,
            ["To", "Subject", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"]
        );
        let decoded = STANDARD.decode(body.replace("\r\n", "")).unwrap();
        prop_assert_eq!(String::from_utf8(decoded).unwrap(), format!("{text}\r\n"));
        let said = unfolded.lines().nth(1).unwrap().strip_prefix("Subject: ").unwrap();
        let words = said.split("?=").filter(|word| !word.is_empty());
        let words = words.map(|word| STANDARD.decode(word.trim().strip_prefix("=?UTF-8?B?").unwrap()).unwrap());
        let words: Vec<String> = words.map(|word| String::from_utf8(word).unwrap()).collect();
        prop_assert_eq!(words.concat(), subject);
    }
}

#[test]
fn what_waited_in_the_outbox_before_is_understood() {
    let case = case();
    let body = json!({ "case": case, "version": 2, "on": "cases.decided" });
    let happened: Happened = serde_json::from_value(body).unwrap();
    let expected = Happened::Case {
        case,
        version: 2,
        on: "cases.decided".to_owned(),
        date: None,
    };
    assert_eq!(happened, expected);
}

#[test]
fn a_district_replaces_a_file_and_what_it_may_name_depends_on_the_event() {
    let folder = tempfile::tempdir().unwrap();
    let messages = folder.path().join("messages");
    std::fs::create_dir(&messages).unwrap();
    let good = include_str!("../../../catalogue/messages/benefits.toml");
    let own = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        std::fs::write(messages.join("benefits.toml"), good.replacen(from, to, 1)).unwrap();
        Templates::of_folder(Some(folder.path()))
    };
    let ours = own("{service}：已发放", "{service}：钱到了").unwrap();
    assert_eq!(
        ours.of("benefits.paid").unwrap().title.zh,
        "{service}：钱到了"
    );
    assert!(ours.of("cases.decided").is_some() && ours.of("offers.made").is_some());
    for (from, to, expected) in [
        ("{date}已发放。", "{money}已发放。", "may not name {money}"),
        (
            "要复核，{date}前会有人",
            "要复核，{month}会有人",
            "may not name {month}",
        ),
        (
            "on = \"benefits.unpaid\"",
            "on = \"weather.rain\"",
            "nobody is told",
        ),
        ("[[messages]]", "[[messagse]]", "benefits.toml"),
    ] {
        let refused = own(from, to).unwrap_err();
        assert!(refused[0].contains(expected), "{refused:?}");
    }
}

fn recorded(golden: &Golden) -> Recorded {
    let sealed = golden.sealed.iter().map(|plain| Opened {
        subject: who(),
        plain: Some(plain.clone()),
    });
    Recorded {
        seq: 0,
        stream: super::matter::stream("9.2"),
        version: 1,
        area: path(HOME),
        kind: golden.kind.clone(),
        at: Timestamp::UNIX_EPOCH,
        actor: Actor::system(),
        command: CommandId(Uuid::nil()),
        open: golden.open.clone(),
        sealed: sealed.collect(),
        digest: [0; 32],
    }
}

/// Remembers what it was given; refuses as told.
#[derive(Default)]
struct Pocket {
    taken: Mutex<Vec<Outgoing>>,
    refuses: Mutex<Option<Carried>>,
}

#[async_trait]
impl Carrier for Pocket {
    async fn carry(&self, outgoing: &Outgoing) -> Result<(), Carried> {
        let refuses = *self.refuses.lock().unwrap();
        match refuses {
            Some(why) => Err(why),
            None => {
                self.taken.lock().unwrap().push(outgoing.clone());
                Ok(())
            }
        }
    }

    async fn mail(&self, _: &Mail) -> Result<(), Carried> {
        Err(Carried::Never)
    }
}

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        at("2026-09-01T04:00:00Z")
    }
}

fn frame() -> Frame {
    Frame {
        place: "松江区".to_owned(),
        phone: "12345".to_owned(),
        lang: "zh-CN",
    }
}

async fn node() -> Linli {
    let config = NodeConfig {
        journal: Config::memory(),
        catalogue: None,
    };
    let clock = Arc::new(ShiftedClock::new(Noon, 0));
    let linli = Linli::open(config, clock).await.unwrap();
    let system = Actor::system();
    let divisions = linli.import_divisions(call(&system), SONGJIANG).await;
    divisions.unwrap();
    linli
}

fn call(actor: &Actor) -> Call<'_> {
    Call {
        command: CommandId::new(&Noon),
        actor,
        expected: None,
    }
}

/// A case of 社区证明 filed by somebody with `phone`, accepted by the committee.
async fn accepted(linli: &Linli, phone: &str) -> CaseId {
    let actor = Actor::resident(AccountId(Uuid::from_u128(3)), who());
    let filing = crate::cases::Filing {
        service: "certificate".to_owned(),
        area: path(HOME),
        channel: crate::cases::Channel::Online,
        applicant: who(),
        authority: None,
        received_on: None,
        name: "张建国".to_owned(),
        phone: phone.to_owned(),
        answers: [
            ("name", json!("张建国")),
            ("id_number", json!("990117194803120015")),
            ("phone", json!("13800138001")),
            ("address", json!("岳阳街道示例路1号")),
            ("what", json!("residence")),
            ("for_whom", json!("学校")),
            ("for_what", json!("孙子入学")),
        ]
        .into_iter()
        .map(|(id, value)| (id.to_owned(), value))
        .collect(),
        declared: vec!["true_statement".to_owned()],
        papers: Vec::new(),
    };
    let receipt = crate::cases::file(linli, call(&actor), &filing)
        .await
        .unwrap();
    let worker = staff(Role::CommitteeWorker, HOME);
    let accept = crate::cases::Command::Accept;
    crate::cases::act(linli, call(&worker), receipt.case, &accept)
        .await
        .unwrap();
    receipt.case
}

#[tokio::test]
async fn an_accepted_case_is_told_once_by_short_message_and_read_on_the_page() {
    let linli = node().await;
    accepted(&linli, "138 0013 8001").await;
    assert_eq!(
        linli.make_messages().await.unwrap(),
        1,
        "filing tells nobody what they know"
    );
    assert_eq!(linli.make_messages().await.unwrap(), 0, "made once");
    let pocket = Pocket::default();
    assert_eq!(linli.carry_messages(&pocket, &frame()).await.unwrap(), 1);
    assert_eq!(
        linli.carry_messages(&pocket, &frame()).await.unwrap(),
        0,
        "sent once"
    );
    let sent = pocket.taken.lock().unwrap().clone();
    assert_eq!(sent[0].phone, "13800138001");
    let text = &sent[0].text;
    assert!(
        text.starts_with("【松江区】您的申请（编号尾号") && text.contains("12345"),
        "{text}"
    );
    assert!(!text.contains("证明") && !text.contains('张'), "{text}");

    let own = linli.own_messages(who()).await.unwrap();
    assert_eq!((own.len(), own[0].read_at), (1, None));
    let (words, _) = linli
        .message_words(&own[0], &frame())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(words.title, "社区证明：已受理");
    assert!(words.body.contains("9月4日前告知结果"), "{}", words.body);
    let herself = Actor::resident(AccountId(Uuid::from_u128(3)), who());
    linli.read_messages(&herself, &own).await.unwrap();
    let read = linli.own_messages(who()).await.unwrap();
    assert!(read[0].read_at.is_some());
    linli.read_messages(&herself, &read).await.unwrap();
    linli.journal().rebuild(|_| {}).await.unwrap();
    assert_eq!(linli.own_messages(who()).await.unwrap(), read);
}

#[tokio::test]
async fn somebody_without_a_mobile_phone_is_on_the_list_of_the_committee() {
    let linli = node().await;
    accepted(&linli, "021-57712345").await;
    linli.make_messages().await.unwrap();
    let pocket = Pocket::default();
    assert_eq!(linli.carry_messages(&pocket, &frame()).await.unwrap(), 0);
    let worker = staff(Role::CommitteeWorker, HOME);
    let calls = linli.messages_by_hand(&worker).await.unwrap();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].due(), Some(date(2026, 9, 3)), "two working days");
    let next_door = staff(Role::CommitteeWorker, "310117/310117001/310117001002");
    assert_eq!(linli.messages_by_hand(&next_door).await.unwrap(), []);
    assert!(
        linli
            .message_by_hand(&next_door, &calls[0].id)
            .await
            .is_err()
    );
    linli
        .told_by_hand(call(&worker), &calls[0].id, true)
        .await
        .unwrap();
    assert_eq!(linli.messages_by_hand(&worker).await.unwrap(), []);
}

#[tokio::test]
async fn a_call_goes_along_when_the_committee_moves() {
    let linli = node().await;
    accepted(&linli, "021-57712345").await;
    linli.make_messages().await.unwrap();
    let moved = crate::places::Command::Move {
        area: path(HOME),
        parent: path("310117/310117002"),
        from: date(2026, 9, 1),
    };
    let district = staff(Role::DistrictOfficer, "310117");
    linli.change_places(call(&district), &moved).await.unwrap();
    let before = staff(Role::CommitteeWorker, HOME);
    assert_eq!(linli.messages_by_hand(&before).await.unwrap(), []);
    let worker = staff(Role::CommitteeWorker, "310117/310117002/310117001001");
    let calls = linli.messages_by_hand(&worker).await.unwrap();
    let [one] = calls.as_slice() else {
        panic!("{calls:?}");
    };
    assert_eq!(linli.message_by_hand(&worker, &one.id).await.unwrap(), *one);
    let unanswered = linli.told_by_hand(call(&worker), &one.id, false).await;
    unanswered.unwrap();
    let letters = linli.messages_by_hand(&worker).await.unwrap();
    assert_eq!(letters[0].channel, "paper", "still theirs after it changed");
    linli.journal().rebuild(|_| {}).await.unwrap();
    assert_eq!(linli.messages_by_hand(&worker).await.unwrap(), letters);
}

#[tokio::test]
async fn a_wrong_number_becomes_a_call() {
    let linli = node().await;
    accepted(&linli, "13800138001").await;
    linli.make_messages().await.unwrap();
    let pocket = Pocket::default();
    *pocket.refuses.lock().unwrap() = Some(Carried::Never);
    assert_eq!(linli.carry_messages(&pocket, &frame()).await.unwrap(), 0);
    let worker = staff(Role::CommitteeWorker, HOME);
    assert_eq!(linli.messages_by_hand(&worker).await.unwrap().len(), 1);
}
