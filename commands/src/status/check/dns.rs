//! Looking a name up, as every program on this machine would.

use std::net::IpAddr;

use tokio::net::lookup_host;

use crate::status::check::{Health, unheard};

/// More addresses are counted.
const MOST: usize = 2;

pub(super) async fn look(host: &str, expected: &[IpAddr]) -> Health {
    let found = match lookup_host((host, 0)).await {
        Ok(found) => found,
        Err(error) => return unheard(&error),
    };
    let mut found: Vec<IpAddr> = found.map(|it| it.ip()).collect();
    found.sort_unstable();
    found.dedup();
    judge(&found, expected)
}

fn judge(found: &[IpAddr], expected: &[IpAddr]) -> Health {
    let foreign = found.iter().find(|it| !expected.contains(it));
    match (found, foreign) {
        ([], _) => Health::Down("it has no address".to_owned()),
        (_, Some(foreign)) if !expected.is_empty() => {
            Health::Down(format!("its address is {foreign}, which is not expected"))
        }
        (all, _) => Health::Up(listed(all)),
    }
}

fn listed(all: &[IpAddr]) -> String {
    let shown = all.iter().take(MOST).map(ToString::to_string);
    let mut shown: Vec<String> = shown.collect();
    if all.len() > MOST {
        shown.push(format!("{} more", all.len() - MOST));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_expected_addresses_will_do() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let (one, other) = (ip("192.0.2.1"), ip("192.0.2.2"));

        assert_eq!(
            judge(&[one, other], &[]),
            Health::Up("192.0.2.1, 192.0.2.2".to_owned())
        );
        assert_eq!(
            judge(&[one], &[one, other]),
            Health::Up("192.0.2.1".to_owned())
        );
        assert_eq!(
            judge(&[one, other], &[one]),
            Health::Down("its address is 192.0.2.2, which is not expected".to_owned())
        );
        assert_eq!(
            judge(&[one, other, ip("::1")], &[]),
            Health::Up("192.0.2.1, 192.0.2.2, 1 more".to_owned())
        );
        assert!(matches!(judge(&[], &[]), Health::Down(_)));
    }
}
