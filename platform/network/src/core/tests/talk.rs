//! What nodes say to each other, step by step: what long runs of the simulator found wrong once.

use std::collections::BTreeSet;

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use super::*;

const NOW: i64 = 1_767_225_600;
const YEAR: i64 = 365 * 86_400;

/// A node and what it needs to take steps.
struct Desk {
    node: Node<Ed25519>,
    rng: ChaCha8Rng,
    now: i64,
}

impl Desk {
    fn new(key: u8, parent: Option<u8>) -> Self {
        let parent = parent.map(|key| {
            let key = Ed25519::new(&[key; 32]).public();
            let log = LogId::of(&key);
            Parent { log, key }
        });
        let saved = Saved {
            parent,
            ..Saved::default()
        };
        Self::open(key, saved)
    }

    fn open(key: u8, saved: Saved) -> Self {
        Self {
            node: Node::open(Ed25519::new(&[key; 32]), saved, Plants::default()),
            rng: ChaCha8Rng::seed_from_u64(u64::from(key)),
            now: NOW,
        }
    }

    /// Takes a step and stores what follows; what is left to do, and what was stored.
    fn step(&mut self, input: Input) -> (Vec<Action>, Vec<Record>) {
        let Outcome { records, actions } = self.node.step(input, self.now, &mut self.rng);
        for record in &records {
            self.node.stored(record.clone());
        }
        (actions, records)
    }

    fn write(&mut self, kind: &str, open: &str) {
        let (log, seq) = (self.node.log(), self.node.saved.own.size());
        let entry = written(log, seq, kind, open);
        self.node.stored(Record::Own(vec![entry]));
    }

    fn enrol(&mut self, key: u8, replaces: Option<u8>) {
        self.write("node.enrolled@1", &enrolled(key, replaces));
    }

    /// The parent's answer to what was asked last.
    fn answer(&mut self, asked: &[Action], message: Message) -> (Vec<Action>, Vec<Record>) {
        let nonce = asked.iter().find_map(|action| match action {
            Action::Ask(frame) => Some(frame.nonce),
            _ => None,
        });
        let (line, nonce) = (0, nonce.expect("something was asked"));
        let from = self.node.saved.parent.as_ref().unwrap().log;
        self.step(Input::Received {
            conn: Conn { line, nonce },
            session: 0,
            from,
            message,
        })
    }

    fn hears_hello(&mut self, key: u8, recovering: bool) -> (Vec<Action>, Vec<Record>) {
        let hand = Ed25519::new(&[key; 32]);
        let nothing = (0, empty_root());
        let message = Message::Hello(Hello {
            head: Head::sign(&hand, nothing, nothing),
            recovering,
            witnessed: Vec::new(),
            seen: 0,
        });
        let conn = Conn { line: 1, nonce: 7 };
        self.step(Input::Received {
            conn,
            session: 0,
            from: log_of(key),
            message,
        })
    }
}

fn log_of(key: u8) -> LogId {
    LogId::of(&Ed25519::new(&[key; 32]).public())
}

fn written(log: LogId, seq: u64, kind: &str, open: &str) -> Arc<Entry> {
    let text = format!(
        "{{\"log\":\"{log}\",\"seq\":{seq},\"stream\":\"node/{seq}-{log}\",\"version\":1,\
         \"prev\":null,\"area\":\"310117\",\"kind\":\"{kind}\",\"open\":{open}}}"
    );
    Arc::new(Entry::read(text.into_bytes()).unwrap())
}

fn enrolled(key: u8, replaces: Option<u8>) -> String {
    enrolled_in(key, "310117/1", replaces)
}

fn enrolled_in(key: u8, area: &str, replaces: Option<u8>) -> String {
    let key = hex::encode(Ed25519::new(&[key; 32]).public());
    let replaces = replaces.map_or("null".to_owned(), |old| format!("\"{}\"", log_of(old)));
    format!("{{\"key\":\"{key}\",\"area\":\"{area}\",\"replaces\":{replaces}}}")
}

fn welcome(have: Vec<(LogId, u64)>, offers: Vec<(LogId, u64)>) -> Message {
    Message::Welcome(Welcome {
        session: 1,
        have,
        offers,
        recovering: None,
        news: Some(0),
    })
}

