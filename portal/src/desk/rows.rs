//! Cases as rows of a table: number, service, masked name, state, next step, what is left.

use std::collections::BTreeMap;

use jiff::civil::Date;
use linli_community::Linli;
use linli_community::cases::{Due, Owner, Phase, Row};
use linli_community::residents::mask;
use linli_kernel::{AccountId, AreaPath};
use linli_units::CaseNumber;

use crate::shell::Page;
use crate::shell::ui::{Cell, Column, Markup, Table, Tag, Tone};

/// A date that waits, in words, with the class of its urgency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DueShown {
    pub(crate) text: String,
    pub(crate) class: &'static str,
}

/// What is left until `due`, counted in working days.
pub(crate) fn due_shown(page: &Page, linli: &Linli, due: Option<Due>) -> DueShown {
    let date = match due {
        Some(Due::On(date)) => date,
        Some(Due::Paused(_)) => return plain(page.t("cases-paused")),
        Some(Due::Unknown(year)) => {
            return DueShown {
                text: page.t1("cases-no-calendar", "year", year),
                class: "is-late",
            };
        }
        None => return plain(String::new()),
    };
    let (left, class) = left(page, linli, date);
    let day = page.date(date);
    let text = match page.lang {
        crate::i18n::Lang::Zh => format!("{day}，{left}"),
        crate::i18n::Lang::En => format!("{day}, {left}"),
    };
    DueShown { text, class }
}

fn left(page: &Page, linli: &Linli, date: Date) -> (String, &'static str) {
    let today = linli.clock().today();
    let between = |after, until| linli.calendar().workdays_between(after, until);
    if date == today {
        return (page.t("cases-due-today"), "is-soon");
    }
    let (counted, key, class) = if date < today {
        (between(date, today), "cases-late", "is-late")
    } else {
        (between(today, date), "cases-left", "")
    };
    match counted {
        Ok(days) if class.is_empty() && days <= 2 => (page.t1(key, "n", days), "is-soon"),
        Ok(days) => (page.t1(key, "n", days), class),
        Err(missing) => (
            page.t1("cases-no-calendar", "year", missing.year),
            "is-late",
        ),
    }
}

fn plain(text: String) -> DueShown {
    DueShown { text, class: "" }
}

fn due_of(row: &Row) -> Option<Due> {
    match (row.due, row.due_unknown) {
        (Some(date), _) => Some(Due::On(date)),
        (None, Some(year)) => Some(Due::Unknown(year)),
        (None, None) if row.paused => Some(Due::Paused(Date::default())),
        (None, None) => None,
    }
}

/// The state of a case as a tag.
pub(crate) fn phase_tag(page: &Page, phase: Phase) -> Tag {
    let tone = match phase {
        Phase::Closed | Phase::Delivered | Phase::Decided => Tone::Done,
        Phase::Supplement | Phase::Notice | Phase::FollowUp => Tone::Wait,
        Phase::Disputed | Phase::IntakeRefused => Tone::Stop,
        Phase::Withdrawn | Phase::Lapsed => Tone::Quiet,
        Phase::Blank | Phase::Submitted | Phase::InHand => Tone::Plain,
    };
    Tag::new(phase_name(page, phase), tone)
}

/// The state of a case in words.
pub(crate) fn phase_name(page: &Page, phase: Phase) -> String {
    page.t(&format!("cases-phase-{}", phase.code().replace('_', "-")))
}

/// The next step in words.
pub(crate) fn next_name(page: &Page, code: &str) -> String {
    page.t(&format!("cases-next-{}", code.replace('_', "-")))
}

/// The name of the area at `path`, street first.
pub(crate) fn area_name(linli: &Linli, path: &AreaPath) -> String {
    let name = linli.areas().full_name(path);
    if name.is_empty() {
        path.code().to_owned()
    } else {
        name
    }
}

/// Who has to act, in words.
pub(crate) fn owner_name(page: &Page, linli: &Linli, owner: &Owner) -> String {
    match owner {
        Owner::Applicant => page.t("cases-owner-applicant"),
        Owner::Desk(desk) => {
            let (area, role) = (area_name(linli, &desk.area), page.role(desk.role));
            page.ta("cases-owner-desk", &[("area", &area), ("role", &role)])
        }
    }
}

/// What a service is called; its id when the catalogue no longer has it.
pub(crate) fn service_name(page: &Page, linli: &Linli, id: &str) -> String {
    let today = linli.clock().today();
    linli.catalogue().service(id, today).map_or_else(
        || id.to_owned(),
        |one| one.names.in_lang(page.lang.tag()).to_owned(),
    )
}

/// A case number in its spoken groups: `123 456 7890`.
pub(crate) fn spoken(number: &str) -> String {
    CaseNumber::parse(number).map_or_else(|_bad| number.to_owned(), |parsed| parsed.to_string())
}

/// Names of accounts, as far as they are known.
pub(crate) type Names = BTreeMap<AccountId, String>;

/// Who has a case, in words.
pub(crate) fn holder_name(page: &Page, holder: Option<AccountId>, names: &Names) -> String {
    let me = page.signed.as_ref().map(|signed| signed.account);
    match holder {
        None => page.t("cases-holder-none"),
        Some(account) if Some(account) == me => page.t("cases-holder-you"),
        Some(account) => names
            .get(&account)
            .cloned()
            .unwrap_or_else(|| account.to_string()),
    }
}

/// Headers of a table of cases: by which it can be sorted, when it can.
pub(crate) fn columns(page: &Page, sortable: bool) -> Vec<Column> {
    let plain = |key: &str| Column::new(page.t(key));
    let sorting = |key: &str, by: &str| {
        if sortable {
            Column::sorting(page.t(key), by, &page.query, "-submitted")
        } else {
            plain(key)
        }
    };
    vec![
        sorting("cases-col-number", "submitted"),
        plain("cases-col-service"),
        plain("cases-col-applicant"),
        plain("cases-col-area"),
        plain("cases-col-phase"),
        plain("cases-col-next"),
        sorting("cases-col-due", "due"),
        plain("cases-col-holder"),
    ]
}

/// A table of cases with masked names.
pub(crate) fn table(
    page: &Page,
    linli: &Linli,
    caption: String,
    rows: &[Row],
    names: &Names,
) -> Table {
    Table {
        caption,
        columns: columns(page, false),
        rows: rows
            .iter()
            .map(|row| cells(page, linli, row, names))
            .collect(),
        ..Table::default()
    }
}

/// One row.
pub(crate) fn cells(page: &Page, linli: &Linli, row: &Row, names: &Names) -> Vec<Cell> {
    let due = due_shown(page, linli, due_of(row));
    let next = row.next.as_deref().map(|code| next_name(page, code));
    // Nobody has to take what has ended.
    let holder = if row.phase.is_open() {
        holder_name(page, row.holder, names)
    } else {
        String::new()
    };
    vec![
        Cell::link(spoken(&row.number), format!("/desk/cases/{}", row.number)),
        Cell::text(service_name(page, linli, &row.service)),
        Cell::text(mask::name(&row.name)),
        Cell::text(area_name(linli, &row.area)),
        Cell::part(Markup::of(&phase_tag(page, row.phase))),
        Cell::text(next.unwrap_or_default()),
        Cell::text(due.text).class(due.class),
        Cell::text(holder),
    ]
}
