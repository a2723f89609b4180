//! Tables on a running node, beside the made-up population that they are filled from.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use linli_journal::Config;
use linli_kernel::{
    AccountId, Actor, AreaPath, Clock, CommandId, Post, PostId, ResidentId, Role, StreamId,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::decide::draft;
use crate::exports::{Taken, Wish};
use crate::feature::{Call, Problem};
use crate::node::{Linli, NodeConfig};
use crate::places::SONGJIANG;
use crate::reporting::{About, Draft, Line, Row, Rules, Template};
use crate::residents::synthetic::{self, Family, Person, families};
use crate::residents::{Filter, Why, mask};

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-11-30T04:00:00Z".parse().unwrap()
    }
}

fn wish_of_people() -> synthetic::Wish {
    synthetic::Wish {
        seed: 11,
        residents: 600,
        today: Noon.today(),
    }
}

fn staff(account: u128, role: Role, area: &str) -> Actor {
    let post = Post {
        id: PostId(Uuid::from_u128(1)),
        role,
        area: area.parse().unwrap(),
    };
    Actor::in_post(AccountId(Uuid::from_u128(account)), post)
}

fn call(actor: &Actor) -> Call<'_> {
    Call {
        command: CommandId::new(&Noon),
        actor,
        expected: None,
    }
}

