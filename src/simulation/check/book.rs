//! The rows of one schedule through time: what an invocation read is what they said at that instant.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::rows::{self, Frame, Reading};
use crate::ports::{Item, Table};

/// How many entries of the history came before: tells versions of rows apart.
pub(super) type Moment = usize;

/// The moments at which the three tables were read.
pub(super) type View = [Moment; 3];

/// The place of a table in a [`View`]; the run table has none.
pub(super) fn place(table: Table) -> Option<usize> {
    match table {
        Table::Schedule => Some(0),
        Table::ServerGroup => Some(1),
        Table::Exception => Some(2),
        Table::Run => None,
    }
}

/// The rows of a schedule from some moment on.
#[derive(Debug, Clone)]
struct Version<'a> {
    since: Moment,
    rows: Vec<&'a Item>,
}

/// All rows of a schedule through time, and what was read out of them.
#[derive(Debug)]
pub(super) struct Book<'a> {
    versions: [Vec<Version<'a>>; 3],
    known: RefCell<BTreeMap<[usize; 3], Rc<Reading>>>,
    frame: Frame,
}

impl<'a> Book<'a> {
    pub(super) fn new(frame: Frame) -> Self {
        Self { versions: [const { Vec::new() }; 3], known: RefCell::default(), frame }
    }

    /// Takes a row away and puts another in its place.
    pub(super) fn write(&mut self, table: Table, since: Moment, before: Option<&Item>, after: Option<&'a Item>) {
        let Some(versions) = place(table).and_then(|place| self.versions.get_mut(place)) else { return };
        let mut rows = versions.last().map(|version| version.rows.clone()).unwrap_or_default();
        if let Some(index) = before.and_then(|before| rows.iter().position(|row| *row == before)) {
            rows.remove(index);
        }
        rows.extend(after);
        versions.push(Version { since, rows });
    }

    /// What the rows said to one who read the tables at these moments.
    pub(super) fn read(&self, view: View) -> Rc<Reading> {
        let mut key = [0; 3];
        let mut rows: [&[&Item]; 3] = [&[]; 3];
        let tables = self.versions.iter().zip(view).zip(key.iter_mut().zip(&mut rows));
        for ((versions, moment), (number, rows)) in tables {
            *number = versions.partition_point(|version| version.since <= moment);
            let version = number.checked_sub(1).and_then(|last| versions.get(last));
            *rows = version.map_or(&[], |version| version.rows.as_slice());
        }
        if let Some(known) = self.known.borrow().get(&key) {
            return Rc::clone(known);
        }
        let [schedules, groups, exceptions] = rows;
        let reading = Rc::new(rows::read(schedules, groups, exceptions, self.frame));
        self.known.borrow_mut().insert(key, Rc::clone(&reading));
        reading
    }
}
