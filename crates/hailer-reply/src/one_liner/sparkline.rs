//! A curve on one line.

const STEPS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// Stands in for what is no number.
const GAP: &str = "·";

/// Draws values as a curve of one character each, from the lowest to the highest of them.
///
/// Values that are all the same are drawn half high; infinite ones stand at the ends, and a dot stands in for what
/// is no number.
///
/// ```
/// use hailer_reply::{Reply, sparkline};
///
/// let latency = [12, 14, 13, 40, 90, 35];
/// let reply = Reply::facts("api", [("Latency", sparkline(latency)), ("Now", "35 ms".into())]);
///
/// assert_eq!(reply.to_plain(), "api\nLatency  ▁▁▁▃█▃\nNow      35 ms");
/// ```
pub fn sparkline(values: impl IntoIterator<Item = impl Into<f64>>) -> String {
    let values: Vec<f64> = values.into_iter().map(Into::into).collect();
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let lowest = finite().fold(f64::INFINITY, f64::min);
    let highest = finite().fold(f64::NEG_INFINITY, f64::max);
    values
        .iter()
        .map(|&value| step(value, lowest, highest))
        .collect()
}

fn step(value: f64, lowest: f64, highest: f64) -> &'static str {
    if value.is_nan() {
        return GAP;
    }
    // Halves, because the distance of the largest numbers is none.
    let height = value / 2.0 - lowest / 2.0;
    let whole = highest / 2.0 - lowest / 2.0;
    let share = if value.is_infinite() {
        if value > 0.0 { 1.0 } else { 0.0 }
    } else if whole > 0.0 {
        height / whole
    } else {
        0.5
    };
    // Each step stands for an equal part of the whole.
    let steps = [0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875];
    let at = steps.iter().take_while(|&&end| share > end).count();
    STEPS.get(at).copied().unwrap_or(GAP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_between_the_lowest_and_the_highest() {
        assert_eq!(sparkline([1, 2, 3, 4, 5, 6, 7, 8]), "▁▂▃▄▅▆▇█");
        assert_eq!(sparkline([-5.0, 5.0]), "▁█");
        assert_eq!(sparkline([7, 7, 7]), "▄▄▄");
        assert_eq!(sparkline(Vec::<f64>::new()), "");
    }

    #[test]
    fn what_is_no_number_leaves_a_gap() {
        let values = [f64::NEG_INFINITY, 0.0, f64::NAN, 1.0, f64::INFINITY];

        assert_eq!(sparkline(values), "▁▁·██");
        assert_eq!(sparkline([f64::MIN, 0.0, f64::MAX]), "▁▄█");
        assert_eq!(sparkline([f64::NAN]), "·");
    }
}
