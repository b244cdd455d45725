//! Writes on instances what was last done to them, once everything else of a pass is done: it is never in the way.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, SecondsFormat, Utc};

use super::Tick;
use super::journal::Events;
use crate::model::{Action, Cause, Failure, InstanceKey, Problem, Scope, Source};
use crate::ports::{AnyPorts, Clock as _, Fleet as _, Journal as _};

/// What AWS has accepted in one pass: all instances with the same note.
pub(super) type Acted = BTreeMap<(Action, Cause), Vec<InstanceKey>>;

/// The most time for it in one pass.
const MARK_WITHIN: Duration = Duration::seconds(10);

impl<P: AnyPorts> Tick<'_, P> {
    /// Writes on the instances of this pass what was done to them; a place that does not take it is noted once a tick, and
    /// left alone from then on.
    pub(super) async fn mark(&mut self, at: DateTime<Utc>) {
        let until_at = self.options.deadline.min(self.ports.clock().now() + MARK_WITHIN);
        for ((action, cause), mut instances) in std::mem::take(&mut self.acted) {
            instances.retain(|key| !self.unmarked.contains(&key.scope));
            let budget = until_at - self.ports.clock().now();
            if instances.is_empty() || budget <= Duration::zero() {
                continue;
            }
            let failures = self.ports.fleet().mark(&instances, &note(action, cause, at), budget).await;
            for (scope, failure) in failures {
                let events = Events { schedule: None, at: self.ports.clock().now() };
                self.ports.journal().note(&events.problem(&problem(&scope, &failure)));
                self.unmarked.insert(scope);
            }
        }
    }
}

/// What people read: what was done, when, and why.
fn note(action: Action, cause: Cause, at: DateTime<Utc>) -> String {
    let done = match action {
        Action::Start => "started",
        Action::Stop => "stopped",
    };
    let why = match cause {
        Cause::Timetable => "by the timetable",
        Cause::Force => "by order of a person",
        Cause::Enforce => "by Enforce",
        Cause::Restart => "again after AWS had started it",
    };
    format!("{done} {} {why}", at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn problem(scope: &Scope, failure: &Failure) -> Problem {
    Problem {
        source: Source::Scope(scope.clone()),
        schedule: None,
        item: scope.to_string(),
        attribute: String::new(),
        holds: None,
        message: format!("its instances could not be tagged with what was last done to them: {failure}"),
        stops_schedule: false,
    }
}
