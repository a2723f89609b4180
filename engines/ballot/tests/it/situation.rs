//! One situation of the vectors (or of a procedure's `[[cases]]`), played through the whole engine.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use linli_ballot::certificate::{Certificate, Fate};
use linli_ballot::lot::{self, Randomness};
use linli_ballot::procedure::Kind;
use linli_ballot::proxy::{self, Proxy};
use linli_ballot::{Counts, Election, Inputs, Procedure, Rules, tally, verify};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The procedures of the catalogue.
pub(crate) fn catalogue() -> BTreeMap<String, Procedure> {
    let folder = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../catalogue/procedures"
    ));
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "toml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let procedure =
            Procedure::parse(&text).unwrap_or_else(|fault| panic!("{}:{fault}", path.display()));
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert_eq!(procedure.id, name, "a file is called as its procedure");
        all.insert(name, procedure);
    }
    all
}

/// Plays a situation; returns what differs from what is expected.
pub(crate) fn play(case: &Value, procedures: &BTreeMap<String, Procedure>) -> Vec<String> {
    let given = &case["given"];
    let expect = &case["expect"];
    if case["ask"] == "lot" {
        return lot(given, expect);
    }
    let rules = rules(case, procedures);
    if case["ask"] == "proxies" {
        return proxies(case, &rules);
    }
    let (election, counts) = facts(case, &rules);
    let election = Election::parse(&election).unwrap_or_else(|fault| panic!("{fault}\n{election}"));
    let counts = Counts::read(&counts, &election, rules.kind, &mut |_, _| {}).unwrap();
    let certificate = tally(&election, &rules, &counts, Inputs::default()).unwrap();
    let mut differs = told(&certificate, expect);
    if let Err(flaws) = verify(&certificate) {
        differs.extend(flaws.iter().map(|flaw| format!("verify: {flaw}")));
    }
    let text = serde_json::to_string(&certificate).unwrap();
    let again: Certificate = serde_json::from_str(&text).unwrap();
    assert_eq!(
        again, certificate,
        "a certificate is read as it was written"
    );
    differs
}

/// The rules that a situation names.
pub(crate) fn rules(case: &Value, procedures: &BTreeMap<String, Procedure>) -> Rules {
    let text = |key: &str| {
        case[key]
            .as_str()
            .unwrap_or_else(|| panic!("{key} in {case}"))
    };
    let procedure = procedures
        .get(text("procedure"))
        .expect("the procedure is there");
    procedure
        .rules(text("method"), text("day").parse().unwrap())
        .unwrap()
}

fn part<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

fn lot(given: &Value, expect: &Value) -> Vec<String> {
    let randomness = Randomness {
        source: "vector".to_owned(),
        value: part(&given["value"]),
    };
    let names: Vec<String> = part(&given["names"]);
    let purpose: String = part(&given["purpose"]);
    let drawn = lot::draw(&randomness, &purpose, &names).order;
    differ("order", &json!(drawn), &expect["order"])
        .into_iter()
        .collect()
}

fn proxies(case: &Value, rules: &Rules) -> Vec<String> {
    let proxies: Vec<Proxy> = part(&case["given"]["proxies"]);
    let candidates: Vec<String> = part(&case["given"]["candidates"]);
    let candidates: BTreeSet<&str> = candidates.iter().map(String::as_str).collect();
    let day = case["day"].as_str().unwrap().parse().unwrap();
    let how = (rules.law.proxies.as_ref(), &rules.method);
    let rulings = proxy::judge(&proxies, how, &candidates, day);
    let refused: Vec<_> = rulings.iter().map(|ruling| &ruling.refused).collect();
    differ("refused", &json!(refused), &case["expect"]["refused"])
        .into_iter()
        .collect()
}

fn differ(what: &str, found: &Value, wanted: &Value) -> Option<String> {
    (found != wanted).then(|| format!("{what}: {found} where {wanted} is expected"))
}

