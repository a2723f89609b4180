//! The home page in its modes, help, privacy and counts.

use crate::apply::tests::{Town, apply};
use crate::testing::Site;

#[tokio::test]
async fn the_home_page_leads_everywhere() {
    let site = Site::new().await;
    let mut visitor = site.visitor();
    for path in ["/", "/?mode=elder", "/?mode=kiosk", "/?lang=en"] {
        let page = visitor.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(
            page.body.matches("class=\"l-tile\"").count(),
            6,
            "{path}: six tiles"
        );
        for href in [
            "/services",
            "/lookup",
            "/notices",
            "/help",
            "/privacy",
            "/stats",
            "/sign-in",
        ] {
            let found = page.body.contains(&format!("href=\"{href}"));
            assert!(found || href == "/notices", "{path}: {href}");
        }
        assert!(page.body.contains("href=\"tel:"), "{path}");
    }
}

#[tokio::test]
async fn ones_open_cases_stand_on_the_home_page() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    assert!(zhang.get("/").await.body.contains("您现在没有正在办的事"));
    let number = apply(&mut zhang).await;
    let page = zhang.get("/").await;
    assert!(page.body.contains(&format!("href=\"/cases/{number}\"")));
    let mut li = town.li().await;
    assert!(!li.get("/").await.body.contains(&number));
}

#[tokio::test]
async fn the_short_pages_are_there_in_both_languages() {
    let site = Site::new().await;
    for path in ["/help", "/privacy", "/stats"] {
        for lang in ["zh", "en"] {
            let page = site.visitor().get(&format!("{path}?lang={lang}")).await;
            assert_eq!(page.status, 200, "{path}");
            for prefix in [">help-", ">privacy-", ">stats-", ">home-"] {
                assert!(!page.body.contains(prefix), "{path}: a message is missing");
            }
        }
    }
}

#[tokio::test]
async fn small_counts_are_hidden() {
    let town = Town::new().await;
    apply(&mut town.zhang().await).await;
    let page = town.site.visitor().get("/stats").await;
    assert!(page.body.contains("最低生活保障"));
    assert!(page.body.contains("少于 5"));
}
