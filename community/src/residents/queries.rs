//! Questions to the registers of residents, each within the gate's scope.
//!
//! Lists show masked data and are bounded: a page has at most [`MAX_SIZE`] rows, paging ends after
//! [`MAX_DEPTH`], totals stop counting at [`MAX_COUNT`].

use jiff::civil::Date;
use linli_kernel::gate::{Scope, scope};
use linli_kernel::{Action, Actor, AreaPath, Fault, HouseholdId, Refusal, ResidentId};
use linli_units::IdentityNumber;
use sea_orm::sea_query::{Cond, Expr, ExprTrait, Func, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult};

use super::rows::{
    ConsentRow, Look, MandateRow, Row, read_consent, read_look, read_mandate, read_row,
};
use super::values::phone;
use crate::feature::Problem;
use crate::places::{AreaTree, within};
use crate::registers::store;

/// The most rows on one page.
pub const MAX_SIZE: u64 = 100;
/// No page begins after this many rows: filter instead.
pub const MAX_DEPTH: u64 = 10_000;
/// Totals are counted up to here.
pub const MAX_COUNT: u64 = 10_000;

/// Which residents a list shows; what is `None` or `false` does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this area and below; must lie in the actor's own.
    pub area: Option<AreaPath>,
    /// The beginning of a name, a whole identity number, or a whole telephone number.
    pub text: Option<String>,
    /// At least so old today.
    pub age_from: Option<i16>,
    /// At most so old today.
    pub age_to: Option<i16>,
    /// With this household registration: a code of the list `hukou`.
    pub hukou: Option<String>,
    /// Only those with a disability certificate.
    pub disabled: bool,
    /// Only those entitled to military care (优抚).
    pub special_care: bool,
    /// Those who died, too.
    pub dead: bool,
    /// Oldest first, instead of by area and name.
    pub oldest_first: bool,
    /// The page, from 1.
    pub page: u64,
    /// Rows a page: 20, 50 or 100.
    pub size: u64,
}

impl Filter {
    /// The parts that are codes and numbers: nothing that somebody types to find a person.
    pub const CODES: [&str; 5] = ["age_from", "age_to", "hukou", "disabled", "special_care"];

    /// The filter with these [codes](Self::CODES); what makes no sense does not narrow.
    #[must_use]
    pub fn of_codes<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Self {
        let age = |name: &str| {
            let age = get(name)?.parse::<i16>().ok()?;
            (0..=150).contains(&age).then_some(age)
        };
        let yes = |name: &str| get(name) == Some("yes");
        Self {
            age_from: age("age_from"),
            age_to: age("age_to"),
            hukou: get("hukou").map(str::to_owned),
            disabled: yes("disabled"),
            special_care: yes("special_care"),
            ..Self::default()
        }
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many there are in all, up to [`MAX_COUNT`].
    pub total: u64,
    /// Whether there are more than that.
    pub more: bool,
}

pub(super) struct Asked<'a> {
    pub(super) reader: &'a DatabaseConnection,
    pub(super) areas: &'a AreaTree,
    pub(super) today: Date,
}

