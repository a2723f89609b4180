//! Importing a ledger through the real router: as a committee worker with an ordinary file, with a
//! wrong one, and as those who may not.

use http::{StatusCode, header};
use linli_community::residents::Filter;
use linli_interop::sheet::{Ask, read};
use linli_kernel::Role;
use linli_units::IdentityNumber;

use crate::desk::world::{COMMITTEE, STREET, World, hidden};
use crate::testing::Visitor;

const NEXT_DOOR: &str = "310117/310117001/310117001002";

fn number(sequence: u16) -> String {
    let born = jiff::civil::date(1950, 5, 5);
    let number = IdentityNumber::synthetic(117, born, sequence).unwrap();
    number.as_str().to_owned()
}

/// A ledger in GB18030, as Excel saves it: a title, a header, two good lines and a wrong one.
fn ledger() -> Vec<u8> {
    let (one, two) = (number(1), number(2));
    let text = format!(
        "龙潭居民台账,,,\r\n姓名,身份证号,手机,联络\r\n示例甲,{one},10900000011,x\r\n示例乙,{two},10900000012,y\r\n示例丙,3.1E+17,123,z\r\n"
    );
    encoding_of(&text)
}

/// The text in UTF-8 with the mark that Excel writes.
fn encoding_of(text: &str) -> Vec<u8> {
    [b"\xef\xbb\xbf", text.as_bytes()].concat()
}

/// Sends the ledger; the address of its page.
async fn sent(worker: &mut Visitor) -> String {
    let answer = worker
        .upload("/desk/import", &[], ("台账.csv", &ledger()))
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.location().to_owned()
}

