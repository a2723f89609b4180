//! 调整标准: a draft that adds one dated value of one figure, made from what an officer types.

use jiff::civil::Date;
use linli_kernel::Refusal;
use linli_policy::amend::{NewSource, NewValue, add_source, add_value};
use linli_policy::value::Type;

use super::change::Draft;
use super::facts::plain;
use super::files::Policies;

/// What an officer types to propose a new value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rate {
    /// Of which figure, by its key.
    pub parameter: String,
    /// From which day.
    pub from: String,
    /// The value, as files write it.
    pub value: String,
    /// By which source of the file; empty where it is a new one.
    pub source: String,
    /// The title of a new source.
    pub title: String,
    /// Its number.
    pub number: String,
    /// 第九条.
    pub article: String,
    /// Why.
    pub why: String,
}

/// The policy's file with the new value in it. What the file then says is checked when the draft is
/// proposed.
///
/// # Errors
/// Every field that cannot be taken.
pub fn draft(policies: &Policies, policy: &str, rate: &Rate) -> Result<Draft, Vec<Refusal>> {
    let mut wrong = Vec::new();
    let book = policies.book();
    let parameter = book
        .parameters(policy)
        .find(|one| one.key == rate.parameter);
    let parameter = parameter.filter(|one| one.single);
    if parameter.is_none() {
        wrong.push(Refusal::new("policies.no-such-figure").on("parameter"));
    }
    let from = rate.from.parse::<Date>();
    if from.is_err() {
        wrong.push(Refusal::new("policies.no-day").on("from"));
    }
    let plain = plain(&rate.value);
    if let Some(parameter) = parameter
        && parameter.type_.parse(&plain).is_none()
    {
        wrong.push(Refusal::new("policies.no-value").on("value"));
    }
    let known = book
        .sources(policy)
        .iter()
        .any(|one| one.key == rate.source);
    if !known && rate.title.trim().is_empty() {
        wrong.push(Refusal::new("policies.source-missing").on("source"));
    }
    let file = policies.file_of(policy);
    let (Some(file), Some(parameter), Ok(from), []) = (file, parameter, from, wrong.as_slice())
    else {
        return Err(wrong);
    };
    let mut text = policies.files().get(&file).cloned().unwrap_or_default();
    let mut source = rate.source.clone();
    if !known {
        source = format!("from-{from}");
        let new = NewSource {
            key: source.clone(),
            title: rate.title.trim().to_owned(),
            number: rate.number.trim().to_owned(),
        };
        text = add_source(&text, &new);
    }
    let new = NewValue {
        from: from.to_string(),
        value: plain,
        quoted: matches!(parameter.type_, Type::Date | Type::Code(_)),
        source,
        article: rate.article.trim().to_owned(),
    };
    let amended = add_value(&text, &rate.parameter, &new);
    let text =
        amended.map_err(|_no| vec![Refusal::new("policies.no-such-figure").on("parameter")])?;
    Ok(Draft {
        file,
        text,
        why: rate.why.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate() -> Rate {
        Rate {
            parameter: "standard".to_owned(),
            from: "2027-07-01".to_owned(),
            value: "１,700 元".to_owned(),
            title: "关于调整标准的通知（演示）".to_owned(),
            why: "演示".to_owned(),
            ..Rate::default()
        }
    }

    #[test]
    fn a_new_standard_is_in_force_from_its_day_and_no_other() {
        let policies = Policies::built_in().unwrap();
        let draft = draft(&policies, "dibao", &rate()).unwrap();
        let changed = policies.with(&draft.file, &draft.text).unwrap();
        let last = |policies: &Policies| {
            let found = policies.book().parameters("dibao");
            found
                .filter(|one| one.key == "standard")
                .map(|one| one.last)
                .next()
                .flatten()
        };
        assert_eq!(last(&changed).unwrap().1, 170_000);
        let before = last(&policies).unwrap();
        assert!(last(&changed).unwrap().0 > before.0);
        let same = changed.book().run_cases();
        assert!(same.iter().all(|case| case.failures.is_empty()));
    }

    #[test]
    fn every_field_that_is_wrong_is_named() {
        let policies = Policies::built_in().unwrap();
        let nothing = draft(&policies, "dibao", &Rate::default()).unwrap_err();
        let fields: Vec<_> = nothing
            .iter()
            .filter_map(|one| one.field.as_deref())
            .collect();
        assert_eq!(fields, ["parameter", "from", "source"]);
        let words = Rate {
            value: "一千七".to_owned(),
            ..rate()
        };
        let wrong = draft(&policies, "dibao", &words).unwrap_err();
        assert_eq!(wrong[0].code, "policies.no-value");
        let table = Rate {
            parameter: "by_age".to_owned(),
            ..rate()
        };
        assert!(draft(&policies, "elder-allowance", &table).is_err());
    }
}
