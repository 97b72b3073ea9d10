use std::path::Path;
use std::time::Duration;

use hailer::testing::TestBot;
use hailer::{Draft, Environment};
use serde_json::json;

use super::{Prometheus, Query, Unit, module, read};
use crate::backend::Backend;
use crate::fake::Fake;

/// As Prometheus 2.42 answers.
const UP: &str = r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up","instance":"127.0.0.1:1","job":"gone"},"value":[1795529494.261,"0"]},{"metric":{"__name__":"up","instance":"127.0.0.1:19090","job":"self"},"value":[1795529494.261,"1"]}]}}"#;

const NOT_CLOSED: &str = r#"{"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": 1:4: parse error: unclosed left parenthesis"}"#;

fn queries() -> Vec<Query> {
    vec![Query {
        name: "errors".to_owned(),
        expression: "sum(rate(errors[5m])) / sum(rate(all[5m]))".to_owned(),
        help: "requests that fail".to_owned(),
        unit: Unit::Ratio,
    }]
}

async fn says(answer: impl Into<String>, typed: &str) -> (hailer::testing::TestReply, Vec<String>) {
    asked_with(200, answer.into(), typed).await
}

async fn asked_with(
    status: u16,
    answer: String,
    typed: &str,
) -> (hailer::testing::TestReply, Vec<String>) {
    let fake = Fake::start(vec![("GET /api/v1/", status, answer)]).await;
    let backend = Backend::new("Prometheus", &fake.url).unwrap();
    let server = Prometheus::new(backend.within(Duration::from_millis(300)), queries());
    let bot = TestBot::new().module(module(Some(server)));
    let reply = bot.say(typed).await;
    (reply, fake.asked())
}

fn vector(values: &[(&str, &str)]) -> String {
    let result: Vec<_> = values
        .iter()
        .map(
            |(name, value)| json!({ "metric": { "pod": name, "job": "api" }, "value": [1, value] }),
        )
        .collect();
    json!({ "status": "success", "data": { "resultType": "vector", "result": result } }).to_string()
}

#[tokio::test]
async fn several_values_are_bars_named_by_what_tells_them_apart() {
    let (reply, asked) = says(UP, "query up{job=~\"self|gone\"}  # all").await;

    reply
        .assert_contains("127.0.0.1:19090 self")
        .assert_contains("127.0.0.1:1 gone");
    let lines: Vec<&str> = reply.text().lines().collect();
    assert!(lines[1].contains("self"), "the largest first: {lines:?}");
    assert!(
        asked[0].contains("query=up%7Bjob%3D%7E%22self%7Cgone%22%7D++%23+all&time="),
        "{asked:?}"
    );
}

#[tokio::test]
async fn one_value_is_told_with_its_labels() {
    let (reply, _) = says(vector(&[("api-1", "12345.678")]), "query requests").await;

    reply.assert_text("requests\nNow  12.35 k\njob  api\npod  api-1");
}

#[tokio::test]
async fn a_number_and_what_is_none_are_told() {
    let scalar = r#"{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}"#;
    let none = r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#;
    let matrix = r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#;
    let string = r#"{"status":"success","data":{"resultType":"string","result":[1,"x"]}}"#;

    says(scalar, "query 1 + 1")
        .await
        .0
        .assert_text("1 + 1\nNow  2");
    says(none, "query upp")
        .await
        .0
        .assert_contains("No data for upp.");
    says(matrix, "query up[5m]")
        .await
        .0
        .assert_failed("Leave [5m] out");
    says(string, "query \"x\"")
        .await
        .0
        .assert_failed("a text, and no number");
}

#[tokio::test]
async fn many_and_odd_values_are_a_table() {
    let many: Vec<(String, String)> = (0..20)
        .map(|it| (format!("p{it}"), it.to_string()))
        .collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();

    let (reply, _) = says(vector(&many), "query x").await;
    reply
        .assert_contains("p19")
        .assert_contains("x · 15 of 20")
        .assert_lacks("p4 ");

    let odd = vector(&[("a", "NaN"), ("b", "+Inf"), ("c", "-2")]);
    let (reply, _) = says(odd, "query x").await;
    reply.assert_text("x\nWhat  Now\nb     ∞\nc     -2\na     –");
}

