//! `linli node export`, `linli node import`: what two nodes have to say, carried as a file.
//!
//! A node that serves is asked over its own address, for only one process may speak for a node;
//! otherwise the command does it itself.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use linli_community::Linli;
use linli_kernel::{Fault, StreamId, SystemClock};
use linli_network::line::{Client, Line, MAX_PARCEL};

use super::told;
use crate::cli::NodeParcel;
use crate::outcome::{Misuse, Outcome};
use crate::settings::Settings;
use crate::{node, say};

/// `linli node export`
pub(super) async fn export(wish: &NodeParcel) -> anyhow::Result<Outcome> {
    let parcel = speak(&wish.folder.dir, None).await?;
    let parcel = parcel.ok_or_else(|| Misuse("no node is above this one".to_owned()))?;
    write(&wish.file, &parcel)?;
    say::line(format!(
        "已导出 · exported   {}   {} KB\n只有上级节点能打开 · Only the node above can open it.\n\
         在上级 · There: linli node import FILE --dir DIR",
        wish.file.display(),
        parcel.len().div_ceil(1_024)
    ));
    Ok(Outcome::Done)
}

/// `linli node import`
pub(super) async fn import(wish: &NodeParcel) -> anyhow::Result<Outcome> {
    let file = &wish.file;
    let failed = |why: &dyn std::fmt::Display| Misuse(format!("{}: {why}", file.display()));
    let size = std::fs::metadata(file).map_err(|why| failed(&why))?.len();
    if size > MAX_PARCEL as u64 {
        return Err(failed(&"this is too long to be a parcel").into());
    }
    let bytes = std::fs::read(file).map_err(|why| failed(&why))?;
    if bytes.is_empty() {
        return Err(failed(&"the file is empty").into());
    }
    let Some(answer) = speak(&wish.folder.dir, Some(&bytes)).await? else {
        say::line("已导入上级的回执 · the answer of the node above was taken in");
        return Ok(Outcome::Done);
    };
    let to = wish.answer.clone();
    let to = to.unwrap_or_else(|| file.with_extension("answer"));
    write(&to, &answer)?;
    say::line(format!(
        "已导入 · taken in   {}\n带回去的回执 · answer to be carried back   {}\n\
         在下级 · There: linli node import FILE --dir DIR",
        file.display(),
        to.display()
    ));
    Ok(Outcome::Done)
}

/// Makes a parcel, or takes one in.
async fn speak(dir: &Path, parcel: Option<&[u8]>) -> anyhow::Result<Option<Vec<u8>>> {
    let settings = Settings::of(dir)?;
    let client = Client::new(&format!("http://{}", settings.listen)).map_err(told)?;
    if is_served(&client, dir).await? {
        let reading = node::reading(dir).await?;
        return client.parcel(reading.journal(), parcel).await.map_err(told);
    }
    let linli = node::open(dir, &settings, Arc::new(SystemClock)).await?;
    let done = alone(&linli, parcel).await;
    linli.journal().close().await;
    done
}

/// Whether the node in this folder answers at its own address, and not another.
async fn is_served(client: &Client, dir: &Path) -> anyhow::Result<bool> {
    use linli_network::core::{Ed25519, Hand as _};
    let Ok(Some(key)) = client.get("/network/key").await else {
        return Ok(false);
    };
    let reading = node::reading(dir).await?;
    let own = hex::encode(Ed25519::new(&reading.journal().node_seed()).public());
    Ok(key.trim_ascii() == own.as_bytes())
}

async fn alone(linli: &Linli, parcel: Option<&[u8]>) -> anyhow::Result<Option<Vec<u8>>> {
    let own = linli.membership().map(|own| own.area.clone());
    let area = match own {
        Some(area) => area,
        None => node::district(linli)?,
    };
    let nothing = Arc::new(|_: &[StreamId]| {});
    let journal = linli.journal().clone();
    let line = Line::open(journal, Arc::new(SystemClock), area, nothing).await?;
    match parcel {
        None => Ok(line.export().await?),
        Some(bytes) => {
            let taken = line.import(bytes).await;
            taken.map_err(|why| Fault::Setting(why.to_string()).into())
        }
    }
}

fn write(to: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let failed = |why: std::io::Error| Fault::Setting(format!("{}: {why}", to.display()));
    let mut file = std::fs::File::create(to).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    Ok(file.sync_all().map_err(failed)?)
}
