//! Worked examples from the papers and the encyclopaedia, by hand.

use linli_budgeting::{Certificate, Completion, Fate, Options, Rule, Satisfaction, pabulib, tally};

use crate::world::{approvals, count, election, file, rule, shares};

/// Wikipedia, "Method of Equal Shares", example 1 (after Peters and Skowron): 100 voters, $1,000,
/// nine projects; the groups and votes as in the article's diagram are not reproduced here, but
/// its moral is: 51 against 49 supporters of ten equal projects each, money for ten. Greedy gives
/// the majority all; Equal Shares gives five and five.
#[test]
fn fifty_one_do_not_take_it_all() {
    let names: Vec<String> = (0..20)
        .map(|at| format!("{}{:02}", if at < 10 { "blue" } else { "red" }, at % 10))
        .collect();
    let projects: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "100")).collect();
    let blue = names[..10].join(",");
    let red = names[10..].join(",");
    let ballots: Vec<&str> = (0..100)
        .map(|at| if at < 51 { blue.as_str() } else { &red })
        .collect();
    let election = election(&approvals("1000", &projects, &ballots));
    let blues = |selected: &[String]| selected.iter().filter(|id| id.starts_with('b')).count();

    let greedy = count(&election, rule(Rule::Greedy));
    assert_eq!((greedy.selected.len(), blues(&greedy.selected)), (10, 10));
    let fair = count(&election, shares(Satisfaction::Cost, Completion::Add1));
    // 49 voters' part is 490: four projects, until Add1 gives them the fifth.
    assert_eq!((fair.selected.len(), blues(&fair.selected)), (10, 5));
    let plain = count(&election, shares(Satisfaction::Cost, Completion::None));
    assert_eq!((plain.selected.len(), blues(&plain.selected)), (9, 5));
    let phragmen = count(&election, rule(Rule::Phragmen));
    assert_eq!(
        (phragmen.selected.len(), blues(&phragmen.selected)),
        (10, 5)
    );
}

/// Peters, Pierczyński, Skowron (2021), section 3: additive utilities. Two voters of 2 units each;
/// a costs 3 and is worth 2 and 1 to them, so at the price of 1 a point they pay 2 and 1; b costs 1
/// and only the second voter has money left for it.
#[test]
fn prices_are_per_point_and_the_poor_give_all() {
    let text = file(
        "cumulative",
        "4",
        &[("a", "3"), ("b", "1")],
        &["a;2", "a,b;1,1"],
    );
    let election = election(&text);
    let tally = count(&election, shares(Satisfaction::Score, Completion::None));
    assert_eq!(tally.selected, ["a", "b"]);
    let Certificate::Prices(prices) = &tally.certificate else {
        panic!("{:?}", tally.certificate);
    };
    let listed: Vec<String> = prices
        .purchases
        .iter()
        .map(|it| it.price.to_string())
        .collect();
    assert_eq!(listed, ["1", "1"]);
}

/// By hand: three voters of 4 each. x (cost 6) is supported by the first two: 3 each. y (cost 6) by
/// the second and third: the second has 1 left and gives all, the third would pay 5 and has 4.
#[test]
fn what_a_project_lacked_is_said() {
    let text = approvals("12", &[("x", "6"), ("y", "6")], &["x", "x,y", "y"]);
    let election = election(&text);
    let tally = count(&election, shares(Satisfaction::Cost, Completion::None));
    assert_eq!(tally.selected, ["x"]);
    let y = &tally.explanations[1];
    assert_eq!(y.fate, Fate::SupportersLack);
    assert_eq!(
        (y.left.as_deref(), y.lacked.as_deref()),
        (Some("5"), Some("1"))
    );
    let x = &tally.explanations[0];
    assert_eq!(
        (
            x.price.as_deref(),
            x.paid_in_full,
            x.gave_all,
            x.gave_nothing
        ),
        (Some("3"), Some(2), Some(0), Some(0))
    );
    assert!(
        x.zh.contains("2名支持者共付6") && y.en.contains("1 too little"),
        "{x:?} {y:?}"
    );
    // One unit more for each: x costs 3 each again, then the second gives 2 and the third 4.
    let raised = count(&election, shares(Satisfaction::Cost, Completion::Add1));
    assert_eq!(raised.selected, ["x", "y"]);
    let Certificate::Prices(prices) = &raised.certificate else {
        panic!("{:?}", raised.certificate);
    };
    assert_eq!(
        (
            prices.raised,
            prices.purchases[1].price.to_string().as_str()
        ),
        (1, "4")
    );
    let y = &raised.explanations[1];
    assert_eq!(
        (y.paid_in_full, y.gave_all, y.gave_nothing),
        (Some(1), Some(1), Some(0))
    );
}

