//! Prints every element that a card can have, with the code that makes it, as JSON.
//!
//! The browser tests draw each of them with Microsoft's renderer; the pictures are the gallery of the guide.

use std::error::Error;
use std::io::{Write, stdout};

use hailer_reply::{
    Action, ActionSet, Bar, Card, Column, ColumnSet, ColumnWidth, Container, ContainerStyle,
    FactSet, HttpsUrl, Image, ImageSet, ImageSize, Reply, RichTextBlock, Sign, Table, TextBlock,
    TextColor, TextRun, TextWeight, sparkline,
};
use serde_json::{Value, json};

/// Makes a reply, and keeps the code that does.
macro_rules! shown {
    ($name:literal, $reply:expr) => {
        ($name, stringify!($reply), $reply)
    };
}

fn main() -> Result<(), Box<dyn Error>> {
    let url: HttpsUrl = "https://ci.example/run/812".parse()?;
    let picture: HttpsUrl = "https://ci.example/graph.png".parse()?;
    let mut replies = texts();
    replies.extend(lines(&url)?);
    replies.extend(figures());
    replies.extend(tables());
    replies.extend(blocks(&url));
    replies.extend(sets(&url));
    replies.extend(layouts(&url));
    replies.extend(pictures(&picture));
    replies.extend(whole_cards(&url));
    let shown: Vec<Value> = replies
        .iter()
        .map(|(name, code, reply)| {
            let message: Value = serde_json::from_str(reply.to_message().json())?;
            Ok(json!({ "name": name, "code": code, "message": message, "text": reply.to_plain() }))
        })
        .collect::<Result<_, serde_json::Error>>()?;
    writeln!(stdout(), "{:#}", Value::from(shown))?;
    Ok(())
}

type Shown = (&'static str, &'static str, Reply);

fn texts() -> Vec<Shown> {
    vec![
        shown!(
            "text",
            Reply::text("api 2.42.0 is live <b>&</b> *well*\nasked by Mira")
        ),
        shown!(
            "markdown",
            Reply::markdown("**api** is _live_: `2.42.0`, [the run](https://ci.example/run/812)")
        ),
        shown!(
            "code",
            Reply::text("All 2 are up.")
                .then_code("✔ api  up    200   42 ms\n● web  slow  200  1.2 s")
        ),
    ]
}

fn lines(url: &HttpsUrl) -> Result<Vec<Shown>, Box<dyn Error>> {
    let logs: HttpsUrl = "https://logs.example/api".parse()?;
    Ok(vec![
        shown!(
            "facts of a thing",
            Reply::facts(
                "api",
                [
                    ("Version", "2.42.0".into()),
                    ("Health", Sign::Good.says("12 of 12 up")),
                    ("Disk", Sign::Warning.says("91 % full")),
                    ("Latency", sparkline([12, 14, 13, 40, 90, 35, 20]).into()),
                ]
            )
        ),
        shown!(
            "list of items",
            Reply::list(
                "On call this week",
                ["Mira Novak, until Friday", "Dana Ortiz", "Kim Lee"]
            )
        ),
        shown!(
            "list of checks",
            Reply::list(
                "Before the release",
                [
                    Sign::Good.says("all tests pass"),
                    Sign::Warning.says("two reviews are open"),
                    Sign::Bad.says("the changelog is empty"),
                    Sign::Neutral.says("staging was not asked")
                ]
            )
        ),
        shown!(
            "links as buttons",
            Reply::links(
                "Where to look",
                [("The run", url.clone()), ("Its logs", logs)]
            )
        ),
        shown!(
            "links as lines",
            Reply::links(
                "The last runs",
                (806..=812).map(|run| (format!("Run {run}"), url.clone()))
            )
        ),
        shown!(
            "an error and the way out",
            Reply::error(
                "db-1 has no disk left",
                "Ask Dana, or type:\n@ops disk grow db-1"
            )
        ),
    ])
}

fn figures() -> Vec<Shown> {
    vec![
        shown!(
            "progress",
            Reply::progress("Draining node-7", 31, 50, "about 4 minutes left")
        ),
        shown!(
            "bar chart",
            Reply::bar_chart(
                "Disk in use",
                [
                    ("db-1", 91, "%"),
                    ("db-2", 40, "%"),
                    ("cache-of-the-west", 4, "%")
                ]
            )
        ),
        shown!(
            "bar chart with values below zero",
            Reply::bar_chart(
                "Change since yesterday",
                [
                    Bar::new("Requests", 1250).with_unit("/s"),
                    Bar::new("Errors", -420).with_unit("/s"),
                    Bar::new("Restarts", f64::NAN)
                ]
            )
        ),
    ]
}