/// The two files of a situation.
pub(crate) fn facts(case: &Value, rules: &Rules) -> (String, String) {
    let given = &case["given"];
    let mut election = json!({
        "format": "linli-election/1",
        "id": "vector",
        "names": { "zh": "例", "en": "vector" },
        "procedure": rules.id,
        "method": rules.method.id,
        "day": case["day"],
        "round": given.get("round").cloned().unwrap_or(json!("first")),
    });
    for key in ["petition", "notice_given", "body", "proxies", "lot"] {
        if let Some(value) = given.get(key) {
            election[key] = value.clone();
        }
    }
    if let Some(ties) = given.get("plan_ties") {
        election["plan"] = json!({ "ties": ties });
    }
    let counts = if case["ask"] == "owners" {
        owners(given, &mut election)
    } else {
        papers(given, &mut election, rules)
    };
    (toml::to_string(&election).unwrap(), counts)
}

/// Boxes, contests and rows of a vote by papers.
fn papers(given: &Value, election: &mut Value, rules: &Rules) -> String {
    let mut roll = json!({ "entries": given["entries"] });
    for key in ["published", "objections", "electors"] {
        if let Some(value) = given.get(key) {
            roll[key] = value.clone();
        }
    }
    election["roll"] = roll;
    let alone = json!([{
        "id": "booth", "channel": "booth", "listed": given["entries"], "voted": given["voted"],
        "papers": given["papers"],
    }]);
    let boxes: Vec<Value> = part(given.get("boxes").unwrap_or(&alone));
    let contests: Vec<Value> = match given.get("contests") {
        Some(contests) => part(contests),
        None => vec![given.clone()],
    };
    let motion = rules.kind != Kind::Election;
    let rows = rows(given, &boxes, &contests, motion);
    let bare = boxes.into_iter().map(|mut one| {
        one.as_object_mut().unwrap().remove("papers");
        one
    });
    election["boxes"] = bare.collect();
    if motion {
        election["motion"] = json!({ "zh": "例" });
    } else {
        election["contests"] = contests
            .iter()
            .map(|contest| named(contest, &rows))
            .collect();
    }
    let rows: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
    format!(
        "box,counter,counting,contest,marks,papers\n{}\n",
        rows.join("\n")
    )
}

/// A contest with its candidates.
fn named(contest: &Value, rows: &[[String; 6]]) -> Value {
    json!({
        "id": contest.get("id").cloned().unwrap_or(json!("committee")),
        "names": { "zh": "例" },
        "seats": contest.get("seats").cloned().unwrap_or(json!(1)),
        "candidates": candidates(contest, rows),
    })
}

/// The rows of the counts: both counters find the papers given, or what `rows` says.
fn rows(given: &Value, boxes: &[Value], contests: &[Value], motion: bool) -> Vec<[String; 6]> {
    let mut rows = Vec::new();
    for contest in contests {
        let id = if motion {
            "motion"
        } else {
            contest["id"].as_str().unwrap_or("committee")
        };
        for one in boxes {
            let own = if given.get("contests").is_some() {
                contest
            } else {
                one
            };
            let papers = own.get("papers").and_then(Value::as_array);
            for paper in papers.into_iter().flatten() {
                rows.push(row(&one["id"], "1", "first", id, (&paper[0], &paper[1])));
                rows.push(row(&one["id"], "2", "first", id, (&paper[0], &paper[1])));
            }
            if one["voted"] == 0 {
                rows.push(row(&one["id"], "1", "first", id, (&json!(""), &json!(0))));
                rows.push(row(&one["id"], "2", "first", id, (&json!(""), &json!(0))));
            }
        }
    }
    for given in given
        .get("rows")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let (counter, counting) = (given[1].as_str().unwrap(), given[2].as_str().unwrap());
        rows.push(row(
            &given[0],
            counter,
            counting,
            "committee",
            (&given[3], &given[4]),
        ));
    }
    rows
}

fn row(one: &Value, by: &str, counting: &str, id: &str, paper: (&Value, &Value)) -> [String; 6] {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (marks, many) = (text(paper.0), paper.1.to_string());
    [
        text(one),
        by.to_owned(),
        counting.to_owned(),
        id.to_owned(),
        marks,
        many,
    ]
}

/// The candidates given, or whoever is named on a paper.
fn candidates(contest: &Value, rows: &[[String; 6]]) -> Value {
    if let Some(given) = contest.get("candidates").and_then(Value::as_object) {
        let one = |(id, facts): (&String, &Value)| {
            let mut facts = facts.clone();
            facts["id"] = json!(id);
            facts
        };
        return given.iter().map(one).collect();
    }
    let marks = rows.iter().map(|row| row[4].as_str());
    let marks = marks.filter(|marks| !marks.is_empty() && !marks.starts_with('!'));
    let ids: BTreeSet<&str> = marks.flat_map(|marks| marks.split('+')).collect();
    ids.into_iter().map(|id| json!({ "id": id })).collect()
}

