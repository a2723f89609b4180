//! What a search shows: the index proposes keys, the registers give the rows, and for each row the
//! gate is asked. What the index says beyond that is never shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use linli_kernel::gate::{Scope, Target, scope};
use linli_kernel::{Action, Actor, AreaPath, Fault, HouseholdId, Refusal, ResidentId};
use linli_search::{Find, Hits};
use linli_units::{CaseNumber, IdentityNumber};

use super::documents::{self, Rows, text};
use super::follow::blocking;
use crate::cases::{self, queries};
use crate::feature::Problem;
use crate::node::Linli;
use crate::places::AreaTree;
use crate::residents::{self, Filter, mask};

/// Among so many people of a name the last four digits are looked for.
const NAMESAKES: usize = 500;

/// What kind of thing is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// 居民
    Resident,
    /// 家庭
    Household,
    /// 办件
    Case,
    /// 事项
    Service,
    /// 区划
    Place,
}

impl Kind {
    /// Every kind, in the order in which results stand.
    pub const ALL: [Self; 5] = [
        Self::Resident,
        Self::Household,
        Self::Case,
        Self::Service,
        Self::Place,
    ];

    /// The kind's name in the index, addresses and message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::Household => "household",
            Self::Case => "case",
            Self::Service => "service",
            Self::Place => "place",
        }
    }

    /// The kind with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What the gate is asked before one is shown; `None` for what everybody may see.
    #[must_use]
    pub fn action(self) -> Option<Action> {
        match self {
            Self::Resident | Self::Household => Some(Action::ResidentList),
            Self::Case => Some(Action::CaseRead),
            Self::Service | Self::Place => None,
        }
    }
}

/// A search.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// As somebody typed it.
    pub text: &'a str,
    /// Among these kinds.
    pub kinds: &'a [Kind],
    /// In this area and below; must lie in the actor's own.
    pub area: Option<&'a AreaPath>,
    /// At most so many of each kind.
    pub most: usize,
}

/// What was found of one kind, the best first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether there are more.
    pub more: bool,
}

impl<T> Default for Group<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            more: false,
        }
    }
}

/// A household as lists show it: what identifies somebody is masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HouseholdRow {
    /// Which.
    pub id: HouseholdId,
    /// The committee where it lives.
    pub area: AreaPath,
    /// Its head.
    pub head: Option<ResidentId>,
    /// The head's name, masked.
    pub name: String,
    /// The address, masked.
    pub address: String,
    /// How many belong to it.
    pub members: i64,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// 居民, masked.
    pub residents: Group<residents::Row>,
    /// 家庭, masked.
    pub households: Group<HouseholdRow>,
    /// 办件; names are for the portal to mask.
    pub cases: Group<cases::Row>,
    /// 事项: their ids.
    pub services: Group<String>,
    /// 区划
    pub places: Group<AreaPath>,
    /// Whether the index is being made: what is missing may be found later.
    pub building: bool,
}

/// What may be looked through for one kind.
enum Where {
    Nowhere,
    Everywhere,
    In(Vec<String>),
}

impl Linli {
    /// What `actor` may see of what `asked` looks for. People who are shown are for the caller to
    /// record as looks.
    ///
    /// # Errors
    /// [`Problem`]: `gate.area` when the area lies outside the actor's, or a fault.
    pub async fn search(&self, actor: &Actor, asked: Asked<'_>) -> Result<Found, Problem> {
        let mut found = Found {
            building: self.shelf().index().await?.position().is_none(),
            ..Found::default()
        };
        for kind in asked.kinds {
            match kind {
                Kind::Resident => found.residents = self.find_residents(actor, asked).await?,
                Kind::Household => found.households = self.find_households(actor, asked).await?,
                Kind::Case => found.cases = self.find_cases(actor, asked).await?,
                Kind::Service => {
                    let hits = self.hits(actor, asked, Kind::Service, asked.most).await?;
                    let today = self.clock().today();
                    found.services = group(&hits, |key| {
                        self.catalogue()
                            .service(key, today)
                            .map(|one| one.id.clone())
                    });
                }
                Kind::Place => {
                    let hits = self.hits(actor, asked, Kind::Place, asked.most).await?;
                    let areas = self.areas();
                    found.places = group(&hits, |key| {
                        let path: AreaPath = key.parse().ok()?;
                        areas.get(&path).map(|area| area.path().clone())
                    });
                }
            }
        }
        Ok(found)
    }

