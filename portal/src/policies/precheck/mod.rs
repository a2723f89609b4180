//! 申请前自测: a private check on a service's page.
//!
//! **Nothing is stored.** Answers travel in hidden fields of the next page and nowhere else: not in
//! an address, a session or a log, and to nobody. Hence no redirect after a POST. What the register
//! knows is used only where somebody who is signed in asks for it, and of them and the household
//! alone.

mod draw;
mod sheet;
#[cfg(test)]
mod tests;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::civil::Date;
use linli_community::policies::{Family, Policies, Precheck};
use linli_kernel::ResidentId;

use crate::Portal;
use crate::shell::{Fields, Page, Signed, Trouble, html, invalid};
use draw::Frame;
use sheet::{People, Sheet};

#[derive(Template)]
#[template(path = "policies/templates/precheck-start.html")]
struct Start {
    page: Page,
    service: String,
    name: String,
    resident: bool,
}

/// `GET /services/{service}/check`
pub(super) async fn start(
    State(portal): State<Portal>,
    Path(service): Path<String>,
    page: Page,
) -> Result<Response, Trouble> {
    let name = name_of(&portal, &page, &service)?;
    let today = portal.linli.clock().today();
    let policies = portal.linli.policies();
    policies
        .prechecks(&service, today)
        .ok_or(Trouble::NotFound)?;
    html(&Start {
        resident: own(&page).is_some(),
        service,
        name,
        page,
    })
}

fn name_of(portal: &Portal, page: &Page, service: &str) -> Result<String, Trouble> {
    let today = portal.linli.clock().today();
    let found = portal.linli.catalogue().service(service, today);
    let found = found.ok_or(Trouble::NotFound)?;
    Ok(page.pick(&found.names.zh, &found.names.en).to_owned())
}

/// The resident who reads, where one does.
fn own(page: &Page) -> Option<ResidentId> {
    let signed = page.signed.as_ref().filter(|signed| !signed.is_staff());
    signed.and_then(|signed: &Signed| signed.resident)
}

/// `POST /services/{service}/check`: takes one answer, and asks the next question or says the
/// result.
pub(super) async fn answer(
    State(portal): State<Portal>,
    Path(service): Path<String>,
    page: Page,
    fields: Fields,
) -> Result<Response, Trouble> {
    let known = match own(&page).filter(|_| fields.text("_known") == "yes") {
        Some(resident) => Some(portal.linli.family(resident).await?),
        None => None,
    };
    let policies = portal.linli.policies();
    let asked = Asked {
        policies: &policies,
        service: &service,
        known: known.as_ref(),
        today: portal.linli.clock().today(),
    };
    let frame = Frame {
        linli: &portal.linli,
        service: &service,
        name: name_of(&portal, &page, &service)?,
        known: known.is_some(),
    };
    asked.go_on(&frame, page, &fields)
}

/// What is asked about, and what the register says where that is wished.
struct Asked<'a> {
    policies: &'a Policies,
    service: &'a str,
    known: Option<&'a Family>,
    today: Date,
}

impl Asked<'_> {
    fn go_on(
        self,
        frame: &Frame<'_>,
        mut page: Page,
        fields: &Fields,
    ) -> Result<Response, Trouble> {
        let whole = self.policies.prechecks(self.service, self.today);
        let counted = whole.ok_or(Trouble::NotFound)? && self.known.is_none();
        let people = match People::read(fields) {
            _ if !counted => 1,
            People::Said(people) => people,
            People::Open(typed) => return html(&frame.people(page, &typed)),
            People::Wrong(typed) => {
                page.problems.push(frame.wrong_people(&page));
                return invalid(&frame.people(page, &typed));
            }
        };
        let check = Precheck::open(self.policies, self.service, people, self.known, self.today);
        let mut check = check.ok_or(Trouble::NotFound)?;
        let sheet = Sheet::read(&check, fields);
        if sheet.to_people && counted {
            return html(&frame.people(page, &people.to_string()));
        }
        for said in sheet.taken() {
            check.say(said.id, said.whose, said.value());
        }
        let held = sheet.held.and_then(|id| check.question(id));
        let Some(question) = held.or_else(|| check.next()) else {
            return html(&frame.result(page, &check, &sheet));
        };
        page.problems
            .extend(frame.problems(&page, &question, &sheet));
        let refused = !page.problems.is_empty();
        let ask = frame.ask(page, (&check, &question), &sheet);
        if refused { invalid(&ask) } else { html(&ask) }
    }
}
