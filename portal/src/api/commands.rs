//! The shape of every command, for the description: one line a command. A test reads a sample made
//! from each line, so that the description cannot drift from what is understood.

use serde_json::{Map, Value, json};

/// Fields of the commands staff and applicants may give: name, type, whether it must be there.
type Fields = &'static [(&'static str, &'static str, bool)];

const WORDS: Fields = &[("words", "text", true)];
const SOME_WORDS: Fields = &[("words", "text", false)];

/// The commands, by their name in `do`.
pub(super) const COMMANDS: &[(&str, Fields)] = &[
    ("accept", &[]),
    (
        "refuse_intake",
        &[("ground", "text", true), ("words", "text", true)],
    ),
    ("take", &[("over", "bool", false)]),
    ("put_back", &[]),
    (
        "ask_supplement",
        &[
            ("papers", "texts", false),
            ("fields", "texts", false),
            ("words", "text", true),
        ],
    ),
    (
        "supplement",
        &[
            ("channel", "channel", true),
            ("answers", "object", false),
            ("papers", "papers", false),
            ("words", "text", false),
        ],
    ),
    (
        "record_check",
        &[
            ("check", "text", true),
            ("outcome", "agrees|differs|unclear", true),
            ("words", "text", true),
        ],
    ),
    (
        "record_visit",
        &[
            ("on", "date", true),
            ("people", "small", true),
            ("words", "text", true),
        ],
    ),
    ("pass_on", SOME_WORDS),
    ("send_back", WORDS),
    (
        "review",
        &[("opinion", "grant|refuse", true), ("words", "text", true)],
    ),
    (
        "post_notice",
        &[
            ("place", "text", true),
            ("outcome", "text", true),
            ("amount_fen", "number?", false),
            ("people", "small?", false),
        ],
    ),
    ("object", WORDS),
    (
        "answer_objection",
        &[
            ("objection", "small", true),
            ("upheld", "bool", true),
            ("words", "text", true),
        ],
    ),
    ("end_notice", &[]),
    (
        "decide",
        &[
            ("decision", "decision", true),
            ("deliver", "?online|counter|post|visit", false),
        ],
    ),
    ("deliver", &[("by", "online|counter|post|visit", true)]),
    ("rate", &[("grade", GRADES, true), ("words", "text", false)]),
    (
        "follow_up",
        &[
            ("reached", "bool", true),
            ("words", "text", true),
            ("done", "bool", true),
        ],
    ),
    ("withdraw", SOME_WORDS),
    (
        "transfer",
        &[("area", "area", true), ("words", "text", true)],
    ),
    (
        "extend",
        &[("days", "small", true), ("words", "text", true)],
    ),
    ("urge", &[]),
    ("dispute", WORDS),
    (
        "settle",
        &[("settlement", "uphold|redo", true), ("words", "text", true)],
    ),
    (
        "record_appeal",
        &[
            ("to", "text", true),
            ("filed_on", "date", true),
            ("words", "text", false),
        ],
    ),
    (
        "record_appeal_result",
        &[("set_aside", "bool", true), ("words", "text", true)],
    ),
    (
        "say",
        &[("words", "text", true), ("internal", "bool", false)],
    ),
    (
        "correct_receipt",
        &[("received_on", "date", true), ("words", "text", true)],
    ),
];

const GRADES: &str = "very_satisfied|satisfied|fairly_satisfied|dissatisfied|very_dissatisfied";

/// Ways in which a case comes in.
const CHANNELS: [&str; 6] = ["online", "counter", "kiosk", "visit", "phone", "paper"];
/// A path of area codes.
const AREA: &str = "^[0-9a-z-]{1,24}(/[0-9a-z-]{1,24})*$";

/// The schema of one field; a question mark where null says the same as leaving it out.
fn schema(kind: &str) -> Value {
    match kind {
        "text" => json!({ "type": "string" }),
        "channel" => json!({ "type": "string", "enum": CHANNELS }),
        "area" => json!({ "type": "string", "pattern": AREA }),
        "texts" => json!({ "type": "array", "items": { "type": "string" } }),
        "date" => json!({ "type": "string", "format": "date" }),
        "number" => json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX }),
        "number?" => json!({ "type": ["integer", "null"], "minimum": 0, "maximum": i64::MAX }),
        "small" => json!({ "type": "integer", "minimum": 0, "maximum": u8::MAX }),
        "small?" => json!({ "type": ["integer", "null"], "minimum": 0, "maximum": u8::MAX }),
        "bool" => json!({ "type": "boolean" }),
        "object" => json!({ "type": "object" }),
        "papers" => json!({ "type": "array", "items": {
            "type": "object", "required": ["id", "given"], "properties": {
                "id": { "type": "string" },
                "given": { "type": "string", "enum": ["attached", "seen", "held"] } } } }),
        "decision" => json!({
            "type": "object", "required": ["outcome", "words"], "properties": {
                "outcome": { "type": "string" }, "ground": { "type": ["string", "null"] },
                "amount_fen": { "type": ["integer", "null"], "minimum": i64::MIN, "maximum": i64::MAX },
                "from": { "type": ["string", "null"], "format": "date" },
                "until": { "type": ["string", "null"], "format": "date" },
                "words": { "type": "string" } } }),
        maybe if maybe.starts_with('?') => {
            let choices = maybe.trim_start_matches('?').split('|').map(Value::from);
            let all: Vec<Value> = choices.chain([Value::Null]).collect();
            json!({ "enum": all })
        }
        choices => json!({ "type": "string", "enum": choices.split('|').collect::<Vec<_>>() }),
    }
}

/// The schema of a command: one of all, told apart by `do`.
pub(super) fn describe() -> Value {
    let one = |(name, fields): &(&str, Fields)| {
        let mut properties = Map::new();
        properties.insert(
            "command_id".to_owned(),
            json!({ "type": "string", "format": "uuid" }),
        );
        let version = json!({ "type": ["integer", "null"], "minimum": 0, "maximum": u64::MAX });
        properties.insert("expected_version".to_owned(), version);
        properties.insert("do".to_owned(), json!({ "type": "string", "const": name }));
        let mut required = vec!["command_id", "do"];
        for (field, kind, needed) in *fields {
            properties.insert((*field).to_owned(), schema(kind));
            if *needed {
                required.push(field);
            }
        }
        json!({ "type": "object", "title": name, "required": required, "properties": properties })
    };
    json!({
        "description": "A command on a case, told apart by `do`.",
        "oneOf": COMMANDS.iter().map(one).collect::<Vec<_>>(),
    })
}

/// A command with every field of its line, for the test.
#[cfg(test)]
pub(super) fn sample(name: &str, fields: Fields) -> Value {
    let mut sample = Map::new();
    sample.insert(
        "command_id".to_owned(),
        json!("0190aaaa-0000-7000-8000-000000000001"),
    );
    sample.insert("do".to_owned(), json!(name));
    for (field, kind, _) in fields {
        let value = match *kind {
            "text" => json!("x"),
            "texts" => json!(["x"]),
            "date" => json!("2026-09-01"),
            "number" | "number?" | "small" | "small?" => json!(1),
            "bool" => json!(true),
            "object" => json!({}),
            "channel" => json!("counter"),
            "area" => json!("310117"),
            "papers" => json!([{ "id": "x", "given": "seen" }]),
            "decision" => json!({ "outcome": "grant", "words": "x", "from": "2026-09-01" }),
            choices => json!(choices.trim_start_matches('?').split('|').next()),
        };
        sample.insert((*field).to_owned(), value);
    }
    Value::Object(sample)
}
