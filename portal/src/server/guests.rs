//! Connections by address. An address that has as many as it may keeps getting new ones in: the one
//! that has been idle longest makes room. Only when all of them are at work is a new one refused.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// How long after an answer a connection still counts as at work: the answer may be on its way.
const TAKING: Duration = Duration::from_secs(5);

/// One connection.
#[derive(Default)]
pub(super) struct Guest {
    working: AtomicBool,
    answered: Mutex<Option<Instant>>,
    leave: Notify,
}

impl Guest {
    /// A request began.
    pub(super) fn begins(&self) {
        self.working.store(true, Ordering::Release);
    }

    /// A request was answered.
    pub(super) fn ends(&self) {
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        *answered = Some(Instant::now());
        self.working.store(false, Ordering::Release);
    }

    /// Ready when the connection must make room.
    pub(super) async fn asked_to_leave(&self) {
        self.leave.notified().await;
    }

    fn is_idle(&self) -> bool {
        let answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        !self.working.load(Ordering::Acquire) && answered.is_none_or(|at| at.elapsed() > TAKING)
    }
}

type Seats = HashMap<IpAddr, VecDeque<Arc<Guest>>>;

/// Every connection, the oldest of an address first.
#[derive(Clone, Default)]
pub(super) struct Guests(Arc<Mutex<Seats>>);

/// A place; given back when dropped.
pub(super) struct Seat {
    guests: Guests,
    address: IpAddr,
    guest: Arc<Guest>,
}

impl Seat {
    pub(super) fn guest(&self) -> Arc<Guest> {
        Arc::clone(&self.guest)
    }
}

impl Guests {
    /// A place for a connection of `address`, which may have `most`.
    pub(super) fn seat(&self, address: IpAddr, most: usize) -> Option<Seat> {
        let mut seats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_address = seats.entry(address).or_default();
        if of_address.len() >= most {
            let idle = of_address.iter().position(|guest| guest.is_idle())?;
            of_address.remove(idle)?.leave.notify_one();
        }
        let guest = Arc::new(Guest::default());
        of_address.push_back(Arc::clone(&guest));
        Some(Seat {
            guests: self.clone(),
            address,
            guest,
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.guests.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_address) = seats.get_mut(&self.address) {
            of_address.retain(|guest| !Arc::ptr_eq(guest, &self.guest));
            if of_address.is_empty() {
                seats.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_idlest_makes_room_and_nobody_at_work_does() {
        let guests = Guests::default();
        let address = IpAddr::from([127, 0, 0, 1]);
        let first = guests.seat(address, 2).unwrap();
        let second = guests.seat(address, 2).unwrap();
        first.guest.begins();
        let third = guests.seat(address, 2).unwrap();
        second.guest().asked_to_leave().await;
        third.guest.begins();
        assert!(guests.seat(address, 2).is_none(), "both are at work");
        third.guest.ends();
        assert!(
            guests.seat(address, 2).is_none(),
            "the answer is on its way"
        );
        tokio::time::advance(Duration::from_secs(6)).await;
        assert!(guests.seat(address, 2).is_some());
        third.guest().asked_to_leave().await;
        drop((first, second, third));
        assert!(guests.0.lock().unwrap().is_empty(), "nothing is remembered");
    }
}
