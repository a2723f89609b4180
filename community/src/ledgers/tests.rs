//! Ledgers: understood as they are, judged beside the register, recorded, taken back.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::date;
use linli_interop::sheet::{Cell, Format, Table};
use linli_journal::golden::{self, Golden};
use linli_journal::{Config, Recorded};
use linli_kernel::{
    AccountId, Actor, AreaPath, Clock, CommandId, Post, PostId, ResidentId, Role, StreamId,
};
use linli_units::IdentityNumber;
use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

use super::register::Imports;
use super::*;
use crate::feature::{Call, Feature, Parts, Problem};
use crate::node::{Linli, NodeConfig};
use crate::places::SONGJIANG;
use crate::residents::{Command, Dictionary, FieldId, NewFact, Residents};

const HOME: &str = "310117/310117001/310117001001";
const NEXT_DOOR: &str = "310117/310117001/310117001002";
const TODAY: jiff::civil::Date = date(2026, 11, 23);

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-11-23T04:00:00Z".parse().unwrap()
    }
}

fn path(text: &str) -> AreaPath {
    text.parse().unwrap()
}

fn worker(area: &str) -> Actor {
    let post = Post {
        id: PostId(Uuid::from_u128(1)),
        role: Role::CommitteeWorker,
        area: path(area),
    };
    Actor::in_post(AccountId(Uuid::from_u128(2)), post)
}

fn call(actor: &Actor) -> Call<'_> {
    Call {
        command: CommandId::new(&Noon),
        actor,
        expected: None,
    }
}

async fn node() -> Linli {
    let config = NodeConfig {
        journal: Config::memory(),
        catalogue: None,
    };
    let linli = Linli::open(config, Arc::new(Noon)).await.unwrap();
    let system = Actor::system();
    let divisions = linli.import_divisions(call(&system), SONGJIANG).await;
    divisions.unwrap();
    linli
}

/// The number of somebody made up, born in 1950 for 0, a year later for 1 …
fn number(person: u16) -> String {
    let year = 1950 + i16::try_from(person % 50).unwrap();
    let born = date(year, 5, 5);
    let number = IdentityNumber::synthetic(117, born, person * 2 + 1).unwrap();
    number.as_str().to_owned()
}

fn table(rows: &[&[&str]]) -> Table {
    let cells = |row: &&[&str]| row.iter().map(|text| Cell::text(text)).collect();
    Table {
        format: Format::Csv,
        name: String::new(),
        names: Vec::new(),
        rows: rows.iter().map(cells).collect(),
        from_1904: false,
        more: false,
    }
}

fn understood(table: &Table) -> (Layout, Vec<Line>, usize) {
    understood_with(table, &Remembered::new())
}

fn understood_with(table: &Table, remembered: &Remembered) -> (Layout, Vec<Line>, usize) {
    let dictionary = Dictionary::built_in().unwrap();
    let words = Words::of(&dictionary).unwrap();
    let reading = Reading {
        dictionary: &dictionary,
        words: &words,
        from_1904: table.from_1904,
        today: TODAY,
    };
    let layout = understand(table, &reading, remembered, None);
    let (lines, passed) = lines(table, &layout, &reading);
    (layout, lines, passed)
}

fn meanings(layout: &Layout) -> Vec<String> {
    let columns = layout.columns.iter();
    columns.map(|column| column.meaning.to_string()).collect()
}

fn codes(line: &Line) -> Vec<(Option<usize>, &str)> {
    let wrong = line.wrong.iter();
    wrong
        .map(|one| (one.column, one.refusal.code.as_str()))
        .collect()
}

#[test]
fn a_header_of_two_levels_below_a_title_is_found() {
    let table = table(&[
        &["龙潭居民区人口台账"],
        &["填报单位：龙潭居委会", "", "", "", "2026年11月"],
        &["序号", "基本信息", "", "", "联系", ""],
        &["", "姓名*", "身份证号码（18位）", "性别", "手机", "现住址"],
        &[
            "1",
            "张 建国",
            &number(0),
            "男",
            "109 0000 0001",
            "松影苑12号",
        ],
    ]);
    let (layout, lines, passed) = understood(&table);
    assert_eq!((layout.header, layout.levels), (2, 2));
    assert_eq!(
        meanings(&layout),
        [
            "ignored",
            "person.name",
            "person.id_number",
            "person.sex",
            "person.phone",
            "person.address"
        ]
    );
    assert_eq!(layout.columns[4].header, "联系/手机");
    assert_eq!((lines.len(), passed), (1, 0));
    assert_eq!(codes(&lines[0]), []);
    assert_eq!(lines[0].text("person.name"), Some("张建国"));
    assert_eq!(lines[0].text("person.phone"), Some("10900000001"));
    // What the number says is not asked again.
    assert_eq!(lines[0].text("person.birth_date"), Some("1950-05-05"));
}

