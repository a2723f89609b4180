//! An order in which every rule comes after those it asks.

use crate::finding::{Told, told};
use crate::model::RuleId;

/// How many rules may ask each other in a row.
const LONGEST: usize = 200;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

/// The order, or a rule on a circle and how the circle goes. Without recursion, so that no file
/// exhausts the stack.
pub(super) fn order(asks: &[Vec<RuleId>], keys: &[String]) -> Result<Vec<RuleId>, (RuleId, Told)> {
    let mut states = vec![State::New; asks.len()];
    let mut order = Vec::with_capacity(asks.len());
    for start in 0..asks.len() {
        if states[start] != State::New {
            continue;
        }
        let mut path = vec![(RuleId(start), 0)];
        states[start] = State::Open;
        while let Some((id, next)) = path.last_mut() {
            let id = *id;
            let Some(asked) = asks[id.0].get(*next).copied() else {
                states[id.0] = State::Done;
                order.push(id);
                path.pop();
                continue;
            };
            *next += 1;
            match states[asked.0] {
                State::Done => {}
                State::Open => return Err((asked, circle(&path, asked, keys))),
                State::New => {
                    states[asked.0] = State::Open;
                    path.push((asked, 0));
                    if path.len() > LONGEST {
                        let told = told!(
                            "规则一条接一条地引用，超过 {LONGEST} 条",
                            "more than {LONGEST} rules ask each other in a row"
                        );
                        return Err((asked, told));
                    }
                }
            }
        }
    }
    Ok(order)
}

fn circle(path: &[(RuleId, usize)], start: RuleId, keys: &[String]) -> Told {
    let round = path.iter().map(|(id, _)| *id).skip_while(|id| *id != start);
    let mut names: Vec<&str> = round.map(|id| keys[id.0].as_str()).collect();
    names.push(&keys[start.0]);
    told!(
        "规则循环引用：{circle}",
        "rules ask each other in a circle: {circle}",
        circle = names.join(" → "),
    )
}
