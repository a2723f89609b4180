//! A node: one running Linli with its journal, catalogue, calendar, clock and area tree.
//!
//! [`Linli`] is a cheap clone. [`Linli::perform`] is what every feature uses: load the stream's
//! state (cached), decide purely, append the events together with the register rows that follow,
//! try again when somebody else was faster.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use linli_journal::{Append, AppendError, Appended, Journal};
use linli_kernel::{Actor, AreaPath, Clock, CommandId, Fault, Refusal, StreamId};
use linli_units::{CaseNumber, WorkCalendar};
use quick_cache::sync::Cache;
use serde_json::Value;

use crate::cases::Rules;
use crate::catalogue::{Catalogue, Service};
use crate::feature::{Cached, Call, Feature, Loaded, Meta, Performed, Plan, Problem};
use crate::messages::Templates;
use crate::nodes::{self, Membership, Numbers, Standing, Wanted};
use crate::papers::Papers;
use crate::places::AreaTree;
use crate::policies::Policies;
use crate::registers;

/// How often a command is decided anew when others are faster.
const ATTEMPTS: usize = 8;

/// How many states are kept in memory.
const CACHED_STATES: usize = 8_192;

/// Where a node's things lie.
#[derive(Debug, Clone)]
pub struct NodeConfig {
    /// The journal's store.
    pub journal: linli_journal::Config,
    /// A folder whose files add to and replace those of the embedded catalogue.
    pub catalogue: Option<PathBuf>,
}

/// A running node. Cloning is cheap.
#[derive(Clone)]
pub struct Linli {
    inner: Arc<Inner>,
}

struct Inner {
    journal: Journal,
    catalogue: Catalogue,
    calendar: WorkCalendar,
    clock: Arc<dyn Clock>,
    areas: RwLock<Arc<AreaTree>>,
    policies: RwLock<Arc<Policies>>,
    messages: Templates,
    papers: Papers,
    touched: Touched,
    /// 合并: which record of a person stands for which.
    standing: crate::residents::Standing,
    /// Rules by service and version, as far as no town has added to them.
    rules: RwLock<HashMap<(String, u32), Arc<Rules>>>,
    states: Cache<StreamId, Cached>,
    counts: crate::cases::statistics::Kept,
    shelf: crate::search::Shelf,
    /// 审批: rolls are approved one after the other.
    approving: tokio::sync::Mutex<()>,
    /// The counter from which the next case number is made.
    next_serial: AtomicU32,
    /// What this node wrote when it joined another.
    membership: Option<Membership>,
    /// How it stands with its neighbours.
    neighbours: RwLock<Standing>,
    /// What is wanted here and kept elsewhere.
    wanted: Wanted,
}

/// Scrambles the counter of case numbers. Fixed, so that a number is never made twice.
const NUMBER_KEY: u64 = 0x4c69_6e6c_6931_3137;

