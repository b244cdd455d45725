//! Decide: from what was seen to what is to be done, told and remembered. Pure and total.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::decide::Planner;
use super::runs::Wanted;
use super::told::{Found, Untold, untold};
use super::{calendar, misfits, notices, restarts, runs, warnings};
use crate::model::{
    Action, Cause, End, GroupName, Instance, InstanceKey, Inventory, Mode, Notebook, Problem, Schedule, ScheduleName,
    ScheduleState, Source,
};

/// A schedule with what is remembered of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenSchedule {
    /// The schedule as its item says.
    pub schedule: Schedule,
    /// What earlier ticks have written down.
    pub state: ScheduleState,
    /// The stop of which this tick has written down, before it looked, that it is about to begin.
    pub announced: Option<DateTime<Utc>>,
    /// Another tick looks on, and will see what has brought this one about: it is left to that one.
    pub is_watched: bool,
    /// The database of which AWS says that it has started it by itself (rule T12); its region is always named.
    pub restarted: Option<InstanceKey>,
}

impl SeenSchedule {
    /// A schedule as it is at any time.
    #[must_use]
    pub fn new(schedule: Schedule, state: ScheduleState) -> Self {
        Self { schedule, state, announced: None, is_watched: false, restarted: None }
    }
}

/// All that a look has shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// The schedules that could be understood; of a part, those of the part.
    pub schedules: Vec<SeenSchedule>,
    /// Only a part of the schedules is here: what is wrong with the tables is looked at by another tick.
    pub is_part: bool,
    /// What is wrong with items of the tables.
    pub problems: Vec<Problem>,
    /// The instances; empty when no schedule needed a look.
    pub inventory: Inventory,
    /// The problems of which chat has been told.
    pub notebook: Notebook,
}

/// What a schedule waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// A group waits for others.
    Groups {
        /// The group that waits; `None`: the instances without one.
        group: Option<GroupName>,
        /// The groups it waits for.
        waits_for: Vec<GroupName>,
    },
    /// A stop waits until people have had time to answer its warning (rule T10).
    Warning {
        /// When it may go ahead.
        until_at: DateTime<Utc>,
    },
    /// Another tick is at work on the schedule (rule A7).
    Lease {
        /// The other tick.
        owner: String,
    },
    /// Not all of its places could be looked at.
    Unreachable,
}

/// Something to ask AWS for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The group; `None`: the instances without one.
    pub group: Option<GroupName>,
    /// Start or stop.
    pub action: Action,
    /// Exactly these.
    pub instances: Vec<InstanceKey>,
}

/// What is to be done for one schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchedulePlan {
    /// The schedule.
    pub schedule: ScheduleName,
    /// What is to be remembered before anything is done.
    pub state: ScheduleState,
    /// The flag to lower before anything else: its order has been replaced.
    pub lower_before: Option<Action>,
    /// The stop of the timetable that is only announced now, and begins with the next look, which has to follow at once: what
    /// people have moved in the meantime is seen by it, and who moves it later sees the announcement (rule C6).
    pub announces: Option<DateTime<Utc>>,
    /// What to ask AWS for, all at once.
    pub steps: Vec<Step>,
    /// How the open run ends after this; an order's flag is lowered first.
    pub finish: Option<End>,
    /// What waits, and for what.
    pub held: Vec<Held>,
    /// Instances seen at the run's target for the first time.
    pub arrived: Vec<(Option<GroupName>, InstanceKey)>,
    /// What has to be told that does not follow from the run alone.
    pub messages: Vec<notices::Message>,
    /// When looking again makes sense.
    pub wake_at: Option<DateTime<Utc>>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// By schedule, in the snapshot's order; schedules without anything to do, tell or remember are left out.
    pub schedules: Vec<SchedulePlan>,
    /// The problems, by what was looked at.
    pub found: BTreeMap<Source, Found>,
    /// What of them is to be told.
    pub untold: Untold,
}

