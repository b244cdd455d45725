//! What is logged of a request, and what has to be sent besides its answer. Neither shows a secret (rule S4).

use std::fmt;

use serde_json::{Map, Value, json};

use crate::desk::Audit;

/// The line of the log about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What the path led to; `none`: nothing.
    pub route: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// Why it was refused, or what it was, in a few words.
    pub why: Option<String>,
    /// The order that it was.
    pub audit: Option<Audit>,
}

impl Line {
    /// Whether whoever runs the function has something to mend: it could not use its tables.
    #[must_use]
    pub fn is_fault(&self) -> bool {
        self.status >= 500 || self.audit.as_ref().is_some_and(|audit| audit.result == "store")
    }

    /// The line as an object on one level, as the log has it.
    #[must_use]
    pub fn object(&self) -> Map<String, Value> {
        let Self { route, status, why, audit } = self;
        let mut object = Map::from_iter([
            ("event".to_owned(), json!("request")),
            ("route".to_owned(), json!(route)),
            ("status".to_owned(), json!(status)),
        ]);
        if let Some(why) = why {
            object.insert("why".to_owned(), json!(why));
        }
        if let Some(Audit { schedule, by, via, room, order, result }) = audit {
            let fields =
                json!({"schedule": schedule, "by": by, "via": via, "room": room, "order": order, "result": result});
            object.extend(fields.as_object().cloned().unwrap_or_default());
        }
        object
    }
}

/// A message that is posted before the request is answered: Slack takes no words in the answer to a click.
#[derive(Clone, PartialEq, Eq)]
pub struct FollowUp {
    url: String,
    body: Value,
}

/// The address is a secret.
impl fmt::Debug for FollowUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FollowUp(…)")
    }
}

impl FollowUp {
    /// To the address that a click carries, if it is one of Slack's: nothing else is ever called.
    pub(super) fn slack(url: &str) -> Option<Self> {
        const HOSTS: [&str; 2] = ["https://hooks.slack.com/", "https://hooks.slack-gov.com/"];
        const MOST: usize = 500;
        let is_plain = url.len() <= MOST && url.bytes().all(|byte| byte.is_ascii_graphic());
        let is_slack = HOSTS.iter().any(|host| url.starts_with(host));
        (is_plain && is_slack).then(|| Self { url: url.to_owned(), body: Value::Null })
    }

    pub(super) fn with(self, body: Value) -> Self {
        Self { body, ..self }
    }

    /// Where it goes; never logged.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What goes there, as JSON.
    #[must_use]
    pub fn body(&self) -> &Value {
        &self.body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_slack_is_called() {
        let cases = [
            ("https://hooks.slack.com/actions/T1/2/abc", true),
            ("https://hooks.slack-gov.com/actions/T1/2/abc", true),
            ("http://hooks.slack.com/actions/T1/2/abc", false),
            ("https://hooks.slack.com.example.org/", false),
            ("https://hooks.slack.com@example.org/", false),
            ("https://169.254.169.254/latest", false),
            ("https://hooks.slack.com/ a", false),
            ("", false),
        ];
        for (url, expected) in cases {
            assert_eq!(FollowUp::slack(url).is_some(), expected, "{url}");
        }
    }
}
