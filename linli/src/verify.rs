//! `linli verify`: does a receipt prove that its entry is in the log? Needs no node and no network.

use anyhow::Context as _;
use linli_journal::{Proven, verify_receipt};
use serde_json::json;

use crate::cli::Verify;
use crate::outcome::Outcome;
use crate::say;

/// `linli verify`
pub(crate) fn run(verify: &Verify) -> anyhow::Result<Outcome> {
    let path = &verify.receipt;
    let text =
        std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    match verify_receipt(&text, verify.vkey.as_deref()) {
        Ok(proven) => {
            if verify.json {
                say::json(&json!({ "proven": proven }))?;
            } else {
                say::line(lines(&proven));
            }
            Ok(Outcome::Done)
        }
        Err(error) => {
            if verify.json {
                say::json(&json!({ "problem": error.to_string() }))?;
            } else {
                say::line(format!(
                    "✗ 回执不成立 · The receipt proves nothing: {error}"
                ));
            }
            Ok(Outcome::Failed)
        }
    }
}

fn lines(proven: &Proven) -> String {
    let Proven {
        origin,
        index,
        size,
        digest,
        ..
    } = proven;
    let mut text = format!(
        "✓ 这条记录在日志里 · The entry is in the log\n  日志 · log      {origin}\n  \
         位置 · entry    {index} / {size}\n  摘要 · digest   {digest}"
    );
    if proven.entry {
        text.push_str(
            "\n  回执里的内容与摘要一致 · the content in the receipt is what was recorded",
        );
    }
    if !proven.trusted {
        text.push_str(
            "\n! 密钥取自回执本身: 请与另行公布的日志密钥比对,并用 --vkey 再核一次。\n  \
             The key is the receipt's own: compare it with the log's key as published elsewhere, and check again with --vkey.",
        );
    }
    text
}
