//! Schedules, groups and instances that do not find one another.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, Finding, counted, joined, listed, quoted};
use crate::document::nearest;
use crate::engine::{Misfit, misfits};
use crate::model::{
    GroupName, Instance, InstanceKey, InstanceKind, InstanceState, Inventory, Mode, Schedule, ScheduleName, Scope,
    TagValue,
};

/// Schedules and what carries their tags.
#[derive(Debug, Clone, Copy)]
pub struct Tagged<'a> {
    /// The schedules that could be understood.
    pub schedules: &'a [Schedule],
    /// The tag values of all schedules, understood or not, each with the names of its schedules.
    pub values: &'a BTreeMap<TagValue, Vec<ScheduleName>>,
    /// Everything that carries the schedule tag.
    pub inventory: &'a Inventory,
    /// The key of the schedule tag.
    pub schedule_key: &'a str,
    /// The key of the group tag.
    pub group_key: &'a str,
}

/// What does not fit.
#[must_use]
pub fn instances(tagged: Tagged<'_>) -> Vec<Finding> {
    let (mut schedules, mut instances, mut groups) = (Vec::new(), tagged.strays(), Vec::new());
    let (mut found, mut bare) = (Vec::new(), Vec::new());
    let (idle, active): (Vec<&Schedule>, Vec<&Schedule>) =
        tagged.schedules.iter().partition(|schedule| !schedule.enabled || schedule.mode == Mode::Off);
    let (whole, partly): (Vec<&Schedule>, Vec<&Schedule>) = active
        .into_iter()
        .partition(|schedule| schedule.scopes.iter().all(|scope| tagged.inventory.seen.contains(scope)));
    for schedule in &whole {
        let own: Vec<&Instance> = tagged.inventory.of(&schedule.tag_value, &schedule.scopes).collect();
        let misfits = misfits(schedule, &own);
        if misfits == [Misfit::NoInstance] {
            schedules.push(tagged.without_instances(schedule));
            bare.push(*schedule);
            continue;
        }
        found.push(*schedule);
        instances.extend(refused(&misfits).map(|finding| finding.at(format!("schedule {}", schedule.name))));
        groups.extend(tagged.of_groups(schedule, &misfits));
    }
    if !partly.is_empty() {
        let names = quoted(partly.iter().map(|schedule| &schedule.name));
        let what = format!("{names}: not all of the places in which it looks could be looked at");
        schedules.push(Finding::left_out(Check::Schedules, what));
    }
    if schedules.is_empty() {
        schedules.push(all_found(&whole, &idle));
    }
    if instances.is_empty() {
        let count = tagged.counted().count();
        let what = format!("{} with the tag `{}`, each of a schedule", counted(count, "instance"), tagged.schedule_key);
        instances.push(Finding::ok(Check::Instances, what));
    }
    let unseen = [(&bare, "without instances"), (&idle, "disabled or switched off"), (&partly, "not wholly looked at")];
    let unseen = groups_unseen(&unseen.map(|(of, why)| (of.as_slice(), why)));
    let count = groups_of(&found);
    if groups.is_empty() && count > 0 {
        groups.push(Finding::ok(Check::Groups, format!("{}, each with instances", counted(count, "group"))));
    } else if groups.is_empty() && unseen.is_none() {
        groups.push(Finding::ok(Check::Groups, "there are none"));
    }
    groups.extend(unseen);
    [schedules, instances, groups].concat()
}

fn groups_of(schedules: &[&Schedule]) -> usize {
    schedules.iter().map(|schedule| schedule.groups.iter().count()).sum()
}

/// The groups of schedules whose instances are not known, and why not.
fn groups_unseen(kinds: &[(&[&Schedule], &str)]) -> Option<Finding> {
    let of_kind = |(schedules, why): &(&[&Schedule], &str)| {
        let with_groups: Vec<&Schedule> =
            schedules.iter().filter(|schedule| groups_of(&[**schedule]) > 0).copied().collect();
        let names = quoted(with_groups.iter().map(|schedule| &schedule.name));
        let count = counted(groups_of(&with_groups), "group");
        (!with_groups.is_empty()).then(|| format!("{count} of schedules that are {why}: {names}"))
    };
    let parts: Vec<String> = kinds.iter().filter_map(of_kind).collect();
    (!parts.is_empty()).then(|| Finding::left_out(Check::Groups, parts.join("; ")))
}

