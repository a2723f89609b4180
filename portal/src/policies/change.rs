//! A change of a policy: what it changes, rehearsed on the district with what moves along, as table
//! and chart; published by a second officer, or dropped.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::Date;
use linli_community::policies::{Policies, Rehearsed, Stage};
use linli_kernel::AreaPath;
use linli_policy::rehearse;
use similar::{ChangeTag, TextDiff};
use tower_sessions::Session;
use uuid::Uuid;

use super::chart;
use super::desk::{name_of, remarks};
use crate::Portal;
use crate::desk::{rows, trouble};
use crate::progress::words::tell;
use crate::shell::ui::{Cell, Column, Markup, Row, SummaryList, Table};
use crate::shell::{Fields, Page, Signed, Trouble, html};

#[derive(Template)]
#[template(path = "policies/templates/change.html")]
struct OneChange {
    page: Page,
    summary: SummaryList,
    differences: Vec<Difference>,
    remarks: Vec<String>,
    on: String,
    whole: SummaryList,
    /// Who gains and who loses, town by town.
    chart: Markup,
    towns: Table,
    /// Policies of other files that move with it.
    others: Table,
    proposed: bool,
    own: bool,
}

/// A line that goes or comes.
struct Difference {
    mark: &'static str,
    class: &'static str,
    text: String,
}

/// `GET /desk/policies/changes/{change}`: with the rehearsal as of `?on=`; where it is not said, on
/// the day from which a new figure holds, or today.
pub(super) async fn show(
    State(portal): State<Portal>,
    Path(id): Path<Uuid>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let change = portal
        .linli
        .policy_change(&signed.actor, id)
        .await
        .map_err(trouble)?;
    let draft = change.draft.clone().ok_or(Trouble::NotFound)?;
    let policies = portal.linli.policies();
    let today = portal.linli.clock().today();
    let with = policies.with(&draft.file, &draft.text).ok();
    let asked = page.query.get("on").and_then(|on| on.parse::<Date>().ok());
    let holds = |with: &Policies| policies.takes_effect(with, &draft.file, today);
    let on = asked.or_else(|| with.as_ref().and_then(holds));
    let on = on.unwrap_or(today);
    let rehearsed = match change.stage {
        Stage::Proposed => Some(
            Box::pin(portal.linli.rehearse_policy(&signed.actor, &draft, on))
                .await
                .map_err(trouble)?,
        ),
        _ => None,
    };
    let towns = towns(&portal, rehearsed.as_ref());
    let before = policies
        .files()
        .get(&draft.file)
        .cloned()
        .unwrap_or_default();
    let lint = with.map(|with| with.book().lint()).unwrap_or_default();
    let row = |key: &str, value: String| Row::new(page.t(key), value);
    let summary = SummaryList {
        rows: vec![
            row("policies-file", draft.file.clone()),
            row("policies-why", draft.why.clone()),
            row(
                "policies-stage",
                page.t(&format!("policies-stage-{}", change.stage.code())),
            ),
            row("policies-by", name_of(&portal, change.by).await?),
            row(
                "policies-decided-by",
                name_of(&portal, change.decided_by).await?,
            ),
        ],
    };
    html(&OneChange {
        summary,
        differences: differences(&before, &draft.text),
        remarks: remarks(&page, &lint, &draft.file),
        on: on.to_string(),
        whole: whole(&page, rehearsed.as_ref()),
        chart: chart::draw(&page, &towns),
        towns: table(&page, &towns),
        others: others(&page, &policies, rehearsed.as_ref(), on),
        proposed: change.stage == Stage::Proposed,
        own: change.by == Some(signed.account),
        page,
    })
}

/// The lines that differ, in their order.
fn differences(before: &str, after: &str) -> Vec<Difference> {
    TextDiff::from_lines(before, after)
        .iter_all_changes()
        .filter_map(|change| {
            let (mark, class) = match change.tag() {
                ChangeTag::Equal => return None,
                ChangeTag::Delete => ("−", "gone"),
                ChangeTag::Insert => ("+", "come"),
            };
            Some(Difference {
                mark,
                class,
                text: change.value().trim_end_matches(['\r', '\n']).to_owned(),
            })
        })
        .collect()
}

