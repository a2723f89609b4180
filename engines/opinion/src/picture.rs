//! The map as an SVG picture, with the table beside it: where people stand, in groups told apart by
//! colour and by shape, and in words what each group and what everybody says.
//!
//! People are dots without names. Groups too small to be described are grey. Shares are in whole
//! percent of those who answered, so that nobody is counted out by hand.

use std::fmt::Write as _;

use crate::num::real;
use crate::result::{Analysis, Group};
use crate::stats::Side;

/// Told apart by people who see colours differently (Okabe and Ito).
const COLOURS: [&str; 5] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00"];
const GREY: &str = "#767676";
const MAP: f64 = 560.0;
const TABLE_X: f64 = 620.0;
const TABLE_WIDTH: usize = 76;
const LINE: f64 = 20.0;

/// The SVG of an analysis.
#[must_use]
pub fn svg(analysis: &Analysis) -> String {
    let lines = table(analysis);
    let height = (MAP + 60.0).max(40.0 + LINE * real(lines.len() + 1));
    let mut out = String::new();
    let title = "意见图 · Opinion map";
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1280 {height:.0}\" width=\"1280\" \
         height=\"{height:.0}\" role=\"img\" aria-labelledby=\"t d\" \
         font-family=\"'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif\" font-size=\"14\">\
         <title id=\"t\">{title}</title><desc id=\"d\">{}</desc>\
         <rect width=\"1280\" height=\"{height:.0}\" fill=\"#fff\"/>",
        escaped(&summary(analysis))
    );
    map(analysis, &mut out);
    let mut y = 40.0;
    for line in &lines {
        let (weight, colour) = match line.group {
            Some(group) => ("bold", COLOURS[group % COLOURS.len()]),
            None if line.head => ("bold", "#1a1a1a"),
            None => ("normal", "#1a1a1a"),
        };
        let _ = write!(
            out,
            "<text x=\"{TABLE_X:.0}\" y=\"{y:.0}\" font-weight=\"{weight}\" fill=\"{colour}\" \
             xml:space=\"preserve\">{}</text>",
            escaped(&line.text)
        );
        y += LINE;
    }
    out.push_str("</svg>\n");
    out
}

fn summary(analysis: &Analysis) -> String {
    let input = &analysis.input;
    let groups = analysis.groups.len();
    format!(
        "{} 人对 {} 条说法表态 {} 次,分 {groups} 组。 {} people cast {} votes on {} statements; {groups} groups.",
        input.people, input.statements, input.votes, input.people, input.votes, input.statements
    )
}

fn map(analysis: &Analysis, out: &mut String) {
    let _ = write!(
        out,
        "<rect x=\"20\" y=\"20\" width=\"{MAP:.0}\" height=\"{MAP:.0}\" fill=\"#fafafa\" stroke=\"#d0d0d0\"/>"
    );
    let reach = analysis
        .base_clusters
        .iter()
        .flat_map(|one| [one.x.abs(), one.y.abs()])
        .fold(0.0, f64::max);
    if reach <= 0.0 {
        return;
    }
    let middle = 20.0 + MAP / 2.0;
    let scale = (MAP / 2.0 - 24.0) / reach;
    let at = |x: f64, y: f64| (middle + x * scale, middle - y * scale);
    let _ = write!(
        out,
        "<path d=\"M20 {middle:.0}H{:.0}M{middle:.0} 20V{:.0}\" stroke=\"#e0e0e0\"/>",
        20.0 + MAP,
        20.0 + MAP
    );
    let whole = real(analysis.base_clusters.iter().map(|one| one.people).sum());
    for (one, group) in analysis.base_clusters.iter().zip(groups_of(analysis)) {
        let (x, y) = at(one.x, one.y);
        // The area is as the people are; all dots together cover a twelfth of the map at most.
        let size = (MAP * MAP / 38.0 * real(one.people) / whole)
            .sqrt()
            .clamp(3.0, 26.0);
        mark(out, x, y, size, group);
    }
    for group in &analysis.groups {
        if let Some([x, y]) = group.centre {
            let (x, y) = at(x, y);
            let _ = write!(
                out,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\" font-size=\"24\" \
                 font-weight=\"bold\" fill=\"#1a1a1a\" stroke=\"#fff\" stroke-width=\"4\" \
                 paint-order=\"stroke\">{}</text>",
                letter(group.id)
            );
        }
    }
}

/// The group of the people of each base cluster; nothing where it is not named.
fn groups_of(analysis: &Analysis) -> Vec<Option<usize>> {
    let groups = analysis.groups.len();
    let mut counts = vec![vec![0_usize; groups]; analysis.base_clusters.len()];
    for person in &analysis.people {
        if let (Some(base), Some(group)) = (person.base_cluster, person.group)
            && let Some(count) = counts
                .get_mut(base)
                .and_then(|counts| counts.get_mut(group))
        {
            *count += 1;
        }
    }
    counts
        .iter()
        .map(|counts| {
            let most = counts.iter().copied().max().filter(|&most| most > 0)?;
            counts.iter().position(|&count| count == most)
        })
        .collect()
}

