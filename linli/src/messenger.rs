//! 消息 in the background: what the outbox asks for is made, and short messages and mails are handed
//! over.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use linli_community::messages::{Carried, Carrier, Frame, Mail, Outgoing};
use linli_community::{Linli, Problem};
use linli_journal::Mode;

/// How often the outbox is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Writes each short message as a line: id, phone, text. Your gateway follows the file, sends each
/// line once, and empties it now and then; the demo leaves it to be read. Each mail is a file of its
/// own (`.eml`) that your mail server sends and deletes.
pub(crate) struct FileCarrier {
    path: PathBuf,
    mails: PathBuf,
}

impl FileCarrier {
    /// A carrier that writes to `messages.txt` and `mails/` in `dir`.
    pub(crate) fn new(dir: &Path) -> Self {
        Self {
            path: dir.join("messages.txt"),
            mails: dir.join("mails"),
        }
    }

    /// Written aside and moved, so that nobody sends half a mail.
    fn put(&self, mail: &Mail) -> std::io::Result<()> {
        std::fs::create_dir_all(&self.mails)?;
        let half = self.mails.join(format!("{}.tmp", mail.id));
        let mut options = OpenOptions::new();
        options.create(true).write(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let mut file = options.open(&half)?;
        file.write_all(mail.eml().as_bytes())?;
        file.sync_data()?;
        std::fs::rename(half, self.mails.join(format!("{}.eml", mail.id)))
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

    async fn mail(&self, mail: &Mail) -> Result<(), Carried> {
        self.put(mail).map_err(|error| {
            tracing::error!(%error, "a mail could not be written");
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
