//! Policies on a node: found, reckoned, changed by two officers.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use linli_journal::Config;
use linli_journal::golden::{self, Golden};
use linli_kernel::{
    AccountId, Actor, AreaPath, CaseId, Clock, CommandId, Post, PostId, ResidentId, Role, StreamId,
};
use linli_policy::answer::Outcome;
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use serde_json::json;
use uuid::Uuid;

use super::change::stream;
use super::*;
use crate::cases;
use crate::catalogue::{Channel, Every};
use crate::feature::{Call, Feature as _, Problem};
use crate::node::{Linli, NodeConfig};
use crate::offers::Sought;
use crate::places::SONGJIANG;
use crate::residents::synthetic::Wish;
use crate::residents::{Command, FieldId, NewFact};

const TODAY: Date = date(2026, 11, 23);
const HOME: &str = "310117/310117001/310117001001";

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-11-23T04:00:00Z".parse().unwrap()
    }
}

fn call(actor: &Actor) -> Call<'_> {
    Call {
        command: CommandId::new(&Noon),
        actor,
        expected: None,
    }
}

async fn node() -> Linli {
    let config = NodeConfig {
        journal: Config::memory(),
        catalogue: None,
    };
    let linli = Linli::open(config, Arc::new(Noon)).await.unwrap();
    let system = Actor::system();
    let divisions = linli.import_divisions(call(&system), SONGJIANG).await;
    divisions.unwrap();
    linli
}

fn officer(number: u128) -> Actor {
    let post = Post {
        id: PostId(Uuid::from_u128(number)),
        role: Role::DistrictOfficer,
        area: path("310117"),
    };
    Actor::in_post(AccountId(Uuid::from_u128(number)), post)
}

fn path(text: &str) -> AreaPath {
    text.parse().unwrap()
}

async fn known(linli: &Linli, id: u128, facts: &[(&str, serde_json::Value)]) -> ResidentId {
    let resident = ResidentId(Uuid::from_u128(id));
    let facts = facts
        .iter()
        .map(|(field, value)| (FieldId::from(*field), value.clone()));
    let register = Command::Register {
        area: path(HOME),
        facts: facts.collect(),
        source: "police".to_owned(),
        as_of: date(2026, 11, 1),
    };
    let system = Actor::system();
    linli
        .record(call(&system), resident, &register)
        .await
        .unwrap();
    resident
}

async fn elder(linli: &Linli, id: u128) -> ResidentId {
    let facts = [
        ("person.name", json!("张建国")),
        ("person.birth_date", json!("1948-03-12")),
        ("person.hukou", json!("local")),
    ];
    known(linli, id, &facts).await
}

#[test]
fn every_policy_file_is_built_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalogue/policies");
    let there: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    let here: BTreeSet<String> = BUILT_IN
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(here, there);
}

#[test]
fn every_service_a_policy_names_is_in_the_catalogue() {
    let policies = Policies::built_in().unwrap();
    let catalogue = crate::catalogue::Catalogue::built_in().unwrap();
    for head in policies.book().heads() {
        if let Some(service) = &head.service {
            assert!(
                catalogue.service(service, TODAY).is_some(),
                "{}: {service}",
                head.id
            );
        }
    }
}

#[test]
fn every_fact_a_policy_asks_is_in_the_dictionary() {
    let policies = Policies::built_in().unwrap();
    let dictionary = crate::residents::Dictionary::built_in().unwrap();
    for fact in policies.book().facts().iter() {
        let field = fact.field.as_str();
        // What each case brings along: the days of its own papers.
        let of_the_case = ["household.applied_on", "household.decided_on"].contains(&field);
        assert!(of_the_case || dictionary.field(field).is_some(), "{field}");
    }
}

