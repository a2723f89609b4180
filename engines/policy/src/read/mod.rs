//! Reads the TOML of policies, overlays and household files into plain records, every value with
//! its place. Meaning comes later; here a key must exist, be known and have the right shape.

mod file;
mod parts;
mod table;

pub(crate) use file::{Case, CaseExpect, Expected, File, file, not_toml};
pub(crate) use parts::{FactText, ParameterText, RuleText, ValueText};
pub(crate) use table::{Placed, Raw, Reader, Shape, Table};
