//! Commands to accounts on a running node, and the few that come from sign-in itself.

use jiff::civil::Date;
use linli_kernel::{AccountId, Actor, CommandId, Fault, Post, PostId, ResidentId};
use rand::RngExt as _;
use serde_json::json;
use uuid::Uuid;

use super::decide::{Command, Context, decide};
use super::events::Holder;
use super::register::{Accounts, by_login, by_resident, stream, token_hash};
use super::state::Account;
use crate::feature::{Call, Performed, Problem, digest_of};
use crate::node::Linli;

/// Does `command` on the account `id`.
///
/// # Errors
/// [`Problem`]: refused, in conflict with what the caller saw, or a fault.
pub async fn perform(
    linli: &Linli,
    call: Call<'_>,
    id: AccountId,
    command: &Command,
) -> Result<Performed<Account>, Problem> {
    let login_taken = match command {
        Command::Open {
            holder: Holder::Staff { login, .. },
            ..
        } => by_login(linli.journal().reader(), login)
            .await?
            .is_some_and(|row| row.id != id),
        _ => false,
    };
    let digest = digest_of(&(id, command))?;
    let resident_unknown = is_unknown(linli, command).await?;
    let today = linli.clock().today();
    let areas = linli.areas();
    linli
        .perform::<Accounts, _>(call, digest, &stream(id), |account| {
            let context = Context {
                today,
                actor: call.actor,
                login_taken,
                resident_unknown,
            };
            decide(&account.clone().today(&areas), command, context)
                .map(|events| (events, json!({ "account": id })))
                .map_err(|refusal| vec![refusal])
        })
        .await
}

/// Whether the command names a resident who is in no register.
async fn is_unknown(linli: &Linli, command: &Command) -> Result<bool, Problem> {
    let (Command::NamePerson { resident }
    | Command::Open {
        holder: Holder::Staff { resident, .. },
        ..
    }) = command
    else {
        return Ok(false);
    };
    let Some(resident) = resident else {
        return Ok(false);
    };
    let stream = linli_kernel::StreamId::from(*resident);
    let loaded = linli.load::<crate::residents::Residents>(&stream).await?;
    Ok(loaded.state.id.is_none())
}

/// A token as it is shown once: the bearer's secret.
pub struct NewToken {
    /// Which token, to revoke it by.
    pub id: Uuid,
    /// The secret itself. Kept nowhere.
    pub secret: String,
}

/// Issues a token for the account `id`, acting in `post`, good until `to`.
///
/// # Errors
/// [`Problem`]: refused, or a fault.
pub async fn issue_token(
    linli: &Linli,
    call: Call<'_>,
    id: AccountId,
    label: &str,
    post: Option<PostId>,
    to: Option<Date>,
) -> Result<NewToken, Problem> {
    let secret = format!(
        "linli_{:032x}{:032x}",
        rand::rng().random::<u128>(),
        rand::rng().random::<u128>()
    );
    let token = linli_kernel::ids::new_uuid(linli.clock());
    let command = Command::IssueToken {
        token,
        hash: token_hash(&secret),
        label: label.to_owned(),
        post,
        to,
    };
    perform(linli, call, id, &command).await?;
    Ok(NewToken { id: token, secret })
}

/// The account of `resident`, opened by Linli itself on their first sign-in.
///
/// # Errors
/// [`Problem`]: a fault.
pub async fn of_resident(
    linli: &Linli,
    resident: ResidentId,
    area: &linli_kernel::AreaPath,
) -> Result<AccountId, Problem> {
    if let Some(row) = by_resident(linli.journal().reader(), resident).await? {
        return Ok(row.id);
    }
    // The id follows from the resident's: two first sign-ins at once open one account.
    let id = AccountId(Uuid::from_u128(resident.0.as_u128() ^ ACCOUNT_OF_RESIDENT));
    let command = Command::Open {
        area: area.clone(),
        holder: Holder::Resident { resident },
    };
    let system = Actor::system();
    let call = Call {
        command: CommandId::new(linli.clock()),
        actor: &system,
        expected: None,
    };
    match perform(linli, call, id, &command).await {
        Err(Problem::Refused(refusals)) if refusals.iter().any(|r| r.code == "accounts.exists") => {
            Ok(id)
        }
        Err(problem) => Err(problem),
        Ok(_) => Ok(id),
    }
}

/// Mixed into a resident's id to make the id of their account; only the random part changes.
const ACCOUNT_OF_RESIDENT: u128 = 0xacc0_0117;

/// Opens an account of staff with its posts, as an installation's first day or a demo does.
///
/// # Errors
/// [`Problem`]: refused, or a fault.
pub async fn open_staff(
    linli: &Linli,
    actor: &Actor,
    login: &str,
    name: &str,
    posts: &[Post],
) -> Result<AccountId, Problem> {
    let Some(area) = posts.first().map(|post| post.area.clone()) else {
        return Err(Fault::Setting(format!("{login} needs a post")).into());
    };
    let id = AccountId::new(linli.clock());
    let open = Command::Open {
        area,
        holder: Holder::Staff {
            login: login.to_owned(),
            name: name.to_owned(),
            resident: None,
        },
    };
    let from = linli.clock().today();
    let gives = posts.iter().map(|post| Command::GivePost {
        post: post.clone(),
        from,
        to: None,
    });
    for command in std::iter::once(open).chain(gives) {
        let call = Call {
            command: CommandId::new(linli.clock()),
            actor,
            expected: None,
        };
        perform(linli, call, id, &command).await?;
    }
    Ok(id)
}
