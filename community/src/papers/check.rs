//! 校核: what a template file must keep to. Every flaw names file, line and field, and says in
//! Chinese and English what is allowed there.

use std::fmt;

use toml::Spanned;

use super::kind::Kind;
use super::parts::{named, pieces};
use super::template::{MOST_BYTES, ReadFile, ReadPart, Template, Words};

/// The most parts of a body, sentences of a part, rows of a table.
const MOST_PARTS: usize = 60;

/// The longest sentence, cell or heading, in characters.
const LONGEST: usize = 500;

/// 问题: something in a template file that must be put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The file's name.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The field in it, such as `parts[2].zh`.
    pub field: String,
    /// What is allowed there, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            field,
            zh,
            en,
        } = self;
        write!(f, "{file}:{line}: {field}: {zh} / {en}")
    }
}

fn of_file(file: &str, zh: &str, en: &str) -> Flaw {
    Flaw {
        file: file.to_owned(),
        line: 1,
        field: "file".to_owned(),
        zh: zh.to_owned(),
        en: en.to_owned(),
    }
}

pub(super) fn too_large(file: &str) -> Flaw {
    of_file(
        file,
        &format!("文件最多 {MOST_BYTES} 字节"),
        &format!("a file has at most {MOST_BYTES} bytes"),
    )
}

pub(super) fn unreadable(file: &str, why: &str) -> Flaw {
    of_file(
        file,
        &format!("要能读的 UTF-8 文件（{why}）"),
        &format!("a readable UTF-8 file ({why})"),
    )
}

pub(super) fn stranger(file: &str) -> Flaw {
    let names: Vec<String> = Kind::ALL.iter().map(|kind| kind.file()).collect();
    let names = names.join(", ");
    of_file(
        file,
        &format!("没有叫这个名字的文书，文件名可以是：{names}"),
        &format!("no paper has this name; a file is called one of: {names}"),
    )
}

pub(super) fn unknown_kind(name: &str, text: &str, file: &ReadFile) -> Vec<Flaw> {
    let mut check = Check::of(name, text);
    let codes = Kind::ALL.map(Kind::code).join(", ");
    check.say(
        file.kind.span().start,
        "kind",
        format!("可以是：{codes}"),
        format!("one of: {codes}"),
    );
    check.found
}

/// The file as TOML of the right shape.
pub(super) fn shape(name: &str, text: &str) -> Result<ReadFile, Vec<Flaw>> {
    if text.len() > MOST_BYTES {
        return Err(vec![too_large(name)]);
    }
    toml::from_str(text).map_err(|bad| {
        let mut check = Check::of(name, text);
        let at = bad.span().map_or(0, |span| span.start);
        let said = bad.message();
        check.say(
            at,
            "TOML",
            format!("这里读不懂，请照内置的文件写（{said}）"),
            format!("not understood; write it as the built-in file does ({said})"),
        );
        check.found
    })
}

/// Every flaw of a file of the right shape.
pub(super) fn flaws(name: &str, text: &str, file: &ReadFile) -> Vec<Flaw> {
    let Some(kind) = Kind::from_code(file.kind.get_ref()) else {
        return unknown_kind(name, text, file);
    };
    let mut check = Check::of(name, text);
    check.head(kind, file);
    for (at, part) in file.parts.iter().enumerate() {
        check.part(kind, at, part);
    }
    if check.found.is_empty()
        && let Some(template) = Template::recall(text)
    {
        let at = file.parts.first().map_or(0, |part| part.span().start);
        check.demands(&template, at);
    }
    check.found
}

struct Check<'a> {
    name: &'a str,
    text: &'a str,
    found: Vec<Flaw>,
}

impl<'a> Check<'a> {
    fn of(name: &'a str, text: &'a str) -> Self {
        Self {
            name,
            text,
            found: Vec::new(),
        }
    }

    fn say(&mut self, at: usize, field: &str, zh: String, en: String) {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let breaks = before.iter().filter(|byte| **byte == b'\n').count();
        self.found.push(Flaw {
            file: self.name.to_owned(),
            line: breaks + 1,
            field: field.to_owned(),
            zh,
            en,
        });
    }

