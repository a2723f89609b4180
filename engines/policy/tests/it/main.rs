//! The engine against oracles, an independent evaluator and its own files.

#[cfg(test)]
mod agree;
#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod folder;
#[cfg(test)]
mod language;
#[cfg(test)]
mod naive;
#[cfg(test)]
mod openfisca;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod sweep;
#[cfg(test)]
mod told;
