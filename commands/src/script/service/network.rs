//! Which addresses may be called: public ones, and the networks that a configuration names.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// A network that is not too wide: `10.1.0.0/16`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(hailer::Network);

/// Says why a text names no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// It is neither an address nor a network.
    #[error("it is no network; write \"10.1.0.0/16\", or an address")]
    NoNetwork,
    /// It would allow nearly everything.
    #[error("it is too wide; write the networks that are meant, as in \"10.0.0.0/8\"")]
    TooWide,
}

impl FromStr for Network {
    type Err = NetworkError;

    /// Reads a network.
    ///
    /// # Errors
    ///
    /// It is none, or wider than a private one can be.
    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let network: hailer::Network = text.trim().parse().map_err(|()| NetworkError::NoNetwork)?;
        if network.is_wider_than(8, 7) {
            return Err(NetworkError::TooWide);
        }
        Ok(Self(network))
    }
}

/// Tells whether an address may be called. One that is written as IPv6 counts as the IPv4 that it stands for.
pub(super) fn is_allowed(address: IpAddr, allowed: &[Network]) -> bool {
    let address = address.to_canonical();
    is_public(address) || allowed.iter().any(|Network(it)| it.contains(address))
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    match (first, second) {
        (0 | 10 | 127 | 224..=255, _) | (169, 254) | (192, 168) | (198, 18 | 19) => false,
        (100, second) => !(64..128).contains(&second),
        (172, second) => !(16..32).contains(&second),
        // Reserved, for documentation, and the old way to IPv6.
        (192, 0) => third != 0 && third != 2,
        (192, 88) => third != 99,
        (198, 51) => third != 100,
        (203, 0) => third != 113,
        _ => true,
    }
}

/// Only global unicast is public, and of it nothing that leads on to an IPv4 address.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    match (first, second) {
        (0x2001, second) => second >= 0x0200 && second != 0x0db8,
        (0x2002, _) | (0x3fff, 0..=0x0fff) => false,
        (first, _) => first & 0xe000 == 0x2000,
    }
}

/// Resolves names, and keeps back the addresses that must not be called.
///
/// The client connects to what it is given here and asks nobody again, so a name that leads elsewhere a moment later
/// leads nowhere.
pub(super) struct Guard {
    allowed: Vec<Network>,
}

/// No address of a name may be called.
#[derive(Debug, thiserror::Error)]
#[error("it leads to {0}, which is not public")]
pub(super) struct Forbidden(pub(super) IpAddr);

impl Guard {
    pub(super) fn new(allowed: Vec<Network>) -> Self {
        Self { allowed }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Guard")
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.allowed.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(choose(found.collect(), &allowed)?)
        })
    }
}

fn choose(found: Vec<SocketAddr>, allowed: &[Network]) -> Result<Addrs, Forbidden> {
    let first = found.first().map(SocketAddr::ip);
    let left: Vec<SocketAddr> = found
        .into_iter()
        .filter(|it| is_allowed(it.ip(), allowed))
        .collect();
    match first {
        Some(first) if left.is_empty() => Err(Forbidden(first)),
        Some(_) | None => Ok(Box::new(left.into_iter())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_allowed_by(address: &str, networks: &[&str]) -> bool {
        let networks: Vec<Network> = networks.iter().map(|it| it.parse().unwrap()).collect();
        is_allowed(address.parse().unwrap(), &networks)
    }

    #[test]
    fn what_is_not_public_is_not_called() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_allowed_by(address, &[]), "{address}");
        }
        for address in [
            "1.1.1.1",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "192.89.0.1",
            "198.20.0.1",
            "2606:4700::1",
            "2a00::1",
            "2001:4860:4860::8888",
            "::ffff:1.1.1.1",
        ] {
            assert!(is_allowed_by(address, &[]), "{address}");
        }
    }

    #[test]
    fn networks_that_are_named_are_called() {
        assert!(is_allowed_by("10.1.2.3", &["10.1.0.0/16"]));
        assert!(!is_allowed_by("10.2.2.3", &["10.1.0.0/16"]));
        assert!(is_allowed_by("::ffff:10.1.2.3", &["10.1.0.0/16"]));
        assert!(is_allowed_by("fd00::1", &["fc00::/7"]));
        assert!(is_allowed_by("127.0.0.1", &["127.0.0.1"]));
        assert!(!is_allowed_by("127.0.0.2", &["127.0.0.1", "::1"]));
        for wide in ["0.0.0.0/0", "10.0.0.0/7", "::/0", "fc00::/6"] {
            assert_eq!(
                wide.parse::<Network>(),
                Err(NetworkError::TooWide),
                "{wide}"
            );
        }
        for none in [
            "",
            "localhost",
            "10.0.0.0/33",
            "10.0.0.0/x",
            "10.0.0",
            "fc00::/129",
        ] {
            assert_eq!(
                none.parse::<Network>(),
                Err(NetworkError::NoNetwork),
                "{none}"
            );
        }
    }

    #[test]
    fn of_several_addresses_only_the_allowed_are_left() {
        let addresses =
            ["169.254.169.254:0", "1.1.1.1:0", "10.0.0.1:0"].map(|it| it.parse().unwrap());

        let left: Vec<_> = choose(addresses.to_vec(), &[]).unwrap().collect();

        assert_eq!(left, [addresses[1]]);
        let refused = choose(vec![addresses[0]], &[]).err().unwrap();
        assert_eq!(
            refused.to_string(),
            "it leads to 169.254.169.254, which is not public"
        );
    }
}
