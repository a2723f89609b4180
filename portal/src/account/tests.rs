//! One's own sessions, password and second factor, through the real router.

use http::StatusCode;
use linli_kernel::{AccountId, ResidentId, Role, SystemClock};

use crate::desk::world::hidden;
use crate::testing::{Site, Visitor};

const HOME: &str = "310117/310117001/310117001001";
const OLD: &str = "an old and tired password";
const NEW: &str = "a quite different sentence";

async fn worker(site: &Site) -> (AccountId, Visitor) {
    let account = site.staff(Role::CommitteeWorker, HOME).await;
    let desk = &site.portal.desk;
    let reader = site.portal.linli.journal().reader();
    let row = linli_community::accounts::by_id(reader, account).await;
    let login = row.unwrap().unwrap().login.unwrap();
    desk.set_password(&login, account, OLD.to_owned())
        .await
        .unwrap();
    (account, site.signed_as(account).await)
}

async fn is_in(visitor: &mut Visitor) -> bool {
    visitor.get("/account").await.status == StatusCode::OK
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_owner_alone() {
    let site = Site::new().await;
    let (account, mut here) = worker(&site).await;
    let mut there = site.signed_as(account).await;
    let (_, mut other) = worker(&site).await;
    assert!(is_in(&mut there).await && is_in(&mut other).await);
    let page = here.get("/account").await;
    assert_eq!(page.body.matches("action=\"/account/end\"").count(), 2);
    let visits = site.portal.desk.visits(account).await.unwrap();
    assert_eq!(visits.len(), 2);
    for visit in &visits {
        // What stands in the page signs nobody in.
        let mut thief = site.visitor();
        thief.cookies.insert("linli".to_owned(), visit.key.clone());
        assert!(!is_in(&mut thief).await);
        let foreign = other.post("/account/end", &[("session", &visit.key)]).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    }
    assert!(is_in(&mut here).await && is_in(&mut there).await);
    let id: tower_sessions::session::Id = there.cookies["linli"].parse().unwrap();
    let key = crate::session::key_of(id);
    let ended = here.post("/account/end", &[("session", &key)]).await;
    assert_eq!(ended.location(), "/account");
    assert!(!is_in(&mut there).await && is_in(&mut here).await);
    let mut third = site.signed_as(account).await;
    here.post("/account/end-others", &[]).await;
    assert!(!is_in(&mut third).await && is_in(&mut here).await);
    assert!(is_in(&mut other).await, "another account's stays");
}

#[tokio::test]
async fn a_session_that_was_ended_does_not_come_back() {
    use tower_sessions::SessionStore as _;
    let site = Site::new().await;
    let (account, visitor) = worker(&site).await;
    let store = crate::session::DeskStore(site.portal.desk.clone());
    let id = visitor.cookies["linli"].parse().unwrap();
    let under_way = store.load(&id).await.unwrap().unwrap();
    site.portal.desk.end_visits(account, None).await.unwrap();
    store.save(&under_way).await.unwrap();
    assert_eq!(store.load(&id).await.unwrap(), None);
}

#[tokio::test]
async fn a_password_is_changed_with_the_old_one_and_ends_the_other_sessions() {
    let site = Site::new().await;
    let (account, mut here) = worker(&site).await;
    let mut there = site.signed_as(account).await;
    let wrong = [("current", "not it"), ("password", NEW), ("again", NEW)];
    let refused = here.post("/account/password", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("现在的密码不对"));
    let differs = [("current", OLD), ("password", NEW), ("again", OLD)];
    let refused = here.post("/account/password", &differs).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(is_in(&mut there).await);
    let right = [("current", OLD), ("password", NEW), ("again", NEW)];
    let done = here.post("/account/password", &right).await;
    assert_eq!(done.location(), "/account");
    assert!(is_in(&mut here).await && !is_in(&mut there).await);
}

#[tokio::test]
async fn another_app_is_set_up_only_by_who_shows_what_they_have() {
    let site = Site::new().await;
    let (account, mut here) = worker(&site).await;
    let desk = &site.portal.desk;
    let first = [7_u8; 20];
    let kept = {
        let sealed = desk
            .key()
            .seal(format!("second factor of {account}").as_bytes(), &first);
        base64::Engine::encode(
            &base64::engine::general_purpose::URL_SAFE_NO_PAD,
            sealed.unwrap(),
        )
    };
    let code = |secret: &[u8], steps: i64| {
        crate::session::totp::code_at(secret, desk.now() + steps * 30_000_000)
    };
    let codes = desk.enrol(account, &kept, &code(&first, 0)).await.unwrap();
    assert_eq!(codes.unwrap().len(), 10);
    let page = here.get("/account/factor").await;
    let (_, rest) = page.body.split_once("<strong class=\"l-number\">").unwrap();
    let text = rest.split('<').next().unwrap().replace(' ', "");
    let second = data_encoding::BASE32_NOPAD.decode(text.as_bytes()).unwrap();
    assert_ne!(second, first);
    let new = code(&second, 0);
    let password = [("code", new.as_str()), ("current", OLD)];
    let refused = here.post("/account/factor", &password).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let old = code(&first, 1);
    let both = [("code", new.as_str()), ("current", old.as_str())];
    let done = here.post("/account/factor", &both).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    use crate::session::FactorCheck::{Right, Wrong};
    let old = code(&first, 1);
    assert_eq!(desk.check_factor(account, &old).await.unwrap(), Wrong);
    let new = code(&second, 1);
    assert_eq!(desk.check_factor(account, &new).await.unwrap(), Right);
}

#[tokio::test]
async fn an_administrator_resets_what_was_lost_and_the_journal_says_so() {
    let site = Site::new().await;
    let (account, mut worker) = worker(&site).await;
    assert!(is_in(&mut worker).await);
    let mut admin = site.signed(Role::SecurityAdmin, "310117").await;
    let journal = site.portal.linli.journal();
    let before = journal.entries(0, 10_000).await.unwrap().len();
    for (act, field) in [("factor", ("none", "")), ("reset", ("password", NEW))] {
        let path = format!("/desk/admin/{account}/{act}");
        let page = admin.get(&path).await;
        let command = hidden(&page.body, "_command");
        let done = admin.post(&path, &[("_command", &command), field]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    }
    let after = journal.entries(0, 10_000).await.unwrap();
    let kinds: Vec<String> = after[before..]
        .iter()
        .map(|entry| entry.kind.to_string())
        .collect();
    assert_eq!(kinds, ["accounts.credential-reset@1"; 2]);
    assert!(!is_in(&mut worker).await, "signed out everywhere");
    assert!(site.portal.desk.is_given(account).await.unwrap());
}

#[tokio::test]
async fn residents_see_their_sessions_and_have_no_password() {
    let site = Site::new().await;
    let resident = ResidentId::new(&SystemClock);
    let mut visitor = site.resident(resident, &HOME.parse().unwrap()).await;
    let page = visitor.get("/account").await;
    assert!(page.body.contains("/account/end") && !page.body.contains("/account/password"));
    for path in ["/account/password", "/account/factor", "/account/codes"] {
        assert_eq!(
            visitor.get(path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}