impl Linli {
    /// Opens a node: the catalogue, then the journal with the registers of all features, then what
    /// is kept in memory: the area tree and the counter of case numbers.
    ///
    /// # Errors
    /// [`Fault`] when a file of the catalogue is wrong or the journal cannot be opened.
    pub async fn open(config: NodeConfig, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        let catalogue = match &config.catalogue {
            Some(folder) => Catalogue::with_folder(folder),
            None => Catalogue::built_in(),
        };
        let mut catalogue = catalogue.map_err(|problems| setting(&problems))?;
        let messages = Templates::of_folder(config.catalogue.as_deref())
            .map_err(|problems| Fault::Setting(format!("messages: {}", problems.join("; "))))?;
        let papers = Papers::of_folder(config.catalogue.as_deref()).map_err(|flaws| {
            let lines: Vec<String> = flaws.iter().map(ToString::to_string).collect();
            Fault::Setting(format!("papers: {}", lines.join("; ")))
        })?;
        let calendar =
            crate::catalogue::built_in_calendar().map_err(|problems| setting(&problems))?;
        let shelf = crate::search::Shelf::of(&config.journal);
        let all = Arc::new(registers::All);
        let journal = Journal::open(config.journal, Arc::clone(&clock), all).await?;
        crate::catalogue::remember(&journal, &mut catalogue).await?;
        let policies = crate::policies::book_of(&journal).await?;
        let membership = nodes::membership(&journal).await?;
        let numbers = membership.as_ref().map(|own| own.numbers);
        let numbers = numbers.unwrap_or(Numbers::ALL);
        let next_serial = crate::cases::queries::next_serial(journal.reader(), numbers).await?;
        let standing = crate::residents::Standing::of(journal.reader()).await?;
        let linli = Self {
            inner: Arc::new(Inner {
                journal,
                catalogue,
                calendar,
                clock,
                areas: RwLock::default(),
                policies: RwLock::new(Arc::new(policies)),
                messages,
                papers,
                touched: Touched::default(),
                standing,
                rules: RwLock::default(),
                states: Cache::new(CACHED_STATES),
                counts: tokio::sync::Mutex::default(),
                shelf,
                approving: tokio::sync::Mutex::default(),
                next_serial: AtomicU32::new(next_serial),
                membership,
                neighbours: RwLock::default(),
                wanted: Wanted::default(),
            }),
        };
        linli.load_areas().await?;
        Ok(linli)
    }

