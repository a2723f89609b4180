//! Tallies and checks of the example, and what is said of files with faults.

use super::*;

fn files() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn example(counts: &str) -> (tempfile::TempDir, Tally) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("COUNTS.csv");
    std::fs::write(&path, counts).unwrap();
    let asked = Tally {
        election: files().join("engines/ballot/example/ELECTION.toml"),
        counts: path,
        procedures: None,
        svg: Some(folder.path().join("ballot.svg")),
        json: true,
    };
    (folder, asked)
}

#[test]
fn every_procedure_of_the_catalogue_comes_with_the_program() {
    let mut names: Vec<String> = std::fs::read_dir(files().join("catalogue/procedures"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let mut known: Vec<&str> = PROCEDURES.iter().map(|(name, _)| *name).collect();
    known.sort_unstable();
    assert_eq!(names, known);
    for (name, text) in PROCEDURES {
        assert_eq!(Procedure::parse(text).unwrap().id, name);
    }
}

#[test]
fn counters_that_differ_end_with_one_and_draw_all_the_same() {
    let path = files().join("engines/ballot/example/COUNTS.csv");
    let counts = std::fs::read_to_string(path).unwrap();
    let (folder, asked) = example(&counts);
    assert_eq!(run_tally(&asked).unwrap(), Outcome::Done);
    assert!(folder.path().join("ballot.svg").exists());
    let (_kept, asked) = example(&counts.replacen(",wang,36", ",wang,35", 1));
    assert_eq!(run_tally(&asked).unwrap(), Outcome::Failed);
}

#[test]
fn a_name_that_was_changed_is_found_by_digest_and_by_files() {
    let example = |name: &str| files().join("engines/ballot/example").join(name);
    let [facts, counts] = ["ELECTION.toml", "COUNTS.csv"].map(|name| read(&example(name)).unwrap());
    let (_, law) = law(None, "residents-election").unwrap();
    let texts = Files {
        election: &facts,
        counts: &counts,
        procedure: &law,
    };
    let election = Election::parse(&facts).unwrap();
    let rules = Procedure::parse(&law).unwrap();
    let rules = rules.rules(&election.method, election.day).unwrap();
    let papers = Counts::read(&counts, &election, rules.kind, &mut |_, _| {}).unwrap();
    let made = tally(&election, &rules, &papers, texts.digests()).unwrap();
    let posted = made.digest.clone();
    let folder = tempfile::tempdir().unwrap();
    let check = |made: &Certificate, digest: Option<&str>, with_files: bool| {
        let result = folder.path().join("RESULT.json");
        std::fs::write(&result, serde_json::to_string(made).unwrap()).unwrap();
        run_verify(&Check {
            result,
            election: with_files.then(|| example("ELECTION.toml")),
            counts: with_files.then(|| example("COUNTS.csv")),
            digest: digest.map(str::to_owned),
            procedures: None,
            json: true,
        })
        .unwrap()
    };
    assert_eq!(check(&made, Some(&posted), true), Outcome::Done);
    let mut forged = made;
    forged.outcome.contests[0].standing[0].name.push('某');
    assert_eq!(check(&forged, None, false), Outcome::Failed);
    forged.digest = forged.digest_of_the_rest();
    assert_eq!(check(&forged, Some(&posted), false), Outcome::Failed);
    assert_eq!(check(&forged, None, true), Outcome::Failed);
}

#[test]
fn faults_name_the_file_and_the_place() {
    let (_kept, asked) = example("box,counter,contest,marks,papers\nbooth,x,director,wang,many\n");
    let told = run_tally(&asked).unwrap_err().to_string();
    assert!(
        told.ends_with("COUNTS.csv:2:23: “many”不是选票张数 · `many` is no number of papers"),
        "{told}"
    );
    let (_kept, asked) = example("box,counter,contest,marks,papers\n");
    std::fs::write(&asked.counts, b"box,counter,marks\nbooth,\xcd\xf5,wang\n").unwrap();
    let told = run_tally(&asked).unwrap_err().to_string();
    assert!(told.contains("COUNTS.csv:2:7: 文件不是 UTF-8"), "{told}");
    let (_kept, mut asked) = example("");
    asked.election = PathBuf::from("nowhere.toml");
    assert!(format!("{:#}", run_tally(&asked).unwrap_err()).contains("nowhere.toml"));
}
