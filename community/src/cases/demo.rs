//! 演示办件: a few dozen plausible cases in every state, for `linli demo`. All persons are synthetic.
//!
//! Nothing is written that an office could not have written: the cases are filed and moved through
//! the same doors, one step a working day, by whoever's turn it is, from six weeks ago until today.

use jiff::civil::Date;
use linli_kernel::{Actor, AreaPath, CaseId, CommandId, ResidentId, Role};
use linli_units::WorkCalendar;
use serde_json::{Value, json};

use super::command::{Command, Decision, Delivery, Filing, Given, Grade, Opinion, Outcome, Paper};
use super::service::{act, file, load};
use super::state::{Next, Owner, Phase, State};
use crate::catalogue::{
    Answers, Channel, Choice, Facts, Form, Kind, Limits, OutcomeKind, Question, Service, is_blank,
};
use crate::feature::{Call, Problem};
use crate::node::Linli;

/// Who plays in the demo.
#[derive(Debug, Clone)]
pub struct Cast {
    /// The committee where the cases are.
    pub area: AreaPath,
    /// Residents of that committee; each files in turn.
    pub people: Vec<Person>,
    /// The staff who work the desks: one actor a role.
    pub staff: Vec<Actor>,
}

/// A synthetic resident who files.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who.
    pub resident: ResidentId,
    /// As themselves.
    pub actor: Actor,
    /// Their name.
    pub name: String,
    /// Their telephone number.
    pub phone: String,
    /// What the register knows about them.
    pub facts: Facts,
}

/// How far a case of the demo goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    /// Nobody has looked yet.
    Filed,
    /// Until this is the next step.
    Next(Next),
    /// The public notice hangs since so many days, or since the first working day after.
    Noticed(u32),
    /// The applicant was asked for something.
    Asked,
    /// It came back from the next desk.
    SentBack,
    /// The applicant took it back.
    Withdrawn,
    /// Refused at intake.
    IntakeRefused,
    /// Refused, delivered.
    Refused,
    /// Refused, and the applicant does not accept that.
    Disputed,
    /// Granted and rated.
    Rated(Grade),
}

struct Plot {
    service: &'static str,
    channel: Channel,
    /// How many days ago it was filed.
    filed: u32,
    until: Until,
}

/// How many days the demo's history goes back: turn the node's clock back by so many before
/// [`seed`].
pub const DAYS_BACK: u32 = 42;

const fn plot(service: &'static str, channel: Channel, filed: u32, until: Until) -> Plot {
    Plot {
        service,
        channel,
        filed,
        until,
    }
}

const PLOTS: &[Plot] = &[
    plot("dibao", Channel::Online, 1, Until::Filed),
    plot("dibao", Channel::Counter, 2, Until::Filed),
    plot("temporary-relief", Channel::Phone, 1, Until::Filed),
    plot("certificate", Channel::Online, 0, Until::Filed),
    plot("home-care", Channel::Visit, 3, Until::Filed),
    plot("disability-subsidies", Channel::Paper, 16, Until::Filed),
    plot("dibao", Channel::Counter, 12, Until::Next(Next::Visit)),
    plot("dibao", Channel::Online, 14, Until::Next(Next::PassOn)),
    plot("home-care", Channel::Counter, 9, Until::Next(Next::PassOn)),
    plot(
        "veterans-confirmation",
        Channel::Online,
        8,
        Until::Next(Next::PassOn),
    ),
    plot("dibao", Channel::Online, 11, Until::Asked),
    plot("disability-subsidies", Channel::Counter, 9, Until::Asked),
    plot("dibao", Channel::Visit, 20, Until::Next(Next::Check)),
    plot("dibao", Channel::Counter, 22, Until::Next(Next::Review)),
    plot(
        "temporary-relief",
        Channel::Counter,
        6,
        Until::Next(Next::Review),
    ),
    plot(
        "elder-allowance",
        Channel::Online,
        9,
        Until::Next(Next::Review),
    ),
    plot(
        "elder-allowance",
        Channel::Kiosk,
        10,
        Until::Next(Next::Decide),
    ),
    plot("dibao", Channel::Online, 19, Until::SentBack),
    plot("dibao", Channel::Counter, 18, Until::Noticed(2)),
    plot("dibao", Channel::Online, 20, Until::Noticed(4)),
    plot("temporary-relief", Channel::Counter, 12, Until::Noticed(1)),
    plot("dibao", Channel::Counter, 38, Until::Next(Next::Decide)),
    plot(
        "dibao",
        Channel::Online,
        40,
        Until::Rated(Grade::VerySatisfied),
    ),
    plot("dibao", Channel::Counter, 33, Until::Refused),
    plot("temporary-relief", Channel::Phone, 30, Until::Disputed),
    plot(
        "elder-allowance",
        Channel::Online,
        26,
        Until::Rated(Grade::Dissatisfied),
    ),
    plot(
        "elder-allowance",
        Channel::Counter,
        28,
        Until::Rated(Grade::Satisfied),
    ),
    plot(
        "certificate",
        Channel::Online,
        13,
        Until::Rated(Grade::VerySatisfied),
    ),
    plot("certificate", Channel::Counter, 17, Until::IntakeRefused),
    plot(
        "certificate",
        Channel::Kiosk,
        21,
        Until::Rated(Grade::FairlySatisfied),
    ),
    plot(
        "home-care",
        Channel::Phone,
        25,
        Until::Rated(Grade::Satisfied),
    ),
    plot(
        "veterans-confirmation",
        Channel::Counter,
        24,
        Until::Next(Next::Rate),
    ),
    plot(
        "disability-subsidies",
        Channel::Online,
        35,
        Until::Next(Next::Rate),
    ),
    plot("temporary-relief", Channel::Online, 15, Until::Withdrawn),
    plot("home-care", Channel::Online, 5, Until::Withdrawn),
];

