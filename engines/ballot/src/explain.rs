//! 说明: the derivation as lines that people read, Chinese first.

use crate::certificate::{Bounds, Certificate, Code, Fate, Proof, Status, Step, Sum};
use crate::days::{Days, Limit};
use crate::law::Text;
use crate::procedure::Tie;
use crate::share::{Comparison, Relation};

/// The articles of a step: law and place, or that no source confirms it.
#[must_use]
pub fn articles(certificate: &Certificate, step: &Step) -> String {
    let mut told: Vec<String> = Vec::new();
    for cite in &step.basis.cite {
        let source = certificate
            .rules
            .sources
            .iter()
            .find(|source| source.key == cite.source);
        let title = source.map_or(cite.source.as_str(), |source| &source.title.zh);
        told.push(format!("《{title}》{}", cite.place()));
    }
    if step.basis.unverified {
        told.push("待核实 unverified".to_owned());
    }
    told.join("、")
}

/// A step in one line: whether it holds, what, the sum, the article; in English the sum alone.
#[must_use]
pub fn line(certificate: &Certificate, step: &Step) -> Text {
    let articles = articles(certificate, step);
    let (zh, en) = match &step.proof {
        Proof::Compare(found) => compared(found),
        Proof::Days(found) => days(found),
        Proof::Sum(found) => sum(found),
        Proof::Bounds(found) => bounds(found),
    };
    let mark = if step.proof.holds() { "✓" } else { "✗" };
    let zh = format!("{mark} {}  {zh}  {articles}", step.id);
    Text {
        zh: zh.trim_end().to_owned(),
        en,
    }
}

/// What a finding is, in words.
#[must_use]
pub fn finding(code: Code) -> Text {
    let (zh, en) = match code {
        Code::VotesDiffer => ("两位计票人的得票数不同", "the counters differ in votes"),
        Code::PapersDiffer => ("两位计票人的选票张数不同", "the counters differ in papers"),
        Code::BlankDiffer => (
            "两位计票人的空白票不同",
            "the counters differ in blank papers",
        ),
        Code::InvalidDiffer => ("两位计票人的废票不同", "the counters differ in void papers"),
        Code::OverMarkedDiffer => (
            "两位计票人的多选票不同",
            "the counters differ in over-marked papers",
        ),
        Code::NotTwoCounters => ("初次计票人不是两位", "not two counters made a first count"),
        Code::CorrectionIncomplete => (
            "更正计票不完整",
            "the corrected count is not by the same two counters",
        ),
        Code::Corrected => ("已用更正计票", "a corrected count replaced the first"),
        Code::MorePapersThanVoters => ("票箱里票多于投票人", "more papers than persons voting"),
        Code::FewerPapersThanVoters => ("票箱里票少于投票人", "fewer papers than persons voting"),
        Code::MoreVotersThanListed => ("投票人多于名单", "more persons voting than listed"),
        Code::ListsAreNotTheRoll => (
            "各票箱名单之和不等于选民名册",
            "the boxes' lists do not make up the roll",
        ),
        Code::VotedTwice => ("有人投了两次", "somebody voted twice"),
        Code::VoterNotOnRoll => ("投票人不在名册", "somebody voted who is not on the roll"),
        Code::ListAndNumberDiffer => ("名单与人数不符", "a list of voters and its number differ"),
        Code::SealBroken => ("计票与封存摘要不符", "a count does not match its seal"),
        Code::NoSeal => ("计票没有封存", "a count has no seal"),
        Code::MoreProxyVotesThanProxies => (
            "委托投票多于有效委托",
            "more votes by proxy than proxies that stand",
        ),
    };
    Text {
        zh: zh.to_owned(),
        en: en.to_owned(),
    }
}

fn compared(found: &Comparison) -> (String, String) {
    let (whole_zh, whole_en) = found.of.names();
    let (asked_zh, asked_en, sign) = match (found.relation, found.holds) {
        (Relation::Over, true) => ("须超过", "over", ">"),
        (Relation::Over, false) => ("须超过", "over", "≯"),
        (Relation::AtLeast, true) => ("须达到", "at least", "≥"),
        (Relation::AtLeast, false) => ("须达到", "at least", "≱"),
    };
    let (part, whole, share) = (found.part, found.whole, found.share);
    let (above, below) = (share.numerator(), share.denominator());
    let (left, right) = (found.left, found.right);
    let sum = format!("{part} × {below} = {left} {sign} {right} = {whole} × {above}");
    (
        format!("{whole_zh} {whole}，{asked_zh} {share}，实为 {part}：{sum}"),
        format!("{part} of {whole} {whole_en}, {asked_en} {share}: {sum}"),
    )
}

