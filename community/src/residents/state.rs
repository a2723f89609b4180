//! What the events about a resident or a household add up to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use linli_kernel::{AreaPath, CaseId, HouseholdId, ResidentId, StreamId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::events::{
    Event, FactRecorded, FactSealed, Happened, HouseholdEvent, HouseholdHappened, ImportUndone,
    ImportUndoneSealed, Member, Values,
};
use super::fields::FieldId;
use super::merge::{Merged, MergedSealed, PartedSealed, Placed};

/// A fact: what is known, from whom, as of when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// The value, in its kept form.
    pub value: Value,
    /// The office it is from: its key in the dictionary. Shared: many facts have the same.
    #[serde(with = "shared_text")]
    pub source: Arc<str>,
    /// The day as of which it holds.
    pub as_of: Date,
    /// The case it came up in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
}

/// Facts by field.
pub type Facts = BTreeMap<FieldId, Fact>;

/// 居民, as the events of the stream `resident/…` add up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resident {
    /// Who; `None` before registration.
    pub id: Option<ResidentId>,
    /// The committee where they live, by its path at the last event: see
    /// [`crate::places::AreaTree::today`].
    pub area: Option<AreaPath>,
    /// What is known.
    pub facts: Facts,
    /// The keyed hash under which the identity number is found.
    pub id_key: Option<String>,
    /// When they died.
    pub died_on: Option<Date>,
    /// Whether they died, also where the day can no longer be read.
    pub dead: bool,
    /// Whether the person is made up.
    pub synthetic: bool,
    /// Whether their key was destroyed: what is personal can never be read again.
    pub erased: bool,
    /// Whether they had become known by an import that was taken back.
    pub withdrawn: bool,
    /// 并入: the record that stands for this one.
    pub merged_into: Option<ResidentId>,
    /// The households that were regrouped when it was merged away.
    pub(super) placed: Vec<Placed>,
    /// 合并: the records this one stands for, the latest last.
    pub absorbed: Vec<Absorbed>,
    /// The records that look alike and are of other people.
    pub apart: BTreeSet<ResidentId>,
    /// The fields that the events since the last row emptied.
    pub(super) emptied: Vec<FieldId>,
}

/// What a merge made of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Absorbed {
    /// The record that was merged into it.
    pub other: ResidentId,
    /// The facts taken over from it.
    pub taken: Facts,
    /// What was known in their place.
    pub before: Facts,
    /// The keyed hash under which the identity number was found.
    pub id_key: Option<String>,
}

/// 户, as the events of the stream `household/…` add up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Household {
    /// Which; `None` before it was formed.
    pub id: Option<HouseholdId>,
    /// The committee where it lives, by its path at the last event.
    pub area: Option<AreaPath>,
    /// Its members, the head first.
    pub members: Vec<Member>,
    /// What is known about it.
    pub facts: Facts,
    /// Whether it had become known by an import that was taken back.
    pub withdrawn: bool,
}

