//! 居民与家庭: who lives here, in which household, and what is known about them, each fact once.

pub mod fields;

pub use fields::{Code, CodeList, Dictionary, Entity, Field, FieldId, FieldType, Office};
