//! 代办登记 through the real router.

use http::StatusCode;
use linli_kernel::{AccountId, Actor, Role};

use crate::desk::world::{DISTRICT, World, hidden, number};

const ANSWERS: [(&str, &str); 9] = [
    ("name", "张建国"),
    ("id_number", ""),
    ("address", "岳阳街道示例路1号"),
    ("what", "residence"),
    ("for_whom", "学校"),
    ("for_what", "孙子入学"),
    ("phone", "109 0000 0001"),
    ("papers", "request"),
    ("declared", "true_statement"),
];

#[tokio::test]
async fn a_visitor_is_found_filed_for_and_given_a_receipt() {
    let world = World::new().await;
    let mut worker = world.worker().await;
    let sought = [("text", number()), ("purpose", "apply".to_owned())];
    let sought: Vec<(&str, &str)> = sought.iter().map(|(a, b)| (*a, b.as_str())).collect();
    let found = worker.post("/desk/intake", &sought).await;
    assert_eq!(found.status, StatusCode::OK);
    let choose = format!("/desk/intake/{}", world.elder);
    assert!(found.body.contains(&choose), "{}", found.body);
    assert!(found.body.contains("张*国") && !found.body.contains("张建国"));

    let chosen = worker
        .get(&format!(
            "{choose}?service=certificate&channel=phone&authority=phone-call"
        ))
        .await;
    let form = chosen.location().to_owned();
    assert!(
        form.starts_with(&format!("{choose}/certificate?")),
        "{form}"
    );
    let page = worker.get(&form).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(
        page.body.contains("value=\"岳阳街道示例路1号\""),
        "what the register knows is filled in"
    );
    assert!(page.body.contains("您正在为 张*国 代办"));
    assert_eq!(
        page.body.matches("name=\"phone\"").count(),
        1,
        "nothing is asked twice"
    );

    let command = hidden(&page.body, "_command");
    let id_number = number();
    let mut sent: Vec<(&str, &str)> = ANSWERS.to_vec();
    sent[1].1 = &id_number;
    sent.push(("_command", &command));
    let filed = worker.post(&form, &sent).await;
    assert_eq!(filed.status, StatusCode::SEE_OTHER, "{}", filed.body);
    let again = worker.post(&form, &sent).await;
    assert_eq!(again.location(), filed.location(), "sent twice is one case");
    let receipt = worker.get(filed.location()).await;
    assert_eq!(receipt.status, StatusCode::OK);
    assert!(receipt.body.contains("<svg"), "a QR code to follow it by");
    assert!(receipt.body.contains("张*国") && !receipt.body.contains("张建国"));
    let queue = worker.get("/desk/cases?channel=phone").await;
    assert!(queue.body.contains("共 1 条"), "{}", queue.body);
}

#[tokio::test]
async fn problems_stand_at_their_questions_and_the_answers_stay() {
    let world = World::new().await;
    let mut worker = world.worker().await;
    let form = format!(
        "/desk/intake/{}/certificate?channel=counter&authority=written",
        world.elder
    );
    let mut sent: Vec<(&str, &str)> = ANSWERS.to_vec();
    sent[1].1 = "990117195003050110";
    sent[8] = ("for_what", "<b>x</b>");
    let answer = worker.post(&form, &sent).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.body.contains("href=\"#id_number\""),
        "{}",
        answer.body
    );
    assert!(answer.body.contains("href=\"#declared\""));
    assert!(
        answer.body.contains("value=\"学校\""),
        "what was typed is still there"
    );
    assert!(!answer.body.contains("<b>x</b>"));
}

#[tokio::test]
async fn finding_somebody_needs_a_purpose_and_is_recorded() {
    let world = World::new().await;
    let mut worker = world.worker().await;
    let nothing = worker
        .post("/desk/intake", &[("text", "张"), ("purpose", "")])
        .await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    worker
        .post("/desk/intake", &[("text", "张"), ("purpose", "visit")])
        .await;
    let actor = Actor::resident(AccountId(world.elder.0), world.elder);
    let looks = world
        .linli()
        .looks_at(&actor, world.elder, 1, 20)
        .await
        .unwrap();
    assert_eq!(looks.rows.len(), 1);
    let mut elsewhere = world
        .site
        .signed(Role::CommitteeWorker, "310117/310117002/310117002001")
        .await;
    let none = elsewhere
        .post("/desk/intake", &[("text", &number()), ("purpose", "apply")])
        .await;
    assert!(none.body.contains("没有找到"), "{}", none.body);
    let form = elsewhere
        .get(&format!("/desk/intake/{}", world.elder))
        .await;
    assert_eq!(form.status, StatusCode::FORBIDDEN);
    let mut district = world.site.signed(Role::DistrictOfficer, DISTRICT).await;
    assert_eq!(
        district.get("/desk/intake").await.status,
        StatusCode::FORBIDDEN
    );
}
