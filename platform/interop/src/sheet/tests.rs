//! Sheets: read as they were written, and refused when they are not what they say.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Cursor, Write as _};

use jiff::civil::date;
use proptest::prelude::*;
use zip::write::SimpleFileOptions;

use super::*;

const SMALL: Limits = Limits {
    bytes: 4 << 20,
    inflated: 8 << 20,
    strings: 1_000,
    text: 1 << 20,
    rows: 5_000,
    columns: 64,
    cells: 20_000,
    cell: 1_000,
};

fn ask() -> Ask<'static> {
    Ask {
        limits: SMALL,
        ..Ask::default()
    }
}

fn text(text: &str) -> Cell {
    Cell::text(text)
}

/// A workbook put together part by part.
fn workbook(parts: &[(&str, &str)]) -> Vec<u8> {
    const REST: [(&str, &str); 4] = [
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#,
        ),
        (
            "_rels/.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="一" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
    ];
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in REST.iter().chain(parts) {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn sheet(rows: &str) -> String {
    format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>"#
    )
}

const SHEET: &str = "xl/worksheets/sheet1.xml";
const STRINGS: &str = "xl/sharedStrings.xml";

fn refused(bytes: &[u8]) -> Unreadable {
    read(bytes, &ask()).unwrap_err()
}

fn too_many(what: &'static str) -> impl Fn(&Unreadable) -> bool {
    move |why| matches!(why, Unreadable::TooMuch { what: found, .. } if *found == what)
}

#[test]
fn what_is_written_is_read_again_and_begins_no_formula() {
    let columns = [
        Column::new("姓名", 12),
        Column::new("公民身份号码", 22),
        Column::new("日期", 12),
    ];
    let mut report = Report::new("居民", &["说明".to_owned()], &columns).unwrap();
    let rows = [
        vec![
            text("=HYPERLINK(\"http://x\")"),
            text("310117194912310021"),
            Cell::Date(date(2013, 3, 21).into()),
        ],
        vec![text("+86"), text("0012"), Cell::Number(0.5)],
    ];
    for row in &rows {
        report.row(row).unwrap();
    }
    let bytes = report.finish().unwrap();
    let back = read(&bytes, &ask()).unwrap();
    assert_eq!(back.name, "居民");
    assert_eq!(back.rows[1], ["姓名", "公民身份号码", "日期"].map(text));
    assert_eq!(back.rows[2..], rows);
    // The parts of the file hold no formula at all.
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut part = archive.by_name(SHEET).unwrap();
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut part, &mut xml).unwrap();
    assert!(!xml.contains("<f>") && !xml.contains("<hyperlink"), "{xml}");
}

#[test]
fn a_bomb_is_refused_by_what_it_inflates_to_and_not_by_what_it_says() {
    let zeros = "0".repeat(9 << 20);
    let bomb = workbook(&[(SHEET, &sheet("")), ("xl/media/bomb.xml", &zeros)]);
    assert!(bomb.len() < 100_000);
    assert!(too_many("inflated")(&refused(&bomb)));
    // The same with a central directory that says each part is one byte long.
    let mut lying = bomb;
    let mut at = 0;
    while let Some(found) = lying[at..]
        .windows(4)
        .position(|four| four == b"PK\x01\x02")
    {
        at += found;
        lying[at + 24..at + 28].copy_from_slice(&1_u32.to_le_bytes());
        at += 4;
    }
    assert!(matches!(
        refused(&lying),
        Unreadable::TooMuch { .. } | Unreadable::Damaged(_)
    ));
}

#[test]
fn a_million_texts_real_or_stated_are_refused() {
    let many = format!("<sst>{}</sst>", "<si><t>x</t></si>".repeat(1_001));
    let file = workbook(&[(SHEET, &sheet("")), (STRINGS, &many)]);
    assert!(too_many("strings")(&refused(&file)));
    let stated = r#"<sst uniqueCount="999999999999"><si><t>x</t></si></sst>"#;
    let file = workbook(&[(SHEET, &sheet("")), (STRINGS, stated)]);
    assert!(too_many("strings")(&refused(&file)));
}

