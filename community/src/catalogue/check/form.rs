//! The form of a service file: nothing asked twice, every condition on an earlier answer, every
//! limit one that its kind knows.

use std::collections::BTreeSet;

use crate::catalogue::question::{Choice, Column, Condition, FormSpec, Kind, Limits, Question};
use crate::catalogue::service::Service;
use crate::residents::{Dictionary, FieldType};

use super::{Problems, is_key};

/// Checks the form.
pub(super) fn check(service: &Service, dictionary: &Dictionary, problems: &mut Problems<'_>) {
    let form = &service.form;
    let asks = !form.questions.is_empty();
    problems.must(asks, "form.questions", "at least one question");
    let declares = !form.declarations.is_empty();
    problems.must(declares, "form.declarations", "at least one declaration");
    ids(form, problems);
    let mut earlier = BTreeSet::new();
    for (index, question) in form.questions.iter().enumerate() {
        let key = format!("form.questions[{index}] ({})", question.id);
        let grouped = form.groups.iter().any(|group| group.id == question.group);
        let expected = "the id of a group of the form";
        problems.must(grouped, format!("{key}.group"), expected);
        let shown_if = format!("{key}.shown_if");
        conditions(&question.shown_if, &earlier, &shown_if, problems);
        shape(question, &key, dictionary, problems);
        held(question, &key, dictionary, problems);
        earlier.insert(question.id.as_str());
    }
    for (index, group) in form.groups.iter().enumerate() {
        let used = form.questions.iter().any(|one| one.group == group.id);
        let key = format!("form.groups[{index}]");
        problems.must(used, key, "a group with a question in it");
    }
    for (index, advice) in form.advice.iter().enumerate() {
        let key = format!("form.advice[{index}].when");
        problems.must(!advice.when.is_empty(), &key, "at least one condition");
        conditions(&advice.when, &earlier, &key, problems);
    }
}

/// Ids are keys, each stands once, and none is an address of its own.
fn ids(form: &FormSpec, problems: &mut Problems<'_>) {
    problems.distinct(form.groups.iter().map(|one| one.id.as_str()), "form.groups");
    let asked = form.questions.iter().map(|one| one.id.as_str());
    let declared = form.declarations.iter().map(|one| one.id.as_str());
    problems.distinct(asked.chain(declared), "form.questions");
    let fields = form.questions.iter().filter_map(|one| one.field.as_deref());
    problems.distinct(fields, "form.questions (field)");
    for (index, question) in form.questions.iter().enumerate() {
        // `/apply/{service}/check` is the check-answers page.
        let free = question.id != "check" && is_key(&question.id);
        let key = format!("form.questions[{index}] ({}).id", question.id);
        problems.must(free, key, "a key, and not “check”");
    }
}

/// Nothing is asked twice: a fact the register can give is asked through its field, so that it
/// comes filled in; an own question may not ask for it under another name.
fn held(question: &Question, key: &str, dictionary: &Dictionary, problems: &mut Problems<'_>) {
    let Some(id) = &question.field else {
        let personal = matches!(
            question.kind,
            Kind::Phone | Kind::IdentityNumber | Kind::Address | Kind::BankAccount | Kind::Members
        );
        let allowed = !personal || question.about.is_some();
        let expected = "field = … (the register's own comes filled in), or about = … saying whose \
                        it is when it is somebody else's";
        problems.must(allowed, key, expected);
        for field in dictionary.fields() {
            let same = field.names.zh == question.short.zh || field.names.zh == question.label.zh;
            let expected = format!(
                "field = \"{}\": the register holds “{}”",
                field.id, field.names.zh
            );
            problems.must(!same || question.about.is_some(), key, expected);
        }
        return;
    };
    let Some(field) = dictionary.field(id) else {
        problems.must(
            false,
            format!("{key}.field"),
            "the id of a field in fields.toml",
        );
        return;
    };
    problems.must(
        question.about.is_none(),
        format!("{key}.about"),
        "nothing beside a field",
    );
    let fits = fits(question.kind, field.kind);
    // Members come from the events of the household, never typed in whole.
    let whole = question.kind == Kind::Members && question.corrects;
    problems.must(
        !whole,
        format!("{key}.corrects"),
        "false for a list of members",
    );
    problems.must(
        fits,
        format!("{key}.kind"),
        format!("the kind of the field ({:?})", field.kind),
    );
    let expected = format!("{:?}, the code list of the field", field.codes);
    problems.must(
        question.codes == field.codes,
        format!("{key}.codes"),
        expected,
    );
}

