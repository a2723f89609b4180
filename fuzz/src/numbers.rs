//! Numbers that people type: identity numbers, credit codes, case numbers, sums of money; and the
//! file of working days.

use linli_units::{CaseNumber, CreditCode, Fen, IdentityNumber, WorkCalendar};

/// What is taken reads the same when it is written and read again.
pub(crate) fn numbers(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let identity = IdentityNumber::parse(&text);
    if let Ok(one) = &identity {
        assert_eq!(IdentityNumber::parse(one.as_str()).as_ref(), Ok(one));
        assert_eq!(one.as_str().chars().count(), 18);
        assert!(!one.masked().contains(&one.as_str()[6..14]));
    }
    let credit = CreditCode::parse(&text);
    if let Ok(one) = &credit {
        assert_eq!(CreditCode::parse(one.as_str()).as_ref(), Ok(one));
    }
    let case = CaseNumber::parse(&text);
    if let Ok(one) = &case {
        assert_eq!(CaseNumber::parse(one.as_str()).as_ref(), Ok(one));
        assert!(!one.spoken_zh().is_empty());
    }
    let money = Fen::parse_input(&text);
    if let Ok(one) = &money {
        assert_eq!(Fen::parse_input(&one.plain()).as_ref(), Ok(one));
        assert!(!one.capitals().is_empty());
    }
    identity.is_ok() || credit.is_ok() || case.is_ok() || money.is_ok()
}

/// A calendar that is taken answers for its years, and says so of others.
pub(crate) fn calendar(bytes: &[u8]) -> bool {
    let Ok(calendar) = WorkCalendar::from_toml(&String::from_utf8_lossy(bytes)) else {
        return false;
    };
    for year in calendar.years() {
        let (off, worked) = calendar.totals(year).expect("a year of its own");
        assert!(off + worked <= 366, "{year}: {off} {worked}");
        assert!(calendar.is_provisional(year).is_ok(), "{year}");
    }
    true
}
