//! Residents and households: every command with its refusals, and the golden files.

use std::path::Path;

use jiff::civil::{Date, date};
use linli_journal::golden::{self, Golden};
use linli_journal::{Opened, Recorded};
use linli_kernel::{
    AccountId, Actor, AreaPath, CaseId, CommandId, Post, PostId, ResidentId, Role, StreamId,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::feature::{Feature, Meta, Parts};
use crate::places::{AreaTree, SONGJIANG, divisions};

pub(super) const TODAY: Date = date(2026, 11, 23);
pub(super) const HOME: &str = "310117/310117001/310117001001";
pub(super) const NEXT_DOOR: &str = "310117/310117001/310117001002";

pub(super) fn path(text: &str) -> AreaPath {
    text.parse().unwrap()
}

pub(super) fn staff(role: Role, area: &str) -> Actor {
    let post = Post {
        id: PostId(Uuid::from_u128(1)),
        role,
        area: path(area),
    };
    Actor::in_post(AccountId(Uuid::from_u128(2)), post)
}

pub(super) fn who(number: u128) -> ResidentId {
    ResidentId(Uuid::from_u128(number))
}

pub(super) struct World {
    dictionary: Dictionary,
    areas: AreaTree,
    actor: Actor,
}

impl World {
    pub(super) fn new() -> Self {
        let mut areas = AreaTree::default();
        for area in divisions(SONGJIANG).unwrap() {
            areas.apply(&crate::places::Event::Established(area));
        }
        Self {
            dictionary: Dictionary::built_in().unwrap(),
            areas,
            actor: staff(Role::CommitteeWorker, HOME),
        }
    }

    fn ask(&self, state: &Resident, command: &Command) -> Result<Vec<Event>, Vec<String>> {
        decide(
            state,
            command,
            &self.context(&|number| format!("key of {number}")),
        )
        .map_err(codes)
    }

    fn ask_household(
        &self,
        state: &Household,
        command: &HouseholdCommand,
    ) -> Result<Vec<HouseholdEvent>, Vec<String>> {
        let context = self.context(&|_| String::new());
        decide_household(state, command, &context).map_err(codes)
    }

    pub(super) fn context<'a>(
        &'a self,
        id_key: &'a (dyn Fn(&str) -> String + Sync),
    ) -> Context<'a> {
        Context {
            today: TODAY,
            actor: &self.actor,
            dictionary: &self.dictionary,
            areas: &self.areas,
            id_key,
        }
    }

    pub(super) fn after(&self, state: &Resident, command: &Command) -> Resident {
        let mut state = state.clone();
        for event in self.ask(&state, command).unwrap() {
            state.apply(&StreamId::from(who(7)), &event);
        }
        state
    }

    pub(super) fn registered(&self) -> Resident {
        self.after(&Resident::default(), &register())
    }

    pub(super) fn household(&self) -> Household {
        let mut state = Household::default();
        let stream = StreamId::new("household", Uuid::from_u128(70));
        for event in self.ask_household(&state, &form()).unwrap() {
            state.apply(&stream, &event);
        }
        state
    }
}

fn codes(refusals: Vec<linli_kernel::Refusal>) -> Vec<String> {
    refusals.into_iter().map(|refusal| refusal.code).collect()
}

pub(super) fn facts(facts: &[(&str, Value)]) -> Values {
    let fact = |(field, value): &(&str, Value)| (FieldId::from(*field), value.clone());
    facts.iter().map(fact).collect()
}

pub(super) fn register() -> Command {
    Command::Register {
        area: path(HOME),
        facts: facts(&[
            ("person.name", json!("张建国")),
            ("person.id_number", json!("990117 19480101 0015")),
            ("person.birth_date", json!("1948-01-01")),
            ("person.sex", json!("1")),
            ("person.phone", json!("109 0000 0001")),
        ]),
        source: "police".to_owned(),
        as_of: date(2026, 11, 1),
    }
}

pub(super) fn form() -> HouseholdCommand {
    HouseholdCommand::Form {
        area: path(HOME),
        members: vec![member(7, "0"), member(8, "1")],
        facts: facts(&[
            ("household.address", json!("龙潭社区松影苑1号101室")),
            ("household.monthly_income_fen", json!(120_000)),
        ]),
        source: "committee".to_owned(),
        as_of: date(2026, 11, 1),
    }
}

