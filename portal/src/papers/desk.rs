//! 文书模板: what each paper says, what it may name, since when, and how it looks.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use linli_community::papers::{Edition, Editions, Kind, List, Part, Values};
use linli_interop::letter::Letter;

use super::letter;
use crate::Portal;
use crate::catalogue::views::say;
use crate::desk::rows;
use crate::i18n::Lang;
use crate::shell::ui::{Cell, Column, Link, Table};
use crate::shell::{Page, Trouble, html};

#[derive(Template)]
#[template(path = "papers/templates/all.html")]
struct All {
    page: Page,
    papers: Table,
}

/// `GET /desk/papers`
pub(super) async fn all(State(portal): State<Portal>, page: Page) -> Result<Response, Trouble> {
    let mut listed = Vec::new();
    for kind in Kind::ALL {
        let edition = now(&portal, kind).await?;
        let template = &edition.template;
        let href = format!("/desk/papers/{}", kind.code());
        let origin = if template.own {
            "papers-own"
        } else {
            "papers-built-in"
        };
        listed.push(vec![
            Cell::link(say(&page, &template.names), href),
            Cell::text(version(&page, template.version, edition.edition)),
            Cell::text(page.date(template.date)),
            Cell::text(page.t(origin)),
        ]);
    }
    html(&All {
        papers: Table {
            caption: page.t("papers-caption"),
            columns: columns(
                &page,
                &[
                    "papers-name",
                    "papers-version",
                    "papers-date",
                    "papers-origin",
                ],
            ),
            rows: listed,
            ..Table::default()
        },
        page,
    })
}

#[derive(Template)]
#[template(path = "papers/templates/one.html")]
struct One {
    page: Page,
    title: String,
    file: String,
    version: String,
    basis: String,
    note: String,
    unverified: bool,
    previews: Vec<Link>,
    parts: Table,
    fields: Table,
    editions: Table,
}

/// `GET /desk/papers/{kind}`
pub(super) async fn one(
    State(portal): State<Portal>,
    Path(kind): Path<String>,
    page: Page,
) -> Result<Response, Trouble> {
    let kind = Kind::from_code(&kind).ok_or(Trouble::NotFound)?;
    let edition = now(&portal, kind).await?;
    let editions = portal.linli.paper_editions(kind).await?;
    let template = &edition.template;
    html(&One {
        title: say(&page, &template.names),
        file: format!("papers/{}", kind.file()),
        version: version(&page, template.version, edition.edition),
        basis: say(&page, &template.basis.text(&template.sources)),
        note: template
            .basis
            .note
            .as_ref()
            .map_or_else(String::new, |note| say(&page, note)),
        unverified: template.basis.unverified,
        previews: previews(&page, kind),
        parts: parts(&page, &edition),
        fields: fields(&page, kind),
        editions: published(&page, &editions),
        page,
    })
}

/// `GET /desk/papers/{kind}/preview.pdf`: with made-up data, which every page of it says.
pub(super) async fn preview(
    State(portal): State<Portal>,
    Path(kind): Path<String>,
    page: Page,
) -> Result<Response, Trouble> {
    let kind = Kind::from_code(&kind).ok_or(Trouble::NotFound)?;
    let edition = now(&portal, kind).await?;
    let mut page = page;
    page.lang = letter::lang(&page);
    let values = Values::sample(kind, page.lang == Lang::En);
    let letter = Letter {
        issuer: "示例街道办事处".to_owned(),
        case_number: rows::spoken("2611000427"),
        check_url: format!("{}/lookup", page.public_url()),
        ..letter::laid_out(&page, &edition, &values)
    };
    let name = format!("inline; filename=\"preview-{}.pdf\"", kind.code());
    letter::pdf(letter, &name).await
}

/// The template that papers are made with now.
async fn now(portal: &Portal, kind: Kind) -> Result<Edition, Trouble> {
    let now = portal.linli.clock().now();
    Ok(portal.linli.paper_edition(kind, now).await?)
}

fn version(page: &Page, version: u32, edition: u32) -> String {
    let said = page.t1("papers-version-of", "version", version);
    if edition < 2 {
        return said;
    }
    format!(
        "{said} · {}",
        page.t1("papers-edition-of", "edition", edition)
    )
}

fn columns(page: &Page, keys: &[&str]) -> Vec<Column> {
    keys.iter().map(|key| Column::new(page.t(key))).collect()
}

fn previews(page: &Page, kind: Kind) -> Vec<Link> {
    let href = format!("/desk/papers/{}/preview.pdf", kind.code());
    vec![
        Link::new(page.t("papers-preview"), href.clone()),
        Link::new(page.t("papers-preview-large"), format!("{href}?large=yes")),
        Link::new(
            page.t("papers-preview-en"),
            format!("{href}?translation=yes"),
        ),
    ]
}

/// The body as the file has it, both languages side by side.
fn parts(page: &Page, edition: &Edition) -> Table {
    let row = |kind: &str, zh: &str, en: &str| {
        vec![
            Cell::text(page.t(&format!("papers-part-{kind}"))),
            Cell::text(zh),
            Cell::text(en),
        ]
    };
    let template = &edition.template;
    let mut rows = vec![row("title", &template.title.zh, &template.title.en)];
    for part in &template.parts {
        match part {
            Part::Heading(text) => rows.push(row("heading", &text.zh, &text.en)),
            Part::Text(sentences) => {
                rows.extend(sentences.iter().map(|text| row("text", &text.zh, &text.en)));
            }
            Part::List(name) => {
                let list = template.kind.lists().find(|list| list.name == name);
                let text = list.map(List::text).unwrap_or_default();
                rows.push(row("list", &text.zh, &text.en));
            }
            Part::Table(lines) => rows.extend(lines.iter().map(|(what, value)| {
                let zh = format!("{}：{}", what.zh, value.zh);
                row("table", &zh, &format!("{}: {}", what.en, value.en))
            })),
        }
    }
    Table {
        caption: page.t("papers-parts"),
        columns: columns(page, &["papers-part", "papers-zh", "papers-en"]),
        rows,
        ..Table::default()
    }
}

/// What the file may name, with what the preview fills in.
fn fields(page: &Page, kind: Kind) -> Table {
    let field = |name: String, says: String, sample: &str| {
        vec![Cell::text(name), Cell::text(says), Cell::text(sample)]
    };
    let at = usize::from(page.lang == Lang::En);
    let fields = kind.fields().map(|one| {
        field(
            format!("{{{}}}", one.name),
            say(page, &one.text()),
            one.sample[at],
        )
    });
    let lists = kind.lists().map(|one| {
        let sample = one.sample[at].first().copied().unwrap_or_default();
        field(
            format!("list: {}", one.name),
            say(page, &one.text()),
            sample,
        )
    });
    Table {
        caption: page.t("papers-fields"),
        columns: columns(page, &["papers-field", "papers-means", "papers-sample"]),
        rows: fields.chain(lists).collect(),
        ..Table::default()
    }
}

/// Every edition there was, the newest first.
fn published(page: &Page, editions: &Editions) -> Table {
    let rows = editions.all().rev().map(|(at, one)| {
        let mark = one.hash.get(..8).unwrap_or_default();
        vec![
            Cell::text(version(page, one.version, one.edition)),
            Cell::text(page.when(*at)),
            Cell::text(mark),
        ]
    });
    Table {
        caption: page.t("papers-editions"),
        columns: columns(page, &["papers-version", "papers-since", "papers-mark"]),
        rows: rows.collect(),
        ..Table::default()
    }
}