fn days(found: &Days) -> (String, String) {
    let (from, to, days, term) = (found.from, found.to, found.days, found.term);
    let (zh, en) = match found.limit {
        Limit::Before => (format!("须不少于 {term} 日"), "at least"),
        Limit::Within => (format!("须在 {term} 日以内"), "within"),
    };
    (
        format!("{from} 至 {to} 共 {days} 日，{zh}"),
        format!("{from} to {to} is {days} days, {en} {term} asked"),
    )
}

fn sum(found: &Sum) -> (String, String) {
    let parts = found.parts.iter().map(|part| part.number.to_string());
    let parts: Vec<String> = parts.collect();
    let sum = format!("{} = {}", parts.join(" + "), found.total);
    match found.must_be {
        Some(must) => (
            format!("{sum}，应为 {must}"),
            format!("{sum}, must be {must}"),
        ),
        None => (sum.clone(), sum),
    }
}

fn bounds(found: &Bounds) -> (String, String) {
    let (number, min) = (found.number, found.min);
    match found.max {
        Some(max) => (
            format!("{number}，须在 {min} 至 {max} 之间"),
            format!("{number}, asked {min} to {max}"),
        ),
        None => (
            format!("{number}，须不少于 {min}"),
            format!("{number}, at least {min} asked"),
        ),
    }
}

/// The result in a few lines, Chinese and English in one.
#[must_use]
pub fn outcome(certificate: &Certificate) -> Vec<String> {
    let outcome = &certificate.outcome;
    let mut lines = vec![
        match outcome.status {
            Status::Decided => "有效 · valid",
            Status::Invalid => "无效 · invalid: nothing is decided",
            Status::Held => "待核 · held until the findings are settled",
        }
        .to_owned(),
    ];
    for contest in &outcome.contests {
        lines.push(format!(
            "{} · {} ({})",
            contest.names.zh, contest.names.en, contest.seats
        ));
        for one in &contest.standing {
            let name = if one.name.is_empty() {
                &one.id
            } else {
                &one.name
            };
            lines.push(format!("  {:>8}  {name}  {}", one.votes, fate(&one.result)));
        }
        if let Some(tie) = &contest.tie {
            let how = match tie.method {
                Tie::VoteAgain => "再次投票 · vote again",
                Tie::Lot => "抽签 · draw a lot",
            };
            lines.push(format!(
                "  {} 席 · seats: {how}: {}",
                tie.seats,
                tie.candidates.join("、")
            ));
        }
        if contest.vacant > 0 {
            lines.push(format!("  空缺 · empty seats: {}", contest.vacant));
        }
    }
    let carried = match (&outcome.motion, &outcome.owners) {
        (Some(motion), _) => Some(motion.carried),
        (None, Some(owners)) => Some(owners.carried),
        (None, None) => None,
    };
    match carried {
        Some(true) => lines.push("通过 · carried".to_owned()),
        Some(false) => lines.push("未通过 · not carried".to_owned()),
        None => {}
    }
    if !outcome.defects.is_empty() {
        lines.push(format!(
            "程序瑕疵 · defects: {}",
            outcome.defects.join(", ")
        ));
    }
    lines
}

fn fate(fate: &Fate) -> String {
    match fate {
        Fate::Elected => "当选 · elected".to_owned(),
        Fate::TooFew => "得票不足 · too few votes".to_owned(),
        Fate::Outvoted => "名额已满 · outvoted".to_owned(),
        Fate::LostLot => "抽签未中 · lost the lot".to_owned(),
        Fate::Level => "票数相等 · level".to_owned(),
        Fate::Relative(id) => format!("近亲属回避 · near relative of {id}"),
        Fate::Unfit(_) => "不能当选 · cannot be elected".to_owned(),
        Fate::Undecided => "未决 · undecided".to_owned(),
    }
}
