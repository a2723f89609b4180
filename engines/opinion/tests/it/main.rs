//! The engine against its oracles, its properties, and files that are broken on purpose.

#[cfg(test)]
mod broken;
#[cfg(test)]
mod checker;
#[cfg(test)]
mod honesty;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod production;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod server;
#[cfg(test)]
mod told;
