//! Siting against published optima and the peers' own answers.

#[cfg(test)]
mod instances;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod published;
