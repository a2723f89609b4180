//! The name of a file as it is kept and shown: whatever was sent, no path, no trick.
//!
//! **Source**: names that Windows reserves (`CON`, `COM1`, …, also before a dot) and characters it
//! forbids; Unicode's marks that turn the direction of writing around (UAX #9) or are not seen.

use super::Media;

/// The most characters of a name, its ending left out.
const LONGEST: usize = 60;

/// Names of devices on Windows, whatever follows after a dot.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// The name `sent`, made safe, with the ending that its kind has; `untitled` where nothing is left.
#[must_use]
pub fn clean(sent: &str, media: Media, untitled: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, ending)| {
        // “报告 2026.3” has no ending; “报告.pdf” has one.
        let is_ending = ending.len() <= 5 && ending.bytes().all(|b| b.is_ascii_alphanumeric());
        if is_ending && !ending.bytes().all(|b| b.is_ascii_digit()) {
            stem
        } else {
            last
        }
    });
    let kept: String = stem.chars().filter_map(readable).take(LONGEST).collect();
    let kept = kept.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let stem = match kept {
        "" => untitled.to_owned(),
        device if is_device(device) => format!("_{device}"),
        name => name.to_owned(),
    };
    format!("{stem}.{}", media.extension())
}

/// The character as it is kept; `None` when it is left out.
fn readable(c: char) -> Option<char> {
    match c {
        '<' | '>' | ':' | '"' | '|' | '?' | '*' | '\'' | '&' | ';' | '%' => Some('_'),
        c if c.is_control() => None,
        // Soft hyphen, Arabic letter mark, Mongolian separator, marks of direction and joining,
        // line and paragraph separators, isolates, invisible operators, annotation marks.
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}'
        // Tags: letters that are not seen.
        | '\u{e0000}'..='\u{e007f}' => None,
        c if c.is_whitespace() => Some(' '),
        c => Some(c),
    }
}

fn is_device(name: &str) -> bool {
    let first = name.split('.').next().unwrap_or_default().trim_end();
    let first = first.to_uppercase();
    let numbered = |prefix: &str| {
        let rest = first.strip_prefix(prefix);
        rest.is_some_and(|rest| {
            let mut digits = rest.chars();
            matches!(
                (digits.next(), digits.next()),
                (Some('0'..='9' | '¹' | '²' | '³'), None)
            )
        })
    };
    DEVICES.contains(&first.as_str()) || numbered("COM") || numbered("LPT")
}
