//! 区划树: what the events about areas add up to, as it is now and as it was on any day.

use std::collections::BTreeMap;

use jiff::civil::Date;
use linli_kernel::AreaPath;
use serde::Serialize;

use super::events::{Abolished, AreaKind, CommunityStyle, Established, Event, Moved};

/// A value that holds from a day on, until the next one; `None` is since ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dated<T> {
    /// From when.
    pub from: Option<Date>,
    /// The value.
    pub value: T,
}

/// One area with its history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Area {
    /// Its stable code.
    pub code: String,
    /// Its paths, the latest last.
    pub paths: Vec<Dated<AreaPath>>,
    /// Its names, the latest last.
    pub names: Vec<Dated<String>>,
    /// What kind it is.
    pub kind: AreaKind,
    /// 社区类型, where one was given.
    pub style: Option<CommunityStyle>,
    /// Its statistical code of twelve digits, where it has one.
    pub statistical_code: Option<String>,
    /// From when it exists; `None` when nobody has recorded it.
    pub valid_from: Option<Date>,
    /// The last day of its existence, if it is over.
    pub valid_to: Option<Date>,
    /// The area it was split from, by its code.
    pub split_from: Option<String>,
    /// The area that took over, by its code.
    pub heir: Option<String>,
    /// Where it is known from.
    pub source: String,
}

impl Area {
    /// Its path now (or at its end).
    #[must_use]
    pub fn path(&self) -> &AreaPath {
        &last(&self.paths).value
    }

    /// Its name now (or at its end).
    #[must_use]
    pub fn name(&self) -> &str {
        &last(&self.names).value
    }

    /// Its name without 居委会 or 村委会: the place rather than the body.
    #[must_use]
    pub fn place_name(&self) -> &str {
        let name = self.name();
        name.strip_suffix("居委会")
            .or_else(|| name.strip_suffix("村委会"))
            .unwrap_or(name)
    }

    /// Whether it existed on `day`.
    #[must_use]
    pub fn existed_on(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }

    /// Its name on `day`; the first known one for days before.
    #[must_use]
    pub fn name_on(&self, day: Date) -> &str {
        as_of(&self.names, day).as_str()
    }

    /// Its path on `day`; the first known one for days before.
    #[must_use]
    pub fn path_on(&self, day: Date) -> &AreaPath {
        as_of(&self.paths, day)
    }
}

fn last<T>(history: &[Dated<T>]) -> &Dated<T> {
    history
        .last()
        .expect("an area begins with a path and a name")
}

fn as_of<T>(history: &[Dated<T>], day: Date) -> &T {
    let found = history
        .iter()
        .rev()
        .find(|dated| dated.from.is_none_or(|from| from <= day));
    &found.or(history.first()).unwrap_or(last(history)).value
}

/// 区划树: every area a node knows, past ones included, by its stable code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AreaTree {
    areas: BTreeMap<String, Area>,
    /// Living areas by path, in the order of paths: children follow their parent.
    living: BTreeMap<AreaPath, String>,
}

