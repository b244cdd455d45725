//! The groups of a schedule put in order, as far as they can be read: names twice, missing dependencies, cycles.

use std::collections::{BTreeMap, BTreeSet};

use super::nearest;
use super::shown::{cut, names, plain, shown};
use super::tables::{ItemIndex, Located, of_schedule};
use crate::model::{GroupName, Groups, GroupsError, Problem, ScheduleName, ServerGroup};
use crate::ports::{Item, Table};

/// The groups of a schedule as they were read.
#[derive(Default)]
pub(super) struct GroupsRead {
    /// Those that have a name, each with its place in the table; what else of them is at fault has been told.
    pub(super) groups: Vec<(usize, ServerGroup)>,
    /// Whether one of them is at fault.
    pub(super) is_faulty: bool,
    /// Whether one of them has no name that can be read.
    pub(super) has_nameless: bool,
}

/// Puts groups in order; a missing dependency or a cycle is a fault of the schedule, as is a faulty group.
pub(super) fn order(
    schedule: &ScheduleName,
    read: GroupsRead,
    items: &[Item],
    problems: &mut Vec<Located>,
) -> Option<Groups> {
    let order = Order { schedule, items, places: places(&read.groups) };
    let count = read.groups.len();
    if count <= Groups::MOST {
        order.twice(&read.groups, problems);
        order.missing(&read, problems);
    }
    let waiting = waiting(&read.groups);
    match Groups::new(read.groups.into_iter().map(|(_, group)| group).collect()) {
        Ok(groups) => return Some(groups).filter(|_| !read.is_faulty),
        Err(errors) => {
            for error in errors {
                order.tell(&error, &waiting, problems);
            }
        }
    }
    None
}

/// The first place of each name.
fn places(groups: &[(usize, ServerGroup)]) -> BTreeMap<GroupName, usize> {
    groups.iter().rev().map(|(index, group)| (group.name.clone(), *index)).collect()
}

struct Order<'a> {
    schedule: &'a ScheduleName,
    items: &'a [Item],
    places: BTreeMap<GroupName, usize>,
}

impl Order<'_> {
    fn problem(&self, index: usize, group: &GroupName, attribute: &str, message: String) -> Located {
        let item = format!("ScheduleServerGroup {}/{}", plain(self.schedule.as_str()), cut(group.as_str()));
        let holds = self.items.get(index).and_then(|item| item.get(attribute)).map(shown);
        let problem = Problem { holds, ..of_schedule(self.schedule, item, attribute, message) };
        Located { item: Some(ItemIndex { table: Table::ServerGroup, index }), other: None, problem }
    }

    /// Names that an earlier group has.
    fn twice(&self, groups: &[(usize, ServerGroup)], problems: &mut Vec<Located>) {
        let mut seen: BTreeMap<&GroupName, usize> = BTreeMap::new();
        for (index, group) in groups {
            if let Some(before) = seen.insert(&group.name, *index) {
                let message = format!("group `{}` is there twice", cut(group.name.as_str()));
                let other = Some(ItemIndex { table: Table::ServerGroup, index: before });
                problems.push(Located { other, ..self.problem(*index, &group.name, "GroupName", message) });
            }
        }
    }

    /// Dependencies that are no group of the schedule.
    fn missing(&self, read: &GroupsRead, problems: &mut Vec<Located>) {
        let mut told = 0_usize;
        for (index, group) in &read.groups {
            for missing in group.dependencies.iter().filter(|name| !self.places.contains_key(*name)) {
                let others = self.places.keys().filter(|name| **name != group.name);
                let others: Vec<&str> = others.map(GroupName::as_str).collect();
                told += 1;
                // Each is compared with every group: beyond what anybody mends that only takes time (rule S6).
                let near = (told <= MOST_HINTS).then(|| nearest(missing.as_str(), others.iter().copied())).flatten();
                // It may be the group whose name cannot be read.
                if near.is_none() && read.has_nameless {
                    continue;
                }
                let near = near.map(|near| format!(" (did you mean `{}`?)", cut(near))).unwrap_or_default();
                let (name, missing) = (cut(group.name.as_str()), cut(missing.as_str()));
                let message = format!(
                    "group `{name}` depends on `{missing}`, which is no group of the schedule{near}{}",
                    allowed(&others)
                );
                problems.push(self.problem(*index, &group.name, "Dependency", message));
            }
        }
    }

    /// The other groups that do not wait for this one.
    fn free(&self, group: &GroupName, waiting: &Waiting) -> Vec<&str> {
        let mut found: BTreeSet<&GroupName> = BTreeSet::from([group]);
        let mut open = vec![group];
        while let Some(next) = open.pop() {
            for waits in waiting.get(next).into_iter().flatten() {
                if found.insert(waits) {
                    open.push(waits);
                }
            }
        }
        self.places.keys().filter(|name| !found.contains(name)).map(GroupName::as_str).collect()
    }

    fn tell(&self, error: &GroupsError, waiting: &Waiting, problems: &mut Vec<Located>) {
        let place = |name: &GroupName| self.places.get(name).copied().unwrap_or_default();
        match error {
            GroupsError::TooMany(_) => {
                let Some((last, index)) = self.places.iter().max_by_key(|(_, index)| **index) else { return };
                problems.push(self.problem(*index, last, "GroupName", error.to_string()));
            }
            GroupsError::Cycle(cycle) => {
                let Some(first) = cycle.first() else { return };
                let message = format!("{error}{}", allowed(&self.free(first, waiting)));
                problems.push(self.problem(place(first), first, "Dependency", message));
            }
            // Told already, with their places.
            GroupsError::Twice(_) | GroupsError::Missing { .. } => {}
        }
    }
}

/// The most missing dependencies for which a near name is looked for.
const MOST_HINTS: usize = 200;

/// For each group those that name it as a dependency.
type Waiting = BTreeMap<GroupName, BTreeSet<GroupName>>;

fn waiting(groups: &[(usize, ServerGroup)]) -> Waiting {
    let mut waiting: Waiting = BTreeMap::new();
    for (_, group) in groups.iter().filter(|_| groups.len() <= Groups::MOST) {
        for dependency in &group.dependencies {
            waiting.entry(dependency.clone()).or_default().insert(group.name.clone());
        }
    }
    waiting
}

fn allowed(groups: &[&str]) -> String {
    if groups.is_empty() {
        return "; allowed: nothing, since no other group does without it".to_owned();
    }
    format!("; allowed: {}", names(groups.iter().copied()))
}
