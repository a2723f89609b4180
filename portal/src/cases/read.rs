//! One case by its number, for whoever may read it.

use linli_community::Linli;
use linli_community::cases::{self, CaseView, Filter, queries};
use linli_kernel::Actor;

use crate::desk::trouble;
use crate::shell::Trouble;

/// The case with this number, typed in any way. One that the actor may not read is not there.
pub(crate) async fn case(linli: &Linli, actor: &Actor, number: &str) -> Result<CaseView, Trouble> {
    let filter = Filter {
        number: Some(number.to_owned()),
        size: 1,
        ..Filter::default()
    };
    let found = queries::list(linli, actor, &filter)
        .await
        .map_err(trouble)?;
    let row = found.rows.into_iter().next().ok_or(Trouble::NotFound)?;
    cases::view::view(linli, actor, row.id)
        .await
        .map_err(trouble)
}

/// The address of a case's page.
pub(crate) fn href(view: &CaseView) -> String {
    format!("/desk/cases/{}", view.case.number)
}
