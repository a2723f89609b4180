//! Who gets a kiosk, through the real router: card and phone, and what attackers try.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use linli_kernel::{Clock as _, Role, SystemClock};
use tempfile::TempDir;

use super::{Card, CardReader as _, FolderReader, Kiosk};
use crate::Settings;
use crate::desk::world::{COMMITTEE, STREET, World, number};
use crate::testing::Visitor;

const KEYS: [&str; 2] = ["key-of-the-first-kiosk-0001", "key-of-the-second-kiosk-002"];

fn kiosk(at: usize) -> Kiosk {
    Kiosk {
        id: format!("hall-{at}"),
        name_zh: format!("示例大厅{at}号机"),
        name_en: format!("Example hall, kiosk {at}"),
        key: KEYS[at].to_owned(),
    }
}

struct Hall {
    world: World,
    folder: TempDir,
    reader: FolderReader,
}

impl Hall {
    async fn new() -> Self {
        let settings = Settings {
            kiosks: vec![kiosk(0), kiosk(1)],
            ..Settings::default()
        };
        let mut world = World::with(settings).await;
        let folder = tempfile::tempdir().unwrap();
        let reader = FolderReader::new(folder.path());
        let site = &mut world.site;
        site.portal = site.portal.clone().with_cards(Arc::new(reader.clone()));
        site.app = crate::app(site.portal.clone());
        Self {
            world,
            folder,
            reader,
        }
    }

    /// The browser of a kiosk.
    async fn at(&self, kiosk: usize) -> Visitor {
        let mut visitor = self.world.site.visitor();
        visitor.get("/sign-in/kiosk/device").await;
        let made = visitor
            .post("/sign-in/kiosk/device", &[("key", KEYS[kiosk])])
            .await;
        assert_eq!(made.location(), "/?mode=kiosk");
        visitor.get("/?mode=kiosk").await;
        visitor
    }

    /// The elder's own phone.
    async fn phone(&self) -> Visitor {
        let area = COMMITTEE.parse().unwrap();
        self.world.site.resident(self.world.elder, &area).await
    }

    async fn lay(&self, kiosk: &str, number: &str, read_at: Timestamp) {
        let card = Card {
            kiosk: kiosk.to_owned(),
            number: number.to_owned(),
            read_at,
        };
        self.reader.lay(&card).await.unwrap();
    }
}

/// Begins to wait; the digits shown.
async fn waits(kiosk: &mut Visitor) -> String {
    let sent = kiosk.post("/sign-in/kiosk/phone", &[]).await;
    assert_eq!(sent.location(), "/sign-in/kiosk/phone", "{}", sent.body);
    let page = kiosk.get("/sign-in/kiosk/phone").await;
    assert_eq!(page.status, StatusCode::OK);
    let number = page.body.split("l-number\">").nth(1).unwrap();
    let code: String = number
        .split('<')
        .next()
        .unwrap()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    assert_eq!(code.len(), 6);
    code
}

/// Types the digits on the phone; the address of the question.
async fn typed(phone: &mut Visitor, code: &str) -> Option<String> {
    phone.get("/kiosk/allow").await;
    let answer = phone.post("/kiosk/allow/code", &[("code", code)]).await;
    (answer.status == StatusCode::SEE_OTHER).then(|| answer.location().to_owned())
}

async fn allow(phone: &mut Visitor, question: &str) -> StatusCode {
    let page = phone.get(question).await;
    assert!(
        page.body.contains("示例大厅"),
        "which machine: {}",
        page.body
    );
    let ask = question.split_once("ask=").unwrap().1;
    let sent = phone.post("/kiosk/allow", &[("ask", ask)]).await;
    sent.status
}

async fn is_in(kiosk: &mut Visitor) -> bool {
    kiosk.get("/my").await.status == StatusCode::OK
}

#[tokio::test]
async fn a_phone_lets_in_the_kiosk_it_was_shown_and_sees_it_in_its_list() {
    let hall = Hall::new().await;
    let mut kiosk = hall.at(0).await;
    let asked = kiosk.get("/sign-in?next=%2Fmy").await;
    assert_eq!(
        asked.location(),
        "/sign-in/kiosk",
        "card and phone come first"
    );
    let code = waits(&mut kiosk).await;
    let early = kiosk.post("/sign-in/kiosk/enter", &[]).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(early.body.contains("手机上还没有确认"));

    let mut phone = hall.phone().await;
    let question = typed(&mut phone, &code).await.unwrap();
    let page = phone.get(&question).await;
    for part in ["示例大厅0号机", "您的办件", "一分半钟", "30 分钟"] {
        assert!(page.body.contains(part), "{part}");
    }
    assert_eq!(allow(&mut phone, &question).await, StatusCode::SEE_OTHER);
    let entered = kiosk.post("/sign-in/kiosk/enter", &[]).await;
    assert_eq!(entered.location(), "/my", "the page that was wanted");
    assert!(is_in(&mut kiosk).await);
    let list = phone.get("/account").await;
    assert!(
        list.body.contains("自助机 kiosk：示例大厅0号机"),
        "{}",
        list.body
    );
    phone.post("/account/end-others", &[]).await;
    assert!(!is_in(&mut kiosk).await, "ended from the phone");
}

