//! Every question against trying all choices, on small tasks of all shapes; every plan through the
//! checker, and tampered plans against it.

use std::ops::ControlFlow;

use proptest::prelude::*;

use super::*;
use crate::told::tests::both;
use crate::travel::Leg;

/// A task that owns its lists.
#[derive(Debug, Clone)]
struct Small {
    legs: Legs,
    people: Vec<u64>,
    stands: Vec<bool>,
    capacity: Option<Vec<u64>>,
    choose: usize,
}

impl Small {
    fn task(&self, question: Question) -> Task<'_> {
        Task {
            question,
            legs: &self.legs,
            people: &self.people,
            stands: &self.stands,
            capacity: self.capacity.as_deref(),
            choose: self.choose,
        }
    }

    /// All sets of open sites.
    fn choices(&self) -> Vec<Vec<bool>> {
        let sites = self.stands.len();
        (0..1_u32 << sites)
            .map(|bits| {
                (0..sites)
                    .map(|site| bits >> site & 1 == 1)
                    .collect::<Vec<bool>>()
            })
            .filter(|open| {
                let new = open
                    .iter()
                    .zip(&self.stands)
                    .filter(|(open, stands)| **open && !**stands);
                let keeps = open
                    .iter()
                    .zip(&self.stands)
                    .all(|(open, stands)| *open || !*stands);
                keeps && new.count() == self.choose
            })
            .collect()
    }

    /// What one choice is worth, person by person; `None` where somebody finds no room.
    fn worth(&self, open: &[bool], question: Question) -> Option<u64> {
        let mut persons = Vec::new();
        for (demand, people) in self
            .people
            .iter()
            .enumerate()
            .filter(|(demand, _)| !self.legs.of(*demand).is_empty())
        {
            persons.extend(std::iter::repeat_n(
                demand,
                usize::try_from(*people).unwrap(),
            ));
        }
        let mut room: Vec<u64> = match &self.capacity {
            Some(capacity) => capacity.clone(),
            None => vec![u64::MAX; open.len()],
        };
        self.settle(&persons, open, &mut room, question)
    }

    /// The best way to settle these persons, by trying every site for each.
    fn settle(
        &self,
        persons: &[usize],
        open: &[bool],
        room: &mut [u64],
        question: Question,
    ) -> Option<u64> {
        let Some((demand, rest)) = persons.split_first() else {
            return Some(0);
        };
        let mut best: Option<u64> = None;
        let covering = matches!(question, Question::Covering { .. });
        if covering {
            best = self.settle(rest, open, room, question);
        }
        for leg in self.legs.of(*demand) {
            let site = instance::index(leg.site);
            if !open[site] || room[site] == 0 {
                continue;
            }
            if matches!(question, Question::Covering { within } if leg.metres > within) {
                continue;
            }
            room[site] -= 1;
            let others = self.settle(rest, open, room, question);
            room[site] += 1;
            let Some(others) = others else { continue };
            let way = u64::from(leg.metres);
            let (value, better) = match question {
                Question::Median => (others + way, best.is_none_or(|best| others + way < best)),
                Question::Centre => (
                    others.max(way),
                    best.is_none_or(|best| others.max(way) < best),
                ),
                Question::Covering { .. } => {
                    (others + 1, best.is_none_or(|best| others + 1 > best))
                }
            };
            if better {
                best = Some(value);
            }
            if self.capacity.is_none() {
                // The nearest open site is as good as any.
                break;
            }
        }
        best
    }

    fn best(&self, question: Question) -> Option<u64> {
        let worths = self
            .choices()
            .into_iter()
            .filter_map(|open| self.worth(&open, question));
        match question {
            Question::Covering { .. } => worths.max(),
            Question::Median | Question::Centre => worths.min(),
        }
    }
}

fn quietly(task: &Task<'_>, limits: Limits) -> Result<Plan, Refusal> {
    place(task, limits, &mut |_| ControlFlow::Continue(()))
}

