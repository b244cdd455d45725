//! Tries out what is reachable: one test message to each webhook, and a question to the function that answers people.

use futures_util::future::join_all;
use tokio::time::Instant;

use super::answer::{Miss, judge, words};
use super::{REQUEST_TIMEOUT, Receiver, WebhookChat, client};
use crate::chat::render;
use crate::doctor::{Answer, Try};
use crate::model::Notice;

/// What our function says of itself.
const HEALTHY: &str = "ok";

impl WebhookChat {
    /// Each address once: the setting that it is from, and who receives there.
    #[must_use]
    pub fn addressees(&self) -> Vec<(String, &'static str)> {
        self.receivers.iter().map(|receiver| (receiver.setting.clone(), receiver.webhook.platform().as_str())).collect()
    }

    /// Sends a test message to each webhook, side by side and once.
    pub async fn try_out(&self) -> Vec<Try> {
        join_all(self.receivers.iter().map(|receiver| self.try_one(receiver))).await
    }

    async fn try_one(&self, receiver: &Receiver) -> Try {
        let platform = receiver.webhook.platform();
        let message = render(platform, &Notice::Trial, &self.voice);
        let setting = receiver.setting.clone();
        let of = |outcome| Try { setting: setting.clone(), platform: platform.as_str(), outcome };
        let client = match &self.client {
            Ok(client) => client,
            Err(why) => return of(Err((why.clone(), true))),
        };
        let seen = self.post(client, receiver, &message, Instant::now() + REQUEST_TIMEOUT).await;
        let judged = seen.and_then(|seen| judge(platform, &seen, &receiver.setting).map(|()| seen.status));
        of(judged.map_err(|miss| match miss {
            Miss::Later(what, _) => (what, true),
            Miss::Never(what) => (what, false),
        }))
    }
}

/// Asks the function that answers people whether it is there, at its public address.
///
/// # Errors
/// Why there is no answer; without the address.
pub async fn ask_chat_function(address: &str) -> Result<Answer, String> {
    let health = format!("{}/health", address.trim_end_matches('/'));
    let answer = client().map_err(words)?.get(health).send().await.map_err(words)?;
    let status = answer.status().as_u16();
    // Whatever else answers there may say as much as it likes.
    let is_short = answer.content_length().is_none_or(|length| length <= 64);
    let body = if is_short { answer.text().await.unwrap_or_default() } else { String::new() };
    Ok(Answer { status, is_ours: status == 200 && body.trim() == HEALTHY })
}
