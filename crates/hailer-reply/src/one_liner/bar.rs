//! Bars made of text, which every client draws and every terminal shows.

use crate::card::Card;
use crate::card::canvas::width;
use crate::card::column_set::{Column, ColumnSet, ColumnWidth};
use crate::card::container::Container;
use crate::card::lead::shorten;
use crate::card::look::Spacing;
use crate::card::text_block::TextBlock;
use crate::one_liner::number::number;
use crate::one_liner::words::{BLANK, Words, one_line};
use crate::one_liner::{nothing, titled};

/// How long the bar of a chart is, in letters: a label and a number fit beside it on a phone.
const BAR: usize = 10;

/// A bar is drawn to the half letter.
const HALVES: u32 = 20;

/// The share of the room that a bar gets beside the letters of label and number: on a phone it is just not wrapped.
const BAR_WIDTH: ColumnWidth = ColumnWidth::Weight(13);

/// Labels and numbers get room for at least so many letters, beside the bar.
const FEWEST_LETTERS: usize = 4;

/// Labels get room for no more letters; what is longer is wrapped.
const MOST_LETTERS: usize = 12;

/// Numbers with their units get room for no more letters, which are a little wider than those of labels.
const MOST_DIGITS: usize = 10;

/// How long the bar of a progress is, in letters: a percentage fits beside it on a phone.
const PROGRESS: u128 = 20;

/// How many bars are read aloud: nobody listens to more.
const SPOKEN_BARS: usize = 20;

/// All of it, in percent.
const WHOLE: f64 = 100.0;

/// The longest unit, in bytes.
const UNIT: usize = 12;

/// One bar of a chart: a label, a value, and a unit if there is one.
///
/// ```
/// use hailer_reply::{Bar, Reply};
///
/// let reply = Reply::bar_chart("Latency", [Bar::new("api", 42).with_unit("ms"), Bar::new("web", 84)]);
///
/// assert_eq!(reply.to_plain(), "Latency\napi  █████░░░░░  42 ms\nweb  ██████████     84");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    label: String,
    value: f64,
    unit: String,
}

impl Bar {
    /// Takes a literal label and the value that the bar stands for.
    pub fn new(label: impl Into<String>, value: impl Into<f64>) -> Self {
        Self {
            label: one_line(label),
            value: value.into(),
            unit: String::new(),
        }
    }

    /// Sets what stands behind the value, as literal text; what is longer than 12 bytes is cut.
    #[must_use]
    pub fn with_unit(mut self, unit: impl Into<String>) -> Self {
        let unit = one_line(unit);
        self.unit = if unit == BLANK {
            String::new()
        } else {
            shorten(&unit, UNIT)
        };
        self
    }

    /// Returns the label and the value as cells.
    pub(crate) fn row(&self) -> Vec<Words> {
        vec![Words::new(&self.label), Words::new(self.measure())]
    }

    fn measure(&self) -> String {
        let value = number(self.value);
        match self.unit.as_str() {
            "" => value,
            unit => format!("{value} {unit}"),
        }
    }
}

impl<L: Into<String>, V: Into<f64>> From<(L, V)> for Bar {
    fn from((label, value): (L, V)) -> Self {
        Self::new(label, value)
    }
}

impl<L: Into<String>, V: Into<f64>, U: Into<String>> From<(L, V, U)> for Bar {
    fn from((label, value, unit): (L, V, U)) -> Self {
        Self::new(label, value).with_unit(unit)
    }
}

/// Draws bars below each other.
pub(crate) fn chart(title: String, bars: Vec<Bar>) -> Card {
    let title_line = one_line(title.as_str());
    let card = titled(title);
    if bars.is_empty() {
        return card.with(nothing());
    }
    let largest = largest(&bars);
    let spoken = spoken(&title_line, &bars);
    let measures: Vec<_> = bars.iter().map(Bar::measure).collect();
    let widest = measures.iter().map(|text| width(text)).max().unwrap_or(0);
    let labels = bars.iter().map(|bar| width(&bar.label));
    let label_width = letters(labels.max().unwrap_or(0), MOST_LETTERS);
    let measure_width = letters(widest + 1, MOST_DIGITS + 1);
    // Gaps before longer ones would be wrapped.
    let widest = if widest > MOST_DIGITS { 0 } else { widest };
    let rows = bars.into_iter().zip(measures);
    let chart = rows
        .map(|(bar, measure)| {
            let gap = " ".repeat(widest.saturating_sub(width(&measure)));
            let drawn = drawn(share(bar.value, largest), bar.value < 0.0);
            ColumnSet::new()
                .with(Column::of_width(label_width).with(bar.label))
                .with(monospace(BAR_WIDTH, drawn))
                .with(monospace(measure_width, gap + &measure))
                .with_spacing(Spacing::Small)
        })
        .fold(Container::new(), Container::with);
    card.with(chart).with_speak(spoken)
}

