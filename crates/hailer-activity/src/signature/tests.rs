//! The signature, attacked: everything but the one right header over the one right body is refused.

use super::*;

const TOKEN: &str = "WCXQE0U6B4wUvuoQv0HiM4FNZKazjXrgCS5TCHfipWI=";
const BODY: &[u8] = br#"{"type":"message","text":"<at>ops</at> deploy api"}"#;

fn key() -> HmacKey {
    HmacKey::from_base64(TOKEN).unwrap()
}

/// Makes a key that [`HmacKey::from_base64`] would refuse as too short.
fn short_key(token: &str) -> HmacKey {
    HmacKey::from_bytes(&BASE64_STANDARD.decode(token).unwrap())
}

fn check(header: impl AsRef<[u8]>, body: &[u8]) -> Result<VerifiedBody, SignatureError> {
    verify(&[key()], Some(header.as_ref()), body.to_vec().into())
}

fn error(header: impl AsRef<[u8]>) -> SignatureError {
    check(header, BODY).unwrap_err()
}

/// Returns the right signature's base64, without the scheme.
fn signature() -> String {
    key().sign(BODY).split_off("HMAC ".len())
}

#[test]
fn the_right_signature_is_accepted() {
    let verified = check(key().sign(BODY), BODY).unwrap();

    assert_eq!(verified.as_bytes(), BODY);
    assert_eq!(verified.key_index(), 0);
}

#[test]
fn known_vectors_match() {
    for (token, body, mac) in [
        (
            "bmV2ZXJnb25uYWdpdmV5b3V1cA==",
            r#"{"a": "b"}"#,
            "gpjdTlOlaReTBLRFdwqdXhLqG7hFXVYTBorGDpaW5UE=",
        ),
        (
            "c2VjcmV0Cg==",
            r#"{"hello":"from","hmac":"foryou"}"#,
            "hXdVxuUH16fgQm1bM9Y+EcBfGmTkcoVdmT9Om0HlLmA=",
        ),
    ] {
        let header = format!("HMAC {mac}");
        let key = short_key(token);
        assert_eq!(key.sign(body.as_bytes()), header);
        assert!(verify(&[key], Some(header.as_bytes()), body.into()).is_ok());
    }
}

#[test]
fn every_flipped_bit_of_the_mac_is_seen() {
    let mac = BASE64_STANDARD.decode(signature()).unwrap();

    for bit in 0..256 {
        let mut flipped = mac.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let header = format!("HMAC {}", BASE64_STANDARD.encode(flipped));
        assert_eq!(error(header), SignatureError::Mismatch, "bit {bit}");
    }
}

#[test]
fn a_part_of_the_signature_is_not_enough() {
    let signature = signature();

    for length in 0..signature.len() {
        let header = format!("HMAC {}", &signature[..length]);
        assert_eq!(error(header), SignatureError::Malformed, "{length}");
    }
    for tail in ["=", "A", "AAAA", "\0"] {
        let header = format!("HMAC {signature}{tail}");
        assert_eq!(error(header), SignatureError::Malformed, "{tail:?}");
    }
}

#[test]
fn a_part_of_the_mac_is_not_enough() {
    let mac = BASE64_STANDARD.decode(signature()).unwrap();

    for length in 0..32 {
        let header = format!("HMAC {}", BASE64_STANDARD.encode(&mac[..length]));
        assert_eq!(error(header), SignatureError::Malformed, "{length}");
    }
    let longer = format!("HMAC {}", BASE64_STANDARD.encode([&mac[..], &[0]].concat()));
    assert_eq!(error(longer), SignatureError::Malformed);
}

