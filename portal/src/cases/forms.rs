//! The small forms of a case, one an act: which fields an act asks for and who may open it. What was
//! typed becomes a command in [`commands`](super::commands).

use jiff::civil::Date;
use linli_community::cases::State;
use linli_community::cases::command::Verb;
use linli_community::catalogue::{Held, OutcomeKind, Service, Text};
use linli_kernel::Action;
use linli_units::Fen;

use crate::desk::fields::{Choice, Field, Kind};
use crate::desk::questions;
use crate::desk::typed::Typed;
use crate::shell::ui;
use crate::shell::{Access, Page};

/// An act that staff may do to a case, with the address of its form and who may open it.
pub(crate) struct Act {
    pub(crate) verb: Verb,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
}

const fn act(verb: Verb, path: &'static str, access: Access) -> Act {
    Act { verb, path, access }
}

const WORK: Access = Access::Gate(Action::CaseWork);
/// Where the committee itself decides, deciding is its work; see `cases::decide::gate_action`.
const REVIEW: Access = Access::AnyOf(&[Action::CaseReview, Action::CaseWork]);
const DECIDE: Access = Access::AnyOf(&[Action::CaseDecide, Action::CaseWork]);
const HOLD: Access = Access::AnyOf(&[Action::CaseWork, Action::CaseSupervise]);
const FOR_OTHER: Access = Access::Gate(Action::CaseFileForOther);
const STEER: Access = Access::Gate(Action::CaseSteer);
const SUPERVISE: Access = Access::Gate(Action::CaseSupervise);

/// Every act of staff, in the order in which the case page offers them.
pub(crate) const ACTS: &[Act] = &[
    act(Verb::Take, "/desk/cases/{number}/take", HOLD),
    act(Verb::Accept, "/desk/cases/{number}/accept", WORK),
    act(
        Verb::RefuseIntake,
        "/desk/cases/{number}/refuse-intake",
        WORK,
    ),
    act(
        Verb::AskSupplement,
        "/desk/cases/{number}/ask-supplement",
        WORK,
    ),
    act(
        Verb::Supplement,
        "/desk/cases/{number}/supplement",
        FOR_OTHER,
    ),
    act(Verb::RecordCheck, "/desk/cases/{number}/record-check", WORK),
    act(Verb::RecordVisit, "/desk/cases/{number}/record-visit", WORK),
    act(Verb::PassOn, "/desk/cases/{number}/pass-on", WORK),
    act(Verb::SendBack, "/desk/cases/{number}/send-back", WORK),
    act(Verb::Review, "/desk/cases/{number}/review", REVIEW),
    act(Verb::PostNotice, "/desk/cases/{number}/post-notice", REVIEW),
    act(Verb::Object, "/desk/cases/{number}/object", WORK),
    act(
        Verb::AnswerObjection,
        "/desk/cases/{number}/answer-objection",
        REVIEW,
    ),
    act(Verb::EndNotice, "/desk/cases/{number}/end-notice", REVIEW),
    act(Verb::Decide, "/desk/cases/{number}/decide", DECIDE),
    act(Verb::Deliver, "/desk/cases/{number}/deliver", WORK),
    act(Verb::FollowUp, "/desk/cases/{number}/follow-up", SUPERVISE),
    act(Verb::Settle, "/desk/cases/{number}/settle", SUPERVISE),
    act(Verb::Extend, "/desk/cases/{number}/extend", STEER),
    act(Verb::Transfer, "/desk/cases/{number}/transfer", STEER),
    act(
        Verb::RecordAppeal,
        "/desk/cases/{number}/record-appeal",
        FOR_OTHER,
    ),
    act(
        Verb::RecordAppealResult,
        "/desk/cases/{number}/record-appeal-result",
        STEER,
    ),
    act(
        Verb::CorrectReceipt,
        "/desk/cases/{number}/correct-receipt",
        WORK,
    ),
    act(Verb::Urge, "/desk/cases/{number}/urge", FOR_OTHER),
    act(Verb::Dispute, "/desk/cases/{number}/dispute", FOR_OTHER),
    act(Verb::Withdraw, "/desk/cases/{number}/withdraw", FOR_OTHER),
    act(Verb::PutBack, "/desk/cases/{number}/put-back", HOLD),
    act(Verb::Say, "/desk/cases/{number}/say", HOLD),
];

/// The verb as message keys and addresses write it: `refuse-intake`.
pub(crate) fn key(verb: Verb) -> String {
    verb.code().replace('_', "-")
}

