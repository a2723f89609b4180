//! The built-in templates, what is said of a file with flaws, what is filled in, and editions.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::date;
use linli_interop::letter::Block;
use linli_journal::golden::{self, Golden};
use linli_journal::{Config, Recorded};
use linli_kernel::{Actor, CommandId, StreamId, SystemClock};
use proptest::prelude::*;
use uuid::Uuid;

use super::check::Flaw;
use super::{Editions, Event, Kind, MOST_BYTES, Papers, Published, Template, Values};
use crate::places::SONGJIANG;
use crate::{Linli, NodeConfig};

const SMALL: &str = r#"
kind = "transferred"
version = 2
date = "2027-01-04"
names = { zh = "转办告知书", en = "Notice of transfer" }
title = { zh = "关于{service}的转办告知书", en = "{service}: transferred" }
check = { zh = "核验：", en = "Check:" }

[basis]
unverified = true
note = { zh = "待核实。", en = "To be confirmed." }

[[parts]]
kind = "text"
zh = ["编号 {case_number} 转由{to}办理。", "理由：{words}"]
en = ["Number {case_number} goes to {to}.", "Why: {words}"]

[[parts]]
kind = "heading"
zh = ["联系方式"]
en = ["Questions"]

[[parts]]
kind = "table"
rows = [{ zh = ["电话", "{phone}"], en = ["Telephone", "{phone}"] }]
"#;

fn read(text: &str) -> Result<Template, Vec<Flaw>> {
    Template::read("transferred.toml", text)
}

/// The flaws of the small file with `old` changed to `new`.
fn flaws(old: &str, new: &str) -> Vec<Flaw> {
    assert!(SMALL.contains(old), "{old}");
    read(&SMALL.replacen(old, new, 1)).unwrap_err()
}

/// What a preview fills in for `field`.
fn sample(kind: Kind, field: &str) -> &'static str {
    kind.fields().find(|one| one.name == field).unwrap().sample[0]
}

fn text(text: &str) -> Block {
    Block::Text { text: text.into() }
}

fn heading(text: &str) -> Block {
    Block::Heading { text: text.into() }
}

#[test]
fn there_is_a_built_in_template_of_every_kind() {
    let papers = Papers::of_folder(None).unwrap();
    for kind in Kind::ALL {
        let template = papers.of(kind).unwrap();
        assert_eq!(template.kind, kind);
        assert!(!template.own);
        assert_eq!(Kind::from_code(kind.code()), Some(kind));
    }
    assert_eq!(papers.all().count(), Kind::ALL.len());
}

#[test]
fn a_refusal_says_reason_article_and_every_way_of_appeal() {
    let papers = Papers::of_folder(None).unwrap();
    let mut values = Values::sample(Kind::Refused, false);
    values.list("appeals", vec!["复议".into(), "诉讼".into()]);
    let filled = papers.of(Kind::Refused).unwrap().fill(&values, false);
    assert_eq!(filled.title, "关于最低生活保障申请的不予批准决定书");
    assert_eq!(filled.addressee, "郑示例");
    assert_eq!(
        filled.body,
        [
            text("您于2026年9月1日提出的最低生活保障申请，编号 2611 0042 7。"),
            text("经审查，决定：给予最低生活保障。"),
            heading("理由和依据"),
            text("共同生活的家庭成员人均收入不低于最低生活保障标准"),
            text("经核对，家庭月人均收入为1,620元。"),
            text("依据：《上海市社会救助条例》第九条。"),
            heading("救济途径"),
            text("如不同意本决定，可以按下列途径提出："),
            Block::Items {
                items: vec!["复议".into(), "诉讼".into()]
            },
            heading("联系方式"),
            text("示例街道社区事务受理服务中心，电话12345"),
        ]
    );
}

#[test]
fn what_nobody_applied_for_is_not_called_an_application() {
    let papers = Papers::of_folder(None).unwrap();
    let mut values = Values::sample(Kind::Granted, false);
    values.set("application", "");
    values.set("unasked", "免申即享");
    let filled = papers.of(Kind::Granted).unwrap().fill(&values, false);
    let Block::Text { text } = &filled.body[0] else {
        panic!("{:?}", filled.body);
    };
    assert!(
        text.starts_with("您没有提出申请，本单位免申即享："),
        "{text}"
    );
    assert!(!text.contains("您于"), "{text}");
}

