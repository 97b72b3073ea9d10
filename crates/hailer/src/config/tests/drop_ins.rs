//! Files that add to a configuration.

use std::fs;

use tempfile::TempDir;

use super::{TOKEN, WEBHOOK};
use crate::config::{Draft, Environment};

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("conf.d")).unwrap();
    fs::write(folder.path().join("hailer.toml"), WEBHOOK).unwrap();
    for (name, text) in files {
        fs::write(folder.path().join("conf.d").join(name), text).unwrap();
    }
    folder
}

fn load(folder: &TempDir) -> Draft {
    let environment = Environment::from_pairs([("HAILER_TOKEN_OPS", TOKEN)]);
    Draft::load(&folder.path().join("hailer.toml"), &environment).unwrap()
}

/// The problems, with the folder's name taken out.
fn problems(folder: &TempDir) -> String {
    let problems = load(folder).finish().unwrap_err().to_string();
    problems.replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn files_of_conf_d_add_tables_and_go_on_with_lists() {
    let folder = folder(&[
        ("b.toml", "[thing.two]\nx = 2\n[[rule]]\nx = 2\n"),
        ("a.toml", "[thing.one]\nx = 1\n[[rule]]\nx = 1\n"),
        (".a.toml.swp", "nonsense"),
        ("readme.md", "nonsense"),
    ]);

    let draft = load(&folder);

    let things = draft.sections("thing");
    let names: Vec<_> = things.iter().map(|it| it.name().to_owned()).collect();
    assert_eq!(names, ["one", "two"]);
    let rules = draft.top().tables("rule");
    let values: Vec<_> = rules.iter().filter_map(|it| it.integer("x")).collect();
    assert_eq!(values, [1, 2]);
}

#[test]
fn a_key_in_two_files_is_an_error_that_names_both() {
    let folder = folder(&[
        ("a.toml", "\n[log]\nlevel = \"info\"\n"),
        ("b.toml", "[log]\nlevel = \"warn\"\n"),
    ]);

    assert_eq!(
        problems(&folder),
        "error[HL240]: `log.level` is also in conf.d/a.toml:3\n  --> conf.d/b.toml:2:1\n   |\n 2 | level = \"warn\"\n   | ^^^^^ fix: keep one of the two\n1 error."
    );
}

#[test]
fn problems_name_their_file_and_its_line() {
    let folder = folder(&[
        ("a.toml", "[log]\nlevle = 1\n"),
        ("b.toml", "[server]\nreply_within = \"4\"\n[x\n"),
    ]);

    let problems = problems(&folder);

    for part in [
        "--> conf.d/a.toml:2:1",
        "--> conf.d/b.toml:2:16",
        "--> conf.d/b.toml:3:",
    ] {
        assert!(problems.contains(part), "{part}\n{problems}");
    }
}
