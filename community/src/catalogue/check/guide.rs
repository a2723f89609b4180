//! The guide and the sources of a service file.

use crate::catalogue::law::SourceKind;
use crate::catalogue::service::{Channel, Held, Service};

use super::{Problems, is_key};

/// Checks guide and sources.
pub(super) fn check(service: &Service, problems: &mut Problems<'_>) {
    let guide = &service.guide;
    problems.must(!guide.who.is_empty(), "guide.who", "at least one condition");
    problems.must(
        (1..=120).contains(&guide.minutes),
        "guide.minutes",
        "1 to 120 minutes",
    );
    let channels: Vec<Channel> = guide.ways.iter().map(|way| way.channel).collect();
    // 无障碍环境建设法 art. 39: on-site and manual service stays, beside every machine.
    let staffed = channels.contains(&Channel::Counter);
    problems.must(
        staffed,
        "guide.ways",
        "the counter among the ways: people without a phone apply too",
    );
    let unasked = channels.contains(&Channel::Unasked);
    let expected = "no way called unasked: nobody applies that way";
    problems.must(!unasked, "guide.ways", expected);
    for (index, channel) in channels.iter().enumerate() {
        let once = !channels[..index].contains(channel);
        problems.must(
            once,
            format!("guide.ways[{index}].channel"),
            "every way once",
        );
    }
    let phone = guide.contact.phone.as_str();
    let dialled = phone.len() >= 3 && phone.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    problems.must(dialled, "guide.contact.phone", "digits and hyphens");
    problems.distinct(
        guide.papers.iter().map(|paper| paper.id.as_str()),
        "guide.papers",
    );
    for (index, paper) in guide.papers.iter().enumerate() {
        let key = format!("guide.papers[{index}]");
        problems.must(is_key(&paper.id), format!("{key}.id"), "a key");
        // 社会救助法 art. 62: what checking can supply is not asked for.
        let asked = paper.held == Held::Nowhere || !paper.required;
        problems.must(
            asked,
            format!("{key}.required"),
            "false: what is held is not asked for",
        );
        for condition in &paper.needed_if {
            let known = service.form.questions.iter().any(|q| q.id == condition.of);
            problems.must(known, format!("{key}.needed_if"), "the id of a question");
        }
    }
    sources(service, problems);
}

fn sources(service: &Service, problems: &mut Problems<'_>) {
    problems.must(!service.sources.is_empty(), "sources", "at least one");
    problems.distinct(
        service.sources.iter().map(|source| source.key.as_str()),
        "sources",
    );
    for (index, source) in service.sources.iter().enumerate() {
        let key = format!("sources[{index}]");
        let bare = !source.title.zh.contains(['《', '》']);
        problems.must(
            bare,
            format!("{key}.title.zh"),
            "the title without brackets",
        );
        let dated =
            source.in_force.is_some() || source.number.is_some() || source.adopted.is_some();
        let found = dated || source.kind == SourceKind::Publication;
        problems.must(
            found,
            key,
            "a date (adopted, in_force) or a number by which it is found",
        );
    }
}
