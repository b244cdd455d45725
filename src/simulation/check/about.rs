//! What a message is about.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::edits::Subject;
use super::world::World;
use crate::model::{Action, Cause, InstanceKey, Notice, Problem, ScheduleName};

/// What a telling is about: in each run there is reason for it once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum About {
    Acted(usize, Action, InstanceKey),
    Failed(usize, Action, InstanceKey, String),
    Slow(usize, Action, String),
    Done(usize, Action),
    WouldAct(usize, Action, DateTime<Utc>),
    Extended(usize),
    Warning(usize, DateTime<Utc>, Cause),
    Problem(Uuid, Subject),
}

impl About {
    /// The schedule; none for what stands in the notebook.
    pub(super) fn place(&self) -> Option<usize> {
        match self {
            Self::Acted(place, ..)
            | Self::Failed(place, ..)
            | Self::Slow(place, ..)
            | Self::Done(place, _)
            | Self::WouldAct(place, ..)
            | Self::Extended(place)
            | Self::Warning(place, ..) => Some(*place),
            Self::Problem(..) => None,
        }
    }
}

/// Whether AWS did not answer to what was asked for itself.
pub(super) fn is_throttled(about: &About) -> bool {
    matches!(about, About::Failed(_, _, _, code) if code == "RequestLimitExceeded")
}

/// What a message is about, of runs that the timetable or an order has begun.
pub(super) fn abouts(world: &World<'_>, notice: &Notice) -> Vec<About> {
    let is_run = |cause: &Cause| matches!(cause, Cause::Timetable | Cause::Force);
    let place = |schedule: &ScheduleName| world.place_of(schedule);
    match notice {
        Notice::Acted { schedule, action, stretch, cause, .. } if is_run(cause) => {
            let keys = stretch.instances.iter().map(|(key, _, _)| key.clone());
            place(schedule).map(|place| keys.map(|key| About::Acted(place, *action, key)).collect()).unwrap_or_default()
        }
        Notice::Failed { schedule, action, stretch, code, .. } => {
            let keys = stretch.instances.iter().map(|(key, _, _)| key.clone());
            let about = |place| keys.map(|key| About::Failed(place, *action, key, code.clone())).collect();
            place(schedule).map(about).unwrap_or_default()
        }
        Notice::Slow { schedule, action, stretch, .. } => {
            let group = stretch.group.as_ref().map(ToString::to_string).unwrap_or_default();
            place(schedule).map(|place| About::Slow(place, *action, group)).into_iter().collect()
        }
        Notice::RunDone { schedule, action, cause, .. } if is_run(cause) => {
            place(schedule).map(|place| About::Done(place, *action)).into_iter().collect()
        }
        Notice::WouldAct { schedule, action, at, .. } => {
            place(schedule).map(|place| About::WouldAct(place, *action, *at)).into_iter().collect()
        }
        Notice::Extended { schedule, .. } => place(schedule).map(About::Extended).into_iter().collect(),
        Notice::Warning { schedule, stop_at, cause, .. } => {
            place(schedule).map(|place| About::Warning(place, *stop_at, *cause)).into_iter().collect()
        }
        Notice::Problems(problems) => {
            // Two ticks that find the notebook damaged cannot know of each other.
            let is_notebook = |problem: &&Problem| problem.item.starts_with("ScheduleRun @");
            let all = problems.iter().filter(|one| !is_notebook(one));
            all.map(|problem| About::Problem(problem.fingerprint(), Subject::of(problem))).collect()
        }
        _ => Vec::new(),
    }
}
