//! 检索: finding entries by what somebody remembers of them: Chinese words, full pinyin, initials, or
//! a mixture (张wei), with typing errors forgiven.
//!
//! **Shape.** An [`Entry`] has a kind, a key, the code of its place, names and words. What comes back
//! is [`Hit`]s: keys, the best first. The index keeps keys and postings; whoever asks reads the rows
//! from the registers, where the gate stands.
//!
//! **Derived.** The index holds nothing that is not in the registers, and is thrown away whenever it
//! does not fit. Every commit carries the place in the log up to which it holds ([`Position`]), so a
//! process that was killed goes on where the last commit was.
//!
//! **At rest.** Terms are made of names, so the folder is as private as the registers beside it: it
//! lies in the node's folder, only its owner may enter, and no backup takes it. Whoever is erased
//! leaves the files too: [`Index::purge`] writes the segments anew that still held them.
//!
//! Reading order: `spell` (pinyin), `terms` (what an entry is found by), `asked` (what a text
//! may mean, the likeliest first), `index` (the files).

mod asked;
mod index;
mod spell;
mod terms;
#[cfg(test)]
mod tests;

pub use index::{Find, Hit, Hits, Index, Position};
pub use spell::sound;
pub use terms::Entry;
