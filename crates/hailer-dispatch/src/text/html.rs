//! The long way: a fragment of Teams' HTML, taken apart into tokens.

use std::borrow::Cow;

use ego_tree::NodeRef;
use scraper::node::Element;
use scraper::{Html, Node};

use crate::text::token::{self, Token};
use crate::text::{Link, space};

/// A name or a link's label has no more nodes than this; the limit keeps nested mentions linear.
const MOST_NODES_IN_A_NAME: usize = 64;

/// No tag of Teams is longer (bytes); the limit keeps the search for a tag's end linear.
const LONGEST_TAG: usize = 8192;

/// Messages with more tags than this are refused: parsers take quadratic time for deeply nested ones.
const MOST_TAGS: usize = 1_000;

/// What a fragment holds.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) tokens: Vec<Token>,
    pub(super) links: Vec<Link>,
}

/// What an element means for the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Begins and ends a line.
    Block,
    /// Ends a line.
    Break,
    /// Separates words within a line: a table's cell.
    Cell,
    /// Code; verbatim.
    Code,
    /// Code that begins and ends a line; verbatim.
    CodeBlock,
    /// An image or emoji: its alternative text, if it is an emoji.
    Image,
    /// A link: its label stays in the text.
    Link,
    /// A name.
    Mention,
    /// Not part of what the person wrote.
    Dropped,
    /// Says nothing; its content counts.
    Transparent,
}

/// Says whether a message has more tags than any that a person writes.
pub(super) fn is_too_complex(source: &str) -> bool {
    source
        .bytes()
        .filter(|byte| *byte == b'<')
        .nth(MOST_TAGS)
        .is_some()
}

/// Takes a fragment apart. Nothing that is quoted from another message comes out.
pub(super) fn parse(source: &str) -> Parsed {
    let html = Html::parse_fragment(&escape_stray(source));
    let mut walk = Walk::default();
    let mut cursor = html.tree.root().first_child();
    while let Some(node) = cursor {
        if walk.open(node)
            && let Some(child) = node.first_child()
        {
            cursor = Some(child);
            continue;
        }
        cursor = walk.leave(node);
    }
    walk.parsed
}

/// A walk over the tree that keeps its own path: a message may nest ten thousand tags.
#[derive(Debug, Default)]
struct Walk {
    parsed: Parsed,
    /// The text of the code that the walk is in.
    code: String,
    /// How many code elements the walk is in.
    code_depth: usize,
}

impl Walk {
    /// Takes a node; says whether its children count.
    fn open(&mut self, node: NodeRef<'_, Node>) -> bool {
        match node.value() {
            Node::Text(text) if self.code_depth > 0 => {
                let mut part = String::with_capacity(text.len());
                space::push_code(&mut part, &text.replace("\r\n", "\n"));
                token::push_separated(&mut self.code, &part);
            }
            Node::Text(text) => self.parsed.tokens.push(token::text(text)),
            Node::Element(element) if self.code_depth > 0 => return self.open_in_code(element),
            Node::Element(element) => return self.open_element(node, element),
            _ => {}
        }
        true
    }

    fn open_element(&mut self, node: NodeRef<'_, Node>, element: &Element) -> bool {
        let tokens = &mut self.parsed.tokens;
        match role(element) {
            Role::Block => tokens.push(Token::Edge),
            Role::Break => tokens.push(Token::Text("\n".to_owned())),
            Role::Cell => tokens.push(Token::Text(" ".to_owned())),
            Role::CodeBlock => {
                tokens.push(Token::Edge);
                self.code_depth = 1;
            }
            Role::Code => self.code_depth = 1,
            Role::Image => tokens.extend(emoji(element).map(token::text)),
            Role::Link => self.parsed.links.extend(link(node, element)),
            Role::Mention => {
                let name = inner_text(node);
                // Teams wraps emoji in the same element, which then holds no text.
                let is_emoji = name.is_empty();
                if !is_emoji {
                    tokens.push(Token::Mention(name));
                }
                return is_emoji;
            }
            Role::Dropped => return false,
            Role::Transparent => {}
        }
        true
    }

    fn open_in_code(&mut self, element: &Element) -> bool {
        match role(element) {
            Role::Break => self.code.push('\n'),
            Role::Block if !self.code.is_empty() && !self.code.ends_with('\n') => {
                self.code.push('\n')
            }
            Role::Image => self.code.extend(emoji(element)),
            Role::Code | Role::CodeBlock => self.code_depth += 1,
            Role::Dropped => return false,
            Role::Block | Role::Cell | Role::Link | Role::Mention | Role::Transparent => {}
        }
        true
    }

    /// Leaves a node whose children are done; returns the next one.
    fn leave<'a>(&mut self, node: NodeRef<'a, Node>) -> Option<NodeRef<'a, Node>> {
        let mut left = node;
        loop {
            self.close(left.value());
            if let Some(sibling) = left.next_sibling() {
                return Some(sibling);
            }
            left = left.parent()?;
        }
    }

    fn close(&mut self, node: &Node) {
        let Node::Element(element) = node else {
            return;
        };
        let role = role(element);
        if self.code_depth > 0 {
            self.close_in_code(role);
            if self.code_depth > 0 {
                return;
            }
        }
        match role {
            Role::Block | Role::CodeBlock => self.parsed.tokens.push(Token::Edge),
            Role::Cell => self.parsed.tokens.push(Token::Text(" ".to_owned())),
            Role::Break
            | Role::Code
            | Role::Image
            | Role::Link
            | Role::Mention
            | Role::Dropped
            | Role::Transparent => {}
        }
    }

    fn close_in_code(&mut self, role: Role) {
        match role {
            Role::Code | Role::CodeBlock => self.code_depth -= 1,
            Role::Block if !self.code.ends_with('\n') => self.code.push('\n'),
            Role::Block
            | Role::Break
            | Role::Cell
            | Role::Image
            | Role::Link
            | Role::Mention
            | Role::Dropped
            | Role::Transparent => {}
        }
        let verbatim = self.code.trim_matches('\n');
        if self.code_depth == 0 && !verbatim.is_empty() {
            self.parsed.tokens.push(Token::Code(verbatim.to_owned()));
        }
        if self.code_depth == 0 {
            self.code.clear();
        }
    }
}

