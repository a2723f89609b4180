//! The index itself: files of tantivy in one folder, or memory.
//!
//! One writer; readers see what was last committed. A folder that is damaged, of another form or not
//! ours to write is told apart: the first two are thrown away and made anew.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use linli_kernel::Fault;
use serde::{Deserialize, Serialize};
use tantivy::collector::TopDocs;
use tantivy::directory::MmapDirectory;
use tantivy::indexer::LogMergePolicy;
use tantivy::query::{
    BooleanQuery, FuzzyTermQuery, InvertedIndexRangeQuery, Occur, Query, TermQuery, TermSetQuery,
};
use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
    Value as _,
};
use tantivy::tokenizer::{TextAnalyzer, WhitespaceTokenizer};
use tantivy::{IndexReader, IndexWriter, Order, ReloadPolicy, TantivyDocument, TantivyError, Term};

use crate::asked::{Want, meanings};
use crate::terms::{Entry, Terms};

/// How often a purge tries before it gives up, and how long it waits between.
const TRIES: u32 = 500;
const PAUSE: Duration = Duration::from_millis(20);

/// Raised when entries are cut into other terms than before: indexes of old are thrown away.
const FORM: u32 = 1;
/// What the writer may hold before it writes a segment.
const BUDGET: usize = 48 << 20;
/// How our terms are cut: they come with spaces between.
const SPACED: &str = "spaced";
/// The file of tantivy that names the segments.
const META: &str = "meta.json";
/// A segment is written anew when so much of it was deleted.
const DELETED: f32 = 0.2;

/// Up to where in which log an index holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The log.
    pub log: String,
    /// The place of the next entry that was not looked at.
    pub next: u64,
    /// What tells this log from another of its name: the digest of the entry before.
    pub digest: String,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    form: u32,
    position: Position,
    /// Somebody was erased, and the files that held them are not written anew yet.
    purge: bool,
}

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Find<'a> {
    /// As somebody typed it.
    pub text: &'a str,
    /// Among the things of this kind.
    pub kind: &'a str,
    /// In these places; everywhere when there is none.
    pub places: Option<&'a [String]>,
    /// At most so many.
    pub most: usize,
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its key.
    pub key: String,
    /// How likely it is what was meant: 0 is called so, 5 has a typing error.
    pub rank: u8,
}

/// What was found, the best first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    /// The hits.
    pub hits: Vec<Hit>,
    /// Whether there are more than were asked for.
    pub more: bool,
}

#[derive(Clone, Copy)]
struct Fields {
    id: Field,
    key: Field,
    scope: Field,
    order: Field,
    text: Field,
    whole: Field,
    sound: Field,
    short: Field,
    alike: Field,
}

/// An index, open for reading and writing.
pub struct Index {
    fields: Fields,
    index: tantivy::Index,
    reader: IndexReader,
    writer: Mutex<IndexWriter>,
}

impl Index {
    /// An index in memory.
    ///
    /// # Errors
    /// [`Fault`] when there is no memory for it.
    pub fn memory() -> Result<Self, Fault> {
        let (schema, fields) = schema();
        Self::over(tantivy::Index::create_in_ram(schema), fields).map_err(fault)
    }

    /// The index in `folder`, which is made where there is none. One that cannot be read, or that
    /// another version made, is thrown away first.
    ///
    /// # Errors
    /// [`Fault`] when the folder cannot be written, or another process writes to it.
    pub fn open(folder: &Path) -> Result<Self, Fault> {
        private(folder)?;
        let found = Self::at(folder);
        if let Err(TantivyError::LockFailure(..)) = found {
            let told = format!("{}: another process keeps this index", folder.display());
            return Err(Fault::Busy(told));
        }
        let ours = |index: &Self| index.payload().is_none_or(|found| found.form == FORM);
        if let Some(index) = found.ok().filter(ours) {
            return Ok(index);
        }
        std::fs::remove_dir_all(folder).map_err(|why| at(folder, &why))?;
        private(folder)?;
        Self::at(folder).map_err(fault)
    }

    fn at(folder: &Path) -> Result<Self, TantivyError> {
        let (schema, fields) = schema();
        let directory = MmapDirectory::open(folder)?;
        Self::over(tantivy::Index::open_or_create(directory, schema)?, fields)
    }

