//! 取数: who is to be told of what happened, and what the words about it name.

use jiff::civil::Date;
use linli_kernel::{AreaPath, AwardId, Fault, ResidentId, StreamId};

use super::matter::{Happened, Matter, Named, Wanted, stream};
use super::service::digits;
use crate::benefits::roll::{Roll, Rolls, stream as roll_stream};
use crate::benefits::{Awards, Month};
use crate::cases;
use crate::catalogue::Text;
use crate::feature::{Feature as _, Meta, Problem};
use crate::node::Linli;
use crate::offers::{self, Offers};
use crate::residents::Residents;

/// How somebody can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reached {
    /// The digits of their telephone; empty where none is known.
    pub(super) phone: String,
    /// Where they live.
    pub(super) area: AreaPath,
}

/// What a bank said of one award's line.
#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    award: AwardId,
    paid: bool,
    roll: &'a str,
    batch: u32,
    on_day: Date,
}

impl Linli {
    /// The messages that what happened asks for.
    pub(super) async fn wanted_messages(&self, what: Happened) -> Result<Vec<Wanted>, Problem> {
        Ok(match what {
            Happened::Case {
                case,
                version,
                on,
                date,
            } => {
                let (state, _) = cases::of(self, case).await?;
                vec![Wanted {
                    stream: stream(format!("{case}.{version}")),
                    resident: state.applicant,
                    about: Matter::Case(case),
                    on,
                    date,
                }]
            }
            Happened::Award {
                award,
                resident,
                version,
                on,
                date,
            } => vec![Wanted {
                stream: stream(format!("award.{award}.{version}")),
                resident,
                about: Matter::Award(award),
                on,
                date,
            }],
            Happened::Offer {
                resident,
                policy,
                service,
            } => self
                .wanted_of_offer(resident, policy, service)
                .await?
                .into_iter()
                .collect(),
            Happened::Roll {
                roll,
                batch,
                version,
                on_day,
            } => {
                let state = self.roll_at(&roll, version).await?;
                self.wanted_of_roll(&state, (&roll, batch), on_day).await?
            }
        })
    }

    async fn wanted_of_roll(
        &self,
        state: &Roll,
        (roll, batch): (&str, u32),
        on_day: Date,
    ) -> Result<Vec<Wanted>, Fault> {
        let mut wanted = Vec::new();
        for (award, paid) in state.told_of(batch) {
            let line = Line {
                award,
                paid,
                roll,
                batch,
                on_day,
            };
            wanted.extend(self.payment(line).await?);
        }
        Ok(wanted)
    }

    async fn wanted_of_offer(
        &self,
        resident: ResidentId,
        policy: String,
        service: String,
    ) -> Result<Option<Wanted>, Fault> {
        // One that was granted or declined meanwhile is no news.
        let at = offers::stream(resident, &policy);
        let offer = self.load::<Offers>(&at).await?.state;
        Ok((offer.standing == offers::Standing::Open).then(|| Wanted {
            stream: stream(format!("offer.{resident}.{policy}")),
            resident,
            about: Matter::Offer { policy, service },
            on: "offers.made".to_owned(),
            date: None,
        }))
    }

    async fn payment(&self, line: Line<'_>) -> Result<Option<Wanted>, Fault> {
        let Line {
            award, roll, batch, ..
        } = line;
        let state = self.load::<Awards>(&StreamId::from(award)).await?.state;
        // What was paid may come back later: that is another message.
        let (on, name) = match line.paid {
            true => ("benefits.paid", "paid"),
            false => ("benefits.unpaid", "unpaid"),
        };
        Ok(state.as_deref().map(|known| Wanted {
            stream: stream(format!("{name}.{award}.{roll}.{batch}")),
            resident: known.resident,
            about: Matter::Payment {
                award,
                roll: roll.to_owned(),
            },
            on: on.to_owned(),
            date: Some(line.on_day),
        }))
    }

    /// A roll as it stood at `version`: what the bank said then, whatever it said later.
    async fn roll_at(&self, id: &str, version: u64) -> Result<Roll, Fault> {
        let at = roll_stream(id);
        let mut roll = Roll::default();
        for entry in self.journal().stream(&at).await? {
            if entry.version > version {
                break;
            }
            let event = Rolls::read(&entry).map_err(|e| Fault::Damaged(format!("{at}: {e}")))?;
            let meta = Meta {
                at: entry.at,
                actor: &entry.actor,
            };
            Rolls::apply(&mut roll, &at, &event, meta);
        }
        Ok(roll)
    }

    /// How to reach who is to be told; `None` where nobody is: they died, or were erased.
    pub(super) async fn reached(
        &self,
        about: &Matter,
        resident: ResidentId,
    ) -> Result<Option<Reached>, Problem> {
        if let Matter::Case(case) = about {
            // Who applied left a number for this case.
            let (state, _) = cases::of(self, *case).await?;
            return Ok(Some(Reached {
                phone: digits(&state.phone),
                area: state.area.clone(),
            }));
        }
        let at = StreamId::from(self.survivor(resident));
        let known = self.load::<Residents>(&at).await?.state;
        let gone = known.dead || known.erased || known.withdrawn;
        let area = known.area.as_ref().filter(|_| !gone);
        Ok(area.map(|area| Reached {
            phone: digits(known.text("person.phone").unwrap_or_default()),
            area: self.area_today(area),
        }))
    }

    /// What the words about a matter name; `None` where there is nobody to tell any more.
    pub(super) async fn named(
        &self,
        about: &Matter,
        resident: ResidentId,
    ) -> Result<Option<Named>, Problem> {
        if let Matter::Case(case) = about {
            let (state, service) = cases::of(self, *case).await?;
            return Ok((!state.name.is_empty()).then(|| Named {
                service: service.names.clone(),
                number: state.number.clone(),
                ..Named::default()
            }));
        }
        if self.reached(about, resident).await?.is_none() {
            return Ok(None);
        }
        Ok(match about {
            Matter::Case(_) => None,
            Matter::Offer { service, .. } => Some(Named {
                service: self.paid_service(service),
                ..Named::default()
            }),
            Matter::Award(award) => self.named_award(*award).await?,
            Matter::Payment { award, roll } => {
                let payments = self.payments_of(*award).await?;
                let payment = payments.into_iter().find(|one| one.roll == *roll);
                let named = self.named_award(*award).await?;
                named.zip(payment).map(|(named, payment)| Named {
                    month: payment.period.parse::<Month>().ok(),
                    fen: Some(payment.fen - payment.deduct),
                    ..named
                })
            }
        })
    }

    async fn named_award(&self, award: AwardId) -> Result<Option<Named>, Fault> {
        let state = self.load::<Awards>(&StreamId::from(award)).await?.state;
        Ok(state.as_deref().map(|known| Named {
            service: self.paid_service(&known.service),
            number: known.number.clone(),
            ..Named::default()
        }))
    }

    /// What a service is called; its id when the catalogue no longer has it.
    fn paid_service(&self, id: &str) -> Text {
        let service = self.catalogue().service(id, self.clock().today());
        service.map_or_else(|| Text::new(id, id), |one| one.names.clone())
    }
}
