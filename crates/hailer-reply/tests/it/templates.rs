//! Templates that are filled: what goes where, what is repeated, what is left out.

#![expect(
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::unwrap_used,
    reason = "helpers of tests; values are written where they are passed"
)]

use hailer_reply::{CardTemplate, MESSAGE_LIMIT, Reply, lint, read_message};
use serde_json::{Value, json};

const SAMPLES: &str = include_str!("../adaptivecards/samples.jsonl");

/// A status update as Microsoft's sample of that name has it, with the places that change open.
pub(crate) const UPDATE: &str = include_str!("templates/update.json");

pub(crate) fn template(body: Value) -> CardTemplate {
    let card = json!({ "type": "AdaptiveCard", "version": "1.4", "body": body });
    CardTemplate::parse(&card.to_string()).unwrap()
}

/// Fills a template and returns its body.
pub(crate) fn filled(body: Value, data: Value) -> Value {
    let card = template(body).fill(&data).unwrap();
    card.value()["body"].clone()
}

fn text(text: &str) -> Value {
    json!([{ "type": "TextBlock", "text": text }])
}

/// Fills the text of a paragraph.
pub(crate) fn filled_text(source: &str, data: Value) -> String {
    let body = filled(text(source), data);
    body[0]["text"].as_str().unwrap().to_owned()
}

#[test]
fn an_update_is_filled() {
    let data = json!({
        "title": "Publish *the* schema",
        "creator": { "name": "Matt", "picture": "https://pictures.example/matt.png" },
        "created": "2026-11-24T10:52:00Z",
        "description": "We need **one**.",
        "facts": [{ "key": "Board", "value": "Adaptive Cards" }, { "key": "Days left", "value": 3 }],
        "overdue": false,
        "url": "https://board.example/card/1",
    });

    let reply = Reply::card(CardTemplate::parse(UPDATE).unwrap().fill(&data).unwrap());

    assert_eq!(
        reply.to_plain(),
        "Publish *the* schema\n\
         [image: Matt]\n\
         Matt\n\
         Created 24 Nov 2026\n\
         We need one.\n\
         Board      Adaptive Cards\n\
         Days left  3\n\
         View (https://board.example/card/1)"
    );
    let message: Value = serde_json::from_str(reply.to_message().json()).unwrap();
    assert_eq!(lint(&message), []);
    assert_eq!(message["summary"], "Publish *the* schema");
}

#[test]
fn a_value_alone_keeps_its_type() {
    let body = json!([
        { "type": "Container", "isVisible": "${on}", "bleed": "${not on}", "items": "${items}" },
        { "type": "ColumnSet", "columns": [{ "type": "Column", "width": "${width}", "items": [] }] },
        { "type": "FactSet", "facts": "${facts}" },
    ]);
    let data = json!({
        "on": true,
        "width": 2,
        "items": [{ "type": "TextBlock", "text": "*x*", "wrap": true }],
        "facts": [{ "title": "a_", "value": 1 }],
    });

    let body = filled(body, data);

    assert_eq!(body[0]["isVisible"], true);
    assert_eq!(body[0]["bleed"], false);
    assert_eq!(
        body[0]["items"][0],
        json!({ "type": "TextBlock", "text": r"\*x\*", "wrap": true })
    );
    assert_eq!(body[1]["columns"][0]["width"], 2);
    assert_eq!(body[2]["facts"], json!([{ "title": r"a\_", "value": "1" }]));
}

#[test]
fn numbers_and_flags_are_text_where_text_is_shown() {
    assert_eq!(filled_text("${n}", json!({ "n": 3 })), "3");
    assert_eq!(
        filled_text(
            "${n} of ${m}: ${ok}",
            json!({ "n": 3, "m": 4.5, "ok": true })
        ),
        "3 of 4.5: true"
    );
}

#[test]
fn null_alone_leaves_the_property_out() {
    let body = json!([{ "type": "TextBlock", "text": "x", "color": "${color}" }]);

    assert_eq!(filled(body, json!({ "color": null })), text("x"));
}

#[test]
fn an_element_is_repeated_and_names_are_those_of_the_item_first() {
    let body = json!([
        { "type": "TextBlock", "$data": "${services}", "text": "${$index} ${name} of ${$root.name} in ${place}" },
        { "type": "TextBlock", "text": "end" },
    ]);
    let data = json!({ "name": "all", "place": "prod", "services": [{ "name": "api" }, { "name": "web", "place": "test" }] });

    let body = filled(body, data);

    let texts: Vec<_> = body
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["text"])
        .collect();
    assert_eq!(
        texts,
        ["0 api of all in prod", "1 web of all in test", "end"]
    );
}

