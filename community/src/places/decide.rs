//! Whether an area may be changed, and what follows: pure.

use jiff::civil::Date;
use linli_kernel::gate::{self, Target};
use linli_kernel::{Action, Actor, AreaPath, Refusal};
use serde::{Deserialize, Serialize};

use super::events::{
    Abolished, AreaKind, CommunityStyle, Established, Event, Moved, PathChange, Renamed, Styled,
};
use super::state::{Area, AreaTree};

/// What a decision about areas needs to know besides the tree.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The day.
    pub today: Date,
    /// Who asks.
    pub actor: &'a Actor,
}

/// An area to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewArea {
    /// Its stable code: new in the whole tree.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// What kind it is.
    pub kind: AreaKind,
    /// Its statistical code of twelve digits, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistical_code: Option<String>,
}

/// What may be asked of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// Establish an area in a parent.
    Establish {
        /// The parent.
        parent: AreaPath,
        /// The area.
        area: NewArea,
        /// From when; not in the future.
        from: Date,
    },
    /// 镇管社区: put a community between a street or town and some of its committees.
    AddLayer {
        /// The street or town.
        parent: AreaPath,
        /// The community's stable code.
        code: String,
        /// The community's name.
        name: String,
        /// The committees that move into it.
        members: Vec<AreaPath>,
        /// From when; not in the future.
        from: Date,
    },
    /// Move an area, with everything in it, under another parent.
    Move {
        /// The area.
        area: AreaPath,
        /// The new parent.
        parent: AreaPath,
        /// From when; not in the future.
        from: Date,
    },
    /// Split new committees off an existing one, which goes on with the rest.
    Split {
        /// The committee.
        area: AreaPath,
        /// What is split off; of the same kind.
        into: Vec<NewArea>,
        /// From when; not in the future.
        from: Date,
    },
    /// Give an area another name.
    Rename {
        /// The area.
        area: AreaPath,
        /// The name.
        name: String,
        /// From when; not in the future.
        from: Date,
    },
    /// Give an area a type of community.
    SetStyle {
        /// The area.
        area: AreaPath,
        /// The type.
        style: CommunityStyle,
        /// From when; not in the future.
        from: Date,
    },
    /// End an area; nothing may lie in it any more.
    Abolish {
        /// The area.
        area: AreaPath,
        /// Who takes over what belonged to it: needed for a committee.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heir: Option<AreaPath>,
        /// Its last day; not in the future.
        on: Date,
    },
}

impl Command {
    /// The area it is about, or the parent of the new one.
    #[must_use]
    pub fn area(&self) -> &AreaPath {
        match self {
            Self::Establish { parent, .. } | Self::AddLayer { parent, .. } => parent,
            Self::Move { area, .. }
            | Self::Split { area, .. }
            | Self::Rename { area, .. }
            | Self::SetStyle { area, .. }
            | Self::Abolish { area, .. } => area,
        }
    }
}

const SOURCE: &str = "district decision";

/// What follows from `command`, or why it may not be.
///
/// # Errors
/// A [`Refusal`]: `gate.…`, `places.date-in-future`, `places.no-such-area`, `places.code-taken`,
/// `places.code-wrong`, `places.name-wrong`, `places.does-not-fit`, `places.not-empty`,
/// `places.heir-needed`, `places.same-place`, `places.nothing-to-do`.
pub fn decide(
    tree: &AreaTree,
    command: &Command,
    context: Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let asked = Asked { tree, context };
    match command {
        Command::Establish { parent, area, from } => asked
            .established(parent, area, *from, None)
            .map(|event| vec![event]),
        Command::AddLayer {
            parent,
            code,
            name,
            members,
            from,
        } => asked.layered(parent, &layer(code, name), members, *from),
        Command::Move { area, parent, from } => asked.moved(area, parent, *from),
        Command::Split { area, into, from } => asked.split(area, into, *from),
        Command::Rename { area, name, from } => asked.renamed(area, name, *from),
        Command::SetStyle { area, style, from } => asked.styled(area, *style, *from),
        Command::Abolish { area, heir, on } => asked.abolished(area, heir.as_ref(), *on),
    }
}

fn layer(code: &str, name: &str) -> NewArea {
    NewArea {
        code: code.to_owned(),
        name: name.to_owned(),
        kind: AreaKind::Community,
        statistical_code: None,
    }
}

struct Asked<'a> {
    tree: &'a AreaTree,
    context: Context<'a>,
}

