//! One-time passwords by time (RFC 6238): the six digits of an authenticator app.
//!
//! SHA-1, six digits and 30 seconds are what every app takes; HMAC keeps SHA-1 sound here. Pure: the
//! time is an argument.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

/// Seconds of a step.
const STEP_S: i64 = 30;
/// Steps by which a phone's clock may be off, each way.
const SKEW: i64 = 1;
/// The bytes of a secret: RFC 4226 §4 asks for 160 bits.
pub(crate) const SECRET: usize = 20;

/// The step at `now`, in microseconds.
fn step_at(now_us: i64) -> i64 {
    now_us.div_euclid(STEP_S * 1_000_000)
}

/// RFC 4226 §5.3: the code of a counter, reduced to `digits`.
fn code(secret: &[u8], counter: i64, digits: u32) -> u32 {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(&counter.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 0x0f);
    let word = [hash[at] & 0x7f, hash[at + 1], hash[at + 2], hash[at + 3]];
    u32::from_be_bytes(word) % 10_u32.pow(digits)
}

/// The six digits that an app with `secret` shows at `now`.
#[must_use]
pub fn code_at(secret: &[u8], now_us: i64) -> String {
    format!("{:06}", code(secret, step_at(now_us), 6))
}

/// The step whose code `typed` is: of now, one before or one after. Every candidate is computed,
/// whichever fits.
pub(crate) fn step_of(secret: &[u8], typed: &str, now_us: i64) -> Option<i64> {
    if typed.len() != 6 || !typed.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let typed: u32 = typed.parse().ok()?;
    let now = step_at(now_us);
    let fits = |step: &i64| code(secret, *step, 6) ^ typed == 0;
    let found: Vec<i64> = (now - SKEW..=now + SKEW).filter(fits).collect();
    found.first().copied()
}

/// The secret as one types it into an app, and the address that its QR code holds.
pub(crate) fn told(secret: &[u8], place: &str, login: &str) -> (String, String) {
    let text = BASE32_NOPAD.encode(secret);
    let encoded = |text: &str| -> String {
        form_urlencoded::byte_serialize(text.as_bytes())
            .collect::<String>()
            .replace('+', "%20")
    };
    let (issuer, login) = (encoded(&format!("邻里 {place}")), encoded(login));
    let address = format!("otpauth://totp/{issuer}:{login}?secret={text}&issuer={issuer}");
    (text, address)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    /// RFC 6238 appendix B, the rows of SHA-1.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, expected) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            let step = step_at(seconds * 1_000_000);
            assert_eq!(code(SECRET, step, 8), expected, "{seconds}");
        }
    }

    /// RFC 4226 appendix D.
    #[test]
    fn counters_give_the_published_codes() {
        let published = [
            755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871,
            520_489,
        ];
        for (counter, expected) in (0_i64..).zip(published) {
            assert_eq!(code(SECRET, counter, 6), expected, "{counter}");
        }
    }

    #[test]
    fn a_clock_may_be_off_by_one_step_and_no_more() {
        let now = 1_234_567_890_000_000;
        let step = step_at(now);
        for (late_s, expected) in [
            (0, Some(step)),
            (30, Some(step)),
            (-30, Some(step)),
            (60, None),
            (-60, None),
        ] {
            let typed = code_at(SECRET, now);
            assert_eq!(step_of(SECRET, &typed, now + late_s * 1_000_000), expected);
        }
        for nonsense in ["", "12345", "1234567", "00592４", "+05924", " 05924"] {
            assert_eq!(step_of(SECRET, nonsense, now), None, "{nonsense}");
        }
    }

    #[test]
    fn the_address_is_one_an_app_reads() {
        let (text, address) = told(SECRET, "松江区", "wang.min");
        assert_eq!(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(address.starts_with("otpauth://totp/%E9%82%BB%E9%87%8C%20"));
        assert!(address.contains(":wang.min?secret=GEZDGNBV") && !address.contains('+'));
    }
}
