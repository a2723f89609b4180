//! Places: the real divisions, and every change with its refusals.

use std::path::Path;

use jiff::civil::{Date, date};
use linli_journal::Change;
use linli_journal::golden::{self, Golden};
use linli_kernel::{AccountId, Actor, AreaPath, Post, PostId, Role};
use uuid::Uuid;

use super::*;
use crate::feature::Feature;

const TODAY: Date = date(2026, 11, 23);

fn path(text: &str) -> AreaPath {
    text.parse().unwrap()
}

fn officer(role: Role, area: &str) -> Actor {
    let post = Post {
        id: PostId(Uuid::nil()),
        role,
        area: path(area),
    };
    Actor::in_post(AccountId(Uuid::nil()), post)
}

fn songjiang() -> AreaTree {
    let mut tree = AreaTree::default();
    for area in divisions(SONGJIANG).unwrap() {
        tree.apply(&Event::Established(area));
    }
    tree
}

fn ask(tree: &AreaTree, command: &Command) -> Result<Vec<Event>, String> {
    let actor = officer(Role::DistrictOfficer, "310117");
    let context = Context {
        today: TODAY,
        actor: &actor,
    };
    decide(tree, command, context).map_err(|refusal| refusal.code)
}

fn after(tree: &AreaTree, command: &Command) -> AreaTree {
    let mut tree = tree.clone();
    for event in ask(&tree, command).unwrap() {
        tree.apply(&event);
    }
    tree
}

fn layer() -> Command {
    Command::AddLayer {
        parent: path("310117/310117105"),
        code: "310117105-c1".to_owned(),
        name: "新桥第一社区".to_owned(),
        members: vec![
            path("310117/310117105/310117105001"),
            path("310117/310117105/310117105002"),
        ],
        from: date(2026, 11, 1),
    }
}

fn new_area(code: &str, kind: AreaKind) -> NewArea {
    NewArea {
        code: code.to_owned(),
        name: "新设社区居委会".to_owned(),
        kind,
        statistical_code: None,
    }
}

#[test]
fn songjiang_has_17_streets_and_towns_299_and_84_committees() {
    let tree = songjiang();
    let count = |kind: AreaKind| tree.living().filter(|area| area.kind == kind).count();
    assert_eq!(count(AreaKind::Subdistrict) + count(AreaKind::Town), 17);
    assert_eq!(count(AreaKind::ResidentsCommittee), 299);
    assert_eq!(count(AreaKind::VillagersCommittee), 84);
    assert_eq!(tree.len(), 1 + 17 + 299 + 84);
    let names: Vec<&str> = tree.living().map(Area::name).collect();
    assert!(!names.iter().any(|name| name.contains("虚拟")));
    assert!(!names.contains(&"松江工业区"));
    assert_eq!(tree.children(&path("310117/310117102")).count(), 42);
}

#[test]
fn an_area_is_found_by_path_code_and_name() {
    let tree = songjiang();
    let home = path("310117/310117001/310117001001");
    assert_eq!(tree.get(&home).unwrap().place_name(), "龙潭社区");
    assert_eq!(tree.full_name(&home), "岳阳街道龙潭社区");
    assert_eq!(tree.street_of(&home).unwrap().name(), "岳阳街道");
    assert_eq!(
        tree.by_statistical_code("310117001001").unwrap().path(),
        &home
    );
    assert_eq!(tree.full_name(&path("310117")), "松江区");
    assert_eq!(tree.committees(&path("310117/310117109")).count(), 19);
}

#[test]
fn a_community_comes_between_town_and_committee_and_paths_follow() {
    let tree = songjiang();
    let old = path("310117/310117105/310117105001");
    let new = path("310117/310117105/310117105-c1/310117105001");
    let events = ask(&tree, &layer()).unwrap();
    assert_eq!(events.len(), 3);
    let after = after(&tree, &layer());
    assert_eq!(after.get(&old), None);
    let moved = after.get(&new).unwrap();
    assert_eq!(moved.name(), "新乐社区居委会");
    assert_eq!(moved.path_on(date(2026, 10, 31)), &old);
    assert_eq!(moved.path_on(date(2026, 11, 1)), &new);
    assert_eq!(after.today(&old), Some(&new));
    assert_eq!(after.street_of(&new).unwrap().name(), "新桥镇");
    assert_eq!(after.children(&path("310117/310117105")).count(), 23);
    let before = after.children_on(&path("310117/310117105"), date(2026, 10, 1));
    assert_eq!(before.len(), 24);
}

