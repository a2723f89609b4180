//! What lists of residents, looks, mandates and consents show, and how rows are read.

use jiff::Timestamp;
use jiff::civil::Date;
use linli_kernel::{AreaPath, CaseId, HouseholdId, ResidentId, Role};
use sea_orm::{DbErr, QueryResult};

use super::looks::Why;
use super::mask;
use super::rights::Authority;

/// One line of a list of residents: what identifies a person is masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Who.
    pub id: ResidentId,
    /// The committee where they live.
    pub area: AreaPath,
    /// The name, masked: 张*国.
    pub name: String,
    /// The identity number, masked.
    pub id_number: Option<String>,
    /// The telephone number, masked.
    pub phone: Option<String>,
    /// The date of birth.
    pub birth_date: Option<Date>,
    /// The sex: a code of the list `sex`.
    pub sex: Option<String>,
    /// The household registration: a code of the list `hukou`.
    pub hukou: Option<String>,
    /// The grade of disability, where there is one.
    pub disability_grade: Option<String>,
    /// The military care category, where there is one.
    pub special_care: Option<String>,
    /// The household.
    pub household: Option<HouseholdId>,
    /// How they belong to it: a code of the list `relation`.
    pub relation: Option<String>,
    /// Whether they died.
    pub dead: bool,
    /// Whether they are made up.
    pub synthetic: bool,
}

/// 谁看过我的信息: one look at a resident's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub at: Timestamp,
    /// In which post.
    pub role: Option<Role>,
    /// The area of the post.
    pub area: Option<AreaPath>,
    /// Why.
    pub why: Why,
    /// The case worked on.
    pub case: Option<CaseId>,
    /// In words.
    pub words: Option<String>,
    /// At whom.
    pub resident: ResidentId,
}

/// A mandate as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MandateRow {
    /// Which.
    pub id: uuid::Uuid,
    /// For whom.
    pub principal: ResidentId,
    /// Who acts.
    pub agent: ResidentId,
    /// By what authority.
    pub authority: Authority,
    /// The services it is limited to; empty for all.
    pub services: Vec<String>,
    /// From when.
    pub from: Date,
    /// The last day, if it ends by itself.
    pub until: Option<Date>,
    /// The last day, if it was ended.
    pub ended_on: Option<Date>,
}

impl MandateRow {
    /// Whether it holds on `day`, for `service`.
    #[must_use]
    pub fn holds_on(&self, day: Date, service: &str) -> bool {
        self.from <= day
            && self.until.is_none_or(|until| day <= until)
            && self.ended_on.is_none_or(|ended| day <= ended)
            && (self.services.is_empty() || self.services.iter().any(|one| one == service))
    }
}

/// A consent as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRow {
    /// Which.
    pub id: uuid::Uuid,
    /// To what.
    pub purpose: String,
    /// The case it was given for.
    pub case: Option<CaseId>,
    /// From when.
    pub from: Date,
    /// The last day, if it ends by itself.
    pub until: Option<Date>,
    /// The last day, if it was withdrawn.
    pub ended_on: Option<Date>,
}

pub(super) fn read_row(row: &QueryResult) -> Result<Row, DbErr> {
    let text = |column: &str| row.try_get::<Option<String>>("", column);
    let flag = |column: &str| row.try_get::<Option<i64>>("", column);
    Ok(Row {
        id: parsed(row, "id")?,
        area: parsed(row, "area")?,
        name: mask::name(&text("name")?.unwrap_or_default()),
        id_number: text("id_masked")?,
        phone: text("phone")?.as_deref().map(mask::phone),
        birth_date: perhaps(row, "birth_date")?,
        sex: text("sex")?,
        hukou: text("hukou")?,
        disability_grade: text("disability_grade")?,
        special_care: text("special_care")?,
        household: perhaps(row, "household")?,
        relation: text("relation")?,
        dead: flag("dead")?.unwrap_or(0) != 0,
        synthetic: flag("synthetic")?.unwrap_or(0) != 0,
    })
}

pub(super) fn read_look(row: &QueryResult) -> Result<Look, DbErr> {
    let role: Option<String> = row.try_get("", "role")?;
    let why: String = row.try_get("", "why")?;
    let at = Timestamp::from_microsecond(row.try_get("", "at")?);
    Ok(Look {
        at: at.map_err(|problem| DbErr::Type(format!("look.at: {problem}")))?,
        role: role.as_deref().and_then(Role::from_code),
        area: perhaps(row, "area")?,
        why: Why::from_code(&why).ok_or_else(|| DbErr::Type("look.why".to_owned()))?,
        case: perhaps(row, "case_id")?,
        words: row.try_get("", "words")?,
        resident: parsed(row, "resident")?,
    })
}

pub(super) fn read_mandate(row: &QueryResult) -> Result<MandateRow, DbErr> {
    let authority: String = row.try_get("", "authority")?;
    let services: Option<String> = row.try_get("", "services")?;
    let unknown = || DbErr::Type("mandate.authority".to_owned());
    Ok(MandateRow {
        id: parsed(row, "id")?,
        principal: parsed(row, "principal")?,
        agent: parsed(row, "agent")?,
        authority: Authority::from_code(&authority).ok_or_else(unknown)?,
        services: services
            .map(|text| text.split(',').map(str::to_owned).collect())
            .unwrap_or_default(),
        from: parsed(row, "from_day")?,
        until: perhaps(row, "until_day")?,
        ended_on: perhaps(row, "ended_on")?,
    })
}

pub(super) fn read_consent(row: &QueryResult) -> Result<ConsentRow, DbErr> {
    Ok(ConsentRow {
        id: parsed(row, "id")?,
        purpose: row.try_get("", "purpose")?,
        case: perhaps(row, "case_id")?,
        from: parsed(row, "from_day")?,
        until: perhaps(row, "until_day")?,
        ended_on: perhaps(row, "ended_on")?,
    })
}

pub(super) fn parsed<T>(row: &QueryResult, column: &str) -> Result<T, DbErr>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let missing = || DbErr::Type(format!("{column} is missing"));
    perhaps(row, column)?.ok_or_else(missing)
}

fn perhaps<T>(row: &QueryResult, column: &str) -> Result<Option<T>, DbErr>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let text: Option<String> = row.try_get("", column)?;
    text.map(|text| text.parse())
        .transpose()
        .map_err(|problem| DbErr::Type(format!("{column}: {problem}")))
}
