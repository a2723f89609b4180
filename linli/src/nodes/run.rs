//! The line of a node that serves: it answers those below and speaks to the one above.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use linli_community::Linli;
use linli_community::nodes::{Above, Neighbour, Standing, Trouble, may_move};
use linli_journal::Mode;
use linli_kernel::{Clock, StreamId};
use linli_network::core::LogId;
use linli_network::line::{Client, Line, Status};
use tokio::sync::mpsc;

use crate::node;
use crate::settings::Settings;

/// How often it is looked whether something was written here.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// After how many looks some time has gone by for the core: it greets again after six such.
const LOOKS_A_TICK: u32 = 2;

/// After how many looks pages are told how the node stands.
const LOOKS_A_TELLING: u32 = 6;

/// For how many looks the node above is greeted at each, when something was asked for: what is above
/// is heard of with the greeting.
const LOOKS_HURRIED: u32 = 40;

/// After how many looks all cases that wait at a desk, and the area's counters, are looked at.
const LOOKS_A_SWEEP: u32 = 120;

/// After how many looks files are carried, where something was written or came, and where not.
const LOOKS_A_CARRY: u32 = 6;
const LOOKS_A_QUIET_CARRY: u32 = 120;

/// For how many looks a stream that was asked for stays here, wherever its desk is: whoever wanted it
/// needs that time.
const LOOKS_LENT: u32 = 40;

/// A line that runs.
pub(crate) struct Running {
    /// The line.
    pub(crate) line: Arc<Line>,
    /// Streams that others wrote.
    moved: mpsc::UnboundedReceiver<Vec<StreamId>>,
    /// The way to the node above.
    above: Option<Client>,
    /// What was asked for, and until which look it stays.
    lent: HashMap<StreamId, u32>,
    /// Until which look somebody here or below waits for something from above.
    hurried: u32,
    /// Whether something was written here, or came, since files were carried.
    stirred: bool,
}

