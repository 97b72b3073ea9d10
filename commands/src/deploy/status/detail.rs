//! One service, or one environment: a paragraph for each line, with all that is known.

use hailer::{
    Card, Container, Invocation, RichTextBlock, Sign, Spacing, TextBlock, TextRun, TextWeight,
};

use crate::deploy::card::{headed, with_ways_out};
use crate::deploy::line::Line;
use crate::deploy::status::Notes;
use crate::deploy::status::overview::signed;

/// More than so many paragraphs nobody reads.
const SHOWN: usize = 25;

/// Draws it.
pub(super) fn card(lines: &[Line<'_>], notes: &Notes<'_>, invocation: &Invocation) -> Card {
    let mut sorted: Vec<_> = lines.iter().collect();
    let is_one_service = lines
        .iter()
        .all(|it| Some(it.service) == lines.first().map(|it| it.service));
    if !is_one_service {
        sorted.sort_by_key(|it| !it.is_problem());
    }
    let card = headed(worst(lines), &headline(lines, is_one_service));
    let card = notes.add_to(card);
    let paragraphs = sorted
        .iter()
        .take(SHOWN)
        .map(|it| paragraph(it, is_one_service));
    let card = card.with(paragraphs.fold(Container::new(), Container::with));
    let card = match sorted.len().saturating_sub(SHOWN) {
        0 => card,
        more => card.with(TextBlock::new(format!("… {more} more")).subtle()),
    };
    let service = sorted.first().map_or("api", |it| it.service);
    let environment = sorted.first().map_or("prod", |it| it.environment);
    let more = if is_one_service {
        format!("deploy history {service}")
    } else {
        format!("deploy history --env {environment}")
    };
    with_ways_out(card, invocation, [("What was deployed", more)])
}

fn worst(lines: &[Line<'_>]) -> Sign {
    let has = |sign| lines.iter().any(|it| it.sign == sign);
    [Sign::Bad, Sign::Warning, Sign::Good]
        .into_iter()
        .find(|it| has(*it))
        .unwrap_or(Sign::Neutral)
}

fn headline(lines: &[Line<'_>], is_one_service: bool) -> String {
    let first = lines.first();
    match (is_one_service, lines.len()) {
        (true, 1) => first.map_or_else(String::new, |it| {
            format!("{} in {}", it.service, it.environment)
        }),
        (true, _) => first.map_or_else(String::new, |it| it.service.to_owned()),
        (false, count) => first.map_or_else(String::new, |it| {
            format!("{}: {count} services", it.environment)
        }),
    }
}

/// Draws a version with its place, and below it what is known.
fn paragraph(line: &Line<'_>, is_one_service: bool) -> Container {
    let place = if is_one_service {
        line.environment
    } else {
        line.service
    };
    let job = line
        .job
        .as_ref()
        .map_or_else(String::new, |it| format!(" · job {it}"));
    let head = RichTextBlock::new()
        .with(signed(line.sign))
        .with(TextRun::new(format!("{place}  ")).with_weight(TextWeight::Bolder))
        .with(TextRun::new(&line.version));
    let remark = TextBlock::new(format!("{}{job}", line.remark))
        .subtle()
        .with_spacing(Spacing::None);
    Container::new()
        .with(head)
        .with(remark)
        .with_spacing(Spacing::Small)
}