pub(super) fn member(number: u128, relation: &str) -> Member {
    Member {
        resident: who(number),
        relation: relation.to_owned(),
    }
}

pub(super) fn fact(field: &str, value: Value, as_of: Date) -> NewFact {
    NewFact {
        field: FieldId::from(field),
        value,
        source: "committee".to_owned(),
        as_of,
        case: None,
    }
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, Vec<String>>, codes: &[&str]) {
    let refusals = outcome.unwrap_err();
    assert_eq!(refusals, codes);
}

#[test]
fn what_is_registered_is_known_in_its_kept_form() {
    let state = World::new().registered();
    assert_eq!(state.id, Some(who(7)));
    assert_eq!(state.text("person.id_number"), Some("990117194801010015"));
    assert_eq!(state.text("person.phone"), Some("10900000001"));
    assert_eq!(state.id_key.as_deref(), Some("key of 990117194801010015"));
    let name = &state.facts["person.name"];
    assert_eq!(&*name.source, "police");
    assert_eq!(name.as_of, date(2026, 11, 1));
}

#[test]
fn every_problem_of_a_registration_is_named_at_once() {
    let world = World::new();
    let command = Command::Register {
        area: path("310117/310117001"),
        facts: facts(&[
            ("person.id_number", json!("99011719480101001X")),
            ("person.phone", json!("110")),
            ("household.housing", json!("owned")),
        ]),
        source: "hearsay".to_owned(),
        as_of: date(2026, 11, 24),
    };
    let expected = [
        "gate.area",
        "residents.not-a-committee",
        "residents.date-in-future",
        "residents.unknown-field",
        "residents.id-number-check-digit",
        "residents.phone-wrong",
        "residents.missing",
    ];
    refused(world.ask(&Resident::default(), &command), &expected);
    let again = world.ask(&world.registered(), &register());
    refused(again, &["residents.already-registered"]);
}

#[test]
fn a_newer_fact_replaces_an_older_one_and_not_the_other_way() {
    let world = World::new();
    let state = world.registered();
    let newer = Command::RecordFact(fact("person.phone", json!("10900000002"), TODAY));
    let after = world.after(&state, &newer);
    assert_eq!(after.text("person.phone"), Some("10900000002"));
    let older = fact("person.phone", json!("10900000003"), date(2026, 10, 1));
    let older = world.ask(&after, &Command::RecordFact(older));
    refused(older, &["residents.older-than-known"]);
    refused(world.ask(&after, &newer), &["residents.nothing-new"]);
}

#[test]
fn a_correction_may_be_dated_back_and_says_why() {
    let world = World::new();
    let state = world.registered();
    let right = fact("person.birth_date", json!("1948-01-10"), date(1948, 1, 10));
    let correct = |words: &str| Command::CorrectFact {
        fact: right.clone(),
        words: words.to_owned(),
    };
    let after = world.after(&state, &correct("户口簿核对"));
    assert_eq!(after.text("person.birth_date"), Some("1948-01-10"));
    refused(
        world.ask(&state, &correct("  ")),
        &["residents.words-missing"],
    );
    let again = world.ask(&after, &correct("again"));
    refused(again, &["residents.nothing-new"]);
}

#[test]
fn who_died_or_was_erased_is_left_alone() {
    let world = World::new();
    let state = world.registered();
    let death = Command::RecordDeath {
        on: date(2026, 11, 20),
        source: "police".to_owned(),
    };
    let after = world.after(&state, &death);
    assert_eq!(after.died_on, Some(date(2026, 11, 20)));
    let phone = Command::RecordFact(fact("person.phone", json!("10900000002"), TODAY));
    refused(world.ask(&after, &phone), &["residents.dead"]);
    let erased = Resident {
        erased: true,
        ..state
    };
    refused(world.ask(&erased, &phone), &["residents.erased"]);
    let nobody = world.ask(&Resident::default(), &phone);
    refused(nobody, &["residents.not-registered"]);
}

