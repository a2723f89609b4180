//! The parts of a file: facts, parameters with dated values, rules with dated versions.

use crate::finding::{Span, told};
use crate::formula;
use crate::head::{Citation, Head};
use crate::value::Names;

use crate::ast::Expr;

use super::table::{Placed, Raw, Reader, Table, as_table, names};

/// `[facts.x]`.
#[derive(Debug, Clone)]
pub(crate) struct FactText {
    pub(crate) key: Placed<String>,
    pub(crate) names: Names,
    pub(crate) field: Option<Placed<String>>,
    pub(crate) entity: Option<Placed<String>>,
    pub(crate) type_: Placed<String>,
    pub(crate) unit: Option<Placed<String>>,
    pub(crate) decimals: Option<u8>,
    pub(crate) codes: Vec<(String, Names)>,
    pub(crate) proof: Names,
    pub(crate) cost: u8,
    pub(crate) min: Option<Raw>,
    pub(crate) max: Option<Raw>,
}

/// `[parameters.x]`.
#[derive(Debug, Clone)]
pub(crate) struct ParameterText {
    pub(crate) key: Placed<String>,
    pub(crate) names: Names,
    pub(crate) type_: Option<Placed<String>>,
    pub(crate) unit: Option<Placed<String>>,
    pub(crate) codes: Vec<(String, Names)>,
    pub(crate) open: bool,
    pub(crate) formula: Option<FormulaText>,
    /// Whether there is a list of values, be it empty.
    pub(crate) stated: bool,
    pub(crate) values: Vec<ValueText>,
}

/// One dated value.
#[derive(Debug, Clone)]
pub(crate) struct ValueText {
    pub(crate) at: Span,
    pub(crate) from: i64,
    pub(crate) to: Option<i64>,
    pub(crate) value: Option<Raw>,
    /// Whether the bands are a marginal scale.
    pub(crate) marginal: bool,
    pub(crate) bands: Vec<Band>,
    pub(crate) citation: Citation,
}

/// A threshold and what holds from it on.
#[derive(Debug, Clone)]
pub(crate) struct Band {
    pub(crate) threshold: Raw,
    pub(crate) value: Raw,
}

/// A formula with its place.
#[derive(Debug, Clone)]
pub(crate) struct FormulaText {
    pub(crate) text: String,
    pub(crate) expr: Expr,
    pub(crate) at: Span,
}

/// `[rules.x]`, one of `[[eligible]]`, or `[amount]`.
#[derive(Debug, Clone)]
pub(crate) struct RuleText {
    pub(crate) key: Placed<String>,
    pub(crate) names: Names,
    pub(crate) entity: Option<Placed<String>>,
    pub(crate) type_: Option<Placed<String>>,
    pub(crate) unit: Option<Placed<String>>,
    pub(crate) open: bool,
    pub(crate) versions: Vec<VersionText>,
}

/// How a rule reads in a stretch of time; several readings are a conflict of laws.
#[derive(Debug, Clone)]
pub(crate) struct VersionText {
    pub(crate) from: Option<i64>,
    pub(crate) to: Option<i64>,
    pub(crate) readings: Vec<(FormulaText, Citation)>,
}

pub(crate) fn fact(
    reader: &mut Reader<'_>,
    key: Placed<String>,
    table: &mut Table<'_>,
) -> Option<FactText> {
    let names = table.names(reader, "names").unwrap_or_else(|| own(&key));
    Some(FactText {
        names,
        field: table.text(reader, "field"),
        entity: table.text(reader, "entity"),
        type_: table.need(reader, "type")?,
        unit: table.text(reader, "unit"),
        decimals: table.small(reader, "decimals", 6),
        codes: codes(reader, table),
        proof: table.names(reader, "proof").unwrap_or_default(),
        cost: table.small(reader, "cost", 5).unwrap_or(2),
        min: table.plain(reader, "min"),
        max: table.plain(reader, "max"),
        key,
    })
}

pub(crate) fn parameter(
    reader: &mut Reader<'_>,
    key: Placed<String>,
    table: &mut Table<'_>,
) -> Option<ParameterText> {
    let names = table.names(reader, "names").unwrap_or_else(|| own(&key));
    let around = citation(reader, table, &Citation::default());
    let formula = table
        .text(reader, "formula")
        .and_then(|text| formula_text(reader, &text));
    let stated = table.has("values");
    let mut values = Vec::new();
    for mut one in table.tables(reader, "values") {
        values.extend(value(reader, &mut one, &around));
        one.end(reader);
    }
    Some(ParameterText {
        names,
        type_: table.text(reader, "type"),
        unit: table.text(reader, "unit"),
        codes: codes(reader, table),
        open: table.truth(reader, "open"),
        formula,
        stated,
        values,
        key,
    })
}

