//! One tick: look, decide, act, tell, record, and again while something is in flight and there is time.
//!
//! Knows the ports only. What may happen when, is decided by [`engine`]; here is only the order of the
//! effects, which is what makes a tick safe to die anywhere (rule A8) and to run twice at once (rule A7): a schedule is
//! taken with a conditional write that also says what is about to be asked; then AWS is asked, chat is told, and what came
//! of it is written, and the schedule let go.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use futures_util::{StreamExt as _, stream};

use crate::document::Defaults;
use crate::engine::{self, Found, Plan, SeenSchedule, Snapshot};
use crate::model::{Action, Cause, Event, InstanceId, InstanceKey, ScheduleName, ScheduleState, Scope, Source};
use crate::ports::{AnyPorts, Clock as _, Journal as _};

mod dispatch;
mod journal;
mod look;
mod marks;
mod problems;
mod work;

pub use dispatch::dispatch;
pub use look::{keys, look, remember};

use look::Aim;

/// How one tick is to be run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Who is at work, unique to this tick; the id of the Lambda request.
    pub owner: String,
    /// When the tick has to be over, whatever is in flight.
    pub deadline: DateTime<Utc>,
    /// How long it goes on looking while something is in flight; the setting `SETTLE_SECONDS`.
    pub settle: Duration,
    /// What holds for schedules that do not say it.
    pub defaults: Defaults,
    /// The schedules to work on; `None`: all. What is wrong with the tables is told by whoever works on all, or dispatches.
    pub only: Option<BTreeSet<ScheduleName>>,
    /// What the event says that has brought the tick about.
    pub about: About,
}

/// What an event says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum About {
    /// Nothing in particular: every schedule with something to do is meant.
    #[default]
    All,
    /// This instance has changed its state. A fleet that starts is thousands of such events: where a tick looks on already, they
    /// are left to it, and one that finds nothing to do does not look on.
    Instance(InstanceId),
    /// AWS has started this database or cluster by itself (rule T12), in the function's own account and the region that is named.
    Restarted(InstanceKey),
}

/// What a tick has done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// How often it looked.
    pub passes: u32,
    /// How many schedules could be understood.
    pub schedules: usize,
    /// Instances of schedules whose last run was a start, as last looked at.
    pub wanted_on: usize,
    /// Instances of schedules whose last run was a stop.
    pub wanted_off: usize,
    /// Starts that AWS accepted.
    pub started: usize,
    /// Stops that AWS accepted.
    pub stopped: usize,
    /// Starts and stops that AWS refused.
    pub failures: usize,
    /// Faulty items and unreachable places.
    pub problems: usize,
    /// Server groups of open runs that were told to be slow.
    pub late: usize,
    /// Messages that chat did not take; they are sent again by the next tick.
    pub untold: usize,
    /// Whether something is still on its way: the next tick goes on.
    pub in_flight: bool,
    /// Schedules put on the queue, for ticks of their own.
    pub dispatched: usize,
    /// Batches of them.
    pub batches: usize,
}

/// A tick could not look or could not record: what it could do, it has done.
#[derive(Debug, thiserror::Error)]
#[error("the tick is incomplete: {}", .causes.join("; "))]
pub struct TickError {
    /// What could not be read or written, one sentence each.
    pub causes: Vec<String>,
    /// What was done all the same.
    pub report: Report,
}

/// How many schedules are worked on side by side.
const SIDE_BY_SIDE: usize = 16;

/// A further pass is begun only if there is so much time for it, the most that its look may take; or half of all the time of a
/// function that has less.
const PASS_TAKES: Duration = Duration::seconds(50);

/// The pauses between looks: short at first, since small instances are up within seconds.
const PAUSES: [i64; 4] = [2, 3, 5, 10];

