//! The measured server: the `linli` binary as a child process, on a free loopback port.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::client::Client;

/// A running `linli`; killed when dropped.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// From the start of the process to its first answer.
    pub(crate) started_in: Duration,
}

/// The binary beside this one.
pub(crate) fn binary() -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name("linli");
    if !path.exists() {
        bail!(
            "{} is missing: build it with the same profile first",
            path.display()
        );
    }
    Ok(path)
}

/// What `linli` says to `arguments` on the node in `dir`.
pub(crate) fn linli(arguments: &[&str], dir: &Path) -> Result<Vec<u8>> {
    let done = Command::new(binary()?)
        .args(arguments)
        .arg("--dir")
        .arg(dir)
        .stderr(Stdio::inherit())
        .output()?;
    if !done.status.success() {
        bail!("linli {} failed", arguments.join(" "));
    }
    Ok(done.stdout)
}

impl Server {
    /// Starts `linli serve` on the node in `dir`, and waits for its first answer.
    pub(crate) async fn start(dir: &Path) -> Result<Self> {
        Self::start_with(dir, &[]).await
    }

    /// The same with further settings.
    pub(crate) async fn start_with(dir: &Path, settings: &[(&str, &str)]) -> Result<Self> {
        let address = free_address()?;
        let log = std::fs::File::create(dir.join("serve.log"))?;
        let begun = Instant::now();
        let child = Command::new(binary()?)
            .args(["serve", "--dir"])
            .arg(dir)
            .env("LINLI_LISTEN", address.to_string())
            .env("LINLI_LIMITS__PAGES_PER_MINUTE", "4000000000")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("start linli serve")?;
        let mut server = Self {
            child,
            address,
            started_in: Duration::ZERO,
        };
        loop {
            if let Ok(mut client) = Client::connect(address, "").await
                && client
                    .get("/healthz")
                    .await
                    .is_ok_and(|answer| answer.status == 200)
            {
                server.started_in = begun.elapsed();
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                bail!(
                    "linli serve ended with {status}: see {}/serve.log",
                    dir.display()
                );
            }
            if begun.elapsed() > Duration::from_secs(120) {
                bail!("linli serve did not answer within two minutes");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The process's id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Resident memory now, in bytes.
    pub(crate) fn memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes: u64 = line
            .context("VmRSS")?
            .trim()
            .trim_end_matches("kB")
            .trim()
            .parse()?;
        Ok(kilobytes << 10)
    }

    /// Kills it at once, as a power cut would.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A process that already ended cannot be killed; nothing is lost by that.
        drop(self.kill());
    }
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
