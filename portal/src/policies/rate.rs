//! The form for one new value of one figure: which, from when, how much, by which source.

use linli_community::policies::{Policies, Rate};
use linli_kernel::Refusal;
use linli_policy::day;
use linli_policy::value::Type;

use crate::shell::ui::{Choice, Input, Select, Textarea};
use crate::shell::{Fields, Page};

/// The fields of the form: of their own, as the page has the whole file beside it.
pub(super) struct RateForm {
    pub(super) parameter: Select,
    pub(super) from: Input,
    pub(super) value: Input,
    pub(super) source: Select,
    pub(super) title: Input,
    pub(super) number: Input,
    pub(super) article: Input,
    pub(super) why: Textarea,
}

/// What was typed.
pub(super) fn read(fields: &Fields) -> Rate {
    let text = |name: &str| fields.text(name).to_owned();
    Rate {
        parameter: text("parameter"),
        from: text("from"),
        value: text("value"),
        source: text("source"),
        title: text("title"),
        number: text("number"),
        article: text("article"),
        why: text("rate-why"),
    }
}

/// Refusals about the file or the reason, at the fields of this form.
pub(super) fn placed(refusals: Vec<Refusal>) -> Vec<Refusal> {
    let placed = refusals
        .into_iter()
        .map(|refusal| match refusal.field.as_deref() {
            Some("text") => refusal.on("value"),
            Some("why") => refusal.on("rate-why"),
            _ => refusal,
        });
    placed.collect()
}

/// The form; `None` where the policy has no figure that stands alone.
pub(super) fn form(page: &Page, policies: &Policies, id: &str, rate: &Rate) -> Option<RateForm> {
    let choices = figures(page, policies, id, rate);
    if choices.is_empty() {
        return None;
    }
    let input = |name: &str, value: &str, width: u8| Input {
        name: name.to_owned(),
        label: page.t(&format!("policies-rate-{name}")),
        value: value.to_owned(),
        error: page.problem_of(name).to_owned(),
        width,
        ..Input::default()
    };
    let sources = policies.book().sources(id).iter();
    let sources = sources.map(|one| {
        let title = page.pick(&one.title.zh, &one.title.en);
        let number = one.number.as_deref().unwrap_or_default();
        Choice::new(one.key.clone(), format!("{title} {number}")).chosen_if(&rate.source)
    });
    let other = Choice::new("", page.t("policies-rate-other-source"));
    Some(RateForm {
        parameter: Select {
            name: "parameter".to_owned(),
            label: page.t("policies-rate-parameter"),
            error: page.problem_of("parameter").to_owned(),
            choices,
            ..Select::default()
        },
        from: input("from", &rate.from, 10),
        value: input("value", &rate.value, 10),
        source: Select {
            name: "source".to_owned(),
            label: page.t("policies-rate-source"),
            error: page.problem_of("source").to_owned(),
            choices: std::iter::once(other).chain(sources).collect(),
            ..Select::default()
        },
        title: input("title", &rate.title, 0),
        number: input("number", &rate.number, 20),
        article: input("article", &rate.article, 10),
        why: Textarea {
            name: "rate-why".to_owned(),
            label: page.t("policies-why-ask"),
            value: rate.why.clone(),
            error: page.problem_of("rate-why").to_owned(),
            rows: 2,
            ..Textarea::default()
        },
    })
}

/// The figures that stand alone, each with its last value.
fn figures(page: &Page, policies: &Policies, id: &str, rate: &Rate) -> Vec<Choice> {
    let figures = policies.book().parameters(id).filter(|one| one.single);
    let figures = figures.map(|one| {
        let name = page.pick(&one.names.zh, &one.names.en);
        let name = if name.is_empty() { one.key } else { name };
        let now = one.last.map(|(from, value)| {
            let value = match one.type_ {
                Type::Bool if value == 1 => page.t("told-true"),
                Type::Bool => page.t("told-false"),
                other => other.plain(value),
            };
            let from = day::text(from);
            page.ta("policies-rate-now", &[("value", &value), ("from", &from)])
        });
        let text = format!("{name}{}", now.unwrap_or_default());
        Choice::new(one.key, text).chosen_if(&rate.parameter)
    });
    figures.collect()
}
