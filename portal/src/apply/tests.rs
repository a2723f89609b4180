//! Applying through the real router: what is filled in, what is kept, what counts once.

use std::collections::BTreeMap;
use std::sync::Arc;

use linli_community::Call;
use linli_community::residents::{Command, FieldId, HouseholdCommand, Member, Values};
use linli_kernel::{Actor, AreaPath, Clock, CommandId, HouseholdId, ResidentId, SystemClock};
use linli_testkit::ManualClock;
use serde_json::{Value, json};

use crate::Settings;
use crate::testing::{Answer, Site, Visitor};

/// A site with two neighbours: 张建国, whom the register knows well, with his daughter; and 李秀英.
pub(crate) struct Town {
    pub(crate) site: Site,
    pub(crate) area: AreaPath,
    pub(crate) zhang: ResidentId,
    pub(crate) daughter: ResidentId,
    pub(crate) li: ResidentId,
}

pub(crate) const PHONE: &str = "13800138001";

impl Town {
    pub(crate) async fn new() -> Self {
        Self::with(Arc::new(SystemClock)).await
    }

    /// The same at an instant.
    pub(crate) async fn at(instant: &str) -> Self {
        Self::with(Arc::new(ManualClock::at(instant))).await
    }

    async fn with(clock: Arc<dyn Clock>) -> Self {
        let settings = Settings {
            second_factor: false,
            ..Settings::default()
        };
        let site = Site::with(settings, clock).await;
        let area: AreaPath = "310117/310117001/310117001001".parse().unwrap();
        let zhang = register(
            &site,
            &area,
            &[
                ("person.name", json!("张建国")),
                ("person.id_number", json!("990117194803120015")),
                ("person.birth_date", json!("1948-03-12")),
                ("person.hukou", json!("local")),
                ("person.address", json!("松江区岳阳街道示例路12弄3号401室")),
                ("person.phone", json!(PHONE)),
                ("person.bank_account", json!("6222000000000012")),
            ],
        )
        .await;
        let daughter = register(
            &site,
            &area,
            &[
                ("person.name", json!("张敏")),
                ("person.birth_date", json!("1975-05-06")),
            ],
        )
        .await;
        let li = register(
            &site,
            &area,
            &[
                ("person.name", json!("<script>alert(1)</script>")),
                ("person.birth_date", json!("1960-01-02")),
                ("person.phone", json!("13900139002")),
            ],
        )
        .await;
        household(&site, &area, &[(zhang, "0"), (daughter, "2")]).await;
        Self {
            site,
            area,
            zhang,
            daughter,
            li,
        }
    }

    pub(crate) async fn zhang(&self) -> Visitor {
        self.site.resident(self.zhang, &self.area).await
    }

    pub(crate) async fn li(&self) -> Visitor {
        self.site.resident(self.li, &self.area).await
    }
}

fn values(facts: &[(&str, Value)]) -> Values {
    let facts = facts.iter();
    facts
        .map(|(field, value)| (FieldId::from(*field), value.clone()))
        .collect()
}

async fn register(site: &Site, area: &AreaPath, facts: &[(&str, Value)]) -> ResidentId {
    let id = ResidentId::new(&SystemClock);
    let command = Command::Register {
        area: area.clone(),
        facts: values(facts),
        source: "police".to_owned(),
        as_of: "2026-01-05".parse().unwrap(),
    };
    let system = Actor::system();
    let call = Call {
        command: CommandId::new(&SystemClock),
        actor: &system,
        expected: None,
    };
    site.portal.linli.record(call, id, &command).await.unwrap();
    id
}

async fn household(site: &Site, area: &AreaPath, members: &[(ResidentId, &str)]) {
    let id = HouseholdId::new(&SystemClock);
    let command = HouseholdCommand::Form {
        area: area.clone(),
        members: members
            .iter()
            .map(|(resident, relation)| Member {
                resident: *resident,
                relation: (*relation).to_owned(),
            })
            .collect(),
        facts: values(&[
            ("household.housing", json!("owned")),
            ("household.monthly_income_fen", json!(120_000)),
            ("household.assets_fen", json!(1_500_000)),
        ]),
        source: "committee".to_owned(),
        as_of: "2026-01-05".parse().unwrap(),
    };
    let system = Actor::system();
    let call = Call {
        command: CommandId::new(&SystemClock),
        actor: &system,
        expected: None,
    };
    site.portal
        .linli
        .record_household(call, id, &command)
        .await
        .unwrap();
}

