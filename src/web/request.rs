//! HTTP requests as Lambda gets them, and answers as it gives them. Pure; knows no route and no platform.
//!
//! Three shapes: HTTP API and function URL (format 2.0), REST API and HTTP API in format 1.0. Everything is bounded before
//! it is looked at (rule S6).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// The largest body, in bytes; platforms send a few KiB.
pub const MOST_BODY: usize = 64 * 1_024;

/// The longest path and the longest query, in bytes.
const MOST_PATH: usize = 2_048;

/// The most headers, and the most bytes in all of them.
const MOST_HEADERS: (usize, usize) = (100, 32 * 1_024);

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `GET`.
    Get,
    /// `HEAD`: as `GET`, without a body.
    Head,
    /// `POST`.
    Post,
    /// Anything else.
    Other,
}

/// A request; nothing in it is believed yet.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// What is asked for.
    pub method: Method,
    /// The path as it was sent, without the stage of an API.
    pub path: String,
    /// The query's fields, decoded; of one that comes twice, the first.
    pub query: BTreeMap<String, String>,
    /// The headers, their names in lower case; what comes twice is joined by `, `.
    pub headers: BTreeMap<String, String>,
    /// The bytes that were sent.
    pub body: Vec<u8>,
}

/// Paths, headers and bodies hold secrets: none of them is shown (rule S4).
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Request({:?}, {} bytes)", self.method, self.body.len())
    }
}

impl Request {
    /// A header by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// What the body says that it is, without parameters, in lower case.
    #[must_use]
    pub fn content_type(&self) -> String {
        let text = self.header("content-type").unwrap_or_default();
        text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}

/// A request that is not looked at any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The body is too large.
    Body,
    /// The path or the query is too long.
    Path,
    /// There are too many headers, or too long ones.
    Headers,
    /// A part of it is not what it should be.
    Form,
}

impl Refused {
    /// The status of the answer.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Body => 413,
            Self::Path => 414,
            Self::Headers => 431,
            Self::Form => 400,
        }
    }
}

/// Which shape the event had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// An HTTP API or a function URL, format 2.0.
    V2,
    /// A REST API, or an HTTP API in format 1.0.
    V1,
}

/// An HTTP event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Where it came from.
    pub source: Source,
    /// The request, or why it is refused.
    pub request: Result<Request, Refused>,
}

/// An event that is no HTTP request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an event of this function: {what}; it takes requests of an HTTP API, a REST API or a function URL: take away the \
     trigger that sends it"
)]
pub struct UnknownEvent {
    what: String,
}

/// Whether the event is an HTTP request of a shape that is known.
fn source(event: &Value) -> Option<Source> {
    let context = event.get("requestContext")?.as_object()?;
    if context.get("http").is_some_and(|http| http.get("method").is_some_and(Value::is_string)) {
        return event.get("rawPath").is_some_and(Value::is_string).then_some(Source::V2);
    }
    // A load balancer's event looks much the same, and wants another answer.
    let is_balancer = context.contains_key("elb");
    let is_text = |name: &str| event.get(name).is_some_and(Value::is_string);
    (!is_balancer && is_text("httpMethod") && is_text("path")).then_some(Source::V1)
}

/// Reads an event.
///
/// # Errors
/// When it is no HTTP request; the error says what came by its source or the names of its fields, never by other values.
pub fn read(event: &Value) -> Result<Received, UnknownEvent> {
    let Some(source) = source(event) else { return Err(UnknownEvent { what: shape(event) }) };
    let request = match source {
        Source::V2 => v2(event),
        Source::V1 => v1(event),
    };
    Ok(Received { source, request })
}

