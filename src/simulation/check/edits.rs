//! When people last touched rows: what was told of a row is told anew only after somebody has.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::rows;
use crate::model::{Problem, ScheduleName};
use crate::ports::Table;
use crate::simulation::history::{Entry, Happened, Whom};

/// The rows of a problem; a problem without a schedule is about any row of its table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Subject {
    table: Table,
    schedule: Option<ScheduleName>,
    /// The words name another schedule, so that it changes with that one's row too.
    is_of_others: bool,
}

impl Subject {
    /// What a problem with an item of the tables is about.
    pub(super) fn of(problem: &Problem) -> Self {
        let table = match problem.item.split(' ').next() {
            Some("ScheduleServerGroup") => Table::ServerGroup,
            Some("ScheduleException") => Table::Exception,
            Some("ScheduleRun") => Table::Run,
            _ => Table::Schedule,
        };
        // Two schedules with one tag; an item of a schedule that does not exist.
        let is_of_others = problem.schedule.is_none() || problem.attribute == "TagValue";
        Self { table, schedule: problem.schedule.clone(), is_of_others }
    }
}

/// When people last touched the rows of each schedule; those without a name that can be read are together.
#[derive(Debug, Default)]
pub(super) struct Edits(BTreeMap<(Table, Option<ScheduleName>), DateTime<Utc>>);

impl Edits {
    pub(super) fn take(&mut self, entry: &Entry) {
        let Happened::Row { table, before, after, by: Whom::Person } = &entry.what else { return };
        for item in [before, after].into_iter().flatten() {
            self.0.insert((*table, rows::owner(item)), entry.at);
        }
    }

    /// When a row was last touched of which such a problem can come and go.
    pub(super) fn last_of(&self, subject: &Subject) -> Option<DateTime<Utc>> {
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
        self.0.iter().filter(|(row, _)| is_its(row)).map(|(_, at)| *at).max()
    }
}