impl Resident {
    /// The text of a fact, while it is known.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.facts.get(field).and_then(|fact| fact.value.as_str())
    }

    pub(super) fn apply(&mut self, stream: &StreamId, event: &Event) {
        self.area = Some(event.area.clone());
        self.emptied.clear();
        match &event.what {
            Happened::Registered(open, sealed) => {
                self.id = stream.key().parse().ok();
                self.synthetic = open.synthetic;
                match sealed {
                    Some(sealed) => {
                        self.facts = first_facts(&sealed.facts, &open.source, open.as_of);
                        self.id_key.clone_from(&sealed.id_key);
                    }
                    None => self.erased = true,
                }
            }
            Happened::FactRecorded(open, sealed) | Happened::FactCorrected(open, sealed) => {
                let Some(sealed) = sealed else { return };
                if sealed.id_key.is_some() {
                    self.id_key.clone_from(&sealed.id_key);
                }
                self.facts.insert(open.field.clone(), fact(open, sealed));
            }
            Happened::Moved(open, sealed) => {
                if let Some(sealed) = sealed {
                    let known = address(&sealed.address, &open.source, open.on);
                    self.facts.insert(FieldId::known("person.address"), known);
                }
            }
            Happened::Died(_, sealed) => {
                self.dead = true;
                self.died_on = sealed.as_ref().map(|sealed| sealed.on);
            }
            Happened::ImportUndone(open, sealed) => self.take_back(open, sealed.as_ref()),
            Happened::Merged(open, sealed) => self.absorb(open, sealed.as_ref()),
            Happened::MergedAway(open, sealed) => {
                self.merged_into = Some(open.into);
                self.placed.clone_from(&open.households);
                if let Some(sealed) = sealed {
                    self.id_key.clone_from(&sealed.id_key);
                }
            }
            Happened::Parted(open, sealed) => {
                self.absorbed.retain(|one| one.other != open.other);
                if let Some(sealed) = sealed {
                    self.put_back(&open.fields, &sealed.facts, sealed.id_key.as_ref());
                }
            }
            Happened::PartedFrom(_, sealed) => self.stand_alone(sealed.as_ref()),
            Happened::ToldApart(open) => drop(self.apart.insert(open.other)),
        }
    }

    fn absorb(&mut self, open: &Merged, sealed: Option<&MergedSealed>) {
        let taken = sealed.map(|one| one.facts.clone()).unwrap_or_default();
        let known = |field: &FieldId| Some((field.clone(), self.facts.get(field)?.clone()));
        self.absorbed.push(Absorbed {
            other: open.other,
            before: taken.keys().filter_map(known).collect(),
            taken: taken.clone(),
            id_key: self.id_key.clone(),
        });
        self.facts.extend(taken);
        if let Some(key) = sealed.and_then(|sealed| sealed.id_key.clone()) {
            self.id_key = Some(key);
        }
    }

    fn stand_alone(&mut self, sealed: Option<&PartedSealed>) {
        self.merged_into = None;
        self.placed.clear();
        if let Some(sealed) = sealed {
            self.facts.clone_from(&sealed.facts);
            self.id_key.clone_from(&sealed.id_key);
        }
    }

    fn take_back(&mut self, open: &ImportUndone, sealed: Option<&ImportUndoneSealed>) {
        if open.withdrawn {
            self.withdrawn = true;
            self.facts.clear();
            self.id_key = None;
        }
        let Some(sealed) = sealed else { return };
        self.put_back(&open.fields, &sealed.facts, sealed.id_key.as_ref());
    }

    /// Makes `fields` what they were `before`.
    fn put_back(&mut self, fields: &[FieldId], before: &Facts, id_key: Option<&String>) {
        for field in fields {
            match before.get(field.as_str()) {
                Some(before) => drop(self.facts.insert(field.clone(), before.clone())),
                None => {
                    self.facts.remove(field.as_str());
                    self.emptied.push(field.clone());
                }
            }
            if field.as_str() == "person.id_number" {
                self.id_key = id_key.cloned();
            }
        }
    }
}

impl Household {
    /// 户主, while there is anybody.
    #[must_use]
    pub fn head(&self) -> Option<ResidentId> {
        self.members.first().map(|member| member.resident)
    }

    /// How `resident` belongs to it.
    #[must_use]
    pub fn member(&self, resident: ResidentId) -> Option<&Member> {
        self.members
            .iter()
            .find(|member| member.resident == resident)
    }

    pub(super) fn apply(&mut self, stream: &StreamId, event: &HouseholdEvent) {
        use HouseholdHappened as H;
        self.area = Some(event.area.clone());
        match &event.what {
            H::Formed(open, sealed) => {
                self.id = stream.key().parse().ok();
                self.members.clone_from(&open.members);
                if let Some(values) = sealed {
                    self.facts = first_facts(values, &open.source, open.as_of);
                }
            }
            H::Joined(open) => self.members.push(open.member.clone()),
            H::Left(open) => self
                .members
                .retain(|member| member.resident != open.resident),
            H::HeadChanged(open, sealed) => {
                self.members.clone_from(&open.members);
                self.facts = sealed.clone().unwrap_or_default();
            }
            H::FactRecorded(open, sealed) => {
                if let Some(sealed) = sealed {
                    self.facts.insert(open.field.clone(), fact(open, sealed));
                }
            }
            H::Moved(open, sealed) => {
                if let Some(sealed) = sealed {
                    let known = address(&sealed.address, &open.source, open.on);
                    self.facts
                        .insert(FieldId::known("household.address"), known);
                }
            }
            H::Regrouped(open, sealed) => {
                self.members.clone_from(&open.members);
                if open.sealed_anew {
                    self.facts = sealed.clone().unwrap_or_default();
                }
            }
            H::Withdrawn(_) => {
                self.withdrawn = true;
                self.members.clear();
                self.facts.clear();
            }
        }
    }
}

fn first_facts(values: &Values, source: &str, as_of: Date) -> Facts {
    let source: Arc<str> = source.into();
    let known = |value: &Value| Fact {
        value: value.clone(),
        source: Arc::clone(&source),
        as_of,
        case: None,
    };
    values
        .iter()
        .map(|(field, value)| (field.clone(), known(value)))
        .collect()
}

fn fact(open: &FactRecorded, sealed: &FactSealed) -> Fact {
    Fact {
        value: sealed.value.clone(),
        source: open.source.as_str().into(),
        as_of: open.as_of,
        case: open.case,
    }
}

fn address(address: &str, source: &str, on: Date) -> Fact {
    Fact {
        value: address.into(),
        source: source.into(),
        as_of: on,
        case: None,
    }
}

/// A shared text as plain text in JSON.
mod shared_text {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(text: &Arc<str>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<str>, D::Error> {
        String::deserialize(from).map(Into::into)
    }
}
