//! A month from the list of awards to the bank and back, as the people who do it see it.

use axum::http::StatusCode;
use linli_kernel::Role;

use crate::desk::world::{COMMITTEE, DISTRICT, STREET, World, hidden};
use crate::testing::{Answer, Visitor};

/// Sends the form on `page` to `path`, with its own command id and hash.
async fn press(visitor: &mut Visitor, path: &str, page: &str, fields: &[(&str, &str)]) -> Answer {
    let command = hidden(page, "_command");
    let mut all = vec![("_command", command.as_str())];
    let hash = page.contains("name=\"hash\"").then(|| hidden(page, "hash"));
    if let Some(hash) = &hash {
        all.push(("hash", hash));
    }
    all.extend(fields);
    visitor.post(path, &all).await
}

/// What a bank answers that pays everything: to the file `csv`.
fn paid(csv: &str) -> String {
    let mut answer = String::new();
    for (at, line) in csv.lines().enumerate() {
        let cells: Vec<&str> = line.split(',').collect();
        match at {
            0 => answer.push_str(&format!("邻里代发回盘,{}\n", cells[1..6].join(","))),
            1 => answer.push_str("流水号,金额,结果,原因\n"),
            _ => answer.push_str(&format!("{},{},成功,\n", cells[0], cells[3])),
        }
    }
    answer
}

