//! A whole file: a policy or an overlay, with its cases.

use toml::de::{DeTable, DeValue};

use crate::finding::{Finding, Sources, Span, Told, told};
use crate::head::{Head, Source};
use crate::value::Names;

use super::parts::{self, FactText, ParameterText, RuleText};
use super::table::{Placed, Raw, Reader, Table, names};

/// What a file says.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) at: Span,
    pub(crate) id: Placed<String>,
    /// Whether it only changes what the policy `id` left open.
    pub(crate) overlay: bool,
    pub(crate) head: Head,
    pub(crate) entity: Option<Placed<String>>,
    pub(crate) uses: Vec<Placed<String>>,
    pub(crate) sources: Vec<Source>,
    pub(crate) facts: Vec<FactText>,
    pub(crate) parameters: Vec<ParameterText>,
    pub(crate) rules: Vec<RuleText>,
    pub(crate) conditions: Vec<RuleText>,
    pub(crate) amount: Option<RuleText>,
    pub(crate) cases: Vec<Case>,
}

/// A worked example.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) at: Span,
    pub(crate) names: Names,
    pub(crate) note: Option<Names>,
    pub(crate) on: i64,
    pub(crate) group: Vec<(Placed<String>, Raw)>,
    pub(crate) members: Vec<Vec<(Placed<String>, Raw)>>,
    pub(crate) expect: Vec<CaseExpect>,
}

/// What is expected of the household, or of one person.
#[derive(Debug, Clone)]
pub(crate) struct CaseExpect {
    pub(crate) at: Span,
    pub(crate) results: Vec<(Placed<String>, Expected)>,
}

/// One expected result.
#[derive(Debug, Clone)]
pub(crate) enum Expected {
    Value(Raw),
    Missing(Vec<String>),
}

/// Reads file number `file`; what is wrong goes to `findings`.
pub(crate) fn file(sources: &Sources, file: usize, findings: &mut Vec<Finding>) -> Option<File> {
    let mut reader = Reader {
        sources,
        file,
        findings: Vec::new(),
    };
    let read = match DeTable::parse(sources.text(file)) {
        Ok(table) => whole(
            &mut reader,
            Table::of(table.get_ref(), Span { file, at: 0 }),
        ),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            reader.error(Span { file, at }, "toml", not_toml(&error));
            None
        }
    };
    findings.append(&mut reader.findings);
    read
}

/// What the TOML parser says, which it says in English.
pub(crate) fn not_toml(error: &toml::de::Error) -> Told {
    let said = error.message();
    told!("TOML 写法有误：{said}", "{said}")
}

fn whole(reader: &mut Reader<'_>, mut table: Table<'_>) -> Option<File> {
    let overlay = table.has("overlay_of");
    let id = table.need(reader, if overlay { "overlay_of" } else { "id" });
    let head = parts::head(
        reader,
        &mut table,
        id.clone().map_or_else(String::new, |id| id.value),
    );
    let entity = table.text(reader, "entity");
    let uses = table.texts(reader, "uses");
    let sources = table.tables(reader, "sources");
    let sources = sources
        .into_iter()
        .filter_map(|one| source(reader, one))
        .collect();
    let facts = each(reader, &mut table, "facts", parts::fact);
    let parameters = each(reader, &mut table, "parameters", parts::parameter);
    let rules = each(reader, &mut table, "rules", |reader, key, one| {
        Some(parts::rule(reader, key, one))
    });
    let mut conditions = Vec::new();
    for (index, one) in table.tables(reader, "eligible").into_iter().enumerate() {
        conditions.push(rule(reader, format!("eligible.{}", index + 1), one));
    }
    let amount = table.table(reader, "amount");
    let amount = amount.map(|one| rule(reader, "amount".to_owned(), one));
    let cases = table.tables(reader, "cases");
    let cases = cases
        .into_iter()
        .filter_map(|one| case(reader, one))
        .collect();
    let at = table.at;
    table.end(reader);
    Some(File {
        at,
        id: id?,
        overlay,
        head: head?,
        entity,
        uses,
        sources,
        facts,
        parameters,
        rules,
        conditions,
        amount,
        cases,
    })
}

