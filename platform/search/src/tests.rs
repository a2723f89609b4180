//! What is found, what is not, in which order; and that what was erased is gone from the files.

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;

use crate::{Entry, Find, Index, Position};

fn person(key: &str, name: &str, place: &str) -> Entry {
    Entry {
        kind: "person",
        key: key.to_owned(),
        place: place.to_owned(),
        names: vec![name.to_owned()],
        ..Entry::default()
    }
}

fn upto(next: u64) -> Position {
    Position {
        log: "test.example/log".to_owned(),
        next,
        digest: String::new(),
    }
}

fn with(names: &[&str]) -> Index {
    let index = Index::memory().unwrap();
    for name in names {
        index.put(&person(name, name, "a")).unwrap();
    }
    index.commit(upto(1), false).unwrap();
    index
}

fn found(index: &Index, text: &str) -> Vec<String> {
    let find = Find {
        text,
        kind: "person",
        places: None,
        most: 20,
    };
    let hits = index.find(&find).unwrap().hits;
    hits.into_iter().map(|hit| hit.key).collect()
}

#[test]
fn a_person_is_found_however_the_name_is_typed() {
    let index = with(&["张伟", "王芳", "张建国", "欧阳娜娜", "吕布", "李重阳"]);
    for (text, name) in [
        ("张伟", "张伟"),
        ("zhangwei", "张伟"),
        ("zhang wei", "张伟"),
        ("ZhangWei", "张伟"),
        ("ｚｈａｎｇｗｅｉ", "张伟"),
        ("zw", "张伟"),
        ("张wei", "张伟"),
        ("zhang伟", "张伟"),
        ("张w", "张伟"),
        ("zhangw", "张伟"),
        ("建国", "张建国"),
        ("jianguo", "张建国"),
        ("zjg", "张建国"),
        ("张jg", "张建国"),
        ("zhangjg", "张建国"),
        ("zjianguo", "张建国"),
        ("ouyang", "欧阳娜娜"),
        ("oynn", "欧阳娜娜"),
        ("lvbu", "吕布"),
        ("chongyang", "李重阳"),
    ] {
        let all = found(&index, text);
        assert_eq!(
            all.first().map(String::as_str),
            Some(name),
            "{text}: {all:?}"
        );
    }
}

#[test]
fn errors_are_forgiven_and_come_last() {
    let index = with(&["张伟", "章炜", "臧伟", "王建国", "张建国", "赵敏"]);
    // Another character with the same sound.
    assert_eq!(found(&index, "张炜")[..2], ["张伟", "章炜"]);
    // Sounds that are mixed up come after those that are meant.
    let all = found(&index, "zhangwei");
    assert_eq!(all[..2].iter().collect::<BTreeSet<_>>().len(), 2);
    assert_eq!(all[2], "臧伟");
    assert!(found(&index, "zanwei").contains(&"张伟".to_owned()));
    // Letters missing, doubled, swapped or wrong.
    for text in [
        "zhangjiangou",
        "zhangjianuo",
        "zhangjjianguo",
        "zhsngjianguo",
    ] {
        assert_eq!(
            found(&index, text).first().map(String::as_str),
            Some("张建国"),
            "{text}"
        );
    }
    // One of three characters wrong.
    assert!(found(&index, "张三园").is_empty());
    assert!(found(&index, "张建园").contains(&"张建国".to_owned()));
    // Short ones are taken at their word.
    assert!(found(&index, "zq").is_empty());
}

#[test]
fn who_is_called_so_comes_before_who_merely_contains_it() {
    let index = with(&["张伟明", "大张伟", "张伟", "张伟强"]);
    for text in ["张伟", "zhangwei"] {
        assert_eq!(found(&index, text)[0], "张伟", "{text}");
        assert_eq!(found(&index, text).len(), 4, "{text}");
    }
}