impl Asked<'_> {
    /// The residents that `actor` may list, filtered. `id_key` is that of the identity number in
    /// the filter's text, where it is one.
    pub(super) async fn list(
        &self,
        actor: &Actor,
        filter: &Filter,
        id_key: Option<String>,
    ) -> Result<Listed<Row>, Problem> {
        let cond = self.conditions(actor, filter, id_key)?;
        let size = filter.size.clamp(1, MAX_SIZE);
        let skip = filter.page.saturating_sub(1).saturating_mul(size);
        let (total, more) = self.count("resident", cond.clone()).await?;
        let mut query = rows_where(cond);
        if filter.oldest_first {
            query.order_by("birth_date", Order::Asc);
        }
        for column in ["street", "area", "name", "id"] {
            query.order_by(column, Order::Asc);
        }
        query.limit(size).offset(Ord::min(skip, MAX_DEPTH));
        let rows = self.fetch(&query, read_row).await?;
        Ok(Listed { rows, total, more })
    }

    pub(super) fn conditions(
        &self,
        actor: &Actor,
        filter: &Filter,
        id_key: Option<String>,
    ) -> Result<Cond, Problem> {
        let mut cond = self.within(&listed_in(actor, filter)?);
        if !filter.dead {
            cond = cond.add(is("dead", 0_i64));
        }
        if let Some(text) = filter.text.as_deref().map(str::trim)
            && !text.is_empty()
        {
            cond = cond.add(self.matching(text, id_key));
        }
        Ok(self.narrow(cond, filter))
    }

    /// The rows that `text` means: a whole number, or the beginning of a name.
    fn matching(&self, text: &str, id_key: Option<String>) -> Cond {
        let cond = Cond::all();
        if let Some(key) = id_key {
            return cond.add(is("id_key", key));
        }
        if let Ok(number) = phone(text) {
            return cond.add(is("phone", number));
        }
        // Characters with a meaning in patterns cannot stand in names.
        let name = text.replace(['%', '_', '\\'], "");
        let cond = cond.add(Expr::col("name").like(format!("{name}%")));
        if self.reader.get_database_backend() != DbBackend::Sqlite {
            return cond;
        }
        // SQLite compares by bytes and takes a range, not a pattern, from an index.
        let end = format!("{name}{}", char::MAX);
        cond.add(Expr::col("name").gte(name))
            .add(Expr::col("name").lt(end))
    }

    fn narrow(&self, mut cond: Cond, filter: &Filter) -> Cond {
        if let Some(age) = filter.age_from {
            cond = cond.add(Expr::col("birth_date").lte(self.years_ago(age).to_string()));
        }
        if let Some(age) = filter.age_to {
            let born_after = self.years_ago(age.saturating_add(1));
            cond = cond.add(Expr::col("birth_date").gt(born_after.to_string()));
        }
        if let Some(hukou) = &filter.hukou {
            cond = cond.add(is("hukou", hukou.as_str()));
        }
        if filter.disabled {
            cond = cond.add(Expr::col("disability_grade").gt("0"));
        }
        if filter.special_care {
            cond = cond.add(Expr::col("special_care").ne("none"));
        }
        cond
    }

    fn years_ago(&self, years: i16) -> Date {
        let span = jiff::Span::new().try_years(i64::from(years));
        let back = span.and_then(|span| self.today.checked_sub(span));
        back.unwrap_or(Date::MIN)
    }

    /// That a row lies in `area`.
    fn within(&self, area: &AreaPath) -> Cond {
        within(self.areas, area)
    }

    pub(super) async fn count(
        &self,
        table: &'static str,
        cond: Cond,
    ) -> Result<(u64, bool), Fault> {
        let some = Query::select()
            .column("id")
            .from(table)
            .cond_where(cond)
            .limit(MAX_COUNT + 1)
            .take();
        let query = Query::select()
            .expr_as(Func::count(Expr::col("id")), "n")
            .from_subquery(some, "some")
            .take();
        let row = self.reader.query_one(&query).await.map_err(store)?;
        let n: i64 = row
            .map_or(Ok(0), |row| row.try_get("", "n"))
            .map_err(store)?;
        let n = u64::try_from(n).unwrap_or(0);
        Ok((Ord::min(n, MAX_COUNT), n > MAX_COUNT))
    }

    /// The resident found by the keyed hash of their identity number.
    pub(super) async fn by_id_key(&self, id_key: &str) -> Result<Option<Row>, Fault> {
        let query = rows_where(Cond::all().add(is("id_key", id_key)));
        if let Some(row) = self.fetch(&query, read_row).await?.pop() {
            return Ok(Some(row));
        }
        // A number that was merged away leads to who stands for it, and on from there.
        let mut leads = Query::select()
            .column("survivor")
            .from("merged")
            .and_where(is("id_key", id_key))
            .take();
        while let Some(row) = self.reader.query_one(&leads).await.map_err(store)? {
            let survivor: String = row.try_get("", "survivor").map_err(store)?;
            let query = rows_where(Cond::all().add(is("id", survivor.as_str())));
            if let Some(row) = self.fetch(&query, read_row).await?.pop() {
                return Ok(Some(row));
            }
            leads = Query::select()
                .column("survivor")
                .from("merged")
                .and_where(is("id", survivor))
                .take();
        }
        Ok(None)
    }

    /// The rows of these residents.
    pub(super) async fn by_ids(&self, ids: &[ResidentId]) -> Result<Vec<Row>, Fault> {
        let ids = ids.iter().map(ToString::to_string);
        let query = rows_where(Cond::all().add(Expr::col("id").is_in(ids)));
        self.fetch(&query, read_row).await
    }

    /// The members of a household, the head first.
    pub(super) async fn members(&self, household: HouseholdId) -> Result<Vec<Row>, Fault> {
        let mut query = rows_where(Cond::all().add(is("household", household.to_string())));
        query.order_by("relation", Order::Asc);
        query.order_by("id", Order::Asc);
        self.fetch(&query, read_row).await
    }

    /// The household of a resident.
    pub(super) async fn household_of(
        &self,
        resident: ResidentId,
    ) -> Result<Option<HouseholdId>, Fault> {
        let rows = self.by_ids(&[resident]).await?;
        Ok(rows.first().and_then(|row| row.household))
    }

    /// Looks at `resident`, the latest first.
    pub(super) async fn looks(
        &self,
        cond: Cond,
        page: u64,
        size: u64,
    ) -> Result<Listed<Look>, Fault> {
        let (total, more) = self.count("look", cond.clone()).await?;
        let size = size.clamp(1, MAX_SIZE);
        let skip = Ord::min(page.saturating_sub(1).saturating_mul(size), MAX_DEPTH);
        let query = Query::select()
            .columns(["at", "role", "area", "why", "case_id", "words", "resident"])
            .from("look")
            .cond_where(cond)
            .order_by("at", Order::Desc)
            .order_by("id", Order::Desc)
            .limit(size)
            .offset(skip)
            .take();
        let rows = self.fetch(&query, read_look).await?;
        Ok(Listed { rows, total, more })
    }

    /// Mandates in which `column` (`principal` or `agent`) is one of `residents`.
    pub(super) async fn mandates(
        &self,
        column: &'static str,
        residents: &[ResidentId],
    ) -> Result<Vec<MandateRow>, Fault> {
        let query = Query::select()
            .columns([
                "id",
                "principal",
                "agent",
                "authority",
                "services",
                "from_day",
                "until_day",
                "ended_on",
            ])
            .from("mandate")
            .and_where(among(column, residents))
            .order_by("from_day", Order::Desc)
            .order_by("id", Order::Asc)
            .take();
        self.fetch(&query, read_mandate).await
    }

    /// The consents of `residents`.
    pub(super) async fn consents(
        &self,
        residents: &[ResidentId],
    ) -> Result<Vec<ConsentRow>, Fault> {
        let query = Query::select()
            .columns([
                "id",
                "purpose",
                "case_id",
                "from_day",
                "until_day",
                "ended_on",
            ])
            .from("consent")
            .and_where(among("resident", residents))
            .order_by("from_day", Order::Desc)
            .order_by("id", Order::Asc)
            .take();
        self.fetch(&query, read_consent).await
    }

    pub(super) async fn fetch<T>(
        &self,
        query: &SelectStatement,
        read: fn(&QueryResult) -> Result<T, DbErr>,
    ) -> Result<Vec<T>, Fault> {
        let rows = self.reader.query_all(query).await.map_err(store)?;
        rows.iter()
            .map(read)
            .collect::<Result<_, _>>()
            .map_err(store)
    }
}

