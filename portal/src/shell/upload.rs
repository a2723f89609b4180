//! Files that a form sent: read at the doorway with the form's fields, within bounds of size, memory
//! and time (`multipart/form-data`, RFC 7578).
//!
//! Only routes that say so take files. A file that is too large is read to its end and thrown away,
//! so that the page can say so beside everything else that was sent; whoever sends slower than
//! [`SLOWEST`] is let go.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::FromRequestParts;
use futures::stream::{Stream, StreamExt as _, unfold};
use http::header;
use http::request::Parts;
use linli_interop::upload::MOST_BYTES;
use linli_kernel::Fault;
use multer::{Constraints, Field, Multipart, SizeLimit};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use super::form::{Fields, MAX_FORM_BYTES, readable};
use super::trouble::Trouble;

/// The most bytes of a whole form with files.
const MOST_IN_ALL: u64 = 64 * 1024 * 1024;

/// The most parts of one form.
const MOST_PARTS: usize = 200;

/// The memory that all forms being read and handled may take, in KiB.
const ROOM_KIB: usize = 256 * 1024;

/// The fewest bytes a second, once a form has been coming for [`GRACE`].
const SLOWEST: u64 = 8 * 1024;

/// For how long anybody may be slow.
const GRACE: Duration = Duration::from_secs(20);

/// The longest silence.
const SILENCE: Duration = Duration::from_secs(10);

/// The paths whose forms may hold files.
#[derive(Debug, Clone, Default)]
pub(crate) struct UploadPaths(pub(crate) Arc<Vec<&'static str>>);

/// The memory for forms with files; shared by all requests.
#[derive(Clone)]
pub(crate) struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(ROOM_KIB)))
    }
}

/// One file of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Upload {
    /// The field it was chosen in.
    pub(crate) field: String,
    /// The name that came with it: whatever somebody sent.
    pub(crate) name: String,
    /// Its content; empty when it was too large.
    pub(crate) bytes: Vec<u8>,
    /// Whether it was larger than what is taken.
    pub(crate) too_large: bool,
}

/// The files of a form, in the order sent. An input left empty sends none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Uploads {
    files: Arc<Vec<Upload>>,
    _held: Arc<Vec<OwnedSemaphorePermit>>,
}

impl Uploads {
    /// The files, in the order sent.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Upload> {
        self.files.iter()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Uploads {
    type Rejection = Trouble;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// The boundary between the parts, where the request is a form with files.
pub(super) fn boundary(parts: &Parts) -> Option<String> {
    let kind = parts.headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(kind).ok()
}

/// Reads a form with files. Unless they are to be kept, files are thrown away as they come: what a
/// visitor typed must not be lost when their sign-in has ended, and takes no room.
pub(super) async fn read(
    body: Body,
    boundary: String,
    room: &Room,
    keep: bool,
) -> Result<(Fields, Uploads), Trouble> {
    let whole = SizeLimit::new().whole_stream(MOST_IN_ALL);
    let limits = Constraints::new().size_limit(whole);
    let mut form = Multipart::with_constraints(paced(body), boundary, limits);
    let mut reading = Reading {
        room,
        keep,
        held: Vec::new(),
        fields: Vec::new(),
        typed: 0,
        files: Vec::new(),
    };
    let mut parts = 0;
    while let Some(part) = form.next_field().await.map_err(trouble)? {
        parts += 1;
        if parts > MOST_PARTS {
            return Err(Trouble::Unreadable("form"));
        }
        reading.part(part).await?;
    }
    let uploads = Uploads {
        files: Arc::new(reading.files),
        _held: Arc::new(reading.held),
    };
    Ok((Fields::new(reading.fields), uploads))
}

/// A form on its way in.
struct Reading<'a> {
    room: &'a Room,
    keep: bool,
    held: Vec<OwnedSemaphorePermit>,
    fields: Vec<(String, String)>,
    /// How many bytes were typed.
    typed: usize,
    files: Vec<Upload>,
}

impl Reading<'_> {
    async fn part(&mut self, mut part: Field<'_>) -> Result<(), Trouble> {
        let field = readable(part.name().unwrap_or_default());
        let Some(name) = part.file_name().map(str::to_owned) else {
            return self.text(field, part).await;
        };
        let (mut bytes, mut too_large) = (Vec::new(), !self.keep);
        while let Some(chunk) = part.chunk().await.map_err(trouble)? {
            if too_large || bytes.len() + chunk.len() > MOST_BYTES {
                too_large = true;
                bytes = Vec::new();
                continue;
            }
            self.hold(chunk.len())?;
            bytes.extend_from_slice(&chunk);
        }
        let left_empty = name.is_empty() && bytes.is_empty() && !too_large;
        if !left_empty {
            self.files.push(Upload {
                field,
                name,
                bytes,
                too_large,
            });
        }
        Ok(())
    }

