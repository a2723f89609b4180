//! What may be done to an award: the form of each act, and the command it becomes.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::Date;
use linli_community::benefits::{Award, Command, Month, Rules, Settled, Standing};
use linli_community::feature::{Call, Problem};
use linli_kernel::{AwardId, Refusal};
use tower_sessions::Session;

use super::words;
use crate::Portal;
use crate::desk::fields::{Choice, Field, Kind, refill};
use crate::desk::forms::FormPage;
use crate::desk::typed::Typed;
use crate::desk::{looks, rows, trouble};
use crate::shell::ui::{self, Link};
use crate::shell::{Fields, Page, Signed, Trouble};

/// Every act, by the last part of its address.
const ACTS: [&str; 9] = [
    "hear", "keep", "adjust", "suspend", "resume", "stop", "payee", "claim", "repay",
];

/// What rolls brought beyond what is due, in fen.
pub(super) fn overpaid(award: &Award, settled: &Settled, today: Date) -> i64 {
    let found = award.schedule.compare(settled, Month::of(today));
    found.overpaid.iter().map(|(_, fen)| fen).sum()
}

/// Links to the acts that fit the award now.
pub(super) fn links(page: &Page, award: &Award, works: bool, over: i64, owed: i64) -> Vec<Link> {
    let fits = |act: &str| match act {
        "hear" => award.standing() != Standing::Stopped,
        _ if !works => false,
        "keep" => award.review.is_some(),
        "suspend" => award.standing() == Standing::Running,
        "resume" => award.standing() == Standing::Paused,
        "adjust" | "stop" => award.standing() != Standing::Stopped,
        "claim" => over > 0,
        "repay" => owed > 0,
        _ => true,
    };
    let acts = ACTS.into_iter().filter(|act| fits(act));
    acts.map(|act| {
        let text = page.t(&format!("benefits-act-{act}"));
        Link::new(text, format!("/desk/benefits/{}/{act}", award.id))
    })
    .collect()
}

struct Ctx<'a> {
    page: &'a Page,
    award: &'a Award,
    today: Date,
    overpaid: i64,
}

fn fields(act: &str, ctx: &Ctx<'_>) -> Vec<Field> {
    let Ctx {
        page, award, today, ..
    } = ctx;
    let mut fields = match act {
        "hear" => vec![
            Field::new("on", page.t("benefits-heard-on"), Kind::Date).preset(today.to_string()),
        ],
        "adjust" => vec![
            month(ctx, Month::of(*today).plus(1)),
            money(page, "fen", "benefits-new-rate"),
        ],
        "suspend" | "stop" => vec![month(ctx, Month::of(*today).plus(1)), grounds(page)],
        "resume" => {
            let yes_no = ["yes", "no"]
                .map(|one| Choice::new(one, page.t(&format!("benefits-arrears-{one}"))));
            vec![
                month(ctx, Month::of(*today).plus(1)),
                Field::new(
                    "arrears",
                    page.t("benefits-arrears"),
                    Kind::Radios(yes_no.to_vec()),
                ),
            ]
        }
        "payee" => vec![
            Field::new(
                "payee",
                page.t("benefits-payee-name"),
                Kind::Line(ui::Kind::Text),
            )
            .preset(award.payee.clone()),
            Field::new(
                "account",
                page.t("benefits-account"),
                Kind::Line(ui::Kind::Digits),
            )
            .hint(page.t("benefits-account-hint")),
        ],
        "claim" => vec![money(page, "fen", "benefits-claim-sum").preset(yuan(ctx.overpaid))],
        "repay" => vec![money(page, "fen", "benefits-repay-sum")],
        _ => Vec::new(),
    };
    let hint = page.t(&format!("benefits-act-{act}-words"));
    fields.push(Field::new("words", page.t("benefits-words"), Kind::Words).hint(hint));
    fields
}

fn yuan(fen: i64) -> String {
    linli_units::Fen(fen).plain()
}

fn money(page: &Page, name: &str, key: &str) -> Field {
    Field::new(name, page.t(key), Kind::Line(ui::Kind::Money))
}

/// The months from half a year back until half a year ahead, as far as the award goes back.
fn month(ctx: &Ctx<'_>, preset: Month) -> Field {
    let this = Month::of(ctx.today);
    let first = this.plus(-24).max(ctx.award.schedule.from);
    let months = first.through(this.plus(6));
    let choices = months.map(|one| Choice::new(&one.to_string(), words::month(ctx.page, one)));
    Field::new(
        "from",
        ctx.page.t("benefits-from-month"),
        Kind::Select(choices.collect()),
    )
    .hint(ctx.page.t("benefits-from-month-hint"))
    .preset(preset.max(first).to_string())
}

fn grounds(page: &Page) -> Field {
    let rules = Rules::built_in();
    let grounds = rules.iter().flat_map(|rules| &rules.grounds);
    let choices = grounds.map(|ground| {
        let name = page.pick(&ground.names.zh, &ground.names.en);
        let note = ground.basis.note.as_ref();
        let note = note.map_or("", |note| page.pick(&note.zh, &note.en));
        let cited = rules.map(|rules| {
            let cite = ground.basis.cite.iter().map(|one| one.text(&rules.sources));
            let cite = cite.map(|text| page.pick(&text.zh, &text.en).to_owned());
            cite.collect::<Vec<_>>().join(" ")
        });
        let hint = [cited.unwrap_or_default(), note.to_owned()];
        Choice::new(&ground.code, name).hint(hint.join(" ").trim().to_owned())
    });
    Field::new(
        "ground",
        page.t("benefits-ground"),
        Kind::Radios(choices.collect()),
    )
}

