//! Any bytes as a `.pb` file: read or refused; what is read is written and read again the same,
//! and what is counted verifies.
#![no_main]

use libfuzzer_sys::fuzz_target;
use linli_budgeting::{Options, Rule, pabulib, tally, verify};

fuzz_target!(|bytes: &[u8]| {
    let Ok((file, _)) = pabulib::read(bytes, &mut |_| {}) else {
        return;
    };
    let again = pabulib::read(pabulib::write(&file, None).as_bytes(), &mut |_| {});
    assert_eq!(again.map(|it| it.0.election.marks).as_ref(), Ok(&file.election.marks));
    for rule in [Rule::Greedy, Rule::MaxWelfare, Rule::Phragmen, Rule::EqualShares] {
        let options = Options {
            rule,
            ..Options::default()
        };
        if let Ok(result) = tally(&file.election, &options, true, &mut |_| {}) {
            assert!(verify(&file.election, &result).is_ok());
        }
    }
});
