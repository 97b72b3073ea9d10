//! Finding runbooks by words: each word has to be there, at least as the beginning of one.

use crate::runbook::book::Book;

/// How much a word counts in the name or title, against one in the text.
const IN_TITLE: usize = 10;

/// How long the line is that is shown beside a runbook that was found.
const LONGEST_LINE: usize = 90;

/// A runbook that has all the words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found<'b> {
    pub(super) book: &'b Book,
    /// A line that has one of the words.
    pub(super) line: String,
}

/// Finds runbooks, the best first.
pub(super) fn search<'b>(books: &'b [Book], typed: &str) -> Vec<Found<'b>> {
    let words = words(typed);
    let mut found: Vec<(usize, Found<'_>)> = Vec::new();
    for book in books {
        let heads = self::words(&format!("{} {}", book.name, book.title));
        let body = self::words(&book.text);
        let count = |all: &[String], word: &String| {
            all.iter()
                .filter(|it| it.starts_with(word.as_str()))
                .count()
        };
        let scores = words.iter().map(|word| {
            // A word that comes a hundred times says no more than one that comes five times.
            count(&heads, word) * IN_TITLE + count(&body, word).min(5)
        });
        let scores: Vec<usize> = scores.collect();
        if !words.is_empty() && scores.iter().all(|it| *it > 0) {
            let line = line(book, &words);
            found.push((scores.iter().sum(), Found { book, line }));
        }
    }
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, found)| found).collect()
}

fn line(book: &Book, wanted: &[String]) -> String {
    let lines = book.text.lines().filter(|it| !it.starts_with("# "));
    let has = |line: &str| {
        let words = words(line);
        let known = wanted
            .iter()
            .filter(|word| words.iter().any(|it| it.starts_with(word.as_str())));
        known.count()
    };
    // Of equals the first.
    let best = lines
        .map(|line| (has(line), line))
        .filter(|(count, _)| *count > 0);
    let best = best.reduce(|one, other| if other.0 > one.0 { other } else { one });
    let text = best.map_or("", |(_, line)| line);
    let text = text
        .trim()
        .trim_start_matches(['#', '-', '*', ' '])
        .replace(['`', '*'], "");
    let end = text.floor_char_boundary(LONGEST_LINE);
    match text.get(..end) {
        Some(cut) if cut.len() < text.len() => format!("{cut}…"),
        _ => text,
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(|it: char| !it.is_alphanumeric())
        .filter(|it| !it.is_empty())
        .map(str::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(books: &[Book], typed: &str) -> Vec<String> {
        let found = search(books, typed);
        found.into_iter().map(|it| it.book.name.clone()).collect()
    }

    #[test]
    fn the_title_counts_more_and_every_word_has_to_be_there() {
        let books = [
            Book::read(
                "network",
                "# Network\nThe database is far. Database, database.\n",
            ),
            Book::read("db/slow", "# Database is slow\n1. Look at `locks`\n"),
        ];

        assert_eq!(names(&books, "DATABASE"), ["db/slow", "network"]);
        assert_eq!(names(&books, "data lock"), ["db/slow"]);
        assert_eq!(names(&books, "database nothing"), [""; 0]);
        assert_eq!(names(&books, "?!"), [""; 0]);
        assert_eq!(search(&books, "lock")[0].line, "1. Look at locks");
    }
}
