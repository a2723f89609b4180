//! The press: typst as a library, with one font store for the life of the process.
//!
//! The templates and the font are part of the program. Nothing is read from disk but the fonts of
//! the configured folder, which are scanned once.

use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock};

use jiff::civil::Date;
use linli_kernel::Fault;
use serde_json::{Value, json};
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_kit::fonts::{self, FontStore};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use super::{Block, Form, Letter, MOST_BYTES, clean, glyphs};
use crate::qr;

/// GB 2312, punctuation and the rarer characters of names; cut by `fonts/subset.py`.
static FONT: &[u8] = include_bytes!("../../fonts/LinliSerifSC-Regular.otf");

/// Families in order of preference; the last resort is any font that has the character.
const FAMILIES: [&str; 4] = [
    "Linli Serif SC",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Sans CJK SC",
];

static FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// Sets the folder of further fonts for [`Press::shared`]: for characters that the embedded font
/// lacks. To be called once, before the first letter; later calls change nothing.
pub fn use_fonts_of(folder: &Path) {
    FOLDER.get_or_init(|| folder.to_owned());
}

/// File ids are interned for the life of the process, so there is one of each, not one a letter.
struct Files {
    main: FileId,
    data: FileId,
    qr: FileId,
}

static FILES: LazyLock<Files> = LazyLock::new(|| {
    let id = |name: &str| {
        let path = VirtualPath::new(name).expect("the names below are valid paths");
        RootedPath::new(VirtualRoot::Project, path).intern()
    };
    Files {
        main: id("main.typ"),
        data: id("data.json"),
        qr: id("qr.svg"),
    }
});

/// Makes PDFs of letters and receipts.
pub struct Press {
    library: LazyHash<Library>,
    fonts: FontStore,
}

impl std::fmt::Debug for Press {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Press").finish_non_exhaustive()
    }
}

impl Press {
    /// A press with the embedded font and those of `folder`.
    #[must_use]
    pub fn new(folder: Option<&Path>) -> Self {
        let mut fonts = FontStore::new();
        fonts.extend(Font::iter(Bytes::new(FONT)).map(|font| {
            let info = font.info().clone();
            (font, info)
        }));
        if let Some(folder) = folder {
            fonts.extend(fonts::scan(folder));
        }
        Self {
            library: LazyHash::new(Library::default()),
            fonts,
        }
    }

    /// The process-wide press, with the fonts of the folder given to [`use_fonts_of`].
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Press> = OnceLock::new();
        SHARED.get_or_init(|| Self::new(FOLDER.get().map(PathBuf::as_path)))
    }

    /// The letter as a PDF/UA-1 file. The same letter gives the same bytes.
    ///
    /// # Errors
    /// [`Fault::Setting`] when the address fits no QR code or the letter is longer than
    /// [`MOST_BYTES`], [`Fault::Damaged`] when the typesetter refuses its own template.
    pub fn letter(&self, letter: &Letter) -> Result<Vec<u8>, Fault> {
        let data = letter_data(letter)?;
        let template = match letter.form {
            Form::Letter | Form::Certificate => include_str!("templates/letter.typ"),
            Form::Receipt => include_str!("templates/receipt.typ"),
        };
        self.print(template, data, &letter.check_url)
    }

    /// Whether some font at hand has the character.
    #[must_use]
    pub fn draws(&self, c: char) -> bool {
        let book = self.fonts.book();
        (0..)
            .map_while(|index| book.info(index))
            .any(|info| info.coverage.contains(u32::from(c)))
    }

    fn print(&self, template: &str, mut data: Value, address: &str) -> Result<Vec<u8>, Fault> {
        // Asked before anything is done with it.
        let size = data.to_string().len();
        if size > MOST_BYTES {
            return Err(Fault::Setting(format!(
                "a letter of {size} bytes is too long to set"
            )));
        }
        let missing = glyphs::settle(&mut data, &|c| self.draws(c));
        data["missing"] = glyphs::note(&missing).into();
        data["fonts"] = json!(FAMILIES);
        let sheet = Sheet {
            press: self,
            source: Source::new(FILES.main, template.to_owned()),
            data: Bytes::new(serde_json::to_vec(&data).map_err(broken)?),
            qr: Bytes::from_string(qr::svg(address)?),
        };
        let document = typst::compile::<PagedDocument>(&sheet)
            .output
            .map_err(|problems| told(&problems))?;
        let options = PdfOptions {
            creator: Smart::Custom(Some("Linli".to_owned())),
            standards: PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|e| broken(e.message()))?,
            ..PdfOptions::default()
        };
        let pdf = typst_pdf::pdf(&document, &options).map_err(|problems| told(&problems));
        // The typesetter's memory of earlier letters is of no use for the next person's.
        typst::comemo::evict(2);
        pdf
    }
}

