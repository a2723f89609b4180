//! What stands in braces, and the parts of a template's body.

use crate::catalogue::Text;

/// A part of the body, as the template has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// 小标题.
    Heading(Text),
    /// 一段: its sentences. One that names a field without a value is left out.
    Text(Vec<Text>),
    /// 清单: a list by its name.
    List(String),
    /// 表格: what, and its value. A row that names a field without a value is left out.
    Table(Vec<(Text, Text)>),
}

/// A piece of a text: words, or a field by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Words(&'a str),
    Field(&'a str),
}

/// The pieces of `text`, or the brace that has no counterpart.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, char> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (words, from) = rest.split_at(at);
        let Some(inner) = from.strip_prefix('{') else {
            return Err('}');
        };
        let Some((name, after)) = inner.split_once('}') else {
            return Err('{');
        };
        found.push(Piece::Words(words));
        found.push(Piece::Field(name));
        rest = after;
    }
    found.push(Piece::Words(rest));
    found.retain(|piece| *piece != Piece::Words(""));
    Ok(found)
}

/// The fields that `text` names; none where a brace has no counterpart.
pub(super) fn named(text: &str) -> Vec<&str> {
    let pieces = pieces(text).unwrap_or_default();
    let names = pieces.into_iter().filter_map(|piece| match piece {
        Piece::Field(name) => Some(name),
        Piece::Words(_) => None,
    });
    names.collect()
}

impl Part {
    /// Every text of the part.
    pub(super) fn texts(&self) -> Vec<&Text> {
        match self {
            Self::Heading(text) => vec![text],
            Self::Text(sentences) => sentences.iter().collect(),
            Self::List(_) => Vec::new(),
            Self::Table(rows) => rows
                .iter()
                .flat_map(|(what, value)| [what, value])
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_name_fields_and_come_in_pairs() {
        assert_eq!(
            pieces("您于{received_on}提出的{service}申请").unwrap(),
            [
                Piece::Words("您于"),
                Piece::Field("received_on"),
                Piece::Words("提出的"),
                Piece::Field("service"),
                Piece::Words("申请"),
            ]
        );
        assert_eq!(pieces("").unwrap(), []);
        assert_eq!(pieces("一{二"), Err('{'));
        assert_eq!(pieces("一}二{三}"), Err('}'));
        assert_eq!(named("{a}{b}"), ["a", "b"]);
        assert_eq!(named("{a{b}"), ["a{b"]);
    }
}
