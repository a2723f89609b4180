//! The journal's suite: the same cases on memory, SQLite and PostgreSQL, and what is particular to
//! each.

#[cfg(test)]
mod backups;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod disk;
#[cfg(test)]
mod evolution;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod files;
#[cfg(test)]
mod proofs;
#[cfg(test)]
mod site;
#[cfg(test)]
mod suite;
#[cfg(test)]
mod tamper;