#[test]
fn renamed_and_nameless_columns_are_known_by_resemblance_and_content() {
    let (a, b, c) = (number(0), number(1), number(2));
    let table = table(&[
        &["居民的姓名", "本人号码", "", "自编备忘"],
        &["张三", &a, "男", "x"],
        &["李四", &b, "女", "y"],
        &["王五", &c, "女", "z"],
    ]);
    let (layout, ..) = understood(&table);
    assert_eq!(
        meanings(&layout),
        ["person.name", "person.id_number", "person.sex", "ignored"]
    );
    assert_eq!(layout.columns[0].why, Why::Alike);
    assert_eq!(layout.columns[1].why, Why::Content);
}

#[test]
fn what_a_committee_said_before_is_remembered_but_no_name_is() {
    let rows = table(&[&["姓名", "性别", "联络"], &["李四", "女", "x"]]);
    let (mut layout, ..) = understood(&rows);
    assert_eq!(layout.columns[2].why, Why::Unknown);
    let phone = Meaning::Field(FieldId::known("person.phone"));
    layout.say(2, &phone);
    let remembered = layout.memorable();
    assert_eq!(remembered, Remembered::from([("联络".to_owned(), phone)]));
    let (again, ..) = understood_with(&rows, &remembered);
    assert_eq!(again.columns[2].why, Why::Remembered);
    // A sheet without a header: its first row is somebody, and nothing of it is kept.
    let nameless = table(&[&["张三", "男", "松影苑1号"], &["李四", "女", "松影苑2号"]]);
    let (mut layout, ..) = understood(&nameless);
    layout.say(0, &Meaning::Field(FieldId::known("person.name")));
    assert_eq!(layout.memorable(), Remembered::new());
}

#[test]
fn blank_rows_totals_and_repeated_headers_are_passed_over() {
    let table = table(&[
        &["姓名", "性别", "出生日期"],
        &["张三", "男", "1950.5.5"],
        &[],
        &["姓名", "性别", "出生日期"],
        &["李四", "女", "1951.5.5"],
        &["合计", "2人"],
        &["填表人：王敏"],
    ]);
    let (_, lines, passed) = understood(&table);
    let names: Vec<_> = lines.iter().map(|line| line.text("person.name")).collect();
    assert_eq!(names, [Some("张三"), Some("李四")]);
    assert_eq!(passed, 4);
}

#[test]
fn each_wrong_cell_is_named_and_nothing_is_guessed() {
    let good = number(0);
    let mut table = table(&[
        &["姓名", "身份证号", "性别", "出生日期", "民族", "电话"],
        &["甲", &good, "女", "1950-05-05", "汉", "10900000001"],
        &["乙", &good, "男", "1951-05-05", "汉族", "10900000001"],
        &["丙", "", "男", "3/4/1950", "火星", "12345"],
        &["", "", "男", "1950-05-05", "", ""],
        &["丁", &good, "男", "1950年5月", "", "无"],
        &["戊", "3.10117E+17", "", "", "", ""],
        &["己", "", "", "", "", ""],
    ]);
    table.rows[7][1] = Cell::Number(3.101_171_949_123_1e17);
    let (_, lines, _) = understood(&table);
    let all: Vec<_> = lines.iter().map(codes).collect();
    assert_eq!(all[0], [(Some(2), "ledgers.sex-differs")]);
    assert_eq!(all[1], [(Some(3), "ledgers.birth-date-differs")]);
    assert_eq!(
        all[2],
        [
            (Some(3), "ledgers.date-order"),
            (Some(4), "ledgers.not-in-list"),
            (Some(5), "residents.phone-wrong")
        ]
    );
    assert_eq!(all[3], [(Some(0), "residents.missing")]);
    // The number tells the day that the cell leaves out.
    assert_eq!(all[4], []);
    assert_eq!(all[5], [(Some(1), "ledgers.number-lost-digits")]);
    assert_eq!(all[6], [(Some(1), "ledgers.number-lost-digits")]);
}