#[test]
fn a_move_takes_the_address_along() {
    let mut world = World::new();
    world.actor = staff(Role::StreetOfficer, "310117/310117001");
    let state = world.registered();
    let to = |area: &str| Command::Move {
        to: path(area),
        address: "醉白池社区听雨园2号".to_owned(),
        on: TODAY,
        source: "committee".to_owned(),
    };
    let after = world.after(&state, &to(NEXT_DOOR));
    assert_eq!(after.area, Some(path(NEXT_DOOR)));
    assert_eq!(after.text("person.address"), Some("醉白池社区听雨园2号"));
    refused(world.ask(&state, &to(HOME)), &["residents.same-place"]);
    let street = world.ask(&state, &to("310117/310117001"));
    refused(street, &["residents.not-a-committee"]);
}

#[test]
fn a_resident_records_what_they_alone_answer_for() {
    let mut world = World::new();
    let state = world.registered();
    let own = |number: u128| Actor::resident(AccountId(Uuid::nil()), who(number));
    let mut phone = fact("person.phone", json!("10900000002"), TODAY);
    phone.source = "resident".to_owned();
    let phone = Command::RecordFact(phone);
    world.actor = own(7);
    assert!(world.ask(&state, &phone).is_ok());
    let mut income = fact("person.monthly_income_fen", json!(0), TODAY);
    income.source = "resident".to_owned();
    let income = world.ask(&state, &Command::RecordFact(income));
    refused(income, &["gate.role"]);
    world.actor = own(8);
    refused(world.ask(&state, &phone), &["gate.own"]);
    world.actor = staff(Role::CommitteeWorker, NEXT_DOOR);
    refused(world.ask(&state, &phone), &["gate.area"]);
    world.actor = staff(Role::SystemAdmin, "310117");
    refused(world.ask(&state, &phone), &["gate.role"]);
    // Who signed in and holds no post is nobody.
    world.actor = Actor {
        account: Some(AccountId(Uuid::nil())),
        ..Actor::system()
    };
    refused(world.ask(&state, &phone), &["gate.role"]);
}

#[test]
fn a_household_has_one_head_who_stands_first() {
    let world = World::new();
    let household = world.household();
    assert_eq!(household.head(), Some(who(7)));
    let form = |members: Vec<Member>| HouseholdCommand::Form {
        area: path(HOME),
        members,
        facts: Values::new(),
        source: "committee".to_owned(),
        as_of: TODAY,
    };
    let new = Household::default();
    let cases = [
        (vec![], vec!["residents.head-first"]),
        (vec![member(1, "1")], vec!["residents.head-first"]),
        (
            vec![member(1, "0"), member(2, "0")],
            vec!["residents.head-first"],
        ),
        (
            vec![member(1, "0"), member(1, "1")],
            vec!["residents.member-twice"],
        ),
        (
            vec![member(1, "0"), member(2, "x")],
            vec!["residents.not-in-list"],
        ),
    ];
    for (members, why) in cases {
        refused(world.ask_household(&new, &form(members)), &why);
    }
    refused(
        world.ask_household(&household, &super::tests::form()),
        &["residents.household-exists"],
    );
}

fn leave(number: u128) -> HouseholdCommand {
    HouseholdCommand::Leave {
        resident: who(number),
        on: TODAY,
        source: "committee".to_owned(),
    }
}

#[test]
fn the_head_leaves_last_or_hands_over_first() {
    let world = World::new();
    let mut household = world.household();
    let stream = StreamId::new("household", Uuid::from_u128(70));
    refused(
        world.ask_household(&household, &leave(7)),
        &["residents.head-leaves-last"],
    );
    refused(
        world.ask_household(&household, &leave(9)),
        &["residents.no-such-member"],
    );
    let hand_over = |members: Vec<Member>| HouseholdCommand::ChangeHead {
        members,
        on: TODAY,
        source: "committee".to_owned(),
    };
    refused(
        world.ask_household(&household, &hand_over(vec![member(8, "0")])),
        &["residents.members-differ"],
    );
    let handed = hand_over(vec![member(8, "0"), member(7, "1")]);
    for command in [handed, leave(7)] {
        for event in world.ask_household(&household, &command).unwrap() {
            household.apply(&stream, &event);
        }
    }
    assert_eq!(household.members, [member(8, "0")]);
    // What is known went over to the new head's key.
    assert_eq!(
        household.facts["household.monthly_income_fen"].value,
        json!(120_000)
    );
}

