//! Papers through the real router: sent, refused, held, submitted, opened, swept.

use std::io::Cursor;

use axum::body::Body;
use http::{Method, StatusCode, header};
use image::{DynamicImage, ImageFormat, RgbImage};
use linli_community::attachments::Media;
use linli_community::cases::command::{Command, Filing, Given, Paper};
use linli_community::residents::mask;
use linli_community::{Call, Problem, cases};
use linli_kernel::{AccountId, Actor, CommandId, Role, SystemClock};

use super::open::disposition;
use crate::apply::tests::{Town, apply, problems, send, to_check};
use crate::desk::world::{World, filing, hidden};
use crate::progress::tests::{COMMITTEE, done, staff};
use crate::testing::{Answer, Visitor};

const CERTIFICATE: &[(&str, &str)] = &[
    ("what", "residence"),
    ("for_whom", "学校"),
    ("for_what", "孩子入学"),
];

/// A photo of one colour.
fn photo(shade: u8) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(RgbImage::from_pixel(40, 30, [shade, 0, 0].into()))
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

type File<'a> = (&'a str, &'a str, &'a [u8]);

/// Sends a form with files, as a browser does.
async fn send_files(
    visitor: &mut Visitor,
    path: &str,
    fields: &[(&str, &str)],
    files: &[File<'_>],
) -> Answer {
    let page = visitor.get(path).await;
    let token = hidden(&page.body, "_csrf");
    let mut body = Vec::new();
    for (name, value) in fields.iter().chain(&[("_csrf", token.as_str())]) {
        let part =
            format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    for (field, name, content) in files {
        let head = format!(
            "--cut\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
             Content-Type: image/png\r\n\r\n"
        );
        body.extend(head.into_bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--cut--\r\n");
    let mut request = visitor.request(Method::POST, path, Body::from(body));
    let kind = "multipart/form-data; boundary=cut".parse().unwrap();
    request.headers_mut().insert(header::CONTENT_TYPE, kind);
    visitor.send(request).await
}

/// Submits the application whose check page is at `check`; its number.
async fn submit(visitor: &mut Visitor, check: &str) -> String {
    let page = visitor.get(check).await;
    let ids: Vec<String> = page
        .body
        .split("name=\"_declare\" value=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    let ticks: Vec<(&str, &str)> = ids.iter().map(|id| ("_declare", id.as_str())).collect();
    let sent = send(visitor, check, &page.body, &ticks).await;
    assert_eq!(sent.status, 303, "{}", problems(&sent.body));
    sent.location().split('/').nth(2).unwrap().to_owned()
}

#[tokio::test]
async fn a_photo_goes_with_the_application_and_a_bad_file_costs_nothing_else() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    let (check, asked) = to_check(&mut zhang, "/apply/certificate", CERTIFICATE).await;
    assert_eq!(asked.last().map(String::as_str), Some("papers"));
    let path = "/apply/certificate/papers";
    let page = zhang.get(path).await;
    assert!(
        page.body.contains("capture=\"environment\""),
        "a phone opens its camera"
    );
    let good = photo(200);
    let files: [File<'_>; 3] = [
        (
            "file-request",
            "page.png",
            b"<html><script>alert(1)</script>",
        ),
        ("photo-request", "../../学校通知.png", &good),
        ("file-unknown", "other.png", &good),
    ];
    let refused = send_files(&mut zhang, path, &[], &files).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(problems(&refused.body).contains("href=\"#file-request\""));
    assert!(refused.body.contains("这是网页"), "it is said what it is");
    assert!(
        refused.body.contains("<strong>学校通知.jpg</strong>"),
        "the good one is kept"
    );
    let page = zhang.get(&check).await;
    assert!(page.body.contains("已传 1 份"), "{}", page.body);
    assert!(page.body.contains("孩子入学"), "the answers stay");

    let number = submit(&mut zhang, &check).await;
    let file = format!("/cases/{number}/papers/");
    // The first paper is the one that the register holds.
    let place = 1;
    let own = zhang.get(&format!("{file}{place}")).await;
    assert_eq!(own.status, StatusCode::OK);
    assert_eq!(own.header(&header::CONTENT_TYPE), "image/jpeg");
    assert_eq!(own.header(&header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    let policy = own.header(&header::CONTENT_SECURITY_POLICY);
    assert!(
        policy.starts_with("sandbox; default-src 'none'"),
        "{policy}"
    );
    let disposition = own.header(&header::CONTENT_DISPOSITION);
    assert!(
        disposition.starts_with("inline; filename=\""),
        "{disposition}"
    );
    let mut li = town.li().await;
    assert_eq!(li.get(&format!("{file}{place}")).await.status, 404);
    for nowhere in ["99", "-1", "0x1", "none"] {
        assert_eq!(zhang.get(&format!("{file}{nowhere}")).await.status, 404);
    }
}

#[tokio::test]
async fn staff_open_a_file_after_a_reason_and_each_opening_is_a_look() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    let (check, _) = to_check(&mut zhang, "/apply/certificate", CERTIFICATE).await;
    let good = photo(100);
    let files: [File<'_>; 1] = [("file-request", "a.png", &good)];
    send_files(&mut zhang, "/apply/certificate/papers", &[], &files).await;
    let number = submit(&mut zhang, &check).await;
    let case = format!("/desk/cases/{number}");
    let file = format!("{case}/papers/1");

    let mut worker = town.site.signed(Role::CommitteeWorker, COMMITTEE).await;
    let page = worker.get(&case).await;
    assert!(
        page.body.contains("已传 1 份，说明查看理由后可以打开"),
        "{}",
        page.body
    );
    assert!(!page.body.contains(&file));
    let turned = worker.get(&file).await;
    assert_eq!(turned.location(), format!("{case}/reveal"));
    worker
        .post(&format!("{case}/reveal"), &[("words", "核对通知")])
        .await;
    assert!(
        worker
            .get(&case)
            .await
            .body
            .contains(&format!("href=\"{file}\""))
    );
    for _ in 0..2 {
        assert_eq!(worker.get(&file).await.status, StatusCode::OK);
    }
    let linli = &town.site.portal.linli;
    let actor = Actor::resident(AccountId(town.zhang.0), town.zhang);
    let looks = linli.looks_at(&actor, town.zhang, 1, 20).await.unwrap();
    let opened = looks.rows.iter().filter(|look| {
        let words = look.words.clone().unwrap_or_default();
        words.contains("核对通知") && words.contains("打开材料")
    });
    assert_eq!(opened.count(), 2);

    for (role, area) in [
        (Role::CommitteeWorker, "310117/310117001/310117001002"),
        (Role::SystemAdmin, "310117"),
        (Role::Auditor, "310117"),
    ] {
        let mut other = town.site.signed(role, area).await;
        let turned = other.get(&file).await.status;
        let away = [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND];
        assert!(away.contains(&turned), "{role:?}: {turned}");
    }
}

#[tokio::test]
async fn a_supplement_keeps_its_files_while_something_else_is_wrong() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    let number = apply(&mut zhang).await;
    let worker = staff(Role::CommitteeWorker, COMMITTEE);
    let ask = Command::AskSupplement {
        papers: vec!["tenancy".to_owned()],
        fields: vec!["phone".to_owned()],
        words: "请补租房合同。".to_owned(),
    };
    done(&town, &worker, &number, ask).await;
    let path = format!("/cases/{number}/supplement");
    let form = zhang.get(&path).await;
    let command = hidden(&form.body, "_command");
    let scan = photo(50);
    let files: [File<'_>; 1] = [("file-tenancy", "合同.png", &scan)];
    let fields = [("phone", "1380"), ("words", ""), ("_command", &command)];
    let wrong = send_files(&mut zhang, &path, &fields, &files).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(problems(&wrong.body).contains("href=\"#phone\""));
    assert!(
        !problems(&wrong.body).contains("href=\"#words\""),
        "the paper came"
    );
    assert!(
        wrong.body.contains("<strong>合同.jpg</strong>") && wrong.body.contains("value=\"1380\"")
    );
    let fields = [
        ("phone", "13800138009"),
        ("words", ""),
        ("_command", &command),
    ];
    let sent = send_files(&mut zhang, &path, &fields, &[]).await;
    assert_eq!(
        sent.status,
        StatusCode::SEE_OTHER,
        "{}",
        problems(&sent.body)
    );
    let own = zhang.get(&format!("/cases/{number}/papers/1")).await;
    assert_eq!(own.header(&header::CONTENT_TYPE), "image/jpeg");
}

#[tokio::test]
async fn what_was_sent_and_not_submitted_is_swept_once_no_draft_holds_it() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    to_check(&mut zhang, "/apply/certificate", CERTIFICATE).await;
    let path = "/apply/certificate/papers";
    let (stays, goes) = (photo(1), photo(2));
    let files: [File<'_>; 2] = [
        ("file-request", "stays.png", &stays),
        ("file-request", "goes.png", &goes),
    ];
    send_files(&mut zhang, path, &[], &files).await;
    let page = zhang.get(path).await;
    let ids: Vec<&str> = page.body.split("name=\"_drop\" value=\"").skip(1).collect();
    let ids: Vec<&str> = ids
        .iter()
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(ids.len(), 2);
    let dropped = zhang
        .post(path, &[("_drop", ids[1]), ("_do", "more")])
        .await;
    assert_eq!(dropped.location(), path);
    assert!(!zhang.get(path).await.body.contains("goes.jpg"));
    let portal = &town.site.portal;
    assert_eq!(
        super::sweep(&portal.linli, &portal.desk).await.unwrap(),
        0,
        "too young"
    );
    let at = |id: &str| linli_journal::FileAt {
        subject: town.zhang,
        id: id.parse().unwrap(),
    };
    let journal = portal.linli.journal();
    assert!(journal.has_file(at(ids[0])).await.unwrap());
    // As the sweep does a day later.
    let moment = jiff::Timestamp::MAX;
    let mut old = journal.files_before(moment).await.unwrap();
    assert_eq!(old.len(), 2);
    let held = portal.desk.answers_with(super::KEY).await.unwrap();
    old.retain(|file| !held[0].to_string().contains(&file.id.to_string()));
    assert_eq!(journal.drop_loose(old).await.unwrap(), 1);
    assert!(journal.has_file(at(ids[0])).await.unwrap());
    assert!(!journal.has_file(at(ids[1])).await.unwrap());
}

#[tokio::test]
async fn a_case_names_only_files_that_are_there_and_the_applicants_own() {
    let world = World::new().await;
    let actor = Actor::resident(AccountId(world.elder.0), world.elder);
    let stranger = linli_kernel::ResidentId::new(&SystemClock);
    let label = serde_json::json!({});
    let foreign = world.linli().journal();
    let foreign = foreign.keep_file(stranger, label, b"theirs".to_vec()).await;
    let foreign = foreign.unwrap().to_string();
    let nowhere = "0".repeat(64);
    for (given, attachment) in [
        (Given::Attached, Some(foreign.as_str())),
        (Given::Attached, Some(nowhere.as_str())),
        (Given::Attached, Some("../../secrets/signing.key")),
        (Given::Attached, None),
        (Given::Held, Some(foreign.as_str())),
    ] {
        let call = Call {
            command: CommandId::new(&SystemClock),
            actor: &actor,
            expected: None,
        };
        let paper = Paper {
            id: "request".to_owned(),
            given,
            attachment: attachment.map(str::to_owned),
        };
        let filing = Filing {
            papers: vec![paper],
            ..filing("certificate", world.elder)
        };
        let refused = cases::file(world.linli(), call, &filing).await;
        let Err(Problem::Refused(refusals)) = refused else {
            panic!("{given:?} {attachment:?}: {refused:?}")
        };
        assert_eq!(refusals[0].code, "attachments.unknown");
    }
}

#[tokio::test]
async fn the_counter_attaches_scans_and_nothing_typed_is_lost() {
    let world = World::new().await;
    let mut worker = world.worker().await;
    let form = format!(
        "/desk/intake/{}/certificate?channel=counter&authority=written",
        world.elder
    );
    let page = worker.get(&form).await;
    let command = hidden(&page.body, "_command");
    let number = crate::desk::world::number();
    let answers = [
        ("name", "张建国"),
        ("id_number", number.as_str()),
        ("address", "岳阳街道示例路1号"),
        ("what", "residence"),
        ("for_whom", "学校"),
        ("for_what", "孙子入学"),
        ("phone", "10900000001"),
        ("_command", command.as_str()),
    ];
    let scan = photo(30);
    let files: [File<'_>; 1] = [("file-request", "scan.png", &scan)];
    let wrong = send_files(&mut worker, &form, &answers, &files).await;
    assert_eq!(
        wrong.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "a declaration is missing"
    );
    assert!(wrong.body.contains("<strong>scan.jpg</strong>"));
    assert!(wrong.body.contains("value=\"学校\""));
    let declared = [answers.as_slice(), &[("declared", "true_statement")]].concat();
    let filed = send_files(&mut worker, &form, &declared, &[]).await;
    assert_eq!(
        filed.status,
        StatusCode::SEE_OTHER,
        "{}",
        problems(&filed.body)
    );
    let number = filed.location().rsplit('/').next().unwrap();
    let page = worker.get(&format!("/desk/cases/{number}")).await;
    assert!(page.body.contains("已传 1 份"), "{}", page.body);
    assert!(page.body.contains(&mask::name("张建国")));
}

#[tokio::test]
async fn only_forms_that_say_so_take_files() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    let (check, _) = to_check(&mut zhang, "/apply/certificate", CERTIFICATE).await;
    let refused = send_files(&mut zhang, &check, &[], &[("x", "x.png", b"x")]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let path = "/apply/certificate/papers";
    let request = zhang.request(Method::POST, path, Body::from("--cut--\r\n"));
    let (mut parts, body) = request.into_parts();
    let kind = "multipart/form-data; boundary=cut".parse().unwrap();
    parts.headers.insert(header::CONTENT_TYPE, kind);
    let request = http::Request::from_parts(parts, body);
    let forged = zhang.send(request).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN, "without our token");
}

#[test]
fn a_file_gets_a_name_that_every_browser_reads() {
    let cases = [
        (
            Media::Pdf,
            "2026-0001-收入证明-1",
            "attachment; filename=\"2026-0001--1.pdf\"; \
             filename*=UTF-8''2026-0001-%E6%94%B6%E5%85%A5%E8%AF%81%E6%98%8E-1.pdf",
        ),
        (
            Media::Jpeg,
            "\"; filename=\"x.exe\r\nSet-Cookie: a=b",
            "inline; filename=\"__filename_xexeSet-Cookie_ab.jpg\"",
        ),
        (
            Media::Jpeg,
            "户口簿",
            "inline; filename=\"file.jpg\"; filename*=UTF-8''%E6%88%B7",
        ),
    ];
    for (media, name, expected) in cases {
        let found = disposition(media, name);
        if expected.ends_with('"') {
            assert!(!found.contains(['\r', '\n']), "{found}");
            assert_eq!(found.matches("filename=\"").count(), 1, "{found}");
        } else {
            assert!(found.starts_with(expected), "{found}");
        }
    }
}
