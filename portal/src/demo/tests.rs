//! The demo's page: there only on a demo.

use std::sync::Arc;

use http::StatusCode;
use linli_kernel::{Clock as _, Role, ShiftedClock, SystemClock};

use super::{Card, Demo};
use crate::Settings;
use crate::testing::Site;

const STREET: &str = "310117/310117001";

#[tokio::test]
async fn no_other_node_has_the_page() {
    let site = Site::new().await;
    let mut visitor = site.visitor();
    assert_eq!(visitor.get("/demo").await.status, StatusCode::NOT_FOUND);
    let enter = visitor.post("/demo/sign-in", &[("login", "worker")]).await;
    assert_eq!(enter.status, StatusCode::NOT_FOUND);
    assert_eq!(
        visitor.post("/demo/clock", &[("days", "7")]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_role_is_entered_with_one_press_and_the_clock_only_goes_forward() {
    let clock = Arc::new(ShiftedClock::new(SystemClock, 0));
    let settings = Settings {
        demo: true,
        ..Settings::default()
    };
    let mut site = Site::with(settings, Arc::clone(&clock) as _).await;
    let account = site.staff(Role::StreetOfficer, STREET).await;
    let card = Card {
        key: "street".to_owned(),
        name: "李建国".to_owned(),
        account,
        resident: None,
    };
    let demo = Demo {
        clock: Arc::clone(&clock),
        cards: vec![card],
        reader: crate::kiosk::FolderReader::new(std::env::temp_dir()),
    };
    site.portal = site.portal.clone().with_demo(demo);
    site.app = crate::app(site.portal.clone());
    let mut visitor = site.visitor();
    let page = visitor.get("/demo").await;
    assert!(page.body.contains("街道经办人"), "{}", page.body);
    let entered = visitor.post("/demo/sign-in", &[("login", "street")]).await;
    assert_eq!(entered.location(), "/desk");
    assert_eq!(visitor.get("/desk").await.status, StatusCode::OK);
    let before = clock.today();
    assert_eq!(
        visitor.post("/demo/clock", &[("days", "7")]).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(clock.days(), 7);
    assert!(clock.today() > before);
    for wrong in ["-7", "0", "400", "x"] {
        let answer = visitor.post("/demo/clock", &[("days", wrong)]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    assert_eq!(clock.days(), 7);
}