/// All schedules have instances, as far as they are asked for.
fn all_found(whole: &[&Schedule], idle: &[&Schedule]) -> Finding {
    let mut what = format!("{} with instances", counted(whole.len(), "schedule"));
    if !idle.is_empty() {
        let names = quoted(idle.iter().map(|schedule| &schedule.name));
        what = format!("{what}; disabled or switched off, and not asked for any: {names}");
    }
    Finding::ok(Check::Schedules, what)
}

/// What AWS would refuse to stop.
fn refused(misfits: &[Misfit]) -> Option<Finding> {
    let refused = misfits.iter().filter_map(|misfit| match misfit {
        Misfit::Refused(key, refusal) => Some(format!("{key} {refusal}")),
        _ => None,
    });
    let refused: Vec<String> = refused.collect();
    (!refused.is_empty()).then(|| {
        Finding::warning(Check::Instances, format!("left alone: {}", joined(refused, "; ")))
            .hint("take the schedule's tag away from what is not to be started and stopped")
    })
}

impl Tagged<'_> {
    /// The instances that count: what is terminated does not.
    fn counted(&self) -> impl Iterator<Item = &Instance> {
        self.inventory.instances.values().filter(|instance| instance.state != InstanceState::Gone)
    }

    /// Instances whose tag leads to no schedule.
    fn strays(&self) -> Vec<Finding> {
        let (mut unknown, mut elsewhere) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
        for instance in self.counted() {
            let value = &instance.schedule_tag;
            let Some(names) = self.values.get(value) else {
                unknown.entry(value).or_default().push(&instance.key);
                continue;
            };
            let of_value: Vec<&Schedule> =
                self.schedules.iter().filter(|schedule| schedule.tag_value == *value).collect();
            // Of a schedule that cannot be understood it is not known where it looks.
            let is_looked_for = of_value.len() < names.len()
                || of_value.iter().any(|schedule| schedule.scopes.contains(&instance.key.scope));
            if !is_looked_for {
                elsewhere.entry((value, &instance.key.scope)).or_default().push(&instance.key);
            }
        }
        let unknown = unknown.into_iter().map(|(value, keys)| self.unknown(value, &keys));
        unknown.chain(elsewhere.into_iter().map(|((value, scope), keys)| self.elsewhere(value, scope, &keys))).collect()
    }

    fn unknown(&self, value: &TagValue, keys: &[&InstanceKey]) -> Finding {
        let key = self.schedule_key;
        let what = format!("`{key}` = `{value}` is the TagValue of no schedule: {}", listed(keys));
        let near = nearest(value.as_str(), self.values.keys().map(TagValue::as_str));
        let finding = Finding::warning(Check::Instances, what);
        match near {
            Some(near) => finding.hint(format!("did you mean `{near}`? {}", retag(keys, key, near))),
            None => finding.hint(format!(
                "take the tag away, or give a schedule the TagValue; there are: {}",
                quoted(self.values.keys().map(TagValue::as_str))
            )),
        }
    }

    fn elsewhere(&self, value: &TagValue, scope: &Scope, keys: &[&InstanceKey]) -> Finding {
        let names = self.values.get(value).map(quoted).unwrap_or_default();
        let what = format!(
            "`{}` = `{value}` leads to {names}, which does not look in {scope}: {}",
            self.schedule_key,
            listed(keys)
        );
        Finding::warning(Check::Instances, what)
            .hint(format!("name the place in `Regions` or `Accounts` of {names}, or take the tag away"))
    }

    fn without_instances(&self, schedule: &Schedule) -> Finding {
        let Schedule { name, tag_value, scopes, .. } = schedule;
        let key = self.schedule_key;
        let what = format!("no instance carries `{key}` = `{tag_value}` in {}", listed(scopes));
        let finding = Finding::warning(Check::Schedules, what).at(format!("schedule {name}"));
        let mut held = BTreeSet::new();
        for instance in self.counted() {
            if instance.schedule_tag == *tag_value {
                let place = &instance.key.scope;
                return finding.hint(format!(
                    "{} carries it in {place}: name that place in `Regions` or `Accounts`",
                    instance.key
                ));
            }
            if !self.values.contains_key(&instance.schedule_tag) {
                held.insert(instance.schedule_tag.as_str());
            }
        }
        match nearest(tag_value.as_str(), held) {
            Some(near) => finding.hint(format!("instances carry `{near}`: is that what is meant?")),
            None => finding
                .hint(format!(
                    "tag what belongs to it: `aws ec2 create-tags --resources ID --tags Key={key},Value='{tag_value}'`"
                ))
                .hint("if it is not needed, set its `Enabled` to false"),
        }
    }

    /// What does not fit between a schedule's groups and its instances.
    fn of_groups(&self, schedule: &Schedule, misfits: &[Misfit]) -> Vec<Finding> {
        let Schedule { name, groups, .. } = schedule;
        let names = || groups.iter().map(|group| group.name.as_str());
        let (mut empty, mut none) = (Vec::new(), Vec::new());
        let (mut unknown, mut other) = (BTreeMap::<&GroupName, Vec<_>>::new(), BTreeMap::<&GroupName, Vec<_>>::new());
        for misfit in misfits {
            match misfit {
                Misfit::EmptyGroup(group) => empty.push(group),
                Misfit::NoGroup(key) => none.push(key),
                Misfit::UnknownGroup(key, tag) => unknown.entry(tag).or_default().push(key),
                Misfit::OtherService(key, tag) => other.entry(tag).or_default().push(key),
                Misfit::NoInstance | Misfit::Refused(..) => {}
            }
        }
        let key = self.group_key;
        let warning = |what: String| Finding::warning(Check::Groups, what).at(format!("schedule {name}"));
        let mut findings = Vec::new();
        for (tag, keys) in &unknown {
            let what = format!("`{key}` = `{tag}` is none of its groups, so that nothing waits for {}", listed(keys));
            findings.push(match nearest(tag.as_str(), names()) {
                Some(near) => warning(what).hint(format!("did you mean `{near}`? {}", retag(keys, key, near))),
                None => warning(what).hint(format!("its groups are {}", quoted(names()))),
            });
        }
        for (tag, keys) in &other {
            let what = format!("group `{tag}` is for another InstanceType, so that nothing waits for {}", listed(keys));
            findings.push(warning(what).hint(
                "a group holds EC2 instances or databases (`InstanceType` `EC2` or `RDS`): make another for these",
            ));
        }
        if !none.is_empty() {
            let what = format!("no `{key}`, so that they start and stop without waiting for others: {}", listed(&none));
            let group = names().next().unwrap_or_default();
            findings.push(warning(what).hint(format!("name a group, such as {}", retag(&none, key, group))));
        }
        if !empty.is_empty() {
            let what = format!("no instance is in {}, which counts as ready", quoted(&empty));
            findings.push(
                warning(what).hint(format!("tag its instances with `{key}`, or delete the group from the table")),
            );
        }
        findings
    }
}