    async fn find_residents(
        &self,
        actor: &Actor,
        asked: Asked<'_>,
    ) -> Result<Group<residents::Row>, Problem> {
        let place = self.place_of(actor, Action::ResidentList, asked.area)?;
        if matches!(place, Where::Nowhere) {
            return Ok(Group::default());
        }
        if is_number(asked.text) {
            let filter = Filter {
                area: asked.area.cloned(),
                text: Some(asked.text.to_owned()),
                page: 1,
                size: asked.most as u64,
                ..Filter::default()
            };
            let listed = self.residents(actor, &filter).await?;
            return Ok(Group {
                more: listed.more || listed.total > listed.rows.len() as u64,
                rows: listed.rows,
            });
        }
        let Some((name, last)) = name_and_last(asked.text) else {
            let hits = self.hits(actor, asked, Kind::Resident, asked.most).await?;
            return self.resident_rows(actor, asked, hits).await;
        };
        let named = Asked {
            text: &name,
            ..asked
        };
        let hits = self.hits(actor, named, Kind::Resident, NAMESAKES).await?;
        let mut people = self.resident_rows(actor, asked, hits).await?;
        let ends =
            |text: &Option<String>| text.as_deref().is_some_and(|text| text.ends_with(&last));
        people
            .rows
            .retain(|row| ends(&row.id_number) || ends(&row.phone));
        people.more |= people.rows.len() > asked.most;
        people.rows.truncate(asked.most);
        Ok(people)
    }

    async fn resident_rows(
        &self,
        actor: &Actor,
        asked: Asked<'_>,
        hits: Hits,
    ) -> Result<Group<residents::Row>, Problem> {
        let ids: Vec<ResidentId> = hits
            .hits
            .iter()
            .filter_map(|hit| hit.key.parse().ok())
            .collect();
        let rows = self.listable(actor, &ids).await?;
        let rows = rows.into_iter().filter(|row| within(asked.area, &row.area));
        let mut rows: BTreeMap<String, _> = rows.map(|row| (row.id.to_string(), row)).collect();
        Ok(group(&hits, |key| rows.remove(key)))
    }

    async fn find_households(
        &self,
        actor: &Actor,
        asked: Asked<'_>,
    ) -> Result<Group<HouseholdRow>, Problem> {
        let hits = self.hits(actor, asked, Kind::Household, asked.most).await?;
        let keys: Vec<String> = hits.hits.iter().map(|hit| hit.key.clone()).collect();
        let scope = scope(actor, Action::ResidentList);
        let mut rows = BTreeMap::new();
        for row in self.household_rows(&keys).await? {
            let target = Target {
                area: &row.area,
                subject: None,
            };
            if scope.covers(target) && within(asked.area, &row.area) {
                rows.insert(row.id.to_string(), row);
            }
        }
        Ok(group(&hits, |key| rows.remove(key)))
    }

    async fn household_rows(&self, keys: &[String]) -> Result<Vec<HouseholdRow>, Fault> {
        let reader = self.journal().reader();
        let columns = ["id", "area", "head", "address", "members"];
        let rows = documents::read(reader, "household", &columns, Rows::Of(keys)).await?;
        let mut heads = Vec::new();
        for row in &rows {
            heads.extend(text(row, "head")?);
        }
        let names = documents::names(reader, &heads).await?;
        let mut found = Vec::new();
        for row in &rows {
            let (id, area) = (text(row, "id")?, text(row, "area")?);
            let (Some(Ok(id)), Some(Ok(area))) =
                (id.map(|id| id.parse()), area.map(|area| area.parse()))
            else {
                continue;
            };
            let head = text(row, "head")?;
            let name = head.as_ref().and_then(|head| names.get(head));
            found.push(HouseholdRow {
                id,
                area,
                name: name.map(|name| mask::name(name)).unwrap_or_default(),
                head: head.and_then(|head| head.parse().ok()),
                address: text(row, "address")?
                    .as_deref()
                    .map(mask::address)
                    .unwrap_or_default(),
                members: row
                    .try_get::<Option<i64>>("", "members")
                    .ok()
                    .flatten()
                    .unwrap_or(0),
            });
        }
        Ok(found)
    }