#[test]
fn repeats_nest_and_items_need_no_names() {
    let body = json!([{ "type": "Container", "$data": "${rows}", "items": [
        { "type": "TextBlock", "$data": "${$data}", "text": "${$index}=${$data}" }
    ] }]);

    let body = filled(body, json!({ "rows": [["a", "b"], [], [true]] }));

    let rows: Vec<Vec<_>> = body
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            row["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["text"].clone())
                .collect()
        })
        .collect();
    assert_eq!(rows, [vec!["0=a", "1=b"], vec![], vec!["0=true"]]);
}

#[test]
fn data_can_stand_in_the_template_and_change_names_without_a_list() {
    let body = json!([
        { "type": "FactSet", "$data": { "a": { "b": "deep" } }, "facts": [{ "title": "${a.b}", "value": "${x}" }] },
        { "type": "FactSet", "facts": [{ "$data": [{ "n": 1 }, { "n": 2 }], "title": "${n}", "value": "v" }] },
    ]);

    let body = filled(body, json!({ "x": "outer" }));

    assert_eq!(
        body[0]["facts"],
        json!([{ "title": "deep", "value": "outer" }])
    );
    assert_eq!(
        body[1]["facts"],
        json!([{ "title": "1", "value": "v" }, { "title": "2", "value": "v" }])
    );
}

#[test]
fn what_does_not_hold_is_left_out() {
    let body = json!([
        { "type": "TextBlock", "$when": "${n > 1}", "text": "many" },
        { "type": "TextBlock", "$when": false, "text": "never" },
        { "type": "TextBlock", "$when": "${missing is defined}", "text": "${missing}" },
        { "type": "Container", "items": [], "selectAction": { "$when": "${n == 0}", "type": "Action.OpenUrl", "url": "${url}" } },
        { "type": "TextBlock", "$data": "${list}", "$when": "${$data != 'b'}", "text": "${$data}" },
    ]);

    let body = filled(body, json!({ "n": 1, "list": ["a", "b", "c"] }));

    assert_eq!(
        body,
        json!([
            { "type": "Container", "items": [] },
            { "type": "TextBlock", "text": "a" },
            { "type": "TextBlock", "text": "c" },
        ])
    );
}

#[test]
fn expressions_count_compare_and_choose() {
    let data =
        json!({ "n": 2, "list": ["a", "b"], "name": "Ann", "missing_name": null, "half": 0.5 });
    let table = [
        ("${n + 1} ${n * 2} ${list[0]} ${list | length}", "3 4 a 2"),
        ("${'up' if n > 1 && name == 'Ann' else 'down'}", "up"),
        (
            "${'a' in list} ${not (n == 2)} ${n == 1 || false}",
            "true false false",
        ),
        (
            "${missing_name | default('nobody')} ${nothing | default(name)}",
            "nobody Ann",
        ),
        (
            "${list | join(', ')} ${list | first}${list | last}",
            "a, b ab",
        ),
        (
            "${name | upper} ${name | lower} ${' x ' | trim}",
            "ANN ann x",
        ),
        (
            "${1234.567 | round} ${1234.567 | round(1)} ${half | round(2)} ${n | round}",
            "1235 1234.6 0.5 2",
        ),
        (
            "${0 | date} / ${0 | date('day')}",
            "1 Jan 1970, 00:00 UTC / 1 Jan 1970",
        ),
        ("${name ~ '-' ~ n} ${$data['name']}", "Ann-2 Ann"),
        (r"\${n} costs $5 {n}", "${n} costs $5 {n}"),
        (
            "${missing_name == null} ${missing_name is none}",
            "true true",
        ),
    ];
    for (source, expected) in table {
        assert_eq!(filled_text(source, data.clone()), expected, "{source}");
    }
}

#[test]
fn what_comes_from_the_data_is_literal() {
    let data = json!({ "x": "*a* <at>b</at> [c](https://d.example)", "m": "**bold** [run](https://e.example)", "n": 1, "dot": ". x" });
    let table = [
        (
            "${x}",
            "\\*a\\* <\u{200b}at>b<\u{200b}/at> [c]\u{200b}(https://d.example)",
        ),
        ("**${n}** is _${n}_", "**1** is _1_"),
        (
            "${m | markdown}, ${'*' ~ m | markdown}",
            "**bold** [run](https://e.example), \\***bold** [run]\u{200b}(https://e.example)",
        ),
        ("${n}${dot}", "1\u{200b}. x"),
    ];
    let drawn = ["*a* <at>b</at> [c](https://d.example)", "1 is 1"];
    for (source, expected) in table.iter().take(2).zip(drawn) {
        let wire = filled_text(source.0, data.clone());
        assert_eq!(wire, source.1, "{}", source.0);
        let reply = Reply::card(template(text(source.0)).fill(&data).unwrap());
        assert_eq!(reply.to_plain(), expected);
    }
    assert_eq!(filled_text(table[3].0, data.clone()), table[3].1);
    let mixed = filled_text(table[2].0, data);
    assert!(
        mixed.starts_with("**bold** [run](https://e.example), "),
        "{mixed}"
    );
    assert!(
        mixed.ends_with("[run]\u{200b}(https://e.example)"),
        "{mixed}"
    );
}

