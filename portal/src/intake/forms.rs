//! The form of a filing: contact, every question, papers seen, declarations; and the [`Filing`] it
//! becomes.

use std::collections::BTreeMap;

use jiff::civil::Date;
use linli_community::cases::Filing;
use linli_community::cases::command::{Given, Paper};
use linli_community::catalogue::{Answers, Channel, Facts, Form, Question, Service};
use linli_kernel::{AreaPath, Refusal, ResidentId};

use crate::desk::fields::{Choice, Field, Kind};
use crate::desk::questions;
use crate::desk::typed::Typed;
use crate::shell::Page;
use crate::shell::ui;

/// For whom, what, on which channel and by what authority: chosen before.
pub(super) struct Chosen {
    pub(super) resident: ResidentId,
    pub(super) area: AreaPath,
    pub(super) channel: Channel,
    pub(super) authority: String,
}

/// What the form is made from.
pub(super) struct Ctx<'a> {
    pub(super) page: &'a Page,
    pub(super) service: &'a Service,
    pub(super) facts: &'a Facts,
    pub(super) today: Date,
}

impl Ctx<'_> {
    fn form(&self) -> Form<'_> {
        Form::new(self.service, self.facts, self.today)
    }

    /// The question that is about this field of the dictionary, where the service has one.
    fn question_of(&self, field: &str) -> Option<&Question> {
        let mut questions = self.service.form.questions.iter();
        questions.find(|one| one.field.as_deref() == Some(field))
    }

    /// Name or telephone as it stands: typed for the question about it, or in its own field.
    fn contact(&self, field: &str, own: &str, code: &str, typed: &mut Typed) -> String {
        match self.question_of(field) {
            Some(question) => typed.get(&question.id).to_owned(),
            None => typed.words(own, code),
        }
    }

    fn known(&self, field: &str) -> String {
        let fact = self.facts.get(field).and_then(|fact| fact.value.as_str());
        fact.unwrap_or_default().to_owned()
    }
}

/// Day of receipt; name and telephone where the service does not ask them itself.
pub(super) fn contact(ctx: &Ctx<'_>) -> Vec<Field> {
    let page = ctx.page;
    let mut fields = Vec::new();
    if ctx.question_of("person.name").is_none() {
        fields.push(
            Field::new(
                "contact_name",
                page.t("intake-name"),
                Kind::Line(ui::Kind::Text),
            )
            .preset(ctx.known("person.name")),
        );
    }
    if ctx.question_of("person.phone").is_none() {
        fields.push(
            Field::new(
                "contact_phone",
                page.t("intake-phone"),
                Kind::Line(ui::Kind::Phone),
            )
            .preset(ctx.known("person.phone")),
        );
    }
    fields.push(
        Field::new("received_on", page.t("intake-received"), Kind::Date)
            .hint(page.t("intake-received-hint"))
            .preset(ctx.today.to_string()),
    );
    fields
}

/// Every question, in its group, filled in with what the register knows. A question that depends on
/// another is asked as one that may stay empty, as one page cannot know the other's answer.
pub(super) fn questions(ctx: &Ctx<'_>) -> Vec<(String, Vec<Field>)> {
    let form = ctx.form();
    let tag = ctx.page.lang.tag();
    let groups = ctx.service.form.groups.iter().map(|group| {
        let asked = ctx
            .service
            .form
            .questions
            .iter()
            .filter(|one| one.group == group.id);
        let fields = asked.flat_map(|question| {
            let known = form.known(question);
            let standing = known.as_ref().map(|one| &one.value);
            let mut fields = questions::fields(ctx.page, question, standing);
            if !question.shown_if.is_empty() {
                for field in &mut fields {
                    field.optional = true;
                }
            }
            fields
        });
        (group.names.in_lang(tag).to_owned(), fields.collect())
    });
    groups
        .filter(|(_, fields): &(_, Vec<Field>)| !fields.is_empty())
        .collect()
}

/// Papers whose original was seen, and the declarations.
pub(super) fn rest(ctx: &Ctx<'_>) -> Vec<Field> {
    let (page, tag) = (ctx.page, ctx.page.lang.tag());
    let papers = ctx
        .service
        .guide
        .papers
        .iter()
        .filter(|paper| !paper.held.is_held());
    let papers: Vec<Choice> = papers
        .map(|paper| {
            Choice::new(&paper.id, paper.names.in_lang(tag)).hint(paper.explain.in_lang(tag))
        })
        .collect();
    let mut fields = Vec::new();
    if !papers.is_empty() {
        fields.push(
            Field::new("papers", page.t("intake-papers"), Kind::Checks(papers))
                .hint(page.t("intake-papers-hint")),
        );
    }
    let declared = ctx.service.form.declarations.iter();
    let declared: Vec<Choice> = declared
        .map(|one| Choice::new(&one.id, one.text.in_lang(tag)))
        .collect();
    if !declared.is_empty() {
        fields.push(
            Field::new("declared", page.t("intake-declare"), Kind::Checks(declared))
                .hint(page.t("intake-declare-hint")),
        );
    }
    fields
}

/// What was typed, as a filing.
///
/// # Errors
/// Every problem, each on its field.
pub(super) fn filing(
    ctx: &Ctx<'_>,
    chosen: &Chosen,
    mut typed: Typed,
) -> Result<Filing, Vec<Refusal>> {
    let name = ctx.contact(
        "person.name",
        "contact_name",
        "desk.name-required",
        &mut typed,
    );
    let phone = ctx.contact(
        "person.phone",
        "contact_phone",
        "intake.phone-required",
        &mut typed,
    );
    let received_on = typed.some_date("received_on");
    let declared = typed.all("declared");
    let form = ctx.form();
    let given: Answers = ctx
        .service
        .form
        .questions
        .iter()
        .map(|question| (question.id.clone(), questions::typed(question, &typed)))
        .collect();
    // Only what is asked, given the other answers: a blank for a question not asked is no problem.
    let answers = match form.check(&given, &declared) {
        Ok(checked) => checked
            .answers
            .into_iter()
            .map(|(id, one)| (id, one.value))
            .collect(),
        Err(refusals) => {
            for refusal in refusals {
                typed.refuse(declaration(ctx, refusal));
            }
            BTreeMap::new()
        }
    };
    let papers = typed.all("papers").into_iter().map(|id| Paper {
        id,
        given: Given::Seen,
        attachment: None,
    });
    let filing = Filing {
        service: ctx.service.id.clone(),
        area: chosen.area.clone(),
        channel: chosen.channel,
        applicant: chosen.resident,
        authority: Some(chosen.authority.clone()),
        received_on: received_on.filter(|day| *day != ctx.today),
        name,
        phone,
        answers,
        papers: papers.collect(),
        declared,
    };
    typed.into_result(Some(filing))
}

/// A missing declaration stands at the list of declarations.
fn declaration(ctx: &Ctx<'_>, refusal: Refusal) -> Refusal {
    let declared = &ctx.service.form.declarations;
    match &refusal.field {
        Some(field) if declared.iter().any(|one| one.id == *field) => refusal.on("declared"),
        _ => refusal,
    }
}
