//! The engine against the published vectors, and against two independent implementations.

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod vectors;
