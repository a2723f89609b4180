//! The doorway and the frame, over the whole application.

use std::collections::BTreeSet;

use axum::body::Body;
use http::{Method, StatusCode, header};
use linli_kernel::{Action, Actor, Role};

use super::*;
use crate::settings::Settings;
use crate::testing::{Answer, Site};

const HOME: &str = "310117/310117001/310117001001";

fn is_page(answer: &Answer) -> bool {
    answer
        .header(&header::CONTENT_TYPE)
        .starts_with("text/html")
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_it_safe() {
    let site = Site::new().await;
    for path in ["/about", "/no-such-page", "/healthz", "/api/v1/none"] {
        let answer = site.visitor().get(path).await;
        let policy = answer.header(&header::CONTENT_SECURITY_POLICY);
        assert!(
            policy.contains("script-src 'self';") && !policy.contains("unsafe"),
            "{path}"
        );
        assert_eq!(
            answer.header(&header::X_CONTENT_TYPE_OPTIONS),
            "nosniff",
            "{path}"
        );
        assert_eq!(
            answer.header(&header::REFERRER_POLICY),
            "same-origin",
            "{path}"
        );
        assert_eq!(answer.header(&header::CACHE_CONTROL), "no-store", "{path}");
        assert_eq!(
            answer.header(&header::STRICT_TRANSPORT_SECURITY),
            "",
            "{path}: no TLS"
        );
        assert!(
            !answer.body.contains(" style=") && !answer.body.contains(" onclick="),
            "{path}"
        );
    }
    let settings = Settings {
        tls: true,
        ..Settings::default()
    };
    let site = Site::with(settings, std::sync::Arc::new(linli_kernel::SystemClock)).await;
    let answer = site.visitor().get("/about").await;
    assert!(
        answer
            .header(&header::STRICT_TRANSPORT_SECURITY)
            .starts_with("max-age=31536000; includeSubDomains")
    );
    assert!(answer.header(&header::SET_COOKIE).contains("Secure"));
}

#[tokio::test]
async fn cookies_are_for_this_host_and_not_for_scripts() {
    let settings = Settings {
        tls: true,
        second_factor: false,
        ..Settings::default()
    };
    let site = Site::with(settings, std::sync::Arc::new(linli_kernel::SystemClock)).await;
    let account = site.staff(linli_kernel::Role::Auditor, "310117").await;
    let desk = &site.portal.desk;
    desk.set_password("auditor", account, "a long enough word".to_owned())
        .await
        .unwrap();
    let mut visitor = site.visitor();
    visitor.get("/about?lang=en&mode=elder").await;
    let fields = [("login", "auditor"), ("password", "a long enough word")];
    let entered = visitor.post("/sign-in/staff", &fields).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.body);
    assert_eq!(visitor.get("/desk/audit").await.status, StatusCode::OK);
    let names: Vec<&str> = visitor.cookies.keys().map(String::as_str).collect();
    let ours = [
        "__Host-linli",
        "__Host-linli_form",
        "__Host-linli_lang",
        "__Host-linli_mode",
    ];
    assert_eq!(names, ours);
    let mut other = site.visitor();
    for path in ["/about?lang=en&mode=elder", "/sign-in/staff?next=%2Fabout"] {
        let answer = other.get(path).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            for part in ["__Host-", "HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
                assert!(cookie.contains(part), "{cookie} has no {part}");
            }
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
    }
}

