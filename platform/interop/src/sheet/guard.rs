//! What is looked at before a workbook's reader sees it: how large it really is.
//!
//! A zip states the sizes of its parts, and a workbook how many texts and cells it has; readers
//! reserve memory by such words. Here every part is inflated once into a counter, texts are counted
//! one by one, and a workbook of the old format is walked record by record.

use std::io::{BufRead, BufReader, Cursor, Read, Write as _};

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::ZipArchive;

use super::read::too_much;
use super::{Limits, Unreadable};

/// The most parts of a workbook: sheets, drawings, comments.
const PARTS: usize = 4_000;
/// How much is inflated at once.
const CHUNK: usize = 64 << 10;
/// From this length on a stream of an old workbook lies in sectors of its own.
const LONG: usize = 4_096;
/// The most sheets of an old workbook.
const SHEETS: usize = 256;

/// Inflates every part of a zip into a counter.
pub(super) fn zipped(bytes: &[u8], limits: &Limits) -> Result<(), Unreadable> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > PARTS {
        return Err(too_much("parts", PARTS));
    }
    let mut left = limits.inflated;
    let mut is_workbook = false;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(damaged)?;
        let name = part.name().replace('\\', "/").to_ascii_lowercase();
        is_workbook |= name == "[content_types].xml";
        let part = Counted { part, left };
        left = if name.ends_with("sharedstrings.xml") {
            texts(part, limits)?
        } else {
            plain(part, limits)?
        };
    }
    match is_workbook {
        true => Ok(()),
        false => Err(Unreadable::Unknown),
    }
}

/// A part that stops giving when nothing is left.
struct Counted<R> {
    part: R,
    left: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.part.read(into)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            std::io::Error::new(std::io::ErrorKind::FileTooLarge, "inflated too far")
        })?;
        Ok(read)
    }
}

/// Inflates a part to nowhere; what is left of the limit afterwards.
fn plain<R: Read>(part: Counted<R>, limits: &Limits) -> Result<u64, Unreadable> {
    const DECLARES: [&[u8]; 2] = [b"<!DOCTYPE", b"<!ENTITY"];
    let mut part = BufReader::with_capacity(CHUNK, part);
    // The end of the chunk before, so that a word across two chunks is seen.
    let mut seen: Vec<u8> = Vec::with_capacity(CHUNK + 16);
    loop {
        let chunk = part.fill_buf().map_err(|error| too_far(&error, limits))?;
        if chunk.is_empty() {
            return Ok(part.into_inner().left);
        }
        let taken = chunk.len();
        seen.extend_from_slice(chunk);
        if DECLARES.iter().any(|word| holds(&seen, word)) {
            return Err(Unreadable::Entities);
        }
        let kept = seen.len().saturating_sub(16);
        seen.drain(..kept);
        part.consume(taken);
    }
}

/// Whether `text` holds `word`, which begins with `<!`: few places do.
fn holds(text: &[u8], word: &[u8]) -> bool {
    let marks = text.iter().enumerate().filter(|(_, byte)| **byte == b'!');
    marks
        .filter_map(|(at, _)| text.get(at.checked_sub(1)?..))
        .any(|rest| rest.starts_with(word))
}

/// Counts the texts of a workbook; what is left of the limit afterwards.
fn texts<R: Read>(part: Counted<R>, limits: &Limits) -> Result<u64, Unreadable> {
    let mut reader = Reader::from_reader(BufReader::with_capacity(CHUNK, part));
    let (mut buffer, mut found) = (Vec::new(), 0_usize);
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer);
        match event.map_err(|error| unread(&error, limits))? {
            Event::DocType(_) => return Err(Unreadable::Entities),
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == b"si" => {
                found += 1;
            }
            Event::Start(tag) if tag.local_name().as_ref() == b"sst" => {
                for stated in tag.attributes().flatten() {
                    let digits = String::from_utf8_lossy(&stated.value);
                    let number = digits.trim().parse::<u128>().unwrap_or(0);
                    if stated.key.as_ref() == b"uniqueCount" && number > limits.strings as u128 {
                        return Err(too_much("strings", limits.strings));
                    }
                }
            }
            Event::Eof => return Ok(reader.into_inner().into_inner().left),
            _ => {}
        }
        if found > limits.strings {
            return Err(too_much("strings", limits.strings));
        }
    }
}

fn unread(error: &quick_xml::Error, limits: &Limits) -> Unreadable {
    match error {
        quick_xml::Error::Io(error) => too_far(error, limits),
        other => damaged(other),
    }
}

fn too_far(error: &std::io::Error, limits: &Limits) -> Unreadable {
    match error.kind() {
        std::io::ErrorKind::FileTooLarge => Unreadable::TooMuch {
            what: "inflated",
            most: limits.inflated,
        },
        _ => damaged(error),
    }
}

