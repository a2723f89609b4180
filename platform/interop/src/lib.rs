//! Formats at the rim: letters as tagged PDF, QR codes, files that people send, ledgers as
//! sheets.
//!
//! Values in, bytes out. What a letter says is decided elsewhere; here it only gets its form, so
//! nothing in this crate reads a register, a clock or a request.

pub mod letter;
pub mod qr;
pub mod sheet;
pub mod upload;
