//! The scripts of `docs/how-to/scripts.md` in languages that not every machine has; where it has them, they are run.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::command_line::{Ran, hailer};
use crate::teams::TOKEN;

/// Returns the page's block in a language.
fn block(language: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/how-to/scripts.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

fn is_there(program: &str, question: &str) -> bool {
    let asked = Command::new(program).arg(question).output();
    asked.is_ok_and(|it| it.status.success())
}

fn greet(folder: &Path, name: &str) -> Ran {
    let home = folder.display();
    let toml = format!(
        "[webhook.ops]\ntoken = {{ env = \"TOKEN\" }}\n\n[script.greet]\nhelp = \"Greet somebody\"\neffect = \"read\"\n\
         exec = [\"./greet\", \"{{name}}\"]\nargs = [{{ name = \"name\", help = \"whom\" }}]\n\
         env = {{ HOME = \"{home}\" }}\n",
    );
    fs::write(folder.join("hailer.toml"), toml).unwrap();
    hailer(["script", "test", "greet", "--", name])
        .folder(folder)
        .variable("TOKEN", TOKEN)
        .run()
}

fn greets(folder: &Path) {
    let greeted = greet(folder, "Jo; $(id)");
    let refused = greet(folder, "nobody");

    assert!(
        greeted
            .out
            .contains("Hello, Jo; $(id)! somebody asked for it."),
        "{greeted:?}"
    );
    assert!(
        refused.out.contains("Nobody is not to be greeted.") && refused.code == Some(1),
        "{refused:?}"
    );
}

#[test]
fn a_script_in_powershell() {
    let text = block("powershell");
    assert!(text.starts_with("#!/usr/bin/env -S pwsh"), "{text}");
    if !is_there("pwsh", "-Version") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("greet");
    fs::write(&path, text).unwrap();
    fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();

    greets(folder.path());
}

#[test]
fn a_script_in_go() {
    let text = block("go");
    assert!(text.starts_with("package main"), "{text}");
    if !is_there("go", "version") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("greet.go"), text).unwrap();
    let built = Command::new("go")
        .args(["build", "-o", "greet", "greet.go"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .status();
    assert!(built.unwrap().success());

    greets(folder.path());
}
