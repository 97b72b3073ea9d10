//! All services in all environments: first what needs a look, then a grid that a phone can show.

use hailer::{
    Card, Container, Invocation, RichTextBlock, Sign, Spacing, TextBlock, TextColor, TextRun,
    TextWeight,
};

use crate::deploy::card::{headed, with_ways_out};
use crate::deploy::line::Line;
use crate::deploy::status::Notes;
use crate::deploy::status::grid::{self, Row};

/// More remarks than this push the grid off the screen.
const REMARKS: usize = 6;

/// More rows than this nobody reads on a phone.
const ROWS: usize = 20;

/// The rows of the grid: each service with its lines.
type Rows<'l, 'd> = Vec<Row<'l, 'd>>;

/// Draws them.
pub(super) fn card(lines: &[Line<'_>], notes: &Notes<'_>, invocation: &Invocation) -> Card {
    let rows = rows(lines);
    let (sign, headline) = headline(&rows);
    let card = headed(sign, &headline);
    let card = notes.add_to(card);
    let card = with_remarks(card, lines);
    let names: Vec<&str> = notes
        .environments
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    let shown = rows.get(..ROWS).unwrap_or(&rows);
    let card = card.with(grid::draw(shown, &names));
    let hidden = rows.len().saturating_sub(ROWS);
    let card = match hidden {
        0 => card,
        1 => card.with(TextBlock::new("… 1 more service").subtle()),
        more => card.with(TextBlock::new(format!("… {more} more services")).subtle()),
    };
    let first = rows.first().map_or("api", |(service, _)| *service);
    with_ways_out(
        card,
        invocation,
        [("More", format!("deploy status {first}"))],
    )
}

/// Groups the lines by service; those with problems come first.
fn rows<'l, 'd>(lines: &'l [Line<'d>]) -> Rows<'l, 'd> {
    let mut rows: Rows<'l, 'd> = Vec::new();
    for line in lines {
        match rows.last_mut() {
            Some((service, own)) if *service == line.service => own.push(line),
            _ => rows.push((line.service, vec![line])),
        }
    }
    rows.sort_by_key(|(_, lines)| lines.iter().map(|it| urgency(it.sign)).min());
    rows
}

fn urgency(sign: Sign) -> u8 {
    match sign {
        Sign::Bad => 0,
        Sign::Warning => 1,
        Sign::Good | Sign::Neutral => 2,
    }
}

fn headline(rows: &Rows<'_, '_>) -> (Sign, String) {
    let with = |sign: Sign| {
        let has = |lines: &[&Line<'_>]| lines.iter().any(|it| it.sign == sign);
        rows.iter()
            .filter(|(_, lines)| has(lines))
            .map(|(name, _)| *name)
            .collect::<Vec<_>>()
    };
    let (bad, moving) = (with(Sign::Bad), with(Sign::Warning));
    match (bad.as_slice(), moving.as_slice(), rows.len()) {
        ([], [], 1) => (Sign::Good, "1 service, and it is well".to_owned()),
        ([], [], all) => (Sign::Good, format!("All {all} services are well")),
        ([], moving, _) => (
            Sign::Warning,
            format!("Something is going on: {}", named(moving)),
        ),
        (bad, _, _) => (Sign::Bad, format!("Needs a look: {}", named(bad))),
    }
}

/// Names the first three.
fn named(names: &[&str]) -> String {
    let shown: Vec<&str> = names.iter().copied().take(3).collect();
    match names.len().saturating_sub(3) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn with_remarks(card: Card, lines: &[Line<'_>]) -> Card {
    let mut problems: Vec<_> = lines.iter().filter(|it| it.is_problem()).collect();
    problems.sort_by_key(|it| urgency(it.sign));
    let more = problems.len().saturating_sub(REMARKS);
    let remarks = problems.into_iter().take(REMARKS).map(remark);
    let list = remarks.fold(Container::new(), Container::with);
    match more {
        0 => card.with(list),
        more => {
            card.with(list.with(TextBlock::new(format!("… {more} more of that kind")).subtle()))
        }
    }
}

/// Says on one line what it is about, and on the next what is wrong.
fn remark(line: &Line<'_>) -> Container {
    let what = format!("{} in {}  ", line.service, line.environment);
    let job = line
        .job
        .as_ref()
        .map_or_else(String::new, |it| format!(" · job {it}"));
    let head = RichTextBlock::new()
        .with(signed(line.sign))
        .with(TextRun::new(what).with_weight(TextWeight::Bolder))
        .with(TextRun::new(&line.version));
    let remark = TextBlock::new(format!("{}{job}", line.remark)).subtle();
    Container::new()
        .with(head)
        .with(remark.with_spacing(Spacing::None))
        .with_spacing(Spacing::Small)
}

/// Writes a sign in the one colour that can be read on every ground, where it is bad.
pub(super) fn signed(sign: Sign) -> TextRun {
    let run = TextRun::new(format!("{} ", sign.symbol()));
    match sign {
        Sign::Bad => run.with_color(TextColor::Attention),
        Sign::Good | Sign::Warning | Sign::Neutral => run,
    }
}
