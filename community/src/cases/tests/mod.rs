//! Tests of cases: given events, when command, then events or refusal.

mod databases;
mod decide;
mod doors;
mod golden;
mod messages;
mod moves;
mod properties;
mod rebuild;
mod table;
mod world;
