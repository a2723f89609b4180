//! Who holds a token of the API.
//!
//! Which account a token belongs to never changes, so it is remembered; whether the token, its post
//! and the account are still good is read from the account's state, which the node keeps in memory
//! and which changes with the command that revokes. So a program that sends thousands of commands a
//! second asks no register about itself, and a revoked token is nothing at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use linli_community::accounts::{self, Account, Accounts, HeldPost, Holder, token_hash};
use linli_kernel::{AccountId, Actor, Fault};

use crate::Portal;
use crate::shell::{Held, Signed, Via};

/// The most tokens remembered; beyond, all are looked up anew.
const MOST: usize = 10_000;

/// Accounts by the hash of a token.
#[derive(Clone, Default)]
pub(crate) struct Tokens(Arc<Mutex<HashMap<String, AccountId>>>);

impl Tokens {
    fn get(&self, hash: &str) -> Option<AccountId> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(hash).copied()
    }

    fn keep(&self, hash: &str, account: AccountId) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(hash.to_owned(), account);
    }
}

/// Who holds `token` today; `None` when it is unknown, revoked or over, when its post has ended or
/// when the account is closed.
pub(super) async fn holder_of(portal: &Portal, token: &str) -> Result<Option<Signed>, Fault> {
    let hash = token_hash(token);
    let today = portal.linli.clock().today();
    let account = if let Some(account) = portal.tokens.get(&hash) {
        account
    } else {
        let reader = portal.linli.journal().reader();
        let Some((account, _)) = accounts::by_token(reader, token, today).await? else {
            return Ok(None);
        };
        portal.tokens.keep(&hash, account);
        account
    };
    let stream = accounts::stream(account);
    let mut loaded = portal.linli.load::<Accounts>(&stream).await?;
    if !loaded.state.tokens.iter().any(|one| one.hash == hash) {
        // `linli account token` has issued it since the account was read.
        portal.linli.forget(&stream);
        loaded = portal.linli.load::<Accounts>(&stream).await?;
    }
    Ok(signed(portal, account, &loaded.state, &hash, today))
}

fn signed(
    portal: &Portal,
    id: AccountId,
    account: &Account,
    hash: &str,
    today: Date,
) -> Option<Signed> {
    let mut tokens = account.tokens.iter();
    let token = tokens.find(|one| one.hash == hash && !one.revoked)?;
    if !account.is_open() || token.to.is_some_and(|last| last < today) {
        return None;
    }
    // A token acts in its own post or not at all: never in another that the account still holds.
    let post = token.post.and_then(|post| account.post(post));
    let post = post.filter(|held| held.holds_on(today));
    match (account.holder.as_ref()?, token.post, post) {
        (Holder::Resident { resident }, None, _) => Some(Signed {
            account: id,
            name: String::new(),
            actor: Actor::resident(id, *resident),
            posts: Vec::new(),
            resident: Some(*resident),
            via: Via::Token,
        }),
        (Holder::Staff { name, .. }, Some(_), Some(HeldPost { post, .. })) => {
            let areas = portal.linli.areas();
            let mut post = post.clone();
            // The area may have moved since the post was given.
            if let Some(today) = areas.today(&post.area) {
                post.area = today.clone();
            }
            Some(Signed {
                account: id,
                name: name.clone(),
                actor: Actor::in_post(id, post.clone()),
                posts: vec![Held {
                    area_name: areas.full_name(&post.area),
                    post,
                }],
                resident: None,
                via: Via::Token,
            })
        }
        _ => None,
    }
}
