//! What a form of the check says: the answers so far, in the order in which they were given.

use linli_community::policies::{MOST_PEOPLE, MOST_QUESTIONS, Precheck, typed};
use linli_policy::household::BadFact;
use linli_policy::ir::{Fact, FactId};
use linli_policy::value::Known;

use crate::shell::Fields;

/// The field of how many belong to the household.
pub(super) const PEOPLE: &str = "people";

/// What a field says of a fact that somebody does not know.
pub(super) const NOT_KNOWN: &str = "?";

/// How many belong to the household, as far as the form says.
pub(super) enum People {
    /// Not asked yet, or to be asked again.
    Open(String),
    /// So many.
    Said(usize),
    /// Something that is no number of people.
    Wrong(String),
}

impl People {
    pub(super) fn read(fields: &Fields) -> Self {
        let typed = fields.digits(PEOPLE);
        match typed.parse::<usize>() {
            _ if !fields.has(PEOPLE) || fields.text("_change") == PEOPLE => Self::Open(typed),
            Ok(people) if (1..=MOST_PEOPLE).contains(&people) => Self::Said(people),
            _ => Self::Wrong(fields.text(PEOPLE).to_owned()),
        }
    }
}

/// The answers of a form.
pub(super) struct Sheet<'p> {
    /// What was said, of each whom it is about.
    pub(super) said: Vec<Said<'p>>,
    /// The question that was on the page, where its answer cannot be taken.
    pub(super) wrong: Option<FactId>,
    /// The question to put again: the wrong one, the one before, or the one to change.
    pub(super) held: Option<FactId>,
    /// Whether the way back leads to how many belong to the household.
    pub(super) to_people: bool,
}

/// What was said of one member, or of the household.
#[derive(Clone)]
pub(super) struct Said<'p> {
    pub(super) id: FactId,
    pub(super) fact: &'p Fact,
    pub(super) whose: Option<usize>,
    pub(super) typed: Typed,
}

/// As it was typed: a date has three parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Typed {
    /// A text, or the value of a choice.
    One(String),
    /// Year, month and day.
    Date([String; 3]),
}

impl<'p> Sheet<'p> {
    pub(super) fn read(check: &Precheck<'p>, fields: &Fields) -> Self {
        let asked = fields.text("_question");
        let (id, button) = (
            |name: &str| check.fact(name).map(|(id, _)| id),
            fields.text("_do"),
        );
        let mut said = Vec::new();
        let mut names: Vec<&str> = fields.all("_said").take(MOST_QUESTIONS).collect();
        names.push(asked);
        for (at, name) in names.iter().enumerate() {
            let again = names[at + 1..].contains(name);
            let Some(question) = id(name)
                .filter(|_| !again)
                .and_then(|id| check.question(id))
            else {
                continue;
            };
            let skipped = button == "skip" && *name == asked;
            said.extend(question.whose.iter().filter_map(|whose| {
                let typed = match Typed::read(fields, &field_name(question.fact, *whose)) {
                    _ if skipped => Typed::One(NOT_KNOWN.to_owned()),
                    typed if typed.is_blank() => return None,
                    typed => typed,
                };
                Some(Said {
                    id: question.id,
                    fact: question.fact,
                    whose: *whose,
                    typed,
                })
            }));
        }
        let mut sheet = Self {
            said,
            wrong: None,
            held: id(fields.text("_change")),
            to_people: false,
        };
        match id(asked) {
            Some(asked) if button == "back" => sheet.go_back(asked),
            // Nothing chosen or typed is no answer; not knowing has its own button.
            Some(asked) if !sheet.takes(asked) => {
                sheet.wrong = Some(asked);
                sheet.held = Some(asked);
            }
            _ => {}
        }
        sheet
    }

    fn go_back(&mut self, asked: FactId) {
        self.said.retain(|one| one.id != asked);
        self.held = self.said.last().map(|one| one.id);
        self.to_people = self.held.is_none();
    }

    fn takes(&self, id: FactId) -> bool {
        let mut said = self.said.iter().filter(|one| one.id == id).peekable();
        said.peek().is_some() && said.all(|one| one.read().is_ok())
    }

    /// The answers that are taken: all but those of the question to put again.
    pub(super) fn taken(&self) -> impl Iterator<Item = &Said<'p>> {
        self.said.iter().filter(|one| Some(one.id) != self.held)
    }

    /// What was said of one whom a question is about.
    pub(super) fn of(&self, id: FactId, whose: Option<usize>) -> Option<&Said<'p>> {
        self.said
            .iter()
            .find(|one| one.id == id && one.whose == whose)
    }
}

impl Said<'_> {
    /// What it is; `None` where it is not known.
    pub(super) fn read(&self) -> Result<Known, BadFact> {
        match &self.typed {
            Typed::One(text) if text == NOT_KNOWN => Ok(None),
            Typed::One(text) => typed(self.fact, text).map(Some),
            Typed::Date([year, month, day]) => {
                typed(self.fact, &format!("{year:0>4}-{month:0>2}-{day:0>2}")).map(Some)
            }
        }
    }

    /// What it is, as far as it can be read.
    pub(super) fn value(&self) -> Known {
        self.read().ok().flatten()
    }

    /// As the next page carries it.
    pub(super) fn carried(&self) -> String {
        self.value().map_or_else(
            || NOT_KNOWN.to_owned(),
            |value| self.fact.type_.plain(value),
        )
    }
}

impl Typed {
    fn read(fields: &Fields, name: &str) -> Self {
        if fields.has(name) {
            return Self::One(fields.text(name).to_owned());
        }
        Self::Date(["year", "month", "day"].map(|part| fields.digits(&format!("{name}-{part}"))))
    }

    fn is_blank(&self) -> bool {
        match self {
            Self::One(text) => text.is_empty(),
            Self::Date(parts) => parts.iter().all(String::is_empty),
        }
    }

    /// The text to put back into an input.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::One(text) if text != NOT_KNOWN => text,
            _ => "",
        }
    }

    /// The three parts to put back into the inputs of a date.
    pub(super) fn parts(&self) -> [String; 3] {
        match self {
            Self::Date(parts) => parts.clone(),
            Self::One(_) => {
                let mut parts = self.text().splitn(3, '-').map(str::to_owned);
                [(); 3].map(|()| parts.next().unwrap_or_default())
            }
        }
    }
}

/// The field of a fact of somebody: `person.birth_date.0`.
pub(super) fn field_name(fact: &Fact, whose: Option<usize>) -> String {
    whose.map_or_else(
        || fact.field.clone(),
        |member| format!("{}.{member}", fact.field),
    )
}
