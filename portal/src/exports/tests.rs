//! Exports through the real router: the list as it is filtered, masked, once, for a purpose.

use http::{StatusCode, header};
use linli_kernel::Role;

use crate::desk::world::{COMMITTEE, World, hidden};
use crate::testing::{Answer, Visitor};

#[tokio::test]
async fn the_filtered_list_leaves_masked_for_a_purpose_and_once() {
    let world = World::new().await;
    let mut worker = world.worker().await;
    let list = worker.get("/desk/residents?age_from=60").await;
    assert!(
        list.body.contains("/desk/export/residents?age_from=60"),
        "{}",
        list.body
    );
    let path = "/desk/export/residents?age_from=60";
    let form = worker.get(path).await;
    let command = hidden(&form.body, "_command");
    let refused = worker
        .post(
            path,
            &[("_command", &command), ("purpose", ""), ("format", "csv")],
        )
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [
        ("_command", &*command),
        ("purpose", "重阳节走访"),
        ("format", "csv"),
    ];
    let file = worker.post(path, &fields).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.body);
    assert!(file.header(&header::CONTENT_TYPE).starts_with("text/csv"));
    let lines: Vec<&str> = file.body.trim_end().lines().collect();
    assert_eq!(lines.len(), 2, "{}", file.body);
    assert!(lines[1].starts_with("张*国,"), "{}", file.body);
    assert!(!file.body.contains("张建国") && !file.body.contains("10900000001"));
    let again = worker.post(path, &fields).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Nobody is that old: nothing leaves.
    let none = "/desk/export/residents?age_from=140";
    let command = hidden(&worker.get(none).await.body, "_command");
    let fields = [
        ("_command", &*command),
        ("purpose", "重阳节走访"),
        ("format", "xlsx"),
    ];
    let empty = worker.post(none, &fields).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn cases_leave_as_their_list_shows_them_and_who_lists_none_exports_none() {
    let world = World::new().await;
    let receipt = world.filed("dibao").await;
    let mut worker = world.worker().await;
    let path = "/desk/export/cases?open=yes";
    let command = hidden(&worker.get(path).await.body, "_command");
    let fields = [
        ("_command", &*command),
        ("purpose", "月度核对"),
        ("format", "csv"),
    ];
    let file = worker.post(path, &fields).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.body);
    assert!(
        file.body.contains(receipt.number.as_str()) && file.body.contains("张*国"),
        "{}",
        file.body
    );
    assert!(!file.body.contains("张建国"));
    let mut auditor = world.site.signed(Role::SystemAdmin, COMMITTEE).await;
    assert_eq!(auditor.get(path).await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        auditor.get("/desk/export/residents").await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn whole_names_take_two_and_the_file_comes_once() {
    let world = World::new().await;
    let mut worker = world.worker().await;
    let masked = worker.get("/desk/export/residents?age_from=60").await;
    let path = "/desk/export/whole?age_from=60";
    assert!(masked.body.contains(path), "{}", masked.body);
    let form = worker.get(path).await;
    let command = hidden(&form.body, "_command");
    let fields = [
        ("_command", &*command),
        ("purpose", "重阳节走访"),
        ("format", "csv"),
    ];
    let asked = worker.post(path, &fields).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.body);
    let one = asked.header(&header::LOCATION);
    let shown = worker.get(one).await;
    assert!(!shown.body.contains("value=\"grant\"") && !shown.body.contains("value=\"take\""));

    let mut officer = world.officer().await;
    let desk = officer.get("/desk").await;
    assert!(desk.body.contains("/desk/exports"), "{}", desk.body);
    let list = officer.get("/desk/exports").await;
    assert!(list.body.contains(one), "{}", list.body);
    let shown = officer.get(one).await;
    assert!(shown.body.contains("重阳节走访"), "{}", shown.body);
    let mut act = async |verb: &str, reason: &str| {
        let command = hidden(&officer.get(one).await.body, "_command");
        let fields = [("_command", &*command), ("do", verb), ("reason", reason)];
        officer.post(one, &fields).await
    };
    let no = act("refuse", "").await;
    assert_eq!(no.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", no.body);
    assert_eq!(act("grant", "").await.status, StatusCode::SEE_OTHER);
    let stolen = act_as_taker(&mut officer, one).await;
    assert_eq!(stolen.status, StatusCode::UNPROCESSABLE_ENTITY);

    let file = act_as_taker(&mut worker, one).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.body);
    assert!(file.body.contains("张建国") && file.body.contains("10900000001"));
    let again = act_as_taker(&mut worker, one).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut grid = world.site.signed(Role::GridWorker, COMMITTEE).await;
    assert_eq!(grid.get(path).await.status, StatusCode::FORBIDDEN);
    assert_eq!(grid.get(one).await.status, StatusCode::FORBIDDEN);
    let list = grid.get("/desk/export/residents").await;
    assert!(!list.body.contains("/desk/export/whole"), "{}", list.body);
}

/// Presses the button that gives the file, or does as if it were there.
async fn act_as_taker(visitor: &mut Visitor, one: &str) -> Answer {
    let command = hidden(&visitor.get("/desk/export/whole").await.body, "_command");
    let fields = [("_command", &*command), ("do", "take")];
    visitor.post(one, &fields).await
}
