//! The text of each letter as `pdftotext` finds it, its tags, and that typed text stays text.

use std::io::Write as _;
use std::process::{Command, Stdio};

use jiff::civil::date;
use linli_interop::letter::{Block, Form, Letter, MOST_BYTES, Press, Reckoned, ReckonedStep};
use linli_kernel::Fault;

const FORMS: [Form; 3] = [Form::Letter, Form::Certificate, Form::Receipt];

fn text(text: &str) -> Block {
    Block::Text { text: text.into() }
}

fn heading(text: &str) -> Block {
    Block::Heading { text: text.into() }
}

fn letter(form: Form) -> Letter {
    Letter {
        form,
        english: false,
        issuer: "上海市松江区岳阳街道办事处".into(),
        number: "松岳救〔2026〕12号".into(),
        title: "关于最低生活保障申请的不予批准决定书".into(),
        addressee: "张国强".into(),
        case_number: "2611 0042 7".into(),
        body: vec![
            text("您于2026年9月1日提出的申请，本机关已于2026年9月2日受理。"),
            text("经审核，您户月人均收入为1,620元，高于现行标准。"),
            heading("要补的材料"),
            Block::Items {
                items: vec!["户口簿首页".into(), "近三个月收入证明".into()],
            },
            heading("依据"),
            text("《上海市社会救助条例》第九条：“共同生活的家庭成员人均收入低于标准”。"),
            Block::Rows {
                rows: vec![
                    ("承诺告知结果".into(), "2026年9月29日".into()),
                    ("下一步".into(), "岳阳街道在5个工作日内决定是否受理".into()),
                ],
            },
        ],
        reckoning: Vec::new(),
        signed_on: date(2026, 9, 3),
        check: "扫码或打开下列网址核验本文书：".into(),
        check_url: "https://linli.example/progress/261100427".into(),
        template: "文书模板：不予批准决定书，第1版（2026-11-30，1a2b3c4d）".into(),
        synthetic: true,
        large: false,
    }
}

/// Every text that a block holds.
fn texts(block: &Block) -> Vec<String> {
    match block {
        Block::Heading { text } | Block::Text { text } => vec![text.clone()],
        Block::Items { items } => items.clone(),
        Block::Rows { rows } => rows
            .iter()
            .flat_map(|(a, b)| [a.clone(), b.clone()])
            .collect(),
    }
}

fn squeezed(text: &str) -> String {
    // Places to break in long words are no characters of the text.
    text.split_whitespace()
        .collect::<String>()
        .replace('\u{200B}', "")
}

/// What a reader finds, without spaces and line breaks; `None` where poppler is not installed
/// (`make test` installs it).
fn text_of(pdf: &[u8]) -> Option<String> {
    poppler(&["-", "-"], pdf).map(|text| squeezed(&text))
}

