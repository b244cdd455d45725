//! Sends messages to webhooks, side by side, within one budget of time (rule C8).
//!
//! Each webhook has its own fate. A server that is busy or broken is tried again with back-off and jitter, or after as
//! long as it asks; one that refuses is not, and harms no other. A message is told once all that can take it have; what
//! one has taken is not sent to it again because another was down, as long as this process lives. The addresses are secrets: they are in no error and in
//! no debug output (rule S4), and redirects are not followed. Knows nothing of what a message says.

mod answer;
mod trial;
mod webhook;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration as StdDuration;

use backon::{ExponentialBuilder, Retryable as _};
use chrono::Duration;
use futures_util::future::join_all;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, redirect};
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use super::{Rendered, Voice, render};
use crate::model::{Channel, Notice};
use crate::ports::{Chat, ChatError};
use answer::{Miss, Seen, judge, words};

pub use trial::ask_chat_function;
pub use webhook::{Webhook, WebhookError, Webhooks};

/// A connection that is not there by then will not come.
const CONNECT_TIMEOUT: StdDuration = StdDuration::from_secs(2);
/// One try; a chat server answers within a second.
const REQUEST_TIMEOUT: StdDuration = StdDuration::from_secs(5);
/// The first pause between two tries; each is about twice as long as the one before.
const FIRST_PAUSE: StdDuration = StdDuration::from_millis(250);
/// The longest pause that nobody has asked for.
const LONGEST_PAUSE: StdDuration = StdDuration::from_secs(4);
/// A connection that has been idle for longer is not used again: Lambda may have been frozen meanwhile.
const IDLE_TIMEOUT: StdDuration = StdDuration::from_secs(15);
/// A webhook that was down while others took the message is left in peace for so long, so that it does not hold them up:
/// only warnings are still tried.
const REST: StdDuration = StdDuration::from_secs(20);
/// Who has taken a message that others have not is remembered for so long.
const REMEMBERED: StdDuration = StdDuration::from_hours(1);
/// The most messages of which that is remembered.
const MOST_REMEMBERED: usize = 1_000;

/// A webhook, and how it is doing.
#[derive(Debug)]
struct Receiver {
    webhook: Webhook,
    /// The setting that its address is from: what it is called in errors.
    setting: String,
    rests_until: Mutex<Option<Instant>>,
}

/// A message that some have taken and others have not: by whom, and since when.
type Partial = (BTreeSet<usize>, Instant);

/// The chat behind webhooks, or none.
#[derive(Debug)]
pub struct WebhookChat {
    /// The HTTP client, or why it could not be made: that is no reason not to start and stop.
    client: Result<Client, String>,
    webhooks: Webhooks,
    receivers: Vec<Receiver>,
    voice: Voice,
    rest: StdDuration,
    partial: Mutex<BTreeMap<[u8; 32], Partial>>,
    calls: AtomicU64,
    messages: AtomicU64,
}

impl WebhookChat {
    /// A chat that sends to these webhooks; without any, nothing is sent and everything is told.
    #[must_use]
    pub fn new(webhooks: Webhooks, voice: Voice) -> Self {
        let receiver = |(setting, webhook)| Receiver { webhook, setting, rests_until: Mutex::default() };
        Self {
            client: client().map_err(words),
            receivers: webhooks.addresses().into_iter().map(receiver).collect(),
            webhooks,
            voice,
            rest: REST,
            partial: Mutex::default(),
            calls: AtomicU64::new(0),
            messages: AtomicU64::new(0),
        }
    }

    /// Leaves a webhook that was down in peace for so long instead.
    #[must_use]
    pub fn with_rest(self, rest: StdDuration) -> Self {
        Self { rest, ..self }
    }

    /// How many requests have gone out, each try counted.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// How many messages have been accepted, by each webhook.
    #[must_use]
    pub fn messages(&self) -> u64 {
        self.messages.load(Ordering::Relaxed)
    }

