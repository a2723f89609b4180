//! 事项: a service, as one TOML file describes it: guide, form, work, clock, decision, sources.

use jiff::civil::Date;
use linli_kernel::AreaPath;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

use super::law::{Basis, Source};
use super::question::{Condition, FormSpec};
use super::steps::{
    Appeal, ClockRule, Decision, Intake, NoticeRule, Outcome, Rating, Review, Step,
};
use super::text::Text;

/// 事项: one thing a resident can ask for, in one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its key: lower-case words joined by hyphens. The same in every version.
    pub id: String,
    /// What it is called.
    pub names: Text,
    /// What it is, in one sentence.
    pub summary: Text,
    /// Which of the five lines of civil affairs it belongs to.
    pub line: Line,
    /// The situations in life in which it is looked for.
    pub life_events: Vec<LifeEvent>,
    /// Words people search by, in either language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// The area it holds for.
    pub jurisdiction: AreaPath,
    /// Its version, counted from 1; a case names the version it was filed under.
    pub version: u32,
    /// From when the version holds.
    pub valid_from: Date,
    /// The last day it holds, if it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
    /// The laws and documents the file rests on.
    pub sources: Vec<Source>,
    /// What nobody has confirmed yet: shown on every page of the service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cautions: Vec<Text>,
    /// 办事指南
    pub guide: Guide,
    /// 表单
    pub form: FormSpec,
    /// 受理
    pub intake: Intake,
    /// The desks, in the order of work.
    pub steps: Vec<Step>,
    /// 办理时限
    pub clock: ClockRule,
    /// 公示
    pub notice: NoticeRule,
    /// 决定
    pub decision: Decision,
    /// 救济
    pub appeals: Vec<Appeal>,
    /// 一键申办: what an offer to somebody who never asked fills in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unasked: Option<Unasked>,
    /// 复核
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
    /// 好差评
    pub rating: Rating,
    /// What a town may add or tighten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub town_may: Vec<TownMay>,
    /// Worked examples: tests of the file, and examples for people.
    pub cases: Vec<Worked>,
    /// The hex SHA-256 of the file's bytes, set when it is read.
    #[serde(skip)]
    pub hash: String,
    /// 街镇补充: the towns' additions laid on, each `area@version`, set when that is done.
    #[serde(skip)]
    pub overlaid: Vec<String>,
}

/// 一键申办: how the form is filled in for somebody whom Linli found (政策找人).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unasked {
    /// What the form asks and no register holds, as it is for somebody who was missed: by question.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, Value>,
    /// 免申即享: that Linli itself is the decider, of grants only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantUnasked>,
}

/// 免申即享: a grant that Linli decides by itself, because a policy says yes and offices prove it. What
/// it cannot grant it leaves to people: a refusal is never its.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantUnasked {
    /// Whose yes decides: the policy's id.
    pub policy: String,
    /// Which of the service's results it is; a grant.
    pub result: String,
    /// From which day on it is done.
    pub from: Date,
    /// Which offices prove what, by field: what the person only stated proves nothing.
    pub proven: BTreeMap<String, Vec<String>>,
    /// Why, for the person who never asked.
    pub explain: Text,
    /// What it rests on.
    pub basis: Basis,
}

/// 五条线: the lines of civil affairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// 社会救助
    Assistance,
    /// 社会养老和福利
    ElderCare,
    /// 社区建设
    Community,
    /// 社会双拥
    Military,
    /// 社会组织
    Organisations,
}

/// A situation in life in which someone looks for a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LifeEvent {
    /// 生活困难
    Hardship,
    /// 突发急难
    Emergency,
    /// 生病
    Illness,
    /// 年老
    Ageing,
    /// 残疾
    Disability,
    /// 参军与退役
    Service,
    /// 开具证明
    Proof,
}

/// 办事指南: what a person reads before beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// Who may apply, one condition a line.
    pub who: Vec<Text>,
    /// What is needed, and what is not because it is already held.
    pub papers: Vec<Paper>,
    /// The fee.
    pub fee: Text,
    /// How many minutes filling in takes.
    pub minutes: u32,
    /// Ways to apply.
    pub ways: Vec<Way>,
    /// Whom to ask.
    pub contact: Contact,
    /// What is good to know: terms explained, what comes afterwards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub good_to_know: Vec<Note>,
}

/// A remark with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The remark.
    pub text: Text,
    /// What it rests on.
    pub basis: Basis,
}

/// 材料: a paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Its key in the events of a case.
    pub id: String,
    /// What it is called.
    pub names: Text,
    /// Where it is held already, if it is.
    pub held: Held,
    /// Who holds it, or how to get it.
    pub explain: Text,
    /// Whether it must be there before a decision (only where [`Held::Nowhere`]).
    #[serde(default)]
    pub required: bool,
    /// Needed only when all of these hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needed_if: Vec<Condition>,
}

/// Where a paper is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// In the register: 无需提交.
    Register,
    /// With another office that shares it: 无需提交, the office fetches it.
    Sharing,
    /// Nowhere: the applicant brings it.
    Nowhere,
}

impl Held {
    /// 无需提交: whether the applicant need not bring it.
    #[must_use]
    pub fn is_held(self) -> bool {
        self != Self::Nowhere
    }
}

/// 渠道: a way to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// 手机或电脑
    Online,
    /// 窗口
    Counter,
    /// 自助机
    Kiosk,
    /// 上门
    Visit,
    /// 电话
    Phone,
    /// 书面
    Paper,
    /// 免申即享: nobody applied; Linli found it and granted it.
    Unasked,
}

/// A way to apply, with how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// Which way.
    pub channel: Channel,
    /// How.
    pub how: Text,
}

