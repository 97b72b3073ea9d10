//! How long a card is when it is drawn; a guess.

use serde_json::Value;

/// Teams folds cards of a channel at a height that is written nowhere; this is about a screen of a phone.
const FOLD: usize = 20;

/// About what fits on a line.
const LINE: usize = 50;

/// Where a card is folded.
pub(super) struct Fold {
    /// The element of the body with the first line that is hidden.
    pub(super) index: usize,
    /// How many lines the whole card has.
    pub(super) lines: usize,
}

/// Guesses where a card is folded; nothing when it is short.
pub(super) fn find(body: &[Value]) -> Option<Fold> {
    let mut lines = 0;
    let mut index = None;
    for (at, element) in body.iter().enumerate() {
        lines += lines_of(element);
        if lines > FOLD && index.is_none() {
            index = Some(at);
        }
    }
    Some(Fold {
        index: index?,
        lines,
    })
}

fn lines_of(element: &Value) -> usize {
    if element.get("isVisible") == Some(&Value::Bool(false)) {
        return 0;
    }
    let list = |key: &str| {
        element
            .get(key)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default()
    };
    let sum = |key: &str| list(key).iter().map(lines_of).sum();
    let longest = |key: &str| list(key).iter().map(lines_of).max().unwrap_or(0);
    match element
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default()
    {
        "TextBlock" => lines_of_text(element),
        "FactSet" => list("facts").len(),
        "Image" => lines_of_image(element.get("size")),
        "ImageSet" => list("images").len().div_ceil(3) * lines_of_image(element.get("imageSize")),
        "RichTextBlock" => list("inlines").len().div_ceil(4),
        "ActionSet" => 2,
        "ColumnSet" => longest("columns"),
        "Table" => list("rows").iter().map(cells).sum(),
        _ => sum("items"),
    }
}

fn cells(row: &Value) -> usize {
    let cells = row.get("cells").and_then(Value::as_array);
    let lines = |cell: &Value| -> usize {
        let items = cell.get("items").and_then(Value::as_array);
        items.map_or(0, |items| items.iter().map(lines_of).sum())
    };
    cells.map_or(0, |cells| cells.iter().map(lines).max().unwrap_or(0))
}

fn lines_of_text(block: &Value) -> usize {
    let text = block
        .get("text")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let lines = if block.get("wrap") == Some(&Value::Bool(true)) {
        text.lines()
            .map(|line| line.chars().count().div_ceil(LINE).max(1))
            .sum()
    } else {
        text.lines().count()
    };
    let most = block
        .get("maxLines")
        .and_then(Value::as_u64)
        .filter(|most| *most > 0);
    most.and_then(|most| usize::try_from(most).ok())
        .map_or(lines, |most| lines.min(most))
}

fn lines_of_image(size: Option<&Value>) -> usize {
    match size
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_ascii_lowercase()
        .as_str()
    {
        "small" => 2,
        "large" | "stretch" => 8,
        _ => 4,
    }
}
