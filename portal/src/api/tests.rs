//! The API through the real router: the life of a case by token, idempotency, hostile input, and
//! that the description describes what is there.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use linli_kernel::Role;
use serde_json::{Value, json};

use super::commands::{COMMANDS, sample};
use super::{describe, shapes};
use crate::desk::world::{COMMITTEE, DISTRICT, STREET, World, filing};
use crate::shell::Routes;
use crate::testing::{Answer, Visitor};

fn request(visitor: &Visitor, path: &str, body: Vec<u8>) -> Request<Body> {
    let mut request = visitor.request(Method::POST, path, Body::from(body));
    let json = "application/json".parse().unwrap();
    request.headers_mut().insert(header::CONTENT_TYPE, json);
    request
}

async fn post(visitor: &mut Visitor, path: &str, body: &Value) -> Answer {
    let request = request(visitor, path, body.to_string().into_bytes());
    visitor.send(request).await
}

fn read(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap()
}

fn new_case(world: &World, command: &str) -> Value {
    let mut body = serde_json::to_value(filing("certificate", world.elder)).unwrap();
    body["command_id"] = json!(command);
    body["channel"] = json!("counter");
    body["authority"] = json!("spoken-at-counter");
    body
}

const FIRST: &str = "0190aaaa-0000-7000-8000-000000000001";
const SECOND: &str = "0190aaaa-0000-7000-8000-000000000002";

#[tokio::test]
async fn a_case_lives_by_token() {
    let world = World::new().await;
    let mut worker = world.site.token(Role::CommitteeWorker, COMMITTEE).await;
    let filed = post(&mut worker, "/api/v1/cases", &new_case(&world, FIRST)).await;
    assert_eq!(filed.status, StatusCode::CREATED, "{}", filed.body);
    let case = read(&filed);
    let at = filed.location().to_owned();
    assert_eq!(case["wait"]["next"], "accept");

    let accept = json!({ "command_id": SECOND, "do": "accept", "expected_version": 1 });
    let accepted = post(&mut worker, &format!("{at}/commands"), &accept).await;
    assert_eq!(accepted.status, StatusCode::OK, "{}", accepted.body);
    assert_eq!(read(&accepted)["version"], 2);
    let again = post(&mut worker, &format!("{at}/commands"), &accept).await;
    assert_eq!(
        (again.status, &read(&again)["repeated"]),
        (StatusCode::OK, &json!(true))
    );

    let late = json!({ "command_id": "0190aaaa-0000-7000-8000-000000000003", "do": "take", "expected_version": 1 });
    let late = post(&mut worker, &format!("{at}/commands"), &late).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
    assert_eq!(
        late.header(&header::CONTENT_TYPE),
        "application/problem+json"
    );

    let seen = read(&worker.get(&at).await);
    assert_eq!(seen["phase"], "in_hand");
    assert_eq!(seen["person"], Value::Null, "masked without a purpose");
    let open = read(&worker.get(&format!("{at}?purpose=check")).await);
    assert_eq!(open["person"]["name"], "张建国");
    let by_number = worker
        .get(&format!(
            "/api/v1/cases/{}",
            case["number"].as_str().unwrap()
        ))
        .await;
    assert_eq!(read(&by_number)["id"], case["id"]);
    let receipt = worker.get(&format!("{at}/receipt")).await;
    assert!(receipt.body.contains("\"proof\""), "{}", receipt.body);
}

#[tokio::test]
async fn the_same_act_gives_the_same_case_and_another_body_is_refused() {
    let world = World::new().await;
    let mut worker = world.site.token(Role::CommitteeWorker, COMMITTEE).await;
    let first = read(&post(&mut worker, "/api/v1/cases", &new_case(&world, FIRST)).await);
    let again = post(&mut worker, "/api/v1/cases", &new_case(&world, FIRST)).await;
    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(read(&again)["id"], first["id"]);
    let mut other = new_case(&world, FIRST);
    other["phone"] = json!("10900000009");
    let refused = post(&mut worker, "/api/v1/cases", &other).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.body
    );
    assert_eq!(read(&refused)["problems"][0]["code"], "node.command-reused");
}

