//! A result as an SVG picture with the table beside it: for each project its cost as a bar, how far
//! its supporters' money reached, and the sentence that says why.
//!
//! Whole pixels only: money is exact, and so is where its bars end, to the pixel rounded down.

use std::fmt::Write as _;

use crate::election::Election;
use crate::explain::{Explanation, Fate};
use crate::tally::{Completion, Rule, Tally};

/// The most projects that are drawn.
const MOST: usize = 40;
const WIDTH: u64 = 1280;
const BAR_X: u64 = 24;
const BAR: u64 = 400;
const TEXT_X: u64 = 448;
const TOP: u64 = 128;
const ROW: u64 = 62;
/// The most letters of a name, so that it ends before the table begins.
const NAME: usize = 24;

/// What a bar's fill says, told apart by people who see colours differently (Okabe and Ito).
const PAID: &str = "#0072b2";
const BY_ORDER: &str = "#009e73";
const HAD: &str = "#e69f00";
const INK: &str = "#1a1a1a";
const QUIET: &str = "#595959";

/// The SVG of a result of `election` that was counted with explanations.
#[must_use]
pub fn svg(election: &Election, tally: &Tally) -> String {
    let shown = order(tally);
    let rest = tally.explanations.len() - shown.len();
    let height = TOP + ROW * u64::try_from(shown.len()).unwrap_or(0) + 40;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\" aria-labelledby=\"t d\" \
         font-family=\"'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif\" font-size=\"14\">\
         <title id=\"t\">参与式预算结果 · Result of a participatory budget</title>\
         <desc id=\"d\">{}</desc>\
         <defs><pattern id=\"lack\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" fill=\"#fff\"/>\
         <path d=\"M0 0V6\" stroke=\"#b3b3b3\" stroke-width=\"3\"/></pattern></defs>\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>",
        escaped(&sums(tally))
    );
    head(tally, &mut out);
    let dearest = shown.iter().map(|one| cost(election, one)).max();
    let scale = dearest.unwrap_or(1).max(1);
    let mut y = TOP;
    for (at, one) in shown.iter().enumerate() {
        row(election, one, at, scale, y, &mut out);
        y += ROW;
    }
    if rest > 0 {
        let more =
            format!("另有 {rest} 个未入选项目未画出 · {rest} more, not bought, are not drawn");
        text(&mut out, BAR_X, y + 8, QUIET, "normal", &more);
    }
    out.push_str("</svg>\n");
    out
}

/// Bought ones in order of purchase, then the others, most supporters first.
fn order(tally: &Tally) -> Vec<&Explanation> {
    let place = |one: &Explanation| tally.selected.iter().position(|id| *id == one.project);
    let mut order: Vec<&Explanation> = tally.explanations.iter().collect();
    order.sort_by_key(|one| {
        let bought = place(one);
        (bought.is_none(), bought, std::cmp::Reverse(one.supporters))
    });
    order.truncate(MOST.max(tally.selected.len()));
    order
}

fn sums(tally: &Tally) -> String {
    format!(
        "{} 个项目中入选 {} 个,花费 {},预算 {},结余 {}。 {} of {} projects were bought for {} of {}; {} is left.",
        tally.instance.projects,
        tally.selected.len(),
        tally.cost,
        tally.instance.budget,
        tally.left,
        tally.selected.len(),
        tally.instance.projects,
        tally.cost,
        tally.instance.budget,
        tally.left,
    )
}

