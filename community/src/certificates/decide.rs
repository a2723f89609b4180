//! Whether a certificate may be revoked. Pure: values in, an event or refusals out.

use jiff::civil::Date;
use linli_kernel::gate::{Target, permits};
use linli_kernel::{Action, Actor, AreaPath, Refusal, ResidentId};

use super::events::{Event, Revoked};
use super::state::Certificate;

/// Every refusal of this feature, for the check that each is worded.
pub const REFUSALS: &[&str] = &[
    "certificates.none",
    "certificates.revoked-already",
    "certificates.ground-missing",
    "certificates.words-missing",
    "certificates.words-long",
    "certificates.own",
];

/// On what grounds a certificate is revoked: what it says is wrong; things have changed since; it
/// should not have been issued; it rests on false papers.
pub const GROUNDS: [&str; 4] = ["wrong", "changed", "not-ours", "false-papers"];

/// The most characters of words.
const MOST_WORDS: usize = 500;

/// What is known of the certificate that is to be revoked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Issued<'a> {
    pub(super) number: &'a str,
    pub(super) subject: ResidentId,
    pub(super) area: &'a AreaPath,
}

/// 撤销: by whoever may decide in the area, never in one's own affairs.
pub(super) fn revoke(
    state: &Certificate,
    issued: Issued<'_>,
    (actor, kin): (&Actor, &[ResidentId]),
    (ground, words): (&str, &str),
    on: Date,
) -> Result<Event, Vec<Refusal>> {
    let target = Target {
        area: issued.area,
        subject: None,
    };
    permits(actor, Action::CaseDecide, target).map_err(|no| vec![no])?;
    if kin.contains(&issued.subject) {
        return Err(vec![Refusal::new("certificates.own")]);
    }
    if state.revoked.is_some() {
        return Err(vec![Refusal::new("certificates.revoked-already")]);
    }
    let mut refusals = Vec::new();
    if !GROUNDS.contains(&ground) {
        refusals.push(Refusal::new("certificates.ground-missing").on("ground"));
    }
    let words = words.trim();
    if words.is_empty() {
        refusals.push(Refusal::new("certificates.words-missing").on("words"));
    } else if words.chars().count() > MOST_WORDS {
        let long = Refusal::new("certificates.words-long").with("most", MOST_WORDS);
        refusals.push(long.on("words"));
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let revoked = Revoked {
        number: issued.number.to_owned(),
        ground: ground.to_owned(),
        on,
        subject: issued.subject,
        area: issued.area.clone(),
    };
    Ok(Event::Revoked(revoked, words.to_owned()))
}
