//! Requests as the platforms send them, over the embedded world.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::*;
use crate::chat::Language;
use crate::chat::link::{Purpose, Signer, Ticket};
use crate::desk::Desk;
use crate::document::Defaults;
use crate::memory::World;
use crate::model::ScheduleName;
use crate::ports::{Clock as _, Item, Table};
use crate::testing::Town;

mod abuse;
mod browser;
mod evening;
mod platforms;

const SLACK_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const JANDI_TOKEN: &str = "YE1ronbbuoZkq7h3J5KMI4Tn";
const DISCORD_SERVER: &str = "41771983423143937";
const MATTERMOST_TOKEN: &str = "mm-secret-token-1234567890";
const LINK_KEY: [u8; 32] = [7; 32];

const SCHEDULES: &str = "
Schedule: {ScheduleName: Dev, TagValue: Dev, DaysActive: weekdays, Enabled: true, StartTime: '09:30', StopTime: '22:00'}
";

/// A world ten minutes before its stop, and everything that asks it.
struct Stage {
    town: Town,
    keys: Keys,
    discord: SigningKey,
    signer: Signer,
    language: Language,
    time_limit: Option<Duration>,
}

impl Stage {
    fn new() -> Self {
        let discord = SigningKey::from_bytes(&[9; 32]);
        let signer = Signer::new(&LINK_KEY).unwrap();
        let public = digits(discord.verifying_key().as_bytes());
        let keys = Keys::default()
            .with_slack(SLACK_SECRET)
            .and_then(|keys| keys.with_discord(&public))
            .map(|keys| keys.with_discord_servers(DISCORD_SERVER))
            .unwrap()
            .with_jandi(&format!("another-token {JANDI_TOKEN}"))
            .with_mattermost(MATTERMOST_TOKEN)
            .with_links(signer.clone());
        let town = Town::new(SCHEDULES, &[], "2026-11-23 21:50");
        Self { town, keys, discord, signer, language: Language::En, time_limit: None }
    }

    fn now(&self) -> DateTime<Utc> {
        self.town.world.now()
    }

    fn web(&self) -> Web<'_, World, World> {
        let world = &self.town.world;
        let desk = Desk::new(world, world, Defaults::default(), Duration::seconds(1));
        let desk = Desk { orders_a_minute: Some(30), time_limit: self.time_limit, ..desk };
        Web { desk, keys: &self.keys, language: self.language, keyword: "/lamp", prefix: "" }
    }

    fn send(&self, request: &Request) -> Answered {
        pollster::block_on(answer(&self.web(), request))
    }

    /// The ticket of the warning for the stop at 22:00.
    fn ticket(&self) -> Ticket {
        let stop_at = self.town.at("2026-11-23 22:00");
        Ticket::new(ScheduleName::new("Dev").unwrap(), stop_at, stop_at)
    }

    fn token(&self) -> String {
        self.signer.sign(Purpose::Link, &self.ticket())
    }

    /// The same for a button.
    fn button(&self) -> String {
        self.signer.sign(Purpose::Button, &self.ticket())
    }

    fn tables(&self) -> Vec<Vec<Item>> {
        let tables = [Table::Schedule, Table::ServerGroup, Table::Exception, Table::Run];
        tables.map(|table| self.town.world.items(table)).to_vec()
    }

    /// The tables without the counter of orders: an order is counted also where it changes nothing.
    fn settled(&self) -> Vec<Item> {
        let is_counter = |item: &Item| item.get("RunId").and_then(Value::as_str) == Some("@orders");
        self.tables().into_iter().flatten().filter(|item| !is_counter(item)).collect()
    }

    /// The values of the exceptions that are there.
    fn exceptions(&self) -> Vec<String> {
        let items = self.town.world.items(Table::Exception);
        let text = |item: &Item, name: &str| item.get(name).and_then(Value::as_str).unwrap_or("?").to_owned();
        let line = |item| {
            ["ExceptionDate", "ExceptionType", "ExceptionValue", "CreatedBy", "CreatedVia"]
                .map(|name| text(item, name))
                .join(" ")
        };
        items.iter().map(line).collect()
    }

    fn slack(&self, body: &str) -> Request {
        let stamp = self.now().timestamp().to_string();
        let mac = Hmac::<Sha256>::new_from_slice(SLACK_SECRET.as_bytes()).unwrap();
        let seal = mac.chain_update(format!("v0:{stamp}:{body}")).finalize().into_bytes();
        let seal = digits(&seal);
        let headers = [("x-slack-request-timestamp", stamp.as_str()), ("x-slack-signature", &format!("v0={seal}"))];
        with(&headers, form_request("/slack", body))
    }

    fn slack_click(&self, payload: &Value) -> Request {
        self.slack(&encode(&[("payload", &payload.to_string())]))
    }

    /// An interaction in the server that may order.
    fn discord(&self, body: &Value) -> Request {
        let mut body = body.clone();
        if let Some(body) = body.as_object_mut() {
            body.entry("guild_id").or_insert_with(|| json!(DISCORD_SERVER));
        }
        let (stamp, body) = (self.now().timestamp().to_string(), body.to_string());
        let seal = self.discord.sign([stamp.as_bytes(), body.as_bytes()].concat().as_slice()).to_bytes();
        let seal = digits(&seal);
        let headers = [("x-signature-timestamp", stamp.as_str()), ("x-signature-ed25519", seal.as_str())];
        with(&headers, json_request("/discord", &body))
    }

    /// JANDI's request in the shape of a room's webhook.
    fn jandi_body(&self, text: &str) -> Value {
        json!({
            "token": JANDI_TOKEN,
            "teamName": "TestTeam",
            "roomName": "Servers",
            "writerName": "김하늘",
            "writerEmail": "haneul@example.com",
            "text": text,
            "keyword": "lamp",
            "createdAt": self.now().to_rfc3339(),
            "data": text.trim_start_matches("/lamp "),
            "platform": "web",
            "ip": "203.0.113.77",
        })
    }

    fn jandi(&self, text: &str) -> Request {
        json_request("/jandi", &self.jandi_body(text).to_string())
    }

    fn page(&self, method: Method, query: &[(&str, &str)]) -> Request {
        let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let path = format!("/x/{}", self.token());
        Request { method, path, query, headers: BTreeMap::new(), body: Vec::new() }
    }

    fn choose(&self, minutes: &str) -> Request {
        let token = self.token();
        form_request(&format!("/x/{token}"), &encode(&[("token", &token), ("minutes", minutes)]))
    }
}

fn request(path: &str, content_type: &str, body: &str) -> Request {
    let headers = BTreeMap::from([("content-type".to_owned(), content_type.to_owned())]);
    let (method, body) = (Method::Post, body.as_bytes().to_vec());
    Request { method, path: path.to_owned(), query: BTreeMap::new(), headers, body }
}

fn form_request(path: &str, body: &str) -> Request {
    request(path, "application/x-www-form-urlencoded", body)
}

fn json_request(path: &str, body: &str) -> Request {
    request(path, "application/json; charset=utf-8", body)
}

fn with(headers: &[(&str, &str)], mut request: Request) -> Request {
    request.headers.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    request
}

fn encode(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Bytes in hexadecimal digits.
pub(super) fn digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"))
}

/// The body of an answer as JSON.
#[track_caller]
fn body(answered: &Answered) -> Value {
    assert_eq!(answered.reply.status, 200, "{:?}", answered.line);
    serde_json::from_str(&answered.reply.body).unwrap()
}
