//! The table of properties against the schema of Adaptive Cards 1.5 as Microsoft publishes it.

use hailer_reply::{Finding, lint};
use serde_json::{Value, json};

const SCHEMA: &str = include_str!("../adaptivecards/adaptive-card-1.5.0.schema.json");

/// Where an object of each kind may stand; `#` is its place.
const PLACES: &[(&str, &str)] = &[
    ("TextBlock", "#"),
    ("RichTextBlock", "#"),
    ("Image", "#"),
    ("ImageSet", "#"),
    ("FactSet", "#"),
    ("Container", "#"),
    ("ColumnSet", "#"),
    ("Table", "#"),
    ("ActionSet", "#"),
    ("Column", r##"{"type":"ColumnSet","columns":[#]}"##),
    ("Fact", r##"{"type":"FactSet","facts":[#]}"##),
    ("TextRun", r##"{"type":"RichTextBlock","inlines":[#]}"##),
    ("TableRow", r##"{"type":"Table","rows":[#]}"##),
    ("TableCell", r##"{"type":"Table","rows":[{"cells":[#]}]}"##),
    (
        "TableColumnDefinition",
        r##"{"type":"Table","columns":[#]}"##,
    ),
    (
        "BackgroundImage",
        r##"{"type":"Container","backgroundImage":#}"##,
    ),
    ("Action.OpenUrl", r##"{"type":"ActionSet","actions":[#]}"##),
    ("Action.ShowCard", r##"{"type":"ActionSet","actions":[#]}"##),
    (
        "Action.ToggleVisibility",
        r##"{"type":"ActionSet","actions":[#]}"##,
    ),
];

/// What the schema says of one property: its name and the schema of its value.
fn properties(schema: &Value, name: &str) -> Vec<(String, Value)> {
    let definition = &schema["definitions"][name];
    let mut own: Vec<_> = [definition, &definition["anyOf"][1]]
        .into_iter()
        .filter_map(|place| place["properties"].as_object())
        .flatten()
        .map(|(name, value)| (name.trim_end_matches('?').to_owned(), value.clone()))
        .filter(|(name, _)| name != "type")
        .collect();
    for parent in definition["allOf"].as_array().into_iter().flatten() {
        let parent = parent["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
        let inherited = properties(schema, parent);
        own.retain(|(name, value)| {
            value
                .as_object()
                .is_some_and(|value| value.keys().any(|key| key != "description"))
                || inherited.iter().all(|(other, _)| other != name)
        });
        own.extend(inherited);
    }
    own
}

/// The words that the schema allows for a value, if it is one of some words.
fn words(schema: &Value, value: &Value) -> Option<Vec<String>> {
    let value = value["anyOf"].get(0).unwrap_or(value);
    let name = value["$ref"].as_str()?.rsplit('/').next()?;
    let words = schema["definitions"][name]["anyOf"][0]["enum"].as_array()?;
    let words = words.iter().map(|word| word.as_str().unwrap().to_owned());
    Some(words.collect()).filter(|words: &Vec<_>| *words != ["drop"])
}

/// The codes that tell that a property or its value is wrong.
fn verdict(place: &str, name: &str, property: &str, value: &Value) -> Vec<&'static str> {
    let object = json!({ "type": name, property: value });
    let element: Value = serde_json::from_str(&place.replace('#', &object.to_string())).unwrap();
    let is_about_it = |finding: &Finding| finding.path.ends_with(&format!(".{property}"));
    let findings = lint(&element)
        .into_iter()
        .filter(is_about_it)
        .map(|finding| finding.code);
    findings
        .filter(|code| ["HC147", "HC148", "HC149"].contains(code))
        .collect()
}

#[test]
fn every_property_of_the_schema_is_known_with_its_words() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let (mut seen, mut chosen) = (0, 0);
    for (name, place) in PLACES {
        for (property, value) in properties(&schema, name) {
            let about = format!("{name}.{property}");
            assert!(
                !verdict(place, name, &property, &json!({})).contains(&"HC149"),
                "{about} is not known"
            );
            seen += 1;
            if value["type"] == "boolean" {
                assert_eq!(
                    verdict(place, name, &property, &json!(true)),
                    [""; 0],
                    "{about}"
                );
                assert_eq!(
                    verdict(place, name, &property, &json!("true")),
                    ["HC147"],
                    "{about}"
                );
            }
            for word in words(&schema, &value).into_iter().flatten() {
                assert_eq!(
                    verdict(place, name, &property, &json!(word)),
                    [""; 0],
                    "{about} {word}"
                );
                assert_eq!(
                    verdict(place, name, &property, &json!(word.to_uppercase())),
                    [""; 0],
                    "{about} {word}"
                );
                assert_eq!(
                    verdict(place, name, &property, &json!("nonsense")),
                    ["HC148"],
                    "{about}"
                );
                chosen += 1;
            }
        }
    }
    assert!(
        seen > 150 && chosen > 150,
        "{seen} properties, {chosen} words"
    );
}
