//! The adapters behind the ports, made from the settings: what the function and the command line have in common.

use std::sync::Arc;

use crate::aws::{self, AwsFleet, CallCounts, DynamoStore, SystemClock, TagKeys};
use crate::chat::send::WebhookChat;
use crate::ports::{Journal, Ports};
use crate::settings::Settings;

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
            fleet: AwsFleet::new(&config, tags, Arc::clone(&calls)),
            chat: WebhookChat::new(settings.webhooks.clone(), settings.voice()),
            clock: SystemClock,
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