/// What a browser would send of the page's main form, as it stands.
pub(crate) fn inputs(body: &str) -> Vec<(String, String)> {
    let main = body.split_once("<main").map_or(body, |(_, main)| main);
    let mut found = Vec::new();
    for tag in main.split("<input").skip(1) {
        let tag = tag.split('>').next().unwrap();
        let ticked = !tag.contains("type=\"radio\"") && !tag.contains("type=\"checkbox\"");
        if let (Some(name), true) = (attribute(tag, "name"), ticked || tag.contains(" checked")) {
            found.push((name, attribute(tag, "value").unwrap_or_default()));
        }
    }
    for select in main.split("<select").skip(1) {
        let name = attribute(select, "name").unwrap();
        let chosen = select
            .split("<option")
            .find(|option| option.contains(" selected"));
        let chosen = chosen.and_then(|option| attribute(option, "value"));
        found.push((name, chosen.unwrap_or_default()));
    }
    for area in main.split("<textarea").skip(1) {
        let text = area
            .split_once('>')
            .unwrap()
            .1
            .split("</textarea>")
            .next()
            .unwrap();
        found.push((attribute(area, "name").unwrap(), text.to_owned()));
    }
    found
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let value = rest.split('"').next()?;
    Some(
        value
            .replace("&#34;", "\"")
            .replace("&amp;", "&")
            .replace("&#39;", "'"),
    )
}

/// Sends the page's form as it stands, with `answers` put in.
pub(crate) async fn send(
    visitor: &mut Visitor,
    path: &str,
    body: &str,
    answers: &[(&str, &str)],
) -> Answer {
    let mut fields = inputs(body);
    fields.retain(|(name, _)| {
        name != "_csrf" && !answers.iter().any(|(answered, _)| answered == name)
    });
    let mut fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    fields.extend_from_slice(answers);
    visitor.post(path, &fields).await
}

const DIBAO: &[(&str, &str)] = &[
    ("income_changed", "no"),
    ("military_money", "no"),
    ("cause", "cannot_work"),
    ("visit_time", ""),
];

/// Walks the questions of `start` to the check page, confirming what is filled in.
pub(crate) async fn to_check(
    visitor: &mut Visitor,
    start: &str,
    answers: &[(&str, &str)],
) -> (String, Vec<String>) {
    let answers: BTreeMap<&str, &str> = answers.iter().copied().collect();
    let begun = visitor.post(start, &[("_do", "go")]).await;
    let mut at = begun.location().to_owned();
    let mut asked = Vec::new();
    for _ in 0..40 {
        let path = at.split('?').next().unwrap();
        let question = path.rsplit('/').next().unwrap().to_owned();
        if question == "check" {
            return (at, asked);
        }
        let page = visitor.get(&at).await;
        assert_eq!(page.status, 200, "{at}");
        let own: Vec<(&str, &str)> = answers
            .get(question.as_str())
            .map(|a| (question.as_str(), *a))
            .into_iter()
            .collect();
        let sent = send(visitor, &at, &page.body, &own).await;
        assert_eq!(sent.status, 303, "{at}: {}", problems(&sent.body));
        asked.push(question);
        at = sent.location().to_owned();
    }
    panic!("the questions do not end: {asked:?}");
}

/// The lines of the error summary.
pub(crate) fn problems(body: &str) -> String {
    let summary = body
        .split("govuk-error-summary__list")
        .nth(1)
        .unwrap_or_default();
    summary.split("</ul>").next().unwrap_or_default().to_owned()
}

const DECLARED: &[(&str, &str)] = &[
    ("_declare", "true_statement"),
    ("_declare", "consent_check"),
    ("_declare", "know_notice"),
];

