//! 图: the comparisons of a result as bars, each with the mark it had to pass, as SVG.
//!
//! Lengths are whole pixels, so that the picture is the same bytes on every machine. Beside each bar
//! stands its sum, so that nothing is said by colour or length alone.

use crate::certificate::{Certificate, Fate, Proof, Status};
use crate::share::{Comparison, Relation};

const LEFT: u64 = 250;
const WIDE: u64 = 300;
const ROW: u64 = 46;

/// Draws every comparison of a result.
#[must_use]
pub fn svg(certificate: &Certificate) -> String {
    let rows: Vec<(String, &Comparison)> = certificate
        .steps
        .iter()
        .filter_map(|step| match &step.proof {
            Proof::Compare(found) => Some((label(certificate, &step.id), found)),
            _ => None,
        })
        .collect();
    let many = u64::try_from(rows.len()).unwrap_or(0);
    let height = 70 + ROW * many + 20;
    let status = match certificate.outcome.status {
        Status::Decided => "有效 · valid",
        Status::Invalid => "无效 · invalid",
        Status::Held => "待核 · held",
    };
    let title = escaped(&format!(
        "{} {}",
        certificate.election.names.zh, certificate.election.day
    ));
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 860 {height}\" role=\"img\" \
         font-family=\"Noto Sans CJK SC, Noto Sans SC, sans-serif\" font-size=\"15\">\n\
         <title>{title}: {status}</title>\n<rect width=\"860\" height=\"{height}\" fill=\"#fff\"/>\n\
         <text x=\"20\" y=\"32\" font-size=\"19\" font-weight=\"bold\">{title}</text>\n\
         <text x=\"20\" y=\"54\" fill=\"#444\">{status}</text>\n"
    );
    for (index, (label, found)) in (0_u64..).zip(&rows) {
        text.push_str(&bar(70 + ROW * index, label, found));
    }
    text.push_str("</svg>\n");
    text
}

/// One bar: how far the part reaches, and the mark of the share.
fn bar(y: u64, label: &str, found: &Comparison) -> String {
    let reach = |number: u64, of: u64| number.min(of) * WIDE / of.max(1);
    let filled = reach(found.part, found.whole);
    let mark = LEFT + reach(found.share.numerator(), found.share.denominator());
    let (fill, sign) = if found.holds {
        ("#00703c", "✓")
    } else {
        ("#b3261e", "✗")
    };
    let (asked, relation) = match found.relation {
        Relation::Over => ("超过", ">"),
        Relation::AtLeast => ("达到", "≥"),
    };
    let (part, whole, share) = (found.part, found.whole, found.share);
    let (left, right) = (found.left, found.right);
    let holds = if found.holds { "" } else { "不" };
    let sum = format!("{part}/{whole}，须{asked} {share}：{left} {holds}{relation} {right}");
    let sum = escaped(&sum);
    let (middle, base) = (y + 20, y + 25);
    let (top, foot, beside) = (y + 4, y + 36, LEFT + WIDE + 14);
    format!(
        "<text x=\"20\" y=\"{base}\">{sign} {}</text>\n\
         <rect x=\"{LEFT}\" y=\"{}\" width=\"{WIDE}\" height=\"16\" fill=\"#e8e8e8\"/>\n\
         <rect x=\"{LEFT}\" y=\"{}\" width=\"{filled}\" height=\"16\" fill=\"{fill}\"/>\n\
         <line x1=\"{mark}\" y1=\"{top}\" x2=\"{mark}\" y2=\"{foot}\" stroke=\"#000\" stroke-width=\"2\"/>\n\
         <text x=\"{beside}\" y=\"{base}\" font-size=\"13\">{sum}</text>\n",
        escaped(label),
        middle - 8,
        middle - 8,
    )
}

/// What a step is about, for people.
fn label(certificate: &Certificate, id: &str) -> String {
    let mut parts = id.split('/');
    let (kind, of, who) = (parts.next(), parts.next(), parts.next());
    let name = match (of, who) {
        (Some(contest), Some(who)) => {
            let own = certificate
                .outcome
                .contests
                .iter()
                .find(|one| one.id == contest);
            let one = own.and_then(|own| own.standing.iter().find(|one| one.id == who));
            let named = one.filter(|one| !one.name.is_empty());
            let name = named.map_or(who, |one| one.name.as_str());
            format!(" {name}{}", one.map_or("", |one| fate(&one.result)))
        }
        (Some("heads"), None) => "（人数）".to_owned(),
        (Some("area"), None) => "（面积）".to_owned(),
        _ => String::new(),
    };
    let kind = match kind {
        Some("quorum") => "参加 turnout",
        Some("majority") if who.is_some() => "得票 votes",
        Some("floor") => "另行选举 re-run",
        Some("majority") => "同意 in favour",
        Some("petition") => "联名 petition",
        Some("body") => "组成 body",
        _ => id,
    };
    format!("{kind}{name}")
}

fn fate(fate: &Fate) -> &'static str {
    match fate {
        Fate::Elected => "（当选）",
        Fate::Relative(_) => "（近亲属回避）",
        Fate::Level => "（票数相等）",
        Fate::LostLot => "（抽签未中）",
        Fate::Unfit(_) => "（不能当选）",
        Fate::TooFew | Fate::Outvoted | Fate::Undecided => "",
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