#[test]
fn what_has_no_value_leaves_no_trace() {
    let template = read(SMALL).unwrap();
    let mut values = Values::default();
    values.set("case_number", "1");
    values.set("to", "泗泾镇人民政府");
    let filled = template.fill(&values, false);
    assert_eq!(filled.body, [text("编号 1 转由泗泾镇人民政府办理。")]);
    values.set("words", " ");
    values.set("phone", "12345");
    let filled = template.fill(&values, true);
    assert_eq!(
        filled.body,
        [
            text("Number 1 goes to 泗泾镇人民政府."),
            heading("Questions"),
            Block::Rows {
                rows: vec![("Telephone".into(), "12345".into())]
            },
        ]
    );
}

#[test]
fn what_is_filled_in_is_never_read_for_fields() {
    let template = read(SMALL).unwrap();
    let mut values = Values::default();
    values.set("case_number", "{phone}{");
    values.set("to", "}{words}#read(\"/etc/passwd\")");
    values.set("phone", "12345");
    let filled = template.fill(&values, false);
    assert_eq!(
        filled.body[0],
        text("编号 {phone}{ 转由}{words}#read(\"/etc/passwd\")办理。")
    );
}

#[test]
fn a_flaw_names_file_line_and_field_and_what_is_allowed_in_both_languages() {
    let found = flaws("{to}办理", "{too}办理");
    assert_eq!(found.len(), 1, "{found:?}");
    let flaw = &found[0];
    let line = SMALL
        .lines()
        .position(|line| line.contains("{to}办理"))
        .unwrap()
        + 1;
    assert_eq!((flaw.file.as_str(), flaw.line), ("transferred.toml", line));
    assert_eq!(flaw.field, "parts[0].zh");
    for said in [&flaw.zh, &flaw.en] {
        assert!(
            said.contains("{too}") && said.contains("{to} ") | said.ends_with("{to}"),
            "{said}"
        );
        assert!(!said.contains("{ground}"), "of another paper: {said}");
    }
    let shown = flaw.to_string();
    assert!(shown.starts_with(&format!("transferred.toml:{line}: parts[0].zh: 没有字段")));
    assert!(shown.contains("there is no field {too}"));
}

#[test]
fn each_flaw_is_told_where_it_is() {
    let told = |old: &str, new: &str, field: &str| {
        let found = flaws(old, new);
        assert!(
            found.iter().any(|flaw| flaw.field == field),
            "{new}: {found:?}"
        );
        for flaw in &found {
            assert!(!flaw.zh.is_empty() && !flaw.en.is_empty());
            assert!(flaw.line <= SMALL.lines().count() + 1);
        }
    };
    told("\"transferred\"", "\"accepted\"", "kind");
    told("\"transferred\"", "\"letter\"", "kind");
    told("version = 2", "version = 0", "version");
    told("version = 2", "version = \"two\"", "TOML");
    told("date = ", "day = ", "TOML");
    told("{service}的", "{ground}的", "title.zh");
    told("转办告知书\", en", "{name}\", en", "names.zh");
    told("note = ", "# note = ", "basis");
    told(
        "unverified = true",
        "cite = [{ source = \"none\" }]",
        "basis.cite.source",
    );
    told("编号 {case_number}", "编号 {case_number", "parts[0].zh");
    told("编号 {case_number}", "编号 case_number}", "parts[0].zh");
    told("Why: {words}", "", "parts[0].en");
    told(", \"Why: {words}\"", "", "parts[0]");
    told("kind = \"heading\"", "kind = \"image\"", "parts[1]");
    told("kind = \"heading\"", "kind = \"table\"", "parts[1]");
    told("Questions", "Ques\\u202Etions", "parts[1].en");
    told("Questions", "Ques\\ntions", "parts[1].en");
    told("Questions", &"x".repeat(501), "parts[1].en");
    told("\"{phone}\"], en", "\"{words\"], en", "parts[2].rows[0].zh");
    told("编号 {case_number} 转", "转", "parts");
    told("转由{to}办理", "转走", "parts");
}

