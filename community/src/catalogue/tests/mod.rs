//! The catalogue's tests: [`files`] are in order and say what is wrong with them, the form is
//! filled in ([`filling`]), and what is new is published ([`publishing`]).

mod files;
mod filling;
mod publishing;

use jiff::civil::date;

use super::{Catalogue, Service};

fn catalogue() -> Catalogue {
    Catalogue::built_in().unwrap_or_else(|problems| {
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", said.join("\n"))
    })
}

fn dibao() -> Service {
    let catalogue = catalogue();
    Service::clone(catalogue.service("dibao", date(2026, 9, 1)).unwrap())
}

fn text_of(name: &str) -> String {
    let catalogue = catalogue();
    let file = catalogue
        .files()
        .iter()
        .find(|file| file.name == name)
        .unwrap();
    file.text.clone()
}
