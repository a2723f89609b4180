//! Lists: facts with their names, tasks with their state, progress like parcel tracking, tiles.

use askama::Template;

use super::{Link, Markup, Tag, Tone};

/// One fact.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Its name.
    pub key: String,
    /// Its value; every line of its own.
    pub value: String,
    /// More, made by a component (a tag, a link); may be empty.
    pub more: Markup,
    /// Where it came from, or empty.
    pub source: String,
    /// 修改 and the like.
    pub actions: Vec<Link>,
}

impl Row {
    /// The fact `key` with `value`.
    #[must_use]
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
            ..Self::default()
        }
    }

    /// The same fact with a link behind it.
    #[must_use]
    pub fn action(mut self, link: Link) -> Self {
        self.actions.push(link);
        self
    }

    /// The same fact with its source.
    #[must_use]
    pub fn from(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }

    /// The same fact with a part behind its value.
    #[must_use]
    pub fn with(mut self, more: Markup) -> Self {
        self.more = more;
        self
    }
}

/// Facts with their names.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "summary-list/summary-list.html")]
pub struct SummaryList {
    /// The facts.
    pub rows: Vec<Row>,
}

/// One task of a long application.
#[derive(Debug, Clone)]
pub struct Task {
    /// What to do.
    pub title: String,
    /// Where it is done; empty when it cannot be done yet.
    pub href: String,
    /// A hint, or empty.
    pub hint: String,
    /// 未填, 填了一半, 已填好.
    pub state: Tag,
}

/// The tasks of a long application.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "task-list/task-list.html")]
pub struct TaskList {
    /// What the ids of the states begin with; one list a page needs no other.
    pub id: String,
    /// The tasks.
    pub tasks: Vec<Task>,
}

/// One step of the way of a case.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// What happened: 已受理.
    pub what: String,
    /// When, written out.
    pub when: String,
    /// Which unit, or empty.
    pub who: String,
    /// A plain sentence, or empty.
    pub text: String,
    /// Its colour.
    pub tone: Tone,
    /// A file or page that belongs to it.
    pub link: Option<Link>,
}

/// The way of a case, the newest first.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "progress/progress.html")]
pub struct Progress {
    /// What the list is called for those who listen.
    pub label: String,
    /// The steps.
    pub steps: Vec<Step>,
}

/// One big choice.
#[derive(Debug, Clone, Default)]
pub struct Tile {
    /// What it says.
    pub title: String,
    /// A line below, or empty.
    pub text: String,
    /// Where it goes.
    pub href: String,
}

/// A few big choices: six on the home page of elder mode and the kiosk.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "tiles/tiles.html")]
pub struct Tiles {
    /// The choices.
    pub tiles: Vec<Tile>,
}
