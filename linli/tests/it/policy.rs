//! `linli policy`: checks, explanations, remarks and pages, each as its schema says.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{expect, linli};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The policy and the household of the engine's README.
fn written(dir: &Path) -> (String, String) {
    let readme = root().join("engines/policy/README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let parts: Vec<&str> = readme.split("```toml\n").skip(1).collect();
    let put = |name: &str, part: &str| {
        let path = dir.join(name);
        std::fs::write(&path, part.split("```").next().unwrap()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    (put("heating.toml", parts[0]), put("family.toml", parts[1]))
}

/// The JSON answer of a command, checked against its schema.
fn checked(code: i32, schema: &str, arguments: &[&str]) -> Value {
    let text = expect(code, &[arguments, &["--json"]].concat());
    let answer: Value = serde_json::from_str(&text).unwrap();
    let schema = root().join(format!("docs/schemas/{schema}.schema.json"));
    let schema = std::fs::read_to_string(schema).unwrap();
    let schema = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> = validator
        .iter_errors(&answer)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}\n{text}");
    answer
}

#[test]
fn a_policy_is_checked_explained_and_printed() {
    let dir = tempfile::tempdir().unwrap();
    let (policy, family) = written(dir.path());

    let told = checked(0, "policy-check", &["policy", "check", &policy]);
    assert_eq!(told["cases"].as_array().unwrap().len(), 4);
    let asked = [
        "policy",
        "explain",
        &policy,
        "--household",
        &family,
        "--on",
        "2024-08-01",
    ];
    let told = checked(0, "policy-explain", &asked);
    assert_eq!(told["answers"][0]["outcome"], "no");
    assert_eq!(told["answers"][0]["would_change"][0]["to"], "3999.99");
    let told = checked(0, "policy-lint", &["policy", "lint", &policy]);
    assert_eq!(told["findings"][0]["code"], "cases");
    let told = checked(0, "policy-doc", &["policy", "doc", &policy]);
    let page = told["pages"][0]["page"].as_str().unwrap();
    assert!(page.starts_with("# 取暖补贴 Heating aid"), "{page}");
}

#[test]
fn a_reader_that_went_away_is_no_mistake() {
    let dir = tempfile::tempdir().unwrap();
    let (policy, _) = written(dir.path());
    for arguments in [
        &["policy", "doc", &policy][..],
        &["policy", "doc", &policy, "--json"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = crate::command(arguments).stdout(writer).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), told), (Some(0), String::new()));
    }
}

#[test]
fn a_mistake_ends_with_1_and_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let (policy, family) = written(dir.path());
    let text = std::fs::read_to_string(&policy).unwrap();

    std::fs::write(&policy, text.replace("amount = 50 }", "amount = 51 }")).unwrap();
    let told = checked(1, "policy-check", &["policy", "check", &policy]);
    let failure = &told["cases"][0]["failures"][0];
    assert_eq!(failure["message"], "amount: expected 51, found 50");
    assert_eq!(failure["message_zh"], "amount：应为 51，得出的却是 50");

    std::fs::write(
        &policy,
        text.replace("income / size", "income / count(size)"),
    )
    .unwrap();
    for (schema, command) in [
        ("policy-check", "check"),
        ("policy-lint", "lint"),
        ("policy-doc", "doc"),
    ] {
        let told = checked(1, schema, &["policy", command, &policy]);
        assert_eq!(told["findings"][0]["line"], 45);
    }
    std::fs::write(&policy, &text).unwrap();
    std::fs::write(&family, "[household]\nincome = \"much\"\n").unwrap();
    let asked = [
        "policy",
        "explain",
        &policy,
        "--household",
        &family,
        "--on",
        "2024-08-01",
    ];
    let told = checked(1, "policy-explain", &asked);
    assert_eq!(
        (&told["findings"][0]["line"], &told["findings"][0]["column"]),
        (&2.into(), &10.into())
    );
    expect(
        2,
        &[
            "policy",
            "explain",
            &policy,
            "--household",
            &family,
            "--on",
            "someday",
        ],
    );
}

#[test]
fn a_file_of_another_encoding_is_told_in_both_languages() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("heating.toml");
    // 出生 in GB 18030.
    std::fs::write(&path, b"id = \"a\"\nnames = \"\xb3\xf6\xc9\xfa\"\n").unwrap();
    let output = linli(&["policy", "check", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    for part in ["heating.toml", "另存为 UTF-8", "save it as UTF-8"] {
        assert!(told.contains(part), "{told}");
    }
}

#[test]
fn the_catalogue_is_sound_and_a_policy_finds_those_it_asks() {
    let catalogue = root().join("catalogue/policies");
    let told = checked(
        0,
        "policy-check",
        &["policy", "check", catalogue.to_str().unwrap()],
    );
    assert!(told["policies"].as_array().unwrap().len() >= 12);
    let one = catalogue.join("dibao-edge.toml");
    let told = checked(
        0,
        "policy-check",
        &["policy", "check", one.to_str().unwrap()],
    );
    assert_eq!(told["policies"], serde_json::json!(["dibao-edge"]));
}
