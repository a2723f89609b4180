//! Pairs of records that may be of one person, from the registers, block by block.
//!
//! A first pass reads every record of the area once, committee by committee, and keeps nothing but
//! hashes of what blocks are made of; only those that share one are read again and compared. So a
//! district takes some 60 bytes a resident, whatever it knows of them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use linli_kernel::gate::{Scope, scope};
use linli_kernel::{Action, Actor, AreaPath, Fault, Refusal, ResidentId};
use linli_search::sound;
use sea_orm::sea_query::{Cond, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ConnectionTrait, QueryResult};

use super::{Likeness, Person, Weights, compare};
use crate::feature::Problem;
use crate::node::Linli;
use crate::registers::store;

/// How many ids stand in one condition.
const IDS: usize = 500;

/// The most pairs that are compared in one search: the likeliest blocks come first.
const MOST_PAIRS: usize = 500_000;

/// Two records that may be of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The one that was registered first.
    pub first: ResidentId,
    /// The other.
    pub second: ResidentId,
    /// What speaks for it, and against.
    pub likeness: Likeness,
}

impl Linli {
    /// 疑似重复: pairs in `area` that may be of one person, the likeliest first, without those that
    /// somebody told apart.
    ///
    /// # Errors
    /// [`Problem`]: `gate.role` or `gate.area`, or a fault.
    pub async fn duplicates(&self, actor: &Actor, area: &AreaPath) -> Result<Vec<Pair>, Problem> {
        match scope(actor, Action::ResidentChange) {
            _ if *actor == Actor::system() => {}
            Scope::Area(own) if own.contains(area) => {}
            Scope::Area(_) => return Err(Refusal::new("gate.area").into()),
            Scope::Own(_) | Scope::Nothing => return Err(Refusal::new("gate.role").into()),
        }
        let weights = Weights::built_in()?;
        let mut blocks = Blocks::default();
        for committee in self.committees_of(area) {
            let cond = self.living_in(&committee);
            for row in self.persons(cond).await? {
                blocks.put(&row);
            }
        }
        let pairs = blocks.pairs(weights.most_alike);
        Ok(self.compared(pairs, weights).await?)
    }

    /// How alike two records are.
    pub(in crate::residents) async fn likeness(
        &self,
        first: ResidentId,
        second: ResidentId,
    ) -> Result<Likeness, Fault> {
        let known = self.persons_of(&[first, second]).await?;
        Ok(match (known.get(&first), known.get(&second)) {
            (Some(one), Some(other)) => compare(one, other, Weights::built_in()?),
            _ => Likeness::default(),
        })
    }

    pub(super) fn committees_of(&self, area: &AreaPath) -> Vec<AreaPath> {
        let areas = self.areas();
        let inside = areas.inside(area).filter(|one| one.kind.is_committee());
        inside.map(|one| one.path().clone()).collect()
    }

    pub(super) fn living_in(&self, area: &AreaPath) -> Cond {
        let (table, dead) = ("resident", Expr::col(("resident", "dead")));
        let lies = Expr::col((table, "area")).eq(area.as_str());
        let street = Expr::col((table, "street")).eq(crate::places::street_path(area));
        Cond::all().add(street).add(lies).add(dead.eq(0_i64))
    }

    pub(super) async fn persons(&self, cond: Cond) -> Result<Vec<Person>, Fault> {
        let query = persons_where(cond);
        let rows = self.journal().reader().query_all(&query).await;
        rows.map_err(store)?.iter().map(person).collect()
    }

    async fn persons_of(&self, ids: &[ResidentId]) -> Result<HashMap<ResidentId, Person>, Fault> {
        let mut found = HashMap::with_capacity(ids.len());
        for some in ids.chunks(IDS) {
            let some = some.iter().map(ToString::to_string);
            let cond = Cond::all().add(Expr::col(("resident", "id")).is_in(some));
            for person in self.persons(cond).await? {
                found.insert(person.id, person);
            }
        }
        Ok(found)
    }

