//! The files of the page, which are in the binary.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

/// A file of the page.
#[derive(Debug)]
pub(crate) struct Asset {
    pub(crate) content_type: &'static str,
    pub(crate) bytes: &'static [u8],
    /// A strong tag: the same bytes have the same one.
    pub(crate) etag: String,
}

/// All files, by their path.
#[derive(Debug)]
pub(crate) struct Assets(HashMap<&'static str, Asset>);

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// A path, a type, and what is there.
pub(crate) type File = (&'static str, &'static str, &'static [u8]);

/// The files of the playground.
pub(crate) const FILES: &[File] = &[
    ("/", HTML, include_bytes!("../web/index.html")),
    ("/app.css", CSS, include_bytes!("../web/app.css")),
    ("/teams.css", CSS, include_bytes!("../web/teams.css")),
    ("/app.js", SCRIPT, include_bytes!("../web/app.js")),
    ("/api.js", SCRIPT, include_bytes!("../web/api.js")),
    ("/cards.js", SCRIPT, include_bytes!("../web/cards.js")),
    ("/composer.js", SCRIPT, include_bytes!("../web/composer.js")),
    ("/dom.js", SCRIPT, include_bytes!("../web/dom.js")),
    ("/draw.js", SCRIPT, include_bytes!("../web/draw.js")),
    ("/jobs.js", SCRIPT, include_bytes!("../web/jobs.js")),
    ("/look.js", SCRIPT, include_bytes!("../web/look.js")),
    (
        "/inspector.js",
        SCRIPT,
        include_bytes!("../web/inspector.js"),
    ),
    ("/suggest.js", SCRIPT, include_bytes!("../web/suggest.js")),
    ("/testcase.js", SCRIPT, include_bytes!("../web/testcase.js")),
    ("/thread.js", SCRIPT, include_bytes!("../web/thread.js")),
    ("/icon.svg", SVG, include_bytes!("../web/icon.svg")),
    (
        "/vendor/adaptivecards.min.js",
        SCRIPT,
        include_bytes!("../web/vendor/adaptivecards.min.js"),
    ),
    (
        "/vendor/adaptivecards.css",
        CSS,
        include_bytes!("../web/vendor/adaptivecards.css"),
    ),
    (
        "/vendor/markdown-it.umd.min.js",
        SCRIPT,
        include_bytes!("../web/vendor/markdown-it.umd.min.js"),
    ),
    (
        "/vendor/microsoft-teams-light.json",
        JSON,
        include_bytes!("../web/vendor/microsoft-teams-light.json"),
    ),
    (
        "/vendor/microsoft-teams-dark.json",
        JSON,
        include_bytes!("../web/vendor/microsoft-teams-dark.json"),
    ),
    (
        "/vendor/LICENSE-adaptivecards",
        TEXT,
        include_bytes!("../web/vendor/LICENSE-adaptivecards"),
    ),
    (
        "/vendor/LICENSE-adaptivecards-designer",
        TEXT,
        include_bytes!("../web/vendor/LICENSE-adaptivecards-designer"),
    ),
    (
        "/vendor/LICENSE-markdown-it",
        TEXT,
        include_bytes!("../web/vendor/LICENSE-markdown-it"),
    ),
    (
        "/vendor/adaptivecards.min.js.LICENSE.txt",
        TEXT,
        include_bytes!("../web/vendor/adaptivecards.min.js.LICENSE.txt"),
    ),
];

/// The files of the operator's pages, which share the look of the playground.
pub(crate) const OPERATOR_FILES: &[File] = &[
    (
        "/operator/",
        HTML,
        include_bytes!("../web/operator/index.html"),
    ),
    (
        "/operator/operator.css",
        CSS,
        include_bytes!("../web/operator/operator.css"),
    ),
    (
        "/operator/operator.js",
        SCRIPT,
        include_bytes!("../web/operator/operator.js"),
    ),
    (
        "/operator/views.js",
        SCRIPT,
        include_bytes!("../web/operator/views.js"),
    ),
    (
        "/operator/history.js",
        SCRIPT,
        include_bytes!("../web/operator/history.js"),
    ),
    ("/operator/dom.js", SCRIPT, include_bytes!("../web/dom.js")),
    (
        "/operator/look.js",
        SCRIPT,
        include_bytes!("../web/look.js"),
    ),
    ("/operator/app.css", CSS, include_bytes!("../web/app.css")),
    ("/operator/icon.svg", SVG, include_bytes!("../web/icon.svg")),
];

impl Assets {
    pub(crate) fn of(files: &[File]) -> Self {
        let asset = |(path, content_type, bytes): &File| {
            let etag = tag(bytes);
            let asset = Asset {
                content_type,
                bytes,
                etag,
            };
            (*path, asset)
        };
        Self(files.iter().map(asset).collect())
    }

    pub(crate) fn find(&self, path: &str) -> Option<&Asset> {
        self.0.get(path)
    }
}

fn tag(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let digits = digest.iter().take(12).map(|it| format!("{it:02x}"));
    format!("\"{}\"", digits.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What we send besides the renderers: nobody should wait for it.
    const OUR_LIMIT: usize = 96 * 1024;

    #[test]
    fn our_own_files_are_small() {
        let ours = FILES
            .iter()
            .filter(|(path, _, _)| !path.starts_with("/vendor/"));

        let size: usize = ours.map(|(_, _, bytes)| bytes.len()).sum();

        assert!(size < OUR_LIMIT, "{size} bytes");
    }

    #[test]
    fn vendored_files_are_as_they_came() {
        let sums = include_str!("../web/vendor/SHA256SUMS");

        for (path, _, bytes) in FILES {
            let Some(name) = path.strip_prefix("/vendor/") else {
                continue;
            };
            let digest: String = Sha256::digest(bytes)
                .iter()
                .map(|it| format!("{it:02x}"))
                .collect();
            assert!(sums.contains(&format!("{digest}  {name}\n")), "{name}");
        }
    }
}
