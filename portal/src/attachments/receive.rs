//! From a file as it was sent to a file that is kept: told by its bytes, tidied, named, sealed.

use std::sync::Arc;

use linli_community::Problem;
use linli_community::attachments::{Label, Media, clean};
use linli_interop::upload::{Active, BadDocument, BadPicture, MOST_BYTES, Tidied, Unfit, tidy};
use linli_kernel::{Fault, Refusal, ResidentId};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::Portal;
use crate::shell::{Page, Trouble, Upload};

/// Where photos are decoded: one at a time, so that the memory they take is bounded.
#[derive(Clone)]
pub(crate) struct Darkroom(Arc<Semaphore>);

impl Default for Darkroom {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

/// A file that is kept, as a draft remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Held {
    /// Which paper of the service it is.
    pub(crate) paper: String,
    /// The file's id.
    pub(crate) file: String,
    /// Its name.
    pub(crate) name: String,
    /// What kind of file it is.
    pub(crate) media: Media,
    /// How many bytes.
    pub(crate) bytes: usize,
}

/// Keeps `upload` as a `paper` of `subject`, or says why not.
pub(super) async fn receive(
    portal: &Portal,
    page: &Page,
    subject: ResidentId,
    upload: &Upload,
    paper: &str,
) -> Result<Result<Held, Refusal>, Trouble> {
    let tidied = match tidied(portal, upload).await? {
        Ok(tidied) => tidied,
        Err(refusal) => return Ok(Err(refusal.on(&upload.field))),
    };
    let (media, content) = match tidied {
        Tidied::Photo(photo) => (Media::Jpeg, photo.jpeg),
        Tidied::Document(pdf) => (Media::Pdf, pdf),
    };
    let untitled = page.t("attachments-untitled");
    let label = Label {
        name: clean(&upload.name, media, &untitled),
        media,
        received_at: portal.linli.clock().now(),
    };
    let bytes = content.len();
    match portal.linli.keep_attachment(subject, &label, content).await {
        Ok(file) => Ok(Ok(Held {
            paper: paper.to_owned(),
            file: file.to_string(),
            name: label.name,
            media,
            bytes,
        })),
        Err(Problem::Refused(refusals)) => Err(Trouble::Refused(refusals)),
        Err(problem) => Err(problem.into()),
    }
}

async fn tidied(portal: &Portal, upload: &Upload) -> Result<Result<Tidied, Refusal>, Trouble> {
    if upload.too_large {
        return Ok(Err(refusal(&Unfit::TooLarge(MOST_BYTES))));
    }
    let bytes = upload.bytes.clone();
    let turn = portal.pictures.0.acquire().await;
    let turn = turn.map_err(|_closed| Fault::Busy("stopping".to_owned()))?;
    let tidied = tokio::task::spawn_blocking(move || tidy(bytes)).await;
    drop(turn);
    Ok(match tidied {
        Ok(tidied) => tidied.map_err(|unfit| refusal(&unfit)),
        // A decoder that gave up on what it read: the picture is damaged, and nothing else is.
        Err(error) => {
            tracing::warn!(%error, "a file could not be decoded");
            Err(Refusal::new("attachments.damaged"))
        }
    })
}

/// Why not, and what to do instead.
fn refusal(unfit: &Unfit) -> Refusal {
    let most_mb = MOST_BYTES / (1024 * 1024);
    match unfit {
        Unfit::Empty => Refusal::new("attachments.empty"),
        Unfit::TooLarge(_) => Refusal::new("attachments.too-large").with("most", most_mb),
        Unfit::Markup => Refusal::new("attachments.markup"),
        Unfit::Heic => Refusal::new("attachments.heic"),
        Unfit::Office => Refusal::new("attachments.office"),
        Unfit::Archive => Refusal::new("attachments.archive"),
        Unfit::Unknown => Refusal::new("attachments.kind"),
        Unfit::Picture(BadPicture::TooManyPixels { width, height }) => {
            Refusal::new("attachments.too-many-pixels")
                .with("width", width)
                .with("height", height)
        }
        Unfit::Picture(BadPicture::Damaged(_)) | Unfit::Document(BadDocument::CutShort) => {
            Refusal::new("attachments.damaged")
        }
        Unfit::Document(BadDocument::TwoThings) => Refusal::new("attachments.two-things"),
        Unfit::Document(BadDocument::Active(Active::File)) => {
            Refusal::new("attachments.pdf-with-file")
        }
        Unfit::Document(BadDocument::Active(_)) => Refusal::new("attachments.pdf-with-program"),
    }
}
