//! The look-up without an account, and the check of certificates.

use crate::apply::tests::{PHONE, Town, apply, problems};

#[tokio::test]
async fn number_and_phone_show_the_case_without_personal_data() {
    let town = Town::new().await;
    let number = apply(&mut town.zhang().await).await;
    let mut anyone = town.site.visitor();
    let form = anyone.get(&format!("/lookup?number={number}")).await;
    assert!(form.body.contains("type=\"tel\""));
    let typed = format!("{} {}-{}", &number[..3], &number[3..6], &number[6..]);
    let sent = anyone
        .post(
            "/lookup",
            &[("number", &typed), ("phone", "１３８ 0013 8001")],
        )
        .await;
    assert_eq!(sent.status, 303, "{}", problems(&sent.body));
    assert_eq!(sent.location(), format!("/lookup/{number}"));
    let page = anyone.get(sent.location()).await;
    for text in ["最低生活保障", "等待受理", "提交了申请"] {
        assert!(page.body.contains(text), "{text}");
    }
    for secret in ["张建国", PHONE, "示例路", "990117", "1,200.00"] {
        assert!(!page.body.contains(secret), "{secret}");
    }
    let other = town.site.visitor().get(&format!("/lookup/{number}")).await;
    assert_eq!(other.status, 303, "the address alone shows nothing");
}

#[tokio::test]
async fn which_of_the_two_was_wrong_is_told_to_nobody() {
    let town = Town::new().await;
    let number = apply(&mut town.zhang().await).await;
    let mut anyone = town.site.visitor();
    let wrong_phone = anyone
        .post("/lookup", &[("number", &number), ("phone", "13900000000")])
        .await;
    let unknown = linli_units::CaseNumber::from_counter(777, 1).unwrap();
    let fields = [("number", unknown.as_str()), ("phone", PHONE)];
    let wrong_number = anyone.post("/lookup", &fields).await;
    assert_eq!(wrong_phone.status, 422);
    assert_eq!(wrong_number.status, 422);
    assert_eq!(problems(&wrong_phone.body), problems(&wrong_number.body));
    assert!(
        wrong_phone.body.contains("value=\"13900000000\""),
        "what was typed is kept"
    );
}

#[tokio::test]
async fn a_number_that_cannot_be_one_and_empty_fields_are_told() {
    let town = Town::new().await;
    let mut anyone = town.site.visitor();
    let empty = anyone
        .post("/lookup", &[("number", ""), ("phone", "")])
        .await;
    assert!(problems(&empty.body).contains("#number"));
    assert!(problems(&empty.body).contains("#phone"));
    let bad = anyone
        .post("/lookup", &[("number", "12345"), ("phone", PHONE)])
        .await;
    assert_eq!(bad.status, 422);
    assert!(!problems(&bad.body).contains("refusal-"));
}

#[tokio::test]
async fn tries_are_counted() {
    let town = Town::new().await;
    let mut anyone = town.site.visitor();
    let unknown = linli_units::CaseNumber::from_counter(778, 1).unwrap();
    let mut last = 0;
    for _ in 0..12 {
        let fields = [("number", unknown.as_str()), ("phone", PHONE)];
        last = anyone.post("/lookup", &fields).await.status.as_u16();
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn an_unknown_certificate_verifies_nothing() {
    let town = Town::new().await;
    let number = apply(&mut town.zhang().await).await;
    let mut anyone = town.site.visitor();
    assert_eq!(anyone.get("/verify").await.status, 200);
    assert_eq!(anyone.get("/verify/1234567890").await.status, 404);
    assert_eq!(
        anyone.get(&format!("/verify/{number}")).await.status,
        404,
        "nothing decided yet"
    );
    assert_eq!(anyone.get("/verify?number=12").await.status, 422);
}
