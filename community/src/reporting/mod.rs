//! 统一填报: the tables that offices ask for, filled from the registers.
//!
//! **Purpose.** Nobody types again what the registers know. A template names its columns out of the
//! data dictionary, and whoever is asked opens it filled for their own area. Before a new one is
//! made, who wants it is shown what it repeats and what somebody would have to type.
//!
//! **Actors.** Officers of a street or the district make and end templates
//! ([`linli_kernel::Action::ResidentExport`]: they answer for lists that leave). Whoever may open a
//! record of the area opens and fills one ([`linli_kernel::Action::ResidentRead`]); it leaves as a
//! file by the rules of [`crate::exports`].
//!
//! **Legal basis.** 统计法 (revision of 2009) arts 11 and 13 (surveys do not repeat each other, and
//! their necessity is examined); the Shanghai data by-law art. 30 (what can be shared is not
//! collected twice); PIPL art. 6 (no more than the purpose needs).
//!
//! **Life cycle.** created → ended, for a reason. A template never changes: who filled one for a
//! basis must be able to see for ever which columns that basis had. Another table is another
//! template.
//!
//! **What the registers do not hold.** A column that is no fact of the dictionary is refused: no
//! office would answer for it, and it would be typed anew each time. One that the dictionary has and
//! few records hold is named 需人工填写 with its share, and the template says why it is needed. It is
//! filled in where it belongs, in the record or by an import, so that the next table has it.
//!
//! All of it is open: names of columns, codes, counts, and words that name nobody.

mod columns;
mod decide;
mod duplicates;
mod events;
mod fill;
mod queries;
mod refusal;
mod register;
mod rules;
mod service;
mod state;
#[cfg(test)]
mod tests;

pub use columns::{Column, Kind, columns};
pub use decide::MOST_COLUMNS;
pub use duplicates::{LIST, Review, Share};
pub use events::{About, Basis, Created, Ended, Event, Fact, Level, Overlap, Period};
pub use fill::{Filled, Line};
pub use refusal::REFUSALS;
pub use register::{Row, Templates, indexes, stream, tables};
pub use rules::Rules;
pub use service::Draft;
pub use state::{By, Template};