/// The command that gives instances a tag: as many of them as one command reaches.
fn retag(keys: &[&InstanceKey], tag: &str, value: &str) -> String {
    let Some(first) = keys.first() else { return String::new() };
    let region = first.scope.region.as_ref().map(|region| format!(" --region {region}")).unwrap_or_default();
    let tags = format!("Key={tag},Value='{value}'");
    if first.kind == InstanceKind::Ec2 {
        let alike = keys.iter().filter(|key| key.scope == first.scope && key.kind == first.kind);
        let ids = alike.map(|key| key.id.as_str()).collect::<Vec<_>>().join(" ");
        return format!("`aws ec2 create-tags{region} --resources {ids} --tags {tags}`");
    }
    let kind = if first.kind == InstanceKind::RdsCluster { "cluster" } else { "db" };
    let arn = format!("arn:aws:rds:REGION:ACCOUNT:{kind}:{}", first.id);
    format!("`aws rds add-tags-to-resource{region} --resource-name {arn} --tags {tags}`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::shown;
    use crate::model::{Label, Refusal};
    use crate::testing::read;

    fn schedule(name: &str, more: &str) -> Schedule {
        let text = format!(
            "Schedule:\n  ScheduleName: {name}\n  TagValue: {name}\n  DaysActive: all\n  StartTime: 9:00\n  StopTime: 18:00\n{more}"
        );
        let enabled = if more.contains("Enabled") { "" } else { "  Enabled: true\n" };
        let (mut schedules, problems) = read(&text.replacen("  DaysActive", &format!("{enabled}  DaysActive"), 1));
        assert_eq!(problems, Vec::<String>::new());
        schedules.remove(0)
    }

    /// `KEY VALUE [GROUP]`.
    fn instance(text: &str) -> Instance {
        let parts: Vec<&str> = text.split(' ').collect();
        Instance {
            key: parts[0].parse().unwrap(),
            schedule_tag: TagValue::as_seen(parts[1]),
            group_tag: parts.get(2).and_then(|group| GroupName::new(group).ok()),
            label: Label::default(),
            state: InstanceState::Running,
            restarts_at: None,
            state_reason: None,
            checks_passed: None,
            refusal: None,
        }
    }

    fn judged_all(schedules: &[Schedule], all: Vec<Instance>) -> String {
        let mut values = BTreeMap::<TagValue, Vec<ScheduleName>>::new();
        for schedule in schedules {
            values.entry(schedule.tag_value.clone()).or_default().push(schedule.name.clone());
        }
        // A schedule that cannot be understood has a value all the same.
        values.insert(TagValue::new("Faulty").unwrap(), vec![ScheduleName::new("Faulty").unwrap()]);
        let elsewhere: InstanceKey = "eu-west-3|ec2/i-0".parse().unwrap();
        let inventory = Inventory {
            instances: all.into_iter().map(|one| (one.key.clone(), one)).collect(),
            seen: [Scope::default(), elsewhere.scope].into(),
            ..Inventory::default()
        };
        let (schedule_key, group_key) = ("ScheduleName", "ScheduleGroupName");
        shown(&instances(Tagged { schedules, values: &values, inventory: &inventory, schedule_key, group_key }))
    }

    fn judged(schedules: &[Schedule], all: &[&str]) -> String {
        judged_all(schedules, all.iter().map(|text| instance(text)).collect())
    }

    const GROUPS: &str = "ServerGroups:\n  - {GroupName: DB, InstanceType: RDS}\n  - {GroupName: API, InstanceType: EC2, Dependency: [DB]}\n";

    #[test]
    fn what_fits_is_three_lines() {
        let all =
            [schedule("Dev", GROUPS), schedule("Off", "  Mode: off\n"), schedule("Disabled", "  Enabled: false\n")];
        insta::assert_snapshot!(judged(&all, &["ec2/i-1 Dev API", "rds/a Dev DB", "ec2/i-2 Faulty"]), @r"
ok schedules 1 schedule with instances; disabled or switched off, and not asked for any: `Off`, `Disabled`
ok instances 3 instances with the tag `ScheduleName`, each of a schedule
ok groups 2 groups, each with instances
        ");
    }

    #[test]
    fn tags_that_lead_nowhere_are_told_with_what_may_be_meant() {
        let all = [schedule("Development", ""), schedule("Office", "")];
        let seen = [
            "ec2/i-1 Developmnt",
            "ec2/i-2 Developmnt",
            "rds/a Production",
            "eu-west-3|ec2/i-3 Office",
            "ec2/i-4 Office",
        ];
        insta::assert_snapshot!(judged(&all, &seen), @r"
warning schedules schedule Development: no instance carries `ScheduleName` = `Development` in the own account and region
  instances carry `Developmnt`: is that what is meant?
warning instances `ScheduleName` = `Developmnt` is the TagValue of no schedule: ec2/i-1, ec2/i-2
  did you mean `Development`? `aws ec2 create-tags --resources i-1 i-2 --tags Key=ScheduleName,Value='Development'`
warning instances `ScheduleName` = `Production` is the TagValue of no schedule: rds/a
  take the tag away, or give a schedule the TagValue; there are: `Development`, `Faulty`, `Office`
warning instances `ScheduleName` = `Office` leads to `Office`, which does not look in region eu-west-3: eu-west-3|ec2/i-3
  name the place in `Regions` or `Accounts` of `Office`, or take the tag away
ok groups there are none
        ");
    }

    #[test]
    fn a_schedule_without_instances_says_where_they_may_be() {
        let all = [schedule("Office", ""), schedule("Alone", "")];
        insta::assert_snapshot!(judged(&all, &["eu-west-3|ec2/i-3 Office"]), @r"
warning schedules schedule Office: no instance carries `ScheduleName` = `Office` in the own account and region
  eu-west-3|ec2/i-3 carries it in region eu-west-3: name that place in `Regions` or `Accounts`
warning schedules schedule Alone: no instance carries `ScheduleName` = `Alone` in the own account and region
  tag what belongs to it: `aws ec2 create-tags --resources ID --tags Key=ScheduleName,Value='Alone'`
  if it is not needed, set its `Enabled` to false
warning instances `ScheduleName` = `Office` leads to `Office`, which does not look in region eu-west-3: eu-west-3|ec2/i-3
  name the place in `Regions` or `Accounts` of `Office`, or take the tag away
ok groups there are none
        ");
    }

    #[test]
    fn groups_and_instances_that_do_not_fit_are_told() {
        let all = [schedule("Dev", GROUPS)];
        let seen = ["ec2/i-1 Dev AIP", "ec2/i-2 Dev", "ec2/i-3 Dev DB", "ec2/i-4 Dev frontend"];
        insta::assert_snapshot!(judged(&all, &seen), @r"
ok schedules 1 schedule with instances
ok instances 4 instances with the tag `ScheduleName`, each of a schedule
warning groups schedule Dev: `ScheduleGroupName` = `AIP` is none of its groups, so that nothing waits for ec2/i-1
  did you mean `API`? `aws ec2 create-tags --resources i-1 --tags Key=ScheduleGroupName,Value='API'`
warning groups schedule Dev: `ScheduleGroupName` = `frontend` is none of its groups, so that nothing waits for ec2/i-4
  its groups are `API`, `DB`
warning groups schedule Dev: group `DB` is for another InstanceType, so that nothing waits for ec2/i-3
  a group holds EC2 instances or databases (`InstanceType` `EC2` or `RDS`): make another for these
warning groups schedule Dev: no `ScheduleGroupName`, so that they start and stop without waiting for others: ec2/i-2
  name a group, such as `aws ec2 create-tags --resources i-2 --tags Key=ScheduleGroupName,Value='API'`
warning groups schedule Dev: no instance is in `API`, `DB`, which counts as ready
  tag its instances with `ScheduleGroupName`, or delete the group from the table
        ");
    }

    #[test]
    fn what_is_gone_does_not_count_and_what_is_refused_is_named() {
        let gone = Instance { state: InstanceState::Gone, ..instance("ec2/i-1 Nowhere") };
        let refused = Instance { refusal: Some(Refusal::InstanceStore), ..instance("ec2/i-2 Dev") };
        insta::assert_snapshot!(judged_all(&[schedule("Dev", "")], vec![gone, refused]), @r"
ok schedules 1 schedule with instances
warning instances schedule Dev: left alone: ec2/i-2 has an instance-store root volume and cannot be stopped
  take the schedule's tag away from what is not to be started and stopped
ok groups there are none
        ");
    }

    #[test]
    fn only_groups_of_schedules_with_instances_are_judged() {
        let off = || schedule("Off", &format!("  Mode: off\n{GROUPS}"));
        let all = [schedule("Dev", GROUPS), off(), schedule("Far", &format!("  Regions: [us-west-2]\n{GROUPS}"))];
        let groups = |schedules: &[Schedule], seen: &[&str]| {
            let lines = judged(schedules, seen);
            lines.lines().filter(|line| line.contains(" groups ")).collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(groups(&all, &[]), @"left out groups 2 groups of schedules that are without instances: `Dev`; 2 groups of schedules that are disabled or switched off: `Off`; 2 groups of schedules that are not wholly looked at: `Far`");
        insta::assert_snapshot!(groups(&all[..2], &["ec2/i-1 Dev API", "rds/a Dev DB"]), @r"
ok groups 2 groups, each with instances
left out groups 2 groups of schedules that are disabled or switched off: `Off`
        ");
        insta::assert_snapshot!(groups(&[off()], &[]), @"left out groups 2 groups of schedules that are disabled or switched off: `Off`");
    }

    #[test]
    fn half_of_the_picture_is_left_out() {
        let far = schedule("Far", "  Regions: [us-west-2]\n");
        let seen = judged(&[far], &[]);
        assert!(seen.starts_with("left out schedules `Far`: not all of the places"), "{seen}");
    }
}
