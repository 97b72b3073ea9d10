//! Made-up values, to try the commands without a server: the day goes up and down, and one instance has trouble.

use reqwest::Method;
use serde_json::{Value, json};

use crate::backend::Sample;

const INSTANCES: [&str; 3] = ["web-1", "web-2", "web-3"];

/// Makes a server of them.
pub(super) fn sample() -> Sample {
    Box::new(|_: &Method, path, parameters, _| {
        let said = |name: &str| {
            let found = parameters.iter().find(|(key, _)| key == name);
            found.map_or("", |(_, value)| value.as_str())
        };
        let number = |name: &str| said(name).parse::<f64>().unwrap_or_default();
        let query = said("query");
        if query.matches('(').count() != query.matches(')').count() {
            return json!({
                "status": "error", "errorType": "bad_data",
                "error": "parse error: unclosed left parenthesis",
            });
        }
        let names: &[&str] = if query.contains("instance") {
            &INSTANCES
        } else {
            &[""]
        };
        let labels = |name: &str| match name {
            "" => json!({}),
            name => json!({ "instance": name }),
        };
        let scale = scale(query);
        if path.ends_with("query_range") {
            let (start, end, step) = (number("start"), number("end"), number("step").max(1.0));
            let result = names.iter().enumerate().map(|(at, name)| {
                let times = (0..).map(|it| start + f64::from(it) * step);
                let values = times.take_while(|time| *time <= end + 0.5).take(1_000);
                let values: Vec<Value> = values
                    .map(|time| json!([time, (scale * value(at, time, end)).to_string()]))
                    .collect();
                json!({ "metric": labels(name), "values": values })
            });
            let result: Vec<Value> = result.collect();
            return json!({ "status": "success", "data": { "resultType": "matrix", "result": result } });
        }
        let now = number("time");
        let result = names.iter().enumerate().map(|(at, name)| {
            let value = (scale * value(at, now, now)).to_string();
            json!({ "metric": labels(name), "value": [now, value] })
        });
        let result: Vec<Value> = result.collect();
        json!({ "status": "success", "data": { "resultType": "vector", "result": result } })
    })
}

/// Guesses from the words of an expression how large its values are.
fn scale(query: &str) -> f64 {
    let known = [
        ("/", 0.02),
        ("bytes", 6e8),
        ("seconds", 0.18),
        ("ratio", 0.4),
        ("up", 0.0),
    ];
    let found = known.iter().find(|(word, _)| query.contains(word));
    found.map_or(120.0, |(_, scale)| *scale)
}

/// A wave over the day, and for the second instance a step in the last hour.
fn value(instance: usize, time: f64, now: f64) -> f64 {
    let day = (time / 86_400.0 * std::f64::consts::TAU).sin();
    let ripple = (time / 700.0 + instance as f64).sin() * 0.08;
    let trouble = if instance == 1 && now - time < 3_600.0 {
        1.6
    } else {
        0.0
    };
    1.0 + day * 0.35 + ripple + trouble + instance as f64 * 0.1
}
