//! Markdown and HTML that texts of cards do not know.

/// Names the marks of a text that Teams shows as they stand.
pub(super) fn foreign_marks(text: &str) -> Vec<&'static str> {
    let mut marks = Vec::new();
    let mut add = |is_there: bool, mark| {
        if is_there && !marks.contains(&mark) {
            marks.push(mark);
        }
    };
    for line in text.lines() {
        let line = line.trim();
        add(is_heading(line), "headings");
        add(is_table_rule(line), "tables");
        add(is_rule(line), "rules");
        add(line.starts_with("> "), "quotes");
        add(
            line.starts_with("```") || line.starts_with("~~~") || has_pair(line, "`"),
            "code",
        );
        add(has_pair(line, "~~"), "strikethrough");
        add(has_image(line), "images");
    }
    marks
}

/// Returns the first HTML tag that somebody may have meant as one.
pub(super) fn first_tag(text: &str) -> Option<&'static str> {
    const TAGS: &[&str] = &[
        "a",
        "b",
        "blockquote",
        "br",
        "code",
        "del",
        "div",
        "em",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "td",
        "th",
        "tr",
        "u",
        "ul",
    ];
    /// The longest name above.
    const LONGEST: usize = 10;
    text.split('<').skip(1).find_map(|after| {
        let name = after.strip_prefix('/').unwrap_or(after);
        let end = name
            .bytes()
            .take(LONGEST + 1)
            .position(|byte| !byte.is_ascii_alphanumeric())?;
        let (name, rest) = name.split_at_checked(end)?;
        // `a < b` and `<b, c>` are no tags.
        let is_closed = rest.starts_with(['>', '/']) || rest.starts_with(' ') && rest.contains('>');
        let tag = TAGS
            .iter()
            .copied()
            .find(|tag| tag.eq_ignore_ascii_case(name))?;
        is_closed.then_some(tag)
    })
}

fn is_heading(line: &str) -> bool {
    let hashes = line
        .bytes()
        .take(7)
        .take_while(|&byte| byte == b'#')
        .count();
    (1..=6).contains(&hashes) && line.as_bytes().get(hashes) == Some(&b' ')
}

fn is_table_rule(line: &str) -> bool {
    line.contains('|') && line.contains("--") && line.bytes().all(|byte| b"|-: \t".contains(&byte))
}

fn is_rule(line: &str) -> bool {
    line.len() >= 3
        && ["-", "*", "_"]
            .iter()
            .any(|mark| line.replace(mark, "").is_empty())
}

/// Tells whether something stands between two marks; an escaped mark is none.
fn has_pair(line: &str, mark: &str) -> bool {
    let mut rest = line;
    let mut is_open = false;
    while let Some(at) = rest.find(mark) {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        let backslashes = before
            .bytes()
            .rev()
            .take_while(|&byte| byte == b'\\')
            .count();
        if backslashes.is_multiple_of(2) {
            if is_open && !before.trim().is_empty() {
                return true;
            }
            is_open = true;
        }
        rest = after.get(mark.len()..).unwrap_or_default();
    }
    false
}

fn has_image(line: &str) -> bool {
    line.split("![").skip(1).any(|after| after.contains("]("))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_that_cards_do_not_know_are_named() {
        for (text, mark) in [
            ("# Down", "headings"),
            ("a\n###### b", "headings"),
            ("a|b\n|---|:-:|", "tables"),
            ("a\n\n---\nb", "rules"),
            ("> said", "quotes"),
            ("```\nls\n```", "code"),
            ("run `ls` now", "code"),
            ("~~old~~ new", "strikethrough"),
            ("![a](https://b)", "images"),
        ] {
            assert_eq!(foreign_marks(text), [mark], "{text}");
        }
    }

    #[test]
    fn what_cards_draw_is_fine() {
        for text in [
            "**bold** _italic_ [link](https://a)",
            "- one\n- two",
            "1. one",
            "#42 is open",
            "C# and F#",
            "a | b",
            r"\# no heading",
            r"run \`ls\` now",
            "5 > 4",
            "it's 5 `o clock",
            "~~",
            "wow![",
            "--",
            "a `` b",
        ] {
            assert!(
                foreign_marks(text).is_empty(),
                "{text}: {:?}",
                foreign_marks(text)
            );
        }
    }

    #[test]
    fn tags_are_told_from_comparisons_and_mentions() {
        for (text, tag) in [
            ("a<br>b", Some("br")),
            ("<B>x</B>", Some("b")),
            ("<a href='x'>y</a>", Some("a")),
            ("<br/>", Some("br")),
            ("a < b", None),
            ("<at>Mira</at>", None),
            ("Vec<T>", None),
            ("<b", None),
            ("<é>", None),
            ("x</p>", Some("p")),
            ("i <a and b", None),
        ] {
            assert_eq!(first_tag(text), tag, "{text}");
        }
    }
}