async fn listed(world: &World, text: &str) -> usize {
    let actor = world.site.signed(Role::StreetOfficer, STREET).await;
    drop(actor);
    let post = linli_kernel::Post {
        id: linli_kernel::PostId::new(&linli_kernel::SystemClock),
        role: Role::StreetOfficer,
        area: STREET.parse().unwrap(),
    };
    let account = linli_kernel::AccountId::new(&linli_kernel::SystemClock);
    let actor = linli_kernel::Actor::in_post(account, post);
    let filter = Filter {
        text: Some(text.to_owned()),
        size: 20,
        ..Filter::default()
    };
    world
        .linli()
        .residents(&actor, &filter)
        .await
        .unwrap()
        .rows
        .len()
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one walk, step by step")]
async fn a_ledger_is_sent_matched_looked_at_imported_and_taken_back() {
    let world = World::new().await;
    let mut worker = world.worker().await;
    let start = worker.get("/desk/import").await;
    assert!(start.body.contains("multipart/form-data"), "{}", start.body);
    let path = sent(&mut worker).await;
    let columns = worker.get(&path).await;
    assert!(
        columns.body.contains("示例甲") && columns.body.contains("value=\"person.phone\" selected")
    );
    // One column nobody knows: the worker says what it is, and it is remembered.
    let fields = [
        ("header", "2"),
        ("levels", "1"),
        ("source", "committee"),
        ("as_of-year", "2026"),
        ("as_of-month", "9"),
        ("as_of-day", "1"),
        ("column-0", "person.name"),
        ("column-1", "person.id_number"),
        ("column-2", "person.phone"),
        ("column-3", "person.address"),
    ];
    let said = worker.post(&path, &fields).await;
    assert_eq!(said.location(), format!("{path}/preview"), "{}", said.body);
    let preview = worker.get(said.location()).await;
    assert!(
        preview.body.contains("2 行") && preview.body.contains("第 5 行"),
        "{}",
        preview.body
    );
    assert_eq!(listed(&world, "示例").await, 0, "nothing yet");
    let marked = worker.get(&format!("{path}/marked.xlsx")).await;
    assert!(
        marked
            .header(&header::CONTENT_DISPOSITION)
            .contains("UTF-8''")
    );
    let command = hidden(&preview.body, "_command");
    let done = worker
        .post(&format!("{path}/preview"), &[("_command", &command)])
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let result = worker.get(done.location()).await;
    assert!(
        result.body.contains("已导入") && result.body.contains("marked.xlsx"),
        "{}",
        result.body
    );
    assert_eq!(listed(&world, "示例").await, 2);
    // The same form sent again imports nothing twice.
    let again = worker
        .post(&format!("{path}/preview"), &[("_command", &command)])
        .await;
    assert_eq!(again.location(), done.location());
    assert_eq!(listed(&world, "示例").await, 2);
    // What was said is known the next time.
    let second = sent(&mut worker).await;
    let columns = worker.get(&second).await;
    assert!(columns.body.contains("上次选的"), "{}", columns.body);
    let undo = format!("/desk/imports/{command}/undo");
    let asked = worker.get(&undo).await;
    let once = hidden(&asked.body, "_command");
    let undone = worker.post(&undo, &[("_command", &once)]).await;
    let result = worker.get(undone.location()).await;
    assert!(result.body.contains("已撤回"), "{}", result.body);
    assert_eq!(listed(&world, "示例").await, 0);
}

#[tokio::test]
async fn a_file_that_is_none_is_refused_on_the_same_page() {
    let world = World::new().await;
    let mut worker = world.worker().await;
    for (name, bytes, says) in [
        ("page.xls", &b"<html>x</html>"[..], "这是网页"),
        ("a.xlsx", &b"PK\x03\x04"[..], "文件已损坏"),
        ("", &b""[..], "请选择一个文件"),
        ("../../x.csv", &b" "[..], "文件是空的"),
    ] {
        let answer = worker.upload("/desk/import", &[], (name, bytes)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(answer.body.contains(says), "{name}: {}", answer.body);
        assert!(answer.body.contains("href=\"#file\""));
    }
    let large = vec![b'a'; linli_interop::upload::MOST_BYTES + 1];
    let answer = worker.upload("/desk/import", &[], ("a.csv", &large)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("文件太大"), "{}", answer.body);
}

#[tokio::test]
async fn a_street_officer_says_whose_ledger_it_is() {
    let world = World::new().await;
    let mut officer = world.officer().await;
    let none = officer
        .upload("/desk/import", &[], ("a.csv", &ledger()))
        .await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let other = [("area", "310117/310117105/310117105001")];
    let elsewhere = officer
        .upload("/desk/import", &other, ("a.csv", &ledger()))
        .await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
    let here = officer
        .upload("/desk/import", &[("area", COMMITTEE)], ("a.csv", &ledger()))
        .await;
    assert_eq!(here.status, StatusCode::SEE_OTHER, "{}", here.body);
}

#[tokio::test]
async fn nobody_else_sees_the_file_or_what_became_of_it() {
    let world = World::new().await;
    let mut worker = world.worker().await;
    let path = sent(&mut worker).await;
    let preview = worker.get(&format!("{path}/preview")).await;
    let command = hidden(&preview.body, "_command");
    let done = worker
        .post(&format!("{path}/preview"), &[("_command", &command)])
        .await;
    let result = done.location().to_owned();
    let mut colleague = world.worker().await;
    let mut neighbour = world.site.signed(Role::CommitteeWorker, NEXT_DOOR).await;
    for visitor in [&mut colleague, &mut neighbour] {
        for page in [
            path.clone(),
            format!("{path}/preview"),
            format!("{path}/marked.xlsx"),
        ] {
            assert_eq!(
                visitor.get(&page).await.status,
                StatusCode::NOT_FOUND,
                "{page}"
            );
        }
    }
    assert_eq!(colleague.get(&result).await.status, StatusCode::OK);
    assert_eq!(neighbour.get(&result).await.status, StatusCode::FORBIDDEN);
    let undo = format!("/desk/imports/{command}/undo");
    let fresh = linli_kernel::CommandId::new(&linli_kernel::SystemClock).to_string();
    let refused = neighbour.post(&undo, &[("_command", &fresh)]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(listed(&world, "示例").await, 2);
    let mut grid = world.site.signed(Role::GridWorker, COMMITTEE).await;
    assert_eq!(grid.get("/desk/import").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_form_with_a_file_comes_from_our_own_page_and_goes_where_files_are_taken() {
    let world = World::new().await;
    let mut worker = world.worker().await;
    worker.get("/desk/import").await;
    let forged = worker.multipart("/desk/import", &[("_csrf", "x")], ("a.csv", b"a"));
    assert_eq!(worker.send(forged).await.status, StatusCode::FORBIDDEN);
    let elsewhere = worker.upload("/desk/residents", &[], ("a.csv", b"a")).await;
    assert_eq!(elsewhere.status, StatusCode::BAD_REQUEST);
    let mut visitor = world.site.visitor();
    let stranger = visitor
        .upload("/desk/import", &[], ("a.csv", &ledger()))
        .await;
    assert_eq!(stranger.status, StatusCode::SEE_OTHER);
    assert!(
        stranger.location().starts_with("/sign-in"),
        "{}",
        stranger.location()
    );
}

#[tokio::test]
async fn the_template_is_a_sheet_that_is_understood() {
    let world = World::new().await;
    let dictionary = world.linli().catalogue().dictionary();
    let own = |key: &str| {
        if key == "relation" {
            "与户主关系"
        } else {
            "户号"
        }
        .to_owned()
    };
    let bytes = super::template(dictionary, "zh-CN", "模板", &own).unwrap();
    let table = read(&bytes, &Ask::default()).unwrap();
    let words = world.linli().ledger_words().unwrap();
    for cell in &table.rows[0] {
        assert!(words.column(&cell.shown()).is_some(), "{cell:?}");
    }
}
