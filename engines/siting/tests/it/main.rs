//! Siting against published optima, the peers' own answers, and broken files.

#[cfg(test)]
mod instances;
#[cfg(test)]
mod mutations;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod published;
