//! What people typed, made safe to print: nothing invisible, nothing that turns the line around.

/// Whether `c` may be printed. Left out are controls, and the marks that reorder, join or hide
/// text, with which a name could be made to read as another.
fn printable(c: char) -> bool {
    !c.is_control()
        && !matches!(c,
            '\u{00AD}'
            | '\u{061C}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}

/// One line of text, its breaks become spaces.
pub(super) fn line(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| {
            if c.is_whitespace() && c != '\u{3000}' {
                ' '
            } else {
                c
            }
        })
        .filter(|c| printable(*c))
        .collect();
    text.trim().to_owned()
}

/// The longest run without a place to break that still fits a line of large print.
const LONGEST_RUN: usize = 24;

/// Puts a place to break (U+200B) into runs that no line would hold, such as a very long word.
/// Chinese breaks anywhere by itself.
pub(super) fn breakable(text: &mut String) {
    let breaks = |c: char| c.is_whitespace() || c == '-' || u32::from(c) >= 0x2E80;
    let longest = text.split(breaks).map(|run| run.chars().count()).max();
    if longest.is_none_or(|longest| longest <= LONGEST_RUN) {
        return;
    }
    let mut run = 0;
    let mut broken = String::with_capacity(text.len() + text.len() / LONGEST_RUN);
    for c in text.chars() {
        run = if breaks(c) { 0 } else { run + 1 };
        if run > LONGEST_RUN {
            broken.push('\u{200B}');
            run = 1;
        }
        broken.push(c);
    }
    *text = broken;
}

/// The paragraphs of a text: one a line, empty ones left out.
pub(super) fn paragraphs(text: &str) -> impl Iterator<Item = String> {
    text.lines().map(line).filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_that_turn_or_hide_text_are_left_out() {
        assert_eq!(line("张\u{202E}三\u{200B}\u{0007}\t李"), "张三 李");
        assert_eq!(line("张\u{3000}三"), "张\u{3000}三");
    }

    #[test]
    fn each_line_is_a_paragraph() {
        let found: Vec<_> = paragraphs("一\r\n\n 二 \n").collect();
        assert_eq!(found, ["一", "二"]);
    }

    #[test]
    fn only_a_run_that_no_line_holds_is_broken() {
        let mut word = "a".repeat(60);
        breakable(&mut word);
        let runs: Vec<_> = word.split('\u{200B}').map(str::len).collect();
        assert_eq!(runs, [24, 24, 12]);
        let mut prose = "一".repeat(60) + " plain words stay as they are";
        let before = prose.clone();
        breakable(&mut prose);
        assert_eq!(prose, before);
    }
}
