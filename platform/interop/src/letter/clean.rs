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
}
