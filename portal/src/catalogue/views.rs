//! What the pages of the catalogue say, in the reader's language: nothing here asks anything.

use linli_community::catalogue::{
    Appeal, Basis, Channel, ClockStart, Held, LifeEvent, Paper, Service, Shown, Source, Term, Text,
};

use crate::shell::Page;
use crate::shell::ui::{Tile, Tiles};

/// A text in the reader's language.
pub(crate) fn say(page: &Page, text: &Text) -> String {
    page.pick(&text.zh, &text.en).to_owned()
}

/// A situation in life with its services.
pub(crate) struct EventGroup {
    pub(crate) code: &'static str,
    pub(crate) name: String,
    pub(crate) tiles: Tiles,
}

/// A service as a tile that leads to its guide.
pub(crate) fn tile(page: &Page, service: &Service) -> Tile {
    Tile {
        href: format!("/services/{}", service.id),
        title: say(page, &service.names),
        text: say(page, &service.summary),
    }
}

/// The services by situation in life; situations without a service are left out.
pub(crate) fn by_event(page: &Page, services: &[&Service]) -> Vec<EventGroup> {
    let group = |event: LifeEvent| EventGroup {
        code: event.code(),
        name: say(page, &event.names()),
        tiles: Tiles {
            tiles: services
                .iter()
                .filter(|service| service.life_events.contains(&event))
                .map(|service| tile(page, service))
                .collect(),
        },
    };
    let groups = LifeEvent::ALL.into_iter().map(group);
    groups
        .filter(|group| !group.tiles.tiles.is_empty())
        .collect()
}

/// The services in whose name, summary or keywords every word of `words` occurs, the ones that are
/// called so before the ones that merely mention it.
pub(crate) fn found<'a>(services: &[&'a Service], words: &str) -> Vec<&'a Service> {
    let words: Vec<String> = words
        .split(|c: char| c.is_whitespace() || "，,、。".contains(c))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    if words.is_empty() {
        return Vec::new();
    }
    let mut hits: Vec<(bool, &'a Service)> = services
        .iter()
        .filter(|service| {
            let all = haystack(service);
            words.iter().all(|word| all.contains(word.as_str()))
        })
        .map(|service| {
            let named = format!("{} {}", service.names.zh, service.names.en).to_lowercase();
            (
                !words.iter().all(|word| named.contains(word.as_str())),
                *service,
            )
        })
        .collect();
    hits.sort_by_key(|(unnamed, _)| *unnamed);
    hits.into_iter().map(|(_, service)| service).collect()
}

fn haystack(service: &Service) -> String {
    let mut parts = vec![
        service.names.zh.clone(),
        service.names.en.clone(),
        service.summary.zh.clone(),
        service.summary.en.clone(),
    ];
    parts.extend(service.keywords.iter().cloned());
    for event in &service.life_events {
        let names = event.names();
        parts.extend([names.zh, names.en]);
    }
    parts.join("\n").to_lowercase()
}

/// A line of the guide with what it rests on.
#[derive(Default)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) text: String,
    /// The articles; empty when nothing is cited.
    pub(crate) basis: String,
    pub(crate) unverified: bool,
    pub(crate) note: String,
}

impl Line {
    fn new(page: &Page, name: String, text: String, basis: &Basis, sources: &[Source]) -> Self {
        Self {
            name,
            text,
            basis: say(page, &basis.text(sources)),
            unverified: basis.unverified,
            note: basis
                .note
                .as_ref()
                .map(|note| say(page, note))
                .unwrap_or_default(),
        }
    }
}

/// A paper of the guide.
pub(crate) struct PaperLine {
    pub(crate) name: String,
    pub(crate) explain: String,
    /// The key of the tag beside it.
    pub(crate) tag: &'static str,
    pub(crate) conditional: bool,
}

/// A desk of the guide.
pub(crate) struct StepLine {
    pub(crate) name: String,
    pub(crate) who: String,
    pub(crate) explain: String,
    pub(crate) within: String,
    pub(crate) unverified: bool,
}

/// A source of the guide.
pub(crate) struct SourceLine {
    pub(crate) title: String,
    pub(crate) details: String,
}

/// What is paid.
pub(crate) struct PaysLine {
    pub(crate) explain: Line,
    pub(crate) rates: Vec<(String, String, Line)>,
}

/// 办事指南, ready to be read.
pub(crate) struct GuideView {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) summary: String,
    pub(crate) cautions: Vec<String>,
    pub(crate) who: Vec<String>,
    pub(crate) needed: Vec<PaperLine>,
    pub(crate) held: Vec<PaperLine>,
    pub(crate) fee: String,
    pub(crate) minutes: u32,
    pub(crate) promise: Line,
    pub(crate) intake: Line,
    pub(crate) special: Option<Line>,
    pub(crate) pays: Vec<PaysLine>,
    pub(crate) ways: Vec<(String, String)>,
    pub(crate) office: String,
    pub(crate) phone: String,
    pub(crate) contact: Line,
    pub(crate) steps: Vec<StepLine>,
    pub(crate) notice: Line,
    pub(crate) notice_shows: Vec<String>,
    pub(crate) results: Vec<String>,
    pub(crate) grounds: Vec<Line>,
    pub(crate) appeals: Vec<AppealLine>,
    pub(crate) review: Option<Line>,
    pub(crate) know: Vec<Line>,
    pub(crate) sources: Vec<SourceLine>,
    pub(crate) version: String,
    /// Whether anything on the page is not confirmed.
    pub(crate) unverified: bool,
    pub(crate) online: bool,
}