/// Runs a tick until nothing is in flight, or its time is over.
///
/// # Errors
/// When the tables could not be read or written, or instances of the own account not looked at. A chat that is down, instances that AWS
/// refuses to start and items at fault are no errors of the tick.
pub async fn run(ports: &impl AnyPorts, options: &Options) -> Result<Report, TickError> {
    let mut tick = Tick::new(ports, options);
    let mut pauses = PAUSES.into_iter();
    let mut pause = None;
    loop {
        let Some(end) = tick.pass().await else { break };
        let Some(wake_at) = end.wake_at else { break };
        if end.has_acted {
            pauses = PAUSES.into_iter();
            // What this tick has begun it follows up.
            tick.about = &About::All;
        }
        pause = pauses.next().map(Duration::seconds).or(pause);
        let now = ports.clock().now();
        let mut again_at = wake_at.max(now + pause.unwrap_or_else(Duration::zero));
        let mut latest_at = if *tick.about == About::All { tick.until_at } else { now };
        if end.has_announced {
            // A stop that is announced begins with a look that follows at once, also when nobody waits for instances.
            (again_at, latest_at) = (now, tick.last_pass_at);
        }
        if again_at > latest_at {
            tick.report.in_flight = true;
            break;
        }
        ports.clock().sleep(again_at - now).await;
    }
    tick.tell_what_waits().await;
    tick.end()
}

/// A tick under way.
struct Tick<'a, P> {
    ports: &'a P,
    options: &'a Options,
    /// What it is about; once it has acted, all.
    about: &'a About,
    /// No pass begins later.
    last_pass_at: DateTime<Utc>,
    /// So long it looks on while something is in flight.
    until_at: DateTime<Utc>,
    report: Report,
    causes: Vec<String>,
    /// Chat has not answered in this tick: only warnings are still tried, so that it is never in the way (rule C8).
    is_chat_down: bool,
    /// Events about waiting that this tick has noted: each once, however often it looks.
    noted: BTreeSet<String>,
    /// Stops of which the last pass has written down that they are about to begin.
    announced: BTreeMap<ScheduleName, DateTime<Utc>>,
    /// What the last pass has seen, if it has done nothing but announce.
    looked: Option<look::Looked>,
    /// What was done in this pass, to be written on the instances.
    acted: marks::Acted,
    /// Places that have not taken what was to be written on their instances.
    unmarked: BTreeSet<Scope>,
    /// Problems of a part of the schedules that were not told, since a tick over other schedules was telling its own. They
    /// have to be told all the same: the next look at these schedules may be a day away.
    kept_waiting: BTreeMap<Source, Found>,
    /// The schedules as last seen, for the channels of what waits.
    seen: Vec<SeenSchedule>,
}

/// How a pass ended.
struct PassEnd {
    wake_at: Option<DateTime<Utc>>,
    has_acted: bool,
    has_announced: bool,
}

/// What was done for one schedule in a pass.
#[derive(Debug, Default)]
struct Done {
    started: usize,
    stopped: usize,
    failures: usize,
    untold: usize,
    causes: Vec<String>,
    waits: Vec<Event>,
    is_chat_down: bool,
    /// The stop of which it is written down that it is about to begin.
    announced: Option<DateTime<Utc>>,
    /// What AWS has accepted to do, why, and to which instances.
    acted: Option<(Action, Cause, Vec<InstanceKey>)>,
}

impl<'a, P: AnyPorts> Tick<'a, P> {
    fn new(ports: &'a P, options: &'a Options) -> Self {
        let now = ports.clock().now();
        let last_pass_at = options.deadline - PASS_TAKES.min((options.deadline - now) / 2);
        Self {
            ports,
            options,
            about: &options.about,
            last_pass_at,
            until_at: last_pass_at.min(now + options.settle),
            report: Report::default(),
            causes: Vec::new(),
            is_chat_down: false,
            noted: BTreeSet::new(),
            announced: BTreeMap::new(),
            looked: None,
            acted: marks::Acted::new(),
            unmarked: BTreeSet::new(),
            kept_waiting: BTreeMap::new(),
            seen: Vec::new(),
        }
    }

    fn end(self) -> Result<Report, TickError> {
        let Self { report, causes, .. } = self;
        if causes.is_empty() { Ok(report) } else { Err(TickError { causes, report }) }
    }
}

