//! 经过: what happened to a case, newest first: who, in which post, when, before → after.

use linli_community::cases::view::Happening;
use linli_community::cases::{CaseView, Phase};
use linli_community::catalogue::Service;
use linli_kernel::Actor;
use linli_kernel::Fault;
use linli_units::Fen;

use crate::Portal;
use crate::desk::rows::{self, Names};
use crate::shell::Page;
use crate::shell::ui::{Cell, Column, Table};

/// The names of everybody in the history.
///
/// # Errors
/// When the register cannot be read.
pub(crate) async fn people(portal: &Portal, view: &CaseView) -> Result<Names, Fault> {
    let accounts = view.history.iter().filter_map(|line| line.actor.account);
    let holder = view.case.holder.map(|holder| holder.account);
    crate::desk::names(portal, accounts.chain(holder)).await
}

/// Who acted, in which post.
pub(crate) fn who(portal: &Portal, page: &Page, actor: &Actor, names: &Names) -> String {
    let Some(post) = &actor.post else {
        return match actor.resident {
            Some(_) => page.t("case-by-applicant"),
            None => page.t("case-by-system"),
        };
    };
    let (area, role) = (
        rows::area_name(&portal.linli, &post.area),
        page.role(post.role),
    );
    let place = page.ta("cases-owner-desk", &[("area", &area), ("role", &role)]);
    match actor.account.and_then(|account| names.get(&account)) {
        Some(name) => format!("{name} · {place}"),
        None => place,
    }
}

/// The lines as a table.
pub(crate) fn table<'a>(
    portal: &Portal,
    page: &Page,
    view: &CaseView,
    names: &Names,
    lines: impl Iterator<Item = &'a Happening>,
) -> Table {
    let columns = [
        "case-when",
        "case-who",
        "case-what",
        "case-change",
        "case-words",
    ];
    let row = |line: &Happening| {
        vec![
            Cell::text(page.when(line.at)),
            Cell::text(who(portal, page, &line.actor, names)),
            Cell::text(what(page, line)),
            Cell::text(change(portal, page, line)),
            Cell::text(words(page, &view.service, line)),
        ]
    };
    Table {
        caption: page.t("case-history-caption"),
        columns: columns.map(|key| Column::new(page.t(key))).to_vec(),
        rows: lines.map(row).collect(),
        ..Table::default()
    }
}

/// What was done, in words.
pub(crate) fn what(page: &Page, line: &Happening) -> String {
    let kind = line.fact.kind();
    let name = kind.strip_prefix("cases.").unwrap_or(kind);
    page.t(&format!("cases-event-{name}"))
}

fn change(portal: &Portal, page: &Page, line: &Happening) -> String {
    let mut text = String::new();
    if line.before != line.after && line.after != Phase::Blank {
        if line.before != Phase::Blank {
            text.push_str(&rows::phase_name(page, line.before));
        }
        text.push_str(" → ");
        text.push_str(&rows::phase_name(page, line.after));
    }
    if let Some(wait) = &line.wait {
        if !text.is_empty() {
            text.push_str(" · ");
        }
        text.push_str(&rows::owner_name(page, &portal.linli, &wait.owner));
        text.push_str(": ");
        text.push_str(&rows::next_name(page, wait.next.code()));
    }
    text
}

fn words(page: &Page, service: &Service, line: &Happening) -> String {
    use linli_community::cases::Fact;
    let tag = page.lang.tag();
    let mut parts = Vec::new();
    match &line.fact {
        Fact::Decided(fact) => {
            let outcome = service.outcome(&fact.outcome);
            parts.extend(outcome.map(|one| one.names.in_lang(tag).to_owned()));
        }
        Fact::Checked(fact) => {
            parts.push(check_name(page, service, &fact.check));
            let outcome = serde_json::to_value(fact.outcome).ok();
            let code = outcome
                .as_ref()
                .and_then(|one| one.as_str())
                .unwrap_or_default();
            parts.push(page.t(&format!("check-outcome-{code}")));
        }
        Fact::Visited(fact) => parts.push(page.date(fact.on)),
        Fact::NoticePosted(fact) => {
            parts.push(format!(
                "{} – {}",
                page.date(fact.on),
                page.date(fact.ends_on)
            ));
        }
        _ => {}
    }
    parts.extend(line.amount_fen.map(|fen| Fen(fen).to_string()));
    if !line.words.is_empty() {
        parts.push(line.words.clone());
    }
    parts.join(page.pick("；", "; "))
}

/// What was checked, in words: a paper or a question of the service.
pub(crate) fn check_name(page: &Page, service: &Service, id: &str) -> String {
    let tag = page.lang.tag();
    if let Some(paper) = service.paper(id) {
        return paper.names.in_lang(tag).to_owned();
    }
    let question = service.form.questions.iter().find(|one| one.id == id);
    question.map_or_else(|| id.to_owned(), |one| one.short.in_lang(tag).to_owned())
}
