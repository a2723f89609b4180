//! What people type: full-width digits, letters and signs become their plain forms, and the spaces
//! and hyphens that only group a number go away.

/// The plain form of a full-width character (`０` → `0`, `Ｘ` → `X`, `，` → `,`), else the same.
#[must_use]
pub fn narrow(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '。' => '.',
        '￥' => '¥',
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(c) - u32::from('\u{ff01}') + u32::from('!')).unwrap_or(c)
        }
        _ => c,
    }
}

/// `text` with plain characters.
#[must_use]
pub fn narrowed(text: &str) -> String {
    text.chars().map(narrow).collect()
}

/// `text` in plain capitals without white space and hyphens: the form in which numbers are checked.
#[must_use]
pub fn compact(text: &str) -> String {
    text.chars()
        .map(narrow)
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '·' | '\u{200b}' | '\u{feff}'))
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_and_grouping_go_away() {
        assert_eq!(
            compact("　３１０１１７ 1949-1231 002ｘ"),
            "31011719491231002X"
        );
        assert_eq!(narrowed("￥１，２００．５"), "¥1,200.5");
    }
}
