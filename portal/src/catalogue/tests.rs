//! The list, the search and the guides through the real router.

use crate::testing::Site;

#[tokio::test]
async fn services_stand_by_what_happens_in_life() {
    let site = Site::new().await;
    let page = site.visitor().get("/services").await;
    assert_eq!(page.status, 200);
    for text in [
        "生活有困难",
        "老人的事",
        "开证明",
        "最低生活保障",
        "社区证明",
    ] {
        assert!(page.body.contains(text), "{text}");
    }
    let page = site.visitor().get("/services?lang=en").await;
    assert!(page.body.contains("Minimum living allowance"));
}

#[tokio::test]
async fn the_search_finds_by_name_and_by_keyword() {
    let site = Site::new().await;
    let mut visitor = site.visitor();
    let page = visitor.get("/services?q=%E4%BD%8E%E4%BF%9D").await;
    assert!(
        page.body.contains("href=\"/services/dibao\""),
        "a keyword: 低保"
    );
    assert!(page.body.contains("找到 1 项") || page.body.contains("找到 2 项"));
    let page = visitor.get("/services?q=low+income&lang=en").await;
    assert!(page.body.contains("href=\"/services/dibao\""));
    let page = visitor.get("/services?q=%3Cscript%3E&lang=zh").await;
    assert!(page.body.contains("没有找到"));
    assert!(!page.body.contains("<script>”"));
    let long = "低".repeat(5_000);
    let page = visitor
        .get(&format!("/services?q={long}").replace('低', "%E4%BD%8E"))
        .await;
    assert_eq!(page.status, 200);
}

#[tokio::test]
async fn a_guide_says_what_is_needed_what_is_held_and_what_is_not_confirmed() {
    let site = Site::new().await;
    let page = site.visitor().get("/services/dibao").await;
    for text in [
        "谁可以申请",
        "无需提交",
        "要提交",
        "承诺时限",
        "个工作日",
        "待核实",
        "《中华人民共和国社会救助法》",
        "href=\"/apply/dibao\"",
        "tel:",
        "只公示这些",
    ] {
        assert!(page.body.contains(text), "{text}");
    }
    assert_eq!(
        page.body.matches("class=\"govuk-button\"").count(),
        2,
        "the start button, twice"
    );
}

#[tokio::test]
async fn every_guide_can_be_read_in_both_languages() {
    let site = Site::new().await;
    let today = site.portal.linli.clock().today();
    let ids: Vec<String> = {
        let services = site.portal.linli.catalogue().services_on(today);
        services.map(|service| service.id.clone()).collect()
    };
    assert_eq!(ids.len(), 7);
    for id in ids {
        for lang in ["zh", "en"] {
            let page = site
                .visitor()
                .get(&format!("/services/{id}?lang={lang}"))
                .await;
            assert_eq!(page.status, 200, "{id}");
            assert!(!page.body.contains(">guide-"), "{id}: a message is missing");
        }
    }
    assert_eq!(site.visitor().get("/services/none").await.status, 404);
}
