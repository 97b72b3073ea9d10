//! What a certificate says of itself: names and dates, for people to read. Whether it is to be trusted is not
//! decided here.
//!
//! Written by hand because four fields are wanted, and a parser of all of X.509 is ten more crates.

mod recorder;

use chrono::{DateTime, NaiveDateTime, Utc};

pub use recorder::{Recorder, Seen};

/// The tags of ASN.1 that occur on the way to the dates.
const SEQUENCE: u8 = 0x30;
const EXPLICIT_VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;

/// `id-at-commonName` and `id-at-organizationName`.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANISATION: &[u8] = &[0x55, 0x04, 0x0a];

/// Names and dates of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Whose it is: the common name, else the organisation.
    pub subject: String,
    /// Who vouches for it.
    pub issuer: String,
    /// Whether these two are the same.
    pub is_self_issued: bool,
    /// The last second at which it is valid.
    pub not_after: DateTime<Utc>,
}

/// Reads a certificate; none when it is not one.
pub fn facts(certificate: &[u8]) -> Option<Facts> {
    let (_, outer, _) = element(certificate)?;
    let (_, mut fields, _) = element(outer)?;
    if fields.first() == Some(&EXPLICIT_VERSION) {
        fields = element(fields)?.2;
    }
    let (_, _, rest) = element(fields)?; // serial number
    let (_, _, rest) = element(rest)?; // signature algorithm
    let (_, issuer, rest) = element(rest)?;
    let (_, validity, rest) = element(rest)?;
    let (tag, subject, _) = element(rest)?;
    let (_, _, not_after) = element(validity)?;
    (tag == SEQUENCE).then_some(())?;
    Some(Facts {
        subject: name(subject),
        issuer: name(issuer),
        is_self_issued: issuer == subject,
        not_after: time(not_after)?,
    })
}

/// Splits off the first element: its tag, its content, what follows.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        (count <= 4).then_some(())?;
        let (digits, rest) = rest.split_at_checked(count)?;
        let length = digits
            .iter()
            .fold(0_usize, |length, &digit| length << 8 | usize::from(digit));
        (length, rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// Returns the common name, else the organisation.
fn name(name: &[u8]) -> String {
    part(name, COMMON_NAME)
        .or_else(|| part(name, ORGANISATION))
        .unwrap_or_else(|| "(no name)".to_owned())
}

fn part(mut sets: &[u8], wanted: &[u8]) -> Option<String> {
    while let Some((_, set, rest)) = element(sets) {
        let (_, pair, _) = element(set)?;
        let (_, kind, value) = element(pair)?;
        if kind == wanted {
            let (_, text, _) = element(value)?;
            let text = String::from_utf8_lossy(text);
            return Some(text.chars().filter(|it| !it.is_control()).collect());
        }
        sets = rest;
    }
    None
}

fn time(bytes: &[u8]) -> Option<DateTime<Utc>> {
    let (tag, text, _) = element(bytes)?;
    let text = std::str::from_utf8(text).ok()?;
    let text = if tag == UTC_TIME {
        // Two digits of a year: from 1950 on, as RFC 5280 says.
        let year: u32 = text.get(..2)?.parse().ok()?;
        let century = if year < 50 { "20" } else { "19" };
        format!("{century}{text}")
    } else {
        text.to_owned()
    };
    let moment = NaiveDateTime::parse_from_str(&text, "%Y%m%d%H%M%SZ").ok()?;
    Some(moment.and_utc())
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    use super::*;

    #[test]
    fn a_certificate_is_read() {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../crates/hailer-transport/tests-data/localhost.cert.pem"
        );
        let certificate = CertificateDer::from_pem_file(file).unwrap();

        let facts = facts(&certificate).unwrap();

        assert_eq!(facts.subject, facts.issuer);
        assert!(facts.is_self_issued);
        assert!(facts.not_after > DateTime::UNIX_EPOCH);
        for end in 0..certificate.len() {
            // Never a panic, whatever is cut off.
            let _ = super::facts(&certificate[..end]);
        }
    }
}
