//! 消息 in the background: what the outbox asks for is made, and short messages are handed over.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use linli_community::messages::{Carried, Carrier, Frame, Outgoing};
use linli_community::{Linli, Problem};
use linli_journal::Mode;

/// How often the outbox is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Writes each short message as a line: id, phone, text. Your gateway follows the file, sends each
/// line once, and empties it now and then; the demo leaves it to be read.
pub(crate) struct FileCarrier {
    path: PathBuf,
}

impl FileCarrier {
    /// A carrier that writes to `path`.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    fn write(&self, outgoing: &Outgoing) -> std::io::Result<()> {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let Outgoing { id, phone, text } = outgoing;
        // A text is one line: templates have none, and what is filled in has neither tab nor break.
        let text = text.replace(['\t', '\r', '\n'], " ");
        let mut file = options.open(&self.path)?;
        file.write_all(format!("{id}\t{phone}\t{text}\n").as_bytes())?;
        file.sync_data()
    }
}

#[async_trait]
impl Carrier for FileCarrier {
    async fn carry(&self, outgoing: &Outgoing) -> Result<(), Carried> {
        if outgoing.phone.len() != 11 {
            return Err(Carried::Never);
        }
        self.write(outgoing).map_err(|error| {
            tracing::error!(%error, "a short message could not be written");
            Carried::NotNow
        })
    }
}

/// Makes and carries messages for as long as the node runs. What fails is tried again.
pub(crate) async fn run(linli: Linli, carrier: FileCarrier, frame: Frame) {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    loop {
        looks.tick().await;
        if linli.journal().mode() != Mode::Active {
            continue;
        }
        if let Err(problem) = look(&linli, &carrier, &frame).await {
            tracing::error!(%problem, "messages were not made or not carried");
        }
    }
}

/// Makes what the outbox asks for, and hands over what waits.
async fn look(linli: &Linli, carrier: &FileCarrier, frame: &Frame) -> Result<(), Problem> {
    linli.make_messages().await?;
    linli.carry_messages(carrier, frame).await?;
    Ok(())
}
