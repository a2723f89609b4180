//! Sign-in, over the whole application.

use http::StatusCode;
use linli_kernel::{ResidentId, Role, SystemClock};

use crate::settings::Settings;
use crate::testing::Site;

const HOME: &str = "310117/310117001/310117001001";

#[tokio::test]
async fn staff_sign_in_by_password_and_land_on_the_page_wanted() {
    let site = Site::new().await;
    let account = site.staff(Role::CommitteeWorker, HOME).await;
    site.portal
        .desk
        .set_password("wang.min", account, "correct horse".to_owned())
        .await
        .unwrap();
    let mut visitor = site.visitor();
    let asked = visitor.get("/sign-in/post").await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER);
    assert_eq!(asked.location(), "/sign-in?next=%2Fsign-in%2Fpost");
    visitor.get("/sign-in/staff?next=%2Fabout").await;
    let wrong = visitor
        .post(
            "/sign-in/staff",
            &[("login", "wang.min"), ("password", "x")],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("wang.min") && wrong.body.contains("<title>错误："));
    let fields = [("login", "Wang.Min"), ("password", "correct horse")];
    let right = visitor.post("/sign-in/staff", &fields).await;
    assert_eq!(
        (right.status, right.location()),
        (StatusCode::SEE_OTHER, "/about")
    );
    let about = visitor.get("/about").await;
    assert!(
        about.body.contains("王敏") && about.body.contains("龙潭"),
        "{}",
        about.body
    );
}

#[tokio::test]
async fn the_session_gets_a_new_id_at_sign_in() {
    let site = Site::new().await;
    let account = site.staff(Role::Auditor, "310117").await;
    let desk = &site.portal.desk;
    desk.set_password("auditor", account, "secret word".to_owned())
        .await
        .unwrap();
    let mut visitor = site.visitor();
    visitor.get("/sign-in/staff?next=%2Fabout").await;
    let before = visitor.cookies.get("linli").cloned();
    assert!(before.is_some(), "the page wanted is remembered");
    let fields = [("login", "auditor"), ("password", "secret word")];
    visitor.post("/sign-in/staff", &fields).await;
    assert_ne!(visitor.cookies.get("linli").cloned(), before);
}

