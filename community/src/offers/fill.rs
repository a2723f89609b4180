//! What the registers know of a form: how it is filled in for somebody who never asked.

use jiff::civil::Date;
use serde_json::Value;

use crate::catalogue::{Answers, Facts, Form, Service};

/// The form's answers from what the register knows and what the service says of those it missed;
/// `None` where something must still be asked.
#[must_use]
pub fn filled(service: &Service, facts: &Facts, today: Date) -> Option<Answers> {
    let form = Form::new(service, facts, today);
    let mut answers = service.unasked.clone().unwrap_or_default().answers;
    while let Some(question) = form.next(&answers) {
        let stands = form.standing(question, &answers).map(|one| one.value);
        match stands {
            Some(value) => answers.insert(question.id.clone(), value),
            None if !question.required => answers.insert(question.id.clone(), Value::Null),
            None => return None,
        };
    }
    for question in form.visible(&answers) {
        if let Some(stands) = form.standing(question, &answers) {
            answers.insert(question.id.clone(), stands.value);
        }
    }
    Some(answers)
}