/// Every named table under `key`, read by `read`.
fn each<T>(
    reader: &mut Reader<'_>,
    table: &mut Table<'_>,
    key: &'static str,
    read: impl Fn(&mut Reader<'_>, Placed<String>, &mut Table<'_>) -> Option<T>,
) -> Vec<T> {
    let mut all = Vec::new();
    for (key, mut one) in table.named(reader, key) {
        all.extend(read(reader, key, &mut one));
        one.end(reader);
    }
    all
}

fn rule(reader: &mut Reader<'_>, key: String, mut table: Table<'_>) -> RuleText {
    let at = table.at;
    let rule = parts::rule(reader, Placed { value: key, at }, &mut table);
    table.end(reader);
    rule
}

fn source(reader: &mut Reader<'_>, mut table: Table<'_>) -> Option<Source> {
    let key = table.need(reader, "key");
    let text = |table: &mut Table<'_>, reader: &mut Reader<'_>, key| {
        table.text(reader, key).map(|text| text.value)
    };
    let source = key.map(|key| Source {
        title: table.names(reader, "title").unwrap_or_else(|| Names {
            zh: key.value.clone(),
            en: key.value.clone(),
        }),
        key: key.value,
        number: text(&mut table, reader, "number"),
        kind: text(&mut table, reader, "kind"),
        adopted: table.day(reader, "adopted"),
        in_force: table.day(reader, "in_force"),
        valid_to: table.day(reader, "valid_to"),
        url: text(&mut table, reader, "url"),
        unverified: table.truth(reader, "unverified"),
    });
    table.end(reader);
    source
}

fn case(reader: &mut Reader<'_>, mut table: Table<'_>) -> Option<Case> {
    let names = table
        .names(reader, "names")
        .or_else(|| table.names(reader, "name"));
    let note = table.names(reader, "note");
    let on = table.day(reader, "on");
    if on.is_none() {
        let told = told!(
            "例子缺少 `on`，即所问的日期",
            "a case needs `on`, the day asked about"
        );
        reader.error(table.at, "missing", told);
    }
    let mut group = Vec::new();
    for key in ["household", "group"] {
        if let Some(one) = table.table(reader, key) {
            group.extend(facts(reader, &one));
        }
    }
    let mut members = Vec::new();
    for key in ["persons", "members"] {
        for one in table.tables(reader, key) {
            members.push(facts(reader, &one));
        }
    }
    let expect: Vec<CaseExpect> = table
        .tables(reader, "expect")
        .into_iter()
        .map(|one| expected(reader, &one))
        .collect();
    if expect.is_empty() {
        let told = told!("例子缺少 `expect`，即预期结果", "a case needs `expect`");
        reader.error(table.at, "missing", told);
    }
    let at = table.at;
    table.end(reader);
    Some(Case {
        at,
        names: names.unwrap_or_default(),
        note,
        on: on?,
        group,
        members,
        expect,
    })
}

fn facts(reader: &mut Reader<'_>, table: &Table<'_>) -> Vec<(Placed<String>, Raw)> {
    let mut facts = Vec::new();
    for (key, value, at) in table.entries(reader.file) {
        facts.extend(reader.raw(value, at).map(|raw| (key, raw)));
    }
    facts
}

fn expected(reader: &mut Reader<'_>, table: &Table<'_>) -> CaseExpect {
    let mut results = Vec::new();
    for (key, value, at) in table.entries(reader.file) {
        let result = match value {
            DeValue::Array(list) => {
                let texts = list.iter().filter_map(|one| {
                    let at = Span {
                        file: reader.file,
                        at: one.span().start,
                    };
                    names(reader, one.get_ref(), at).map(|names| names.zh)
                });
                Some(Expected::Missing(texts.collect()))
            }
            plain => reader.raw(plain, at).map(Expected::Value),
        };
        results.extend(result.map(|result| (key, result)));
    }
    CaseExpect {
        at: table.at,
        results,
    }
}
