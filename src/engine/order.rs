//! One run over the groups: who may go now, who waits for whom, and who is there (rules O1 to O6, T9).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};

use crate::model::{
    Action, GroupName, Groups, Instance, InstanceKey, InstanceKind, InstanceState, Progress, Ready, Run, ServerGroup,
    ServiceType, Standing, Trouble,
};

use super::plan::Held;
use super::record;

/// After AWS has accepted, a description may still show the old state; after this long it did not come about.
pub(super) const SETTLES_WITHIN: Duration = Duration::seconds(60);

/// When it will be seen what has become of what AWS has accepted; `None`: that has been seen.
pub(super) fn settles_at(progress: &Progress) -> Option<DateTime<Utc>> {
    let asked = Some(progress).filter(|progress| progress.standing == Standing::Asked)?;
    Some(asked.accepted_at? + SETTLES_WITHIN)
}

/// Whether AWS may still show what a run has asked for as it was before: so long the run is remembered, also when it is
/// over, or the next one would take that for done.
#[must_use]
pub fn is_settling(run: &Run, now: DateTime<Utc>) -> bool {
    run.instances.values().filter_map(settles_at).any(|at| now < at)
}

/// The longest pause between two tries.
const LONGEST_BACK_OFF: Duration = Duration::minutes(15);

/// How long to wait after so many tries: half a minute, doubled each time.
pub(super) fn back_off(attempts: u32) -> Duration {
    let doublings = attempts.saturating_sub(1).min(5);
    (Duration::seconds(30) * 2_i32.pow(doublings)).min(LONGEST_BACK_OFF)
}

/// The instances of a schedule that stand or fall together: a group, or those without one.
#[derive(Debug)]
pub(super) struct Unit<'a> {
    /// The group; `None` for the instances without one.
    pub(super) group: Option<&'a ServerGroup>,
    /// Its instances that count: neither gone nor refused.
    pub(super) instances: Vec<&'a Instance>,
}

impl Unit<'_> {
    pub(super) fn name(&self) -> Option<GroupName> {
        self.group.map(|group| group.name.clone())
    }

    /// How long it may take before people are told.
    pub(super) fn slow_after(&self) -> Duration {
        let is_database = |instance: &&Instance| instance.key.kind != InstanceKind::Ec2;
        let service = if self.instances.iter().any(is_database) { ServiceType::Rds } else { ServiceType::Ec2 };
        self.group.map_or_else(|| service.slow_after(), |group| group.slow_after)
    }

    /// Whether an instance is where the action leads, so that those who wait for it may go.
    pub(super) fn is_there(&self, instance: &Instance, action: Action) -> bool {
        let needs_checks = action == Action::Start
            && instance.key.kind == InstanceKind::Ec2
            && self.group.is_some_and(|group| group.ready == Ready::StatusOk);
        instance.state.is_target_of(action) && (!needs_checks || instance.checks_passed == Some(true))
    }
}

/// Whether an instance belongs to a group by its tag and its kind.
pub(super) fn group_of<'a>(groups: &'a Groups, instance: &Instance) -> Option<&'a ServerGroup> {
    let group = groups.get(instance.group_tag.as_ref()?)?;
    let fits = match instance.key.kind {
        InstanceKind::Ec2 => group.service == ServiceType::Ec2,
        InstanceKind::RdsInstance | InstanceKind::RdsCluster => group.service == ServiceType::Rds,
    };
    fits.then_some(group)
}