fn mark(out: &mut String, x: f64, y: f64, size: f64, group: Option<usize>) {
    let colour = group.map_or(GREY, |group| COLOURS[group % COLOURS.len()]);
    let style = format!("fill=\"{colour}\" fill-opacity=\"0.75\" stroke=\"#fff\"");
    let _ = match group.map(|group| group % 5) {
        Some(1) => write!(
            out,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" {style}/>",
            x - size * 0.9,
            y - size * 0.9,
            size * 1.8,
            size * 1.8
        ),
        Some(corners @ 2..=4) => {
            let turns: &[(f64, f64)] = match corners {
                2 => &[(0.0, -1.3), (1.15, 0.8), (-1.15, 0.8)],
                3 => &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
                _ => &[(0.0, 1.3), (1.15, -0.8), (-1.15, -0.8)],
            };
            let points: Vec<String> = turns
                .iter()
                .map(|(dx, dy)| format!("{:.1},{:.1}", x + dx * size, y + dy * size))
                .collect();
            write!(out, "<polygon points=\"{}\" {style}/>", points.join(" "))
        }
        _ => write!(
            out,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{size:.1}\" {style}/>"
        ),
    };
}

/// A line of the table.
struct Line {
    text: String,
    head: bool,
    group: Option<usize>,
}

fn table(analysis: &Analysis) -> Vec<Line> {
    let mut lines = vec![Line {
        text: "意见图 · Opinion map".to_owned(),
        head: true,
        group: None,
    }];
    let plain = |lines: &mut Vec<Line>, text: &str| {
        lines.extend(wrapped(text).into_iter().map(|text| Line {
            text,
            head: false,
            group: None,
        }));
    };
    plain(&mut lines, &summary(analysis));
    for limit in &analysis.limits {
        plain(&mut lines, &format!("! {} {}", limit.zh, limit.en));
    }
    for group in &analysis.groups {
        lines.push(Line {
            text: heading(group),
            head: true,
            group: (!group.withheld).then_some(group.id),
        });
        for one in &group.representative {
            let said = said(one.side, one.successes, one.trials);
            plain(
                &mut lines,
                &format!("{said} {}", words(analysis, one.statement)),
            );
        }
    }
    let consensus = &analysis.consensus;
    if !consensus.agree.is_empty() || !consensus.disagree.is_empty() {
        lines.push(Line {
            text: "共识 · Most people".to_owned(),
            head: true,
            group: None,
        });
    }
    for (side, list) in [
        (Side::Agree, &consensus.agree),
        (Side::Disagree, &consensus.disagree),
    ] {
        for one in list {
            let said = said(side, one.successes, one.trials);
            plain(
                &mut lines,
                &format!("{said} {}", words(analysis, one.statement)),
            );
        }
    }
    lines
}

fn heading(group: &Group) -> String {
    let letter = letter(group.id);
    match group.people {
        Some(people) => format!("{letter} 组 · Group {letter}: {people} 人"),
        None => {
            format!("{letter} 组 · Group {letter}: 人数太少,不描述 · too small to be described")
        }
    }
}

fn letter(group: usize) -> char {
    u32::try_from(group)
        .ok()
        .and_then(|group| char::from_u32('A' as u32 + group.min(25)))
        .unwrap_or('?')
}

fn said(side: Side, successes: u32, trials: u32) -> String {
    let percent = (u64::from(successes) * 200 + u64::from(trials)) / (2 * u64::from(trials).max(1));
    match side {
        Side::Agree => format!("  {percent:>3} % 同意 agree"),
        Side::Disagree => format!("  {percent:>3} % 反对 disagree"),
    }
}

fn words(analysis: &Analysis, id: i64) -> String {
    let at = analysis.statements.partition_point(|one| one.id < id);
    match analysis.statements.get(at) {
        Some(one) if !one.text.is_empty() => format!("#{id} {}", one.text),
        _ => format!("#{id}"),
    }
}

/// Lines of at most `TABLE_WIDTH` columns; Chinese characters take two.
fn wrapped(text: &str) -> Vec<String> {
    let wide = |sign: char| if u32::from(sign) >= 0x1100 { 2 } else { 1 };
    let mut lines = Vec::new();
    let (mut line, mut width) = (String::new(), 0);
    for word in pieces(text) {
        let needed: usize = word.chars().map(wide).sum();
        if width > 8 && width + needed > TABLE_WIDTH {
            lines.push(std::mem::take(&mut line));
            line.push_str("      ");
            width = 6;
            line.push_str(word.trim_start());
        } else {
            line.push_str(word);
        }
        width += needed;
    }
    lines.push(line);
    lines
}

/// Where a line may break: before a blank, and around each Chinese character.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut from = 0;
    for (at, sign) in text.char_indices() {
        if at > from && (sign == ' ' || u32::from(sign) >= 0x2e80) {
            pieces.push(&text[from..at]);
            from = at;
        }
    }
    pieces.push(&text[from..]);
    pieces
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Not allowed in XML, or a line of its own.
            sign if u32::from(sign) < 0x20 || matches!(sign, '\u{fffe}' | '\u{ffff}') => {
                out.push(' ');
            }
            sign => out.push(sign),
        }
    }
    out
}