fn asks_for(actions: &[Action], wanted: fn(&Message) -> bool) -> bool {
    let asks = |action: &Action| matches!(action, Action::Ask(frame) if wanted(&frame.message));
    actions.iter().any(asks)
}

fn replies(actions: &[Action]) -> Vec<&Message> {
    let replied = actions.iter().filter_map(|action| match action {
        Action::Reply(_, message) => Some(message),
        _ => None,
    });
    replied.collect()
}

/// The top under a new key: its disk is there, its old log is one that it holds.
fn top_with_new_key(street: u8) -> Desk {
    let mut old = Desk::new(1, None);
    old.enrol(street, None);
    let (_, mut saved) = old.node.into_parts();
    let tree = std::mem::take(&mut saved.own);
    saved.fed.insert(log_of(1), Fed { tree, head: None });
    Desk::open(2, saved)
}

#[test]
fn the_top_goes_on_under_a_new_key_for_those_who_joined_under_the_old() {
    let mut top = top_with_new_key(5);
    let (actions, _) = top.hears_hello(5, false);
    assert!(matches!(replies(&actions)[..], [Message::Stop { .. }]));
    // Of others nobody believes that they go on for the top.
    let claim = written(log_of(9), 0, "node.enrolled@1", &enrolled(9, Some(1)));
    let (log, to) = (log_of(9), 1);
    let entries = vec![claim];
    top.node.stored(Record::Sparse { log, to, entries });
    let (actions, _) = top.hears_hello(5, false);
    assert!(matches!(replies(&actions)[..], [Message::Stop { .. }]));

    top.enrol(2, Some(1));
    let (actions, _) = top.hears_hello(5, false);
    assert!(matches!(replies(&actions)[..], [Message::Welcome(_)]));
    assert_eq!(top.node.neighbours(), BTreeSet::from([log_of(5)]));
    assert_eq!(top.node.saved.via(log_of(2), log_of(2)), None);
}

#[test]
fn a_node_below_enrols_only_what_is_its_own() {
    let mut top = Desk::new(1, None);
    for (key, area) in [(2, "310117/1"), (3, "310117/2")] {
        top.write("node.enrolled@1", &enrolled_in(key, area, None));
    }
    let mut says = |street: u8, seq: u64, open: String| {
        let (log, to) = (log_of(street), seq + 1);
        let entries = vec![written(log, seq, "node.enrolled@1", &open)];
        top.node.stored(Record::Sparse { log, to, entries });
        let saved = &top.node.saved;
        let hub = |key: u8| saved.members.get(&log_of(key)).map(|member| member.hub);
        (hub(5), hub(6), saved.via(log_of(1), log_of(5)))
    };
    let street = Some(log_of(2));
    let joined = says(2, 0, enrolled_in(5, "310117/1/5", None));
    assert_eq!(joined, (street, None, street));
    // Not a committee of another street, nor in its place, nor the whole district.
    for (seq, open) in [
        (0, enrolled_in(5, "310117/2/5", None)),
        (1, enrolled_in(6, "310117/2/6", Some(5))),
        (2, enrolled_in(6, "310117", None)),
    ] {
        assert_eq!(says(3, seq, open), joined);
    }
    let own = says(3, 3, enrolled_in(6, "310117/2/6", None));
    assert_eq!(own.1, Some(log_of(3)));
}

#[test]
fn a_lease_is_not_reckoned_by_a_clock_that_was_wrong() {
    let mut child = Desk::new(5, Some(1));
    child.now = NOW + YEAR;
    let (asked, _) = child.step(Input::Tick);
    let offers = vec![(log_of(1), 1)];
    let (asked, _) = child.answer(&asked, welcome(Vec::new(), offers));
    child.now = NOW;
    let down = Message::Down {
        log: log_of(1),
        from: 0,
        to: 1,
        entries: Vec::new(),
        keys: Vec::new(),
    };
    child.answer(&asked, down);
    child.step(Input::Grown);
    assert!(child.node.saved.ready, "it is level with its parent");
    assert_eq!(child.node.saved.lease, None);
}

