//! A PDF as it is taken: nothing but a PDF, and without programs.
//!
//! The check reads the bytes between objects as they stand. What lies in compressed streams is not
//! opened, so a program hidden there is not found here: that is why a PDF is never shown in a page
//! of ours, but handed out as a file, in a sandbox.
//!
//! **Source**: ISO 32000-2, 7.3.5 (names, with `#xx` for any byte), 7.5.2 (header), 7.5.5 (end),
//! 12.6 (actions); the ZIP form's end of central directory.

/// What a PDF may not carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Active {
    /// A program in JavaScript.
    Script,
    /// The start of another program.
    Launch,
    /// A file within the file.
    File,
    /// Film, sound or a form that carries programs.
    Media,
}

/// Why a PDF is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadDocument {
    /// It does not end as a PDF does: cut short.
    #[error("the PDF has no end")]
    CutShort,
    /// It is something else besides: an archive, a web page.
    #[error("the file is a PDF and something else besides")]
    TwoThings,
    /// It carries what it may not.
    #[error("the PDF carries a program or a file")]
    Active(Active),
}

/// How far a browser looks for the beginning of a page.
const LOOKED_AT: usize = 2_048;

/// How far from the end the mark of the end may stand.
const END_WITHIN: usize = 1_024;

/// How many bytes besides white space may follow the end.
const MOST_AFTER: usize = 64;

pub(super) fn check(bytes: &[u8]) -> Result<(), BadDocument> {
    let tail = &bytes[bytes.len().saturating_sub(END_WITHIN)..];
    let end = tail
        .windows(5)
        .rposition(|window| window == b"%%EOF")
        .ok_or(BadDocument::CutShort)?;
    let after = tail[end + 5..]
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace() && **byte != 0);
    if after.count() > MOST_AFTER || is_page(bytes) || is_archive(bytes) {
        return Err(BadDocument::TwoThings);
    }
    match active(bytes) {
        Some(what) => Err(BadDocument::Active(what)),
        None => Ok(()),
    }
}

/// Whether a browser that guesses could take it for a page.
fn is_page(bytes: &[u8]) -> bool {
    let head = bytes[..bytes.len().min(LOOKED_AT)].to_ascii_lowercase();
    [
        b"<html".as_slice(),
        b"<script",
        b"<svg",
        b"<!doctype",
        b"<iframe",
    ]
    .iter()
    .any(|tag| super::finds(&head, tag))
}

/// Whether an archive ends where the file does: its last record says how much comment follows it.
fn is_archive(bytes: &[u8]) -> bool {
    const RECORD: usize = 22;
    let from = bytes.len().saturating_sub(RECORD + usize::from(u16::MAX));
    bytes[from..]
        .windows(RECORD)
        .enumerate()
        .filter(|(_, record)| record.starts_with(b"PK\x05\x06"))
        .any(|(at, record)| {
            let comment = usize::from(u16::from_le_bytes([record[20], record[21]]));
            from + at + RECORD + comment == bytes.len()
        })
}

/// The first name of the file that stands for something active.
fn active(bytes: &[u8]) -> Option<Active> {
    let slashes = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/');
    slashes
        .map(|(at, _)| name(&bytes[at + 1..]))
        .find_map(|name| {
            Some(match name.as_slice() {
                b"JavaScript" => Active::Script,
                b"Launch" => Active::Launch,
                b"EmbeddedFile" | b"EmbeddedFiles" => Active::File,
                b"RichMedia" | b"Movie" | b"XFA" => Active::Media,
                _ => return None,
            })
        })
}

/// The name after a slash, its `#xx` resolved, as far as any name sought is long.
fn name(bytes: &[u8]) -> Vec<u8> {
    const LONGEST: usize = 14;
    let mut name = Vec::with_capacity(LONGEST);
    let mut rest = bytes;
    while let (Some((byte, after)), true) = (rest.split_first(), name.len() < LONGEST) {
        rest = after;
        match byte {
            b'#' => match after.split_first_chunk::<2>().and_then(hex_byte) {
                Some((byte, after)) => {
                    name.push(byte);
                    rest = after;
                }
                None => break,
            },
            byte if is_regular(*byte) => name.push(*byte),
            _ => break,
        }
    }
    name
}

fn hex_byte<'a>((digits, after): (&[u8; 2], &'a [u8])) -> Option<(u8, &'a [u8])> {
    let text = std::str::from_utf8(digits).ok()?;
    Some((u8::from_str_radix(text, 16).ok()?, after))
}

/// Neither white space nor a delimiter.
fn is_regular(byte: u8) -> bool {
    !matches!(
        byte,
        0 | 9
            | 10
            | 12
            | 13
            | b' '
            | b'('
            | b')'
            | b'<'
            | b'>'
            | b'['
            | b']'
            | b'{'
            | b'}'
            | b'/'
            | b'%'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pdf(body: &str) -> Vec<u8> {
        format!("%PDF-1.7\n1 0 obj\n{body}\nendobj\ntrailer\n<<>>\n%%EOF\n").into_bytes()
    }

    #[test]
    fn a_plain_document_is_taken() {
        for body in [
            "<< /Type /Catalog /OpenAction [2 0 R /Fit] >>",
            "<< /Type /Page /Names /JavaScripted /LaunchPad >>",
        ] {
            assert_eq!(check(&pdf(body)), Ok(()), "{body}");
        }
    }

    #[test]
    fn programs_and_files_are_found_also_when_their_names_are_disguised() {
        let cases = [
            ("<< /S /JavaScript /JS (app.alert(1)) >>", Active::Script),
            ("<< /S /J#61va#53cript >>", Active::Script),
            ("<</S/Launch/F(calc.exe)>>", Active::Launch),
            ("<< /Type/EmbeddedFile >>", Active::File),
            ("<< /Names << /EmbeddedFiles 3 0 R >> >>", Active::File),
            ("<< /AcroForm << /XFA 4 0 R >> >>", Active::Media),
        ];
        for (body, what) in cases {
            assert_eq!(check(&pdf(body)), Err(BadDocument::Active(what)), "{body}");
        }
    }

    #[test]
    fn one_file_that_is_two_things_is_refused() {
        let plain = pdf("<< >>");
        let mut zip = plain.clone();
        zip.extend(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        assert_eq!(check(&zip), Err(BadDocument::TwoThings));
        // The archive's comment may hold the document's end.
        let mut hidden = b"%PDF-1.7\nPK\x05\x06".to_vec();
        hidden.extend([0; 16]);
        hidden.extend(6_u16.to_le_bytes());
        hidden.extend(b"%%EOF\n");
        assert_eq!(check(&hidden), Err(BadDocument::TwoThings));
        let page = pdf("<HTML><script>alert(1)</script>");
        assert_eq!(check(&page), Err(BadDocument::TwoThings));
        let mut longer = plain.clone();
        longer.extend([b'x'; 65]);
        assert_eq!(check(&longer), Err(BadDocument::TwoThings));
        let mut padded = plain.clone();
        padded.extend([b'\n'; 500]);
        assert_eq!(check(&padded), Ok(()));
        assert_eq!(check(&plain[..40]), Err(BadDocument::CutShort));
    }
}
