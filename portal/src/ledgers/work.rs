//! A file that is worked on: kept with what was chosen, read and understood anew on each page.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use linli_community::ledgers::{Layout, Line, Meaning, Order, Reading, Words, lines, understand};
use linli_interop::sheet::{Ask, Limits, Table, Unreadable, read};
use linli_kernel::Fault;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::report::file_refusal;
use crate::Portal;
use crate::session::Upload;
use crate::shell::{Signed, Trouble};

/// What was chosen for a file so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Work {
    /// Which sheet; the first where nobody chose.
    #[serde(default)]
    pub(super) sheet: Option<String>,
    /// Where the header is, when it is not where it was guessed: first row and number of rows.
    #[serde(default)]
    pub(super) header: Option<(usize, usize)>,
    /// What columns hold, as somebody said.
    #[serde(default)]
    pub(super) said: BTreeMap<usize, Meaning>,
    /// The office that the facts are from.
    pub(super) source: String,
    /// The day as of which they hold.
    pub(super) as_of: Date,
}

/// A file, understood.
pub(super) struct Opened {
    pub(super) upload: Upload,
    pub(super) work: Work,
    pub(super) table: Arc<Table>,
    pub(super) layout: Layout,
    pub(super) lines: Vec<Line>,
    pub(super) passed: usize,
}

impl Opened {
    /// What is to be imported of it.
    pub(super) fn order(&self) -> Order {
        let taken = self
            .layout
            .columns
            .iter()
            .map(|column| column.meaning.clone());
        Order {
            area: self.upload.area.clone(),
            source: self.work.source.clone(),
            as_of: self.work.as_of,
            columns: taken
                .filter(|meaning| *meaning != Meaning::Ignored)
                .collect(),
        }
    }
}

/// Reads a file, or says why not.
pub(super) async fn table_of(
    bytes: Vec<u8>,
    sheet: Option<String>,
    first: Option<usize>,
) -> Result<Result<Table, Unreadable>, Trouble> {
    let reading = tokio::task::spawn_blocking(move || {
        let ask = Ask {
            sheet: sheet.as_deref(),
            first,
            limits: Limits::PAGE,
        };
        read(&bytes, &ask)
    });
    Ok(reading
        .await
        .map_err(|error| Fault::Busy(error.to_string()))?)
}

/// The worker's own file `id`, understood: its first rows, or all of them.
pub(super) async fn opened(
    portal: &Portal,
    signed: &Signed,
    id: Uuid,
    first: Option<usize>,
) -> Result<Opened, Trouble> {
    let upload = portal.desk.upload(id, signed.account).await?;
    let mut upload = upload.ok_or(Trouble::NotFound)?;
    let work: Work = serde_json::from_value(upload.work.clone())
        .map_err(|error| Fault::Damaged(format!("an upload: {error}")))?;
    let bytes = std::mem::take(&mut upload.bytes);
    let table = table_of(bytes, work.sheet.clone(), first).await?;
    let table = table.map_err(|why| Trouble::Refused(vec![file_refusal(&why)]))?;
    let linli = &portal.linli;
    let remembered = linli.remembered_columns(&upload.area).await?;
    let words = linli.ledger_words()?;
    let reading = reading(portal, &words, &table);
    let mut layout = understand(&table, &reading, &remembered, work.header);
    for (at, meaning) in &work.said {
        layout.say(*at, meaning);
    }
    let (lines, passed) = lines(&table, &layout, &reading);
    Ok(Opened {
        upload,
        work,
        table: Arc::new(table),
        layout,
        lines,
        passed,
    })
}

fn reading<'a>(portal: &'a Portal, words: &'a Words, table: &Table) -> Reading<'a> {
    Reading {
        dictionary: portal.linli.catalogue().dictionary(),
        words,
        from_1904: table.from_1904,
        today: portal.linli.clock().today(),
    }
}
