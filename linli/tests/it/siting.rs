//! `linli siting`: reach, crowding and placing from files, answers by their schemas, proofs checked.

use std::path::Path;

use serde_json::Value;

use crate::{expect, linli};

const VILLAGES: &str = "编号,经度,纬度,人数,60岁以上\n\
    东村,121.20,31.00,100,40\n中村,121.21,31.00,10,1\n西村,121.22,31.00,120,\n";
const SITES: &str = "id,lon,lat,capacity,existing\n\
    A,121.20,31.00,150,no\nB,121.21,31.00,90,no\nC,121.22,31.00,200,no\n";

fn file(dir: &Path, name: &str, text: &str) -> String {
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The answer, if it is as its schema says.
fn answer(schema: &str, args: &[&str]) -> Value {
    let answer: Value = serde_json::from_str(&expect(0, args)).unwrap();
    let path = format!(
        "{}/../docs/schemas/{schema}.schema.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<String> = validator
        .iter_errors(&answer)
        .map(|fault| fault.to_string())
        .collect();
    assert!(faults.is_empty(), "{faults:?}");
    answer
}

#[test]
fn reach_counts_those_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let villages = file(dir.path(), "v.csv", VILLAGES);
    let clinic = file(dir.path(), "c.csv", "id,lon,lat\nA,121.20,31.00\n");
    let out = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (csv, map, geojson) = (out("o.csv"), out("o.svg"), out("o.geojson"));
    let told = answer(
        "siting-reach",
        &[
            "siting",
            "reach",
            &villages,
            &clinic,
            "--json",
            "--csv",
            &csv,
            "--svg",
            &map,
            "--geojson",
            &geojson,
        ],
    );
    let last = &told["limits"][2];
    // The middle village is 955 m away, 15 minutes are 900 m.
    assert_eq!(last["groups"][0]["reached"], 100);
    assert_eq!(last["groups"][1]["left_out"], 1);
    assert_eq!(last["left_out_weighted"], 131);
    assert_eq!(last["left_out"][0]["id"], "西村");
    assert!(
        std::fs::read_to_string(csv)
            .unwrap()
            .contains("中村,10,1,A,955,0,0,0,121.21,31")
    );
    assert!(std::fs::read_to_string(map).unwrap().starts_with("<svg"));
    // What was written can be read again.
    let again = std::fs::read_to_string(&geojson).unwrap();
    assert_eq!(again.matches("\"Point\"").count(), 4);
}

#[test]
fn crowding_shares_what_there_is() {
    let dir = tempfile::tempdir().unwrap();
    let villages = file(dir.path(), "v.csv", VILLAGES);
    let sites = file(dir.path(), "s.csv", SITES);
    let told = answer(
        "siting-crowding",
        &[
            "siting", "crowding", &villages, &sites, "--within", "500", "--json",
        ],
    );
    assert_eq!(told["communities"][0]["access"], 1.5);
    assert_eq!(told["communities"][1]["access"], 9.0);
    assert_eq!(told["left_out"], 0);
}

#[test]
fn places_are_proven_and_forgeries_found() {
    let dir = tempfile::tempdir().unwrap();
    let villages = file(dir.path(), "v.csv", VILLAGES);
    let sites = file(dir.path(), "s.csv", SITES);
    let place = ["siting", "place", &villages, &sites, "-k", "2", "--json"];
    for question in ["median", "covering", "centre"] {
        for more in [&[][..], &["--capacities"]] {
            let mut args = place.to_vec();
            args.extend(["--question", question]);
            args.extend(more);
            let told = answer("siting-place", &args);
            assert_eq!(told["proven"], true, "{question}");
            let honest = file(dir.path(), "r.json", &told.to_string());
            let checked = answer(
                "siting-verification",
                &["siting", "verify", &villages, &sites, &honest, "--json"],
            );
            assert_eq!(checked["holds"], true, "{question}");
            if more.is_empty() && question == "median" {
                assert_eq!(told["chosen"], serde_json::json!(["A", "C"]));
                let mut forged = told;
                forged["plan"]["bound"] = 10_000.into();
                let forged = file(dir.path(), "f.json", &forged.to_string());
                let found = expect(1, &["siting", "verify", &villages, &sites, &forged]);
                assert!(found.contains("10000"), "{found}");
            }
        }
    }
}

#[test]
fn streets_are_walked() {
    let dir = tempfile::tempdir().unwrap();
    let homes = file(dir.path(), "h.csv", "id,node,people\nx,a,5\ny,c,6\n");
    let clinics = file(dir.path(), "c.csv", "id,node\nk,b\n");
    let streets = file(dir.path(), "s.csv", "from,to,metres\na,b,200\nb,c,700\n");
    let args = [
        "siting",
        "reach",
        &homes,
        &clinics,
        "--streets",
        &streets,
        "--minutes",
        "5,10",
        "--json",
    ];
    let told = answer("siting-reach", &args);
    assert_eq!(told["limits"][1]["left_out"][0]["id"], "y");
    assert_eq!(told["communities"][1]["metres"], 700);
}

#[test]
fn misuse_and_faults_say_where() {
    let dir = tempfile::tempdir().unwrap();
    let villages = file(dir.path(), "v.csv", VILLAGES);
    let sites = file(dir.path(), "s.csv", SITES);
    let bad = file(dir.path(), "b.csv", "id,lon,lat,people\na,121,31,-5\n");
    let told = |args: &[&str]| {
        let ran = linli(args);
        (
            ran.status.code(),
            String::from_utf8_lossy(&ran.stderr).into_owned(),
        )
    };
    let (code, said) = told(&["siting", "place", &bad, &sites, "-k", "1"]);
    assert_eq!(code, Some(1));
    assert!(
        said.contains("b.csv:2:4: people“-5”不是不小于 0 的整数 · people `-5`"),
        "{said}"
    );
    let (code, said) = told(&["siting", "place", &villages, &sites, "-k", "9"]);
    assert!(
        code == Some(1) && said.contains("只有 3 处 · 9 are to be chosen, but only 3 sites"),
        "{said}"
    );
    let (code, _) = told(&["siting", "reach", &villages, &sites, "--detour", "0.5"]);
    assert_eq!(code, Some(2));
    let (code, _) = told(&[
        "siting", "place", &villages, &sites, "-k", "1", "--within", "5",
    ]);
    assert_eq!(code, Some(2));
}
