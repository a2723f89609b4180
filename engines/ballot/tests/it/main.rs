//! The engine against the law's boundaries, against oracles written apart from it, and against
//! whoever forges a certificate.

#[cfg(test)]
mod believed;
#[cfg(test)]
mod files;
#[cfg(test)]
mod forged;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod sealed;
#[cfg(test)]
mod situation;
#[cfg(test)]
mod told;
#[cfg(test)]
mod vectors;
