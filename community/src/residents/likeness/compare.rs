//! Two records compared: pure.

use linli_kernel::ResidentId;
use linli_search::sound;
use serde::Deserialize;

use super::Weights;

/// What is compared of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: ResidentId,
    /// The name.
    pub name: Option<String>,
    /// The date of birth, as `2013-03-21`.
    pub birth: Option<String>,
    /// The sex: a code.
    pub sex: Option<String>,
    /// The telephone number.
    pub phone: Option<String>,
    /// The keyed hash of the identity number.
    pub id_key: Option<String>,
    /// The identity number with its middle hidden.
    pub id_masked: Option<String>,
    /// The address of their household.
    pub address: Option<String>,
}

/// A sign for or against two records being of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// 证件号相同.
    NumberSame,
    /// 证件号只差几位: in at most three places, the check digit among them.
    NumberNear,
    /// 姓名相同.
    NameSame,
    /// 姓名同音.
    NameSoundsSame,
    /// 出生日期相同.
    BirthSame,
    /// 出生日期相近: one digit differs, or two stand the other way round.
    BirthNear,
    /// 电话相同.
    PhoneSame,
    /// 地址相同.
    AddressSame,
    /// 地址差一个字.
    AddressNear,
    /// 证件号不同.
    NumberDiffers,
    /// 姓名不同.
    NameDiffers,
    /// 出生日期不同.
    BirthDiffers,
    /// 性别不同.
    SexDiffers,
}

impl Reason {
    /// Every sign.
    pub const ALL: [Self; 13] = [
        Self::NumberSame,
        Self::NumberNear,
        Self::NameSame,
        Self::NameSoundsSame,
        Self::BirthSame,
        Self::BirthNear,
        Self::PhoneSame,
        Self::AddressSame,
        Self::AddressNear,
        Self::NumberDiffers,
        Self::NameDiffers,
        Self::BirthDiffers,
        Self::SexDiffers,
    ];

    /// Its name in events, files and message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NumberSame => "number_same",
            Self::NumberNear => "number_near",
            Self::NameSame => "name_same",
            Self::NameSoundsSame => "name_sounds_same",
            Self::BirthSame => "birth_same",
            Self::BirthNear => "birth_near",
            Self::PhoneSame => "phone_same",
            Self::AddressSame => "address_same",
            Self::AddressNear => "address_near",
            Self::NumberDiffers => "number_differs",
            Self::NameDiffers => "name_differs",
            Self::BirthDiffers => "birth_differs",
            Self::SexDiffers => "sex_differs",
        }
    }
}

/// How alike two records are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Likeness {
    /// The signs with their points, in the order of [`Reason::ALL`].
    pub reasons: Vec<(Reason, i32)>,
    /// The points in all.
    pub points: i32,
}

impl Likeness {
    /// The codes of the signs that speak for one person.
    #[must_use]
    pub fn codes(&self) -> Vec<String> {
        let speaking = self.reasons.iter().filter(|(_, points)| *points > 0);
        speaking.map(|(one, _)| one.code().to_owned()).collect()
    }
}

/// What speaks for the two being one person, and what against.
#[must_use]
pub fn compare(one: &Person, other: &Person, weights: &Weights) -> Likeness {
    let signs = [
        numbers(one, other),
        names(one, other),
        births(one, other),
        phones(one, other),
        addresses(one, other),
        sexes(one, other),
    ];
    let mut reasons: Vec<(Reason, i32)> = signs
        .into_iter()
        .flatten()
        .map(|reason| (reason, weights.of(reason)))
        .collect();
    reasons.sort_unstable();
    let points = reasons.iter().map(|(_, points)| points).sum();
    Likeness { reasons, points }
}

type Known = Option<String>;

/// What both know.
fn both<'a>(one: &'a Known, other: &'a Known) -> Option<(&'a str, &'a str)> {
    let known = |text: &'a Known| text.as_deref().filter(|text| !text.is_empty());
    known(one).zip(known(other))
}

fn numbers(one: &Person, other: &Person) -> Option<Reason> {
    if let Some((left, right)) = both(&one.id_key, &other.id_key)
        && left == right
    {
        return Some(Reason::NumberSame);
    }
    let (left, right) = both(&one.id_masked, &other.id_masked)?;
    // The middle that is hidden is the date of birth, which is compared where both know it.
    let births = both(&one.birth, &other.birth);
    let births = births.map_or(0, |(left, right)| differing(left, right));
    match differing(left, right) + births {
        0..=3 => Some(Reason::NumberNear),
        _ => Some(Reason::NumberDiffers),
    }
}

fn names(one: &Person, other: &Person) -> Option<Reason> {
    let (left, right) = both(&one.name, &other.name)?;
    Some(if left == right {
        Reason::NameSame
    } else if sound(left).is_some_and(|spoken| sound(right) == Some(spoken)) {
        Reason::NameSoundsSame
    } else {
        Reason::NameDiffers
    })
}

fn births(one: &Person, other: &Person) -> Option<Reason> {
    let (left, right) = both(&one.birth, &other.birth)?;
    Some(match differing(left, right) {
        0 => Reason::BirthSame,
        1 => Reason::BirthNear,
        2 if is_turned(left, right) => Reason::BirthNear,
        _ => Reason::BirthDiffers,
    })
}

fn phones(one: &Person, other: &Person) -> Option<Reason> {
    let (left, right) = both(&one.phone, &other.phone)?;
    (left == right).then_some(Reason::PhoneSame)
}

fn addresses(one: &Person, other: &Person) -> Option<Reason> {
    let (left, right) = both(&one.address, &other.address)?;
    if left == right {
        return Some(Reason::AddressSame);
    }
    is_one_off(left, right).then_some(Reason::AddressNear)
}

fn sexes(one: &Person, other: &Person) -> Option<Reason> {
    let (left, right) = both(&one.sex, &other.sex)?;
    // 0 and 9 say that nothing is known (GB/T 2261.1).
    let told = |sex: &str| matches!(sex, "1" | "2");
    (left != right && told(left) && told(right)).then_some(Reason::SexDiffers)
}

/// In how many places two texts of one length differ; all of them where the lengths do.
fn differing(left: &str, right: &str) -> usize {
    if left.chars().count() != right.chars().count() {
        return left.chars().count().max(right.chars().count());
    }
    let pairs = left.chars().zip(right.chars());
    pairs.filter(|(left, right)| left != right).count()
}

/// Whether the two places in which texts differ have each other's characters: 03-21 and 03-12.
fn is_turned(left: &str, right: &str) -> bool {
    let pairs = left.chars().zip(right.chars());
    let off: Vec<(char, char)> = pairs.filter(|(left, right)| left != right).collect();
    matches!(off[..], [(a, b), (c, d)] if a == d && b == c)
}

/// Whether one character was changed, left out or put in.
fn is_one_off(left: &str, right: &str) -> bool {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let same = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
    let (left, right) = (&left[same..], &right[same..]);
    match left.len().cmp(&right.len()) {
        std::cmp::Ordering::Equal => left.get(1..) == right.get(1..) && !left.is_empty(),
        std::cmp::Ordering::Less => right.get(1..) == Some(left),
        std::cmp::Ordering::Greater => left.get(1..) == Some(right),
    }
}
