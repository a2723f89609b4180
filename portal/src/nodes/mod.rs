//! 节点互联: each node below, its last contact and lag, and what did not verify; and, on receipts,
//! whether what was written here has reached the node above (已存本机, 已达上级).
//!
//! Paths: `/desk/nodes`, where what a lost node kept is taken over by two officers, and
//! `/desk/nodes/branches/…`, where what such a node wrote after that is settled.

mod branches;
mod pages;
mod takeover;
#[cfg(test)]
mod tests;

use linli_community::cases::view::CaseView;
use linli_journal::read_entry;
use linli_kernel::{Action, StreamId};

use crate::Portal;
use crate::shell::ui::Row;
use crate::shell::{Access, Page, Routes, Trouble};

/// The routes of the page.
#[must_use]
pub(crate) fn routes() -> Routes {
    const SEE: Access = Access::AnyOf(&[Action::PlaceChange, Action::NodeOperate]);
    Routes::new()
        .get("/desk/nodes", SEE, pages::home)
        .post(
            "/desk/nodes/{log}/takeover",
            Access::Gate(Action::PlaceChange),
            takeover::act,
        )
        .get(
            "/desk/nodes/branches/{id}",
            Access::Gate(Action::PlaceChange),
            branches::form,
        )
        .post(
            "/desk/nodes/branches/{id}",
            Access::Gate(Action::PlaceChange),
            branches::settle,
        )
        .nav(55, "/desk/nodes", "nodes-nav", SEE)
}

/// Whether the first entry of a case stands in this node's own log: another node's has no receipt
/// here.
pub(crate) async fn begun_here(portal: &Portal, view: &CaseView) -> Result<bool, Trouble> {
    let Some(first) = view.history.first() else {
        return Ok(false);
    };
    let bytes = portal.linli.journal().bytes(first.seq).await?;
    let entry = bytes.and_then(|bytes| read_entry(&bytes).ok());
    Ok(entry.is_some_and(|entry| {
        entry.stream == StreamId::from(view.case.id) && entry.version == first.version
    }))
}

/// Where a case is kept: a row for its receipt; none on a node that joined no other.
pub(crate) async fn kept(
    portal: &Portal,
    page: &Page,
    view: &CaseView,
) -> Result<Option<Row>, Trouble> {
    let Some(above) = portal.linli.above() else {
        return Ok(None);
    };
    let last = view.history.first().map(|first| first.seq);
    let key = match last {
        Some(_) if !begun_here(portal, view).await? => "nodes-kept-elsewhere",
        Some(seq) if seq < above.reached => "nodes-kept-above",
        _ => "nodes-kept-here",
    };
    let heard = match above.heard {
        Some(at) => page.t1("nodes-heard", "at", page.when(at)),
        None => page.t("nodes-never-heard"),
    };
    Ok(Some(
        Row::new(page.t("nodes-kept"), page.t(key)).from(heard),
    ))
}
