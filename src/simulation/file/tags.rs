//! Tags of instances that are no schedule's: likely slips. Knows the rows of a world, and no file but this one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Case, FileError, What, WorldFile};
use crate::document::nearest;
use crate::model::GroupName;
use crate::ports::{Item, Table};

impl WorldFile {
    /// A remark for each `ScheduleName` of an instance, also one that it is given later, that is the `TagValue` of no schedule
    /// of the case, neither at the beginning nor by what people write; and for each `ScheduleGroupName` that is no group of
    /// the schedule.
    #[must_use]
    pub fn unknown_tags(&self, case: &Case) -> Vec<FileError> {
        let known = Known::of(self, case);
        let mut seen = BTreeSet::new();
        let mut remarks = Vec::new();
        let machines = self.machines.iter().map(|machine| {
            let instance = &machine.instance;
            (&instance.schedule_tag, instance.group_tag.as_ref())
        });
        let machines = machines.zip(&self.machine_paths);
        let retagged =
            self.incidents.iter().zip(&self.incident_paths).filter_map(|(incident, path)| match &incident.what {
                What::Retagged { schedule_tag, group_tag, .. } => Some(((schedule_tag, group_tag.as_ref()), path)),
                _ => None,
            });
        for ((tag, group), path) in machines.chain(retagged) {
            let (tag, group) = (tag.as_str(), group.map(GroupName::as_str));
            let faults = [
                known.tag_fault(tag).map(|fault| ("ScheduleName", "", tag, fault)),
                group.and_then(|group| Some(("ScheduleGroupName", tag, group, known.group_fault(tag, group)?))),
            ];
            // Of several instances with one slip the first is told.
            for (name, of, value, fault) in faults.into_iter().flatten() {
                if seen.insert((name, of, value)) {
                    remarks.push(self.remark(&format!("{path}.{name}"), &format!(" = `{value}`: {fault}")));
                }
            }
        }
        remarks
    }
}

/// The tags and groups of all schedules that there are at any time, as far as the file says it.
struct Known<'a> {
    /// The tags of each schedule.
    tags: BTreeSet<(&'a str, &'a str)>,
    /// Tags that people write into some row.
    set: BTreeSet<&'a str>,
    /// The schedules and names of groups.
    groups: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Known<'a> {
    fn of(world: &'a WorldFile, case: &'a Case) -> Self {
        let written = |of: Table| {
            world.incidents.iter().filter_map(move |incident| match &incident.what {
                What::Writes { table, item } if *table == of => Some(item),
                _ => None,
            })
        };
        let schedules = case.tables.schedules.iter().chain(written(Table::Schedule));
        let groups = case.tables.groups.iter().chain(written(Table::ServerGroup));
        let set = world.incidents.iter().filter_map(|incident| match &incident.what {
            What::Edits { table: Table::Schedule, attribute, value, .. } if attribute == "TagValue" => {
                value.as_ref()?.as_str().map(str::trim)
            }
            _ => None,
        });
        Self {
            tags: schedules
                .filter_map(|row| Some((text(row, "ScheduleName").unwrap_or_default(), text(row, "TagValue")?)))
                .collect(),
            set: set.collect(),
            groups: groups.filter_map(|row| Some((text(row, "ScheduleName")?, text(row, "GroupName")?))).collect(),
        }
    }

    fn tag_fault(&self, tag: &str) -> Option<String> {
        let mut all = self.tags.iter().map(|(_, tag)| *tag).chain(self.set.iter().copied());
        if tag.is_empty() || all.clone().any(|known| known == tag) {
            return None;
        }
        // Whoever writes the name of a schedule means its tag.
        let of_name = self.tags.iter().find(|(name, _)| *name == tag).map(|(_, tag)| *tag);
        let near = of_name.or_else(|| nearest(tag, all.by_ref()));
        let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        Some(format!("is the TagValue of no schedule of this world{hint}"))
    }

    /// What is wrong with a group, if all schedules of this tag have groups and none of them this one.
    fn group_fault(&self, tag: &str, group: &str) -> Option<String> {
        let names: Vec<&str> = self.tags.iter().filter(|(_, known)| *known == tag).map(|(name, _)| *name).collect();
        let is_odd =
            |name: &&str| self.groups_of(name).next().is_some() && self.groups_of(name).all(|known| known != group);
        if names.is_empty() || self.set.contains(tag) || !names.iter().all(is_odd) {
            return None;
        }
        let near = super::slips::meant(group, names.iter().flat_map(|name| self.groups_of(name)));
        Some(format!("is no group of {}{near}", names.join(", ")))
    }

    fn groups_of(&self, schedule: &str) -> impl Iterator<Item = &'a str> {
        self.groups.iter().filter(move |(of, _)| *of == schedule).map(|(_, group)| *group)
    }
}

