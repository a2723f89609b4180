//! The catalogue's tests: [`files`] are in order and say what is wrong with them, the form is
//! filled in ([`filling`]), and what is new is published ([`publishing`]).

mod files;
mod filling;
mod publishing;

use std::sync::OnceLock;

use jiff::civil::date;

use super::{Catalogue, Service};

/// The built-in catalogue, read once.
fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        Catalogue::built_in().unwrap_or_else(|problems| {
            let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
            panic!("{}", said.join("\n"))
        })
    })
}

fn dibao() -> &'static Service {
    catalogue().service("dibao", date(2026, 9, 1)).unwrap()
}

fn text_of(name: &str) -> String {
    let mut files = catalogue().files().iter();
    files.find(|file| file.name == name).unwrap().text.clone()
}