#[test]
fn words_are_found_within_longer_ones() {
    let index = Index::memory().unwrap();
    let service = |key: &str, name: &str, words: &[&str]| Entry {
        kind: "service",
        key: key.to_owned(),
        names: vec![name.to_owned()],
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        ..Entry::default()
    };
    for entry in [
        service("dibao", "最低生活保障", &["低保", "low income"]),
        service("elder", "老年人综合津贴", &["养老补贴"]),
        service("proof", "社区证明", &["certificate"]),
    ] {
        index.put(&entry).unwrap();
    }
    index.commit(upto(1), false).unwrap();
    for (text, key) in [
        ("低保", "dibao"),
        ("dibao", "dibao"),
        ("db", "dibao"),
        ("生活保障", "dibao"),
        ("shenghuo", "dibao"),
        ("Low Income", "dibao"),
        ("老年 津贴", "elder"),
        ("老年人津贴", "elder"),
        ("certificte", "proof"),
        ("证明", "proof"),
    ] {
        let find = Find {
            text,
            kind: "service",
            places: None,
            most: 5,
        };
        let hits = index.find(&find).unwrap().hits;
        assert_eq!(
            hits.first().map(|hit| hit.key.as_str()),
            Some(key),
            "{text}"
        );
    }
}

#[test]
fn an_address_is_found_by_its_parts() {
    let index = Index::memory().unwrap();
    let home = |key: &str, address: &str| Entry {
        kind: "household",
        key: key.to_owned(),
        words: vec![address.to_owned()],
        ..Entry::default()
    };
    index
        .put(&home("1", "岳阳街道龙潭社区松影苑12号301室"))
        .unwrap();
    index
        .put(&home("2", "岳阳街道龙潭社区松影苑21号103室"))
        .unwrap();
    index.commit(upto(1), false).unwrap();
    for text in [
        "松影苑12号301",
        "松影苑 301",
        "songyingyuan 12",
        "龙潭松影苑12号",
    ] {
        let find = Find {
            text,
            kind: "household",
            places: None,
            most: 5,
        };
        assert_eq!(index.find(&find).unwrap().hits[0].key, "1", "{text}");
    }
}

#[test]
fn only_what_lies_in_the_places_asked_for_is_found() {
    let index = Index::memory().unwrap();
    index.put(&person("here", "张伟", "a")).unwrap();
    index.put(&person("there", "张伟", "b")).unwrap();
    index.commit(upto(1), false).unwrap();
    let within = |places: &[&str]| {
        let places: Vec<String> = places.iter().map(|one| (*one).to_owned()).collect();
        let find = Find {
            text: "zw",
            kind: "person",
            places: Some(&places),
            most: 5,
        };
        let hits = index.find(&find).unwrap().hits;
        hits.into_iter().map(|hit| hit.key).collect::<Vec<_>>()
    };
    assert_eq!(within(&["a"]), ["here"]);
    assert_eq!(within(&["b"]), ["there"]);
    assert_eq!(within(&["a", "b"]).len(), 2);
    assert!(within(&[]).is_empty());
}

#[test]
fn more_than_asked_for_is_said_and_the_higher_order_comes_first() {
    let index = Index::memory().unwrap();
    for n in 0..9_u64 {
        let entry = Entry {
            order: n,
            ..person(&n.to_string(), "张伟", "a")
        };
        index.put(&entry).unwrap();
    }
    index.commit(upto(1), false).unwrap();
    let find = Find {
        text: "zhangwei",
        kind: "person",
        places: None,
        most: 3,
    };
    let hits = index.find(&find).unwrap();
    let keys: Vec<&str> = hits.hits.iter().map(|hit| hit.key.as_str()).collect();
    assert_eq!(keys, ["8", "7", "6"]);
    assert!(hits.more);
}

fn files(folder: &Path) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let name = |file: std::io::Result<std::fs::DirEntry>| file.unwrap().file_name();
    let names = files.map(|file| name(file).to_string_lossy().into_owned());
    // Not those that name the others or lock the folder.
    names
        .filter(|name| !name.starts_with('.') && !name.starts_with("meta"))
        .collect()
}