#[test]
fn only_one_spelling_of_the_base64_is_accepted() {
    // This body's signature has both characters that the URL-safe alphabet replaces.
    let body = (0..)
        .map(|number: u32| format!(r#"{{"number":{number}}}"#))
        .find(|body| {
            let header = key().sign(body.as_bytes());
            header.contains('+') && header.contains('/')
        })
        .unwrap();
    let header = key().sign(body.as_bytes());
    assert!(check(&header, body.as_bytes()).is_ok());

    let unpadded = header.trim_end_matches('=').to_owned();
    let last = unpadded.chars().last().unwrap();
    // The last character carries four bits; the two spare ones must be zero.
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let next = alphabet
        .chars()
        .nth(alphabet.find(last).unwrap() + 1)
        .unwrap();
    let spare_bits = format!("{}{next}=", &unpadded[..unpadded.len() - 1]);
    for other in [
        header.replace('+', "-"),
        header.replace('/', "_"),
        header.replace('+', "-").replace('/', "_"),
        unpadded.clone(),
        format!("{unpadded}=="),
        format!("{unpadded}%3D"),
        spare_bits,
    ] {
        let refused = check(&other, body.as_bytes()).unwrap_err();
        assert_eq!(refused, SignatureError::Malformed, "{other}");
    }
}

#[test]
fn the_schemes_case_does_not_matter_and_everything_else_does() {
    let signature = signature();
    for scheme in ["HMAC", "hmac", "Hmac", "hMaC"] {
        assert!(
            check(format!("{scheme} {signature}"), BODY).is_ok(),
            "{scheme}"
        );
    }

    for header in [
        signature.clone(),
        format!("Bearer {signature}"),
        format!("Basic {signature}"),
        format!("HMAC{signature}"),
        format!("HMAC-SHA256 {signature}"),
        format!("HMAC:{signature}"),
        format!("HMAC\t{signature}"),
        format!("HMAC\u{a0}{signature}"),
        format!(" HMAC {signature}"),
        format!("\tHMAC {signature}"),
        format!("\u{ff28}MAC {signature}"),
        format!("\"HMAC {signature}\""),
        String::new(),
        "HMAC".to_owned(),
        "***".to_owned(),
    ] {
        assert_eq!(error(&header), SignatureError::WrongScheme, "{header:?}");
    }
}

#[test]
fn white_space_round_and_in_the_signature_is_refused() {
    let signature = signature();
    let (front, back) = signature.split_at(20);

    for header in [
        format!("HMAC  {signature}"),
        format!("HMAC {signature} "),
        format!("HMAC {signature}\t"),
        format!("HMAC {signature}\r\n"),
        format!("HMAC {signature}\u{a0}"),
        format!("HMAC \u{a0}{signature}"),
        format!("HMAC \t{signature}"),
        format!("HMAC {front} {back}"),
        format!("HMAC {front}\n{back}"),
        format!("HMAC {front}\0{back}"),
        format!("HMAC \"{signature}\""),
        format!("HMAC {signature}, HMAC {signature}"),
        format!("HMAC {signature},"),
        "HMAC ".to_owned(),
        "HMAC ***".to_owned(),
    ] {
        assert_eq!(error(&header), SignatureError::Malformed, "{header:?}");
    }
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let mut header = key().sign(BODY).into_bytes();
    header[10] = 0xff;
    assert_eq!(error(&header), SignatureError::Malformed);
    assert_eq!(error([0xff; 49]), SignatureError::WrongScheme);
    assert_eq!(
        error("HMAC ééééééééééééééééééééé1="),
        SignatureError::Malformed
    );
}

#[test]
fn the_mac_in_hexadecimal_is_refused() {
    let mac = BASE64_STANDARD.decode(signature()).unwrap();
    let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();

    assert_eq!(error(format!("HMAC {hex}")), SignatureError::Malformed);
    let start = format!("HMAC {}", &hex[..44]);
    assert_eq!(error(start), SignatureError::Malformed);
    let in_base64 = format!("HMAC {}", BASE64_STANDARD.encode(&hex));
    assert_eq!(error(in_base64), SignatureError::Malformed);
}

#[test]
fn other_keys_do_not_open() {
    let undecoded = HmacKey::from_bytes(TOKEN.as_bytes());
    let other = HmacKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
    let empty = HmacKey::from_bytes(b"");
    let stars = HmacKey::from_bytes(b"***");

    for other in [undecoded, other, empty, stars] {
        assert_eq!(error(other.sign(BODY)), SignatureError::Mismatch);
    }
}

#[test]
fn the_body_is_taken_to_the_byte() {
    let header = key().sign(BODY);
    let pretty: serde_json::Value = serde_json::from_slice(BODY).unwrap();
    let bodies = [
        b"".to_vec(),
        serde_json::to_vec_pretty(&pretty).unwrap(),
        serde_json::to_vec(&pretty).unwrap(),
        [b"\xef\xbb\xbf", BODY].concat(),
        [BODY, b"\n"].concat(),
        [BODY, b"\0"].concat(),
        BODY[..BODY.len() - 1].to_vec(),
        BODY.to_ascii_lowercase(),
        String::from_utf8_lossy(BODY)
            .replace('<', "\\u003C")
            .into_bytes(),
        BODY.repeat(2),
    ];

    // Serialising sorts the keys, so that this one differs too.
    assert_ne!(bodies[2], BODY);
    for body in bodies {
        if body == BODY {
            continue;
        }
        let refused = check(&header, &body).unwrap_err();
        assert_eq!(refused, SignatureError::Mismatch, "{body:?}");
    }
}

#[test]
fn a_missing_header_and_missing_keys_are_refused() {
    let missing = verify(&[key()], None, BODY.into());
    assert_eq!(missing.unwrap_err(), SignatureError::MissingHeader);

    let keyless = verify(&[], Some(key().sign(BODY).as_bytes()), BODY.into());
    assert_eq!(keyless.unwrap_err(), SignatureError::Mismatch);
}

#[test]
fn each_of_several_keys_is_accepted_and_named() {
    let old = HmacKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
    let keys = [key(), old.clone()];

    for (index, key) in keys.iter().enumerate() {
        let verified = verify(&keys, Some(key.sign(BODY).as_bytes()), BODY.into()).unwrap();
        assert_eq!(verified.key_index(), index);
    }
}

#[test]
fn twenty_thousand_random_changes_are_refused() {
    let header = key().sign(BODY).into_bytes();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);

    for round in 0..20_000 {
        let (mut changed_header, mut changed_body) = (header.clone(), BODY.to_vec());
        if round % 2 == 0 {
            random.change(&mut changed_header);
        } else {
            random.change(&mut changed_body);
        }
        let is_same = changed_header.eq_ignore_ascii_case(&header)
            && changed_header[5..] == header[5..]
            && changed_body == BODY;
        let accepted = check(&changed_header, &changed_body).is_ok();
        assert_eq!(
            accepted, is_same,
            "{round}: {changed_header:?}, {changed_body:?}"
        );
    }
}

/// A small random generator, seeded, so that a failure repeats.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap()
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        let place = self.below(bytes.len());
        match self.below(6) {
            0 => bytes[place] ^= 1 << self.below(8),
            1 => bytes[place] = self.byte(),
            2 => bytes.insert(place, self.byte()),
            3 => drop(bytes.remove(place)),
            4 => bytes.truncate(place),
            _ => {
                let other = self.below(bytes.len());
                bytes.swap(place, other);
            }
        }
    }
}