fn value(reader: &mut Reader<'_>, table: &mut Table<'_>, around: &Citation) -> Option<ValueText> {
    if !table.has("from") {
        let told = told!(
            "这个数值缺少 `from`，即起始日期，如 2024-07-01",
            "this value needs `from`, the day it began, such as 2024-07-01"
        );
        reader.error(table.at, "missing", told);
    }
    let from = table.day(reader, "from");
    let to = table.day(reader, "to");
    let marginal = table.has("marginal");
    let (list, from_key, value_key) = if marginal {
        ("marginal", "above", "rate")
    } else {
        ("bands", "at_least", "value")
    };
    let mut bands = Vec::new();
    for mut one in table.tables(reader, list) {
        match (one.plain(reader, from_key), one.plain(reader, value_key)) {
            (Some(threshold), Some(value)) => bands.push(Band { threshold, value }),
            _ => {
                let told = told!(
                    "`{list}` 的每一档都要有 `{from_key}` 和 `{value_key}`",
                    "each of `{list}` needs `{from_key}` and `{value_key}`"
                );
                reader.error(one.at, "missing", told);
            }
        }
        one.end(reader);
    }
    let value = table.plain(reader, "value");
    if value.is_some() != bands.is_empty() {
        let told = told!(
            "每个有起始日期的数值，须写 `value`、`bands`、`marginal` 之一，且只能写一个",
            "a dated value has one of `value`, `bands` and `marginal`"
        );
        reader.error(table.at, "missing", told);
    }
    let citation = citation(reader, table, around);
    Some(ValueText {
        at: table.at,
        from: from?,
        to,
        value,
        marginal,
        bands,
        citation,
    })
}

/// A rule, condition or amount; `head` only lends what it says of the whole file.
pub(crate) fn rule(
    reader: &mut Reader<'_>,
    key: Placed<String>,
    table: &mut Table<'_>,
) -> RuleText {
    let names = table.names(reader, "names").unwrap_or_else(|| own(&key));
    let around = citation(reader, table, &Citation::default());
    let (from, to) = (table.day(reader, "from"), table.day(reader, "to"));
    let mut versions = Vec::new();
    for mut one in table.tables(reader, "formulas") {
        let citation = citation(reader, &mut one, &around);
        let (from, to) = (one.day(reader, "from"), one.day(reader, "to"));
        let readings = readings(reader, &mut one, &citation);
        one.end(reader);
        versions.push(VersionText { from, to, readings });
    }
    let whole = readings(reader, table, &around);
    let since = since(reader, table, &around, &whole);
    let said = ["formula", "formulas", "readings"].map(|key| table.has(key));
    if said.into_iter().filter(|said| *said).count() != 1 {
        let key = &key.value;
        let told = told!(
            "`{key}` 须写 `formula`、`formulas`、`readings` 之一，且只能写一个",
            "`{key}` has one of `formula`, `formulas` and `readings`"
        );
        reader.error(table.at, "missing", told);
    } else if !since.is_empty() {
        versions = since;
    } else if !whole.is_empty() {
        versions.push(VersionText {
            from,
            to,
            readings: whole,
        });
    }
    RuleText {
        names,
        entity: table.text(reader, "entity"),
        type_: table.text(reader, "type"),
        unit: table.text(reader, "unit"),
        open: table.truth(reader, "open"),
        versions,
        key,
    }
}

/// `since`: one formula that stood under one text after another.
fn since(
    reader: &mut Reader<'_>,
    table: &mut Table<'_>,
    around: &Citation,
    whole: &[(FormulaText, Citation)],
) -> Vec<VersionText> {
    let mut versions = Vec::new();
    for mut one in table.tables(reader, "since") {
        let citation = citation(reader, &mut one, around);
        let (from, to) = (one.day(reader, "from"), one.day(reader, "to"));
        one.end(reader);
        let cited = |(formula, _): &(FormulaText, Citation)| (formula.clone(), citation.clone());
        versions.push(VersionText {
            from,
            to,
            readings: whole.iter().map(cited).collect(),
        });
    }
    versions
}

/// `formula`, or `readings` with one each.
fn readings(
    reader: &mut Reader<'_>,
    table: &mut Table<'_>,
    around: &Citation,
) -> Vec<(FormulaText, Citation)> {
    let mut found = Vec::new();
    if let Some(text) = table.text(reader, "formula") {
        found.extend(formula_text(reader, &text).map(|formula| (formula, around.clone())));
    }
    for mut one in table.tables(reader, "readings") {
        let citation = citation(reader, &mut one, around);
        if let Some(text) = one.need(reader, "formula") {
            found.extend(formula_text(reader, &text).map(|formula| (formula, citation)));
        }
        one.end(reader);
    }
    found
}

