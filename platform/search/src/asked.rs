//! What a typed text may mean, the likeliest first.
//!
//! | rank | Chinese (张建国) | Latin (zhangjianguo, zjg) | mixed (张jg) |
//! |---|---|---|---|
//! | 0 | is called so | sounds exactly so | the characters, and sounds exactly so |
//! | 1 | has these characters | begins to sound so | … and begins to sound so |
//! | 2 | begins to sound so (another character was picked) | has these initials; sounds so further on | … or has these initials |
//! | 3 | has these words, cut by a dictionary | begins with these initials | … or begins with these initials |
//! | 4 | sounds alike | sounds alike | … and sounds alike |
//! | 5 | one character is wrong | one letter is wrong, two in long ones | … and one letter is wrong |
//!
//! Parts that stand apart must all be met.

use std::sync::LazyLock;

use jieba_rs::Jieba;

use crate::spell::{folded, initials, spellings};
use crate::terms::{REACH, Run, START, pairs, runs};

/// The most characters of a question that are looked at.
const MOST: usize = 50;
/// The most parts of a question.
const PARTS: usize = 6;
/// The most spellings of a part.
const SPELLINGS: usize = 4;
/// The ranks of the table above.
pub(crate) const RANKS: usize = 6;

/// What an entry must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Want {
    /// This character, pair of characters, word or number.
    Text(String),
    /// A word or number that begins so.
    TextFrom(String),
    /// This name.
    Whole(String),
    /// This sound.
    Sound(String),
    /// A sound that begins so.
    SoundFrom(String),
    /// These initials.
    Short(String),
    /// Initials that begin so.
    ShortFrom(String),
    /// A sound alike to one that begins so.
    AlikeFrom(String),
    /// A sound that is written almost so: with at most so many errors.
    NearSound(String, u8),
    /// A name that is almost this.
    NearWhole(String, u8),
    /// A word that is almost this.
    NearText(String, u8),
    /// All of these.
    All(Vec<Self>),
    /// Any of these.
    Any(Vec<Self>),
    /// At least so many of these.
    Some(usize, Vec<Self>),
}

type Ranked = [Option<Want>; RANKS];

/// What `text` may mean, the likeliest first; empty when there is nothing to look for.
pub(crate) fn meanings(text: &str) -> Vec<(u8, Want)> {
    let text: String = text.chars().take(MOST).collect();
    let parts: Vec<Vec<Run>> = text
        .split_whitespace()
        .flat_map(parts)
        .take(PARTS)
        .collect();
    let ranked: Vec<Ranked> = parts.iter().map(|part| part_means(part)).collect();
    let together = match &ranked[..] {
        [] => return Vec::new(),
        [one] => one.clone(),
        several => all_of(several, joined(&parts)),
    };
    (0_u8..)
        .zip(together)
        .filter_map(|(rank, want)| Some((rank, want?)))
        .collect()
}

/// The parts of a word without spaces: digits stand for themselves, letters and characters together.
fn parts(word: &str) -> Vec<Vec<Run>> {
    let mut found: Vec<Vec<Run>> = Vec::new();
    for run in runs(word) {
        let alone = matches!(run, Run::Digits(_));
        match found.last_mut() {
            Some(part) if !alone && !matches!(part[..], [Run::Digits(_)]) => part.push(run),
            _ => found.push(vec![run]),
        }
    }
    found
}

/// Parts typed with spaces between syllables (zhang wei), as one; `None` when they are not.
fn joined(parts: &[Vec<Run>]) -> Option<Ranked> {
    let mut whole = String::new();
    for part in parts {
        match &part[..] {
            [Run::Latin(letters)] => whole.push_str(letters),
            _ => return None,
        }
    }
    Some(latin(&whole))
}