/// A way to disagree.
pub(crate) struct AppealLine {
    pub(crate) line: Line,
    pub(crate) within: String,
}

/// The guide of `service` in the reader's language.
pub(crate) fn guide(page: &Page, service: &Service) -> GuideView {
    let sources = &service.sources;
    let mut view = GuideView {
        id: service.id.clone(),
        name: say(page, &service.names),
        summary: say(page, &service.summary),
        cautions: texts(page, &service.cautions),
        who: texts(page, &service.guide.who),
        needed: papers(page, service, false),
        held: papers(page, service, true),
        fee: say(page, &service.guide.fee),
        minutes: service.guide.minutes,
        promise: promise(page, service),
        intake: intake(page, service),
        special: special(page, service),
        pays: pays(page, service),
        ways: ways(page, service),
        office: say(page, &service.guide.contact.office),
        phone: service.guide.contact.phone.clone(),
        contact: basis_line(page, &service.guide.contact.basis, sources),
        steps: steps(page, service),
        notice: notice(page, service),
        notice_shows: notice_shows(page, service),
        results: service
            .decision
            .results
            .iter()
            .map(|outcome| say(page, &outcome.names))
            .collect(),
        grounds: grounds(page, service),
        appeals: appeals(page, &service.appeals, sources),
        review: service.review.as_ref().map(|review| {
            let text = say(page, &review.explain);
            Line::new(page, String::new(), text, &review.basis, sources)
        }),
        know: good_to_know(page, service),
        sources: sources
            .iter()
            .map(|source| source_line(page, source))
            .collect(),
        version: page.ta(
            "guide-version",
            &[
                ("version", service.version.to_string().as_str()),
                ("day", &page.date(service.valid_from)),
            ],
        ),
        unverified: false,
        online: is_online(service),
    };
    view.unverified = is_unverified(&view);
    view
}

fn texts(page: &Page, texts: &[Text]) -> Vec<String> {
    texts.iter().map(|text| say(page, text)).collect()
}

fn good_to_know(page: &Page, service: &Service) -> Vec<Line> {
    let notes = service.guide.good_to_know.iter();
    notes
        .map(|note| {
            let text = say(page, &note.text);
            Line::new(page, String::new(), text, &note.basis, &service.sources)
        })
        .collect()
}

/// Whether it can be applied for on these pages.
pub(crate) fn is_online(service: &Service) -> bool {
    let ways = service.guide.ways.iter();
    ways.into_iter()
        .any(|way| matches!(way.channel, Channel::Online | Channel::Kiosk))
}

fn basis_line(page: &Page, basis: &Basis, sources: &[Source]) -> Line {
    Line::new(page, String::new(), String::new(), basis, sources)
}

fn papers(page: &Page, service: &Service, held: bool) -> Vec<PaperLine> {
    let papers = service.guide.papers.iter();
    papers
        .filter(|paper| paper.held.is_held() == held)
        .map(|paper| paper_line(page, paper))
        .collect()
}

pub(crate) fn paper_line(page: &Page, paper: &Paper) -> PaperLine {
    let tag = match (paper.held, paper.required) {
        (Held::Register | Held::Sharing, _) => "guide-held",
        (Held::Nowhere, true) => "guide-needed",
        (Held::Nowhere, false) => "guide-optional",
    };
    PaperLine {
        name: say(page, &paper.names),
        explain: say(page, &paper.explain),
        tag,
        conditional: !paper.needed_if.is_empty(),
    }
}

fn term_line(page: &Page, service: &Service, key: &str, term: &Term) -> Line {
    let text = page.ta(key, &[("term", &say(page, &term.text()))]);
    Line::new(page, String::new(), text, &term.basis, &service.sources)
}

/// The time promised for the decision, with what it rests on.
pub(crate) fn promise(page: &Page, service: &Service) -> Line {
    let key = match service.clock.starts {
        ClockStart::Accepted => "guide-promise-from-accepted",
        ClockStart::Submitted => "guide-promise-from-submitted",
    };
    term_line(page, service, key, &service.clock.total)
}

fn intake(page: &Page, service: &Service) -> Line {
    term_line(page, service, "guide-intake-within", &service.intake.within)
}

fn special(page: &Page, service: &Service) -> Option<Line> {
    let term = service.clock.special.as_ref()?;
    Some(term_line(page, service, "guide-special-within", term))
}

