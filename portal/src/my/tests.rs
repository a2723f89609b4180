//! What concerns the person signed in, and nobody else.

use linli_community::residents::{Purpose, Why};
use linli_kernel::Role;

use crate::apply::tests::{PHONE, Town, apply, send};
use crate::progress::tests::{COMMITTEE, staff};

#[tokio::test]
async fn what_is_held_is_shown_with_source_and_date_and_masked_at_first() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    let page = zhang.get("/my").await;
    for text in [
        "张建国",
        "138****8001",
        "公安部门，2026年1月5日(周一)",
        "家庭货币财产",
        "张*",
    ] {
        assert!(page.body.contains(text), "{text}");
    }
    assert!(!page.body.contains(PHONE));
    let page = zhang.get("/my?full=1").await;
    assert!(page.body.contains(PHONE));
    assert!(page.body.contains("990117194803120015"));
}

#[tokio::test]
async fn a_name_is_text_never_markup() {
    let town = Town::new().await;
    let mut li = town.li().await;
    for path in ["/my", "/my?full=1", "/apply/dibao", "/my/mandates"] {
        let page = li.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(!page.body.contains("<script>alert"), "{path}");
    }
}

#[tokio::test]
async fn who_looked_is_told_by_post_with_time_and_purpose() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    assert!(
        zhang
            .get("/my/looks")
            .await
            .body
            .contains("没有人看过您的信息")
    );
    let worker = staff(Role::CommitteeWorker, COMMITTEE);
    let purpose = Purpose {
        why: Why::Visit,
        case: None,
        words: "重阳走访".to_owned(),
    };
    let linli = &town.site.portal.linli;
    linli
        .record_look(&worker, town.zhang, &purpose)
        .await
        .unwrap();
    let page = zhang.get("/my/looks").await;
    for text in ["走访：重阳走访", "居委会工作人员"] {
        assert!(page.body.contains(text), "{text}");
    }
    let mut li = town.li().await;
    assert!(
        li.get("/my/looks")
            .await
            .body
            .contains("没有人看过您的信息")
    );
}

#[tokio::test]
async fn a_mandate_is_given_used_and_ended() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    let page = zhang.get("/my/mandates").await;
    let none = send(&mut zhang, "/my/mandates", &page.body, &[]).await;
    assert_eq!(none.status, 422);
    let year = (town.site.portal.linli.clock().today().year() + 1).to_string();
    let agent = town.daughter.to_string();
    let fields = [
        ("agent", agent.as_str()),
        ("until-year", &year),
        ("until-month", "1"),
        ("until-day", "2"),
    ];
    assert_eq!(
        send(&mut zhang, "/my/mandates", &page.body, &fields)
            .await
            .status,
        303
    );
    let number = apply(&mut zhang).await;
    let mut daughter = town.site.resident(town.daughter, &town.area).await;
    assert!(
        daughter
            .get("/my/cases")
            .await
            .body
            .contains("为 张建国 办理")
    );
    let case = daughter.get(&format!("/cases/{number}")).await;
    assert!(case.body.contains("您正在替 张建国 办理"));
    let given = zhang.get("/my/mandates").await;
    let id = given
        .body
        .split("name=\"mandate\" value=\"")
        .nth(1)
        .unwrap();
    let id = id.split('"').next().unwrap().to_owned();
    let mut li = town.li().await;
    let command = linli_kernel::CommandId::new(&linli_kernel::SystemClock).to_string();
    let fields = [("mandate", id.as_str()), ("_command", &command)];
    let other = li.post("/my/mandates/end", &fields).await;
    assert!(
        other.status == 404 || other.status == 403,
        "{}",
        other.status
    );
    let command = linli_kernel::CommandId::new(&linli_kernel::SystemClock).to_string();
    let fields = [("mandate", id.as_str()), ("_command", &command)];
    assert_eq!(zhang.post("/my/mandates/end", &fields).await.status, 303);
    let case = daughter.get(&format!("/cases/{number}")).await;
    assert_eq!(case.status, 404, "the authorisation has ended");
}

#[tokio::test]
async fn nobody_signed_out_and_no_staff_enters() {
    let town = Town::new().await;
    let mut anyone = town.site.visitor();
    let mut officer = town
        .site
        .signed(Role::StreetOfficer, "310117/310117001")
        .await;
    for path in [
        "/my",
        "/my/cases",
        "/my/looks",
        "/my/mandates",
        "/my/consents",
    ] {
        assert_eq!(anyone.get(path).await.status, 303, "{path}");
        assert_eq!(officer.get(path).await.status, 403, "{path}");
    }
    let mut zhang = town.zhang().await;
    assert!(
        zhang
            .get("/my/consents")
            .await
            .body
            .contains("还没有给过同意")
    );
}