fn small(demands: usize, people: u64, capacities: bool) -> impl Strategy<Value = Small> {
    (1..=demands, 1..=6_usize).prop_flat_map(move |(demands, sites)| {
        let ways = proptest::collection::vec(proptest::collection::vec(0..40_u32, sites), demands);
        let gaps = proptest::collection::vec(proptest::collection::vec(0..10_u8, sites), demands);
        let people = proptest::collection::vec(0..=people, demands);
        let stands = proptest::collection::vec(prop::bool::weighted(0.2), sites);
        let capacity = proptest::collection::vec(0..6_u64, sites);
        (ways, gaps, people, stands, capacity, 0..=sites).prop_map(
            move |(ways, gaps, people, stands, capacity, choose)| {
                let sites = stands.len();
                let rows = ways.iter().zip(&gaps).map(|(ways, gaps)| {
                    let legs = ways
                        .iter()
                        .zip(gaps)
                        .zip(0..)
                        .filter(|((_, gap), _)| **gap > 0);
                    legs.map(|((metres, _), site)| Leg {
                        metres: *metres,
                        site,
                    })
                    .collect()
                });
                let free = stands.iter().filter(|stands| !**stands).count();
                Small {
                    legs: Legs::new(rows, sites),
                    people,
                    choose: choose.min(free),
                    capacity: capacities.then_some(capacity),
                    stands,
                }
            },
        )
    })
}

