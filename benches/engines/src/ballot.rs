//! A million papers, each read by two counters, to a certificate; and the certificate verified.
//!
//! The papers are made here and counted apart while they are made: the certificate must say the
//! same. No peer counts under these laws, so the figure beside ours is the limit.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use linli_ballot::certificate::{Certificate, Status};
use linli_ballot::{Counts, Election, Inputs, Procedure, tally, verify};
use sha2::{Digest as _, Sha256};

use crate::beside::{Figure, peak_mib, processor_time};

const PAPERS: u64 = 1_000_000;
/// The clock of processor time is coarser than one verification.
const ROUNDS: u32 = 1_000;
const PROCEDURE: &str = include_str!("../../../catalogue/procedures/residents-election.toml");

/// Measures both figures.
pub(crate) fn run() -> anyhow::Result<Vec<Figure>> {
    let (election, counts, votes) = made()?;
    let before = processor_time()?;
    let certificate = certify(&election, &counts)?;
    let text = serde_json::to_string(&certificate)?;
    let tallied = processor_time()?.saturating_sub(before);
    let before = processor_time()?;
    let mut read: Certificate = serde_json::from_str(&text)?;
    for _ in 1..ROUNDS {
        verify(&read).map_err(|flaws| anyhow::anyhow!("{flaws:?}"))?;
        read = serde_json::from_str(&text)?;
    }
    verify(&read).map_err(|flaws| anyhow::anyhow!("{flaws:?}"))?;
    let verified = processor_time()?.saturating_sub(before) / ROUNDS;
    ensure!(
        read.outcome.status == Status::Decided,
        "the vote is not decided"
    );
    let contest = read.outcome.contests.first().context("a contest")?;
    let total = contest.total.as_ref().context("a total")?;
    ensure!(
        total.papers == PAPERS && total.votes == votes,
        "the certificate miscounts"
    );
    let rows = 2 * PAPERS;
    let mib = counts.len() / (1 << 20);
    let held = |took: Duration, limit: u64| took <= Duration::from_millis(limit);
    Ok(vec![
        Figure {
            what: format!(
                "ballot: {PAPERS} papers, two counters ({rows} rows, {mib} MiB), to a certificate"
            ),
            ours: format!("{:.3} s, {} MiB", tallied.as_secs_f64(), peak_mib()?),
            beside: "no peer".to_owned(),
            limit: "1 s".to_owned(),
            held: held(tallied, 1_000),
        },
        Figure {
            what: format!(
                "ballot: that certificate ({} KiB) read and verified",
                text.len() / 1024
            ),
            ours: format!("{:.6} s", verified.as_secs_f64()),
            beside: "no peer".to_owned(),
            limit: "0.2 s".to_owned(),
            held: held(verified, 200),
        },
    ])
}

fn certify(election: &str, counts: &str) -> anyhow::Result<Certificate> {
    let procedure = Procedure::parse(PROCEDURE)?;
    let facts = Election::parse(election)?;
    let rules = procedure
        .rules(&facts.method, facts.day)
        .map_err(anyhow::Error::msg)?;
    let read = Counts::read(counts, &facts, rules.kind, &mut |_, _| {})?;
    let digest = |text: &str| format!("{:x?}", Sha256::digest(text.as_bytes()).as_slice());
    let inputs = Inputs {
        election_sha256: digest(election),
        counts_sha256: digest(counts),
        procedure_sha256: digest(PROCEDURE),
    };
    Ok(tally(&facts, &rules, &read, inputs)?)
}

/// Election, counts, and the votes of each candidate as they were made.
fn made() -> anyhow::Result<(String, String, BTreeMap<String, u64>)> {
    let ids: Vec<String> = (1..=12)
        .map(|number| format!("candidate{number:02}"))
        .collect();
    let mut votes: BTreeMap<String, u64> = ids.iter().map(|id| (id.clone(), 0)).collect();
    let boxes = [
        ("booth", "booth", 800_000),
        ("roving", "roving", 50_000),
        ("online", "online", 150_000),
    ];
    let mut election = "format = \"linli-election/1\"\nid = \"million\"\n\
        names = { zh = \"一百万张选票\" }\nprocedure = \"residents-election\"\n\
        method = \"voters\"\nday = \"2026-05-10\"\n[roll]\nentries = 1200000\n"
        .to_owned();
    for (index, (id, channel, voted)) in boxes.into_iter().enumerate() {
        let listed = if index == 0 { 1_000_000 } else { voted };
        writeln!(
            election,
            "[[boxes]]\nid = \"{id}\"\nchannel = \"{channel}\"\nlisted = {listed}\nvoted = {voted}"
        )?;
    }
    election.push_str("[[contests]]\nid = \"committee\"\nnames = { zh = \"委员\" }\nseats = 7\n");
    for (index, id) in ids.iter().enumerate() {
        let sex = if index % 3 == 0 { "female" } else { "male" };
        writeln!(
            election,
            "[[contests.candidates]]\nid = \"{id}\"\nsex = \"{sex}\""
        )?;
    }
    let mut rows = String::from("box,counter,marks\n");
    let mut state = 2013_u64;
    for (id, _, voted) in boxes {
        for counter in ["1", "2"] {
            let mut own = state;
            for _ in 0..voted {
                let marks = paper(&mut own, &ids);
                writeln!(rows, "{id},{counter},{}", marks.join("+"))?;
                if counter == "1" {
                    for mark in marks {
                        *votes.entry(mark.to_owned()).or_default() += 1;
                    }
                }
            }
            if counter == "2" {
                state = own;
            }
        }
    }
    Ok((election, rows, votes))
}

/// A paper with up to seven names; those at the front of the list more often.
fn paper<'i>(state: &mut u64, ids: &'i [String]) -> Vec<&'i str> {
    let mut marks: Vec<&str> = Vec::with_capacity(7);
    for (place, id) in ids.iter().enumerate() {
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let draw = (*state >> 33) % 16;
        let wanted = 13_u64.saturating_sub(u64::try_from(place).unwrap_or(13));
        if draw < wanted && marks.len() < 7 {
            marks.push(id);
        }
    }
    marks
}
