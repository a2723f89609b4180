//! Whether a certificate is what its files give, field by field: for whoever has the files.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::certificate::{Certificate, Inputs};
use crate::election::Election;
use crate::procedure::Procedure;
use crate::tally::{Counts, tally};
use crate::told::{Told, told};

use super::{Flaw, verify_under};

/// The texts that a certificate was made from.
#[derive(Debug, Clone, Copy)]
pub struct Files<'t> {
    /// `ELECTION.toml`
    pub election: &'t str,
    /// `COUNTS.csv`
    pub counts: &'t str,
    /// The procedure's file.
    pub procedure: &'t str,
}

impl Files<'_> {
    /// Their digests, as a certificate has them.
    #[must_use]
    pub fn digests(&self) -> Inputs {
        let digest = |text: &str| {
            let digest = Sha256::digest(text.as_bytes());
            digest.iter().map(|byte| format!("{byte:02x}")).collect()
        };
        Inputs {
            election_sha256: digest(self.election),
            counts_sha256: digest(self.counts),
            procedure_sha256: digest(self.procedure),
        }
    }
}

/// As [`verify_under`], and every field is what these files give: the papers are counted again, so
/// that names, relatives, heads and whatever else is told for people is theirs too.
///
/// # Errors
/// Every flaw found; a file that cannot be read is one.
pub fn verify_files(certificate: &Certificate, files: &Files<'_>) -> Result<(), Vec<Flaw>> {
    let procedure = Procedure::parse(files.procedure)
        .map_err(|fault| vec![Flaw::new("procedure", fault.told())])?;
    let mut flaws = verify_under(certificate, &procedure)
        .err()
        .unwrap_or_default();
    match again(files, &procedure) {
        Ok(again) => {
            let values = [certificate, &again].map(serde_json::to_value);
            if let [Ok(told), Ok(found)] = &values {
                apart(told, found, "", &mut flaws);
            }
        }
        Err((at, problem)) => flaws.push(Flaw::new(at, problem)),
    }
    if flaws.is_empty() { Ok(()) } else { Err(flaws) }
}

fn again(files: &Files<'_>, procedure: &Procedure) -> Result<Certificate, (&'static str, Told)> {
    let election = Election::parse(files.election);
    let election = election.map_err(|fault| ("election", fault.told()))?;
    let rules = procedure.rules(&election.method, election.day);
    let rules = rules.map_err(|problem| ("election", problem))?;
    let counts = Counts::read(files.counts, &election, rules.kind, &mut |_, _| {});
    let counts = counts.map_err(|fault| ("counts", fault.told()))?;
    let made = tally(&election, &rules, &counts, files.digests());
    made.map_err(|problem| ("files", problem.told()))
}

/// The places where two values differ.
fn apart(told: &Value, found: &Value, at: &str, flaws: &mut Vec<Flaw>) {
    match (told, found) {
        (Value::Object(told), Value::Object(found)) => {
            let mut keys: Vec<&String> = told.keys().chain(found.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                let own =
                    |of: &serde_json::Map<String, Value>| of.get(key).cloned().unwrap_or_default();
                apart(&own(told), &own(found), &format!("{at}/{key}"), flaws);
            }
        }
        (Value::Array(told), Value::Array(found)) if told.len() == found.len() => {
            for (index, (told, found)) in told.iter().zip(found).enumerate() {
                apart(told, found, &format!("{at}/{index}"), flaws);
            }
        }
        _ if told == found => {}
        _ => flaws.push(Flaw::new(
            at,
            told!("不是由这些文件得出的", "is not what the files give"),
        )),
    }
}
