//! The beginning and the end of an output of any length.

/// What is kept of an output: its beginning, its end, and how much is missing between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captured {
    head: Vec<u8>,
    /// The end, and sometimes as much again before it: it is cut rarely, not at each push.
    tail: Vec<u8>,
    limit: usize,
    total: u64,
}

impl Captured {
    /// Keeps this many bytes of the beginning, and as many of the end.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let room = self.limit.saturating_sub(self.head.len()).min(bytes.len());
        let (first, rest) = bytes.split_at(room);
        self.head.extend_from_slice(first);
        let (_, kept) = rest.split_at(rest.len().saturating_sub(self.limit));
        if self.tail.len() + kept.len() > 2 * self.limit {
            let cut = (self.tail.len() + kept.len()).saturating_sub(self.limit);
            self.tail.drain(..cut.min(self.tail.len()));
        }
        self.tail.extend_from_slice(kept);
    }

    /// Returns how many bytes are missing between the beginning and the end.
    pub fn dropped(&self) -> u64 {
        self.total - (self.head.len() + self.end().len()) as u64
    }

    fn end(&self) -> &[u8] {
        let from = self.tail.len().saturating_sub(self.limit);
        self.tail.get(from..).unwrap_or_default()
    }

    /// Tells whether nothing was printed.
    pub fn is_empty(&self) -> bool {
        self.head.is_empty()
    }

    /// Returns the whole output when nothing of it is missing.
    pub fn to_whole(&self) -> Option<Vec<u8>> {
        (self.dropped() == 0).then(|| [self.head.as_slice(), self.end()].concat())
    }

    /// Returns what was kept as text. What is no UTF-8 becomes `�`, and where bytes are missing a line says how many.
    pub fn to_text(&self) -> String {
        if let Some(whole) = self.to_whole() {
            return String::from_utf8_lossy(&whole).into_owned();
        }
        let (head, cut_before) = without_half_at_end(&self.head);
        let (tail, cut_after) = without_half_at_start(self.end());
        let missing = self.dropped() + (cut_before + cut_after) as u64;
        format!(
            "{}\n… {missing} bytes left out …\n{}",
            String::from_utf8_lossy(head),
            String::from_utf8_lossy(tail)
        )
    }
}

/// Cuts off a character that the cut left without its end, and tells how many bytes that were.
fn without_half_at_end(bytes: &[u8]) -> (&[u8], usize) {
    let is_start = |it: &u8| !is_continuation(*it);
    let Some(from_end) = bytes.iter().rev().take(4).position(is_start) else {
        return (bytes, 0);
    };
    let (before, last) = bytes.split_at(bytes.len() - from_end - 1);
    let is_half = std::str::from_utf8(last).is_err_and(|error| error.error_len().is_none());
    if is_half {
        (before, last.len())
    } else {
        (bytes, 0)
    }
}

fn without_half_at_start(bytes: &[u8]) -> (&[u8], usize) {
    let half = bytes
        .iter()
        .take(3)
        .take_while(|it| is_continuation(**it))
        .count();
    (bytes.get(half..).unwrap_or_default(), half)
}

fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn beginning_and_end_are_kept() {
        let mut captured = Captured::new(4);
        for piece in ["ab", "cdef", "ghijkl", "", "m"] {
            captured.push(piece.as_bytes());
        }

        assert_eq!(captured.to_text(), "abcd\n… 5 bytes left out …\njklm");
        assert_eq!(captured.dropped(), 5);
        assert_eq!(captured.to_whole(), None);
    }

    #[test]
    fn a_cut_never_leaves_half_a_character() {
        let mut captured = Captured::new(4);
        captured.push("abcä....ößx".as_bytes());

        assert_eq!(captured.to_text(), "abc\n… 8 bytes left out …\nßx");
    }

    #[test]
    fn what_is_no_text_is_shown_as_far_as_it_can() {
        let mut captured = Captured::new(100);
        captured.push(b"a\xff\xfeb\0");

        assert_eq!(captured.to_text(), "a\u{fffd}\u{fffd}b\0");
    }

    proptest! {
        #[test]
        fn every_byte_is_kept_or_counted(pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..20), limit in 0_usize..50) {
            let mut captured = Captured::new(limit);
            for piece in &pieces {
                captured.push(piece);
            }
            let all = pieces.concat();

            let (head, end) = (captured.head.clone(), captured.end().to_vec());
            prop_assert_eq!((head.len() + end.len()) as u64 + captured.dropped(), all.len() as u64);
            prop_assert_eq!(head.len(), limit.min(all.len()));
            prop_assert_eq!(end.len(), limit.min(all.len() - head.len()));
            prop_assert!(all.starts_with(&head) && all.ends_with(&end));
            prop_assert!(captured.tail.len() <= 2 * limit);
            let _ = captured.to_text();
        }
    }
}