#[tokio::test]
async fn an_elder_who_was_missed_is_found_offered_and_told_why() {
    let linli = node().await;
    let missed = elder(&linli, 7).await;
    let paid = elder_with(&linli, 8, ("person.benefits", json!("elder-allowance"))).await;
    let elsewhere = elder_with(&linli, 9, ("person.hukou", json!("elsewhere"))).await;
    let found = linli.discover(TODAY).await.unwrap();
    assert_eq!(found.offered, 1);
    for other in [paid, elsewhere] {
        assert_eq!(linli.own_offers(other).await.unwrap(), []);
    }
    let offers = linli.own_offers(missed).await.unwrap();
    assert_eq!(offers.len(), 1);
    // 70 to 79 years: 150 yuan a month, 沪府发〔2016〕24号.
    assert_eq!(offers[0].amount_fen, Some(15_000));
    let own = Actor::resident(AccountId(Uuid::from_u128(1)), missed);
    let offer = linli.offer(&own, missed, "elder-allowance").await.unwrap();
    let told = offer.reckoning.unwrap();
    assert_eq!(told["outcome"], "yes");
    assert_eq!(told["amount_fen"], 15_000);
    let conditions = told["conditions"].as_array().unwrap();
    assert!(conditions.len() >= 2 && conditions.iter().all(|one| one["met"] == true));
    let again = linli.discover(TODAY).await.unwrap();
    assert_eq!((again.entitled, again.offered, again.lapsed), (2, 0, 0));
}

async fn elder_with(linli: &Linli, id: u128, more: (&str, serde_json::Value)) -> ResidentId {
    let resident = elder(linli, id).await;
    change(linli, resident, more).await;
    resident
}

async fn change(linli: &Linli, resident: ResidentId, (field, value): (&str, serde_json::Value)) {
    let fact = NewFact {
        field: FieldId::from(field),
        value,
        source: "civil_affairs".to_owned(),
        as_of: TODAY,
        case: None,
    };
    let system = Actor::system();
    let command = Command::RecordFact(fact);
    let recorded = linli.record(call(&system), resident, &command).await;
    recorded.unwrap();
}

#[tokio::test]
async fn a_changed_fact_makes_an_offer_and_takes_it_back() {
    let linli = node().await;
    let resident = elder_with(&linli, 7, ("person.hukou", json!("elsewhere"))).await;
    let touched = linli.touched().await;
    assert_eq!(touched, [StreamId::from(resident)]);
    assert_eq!(linli.discover_touched(&touched, TODAY).await.unwrap(), 0);
    change(&linli, resident, ("person.hukou", json!("local"))).await;
    let touched = linli.touched().await;
    assert_eq!(linli.discover_touched(&touched, TODAY).await.unwrap(), 1);
    change(
        &linli,
        resident,
        ("person.benefits", json!("elder-allowance")),
    )
    .await;
    let touched = linli.touched().await;
    assert_eq!(linli.discover_touched(&touched, TODAY).await.unwrap(), 0);
    assert_eq!(linli.own_offers(resident).await.unwrap(), []);
}

/// An elder of whom the register knows all that a grant without application takes.
async fn proven(linli: &Linli, id: u128) -> ResidentId {
    let facts = [
        ("person.name", json!("张建国")),
        ("person.id_number", json!("990117194803120015")),
        ("person.birth_date", json!("1948-03-12")),
        ("person.hukou", json!("local")),
        ("person.phone", json!("13800138001")),
        ("person.bank_account", json!("6222000000000012")),
    ];
    known(linli, id, &facts).await
}

async fn granted(linli: &Linli, resident: ResidentId) -> Option<Arc<cases::State>> {
    let granted = linli.granted_unasked(resident).await.unwrap();
    let (policy, number) = granted.first()?;
    assert_eq!(policy, "elder-allowance");
    let query = Query::select()
        .column("id")
        .from("cases")
        .and_where(Expr::col("number").eq(number.as_str()))
        .take();
    let row = linli.journal().reader().query_one(&query).await.unwrap();
    let id: String = row.unwrap().try_get("", "id").unwrap();
    let stream = StreamId::from(id.parse::<CaseId>().unwrap());
    let loaded = linli.load::<cases::Cases>(&stream).await.unwrap();
    Option::clone(&loaded.state)
}

async fn awards(linli: &Linli) -> i64 {
    let query = Query::select()
        .expr_as(Expr::col("id").count(), "many")
        .from("award")
        .take();
    let row = linli.journal().reader().query_one(&query).await.unwrap();
    row.unwrap().try_get("", "many").unwrap()
}

