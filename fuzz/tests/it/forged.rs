//! Whatever is changed in a result that somebody hands in, its checker finds it, or the change says
//! nothing: each field of each result of budgeting and siting is changed in every way that its kind
//! allows, one at a time.

use linli_siting::place::{Limits, Plan, Question, Task, check, place};
use linli_siting::{Leg, Legs};
use serde_json::{Value, json};

/// Every change of one place of `value`: its path, and the whole changed value.
fn changes(value: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    walk(value, "", &mut |path, piece| {
        for piece in others(piece) {
            let mut whole = value.clone();
            if let Some(place) = whole.pointer_mut(path) {
                *place = piece;
                found.push((path.to_owned(), whole));
            }
        }
    });
    found
}

fn walk(value: &Value, path: &str, visit: &mut dyn FnMut(&str, &Value)) {
    visit(path, value);
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                walk(value, &format!("{path}/{name}"), visit);
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                walk(value, &format!("{path}/{at}"), visit);
            }
        }
        _ => {}
    }
}

/// Other values in the place of `piece`.
fn others(piece: &Value) -> Vec<Value> {
    match piece {
        Value::Null => vec![json!(0), json!(1), json!("x"), json!([])],
        Value::Bool(truth) => vec![json!(!truth), Value::Null],
        Value::Number(number) => match number.as_i64() {
            Some(whole) => vec![
                json!(whole + 1),
                json!(whole - 1),
                json!(whole / 2),
                json!(-7),
            ],
            None => {
                let real = number.as_f64().unwrap();
                vec![json!(real * 1.01 + 1e-3), json!(-real), json!(real + 1.0)]
            }
        },
        Value::String(text) => texts(text),
        Value::Array(items) => lists(items),
        Value::Object(fields) => {
            let without = fields.keys().map(|name| {
                let mut fields = fields.clone();
                fields.remove(name);
                Value::Object(fields)
            });
            without.collect()
        }
    }
}

fn texts(text: &str) -> Vec<Value> {
    let mut others = vec![json!(format!("{text}x")), json!("")];
    if let Some((above, below)) = text.split_once('/') {
        if let (Ok(above), Ok(below)) = (above.parse::<i64>(), below.parse::<i64>()) {
            others.push(json!(format!("{}/{below}", above + 1)));
            others.push(json!(format!("{above}/{}", below + 1)));
        }
    } else if let Ok(number) = text.parse::<i64>() {
        others.push(json!((number + 1).to_string()));
        others.push(json!((number - 1).to_string()));
    } else if let Ok(day) = text.parse::<jiff::civil::Date>() {
        others.push(json!(day.tomorrow().unwrap().to_string()));
        others.push(json!(day.yesterday().unwrap().to_string()));
    }
    others
}

/// One item less, one twice, two in the place of each other.
fn lists(items: &[Value]) -> Vec<Value> {
    let mut others = Vec::new();
    for at in 0..items.len() {
        let mut less = items.to_vec();
        less.remove(at);
        others.push(json!(less));
        let mut twice = items.to_vec();
        twice.insert(at, items[at].clone());
        others.push(json!(twice));
        let mut turned = items.to_vec();
        turned.swap(at, (at + 1) % items.len());
        others.push(json!(turned));
    }
    others
}

/// Changes each place of `made`; those that are read, differ, and are believed must lie in `free`.
fn each_change_is_found<T>(
    what: &str,
    made: &T,
    believed: impl Fn(&T) -> bool,
    free: impl Fn(&str) -> bool,
) where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq,
{
    assert!(believed(made), "{what} is not believed to begin with");
    let whole = serde_json::to_value(made).unwrap();
    let mut missed = Vec::new();
    let mut tried = 0;
    for (path, forged) in changes(&whole) {
        let Ok(read) = serde_json::from_value::<T>(forged.clone()) else {
            continue;
        };
        tried += 1;
        if read != *made && !free(&path) && believed(&read) {
            let now = forged.pointer(&path).unwrap_or(&Value::Null).to_string();
            let was = whole.pointer(&path).unwrap_or(&Value::Null).to_string();
            missed.push(format!("{what}: {path}: {was:.90} → {now:.90}"));
        }
    }
    assert!(tried > 20, "{what}: only {tried} changes were read");
    assert!(
        missed.is_empty(),
        "{} of {tried}:\n{}",
        missed.len(),
        missed.join("\n")
    );
}

#[test]
fn a_changed_plan_is_found() {
    let leg = |site, metres| Leg { site, metres };
    let rows = (0..6_u32).map(|from| {
        (0..5_u32)
            .filter(|to| (from + to) % 4 != 3)
            .map(|to| leg(to, 10 + from.abs_diff(to) * 90 + (from * 7 + to * 3) % 5))
            .collect()
    });
    let legs = Legs::new(rows, 5);
    let people = [10, 4, 0, 7, 12, 3];
    let stands = [false, true, false, false, false];
    let room = [20, 9, 15, 20, 20];
    for (question, capacity) in [
        (Question::Median, None),
        (Question::Median, Some(room.as_slice())),
        (Question::Covering { within: 110 }, None),
        (Question::Covering { within: 110 }, Some(room.as_slice())),
        (Question::Centre, None),
    ] {
        let task = Task {
            question,
            legs: &legs,
            people: &people,
            stands: &stands,
            capacity,
            choose: 2,
        };
        let made = place(&task, Limits::default(), &mut |_| {
            std::ops::ControlFlow::Continue(())
        });
        let made = made.unwrap();
        let believed = |plan: &Plan| {
            // A weaker bound is a weaker claim; another choice as good is as true; another proof
            // that proves it is a proof.
            let covering = matches!(question, Question::Covering { .. });
            let (better_value, better_bound) = if covering {
                (plan.value > made.value, plan.bound < made.bound)
            } else {
                (plan.value < made.value, plan.bound > made.bound)
            };
            check(&task, plan).is_ok()
                && (better_value || better_bound || plan.left_out != made.left_out)
        };
        assert_eq!(check(&task, &made), Ok(()));
        let whole = serde_json::to_value(&made).unwrap();
        for (path, forged) in changes(&whole) {
            if let Ok(plan) = serde_json::from_value::<Plan>(forged) {
                assert!(!believed(&plan), "{question:?}: {path}: {plan:?}");
            }
        }
    }
}
