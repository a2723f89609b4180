//! The kinds of papers, what each may name, and what the law wants in it.

use linli_interop::letter::Form;

use crate::catalogue::Text;

/// 文书种类.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// 收件回执: what an applicant takes home.
    Receipt,
    /// 受理通知书
    Accepted,
    /// 补正一次告知书
    Supplement,
    /// 不予受理通知书
    NotAccepted,
    /// 转办告知书
    Transferred,
    /// 准予决定书
    Granted,
    /// 不予批准决定书
    Refused,
    /// 证明
    Certificate,
}

/// 字段: a value that a template may name in braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// As it stands in braces.
    pub name: &'static str,
    /// What it is, in Chinese and English.
    pub says: [&'static str; 2],
    /// What the preview fills in, in Chinese and English.
    pub sample: [&'static str; 2],
    /// In which papers; in all where there are none.
    only: &'static [Kind],
}

/// 清单: what a template may list, point after point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List {
    /// As `of` names it.
    pub name: &'static str,
    /// What it is, in Chinese and English.
    pub says: [&'static str; 2],
    /// What the preview fills in: points in Chinese, points in English.
    pub sample: [&'static [&'static str]; 2],
    only: &'static [Kind],
}

/// What a paper must name, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// A field, or a list.
    pub name: &'static str,
    /// Why, in Chinese and English.
    pub why: [&'static str; 2],
}

use Kind as K;

const DECIDED: &[Kind] = &[K::Granted, K::Refused, K::Certificate];
const APPEALABLE: &[Kind] = &[K::NotAccepted, K::Granted, K::Refused];
const GROUNDED: &[Kind] = &[K::NotAccepted, K::Refused];
const EXPLAINED: &[Kind] = &[
    K::Supplement,
    K::NotAccepted,
    K::Transferred,
    K::Granted,
    K::Refused,
    K::Certificate,
];

