//! What incidents are drawn for: the rows, the instances, and the instants around which something is going on.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::Stretch;
use super::dice::Dice;
use super::rows::item;
use crate::document::{self, Defaults, Tables};
use crate::engine::calendar;
use crate::memory::Machine;
use crate::model::{Action, InstanceKey, InstanceKind, Schedule, ScheduleName};
use crate::ports::Item;
use crate::simulation::{Incident, What};

/// A transition of the timetable.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    pub(super) at: DateTime<Utc>,
    pub(super) action: Action,
    pub(super) schedule: ScheduleName,
    lead: Duration,
}

/// What incidents are drawn for.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub(super) stretch: &'a Stretch,
    pub(super) tables: &'a Tables,
    pub(super) machines: &'a [Machine],
    /// The schedules as they are at the beginning, by name; never empty.
    pub(super) schedules: Vec<Schedule>,
    moments: Vec<Moment>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(stretch: &'a Stretch, tables: &'a Tables, machines: &'a [Machine]) -> Self {
        let (schedules, _) = document::read(tables, Defaults::default(), stretch.from.date_naive());
        let mut moments = Vec::new();
        for schedule in &schedules {
            let from = stretch.from - Duration::minutes(20);
            moments.extend(calendar::transitions(schedule, from, stretch.quiet_from).into_iter().map(|transition| {
                let lead = if transition.action == Action::Stop { schedule.warning_lead } else { Duration::zero() };
                Moment { at: transition.at, action: transition.action, schedule: schedule.name.clone(), lead }
            }));
        }
        Self { stretch, tables, machines, schedules, moments }
    }

    /// One of the transitions, of one kind if `action` says so.
    pub(super) fn moment(&self, dice: &mut Dice, action: Option<Action>) -> Option<&Moment> {
        let fitting: Vec<&Moment> =
            self.moments.iter().filter(|moment| action.is_none_or(|action| action == moment.action)).collect();
        dice.one(&fitting).copied()
    }

    /// When a transition of a schedule comes, and which, of one kind if `action` says so.
    pub(super) fn moment_of(
        &self,
        dice: &mut Dice,
        schedule: &Schedule,
        action: Option<Action>,
    ) -> Option<(DateTime<Utc>, Action)> {
        let is_fitting =
            |moment: &&Moment| moment.schedule == schedule.name && action.is_none_or(|action| action == moment.action);
        let fitting: Vec<&Moment> = self.moments.iter().filter(is_fitting).collect();
        dice.one(&fitting).map(|moment| (moment.at, moment.action))
    }

    /// The cron tick that finds what is due at an instant.
    pub(super) fn tick_after(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let cron = self.stretch.cron.num_seconds().max(1);
        let due = (at.timestamp() + cron - 1) / cron * cron;
        DateTime::from_timestamp(due, 0).unwrap_or(at)
    }

    /// An instant at which something is going on because of a transition.
    pub(super) fn around(&self, dice: &mut Dice, moment: &Moment) -> DateTime<Utc> {
        let minutes = Duration::minutes;
        let after = match dice.between(0, 99) {
            0..25 => dice.span(-moment.lead - minutes(2), minutes(2) - moment.lead),
            25..40 => dice.span(-moment.lead, minutes(1)),
            40..75 => dice.span(minutes(-1), minutes(3)),
            _ => dice.span(minutes(0), minutes(20)),
        };
        self.within(moment.at + after)
    }

    /// An instant, mostly around a transition.
    pub(super) fn time(&self, dice: &mut Dice) -> DateTime<Utc> {
        match self.moment(dice, None).filter(|_| dice.chance(78)) {
            Some(moment) => self.around(dice, moment),
            None => dice.instant(self.stretch.from, self.stretch.quiet_from),
        }
    }

    /// The end of what holds from `at`: after seconds, minutes, or hours.
    pub(super) fn until(&self, dice: &mut Dice, at: DateTime<Utc>) -> DateTime<Utc> {
        let length = match dice.between(0, 99) {
            0..25 => dice.seconds(2, 60),
            25..65 => dice.seconds(60, 600),
            65..88 => dice.seconds(600, 3600),
            _ => dice.seconds(3600, 3 * 3600),
        };
        (at + length).min(self.stretch.quiet_from).max(at + Duration::seconds(1))
    }

    /// An instant within the part of the stretch in which something happens.
    pub(super) fn within(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        at.clamp(self.stretch.from + Duration::seconds(1), self.stretch.quiet_from - Duration::seconds(1))
    }

    /// A schedule and an instant that matters to it.
    pub(super) fn schedule(&self, dice: &mut Dice) -> Option<(&Schedule, DateTime<Utc>)> {
        let Some(moment) = self.moment(dice, None).filter(|_| dice.chance(85)) else {
            let at = self.time(dice);
            return Some((dice.one(&self.schedules)?, at));
        };
        let at = self.around(dice, moment);
        Some((self.schedules.iter().find(|schedule| schedule.name == moment.schedule)?, at))
    }

    /// The instances that carry a schedule's tag at the beginning.
    pub(super) fn machines_of(&self, schedule: &Schedule) -> impl Iterator<Item = &'a Machine> {
        let tag = schedule.tag_value.clone();
        self.machines.iter().filter(move |machine| machine.instance.schedule_tag == tag)
    }

    pub(super) fn databases(&self) -> impl Iterator<Item = &InstanceKey> {
        let keys = self.machines.iter().map(|machine| &machine.instance.key);
        keys.filter(|key| key.kind != InstanceKind::Ec2)
    }

    pub(super) fn instance(&self, dice: &mut Dice) -> Option<InstanceKey> {
        Some(dice.one(self.machines)?.instance.key.clone())
    }
}

/// What happens at an instant.
pub(super) fn incident(at: DateTime<Utc>, what: What) -> Incident {
    Incident { at, what }
}

/// The key of a schedule's row.
pub(super) fn schedule_key(schedule: &str) -> Item {
    item([("ScheduleName", json!(schedule))])
}

/// The attributes of a row by which it is found.
pub(super) fn key(row: &Item, names: &[&str]) -> Item {
    let pairs = names.iter().filter_map(|name| Some(((*name).to_owned(), row.get(*name)?.clone())));
    pairs.collect()
}

/// The text of an attribute.
pub(super) fn text<'a>(row: &'a Item, name: &str) -> &'a str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}
