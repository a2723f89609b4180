//! A node with a stock of cases: the Songjiang demo with as many more cases as asked for, filed and
//! moved through the same doors as an office's, and tokens for those who measure.
//!
//! Making a million takes minutes, so the node is kept and used again.

use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, bail};
use linli_community::cases::{self, Command, Filing};
use linli_community::catalogue::Channel;
use linli_community::{Call, Linli, NodeConfig, accounts};
use linli_journal::Config;
use linli_kernel::{AccountId, Actor, AreaPath, CaseId, CommandId, Post, ResidentId, SystemClock};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::server::binary;

/// How many cases are filed and moved at a time.
const HANDS: u64 = 64;

/// One in so many cases runs its whole life; the others wait for acceptance or decision.
const WHOLE_EVERY: u64 = 4;

/// A node with its stock, and the tokens to measure it with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stock {
    /// The node's folder.
    pub(crate) dir: PathBuf,
    /// How many cases were added.
    pub(crate) cases: u64,
    /// The committee where they are.
    pub(crate) area: String,
    /// Who files them.
    pub(crate) resident: String,
    /// Who files them, as a bearer.
    pub(crate) resident_token: String,
    /// Who works them, as a bearer.
    pub(crate) worker_token: String,
    /// A district officer, as a bearer.
    pub(crate) district_token: String,
}

/// The node in `dir` with `wanted` cases; made where it is not there yet.
pub(crate) async fn get(dir: &Path, wanted: u64) -> Result<Stock> {
    let kept = dir.join("stock.json");
    if let Ok(bytes) = std::fs::read(&kept) {
        return Ok(serde_json::from_slice(&bytes)?);
    }
    if dir.exists() {
        std::fs::remove_dir_all(dir)?;
    }
    let made = Process::new(binary()?)
        .args(["demo", "--only-make", "--listen", "127.0.0.1:0", "--dir"])
        .arg(dir)
        .status()?;
    if !made.success() {
        bail!("linli demo --only-make ended with {made}");
    }
    let stock = fill(dir, wanted).await?;
    std::fs::write(&kept, serde_json::to_vec_pretty(&stock)?)?;
    Ok(stock)
}

/// Somebody of the demo.
#[derive(Deserialize)]
struct Player {
    key: String,
    area: AreaPath,
    account: AccountId,
    resident: Option<ResidentId>,
}

#[derive(Deserialize)]
struct Record {
    roles: Vec<Player>,
}

impl Record {
    fn player(&self, key: &str) -> Result<&Player> {
        let found = self.roles.iter().find(|role| role.key == key);
        found.with_context(|| format!("the demo has no {key}"))
    }
}

async fn fill(dir: &Path, wanted: u64) -> Result<Stock> {
    let record: Record = serde_json::from_slice(&std::fs::read(dir.join("demo.json"))?)?;
    let config = NodeConfig {
        journal: Config::sqlite(dir),
        catalogue: None,
    };
    let linli = Linli::open(config, Arc::new(SystemClock)).await?;
    let (elder, worker) = (record.player("elder")?, record.player("worker")?);
    let hand = Hand {
        linli: linli.clone(),
        filer: Actor::resident(elder.account, elder.resident.context("the elder's record")?),
        worker: in_post(&linli, worker).await?,
        area: worker.area.clone(),
    };
    let next = Arc::new(AtomicU64::new(0));
    let tasks: Vec<_> = (0..HANDS)
        .map(|_| {
            let (hand, next) = (hand.clone(), Arc::clone(&next));
            tokio::spawn(async move { hand.work(&next, wanted).await })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    let stock = Stock {
        dir: dir.to_owned(),
        cases: wanted,
        area: worker.area.to_string(),
        resident: elder.resident.context("the elder's record")?.to_string(),
        resident_token: token(&linli, elder.account, None).await?,
        worker_token: token(&linli, worker.account, Some(&hand.worker)).await?,
        district_token: {
            let district = record.player("district")?;
            let actor = in_post(&linli, district).await?;
            token(&linli, district.account, Some(&actor)).await?
        },
    };
    linli.journal().close().await;
    Ok(stock)
}

async fn in_post(linli: &Linli, player: &Player) -> Result<Actor> {
    let today = linli.clock().today();
    let posts = accounts::posts_on(linli.journal().reader(), player.account, today).await?;
    let post: Post = posts.into_iter().next().context("a post")?;
    Ok(Actor::in_post(player.account, post))
}

async fn token(linli: &Linli, account: AccountId, actor: Option<&Actor>) -> Result<String> {
    let system = Actor::system();
    let call = Call {
        command: CommandId::new(linli.clock()),
        actor: &system,
        expected: None,
    };
    let post = actor
        .and_then(|actor| actor.post.as_ref())
        .map(|post| post.id);
    let issued = accounts::issue_token(linli, call, account, "benches", post, None).await?;
    Ok(issued.secret)
}

/// Who files and works the stock.
#[derive(Clone)]
struct Hand {
    linli: Linli,
    filer: Actor,
    worker: Actor,
    area: AreaPath,
}

impl Hand {
    async fn work(&self, next: &AtomicU64, wanted: u64) -> Result<()> {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= wanted {
                return Ok(());
            }
            let filing: Filing = serde_json::from_value(filing(
                &self.area.to_string(),
                &self
                    .filer
                    .subject()
                    .context("a resident files")?
                    .to_string(),
            ))?;
            let receipt = cases::file(&self.linli, self.call(&self.filer), &filing).await?;
            if index.is_multiple_of(WHOLE_EVERY) {
                for command in worked() {
                    self.act(&self.worker, receipt.case, command).await?;
                }
                self.act(&self.filer, receipt.case, rated()).await?;
            }
        }
    }

    async fn act(&self, actor: &Actor, case: CaseId, command: Value) -> Result<()> {
        let command: Command = serde_json::from_value(command)?;
        cases::act(&self.linli, self.call(actor), case, &command).await?;
        Ok(())
    }

    fn call<'a>(&self, actor: &'a Actor) -> Call<'a> {
        Call {
            command: CommandId::new(self.linli.clock()),
            actor,
            expected: None,
        }
    }
}

/// 社区证明: what is filed, as the API takes it.
pub(crate) fn filing(area: &str, resident: &str) -> Value {
    json!({
        "service": "certificate",
        "area": area,
        "channel": Channel::Online,
        "applicant": resident,
        "name": "测试居民",
        "phone": "10900000123",
        "answers": {
            "name": "测试居民",
            "id_number": "990117199009090077",
            "address": "松江区示例路66弄9号501室",
            "phone": "10900000123",
            "what": "residence",
            "for_whom": "某某幼儿园",
            "for_what": "孩子入园登记",
        },
        "declared": ["true_statement"],
    })
}

/// The rest of a certificate's life, as the API takes it: accepted, decided and delivered at once.
pub(crate) fn worked() -> [Value; 2] {
    let decision = json!({ "outcome": "certify", "words": "经核实，情况属实。" });
    [
        json!({ "do": "accept" }),
        json!({ "do": "decide", "decision": decision, "deliver": "online" }),
    ]
}

/// 评价: the last command of a life.
pub(crate) fn rated() -> Value {
    json!({ "do": "rate", "grade": "satisfied" })
}
