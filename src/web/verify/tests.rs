use std::collections::BTreeMap;

use ed25519_dalek::{Signer as _, SigningKey};

use super::super::request::Method;
use super::super::tests::digits;
use super::*;

fn request(headers: &[(&str, &str)], body: &[u8]) -> Request {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let (path, query) = ("/".to_owned(), BTreeMap::new());
    Request { method: Method::Post, path, query, headers, body: body.to_vec() }
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_secs(seconds).unwrap()
}

/// The vector of Slack's documentation, as in the tests of its SDK for Python.
const SLACK_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const SLACK_TIME: &str = "1531420618";
const SLACK_SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
const SLACK_BODY: &[u8] =
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V\
    &channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=\
    https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
    &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

#[test]
fn slack_is_believed_by_its_own_vector_and_nothing_else() {
    use Unverified::{Form, Missing, Stale, Wrong};
    let keys = Keys::default().with_slack(SLACK_SECRET).unwrap();
    let now = 1_531_420_618;
    let altered = [SLACK_BODY, b"------"].concat();
    let upper = SLACK_SIGNATURE.to_ascii_uppercase().replace("V0=", "v0=");
    let other = SLACK_SIGNATURE.replace('a', "b");
    let (time, sign) = (Some(SLACK_TIME), Some(SLACK_SIGNATURE));
    let cases = [
        (time, sign, SLACK_BODY, now, Ok(())),
        (time, Some(upper.as_str()), SLACK_BODY, now, Ok(())),
        (time, sign, SLACK_BODY, now + 300, Ok(())),
        (time, sign, SLACK_BODY, now - 300, Ok(())),
        (time, sign, SLACK_BODY, now + 301, Err(Stale)),
        (time, sign, SLACK_BODY, now - 301, Err(Stale)),
        (time, sign, &altered, now, Err(Wrong)),
        (time, sign, b"", now, Err(Wrong)),
        (Some("1531420619"), sign, SLACK_BODY, now, Err(Wrong)),
        (time, Some(other.as_str()), SLACK_BODY, now, Err(Wrong)),
        (time, Some("v0="), SLACK_BODY, now, Err(Form)),
        (time, Some("v1=00"), SLACK_BODY, now, Err(Form)),
        (time, Some(SLACK_SIGNATURE.trim_start_matches("v0=")), SLACK_BODY, now, Err(Form)),
        (time, None, SLACK_BODY, now, Err(Missing)),
        (None, sign, SLACK_BODY, now, Err(Missing)),
        (Some("now"), sign, SLACK_BODY, now, Err(Form)),
        (Some("+1531420618"), sign, SLACK_BODY, now, Err(Form)),
        (Some(""), sign, SLACK_BODY, now, Err(Form)),
        (Some("99999999999999999999"), sign, SLACK_BODY, now, Err(Form)),
        (Some("9223372036854775807"), sign, SLACK_BODY, now, Err(Form)),
    ];
    for (time, signature, body, now, expected) in cases {
        let headers: Vec<(&str, &str)> = [("x-slack-request-timestamp", time), ("x-slack-signature", signature)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect();
        assert_eq!(keys.slack(&request(&headers, body), at(now)), expected, "{headers:?} at {now}");
    }
    assert_eq!(Keys::default().slack(&request(&[], b""), at(now)), Err(Unverified::NoKey));
    assert_eq!(Keys::default().with_slack("  ").unwrap_err(), KeysError::Slack);
}

#[test]
fn discord_is_believed_by_its_signature_over_time_and_body() {
    use Unverified::{Form, Missing, Stale, Wrong};
    let pair = SigningKey::from_bytes(&[7; 32]);
    let keys = Keys::default().with_discord(&digits(pair.verifying_key().as_bytes())).unwrap();
    let body = br#"{"type":1}"#;
    let time = "1795438200";
    let sign = |time: &str, body: &[u8]| digits(&pair.sign(&[time.as_bytes(), body].concat()).to_bytes());
    let good = sign(time, body);
    let foreign = digits(&SigningKey::from_bytes(&[8; 32]).sign(&[time.as_bytes(), body].concat()).to_bytes());
    let now = 1_795_438_200;
    let cases = [
        (time, good.as_str(), now, Ok(())),
        (time, good.as_str(), now + 300, Ok(())),
        (time, good.as_str(), now + 301, Err(Stale)),
        ("1795438201", good.as_str(), now, Err(Wrong)),
        (time, foreign.as_str(), now, Err(Wrong)),
        (time, &"0".repeat(128), now, Err(Wrong)),
        (time, "abc", now, Err(Form)),
        (time, &"é".repeat(64), now, Err(Form)),
    ];
    for (time, signature, now, expected) in cases {
        let headers = [("x-signature-timestamp", time), ("x-signature-ed25519", signature)];
        assert_eq!(keys.discord(&request(&headers, body), at(now)), expected, "{headers:?}");
    }
    let headers = [("x-signature-timestamp", time), ("x-signature-ed25519", good.as_str())];
    assert_eq!(keys.discord(&request(&headers, br#"{"type":2}"#), at(now)), Err(Wrong));
    assert_eq!(keys.discord(&request(&headers[..1], body), at(now)), Err(Missing));
    assert_eq!(keys.discord(&request(&headers[1..], body), at(now)), Err(Missing));
    assert_eq!(Keys::default().discord(&request(&headers, body), at(now)), Err(Unverified::NoKey));
}

#[test]
fn a_key_of_discord_is_64_digits_of_a_real_key() {
    let weak = format!("01{}", "00".repeat(31));
    for key in ["", "abc", weak.as_str(), &"zz".repeat(32), &"é".repeat(32)] {
        assert_eq!(Keys::default().with_discord(key).unwrap_err(), KeysError::Discord, "{key}");
    }
    // RFC 8032, 7.1, test 1.
    let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let keys = Keys::default().with_discord(key).unwrap();
    let signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
    let signature = Signature::from_bytes(&hex::<64>(signature).unwrap());
    assert!(keys.discord.unwrap().verify_strict(b"", &signature).is_ok());
}

#[test]
fn one_of_several_tokens_is_enough() {
    let keys = Keys::default().with_jandi("first-token, second-token\nthird-token").with_mattermost("other");
    for token in ["first-token", "second-token", "third-token"] {
        assert_eq!(keys.jandi(Some(token)), Ok(()), "{token}");
    }
    let cases = [
        (Some("first-toke"), Unverified::Wrong),
        (Some("first-token,"), Unverified::Wrong),
        (Some("FIRST-TOKEN"), Unverified::Wrong),
        (Some("other"), Unverified::Wrong),
        (Some(""), Unverified::Missing),
        (None, Unverified::Missing),
    ];
    for (token, expected) in cases {
        assert_eq!(keys.jandi(token), Err(expected), "{token:?}");
    }
    // No token is set: then there is none that could be right.
    for tokens in ["", " , \n"] {
        assert_eq!(Keys::default().with_jandi(tokens).jandi(Some("")), Err(Unverified::NoKey));
    }
}

#[test]
fn a_command_of_mattermost_has_its_token_in_the_header_or_in_the_form() {
    let keys = Keys::default().with_mattermost("secret");
    let cases = [
        (Some("Token secret"), None, Ok(())),
        (Some("token secret"), Some("wrong"), Ok(())),
        (None, Some("secret"), Ok(())),
        (Some("Bearer x"), Some("secret"), Ok(())),
        (Some("Token wrong"), Some("secret"), Err(Unverified::Wrong)),
        (Some("Token "), None, Err(Unverified::Missing)),
        (None, None, Err(Unverified::Missing)),
    ];
    for (header, field, expected) in cases {
        let headers: Vec<(&str, &str)> = header.iter().map(|header| ("authorization", *header)).collect();
        assert_eq!(keys.mattermost(&request(&headers, b""), field), expected, "{header:?} {field:?}");
    }
}

#[test]
fn keys_show_nothing() {
    let keys = Keys::default().with_jandi("first-token").with_slack(SLACK_SECRET).unwrap();
    assert_eq!(format!("{keys:?}"), "Keys(…)");
}
