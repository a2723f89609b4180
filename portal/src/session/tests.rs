//! The desk: sessions, drafts, presence.

use std::sync::Arc;

use linli_journal::Config;
use linli_kernel::{AccountId, SystemClock};
use serde_json::{Map, Value, json};
use tower_sessions::SessionStore as _;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use uuid::Uuid;

use super::*;

async fn desk() -> Desk {
    Desk::open(&Config::memory(), Arc::new(SystemClock))
        .await
        .unwrap()
}

fn answers(pairs: &[(&str, Value)]) -> Map<String, Value> {
    pairs
        .iter()
        .map(|(k, v)| ((*k).to_owned(), v.clone()))
        .collect()
}

fn record(expires_in: Duration) -> Record {
    Record {
        id: Id::default(),
        data: [("a".to_owned(), json!("字"))].into(),
        expiry_date: OffsetDateTime::now_utc() + expires_in,
    }
}

#[tokio::test]
async fn a_session_is_kept_until_it_expires() {
    let store = DeskStore(desk().await);
    let mut kept = record(Duration::HOUR);
    store.create(&mut kept).await.unwrap();
    let loaded = store.load(&kept.id).await.unwrap().unwrap();
    assert_eq!(loaded.data, kept.data);
    let mut over = record(-Duration::SECOND);
    store.create(&mut over).await.unwrap();
    assert_eq!(store.load(&over.id).await.unwrap(), None);
    store.0.sweep().await.unwrap();
    assert!(store.load(&kept.id).await.unwrap().is_some());
    store.delete(&kept.id).await.unwrap();
    assert_eq!(store.load(&kept.id).await.unwrap(), None);
}

#[tokio::test]
async fn a_draft_grows_question_by_question_and_is_adopted_at_sign_in() {
    let desk = desk().await;
    let visitor = DraftKey {
        owner: "token".to_owned(),
        service: "dibao".to_owned(),
        about: String::new(),
    };
    desk.save_draft(&visitor, answers(&[("a", json!(1)), ("b", json!("两"))]))
        .await
        .unwrap();
    desk.save_draft(&visitor, answers(&[("a", json!(2)), ("b", Value::Null)]))
        .await
        .unwrap();
    let draft = desk.draft(&visitor).await.unwrap().unwrap();
    assert_eq!(draft.answers, answers(&[("a", json!(2))]));
    let account = AccountId(Uuid::from_u128(1));
    desk.adopt_drafts("token", account).await.unwrap();
    assert_eq!(desk.draft(&visitor).await.unwrap(), None);
    let own = DraftKey::of(account, "dibao", "");
    assert_eq!(
        desk.draft(&own).await.unwrap().unwrap().answers,
        draft.answers
    );
    desk.save_draft(&visitor, answers(&[("a", json!(9))]))
        .await
        .unwrap();
    desk.adopt_drafts("token", account).await.unwrap();
    let kept = desk.draft(&own).await.unwrap().unwrap();
    assert_eq!(
        kept.answers,
        answers(&[("a", json!(2))]),
        "one's own draft wins"
    );
    desk.drop_draft(&own).await.unwrap();
    assert!(desk.drafts(&account.to_string()).await.unwrap().is_empty());
}

#[tokio::test]
async fn two_people_on_one_case_are_told_of_each_other() {
    let desk = desk().await;
    let (one, two) = (AccountId(Uuid::from_u128(1)), AccountId(Uuid::from_u128(2)));
    assert!(
        desk.present("3101-1", one, "王敏")
            .await
            .unwrap()
            .is_empty()
    );
    let seen = desk.present("3101-1", two, "李强").await.unwrap();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].name, "王敏");
    assert!(
        desk.present("3101-2", two, "李强")
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn codes_go_to_a_file_that_only_its_owner_reads() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("codes.txt");
    let sender = FileSender::new(&path);
    sender.send("13800138001", "000001").await.unwrap();
    sender.send("13800138002", "000002").await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, "13800138001\t000001\n13800138002\t000002\n");
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn the_secret_of_a_desk_lasts() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::sqlite(folder.path());
    let first = Desk::open(&config, Arc::new(SystemClock)).await.unwrap();
    let second = Desk::open(&config, Arc::new(SystemClock)).await.unwrap();
    assert_eq!(first.keyed("form", "x"), second.keyed("form", "x"));
    assert_ne!(first.keyed("form", "x"), first.keyed("code", "x"));
}
