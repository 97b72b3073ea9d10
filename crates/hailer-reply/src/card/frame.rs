//! The text form of a card with a border round it, for terminals.

use crate::card::canvas::width;
use crate::plain::Style;

/// How wide the inside of the border gets before lines wrap, in columns.
const WIDEST: usize = 96;

/// Draws a border round a text; its first line is the title.
pub(crate) fn frame(text: &str, style: Style) -> String {
    let mut lines = text.lines().flat_map(wrap);
    let title = lines.next().unwrap_or_default();
    let lines: Vec<_> = lines.collect();
    let inside = lines
        .iter()
        .map(|line| width(line))
        .chain([width(&title)])
        .max()
        .unwrap_or_default();
    let (bold, plain) = match style {
        Style::Plain | Style::Monochrome => ("", ""),
        Style::Ansi => ("\x1b[1m", "\x1b[22m"),
    };
    let rule = "─".repeat(inside - width(&title));
    let mut drawn = format!("┌ {bold}{title}{plain} {rule}┐");
    for line in &lines {
        let gap = " ".repeat(inside - width(line));
        drawn.push_str("\n│ ");
        drawn.push_str(line);
        drawn.push_str(&gap);
        drawn.push_str(" │");
    }
    drawn.push_str("\n└");
    drawn.push_str(&"─".repeat(inside + 2));
    drawn.push('┘');
    drawn
}

/// Breaks a line where it gets too wide, at spaces where there are some.
fn wrap(line: &str) -> Vec<String> {
    let line = line.replace('\t', "    ");
    if width(&line) <= WIDEST {
        return vec![line];
    }
    let mut lines = Vec::new();
    let mut current = String::new();
    let mut used = 0;
    for word in line.split_inclusive(' ') {
        if used > 0 && used + width(word.trim_end()) > WIDEST {
            lines.push(std::mem::take(&mut current));
            used = 0;
        }
        for character in word.chars() {
            let mut bytes = [0; 4];
            let wide = width(character.encode_utf8(&mut bytes));
            if used + wide > WIDEST && character != ' ' {
                lines.push(std::mem::take(&mut current));
                used = 0;
            }
            current.push(character);
            used += wide;
        }
    }
    lines.push(current);
    lines
        .into_iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}
