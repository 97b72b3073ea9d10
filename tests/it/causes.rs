//! The causes of "Sorry, there was a problem encountered with your request", as the tests make them, and the
//! page of the guide that says so: what is shown there was read from a real bot.

use std::fmt::Write as _;
use std::fs;
use std::iter::zip;
use std::path::Path;

use hailer::{CAUSES, Cause};

use crate::transcripts::line_matches;
use crate::{doctor, keys, listening};

/// One way to make it go wrong, and what is said.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    /// What was done.
    pub(crate) made: &'static str,
    /// The code that is named.
    pub(crate) code: &'static str,
    /// What is said, with `…` for what differs each time.
    pub(crate) said: &'static str,
}

/// Cases that the same verb finds.
pub(crate) struct Group {
    pub(crate) by: &'static str,
    /// What stands before each `made`.
    pub(crate) before: &'static str,
    pub(crate) cases: &'static [Case],
}

impl Case {
    pub(crate) const fn new(made: &'static str, code: &'static str, said: &'static str) -> Self {
        Self { made, code, said }
    }

    #[track_caller]
    pub(crate) fn assert(&self, code: &str, said: &str) {
        let said = said.replace('\n', " ");
        let is_so = self.code == code && line_matches(self.said, &said);
        assert!(is_so, "{self:#?}\n is not {code}: {said}");
    }
}

/// Pairs each case with the way to make it: the compiler counts them.
pub(crate) fn made<T, const N: usize>(
    cases: &'static [Case; N],
    ways: [T; N],
) -> impl Iterator<Item = (&'static Case, T)> {
    zip(cases, ways)
}

const GROUPS: [&[Group]; 3] = [doctor::CAUSES, listening::CAUSES, keys::CAUSES];

const HEAD: &str = "# Causes and what is said

For whoever wants to know what `hailer doctor` and `hailer listen` find. Teams says \"Sorry, there was a problem encountered
with your request\" for all of these. Each row is made to happen in a test, nginx being Debian's own, and what is said there
is what stands here; `…` is what differs each time. [Codes](codes.md) has the fix of each.

| code | what went wrong | who says it | what is said |
|---|---|---|---|
";

fn page() -> String {
    let mut rows: Vec<(&str, String)> = Vec::new();
    for group in GROUPS.into_iter().flatten() {
        for case in group.cases {
            let (code, by, before) = (case.code, group.by, group.before);
            let cause = Cause::of(code).unwrap_or_else(|| panic!("{code} is no cause"));
            let made = if before.is_empty() {
                case.made.to_owned()
            } else {
                format!("{before}`{}`", case.made)
            };
            let anchor: String = format!("{code}: {}", cause.title)
                .to_lowercase()
                .chars()
                .filter(|it| it.is_alphanumeric() || " -_".contains(*it))
                .collect();
            let anchor = anchor.replace(' ', "-");
            let said = case.said.replace('<', "&lt;");
            let row = format!("| [{code}](codes.md#{anchor}) | {made} | `{by}` | {said} |");
            rows.push((code, row));
        }
    }
    rows.sort_by_key(|(code, _)| *code);
    rows.iter().fold(HEAD.to_owned(), |mut page, (_, row)| {
        writeln!(page, "{row}").unwrap();
        page
    })
}

#[test]
fn every_cause_has_a_case_and_a_row_in_the_guide() {
    let page = page();
    for cause in CAUSES {
        assert!(
            page.contains(&format!("[{}]", cause.code)),
            "{}",
            cause.code
        );
    }

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/causes.md");
    if hailer::Environment::from_process().get("UPDATE").is_some() {
        fs::write(&path, &page).unwrap();
    }

    let written = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(
        written, page,
        "`UPDATE=1 cargo test … causes` writes it anew"
    );
}