#[test]
fn whoever_was_erased_is_gone_from_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path()).unwrap();
    index.put(&person("1", "冼冠生", "a")).unwrap();
    index.put(&person("2", "王芳", "a")).unwrap();
    index.commit(upto(1), false).unwrap();
    let before = files(folder.path());
    let personal = [
        "person/1",
        "冼冠",
        "冼冠生",
        "^xianguansheng",
        "^xgs",
        "^xianuansen",
    ];
    for term in personal {
        assert!(
            index.terms().contains(term),
            "the test looks for what is there: {term}"
        );
    }
    index.remove("person", "1");
    index.commit(upto(2), true).unwrap();
    assert!(found(&index, "冼冠生").is_empty());
    assert!(
        index.terms().contains("冼冠生"),
        "a deletion alone leaves the terms"
    );
    assert!(index.is_purge_due());
    index.purge().unwrap();
    assert!(!index.is_purge_due());
    assert_eq!(found(&index, "王芳").len(), 1);
    for term in personal {
        assert!(!index.terms().contains(term), "{term}");
    }
    assert!(
        before.is_disjoint(&files(folder.path())),
        "an old file is still there"
    );
}

#[test]
fn it_goes_on_where_the_last_commit_was() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path()).unwrap();
    assert_eq!(index.position(), None);
    index.put(&person("1", "张伟", "a")).unwrap();
    index.commit(upto(7), false).unwrap();
    // Never committed, as when the process is killed here.
    index.put(&person("2", "王芳", "a")).unwrap();
    drop(index);
    let index = Index::open(folder.path()).unwrap();
    assert_eq!(index.position(), Some(upto(7)));
    assert_eq!(found(&index, "张伟").len(), 1);
    assert!(found(&index, "王芳").is_empty());
}

#[test]
fn a_damaged_index_is_thrown_away_and_a_second_writer_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path()).unwrap();
    index.put(&person("1", "张伟", "a")).unwrap();
    index.commit(upto(7), false).unwrap();
    assert!(matches!(
        Index::open(folder.path()),
        Err(linli_kernel::Fault::Busy(_))
    ));
    drop(index);
    std::fs::write(folder.path().join("meta.json"), "{}").unwrap();
    let index = Index::open(folder.path()).unwrap();
    assert_eq!(index.position(), None);
    assert_eq!(index.entries(), 0);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_look_into_the_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("search");
    drop(Index::open(&folder).unwrap());
    let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0);
}

const SURNAMES: [&str; 6] = ["张", "王", "李", "欧阳", "吕", "单"];
const GIVEN: [&str; 8] = ["伟", "建国", "秀英", "芳", "重阳", "娜娜", "子轩", "淑兰"];

fn name() -> impl Strategy<Value = String> {
    (0..SURNAMES.len(), 0..GIVEN.len()).prop_map(|(a, b)| format!("{}{}", SURNAMES[a], GIVEN[b]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Every name is found by its characters, by each of its parts of two characters or more, and
    /// it is among the first when typed whole.
    #[test]
    fn whatever_is_there_is_found(names in proptest::collection::btree_set(name(), 1..12)) {
        let all: Vec<&str> = names.iter().map(String::as_str).collect();
        let index = with(&all);
        for name in &names {
            prop_assert_eq!(&found(&index, name)[0], name);
            let chars: Vec<char> = name.chars().collect();
            for pair in chars.windows(2) {
                let part: String = pair.iter().collect();
                let contain: BTreeSet<&String> =
                    names.iter().filter(|one| one.contains(&part)).collect();
                let hits = found(&index, &part);
                let first: BTreeSet<&String> = hits.iter().take(contain.len()).collect();
                prop_assert_eq!(first, contain);
            }
        }
    }

    /// No text, whatever it holds, breaks the search or finds more than was asked for.
    #[test]
    fn any_text_is_an_answer(text in ".{0,60}") {
        let index = with(&["张伟", "王芳"]);
        prop_assert!(found(&index, &text).len() <= 2);
    }
}
