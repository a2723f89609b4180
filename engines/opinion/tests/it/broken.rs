//! Files that are broken at random: read, or refused with a place inside the file; never a panic.
//! The same property as the fuzz targets, on a stable compiler.

use linli_opinion::read;
use proptest::prelude::*;

use crate::oracle::cases;
use crate::properties::{comments, votes};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn changed_bytes_are_read_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
        whole in any::<bool>(),
    ) {
        let mut bytes = cases()[1].votes();
        bytes.truncate(6000);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if !whole {
            bytes.truncate(cut.index(bytes.len()));
        }
        votes(&bytes);
        comments(&bytes);
    }

    #[test]
    fn small_tables_of_anything_are_read_or_refused(
        text in "(participant|comment-id|voter-id|vote|[0-9]{1,2}|-1|1|0|,|;|\n|\r|\"| |x){0,60}",
    ) {
        votes(text.as_bytes());
        comments(text.as_bytes());
    }
}

#[test]
fn a_file_of_another_kind_is_refused_kindly() {
    let told = read::votes("姓名,年龄\n张三,40\n".as_bytes())
        .unwrap_err()
        .to_string();
    assert!(told.starts_with("line 1, column 1"), "{told}");
    assert!(read::votes(b"\x00\xff\xfe").is_err());
    assert!(read::comments(b"participant,0,1\n1,1,0\n").is_err());
}