#[test]
fn one_text_in_many_cells_counts_as_often_as_it_stands() {
    let long = "长".repeat(900);
    let strings = format!("<sst><si><t>{long}</t></si></sst>");
    let cell = r#"<c t="s"><v>0</v></c>"#;
    let rows = format!("<row>{}</row>", cell.repeat(40)).repeat(30);
    let file = workbook(&[(SHEET, &sheet(&rows)), (STRINGS, &strings)]);
    assert!(too_many("text")(&refused(&file)));
}

#[test]
fn entities_are_refused_wherever_they_are_declared() {
    let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>";
    let strings = format!("{laughs}<sst><si><t>&b;</t></si></sst>");
    let file = workbook(&[(SHEET, &sheet("")), (STRINGS, &strings)]);
    assert_eq!(refused(&file), Unreadable::Entities);
    let outside = format!(
        "{}<!DOCTYPE x SYSTEM \"file:///etc/passwd\">{}",
        " ".repeat(70_000),
        sheet("")
    );
    let file = workbook(&[(SHEET, &outside)]);
    assert_eq!(refused(&file), Unreadable::Entities);
}

#[test]
fn a_cell_far_away_takes_no_memory() {
    let far = r#"<row r="1048576"><c r="A1048576"><v>1</v></c></row>"#;
    assert!(too_many("rows")(&refused(&workbook(&[(
        SHEET,
        &sheet(far)
    )]))));
    let far = r#"<row r="1"><c r="XFD1"><v>1</v></c></row>"#;
    assert!(too_many("columns")(&refused(&workbook(&[(
        SHEET,
        &sheet(far)
    )]))));
    let wide = r#"<row><c r="BJ1"><v>1</v></c></row>"#;
    let rows: String = (1..400)
        .map(|row| {
            wide.replace("<row>", &format!("<row r=\"{row}\">"))
                .replace("BJ1", &format!("BJ{row}"))
        })
        .collect();
    assert!(too_many("cells")(&refused(&workbook(&[(
        SHEET,
        &sheet(&rows)
    )]))));
}

#[test]
fn what_is_no_workbook_is_told_apart() {
    let html = "\u{feff}\n <html><table><tr><td>姓名</td></tr></table></html>";
    assert_eq!(refused(html.as_bytes()), Unreadable::WebPage);
    assert_eq!(refused(b"\xff\xff\xffabc"), Unreadable::Encoding);
    assert_eq!(refused(b"\x89PNG\r\n\x1a\n\0\0"), Unreadable::Unknown);
    assert_eq!(refused(b"%PDF-1.7\n\0\0\0"), Unreadable::Unknown);
    assert_eq!(refused(b"  \n"), Unreadable::Empty);
    let cut = refused(b"PK\x03\x04");
    assert!(matches!(cut, Unreadable::Damaged(_)), "{cut}");
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("a.txt", SimpleFileOptions::default())
        .unwrap();
    assert_eq!(
        refused(&zip.finish().unwrap().into_inner()),
        Unreadable::Unknown
    );
    assert!(too_many("bytes")(&refused(&vec![b'a'; SMALL.bytes + 1])));
}

#[test]
fn csv_is_read_in_the_encodings_people_save_it_in() {
    let text_of = "姓名,备注\r\n张三,\"有,逗号\n和换行\"\r\n\r\n䶮䶮,x\r\n";
    let (gb, _, _) = encoding_rs::GB18030.encode(text_of);
    let utf16: Vec<u8> = text_of.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let files = [
        text_of.as_bytes().to_vec(),
        [b"\xef\xbb\xbf", text_of.as_bytes()].concat(),
        gb.into_owned(),
        [&b"\xff\xfe"[..], &utf16].concat(),
        text_of
            .replace(',', "\t")
            .replace("有\t逗号", "有,逗号")
            .into_bytes(),
    ];
    for file in files {
        let table = read(&file, &ask()).unwrap();
        assert_eq!(table.rows[0], ["姓名", "备注"].map(text));
        assert_eq!(table.rows[1], ["张三", "有,逗号\n和换行"].map(text));
        // A blank line is a row: rows have the numbers that they have in a spreadsheet.
        assert_eq!(table.rows[2], []);
        assert_eq!(table.rows[3], ["䶮䶮", "x"].map(text));
        assert_eq!(table.rows.len(), 4);
    }
}