fn granted() -> Granted {
    Granted {
        principal: who(7),
        agent: who(8),
        authority: Authority::SpokenAtCounter,
        services: vec!["dibao".to_owned()],
        from: TODAY,
        until: Some(date(2026, 12, 31)),
    }
}

#[test]
fn a_mandate_holds_until_it_ends() {
    let mut world = World::new();
    let stream = StreamId::new("mandate", Uuid::from_u128(3));
    let mut mandate = Right::<Granted>::default();
    let context = world.context(&|_| String::new());
    let missing = grant(granted(), &path(HOME), "", &context).unwrap_err();
    assert_eq!(missing.code, "residents.words-missing");
    let event = grant(granted(), &path(HOME), "本人到窗口说明", &context).unwrap();
    let meta = Meta {
        at: jiff::Timestamp::UNIX_EPOCH,
        actor: &world.actor,
    };
    Mandates::apply(&mut mandate, &stream, &event, meta);
    assert!(mandate.holds_on(TODAY));
    assert!(!mandate.holds_on(date(2027, 1, 1)));
    let oneself = Granted {
        agent: who(7),
        ..granted()
    };
    let oneself = grant(oneself, &path(HOME), "x", &context).unwrap_err();
    assert_eq!(oneself.code, "residents.mandate-for-oneself");
    world.actor = Actor::resident(AccountId(Uuid::nil()), who(8));
    let context = world.context(&|_| String::new());
    assert_eq!(end(&mandate, &context).unwrap_err().code, "gate.own");
    world.actor = Actor::resident(AccountId(Uuid::nil()), who(7));
    let context = world.context(&|_| String::new());
    let ended = end(&mandate, &context).unwrap();
    let meta = Meta {
        at: jiff::Timestamp::UNIX_EPOCH,
        actor: &world.actor,
    };
    Mandates::apply(&mut mandate, &stream, &ended, meta);
    assert_eq!(mandate.ended_on, Some(TODAY));
    assert!(!mandate.holds_on(date(2026, 11, 24)));
}

/// What an import had recorded, taken back: a fact put back, a person and a household withdrawn.
fn undone_samples() -> Vec<Parts> {
    let import = Uuid::from_u128(5);
    let field = FieldId::known("person.phone");
    let before = Fact {
        value: json!("10900000001"),
        source: "resident".into(),
        as_of: TODAY,
        case: None,
    };
    let open = ImportUndone {
        import,
        fields: vec![field.clone()],
        withdrawn: false,
    };
    let sealed = ImportUndoneSealed {
        facts: Facts::from([(field, before)]),
        id_key: None,
    };
    let put_back = Event {
        area: path(HOME),
        what: Happened::ImportUndone(open, Some(sealed)),
    };
    let household = HouseholdEvent {
        area: path(HOME),
        head: who(7),
        what: HouseholdHappened::Withdrawn(HouseholdWithdrawn { import }),
    };
    vec![put_back.write(who(7)).unwrap(), household.write().unwrap()]
}

fn parted_from(other: u128, fields: Vec<FieldId>) -> Parted {
    let other = who(other);
    Parted { other, fields }
}

/// Two records merged, their household regrouped, and all of it undone.
fn merged_samples() -> Vec<Parts> {
    let field = FieldId::known("person.phone");
    let known = Fact {
        value: json!("10900000001"),
        source: "resident".into(),
        as_of: TODAY,
        case: None,
    };
    let facts = Facts::from([(field.clone(), known)]);
    let id_key = Some("0123456789abcdef01234567".to_owned());
    let members = vec![member(7, "0"), member(8, "1")];
    let placed = Placed {
        household: linli_kernel::HouseholdId(Uuid::from_u128(70)),
        before: [members.clone(), vec![member(9, "2")]].concat(),
        after: members.clone(),
    };
    let whole = PartedSealed {
        facts: facts.clone(),
        id_key: id_key.clone(),
    };
    let merged = Merged {
        other: who(9),
        fields: vec![field.clone()],
        reasons: vec!["name_same".to_owned(), "birth_same".to_owned()],
    };
    let taken = MergedSealed {
        facts: facts.clone(),
        id_key: None,
    };
    let away = MergedAway {
        into: who(9),
        households: vec![placed],
    };
    let happened = [
        Happened::Merged(merged, Some(taken)),
        Happened::MergedAway(away, Some(MergedAwaySealed { id_key })),
        Happened::Parted(parted_from(9, vec![field]), Some(whole.clone())),
        Happened::PartedFrom(parted_from(9, Vec::new()), Some(whole)),
        Happened::ToldApart(ToldApart { other: who(9) }),
    ];
    let regrouped = HouseholdEvent {
        area: path(HOME),
        head: who(7),
        what: HouseholdHappened::Regrouped(
            Regrouped {
                members,
                sealed_anew: true,
            },
            Some(facts),
        ),
    };
    let mut parts: Vec<Parts> = happened
        .into_iter()
        .map(|what| {
            let area = path(HOME);
            Event { area, what }.write(who(7)).unwrap()
        })
        .collect();
    parts.push(regrouped.write().unwrap());
    parts
}

