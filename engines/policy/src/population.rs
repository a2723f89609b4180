//! 人口: many households and their members as columns, laid out for sweeping.
//!
//! **Shape.** Households of the same size stand together in chunks of a few thousand members. In a
//! chunk of `n` households of `k` members the members stand in `k` planes of `n`: first the first
//! member of each household, then the second. Gathering members into households and lifting
//! households to members are then plain loops over whole planes. Planes are padded to whole words
//! of 64 lanes.
//!
//! **Order.** Households and persons keep the order in which they came as their numbers; answers
//! name those, whatever the layout.
//!
//! [`Builder`] takes rows one by one; [`read()`] takes the two files of a folder.

mod read;

use std::ops;

pub use read::{BadRow, Folder, ReadPopulation, read};

use crate::book::Book;
use crate::columns::cells::{Cells, WORD, words};
use crate::household::Household;
use crate::ir::{Entity, Fact, FactId};
use crate::value::{Known, Range, Type};

/// A household has at most so many members: what is more is no household but a slip of a file.
pub const MOST_MEMBERS: usize = 1_000;

/// About how many members a chunk holds: its registers stay in the cache of a core.
const CHUNK: usize = 4_096;

/// Padding in [`Population::order`].
const NOBODY: u32 = u32::MAX;

/// Names of rows: one text and where each ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Names {
    text: String,
    ends: Vec<usize>,
}

impl Names {
    pub(crate) fn push(&mut self, name: &str) {
        self.text.push_str(name);
        self.ends.push(self.text.len());
    }

    /// The name of row `at`; empty where rows have none.
    pub(crate) fn get(&self, at: usize) -> &str {
        if at >= self.ends.len() {
            return "";
        }
        let from = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[from..self.ends[at]]
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }
}

/// A column: what it is and its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) field: String,
    pub(crate) entity: Entity,
    pub(crate) type_: Type,
    pub(crate) cells: Cells,
    /// The least and the greatest value in each chunk.
    pub(crate) zones: Vec<Range>,
}

/// A label of each household, such as its area: the labels that occur and each household's place
/// among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels {
    /// The labels, in the order in which they first came.
    pub names: Vec<String>,
    of: Vec<u32>,
}

impl Labels {
    fn push(&mut self, label: &str) {
        // Files are mostly sorted by area: the last label comes again.
        let last = self.of.last().copied();
        let at = match last {
            Some(last) if self.names[place(last)] == label => last,
            _ => match self.names.iter().position(|name| name == label) {
                Some(at) => number(at),
                None => {
                    self.names.push(label.to_owned());
                    number(self.names.len() - 1)
                }
            },
        };
        self.of.push(at);
    }

    /// The place of household `household`'s label in [`Labels::names`].
    #[must_use]
    pub fn of(&self, household: usize) -> usize {
        self.of.get(household).map_or(0, |label| place(*label))
    }
}

/// Households of one size that are computed together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// How many members each household has.
    pub(crate) size: usize,
    /// How many households; the lanes beyond are padding.
    pub(crate) live: usize,
    /// Their slots among the households', a multiple of 64.
    pub(crate) groups: ops::Range<usize>,
    /// Their members' slots, plane after plane.
    pub(crate) members: ops::Range<usize>,
}

impl Chunk {
    /// The slots of `entity`.
    pub(crate) fn slots(&self, entity: Entity) -> ops::Range<usize> {
        match entity {
            Entity::Member => self.members.clone(),
            Entity::Group | Entity::Nobody => self.groups.clone(),
        }
    }
}

/// Many households and their members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    pub(crate) columns: Vec<Column>,
    pub(crate) chunks: Vec<Chunk>,
    /// The household in each slot.
    pub(crate) order: Vec<u32>,
    /// Where each household is: its chunk and its lane.
    slots: Vec<(u32, u32)>,
    /// Where the members of each household begin.
    first: Vec<u32>,
    people: usize,
    households: Names,
    persons: Names,
    areas: Labels,
    kinds: Labels,
}

impl Population {
    /// A population from columns in memory of which everything is known: the number of members of
    /// each household, and for each fact a value of each household, or of each person, household
    /// after household. Each column is taken when its turn comes and let go once it is laid out.
    /// Nobody has a name; all live in one area.
    #[must_use]
    pub fn of_columns(
        sizes: &[u32],
        facts: &[Fact],
        columns: impl IntoIterator<Item = Vec<i64>>,
    ) -> Self {
        let one = || Labels {
            names: vec![String::new()],
            of: Vec::new(),
        };
        let mut rows = Builder::new(facts);
        (rows.areas, rows.kinds) = (one(), one());
        rows.first.reserve(sizes.len());
        for size in sizes {
            rows.first.push(number(rows.people));
            rows.people += place(*size);
        }
        let mut columns = columns.into_iter();
        arrange(rows, |column, slots| {
            let values = columns.next().unwrap_or_default();
            Cells::laid_out(&values, column.type_ == Type::Bool, slots)
        })
    }

