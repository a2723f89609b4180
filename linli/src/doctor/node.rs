//! The node itself: its settings, store, calendar, fonts and pages.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use linli_interop::letter::Press;
use linli_units::WorkCalendar;

use super::finding::Finding;
use crate::backups::{Noted, What, last_good};

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

/// The last good backup is not old, and one was tried out.
pub(super) fn backups(all: &[Noted], every_hours: u32, now: Timestamp) -> Finding {
    const DAY: i64 = 24;
    let age = |what| last_good(all, what).map(|one| now.duration_since(one.at).as_hours());
    let patience = match every_hours {
        0 => 7 * DAY,
        hours => 2 * i64::from(hours).max(1),
    };
    match (age(What::Backup), age(What::Drill)) {
        (None, _) => Finding::warn(
            "backup",
            "there is no backup yet",
            "请在 linli.toml 设置 [backup],或者运行 linli backup。",
            "Set [backup] in linli.toml, or run `linli backup`.",
        ),
        (Some(hours), _) if hours > patience => Finding::warn(
            "backup",
            format!("the last good backup is {hours} hours old"),
            "请看 backups.jsonl 最后几行是什么原因,再运行 linli backup。",
            "See in the last lines of backups.jsonl why, then run `linli backup`.",
        ),
        (Some(hours), drill) if drill.is_none_or(|drill| drill > 92 * DAY) => Finding::warn(
            "backup",
            format!("{hours} hours old, and none was tried out within three months"),
            "请运行 linli restore --drill 备份文件 --dir 节点目录。",
            "Run `linli restore --drill ARCHIVE --dir` and the node's folder.",
        ),
        (Some(hours), _) => Finding::ok("backup", format!("{hours} hours old, and tried out")),
    }
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
    fn an_old_backup_is_told_and_so_is_one_that_was_never_tried() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-11-30T12:00:00Z");
        let noted = |text: &str, what| Noted::good(at(text), what, Path::new("a"), 1);
        let state = |all: &[Noted], every| backups(all, every, now).state;
        assert_eq!(state(&[], 24), State::Warn);
        let fresh = noted("2026-11-30T01:00:00Z", What::Backup);
        let drill = noted("2026-10-30T01:00:00Z", What::Drill);
        assert_eq!(
            state(std::slice::from_ref(&fresh), 24),
            State::Warn,
            "never tried"
        );
        assert_eq!(state(&[drill.clone(), fresh], 24), State::Ok);
        let old = noted("2026-11-27T01:00:00Z", What::Backup);
        assert_eq!(state(&[drill.clone(), old.clone()], 24), State::Warn);
        assert_eq!(state(&[drill, old], 0), State::Ok, "by hand: a week");
    }

    #[test]
    fn a_font_folder_that_is_none_is_told() {
        assert_eq!(fonts(Some(Path::new("gone/fonts"))).state, State::Fail);
    }
}