#[test]
fn a_list_that_a_paper_has_not_is_told() {
    let list = "kind = \"list\"\nof = \"appeals\"\n";
    let text = format!("{SMALL}\n[[parts]]\n{list}");
    let found = read(&text).unwrap_err();
    assert_eq!(found[0].field, "parts[3].of");
    assert_eq!(found[0].line, text.lines().count());
}

#[test]
fn no_template_passes_without_what_the_law_wants() {
    let papers = Papers::of_folder(None).unwrap();
    for kind in Kind::ALL {
        let text = papers.of(kind).unwrap().text.clone();
        for demand in kind.demands() {
            let field = format!("{{{}}}", demand.name);
            let list = format!("of = \"{}\"", demand.name);
            // The same file without the parts that say it, and without it in its head.
            let (head, body) = text.split_once("\n[[parts]]").unwrap();
            let kept = body
                .split("\n[[parts]]")
                .filter(|part| !part.contains(&field) && !part.contains(&list));
            let mut without = head.replace(&field, "编号");
            for part in kept {
                without.push_str("\n[[parts]]");
                without.push_str(part);
            }
            let found = Template::read(&kind.file(), &without).unwrap_err();
            assert_eq!(
                found.len(),
                1,
                "{kind:?} without {}: {found:?}",
                demand.name
            );
            assert!(found[0].zh.contains(demand.why[0]), "{found:?}");
            assert!(found[0].en.contains(demand.why[1]), "{found:?}");
        }
    }
}

#[test]
fn every_field_has_a_sample_in_both_languages_and_is_used_or_at_least_known() {
    for kind in Kind::ALL {
        let names: BTreeSet<&str> = kind.fields().map(|one| one.name).collect();
        assert_eq!(
            names.len(),
            kind.fields().count(),
            "{kind:?}: each name once"
        );
        for field in kind.fields() {
            assert!(
                field.says.iter().all(|says| !says.is_empty()),
                "{}",
                field.name
            );
            let filled = field.sample.iter().all(|sample| !sample.is_empty());
            assert!(filled || field.name == "unasked", "{}", field.name);
        }
        for demand in kind.demands() {
            let list = kind.lists().any(|one| one.name == demand.name);
            assert!(
                list || names.contains(demand.name),
                "{kind:?}: {}",
                demand.name
            );
        }
    }
    assert_eq!(sample(Kind::Granted, "capitals"), "壹仟玖佰玖拾元整");
}

#[test]
fn the_districts_file_replaces_the_built_in_one() {
    let folder = tempfile::tempdir().unwrap();
    let papers = folder.path().join("papers");
    std::fs::create_dir(&papers).unwrap();
    std::fs::write(papers.join("transferred.toml"), SMALL).unwrap();
    let read = Papers::of_folder(Some(folder.path())).unwrap();
    let own = read.of(Kind::Transferred).unwrap();
    assert!(own.own && own.version == 2 && own.text == SMALL);
    assert!(!read.of(Kind::Refused).unwrap().own);

    std::fs::write(papers.join("refusal.toml"), SMALL).unwrap();
    let found = Papers::of_folder(Some(folder.path())).unwrap_err();
    assert_eq!(found[0].file, "papers/refusal.toml");
    assert!(found[0].zh.contains("refused.toml"), "what names there are");

    std::fs::remove_file(papers.join("refusal.toml")).unwrap();
    std::fs::write(papers.join("refused.toml"), "x".repeat(MOST_BYTES + 1)).unwrap();
    let found = Papers::of_folder(Some(folder.path())).unwrap_err();
    assert_eq!(found.len(), 1, "{found:?}");
    std::fs::write(papers.join("refused.toml"), [0xFF, 0xFE]).unwrap();
    let found = Papers::of_folder(Some(folder.path())).unwrap_err();
    assert!(found[0].en.contains("UTF-8"), "{found:?}");
}

proptest! {
    /// Whatever stands in a file, it is read or refused with words, without a panic; and what is read
    /// is filled without a brace left over, since no value has one.
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}", at in 0..SMALL.len()) {
        let _read = read(&text).is_ok();
        if SMALL.is_char_boundary(at) {
            let (head, tail) = SMALL.split_at(at);
            if let Ok(template) = read(&format!("{head}{text}{tail}")) {
                let filled = template.fill(&Values::sample(Kind::Transferred, false), false);
                let open = '{';
                prop_assert!(!filled.title.contains(open), "{}", filled.title);
            }
        }
    }
}

