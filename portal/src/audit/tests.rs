//! The audit through the real router: everything open, nothing sealed, each entry provable.

use http::StatusCode;
use linli_kernel::Role;

use crate::desk::world::{DISTRICT, World};

#[tokio::test]
async fn the_auditor_sees_open_parts_and_proofs_but_no_person() {
    let world = World::new().await;
    let receipt = world.filed("certificate").await;
    let mut auditor = world.site.signed(Role::Auditor, DISTRICT).await;
    let journal = auditor.get("/desk/audit?kind=cases.").await;
    assert_eq!(journal.status, StatusCode::OK, "{}", journal.body);
    assert!(journal.body.contains("cases.submitted"));
    assert!(
        !journal.body.contains("residents.registered"),
        "the filter holds"
    );
    let entry = auditor.get(&format!("/desk/audit/{}", receipt.seq)).await;
    assert_eq!(entry.status, StatusCode::OK, "{}", entry.body);
    assert!(entry.body.contains(receipt.number.as_str()));
    for sealed in ["张建国", "10900000001", "示例路"] {
        assert!(!entry.body.contains(sealed), "{sealed}");
    }
    let proof = auditor
        .get(&format!("/desk/audit/{}/receipt.json", receipt.seq))
        .await;
    let proven = linli_journal::verify_receipt(&proof.body, None).unwrap();
    assert_eq!(proven.index, receipt.seq);
    assert_eq!(
        auditor.get("/desk/audit/99999999").await.status,
        StatusCode::NOT_FOUND
    );
    let stream = auditor
        .get(&format!("/desk/audit?stream=case/{}", receipt.case))
        .await;
    assert!(stream.body.contains("cases.submitted"));
    assert!(!stream.body.contains("residents."));
    assert_eq!(
        world.worker().await.get("/desk/audit").await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn the_audit_administrator_reads_who_looked_at_whom_by_id_only() {
    let world = World::new().await;
    let mut worker = world.worker().await;
    worker
        .post(
            "/desk/residents",
            &[("text", "张"), ("purpose", "核对名单")],
        )
        .await;
    let mut admin = world.site.signed(Role::AuditAdmin, DISTRICT).await;
    let log = admin.get("/desk/access").await;
    assert_eq!(log.status, StatusCode::OK, "{}", log.body);
    assert!(log.body.contains(&world.elder.to_string()));
    assert!(!log.body.contains("张建国"));
    assert_eq!(admin.get("/desk/cases").await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        worker.get("/desk/access").await.status,
        StatusCode::FORBIDDEN
    );
}
