//! Public notices: what they show, and who may object.

use linli_community::cases::command::Command;

use crate::apply::tests::{PHONE, Town, apply, problems, send};
use crate::progress::tests::{done, to_review};

async fn posted(town: &Town) -> String {
    let number = apply(&mut town.zhang().await).await;
    let officer = to_review(town, &number).await;
    let notice = Command::PostNotice {
        place: "岳阳街道公示栏".to_owned(),
        outcome: "grant".to_owned(),
        amount_fen: Some(86_000),
        people: Some(2),
    };
    done(town, &officer, &number, notice).await;
    number
}

#[tokio::test]
async fn a_notice_shows_what_the_rule_names_and_no_more() {
    let town = Town::new().await;
    let none = town.site.visitor().get("/notices").await;
    assert!(none.body.contains("现在没有公示"));
    let number = posted(&town).await;
    let mut anyone = town.site.visitor();
    let list = anyone.get("/notices").await;
    assert!(list.body.contains(&format!("href=\"/notices/{number}\"")));
    let page = anyone.get(&format!("/notices/{number}")).await;
    assert_eq!(page.status, 200);
    for text in ["张*国", "最低生活保障", "岳阳街道公示栏", "含首尾两天"] {
        assert!(page.body.contains(text), "{text}");
    }
    for secret in ["张建国", PHONE, "990117", "示例路", "6222"] {
        assert!(!page.body.contains(secret), "{secret}");
        assert!(!list.body.contains(secret), "{secret}");
    }
    let elsewhere = anyone.get("/notices?street=310117/310117002").await;
    assert!(elsewhere.body.contains("这个街道（镇）现在没有公示"));
    assert!(anyone.get("/").await.body.contains("共 1 条公示"));
}

#[tokio::test]
async fn anyone_may_object_and_the_officer_gets_it() {
    let town = Town::new().await;
    let number = posted(&town).await;
    let mut anyone = town.site.visitor();
    let page = anyone.get(&format!("/notices/{number}")).await;
    let path = format!("/notices/{number}/object");
    let empty = send(&mut anyone, &path, &page.body, &[("phone", "12")]).await;
    assert_eq!(empty.status, 422);
    assert!(problems(&empty.body).contains("#words"));
    assert!(problems(&empty.body).contains("#phone"));
    let said = [
        ("words", "他家有两套房<script>"),
        ("name", "王邻居"),
        ("phone", ""),
    ];
    let sent = send(&mut anyone, &path, &page.body, &said).await;
    assert_eq!(sent.status, 303, "{}", problems(&sent.body));
    assert!(
        anyone
            .get(sent.location())
            .await
            .body
            .contains("异议已收到")
    );
    let mut zhang = town.zhang().await;
    let case = zhang.get(&format!("/cases/{number}")).await;
    assert!(case.body.contains("有人对公示提出意见"));
    assert!(
        !case.body.contains("王邻居"),
        "who objected is not for the applicant"
    );
    assert!(!case.body.contains("两套房"));
}

#[tokio::test]
async fn what_does_not_hang_is_gone() {
    let town = Town::new().await;
    let number = apply(&mut town.zhang().await).await;
    let mut anyone = town.site.visitor();
    for number in [number.as_str(), "1234567890", "x"] {
        let page = anyone.get(&format!("/notices/{number}")).await;
        assert_eq!(page.status, 404, "{number}");
    }
    let sent = anyone
        .post(&format!("/notices/{number}/object"), &[("words", "x")])
        .await;
    assert_eq!(sent.status, 404);
}
