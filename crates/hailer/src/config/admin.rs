//! `[admin]`: who may look at the pages on the admin listener.

use std::net::IpAddr;
use std::str::FromStr;

use super::code;
use super::problem::Problem;
use super::report::shown;
use super::secret::Secret;
use super::section::Section;

/// Shorter tokens can be guessed.
const SHORTEST_TOKEN: usize = 16;

/// Who may look at the pages on the admin listener, besides people on this computer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AdminConfig {
    /// Whether there are none at all.
    pub is_off: bool,
    /// What people type to be let in; then they type it on this computer, too.
    pub token: Option<Secret>,
    /// Proxies that say who somebody is.
    pub trusted_proxies: Vec<Network>,
    /// The header in which they say it, in small letters.
    pub identity_header: Option<String>,
    /// The names under which the pages are called, besides those of this computer.
    pub hosts: Vec<String>,
}

/// Addresses that begin alike: `10.0.0.0/8`, or a single one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl AdminConfig {
    /// Says whether somebody can be let in who is on another computer.
    pub fn lets_others_in(&self) -> bool {
        self.token.is_some() || (self.identity_header.is_some() && !self.trusted_proxies.is_empty())
    }
}

impl Network {
    /// Says whether it has more addresses than one whose first bits, of this number for IPv4 and for IPv6, are fixed.
    pub fn is_wider_than(&self, bits_v4: u32, bits_v6: u32) -> bool {
        self.bits
            < if self.address.is_ipv4() {
                bits_v4
            } else {
                bits_v6
            }
    }

    /// Says whether an address is one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                begin_alike(own.to_bits().into(), other.to_bits().into(), 32 - self.bits)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                begin_alike(own.to_bits(), other.to_bits(), 128 - self.bits)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

fn begin_alike(one: u128, other: u128, free_bits: u32) -> bool {
    let differing = one ^ other;
    differing.checked_shr(free_bits).unwrap_or(0) == 0
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().map_err(|_| ())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| ())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        if bits > most {
            return Err(());
        }
        Ok(Self { address, bits })
    }
}

/// Reads the table.
pub(super) fn read(admin: &Section<'_>) -> AdminConfig {
    let config = AdminConfig {
        is_off: admin.boolean("pages") == Some(false),
        token: read_token(admin),
        trusted_proxies: read_proxies(admin),
        identity_header: read_header(admin),
        hosts: read_hosts(admin),
    };
    if config.identity_header.is_some() == config.trusted_proxies.is_empty() {
        let key = match config.identity_header {
            Some(_) => "identity_header",
            None => "trusted_proxies",
        };
        let text = "`identity_header` and `trusted_proxies` need each other";
        let help = "fix: name the proxies that set the header, and nobody else's is believed";
        admin.note_at(key, Problem::error(code::MISSING_KEY, text).with_help(help));
    }
    config
}

fn read_token(admin: &Section<'_>) -> Option<Secret> {
    let token = admin.secret("token")?;
    if token.expose().len() < SHORTEST_TOKEN {
        let text = format!("the token of [admin] has less than {SHORTEST_TOKEN} characters");
        let help = "fix: `openssl rand -hex 16` makes one that nobody guesses";
        admin.note_at(
            "token",
            Problem::error(code::OUT_OF_RANGE, text).with_help(help),
        );
    }
    Some(token)
}

fn read_proxies(admin: &Section<'_>) -> Vec<Network> {
    let written = admin.strings("trusted_proxies").unwrap_or_default();
    let network = |text: &String| {
        let read = text.trim().parse();
        if read.is_err() {
            let text = format!("`{}` is no address", shown(text));
            let help = "fix: write \"10.0.0.7\", or \"10.0.0.0/8\" for all that begin so";
            let problem = Problem::error(code::ADDRESS, text).with_help(help);
            admin.note_at("trusted_proxies", problem);
        }
        read.ok()
    };
    written.iter().filter_map(network).collect()
}

fn read_header(admin: &Section<'_>) -> Option<String> {
    let written = admin.string("identity_header")?;
    let name = written.trim().to_ascii_lowercase();
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    if name.is_empty() || !name.chars().all(is_name) {
        let text = format!("`{}` is not the name of a header", shown(&written));
        let help = "fix: write it like \"X-Forwarded-User\"";
        let problem = Problem::error(code::NOT_A_CHOICE, text).with_help(help);
        admin.note_at("identity_header", problem);
    }
    Some(name)
}

fn read_hosts(admin: &Section<'_>) -> Vec<String> {
    let hosts = admin.strings("hosts").unwrap_or_default();
    for host in &hosts {
        if host.is_empty() || host.contains(['/', '@', ' ']) {
            let text = format!("`{}` is no name of a computer", shown(host));
            let help = "fix: write what stands in the browser: \"ops.example.com\", with its port where it has one";
            admin.note_at("hosts", Problem::error(code::ADDRESS, text).with_help(help));
        }
    }
    hosts
        .into_iter()
        .map(|it| it.to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_the_addresses_that_begin_like_it() {
        for (network, address, is_in) in [
            ("10.0.0.7", "10.0.0.7", true),
            ("10.0.0.7", "10.0.0.8", false),
            ("10.0.0.0/8", "10.200.3.4", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "::1", false),
            ("::1", "::1", true),
            ("fd00::/8", "fd12::1", true),
            ("fd00::/8", "fe80::1", false),
            ("10.0.0.0/8", "::ffff:10.1.1.1", true),
        ] {
            let network: Network = network.parse().unwrap();
            let address = address.parse().unwrap();
            assert_eq!(network.contains(address), is_in, "{network:?} {address}");
        }
        for wrong in ["", "10.0.0", "10.0.0.0/33", "::/129", "host", "10.0.0.0/x"] {
            assert!(Network::from_str(wrong).is_err(), "{wrong}");
        }
    }
}
