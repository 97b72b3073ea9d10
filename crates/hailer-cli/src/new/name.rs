//! Names: of projects as cargo wants them, of commands as people type them and as Rust writes them.

use std::path::{Path, PathBuf};

/// Words that mean something to Rust.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Crates that a project has beside itself, or that cargo keeps for itself.
const TAKEN_CRATES: &[&str] = &[
    "alloc",
    "build",
    "clap",
    "core",
    "deps",
    "examples",
    "hailer",
    "hailer_cli",
    "hailer_commands",
    "incremental",
    "proc_macro",
    "std",
    "test",
    "tokio",
];

/// Types that the source of a command uses.
const TAKEN_TYPES: &[&str] = &[
    "Command",
    "CommandResult",
    "Duration",
    "Effect",
    "Err",
    "Invocation",
    "NoArgs",
    "None",
    "Ok",
    "Option",
    "Reply",
    "Result",
    "Self",
    "Some",
    "Spec",
    "String",
    "Vec",
];

/// Longer names help nobody, and some file systems refuse them.
const LONGEST: usize = 64;

/// The folder of a new project; its last part is the name.
#[derive(Debug, Clone)]
pub(crate) struct ProjectPath {
    path: PathBuf,
    name: String,
}

impl ProjectPath {
    pub(crate) fn parse(typed: &str) -> Result<Self, String> {
        let path = PathBuf::from(typed);
        let name = path.file_name().and_then(|it| it.to_str());
        let name = name.ok_or("the last part of the path is the project's name; it has none")?;
        check_crate_name(name)?;
        Ok(Self {
            name: name.to_owned(),
            path,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the name of the package.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the name as Rust writes it.
    pub(crate) fn crate_name(&self) -> String {
        self.name.replace('-', "_")
    }
}

fn check_crate_name(name: &str) -> Result<(), String> {
    let is_part = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "-_".contains(it);
    if !name.starts_with(|it: char| it.is_ascii_lowercase()) || !name.chars().all(is_part) {
        return Err(format!(
            "`{name}` cannot name a project; a letter, then lower-case letters, digits, - and _"
        ));
    }
    if name.len() > LONGEST {
        return Err(format!("the name is longer than {LONGEST} characters"));
    }
    let as_crate = name.replace('-', "_");
    if KEYWORDS.contains(&name) || TAKEN_CRATES.contains(&as_crate.as_str()) {
        return Err(format!(
            "`{name}` means something to Rust or cargo; try {name}-bot"
        ));
    }
    Ok(())
}

/// The path of a new command.
#[derive(Debug, Clone)]
pub(crate) struct CommandName {
    path: String,
}

impl CommandName {
    pub(crate) fn parse(typed: &str) -> Result<Self, String> {
        let path = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_word = |word: &str| {
            word.starts_with(|it: char| it.is_ascii_lowercase())
                && word
                    .chars()
                    .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || "-_".contains(it))
        };
        if path.is_empty() || !path.split(' ').all(is_word) {
            return Err(format!(
                "`{typed}` cannot name a command; words of lower-case letters, digits, - and _, as in restart or \"deploy run\""
            ));
        }
        if path.len() > LONGEST {
            return Err(format!("the name is longer than {LONGEST} characters"));
        }
        Ok(Self { path })
    }

    /// Returns what people type: `deploy run`.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Returns the name of its module and file: `deploy_run`.
    pub(crate) fn module(&self) -> String {
        let module = self.path.replace([' ', '-'], "_");
        if KEYWORDS.contains(&module.as_str()) || TAKEN_CRATES.contains(&module.as_str()) {
            format!("{module}_command")
        } else {
            module
        }
    }

    /// Returns the name of its type: `DeployRun`.
    pub(crate) fn type_name(&self) -> String {
        let name = pascal_case(&self.path);
        if TAKEN_TYPES.contains(&name.as_str()) {
            format!("{name}Command")
        } else {
            name
        }
    }
}

/// Checks the name of an argument, and returns it as Rust writes it.
pub(super) fn field(name: &str) -> Result<String, String> {
    let is_part = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "-_".contains(it);
    if !name.starts_with(|it: char| it.is_ascii_lowercase()) || !name.chars().all(is_part) {
        return Err(format!(
            "`{name}` cannot name an argument; a letter, then lower-case letters, digits, - and _"
        ));
    }
    if name == "help" {
        return Err("`help` explains every command; choose another name".to_owned());
    }
    if KEYWORDS.contains(&name) {
        return Err(format!(
            "`{name}` means something to Rust; choose another name"
        ));
    }
    Ok(name.replace('-', "_"))
}

/// Writes words as the name of a type: `eu-west 1` is `EuWest1`.
pub(super) fn pascal_case(text: &str) -> String {
    let words = text.split(|it: char| !it.is_ascii_alphanumeric());
    words
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|it| it.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projects_are_named_as_crates_are() {
        for typed in ["mybot", "my-bot2", "../my_bot", "a/b/bot/"] {
            assert!(ProjectPath::parse(typed).is_ok(), "{typed}");
        }
        for typed in [
            "",
            ".",
            "..",
            "/",
            "MyBot",
            "2bot",
            "-bot",
            "my bot",
            "my.bot",
            "b\u{f6}t",
            "hailer",
            "hailer-cli",
            "tokio",
            "test",
            "match",
            "self",
        ] {
            assert!(ProjectPath::parse(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn a_command_has_a_file_and_a_type() {
        for (typed, path, module, type_name) in [
            ("restart", "restart", "restart", "Restart"),
            (" deploy  run ", "deploy run", "deploy_run", "DeployRun"),
            (
                "restart-service",
                "restart-service",
                "restart_service",
                "RestartService",
            ),
            ("move", "move", "move_command", "Move"),
            ("hailer", "hailer", "hailer_command", "Hailer"),
            ("reply", "reply", "reply", "ReplyCommand"),
            ("self", "self", "self_command", "SelfCommand"),
        ] {
            let name = CommandName::parse(typed).unwrap();
            assert_eq!(
                (
                    name.path(),
                    name.module().as_str(),
                    name.type_name().as_str()
                ),
                (path, module, type_name)
            );
        }
        for typed in [
            "",
            " ",
            "Restart",
            "re.start",
            "../x",
            "restart 2",
            "--x",
            "a\"b",
        ] {
            assert!(CommandName::parse(typed).is_err(), "{typed}");
        }
    }
}