#[test]
fn words_for_codes_are_read() {
    let table = table(&[
        &[
            "姓名",
            "性别",
            "民族",
            "户籍",
            "婚姻状况",
            "文化程度",
            "残疾等级",
        ],
        &["甲", "2", "壮", "沪籍", "离异", "大专", "二级"],
        &["乙", "男性", "维吾尔族", "外地", "未婚", "小学", "无"],
    ]);
    let (_, lines, _) = understood(&table);
    let values = |line: &Line| -> Vec<String> {
        let fields = [
            "sex",
            "ethnicity",
            "hukou",
            "marital_status",
            "education",
            "disability_grade",
        ];
        let text = |field| {
            line.text(&format!("person.{field}"))
                .unwrap_or("-")
                .to_owned()
        };
        fields.map(text).to_vec()
    };
    assert_eq!(values(&lines[0]), ["2", "08", "local", "40", "30", "2"]);
    assert_eq!(values(&lines[1]), ["1", "05", "elsewhere", "10", "80", "0"]);
}

#[test]
fn households_are_known_by_number_or_by_their_head() {
    let by_number = table(&[
        &["姓名", "户号", "与户主关系"],
        &["甲", "1", "妻"],
        &["乙", "2", "户主"],
        &["丙", "1", "户主"],
        &["丁", "3", "子"],
    ]);
    let (_, lines, _) = understood(&by_number);
    assert_eq!(households(&lines), [vec![0, 2], vec![1]]);
    let by_order = table(&[
        &["姓名", "与户主关系"],
        &["甲", "户主"],
        &["乙", "配偶"],
        &["丙", "户主"],
        &["丁", "长子"],
        &["戊", ""],
        &["己", "子"],
    ]);
    let (_, lines, _) = understood(&by_order);
    assert_eq!(households(&lines), [vec![0, 1], vec![2, 3]]);
}

