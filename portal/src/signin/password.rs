//! A password of one's own: at the first sign-in with one that somebody else chose, and whenever
//! somebody wants another.
//!
//! Any character counts and nothing must be mixed in; what is asked is length, and that it is not one
//! of those that are tried first.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use tower_sessions::Session;

use super::factor::login_of;
use super::steps;
use crate::Portal;
use crate::shell::ui::{Input, Kind};
use crate::shell::{Fields, Page, Trouble, html, invalid};

/// The fewest characters of a password.
pub(crate) const SHORTEST: usize = 12;
/// The most: more is a mistake, and hashing it is work.
pub(crate) const LONGEST: usize = 256;

/// Words that make a password easy to try, whatever surrounds them: those that lead the published
/// lists, and this program's own. What remains of a password without them must still be long.
const WORN: [&str; 24] = [
    "password",
    "passw0rd",
    "qwertyuiop",
    "qwerty",
    "asdfgh",
    "zxcvbn",
    "1qaz2wsx",
    "admin",
    "letmein",
    "welcome",
    "iloveyou",
    "woaini",
    "abc123",
    "123123",
    "111111",
    "000000",
    "666666",
    "888888",
    "5201314",
    "a1b2c3",
    "changeme",
    "linli",
    "songjiang",
    "shanghai",
];

#[derive(Template)]
#[template(path = "signin/templates/password.html")]
struct Choose {
    page: Page,
    password: Input,
    again: Input,
}

/// A field for a password.
pub(crate) fn field(page: &Page, name: &str, label: &str, autocomplete: &'static str) -> Input {
    Input {
        name: name.to_owned(),
        label: page.t(label),
        error: page.problem_of(name).to_owned(),
        kind: Kind::Password,
        autocomplete,
        width: 30,
        ..Input::default()
    }
}

/// The key of what is wrong with `password` for the user name `login`; `None` when nothing is.
pub(crate) fn weakness(password: &str, login: &str) -> Option<&'static str> {
    let count = password.chars().count();
    if count < SHORTEST {
        return Some("sign-in-password-short");
    }
    if count > LONGEST {
        return Some("sign-in-password-long");
    }
    let mut rest = password.to_lowercase();
    for worn in WORN
        .into_iter()
        .chain(Some(login).filter(|login| login.len() >= 3))
    {
        rest = rest.replace(worn, "");
    }
    if runs_out(&rest) {
        return Some("sign-in-password-worn");
    }
    None
}

/// Whether too little is left that is not a row of neighbours (`123456`, `aaaa`, `fedcba`).
fn runs_out(rest: &str) -> bool {
    let letters: Vec<u32> = rest.chars().map(u32::from).collect();
    let steps = letters
        .windows(2)
        .filter(|pair| pair[0].abs_diff(pair[1]) > 1);
    steps.count() < 6
}

fn form(page: Page) -> Choose {
    let mut password = field(&page, "password", "sign-in-password-new", "new-password");
    password.hint = page.t("sign-in-password-hint");
    Choose {
        password,
        again: field(&page, "again", "sign-in-password-again", "new-password"),
        page,
    }
}

/// `GET /sign-in/password`
pub(super) async fn ask(
    State(portal): State<Portal>,
    page: Page,
    session: Session,
) -> Result<Response, Trouble> {
    match steps::half(&portal, &session).await? {
        Some(_) => html(&form(page)),
        None => Ok(steps::again()),
    }
}

/// What was chosen, when it was typed twice and will do; else the problems stand on the page.
pub(crate) fn chosen(page: &mut Page, fields: &Fields, login: &str) -> Option<String> {
    let password = fields.first("password").unwrap_or_default();
    if let Some(key) = weakness(password, login) {
        page.problem("password", key);
        return None;
    }
    if fields.first("again") != Some(password) {
        page.problem("again", "sign-in-password-differs");
        return None;
    }
    Some(password.to_owned())
}

/// `POST /sign-in/password`
pub(super) async fn choose(
    State(portal): State<Portal>,
    mut page: Page,
    session: Session,
    fields: Fields,
) -> Result<Response, Trouble> {
    let half = steps::half(&portal, &session).await?;
    let Some(half) = half.filter(|half| half.proved || !portal.shared.settings.second_factor)
    else {
        return Ok(steps::again());
    };
    if !half.proved && portal.desk.factor_since(half.account).await?.is_some() {
        return Ok(steps::again());
    }
    let login = login_of(&portal, half.account).await?;
    let Some(password) = chosen(&mut page, &fields, &login) else {
        return invalid(&form(page));
    };
    portal
        .desk
        .choose_password(&login, half.account, password)
        .await?;
    portal.desk.end_visits(half.account, None).await?;
    steps::go_on(&portal, &page, &session, &half).await
}

#[cfg(test)]
mod tests {
    use super::weakness;

    #[test]
    fn length_counts_and_what_is_tried_first_does_not() {
        for (password, expected) in [
            ("短", Some("sign-in-password-short")),
            ("elevenchars", Some("sign-in-password-short")),
            ("password1234", Some("sign-in-password-worn")),
            ("Password123456789", Some("sign-in-password-worn")),
            ("111111111111", Some("sign-in-password-worn")),
            ("abcdefghijklmnop", Some("sign-in-password-worn")),
            ("qwertyuiop123456", Some("sign-in-password-worn")),
            ("wang.min-wang.min", Some("sign-in-password-worn")),
            ("correct horse battery", None),
            ("小桥流水人家古道西风瘦马", None),
            ("hk7q-m2xd-vw9p", None),
        ] {
            assert_eq!(weakness(password, "wang.min"), expected, "{password}");
        }
        let endless = "长".repeat(257);
        assert_eq!(weakness(&endless, "x"), Some("sign-in-password-long"));
    }
}