fn broken(error: impl std::fmt::Display) -> Fault {
    Fault::Damaged(format!("the letter could not be set: {error}"))
}

fn told(problems: &[SourceDiagnostic]) -> Fault {
    let said: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
    broken(said.join("; "))
}

/// A date for the template: `2026年9月1日` and its parts.
fn date_data(date: Date, english: bool) -> Value {
    let text = if english {
        date.strftime("%-d %B %Y").to_string()
    } else {
        format!("{}年{}月{}日", date.year(), date.month(), date.day())
    };
    json!({
        "text": text,
        "year": date.year(),
        "month": date.month(),
        "day": date.day(),
    })
}

fn letter_data(letter: &Letter) -> Result<Value, Fault> {
    let body = letter.body.iter().flat_map(paragraphs);
    let mut data = json!({
        "certificate": letter.form == Form::Certificate,
        "lang": if letter.english { "en" } else { "zh" },
        "issuer": letter.issuer,
        "number": letter.number,
        "title": letter.title,
        "addressee": letter.addressee,
        "case_number": letter.case_number,
        "blocks": serde_json::to_value(body.collect::<Vec<_>>()).map_err(broken)?,
        "reckoning": letter.reckoning,
        "date": date_data(letter.signed_on, letter.english),
        "check": letter.check,
        "check_url": letter.check_url,
        "template": letter.template,
        "synthetic": letter.synthetic,
        "large": letter.large,
    });
    data["say"] = said(letter.english);
    Ok(data)
}

/// A block with each line of its text as a paragraph of its own.
fn paragraphs(block: &Block) -> Vec<Block> {
    let Block::Text { text } = block else {
        return vec![block.clone()];
    };
    let lines = clean::paragraphs(text);
    lines.map(|text| Block::Text { text }).collect()
}

/// The few words that belong to the layout.
fn said(english: bool) -> Value {
    if english {
        return json!({
            "translation": "Translation for information. The document is the Chinese text.",
            "synthetic": "Demonstration: persons and matters are made up",
            "number": "No.", "colon": ":", "point": ".",
            "item": "Item", "content": "Content",
            "seal": "(seal)", "case": "Case number:", "case-label": "Case number",
            "code": "QR code:",
        });
    }
    json!({
        "translation": "",
        "synthetic": "演示数据，人物与事项均为虚构",
        "number": "编号：", "colon": "：", "point": "．",
        "item": "项目", "content": "内容",
        "seal": "（加盖印章处）", "case": "办件编号：", "case-label": "办件编号",
        "code": "二维码：",
    })
}

/// One letter on the press: the world as the typesetter sees it.
struct Sheet<'a> {
    press: &'a Press,
    source: Source,
    data: Bytes,
    qr: Bytes,
}

impl World for Sheet<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.press.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.press.fonts.book()
    }

    fn main(&self) -> FileId {
        FILES.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == FILES.main {
            Ok(self.source.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == FILES.data {
            Ok(self.data.clone())
        } else if id == FILES.qr {
            Ok(self.qr.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.fonts.font(index)
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