#[tokio::test]
async fn errors_are_pages_in_the_readers_language_and_json_for_programs() {
    let site = Site::new().await;
    let mut visitor = site.visitor();
    let zh = visitor.get("/no-such-page").await;
    assert_eq!(zh.status, StatusCode::NOT_FOUND);
    assert!(is_page(&zh) && zh.body.contains("没有找到这个页面") && zh.body.contains("12345"));
    let en = visitor.get("/no-such-page?lang=en").await;
    assert!(en.body.contains("Page not found") && en.body.contains("lang=\"en\""));
    let remembered = visitor.get("/no-such-page").await;
    assert!(remembered.body.contains("Page not found"));
    let json = site.visitor().get("/api/v1/none").await;
    assert_eq!(
        json.header(&header::CONTENT_TYPE),
        "application/problem+json"
    );
    let wrong_method = site.visitor().post("/about", &[]).await;
    assert_eq!(wrong_method.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(is_page(&wrong_method));
}

#[tokio::test]
async fn a_form_from_elsewhere_is_refused_with_the_answers_kept() {
    let site = Site::new().await;
    let mut visitor = site.visitor();
    let missing = visitor.form("/sign-out", "note=keep+me".to_owned());
    let answer = visitor.send(missing).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("value=\"keep me\""), "{}", answer.body);
    let mut foreign = visitor.form("/sign-out", "_csrf=x".to_owned());
    foreign
        .headers_mut()
        .insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert_eq!(visitor.send(foreign).await.status, StatusCode::FORBIDDEN);
    let ours = visitor.post("/sign-out", &[]).await;
    assert_eq!(ours.status, StatusCode::SEE_OTHER);
    let mut other = site.visitor();
    other.get("/sign-in/staff").await;
    other
        .cookies
        .insert("linli_form".to_owned(), "0".repeat(32));
    assert_eq!(
        other.post("/sign-out", &[]).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn a_right_token_does_not_help_another_site() {
    let site = Site::new().await;
    let mut visitor = site.visitor();
    let page = visitor.get("/sign-in/staff").await;
    let (_, rest) = page.body.split_once("name=\"_csrf\" value=\"").unwrap();
    let token = rest.split('"').next().unwrap();
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
    ] {
        let mut request = visitor.form("/sign-out", format!("_csrf={token}"));
        request.headers_mut().insert(name, value.parse().unwrap());
        assert_eq!(
            visitor.send(request).await.status,
            StatusCode::FORBIDDEN,
            "{value}"
        );
    }
    let mut request = visitor.form("/sign-out", format!("_csrf={token}"));
    request
        .headers_mut()
        .insert("origin", "http://linli.test".parse().unwrap());
    assert_eq!(visitor.send(request).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_huge_body_is_413_and_what_is_no_form_400() {
    let site = Site::new().await;
    let mut visitor = site.visitor();
    let huge = visitor.form("/sign-out", format!("a={}", "x".repeat(300 * 1024)));
    assert_eq!(
        visitor.send(huge).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let json = visitor.request(Method::POST, "/sign-out", Body::from("{}"));
    assert_eq!(visitor.send(json).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn elder_mode_and_language_are_remembered() {
    let site = Site::new().await;
    let mut visitor = site.visitor();
    assert!(visitor.get("/about").await.body.contains("mode-standard"));
    assert!(
        visitor
            .get("/about?mode=elder")
            .await
            .body
            .contains("mode-elder")
    );
    let later = visitor.get("/about").await;
    assert!(later.body.contains("mode-elder") && later.body.contains("打电话"));
    assert!(
        visitor
            .get("/about?mode=nonsense")
            .await
            .body
            .contains("mode-elder")
    );
}

#[tokio::test]
async fn the_demo_says_so_on_every_page() {
    let settings = Settings {
        demo: true,
        ..Settings::default()
    };
    let site = Site::with(settings, std::sync::Arc::new(linli_kernel::SystemClock)).await;
    for path in ["/about", "/sign-in", "/no-such-page"] {
        let page = site.visitor().get(path).await;
        assert!(page.body.contains("synthetic data"), "{path}");
    }
    let plain = Site::new().await.visitor().get("/about").await;
    assert!(!plain.body.contains("synthetic data"));
}

#[tokio::test]
async fn busy_addresses_are_told_when_to_try_again() {
    let mut settings = Settings::default();
    settings.limits.spare_loopback = false;
    settings.limits.pages = Rate {
        burst: 2,
        per_minute: 1,
    };
    let site = Site::with(settings, std::sync::Arc::new(linli_kernel::SystemClock)).await;
    let mut visitor = site.visitor();
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let mut request = visitor.request(Method::GET, "/about", Body::empty());
        let peer: std::net::SocketAddr = ([127, 0, 0, 1], 1).into();
        request
            .extensions_mut()
            .insert(axum::extract::ConnectInfo(peer));
        let answer = visitor.send(request).await;
        statuses.push(answer.status.as_u16());
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            let seconds: u64 = answer.header(&header::RETRY_AFTER).parse().unwrap();
            assert!((55..=61).contains(&seconds), "{seconds}");
        }
    }
    assert_eq!(statuses, [200, 200, 429]);
}

#[tokio::test]
async fn a_panic_ends_one_request_with_a_number_to_tell() {
    let site = Site::new().await;
    let built = Routes::new()
        .get("/boom", Access::Public, || async { panic_in_a_handler() })
        .build();
    let app = built
        .router
        .layer(axum::middleware::from_fn_with_state(
            site.portal.clone(),
            doorway,
        ))
        .with_state(site.portal.clone());
    let request = site.visitor().request(Method::GET, "/boom", Body::empty());
    let response = tower::ServiceExt::oneshot(app, request).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .unwrap();
    let body = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(
        body.contains("我们这边出了问题") && body.contains("l-number"),
        "{body}"
    );
    assert!(!body.contains("sensitive"), "nothing inside is told");
}

fn panic_in_a_handler() -> &'static str {
    panic!("sensitive")
}

/// Every route × role: who is let in is what the route declares and the gate says, nothing else.
#[tokio::test]
async fn every_route_admits_whom_it_declares_and_nobody_else() {
    let routes = crate::routes();
    let declared = routes.declared();
    let unique: BTreeSet<_> = declared.iter().map(|r| (r.method, r.path)).collect();
    assert_eq!(unique.len(), declared.len(), "a route is declared twice");
    let site = Site::new().await;
    let mut visitors = vec![(None, site.visitor())];
    for role in Role::ALL.into_iter().filter(|role| role.is_staff()) {
        visitors.push((Some(role), site.signed(role, HOME).await));
    }
    let resident = linli_kernel::ResidentId::new(&linli_kernel::SystemClock);
    let area = HOME.parse().unwrap();
    visitors.push((Some(Role::Resident), site.resident(resident, &area).await));
    // Signing out ends the sessions that the other routes are knocked with.
    for route in declared.iter().filter(|route| route.path != "/sign-out") {
        for (role, visitor) in &visitors {
            let answer = knock(visitor.clone(), route).await;
            // The API knows tokens only: whoever comes with a session is a stranger to it.
            let known = role.filter(|_| !route.path.starts_with("/api/"));
            let admitted = is_admitted(route.access, known);
            let what = format!(
                "{} {} as {role:?}: {}",
                route.method, route.path, answer.status
            );
            if admitted {
                assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{what}");
                assert!(!answer.location().starts_with("/sign-in?next="), "{what}");
                assert!(!answer.body.contains("您现在的岗位没有这项权限"), "{what}");
            } else {
                assert!(is_turned_away(&answer, *role, route), "{what}");
            }
        }
    }
}

async fn knock(mut visitor: crate::testing::Visitor, route: &Declared) -> Answer {
    // Parts of a path in braces are filled with something nobody has.
    let path: String = route
        .path
        .split('/')
        .map(|part| if part.starts_with('{') { "none" } else { part })
        .collect::<Vec<_>>()
        .join("/");
    let api = path.starts_with("/api/");
    match route.method {
        "GET" => visitor.get(&path).await,
        "POST" if !api => visitor.post(&path, &[]).await,
        method => {
            let method = method.parse().unwrap();
            let request = visitor.request(method, &path, Body::empty());
            visitor.send(request).await
        }
    }
}

/// What the declaration promises: worked out from the rules of the gate alone.
fn is_admitted(access: Access, role: Option<Role>) -> bool {
    let may = |action: Action| {
        linli_kernel::gate::RULES.iter().any(|(allowed, roles, _)| {
            *allowed == action && role.is_some_and(|r| roles.contains(&r))
        })
    };
    match access {
        // Tests have no address, which counts as this machine.
        Access::Public | Access::Loopback => true,
        Access::SignedIn => role.is_some(),
        Access::Gate(action) => may(action),
        Access::AnyOf(actions) => actions.iter().any(|action| may(*action)),
    }
}

fn is_turned_away(answer: &Answer, role: Option<Role>, route: &Declared) -> bool {
    if route.path.starts_with("/api/") {
        return answer.status == StatusCode::UNAUTHORIZED;
    }
    match role {
        None => answer.location().starts_with("/sign-in?next="),
        Some(_) => answer.status == StatusCode::FORBIDDEN,
    }
}

#[tokio::test]
async fn health_and_counts_are_told() {
    let site = Site::new().await;
    let health = site.visitor().get("/healthz").await;
    assert!(health.body.contains("\"writing\":true"), "{}", health.body);
    let counts = site.visitor().get("/metrics").await;
    assert!(
        counts.body.contains("linli_http_requests_total"),
        "{}",
        counts.body
    );
    assert!(counts.body.contains("linli_http_seconds_bucket"));
}

#[tokio::test]
async fn the_answer_to_a_page_is_compressed_and_assets_are_kept_for_ever() {
    let site = Site::new().await;
    let visitor = site.visitor();
    let mut request = visitor.request(Method::GET, "/about", Body::empty());
    request
        .headers_mut()
        .insert(header::ACCEPT_ENCODING, "gzip".parse().unwrap());
    let answer = visitor.clone().send(request).await;
    assert_eq!(answer.header(&header::CONTENT_ENCODING), "gzip");
    let style = site.portal.shared.assets.href("app.css").to_owned();
    if !style.is_empty() {
        let answer = visitor.clone().get(&style).await;
        assert!(answer.header(&header::CACHE_CONTROL).contains("immutable"));
        assert_eq!(
            answer.header(&header::CONTENT_TYPE),
            "text/css; charset=utf-8"
        );
    }
}

#[test]
fn loopback_routes_are_hidden_from_other_machines() {
    let far = Identity::default();
    assert!(matches!(
        Access::Loopback.admit(&far),
        Err(Trouble::NotFound)
    ));
    let near = Identity {
        local: true,
        ..Identity::default()
    };
    assert!(Access::Loopback.admit(&near).is_ok());
}

#[test]
fn linli_itself_is_let_into_no_page() {
    let system = Signed {
        account: linli_kernel::AccountId(uuid::Uuid::nil()),
        name: String::new(),
        actor: Actor::system(),
        posts: Vec::new(),
        resident: None,
        via: Via::Session,
    };
    let identity = Identity {
        signed: Some(system),
        ..Identity::default()
    };
    for action in Action::ALL {
        assert!(Access::Gate(action).admit(&identity).is_err(), "{action:?}");
    }
}

#[tokio::test]
async fn a_visitor_cannot_choose_the_address_that_is_counted() {
    // Without a proxy of one's own the header is a visitor's words; behind one, only the last
    // address counts, which the proxy itself noted.
    for (behind_proxy, forwarded, expected) in [
        (false, ["192.0.2.1", "192.0.2.2", "192.0.2.3"], 429),
        (
            true,
            [
                "192.0.2.1, 203.0.113.9",
                "192.0.2.2, 203.0.113.9",
                "x, 203.0.113.9",
            ],
            429,
        ),
        (true, ["203.0.113.1", "203.0.113.2", "203.0.113.3"], 200),
    ] {
        let mut settings = Settings {
            behind_proxy,
            ..Settings::default()
        };
        settings.limits.spare_loopback = false;
        settings.limits.pages = Rate {
            burst: 2,
            per_minute: 1,
        };
        let site = Site::with(settings, std::sync::Arc::new(linli_kernel::SystemClock)).await;
        let mut last = StatusCode::OK;
        for address in forwarded {
            let mut request = site.visitor().request(Method::GET, "/about", Body::empty());
            let peer: std::net::SocketAddr = ([198, 51, 100, 7], 1).into();
            request
                .extensions_mut()
                .insert(axum::extract::ConnectInfo(peer));
            let header = address.parse().unwrap();
            request.headers_mut().insert("x-forwarded-for", header);
            last = site.visitor().send(request).await.status;
        }
        assert_eq!(last.as_u16(), expected, "{behind_proxy} {forwarded:?}");
    }
}

#[tokio::test]
async fn methods_that_nothing_answers_are_refused() {
    let site = Site::new().await;
    for method in ["TRACE", "DELETE", "PATCH", "PUT", "CONNECT", "PROPFIND"] {
        let request = site
            .visitor()
            .request(method.parse().unwrap(), "/about", Body::empty());
        let answer = site.visitor().send(request).await;
        assert!(
            answer.status.is_client_error(),
            "{method}: {}",
            answer.status
        );
    }
    // No header and no field turns one method into another.
    let mut visitor = site.signed(Role::CommitteeWorker, HOME).await;
    for name in [
        "x-http-method-override",
        "x-method-override",
        "x-http-method",
    ] {
        let mut request = visitor.request(Method::GET, "/sign-out", Body::empty());
        request.headers_mut().insert(name, "POST".parse().unwrap());
        let answer = visitor.send(request).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{name}");
    }
    let field = visitor.get("/sign-out?_method=POST").await;
    assert_eq!(field.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(visitor.get("/desk").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_host_that_somebody_made_up_leads_nowhere() {
    let site = Site::new().await;
    for (name, value) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example"),
        ("x-original-url", "/desk/admin"),
        ("x-rewrite-url", "/desk/admin"),
    ] {
        for path in ["/", "/sign-in", "/desk", "/lookup", "/openapi.json"] {
            let mut request = site.visitor().request(Method::GET, path, Body::empty());
            request.headers_mut().insert(
                http::HeaderName::from_bytes(name.as_bytes()).unwrap(),
                value.parse().unwrap(),
            );
            let answer = site.visitor().send(request).await;
            let told = format!("{:?} {}", answer.headers, answer.body);
            assert!(!told.contains("evil.example"), "{name} {path}");
            assert!(!answer.body.contains("/desk/admin/"), "{name} {path}");
        }
    }
}