/// Whether a schedule's instances have to be looked at now; without that there is nothing to decide for it (rule A1).
#[must_use]
pub fn needs_look(seen: &SeenSchedule, now: DateTime<Utc>) -> bool {
    let SeenSchedule { schedule, state, .. } = seen;
    if seen.is_watched {
        return false;
    }
    if schedule.mode == Mode::Off {
        return state.open_run().is_some();
    }
    let untold_stop = || {
        let stop_at = warnings::upcoming(schedule, now)?;
        let warning = warnings::of_stop(schedule, state, stop_at, Cause::Timetable, now);
        warning.is_none_or(|warning| warning.named_at.is_none()).then_some(stop_at)
    };
    let holds = schedule.enforce && schedule.enabled && schedule.mode == Mode::Act && state.direction().is_some();
    runs::wanted(schedule, state, now) != Wanted::Nothing
        || holds
        || untold_stop().is_some()
        || restarts::is_look_due(seen, now)
}

/// Decides what to do, tell and remember at `now`. The same snapshot and time give the same plan.
#[must_use]
pub fn plan(snapshot: &Snapshot, now: DateTime<Utc>) -> Plan {
    let mut looked: Vec<Source> = if snapshot.is_part { Vec::new() } else { vec![Source::Tables] };
    let mut problems = snapshot.problems.clone();
    for scope in snapshot.inventory.seen.iter().chain(snapshot.inventory.unreachable.keys()) {
        looked.push(Source::Scope(scope.clone()));
        looked.extend(scope.account.clone().map(Source::Account));
    }
    looked.extend(snapshot.inventory.closed.keys().cloned().map(Source::Account));
    problems.extend(notices::unreachable(&snapshot.inventory));
    let mut plans = Vec::new();
    for seen in &snapshot.schedules {
        problems.extend(calendar::problems(&seen.schedule, now));
        let instances = instances_of(seen, &snapshot.inventory, now);
        if let Instances::Seen(instances) = &instances {
            looked.push(Source::Instances(seen.schedule.name.clone()));
            problems.extend(misfits::problems(&seen.schedule, instances));
        }
        plans.push(plan_schedule(seen, instances, now));
    }
    plans.retain(|plan| {
        let before = snapshot.schedules.iter().find(|seen| seen.schedule.name == plan.schedule);
        before.is_none_or(|seen| plan.has_work(&seen.state))
    });
    let found = found(looked, problems, now);
    let untold = untold(&found, &snapshot.notebook);
    Plan { schedules: plans, found, untold }
}

/// What a tick would do now, for whoever only asks: where its first look does no more than announce a stop, what the look does
/// that follows at once; and with all that it would tell, unless AWS says no.
#[must_use]
pub fn preview(snapshot: &Snapshot, now: DateTime<Utc>) -> Plan {
    let first = plan(snapshot, now);
    let mut announced = snapshot.clone();
    for seen in &mut announced.schedules {
        let planned = first.schedules.iter().find(|plan| plan.schedule == seen.schedule.name);
        if let Some(planned) = planned.filter(|planned| planned.announces.is_some()) {
            seen.state = planned.state.clone();
            seen.announced = planned.announces;
        }
    }
    let mut preview = plan(&announced, now);
    for plan in &mut preview.schedules {
        let Some(seen) = announced.schedules.iter().find(|seen| seen.schedule.name == plan.schedule) else { continue };
        if let Some(end) = plan.finish {
            plan.state.end_run(now, end);
        }
        plan.messages.extend(notices::messages(&seen.schedule, &plan.state));
    }
    preview
}

/// The problems by what was looked at; what is wrong with what was not, is not known.
fn found(looked: Vec<Source>, problems: Vec<Problem>, now: DateTime<Utc>) -> BTreeMap<Source, Found> {
    let nothing = |source| (source, Found { at: now, problems: BTreeSet::new() });
    let mut found: BTreeMap<Source, Found> = looked.into_iter().map(nothing).collect();
    for problem in problems {
        if let Some(found) = found.get_mut(&problem.source) {
            found.problems.insert(problem);
        }
    }
    found
}