fn agrees(small: &Small, question: Question) -> Result<(), TestCaseError> {
    let task = small.task(question);
    match (quietly(&task, Limits::default()), small.best(question)) {
        (Ok(plan), Some(best)) => {
            prop_assert_eq!(plan.value, best);
            prop_assert!(plan.is_proven(), "{:?}", plan);
            prop_assert_eq!(check(&task, &plan), Ok(()));
        }
        (Err(Refusal::Nobody | Refusal::NoSite), _)
        | (Err(Refusal::NoPlan | Refusal::NoRoom { .. }), None) => {}
        (plan, best) => prop_assert!(false, "{plan:?} where the best is {best:?}"),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn the_best_of_all_choices_is_found(small in small(7, 5, false), within in 0..40_u32) {
        agrees(&small, Question::Median)?;
        agrees(&small, Question::Centre)?;
        agrees(&small, Question::Covering { within })?;
    }

    #[test]
    fn capacities_are_respected(small in small(4, 2, true), within in 0..40_u32) {
        agrees(&small, Question::Median)?;
        agrees(&small, Question::Centre)?;
        agrees(&small, Question::Covering { within })?;
    }

    #[test]
    fn a_better_bound_than_the_truth_is_never_believed(small in small(6, 5, false), within in 0..40_u32) {
        for question in [Question::Median, Question::Centre, Question::Covering { within }] {
            let task = small.task(question);
            let Ok(plan) = quietly(&task, Limits::default()) else { continue };
            let mut bold = plan.clone();
            match question {
                Question::Covering { .. } if plan.bound > 0 => bold.bound -= 1,
                Question::Covering { .. } => continue,
                Question::Median | Question::Centre => bold.bound += 1,
            }
            prop_assert!(check(&task, &bold).is_err());
            let mut boast = plan.clone();
            boast.value += 1;
            let found = check(&task, &boast);
            if let Err(flaw) = &found {
                both(&flaw.told().zh, &flaw.to_string());
            }
            let value = matches!(found, Err(Flaw::Value { .. }));
            prop_assert!(value);
        }
    }

    /// Whatever is written into a certificate, the checker never believes a bound beyond the truth.
    #[test]
    fn no_forged_certificate_passes(
        small in small(5, 4, false),
        multipliers in proptest::collection::vec(-10..60_i64, 5),
        shut in proptest::collection::vec(0..6_usize, 0..3),
        stuck in proptest::collection::vec(0..6_usize, 0..3),
        ends in 0..3_u8,
    ) {
        let task = small.task(Question::Median);
        let Ok(plan) = quietly(&task, Limits::default()) else { return Ok(()) };
        let counting = (0..small.people.len())
            .filter(|demand| small.people[*demand] > 0 && !small.legs.of(*demand).is_empty());
        let multipliers: Vec<i64> = counting.zip(multipliers).map(|(_, multiplier)| multiplier).collect();
        let then = [Then::End, Then::Impossible, Then::Next(1)][usize::from(ends)];
        let steps = vec![
            Step { multipliers: multipliers.clone(), shut, opened: Vec::new(), stuck: stuck.clone(), then },
            Step { multipliers, shut: Vec::new(), opened: Vec::new(), stuck: stuck.clone(), then: Then::End },
        ];
        let certificate = Certificate { scale: 1, within: None, steps };
        let forged = Plan { bound: plan.value + 1, certificate, ..plan };
        prop_assert!(check(&task, &forged).is_err());
    }
}

/// Both roads have an answer, or neither has; the values are the same, and the plan passes.
fn roads_meet(small: &Small, question: Question) -> Result<(), TestCaseError> {
    let task = small.task(question);
    let own = quietly(&task, Limits::default());
    let solver = by_solver(&task, Limits::default(), &mut |_| ControlFlow::Continue(()));
    match (own, solver) {
        (Ok(own), Ok(solver)) => {
            prop_assert_eq!(own.value, solver.value);
            prop_assert!(solver.is_proven());
            prop_assert_eq!(check(&task, &solver), Ok(()));
        }
        (Err(own), Err(solver)) => prop_assert_eq!(own, solver),
        (own, solver) => prop_assert!(false, "{own:?} and {solver:?}"),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_solver_agrees(small in small(7, 5, false), within in 0..40_u32) {
        roads_meet(&small, Question::Median)?;
        roads_meet(&small, Question::Centre)?;
        roads_meet(&small, Question::Covering { within })?;
    }

    #[test]
    fn the_solver_agrees_within_capacities(small in small(5, 3, true), within in 0..40_u32) {
        roads_meet(&small, Question::Median)?;
        roads_meet(&small, Question::Centre)?;
        roads_meet(&small, Question::Covering { within })?;
    }
}

#[test]
fn a_task_too_large_for_the_solver_is_refused() {
    let legs = |to: usize| (0..200).map(move |site| Leg { metres: 1, site }).take(to);
    let demands = MOST_PAIRS / 200 + 1;
    let legs = Legs::new((0..demands).map(|_| legs(200).collect()), 200);
    let (people, stands) = (vec![1; demands], vec![false; 200]);
    let task = Task {
        question: Question::Median,
        legs: &legs,
        people: &people,
        stands: &stands,
        capacity: None,
        choose: 1,
    };
    let refused = by_solver(&task, Limits::default(), &mut |_| ControlFlow::Continue(()));
    assert!(
        matches!(refused, Err(Refusal::TooManyPairs { .. })),
        "{refused:?}"
    );
}

/// Five villages on a line, a clinic possible in each.
fn line() -> Small {
    let rows = (0..5_u32).map(|from| {
        (0..5_u32)
            .map(|to| Leg {
                metres: from.abs_diff(to) * 1000,
                site: to,
            })
            .collect()
    });
    Small {
        legs: Legs::new(rows, 5),
        people: vec![100, 10, 10, 10, 100],
        stands: vec![false; 5],
        capacity: None,
        choose: 2,
    }
}

#[test]
fn villages_on_a_line() {
    let small = line();
    let plan = quietly(&small.task(Question::Median), Limits::default()).unwrap();
    assert_eq!(
        (plan.opened.as_slice(), plan.value),
        ([0, 4].as_slice(), 40_000)
    );
    let near = Question::Covering { within: 1000 };
    let plan = quietly(&small.task(near), Limits::default()).unwrap();
    assert_eq!(
        (plan.opened.as_slice(), plan.value, plan.left_out),
        ([1, 3].as_slice(), 230, 0)
    );
    let plan = quietly(&small.task(Question::Centre), Limits::default()).unwrap();
    assert_eq!((plan.value, plan.bound), (1000, 1000));
}

#[test]
fn what_stands_stays() {
    let mut small = line();
    small.stands[2] = true;
    small.choose = 1;
    let plan = quietly(&small.task(Question::Median), Limits::default()).unwrap();
    assert_eq!(plan.opened.len(), 1);
    assert!(plan.opened[0] == 0 || plan.opened[0] == 4);
    assert_eq!(plan.value, 10_000 + 10_000 + 200_000);
}

#[test]
fn every_refusal_is_told_in_both() {
    let choose = Refusal::TooFewSites {
        choose: 51,
        candidates: 50,
    };
    let room = Refusal::NoRoom {
        people: 9,
        open: 2,
        room: 8,
    };
    let shape = Refusal::Shape {
        what: "people",
        has: 1,
        wants: 2,
    };
    let pairs = Refusal::TooManyPairs { pairs: 8, most: 7 };
    let apart = Refusal::Apart {
        search: 5,
        solver: 6,
    };
    let solver = Refusal::Solver("it stopped".to_owned());
    let plain = [
        Refusal::NoSite,
        Refusal::Nobody,
        Refusal::TooLarge,
        Refusal::NoPlan,
    ];
    for refusal in plain
        .into_iter()
        .chain([choose, room, shape, pairs, apart, solver])
    {
        both(&refusal.told().zh, &refusal.to_string());
    }
}

#[test]
fn what_is_wrong_with_a_plan_is_told_in_both() {
    let small = line();
    let task = small.task(Question::Median);
    let right = quietly(&task, Limits::default()).unwrap();
    let wrong: [fn(&mut Plan); 8] = [
        |plan| {
            plan.opened.pop();
        },
        |plan| plan.opened[0] = 99,
        |plan| plan.opened[1] = plan.opened[0],
        |plan| {
            plan.goes.pop();
        },
        |plan| plan.goes[0][0].site = 99,
        |plan| plan.goes[0][0].metres += 1,
        |plan| plan.goes[0][0].people += 1,
        |plan| plan.bound += 1,
    ];
    for change in wrong {
        let mut plan = right.clone();
        change(&mut plan);
        let flaw = check(&task, &plan).unwrap_err();
        both(&flaw.told().zh, &flaw.to_string());
    }
}

#[test]
fn refusals_say_what_is_missing() {
    let mut small = line();
    small.choose = 6;
    let refused = quietly(&small.task(Question::Median), Limits::default());
    assert_eq!(
        refused,
        Err(Refusal::TooFewSites {
            choose: 6,
            candidates: 5
        })
    );
    small.choose = 0;
    assert_eq!(
        quietly(&small.task(Question::Centre), Limits::default()),
        Err(Refusal::NoSite)
    );
    small.choose = 2;
    small.capacity = Some(vec![50, 60, 70, 80, 90]);
    let refused = quietly(&small.task(Question::Median), Limits::default());
    assert_eq!(
        refused,
        Err(Refusal::NoRoom {
            people: 230,
            open: 2,
            room: 170
        })
    );
    small.capacity = None;
    small.people = vec![0; 5];
    assert_eq!(
        quietly(&small.task(Question::Median), Limits::default()),
        Err(Refusal::Nobody)
    );
    small.people = vec![u64::MAX; 5];
    assert_eq!(
        quietly(&small.task(Question::Median), Limits::default()),
        Err(Refusal::TooLarge)
    );
    small.people = vec![1; 4];
    assert!(matches!(
        quietly(&small.task(Question::Median), Limits::default()),
        Err(Refusal::Shape { .. })
    ));
}

#[test]
fn an_ended_search_still_has_a_plan_and_a_true_bound() {
    let small = line();
    for question in [Question::Median, Question::Covering { within: 1000 }] {
        let task = small.task(question);
        let plan = place(&task, Limits::default(), &mut |_| ControlFlow::Break(())).unwrap();
        assert_eq!(check(&task, &plan), Ok(()));
        let plan = quietly(
            &task,
            Limits {
                gap_ppm: 0,
                effort: 1,
            },
        )
        .unwrap();
        assert_eq!(check(&task, &plan), Ok(()));
    }
    let task = small.task(Question::Centre);
    let plan = quietly(
        &task,
        Limits {
            gap_ppm: 0,
            effort: 1,
        },
    )
    .unwrap();
    assert_eq!(check(&task, &plan), Ok(()));
}