fn code<T>(outcome: Result<T, Problem>) -> String {
    match outcome {
        Err(Problem::Refused(refusals)) => refusals[0].code.clone(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("not refused"),
    }
}

struct District {
    linli: Linli,
    /// The people as they were made up, beside any register.
    families: Vec<Family>,
    /// The street with the most of them.
    street: String,
}

impl District {
    async fn new() -> Self {
        let config = NodeConfig {
            journal: Config::memory(),
            catalogue: None,
        };
        let linli = Linli::open(config, Arc::new(Noon)).await.unwrap();
        let system = Actor::system();
        let divisions = linli.import_divisions(call(&system), SONGJIANG).await;
        divisions.unwrap();
        linli.populate(wish_of_people(), |_| {}).await.unwrap();
        let families: Vec<Family> = families(&linli.areas(), wish_of_people()).collect();
        let mut streets: BTreeMap<String, usize> = BTreeMap::new();
        for family in &families {
            let street = crate::places::street_path(&family.area).to_owned();
            *streets.entry(street).or_default() += family.members.len();
        }
        let most = streets.into_iter().max_by_key(|(_, people)| *people);
        Self {
            linli,
            families,
            street: most.unwrap().0,
        }
    }

    fn officer(&self) -> Actor {
        staff(11, Role::StreetOfficer, &self.street)
    }

    fn other_officer(&self) -> Actor {
        staff(12, Role::StreetOfficer, &self.street)
    }

    /// A template of the street, made whatever it repeats.
    async fn made(&self, draft: &Draft) -> Uuid {
        let officer = self.officer();
        let review = self.linli.review_report(&officer, draft).await.unwrap();
        let mut draft = draft.clone();
        draft.table.need = "季度核对".to_owned();
        let seen = review.mark(Rules::built_in().unwrap()).unwrap();
        let made = self.linli.create_report(call(&officer), &draft, &seen);
        made.await.unwrap()
    }

    async fn template(&self, id: Uuid) -> Arc<Template> {
        self.linli
            .report_template(&self.officer(), id)
            .await
            .unwrap()
    }

    async fn lines(&self, actor: &Actor, id: Uuid, full: bool) -> Vec<Line> {
        let template = self.template(id).await;
        let lines = self.linli.report_lines(actor, &template, (1_000, full));
        lines.await.unwrap().unwrap()
    }

    /// Everybody of an area who is at least so old, as they were made up.
    fn people(&self, area: &str, from: i16) -> BTreeMap<ResidentId, (&Family, &Person)> {
        let area: AreaPath = area.parse().unwrap();
        let inside = self
            .families
            .iter()
            .filter(|family| area.contains(&family.area));
        let people = inside.flat_map(|family| family.members.iter().map(move |one| (family, one)));
        people
            .filter(|(_, person)| age(person) >= from)
            .map(|(family, person)| (person.id, (family, person)))
            .collect()
    }
}

fn age(person: &Person) -> i16 {
    let born: Date = person.facts["person.birth_date"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let span = born.until((jiff::Unit::Year, Noon.today())).unwrap();
    span.get_years()
}

const COLUMNS: [&str; 12] = [
    "person.name",
    "person.id_number",
    "person.birth_date",
    "person.phone",
    "person.address",
    "person.education",
    "person.employment",
    "household.housing",
    "row.area",
    "row.age",
    "row.relation",
    "row.members",
];

#[tokio::test]
async fn a_table_is_filled_with_what_the_registers_hold_and_nothing_else() {
    let district = District::new().await;
    let id = district.made(&draft(&district.street, &COLUMNS)).await;
    let lines = district.lines(&district.officer(), id, true).await;
    let people = district.people(&district.street, 60);
    assert!(people.len() > 5, "{}", people.len());
    assert_eq!(lines.len(), people.len());
    for line in &lines {
        let (family, person) = people[&line.who.unwrap()];
        let expected = COLUMNS.map(|column| match column {
            "row.area" => Some(json!(family.area.as_str())),
            "row.age" => Some(json!(age(person))),
            "row.relation" => Some(json!(person.relation)),
            "row.members" => Some(json!(family.members.len())),
            column if column.starts_with("household.") => family.facts.get(column).cloned(),
            column => person.facts.get(column).cloned(),
        });
        assert_eq!(line.values, expected);
    }
}

#[tokio::test]
async fn a_committee_gets_its_own_masked_as_its_list_shows_them() {
    let district = District::new().await;
    let id = district.made(&draft(&district.street, &COLUMNS)).await;
    let lines = district.lines(&district.officer(), id, true).await;
    let people = district.people(&district.street, 60);
    let home = lines[0].area.clone();
    let worker = staff(3, Role::CommitteeWorker, home.as_str());
    let own = district.lines(&worker, id, false).await;
    let listed = Filter {
        age_from: Some(60),
        size: 100,
        ..Filter::default()
    };
    let listed = district
        .linli
        .residents(&worker, &listed)
        .await
        .unwrap()
        .rows;
    assert_eq!(own.len(), listed.len());
    for (line, row) in own.iter().zip(&listed) {
        let (_, person) = people[&row.id];
        let text =
            |value: &Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
        assert_eq!(text(&line.values[0]), Some(row.name.clone()));
        assert_eq!(text(&line.values[1]), row.id_number);
        assert_eq!(
            text(&line.values[2]),
            row.birth_date.map(|day| day.year().to_string())
        );
        assert_eq!(text(&line.values[3]), row.phone);
        let address = person.facts.get("person.address").and_then(Value::as_str);
        assert_eq!(text(&line.values[4]), address.map(mask::address));
        assert_eq!(
            line.values[6],
            person.facts.get("person.employment").cloned()
        );
    }
}

#[tokio::test]
async fn the_share_of_a_column_is_that_of_the_records_that_hold_it() {
    let district = District::new().await;
    let id = district.made(&draft(&district.street, &COLUMNS)).await;
    let people = district.people(&district.street, 60);
    let template = district.template(id).await;
    let shares = district
        .linli
        .report_template_shares(&district.officer(), &template)
        .await;
    for (share, column) in shares.unwrap().iter().zip(COLUMNS) {
        let held = people.values().filter(|(family, person)| match column {
            column if column.starts_with("row.") => true,
            column if column.starts_with("household.") => family.facts.contains_key(column),
            column => person.facts.contains_key(column),
        });
        assert_eq!((&*share.column, share.rows), (column, people.len() as u64));
        assert_eq!(share.held, held.count() as u64, "{column}");
    }
}

#[tokio::test]
async fn a_table_of_households_has_each_in_which_somebody_fits_by_its_head() {
    let district = District::new().await;
    let mut wish = draft(
        &district.street,
        &["person.name", "household.address", "row.members"],
    );
    wish.table.about = About::Households;
    let id = district.made(&wish).await;
    let lines = district.lines(&district.officer(), id, true).await;
    let mut expected: BTreeMap<ResidentId, &Family> = BTreeMap::new();
    for (family, _) in district.people(&district.street, 60).values() {
        expected.insert(family.members[0].id, family);
    }
    let found: Vec<ResidentId> = lines.iter().filter_map(|line| line.who).collect();
    assert_eq!(found.len(), expected.len());
    for line in &lines {
        let family = expected[&line.who.unwrap()];
        let head = &family.members[0];
        assert_eq!(line.area, family.area);
        assert_eq!(
            line.values,
            [
                head.facts.get("person.name").cloned(),
                family.facts.get("household.address").cloned(),
                Some(json!(family.members.len())),
            ]
        );
    }
}

#[tokio::test]
async fn what_is_asked_for_already_must_be_answered_for_until_it_is_ended() {
    let district = District::new().await;
    let (linli, officer) = (&district.linli, district.officer());
    // The model fills in what people do for a living: nothing to type, and no table has it.
    let wish = draft(&district.street, &["person.name", "person.employment"]);
    let review = linli.review_report(&officer, &wish).await.unwrap();
    assert_eq!(review.repeats, []);
    let first = linli
        .create_report(call(&officer), &wish, "")
        .await
        .unwrap();
    let again = linli.review_report(&officer, &wish).await.unwrap();
    assert_eq!(again.repeats.len(), 1);
    assert_eq!(
        (&*again.repeats[0].with, again.repeats[0].percent),
        (&*first.to_string(), 100)
    );
    let refused = linli.create_report(call(&officer), &wish, "").await;
    assert_eq!(code(refused), "reporting.not-seen");
    let district_officer = staff(14, Role::DistrictOfficer, "310117");
    let whole = Draft {
        area: "310117".parse().unwrap(),
        ..wish.clone()
    };
    let above = linli
        .review_report(&district_officer, &whole)
        .await
        .unwrap();
    assert_eq!(above.repeats[0].with, first.to_string());
    linli
        .end_report(call(&officer), first, "并入季度表")
        .await
        .unwrap();
    let now = linli.review_report(&officer, &wish).await.unwrap();
    assert_eq!(now.repeats, []);
}

#[tokio::test]
async fn what_nobody_records_is_named_and_the_same_form_makes_one_table() {
    let district = District::new().await;
    let (linli, officer) = (&district.linli, district.officer());
    // Nobody records how many months of care at home somebody had.
    let mut typing = draft(
        &district.street,
        &["person.name", "person.home_care_months"],
    );
    let review = linli.review_report(&officer, &typing).await.unwrap();
    let rules = Rules::built_in().unwrap();
    let by_hand: Vec<&str> = review.by_hand(rules).map(|one| &*one.column).collect();
    assert_eq!(by_hand, ["person.home_care_months"]);
    assert_eq!(
        code(linli.create_report(call(&officer), &typing, "").await),
        "reporting.not-seen"
    );
    typing.table.need = "核对居家照护".to_owned();
    let seen = review.mark(rules).unwrap();
    let asked = call(&officer);
    let id = linli.create_report(asked, &typing, &seen).await.unwrap();
    // The same form sent twice makes one.
    assert_eq!(
        linli.create_report(asked, &typing, &seen).await.unwrap(),
        id
    );
    assert_eq!(linli.report_templates(&officer).await.unwrap().len(), 1);
}

#[tokio::test]
async fn who_sees_a_table_is_in_its_area_and_may_open_records() {
    let district = District::new().await;
    let id = district
        .made(&draft(
            &district.street,
            &["person.name", "person.employment"],
        ))
        .await;
    let home = district
        .people(&district.street, 60)
        .values()
        .next()
        .unwrap()
        .0
        .area
        .clone();
    let elsewhere = district
        .families
        .iter()
        .map(|family| &family.area)
        .find(|area| crate::places::street_path(area) != district.street)
        .unwrap();
    let ids = |rows: Vec<Row>| -> Vec<String> { rows.into_iter().map(|row| row.id).collect() };
    let linli = &district.linli;
    for (role, area, sees) in [
        (Role::CommitteeWorker, home.as_str(), true),
        (Role::DistrictOfficer, "310117", true),
        (Role::CommitteeWorker, elsewhere.as_str(), false),
    ] {
        let actor = staff(20, role, area);
        let listed = ids(linli.report_templates(&actor).await.unwrap());
        assert_eq!(listed.contains(&id.to_string()), sees, "{role:?} {area}");
        let opened = linli.report_template(&actor, id).await;
        assert_eq!(opened.is_ok(), sees, "{role:?} {area}");
        if !sees {
            assert_eq!(code(opened), "gate.area");
            let template = district.template(id).await;
            assert_eq!(
                code(linli.fill_report(&actor, &template, 1, 20).await),
                "gate.area"
            );
        }
    }
    let grid = staff(21, Role::GridWorker, home.as_str());
    assert_eq!(code(linli.report_templates(&grid).await), "gate.role");
    assert_eq!(code(linli.report_template(&grid, id).await), "gate.role");
    let none = linli
        .report_template(&district.officer(), Uuid::from_u128(9))
        .await;
    assert_eq!(code(none), "reporting.no-such-template");
}

#[tokio::test]
async fn a_table_goes_along_with_its_committee_and_is_the_same_after_a_rebuild() {
    let district = District::new().await;
    let linli = &district.linli;
    let home = district
        .people(&district.street, 60)
        .values()
        .next()
        .unwrap()
        .0
        .area
        .clone();
    let id = district
        .made(&draft(home.as_str(), &["person.name", "person.employment"]))
        .await;
    let before = district.lines(&district.officer(), id, true).await;
    let new = ["310117/310117001", "310117/310117002"]
        .into_iter()
        .find(|street| **street != *district.street)
        .unwrap();
    let boss = staff(30, Role::DistrictOfficer, "310117");
    let moved = crate::places::Command::Move {
        area: home.clone(),
        parent: new.parse().unwrap(),
        from: linli.clock().today(),
    };
    linli.change_places(call(&boss), &moved).await.unwrap();
    assert_eq!(
        linli.report_templates(&district.officer()).await.unwrap(),
        []
    );
    let there = staff(31, Role::StreetOfficer, new);
    let rows = linli.report_templates(&there).await.unwrap();
    assert_eq!(rows[0].area, format!("{new}/{}", home.code()));
    let template = linli.report_template(&there, id).await.unwrap();
    let after = linli.report_lines(&there, &template, (1_000, true)).await;
    assert_eq!(after.unwrap().unwrap().len(), before.len());
    linli
        .end_report(call(&there), id, "不再需要")
        .await
        .unwrap();
    let rows = linli.report_templates(&there).await.unwrap();
    linli.journal().rebuild(|_| {}).await.unwrap();
    assert_eq!(linli.report_templates(&there).await.unwrap(), rows);
    assert_eq!((rows[0].ended, &*rows[0].number), (1, "松人社〔2026〕12号"));
}

fn export_of(id: Uuid) -> Wish {
    Wish {
        filter: [("template".to_owned(), id.to_string())].into(),
        purpose: "报区人社局".to_owned(),
        format: "csv".to_owned(),
    }
}

#[tokio::test]
async fn a_table_leaves_masked_once_and_whole_when_another_says_yes() {
    let district = District::new().await;
    let (linli, officer) = (&district.linli, district.officer());
    let id = district.made(&draft(&district.street, &COLUMNS)).await;
    let masked = call(&officer);
    let report = linli.export_report(masked, &export_of(id)).await.unwrap();
    assert_eq!(report.lines, district.lines(&officer, id, false).await);
    let again = linli.export_report(masked, &export_of(id)).await;
    assert_eq!(code(again), "exports.already-made");
    let silent = Wish {
        purpose: String::new(),
        ..export_of(id)
    };
    assert_eq!(
        code(linli.export_report(call(&officer), &silent).await),
        "exports.purpose-missing"
    );
    let stream = StreamId::new("export", masked.command);
    let entries = linli.journal().stream(&stream).await.unwrap();
    assert_eq!(entries[0].open["what"], "reports");
    assert_eq!(entries[0].open["filter"]["template"], id.to_string());

    let asked = call(&officer);
    linli.ask_export(asked, &export_of(id)).await.unwrap();
    let other = district.other_officer();
    let waiting = linli.exports_waiting(&other).await.unwrap();
    assert_eq!(waiting[0].rows, report.lines.len() as u64);
    let early = linli.take_export(call(&officer), asked.command.0).await;
    assert_eq!(code(early), "exports.not-granted");
    linli
        .answer_export(call(&other), asked.command.0, true, "")
        .await
        .unwrap();
    let (_, taken) = linli
        .take_export(call(&officer), asked.command.0)
        .await
        .unwrap();
    let Taken::Report(whole) = taken else {
        panic!("not a table")
    };
    assert_eq!(whole.lines, district.lines(&officer, id, true).await);
    let who = whole.lines[0].who.unwrap();
    let own = Actor::resident(AccountId(who.0), who);
    let looks = linli.looks_at(&own, who, 1, 20).await.unwrap().rows;
    assert_eq!(looks[0].why, Why::Export);
    assert_eq!(looks[0].words.as_deref(), Some("报区人社局"));
    linli
        .end_report(call(&officer), id, "文件废止")
        .await
        .unwrap();
    let over = linli.export_report(call(&officer), &export_of(id)).await;
    assert_eq!(code(over), "reporting.ended");
}
