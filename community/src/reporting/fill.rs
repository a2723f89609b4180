//! 自动带出: the rows of a table, from the records.
//!
//! Who is in it is what the list of residents shows by the same filter in the same area, in its
//! order; what a row says is read from the record itself. Households are those in which somebody
//! whom that list would show lives.

use std::sync::Arc;

use linli_kernel::{Actor, AreaPath, Fault, HouseholdId, Refusal, ResidentId, StreamId};
use serde_json::Value;

use super::columns::{Column, Kind, columns};
use super::duplicates::Share;
use super::events::{About, Created};
use super::queries::reader_of;
use super::rules::Rules;
use super::state::Template;
use crate::feature::Problem;
use crate::node::Linli;
use crate::residents::{Filter, HEAD, Household, Households, Listed, Resident, Residents, Row};

/// How many pages of the list are looked at for what records hold.
const PAGES_LOOKED_AT: u64 = 10;

/// How many rows each of them has.
const LOOKED_AT: u64 = 50;

/// One row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Whose row it is: the resident, or the head of the household, where there is one.
    pub who: Option<ResidentId>,
    /// The committee.
    pub area: AreaPath,
    /// What the register knows, a value a column; masked unless they were asked for whole.
    pub values: Vec<Option<Value>>,
}

/// A page of a filled table.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled {
    /// Its rows.
    pub lines: Vec<Line>,
    /// How many there are in all, as far as lists count.
    pub total: u64,
    /// Whether there are more than that.
    pub more: bool,
}

/// What a table asks for, of whom, and whether what identifies a person may be seen.
struct Wanted {
    columns: Vec<Column>,
    about: About,
    filter: Filter,
    full: bool,
}

impl Linli {
    /// A page of a template, filled for the actor's area and masked.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, or a fault.
    pub async fn fill_report(
        &self,
        actor: &Actor,
        template: &Template,
        page: u64,
        size: u64,
    ) -> Result<Filled, Problem> {
        let wanted = self.wanted_of(actor, template, false)?;
        self.filled(actor, &wanted, page, size).await
    }

    /// Every row of a template for the actor's area, where there are no more than `most`; `None`
    /// where there are.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, or a fault.
    pub(crate) async fn report_lines(
        &self,
        actor: &Actor,
        template: &Template,
        (most, full): (u64, bool),
    ) -> Result<Option<Vec<Line>>, Problem> {
        let wanted = self.wanted_of(actor, template, full)?;
        let mut lines = Vec::new();
        for page in 1.. {
            let size = crate::residents::MAX_SIZE;
            let found = self.filled(actor, &wanted, page, size).await?;
            if found.more || found.total > most {
                return Ok(None);
            }
            let last = (found.lines.len() as u64) < size;
            lines.extend(found.lines);
            if last {
                break;
            }
        }
        Ok(Some(lines))
    }

    /// How many records hold each column of a template in the actor's area: of all of them, or
    /// where they are many of pages all over the list.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, or a fault.
    pub async fn report_template_shares(
        &self,
        actor: &Actor,
        template: &Template,
    ) -> Result<Vec<Share>, Problem> {
        let wanted = self.wanted_of(actor, template, false)?;
        self.shares(actor, &wanted).await
    }

    /// The same of a table that is no template yet.
    pub(super) async fn report_shares(
        &self,
        actor: &Actor,
        area: &AreaPath,
        table: &Created,
    ) -> Result<Vec<Share>, Problem> {
        let wanted = self.report_wanted(actor, area, table, false)?;
        self.shares(actor, &wanted).await
    }

    async fn shares(&self, actor: &Actor, wanted: &Wanted) -> Result<Vec<Share>, Problem> {
        let mut shares: Vec<Share> = wanted
            .columns
            .iter()
            .map(|column| Share {
                column: column.id.clone(),
                held: 0,
                rows: 0,
            })
            .collect();
        let first = self.filled(actor, wanted, 1, LOOKED_AT).await?;
        let pages = first.total.div_ceil(LOOKED_AT);
        count(&mut shares, &first.lines);
        for at in 1..Ord::min(pages, PAGES_LOOKED_AT) {
            let page = at * pages / Ord::min(pages, PAGES_LOOKED_AT) + 1;
            let found = self.filled(actor, wanted, page, LOOKED_AT).await?;
            count(&mut shares, &found.lines);
        }
        Ok(shares)
    }

    fn wanted_of(&self, actor: &Actor, template: &Template, full: bool) -> Result<Wanted, Problem> {
        let areas = self.areas();
        let (Some((table, _)), Some(area)) = (&template.created, template.area(&areas)) else {
            return Err(Refusal::new("reporting.no-such-template").into());
        };
        self.report_wanted(actor, area, table, full)
    }

