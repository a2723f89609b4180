//! 电子邮件: an address as somebody types it, and a message as a file that any mail server takes.
//!
//! **Method.** RFC 5321 addresses as far as people have them: letters, digits and a few marks before
//! the `@`, a host of labels with a dot after it. RFC 5322 text with headers in ASCII: the subject is
//! an encoded word (RFC 2047), the body UTF-8 in base64, so nothing that is filled in can become a
//! header.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The longest address (RFC 5321, section 4.5.3.1).
const LONGEST: usize = 254;

/// The longest part before the `@`.
const LONGEST_NAME: usize = 64;

/// How long a line of base64 is: RFC 2045 allows 76.
const LINE: usize = 76;

/// How many bytes of text an encoded word holds: a line of 76 characters with the header's name and
/// what stands around it.
const WORD: usize = 39;

/// A mail on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Which message it is: the carrier may use it to send nothing twice.
    pub id: String,
    /// The address.
    pub address: String,
    /// The subject: nothing about whom, nor what service.
    pub subject: String,
    /// What it says; nothing either.
    pub text: String,
}

impl Mail {
    /// The mail as a file (`.eml`); who sends it is for the mail server to add.
    #[must_use]
    pub fn eml(&self) -> String {
        let mut words = Vec::new();
        let mut word = String::new();
        for letter in self.subject.chars() {
            if word.len() + letter.len_utf8() > WORD {
                words.push(std::mem::take(&mut word));
            }
            word.push(letter);
        }
        words.push(word);
        let words: Vec<String> = words
            .iter()
            .map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word)))
            .collect();
        let body = STANDARD.encode(format!("{}\r\n", self.text));
        let lines: Vec<&str> = (0..body.len())
            .step_by(LINE)
            .filter_map(|at| body.get(at..body.len().min(at + LINE)))
            .collect();
        let headers = [
            format!("To: {}", self.address),
            format!("Subject: {}", words.join("\r\n ")),
            "MIME-Version: 1.0".to_owned(),
            "Content-Type: text/plain; charset=utf-8".to_owned(),
            "Content-Transfer-Encoding: base64".to_owned(),
        ];
        format!("{}\r\n\r\n{}\r\n", headers.join("\r\n"), lines.join("\r\n"))
    }
}

/// The address in what somebody typed: full-width letters made plain; `None` when it is none.
pub(super) fn address(typed: &str) -> Option<String> {
    let plain = linli_units::digits::narrowed(typed.trim());
    let (name, host) = plain.split_once('@')?;
    let mark = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c);
    let name_fits = (1..=LONGEST_NAME).contains(&name.len())
        && name.chars().all(mark)
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..");
    let label = |label: &str| {
        let letter = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let ends = label.starts_with('-') || label.ends_with('-');
        (1..=63).contains(&label.len()) && label.chars().all(letter) && !ends
    };
    let host_fits = host.contains('.') && host.split('.').all(label);
    (name_fits && host_fits && plain.len() <= LONGEST).then_some(plain)
}
