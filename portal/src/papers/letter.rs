//! A paper of a case as a PDF: found among those its acts issued, filled, laid out.
//!
//! The document is in Chinese whatever the reader's language; `?translation=yes` gives it in
//! English, which says on top that it is a translation.

use axum::response::{IntoResponse as _, Response};
use http::header;
use linli_community::cases::view::CaseView;
use linli_community::papers::{self, Edition, Issued, Kind, Values};
use linli_community::places::{AreaKind, AreaTree};
use linli_interop::letter::{Letter, render_letter};
use linli_kernel::{AreaPath, Fault};

use super::values::Filling;
use crate::Portal;
use crate::desk::rows;
use crate::desk::trouble;
use crate::i18n::Lang;
use crate::policies::told;
use crate::shell::{Page, Trouble};

/// The body that issues a letter of the desk at `area`: 中山街道办事处, 松江区民政局,
/// 中山街道茸树社区居民委员会.
pub(crate) fn issuer(areas: &AreaTree, area: &AreaPath) -> String {
    let Some(found) = areas.get(area) else {
        return area.code().to_owned();
    };
    let name = found.name();
    match found.kind {
        AreaKind::District => format!("{name}民政局"),
        AreaKind::Subdistrict => format!("{name}办事处"),
        AreaKind::Town => format!("{name}人民政府"),
        AreaKind::Community => areas.full_name(area),
        AreaKind::ResidentsCommittee | AreaKind::VillagersCommittee => {
            let street = areas.street_of(area).map_or("", |street| street.name());
            let name = name.replace("居委会", "居民委员会");
            format!("{street}{}", name.replace("村委会", "村民委员会"))
        }
    }
}

/// The paper of the case that `?paper=` names by the version of the case; without it the newest
/// letter. `?large=yes` in large print, `?translation=yes` in English.
pub(crate) async fn answer(
    portal: &Portal,
    page: &Page,
    view: &CaseView,
    shown: &str,
) -> Result<Response, Trouble> {
    let letter = of_case(portal, page, view).await?;
    let name = format!("{shown}; filename=\"letter-{}.pdf\"", view.case.number);
    pdf(letter, &name).await
}

/// A letter as a file.
pub(super) async fn pdf(letter: Letter, disposition: &str) -> Result<Response, Trouble> {
    let pdf = tokio::task::spawn_blocking(move || render_letter(&letter))
        .await
        .map_err(|error| Fault::Busy(error.to_string()))??;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    Ok((headers, pdf).into_response())
}

/// The letter that [`answer`] prints.
pub(crate) async fn of_case(
    portal: &Portal,
    page: &Page,
    view: &CaseView,
) -> Result<Letter, Trouble> {
    let all = papers::issued(&portal.linli, view.case.id)
        .await
        .map_err(trouble)?;
    let issued = wanted(page, &all).ok_or(Trouble::NotFound)?;
    let edition = portal.linli.paper_edition(issued.kind, issued.at).await?;
    let mut page = page.clone();
    page.lang = lang(&page);
    let filling = Filling {
        portal,
        page: &page,
        view,
        issued,
    };
    let case = &issued.case;
    let url = match issued.kind {
        // Whoever is shown a certificate checks it where it was made.
        Kind::Certificate => format!("{}/verify/{}", page.public_url(), case.number),
        _ => format!("{}/lookup?number={}", page.public_url(), case.number),
    };
    let reckoned = matches!(issued.kind, Kind::Granted | Kind::Refused) && page.lang == Lang::Zh;
    Ok(Letter {
        issuer: filling.issuer(),
        case_number: rows::spoken(&case.number),
        signed_on: filling.day(),
        reckoning: if reckoned {
            told::kept(&portal.linli, &page, case)
        } else {
            Vec::new()
        },
        check_url: url,
        synthetic: page.is_demo(),
        ..laid_out(&page, &edition, &filling.values())
    })
}

fn wanted<'a>(page: &Page, all: &'a [Issued]) -> Option<&'a Issued> {
    match page.query.get("paper") {
        Some(version) => all.iter().find(|one| one.version.to_string() == version),
        None => all.iter().rfind(|one| one.kind != Kind::Receipt),
    }
}

/// The language of the paper, which is not that of the page.
pub(super) fn lang(page: &Page) -> Lang {
    match page.query.get("translation") {
        Some("yes") => Lang::En,
        _ => Lang::Zh,
    }
}

/// A template filled; `page` has the language of the paper.
pub(super) fn laid_out(page: &Page, edition: &Edition, values: &Values) -> Letter {
    let english = page.lang == Lang::En;
    let filled = edition.template.fill(values, english);
    Letter {
        form: edition.template.kind.form(),
        english,
        issuer: String::new(),
        number: filled.number,
        title: filled.title,
        addressee: filled.addressee,
        case_number: String::new(),
        body: filled.body,
        reckoning: Vec::new(),
        signed_on: edition.template.date,
        check: filled.check,
        check_url: String::new(),
        template: edition.named(english),
        synthetic: true,
        large: page.query.get("large") == Some("yes"),
    }
}
