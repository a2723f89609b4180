//! Booking, calling and the display through the real router.

use linli_kernel::Role;

use crate::desk::world::{COMMITTEE, STREET, World, hidden};
use crate::testing::{Answer, Visitor};

/// A counter of the street, opened by its officer on the page.
async fn counter(world: &World) -> String {
    let mut officer = world.officer().await;
    let form = officer.get("/desk/counters/new").await;
    assert_eq!(form.status, 200, "{}", form.body);
    let command = hidden(&form.body, "_command");
    let fields = [
        ("_command", command.as_str()),
        ("name", "综合窗口"),
        ("area", STREET),
        ("kind", "window"),
        ("hours", "9:00至11:30，13:30至17:00"),
        ("slot_minutes", "30"),
        ("seats", "1"),
        ("letter", "a"),
    ];
    let opened = officer.post("/desk/counters/new", &fields).await;
    assert_eq!(opened.status, 303, "{}", opened.body);
    opened.location().rsplit('/').next().unwrap().to_owned()
}

async fn elder(world: &World) -> Visitor {
    world
        .site
        .resident(world.elder, &COMMITTEE.parse().unwrap())
        .await
}

async fn book(visitor: &mut Visitor, at: &str, counter: &str, day: &str, slot: &str) -> Answer {
    let page = visitor
        .get(&format!("{at}?service=dibao&counter={counter}&day={day}"))
        .await;
    assert_eq!(page.status, 200, "{}", page.body);
    let command = hidden(&page.body, "_command");
    let fields = [
        ("_command", command.as_str()),
        ("service", "dibao"),
        ("counter", counter),
        ("day", day),
        ("slot", slot),
        ("phone", "10900000001"),
    ];
    visitor.post(at, &fields).await
}

#[tokio::test]
async fn a_resident_books_sees_it_and_gives_it_back() {
    let world = World::new().await;
    let counter = counter(&world).await;
    let mut elder = elder(&world).await;
    assert!(
        elder
            .get("/services/dibao")
            .await
            .body
            .contains("/book?service=dibao")
    );
    let page = elder.get("/book?service=dibao").await;
    assert!(page.body.contains("综合窗口"), "{}", page.body);
    let page = elder
        .get(&format!("/book?service=dibao&counter={counter}"))
        .await;
    assert!(page.body.contains("day=2026-09-02"), "{}", page.body);
    assert!(!page.body.contains("day=2026-09-05"), "a Saturday");
    let booked = book(&mut elder, "/book", &counter, "2026-09-02", "09:30").await;
    assert_eq!(booked.location(), "/my/appointments", "{}", booked.body);
    let mine = elder.get("/my/appointments").await;
    for text in ["09:30", "综合窗口", "预约号", "已预约"] {
        assert!(mine.body.contains(text), "{text}");
    }
    // The one seat is gone, for a caller too, and what was typed is still there.
    let mut worker = world.worker().await;
    let other = format!("/desk/book/{}", world.elder);
    let taken = book(&mut worker, &other, &counter, "2026-09-02", "09:30").await;
    assert_eq!(taken.status, 422);
    assert!(taken.body.contains("10900000001"));
    let booking = hidden(&mine.body, "booking");
    let command = hidden(&mine.body, "_command");
    let fields = [
        ("_command", command.as_str()),
        ("booking", booking.as_str()),
        ("for", ""),
    ];
    let gone = elder.post("/my/appointments/cancel", &fields).await;
    assert_eq!(gone.status, 303, "{}", gone.body);
    assert!(elder.get("/my/appointments").await.body.contains("已取消"));
}

#[tokio::test]
async fn the_queue_is_called_and_the_display_names_nobody() {
    let world = World::new().await;
    let counter = counter(&world).await;
    let mut worker = world.worker().await;
    let other = format!("/desk/book/{}", world.elder);
    let booked = book(&mut worker, &other, &counter, "2026-09-01", "13:30").await;
    assert_eq!(booked.status, 303, "{}", booked.body);
    let mut officer = world.officer().await;
    let at = format!("/desk/counters/{counter}");
    let day = officer.get(&at).await;
    assert!(
        day.body.contains("张*国") && !day.body.contains("张建国"),
        "{}",
        day.body
    );
    let booking = hidden(&day.body, "booking");
    let act = |body: &str| hidden(body, "_command");
    let command = act(&day.body);
    let take = [
        ("_command", command.as_str()),
        ("booking", booking.as_str()),
    ];
    let taken = officer.post(&format!("{at}/take"), &take).await;
    assert_eq!(taken.status, 303, "{}", taken.body);
    let day = officer.get(&at).await;
    assert!(day.body.contains("A001"));
    let command = act(&day.body);
    let call = [
        ("_command", command.as_str()),
        ("what", "next"),
        ("desk", "3"),
    ];
    assert_eq!(officer.post(&format!("{at}/call"), &call).await.status, 303);
    let display = world.site.visitor().get(&format!("/queue/{counter}")).await;
    assert!(display.body.contains("A001") && display.body.contains("3 号窗口"));
    assert!(!display.body.contains("张"), "no name on the display");
    assert_eq!(display.header(&http::header::REFRESH), "10");
    // A second desk finds nobody waiting, and is told so.
    let day = officer.get(&at).await;
    let command = act(&day.body);
    let call = [
        ("_command", command.as_str()),
        ("what", "next"),
        ("desk", "4"),
    ];
    assert_eq!(officer.post(&format!("{at}/call"), &call).await.status, 303);
    assert!(officer.get(&at).await.body.contains("没有人在等"));
    let mut elsewhere = world
        .site
        .signed(Role::StreetOfficer, "310117/310117105")
        .await;
    assert_eq!(elsewhere.get(&at).await.status, 403);
}

#[tokio::test]
async fn number_and_phone_find_a_booking_and_nothing_else_does() {
    let world = World::new().await;
    let counter = counter(&world).await;
    let mut elder = elder(&world).await;
    book(&mut elder, "/book", &counter, "2026-09-02", "10:00").await;
    let mine = elder.get("/my/appointments").await.body;
    let (_, rest) = mine.split_once("预约号 ").unwrap();
    let number: String = rest.chars().take(9).collect();
    let mut visitor = world.site.visitor();
    let found = visitor
        .post(
            "/appointments",
            &[("number", &number), ("phone", "10900000001")],
        )
        .await;
    assert!(
        found.body.contains("10:00") && !found.body.contains("张"),
        "{}",
        found.body
    );
    for (number, phone) in [
        (number.as_str(), "10900000002"),
        ("00000000", "10900000001"),
    ] {
        let none = visitor
            .post("/appointments", &[("number", number), ("phone", phone)])
            .await;
        assert_eq!(none.status, 422);
        assert!(!none.body.contains("综合窗口"));
    }
}
