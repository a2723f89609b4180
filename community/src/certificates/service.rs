//! The doors: a token made, a certificate checked or revoked, the node's key kept in order.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use linli_kernel::clock::{shanghai, shanghai_date};
use linli_kernel::{Actor, AreaPath, CaseId, CommandId, Fault, Refusal};
use serde_json::json;

use super::decide::{Issued, revoke};
use super::events::{Event, KeyPublished};
use super::key::{Jwk, JwkSet};
use super::register::{Certificates, Keys};
use super::state::{keys_stream, stream};
use super::token::{Claims, sign};
use crate::cases::{self, CaseView, Verification};
use crate::catalogue::OutcomeKind;
use crate::feature::{Call, Problem, digest_of};
use crate::node::Linli;
use crate::reactions::kin_of;
use crate::residents::mask;

/// For how long a key signs.
const KEY_DAYS: i64 = 365;

/// For how long a token may be relied on without asking the check page.
const TOKEN_DAYS: i64 = 90;

/// The name under which the node keeps the private key.
const SECRET: &str = "certificates";

/// 核验: what a certificate's number says, and whether it was revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What was decided, and whether it holds by its days.
    pub decided: Verification,
    /// On which day it was revoked.
    pub revoked_on: Option<Date>,
}

impl Standing {
    /// Whether it holds today.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.decided.valid && self.revoked_on.is_none()
    }
}

/// Makes sure that the node has a key to sign with, that its public part is in the journal, and that
/// it is not too old. Run at the start and once a day.
///
/// # Errors
/// [`Problem`]: the journal refuses to write, or a fault.
pub async fn ready(linli: &Linli) -> Result<(), Problem> {
    let Some(area) = linli.areas().living().map(|area| area.path().clone()).min() else {
        // A node without areas issues nothing.
        return Ok(());
    };
    let ring = linli.load::<Keys>(&keys_stream(linli)).await?.state;
    let now = linli.clock().now();
    let seed = linli.journal().named_secret(SECRET)?;
    let mut jwk = Jwk::of_seed(&seed);
    let known = ring.keys.iter().find(|(x, _)| *x == jwk.x);
    match known {
        Some((_, at)) if !is_old(*at, now) => return Ok(()),
        Some(_) => jwk = Jwk::of_seed(&linli.journal().renew_named_secret(SECRET)?),
        None => {}
    }
    publish(linli, &jwk.x, area).await
}

fn is_old(published: Timestamp, now: Timestamp) -> bool {
    now.duration_since(published) > SignedDuration::from_hours(24 * KEY_DAYS)
}

async fn publish(linli: &Linli, x: &str, area: AreaPath) -> Result<(), Problem> {
    let actor = Actor::system();
    let call = Call {
        command: CommandId::new(linli.clock()),
        actor: &actor,
        expected: None,
    };
    let event = Event::KeyPublished(KeyPublished {
        x: x.to_owned(),
        area,
    });
    linli
        .perform::<Keys, _>(call, digest_of(&x)?, &keys_stream(linli), |ring| {
            let there = ring.keys.iter().any(|(known, _)| known == x);
            let events = if there {
                Vec::new()
            } else {
                vec![event.clone()]
            };
            Ok((events, json!({})))
        })
        .await?;
    Ok(())
}

impl Linli {
    /// Every public key of this node, the newest first.
    ///
    /// # Errors
    /// A fault.
    pub async fn certificate_keys(&self) -> Result<JwkSet, Fault> {
        let ring = self.load::<Keys>(&keys_stream(self)).await?.state;
        let keys = ring.keys.iter().rev();
        Ok(JwkSet {
            keys: keys.map(|(x, _)| Jwk::of(x)).collect(),
        })
    }