/// Units and votes of owners: listed one by one, or as blocks of equal units.
fn owners(given: &Value, election: &mut Value) -> String {
    let mut units: Vec<Value> = given.get("units").map(part).unwrap_or_default();
    let mut rows = vec!["unit,vote,owner".to_owned()];
    for vote in given
        .get("votes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let text = |index: usize| vote[index].as_str().unwrap_or("");
        rows.push(format!("{},{},{}", text(0), text(1), text(2)));
    }
    for block in given
        .get("blocks")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        for _ in 0..block["units"].as_u64().unwrap() {
            let id = format!("u{}", units.len());
            units.push(json!({
                "id": id, "area_cm2": block["area_cm2"], "owners": [{ "id": format!("o-{id}") }],
            }));
            if block["vote"] != "none" {
                rows.push(format!("{id},{},", block["vote"].as_str().unwrap()));
            }
        }
    }
    election["units"] = json!(units);
    election["motion"] = json!({ "zh": "例" });
    rows.join("\n")
}

/// What a certificate says, against what is expected of it.
fn told(certificate: &Certificate, expect: &Value) -> Vec<String> {
    let mut differs = Vec::new();
    for (key, wanted) in expect.as_object().unwrap() {
        let found = said(certificate, key, wanted);
        let wanted = match (key.as_str(), wanted.as_array()) {
            ("elected" | "level" | "findings", Some(ids)) => sorted(
                ids.iter()
                    .map(|id| id.as_str().unwrap().to_owned())
                    .collect(),
            ),
            _ => wanted.clone(),
        };
        differs.extend(differ(key, &found, &wanted));
    }
    differs
}

fn sorted(mut ids: Vec<String>) -> Value {
    ids.sort_unstable();
    json!(ids)
}

/// What a certificate says about one expectation.
fn said(certificate: &Certificate, key: &str, wanted: &Value) -> Value {
    let outcome = &certificate.outcome;
    let standing = || {
        outcome
            .contests
            .iter()
            .flat_map(|contest| &contest.standing)
    };
    let ids = |wanted: &Fate| {
        let own = standing().filter(|one| one.result == *wanted);
        sorted(own.map(|one| one.id.clone()).collect())
    };
    let sums = |sums: linli_ballot::owners::Sums| json!([sums.all, sums.present, sums.in_favour]);
    match key {
        "status" => json!(outcome.status),
        "elected" => ids(&Fate::Elected),
        "level" => ids(&Fate::Level),
        "vacant" => json!(
            outcome
                .contests
                .iter()
                .map(|contest| contest.vacant)
                .sum::<u64>()
        ),
        "carried" => match (&outcome.motion, &outcome.owners) {
            (Some(motion), _) => json!(motion.carried),
            (None, owners) => json!(owners.as_ref().map(|owners| owners.carried)),
        },
        "defects" => json!(outcome.defects),
        "findings" => {
            let codes = certificate
                .findings
                .iter()
                .map(|finding| json!(finding.code));
            let codes = codes.map(|code| code.as_str().unwrap().to_owned());
            sorted(codes.filter(|code| code != "F302").collect())
        }
        "heads" => sums(outcome.owners.as_ref().unwrap().heads),
        "area" => sums(outcome.owners.as_ref().unwrap().area),
        "fates" => {
            let own = standing().filter(|one| wanted.get(&one.id).is_some());
            own.map(|one| (one.id.clone(), json!(name(&one.result))))
                .collect()
        }
        "defect_of" => {
            let steps = wanted.as_object().unwrap().keys();
            steps
                .map(|id| (id.clone(), json!(outcome.defects.contains(id))))
                .collect()
        }
        "defects_among" => {
            let prefix = wanted["prefix"].as_str().unwrap();
            let own = outcome.defects.iter().filter(|id| id.starts_with(prefix));
            json!({ "prefix": prefix, "are": own.collect::<Vec<_>>() })
        }
        other => panic!("nothing is called {other}"),
    }
}

/// A fate's name in JSON.
fn name(fate: &Fate) -> String {
    match json!(fate) {
        Value::String(name) => name,
        other => other.as_object().unwrap().keys().next().unwrap().clone(),
    }
}
