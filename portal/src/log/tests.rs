//! The public log: a client that trusts nothing but the key checks it from the addresses alone.

use http::{StatusCode, header};
use linli_translog::{Checkpoint, VerifierKey};

use crate::testing::Site;

#[tokio::test]
async fn the_checkpoint_is_signed_and_the_tiles_lead_to_its_root() {
    let site = Site::new().await;
    let mut anyone = site.visitor();
    let key = anyone.get("/log/key").await.body;
    let note = anyone.get("/log/checkpoint").await;
    assert_eq!(
        note.header(&header::CONTENT_TYPE),
        "text/plain; charset=utf-8"
    );
    assert_eq!(note.header(&header::CACHE_CONTROL), "no-cache");
    let key: VerifierKey = key.trim().parse().unwrap();
    let checkpoint = Checkpoint::open(&note.body, &key).unwrap();
    assert!(checkpoint.size > 400, "the areas are in it");
    let full = anyone.get("/log/tile/0/000").await;
    assert_eq!(full.status, StatusCode::OK);
    assert_eq!(
        full.header(&header::CONTENT_TYPE),
        "application/octet-stream"
    );
    assert!(full.header(&header::CACHE_CONTROL).contains("immutable"));
    let partial = format!("/log/tile/0/001.p/{}", checkpoint.size - 256);
    assert_eq!(anyone.get(&partial).await.status, StatusCode::OK);
    let bundle = anyone.get("/log/tile/entries/000").await;
    assert_eq!(bundle.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_tile_is_404() {
    let site = Site::new().await;
    for path in [
        "/log/tile/0/0",
        "/log/tile/0/999",
        "/log/tile/0/000.p/256",
        "/log/tile/9/000",
        "/log/tile/entries/999",
        "/log/tile/../secrets",
        "/log/tile/0/x001/067.p/0",
    ] {
        let answer = site.visitor().get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}
