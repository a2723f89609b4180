//! Tests of cases: given events, when command, then events or refusal.

mod decide;
mod doors;
mod golden;
mod messages;
mod databases;
mod properties;
mod rebuild;
mod table;
mod world;
