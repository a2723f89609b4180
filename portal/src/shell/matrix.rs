//! The matrix: every guarded route about something × every role of staff × every relation of their
//! area to it. Who is outside gets 403 or 404 and not one personal word; the gate alone says who is.

use axum::body::Body;
use http::StatusCode;
use linli_kernel::gate::{self, Target};
use linli_kernel::{AccountId, Action, Actor, AreaPath, Post, PostId, Role, SystemClock};

use super::{Access, Declared};
use crate::desk::world::{COMMITTEE, World};
use crate::testing::{Answer, Visitor};

/// Where a post can lie, seen from the committee the thing belongs to.
const RELATIONS: [(&str, &str); 6] = [
    ("the committee itself", COMMITTEE),
    ("its street", "310117/310117001"),
    ("its district", "310117"),
    ("the committee next door", "310117/310117001/310117001002"),
    ("another street", "310117/310117105"),
    ("a committee elsewhere", "310117/310117105/310117105001"),
];

/// What the routes are knocked at with: things that exist, in [`COMMITTEE`].
struct Things {
    number: String,
    case: String,
    seq: String,
    resident: String,
    account: String,
    award: String,
    roll: String,
    template: String,
}

impl Things {
    /// The path with its braces filled; `None` when the route is about nothing of an area.
    fn fill(&self, path: &str) -> Option<String> {
        let mut about = false;
        let parts: Vec<&str> = path
            .split('/')
            .map(|part| {
                let thing = match part {
                    "{number}" => &self.number,
                    "{case}" => &self.case,
                    "{seq}" => &self.seq,
                    "{resident}" | "{other}" => &self.resident,
                    "{account}" => &self.account,
                    "{award}" => &self.award,
                    "{roll}" => &self.roll,
                    "{template}" => &self.template,
                    "{batch}" => "1",
                    "{act}" => "hear",
                    "{service}" => "dibao",
                    other => return other,
                };
                about |= !matches!(part, "{service}" | "{batch}" | "{act}");
                thing
            })
            .collect();
        about.then(|| parts.join("/"))
    }
}

fn actions(access: Access) -> Vec<Action> {
    match access {
        Access::Gate(action) => vec![action],
        Access::AnyOf(actions) => actions.to_vec(),
        Access::Public | Access::SignedIn | Access::Loopback => Vec::new(),
    }
}

/// Whether the gate lets a post do one of the route's actions to a thing of [`COMMITTEE`].
fn permitted(role: Role, area: &str, access: Access) -> bool {
    let post = Post {
        id: PostId::new(&SystemClock),
        role,
        area: area.parse().unwrap(),
    };
    let actor = Actor::in_post(AccountId::new(&SystemClock), post);
    let home: AreaPath = COMMITTEE.parse().unwrap();
    let target = Target {
        area: &home,
        subject: None,
    };
    let may = |action: &Action| gate::permits(&actor, *action, target).is_ok();
    actions(access).iter().any(may)
}

async fn things(world: &World) -> Things {
    let receipt = world.filed("dibao").await;
    let account = world.site.staff(Role::GridWorker, COMMITTEE).await;
    let (award, roll) = world.rolled().await;
    Things {
        award: award.to_string(),
        roll,
        template: world.asked_for().await,
        number: receipt.number.as_str().to_owned(),
        case: receipt.case.to_string(),
        seq: receipt.seq.to_string(),
        resident: world.elder.to_string(),
        account: account.to_string(),
    }
}

async fn knock(visitor: &mut Visitor, method: &str, path: &str) -> Answer {
    match method {
        "GET" => visitor.get(path).await,
        // The acts on a roll are gated where they are decided, which takes an act to decide on.
        "POST" if path.starts_with("/desk/rolls/") => {
            let id = linli_kernel::CommandId::new(&SystemClock).to_string();
            visitor.post(path, &[("_command", &id)]).await
        }
        "POST" if !path.starts_with("/api/") => visitor.post(path, &[]).await,
        method => {
            let id = linli_kernel::CommandId::new(&SystemClock);
            let body = format!("{{\"command_id\":\"{id}\",\"do\":\"take\"}}");
            let mut request = visitor.request(method.parse().unwrap(), path, Body::from(body));
            let kind = "application/json".parse().unwrap();
            request
                .headers_mut()
                .insert(http::header::CONTENT_TYPE, kind);
            visitor.send(request).await
        }
    }
}

