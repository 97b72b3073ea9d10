//! Texts as strangers write them, for properties.

use proptest::prelude::*;

/// Pieces that mean something to HTML, Markdown, terminals or our own reader.
const PIECES: [&str; 74] = [
    "<",
    ">",
    "&",
    "\"",
    "'",
    "\\",
    "`",
    "``",
    "```",
    "*",
    "**",
    "***",
    "_",
    "__",
    "~",
    "~~~",
    "[",
    "]",
    "(",
    ")",
    "![",
    "](",
    "](http://x.y)",
    "[a]: /b",
    "#",
    "## ",
    "- ",
    "+ ",
    "* ",
    "1. ",
    "12) ",
    "---",
    "===",
    "- - -",
    "| a | b |",
    "|---|---|",
    ": ",
    "$",
    "^",
    "&lt;",
    "&amp;lt;",
    "&#60;",
    "&nbsp;",
    "&emsp;",
    "&copy",
    "<br>",
    "<pre>",
    "</pre>",
    "<at>Dana</at>",
    "<!--",
    "<?php",
    "<https://x.example>",
    "https://x.example/a_b?c=d&e=f",
    "<script>",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "  ",
    "    ",
    "\u{a0}",
    "\u{2003}",
    "\0",
    "\x1b[31m",
    "\u{9b}",
    "\u{200b}",
    "\u{202e}",
    "\u{2028}",
    "\u{e0041}",
    "e\u{301}",
    "👩\u{200d}🚀",
    "日本",
];

/// Any text, most of it built from pieces that mean something.
pub(crate) fn foreign_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned),
        2 => "[a-z0-9]{1,3}",
        1 => "[ -~]{1,8}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// The usual number of cases, or `PROPTEST_CASES`; a failure prints the text, and no file keeps it.
pub(crate) fn cases() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
