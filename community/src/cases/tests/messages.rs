//! Every rule that can say no has its message, in Chinese and in English, with the same places.

use std::collections::BTreeSet;

use linli_kernel::{Refusal, Role};

use super::world::*;
use crate::cases::Desk;
use crate::cases::command::Verb;
use crate::cases::refusal::No;
use crate::cases::state::Phase;

const ZH: &str = include_str!("../../../../web/messages/zh-CN/refusals-cases.ftl");
const EN: &str = include_str!("../../../../web/messages/en/refusals-cases.ftl");

fn keys(ftl: &str) -> BTreeSet<&str> {
    let lines = ftl.lines().filter(|line| line.starts_with("refusal-"));
    lines.filter_map(|line| line.split(" = ").next()).collect()
}

#[expect(clippy::too_many_lines, reason = "a table: one of each rule")]
fn every() -> Vec<No> {
    let text = || "x".to_owned();
    let day = "2026-09-01".parse().unwrap();
    let verb = Verb::Accept;
    let desk = Desk {
        role: Role::StreetOfficer,
        area: area(STREET),
    };
    vec![
        No::Unknown,
        No::NumberAndPhoneDiffer,
        No::ServiceUnknown(text()),
        No::ChannelNotOffered(text()),
        No::AreaUnknown(text()),
        No::Ended(Phase::Closed),
        No::NotNow {
            verb,
            phase: Phase::Notice,
        },
        No::NotYetAccepted,
        No::AlreadyAccepted,
        No::AwaitsSupplement,
        No::NoSupplementAsked,
        No::AlreadyDecided,
        No::NotYetDecided,
        No::NotYourDesk(desk),
        No::WaitsForApplicant,
        No::TakenByAnother,
        No::AlreadyYours,
        No::NotTaken,
        No::OwnCase,
        No::NotAtThisDesk(verb),
        No::OnlyLinli(verb),
        No::OnlyApplicant(verb),
        No::AuthorityMissing,
        No::WordsMissing("words"),
        No::WordsTooLong("words"),
        No::GroundUnknown(text()),
        No::GroundMissing,
        No::OutcomeUnknown(text()),
        No::AmountMissing,
        No::AmountNotPaid,
        No::PeriodReversed,
        No::PeriodTooLong(3),
        No::LastDesk,
        No::FirstDesk,
        No::StepSkipped("visit"),
        No::ReviewMissing,
        No::ReviewerDecides(text()),
        No::NoNoticeRule,
        No::NoticeMissing(text()),
        No::NoticeRunning(day),
        No::AlreadyPosted,
        No::ObjectionOpen(1),
        No::ObjectionUnknown(1),
        No::ObjectionAnswered(1),
        No::NothingAsked,
        No::AskedUnknown(text()),
        No::SupplementIncomplete(text()),
        No::AnswerNotAsked(text()),
        No::ExtensionTooLong(1),
        No::NoExtension(text()),
        No::UrgedAlready(day),
        No::AlreadyRated,
        No::DisputeTooLate(day),
        No::AlreadyDisputed,
        No::NoAppeal,
        No::AppealUnknown(text()),
        No::DateInFuture("on"),
        No::DateTooEarly("on"),
        No::SameArea,
        No::NotDueYet(day),
        No::NothingToReckon,
        No::NotGrantedUnasked,
    ]
}

#[test]
fn both_languages_say_the_same_rules() {
    assert_eq!(keys(ZH), keys(EN));
}

#[test]
fn every_rule_has_its_message_and_every_place_in_it_is_filled() {
    let known = keys(ZH);
    let mut codes = BTreeSet::new();
    for no in every() {
        let refusal = Refusal::from(no);
        let key = format!("refusal-{}", refusal.code.replace('.', "-"));
        assert!(known.contains(key.as_str()), "{key} has no message");
        for ftl in [ZH, EN] {
            for place in places(ftl, &key) {
                assert!(
                    refusal.facts.contains_key(&place),
                    "{key}: {place} is not given"
                );
            }
        }
        assert!(
            codes.insert(refusal.code),
            "each rule has a code of its own"
        );
    }
}

/// The names of the places in a message: what follows a dollar sign.
fn places(ftl: &str, key: &str) -> Vec<String> {
    let mut lines = ftl
        .lines()
        .skip_while(|line| !line.starts_with(&format!("{key} = ")));
    let first = lines.next().unwrap_or_default();
    let rest = lines.take_while(|line| line.starts_with(' '));
    let whole: String = std::iter::once(first).chain(rest).collect();
    let name = |after: &str| {
        let name: String = after
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect();
        name
    };
    whole.split('$').skip(1).map(name).collect()
}

/// What residents read has no officialese that blames or leaves them waiting without a date.
#[test]
fn the_tone_is_kept() {
    for bad in ["非法", "参数", "操作失败", "请耐心等待", "！", "确定"] {
        assert!(!ZH.contains(bad), "{bad}");
    }
}
