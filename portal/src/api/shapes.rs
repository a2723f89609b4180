//! What the API takes and gives, with its description.

use jiff::Timestamp;
use jiff::civil::Date;
use linli_community::cases::command::{Answers, Paper};
use linli_community::cases::{Command, Due, Filing, Owner, Row, State, Wait};
use linli_community::catalogue::Channel;
use linli_kernel::{AreaPath, CaseId, CommandId, ResidentId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A filing: who asks for what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCase {
    /// The act: sent once or many times, done once.
    #[schema(value_type = uuid::Uuid)]
    pub(super) command_id: CommandId,
    /// The service's id.
    pub(super) service: String,
    /// The committee (or street) whose first desk gets it, as a path of area codes.
    #[schema(value_type = String, pattern = "^[0-9a-z-]{1,24}(/[0-9a-z-]{1,24})*$", example = "310117/310117001/310117001001")]
    pub(super) area: AreaPath,
    /// `online`, `counter`, `kiosk`, `visit`, `phone` or `paper`.
    #[schema(value_type = String, pattern = "^(online|counter|kiosk|visit|phone|paper)$", example = "counter")]
    pub(super) channel: Channel,
    /// The resident it is for.
    #[schema(value_type = uuid::Uuid)]
    pub(super) applicant: ResidentId,
    /// By what authority, when someone else files: `guardian`, `written`, `spoken-at-counter`,
    /// `phone-call` or `household`.
    #[serde(default)]
    pub(super) authority: Option<String>,
    /// When the paper form arrived, where that was before today.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) received_on: Option<Date>,
    /// The applicant's name.
    pub(super) name: String,
    /// Where to reach them.
    pub(super) phone: String,
    /// Answers by question; money in whole fen or, as text, in yuan.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub(super) answers: Answers,
    /// Papers that came with it: `{"id": …, "given": "attached" | "seen" | "held"}`.
    #[serde(default)]
    #[schema(value_type = Vec<PaperShape>)]
    pub(super) papers: Vec<Paper>,
    /// The declarations made, by id.
    #[serde(default)]
    pub(super) declared: Vec<String>,
}

/// A paper that came with a filing.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "only describes the domain's own type")]
pub(super) struct PaperShape {
    /// Its key in the service's guide.
    id: String,
    /// How it is there.
    #[schema(pattern = "^(attached|seen|held)$")]
    given: String,
}

impl NewCase {
    /// As the domain takes it, with the act's id.
    pub(super) fn split(self) -> (CommandId, Filing) {
        let filing = Filing {
            service: self.service,
            area: self.area,
            channel: self.channel,
            applicant: self.applicant,
            authority: self.authority,
            received_on: self.received_on,
            name: self.name,
            phone: self.phone,
            answers: self.answers,
            papers: self.papers,
            declared: self.declared,
        };
        (self.command_id, filing)
    }
}

/// A command on a case: `{"command_id": …, "do": "accept"}`.
#[derive(Debug, Deserialize)]
pub(super) struct Act {
    /// The act: sent once or many times, done once.
    pub(super) command_id: CommandId,
    /// The version that was seen; 409 when the case has moved on since.
    #[serde(default)]
    pub(super) expected_version: Option<u64>,
    /// What is asked.
    #[serde(flatten)]
    pub(super) command: Command,
}

/// 回执: what a filing gives.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Filed {
    /// The case.
    #[schema(value_type = uuid::Uuid)]
    pub(super) id: CaseId,
    /// Its number, with a check digit.
    pub(super) number: String,
    /// Whether this very filing had been sent before.
    pub(super) repeated: bool,
    /// The place of its first entry in the log.
    pub(super) seq: u64,
    /// Who has it, by when, what next.
    pub(super) wait: Option<WaitShape>,
}

/// Who has to act, by when, what next.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WaitShape {
    /// `applicant`, or the desk's role.
    pub(super) owner: String,
    /// The desk's area.
    pub(super) area: Option<String>,
    /// The next step: `accept`, `check`, `decide`, …
    pub(super) next: String,
    /// By when; none while the clock stands still or no calendar is known.
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) due: Option<Date>,
    /// By when the result is promised.
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) result_by: Option<Date>,
}

impl WaitShape {
    pub(super) fn of(wait: &Wait) -> Self {
        let (owner, area) = match &wait.owner {
            Owner::Applicant => ("applicant".to_owned(), None),
            Owner::Desk(desk) => (desk.role.code().to_owned(), Some(desk.area.to_string())),
        };
        Self {
            owner,
            area,
            next: wait.next.code().to_owned(),
            due: wait.due.date(),
            result_by: wait.result_by.and_then(Due::date),
        }
    }
}

/// What a command gives.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Acted {
    /// The case.
    #[schema(value_type = uuid::Uuid)]
    pub(super) id: CaseId,
    /// Its number.
    pub(super) number: String,
    /// Where it is in its life now.
    pub(super) phase: String,
    /// The version of the case now.
    pub(super) version: u64,
    /// Whether this very command had been done before.
    pub(super) repeated: bool,
    /// Who has it, by when, what next.
    pub(super) wait: Option<WaitShape>,
}

/// One line of a list. No personal data.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CaseLine {
    /// The case.
    #[schema(value_type = uuid::Uuid)]
    pub(super) id: CaseId,
    /// Its number.
    pub(super) number: String,
    /// The service's id.
    pub(super) service: String,
    /// The area it belongs to.
    #[schema(value_type = String)]
    pub(super) area: AreaPath,
    /// Where it is in its life.
    pub(super) phase: String,
    /// How it came in.
    pub(super) channel: String,
    /// The resident it is for.
    #[schema(value_type = uuid::Uuid)]
    pub(super) applicant: ResidentId,
    /// The next step.
    pub(super) next: Option<String>,
    /// By when.
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) due: Option<Date>,
    /// By when the result is promised.
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) result_by: Option<Date>,
    /// When it was submitted.
    #[schema(value_type = String, format = DateTime)]
    pub(super) submitted_at: Timestamp,
    /// When anything last happened.
    #[schema(value_type = String, format = DateTime)]
    pub(super) updated_at: Timestamp,
}

