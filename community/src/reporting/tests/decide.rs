//! What a template must say: one thing wrong at a time, each on its field.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use linli_journal::golden::{self, Golden};
use linli_kernel::{AccountId, Actor, Post, PostId, Role, StreamId};
use uuid::Uuid;

use crate::feature::Meta;
use crate::places::{AreaTree, SONGJIANG, divisions};
use crate::reporting::decide::{Context, create, end};
use crate::reporting::duplicates::{Review, Share};
use crate::reporting::{
    About, Basis, Created, Draft, Ended, Event, Fact, Level, MOST_COLUMNS, Overlap, Period, Rules,
    Template, columns,
};
use crate::residents::Dictionary;

const TODAY: Date = date(2026, 11, 30);
const STREET: &str = "310117/310117001";

fn officer(role: Role, area: &str) -> Actor {
    let post = Post {
        id: PostId(Uuid::nil()),
        role,
        area: area.parse().unwrap(),
    };
    Actor::in_post(AccountId(Uuid::from_u128(7)), post)
}

fn tree() -> AreaTree {
    let mut tree = AreaTree::default();
    for area in divisions(SONGJIANG).unwrap() {
        tree.apply(&crate::places::Event::Established(area));
    }
    tree
}

pub(super) fn draft(area: &str, columns: &[&str]) -> Draft {
    Draft {
        area: area.parse().unwrap(),
        table: Created {
            name: "老年人就业情况统计表".to_owned(),
            basis: Basis {
                title: "关于开展就业情况摸底的通知".to_owned(),
                number: "松人社〔2026〕12号".to_owned(),
                issuer: "区人力资源和社会保障局".to_owned(),
                issued_on: date(2026, 11, 2),
                link: String::new(),
            },
            columns: columns.iter().map(|one| (*one).to_owned()).collect(),
            filter: [("age_from".to_owned(), "60".to_owned())].into(),
            period: Period::Quarter,
            first_due: date(2026, 12, 31),
            ..Created::default()
        },
    }
}

type Change = fn(&mut Draft);

struct Desk {
    dictionary: Dictionary,
    areas: AreaTree,
    actor: Actor,
}

impl Desk {
    fn new() -> Self {
        Self {
            dictionary: Dictionary::built_in().unwrap(),
            areas: tree(),
            actor: officer(Role::StreetOfficer, STREET),
        }
    }

    fn context(&self) -> Context<'_> {
        Context {
            actor: &self.actor,
            dictionary: &self.dictionary,
            rules: Rules::built_in().unwrap(),
            areas: &self.areas,
            today: TODAY,
        }
    }

    /// Each of these changes is refused, by that code and at that field.
    fn each_is_told(&self, cases: &[(&str, &str, Change)]) {
        for (code, field, change) in cases {
            let told = (format!("reporting.{code}"), Some((*field).to_owned()));
            assert_eq!(self.refused(change), [told]);
        }
    }

    /// Code and field of each refusal.
    fn refused(&self, change: impl FnOnce(&mut Draft)) -> Vec<(String, Option<String>)> {
        let mut wrong = draft(STREET, &["person.name", "person.employment"]);
        change(&mut wrong);
        let refusals = create(&wrong, &Review::default(), "", self.context());
        let refusals = refusals.err().unwrap_or_default().into_iter();
        refusals.map(|no| (no.code, no.field)).collect()
    }
}

#[test]
fn each_thing_that_is_wrong_is_told_at_its_field() {
    let desk = Desk::new();
    assert_eq!(desk.refused(|_| {}), []);
    let cases: [(&str, &str, Change); 9] = [
        ("name-missing", "name", |d| {
            d.table.name = " ".into();
        }),
        ("name-long", "name", |d| {
            d.table.name = "表".repeat(61);
        }),
        ("personal", "name", |d| {
            d.table.name = "找 10900000001".into();
        }),
        ("basis-missing", "basis_title", |d| {
            d.table.basis.title.clear();
        }),
        ("number-missing", "basis_number", |d| {
            d.table.basis.number.clear();
        }),
        ("issuer-missing", "basis_issuer", |d| {
            d.table.basis.issuer.clear();
        }),
        ("words-long", "basis_issuer", |d| {
            d.table.basis.issuer = "局".repeat(201);
        }),
        ("issued-later", "basis_issued", |d| {
            d.table.basis.issued_on = date(2026, 12, 1);
        }),
        ("link-unreadable", "basis_link", |d| {
            d.table.basis.link = "javascript:x".into();
        }),
    ];
    desk.each_is_told(&cases);
    let all = desk.refused(|d| d.table.basis = Basis::default());
    assert_eq!(all.len(), 3, "every problem at once: {all:?}");
}

#[test]
fn what_is_asked_for_and_of_whom_is_told_at_its_field() {
    let desk = Desk::new();
    let cases: [(&str, &str, Change); 11] = [
        ("columns-missing", "columns", |d| {
            d.table.columns.clear();
        }),
        ("column-unknown", "columns", |d| {
            d.table.columns.push("person.vaccine".into());
        }),
        ("column-unknown", "columns", |d| {
            d.table.columns.push("person.bank_account".into());
        }),
        ("column-twice", "columns", |d| {
            d.table.columns.push("person.name".into());
        }),
        ("age-unreadable", "age_from", |d| {
            d.table.filter.insert("age_from".into(), "很老".into());
        }),
        ("ages-crossed", "age_to", |d| {
            d.table.filter.insert("age_to".into(), "59".into());
        }),
        ("filter-unknown", "hukou", |d| {
            d.table.filter.insert("hukou".into(), "mars".into());
        }),
        ("filter-unknown", "hukou", |d| {
            d.table.filter.insert("text".into(), "张建国".into());
        }),
        ("due-past", "first_due", |d| {
            d.table.first_due = date(2026, 11, 29);
        }),
        ("area-unknown", "area", |d| {
            d.area = "310117/310117001/310117001999".parse().unwrap();
        }),
        ("columns-many", "columns", |d| {
            let known = columns(&Dictionary::built_in().unwrap(), Rules::built_in().unwrap());
            d.table.columns = known
                .into_iter()
                .map(|one| one.id)
                .take(MOST_COLUMNS + 1)
                .collect();
        }),
    ];
    desk.each_is_told(&cases);
}