fn samples() -> Vec<Parts> {
    let world = World::new();
    let mut parts = resident_samples(&world);
    parts.extend(merged_samples());
    parts.extend(household_samples(&world));
    parts.extend(undone_samples());
    let began = RightEvent::Began(granted(), path(HOME), "本人到窗口说明".to_owned());
    let mut mandate = Right::<Granted>::default();
    let meta = Meta {
        at: jiff::Timestamp::UNIX_EPOCH,
        actor: &world.actor,
    };
    let stream = StreamId::new("mandate", Uuid::from_u128(3));
    Mandates::apply(&mut mandate, &stream, &began, meta);
    parts.push(Mandates::write(&mandate, &began).unwrap());
    let ended = RightEvent::Ended(Ended { on: TODAY }, path(HOME));
    parts.push(Mandates::write(&mandate, &ended).unwrap());
    let given = Given {
        resident: who(7),
        purpose: "dibao.economic-check".to_owned(),
        from: TODAY,
        until: None,
        case: Some(CaseId(Uuid::from_u128(9))),
    };
    let began = RightEvent::Began(given, path(HOME), String::new());
    let mut consent = Right::<Given>::default();
    Consents::apply(&mut consent, &stream, &began, meta);
    parts.push(Consents::write(&consent, &began).unwrap());
    let ended = RightEvent::Ended(Ended { on: TODAY }, path(HOME));
    parts.push(Consents::write(&consent, &ended).unwrap());
    let look = LookedAt {
        id: Uuid::from_u128(5),
        area: path(HOME),
        purpose: Purpose {
            why: Why::Other,
            case: None,
            words: "回访".to_owned(),
        },
    };
    let mut looks = LastLook::default();
    Looks::apply(&mut looks, &StreamId::new("look", who(7)), &look, meta);
    parts.push(Looks::write(&looks, &look).unwrap());
    parts
}

fn resident_samples(world: &World) -> Vec<Parts> {
    let mut world = World {
        actor: staff(Role::StreetOfficer, "310117/310117001"),
        dictionary: world.dictionary.clone(),
        areas: world.areas.clone(),
    };
    let mut state = Resident::default();
    let mut parts = Vec::new();
    let mut case_fact = fact("person.phone", json!("10900000002"), TODAY);
    case_fact.case = Some(CaseId(Uuid::from_u128(9)));
    let commands = [
        register(),
        Command::RecordFact(case_fact),
        Command::CorrectFact {
            fact: fact("person.sex", json!("2"), TODAY),
            words: "登记有误".to_owned(),
        },
        Command::Move {
            to: path(NEXT_DOOR),
            address: "醉白池社区听雨园2号".to_owned(),
            on: TODAY,
            source: "committee".to_owned(),
        },
        Command::RecordDeath {
            on: TODAY,
            source: "police".to_owned(),
        },
    ];
    for command in commands {
        for event in world.ask(&state, &command).unwrap() {
            state.apply(&StreamId::from(who(7)), &event);
            parts.push(event.write(who(7)).unwrap());
        }
        world.actor = staff(Role::StreetOfficer, "310117/310117001");
    }
    parts
}

