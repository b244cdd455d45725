//! Signed tickets: what stands for a planned stop in a link or behind a button (rules C4, C7, S2). Pure.
//!
//! `base64url(v1|purpose|planned|named|expires|schedule) "." base64url(HMAC-SHA256)`, instants in seconds since 1970. A ticket is
//! bound to the planned stop, so that yesterday's message cannot move today's; it may be shown more than once, since what
//! it asks for is said in instants.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::model::ScheduleName;

/// The shortest key, in bytes: that of the hash.
pub const KEY_BYTES: usize = 32;

/// The longest ticket that is looked at, in bytes: one for a schedule of 256 characters, of four bytes each, is shorter.
pub(super) const MOST_BYTES: usize = 1_600;

/// A ticket is good for so long after the stop that it named: the page then says what has become of it.
const GOOD_FOR: Duration = Duration::hours(1);

/// A planned stop that somebody may move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The schedule.
    pub schedule: ScheduleName,
    /// When the timetable says.
    pub planned_at: DateTime<Utc>,
    /// When people were told; choices count from here.
    pub named_at: DateTime<Utc>,
    /// When the ticket ends.
    pub expires_at: DateTime<Utc>,
}

impl Ticket {
    /// A ticket for a stop of which people are warned.
    #[must_use]
    pub fn new(schedule: ScheduleName, planned_at: DateTime<Utc>, named_at: DateTime<Utc>) -> Self {
        Self { schedule, planned_at, named_at, expires_at: named_at + GOOD_FOR }
    }
}

/// What a ticket is given out for. One that stands in a link, which is handed on, presses no button, where the platform
/// says who presses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The page behind a link.
    Link,
    /// A button of a platform.
    Button,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Button => "button",
        }
    }
}

/// Why a text is no ticket. Which of these it is, is for tests and logs, never for whoever sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// It is not in the form of one.
    #[error("it is no ticket")]
    Form,
    /// It was not signed with this key.
    #[error("its signature is wrong")]
    Signature,
    /// Its time is over.
    #[error("it has expired")]
    Expired,
}

/// The key is too short to protect anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key of at least {KEY_BYTES} bytes")]
pub struct KeyError;

/// Signs tickets and reads them back.
#[derive(Clone)]
pub struct Signer(Hmac<Sha256>);

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(…)")
    }
}

impl Signer {
    /// A signer with a secret key.
    ///
    /// # Errors
    /// When the key is shorter than [`KEY_BYTES`].
    pub fn new(key: &[u8]) -> Result<Self, KeyError> {
        if key.len() < KEY_BYTES {
            return Err(KeyError);
        }
        Hmac::new_from_slice(key).map(Self).map_err(|_| KeyError)
    }

    /// The ticket as a text for links and buttons: letters, digits, `-`, `_` and one dot.
    #[must_use]
    pub fn sign(&self, purpose: Purpose, ticket: &Ticket) -> String {
        let Ticket { schedule, planned_at, named_at, expires_at } = ticket;
        let [planned, named, expires] = [planned_at, named_at, expires_at].map(DateTime::timestamp);
        let words = URL_SAFE_NO_PAD.encode(format!("v1|{}|{planned}|{named}|{expires}|{schedule}", purpose.as_str()));
        let seal = self.0.clone().chain_update(&words).finalize().into_bytes();
        format!("{words}.{}", URL_SAFE_NO_PAD.encode(seal))
    }

