//! Who is signed in: what the session keeps, how long it lasts, and how a request finds out.

use axum_extra::extract::CookieJar;
use http::header;
use http::request::Parts;
use linli_community::accounts::{self, AccountRow};
use linli_community::residents::mask;
use linli_kernel::{AccountId, Actor, AreaPath, Fault, Post, PostId, ResidentId};
use serde::{Deserialize, Serialize};
use tower_sessions::cookie::time::Duration;
use tower_sessions::{Expiry, Session};

use super::SESSION_COOKIE;
use super::tokens::holder_of;
use crate::Portal;
use crate::shell::{Held, Identity, Mode, Signed, Trouble, Via, kept};

const WHO: &str = "who";
const MINUTE_US: i64 = 60 * 1_000_000;
/// Quiet after which staff must sign in again.
const STAFF_IDLE_US: i64 = 30 * MINUTE_US;
/// Quiet after which residents must sign in again.
const RESIDENT_IDLE_US: i64 = 60 * MINUTE_US;
/// Quiet after which a kiosk forgets whoever stood there: a minute, and half a minute to answer.
const KIOSK_IDLE_US: i64 = 3 * MINUTE_US / 2;
/// The same for the store, which keeps the session no longer.
const KIOSK_IDLE: Expiry = Expiry::OnInactivity(Duration::seconds(90));
/// The longest anyone stays signed in at a kiosk.
const KIOSK_LONGEST_US: i64 = 30 * MINUTE_US;
/// The longest anyone stays signed in.
const LONGEST_US: i64 = 12 * 60 * MINUTE_US;

/// What the session keeps of the one who signed in. The name of a resident is masked.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Who {
    account: AccountId,
    name: String,
    resident: Option<ResidentId>,
    post: Option<PostId>,
    signed_at: i64,
    seen_at: i64,
    #[serde(default)]
    kiosk: bool,
    /// The posts held when last looked: where they change, the session gets a new id.
    #[serde(default)]
    held: Vec<PostId>,
    /// Browser and system, for the list of one's own sessions.
    #[serde(default)]
    device: String,
}

/// Somebody who has proved who they are and is about to be signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entrant {
    account: AccountId,
    name: String,
    resident: Option<ResidentId>,
    post: Option<PostId>,
    device: String,
}

impl Entrant {
    /// A resident who is signed in on their phone and lets a kiosk in; the name is masked.
    #[must_use]
    pub(crate) fn allowed(account: AccountId, resident: ResidentId, name: String) -> Self {
        Self {
            account,
            name,
            resident: Some(resident),
            post: None,
            device: String::new(),
        }
    }

    /// The same, at this kind of browser.
    #[must_use]
    pub fn on(mut self, device: &str) -> Self {
        device.clone_into(&mut self.device);
        self
    }
}

/// The entrant for an account of staff; `None` when it is closed or holds no post today.
///
/// # Errors
/// When the registers cannot be read.
pub async fn staff_entrant(portal: &Portal, account: AccountId) -> Result<Option<Entrant>, Fault> {
    let reader = portal.linli.journal().reader();
    let row = accounts::by_id(reader, account).await?;
    let Some(row) = row.filter(|row| !row.closed) else {
        return Ok(None);
    };
    let today = portal.linli.clock().today();
    let posts = accounts::posts_on(reader, account, today).await?;
    Ok(posts.first().map(|first| Entrant {
        account,
        name: row.name.unwrap_or_default(),
        resident: None,
        post: Some(first.id),
        device: String::new(),
    }))
}

/// The entrant for a resident called `name`, whose account is opened on the first sign-in.
///
/// # Errors
/// [`Trouble`] when the account cannot be opened.
pub async fn resident_entrant(
    portal: &Portal,
    resident: ResidentId,
    area: &AreaPath,
    name: &str,
) -> Result<Entrant, Trouble> {
    let account = accounts::of_resident(&portal.linli, resident, area)
        .await
        .map_err(crate::shell::trouble_of)?;
    Ok(Entrant {
        account,
        name: mask::name(name),
        resident: Some(resident),
        post: None,
        device: String::new(),
    })
}

/// Signs `entrant` in: the session gets a new id, so that one planted beforehand is worth nothing,
/// and holds nothing of whoever was signed in before.
///
/// # Errors
/// When the session cannot be written.
pub async fn enter(
    portal: &Portal,
    session: &Session,
    entrant: Entrant,
    mode: Mode,
) -> Result<(), Trouble> {
    super::waiting::only_what_waits(session).await?;
    session.cycle_id().await?;
    tracing::info!(account = %entrant.account, "signed in");
    let now = portal.desk.now();
    let who = Who {
        account: entrant.account,
        name: entrant.name,
        resident: entrant.resident,
        post: entrant.post,
        signed_at: now,
        seen_at: now,
        kiosk: mode == Mode::Kiosk,
        held: Vec::new(),
        device: entrant.device,
    };
    if who.kiosk {
        session.set_expiry(Some(KIOSK_IDLE));
    }
    session.insert(WHO, who).await?;
    Ok(())
}

/// Lets the one signed in act in another of their posts, under a new session id.
pub(super) async fn act_in(session: &Session, post: PostId) -> Result<(), Trouble> {
    if let Some(mut who) = session.get::<Who>(WHO).await? {
        who.post = Some(post);
        crate::desk::looks::forget(session).await?;
        session.cycle_id().await?;
        session.insert(WHO, who).await?;
    }
    Ok(())
}

