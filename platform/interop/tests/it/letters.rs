//! The text of each letter as `pdftotext` finds it, its tags, and that typed text stays text.

use std::io::Write as _;
use std::process::{Command, Stdio};

use jiff::civil::date;
use linli_interop::letter::{Clause, Letter, LetterKind, Press, Receipt, Reckoned, ReckonedStep};

fn letter(kind: LetterKind) -> Letter {
    Letter {
        kind,
        issuer: "上海市松江区岳阳街道办事处".into(),
        number: "松岳救〔2026〕12号".into(),
        service: "最低生活保障".into(),
        title: None,
        addressee: "张国强".into(),
        case_number: "2611 0042 7".into(),
        paragraphs: vec![
            "你于2026年9月1日提出的申请，本机关已于2026年9月2日受理。".into(),
            "经审核，你户月人均收入为1,620元，高于现行标准。".into(),
        ],
        items: vec!["户口簿首页".into(), "近三个月收入证明".into()],
        clauses: vec![Clause {
            citation: "《上海市社会救助条例》第九条".into(),
            text: "共同生活的家庭成员人均收入低于最低生活保障标准".into(),
        }],
        reckoning: Vec::new(),
        appeal: Some("如不服本决定，可以依法申请行政复议。".into()),
        contact: Some("岳阳街道社区事务受理服务中心".into()),
        valid_until: None,
        signed_on: date(2026, 9, 3),
        check_url: "https://linli.example/progress/261100427".into(),
        synthetic: true,
        large: false,
    }
}

/// What a reader finds, without spaces and line breaks; `None` where poppler is not installed
/// (`make test` installs it).
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
    assert!(output.status.success(), "pdftotext could not read the file");
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.split_whitespace().collect())
}

fn contains(pdf: &[u8], part: &str) -> bool {
    pdf.windows(part.len())
        .any(|window| window == part.as_bytes())
}

/// Keeps the pages where someone asked to look at them: `LINLI_LETTERS_DIR=DIR`.
fn keep(name: &str, pdf: &[u8]) {
    if let Ok(folder) = std::env::var("LINLI_LETTERS_DIR") {
        std::fs::write(format!("{folder}/{name}.pdf"), pdf).unwrap();
    }
}

#[test]
fn every_kind_says_what_was_put_in() {
    let press = Press::new(None);
    for kind in LetterKind::ALL {
        let letter = letter(kind);
        let pdf = press.letter(&letter).unwrap();
        keep(kind.name(), &pdf);
        let Some(text) = text_of(&pdf) else { continue };
        let mut expected = vec![letter.issuer.clone(), letter.number.clone(), letter.title()];
        expected.extend(letter.paragraphs.clone());
        expected.extend(letter.items.clone());
        expected.extend(letter.clauses.iter().map(|clause| clause.text.clone()));
        expected.extend(letter.appeal.clone());
        expected.push("2026年9月3日".into());
        expected.push("演示数据".into());
        expected.push(letter.check_url.clone());
        for part in expected {
            let part: String = part.split_whitespace().collect();
            assert!(text.contains(&part), "{kind:?}: “{part}” is not in: {text}");
        }
    }
}

#[test]
fn the_file_is_tagged_titled_and_in_chinese() {
    let pdf = Press::new(None)
        .letter(&letter(LetterKind::Refused))
        .unwrap();
    for mark in [
        "/StructTreeRoot",
        "/Marked true",
        "/Lang(zh-CN)",
        "pdfuaid:part",
        "/DisplayDocTitle true",
    ] {
        assert!(contains(&pdf, mark), "{mark} is missing");
    }
}

fn step(mark: &str, text: &str, law: &[&str], below: Vec<ReckonedStep>) -> ReckonedStep {
    ReckonedStep {
        mark: mark.into(),
        text: text.into(),
        law: law.iter().map(|one| (*one).to_owned()).collect(),
        below,
    }
}

