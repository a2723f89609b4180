//! A small district for the tests of staff pages: one committee, its street, an elderly resident,
//! and a clock that the test turns.

use std::sync::Arc;

use jiff::Timestamp;
use linli_community::benefits::Carried;
use linli_community::cases::command::Filing;
use linli_community::cases::{self, Receipt};
use linli_community::catalogue::Channel;
use linli_community::reporting::{Basis, Created, Draft, Rules};
use linli_community::residents::{Command, FieldId, Values};
use linli_community::{Call, Linli};
use linli_kernel::{
    AccountId, Actor, AreaPath, AwardId, Clock, CommandId, Post, PostId, ResidentId, Role,
    ShiftedClock, SystemClock,
};
use linli_units::IdentityNumber;
use serde_json::{Value, json};

use crate::Settings;
use crate::testing::{Site, Visitor};

pub(crate) const COMMITTEE: &str = "310117/310117001/310117001001";
pub(crate) const STREET: &str = "310117/310117001";
pub(crate) const DISTRICT: &str = "310117";

/// A Tuesday in a year whose working-day calendar is known.
pub(crate) struct Tuesday;

impl Clock for Tuesday {
    fn now(&self) -> Timestamp {
        "2026-09-01T02:00:00Z".parse().unwrap()
    }
}

pub(crate) struct World {
    pub(crate) site: Site,
    pub(crate) clock: Arc<ShiftedClock<Tuesday>>,
    pub(crate) elder: ResidentId,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let clock = Arc::new(ShiftedClock::new(Tuesday, 0));
        let site = Site::with(settings, Arc::clone(&clock) as _).await;
        let elder = register(
            &site.portal.linli,
            ("张建国", "10900000001"),
            Some(number()),
        )
        .await;
        Self { site, clock, elder }
    }

    pub(crate) fn linli(&self) -> &Linli {
        &self.site.portal.linli
    }

    pub(crate) async fn worker(&self) -> Visitor {
        self.site.signed(Role::CommitteeWorker, COMMITTEE).await
    }

    pub(crate) async fn officer(&self) -> Visitor {
        self.site.signed(Role::StreetOfficer, STREET).await
    }

    /// The elder's own filing of `service`, made without a page.
    pub(crate) async fn filed(&self, service: &str) -> Receipt {
        let account = AccountId(self.elder.0);
        let actor = Actor::resident(account, self.elder);
        let call = Call {
            command: CommandId::new(&SystemClock),
            actor: &actor,
            expected: None,
        };
        cases::file(self.linli(), call, &filing(service, self.elder))
            .await
            .unwrap()
    }

    /// An award of the elder's that goes on, from before Linli.
    pub(crate) async fn carried(&self, from: &str) -> AwardId {
        let carried = Carried {
            resident: self.elder,
            name: "张建国".to_owned(),
            service: "elder-allowance".to_owned(),
            area: COMMITTEE.parse().unwrap(),
            decided_on: jiff::civil::date(2026, 1, 5),
            from: from.parse().unwrap(),
            amount_fen: None,
            account: Some("9900000000000017".to_owned()),
        };
        let system = Actor::system();
        let call = Call {
            command: CommandId::new(&SystemClock),
            actor: &system,
            expected: None,
        };
        self.linli().carry_over(call, &carried).await.unwrap()
    }

    /// That award on the roll of July, approved; the clock stands in September.
    pub(crate) async fn rolled(&self) -> (AwardId, String) {
        let award = self.carried("2026-07").await;
        let linli = self.linli();
        let officer = || {
            let post = Post {
                id: PostId::new(&SystemClock),
                role: Role::StreetOfficer,
                area: STREET.parse().unwrap(),
            };
            Actor::in_post(AccountId::new(&SystemClock), post)
        };
        let (maker, other) = (officer(), officer());
        let call = |actor| Call {
            command: CommandId::new(&SystemClock),
            actor,
            expected: None,
        };
        let street: AreaPath = STREET.parse().unwrap();
        let made = linli
            .make_roll(call(&maker), &street, "2026-07".parse().unwrap())
            .await
            .unwrap();
        let (id, hash) = (made.state.id().unwrap(), made.state.hash.clone());
        linli.check_roll(call(&maker), &id, &hash).await.unwrap();
        linli.approve_roll(call(&other), &id, &hash).await.unwrap();
        linli.send_roll(call(&maker), &id).await.unwrap();
        (award, id)
    }

    /// A table of 统一填报 that the street asks the committee for.
    pub(crate) async fn asked_for(&self) -> String {
        let today = self.linli().clock().today();
        let table = Created {
            name: "就业情况统计表".to_owned(),
            basis: Basis {
                title: "关于就业情况的通知".to_owned(),
                number: "松人社〔2026〕3号".to_owned(),
                issuer: "区人社局".to_owned(),
                issued_on: today,
                link: String::new(),
            },
            columns: vec!["person.name".to_owned(), "row.age".to_owned()],
            first_due: today,
            need: "核对".to_owned(),
            ..Created::default()
        };
        let draft = Draft {
            area: COMMITTEE.parse().unwrap(),
            table,
        };
        let post = Post {
            id: PostId::new(&SystemClock),
            role: Role::StreetOfficer,
            area: STREET.parse().unwrap(),
        };
        let officer = Actor::in_post(AccountId::new(&SystemClock), post);
        let call = Call {
            command: CommandId::new(&SystemClock),
            actor: &officer,
            expected: None,
        };
        let review = self.linli().review_report(&officer, &draft).await.unwrap();
        let seen = review.mark(Rules::built_in().unwrap()).unwrap();
        let made = self.linli().create_report(call, &draft, &seen).await;
        made.unwrap().to_string()
    }

    /// Someone else's act on the same committee, without a page.
    pub(crate) async fn act(
        &self,
        case: linli_kernel::CaseId,
        role: Role,
        area: &str,
        command: &cases::Command,
    ) {
        let post = Post {
            id: PostId::new(&SystemClock),
            role,
            area: area.parse().unwrap(),
        };
        let actor = Actor::in_post(AccountId::new(&SystemClock), post);
        let call = Call {
            command: CommandId::new(&SystemClock),
            actor: &actor,
            expected: None,
        };
        cases::act(self.linli(), call, case, command).await.unwrap();
    }
}

