//! `hailer new NAME`: a bot that compiles, answers and is tested.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use hailer::Environment;

use super::files::Files;
use super::name::ProjectPath;
use crate::arguments::NewOptions;
use crate::demo;
use crate::exit::{Exit, Failure};

/// The files of a project: where each goes, what it is made of, what it is for.
const TEMPLATES: [(&str, &str, &str); 10] = [
    (
        "Cargo.toml",
        include_str!("../../templates/Cargo.toml.in"),
        "what it is built of",
    ),
    (
        "src/main.rs",
        include_str!("../../templates/main.rs.in"),
        "puts the bot together",
    ),
    (
        "src/lib.rs",
        include_str!("../../templates/lib.rs.in"),
        "what the tests reach",
    ),
    (
        "src/commands.rs",
        include_str!("../../templates/commands.rs.in"),
        "the list of its commands",
    ),
    (
        "src/commands/hello.rs",
        include_str!("../../templates/hello.rs.in"),
        "your first command",
    ),
    (
        "tests/hello.rs",
        include_str!("../../templates/hello_test.rs.in"),
        "its test",
    ),
    (
        "hailer.toml",
        include_str!("../../../../hailer.example.toml"),
        "every key explained",
    ),
    (
        "Dockerfile",
        include_str!("../../templates/Dockerfile.in"),
        "a small image",
    ),
    (
        ".gitignore",
        include_str!("../../templates/gitignore.in"),
        "keeps the token out of git",
    ),
    (
        "README.md",
        include_str!("../../templates/README.md.in"),
        "how to go on",
    ),
];

/// Writes a project.
pub(super) fn run(
    path: &ProjectPath,
    options: &NewOptions,
    environment: &Environment,
) -> Result<Exit, Failure> {
    let checkout = match &options.hailer_path {
        Some(folder) => Some(Checkout::named(folder)?),
        None => Checkout::of_this_run(environment),
    };
    let folder = path.path();
    if !options.force {
        check_empty(folder)?;
    }
    let files = plan(path, checkout.as_ref())?;
    if !options.dry_run {
        files.write()?;
        demo::make_token(&folder.join(demo::TOKEN_FILE))?;
    }
    let next = format!(
        "cd {} && cargo run   then, in another terminal there: cargo run -- send \"hello Mira\"",
        folder.display()
    );
    files.tell(&next, options.dry_run)?;
    Ok(Exit::Fine)
}

fn check_empty(folder: &Path) -> Result<(), Failure> {
    let is_taken = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => folder.exists(),
    };
    if !is_taken {
        return Ok(());
    }
    Err(Failure::new(
        Exit::No,
        format!(
            "error: {} exists and is not empty\n  fix: take another name, or write over what is there with --force",
            folder.display()
        ),
    ))
}

fn plan(path: &ProjectPath, checkout: Option<&Checkout>) -> Result<Files, Failure> {
    let mut files = Files::below(path.path());
    for (file, template, what) in TEMPLATES {
        let text = fill(template, path, checkout);
        files.add(file, text, what);
    }
    if let Some(checkout) = checkout
        && let Some(lock) = checkout.lock()?
    {
        let what = "the versions that this checkout of Hailer is tested with";
        files.add("Cargo.lock", lock, what);
    }
    Ok(files)
}

/// Puts names in the place of their marks.
fn fill(template: &str, path: &ProjectPath, checkout: Option<&Checkout>) -> String {
    let name = path.name();
    let variable = format!("HAILER_TOKEN_{}", path.crate_name().to_uppercase());
    let dependency = |folder| match checkout {
        Some(checkout) => checkout.dependency(folder),
        None => format!("\"{}\"", env!("CARGO_PKG_VERSION")),
    };
    let path_note = checkout.map_or_else(String::new, Checkout::note);
    let marks = [
        ("{{name}}", name.to_owned()),
        ("{{crate}}", path.crate_name()),
        ("{{variable}}", variable.clone()),
        ("{{path-note}}", path_note),
        ("{{hailer}}", dependency("crates/hailer")),
        ("{{hailer-cli}}", dependency("crates/hailer-cli")),
        ("{{hailer-commands}}", dependency("commands")),
    ];
    marks
        .into_iter()
        .chain(example_marks(name, &variable))
        .fold(template.to_owned(), |text, (mark, value)| {
            text.replace(mark, &value)
        })
}

