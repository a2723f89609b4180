//! Words that pages of benefits share: where an award or a roll stands, months, people masked.

use linli_community::benefits::roll::Stage;
use linli_community::benefits::{Award, Month, Standing};
use linli_community::residents::mask;
use linli_kernel::ResidentId;

use crate::Portal;
use crate::apply::whom;
use crate::desk::rows;
use crate::i18n::Lang;
use crate::shell::ui::{Tag, Tone};
use crate::shell::{Page, Trouble};

/// Where an award stands, as a tag.
pub(super) fn standing(page: &Page, standing: Standing) -> Tag {
    let tone = match standing {
        Standing::Running => Tone::Done,
        Standing::Paused => Tone::Wait,
        Standing::Stopped => Tone::Quiet,
    };
    Tag::new(
        page.t(&format!("benefits-standing-{}", standing.code())),
        tone,
    )
}

/// Where a roll stands, as a tag.
pub(super) fn stage(page: &Page, stage: Stage) -> Tag {
    let tone = match stage {
        Stage::Nothing => Tone::Quiet,
        Stage::Made | Stage::Sent => Tone::Wait,
        Stage::Checked | Stage::Approved => Tone::Plain,
        Stage::Answered => Tone::Done,
    };
    Tag::new(page.t(&format!("rolls-stage-{}", stage.code())), tone)
}

/// 2026年11月, or November 2026.
pub(super) fn month(page: &Page, month: Month) -> String {
    let (year, number) = (month.year(), month.number());
    match page.lang {
        Lang::Zh => format!("{year}年{number}月"),
        Lang::En => month.first_day().strftime("%B %Y").to_string(),
    }
}

/// A month as a register has it.
pub(super) fn month_text(page: &Page, text: &str) -> String {
    text.parse()
        .map_or_else(|_| text.to_owned(), |one| month(page, one))
}

/// What a benefit is called.
pub(super) fn service(portal: &Portal, page: &Page, id: &str) -> String {
    rows::service_name(page, &portal.linli, id)
}

/// The recipient's name, masked.
pub(super) async fn name(portal: &Portal, resident: Option<ResidentId>) -> Result<String, Trouble> {
    let Some(resident) = resident else {
        return Ok(String::new());
    };
    let resident = whom::resident(portal, resident).await?;
    Ok(mask::name(resident.text("person.name").unwrap_or_default()))
}

/// How much and how often: 每月 ¥150.00.
pub(super) fn rate(page: &Page, award: &Award, fen: i64) -> String {
    use linli_community::catalogue::Every;
    let key = match award.schedule.every {
        Every::Once => "benefits-each-once",
        Every::Quarter if award.schedule.per_payment => "benefits-each-quarter",
        Every::Quarter | Every::Month => "benefits-each-month",
    };
    page.t1(key, "sum", page.money(fen))
}

/// What a payment of several months is made up of: 2026年10月 ¥150.00、….
pub(super) fn months(page: &Page, months: &[(Month, i64)]) -> String {
    let one = |(at, fen): &(Month, i64)| format!("{} {}", month(page, *at), page.money(*fen));
    // A run of equal months is said once.
    let mut said: Vec<String> = Vec::new();
    let mut left = months;
    while let Some(first) = left.first() {
        let run = left.iter().zip(0_i32..);
        let run = run
            .take_while(|((at, fen), n)| *fen == first.1 && *at == first.0.plus(*n))
            .count();
        let last = left[run - 1];
        said.push(if run == 1 {
            one(first)
        } else {
            let (from, to) = (month(page, first.0), month(page, last.0));
            let sum = page.money(first.1);
            page.ta(
                "benefits-run",
                &[("from", &from), ("to", &to), ("sum", &sum)],
            )
        });
        left = &left[run..];
    }
    said.join(page.pick("、", "; "))
}

/// The months of a payment as a register has them.
pub(super) fn months_text(page: &Page, text: Option<&str>) -> String {
    let parsed: Vec<(Month, i64)> = text
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    months(page, &parsed)
}

/// The name of a ground, with its clause.
pub(super) fn ground(page: &Page, code: &str) -> String {
    let rules = linli_community::benefits::Rules::built_in();
    let ground = rules.and_then(|rules| rules.ground(code));
    ground.map_or_else(
        || code.to_owned(),
        |ground| page.pick(&ground.names.zh, &ground.names.en).to_owned(),
    )
}

/// A hash in groups of eight, as two people compare it.
pub(super) fn hash(hash: &str) -> String {
    let characters: Vec<char> = hash.chars().collect();
    let groups = characters
        .chunks(8)
        .map(|group| group.iter().collect::<String>());
    groups.collect::<Vec<_>>().join(" ")
}