fn whole(page: &Page, rehearsed: Option<&Rehearsed>) -> SummaryList {
    let Some(all) = rehearsed.map(|rehearsed| &rehearsed.own.all) else {
        return SummaryList::default();
    };
    let row = |key: &str, value: String| Row::new(page.t(key), value);
    SummaryList {
        rows: vec![
            row("policies-winners", all.winners.to_string()),
            row("policies-losers", all.losers.to_string()),
            row("policies-unknown", all.unknown.to_string()),
            row("policies-before", page.money(all.before_fen)),
            row("policies-after", page.money(all.after_fen)),
        ],
    }
}

/// The towns in which somebody gains or loses, by their place in the tree of areas.
fn towns(portal: &Portal, rehearsed: Option<&Rehearsed>) -> Vec<(String, rehearse::Change)> {
    let mut towns: BTreeMap<String, rehearse::Change> = BTreeMap::new();
    for (area, change) in rehearsed.iter().flat_map(|found| &found.own.by_area) {
        let Ok(path) = area.parse::<AreaPath>() else {
            continue;
        };
        let town = linli_community::places::street_path(&path).to_owned();
        *towns.entry(town).or_default() += *change;
    }
    let changed = towns
        .into_iter()
        .filter(|(_, change)| change.winners + change.losers > 0);
    let named = changed.map(|(town, change)| {
        let name = town
            .parse()
            .map(|area| rows::area_name(&portal.linli, &area));
        (name.unwrap_or(town), change)
    });
    named.collect()
}

fn table(page: &Page, towns: &[(String, rehearse::Change)]) -> Table {
    let rows = towns.iter().map(|(name, change)| {
        vec![
            Cell::text(name.clone()),
            Cell::text(change.winners.to_string()),
            Cell::text(page.money(change.gained_fen)),
            Cell::text(change.losers.to_string()),
            Cell::text(page.money(change.lost_fen)),
        ]
    });
    let keys = [
        "policies-town",
        "policies-winners",
        "policies-gained",
        "policies-losers",
        "policies-lost",
    ];
    Table {
        caption: page.t("policies-towns"),
        columns: keys.iter().map(|key| Column::new(page.t(key))).collect(),
        rows: rows.collect(),
        ..Table::default()
    }
}

/// 牵动的其他政策: each by itself, as a fact that one lacks must not hide what another changes.
fn others(page: &Page, policies: &Policies, rehearsed: Option<&Rehearsed>, on: Date) -> Table {
    let others = rehearsed.iter().flat_map(|found| &found.others);
    let rows = others.map(|(id, found)| {
        let name = policies
            .head(id)
            .map(|head| page.pick(&head.names.zh, &head.names.en));
        let sums = if policies.pays(id, on) {
            let money = |fen: i64| page.money(fen);
            [money(found.all.gained_fen), money(found.all.lost_fen)]
        } else {
            [page.t("policies-no-sum"), page.t("policies-no-sum")]
        };
        let [gained, lost] = sums;
        vec![
            Cell::link(
                name.unwrap_or(id).to_owned(),
                format!("/desk/policies/{id}"),
            ),
            Cell::text(found.all.winners.to_string()),
            Cell::text(gained),
            Cell::text(found.all.losers.to_string()),
            Cell::text(lost),
            Cell::text(found.all.unknown.to_string()),
        ]
    });
    let keys = [
        "policies-name",
        "policies-winners",
        "policies-gained",
        "policies-losers",
        "policies-lost",
        "policies-unknown",
    ];
    Table {
        caption: page.t("policies-others"),
        columns: keys.iter().map(|key| Column::new(page.t(key))).collect(),
        rows: rows.collect(),
        ..Table::default()
    }
}

/// `POST /desk/policies/changes/{change}`: published by another officer, or dropped.
pub(super) async fn settle(
    State(portal): State<Portal>,
    Path(id): Path<Uuid>,
    session: Session,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let publish = fields.text("do") == "publish";
    let call = signed.call(&fields)?;
    Box::pin(portal.linli.settle_policy(call, id, publish))
        .await
        .map_err(trouble)?;
    let told = if publish {
        "policies-published"
    } else {
        "policies-dropped"
    };
    tell(&session, told, &[]).await?;
    Ok(Redirect::to("/desk/policies").into_response())
}
