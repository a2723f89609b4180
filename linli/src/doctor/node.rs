//! The node itself: its settings, store, calendar, fonts and pages.

use std::path::Path;

use jiff::civil::Date;
use linli_interop::letter::Press;
use linli_units::WorkCalendar;

use super::finding::Finding;

/// Characters of real names that the embedded font lacks.
const RARE: [char; 3] = ['𬭊', '𫖯', '㐖'];

/// The month from which next year's holidays are usually published.
const PUBLISHED_FROM: i8 = 12;

/// Holidays of this year, and late in the year of the next, are known.
pub(super) fn calendar(calendar: &WorkCalendar, today: Date) -> Finding {
    let knows = |year: i16| calendar.years().any(|known| known == year);
    let year = today.year();
    if !knows(year) {
        return Finding::fail(
            "calendar",
            format!("the holidays of {year} are not in the catalogue"),
            &format!(
                "请把国务院办公厅公布的{year}年放假安排加入事项目录的 calendars/;在此之前,期限会显示“无法计算”。"
            ),
            &format!(
                "Add the holidays of {year} to calendars/ in the catalogue folder; until then deadlines say that they cannot be counted."
            ),
        );
    }
    if today.month() >= PUBLISHED_FROM && !knows(year + 1) {
        return Finding::warn(
            "calendar",
            format!("the holidays of {} are not in the catalogue yet", year + 1),
            "跨年的期限暂时无法计算: 放假安排公布后请加入事项目录的 calendars/。",
            "Deadlines that cross the new year cannot be counted: add the holidays to calendars/ once they are published.",
        );
    }
    Finding::ok("calendar", format!("the holidays of {year} are known"))
}

/// Letters can be set, in the characters that names have.
pub(super) fn fonts(folder: Option<&Path>) -> Finding {
    if let Some(missing) = folder.filter(|folder| !folder.is_dir()) {
        return Finding::fail(
            "fonts",
            format!("fonts = {:?} is no folder", missing.display().to_string()),
            "请改正 linli.toml 的 fonts,或删去这一行。",
            "Correct `fonts` in linli.toml, or remove the line.",
        );
    }
    let press = Press::new(folder);
    if !press.draws('邻') {
        return Finding::fail(
            "fonts",
            "no Chinese font: this build makes no letters",
            "请用带 pdf 功能的版本(默认即是)。",
            "Use a build with the feature `pdf`, which is the default.",
        );
    }
    let lacking: String = RARE.iter().filter(|c| !press.draws(**c)).collect();
    if lacking.is_empty() {
        return Finding::ok("fonts", "Chinese, rare characters included");
    }
    Finding::warn(
        "fonts",
        format!("Chinese, but not rare characters such as {lacking}, which letters show as 〓"),
        "请安装大字库(Debian: apt-get install fonts-noto-cjk),并在 linli.toml 设置 fonts = \"/usr/share/fonts\"。",
        "Install a large font (Debian: apt-get install fonts-noto-cjk) and set fonts = \"/usr/share/fonts\" in linli.toml.",
    )
}

/// Style sheets and scripts are part of the program.
pub(super) fn pages(built: bool) -> Finding {
    if built {
        return Finding::ok("pages", "style sheets and scripts are built in");
    }
    Finding::warn(
        "pages",
        "built without style sheets and scripts",
        "页面能用但没有样式: 请先 make web,再重新编译。",
        "Pages work but look bare: run `make web`, then build again.",
    )
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::finding::State;
    use super::*;

    #[test]
    fn a_year_without_holidays_is_told() {
        let known = linli_community::catalogue::built_in_calendar().unwrap();
        assert_eq!(calendar(&known, date(2026, 6, 1)).state, State::Ok);
        assert_eq!(calendar(&known, date(2099, 6, 1)).state, State::Fail);
    }

    #[test]
    fn a_font_folder_that_is_none_is_told() {
        assert_eq!(fonts(Some(Path::new("gone/fonts"))).state, State::Fail);
    }
}