#[tokio::test]
async fn failures_bring_a_pause_that_even_the_right_password_waits_for() {
    let site = Site::new().await;
    let account = site.staff(Role::Auditor, "310117").await;
    let desk = &site.portal.desk;
    desk.set_password("auditor", account, "secret word".to_owned())
        .await
        .unwrap();
    let mut visitor = site.visitor();
    for _ in 0..5 {
        let fields = [("login", "auditor"), ("password", "guess")];
        let answer = visitor.post("/sign-in/staff", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let fields = [("login", "auditor"), ("password", "secret word")];
    let answer = visitor.post("/sign-in/staff", &fields).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    let seconds: u64 = answer.header(&http::header::RETRY_AFTER).parse().unwrap();
    assert!((1..=30).contains(&seconds), "{seconds}");
    assert!(
        !answer.body.contains("secret word"),
        "a password is never shown again"
    );
}

#[tokio::test]
async fn a_code_is_sent_and_works_once() {
    let site = Site::new().await;
    let mut visitor = site.visitor();
    let wrong = visitor.post("/sign-in", &[("phone", "1380013")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("请填写 11 位手机号码") && wrong.body.contains("1380013"));
    let sent = visitor
        .post("/sign-in", &[("phone", "138 0013-8001")])
        .await;
    assert_eq!(sent.location(), "/sign-in/code");
    let (phone, code) = site.codes.0.lock().unwrap()[0].clone();
    assert_eq!(phone, "13800138001");
    let page = visitor.get("/sign-in/code").await;
    assert!(page.body.contains("138****8001") && !page.body.contains(&code));
    let desk = &site.portal.desk;
    use crate::session::CodeCheck::{Gone, Right, Wrong};
    let check =
        async |browser: &str, code: &str| desk.check_code(&phone, browser, code).await.unwrap();
    let code = desk.make_code(&phone, "mine").await.unwrap().unwrap();
    let other = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(check("theirs", &code).await, Gone, "asked for elsewhere");
    assert_eq!(check("mine", other).await, Wrong);
    assert_eq!(check("mine", &code).await, Right);
    assert_eq!(check("mine", &code).await, Gone);
    let code = desk.make_code(&phone, "mine").await.unwrap().unwrap();
    let other = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(check("mine", other).await, Wrong);
    }
    assert_eq!(check("mine", &code).await, Gone, "five tries");
}

#[tokio::test]
async fn one_number_gets_so_many_codes_an_hour_and_no_more() {
    let site = Site::new().await;
    for _ in 0..10 {
        let sent = site
            .visitor()
            .post("/sign-in", &[("phone", "13800138001")])
            .await;
        assert_eq!(sent.location(), "/sign-in/code");
    }
    let more = site
        .visitor()
        .post("/sign-in", &[("phone", "13800138001")])
        .await;
    assert_eq!(more.status, StatusCode::TOO_MANY_REQUESTS);
    let seconds: u64 = more.header(&http::header::RETRY_AFTER).parse().unwrap();
    assert!((1..=3_600).contains(&seconds), "{seconds}");
    assert_eq!(site.codes.0.lock().unwrap().len(), 10);
    let other = site
        .visitor()
        .post("/sign-in", &[("phone", "13800138002")])
        .await;
    assert_eq!(other.location(), "/sign-in/code");
}

#[tokio::test]
async fn an_unknown_number_is_told_only_after_the_code() {
    let settings = Settings {
        demo: true,
        ..Settings::default()
    };
    let site = Site::with(settings, std::sync::Arc::new(SystemClock)).await;
    let mut visitor = site.visitor();
    visitor.post("/sign-in", &[("phone", "13800138001")]).await;
    let page = visitor.get("/sign-in/code").await;
    let (_, rest) = page.body.split_once("l-number\">").unwrap();
    let code = &rest[..6];
    assert!(
        site.codes.0.lock().unwrap().is_empty(),
        "nothing is sent in a demo"
    );
    let answer = visitor.post("/sign-in/code", &[("code", code)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("还没有登记"));
}

#[tokio::test]
async fn a_form_sent_while_signed_out_waits_for_sign_in() {
    let site = Site::new().await;
    let account = site.staff(Role::CommitteeWorker, HOME).await;
    let desk = &site.portal.desk;
    desk.set_password("wang.min", account, "correct horse".to_owned())
        .await
        .unwrap();
    let mut visitor = site.visitor();
    let sent = visitor
        .post("/sign-in/post", &[("post", "typed <text>")])
        .await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let fields = [("login", "wang.min"), ("password", "correct horse")];
    let entered = visitor.post("/sign-in/staff", &fields).await;
    assert_eq!(entered.location(), "/sign-in/continue");
    let kept = visitor.get("/sign-in/continue").await;
    assert!(
        kept.body.contains("value=\"typed &#60;text&#62;\""),
        "{}",
        kept.body
    );
    assert!(kept.body.contains("action=\"/sign-in/post\""));
    let gone = visitor.get("/sign-in/continue").await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "shown once");
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server_too() {
    let site = Site::new().await;
    let mut visitor = site.signed(Role::CommitteeWorker, HOME).await;
    assert_eq!(visitor.get("/sign-in/post").await.status, StatusCode::OK);
    let stolen = visitor.cookies.clone();
    visitor.post("/sign-out", &[]).await;
    visitor.cookies = stolen;
    assert_eq!(
        visitor.get("/sign-in/post").await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_closed_account_is_nobody_at_once() {
    let site = Site::new().await;
    let mut visitor = site.signed(Role::CommitteeWorker, HOME).await;
    let mut token = site.token(Role::CommitteeWorker, HOME).await;
    let page = visitor.get("/sign-in/post").await;
    assert!(page.body.contains("委会工作人员"));
    assert!(token.bearer.is_some());
    let linli = &site.portal.linli;
    let all = "310117".parse().unwrap();
    let reader = linli.journal().reader();
    for row in linli_community::accounts::staff_within(reader, &all)
        .await
        .unwrap()
    {
        let call = linli_community::Call {
            command: linli_kernel::CommandId::new(&SystemClock),
            actor: &linli_kernel::Actor::system(),
            expected: None,
        };
        let close = linli_community::accounts::Command::Close;
        linli_community::accounts::perform(linli, call, row.id, &close)
            .await
            .unwrap();
    }
    assert_eq!(
        visitor.get("/sign-in/post").await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        token.get("/api/v1/none").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_resident_gets_one_account_however_often_they_sign_in() {
    let site = Site::new().await;
    let resident = ResidentId::new(&SystemClock);
    let area = HOME.parse().unwrap();
    let mut first = site.resident(resident, &area).await;
    site.resident(resident, &area).await;
    let page = first.get("/about").await;
    assert!(page.body.contains("张*国"), "masked");
    let reader = site.portal.linli.journal().reader();
    let row = linli_community::accounts::by_resident(reader, resident)
        .await
        .unwrap();
    assert!(row.is_some());
}

async fn guarded(settings: Settings) -> (Site, linli_kernel::AccountId) {
    let site = Site::with(settings, std::sync::Arc::new(SystemClock)).await;
    let account = site.staff(Role::CommitteeWorker, HOME).await;
    let desk = &site.portal.desk;
    desk.set_password("wang.min", account, "correct horse".to_owned())
        .await
        .unwrap();
    (site, account)
}

const SIGN_IN: [(&str, &str); 2] = [("login", "wang.min"), ("password", "correct horse")];

/// The secret a page shows, as bytes.
fn secret(body: &str) -> Vec<u8> {
    let (_, rest) = body.split_once("<strong class=\"l-number\">").unwrap();
    let text = rest.split('<').next().unwrap().replace(' ', "");
    data_encoding::BASE32_NOPAD.decode(text.as_bytes()).unwrap()
}

/// The digits the app of `secret` shows `steps` from now.
fn digits(site: &Site, secret: &[u8], steps: i64) -> String {
    crate::session::totp::code_at(secret, site.portal.desk.now() + steps * 30_000_000)
}

/// Sets the second factor up; gives the app's secret, the page of recovery codes and the code used.
///
/// Codes of now and of one step ahead stay good for half a minute however slow the test is.
async fn set_up(site: &Site, visitor: &mut crate::testing::Visitor) -> (Vec<u8>, String, String) {
    let to = visitor.post("/sign-in/staff", &SIGN_IN).await;
    assert_eq!(to.location(), "/sign-in/factor/new");
    let page = visitor.get("/sign-in/factor/new").await;
    let secret = secret(&page.body);
    let code = digits(site, &secret, 0);
    let codes = visitor
        .post("/sign-in/factor/new", &[("code", &code)])
        .await;
    assert_eq!(codes.status, StatusCode::OK, "{}", codes.body);
    (secret, codes.body, code)
}

#[tokio::test]
async fn staff_are_nobody_before_the_second_step_and_set_it_up_once() {
    let (site, account) = guarded(Settings::default()).await;
    let mut visitor = site.visitor();
    let (secret, codes, _) = set_up(&site, &mut visitor).await;
    assert_eq!(
        visitor.get("/desk").await.status,
        StatusCode::SEE_OTHER,
        "the codes are not noted yet"
    );
    assert_eq!(codes.matches("<li class=\"l-number\">").count(), 10);
    let done = visitor.post("/sign-in/next", &[]).await;
    assert_eq!(done.location(), "/desk");
    assert_eq!(visitor.get("/desk").await.status, StatusCode::OK);
    // From the second time on a code is asked for, and no other phone can be set up.
    let mut second = site.visitor();
    let to = second.post("/sign-in/staff", &SIGN_IN).await;
    assert_eq!(to.location(), "/sign-in/factor");
    for path in ["/desk", "/account", "/sign-in/post"] {
        assert_eq!(
            second.get(path).await.status,
            StatusCode::SEE_OTHER,
            "{path}"
        );
    }
    let other = second.get("/sign-in/factor/new").await;
    assert_eq!(other.location(), "/sign-in/staff");
    let skipped = second.post("/sign-in/next", &[]).await;
    assert_eq!(skipped.location(), "/sign-in/factor");
    let code = digits(&site, &secret, 1);
    let entered = second.post("/sign-in/factor", &[("code", &code)]).await;
    assert_eq!(entered.location(), "/desk");
    assert!(
        site.portal
            .desk
            .factor_since(account)
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn a_code_counts_once_and_guessing_brings_a_pause() {
    let (site, account) = guarded(Settings::default()).await;
    let mut visitor = site.visitor();
    let (secret, _, used) = set_up(&site, &mut visitor).await;
    let desk = &site.portal.desk;
    use crate::session::FactorCheck::{Right, Wrong};
    assert_eq!(
        desk.check_factor(account, &used).await.unwrap(),
        Wrong,
        "set up with"
    );
    let next = digits(&site, &secret, 1);
    let (one, two) = tokio::join!(
        desk.check_factor(account, &next),
        desk.check_factor(account, &next)
    );
    let right = [one.unwrap(), two.unwrap()];
    assert_eq!(right.iter().filter(|check| **check == Right).count(), 1);
    assert_eq!(
        desk.check_factor(account, &used).await.unwrap(),
        Wrong,
        "an earlier one"
    );
    let mut second = site.visitor();
    second.post("/sign-in/staff", &SIGN_IN).await;
    let mut last = StatusCode::OK;
    for _ in 0..6 {
        last = second
            .post("/sign-in/factor", &[("code", "000000")])
            .await
            .status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_recovery_code_works_once_and_lies_nowhere_in_the_clear() {
    use sea_orm::ConnectionTrait as _;
    let (site, account) = guarded(Settings::default()).await;
    let mut visitor = site.visitor();
    let (secret, body, _) = set_up(&site, &mut visitor).await;
    let (_, rest) = body.split_once("<li class=\"l-number\">").unwrap();
    let code = rest.split('<').next().unwrap().to_owned();
    assert_eq!(code.len(), 29, "{code}");
    let desk = &site.portal.desk;
    for table in ["factors", "recovery", "visits"] {
        let rows = desk
            .db()
            .query_all_raw(sea_orm::Statement::from_string(
                sea_orm::DbBackend::Sqlite,
                format!("SELECT * FROM {table}"),
            ))
            .await
            .unwrap();
        let text = format!("{rows:?}");
        let plain = data_encoding::BASE32_NOPAD.encode(&secret);
        let bare = code.replace('-', "");
        assert!(!text.contains(&plain) && !text.contains(&code) && !text.contains(&bare));
    }
    let mut second = site.visitor();
    second.post("/sign-in/staff", &SIGN_IN).await;
    let entered = second
        .post("/sign-in/factor", &[("code", &code.to_uppercase())])
        .await;
    assert_eq!(entered.location(), "/desk");
    assert_eq!(desk.recovery_left(account).await.unwrap(), 9);
    let mut third = site.visitor();
    third.post("/sign-in/staff", &SIGN_IN).await;
    let again = third.post("/sign-in/factor", &[("code", &code)]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_password_somebody_else_chose_is_replaced_at_the_first_sign_in() {
    let site = Site::new().await;
    let account = site.staff(Role::CommitteeWorker, HOME).await;
    let desk = &site.portal.desk;
    desk.give_password("wang.min", account, "correct horse".to_owned())
        .await
        .unwrap();
    let mut visitor = site.visitor();
    let to = visitor.post("/sign-in/staff", &SIGN_IN).await;
    assert_eq!(to.location(), "/sign-in/password");
    assert_eq!(visitor.get("/desk").await.status, StatusCode::SEE_OTHER);
    let weak = [("password", "password1234"), ("again", "password1234")];
    let weak = visitor.post("/sign-in/password", &weak).await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!weak.body.contains("password1234"), "never shown again");
    let own = [
        ("password", "小桥流水人家古道西风瘦马"),
        ("again", "小桥流水人家古道西风瘦马"),
    ];
    assert_eq!(
        visitor.post("/sign-in/password", &own).await.location(),
        "/desk"
    );
    assert_eq!(visitor.get("/desk").await.status, StatusCode::OK);
    let old = site.visitor().post("/sign-in/staff", &SIGN_IN).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn another_post_brings_another_session_id() {
    let site = Site::new().await;
    let account = site.staff(Role::CommitteeWorker, HOME).await;
    let mut visitor = site.signed_as(account).await;
    visitor.get("/desk").await;
    let before = visitor.cookies.get("linli").cloned();
    let post = linli_kernel::Post {
        id: linli_kernel::PostId::new(&SystemClock),
        role: Role::SocialWorker,
        area: HOME.parse().unwrap(),
    };
    let linli = &site.portal.linli;
    let call = linli_community::Call {
        command: linli_kernel::CommandId::new(&SystemClock),
        actor: &linli_kernel::Actor::system(),
        expected: None,
    };
    let give = linli_community::accounts::Command::GivePost {
        post: post.clone(),
        from: linli.clock().today(),
        to: None,
    };
    linli_community::accounts::perform(linli, call, account, &give)
        .await
        .unwrap();
    visitor.get("/desk").await;
    let gained = visitor.cookies.get("linli").cloned();
    assert_ne!(gained, before, "the account gained a post");
    let id = post.id.to_string();
    visitor.post("/sign-in/post", &[("post", &id)]).await;
    let changed = visitor.cookies.get("linli").cloned();
    assert_ne!(changed, gained, "it acts in another post");
    let mut stolen = site.visitor();
    stolen.cookies.insert("linli".to_owned(), gained.unwrap());
    assert_eq!(stolen.get("/desk").await.status, StatusCode::SEE_OTHER);
    assert_eq!(visitor.get("/desk").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_name_nobody_has_is_answered_like_one_somebody_has() {
    let site = Site::new().await;
    let account = site.staff(Role::Auditor, "310117").await;
    let desk = &site.portal.desk;
    desk.set_password("auditor", account, "secret word".to_owned())
        .await
        .unwrap();
    let mut told = Vec::new();
    for login in ["auditor", "nobody.at.all"] {
        let mut visitor = site.visitor();
        let mut answers = Vec::new();
        for _ in 0..7 {
            let fields = [("login", login), ("password", "guess")];
            let answer = visitor.post("/sign-in/staff", &fields).await;
            answers.push((answer.status, answer.body.contains("密码不对")));
        }
        told.push(answers);
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0][6].0, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn guesses_made_at_once_are_counted_each() {
    use crate::session::Checked;
    let site = Site::new().await;
    let account = site.staff(Role::Auditor, "310117").await;
    let desk = &site.portal.desk;
    desk.set_password("auditor", account, "secret word".to_owned())
        .await
        .unwrap();
    let guess = |n: usize| desk.check_password("auditor", format!("guess {n}"));
    let answers = futures::future::join_all((0..24).map(guess)).await;
    let looked_at = answers
        .into_iter()
        .filter(|answer| matches!(answer, Ok(Checked::Wrong)));
    assert!(looked_at.count() <= 5, "no more than one after another");
}