#[test]
fn a_token_is_read_as_people_paste_it() {
    for token in [
        TOKEN.to_owned(),
        format!("{TOKEN}\n"),
        format!("  {TOKEN}\r\n"),
    ] {
        let key = HmacKey::from_base64(&token).unwrap();
        assert_eq!(key.sign(BODY), self::key().sign(BODY));
        assert!(key.has_teams_length());
    }
}

#[test]
fn a_token_that_cannot_be_one_is_refused_with_the_reason() {
    let not_base64 = |position| KeyError::NotBase64 { position };
    for (token, expected) in [
        ("", KeyError::Empty),
        (" \n\t", KeyError::Empty),
        ("***", not_base64(1)),
        (
            "WCXQE0U6 B4wUvuoQv0HiM4FNZKazjXrgCS5TCHfipWI=",
            not_base64(9),
        ),
        (
            "WCXQE0U6-4wUvuoQv0HiM4FNZKazjXrgCS5TCHfipWI=",
            not_base64(9),
        ),
        (
            "WCXQE0U6B4wUvuoQv0HiM4FNZKazjXrgCS5TCHfipWI",
            KeyError::WrongLength { length: 43 },
        ),
        ("c2VjcmV0Cg==", KeyError::TooShort { length: 7 }),
    ] {
        assert_eq!(
            HmacKey::from_base64(token).unwrap_err(),
            expected,
            "{token}"
        );
    }
}

#[test]
fn neither_keys_nor_errors_show_the_token() {
    assert_eq!(format!("{:?}", key()), "HmacKey(***)");

    let token = "WCXQE0U6 secret";
    let error = HmacKey::from_base64(token).unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(
        !shown.contains("WCXQ") && !shown.contains("secret"),
        "{shown}"
    );
}

#[test]
fn a_key_of_the_least_length_is_taken_and_a_shorter_one_is_not() {
    let token = |length: usize| BASE64_STANDARD.encode(vec![7; length]);
    let key = HmacKey::from_base64(&token(HmacKey::MINIMUM_LENGTH)).unwrap();
    let short = HmacKey::from_base64(&token(HmacKey::MINIMUM_LENGTH - 1));

    assert_eq!((key.length(), key.has_teams_length()), (24, false));
    assert_eq!(short.unwrap_err(), KeyError::TooShort { length: 23 });
    let teams = HmacKey::from_base64(&token(32)).unwrap();
    assert_eq!((teams.length(), teams.has_teams_length()), (32, true));
}

#[test]
fn a_letter_that_is_in_the_wrong_place_is_counted_from_one() {
    let error = HmacKey::from_base64("AAAA=AAA").unwrap_err();

    assert_eq!(error, KeyError::NotBase64 { position: 5 });
}

#[test]
fn the_bytes_to_keep_are_those_that_were_signed() {
    let verified = check(key().sign(BODY), BODY).unwrap();

    assert_eq!(verified.to_bytes(), BODY);
}