/// The configuration is the repository's example, so that the two cannot drift apart. In it the webhook gets the
/// project's name, and a token that is there from the first minute.
fn example_marks(name: &str, variable: &str) -> [(&'static str, String); 4] {
    let token = format!(
        "# This one is for trying on this computer. With the one of Teams:\n\
         # token = {{ env = \"{variable}\" }}\n\
         token = {{ file = \"{}\" }}\n",
        demo::TOKEN_FILE
    );
    [
        (
            "hailer.toml: an example that names every key.",
            format!("hailer.toml: the configuration of {name}; it names every key."),
        ),
        ("\n[webhook.ops]\n", format!("\n[webhook.{name}]\n")),
        ("/webhook/ops\n", format!("/webhook/{name}\n")),
        ("token = { env = \"HAILER_TOKEN_OPS\" }\n", token),
    ]
}

/// A checkout of Hailer that the project is built with, instead of a release.
#[derive(Debug)]
struct Checkout {
    root: PathBuf,
}

impl Checkout {
    /// Takes the folder that the command line names.
    fn named(folder: &Path) -> Result<Self, Failure> {
        let root = fs::canonicalize(folder)
            .with_context(|| format!("cannot find the folder {}", folder.display()))?;
        Self::at(&root).ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                format!(
                    "error: {} is no checkout of Hailer: it has no crates/hailer/Cargo.toml",
                    root.display()
                ),
            )
        })
    }

    /// Finds the checkout that `cargo run` has built this very program from: it is there, and a release may not be.
    fn of_this_run(environment: &Environment) -> Option<Self> {
        let package = env!("CARGO_MANIFEST_DIR");
        environment
            .get("CARGO_MANIFEST_DIR")
            .filter(|it| *it == package)?;
        Self::at(Path::new(package).parent()?.parent()?)
    }

    fn at(root: &Path) -> Option<Self> {
        let is_checkout = root.join("crates/hailer/Cargo.toml").is_file();
        is_checkout.then(|| Self {
            root: root.to_owned(),
        })
    }

    fn dependency(&self, folder: &str) -> String {
        let path = self.root.join(folder).display().to_string();
        let path = path.replace('\\', "\\\\").replace('"', "\\\"");
        format!("{{ path = \"{path}\" }}")
    }

    fn note(&self) -> String {
        format!(
            "\n# Hailer is a dependency by path: copy {} to the same place in the image before the build.",
            self.root.display()
        )
    }

    /// Reads the versions of all dependencies; cargo drops those that the project has no use for.
    fn lock(&self) -> Result<Option<String>, Failure> {
        let path = self.root.join("Cargo.lock");
        if !path.is_file() {
            return Ok(None);
        }
        let lock =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Some(lock))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(file: &str, checkout: Option<&Checkout>) -> String {
        let path = ProjectPath::parse("some/my-bot").unwrap();
        let (_, template, _) = TEMPLATES.into_iter().find(|it| it.0 == file).unwrap();
        fill(template, &path, checkout)
    }

    #[test]
    fn no_mark_is_left() {
        for (file, _, _) in TEMPLATES {
            let text = filled(file, None);
            assert!(!text.contains("{{") && text.ends_with('\n'), "{file}");
        }
    }

    #[test]
    fn the_configuration_follows_the_example() {
        let text = filled("hailer.toml", None);

        for part in [
            "# hailer.toml: the configuration of my-bot; it names every key.\n",
            "\n[webhook.my-bot]\n",
            "/webhook/my-bot\n",
            "# token = { env = \"HAILER_TOKEN_MY_BOT\" }\ntoken = { file = \".hailer/dev-token\" }\n",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }

    #[test]
    fn hailer_is_a_release_or_a_checkout() {
        let checkout = Checkout {
            root: PathBuf::from("/src/hailer"),
        };

        assert!(filled("Cargo.toml", None).contains("\nhailer = \"0.1.0\"\n"));
        let text = filled("Cargo.toml", Some(&checkout));
        assert!(text.contains("\nhailer = { path = \"/src/hailer/crates/hailer\" }\n"));
        assert!(text.contains("\nhailer-commands = { path = \"/src/hailer/commands\" }\n"));
    }
}