#[test]
fn the_reckoning_is_printed_after_the_signature_as_a_list_in_lists() {
    let mut letter = letter(LetterKind::Granted);
    let income = step(
        "",
        "家庭月收入：1,200 元（来源：民政部门）",
        &[],
        Vec::new(),
    );
    let line = step(
        "",
        "低保标准：1,595 元",
        &["《#import 标准》*第一条*"],
        Vec::new(),
    );
    let head = step("", "人均月收入：600 元", &["《条例》第十条"], vec![income]);
    letter.reckoning = vec![Reckoned {
        heading: "最低生活保障（按2026年9月1日的规定）".into(),
        verdict: "符合条件：每月 ¥1,990.00".into(),
        remarks: vec!["所用的依据里有还没有核实的。".into()],
        steps: vec![step(
            "满足",
            "人均月收入低于低保标准",
            &["《条例》第十条"],
            vec![head, line],
        )],
    }];
    let pdf = Press::new(None).letter(&letter).unwrap();
    keep("reckoning", &pdf);
    let lists = pdf.windows(4).filter(|window| window == b"/LBo").count();
    assert!(lists >= 4, "every step is an item of a list: {lists}");
    let Some(text) = text_of(&pdf) else { return };
    let signed = text.find("2026年9月3日").unwrap();
    let annex = text.rfind("计算说明").unwrap();
    assert!(signed < annex, "after the signature");
    assert!(text[..signed].contains("附件：计算说明"));
    let mut at = annex;
    for part in [
        "符合条件：每月¥1,990.00",
        "所用的依据里有还没有核实的。",
        "满足",
        "人均月收入低于低保标准",
        "人均月收入：600元",
        "家庭月收入：1,200元",
        "低保标准：1,595元",
        "《#import标准》*第一条*",
    ] {
        let found = text[at..].find(part);
        at += found.unwrap_or_else(|| panic!("“{part}” is not where it belongs: {text}"));
    }
}

#[test]
fn typed_text_is_never_markup() {
    let hostile = "#read(\"/etc/passwd\") *粗* $x$ #image(\"a.png\") <label> @ref \\ // [content]";
    let mut letter = letter(LetterKind::Supplement);
    letter.addressee = hostile.into();
    letter.paragraphs = vec![hostile.into()];
    letter.items = vec![hostile.into()];
    letter.service = "= 标题 #panic()".into();
    let pdf = Press::new(None).letter(&letter).unwrap();
    let Some(text) = text_of(&pdf) else { return };
    let expected: String = hostile.split_whitespace().collect();
    assert_eq!(text.matches(&expected).count(), 3, "{text}");
    assert!(text.contains("=标题#panic()"), "{text}");
}

#[test]
fn a_character_no_font_has_is_marked() {
    let mut letter = letter(LetterKind::Granted);
    letter.addressee = "王𰻞".into();
    let pdf = Press::new(None).letter(&letter).unwrap();
    let Some(text) = text_of(&pdf) else { return };
    assert!(
        text.contains("王〓：") && text.contains("U+30EDE"),
        "{text}"
    );
}

#[test]
fn a_long_letter_runs_over_numbered_pages() {
    let mut letter = letter(LetterKind::Refused);
    letter.paragraphs = vec!["理由如下，逐条说明。".repeat(20); 12];
    let pdf = Press::new(None).letter(&letter).unwrap();
    keep("long", &pdf);
    let Some(text) = text_of(&pdf) else { return };
    assert!(text.contains("—1—") && text.contains("—3—"), "{text}");
}

#[test]
fn large_print_and_the_receipt_render() {
    let press = Press::new(None);
    let mut large = letter(LetterKind::Granted);
    large.large = true;
    keep("large", &press.letter(&large).unwrap());
    let receipt = Receipt {
        issuer: "岳阳街道社区事务受理服务中心".into(),
        service: "老年综合津贴".into(),
        case_number: "2611 0042 7".into(),
        rows: vec![
            ("申请人".into(), "张*强".into()),
            ("收件时间".into(), "2026年9月1日（周二）14:00".into()),
            ("承诺办结".into(), "2026年9月29日".into()),
            ("下一步".into(), "岳阳街道在5个工作日内决定是否受理".into()),
        ],
        contact: "岳阳街道社区事务受理服务中心，962200".into(),
        check_url: "https://linli.example/progress/261100427".into(),
        issued_on: date(2026, 9, 1),
        synthetic: true,
        large: false,
    };
    let pdf = press.receipt(&receipt).unwrap();
    keep("receipt", &pdf);
    let Some(text) = text_of(&pdf) else { return };
    for part in ["受理回执", "261100427", "张*强", "承诺办结", "老年综合津贴"] {
        assert!(text.contains(part), "“{part}” is not in: {text}");
    }
}

#[test]
fn the_same_letter_gives_the_same_bytes() {
    let letter = letter(LetterKind::Accepted);
    let first = Press::new(None).letter(&letter).unwrap();
    assert_eq!(first, Press::new(None).letter(&letter).unwrap());
}
