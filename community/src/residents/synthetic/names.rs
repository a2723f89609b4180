//! Names of made-up people: common surnames, and given names of common characters drawn by chance.

use super::dice::Dice;

/// Common surnames with weights: the more common, the more often.
const SURNAMES: &[(&str, u32)] = &[
    ("王", 72),
    ("李", 71),
    ("张", 68),
    ("刘", 54),
    ("陈", 45),
    ("杨", 31),
    ("赵", 23),
    ("黄", 22),
    ("周", 21),
    ("吴", 20),
    ("徐", 17),
    ("孙", 15),
    ("胡", 13),
    ("朱", 26),
    ("高", 12),
    ("林", 12),
    ("何", 11),
    ("郭", 11),
    ("马", 10),
    ("罗", 9),
    ("梁", 8),
    ("宋", 8),
    ("郑", 8),
    ("谢", 7),
    ("韩", 7),
    ("唐", 9),
    ("冯", 7),
    ("于", 6),
    ("董", 6),
    ("萧", 3),
    ("程", 6),
    ("曹", 8),
    ("袁", 6),
    ("邓", 5),
    ("许", 6),
    ("傅", 4),
    ("沈", 18),
    ("曾", 4),
    ("彭", 4),
    ("吕", 4),
    ("苏", 4),
    ("卢", 4),
    ("蒋", 8),
    ("蔡", 5),
    ("贾", 3),
    ("丁", 5),
    ("魏", 4),
    ("薛", 4),
    ("叶", 6),
    ("阎", 2),
    ("余", 4),
    ("潘", 6),
    ("杜", 3),
    ("戴", 5),
    ("夏", 5),
    ("钟", 3),
    ("汪", 4),
    ("田", 3),
    ("任", 3),
    ("姜", 4),
    ("范", 4),
    ("方", 4),
    ("石", 3),
    ("姚", 6),
    ("谭", 3),
    ("廖", 3),
    ("邹", 3),
    ("熊", 3),
    ("金", 7),
    ("陆", 14),
    ("郝", 2),
    ("孔", 2),
    ("白", 2),
    ("崔", 2),
    ("康", 2),
    ("毛", 3),
    ("邱", 3),
    ("秦", 4),
    ("江", 3),
    ("史", 2),
    ("顾", 11),
    ("侯", 2),
    ("邵", 3),
    ("孟", 2),
    ("龙", 2),
    ("万", 2),
    ("段", 2),
    ("钱", 6),
    ("汤", 3),
    ("尹", 2),
    ("黎", 2),
    ("易", 2),
    ("常", 2),
    ("武", 2),
    ("乔", 2),
    ("贺", 2),
    ("赖", 2),
    ("龚", 3),
    ("文", 2),
    ("施", 4),
    ("俞", 4),
    ("欧阳", 1),
    ("诸葛", 1),
    ("上官", 1),
];

const MEN_BEFORE_1970: &str = "国建华明德福根林宝荣金生良才永兴祥忠发贵云龙海山春仁义伟炳耀庆顺";
const WOMEN_BEFORE_1970: &str = "秀英桂兰珍凤玉芳美琴妹宝娣金菊林彩云香莲素梅翠红丽华惠爱月芬";
const MEN_SINCE_1970: &str = "伟强磊军勇杰涛明超鹏斌浩宇轩博文志刚辉峰俊凯晨阳子豪泽睿铭嘉";
const WOMEN_SINCE_1970: &str = "静丽敏燕娟艳婷雪莉倩欣怡佳悦涵雨梦思雅琪诗颖晓萍慧洁萱彤妍";

/// A surname.
pub(super) fn surname(dice: &mut Dice) -> &'static str {
    dice.weighted(SURNAMES)
}

/// A name for a man or woman born in `year`.
pub(super) fn full_name(dice: &mut Dice, surname: &str, male: bool, year: i16) -> String {
    let characters = match (male, year < 1970) {
        (true, true) => MEN_BEFORE_1970,
        (false, true) => WOMEN_BEFORE_1970,
        (true, false) => MEN_SINCE_1970,
        (false, false) => WOMEN_SINCE_1970,
    };
    let characters: Vec<char> = characters.chars().collect();
    let mut name = surname.to_owned();
    name.push(*dice.pick(&characters));
    // One in seven has a given name of one character.
    if !dice.chance(143) {
        name.push(*dice.pick(&characters));
    }
    name
}

const BUILDING_FIRST: &[&str] = &[
    "晴川", "松影", "听雨", "云栖", "望湖", "锦绣", "和风", "清泉", "晨曦", "紫藤", "银桂", "枫桥",
    "竹韵", "兰亭", "柳岸", "荷香", "翠屏", "星河", "春晖", "秋实",
];
const BUILDING_LAST: &[&str] = &["苑", "园", "里", "坊", "庭", "居"];

/// The name of a housing estate that does not exist.
pub(super) fn estate(dice: &mut Dice) -> String {
    format!("{}{}", dice.pick(BUILDING_FIRST), dice.pick(BUILDING_LAST))
}
