//! Images: what Teams takes, and what those see who do not see them.

use serde_json::{Map, Value};

use super::kind::{IMAGE_SIZE, MISPLACED, NO_ALT_TEXT};
use super::object::is_blank;
use super::report::shown;
use super::shape::IMAGE;
use super::walk::Walk;

/// The widest and highest image that Teams takes, in pixels.
const LARGEST: f64 = 1024.0;

impl<'a> Walk<'a> {
    pub(super) fn image(&mut self, image: &'a Map<String, Value>) {
        if image.get("altText").is_none_or(is_blank) {
            self.report.note(&NO_ALT_TEXT);
        }
        for side in ["width", "height"] {
            let pixels = match image.get(side) {
                Some(Value::String(size)) => size.trim_end_matches("px").trim().parse().ok(),
                Some(size) => size.as_f64(),
                None => None,
            };
            if let Some(pixels) = pixels.filter(|pixels| *pixels > LARGEST) {
                self.report.say_at(
                    side,
                    &IMAGE_SIZE,
                    format!("the image's {side} is {pixels} pixels; Teams takes {LARGEST}"),
                );
            }
        }
    }

    /// An image of an `ImageSet` may leave its `type` out.
    pub(super) fn image_of_set(&mut self, value: &'a Value) {
        let Some(image) = value.as_object() else {
            return self.element(value);
        };
        match image.get("type").and_then(Value::as_str) {
            Some(kind) if kind != IMAGE.name => {
                self.report.say(
                    &MISPLACED,
                    format!("a `{}` stands where only an image can", shown(kind)),
                );
            }
            _ => {
                self.visibility(image);
                self.object(image, &IMAGE);
                self.image(image);
            }
        }
    }
}