#[test]
fn links_keep_their_shape_and_lead_where_they_say() {
    let data = json!({ "label": "x](https://evil.example) [y", "url": "https://ci.example/a_(b)", "id": "1) [z](https://evil.example" });

    assert_eq!(
        filled_text("[run ${label}](${url})", data.clone()),
        "[run x)(https://evil.example) (y](https://ci.example/a%5F%28b%29)"
    );
    assert_eq!(
        filled_text("[run](https://ci.example/run/${id})", data),
        "[run](https://ci.example/run/1%29%20%5Bz%5D%28https://evil.example)"
    );
}

#[test]
fn a_mention_of_the_template_names_who_is_in_the_data() {
    let card = json!({
        "type": "AdaptiveCard", "version": "1.4",
        "body": text("<at>${name}</at>, please look"),
        "msteams": { "entities": [{ "type": "mention", "text": "<at>${name}</at>", "mentioned": { "id": "${id}", "name": "${name}" } }] },
    });
    let template = CardTemplate::parse(&card.to_string()).unwrap();

    let card = template
        .fill(&json!({ "name": "Dana_ </at>", "id": "8f1c2d3e" }))
        .unwrap();

    assert_eq!(lint(card.value()), []);
    assert_eq!(card.to_text(), "<at>Dana_ </at></at>, please look");
}

#[test]
fn addresses_are_taken_as_they_are() {
    let card = json!({
        "type": "AdaptiveCard", "version": "1.4", "body": text("x"),
        "actions": [{ "type": "Action.OpenUrl", "title": "*Run* ${n}", "url": "https://ci.example/run?q=${q | urlencode}&n=${n}" }],
    });
    let template = CardTemplate::parse(&card.to_string()).unwrap();

    let card = template.fill(&json!({ "n": 1, "q": "a b/ü*" })).unwrap();

    assert_eq!(
        card.value()["actions"][0],
        json!({ "type": "Action.OpenUrl", "title": "*Run* 1", "url": "https://ci.example/run?q=a%20b%2F%C3%BC%2A&n=1" })
    );
}

#[test]
fn a_card_without_placeholders_stays_as_it_is() {
    let mut compared = 0;
    for line in SAMPLES.lines() {
        let mut sample: Value = serde_json::from_str(line).unwrap();
        let (path, mut card) = (sample["path"].take(), sample["card"].take());
        let template = CardTemplate::parse(&card.to_string());
        let Ok(filled) = template.and_then(|template| template.fill_unjudged(&())) else {
            continue;
        };
        let mut value = filled.value().clone();
        for derived in ["fallbackText", "speak"] {
            if card.get(derived).is_none() {
                value.as_object_mut().unwrap().remove(derived);
            }
        }
        strip_trailing(&mut card);
        strip_trailing(&mut value);
        assert_eq!(value, card, "{path}");
        compared += 1;
    }
    assert!(compared > 300, "{compared}");
}

/// Line ends are one character in our cards, and nothing invisible stays.
fn strip_trailing(value: &mut Value) {
    match value {
        Value::String(text) => *text = hailer_reply::sanitise(text).into_owned(),
        Value::Array(items) => items.iter_mut().for_each(strip_trailing),
        Value::Object(object) => object.values_mut().for_each(strip_trailing),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn a_long_card_is_cut_like_any_other() {
    let body = json!([{ "type": "TextBlock", "text": "title" }, { "type": "FactSet", "facts": [
        { "$data": "${rows}", "title": "row ${$index}", "value": "${'xxxxxxxxxx' ~ $data}" }
    ] }]);
    let rows: Vec<u32> = (0..1_500).collect();

    let card = template(body).fill(&json!({ "rows": rows })).unwrap();
    let message = Reply::card(card).to_message();

    assert!(message.json().len() <= MESSAGE_LIMIT);
    let plain = read_message(message.json()).unwrap().to_plain();
    assert!(plain.starts_with("title\nrow 0"), "{plain}");
    assert!(plain.contains("more"), "{plain}");
}

#[test]
fn what_no_builder_makes_travels_as_well() {
    let body = json!([{ "type": "Badge", "text": "${x}", "fallback": { "type": "TextBlock", "text": "${x}" } }]);

    let reply = Reply::card(template(body).fill(&json!({ "x": "new" })).unwrap());

    assert!(reply.to_message().json().contains(r#""type":"Badge""#));
}
