//! What a job says while it runs: lines with their time, of which the first and the last are kept.

use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, SecondsFormat, Utc};
use hailer_store::Output;

/// How much of the beginning is kept, and how much of the end.
const KEPT: usize = 64 * 1024;

/// More of a line than this nobody reads.
const LONGEST_LINE: usize = 4 * 1024;

/// How often a log that grows is stored.
const STORED_EVERY: Duration = Duration::from_secs(2);

/// The log of one attempt of a job.
#[derive(Debug, Default)]
pub(crate) struct Log {
    head: String,
    /// The end, and sometimes as much again before it: it is cut rarely, not at each line.
    tail: String,
    dropped_bytes: u64,
    /// The step that was noted last.
    step: String,
    is_new: bool,
    stored: Option<Instant>,
}

impl Log {
    /// Adds what is said, a line for each of its lines.
    pub(crate) fn add(&mut self, text: &str, now: SystemTime) {
        let time = DateTime::<Utc>::from(now).to_rfc3339_opts(SecondsFormat::Secs, true);
        for line in text.lines() {
            let end = line.floor_char_boundary(LONGEST_LINE);
            let (kept, cut) = line.split_at(end);
            let more = if cut.is_empty() { "" } else { " …" };
            let kept = kept.replace(|it: char| it.is_control() && it != '\t', " ");
            self.push(&format!("{time} {kept}{more}\n"));
        }
    }

    /// Adds a step, unless it is the one before with other numbers.
    pub(crate) fn add_step(&mut self, done: u64, total: u64, text: &str, now: SystemTime) {
        let is_last = total > 0 && done == total;
        if text == self.step && !is_last {
            return;
        }
        text.clone_into(&mut self.step);
        match (total, text.is_empty()) {
            (0, true) => {}
            (0, false) => self.add(text, now),
            (_, true) => self.add(&format!("{done} of {total}"), now),
            (_, false) => self.add(&format!("{done} of {total} · {text}"), now),
        }
    }

    fn push(&mut self, line: &str) {
        self.is_new = true;
        if self.tail.is_empty() && self.head.len() + line.len() <= KEPT {
            self.head.push_str(line);
            return;
        }
        self.tail.push_str(line);
        if self.tail.len() > 2 * KEPT {
            self.cut();
        }
    }

    /// Cuts the end to what is kept of it, between two lines.
    fn cut(&mut self) {
        let surplus = self.tail.len().saturating_sub(KEPT);
        let from = self.tail.ceil_char_boundary(surplus);
        let line = self.tail.get(from..).and_then(|rest| rest.find('\n'));
        let from = line
            .filter(|_| surplus > 0)
            .map_or(from, |at| from + at + 1);
        self.tail.drain(..from);
        self.dropped_bytes += from as u64;
    }

    /// Returns what is kept; `None` when nothing was said.
    pub(crate) fn output(&mut self) -> Option<Output> {
        if self.head.is_empty() && self.tail.is_empty() {
            return None;
        }
        self.cut();
        Some(Output {
            head: self.head.clone(),
            tail: self.tail.clone(),
            dropped_bytes: self.dropped_bytes,
            log_path: None,
        })
    }

    /// Returns what is kept when it has grown since it was last taken, and that is some time ago.
    pub(crate) fn take_new(&mut self, now: Instant) -> Option<Output> {
        let is_early = |at: Instant| now.saturating_duration_since(at) < STORED_EVERY;
        if !self.is_new || self.stored.is_some_and(is_early) {
            return None;
        }
        self.is_new = false;
        self.stored = Some(now);
        self.output()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn noon() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(12 * 3_600)
    }

    #[test]
    fn each_line_has_its_time() {
        let mut log = Log::default();

        log.add("one\ntwo\u{7}", noon());

        let expected = "1970-01-01T12:00:00Z one\n1970-01-01T12:00:00Z two \n";
        assert_eq!(log.output().unwrap().head, expected);
    }

    #[test]
    fn a_step_is_noted_once_and_when_it_is_done() {
        let mut log = Log::default();

        for (done, text) in [(1, "copying"), (2, "copying"), (3, "copying"), (3, "ready")] {
            log.add_step(done, 3, text, noon());
        }
        log.add_step(0, 0, "", noon());

        let head = log.output().unwrap().head;
        let said: Vec<&str> = head
            .lines()
            .filter_map(|it| it.split_once(' '))
            .map(|it| it.1)
            .collect();
        assert_eq!(
            said,
            ["1 of 3 · copying", "3 of 3 · copying", "3 of 3 · ready"]
        );
    }

    #[test]
    fn who_says_nothing_has_no_log() {
        assert_eq!(Log::default().output(), None);
    }

    #[test]
    fn a_log_that_grows_is_stored_now_and_then() {
        let mut log = Log::default();
        let now = Instant::now();

        assert!(log.take_new(now).is_none());
        log.add("one", noon());
        assert!(log.take_new(now).is_some());
        log.add("two", noon());
        assert!(log.take_new(now + STORED_EVERY / 2).is_none());
        let stored = log.take_new(now + STORED_EVERY).unwrap();
        assert!(stored.head.contains("two"), "{stored:?}");
        assert!(log.take_new(now + STORED_EVERY * 2).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn every_byte_is_kept_or_counted(lines in proptest::collection::vec(("[aä\u{1F600}]", 0..1_500_usize), 0..150)) {
            let lines: Vec<String> = lines.iter().map(|(letter, times)| letter.repeat(*times)).collect();
            let mut log = Log::default();
            let mut whole = String::new();
            for line in &lines {
                log.add(line, noon());
                for _ in line.lines() {
                    let end = line.floor_char_boundary(LONGEST_LINE);
                    let more = if end < line.len() { " …" } else { "" };
                    whole.push_str(&format!("1970-01-01T12:00:00Z {}{more}\n", &line[..end]));
                }
            }

            let kept = log.output().unwrap_or_default();

            prop_assert!(kept.head.len() <= KEPT && kept.tail.len() <= KEPT);
            prop_assert!(whole.starts_with(&kept.head) && whole.ends_with(&kept.tail));
            prop_assert_eq!((kept.head.len() + kept.tail.len()) as u64 + kept.dropped_bytes, whole.len() as u64);
            prop_assert!(kept.tail.is_empty() || kept.tail.starts_with("1970"));
        }
    }
}
