//! Taking the bot's own mention out of a message, wherever it stands.
//!
//! Real requests carry no mention entities and no recipient, so the name is all there is to go by. A name of
//! several words can arrive as one mention a word.

use crate::text::token::Token;

/// Replaces each run of mentions whose words join to the bot's name by a gap; after a leading one, a `,` or
/// `:` goes too.
pub(super) fn without_bot(tokens: &[Token], bot: &str) -> Vec<Token> {
    let bot = words(bot);
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut rest = tokens;
    while let Some((first, tail)) = rest.split_first() {
        match run_length(rest, &bot) {
            Some(length) => {
                let is_leading = out.iter().all(is_blank);
                rest = rest.get(length..).unwrap_or_default();
                out.push(Token::Gap);
                if is_leading {
                    rest = drop_punctuation(rest, &mut out);
                }
            }
            None => {
                out.push(first.clone());
                rest = tail;
            }
        }
    }
    out
}

/// Compares names: white space and case do not matter.
pub(super) fn is_bot(name: &str, bot: &str) -> bool {
    name.eq_ignore_ascii_case(bot) || words(name) == words(bot)
}

/// Returns how many tokens from the start are the bot's mention.
fn run_length(tokens: &[Token], bot: &[String]) -> Option<usize> {
    if !matches!(tokens.first(), Some(Token::Mention(_))) || bot.is_empty() {
        return None;
    }
    let mut heard: Vec<String> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            Token::Mention(name) => heard.extend(words(name)),
            Token::Text(text) if text.trim().is_empty() => continue,
            Token::Text(_) | Token::Edge | Token::Code(_) | Token::Gap => return None,
        }
        if heard == bot {
            return Some(index + 1);
        }
        if heard.len() >= bot.len() {
            return None;
        }
    }
    None
}

fn drop_punctuation<'a>(rest: &'a [Token], out: &mut Vec<Token>) -> &'a [Token] {
    let Some((Token::Text(text), tail)) = rest.split_first() else {
        return rest;
    };
    let Some(remaining) = text.strip_prefix([',', ':']) else {
        return rest;
    };
    out.push(Token::Text(remaining.to_owned()));
    tail
}

fn is_blank(token: &Token) -> bool {
    match token {
        Token::Text(text) => text.trim().is_empty(),
        Token::Edge | Token::Gap => true,
        Token::Code(_) | Token::Mention(_) => false,
    }
}

fn words(name: &str) -> Vec<String> {
    name.split_whitespace().map(str::to_lowercase).collect()
}
