//! A runbook: Markdown whose steps are its numbered list, its list of boxes, or its second headings.

/// A runbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Book {
    /// What people type: the path of its file without the ending.
    pub(super) name: String,
    /// Its first heading, or its name.
    pub(super) title: String,
    /// What stands before the first step.
    pub(super) intro: Vec<Line>,
    pub(super) steps: Vec<Step>,
    /// All of it, to be searched.
    pub(super) text: String,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// Its first line.
    pub(super) title: String,
    /// The rest.
    pub(super) lines: Vec<Line>,
}

/// A line as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// Text with the markup that it has.
    Text(String),
    /// To be copied as it stands.
    Code(String),
}

/// How a file writes its steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marks {
    Numbers,
    Boxes,
    Headings,
}

impl Book {
    /// Reads a file.
    pub(super) fn read(name: &str, text: &str) -> Self {
        let marks = marks(text);
        let mut book = Self {
            name: name.to_owned(),
            title: name.to_owned(),
            intro: Vec::new(),
            steps: Vec::new(),
            text: text.to_owned(),
        };
        let mut fence = Fence::default();
        let mut has_title = false;
        for line in text.lines() {
            let is_code = fence.is_code(line);
            if fence.is_mark {
                continue;
            }
            if !is_code
                && !has_title
                && let Some(title) = line.strip_prefix("# ")
            {
                title.trim().clone_into(&mut book.title);
                has_title = true;
                continue;
            }
            match marks.and_then(|it| step(it, line)).filter(|_| !is_code) {
                Some(title) => book.steps.push(Step {
                    title: title.to_owned(),
                    lines: Vec::new(),
                }),
                None => book.push(line, is_code),
            }
        }
        book
    }

    fn push(&mut self, line: &str, is_code: bool) {
        let is_first = self.steps.is_empty();
        let lines = match self.steps.last_mut() {
            Some(step) => &mut step.lines,
            None => &mut self.intro,
        };
        if is_code {
            // As deep as the step that it belongs to.
            let depth = line.len() - line.trim_start().len();
            let text = line.get(depth.min(if is_first { 0 } else { 4 })..);
            lines.push(Line::Code(text.unwrap_or(line).to_owned()));
        } else if !line.trim().is_empty() {
            lines.push(Line::Text(
                line.trim().trim_start_matches('#').trim().to_owned(),
            ));
        }
    }
}

/// Finds out how a file writes its steps: the first of the three ways that it has.
fn marks(text: &str) -> Option<Marks> {
    let all = [Marks::Boxes, Marks::Numbers, Marks::Headings];
    all.into_iter().find(|marks| {
        let mut fence = Fence::default();
        let mut steps = 0;
        for line in text.lines() {
            let is_step = !fence.is_code(line) && step(*marks, line).is_some();
            steps += usize::from(is_step);
        }
        steps > 0
    })
}

/// Returns the text of a step, where a line begins one.
fn step(marks: Marks, line: &str) -> Option<&str> {
    let text = match marks {
        Marks::Numbers => {
            let digits = line.bytes().take_while(u8::is_ascii_digit).count();
            let rest = line.get(digits..).filter(|_| (1..=3).contains(&digits))?;
            rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") "))
        }
        Marks::Boxes => ["- [ ] ", "* [ ] ", "- [x] ", "- [X] "]
            .iter()
            .find_map(|mark| line.strip_prefix(mark)),
        Marks::Headings => line.strip_prefix("## "),
    };
    text.map(str::trim).filter(|it| !it.is_empty())
}

/// Whether a line stands in a block of code.
#[derive(Debug, Default)]
struct Fence {
    open: Option<String>,
    /// Whether the last line began or ended a block.
    is_mark: bool,
}

impl Fence {
    fn is_code(&mut self, line: &str) -> bool {
        let text = line.trim_start();
        let letter = text.chars().next().filter(|it| matches!(it, '`' | '~'));
        let length = letter.map_or(0, |it| text.chars().take_while(|next| *next == it).count());
        let mark = letter
            .filter(|_| length >= 3)
            .map(|it| it.to_string().repeat(length));
        self.is_mark = false;
        match (&self.open, mark) {
            (None, Some(mark)) => {
                self.open = Some(mark);
                self.is_mark = true;
            }
            (Some(open), Some(mark)) if mark.starts_with(open.as_str()) && text.trim() == mark => {
                self.open = None;
                self.is_mark = true;
            }
            (Some(_), _) => return true,
            (None, None) => {}
        }
        self.is_mark
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(text: &str) -> Vec<String> {
        let book = Book::read("x", text);
        book.steps.into_iter().map(|it| it.title).collect()
    }

    #[test]
    fn steps_are_numbers_boxes_or_headings() {
        assert_eq!(titles("# T\n1. a\n2) b\n10. c\n"), ["a", "b", "c"]);
        assert_eq!(titles("1. no step\n\n- [ ] a\n- [x] b\n"), ["a", "b"]);
        assert_eq!(titles("# T\n\n## a\ntext\n## b\n"), ["a", "b"]);
        assert!(titles("only text\n2026. is no step? it is: ok").is_empty());
    }

    #[test]
    fn code_is_no_step_and_stays_as_it_is() {
        let text = "# T\nwhy\n\n1. run it:\n\n   ```sh\n   echo 1\n1. not a step\n     deeper\n   ```\n\n   then **wait**\n2. b\n";

        let book = Book::read("x", text);

        assert_eq!(book.title, "T");
        assert_eq!(book.intro, [Line::Text("why".to_owned())]);
        assert_eq!(
            book.steps[0].lines,
            [
                Line::Code("echo 1".to_owned()),
                Line::Code("1. not a step".to_owned()),
                Line::Code(" deeper".to_owned()),
                Line::Text("then **wait**".to_owned()),
            ]
        );
        assert_eq!(book.steps[1].title, "b");
    }

    proptest::proptest! {
        #[test]
        fn no_file_breaks_it(text in "([ #`~0-9.\\-\\[\\]xä]{0,8}\n){0,12}") {
            let book = Book::read("x", &text);
            proptest::prop_assert!(book.steps.iter().all(|it| !it.title.is_empty()));
        }
    }
}
