//! What a value is compared with: `> 100`.

/// A number, and on which side of it a value is beyond.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    comparison: Comparison,
    number: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    More,
    MoreOrEqual,
    Less,
    LessOrEqual,
}

impl Limit {
    /// Reads `> 100`, `>= 100`, `< 3` or `<= 3`.
    ///
    /// ```
    /// use hailer_commands::status::Limit;
    ///
    /// assert!(Limit::read("> 100").unwrap().is_beyond(100.5));
    /// assert!(!Limit::read("> 100").unwrap().is_beyond(100.0));
    /// assert!(Limit::read("100").is_none());
    /// ```
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (comparison, number) = if let Some(rest) = text.strip_prefix(">=") {
            (Comparison::MoreOrEqual, rest)
        } else if let Some(rest) = text.strip_prefix("<=") {
            (Comparison::LessOrEqual, rest)
        } else if let Some(rest) = text.strip_prefix('>') {
            (Comparison::More, rest)
        } else {
            (Comparison::Less, text.strip_prefix('<')?)
        };
        let number: f64 = number.trim().parse().ok()?;
        number.is_finite().then_some(Self { comparison, number })
    }

    /// Says whether a value is on the wrong side.
    pub fn is_beyond(&self, value: f64) -> bool {
        match self.comparison {
            Comparison::More => value > self.number,
            Comparison::MoreOrEqual => value >= self.number,
            Comparison::Less => value < self.number,
            Comparison::LessOrEqual => value <= self.number,
        }
    }

    /// Returns the sign that was read.
    pub(super) fn sign(&self) -> &'static str {
        match self.comparison {
            Comparison::More => ">",
            Comparison::MoreOrEqual => "≥",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "≤",
        }
    }

    /// Returns what it is compared with.
    pub(super) fn number(&self) -> f64 {
        self.number
    }
}
