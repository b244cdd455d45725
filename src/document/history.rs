//! A finished run as an item of the `ScheduleRun` table, for people.

use std::collections::BTreeMap;

use chrono::Duration;
use serde_json::json;

use super::state::{ACTIONS, CAUSES, ENDS, object, time, word};
use crate::model::{Progress, Run, ScheduleName, Standing};
use crate::ports::{EXPIRES_AT, Item};

/// A finished run is kept so long.
const HISTORY_KEPT_FOR: Duration = Duration::days(90);

/// So many instances with what went wrong: enough to see why.
const MOST_TROUBLES: usize = 200;

/// So much of a list of instances; an item of DynamoDB holds 400 KB.
const MOST_BYTES: usize = 120_000;

/// The item of a finished run, for people: what was done to which instance, and how it ended.
#[must_use]
pub fn history_item(schedule: &ScheduleName, run: &Run) -> Item {
    let of = |wanted: fn(&Progress) -> bool| {
        shortened(
            run.instances.iter().filter(|(_, progress)| wanted(progress)).map(|(key, _)| key.to_string()).collect(),
        )
    };
    let troubles: BTreeMap<String, String> = run
        .instances
        .iter()
        .filter_map(|(key, progress)| {
            let trouble = progress.trouble.as_ref()?;
            Some((key.to_string(), format!("{}: {}", trouble.code, trouble.message)))
        })
        .take(MOST_TROUBLES)
        .collect();
    let ended_at = run.ended.map_or(run.opened_at, |ended| ended.at);
    object(json!({
        "ScheduleName": schedule.as_str(),
        "RunId": run.id(),
        "Action": word(&ACTIONS, run.action),
        "Cause": word(&CAUSES, run.cause),
        "At": time(run.at),
        "OpenedAt": time(run.opened_at),
        "EndedAt": time(ended_at),
        "End": run.ended.map(|ended| word(&ENDS, ended.how)),
        "Done": of(|progress| progress.accepted_at.is_some()),
        "Found": of(|progress| progress.accepted_at.is_none() && progress.standing == Standing::Reached),
        "Troubles": troubles,
        (EXPIRES_AT): (ended_at + HISTORY_KEPT_FOR).timestamp(),
    }))
}

/// As many of them as may be listed, and a word on how many more there were.
fn shortened(mut keys: Vec<String>) -> Vec<String> {
    let mut bytes = 0;
    let fits = |key: &&String| {
        bytes += key.len();
        bytes <= MOST_BYTES
    };
    let kept = keys.iter().take_while(fits).count();
    let left_out = keys.len() - kept;
    keys.truncate(kept);
    keys.extend((left_out > 0).then(|| format!("and {left_out} more")));
    keys
}
