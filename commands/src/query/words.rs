//! Values in words, bars and curves.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use hailer::{Bar, Reply, sparkline};

use crate::moment::span;
use crate::query::api::{Series, Span};
use crate::query::number::Unit;

/// More series are not compared at a glance.
const MOST: usize = 15;

/// So many bars are seen on a phone at once.
const MOST_BARS: usize = 10;

/// A longer expression is cut in the title.
const LONGEST_TITLE: usize = 80;

/// What was asked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// Its name, or the expression.
    pub(super) title: String,
    pub(super) unit: Unit,
}

/// Draws how things are now.
pub(super) fn instant(asked: &Asked, mut series: Vec<Series>) -> Reply {
    let title = title(&asked.title);
    let now = |it: &Series| it.values.first().copied().unwrap_or(f64::NAN);
    series.sort_by(|one, other| largest_first(now(one), now(other)));
    let names = Names::of(&series);
    match series.as_slice() {
        [] => nothing(&title),
        [only] => {
            let value = asked.unit.show(now(only));
            let labels = only.labels.iter().filter(|(name, _)| *name != "__name__");
            let labels = labels.map(|(name, value)| (name.clone(), value.clone()));
            let facts = std::iter::once(("Now".to_owned(), value)).chain(labels);
            Reply::facts(title, facts)
        }
        all if all.len() <= MOST_BARS && all.iter().all(|it| now(it) >= 0.0 && now(it) < 1e12) => {
            let bars = all
                .iter()
                .map(|it| bar(names.name(it), now(it), &asked.unit));
            Reply::bar_chart(title, bars)
        }
        all => {
            let rows = all.iter().take(MOST);
            let rows = rows.map(|it| [names.name(it), asked.unit.show(now(it))]);
            Reply::table(shown_of(&title, all.len()), ["What", "Now"], rows)
        }
    }
}

/// A bar with a number as people read it: the unit of the bar is that of the number.
fn bar(name: String, value: f64, unit: &Unit) -> Bar {
    match unit {
        Unit::Ratio => Bar::new(name, (value * 1e4).round() / 1e2).with_unit("%"),
        Unit::Plain => Bar::new(name, value),
        Unit::Bytes => {
            Bar::new(name, (value / 1_048_576.0 * 100.0).round() / 100.0).with_unit("MiB")
        }
        Unit::Seconds => Bar::new(name, (value * 1e5).round() / 1e2).with_unit("ms"),
        Unit::Named(unit) => Bar::new(name, value).with_unit(unit),
    }
}

/// Draws how things were during a time.
pub(super) fn range(asked: &Asked, mut series: Vec<Series>, last: Duration, grid: Span) -> Reply {
    let title = format!("{} · last {}", title(&asked.title), spent(last));
    series.sort_by(|one, other| largest_first(newest(one), newest(other)));
    let names = Names::of(&series);
    match series.as_slice() {
        [] => nothing(&title),
        [only] => {
            let known: Vec<f64> = numbers(only).collect();
            let low = known.iter().copied().fold(f64::NAN, f64::min);
            let high = known.iter().copied().fold(f64::NAN, f64::max);
            let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
            let show = |value| asked.unit.show(value);
            let facts = [
                ("Curve", sparkline(only.values.iter().copied())),
                ("Now", show(newest(only))),
                ("Lowest", show(low)),
                ("Highest", show(high)),
                ("Mean", show(mean)),
                ("Step", spent(grid.step)),
            ];
            Reply::facts(title, facts)
        }
        all => {
            let curves = all.iter().take(MOST).map(|it| {
                let curve = sparkline(halved(&it.values));
                let now = asked.unit.show(newest(it));
                (names.name(it), format!("{curve}  {now}"))
            });
            Reply::facts(shown_of(&title, all.len()), curves)
        }
    }
}

fn nothing(title: &str) -> Reply {
    Reply::text(format!(
        "No data for {title}. Either there is none, or a name in it is not right."
    ))
}

/// Says in a title that not all is shown.
fn shown_of(title: &str, all: usize) -> String {
    if all > MOST {
        format!("{title} · {MOST} of {all}")
    } else {
        title.to_owned()
    }
}

fn title(text: &str) -> String {
    if text.chars().count() <= LONGEST_TITLE {
        return text.to_owned();
    }
    let cut: String = text.chars().take(LONGEST_TITLE).collect();
    format!("{cut}…")
}

fn numbers(series: &Series) -> impl Iterator<Item = f64> {
    series.values.iter().copied().filter(|it| !it.is_nan())
}

fn newest(series: &Series) -> f64 {
    numbers(series).last().unwrap_or(f64::NAN)
}

/// Takes two values as one: beside names and numbers a phone has room for half as many.
fn halved(values: &[f64]) -> impl Iterator<Item = f64> {
    values.chunks(2).map(|pair| {
        let known = pair.iter().copied().filter(|it| !it.is_nan());
        let sum: f64 = known.clone().sum();
        match known.count() {
            0 => f64::NAN,
            count => sum / count as f64,
        }
    })
}

/// What is no number comes last.
fn largest_first(one: f64, other: f64) -> Ordering {
    let known = other.is_nan().cmp(&one.is_nan()).reverse();
    known.then(other.partial_cmp(&one).unwrap_or(Ordering::Equal))
}

fn spent(time: Duration) -> String {
    if time < Duration::from_secs(60) {
        return format!("{} s", time.as_secs());
    }
    span(TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX))
}

/// What tells series apart.
struct Names {
    /// Labels that all of them have in common.
    common: BTreeMap<String, String>,
}

impl Names {
    fn of(series: &[Series]) -> Self {
        let mut all = series.iter().map(|it| &it.labels);
        let mut common = all.next().cloned().unwrap_or_default();
        for labels in all {
            common.retain(|name, value| labels.get(name) == Some(value));
        }
        Self { common }
    }

    fn name(&self, series: &Series) -> String {
        let own = series.labels.iter();
        let own = own.filter(|(name, _)| !self.common.contains_key(*name));
        let words: Vec<&str> = own.map(|(_, value)| value.as_str()).collect();
        if words.is_empty() {
            return "all".to_owned();
        }
        words.join(" ")
    }
}
