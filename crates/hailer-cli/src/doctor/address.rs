//! The public URL: whether it is https, and where its name leads.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use reqwest::Url;

use super::report::Check;
use crate::exit::Exit;

const ROW: &str = "public url";

/// Names are found within a second or not at all.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where requests of Teams go.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub(crate) base: Url,
    pub(crate) host: String,
    pub(crate) addresses: Vec<SocketAddr>,
}

/// What the person who asks knows better than DNS.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given {
    /// Connect there instead.
    pub(crate) connect: Option<IpAddr>,
    /// A private address is meant.
    pub(crate) allow_private: bool,
}

/// Finds out where a URL leads: a row, and the address when there is one to call.
pub(crate) async fn find(base: &str, given: Given) -> (Check, Option<Address>) {
    let Some((base, host, port)) = parse(base) else {
        let text = format!("{base} is not an address");
        let check =
            Check::fail(ROW, "HL223", text).with_fix("write it like https://bot.example.com");
        return (check, None);
    };
    if base.scheme() != "https" {
        let text = format!("{base} is not https");
        return (Check::fail(ROW, "HL133", text), None);
    }
    let found = match given.connect {
        Some(ip) => Ok(vec![SocketAddr::new(ip, port)]),
        None => resolve(&host, port).await,
    };
    let addresses = match found {
        Ok(addresses) => addresses,
        Err(why) => {
            let text = format!("{host} leads nowhere: {why}");
            return (
                Check::fail(ROW, "HL135", text).with_exit(Exit::Unreachable),
                None,
            );
        }
    };
    let check = judge(&base, &addresses, given);
    let address = Address {
        base,
        host,
        addresses,
    };
    (check, Some(address))
}

fn judge(base: &Url, addresses: &[SocketAddr], given: Given) -> Check {
    let ips: Vec<String> = addresses.iter().map(|it| it.ip().to_string()).collect();
    let shown = ips.join(", ");
    let base = base.as_str().trim_end_matches('/');
    if let Some(ip) = given.connect {
        return Check::ok(
            ROW,
            format!("{base} · at {ip}, as you say; DNS was not asked"),
        );
    }
    let private = addresses.iter().find(|it| !is_public(it.ip()));
    match private {
        Some(_) if given.allow_private => {
            Check::ok(ROW, format!("{base} · {shown} · private, as you say"))
        }
        Some(private) => {
            let text = format!("{base} leads to {}, which only you can reach", private.ip());
            Check::fail(ROW, "HL134", text)
        }
        None => Check::ok(ROW, format!("{base} · {shown}")),
    }
}

fn parse(base: &str) -> Option<(Url, String, u16)> {
    let mut base = Url::parse(base.trim()).ok()?;
    let host = base.host_str()?.to_owned();
    let port = base.port_or_known_default()?;
    base.set_query(None);
    base.set_fragment(None);
    Some((base, host, port))
}

async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    let asking = tokio::net::lookup_host((bare, port));
    match tokio::time::timeout(PATIENCE, asking).await {
        Err(_) => Err("DNS does not answer".to_owned()),
        Ok(Err(error)) => Err(error.to_string()),
        Ok(Ok(found)) => {
            let found: Vec<SocketAddr> = found.collect();
            if found.is_empty() {
                return Err("the name has no address".to_owned());
            }
            Ok(found)
        }
    }
}

/// Says whether Microsoft's servers could reach an address.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => is_public_v4(ip),
            None => {
                let first = ip.segments().first().copied().unwrap_or_default();
                let is_unique_local = first & 0xfe00 == 0xfc00;
                let is_link_local = first & 0xffc0 == 0xfe80;
                !(ip.is_loopback() || ip.is_unspecified() || is_unique_local || is_link_local)
            }
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [first, second, ..] = ip.octets();
    let is_carrier = first == 100 && (64..128).contains(&second);
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_unspecified()
        || ip.is_broadcast()
        || is_carrier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_told_from_public_ones() {
        for ip in [
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "127.0.0.1",
            "100.64.0.1",
            "169.254.1.1",
            "0.0.0.0",
            "::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "203.0.113.7",
            "172.32.0.1",
            "100.128.0.1",
            "8.8.8.8",
            "2606:4700::1111",
        ] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }
}
