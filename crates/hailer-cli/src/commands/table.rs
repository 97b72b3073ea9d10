//! The table that people read.

use hailer::Catalog;

pub(super) fn draw(catalog: &Catalog) -> String {
    let visible = || catalog.iter().filter(|it| !it.is_hidden());
    let widths = visible().map(|it| it.usage().chars().count());
    let width = widths.max().unwrap_or_default();
    let lines: Vec<String> = visible()
        .map(|it| {
            format!(
                "{:<width$}  {:<11}  {}",
                it.usage(),
                it.effect().as_str(),
                it.summary()
            )
        })
        .collect();
    lines.join("\n")
}
