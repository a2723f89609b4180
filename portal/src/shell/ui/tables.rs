//! Tables of staff: caption with the total, headers that sort, a filter that is a GET form, chips
//! that take a filter off, pages. All state is in the address.

use askama::Template;

use super::{Link, Markup};
use crate::shell::Query;
use crate::shell::format::grouped;
use crate::shell::page::Page;

/// How a column is sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// It is not, though it could be.
    #[default]
    None,
    /// The smallest first.
    Ascending,
    /// The largest first.
    Descending,
}

/// One column.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// Its header.
    pub label: String,
    /// Where its header leads to sort by it; empty when it does not sort.
    pub href: String,
    /// How it is sorted now.
    pub order: Order,
    /// Whether it holds numbers.
    pub numeric: bool,
}

impl Column {
    /// A column that does not sort.
    #[must_use]
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            ..Self::default()
        }
    }

    /// A column that sorts by `key`: `?sort=key` the smallest first, `?sort=-key` the largest.
    /// `query` tells how it is sorted now; `default` is the order without a `sort`.
    #[must_use]
    pub fn sorting(label: impl Into<String>, key: &str, query: &Query, default: &str) -> Self {
        let sorted = query.get("sort").unwrap_or(default);
        let down = format!("-{key}");
        let (order, next) = if sorted == key {
            (Order::Ascending, down.as_str())
        } else if sorted == down {
            (Order::Descending, key)
        } else {
            (Order::None, key)
        };
        Self {
            label: label.into(),
            href: query.with("sort", next),
            order,
            numeric: false,
        }
    }

    /// The same column, of numbers.
    #[must_use]
    pub fn numeric(mut self) -> Self {
        self.numeric = true;
        self
    }

    /// The aria-sort attribute.
    #[must_use]
    pub fn aria(&self) -> &'static str {
        match self.order {
            Order::None => "none",
            Order::Ascending => "ascending",
            Order::Descending => "descending",
        }
    }
}

/// One cell.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// Its text.
    pub text: String,
    /// Where it leads; empty for nowhere. The first cell of a row leads to the thing itself.
    pub href: String,
    /// A tag or another part behind the text; may be empty.
    pub part: Markup,
    /// A class: `is-late`, `is-soon`, `is-num`.
    pub class: &'static str,
}

impl Cell {
    /// A cell of text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// A cell that leads somewhere.
    #[must_use]
    pub fn link(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            href: href.into(),
            ..Self::default()
        }
    }

    /// A cell that holds a part.
    #[must_use]
    pub fn part(part: Markup) -> Self {
        Self {
            part,
            ..Self::default()
        }
    }

    /// The same cell with a class.
    #[must_use]
    pub fn class(mut self, class: &'static str) -> Self {
        self.class = class;
        self
    }
}

struct ShownRow<'a> {
    id: String,
    tick: Option<&'a (String, String)>,
    head: Cell,
    cells: Vec<ShownCell<'a>>,
}

struct ShownCell<'a> {
    cell: &'a Cell,
    label: &'a str,
    numeric: bool,
}

fn shown<'a>((cell, column): (&'a Cell, &'a Column)) -> ShownCell<'a> {
    ShownCell {
        cell,
        label: &column.label,
        numeric: column.numeric,
    }
}

/// A table in its own scrolling box; below 700px its rows become cards.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "table/table.html")]
pub struct Table {
    /// The caption, with the total: 共 1,204 条.
    pub caption: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows; as many cells as columns each.
    pub rows: Vec<Vec<Cell>>,
    /// Set to put a tick box of this name before each row, with the value of `ticks`.
    pub tick: String,
    /// The values of the tick boxes, a row each, and what each is called for those who listen.
    pub ticks: Vec<(String, String)>,
}

impl Table {
    /// The rows as the template walks them.
    fn shown(&self) -> Vec<ShownRow<'_>> {
        let rows = self.rows.iter().enumerate();
        rows.map(|(at, cells)| ShownRow {
            id: format!("{}-{at}", self.tick),
            tick: self.ticks.get(at),
            head: cells.first().cloned().unwrap_or_default(),
            cells: cells.iter().zip(&self.columns).skip(1).map(shown).collect(),
        })
        .collect()
    }
}

/// A filter at work, that can be taken off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chip {
    /// What it filters: 状态:待受理.
    pub text: String,
    /// The address without it.
    pub href: String,
}

/// A filter form (GET) with its chips.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "filter/filter.html")]
pub struct Filter {
    /// Where the form goes: the path of the table.
    pub action: String,
    /// What the form is called for those who listen.
    pub label: String,
    /// The fields: inputs and selects.
    pub fields: Vec<Markup>,
    /// Kept along: the sort order, rows a page.
    pub kept: Vec<(String, String)>,
    /// What the button says: 筛选.
    pub button: String,
    /// The filters at work.
    pub chips: Vec<Chip>,
    /// What a chip says before its text to those who listen: 去掉.
    pub remove: String,
    /// The link that takes all of them off.
    pub clear: Option<Link>,
}

/// Pages of a table: previous, where one is, next, rows a page.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pagination/pagination.html")]
pub struct Pagination {
    label: String,
    status: String,
    previous: Option<Link>,
    next: Option<Link>,
    sizes: Vec<(Link, bool)>,
    per_page: String,
}

impl Pagination {
    /// The pages of `total` rows.
    #[must_use]
    pub fn new(page: &Page, total: u64) -> Self {
        let query = &page.query;
        let (at, per) = (query.page(), query.per_page());
        let pages = total.div_ceil(per).max(1);
        let shown = [grouped(at), grouped(pages), grouped(total)];
        let facts = [
            ("page", shown[0].as_str()),
            ("pages", shown[1].as_str()),
            ("total", shown[2].as_str()),
        ];
        Self {
            label: page.t("pages-label"),
            status: page.ta("pages-status", &facts),
            previous: (at > 1)
                .then(|| Link::new(page.t("pages-previous"), query.at_page((at - 1).min(pages)))),
            next: (at < pages).then(|| Link::new(page.t("pages-next"), query.at_page(at + 1))),
            sizes: [20, 50, 100]
                .iter()
                .map(|size| {
                    let text = size.to_string();
                    let href = query.with("per", &text);
                    (Link::new(text, href), *size == per)
                })
                .collect(),
            per_page: page.t("pages-per-page"),
        }
    }
}