fn role(element: &Element) -> Role {
    match element.name() {
        "at" => Role::Mention,
        "span" if has_type(element, "/Mention") => Role::Mention,
        "blockquote" if element.attr("itemtype").is_some() => Role::Dropped,
        "quoted" | "script" | "style" | "template" | "title" | "textarea" | "xmp" | "plaintext"
        | "iframe" | "noembed" | "noframes" | "noscript" | "svg" | "math" | "select" => {
            Role::Dropped
        }
        "br" => Role::Break,
        "code" => Role::Code,
        "codeblock" | "pre" => Role::CodeBlock,
        "img" | "emoji" => Role::Image,
        "a" => Role::Link,
        "td" | "th" => Role::Cell,
        "address" | "article" | "aside" | "blockquote" | "center" | "dd" | "details" | "dialog"
        | "dir" | "div" | "dl" | "dt" | "fieldset" | "figcaption" | "figure" | "footer"
        | "form" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "header" | "hgroup" | "hr" | "li"
        | "main" | "menu" | "nav" | "ol" | "p" | "search" | "section" | "summary" | "table"
        | "tbody" | "tfoot" | "thead" | "tr" | "ul" => Role::Block,
        _ => Role::Transparent,
    }
}

fn has_type(element: &Element, suffix: &str) -> bool {
    let item_type = element.attr("itemtype").unwrap_or_default();
    item_type.len() >= suffix.len()
        && item_type.is_char_boundary(item_type.len() - suffix.len())
        && item_type
            .split_at(item_type.len() - suffix.len())
            .1
            .eq_ignore_ascii_case(suffix)
}

fn emoji(element: &Element) -> Option<&str> {
    let is_emoji = element.name() == "emoji" || has_type(element, "/Emoji");
    is_emoji.then(|| element.attr("alt")).flatten()
}

fn link(node: NodeRef<'_, Node>, element: &Element) -> Option<Link> {
    let target = element.attr("href")?.trim().to_owned();
    Some(Link {
        label: inner_text(node),
        target,
    })
}

/// Returns the text within a node in one line. Names and labels are small: what nests deeper is no name.
fn inner_text(node: NodeRef<'_, Node>) -> String {
    let texts = node
        .descendants()
        .take(MOST_NODES_IN_A_NAME)
        .filter(|it| !is_dropped_within(*it, node))
        .filter_map(|it| it.value().as_text());
    let mut plain = String::new();
    for text in texts {
        let mut part = String::with_capacity(text.len());
        space::push_text(&mut part, text);
        token::push_separated(&mut plain, &part);
    }
    space::one_line(&plain)
}

/// Says whether something between a node and the name that it belongs to is not part of what was written: the
/// raw text of `<xmp>` can hold what reads as a mention.
fn is_dropped_within(inner: NodeRef<'_, Node>, name: NodeRef<'_, Node>) -> bool {
    inner
        .ancestors()
        .take_while(|it| *it != name)
        .filter_map(|it| it.value().as_element())
        .any(|element| role(element) == Role::Dropped)
}

/// Escapes each `<` that begins no tag (`a<b` stays text), and drops `<quoted …/>`, which an HTML parser
/// would take for an element that swallows the rest of the message.
fn escape_stray(source: &str) -> Cow<'_, str> {
    if !source.contains('<') {
        return Cow::Borrowed(source);
    }
    let mut out = String::with_capacity(source.len() + 16);
    let mut rest = source;
    while let Some(position) = rest.find('<') {
        let (before, from) = rest.split_at(position);
        out.push_str(before);
        let length = tag_length(from);
        let (tag, after) = from.split_at(length);
        match tag {
            "<" => out.push_str("&lt;"),
            _ if is_self_closed(tag, "quoted") || is_self_closed(tag, "at") => {}
            _ => out.push_str(tag),
        }
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Returns the length of the tag or comment at the start of `from`, or 1 when there is none.
fn tag_length(from: &str) -> usize {
    if from.starts_with("<!--") {
        let end = from
            .as_bytes()
            .windows(3)
            .take(LONGEST_TAG)
            .position(|it| it == b"-->");
        return end.map_or(1, |end| end + 3);
    }
    let bytes = from.as_bytes();
    let name_at = if bytes.get(1) == Some(&b'/') { 2 } else { 1 };
    if !bytes.get(name_at).is_some_and(u8::is_ascii_alphabetic) {
        return 1;
    }
    let mut quote = None;
    for (index, byte) in bytes.iter().enumerate().take(LONGEST_TAG).skip(name_at) {
        match (quote, byte) {
            (Some(open), _) if open == *byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'')
                if index.checked_sub(1).and_then(|it| bytes.get(it)) == Some(&b'=') =>
            {
                quote = Some(*byte)
            }
            (None, b'>') => return index + 1,
            (None, b'<') => return 1,
            (None, _) => {}
        }
    }
    1
}

fn is_self_closed(tag: &str, name: &str) -> bool {
    let inner = tag.trim_start_matches('<').trim_end_matches('>');
    let Some(inner) = inner.strip_suffix('/') else {
        return false;
    };
    inner
        .split(|it: char| it.is_whitespace())
        .next()
        .is_some_and(|it| it.eq_ignore_ascii_case(name))
}