impl From<Row> for CaseLine {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            number: row.number,
            service: row.service,
            area: row.area,
            phase: row.phase.code().to_owned(),
            channel: row.channel.code().to_owned(),
            applicant: row.applicant,
            next: row.next,
            due: row.due,
            result_by: row.result_by,
            submitted_at: row.submitted_at,
            updated_at: row.updated_at,
        }
    }
}

/// A page of cases.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CasePage {
    /// The cases, newest first.
    pub(super) cases: Vec<CaseLine>,
    /// How many there are in all, counted up to 10,000.
    pub(super) total: u64,
    /// Hand it back as `cursor` for the next page; none on the last.
    pub(super) next_cursor: Option<String>,
}

/// A case.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CaseShape {
    /// The case.
    #[schema(value_type = uuid::Uuid)]
    pub(super) id: CaseId,
    /// Its number.
    pub(super) number: String,
    /// The version: hand it back as `expected_version`.
    pub(super) version: u64,
    /// The service's id.
    pub(super) service: String,
    /// The service's version it was filed under.
    pub(super) service_version: u32,
    /// The area it belongs to.
    #[schema(value_type = String)]
    pub(super) area: AreaPath,
    /// Where it is in its life.
    pub(super) phase: String,
    /// How it came in.
    pub(super) channel: String,
    /// The resident it is for.
    #[schema(value_type = uuid::Uuid)]
    pub(super) applicant: ResidentId,
    /// The day it arrived.
    #[schema(value_type = String, format = Date)]
    pub(super) received_on: Date,
    /// When it was submitted.
    #[schema(value_type = String, format = DateTime)]
    pub(super) submitted_at: Timestamp,
    /// Who has it, by when, what next.
    pub(super) wait: Option<WaitShape>,
    /// The result, by its code.
    pub(super) outcome: Option<String>,
    /// The commands this token may give now.
    pub(super) allowed: Vec<String>,
    /// Name, telephone and answers; only with a `purpose`, which is recorded as a look, or for the
    /// applicant's own token.
    pub(super) person: Option<PersonShape>,
}

/// The personal part of a case.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonShape {
    /// The applicant's name.
    pub(super) name: String,
    /// Where to reach them.
    pub(super) phone: String,
    /// Answers by question.
    #[schema(value_type = Object)]
    pub(super) answers: Answers,
    /// The amount decided, in fen.
    pub(super) amount_fen: Option<i64>,
}

impl PersonShape {
    pub(super) fn of(case: &State) -> Self {
        Self {
            name: case.name.clone(),
            phone: case.phone.clone(),
            answers: (*case.answers).clone(),
            amount_fen: case.decided.as_ref().and_then(|one| one.amount_fen),
        }
    }
}

/// A service, in short.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ServiceLine {
    /// Its id.
    pub(super) id: String,
    /// Its version.
    pub(super) version: u32,
    /// What it is called, in Chinese.
    pub(super) name_zh: String,
    /// What it is called, in English.
    pub(super) name_en: String,
    /// The area it holds for.
    #[schema(value_type = String)]
    pub(super) jurisdiction: AreaPath,
}

/// An area.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AreaLine {
    /// Its path.
    #[schema(value_type = String)]
    pub(super) path: AreaPath,
    /// Its stable code.
    pub(super) code: String,
    /// What it is called.
    pub(super) name: String,
    /// `district`, `subdistrict`, `town`, `community`, `residents_committee` or
    /// `villagers_committee`.
    pub(super) kind: String,
    /// Its statistical code.
    pub(super) statistical_code: Option<String>,
}

/// A problem (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProblemShape {
    /// `about:blank`.
    pub(super) r#type: String,
    /// What went wrong, in the reader's language.
    pub(super) title: String,
    /// The status.
    pub(super) status: u16,
    /// The broken rules, each with its field.
    pub(super) problems: Option<Vec<RuleShape>>,
    /// What to tell when asking for help.
    pub(super) reference: Option<String>,
}

/// One broken rule.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RuleShape {
    /// The rule: `cases.not-your-desk`.
    pub(super) code: String,
    /// The field it is about.
    pub(super) field: Option<String>,
    /// The article it rests on.
    pub(super) article: Option<String>,
    /// Values of the message.
    #[schema(value_type = Object)]
    pub(super) facts: serde_json::Value,
    /// In the reader's language.
    pub(super) message: String,
}

/// A roll of payments.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RollLine {
    /// Its name: the code of the street and the month.
    pub(super) roll: String,
    /// The street or town.
    pub(super) area: String,
    /// The month.
    pub(super) period: String,
    /// Where it stands.
    pub(super) stage: String,
    /// How many lines.
    pub(super) lines: i64,
    /// How many awards are left off.
    pub(super) held: i64,
    /// What is to be paid, in fen.
    pub(super) net_fen: i64,
    /// How many lines the bank could not pay.
    pub(super) bad: i64,
}

/// What a bank's answer came to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RollAnswered {
    /// The roll.
    pub(super) roll: String,
    /// Which file of it.
    pub(super) batch: u32,
    /// How many lines of the file were paid.
    pub(super) paid: u32,
    /// Their sum, in fen.
    pub(super) paid_fen: i64,
    /// How many lines of the roll are owed still.
    pub(super) bad: u32,
}
