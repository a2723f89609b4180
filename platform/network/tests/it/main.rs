//! Real nodes on a line: journals in files, keys, registers, and messages as bytes.

#[cfg(test)]
mod files;
#[cfg(test)]
mod line;
#[cfg(test)]
mod parcel;
#[cfg(test)]
mod restore;
#[cfg(test)]
mod site;
#[cfg(test)]
mod trouble;
