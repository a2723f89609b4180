//! Offers taken with one button and declined for good; the reckoning beside a case; a change of a
//! policy by two officers.

use axum::http::StatusCode;
use linli_community::Call;
use linli_community::residents::{Command, NewFact};
use linli_kernel::{Actor, CommandId, Role, SystemClock};
use serde_json::json;

use crate::apply::tests::{Town, send};
use crate::desk::world::{COMMITTEE, DISTRICT};

const TEXT: &str = "{ at_least = 70, value = 150 }";

/// A town in which 张建国 was found: the committee, not the police, says where he is registered, so
/// nothing is granted without him.
async fn found() -> Town {
    let town = Town::new().await;
    let linli = &town.site.portal.linli;
    let fact = NewFact {
        field: "person.hukou".into(),
        value: json!("local"),
        source: "committee".to_owned(),
        as_of: "2026-01-05".parse().unwrap(),
        case: None,
    };
    let system = Actor::system();
    let call = Call {
        command: CommandId::new(&SystemClock),
        actor: &system,
        expected: None,
    };
    let command = Command::RecordFact(fact);
    linli.record(call, town.zhang, &command).await.unwrap();
    let today = linli.clock().today();
    let discovered = linli.discover(today).await.unwrap();
    assert_eq!(discovered.offered, 1);
    town
}

#[tokio::test]
async fn an_offer_is_shown_with_its_reckoning_and_taken_with_one_button() {
    let town = found().await;
    let mut zhang = town.zhang().await;
    let page = zhang.get("/my/offers").await;
    for text in [
        "老年综合津贴",
        "符合条件：每月 ¥150.00",
        "✓ 满足",
        "确认并申请",
    ] {
        assert!(page.body.contains(text), "{text}\n{}", page.body);
    }
    let taken = send(&mut zhang, "/my/offers/take", &page.body, &[]).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    assert!(taken.location().starts_with("/cases/") && taken.location().ends_with("/receipt"));
    let again = send(&mut zhang, "/my/offers/take", &page.body, &[]).await;
    assert_eq!(again.location(), taken.location(), "sent twice, filed once");
    let other = [("_command", "01a20b21-7bb3-7267-87c4-deec57d81298")];
    let refused = send(&mut zhang, "/my/offers/take", &page.body, &other).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "filed once"
    );
    let page = zhang.get("/my/offers").await;
    assert!(!page.body.contains("老年综合津贴"));
    let mut worker = town.site.signed(Role::CommitteeWorker, COMMITTEE).await;
    let number = taken.location().split('/').nth(2).unwrap().to_owned();
    let case = worker.get(&format!("/desk/cases/{number}")).await;
    for text in ["政策怎么说", "符合条件：每月 ¥150.00", "怎么算出来的"] {
        assert!(case.body.contains(text), "{text}");
    }
    let mut auditor = town.site.signed(Role::Auditor, DISTRICT).await;
    let case = auditor.get(&format!("/desk/cases/{number}")).await;
    assert!(
        !case.body.contains("政策怎么说"),
        "who oversees sees no household's facts"
    );
}

#[tokio::test]
async fn an_offer_that_was_declined_never_comes_back() {
    let town = found().await;
    let mut zhang = town.zhang().await;
    let page = zhang.get("/my/offers").await;
    let declined = send(&mut zhang, "/my/offers/decline", &page.body, &[]).await;
    assert_eq!(declined.location(), "/my/offers");
    let linli = &town.site.portal.linli;
    let found = linli.discover(linli.clock().today()).await.unwrap();
    assert_eq!(found.offered, 0);
    assert!(!zhang.get("/my/offers").await.body.contains("老年综合津贴"));
}