    fn over(index: tantivy::Index, fields: Fields) -> Result<Self, TantivyError> {
        let spaced = TextAnalyzer::from(WhitespaceTokenizer::default());
        index.tokenizers().register(SPACED, spaced);
        let writer: IndexWriter = index.writer_with_num_threads(1, BUDGET)?;
        let mut policy = LogMergePolicy::default();
        policy.set_del_docs_ratio_before_merge(DELETED);
        writer.set_merge_policy(Box::new(policy));
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        Ok(Self {
            fields,
            index,
            reader,
            writer: Mutex::new(writer),
        })
    }

    /// Up to where it holds; `None` when it was never filled.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.payload().map(|payload| payload.position)
    }

    fn payload(&self) -> Option<Payload> {
        let payload = self.index.load_metas().ok()?.payload?;
        serde_json::from_str(&payload).ok()
    }

    /// Forgets every entry; nothing is seen of it before [`commit`](Self::commit).
    ///
    /// # Errors
    /// [`Fault`] when the files cannot be written.
    pub fn clear(&self) -> Result<(), Fault> {
        self.writer().delete_all_documents().map_err(fault)?;
        Ok(())
    }

    /// Puts an entry in the place of the one with its kind and key.
    ///
    /// # Errors
    /// [`Fault`] when the files cannot be written.
    pub fn put(&self, entry: &Entry) -> Result<(), Fault> {
        self.remove(entry.kind, &entry.key);
        self.add(entry)
    }

    /// Adds an entry that is known not to be there.
    ///
    /// # Errors
    /// [`Fault`] when the files cannot be written.
    pub fn add(&self, entry: &Entry) -> Result<(), Fault> {
        let document = self.document(entry);
        self.writer().add_document(document).map_err(fault)?;
        Ok(())
    }

    /// Removes an entry, if it is there.
    pub fn remove(&self, kind: &str, key: &str) {
        let term = Term::from_field_text(self.fields.id, &id(kind, key));
        self.writer().delete_term(term);
    }

    /// Removes every entry of a kind.
    pub fn remove_all(&self, kind: &str) {
        let term = Term::from_field_text(self.fields.scope, &kind_term(kind));
        self.writer().delete_term(term);
    }

    /// Makes everything since the last commit durable and seen, and says up to where the index now
    /// holds. `erased` when somebody was erased meanwhile: [`purge`](Self::purge) is then due.
    ///
    /// # Errors
    /// [`Fault`] when the files cannot be written.
    pub fn commit(&self, position: Position, erased: bool) -> Result<(), Fault> {
        let due = erased || self.is_purge_due();
        self.commit_with(position, due)
    }

    fn commit_with(&self, position: Position, purge: bool) -> Result<(), Fault> {
        let payload = Payload {
            form: FORM,
            position,
            purge,
        };
        let payload = serde_json::to_string(&payload)
            .map_err(|why| Fault::Damaged(format!("search index: {why}")))?;
        let mut writer = self.writer();
        let mut prepared = writer.prepare_commit().map_err(fault)?;
        prepared.set_payload(&payload);
        prepared.commit().map_err(fault)?;
        self.reader.reload().map_err(fault)
    }

    /// Whether files still hold somebody who was erased.
    #[must_use]
    pub fn is_purge_due(&self) -> bool {
        self.payload().is_some_and(|payload| payload.purge)
    }

    /// Writes every file anew that still holds entries which were removed, and deletes the old ones:
    /// of somebody erased nothing is left on disk.
    ///
    /// # Errors
    /// [`Fault`] when the files cannot be written; the purge stays due.
    pub fn purge(&self) -> Result<(), Fault> {
        let Some(position) = self.position() else {
            return Ok(());
        };
        // Ids only: whoever holds on to a segment's description keeps its files.
        // The writer merges by itself after a commit, too: a segment that is gone meanwhile was
        // merged, and is looked for anew.
        for tries in 1.. {
            let metas = self.index.searchable_segment_metas().map_err(fault)?;
            let Some(meta) = metas
                .into_iter()
                .find(tantivy::index::SegmentMeta::has_deletes)
            else {
                break;
            };
            let merge = self.writer().merge(&[meta.id()]);
            match merge.wait() {
                Ok(_) => {}
                Err(why) if tries >= TRIES => return Err(fault(why)),
                Err(_gone) => sleep(PAUSE),
            }
        }
        self.reader.reload().map_err(fault)?;
        // A merge that has ended holds its old files for a moment longer.
        for tries in 1.. {
            let collected = self.writer().garbage_collect_files();
            collected.wait().map_err(fault)?;
            if !self.has_old_files().map_err(fault)? {
                break;
            }
            if tries >= TRIES {
                let told = "search index: files of somebody erased are still held".to_owned();
                return Err(Fault::Busy(told));
            }
            sleep(PAUSE);
        }
        self.commit_with(position, false)
    }

    /// Whether there are files of ours that no segment in use names.
    fn has_old_files(&self) -> Result<bool, TantivyError> {
        let named = self.index.load_metas()?.list_segment_files();
        let ours = self.index.directory().list_managed_files();
        Ok(ours
            .iter()
            .any(|file| file != Path::new(META) && !named.contains(file)))
    }

    /// The entries that `find` looks for.
    ///
    /// # Errors
    /// [`Fault`] when the files cannot be read.
    pub fn find(&self, find: &Find<'_>) -> Result<Hits, Fault> {
        let searcher = self.reader.searcher();
        let mut found = Hits::default();
        for (rank, want) in meanings(find.text) {
            // Earlier ranks may be found again: as many more are asked for.
            let most = find.most + found.hits.len() + 1;
            let query = self.within(find, self.query(&want));
            let top = TopDocs::with_limit(most).order_by_u64_field("order", Order::Desc);
            for (_, address) in searcher.search(&query, &top).map_err(fault)? {
                let document: TantivyDocument = searcher.doc(address).map_err(fault)?;
                let key = document
                    .get_first(self.fields.key)
                    .and_then(|key| key.as_str());
                let Some(key) = key else { continue };
                if found.hits.iter().any(|hit| hit.key == key) {
                    continue;
                }
                if found.hits.len() == find.most {
                    found.more = true;
                    return Ok(found);
                }
                let key = key.to_owned();
                found.hits.push(Hit { key, rank });
            }
        }
        Ok(found)
    }

    /// How many entries there are.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    /// Every term that stands in any file.
    #[cfg(test)]
    pub(crate) fn terms(&self) -> std::collections::BTreeSet<String> {
        let fields = &self.fields;
        let all = [
            fields.id,
            fields.text,
            fields.whole,
            fields.sound,
            fields.short,
            fields.alike,
        ];
        let mut terms = std::collections::BTreeSet::new();
        for segment in self.reader.searcher().segment_readers() {
            for field in all {
                let inverted = segment.inverted_index(field).unwrap();
                let mut stream = inverted.terms().stream().unwrap();
                while stream.advance() {
                    terms.insert(String::from_utf8_lossy(stream.key()).into_owned());
                }
            }
        }
        terms
    }

    fn within(&self, find: &Find<'_>, want: Box<dyn Query>) -> BooleanQuery {
        let kind = self.term(self.fields.scope, &kind_term(find.kind));
        let mut all = vec![(Occur::Must, want), (Occur::Must, kind)];
        if let Some(places) = find.places {
            let terms = places
                .iter()
                .map(|place| Term::from_field_text(self.fields.scope, &place_term(place)));
            all.push((Occur::Must, Box::new(TermSetQuery::new(terms))));
        }
        BooleanQuery::new(all)
    }

    fn query(&self, want: &Want) -> Box<dyn Query> {
        let fields = &self.fields;
        match want {
            Want::Text(text) => self.term(fields.text, text),
            Want::Whole(text) => self.term(fields.whole, text),
            Want::Sound(text) => self.term(fields.sound, text),
            Want::Short(text) => self.term(fields.short, text),
            Want::TextFrom(text) => from(fields.text, text),
            Want::SoundFrom(text) => from(fields.sound, text),
            Want::ShortFrom(text) => from(fields.short, text),
            Want::AlikeFrom(text) => from(fields.alike, text),
            Want::NearSound(text, most) => near(fields.sound, text, *most),
            Want::NearWhole(text, most) => near(fields.whole, text, *most),
            Want::NearText(text, most) => near(fields.text, text, *most),
            Want::All(wants) => Box::new(BooleanQuery::intersection(self.queries(wants))),
            Want::Any(wants) => Box::new(BooleanQuery::union(self.queries(wants))),
            Want::Some(least, wants) => {
                let queries = self.queries(wants);
                Box::new(BooleanQuery::union_with_minimum_required_clauses(
                    queries, *least,
                ))
            }
        }
    }

    fn queries(&self, wants: &[Want]) -> Vec<Box<dyn Query>> {
        wants.iter().map(|want| self.query(want)).collect()
    }

    fn term(&self, field: Field, text: &str) -> Box<dyn Query> {
        let term = Term::from_field_text(field, text);
        Box::new(TermQuery::new(term, IndexRecordOption::Basic))
    }

    fn document(&self, entry: &Entry) -> TantivyDocument {
        let Fields {
            id: id_field,
            key,
            scope,
            order,
            text,
            whole,
            sound,
            short,
            alike,
        } = self.fields;
        let terms = Terms::of(entry);
        let spaced = |terms: std::collections::BTreeSet<String>| {
            terms.into_iter().collect::<Vec<_>>().join(" ")
        };
        let mut document = TantivyDocument::default();
        document.add_text(id_field, id(entry.kind, &entry.key));
        document.add_text(key, &entry.key);
        document.add_text(
            scope,
            format!("{} {}", kind_term(entry.kind), place_term(&entry.place)),
        );
        document.add_u64(order, entry.order);
        document.add_text(text, spaced(terms.text));
        document.add_text(whole, spaced(terms.whole));
        document.add_text(sound, spaced(terms.sound));
        document.add_text(short, spaced(terms.short));
        document.add_text(alike, spaced(terms.alike));
        document
    }

    fn writer(&self) -> MutexGuard<'_, IndexWriter> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(SPACED)
        .set_fieldnorms(false)
        .set_index_option(IndexRecordOption::Basic);
    let terms = TextOptions::default().set_indexing_options(indexing);
    let fields = Fields {
        id: schema.add_text_field("id", STRING),
        key: schema.add_text_field("key", STORED),
        scope: schema.add_text_field("scope", terms.clone()),
        order: schema.add_u64_field("order", FAST),
        text: schema.add_text_field("text", terms.clone()),
        whole: schema.add_text_field("whole", terms.clone()),
        sound: schema.add_text_field("sound", terms.clone()),
        short: schema.add_text_field("short", terms.clone()),
        alike: schema.add_text_field("alike", terms),
    };
    (schema.build(), fields)
}

