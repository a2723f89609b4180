//! What the demo's street pays: awards of those whom the register knows to receive something, and
//! the rolls of the last months; the newest waits for a second person.

use linli_community::Linli;
use linli_community::benefits::Month;
use linli_community::benefits::demo::{self, Officers, Receives};
use linli_community::cases::demo::Cast;
use linli_community::residents::FieldId;
use linli_community::residents::synthetic::{Family, Person, Wish, families};
use linli_kernel::{AreaPath, Fault, Role};

use super::record::Role as Player;
use crate::node;

/// The most families of the street that are looked at.
const FAMILIES: usize = 400;

/// The most people who receive something.
const PEOPLE: usize = 160;

/// How many heads of families are asked whether the minimum living allowance is theirs.
const ASKED: usize = 60;

/// 临时救助 that the demo's elder receives each month.
const RELIEF_FEN: i64 = 60_000;

/// The street's awards, and its rolls as far as the clock stands.
pub(super) struct Paying<'a> {
    linli: &'a Linli,
    cast: &'a Cast,
    street: AreaPath,
}

impl<'a> Paying<'a> {
    /// Carries over what the people of the cast's street receive.
    pub(super) async fn begin(
        linli: &'a Linli,
        cast: &'a Cast,
        (wish, roles): (Wish, &[Player]),
    ) -> anyhow::Result<Self> {
        let street = cast.area.parent();
        let street =
            street.ok_or_else(|| Fault::Damaged("a committee without a street".to_owned()))?;
        let paying = Self {
            linli,
            cast,
            street,
        };
        let mut people = paying.people(wish);
        // Residents of the cast apply in the demo; what they receive so far an officer granted.
        for player in roles {
            let Some(Ok(resident)) = player.resident.as_deref().map(str::parse) else {
                continue;
            };
            people.retain(|one| one.resident != resident);
            people.push(Receives {
                resident,
                name: player.name.clone(),
                area: player.area.parse()?,
                services: vec!["temporary-relief".to_owned()],
                amount_fen: Some(RELIEF_FEN),
            });
        }
        let from = Month::of(linli.clock().today()).quarter();
        demo::carry(linli, &people, from)
            .await
            .map_err(node::told)?;
        for period in from.through(Month::of(linli.clock().today())) {
            paying.month(period, true).await?;
        }
        Ok(paying)
    }

    /// Rolls up to the month of the clock; the last waits for approval.
    pub(super) async fn until_now(&self) -> anyhow::Result<()> {
        let now = Month::of(self.linli.clock().today());
        self.month(now.plus(-1), true).await?;
        self.month(now, false).await
    }

    async fn month(&self, period: Month, settle: bool) -> anyhow::Result<()> {
        let of = |role: Role| {
            self.cast
                .staff
                .iter()
                .find(|actor| actor.role() == Some(role))
        };
        let (Some(maker), Some(approver)) = (of(Role::StreetOfficer), of(Role::DistrictOfficer))
        else {
            return Ok(());
        };
        let by = Officers { maker, approver };
        let of_street = (&self.street, period);
        demo::month(self.linli, by, of_street, settle)
            .await
            .map_err(node::told)
    }

    /// Those whom the register knows to receive something, and some who may receive dibao.
    fn people(&self, wish: Wish) -> Vec<Receives> {
        let areas = self.linli.areas();
        let all = families(&areas, wish);
        let ours = all.filter(|family: &Family| self.street.contains(&family.area));
        let mut people = Vec::new();
        for (at, family) in ours.take(FAMILIES).enumerate() {
            for (place, person) in family.members.iter().enumerate() {
                let mut services = received(person);
                // The allowance is the household's: one award, to its head.
                services.retain(|service| place == 0 || service != "dibao");
                if at < ASKED && place == 0 && services.is_empty() {
                    services.push("dibao".to_owned());
                }
                if !services.is_empty() {
                    people.push(Receives {
                        resident: person.id,
                        name: text(person, "person.name").to_owned(),
                        area: family.area.clone(),
                        services,
                        amount_fen: None,
                    });
                }
            }
        }
        // Who is in the cast applies in the demo: they receive nothing yet.
        people.retain(|one| {
            !self
                .cast
                .people
                .iter()
                .any(|person| person.resident == one.resident)
        });
        people.truncate(PEOPLE);
        people
    }
}

fn received(person: &Person) -> Vec<String> {
    let known = text(person, "person.benefits").split(',');
    known
        .filter(|one| !one.is_empty() && *one != "none")
        .map(str::to_owned)
        .collect()
}

fn text<'a>(person: &'a Person, field: &str) -> &'a str {
    let value = person.facts.get(&FieldId::from(field));
    value.and_then(serde_json::Value::as_str).unwrap_or("")
}
