//! The source of a new command, and of its test.

use std::fmt::Write as _;

use super::argument::{Argument, Choice};
use super::kind::Kind;
use super::name::{CommandName, pascal_case};

/// Is no choice of anything.
const UNKNOWN: &str = "xyzzy";

/// A command to write.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) name: &'a CommandName,
    pub(super) arguments: &'a [Argument],
    pub(super) summary: &'a str,
    /// The crate that the test finds the command in.
    pub(super) crate_name: &'a str,
}

impl Source<'_> {
    /// Writes the file of the command.
    pub(super) fn command(&self) -> String {
        let (path, type_name) = (self.name.path(), self.name.type_name());
        format!(
            "//! `{path}`: what it does, in a sentence.\n\n\
             {imports}\n\
             {args}\
             {choices}\
             /// The command; what it needs to keep would be its fields.\n\
             #[derive(Debug)]\n\
             pub struct {type_name};\n\n\
             impl Command for {type_name} {{\n\
             \x20   type Args = {args_type};\n\n\
             \x20   fn spec(&self) -> Spec {{\n\
             \x20       Spec::new({path:?}, {summary:?})\n\
             \x20           // It changes nothing yet: say Write or Destructive as soon as it does.\n\
             \x20           .effect(Effect::Read)\n\
             {rest}\
             \x20           .example({example:?}, \"an example\")\n\
             \x20   }}\n\n\
             \x20   async fn run(&self, {args_name}: {args_type}, _: Invocation) -> CommandResult {{\n\
             \x20       Ok(Reply::text(answer({passed})))\n\
             \x20   }}\n\
             }}\n\n\
             {answer}",
            imports = self.imports(),
            args = self.args(),
            choices = self.choices(),
            args_type = self.args_type(),
            summary = self.summary,
            rest = self.rest(),
            example = self.example(),
            args_name = if self.arguments.is_empty() {
                "_"
            } else {
                "args"
            },
            passed = if self.arguments.is_empty() {
                ""
            } else {
                "&args"
            },
            answer = self.answer(),
        )
    }

    /// Writes the file of its test.
    pub(super) fn test(&self) -> String {
        let (path, type_name) = (self.name.path(), self.name.type_name());
        let module = self.name.module();
        let mut checks: String = self
            .arguments
            .iter()
            .map(|it| {
                let shown = format!("{}: {}", it.name, it.shown());
                format!("    reply.assert_contains({shown:?});\n")
            })
            .collect();
        if checks.is_empty() {
            checks = format!("    reply.assert_contains({path:?});\n");
        }
        format!(
            "//! What `{path}` answers.\n\n\
             use hailer::testing::TestBot;\n\n\
             use {krate}::commands::{module}::{type_name};\n\n\
             #[tokio::test]\n\
             async fn it_answers() {{\n\
             \x20   let bot = TestBot::new().command({type_name});\n\n\
             \x20   let reply = bot.say({example:?}).await;\n\n\
             \x20   reply.assert_ok();\n\
             {checks}}}\n\
             {refusals}",
            krate = self.crate_name,
            example = self.example(),
            refusals = self.refusals(),
        )
    }

    fn args_type(&self) -> String {
        if self.arguments.is_empty() {
            "NoArgs".to_owned()
        } else {
            format!("{}Args", self.name.type_name())
        }
    }

    fn imports(&self) -> String {
        let has = |test: fn(&Argument) -> bool| self.arguments.iter().any(test);
        let duration = if has(|it| it.kind == Kind::Duration) {
            "use std::time::Duration;\n\n"
        } else {
            ""
        };
        let last = match (
            self.arguments.is_empty(),
            has(|it| it.kind.parser().is_some()),
        ) {
            (true, _) => "NoArgs, Reply, Spec",
            (false, false) => "Reply, Spec, clap",
            (false, true) => "Reply, Spec, clap, values",
        };
        format!("{duration}use hailer::{{Command, CommandResult, Effect, Invocation, {last}}};\n")
    }

    fn args(&self) -> String {
        if self.arguments.is_empty() {
            return String::new();
        }
        let mut out = format!(
            "/// What people type behind `{}`; the comments are its help.\n\
             #[derive(Debug, clap::Args)]\n\
             pub struct {} {{\n",
            self.name.path(),
            self.args_type()
        );
        for argument in self.arguments {
            let _ = writeln!(out, "    /// {}{}", words(argument), argument.kind.help());
            if let Some(attribute) = attribute(argument) {
                let _ = writeln!(out, "    #[arg({attribute})]");
            }
            let _ = writeln!(out, "    {}: {},", argument.field, self.rust_type(argument));
        }
        out.push_str("}\n\n");
        out
    }

    fn rust_type(&self, argument: &Argument) -> String {
        let plain = match argument.kind {
            Kind::Choice => self.choice_type(argument),
            other => other.rust().to_owned(),
        };
        if argument.is_optional && !matches!(argument.kind, Kind::Flag | Kind::List) {
            format!("Option<{plain}>")
        } else {
            plain
        }
    }

    /// The command's name comes first, so that it is no name of something else; `RestartArgs` is taken.
    fn choice_type(&self, argument: &Argument) -> String {
        let name = pascal_case(&argument.name);
        let ending = if name == "Args" {
            "ArgsChoice"
        } else {
            name.as_str()
        };
        format!("{}{ending}", self.name.type_name())
    }

    fn choices(&self) -> String {
        let choices = self.arguments.iter().filter(|it| it.kind == Kind::Choice);
        choices
            .map(|argument| {
                let variants: String = argument.choices.iter().map(variant).collect();
                format!(
                    "/// What `{}` is one of.\n\
                     #[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]\n\
                     pub enum {} {{\n{variants}}}\n\n",
                    argument.name,
                    self.choice_type(argument)
                )
            })
            .collect()
    }

    fn rest(&self) -> String {
        let rest = self.arguments.iter().find(|it| it.kind == Kind::Rest);
        rest.map_or_else(String::new, |it| {
            format!("            .rest_of_message({:?})\n", it.field)
        })
    }

    fn example(&self) -> String {
        let samples = self.arguments.iter().map(Argument::sample);
        std::iter::once(self.name.path().to_owned())
            .chain(samples)
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn answer(&self) -> String {
        let path = self.name.path();
        if self.arguments.is_empty() {
            return format!(
                "/// The work: plain Rust that knows no bot, so it is easy to test.\n\
                 fn answer() -> String {{\n    {:?}.to_owned()\n}}\n",
                format!("{path} does nothing yet")
            );
        }
        let lines: String = self
            .arguments
            .iter()
            .map(|it| {
                format!(
                    "    text += &format!(\"\\n{}: {{:?}}\", args.{});\n",
                    it.name, it.field
                )
            })
            .collect();
        format!(
            "/// The work: plain Rust that knows no bot, so it is easy to test.\n\
             fn answer(args: &{}) -> String {{\n    let mut text = String::from({path:?});\n{lines}    text\n}}\n",
            self.args_type()
        )
    }

    /// Writes tests of what people get wrong.
    fn refusals(&self) -> String {
        let type_name = self.name.type_name();
        let test = |name: &str, said: &str, complaint: &str| {
            format!(
                "\n#[tokio::test]\n\
                 async fn {name}() {{\n\
                 \x20   let bot = TestBot::new().command({type_name});\n\n\
                 \x20   let reply = bot.say({said:?}).await;\n\n\
                 \x20   reply.assert_usage({complaint:?});\n\
                 }}\n"
            )
        };
        let path = self.name.path();
        let mut out = String::new();
        if self.arguments.iter().any(|it| !it.is_optional) {
            out += &test("what_is_missing_is_told", path, &format!("{path} needs a"));
        }
        if let Some(choice) = self.arguments.iter().find(|it| it.kind == Kind::Choice) {
            let samples = self.arguments.iter().map(|it| {
                if it.name == choice.name {
                    it.given(UNKNOWN)
                } else {
                    it.sample()
                }
            });
            let said: Vec<_> = std::iter::once(path.to_owned()).chain(samples).collect();
            let values: Vec<_> = choice.choices.iter().map(|it| it.value.as_str()).collect();
            let complaint = format!("\"{UNKNOWN}\". ({})", values.join(", "));
            out += &test("what_is_no_choice_is_told", &said.join(" "), &complaint);
        }
        out
    }
}

/// Returns the name of an argument as a sentence begins with it.
fn words(argument: &Argument) -> String {
    let words = argument.field.replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|it| it.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn attribute(argument: &Argument) -> Option<String> {
    let mut parts = Vec::new();
    if argument.is_option() {
        parts.push("long".to_owned());
    }
    if argument.kind == Kind::List && !argument.is_optional {
        parts.push("required = true".to_owned());
    }
    parts.extend(
        argument
            .kind
            .parser()
            .map(|it| format!("value_parser = {it}")),
    );
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Writes a variant; its value too, where clap would make another one of the name.
fn variant(choice: &Choice) -> String {
    let Choice { value, variant } = choice;
    let is_plain = value
        .split('-')
        .all(|word| !word.is_empty() && word.chars().all(|it| it.is_ascii_lowercase()));
    if is_plain && !variant.starts_with('V') {
        format!("    {variant},\n")
    } else {
        format!("    #[value(name = {value:?})]\n    {variant},\n")
    }
}