fn tables() -> Vec<Shown> {
    vec![
        shown!(
            "table in one call",
            Reply::table(
                "Services",
                ["Service", "Version", "State"],
                [
                    ["api".into(), "2.42.0".into(), Sign::Good.says("up")],
                    [
                        "web-frontend".into(),
                        "1.9.3".into(),
                        Sign::Warning.says("slow")
                    ],
                    ["worker".into(), "1.9.3".into(), Sign::Bad.says("down")]
                ]
            )
        ),
        shown!(
            "wide table",
            Reply::table(
                "Pods",
                ["Pod", "Node", "Restarts", "Age", "State"],
                [
                    [
                        "api-7d9f".into(),
                        "node-3".into(),
                        "0".into(),
                        "3 d".into(),
                        Sign::Good.says("running")
                    ],
                    [
                        "api-8c2a".into(),
                        "node-7".into(),
                        "12".into(),
                        "3 d".into(),
                        Sign::Bad.says("crash loop")
                    ],
                    [
                        "web-1b44".into(),
                        "node-3".into(),
                        "1".into(),
                        "12 d".into(),
                        Sign::Neutral.says("pending")
                    ]
                ]
            )
        ),
    ]
}

fn blocks(url: &HttpsUrl) -> Vec<Shown> {
    vec![
        shown!(
            "text block",
            Reply::card(
                Card::new().with(TextBlock::new("A line of text, with *no* markup in it."))
            )
        ),
        shown!(
            "text block of markdown",
            Reply::card(Card::new().with(TextBlock::markdown("**Bold**, _italic_ and\n- a list")))
        ),
        shown!(
            "heading",
            Reply::card(
                Card::titled("api deployed").with(TextBlock::new("12 minutes ago").subtle())
            )
        ),
        shown!(
            "colours beside words",
            Reply::card(
                Card::new()
                    .with(TextBlock::new("✔ up").with_color(TextColor::Good))
                    .with(TextBlock::new("● slow").with_color(TextColor::Warning))
                    .with(
                        TextBlock::new("✖ down")
                            .with_color(TextColor::Attention)
                            .with_weight(TextWeight::Bolder)
                    )
            )
        ),
        shown!(
            "monospace",
            Reply::card(
                Card::new().with(TextBlock::new("@ops deploy status <service>").monospace())
            )
        ),
        shown!(
            "link",
            Reply::card(Card::new().with(TextBlock::link("Open the run", url)))
        ),
    ]
}

fn sets(url: &HttpsUrl) -> Vec<Shown> {
    vec![
        shown!(
            "rich text",
            Reply::card(
                Card::new().with(
                    RichTextBlock::new()
                        .with("Version ")
                        .with(TextRun::new("2.42.0").monospace())
                        .with(TextRun::new(" is live").with_color(TextColor::Good))
                )
            )
        ),
        shown!(
            "facts",
            Reply::card(
                Card::new().with(
                    FactSet::new()
                        .with("Commit", "9f3c1e2")
                        .with("By", "Mira")
                        .with("Health", "12/12")
                )
            )
        ),
        shown!(
            "actions",
            Reply::card(
                Card::new()
                    .with("Look at it where it ran.")
                    .with(ActionSet::new().with(Action::open_url("Open pipeline", url.clone())))
            )
        ),
    ]
}

fn layouts(url: &HttpsUrl) -> Vec<Shown> {
    vec![
        shown!(
            "container",
            Reply::card(
                Card::new().with(
                    Container::new()
                        .with_style(ContainerStyle::Emphasis)
                        .with("What belongs together stands on one ground.")
                )
            )
        ),
        shown!(
            "columns",
            Reply::card(
                Card::new().with(
                    ColumnSet::new()
                        .with(Column::of_width(ColumnWidth::Stretch).with("api"))
                        .with(Column::of_width(ColumnWidth::Auto).with("2.42.0"))
                        .with(Column::of_width(ColumnWidth::Auto).with("✔ up"))
                )
            )
        ),
        shown!(
            "table",
            Reply::card(
                Card::new().version_1_5().with(
                    Table::with_header(["Service", "Version", "Health"])
                        .with_row(["api", "2.42.0", "✔ up"])
                        .with_row(["web", "1.9.3", "● slow"])
                        .with_row(["worker", "1.9.3", "✖ down"])
                )
            )
        ),
        shown!(
            "container that leads somewhere",
            Reply::card(
                Card::new().with(
                    Container::new()
                        .with("Tap for the run")
                        .with_link(url.clone())
                )
            )
        ),
    ]
}

fn pictures(picture: &HttpsUrl) -> Vec<Shown> {
    vec![
        shown!(
            "image",
            Reply::card(
                Card::new().with(
                    Image::new(picture.clone(), "requests of the last hour")
                        .with_size(ImageSize::Medium)
                )
            )
        ),
        shown!(
            "images",
            Reply::card(
                Card::new().with(
                    ImageSet::new()
                        .with(Image::new(picture.clone(), "requests"))
                        .with(Image::new(picture.clone(), "errors"))
                )
            )
        ),
    ]
}

fn whole_cards(url: &HttpsUrl) -> Vec<Shown> {
    vec![
        shown!(
            "a deployment",
            Reply::card(
                Card::titled("api deployed")
                    .with(TextBlock::new("production · 12 minutes ago · v2.41.0").subtle())
                    .with(
                        FactSet::new()
                            .with("Commit", "9f3c1e2")
                            .with("By", "Mira")
                            .with("Health", "12/12")
                    )
                    .with_action(Action::open_url("Open pipeline", url.clone()))
            )
        ),
        shown!(
            "text and a card",
            Reply::text("Two things to know.").then_card(Card::new().with("And a card below."))
        ),
    ]
}