/// Sorts the instances that count into their groups; groups without any are there too.
///
/// What AWS refuses to stop holds nobody (rule O6); what it refuses to start is not there for those who need it.
pub(super) fn units<'a>(groups: &'a Groups, instances: &[&'a Instance], run: Option<&Run>) -> Vec<Unit<'a>> {
    let counts = |instance: &&&Instance| {
        let is_refused = run.filter(|run| run.action == Action::Stop).and_then(|run| run.instances.get(&instance.key));
        let is_refused = is_refused.is_some_and(|progress| progress.standing == Standing::Refused);
        instance.state != InstanceState::Gone && instance.refusal.is_none() && !is_refused
    };
    let mut units: BTreeMap<Option<&GroupName>, Unit<'a>> =
        groups.iter().map(|group| (Some(&group.name), Unit { group: Some(group), instances: Vec::new() })).collect();
    for instance in instances.iter().filter(counts) {
        let group = group_of(groups, instance);
        let unit = units.entry(group.map(|group| &group.name)).or_insert(Unit { group, instances: Vec::new() });
        unit.instances.push(instance);
    }
    units.into_values().collect()
}

/// What a look at an open run gives.
#[derive(Debug, Default)]
pub(super) struct Advance {
    /// What to ask AWS for now, by group.
    pub(super) asks: Vec<(Option<GroupName>, Vec<InstanceKey>)>,
    /// What waits, and for what.
    pub(super) held: Vec<Held>,
    /// Instances seen at their target for the first time in this run.
    pub(super) arrived: Vec<(Option<GroupName>, InstanceKey)>,
    /// Whether every instance has been at its target.
    pub(super) is_complete: bool,
    /// When looking again makes sense: `now` while AWS is at work.
    pub(super) wake_at: Option<DateTime<Utc>>,
}

impl Advance {
    fn wake(&mut self, at: DateTime<Utc>) {
        self.wake_at = Some(self.wake_at.map_or(at, |before| before.min(at)));
    }
}

/// The groups that a group waits for: those it depends on when starting, those that depend on it when stopping.
fn before<'a>(groups: &'a Groups, group: &'a ServerGroup, action: Action) -> Vec<&'a GroupName> {
    match action {
        Action::Start => group.dependencies.iter().collect(),
        Action::Stop => groups.dependents(&group.name).map(|dependent| &dependent.name).collect(),
    }
}

/// The groups that nothing has to wait for any more.
///
/// A group without instances is ready (rule O5), but lets nothing pass that would have to wait for the groups behind it.
pub(super) fn settled<'a>(groups: &'a Groups, units: &[Unit<'a>], action: Action) -> BTreeSet<&'a GroupName> {
    let mut settled = BTreeSet::new();
    loop {
        let count = settled.len();
        for unit in units {
            let Some(group) = unit.group else { continue };
            let is_settled = if unit.instances.is_empty() {
                before(groups, group, action).iter().all(|name| settled.contains(name))
            } else {
                unit.instances.iter().all(|instance| unit.is_there(instance, action))
            };
            if is_settled {
                settled.insert(&group.name);
            }
        }
        if settled.len() == count {
            return settled;
        }
    }
}

/// The groups that a unit still waits for.
pub(super) fn waits_for(
    unit: &Unit<'_>,
    groups: &Groups,
    settled: &BTreeSet<&GroupName>,
    action: Action,
) -> Vec<GroupName> {
    let Some(group) = unit.group else { return Vec::new() };
    before(groups, group, action).into_iter().filter(|name| !settled.contains(name)).cloned().collect()
}

/// Brings the run up to what is seen, and says what may be asked for now.
///
/// Writes into the run what has arrived, what has fallen back, and what is about to be asked.
pub(super) fn advance(run: &mut Run, groups: &Groups, seen: Seen<'_>, may_ask: MayAsk, now: DateTime<Utc>) -> Advance {
    let mut answer = Advance { is_complete: seen.is_whole, ..Advance::default() };
    let units = units(groups, seen.instances, Some(run));
    // What was not seen may be of any group, and not be ready.
    let settled = if seen.is_whole { settled(groups, &units, run.action) } else { BTreeSet::new() };
    for unit in &units {
        let gate = waits_for(unit, groups, &settled, run.action);
        let mut asks = Vec::new();
        let mut is_held = false;
        for instance in &unit.instances {
            let look = Look { unit, instance, is_open: gate.is_empty(), may_ask, now };
            match look.take(run, &mut answer) {
                Next::Done => {}
                Next::Wait => answer.is_complete = false,
                Next::Held => {
                    answer.is_complete = false;
                    is_held = true;
                }
                Next::Ask => {
                    answer.is_complete = false;
                    asks.push(instance.key.clone());
                }
            }
        }
        if is_held && !gate.is_empty() {
            answer.held.push(Held::Groups { group: unit.name(), waits_for: gate });
        }
        if !asks.is_empty() {
            answer.wake(now);
            answer.asks.push((unit.name(), asks));
        }
    }
    answer
}

/// The instances of a look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) instances: &'a [&'a Instance],
    /// Whether these are all of them.
    pub(super) is_whole: bool,
}

/// What a run may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MayAsk {
    /// Anything.
    All,
    /// Only what was there when it began: of others nobody has been warned.
    Known,
    /// Nothing: it is about to end.
    Nothing,
}

/// What is to be done about one instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Done,
    Wait,
    Held,
    Ask,
}

/// One instance in a look at a run.
struct Look<'a> {
    unit: &'a Unit<'a>,
    instance: &'a Instance,
    is_open: bool,
    may_ask: MayAsk,
    now: DateTime<Utc>,
}

