//! The settings with their secrets, and the adapters behind the ports made from them: what the functions and the command
//! line have in common.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::aws::{self, AwsFleet, CallCounts, DynamoStore, SecretError, SqsQueue, SystemClock, TagKeys};
use crate::chat::send::WebhookChat;
use crate::ports::{Journal, Ports};
use crate::settings::{self, Reference, Settings, SettingsError};

/// Why there are no settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsFailed {
    /// They cannot be read.
    #[error(transparent)]
    Unread(#[from] SettingsError),
    /// A secret that one of them refers to cannot be read.
    #[error("`{name}` refers to `{arn}`, which cannot be read: {error}")]
    Secret {
        /// The variable.
        name: String,
        /// What it refers to.
        arn: String,
        /// Why not.
        error: SecretError,
    },
}

/// Reads the settings of this process, and fetches the secrets that they refer to; without such, no call is made.
///
/// # Errors
/// Every variable that cannot be read, or the first secret that cannot.
pub async fn settings() -> Result<Settings, SettingsFailed> {
    let references = settings::references()?;
    if references.is_empty() {
        return Ok(Settings::from_env(&BTreeMap::new())?);
    }
    let all: BTreeSet<_> = references.values().flatten().cloned().collect();
    let fetched = aws::fetch_secrets(&aws::load_quick_config().await, all).await.map_err(|(reference, error)| {
        let name = references.iter().find(|(_, of)| of.contains(&reference)).map(|(name, _)| name.clone());
        SettingsFailed::Secret { name: name.unwrap_or_default(), arn: reference.arn().to_owned(), error }
    })?;
    let texts = references.into_iter().map(|(name, of)| (name, joined(&of, &fetched)));
    Ok(Settings::from_env(&texts.collect())?)
}

/// What a setting holds that refers to these secrets.
pub(crate) fn joined(of: &[Reference], fetched: &BTreeMap<Reference, String>) -> String {
    let texts: Vec<&str> = of.iter().filter_map(|reference| fetched.get(reference)).map(|text| text.trim()).collect();
    texts.join(" ")
}

/// Tables, instances, chat and clock of an account.
#[derive(Debug)]
pub struct Live {
    /// The tables.
    pub store: DynamoStore,
    /// The instances.
    pub fleet: AwsFleet,
    /// The chat.
    pub chat: WebhookChat,
    /// The system's clock.
    pub clock: SystemClock,
    /// The queue for batches of schedules, if there is one.
    pub queue: Option<SqsQueue>,
    /// The calls made to AWS by all of them.
    pub calls: Arc<CallCounts>,
}

impl Live {
    /// Makes the adapters; no call is made yet.
    pub async fn connect(settings: &Settings) -> Self {
        let config = aws::load_config().await;
        let calls = Arc::new(CallCounts::default());
        let tags = TagKeys { schedule: settings.schedule_tag_key.clone(), group: settings.group_tag_key.clone() };
        Self {
            store: DynamoStore::new(&config, settings.tables.clone(), Arc::clone(&calls)),
            fleet: AwsFleet::new(&config, tags, Arc::clone(&calls))
                .with_external_id(settings.external_id.clone())
                .with_marks(settings.tags_last_action),
            chat: WebhookChat::new(settings.webhooks.clone(), settings.voice()),
            clock: SystemClock,
            queue: settings
                .dispatching
                .as_ref()
                .map(|dispatching| SqsQueue::new(&config, dispatching.queue_url.clone(), Arc::clone(&calls))),
            calls,
        }
    }

    /// The ports, with this journal.
    pub fn ports<'a, J: Journal>(
        &'a self,
        journal: &'a J,
    ) -> Ports<'a, DynamoStore, AwsFleet, WebhookChat, SystemClock, J> {
        let Self { store, fleet, chat, clock, .. } = self;
        Ports { store, fleet, chat, clock, journal }
    }
}