#[test]
fn who_writes_without_end_hears_what_comes_down() {
    let mut child = Desk::new(5, Some(1));
    let me = child.node.log();
    child.write("cases.noted@1", "{}");
    let (asked, _) = child.step(Input::Tick);
    let (have, offers) = (vec![(me, 0)], vec![(log_of(1), 1)]);
    let (actions, _) = child.answer(&asked, welcome(have, offers));
    assert!(matches!(actions[..], [Action::Read(Purpose::Batch, ..)]));
    let mut head = Head::sign(&Ed25519::new(&[5; 32]), (0, empty_root()), (1, [1; 32]));
    head.log = me;
    let stretch = Stretch {
        head,
        entries: vec![written(me, 0, "cases.noted@1", "{}")],
        keys: Vec::new(),
    };
    let (asked, _) = child.step(Input::Read(Purpose::Batch, stretch));
    // While that was on its way the next was written.
    child.write("cases.noted@1", "{}");
    let (log, have, witness) = (me, 1, None);
    let (actions, _) = child.answer(&asked, Message::Ack { log, have, witness });
    assert!(asks_for(&actions, |message| matches!(
        message,
        Message::Want { .. }
    )));
}

#[test]
fn a_child_restored_together_with_its_parent_gets_a_new_key() {
    let mut street = Desk::new(2, Some(1));
    street.enrol(5, None);
    let lacking = BTreeSet::from([log_of(1), log_of(5)]);
    street.node.stored(Record::Mode(Mode::Recovering(lacking)));
    // As long as it does not know its own end, it cannot tell.
    assert!(street.hears_hello(5, true).0.is_empty());
    let lacking = BTreeSet::from([log_of(5)]);
    street.node.stored(Record::Mode(Mode::Recovering(lacking)));
    let (actions, _) = street.hears_hello(5, true);
    let why = StopReason::Closed(0);
    let log = log_of(5);
    assert_eq!(replies(&actions), [&Message::Stop { log, why }]);
    assert_eq!(street.node.saved.mode, Mode::Active);
}

#[test]
fn a_child_restored_together_with_the_top_takes_the_top_along() {
    let mut top = Desk::new(1, None);
    top.enrol(5, None);
    let lacking = BTreeSet::from([log_of(5)]);
    top.node.stored(Record::Mode(Mode::Recovering(lacking)));
    let (actions, _) = top.hears_hello(5, true);
    let needs = |action: &Action| matches!(action, Action::Tell(Note::NeedsNewKey));
    assert!(actions.iter().any(needs), "{actions:?}");
    assert!(matches!(top.node.saved.mode, Mode::Recovering(_)));
}

#[test]
fn what_one_parent_kept_is_sent_to_the_next_as_well() {
    let mut child = Desk::new(5, Some(1));
    child.write("cases.noted@1", "{}");
    let me = child.node.log();
    let (key, head) = (child.node.key(), |root| {
        Head::sign(&Ed25519::new(&[5; 32]), (0, empty_root()), (1, [root; 32]))
    });
    let (one, other, between) = (head(1), head(2), None);
    let fork = Fork {
        key,
        one,
        other,
        between,
    };
    let frozen = Mode::Stopped(StopReason::Frozen(Box::new(fork)));
    child.node.stored(Record::Mode(frozen));
    let (asked, _) = child.step(Input::Tick);
    let (actions, _) = child.answer(&asked, welcome(Vec::new(), Vec::new()));
    assert!(matches!(actions[..], [Action::Read(Purpose::Branch, ..)]));
    let stretch = Stretch {
        head: head(1),
        entries: vec![written(me, 0, "cases.noted@1", "{}")],
        keys: Vec::new(),
    };
    let (asked, _) = child.step(Input::Read(Purpose::Branch, stretch));
    child.answer(&asked, Message::Kept { log: me, to: 1 });
    assert!(child.node.is_branch_kept());
    let key = Ed25519::new(&[2; 32]).public();
    let log = LogId::of(&key);
    child.node.stored(Record::Parent(Parent { log, key }));
    assert!(!child.node.is_branch_kept());
}