/// The act whose form stands at the end of `path`.
pub(crate) fn at(path: &str) -> Option<&'static Act> {
    let last = path.rsplit('/').next()?;
    ACTS.iter().find(|act| key(act.verb) == last)
}

/// What the forms are made from.
pub(crate) struct Ctx<'a> {
    pub(crate) page: &'a Page,
    pub(crate) service: &'a Service,
    pub(crate) state: &'a State,
    pub(crate) today: Date,
    /// Where a case may be transferred to.
    pub(crate) areas: &'a [Choice],
    /// The result chosen on the first page of a decision.
    pub(crate) outcome: Option<String>,
}

impl<'a> Ctx<'a> {
    fn pick(&self, text: &'a Text) -> &'a str {
        text.in_lang(self.page.lang.tag())
    }

    fn label(&self, verb: Verb, field: &str) -> String {
        self.page.t(&format!("act-{}-{field}", key(verb)))
    }

    fn words(&self, verb: Verb) -> Field {
        let field = Field::new("words", self.label(verb, "words"), Kind::Words);
        let hint = format!("act-{}-words-hint", key(verb));
        if self.page.has(&hint) {
            field.hint(self.page.t(&hint))
        } else {
            field
        }
    }

    fn options(&self, prefix: &str, codes: &[&str]) -> Vec<Choice> {
        let choice = |code: &&str| {
            let label = self.page.t(&format!("{prefix}-{}", code.replace('_', "-")));
            Choice::new(code, label)
        };
        codes.iter().map(choice).collect()
    }

    fn yes_no(&self, verb: Verb, field: &str) -> Field {
        let labels = ["yes", "no"]
            .map(|code| Choice::new(code, self.label(verb, &format!("{field}-{code}"))));
        Field::new(
            field,
            self.label(verb, field),
            Kind::Radios(labels.to_vec()),
        )
    }

    fn grounds(&self, grounds: &'a [linli_community::catalogue::Ground], label: String) -> Field {
        let choices = grounds.iter().map(|ground| {
            let clause = self.service.clause(&ground.basis);
            let mut hint = clause.in_lang(self.page.lang.tag()).to_owned();
            if ground.basis.unverified {
                hint.push_str(&self.page.t("cases-unverified"));
            }
            Choice::new(&ground.code, self.pick(&ground.text)).hint(hint)
        });
        Field::new("ground", label, Kind::Radios(choices.collect()))
    }

    fn papers(&self) -> Vec<Choice> {
        let papers = self.service.guide.papers.iter();
        papers
            .map(|paper| {
                Choice::new(&paper.id, self.pick(&paper.names)).hint(self.pick(&paper.explain))
            })
            .collect()
    }

    fn questions(&self) -> Vec<Choice> {
        let questions = self.service.form.questions.iter();
        questions
            .map(|one| Choice::new(&one.id, self.pick(&one.short)))
            .collect()
    }

    /// What may be checked: the papers another office shares, then the answers.
    pub(super) fn checks(&self) -> Vec<Choice> {
        let held = self
            .service
            .guide
            .papers
            .iter()
            .filter(|paper| paper.held == Held::Sharing);
        held.map(|paper| Choice::new(&paper.id, self.pick(&paper.names)))
            .chain(self.questions())
            .collect()
    }

    /// The result the decision's form is about.
    pub(crate) fn chosen(&self) -> Option<&'a linli_community::catalogue::Outcome> {
        self.service.outcome(self.outcome.as_deref()?)
    }
}

/// The fields of the form of `verb`, as they stand before anything was typed.
pub(crate) fn fields(verb: Verb, ctx: &Ctx<'_>) -> Vec<Field> {
    let words = || ctx.words(verb);
    let label = |field: &str| ctx.label(verb, field);
    match verb {
        Verb::Take if ctx.state.holder.is_some() => {
            let choice = vec![Choice::new("yes", label("over"))];
            vec![Field::new(
                "over",
                label("over-label"),
                Kind::Checks(choice),
            )]
        }
        Verb::RefuseIntake => {
            vec![
                ctx.grounds(&ctx.service.intake.grounds, label("ground")),
                words(),
            ]
        }
        Verb::AskSupplement => vec![
            Field::new("papers", label("papers"), Kind::Checks(ctx.papers())).optional(),
            Field::new("fields", label("fields"), Kind::Checks(ctx.questions())).optional(),
            words(),
        ],
        Verb::Supplement => supplement_fields(ctx),
        Verb::RecordCheck => check_fields(ctx),
        Verb::RecordVisit => visit_fields(ctx),
        Verb::PassOn | Verb::Withdraw => vec![words().optional()],
        Verb::SendBack | Verb::Object | Verb::Dispute => vec![words()],
        Verb::Review => vec![
            Field::new(
                "opinion",
                label("opinion"),
                Kind::Radios(ctx.options("opinion", &["grant", "refuse"])),
            ),
            words(),
        ],
        Verb::PostNotice => notice_fields(ctx),
        Verb::AnswerObjection => {
            vec![objections(ctx), ctx.yes_no(verb, "upheld"), words()]
        }
        Verb::Decide => decision_fields(ctx),
        Verb::Deliver => vec![Field::new("by", label("by"), Kind::Radios(deliveries(ctx)))],
        Verb::FollowUp => {
            vec![
                ctx.yes_no(verb, "reached"),
                words(),
                ctx.yes_no(verb, "done"),
            ]
        }
        _ => steering_fields(verb, ctx),
    }
}

