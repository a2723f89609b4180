//! 文书: the letter that goes with where a case stands, from its facts and the service's clauses.
//!
//! Letters are in Chinese whatever the reader's language: they are official documents.

use jiff::civil::Date;
use linli_community::cases::{Phase, State};
use linli_community::catalogue::{Basis, Channel, Every, Ground, OutcomeKind, Service, question};
use linli_community::places::{AreaKind, AreaTree};
use linli_interop::letter::{Clause, Letter, LetterKind, Reckoned};
use linli_kernel::AreaPath;
use linli_kernel::clock::shanghai_date;
use linli_units::Fen;

use crate::desk::rows;
use crate::shell::format;

/// What a letter needs besides the case and its service.
pub(crate) struct Frame<'a> {
    /// 发文机关.
    pub(crate) issuer: &'a str,
    /// The address of the node from outside.
    pub(crate) public_url: &'a str,
    /// By when the result is promised.
    pub(crate) promised: Option<Date>,
    /// Whether people and facts are made up.
    pub(crate) synthetic: bool,
    /// Large print.
    pub(crate) large: bool,
    /// 计算说明, where a decision was kept with one.
    pub(crate) reckoning: Vec<Reckoned>,
}

/// The body that issues a letter of the desk at `area`: 中山街道办事处, 松江区民政局,
/// 中山街道茸树社区居民委员会.
pub(crate) fn issuer(areas: &AreaTree, area: &AreaPath) -> String {
    let Some(found) = areas.get(area) else {
        return area.code().to_owned();
    };
    let name = found.name();
    match found.kind {
        AreaKind::District => format!("{name}民政局"),
        AreaKind::Subdistrict => format!("{name}办事处"),
        AreaKind::Town => format!("{name}人民政府"),
        AreaKind::Community => areas.full_name(area),
        AreaKind::ResidentsCommittee | AreaKind::VillagersCommittee => {
            let street = areas.street_of(area).map_or("", |street| street.name());
            let name = name.replace("居委会", "居民委员会");
            format!("{street}{}", name.replace("村委会", "村民委员会"))
        }
    }
}

/// Which letter there is for where the case stands; `None` before acceptance or after withdrawal.
pub(crate) fn kind(case: &State) -> Option<LetterKind> {
    match case.phase {
        Phase::Withdrawn => None,
        Phase::IntakeRefused => Some(LetterKind::NotAccepted),
        Phase::Supplement => Some(LetterKind::Supplement),
        _ => match &case.decided {
            Some(decided) => Some(match decided.result {
                OutcomeKind::Refuse => LetterKind::Refused,
                OutcomeKind::Certificate => LetterKind::Certificate,
                OutcomeKind::Grant | OutcomeKind::Confirm => LetterKind::Granted,
            }),
            None if matches!(case.phase, Phase::InHand | Phase::Notice) => {
                Some(LetterKind::Accepted)
            }
            None => None,
        },
    }
}

/// The letter for where the case stands.
pub(crate) fn compose(case: &State, service: &Service, frame: &Frame<'_>) -> Option<Letter> {
    let kind = kind(case)?;
    let name = service.names.zh.clone();
    let mut letter = Letter {
        kind,
        issuer: frame.issuer.to_owned(),
        number: format!("办件〔{}〕{}号", signed_on(case).year(), case.number),
        service: name.clone(),
        title: None,
        addressee: case.name.clone(),
        case_number: rows::spoken(&case.number),
        paragraphs: vec![opening(case, &name)],
        items: Vec::new(),
        clauses: Vec::new(),
        appeal: None,
        contact: Some(format!(
            "{}，电话{}",
            service.guide.contact.office.zh, service.guide.contact.phone
        )),
        reckoning: Vec::new(),
        valid_until: None,
        signed_on: signed_on(case),
        check_url: format!("{}/lookup?number={}", frame.public_url, case.number),
        synthetic: frame.synthetic,
        large: frame.large,
    };
    match kind {
        LetterKind::Accepted => accepted(&mut letter, service, frame),
        LetterKind::Supplement => supplement(&mut letter, case, service),
        LetterKind::NotAccepted => {
            let (code, words) = case.intake_refusal.clone().unwrap_or_default();
            letter.paragraphs.push("经审查，不予受理。".to_owned());
            refused(&mut letter, service, &service.intake.grounds, &code, &words);
        }
        LetterKind::Certificate => {
            // Whoever is shown a certificate checks it where it was made.
            letter.check_url = format!("{}/verify/{}", frame.public_url, case.number);
            decided(&mut letter, case, service);
        }
        LetterKind::Granted | LetterKind::Refused => {
            letter.reckoning.clone_from(&frame.reckoning);
            decided(&mut letter, case, service);
        }
    }
    Some(letter)
}

fn opening(case: &State, name: &str) -> String {
    let (on, number) = (day(case.received_on), rows::spoken(&case.number));
    if case.channel == Channel::Unasked {
        return format!("您没有提出申请。{on}按登记信息为您办理{name}，编号 {number}。");
    }
    format!("您于{on}提出的{name}申请，编号 {number}。")
}