impl Look<'_> {
    fn take(&self, run: &mut Run, answer: &mut Advance) -> Next {
        let action = run.action;
        let progress = run.instances.get(&self.instance.key);
        if progress.is_some_and(|progress| progress.standing == Standing::Reached) {
            return Next::Done;
        }
        let is_open = self.is_open
            && match self.may_ask {
                MayAsk::All => true,
                MayAsk::Known => progress.is_some(),
                MayAsk::Nothing => false,
            };
        if self.unit.is_there(self.instance, action) {
            let progress = self.progress(run);
            Self::accept(progress, self.now);
            progress.standing = Standing::Reached;
            answer.arrived.push((self.unit.name(), self.instance.key.clone()));
            return Next::Done;
        }
        if self.instance.state.is_target_of(action) || self.is_moving_to(action) {
            // On its way, by our call or by somebody else's.
            if let Some(progress) = run.instances.get_mut(&self.instance.key) {
                Self::accept(progress, self.now);
            }
            answer.wake(self.now);
            return Next::Wait;
        }
        if let InstanceState::Broken { raw } = &self.instance.state {
            let message = format!("it is in the state `{raw}` and needs a person");
            self.fail(self.progress(run), raw, &message);
            return Next::Wait;
        }
        if self.instance.state.is_moving() {
            answer.wake(self.now);
            return if is_open { Next::Wait } else { Next::Held };
        }
        if progress.is_some_and(|progress| progress.standing == Standing::Refused) {
            return Next::Wait;
        }
        self.take_resting(run, is_open, answer)
    }

    /// The instance rests where the run began: ask, ask again, or wait.
    fn take_resting(&self, run: &mut Run, is_open: bool, answer: &mut Advance) -> Next {
        let action = run.action;
        if let Some(progress) = run.instances.get_mut(&self.instance.key) {
            match (progress.standing, progress.accepted_at) {
                (Standing::Asked, Some(accepted_at)) if self.now < accepted_at + SETTLES_WITHIN => {
                    answer.wake(self.now);
                    return Next::Wait;
                }
                (Standing::Asked, _) => {
                    let (code, word) = match action {
                        Action::Start => ("DidNotStart", "started"),
                        Action::Stop => ("DidNotStop", "stopped"),
                    };
                    let reason = self.instance.state_reason.as_deref().unwrap_or("AWS gives no reason");
                    let message = format!("AWS accepted, but it has not {word}: {reason}");
                    self.fail(progress, code, &message);
                }
                _ => {}
            }
            let retry_at = progress.trouble.as_ref().map(|trouble| trouble.retry_at);
            if let Some(retry_at) = retry_at.filter(|at| progress.standing == Standing::Failed && self.now < *at) {
                answer.wake(retry_at);
                return if is_open { Next::Wait } else { Next::Held };
            }
        }
        if !is_open {
            return Next::Held;
        }
        let progress = self.progress(run);
        progress.group = self.unit.name();
        progress.label = self.instance.label.clone();
        // A tick that died between its note and the call may not have asked: the count does not grow for that.
        if progress.standing != Standing::Asking {
            progress.attempts += 1;
        }
        progress.attempts = progress.attempts.max(1);
        progress.standing = Standing::Asking;
        Next::Ask
    }

    fn is_moving_to(&self, action: Action) -> bool {
        match action {
            Action::Start => self.instance.state == InstanceState::Starting,
            Action::Stop => self.instance.state == InstanceState::Stopping,
        }
    }

    /// The instance's line in the run; a new one says that it was found at rest and never asked.
    fn progress<'a>(&self, run: &'a mut Run) -> &'a mut Progress {
        let due = || Progress::due(self.unit.name(), self.instance.label.clone());
        run.instances.entry(self.instance.key.clone()).or_insert_with(due)
    }

    /// Takes what is seen as AWS's answer, where a tick died before it could note one (rule A8).
    fn accept(progress: &mut Progress, now: DateTime<Utc>) {
        if progress.standing == Standing::Asking {
            record::accept(progress, now);
        }
    }

    fn fail(&self, progress: &mut Progress, code: &str, message: &str) {
        let told = progress.told_codes.contains(code);
        progress.standing = Standing::Failed;
        let retry_at = self.now + back_off(progress.attempts.max(1));
        record::note_trouble(progress, Trouble { code: code.to_owned(), message: message.to_owned(), told, retry_at });
    }
}
