//! The engine against published vectors, the shipped calendar and its own axioms.

#[cfg(test)]
mod calendar;
#[cfg(test)]
mod numbers;
#[cfg(test)]
mod reckoning;