    /// Reads a ticket; the signature is compared in constant time, and before anything in it is believed.
    ///
    /// # Errors
    /// When it is none, was not signed with this key or for this purpose, or has expired.
    pub fn open(&self, purpose: Purpose, text: &str, now: DateTime<Utc>) -> Result<Ticket, TicketError> {
        if text.len() > MOST_BYTES {
            return Err(TicketError::Form);
        }
        let (words, seal) = text.split_once('.').ok_or(TicketError::Form)?;
        let seal = URL_SAFE_NO_PAD.decode(seal).map_err(|_| TicketError::Form)?;
        self.0.clone().chain_update(words).verify_slice(&seal).map_err(|_| TicketError::Signature)?;
        let words = URL_SAFE_NO_PAD.decode(words).ok().and_then(|words| String::from_utf8(words).ok());
        let (of, ticket) = words.as_deref().and_then(read).ok_or(TicketError::Form)?;
        if of != purpose.as_str() {
            return Err(TicketError::Signature);
        }
        if now < ticket.expires_at { Ok(ticket) } else { Err(TicketError::Expired) }
    }
}

fn read(words: &str) -> Option<(&str, Ticket)> {
    let mut parts = words.splitn(6, '|');
    if parts.next()? != "v1" {
        return None;
    }
    let purpose = parts.next()?;
    let mut instant = || DateTime::from_timestamp_secs(parts.next()?.parse().ok()?);
    let (planned_at, named_at, expires_at) = (instant()?, instant()?, instant()?);
    let schedule = ScheduleName::new(parts.next()?).ok()?;
    Some((purpose, Ticket { schedule, planned_at, named_at, expires_at }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn ticket() -> Ticket {
        let stop_at = time("2026-11-23T13:00:00Z");
        Ticket::new(ScheduleName::new("Dev|1 개발").unwrap(), stop_at, stop_at + Duration::minutes(5))
    }

    #[test]
    fn a_ticket_is_read_back_until_it_expires() {
        let signer = Signer::new(&[7; 32]).unwrap();
        let text = signer.sign(Purpose::Link, &ticket());
        assert!(text.chars().all(|character| character.is_ascii_alphanumeric() || "-_.".contains(character)), "{text}");
        assert_eq!(signer.open(Purpose::Link, &text, time("2026-11-23T14:04:59Z")), Ok(ticket()));
        assert_eq!(signer.open(Purpose::Link, &text, time("2026-11-23T14:05:00Z")), Err(TicketError::Expired));
    }

    #[test]
    fn whatever_was_not_signed_is_refused() {
        let now = time("2026-11-23T12:50:00Z");
        let signer = Signer::new(&[7; 32]).unwrap();
        let text = signer.sign(Purpose::Link, &ticket());
        for at in 0..text.len() {
            for other in ['A', 'B', '.', '='] {
                let mut altered: Vec<char> = text.chars().collect();
                if altered[at] == other {
                    continue;
                }
                altered[at] = other;
                assert!(signer.open(Purpose::Link, &altered.iter().collect::<String>(), now).is_err(), "{at} {other}");
            }
        }
        let foreign = Signer::new(&[8; 32]).unwrap().sign(Purpose::Link, &ticket());
        assert_eq!(signer.open(Purpose::Link, &foreign, now), Err(TicketError::Signature));
        // One of a link that was handed on presses no button.
        assert_eq!(signer.open(Purpose::Button, &text, now), Err(TicketError::Signature));
        for text in ["", ".", "a.b", "no ticket", &"x".repeat(5_000)] {
            assert!(signer.open(Purpose::Link, text, now).is_err(), "{text}");
        }
    }

    #[test]
    fn the_longest_name_has_a_ticket() {
        let signer = Signer::new(&[7; 32]).unwrap();
        let stop_at = time("9999-11-23T13:00:00Z");
        let ticket = Ticket::new(ScheduleName::new(&"\u{10ffff}".repeat(256)).unwrap(), stop_at, stop_at);
        let text = signer.sign(Purpose::Link, &ticket);
        assert!(text.len() <= MOST_BYTES, "{}", text.len());
        assert_eq!(signer.open(Purpose::Link, &text, time("2026-11-23T12:50:00Z")), Ok(ticket));
    }

    #[test]
    fn a_short_key_is_no_key() {
        assert_eq!(Signer::new(&[7; 31]).unwrap_err(), KeyError);
    }
}
