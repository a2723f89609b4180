//! What a paper's template is filled with: the facts of the act that issued it and the clauses of
//! the service, in the page's language. Nothing here depends on the day it is printed.

use jiff::civil::Date;
use linli_community::cases::rules::area_on;
use linli_community::cases::view::CaseView;
use linli_community::cases::{Fact, State};
use linli_community::catalogue::{
    Appeal, Basis, Channel, Every, Ground, Held, Service, Text, question,
};
use linli_community::papers::{Issued, Kind, Values};
use linli_community::residents::mask;
use linli_kernel::clock::shanghai_date;
use linli_units::Fen;

use super::letter::issuer;
use crate::Portal;
use crate::desk::rows;
use crate::i18n::Lang;
use crate::shell::Page;

/// A paper being filled in; `page` has the language of the paper.
pub(super) struct Filling<'a> {
    pub(super) portal: &'a Portal,
    pub(super) page: &'a Page,
    pub(super) view: &'a CaseView,
    pub(super) issued: &'a Issued,
}

impl Filling<'_> {
    /// The values of the paper.
    pub(super) fn values(&self) -> Values {
        let mut values = self.common();
        match self.issued.kind {
            Kind::Receipt => self.receipt(&mut values),
            Kind::Accepted => self.accepted(&mut values),
            Kind::Supplement => self.supplement(&mut values),
            Kind::NotAccepted => {
                let (code, words) = self.case().intake_refusal.clone().unwrap_or_default();
                self.refused(&mut values, &self.service().intake.grounds, &code, &words);
            }
            Kind::Transferred => self.transferred(&mut values),
            Kind::Granted | Kind::Refused | Kind::Certificate => self.decided(&mut values),
        }
        values
    }

    /// The unit that issued it: the desk that had the case, or gave it away.
    pub(super) fn issuer(&self) -> String {
        let case = self.case();
        let area = match &self.issued.fact {
            Fact::Transferred(fact) => &fact.from,
            _ => &case.area,
        };
        let station = self.view.rules.station(case.station);
        issuer(&self.portal.linli.areas(), &area_on(station.level, area))
    }

    /// The day it was issued.
    pub(super) fn day(&self) -> Date {
        match &self.issued.fact {
            Fact::Decided(fact) => fact.on,
            _ => shanghai_date(self.issued.at),
        }
    }

    fn case(&self) -> &State {
        &self.issued.case
    }

    fn service(&self) -> &Service {
        &self.view.service
    }

    fn common(&self) -> Values {
        let (case, service) = (self.case(), self.service());
        let day = self.day();
        let mut values = Values::default();
        values.set("issuer", self.issuer());
        values.set("service", self.say(&service.names));
        values.set("name", case.name.as_str());
        values.set("case_number", rows::spoken(&case.number));
        values.set("received_on", self.date(case.received_on));
        values.set("day", self.date(day));
        values.set("year", day.year().to_string());
        values.set("office", self.say(&service.guide.contact.office));
        values.set("phone", service.guide.contact.phone.as_str());
        let (application, unasked) = match case.channel {
            Channel::Unasked => ("", self.page.t("papers-unasked")),
            _ => (self.page.pick("申请", "application"), String::new()),
        };
        values.set("application", application);
        values.set("unasked", unasked);
        values
    }

    fn receipt(&self, values: &mut Values) {
        let service = self.service();
        values.set("name", mask::name(&self.case().name));
        values.set("within", self.say(&service.clock.total.text()));
        values.set("promised", self.promised());
        if let Some(wait) = &self.case().wait {
            let owner = rows::owner_name(self.page, &self.portal.linli, &wait.owner);
            let next = rows::next_name(self.page, wait.next.code());
            let by = wait.due.date().map(|due| self.date(due));
            let by = by.map(|day| self.page.t1("papers-by", "day", day));
            let colon = self.page.pick("：", ": ");
            values.set(
                "next",
                format!("{owner}{colon}{next}{}", by.unwrap_or_default()),
            );
        }
        let came = |id: &str| self.case().papers.iter().any(|paper| paper.id == id);
        let wanted = service.guide.papers.iter();
        let wanted = wanted
            .filter(|paper| paper.held == Held::Nowhere && paper.needed_if.is_empty())
            .filter(|paper| !came(&paper.id));
        values.list(
            "papers",
            wanted.map(|paper| self.say(&paper.names)).collect(),
        );
    }

    fn accepted(&self, values: &mut Values) {
        let total = &self.service().clock.total;
        values.set("within", self.say(&total.text()));
        values.set("promised", self.promised());
        values.set("clause", self.clause(&total.basis));
    }

    fn supplement(&self, values: &mut Values) {
        let service = self.service();
        let term = &service.clock.supplement;
        let asked = self.case().asked.clone().unwrap_or_default();
        values.set("within", self.say(&term.text()));
        values.set("clause", self.clause(&term.basis));
        values.set("words", asked.words.as_str());
        let papers = asked.papers.iter().filter_map(|id| service.paper(id));
        let questions = service.form.questions.iter();
        let questions = questions.filter(|one| asked.fields.contains(&one.id));
        let missing = papers
            .map(|paper| self.say(&paper.names))
            .chain(questions.map(|one| self.asked_again(one)));
        values.list("missing", missing.collect());
    }

    fn asked_again(&self, question: &question::Question) -> String {
        let short = self.say(&question.short);
        self.page.t1("papers-anew", "what", short)
    }

    fn transferred(&self, values: &mut Values) {
        let Fact::Transferred(fact) = &self.issued.fact else {
            return;
        };
        let station = self.view.rules.station(self.case().station);
        let to = area_on(station.level, &fact.area);
        values.set("to", issuer(&self.portal.linli.areas(), &to));
        let history = self.view.history.iter();
        let line = history.rev().find(|one| one.version == self.issued.version);
        values.set("words", line.map_or("", |line| line.words.as_str()));
    }

    fn decided(&self, values: &mut Values) {
        let (service, case) = (self.service(), self.case());
        let Some(decided) = &case.decided else {
            return;
        };
        let outcome = service.outcome(&decided.outcome);
        values.set(
            "outcome",
            outcome.map_or_else(String::new, |one| self.say(&one.names)),
        );
        if self.issued.kind == Kind::Refused {
            let code = decided.ground.clone().unwrap_or_default();
            self.refused(values, &service.decision.grounds, &code, &decided.words);
            return;
        }
        values.set("words", decided.words.as_str());
        if let Some(fen) = decided.amount_fen {
            let money = Fen(fen);
            values.set("every", self.page.t(every(decided.every)));
            values.set("money", money.to_string());
            values.set("capitals", money.capitals());
        }
        let from = self.date(decided.from);
        let until = decided.until.map(|until| self.date(until));
        values.set(
            "term",
            match &until {
                Some(until) => self
                    .page
                    .ta("papers-from-until", &[("from", &from), ("until", until)]),
                None => self.page.t1("papers-from", "from", from),
            },
        );
        values.set("until", until.unwrap_or_default());
        if let Some(pays) = outcome.and_then(|one| one.pays.as_ref()) {
            values.set("clause", self.clause(&pays.basis));
        }
        values.list("appeals", self.appeals());
    }

    fn refused(&self, values: &mut Values, grounds: &[Ground], code: &str, words: &str) {
        if let Some(ground) = grounds.iter().find(|one| one.code == code) {
            values.set("ground", self.say(&ground.text));
            values.set("clause", self.clause(&ground.basis));
        }
        values.set("words", words);
        values.list("appeals", self.appeals());
    }

    fn appeals(&self) -> Vec<String> {
        let ways = self.service().appeals.iter();
        ways.map(|way| self.appeal(way)).collect()
    }

    /// 行政复议：松江区人民政府，自收到本文书之日起 60 天内（依据：《行政复议法》第二十条第一款）.
    fn appeal(&self, way: &Appeal) -> String {
        let within = match (&way.within, way.within_months) {
            (Some(term), _) => {
                let term = self.say(&term.text());
                self.page.t1("papers-appeal-within", "term", term)
            }
            (None, Some(months)) => self.page.t1("papers-appeal-months", "months", months),
            (None, None) => String::new(),
        };
        let mut rests = way.basis.clone();
        if let Some(term) = &way.within {
            let more = term.basis.cite.iter();
            let more: Vec<_> = more
                .filter(|one| !rests.cite.contains(one))
                .cloned()
                .collect();
            rests.cite.extend(more);
            rests.unverified |= term.basis.unverified;
        }
        let (name, to) = (self.say(&way.names), self.say(&way.to));
        let law = self.clause(&rests);
        let law = match law.is_empty() {
            true => String::new(),
            false => self.page.t1("papers-appeal-law", "law", law),
        };
        let colon = self.page.pick("：", ": ");
        format!("{name}{colon}{to}{within}{law}")
    }

    fn promised(&self) -> String {
        let by = self.case().wait.as_ref().and_then(|wait| wait.result_by);
        let by = by.and_then(linli_community::cases::Due::date);
        by.map(|day| self.date(day)).unwrap_or_default()
    }

    /// The articles, with a word where nobody has confirmed them; empty where none is named.
    fn clause(&self, basis: &Basis) -> String {
        let mut said = self.say(&self.service().clause(basis));
        if basis.unverified && !said.is_empty() {
            said.push_str(self.page.pick("（待核实）", " (to be confirmed)"));
        }
        said
    }

    fn say(&self, text: &Text) -> String {
        text.in_lang(self.page.lang.tag()).to_owned()
    }

    fn date(&self, date: Date) -> String {
        match self.page.lang {
            Lang::Zh => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
            Lang::En => date.strftime("%-d %B %Y").to_string(),
        }
    }
}

fn every(every: Option<Every>) -> &'static str {
    match every {
        Some(Every::Month) => "papers-every-month",
        Some(Every::Quarter) => "papers-every-quarter",
        Some(Every::Once) | None => "papers-every-once",
    }
}
