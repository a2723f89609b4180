//! 统一填报 through the real router: made with its basis and what it repeats, filled, taken, ended.

use http::{StatusCode, header};
use linli_kernel::Role;

use crate::desk::world::{COMMITTEE, STREET, World, hidden};
use crate::testing::{Answer, Visitor};

const NEW: &str = "/desk/reporting/new";

/// What an officer types; `more` stands behind it and wins where it says the same field again.
fn typed<'a>(
    act: &'a str,
    more: &[(&'a str, &'a str)],
    columns: &[&'a str],
) -> Vec<(&'a str, &'a str)> {
    let all = [
        ("do", act),
        ("name", "高龄老人电话核对表"),
        ("basis_title", "关于做好高龄老人关爱工作的通知"),
        ("basis_number", "松民〔2026〕8号"),
        ("basis_issuer", "区民政局"),
        ("basis_issued-year", "2026"),
        ("basis_issued-month", "8"),
        ("basis_issued-day", "3"),
        ("basis_link", ""),
        ("about", "residents"),
        // As an input method leaves it.
        ("age_from", "６０"),
        ("area", STREET),
        ("level", "committee"),
        ("period", "quarter"),
        ("first_due-year", "2026"),
        ("first_due-month", "9"),
        ("first_due-day", "30"),
    ];
    let kept = all
        .into_iter()
        .filter(|(name, _)| more.iter().all(|(other, _)| other != name));
    let columns = columns.iter().map(|one| ("columns", *one));
    kept.chain(more.iter().copied()).chain(columns).collect()
}

async fn sent(visitor: &mut Visitor, fields: Vec<(&str, &str)>) -> Answer {
    let command = hidden(&visitor.get(NEW).await.body, "_command");
    let mut all = vec![("_command", command.as_str())];
    all.extend(fields);
    visitor.post(NEW, &all).await
}

/// The value of the box that says one has seen it.
fn seen(body: &str) -> String {
    let at = body.find("name=\"seen\"").expect("a box");
    let value = body[at..].split("value=\"").nth(1).unwrap();
    value.split('"').next().unwrap().to_owned()
}

async fn made(officer: &mut Visitor, columns: &[&str]) -> String {
    let check = sent(officer, typed("check", &[], columns)).await;
    assert_eq!(check.status, StatusCode::OK, "{}", check.body);
    let mark = seen(&check.body);
    let more = [("seen", mark.as_str()), ("need", "每季度上门前核对")];
    let done = sent(officer, typed("create", &more, columns)).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    done.header(&header::LOCATION).to_owned()
}

#[tokio::test]
async fn a_table_is_made_after_what_it_repeats_was_seen_and_filled_from_the_register() {
    let world = World::new().await;
    let mut officer = world.officer().await;
    let columns = ["person.name", "person.phone", "person.care_level"];
    let check = sent(&mut officer, typed("check", &[], &columns)).await;
    // The list of residents has telephones; nobody's level of care is known.
    for words in [
        "居民列表",
        "50%",
        "需人工填写",
        "老年照护统一需求评估等级",
        "松民〔2026〕8号",
    ] {
        assert!(check.body.contains(words), "{words}: {}", check.body);
    }
    let unseen = sent(&mut officer, typed("create", &[], &columns)).await;
    assert_eq!(unseen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unseen.body.contains("再勾选") && unseen.body.contains("为什么仍然需要"));
    assert!(
        unseen.body.contains("高龄老人电话核对表"),
        "{}",
        unseen.body
    );
    let one = made(&mut officer, &columns).await;

    let mut worker = world.worker().await;
    let list = worker.get("/desk/reporting").await;
    assert!(list.body.contains("高龄老人电话核对表") && list.body.contains("2026年9月30日"));
    assert!(!list.body.contains(NEW), "a committee makes none");
    let shown = worker.get(&one).await;
    for words in [
        "张*国",
        "待填",
        "每季度上门前核对",
        "关于做好高龄老人关爱工作的通知",
    ] {
        assert!(shown.body.contains(words), "{words}: {}", shown.body);
    }
    assert!(!shown.body.contains("张建国") && !shown.body.contains("10900000001"));
    assert!(!shown.body.contains("/end"), "{}", shown.body);

    // Once more: now the first one is named, in whole.
    let check = sent(&mut officer, typed("check", &[], &columns)).await;
    assert!(
        check.body.contains(&one) && check.body.contains("100%"),
        "{}",
        check.body
    );
}