/// Who asks, from the token of the API or from the session of pages.
pub(crate) async fn identify(
    portal: &Portal,
    parts: &Parts,
    jar: &CookieJar,
    local: bool,
) -> Result<Identity, Trouble> {
    let mut identity = Identity {
        local,
        ..Identity::default()
    };
    if parts.uri.path().starts_with("/api/") {
        identity.signed = by_token(portal, parts).await?;
        return Ok(identity);
    }
    let session = parts.extensions.get::<Session>();
    let known = kept(portal, jar, SESSION_COOKIE);
    let (Some(session), Some(_)) = (session, known) else {
        return Ok(identity);
    };
    let Some(mut who) = session.get::<Who>(WHO).await? else {
        return Ok(identity);
    };
    let now = portal.desk.now();
    if is_over(&who, now) {
        session.remove::<Who>(WHO).await?;
        identity.expired = true;
        return Ok(identity);
    }
    if who.kiosk {
        // The store itself forgets a kiosk that nobody touches.
        session.set_expiry(Some(KIOSK_IDLE));
    }
    if who.kiosk || now - who.seen_at > MINUTE_US / 2 {
        who.seen_at = now;
        session.insert(WHO, who.clone()).await?;
    }
    identity.signed = signed(portal, who.account, Some(&who), Via::Session).await?;
    if let Some(signed) = &identity.signed {
        note_posts(session, who, signed).await?;
    }
    Ok(identity)
}

/// A session whose holder gained or lost a post goes on under a new id: what was taken from it
/// before is worth nothing after.
async fn note_posts(session: &Session, mut who: Who, signed: &Signed) -> Result<(), Trouble> {
    let mut held: Vec<PostId> = signed.posts.iter().map(|held| held.post.id).collect();
    held.sort_unstable();
    if held == who.held {
        return Ok(());
    }
    let known = !std::mem::replace(&mut who.held, held).is_empty();
    if known {
        session.cycle_id().await?;
    }
    Ok(session.insert(WHO, who).await?)
}

fn is_over(who: &Who, now: i64) -> bool {
    let idle = match who {
        Who { kiosk: true, .. } => KIOSK_IDLE_US,
        Who { post: Some(_), .. } => STAFF_IDLE_US,
        _ => RESIDENT_IDLE_US,
    };
    let longest = if who.kiosk {
        KIOSK_LONGEST_US
    } else {
        LONGEST_US
    };
    now - who.seen_at > idle || now - who.signed_at > longest
}

async fn by_token(portal: &Portal, parts: &Parts) -> Result<Option<Signed>, Trouble> {
    let bearer = parts
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let Some(bearer) = bearer else {
        return Ok(None);
    };
    Ok(holder_of(portal, bearer.trim()).await?)
}

/// The account as it stands now: a closed one is nobody, an ended post is gone.
async fn signed(
    portal: &Portal,
    account: AccountId,
    who: Option<&Who>,
    via: Via,
) -> Result<Option<Signed>, Trouble> {
    let reader = portal.linli.journal().reader();
    let row = accounts::by_id(reader, account).await?;
    let Some(row) = row.filter(|row| !row.closed) else {
        return Ok(None);
    };
    if let Some(resident) = row.resident {
        // Whose record was merged into another is that other one.
        let resident = portal.linli.survivor(resident);
        return Ok(Some(Signed {
            account,
            name: who.map(|who| who.name.clone()).unwrap_or_default(),
            actor: Actor::resident(account, resident),
            posts: Vec::new(),
            resident: Some(resident),
            via,
        }));
    }
    let today = portal.linli.clock().today();
    let posts = accounts::posts_on(reader, account, today).await?;
    let chosen = who.and_then(|who| who.post);
    Ok(staff(portal, row, posts, chosen, via))
}

fn staff(
    portal: &Portal,
    row: AccountRow,
    posts: Vec<Post>,
    chosen: Option<PostId>,
    via: Via,
) -> Option<Signed> {
    let acting = posts
        .iter()
        .find(|post| Some(post.id) == chosen)
        .or_else(|| posts.first())?
        .clone();
    let areas = portal.linli.areas();
    let held = posts.into_iter().map(|post| Held {
        area_name: areas.full_name(&post.area),
        post,
    });
    Some(Signed {
        account: row.id,
        name: row.name.unwrap_or_default(),
        actor: Actor::in_post(row.id, acting),
        posts: held.collect(),
        resident: None,
        via,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_ends_after_quiet_and_after_half_a_day() {
        let who = |post: bool, kiosk: bool| Who {
            account: AccountId(uuid::Uuid::nil()),
            name: String::new(),
            resident: None,
            post: post.then(|| PostId(uuid::Uuid::nil())),
            signed_at: 0,
            seen_at: 0,
            kiosk,
            held: Vec::new(),
            device: String::new(),
        };
        assert!(!is_over(&who(true, false), 30 * MINUTE_US));
        assert!(is_over(&who(true, false), 31 * MINUTE_US));
        assert!(!is_over(&who(false, false), 60 * MINUTE_US));
        assert!(!is_over(&who(false, true), 3 * MINUTE_US / 2));
        assert!(is_over(&who(false, true), 3 * MINUTE_US / 2 + 1));
        let mut long = who(false, true);
        long.seen_at = 31 * MINUTE_US;
        assert!(is_over(&long, long.seen_at), "half an hour at a kiosk");
        let mut busy = who(true, false);
        busy.seen_at = 13 * 60 * MINUTE_US;
        assert!(is_over(&busy, busy.seen_at));
    }
}