#[test]
fn what_lies_in_a_moved_area_moves_with_it() {
    let tree = after(&songjiang(), &layer());
    let command = Command::Move {
        area: path("310117/310117105/310117105-c1"),
        parent: path("310117/310117106"),
        from: date(2026, 11, 20),
    };
    let events = ask(&tree, &command).unwrap();
    let [Event::Moved(moved)] = &events[..] else {
        panic!("one event is expected: {events:?}");
    };
    assert_eq!(moved.paths.len(), 3);
    let inner = path("310117/310117106/310117105-c1/310117105002");
    assert_eq!(
        after(&tree, &command).get(&inner).unwrap().name(),
        "新育社区居委会"
    );
}

fn rows(before: &AreaTree, after: &AreaTree) -> Vec<Change> {
    let mut rows = Vec::new();
    Places::rows(before, after, &mut rows);
    rows
}

#[test]
fn rows_elsewhere_follow_a_move() {
    let before = songjiang();
    let rows = rows(&before, &after(&before, &layer()));
    let to = path("310117/310117105/310117105-c1/310117105001");
    let resident = Change::Set {
        table: "resident",
        filter: vec![("area", "310117/310117105/310117105001".into())],
        assign: vec![
            ("area", to.as_str().into()),
            ("street", "310117/310117105".into()),
        ],
    };
    assert!(rows.contains(&resident));
    let household = Change::Set {
        table: "household",
        filter: vec![("area", "310117/310117105/310117105001".into())],
        assign: vec![("area", to.as_str().into())],
    };
    assert!(rows.contains(&household));
    // The community, and two committees with their followers; nothing else is touched.
    assert_eq!(rows.len(), 1 + 2 * (1 + FOLLOWERS.len()));
}

#[test]
fn rows_elsewhere_lead_to_the_heir() {
    let before = songjiang();
    let old = path("310117/310117001/310117001001");
    let heir = path("310117/310117001/310117001002");
    let command = Command::Abolish {
        area: old.clone(),
        heir: Some(heir.clone()),
        on: date(2026, 11, 22),
    };
    let rows = rows(&before, &after(&before, &command));
    let change = PathChange {
        from: old,
        to: heir,
    };
    assert!(rows.contains(&follow(&change, FOLLOWERS[0])));
}

#[test]
fn importing_writes_each_area_once() {
    let rows = rows(&AreaTree::default(), &songjiang());
    assert_eq!(rows.len(), 401);
}

#[test]
fn a_split_committee_goes_on_and_its_part_knows_where_it_comes_from() {
    let tree = songjiang();
    let home = path("310117/310117001/310117001001");
    let command = Command::Split {
        area: home.clone(),
        into: vec![new_area("310117001901", AreaKind::ResidentsCommittee)],
        from: TODAY,
    };
    let after = after(&tree, &command);
    assert!(after.get(&home).is_some());
    let part = after.by_code("310117001901").unwrap();
    assert_eq!(part.split_from.as_deref(), Some("310117001001"));
    assert_eq!(part.valid_from, Some(TODAY));
    assert!(!part.existed_on(date(2026, 11, 22)));
    let twice = Command::Split {
        area: home,
        into: vec![
            new_area("310117001902", AreaKind::ResidentsCommittee),
            new_area("310117001902", AreaKind::ResidentsCommittee),
        ],
        from: TODAY,
    };
    assert_eq!(ask(&tree, &twice), Err("places.code-taken".to_owned()));
}

#[test]
fn an_abolished_committee_leads_to_its_heir() {
    let tree = songjiang();
    let old = path("310117/310117001/310117001001");
    let heir = path("310117/310117001/310117001002");
    let command = Command::Abolish {
        area: old.clone(),
        heir: Some(heir.clone()),
        on: date(2026, 11, 22),
    };
    let after = after(&tree, &command);
    assert_eq!(after.get(&old), None);
    assert_eq!(after.today(&old), Some(&heir));
    assert_eq!(
        after.by_code("310117001001").unwrap().valid_to,
        Some(date(2026, 11, 22))
    );
    let again = ask(&after, &command);
    assert_eq!(again, Err("places.no-such-area".to_owned()));
}

#[test]
fn a_name_is_kept_with_its_time() {
    let area = path("310117/310117001/310117001001");
    let command = Command::Rename {
        area: area.clone(),
        name: "龙潭新村社区居委会".to_owned(),
        from: date(2026, 6, 1),
    };
    let after = after(&songjiang(), &command);
    let renamed = after.get(&area).unwrap();
    assert_eq!(renamed.name_on(date(2026, 5, 31)), "龙潭社区居委会");
    assert_eq!(renamed.name_on(date(2026, 6, 1)), "龙潭新村社区居委会");
}

