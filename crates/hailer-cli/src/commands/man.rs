//! A manual page in roff, by hand: the generators there are describe command lines.

use std::fmt::Write as _;

use hailer::{Argument, Catalog, Entry};

/// Everything but programs, functions and files: what a bot understands is a convention.
const SECTION: u8 = 7;

pub(super) fn draw(catalog: &Catalog, mention: &str) -> String {
    let visible: Vec<&Entry> = catalog.iter().filter(|it| !it.is_hidden()).collect();
    let name = text(mention);
    let mut page = format!(
        ".TH \"{}\" \"{SECTION}\" \"\" \"hailer {}\" \"Commands\"\n\
         .SH NAME\n{} \\- commands of the bot @{name} in Microsoft Teams\n\
         .SH DESCRIPTION\nType \\fB@{name}\\fR and a command in a channel.\n\
         What stands in <> must be given, what stands in [] may be.\n",
        text(&mention.to_uppercase()),
        text(env!("CARGO_PKG_VERSION")),
        line(mention),
    );
    let mut groups: Vec<&str> = Vec::new();
    for command in &visible {
        if !groups.contains(&command.group()) {
            groups.push(command.group());
        }
    }
    for group in groups {
        let title = if group.is_empty() { "Commands" } else { group };
        let _ = writeln!(page, ".SH \"{}\"", text(&title.to_uppercase()));
        let members = visible.iter().filter(|it| it.group() == group);
        page.extend(members.map(|it| section(it)));
    }
    page.trim_end().to_owned()
}

fn section(command: &Entry) -> String {
    let mut out = format!(
        ".SS \"{}\"\n{}\n",
        text(command.usage()),
        line(command.summary())
    );
    for argument in command.arguments() {
        let _ = write!(
            out,
            ".TP\n\\fB{}\\fR\n{}\n",
            text(&argument.usage()),
            line(&explained(argument))
        );
    }
    for example in command.examples() {
        let _ = write!(
            out,
            ".PP\nExample: \\fB{}\\fR\n.br\n{}\n",
            text(&example.text),
            line(&example.note)
        );
    }
    if !command.aliases().is_empty() {
        let _ = write!(out, ".PP\nAlso: {}\n", text(&command.aliases().join(", ")));
    }
    let _ = write!(out, ".PP\nEffect: {}\n", command.effect().as_str());
    out
}

fn explained(argument: &Argument) -> String {
    let mut out = argument.help.clone();
    if !argument.choices.is_empty() {
        let _ = write!(out, " ({})", argument.choices.join(", "));
    }
    if let Some(default) = &argument.default {
        let _ = write!(out, "; {default} when left out");
    }
    out
}

/// Writes text that begins a line of its own, where a dot or a quote would begin a request.
fn line(content: &str) -> String {
    format!("\\&{}", text(content))
}

/// Writes text so that roff shows it as it is, within an argument in quotes too.
fn text(content: &str) -> String {
    let mut out = String::with_capacity(content.len());
    for character in content.chars() {
        match character {
            '\\' => out.push_str("\\e"),
            // Else a dash, which cannot be typed.
            '-' => out.push_str("\\-"),
            '\'' => out.push_str("\\[aq]"),
            '"' => out.push_str("\\[dq]"),
            '^' => out.push_str("\\[ha]"),
            '~' => out.push_str("\\[ti]"),
            '`' => out.push_str("\\[ga]"),
            it if it.is_whitespace() => out.push(' '),
            it if it.is_ascii() => out.push(it),
            it => {
                let _ = write!(out, "\\[u{:04X}]", u32::from(it));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::samples::registry;

    #[test]
    fn text_is_shown_as_it_is() {
        assert_eq!(
            line(".SH it's\n\"a\\b\" --x"),
            "\\&.SH it\\[aq]s \\[dq]a\\eb\\[dq] \\-\\-x"
        );
        assert_eq!(text("^~` é …"), "\\[ha]\\[ti]\\[ga] \\[u00E9] \\[u2026]");
    }

    #[test]
    fn a_page_has_every_command_that_lists_show() {
        let page = draw(registry().catalog(), "Ops bot");

        assert!(
            page.starts_with(".TH \"OPS BOT\" \"7\" \"\" \"hailer "),
            "{page}"
        );
        assert!(
            page.contains("\n.SH NAME\n\\&Ops bot \\- commands of"),
            "{page}"
        );
        let run = "\n.SH \"DEPLOYS\"\n\
            .SS \"deploy run <service> [\\-\\-count count] [\\-\\-share share] [\\-\\-weight weight] [\\-\\-force] [\\-\\-loud] [\\-\\-tell tell]\"\n\
            \\&ship it: to C:\\eprod \\[u2013] now\n\
            .TP\n\\fB<service>\\fR\n\\&Which service; it\\[aq]s a \\[dq]name\\[dq] | key (api, web)\n\
            .TP\n\\fB[\\-\\-count count]\\fR\n\\&How many; 2 when left out\n";
        assert!(page.contains(run), "{page}");
        assert!(page.contains("\n.PP\nExample: \\fBdeploy run api \\-\\-count 3\\fR\n.br\n\\&.. three of them\n.PP\nAlso: dr\n.PP\nEffect: write\n"), "{page}");
        assert!(page.is_ascii() && !page.contains("secret"), "{page}");
    }
}
