//! Lines that mean something to whoever runs a program, such as `::progress 3/10`.

use std::fmt;

/// No longer line is looked at.
const LONGEST: usize = 4096;

/// Which of its two streams a program wrote to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Error,
}

/// What becomes of a line that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineVerdict {
    /// It stays in the output.
    Keep,
    /// It does not.
    Take,
}

/// What looks at a line; it is called between two reads, so it must not block.
pub(crate) type Look = Box<dyn FnMut(&str) -> LineVerdict + Send>;

/// Takes lines with a prefix out of what passes by. Other lines are never held up.
pub(crate) struct LineFilter {
    prefix: Vec<u8>,
    look: Look,
    line: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The line may begin with the prefix, or does.
    Candidate,
    /// It does not.
    Other,
}

impl LineFilter {
    pub(crate) fn new(prefix: &str, look: Look) -> Self {
        Self {
            prefix: prefix.as_bytes().to_vec(),
            look,
            line: Vec::new(),
            state: State::Candidate,
        }
    }

    /// Passes on what stays of some bytes.
    pub(crate) fn feed(&mut self, mut bytes: &[u8], mut pass: impl FnMut(&[u8])) {
        while !bytes.is_empty() {
            let end = memchr::memchr(b'\n', bytes);
            let (piece, rest) = bytes.split_at(end.map_or(bytes.len(), |at| at + 1));
            bytes = rest;
            match self.state {
                State::Other => pass(piece),
                State::Candidate => self.feed_candidate(piece, &mut pass),
            }
            if end.is_some() {
                self.end_line(&mut pass);
            }
        }
    }

    /// Passes on what is left of a last line without its end.
    pub(crate) fn finish(&mut self, mut pass: impl FnMut(&[u8])) {
        self.end_line(&mut pass);
    }

    fn feed_candidate(&mut self, piece: &[u8], pass: &mut impl FnMut(&[u8])) {
        self.line.extend_from_slice(piece);
        let compared = self.prefix.len().min(self.line.len());
        let is_like = self.line.get(..compared) == self.prefix.get(..compared);
        if !is_like || self.line.len() > LONGEST {
            pass(&self.line);
            self.line.clear();
            self.state = State::Other;
        }
    }

    fn end_line(&mut self, pass: &mut impl FnMut(&[u8])) {
        self.state = State::Candidate;
        if self.line.is_empty() {
            return;
        }
        let line = std::mem::take(&mut self.line);
        let is_whole = line.starts_with(&self.prefix);
        let text = String::from_utf8_lossy(&line);
        let verdict = if is_whole {
            (self.look)(text.trim_end_matches(['\r', '\n']))
        } else {
            LineVerdict::Keep
        };
        if verdict == LineVerdict::Keep {
            pass(&line);
        }
    }
}

impl fmt::Debug for LineFilter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LineFilter")
            .field("prefix", &String::from_utf8_lossy(&self.prefix))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Feeds a text in pieces of one size; returns what passed and what was looked at.
    fn filter(text: &str, size: usize) -> (String, Vec<String>) {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&seen);
        let mut filter = LineFilter::new(
            "::",
            Box::new(move |line| {
                sink.lock().unwrap().push(line.to_owned());
                if line.starts_with("::progress") {
                    LineVerdict::Take
                } else {
                    LineVerdict::Keep
                }
            }),
        );
        let mut passed = Vec::new();
        for piece in text.as_bytes().chunks(size) {
            filter.feed(piece, |it| passed.extend_from_slice(it));
        }
        filter.finish(|it| passed.extend_from_slice(it));
        let lines = seen.lock().unwrap().clone();
        (String::from_utf8(passed).unwrap(), lines)
    }

    #[test]
    fn lines_with_the_prefix_are_looked_at_however_they_arrive() {
        let text = "a\n::progress 1/2 x\r\n b ::progress\n:x\n::other\n:\n\n::progress 2/2";
        for size in [1, 2, 3, 7, 100] {
            let (passed, seen) = filter(text, size);

            assert_eq!(passed, "a\n b ::progress\n:x\n::other\n:\n\n", "{size}");
            assert_eq!(seen, ["::progress 1/2 x", "::other", "::progress 2/2"]);
        }
    }

    #[test]
    fn a_line_without_end_is_not_collected() {
        let text = format!("::progress {}\nx\n", "y".repeat(100_000));

        let (passed, seen) = filter(&text, 8192);

        assert_eq!(passed, text);
        assert!(seen.is_empty());
    }
}
