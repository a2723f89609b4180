//! Why something may not be done to an account.

use linli_kernel::Refusal;

/// There is no such account, or it is closed.
pub(super) fn not_open() -> Refusal {
    Refusal::new("accounts.not-open")
}

/// The account exists already.
pub(super) fn exists() -> Refusal {
    Refusal::new("accounts.exists")
}

/// The user name is not 3 to 40 small letters, digits, dots or hyphens.
pub(super) fn login_wrong() -> Refusal {
    Refusal::new("accounts.login-wrong").on("login")
}

/// Somebody else has the user name.
pub(super) fn login_taken() -> Refusal {
    Refusal::new("accounts.login-taken").on("login")
}

/// A name at work is missing or longer than 40 characters.
pub(super) fn name_wrong() -> Refusal {
    Refusal::new("accounts.name-wrong").on("name")
}

/// Nobody changes their own rights.
pub(super) fn own_account() -> Refusal {
    Refusal::new("accounts.own-account")
}

/// A resident's account holds no posts.
pub(super) fn resident_holds_no_post() -> Refusal {
    Refusal::new("accounts.resident-holds-no-post")
}

/// Residents act for themselves without a post.
pub(super) fn role_is_no_post() -> Refusal {
    Refusal::new("accounts.role-is-no-post").on("role")
}

/// 三员分立: an administrator holds no other post.
pub(super) fn duties_apart() -> Refusal {
    Refusal::new("accounts.duties-apart")
        .on("role")
        .citing("GB/T 22239")
}

/// The last day lies before the first.
pub(super) fn days_reversed() -> Refusal {
    Refusal::new("accounts.days-reversed").on("to")
}

/// There is no such post, or it has ended.
pub(super) fn no_such_post() -> Refusal {
    Refusal::new("accounts.no-such-post")
}

/// There is no such token, or it is revoked.
pub(super) fn no_such_token() -> Refusal {
    Refusal::new("accounts.no-such-token")
}

/// The label is missing or longer than 80 characters.
pub(super) fn label_wrong() -> Refusal {
    Refusal::new("accounts.label-wrong").on("label")
}

/// No resident has this id or identity number.
pub(super) fn resident_unknown() -> Refusal {
    Refusal::new("accounts.resident-unknown").on("resident")
}

/// A resident's account says by itself whose it is.
pub(super) fn not_staff() -> Refusal {
    Refusal::new("accounts.not-staff").on("resident")
}

/// The person is recorded already.
pub(super) fn person_unchanged() -> Refusal {
    Refusal::new("accounts.person-unchanged").on("resident")
}

/// Residents sign in by a code to their phone: there is nothing to reset.
pub(super) fn resident_has_no_credential() -> Refusal {
    Refusal::new("accounts.resident-has-no-credential")
}
