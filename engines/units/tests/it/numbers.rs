//! Numbers with check digits, and money: published vectors and the errors that must be caught.

use std::collections::BTreeSet;

use jiff::civil::date;
use linli_units::casenumber::CAPACITY;
use linli_units::{
    BadCaseNumber, BadCreditCode, BadIdentity, CaseNumber, CreditCode, Fen, IdentityNumber, Sex,
};
use proptest::prelude::*;

#[test]
fn the_examples_of_gb_11643_pass() {
    // GB 11643-1999, both worked examples.
    let woman = IdentityNumber::parse("11010519491231002X").unwrap();
    assert_eq!(woman.sex(), Sex::Female);
    assert_eq!(woman.birth_date(), date(1949, 12, 31));
    assert_eq!(woman.masked(), "110105********002X");
    let man = IdentityNumber::parse("４４０５２４１８８００１０１００１４").unwrap();
    assert_eq!((man.sex(), man.region()), (Sex::Male, "440524"));
    assert!(!man.is_synthetic());
}

#[test]
fn each_failed_check_is_named() {
    for (text, why) in [
        ("1101051949123100", BadIdentity::Length { found: 16 }),
        ("", BadIdentity::Length { found: 0 }),
        ("1101051949123100XX", BadIdentity::Characters { place: 17 }),
        ("11010519491231002Y", BadIdentity::Characters { place: 18 }),
        (
            "一二三四五六七八九十一二三四五六七八",
            BadIdentity::Characters { place: 1 },
        ),
        ("01010519491231002X", BadIdentity::Region),
        ("11010519490231002X", BadIdentity::BirthDate),
        ("110105194912310020", BadIdentity::CheckDigit),
    ] {
        assert_eq!(IdentityNumber::parse(text), Err(why), "{text}");
    }
}

#[test]
fn credit_codes_of_gb_32100() {
    // The example in GB 32100-2015 and a well-known firm's public code.
    for good in ["91350100M000100Y43", "914403001922038216"] {
        assert_eq!(CreditCode::parse(good).unwrap().as_str(), good);
    }
    assert_eq!(
        CreditCode::parse("91350100I000100Y43"),
        Err(BadCreditCode::Characters { place: 9 })
    );
    assert_eq!(
        CreditCode::parse("9135"),
        Err(BadCreditCode::Length { found: 4 })
    );
}

#[test]
fn a_case_number_is_ten_digits_said_in_groups() {
    let number = CaseNumber::from_counter(0, 310_117).unwrap();
    assert_eq!(number.as_str().len(), 10);
    assert_eq!(number.to_string().split(' ').count(), 3);
    assert_eq!(number.spoken_zh().chars().count(), 12);
    assert_eq!(CaseNumber::from_counter(CAPACITY, 1), None);
    assert_eq!(
        CaseNumber::parse("123"),
        Err(BadCaseNumber::Length { found: 3 })
    );
    assert_eq!(
        CaseNumber::parse("12345x7890"),
        Err(BadCaseNumber::Characters)
    );
}

#[test]
fn case_numbers_do_not_collide() {
    let numbers: BTreeSet<CaseNumber> = (0..200_000)
        .map(|n| CaseNumber::from_counter(n, 7).unwrap())
        .collect();
    assert_eq!(numbers.len(), 200_000);
}

fn with_digit(text: &str, place: usize, digit: u8) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[place] = b'0' + digit;
    String::from_utf8(bytes).unwrap()
}

fn swapped(text: &str, place: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes.swap(place, place + 1);
    String::from_utf8(bytes).unwrap()
}

proptest! {
    #[test]
    fn every_wrong_digit_and_swap_of_a_case_number_is_caught(
        counter in 0..CAPACITY, key: u64, place in 0..10_usize, digit in 0..10_u8,
    ) {
        let number = CaseNumber::from_counter(counter, key).unwrap();
        let text = number.as_str();
        let wrong = with_digit(text, place, digit);
        prop_assert_eq!(CaseNumber::parse(&wrong).is_ok(), wrong == text);
        if place < 9 {
            let wrong = swapped(text, place);
            prop_assert_eq!(CaseNumber::parse(&wrong).is_ok(), wrong == text);
        }
        prop_assert_eq!(CaseNumber::parse(&number.to_string()), Ok(number));
    }

    #[test]
    fn neighbours_in_the_counter_differ(counter in 0..CAPACITY - 1, key: u64) {
        prop_assert_ne!(
            CaseNumber::from_counter(counter, key),
            CaseNumber::from_counter(counter + 1, key)
        );
    }

    #[test]
    fn a_synthetic_identity_number_reads_back(
        district in 0..10_000_u16, sequence in 0..1_000_u16, day in 1..29_i8, month in 1..13_i8,
        year in 1910..2026_i16, place in 14..18_usize, digit in 0..10_u8,
    ) {
        let birth = date(year, month, day);
        let number = IdentityNumber::synthetic(district, birth, sequence).unwrap();
        prop_assert!(number.is_synthetic());
        prop_assert_eq!(number.birth_date(), birth);
        prop_assert_eq!(number.sex() == Sex::Male, sequence % 2 == 1);
        prop_assert_eq!(IdentityNumber::parse(number.as_str()), Ok(number.clone()));
        let wrong = with_digit(number.as_str(), place, digit);
        prop_assert_eq!(IdentityNumber::parse(&wrong).is_ok(), wrong == number.as_str());
    }

    #[test]
    fn no_text_makes_a_parser_fall_over(text in "\\PC{0,24}") {
        let _checked = IdentityNumber::parse(&text);
        let _checked = CreditCode::parse(&text);
        let _checked = CaseNumber::parse(&text);
        let _checked = Fen::parse_input(&text);
    }

    #[test]
    fn an_amount_reads_back_from_how_it_is_shown(fen in 0..i64::MAX) {
        let amount = Fen(fen);
        prop_assert_eq!(Fen::parse_input(&amount.to_string()), Ok(amount));
        prop_assert_eq!(Fen::parse_input(&amount.plain()), Ok(amount));
        prop_assert!(amount.capitals().ends_with(['整', '角', '分']));
    }
}