fn pays(page: &Page, service: &Service) -> Vec<PaysLine> {
    let sources = &service.sources;
    let outcomes = service.decision.results.iter();
    outcomes
        .filter_map(|outcome| outcome.pays.as_ref())
        .map(|pays| PaysLine {
            explain: Line::new(
                page,
                String::new(),
                say(page, &pays.explain),
                &pays.basis,
                sources,
            ),
            rates: pays
                .rates
                .iter()
                .map(|rate| {
                    (
                        say(page, &rate.names),
                        page.money(rate.amount_fen),
                        Line::new(
                            page,
                            String::new(),
                            page.t1("guide-pays-from", "day", page.date(rate.from)),
                            &rate.basis,
                            sources,
                        ),
                    )
                })
                .collect(),
        })
        .collect()
}

fn ways(page: &Page, service: &Service) -> Vec<(String, String)> {
    let ways = service.guide.ways.iter();
    ways.map(|way| (say(page, &way.channel.names()), say(page, &way.how)))
        .collect()
}

fn steps(page: &Page, service: &Service) -> Vec<StepLine> {
    let steps = service.steps.iter();
    steps
        .map(|step| StepLine {
            name: say(page, &step.names),
            who: page.role(step.role),
            explain: say(page, &step.explain),
            within: page.ta(
                "guide-step-within",
                &[("term", &say(page, &step.within.text()))],
            ),
            unverified: step.within.basis.unverified,
        })
        .collect()
}

fn notice(page: &Page, service: &Service) -> Line {
    let rule = &service.notice;
    let name = match &rule.term {
        Some(term) if rule.public => say(page, &term.text()),
        _ => page.t("guide-notice-none"),
    };
    Line::new(
        page,
        name,
        say(page, &rule.explain),
        &rule.basis,
        &service.sources,
    )
}

fn notice_shows(page: &Page, service: &Service) -> Vec<String> {
    if !service.notice.public {
        return Vec::new();
    }
    let shown = service.notice.shows.iter();
    shown
        .map(|one| page.t(&format!("guide-shown-{}", shown_code(*one))))
        .collect()
}

/// The code of what a notice shows, as message keys name it.
pub(crate) fn shown_code(shown: Shown) -> &'static str {
    match shown {
        Shown::MaskedName => "masked_name",
        Shown::Street => "street",
        Shown::Committee => "committee",
        Shown::HouseholdSize => "household_size",
        Shown::Service => "service",
        Shown::Proposal => "proposal",
        Shown::Amount => "amount",
    }
}

fn grounds(page: &Page, service: &Service) -> Vec<Line> {
    let grounds = service
        .intake
        .grounds
        .iter()
        .chain(&service.decision.grounds);
    grounds
        .map(|ground| {
            let text = say(page, &ground.text);
            Line::new(page, String::new(), text, &ground.basis, &service.sources)
        })
        .collect()
}

/// The ways to disagree, with the time for each.
pub(crate) fn appeals(page: &Page, appeals: &[Appeal], sources: &[Source]) -> Vec<AppealLine> {
    let line = |appeal: &Appeal| AppealLine {
        line: Line::new(
            page,
            say(page, &appeal.names),
            say(page, &appeal.to),
            &appeal.basis,
            sources,
        ),
        within: match (&appeal.within, appeal.within_months) {
            (Some(term), _) => {
                page.ta("guide-appeal-within", &[("term", &say(page, &term.text()))])
            }
            (None, Some(months)) => page.t1("guide-appeal-months", "n", months),
            (None, None) => String::new(),
        },
    };
    appeals.iter().map(line).collect()
}

fn source_line(page: &Page, source: &Source) -> SourceLine {
    let title = match page.lang {
        crate::i18n::Lang::Zh => format!("《{}》", source.title.zh),
        crate::i18n::Lang::En => source.title.en.clone(),
    };
    let mut details = Vec::new();
    if let Some(number) = &source.number {
        details.push(page.ta("guide-source-number", &[("number", number)]));
    }
    if let Some(day) = source.in_force {
        details.push(page.t1("guide-source-in-force", "day", page.date(day)));
    }
    let comma = page.pick("，", ", ");
    SourceLine {
        title,
        details: details.join(comma),
    }
}

fn is_unverified(view: &GuideView) -> bool {
    let lines = [&view.promise, &view.intake, &view.contact, &view.notice];
    let pays = view.pays.iter();
    lines.iter().any(|line| line.unverified)
        || view
            .special
            .iter()
            .chain(&view.review)
            .any(|line| line.unverified)
        || view
            .grounds
            .iter()
            .chain(&view.know)
            .any(|line| line.unverified)
        || view.appeals.iter().any(|appeal| appeal.line.unverified)
        || view.steps.iter().any(|step| step.unverified)
        || pays
            .into_iter()
            .any(|pays| pays.explain.unverified || pays.rates.iter().any(|rate| rate.2.unverified))
}
