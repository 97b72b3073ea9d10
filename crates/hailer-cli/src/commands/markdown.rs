//! A reference in Markdown, for a wiki or a book.

use std::fmt::Write as _;

use hailer::{Argument, Catalog, Entry};

pub(super) fn draw(catalog: &Catalog) -> String {
    let visible = catalog.iter().filter(|it| !it.is_hidden());
    let sections: String = visible.map(section).collect();
    format!("# Commands\n{sections}").trim_end().to_owned()
}

fn section(command: &Entry) -> String {
    let mut out = format!(
        "\n## {}\n\n{}\n\n```text\n{}\n```\n",
        command.path(),
        command.summary(),
        command.usage()
    );
    if !command.arguments().is_empty() {
        out.push_str("\n| argument | what it is |\n|---|---|\n");
    }
    out.extend(command.arguments().iter().map(row));
    for example in command.examples() {
        let _ = write!(out, "\n- `{}`: {}", example.text, example.note);
    }
    let _ = writeln!(out, "\n\nEffect: {}", command.effect().as_str());
    out
}

fn row(argument: &Argument) -> String {
    let choices = if argument.choices.is_empty() {
        String::new()
    } else {
        format!(" ({})", argument.choices.join(", "))
    };
    let text = format!("{}{choices}", argument.help);
    format!(
        "| `{}` | {} |\n",
        argument.usage(),
        text.replace('|', "\\|")
    )
}
