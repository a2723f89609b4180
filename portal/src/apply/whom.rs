//! 为谁办: oneself, or somebody who gave a mandate; and what the register knows of them.

use linli_community::catalogue::{Facts, KnownFact};
use linli_community::residents::{Resident, Residents};
use linli_kernel::{Actor, AreaPath, Mandate, Refusal, ResidentId, StreamId};

use crate::Portal;
use crate::shell::{Page, Signed, Trouble};

/// For whom something is done, and who acts.
#[derive(Debug, Clone)]
pub(crate) struct Whom {
    /// Who acts: with the mandate, when for another.
    pub(crate) actor: Actor,
    /// Whose matter it is.
    pub(crate) subject: ResidentId,
    /// The name of the one whose matter it is.
    pub(crate) name: String,
    /// The area they live in.
    pub(crate) area: AreaPath,
}

impl Whom {
    /// The part of a draft's key that says about whom it is: empty for oneself.
    pub(crate) fn about(&self) -> String {
        match &self.actor.mandate {
            Some(mandate) => mandate.principal.to_string(),
            None => String::new(),
        }
    }

    /// `?for=…` to keep in addresses; empty for oneself.
    pub(crate) fn suffix(&self) -> String {
        match &self.actor.mandate {
            Some(mandate) => format!("?for={}", mandate.principal),
            None => String::new(),
        }
    }

    /// The sentence that stands on every page while acting for another; empty for oneself.
    pub(crate) fn acting(&self, page: &Page) -> String {
        let Some(mandate) = &self.actor.mandate else {
            return String::new();
        };
        let authority = page.t(&format!("mandates-authority-{}", mandate.authority));
        page.ta(
            "apply-acting",
            &[("name", &self.name), ("authority", &authority)],
        )
    }
}

/// Somebody for whom the reader may act.
#[derive(Debug, Clone)]
pub(crate) struct Mandated {
    pub(crate) mandate: Mandate,
    pub(crate) name: String,
}

/// The resident who is signed in.
fn me(signed: &Signed) -> Result<ResidentId, Trouble> {
    let resident = signed.resident.filter(|_| !signed.is_staff());
    resident.ok_or_else(|| Trouble::Forbidden(Refusal::new("gate.role")))
}

/// Those for whom the reader holds a mandate today.
pub(crate) async fn mandated(portal: &Portal, signed: &Signed) -> Result<Vec<Mandated>, Trouble> {
    let Ok(me) = me(signed) else {
        return Ok(Vec::new());
    };
    let today = portal.linli.clock().today();
    let mut found = Vec::new();
    for row in portal.linli.mandates_held_by(me).await? {
        // A mandate for some services only is used where it was given: at the counter.
        if row.ended_on.is_some() || !row.services.is_empty() || !row.holds_on(today, "") {
            continue;
        }
        let principal = portal.linli.survivor(row.principal);
        let resident = resident(portal, principal).await?;
        found.push(Mandated {
            mandate: Mandate {
                principal,
                authority: row.authority.code().to_owned(),
            },
            name: resident.text("person.name").unwrap_or_default().to_owned(),
        });
    }
    Ok(found)
}

/// For whom something is done: oneself, or the one that `wanted` names.
pub(crate) async fn find(
    portal: &Portal,
    signed: &Signed,
    wanted: Option<&str>,
) -> Result<Whom, Trouble> {
    let me = me(signed)?;
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else {
        return of(portal, signed, me, None).await;
    };
    let others = mandated(portal, signed).await?;
    let other = others
        .into_iter()
        .find(|one| one.mandate.principal.to_string() == wanted)
        .ok_or_else(|| Trouble::Forbidden(Refusal::new("gate.own")))?;
    of(portal, signed, other.mandate.principal, Some(other.mandate)).await
}

/// The reader, and everyone for whom they may act.
pub(crate) async fn all(portal: &Portal, signed: &Signed) -> Result<Vec<Whom>, Trouble> {
    let mut found = vec![of(portal, signed, me(signed)?, None).await?];
    for other in mandated(portal, signed).await? {
        found.push(of(portal, signed, other.mandate.principal, Some(other.mandate)).await?);
    }
    Ok(found)
}

async fn of(
    portal: &Portal,
    signed: &Signed,
    subject: ResidentId,
    mandate: Option<Mandate>,
) -> Result<Whom, Trouble> {
    let resident = resident(portal, subject).await?;
    let Some(area) = &resident.area else {
        return Err(Trouble::NotFound);
    };
    let mut actor = Actor::resident(signed.account, me(signed)?);
    actor.mandate = mandate;
    Ok(Whom {
        actor,
        subject,
        name: resident
            .text("person.name")
            .unwrap_or(signed.name.as_str())
            .to_owned(),
        area: portal.linli.areas().today(area).unwrap_or(area).clone(),
    })
}

/// What the journal says of a resident.
pub(crate) async fn resident(
    portal: &Portal,
    id: ResidentId,
) -> Result<std::sync::Arc<Resident>, Trouble> {
    let loaded = portal
        .linli
        .load::<Residents>(&StreamId::from(portal.linli.survivor(id)))
        .await?;
    Ok(loaded.state)
}

/// What the register knows of the one whose matter it is, with sources in the reader's language.
pub(crate) async fn facts(portal: &Portal, page: &Page, whom: &Whom) -> Result<Facts, Trouble> {
    let dictionary = portal.linli.catalogue().dictionary();
    let facts = portal.linli.facts(whom.subject).await?;
    let known = facts.into_iter().map(|(field, fact)| {
        let office = dictionary.office(&fact.source);
        let source = office.map_or_else(
            || String::from(&*fact.source),
            |office| page.pick(&office.names.zh, &office.names.en).to_owned(),
        );
        let known = KnownFact {
            value: fact.value,
            source,
            as_of: Some(fact.as_of),
        };
        (field.as_str().to_owned(), known)
    });
    Ok(known.collect())
}