    /// The receivers of a message for these channels, by their number.
    fn receivers_of(&self, channels: &[Channel]) -> BTreeMap<usize, &Receiver> {
        let wanted = self.webhooks.of(channels);
        self.receivers.iter().enumerate().filter(|(_, receiver)| wanted.contains(&&receiver.webhook)).collect()
    }

    /// One try, over when `until` is.
    async fn attempt(
        &self,
        client: &Client,
        receiver: &Receiver,
        message: &Rendered,
        until: Instant,
    ) -> Result<(), Miss> {
        let seen = self.post(client, receiver, message, until).await?;
        judge(receiver.webhook.platform(), &seen, &receiver.setting)
    }

    async fn post(
        &self,
        client: &Client,
        receiver: &Receiver,
        message: &Rendered,
        until: Instant,
    ) -> Result<Seen, Miss> {
        let left = until.saturating_duration_since(Instant::now());
        let platform = receiver.webhook.platform();
        self.calls.fetch_add(1, Ordering::Relaxed);
        let request = client
            .post(receiver.webhook.url().clone())
            .header(ACCEPT, message.accept)
            .header(CONTENT_TYPE, message.content_type)
            .timeout(left.min(REQUEST_TIMEOUT))
            .body(message.body.clone());
        match request.send().await {
            Ok(answer) => Ok(Seen::of(platform, answer).await),
            Err(error) if error.is_builder() => Err(Miss::Never(words(error))),
            Err(error) => Err(Miss::Later(words(error), None)),
        }
    }

    /// Sends to one webhook, as often as it takes and the time allows.
    async fn send(&self, client: &Client, receiver: &Receiver, message: &Rendered, until: Instant) -> Result<(), Miss> {
        let pauses = ExponentialBuilder::new()
            .with_min_delay(FIRST_PAUSE)
            .with_max_delay(LONGEST_PAUSE)
            .with_jitter()
            .without_max_times();
        let sent = (|| self.attempt(client, receiver, message, until))
            .retry(pauses)
            .sleep(tokio::time::sleep)
            .when(|miss| matches!(miss, Miss::Later(..)))
            // A pause that leads past the end of the budget is not begun.
            .adjust(|miss, pause| {
                let asked = if let Miss::Later(_, Some(asked)) = miss { *asked } else { StdDuration::ZERO };
                let pause = pause?.max(asked);
                let again = Instant::now().checked_add(pause)?;
                (again < until).then_some(pause)
            })
            .await;
        if sent.is_ok() {
            self.messages.fetch_add(1, Ordering::Relaxed);
        }
        sent
    }

    /// Who has taken this message before, when others had not.
    fn taken_before(&self, key: &[u8; 32]) -> BTreeSet<usize> {
        let mut partial = lock(&self.partial);
        partial.retain(|_, (_, since)| since.elapsed() < REMEMBERED);
        partial.get(key).map(|(taken, _)| taken.clone()).unwrap_or_default()
    }

    /// Remembers who has taken it, or forgets it once nobody is missing.
    fn remember(&self, key: [u8; 32], taken: BTreeSet<usize>, is_missing_somebody: bool) {
        let mut partial = lock(&self.partial);
        if !is_missing_somebody {
            partial.remove(&key);
        } else if partial.len() < MOST_REMEMBERED || partial.contains_key(&key) {
            let since = partial.get(&key).map_or_else(Instant::now, |(_, since)| *since);
            partial.insert(key, (taken, since));
        }
    }
}