#[test]
fn what_nobody_has_any_more_does_not_keep_the_lease_away() {
    let mut child = Desk::new(5, Some(1));
    for n in 0..200 {
        let text = format!(
            "{{\"log\":\"{}\",\"seq\":{n},\"stream\":\"case/{n}\",\"version\":2,\"prev\":\"{}\",\
             \"area\":\"310117\",\"kind\":\"cases.noted@1\",\"open\":{{}}}}",
            log_of(9),
            "7".repeat(64)
        );
        let entries = vec![Arc::new(Entry::read(text.into_bytes()).unwrap())];
        let (log, to) = (log_of(9), n + 1);
        child.node.stored(Record::Sparse { log, to, entries });
    }
    let (asked, _) = child.step(Input::Tick);
    let (mut asked, _) = child.answer(&asked, welcome(Vec::new(), Vec::new()));
    let mut streams = 0;
    while asks_for(&asked, |message| matches!(message, Message::WantStream(_))) {
        streams += 1;
        assert!(streams < 100, "the rest waits for the next greeting");
        let (log, why) = (log_of(1), StopReason::Unknown);
        asked = child.answer(&asked, Message::Stop { log, why }).0;
    }
    assert!(streams > 0 && child.node.saved.lease.is_some());
}

/// One stream through several logs: each entry follows the one before in `of`.
fn links(stream: &str, of: &[(u8, u64, &str, String)]) -> Vec<Arc<Entry>> {
    let mut prev = None;
    let mut entries = Vec::new();
    for (version, (key, seq, kind, open)) in (1..).zip(of) {
        let before = prev.map_or("null".to_owned(), |prev| {
            format!("\"{}\"", hex::encode::<Digest>(prev))
        });
        let text = format!(
            "{{\"log\":\"{}\",\"seq\":{seq},\"stream\":\"{stream}\",\"version\":{version},\
             \"prev\":{before},\"area\":\"310117\",\"kind\":\"{kind}\",\"open\":{open}}}",
            log_of(*key)
        );
        let entry = Arc::new(Entry::read(text.into_bytes()).unwrap());
        prev = Some(entry.digest);
        entries.push(entry);
    }
    entries
}

#[test]
fn who_took_what_a_takeover_displaces_is_told_and_may_ask_for_the_whole_stream() {
    let (top, child, lost, stranger) = (1, 2, 3, 4);
    let mut desk = Desk::new(top, None);
    for child in [child, lost, stranger] {
        desk.enrol(child, None);
    }
    let noted = || (lost, 0, "cases.noted@1", "{}".to_owned());
    let to = format!("{{\"to\":\"{}\"}}", log_of(child));
    let handed = links(
        "case/1",
        &[
            noted(),
            (lost, 1, "node.released@1", to),
            (child, 0, "node.accepted@1", "{}".to_owned()),
        ],
    );
    let from = format!(
        "{{\"from\":\"{}\",\"officers\":[\"chen\",\"zhou\"]}}",
        log_of(lost)
    );
    let taken = links("case/1", &[noted(), (top, 9, "node.takeover@1", from)]);
    for entry in handed.iter().chain(&taken) {
        desk.node.stored(Record::Sparse {
            log: entry.log,
            to: entry.seq + 1,
            entries: vec![Arc::clone(entry)],
        });
    }
    let stream = &desk.node.saved.streams[&StreamName::from("case/1")];
    assert_eq!((stream.chain.len(), stream.orphans.len()), (2, 2));
    let takeover = taken.last().unwrap();
    assert!(desk.node.follows(log_of(child), takeover));
    assert!(!desk.node.follows(log_of(stranger), takeover));
    for (key, may) in [(child, true), (stranger, false)] {
        desk.hears_hello(key, false);
        let session = desk.node.session_of(log_of(key)).unwrap();
        let (actions, _) = desk.step(Input::Received {
            conn: Conn { line: 1, nonce: 8 },
            session,
            from: log_of(key),
            message: Message::WantStream("case/1".into()),
        });
        let read = |action: &Action| matches!(action, Action::ReadStream(..));
        assert_eq!(actions.iter().any(read), may, "{actions:?}");
    }
}
