//! Arrows point inward: `linli → portal → community → platform → engines`, and engines know
//! nothing of ours but `units`.

use super::{Finding, Tree};

/// The layers from the inside out; a crate may use its own layer and those before it.
const LAYERS: [&str; 5] = ["engines", "platform", "community", "portal", "linli"];

/// Crates that only tests and figures use.
const TOOLS: [&str; 4] = ["testkit", "benches", "fuzz", "xtask"];

/// The name of an engine that every engine may use.
const UNITS: &str = "linli-units";

/// Words in an engine's source that mean it left the world of values. Threads of a scope stay in
/// it: they end before their function does.
const WORLDLY: [&str; 7] = [
    "std::fs",
    "std::net",
    "std::process",
    "std::thread::sleep",
    "std::thread::spawn",
    "tokio::",
    "async fn",
];

struct Crate {
    name: String,
    path: String,
    /// Of the product and of its build.
    uses: Vec<String>,
    /// Of its tests.
    tests_use: Vec<String>,
}

impl Crate {
    fn layer(&self) -> &str {
        self.path.split('/').next().unwrap_or("")
    }

    fn manifest(&self) -> String {
        format!("{}/Cargo.toml", self.path)
    }
}

pub(super) fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let crates = crates(tree)?;
    let mut findings = Vec::new();
    for from in &crates {
        for used in &from.uses {
            findings.extend(arrow(from, used, &crates, false));
        }
        for used in &from.tests_use {
            findings.extend(arrow(from, used, &crates, true));
        }
    }
    for (path, text) in tree.under("engines/", ".rs") {
        if path.contains("/src/") {
            findings.extend(worldly(path, text));
        }
    }
    Ok(findings)
}

fn crates(tree: &Tree) -> anyhow::Result<Vec<Crate>> {
    let mut crates = Vec::new();
    for path in tree.members()? {
        let manifest: toml::Table = tree.text(&format!("{path}/Cargo.toml")).parse()?;
        let names = |section: &str| -> Vec<String> {
            manifest
                .get(section)
                .and_then(toml::Value::as_table)
                .map(|table| table.keys().cloned().collect())
                .unwrap_or_default()
        };
        let name = manifest
            .get("package")
            .and_then(|package| package.get("name"))
            .and_then(toml::Value::as_str)
            .unwrap_or(&path);
        crates.push(Crate {
            name: name.to_owned(),
            uses: [names("dependencies"), names("build-dependencies")].concat(),
            tests_use: names("dev-dependencies"),
            path,
        });
    }
    Ok(crates)
}

fn rank(layer: &str) -> Option<usize> {
    LAYERS.iter().position(|name| *name == layer)
}

/// The finding against `from` using the crate called `used`, if that is one of ours.
fn arrow(from: &Crate, used: &str, crates: &[Crate], in_tests: bool) -> Option<Finding> {
    let to = crates.iter().find(|one| one.name == used)?;
    let why = if TOOLS.contains(&from.layer()) {
        return None;
    } else if TOOLS.contains(&to.layer()) {
        (!in_tests).then(|| format!("{used} is for tests: make it a dev-dependency"))
    } else if from.layer() == "engines" && used != UNITS {
        Some(format!(
            "an engine knows nothing of ours but units, not {used}"
        ))
    } else if rank(to.layer()) > rank(from.layer()) {
        let order = LAYERS.join(" ← ");
        Some(format!("{used} lies further out; arrows go {order}"))
    } else {
        None
    };
    why.map(|why| Finding::file(&from.manifest(), why))
}

/// Engines turn values into values. Tests below a file's `mod tests` may do as they like.
fn worldly(path: &str, text: &str) -> Vec<Finding> {
    if path.ends_with("/tests.rs") {
        return Vec::new();
    }
    text.lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]"))
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .filter_map(|(index, line)| {
            let word = WORLDLY.iter().find(|word| line.contains(**word))?;
            let what = format!("an engine turns values into values: `{word}` does not belong");
            Some(Finding::line(path, index + 1, what))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use super::*;

    const ROOT: &str = r#"
        [workspace]
        members = ["engines/units", "engines/policy", "platform/kernel", "community", "testkit"]
    "#;

    fn findings(policy: &str, kernel: &str, source: &str) -> Vec<String> {
        let tree = tree(&[
            ("Cargo.toml", ROOT),
            (
                "engines/units/Cargo.toml",
                "[package]\nname = \"linli-units\"",
            ),
            (
                "engines/policy/Cargo.toml",
                &format!("[package]\nname = \"linli-policy\"\n{policy}"),
            ),
            ("engines/policy/src/lib.rs", source),
            (
                "platform/kernel/Cargo.toml",
                &format!("[package]\nname = \"linli-kernel\"\n{kernel}"),
            ),
            (
                "community/Cargo.toml",
                "[package]\nname = \"linli-community\"",
            ),
            ("testkit/Cargo.toml", "[package]\nname = \"linli-testkit\""),
        ]);
        check(&tree)
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn inward_is_fine() {
        let policy = "[dependencies]\nlinli-units.workspace = true";
        let kernel = "[dependencies]\nlinli-policy.workspace = true\n[dev-dependencies]\nlinli-testkit.workspace = true";
        assert!(findings(policy, kernel, "//! x\n// std::fs in a comment").is_empty());
    }

    #[test]
    fn outward_is_found() {
        let found = findings("", "[dependencies]\nlinli-community.workspace = true", "");
        assert!(
            found[0].contains("linli-community lies further out"),
            "{found:?}"
        );
        let found = findings("[dev-dependencies]\nlinli-kernel.workspace = true", "", "");
        assert!(
            found[0].contains("an engine knows nothing of ours"),
            "{found:?}"
        );
        let found = findings("", "[dependencies]\nlinli-testkit.workspace = true", "");
        assert!(found[0].contains("for tests"), "{found:?}");
    }

    #[test]
    fn an_engine_that_reads_a_file_is_found() {
        let found = findings(
            "",
            "",
            "//! x\nuse std::fs;\n#[cfg(test)]\nmod tests { use std::fs; }",
        );
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("engines/policy/src/lib.rs:2:"));
    }
}
