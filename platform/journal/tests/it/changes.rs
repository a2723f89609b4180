//! Coalescing: changes written together give the rows that they give one by one.

use linli_journal::Change;
use proptest::prelude::*;

use crate::site::{Note, Site, rows};

/// A change to one of few rows, so that many meet.
fn change() -> impl Strategy<Value = Change> {
    let stream = prop::sample::select(vec!["a", "b", "c"]);
    let word = prop::sample::select(vec!["一", "二", "三"]);
    prop_oneof![
        5 => (stream.clone(), word.clone(), any::<bool>()).prop_map(|(stream, word, named)| upsert(stream, word, named)),
        2 => stream.clone().prop_map(|stream| Change::Delete {
            table: "notes",
            key: vec![("stream", stream.into())],
        }),
        1 => (word.clone(), word.clone()).prop_map(|(from, to)| Change::Set {
            table: "notes",
            filter: vec![("words", from.into())],
            assign: vec![("words", to.into())],
        }),
        1 => word.clone().prop_map(|word| Change::Set {
            table: "notes",
            filter: vec![("person", None::<String>.into())],
            assign: vec![("person", word.into())],
        }),
        2 => (stream.clone(), word.clone()).prop_map(|(stream, tag)| Change::Upsert {
            table: "tags",
            key: &["stream", "tag"],
            row: vec![("stream", stream.into()), ("tag", tag.into())],
        }),
        1 => (stream, word).prop_map(|(stream, tag)| Change::Delete {
            table: "tags",
            // In another order than the key is upserted by.
            key: vec![("tag", tag.into()), ("stream", stream.into())],
        }),
    ]
}

/// A note's row; the person is set, or left as it is.
fn upsert(stream: &'static str, word: &'static str, named: bool) -> Change {
    let mut row = vec![
        ("stream", stream.into()),
        ("version", 1i64.into()),
        ("words", word.into()),
        ("area", "310117".into()),
    ];
    if named {
        row.push(("person", word.into()));
    }
    Change::Upsert {
        table: "notes",
        key: &["stream"],
        row,
    }
}

async fn apply(groups: &[Vec<Change>]) -> (Vec<String>, Vec<String>) {
    let site = Site::memory();
    let journal = site.open().await;
    for (n, group) in groups.iter().enumerate() {
        let mut note = Note::new(&journal, &site.clock, &n.to_string(), 0, "字");
        note.append.changes = group.clone();
        journal.append(note.append).await.unwrap();
    }
    (rows(&journal, "notes").await, rows(&journal, "tags").await)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn together_is_the_same_as_one_by_one(changes in prop::collection::vec(change(), 1..25)) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let single: Vec<Vec<Change>> = changes.iter().map(|change| vec![change.clone()]).collect();
        let (together, one_by_one) = runtime.block_on(async {
            (apply(std::slice::from_ref(&changes)).await, apply(&single).await)
        });
        prop_assert_eq!(together, one_by_one);
    }
}
