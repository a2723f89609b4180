//! Elections in Pabulib's format, and results that somebody hands in.

use std::sync::LazyLock;

use linli_budgeting::{Completion, Election, Options, Rule, Tally, pabulib, tally, verify};

const ELECTION: &[u8] = b"META\nkey;value\nbudget;12\nvote_type;approval\n\
    PROJECTS\nproject_id;cost\na;6\nb;6\nc;5\nd;0\n\
    VOTES\nvoter_id;vote\n1;a,c\n2;a,b\n3;b,c\n4;d\n";

static SMALL: LazyLock<Election> = LazyLock::new(|| {
    let read = pabulib::read(ELECTION, &mut |_| {});
    read.expect("the election is sound").0.election
});

const RULES: [Rule; 4] = [
    Rule::Greedy,
    Rule::MaxWelfare,
    Rule::Phragmen,
    Rule::EqualShares,
];

/// A file is read, or refused with a line of its own; what is read is written and read again the
/// same, and what is counted verifies.
pub(crate) fn file(bytes: &[u8]) -> bool {
    let file = match pabulib::read(bytes, &mut |_| {}) {
        Ok((file, _)) => file,
        Err(faults) => {
            let lines = bytes.split(|&byte| byte == b'\n' || byte == b'\r').count();
            for fault in &faults {
                assert!(
                    usize::try_from(fault.line).is_ok_and(|line| line <= lines),
                    "{fault}"
                );
            }
            assert!(!faults.is_empty());
            return false;
        }
    };
    let again = pabulib::read(pabulib::write(&file, None).as_bytes(), &mut |_| {});
    let (again, _) = again.unwrap_or_else(|faults| unreachable!("{faults:?}"));
    assert_eq!(again.election.marks, file.election.marks);
    for rule in RULES {
        for completion in [Completion::None, Completion::Utilitarian] {
            let options = Options {
                rule,
                completion,
                ..Options::default()
            };
            if let Ok(result) = tally(&file.election, &options, true, &mut |_| {}) {
                let told = verify(&file.election, &result);
                assert!(told.is_ok(), "{options:?} {told:?}");
            }
        }
    }
    true
}

/// The checker says yes or no to any result, and never yes to another selection than the rule's.
pub(crate) fn result(bytes: &[u8]) -> bool {
    let Ok(result) = serde_json::from_slice::<Tally>(bytes) else {
        return false;
    };
    if verify(&SMALL, &result).is_err() {
        return false;
    }
    // Of Add1 the checker does not prove that it could not have ended before, and of maximum
    // welfare not the order of ties.
    if result.options.rule != Rule::MaxWelfare
        && let Ok(honest) = tally(&SMALL, &result.options, false, &mut |_| {})
    {
        let raised = result.certificate != honest.certificate;
        assert!(raised || result.selected == honest.selected);
    }
    true
}
