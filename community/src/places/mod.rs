//! 区划: the areas of a district, from the district down to the committees, with their history.
//!
//! **Purpose.** Everything else belongs to an area. Areas change: a town puts communities between
//! itself and its committees (镇管社区), a committee is split, moved under another parent, renamed
//! or abolished. An area keeps its stable code through all of it, so its history stays one history.
//!
//! **Actors.** A district officer changes areas ([`linli_kernel::Action::PlaceChange`]); everybody
//! reads them.
//!
//! **Legal basis.** The divisions are the statistical ones (统计用区划代码) as of 2023-06-30;
//! committees are established, split, merged and abolished as 居委会组织法 and 村委会组织法 say.
//!
//! **Life cycle.** established → renamed, typed, moved, split from … → abolished, perhaps with an
//! heir that takes over what belonged to it.
//!
//! What belongs to an area elsewhere follows a move: [`FOLLOWERS`] lists the columns of every
//! register that hold an area's path. An entry of the journal keeps the path of its time;
//! [`AreaTree::today`] leads from there to the path of today.

mod decide;
mod divisions;
mod events;
mod refusal;
mod register;
mod service;
mod state;
#[cfg(test)]
mod tests;

pub use decide::{Command, Context, NewArea, decide};
pub use divisions::{BadDivisions, SONGJIANG, divisions};
pub use events::{
    Abolished, AreaKind, CommunityStyle, Established, Event, Moved, PathChange, Renamed, Styled,
};
pub use refusal::REFUSALS;
pub(crate) use register::within;
pub use register::{FOLLOWERS, Follower, Places, follow, indexes, stream, street_path, tables};
pub use state::{Area, AreaTree, Dated};