/// A workbook of Excel 97 with one sheet, record by record.
fn old_workbook(records: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let record = |kind: u16, content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap();
        [&kind.to_le_bytes(), &length.to_le_bytes(), content].concat()
    };
    let begin = |kind: u16| {
        let mut content = vec![0x00, 0x06];
        content.extend(kind.to_le_bytes());
        content.extend([0; 12]);
        record(0x0809, &content)
    };
    let end = record(0x000a, &[]);
    let mut name = vec![0, 0, 1, 1];
    name.extend(u16::from_le_bytes([0x00, 0x4e]).to_le_bytes());
    let globals = |at: u32| {
        let content = [&at.to_le_bytes()[..], &name].concat();
        [begin(5), record(0x0085, &content), end.clone()].concat()
    };
    let at = u32::try_from(globals(0).len()).unwrap();
    let mut book = globals(at);
    book.extend(begin(0x10));
    for (kind, content) in records {
        book.extend(record(*kind, content));
    }
    book.extend(&end);
    // Small streams lie elsewhere in such files: large ones are the usual.
    book.resize(book.len().max(4_096), 0);
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream("/Workbook")
        .unwrap()
        .write_all(&book)
        .unwrap();
    file.flush().unwrap();
    file.into_inner().into_inner()
}

fn label(row: u16, column: u16, text: &str) -> (u16, Vec<u8>) {
    let letters: Vec<u16> = text.encode_utf16().collect();
    let length = u16::try_from(letters.len()).unwrap();
    let mut content: Vec<u8> = [row, column, 0, length]
        .into_iter()
        .flat_map(u16::to_le_bytes)
        .collect();
    content.push(1);
    content.extend(letters.into_iter().flat_map(u16::to_le_bytes));
    (0x0204, content)
}

fn dimensions(rows: u32, columns: u16) -> (u16, Vec<u8>) {
    let mut content = vec![0; 4];
    content.extend(rows.to_le_bytes());
    content.extend([0; 2]);
    content.extend(columns.to_le_bytes());
    content.extend([0; 2]);
    (0x0200, content)
}

#[test]
fn an_old_workbook_is_read_and_one_that_lies_about_its_size_is_refused() {
    let mut number: Vec<u8> = [1_u16, 1, 0]
        .into_iter()
        .flat_map(u16::to_le_bytes)
        .collect();
    number.extend(41_354.0_f64.to_le_bytes());
    let cells = [
        dimensions(2, 2),
        label(0, 0, "姓名"),
        label(1, 0, "张三"),
        (0x0203, number),
    ];
    let table = read(&old_workbook(&cells), &ask()).unwrap();
    assert_eq!(table.format, Format::Xls);
    assert_eq!(table.rows[0], [text("姓名")]);
    assert_eq!(table.rows[1], [text("张三"), Cell::Number(41_354.0)]);
    let mut backwards = dimensions(1, 200);
    backwards.1[0] = 9;
    for lie in [
        dimensions(u32::MAX, 256),
        dimensions(65_536, 256),
        label(65_535, 255, "x"),
        backwards,
    ] {
        let cells = [label(0, 0, "姓名"), lie];
        assert!(too_many("cells")(&refused(&old_workbook(&cells))));
    }
}

