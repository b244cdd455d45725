//! Server groups and what they wait for: a graph that is complete and free of cycles.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

use super::GroupName;

/// The service whose instances a group holds: `InstanceType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceType {
    /// EC2 instances.
    Ec2,
    /// RDS DB instances and DB clusters.
    Rds,
}

impl ServiceType {
    /// How long a group may take before people are told, if it does not say.
    #[must_use]
    pub fn slow_after(self) -> Duration {
        match self {
            Self::Ec2 => Duration::minutes(15),
            Self::Rds => Duration::minutes(40),
        }
    }
}

/// When a running instance counts as ready for the groups that wait for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ready {
    /// As soon as it runs.
    #[default]
    Running,
    /// When EC2's status checks have passed.
    StatusOk,
}

/// A named part of a schedule's instances, with the groups it depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerGroup {
    /// Its name; instances carry it in their group tag.
    pub name: GroupName,
    /// What its instances are.
    pub service: ServiceType,
    /// The groups that must be ready before this one starts, and that stop only after it has stopped.
    pub dependencies: BTreeSet<GroupName>,
    /// When it counts as ready.
    pub ready: Ready,
    /// After this long chat is told that it is not there yet.
    pub slow_after: Duration,
}

/// Why a set of groups has no order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GroupsError {
    /// More groups than a schedule may have.
    #[error("the schedule has {0} groups; allowed: at most {most}", most = Groups::MOST)]
    TooMany(usize),
    /// Two groups of one name.
    #[error("group `{0}` is there twice")]
    Twice(GroupName),
    /// A dependency that is no group of the schedule.
    #[error("group `{group}` depends on `{missing}`, which is no group of the schedule")]
    Missing {
        /// The group that depends.
        group: GroupName,
        /// What it names.
        missing: GroupName,
    },
    /// Groups that wait for one another.
    #[error("the groups wait for one another: {}", .0.iter().map(GroupName::as_str).collect::<Vec<_>>().join(" -> "))]
    Cycle(Vec<GroupName>),
}

/// The groups of one schedule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Groups(BTreeMap<GroupName, ServerGroup>);

impl Groups {
    /// More groups than any team has, and few enough to be put in order at every tick (rule S6).
    pub const MOST: usize = 500;

    /// Takes groups whose dependencies are among them and lead to no cycle.
    ///
    /// # Errors
    /// Every fault, not the first only; a cycle is spelt `A -> B -> A`.
    pub fn new(groups: Vec<ServerGroup>) -> Result<Self, Vec<GroupsError>> {
        if groups.len() > Self::MOST {
            return Err(vec![GroupsError::TooMany(groups.len())]);
        }
        let mut errors = Vec::new();
        let mut by_name = BTreeMap::new();
        for group in groups {
            if by_name.contains_key(&group.name) {
                errors.push(GroupsError::Twice(group.name));
            } else {
                by_name.insert(group.name.clone(), group);
            }
        }
        for group in by_name.values() {
            for missing in group.dependencies.iter().filter(|name| !by_name.contains_key(*name)) {
                errors.push(GroupsError::Missing { group: group.name.clone(), missing: missing.clone() });
            }
        }
        errors.extend(cycles(&by_name).into_iter().map(GroupsError::Cycle));
        if errors.is_empty() { Ok(Self(by_name)) } else { Err(errors) }
    }

    /// All groups, by name.
    pub fn iter(&self) -> impl Iterator<Item = &ServerGroup> {
        self.0.values()
    }

    /// The group of this name.
    #[must_use]
    pub fn get(&self, name: &GroupName) -> Option<&ServerGroup> {
        self.0.get(name)
    }

    /// Whether the schedule has no groups: it is then one group (rule O5).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The groups that depend on this one.
    pub fn dependents<'a>(&'a self, name: &'a GroupName) -> impl Iterator<Item = &'a ServerGroup> {
        self.0.values().filter(move |group| group.dependencies.contains(name))
    }
}

/// One cycle for each knot of groups that wait for one another, each beginning and ending with its first group by name.
fn cycles(groups: &BTreeMap<GroupName, ServerGroup>) -> Vec<Vec<GroupName>> {
    let mut graph = DiGraphMap::<&str, ()>::new();
    for group in groups.values() {
        graph.add_node(group.name.as_str());
        for dependency in &group.dependencies {
            graph.add_edge(group.name.as_str(), dependency.as_str(), ());
        }
    }
    let mut found: Vec<Vec<GroupName>> = tarjan_scc(&graph)
        .into_iter()
        .filter(|knot| knot.len() > 1 || knot.iter().any(|name| graph.contains_edge(name, name)))
        .filter_map(|knot| walk(groups, &knot.into_iter().collect()))
        .collect();
    found.sort();
    found
}

/// Walks the dependencies within a knot from its first group until that group comes up again.
fn walk(groups: &BTreeMap<GroupName, ServerGroup>, knot: &BTreeSet<&str>) -> Option<Vec<GroupName>> {
    let first = groups.keys().find(|name| knot.contains(name.as_str()))?;
    // Breadth first: the shortest way back.
    let mut ways = vec![vec![first]];
    for _ in 0..=knot.len() {
        let mut longer = Vec::new();
        for way in ways {
            let Some(group) = way.last().and_then(|name| groups.get(*name)) else { continue };
            for next in group.dependencies.iter().filter(|name| knot.contains(name.as_str())) {
                let mut way = way.clone();
                way.push(next);
                if next == first {
                    return Some(way.into_iter().cloned().collect());
                }
                if !longer.iter().any(|other: &Vec<&GroupName>| other.last() == Some(&next)) {
                    longer.push(way);
                }
            }
        }
        ways = longer;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(groups: &[(&str, &[&str])], expected: &[&str]) {
        let name = |text: &str| GroupName::new(text).unwrap();
        let groups = groups
            .iter()
            .map(|(group, dependencies)| ServerGroup {
                name: name(group),
                service: ServiceType::Ec2,
                dependencies: dependencies.iter().map(|text| name(text)).collect(),
                ready: Ready::Running,
                slow_after: Duration::minutes(15),
            })
            .collect();
        let errors: Vec<String> =
            Groups::new(groups).err().unwrap_or_default().iter().map(ToString::to_string).collect();
        assert_eq!(errors, expected);
    }

    #[test]
    fn a_graph_without_faults() {
        check(&[("DB", &[]), ("API", &["DB"]), ("Batch", &["DB", "API"])], &[]);
    }

    #[test]
    fn every_fault_is_named() {
        check(
            &[("A", &["B"]), ("A", &[]), ("B", &["C"])],
            &["group `A` is there twice", "group `B` depends on `C`, which is no group of the schedule"],
        );
    }

    #[test]
    fn a_cycle_is_spelt_out() {
        check(&[("A", &["B"]), ("B", &["A"])], &["the groups wait for one another: A -> B -> A"]);
        check(&[("A", &["A"])], &["the groups wait for one another: A -> A"]);
        check(
            &[
                ("A", &["B"]),
                ("B", &["C", "D"]),
                ("C", &["B"]),
                ("D", &[]),
                ("X", &["Y"]),
                ("Y", &["Z"]),
                ("Z", &["X"]),
            ],
            &["the groups wait for one another: B -> C -> B", "the groups wait for one another: X -> Y -> Z -> X"],
        );
    }
}
