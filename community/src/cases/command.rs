//! What may be asked of a case. Commands are also the JSON of the API: `{"do": "accept"}`.
//!
//! Free texts (`words`) may name persons, so they are sealed with the case; everything else is open.

use std::collections::BTreeMap;

use jiff::civil::Date;
use linli_kernel::{AreaPath, ResidentId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalogue::Channel;

/// What the applicant answered: question id of the service's form → canonical value.
pub type Answers = BTreeMap<String, Value>;

/// 申请: everything that starts a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Filing {
    /// Which service, by its id in the catalogue.
    pub service: String,
    /// The committee (or street) whose first desk gets it.
    pub area: AreaPath,
    /// How it came in.
    pub channel: Channel,
    /// For whom.
    pub applicant: ResidentId,
    /// 代办依据: by what authority, when someone else files; see [`AUTHORITIES`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// When the paper form or the letter arrived, where that was before today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_on: Option<Date>,
    /// The applicant's name, as it shall stand on letters.
    pub name: String,
    /// Where to reach them; also what a look-up without an account is checked against.
    pub phone: String,
    /// Their answers.
    #[serde(default)]
    pub answers: Answers,
    /// What they declare and consent to, by the ids of the form's declarations.
    #[serde(default)]
    pub declared: Vec<String>,
    /// The papers that came with it.
    #[serde(default)]
    pub papers: Vec<Paper>,
}

/// By what authority one may act for another.
pub const AUTHORITIES: [&str; 5] = [
    "guardian",
    "written",
    "spoken-at-counter",
    "phone-call",
    "household",
];

/// 材料: one paper of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// Which of the service's papers it is, by its id.
    pub id: String,
    /// How it was given.
    pub given: Given,
    /// The stored attachment, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<String>,
}

/// How a paper was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Given {
    /// Uploaded or scanned.
    Attached,
    /// 原件核验: seen by an officer, not kept.
    Seen,
    /// 无需提交: held by a register already.
    Held,
}

/// 核对结果 of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// What was stated holds.
    Agrees,
    /// What was stated differs from what was found.
    Differs,
    /// Could not be established.
    Unclear,
}

/// 审核意见.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opinion {
    /// 建议同意.
    Grant,
    /// 建议不同意.
    Refuse,
}

/// 决定: what the officer decides, with the reasons that the person will read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Which of the service's results, by its code.
    pub outcome: String,
    /// The ground of a refusal, by its code: the letter quotes its clause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<String>,
    /// How much each time, in fen, for a grant; how often is the service's rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_fen: Option<i64>,
    /// From which day it holds; today where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day it holds, where it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Why, and how the amount comes about.
    pub words: String,
}

/// 送达: how the letter or certificate reaches the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// On their page, to read and print.
    Online,
    /// Handed over at the counter.
    Counter,
    /// By post.
    Post,
    /// Brought to their home.
    Visit,
}

/// 好差评: the five grades, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// 非常满意
    VerySatisfied,
    /// 满意
    Satisfied,
    /// 基本满意
    FairlySatisfied,
    /// 不满意
    Dissatisfied,
    /// 非常不满意
    VeryDissatisfied,
}

impl Grade {
    /// Every grade, best first.
    pub const ALL: [Self; 5] = [
        Self::VerySatisfied,
        Self::Satisfied,
        Self::FairlySatisfied,
        Self::Dissatisfied,
        Self::VeryDissatisfied,
    ];

    /// Whether the grade opens a follow-up: the lower two do.
    #[must_use]
    pub fn is_low(self) -> bool {
        matches!(self, Self::Dissatisfied | Self::VeryDissatisfied)
    }

    /// 5 for the best, 1 for the worst.
    #[must_use]
    pub fn stars(self) -> u8 {
        match self {
            Self::VerySatisfied => 5,
            Self::Satisfied => 4,
            Self::FairlySatisfied => 3,
            Self::Dissatisfied => 2,
            Self::VeryDissatisfied => 1,
        }
    }