impl Asked<'_> {
    /// The living area at `path`, if the actor may change areas there and the day is not to come.
    fn area(&self, path: &AreaPath, day: Date) -> Result<&Area, Refusal> {
        let target = Target {
            area: path,
            subject: None,
        };
        gate::permits(self.context.actor, Action::PlaceChange, target)?;
        if day > self.context.today {
            return Err(Refusal::new("places.date-in-future").on("from"));
        }
        self.tree
            .get(path)
            .ok_or_else(|| Refusal::new("places.no-such-area").with("area", path))
    }

    fn established(
        &self,
        parent: &AreaPath,
        new: &NewArea,
        from: Date,
        split_from: Option<&AreaPath>,
    ) -> Result<Event, Refusal> {
        let above = self.area(parent, from)?;
        if !new.kind.fits_in(above.kind) {
            return Err(Refusal::new("places.does-not-fit").on("kind"));
        }
        if self.tree.by_code(&new.code).is_some() {
            return Err(Refusal::new("places.code-taken")
                .on("code")
                .with("code", &new.code));
        }
        let Ok(area) = parent.child(&new.code) else {
            return Err(Refusal::new("places.code-wrong").on("code"));
        };
        Ok(Event::Established(Established {
            area,
            name: checked_name(&new.name)?,
            kind: new.kind,
            statistical_code: new.statistical_code.clone(),
            from: Some(from),
            split_from: split_from.cloned(),
            source: SOURCE.to_owned(),
        }))
    }

    fn layered(
        &self,
        parent: &AreaPath,
        community: &NewArea,
        members: &[AreaPath],
        from: Date,
    ) -> Result<Vec<Event>, Refusal> {
        if members.is_empty() {
            return Err(Refusal::new("places.nothing-to-do").on("members"));
        }
        let established = self.established(parent, community, from, None)?;
        let home = established.area().clone();
        let mut events = vec![established];
        for member in members {
            let area = self.area(member, from)?;
            let next_to_it = member.parent().as_ref() == Some(parent);
            if !area.kind.is_committee() || !next_to_it {
                return Err(Refusal::new("places.does-not-fit")
                    .on("members")
                    .with("area", area.name()));
            }
            events.push(self.relocation(member, &home, from)?);
        }
        Ok(events)
    }

    fn moved(&self, area: &AreaPath, parent: &AreaPath, from: Date) -> Result<Vec<Event>, Refusal> {
        let moving = self.area(area, from)?;
        let above = self.area(parent, from)?;
        if area.contains(parent) || !moving.kind.fits_in(above.kind) {
            return Err(Refusal::new("places.does-not-fit").on("parent"));
        }
        if area.parent().as_ref() == Some(parent) {
            return Err(Refusal::new("places.same-place").on("parent"));
        }
        Ok(vec![self.relocation(area, parent, from)?])
    }

    fn relocation(&self, area: &AreaPath, to: &AreaPath, from: Date) -> Result<Event, Refusal> {
        let above = area.parent().map_or(0, |parent| parent.as_str().len() + 1);
        let mut paths = Vec::new();
        for inside in self.tree.inside(area) {
            let path = inside.path();
            let Ok(target) = format!("{to}/{}", &path.as_str()[above..]).parse() else {
                return Err(Refusal::new("places.code-wrong"));
            };
            paths.push(PathChange {
                from: path.clone(),
                to: target,
            });
        }
        Ok(Event::Moved(Moved {
            area: area.clone(),
            parent: to.clone(),
            from,
            paths,
        }))
    }

    fn split(&self, area: &AreaPath, into: &[NewArea], from: Date) -> Result<Vec<Event>, Refusal> {
        let whole = self.area(area, from)?;
        let Some(parent) = area.parent() else {
            return Err(Refusal::new("places.does-not-fit").on("area"));
        };
        if into.is_empty() {
            return Err(Refusal::new("places.nothing-to-do").on("into"));
        }
        let mut events: Vec<Event> = Vec::new();
        for part in into {
            if !whole.kind.is_committee() || part.kind != whole.kind {
                return Err(Refusal::new("places.does-not-fit").on("kind"));
            }
            let event = self.established(&parent, part, from, Some(area))?;
            if events.iter().any(|earlier| earlier.area() == event.area()) {
                return Err(Refusal::new("places.code-taken")
                    .on("code")
                    .with("code", &part.code));
            }
            events.push(event);
        }
        Ok(events)
    }

    fn renamed(&self, area: &AreaPath, name: &str, from: Date) -> Result<Vec<Event>, Refusal> {
        let found = self.area(area, from)?;
        let name = checked_name(name)?;
        if found.name() == name {
            return Err(Refusal::new("places.nothing-to-do").on("name"));
        }
        Ok(vec![Event::Renamed(Renamed {
            area: area.clone(),
            name,
            from,
        })])
    }

    fn styled(
        &self,
        area: &AreaPath,
        style: CommunityStyle,
        from: Date,
    ) -> Result<Vec<Event>, Refusal> {
        if self.area(area, from)?.style == Some(style) {
            return Err(Refusal::new("places.nothing-to-do").on("style"));
        }
        Ok(vec![Event::Styled(Styled {
            area: area.clone(),
            style,
            from,
        })])
    }

    fn abolished(
        &self,
        area: &AreaPath,
        heir: Option<&AreaPath>,
        on: Date,
    ) -> Result<Vec<Event>, Refusal> {
        let ending = self.area(area, on)?;
        if self.tree.children(area).next().is_some() {
            return Err(Refusal::new("places.not-empty").on("area"));
        }
        match heir {
            Some(heir) => {
                let heir = self.area(heir, on)?;
                let fits = heir.kind.is_committee() == ending.kind.is_committee();
                if heir.path() == area || !fits {
                    return Err(Refusal::new("places.does-not-fit").on("heir"));
                }
            }
            None if ending.kind.is_committee() => {
                return Err(Refusal::new("places.heir-needed").on("heir"));
            }
            None => {}
        }
        Ok(vec![Event::Abolished(Abolished {
            area: area.clone(),
            on,
            heir: heir.cloned(),
        })])
    }
}

fn checked_name(name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    let length = name.chars().count();
    if (2..=40).contains(&length) && !name.chars().any(char::is_control) {
        Ok(name.to_owned())
    } else {
        Err(Refusal::new("places.name-wrong").on("name"))
    }
}