    async fn text(&mut self, field: String, mut part: Field<'_>) -> Result<(), Trouble> {
        let mut bytes = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(trouble)? {
            self.typed += chunk.len();
            if self.typed > MAX_FORM_BYTES {
                return Err(Trouble::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        let text = readable(&String::from_utf8_lossy(&bytes));
        self.fields.push((field, text));
        Ok(())
    }

    /// Takes room for `bytes` more, until the request is answered.
    fn hold(&mut self, bytes: usize) -> Result<(), Trouble> {
        let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.room.0).try_acquire_many_owned(kib);
        let full = |_| Fault::Busy("too many files are being sent at once".to_owned());
        self.held.push(permit.map_err(full)?);
        Ok(())
    }
}

/// Why reading ended.
#[derive(Debug, thiserror::Error)]
enum Cut {
    #[error("the form came too slowly")]
    Slow,
    #[error("the connection ended: {0}")]
    Gone(axum::Error),
}

/// The body, cut when it comes too slowly.
fn paced(body: Body) -> impl Stream<Item = Result<Bytes, Cut>> + Send {
    let began = Instant::now();
    unfold(
        (body.into_data_stream(), 0_u64, false),
        move |(mut body, so_far, ended)| async move {
            if ended {
                return None;
            }
            let (item, so_far) = match timeout(SILENCE, body.next()).await {
                Err(_) => (Err(Cut::Slow), so_far),
                Ok(None) => return None,
                Ok(Some(Err(why))) => (Err(Cut::Gone(why)), so_far),
                Ok(Some(Ok(bytes))) => {
                    let so_far = so_far + bytes.len() as u64;
                    if is_slow(so_far, began.elapsed()) {
                        (Err(Cut::Slow), so_far)
                    } else {
                        (Ok(bytes), so_far)
                    }
                }
            };
            let ended = item.is_err();
            Some((item, (body, so_far, ended)))
        },
    )
}

fn is_slow(so_far: u64, elapsed: Duration) -> bool {
    elapsed > GRACE && so_far < elapsed.as_secs() * SLOWEST
}

fn trouble(error: multer::Error) -> Trouble {
    match error {
        multer::Error::StreamSizeExceeded { .. } => Trouble::TooLarge,
        multer::Error::StreamReadFailed(why) if matches!(why.downcast_ref(), Some(Cut::Slow)) => {
            Trouble::TooSlow
        }
        _ => Trouble::Unreadable("form"),
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    fn form(parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (field, file, content) in parts {
            body.extend(format!("--b\r\nContent-Disposition: form-data; name=\"{field}\"").bytes());
            if let Some(file) = file {
                body.extend(format!("; filename=\"{file}\"\r\nContent-Type: image/png").bytes());
            }
            body.extend(b"\r\n\r\n");
            body.extend(*content);
            body.extend(b"\r\n");
        }
        body.extend(b"--b--\r\n");
        body
    }

    async fn read_whole(body: Vec<u8>) -> Result<(Fields, Uploads), Trouble> {
        read(Body::from(body), "b".to_owned(), &Room::default(), true).await
    }

    #[tokio::test]
    async fn fields_and_files_come_apart_and_an_empty_input_sends_none() {
        let body = form(&[
            ("_csrf", None, b"token"),
            ("words", None, "您好\u{202e}".as_bytes()),
            ("paper", Some("../户口簿.png"), b"\x89PNG"),
            ("paper", Some(""), b""),
            ("other", Some("empty.pdf"), b""),
        ]);
        let (fields, uploads) = read_whole(body).await.unwrap();
        assert_eq!(fields.text("_csrf"), "token");
        assert_eq!(
            fields.text("words"),
            "您好",
            "marks that turn writing around are left out"
        );
        let names: Vec<&str> = uploads.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["../户口簿.png", "empty.pdf"]);
        assert_eq!(uploads.iter().next().unwrap().bytes, b"\x89PNG");
    }

    #[tokio::test]
    async fn a_file_that_is_too_large_does_not_take_the_rest_with_it() {
        let large = vec![7; MOST_BYTES + 1];
        let body = form(&[
            ("paper", Some("large.png"), &large),
            ("paper", Some("small.png"), b"small"),
            ("words", None, b"typed"),
        ]);
        let (fields, uploads) = read_whole(body).await.unwrap();
        assert_eq!(fields.text("words"), "typed");
        let sizes: Vec<(bool, usize)> = uploads
            .iter()
            .map(|file| (file.too_large, file.bytes.len()))
            .collect();
        assert_eq!(sizes, [(true, 0), (false, 5)]);
    }

    #[tokio::test]
    async fn a_form_beyond_all_bounds_is_refused() {
        let many: Vec<(&str, Option<&str>, &[u8])> = vec![("a", None, b"1"); 201];
        let refused = read_whole(form(&many)).await;
        assert!(matches!(refused, Err(Trouble::Unreadable("form"))));
        let long = vec![b'x'; MAX_FORM_BYTES + 1];
        let refused = read_whole(form(&[("words", None, &long)])).await;
        assert!(matches!(refused, Err(Trouble::TooLarge)));
        let cut = &form(&[("paper", Some("a.png"), b"content")])[..60];
        let refused = read_whole(cut.to_vec()).await;
        assert!(matches!(refused, Err(Trouble::Unreadable("form"))));
        let huge = stream::iter((0..70).map(|_| Ok::<_, std::io::Error>(vec![0_u8; 1 << 20])));
        let refused = read(
            Body::from_stream(huge),
            "b".to_owned(),
            &Room::default(),
            true,
        )
        .await;
        assert!(matches!(
            refused,
            Err(Trouble::TooLarge | Trouble::Unreadable(_))
        ));
    }

    #[tokio::test]
    async fn of_a_visitor_only_what_was_typed_is_kept() {
        let room = Room(Arc::new(Semaphore::new(0)));
        let body = form(&[
            ("paper", Some("a.png"), b"content"),
            ("words", None, b"typed"),
        ]);
        let read = read(Body::from(body), "b".to_owned(), &room, false).await;
        let (fields, uploads) = read.unwrap();
        assert_eq!(fields.text("words"), "typed");
        assert!(uploads.iter().all(|file| file.bytes.is_empty()));
    }

    #[tokio::test]
    async fn room_is_given_back_when_the_request_is_answered() {
        let room = Room(Arc::new(Semaphore::new(2)));
        let body = form(&[("paper", Some("a.png"), &[1; 2000])]);
        let first = read(Body::from(body.clone()), "b".to_owned(), &room, true).await;
        let second = read(Body::from(body.clone()), "b".to_owned(), &room, true).await;
        assert!(matches!(second, Err(Trouble::Fault(Fault::Busy(_)))));
        drop(first);
        assert!(
            read(Body::from(body), "b".to_owned(), &room, true)
                .await
                .is_ok()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_stops_sending_or_trickles_is_let_go() {
        let silent = stream::pending::<Result<Vec<u8>, std::io::Error>>();
        let refused = read(
            Body::from_stream(silent),
            "b".to_owned(),
            &Room::default(),
            true,
        )
        .await;
        assert!(matches!(refused, Err(Trouble::TooSlow)));
        let start = form(&[("paper", Some("a.png"), b"")]);
        let start = start[..start.len() - 8].to_vec();
        let trickle = stream::once(async { start }).chain(unfold((), |()| async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Some((vec![1_u8; 100], ()))
        }));
        let began = Instant::now();
        let trickle = Body::from_stream(trickle.map(Ok::<_, std::io::Error>));
        let refused = read(trickle, "b".to_owned(), &Room::default(), true).await;
        assert!(matches!(refused, Err(Trouble::TooSlow)));
        assert!(began.elapsed() <= GRACE + Duration::from_secs(2));
    }
}
