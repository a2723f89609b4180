//! Names of files as strangers send them.

use proptest::prelude::*;

use super::{Media, clean};

#[test]
fn a_name_is_no_path_and_no_trick() {
    let cases = [
        ("户口簿.JPG", "户口簿.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\王\\照片 1.png", "照片 1.jpg"),
        ("a\0b\r\nSet-Cookie: x=1.png", "abSet-Cookie_ x=1.jpg"),
        ("\u{202e}gnp.exe", "gnp.jpg"),
        ("photo\u{202e}gpj.exe", "photogpj.jpg"),
        ("con.png", "_con.jpg"),
        ("LPT9", "_LPT9.jpg"),
        ("com¹.txt", "_com¹.jpg"),
        ("nul .tar.gz", "_nul .tar.jpg"),
        ("console.png", "console.jpg"),
        ("...", "材料.jpg"),
        (" . ", "材料.jpg"),
        ("", "材料.jpg"),
        (".htaccess", ".htaccess.jpg"),
        ("收入证明 2026.3", "收入证明 2026.3.jpg"),
        (
            "<img src=x onerror=alert(1)>.png",
            "_img src=x onerror=alert(1)_.jpg",
        ),
        ("\"; filename=\"x.exe", "__ filename=_x.jpg"),
    ];
    for (sent, kept) in cases {
        let found = clean(sent, Media::Jpeg, "材料");
        // A leading dot would hide the file.
        let kept = kept.trim_start_matches('.');
        assert_eq!(found.trim_start_matches('.'), kept, "{sent:?}");
        assert!(!found.starts_with('.'), "{sent:?}");
    }
    let long = clean(&"长".repeat(500), Media::Pdf, "材料");
    assert_eq!(long.chars().count(), 64);
    assert!(long.len() < 255, "as long as file systems take");
}

proptest! {
    #[test]
    fn whatever_is_sent_the_name_stays_one_harmless_name(sent in any::<String>()) {
        let name = clean(&sent, Media::Pdf, "材料");
        let harmful = |c: char| c.is_control() || "/\\<>:\"|?*\u{202e}\u{200f}".contains(c);
        prop_assert!(!name.chars().any(harmful), "{name:?}");
        prop_assert!(name.ends_with(".pdf") && name.len() > 4 && name.len() < 255);
        prop_assert!(!name.starts_with(['.', ' ']));
        prop_assert_eq!(clean(&name, Media::Pdf, "材料"), name.clone(), "clean once is clean");
    }
}
