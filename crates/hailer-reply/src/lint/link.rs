//! Addresses: what Teams opens, what it blocks.

use super::kind::{BLOCKED_SCHEME, DATA_IMAGE, IMAGE_FORMAT, INSECURE_IMAGE, INSECURE_LINK};
use super::report::shown;
use super::walk::Walk;

/// What an address begins with.
enum Address<'a> {
    Https,
    Insecure(&'a str),
    Data,
    /// The name of an icon that Teams has itself.
    Icon,
    Other(&'a str),
    Relative,
}

impl Walk<'_> {
    /// Looks at an address that a press opens.
    pub(super) fn link(&mut self, url: &str) {
        // That it is missing is a finding of its own.
        if is_template(url) || url.trim().is_empty() {
            return;
        }
        match address(url) {
            Address::Https => {}
            Address::Insecure(scheme) => {
                self.report
                    .say(&INSECURE_LINK, format!("the link is {scheme}, not https"));
            }
            Address::Data => self.blocked("data"),
            Address::Icon => self.blocked("icon"),
            Address::Other(scheme) => self.blocked(scheme),
            Address::Relative => self.relative(),
        }
    }

    /// Looks at an address that Teams fetches an image from.
    pub(super) fn image_link(&mut self, url: &str) {
        if is_template(url) {
            return;
        }
        match address(url) {
            Address::Https => {}
            Address::Insecure(scheme) => {
                self.report.say(
                    &INSECURE_IMAGE,
                    format!("the image comes by {scheme}, not https"),
                );
            }
            Address::Data => self.report.note(&DATA_IMAGE),
            Address::Icon => return,
            Address::Other(scheme) => self.blocked(scheme),
            Address::Relative => self.relative(),
        }
        if let Some(extension) = foreign_format(url) {
            self.report.say(
                &IMAGE_FORMAT,
                format!("the image is {extension}, none of PNG, JPEG and GIF"),
            );
        }
    }

    fn blocked(&mut self, scheme: &str) {
        self.report.say(
            &BLOCKED_SCHEME,
            format!("Teams does not open `{}:` addresses", shown(scheme)),
        );
    }

    fn relative(&mut self) {
        self.report.say(
            &BLOCKED_SCHEME,
            "the address is not complete; it has no `https://` and host",
        );
    }
}

/// Placeholders are a finding of their own; what stands there later is not known here.
fn is_template(url: &str) -> bool {
    url.contains("${")
}

fn address(url: &str) -> Address<'_> {
    let url = url.trim();
    let Some((scheme, rest)) = url.split_once(':') else {
        return Address::Relative;
    };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "+-.".contains(character));
    let has_host = rest
        .strip_prefix("//")
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#']));
    match scheme.to_ascii_lowercase().as_str() {
        _ if !is_scheme => Address::Relative,
        "https" if has_host => Address::Https,
        "http" | "ftp" if has_host => Address::Insecure(scheme),
        "https" | "http" | "ftp" => Address::Relative,
        "data" => Address::Data,
        "icon" => Address::Icon,
        _ => Address::Other(scheme),
    }
}

/// Returns the format that the name of an image promises, if Teams does not draw it.
fn foreign_format(url: &str) -> Option<&'static str> {
    const FOREIGN: &[&str] = &["svg", "webp", "bmp", "tiff", "tif", "ico", "avif", "heic"];
    let path = url.split(['?', '#']).next()?;
    let name = path.rsplit('/').next()?;
    let (_, extension) = name.rsplit_once('.')?;
    FOREIGN
        .iter()
        .copied()
        .find(|foreign| foreign.eq_ignore_ascii_case(extension))
}
