//! When what a problem is about last changed: only after that it is told anew.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::rows;
use super::world::World;
use crate::model::{InstanceKey, InstanceState, Problem, ScheduleName, Scope, Source, TagValue};
use crate::ports::Table;
use crate::simulation::What;
use crate::simulation::history::{Entry, Happened, Whom};

/// The rows of a problem; a problem without a schedule is about any row of its table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Subject {
    source: Source,
    table: Table,
    schedule: Option<ScheduleName>,
    /// The words name another schedule, so that it changes with that one's row too.
    is_of_others: bool,
}

impl Subject {
    /// What a problem is about.
    pub(super) fn of(problem: &Problem) -> Self {
        let table = match problem.item.split(' ').next() {
            Some("ScheduleServerGroup") => Table::ServerGroup,
            Some("ScheduleException") => Table::Exception,
            Some("ScheduleRun") => Table::Run,
            _ => Table::Schedule,
        };
        // Two schedules with one tag; an item of a schedule that does not exist.
        let is_of_others = problem.schedule.is_none() || problem.attribute == "TagValue";
        Self { source: problem.source.clone(), table, schedule: problem.schedule.clone(), is_of_others }
    }
}

/// When things last changed.
#[derive(Debug, Default)]
pub(super) struct Edits {
    /// When people last touched the rows of each schedule; those without a name that can be read are together.
    rows: BTreeMap<(Table, Option<ScheduleName>), DateTime<Utc>>,
    /// When instances with this schedule tag last came, went, or were given other tags.
    instances: BTreeMap<TagValue, DateTime<Utc>>,
    /// What was last said of a place that could not be looked at.
    silent: BTreeMap<Scope, String>,
    /// When a place was last looked at, or something else was said of it.
    answered: BTreeMap<Scope, DateTime<Utc>>,
}

impl Edits {
    /// Takes an entry that the world does not know yet.
    pub(super) fn take(&mut self, world: &World<'_>, entry: &Entry) {
        match &entry.what {
            Happened::Row { table, before, after, by: Whom::Person } => {
                for item in [before, after].into_iter().flatten() {
                    self.rows.insert((*table, rows::owner(item)), entry.at);
                }
            }
            Happened::Retagged(instance) => {
                self.instances.insert(instance.schedule_tag.clone(), entry.at);
                self.note_instance(world, &instance.key, entry.at);
            }
            Happened::Incident(What::Launched { instance: key } | What::Terminated { instance: key })
            | Happened::State { key, state: InstanceState::Gone, .. } => self.note_instance(world, key, entry.at),
            Happened::Looked(_, inventory) => {
                for scope in &inventory.seen {
                    self.silent.remove(scope);
                    self.answered.insert(scope.clone(), entry.at);
                }
                for (scope, failure) in &inventory.unreachable {
                    let words = failure.to_string();
                    if self.silent.insert(scope.clone(), words.clone()).is_none_or(|before| before != words) {
                        self.answered.insert(scope.clone(), entry.at);
                    }
                }
            }
            _ => {}
        }
    }

    fn note_instance(&mut self, world: &World<'_>, key: &InstanceKey, at: DateTime<Utc>) {
        let tag = world.things.get(key).map(|thing| thing.instance.schedule_tag.clone());
        self.instances.extend(tag.map(|tag| (tag, at)));
    }

    /// Whether a problem that was told at an instant may have gone since and come back.
    pub(super) fn may_be_back(&self, world: &World<'_>, subject: &Subject, told_at: DateTime<Utc>) -> bool {
        let changed_at = match &subject.source {
            Source::Tables => self.last_row_of(subject),
            Source::Instances(schedule) => {
                let is_its = |(table, name): &(Table, Option<ScheduleName>)| {
                    *table != Table::Exception && name.as_ref() == Some(schedule)
                };
                let edited_at = self.rows.iter().filter(|(row, _)| is_its(row)).map(|(_, at)| *at).max();
                let reading = world.place_of(schedule).map(|place| world.read_now(place));
                let rules = reading.as_ref().and_then(|reading| reading.rules());
                edited_at.max(rules.and_then(|rules| self.instances.get(&rules.tag)).copied())
            }
            Source::Scope(scope) => self.answered.get(scope).copied(),
            // The worlds know the function's own account only.
            Source::Account(_) => None,
        };
        // A look that shows what was some time ago brings back what is over.
        let is_stale = |what: &What| matches!(what, What::Stale { by, until } if told_at <= *until + *by);
        let may_be_stale = || world.case.incidents.iter().any(|one| one.at <= world.now && is_stale(&one.what));
        changed_at.is_some_and(|changed_at| changed_at >= told_at)
            || (subject.source != Source::Tables && may_be_stale())
    }

    /// When a row was last touched of which such a problem can come and go.
    fn last_row_of(&self, subject: &Subject) -> Option<DateTime<Utc>> {
        let is_its = |(table, name): &(Table, Option<ScheduleName>)| {
            let is_named = subject.schedule.is_none() || *name == subject.schedule;
            match table {
                // What belongs to a schedule that is not there, or not understood, is another problem than before.
                Table::Schedule => is_named || subject.is_of_others,
                // With a faulty group the schedule is not held against others, nor its exceptions against each other.
                Table::ServerGroup if subject.table == Table::Schedule => subject.is_of_others,
                // Nor is what is remembered of it read.
                Table::ServerGroup => is_named,
                // Without that its exceptions are not held against each other either.
                Table::Run => is_named && matches!(subject.table, Table::Run | Table::Exception),
                Table::Exception => is_named && subject.table == Table::Exception,
            }
        };
        self.rows.iter().filter(|(row, _)| is_its(row)).map(|(_, at)| *at).max()
    }
}