    async fn find_cases(
        &self,
        actor: &Actor,
        asked: Asked<'_>,
    ) -> Result<Group<cases::Row>, Problem> {
        if let Ok(number) = CaseNumber::parse(asked.text)
            && scope(actor, Action::CaseRead) != Scope::Nothing
        {
            let filter = cases::Filter {
                number: Some(number.as_str().to_owned()),
                area: asked.area.cloned(),
                size: asked.most as u64,
                ..cases::Filter::default()
            };
            let rows = queries::list(self, actor, &filter).await?.rows;
            return Ok(Group { rows, more: false });
        }
        let hits = self.hits(actor, asked, Kind::Case, asked.most).await?;
        let ids: Vec<_> = hits
            .hits
            .iter()
            .filter_map(|hit| hit.key.parse().ok())
            .collect();
        let rows = queries::readable(self, actor, &ids).await?;
        let rows = rows.into_iter().filter(|row| within(asked.area, &row.area));
        let mut rows: BTreeMap<String, _> = rows.map(|row| (row.id.to_string(), row)).collect();
        Ok(group(&hits, |key| rows.remove(key)))
    }

    /// What the index proposes in the places that `actor` may look at.
    async fn hits(
        &self,
        actor: &Actor,
        asked: Asked<'_>,
        kind: Kind,
        most: usize,
    ) -> Result<Hits, Problem> {
        let place = match kind.action() {
            Some(action) => self.place_of(actor, action, asked.area)?,
            None => Where::Everywhere,
        };
        let places = match place {
            Where::Nowhere => return Ok(Hits::default()),
            Where::Everywhere => None,
            Where::In(places) => Some(places),
        };
        let index = self.shelf().index().await?;
        let text = asked.text.to_owned();
        let find = move || {
            index.find(&Find {
                text: &text,
                kind: kind.code(),
                places: places.as_deref(),
                most,
            })
        };
        Ok(blocking(find).await??)
    }

    /// Where `actor` may look by `action`, narrowed to `area`.
    fn place_of(
        &self,
        actor: &Actor,
        action: Action,
        area: Option<&AreaPath>,
    ) -> Result<Where, Problem> {
        let own = match scope(actor, action) {
            Scope::Area(own) => own,
            // A resident's own things stand under 我的.
            Scope::Own(_) | Scope::Nothing => return Ok(Where::Nowhere),
        };
        let area = match area {
            Some(area) if own.contains(area) => area,
            Some(_) => return Err(Refusal::new("gate.area").into()),
            None => &own,
        };
        Ok(codes(&self.areas(), area))
    }
}

/// The codes of the areas whose rows lie in `area` today: those inside, and those of the past whose
/// heirs are.
fn codes(areas: &Arc<AreaTree>, area: &AreaPath) -> Where {
    let inside = |path: &AreaPath| areas.today(path).is_some_and(|today| area.contains(today));
    let mut codes = Vec::new();
    let mut others = false;
    for one in areas.all() {
        if inside(one.path()) {
            codes.push(one.code.clone());
        } else {
            others = true;
        }
    }
    if others || codes.is_empty() {
        Where::In(codes)
    } else {
        Where::Everywhere
    }
}

fn within(area: Option<&AreaPath>, place: &AreaPath) -> bool {
    area.is_none_or(|area| area.contains(place))
}

/// Rows in the order of the hits; `row` says which there are.
fn group<T>(hits: &Hits, mut row: impl FnMut(&str) -> Option<T>) -> Group<T> {
    Group {
        rows: hits.hits.iter().filter_map(|hit| row(&hit.key)).collect(),
        more: hits.more,
    }
}

/// Whether a text is an identity number or a telephone number: those are looked up whole.
fn is_number(text: &str) -> bool {
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    IdentityNumber::parse(text).is_ok() || digits >= 7
}

/// A name and the last four of a number: 张伟 1234, 张伟 002X.
fn name_and_last(text: &str) -> Option<(String, String)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_last = |word: &&&str| {
        let (digits, check) = word.split_at_checked(3).unwrap_or_default();
        digits.bytes().all(|b| b.is_ascii_digit())
            && matches!(check.as_bytes(), [b'0'..=b'9' | b'x' | b'X'])
    };
    let last = words.iter().find(is_last)?;
    let name: Vec<&str> = words.iter().filter(|word| *word != last).copied().collect();
    (!name.is_empty()).then(|| (name.join(" "), last.to_uppercase()))
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn a_name_and_four_digits_are_told_apart() {
        let split = |text| name_and_last(text).map(|(name, last)| format!("{name}|{last}"));
        assert_eq!(split("张伟 1234").as_deref(), Some("张伟|1234"));
        assert_eq!(split("002x zhang wei").as_deref(), Some("zhang wei|002X"));
        assert_eq!(split("1234"), None);
        assert_eq!(split("张伟 12"), None);
        assert_eq!(split("松影苑 12号"), None);
    }

    #[test]
    fn numbers_are_never_looked_for_in_the_index() {
        assert!(is_number("13800000001"));
        assert!(is_number("110105 19491231 002x"));
        assert!(!is_number("张伟 1234"));
    }
}
