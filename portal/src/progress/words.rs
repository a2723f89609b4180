//! The sentences every page about a case shares: where it is, who has it, by when, what is left.

use jiff::civil::Date;
use linli_community::cases::clock::Due;
use linli_community::cases::{Desk, Owner, Phase, Wait};
use linli_community::{Linli, Problem};
use linli_kernel::{AreaPath, Role};
use linli_units::CaseNumber;
use tower_sessions::Session;

use crate::shell::ui::{Tag, Tone};
use crate::shell::{Flash, Kept, Page, Trouble};

/// The colour of a phase: waiting for somebody, well ended, in trouble.
pub(crate) fn tone(phase: Phase) -> Tone {
    match phase {
        Phase::Supplement | Phase::Notice | Phase::Disputed | Phase::FollowUp => Tone::Wait,
        Phase::Decided | Phase::Delivered | Phase::Closed => Tone::Done,
        Phase::IntakeRefused | Phase::Lapsed => Tone::Stop,
        Phase::Withdrawn | Phase::Blank => Tone::Quiet,
        Phase::Submitted | Phase::InHand => Tone::Plain,
    }
}

/// The class of a card about a case in this phase.
pub(crate) fn card_class(phase: Phase) -> &'static str {
    match tone(phase) {
        Tone::Wait => "l-card--wait",
        Tone::Done => "l-card--done",
        Tone::Stop => "l-card--late",
        Tone::Plain | Tone::Quiet => "",
    }
}

/// The phase in a coloured word.
pub(crate) fn tag(page: &Page, phase: Phase) -> Tag {
    Tag::new(
        page.t(&format!("progress-phase-{}", phase.code())),
        tone(phase),
    )
}

/// Ten digits in spoken groups, however the number is stored: `123 456 7890`.
pub(crate) fn grouped(number: &str) -> String {
    CaseNumber::parse(number).map_or_else(|_| number.to_owned(), |number| number.to_string())
}

/// 岳阳街道经办人, as people call a desk; never the name of an officer.
pub(crate) fn desk_name(page: &Page, linli: &Linli, desk: &Desk) -> String {
    post_name(page, linli, desk.role, &desk.area)
}

/// A post with its unit: 岳阳街道经办人, 太平社区居委会工作人员.
pub(crate) fn post_name(page: &Page, linli: &Linli, role: Role, area: &AreaPath) -> String {
    let area = area_name(linli, area);
    if role == Role::CommitteeWorker && area.ends_with("委会") {
        return page.ta("progress-who-committee", &[("area", &area)]);
    }
    let role = page.role(role);
    page.ta("progress-who-desk", &[("area", &area), ("role", &role)])
}

/// The name of an area, or its code when the node does not know it.
pub(crate) fn area_name(linli: &Linli, area: &AreaPath) -> String {
    linli
        .areas()
        .get(area)
        .map_or_else(|| area.code().to_owned(), |area| area.name().to_owned())
}

/// Who has to act.
pub(crate) fn owner_name(page: &Page, linli: &Linli, owner: &Owner) -> String {
    match owner {
        Owner::Applicant => page.t("progress-who-you"),
        Owner::Desk(desk) => desk_name(page, linli, desk),
    }
}

/// What has to be done next.
pub(crate) fn next_text(page: &Page, next: &str) -> String {
    page.t(&format!("progress-next-{next}"))
}

/// 2026年12月1日(周二)，还剩 5 个工作日.
pub(crate) fn due_text(page: &Page, linli: &Linli, due: Due) -> String {
    match due {
        Due::On(date) => date_left(page, linli, date),
        Due::Paused(_) => page.t("progress-promise-paused"),
        Due::Unknown(year) => page.t1("progress-due-unknown", "year", year),
    }
}

/// A date with how many working days are left, or by how many it is past.
pub(crate) fn date_left(page: &Page, linli: &Linli, date: Date) -> String {
    let comma = page.pick("，", ", ");
    format!("{}{comma}{}", page.date(date), left(page, linli, date))
}

/// 还剩 5 个工作日, 就是今天, 已超 2 个工作日; without a calendar, days.
pub(crate) fn left(page: &Page, linli: &Linli, date: Date) -> String {
    let today = linli.clock().today();
    if date == today {
        return page.t("progress-today");
    }
    let (key, from, to) = if date > today {
        ("progress-left", today, date)
    } else {
        ("progress-late", date, today)
    };
    match linli.calendar().workdays_between(from, to) {
        Ok(days) => page.t1(key, "n", days),
        Err(_) => {
            let days = to.since(from).map_or(0, |span| span.get_days());
            page.t1("progress-left-days", "n", days)
        }
    }
}

/// 方松街道 经办人：审核（2026年12月1日 前）: one sentence for cards and receipts.
pub(crate) fn wait_sentence(page: &Page, linli: &Linli, wait: &Wait) -> String {
    let who = owner_name(page, linli, &wait.owner);
    let next = next_text(page, wait.next.code());
    let by = due_text(page, linli, wait.due);
    page.ta(
        "progress-wait",
        &[("who", &who), ("next", &next), ("by", &by)],
    )
}

/// Tells something once, on the page after a POST.
pub(crate) async fn tell(
    session: &Session,
    key: &str,
    facts: &[(&str, &str)],
) -> Result<(), Trouble> {
    let flash = Flash {
        key: key.to_owned(),
        facts: facts
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    };
    Ok(session.insert("flash", flash).await?)
}

/// What a page answers when a command was not done.
pub(crate) fn trouble(problem: Problem) -> Trouble {
    match problem {
        Problem::Fault(fault) => Trouble::Fault(fault),
        Problem::Conflict { .. } => Trouble::Conflict(Kept::default()),
        Problem::Refused(refusals) => match refusals.first() {
            Some(first) if first.code == "cases.unknown" || first.code == "gate.own" => {
                // Whether somebody else has such a case is told to nobody.
                Trouble::NotFound
            }
            Some(first) if first.code.starts_with("gate.") => Trouble::Forbidden(first.clone()),
            _ => Trouble::Refused(refusals),
        },
    }
}
