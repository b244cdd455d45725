//! Tags of instances that are no schedule's: likely slips. Knows the rows of a world, and no file but this one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{FileError, Tables, What, WorldFile};
use crate::document::{nearest, plain};
use crate::ports::{Item, Table};

impl WorldFile {
    /// A remark for each `ScheduleName` of an instance that is the `TagValue` of no schedule: neither in the rows of schedule
    /// files, nor in this file, nor by what people write.
    #[must_use]
    pub fn unknown_tags(&self, tables: &Tables) -> Vec<FileError> {
        let written = self.incidents.iter().filter_map(|incident| match &incident.what {
            What::Writes { table: Table::Schedule, item } => Some(item),
            _ => None,
        });
        let rows: Vec<&Item> = tables.schedules.iter().chain(&self.rows.schedules).chain(written).collect();
        let set = self.incidents.iter().filter_map(|incident| match &incident.what {
            What::Edits { table: Table::Schedule, attribute, value, .. } if attribute == "TagValue" => value.as_ref(),
            _ => None,
        });
        let tags = rows.iter().filter_map(|row| row.get("TagValue")).chain(set);
        let tags: BTreeSet<&str> = tags.filter_map(Value::as_str).map(str::trim).collect();
        let of_name: BTreeMap<&str, &str> =
            rows.iter().filter_map(|row| Some((text(row, "ScheduleName")?, text(row, "TagValue")?))).collect();
        let mut seen = BTreeSet::new();
        let mut remarks = Vec::new();
        for (machine, (place, line)) in self.machines.iter().zip(&self.tag_places) {
            let tag = machine.instance.schedule_tag.as_str();
            if tags.contains(tag) || !seen.insert(tag) {
                continue;
            }
            // Whoever writes the name of a schedule means its tag.
            let near = of_name.get(tag).copied().or_else(|| nearest(tag, tags.iter().copied()));
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let message = plain(&format!("{place} = `{tag}`: is the TagValue of no schedule of this world{hint}"));
            remarks.push(FileError { line: *line, message });
        }
        remarks
    }
}

fn text<'a>(row: &'a Item, name: &str) -> Option<&'a str> {
    row.get(name).and_then(Value::as_str).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_of_no_schedule_is_likely_a_slip() {
        let row = |name: &str, tag: &str| {
            [("ScheduleName", name), ("TagValue", tag)].map(|(name, value)| (name.to_owned(), Value::from(value)))
        };
        let schedules = vec![Item::from_iter::<[(String, Value); 2]>(row("Dev", "Development"))];
        let tables = Tables { schedules, ..Tables::default() };
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
        ];
        for (tag, expected) in cases {
            let text = format!(
                "Instances:\n  - {{Instance: ec2/i-1, ScheduleName: {tag}}}\n  - {{Instance: ec2/i-2, ScheduleName: {tag}}}\n\
                 Incidents: [{{{writes}}}, {{{edits}}}, {{{of_group}}}]\n{rows}"
            );
            let world = super::super::read(&text, &|text| text.parse().map_err(|_| String::new())).unwrap();
            let remarks: Vec<String> = world.unknown_tags(&tables).iter().map(ToString::to_string).collect();
            let expected = expected.map(|expected| format!("line 2: Instances[0].ScheduleName = {expected}"));
            assert_eq!(remarks, Vec::from_iter(expected), "{tag}");
        }
    }
}
