//! The private check through the real router.

use axum::http::{StatusCode, header};

use crate::apply::tests::{Town, inputs, problems, send};

const CHECK: &str = "/services/elder-allowance/check";

#[tokio::test]
async fn a_stranger_learns_by_two_answers_and_nothing_is_stored() {
    let town = Town::new().await;
    let entries = || async {
        town.site
            .portal
            .linli
            .journal()
            .entries(0, 10_000)
            .await
            .unwrap()
            .len()
    };
    let before = entries().await;
    let mut visitor = town.site.visitor();
    let guide = visitor.get("/services/elder-allowance").await;
    assert!(guide.body.contains(CHECK), "the guide leads to the check");
    let start = visitor.get(CHECK).await;
    let first = send(&mut visitor, CHECK, &start.body, &[]).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    let asked = inputs(&first.body);
    let question = asked.iter().find(|(name, _)| name == "_question");
    let answers = [
        ("person.hukou.0", "local"),
        ("person.birth_date.0-year", "１９４８"),
        ("person.birth_date.0-month", "3"),
        ("person.birth_date.0-day", "12"),
    ];
    assert!(question.is_some());
    let second = send(&mut visitor, CHECK, &first.body, &answers).await;
    let result = send(&mut visitor, CHECK, &second.body, &answers).await;
    for text in [
        "data-verdict=\"likely\"",
        "可能符合",
        "每月 ¥150.00",
        "✓ 满足",
    ] {
        assert!(result.body.contains(text), "{text}\n{}", result.body);
    }
    assert_eq!(result.header(&header::CACHE_CONTROL), "no-store");
    assert!(
        !result.body.contains("?person."),
        "no answer stands in an address"
    );
    assert_eq!(entries().await, before, "nothing is written");
}

#[tokio::test]
async fn a_mistyped_answer_is_kept_and_one_may_go_back_or_skip() {
    let town = Town::new().await;
    let mut visitor = town.site.visitor();
    let start = visitor.get("/services/dibao/check").await;
    let path = "/services/dibao/check";
    let people = send(&mut visitor, path, &start.body, &[]).await;
    let wrong = send(&mut visitor, path, &people.body, &[("people", "九十")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("value=\"九十\"") && !problems(&wrong.body).is_empty());
    let mut page = send(&mut visitor, path, &people.body, &[("people", "2")]).await;
    let mut asked = Vec::new();
    for _ in 0..10 {
        let fields = inputs(&page.body);
        let Some((_, question)) = fields.iter().find(|(name, _)| name == "_question").cloned()
        else {
            break;
        };
        asked.push(question.clone());
        if question == "household.monthly_income_fen" {
            let typed = [(question.as_str(), "三千")];
            let wrong = send(&mut visitor, path, &page.body, &typed).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(wrong.body.contains("value=\"三千\""), "{}", wrong.body);
            let back = send(&mut visitor, path, &wrong.body, &[("_do", "back")]).await;
            let fields = inputs(&back.body);
            let before = asked[asked.len() - 2].as_str();
            assert!(fields.contains(&("_question".to_owned(), before.to_owned())));
        }
        page = send(&mut visitor, path, &page.body, &[("_do", "skip")]).await;
    }
    assert!((2..=8).contains(&asked.len()), "{asked:?}");
    for text in ["data-verdict=\"open\"", "还差这些信息", "不清楚"] {
        assert!(page.body.contains(text), "{text}\n{}", page.body);
    }
}

#[tokio::test]
async fn the_register_is_used_only_where_it_is_asked_for() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    let start = zhang.get(CHECK).await;
    assert!(start.body.contains("name=\"_known\""));
    let plain = send(&mut zhang, CHECK, &start.body, &[]).await;
    assert!(plain.body.contains("name=\"_question\""), "it asks");
    let known = send(&mut zhang, CHECK, &start.body, &[("_known", "yes")]).await;
    assert!(
        known.body.contains("data-verdict=\"likely\""),
        "{}",
        known.body
    );
    let mut visitor = town.site.visitor();
    let start = visitor.get(CHECK).await;
    assert!(!start.body.contains("_known"));
    let forged = send(&mut visitor, CHECK, &start.body, &[("_known", "yes")]).await;
    assert!(
        forged.body.contains("name=\"_question\""),
        "a stranger has no register"
    );
}

#[tokio::test]
async fn a_service_without_a_policy_has_no_check() {
    let town = Town::new().await;
    let mut visitor = town.site.visitor();
    let found = visitor.get("/services/certificate/check").await;
    assert_eq!(found.status, StatusCode::NOT_FOUND);
    let guide = visitor.get("/services/certificate").await;
    assert!(!guide.body.contains("/services/certificate/check"));
}
