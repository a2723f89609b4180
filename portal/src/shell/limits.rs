//! Rate limits: so many requests a minute for each address, with a burst; bounded memory.
//!
//! Each key has one number, the time at which its allowance is full again (the generic cell rate
//! algorithm). Keys whose allowance is full are forgotten, so memory is bounded by activity.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

/// An allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests allowed at once.
    pub burst: u32,
    /// Requests regained a minute.
    pub per_minute: u32,
}

impl Rate {
    fn cost(self) -> Duration {
        Duration::from_secs(60) / self.per_minute.max(1)
    }
}

/// The most keys remembered; beyond it the least busy are forgotten first.
const MOST_KEYS: usize = 50_000;

/// Counts requests by address and purpose.
#[derive(Clone, Default)]
pub struct Limiter {
    full_at: Arc<Mutex<HashMap<(IpAddr, &'static str), Instant>>>,
}

impl Limiter {
    /// Counts one request of `who` for `what`.
    ///
    /// # Errors
    /// The seconds to wait when the allowance is used up.
    pub fn take(&self, who: IpAddr, what: &'static str, rate: Rate) -> Result<(), u64> {
        let now = Instant::now();
        let cost = rate.cost();
        let room = cost * rate.burst.max(1);
        let Ok(mut full_at) = self.full_at.lock() else {
            return Ok(());
        };
        if full_at.len() >= MOST_KEYS {
            full_at.retain(|_, full| *full > now);
            if full_at.len() >= MOST_KEYS {
                full_at.clear();
            }
        }
        let full = full_at.entry((who, what)).or_insert(now);
        let next = (*full).max(now) + cost;
        if next > now + room {
            let wait = next - (now + room);
            return Err(wait.as_secs() + 1);
        }
        *full = next;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_allowed_then_one_request_a_time() {
        let limiter = Limiter::default();
        let rate = Rate {
            burst: 3,
            per_minute: 60,
        };
        let (one, other) = ([127, 0, 0, 1].into(), [127, 0, 0, 2].into());
        for _ in 0..3 {
            assert_eq!(limiter.take(one, "page", rate), Ok(()));
        }
        assert_eq!(limiter.take(one, "page", rate), Err(2));
        assert_eq!(
            limiter.take(other, "page", rate),
            Ok(()),
            "others are not hurt"
        );
        assert_eq!(
            limiter.take(one, "sign-in", rate),
            Ok(()),
            "nor other purposes"
        );
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(limiter.take(one, "page", rate), Ok(()));
        assert!(limiter.take(one, "page", rate).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn memory_is_bounded() {
        let limiter = Limiter::default();
        let rate = Rate {
            burst: 1,
            per_minute: 1,
        };
        for n in 0..60_000_u32 {
            let who = IpAddr::from(n.to_be_bytes());
            assert_eq!(limiter.take(who, "page", rate), Ok(()));
        }
        assert!(limiter.full_at.lock().unwrap().len() <= MOST_KEYS);
    }
}