    /// The table as it is for the actor: in that part of their area that it is for.
    fn report_wanted(
        &self,
        actor: &Actor,
        area: &AreaPath,
        table: &Created,
        full: bool,
    ) -> Result<Wanted, Problem> {
        let own = reader_of(actor)?;
        let area = match (own.contains(area), area.contains(&own)) {
            (true, _) => area,
            (_, true) => &own,
            _ => return Err(Refusal::new("gate.area").into()),
        };
        let known = columns(self.catalogue().dictionary(), Rules::built_in()?);
        let wanted = table.columns.iter();
        // A district may have taken a field out of its dictionary since.
        let wanted = wanted.filter_map(|id| known.iter().find(|column| column.id == *id));
        Ok(Wanted {
            columns: wanted.cloned().collect(),
            about: table.about,
            filter: Filter {
                area: Some(area.clone()),
                ..Filter::of_codes(|name| table.filter.get(name).map(String::as_str))
            },
            full,
        })
    }

    async fn filled(
        &self,
        actor: &Actor,
        wanted: &Wanted,
        page: u64,
        size: u64,
    ) -> Result<Filled, Problem> {
        let filter = Filter {
            page,
            size,
            ..wanted.filter.clone()
        };
        match wanted.about {
            About::Residents => {
                let found = self.residents(actor, &filter).await?;
                let mut lines = Vec::with_capacity(found.rows.len());
                for row in &found.rows {
                    lines.push(self.line_of(row, wanted).await?);
                }
                Ok(page_of(lines, &found))
            }
            About::Households => {
                let found = self.homes(actor, &filter).await?;
                let mut lines = Vec::with_capacity(found.rows.len());
                for (id, area) in &found.rows {
                    lines.push(self.line_of_home(*id, area, wanted).await?);
                }
                Ok(page_of(lines, &found))
            }
        }
    }

    async fn line_of(&self, row: &Row, wanted: &Wanted) -> Result<Line, Fault> {
        let resident = self.load::<Residents>(&StreamId::from(row.id)).await?.state;
        let of_home =
            |column: &Column| column.kind == Kind::Members || column.id.starts_with("household.");
        let home = match row.household {
            Some(id) if wanted.columns.iter().any(of_home) => Some(self.report_home(id).await?),
            _ => None,
        };
        let known = Source {
            resident: Some(&resident),
            relation: row.relation.as_deref(),
            home: home.as_ref(),
            area: &row.area,
            linli: self,
        };
        Ok(known.line(Some(row.id), wanted))
    }

    async fn line_of_home(
        &self,
        id: HouseholdId,
        area: &AreaPath,
        wanted: &Wanted,
    ) -> Result<Line, Fault> {
        let home = self.report_home(id).await?;
        let head = home.household.head().map(|head| self.survivor(head));
        let resident = match head {
            Some(head) => Some(self.load::<Residents>(&StreamId::from(head)).await?.state),
            None => None,
        };
        let known = Source {
            resident: resident.as_deref(),
            relation: head.map(|_| HEAD),
            home: Some(&home),
            area,
            linli: self,
        };
        Ok(known.line(head, wanted))
    }

    async fn report_home(&self, id: HouseholdId) -> Result<Home, Fault> {
        let members = self.members_of(id).await?;
        Ok(Home {
            household: self.load::<Households>(&StreamId::from(id)).await?.state,
            living: members.iter().filter(|member| !member.dead).count(),
        })
    }
}

/// A household and how many live in it.
struct Home {
    household: Arc<Household>,
    living: usize,
}

/// Where the values of one row come from.
struct Source<'a> {
    resident: Option<&'a Resident>,
    relation: Option<&'a str>,
    home: Option<&'a Home>,
    area: &'a AreaPath,
    linli: &'a Linli,
}

impl Source<'_> {
    fn line(&self, who: Option<ResidentId>, wanted: &Wanted) -> Line {
        let values = wanted.columns.iter().map(|column| {
            let value = self.value(column)?;
            Some(if wanted.full {
                value
            } else {
                column.masked(&value)
            })
        });
        Line {
            who,
            area: self.area.clone(),
            values: values.collect(),
        }
    }

    fn value(&self, column: &Column) -> Option<Value> {
        match column.kind {
            Kind::Area => Some(self.area.as_str().into()),
            Kind::Relation => self.relation.map(Into::into),
            Kind::Members => self.home.map(|home| home.living.into()),
            Kind::Age => self.age().map(Into::into),
            Kind::Fact(_) => {
                let facts = match column.id.starts_with("household.") {
                    true => &self.home?.household.facts,
                    false => &self.resident?.facts,
                };
                facts.get(column.id.as_str()).map(|fact| fact.value.clone())
            }
        }
    }

    /// Full years today.
    fn age(&self) -> Option<i16> {
        let born: jiff::civil::Date = self.resident?.text("person.birth_date")?.parse().ok()?;
        let today = self.linli.clock().today();
        let before = (today.month(), today.day()) < (born.month(), born.day());
        Some(today.year() - born.year() - i16::from(before))
    }
}

fn page_of<T>(lines: Vec<Line>, found: &Listed<T>) -> Filled {
    Filled {
        lines,
        total: found.total,
        more: found.more,
    }
}

fn count(shares: &mut [Share], lines: &[Line]) {
    for line in lines {
        for (share, value) in shares.iter_mut().zip(&line.values) {
            share.rows += 1;
            share.held += u64::from(value.is_some());
        }
    }
}