fn refused(command: &Command, why: &str) {
    let tree = songjiang();
    assert_eq!(ask(&tree, command), Err(why.to_owned()), "{command:?}");
}

fn establish(parent: &str, code: &str, from: Date) -> Command {
    Command::Establish {
        parent: path(parent),
        area: new_area(code, AreaKind::ResidentsCommittee),
        from,
    }
}

const TOWN: &str = "310117/310117105";
const HOME: &str = "310117/310117001/310117001001";

#[test]
fn an_area_is_established_where_it_fits_under_a_new_code() {
    let new = "310117001903";
    refused(&establish(HOME, new, TODAY), "places.does-not-fit");
    let tomorrow = date(2026, 11, 24);
    refused(&establish(TOWN, new, tomorrow), "places.date-in-future");
    refused(&establish(TOWN, "310117001002", TODAY), "places.code-taken");
    refused(&establish(TOWN, "../x", TODAY), "places.code-wrong");
    refused(&establish("310117/9", new, TODAY), "places.no-such-area");
}

#[test]
fn what_does_not_fit_is_refused() {
    let (area, from) = (path(HOME), TODAY);
    let parent = path("310117/310117001");
    let to = |area: AreaPath, parent: AreaPath| Command::Move { area, parent, from };
    refused(&to(area.clone(), parent), "places.same-place");
    refused(&to(path(TOWN), path(TOWN)), "places.does-not-fit");
    let abolish = |area: AreaPath| Command::Abolish {
        area,
        heir: None,
        on: TODAY,
    };
    refused(&abolish(path(TOWN)), "places.not-empty");
    refused(&abolish(area.clone()), "places.heir-needed");
    let name = " ".to_owned();
    let rename = Command::Rename {
        area: area.clone(),
        name,
        from,
    };
    refused(&rename, "places.name-wrong");
    let into = Vec::new();
    refused(&Command::Split { area, into, from }, "places.nothing-to-do");
}

#[test]
fn only_a_district_officer_changes_areas() {
    let tree = songjiang();
    for (role, area, why) in [
        (Role::StreetOfficer, "310117/310117105", "gate.role"),
        (Role::SystemAdmin, "310117", "gate.role"),
        (Role::DistrictOfficer, "310118", "gate.area"),
    ] {
        let actor = officer(role, area);
        let context = Context {
            today: TODAY,
            actor: &actor,
        };
        let refusal = decide(&tree, &layer(), context).unwrap_err();
        assert_eq!(refusal.code, why, "{role:?}");
    }
}

#[test]
fn every_event_has_a_golden_file_and_every_golden_file_is_understood() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/places");
    let area = path("310117/310117001/310117001001");
    let samples = [
        Event::Established(Established {
            area: area.clone(),
            name: "龙潭社区居委会".to_owned(),
            kind: AreaKind::ResidentsCommittee,
            statistical_code: Some("310117001001".to_owned()),
            from: Some(date(2026, 1, 1)),
            split_from: Some(path("310117/310117001/310117001002")),
            source: "district decision".to_owned(),
        }),
        Event::Renamed(Renamed {
            area: area.clone(),
            name: "龙潭新村社区居委会".to_owned(),
            from: date(2026, 6, 1),
        }),
        Event::Styled(Styled {
            area: area.clone(),
            style: CommunityStyle::Mature,
            from: date(2026, 6, 1),
        }),
        Event::Moved(Moved {
            area: area.clone(),
            parent: path("310117/310117002"),
            from: date(2026, 6, 1),
            paths: vec![PathChange {
                from: area.clone(),
                to: path("310117/310117002/310117001001"),
            }],
        }),
        Event::Abolished(Abolished {
            area,
            on: date(2026, 6, 1),
            heir: Some(path("310117/310117001/310117001002")),
        }),
    ];
    for event in &samples {
        let today = Golden {
            kind: event.kind(),
            open: event.open().unwrap(),
            sealed: Vec::new(),
        };
        golden::check(&folder, &today).unwrap();
    }
    let files = golden::all(&folder).unwrap();
    assert_eq!(files.len(), samples.len());
    for file in files {
        let event = Event::read(&file.kind, &file.open).unwrap();
        assert_eq!(event.open().unwrap(), file.open);
    }
}
