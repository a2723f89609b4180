//! Files in and out, and what is wrong with them in both languages.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::anyhow;

/// Larger files are refused before they fill the memory: 512 MiB.
const MOST: u64 = 1 << 29;

/// The bytes of a file.
///
/// # Errors
/// Names the file that cannot be read, or is too large.
pub(crate) fn bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let unread = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => trouble(path, "没有这个文件", "there is no such file"),
        io::ErrorKind::IsADirectory => {
            trouble(path, "这是文件夹，不是文件", "this is a folder, not a file")
        }
        io::ErrorKind::PermissionDenied => {
            trouble(path, "没有权限读取", "reading it is not permitted")
        }
        _ => trouble(
            path,
            format!("读不了（{error}）"),
            format!("it cannot be read ({error})"),
        ),
    };
    let too_large = || {
        let most = MOST >> 20;
        trouble(
            path,
            format!("文件超过 {most} MiB"),
            format!("the file is larger than {most} MiB"),
        )
    };
    let file = File::open(path).map_err(unread)?;
    let size = file.metadata().map_err(unread)?.len();
    if size > MOST {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size)?);
    // A pipe does not say how much is coming.
    let read = file.take(MOST + 1).read_to_end(&mut bytes);
    if u64::try_from(read.map_err(unread)?)? > MOST {
        return Err(too_large());
    }
    Ok(bytes)
}

/// The text of a file in UTF-8.
///
/// # Errors
/// As [`bytes`]; and names the line and column of the first byte in another coding.
pub(crate) fn text(path: &Path) -> anyhow::Result<String> {
    String::from_utf8(bytes(path)?).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        let place = format!("{}:{line}:{column}", path.display());
        let zh = "文件不是 UTF-8 编码，请另存为 UTF-8";
        told(&place, zh, "not UTF-8; save it as UTF-8")
    })
}

/// Writes a file.
///
/// # Errors
/// Names the file that cannot be written.
pub(crate) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => trouble(
            path,
            "没有这个文件夹，写不了",
            "there is no such folder to write to",
        ),
        io::ErrorKind::PermissionDenied => {
            trouble(path, "没有权限写入", "writing it is not permitted")
        }
        _ => trouble(
            path,
            format!("写不了（{error}）"),
            format!("it cannot be written ({error})"),
        ),
    })
}

/// Why a JSON file is not what was expected, at its line and column.
pub(crate) fn not_json(
    path: &Path,
    error: &serde_json::Error,
    zh: &str,
    en: &str,
) -> anyhow::Error {
    let (mut place, why) = (path.display().to_string(), error.to_string());
    // The reader says the place once more.
    let why = why.split(" at line ").next().unwrap_or_default();
    // What was read as JSON and then not understood has no line any more.
    if error.line() > 0 {
        place.push_str(&format!(":{}:{}", error.line(), error.column().max(1)));
    }
    let (zh, en) = (format!("不是{zh}（{why}）"), format!("not {en} ({why})"));
    told(&place, zh, en)
}

/// What is wrong at a place, in one line: Chinese, then English.
pub(crate) fn told(place: &str, zh: impl Display, en: impl Display) -> anyhow::Error {
    anyhow!("{place}: {zh} · {en}")
}

/// What is wrong with a file as a whole.
fn trouble(path: &Path, zh: impl Display, en: impl Display) -> anyhow::Error {
    told(&path.display().to_string(), zh, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_and_what_is_too_large_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let told = |name: &str| bytes(&folder.path().join(name)).unwrap_err().to_string();
        assert!(told("nowhere").ends_with("没有这个文件 · there is no such file"));
        assert!(told("").contains("文件夹") && told("").contains("a folder"));
        // A hole on the disk takes no space, and must take no memory either.
        let large = File::create(folder.path().join("large")).unwrap();
        large.set_len(MOST + 1).unwrap();
        assert!(told("large").contains("超过 512 MiB · the file is larger than 512 MiB"));
        large.set_len(3).unwrap();
        assert_eq!(bytes(&folder.path().join("large")).unwrap(), [0, 0, 0]);
    }
}