    /// The journal.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.inner.journal
    }

    /// 事项目录: the services.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.inner.catalogue
    }

    /// The working-day calendar.
    #[must_use]
    pub fn calendar(&self) -> &WorkCalendar {
        &self.inner.calendar
    }

    /// The time.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }

    /// The areas as they are today.
    #[must_use]
    pub fn areas(&self) -> Arc<AreaTree> {
        let tree = self.inner.areas.read();
        Arc::clone(&tree.unwrap_or_else(PoisonError::into_inner))
    }

    /// 政策库: the policies as they were last published.
    #[must_use]
    pub fn policies(&self) -> Arc<Policies> {
        let policies = self.inner.policies.read();
        Arc::clone(&policies.unwrap_or_else(PoisonError::into_inner))
    }

    /// The area that `area` is today, or itself.
    pub(crate) fn area_today(&self, area: &AreaPath) -> AreaPath {
        let areas = self.areas();
        areas.today(area).unwrap_or(area).clone()
    }

    /// A call by `actor` under a command of its own: for what Linli does by itself.
    pub(crate) fn own_call<'a>(&self, actor: &'a Actor) -> Call<'a> {
        Call {
            command: CommandId::new(self.clock()),
            actor,
            expected: None,
        }
    }

    /// 消息模板.
    pub(crate) fn message_templates(&self) -> &Templates {
        &self.inner.messages
    }

    /// 文书模板库, as the files of this node have it.
    #[must_use]
    pub fn papers(&self) -> &Papers {
        &self.inner.papers
    }

    pub(crate) fn set_policies(&self, published: Arc<Policies>) {
        let policies = self.inner.policies.write();
        *policies.unwrap_or_else(PoisonError::into_inner) = published;
    }

    /// The service under which a case of `area` was filed on `day`, with what its town had added.
    #[must_use]
    pub fn service(
        &self,
        id: &str,
        version: u32,
        area: &AreaPath,
        day: jiff::civil::Date,
    ) -> Option<Arc<Service>> {
        self.catalogue().version_in(id, version, area, day)
    }

    /// The rules of that service; kept in memory where no town has added to them.
    #[must_use]
    pub fn rules(
        &self,
        id: &str,
        version: u32,
        area: &AreaPath,
        day: jiff::civil::Date,
    ) -> Option<Arc<Rules>> {
        if !self.catalogue().towns().is_empty() {
            let service = self.service(id, version, area, day)?;
            return Some(Arc::new(Rules::of(&service)));
        }
        let key = (id.to_owned(), version);
        let known = self.inner.rules.read();
        if let Some(rules) = known.unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Some(Arc::clone(rules));
        }
        let service = self.service(id, version, area, day)?;
        let rules = Arc::new(Rules::of(&service));
        let known = self.inner.rules.write();
        let mut known = known.unwrap_or_else(PoisonError::into_inner);
        known.insert(key, Arc::clone(&rules));
        Some(rules)
    }

    /// Which record of a person stands for which.
    pub(crate) fn standing(&self) -> &crate::residents::Standing {
        &self.inner.standing
    }

    /// Public counts, kept for a while.
    pub(crate) fn public_counts(&self) -> &crate::cases::statistics::Kept {
        &self.inner.counts
    }

    /// What this node wrote when it joined another; `None` at the top.
    #[must_use]
    pub fn membership(&self) -> Option<&Membership> {
        self.inner.membership.as_ref()
    }

    pub(crate) fn neighbours_lock(&self) -> &RwLock<Standing> {
        &self.inner.neighbours
    }

    pub(crate) fn wanted_streams(&self) -> &Wanted {
        &self.inner.wanted
    }

    /// Reads anew which policies were published.
    pub(crate) async fn reload_policies(&self) -> Result<(), Fault> {
        let policies = crate::policies::book_of(self.journal()).await?;
        self.set_policies(Arc::new(policies));
        Ok(())
    }

    /// Where the index of the search is kept.
    pub(crate) fn shelf(&self) -> &crate::search::Shelf {
        &self.inner.shelf
    }

    /// Held while a roll is approved.
    pub(crate) fn approving(&self) -> &tokio::sync::Mutex<()> {
        &self.inner.approving
    }

    /// A case number nobody has, with the counter it was made from.
    ///
    /// # Errors
    /// [`Fault`] when all 900 million are used up.
    pub fn new_case_number(&self) -> Result<(CaseNumber, u32), Fault> {
        let serial = self.inner.next_serial.fetch_add(1, Ordering::Relaxed);
        let own = self.membership().map_or(Numbers::ALL, |own| own.numbers);
        let serial = Some(serial).filter(|serial| *serial < own.to);
        serial
            .and_then(|serial| Some((CaseNumber::from_counter(serial, NUMBER_KEY)?, serial)))
            .ok_or_else(|| Fault::Setting("all case numbers are used up".to_owned()))
    }

    /// The state of `stream` and the version it is at, from memory or from the journal.
    ///
    /// # Errors
    /// [`Fault`] when the journal cannot be read or an entry makes no sense.
    pub async fn load<F: Feature>(&self, stream: &StreamId) -> Result<Loaded<F::State>, Fault> {
        if let Some((version, state)) = self.inner.states.get(stream)
            && let Ok(state) = state.downcast::<F::State>()
        {
            return Ok(Loaded { state, version });
        }
        let entries = self.journal().stream(stream).await?;
        let mut state = F::State::default();
        let mut version = 0;
        for entry in &entries {
            version = entry.version;
            if entry.is_handover() {
                continue;
            }
            let event = F::read(entry).map_err(|e| Fault::Damaged(format!("{stream}: {e}")))?;
            let meta = Meta {
                at: entry.at,
                actor: &entry.actor,
            };
            F::apply(&mut state, stream, &event, meta);
        }
        let state = Arc::new(state);
        if version > 0 {
            let any: Arc<dyn std::any::Any + Send + Sync> = Arc::clone(&state) as _;
            self.keep(stream.clone(), (version, any));
        }
        Ok(Loaded { state, version })
    }

    /// Does one command on one stream: decides on the stream's state, appends the events, tries
    /// again when somebody else was faster and the caller had not said what they saw.
    ///
    /// `decide` gives the events and the command's answer (no personal data), or refuses.
    ///
    /// # Errors
    /// [`Problem`]: refused, in conflict with what the caller saw, or a fault.
    pub async fn perform<F, D>(
        &self,
        call: Call<'_>,
        digest: [u8; 32],
        stream: &StreamId,
        mut decide: D,
    ) -> Result<Performed<F::State>, Problem>
    where
        F: Feature,
        D: FnMut(&F::State) -> Result<(Vec<F::Event>, Value), Vec<Refusal>> + Send,
    {
        for _ in 0..ATTEMPTS {
            let loaded = self.load::<F>(stream).await?;
            if let Some(conflict) = conflict(stream, call.expected, loaded.version)
                && !self.only_moved(stream, call.expected.unwrap_or(0)).await?
            {
                return self.unless_done::<F>(call, digest, stream, conflict).await;
            }
            let (events, answer) = match decide(&loaded.state) {
                Ok(decided) => decided,
                Err(refusals) => {
                    let refused = Problem::Refused(refusals);
                    return self.unless_done::<F>(call, digest, stream, refused).await;
                }
            };
            let meta = Meta {
                at: self.clock().now(),
                actor: call.actor,
            };
            let mut plan = Plan::default();
            let after = plan.add::<F>(stream, &loaded, &events, meta)?;
            match self.submit(call, digest, plan, answer, meta.at).await {
                Ok(Appended::Done {
                    answer,
                    first_seq,
                    last_seq,
                }) => {
                    return Ok(Performed {
                        state: after.state,
                        version: after.version,
                        answer,
                        seqs: Some((first_seq, last_seq)),
                    });
                }
                Ok(Appended::Repeated { answer }) => {
                    return self.performed::<F>(stream, answer).await;
                }
                // With `expected`, the next round sees whether anybody changed what the caller saw.
                Err(Problem::Conflict { .. }) => {}
                Err(problem) => return Err(problem),
            }
        }
        Err(Fault::Busy(format!("{stream} is being changed by many")).into())
    }

    /// Appends a plan. On success the states it leads to are kept in memory.
    ///
    /// # Errors
    /// [`Problem`]: refused by the journal, in conflict, or a fault.
    pub async fn submit(
        &self,
        call: Call<'_>,
        digest: [u8; 32],
        plan: Plan,
        answer: Value,
        at: jiff::Timestamp,
    ) -> Result<Appended, Problem> {
        let expected = plan.expected.clone();
        let append = Append {
            command: call.command,
            digest,
            at,
            actor: call.actor.clone(),
            expected: plan.expected,
            entries: plan.entries,
            changes: plan.changes,
            answer,
            notices: plan.notices,
        };
        match self.journal().append(append).await {
            Ok(done) => {
                if matches!(done, Appended::Done { .. }) {
                    for (stream, cached) in plan.cached {
                        self.inner.touched.note(&stream);
                        self.keep(stream, cached);
                    }
                }
                Ok(done)
            }
            Err(AppendError::Refused(refusal)) => match self.fetch(call.actor, &refusal).await? {
                Some(stream) => Err(moved(stream, &expected)),
                None => Err(refusal.into()),
            },
            Err(error) => Err(self.problem(error)),
        }
    }

    /// Notes the records that an act appended in bulk has changed.
    pub(crate) fn note_touched(&self, streams: &[StreamId]) {
        for stream in streams {
            self.inner.touched.note(stream);
        }
    }

    /// Waits until facts of residents or households changed on this node; the streams they are in,
    /// each told once.
    pub async fn touched(&self) -> Vec<StreamId> {
        self.inner.touched.wait().await
    }

    /// Forgets what is kept in memory of `stream`: its sealed parts can no longer be read.
    pub fn forget(&self, stream: &StreamId) {
        self.inner.states.remove(stream);
    }

    /// Forgets the accounts that are kept in memory: another process, such as `linli account`, may
    /// have changed them.
    pub fn forget_accounts(&self) {
        let topic = <crate::accounts::Accounts as Feature>::TOPIC;
        self.inner
            .states
            .retain(|stream, _| stream.topic() != topic);
    }

    /// Forgets everything that is kept in memory: somebody's key was destroyed.
    pub fn forget_all(&self) {
        self.inner.states.clear();
    }

    fn keep(&self, stream: StreamId, cached: Cached) {
        if stream.topic() == crate::places::Places::TOPIC
            && let Ok(tree) = Arc::clone(&cached.1).downcast::<AreaTree>()
        {
            let areas = self.inner.areas.write();
            *areas.unwrap_or_else(PoisonError::into_inner) = tree;
        }
        let newer = self.inner.states.get(&stream);
        if newer.is_none_or(|(version, _)| version < cached.0) {
            self.inner.states.insert(stream, cached);
        }
    }

    pub(crate) async fn load_areas(&self) -> Result<(), Fault> {
        for district in registers::districts(self.journal().reader()).await? {
            let stream = crate::places::stream(&district);
            let _tree = self.load::<crate::places::Places>(&stream).await?;
        }
        Ok(())
    }

    pub(crate) fn problem(&self, error: AppendError) -> Problem {
        match error {
            AppendError::Conflict {
                stream,
                expected,
                found,
            } => {
                self.forget(&stream);
                Problem::Conflict {
                    stream,
                    expected,
                    found,
                }
            }
            AppendError::CommandReused => Refusal::new("node.command-reused").into(),
            AppendError::Parked(stream) => {
                Refusal::new("node.parked").with("stream", stream).into()
            }
            AppendError::ReadOnly(reason) => {
                Refusal::new("node.read-only").with("reason", reason).into()
            }
            AppendError::Refused(refusal) => refusal.into(),
            AppendError::Fault(fault) => fault.into(),
        }
    }

    /// The first answer when the command had been done before, else `otherwise`: a form sent twice
    /// is answered as the first time, though a second decision would say no.
    async fn unless_done<F: Feature>(
        &self,
        call: Call<'_>,
        digest: [u8; 32],
        stream: &StreamId,
        otherwise: Problem,
    ) -> Result<Performed<F::State>, Problem> {
        match self.journal().answered(call.command, digest).await {
            Ok(Some(answer)) => self.performed::<F>(stream, answer).await,
            Ok(None) => Err(otherwise),
            Err(error) => Err(self.problem(error)),
        }
    }

    async fn performed<F: Feature>(
        &self,
        stream: &StreamId,
        answer: Value,
    ) -> Result<Performed<F::State>, Problem> {
        let loaded = self.load::<F>(stream).await?;
        Ok(Performed {
            state: loaded.state,
            version: loaded.version,
            answer,
            seqs: None,
        })
    }
}

