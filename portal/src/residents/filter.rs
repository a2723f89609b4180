//! The filter of the list of residents: a GET form, its state in the address; nothing that somebody
//! types to find a person.

use std::collections::BTreeMap;

use linli_community::residents::Filter;

use crate::Portal;
use crate::shell::ui::{self, Chip, Choice, Input, Link, Markup, Select};
use crate::shell::{Page, Query};

/// What the address asks for.
pub(crate) fn filter(query: &Query) -> Filter {
    Filter {
        page: query.page(),
        size: query.per_page(),
        ..Filter::of_codes(|name| query.get(name))
    }
}

/// The form, with a chip for each filter at work.
pub(super) fn form(portal: &Portal, page: &Page) -> ui::Filter {
    let query = &page.query;
    let tag = page.lang.tag();
    let label = |name: &str| page.t(&format!("residents-filter-{}", name.replace('_', "-")));
    let age = |name: &str| {
        Markup::of(&Input {
            name: name.to_owned(),
            label: label(name),
            value: query.get(name).unwrap_or_default().to_owned(),
            kind: ui::Kind::Digits,
            width: 3,
            ..Input::default()
        })
    };
    let dictionary = portal.linli.catalogue().dictionary();
    let codes = dictionary
        .codes_of("person.hukou")
        .map(|list| list.codes.as_slice());
    let hukou: Vec<Choice> = codes
        .unwrap_or_default()
        .iter()
        .map(|code| Choice::new(&code.value, code.names.in_lang(tag)))
        .collect();
    let only = || vec![Choice::new("yes", page.t("residents-filter-only"))];
    let selects = [
        ("hukou", hukou),
        ("disabled", only()),
        ("special_care", only()),
    ];
    let mut fields = vec![age("age_from"), age("age_to")];
    for (name, choices) in selects {
        let mut all = vec![Choice::new("", page.t("residents-filter-all"))];
        all.extend(choices);
        let chosen = query.get(name).unwrap_or_default();
        fields.push(Markup::of(&Select {
            name: name.to_owned(),
            label: label(name),
            choices: all.into_iter().map(|one| one.chosen_if(chosen)).collect(),
            ..Select::default()
        }));
    }
    let chips = chips(page, &label);
    ui::Filter {
        action: "/desk/residents".to_owned(),
        label: page.t("residents-filter"),
        fields,
        kept: query
            .get("per")
            .map(|per| ("per".to_owned(), per.to_owned()))
            .into_iter()
            .collect(),
        button: page.t("residents-filter-go"),
        clear: (chips.len() > 1)
            .then(|| Link::new(page.t("residents-filter-clear"), "/desk/residents")),
        chips,
        remove: page.t("filter-remove"),
    }
}

/// A filter that is on record, in words.
pub(crate) fn filter_words(
    portal: &Portal,
    page: &Page,
    filter: &BTreeMap<String, String>,
) -> String {
    let dictionary = portal.linli.catalogue().dictionary();
    let filters = filter.iter().map(|(name, value)| {
        let label = page.t(&format!("residents-filter-{}", name.replace('_', "-")));
        let code = dictionary.code_name(&format!("person.{name}"), value);
        match (value.as_str(), code) {
            ("yes", _) => label,
            (_, Some(code)) => format!("{label} {}", code.in_lang(page.lang.tag())),
            (value, None) => format!("{label} {value}"),
        }
    });
    let filters: Vec<String> = filters.collect();
    if filters.is_empty() {
        page.t("exports-everybody")
    } else {
        filters.join("；")
    }
}

/// What is filtered by now, each to be taken away.
fn chips(page: &Page, label: &dyn Fn(&str) -> String) -> Vec<Chip> {
    let query = &page.query;
    Filter::CODES
        .iter()
        .filter(|name| query.get(name).is_some())
        .map(|name| Chip {
            text: label(name),
            href: query.without(name),
        })
        .collect()
}
