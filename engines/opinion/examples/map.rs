//! Prints the analysis of an export as JSON: `map VOTES.csv [COMMENTS.csv]`.

use std::io::Write as _;

use linli_opinion::{Conversation, Settings, Statements, read};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut files = std::env::args_os().skip(1);
    let votes = files.next().ok_or("which votes?")?;
    let comments = match files.next() {
        Some(path) => read::comments(&std::fs::read(path)?)?,
        None => Statements::new(),
    };
    let votes = read::votes(&std::fs::read(votes)?)?;
    let analysis = Conversation::new(votes, comments, Settings::default()).analyse(None);
    serde_json::to_writer(std::io::stdout().lock(), &analysis)?;
    writeln!(std::io::stdout())?;
    Ok(())
}