/// 变动: the records whose facts changed since somebody last looked.
#[derive(Default)]
struct Touched {
    streams: Mutex<BTreeSet<StreamId>>,
    wake: tokio::sync::Notify,
}

impl Touched {
    fn note(&self, stream: &StreamId) {
        if matches!(stream.topic(), "resident" | "household") {
            let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
            streams.insert(stream.clone());
            self.wake.notify_one();
        }
    }

    async fn wait(&self) -> Vec<StreamId> {
        loop {
            let told = self.wake.notified();
            let streams =
                std::mem::take(&mut *self.streams.lock().unwrap_or_else(PoisonError::into_inner));
            if !streams.is_empty() {
                return streams.into_iter().collect();
            }
            told.await;
        }
    }
}

fn conflict(stream: &StreamId, expected: Option<u64>, found: u64) -> Option<Problem> {
    let expected = expected.filter(|expected| *expected != found)?;
    Some(Problem::Conflict {
        stream: stream.clone(),
        expected,
        found,
    })
}

/// A stream came from another node: whoever acts on it looks again, and finds nothing but the two
/// entries of its handover.
fn moved(stream: StreamId, expected: &[(StreamId, u64)]) -> Problem {
    let seen = expected.iter().find(|(name, _)| *name == stream);
    let expected = seen.map_or(0, |(_, version)| *version);
    Problem::Conflict {
        stream,
        expected,
        found: expected + 2,
    }
}

fn setting(problems: &[crate::catalogue::FileProblem]) -> Fault {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    Fault::Setting(format!("catalogue: {}", lines.join("; ")))
}
