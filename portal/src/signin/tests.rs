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
    let other = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(desk.check_code(&phone, other).await.unwrap(), Wrong);
    assert_eq!(desk.check_code(&phone, &code).await.unwrap(), Right);
    assert_eq!(desk.check_code(&phone, &code).await.unwrap(), Gone);
    let code = desk.make_code(&phone).await.unwrap();
    for _ in 0..5 {
        let other = if code == "000000" { "000001" } else { "000000" };
        assert_eq!(desk.check_code(&phone, other).await.unwrap(), Wrong);
    }
    assert_eq!(
        desk.check_code(&phone, &code).await.unwrap(),
        Gone,
        "five tries"
    );
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
