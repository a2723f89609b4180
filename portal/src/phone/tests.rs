//! The app, its worker and the key of a phone, through the real router.

use http::{StatusCode, header};
use linli_kernel::Role;
use serde_json::Value;

use crate::Settings;
use crate::desk::world::{COMMITTEE, DISTRICT, World};
use crate::testing::{Answer, Site, Visitor};

const DEVICE: &str = "00112233445566778899aabbccddeeff";

fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.body))
}

async fn key(visitor: &mut Visitor, device: &str) -> Answer {
    visitor.get(&format!("/phone/key?device={device}")).await
}

#[tokio::test]
async fn the_manifest_says_what_an_installed_app_needs() {
    let site = Site::new().await;
    for (asked, start, id) in [
        ("/app.webmanifest", "/", "/"),
        ("/app.webmanifest?for=home", "/", "/"),
        ("/app.webmanifest?for=visits", "/desk/visits", "/desk"),
        ("/app.webmanifest?for=desk", "/desk", "/desk"),
        ("/app.webmanifest?for=https://evil.example", "/", "/"),
    ] {
        let answer = site.visitor().get(asked).await;
        assert_eq!(answer.status, StatusCode::OK, "{asked}");
        let kind = answer.header(&header::CONTENT_TYPE);
        assert!(kind.starts_with("application/manifest+json"), "{kind}");
        assert_eq!(answer.header(&header::CACHE_CONTROL), "no-cache");
        let manifest = json(&answer);
        assert_eq!(manifest["name"], "邻里");
        assert_eq!(manifest["lang"], "zh-CN");
        assert_eq!(manifest["display"], "standalone");
        assert_eq!(
            (manifest["start_url"].as_str(), manifest["id"].as_str()),
            (Some(start), Some(id)),
            "{asked}"
        );
        let icons = manifest["icons"].as_array().unwrap();
        let has = |size: &str, purpose: &str| {
            icons
                .iter()
                .any(|icon| icon["sizes"] == size && icon["purpose"] == purpose)
        };
        assert!(has("192x192", "any") && has("512x512", "any") && has("512x512", "maskable"));
    }
}

/// The address of the manifest that a page links.
fn linked(body: &str) -> &str {
    let (_, rest) = body.split_once("<link rel=\"manifest\" href=\"").unwrap();
    rest.split('"').next().unwrap()
}

#[tokio::test]
async fn every_page_links_the_manifest_of_whoever_reads_it() {
    let world = World::new().await;
    let mut visitor = world.site.visitor();
    for path in ["/about", "/phone", "/no-such-page"] {
        let page = visitor.get(path).await;
        assert_eq!(linked(&page.body), "/app.webmanifest?for=home", "{path}");
    }
    let mut worker = world.worker().await;
    let page = worker.get("/desk").await;
    assert_eq!(linked(&page.body), "/app.webmanifest?for=visits");
    let mut auditor = world.site.signed(Role::Auditor, DISTRICT).await;
    let page = auditor.get("/desk").await;
    assert_eq!(linked(&page.body), "/app.webmanifest?for=desk");
}

#[tokio::test]
async fn the_worker_stands_at_the_root_is_asked_for_each_time_and_may_only_fetch() {
    let site = Site::new().await;
    let answer = site.visitor().get("/worker.js").await;
    if !site.portal.shared.assets.built() {
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        return;
    }
    assert_eq!(answer.status, StatusCode::OK);
    let kind = answer.header(&header::CONTENT_TYPE);
    assert_eq!(kind, "text/javascript; charset=utf-8");
    assert_eq!(answer.header(&header::CACHE_CONTROL), "no-cache");
    assert_eq!(
        answer.header(&header::CONTENT_SECURITY_POLICY),
        "default-src 'none'; connect-src 'self'"
    );
    assert_eq!(answer.header(&header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    for name in ["app.css", "app.js", "phone.js"] {
        let href = site.portal.shared.assets.href(name);
        assert!(answer.body.contains(href), "{name} is kept as {href}");
    }
    let page = site.visitor().get("/about").await;
    let policy = page.header(&header::CONTENT_SECURITY_POLICY);
    for part in ["worker-src 'self'", "manifest-src 'self'"] {
        assert!(policy.contains(part), "{policy}");
    }
}

#[tokio::test]
async fn the_page_of_the_phone_is_the_same_for_everybody() {
    let world = World::new().await;
    let anyone = world.site.visitor().get("/phone").await;
    assert_eq!(anyone.status, StatusCode::OK);
    assert!(anyone.body.contains("这台手机") && anyone.body.contains("data-waiting=\"只在本机\""));
    assert_eq!(anyone.header(&header::CACHE_CONTROL), "no-store");
}

#[tokio::test]
async fn a_key_is_of_one_account_and_one_phone_and_of_nobody_else() {
    let world = World::new().await;
    let account = world.site.staff(Role::CommitteeWorker, COMMITTEE).await;
    let mut worker = world.site.signed_as(account).await;
    let first = json(&key(&mut worker, DEVICE).await);
    let bits = first["key"].as_str().unwrap();
    assert!(bits.len() == 64 && bits.bytes().all(|b| b.is_ascii_hexdigit()));
    assert_eq!(first["keep"], 72 * 3_600_000_u64);

    // The same account, signed in again, finds what it had not sent.
    let mut again = world.site.signed_as(account).await;
    let second = json(&key(&mut again, DEVICE).await);
    assert_eq!(
        (&second["key"], &second["owner"]),
        (&first["key"], &first["owner"])
    );

    let other_phone = json(&key(&mut worker, &"f".repeat(32)).await);
    assert_ne!(other_phone["key"], first["key"]);
    assert_eq!(other_phone["owner"], first["owner"]);

    let mut colleague = world.worker().await;
    let theirs = json(&key(&mut colleague, DEVICE).await);
    assert_ne!(theirs["key"], first["key"]);
    assert_ne!(theirs["owner"], first["owner"]);
    let owner = first["owner"].as_str().unwrap();
    assert!(!owner.contains(&account.to_string()));
}

#[tokio::test]
async fn without_a_sign_in_at_a_kiosk_and_for_no_phone_there_is_no_key() {
    let world = World::new().await;
    let nobody = key(&mut world.site.visitor(), DEVICE).await;
    assert_eq!(nobody.status, StatusCode::SEE_OTHER);
    assert!(nobody.location().starts_with("/sign-in?next="));
    let mut worker = world.worker().await;
    for device in ["", "short", &"g".repeat(32), &"0".repeat(33)] {
        assert_eq!(
            key(&mut worker, device).await.status,
            StatusCode::BAD_REQUEST,
            "{device}"
        );
    }
    let answer = key(&mut worker, DEVICE).await;
    assert_eq!(answer.header(&header::CACHE_CONTROL), "no-store");
    worker.get("/about?mode=kiosk").await;
    assert_eq!(key(&mut worker, DEVICE).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_token_that_comes_with_a_key_sends_a_form() {
    let world = World::new().await;
    let mut worker = world.worker().await;
    let answer = json(&key(&mut worker, DEVICE).await);
    let token = answer["token"].as_str().unwrap();
    let form = worker.form("/sign-out", format!("_csrf={token}"));
    assert_eq!(worker.send(form).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_node_may_keep_phones_from_holding_anything() {
    let mut settings = Settings::default();
    settings.limits.phone_hours = 0;
    let world = World::with(settings).await;
    let mut worker = world.worker().await;
    assert_eq!(key(&mut worker, DEVICE).await.status, StatusCode::NOT_FOUND);
}