    /// The grade of this many [`stars`](Self::stars).
    #[must_use]
    pub fn from_stars(stars: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.stars() == stars)
    }
}

/// 督办结论: what the supervisor makes of a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// 维持: the result stands.
    Uphold,
    /// 重办: it is done again.
    Redo,
}

/// What may be asked of a case that exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// 受理.
    Accept,
    /// 不予受理: quotes the clause, says how to appeal.
    RefuseIntake {
        /// Which of the service's grounds of intake.
        ground: String,
        /// Why it applies here.
        words: String,
    },
    /// 领取: this person does it now.
    Take {
        /// Take over from the colleague who has it.
        #[serde(default)]
        over: bool,
    },
    /// 放回: back to the desk.
    PutBack,
    /// 一次性告知补正: everything that is missing, at once. The clock stops.
    AskSupplement {
        /// Papers that are missing.
        #[serde(default)]
        papers: Vec<String>,
        /// Questions to be answered anew.
        #[serde(default)]
        fields: Vec<String>,
        /// In plain words, to the applicant.
        words: String,
    },
    /// 补正: what was asked for. The clock goes on.
    Supplement {
        /// How it came in.
        channel: Channel,
        /// New answers.
        #[serde(default)]
        answers: Answers,
        /// New papers.
        #[serde(default)]
        papers: Vec<Paper>,
        /// A word to the officer.
        #[serde(default)]
        words: String,
    },
    /// 核对: what checking found.
    RecordCheck {
        /// Which check.
        check: String,
        /// What came out.
        outcome: Outcome,
        /// What was found.
        words: String,
    },
    /// 入户走访.
    RecordVisit {
        /// On which day.
        on: Date,
        /// How many of staff were there.
        people: u8,
        /// What was found.
        words: String,
    },
    /// 上报 or 移交: to the next desk of the service.
    PassOn {
        /// A word to the next desk.
        #[serde(default)]
        words: String,
    },
    /// 退回: to the desk before.
    SendBack {
        /// Why.
        words: String,
    },
    /// 审核.
    Review {
        /// The reviewer's opinion.
        opinion: Opinion,
        /// On what grounds.
        words: String,
    },
    /// 公示.
    PostNotice {
        /// Where it hangs, besides the page.
        place: String,
        /// Which result is proposed, by its code.
        outcome: String,
        /// The proposed amount, in fen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount_fen: Option<i64>,
        /// How many persons the household has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        people: Option<u8>,
    },
    /// 异议: somebody objects to the notice.
    Object {
        /// What they say; may hold who they are.
        words: String,
    },
    /// 异议答复.
    AnswerObjection {
        /// Which one, counted from 1.
        objection: u8,
        /// Whether it was right.
        upheld: bool,
        /// What was found.
        words: String,
    },
    /// 公示期满.
    EndNotice,
    /// 决定.
    Decide {
        /// What is decided.
        decision: Decision,
        /// Deliver at once, where the letter goes to the applicant's page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deliver: Option<Delivery>,
    },
    /// 送达.
    Deliver {
        /// How.
        by: Delivery,
    },
    /// 评价.
    Rate {
        /// The grade.
        grade: Grade,
        /// What they want to add.
        #[serde(default)]
        words: String,
    },
    /// 回访: a contact after a low rating.
    FollowUp {
        /// Whether the person was reached.
        reached: bool,
        /// What was said and done.
        words: String,
        /// Whether that settles it.
        done: bool,
    },
    /// 撤回.
    Withdraw {
        /// Why; need not be said.
        #[serde(default)]
        words: String,
    },
    /// 转办: to another committee or street.
    Transfer {
        /// Where to.
        area: AreaPath,
        /// Why.
        words: String,
    },
    /// 延期.
    Extend {
        /// By how many working days.
        days: u16,
        /// Why; the applicant reads it.
        words: String,
    },
    /// 催办: once a period.
    Urge,
    /// 不认可: to the supervisor.
    Dispute {
        /// What is wrong.
        words: String,
    },
    /// 督办处理.
    Settle {
        /// What the supervisor decides.
        settlement: Settlement,
        /// Why.
        words: String,
    },
    /// 复议 or 诉讼 was filed: recorded.
    RecordAppeal {
        /// Which of the service's ways of appeal, by its code.
        to: String,
        /// On which day.
        filed_on: Date,
        /// About what.
        #[serde(default)]
        words: String,
    },
    /// What came of the appeal.
    RecordAppealResult {
        /// Whether our decision was set aside; then it is done again.
        set_aside: bool,
        /// What was ruled.
        words: String,
    },
    /// 沟通: a word between desk and applicant, or a note among staff.
    Say {
        /// The word.
        words: String,
        /// Among staff only.
        #[serde(default)]
        internal: bool,
    },
    /// The day the application arrived was recorded wrongly; the clock is reckoned anew.
    CorrectReceipt {
        /// The right day.
        received_on: Date,
        /// How that is known.
        words: String,
    },
    /// Linli: reckon again, as calendar data or a rule has changed.
    Reckon,
    /// Linli: the time for the supplement ran out.
    Lapse,
    /// Linli: the time for rating ran out.
    Close,
    /// Linli: something elsewhere bears on the case; its desk shall look.
    Flag {
        /// What: `applicant-died`, `applicant-moved`.
        reason: String,
    },
}

