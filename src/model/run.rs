//! A run, and all that is remembered of a schedule from one tick to the next.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Action, GroupName, InstanceKey, Label, ScheduleName, Source};

/// Why there is a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A transition of the timetable.
    Timetable,
    /// A person's order.
    Force,
    /// The desired state is held all the time (rule T9).
    Enforce,
    /// AWS has started databases by itself (rule T12).
    Restart,
}

impl Cause {
    /// `timetable`, `force`, `enforce` or `restart`: the word in tables, events and messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timetable => "timetable",
            Self::Force => "force",
            Self::Enforce => "enforce",
            Self::Restart => "restart",
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Every instance has reached its target, or is refused with a reason.
    Done,
    /// A newer transition or an order took its place.
    Replaced,
    /// The order was withdrawn, or the schedule disabled.
    Cancelled,
    /// Only told, not done: `Mode` is `notify`.
    Notified,
}

/// When and how a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: DateTime<Utc>,
    /// How.
    pub how: End,
    /// Whether chat has been told, or need not be.
    pub told: bool,
}

/// How far an instance has come in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It was there when the run began, and has not been asked yet: a stop's warning was about it too.
    Due,
    /// About to be asked: written down before the call, so that a crash cannot hide it.
    Asking,
    /// AWS has accepted; not there yet.
    Asked,
    /// The last try failed; tried again after [`Trouble::retry_at`].
    Failed,
    /// It has been at its target: not touched again in this run (rule T9).
    Reached,
    /// AWS will never do it (rule O6).
    Refused,
}

/// What went wrong with an instance, told once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// AWS's code or our own word for it.
    pub code: String,
    /// In words.
    pub message: String,
    /// Whether chat has been told, or need not be.
    pub told: bool,
    /// When to try again.
    pub retry_at: DateTime<Utc>,
}

/// What was done to one instance in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Its group when it was first seen in the run.
    pub group: Option<GroupName>,
    /// Its name for messages.
    pub label: Label,
    /// How far it has come.
    pub standing: Standing,
    /// How often it was asked.
    pub attempts: u32,
    /// When AWS last accepted; `None` if it was never asked.
    pub accepted_at: Option<DateTime<Utc>>,
    /// Whether chat has been told that AWS accepted, or need not be.
    pub accepted_told: bool,
    /// The last thing that went wrong.
    pub trouble: Option<Trouble>,
    /// The codes of which chat has been told in this run: each once.
    pub told_codes: BTreeSet<String>,
}

impl Progress {
    /// An instance that has not been asked for anything.
    #[must_use]
    pub fn due(group: Option<GroupName>, label: Label) -> Self {
        Self {
            group,
            label,
            standing: Standing::Due,
            attempts: 0,
            accepted_at: None,
            accepted_told: true,
            trouble: None,
            told_codes: BTreeSet::new(),
        }
    }
}

/// The carrying-out of one transition or order over the groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The transition's instant, or when the order was first seen.
    pub at: DateTime<Utc>,
    /// Start or stop.
    pub action: Action,
    /// Why.
    pub cause: Cause,
    /// When it began.
    pub opened_at: DateTime<Utc>,
    /// When and how it ended.
    pub ended: Option<Ended>,
    /// What was done to which instance.
    pub instances: BTreeMap<InstanceKey, Progress>,
    /// Groups of which chat has been told that they are slow; the empty name is the instances without a group.
    pub slow_told: BTreeSet<String>,
}

impl Run {
    /// The id of its item, such as `2026-11-23T13:00:02Z/stop` or `2026-11-23T13:00:00Z/force-stop`: when it began and
    /// what it does, so that a transition that is taken up a second time has a second run.
    #[must_use]
    pub fn id(&self) -> String {
        let at = self.opened_at.format("%Y-%m-%dT%H:%M:%SZ");
        let action = self.action.as_str();
        match self.cause {
            Cause::Timetable => format!("{at}/{action}"),
            Cause::Force => format!("{at}/force-{action}"),
            Cause::Enforce => format!("{at}/enforce-{action}"),
            Cause::Restart => format!("{at}/restart-{action}"),
        }
    }

    /// Whether anything was done, or tried, to any instance.
    #[must_use]
    pub fn has_acted(&self) -> bool {
        self.instances.values().any(|progress| progress.attempts > 0)
    }
}

/// A run or order that is over, so that it is not taken up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// The transition's instant, or when the order was first seen.
    pub at: DateTime<Utc>,
    /// Start or stop.
    pub action: Action,
    /// Whether it was a person's order.
    pub forced: bool,
}

/// The warning of one stop (rule T10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warning {
    /// The stop it is about: as the timetable has it, or when a breach of `Enforce` was first seen.
    pub stop_at: DateTime<Utc>,
    /// Why there will be a stop.
    pub cause: Cause,
    /// When chat was first asked to take it; `None`: not yet, as far as is known.
    pub tried_at: Option<DateTime<Utc>>,
    /// The time that chat has told people, once it has: not before that, whatever becomes of the lead; `None`: not told.
    pub named_at: Option<DateTime<Utc>>,
}

