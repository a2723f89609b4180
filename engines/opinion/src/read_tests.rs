//! The readers against files that are right, odd and wrong.

use super::*;

const WIDE: &str =
    "participant,xid,group-id,n-votes,0,1,5\r\n7,,0,2,1,,-1\r\n3,x,,1,,0\r\n9,,,0,,,\r\n";

#[test]
fn the_wide_and_the_long_export_say_the_same() {
    let wide = votes(WIDE.as_bytes()).unwrap();
    assert_eq!(wide.people(), ["3", "7"]);
    assert_eq!(wide.statements(), [0, 1, 5]);
    let long = "\u{feff}timestamp,datetime,comment-id,voter-id,vote\n\
                20,x,5,7,-1\n10,x,5,7,1\n5,x,0,7,1\n\n6,x,1,3,0\n";
    assert_eq!(votes(long.as_bytes()).unwrap(), wide);
    let other = WIDE.replace(',', ";");
    assert_eq!(votes(other.as_bytes()).unwrap(), wide);
    let named = "participant_id\tstatement_id\tvote\n7\t0\tagree\n7\t5\t-1.0\n3\t1\t0\n";
    assert_eq!(votes(named.as_bytes()).unwrap(), wide);
}

#[test]
fn what_cannot_be_understood_is_named_with_its_place() {
    let told = |text: &str| votes(text.as_bytes()).unwrap_err().to_string();
    assert!(told("").starts_with("line 1, column 1: the file is empty"));
    assert!(told("a,b\n1,2\n").contains("neither participants-votes.csv"));
    let bad = told("participant,0,1\n4,1,0\n\n5,1,2\n");
    assert_eq!(bad, "line 4, column 3: `2` is no vote: 1, 0, -1 or empty");
    assert!(told("participant,0,0\n").contains("two columns for statement 0"));
    assert!(told("participant,0\n1,1,1\n").starts_with("line 2, column 3: the header has 2"));
    assert!(told("participant,0\n,1\n").contains("nobody is named"));
    let cut = told("participant,0,1\n4,1,0\n5,1");
    assert!(cut.starts_with("line 3, column 2") && cut.contains("cut off"));
    assert!(votes(b"participant,0,1\n4,1,0\n5,1,0").is_ok());
    // 王 and 李 in GB18030: two people, not two times the same sign for what cannot be read.
    let coded = votes(b"participant,0\n\xcd\xf5,1\n\xc0\xee,-1\n").unwrap_err();
    assert_eq!((coded.line, coded.column), (2, 1));
    assert!(coded.what.contains("not UTF-8"));
    assert!(told("comment-id,vote\n1,1\n").contains("voter-id"));
    assert!(told("comment-id,voter-id,vote\nx,1,1\n").contains("line 2, column 1"));
    assert!(told("timestamp,comment-id,voter-id,vote\nyesterday,1,1,1\n").contains("no time"));
}

#[test]
fn comments_are_read_with_their_words() {
    let text = "timestamp,comment-id,author-id,agrees,disagrees,moderated,is-meta,comment-body\n\
                1,4,0,1,1,-1,false,\"多行\n的话, \"\"好\"\"\"\n1,2,0,1,1,1,true,b\n";
    let found = comments(text.as_bytes()).unwrap();
    assert_eq!(found[&4].text, "多行\n的话, \"好\"");
    assert_eq!(found[&4].moderated, -1);
    assert!(found[&2].meta);
    let twice = text.replace("1,2,0", "1,4,0");
    assert!(
        comments(twice.as_bytes())
            .unwrap_err()
            .to_string()
            .starts_with("line 4")
    );
    let bad = comments(b"comment-id,moderated\n1,5\n").unwrap_err();
    assert_eq!((bad.line, bad.column), (2, 2));
}
