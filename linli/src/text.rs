//! A file as text.

use std::path::Path;

use anyhow::Context as _;

/// The text of a file in UTF-8.
///
/// # Errors
/// Names the file, and the line and column of the first byte in another coding.
pub(crate) fn text(path: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        anyhow::anyhow!(
            "{}:{line}:{column}: not UTF-8; save it as UTF-8 · 文件不是 UTF-8 编码，请另存为 UTF-8",
            path.display()
        )
    })
}