impl AreaTree {
    /// How many living areas there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.living.len()
    }

    /// Whether there is no area.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.living.is_empty()
    }

    /// The living area at `path`.
    #[must_use]
    pub fn get(&self, path: &AreaPath) -> Option<&Area> {
        self.living.get(path).and_then(|code| self.areas.get(code))
    }

    /// The area with this stable code, living or not.
    #[must_use]
    pub fn by_code(&self, code: &str) -> Option<&Area> {
        self.areas.get(code)
    }

    /// The living area with this statistical code of twelve digits.
    #[must_use]
    pub fn by_statistical_code(&self, code: &str) -> Option<&Area> {
        self.living()
            .find(|area| area.statistical_code.as_deref() == Some(code))
    }

    /// Every area, past ones included, in the order of their codes.
    pub fn all(&self) -> impl Iterator<Item = &Area> {
        self.areas.values()
    }

    /// Every living area, each before what lies in it.
    pub fn living(&self) -> impl Iterator<Item = &Area> {
        self.living.values().filter_map(|code| self.areas.get(code))
    }

    /// The areas directly in `path`, in the order of their codes.
    pub fn children(&self, path: &AreaPath) -> impl Iterator<Item = &Area> {
        let depth = path.depth() + 1;
        self.inside(path)
            .filter(move |area| area.path().depth() == depth)
    }

    /// The living area at `path` and everything in it.
    pub fn inside(&self, path: &AreaPath) -> impl Iterator<Item = &Area> {
        self.living
            .range(path.clone()..)
            .take_while({
                let within = path.as_str().to_owned();
                move |(at, _)| at.as_str().starts_with(&within)
            })
            .filter({
                let within = path.clone();
                move |(at, _)| within.contains(at)
            })
            .filter_map(|(_, code)| self.areas.get(code))
    }

    /// The living committees in `path`.
    pub fn committees(&self, path: &AreaPath) -> impl Iterator<Item = &Area> {
        self.inside(path).filter(|area| area.kind.is_committee())
    }

    /// The street or town that `path` lies in (or is).
    #[must_use]
    pub fn street_of(&self, path: &AreaPath) -> Option<&Area> {
        let mut at = Some(path.clone());
        while let Some(here) = at {
            match self.get(&here) {
                Some(area) if matches!(area.kind, AreaKind::Subdistrict | AreaKind::Town) => {
                    return Some(area);
                }
                _ => at = here.parent(),
            }
        }
        None
    }

    /// The path today of what once stood at `path`: an area that moved is found by its code, one
    /// that was abolished leads to its heir. `None` when there is neither.
    #[must_use]
    pub fn today(&self, path: &AreaPath) -> Option<&AreaPath> {
        let mut code = path.code();
        for _ in 0..=self.areas.len() {
            let area = self.areas.get(code)?;
            if area.valid_to.is_none() {
                return Some(area.path());
            }
            code = area.heir.as_deref()?;
        }
        None
    }

    /// The names from the street or town down to `path`, for addresses: 岳阳街道龙潭社区.
    #[must_use]
    pub fn full_name(&self, path: &AreaPath) -> String {
        let mut names = Vec::new();
        let mut at = Some(path.clone());
        while let Some(here) = at {
            if let Some(area) = self.get(&here)
                && (area.kind != AreaKind::District || names.is_empty())
            {
                names.push(area.place_name());
            }
            at = here.parent();
        }
        names.reverse();
        names.concat()
    }

    /// The areas that existed on `day` directly in `parent` as it was then.
    #[must_use]
    pub fn children_on(&self, parent: &AreaPath, day: Date) -> Vec<&Area> {
        self.areas
            .values()
            .filter(|area| area.existed_on(day))
            .filter(|area| area.path_on(day).parent().as_ref() == Some(parent))
            .collect()
    }

    /// Applies an event. One that speaks of an area that is not there changes nothing: decisions
    /// never make such events.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::Established(event) => self.establish(event),
            Event::Renamed(event) => {
                if let Some(area) = self.living_mut(&event.area) {
                    area.names.push(Dated {
                        from: Some(event.from),
                        value: event.name.clone(),
                    });
                }
            }
            Event::Styled(event) => {
                if let Some(area) = self.living_mut(&event.area) {
                    area.style = Some(event.style);
                }
            }
            Event::Moved(event) => self.relocate(event),
            Event::Abolished(event) => self.abolish(event),
        }
    }

    fn establish(&mut self, event: &Established) {
        let code = event.area.code().to_owned();
        self.living.insert(event.area.clone(), code.clone());
        let area = Area {
            code: code.clone(),
            paths: vec![Dated {
                from: event.from,
                value: event.area.clone(),
            }],
            names: vec![Dated {
                from: event.from,
                value: event.name.clone(),
            }],
            kind: event.kind,
            style: None,
            statistical_code: event.statistical_code.clone(),
            valid_from: event.from,
            valid_to: None,
            split_from: event.split_from.as_ref().map(|from| from.code().to_owned()),
            heir: None,
            source: event.source.clone(),
        };
        self.areas.insert(code, area);
    }

    fn relocate(&mut self, event: &Moved) {
        for change in &event.paths {
            if let Some(area) = self.living_mut(&change.from) {
                area.paths.push(Dated {
                    from: Some(event.from),
                    value: change.to.clone(),
                });
                self.living.remove(&change.from);
                let code = change.to.code().to_owned();
                self.living.insert(change.to.clone(), code);
            }
        }
    }

    fn abolish(&mut self, event: &Abolished) {
        if let Some(area) = self.living_mut(&event.area) {
            area.valid_to = Some(event.on);
            area.heir = event.heir.as_ref().map(|heir| heir.code().to_owned());
            self.living.remove(&event.area);
        }
    }

    fn living_mut(&mut self, path: &AreaPath) -> Option<&mut Area> {
        let code = self.living.get(path)?;
        self.areas.get_mut(code)
    }
}
