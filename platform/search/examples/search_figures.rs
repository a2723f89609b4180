//! Measures the index: how long it takes to make for a whole district, how large it is, and how long
//! each kind of question takes. `cargo run --release -p linli-search --example search_figures -- [PEOPLE]`
//!
//! Names are made up of common surnames and characters, so that many people share one, as in life.

use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use linli_search::{Entry, Find, Index, Position};

/// A kind of question, and how somebody types a name in it.
type Kind = (&'static str, fn(&str) -> String);

const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤";
const GIVEN: &str = "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀兰霞平刚桂英华玉萍红玲建国文辉力志永健世广义兴良海山仁波宁贵福生龙元全胜学祥才发武新利清飞彬富顺信子轩涵梓浩宇欣怡佳琪思雨晨阳雪梅淑珍凤莲爱菊香月莺媛瑞凡卫东和慧巧美娟婷雯倩君冰锦黛青珊莎毓悦昭冰枝筠柔竹霭凝晓欢霄枫芸菲寒伊亚宜可姬舒影荔滢馥蓓";
const STREETS: u64 = 17;
const COMMITTEES: u64 = 24;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound
    }

    fn name(&mut self, surnames: &[char], given: &[char]) -> String {
        // The first surnames of the list are the most common ones.
        let (a, b) = (self.below(surnames.len()), self.below(surnames.len()));
        let mut name = String::from(surnames[a.min(b)]);
        for _ in 0..=usize::from(self.below(10) > 2) {
            name.push(given[self.below(given.len())]);
        }
        name
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let people: u64 = std::env::args()
        .nth(1)
        .map_or(Ok(1_909_713), |n| n.parse())?;
    let folder = tempfile::tempdir()?;
    let index = Index::open(folder.path())?;
    let mut out = std::io::stdout().lock();
    let begun = Instant::now();
    let (surnames, given): (Vec<char>, Vec<char>) =
        (SURNAMES.chars().collect(), GIVEN.chars().collect());
    let mut dice = Dice(7);
    for n in 0..people {
        index.add(&Entry {
            kind: "resident",
            key: format!("0190{n:04x}-0000-7000-8000-{n:012x}"),
            place: place(n % STREETS, n / STREETS % COMMITTEES),
            names: vec![dice.name(&surnames, &given)],
            ..Entry::default()
        })?;
    }
    index.commit(position(people), false)?;
    let built = begun.elapsed();
    writeln!(
        out,
        "{people} people: made in {:.1} s, {} MiB on disk",
        built.as_secs_f64(),
        size(folder.path())? >> 20
    )?;
    let begun = Instant::now();
    for n in 0..10_u64 {
        index.put(&Entry {
            kind: "resident",
            key: format!("new-{n}"),
            place: place(0, 0),
            names: vec![dice.name(&surnames, &given)],
            ..Entry::default()
        })?;
        index.commit(position(people + n), false)?;
    }
    writeln!(
        out,
        "one more person, seen by the next question: {:.0} ms",
        begun.elapsed().as_secs_f64() * 100.0
    )?;
    ask(&mut out, &index, &mut dice, &surnames, &given)?;
    Ok(())
}

/// Asks each kind of question of names that somebody has, in the whole district, one street and one
/// committee by turns.
fn ask(
    out: &mut impl std::io::Write,
    index: &Index,
    dice: &mut Dice,
    surnames: &[char],
    given: &[char],
) -> Result<(), Box<dyn std::error::Error>> {
    let street: Vec<String> = (0..COMMITTEES).map(|n| place(3, n)).collect();
    let committee = vec![place(3, 5)];
    let scopes: [Option<&[String]>; 3] = [None, Some(&street), Some(&committee)];
    let kinds: [Kind; 7] = [
        ("words: the whole name", |name| name.to_owned()),
        ("words: the surname alone", |name| {
            name.chars().take(1).collect()
        }),
        ("pinyin: the whole name", pinyin),
        ("pinyin: the beginning", |name| {
            pinyin(name).chars().take(5).collect()
        }),
        ("initials", |name| {
            name.chars()
                .map(|c| pinyin(&c.to_string())[..1].to_owned())
                .collect()
        }),
        ("mixed: 张wei", |name| {
            let (first, rest) = name.split_at(name.chars().next().map_or(0, char::len_utf8));
            format!("{first}{}", pinyin(rest))
        }),
        ("pinyin with an error", |name| {
            let mut typed = pinyin(name);
            typed.insert(typed.len() / 2, 'k');
            typed
        }),
    ];
    for (what, typed) in kinds {
        let mut took = Vec::new();
        let mut found = 0;
        for n in 0..600 {
            let text = typed(&dice.name(surnames, given));
            let find = Find {
                text: &text,
                kind: "resident",
                places: scopes[n % scopes.len()],
                most: 20,
            };
            let begun = Instant::now();
            found += usize::from(!index.find(&find)?.hits.is_empty());
            took.push(begun.elapsed());
        }
        took.sort();
        let at = |share: usize| {
            took.get(took.len() * share / 100)
                .copied()
                .unwrap_or(Duration::ZERO)
        };
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        writeln!(
            out,
            "{what}: p50 {:.1} ms, p99 {:.1} ms, {found} of {} found something",
            ms(at(50)),
            ms(at(99)),
            took.len()
        )?;
    }
    Ok(())
}

fn pinyin(name: &str) -> String {
    use pinyin::ToPinyin as _;
    name.to_pinyin()
        .flatten()
        .map(pinyin::Pinyin::plain)
        .collect()
}

fn place(street: u64, committee: u64) -> String {
    format!("310117{street:03}{committee:03}")
}

fn position(next: u64) -> Position {
    Position {
        log: "figures.example/log".to_owned(),
        next,
        digest: String::new(),
    }
}

fn size(folder: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for file in std::fs::read_dir(folder)? {
        bytes += file?.metadata()?.len();
    }
    Ok(bytes)
}