    /// How many households there are.
    #[must_use]
    pub fn households(&self) -> usize {
        self.slots.len()
    }

    /// How many persons there are.
    #[must_use]
    pub fn persons(&self) -> usize {
        self.people
    }

    /// The name of a household in its file.
    #[must_use]
    pub fn household_name(&self, household: usize) -> &str {
        self.households.get(household)
    }

    /// The name of a person in its file.
    #[must_use]
    pub fn person_name(&self, person: usize) -> &str {
        self.persons.get(person)
    }

    /// The numbers of the members of a household.
    #[must_use]
    pub fn members(&self, household: usize) -> ops::Range<usize> {
        let first = place(self.first[household]);
        let (chunk, _) = self.slots[household];
        first..first + self.chunks[place(chunk)].size
    }

    /// Where each household lives.
    #[must_use]
    pub fn areas(&self) -> &Labels {
        &self.areas
    }

    /// What kind of household each is; its number of members where the file says nothing.
    #[must_use]
    pub fn kinds(&self) -> &Labels {
        &self.kinds
    }

    /// What is known of a fact of a household, or of its `member`-th member.
    #[must_use]
    pub fn fact(&self, field: &str, household: usize, member: Option<usize>) -> Known {
        let column = self.columns.iter().find(|column| column.field == field)?;
        let (chunk, lane) = self.slots[household];
        let chunk = &self.chunks[place(chunk)];
        let slot = match member {
            None => chunk.groups.start + place(lane),
            Some(member) => chunk.members.start + member * chunk.groups.len() + place(lane),
        };
        column.cells.get(slot)
    }

    /// A household as the row evaluator takes it, with what `book` asks of it.
    #[must_use]
    pub fn household(&self, book: &Book, household: usize) -> Household {
        let members = self.members(household);
        let mut made = Household::unknown(book, members.len());
        for (fact, asked) in (0_u32..).zip(book.facts().iter()) {
            if asked.entity == Entity::Member {
                for member in 0..members.len() {
                    let known = self.fact(&asked.field, household, Some(member));
                    made.set(Some(member), FactId(fact), known);
                }
            } else {
                made.set(None, FactId(fact), self.fact(&asked.field, household, None));
            }
        }
        for (member, person) in members.enumerate() {
            made.call(member, self.person_name(person));
        }
        made
    }

    /// One pass over the columns called `fields`: their sum, which nobody needs.
    ///
    /// It is the least that anything which reads them must do; the figures of a sweep stand
    /// beside it.
    #[must_use]
    pub fn one_pass(&self, fields: &[&str]) -> i64 {
        let named = |column: &&Column| fields.contains(&column.field.as_str());
        let columns = self.columns.iter().filter(named);
        columns.fold(0, |sum, column| sum.wrapping_add(column.cells.sum()))
    }
}

/// Takes a population in, row by row: a household, then its members.
#[derive(Debug)]
pub struct Builder {
    columns: Vec<Column>,
    first: Vec<u32>,
    people: usize,
    households: Names,
    persons: Names,
    areas: Labels,
    kinds: Labels,
}

impl Builder {
    /// A population of which `facts` may be known.
    #[must_use]
    pub fn new(facts: &[Fact]) -> Self {
        let columns = facts.iter().map(|fact| Column {
            field: fact.field.clone(),
            entity: fact.entity,
            type_: fact.type_.clone(),
            cells: Cells::empty(fact.type_ == Type::Bool),
            zones: Vec::new(),
        });
        Self {
            columns: columns.collect(),
            first: Vec::new(),
            people: 0,
            households: Names::default(),
            persons: Names::default(),
            areas: Labels::default(),
            kinds: Labels::default(),
        }
    }

    /// A household, and for each fact of a household, in the order of the facts, what is known.
    pub fn household(
        &mut self,
        name: &str,
        area: &str,
        kind: &str,
        facts: impl IntoIterator<Item = Known>,
    ) {
        self.households.push(name);
        self.areas.push(area);
        self.kinds.push(kind);
        self.first.push(number(self.people));
        self.row(Entity::Group, facts);
    }

    /// A member of the last household, and for each fact of a person what is known.
    pub fn member(&mut self, name: &str, facts: impl IntoIterator<Item = Known>) {
        self.persons.push(name);
        self.people += 1;
        self.row(Entity::Member, facts);
    }

    fn row(&mut self, entity: Entity, facts: impl IntoIterator<Item = Known>) {
        let columns = self.columns.iter_mut().filter(|c| c.entity == entity);
        let mut facts = facts.into_iter();
        for column in columns {
            column.cells.push(facts.next().flatten());
        }
    }

    /// The population, laid out.
    ///
    /// A household without members, or with more than [`MOST_MEMBERS`], is not answered for; the
    /// reader of files refuses both.
    #[must_use]
    pub fn finish(self) -> Population {
        arrange(self, |column, slots| {
            std::mem::replace(&mut column.cells, Cells::empty(false)).arranged(slots)
        })
    }
}