#[tokio::test]
async fn what_one_kiosk_shows_opens_no_other_and_works_once() {
    let hall = Hall::new().await;
    let mut kiosk = hall.at(0).await;
    let code = waits(&mut kiosk).await;
    let mut phone = hall.phone().await;
    let question = typed(&mut phone, &code).await.unwrap();
    assert_eq!(allow(&mut phone, &question).await, StatusCode::SEE_OTHER);

    // Another kiosk, the same kiosk's key in another browser, and no kiosk at all.
    for mut other in [
        hall.at(1).await,
        hall.at(0).await,
        hall.world.site.visitor(),
    ] {
        other.get("/").await;
        let sent = other.post("/sign-in/kiosk/enter", &[]).await;
        assert_ne!(sent.location(), "/", "{}", sent.status);
        assert!(!is_in(&mut other).await);
    }
    // One who has waited elsewhere has a browser's secret of another wait.
    let mut other = hall.at(1).await;
    waits(&mut other).await;
    let sent = other.post("/sign-in/kiosk/enter", &[]).await;
    assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);

    let copy = kiosk.clone();
    assert_eq!(
        kiosk.post("/sign-in/kiosk/enter", &[]).await.location(),
        "/"
    );
    let mut again = copy;
    again.post("/sign-in/kiosk/enter", &[]).await;
    assert!(
        !is_in(&mut again).await,
        "sent once more, it lets nobody in"
    );
    assert_eq!(
        typed(&mut phone, &code).await,
        None,
        "the digits are used up"
    );
    let gone = phone.get(&question).await;
    assert_eq!(gone.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_new_code_replaces_the_old_one() {
    let hall = Hall::new().await;
    let mut kiosk = hall.at(0).await;
    let old = waits(&mut kiosk).await;
    let new = waits(&mut kiosk).await;
    let mut phone = hall.phone().await;
    if old != new {
        assert_eq!(typed(&mut phone, &old).await, None);
    }
    assert!(typed(&mut phone, &new).await.is_some());
}

#[tokio::test]
async fn guessing_is_stopped_and_says_nothing() {
    let hall = Hall::new().await;
    let mut kiosk = hall.at(0).await;
    let code = waits(&mut kiosk).await;
    let mut phone = hall.phone().await;
    phone.get("/kiosk/allow").await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..10 {
        let answer = phone.post("/kiosk/allow/code", &[("code", wrong)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let answer = phone.post("/kiosk/allow/code", &[("code", &code)]).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    let made_up = phone
        .get("/kiosk/allow?ask=00000000000000000000000000000000")
        .await;
    assert_eq!(made_up.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn only_a_resident_allows_and_only_a_kiosk_asks() {
    let hall = Hall::new().await;
    let mut officer = hall.world.site.signed(Role::StreetOfficer, STREET).await;
    assert_eq!(
        officer.get("/kiosk/allow").await.status,
        StatusCode::FORBIDDEN
    );
    let mut stranger = hall.world.site.visitor();
    let asked = stranger.get("/kiosk/allow?ask=1").await;
    assert!(
        asked.location().starts_with("/sign-in?next="),
        "{}",
        asked.location()
    );
    // A mode that anybody may choose makes no kiosk.
    stranger.get("/?mode=kiosk").await;
    for path in ["/sign-in/kiosk", "/sign-in/kiosk/phone"] {
        assert_eq!(
            stranger.get(path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    for path in ["phone", "enter", "card"] {
        let sent = stranger.post(&format!("/sign-in/kiosk/{path}"), &[]).await;
        assert_eq!(sent.status, StatusCode::NOT_FOUND, "{path}");
    }
    for key in ["", "guess", "key-of-the-first-kiosk-000"] {
        let sent = stranger
            .post("/sign-in/kiosk/device", &[("key", key)])
            .await;
        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "{key}");
    }
}

#[tokio::test]
async fn a_card_on_the_reader_lets_its_holder_in_once() {
    let hall = Hall::new().await;
    let mut kiosk = hall.at(0).await;
    let none = kiosk.post("/sign-in/kiosk/card", &[]).await;
    assert!(none.body.contains("没有读到卡"), "{}", none.body);
    hall.lay("hall-0", &number(), SystemClock.now()).await;
    let copy = kiosk.clone();
    let entered = kiosk.post("/sign-in/kiosk/card", &[]).await;
    assert_eq!(entered.location(), "/", "{}", entered.body);
    assert!(is_in(&mut kiosk).await);
    let mut again = copy;
    let sent = again.post("/sign-in/kiosk/card", &[]).await;
    assert!(sent.body.contains("没有读到卡"), "a card is given once");
    let left = std::fs::read_dir(hall.folder.path()).unwrap().count();
    assert_eq!(left, 0, "nothing of the card stays");
}

#[tokio::test]
async fn an_old_card_one_for_another_kiosk_and_what_a_browser_says_let_nobody_in() {
    let hall = Hall::new().await;
    let number = number();
    let mut kiosk = hall.at(0).await;
    let now = SystemClock.now();
    let seconds = SignedDuration::from_secs;
    for at in [now - seconds(30), now + seconds(60)] {
        hall.lay("hall-0", &number, at).await;
        let sent = kiosk.post("/sign-in/kiosk/card", &[]).await;
        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "{at}");
    }
    hall.lay("hall-1", &number, now).await;
    std::fs::rename(
        hall.folder.path().join("hall-1.json"),
        hall.folder.path().join("hall-0.json"),
    )
    .unwrap();
    kiosk.post("/sign-in/kiosk/card", &[]).await;
    assert!(!is_in(&mut kiosk).await, "laid down for another kiosk");
    let fields = [("number", number.as_str()), ("kiosk", "hall-0")];
    kiosk.post("/sign-in/kiosk/card", &fields).await;
    assert!(!is_in(&mut kiosk).await, "a browser's word is none");
    // An unknown number, and what is no number at all, are answered alike.
    let mut said = Vec::new();
    for number in ["990117195001010011", "../../x", ""] {
        hall.lay("hall-0", number, SystemClock.now()).await;
        let sent = kiosk.post("/sign-in/kiosk/card", &[]).await;
        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
        said.push(sent.body.contains("这张卡在这台机器上办不了"));
    }
    assert_eq!(said, [true; 3]);
}

#[tokio::test]
async fn a_reader_that_says_nonsense_or_anybody_may_write_to_is_a_fault() {
    let hall = Hall::new().await;
    let mut kiosk = hall.at(0).await;
    let path = hall.folder.path().join("hall-0.json");
    let large = "x".repeat(5_000);
    for text in ["{", "[]", "{\"number\":\"1\"}", large.as_str()] {
        std::fs::write(&path, text).unwrap();
        let sent = kiosk.post("/sign-in/kiosk/card", &[]).await;
        assert!(sent.body.contains("读卡器现在用不了"), "{}", sent.body);
        assert!(!path.exists(), "it is not read for ever");
    }
    let open = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(hall.folder.path(), open).unwrap();
    hall.lay("hall-0", &number(), SystemClock.now()).await;
    let now = SystemClock.now();
    hall.reader.read("hall-0", now).await.unwrap_err();
    kiosk.post("/sign-in/kiosk/card", &[]).await;
    assert!(!is_in(&mut kiosk).await);
}

#[tokio::test]
async fn the_store_itself_ends_a_kiosk_after_a_minute_and_a_half() {
    let hall = Hall::new().await;
    let mut kiosk = hall.at(0).await;
    hall.lay("hall-0", &number(), SystemClock.now()).await;
    kiosk.post("/sign-in/kiosk/card", &[]).await;
    assert!(is_in(&mut kiosk).await);
    let select = "SELECT expires_at FROM visits WHERE account <> ''";
    let db = hall.world.site.portal.desk.db();
    let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, select);
    let row = sea_orm::ConnectionTrait::query_one_raw(db, statement)
        .await
        .unwrap()
        .unwrap();
    let ends: i64 = row.try_get("", "expires_at").unwrap();
    let left = ends - SystemClock.now().as_microsecond();
    assert!((60_000_000..=90_000_000).contains(&left), "{left}");
    assert_eq!(
        kiosk.get("/kiosk/here").await.status,
        StatusCode::NO_CONTENT
    );
}