/// The line of a node that is about to serve; `None` for one without areas, or one that may not
/// write.
pub(crate) async fn open(
    linli: &Linli,
    settings: &Settings,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<Option<Running>> {
    let journal = linli.journal();
    if !matches!(journal.mode(), Mode::Active | Mode::Held | Mode::Restored) {
        return Ok(None);
    }
    let own = linli.membership().map(|own| own.area.clone());
    let Some(area) = own.or_else(|| node::district(linli).ok()) else {
        return Ok(None);
    };
    let (tell, moved) = mpsc::unbounded_channel();
    let told = Arc::new(move |streams: &[StreamId]| {
        // Whoever follows ends with the process.
        tell.send(streams.to_vec()).ok();
    });
    let line = Line::open(journal.clone(), clock, area, told).await?;
    let above = match &settings.parent {
        Some(url) => Some(Client::new(url).map_err(super::told)?),
        None => None,
    };
    Ok(Some(Running {
        line: Arc::new(line),
        moved,
        above,
        lent: HashMap::new(),
        hurried: 0,
        stirred: true,
    }))
}

impl Running {
    /// Runs for as long as the node does.
    pub(crate) async fn run(mut self, linli: Linli) {
        let mut cases = Vec::new();
        let (mut looks, mut size, mut failed) = (0_u32, 0, false);
        loop {
            let tick = looks.is_multiple_of(LOOKS_A_TICK);
            let now = linli.journal().size().await.unwrap_or(size);
            let grown = now > size && !failed;
            if size > 0 && now > size {
                let own = linli.journal().streams_from(size, now - size).await;
                cases.extend(
                    own.unwrap_or_default()
                        .into_iter()
                        .map(|(_, stream)| stream),
                );
            }
            size = now;
            self.mind(&linli, &mut cases, looks).await;
            let hurries = looks < self.hurried && !failed;
            if let Some(client) = self.above.as_ref().filter(|_| tick || grown || hurries) {
                if hurries {
                    self.line.greet_again().await;
                }
                failed = !exchange(&self.line, client, tick).await;
            }
            self.stirred |= grown;
            if !failed && self.carries(looks) {
                self.carry().await;
            }
            if looks.is_multiple_of(LOOKS_A_TELLING) {
                stand(&self.line, &linli).await;
            }
            looks = looks.wrapping_add(1);
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Does what others ask for and what became due.
    async fn mind(&mut self, linli: &Linli, cases: &mut Vec<StreamId>, looks: u32) {
        let on = self.line.is_on().await;
        if on && looks.is_multiple_of(LOOKS_A_SWEEP) {
            cases.extend(linli.cases_at_desks().await.unwrap_or_default());
            for stream in linli.counters_elsewhere().await.unwrap_or_default() {
                linli.want(stream);
            }
        }
        self.follow(linli, cases).await;
        if cases.iter().any(|stream| stream.topic() == "request") {
            self.hurried = looks + LOOKS_HURRIED;
        }
        let mut waiting = std::mem::take(cases);
        if !on {
            return;
        }
        self.ask(linli, looks).await;
        self.serve(linli).await;
        if looks.is_multiple_of(LOOKS_A_TICK) {
            self.take_over(linli).await;
        }
        self.lent.retain(|_, until| *until > looks);
        waiting.retain(|stream| !self.lent.contains_key(stream));
        self.hand_over(linli, waiting).await;
    }

    /// Whether files are carried at this look.
    fn carries(&self, looks: u32) -> bool {
        let every = if self.stirred {
            LOOKS_A_CARRY
        } else {
            LOOKS_A_QUIET_CARRY
        };
        looks.is_multiple_of(every)
    }

    /// 附件: carries some of the files that entries name.
    async fn carry(&mut self) {
        let Some(client) = &self.above else { return };
        match self.line.carry_files(client).await {
            Ok(carried) => self.stirred = carried.more,
            Err(error) => tracing::error!(%error, "files are not carried"),
        }
    }

    /// Follows what other nodes wrote.
    async fn follow(&mut self, linli: &Linli, cases: &mut Vec<StreamId>) {
        while let Ok(streams) = self.moved.try_recv() {
            if let Err(error) = linli.follow_others(&streams).await {
                tracing::error!(%error, "what other nodes wrote is not followed");
            }
            cases.extend(streams);
            self.stirred = true;
        }
    }

    /// Asks for what is wanted here and kept elsewhere.
    async fn ask(&mut self, linli: &Linli, looks: u32) {
        for stream in linli.take_wanted() {
            match self.line.ask_for(&stream).await {
                Ok(_) => {
                    self.lent.insert(stream, looks + LOOKS_LENT);
                    self.hurried = looks + LOOKS_HURRIED;
                }
                Err(error) => tracing::error!(%error, %stream, "could not be asked for"),
            }
        }
    }

    /// Gives other nodes what they ask for, as far as it may move.
    async fn serve(&self, linli: &Linli) {
        if !self.line.may_write().await {
            return;
        }
        for request in self.line.requests().await {
            let about = &request.about;
            if request.allowed && may_move(about) && !self.lent.contains_key(about) {
                self.give(linli, about, request.by).await;
            }
            if let Err(error) = self.line.answer_request(&request).await {
                tracing::error!(%error, %about, "a request could not be answered");
            }
        }
    }

    /// 接管: what two officers decided is carried out, and again for what arrives late.
    async fn take_over(&self, linli: &Linli) {
        for (log, officers) in linli.takeovers_granted().await.unwrap_or_default() {
            let Ok(from) = log.parse() else { continue };
            match self.line.take_over(from, officers).await {
                Ok(0) => {}
                Ok(streams) => tracing::info!(streams, log, "taken over"),
                Err(error) => tracing::error!(%error, log, "could not be taken over"),
            }
        }
    }

    async fn give(&self, linli: &Linli, stream: &StreamId, to: LogId) {
        match self.line.release(stream, to).await {
            Ok(true) => {
                linli.forget(stream);
                tracing::info!(%stream, %to, "handed over");
            }
            Ok(false) => {}
            Err(error) => tracing::error!(%error, %stream, "could not be handed over"),
        }
    }

    /// 移交: a case that waits at a desk of another node's area goes there.
    async fn hand_over(&self, linli: &Linli, cases: Vec<StreamId>) {
        for (stream, desk) in linli.desks_of(cases).await {
            let Some(to) = self.line.host_of(&desk).await else {
                continue;
            };
            self.give(linli, &stream, to).await;
        }
    }
}

/// One exchange with the node above. Says whether it was reached.
async fn exchange(line: &Line, client: &Client, tick: bool) -> bool {
    use linli_network::line::Exchange;
    match line.exchange(client, tick).await {
        Ok(Exchange::Failed(why)) => {
            tracing::debug!(why, "the node above was not reached");
            false
        }
        Ok(_) => true,
        Err(error) => {
            tracing::error!(%error, "the line does not go on");
            false
        }
    }
}

/// Tells pages how the node stands.
async fn stand(line: &Line, linli: &Linli) {
    match line.status().await {
        Ok(Some(status)) => linli.tell_standing(standing(status)),
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "how the neighbours stand is not known"),
    }
}

fn standing(status: Status) -> Standing {
    let at = |second: i64| Timestamp::from_second(second).ok();
    let parent = status.parent.as_ref();
    let above = status.countersigned.map(|reached| Above {
        reached,
        heard: parent.and_then(|parent| parent.heard).and_then(at),
    });
    let nodes = status.nodes.into_iter().map(|node| Neighbour {
        log: node.log,
        left: node.left,
        fingerprint: node.fingerprint,
        area: node.area,
        direct: node.direct,
        stopped: node.stopped,
        heard: node.heard.and_then(at),
        here: node.lag.here,
        there: node.lag.there,
        version: node.version,
    });
    let trouble = status.trouble.into_iter().filter_map(|trouble| {
        Some(Trouble {
            from: trouble.from,
            reason: trouble.reason,
            about: trouble.about,
            at: at(trouble.at)?,
        })
    });
    Standing {
        held: Some(status.mode).filter(|mode| *mode != "active"),
        fingerprint: status.fingerprint,
        above,
        failure: parent.and_then(|parent| parent.failure.clone()),
        nodes: nodes.collect(),
        trouble: trouble.collect(),
        beside: status.beside,
    }
}
