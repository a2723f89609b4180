//! The instances on disk: synthetic ones of our own, and those of the OR-Library.

use std::path::{Path, PathBuf};

use linli_siting::network::{Joint, Network, Street};
use linli_siting::table::{CAPACITY, PEOPLE};
use linli_siting::{Datum, Detour, Legs, Table};

/// Communities and sites of a synthetic instance.
pub(crate) struct Synthetic {
    pub(crate) legs: Legs,
    pub(crate) people: Vec<u64>,
    pub(crate) capacity: Vec<u64>,
}

/// Reads a synthetic instance, ways up to `limit` metres.
pub(crate) fn synthetic(name: &str, limit: Option<u32>) -> Synthetic {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name);
    let table = |file: &str| {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        Table::csv(file, &text).unwrap()
    };
    let (communities, sites) = (table("demand.csv"), table("sites.csv"));
    let spots = |table: &Table| table.spots(Datum::Cgcs2000).unwrap();
    Synthetic {
        legs: Legs::straight(
            &spots(&communities),
            &spots(&sites),
            Detour::default(),
            limit,
        ),
        people: communities
            .counts(communities.need(PEOPLE).unwrap())
            .unwrap(),
        capacity: sites.counts(sites.need(CAPACITY).unwrap()).unwrap(),
    }
}

/// The folder of the OR-Library's p-median instances, where the environment names one.
pub(crate) fn or_library() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("LINLI_ORACLE_DATA")?).join("siting/pmed");
    Some(folder)
}

/// Reads an instance of the OR-Library: every vertex is a community of one person and a site. Later
/// edges between the same two vertices replace earlier ones.
pub(crate) fn pmed(text: &str) -> (Legs, usize) {
    let mut numbers = text
        .split_ascii_whitespace()
        .map(|number| number.parse::<u32>().unwrap());
    let mut next = || numbers.next().unwrap();
    let (vertices, edges, choose) = (next(), next(), next());
    let mut lengths = std::collections::BTreeMap::new();
    for _ in 0..edges {
        let (a, b, length) = (next() - 1, next() - 1, next());
        lengths.insert((a.min(b), a.max(b)), u64::from(length) * 1000);
    }
    let streets: Vec<Street> = lengths
        .into_iter()
        .map(|((from, to), millimetres)| Street {
            from,
            to,
            millimetres,
        })
        .collect();
    let network = Network::new(usize::try_from(vertices).unwrap(), &streets).unwrap();
    let joints: Vec<Option<Joint>> = (0..vertices)
        .map(|crossing| {
            Some(Joint {
                crossing,
                millimetres: 0,
            })
        })
        .collect();
    (
        network.legs(&joints, &joints, None),
        usize::try_from(choose).unwrap(),
    )
}
