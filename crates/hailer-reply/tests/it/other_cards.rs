//! Cards that are not Adaptive Cards.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

use hailer_reply::{
    ConnectorCard, ConnectorSection, HeroCard, ListCard, ListItem, Reply, ThumbnailCard,
    read_message,
};
use serde_json::{Value, json};

use crate::cards::url;

fn attachment(reply: &Reply) -> Value {
    let message: Value = serde_json::from_str(reply.to_message().json()).expect("JSON");
    message["attachments"][0].clone()
}

fn hero() -> HeroCard {
    HeroCard::new("T*")
        .with_subtitle("s")
        .with_text("a < *b*\nc")
        .with_image(url("https://x.example/a.png"), "alt")
        .with_button("Open", url("https://x.example/"))
}

fn list() -> ListCard {
    let item = ListItem::new("812").with_subtitle("ok");
    ListCard::new("Builds")
        .with_section("today")
        .with(item.with_link(url("https://x.example/812")))
}

fn connector() -> ConnectorCard {
    let section = ConnectorSection::new().with_title("api").with_text("t");
    ConnectorCard::new("Deploys")
        .with(section.with_fact("State", "up *"))
        .with_button("Open", url("https://x.example/"))
}

#[test]
fn other_cards_travel_as_samples_show_them() {
    assert_eq!(
        attachment(&Reply::hero_card(hero())),
        json!({"contentType": "application/vnd.microsoft.card.hero", "content": {
            "title": "T*", "subtitle": "s", "text": r"a &lt; \*b\*<br>c",
            "images": [{"url": "https://x.example/a.png", "alt": "alt"}],
            "buttons": [{"type": "openUrl", "title": "Open", "value": "https://x.example/"}]}})
    );
    assert_eq!(
        attachment(&Reply::thumbnail_card(ThumbnailCard::new("T"))),
        json!({"contentType": "application/vnd.microsoft.card.thumbnail", "content": {"title": "T"}})
    );
    assert_eq!(
        attachment(&Reply::list_card(list())),
        json!({"contentType": "application/vnd.microsoft.teams.card.list", "content": {"title": "Builds", "items": [
            {"type": "section", "title": "today"},
            {"type": "resultItem", "title": "812", "subtitle": "ok", "tap": {"type": "openUrl", "title": "", "value": "https://x.example/812"}}]}})
    );
    assert_eq!(
        attachment(&Reply::connector_card(connector())),
        json!({"contentType": "application/vnd.microsoft.teams.card.o365connector", "content": {
            "@type": "MessageCard", "@context": "https://schema.org/extensions", "summary": "Deploys", "title": "Deploys",
            "sections": [{"activityTitle": "api", "text": "t", "facts": [{"name": "State", "value": r"up \*"}]}],
            "potentialAction": [{"@type": "OpenUri", "name": "Open", "targets": [{"os": "default", "uri": "https://x.example/"}]}]}})
    );
}

#[test]
fn other_cards_have_a_text_form() {
    for (reply, text) in [
        (
            Reply::hero_card(hero()),
            "T*\ns\na < *b*\nc\n[image: alt]\nOpen (https://x.example/)",
        ),
        (
            Reply::list_card(list()),
            "Builds\ntoday\n812 · ok (https://x.example/812)",
        ),
        (
            Reply::connector_card(connector()),
            "Deploys\napi\nt\nState  up *\nOpen (https://x.example/)",
        ),
    ] {
        assert_eq!(reply.to_plain(), text);
        let message = reply.to_message();
        assert_eq!(
            read_message(message.json()).expect("readable").to_plain(),
            text
        );
    }
}