/// Says what the bars show, of which a screen reader knows no more than that they are blocks.
fn spoken(title: &str, bars: &[Bar]) -> String {
    let said = bars.iter().take(SPOKEN_BARS);
    let said: Vec<_> = said
        .map(|bar| format!("{} {}", bar.label, bar.measure()))
        .collect();
    format!("{title}: {}", said.join(", "))
}

fn monospace(width: ColumnWidth, text: String) -> Column {
    Column::of_width(width).with(TextBlock::new(text).monospace())
}

/// A share of the room for so many letters, within bounds that leave a phone room for the bar.
fn letters(count: usize, most: usize) -> ColumnWidth {
    let count = count.clamp(FEWEST_LETTERS, most);
    ColumnWidth::Weight(u32::try_from(count).unwrap_or_default())
}

/// Draws how much is done. Without a total there is nothing to draw a bar of.
pub(crate) fn progress(title: String, done: u64, total: u64, note: String) -> Card {
    let note = one_line(note);
    let note = if note == BLANK {
        String::new()
    } else {
        format!(" · {note}")
    };
    let card = titled(title.as_str());
    if total == 0 {
        return card.with(format!("{done} done{note}"));
    }
    let percent = (u128::from(done) * 100 / u128::from(total)).min(100);
    let cells = u128::from(done) * PROGRESS / u128::from(total);
    let length = usize::try_from(PROGRESS).unwrap_or_default();
    let filled = usize::try_from(cells).map_or(length, |cells| cells.min(length));
    let bar = format!(
        "{}{} {percent} %",
        "█".repeat(filled),
        "░".repeat(length - filled)
    );
    let told = format!("{done} of {total}{note}");
    let spoken = format!("{}: {told}", one_line(title));
    card.with(TextBlock::new(bar).monospace())
        .with(TextBlock::new(told).with_spacing(Spacing::Small))
        .with_speak(spoken)
}

/// Returns the value that fills a bar: the largest, and for percentages all of it.
fn largest(bars: &[Bar]) -> f64 {
    let sizes = bars.iter().map(|bar| bar.value.abs());
    let largest = sizes.filter(|size| size.is_finite()).fold(0.0, f64::max);
    if largest <= WHOLE && bars.iter().all(|bar| bar.unit == "%") {
        WHOLE
    } else {
        largest
    }
}

/// Returns how much of the largest value a value is.
fn share(value: f64, largest: f64) -> f64 {
    if value.is_nan() {
        0.0
    } else if value.is_infinite() {
        1.0
    } else if largest > 0.0 {
        value.abs() / largest
    } else {
        0.0
    }
}

/// Draws a bar. Whatever is more than nothing is seen; what is negative has another pattern.
fn drawn(share: f64, is_negative: bool) -> String {
    let halves = (1..=HALVES)
        .take_while(|&half| share * f64::from(HALVES) >= f64::from(half) - 0.5)
        .count();
    let (whole, half) = match (is_negative, halves) {
        (_, 0) if share <= 0.0 => (0, ""),
        (true, halves) => (halves.div_ceil(2).max(1), ""),
        (false, 0) => (0, "▏"),
        (false, halves) => (halves / 2, if halves % 2 == 1 { "▌" } else { "" }),
    };
    let cell = if is_negative { "▒" } else { "█" };
    let track = BAR - whole - half.chars().count();
    [&cell.repeat(whole), half, &"░".repeat(track)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_share() {
        for (share, bar) in [
            (0.0, "░░░░░░░░░░"),
            (1e-300, "▏░░░░░░░░░"),
            (0.04, "▌░░░░░░░░░"),
            (0.1, "█░░░░░░░░░"),
            (0.46, "████▌░░░░░"),
            (1.0, "██████████"),
        ] {
            assert_eq!(drawn(share, false), bar, "{share}");
        }
        assert_eq!(drawn(0.01, true), "▒░░░░░░░░░");
        assert_eq!(drawn(0.46, true), "▒▒▒▒▒░░░░░");
    }
}