/// Applies for 低保 and gives the case's number.
pub(crate) async fn apply(visitor: &mut Visitor) -> String {
    let (check, _) = to_check(visitor, "/apply/dibao", DIBAO).await;
    let page = visitor.get(&check).await;
    let sent = send(visitor, &check, &page.body, DECLARED).await;
    assert_eq!(sent.status, 303, "{}", problems(&sent.body));
    sent.location().split('/').nth(2).unwrap().to_owned()
}

#[tokio::test]
async fn what_the_register_knows_is_filled_in_and_a_case_comes_out() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    let (check, asked) = to_check(&mut zhang, "/apply/dibao", DIBAO).await;
    // Name, identity number, date of birth and hukou are known and only shown.
    assert_eq!(
        asked,
        [
            "address",
            "members",
            "housing",
            "income",
            "income_changed",
            "assets",
            "military_money",
            "cause",
            "bank_account",
            "phone",
            "visit_time"
        ]
    );
    let page = zhang.get("/apply/dibao/address").await;
    assert!(page.body.contains("示例路12弄3号401室"), "{}", page.body);
    assert!(page.body.contains("来源：公安部门，2026年1月5日(周一)"));
    assert!(page.body.contains("为什么问："));
    let page = zhang.get(&check).await;
    assert!(page.body.contains("张敏"), "the household is known");
    assert!(page.body.contains("¥1,200.00"));
    assert!(
        page.body
            .contains("href=\"/apply/dibao/income?from=check\"")
    );
    let sent = send(&mut zhang, &check, &page.body, DECLARED).await;
    assert_eq!(sent.status, 303, "{}", problems(&sent.body));
    let receipt = zhang.get(sent.location()).await;
    assert_eq!(receipt.status, 200);
    assert!(receipt.body.contains("申请已提交"));
    assert!(receipt.body.contains("个工作日"));
    assert!(receipt.body.contains("<svg"), "a QR code");
    let again = zhang.get(sent.location()).await;
    assert_eq!(again.status, 200, "safe to reload");
    assert_eq!(
        zhang.get("/apply/dibao/check").await.status,
        303,
        "the draft is gone"
    );
}

#[tokio::test]
async fn a_form_sent_twice_makes_one_case() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    let (check, _) = to_check(&mut zhang, "/apply/dibao", DIBAO).await;
    let page = zhang.get(&check).await;
    let first = send(&mut zhang, &check, &page.body, DECLARED).await;
    let second = send(&mut zhang, &check, &page.body, DECLARED).await;
    assert_eq!(second.status, 303);
    assert_eq!(first.location(), second.location());
    let cases = zhang.get("/my/cases").await;
    assert_eq!(cases.body.matches("<article").count(), 1);
}

#[tokio::test]
async fn nothing_is_ticked_beforehand_and_what_is_missing_is_said() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    let (check, _) = to_check(&mut zhang, "/apply/dibao", DIBAO).await;
    let page = zhang.get(&check).await;
    assert!(!page.body.contains(" checked"));
    let sent = send(&mut zhang, &check, &page.body, &DECLARED[..1]).await;
    assert_eq!(sent.status, 422);
    assert!(problems(&sent.body).contains("href=\"#consent_check\""));
    assert!(
        sent.body.contains("value=\"true_statement\" checked"),
        "what was ticked stays"
    );
}

#[tokio::test]
async fn a_wrong_answer_is_told_beside_its_field_and_kept() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    zhang.post("/apply/dibao", &[("_do", "go")]).await;
    let sent = zhang
        .post("/apply/dibao/phone", &[("phone", "１３８ 00")])
        .await;
    assert_eq!(sent.status, 422);
    assert!(sent.body.contains("<title>错误"), "{}", &sent.body[..400]);
    assert!(sent.body.contains("value=\"１３８ 00\""));
    assert!(sent.body.contains("id=\"phone-error\""));
    let hostile = "<script>alert('x')</script>".repeat(20);
    let sent = zhang
        .post("/apply/dibao/cause_detail", &[("cause_detail", &hostile)])
        .await;
    assert!(!sent.body.contains("<script>alert"));
    let long = "长".repeat(5_000);
    let sent = zhang
        .post("/apply/dibao/address", &[("address", &long)])
        .await;
    assert_eq!(sent.status, 422);
}

