//! The form of a new template: its fields, and the draft that they make.

use linli_community::reporting::{About, Basis, Created, Draft, Level, Period, Rules, columns};
use linli_community::residents::Filter;
use linli_kernel::{AreaPath, Fault};
use linli_units::digits;

use super::words;
use crate::Portal;
use crate::desk::fields::{Choice, Field, Kind};
use crate::desk::rows;
use crate::desk::typed::Typed;
use crate::shell::ui::Markup;
use crate::shell::{Page, Signed, ui};

/// The field of those columns that stand apart.
pub(super) const MORE: &str = "columns_more";

/// Stands for no narrowing where one of a list is chosen.
const ANY: &str = "any";

/// Every field, in the order in which one thinks of a table: by what right, which columns, of whom,
/// by when.
pub(super) fn fields(portal: &Portal, page: &Page, signed: &Signed) -> Result<Vec<Field>, Fault> {
    let line = |name: &str, key: &str| Field::new(name, page.t(key), Kind::Line(ui::Kind::Text));
    let [often, more] = column_boxes(portal, page)?;
    let more_said = page.t1("reporting-more", "count", more.len());
    let all = vec![
        line("name", "reporting-name").hint(page.t("reporting-name-hint")),
        line("basis_title", "reporting-basis-title").hint(page.t("reporting-basis-hint")),
        line("basis_number", "reporting-basis-number").hint(page.t("reporting-number-hint")),
        line("basis_issuer", "reporting-basis-issuer"),
        Field::new("basis_issued", page.t("reporting-basis-issued"), Kind::Date),
        line("basis_link", "reporting-basis-link").optional(),
        Field::new("columns", page.t("reporting-columns"), Kind::Checks(often))
            .hint(page.t("reporting-columns-hint")),
        Field::new(MORE, more_said, Kind::Checks(more)),
        about(page),
    ];
    let rest = [of_whom(portal, page), by_when(portal, page, signed)];
    Ok(all.into_iter().chain(rest.into_iter().flatten()).collect())
}

/// The dictionary as boxes; each says which office answers for it. Those that tables have most often
/// stand first, the others apart, in `columns_more`.
fn column_boxes(portal: &Portal, page: &Page) -> Result<[Vec<Choice>; 2], Fault> {
    let dictionary = portal.linli.catalogue().dictionary();
    let tag = page.lang.tag();
    let rules = Rules::built_in()?;
    let boxes = columns(dictionary, rules).into_iter();
    let boxes = boxes.map(|column| {
        let field = dictionary.field(&column.id);
        let office = field.and_then(|field| dictionary.office(&field.office));
        let hint = office.map_or("", |office| office.names.in_lang(tag));
        Choice::new(&column.id, words::name(page, &column)).hint(hint)
    });
    let (often, more) = boxes.partition(|one| rules.first.contains(&one.value));
    Ok([often, more])
}

/// The boxes that stand apart: folded away until one of them is ticked.
pub(super) fn folded(page: &Page, field: &Field) -> Markup {
    let Kind::Checks(boxes) = &field.kind else {
        return Markup::default();
    };
    Markup::of(&ui::Details {
        summary: page.t1("reporting-more", "count", boxes.len()),
        content: field.draw(page),
        open: !field.values.is_empty(),
    })
}

fn about(page: &Page) -> Field {
    let kinds = [About::Residents, About::Households].map(|one| {
        let key = format!("reporting-about-{}", one.code());
        Choice::new(one.code(), page.t(&key)).hint(page.t(&format!("{key}-hint")))
    });
    Field::new(
        "about",
        page.t("reporting-about"),
        Kind::Radios(kinds.to_vec()),
    )
    .preset(About::default().code())
}

/// Whom the list of residents can be narrowed to.
fn of_whom(portal: &Portal, page: &Page) -> Vec<Field> {
    let label = |name: &str| page.t(&format!("residents-filter-{}", name.replace('_', "-")));
    let age = |name| Field::new(name, label(name), Kind::Line(ui::Kind::Digits)).optional();
    let dictionary = portal.linli.catalogue().dictionary();
    let codes = dictionary.codes_of("person.hukou");
    let mut hukou = vec![Choice::new(ANY, page.t("residents-filter-all"))];
    hukou.extend(
        codes
            .iter()
            .flat_map(|list| &list.codes)
            .map(|code| Choice::new(&code.value, code.names.in_lang(page.lang.tag()))),
    );
    let only = |name: &'static str| {
        let boxes = vec![Choice::new("yes", page.t("reporting-only"))];
        Field::new(name, label(name), Kind::Checks(boxes)).optional()
    };
    vec![
        age("age_from"),
        age("age_to"),
        Field::new("hukou", label("hukou"), Kind::Select(hukou)).preset(ANY),
        only("disabled"),
        only("special_care"),
    ]
}

fn by_when(portal: &Portal, page: &Page, signed: &Signed) -> Vec<Field> {
    let levels = [Level::Committee, Level::Street].map(|one| {
        Choice::new(
            one.code(),
            page.t(&format!("reporting-level-{}", one.code())),
        )
    });
    let periods = Period::ALL.map(|one| {
        Choice::new(
            one.code(),
            page.t(&format!("reporting-period-{}", one.code())),
        )
    });
    let own = signed.actor.post.as_ref().map(|post| &post.area);
    let areas = portal.linli.areas();
    let below = own.into_iter().flat_map(|own| areas.children(own));
    let below = below.map(|area| area.path().clone());
    let choices = own
        .into_iter()
        .cloned()
        .chain(below)
        .map(|area| Choice::new(area.as_str(), rows::area_name(&portal.linli, &area)));
    let area = Field::new(
        "area",
        page.t("reporting-area"),
        Kind::Select(choices.collect()),
    );
    vec![
        area.preset(own.map_or("", |own| own.as_str())),
        Field::new(
            "level",
            page.t("reporting-level"),
            Kind::Radios(levels.to_vec()),
        )
        .preset(Level::default().code()),
        Field::new(
            "period",
            page.t("reporting-period"),
            Kind::Radios(periods.to_vec()),
        ),
        Field::new("first_due", page.t("reporting-first-due"), Kind::Date)
            .hint(page.t("reporting-first-due-hint")),
    ]
}

/// What was typed, as far as it can be read; every problem of reading it is kept in `typed`. `None`
/// for who is in no post.
pub(super) fn draft(typed: &mut Typed, signed: &Signed) -> Option<Draft> {
    let own = signed.actor.post.as_ref()?.area.clone();
    let area = typed.get("area").parse::<AreaPath>().unwrap_or(own);
    let filter = Filter::CODES.iter().filter_map(|name| {
        // Full-width digits are digits.
        let value = digits::narrowed(typed.get(name));
        let narrows = !value.is_empty() && value != ANY;
        narrows.then(|| ((*name).to_owned(), value))
    });
    let filter = filter.collect();
    let table = Created {
        name: typed.get("name").to_owned(),
        basis: Basis {
            title: typed.get("basis_title").to_owned(),
            number: typed.get("basis_number").to_owned(),
            issuer: typed.get("basis_issuer").to_owned(),
            issued_on: typed.date("basis_issued"),
            link: typed.get("basis_link").to_owned(),
        },
        level: typed.choice("level").unwrap_or_default(),
        about: typed.choice("about").unwrap_or_default(),
        columns: [typed.all("columns"), typed.all(MORE)].concat(),
        filter,
        period: typed.choice("period").unwrap_or_default(),
        first_due: typed.date("first_due"),
        need: typed.get("need").to_owned(),
        ..Created::default()
    };
    Some(Draft { area, table })
}
