//! 全区人口: the registers of residents and households as columns, for sweeps and rehearsals.

use linli_kernel::Fault;
use linli_policy::ir::{Entity, Fact};
use linli_policy::population::{Builder, Population};
use linli_policy::value::Known;
use sea_orm::sea_query::{Cond, Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult};
use serde_json::Value;

use super::facts::{Values, known};
use crate::registers::store;

/// How many residents are read at a time: bounded memory, whatever the district's size.
const PAGE: u64 = 50_000;

/// Columns of `resident` that hold a text fact of the same name.
const PERSON: [&str; 9] = [
    "birth_date",
    "sex",
    "hukou",
    "ethnicity",
    "marital_status",
    "employment",
    "disability_kind",
    "disability_grade",
    "special_care",
];

/// Reads everybody who is alive, household by household; whoever belongs to none stands alone.
///
/// # Errors
/// [`Fault`] when the registers cannot be read.
pub(super) async fn read(reader: &DatabaseConnection, facts: &[Fact]) -> Result<Population, Fault> {
    let mut people = Builder::new(facts);
    let mut gathered = Gathered {
        facts,
        members: Vec::new(),
    };
    for alone in [false, true] {
        let mut last = None;
        while let Some(rows) = page(reader, alone, last.as_ref()).await? {
            for row in &rows {
                let person = Person::read(row).map_err(store)?;
                last = Some((person.household.clone(), person.id.clone()));
                let before = gathered.members.last();
                if before.is_some_and(|other| other.household != person.household) {
                    gathered.put(&mut people);
                }
                gathered.members.push(person);
            }
        }
        gathered.put(&mut people);
    }
    Ok(people.finish())
}

/// The next residents after `last`, household by household, or those who belong to none; `None` at
/// the end.
async fn page(
    reader: &DatabaseConnection,
    alone: bool,
    last: Option<&(String, String)>,
) -> Result<Option<Vec<QueryResult>>, Fault> {
    let household = || Expr::col(("resident", "household"));
    let id = || Expr::col(("resident", "id"));
    let mut query = columns();
    query.and_where(Expr::col(("resident", "dead")).eq(0_i64));
    if alone {
        query.and_where(household().is_null());
    } else {
        query.and_where(household().is_not_null());
        query.order_by(("resident", "household"), Order::Asc);
    }
    query.order_by(("resident", "id"), Order::Asc);
    match last {
        Some((_, last)) if alone => {
            query.and_where(id().gt(last.as_str()));
        }
        Some((of, last)) => {
            // Two conditions rather than one of pairs: the first walks the index.
            query.and_where(household().gte(of.as_str()));
            let beyond = Cond::any()
                .add(household().ne(of.as_str()))
                .add(id().gt(last.as_str()));
            query.cond_where(beyond);
        }
        None => {}
    }
    query.limit(PAGE);
    let rows = reader.query_all(&query).await.map_err(store)?;
    Ok((!rows.is_empty()).then_some(rows))
}

fn columns() -> SelectStatement {
    let mut query = Query::select();
    for column in ["household", "id", "area", "monthly_income_fen", "facts"] {
        query.column(("resident", column));
    }
    for column in PERSON {
        query.column(("resident", column));
    }
    for (column, alias) in [
        ("monthly_income_fen", "h_income"),
        ("assets_fen", "h_assets"),
        ("housing", "h_housing"),
        ("facts", "h_facts"),
    ] {
        query.expr_as(Expr::col(("household", column)), alias);
    }
    let joined = Expr::col(("household", "id")).equals(("resident", "household"));
    query.from("resident").left_join("household", joined);
    query
}

struct Person {
    household: String,
    id: String,
    area: String,
    own: Values,
    shared: Values,
}

impl Person {
    fn read(row: &QueryResult) -> Result<Self, sea_orm::DbErr> {
        let text = |column: &str| row.try_get::<Option<String>>("", column);
        let number = |column: &str| row.try_get::<Option<i64>>("", column);
        let id: String = row.try_get("", "id")?;
        let mut own = further(text("facts")?);
        for column in PERSON {
            put(
                &mut own,
                &format!("person.{column}"),
                text(column)?.map(Value::from),
            );
        }
        let income = number("monthly_income_fen")?;
        put(
            &mut own,
            "person.monthly_income_fen",
            income.map(Value::from),
        );
        let mut shared = further(text("h_facts")?);
        let (income, assets) = (number("h_income")?, number("h_assets")?);
        put(
            &mut shared,
            "household.monthly_income_fen",
            income.map(Value::from),
        );
        put(&mut shared, "household.assets_fen", assets.map(Value::from));
        put(
            &mut shared,
            "household.housing",
            text("h_housing")?.map(Value::from),
        );
        Ok(Self {
            household: text("household")?.unwrap_or_else(|| id.clone()),
            id,
            area: text("area")?.unwrap_or_default(),
            own,
            shared,
        })
    }
}

fn put(values: &mut Values, field: &str, value: Option<Value>) {
    if let Some(value) = value {
        values.insert(field.to_owned(), value);
    }
}

fn further(json: Option<String>) -> Values {
    json.and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default()
}

/// The members of one household, until the next household begins.
struct Gathered<'a> {
    facts: &'a [Fact],
    members: Vec<Person>,
}

impl Gathered<'_> {
    fn put(&mut self, people: &mut Builder) {
        let members = std::mem::take(&mut self.members);
        let Some(first) = members.first() else { return };
        let kind = members.len().to_string();
        let shared = self.of(Entity::Group, &first.shared);
        people.household(&first.household, &first.area, &kind, shared);
        for member in &members {
            people.member(&member.id, self.of(Entity::Member, &member.own));
        }
    }

    fn of(&self, entity: Entity, values: &Values) -> Vec<Known> {
        let facts = self.facts.iter().filter(|fact| fact.entity == entity);
        facts
            .map(|fact| known(fact, values.get(&fact.field)?))
            .collect()
    }
}
