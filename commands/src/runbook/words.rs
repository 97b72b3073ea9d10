//! Runbooks as cards.

use hailer::{
    Card, HttpsUrl, Reply, RichTextBlock, Sign, TextBlock, TextRun, Words, escape, escape_card,
};

use crate::runbook::book::{Book, Line, Step};
use crate::runbook::marks::Marks;
use crate::runbook::search::Found;

/// More are not read.
const MOST_FOUND: usize = 8;

/// Shows a runbook with what is done of it, and all of one step: the one asked for, else the first that is to be done.
pub(super) fn book(
    book: &Book,
    marks: &Marks,
    wanted: Option<usize>,
    source: Option<&HttpsUrl>,
) -> Reply {
    let count = book.steps.len();
    let open = book
        .steps
        .iter()
        .position(|it| marks.by(&it.title).is_none());
    let done = book
        .steps
        .iter()
        .filter(|it| marks.by(&it.title).is_some())
        .count();
    let title = match (count, open) {
        (0, _) => book.title.clone(),
        (_, None) => format!("{} · all {count} done", book.title),
        (_, Some(_)) => format!("{} · {done} of {count} done", book.title),
    };
    let steps = book
        .steps
        .iter()
        .enumerate()
        .map(|(at, step)| line(at, step, marks));
    let steps: Vec<Words> = steps.collect();
    let mut reply = if steps.is_empty() {
        Reply::card(draw(Card::titled(title), &book.intro))
    } else {
        let reply = Reply::list(title, steps);
        let is_new = done == 0 && wanted.is_none() && !book.intro.is_empty();
        if is_new {
            reply.then_card(draw(Card::new(), &book.intro))
        } else {
            reply
        }
    };
    if let Some((at, step)) = wanted
        .or(open)
        .and_then(|at| Some((at, book.steps.get(at)?)))
    {
        let heading = format!("**{}** {}", at + 1, step.title);
        let card = Card::new().with(markdown(&heading));
        reply = reply.then_card(draw(card, &step.lines));
    }
    match source {
        Some(url) => reply.then_links("Open", [("The whole runbook", url.clone())]),
        None => reply,
    }
}

fn line(at: usize, step: &Step, marks: &Marks) -> Words {
    let title = plain(&step.title);
    match marks.by(&step.title) {
        Some(by) => Sign::Good.says(format!("{} {title} · {by}", at + 1)),
        None => Sign::Neutral.says(format!("{} {title}", at + 1)),
    }
}

/// Draws lines below each other; code as it stands.
fn draw(card: Card, lines: &[Line]) -> Card {
    lines.iter().fold(card, |card, line| match line {
        Line::Text(text) => card.with(markdown(text)),
        Line::Code(text) => card.with(RichTextBlock::new().with(TextRun::new(text).monospace())),
    })
}

/// Takes the markup of a file, but no mention: a runbook that is shown calls nobody.
fn markdown(text: &str) -> TextBlock {
    let text = text.replace("<at", "<\u{200b}at");
    TextBlock::markdown(text.replace("</at", "<\u{200b}/at"))
}

/// Says that a step is done, and what comes next.
pub(super) fn marked(book: &Book, marks: &Marks, number: usize, bot: &str) -> Reply {
    let next = book
        .steps
        .iter()
        .position(|it| marks.by(&it.title).is_none());
    match next.and_then(|at| Some((at + 1, book.steps.get(at)?))) {
        None => Reply::text(format!(
            "Step {number} is done, and with it all of {}.",
            book.name
        )),
        Some((at, step)) => {
            let heading = format!("Step {number} is done. Next: **{at}** {}", step.title);
            let card = Card::new().with(markdown(&heading));
            let then = format!(
                "Then: **@{} runbook done {} {at}**",
                escape_card(bot),
                escape_card(&book.name)
            );
            Reply::card(draw(card, &step.lines).with(TextBlock::markdown(then)))
        }
    }
}

/// Lists runbooks.
pub(super) fn all(books: &[Book]) -> Reply {
    let rows = books.iter().map(|it| (it.name.clone(), it.title.clone()));
    Reply::facts("Runbooks", rows)
}

/// Lists what was found.
pub(super) fn found(found: &[Found<'_>], typed: &str, bot: &str) -> Reply {
    let [first, ..] = found else {
        return Reply::markdown(format!(
            "No runbook has \"{}\" in it. **@{} runbooks** lists all.",
            escape(typed),
            escape(bot)
        ));
    };
    let title = match found.len() {
        1 => format!("1 runbook for \"{typed}\""),
        count => format!("{count} runbooks for \"{typed}\""),
    };
    let rows = found.iter().take(MOST_FOUND).map(|it| {
        let says = if it.line.is_empty() {
            &it.book.title
        } else {
            &it.line
        };
        (it.book.name.clone(), says.clone())
    });
    let show = format!("@{bot} runbook show {}", first.book.name);
    let rows = rows.chain([("Open the first".to_owned(), show)]);
    Reply::facts(title, rows)
}

/// Takes the markup out of a line that stands in a list.
fn plain(text: &str) -> String {
    text.replace("**", "").replace('`', "")
}
