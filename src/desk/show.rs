//! What is so: status and info, from the tables. What the instances do now, only the scheduler has seen.

use chrono::{DateTime, Duration, Utc};

use super::look::Seen;
use super::{Done, Info, RunNow, Status};
use crate::document;
use crate::engine::extension;
use crate::engine::{calendar, forecast};
use crate::model::{Action, Cause, Day, Period, Run, Standing};
use crate::ports::Item;

impl Seen {
    /// What runs now, and what comes next.
    pub(super) fn status(&self) -> Done {
        let Self { schedule, state, now, .. } = self;
        let is_followed = forecast::is_followed(schedule);
        let last = if is_followed { calendar::last_transition(schedule, *now) } else { None };
        let next = |action| {
            is_followed.then(|| calendar::next_transition(schedule, *now, Some(action))).flatten().map(|next| next.at)
        };
        let ahead = if is_followed { extension::ahead(schedule, state, *now) } else { None };
        let waits = ahead.filter(|ahead| ahead.planned_at <= *now).and(state.warning);
        let is_movable = schedule.max_extension > Duration::zero();
        let latest_at = ahead.filter(|ahead| is_movable && ahead.is_last).map(|ahead| ahead.latest_at);
        let latest_at = latest_at.filter(|latest_at| latest_at > now);
        Done::Status(Box::new(Status {
            enabled: schedule.enabled,
            mode: schedule.mode,
            wanted: last.map(|last| last.action),
            wanted_since: last.map(|last| last.at),
            led_to: state.direction(),
            run: state.open_run().map(run_now),
            force: schedule.force,
            waits_until: waits.filter(|warning| warning.cause == Cause::Timetable).and_then(|warning| warning.named_at),
            next_stop_at: next(Action::Stop),
            next_stop_by: next(Action::Stop).and_then(|at| self.made_by(at)),
            next_start_at: next(Action::Start),
            instances: state.instances,
            latest_at,
        }))
    }

    /// Who has made the exception behind a stop.
    fn made_by(&self, stop_at: DateTime<Utc>) -> Option<String> {
        extension::behind(&self.schedule, stop_at)?.created_by.clone()
    }

    /// The timetable, and what it makes of a date.
    pub(super) fn info(&self, day: Option<Day>) -> Done {
        let schedule = &self.schedule;
        let date = self.date(day.unwrap_or(Day::Today));
        let about = document::about(&self.tables, &schedule.name);
        let groups = schedule
            .groups
            .iter()
            .map(|group| (group.name.to_string(), group.dependencies.iter().map(ToString::to_string).collect()));
        Done::Info(Box::new(Info {
            date,
            enabled: schedule.enabled,
            mode: schedule.mode,
            day: calendar::of_date(schedule, date),
            exceptions: schedule.exceptions.get(&date).cloned().unwrap_or_default(),
            timetable: self.timetable(),
            description: about.description,
            owner: about.owner,
            groups: groups.collect(),
        }))
    }

    /// A line a window: the days as the item has them, and the times.
    fn timetable(&self) -> Vec<String> {
        let item = self.tables.schedules.iter().find(|item| text(item, "ScheduleName") == self.schedule.name.as_str());
        let maps: Vec<&Item> = match item.and_then(|item| item.get("Periods")) {
            Some(serde_json::Value::Array(periods)) => periods.iter().filter_map(|period| period.as_object()).collect(),
            _ => item.into_iter().collect(),
        };
        let time = |value: Option<crate::model::ClockValue>| {
            value.map_or_else(|| "None".to_owned(), |value| value.to_string())
        };
        let periods = self.schedule.timetable.periods().iter().zip(maps);
        periods
            .map(|(period, item): (&Period, &Item)| {
                let days = ["DaysActive", "Weekdays", "Monthdays", "Months"].map(|name| text(item, name));
                let days: Vec<String> = days.into_iter().filter(|days| !days.is_empty()).collect();
                let days = if days.is_empty() { "all".to_owned() } else { days.join(" ") };
                format!("{days} {}-{}", time(period.local_start()), time(period.local_stop()))
            })
            .collect()
    }
}

/// The most characters of an attribute that are shown.
const MOST_CHARS: usize = 80;

/// Text, or a list of texts, as a person would write it.
fn text(item: &Item, attribute: &str) -> String {
    use serde_json::Value;
    let one = |value: &Value| match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let text = match item.get(attribute) {
        Some(Value::Array(values)) => values.iter().map(one).collect::<Vec<_>>().join(","),
        Some(value) => one(value),
        None => String::new(),
    };
    document::plain(&text).chars().take(MOST_CHARS).collect()
}

fn run_now(run: &Run) -> RunNow {
    let count =
        |wanted: &[Standing]| run.instances.values().filter(|progress| wanted.contains(&progress.standing)).count();
    RunNow {
        action: run.action,
        cause: run.cause,
        opened_at: run.opened_at,
        reached: count(&[Standing::Reached, Standing::Refused]),
        instances: run.instances.len(),
        failed: count(&[Standing::Failed]),
    }
}