#[test]
fn the_marked_table_has_the_rows_and_columns_of_the_file() {
    let table = read(
        "台账\n\n姓名,电话\n张三,12345\n李四,10900000001\n".as_bytes(),
        &ask(),
    )
    .unwrap();
    let marks = [Mark {
        row: 3,
        column: Some(1),
        tone: Tone::Bad,
        note: "电话：请核对".to_owned(),
    }];
    let bytes = marked(&table, 2, "错误说明", &marks).unwrap();
    let back = read(&bytes, &ask()).unwrap();
    for (row, cells) in table.rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            assert_eq!(back.cell(row, column), cell, "{row} {column}");
        }
    }
    assert_eq!(back.cell(2, 2), &text("错误说明"));
    assert_eq!(back.cell(3, 2), &text("电话：请核对"));
    assert!(back.cell(4, 2).is_blank());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut comments = String::new();
    let mut part = archive.by_name("xl/comments1.xml").unwrap();
    std::io::Read::read_to_string(&mut part, &mut comments).unwrap();
    assert!(
        comments.contains("ref=\"B4\"") && comments.contains("请核对"),
        "{comments}"
    );
}

#[test]
fn csv_that_is_written_is_marked_quoted_and_inert() {
    let rows = [
        vec![text("=1+1"), text("a\"b,c"), Cell::Empty],
        vec![text("　＝cmd"), Cell::Number(3.0), text("-")],
    ];
    let bytes = write_csv(&["名".to_owned()], rows.iter().map(Vec::as_slice)).unwrap();
    let written = String::from_utf8(bytes).unwrap();
    assert_eq!(
        written,
        "\u{feff}名\r\n'=1+1,\"a\"\"b,c\",\r\n'＝cmd,3,'-\r\n"
    );
}

#[test]
fn only_as_many_rows_are_read_as_are_asked_for() {
    let ask = Ask {
        first: Some(2),
        ..ask()
    };
    let table = read(b"a\nb\nc\n", &ask).unwrap();
    assert_eq!((table.rows.len(), table.more), (2, true));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_begins_a_formula_in_csv(text in "\\PC{0,12}") {
        let safe = csv_text(&text);
        let first = safe.trim_start().chars().next();
        prop_assert!(!matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')));
        prop_assert!(safe == text || safe.strip_prefix('\'') == Some(text.as_str()));
    }

    #[test]
    fn csv_is_read_as_it_was_written(rows in proptest::collection::vec(proptest::collection::vec("[^\0\r<;\t]{0,8}", 2..4), 1..6)) {
        let cells: Vec<Vec<Cell>> = rows.iter().map(|row| row.iter().map(|one| Cell::text(one)).collect()).collect();
        let bytes = write_csv(&["列".to_owned(), "b".to_owned()], cells.iter().map(Vec::as_slice)).unwrap();
        let back = read(&bytes, &ask()).unwrap();
        for (at, row) in rows.iter().enumerate() {
            for (column, one) in row.iter().enumerate() {
                // What is shown is without blanks at its ends, and inert.
                let expected = csv_text(one.trim()).into_owned();
                prop_assert_eq!(back.cell(at + 1, column).shown(), expected.trim());
            }
        }
    }

    #[test]
    fn a_damaged_file_ends_in_a_table_or_a_refusal(at in 0_usize..4_000, byte in any::<u8>(), cut in 0_usize..4_000) {
        let rows = r#"<row><c t="inlineStr"><is><t>姓名</t></is></c><c><v>1</v></c></row>"#;
        let strings = "<sst><si><t>x</t></si></sst>";
        let mut files = [
            workbook(&[(SHEET, &sheet(rows)), (STRINGS, strings)]),
            old_workbook(&[dimensions(2, 2), label(0, 0, "姓名")]),
        ];
        for file in &mut files {
            let length = file.len();
            file[at % length] = byte;
            file.truncate(length - cut % length / 4);
            // Either way it comes to an end; a panic inside would be Damaged.
            drop(read(file, &ask()));
        }
    }
}