/// Where it is written, over what the table around says.
pub(crate) fn citation(
    reader: &mut Reader<'_>,
    table: &mut Table<'_>,
    around: &Citation,
) -> Citation {
    let source = table.text(reader, "source").map(|text| text.value);
    let article = table.text(reader, "article").map(|text| text.value);
    let inherits = source.is_none() && article.is_none();
    Citation {
        source: source.or_else(|| around.source.clone()),
        article: article.or_else(|| {
            if inherits {
                around.article.clone()
            } else {
                None
            }
        }),
        unverified: table.truth(reader, "unverified") || around.unverified,
        note: table.names(reader, "note").or_else(|| around.note.clone()),
    }
}

/// Reads the formula; places inside it are exact where the text stands in the file as it is.
pub(crate) fn formula_text(reader: &mut Reader<'_>, text: &Placed<String>) -> Option<FormulaText> {
    let written = reader
        .sources
        .text(reader.file)
        .get(text.at.at..)
        .unwrap_or_default();
    let quotes = [
        "\"\"\"\r\n",
        "'''\r\n",
        "\"\"\"\n",
        "'''\n",
        "\"\"\"",
        "'''",
        "\"",
        "'",
    ];
    let opening = quotes.iter().find(|quote| written.starts_with(**quote));
    let inside = opening.map_or(0, |quote| quote.len());
    let start = text.at.plus(inside);
    let exact = written[inside..].starts_with(text.value.as_str());
    match formula::read(&text.value, start) {
        Ok(expr) => Some(FormulaText {
            text: tidy(&text.value),
            expr,
            at: start,
        }),
        Err((at, told)) => {
            reader.error(if exact { at } else { text.at }, "formula", told);
            None
        }
    }
}

/// One line, without comments: how explanations show it.
fn tidy(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default());
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    words.join(" ")
}

fn codes(reader: &mut Reader<'_>, table: &mut Table<'_>) -> Vec<(String, Names)> {
    let mut codes = Vec::new();
    for (value, at) in table.list(reader, "codes") {
        if let toml::de::DeValue::Table(_) = value {
            let Some(mut one) = as_table(reader, value, at) else {
                continue;
            };
            let Some(code) = one.need(reader, "code") else {
                continue;
            };
            let names = one.names(reader, "names").unwrap_or_else(|| own(&code));
            one.end(reader);
            codes.push((code.value, names));
        } else if let Some(both) = names(reader, value, at) {
            codes.push((both.zh.clone(), both));
        }
    }
    codes
}

fn own(key: &Placed<String>) -> Names {
    Names {
        zh: key.value.clone(),
        en: key.value.clone(),
    }
}

/// The head of a policy or overlay; its id and first day must be there.
pub(crate) fn head(reader: &mut Reader<'_>, table: &mut Table<'_>, id: String) -> Option<Head> {
    if !table.has("valid_from") {
        let told = told!(
            "缺少 `valid_from`，即生效日期",
            "`valid_from`, the first day in force, is missing"
        );
        reader.error(table.at, "missing", told);
    }
    let entities = table.table(reader, "entities").map(|mut one| {
        let group = one.text(reader, "group").map(|text| text.value);
        let member = one.text(reader, "member").map(|text| text.value);
        one.end(reader);
        (group, member)
    });
    let (group, member) = entities.unwrap_or_default();
    let own = Placed {
        value: id.clone(),
        at: table.at,
    };
    Some(Head {
        names: table
            .names(reader, "names")
            .unwrap_or_else(|| self::own(&own)),
        id,
        summary: table.names(reader, "summary"),
        jurisdiction: table.text(reader, "jurisdiction").map(|text| text.value),
        group: group.unwrap_or_else(|| "household".to_owned()),
        member: member.unwrap_or_else(|| "person".to_owned()),
        pays: table
            .text(reader, "pays")
            .map_or_else(|| "month".to_owned(), |text| text.value),
        valid_from: table.day(reader, "valid_from")?,
        valid_to: table.day(reader, "valid_to"),
        service: table.text(reader, "service").map(|text| text.value),
        notes: notes(reader, table),
        unverified: table.truth(reader, "unverified"),
    })
}

fn notes(reader: &mut Reader<'_>, table: &mut Table<'_>) -> Vec<Names> {
    let list = table.list(reader, "notes");
    list.into_iter()
        .filter_map(|(value, at)| names(reader, value, at))
        .collect()
}