    async fn compared(
        &self,
        pairs: BTreeSet<(ResidentId, ResidentId)>,
        weights: &Weights,
    ) -> Result<Vec<Pair>, Fault> {
        let ids: BTreeSet<ResidentId> = pairs.iter().flat_map(|(a, b)| [*a, *b]).collect();
        let ids: Vec<ResidentId> = ids.into_iter().collect();
        let known = self.persons_of(&ids).await?;
        let mut found: Vec<Pair> = pairs
            .into_iter()
            .filter_map(|(first, second)| {
                let likeness = compare(known.get(&first)?, known.get(&second)?, weights);
                (likeness.points >= weights.threshold).then_some(Pair {
                    first,
                    second,
                    likeness,
                })
            })
            .collect();
        let firsts: Vec<ResidentId> = found.iter().map(|pair| pair.first).collect();
        let apart = self.told_apart(&firsts).await?;
        found.retain(|pair| !apart.contains(&format!("{}:{}", pair.first, pair.second)));
        // Ids grow with time, so the ties stand in the order in which the records came.
        found.sort_by_key(|pair| (-pair.likeness.points, pair.first, pair.second));
        Ok(found)
    }

    async fn told_apart(&self, firsts: &[ResidentId]) -> Result<HashSet<String>, Fault> {
        let mut apart = HashSet::new();
        for some in firsts.chunks(IDS) {
            let query = Query::select()
                .column("id")
                .from("apart")
                .and_where(Expr::col("first").is_in(some.iter().map(ToString::to_string)))
                .take();
            let rows = self.journal().reader().query_all(&query).await;
            for row in rows.map_err(store)? {
                apart.insert(row.try_get("", "id").map_err(store)?);
            }
        }
        Ok(apart)
    }
}

/// What blocks are made of, as hashes: a chance meeting of two costs one comparison.
#[derive(Default)]
struct Blocks {
    ids: Vec<ResidentId>,
    /// By name and birth, by number, by telephone, by name and address.
    keys: [Vec<(u64, u32)>; 4],
}

impl Blocks {
    fn put(&mut self, person: &Person) {
        let Ok(place) = u32::try_from(self.ids.len()) else {
            return;
        };
        self.ids.push(person.id);
        let spoken = person.name.as_deref().and_then(sound);
        let spoken = spoken.as_deref();
        let digits = person.address.as_deref().map(digits);
        let keys = [
            spoken.zip(person.birth.as_deref()).map(|both| hash(&both)),
            person.id_masked.as_deref().map(|number| hash(&number)),
            person.phone.as_deref().map(|phone| hash(&phone)),
            spoken.zip(digits).map(|both| hash(&both)),
        ];
        for (block, key) in self.keys.iter_mut().zip(keys) {
            block.extend(key.map(|key| (key, place)));
        }
    }

    /// The pairs that share a block of at most `most`.
    fn pairs(mut self, most: usize) -> BTreeSet<(ResidentId, ResidentId)> {
        let mut pairs = BTreeSet::new();
        for keys in &mut self.keys {
            keys.sort_unstable();
            for block in keys.chunk_by(|one, other| one.0 == other.0) {
                if block.len() > most || pairs.len() >= MOST_PAIRS {
                    continue;
                }
                for (at, (_, one)) in block.iter().enumerate() {
                    for (_, other) in block.iter().skip(at + 1) {
                        let ids = (self.ids.get(*one as usize), self.ids.get(*other as usize));
                        if let (Some(one), Some(other)) = ids {
                            pairs.insert((*one.min(other), *one.max(other)));
                        }
                    }
                }
            }
        }
        pairs
    }
}

fn hash(key: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// The digits of an address: house, entrance and room, whatever the road is called.
fn digits(address: &str) -> String {
    let runs = address.split(|c: char| !c.is_ascii_digit());
    let runs: Vec<&str> = runs.filter(|run| !run.is_empty()).collect();
    runs.join("-")
}

fn persons_where(cond: Cond) -> SelectStatement {
    let joined = Expr::col(("household", "id")).equals(("resident", "household"));
    let mut query = Query::select();
    for column in [
        "id",
        "name",
        "birth_date",
        "sex",
        "phone",
        "id_key",
        "id_masked",
    ] {
        query.column(("resident", column));
    }
    query
        .column(("household", "address"))
        .from("resident")
        .left_join("household", joined)
        .cond_where(cond)
        .take()
}

fn person(row: &QueryResult) -> Result<Person, Fault> {
    let text = |column: &str| row.try_get::<Option<String>>("", column).map_err(store);
    let id = text("id")?.and_then(|id| id.parse().ok());
    Ok(Person {
        id: id.ok_or_else(|| Fault::Damaged("resident.id".to_owned()))?,
        name: text("name")?,
        birth: text("birth_date")?,
        sex: text("sex")?,
        phone: text("phone")?,
        id_key: text("id_key")?,
        id_masked: text("id_masked")?,
        address: text("address")?,
    })
}
