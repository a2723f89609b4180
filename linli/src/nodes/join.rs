//! `linli node join`: an empty folder becomes a node below another.

use std::sync::Arc;
use std::time::Duration;

use linli_community::accounts;
use linli_kernel::SystemClock;
use linli_network::core::{Ed25519, Hand as _, LogId};
use linli_network::line::{self, Client, Exchange, Line};

use super::told;
use crate::cli::NodeJoin;
use crate::outcome::Outcome;
use crate::settings::Settings;
use crate::{init, node, say};

/// How often the node above may fail to answer before the command ends.
const PATIENCE: u32 = 20;

/// `linli node join`
pub(super) async fn run(wish: &NodeJoin) -> anyhow::Result<Outcome> {
    let dir = &wish.folder.dir;
    let client = Client::new(&wish.url).map_err(told)?;
    let listen = wish.listen.to_string();
    let settings = Settings {
        address: wish
            .address
            .clone()
            .unwrap_or_else(|| format!("http://{listen}")),
        listen,
        parent: Some(wish.url.clone()),
        ..Settings::default()
    };
    settings.check()?;
    let seed = rand::random::<[u8; 32]>();
    let fingerprint = line::fingerprint(LogId::of(&Ed25519::new(&seed).public()));
    say::note(format!(
        "本节点的指纹 · this node's fingerprint   {fingerprint}"
    ));
    let joined = line::join(&client, &wish.code, &seed).await.map_err(told)?;
    init::folder(dir, &settings)?;
    linli_journal::write_joined(dir, seed, joined.lookup)?;
    say::note(format!(
        "上级的指纹 · fingerprint of the node above   {}\n请与上级核对两个指纹 · Compare both with whoever invited you: `linli node list` there shows them.",
        line::fingerprint(LogId::of(&joined.parent))
    ));
    let linli = node::open(dir, &settings, Arc::new(SystemClock)).await?;
    let nothing = Arc::new(|_: &[linli_kernel::StreamId]| {});
    let journal = linli.journal().clone();
    let line = Line::open(journal, Arc::new(SystemClock), joined.area.clone(), nothing).await?;
    line.adopt(&joined).await?;
    fetch(&line, &client).await?;
    line.settle().await?;
    let status = line.status().await?;
    linli.journal().close().await;
    let linli = node::open(dir, &settings, Arc::new(SystemClock)).await?;
    let staff = accounts::staff_within(linli.journal().reader(), &joined.area)
        .await?
        .len();
    linli.journal().close().await;
    let shown = dir.display();
    say::line(format!(
        "已加入 · joined   {}   {fingerprint}\n条目 · own entries   {}\n工作人员 · staff of this area   {staff}\n\
         给他们在本节点的密码 · Give them a password at this node: linli account password LOGIN --dir {shown}\n\
         下一步 · Next: linli serve --dir {shown}",
        joined.area,
        status.map_or(0, |status| status.own),
    ));
    Ok(Outcome::Done)
}

/// Exchanges with the node above until nothing is left to be said.
async fn fetch(line: &Line, client: &Client) -> anyhow::Result<()> {
    let (mut failures, mut progress) = (0, 0);
    loop {
        match line.exchange(client, true).await? {
            Exchange::Level(answers) => {
                progress += answers;
                failures = 0;
            }
            Exchange::Nothing if line.is_ready().await => return Ok(()),
            Exchange::Nothing => {
                failures += 1;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Exchange::Failed(why) => {
                failures += 1;
                say::note(format!("{why}: 再试 · trying again"));
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
        if failures > PATIENCE {
            return Err(told(format!(
                "the node above has not sent everything ({progress} answers): \
                 `linli serve` goes on where this ended"
            )));
        }
    }
}
