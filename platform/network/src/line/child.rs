//! The child's side of the line: one exchange after the other with the node above.

use linli_journal::{Handover, Intake, Kind, Remembered};
use linli_kernel::Fault;
use serde_json::json;

use super::enrol::Joined;
use super::{Client, Envelope, Line, load, own, parcel};
use crate::core::{Conn, Frame, Input, LogId, Mode, Parent, Record, sha256, wire};

/// How an exchange went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchange {
    /// Nothing was to be said.
    Nothing,
    /// The node above answered so many times, and nothing is left to be said.
    Level(u32),
    /// It could not be reached, or what it said makes no sense.
    Failed(String),
}

impl Line {
    /// Says to the node above what there is to say, until nothing is left. `tick` when some time went
    /// by; otherwise because something was written here.
    ///
    /// # Errors
    /// [`Fault`] when the own store fails.
    pub async fn exchange(&self, client: &Client, tick: bool) -> Result<Exchange, Fault> {
        let first = if tick { Input::Tick } else { Input::Grown };
        let mut answers = 0;
        let (mut ask, parent) = {
            let mut inner = self.inner.lock().await;
            let ask = self.feed(&mut inner, first).await?.ask;
            let node = inner.node.as_ref();
            (ask, node.and_then(|node| node.saved.parent.clone()))
        };
        let Some(parent) = parent else {
            return Ok(Exchange::Nothing);
        };
        while let Some(frame) = ask {
            let answer = match self.ask(client, &parent, &frame).await? {
                Ok(Some(answer)) => answer,
                Ok(None) => break,
                Err(why) => {
                    self.failed(parent.log, &why).await?;
                    return Ok(Exchange::Failed(why));
                }
            };
            answers += 1;
            ask = self.answered(&parent, answer).await?;
        }
        if answers == 0 {
            return Ok(Exchange::Nothing);
        }
        if std::mem::take(&mut self.inner.lock().await.refold) {
            // What could not be read while the keys were gone.
            self.journal.rebuild(|_| {}).await?;
        }
        self.heard(parent.log, None, None).await?;
        Ok(Exchange::Level(answers))
    }

    async fn ask(
        &self,
        client: &Client,
        parent: &Parent,
        frame: &Frame,
    ) -> Result<Result<Option<Frame>, String>, Fault> {
        if let Some(answers) = client.answers() {
            return Ok(Ok(parcel::carried(answers, frame)));
        }
        let seed = self.journal.node_seed();
        let sealed = Envelope::seal(&seed, &parent.key, None, &wire::encode(frame))?;
        let to = sha256(&sealed);
        let answer = match client.post("/network/1", &sealed).await {
            Ok(Some(answer)) => answer,
            Ok(None) => return Ok(Ok(None)),
            Err(why) => return Ok(Err(why)),
        };
        let opened = Envelope::open(&seed, Some(&to), &answer);
        let opened = opened.map_err(|why| why.to_string()).and_then(|opened| {
            if opened.sender != parent.key {
                return Err("another node answered".to_owned());
            }
            wire::decode(&opened.content).map_err(|why| why.to_string())
        });
        Ok(opened.map(Some))
    }

    async fn answered(&self, parent: &Parent, answer: Frame) -> Result<Option<Frame>, Fault> {
        let mut inner = self.inner.lock().await;
        inner.peer = Some(parent.key);
        let conn = Conn {
            line: 0,
            nonce: answer.nonce,
        };
        let input = Input::Received {
            conn,
            session: answer.session,
            from: parent.log,
            message: answer.message,
        };
        let said = self.feed(&mut inner, input).await?;
        match said.ask {
            Some(ask) => Ok(Some(ask)),
            // What was stored may have led to something new to say.
            None => Ok(self.feed(&mut inner, Input::Grown).await?.ask),
        }
    }

    /// Greets the node above with the next exchange, whatever is under way.
    pub async fn greet_again(&self) {
        if let Some(node) = &mut self.inner.lock().await.node {
            node.greet_again();
        }
    }

    /// Whether the node has all that the one above had for it, keys included, and may be used.
    pub async fn is_ready(&self) -> bool {
        let inner = self.inner.lock().await;
        inner.node.as_ref().is_some_and(|node| {
            let saved = &node.saved;
            saved.ready && saved.lease.is_some() && node.behind().is_none()
        })
    }

    /// Whether the node may write.
    pub async fn may_write(&self) -> bool {
        let inner = self.inner.lock().await;
        let saved = inner.node.as_ref().map(|node| &node.saved);
        saved.is_none_or(|saved| saved.mode == Mode::Active)
    }

    /// Keeps what the node above answered when this one joined. The registers are left behind until
    /// [`settle`](Self::settle).
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn adopt(&self, joined: &Joined) -> Result<(), Fault> {
        let log = LogId::of(&joined.parent);
        let parent = Parent {
            log,
            key: joined.parent,
        };
        let (kind, about, body) = load::written(&Record::Parent(parent), self.now());
        let remembered = Remembered {
            id: 0,
            own: 0,
            kind: kind.to_owned(),
            about,
            body,
        };
        let intake = Intake {
            remembered: vec![remembered],
            unfolded: true,
            ..Intake::default()
        };
        self.journal.take_in(intake).await?;
        let stream = own::joined_stream(&self.log().to_string());
        let open = json!({
            "parent": hex::encode(joined.parent),
            "area": joined.area,
            "numbers": joined.numbers,
        });
        let kind = Kind::new("node.joined", 1);
        let entry = (stream, joined.area.clone(), kind, open);
        self.record(entry, Handover::No).await?;
        let mut inner = self.inner.lock().await;
        inner.unfolded = true;
        self.begin(&mut inner).await
    }

    /// Makes the registers from all that came since the node joined.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn settle(&self) -> Result<(), Fault> {
        let mut inner = self.inner.lock().await;
        inner.unfolded = false;
        self.journal.catch_up_registers().await
    }
}