#[tokio::test]
async fn nobody_takes_or_reads_the_offer_of_another() {
    let town = found().await;
    let mut zhang = town.zhang().await;
    let page = zhang.get("/my/offers").await;
    let mut li = town.li().await;
    assert!(!li.get("/my/offers").await.body.contains("老年综合津贴"));
    for path in ["/my/offers/take", "/my/offers/decline"] {
        let refused = send(&mut li, path, &page.body, &[]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(zhang.get("/my/offers").await.body.contains("老年综合津贴"));
    let mut next_door = town
        .site
        .signed(Role::CommitteeWorker, "310117/310117001/310117001002")
        .await;
    let listed = next_door.get("/desk/offers").await;
    assert!(!listed.body.contains("张*"));
}

#[tokio::test]
async fn the_committee_sees_whom_it_should_visit_masked() {
    let town = found().await;
    let mut worker = town.site.signed(Role::CommitteeWorker, COMMITTEE).await;
    let page = worker.get("/desk/offers").await;
    assert!(page.body.contains("张*") && page.body.contains("老年综合津贴"));
    assert!(!page.body.contains("张建国"));
}

#[tokio::test]
async fn a_change_is_rehearsed_and_published_by_a_second_officer() {
    let town = Town::new().await;
    let mut one = town.site.signed(Role::DistrictOfficer, DISTRICT).await;
    let mut other = town.site.signed(Role::DistrictOfficer, DISTRICT).await;
    let page = one.get("/desk/policies/elder-allowance").await;
    let linli = town.site.portal.linli.clone();
    let text = linli.policies().files()["elder-allowance.toml"].clone();
    assert!(page.body.contains("value = 150"));
    let wrong = text.replace("age(birth_date", "ago(birth_date");
    let path = "/desk/policies/elder-allowance";
    let why = ("why", "演示修订");
    let refused = send(&mut one, path, &page.body, &[("text", &wrong), why]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("elder-allowance.toml:"));
    assert!(refused.body.contains("个自变量的函数"));
    assert!(refused.body.contains("演示修订"), "what was typed stays");
    let changed = text.replace(TEXT, "{ at_least = 70, value = 160 }");
    let proposed = send(&mut one, path, &page.body, &[("text", &changed), why]).await;
    assert_eq!(proposed.status, StatusCode::SEE_OTHER, "{}", proposed.body);
    let change = proposed.location().to_owned();
    let shown = one.get(&change).await;
    for text in ["value = 160", "岳阳街道", "不能自己发布"] {
        assert!(shown.body.contains(text), "{text}");
    }
    assert!(!shown.body.contains("value=\"publish\""));
    let alone = send(&mut one, &change, &shown.body, &[("do", "publish")]).await;
    assert_eq!(alone.status, StatusCode::UNPROCESSABLE_ENTITY);
    let shown = other.get(&change).await;
    let published = send(&mut other, &change, &shown.body, &[("do", "publish")]).await;
    assert_eq!(published.location(), "/desk/policies");
    assert_eq!(linli.policies().files()["elder-allowance.toml"], changed);
    let mut worker = town.site.signed(Role::CommitteeWorker, COMMITTEE).await;
    assert_eq!(
        worker.get("/desk/policies").await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn what_was_granted_unasked_is_told_and_may_be_declined() {
    let town = Town::new().await;
    let linli = town.site.portal.linli.clone();
    let found = linli.discover(linli.clock().today()).await.unwrap();
    assert_eq!((found.granted, found.offered), (1, 0));
    let mut zhang = town.zhang().await;
    let page = zhang.get("/my/offers").await;
    assert!(page.body.contains("免申即享"), "{}", page.body);
    let case = page.body.split("href=\"/cases/").nth(1).unwrap();
    let case = format!("/cases/{}", case.split('"').next().unwrap());
    let shown = zhang.get(&case).await;
    for text in ["没有申请", "¥450.00", "✓ 满足", "不要这项待遇"] {
        assert!(shown.body.contains(text), "{text}\n{}", shown.body);
    }
    let mut li = town.li().await;
    assert_eq!(li.get(&case).await.status, StatusCode::NOT_FOUND);
    let form = zhang.get(&format!("{case}/withdraw")).await;
    assert!(form.body.contains("您没有申请过"));
    let declined = send(&mut zhang, &format!("{case}/withdraw"), &form.body, &[]).await;
    assert_eq!(declined.location(), case);
    let page = zhang.get("/my/offers").await;
    assert!(!page.body.contains(&case));
    let found = linli.discover(linli.clock().today()).await.unwrap();
    assert_eq!((found.granted, found.offered), (0, 0), "never again");
}

#[tokio::test]
async fn one_figure_is_proposed_by_a_form_and_moves_what_refers_to_it() {
    let town = Town::new().await;
    let mut one = town.site.signed(Role::DistrictOfficer, DISTRICT).await;
    let page = one.get("/desk/policies/dibao").await;
    let path = "/desk/policies/dibao/rate";
    let typed = [
        ("parameter", "standard"),
        ("from", "2027-07-01"),
        ("value", "一千七"),
        ("source", ""),
        ("title", "关于调整标准的通知（演示）"),
        ("rate-why", "年度调整"),
    ];
    let wrong = send(&mut one, path, &page.body, &typed).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in ["一千七", "年度调整", "关于调整标准的通知（演示）"] {
        assert!(wrong.body.contains(text), "what was typed stays: {text}");
    }
    let typed = typed.map(|(name, text)| match name {
        "value" => (name, "1700"),
        _ => (name, text),
    });
    let proposed = send(&mut one, path, &page.body, &typed).await;
    assert_eq!(proposed.status, StatusCode::SEE_OTHER, "{}", proposed.body);
    let shown = one.get(proposed.location()).await;
    assert!(shown.body.contains("value = 1700"), "{}", shown.body);
    let rehearsed = shown.body.contains("试算：2027-07-01");
    assert!(rehearsed, "rehearsed on the day from which it holds");
    let gone = shown.body.matches("l-diff--gone").count();
    assert_eq!(gone, 0, "nothing else of the file changes");
    let come = shown.body.matches("l-diff--come").count();
    assert!(
        (1..20).contains(&come),
        "{come} lines of one figure and its source"
    );
}

#[tokio::test]
async fn a_rehearsal_is_shown_as_chart_and_table() {
    let town = Town::new().await;
    let mut one = town.site.signed(Role::DistrictOfficer, DISTRICT).await;
    let page = one.get("/desk/policies/elder-allowance").await;
    let linli = town.site.portal.linli.clone();
    let text = linli.policies().files()["elder-allowance.toml"].clone();
    let changed = text.replace(TEXT, "{ at_least = 70, value = 160 }");
    let typed = [("text", changed.as_str()), ("why", "演示修订")];
    let path = "/desk/policies/elder-allowance";
    let proposed = send(&mut one, path, &page.body, &typed).await;
    let shown = one.get(proposed.location()).await;
    for text in [
        "<svg",
        "<title id=",
        "1 个街镇有变化：共 1 户增加、0 户减少",
        "+1</text>",
        "¥10.00",
    ] {
        assert!(shown.body.contains(text), "{text}\n{}", shown.body);
    }
    assert!(
        !shown.body.contains("style=\""),
        "the content policy forbids inline style"
    );
}

#[tokio::test]
async fn an_offer_is_told_once_and_leads_to_its_reckoning() {
    let town = found().await;
    let linli = &town.site.portal.linli;
    assert_eq!(linli.make_messages().await.unwrap(), 1);
    assert_eq!(linli.make_messages().await.unwrap(), 0);
    let mut zhang = town.zhang().await;
    let page = zhang.get("/my/messages").await;
    for text in ["您可能符合：老年综合津贴", "href=\"/my/offers\""] {
        assert!(page.body.contains(text), "{text}\n{}", page.body);
    }
}

#[tokio::test]
async fn an_offer_that_was_taken_meanwhile_is_no_news() {
    let town = found().await;
    let mut zhang = town.zhang().await;
    let page = zhang.get("/my/offers").await;
    send(&mut zhang, "/my/offers/take", &page.body, &[]).await;
    let linli = &town.site.portal.linli;
    assert_eq!(linli.make_messages().await.unwrap(), 0);
}
