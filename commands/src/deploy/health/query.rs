//! `health = { query = …, below = … }`: what Prometheus measures says whether a service does its work.

use std::time::SystemTime;

use hailer::Section;

use crate::backend::Backend;
use crate::deploy::health::Health;
use crate::deploy::text::Values;
use crate::query::{Unit, api};

/// An expression of Prometheus, and what its values have to be.
#[derive(Debug)]
pub(super) struct Measured {
    backend: Backend,
    /// Braces that are no name of a value are those of the expression.
    expression: String,
    above: Option<f64>,
    below: Option<f64>,
}

/// Reads `query`, `above` and `below`; what is wrong is noted.
pub(super) fn read(section: &Section<'_>, server: Option<&Backend>) -> Option<Measured> {
    let expression = section.string("query")?;
    let (above, below) = (number(section, "above"), number(section, "below"));
    if above.is_none() && below.is_none() {
        section.reject(
            "query",
            "nothing says which values are good",
            "fix: below = 0.01, or above = 1",
        );
    }
    if server.is_none() {
        section.reject(
            "query",
            "there is no Prometheus to ask",
            "fix: add [prometheus] with url = \"https://…\"",
        );
    }
    Some(Measured {
        backend: server?.clone(),
        expression,
        above,
        below,
    })
}

/// Reads a number, with a point or without.
fn number(section: &Section<'_>, key: &str) -> Option<f64> {
    let text = section.scalar(key)?;
    let number = text.parse::<f64>().ok().filter(|it| it.is_finite());
    if number.is_none() {
        section.reject(key, format!("`{text}` is no number"), "fix: 0.01");
    }
    number
}

impl Measured {
    /// Asks once.
    pub(super) async fn ask(&self, values: &Values) -> Health {
        let expression = values
            .iter()
            .fold(self.expression.clone(), |text, (name, value)| {
                text.replace(&format!("{{{name}}}"), value)
            });
        let series = match api::instant(&self.backend, &expression, SystemTime::now()).await {
            Ok(series) => series,
            Err(error) => {
                let said = error.reply().map(hailer::Reply::to_plain);
                return Health::Bad(said.unwrap_or_else(|| "Prometheus says nothing".to_owned()));
            }
        };
        let measured: Vec<f64> = series.iter().flat_map(|it| it.values.clone()).collect();
        let bad = measured.iter().find(|it| !self.is_good(**it));
        match (bad, measured.first()) {
            (_, None) => Health::Bad("Prometheus has no value of it".to_owned()),
            (Some(bad), _) => Health::Bad(format!(
                "{}, and it should be {}",
                show(*bad),
                self.wanted()
            )),
            (None, Some(one)) => Health::Good(format!("{}, {}", show(*one), self.wanted())),
        }
    }

    /// What is no number is not good.
    fn is_good(&self, value: f64) -> bool {
        self.above.is_none_or(|it| value > it)
            && self.below.is_none_or(|it| value < it)
            && !value.is_nan()
    }

    /// Says what its values have to be.
    pub(super) fn wanted(&self) -> String {
        match (self.above, self.below) {
            (Some(above), Some(below)) => format!("between {} and {}", show(above), show(below)),
            (Some(above), None) => format!("above {}", show(above)),
            (None, Some(below)) => format!("below {}", show(below)),
            (None, None) => String::new(),
        }
    }
}

fn show(value: f64) -> String {
    Unit::Plain.show(value)
}