fn v2(event: &Value) -> Result<Request, Refused> {
    let context = event.get("requestContext");
    let path = bounded(event.get("rawPath"))?;
    let query = bounded(event.get("rawQueryString"))?;
    let headers = Headers::of(event.get("headers"))?;
    Ok(Request {
        method: method(context.and_then(|context| context.get("http")).and_then(|http| http.get("method"))),
        path: without_stage(path, stage(context)),
        query: first_of(form_urlencoded::parse(query.as_bytes()).into_owned()),
        headers,
        body: body(event)?,
    })
}

fn v1(event: &Value) -> Result<Request, Refused> {
    let context = event.get("requestContext");
    let path = bounded(event.get("path"))?;
    let query = match (event.get("multiValueQueryStringParameters"), event.get("queryStringParameters")) {
        (Some(Value::Object(many)), _) => many,
        (_, Some(Value::Object(single))) => single,
        _ => &Map::new(),
    };
    let pairs = || query.iter().filter_map(|(name, value)| Some((name.clone(), first(value)?.to_owned())));
    if pairs().map(|(name, value)| name.len() + value.len()).sum::<usize>() > MOST_PATH {
        return Err(Refused::Path);
    }
    let headers = match event.get("multiValueHeaders") {
        many @ Some(Value::Object(_)) => Headers::of(many)?,
        _ => Headers::of(event.get("headers"))?,
    };
    // A REST API says the path with its stage apart, and leaves the stage out of `path`; a format 1.0 of an HTTP API does not.
    let is_apart = context.and_then(|context| context.get("path")).is_some_and(|full| full.as_str() != Some(path));
    let stage = if is_apart { None } else { stage(context) };
    Ok(Request {
        method: method(event.get("httpMethod")),
        path: without_stage(path, stage),
        query: first_of(pairs()),
        headers,
        body: body(event)?,
    })
}

/// The first text of a value that is one or a list of them.
fn first(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.as_array()?.first()?.as_str())
}

fn first_of(pairs: impl Iterator<Item = (String, String)>) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    for (name, value) in pairs {
        fields.entry(name).or_insert(value);
    }
    fields
}

fn method(value: Option<&Value>) -> Method {
    match value.and_then(Value::as_str) {
        Some("GET") => Method::Get,
        Some("HEAD") => Method::Head,
        Some("POST") => Method::Post,
        _ => Method::Other,
    }
}

fn bounded(value: Option<&Value>) -> Result<&str, Refused> {
    let text = match value {
        None | Some(Value::Null) => "",
        Some(value) => value.as_str().ok_or(Refused::Form)?,
    };
    if text.len() > MOST_PATH { Err(Refused::Path) } else { Ok(text) }
}

fn stage(context: Option<&Value>) -> Option<&str> {
    context.and_then(|context| context.get("stage")).and_then(Value::as_str).filter(|stage| *stage != "$default")
}

/// The path without the stage that an API puts in front.
fn without_stage(path: &str, stage: Option<&str>) -> String {
    let cut = |stage| without_prefix(path, stage);
    stage.and_then(cut).unwrap_or(path).to_owned()
}

/// What follows `/prefix` in the path; `None`: it does not begin so.
pub(super) fn without_prefix<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    let rest = path.strip_prefix('/')?.strip_prefix(prefix.trim_matches('/'))?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

struct Headers;

impl Headers {
    fn of(value: Option<&Value>) -> Result<BTreeMap<String, String>, Refused> {
        let (most, most_bytes) = MOST_HEADERS;
        let mut headers = BTreeMap::<String, String>::new();
        let fields = match value {
            None | Some(Value::Null) => return Ok(headers),
            Some(value) => value.as_object().ok_or(Refused::Form)?,
        };
        if fields.len() > most {
            return Err(Refused::Headers);
        }
        let mut bytes = 0_usize;
        for (name, value) in fields {
            let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            for value in values {
                let value = value.as_str().ok_or(Refused::Form)?;
                bytes = bytes.saturating_add(name.len()).saturating_add(value.len()).saturating_add(2);
                if bytes > most_bytes {
                    return Err(Refused::Headers);
                }
                let known = headers.entry(name.to_ascii_lowercase()).or_default();
                if !known.is_empty() {
                    known.push_str(", ");
                }
                known.push_str(value);
            }
        }
        Ok(headers)
    }
}

