//! A page for people about a policy, in Markdown: who is entitled, to what, under which articles,
//! with the figures through time and worked examples.

use std::fmt::Write as _;

use crate::book::Book;
use crate::cases::{CaseRun, whose};
use crate::day;
use crate::head::{Citation, Source};
use crate::ir::NodeId;
use crate::model::{Body, Figure, Param, Policy, Rule};
use crate::rows::place;
use crate::tell::{both, pays};
use crate::value::{Names, Type};

impl Book {
    /// The page of a policy; `None` where there is none of that id.
    #[must_use]
    pub fn page(&self, id: &str) -> Option<String> {
        let policy = self.policy(id)?;
        let mut page = Page {
            book: self,
            policy,
            text: String::new(),
        };
        page.head();
        page.conditions();
        page.amount();
        page.rules();
        page.parameters();
        page.facts();
        page.sources();
        page.examples(&self.run_cases());
        Some(page.text)
    }
}

struct Page<'b> {
    book: &'b Book,
    policy: &'b Policy,
    text: String,
}

impl Page<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn title(&mut self, title: &str) {
        let _written = write!(self.text, "\n## {title}\n\n");
    }

    fn head(&mut self) {
        let head = &self.policy.head;
        self.line(&format!("# {}", both(&head.names)));
        self.line("");
        if let Some(summary) = &head.summary {
            self.names(summary);
        }
        let until = head
            .valid_to
            .map_or_else(String::new, |to| format!(" – {}", day::text(to)));
        let since = day::text(head.valid_from);
        let place = head.jurisdiction.as_deref().unwrap_or("—");
        self.line(&format!("- 施行 In force: {since}{until}"));
        self.line(&format!("- 地区 Jurisdiction: {place}"));
        self.line(&format!("- 标识 Id: `{}`", head.id));
        if head.unverified {
            self.line("- **依据尚待核实 Sources still to be confirmed**");
        }
        for note in &head.notes {
            self.line(&format!("- {}", both(note)));
        }
    }

    fn names(&mut self, names: &Names) {
        self.line(&names.zh);
        if names.en != names.zh {
            self.line("");
            self.line(&names.en);
        }
        self.line("");
    }

    fn conditions(&mut self) {
        let book = self.book;
        if self.policy.conditions.is_empty() {
            return;
        }
        self.title("谁可以享受 Who is entitled");
        self.line("须同时符合下列各项。All of these must hold.");
        self.line("");
        for (at, id) in self.policy.conditions.iter().enumerate() {
            let rule = &book.rules[id.0];
            self.line(&format!("{}. **{}**", at + 1, both(&rule.names)));
            self.versions(rule, "   ");
        }
    }

    fn amount(&mut self) {
        let book = self.book;
        if let Some(id) = self.policy.amount {
            let pays = pays(&self.policy.head.pays);
            self.title(&format!("给付多少 What is paid（{pays}）"));
            let rule = &book.rules[id.0];
            self.line(&format!("- **{}**", both(&rule.names)));
            self.versions(rule, "  ");
        }
    }

    fn rules(&mut self) {
        let book = self.book;
        if self.policy.rules.is_empty() {
            return;
        }
        self.title("怎样计算 How it is reckoned");
        for id in &self.policy.rules {
            let rule = &book.rules[id.0];
            let open = open(rule.open);
            self.line(&format!(
                "- **{}**（`{}`）{open}",
                both(&rule.names),
                rule.key
            ));
            self.versions(rule, "  ");
        }
    }

    fn versions(&mut self, rule: &Rule, indent: &str) {
        let Body::Versions(versions) = &rule.body else {
            return;
        };
        for version in versions {
            let to = version.to.map_or_else(String::new, day::text);
            let from = day::text(version.from);
            let days = if versions.len() > 1 || version.to.is_some() {
                format!("{from} – {to}: ")
            } else {
                String::new()
            };
            if version.readings.len() > 1 {
                let told = "**法律规定不一致，需要法律审查 Laws conflict: needs legal review**";
                self.line(&format!("{indent}- {told}"));
            }
            for reading in &version.readings {
                let cited = self.cited(&reading.citation);
                self.line(&format!("{indent}- {days}`{}`{cited}", reading.text));
            }
        }
    }

    fn cited(&self, citation: &Citation) -> String {
        let key = citation.source.as_deref();
        let source = self
            .policy
            .sources
            .iter()
            .find(|one| Some(one.key.as_str()) == key);
        let mut text = String::new();
        if let Some(source) = source {
            let article = citation.article.as_deref().unwrap_or("");
            let _written = write!(text, "（《{}》{article}）", source.title.zh);
        }
        if citation.unverified || source.is_some_and(|one| one.unverified) {
            text.push_str(" **待核实 unverified**");
        }
        if let Some(note) = &citation.note {
            let _written = write!(text, " {}", both(note));
        }
        text
    }

    fn parameters(&mut self) {
        let book = self.book;
        if self.policy.params.is_empty() {
            return;
        }
        self.title("数额和标准 Figures");
        for id in &self.policy.params {
            let param = &book.params[id.0];
            let open = open(param.open);
            self.line(&format!(
                "### {}（`{}`）{open}",
                both(&param.names),
                param.key
            ));
            self.line("");
            if let Some((formula, _)) = &param.formula {
                let told = "以公布数为准 the published figure pays";
                self.line(&format!("说明 Explained by: `{formula}`；{told}"));
                self.line("");
            }
            self.line("| 自 From | 至 To | 数额 Value | 依据 Source |");
            self.line("| --- | --- | --- | --- |");
            for dated in &param.values {
                let (from, to) = (
                    day::text(dated.from),
                    dated.to.map_or_else(String::new, day::text),
                );
                let (value, cited) = (figure(&dated.value, param), self.cited(&dated.citation));
                self.line(&format!("| {from} | {to} | {value} | {cited} |"));
            }
            self.line("");
        }
    }

    fn facts(&mut self) {
        let book = self.book;
        if self.policy.facts.is_empty() {
            return;
        }
        self.title("需要知道什么 What must be known");
        self.line("| 事实 Fact | 谁的 Whose | 证明 Proof | 取得的难度 Cost (0–5) |");
        self.line("| --- | --- | --- | --- |");
        for used in &self.policy.facts {
            let fact = &book.facts[place(NodeId(used.id.0))];
            let whose = whose(fact.entity, self.policy);
            let (name, proof) = (both(&fact.names), both(&fact.proof));
            self.line(&format!("| {name} | {whose} | {proof} | {} |", fact.cost));
        }
    }

    fn sources(&mut self) {
        self.title("依据 Sources");
        let told = |source: &Source| {
            let number = source
                .number
                .as_ref()
                .map_or_else(String::new, |one| format!("，{one}"));
            let since = source.in_force.map_or_else(String::new, |one| {
                format!("，自 {} 施行 in force from then", day::text(one))
            });
            let open = if source.unverified {
                "，**待核实 unverified**"
            } else {
                ""
            };
            format!("- {}{number}{since}{open}", both(&source.title))
        };
        for source in &self.policy.sources {
            let line = told(source);
            self.line(&line);
        }
    }

    fn examples(&mut self, runs: &[CaseRun<'_>]) {
        let own: Vec<_> = runs
            .iter()
            .filter(|run| run.policy == self.policy.head.id)
            .collect();
        if own.is_empty() {
            return;
        }
        self.title("例子 Worked examples");
        for run in own {
            self.line(&format!("### {}", both(run.names)));
            self.line("");
            if let Some(note) = run.note {
                self.line(&both(note));
                self.line("");
            }
            self.situation(run);
            let Ok(law) = self.book.law(&[run.policy], run.on) else {
                continue;
            };
            let answers = law.ask(&run.household);
            for answer in answers.all() {
                let explained = answers.explain(&answer);
                self.line("```text");
                let text = explained.text();
                self.text.push_str(&text);
                self.line("```");
                self.line("");
            }
        }
    }

    fn situation(&mut self, run: &CaseRun<'_>) {
        let mut known = Vec::new();
        let whom = std::iter::once(None).chain((0..run.household.size()).map(Some));
        for member in whom {
            for used in &self.policy.facts {
                let Some(value) = run.household.get(member, used.id) else {
                    continue;
                };
                let fact = &self.book.facts[place(NodeId(used.id.0))];
                if (fact.entity == crate::ir::Entity::Member) != member.is_some() {
                    continue;
                }
                let whose = member.map_or_else(String::new, |one| format!("{} ", one + 1));
                known.push(format!(
                    "- {whose}{}: {}",
                    both(&fact.names),
                    shown(&fact.type_, value)
                ));
            }
        }
        for line in known {
            self.line(&line);
        }
        self.line("");
    }
}

fn open(open: bool) -> &'static str {
    if open {
        " 各区可以另定 open to the districts"
    } else {
        ""
    }
}

fn shown(type_: &Type, value: i64) -> String {
    let plain = type_.plain(value);
    match type_ {
        Type::Money { .. } => format!("{plain} 元 yuan"),
        Type::Bool if value == 1 => "是 yes".to_owned(),
        Type::Bool => "否 no".to_owned(),
        Type::Code(codes) => {
            let names = usize::try_from(value)
                .ok()
                .and_then(|at| codes.names.get(at));
            names.map_or(plain, both)
        }
        _ => plain,
    }
}

fn figure(figure: &Figure, param: &Param) -> String {
    match figure {
        Figure::One(value) => shown(&param.type_, *value),
        Figure::Table { steps, marginal } => {
            let sign = if *marginal { ">" } else { "≥" };
            let step = |(from, value): &(crate::read::Raw, i64)| {
                format!("{sign} {}: {}", from.text, shown(&param.type_, *value))
            };
            steps.iter().map(step).collect::<Vec<_>>().join("; ")
        }
    }
}