/// Where everything goes: chunks by size, members in planes.
struct Layout {
    chunks: Vec<Chunk>,
    /// The household in each slot of households.
    order: Vec<u32>,
    /// The chunk and the lane of each household.
    slots: Vec<(u32, u32)>,
}

impl Layout {
    /// Puts the households in `lanes`, the next slots, into a chunk: `live` households of `size`
    /// members, then padding.
    fn chunk(&mut self, size: usize, live: usize, lanes: ops::Range<usize>) {
        let at = number(self.chunks.len());
        for (lane, household) in (0_u32..).zip(&self.order[lanes.clone()][..live]) {
            self.slots[place(*household)] = (at, lane);
        }
        let start = self.chunks.last().map_or(0, |chunk| chunk.members.end);
        self.chunks.push(Chunk {
            size,
            live,
            members: start..start + lanes.len() * size,
            groups: lanes,
        });
    }

    /// Whose cell comes where.
    fn places<'a>(&'a self, entity: Entity, first: &'a [u32]) -> Places<'a> {
        Places {
            layout: self,
            first: (entity == Entity::Member).then_some(first),
        }
    }
}

/// Whose cell comes to each slot: reckoned slot by slot, since a list of it would be as long as a
/// column.
#[derive(Clone, Copy)]
pub(crate) struct Places<'a> {
    layout: &'a Layout,
    /// For slots of members, the first member of each household.
    first: Option<&'a [u32]>,
}

impl Places<'_> {
    /// How many slots there are.
    pub(crate) fn len(self) -> usize {
        let last = self.layout.chunks.last();
        last.map_or(0, |chunk| match self.first {
            Some(_) => chunk.members.end,
            None => chunk.groups.end,
        })
    }

    /// Tells the row of each slot that is no padding: `put(slot, row)`.
    pub(crate) fn each(self, mut put: impl FnMut(usize, usize)) {
        for chunk in &self.layout.chunks {
            let live = &self.layout.order[chunk.groups.clone()][..chunk.live];
            match self.first {
                None => {
                    for (slot, household) in (chunk.groups.start..).zip(live) {
                        put(slot, place(*household));
                    }
                }
                Some(first) => {
                    for plane in 0..chunk.size {
                        let start = chunk.members.start + plane * chunk.groups.len();
                        for (slot, household) in (start..).zip(live) {
                            put(slot, place(first[place(*household)]) + plane);
                        }
                    }
                }
            }
        }
    }
}

/// Lays the rows out; `cells` gives a column's cells, each in its place.
fn arrange(rows: Builder, mut cells: impl FnMut(&mut Column, Places<'_>) -> Cells) -> Population {
    let layout = layout(&rows);
    let columns = rows.columns.into_iter().map(|mut column| {
        let places = layout.places(column.entity, &rows.first);
        let cells = cells(&mut column, places);
        let slots = layout.chunks.iter().map(|chunk| chunk.slots(column.entity));
        let zones = slots.map(|slots| cells.bounds(slots)).collect();
        Column {
            cells,
            zones,
            ..column
        }
    });
    Population {
        columns: columns.collect(),
        chunks: layout.chunks,
        order: layout.order,
        slots: layout.slots,
        first: rows.first,
        people: rows.people,
        households: rows.households,
        persons: rows.persons,
        areas: rows.areas,
        kinds: rows.kinds,
    }
}

fn layout(rows: &Builder) -> Layout {
    let ends = rows.first.iter().skip(1).copied();
    let ends = ends.chain([number(rows.people)]);
    let sizes = || {
        let both = ends.clone().zip(&rows.first);
        both.map(|(end, from)| place(end - from))
    };
    let mut counts: Vec<usize> = Vec::new();
    for size in sizes() {
        if counts.len() <= size {
            counts.resize(size + 1, 0);
        }
        counts[size] += 1;
    }
    // A counting sort by size keeps the order of the rows within a size. Only the last chunk of a
    // size has padding.
    let mut next = 0;
    let mut ends: Vec<usize> = Vec::with_capacity(counts.len());
    for count in &counts {
        ends.push(next);
        next += words(*count) * WORD;
    }
    let mut layout = Layout {
        chunks: Vec::new(),
        order: vec![NOBODY; next],
        slots: vec![(0, 0); rows.first.len()],
    };
    for (household, size) in (0_u32..).zip(sizes()) {
        layout.order[ends[size]] = household;
        ends[size] += 1;
    }
    for (size, (count, end)) in counts.iter().zip(ends).enumerate() {
        let lanes = (CHUNK / size.max(1) / WORD).max(1) * WORD;
        for from in (end - count..end).step_by(lanes) {
            let live = lanes.min(end - from);
            layout.chunk(size, live, from..from + words(live) * WORD);
        }
    }
    layout
}

/// A count as the rows are numbered; a population has fewer than four thousand million.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(NOBODY)
}

/// A number as a place.
pub(crate) fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