impl Chat for WebhookChat {
    async fn tell(&self, notice: &Notice, channels: &[Channel], budget: Duration) -> Result<(), ChatError> {
        let receivers = self.receivers_of(channels);
        if receivers.is_empty() {
            return Ok(());
        }
        let client = self.client.as_ref().map_err(|why| ChatError::Unavailable(why.clone()))?;
        let budget = budget.to_std().unwrap_or_default();
        if budget.is_zero() {
            return Err(ChatError::Unavailable("no time was left to send it".to_owned()));
        }
        let until = Instant::now() + budget;
        let is_alone = receivers.len() == 1;
        let is_warning = matches!(notice, Notice::Warning { .. });
        let key: [u8; 32] = Sha256::digest(format!("{notice:?}")).into();
        // A warning that some have taken is told, and the next one like it is another one.
        let is_remembered = !is_alone && !is_warning;
        let mut taken = if is_remembered { self.taken_before(&key) } else { BTreeSet::new() };
        let others = receivers.iter().filter(|(number, _)| !taken.contains(number));
        let sending = others.map(|(number, receiver)| {
            let message = render(receiver.webhook.platform(), notice, &self.voice);
            async move {
                if !is_alone && !is_warning && receiver.is_resting() {
                    let why = "it did not answer a moment ago".to_owned();
                    return (*number, *receiver, Err(Miss::Later(why, None)));
                }
                (*number, *receiver, self.send(client, receiver, &message, until).await)
            }
        });
        let (mut later, mut never) = (Vec::new(), Vec::new());
        for (number, receiver, sent) in join_all(sending).await {
            // With several webhooks it has to be said which.
            let named = |what: String| if is_alone { what } else { format!("`{}`: {what}", receiver.setting) };
            match sent {
                Ok(()) => _ = taken.insert(number),
                Err(Miss::Later(what, asked)) => {
                    receiver.rest(self.rest.max(asked.unwrap_or_default()));
                    let wait = asked.map(|asked| format!("; it asks to wait {} s", asked.as_secs()));
                    later.push(named(what + wait.as_deref().unwrap_or_default()));
                }
                Err(Miss::Never(what)) => never.push((number, named(what))),
            }
        }
        let has_arrived = !taken.is_empty();
        if has_arrived {
            for (_, what) in &never {
                tracing::error!("chat refuses a message that others took: {what}");
            }
            // Nobody who refuses is asked about this message again.
            taken.extend(never.iter().map(|(number, _)| *number));
            if is_remembered {
                self.remember(key, taken, !later.is_empty());
            }
        }
        let never: Vec<String> = never.into_iter().map(|(_, what)| what).collect();
        match (has_arrived, later.is_empty()) {
            (true, true) => Ok(()),
            (true, false) => Err(ChatError::Partly(later.join("; "))),
            (false, true) => Err(ChatError::Refused(never.join("; "))),
            (false, false) => Err(ChatError::Unavailable([later, never].concat().join("; "))),
        }
    }
}

impl Receiver {
    fn is_resting(&self) -> bool {
        lock(&self.rests_until).is_some_and(|until| Instant::now() < until)
    }

    /// Leaves it in peace; never for so long that it is forgotten.
    fn rest(&self, rest: StdDuration) {
        if !self.is_resting() {
            *lock(&self.rests_until) = Some(Instant::now() + rest.min(REMEMBERED));
        }
    }
}

/// What a thread that panicked has left behind is as good as before: each change is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn client() -> reqwest::Result<Client> {
    Client::builder()
        .user_agent(concat!("lamplighter/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(REQUEST_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_holds_no_address_and_no_key() {
        let webhook = Webhook::new("https://user:word@wh.jandi.com/connect-api/1/secret?sig=x", None).unwrap();
        assert_eq!(format!("{webhook:?}"), r#"Webhook { platform: Jandi, url: "…" }"#);
        let signer = crate::chat::link::Signer::new(b"a secret of no less than 32 bytes").ok();
        let answers = crate::chat::Answers { signer, ..crate::chat::Answers::default() };
        let webhooks = Webhooks { default: vec![webhook], channels: BTreeMap::new() };
        let chat = WebhookChat::new(webhooks, Voice { answers, ..Voice::default() });
        assert!(!format!("{chat:?}").contains("secret"), "{chat:?}");
    }
}