struct Running<'a> {
    plot: &'a Plot,
    person: &'a Person,
    case: Option<CaseId>,
    done: bool,
}

/// Files and moves the demo's cases. `pass_day` turns the node's clock on by a day; it is called
/// [`DAYS_BACK`] times. Returns the cases.
///
/// # Errors
/// [`Problem`] when a step is refused, which a catalogue that differs much may cause, or a fault.
///
/// # Panics
/// Never: a cast without people files nothing.
pub async fn seed(
    linli: &Linli,
    cast: &Cast,
    pass_day: &(dyn Fn() + Sync),
) -> Result<Vec<CaseId>, Problem> {
    let people = cast.people.iter().cycle();
    let mut running: Vec<Running<'_>> = PLOTS
        .iter()
        .zip(people)
        .map(|(plot, person)| Running {
            plot,
            person,
            case: None,
            done: false,
        })
        .collect();
    for ago in (0..=DAYS_BACK).rev() {
        for one in &mut running {
            one.day(linli, cast, ago).await?;
        }
        if ago > 0 {
            pass_day();
            let _swept = super::sweep(linli).await?;
        }
    }
    Ok(running.iter().filter_map(|one| one.case).collect())
}

impl Running<'_> {
    async fn day(&mut self, linli: &Linli, cast: &Cast, ago: u32) -> Result<(), Problem> {
        match self.case {
            None if ago <= self.plot.filed => {
                self.case = Some(self.file(linli, cast).await?);
                Ok(())
            }
            Some(case) if !self.done && self.works(linli, ago) => {
                self.step(linli, cast, case, ago).await
            }
            _ => Ok(()),
        }
    }

    /// Offices work on working days; only a notice goes up on the demo's own day whatever day it is,
    /// so that some hang.
    fn works(&self, linli: &Linli, ago: u32) -> bool {
        let posts = ago == 0 && matches!(self.plot.until, Until::Noticed(_));
        posts || works_today(linli.calendar(), linli.clock().today())
    }

    async fn file(&self, linli: &Linli, cast: &Cast) -> Result<CaseId, Problem> {
        let today = linli.clock().today();
        let service = linli
            .catalogue()
            .service_in(self.plot.service, &cast.area, today)
            .ok_or_else(|| super::refusal::No::ServiceUnknown(self.plot.service.to_owned()))
            .map_err(linli_kernel::Refusal::from)?;
        let screen = matches!(self.plot.channel, Channel::Online | Channel::Kiosk);
        let worker = cast.staff_in(Role::CommitteeWorker);
        let actor = if screen { &self.person.actor } else { worker };
        let filing = Filing {
            service: service.id.clone(),
            area: cast.area.clone(),
            channel: self.plot.channel,
            applicant: self.person.resident,
            authority: (!screen).then(|| authority(self.plot.channel).to_owned()),
            received_on: None,
            name: self.person.name.clone(),
            phone: self.person.phone.clone(),
            answers: answers(&service, &self.person.facts, today),
            declared: declared(&service),
            papers: papers(&service),
        };
        Ok(file(linli, call(linli, actor), &filing).await?.case)
    }

    async fn step(
        &mut self,
        linli: &Linli,
        cast: &Cast,
        id: CaseId,
        ago: u32,
    ) -> Result<(), Problem> {
        let (case, _) = load(linli, id).await?;
        let today = linli.clock().today();
        let service = linli
            .service(&case.service, case.service_version, &case.area, today)
            .ok_or_else(|| super::service::missing_service(&case))?;
        let moment = Moment {
            case: &case,
            service: &service,
            today,
            ago,
        };
        let Some((command, done)) = moment.command(self.plot.until) else {
            self.done = self.plot.until == Until::Filed || !case.phase.is_open();
            return Ok(());
        };
        self.done = done;
        let actor = match (&command, case.wait.as_ref().map(|wait| &wait.owner)) {
            (Command::Withdraw { .. } | Command::Dispute { .. } | Command::Rate { .. }, _) => {
                &self.person.actor
            }
            (_, Some(Owner::Desk(desk))) => cast.staff_in(desk.role),
            _ => &self.person.actor,
        };
        act(linli, call(linli, actor), id, &command).await?;
        Ok(())
    }
}

