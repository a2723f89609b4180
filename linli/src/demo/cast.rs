//! Who can sign in to the demo: one person a role, all about one committee, so that a case can be
//! walked through every desk.

use std::collections::BTreeMap;

use linli_community::Linli;
use linli_community::accounts;
use linli_community::cases::demo::{Cast, Person};
use linli_community::residents::synthetic::{self, Family, Wish, families};
use linli_community::residents::{Command as Record, FieldId, NewFact, Values};
use linli_kernel::{AccountId, Actor, AreaPath, Fault, Post, PostId, ResidentId, Role as Duty};
use linli_portal::session::Desk;

use super::record::Role;
use crate::node;

/// Enough families to find the committee in; a larger population goes on alike.
const LOOKED_AT: usize = 20_000;

/// From this age on somebody is an elder of the demo.
const ELDER: i16 = 68;

/// How many residents of the committee file the cases of the past.
const PEOPLE: usize = 40;

/// Staff of the demo: key, user name, name at work, role.
const STAFF: [(&str, &str, &str, Duty); 9] = [
    ("worker", "worker", "王芳", Duty::CommitteeWorker),
    ("social", "social", "陈静", Duty::SocialWorker),
    ("street", "street", "李建国", Duty::StreetOfficer),
    ("district", "district", "赵敏", Duty::DistrictOfficer),
    // A change of a policy takes two.
    ("deputy", "deputy", "郑勇", Duty::DistrictOfficer),
    ("supervisor", "supervisor", "周正", Duty::Supervisor),
    ("auditor", "auditor", "钱明", Duty::Auditor),
    ("admin", "admin", "孙安", Duty::SecurityAdmin),
    ("system", "system", "吴运", Duty::SystemAdmin),
];

/// Opens the accounts of the demo and returns who can sign in.
pub(super) async fn open(linli: &Linli, desk: &Desk, wish: Wish) -> anyhow::Result<Vec<Role>> {
    let stage = stage(linli, wish)?;
    let mut roles = vec![elder(linli, &stage).await?];
    proven(linli, &stage, wish).await?;
    for (key, login, name, duty) in STAFF {
        let area = area_of(duty, &stage.area);
        let post = Post {
            id: PostId::new(linli.clock()),
            role: duty,
            area: area.clone(),
        };
        let account = accounts::open_staff(linli, &Actor::system(), login, name, &[post])
            .await
            .map_err(node::told)?;
        // One click signs in; the password is for trying the ordinary way.
        desk.set_password(login, account, format!("{login}-demo"))
            .await?;
        roles.push(Role {
            key: key.to_owned(),
            login: login.to_owned(),
            name: name.to_owned(),
            area: area.to_string(),
            account: account.to_string(),
            resident: None,
        });
    }
    Ok(roles)
}

/// Committee workers at the committee, street officers at the street, the others for the district.
fn area_of(duty: Duty, committee: &AreaPath) -> AreaPath {
    let street = committee.parent().unwrap_or_else(|| committee.clone());
    match duty {
        Duty::CommitteeWorker | Duty::SocialWorker => committee.clone(),
        Duty::StreetOfficer => street,
        _ => street.parent().unwrap_or(street),
    }
}

/// Where the demo plays.
struct Stage {
    area: AreaPath,
    elder: synthetic::Person,
}

/// The committee with the most people among those where an elder lives alone.
fn stage(linli: &Linli, wish: Wish) -> Result<Stage, Fault> {
    let mut people: BTreeMap<AreaPath, usize> = BTreeMap::new();
    let mut elders: BTreeMap<AreaPath, synthetic::Person> = BTreeMap::new();
    for family in families(&linli.areas(), wish).take(LOOKED_AT) {
        *people.entry(family.area.clone()).or_default() += family.members.len();
        if let Some(elder) = lone_elder(&family, wish) {
            elders.entry(family.area).or_insert(elder);
        }
    }
    let found = elders
        .into_iter()
        .max_by_key(|(area, _)| people.get(area).copied().unwrap_or(0));
    found
        .map(|(area, elder)| Stage { area, elder })
        .ok_or_else(|| Fault::Setting("no elder lives alone: ask for more --residents".to_owned()))
}

fn lone_elder(family: &Family, wish: Wish) -> Option<synthetic::Person> {
    let [person] = family.members.as_slice() else {
        return None;
    };
    is_elder(person, wish).then(|| person.clone())
}

/// Whether somebody is old enough and registered in the city.
fn is_elder(person: &synthetic::Person, wish: Wish) -> bool {
    let born = text(&person.facts, "person.birth_date").get(..4);
    let born = born.and_then(|year| year.parse::<i16>().ok());
    let old = born.is_some_and(|born| wish.today.year() - born >= ELDER);
    old && text(&person.facts, "person.hukou") == "local"
}

