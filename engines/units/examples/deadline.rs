//! Prints the reckoning of a deadline: `cargo run -p linli-units --example deadline`.

use jiff::civil::date;
use linli_units::{Count, Pause, Term, WorkCalendar, reckon};

#[expect(clippy::print_stdout, reason = "an example prints what it reckons")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let calendar = WorkCalendar::from_toml(include_str!(
        "../../../catalogue/calendars/china-workdays.toml"
    ))?;
    let mut count = Count::new(date(2026, 9, 24), Term::working(20));
    count.pauses.push(Pause {
        from: date(2026, 9, 28),
        to: Some(date(2026, 10, 9)),
    });
    let reckoning = reckon(&calendar, &count, date(2026, 10, 12))?;
    for step in &reckoning.steps {
        println!("{step:?}");
    }
    println!("used {}, left {}", reckoning.used, reckoning.left);
    Ok(())
}