/// The area that a list is about: the actor's own, or a part of it.
pub(super) fn listed_in(actor: &Actor, filter: &Filter) -> Result<AreaPath, Refusal> {
    let own = match scope(actor, Action::ResidentList) {
        Scope::Area(own) => own,
        Scope::Own(_) | Scope::Nothing => return Err(Refusal::new("gate.role")),
    };
    match &filter.area {
        Some(area) if own.contains(area) => Ok(area.clone()),
        Some(_) => Err(Refusal::new("gate.area")),
        None => Ok(own),
    }
}

/// `column = value`.
pub(super) fn is(column: &'static str, value: impl Into<sea_orm::Value>) -> Expr {
    Expr::col(column).eq(Expr::val(value))
}

/// That `column` is one of these residents.
pub(crate) fn among(column: &'static str, residents: &[ResidentId]) -> Expr {
    Expr::col(column).is_in(residents.iter().map(ToString::to_string))
}

/// The identity number in a filter's text, if it is one.
pub(super) fn id_number(text: &str) -> Option<String> {
    let number = IdentityNumber::parse(text).ok()?;
    Some(number.as_str().to_owned())
}

fn rows_where(cond: Cond) -> SelectStatement {
    Query::select()
        .columns([
            "id",
            "area",
            "name",
            "id_masked",
            "phone",
            "birth_date",
            "sex",
            "hukou",
            "disability_grade",
            "special_care",
            "household",
            "relation",
            "dead",
            "synthetic",
        ])
        .from("resident")
        .cond_where(cond)
        .take()
}
