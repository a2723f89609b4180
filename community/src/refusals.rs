//! Every refusal of every feature that has a file of messages for them says in both languages what to
//! do, and every refusal in the code is listed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::{appointments, exports, ledgers, nodes, places, reporting, residents};

/// Each feature with its refusals.
const FEATURES: [(&str, &[&str]); 7] = [
    ("appointments", appointments::REFUSALS),
    ("exports", exports::REFUSALS),
    ("ledgers", ledgers::REFUSALS),
    ("nodes", nodes::REFUSALS),
    ("places", places::REFUSALS),
    ("reporting", reporting::REFUSALS),
    ("residents", residents::REFUSALS),
];

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The keys of refusals that a feature's messages word in a language.
fn worded(feature: &str, language: &str) -> BTreeSet<String> {
    let file = format!("../web/messages/{language}/refusals-{feature}.ftl");
    let messages = std::fs::read_to_string(folder().join(file)).unwrap();
    let lines = messages.lines().filter_map(|line| line.split_once(" = "));
    let keys = lines.map(|(key, _)| key.to_owned());
    keys.filter(|key| key.starts_with("refusal-")).collect()
}

#[test]
fn every_refusal_says_in_both_languages_what_to_do() {
    for (feature, refusals) in FEATURES {
        let key = |code: &&str| format!("refusal-{}", code.replace('.', "-"));
        let codes: BTreeSet<String> = refusals.iter().map(key).collect();
        assert_eq!(codes.len(), refusals.len(), "{feature} lists one twice");
        for language in ["zh-CN", "en"] {
            assert_eq!(worded(feature, language), codes, "{feature} in {language}");
        }
    }
}

#[test]
fn every_refusal_in_the_code_is_listed() {
    for (feature, refusals) in FEATURES {
        let mut met = 0;
        for file in sources(&folder().join("src").join(feature)) {
            let code = std::fs::read_to_string(&file).unwrap();
            for rest in code.split("Refusal::new(\"").skip(1) {
                let code = rest.split('"').next().unwrap_or_default();
                let own = code.starts_with(&format!("{feature}."));
                assert!(
                    !own || refusals.contains(&code),
                    "{}: {code}",
                    file.display()
                );
                met += usize::from(own);
            }
        }
        assert!(met > 0, "no refusal of {feature} was met");
    }
}

/// The files of a folder and those below it.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}
