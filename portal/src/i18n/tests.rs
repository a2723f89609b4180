//! Both languages hold the same keys with the same places, and templates name only keys that exist.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::*;

fn folder(relative: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// The keys of one language with the places (`{ $name }`) of each.
fn keys(lang: Lang) -> BTreeMap<String, BTreeSet<String>> {
    let mut keys = BTreeMap::new();
    for entry in std::fs::read_dir(folder("../web/messages").join(lang.tag())).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut key = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, _)) = line.split_once(" =")
                && !line.starts_with([' ', '.'])
            {
                name.clone_into(&mut key);
                keys.insert(key.clone(), BTreeSet::new());
            }
            for (_, rest) in line
                .match_indices("{ $")
                .map(|(at, _)| line.split_at(at + 3))
            {
                let name: String = rest
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_' || *c == '-')
                    .collect();
                if let Some(places) = keys.get_mut(&key) {
                    places.insert(name);
                }
            }
        }
    }
    keys
}

#[test]
fn both_languages_say_the_same_things() {
    let (zh, en) = (keys(Lang::Zh), keys(Lang::En));
    let only = |a: &BTreeMap<String, _>, b: &BTreeMap<String, _>| -> Vec<String> {
        a.keys()
            .filter(|key| !b.contains_key(*key))
            .cloned()
            .collect()
    };
    assert_eq!(only(&zh, &en), Vec::<String>::new(), "only in Chinese");
    assert_eq!(only(&en, &zh), Vec::<String>::new(), "only in English");
    for (key, places) in &zh {
        // A name that comes in both languages: { $name } or { $name_zh }, and { $name_en }.
        let own = |place: &str| {
            place
                .strip_suffix("_en")
                .is_some_and(|zh| places.contains(zh) || places.contains(&format!("{zh}_zh")))
        };
        let extra: Vec<_> = en[key].difference(places).filter(|p| !own(p)).collect();
        assert!(
            extra.is_empty(),
            "{key}: English has places that Chinese lacks: {extra:?}"
        );
    }
}

fn walk(folder: &Path, ends: &[&str], found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, ends, found);
        } else if ends.iter().any(|end| path.to_string_lossy().ends_with(end)) {
            found.push(path);
        }
    }
}

/// The literal keys that `text` hands to `page.t("…")`, `page.ta("…")` and their like.
fn named(text: &str) -> Vec<String> {
    ["page.t(\"", "page.ta(\""]
        .iter()
        .flat_map(|call| text.split(call).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .filter(|key| {
            !key.is_empty()
                && key
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_key_a_page_names_exists() {
    let i18n = I18n::load().unwrap();
    let mut files = Vec::new();
    walk(&folder("src"), &[".html", ".rs"], &mut files);
    walk(&folder("../web/components"), &[".html"], &mut files);
    let mut seen = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for key in named(&text) {
            seen += 1;
            assert!(
                i18n.has(Lang::Zh, &key),
                "{}: no message “{key}”",
                file.display()
            );
        }
    }
    assert!(seen > 20, "the search for keys found only {seen}");
}

#[test]
fn places_are_filled_and_a_missing_message_shows_its_key() {
    let i18n = I18n::load().unwrap();
    assert!(
        i18n.text(Lang::Zh, "retry-after", [("seconds", "30")])
            .contains("30")
    );
    assert_eq!(i18n.text(Lang::En, "no-such-key", []), "no-such-key");
}