fn published(version: u32, edition: u32, text: &str) -> Published {
    Published {
        paper: "transferred".to_owned(),
        area: "310117".parse().unwrap(),
        version,
        edition,
        date: date(2027, 1, 4),
        hash: "ab".repeat(32),
        text: text.to_owned(),
    }
}

#[test]
fn a_paper_is_made_with_the_edition_of_its_moment() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let mut editions = Editions::default();
    assert_eq!(editions.at(at("2026-12-01T00:00:00Z")), None);
    let (first, second) = (at("2026-12-01T00:00:00Z"), at("2027-01-05T00:00:00Z"));
    editions.apply(&Event::Published(published(1, 1, "一")), first);
    editions.apply(&Event::Published(published(2, 1, "二")), second);
    let text = |moment| editions.at(moment).unwrap().text.as_str();
    assert_eq!(
        text(at("2026-11-01T00:00:00Z")),
        "一",
        "before there was any"
    );
    assert_eq!(text(at("2027-01-04T23:59:59Z")), "一");
    assert_eq!(text(second), "二");
    assert_eq!(editions.newest().unwrap().text, "二");
}

async fn node(folder: Option<&Path>, journal: Config) -> Linli {
    let config = NodeConfig {
        journal,
        catalogue: folder.map(Path::to_owned),
    };
    Linli::open(config, Arc::new(SystemClock)).await.unwrap()
}

#[tokio::test]
async fn what_a_district_changes_is_published_and_the_old_is_kept() {
    let home = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let papers = folder.path().join("papers");
    std::fs::create_dir(&papers).unwrap();
    let journal = || Config::sqlite(home.path());

    let linli = node(None, journal()).await;
    assert_eq!(super::publish(&linli).await.unwrap(), 0, "no areas yet");
    let system = Actor::system();
    let call = linli.own_call(&system);
    linli.import_divisions(call, SONGJIANG).await.unwrap();
    assert_eq!(super::publish(&linli).await.unwrap(), Kind::ALL.len());
    assert_eq!(super::publish(&linli).await.unwrap(), 0, "as it was");
    let before = linli.clock().now();
    drop(linli);

    std::fs::write(papers.join("transferred.toml"), SMALL).unwrap();
    let linli = node(Some(folder.path()), journal()).await;
    assert_eq!(super::publish(&linli).await.unwrap(), 1);
    let now = linli.clock().now();
    let then = linli
        .paper_edition(Kind::Transferred, before)
        .await
        .unwrap();
    let today = linli.paper_edition(Kind::Transferred, now).await.unwrap();
    assert_eq!((then.template.version, today.template.version), (1, 2));
    assert!(today.named(false).contains("转办告知书，第2版（2027-01-04"));
    drop(linli);

    // Changed without counting up: another edition of the same version, which the paper says.
    let changed = SMALL.replace("联系方式", "怎么联系");
    std::fs::write(papers.join("transferred.toml"), changed).unwrap();
    let linli = node(Some(folder.path()), journal()).await;
    assert_eq!(super::publish(&linli).await.unwrap(), 1);
    let now = linli.clock().now();
    let today = linli.paper_edition(Kind::Transferred, now).await.unwrap();
    assert!(
        today.named(false).contains("第2版第2稿"),
        "{}",
        today.named(false)
    );
    assert!(today.named(true).contains("version 2, edition 2"));
}

#[test]
fn the_event_has_a_golden_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/papers");
    let event = Event::Published(published(2, 1, "kind = \"transferred\"\n"));
    let parts = event.write().unwrap();
    let today = Golden {
        kind: parts.kind,
        open: parts.open,
        sealed: Vec::new(),
    };
    golden::check(&folder, &today).unwrap();
    let files = golden::all(&folder).unwrap();
    assert_eq!(files.len(), 1);
    let entry = Recorded {
        seq: 0,
        stream: StreamId::new("paper", "transferred"),
        version: 1,
        area: "310117".parse().unwrap(),
        kind: files[0].kind.clone(),
        at: Timestamp::UNIX_EPOCH,
        actor: Actor::system(),
        command: CommandId(Uuid::nil()),
        open: files[0].open.clone(),
        sealed: Vec::new(),
        digest: [0; 32],
    };
    assert_eq!(Event::read(&entry).unwrap(), event);
}