#[tokio::test]
async fn what_offices_prove_is_granted_without_being_asked_for() {
    let linli = node().await;
    let resident = proven(&linli, 7).await;
    let found = linli.discover(TODAY).await.unwrap();
    assert_eq!((found.granted, found.offered), (1, 0));
    assert_eq!(linli.own_offers(resident).await.unwrap(), []);
    let case = granted(&linli, resident).await.unwrap();
    assert_eq!(case.channel, Channel::Unasked);
    assert_eq!(case.phase, cases::Phase::Delivered);
    assert_eq!(case.filed_by, Actor::system());
    let decided = case.decided.as_ref().unwrap();
    // 70 to 79 years: 150 yuan a month, 450 a quarter, 沪府发〔2016〕24号.
    assert_eq!(decided.amount_fen, Some(45_000));
    assert_eq!(
        (decided.every, decided.from),
        (Some(Every::Quarter), date(2026, 11, 1))
    );
    let kept = decided.reckoning.as_ref().unwrap();
    assert_eq!(kept[0]["outcome"], "yes");
    assert!(kept[0]["conditions"].as_array().unwrap().len() >= 2);
    assert_eq!(awards(&linli).await, 1);
    let again = linli.discover(TODAY).await.unwrap();
    assert_eq!((again.granted, again.offered, again.lapsed), (0, 0, 0));
}

#[tokio::test]
async fn what_was_granted_unasked_may_be_declined_for_good() {
    let linli = node().await;
    let resident = proven(&linli, 7).await;
    linli.discover(TODAY).await.unwrap();
    let case = granted(&linli, resident).await.unwrap();
    let decline = cases::Command::Withdraw {
        words: "不需要".to_owned(),
    };
    let other = Actor::resident(
        AccountId(Uuid::from_u128(1)),
        ResidentId(Uuid::from_u128(8)),
    );
    let refused = cases::act(&linli, call(&other), case.id, &decline).await;
    assert!(matches!(refused, Err(Problem::Refused(_))));
    let own = Actor::resident(AccountId(Uuid::from_u128(1)), resident);
    let done = cases::act(&linli, call(&own), case.id, &decline)
        .await
        .unwrap();
    assert_eq!(done.case.phase, cases::Phase::Withdrawn);
    assert_eq!(awards(&linli).await, 0);
    assert_eq!(linli.granted_unasked(resident).await.unwrap(), []);
    let again = linli.discover(TODAY).await.unwrap();
    assert_eq!((again.granted, again.offered), (0, 0));
}

#[tokio::test]
async fn what_is_not_proven_or_was_declined_is_left_to_people() {
    let linli = node().await;
    let stated = proven(&linli, 7).await;
    let declined = elder(&linli, 8).await;
    // 民政 is not the office that answers for the household register.
    change(&linli, stated, ("person.hukou", json!("elsewhere"))).await;
    change(&linli, stated, ("person.hukou", json!("local"))).await;
    let found = linli.discover(TODAY).await.unwrap();
    assert_eq!((found.granted, found.offered), (0, 2));
    let own = Actor::resident(AccountId(Uuid::from_u128(1)), declined);
    let no = linli.decline_offer(call(&own), declined, "elder-allowance");
    no.await.unwrap();
    for (field, value) in [
        ("person.id_number", "990117194803120023"),
        ("person.phone", "13800138002"),
        ("person.bank_account", "6222000000000020"),
    ] {
        change(&linli, declined, (field, json!(value))).await;
    }
    let found = linli.discover(TODAY).await.unwrap();
    assert_eq!((found.granted, found.offered), (0, 0));
}

#[tokio::test]
async fn the_sweep_in_columns_finds_whom_the_rows_find() {
    let linli = node().await;
    let wish = Wish {
        residents: 400,
        seed: 5,
        today: TODAY,
    };
    linli.populate(wish, |_| {}).await.unwrap();
    let policies = linli.policies();
    let population = linli.population(&policies).await.unwrap();
    assert_eq!(population.persons(), 400);
    let found = linli.discover(TODAY).await.unwrap();
    let mut entitled = 0;
    for household in 0..population.households() {
        let first = population.members(household).start;
        let resident = population.person_name(first).parse().unwrap();
        let family = linli.family(resident).await.unwrap();
        assert_eq!(family.members.len(), population.members(household).len());
        let yes = family.reckon(&policies, TODAY, |answer| {
            let head = policies.head(&answer.planned.id).unwrap();
            answer.outcome == Outcome::Yes && head.service.is_some()
        });
        entitled += yes.len() as u64;
    }
    assert!(entitled > 20, "{entitled}");
    assert_eq!(found.entitled, entitled);
    let listed = linli.offers(&officer(1), &Sought::default()).await.unwrap();
    assert_eq!(listed.len() as u64, found.offered.clamp(0, 100));
}

