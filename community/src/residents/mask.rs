//! 脱敏: how personal data looks before a reason was given: 张*国, 138****0001.

/// A name with all but its ends hidden: 张*, 张*国, 欧**娜; a name with a dot keeps its first and
/// last character (阿**提).
#[must_use]
pub fn name(name: &str) -> String {
    let characters: Vec<char> = name.chars().filter(|c| *c != '·').collect();
    match characters[..] {
        [] => String::new(),
        [_] => "*".to_owned(),
        [first, _] => format!("{first}*"),
        [first, _, last] => format!("{first}*{last}"),
        [first, .., last] => format!("{first}**{last}"),
    }
}

/// A telephone number with its middle hidden: 138****0001. Short numbers keep two digits.
#[must_use]
pub fn phone(phone: &str) -> String {
    ends(phone, 3, 4)
}

/// An identity number with its middle hidden: 310117********002X.
#[must_use]
pub fn id_number(number: &str) -> String {
    ends(number, 6, 4)
}

/// A bank account of which only the last four digits show.
#[must_use]
pub fn account(account: &str) -> String {
    ends(account, 0, 4)
}

/// An address as far as its first digit, with the number and the room hidden.
#[must_use]
pub fn address(address: &str) -> String {
    match address.find(|c: char| c.is_numeric()) {
        Some(at) => format!("{}***", &address[..at]),
        None => address.to_owned(),
    }
}

fn ends(text: &str, before: usize, after: usize) -> String {
    let characters: Vec<char> = text.chars().collect();
    let length = characters.len();
    if length <= before + after {
        let shown: String = characters.iter().skip(length.saturating_sub(2)).collect();
        return format!("{}{shown}", "*".repeat(length.saturating_sub(2)));
    }
    let hidden = length - before - after;
    let first: String = characters.iter().take(before).collect();
    let last: String = characters.iter().skip(length - after).collect();
    format!("{first}{}{last}", "*".repeat(hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_hidden() {
        assert_eq!(name("张国"), "张*");
        assert_eq!(name("张建国"), "张*国");
        assert_eq!(name("欧阳娜娜"), "欧**娜");
        assert_eq!(name("阿依古丽·买买提"), "阿**提");
        assert_eq!(name("张"), "*");
        assert_eq!(phone("13800000001"), "138****0001");
        assert_eq!(phone("57720000"), "577*0000");
        assert_eq!(phone("12345"), "***45");
        assert_eq!(id_number("31011719491231002X"), "310117********002X");
        assert_eq!(account("6222000011112222"), "************2222");
        assert_eq!(
            address("岳阳街道龙潭社区松影苑12号301室"),
            "岳阳街道龙潭社区松影苑***"
        );
    }
}