/// Whether a question of `kind` can ask for a field of type `field`.
fn fits(kind: Kind, field: FieldType) -> bool {
    match kind {
        Kind::Text => matches!(field, FieldType::Text | FieldType::Name),
        Kind::LongText => field == FieldType::Text,
        Kind::Choice => field == FieldType::Code,
        Kind::Date => field == FieldType::Date,
        Kind::Money => field == FieldType::Money,
        Kind::Integer => field == FieldType::Integer,
        Kind::Phone => field == FieldType::Phone,
        Kind::IdentityNumber => field == FieldType::IdentityNumber,
        Kind::Address => field == FieldType::Address,
        Kind::BankAccount => field == FieldType::BankAccount,
        Kind::Members => field == FieldType::Members,
        Kind::Boolean => false,
    }
}

fn shape(question: &Question, key: &str, dictionary: &Dictionary, problems: &mut Problems<'_>) {
    choices(
        question.kind,
        &question.choices,
        question.codes.as_ref(),
        key,
        dictionary,
        problems,
    );
    limits(question.kind, &question.limits, key, problems);
    let rows = question.kind == Kind::Members;
    let expected = "columns for a list of members, and for nothing else";
    problems.must(
        rows != question.columns.is_empty(),
        format!("{key}.columns"),
        expected,
    );
    problems.distinct(
        question.columns.iter().map(|column| column.id.as_str()),
        key,
    );
    for (index, column) in question.columns.iter().enumerate() {
        let key = format!("{key}.columns[{index}]");
        column_shape(column, &key, dictionary, problems);
    }
}

fn column_shape(column: &Column, key: &str, dictionary: &Dictionary, problems: &mut Problems<'_>) {
    problems.must(is_key(&column.id), format!("{key}.id"), "a key");
    problems.must(
        column.kind != Kind::Members,
        format!("{key}.kind"),
        "no list in a list",
    );
    choices(
        column.kind,
        &column.choices,
        column.codes.as_ref(),
        key,
        dictionary,
        problems,
    );
    limits(column.kind, &column.limits, key, problems);
}

fn choices(
    kind: Kind,
    choices: &[Choice],
    codes: Option<&String>,
    key: &str,
    dictionary: &Dictionary,
    problems: &mut Problems<'_>,
) {
    let known = codes.is_none_or(|id| dictionary.list(id).is_some());
    problems.must(known, format!("{key}.codes"), "the id of a code list");
    let enough = if kind == Kind::Choice {
        choices.len() >= 2
    } else {
        choices.is_empty()
    };
    let expected = "two choices or more for a choice, and none for anything else";
    problems.must(enough, format!("{key}.choices"), expected);
    problems.distinct(choices.iter().map(|choice| choice.value.as_str()), key);
}

fn limits(kind: Kind, limits: &Limits, key: &str, problems: &mut Problems<'_>) {
    let key = format!("{key}.limits");
    let text = matches!(kind, Kind::Text | Kind::LongText | Kind::Address);
    let number = matches!(kind, Kind::Money | Kind::Integer);
    let given = [
        (
            limits.min_chars.is_some() || limits.max_chars.is_some(),
            text,
            "characters of text",
        ),
        (
            limits.min.is_some() || limits.max.is_some(),
            number,
            "size of numbers",
        ),
        (
            limits.not_future.is_some(),
            kind == Kind::Date,
            "future of dates",
        ),
        (
            limits.min_rows.is_some() || limits.max_rows.is_some(),
            kind == Kind::Members,
            "rows of lists",
        ),
    ];
    for (set, fits, what) in given {
        problems.must(
            !set || fits,
            &key,
            format!("limits on the {what} only there"),
        );
    }
    let in_order = |low: Option<i64>, high: Option<i64>| low.zip(high).is_none_or(|(a, b)| a <= b);
    let wide = |n: Option<u32>| n.map(i64::from);
    let ordered = in_order(limits.min, limits.max)
        && in_order(wide(limits.min_chars), wide(limits.max_chars))
        && in_order(wide(limits.min_rows), wide(limits.max_rows));
    problems.must(ordered, &key, "the least not above the most");
}

fn conditions(
    conditions: &[Condition],
    earlier: &BTreeSet<&str>,
    key: &str,
    problems: &mut Problems<'_>,
) {
    for (index, condition) in conditions.iter().enumerate() {
        let key = format!("{key}[{index}]");
        let known = earlier.contains(condition.of.as_str());
        problems.must(known, format!("{key}.of"), "the id of an earlier question");
        let ages = condition.age_at_least.is_some() || condition.age_below.is_some();
        let tests = [
            condition.is.is_some(),
            condition.is_not.is_some(),
            condition.at_least.is_some(),
            ages,
        ];
        let one = tests.into_iter().filter(|given| *given).count() == 1;
        problems.must(one, &key, "exactly one test: is, is_not, at_least, or ages");
    }
}
