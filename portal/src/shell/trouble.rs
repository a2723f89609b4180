//! How a request ends when it does not end well. A handler returns a [`Trouble`]; the doorway turns
//! it into a page in the reader's language (or into JSON for the API) that says what to do.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use linli_community::feature::Problem;
use linli_kernel::{Fault, Refusal};

/// What went wrong. Only [`Trouble::Fault`] is our own fault and logged as one.
#[derive(Debug)]
pub enum Trouble {
    /// 404: there is no such thing, or none the asker may know of.
    NotFound,
    /// 401 for the API; pages lead to sign-in and back, with what was typed kept.
    SignIn,
    /// 403: this post may not, or not here.
    Forbidden(Refusal),
    /// 422: rules say no; shown together above what was typed.
    Refused(Vec<Refusal>),
    /// 409: somebody else was faster. Both versions are shown side by side.
    Conflict(Kept),
    /// 429: too many requests; when to try again.
    TooMany {
        /// Seconds until the next try.
        seconds: u64,
    },
    /// 400: the request cannot be read; the text says what was expected, without blame.
    Unreadable(&'static str),
    /// 413: larger than what is taken.
    TooLarge,
    /// 408: a form with files that came too slowly.
    TooSlow,
    /// 500, or 503 when a later try may go through.
    Fault(Fault),
}

/// Two versions of one thing: what stands now and what the person sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// Name and value of what stands now.
    pub now: Vec<(String, String)>,
    /// Name and value of what was sent.
    pub sent: Vec<(String, String)>,
    /// Who wrote the version that stands, where that may be told.
    pub by: Option<String>,
    /// Where to go on from.
    pub back: String,
}

impl Trouble {
    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Fault(Fault::Busy(_) | Fault::StoreFull(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The trouble a bare status stands for, such as a layer below answers with.
    #[must_use]
    pub(crate) fn of_status(status: StatusCode) -> Option<Self> {
        Some(match status {
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Self::NotFound,
            StatusCode::UNAUTHORIZED => Self::SignIn,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::TOO_MANY_REQUESTS => Self::TooMany { seconds: 30 },
            StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE => {
                Self::Fault(Fault::Busy("timed out".to_owned()))
            }
            StatusCode::INTERNAL_SERVER_ERROR => {
                Self::Fault(Fault::Store("a handler failed".to_owned()))
            }
            other if other.is_client_error() => Self::Unreadable("request"),
            _ => return None,
        })
    }
}

/// The trouble that a problem of a command is to a page. A conflict carries no versions: a handler
/// that shows a form puts them in itself.
#[must_use]
pub fn trouble_of(problem: Problem) -> Trouble {
    match problem {
        Problem::Refused(refusals) => match refusals.as_slice() {
            [only] => Trouble::from(only.clone()),
            _ => Trouble::Refused(refusals),
        },
        Problem::Conflict { .. } => Trouble::Conflict(Kept::default()),
        Problem::Fault(fault) => Trouble::Fault(fault),
    }
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        trouble_of(problem)
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        if refusal.code.starts_with("gate.") {
            Self::Forbidden(refusal)
        } else {
            Self::Refused(vec![refusal])
        }
    }
}

impl From<sea_orm::DbErr> for Trouble {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(crate::session::store_fault(error))
    }
}

impl From<tower_sessions::session::Error> for Trouble {
    fn from(error: tower_sessions::session::Error) -> Self {
        Self::Fault(Fault::Store(error.to_string()))
    }
}

impl From<askama::Error> for Trouble {
    fn from(error: askama::Error) -> Self {
        Self::Fault(Fault::Store(format!(
            "a page could not be written: {error}"
        )))
    }
}

impl IntoResponse for Trouble {
    /// A bare answer that carries the trouble; the doorway dresses it.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