    fn head(&mut self, kind: Kind, file: &ReadFile) {
        if !self.name.ends_with(&kind.file()) {
            let named = kind.file();
            self.say(
                file.kind.span().start,
                "kind",
                format!("要和文件名一致：这种文书的文件叫 {named}"),
                format!("as the file is named: the file of this paper is {named}"),
            );
        }
        if *file.version.get_ref() == 0 {
            let (zh, en) = (
                "从 1 开始，每改一次加 1",
                "1 or more; count it up with each change",
            );
            self.say(
                file.version.span().start,
                "version",
                zh.to_owned(),
                en.to_owned(),
            );
        }
        self.basis(file);
        self.words(kind, "names", &file.names, false);
        self.words(kind, "title", &file.title, true);
        self.words(kind, "check", &file.check, true);
        for (field, words) in [("number", &file.number), ("addressee", &file.addressee)] {
            if let Some(words) = words {
                self.words(kind, field, words, true);
            }
        }
        if file.parts.is_empty() || file.parts.len() > MOST_PARTS {
            self.say(
                0,
                "parts",
                format!("1 到 {MOST_PARTS} 段"),
                format!("from 1 to {MOST_PARTS} parts"),
            );
        }
    }

    fn basis(&mut self, file: &ReadFile) {
        let basis = file.basis.get_ref();
        let at = file.basis.span().start;
        for cite in &basis.cite {
            if !file.sources.iter().any(|source| source.key == cite.source) {
                let keys: Vec<&str> = file.sources.iter().map(|one| one.key.as_str()).collect();
                let keys = keys.join(", ");
                self.say(
                    at,
                    "basis.cite.source",
                    format!("要是 [[sources]] 里的 key：{keys}"),
                    format!("a key of [[sources]]: {keys}"),
                );
            }
        }
        let noted = basis.unverified
            && basis
                .note
                .as_ref()
                .is_some_and(|note| !note.is_incomplete());
        if basis.cite.is_empty() && !noted {
            self.say(
                at,
                "basis",
                "写依据的条文（cite）；没有依据的，写 unverified = true 和说明（note，中英文）".to_owned(),
                "the articles it rests on (cite), or unverified = true and a note in both languages".to_owned(),
            );
        }
    }

    fn words(&mut self, kind: Kind, field: &str, words: &Words, fields: bool) {
        for (lang, text) in [("zh", &words.zh), ("en", &words.en)] {
            let field = format!("{field}.{lang}");
            self.sentence(kind, &field, text, fields);
        }
    }

    fn part(&mut self, kind: Kind, at: usize, spanned: &Spanned<ReadPart>) {
        let part = spanned.get_ref();
        let name = format!("parts[{at}]");
        let what = part.kind.get_ref().as_str();
        let wants = match what {
            "heading" => part.of.is_none() && part.rows.is_empty() && part.zh.len() == 1,
            "text" => part.of.is_none() && part.rows.is_empty() && !part.zh.is_empty(),
            "list" => part.of.is_some() && part.rows.is_empty() && part.zh.is_empty(),
            "table" => part.of.is_none() && !part.rows.is_empty() && part.zh.is_empty(),
            _ => false,
        };
        let few = part.zh.len() <= MOST_PARTS && part.rows.len() <= MOST_PARTS;
        if !wants || !few || part.zh.len() != part.en.len() {
            self.say(
                part.kind.span().start,
                &name,
                format!("kind 可以是 heading（zh、en 各一句）、text（zh、en 句数相同，最多 {MOST_PARTS} 句）、list（of 写清单的名字）、table（rows 写各行）"),
                format!("kind is heading (one sentence in zh and in en), text (as many sentences in zh as in en, at most {MOST_PARTS}), list (of names the list) or table (rows has its rows)"),
            );
            return;
        }
        for (lang, sentences) in [("zh", &part.zh), ("en", &part.en)] {
            for text in sentences {
                self.sentence(kind, &format!("{name}.{lang}"), text, true);
            }
        }
        for (row, cells) in part.rows.iter().enumerate() {
            for (lang, texts) in [("zh", &cells.zh), ("en", &cells.en)] {
                for text in texts {
                    self.sentence(kind, &format!("{name}.rows[{row}].{lang}"), text, true);
                }
            }
        }
        if let Some(of) = &part.of {
            self.list(kind, &name, of);
        }
    }