#[test]
fn only_an_officer_of_the_area_makes_one() {
    let mut desk = Desk::new();
    let code = |desk: &Desk| desk.refused(|_| {})[0].0.clone();
    desk.actor = officer(Role::StreetOfficer, "310117/310117002");
    assert_eq!(code(&desk), "gate.area");
    desk.actor = officer(Role::CommitteeWorker, STREET);
    assert_eq!(code(&desk), "gate.role");
    desk.actor = officer(Role::DistrictOfficer, "310117");
    assert_eq!(desk.refused(|_| {}), []);
}

#[test]
fn who_repeats_much_or_makes_people_type_has_seen_it_and_says_why() {
    let desk = Desk::new();
    let rules = Rules::built_in().unwrap();
    let review = Review {
        repeats: vec![Overlap {
            with: "residents".to_owned(),
            columns: vec!["person.employment".to_owned()],
            percent: 100,
        }],
        shares: vec![Share {
            column: "person.employment".to_owned(),
            held: 3,
            rows: 10,
        }],
    };
    let mark = review.mark(rules).unwrap();
    let made = |need: &str, seen: &str| {
        let mut wish = draft(STREET, &["person.name", "person.employment"]);
        wish.table.need = need.to_owned();
        create(&wish, &review, seen, desk.context())
    };
    let codes = |need: &str, seen: &str| -> Vec<String> {
        let refusals = made(need, seen).unwrap_err();
        refusals.into_iter().map(|no| no.code).collect()
    };
    assert_eq!(
        codes("", ""),
        ["reporting.not-seen", "reporting.need-missing"]
    );
    assert_eq!(codes("季度核对就业补贴", "another"), ["reporting.not-seen"]);
    assert_eq!(codes("问 10900000001", &mark), ["reporting.personal"]);
    let event = made(" 季度核对就业补贴 ", &mark).unwrap();
    let Fact::Created(created) = event.fact else {
        panic!("not created")
    };
    assert_eq!(created.need, "季度核对就业补贴");
    assert_eq!(created.repeats, review.repeats);
    assert_eq!(created.by_hand, ["person.employment"]);
    // Where nothing must be answered for, no reason is kept: it would stand there unasked.
    let mut wish = draft(STREET, &["person.name", "person.employment"]);
    wish.table.need = "顺手写的".to_owned();
    let event = create(&wish, &Review::default(), "", desk.context()).unwrap();
    let Fact::Created(created) = event.fact else {
        panic!("not created")
    };
    assert_eq!(created.need, "");
}

#[test]
fn it_ends_once_for_a_reason() {
    let desk = Desk::new();
    let wish = draft(STREET, &["person.name", "person.employment"]);
    let event = create(&wish, &Review::default(), "", desk.context()).unwrap();
    let mut template = Template::default();
    let meta = Meta {
        at: Timestamp::UNIX_EPOCH,
        actor: &desk.actor,
    };
    let stream = StreamId::new("reporting", Uuid::from_u128(1));
    let code = |template: &Template, reason: &str| {
        end(template, reason, desk.context())
            .err()
            .map(|no| no.code)
    };
    assert_eq!(
        code(&template, "不再需要").as_deref(),
        Some("reporting.no-such-template")
    );
    template.apply(&stream, &event, meta);
    assert_eq!(template.due(TODAY), Some(date(2026, 12, 31)));
    assert_eq!(
        code(&template, " ").as_deref(),
        Some("reporting.reason-missing")
    );
    let ended = end(&template, "文件已经废止", desk.context()).unwrap();
    template.apply(&stream, &ended, meta);
    assert_eq!(template.due(TODAY), None);
    assert_eq!(
        code(&template, "再来一次").as_deref(),
        Some("reporting.ended")
    );
}

#[test]
fn every_event_has_a_golden_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/reporting");
    let mut created = draft(STREET, &["person.name", "person.employment"]).table;
    created.basis.link = "https://example.org/12".to_owned();
    created.level = Level::Street;
    created.about = About::Households;
    created.need = "季度核对就业补贴".to_owned();
    created.by_hand = vec!["person.employment".to_owned()];
    created.repeats = vec![Overlap {
        with: "residents".to_owned(),
        columns: vec!["person.employment".to_owned()],
        percent: 50,
    }];
    let ended = Ended {
        reason: "文件已经废止".to_owned(),
    };
    for fact in [Fact::Created(Box::new(created)), Fact::Ended(ended)] {
        let event = Event {
            area: STREET.parse().unwrap(),
            fact,
        };
        let parts = event.write().unwrap();
        let golden = Golden {
            kind: parts.kind,
            open: parts.open,
            sealed: Vec::new(),
        };
        golden::check(&folder, &golden).unwrap();
    }
    assert_eq!(golden::all(&folder).unwrap().len(), 2);
}
