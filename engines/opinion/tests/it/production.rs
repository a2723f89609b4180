//! The biodiversity conversation (536 people) against what Polis' own server published of it.
//!
//! The figures are facts read from the server's result of that conversation, as kept in
//! `compdemocracy/polis` (`delphi/real_data/r4tykwac8thvzv35jrn53`): priorities, which rest on the
//! directions, on who is in the conversation and on every count; votes per person; the number of
//! groups; and group-aware consensus. The server grouped base clusters and had a history, so its
//! groups are a few people apart from ours; everything else is the same to nine digits.

use linli_opinion::{Analysis, Conversation, Settings, read};

use crate::oracle::cases;

/// Metadata, which the server leaves out of the map and gives the priority 7².
const META: [i64; 15] = [0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16];

const PRIORITIES: [(i64, f64); 36] = [
    (291, 0.834_809_617_332_680_3),
    (249, 0.697_994_582_925_087_2),
    (299, 0.030_102_857_608_397_12),
    (70, 0.316_436_157_992_635_97),
    (62, 1.742_440_277_415_533_9),
    (74, 1.120_559_495_522_054_4),
    (164, 0.745_334_420_571_322_2),
    (282, 0.114_663_357_579_514_54),
    (273, 0.870_019_829_142_642_2),
    (186, 0.052_029_280_589_105_62),
    (311, 0.435_931_181_726_646_7),
    (128, 0.247_874_382_447_999_92),
    (210, 0.596_011_214_868_812_6),
    (59, 2.428_436_557_769_764),
    (20, 0.914_834_419_611_433),
    (205, 0.006_693_281_683_157_499),
    (60, 1.432_640_573_459_048_8),
    (27, 1.225_500_167_685_913),
    (69, 1.129_935_773_320_377_6),
    (24, 0.876_651_339_478_937),
    (39, 4.749_974_923_285_151),
    (46, 2.039_355_214_129_436),
    (92, 3.095_275_513_864_479),
    (48, 2.155_957_874_436_369),
    (33, 4.018_222_256_280_633),
    (61, 3.024_809_940_020_291_2),
    (79, 3.941_035_492_744_813_7),
    (37, 5.356_414_897_987_249),
    (35, 3.182_138_231_699_609),
    (17, 2.148_209_312_010_765_3),
    // Moderated out, with a vote, without one, and with five.
    (275, 12.529_726_250_088_048),
    (213, 5.0625),
    (18, 13.494_377_342_773_841),
    (49, 13.494_377_342_773_841),
    // Metadata.
    (0, 49.0),
    (16, 49.0),
];

const VOTES: [(&str, usize); 13] = [
    ("0", 141),
    ("453", 27),
    ("487", 14),
    ("519", 3),
    ("357", 97),
    ("275", 84),
    ("530", 154),
    ("32", 162),
    ("2", 165),
    ("23", 163),
    ("13", 87),
    ("51", 100),
    ("122", 57),
];

const GROUP_AWARE: [(i64, f64); 27] = [
    (43, 0.645_972_138_098_122_4),
    (61, 0.175_094_339_622_641_54),
    (29, 0.526_757_845_752_227_5),
    (151, 0.506_280_193_236_714_9),
    (44, 0.185_298_726_071_258_25),
    (111, 0.182_577_412_308_878_3),
    (28, 0.433_566_433_566_433_6),
    (64, 0.058_163_265_306_122_45),
    (189, 0.539_411_206_077_872_7),
    (51, 0.592_860_976_918_947_9),
    (25, 0.597_058_823_529_411_8),
    (34, 0.300_940_947_436_729_4),
    (17, 0.330_926_594_464_500_6),
    (12, 0.003_246_753_246_753_246_5),
    (2, 0.059_216_519_890_677_194),
    (23, 0.803_459_960_763_331_5),
    (35, 0.390_786_188_704_131_2),
    (14, 0.003_322_259_136_212_624_2),
    (45, 0.804_294_341_310_668_7),
    (79, 0.087_821_612_349_914_24),
    (38, 0.134_351_301_496_208_25),
    (30, 0.410_309_706_921_637_9),
    (96, 0.052_545_568_824_638_594),
    (37, 0.174_800_969_193_492_56),
    (123, 0.714_654_854_189_738),
    (81, 0.873_694_207_027_540_4),
    (26, 0.412_829_469_672_912_06),
];

fn biodiversity() -> Analysis {
    let case = &cases()[2];
    let comments = case.folder.join(case.name).join("comments.csv");
    let mut comments = read::comments(&std::fs::read(comments).unwrap()).unwrap();
    for id in META {
        comments.entry(id).or_default().meta = true;
    }
    let votes = read::votes(&case.votes()).unwrap();
    Conversation::new(votes, comments, Settings::default()).analyse(None)
}

#[test]
fn priorities_and_counts_are_the_servers_to_nine_digits() {
    let analysis = biodiversity();
    assert_eq!(analysis.people.len(), 536);
    for (id, theirs) in PRIORITIES {
        let one = analysis.statements.iter().find(|one| one.id == id).unwrap();
        let off = (one.priority - theirs).abs() / theirs;
        assert!(
            off < 1e-9,
            "statement {id}: {}, expected {theirs}",
            one.priority
        );
    }
    for (name, theirs) in VOTES {
        let person = analysis
            .people
            .iter()
            .find(|person| person.id == name)
            .unwrap();
        assert_eq!(person.votes as usize, theirs, "person {name}");
    }
}

#[test]
fn groups_say_what_the_servers_groups_say() {
    let analysis = biodiversity();
    assert_eq!(analysis.choice.unwrap().k, 2);
    for (id, theirs) in GROUP_AWARE {
        let one = analysis.statements.iter().find(|one| one.id == id).unwrap();
        let ours = one.group_aware_consensus.unwrap().agree;
        assert!(
            (ours - theirs).abs() < 0.02,
            "statement {id}: {ours}, expected {theirs}"
        );
    }
}
