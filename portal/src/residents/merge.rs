//! 合并: the form under two records, with a choice for each field in which they differ; and saying
//! that they are of two people.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::feature::Problem;
use linli_community::residents::{FieldId, Merge, OpenRecord, Seen, Side};
use linli_kernel::Refusal;
use tower_sessions::Session;

use super::beside::{self, Both, Two};
use super::words;
use crate::Portal;
use crate::desk::fields::{Choice, Field, Kind};
use crate::desk::typed::Typed;
use crate::desk::{looks, trouble};
use crate::shell::ui::{self, Markup};
use crate::shell::{Fields, Page, Signed, Trouble};

/// The versions of the two records that a page shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Versions {
    pub(super) left: u64,
    pub(super) right: u64,
}

/// The act, and what was seen.
pub(super) fn hidden(page: &Page, versions: Versions) -> Markup {
    page.command()
        .then(&Markup::hidden("seen_left", &versions.left.to_string()))
        .then(&Markup::hidden("seen_right", &versions.right.to_string()))
}

/// A household in one line: its address, and who belongs to it.
pub(super) fn home(page: &Page, record: &OpenRecord) -> Option<String> {
    let household = record.household.as_ref()?;
    let address = household.facts.get("household.address");
    let address = address.and_then(|fact| fact.value.as_str());
    let comma = if page.lang.tag() == "en" { ", " } else { "、" };
    let names: Vec<&str> = record.members.iter().map(|one| one.name.as_str()).collect();
    let all = [address.unwrap_or_default(), &names.join(comma)];
    Some(all.join(" ").trim().to_owned())
}

fn sides(page: &Page) -> Vec<Choice> {
    vec![
        Choice::new("left", page.t("residents-same-first")),
        Choice::new("right", page.t("residents-same-second")),
    ]
}

/// The fields in which the two differ: both know something, and not the same.
fn differing(both: &Both) -> Vec<FieldId> {
    let (left, right) = (&both.left.resident.facts, &both.right.resident.facts);
    let differs = |field: &&FieldId| {
        let (one, other) = (left.get(*field), right.get(*field));
        one.zip(other)
            .is_some_and(|(one, other)| one.value != other.value)
    };
    left.keys().filter(differs).cloned().collect()
}

/// Whether the two belong to different households.
fn homes_differ(both: &Both) -> bool {
    let home = |record: &OpenRecord| record.household.as_ref().and_then(|home| home.id);
    let (left, right) = (home(&both.left), home(&both.right));
    left.is_some() && right.is_some() && left != right
}

/// The form of a merge, with what was typed.
pub(super) fn fields(
    portal: &Portal,
    page: &Page,
    both: &Both,
    typed: &[(String, String)],
) -> Vec<Field> {
    let dictionary = portal.linli.catalogue().dictionary();
    let mut fields = vec![
        Field::new(
            "survivor",
            page.t("residents-merge-survivor"),
            Kind::Radios(sides(page)),
        )
        .hint(page.t("residents-merge-survivor-hint"))
        .preset("left"),
    ];
    for id in differing(both) {
        let field = id.as_str();
        let name = dictionary.field(field).map_or_else(
            || field.to_owned(),
            |one| one.names.in_lang(page.lang.tag()).to_owned(),
        );
        let choice = |side: &str, record: &OpenRecord| {
            let fact = record.resident.facts.get(field)?;
            let said = words::value(page, dictionary, field, fact);
            Some(Choice::new(side, said).hint(words::source(page, dictionary, fact)))
        };
        let choices = [choice("left", &both.left), choice("right", &both.right)];
        let choices = choices.into_iter().flatten().collect();
        let newer = match (
            both.left.resident.facts.get(field),
            both.right.resident.facts.get(field),
        ) {
            (Some(left), Some(right)) if right.as_of > left.as_of => "right",
            _ => "left",
        };
        fields.push(Field::new(field, name, Kind::Radios(choices)).preset(newer));
    }
    if homes_differ(both) {
        let choice = |side: &str, record: &OpenRecord| {
            Choice::new(side, home(page, record).unwrap_or_default())
        };
        let choices = vec![choice("left", &both.left), choice("right", &both.right)];
        let legend = page.t("residents-household");
        fields.push(Field::new("household", legend, Kind::Radios(choices)).preset("left"));
    }
    fields.push(
        Field::new(
            "words",
            page.t("residents-merge-words"),
            Kind::Line(ui::Kind::Text),
        )
        .hint(page.t("residents-merge-words-hint")),
    );
    for field in &mut fields {
        let said = typed.iter().find(|(name, _)| *name == field.name);
        if let Some((_, value)) = said {
            field.values = vec![value.clone()];
        }
    }
    fields
}