fn accepted(letter: &mut Letter, service: &Service, frame: &Frame<'_>) {
    let term = service.clock.total.text().zh;
    letter.paragraphs.push(match frame.promised {
        Some(date) => format!(
            "经审查，予以受理。办理时限为{term}，将在{}前告知结果。",
            day(date)
        ),
        None => format!("经审查，予以受理。办理时限为{term}。"),
    });
    letter
        .clauses
        .push(clause(service, &service.clock.total.basis, ""));
}

fn supplement(letter: &mut Letter, case: &State, service: &Service) {
    let asked = case.asked.clone().unwrap_or_default();
    letter.paragraphs.push(format!(
        "经审查，需要补正下列内容，请在{}内补正。补正期间不计入办理时限。",
        service.clock.supplement.text().zh
    ));
    if !asked.words.is_empty() {
        letter.paragraphs.push(asked.words.clone());
    }
    let papers = asked.papers.iter().filter_map(|id| service.paper(id));
    letter
        .items
        .extend(papers.map(|paper| paper.names.zh.clone()));
    let questions = service.form.questions.iter();
    let questions = questions.filter(|one| asked.fields.contains(&one.id));
    letter.items.extend(questions.map(asked_again));
    letter
        .clauses
        .push(clause(service, &service.clock.supplement.basis, ""));
}

fn asked_again(question: &question::Question) -> String {
    format!("重新填写：{}", question.short.zh)
}

fn decided(letter: &mut Letter, case: &State, service: &Service) {
    let Some(decided) = &case.decided else {
        return;
    };
    let outcome = service.outcome(&decided.outcome);
    let result = outcome.map_or("", |one| one.names.zh.as_str());
    if decided.result == OutcomeKind::Refuse {
        letter.paragraphs.push(format!("经审查，决定：{result}。"));
        let code = decided.ground.clone().unwrap_or_default();
        refused(
            letter,
            service,
            &service.decision.grounds,
            &code,
            &decided.words,
        );
        return;
    }
    let mut sentence = match case.channel {
        Channel::Unasked => format!("免申即享，决定：{result}。"),
        _ => format!("经审查，决定：{result}。"),
    };
    if let Some(fen) = decided.amount_fen {
        let money = Fen(fen);
        sentence.push_str(&format!(
            "{}{money}（大写：{}）。",
            every(decided.every),
            money.capitals()
        ));
    }
    sentence.push_str(&format!("自{}起", day(decided.from)));
    match decided.until {
        Some(until) => sentence.push_str(&format!("至{}止。", day(until))),
        None => sentence.push_str("执行。"),
    }
    letter.paragraphs.push(sentence);
    if !decided.words.is_empty() {
        letter.paragraphs.push(decided.words.clone());
    }
    if let Some(pays) = outcome.and_then(|one| one.pays.as_ref()) {
        letter.clauses.push(clause(service, &pays.basis, ""));
    }
    letter.appeal = appeal(service);
    if decided.result == OutcomeKind::Certificate {
        letter.valid_until = decided.until;
        letter.appeal = None;
    }
}

fn refused(letter: &mut Letter, service: &Service, grounds: &[Ground], code: &str, words: &str) {
    if let Some(ground) = grounds.iter().find(|one| one.code == code) {
        letter
            .clauses
            .push(clause(service, &ground.basis, &ground.text.zh));
    }
    if !words.is_empty() {
        letter.paragraphs.push(format!("理由：{words}"));
    }
    letter.appeal = appeal(service);
}

/// 行政复议（自收到本文书之日起 60 天内，松江区人民政府）；….
fn appeal(service: &Service) -> Option<String> {
    let ways = service.appeals.iter().map(|way| {
        let within = match (&way.within, way.within_months) {
            (Some(term), _) => format!("自收到本文书之日起 {}内，", term.text().zh),
            (None, Some(months)) => format!("自收到本文书之日起 {months} 个月内，"),
            (None, None) => String::new(),
        };
        format!("{}（{within}{}）", way.names.zh, way.to.zh)
    });
    let ways: Vec<String> = ways.collect();
    (!ways.is_empty()).then(|| format!("如不同意，可以{}。", ways.join("；")))
}

fn clause(service: &Service, basis: &Basis, text: &str) -> Clause {
    let mut citation = service.clause(basis).zh;
    if basis.unverified {
        citation.push_str("（待核实）");
    }
    Clause {
        citation,
        text: text.to_owned(),
    }
}

fn every(every: Option<Every>) -> &'static str {
    match every {
        Some(Every::Month) => "每月",
        Some(Every::Quarter) => "每季度",
        Some(Every::Once) | None => "一次性",
    }
}

fn signed_on(case: &State) -> Date {
    match &case.decided {
        Some(decided) => decided.on,
        None => shanghai_date(case.updated_at),
    }
}

fn day(date: Date) -> String {
    let long = format::date(crate::i18n::Lang::Zh, date);
    long.split('(').next().unwrap_or(&long).to_owned()
}