fn head(tally: &Tally, out: &mut String) {
    let rule = match tally.options.rule {
        Rule::Greedy => "按得票依次 · greedy",
        Rule::MaxWelfare => "总满意度最大 · maximum welfare",
        Rule::Phragmen => "Phragmén 依次法 · sequential Phragmén",
        Rule::EqualShares => "等额份额法 · Method of Equal Shares",
    };
    let completion = match tally.options.completion {
        Completion::None => "",
        Completion::Utilitarian => "，余额按得票补足 · rest by votes",
        Completion::Add1 => "，逐元加给 · Add1",
        Completion::Add1Utilitarian => "，逐元加给并补足 · Add1, rest by votes",
    };
    text(out, BAR_X, 34, INK, "bold", &format!("{rule}{completion}"));
    text(out, BAR_X, 58, INK, "normal", &sums(tally));
    let legend = [
        (PAID, "支持者付足 · paid by its supporters"),
        (BY_ORDER, "按规则选入 · chosen by the rule"),
        (HAD, "未入选，已有 · not bought: was there"),
        ("url(#lack)", "未入选，还差 · not bought: lacked"),
    ];
    for (number, (fill, says)) in (0..).zip(legend) {
        let x = BAR_X + number * 310;
        let _ = write!(
            out,
            "<rect x=\"{x}\" y=\"76\" width=\"18\" height=\"14\" fill=\"{fill}\" stroke=\"{QUIET}\"/>"
        );
        text(out, x + 26, 88, INK, "normal", says);
    }
    let _ = write!(
        out,
        "<path d=\"M{BAR_X} 104H{}\" stroke=\"#d0d0d0\"/>",
        WIDTH - BAR_X
    );
}

fn row(election: &Election, one: &Explanation, at: usize, scale: u64, y: u64, out: &mut String) {
    let name = election
        .find(&one.project)
        .map_or("", |at| election.projects[at].name.as_str());
    let number = if one.selected {
        format!("{}. ", at + 1)
    } else {
        String::new()
    };
    let title = if name.is_empty() || name == one.project {
        format!("{number}{}", one.project)
    } else {
        format!("{number}{}（{}）", short(name), short(&one.project))
    };
    let weight = if one.selected { "bold" } else { "normal" };
    text(out, BAR_X, y + 14, INK, weight, &title);
    bar(election, one, scale, y + 22, out);
    text(out, TEXT_X, y + 14, INK, "normal", &one.zh);
    text(out, TEXT_X, y + 35, QUIET, "normal", &one.en);
}

fn bar(election: &Election, one: &Explanation, scale: u64, y: u64, out: &mut String) {
    let cost = cost(election, one);
    let whole = pixels(cost, scale);
    let (filled, fill) = match one.fate {
        Fate::Bought => (whole, PAID),
        Fate::Free | Fate::Completed | Fate::Chosen => (whole, BY_ORDER),
        _ => (pixels(had(election, one).min(cost), scale), HAD),
    };
    let base = if one.selected { fill } else { "url(#lack)" };
    let _ = write!(
        out,
        "<rect x=\"{BAR_X}\" y=\"{y}\" width=\"{whole}\" height=\"16\" fill=\"{base}\" stroke=\"{QUIET}\"/>\
         <rect x=\"{BAR_X}\" y=\"{y}\" width=\"{filled}\" height=\"16\" fill=\"{fill}\"/>"
    );
    let says = &one.cost;
    // Beside the bar, or within it where it reaches the table.
    let (x, anchor, ink) = if whole + 90 > BAR {
        (
            BAR_X + whole - 8,
            "end",
            if one.selected { "#fff" } else { INK },
        )
    } else {
        (BAR_X + whole + 8, "start", INK)
    };
    let _ = write!(
        out,
        "<text x=\"{x}\" y=\"{}\" font-size=\"12\" text-anchor=\"{anchor}\" fill=\"{ink}\" \
         stroke=\"{}\" stroke-width=\"3\" paint-order=\"stroke\">{}</text>",
        y + 13,
        if ink == "#fff" { "none" } else { "#fff" },
        escaped(says)
    );
}

fn cost(election: &Election, one: &Explanation) -> u64 {
    let at = election.find(&one.project);
    at.map_or(0, |at| election.projects[at].cost)
}

