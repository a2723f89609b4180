//! An explanation as lines of text, Chinese first: for the command line and for letters.

use std::fmt::Write as _;

use crate::answer::Outcome;
use crate::explain::{ConditionWhy, Explanation, Reading, Turn, Why};
use crate::value::Names;

impl Explanation<'_> {
    /// The whole explanation, a line for each step, indented by depth.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{} · {}\n", both(self.names), self.on);
        if let Some(member) = self.member {
            push(&mut text, 0, &whom(member, self.member_name));
        }
        self.result(&mut text);
        for condition in &self.conditions {
            self.condition(&mut text, condition);
        }
        if let Some(why) = &self.amount {
            tell(&mut text, 0, why);
        }
        for turn in &self.would_change {
            let told = format!("可变为符合 would become a yes with {}", change(turn));
            push(&mut text, 0, &told);
        }
        for ask in &self.missing {
            let of = ask
                .member
                .map_or_else(String::new, |one| format!("{}: ", whom(one, "")));
            let told = format!("还差 missing: {of}{}（{}）", both(ask.names), ask.field);
            push(&mut text, 0, &told);
        }
        if !self.gaps.is_empty() {
            let told = format!("当日无数额 no figure that day: {}", self.gaps.join(", "));
            push(&mut text, 0, &told);
        }
        text
    }

    fn result(&self, text: &mut String) {
        push(text, 0, &format!("结果 Result: {}", outcome(self.outcome)));
        if let (Some(fen), Outcome::Yes) = (self.amount_fen, self.outcome) {
            let yuan = crate::value::decimal(fen, 2, false);
            let told = format!("金额 Amount: {yuan} 元 yuan（{}）", pays(self.pays));
            push(text, 0, &told);
        }
        if self.needs_legal_review {
            let told = "法律规定不一致，需要法律审查 Laws conflict: needs legal review";
            push(text, 0, told);
        }
        if self.unverified {
            let told = "所用依据中有尚待核实的 Some sources are still to be confirmed";
            push(text, 0, told);
        }
    }

    fn condition(&self, text: &mut String, condition: &ConditionWhy<'_>) {
        let mark = match condition.met {
            Some(true) => "✓ 满足 met",
            Some(false) => "✗ 不满足 not met",
            None => "? 不确定 unknown",
        };
        push(text, 0, &format!("{mark}: {}", both(condition.why.names)));
        readings(text, 1, &condition.why.readings);
        for why in &condition.why.uses {
            tell(text, 1, why);
        }
        // Where one change suffices for the whole answer it is told at the end.
        for turn in condition
            .would_change
            .iter()
            .filter(|turn| !self.would_change.contains(turn))
        {
            let told = format!("满足的办法 would be met with {}", change(turn));
            push(text, 1, &told);
        }
    }
}

fn push(text: &mut String, deep: usize, line: &str) {
    for _ in 0..deep {
        text.push_str("  ");
    }
    text.push_str(line);
    text.push('\n');
}

fn tell(text: &mut String, deep: usize, why: &Why<'_>) {
    let whom = why
        .member
        .map_or_else(String::new, |one| format!("{} ", whom(one, "")));
    let mut line = format!("{whom}{}", both(why.names));
    if why.readings.len() == 1 && why.kind == "parameter" && why.value.is_none() {
        line.push_str(": ");
        line.push_str(why.readings[0].text);
    } else {
        let unit = if why.type_ == "money" {
            " 元 yuan"
        } else {
            ""
        };
        let _written = match why.value {
            Some(value) => write!(line, " = {value}{unit}"),
            None => write!(line, " = 未知 unknown"),
        };
        if why.told_before {
            line.push_str("（见上 see above）");
        }
    }
    if let Some(names) = why.value_names {
        let _written = write!(line, "（{}）", both(names));
    }
    if let Some(on) = &why.on {
        let _written = write!(line, "，{on}");
    }
    if let Some(origin) = &why.origin {
        let source = origin.source.unwrap_or("");
        let _written = write!(line, "，来源 from {source}");
        if let Some(date) = origin.date {
            let _written = write!(line, " {date}");
        }
    }
    push(text, deep, line.trim_end());
    if let Some(explained) = &why.explained_by {
        let value = explained
            .value
            .map_or_else(|| "?".to_owned(), |value| value.to_string());
        let differs = if explained.same {
            ""
        } else {
            "，以公布数为准 the published figure pays"
        };
        push(
            text,
            deep + 1,
            &format!("= {} → {value}{differs}", explained.formula),
        );
    }
    readings(text, deep + 1, &why.readings);
    why.uses.iter().for_each(|why| tell(text, deep + 1, why));
}

fn readings(text: &mut String, deep: usize, readings: &[Reading<'_>]) {
    for reading in readings {
        let mut line = reading.text.to_owned();
        if let Some(value) = &reading.value {
            let _written = write!(line, " → {value}");
        }
        if let Some(source) = reading.source {
            let article = reading.article.unwrap_or("");
            let number = reading
                .number
                .map_or_else(String::new, |number| format!("（{number}）"));
            let _written = write!(line, "  [{}{number}{article}]", source.zh);
        }
        if reading.unverified {
            line.push_str(" 待核实 unverified");
        }
        push(text, deep, &line);
    }
}

fn change(turn: &Turn<'_>) -> String {
    let whom = turn
        .member
        .map_or_else(String::new, |one| format!("{} ", whom(one, "")));
    format!("{whom}{}: {} → {}", both(turn.names), turn.from, turn.to)
}

fn whom(member: usize, name: &str) -> String {
    let number = member + 1;
    if name.is_empty() {
        format!("成员 member {number}")
    } else {
        format!("成员 member {number} ({name})")
    }
}

/// 中文 English, once where they are the same.
pub(crate) fn both(names: &Names) -> String {
    if names.zh == names.en {
        names.zh.clone()
    } else {
        format!("{} {}", names.zh, names.en)
    }
}

/// What a payment is for, in both languages.
pub(crate) fn pays(pays: &str) -> &str {
    match pays {
        "month" => "每月 a month",
        "quarter" => "每季 a quarter",
        "year" => "每年 a year",
        "once" => "一次性 once",
        other => other,
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Yes => "符合 yes",
        Outcome::No => "不符合 no",
        Outcome::Unknown => "还不能判断 cannot tell yet",
        Outcome::NotInForce => "当日无适用规定 no rule in force",
    }
}