#[tokio::test]
async fn a_roll_goes_from_one_officer_to_another_to_the_bank_and_to_the_resident() {
    let world = World::new().await;
    world.carried("2026-07").await;
    let mut maker = world.officer().await;
    let page = maker.get("/desk/rolls").await;
    let made = press(
        &mut maker,
        "/desk/rolls",
        &page.body,
        &[("period", "2026-07")],
    )
    .await;
    let at = "/desk/rolls/310117001-2026-07";
    assert_eq!(made.location(), at, "{}", made.body);
    let roll = maker.get(at).await;
    for text in [
        "待核对",
        "新增",
        "¥450.00",
        "老年综合津贴",
        "2026年7月至2026年9月",
    ] {
        assert!(roll.body.contains(text), "{text}\n{}", roll.body);
    }
    assert!(!roll.body.contains("张建国"));
    let hash = hidden(&roll.body, "hash");
    press(&mut maker, &format!("{at}/check"), &roll.body, &[]).await;
    let roll = maker.get(at).await;
    assert!(roll.body.contains("需要另一位有权限的人审批") && !roll.body.contains("/approve\""));
    let command = linli_kernel::CommandId::new(&linli_kernel::SystemClock).to_string();
    let own = [("_command", command.as_str()), ("hash", hash.as_str())];
    let alone = maker.post(&format!("{at}/approve"), &own).await;
    assert_eq!(alone.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(alone.body.contains("请由另一人审批"));
    let mut other = world.officer().await;
    let page = other.get(at).await;
    let approved = press(&mut other, &format!("{at}/approve"), &page.body, &[]).await;
    assert_eq!(approved.location(), at, "{}", approved.body);
    to_the_bank(&world, &mut maker, at).await;
    seen_by_all(&world, at).await;
}

#[expect(clippy::cognitive_complexity, reason = "one walk, step by step")]
async fn to_the_bank(world: &World, maker: &mut Visitor, at: &str) {
    let page = maker.get(at).await;
    let sent = press(maker, &format!("{at}/send"), &page.body, &[]).await;
    assert_eq!(sent.location(), at, "{}", sent.body);
    let file = maker.post(&format!("{at}/files/1"), &[]).await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(
        file.header(&http::header::CONTENT_TYPE)
            .starts_with("text/csv")
    );
    assert!(
        file.body
            .contains("310117001-2026-07-000001,张建国,9900000000000017,450.00,")
    );
    let mut committee = world.worker().await;
    let refused = committee.post(&format!("{at}/files/1"), &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let answer = paid(&file.body);
    let to = format!("{at}/files/1/answer");
    let form = maker.get(&to).await;
    let wrong = answer.replace("450.00,成功", "450.01,成功");
    let refused = press(maker, &to, &form.body, &[("answer", &wrong)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused
            .body
            .contains("第 3 行：名册第 1 笔送出 450.00 元，回盘是 450.01 元"),
        "{}",
        refused.body
    );
    assert!(
        refused.body.contains("450.01,成功"),
        "what was pasted stays"
    );
    assert!(
        maker.get(at).await.body.contains("等待银行回盘"),
        "nothing was posted"
    );
    let posted = press(maker, &to, &form.body, &[("answer", &answer)]).await;
    assert_eq!(posted.location(), at, "{}", posted.body);
    assert!(
        maker
            .get(at)
            .await
            .body
            .contains("已对账：成功 1 笔 ¥450.00")
    );
}

async fn seen_by_all(world: &World, at: &str) {
    let area = COMMITTEE.parse().unwrap();
    let mut elder = world.site.resident(world.elder, &area).await;
    let mine = elder.get("/my/payments").await;
    for text in [
        "老年综合津贴",
        "每月 ¥150.00",
        "¥450.00",
        "已发放",
        "下次发放：2026年10月15日",
        "✓ 满足",
    ] {
        assert!(mine.body.contains(text), "{text}\n{}", mine.body);
    }
    let mut auditor = world.site.signed(Role::Auditor, DISTRICT).await;
    let roll = auditor.get(at).await;
    assert_eq!(roll.status, StatusCode::OK);
    assert!(!roll.body.contains("/desk/benefits/") && !roll.body.contains("/send\""));
    let ledger = auditor.get("/desk/ledger").await;
    assert!(ledger.body.contains("借贷平衡") && ledger.body.contains("-¥450.00"));
    assert_eq!(
        auditor.get("/desk/benefits").await.status,
        StatusCode::FORBIDDEN
    );
    let mut elsewhere = world
        .site
        .signed(Role::StreetOfficer, "310117/310117105")
        .await;
    assert_eq!(elsewhere.get(at).await.status, StatusCode::FORBIDDEN);
    assert!(
        !elsewhere
            .get("/desk/rolls")
            .await
            .body
            .contains("310117001-2026-07")
    );
}

#[tokio::test]
async fn less_is_paid_only_after_the_family_was_heard_and_what_was_typed_stays() {
    let world = World::new().await;
    let award = world.carried("2026-07").await;
    let at = format!("/desk/benefits/{award}");
    let mut officer = world.officer().await;
    let stop = [
        ("from", "2026-10"),
        ("ground", "circumstances"),
        ("words", "收入超过标准"),
    ];
    let form = officer.get(&format!("{at}/stop")).await;
    assert!(form.body.contains("不再符合条件") && form.body.contains("社会救助法"));
    let fields: Vec<(&str, &str)> = stop.to_vec();
    let version = hidden(&form.body, "_version");
    let with: Vec<(&str, &str)> = [vec![("_version", version.as_str())], fields.clone()].concat();
    let refused = press(&mut officer, &format!("{at}/stop"), &form.body, &with).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in ["请先听取家庭的意见", "第四十八条", "收入超过标准"] {
        assert!(refused.body.contains(text), "{text}");
    }
    let mut worker = world.worker().await;
    let page = worker.get(&at).await;
    assert!(page.body.contains("/hear\"") && !page.body.contains("/stop\""));
    let hear = worker.get(&format!("{at}/hear")).await;
    let said = [
        ("on-year", "2026"),
        ("on-month", "9"),
        ("on-day", "1"),
        ("words", "儿子开始工作了"),
    ];
    let heard = press(&mut worker, &format!("{at}/hear"), &hear.body, &said).await;
    assert_eq!(heard.location(), at, "{}", heard.body);
    let again = worker.get(&format!("{at}/hear")).await;
    let denied = press(&mut worker, &format!("{at}/stop"), &again.body, &fields).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    let form = officer.get(&format!("{at}/stop")).await;
    let stopped = press(&mut officer, &format!("{at}/stop"), &form.body, &fields).await;
    assert_eq!(stopped.location(), at, "{}", stopped.body);
    let page = officer.get(&at).await;
    for text in [
        "已终止",
        "儿子开始工作了",
        "收入超过标准",
        "从2026年10月起终止",
    ] {
        assert!(page.body.contains(text), "{text}");
    }
}

#[tokio::test]
async fn an_award_is_shown_masked_and_the_look_is_written_down() {
    let world = World::new().await;
    let award = world.carried("2026-07").await;
    let mut worker = world.worker().await;
    let list = worker.get("/desk/benefits").await;
    assert!(list.body.contains("张*国") && !list.body.contains("张建国"));
    let at = format!("/desk/benefits/{award}");
    for _ in 0..2 {
        let page = worker.get(&at).await;
        assert!(page.body.contains("张*国") && page.body.contains("0017"));
        assert!(!page.body.contains("9900000000000017") && !page.body.contains("张建国"));
    }
    let area = COMMITTEE.parse().unwrap();
    let mut elder = world.site.resident(world.elder, &area).await;
    let looks = elder.get("/my/looks").await;
    assert_eq!(
        looks.body.matches("核实").count().min(1),
        1,
        "{}",
        looks.body
    );
    let mut next_door = world
        .site
        .signed(Role::CommitteeWorker, "310117/310117001/310117001002")
        .await;
    assert_eq!(next_door.get(&at).await.status, StatusCode::FORBIDDEN);
    assert!(!next_door.get("/desk/benefits").await.body.contains("张*国"));
}

#[tokio::test]
async fn the_account_is_changed_after_looking_at_the_card() {
    let world = World::new().await;
    let award = world.carried("2026-07").await;
    let at = format!("/desk/benefits/{award}/payee");
    let mut officer = world.site.signed(Role::StreetOfficer, STREET).await;
    let form = officer.get(&at).await;
    let typed = |account| {
        [
            ("payee", "张建国"),
            ("account", account),
            ("words", "银行卡原件"),
        ]
    };
    let refused = press(&mut officer, &at, &form.body, &typed("12")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("8 至 30 位数字"));
    let form = officer.get(&at).await;
    let changed = press(&mut officer, &at, &form.body, &typed("9900 0000 0000 0025")).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.body);
    let page = officer.get(&format!("/desk/benefits/{award}")).await;
    assert!(page.body.contains("0025"));
}
