//! Who may be believed (rule S2): each platform proves itself in its own way. Pure; knows no route.
//!
//! Everything secret is compared in constant time. Why somebody is not believed is for the log; whoever sent it gets 401
//! without a word.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Duration, Utc};
use ed25519_dalek::{Signature, VerifyingKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use super::request::Request;
use crate::chat::link::Signer;

/// How far a signed time may be from ours: what Slack asks for.
pub(super) const TOLERANCE: Duration = Duration::minutes(5);

/// What requests prove themselves with; what is absent is not served.
#[derive(Clone, Default)]
pub struct Keys {
    slack: Option<Hmac<Sha256>>,
    discord: Option<VerifyingKey>,
    discord_servers: BTreeSet<String>,
    jandi: Tokens,
    mattermost: Tokens,
    links: Option<Signer>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

/// A secret that cannot be one. Which it is follows from the call; the text is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// Slack's secret is empty.
    #[error("the signing secret of a Slack app")]
    Slack,
    /// Discord's key is none.
    #[error("the public key of a Discord application: 64 hexadecimal digits")]
    Discord,
}

impl Keys {
    /// With the signing secret of a Slack app.
    ///
    /// # Errors
    /// When it is empty.
    pub fn with_slack(self, secret: &str) -> Result<Self, KeysError> {
        let secret = Some(secret.trim()).filter(|secret| !secret.is_empty()).ok_or(KeysError::Slack)?;
        let slack = Hmac::new_from_slice(secret.as_bytes()).map_err(|_| KeysError::Slack)?;
        Ok(Self { slack: Some(slack), ..self })
    }

    /// With the public key of a Discord application.
    ///
    /// # Errors
    /// When it is no key in 64 hexadecimal digits.
    pub fn with_discord(self, key: &str) -> Result<Self, KeysError> {
        let bytes = hex::<32>(key.trim()).ok_or(KeysError::Discord)?;
        let key = VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak()).ok_or(KeysError::Discord)?;
        Ok(Self { discord: Some(key), ..self })
    }

    /// With the ids of the Discord servers ("guilds") that may order, separated by white space or commas.
    #[must_use]
    pub fn with_discord_servers(self, ids: &str) -> Self {
        let ids = ids.split(|character: char| character == ',' || character.is_whitespace());
        Self { discord_servers: ids.filter(|id| !id.is_empty()).map(str::to_owned).collect(), ..self }
    }

    /// With the tokens of JANDI's outgoing webhooks, separated by white space or commas.
    #[must_use]
    pub fn with_jandi(self, tokens: &str) -> Self {
        Self { jandi: Tokens::read(tokens), ..self }
    }

    /// With the tokens of Mattermost's commands, separated by white space or commas.
    #[must_use]
    pub fn with_mattermost(self, tokens: &str) -> Self {
        Self { mattermost: Tokens::read(tokens), ..self }
    }

    /// With what our own links are signed with.
    #[must_use]
    pub fn with_links(self, signer: Signer) -> Self {
        Self { links: Some(signer), ..self }
    }

    /// What opens our own tickets.
    ///
    /// # Errors
    /// When there is no key for them.
    pub(super) fn links(&self) -> Result<&Signer, Unverified> {
        self.links.as_ref().ok_or(Unverified::NoKey)
    }

    /// Slack's `v0` signature over the bytes of the body, and its time.
    pub(super) fn slack(&self, request: &Request, now: DateTime<Utc>) -> Result<(), Unverified> {
        let key = self.slack.as_ref().ok_or(Unverified::NoKey)?;
        let stamp = fresh(request.header(super::slack::TIME), now)?;
        let signature = request.header("x-slack-signature").ok_or(Unverified::Missing)?;
        let signature = signature.strip_prefix("v0=").and_then(hex::<32>).ok_or(Unverified::Form)?;
        let mac = key.clone().chain_update("v0:").chain_update(stamp).chain_update(":").chain_update(&request.body);
        mac.verify_slice(&signature).map_err(|_| Unverified::Wrong)
    }

    /// Whether what comes from this Discord server may be an order.
    ///
    /// # Errors
    /// When it is not listed, or none is named, as in a private message.
    pub(super) fn discord_server(&self, id: Option<&str>) -> Result<(), Unverified> {
        id.filter(|id| self.discord_servers.contains(*id)).map(|_| ()).ok_or(Unverified::Stranger)
    }

    /// Discord's Ed25519 signature over the time and the bytes of the body.
    pub(super) fn discord(&self, request: &Request, now: DateTime<Utc>) -> Result<(), Unverified> {
        let key = self.discord.as_ref().ok_or(Unverified::NoKey)?;
        let stamp = fresh(request.header(super::discord::TIME), now)?;
        let signature = request.header("x-signature-ed25519").ok_or(Unverified::Missing)?;
        let signature = Signature::from_bytes(&hex::<64>(signature).ok_or(Unverified::Form)?);
        let signed = [stamp.as_bytes(), &request.body].concat();
        key.verify_strict(&signed, &signature).map_err(|_| Unverified::Wrong)
    }

    /// The token in the body of JANDI's request.
    pub(super) fn jandi(&self, token: Option<&str>) -> Result<(), Unverified> {
        self.jandi.check(token)
    }

    /// The token of a Mattermost command: `Authorization: Token …`, else the form's field.
    pub(super) fn mattermost(&self, request: &Request, token: Option<&str>) -> Result<(), Unverified> {
        let header = request.header("authorization").and_then(|header| header.split_once(' '));
        let header = header.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("token")).map(|(_, token)| token.trim());
        self.mattermost.check(header.or(token))
    }
}