/// Whom to ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// The office.
    pub office: Text,
    /// Its telephone number.
    pub phone: String,
    /// What it rests on.
    pub basis: Basis,
}

/// What a town's file may add or tighten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TownMay {
    /// Its own office and number.
    Contact,
    /// More ways to apply.
    Ways,
    /// Shorter terms.
    Terms,
    /// More remarks in the guide.
    Notes,
}

/// A worked example: a situation and what must come of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worked {
    /// What it shows.
    pub names: Text,
    /// The day on which it plays.
    pub today: Date,
    /// What the register knows, by field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, Value>,
    /// What the applicant answers, by question, as typed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, Value>,
    /// The form's expected verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<FormExpected>,
    /// The clock's expected reckoning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockExpected>,
}

/// What the form must say of an example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormExpected {
    /// Refusals, as `field: code`; empty when the answers are in order.
    #[serde(default)]
    pub refused: Vec<String>,
    /// The questions that get a page of their own, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Vec<String>>,
    /// The fields offered to the register as corrections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<Vec<String>>,
    /// How many remarks of advice are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<usize>,
    /// Canonical answers that must come out, by question.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kept: BTreeMap<String, Value>,
}

/// What the clock must say of an example: started on the day the example plays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockExpected {
    /// The last day for the decision.
    pub due: Date,
    /// The last day when extended as a special case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub special_due: Option<Date>,
}

impl Service {
    /// Whether the version holds on `day`.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }

    /// The desk called `id`.
    #[must_use]
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// The desk after `id`, if there is one.
    #[must_use]
    pub fn step_after(&self, id: &str) -> Option<&Step> {
        let at = self.steps.iter().position(|step| step.id == id)?;
        self.steps.get(at + 1)
    }

    /// The desk before `id`, if there is one.
    #[must_use]
    pub fn step_before(&self, id: &str) -> Option<&Step> {
        let at = self.steps.iter().position(|step| step.id == id)?;
        self.steps.get(at.checked_sub(1)?)
    }

    /// The result called `code`.
    #[must_use]
    pub fn outcome(&self, code: &str) -> Option<&Outcome> {
        self.decision
            .results
            .iter()
            .find(|outcome| outcome.code == code)
    }

    /// The paper called `id`.
    #[must_use]
    pub fn paper(&self, id: &str) -> Option<&Paper> {
        self.guide.papers.iter().find(|paper| paper.id == id)
    }

    /// What `basis` cites, in words: the clause a letter quotes.
    #[must_use]
    pub fn clause(&self, basis: &Basis) -> Text {
        basis.text(&self.sources)
    }
}

impl Line {
    /// Every line, in the order of the seed.
    pub const ALL: [Self; 5] = [
        Self::Assistance,
        Self::ElderCare,
        Self::Community,
        Self::Military,
        Self::Organisations,
    ];

    /// The line's name.
    #[must_use]
    pub fn names(self) -> Text {
        match self {
            Self::Assistance => Text::new("社会救助", "Social assistance"),
            Self::ElderCare => Text::new("养老和福利", "Elder care and welfare"),
            Self::Community => Text::new("社区建设", "Community"),
            Self::Military => Text::new("双拥优抚", "Veterans and military families"),
            Self::Organisations => Text::new("社会组织", "Social organisations"),
        }
    }
}

impl LifeEvent {
    /// Every situation, in the order shown.
    pub const ALL: [Self; 7] = [
        Self::Hardship,
        Self::Emergency,
        Self::Illness,
        Self::Ageing,
        Self::Disability,
        Self::Service,
        Self::Proof,
    ];

    /// The situation's key in addresses.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Hardship => "hardship",
            Self::Emergency => "emergency",
            Self::Illness => "illness",
            Self::Ageing => "ageing",
            Self::Disability => "disability",
            Self::Service => "service",
            Self::Proof => "proof",
        }
    }

    /// The situation in words.
    #[must_use]
    pub fn names(self) -> Text {
        match self {
            Self::Hardship => Text::new("生活有困难", "Getting by is hard"),
            Self::Emergency => Text::new("突然遇到难事", "A sudden emergency"),
            Self::Illness => Text::new("生病住院", "Illness"),
            Self::Ageing => Text::new("老人的事", "Growing older"),
            Self::Disability => Text::new("残疾人的事", "Living with a disability"),
            Self::Service => Text::new("军人军属和优抚", "Military service"),
            Self::Proof => Text::new("开证明", "A certificate is needed"),
        }
    }
}

impl Channel {
    /// Every way, in the order shown.
    pub const ALL: [Self; 7] = [
        Self::Online,
        Self::Counter,
        Self::Kiosk,
        Self::Visit,
        Self::Phone,
        Self::Paper,
        Self::Unasked,
    ];

    /// The way's key in addresses, tables and message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Counter => "counter",
            Self::Kiosk => "kiosk",
            Self::Visit => "visit",
            Self::Phone => "phone",
            Self::Paper => "paper",
            Self::Unasked => "unasked",
        }
    }

    /// The way with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.code() == code)
    }

    /// The way's name.
    #[must_use]
    pub fn names(self) -> Text {
        match self {
            Self::Online => Text::new("手机或电脑", "Online"),
            Self::Counter => Text::new("窗口", "Counter"),
            Self::Kiosk => Text::new("自助机", "Kiosk"),
            Self::Visit => Text::new("上门", "Home visit"),
            Self::Phone => Text::new("电话", "Telephone"),
            Self::Paper => Text::new("书面", "On paper"),
            Self::Unasked => Text::new("免申即享", "Granted without application"),
        }
    }
}