/// What was there for a project that was not bought, in the election's smallest unit.
fn had(election: &Election, one: &Explanation) -> u64 {
    let Some(left) = &one.left else {
        return 0;
    };
    let (whole, part) = left.split_once('.').unwrap_or((left, ""));
    let hundredths = format!("{whole}{part:0<2}").parse::<u128>().unwrap_or(0);
    u64::try_from(hundredths * u128::from(election.unit) / 100).unwrap_or(u64::MAX)
}

/// A bar's length; what costs anything can be seen.
fn pixels(amount: u64, scale: u64) -> u64 {
    let length = u128::from(amount) * u128::from(BAR) / u128::from(scale);
    let length = u64::try_from(length).unwrap_or(BAR);
    length.max(u64::from(amount > 0))
}

fn short(name: &str) -> String {
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    let head: String = name.chars().take(NAME - 1).collect();
    format!("{head}…")
}

fn text(out: &mut String, x: u64, y: u64, ink: &str, weight: &str, says: &str) {
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<text x=\"{x}\" y=\"{y}\" fill=\"{ink}\" font-weight=\"{weight}\">{}</text>",
        escaped(says)
    );
}

/// Text for XML; what XML 1.0 has no letter for becomes a blank.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() || ('\u{fffe}'..='\u{ffff}').contains(&c) => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, pabulib, tally};

    fn drawn(file: &str) -> String {
        let (file, _) = pabulib::read(file.as_bytes(), &mut |_| {}).unwrap();
        let tally = tally(&file.election, &Options::default(), true, &mut |_| {}).unwrap();
        svg(&file.election, &tally)
    }

    const LANE: &str = "META\nkey;value\nbudget;12\nvote_type;approval\n\
        PROJECTS\nproject_id;cost;name\nbench;6;Bench\nlamp;6;Lamp <&> \"light\"\ntower;12;Tower\n\
        VOTES\nvoter_id;vote\nAn;bench\nBo;bench,lamp\nChen;lamp\n";

    #[test]
    fn bars_end_where_the_money_does() {
        let svg = drawn(LANE);
        // Bench: paid, 6 of the 12 of the dearest; lamp: 5 of its 6 were there; tower: nothing.
        assert!(
            svg.contains(&format!("width=\"200\" height=\"16\" fill=\"{PAID}\"")),
            "{svg}"
        );
        assert!(
            svg.contains(&format!("width=\"166\" height=\"16\" fill=\"{HAD}\"")),
            "{svg}"
        );
        assert!(
            svg.contains(&format!("width=\"0\" height=\"16\" fill=\"{HAD}\"")),
            "{svg}"
        );
        assert!(svg.contains("Its 2 supporters had 5 left together: 1 too little."));
    }

    #[test]
    fn names_cannot_leave_their_place() {
        let svg = drawn(LANE);
        assert!(
            svg.contains("Lamp &lt;&amp;&gt; &quot;light&quot;"),
            "{svg}"
        );
        assert!(!svg.contains("<&>"));
    }

    #[test]
    fn nothing_to_buy_can_be_drawn() {
        let svg = drawn(
            "META\nkey;value\nbudget;12\nvote_type;approval\nPROJECTS\nproject_id;cost\na;0\nVOTES\nvoter_id;vote\n",
        );
        assert!(svg.ends_with("</svg>\n"));
    }

    #[test]
    fn of_many_projects_those_bought_are_all_there() {
        let projects: String = (0..90)
            .map(|at| format!("p{at:02};{}\n", 1 + at % 7))
            .collect();
        let all: Vec<String> = (0..60).map(|at| format!("p{at:02}")).collect();
        let svg = drawn(&format!(
            "META\nkey;value\nbudget;200\nvote_type;approval\nPROJECTS\nproject_id;cost\n{projects}VOTES\nvoter_id;vote\nv;\"{}\"\n",
            all.join(",")
        ));
        assert!(svg.contains(">50. p"), "{svg}");
        assert!(svg.contains("more, not bought"), "{svg}");
    }
}