fn poppler(arguments: &[&str], pdf: &[u8]) -> Option<String> {
    let mut child = Command::new("pdftotext")
        .args(arguments)
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
    Some(String::from_utf8(output.stdout).unwrap())
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
fn every_form_says_what_was_put_in_and_in_that_order() {
    let press = Press::new(None);
    for form in FORMS {
        let letter = letter(form);
        let pdf = press.letter(&letter).unwrap();
        keep(&format!("{form:?}"), &pdf);
        let Some(text) = text_of(&pdf) else { continue };
        let mut at = 0;
        let mut expected = vec![letter.title.clone()];
        expected.extend(letter.body.iter().flat_map(texts));
        for part in expected {
            let part = squeezed(&part);
            let found = text[at..].find(&part);
            at += found.unwrap_or_else(|| panic!("{form:?}: “{part}” is not in its place: {text}"));
        }
        let around = [
            &letter.issuer,
            "2026年9月3日",
            "演示数据",
            &letter.case_number,
            &letter.check,
            &letter.check_url,
            &letter.template,
        ];
        for part in around {
            assert!(text.contains(&squeezed(part)), "{form:?}: “{part}”: {text}");
        }
    }
}

#[test]
fn every_form_is_tagged_titled_and_in_its_language() {
    for form in FORMS {
        for english in [false, true] {
            let pdf = Press::new(None)
                .letter(&Letter {
                    english,
                    ..letter(form)
                })
                .unwrap();
            let lang = if english { "/Lang(en)" } else { "/Lang(zh-CN)" };
            for mark in [
                "/StructTreeRoot",
                "/Marked true",
                lang,
                "pdfuaid:part",
                "/DisplayDocTitle true",
            ] {
                assert!(contains(&pdf, mark), "{form:?}: {mark} is missing");
            }
            let Some(text) = text_of(&pdf) else { continue };
            assert_eq!(text.contains("Translationforinformation"), english);
        }
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
    let mut letter = letter(Form::Letter);
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
    for form in FORMS {
        let letter = Letter {
            title: "= 标题 #panic()".into(),
            issuer: hostile.into(),
            body: vec![
                heading(hostile),
                text(hostile),
                Block::Items {
                    items: vec![hostile.into()],
                },
                Block::Rows {
                    rows: vec![(hostile.into(), hostile.into())],
                },
            ],
            ..letter(form)
        };
        let pdf = Press::new(None).letter(&letter).unwrap();
        keep(&format!("hostile-{form:?}"), &pdf);
        let Some(text) = text_of(&pdf) else { return };
        let expected = squeezed(hostile);
        assert!(text.matches(&expected).count() >= 3, "{form:?}: {text}");
        assert!(text.contains("=标题#panic()"), "{form:?}: {text}");
    }
}

#[test]
fn a_character_no_font_has_is_marked() {
    for (typed, shown, code) in [("王𰻞", "王〓", "U+30EDE"), ("张😀", "张〓", "U+1F600")]
    {
        let letter = Letter {
            addressee: typed.into(),
            ..letter(Form::Letter)
        };
        let pdf = Press::new(None).letter(&letter).unwrap();
        let Some(text) = text_of(&pdf) else { return };
        assert!(text.contains(shown) && text.contains(code), "{text}");
    }
}

#[test]
fn marks_that_turn_the_line_around_are_left_out() {
    for mark in ['\u{202E}', '\u{2066}', '\u{200F}', '\u{0007}', '\u{FEFF}'] {
        let letter = Letter {
            addressee: format!("张{mark}国强"),
            body: vec![text(&format!("金额{mark}100元"))],
            ..letter(Form::Letter)
        };
        let pdf = Press::new(None).letter(&letter).unwrap();
        let Some(text) = text_of(&pdf) else { return };
        assert!(
            text.contains("张国强") && text.contains("金额100元"),
            "{mark:?}: {text}"
        );
        assert!(!text.contains(mark), "{mark:?}");
    }
}

#[test]
fn a_very_long_word_stays_on_the_page() {
    let word: String = ('a'..='z').cycle().take(120).collect();
    for form in FORMS {
        for large in [false, true] {
            let letter = Letter {
                title: word.clone(),
                body: vec![
                    text(&word),
                    Block::Rows {
                        rows: vec![("词".into(), word.clone())],
                    },
                ],
                large,
                ..letter(form)
            };
            let pdf = Press::new(None).letter(&letter).unwrap();
            keep(&format!("word-{form:?}-{large}"), &pdf);
            for (left, right, page) in words_of(&pdf) {
                assert!(
                    left >= 0.0 && right <= page,
                    "{form:?}, {large}: {left} to {right}"
                );
            }
            let Some(text) = text_of(&pdf) else { return };
            assert!(text.contains(&word), "{form:?}: {text}");
        }
    }
}

/// Where each word of the file begins and ends, and how wide its page is, in points.
fn words_of(pdf: &[u8]) -> Vec<(f64, f64, f64)> {
    let Some(found) = poppler(&["-bbox", "-", "-"], pdf) else {
        return Vec::new();
    };
    let number = |line: &str, name: &str| -> Option<f64> {
        let rest = line.split_once(&format!("{name}=\""))?.1;
        rest.split('"').next()?.parse().ok()
    };
    let mut page = 0.0;
    let mut words = Vec::new();
    for line in found.lines() {
        if line.contains("<page ") {
            page = number(line, "width").unwrap();
        }
        if line.contains("<word ") {
            let (left, right) = (number(line, "xMin"), number(line, "xMax"));
            words.push((left.unwrap(), right.unwrap(), page));
        }
    }
    assert!(!words.is_empty(), "the file has words");
    words
}

#[test]
fn a_letter_without_end_is_refused_and_not_set() {
    let letter = Letter {
        body: vec![text(&"理由".repeat(MOST_BYTES))],
        ..letter(Form::Letter)
    };
    let refused = Press::new(None).letter(&letter).unwrap_err();
    assert!(matches!(refused, Fault::Setting(_)), "{refused:?}");
}

#[test]
fn a_long_letter_runs_over_numbered_pages() {
    let letter = Letter {
        body: vec![text(&"理由如下，逐条说明。".repeat(20)); 12],
        ..letter(Form::Letter)
    };
    let pdf = Press::new(None).letter(&letter).unwrap();
    keep("long", &pdf);
    let Some(text) = text_of(&pdf) else { return };
    assert!(text.contains("—1—") && text.contains("—3—"), "{text}");
}

#[test]
fn large_print_is_set() {
    for form in FORMS {
        let letter = Letter {
            large: true,
            ..letter(form)
        };
        keep(
            &format!("large-{form:?}"),
            &Press::new(None).letter(&letter).unwrap(),
        );
    }
}

#[test]
fn the_same_letter_gives_the_same_bytes() {
    for form in FORMS {
        let letter = letter(form);
        let first = Press::new(None).letter(&letter).unwrap();
        assert_eq!(first, Press::new(None).letter(&letter).unwrap());
    }
}