#[tokio::test]
async fn hostile_input_is_a_client_error_and_nothing_more() {
    let world = World::new().await;
    let mut worker = world.site.token(Role::CommitteeWorker, COMMITTEE).await;
    let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    let huge = vec![b' '; 8 * 1024 * 1024];
    let cases = "/api/v1/cases";
    for (body, expected) in [
        (deep, StatusCode::PAYLOAD_TOO_LARGE),
        (
            [b"[".repeat(20_000), b"]".repeat(20_000)].concat(),
            StatusCode::BAD_REQUEST,
        ),
        (huge, StatusCode::PAYLOAD_TOO_LARGE),
        (b"{".to_vec(), StatusCode::BAD_REQUEST),
        (vec![0xff, 0xfe], StatusCode::BAD_REQUEST),
        (b"{\"do\":\"accept\"}".to_vec(), StatusCode::BAD_REQUEST),
    ] {
        let request = request(&worker, cases, body);
        let answer = worker.send(request).await;
        assert_eq!(answer.status, expected, "{}", answer.body);
        assert_eq!(
            answer.header(&header::CONTENT_TYPE),
            "application/problem+json"
        );
    }
    let form = worker.form(cases, "a=b".to_owned());
    assert_eq!(worker.send(form).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn problems_speak_the_language_asked_for_and_name_field_and_rule() {
    let world = World::new().await;
    let mut worker = world.site.token(Role::CommitteeWorker, COMMITTEE).await;
    let mut body = new_case(&world, FIRST);
    body["answers"]["id_number"] = json!("990101195003050010");
    let mut english = request(&worker, "/api/v1/cases", body.to_string().into_bytes());
    english
        .headers_mut()
        .insert(header::ACCEPT_LANGUAGE, "en-GB,en;q=0.9".parse().unwrap());
    let answer = worker.send(english).await;
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        answer.body
    );
    let problem = &read(&answer)["problems"][0];
    assert_eq!(problem["field"], "id_number");
    assert!(
        problem["code"]
            .as_str()
            .unwrap()
            .starts_with("catalogue.identity-"),
        "{problem}"
    );
    assert!(problem["message"].as_str().unwrap().is_ascii(), "{problem}");
}

#[tokio::test]
async fn a_token_sees_its_own_area_only_and_pages_by_cursor() {
    let world = World::new().await;
    for _ in 0..3 {
        world.filed("certificate").await;
    }
    let mut officer = world.site.token(Role::StreetOfficer, STREET).await;
    let first = read(&officer.get("/api/v1/cases?limit=2").await);
    assert_eq!(
        (first["cases"].as_array().unwrap().len(), &first["total"]),
        (2, &json!(3))
    );
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = read(
        &officer
            .get(&format!("/api/v1/cases?limit=2&cursor={cursor}"))
            .await,
    );
    assert_eq!(rest["cases"].as_array().unwrap().len(), 1);
    assert_eq!(rest["next_cursor"], Value::Null);
    let mut elsewhere = world
        .site
        .token(Role::StreetOfficer, "310117/310117002")
        .await;
    assert_eq!(read(&elsewhere.get("/api/v1/cases").await)["total"], 0);
    let id = first["cases"][0]["id"].as_str().unwrap();
    let there = elsewhere.get(&format!("/api/v1/cases/{id}")).await;
    assert_eq!(there.status, StatusCode::FORBIDDEN);
    let mut admin = world.site.token(Role::SecurityAdmin, DISTRICT).await;
    assert_eq!(
        admin.get("/api/v1/cases").await.status,
        StatusCode::FORBIDDEN
    );
    let nobody = world.site.visitor().get("/api/v1/cases").await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_query_that_means_nothing_is_refused_rather_than_left_out() {
    let world = World::new().await;
    world.filed("certificate").await;
    let mut officer = world.site.token(Role::StreetOfficer, STREET).await;
    for wrong in [
        "open=maybe",
        "overdue=null",
        "phase=lost",
        "channel=fax",
        "limit=0",
        "limit=101",
        "limit=-1",
        "cursor=!",
        "area=../..",
    ] {
        let answer = officer.get(&format!("/api/v1/cases?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        let field = wrong.split('=').next().unwrap();
        assert_eq!(read(&answer)["problems"][0]["field"], field);
    }
    let open = officer.get("/api/v1/cases?open=yes&limit=100").await;
    assert_eq!(read(&open)["total"], 1);
}

#[tokio::test]
async fn services_and_areas_are_open_to_all() {
    let world = World::new().await;
    let mut visitor = world.site.visitor();
    let services = read(&visitor.get("/api/v1/services").await);
    assert!(
        services
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["id"] == "dibao")
    );
    assert_eq!(
        read(&visitor.get("/api/v1/services/dibao").await)["id"],
        "dibao"
    );
    assert_eq!(
        visitor.get("/api/v1/services/none").await.status,
        StatusCode::NOT_FOUND
    );
    let streets = read(&visitor.get("/api/v1/areas?parent=310117").await);
    assert_eq!(streets.as_array().unwrap().len(), 17);
}

#[test]
fn every_described_command_is_understood() {
    for (name, fields) in COMMANDS {
        let read: Result<shapes::Act, _> = serde_json::from_value(sample(name, fields));
        let act = read.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(act.command.verb().code(), *name);
    }
    // What only Linli itself does is understood as well, and refused by the gate.
    let own = ["reckon", "lapse", "close", "flag"];
    for verb in linli_community::cases::Verb::ALL {
        let described = COMMANDS.iter().any(|(name, _)| *name == verb.code());
        assert!(
            described || own.contains(&verb.code()),
            "{} is not described",
            verb.code()
        );
    }
}

#[test]
fn every_route_is_described_and_every_reference_leads_somewhere() {
    let document = describe::document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let routes: Routes = super::routes();
    for route in routes
        .declared()
        .iter()
        .filter(|route| route.path.starts_with("/api/"))
    {
        let method = route.method.to_lowercase();
        assert!(
            document["paths"][route.path][&method].is_object(),
            "{method} {}",
            route.path
        );
    }
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"").skip(1) {
        let path = reference.split('"').next().unwrap().trim_start_matches('#');
        assert!(document.pointer(path).is_some(), "{path} leads nowhere");
    }
}

#[tokio::test]
async fn a_token_is_nothing_the_moment_its_account_is_closed() {
    let world = World::new().await;
    let mut officer = world.site.token(Role::StreetOfficer, STREET).await;
    assert_eq!(officer.get("/api/v1/cases").await.status, StatusCode::OK);
    assert_eq!(officer.get("/api/v1/cases").await.status, StatusCode::OK);
    let reader = world.linli().journal().reader();
    let street = STREET.parse().unwrap();
    let row = linli_community::accounts::staff_within(reader, &street)
        .await
        .unwrap()
        .remove(0);
    let system = linli_kernel::Actor::system();
    let call = linli_community::Call {
        command: linli_kernel::CommandId::new(&linli_kernel::SystemClock),
        actor: &system,
        expected: None,
    };
    let close = linli_community::accounts::Command::Close;
    linli_community::accounts::perform(world.linli(), call, row.id, &close)
        .await
        .unwrap();
    assert_eq!(
        officer.get("/api/v1/cases").await.status,
        StatusCode::UNAUTHORIZED
    );
}