fn check_fields(ctx: &Ctx<'_>) -> Vec<Field> {
    let verb = Verb::RecordCheck;
    let outcomes = ctx.options("check-outcome", &["agrees", "differs", "unclear"]);
    vec![
        Field::new(
            "check",
            ctx.label(verb, "check"),
            Kind::Select(ctx.checks()),
        ),
        Field::new(
            "outcome",
            ctx.label(verb, "outcome"),
            Kind::Radios(outcomes),
        ),
        ctx.words(verb),
    ]
}

fn visit_fields(ctx: &Ctx<'_>) -> Vec<Field> {
    let verb = Verb::RecordVisit;
    vec![
        Field::new("on", ctx.label(verb, "on"), Kind::Date).preset(ctx.today.to_string()),
        Field::new(
            "people",
            ctx.label(verb, "people"),
            Kind::Line(ui::Kind::Digits),
        )
        .hint(ctx.label(verb, "people-hint"))
        .preset("2"),
        ctx.words(verb),
    ]
}

fn steering_fields(verb: Verb, ctx: &Ctx<'_>) -> Vec<Field> {
    let words = || ctx.words(verb);
    let label = |field: &str| ctx.label(verb, field);
    match verb {
        Verb::Settle => vec![
            Field::new(
                "settlement",
                label("settlement"),
                Kind::Radios(ctx.options("settlement", &["uphold", "redo"])),
            ),
            words(),
        ],
        Verb::Transfer => vec![
            Field::new("area", label("area"), Kind::Select(ctx.areas.to_vec())),
            words(),
        ],
        Verb::Extend => vec![
            Field::new("days", label("days"), Kind::Line(ui::Kind::Digits)),
            words(),
        ],
        Verb::RecordAppeal => {
            let ways = ctx.service.appeals.iter();
            let ways = ways
                .map(|way| Choice::new(&way.code, ctx.pick(&way.names)).hint(ctx.pick(&way.to)));
            vec![
                Field::new("to", label("to"), Kind::Radios(ways.collect())),
                Field::new("filed_on", label("filed-on"), Kind::Date),
                words().optional(),
            ]
        }
        Verb::RecordAppealResult => vec![ctx.yes_no(verb, "set-aside"), words()],
        Verb::CorrectReceipt => vec![
            Field::new("received_on", label("received-on"), Kind::Date)
                .preset(ctx.state.received_on.to_string()),
            words(),
        ],
        Verb::Say => {
            let choice = vec![Choice::new("yes", label("internal"))];
            vec![
                words(),
                Field::new("internal", label("internal-label"), Kind::Checks(choice)).optional(),
            ]
        }
        _ => Vec::new(),
    }
}

fn supplement_fields(ctx: &Ctx<'_>) -> Vec<Field> {
    let verb = Verb::Supplement;
    let channels = ctx.options("channel", &["counter", "phone", "visit", "paper"]);
    let mut fields = vec![Field::new(
        "channel",
        ctx.label(verb, "channel"),
        Kind::Radios(channels),
    )];
    let asked = ctx.state.asked.clone().unwrap_or_default();
    let wanted: Vec<Choice> = ctx
        .papers()
        .into_iter()
        .filter(|paper| asked.papers.contains(&paper.value))
        .collect();
    if !wanted.is_empty() {
        fields.push(Field::new(
            "papers",
            ctx.label(verb, "papers"),
            Kind::Checks(wanted),
        ));
    }
    for id in &asked.fields {
        let question = ctx.service.form.questions.iter().find(|one| one.id == *id);
        if let Some(question) = question {
            let before = ctx.state.answers.get(id);
            fields.extend(questions::fields(ctx.page, question, before));
        }
    }
    fields.push(ctx.words(verb).optional());
    fields
}

