//! 上传: what a file from outside is, told from its bytes alone, and what is kept of it.
//!
//! Neither the name nor the type that came with a file is believed. A photo is decoded within bounds
//! of memory, set upright, shrunk and written anew as JPEG, which leaves behind whatever else was in
//! it: where it was taken, by which phone, and anything hidden after its end. A PDF is kept as it
//! came, if it is nothing but a PDF and carries no program. Everything else is refused by its kind,
//! so that the person can be told what to do.

mod document;
mod picture;

pub use document::{Active, BadDocument};
pub use picture::{BadPicture, LONG_SIDE, MOST_PIXELS, Photo};

/// The most bytes of one file.
pub const MOST_BYTES: usize = 20 * 1024 * 1024;

/// What is kept of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tidied {
    /// A photo or scan: always JPEG.
    Photo(Photo),
    /// A PDF, as it came.
    Document(Vec<u8>),
}

/// Why a file is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It has no content.
    #[error("the file is empty")]
    Empty,
    /// It is larger than [`MOST_BYTES`].
    #[error("the file has {0} bytes")]
    TooLarge(usize),
    /// A page or drawing that can carry scripts: HTML, SVG, other XML.
    #[error("the file is a web page or a drawing with scripts")]
    Markup,
    /// HEIC or AVIF, as some phones take photos.
    #[error("the file is a photo in HEIC or AVIF")]
    Heic,
    /// A document of an office program.
    #[error("the file is an office document")]
    Office,
    /// An archive.
    #[error("the file is an archive")]
    Archive,
    /// Anything else.
    #[error("the file is of an unknown kind")]
    Unknown,
    /// A photo that cannot be taken.
    #[error(transparent)]
    Picture(#[from] BadPicture),
    /// A PDF that cannot be taken.
    #[error(transparent)]
    Document(#[from] BadDocument),
}

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `image/jpeg`
    Jpeg,
    /// `image/png`
    Png,
    /// `image/webp`
    Webp,
    /// `application/pdf`
    Pdf,
}

/// Which kind of file this is, by its bytes.
///
/// # Errors
/// [`Unfit`] when it is none of those that are taken.
pub fn sniff(bytes: &[u8]) -> Result<Kind, Unfit> {
    let four_from = |at: usize| bytes.get(at..at + 4).unwrap_or_default();
    match bytes {
        [] => Err(Unfit::Empty),
        [0xff, 0xd8, 0xff, ..] => Ok(Kind::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Ok(Kind::Png),
        [b'R', b'I', b'F', b'F', ..] if four_from(8) == b"WEBP" => Ok(Kind::Webp),
        [b'%', b'P', b'D', b'F', b'-', ..] => Ok(Kind::Pdf),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(Unfit::Office),
        [b'P', b'K', 3 | 5 | 7, ..] if finds(bytes, b"[Content_Types].xml") => Err(Unfit::Office),
        [b'P', b'K', 3 | 5 | 7, ..]
        | [0x1f, 0x8b, ..]
        | [b'R', b'a', b'r', b'!', ..]
        | [b'7', b'z', 0xbc, 0xaf, ..] => Err(Unfit::Archive),
        _ if four_from(4) == b"ftyp" && is_heif(four_from(8)) => Err(Unfit::Heic),
        _ if is_markup(bytes) => Err(Unfit::Markup),
        _ => Err(Unfit::Unknown),
    }
}

/// Brands of ISO/IEC 23008-12 and of AVIF.
fn is_heif(brand: &[u8]) -> bool {
    [
        b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif",
    ]
    .iter()
    .any(|known| *known == brand)
}

/// Whether the first thing that is no white space opens a tag. A byte order mark may stand before.
fn is_markup(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    text.trim_ascii_start().first() == Some(&b'<')
}

fn finds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// What is kept of a file. Takes processor time: not for a task that serves people.
///
/// # Errors
/// [`Unfit`] when it is not taken.
pub fn tidy(bytes: Vec<u8>) -> Result<Tidied, Unfit> {
    if bytes.len() > MOST_BYTES {
        return Err(Unfit::TooLarge(bytes.len()));
    }
    match sniff(&bytes)? {
        Kind::Pdf => {
            document::check(&bytes)?;
            Ok(Tidied::Document(bytes))
        }
        kind => Ok(Tidied::Photo(picture::tidy(&bytes, kind)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        let refused: [(&[u8], Unfit); 15] = [
            (b"", Unfit::Empty),
            (b"<html><script>alert(1)</script>", Unfit::Markup),
            (b" \r\n\t<!DOCTYPE html>", Unfit::Markup),
            (b"\xef\xbb\xbf<svg onload=\"alert(1)\">", Unfit::Markup),
            (b"<?xml version=\"1.0\"?><svg/>", Unfit::Markup),
            (b"\0\0\0\x20ftypheic\0\0\0\0mif1", Unfit::Heic),
            (b"\0\0\0\x1cftypavif", Unfit::Heic),
            (b"PK\x03\x04\x14\0[Content_Types].xml", Unfit::Office),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Unfit::Office),
            (b"PK\x03\x04\x14\0setup.exe", Unfit::Archive),
            (b"Rar!\x1a\x07", Unfit::Archive),
            (b"MZ\x90\0", Unfit::Unknown),
            (b"GIF89a<script>", Unfit::Unknown),
            (b"\x89PNG", Unfit::Unknown),
            // A PDF must begin with its header: readers that look further are how one file is two.
            (b"\xff%PDF-1.7", Unfit::Unknown),
        ];
        for (bytes, why) in refused {
            assert_eq!(
                sniff(bytes),
                Err(why),
                "{:?}",
                String::from_utf8_lossy(bytes)
            );
        }
        assert_eq!(sniff(b"\xff\xd8\xff\xe0"), Ok(Kind::Jpeg));
        assert_eq!(sniff(b"RIFF\0\0\0\0WEBPVP8 "), Ok(Kind::Webp));
        assert_eq!(sniff(b"RIFF\0\0\0\0WAVE"), Err(Unfit::Unknown));
    }

    #[test]
    fn a_file_that_is_too_large_is_not_looked_at() {
        let bytes = vec![b'<'; MOST_BYTES + 1];
        assert_eq!(tidy(bytes), Err(Unfit::TooLarge(MOST_BYTES + 1)));
    }
}
