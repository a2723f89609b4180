//! Settings of the portal; the binary fills them from `linli.toml` and the environment.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::kiosk::Kiosk;
use crate::shell::Rate;

/// The settings of the portal.
#[derive(Debug, Clone)]
pub struct Settings {
    /// A node of synthetic data: banner on every page, one-click roles at `/demo`.
    pub demo: bool,
    /// The phone number people can call, on every page.
    pub phone: String,
    /// The district's or street's name in Chinese.
    pub place_zh: String,
    /// The same in English.
    pub place_en: String,
    /// The address from outside, without a slash at its end.
    pub public_url: String,
    /// Whether the node is reached by TLS: cookies are then marked so, and HSTS is sent.
    pub tls: bool,
    /// Whether a proxy of our own stands before the node and notes addresses.
    pub behind_proxy: bool,
    /// Whether staff need a second factor to sign in. Residents never do.
    pub second_factor: bool,
    /// The district's kiosks.
    pub kiosks: Vec<Kiosk>,
    /// Where to report a weakness.
    pub security_contact: String,
    /// Until when that is good, as security.txt wants it.
    pub security_expires: String,
    /// Rate limits.
    pub limits: Limits,
}

/// Rate limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pages and API answers for each address.
    pub pages: Rate,
    /// Attempts to sign in for each address.
    pub sign_in: Rate,
    /// Checks of a certificate's number for each address: enough for a counter, too few to try
    /// numbers out.
    pub checks: Rate,
    /// Hours for which what somebody took along stays on their phone.
    pub phone_hours: u32,
    /// Whether requests from this machine are spared.
    pub spare_loopback: bool,
}

impl Settings {
    /// The name under which the cookie `name` goes over the wire: over TLS with the prefix that makes
    /// a browser refuse it from another host, without `Secure` or for a part of the site.
    #[must_use]
    pub fn cookie(&self, name: &str) -> String {
        if self.tls {
            format!("__Host-{name}")
        } else {
            name.to_owned()
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            demo: false,
            phone: "12345".to_owned(),
            place_zh: "松江区".to_owned(),
            place_en: "Songjiang District".to_owned(),
            public_url: "http://127.0.0.1:8080".to_owned(),
            tls: false,
            behind_proxy: false,
            second_factor: true,
            kiosks: Vec::new(),
            security_contact: "tel:12345".to_owned(),
            security_expires: "2027-12-31T00:00:00Z".to_owned(),
            limits: Limits::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pages: Rate {
                burst: 240,
                per_minute: 600,
            },
            sign_in: Rate {
                burst: 10,
                per_minute: 10,
            },
            checks: Rate {
                burst: 30,
                per_minute: 20,
            },
            phone_hours: 72,
            spare_loopback: true,
        }
    }
}

/// How long and how much a connection may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Patience {
    /// Seconds for a request's headers, and between requests of one connection.
    pub header_s: u64,
    /// Seconds for a whole request, its body included.
    pub request_s: u64,
    /// Seconds for a request with files, its body included.
    pub upload_s: u64,
    /// Seconds for a client to take the next piece of an answer.
    pub write_s: u64,
    /// Connections in all.
    pub connections: usize,
    /// Connections of one address.
    pub per_address: usize,
    /// Seconds given to running requests when the node stops.
    pub stop_s: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            header_s: 10,
            request_s: 30,
            upload_s: 180,
            write_s: 20,
            connections: 4_096,
            per_address: 256,
            stop_s: 20,
        }
    }
}

impl Patience {
    pub(crate) fn header(&self) -> Duration {
        Duration::from_secs(self.header_s)
    }

    pub(crate) fn request(&self) -> Duration {
        Duration::from_secs(self.request_s)
    }

    pub(crate) fn upload(&self) -> Duration {
        Duration::from_secs(self.upload_s)
    }

    pub(crate) fn write(&self) -> Duration {
        Duration::from_secs(self.write_s)
    }

    pub(crate) fn stop(&self) -> Duration {
        Duration::from_secs(self.stop_s)
    }
}