#[tokio::test]
async fn wrong_input_loses_nothing_and_is_told_at_its_field_in_both_languages() {
    let world = World::new().await;
    let mut officer = world.officer().await;
    let wrong = [
        ("name", ""),
        ("basis_number", ""),
        ("basis_issued-month", "13"),
        ("basis_title", "<b>很长的依据</b>"),
        ("age_from", "八十"),
        ("period", ""),
    ];
    let refused = sent(&mut officer, typed("check", &wrong, &["person.phone"])).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let links = [
        "#name",
        "#basis_number",
        "#basis_issued",
        "#age_from",
        "#period",
    ];
    let places = links.map(|link| refused.body.find(&format!("href=\"{link}")));
    assert!(places.is_sorted(), "in the order of the page: {places:?}");
    for link in links {
        assert!(
            refused.body.contains(&format!("href=\"{link}")),
            "{link}: {}",
            refused.body
        );
    }
    assert!(refused.body.contains("value=\"八十\""), "{}", refused.body);
    assert!(
        refused.body.contains("&lt;b&gt;很长的依据")
            || refused.body.contains("&#60;b&#62;很长的依据")
    );
    let at = refused.body.find("value=\"person.phone\"").unwrap();
    assert!(
        refused.body[at..at + 60].contains("checked"),
        "{}",
        &refused.body[at..at + 60]
    );
    let english = officer.get("/desk/reporting/new?lang=en").await;
    assert!(english.body.contains("Document number"));
    let refused = sent(&mut officer, typed("check", &wrong, &[])).await;
    assert!(
        refused.body.contains("Choose at least one column"),
        "{}",
        refused.body
    );
    // Changing one's mind on the check page brings everything back.
    let back = sent(&mut officer, typed("change", &[], &["person.phone"])).await;
    assert_eq!(back.status, StatusCode::OK);
    assert!(back.body.contains("松民〔2026〕8号"), "{}", back.body);
}

/// Fills in the form at `path`.
async fn asked(visitor: &mut Visitor, path: &str, command: &str, purpose: &str) -> Answer {
    let fields = [
        ("_command", command),
        ("purpose", purpose),
        ("format", "csv"),
    ];
    visitor.post(path, &fields).await
}

const COLUMNS: [&str; 4] = [
    "person.name",
    "person.phone",
    "row.area",
    "person.care_level",
];

#[tokio::test]
async fn it_leaves_as_a_file_masked_for_a_purpose_and_once() {
    let world = World::new().await;
    let mut officer = world.officer().await;
    let one = made(&mut officer, &COLUMNS).await;
    let id = one.rsplit('/').next().unwrap();
    let mut worker = world.worker().await;
    let path = format!("/desk/export/report?template={id}");
    assert!(worker.get(&one).await.body.contains(&path));
    let command = hidden(&worker.get(&path).await.body, "_command");
    let silent = asked(&mut worker, &path, &command, "").await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(silent.body.contains("高龄老人电话核对表"));
    let file = asked(&mut worker, &path, &command, "报区民政局").await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.body);
    let body = file.body.trim_start_matches('\u{feff}').trim_end();
    let lines: Vec<&str> = body.lines().collect();
    assert_eq!(
        lines[0],
        "姓名,联系电话,所在居村委会,老年照护统一需求评估等级"
    );
    assert!(lines[1].starts_with("张*国,109****0001,"), "{}", lines[1]);
    assert!(lines[1].ends_with(','), "nothing is invented: {}", lines[1]);
    assert_eq!(lines.len(), 2);
    let again = asked(&mut worker, &path, &command, "报区民政局").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let none = worker.get("/desk/export/report").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn it_leaves_whole_when_another_says_yes_and_once() {
    let world = World::new().await;
    let mut officer = world.officer().await;
    let one = made(&mut officer, &COLUMNS).await;
    let id = one.rsplit('/').next().unwrap();
    let mut worker = world.worker().await;
    let whole = format!("/desk/export/whole?template={id}");
    let command = hidden(&worker.get(&whole).await.body, "_command");
    let asked = asked(&mut worker, &whole, &command, "上门核对").await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.body);
    let export = asked.header(&header::LOCATION).to_owned();
    let shown = officer.get(&export).await;
    assert!(
        shown.body.contains("填报表：高龄老人电话核对表"),
        "{}",
        shown.body
    );
    let command = hidden(&shown.body, "_command");
    let grant = [("_command", &*command), ("do", "grant")];
    let granted = officer.post(&export, &grant).await;
    assert_eq!(granted.status, StatusCode::SEE_OTHER);
    let command = hidden(&worker.get(&export).await.body, "_command");
    let take = [("_command", &*command), ("do", "take")];
    let file = worker.post(&export, &take).await;
    assert!(file.body.contains("张建国,10900000001,"), "{}", file.body);
    let again = worker.post(&export, &take).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn it_is_ended_for_a_reason_that_the_committee_reads() {
    let world = World::new().await;
    let mut officer = world.officer().await;
    let one = made(&mut officer, &["person.phone", "person.care_level"]).await;
    let path = format!("{one}/end");
    let mut end = async |reason: &str| {
        let command = hidden(&officer.get(&path).await.body, "_command");
        officer
            .post(&path, &[("_command", &*command), ("reason", reason)])
            .await
    };
    let silent = end("").await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(silent.body.contains("href=\"#reason\""), "{}", silent.body);
    assert_eq!(end("并入年度表").await.status, StatusCode::SEE_OTHER);
    let mut worker = world.worker().await;
    let shown = worker.get(&one).await;
    assert!(shown.body.contains("并入年度表") && !shown.body.contains("/desk/export/report"));
    let mut grid = world.site.signed(Role::GridWorker, COMMITTEE).await;
    assert_eq!(
        grid.get("/desk/reporting").await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(grid.get(&one).await.status, StatusCode::FORBIDDEN);
    assert_eq!(worker.get(NEW).await.status, StatusCode::FORBIDDEN);
    assert_eq!(worker.get(&path).await.status, StatusCode::FORBIDDEN);
    let none = "/desk/reporting/00000000-0000-0000-0000-000000000009";
    assert_eq!(worker.get(none).await.status, StatusCode::NOT_FOUND);
}