/// A filing of `service` with answers that its form takes.
pub(crate) fn filing(service: &str, applicant: ResidentId) -> Filing {
    let mut answers: serde_json::Map<String, Value> = json!({
        "name": "张建国",
        "id_number": number(),
        "phone": "10900000001",
    })
    .as_object()
    .cloned()
    .unwrap();
    let more = match service {
        "certificate" => json!({
            "address": "岳阳街道示例路1号", "what": "residence", "for_whom": "学校", "for_what": "孙子入学",
        }),
        "elder-allowance" => json!({
            "birth_date": "1950-03-05", "hukou": "local", "missed": "never",
            "bank_account": "6222000011112222",
        }),
        _ => json!({
            "birth_date": "1950-03-05", "hukou": "local", "address": "岳阳街道示例路1号",
            "members": [{"name": "张建国", "relation": "0"}], "housing": "owned",
            "income": 50_000, "income_changed": false, "assets": 1_000_000, "military_money": false,
            "cause": "cannot_work", "bank_account": "6222000011112222",
        }),
    };
    answers.extend(more.as_object().cloned().unwrap());
    let declared = match service {
        "dibao" => vec!["true_statement", "consent_check", "know_notice"],
        _ => vec!["true_statement"],
    };
    Filing {
        service: service.to_owned(),
        area: COMMITTEE.parse().unwrap(),
        channel: Channel::Online,
        applicant,
        authority: None,
        received_on: None,
        name: "张建国".to_owned(),
        phone: "10900000001".to_owned(),
        answers: answers.into_iter().collect(),
        papers: Vec::new(),
        declared: declared.into_iter().map(str::to_owned).collect(),
    }
}

/// An identity number of nobody: its region does not exist.
pub(crate) fn number() -> String {
    let born = jiff::civil::date(1950, 3, 5);
    IdentityNumber::synthetic(117, born, 11)
        .unwrap()
        .as_str()
        .to_owned()
}

/// Registers somebody of [`COMMITTEE`].
pub(crate) async fn register(
    linli: &Linli,
    (name, phone): (&str, &str),
    number: Option<String>,
) -> ResidentId {
    let id = ResidentId::new(&SystemClock);
    let area: AreaPath = COMMITTEE.parse().unwrap();
    let mut facts: Values = [
        ("person.name", json!(name)),
        ("person.birth_date", json!("1950-03-05")),
        ("person.sex", json!("1")),
        ("person.hukou", json!("local")),
        ("person.phone", json!(phone)),
        ("person.address", json!("岳阳街道示例路1号")),
    ]
    .into_iter()
    .map(|(field, value)| (FieldId::from(field), value))
    .collect();
    if let Some(number) = number {
        facts.insert(FieldId::from("person.id_number"), json!(number));
    }
    let system = Actor::system();
    let call = Call {
        command: CommandId::new(&SystemClock),
        actor: &system,
        expected: None,
    };
    let command = Command::Register {
        area,
        facts,
        source: "committee".to_owned(),
        as_of: jiff::civil::date(2026, 8, 1),
    };
    linli.record(call, id, &command).await.unwrap();
    id
}

/// The value of the hidden field `name` on a page.
pub(crate) fn hidden(body: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let (_, rest) = body
        .split_once(&mark)
        .unwrap_or_else(|| panic!("no {name} in {body}"));
    rest.split('"').next().unwrap().to_owned()
}
