//! Accounts and posts through the real router.

use http::StatusCode;
use linli_kernel::Role;

use crate::desk::world::{DISTRICT, STREET, World, hidden};

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