#[tokio::test]
async fn a_name_stands_for_an_expression_with_a_unit() {
    let (reply, asked) = says(vector(&[("a", "0.0734")]), "query ERRORS").await;

    reply.assert_contains("errors\nNow  7.34 %");
    assert!(asked[0].contains("sum%28rate%28errors"), "{asked:?}");
    says("", "queries")
        .await
        .0
        .assert_contains("errors  requests that fail");
}

/// Answers with values where the grid wants them.
fn matrix(values: &[(usize, &str)]) -> impl Fn(&str) -> String {
    let values: Vec<(usize, String)> = values
        .iter()
        .map(|(at, it)| (*at, (*it).to_owned()))
        .collect();
    move |start: &str| {
        let start: f64 = start.parse().unwrap();
        let values: Vec<_> = values
            .iter()
            .map(|(at, value)| json!([start + 180.0 * *at as f64, value]))
            .collect();
        json!({ "status": "success", "data": { "resultType": "matrix", "result": [{ "metric": {}, "values": values }] } })
            .to_string()
    }
}

#[tokio::test]
async fn a_time_is_drawn_as_a_curve_with_gaps_where_nothing_was_measured() {
    let backend = Backend::sample(
        "Prometheus",
        Box::new(|_, path, parameters, _| {
            assert_eq!(path, "api/v1/query_range");
            let start = &parameters.iter().find(|(key, _)| key == "start").unwrap().1;
            let text = matrix(&[(0, "1"), (1, "2"), (19, "4")])(start);
            serde_json::from_str(&text).unwrap()
        }),
    );
    let bot = TestBot::new().module(module(Some(Prometheus::new(backend, Vec::new()))));

    bot.say("query range 1h up").await.assert_text(
        "up · last 1 h\nCurve    ▁▃·················█\nNow      4\nLowest   1\nHighest  4\nMean     2.333\nStep     3 min",
    );
}

#[tokio::test]
async fn a_time_that_is_none_is_told() {
    for (typed, told) in [
        ("query range up", "expression"),
        ("query range soon up", "how long back first"),
        ("graph 10s up", "a minute at least"),
        ("graph 900d up", "a year at most"),
    ] {
        let (reply, _) = says(UP, typed).await;
        reply.assert_contains(told);
    }
}

#[tokio::test]
async fn what_prometheus_refuses_is_told_in_its_words() {
    let (reply, _) = asked_with(400, NOT_CLOSED.to_owned(), "query up(").await;
    reply.assert_failed("refuses that: invalid parameter \"query\": 1:4: parse error: unclosed");

    let (reply, _) = says("{}", "query up").await;
    reply.assert_failed("something else than it should");
    let (reply, _) = asked_with(0, String::new(), "query up").await;
    reply.assert_failed("no answer within 300 ms");
}

#[tokio::test]
async fn it_can_be_tried_without_a_server() {
    let bot = TestBot::new().module(module(Some(Prometheus::sample(queries()))));

    bot.say("query errors").await.assert_contains("%");
    bot.say("query range 6h errors")
        .await
        .assert_contains("Curve");
    bot.say("graph 1d cpu by (instance)")
        .await
        .assert_contains("web-2");
    bot.say("query sum(").await.assert_failed("unclosed");
}

#[test]
fn everything_wrong_with_the_table_is_told() {
    let text = "[webhook.ops]\ntoken = { env = \"TOKEN\" }\n[prometheus]\nurl = \"prom\"\n[prometheus.query.range]\nexpr = \"up\"\n\
                [prometheus.query.load]\nhelp = \"x\"\nunits = \"s\"\n";
    let token = "VGVzdHMgb25seTogdGhpcyBvcGVucyBub3RoaW5nISE=";
    let environment = Environment::from_pairs([("TOKEN", token)]);
    let draft = Draft::parse("hailer.toml", text, Path::new(""), &environment);

    assert!(read(&draft).is_none());
    let problems = draft.finish().unwrap_err().to_string();

    for part in [
        "no HTTP address",
        "cannot be called \"range\"",
        "there is no `expr`",
        "did you mean `unit`?",
    ] {
        assert!(problems.contains(part), "{part} in\n{problems}");
    }
}