const fn field(
    name: &'static str,
    says: [&'static str; 2],
    sample: [&'static str; 2],
    only: &'static [Kind],
) -> Field {
    Field {
        name,
        says,
        sample,
        only,
    }
}

const FIELDS: [Field; 24] = [
    field(
        "issuer",
        ["发文机关", "who issues it"],
        ["示例街道办事处", "示例街道办事处"],
        &[],
    ),
    field(
        "service",
        ["事项", "the service"],
        ["最低生活保障", "Minimum living allowance"],
        &[],
    ),
    field(
        "name",
        [
            "申请人姓名，回执上隐去中间的字",
            "the applicant's name; masked on a receipt",
        ],
        ["郑示例", "郑示例"],
        &[],
    ),
    field(
        "case_number",
        ["办件编号", "the number of the case"],
        ["2611 0042 7", "2611 0042 7"],
        &[],
    ),
    field(
        "received_on",
        ["收件日期", "the day it was received"],
        ["2026年9月1日", "1 September 2026"],
        &[],
    ),
    field(
        "day",
        ["成文日期", "the day of the paper"],
        ["2026年9月3日", "3 September 2026"],
        &[],
    ),
    field(
        "year",
        ["成文年份", "the year of the paper"],
        ["2026", "2026"],
        &[],
    ),
    field(
        "office",
        ["咨询的单位", "the office that answers questions"],
        [
            "示例街道社区事务受理服务中心",
            "Example Street Service Centre",
        ],
        &[],
    ),
    field(
        "phone",
        ["咨询电话", "its telephone"],
        ["12345", "12345"],
        &[],
    ),
    field(
        "application",
        [
            "依申请办理时有“申请”二字，免申即享时没有",
            "present where somebody applied; empty where Linli acted unasked",
        ],
        ["申请", "application"],
        &[],
    ),
    field(
        "unasked",
        [
            "免申即享时有“免申即享”四字，依申请办理时没有",
            "present where nobody applied; empty otherwise",
        ],
        ["", ""],
        DECIDED,
    ),
    field(
        "promised",
        ["承诺告知结果的日期", "by when the result is promised"],
        ["2026年10月14日", "14 October 2026"],
        &[K::Receipt, K::Accepted],
    ),
    field(
        "within",
        [
            "期限：受理书和回执上是办理时限，补正书上是补正期限",
            "the term: of the work, or of the supplement",
        ],
        ["25 个工作日", "25 working days"],
        &[K::Receipt, K::Accepted, K::Supplement],
    ),
    field(
        "next",
        ["接下来由谁做什么", "what happens next"],
        [
            "居委会在 5 个工作日内决定是否受理",
            "Within 5 working days your committee decides on acceptance",
        ],
        &[K::Receipt],
    ),
    field(
        "ground",
        [
            "不予受理或者不予批准的情形，照事项里的条款",
            "the ground of the refusal, in the words of the service's file",
        ],
        [
            "共同生活的家庭成员人均收入不低于最低生活保障标准",
            "The income per person is not below the line",
        ],
        GROUNDED,
    ),
    field(
        "clause",
        ["依据的条文", "the article it rests on"],
        [
            "《上海市社会救助条例》第九条",
            "Shanghai Regulations on Social Assistance, art. 9",
        ],
        &[
            K::Accepted,
            K::Supplement,
            K::NotAccepted,
            K::Granted,
            K::Refused,
        ],
    ),
    field(
        "words",
        [
            "经办人写的理由或者说明；没有写就是空的",
            "what the officer wrote; may be empty",
        ],
        [
            "经核对，家庭月人均收入为1,620元。",
            "On inquiry the monthly income per person is ¥1,620.",
        ],
        EXPLAINED,
    ),
    field(
        "outcome",
        ["决定的结果", "the result"],
        ["给予最低生活保障", "Allowance granted"],
        DECIDED,
    ),
    field(
        "every",
        ["多久发一次：每月、每季度、一次性", "how often it is paid"],
        ["每月", "Each month"],
        &[K::Granted],
    ),
    field(
        "money",
        ["金额", "the amount"],
        ["¥1,990.00", "¥1,990.00"],
        &[K::Granted],
    ),
    field(
        "capitals",
        ["金额大写", "the amount in Chinese capitals"],
        ["壹仟玖佰玖拾元整", "壹仟玖佰玖拾元整"],
        &[K::Granted],
    ),
    field(
        "term",
        ["从哪天起、到哪天止", "from when, and until when"],
        ["自2026年10月1日起执行", "from 1 October 2026"],
        &[K::Granted, K::Certificate],
    ),
    field(
        "until",
        [
            "有效期的最后一天；没有期限就是空的",
            "the last day it holds; may be empty",
        ],
        ["2027年9月30日", "30 September 2027"],
        &[K::Granted, K::Certificate],
    ),
    field(
        "to",
        ["转往的单位", "where it was transferred to"],
        ["另一示例街道办事处", "另一示例街道办事处"],
        &[K::Transferred],
    ),
];

const LISTS: [List; 3] = [
    List {
        name: "missing",
        says: [
            "要补的材料和要重新填写的内容",
            "what is missing, and what is to be answered anew",
        ],
        sample: [
            &["近三个月收入证明", "重新填写：联系电话"],
            &[
                "Proof of income of the last three months",
                "Answer anew: Telephone",
            ],
        ],
        only: &[K::Supplement],
    },
    List {
        name: "appeals",
        says: [
            "救济途径：向谁、在多少天里、依据哪一条",
            "the ways of appeal: to whom, within what time, by which article",
        ],
        sample: [
            &[
                "行政复议：示例区人民政府，自收到本文书之日起 60 天内（依据：《中华人民共和国行政复议法》第二十条第一款）",
                "行政诉讼：有管辖权的人民法院，自收到本文书之日起 6 个月内（依据：《中华人民共和国行政诉讼法》第四十六条）",
            ],
            &[
                "Administrative reconsideration: Example District People's Government, within 60 days of receiving this letter (Administrative Reconsideration Law, art. 20, para. 1)",
                "Action in court: the people's court with jurisdiction, within 6 months of receiving this letter (Administrative Litigation Law, art. 46)",
            ],
        ],
        only: APPEALABLE,
    },
    List {
        name: "papers",
        says: ["还要带来的材料", "the papers still to be brought"],
        sample: [
            &["身份证", "户口簿"],
            &["Identity card", "Household register"],
        ],
        only: &[K::Receipt],
    },
];

const APPEALS: Demand = Demand {
    name: "appeals",
    why: [
        "行政许可法第三十八条第二款、行政复议法第二十条第三款：要告知救济途径",
        "Administrative Licensing Law, art. 38(2), and Administrative Reconsideration Law, art. 20(3): the ways of appeal are told",
    ],
};
const GROUND: Demand = Demand {
    name: "ground",
    why: [
        "行政许可法第三十八条第二款：不予许可要说明理由",
        "Administrative Licensing Law, art. 38(2): a refusal gives its reasons",
    ],
};
const CLAUSE: Demand = Demand {
    name: "clause",
    why: [
        "理由要写明依据的条文",
        "reasons name the article they rest on",
    ],
};
const MISSING: Demand = Demand {
    name: "missing",
    why: [
        "行政许可法第三十二条第一款：一次告知需要补正的全部内容",
        "Administrative Licensing Law, art. 32(1): all that is missing is told at once",
    ],
};
const WITHIN: Demand = Demand {
    name: "within",
    why: ["期限要写明", "the term is told"],
};
const OUTCOME: Demand = Demand {
    name: "outcome",
    why: ["决定的结果要写明", "the result is told"],
};
const TO: Demand = Demand {
    name: "to",
    why: ["转到哪里要写明", "where it went is told"],
};
const NUMBER: Demand = Demand {
    name: "case_number",
    why: ["凭办件编号查进度", "the number finds the case"],
};

impl Kind {
    /// Every kind, in the order of a case's life.
    pub const ALL: [Self; 8] = [
        Self::Receipt,
        Self::Accepted,
        Self::Supplement,
        Self::NotAccepted,
        Self::Transferred,
        Self::Granted,
        Self::Refused,
        Self::Certificate,
    ];

    /// The kind's name in file names, addresses and message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::Accepted => "accepted",
            Self::Supplement => "supplement",
            Self::NotAccepted => "not_accepted",
            Self::Transferred => "transferred",
            Self::Granted => "granted",
            Self::Refused => "refused",
            Self::Certificate => "certificate",
        }
    }

    /// The kind with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// The name of its file.
    #[must_use]
    pub fn file(self) -> String {
        format!("{}.toml", self.code())
    }

    /// How it is laid out.
    #[must_use]
    pub fn form(self) -> Form {
        match self {
            Self::Receipt => Form::Receipt,
            Self::Certificate => Form::Certificate,
            _ => Form::Letter,
        }
    }

    /// The fields it may name.
    pub fn fields(self) -> impl Iterator<Item = &'static Field> {
        let may = move |one: &&Field| one.only.is_empty() || one.only.contains(&self);
        FIELDS.iter().filter(may)
    }

    /// What it may list.
    pub fn lists(self) -> impl Iterator<Item = &'static List> {
        LISTS.iter().filter(move |one| one.only.contains(&self))
    }

    /// What it must name, and why.
    #[must_use]
    pub fn demands(self) -> &'static [Demand] {
        match self {
            Self::Receipt => &[NUMBER],
            Self::Accepted => &[NUMBER, WITHIN],
            Self::Supplement => &[NUMBER, WITHIN, MISSING],
            Self::NotAccepted => &[NUMBER, GROUND, CLAUSE, APPEALS],
            Self::Transferred => &[NUMBER, TO],
            Self::Granted => &[NUMBER, OUTCOME, APPEALS],
            Self::Refused => &[NUMBER, OUTCOME, GROUND, CLAUSE, APPEALS],
            Self::Certificate => &[OUTCOME],
        }
    }
}

impl Field {
    /// What it is.
    #[must_use]
    pub fn text(&self) -> Text {
        Text::new(self.says[0], self.says[1])
    }
}

impl List {
    /// What it is.
    #[must_use]
    pub fn text(&self) -> Text {
        Text::new(self.says[0], self.says[1])
    }
}
