//! Who gains and who loses, town by town, as a picture drawn here: bars to the right for gains, to
//! the left for losses, each with its number. The table beside it says the same.

use askama::Template;
use linli_policy::rehearse::Change;

use crate::shell::Page;
use crate::shell::ui::Markup;

/// Where the names end and the bars begin.
const NAMES: u64 = 150;
/// The room of the bars.
const BARS: u64 = 450;
/// Room for a number beside the longest bar.
const NUMBER: u64 = 60;
/// The height of a line.
const LINE: u64 = 30;
/// What stands above the lines: the two heads.
const HEAD: u64 = 34;

#[derive(Template)]
#[template(path = "policies/templates/chart.html")]
struct Chart {
    title: String,
    reading: String,
    gains: String,
    losses: String,
    width: u64,
    height: u64,
    bottom: u64,
    zero: u64,
    before_zero: u64,
    after_zero: u64,
    bars: Vec<Bar>,
}

/// One town.
struct Bar {
    name: String,
    top: u64,
    text: u64,
    winners: u64,
    gain: u64,
    gain_end: u64,
    losers: u64,
    loss: u64,
    loss_start: u64,
    loss_end: u64,
}

/// The picture; nothing where nobody gains or loses.
pub(super) fn draw(page: &Page, towns: &[(String, Change)]) -> Markup {
    let most = |of: fn(&Change) -> u64| towns.iter().map(|(_, one)| of(one)).max().unwrap_or(0);
    let (gains, losses) = (most(|one| one.winners), most(|one| one.losers));
    let all = gains + losses;
    if all == 0 {
        return Markup::default();
    }
    let long = |many: u64| (many * BARS / all).max(u64::from(many > 0));
    let zero = NAMES + NUMBER + long(losses);
    let bar = |(at, (name, change)): (u64, &(String, Change))| {
        let (gain, loss) = (long(change.winners), long(change.losers));
        Bar {
            name: name.clone(),
            top: HEAD + at * LINE + 5,
            text: HEAD + at * LINE + 20,
            winners: change.winners,
            gain,
            gain_end: zero + gain + 6,
            losers: change.losers,
            loss,
            loss_start: zero - loss,
            loss_end: zero - loss - 6,
        }
    };
    let bars: Vec<Bar> = (0..).zip(towns).map(bar).collect();
    let bottom = HEAD + u64::try_from(bars.len()).unwrap_or(0) * LINE;
    Markup::of(&Chart {
        title: page.t("policies-chart"),
        reading: reading(page, towns),
        gains: page.t("policies-chart-gains"),
        losses: page.t("policies-chart-losses"),
        width: NAMES + BARS + 2 * NUMBER + 10,
        height: bottom + 10,
        bottom,
        zero,
        before_zero: zero - 6,
        after_zero: zero + 6,
        bars,
    })
}

/// The picture in one sentence.
fn reading(page: &Page, towns: &[(String, Change)]) -> String {
    let sum = |of: fn(&Change) -> u64| towns.iter().map(|(_, one)| of(one)).sum::<u64>();
    let (winners, losers) = (sum(|one| one.winners), sum(|one| one.losers));
    let first = if winners >= losers {
        towns.iter().max_by_key(|(_, one)| one.winners)
    } else {
        towns.iter().max_by_key(|(_, one)| one.losers)
    };
    let Some((most, change)) = first else {
        return String::new();
    };
    let many = if winners >= losers {
        change.winners
    } else {
        change.losers
    };
    let numbers = [winners, losers, many].map(|number| number.to_string());
    let towns = towns.len().to_string();
    page.ta(
        "policies-chart-reading",
        &[
            ("towns", &towns),
            ("winners", &numbers[0]),
            ("losers", &numbers[1]),
            ("most", most),
            ("many", &numbers[2]),
        ],
    )
}