/// All parts, each at least as likely as the rank says; or the parts as one.
fn all_of(parts: &[Ranked], joined: Option<Ranked>) -> Ranked {
    let mut joined = joined.unwrap_or_default();
    std::array::from_fn(|rank| {
        let so_far = |part: &Ranked| {
            let wants: Vec<Want> = part[..=rank].iter().flatten().cloned().collect();
            (!wants.is_empty()).then_some(Want::Any(wants))
        };
        let all: Option<Vec<Want>> = parts.iter().map(so_far).collect();
        let wants: Vec<Want> = [all.map(Want::All), joined[rank].take()]
            .into_iter()
            .flatten()
            .collect();
        (!wants.is_empty()).then_some(Want::Any(wants))
    })
}

fn part_means(part: &[Run]) -> Ranked {
    match part {
        [Run::Han(han)] => chinese(han),
        [Run::Latin(letters)] => latin(letters),
        [Run::Digits(digits)] => number(digits),
        mixture => mixed(mixture),
    }
}

fn number(digits: &str) -> Ranked {
    let longer = (digits.len() > 1).then(|| Want::TextFrom(digits.to_owned()));
    [
        Some(Want::Text(digits.to_owned())),
        longer,
        None,
        None,
        None,
        None,
    ]
}

fn chinese(han: &[char]) -> Ranked {
    let whole: String = han.iter().collect();
    let sounds: Vec<String> = match han.len() {
        2..=REACH => spellings(han, SPELLINGS)
            .iter()
            .map(|one| one.concat())
            .collect(),
        _ => Vec::new(),
    };
    let from = |sound: &String| Want::SoundFrom(format!("{START}{sound}"));
    let alike = |sound: &String| Want::AlikeFrom(format!("{START}{}", folded(sound)));
    let near = match han.len() {
        0..=2 => None,
        3 | 4 => Some(Want::NearWhole(whole.clone(), 1)),
        // Most pairs of neighbours are there, though not all.
        long => Some(Want::Some(
            (long - 1).div_ceil(2),
            pairs(han).map(Want::Text).collect(),
        )),
    };
    [
        Some(Want::Whole(whole)),
        Some(has(han)),
        any(sounds.iter().map(from)),
        by_words(han),
        any(sounds.iter().map(alike)),
        near,
    ]
}

/// These characters, next to each other.
fn has(han: &[char]) -> Want {
    match han {
        [one] => Want::Text(one.to_string()),
        several => Want::All(pairs(several).map(Want::Text).collect()),
    }
}

/// The words of a longer text, as a dictionary cuts it: 老年补贴 finds 老年人生活补贴.
fn by_words(han: &[char]) -> Option<Want> {
    static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);
    if han.len() < 4 {
        return None;
    }
    let text: String = han.iter().collect();
    let words = JIEBA.cut(&text, false);
    let words: Vec<Vec<char>> = words.iter().map(|one| one.word.chars().collect()).collect();
    (words.len() > 1).then(|| Want::All(words.iter().map(|word| has(word)).collect()))
}

fn latin(letters: &str) -> Ranked {
    let whole = letters.to_owned();
    if letters.len() < 2 {
        return [Some(Want::Text(whole)), None, None, None, None, None];
    }
    let start = format!("{START}{letters}");
    let alike = folded(letters);
    [
        Some(Want::Any(vec![
            Want::Whole(whole.clone()),
            Want::Sound(start.clone()),
        ])),
        Some(Want::Any(vec![
            Want::SoundFrom(start.clone()),
            Want::Text(whole.clone()),
        ])),
        Some(Want::Any(vec![
            Want::Short(start.clone()),
            Want::SoundFrom(whole.clone()),
            Want::TextFrom(whole.clone()),
        ])),
        Some(Want::Any(vec![
            Want::ShortFrom(start.clone()),
            Want::ShortFrom(whole.clone()),
        ])),
        Some(Want::Any(vec![
            Want::AlikeFrom(format!("{START}{alike}")),
            Want::AlikeFrom(alike),
        ])),
        errors(letters).map(|most| {
            Want::Any(vec![
                Want::NearSound(start, most),
                Want::NearText(whole, most),
            ])
        }),
    ]
}

