//! Since when nothing from outside has disturbed a schedule.

use chrono::{DateTime, Duration, Utc};

use super::life::Life;
use super::rows::Rules;
use super::world::World;
use crate::model::InstanceKey;
use crate::simulation::{Incident, What};

/// Until when an incident has an effect on a schedule with these instances; `None`: it has none.
fn until(incident: &Incident, life: &Life<'_>, owns: impl Fn(&InstanceKey) -> bool) -> Option<DateTime<Utc>> {
    let Incident { at, what } = incident;
    match what {
        What::Outage { until }
        | What::ClockOff { until, .. }
        | What::ClocksApart { until, .. }
        | What::TablesFail { until, .. }
        | What::ChatFails { until, .. } => Some(*until),
        What::Late { by, until } | What::Doubled { by, until } | What::Stale { by, until } => Some(*until + *by),
        // What began within the limit may run out of time after it.
        What::ShortLimit { limit, until } => Some(*until + *limit),
        What::AwsFails { instance, until, .. } => instance.as_ref().is_none_or(owns).then_some(*until),
        What::Busy { instance, until, .. } => owns(instance).then_some(*until),
        What::Terminated { instance } | What::Launched { instance } | What::Console { instance, .. } => {
            owns(instance).then_some(*at)
        }
        What::Extends { schedule, .. } | What::Orders { schedule, .. } => (*schedule == life.name).then_some(*at),
        // Of the schedule that it leaves it is known no more whose it was.
        What::Killed { .. } | What::Retagged { .. } => Some(*at),
        // They show in the rows.
        What::Writes { .. } | What::Edits { .. } | What::Deletes { .. } => None,
    }
}

/// When the last thing from outside was over: incidents, edits, deaths of invocations; not the timetable's transitions.
pub(super) fn calm_since(world: &World<'_>, life: &Life<'_>, rules: Option<&Rules>) -> DateTime<Utc> {
    disturbances(world, life, rules).map(|(_, until)| until).max().unwrap_or(world.case.from)
}

/// Whether anything from outside had an effect in a stretch.
pub(super) fn is_disturbed(
    world: &World<'_>,
    life: &Life<'_>,
    rules: Option<&Rules>,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> bool {
    disturbances(world, life, rules).any(|(at, until)| at <= to && from <= until)
}

/// Whether anything kept the function from looking, telling, or writing down in a stretch; what people do does not.
pub(super) fn is_hindered(world: &World<'_>, life: &Life<'_>, (from, to): (DateTime<Utc>, DateTime<Utc>)) -> bool {
    let is_of_function = |what: &What| match what {
        What::Busy { .. } => false,
        What::Killed { .. } => true,
        what => what.until().is_some(),
    };
    let hindering = world.case.incidents.iter().filter(|incident| is_of_function(&incident.what));
    let mut stretches = hindering.filter_map(|incident| Some((incident.at, until(incident, life, |_| true)?)));
    stretches.any(|(at, until)| at <= to && from <= until)
        || world.crashed_at.is_some_and(|at| (from..=to).contains(&at))
}

fn disturbances(
    world: &World<'_>,
    life: &Life<'_>,
    rules: Option<&Rules>,
) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> {
    let owns = move |key: &InstanceKey| {
        world.things.get(key).is_some_and(|thing| rules.is_some_and(|rules| rules.owns(thing.instance)))
    };
    let begun = world.case.incidents.iter().filter(|incident| incident.at <= world.now);
    let incidents = begun.filter_map(move |incident| Some((incident.at, until(incident, life, owns)?)));
    let instants = [Some(life.edited_at), world.crashed_at].into_iter().flatten();
    incidents.chain(instants.map(|at| (at, at)))
}

/// When the last disturbance of any schedule is over, its transitions among them.
pub(super) fn all_calm_since(world: &World<'_>) -> DateTime<Utc> {
    let of = |(place, life): (usize, &Life<'_>)| {
        let reading = world.read_now(place);
        let rules = reading.rules()?;
        let last = rules.last(world.case.to).map(|last| last.at);
        Some(calm_since(world, life, Some(rules)).max(last.unwrap_or(world.case.from)))
    };
    let edited = world.lives.iter().map(|life| life.edited_at);
    world.lives.iter().enumerate().filter_map(of).chain(edited).max().unwrap_or(world.case.from)
}

/// How long after `since` nothing was to disturb a schedule any more until the case was over.
pub(super) fn quiet_for(world: &World<'_>, life: &Life<'_>, rules: Option<&Rules>, since: DateTime<Utc>) -> Duration {
    world.case.to - calm_since(world, life, rules).max(since)
}