#[tokio::test]
async fn answers_outlive_the_sign_in() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    zhang.post("/apply/dibao", &[("_do", "go")]).await;
    let sent = zhang
        .post(
            "/apply/dibao/address",
            &[("address", "松江区岳阳街道新家路1号")],
        )
        .await;
    assert_eq!(sent.status, 303);
    zhang.cookies.remove(crate::signin::SESSION_COOKIE);
    let out = zhang.get("/apply/dibao/members").await;
    assert_eq!(out.status, 303);
    assert!(
        out.location()
            .starts_with("/sign-in?next=%2Fapply%2Fdibao%2Fmembers")
    );
    let mut zhang = town.zhang().await;
    let page = zhang.get("/apply/dibao/address").await;
    assert!(page.body.contains("松江区岳阳街道新家路1号"));
    let start = zhang.get("/apply/dibao").await;
    assert!(start.body.contains("接着填写"));
    let home = zhang.get("/").await;
    assert!(home.body.contains("接着填：最低生活保障"));
}

#[tokio::test]
async fn saved_as_typed_is_not_lost_even_when_wrong() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    zhang.post("/apply/dibao", &[("_do", "go")]).await;
    let sent = zhang
        .post(
            "/apply/dibao/phone",
            &[("phone", "138001"), ("_do", "later")],
        )
        .await;
    assert_eq!(sent.location(), "/services/dibao");
    let page = zhang.get("/apply/dibao/phone").await;
    assert!(page.body.contains("value=\"138001\""));
}

#[tokio::test]
async fn rows_are_added_and_dropped_without_losing_what_was_typed() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    zhang.post("/apply/dibao", &[("_do", "go")]).await;
    let page = zhang.get("/apply/dibao/members").await;
    assert!(page.body.contains("value=\"张敏\""), "{}", page.body);
    let sent = send(
        &mut zhang,
        "/apply/dibao/members",
        &page.body,
        &[("_do", "add")],
    )
    .await;
    assert_eq!(sent.location(), "/apply/dibao/members?rows=3");
    let page = zhang.get(sent.location()).await;
    let more = [("members.2.name", "张小宝"), ("_do", "drop.0")];
    let sent = send(&mut zhang, "/apply/dibao/members?rows=3", &page.body, &more).await;
    let page = zhang.get(sent.location()).await;
    assert!(page.body.contains("value=\"张小宝\""));
    assert!(!page.body.contains("value=\"张建国\""));
}

#[tokio::test]
async fn who_holds_a_mandate_applies_for_another_and_every_page_says_so() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    let page = zhang.get("/my/mandates").await;
    assert!(page.body.contains("张敏"));
    let next_year = town.site.portal.linli.clock().today().year() + 1;
    let agent = town.daughter.to_string();
    let (year, day) = (next_year.to_string(), "2");
    let granted = send(
        &mut zhang,
        "/my/mandates",
        &page.body,
        &[
            ("agent", &agent),
            ("until-year", &year),
            ("until-month", "1"),
            ("until-day", day),
        ],
    )
    .await;
    assert_eq!(granted.status, 303, "{}", problems(&granted.body));
    let mut daughter = town.site.resident(town.daughter, &town.area).await;
    let start = daughter.get("/apply/dibao").await;
    assert!(
        start.body.contains("张建国（家庭成员授权）"),
        "{}",
        start.body
    );
    let none = daughter.post("/apply/dibao", &[("_do", "go")]).await;
    assert_eq!(none.status, 422, "nothing is chosen beforehand");
    let whom = town.zhang.to_string();
    let begun = daughter
        .post("/apply/dibao", &[("for", &whom), ("_do", "go")])
        .await;
    assert_eq!(begun.location(), format!("/apply/dibao/address?for={whom}"));
    let page = daughter.get(begun.location()).await;
    assert!(page.body.contains("您正在替 张建国 办理"));
    assert!(
        page.body.contains("示例路12弄3号401室"),
        "his register, not hers"
    );
}

