//! The engine against the law's boundaries, against oracles written apart from it, and against
//! whoever forges a certificate.

mod files;
mod forged;
mod properties;
mod situation;
mod vectors;
