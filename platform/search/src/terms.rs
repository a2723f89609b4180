//! What an entry is found by: the terms of its names and words, field by field.
//!
//! - `text`: each Chinese character, each two neighbours, and each run of Latin letters or digits. Two
//!   neighbours find any word whatever a dictionary would have cut, so nothing is missed because
//!   index and question were cut differently.
//! - `whole`: each name as a whole.
//! - `sound`: the pinyin from each character on; with [`START`] before it for a whole name.
//! - `short`: initials in the same way, and initials mixed with full syllables (zhangjg, zjianguo).
//! - `alike`: the sounds with those folded that many do not tell apart.

use std::collections::BTreeSet;

use crate::spell::{folded, initials, is_han, spellings};

/// Stands before a term that begins where the name begins.
pub(crate) const START: char = '^';
/// Pinyin terms reach so many characters; what is typed beyond is not looked at.
pub(crate) const REACH: usize = 6;
/// The most spellings of a name.
const NAME_SPELLINGS: usize = 8;
/// The most spellings of a piece of a longer text.
const WORD_SPELLINGS: usize = 2;
/// The longest name; what is longer is read as words.
const NAME: usize = 6;
/// The most characters of an entry's words that are looked at.
const MOST: usize = 200;

/// Something that can be found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// What kind of thing it is: one lower-case word.
    pub kind: &'static str,
    /// Its key among the things of its kind.
    pub key: String,
    /// The code of the area it belongs to; empty for what belongs to everybody.
    pub place: String,
    /// What it is called: each is also found as a whole.
    pub names: Vec<String>,
    /// What else it is found by.
    pub words: Vec<String>,
    /// Among equally good hits the higher comes first.
    pub order: u64,
}

/// The terms of an entry, field by field.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    pub(crate) text: BTreeSet<String>,
    pub(crate) whole: BTreeSet<String>,
    pub(crate) sound: BTreeSet<String>,
    pub(crate) short: BTreeSet<String>,
    pub(crate) alike: BTreeSet<String>,
}

/// A run of one script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Run {
    /// Chinese characters.
    Han(Vec<char>),
    /// Latin letters, in lower case.
    Latin(String),
    /// Digits.
    Digits(String),
}

impl Terms {
    pub(crate) fn of(entry: &Entry) -> Self {
        let mut terms = Self::default();
        for name in &entry.names {
            terms.name(name);
        }
        for words in &entry.words {
            terms.words(words);
        }
        terms
    }

    fn name(&mut self, name: &str) {
        self.words(name);
        let whole = plain(name);
        if !whole.is_empty() {
            self.whole.insert(whole);
        }
        let han: Vec<char> = name.chars().filter(|c| is_han(*c)).collect();
        if han.is_empty() || han.len() > NAME {
            return;
        }
        for syllables in spellings(&han, NAME_SPELLINGS) {
            self.begins(&syllables);
        }
    }

    /// The terms of a whole name that is spoken so.
    fn begins(&mut self, syllables: &[String]) {
        let sound = syllables.concat();
        self.alike.insert(format!("{START}{}", folded(&sound)));
        self.sound.insert(format!("{START}{sound}"));
        let short = initials(syllables);
        self.short.insert(format!("{START}{short}"));
        for at in 1..syllables.len() {
            let (head, tail) = syllables.split_at(at);
            let (first, last) = (head.concat(), tail.concat());
            self.short
                .insert(format!("{START}{first}{}", initials(tail)));
            self.short
                .insert(format!("{START}{}{last}", initials(head)));
        }
    }

    fn words(&mut self, text: &str) {
        let text: String = text.chars().take(MOST).collect();
        for run in runs(&text) {
            match run {
                Run::Han(han) => self.han(&han),
                Run::Latin(word) | Run::Digits(word) => {
                    self.text.insert(word);
                }
            }
        }
    }

    fn han(&mut self, han: &[char]) {
        self.text.extend(han.iter().map(char::to_string));
        self.text.extend(pairs(han));
        let most = if han.len() > NAME {
            WORD_SPELLINGS
        } else {
            NAME_SPELLINGS
        };
        for at in 0..han.len() {
            let piece = &han[at..han.len().min(at + REACH)];
            for syllables in spellings(piece, most) {
                let sound = syllables.concat();
                self.alike.insert(folded(&sound));
                self.sound.insert(sound);
                if syllables.len() > 1 {
                    self.short.insert(initials(&syllables));
                }
            }
        }
    }
}

/// Each two neighbours.
pub(crate) fn pairs(han: &[char]) -> impl Iterator<Item = String> {
    han.windows(2).map(|two| two.iter().collect())
}

/// A name as it is compared as a whole: letters, digits and Chinese characters only, in lower case
/// and of normal width.
pub(crate) fn plain(name: &str) -> String {
    let narrow = name.chars().map(narrowed);
    let kept = narrow.filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

/// A full-width letter or digit as a normal one.
pub(crate) fn narrowed(c: char) -> char {
    match c {
        '！'..='～' => u32::from(c)
            .checked_sub(0xFEE0)
            .and_then(char::from_u32)
            .unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    }
}

/// The runs of one script in `text`; everything else parts them, but for the dot in names of
/// minorities and the apostrophe between syllables (xi'an).
pub(crate) fn runs(text: &str) -> Vec<Run> {
    let mut found: Vec<Run> = Vec::new();
    let mut joins = false;
    for c in text.chars().map(narrowed) {
        match (found.last_mut(), c) {
            (_, '·' | '\'' | '’') => continue,
            (Some(Run::Han(run)), c) if joins && is_han(c) => run.push(c),
            (_, c) if is_han(c) => found.push(Run::Han(vec![c])),
            (Some(Run::Digits(run)), c) if joins && c.is_ascii_digit() => run.push(c),
            (_, c) if c.is_ascii_digit() => found.push(Run::Digits(c.to_string())),
            (Some(Run::Latin(run)), c) if joins && c.is_alphabetic() => {
                run.extend(c.to_lowercase());
            }
            (_, c) if c.is_alphabetic() => found.push(Run::Latin(c.to_lowercase().collect())),
            _ => {
                joins = false;
                continue;
            }
        }
        joins = true;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_the_script_changes() {
        let han = |text: &str| Run::Han(text.chars().collect());
        assert_eq!(
            runs("张wei  松影苑１２号"),
            [
                han("张"),
                Run::Latin("wei".to_owned()),
                han("松影苑"),
                Run::Digits("12".to_owned()),
                han("号")
            ]
        );
        assert_eq!(runs("阿依古丽·买买提"), [han("阿依古丽买买提")]);
        assert_eq!(runs("Xi'an"), [Run::Latin("xian".to_owned())]);
        assert!(runs(" -，。 ").is_empty());
    }

    #[test]
    fn a_name_is_found_from_its_start_and_from_within() {
        let terms = Terms::of(&Entry {
            names: vec!["张建国".to_owned()],
            ..Entry::default()
        });
        for sound in ["^zhangjianguo", "zhangjianguo", "jianguo", "guo"] {
            assert!(terms.sound.contains(sound), "{sound}");
        }
        for short in ["^zjg", "zjg", "jg", "^zhangjg", "^zjianguo"] {
            assert!(terms.short.contains(short), "{short}");
        }
        for text in ["张", "建", "国", "张建", "建国"] {
            assert!(terms.text.contains(text), "{text}");
        }
        assert!(terms.alike.contains("^zanjianuo"));
        assert!(terms.whole.contains("张建国"));
    }
}
