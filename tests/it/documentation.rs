//! The README and `docs/`: whole, reachable, and as complete as the code.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command_line::hailer;

/// Returns every page, the README first.
pub(crate) fn pages() -> Vec<PathBuf> {
    let mut pages = Vec::new();
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages.insert(0, root().join("README.md"));
    pages
}

/// Names a page as seen from the root.
pub(crate) fn name_of(page: &Path) -> String {
    page.strip_prefix(root()).unwrap().display().to_string()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// Returns the targets of a page's links, outside of code.
fn links(page: &str) -> Vec<String> {
    let mut is_code = false;
    let prose = page.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    prose
        .flat_map(|line| line.split("](").skip(1))
        .filter_map(|rest| Some(rest.split_once(')')?.0.to_owned()))
        .filter(|target| !target.contains("://") && !target.contains('…'))
        .collect()
}

/// Returns the anchors of a page's headings, as GitHub and mdBook make them.
fn anchors(page: &str) -> Vec<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title
                .chars()
                .filter(|it| it.is_alphanumeric() || " -_".contains(*it));
            kept.collect::<String>().replace(' ', "-")
        })
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for link in links(&text) {
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match path {
                "" => page.clone(),
                path => page.parent().unwrap().join(path),
            };
            assert!(target.exists(), "{}: {link}", name_of(&page));
            let is_there = anchor.is_empty()
                || anchors(&fs::read_to_string(&target).unwrap()).contains(&anchor.to_owned());
            assert!(is_there, "{}: {link}", name_of(&page));
        }
    }
}

#[test]
fn the_book_has_every_page_once() {
    let listed = links(&read("docs/SUMMARY.md"));

    for page in pages().iter().skip(1) {
        let name = name_of(page).replace("docs/", "");
        let times = listed.iter().filter(|it| **it == name).count();
        assert!(name == "SUMMARY.md" || times == 1, "{name}: {times}");
    }
}

#[test]
fn every_page_says_first_whom_it_is_for() {
    for page in pages().iter().skip(1) {
        let name = name_of(page);
        let text = fs::read_to_string(page).unwrap();
        let first = text.lines().skip(1).find(|line| !line.is_empty()).unwrap();
        // A table of contents, decisions, and a page that is made of the code.
        let is_free = ["SUMMARY", "decisions/", "card-findings"]
            .iter()
            .any(|it| name.contains(it));
        assert!(is_free || first.starts_with("For "), "{name}: {first}");
    }
}

#[test]
fn every_rust_example_is_compiled() {
    let guide = read("crates/hailer/src/lib.rs");

    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let name = name_of(&page);
        let has_rust = text.lines().any(|line| line.starts_with("```rust"));
        assert!(
            !has_rust || guide.contains(&format!("/{name}\")")),
            "{name}"
        );
    }
}

#[test]
fn the_reference_names_every_key_of_the_example() {
    let example = read("hailer.example.toml");
    let reference = read("docs/reference/configuration.md");

    let keys = example.lines().filter_map(|line| {
        let (key, _) = line.trim_start_matches('#').split_once(" = ")?;
        let is_key = !key.is_empty() && key.chars().all(|it| it.is_ascii_lowercase() || it == '_');
        is_key.then_some(key)
    });

    let keys: Vec<&str> = keys.collect();
    assert!(keys.len() > 20, "{keys:?}");
    for key in keys {
        let is_named =
            reference.contains(&format!(" {key}`")) || reference.contains(&format!("`{key}`"));
        assert!(is_named, "{key}");
    }
}

#[test]
fn the_reference_quotes_what_the_bot_says_of_itself() {
    let code = read("crates/hailer/src/responder/wording.rs");
    let reference = read("docs/reference/errors.md");

    let is_said = |it: &&str| it.ends_with('.') && it.contains(' ') && !it.contains(['{', '\n']);
    let texts: Vec<&str> = code.split('"').filter(is_said).collect();

    assert!(texts.len() > 2, "{texts:?}");
    for text in texts {
        assert!(reference.contains(text), "{text}");
    }
}

#[test]
fn the_reference_names_every_verb() {
    let help = hailer(["--help"]).run().out;
    let reference = read("docs/reference/command-line.md");

    let lists = help.lines().filter(|line| {
        ["Build", "Install", "Run", "More"]
            .iter()
            .any(|it| line.starts_with(it))
    });
    let verbs: Vec<&str> = lists
        .flat_map(|line| line.split_whitespace().skip(1))
        .collect();

    assert!(verbs.len() > 6, "{verbs:?}");
    for verb in verbs {
        let call = format!("| `hailer {}", verb.trim_end_matches(','));
        assert!(reference.contains(&call), "{verb}");
    }
}

#[test]
fn the_reference_names_every_metric() {
    let code = read("crates/hailer-transport/src/metrics.rs");
    let reference = read("docs/reference/http-and-metrics.md");

    let names: Vec<&str> = code
        .split('"')
        .filter(|it| it.starts_with("hailer_") && !it.contains('{'))
        .collect();

    assert!(names.len() > 5, "{names:?}");
    for name in names {
        assert!(reference.contains(&format!("`{name}`")), "{name}");
    }
}