/// The bytes that were sent: signatures are over these.
fn body(event: &Value) -> Result<Vec<u8>, Refused> {
    let text = match event.get("body") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(body) => body.as_str().ok_or(Refused::Form)?,
    };
    let is_encoded = match event.get("isBase64Encoded") {
        None | Some(Value::Null) => false,
        Some(flag) => flag.as_bool().ok_or(Refused::Form)?,
    };
    // Four characters for three bytes, and some to fill up.
    let most = if is_encoded { MOST_BODY / 3 * 4 + 8 } else { MOST_BODY };
    if text.len() > most {
        return Err(Refused::Body);
    }
    let bytes = if is_encoded { STANDARD.decode(text).map_err(|_| Refused::Form)? } else { text.as_bytes().to_vec() };
    if bytes.len() > MOST_BODY { Err(Refused::Body) } else { Ok(bytes) }
}

/// What an event looks like that is not the function's own: where it comes from, or the names of its fields.
pub(crate) fn shape(event: &Value) -> String {
    const MOST: usize = 12;
    let fields = match event {
        Value::Object(fields) => fields,
        Value::Array(_) => return "a list".to_owned(),
        Value::String(_) => return "a text".to_owned(),
        Value::Null => return "nothing".to_owned(),
        Value::Bool(_) | Value::Number(_) => return "a number".to_owned(),
    };
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    if let Some(source) = text("source") {
        return format!("source `{}`, detail-type `{}`", short(source), short(text("detail-type").unwrap_or_default()));
    }
    // SNS spells it with a capital letter.
    let record = fields.get("Records").and_then(|records| records.get(0));
    let source = record.and_then(|record| record.get("eventSource").or(record.get("EventSource")));
    if let Some(source) = source.and_then(Value::as_str) {
        return format!("records of `{}`", short(source));
    }
    let names: Vec<String> = fields.keys().take(MOST).map(|name| format!("`{}`", short(name))).collect();
    match (names.is_empty(), fields.len().saturating_sub(MOST)) {
        (true, _) => "an empty object".to_owned(),
        (false, 0) => format!("an object of {}", names.join(", ")),
        (false, more) => format!("an object of {} and {more} more", names.join(", ")),
    }
}

/// A name that came from outside, bounded and on one line.
pub(crate) fn short(text: &str) -> String {
    const MOST: usize = 40;
    text.chars().take(MOST).map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// An answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers, their names in lower case.
    pub headers: BTreeMap<&'static str, String>,
    /// The body.
    pub body: String,
}

/// A page holds the token of its link (rule S4).
impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reply({}, {} bytes)", self.status, self.body.len())
    }
}

impl Reply {
    /// A status and nothing else.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        let headers = BTreeMap::from([
            ("cache-control", "no-store".to_owned()),
            ("x-content-type-options", "nosniff".to_owned()),
        ]);
        Self { status, headers, body: String::new() }
    }

    /// An object for a program.
    #[must_use]
    pub fn json(body: &Value) -> Self {
        Self::empty(200).with("content-type", "application/json; charset=utf-8").body(body.to_string())
    }

    /// A line of text.
    #[must_use]
    pub fn text(status: u16, body: &str) -> Self {
        Self::empty(status).with("content-type", "text/plain; charset=utf-8").body(body.to_owned())
    }

    /// Sets a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.insert(name, value.into());
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(self, body: String) -> Self {
        Self { body, ..self }
    }

    /// The answer as Lambda gives it: one shape for all sources.
    #[must_use]
    pub fn to_event(&self) -> Value {
        let Self { status, headers, body } = self;
        json!({"statusCode": status, "headers": headers, "body": body, "isBase64Encoded": false})
    }
}

#[cfg(test)]
mod tests;