/// What is known of a schedule's instances.
enum Instances<'a> {
    /// All of them.
    Seen(Vec<&'a Instance>),
    /// No look was needed.
    NotNeeded,
    /// One was needed, and some places did not answer: those of the others.
    Partly(Vec<&'a Instance>),
    /// One was needed, but no place has answered in full.
    Unreachable,
}

fn instances_of<'a>(seen: &'a SeenSchedule, inventory: &'a Inventory, now: DateTime<Utc>) -> Instances<'a> {
    let schedule = &seen.schedule;
    // What another tick has taken was not looked for, though another schedule may have been in the same place.
    let is_taken = seen.state.lease.as_ref().is_some_and(|lease| now < lease.until_at);
    if is_taken || !needs_look(seen, now) {
        return Instances::NotNeeded;
    }
    let all = inventory.of(&schedule.tag_value, &schedule.scopes).collect();
    let seen = schedule.scopes.iter().filter(|scope| inventory.seen.contains(*scope)).count();
    if seen == schedule.scopes.len() {
        return Instances::Seen(all);
    }
    // A place that does not answer holds no other (rule A6). What would be done is said of all of them at once.
    if seen == 0 || schedule.mode == Mode::Notify { Instances::Unreachable } else { Instances::Partly(all) }
}

impl SchedulePlan {
    fn has_work(&self, before: &ScheduleState) -> bool {
        let untold = self.state.runs.iter().any(|run| notices::has_untold(run, before));
        self.state != *before
            || !self.steps.is_empty()
            || !self.messages.is_empty()
            || !self.held.is_empty()
            || self.finish.is_some()
            || self.lower_before.is_some()
            || self.announces.is_some()
            || self.wake_at.is_some()
            || untold
    }
}

fn plan_schedule(seen: &SeenSchedule, instances: Instances<'_>, now: DateTime<Utc>) -> SchedulePlan {
    let mut plan = SchedulePlan {
        schedule: seen.schedule.name.clone(),
        state: seen.state.clone(),
        lower_before: None,
        announces: None,
        steps: Vec::new(),
        finish: None,
        held: Vec::new(),
        arrived: Vec::new(),
        messages: Vec::new(),
        wake_at: None,
    };
    if let Some(lease) = seen.state.lease.as_ref().filter(|lease| now < lease.until_at) {
        plan.held.push(Held::Lease { owner: lease.owner.clone() });
        return plan;
    }
    if seen.is_watched {
        return plan;
    }
    plan.state.lease = None;
    plan.state.opening = None;
    if let Some(moved) = warnings::moved(&seen.schedule, &seen.state, now) {
        plan.messages.push(notices::moved(&seen.schedule, moved));
    }
    let (instances, is_whole) = match instances {
        Instances::NotNeeded => return plan,
        Instances::Unreachable => {
            plan.held.push(Held::Unreachable);
            return plan;
        }
        Instances::Partly(instances) => {
            plan.held.push(Held::Unreachable);
            (instances, false)
        }
        Instances::Seen(instances) => {
            plan.state.instances = u32::try_from(instances.len()).unwrap_or(u32::MAX);
            (instances, true)
        }
    };
    let (announced, restarted) = (seen.announced, seen.restarted.as_ref());
    Planner { schedule: &seen.schedule, instances, is_whole, now, announced, restarted, plan: &mut plan }.run();
    plan
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::model::{Lease, Scope};
    use crate::testing::{local, schedule};

    #[test]
    fn what_another_tick_has_taken_is_not_taken_for_looked_at() {
        let schedule = schedule("StartTime: 09:00", &[]);
        let now = local(&schedule, "2026-11-23 09:10");
        for (what, lease, count) in [("free", -1, 1), ("taken", 1, 0)] {
            let lease = Lease { owner: "other".to_owned(), until_at: now + Duration::minutes(lease) };
            let state = ScheduleState { lease: Some(lease), ..ScheduleState::default() };
            // Another schedule was looked for in the same place.
            let inventory = Inventory { seen: BTreeSet::from([Scope::default()]), ..Inventory::default() };
            let seen = SeenSchedule::new(schedule.clone(), state);
            let plan = plan(&Snapshot { schedules: vec![seen], inventory, ..Snapshot::default() }, now);
            assert_eq!(plan.untold.problems.len(), count, "{what}: {:?}", plan.untold);
        }
    }
}
