//! The search: what somebody typed goes in the body, since addresses are kept in logs.

use axum::Json as Answer;
use axum::extract::State;
use linli_community::residents::Row;
use linli_community::search::{Asked, Found, HouseholdRow, Kind};
use linli_kernel::{AreaPath, HouseholdId, Refusal, ResidentId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::areas;
use super::body::Json;
use super::shapes::{AreaLine, CaseLine};
use crate::Portal;
use crate::desk::trouble;
use crate::search::{looked_at, shown};
use crate::shell::{Signed, Trouble};

/// The most of one kind.
const MOST: usize = 50;

/// A search.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    /// Words in Chinese characters, full pinyin, initials or a mixture; a case number; a whole
    /// identity or telephone number; a name with the last four digits of either.
    #[schema(max_length = 100, example = "zhangwei")]
    text: String,
    /// Among these kinds: `resident`, `household`, `case`, `service`, `place`; all when there is none.
    #[serde(default)]
    kinds: Vec<String>,
    /// Only in this area and below.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    area: Option<AreaPath>,
    /// At most so many of each kind, up to 50.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 50)]
    limit: Option<usize>,
    /// For what people are looked up. Without it residents and households are only counted; with it
    /// everyone shown is recorded as a look, which they can read.
    #[serde(default)]
    #[schema(max_length = 200)]
    purpose: Option<String>,
}

/// What was found, the best first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FoundShape {
    /// People, masked; empty without a purpose.
    residents: Vec<PersonLine>,
    /// Households, masked; empty without a purpose.
    households: Vec<HouseholdLine>,
    /// Cases.
    cases: Vec<CaseLine>,
    /// Services, by their ids.
    services: Vec<String>,
    /// Areas.
    places: Vec<AreaLine>,
    /// How many of each kind were found, up to the limit.
    counts: Counts,
    /// The kinds of which there are more.
    more: Vec<String>,
    /// Whether the index is being made: what is missing may be found later.
    building: bool,
}

/// How many were found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Counts {
    resident: usize,
    household: usize,
    case: usize,
    service: usize,
    place: usize,
}

/// A person, masked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonLine {
    /// The resident.
    #[schema(value_type = uuid::Uuid)]
    id: ResidentId,
    /// The name, masked: 张*国.
    name: String,
    /// The telephone number, masked.
    phone: Option<String>,
    /// The year of birth.
    born: Option<i16>,
    /// The committee where they live.
    #[schema(value_type = String)]
    area: AreaPath,
}

impl From<Row> for PersonLine {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            phone: row.phone,
            born: row.birth_date.map(jiff::civil::Date::year),
            area: row.area,
        }
    }
}

/// A household, masked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HouseholdLine {
    /// The household.
    #[schema(value_type = uuid::Uuid)]
    id: HouseholdId,
    /// Its head.
    #[schema(value_type = Option<uuid::Uuid>)]
    head: Option<ResidentId>,
    /// The head's name, masked.
    name: String,
    /// The address, masked.
    address: String,
    /// How many belong to it.
    members: i64,
    /// The committee where it lives.
    #[schema(value_type = String)]
    area: AreaPath,
}

impl From<HouseholdRow> for HouseholdLine {
    fn from(row: HouseholdRow) -> Self {
        Self {
            id: row.id,
            head: row.head,
            name: row.name,
            address: row.address,
            members: row.members,
            area: row.area,
        }
    }
}

/// Search people, households, cases, services and places of the token's post.
#[utoipa::path(post, path = "/api/v1/search", tag = "search", operation_id = "search",
    request_body = Search,
    responses(
        (status = 200, description = "What was found", body = FoundShape),
        (status = 422, description = "A value means nothing", body = super::shapes::ProblemShape, content_type = "application/problem+json"),
    ),
    security(("token" = [])))]
pub(super) async fn find(
    State(portal): State<Portal>,
    signed: Signed,
    Json(search): Json<Search>,
) -> Result<Answer<FoundShape>, Trouble> {
    let kinds = checked(&search)?;
    let may = shown(&signed.actor);
    let kinds: Vec<Kind> = kinds
        .into_iter()
        .filter(|kind| may.contains(kind))
        .collect();
    let asked = Asked {
        text: &search.text,
        kinds: &kinds,
        area: search.area.as_ref(),
        most: search.limit.unwrap_or(20),
    };
    let found = portal
        .linli
        .search(&signed.actor, asked)
        .await
        .map_err(trouble)?;
    let purpose = search
        .purpose
        .as_deref()
        .map(str::trim)
        .filter(|words| !words.is_empty());
    if let Some(words) = purpose {
        looked_at(&portal, &signed.actor, &found, words, &mut Vec::new()).await?;
    }
    Ok(Answer(shape(&portal, found, purpose.is_some())))
}

/// The kinds asked for; every value that means nothing is told.
fn checked(search: &Search) -> Result<Vec<Kind>, Trouble> {
    let mut wrong = Vec::new();
    let mut refuse = |name: &str, bad: bool| {
        if bad {
            let refusal = Refusal::new("desk.parameter-wrong").on(name);
            wrong.push(refusal.with("name", name));
        }
    };
    let length = search.text.chars().count();
    refuse("text", search.text.trim().is_empty() || length > 100);
    refuse(
        "limit",
        search
            .limit
            .is_some_and(|limit| !(1..=MOST).contains(&limit)),
    );
    let too_long = |words: &String| words.chars().count() > 200;
    refuse("purpose", search.purpose.as_ref().is_some_and(too_long));
    let kinds: Option<Vec<Kind>> = search
        .kinds
        .iter()
        .map(|code| Kind::from_code(code))
        .collect();
    refuse("kinds", kinds.is_none());
    match kinds {
        Some(kinds) if wrong.is_empty() && kinds.is_empty() => Ok(Kind::ALL.to_vec()),
        Some(kinds) if wrong.is_empty() => Ok(kinds),
        _ => Err(Trouble::Refused(wrong)),
    }
}

fn shape(portal: &Portal, found: Found, told: bool) -> FoundShape {
    let areas = portal.linli.areas();
    let more = [
        (Kind::Resident, found.residents.more),
        (Kind::Household, found.households.more),
        (Kind::Case, found.cases.more),
        (Kind::Service, found.services.more),
        (Kind::Place, found.places.more),
    ];
    let counts = Counts {
        resident: found.residents.rows.len(),
        household: found.households.rows.len(),
        case: found.cases.rows.len(),
        service: found.services.rows.len(),
        place: found.places.rows.len(),
    };
    let people = found.residents.rows.into_iter().filter(|_| told);
    let households = found.households.rows.into_iter().filter(|_| told);
    FoundShape {
        residents: people.map(PersonLine::from).collect(),
        households: households.map(HouseholdLine::from).collect(),
        cases: found.cases.rows.into_iter().map(CaseLine::from).collect(),
        services: found.services.rows,
        places: found
            .places
            .rows
            .iter()
            .filter_map(|path| areas.get(path).map(areas::line))
            .collect(),
        counts,
        more: more
            .iter()
            .filter(|(_, more)| *more)
            .map(|(kind, _)| kind.code().to_owned())
            .collect(),
        building: found.building,
    }
}
