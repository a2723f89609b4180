//! The journal's suite: the same cases on memory, SQLite and PostgreSQL, and what is particular to
//! each.

#[cfg(test)]
mod site;
#[cfg(test)]
mod suite;