/// Who may act on the schedule now; it ends by itself (rule A7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The tick that holds it.
    pub owner: String,
    /// When it ends.
    pub until_at: DateTime<Utc>,
}

/// A stopped database that AWS will start by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest {
    /// When AWS will start it, as AWS says.
    pub restarts_at: DateTime<Utc>,
    /// Whether it was seen stopped just before that time.
    pub was_seen: bool,
}

/// All that is remembered of a schedule between ticks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScheduleState {
    /// Counts the writes; a write is accepted only on the version that was read.
    pub version: u64,
    /// Who is at work on it.
    pub lease: Option<Lease>,
    /// The open run, if there is one, is the last; before it are ended runs of which chat has not been told yet.
    pub runs: Vec<Run>,
    /// The last warning.
    pub warning: Option<Warning>,
    /// What is over, the newest last.
    pub settled: Vec<Settled>,
    /// The stop of the timetable that is about to begin: whoever moves it now has to look again whether it has begun.
    pub opening: Option<DateTime<Utc>>,
    /// How many instances the schedule had when they were last looked at.
    pub instances: u32,
    /// What AWS has refused for good on the way to the present state: not asked again to hold it.
    pub refused: BTreeSet<InstanceKey>,
    /// Stopped databases that AWS will start by itself (rule T12).
    pub resting: BTreeMap<InstanceKey, Rest>,
    /// When the databases of the stopped stretch were last looked at for that; `None`: there are none, or nothing is stopped.
    pub rest_seen_at: Option<DateTime<Utc>>,
    /// Until then a tick looks on by itself: a change that it waits for needs no tick of its own.
    pub watched_until: Option<DateTime<Utc>>,
}

impl ScheduleState {
    /// How many settled runs are remembered: more than the transitions of any day.
    pub const SETTLED_KEPT: usize = 16;

    /// The run that is under way.
    #[must_use]
    pub fn open_run(&self) -> Option<&Run> {
        self.runs.last().filter(|run| run.ended.is_none())
    }

    /// The run that is under way, to be changed.
    pub fn open_run_mut(&mut self) -> Option<&mut Run> {
        self.runs.last_mut().filter(|run| run.ended.is_none())
    }

    /// What the instances should be doing: where the open run, or else the last one, leads; `None`: never managed yet.
    #[must_use]
    pub fn direction(&self) -> Option<Action> {
        self.open_run().map(|run| run.action).or(self.settled.last().map(|settled| settled.action))
    }

    /// Ends the open run; one that was carried out is remembered as over, any other would be due again.
    pub fn end_run(&mut self, at: DateTime<Utc>, how: End) {
        let Some(run) = self.runs.last_mut().filter(|run| run.ended.is_none()) else { return };
        let told = match how {
            End::Done => !run.has_acted(),
            End::Notified => !run.instances.values().any(|progress| progress.standing == Standing::Due),
            End::Replaced | End::Cancelled => true,
        };
        run.ended = Some(Ended { at, how, told });
        let cause = run.cause;
        if matches!(cause, Cause::Enforce | Cause::Restart) {
            // Its warning is used up: the next breach is warned of anew.
            self.warning = self.warning.filter(|warning| warning.cause != cause);
        }
        if !matches!(how, End::Done | End::Notified) {
            return;
        }
        let is_refused = |(_, progress): &(&InstanceKey, &Progress)| progress.standing == Standing::Refused;
        self.refused.extend(run.instances.iter().filter(is_refused).map(|(key, _)| key.clone()));
        if run.cause == Cause::Restart {
            // The stop before it is still the one that counts.
            return;
        }
        let settled = Settled { at: run.at, action: run.action, forced: run.cause == Cause::Force };
        self.settled.retain(|other| *other != settled);
        self.settled.push(settled);
        let excess = self.settled.len().saturating_sub(Self::SETTLED_KEPT);
        self.settled.drain(..excess);
    }
}

/// The problems of which chat has been told, so that each is told once per change (rule C1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notebook {
    /// Counts the writes, as in [`ScheduleState`].
    pub version: u64,
    /// Who is telling now.
    pub lease: Option<Lease>,
    /// It is written anew after it could not be read, and chat has not been told of that.
    pub was_damaged: bool,
    /// What was told, by what it was seen in.
    pub told: BTreeMap<Source, Told>,
}

/// What chat has been told of one source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// Fingerprints of the problems told; none, where they are mended since a short while.
    pub problems: BTreeSet<Uuid>,
    /// When this was written: who has looked before that leaves it alone.
    pub written_at: Option<DateTime<Utc>>,
}

impl Notebook {
    /// The `ScheduleName` of its item in the run table.
    pub const KEY: &'static str = "@lamplighter";

    /// Whether a schedule's name would collide with the notebook.
    #[must_use]
    pub fn takes(name: &ScheduleName) -> bool {
        name.as_str() == Self::KEY
    }
}
