//! What is wrong with a template or its data is told with the place and the fix.

#![expect(
    clippy::needless_pass_by_value,
    clippy::unwrap_used,
    reason = "helpers of tests; values are written where they are passed"
)]

use hailer_reply::{CardTemplate, TemplateError};
use serde_json::{Value, json};

use crate::templates::template;

fn parse(body: Value) -> TemplateError {
    let card = json!({ "type": "AdaptiveCard", "version": "1.4", "body": body });
    CardTemplate::parse(&card.to_string()).err().unwrap()
}

fn fill(body: Value, data: Value) -> TemplateError {
    template(body).fill(&data).err().unwrap()
}

fn text(text: &str) -> Value {
    json!([{ "type": "TextBlock", "text": text }])
}

#[test]
fn mistakes_in_a_template_show_when_it_is_read() {
    let table = [
        (
            text("by ${user.name"),
            "`$.body[0].text`: a `${` is not closed; add the `}`, or write `\\${` for a text that has it",
        ),
        (
            text("${if(a, 'b', 'c')}"),
            "`$.body[0].text`: `${if(a, 'b', 'c')}`: `if(…)` is not known; write `A if CONDITION else B`",
        ),
        (
            text("${a | uper}"),
            "`$.body[0].text`: `${a | uper}`: there is no filter `uper`; did you mean `upper`?",
        ),
        (
            json!([{ "type": "TextBlock", "text": "x", "$when": "a" }]),
            "`$.body[0].$when`: `$when` takes one `${…}`; write `\"${name}\"`",
        ),
        (
            json!([{ "type": "${kind}", "text": "x" }]),
            "`$.body[0].type`: `type` cannot depend on the data; write it out; `$when` chooses between elements",
        ),
    ];
    for (body, expected) in table {
        assert_eq!(parse(body).to_string(), expected);
    }
    let error = parse(text("${a +}")).to_string();
    assert!(error.starts_with("`$.body[0].text`: `${a +}`: "), "{error}");
}

#[test]
fn what_is_no_card_is_refused() {
    let error = CardTemplate::parse("{").unwrap_err();
    assert!(matches!(error, TemplateError::NotJson { .. }), "{error}");
    for json in [
        "[]",
        "1",
        r#"{"type":"message"}"#,
        r#"{"type":"TextBlock","text":"x"}"#,
    ] {
        let error = CardTemplate::parse(json).unwrap_err();
        assert!(matches!(error, TemplateError::NotACard), "{error}");
    }
    assert!(CardTemplate::parse("\u{feff}{\"type\":\"AdaptiveCard\"}").is_ok());
}

#[test]
fn what_the_data_lacks_is_named() {
    let data = json!({ "services": [{ "name": "api" }], "owner": null });
    let table = [
        (
            text("${servces | length}"),
            "`$.body[0].text`: `${servces | length}`: the data has no `servces`; did you mean `services`?",
        ),
        (
            text("${count}"),
            "`$.body[0].text`: `${count}`: the data has no `count`; known: owner, services; or write `count | default(\"\")`",
        ),
        (
            text("${services[0].port}"),
            "`$.body[0].text`: `${services[0].port}`: the data has nothing there; write `${services[0].port | default(\"\")}`, or `\"$when\": \"${services[0].port is defined}\"`",
        ),
        (
            text("by ${owner}"),
            "`$.body[0].text`: `${owner}`: it is `null`; write `x | default(\"nobody\")`, or leave the element out with `$when`",
        ),
        (
            text("${services}"),
            "`$.body[0].text`: `${services}`: it is a list; name one of its values, or write `list | join(\", \")`",
        ),
        (
            text("${$index}"),
            "`$.body[0].text`: `${$index}`: `$index` is known only where `$data` repeats something; remove it",
        ),
        (
            json!([{ "type": "TextBlock", "text": "x", "$data": "${owner}" }]),
            "`$.body[0]`: `$data` has nothing to repeat the element for; give a list to an element of a list, or an object for its names",
        ),
    ];
    for (body, expected) in table {
        assert_eq!(fill(body, data.clone()).to_string(), expected);
    }
}

#[test]
fn addresses_must_be_https_after_filling() {
    let body = json!([{ "type": "Image", "altText": "x", "url": "${url}" }]);
    for url in [
        "http://a.example/x.png",
        "javascript:alert(1)",
        "",
        "https://a.example/a b.png",
        "${x}",
    ] {
        let error = fill(body.clone(), json!({ "url": url })).to_string();
        assert!(
            error.starts_with("`$.body[0].url`: `${url}`: the address "),
            "{error}"
        );
    }
    let link = text("[run](${url})");
    let error = fill(link, json!({ "url": "javascript:alert(1)" })).to_string();
    assert!(error.contains("does not begin with `https://`"), "{error}");
    let inserted = json!([{ "type": "ImageSet", "images": "${images}" }]);
    let error = fill(
        inserted,
        json!({ "images": [{ "type": "Image", "url": "http://a.example/x.png" }] }),
    )
    .to_string();
    assert!(error.contains("is not `https`"), "{error}");
}

#[test]
fn what_teams_would_refuse_is_told_with_its_place_in_the_template() {
    let body = json!([
        { "type": "TextBlock", "$data": "${names}", "text": "${$data}" },
        { "type": "TextBlok", "text": "x" },
        { "type": "TextBlock", "text": "x", "color": "${color}" },
    ]);

    let error = fill(body, json!({ "names": ["a", "b", "c"], "color": "bleu" }));

    assert_eq!(
        error.to_string(),
        "`$.body[1]`: Teams does not know the element `TextBlok` (HC143, and 1 more); did you mean `TextBlock`?"
    );
    let paths: Vec<_> = error
        .to_findings()
        .into_iter()
        .map(|finding| finding.path)
        .collect();
    assert_eq!(paths, ["$.body[1]", "$.body[2].color"]);
}

#[test]
fn an_empty_card_is_refused() {
    let body = json!([{ "type": "TextBlock", "$when": "${false}", "text": "x" }]);

    let codes: Vec<_> = fill(body, json!({}))
        .to_findings()
        .into_iter()
        .map(|finding| finding.code)
        .collect();

    assert_eq!(codes, ["HC128"]);
}

#[test]
fn nothing_runs_away() {
    let repeat =
        json!([{ "type": "TextBlock", "$data": "${a}", "$when": "${false}", "text": "x" }]);
    let many: Vec<u32> = (0..3_000).collect();
    let error = fill(repeat, json!({ "a": many })).to_string();
    assert_eq!(
        error,
        "`$.body[0]`: the card repeats more than 2000 times; give it only the items that matter, and say how many more there are"
    );

    let long = json!([{ "type": "TextBlock", "$data": "${a}", "text": "${$root.b}" }]);
    let error = fill(
        long,
        json!({ "a": [1, 2, 3, 4, 5], "b": "x".repeat(100_000) }),
    )
    .to_string();
    assert!(
        error.contains("the card is larger than 448000 bytes"),
        "{error}"
    );

    let slow = text("${'x' * 100000000}");
    let error = fill(slow, json!({})).to_string();
    assert!(error.contains("`${'x' * 100000000}`: "), "{error}");

    let mut deep = json!("x");
    for _ in 0..100 {
        deep = json!([deep]);
    }
    let body = json!([{ "type": "Container", "items": "${deep}" }]);
    let error = fill(body, json!({ "deep": deep })).to_string();
    assert!(error.contains("nested too deeply"), "{error}");
}