/// A committee's ledger of 330 people in households of three, beside the register.
fn ledger() -> Table {
    let mut rows = vec![
        [
            "姓名",
            "身份证号",
            "户号",
            "与户主关系",
            "电话",
            "家庭月收入",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    for person in 0..330_u16 {
        let relation = ["户主", "妻", "子"][usize::from(person % 3)];
        rows.push(vec![
            format!("示例{person}"),
            number(person),
            (person / 3).to_string(),
            relation.to_owned(),
            format!("109{person:08}"),
            "3000".to_owned(),
        ]);
    }
    let rows: Vec<Vec<&str>> = rows
        .iter()
        .map(|row| row.iter().map(String::as_str).collect())
        .collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    table(&rows)
}

fn order() -> Order {
    Order {
        area: path(HOME),
        source: "committee".to_owned(),
        as_of: TODAY,
        columns: Vec::new(),
    }
}

async fn imported(linli: &Linli, actor: &Actor, lines: &[Line]) -> (Uuid, Counts) {
    let verdicts = judged(linli, actor, lines).await;
    let call = call(actor);
    let done = linli
        .import_lines(call, &order(), lines, &verdicts, |_, _| {})
        .await;
    (call.command.0, done.unwrap())
}

async fn judged(linli: &Linli, actor: &Actor, lines: &[Line]) -> Vec<Verdict> {
    let area = path(HOME);
    let judged = linli
        .judge_lines(actor, &area, ("committee", TODAY), lines)
        .await;
    judged.unwrap()
}

fn of(counts: Counts) -> [u64; 5] {
    let Counts {
        new,
        changed,
        same,
        doubtful,
        bad,
    } = counts;
    [new, changed, same, doubtful, bad]
}

/// The registers that an import changes, row by row.
async fn dump(linli: &Linli) -> Vec<String> {
    let mut all = Vec::new();
    let reader = linli.journal().reader();
    for table in ["resident", "household", "import"] {
        let sql = format!("SELECT * FROM {table} ORDER BY id");
        let statement = Statement::from_string(reader.get_database_backend(), sql);
        for row in reader.query_all_raw(statement).await.unwrap() {
            let cell = |column: &String| {
                let text = row.try_get::<Option<String>>("", column);
                let number = || {
                    row.try_get::<Option<i64>>("", column)
                        .map(|n| n.map(|n| n.to_string()))
                };
                format!("{column}={:?}", text.or_else(|_| number()).unwrap())
            };
            all.push(
                row.column_names()
                    .iter()
                    .map(cell)
                    .collect::<Vec<_>>()
                    .join(" "),
            );
        }
    }
    all
}

async fn rebuilds(linli: &Linli) {
    let before = dump(linli).await;
    let rebuilt = linli.journal().rebuild(|_| {}).await.unwrap();
    assert_eq!(rebuilt.parked, 0);
    assert_eq!(dump(linli).await, before);
}

fn residents_in(dump: &[String]) -> usize {
    dump.iter().filter(|row| row.contains("示例")).count()
}

#[tokio::test]
async fn a_ledger_goes_in_whole_again_it_says_nothing_new_and_back_out_it_leaves_nothing() {
    let linli = node().await;
    let actor = worker(HOME);
    let empty = dump(&linli).await;
    let (_, lines, _) = understood(&ledger());
    let (import, counts) = imported(&linli, &actor, &lines).await;
    assert_eq!(of(counts), [330, 0, 0, 0, 0]);
    let full = dump(&linli).await;
    assert_eq!(residents_in(&full), 330);
    let known = linli.import_of(&actor, import).await.unwrap();
    assert_eq!(known.stage, Stage::Done);
    let formed: usize = known.parts.iter().map(|part| part.households.len()).sum();
    assert_eq!(formed, 110);
    let again = judged(&linli, &actor, &lines).await;
    assert_eq!(of(super::counts(&again)), [0, 0, 330, 0, 0]);
    rebuilds(&linli).await;
    let undone = linli
        .undo_import(call(&actor), import, |_, _| {})
        .await
        .unwrap();
    assert_eq!((undone.undone, undone.kept.len()), (330, 0));
    let after = dump(&linli).await;
    assert_eq!(
        after.len(),
        empty.len() + 1,
        "only the import itself is told of"
    );
    assert_eq!(residents_in(&after), 0);
    rebuilds(&linli).await;
    let twice = linli.undo_import(call(&actor), import, |_, _| {}).await;
    assert_eq!(code(twice), "ledgers.already-undone");
    // Who was withdrawn can come again.
    let (_, counts) = imported(&linli, &actor, &lines).await;
    assert_eq!(of(counts), [330, 0, 0, 0, 0]);
}

fn code<T>(outcome: Result<T, Problem>) -> String {
    match outcome {
        Err(Problem::Refused(refusals)) => refusals[0].code.clone(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("not refused"),
    }
}

fn fact(field: &'static str, value: &str) -> Command {
    Command::RecordFact(NewFact {
        field: FieldId::known(field),
        value: value.into(),
        source: "police".to_owned(),
        as_of: TODAY,
        case: None,
    })
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one walk, step by step")]
async fn what_others_recorded_later_stays_and_is_named() {
    let linli = node().await;
    let actor = worker(HOME);
    let first = table(&[
        &["姓名", "身份证号", "电话", "学历"],
        &["示例甲", &number(0), "10900000001", ""],
        &["示例乙", &number(1), "10900000002", ""],
    ]);
    let (_, lines, _) = understood(&first);
    imported(&linli, &actor, &lines).await;
    let before = dump(&linli).await;
    // The second ledger changes both, and knows two more.
    let second = table(&[
        &["姓名", "身份证号", "电话", "学历", "残疾军人等级"],
        &["示例甲", &number(0), "10900000011", "小学", "3"],
        &["示例乙", &number(1), "10900000022", "初中", ""],
        &["示例丙", &number(2), "10900000003", "", ""],
        &["示例丁", &number(3), "10900000004", "", ""],
    ]);
    let (_, lines, _) = understood(&second);
    let (import, counts) = imported(&linli, &actor, &lines).await;
    assert_eq!(of(counts), [2, 2, 0, 0, 0]);
    rebuilds(&linli).await;
    // Later somebody else records a telephone of 乙 and a nationality of 丙.
    let of_name = |name: &str| {
        let position = lines
            .iter()
            .position(|line| line.text("person.name") == Some(name));
        position.unwrap()
    };
    let verdicts = judged(&linli, &actor, &lines).await;
    let id = |name: &str| match verdicts[of_name(name)] {
        Verdict::Same(id) => id,
        ref other => panic!("{other:?}"),
    };
    let (second_one, third) = (id("示例乙"), id("示例丙"));
    let officer = Actor::system();
    let phone = fact("person.phone", "10900000099");
    linli
        .record(call(&officer), second_one, &phone)
        .await
        .unwrap();
    let ethnicity = fact("person.ethnicity", "01");
    linli
        .record(call(&officer), third, &ethnicity)
        .await
        .unwrap();
    let undone = linli
        .undo_import(call(&actor), import, |_, _| {})
        .await
        .unwrap();
    // 甲 and 丁 wholly, 乙 but for the telephone; 丙 stays.
    assert_eq!(undone.undone, 3);
    let mut kept: Vec<(ResidentId, Vec<&str>)> = undone
        .kept
        .iter()
        .map(|one| {
            let fields = one.fields.iter().map(FieldId::as_str).collect();
            (ResidentId(one.resident), fields)
        })
        .collect();
    kept.sort();
    let mut expected = vec![
        (second_one, vec!["person.phone"]),
        (third, vec!["person.ethnicity"]),
    ];
    expected.sort();
    assert_eq!(kept, expected);
    let after = dump(&linli).await;
    let of = |rows: &[String], name: &str| rows.iter().find(|row| row.contains(name)).cloned();
    assert_eq!(of(&after, "示例甲"), of(&before, "示例甲"));
    assert!(of(&after, "示例乙").unwrap().contains("10900000099"));
    assert!(of(&after, "示例丙").is_some());
    assert_eq!(of(&after, "示例丁"), None);
    let stream = StreamId::from(id("示例甲"));
    let state = linli.load::<Residents>(&stream).await.unwrap().state;
    assert_eq!(state.text("person.education"), None);
    rebuilds(&linli).await;
}

#[tokio::test]
async fn doubts_are_told_and_left_out() {
    let linli = node().await;
    let actor = worker(HOME);
    let known = table(&[
        &["姓名", "身份证号", "出生日期", "电话"],
        &["示例甲", &number(0), "", ""],
        &["示例乙", "", "1951-05-05", "10900000002"],
    ]);
    let (_, lines, _) = understood(&known);
    imported(&linli, &actor, &lines).await;
    let rows = table(&[
        &["姓名", "身份证号", "出生日期", "电话"],
        &["示例假", &number(0), "", ""],
        &["示例乙", "", "1951-05-05", "10900000003"],
        &["示例乙", "", "1951-05-05", "10900000002"],
        &["示例乙", "", "1971-05-05", ""],
        &["示例戊", &number(5), "", ""],
        &["示例戊", &number(5), "", ""],
    ]);
    let (_, lines, _) = understood(&rows);
    let verdicts = judged(&linli, &actor, &lines).await;
    let codes: Vec<&str> = verdicts
        .iter()
        .map(|verdict| match verdict {
            Verdict::Doubtful(doubt) => doubt.refusal.code.as_str(),
            Verdict::New => "new",
            Verdict::Same(_) => "same",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        codes,
        [
            "ledgers.name-differs",
            "ledgers.same-name",
            "same",
            "new",
            "new",
            "ledgers.line-twice"
        ]
    );
    // Next door the number is known to be taken, and nothing more is told.
    let area = path(NEXT_DOOR);
    let neighbour = worker(NEXT_DOOR);
    let origin = ("committee", TODAY);
    let there = linli
        .judge_lines(&neighbour, &area, origin, &lines[..1])
        .await;
    let [Verdict::Doubtful(doubt)] = &there.unwrap()[..] else {
        panic!("not a doubt")
    };
    assert_eq!(doubt.refusal.code, "ledgers.lives-elsewhere");
}

#[tokio::test]
async fn only_ones_own_committee_is_imported_seen_and_taken_back() {
    let linli = node().await;
    let actor = worker(HOME);
    let (_, lines, _) = understood(&table(&[&["姓名", "身份证号"], &["示例甲", &number(0)]]));
    let neighbour = worker(NEXT_DOOR);
    let area = path(HOME);
    let origin = ("committee", TODAY);
    let judged = linli.judge_lines(&neighbour, &area, origin, &lines).await;
    assert_eq!(code(judged), "gate.area");
    let verdicts = [Verdict::New];
    let own = order();
    let import = linli.import_lines(call(&neighbour), &own, &lines, &verdicts, |_, _| {});
    assert_eq!(code(import.await), "gate.area");
    let street = Order {
        area: path("310117/310117001"),
        ..order()
    };
    let system = Actor::system();
    let import = linli.import_lines(call(&system), &street, &lines, &verdicts, |_, _| {});
    assert_eq!(code(import.await), "residents.not-a-committee");
    let (import, _) = imported(&linli, &actor, &lines).await;
    assert_eq!(code(linli.import_of(&neighbour, import).await), "gate.area");
    let undo = linli.undo_import(call(&neighbour), import, |_, _| {}).await;
    assert_eq!(code(undo), "gate.area");
    assert_eq!(linli.imports(&neighbour).await.unwrap().len(), 0);
    assert_eq!(linli.imports(&actor).await.unwrap().len(), 1);
    let words = Remembered::from([("小名".to_owned(), Meaning::Ignored)]);
    let refused = linli
        .remember_columns(&neighbour, &area, words.clone())
        .await;
    assert_eq!(code(refused), "gate.area");
    linli
        .remember_columns(&actor, &area, words.clone())
        .await
        .unwrap();
    assert_eq!(linli.remembered_columns(&area).await.unwrap(), words);
}

#[tokio::test]
async fn the_same_form_sent_twice_imports_once() {
    let linli = node().await;
    let actor = worker(HOME);
    let (_, lines, _) = understood(&table(&[&["姓名", "身份证号"], &["示例甲", &number(0)]]));
    let verdicts = judged(&linli, &actor, &lines).await;
    let call = call(&actor);
    let order = order();
    let send = || linli.import_lines(call, &order, &lines, &verdicts, |_, _| {});
    send().await.unwrap();
    assert_eq!(code(send().await), "ledgers.already-begun");
    assert_eq!(residents_in(&dump(&linli).await), 1);
}

#[test]
fn every_event_has_a_golden_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/ledgers");
    let samples = samples();
    for parts in &samples {
        let golden = Golden {
            kind: parts.kind.clone(),
            open: parts.open.clone(),
            sealed: Vec::new(),
        };
        golden::check(&folder, &golden).unwrap();
        let entry = recorded(&golden);
        let again = match golden.kind.name.as_ref() {
            "ledgers.columns-remembered" => ColumnWords::read(&entry).unwrap().write(),
            _ => Imports::read(&entry).unwrap().write(),
        };
        assert_eq!(again.unwrap().open, golden.open);
    }
    assert_eq!(golden::all(&folder).unwrap().len(), samples.len());
}

fn samples() -> Vec<Parts> {
    let area = path(HOME);
    let one = Uuid::from_u128(7);
    let events = [
        Happened::Begun(Begun {
            source: "committee".to_owned(),
            as_of: TODAY,
            lines: 3,
            columns: vec![
                Meaning::Field(FieldId::known("person.name")),
                Meaning::Relation,
            ],
        }),
        Happened::Recorded(Part {
            part: 0,
            residents: vec![Touched(one, 1, 1)],
            households: vec![Touched(Uuid::from_u128(70), 1, 1)],
        }),
        Happened::Ended(Counts {
            new: 1,
            bad: 2,
            ..Counts::default()
        }),
        Happened::PartUndone(PartUndone {
            part: 0,
            undone: 1,
            kept: vec![Kept {
                resident: one,
                fields: vec![FieldId::known("person.phone")],
            }],
        }),
        Happened::Undone,
    ];
    let events = events.map(|what| {
        let area = area.clone();
        Event { area, what }.write().unwrap()
    });
    let columns = Remembered::from([("联系方式1".to_owned(), Meaning::Ignored)]);
    let remembered = ColumnsRemembered { area, columns };
    [events.to_vec(), vec![remembered.write().unwrap()]].concat()
}

fn recorded(golden: &Golden) -> Recorded {
    Recorded {
        seq: 0,
        stream: StreamId::new("import", Uuid::from_u128(3)),
        version: 1,
        area: path(HOME),
        kind: golden.kind.clone(),
        at: Timestamp::UNIX_EPOCH,
        actor: Actor::system(),
        command: CommandId(Uuid::nil()),
        open: golden.open.clone(),
        sealed: Vec::new(),
        digest: [0; 32],
    }
}
