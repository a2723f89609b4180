//! `docs/data-dictionary.md`, generated: every fact Linli keeps, who answers for it, which services
//! ask for it and why; the code lists; and the answers that belong to one service alone.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::load::Catalogue;
use super::question::{Kind, Question};
use super::service::Service;
use crate::residents::{CodeList, Entity, Field, FieldType};

/// The data dictionary as Markdown, one sentence or table row a line.
#[must_use]
pub fn data_dictionary(catalogue: &Catalogue) -> String {
    let mut text = String::from(
        "# Data dictionary · 数据字典\n\n\
         Generated from `catalogue/fields.toml`, `catalogue/codes/` and `catalogue/services/`; do \
         not edit.\n\
         `UPDATE=1 cargo test -p linli-community data_dictionary` writes it anew.\n\n\
         A form may ask for a fact of the first two tables only through its field, so that what is \
         known comes filled in; nothing is asked twice.\n",
    );
    let uses = uses(catalogue);
    for (entity, title) in [
        (Entity::Person, "Facts about a person · 个人"),
        (Entity::Household, "Facts about a household · 家庭"),
    ] {
        let _ = write!(text, "\n## {title}\n\n{FIELD_HEAD}");
        let fields = catalogue.dictionary().fields();
        for field in fields.filter(|field| field.entity == entity) {
            text.push_str(&field_row(catalogue, field, &uses));
        }
    }
    text.push_str("\n## Code lists · 代码表\n");
    for list in catalogue.dictionary().lists() {
        text.push_str(&code_list(list));
    }
    text.push_str(
        "\n## Answers that belong to one service · 事项自有问题\n\n\
         These are kept with the case, sealed, and never enter the register.\n",
    );
    for service in catalogue.versions() {
        text.push_str(&own_questions(service));
    }
    text
}

const FIELD_HEAD: &str = "\
| field | 名称 | name | type | who answers for it · 责任部门 | shown by · 凭据 | sealed | asked by |\n\
|---|---|---|---|---|---|---|---|\n";

/// The services that ask for each field.
fn uses(catalogue: &Catalogue) -> BTreeMap<&str, Vec<&str>> {
    let mut uses: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for service in catalogue.versions() {
        for field in service
            .form
            .questions
            .iter()
            .filter_map(|q| q.field.as_deref())
        {
            let services = uses.entry(field).or_default();
            if !services.contains(&service.id.as_str()) {
                services.push(&service.id);
            }
        }
    }
    uses
}

fn field_row(catalogue: &Catalogue, field: &Field, uses: &BTreeMap<&str, Vec<&str>>) -> String {
    let office = catalogue.dictionary().office(&field.office);
    let office = office.map_or_else(
        || field.office.clone(),
        |office| format!("{} · {}", office.names.zh, office.names.en),
    );
    let mut kind = type_name(field.kind).to_owned();
    if let Some(codes) = &field.codes {
        let _ = write!(kind, " [{codes}](#{codes})");
    }
    if let Some(standard) = &field.standard {
        let _ = write!(kind, " ({standard})");
    }
    let asked = uses
        .get(field.id.as_str())
        .map_or_else(String::new, |list| list.join(", "));
    format!(
        "| `{}` | {} | {} | {kind} | {office} | {} · {} | {} | {asked} |\n",
        field.id,
        field.names.zh,
        field.names.en,
        field.proof.zh,
        field.proof.en,
        if field.personal { "yes" } else { "no" },
    )
}

fn type_name(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Text => "text",
        FieldType::Name => "name",
        FieldType::Date => "date",
        FieldType::Code => "code",
        FieldType::Phone => "telephone",
        FieldType::IdentityNumber => "identity number",
        FieldType::Address => "address",
        FieldType::BankAccount => "bank account",
        FieldType::Money => "money, whole fen",
        FieldType::Integer => "whole number",
        FieldType::Members => "list of members",
    }
}

fn code_list(list: &CodeList) -> String {
    let mut text = format!(
        "\n### {}\n\n{} · {}.",
        list.id, list.names.zh, list.names.en
    );
    match &list.standard {
        Some(standard) => {
            let _ = write!(text, " Standard: {standard}.");
        }
        None => text.push_str(" A list of Linli's own."),
    }
    if list.unverified {
        text.push_str(" **Unverified.**");
    }
    text.push('\n');
    if let Some(note) = &list.note {
        let _ = writeln!(text, "{note}");
    }
    text.push_str("\n| code | 名称 | name |\n|---|---|---|\n");
    for code in &list.codes {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            code.value, code.names.zh, code.names.en
        );
    }
    text
}

fn own_questions(service: &Service) -> String {
    let mut text = format!(
        "\n### {} · {} (`{}`, version {})\n\n\
         | answer | 名称 | name | kind | why it is asked |\n|---|---|---|---|---|\n",
        service.names.zh, service.names.en, service.id, service.version
    );
    for question in service.form.questions.iter().filter(|q| q.field.is_none()) {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} |",
            question.id,
            question.short.zh,
            question.short.en,
            kind_name(question),
            question.why.en
        );
    }
    text
}

fn kind_name(question: &Question) -> String {
    match question.kind {
        Kind::Choice => {
            let values = question
                .choices
                .iter()
                .map(|choice| format!("`{}`", choice.value));
            format!("one of {}", values.collect::<Vec<_>>().join(", "))
        }
        Kind::Text => "text".to_owned(),
        Kind::LongText => "longer text".to_owned(),
        Kind::Date => "date".to_owned(),
        Kind::Money => "money, whole fen".to_owned(),
        Kind::Integer => "whole number".to_owned(),
        Kind::Boolean => "yes or no".to_owned(),
        Kind::Phone => "telephone".to_owned(),
        Kind::IdentityNumber => "identity number".to_owned(),
        Kind::Address => "address".to_owned(),
        Kind::BankAccount => "bank account".to_owned(),
        Kind::Members => "list of members".to_owned(),
    }
}