impl<P: AnyPorts> Tick<'_, P> {
    /// One look and what follows from it; `None` when the tables could not be read.
    async fn pass(&mut self) -> Option<PassEnd> {
        self.report.passes += 1;
        let before = self.looked.take();
        let (mut snapshot, now, looked) =
            match look::look_again(self.ports, Aim { about: self.about, ..Aim::of(self.options) }, before).await {
                Ok(seen) => seen,
                Err(error) => {
                    self.cause(error.to_string());
                    return None;
                }
            };
        // Another account that does not answer is told and no more: it may stay so, and what is done here is done (rule A6).
        let unreachable = snapshot.inventory.unreachable.iter().filter(|(scope, _)| scope.account.is_none());
        for (scope, failure) in unreachable {
            self.cause(format!("{scope} could not be looked at: {failure}"));
        }
        let mut announced = std::mem::take(&mut self.announced);
        for seen in &mut snapshot.schedules {
            seen.announced = announced.remove(&seen.schedule.name);
        }
        let plan = engine::plan(&snapshot, now);
        let has_acted = plan.schedules.iter().any(|plan| !plan.steps.is_empty());
        let wake_at = plan.schedules.iter().filter_map(|plan| plan.wake_at).min();
        self.count(&snapshot, &plan);
        let looks_on_until = (has_acted || *self.about == About::All).then_some(self.until_at);
        let work = plan.schedules.iter().filter_map(|plan| {
            let seen = snapshot.schedules.iter().find(|seen| seen.schedule.name == plan.schedule)?;
            let (ports, options, name) = (self.ports, self.options, &plan.schedule);
            let work = work::work(ports, (options, looks_on_until), seen, plan.clone(), (now, self.is_chat_down));
            Some(async move { (name, work.await) })
        });
        let done: Vec<(&ScheduleName, Done)> = stream::iter(work).buffer_unordered(SIDE_BY_SIDE).collect().await;
        for (name, done) in done {
            self.announced.extend(done.announced.map(|at| (name.clone(), at)));
            self.add(done);
        }
        if !self.is_chat_down {
            let news = (&snapshot.notebook, &plan.untold, now);
            let (told, is_its_turn) = problems::tell(self.ports, self.options, &snapshot.schedules, news).await;
            self.add(told);
            self.kept_waiting.retain(|source, _| !plan.found.contains_key(source));
            if !is_its_turn && snapshot.is_part {
                self.kept_waiting.extend(plan.found);
                self.seen = snapshot.schedules;
            }
        }
        self.mark(now).await;
        let has_announced = !self.announced.is_empty();
        let inventory = snapshot.inventory;
        self.looked = (has_announced && !has_acted).then_some(look::Looked { inventory, ..looked });
        Some(PassEnd { wake_at, has_acted, has_announced })
    }

    /// Tells what had to wait for its turn, once everything else is done.
    async fn tell_what_waits(&mut self) {
        if !self.kept_waiting.is_empty() && !self.is_chat_down {
            let told = problems::tell_in_turn(self.ports, self.options, &self.seen, &self.kept_waiting).await;
            self.add(told);
        }
    }

    fn count(&mut self, snapshot: &Snapshot, plan: &Plan) {
        let states: Vec<&ScheduleState> = snapshot
            .schedules
            .iter()
            .map(|seen| {
                let planned = plan.schedules.iter().find(|plan| plan.schedule == seen.schedule.name);
                planned.map_or(&seen.state, |plan| &plan.state)
            })
            .collect();
        let wanted = |action: Action| {
            let states = states.iter().filter(|state| state.direction() == Some(action));
            states.map(|state| usize::try_from(state.instances).unwrap_or(usize::MAX)).sum()
        };
        let open = states.iter().flat_map(|state| &state.runs).filter(|run| run.ended.is_none());
        self.report.late = open.map(|run| run.slow_told.len()).sum();
        self.report.schedules = snapshot.schedules.len();
        self.report.wanted_on = wanted(Action::Start);
        self.report.wanted_off = wanted(Action::Stop);
        self.report.problems = plan.found.values().map(|found| found.problems.len()).sum();
    }

    fn add(&mut self, done: Done) {
        self.report.started += done.started;
        self.report.stopped += done.stopped;
        self.report.failures += done.failures;
        self.report.untold = self.report.untold.max(done.untold);
        self.is_chat_down |= done.is_chat_down;
        if let Some((action, cause, instances)) = done.acted {
            self.acted.entry((action, cause)).or_default().extend(instances);
        }
        for cause in done.causes {
            self.cause(cause);
        }
        for event in done.waits {
            if self.noted.insert(journal::sameness(&event)) {
                self.ports.journal().note(&event);
            }
        }
    }

    fn cause(&mut self, cause: String) {
        if !self.causes.contains(&cause) {
            self.causes.push(cause);
        }
    }
}

#[cfg(test)]
mod tests;