/// What the form says; `None` and a problem noted where something is missing.
fn read(typed: &mut Typed, two: Two) -> Option<(Merge, Option<Seen>)> {
    let left = is_left(typed)?;
    let (survivor, other) = if left { two } else { (two.1, two.0) };
    let others = if left { "right" } else { "left" };
    let take: BTreeSet<FieldId> = typed
        .pairs()
        .into_iter()
        .filter(|(name, side)| name.starts_with("person.") && side == others)
        .map(|(name, _)| FieldId::from(name.as_str()))
        .collect();
    let household = match typed.get("household") == others {
        true => Side::Other,
        false => Side::Survivor,
    };
    let words = typed.words("words", "residents.words-missing");
    let seen = |name: &str| typed.get(name).parse::<u64>().ok();
    let versions = seen("seen_left").zip(seen("seen_right"));
    let seen = versions.map(|(one, two)| Seen {
        survivor: if left { one } else { two },
        other: if left { two } else { one },
    });
    let wish = Merge {
        survivor,
        other,
        take,
        household,
        words,
    };
    Some((wish, seen))
}

/// Whether the left record survives.
fn is_left(typed: &mut Typed) -> Option<bool> {
    let sides = ["left".to_owned(), "right".to_owned()];
    let side = typed.one_of("survivor", &sides);
    sides.contains(&side).then(|| side == "left")
}

/// `POST …/merge`.
pub(super) async fn merge(
    State(portal): State<Portal>,
    Path(two): Path<Two>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let mut typed = Typed::of(&sent);
    let pairs = typed.pairs();
    // The same form sent twice: it was done the first time.
    if let Some(record) = beside::merged(&portal, &signed, two).await? {
        return Ok(Redirect::to(&record).into_response());
    }
    let allowed = portal.linli.beside(&signed.actor, two.0, two.1).await;
    allowed.map_err(trouble)?;
    let read = read(&mut typed, two);
    let (wish, seen) = match typed.into_result(read) {
        Ok(read) => read,
        Err(refusals) => {
            let page = page.with_refusals(&refusals);
            return beside::build(&portal, page, (&signed, &session), two, &pairs).await;
        }
    };
    let call = signed.call(&sent)?;
    match portal.linli.merge_residents(call, &wish, seen).await {
        Ok(()) => {
            looks::flash(&session, "residents-merged-done", &[]).await?;
            let record = format!("/desk/residents/{}", wish.survivor);
            Ok(Redirect::to(&record).into_response())
        }
        Err(Problem::Refused(refusals)) if !refusals.iter().any(is_gate) => {
            let page = page.with_refusals(&refusals);
            beside::build(&portal, page, (&signed, &session), two, &pairs).await
        }
        Err(problem) => Err(trouble(problem)),
    }
}

fn is_gate(refusal: &Refusal) -> bool {
    refusal.code.starts_with("gate.")
}

/// `POST …/apart`.
pub(super) async fn apart(
    State(portal): State<Portal>,
    Path(two): Path<Two>,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let allowed = portal.linli.beside(&signed.actor, two.0, two.1).await;
    allowed.map_err(trouble)?;
    let call = signed.call(&sent)?;
    let done = portal.linli.tell_apart(call, two.0, two.1).await;
    done.map_err(trouble)?;
    looks::flash(&session, "residents-apart-done", &[]).await?;
    Ok(Redirect::to("/desk/residents/duplicates").into_response())
}