impl Cast {
    fn staff_in(&self, role: Role) -> &Actor {
        let found = self.staff.iter().find(|actor| actor.role() == Some(role));
        found
            .or_else(|| self.staff.first())
            .expect("a cast has staff: the demo gives every role")
    }
}

fn call<'a>(linli: &Linli, actor: &'a Actor) -> Call<'a> {
    Call {
        command: CommandId::new(linli.clock()),
        actor,
        expected: None,
    }
}

fn works_today(calendar: &WorkCalendar, today: Date) -> bool {
    calendar.is_workday(today).unwrap_or(true)
}

fn authority(channel: Channel) -> &'static str {
    match channel {
        Channel::Phone => "phone-call",
        Channel::Paper => "written",
        _ => "spoken-at-counter",
    }
}

/// A case on a day of the demo.
struct Moment<'a> {
    case: &'a State,
    service: &'a Service,
    today: Date,
    /// How many days before the demo's own.
    ago: u32,
}

impl Moment<'_> {
    /// What is done now, and whether that is the end of the plot; `None` when nothing is.
    fn command(&self, until: Until) -> Option<(Command, bool)> {
        let next = self.case.wait.as_ref()?.next;
        let accepted = self.case.phase != Phase::Submitted;
        match until {
            Until::Filed => None,
            Until::Next(stop) if stop == next => None,
            Until::Noticed(_) if next == Next::AwaitNotice => None,
            Until::Noticed(days) if next == Next::PostNotice && self.ago > days => None,
            Until::IntakeRefused if !accepted => {
                let ground = self.service.intake.grounds.first()?.code.clone();
                let words = "这件事不用开证明，对方单位可以自己查到，已当面说明。".to_owned();
                Some((Command::RefuseIntake { ground, words }, true))
            }
            Until::Withdrawn if accepted => {
                let words = "家里情况有变化，先不办了。".to_owned();
                Some((Command::Withdraw { words }, true))
            }
            Until::Asked if accepted => Some((self.ask()?, true)),
            Until::SentBack if self.case.station > 0 && !self.case.returned => {
                let words = "走访记录里没有写同住人员，请补充核实。".to_owned();
                Some((Command::SendBack { words }, true))
            }
            Until::Disputed if next == Next::Rate => {
                let words = "支出没有算全，请再看一次。".to_owned();
                Some((Command::Dispute { words }, true))
            }
            Until::Rated(grade) if next == Next::Rate => {
                let words = String::new();
                Some((Command::Rate { grade, words }, true))
            }
            Until::Refused | Until::Disputed => Some((self.natural(next, false)?, false)),
            _ => Some((self.natural(next, true)?, false)),
        }
    }

    fn ask(&self) -> Option<Command> {
        let brought = self.service.guide.papers.iter().find(|p| !p.held.is_held());
        let papers: Vec<String> = brought.map(|p| p.id.clone()).into_iter().collect();
        let fields = match papers.is_empty() {
            true => vec![self.service.form.questions.first()?.id.clone()],
            false => Vec::new(),
        };
        Some(Command::AskSupplement {
            papers,
            fields,
            words: "请补充上面这份材料，拍照或带原件都可以。".to_owned(),
        })
    }

    /// What whoever's turn it is does in the ordinary course of things.
    fn natural(&self, next: Next, grants: bool) -> Option<Command> {
        let words = |text: &str| text.to_owned();
        Some(match next {
            Next::Accept => Command::Accept,
            Next::Check => Command::RecordCheck {
                check: "income".to_owned(),
                outcome: Outcome::Agrees,
                words: words("经济状况核对结果与申报一致。"),
            },
            Next::Visit => Command::RecordVisit {
                on: self.today,
                people: 2,
                words: words("两名工作人员入户，居住和生活情况与申报一致。"),
            },
            Next::PassOn => Command::PassOn {
                words: words("材料齐全，情况属实，报请审核。"),
            },
            Next::Review => Command::Review {
                opinion: if grants {
                    Opinion::Grant
                } else {
                    Opinion::Refuse
                },
                words: words("已核对材料和走访记录。"),
            },
            Next::PostNotice => self.notice()?,
            Next::Decide => Command::Decide {
                decision: self.decision(grants)?,
                deliver: None,
            },
            Next::Deliver => Command::Deliver {
                by: Delivery::Online,
            },
            _ => return None,
        })
    }

    /// An invented amount of the size that the service's policy gives.
    fn amount(&self, kind: OutcomeKind) -> Option<i64> {
        let fen = match self.service.id.as_str() {
            "elder-allowance" => 45_000,
            "disability-subsidies" => 41_000,
            _ => 86_000,
        };
        (kind == OutcomeKind::Grant).then_some(fen)
    }

    fn notice(&self) -> Option<Command> {
        let results = self.service.decision.results.iter();
        let outcome = results
            .clone()
            .find(|one| one.kind != OutcomeKind::Refuse)?;
        Some(Command::PostNotice {
            place: "居委会公示栏".to_owned(),
            outcome: outcome.code.clone(),
            amount_fen: self.amount(outcome.kind),
            people: Some(2),
        })
    }

    fn decision(&self, grants: bool) -> Option<Decision> {
        let mut results = self.service.decision.results.iter();
        let outcome = results.find(|one| (one.kind != OutcomeKind::Refuse) == grants)?;
        let ground = self.service.decision.grounds.first();
        let words = if grants {
            "申报、核对和走访的情况一致，符合条件。"
        } else {
            "经核对，不符合这一条的规定，数额和算法已附后。"
        };
        Some(Decision {
            outcome: outcome.code.clone(),
            ground: ground.filter(|_| !grants).map(|one| one.code.clone()),
            amount_fen: self.amount(outcome.kind),
            from: None,
            until: None,
            words: words.to_owned(),
        })
    }
}