    /// What the number on a certificate or decision says; `None` when nothing was decided under it.
    ///
    /// # Errors
    /// [`Problem`]: which check of the number failed, or a fault.
    pub async fn verify_certificate(&self, number: &str) -> Result<Option<Standing>, Problem> {
        let Some(decided) = cases::verification(self, number).await? else {
            return Ok(None);
        };
        let found = self
            .load::<Certificates>(&stream(decided.number.as_str()))
            .await?;
        Ok(Some(Standing {
            revoked_on: found.state.revoked.as_ref().map(|(on, _)| *on),
            decided,
        }))
    }

    /// The signed token of the certificate that `view` shows, whose reader was let in before.
    /// `issuer` is the body that certified, `node` the address of this node from outside.
    ///
    /// # Errors
    /// [`Problem`]: a refusal `certificates.none` when there is no certificate that holds, or a
    /// fault.
    pub async fn certificate_token(
        &self,
        view: &CaseView,
        (issuer, node): (&str, &str),
    ) -> Result<String, Problem> {
        let case = &view.case;
        let none = || Problem::from(Refusal::new("certificates.none"));
        let standing = self.verify_certificate(&case.number).await?;
        let standing = standing.filter(Standing::holds).ok_or_else(none)?;
        let decided = &standing.decided;
        if !is_certificate(decided.result) {
            return Err(none());
        }
        let iat = self.clock().now();
        let relied = shanghai_date(iat).saturating_add(TOKEN_DAYS.days());
        let last = decided.until.map_or(relied, |until| until.min(relied));
        let outcome = view.service.outcome(&decided.outcome);
        let what = outcome.map_or(decided.outcome.as_str(), |one| one.names.zh.as_str());
        let claims = Claims {
            iss: node.to_owned(),
            sub: mask::name(&case.name),
            jti: decided.number.as_str().to_owned(),
            iat: iat.as_second(),
            nbf: midnight(decided.from)?,
            exp: midnight(last.saturating_add(1.day()))?,
            certificate: format!("{}：{what}", view.service.names.zh),
            issuer: issuer.to_owned(),
            area: decided.area.code().to_owned(),
            decided: decided.decided_on.to_string(),
            until: decided.until.map(|until| until.to_string()),
            check: format!("{node}/verify/{}", decided.number.as_str()),
        };
        Ok(sign(&self.journal().named_secret(SECRET)?, &claims)?)
    }

    /// 撤销: the certificate of the case `id` holds no more.
    ///
    /// # Errors
    /// [`Problem`]: the gate, `certificates.…`, or a fault.
    pub async fn revoke_certificate(
        &self,
        call: Call<'_>,
        id: CaseId,
        (ground, words): (&str, &str),
    ) -> Result<(), Problem> {
        let view = cases::view::view(self, call.actor, id).await?;
        let case = &view.case;
        let decided = case.decided.as_ref();
        if !decided.is_some_and(|decided| is_certificate(decided.result)) {
            return Err(Refusal::new("certificates.none").into());
        }
        let kin = kin_of(self, call.actor).await?;
        let today = self.clock().today();
        let issued = Issued {
            number: &case.number,
            subject: case.applicant,
            area: &case.area,
        };
        let digest = digest_of(&(id, ground, words))?;
        let at = stream(&case.number);
        self.perform::<Certificates, _>(call, digest, &at, |state| {
            let who = (call.actor, kin.as_slice());
            let event = revoke(state, issued, who, (ground, words), today)?;
            Ok((vec![event], json!({})))
        })
        .await?;
        Ok(())
    }
}

/// Whether a result is shown to others as a certificate.
fn is_certificate(result: OutcomeKind) -> bool {
    matches!(result, OutcomeKind::Certificate | OutcomeKind::Confirm)
}

/// The beginning of `day` in Shanghai, in seconds since 1970.
fn midnight(day: Date) -> Result<i64, Fault> {
    let bad = |why: jiff::Error| Fault::Setting(format!("the day {day}: {why}"));
    Ok(day
        .to_zoned(shanghai())
        .map_err(bad)?
        .timestamp()
        .as_second())
}
