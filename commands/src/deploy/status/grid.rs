//! Services by environments: side by side where a phone has room for it, else a line for each service.

use hailer::{
    Column, ColumnSet, ColumnWidth, Container, Element, RichTextBlock, Sign, Spacing, TextBlock,
    TextRun, TextWeight,
};

use crate::deploy::line::Line;
use crate::deploy::status::overview::signed;

/// A service with its lines.
pub(super) type Row<'l, 'd> = (&'d str, Vec<&'l Line<'d>>);

/// A phone has room for no more environments beside the names of services.
const BESIDE: usize = 3;

/// Longer versions are cut: a digest tells by its beginning.
const LONGEST: usize = 12;

/// A column is as wide as so many letters at least, and at most.
const WIDTHS: std::ops::RangeInclusive<usize> = 6..=15;

/// Draws them.
pub(super) fn draw(rows: &[Row<'_, '_>], environments: &[&str]) -> Container {
    if environments.len() > BESIDE {
        return stacked(rows, environments);
    }
    let widths = widths(rows, environments);
    let set = |cells: Vec<Element>| {
        let columns = cells.into_iter().zip(&widths);
        let columns = columns.map(|(cell, width)| Column::of_width(*width).with(cell));
        columns.fold(ColumnSet::new(), ColumnSet::with)
    };
    let titles = environments.iter().map(|it| bold(it));
    let header = std::iter::once(TextBlock::new("Service").subtle().into()).chain(titles);
    let mut grid = Container::new().with(set(header.collect()));
    for (at, (service, lines)) in rows.iter().enumerate() {
        let cells = environments.iter().map(|name| cell(find(lines, name)));
        let row = std::iter::once(bold(service)).chain(cells);
        let row = set(row.collect()).with_spacing(Spacing::Small);
        grid = grid.with(if at == 0 { row.with_separator() } else { row });
    }
    grid
}

fn widths(rows: &[Row<'_, '_>], environments: &[&str]) -> Vec<ColumnWidth> {
    let names = rows.iter().map(|(service, _)| service.chars().count());
    // They are bold.
    let first = names.max().unwrap_or_default() + 3;
    let others = environments.iter().map(|name| {
        let lines = rows.iter().filter_map(|(_, lines)| find(lines, name));
        let widest = lines.map(|it| shown(it).chars().count() + 2).max();
        widest.unwrap_or_default().max(name.chars().count())
    });
    let weight = |letters: usize| {
        let letters = letters.clamp(*WIDTHS.start(), *WIDTHS.end());
        ColumnWidth::Weight(u32::try_from(letters).unwrap_or_default())
    };
    std::iter::once(first).chain(others).map(weight).collect()
}

/// Draws a line for each service: `shop  dev 3.4.0 · staging 3.3.0 · prod 3.2.4`.
fn stacked(rows: &[Row<'_, '_>], environments: &[&str]) -> Container {
    let draw = |(service, lines): &Row<'_, '_>| {
        let lines = environments.iter().filter_map(|name| find(lines, name));
        let texts = lines.map(|line| match line.sign {
            Sign::Good => format!("{} {}", line.environment, shown(line)),
            sign => format!("{} {} {}", line.environment, sign.symbol(), shown(line)),
        });
        let texts: Vec<String> = texts.collect();
        let below = TextBlock::new(texts.join(" · ")).with_spacing(Spacing::None);
        Container::new()
            .with(bold(service))
            .with(below)
            .with_spacing(Spacing::Small)
    };
    rows.iter()
        .map(draw)
        .fold(Container::new(), Container::with)
}

fn find<'l, 'd>(lines: &[&'l Line<'d>], environment: &str) -> Option<&'l Line<'d>> {
    lines
        .iter()
        .copied()
        .find(|it| it.environment == environment)
}

fn bold(text: &str) -> Element {
    TextBlock::new(text).with_weight(TextWeight::Bolder).into()
}

fn shown(line: &Line<'_>) -> String {
    let version = line.short.as_ref().unwrap_or(&line.version);
    match version.chars().count() {
        0..=LONGEST => version.clone(),
        _ => version.chars().take(LONGEST - 1).chain(['…']).collect(),
    }
}

fn cell(line: Option<&Line<'_>>) -> Element {
    match line {
        None => TextBlock::new("–").subtle().into(),
        Some(line) if line.sign == Sign::Bad => {
            let sign = signed(line.sign);
            RichTextBlock::new()
                .with(sign)
                .with(TextRun::new(shown(line)))
                .into()
        }
        Some(line) => TextBlock::new(format!("{} {}", line.sign.symbol(), shown(line))).into(),
    }
}