/// Answers to the whole form: what the register knows, else something plausible.
#[must_use]
pub fn answers(service: &Service, facts: &Facts, today: Date) -> Answers {
    let form = Form::new(service, facts, today);
    let mut answers = Answers::new();
    // Conditions look at earlier answers, so the questions are answered one after the other.
    for question in &service.form.questions {
        let visible = form.visible(&answers);
        if !visible.iter().any(|one| one.id == question.id) {
            continue;
        }
        let known = form
            .filled_in(question, &answers)
            .filter(|value| !is_blank(value));
        let value = known.unwrap_or_else(|| made_up(question));
        answers.insert(question.id.clone(), value);
    }
    answers
}

fn declared(service: &Service) -> Vec<String> {
    let declarations = service.form.declarations.iter();
    declarations.map(|one| one.id.clone()).collect()
}

fn papers(service: &Service) -> Vec<Paper> {
    let held = service
        .guide
        .papers
        .iter()
        .filter(|paper| paper.held.is_held());
    held.map(|paper| Paper {
        id: paper.id.clone(),
        given: Given::Held,
        attachment: None,
    })
    .collect()
}

fn made_up(question: &Question) -> Value {
    if question.kind != Kind::Members {
        return plausible(question.kind, &question.choices, &question.limits);
    }
    let row = question.columns.iter().map(|column| {
        let value = plausible(column.kind, &column.choices, &column.limits);
        (column.id.clone(), value)
    });
    json!([Value::Object(row.collect())])
}

fn plausible(kind: Kind, choices: &[Choice], limits: &Limits) -> Value {
    match kind {
        Kind::Choice => {
            let first = choices.first();
            json!(first.map(|choice| choice.value.as_str()).unwrap_or("local"))
        }
        Kind::Date => json!("1950-01-15"),
        Kind::Money | Kind::Integer => json!(limits.min.unwrap_or(0).max(120)),
        Kind::Boolean => json!(false),
        Kind::Phone => json!("10900000021"),
        Kind::IdentityNumber => json!("990117194803120015"),
        Kind::Address => json!("松江区示例路 1 弄 2 号 301 室"),
        Kind::BankAccount => json!("6222000000000012"),
        Kind::Members => json!([]),
        Kind::Text | Kind::LongText => json!("因病收入减少，支出增加。"),
    }
}
