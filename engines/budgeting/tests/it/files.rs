//! Whole published files: read without an error, written, and read again to the same election.

use linli_budgeting::pabulib::{self, Severity, write};

use crate::published::folder;

#[test]
fn published_files_survive_reading_and_writing() {
    let Some(folder) = folder("reading and writing 11 published files") else {
        return;
    };
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|it| it != "pb") {
            continue;
        }
        let (file, notes) = pabulib::read(&std::fs::read(&path).unwrap(), &mut |_| {})
            .unwrap_or_else(|faults| panic!("{}: {faults:?}", path.display()));
        assert!(notes.iter().all(|note| note.severity == Severity::Note));
        let (again, notes) = pabulib::read(write(&file, None).as_bytes(), &mut |_| {}).unwrap();
        assert_eq!(notes, [], "{}", path.display());
        assert_eq!(again.election.projects, file.election.projects);
        assert_eq!(again.election.marks, file.election.marks);
        assert_eq!(again.election.ends, file.election.ends);
        assert_eq!((again.meta, again.vote_rows), (file.meta, file.vote_rows));
        count += 1;
    }
    assert_eq!(count, 11);
}
