//! Accounts and posts through the real router.

use http::StatusCode;
use linli_kernel::Role;

use crate::desk::world::{COMMITTEE, DISTRICT, STREET, World, hidden, number};

async fn opened(visitor: &mut crate::testing::Visitor, login: &str) -> crate::testing::Answer {
    let page = visitor.get("/desk/admin/new").await;
    let command = hidden(&page.body, "_command");
    let sent = [
        ("_command", command.as_str()),
        ("name", "陈静"),
        ("login", login),
        ("password", "a long pass word"),
        ("area", STREET),
    ];
    visitor.post("/desk/admin/new", &sent).await
}

#[tokio::test]
async fn an_account_is_opened_given_a_post_and_a_token_shown_once() {
    let world = World::new().await;
    let mut admin = world.site.signed(Role::SecurityAdmin, DISTRICT).await;
    let made = opened(&mut admin, "chen").await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let account = made.location().to_owned();
    let page = admin.get(&format!("{account}/give")).await;
    let command = hidden(&page.body, "_command");
    let post = [
        ("_command", command.as_str()),
        ("role", "street_officer"),
        ("area", STREET),
    ];
    let given = admin.post(&format!("{account}/give"), &post).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.body);
    let held = admin.get(&account).await;
    assert!(held.body.contains("街道"), "{}", held.body);
    let form = admin.get(&format!("{account}/token")).await;
    let id = form.body.split("name=\"post\"").nth(1).unwrap();
    let id = id
        .split("value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let token = admin
        .post(
            &format!("{account}/token"),
            &[("label", "对接"), ("post", &id)],
        )
        .await;
    assert_eq!(token.status, StatusCode::OK, "{}", token.body);
    assert!(token.body.contains("linli_"), "shown once");
    let later = admin.get(&account).await;
    assert!(!later.body.contains("linli_"), "and never again");
    assert!(later.body.contains("对接"));
    let list = admin.get("/desk/admin").await;
    assert!(list.body.contains("chen"), "{}", list.body);
    let mut ended = admin.clone();
    let end = [
        ("_command", "019b0000-0000-7000-8000-0000000000aa"),
        ("post", id.as_str()),
    ];
    assert_eq!(
        ended.post(&format!("{account}/end"), &end).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_login_is_taken_once_and_a_password_has_a_length() {
    let world = World::new().await;
    let mut admin = world.site.signed(Role::SecurityAdmin, DISTRICT).await;
    assert_eq!(
        opened(&mut admin, "li.na").await.status,
        StatusCode::SEE_OTHER
    );
    let taken = opened(&mut admin, "li.na").await;
    assert_eq!(
        taken.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        taken.body
    );
    let short = [
        ("name", "陈静"),
        ("login", "chen"),
        ("password", "short"),
        ("area", STREET),
    ];
    let short = admin.post("/desk/admin/new", &short).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.body.contains("href=\"#password\""));
    assert!(
        !short.body.contains("value=\"short\""),
        "a password is not sent back"
    );
}

#[tokio::test]
async fn nobody_else_manages_accounts() {
    let world = World::new().await;
    for role in [Role::SystemAdmin, Role::AuditAdmin, Role::DistrictOfficer] {
        let mut visitor = world.site.signed(role, DISTRICT).await;
        assert_eq!(
            visitor.get("/desk/admin").await.status,
            StatusCode::FORBIDDEN,
            "{role:?}"
        );
    }
}

/// 回避, from the administrator's form to the case page and the API.
#[tokio::test]
async fn who_is_known_as_a_resident_stands_aside_from_their_own_cases() {
    let world = World::new().await;
    let receipt = world.filed("dibao").await;
    let account = world.site.staff(Role::CommitteeWorker, COMMITTEE).await;
    let case = format!("/desk/cases/{}", receipt.number.as_str());
    let mut worker = world.site.signed_as(account).await;
    let open = worker.get(&case).await;
    assert!(open.body.contains("/accept\""), "{}", open.body);

    let mut admin = world.site.signed(Role::SecurityAdmin, DISTRICT).await;
    let path = format!("/desk/admin/{account}/person");
    let wrong = admin
        .post(&path, &[("resident", "990117195003050000")])
        .await;
    assert_eq!(
        wrong.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        wrong.body
    );
    assert!(!wrong.body.contains("990117195003050000"), "not sent back");
    let form = admin.get(&path).await;
    let command = hidden(&form.body, "_command");
    let number = number();
    let sent = [("_command", command.as_str()), ("resident", &number)];
    let named = admin.post(&path, &sent).await;
    assert_eq!(named.status, StatusCode::SEE_OTHER, "{}", named.body);
    let shown = admin.get(&format!("/desk/admin/{account}")).await;
    assert!(
        shown.body.contains("本人和家人的办件不能办"),
        "{}",
        shown.body
    );

    let closed = worker.get(&case).await;
    assert!(!closed.body.contains("/accept\""), "{}", closed.body);
    assert!(closed.body.contains("按规定要回避"), "{}", closed.body);
    let command = "019b0000-0000-7000-8000-0000000000ab";
    let take = [("_command", command), ("_version", "1")];
    let refused = worker.post(&format!("{case}/take"), &take).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.body
    );
    let mut program = world.site.token_of(account).await;
    let body = format!("{{\"command_id\":\"{command}\",\"do\":\"take\"}}");
    let path = format!("/api/v1/cases/{}/commands", receipt.case);
    let mut request = program.request(http::Method::POST, &path, axum::body::Body::from(body));
    let kind = "application/json".parse().unwrap();
    request
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, kind);
    let answer = program.send(request).await;
    assert!(answer.body.contains("cases.own-case"), "{}", answer.body);
    // A colleague works it.
    let mut colleague = world.worker().await;
    assert!(colleague.get(&case).await.body.contains("/accept\""));
}
