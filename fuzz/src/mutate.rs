//! Seeded changes of bytes: the same seed makes the same bytes on every machine.

/// A stream of numbers (`SplitMix64`).
#[derive(Debug, Clone)]
pub struct Draws(u64);

/// What readers stumble over: ends of ranges, signs of formats, text of other scripts.
const TOKENS: [&[u8]; 40] = [
    b"",
    b"0",
    b"-1",
    b"1",
    b"-0",
    b"0.5",
    b"1e999",
    b"-1e-999",
    b"NaN",
    b"inf",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"18446744073709551616",
    b"340282366920938463463374607431768211456",
    b"00000000000000000001",
    b"1/0",
    b"\r\n",
    b"\r",
    b"\n\n",
    b"\0",
    b"\"",
    b"\"\"",
    b"'",
    b",",
    b";",
    b"\t",
    b"|",
    b"=",
    b"[",
    b"]]",
    b"{",
    b"}",
    b"\\u0000",
    b"null",
    b"true",
    b"\xEF\xBB\xBF",
    b"\xFF\xFE",
    b"\xC4\xE3\xBA\xC3",
    "邻里".as_bytes(),
    "\u{202e}\u{0301}１２".as_bytes(),
];

/// The most bytes that a changed input may have.
const MOST: usize = 1 << 16;

impl Draws {
    /// The stream that begins at `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `many`; 0 when there is none.
    fn below(&mut self, many: usize) -> usize {
        let many = u64::try_from(many).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % many).unwrap_or(0)
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}

/// One to eight changes of `bytes`; now and then a piece of `other` is put in.
#[must_use]
pub fn changed(bytes: &[u8], other: &[u8], draws: &mut Draws) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=draws.below(8) {
        change(&mut bytes, other, draws);
    }
    bytes.truncate(MOST);
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], draws: &mut Draws) {
    let at = draws.below(bytes.len() + 1);
    let piece = at..(at + draws.below(24)).min(bytes.len());
    match draws.below(10) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << draws.below(8);
            }
        }
        1 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = draws.byte();
            }
        }
        2 => bytes.insert(at, draws.byte()),
        3 => drop(bytes.drain(piece)),
        4 => {
            let twice = bytes[piece].to_vec();
            insert(bytes, at, &twice);
        }
        5 => {
            let from = draws.below(other.len() + 1);
            let to = (from + draws.below(48)).min(other.len());
            insert(bytes, at, &other[from..to]);
        }
        6 => {
            let number = number_around(bytes, at);
            bytes.splice(number, token(draws).iter().copied());
        }
        7 => {
            let line = line_around(bytes, at);
            let twice = bytes[line].to_vec();
            insert(bytes, at, &twice);
        }
        8 if draws.below(4) == 0 => bytes.truncate(at),
        _ => insert(bytes, at, token(draws)),
    }
}

fn token(draws: &mut Draws) -> &'static [u8] {
    TOKENS[draws.below(TOKENS.len())]
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}

/// The digits around `at`, or the next ones behind it.
fn number_around(bytes: &[u8], at: usize) -> std::ops::Range<usize> {
    let digit = |place: &usize| bytes.get(*place).is_some_and(u8::is_ascii_digit);
    let Some(inside) = (at..bytes.len()).find(digit) else {
        return at..at;
    };
    let start = (0..inside).rev().take_while(digit).last().unwrap_or(inside);
    let end = (inside..).find(|place| !digit(place)).unwrap_or(inside);
    start..end
}

fn line_around(bytes: &[u8], at: usize) -> std::ops::Range<usize> {
    let breaks = |byte: &u8| *byte == b'\n';
    let start = bytes[..at].iter().rposition(breaks).map_or(0, |it| it + 1);
    let end = bytes[at..].iter().position(breaks);
    start..end.map_or(bytes.len(), |it| at + it + 1)
}