fn id(kind: &str, key: &str) -> String {
    format!("{kind}/{key}")
}

fn kind_term(kind: &str) -> String {
    format!("k:{kind}")
}

fn place_term(place: &str) -> String {
    format!("p:{place}")
}

/// Terms of `field` that begin with `text`.
fn from(field: Field, text: &str) -> Box<dyn Query> {
    let end = format!("{text}{}", char::MAX);
    Box::new(InvertedIndexRangeQuery::new(
        std::ops::Bound::Included(Term::from_field_text(field, text)),
        std::ops::Bound::Excluded(Term::from_field_text(field, &end)),
    ))
}

/// Terms of `field` that are `text` but for at most so many errors; two neighbours swapped are one.
fn near(field: Field, text: &str, most: u8) -> Box<dyn Query> {
    Box::new(FuzzyTermQuery::new(
        Term::from_field_text(field, text),
        most,
        true,
    ))
}

/// Makes the folder, for its owner only.
fn private(folder: &Path) -> Result<(), Fault> {
    std::fs::create_dir_all(folder).map_err(|why| at(folder, &why))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let owner = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(folder, owner).map_err(|why| at(folder, &why))?;
    }
    Ok(())
}

fn at(folder: &Path, why: &std::io::Error) -> Fault {
    Fault::Setting(format!("{}: {why}", folder.display()))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape `map_err` wants")]
fn fault(why: TantivyError) -> Fault {
    Fault::Store(format!("search index: {why}"))
}