#[tokio::test]
async fn nobody_applies_for_another_without_a_mandate() {
    let town = Town::new().await;
    let mut li = town.li().await;
    let path = format!("/apply/dibao/address?for={}", town.zhang);
    let page = li.get(&path).await;
    assert_eq!(page.status, 403);
    assert!(!page.body.contains("示例路"));
}

#[tokio::test]
async fn visitors_and_staff_are_told_what_to_do() {
    let town = Town::new().await;
    let start = town.site.visitor().get("/apply/dibao").await;
    assert!(start.body.contains("href=\"/sign-in?next=/apply/dibao\""));
    let mut officer = town
        .site
        .signed(linli_kernel::Role::StreetOfficer, "310117/310117001")
        .await;
    let start = officer.get("/apply/dibao").await;
    assert!(start.body.contains("代办登记"));
    assert_eq!(officer.get("/apply/dibao/address").await.status, 403);
    assert_eq!(officer.get("/apply/none").await.status, 404);
}

/// A form that waited on a phone, with what its page held.
async fn late(visitor: &mut Visitor, body: &str, answer: &str) -> Answer {
    let kept = [("income_changed", answer), ("_kept", "yes")];
    send(visitor, "/apply/dibao/income_changed", body, &kept).await
}

#[tokio::test]
async fn an_answer_that_waited_on_a_phone_overwrites_nothing_unseen() {
    const AT: &str = "/apply/dibao/income_changed";
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    zhang.post("/apply/dibao", &[("_do", "go")]).await;
    let taken_along = zhang.get(AT).await.body;

    // Nobody answered it elsewhere: it is saved, and coming twice changes nothing.
    for _ in 0..2 {
        assert_eq!(late(&mut zhang, &taken_along, "no").await.status, 303);
    }
    // It was answered differently on another device meanwhile.
    let open = zhang.get(AT).await.body;
    assert_eq!(
        send(&mut zhang, AT, &open, &[("income_changed", "yes")])
            .await
            .status,
        303
    );
    let conflict = late(&mut zhang, &taken_along, "no").await;
    assert_eq!(conflict.status, 409);
    assert!(conflict.body.contains("用现在的") && conflict.body.contains("用我填的"));
    let stands = zhang.get(AT).await.body;
    assert!(inputs(&stands).contains(&("income_changed".to_owned(), "yes".to_owned())));
    // The person saw both and took theirs.
    let decided = send(&mut zhang, AT, &conflict.body, &[("_kept", "yes")]).await;
    assert_eq!(decided.status, 303, "{}", decided.body);
    let stands = zhang.get(AT).await.body;
    assert!(inputs(&stands).contains(&("income_changed".to_owned(), "no".to_owned())));
    // A page that was open all the time is the person's own latest word, as ever.
    let open = send(&mut zhang, AT, &taken_along, &[("income_changed", "yes")]).await;
    assert_eq!(open.status, 303);
}

#[tokio::test]
async fn a_question_names_the_pages_to_store_on_a_phone_but_not_at_a_kiosk() {
    let town = Town::new().await;
    let mut zhang = town.zhang().await;
    zhang.post("/apply/dibao", &[("_do", "go")]).await;
    let page = zhang.get("/apply/dibao/income_changed").await.body;
    let (_, rest) = page.split_once("data-pages=\"").unwrap();
    let pages: Vec<&str> = rest.split('"').next().unwrap().split(' ').collect();
    assert!(
        pages.contains(&"/apply/dibao/income_changed") && pages.len() > 3,
        "{pages:?}"
    );
    for at in pages {
        assert_eq!(zhang.get(at).await.status, 200, "{at}");
    }
    let kiosk = zhang
        .get("/apply/dibao/income_changed?mode=kiosk")
        .await
        .body;
    assert!(!kiosk.contains("data-l=\"along\""));
}
