//! `hailer explain`, and the page that it writes.

use std::fs;
use std::path::PathBuf;

use hailer::{CAUSES, CONFIG_CAUSES};

use crate::command_line::hailer;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn a_code_is_explained() {
    let ran = hailer(["explain", "hl131"]).run();

    assert_eq!(ran.code, Some(0));
    assert!(
        ran.out
            .starts_with("HL131  an incomplete certificate chain\n"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("fullchain.pem"), "{}", ran.out);
}

#[test]
fn a_code_that_does_not_exist_is_a_mistake_and_all_are_listed() {
    let ran = hailer(["explain", "HL999"]).run();
    let list = hailer(["explain"]).run();

    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("there is no code `HL999`"), "{}", ran.err);
    for cause in CAUSES.iter().chain(CONFIG_CAUSES) {
        assert!(list.out.contains(cause.code), "{}", cause.code);
    }
}

/// `hailer explain --markdown > docs/reference/codes.md` writes it anew.
#[test]
fn the_page_of_codes_is_that_of_the_program() {
    let page = fs::read_to_string(root().join("docs/reference/codes.md")).unwrap();

    assert_eq!(page, hailer(["explain", "--markdown"]).run().out);
}
