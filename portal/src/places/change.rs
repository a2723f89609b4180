//! Changing an area: the form of each change, and the command it becomes.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::Date;
use linli_community::feature::Problem;
use linli_community::places::{Area, AreaTree, Command, NewArea};
use linli_kernel::{AreaPath, Refusal};
use tower_sessions::Session;

use crate::Portal;
use crate::desk::fields::{Choice, Field, Kind, refill};
use crate::desk::forms::FormPage;
use crate::desk::typed::Typed;
use crate::desk::{looks, trouble};
use crate::shell::ui::{self, Link};
use crate::shell::{Fields, Page, Signed, Trouble};

const STYLES: [&str; 5] = [
    "town_managed",
    "large_residential",
    "new_town",
    "rural",
    "mature",
];

/// The changes that fit an area of this kind.
fn acts(area: &Area) -> Vec<&'static str> {
    use linli_community::places::AreaKind as K;
    match area.kind {
        K::District => vec!["rename"],
        K::Subdistrict | K::Town => vec!["rename", "add-layer", "set-style"],
        K::Community => vec!["rename", "set-style"],
        K::ResidentsCommittee | K::VillagersCommittee => {
            vec!["rename", "move", "split", "set-style"]
        }
    }
}

/// Links to the forms.
pub(super) fn links(page: &Page, area: &Area) -> Vec<Link> {
    acts(area)
        .into_iter()
        .map(|act| {
            let text = page.t(&format!("places-act-{act}"));
            Link::new(text, format!("/desk/places/{}/{act}", area.code))
        })
        .collect()
}

fn options<'a>(tree: &AreaTree, areas: impl Iterator<Item = &'a Area>) -> Vec<Choice> {
    areas
        .map(|area| Choice::new(area.path().as_str(), tree.full_name(area.path())))
        .collect()
}

fn fields(page: &Page, tree: &AreaTree, area: &Area, act: &str, today: Date) -> Vec<Field> {
    let name = || {
        Field::new(
            "name",
            page.t("places-act-name"),
            Kind::Line(ui::Kind::Text),
        )
    };
    let code = || {
        Field::new(
            "code",
            page.t("places-act-code"),
            Kind::Line(ui::Kind::Text),
        )
        .hint(page.t("places-act-code-hint"))
    };
    let mut fields = match act {
        "rename" => vec![name().preset(area.name())],
        "split" => vec![name(), code()],
        "add-layer" => {
            let members = options(tree, tree.committees(area.path()));
            let members = Field::new(
                "members",
                page.t("places-act-members"),
                Kind::Checks(members),
            );
            vec![name(), code(), members]
        }
        "move" => {
            let fits = tree.living().filter(|one| area.kind.fits_in(one.kind));
            let parents = options(tree, fits);
            vec![Field::new(
                "parent",
                page.t("places-act-parent"),
                Kind::Select(parents),
            )]
        }
        _ => {
            let styles = STYLES.map(|style| {
                Choice::new(
                    style,
                    page.t(&format!("places-style-{}", style.replace('_', "-"))),
                )
            });
            vec![Field::new(
                "style",
                page.t("places-act-style"),
                Kind::Radios(styles.to_vec()),
            )]
        }
    };
    fields.push(
        Field::new("from", page.t("places-change-from"), Kind::Date)
            .hint(page.t("places-change-from-hint"))
            .preset(today.to_string()),
    );
    fields
}

fn command(area: &Area, act: &str, mut typed: Typed) -> Result<Command, Vec<Refusal>> {
    let from = typed.date("from");
    let path = area.path().clone();
    let command = match act {
        "rename" => Some(Command::Rename {
            area: path,
            name: typed.words("name", "desk.name-required"),
            from,
        }),
        "split" => Some(Command::Split {
            area: path,
            into: vec![NewArea {
                code: typed.words("code", "desk.code-required"),
                name: typed.words("name", "desk.name-required"),
                kind: area.kind,
                statistical_code: None,
            }],
            from,
        }),
        "add-layer" => Some(Command::AddLayer {
            parent: path,
            code: typed.words("code", "desk.code-required"),
            name: typed.words("name", "desk.name-required"),
            members: typed
                .all("members")
                .iter()
                .filter_map(|one| one.parse().ok())
                .collect(),
            from,
        }),
        "move" => path_of(&mut typed, "parent").map(|parent| Command::Move {
            area: path,
            parent,
            from,
        }),
        "set-style" => typed.choice("style").map(|style| Command::SetStyle {
            area: path,
            style,
            from,
        }),
        _ => None,
    };
    typed.into_result(command)
}

fn path_of(typed: &mut Typed, name: &str) -> Option<AreaPath> {
    let path = typed.get(name).parse().ok();
    if path.is_none() {
        typed.refuse(Refusal::new("desk.choose-one").on(name));
    }
    path
}

fn form_page(page: Page, area: &Area, act: &str, fields: &[Field]) -> Result<Response, Trouble> {
    let what = page.t(&format!("places-act-{act}"));
    let title = page.ta(
        "places-change-title",
        &[("what", &what), ("name", area.name())],
    );
    let submit = page.t(&format!("places-act-{act}-do"));
    let back = Link::new(area.name(), format!("/desk/places/{}", area.code));
    FormPage::new(page, title, submit, back)
        .fields(fields)
        .show()
}

fn open<'a>(tree: &'a AreaTree, code: &str, act: &str) -> Result<&'a Area, Trouble> {
    let area = tree.by_code(code).filter(|area| area.valid_to.is_none());
    area.filter(|area| acts(area).contains(&act))
        .ok_or(Trouble::NotFound)
}

/// `GET /desk/places/{code}/{act}`.
pub(super) async fn form(
    State(portal): State<Portal>,
    Path((code, act)): Path<(String, String)>,
    page: Page,
) -> Result<Response, Trouble> {
    let tree = portal.linli.areas();
    let area = open(&tree, &code, &act)?;
    let fields = fields(&page, &tree, area, &act, portal.linli.clock().today());
    form_page(page, area, &act, &fields)
}

/// `POST /desk/places/{code}/{act}`.
pub(super) async fn change(
    State(portal): State<Portal>,
    Path((code, act)): Path<(String, String)>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let tree = portal.linli.areas();
    let area = open(&tree, &code, &act)?;
    let typed = Typed::of(&sent);
    let refused = match command(area, &act, typed.clone()) {
        Ok(command) => {
            let call = signed.call(&sent)?;
            match portal.linli.change_places(call, &command).await {
                Ok(_) => {
                    looks::flash(&session, "places-done", &[]).await?;
                    let to = format!("/desk/places/{}", area.code);
                    return Ok(Redirect::to(&to).into_response());
                }
                Err(Problem::Refused(refusals)) => refusals,
                Err(problem) => return Err(trouble(problem)),
            }
        }
        Err(refusals) => refusals,
    };
    let mut fields = fields(&page, &tree, area, &act, portal.linli.clock().today());
    refill(&mut fields, &typed);
    form_page(page.with_refusals(&refused), area, &act, &fields)
}
