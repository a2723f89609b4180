//! Files of another kind are refused with a place. Files broken at random are the fuzz targets' of
//! the repository (`fuzz/src/opinion.rs`).

use linli_opinion::read;

#[test]
fn a_file_of_another_kind_is_refused_kindly() {
    let told = read::votes("姓名,年龄\n张三,40\n".as_bytes())
        .unwrap_err()
        .to_string();
    assert!(told.starts_with("line 1, column 1"), "{told}");
    assert!(read::votes(b"\x00\xff\xfe").is_err());
    assert!(read::comments(b"participant,0,1\n1,1,0\n").is_err());
}
