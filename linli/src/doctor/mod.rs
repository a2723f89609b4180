//! 体检: `linli doctor` finds the usual faults and says what to do, in Chinese and English.
//!
//! Checks look and change nothing. Each returns a [`Finding`]; one that fails makes the exit code 1.

mod finding;
mod machine;
mod node;

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use linli_community::catalogue::{Catalogue, built_in_calendar};
use linli_community::papers::Papers;
use linli_community::registers::All;
use linli_journal::{Journal, NoRegisters};
use linli_kernel::{Clock as _, Fault, SystemClock};
use linli_portal::assets::Assets;
use linli_portal::server::Listen;

use crate::backups;
use crate::cli::Asked;
use crate::outcome::Outcome;
use crate::say;
use crate::settings::Settings;
use finding::{Finding, State};

/// `linli doctor`
pub(crate) async fn run(asked: &Asked) -> anyhow::Result<Outcome> {
    let findings = examine(&asked.folder.dir).await;
    let worst = findings.iter().map(|finding| finding.state).max();
    if asked.json {
        say::json(&findings)?;
    } else {
        for finding in &findings {
            say::line(finding.lines());
        }
    }
    Ok(match worst {
        Some(State::Fail) => Outcome::Failed,
        _ => Outcome::Done,
    })
}

async fn examine(dir: &Path) -> Vec<Finding> {
    let mut findings = vec![machine::folder(dir)];
    let settings = match Settings::of(dir) {
        Ok(settings) => settings,
        Err(error) => {
            findings.push(Finding::fail(
                "settings",
                format!("{error:#}"),
                "请改正 linli.toml;还没有节点时先运行 linli init。",
                "Correct linli.toml; where there is no node yet, run `linli init` first.",
            ));
            return findings;
        }
    };
    findings.push(Finding::ok(
        "settings",
        format!("{} is readable", crate::settings::FILE),
    ));
    findings.push(machine::permissions(dir));
    findings.push(machine::space(dir));
    if let Some(Listen::Tcp(address)) = settings.listen_on() {
        findings.push(machine::port(address));
    }
    findings.push(machine::open_files(settings.limits.connections));
    let (store, last_entry) = store(&settings, dir).await;
    findings.push(store);
    findings.push(machine::clock(&SystemClock, last_entry));
    findings.extend(attachments(&settings, dir).await);
    findings.push(node::backups(
        &backups::noted(dir),
        settings.backup.every_hours,
        SystemClock.now(),
    ));
    findings.extend(catalogue(&settings));
    findings.push(node::fonts(settings.fonts.as_deref()));
    findings.push(node::pages(
        Assets::load().is_ok_and(|assets| assets.built()),
    ));
    findings
}

/// The store opens and is whole enough to be read; with the time of its last entry.
async fn store(settings: &Settings, dir: &Path) -> (Finding, Option<Timestamp>) {
    let registers = Arc::new(NoRegisters);
    let told = match settings.journal(dir) {
        Ok(config) => {
            let opened = Journal::open(config.reading(), Arc::new(SystemClock), registers).await;
            match opened {
                Ok(journal) => last_entry(&journal).await,
                Err(error) => Err(error),
            }
        }
        Err(error) => Err(error),
    };
    match told {
        Ok((size, at)) => (Finding::ok("store", format!("{size} entries")), at),
        Err(error) => {
            let (zh, en) = advice(settings);
            (Finding::fail("store", error.to_string(), zh, en), None)
        }
    }
}

/// Every file that an entry names is there. Whether each is sound is for `linli journal verify`.
/// Nothing is said of a store that cannot be read: that is another finding.
async fn attachments(settings: &Settings, dir: &Path) -> Option<Finding> {
    let config = settings.journal(dir).ok()?.reading();
    let opened = Journal::open(config, Arc::new(SystemClock), Arc::new(All)).await;
    let journal = opened.ok()?;
    let named = journal.named_files().await.ok()?;
    let missing = named.iter().filter(|(_, there)| !there).count();
    let of = named.len();
    Some(if missing == 0 {
        Finding::ok("attachments", format!("{of} files"))
    } else if journal.has_neighbours().await.ok()? {
        Finding::warn(
            "attachments",
            format!("{missing} of {of} files have not come from another node"),
            "线路通时会自动送来;久不送到时,请到收件的节点查看。",
            "They come by themselves while the line is whole; if they do not, look at the node that took them.",
        )
    } else {
        Finding::fail(
            "attachments",
            format!("{missing} of {of} files are missing"),
            "请运行 linli journal verify 查明是哪些,再从备份的 attachments/ 补回。",
            "Run `linli journal verify` to see which, and copy them back from attachments/ of a backup.",
        )
    })
}

async fn last_entry(journal: &Journal) -> Result<(u64, Option<Timestamp>), Fault> {
    // The second line of a checkpoint is the number of entries (C2SP tlog-checkpoint).
    let checkpoint = journal.checkpoint().await?;
    let size: u64 = checkpoint
        .lines()
        .nth(1)
        .and_then(|line| line.parse().ok())
        .ok_or_else(|| Fault::Damaged("the checkpoint".to_owned()))?;
    let last = journal.entries(size.saturating_sub(1), 1).await?;
    Ok((size, last.last().map(|entry| entry.at)))
}

fn advice(settings: &Settings) -> (&'static str, &'static str) {
    if settings.postgres().is_some() {
        (
            "请确认 PostgreSQL 在运行、store 一行的地址和密码正确(psql \"地址\" 能连上)。",
            "Check that PostgreSQL runs and that the line `store` has the right address and password (psql \"ADDRESS\" connects).",
        )
    } else {
        (
            "请确认目录正确、磁盘完好;必要时用最近的备份恢复: linli restore。",
            "Check the folder and the disk; if need be, restore the last backup: linli restore.",
        )
    }
}

fn catalogue(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let read = match &settings.catalogue {
        Some(folder) => Catalogue::with_folder(folder),
        None => Catalogue::built_in(),
    };
    findings.push(match read {
        Ok(catalogue) => {
            let services = catalogue.services_on(SystemClock.today()).count();
            Finding::ok("catalogue", format!("{services} services in force"))
        }
        Err(problems) => Finding::fail(
            "catalogue",
            problems
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("; "),
            "请按提示改正事项目录里的文件。",
            "Correct the files of the catalogue folder as said.",
        ),
    });
    findings.push(papers(settings.catalogue.as_deref()));
    if let Ok(calendar) = built_in_calendar() {
        findings.push(node::calendar(&calendar, SystemClock.today()));
    }
    findings
}

/// Every template of a paper is as it should be, or each flaw with its file, line and field.
fn papers(folder: Option<&Path>) -> Finding {
    match Papers::of_folder(folder) {
        Ok(papers) => {
            let own = papers.all().filter(|template| template.own).count();
            let all = papers.all().count();
            Finding::ok("papers", format!("{all} templates, {own} of the district"))
        }
        Err(flaws) => Finding::fail(
            "papers",
            flaws
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("; "),
            "请按提示改正事项目录 papers/ 里的文书模板。",
            "Correct the templates in papers/ of the catalogue folder as said.",
        ),
    }
}
