//! Files as answers: named in Chinese for who reads it, kept by nobody on the way.

use axum::response::{IntoResponse as _, Response};
use http::header;

/// A sheet as a download called `name`, which ends in `.xlsx` or `.csv`.
pub(crate) fn file(name: &str, bytes: Vec<u8>) -> Response {
    const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let (kind, plain) = match name.ends_with(".csv") {
        true => ("text/csv; charset=utf-8; header=present", "linli.csv"),
        false => (WORKBOOK, "linli.xlsx"),
    };
    // RFC 8187: the name itself, beside one in ASCII for who does not read it.
    let letter = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    let encoded: String = name.bytes().map(letter).collect();
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}