/// Phragmén by hand, unit costs: {a,b} twice, {a,c}, {d}: a at 1/3, then b (loads 1/3, 1/3: 5/6),
/// then d at 1 before c at 4/3.
#[test]
fn phragmen_by_hand() {
    let costs = [("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")];
    let election = election(&approvals("3", &costs, &["a,b", "a,b", "a,c", "d"]));
    let tally = count(&election, rule(Rule::Phragmen));
    assert_eq!(tally.selected, ["a", "b", "d"]);
    let Certificate::Loads(loads) = &tally.certificate else {
        panic!("{:?}", tally.certificate);
    };
    let times: Vec<String> = loads
        .purchases
        .iter()
        .map(|it| it.time.to_string())
        .collect();
    assert_eq!(times, ["1/3", "5/6", "1"]);
    assert_eq!(loads.stopped.as_ref().unwrap().time.to_string(), "4/3");
}

#[test]
fn nobody_one_voter_and_nothing_to_buy() {
    let empty = election(&approvals("10", &[("b", "4"), ("a", "7")], &[]));
    let none = count(
        &empty,
        shares(Satisfaction::Cost, Completion::Add1Utilitarian),
    );
    assert_eq!(
        none.selected,
        ["a"],
        "greedy completes by id where nobody votes"
    );
    assert!(
        count(&empty, shares(Satisfaction::Cost, Completion::Add1))
            .selected
            .is_empty()
    );

    let one = election(&approvals("10", &[("b", "4"), ("a", "7")], &["a,b"]));
    let chosen = count(&one, shares(Satisfaction::Cardinality, Completion::Add1));
    assert_eq!(
        chosen.selected,
        ["b"],
        "b costs less for the same satisfaction"
    );

    let nothing = election(&approvals("10", &[], &["", ""]));
    for rule_ in [
        Rule::Greedy,
        Rule::MaxWelfare,
        Rule::Phragmen,
        Rule::EqualShares,
    ] {
        assert!(count(&nothing, rule(rule_)).selected.is_empty());
    }
}

#[test]
fn amounts_may_have_decimals() {
    let election = election(&approvals(
        "10.50",
        &[("a", "5,25"), ("b", "5.26")],
        &["a", "b"],
    ));
    assert_eq!(election.unit, 100);
    let tally = count(&election, shares(Satisfaction::Cost, Completion::None));
    assert_eq!(tally.selected, ["a"]);
    assert_eq!((tally.cost.as_str(), tally.left.as_str()), ("5.25", "5.25"));
    assert_eq!(tally.explanations[1].lacked.as_deref(), Some("0.01"));
}

#[test]
fn options_that_do_not_belong_are_refused() {
    let approval = election(&approvals("10", &[("a", "4")], &["a"]));
    let scored = election(&file("cumulative", "10", &[("a", "4")], &["a;2"]));
    let refused = |election, options: Options| {
        tally(election, &options, false, &mut |_| {})
            .unwrap_err()
            .to_string()
    };
    let greedy = rule(Rule::Greedy);
    for (election, options, word) in [
        (&scored, rule(Rule::Phragmen), "approval"),
        (
            &approval,
            Options {
                completion: Completion::Add1,
                ..greedy
            },
            "completion",
        ),
        (
            &approval,
            Options {
                stop_when_exhaustive: true,
                ..greedy
            },
            "add1",
        ),
        (
            &approval,
            Options {
                endowment: linli_budgeting::Endowment::Whole,
                ..greedy
            },
            "endowment",
        ),
    ] {
        let said = refused(election, options);
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn a_million_units_of_raising_do_not_take_long() {
    // One voter wants something out of reach: Add1 must find out without a million runs.
    let projects = [("a", "5"), ("dear", "100000000")];
    let election = election(&approvals("90000000", &projects, &["a", "dear"]));
    let tally = count(&election, shares(Satisfaction::Cost, Completion::Add1));
    assert_eq!(tally.selected, ["a"]);
    let file = pabulib::read(
        approvals("1", &[("a", "1")], &["a"]).as_bytes(),
        &mut |_| {},
    );
    assert!(file.is_ok());
}

/// Eighty projects of nearly one worth for the money, and a budget that no set fills exactly.
#[test]
fn a_hard_knapsack_is_solved_and_verified() {
    let names: Vec<(String, String)> = (0..80_u64)
        .map(|at| {
            (
                format!("p{at:02}"),
                (2 * (1000 + at * at * 37 % 997)).to_string(),
            )
        })
        .collect();
    let projects: Vec<(&str, &str)> = names
        .iter()
        .map(|it| (it.0.as_str(), it.1.as_str()))
        .collect();
    let all: Vec<&str> = projects.iter().map(|it| it.0).collect();
    let all = all.join(",");
    let election = election(&approvals("60001", &projects, &[&all, &all, "p00"]));
    let tally = count(&election, rule(Rule::MaxWelfare));
    assert_eq!(tally.cost, "60000");
    assert!(linli_budgeting::verify(&election, &tally).is_ok());
    let mut worse = tally;
    worse.selected.pop();
    assert!(linli_budgeting::verify(&election, &worse).is_err());
}