    fn list(&mut self, kind: Kind, name: &str, of: &Spanned<String>) {
        if kind.lists().any(|list| list.name == of.get_ref()) {
            return;
        }
        let known: Vec<&str> = kind.lists().map(|list| list.name).collect();
        let (zh, en) = if known.is_empty() {
            (
                "这种文书没有清单".to_owned(),
                "this paper has no lists".to_owned(),
            )
        } else {
            let known = known.join(", ");
            (
                format!("清单可以是：{known}"),
                format!("a list is one of: {known}"),
            )
        };
        self.say(of.span().start, &format!("{name}.of"), zh, en);
    }

    /// A text: not empty, not too long, nothing invisible in it, and only fields that the paper has.
    fn sentence(&mut self, kind: Kind, field: &str, text: &Spanned<String>, fields: bool) {
        let at = text.span().start;
        let words = text.get_ref();
        let long = words.chars().count();
        if words.trim().is_empty() || long > LONGEST {
            self.say(
                at,
                field,
                format!("1 到 {LONGEST} 个字，现在是 {long} 个"),
                format!("from 1 to {LONGEST} characters; these are {long}"),
            );
        }
        if let Some(hidden) = words.chars().find(|c| hidden(*c)) {
            let code = u32::from(hidden);
            self.say(
                at,
                field,
                format!("不能有看不见的字符（U+{code:04X}）和换行，另起一段请另写一个 [[parts]]"),
                format!("no invisible character (U+{code:04X}) and no line break; a new paragraph is a [[parts]] of its own"),
            );
        }
        if let Err(brace) = pieces(words) {
            self.say(
                at,
                field,
                format!("花括号要成对，里面是字段名，如 {{service}}；这里的 {brace} 没有配对"),
                format!("braces come in pairs around the name of a field, as {{service}}; this {brace} stands alone"),
            );
        }
        for name in named(words) {
            if fields && kind.fields().any(|one| one.name == name) {
                continue;
            }
            self.unknown_field(kind, (at, field), name, fields);
        }
    }

    fn unknown_field(&mut self, kind: Kind, (at, field): (usize, &str), name: &str, fields: bool) {
        if !fields {
            let (zh, en) = ("这里不能写字段", "no field stands here");
            self.say(at, field, zh.to_owned(), en.to_owned());
            return;
        }
        let known: Vec<String> = kind
            .fields()
            .map(|one| format!("{{{}}}", one.name))
            .collect();
        let known = known.join(" ");
        // A slip of the pen is shown, but a whole text behind a lost brace is not.
        let name: String = name.chars().take(40).collect();
        self.say(
            at,
            field,
            format!("没有字段 {{{name}}}，可以写：{known}"),
            format!("there is no field {{{name}}}; allowed are: {known}"),
        );
    }

    fn demands(&mut self, template: &Template, at: usize) {
        let used = template.names_used();
        for demand in template.kind.demands() {
            if used.contains(&demand.name) {
                continue;
            }
            let name = demand.name;
            let is_list = template.kind.lists().any(|list| list.name == name);
            let shown = if is_list {
                format!("kind = \"list\", of = \"{name}\"")
            } else {
                format!("{{{name}}}")
            };
            let [zh, en] = demand.why;
            self.say(
                at,
                "parts",
                format!("缺 {shown}（{zh}）"),
                format!("{shown} is missing ({en})"),
            );
        }
    }
}

/// Characters that cannot be seen, or turn the line around.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}'
            | '\u{061C}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}')
}
