//! Papers of a case and the pages of their templates, through the real router.

use std::io::Write as _;
use std::process::{Command, Stdio};

use axum::body::{Body, to_bytes};
use http::{Method, StatusCode};
use linli_community::cases::Command as Act;
use linli_community::papers::{Kind, kind_of};
use linli_interop::letter::Press;
use linli_kernel::Role;
use tower::ServiceExt as _;

use crate::desk::world::{COMMITTEE, STREET, World};
use crate::testing::Visitor;

/// Whether this build sets letters.
fn sets_letters() -> bool {
    Press::shared().draws('邻')
}

async fn bytes(world: &World, visitor: &Visitor, path: &str) -> Vec<u8> {
    let request = visitor.request(Method::GET, path, Body::empty());
    let answer = world.site.app.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    assert_eq!(
        answer.headers()["content-type"],
        "application/pdf",
        "{path}"
    );
    to_bytes(answer.into_body(), usize::MAX)
        .await
        .unwrap()
        .to_vec()
}

/// What a reader finds in a file, without spaces; `None` where poppler is not installed.
fn text_of(pdf: &[u8]) -> Option<String> {
    let mut child = Command::new("pdftotext")
        .args(["-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take().unwrap();
    let bytes = pdf.to_vec();
    let feeder = std::thread::spawn(move || stdin.write_all(&bytes).unwrap());
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let text: String = text.split_whitespace().collect();
    Some(text.replace('\u{200B}', ""))
}

/// Each part stands in the text, in this order.
fn in_order(text: &str, parts: &[&str]) {
    let mut at = 0;
    for part in parts {
        let part: String = part.split_whitespace().collect();
        let found = text[at..].find(&part);
        at += found.unwrap_or_else(|| panic!("“{part}” is not in its place: {text}"));
    }
}

/// The versions of the case at which papers of a kind were issued.
async fn versions(world: &World, number: &str, kind: Kind) -> Vec<u64> {
    let linli = world.linli();
    let id = linli_community::cases::look_up(linli, number, "10900000001").await;
    let id = id.unwrap();
    let view = linli_community::cases::view::tracked(linli, id)
        .await
        .unwrap();
    let of_kind = view
        .history
        .iter()
        .filter(|one| kind_of(&one.fact) == Some(kind));
    of_kind.map(|one| one.version).collect()
}

#[tokio::test]
async fn every_act_leaves_its_paper_and_a_later_print_is_the_same() {
    let world = World::new().await;
    let receipt = world.filed("elder-allowance").await;
    let number = receipt.number.as_str().to_owned();
    let role = Role::CommitteeWorker;
    world.act(receipt.case, role, COMMITTEE, &Act::Accept).await;
    let mut elder = world
        .site
        .resident(world.elder, &COMMITTEE.parse().unwrap())
        .await;
    let page = elder.get(&format!("/cases/{number}")).await;
    for name in ["收件回执", "受理通知书"] {
        assert!(page.body.contains(name), "{name}: {}", page.body);
    }
    if !sets_letters() {
        return;
    }
    let path = format!("/cases/{number}/letter.pdf");
    let accepted = versions(&world, &number, Kind::Accepted).await[0];
    let first = bytes(&world, &elder, &format!("{path}?paper={accepted}")).await;
    assert_eq!(
        first,
        bytes(&world, &elder, &path).await,
        "the newest letter"
    );
    let taken = bytes(&world, &elder, &format!("{path}?paper=1")).await;
    if let Some(text) = text_of(&taken) {
        let parts = [
            "收件回执",
            "申请人",
            "张*国",
            "承诺告知结果",
            "文书模板：收件回执，第1版",
        ];
        in_order(&text, &parts);
        assert!(
            !text.contains("张建国"),
            "a receipt is left lying about: {text}"
        );
    }

    let pass = Act::PassOn {
        words: "材料齐".to_owned(),
    };
    world.act(receipt.case, role, COMMITTEE, &pass).await;
    world.clock.push(300);
    let again = bytes(&world, &elder, &format!("{path}?paper={accepted}")).await;
    assert_eq!(first, again, "three hundred days later it is the same");
    if let Some(text) = text_of(&again) {
        let parts = [
            "受理通知书",
            "张建国",
            "您于2026年9月1日提出的",
            "予以受理",
            "联系方式",
        ];
        in_order(&text, &parts);
    }
    let none = elder.get(&format!("{path}?paper=999")).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_translation_says_that_it_is_one() {
    let world = World::new().await;
    let receipt = world.filed("elder-allowance").await;
    let role = Role::CommitteeWorker;
    world.act(receipt.case, role, COMMITTEE, &Act::Accept).await;
    if !sets_letters() {
        return;
    }
    let area = COMMITTEE.parse().unwrap();
    let elder = world.site.resident(world.elder, &area).await;
    let path = format!("/cases/{}/letter.pdf", receipt.number.as_str());
    let english = bytes(&world, &elder, &format!("{path}?translation=yes")).await;
    if let Some(text) = text_of(&english) {
        assert!(text.contains("Translationforinformation"), "{text}");
        assert!(text.contains("Onexaminationitisaccepted."), "{text}");
    }
}

#[tokio::test]
async fn a_request_for_papers_lists_all_of_them_and_typed_words_stay_words() {
    let world = World::new().await;
    let receipt = world.filed("dibao").await;
    let ask = Act::AskSupplement {
        papers: vec!["tenancy".to_owned()],
        fields: vec!["phone".to_owned()],
        words: "#read(\"/etc/passwd\") {phone} *粗* \u{202E}反 😀".to_owned(),
    };
    world
        .act(receipt.case, Role::CommitteeWorker, COMMITTEE, &ask)
        .await;
    if !sets_letters() {
        return;
    }
    let worker = world.worker().await;
    let path = format!("/desk/cases/{}/letter.pdf", receipt.number.as_str());
    let Some(text) = text_of(&bytes(&world, &worker, &path).await) else {
        return;
    };
    let parts = [
        "补正告知书",
        "张建国：",
        "需要补正的全部内容如下",
        "#read(\"/etc/passwd\") {phone} *粗* 反 〓",
        "1．",
        "2．重新填写：",
    ];
    in_order(&text, &parts);
    assert!(text.contains("U+1F600"), "{text}");
}

#[tokio::test]
async fn officers_see_each_template_and_a_preview_of_made_up_data() {
    let world = World::new().await;
    let mut officer = world.site.signed(Role::StreetOfficer, STREET).await;
    let list = officer.get("/desk/papers").await;
    assert_eq!(list.status, StatusCode::OK);
    for kind in Kind::ALL {
        let href = format!("/desk/papers/{}", kind.code());
        assert!(list.body.contains(&format!("href=\"{href}\"")), "{href}");
        let page = officer.get(&href).await;
        assert_eq!(page.status, StatusCode::OK, "{href}");
        for field in kind.fields() {
            assert!(
                page.body.contains(&format!("{{{}}}", field.name)),
                "{}",
                field.name
            );
        }
        assert!(page.body.contains(&format!("{href}/preview.pdf")));
        if !sets_letters() {
            continue;
        }
        for query in ["", "?large=yes", "?translation=yes"] {
            let preview = bytes(&world, &officer, &format!("{href}/preview.pdf{query}")).await;
            let Some(text) = text_of(&preview) else {
                return;
            };
            let made_up = if query.contains("translation") {
                "madeup"
            } else {
                "均为虚构"
            };
            assert!(text.contains(made_up), "{href}{query}: {text}");
        }
    }
    assert_eq!(
        officer.get("/desk/papers/none").await.status,
        StatusCode::NOT_FOUND
    );
    let mut elder = world
        .site
        .resident(world.elder, &COMMITTEE.parse().unwrap())
        .await;
    assert_eq!(
        elder.get("/desk/papers").await.status,
        StatusCode::FORBIDDEN
    );
}
