//! What a schedule's item says for people only.

use serde_json::Value;

use super::Tables;
use crate::model::ScheduleName;

/// What a schedule is for, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// `Description`.
    pub description: Option<String>,
    /// `Owner`.
    pub owner: Option<String>,
}

/// What the item of a schedule says for people; nothing where there is no such item or text.
#[must_use]
pub fn about(tables: &Tables, schedule: &ScheduleName) -> About {
    let text = |name: &str, item: &crate::ports::Item| {
        let text = item.get(name).and_then(Value::as_str).map(str::trim);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let is_its = |item: &&crate::ports::Item| text("ScheduleName", item).is_some_and(|name| name == schedule.as_str());
    tables.schedules.iter().find(is_its).map_or_else(About::default, |item| About {
        description: text("Description", item),
        owner: text("Owner", item),
    })
}