fn command(act: &str, mut typed: Typed) -> Result<Command, Vec<Refusal>> {
    let words = typed.some_words("words");
    let from = |typed: &mut Typed| typed.choice::<Month>("from");
    let command = match act {
        "hear" => Some(Command::Hear {
            on: typed.date("on"),
            words,
        }),
        "keep" => Some(Command::Keep { words }),
        "adjust" => {
            let fen = typed.money("fen");
            from(&mut typed).map(|from| Command::Adjust { from, fen, words })
        }
        "suspend" => {
            let ground = typed.get("ground").to_owned();
            from(&mut typed).map(|from| Command::Suspend {
                from,
                ground,
                words,
            })
        }
        "stop" => {
            let ground = typed.get("ground").to_owned();
            from(&mut typed).map(|from| Command::Stop {
                from,
                ground,
                words,
            })
        }
        "resume" => {
            let arrears = typed.yes("arrears");
            from(&mut typed).map(|from| Command::Resume {
                from,
                arrears,
                words,
            })
        }
        "payee" => Some(Command::ChangePayee {
            payee: typed.get("payee").to_owned(),
            account: typed.get("account").to_owned(),
            words,
        }),
        "claim" => Some(Command::Claim {
            fen: typed.money("fen"),
            words,
        }),
        "repay" => Some(Command::Repay {
            fen: typed.money("fen"),
            words,
        }),
        _ => None,
    };
    typed.into_result(command)
}

fn form_page(
    ctx: &Ctx<'_>,
    page: Page,
    act: &str,
    fields: &[Field],
    version: u64,
) -> Result<Response, Trouble> {
    let title = page.t(&format!("benefits-act-{act}"));
    let submit = page.t(&format!("benefits-act-{act}-do"));
    let number = rows::spoken(&ctx.award.number);
    let back = Link::new(number, format!("/desk/benefits/{}", ctx.award.id));
    let lead = page.t(&format!("benefits-act-{act}-lead"));
    let hidden = page.command().then(&page.version(version));
    let mut form = FormPage::new(page, title, submit, back)
        .lead(lead)
        .fields(fields);
    form.hidden = hidden;
    form.danger = matches!(act, "stop" | "suspend");
    form.show()
}

/// `GET /desk/benefits/{award}/{act}`
pub(super) async fn form(
    State(portal): State<Portal>,
    Path((id, act)): Path<(String, String)>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let (award, version, overpaid) = read(&portal, &signed, &id, &act).await?;
    let shown = page.clone();
    let ctx = Ctx {
        page: &shown,
        award: &award,
        today: portal.linli.clock().today(),
        overpaid,
    };
    let fields = fields(&act, &ctx);
    form_page(&ctx, page, &act, &fields, version)
}

async fn read(
    portal: &Portal,
    signed: &Signed,
    id: &str,
    act: &str,
) -> Result<(Award, u64, i64), Trouble> {
    let id: AwardId = id.parse().map_err(|_no_id| Trouble::NotFound)?;
    if !ACTS.contains(&act) {
        return Err(Trouble::NotFound);
    }
    let (award, version) = portal
        .linli
        .award(&signed.actor, id)
        .await
        .map_err(trouble)?;
    let row = portal.linli.award_row(id).await?;
    let settled = row.map(|row| row.settled()).unwrap_or_default();
    let overpaid = overpaid(&award, &settled, portal.linli.clock().today());
    Ok((award, version, overpaid))
}

/// `POST /desk/benefits/{award}/{act}`
pub(super) async fn act(
    State(portal): State<Portal>,
    Path((id, act)): Path<(String, String)>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let (award, version, overpaid) = read(&portal, &signed, &id, &act).await?;
    let typed = Typed::of(&sent);
    let refused = match command(&act, typed.clone()) {
        Ok(command) => {
            let call = Call {
                command: sent.command().ok_or(Trouble::Unreadable("command"))?,
                actor: &signed.actor,
                expected: sent.version(),
            };
            match Box::pin(portal.linli.act_on_award(call, award.id, &command)).await {
                Ok(_) => {
                    let what = page.t(&format!("benefits-act-{act}"));
                    looks::flash(&session, "benefits-done", &[("what", &what)]).await?;
                    let to = format!("/desk/benefits/{}", award.id);
                    return Ok(Redirect::to(&to).into_response());
                }
                Err(Problem::Refused(refusals))
                    if !refusals.iter().any(|no| no.code.starts_with("gate.")) =>
                {
                    refusals
                }
                // Somebody else changed it meanwhile: the form again, with what is there now.
                Err(Problem::Conflict { .. }) => vec![Refusal::new("benefits.changed-meanwhile")],
                Err(problem) => return Err(trouble(problem)),
            }
        }
        Err(refusals) => refusals,
    };
    let shown = page.clone();
    let ctx = Ctx {
        page: &shown,
        award: &award,
        today: portal.linli.clock().today(),
        overpaid,
    };
    let mut fields = fields(&act, &ctx);
    refill(&mut fields, &typed);
    form_page(&ctx, page.with_refusals(&refused), &act, &fields, version)
}
