//! A table of text in one piece of memory: a million ballots are a million rows.

/// Rows of as many cells as there are columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells {
    text: String,
    ends: Vec<usize>,
    columns: usize,
}

impl Cells {
    /// No rows of `columns` cells.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        Self {
            text: String::new(),
            ends: Vec::new(),
            columns,
        }
    }

    /// Add a row; missing cells are empty, those beyond the columns are left out.
    pub fn push<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        let mut count = 0;
        for cell in cells.into_iter().take(self.columns) {
            self.text.push_str(cell);
            self.ends.push(self.text.len());
            count += 1;
        }
        for _ in count..self.columns {
            self.ends.push(self.text.len());
        }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len().checked_div(self.columns).unwrap_or(0)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The cells of one row.
    pub fn row(&self, at: usize) -> impl Iterator<Item = &str> {
        (at * self.columns..(at + 1) * self.columns).map(|cell| {
            let from = cell.checked_sub(1).map_or(0, |before| self.ends[before]);
            &self.text[from..self.ends[cell]]
        })
    }
}