pub(super) fn damaged(error: impl std::fmt::Display) -> Unreadable {
    Unreadable::Damaged(error.to_string())
}

/// Takes the workbook out of an old file, walks it, and puts it alone into a fresh file: what its
/// reader sees is what was looked at.
pub(super) fn compound(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, Unreadable> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(damaged)?;
    if file.exists("/EncryptedPackage") {
        return Err(Unreadable::Locked);
    }
    let path = ["/Workbook", "/Book"]
        .into_iter()
        .find(|path| file.is_stream(path));
    let path = path.ok_or(Unreadable::Unknown)?;
    let mut stream = file.open_stream(path).map_err(damaged)?;
    let mut book = Vec::new();
    // A chain of sectors can be as long as the file and no longer.
    let most = bytes.len() as u64 + 1;
    let read = stream.by_ref().take(most).read_to_end(&mut book);
    read.map_err(damaged)?;
    walk(&book, limits)?;
    // Short streams lie elsewhere in such files; what follows the last record is not read.
    book.resize(book.len().max(LONG), 0);
    let version = cfb::Version::V3;
    let empty = Cursor::new(Vec::new());
    let mut fresh = cfb::CompoundFile::create_with_version(version, empty).map_err(damaged)?;
    let mut copy = fresh.create_stream(path).map_err(damaged)?;
    copy.write_all(&book).map_err(damaged)?;
    copy.flush().map_err(damaged)?;
    drop(copy);
    fresh.flush().map_err(damaged)?;
    Ok(fresh.into_inner().into_inner())
}

/// Records of a workbook in BIFF: type and content.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let kind = word(self.0, 0)?;
        let length = usize::from(word(self.0, 2)?);
        let content = self.0.get(4..4 + length)?;
        self.0 = &self.0[4 + length..];
        Some((kind, content))
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at + 2)?;
    Some(u16::from_le_bytes([two[0], two[1]]))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(word(bytes, at)?) | u32::from(word(bytes, at + 2)?) << 16)
}

/// How far the cells of every sheet reach, stated or real.
fn walk(book: &[u8], limits: &Limits) -> Result<(), Unreadable> {
    const SHEET: u16 = 0x0085;
    const FILE_PASS: u16 = 0x002f;
    const END: u16 = 0x000a;
    let mut sheets = Vec::new();
    for (kind, content) in Records(book) {
        match kind {
            FILE_PASS if word(content, 0).is_some_and(|how| how != 0) => {
                return Err(Unreadable::Locked);
            }
            SHEET => sheets.extend(long(content, 0)),
            END => break,
            _ => {}
        }
    }
    if sheets.len() > SHEETS {
        return Err(too_much("parts", SHEETS));
    }
    let mut cells = 0_u64;
    for at in sheets {
        let from = usize::try_from(at).ok().and_then(|at| book.get(at..));
        let from = from.ok_or_else(|| damaged("a sheet lies outside the file"))?;
        cells = cells.saturating_add(reach(from));
        if cells > limits.cells as u64 {
            return Err(too_much("cells", limits.cells));
        }
    }
    Ok(())
}

/// The cells of the smallest rectangle around everything a sheet states or holds.
fn reach(sheet: &[u8]) -> u64 {
    const DIMENSIONS: u16 = 0x0200;
    const MANY: u16 = 0x00bd;
    const CELLS: [u16; 8] = [0x0203, 0x0204, 0x00d6, 0x0205, 0x027e, 0x00fd, MANY, 0x0006];
    let (mut rows, mut columns, mut stated) = (0_u64, 0_u64, 0_u64);
    for (kind, content) in Records(sheet) {
        let at = |place| word(content, place).map_or(0, u64::from);
        match kind {
            // First row, the row after the last, first column, the column after the last; the
            // first ones may be nonsense, so the rectangle is reckoned from the first cell.
            DIMENSIONS => {
                let long = |place| long(content, place).map_or(0, u64::from);
                let (from, to, wide) = match content.len() {
                    14.. => (long(0), long(4), at(10)),
                    _ => (at(0), at(2), at(6)),
                };
                let tall = if from > to { u64::from(u32::MAX) } else { to };
                stated = stated.saturating_add((tall + 1).saturating_mul(wide + 1));
            }
            kind if CELLS.contains(&kind) => {
                let many = if kind == MANY {
                    content.len() as u64 / 6
                } else {
                    1
                };
                rows = rows.max(at(0) + 1);
                columns = columns.max(at(2) + many);
            }
            _ => {}
        }
    }
    stated.max(rows.saturating_mul(columns))
}
