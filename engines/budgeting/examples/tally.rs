//! Count a Pabulib file: `cargo run -p linli-budgeting --example tally -- FILE.pb [RULE] [COMPLETION]`.

use std::error::Error;

use linli_budgeting::{Completion, Options, Rule, pabulib, tally};

#[expect(clippy::print_stdout, reason = "an example shows what it found")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("which file?")?;
    let named = |name: Option<String>| format!("\"{}\"", name.unwrap_or_default());
    let rule: Rule = serde_json::from_str(&named(arguments.next())).unwrap_or_default();
    let completion: Completion = serde_json::from_str(&named(arguments.next())).unwrap_or_default();
    let options = Options {
        rule,
        completion,
        ..Options::default()
    };
    let read = pabulib::read(&std::fs::read(&path)?, &mut |_| {});
    let (file, notes) = read.map_err(|faults| format!("{path}, {}", faults[0]))?;
    for note in notes {
        println!("{path}, {note}");
    }
    let result = tally(&file.election, &options, true, &mut |_| {})?;
    for explanation in &result.explanations {
        println!(
            "{}: {} {}",
            explanation.project, explanation.zh, explanation.en
        );
    }
    println!("{}", result.selected.join(" "));
    Ok(())
}