macro_rules! verbs {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)+) => {
        /// What a command asks, without its content: the unit of the list of what is allowed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Verb { $($(#[$doc])* $name,)+ }

        impl Verb {
            /// Every verb, in the order of a case's life.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The verb's name in the API, in addresses and in message keys.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The verb with this [`code`](Self::code).
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$name),)+ _ => None }
            }
        }

        impl Command {
            /// What it asks.
            #[must_use]
            pub fn verb(&self) -> Verb {
                match self { $(Self::$name { .. } => Verb::$name,)+ }
            }
        }
    };
}

verbs! {
    /// 受理
    Accept = "accept",
    /// 不予受理
    RefuseIntake = "refuse_intake",
    /// 领取
    Take = "take",
    /// 放回
    PutBack = "put_back",
    /// 告知补正
    AskSupplement = "ask_supplement",
    /// 补正
    Supplement = "supplement",
    /// 记录核对
    RecordCheck = "record_check",
    /// 记录走访
    RecordVisit = "record_visit",
    /// 移交下一环节
    PassOn = "pass_on",
    /// 退回上一环节
    SendBack = "send_back",
    /// 审核
    Review = "review",
    /// 公示
    PostNotice = "post_notice",
    /// 登记异议
    Object = "object",
    /// 答复异议
    AnswerObjection = "answer_objection",
    /// 公示期满
    EndNotice = "end_notice",
    /// 决定
    Decide = "decide",
    /// 送达
    Deliver = "deliver",
    /// 评价
    Rate = "rate",
    /// 回访
    FollowUp = "follow_up",
    /// 撤回
    Withdraw = "withdraw",
    /// 转办
    Transfer = "transfer",
    /// 延期
    Extend = "extend",
    /// 催办
    Urge = "urge",
    /// 不认可
    Dispute = "dispute",
    /// 督办处理
    Settle = "settle",
    /// 登记救济
    RecordAppeal = "record_appeal",
    /// 登记救济结果
    RecordAppealResult = "record_appeal_result",
    /// 留言
    Say = "say",
    /// 更正收件日期
    CorrectReceipt = "correct_receipt",
    /// 重新计算期限
    Reckon = "reckon",
    /// 逾期未补正
    Lapse = "lapse",
    /// 办结
    Close = "close",
    /// 提示
    Flag = "flag",
}