fn household_samples(world: &World) -> Vec<Parts> {
    let stream = StreamId::new("household", Uuid::from_u128(70));
    let world = World {
        actor: staff(Role::StreetOfficer, "310117/310117001"),
        dictionary: world.dictionary.clone(),
        areas: world.areas.clone(),
    };
    let mut state = Household::default();
    let mut parts = Vec::new();
    let commands = [
        form(),
        HouseholdCommand::Join {
            member: member(9, "2"),
            on: TODAY,
            source: "committee".to_owned(),
        },
        leave(9),
        HouseholdCommand::ChangeHead {
            members: vec![member(8, "0"), member(7, "1")],
            on: TODAY,
            source: "committee".to_owned(),
        },
        HouseholdCommand::RecordFact(fact("household.housing", json!("owned"), TODAY)),
        HouseholdCommand::Move {
            to: path(NEXT_DOOR),
            address: "醉白池社区听雨园2号".to_owned(),
            on: TODAY,
            source: "committee".to_owned(),
        },
    ];
    for command in commands {
        for event in world.ask_household(&state, &command).unwrap() {
            state.apply(&stream, &event);
            parts.push(event.write().unwrap());
        }
    }
    parts
}

fn recorded(golden: &Golden, plain: bool) -> Recorded {
    let subject = who(7);
    let sealed = golden.sealed.iter().map(|value| Opened {
        subject,
        plain: plain.then(|| value.clone()),
    });
    Recorded {
        seq: 0,
        stream: StreamId::from(subject),
        version: 1,
        area: path(HOME),
        kind: golden.kind.clone(),
        at: jiff::Timestamp::UNIX_EPOCH,
        actor: Actor::system(),
        command: CommandId(Uuid::nil()),
        open: golden.open.clone(),
        sealed: sealed.collect(),
        digest: [0; 32],
    }
}

/// Reads an entry by the feature whose kind it is, and writes it again.
fn read_and_write(entry: &Recorded) -> Parts {
    let name = entry.kind.name.as_ref();
    let meta = Meta {
        at: entry.at,
        actor: &entry.actor,
    };
    if name.starts_with("residents.mandate") {
        return again::<Mandates>(entry, meta);
    }
    if name.starts_with("residents.consent") {
        return again::<Consents>(entry, meta);
    }
    if name == "residents.looked-at" {
        return again::<Looks>(entry, meta);
    }
    if name.starts_with("residents.household")
        || name.starts_with("residents.member")
        || name == "residents.head-changed"
    {
        return Households::read(entry).unwrap().write().unwrap();
    }
    Residents::read(entry).unwrap().write(who(7)).unwrap()
}

fn again<F: Feature>(entry: &Recorded, meta: Meta<'_>) -> Parts {
    let event = F::read(entry).unwrap();
    let mut state = F::State::default();
    F::apply(&mut state, &entry.stream, &event, meta);
    match F::write(&state, &event) {
        Ok(parts) => parts,
        // The end of a right that never began in this test has nobody to be about.
        Err(_) => Parts {
            kind: entry.kind.clone(),
            area: entry.area.clone(),
            open: entry.open.clone(),
            sealed: Vec::new(),
        },
    }
}

#[test]
fn every_event_has_a_golden_file_and_every_golden_file_is_understood() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/residents");
    let samples = samples();
    for parts in &samples {
        let today = Golden {
            kind: parts.kind.clone(),
            open: parts.open.clone(),
            sealed: parts
                .sealed
                .iter()
                .map(|(_, value)| value.clone())
                .collect(),
        };
        golden::check(&folder, &today).unwrap();
    }
    let files = golden::all(&folder).unwrap();
    assert_eq!(files.len(), 24);
    for file in files {
        let parts = read_and_write(&recorded(&file, true));
        assert_eq!(parts.open, file.open, "{}", file.kind);
        let sealed: Vec<Value> = parts.sealed.into_iter().map(|(_, value)| value).collect();
        assert_eq!(sealed, file.sealed, "{}", file.kind);
        // After the key is destroyed the entry is still understood.
        let erased = read_and_write(&recorded(&file, false));
        assert_eq!(erased.open, file.open, "{}", file.kind);
        assert!(erased.sealed.is_empty(), "{}", file.kind);
    }
}

#[test]
fn nothing_personal_is_open() {
    for parts in samples() {
        let open = parts.open.to_string();
        for secret in [
            "张建国",
            "990117",
            "1090000",
            "松影苑",
            "120000",
            "本人",
            "回访",
        ] {
            assert!(!open.contains(secret), "{}: {open}", parts.kind);
        }
    }
}
