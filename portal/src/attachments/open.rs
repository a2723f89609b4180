//! One file of a case, handed out: to its applicant, and to staff who said why.
//!
//! The type is what the bytes were found to be; a sandbox without anything keeps whatever is inside
//! from acting (CSP), `nosniff` from being taken for something else. A photo is shown, a PDF always
//! downloaded: no viewer of ours runs it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::header;
use linli_community::attachments::Media;
use linli_community::cases::{CaseView, State as Case};
use linli_community::residents::{Purpose, Why};
use linli_journal::FileAt;
use linli_kernel::Refusal;
use tower_sessions::Session;

use crate::Portal;
use crate::catalogue::views::say;
use crate::desk::{looks, trouble};
use crate::shell::{Page, Signed, Trouble};
use crate::{cases, progress};

/// Nothing may run, load, be framed or be sent.
const SANDBOX: &str = "sandbox; default-src 'none'; img-src 'self'; frame-ancestors 'none'";

/// `GET /cases/{number}/papers/{place}`: one's own.
pub(super) async fn own(
    State(portal): State<Portal>,
    Path((number, place)): Path<(String, String)>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let mine = progress::pages::find(&portal, &signed, &number).await?;
    let (at, name) = find(&page, &mine.view, &place)?;
    hand_out(&portal, at, &name).await
}

/// `GET /desk/cases/{number}/papers/{place}`: after a reason was given for the case; each opening is
/// a look.
pub(super) async fn staff(
    State(portal): State<Portal>,
    Path((number, place)): Path<(String, String)>,
    page: Page,
    signed: Signed,
    session: Session,
) -> Result<Response, Trouble> {
    let view = cases::read::case(&portal.linli, &signed.actor, &number).await?;
    let (at, name) = find(&page, &view, &place)?;
    let now = portal.linli.clock().now();
    let Some(why) = looks::why(&session, &cases::about(&view), now).await? else {
        let reveal = format!("{}/reveal", cases::read::href(&view));
        return Ok(Redirect::to(&reveal).into_response());
    };
    let purpose = Purpose {
        why: Why::Case,
        case: Some(view.case.id),
        words: page.ta("attachments-look", &[("why", &why), ("name", &name)]),
    };
    portal
        .linli
        .record_look(&signed.actor, view.case.applicant, &purpose)
        .await
        .map_err(trouble)?;
    hand_out(&portal, at, &name).await
}

/// Where the file lies, and the name it gets: number of the case, paper, place.
fn find(page: &Page, view: &CaseView, place: &str) -> Result<(FileAt, String), Trouble> {
    let place: usize = place.parse().map_err(|_bad| Trouble::NotFound)?;
    let case: &Case = &view.case;
    let paper = case.papers.get(place).ok_or(Trouble::NotFound)?;
    let id = paper.attachment.as_deref().and_then(|id| id.parse().ok());
    let at = FileAt {
        subject: case.applicant,
        id: id.ok_or(Trouble::NotFound)?,
    };
    let known = view.service.paper(&paper.id);
    let name = known.map_or_else(|| paper.id.clone(), |paper| say(page, &paper.names));
    Ok((at, format!("{}-{name}-{}", case.number, place + 1)))
}

async fn hand_out(portal: &Portal, at: FileAt, name: &str) -> Result<Response, Trouble> {
    let opened = portal.linli.open_attachment(at).await?;
    let Some(opened) = opened else {
        // Its entry came from another node before it did.
        let awaited = portal.linli.awaits_attachment(at).await?;
        let refusal = Refusal::new("attachments.on-the-way");
        return Err(if awaited {
            Trouble::Refused(vec![refusal])
        } else {
            Trouble::NotFound
        });
    };
    let media = opened.label.media;
    let headers = [
        (header::CONTENT_TYPE, media.mime().to_owned()),
        (header::CONTENT_DISPOSITION, disposition(media, name)),
        (header::CONTENT_SECURITY_POLICY, SANDBOX.to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, opened.content).into_response())
}

/// RFC 6266 with RFC 8187: a plain name for old browsers, the real one in UTF-8.
pub(super) fn disposition(media: Media, name: &str) -> String {
    let kind = match media {
        Media::Jpeg => "inline",
        Media::Pdf => "attachment",
    };
    let ending = media.extension();
    let name = linli_community::attachments::clean(name, media, "file");
    let plain: String = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
        .collect();
    let plain = if plain.len() > ending.len() + 1 {
        plain
    } else {
        format!("file.{ending}")
    };
    format!(
        "{kind}; filename=\"{plain}\"; filename*=UTF-8''{}",
        encoded(&name)
    )
}

/// RFC 8187, `value-chars`: everything but its few plain characters as `%XX` of UTF-8.
fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _always = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}
