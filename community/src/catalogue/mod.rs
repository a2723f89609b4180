//! 事项目录: what a resident can ask for, as data.
//!
//! **Purpose.** A service file says who may apply, what is asked and why, who works it in which
//! order, how long the law gives, what is posted, how it is decided and on what grounds it may be
//! refused. Nothing of a particular service is in code.
//!
//! **Actors.** The district publishes; a town extends or tightens where the file allows
//! ([`service::TownMay`]); residents read the guide and fill in the form; staff work the steps.
//!
//! **Legal basis.** Each file carries its own sources ([`law::Source`]); whatever binds anybody
//! has a [`law::Basis`], and what nobody has confirmed says so on every page. 社会救助法 art. 62: what
//! checking can supply is not asked for; the checks refuse a file that asks twice.
//!
//! **Life cycle.** A file is read and checked ([`load`]), its worked examples are run, and it is
//! published in the journal ([`publish`]): published → published again under the same version (a
//! new edition) or under the next. A case keeps to the version it was filed under.
//!
//! **Reading order.** The schema: [`text`], [`law`], [`service`], [`question`], [`steps`], [`town`].
//! Reading and checking it: [`load`]. Filling in: [`form`] (which question, what is known, what is
//! wrong), [`answer`] (one answer), [`mod@summary`] (the check-answers page), [`refusal`]. Publishing:
//! [`events`], [`state`], [`decide`], [`register`]. [`dictionary`] writes `docs/data-dictionary.md`.

pub mod answer;
mod check;
pub mod decide;
pub mod dictionary;
pub mod events;
pub mod form;
pub mod law;
pub mod load;
pub mod question;
pub mod refusal;
pub mod register;
pub mod service;
pub mod state;
pub mod steps;
pub mod summary;
pub mod text;
pub mod town;
mod worked;

#[cfg(test)]
mod tests;

pub use answer::{from_form, is_blank};
pub use dictionary::data_dictionary;
pub use form::{
    Answered, Answers, Checked, Correction, Facts, Form, KnownFact, Origin, Progress, age_on,
};
pub use law::{Basis, Citation, DayUnit, Source, SourceKind, Term};
pub use load::{Catalogue, File, FileProblem, built_in_calendar};
pub use question::{
    Advice, Choice, Column, Condition, Declaration, FormSpec, Group, Kind, Limits, Question,
    WhenKnown,
};
pub(crate) use register::remember;
pub use register::{Catalogued, indexes, publish, tables};
pub use service::{
    Channel, ClockExpected, Contact, FormExpected, GrantUnasked, Guide, Held, LifeEvent, Line,
    Note, Paper, Service, TownMay, Unasked, Way, Worked,
};
pub use steps::{
    Act, Appeal, ClockRule, ClockStart, Covers, Decision, Document, Every, Ground, Intake, Level,
    NoticeRule, Outcome, OutcomeKind, Pays, Rate, Rating, Review, Shown, Starts, Step, Suspension,
    TwoPersons,
};
pub use summary::{SummaryGroup, SummaryRow, show, summary};
pub use text::Text;
pub use town::Town;