fn draft(policies: &Policies) -> Draft {
    let text = &policies.files()["elder-allowance.toml"];
    let line = "{ at_least = 70, value = 150 }";
    assert!(text.contains(line));
    Draft {
        file: "elder-allowance.toml".to_owned(),
        text: text.replace(line, "{ at_least = 70, value = 160 }"),
        why: "演示修订".to_owned(),
    }
}

#[tokio::test]
async fn a_change_takes_two_officers_and_is_in_force_at_once_and_after_a_restart() {
    let linli = node().await;
    let resident = elder(&linli, 7).await;
    let (one, other) = (officer(1), officer(2));
    let draft = draft(&linli.policies());
    let proposed = linli
        .propose_policy(call(&one), &path("310117"), &draft)
        .await
        .unwrap();
    let id = proposed.state.id.unwrap();
    let alone = linli.settle_policy(call(&one), id, true).await.unwrap_err();
    assert_eq!(code(&alone), "policies.second-officer");
    let before = amount(&linli, resident).await;
    linli.settle_policy(call(&other), id, true).await.unwrap();
    let after = amount(&linli, resident).await;
    assert_eq!((before, after), (Some(15_000), Some(16_000)));
    let again = linli
        .settle_policy(call(&other), id, true)
        .await
        .unwrap_err();
    assert_eq!(code(&again), "policies.not-proposed");
    let kept = book_of(linli.journal()).await.unwrap();
    assert_eq!(kept.files()["elder-allowance.toml"], draft.text);
    let stored = linli.journal().stream(&stream(id)).await.unwrap();
    assert_eq!(stored.len(), 2);
}

async fn amount(linli: &Linli, resident: ResidentId) -> Option<i64> {
    let family = linli.family(resident).await.unwrap();
    let reckoned = family.reckon_service(&linli.policies(), "elder-allowance", TODAY);
    reckoned[0].amount_fen
}

fn code(problem: &Problem) -> String {
    match problem {
        Problem::Refused(refusals) => refusals[0].code.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_wrong_file_is_refused_with_its_place_and_changes_nothing() {
    let linli = node().await;
    let (officer, area) = (officer(1), path("310117"));
    let mut draft = draft(&linli.policies());
    draft.text = draft.text.replace("age(birth_date", "ago(birth_date");
    let proposed = linli.propose_policy(call(&officer), &area, &draft);
    let Problem::Refused(refusals) = proposed.await.unwrap_err() else {
        panic!("not refused")
    };
    assert_eq!(refusals[0].code, "policies.file-wrong");
    let told = format!("{:?}", refusals[0]);
    for part in ["elder-allowance.toml:", "函数 `ago`", "function `ago`"] {
        assert!(told.contains(part), "{told}");
    }
    draft.why = " ".to_owned();
    let proposed = linli.propose_policy(call(&officer), &area, &draft);
    assert_eq!(code(&proposed.await.unwrap_err()), "policies.why-missing");
}

#[test]
fn every_event_has_a_golden_file_that_is_understood() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/policies");
    let draft = Draft {
        file: "elder-allowance.toml".to_owned(),
        text: "id = \"elder-allowance\"\n".to_owned(),
        why: "演示修订".to_owned(),
    };
    let samples = [
        ChangeEvent::Proposed(draft, path("310117")),
        ChangeEvent::Published(path("310117")),
        ChangeEvent::Dropped(path("310117")),
    ];
    for event in &samples {
        let parts = Changes::write(&Change::default(), event).unwrap();
        let golden = Golden {
            kind: parts.kind,
            open: parts.open,
            sealed: Vec::new(),
        };
        golden::check(&folder, &golden).unwrap();
    }
    assert_eq!(golden::all(&folder).unwrap().len(), samples.len());
}
