//! 接管: one officer asks that what a lost node kept be taken over, another confirms it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::nodes::Neighbour;
use linli_kernel::Action;
use linli_kernel::gate::{Scope, scope};
use tower_sessions::Session;

use super::pages::area_name;
use crate::Portal;
use crate::desk::{looks, names, trouble};
use crate::shell::{Fields, Page, Signed, Trouble};

/// A lost node that left something, as the page shows it.
pub(super) struct Left {
    pub(super) log: String,
    pub(super) text: String,
    /// Who asked for it and when; empty while nobody did.
    pub(super) asked: String,
    /// `ask`, `grant`, or nothing for whoever may do neither now.
    pub(super) act: &'static str,
}

/// The lost nodes that left something.
pub(super) async fn left(
    portal: &Portal,
    page: &Page,
    signed: &Signed,
    nodes: &[Neighbour],
) -> Result<Vec<Left>, Trouble> {
    let may = scope(&signed.actor, Action::PlaceChange) != Scope::Nothing;
    let mut found = Vec::new();
    for node in nodes.iter().filter(|node| node.left > 0) {
        let takeover = portal.linli.takeover(&node.log).await?;
        let text = page.ta(
            "nodes-left-one",
            &[
                ("area", &area_name(portal, &node.area)),
                ("count", &node.left.to_string()),
            ],
        );
        let who = takeover.asked.and_then(|(who, _)| who);
        let asked = match takeover.asked {
            None => String::new(),
            Some((_, at)) => {
                let names = names(portal, who.into_iter()).await?;
                let name = who.and_then(|who| names.get(&who).cloned());
                let name = name.unwrap_or_default();
                page.ta(
                    "nodes-left-asked",
                    &[("name", &name), ("at", &page.when(at))],
                )
            }
        };
        let act = match (&takeover.asked, &takeover.granted) {
            _ if !may => "",
            (None, _) => "ask",
            (Some(_), None) if who != signed.actor.account => "grant",
            _ => "",
        };
        found.push(Left {
            log: node.log.clone(),
            text,
            asked,
            act,
        });
    }
    Ok(found)
}

/// `POST /desk/nodes/{log}/takeover`.
pub(super) async fn act(
    State(portal): State<Portal>,
    Path(log): Path<String>,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let grant = sent.text("do") == "grant";
    let call = signed.call(&sent)?;
    let done = portal.linli.take_over(call, &log, grant).await;
    done.map_err(trouble)?;
    let key = if grant {
        "nodes-left-granted"
    } else {
        "nodes-left-waits"
    };
    looks::flash(&session, key, &[]).await?;
    Ok(Redirect::to("/desk/nodes").into_response())
}