async fn elder(linli: &Linli, stage: &Stage) -> anyhow::Result<Role> {
    missed(linli, &stage.elder).await?;
    let account = accounts::of_resident(linli, stage.elder.id, &stage.area)
        .await
        .map_err(node::told)?;
    Ok(Role {
        key: "elder".to_owned(),
        login: text(&stage.elder.facts, "person.phone").to_owned(),
        name: text(&stage.elder.facts, "person.name").to_owned(),
        area: stage.area.to_string(),
        account: account.to_string(),
        resident: Some(stage.elder.id.to_string()),
    })
}

/// The elder receives nothing yet, whatever the dice said, and has an account: the demo shows how
/// Linli finds out, and how one button then is enough.
async fn missed(linli: &Linli, elder: &synthetic::Person) -> anyhow::Result<()> {
    const ACCOUNT: &str = "person.bank_account";
    let mut known = vec![("person.benefits", "none", "civil_affairs")];
    if text(&elder.facts, ACCOUNT).is_empty() {
        known.push((ACCOUNT, "9900000000000017", "committee"));
    }
    for (field, value, source) in known {
        record(linli, elder.id, (field, value, source)).await?;
    }
    Ok(())
}

/// One more elder of the committee whom nothing reached, and of whom the police registered what
/// counts: the demo shows how the allowance is granted without anybody asking.
async fn proven(linli: &Linli, stage: &Stage, wish: Wish) -> anyhow::Result<()> {
    let neighbours = families(&linli.areas(), wish)
        .take(LOOKED_AT)
        .filter(|family| family.area == stage.area)
        .flat_map(|family| family.members);
    let other = neighbours
        .filter(|person| person.id != stage.elder.id && is_elder(person, wish))
        .find(|person| !text(&person.facts, "person.phone").is_empty());
    let Some(other) = other else { return Ok(()) };
    missed(linli, &other).await?;
    for field in ["person.hukou", "person.birth_date"] {
        let value = text(&other.facts, field);
        record(linli, other.id, (field, value, "police")).await?;
    }
    Ok(())
}

async fn record(
    linli: &Linli,
    resident: ResidentId,
    (field, value, source): (&str, &str, &str),
) -> anyhow::Result<()> {
    let command = Record::RecordFact(NewFact {
        field: FieldId::from(field),
        value: value.into(),
        source: source.to_owned(),
        as_of: linli.clock().today(),
        case: None,
    });
    let system = Actor::system();
    let recorded = linli.record(node::call(linli, &system), resident, &command);
    recorded.await.map_err(node::told)?;
    Ok(())
}

fn text<'a>(facts: &'a Values, field: &str) -> &'a str {
    let value = facts.get(&FieldId::from(field));
    value.and_then(serde_json::Value::as_str).unwrap_or("")
}

/// Who plays the cases of the past: grown-up residents of the committee, but not the elder, whose
/// first case is the visitor's own; and the staff.
pub(super) async fn cast(linli: &Linli, roles: &[Role], wish: Wish) -> anyhow::Result<Cast> {
    let stage = stage(linli, wish)?;
    let mut people = Vec::new();
    let neighbours = families(&linli.areas(), wish)
        .take(LOOKED_AT)
        .filter(|family| family.area == stage.area)
        .filter_map(|family| family.members.into_iter().next())
        .filter(|person| person.id != stage.elder.id)
        .take(PEOPLE);
    for person in neighbours {
        people.push(player(linli, &person, &stage.area).await?);
    }
    if people.is_empty() {
        people.push(player(linli, &stage.elder, &stage.area).await?);
    }
    let mut staff = Vec::new();
    for role in roles.iter().filter(|role| role.resident.is_none()) {
        staff.push(on_duty(linli, role).await?);
    }
    Ok(Cast {
        area: stage.area,
        people,
        staff,
    })
}

async fn player(
    linli: &Linli,
    person: &synthetic::Person,
    area: &AreaPath,
) -> anyhow::Result<Person> {
    let resident: ResidentId = person.id;
    let account = accounts::of_resident(linli, resident, area)
        .await
        .map_err(node::told)?;
    Ok(Person {
        resident,
        actor: Actor::resident(account, resident),
        name: text(&person.facts, "person.name").to_owned(),
        phone: text(&person.facts, "person.phone").to_owned(),
        facts: linli.known_facts(resident).await?,
    })
}

async fn on_duty(linli: &Linli, role: &Role) -> anyhow::Result<Actor> {
    let account: AccountId = role.account.parse()?;
    let today = linli.clock().today();
    let posts = accounts::posts_on(linli.journal().reader(), account, today).await?;
    let post = posts.into_iter().next();
    let post = post.ok_or_else(|| Fault::Damaged(format!("{} has no post", role.login)))?;
    Ok(Actor::in_post(account, post))
}
