//! Did you mean: near names among those that the person may run.

/// More suggestions than this help nobody.
const MOST: usize = 3;

/// Words with fewer letters than this may differ in one letter only.
const SHORT_WORD: usize = 5;

/// Names at least this alike (Jaro-Winkler, 0 to 1) are near whatever their distance.
const ALIKE: f64 = 0.85;

/// Returns the names nearest to what was typed, the best first.
///
/// Near is a Damerau-Levenshtein distance of at most 2 (1 for words under 5 letters), a Jaro-Winkler
/// likeness of at least 0.85, or the same words in another order.
pub fn nearest<'n>(typed: &str, names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let typed = typed.to_lowercase();
    let mut near: Vec<(f64, &str)> = names
        .filter_map(|name| Some((nearness(&typed, name)?, name)))
        .collect();
    near.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    let best = near.first().map_or(0.0, |(nearness, _)| *nearness);
    near.retain(|(nearness, _)| *nearness + 0.1 >= best);
    near.truncate(MOST);
    near.into_iter().map(|(_, name)| name).collect()
}

/// Says how near a name is, from 0 to 1; `None` when it is not near at all.
fn nearness(typed: &str, name: &str) -> Option<f64> {
    let name = name.to_lowercase();
    if is_reordered(typed, &name) {
        return Some(0.95);
    }
    let length = typed.chars().count();
    let allowed = if length < SHORT_WORD { 1 } else { 2 };
    if name.chars().count().abs_diff(length) > 2 * allowed {
        return None;
    }
    let likeness = strsim::jaro_winkler(typed, &name);
    let is_near = length > 1 && strsim::damerau_levenshtein(typed, &name) <= allowed;
    (is_near || likeness >= ALIKE).then_some(likeness)
}

fn is_reordered(typed: &str, name: &str) -> bool {
    let mut typed: Vec<&str> = typed.split_whitespace().collect();
    let mut name: Vec<&str> = name.split_whitespace().collect();
    typed.sort_unstable();
    name.sort_unstable();
    typed.len() > 1 && typed == name
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 5] = ["deploy status", "deploy run", "oncall", "help", "echo"];

    fn near(typed: &str) -> Vec<&'static str> {
        nearest(typed, NAMES.into_iter())
    }

    #[test]
    fn a_typing_error_finds_its_name() {
        assert_eq!(near("deploy stauts"), ["deploy status"]);
        assert_eq!(near("onclal"), ["oncall"]);
        assert_eq!(near("HLEP"), ["help"]);
    }

    #[test]
    fn swapped_words_find_their_name() {
        assert_eq!(near("status deploy"), ["deploy status"]);
    }

    #[test]
    fn short_words_may_differ_in_one_letter_only() {
        assert!(near("ohce").is_empty());
        assert_eq!(near("ecco"), ["echo"]);
    }

    #[test]
    fn something_else_finds_nothing() {
        assert!(near("restart").is_empty());
        assert!(near("").is_empty());
    }
}