#[tokio::test]
async fn every_guarded_route_asks_the_gate_about_the_area_too() {
    let world = World::new().await;
    let things = things(&world).await;
    let routes = crate::routes();
    let guarded: Vec<(&Declared, String)> = routes
        .declared()
        .iter()
        .filter(|route| !actions(route.access).is_empty())
        .filter_map(|route| Some((route, things.fill(route.path)?)))
        .collect();
    assert!(guarded.len() > 15, "only {} routes", guarded.len());
    let mut wrong = Vec::new();
    for role in Role::ALL.into_iter().filter(|role| role.is_staff()) {
        for (relation, area) in RELATIONS {
            let mut pages = world.site.signed(role, area).await;
            let mut program = world.site.token(role, area).await;
            for (route, path) in &guarded {
                let api = path.starts_with("/api/");
                let visitor = if api { &mut program } else { &mut pages };
                let answer = knock(visitor, route.method, path).await;
                let may = permitted(role, area, route.access);
                if let Some(why) = fault(&answer, may, route) {
                    let status = answer.status;
                    let method = route.method;
                    wrong.push(format!(
                        "{role:?} of {relation}: {method} {path}: {status}: {why}"
                    ));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n{} wrong",
        wrong.join("\n"),
        wrong.len()
    );
}

/// What is wrong with an answer, seen from what the gate says.
fn fault(answer: &Answer, may: bool, route: &Declared) -> Option<&'static str> {
    let turned_away = matches!(answer.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND);
    let plain_page = matches!(
        route.path,
        "/desk/cases/{number}" | "/api/v1/cases/{case}" | "/desk/residents/{resident}"
    );
    // Hiding again what one had revealed changes nothing but one's own session.
    let hides = route.path.ends_with("/hide") && answer.status == StatusCode::SEE_OTHER;
    if !may && !turned_away && !hides {
        return Some("let in");
    }
    if !may
        && ["张建国", "10900000001"]
            .iter()
            .any(|word| answer.body.contains(word))
    {
        return Some("tells personal data");
    }
    if may && turned_away && route.method == "GET" && plain_page {
        return Some("turned away");
    }
    None
}

/// 三员分立 (GB/T 22239): none of the three reads a case or a resident, whichever door they try, and
/// none gives themselves, or is given beside their own, another post.
#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table: one grant a row")]
async fn the_three_administrators_read_nobody_and_gain_nothing() {
    const THREE: [Role; 3] = [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin];
    let world = World::new().await;
    let things = things(&world).await;
    let linli = &world.site.portal.linli;
    let today = linli.clock().today();
    let mut giver = world.site.signed(Role::SecurityAdmin, "310117").await;
    for role in THREE {
        let account = world.site.staff(role, "310117").await;
        let mut pages = world.site.signed_as(account).await;
        let mut program = world.site.token_of(account).await;
        let leaves = ["/sign-out", "/account/end-others"];
        let routes = crate::routes();
        for route in routes.declared() {
            if leaves.contains(&route.path) {
                continue;
            }
            let path = things
                .fill(route.path)
                .unwrap_or_else(|| route.path.to_owned());
            let api = path.starts_with("/api/");
            let visitor = if api { &mut program } else { &mut pages };
            let answer = knock(visitor, route.method, &path).await;
            for word in ["张建国", "10900000001"] {
                assert!(
                    !answer.body.contains(word),
                    "{role:?}: {} {path}",
                    route.method
                );
            }
            let of_people = actions(route.access).iter().any(|action| {
                let name = format!("{action:?}");
                name.starts_with("Case") || name.starts_with("Resident")
            });
            let turned_away =
                matches!(answer.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND);
            assert!(
                !of_people || turned_away,
                "{role:?}: {path}: {}",
                answer.status
            );
        }
        for wanted in Role::ALL.into_iter().filter(|role| role.is_staff()) {
            // By themselves, and by a colleague who may give posts.
            for visitor in [&mut pages, &mut giver] {
                let id = linli_kernel::CommandId::new(&SystemClock).to_string();
                let fields = [
                    ("_command", id.as_str()),
                    ("role", wanted.code()),
                    ("area", "310117"),
                ];
                visitor
                    .post(&format!("/desk/admin/{account}/give"), &fields)
                    .await;
            }
        }
        let reader = linli.journal().reader();
        let posts = linli_community::accounts::posts_on(reader, account, today).await;
        let roles: std::collections::BTreeSet<&str> =
            posts.unwrap().iter().map(|post| post.role.code()).collect();
        assert_eq!(
            roles,
            [role.code()].into(),
            "{role:?} holds that post alone"
        );
        let token = pages
            .post(&format!("/desk/admin/{account}/token"), &[("label", "x")])
            .await;
        assert!(!token.body.contains("linli_"), "no token for oneself");
    }
}