fn notice_fields(ctx: &Ctx<'_>) -> Vec<Field> {
    let verb = Verb::PostNotice;
    let results = ctx.service.decision.results.iter();
    let proposed: Vec<_> = results
        .filter(|one| one.kind != OutcomeKind::Refuse)
        .collect();
    let pays = proposed.iter().any(|one| one.kind == OutcomeKind::Grant);
    let choices: Vec<Choice> = proposed
        .iter()
        .map(|one| Choice::new(&one.code, ctx.pick(&one.names)))
        .collect();
    let only = choices.first().map(|one| one.value.clone());
    let mut outcome = Field::new("outcome", ctx.label(verb, "outcome"), Kind::Radios(choices));
    if let (Some(only), 1) = (only, proposed.len()) {
        outcome = outcome.preset(only);
    }
    let mut fields = vec![outcome];
    if pays {
        let amount = Field::new(
            "amount_fen",
            ctx.label(verb, "amount"),
            Kind::Line(ui::Kind::Money),
        );
        fields.push(amount.optional());
    }
    let people = Field::new(
        "people",
        ctx.label(verb, "people"),
        Kind::Line(ui::Kind::Digits),
    );
    fields.push(people.optional());
    fields.push(
        Field::new(
            "place",
            ctx.label(verb, "place"),
            Kind::Line(ui::Kind::Text),
        )
        .preset(ctx.label(verb, "place-usual")),
    );
    fields
}

fn decision_fields(ctx: &Ctx<'_>) -> Vec<Field> {
    let verb = Verb::Decide;
    let Some(outcome) = ctx.chosen() else {
        return Vec::new();
    };
    let label = |field: &str| ctx.label(verb, field);
    let mut fields = Vec::new();
    match outcome.kind {
        OutcomeKind::Refuse => {
            fields.push(ctx.grounds(&ctx.service.decision.grounds, label("ground")));
        }
        OutcomeKind::Grant => {
            let amount = Field::new("amount_fen", label("amount"), Kind::Line(ui::Kind::Money));
            let hint = outcome.pays.as_ref().map(|pays| ctx.pick(&pays.explain));
            fields.push(amount.hint(hint.unwrap_or_default()));
            fields.extend(validity(ctx));
        }
        OutcomeKind::Confirm | OutcomeKind::Certificate => fields.extend(validity(ctx)),
    }
    let hint = match outcome.kind {
        OutcomeKind::Refuse => ctx.label(Verb::RefuseIntake, "words-hint"),
        _ => label("words-hint"),
    };
    fields.push(Field::new("words", label("words"), Kind::Words).hint(hint));
    let mut by = deliveries(ctx);
    by.insert(0, Choice::new("later", label("deliver-later")));
    fields.push(Field::new("deliver", label("deliver"), Kind::Radios(by)).preset("online"));
    fields
}

fn validity(ctx: &Ctx<'_>) -> [Field; 2] {
    let verb = Verb::Decide;
    [
        Field::new("from", ctx.label(verb, "from"), Kind::Date).preset(ctx.today.to_string()),
        Field::new("until", ctx.label(verb, "until"), Kind::Date)
            .hint(ctx.label(verb, "until-hint"))
            .optional(),
    ]
}

fn deliveries(ctx: &Ctx<'_>) -> Vec<Choice> {
    ctx.options("delivery", &["online", "counter", "post", "visit"])
}

fn objections(ctx: &Ctx<'_>) -> Field {
    let open = ctx.state.objections.iter().enumerate();
    let open = open
        .filter(|(_, one)| one.upheld.is_none())
        .map(|(index, one)| {
            let number = (index + 1).to_string();
            let day = ctx.page.date(one.on);
            let facts = [("number", number.as_str()), ("day", day.as_str())];
            Choice::new(&number, ctx.page.ta("act-answer-objection-which", &facts))
        });
    let choices: Vec<Choice> = open.collect();
    let first = choices
        .first()
        .map(|one| one.value.clone())
        .unwrap_or_default();
    let label = ctx.label(Verb::AnswerObjection, "objection");
    Field::new("objection", label, Kind::Radios(choices)).preset(first)
}

/// ¥1,200.00 of what was typed, for the preview of a notice.
pub(crate) fn shown_amount(typed: &Typed) -> Option<String> {
    Fen::parse_input(typed.get("amount_fen"))
        .ok()
        .map(|fen| fen.to_string())
}