/// How many wrong letters are forgiven.
fn errors(letters: &str) -> Option<u8> {
    match letters.len() {
        0..=3 => None,
        4..=7 => Some(1),
        _ => Some(2),
    }
}

/// Characters and letters in one word: the characters are there, and the whole sounds so.
fn mixed(part: &[Run]) -> Ranked {
    let mut chars = Vec::new();
    let mut sounds = vec![String::new()];
    // Initials of the characters, and the letters as they are: 张jg is zjg.
    let mut shorts = vec![String::new()];
    for run in part {
        match run {
            Run::Han(han) => {
                chars.extend(han.iter().map(|c| Want::Text(c.to_string())));
                let spelt = spellings(han, SPELLINGS);
                let full: Vec<String> = spelt.iter().map(|one| one.concat()).collect();
                let first: Vec<String> = spelt.iter().map(|one| initials(one)).collect();
                sounds = followed(&sounds, &full);
                shorts = followed(&shorts, &first);
            }
            Run::Latin(letters) | Run::Digits(letters) => {
                sounds = followed(&sounds, std::slice::from_ref(letters));
                shorts = followed(&shorts, std::slice::from_ref(letters));
            }
        }
    }
    let with = |wants: Vec<Want>| {
        let sound = any(wants.into_iter())?;
        Some(Want::All([chars.as_slice(), &[sound]].concat()))
    };
    let start = |sound: &String| format!("{START}{sound}");
    let begin: Vec<String> = sounds.iter().map(start).collect();
    let brief: Vec<String> = shorts.iter().map(start).collect();
    let near = |sound: &String| Some(Want::NearSound(start(sound), errors(sound)?));
    [
        with(begin.iter().cloned().map(Want::Sound).collect()),
        with(begin.iter().cloned().map(Want::SoundFrom).collect()),
        with(
            (brief.iter().cloned().map(Want::Short))
                .chain(sounds.iter().cloned().map(Want::SoundFrom))
                .collect(),
        ),
        // 张jg is also zhangjg.
        with(
            brief
                .iter()
                .chain(&begin)
                .cloned()
                .map(Want::ShortFrom)
                .collect(),
        ),
        with(
            sounds
                .iter()
                .map(|sound| Want::AlikeFrom(format!("{START}{}", folded(sound))))
                .collect(),
        ),
        with(sounds.iter().filter_map(near).collect()),
    ]
}

/// Each beginning with each end, at most [`SPELLINGS`]; unchanged when there is no end.
fn followed(beginnings: &[String], ends: &[String]) -> Vec<String> {
    let pair = |begin: &String| -> Vec<String> {
        ends.iter().map(|end| format!("{begin}{end}")).collect()
    };
    let mut all: Vec<String> = beginnings.iter().flat_map(pair).collect();
    all.sort();
    all.dedup();
    all.truncate(SPELLINGS);
    all
}

fn any(wants: impl Iterator<Item = Want>) -> Option<Want> {
    let wants: Vec<Want> = wants.collect();
    (!wants.is_empty()).then_some(Want::Any(wants))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_asked_by_nothing() {
        for text in ["", "   ", "。，!", "\u{0}\u{202e}"] {
            assert!(meanings(text).is_empty(), "{text:?}");
        }
    }

    #[test]
    fn numbers_stand_apart_from_words() {
        assert_eq!(parts("松影苑12号301").len(), 4);
        assert_eq!(parts("张wei").len(), 1);
    }

    #[test]
    fn the_likeliest_comes_first() {
        let ranks: Vec<u8> = meanings("zhangwei").iter().map(|(rank, _)| *rank).collect();
        assert_eq!(ranks, [0, 1, 2, 3, 4, 5]);
        let (_, first) = &meanings("张wei")[0];
        let sound = Want::Any(vec![Want::Sound("^zhangwei".to_owned())]);
        assert_eq!(*first, Want::All(vec![Want::Text("张".to_owned()), sound]));
    }
}
