//! A ledger from the command line: tried, imported, marked, taken back.

use std::fs;

use linli_interop::sheet::{Ask, Cell, read};

use crate::{expect, json};

/// A ledger as committees write it: a title, a blank line, a header, a total. Numbers that begin
/// with 99 belong to nobody.
const LEDGER: &str = "\
龙潭居民区人员台账,,,,\r\n\
\r\n\
序号,姓 名,身份证号码,出生年月日,联系方式,与户主关系\r\n\
1,张建国,990117194912310014,1949.12.31,10900000001,户主\r\n\
2,李秀英,,一九五〇年五月五日,１０９０００００００２,妻\r\n\
3,王小明,3.10117E+17,2013/3/21,,\r\n\
合计,3人,,,\r\n";

#[test]
fn a_ledger_goes_in_and_comes_out_again() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("node");
    expect(
        0,
        &[
            "init",
            "--dir",
            dir.to_str().unwrap(),
            "--listen",
            "127.0.0.1:0",
        ],
    );
    let file = home.path().join("台账.csv");
    let number =
        linli_units::IdentityNumber::synthetic(117, jiff::civil::date(1949, 12, 31), 1).unwrap();
    let ledger = LEDGER.replace("990117194912310014", number.as_str());
    fs::write(&file, ledger).unwrap();
    let report = home.path().join("错误说明.xlsx");
    let (file, report) = (file.to_str().unwrap(), report.to_str().unwrap());
    let import = [
        "import",
        "residents",
        file,
        "--area",
        "310117001001",
        "--report",
        report,
    ];

    let tried = json(1, &[&import[..], &["--dry-run"]].concat(), &dir);
    assert_eq!(tried["counts"]["new"], 2, "{tried}");
    assert_eq!(tried["import"], serde_json::Value::Null);
    let done = json(1, &import, &dir);
    assert_eq!(done["counts"]["new"], 2, "{done}");
    assert_eq!(done["counts"]["bad"], 1);
    assert_eq!(done["passed_over"], 1);
    assert_eq!(done["reasons"]["ledgers.number-lost-digits"], 1, "{done}");

    let marked = read(&fs::read(report).unwrap(), &Ask::default()).unwrap();
    assert_eq!(marked.cell(0, 0), &Cell::text("龙潭居民区人员台账"));
    assert_eq!(marked.cell(2, 6), &Cell::text("错误说明"));
    assert_eq!(marked.cell(5, 2), &Cell::text("3.10117E+17"));
    assert!(marked.cell(5, 6).shown().contains("身份证号码"));
    assert!(marked.cell(3, 6).is_blank());

    let again = json(1, &import, &dir);
    assert_eq!(again["counts"]["new"], 0, "{again}");
    assert_eq!(again["counts"]["same"], 2, "{again}");
    let id = done["import"].as_str().unwrap();
    let undone = json(0, &["import", "undo", id], &dir);
    assert_eq!(undone["undone"], 2);
    expect(1, &["import", "undo", id, "--dir", dir.to_str().unwrap()]);
    let once_more = json(1, &[&import[..], &["--dry-run"]].concat(), &dir);
    assert_eq!(once_more["counts"]["new"], 2);
    json(0, &["journal", "verify"], &dir);
}

#[test]
fn a_wrong_area_is_misuse_and_a_wrong_file_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("node");
    let at = dir.to_str().unwrap();
    expect(0, &["init", "--dir", at, "--listen", "127.0.0.1:0"]);
    let file = home.path().join("page.xls");
    fs::write(&file, "<html><table><tr><td>姓名</td></tr></table></html>").unwrap();
    let file = file.to_str().unwrap();
    let import = |area| ["import", "residents", file, "--area", area, "--dir", at];
    expect(2, &import("310117"));
    expect(1, &import("310117001001"));
}
