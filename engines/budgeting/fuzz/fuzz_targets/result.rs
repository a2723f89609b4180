//! Any bytes as a result of a small election: the checker says yes or no, and never yes to another
//! selection than the rule's.
#![no_main]

use libfuzzer_sys::fuzz_target;
use linli_budgeting::{Rule, Tally, pabulib, tally, verify};

const ELECTION: &[u8] = b"META\nkey;value\nbudget;12\nvote_type;approval\n\
    PROJECTS\nproject_id;cost\na;6\nb;6\nc;5\nd;0\n\
    VOTES\nvoter_id;vote\n1;a,c\n2;a,b\n3;b,c\n4;d\n";

fuzz_target!(|bytes: &[u8]| {
    let Ok((file, _)) = pabulib::read(ELECTION, &mut |_| {}) else {
        return;
    };
    let Ok(result) = serde_json::from_slice::<Tally>(bytes) else {
        return;
    };
    // Of Add1 the checker does not prove that it could not have ended before, and of maximum
    // welfare not the order of ties.
    if verify(&file.election, &result).is_ok() && result.options.rule != Rule::MaxWelfare {
        if let Ok(honest) = tally(&file.election, &result.options, false, &mut |_| {}) {
            let raised = result.certificate != honest.certificate;
            assert!(raised || result.selected == honest.selected);
        }
    }
});
