//! Asking Prometheus, and comparing what it says.

use std::time::SystemTime;

use hailer::CommandError;

use crate::query::api::{Series, instant};
use crate::query::{Prometheus, Unit};
use crate::status::check::Health;
use crate::status::limit::Limit;

pub(super) async fn ask(
    prometheus: &Prometheus,
    expression: &str,
    now: SystemTime,
) -> Result<Vec<Series>, CommandError> {
    instant(&prometheus.backend, expression, now).await
}

/// Compares all values: the worst is told, and of those as bad the first.
pub(super) fn judge(
    series: Result<Vec<Series>, CommandError>,
    unit: &Unit,
    (warn, critical): (Option<Limit>, Option<Limit>),
) -> Health {
    let series = match series {
        Ok(series) => series,
        Err(error) => return Health::Down(error.to_string().trim_end_matches('.').to_owned()),
    };
    let values = series.iter().filter_map(|it| it.values.first().copied());
    let values: Vec<f64> = values.filter(|it| !it.is_nan()).collect();
    let beyond = |limit: Option<Limit>| {
        let limit = limit?;
        let value = values.iter().find(|it| limit.is_beyond(**it))?;
        let (sign, number) = (limit.sign(), unit.show(limit.number()));
        Some(format!("{}, which is {sign} {number}", unit.show(*value)))
    };
    if let Some(text) = beyond(critical) {
        return Health::Down(text);
    }
    if let Some(text) = beyond(warn) {
        return Health::Warning(text);
    }
    match values.as_slice() {
        [] => Health::Down("Prometheus has no value".to_owned()),
        [only] => Health::Up(unit.show(*only)),
        [first, others @ ..] => {
            Health::Up(format!("{} and {} more", unit.show(*first), others.len()))
        }
    }
}
