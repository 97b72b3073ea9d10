//! How answers about deploys look: what to say first, names and values, and what to type next.

use hailer::{
    Card, Container, ContainerStyle, FactSet, Invocation, RichTextBlock, Sign, Spacing, TextBlock,
    TextRun,
};

/// Begins a card with what there is to say, on the ground of what went wrong where something did.
pub(super) fn headed(sign: Sign, headline: &str) -> Card {
    let heading = TextBlock::heading(format!("{} {headline}", sign.symbol()));
    match sign {
        Sign::Bad => Card::new().with(
            Container::new()
                .with_style(ContainerStyle::Attention)
                .bleeding()
                .with(heading),
        ),
        Sign::Good | Sign::Warning | Sign::Neutral => Card::new().with(heading),
    }
}

/// Adds names and values; those without a value are left out.
pub(super) fn with_facts<'f>(
    card: Card,
    facts: impl IntoIterator<Item = (&'f str, Option<String>)>,
) -> Card {
    let facts = facts
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let facts = facts.fold(FactSet::new(), |set, (name, value)| set.with(name, value));
    card.with(facts)
}

/// So many of the last lines are shown.
const LINES: usize = 8;

/// Adds the last lines that a program said.
pub(super) fn with_lines(card: Card, lines: &str) -> Card {
    let lines: Vec<&str> = lines.lines().collect();
    let skipped = lines.len().saturating_sub(LINES);
    let line = |line: &&str| {
        let run = TextRun::new(*line).monospace();
        RichTextBlock::new().with(run).with_spacing(Spacing::None)
    };
    let ground = Container::new().with_style(ContainerStyle::Emphasis);
    card.with(
        lines
            .iter()
            .skip(skipped)
            .map(line)
            .fold(ground, Container::with),
    )
}

/// Adds what to type next, each with what it does.
pub(super) fn with_ways_out<'w>(
    card: Card,
    invocation: &Invocation,
    ways: impl IntoIterator<Item = (&'w str, String)>,
) -> Card {
    let bot = invocation.bot();
    let line = |(what, text): (&str, String)| {
        let typed = TextRun::new(format!("@{bot} {text}")).monospace();
        RichTextBlock::new()
            .with(TextRun::new(format!("{what}: ")).subtle())
            .with(typed)
            .with_spacing(Spacing::Small)
    };
    // Not in a container, where three such lines would be read as a row of a table.
    ways.into_iter().map(line).fold(card, Card::with)
}
