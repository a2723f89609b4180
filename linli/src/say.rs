//! The one place that writes to the terminal: results to standard output, progress and trouble to
//! standard error. A reader that went away (`linli … | head`) ends the program quietly.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write};

use serde::Serialize;

/// One line of a result.
pub(crate) fn line(text: impl Display) {
    let mut out = io::stdout().lock();
    end_if_unread(&writeln!(out, "{text}"));
}

/// A result for programs: one JSON document.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match serde_json::to_writer_pretty(&mut out, value) {
        Err(why) if !why.is_io() => return Err(why.into()),
        written => {
            let written = written.map_err(io::Error::from);
            let written = written.and_then(|()| writeln!(out));
            end_if_unread(&written.and_then(|()| out.flush()));
        }
    }
    Ok(())
}

/// Something for the person at the terminal that is no result.
pub(crate) fn note(text: impl Display) {
    // Nobody can be told when standard error is gone.
    writeln!(io::stderr().lock(), "{text}").ok();
}

fn end_if_unread(written: &io::Result<()>) {
    if written.is_err() {
        std::process::exit(0);
    }
}

/// How far long work is. On a terminal one line that moves; elsewhere nothing, so that logs stay
/// readable.
pub(crate) struct Progress {
    what: String,
    shown: u64,
    terminal: bool,
}

impl Progress {
    /// Long work called `what` begins.
    pub(crate) fn of(what: &str) -> Self {
        Self {
            what: what.to_owned(),
            shown: 0,
            terminal: io::stderr().is_terminal(),
        }
    }

    /// `done` of `all` is done; `all` is 0 where nobody knows.
    pub(crate) fn at(&mut self, done: u64, all: u64) {
        let step = (all / 200).max(500);
        if !self.terminal || (done < self.shown + step && done != all) {
            return;
        }
        self.shown = done;
        let share = match all {
            0 => String::new(),
            all => format!(" {:>3} %", done.saturating_mul(100) / all),
        };
        write!(io::stderr().lock(), "\r{}{share}  {done}\x1b[K", self.what).ok();
    }

    /// The work ended; nothing of it stays on the screen.
    pub(crate) fn clear(self) {
        if self.terminal && self.shown > 0 {
            write!(io::stderr().lock(), "\r\x1b[K").ok();
        }
    }

    /// The work ended; `told` stays on the screen.
    pub(crate) fn end(self, told: &str) {
        let back = if self.terminal { "\r\x1b[K" } else { "" };
        writeln!(io::stderr().lock(), "{back}{told}").ok();
    }
}