fn text<'a>(row: &'a Item, name: &str) -> Option<&'a str> {
    row.get(name).and_then(Value::as_str).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Tables;

    #[test]
    fn a_tag_of_no_schedule_is_likely_a_slip() {
        let row = |name: &str, tag: &str| {
            [("ScheduleName", name), ("TagValue", tag)].map(|(name, value)| (name.to_owned(), Value::from(value)))
        };
        let schedules = vec![Item::from_iter::<[(String, Value); 2]>(row("Dev", "Development"))];
        let group = [("ScheduleName", "Dev"), ("GroupName", "Database")];
        let group = Item::from_iter(group.map(|(name, value)| (name.to_owned(), Value::from(value))));
        let tables = Tables { schedules, groups: vec![group], ..Tables::default() };
        let at = "At: 2026-11-23T01:00:00Z";
        let writes = format!("What: writes, Table: Schedule, Item: {{ScheduleName: W, TagValue: Written}}, {at}");
        let edits =
            format!("What: edits, Table: Schedule, Key: {{ScheduleName: Dev}}, Attribute: TagValue, Value: E, {at}");
        let of_group = format!("What: writes, Table: ScheduleServerGroup, Item: {{TagValue: Group}}, {at}");
        let rows = "Rows: {Schedule: [{ScheduleName: R, TagValue: Row}]}";
        let is_none = "is the TagValue of no schedule of this world";
        let cases = [
            ("Development", None),
            ("Row", None),
            ("Written", None),
            ("E", None),
            ("Developmnt", Some(format!("`Developmnt`: {is_none}; did you mean `Development`?"))),
            ("Dev", Some(format!("`Dev`: {is_none}; did you mean `Development`?"))),
            ("Group", Some(format!("`Group`: {is_none}"))),
            ("Development, ScheduleGroupName: Database", None),
            ("Row, ScheduleGroupName: Anything", None),
        ];
        for (tag, expected) in cases {
            let text = format!(
                "Instances:\n  - {{Instance: ec2/i-1, ScheduleName: {tag}}}\n  - {{Instance: ec2/i-2, ScheduleName: {tag}}}\n\
                 Incidents: [{{{writes}}}, {{{edits}}}, {{{of_group}}}]\n{rows}"
            );
            let world = super::super::read(&text, &|text| text.parse().map_err(|_| String::new())).unwrap();
            let remarks = remarks(&world, &tables);
            let expected = expected.map(|expected| format!("line 2: Instances[0].ScheduleName = {expected}"));
            assert_eq!(remarks, Vec::from_iter(expected), "{tag}");
        }
    }

    fn remarks(world: &WorldFile, tables: &Tables) -> Vec<String> {
        let stretch = ("2026-11-23T01:00:00Z".parse().unwrap(), "2026-11-23T11:00:00Z".parse().unwrap());
        let case = world.clone().case(tables.clone(), stretch, 0);
        world.unknown_tags(&case).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_group_of_no_schedule_is_likely_a_slip_and_so_are_tags_that_are_given_later() {
        let text = "Rows:
  Schedule: [{ScheduleName: Dev, TagValue: Development}]
  ScheduleServerGroup: [{ScheduleName: Dev, GroupName: Database}]
Instances:
  - {Instance: ec2/i-1, ScheduleName: Development, ScheduleGroupName: Databse}
  - {Instance: ec2/i-2, ScheduleName: Development, ScheduleGroupName: Database}
Incidents:
  - At: 2026-11-23T01:00:00Z
    What: retagged
    Instance: ec2/i-2
    ScheduleName: Developmet
  - At: 2026-11-23T01:00:00Z
    What: retagged
    Instance: ec2/i-2
    ScheduleName: Development
    ScheduleGroupName: DB
  - {At: 2026-11-23T01:00:00Z, What: retagged, Instance: ec2/i-2, ScheduleName: null}
";
        let world = super::super::read(text, &|text| text.parse().map_err(|_| String::new())).unwrap();
        assert_eq!(
            remarks(&world, &Tables::default()),
            [
                "line 5: Instances[0].ScheduleGroupName = `Databse`: is no group of Dev; did you mean `Database`?",
                "line 11: Incidents[0].ScheduleName = `Developmet`: is the TagValue of no schedule of this world; did you mean `Development`?",
                "line 16: Incidents[1].ScheduleGroupName = `DB`: is no group of Dev",
            ]
        );
    }
}