/// Why a request is not believed; for the log only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// There is no key to check it with: this platform is not served.
    #[error("this platform is not set up")]
    NoKey,
    /// It carries no signature, token or time.
    #[error("a signature, token or time is missing")]
    Missing,
    /// What it carries is not in the form of one.
    #[error("a signature, token or time is malformed")]
    Form,
    /// Its time is too far from ours.
    #[error("its time is too far from ours")]
    Stale,
    /// It comes from a Discord server that is not listed.
    #[error("it comes from a server that is not listed")]
    Stranger,
    /// It was not signed with this key, or has another token.
    #[error("the signature or token is wrong")]
    Wrong,
}

/// The signed time as it was sent, if it is near enough to ours.
fn fresh(stamp: Option<&str>, now: DateTime<Utc>) -> Result<&str, Unverified> {
    let stamp = stamp.ok_or(Unverified::Missing)?;
    let is_number = !stamp.is_empty() && stamp.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = stamp.parse().ok().filter(|_| is_number).ok_or(Unverified::Form)?;
    let at = DateTime::from_timestamp_secs(seconds).ok_or(Unverified::Form)?;
    if (now - at).abs() > TOLERANCE { Err(Unverified::Stale) } else { Ok(stamp) }
}

/// Bytes of a fixed number, written in hexadecimal digits.
fn hex<const BYTES: usize>(text: &str) -> Option<[u8; BYTES]> {
    if text.len() != BYTES * 2 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; BYTES];
    let mut digits = text.chars().map(|digit| digit.to_digit(16));
    for byte in &mut bytes {
        let (high, low) = (digits.next()??, digits.next()??);
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(bytes)
}

/// Tokens of which one has to be shown; kept as hashes, so that their lengths tell nothing either.
#[derive(Clone, Default)]
struct Tokens(Vec<[u8; 32]>);

impl Tokens {
    fn read(text: &str) -> Self {
        let is_between = |character: char| character.is_whitespace() || character == ',';
        Self(text.split(is_between).filter(|token| !token.is_empty()).map(digest).collect())
    }

    fn check(&self, token: Option<&str>) -> Result<(), Unverified> {
        if self.0.is_empty() {
            return Err(Unverified::NoKey);
        }
        let token = digest(token.filter(|token| !token.is_empty()).ok_or(Unverified::Missing)?);
        let is_one = self.0.iter().fold(Choice::from(0), |is_one, known| is_one | known.ct_eq(&token));
        if is_one.into() { Ok(()) } else { Err(Unverified::Wrong) }
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests;
