//! What an import recorded about somebody, taken back: pure.
//!
//! What others recorded later stands: a fact is put back only while it is still the import's, and a
//! person whom the import alone had made known is withdrawn only while nobody else said anything
//! about them.

use linli_journal::{FoldError, Recorded};
use linli_kernel::StreamId;
use uuid::Uuid;

use super::events::{
    Event, Happened, HouseholdEvent, HouseholdHappened, HouseholdWithdrawn, ImportUndone,
    ImportUndoneSealed,
};
use super::fields::FieldId;
use super::state::{Facts, Household, Resident};

/// What an import wrote into one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Which import.
    pub import: Uuid,
    /// The version of its first entry.
    pub from: u64,
    /// The version of its last entry.
    pub to: u64,
}

/// What becomes of a resident whose import is taken back.
#[derive(Debug, Clone, PartialEq)]
pub enum TakenBack {
    /// What is to be recorded, and the facts that stay because others recorded them later.
    Undone(Box<Event>, Vec<FieldId>),
    /// Everything stays: others recorded something later.
    Kept(Vec<FieldId>),
    /// There is nothing to take back any more.
    Nothing,
}

/// What is to be recorded about a resident so that the entries `written` no longer count. `bound`
/// says that something else depends on the person: a household, a case.
///
/// # Errors
/// [`FoldError`] when an entry makes no sense.
pub fn take_back(
    stream: &StreamId,
    entries: &[Recorded],
    written: &Written,
    bound: bool,
) -> Result<TakenBack, FoldError> {
    let (mut before, mut then, mut now) = <(Resident, Resident, Resident)>::default();
    let mut fields: Vec<FieldId> = Vec::new();
    let mut later: Vec<FieldId> = Vec::new();
    let mut moved_on = false;
    for entry in entries {
        let event = Event::read(entry)?;
        if entry.version < written.from {
            before.apply(stream, &event);
        }
        if entry.version <= written.to {
            then.apply(stream, &event);
        }
        now.apply(stream, &event);
        let Some(told) = told(event.what, written) else {
            return Ok(TakenBack::Nothing);
        };
        moved_on |= entry.version > written.to;
        if entry.version > written.to {
            later.extend(told);
        } else if entry.version >= written.from {
            fields.extend(told);
        }
    }
    let Some(area) = now.area.clone() else {
        return Ok(TakenBack::Nothing);
    };
    if now.erased || now.withdrawn {
        return Ok(TakenBack::Nothing);
    }
    if before.id.is_none() {
        if moved_on || bound {
            return Ok(TakenBack::Kept(later));
        }
        let open = ImportUndone {
            import: written.import,
            fields: Vec::new(),
            withdrawn: true,
        };
        let what = Happened::ImportUndone(open, None);
        return Ok(TakenBack::Undone(Box::new(Event { area, what }), later));
    }
    let still = |field: &FieldId| {
        now.facts.get(field.as_str()) == then.facts.get(field.as_str()) && !later.contains(field)
    };
    let (back, kept): (Vec<FieldId>, Vec<FieldId>) = fields.into_iter().partition(still);
    if back.is_empty() {
        return Ok(TakenBack::Kept(kept));
    }
    let what = as_before(before, back, written);
    Ok(TakenBack::Undone(Box::new(Event { area, what }), kept))
}

/// The fields `back` as they were `before`.
fn as_before(before: Resident, back: Vec<FieldId>, written: &Written) -> Happened {
    let facts: Facts = back
        .iter()
        .filter_map(|field| Some((field.clone(), before.facts.get(field.as_str())?.clone())))
        .collect();
    let of_number = back
        .iter()
        .any(|field| field.as_str() == "person.id_number");
    let sealed = ImportUndoneSealed {
        facts,
        id_key: before.id_key.filter(|_| of_number),
    };
    let open = ImportUndone {
        import: written.import,
        fields: back,
        withdrawn: false,
    };
    Happened::ImportUndone(open, Some(sealed))
}

/// The fields an event says something of; `None` when it took back the import itself.
fn told(what: Happened, written: &Written) -> Option<Vec<FieldId>> {
    Some(match what {
        Happened::Registered(_, sealed) => {
            sealed.map_or_else(Vec::new, |sealed| sealed.facts.keys().cloned().collect())
        }
        Happened::FactRecorded(open, _) | Happened::FactCorrected(open, _) => vec![open.field],
        Happened::ImportUndone(open, _) if open.import == written.import => return None,
        Happened::ImportUndone(open, _) => open.fields,
        Happened::Moved(..) => vec![FieldId::known("person.address")],
        Happened::Merged(open, _) => open.fields,
        Happened::Parted(open, _) => open.fields,
        Happened::Died(..)
        | Happened::MergedAway(..)
        | Happened::PartedFrom(..)
        | Happened::ToldApart(_) => Vec::new(),
    })
}

/// The same for a household that an import formed; `None` when others recorded something later or
/// nothing is left to take back.
///
/// # Errors
/// [`FoldError`] when an entry makes no sense.
pub fn take_household_back(
    stream: &StreamId,
    entries: &[Recorded],
    written: Written,
) -> Result<Option<HouseholdEvent>, FoldError> {
    let mut now = Household::default();
    for entry in entries {
        now.apply(stream, &HouseholdEvent::read(entry)?);
    }
    let untouched = entries
        .last()
        .is_some_and(|last| last.version == written.to);
    let (Some(area), Some(head), true) = (now.area.clone(), now.head(), untouched) else {
        return Ok(None);
    };
    let import = written.import;
    let what = HouseholdHappened::Withdrawn(HouseholdWithdrawn { import });
    Ok(Some(HouseholdEvent { area, head, what }))
}
