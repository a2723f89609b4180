//! 拼音: how Chinese characters are typed on a keyboard of Latin letters.
//!
//! A character may have several readings (单 is dan, shan or chan), so a text has several spellings;
//! all of them are kept up to a bound, the usual one first. **Source** of the readings: the tables of
//! the crate `pinyin`, made from the Unihan data.

use pinyin::{Pinyin, ToPinyinMulti as _};

/// Whether `c` is a Chinese character.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}' | '〇')
}

/// The readings of a character without tones, each once, the usual one first; empty for none.
fn readings(c: char) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for reading in c.to_pinyin_multi().into_iter().flatten().map(Pinyin::plain) {
        // 吕 is typed lv on every keyboard in China.
        let typed = reading.replace('ü', "v");
        if typed.bytes().all(|b| b.is_ascii_lowercase()) && !found.contains(&typed) {
            found.push(typed);
        }
    }
    found
}

/// The spellings of `text`, a syllable for each character, at most `most` of them.
///
/// A character without a reading makes the whole unspeakable: there are none.
pub(crate) fn spellings(text: &[char], most: usize) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = vec![Vec::new()];
    for c in text {
        let readings = readings(*c);
        let mut longer = Vec::new();
        // The usual reading of this character first, for every spelling so far.
        for reading in &readings {
            for before in &found {
                if longer.len() < most {
                    longer.push([before.as_slice(), std::slice::from_ref(reading)].concat());
                }
            }
        }
        found = longer;
    }
    found.retain(|spelling| !spelling.is_empty());
    found
}

/// How a name is spoken: the usual reading of each of its characters without tones, with what is no
/// Chinese character as it stands; `None` for a text without any.
///
/// Two names that are written differently and spoken alike have one sound.
#[must_use]
pub fn sound(name: &str) -> Option<String> {
    let mut spoken = String::new();
    for c in name.chars().filter(|c| c.is_alphanumeric()) {
        match readings(c).into_iter().next() {
            Some(reading) => spoken.push_str(&reading),
            None => spoken.extend(c.to_lowercase()),
        }
        spoken.push(' ');
    }
    (!spoken.is_empty()).then_some(spoken)
}

/// The first letter of each syllable.
pub(crate) fn initials(syllables: &[String]) -> String {
    syllables
        .iter()
        .filter_map(|one| one.chars().next())
        .collect()
}

/// 模糊音: the spelling in which sounds that many speakers do not tell apart are written alike:
/// zh, ch, sh as z, c, s; ang, eng, ing as an, en, in; ü as u.
///
/// Works on any run of letters, whole syllables or not: both sides are folded in the same way.
pub(crate) fn folded(letters: &str) -> String {
    let mut folded = String::with_capacity(letters.len());
    let mut last = ' ';
    for c in letters.chars() {
        match (last, c) {
            ('z' | 'c' | 's', 'h') | ('n', 'g') => {}
            (_, 'v') => folded.push('u'),
            _ => folded.push(c),
        }
        last = c;
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelt(text: &str) -> Vec<String> {
        let text: Vec<char> = text.chars().collect();
        let all = spellings(&text, 8);
        all.iter().map(|one| one.concat()).collect()
    }

    #[test]
    fn every_reading_counts() {
        assert_eq!(spelt("张伟"), ["zhangwei"]);
        let shan = spelt("单雄信");
        assert!(shan.iter().any(|one| one == "danxiongxin"));
        assert!(shan.iter().any(|one| one == "shanxiongxin"));
        assert!(spelt("重阳").iter().any(|one| one == "chongyang"));
        assert_eq!(spelt("吕"), ["lv"]);
        assert!(spelt("·").is_empty());
    }

    #[test]
    fn many_readings_are_bounded() {
        assert!(spelt("和和和和和和").len() <= 8);
    }

    #[test]
    fn sounds_that_are_mixed_up_are_folded() {
        assert_eq!(folded("zhangsheng"), "zansen");
        assert_eq!(folded("zansen"), "zansen");
        assert_eq!(folded("lvqing"), "luqin");
        assert_eq!(initials(&["zhang".to_owned(), "wei".to_owned()]), "zw");
    }
}
