//! Words for people, always in both languages: Chinese first, English complete.

use serde::{Deserialize, Serialize};

/// One piece of wording in Chinese and English. Neither may be empty: the checks of
/// the catalogue (`check`) refuse a file in which one is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// 中文
    pub zh: String,
    /// English
    pub en: String,
}

impl Text {
    /// Wording from its two languages.
    #[must_use]
    pub fn new(zh: &str, en: &str) -> Self {
        Self {
            zh: zh.to_owned(),
            en: en.to_owned(),
        }
    }

    /// The wording for a language tag: English for `en` and `en-…`, Chinese for everything else.
    #[must_use]
    pub fn in_lang(&self, tag: &str) -> &str {
        if tag == "en" || tag.starts_with("en-") {
            &self.en
        } else {
            &self.zh
        }
    }

    /// Whether either language is missing.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.zh.trim().is_empty() || self.en.trim().is_empty()
    }
}

/// `n` in Chinese numerals as articles are numbered: 64 is 六十四, 105 is 一百零五.
/// Numbers of 1,000 and more stay in digits; no law cited here has so many articles.
#[must_use]
pub fn chinese_number(n: u32) -> String {
    const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |value: u32| DIGITS[value as usize % 10];
    match n {
        0..=9 => digit(n).to_owned(),
        10..=99 => {
            let tens = if n < 20 { "" } else { digit(n / 10) };
            let ones = if n.is_multiple_of(10) {
                ""
            } else {
                digit(n % 10)
            };
            format!("{tens}十{ones}")
        }
        100..=999 => {
            let rest = match n % 100 {
                0 => String::new(),
                few @ 1..=9 => format!("零{}", digit(few)),
                teens @ 10..=19 => format!("一{}", chinese_number(teens)),
                many => chinese_number(many),
            };
            format!("{}百{rest}", digit(n / 100))
        }
        _ => n.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_numbered_as_in_the_law() {
        let said = [1, 10, 11, 20, 64, 99, 100, 105, 110, 119, 120, 278].map(chinese_number);
        assert_eq!(
            said,
            [
                "一",
                "十",
                "十一",
                "二十",
                "六十四",
                "九十九",
                "一百",
                "一百零五",
                "一百一十",
                "一百一十九",
                "一百二十",
                "二百七十八"
            ]
        );
    }

    #[test]
    fn only_english_tags_read_english() {
        let text = Text::new("您好", "Hello");
        assert_eq!(text.in_lang("en-GB"), "Hello");
        assert_eq!(text.in_lang("zh-CN"), "您好");
        assert_eq!(text.in_lang("eng"), "您好");
    }
}
