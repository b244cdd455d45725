//! EC2 instances: looking, and the calls that start and stop them. Knows the SDK's shapes; decides nothing.

use std::collections::BTreeMap;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{self, DeviceType, Filter, InstanceLifecycleType, InstanceStateName, SummaryStatus};

use crate::model::{
    Failure, FailureKind, GroupName, Instance, InstanceId, InstanceKey, InstanceKind, InstanceState, Label, Refusal,
    Scope,
};

use super::clock::instant;
use super::failure::failure_of;
use super::fleet::{Looking, TagKeys, Values};
use super::hibernate::{self, Sleepers};

/// The most values that a filter takes.
const FILTER_VALUES: usize = 200;
/// Half of what AWS allows: such a page comes well within the time of one try.
const PAGE: i32 = 500;
/// The most ids that `DescribeInstanceStatus` takes.
const STATUS_IDS: usize = 100;
/// Put by the Auto Scaling group on its members; nobody else can.
const AUTO_SCALING_TAG: &str = "aws:autoscaling:groupName";
/// Put by an EC2 Fleet and by a Spot Fleet on its instances.
const FLEET_TAGS: [&str; 2] = ["aws:ec2:fleet-id", "aws:ec2spot:fleet-request-id"];

/// What a batch of instances is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// To start.
    Start,
    /// To stop.
    Stop,
    /// To stop with its memory written to its disk.
    Hibernate,
}

/// Looks for all instances whose schedule tag has one of the wanted values; with those of them that are hibernated.
pub(super) async fn look(client: &Client, looking: &Looking) -> Result<(Vec<Instance>, Sleepers), Failure> {
    let mut found = Vec::new();
    let mut sleepers = Sleepers::new();
    for filter in filters(looking) {
        let mut pages = client.describe_instances().filters(filter).into_paginator().page_size(PAGE).send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failure_of(&error))?;
            for seen in page.reservations().iter().flat_map(types::Reservation::instances) {
                let Some(one) = instance(seen, looking) else { continue };
                if hibernates(seen) {
                    sleepers.insert(one.key.id.clone(), seen.launch_time().and_then(instant));
                }
                found.push(one);
            }
        }
    }
    read_checks(client, looking, &mut found).await?;
    Ok((found, sleepers))
}

/// The filters that together let all through that are looked for.
fn filters(looking: &Looking) -> Vec<Filter> {
    let key = &looking.tags.schedule;
    match &looking.values {
        Values::All => vec![Filter::builder().name("tag-key").values(literal(key)).build()],
        Values::These(values) => {
            let values: Vec<String> = values.iter().map(|value| literal(value.as_str())).collect();
            let filter = Filter::builder().name(format!("tag:{key}"));
            values
                .chunks(FILTER_VALUES)
                .map(|values| filter.clone().set_values(Some(values.to_vec())).build())
                .collect()
        }
    }
}

/// Reads the status checks of the running instances that somebody waits for.
async fn read_checks(client: &Client, looking: &Looking, found: &mut [Instance]) -> Result<(), Failure> {
    let wanted: Vec<String> = found
        .iter()
        .filter(|seen| seen.state == InstanceState::Running && looking.status_checks.contains(&seen.schedule_tag))
        .map(|seen| seen.key.id.to_string())
        .collect();
    let mut passed = BTreeMap::new();
    for ids in wanted.chunks(STATUS_IDS) {
        let answer = client.describe_instance_status().set_instance_ids(Some(ids.to_vec())).send().await;
        match answer.map_err(|error| failure_of(&error)) {
            Ok(answer) => {
                passed.extend(
                    answer
                        .instance_statuses()
                        .iter()
                        .filter_map(|status| status.instance_id().map(|id| (id.to_owned(), has_passed(status)))),
                );
            }
            // One was terminated between the two calls: the next look does without it.
            Err(failure) if failure.kind == FailureKind::Gone => {}
            Err(failure) => return Err(failure),
        }
    }
    for seen in found {
        seen.checks_passed = passed.get(seen.key.id.as_str()).copied();
    }
    Ok(())
}

/// Whether both of EC2's status checks say `ok`.
fn has_passed(status: &types::InstanceStatus) -> bool {
    [status.instance_status(), status.system_status()]
        .into_iter()
        .all(|summary| summary.and_then(types::InstanceStatusSummary::status) == Some(&SummaryStatus::Ok))
}

/// Asks for one batch: never with `Force`, and with `Hibernate` only where it is asked for.
pub(super) async fn ask(client: &Client, ask: Ask, ids: Vec<InstanceId>) -> Result<(), Failure> {
    let ids = Some(ids.iter().map(ToString::to_string).collect());
    match ask {
        Ask::Start => {
            client.start_instances().set_instance_ids(ids).send().await.map(drop).map_err(|error| failure_of(&error))
        }
        Ask::Stop | Ask::Hibernate => {
            let hibernates = (ask == Ask::Hibernate).then_some(true);
            let stop = client.stop_instances().set_instance_ids(ids).set_hibernate(hibernates);
            stop.send().await.map(drop).map_err(|error| failure_of(&error))
        }
    }
}

/// Whether it is to be hibernated: its tag asks for it, and it was launched for that.
fn hibernates(seen: &types::Instance) -> bool {
    let is_configured = seen.hibernation_options().and_then(types::HibernationOptions::configured) == Some(true);
    is_configured && hibernate::is_asked(tag(seen, hibernate::TAG))
}

/// A filter value that stands for itself: EC2 reads `*` and `?` as wildcards.
fn literal(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        if matches!(c, '*' | '?' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

fn tag<'a>(seen: &'a types::Instance, key: &str) -> Option<&'a str> {
    seen.tags().iter().find(|tag| tag.key() == Some(key)).and_then(types::Tag::value)
}

/// The instance in our words; `None` when it is not one of those looked for.
fn instance(seen: &types::Instance, looking: &Looking) -> Option<Instance> {
    let TagKeys { schedule, group } = &looking.tags;
    let schedule_tag = looking.wanted(tag(seen, schedule))?;
    let state = seen.state().and_then(types::InstanceState::name);
    Some(Instance {
        key: key(&looking.scope, seen.instance_id()?)?,
        schedule_tag,
        group_tag: tag(seen, group).and_then(|name| GroupName::new(name).ok()),
        label: Label {
            name: tag(seen, "Name").filter(|name| !name.is_empty()).map(str::to_owned),
            engine: seen.instance_type().map(|kind| kind.as_str().to_owned()),
            zone: seen.placement().and_then(types::Placement::availability_zone).map(str::to_owned),
        },
        state: state_of(state),
        restarts_at: None,
        state_reason: seen
            .state_reason()
            .and_then(types::StateReason::message)
            .or_else(|| seen.state_transition_reason())
            .filter(|reason| !reason.is_empty())
            .map(str::to_owned),
        checks_passed: None,
        refusal: refusal(seen),
    })
}

fn key(scope: &Scope, id: &str) -> Option<InstanceKey> {
    let id = InstanceId::new(id).ok()?;
    Some(InstanceKey { scope: scope.clone(), kind: InstanceKind::Ec2, id })
}

fn state_of(name: Option<&InstanceStateName>) -> InstanceState {
    match name {
        Some(InstanceStateName::Pending) => InstanceState::Starting,
        Some(InstanceStateName::Running) => InstanceState::Running,
        Some(InstanceStateName::Stopping) => InstanceState::Stopping,
        Some(InstanceStateName::Stopped) => InstanceState::Stopped,
        Some(InstanceStateName::ShuttingDown | InstanceStateName::Terminated) => InstanceState::Gone,
        other => InstanceState::Changing { raw: other.map_or("unknown", InstanceStateName::as_str).to_owned() },
    }
}

/// Why AWS would refuse to stop it, as far as its description shows: of a spot instance alone it does not show whether its
/// request was for one time.
fn refusal(seen: &types::Instance) -> Option<Refusal> {
    if let Some(group) = tag(seen, AUTO_SCALING_TAG) {
        return Some(Refusal::AutoScaling(group.to_owned()));
    }
    let is_spot = seen.instance_lifecycle() == Some(&InstanceLifecycleType::Spot);
    if let Some(fleet) = FLEET_TAGS.into_iter().find_map(|key| tag(seen, key)).filter(|_| is_spot) {
        return Some(Refusal::SpotFleet(fleet.to_owned()));
    }
    (seen.root_device_type() == Some(&DeviceType::InstanceStore)).then_some(Refusal::InstanceStore)
}

#[cfg(test)]
mod tests {
    use super::super::tests::looking;
    use super::*;

    fn tagged(tags: &[(&str, &str)]) -> types::builders::InstanceBuilder {
        tags.iter().fold(types::Instance::builder().instance_id("i-1"), |instance, (key, value)| {
            instance.tags(types::Tag::builder().key(*key).value(*value).build())
        })
    }

    #[test]
    fn states_have_words() {
        let cases = [
            (Some(InstanceStateName::Pending), InstanceState::Starting),
            (Some(InstanceStateName::Running), InstanceState::Running),
            (Some(InstanceStateName::Stopping), InstanceState::Stopping),
            (Some(InstanceStateName::Stopped), InstanceState::Stopped),
            (Some(InstanceStateName::ShuttingDown), InstanceState::Gone),
            (Some(InstanceStateName::Terminated), InstanceState::Gone),
            (Some(InstanceStateName::from("frozen")), InstanceState::Changing { raw: "frozen".to_owned() }),
            (None, InstanceState::Changing { raw: "unknown".to_owned() }),
        ];
        for (name, expected) in cases {
            assert_eq!(state_of(name.as_ref()), expected, "{name:?}");
        }
    }

    #[test]
    fn a_description_with_nothing_in_it_is_no_instance_and_no_fault() {
        assert_eq!(instance(&types::Instance::builder().build(), &looking(&["Dev"])), None);
        let bare = instance(&tagged(&[("ScheduleName", "Dev")]).build(), &looking(&["Dev"])).unwrap();
        assert_eq!((bare.label, bare.group_tag, bare.state_reason, bare.refusal), (Label::default(), None, None, None));
        assert_eq!(bare.state, InstanceState::Changing { raw: "unknown".to_owned() });
    }

    #[test]
    fn a_tag_is_matched_as_it_is_and_not_as_a_pattern() {
        assert_eq!(instance(&tagged(&[("ScheduleName", "Development")]).build(), &looking(&["Dev*"])), None);
        for (value, expected) in [("Dev", "Dev"), ("Dev*", "Dev\\*"), ("a?b\\c", "a\\?b\\\\c")] {
            assert_eq!(literal(value), expected);
        }
    }

    #[test]
    fn a_name_and_a_group_come_from_tags() {
        let tags = [("ScheduleName", "Dev"), ("ScheduleGroupName", " API "), ("Name", "api-1")];
        let seen = instance(&tagged(&tags).instance_type("t3.micro".into()).build(), &looking(&["Dev"])).unwrap();
        assert_eq!(seen.group_tag, GroupName::new("API").ok());
        assert_eq!(seen.label.name.as_deref(), Some("api-1"));
        assert_eq!(seen.label.engine.as_deref(), Some("t3.micro"));
    }

    #[test]
    fn refusals_show_in_the_description() {
        let scaled = tagged(&[(AUTO_SCALING_TAG, "web")]).build();
        assert_eq!(refusal(&scaled), Some(Refusal::AutoScaling("web".to_owned())));
        let stored = tagged(&[]).root_device_type(DeviceType::InstanceStore).build();
        assert_eq!(refusal(&stored), Some(Refusal::InstanceStore));
        assert_eq!(refusal(&tagged(&[]).root_device_type(DeviceType::Ebs).build()), None);
        for key in FLEET_TAGS {
            let spot = tagged(&[(key, "fleet-1")]).instance_lifecycle(InstanceLifecycleType::Spot).build();
            assert_eq!(refusal(&spot), Some(Refusal::SpotFleet("fleet-1".to_owned())), "{key}");
            assert_eq!(refusal(&tagged(&[(key, "fleet-1")]).build()), None, "{key}: bought on demand");
        }
        // It may be of a persistent request, and can be stopped then.
        assert_eq!(refusal(&tagged(&[]).instance_lifecycle(InstanceLifecycleType::Spot).build()), None);
    }

    #[test]
    fn who_asks_and_can_is_hibernated() {
        let options = |configured| types::HibernationOptions::builder().configured(configured).build();
        let asks = tagged(&[(hibernate::TAG, "true")]);
        assert!(hibernates(&asks.clone().hibernation_options(options(true)).build()));
        assert!(!hibernates(&asks.clone().hibernation_options(options(false)).build()));
        assert!(!hibernates(&asks.build()));
        assert!(!hibernates(&tagged(&[]).hibernation_options(options(true)).build()));
        assert!(!hibernates(&tagged(&[(hibernate::TAG, "false")]).hibernation_options(options(true)).build()));
    }

    #[test]
    fn checks_have_passed_when_both_say_so() {
        let summary = |word: &str| types::InstanceStatusSummary::builder().status(word.into()).build();
        let status = |instance: &str, system: &str| {
            types::InstanceStatus::builder().instance_status(summary(instance)).system_status(summary(system)).build()
        };
        assert!(has_passed(&status("ok", "ok")));
        assert!(!has_passed(&status("initializing", "ok")));
        assert!(!has_passed(&status("ok", "impaired")));
        assert!(!has_passed(&types::InstanceStatus::builder().build()));
    }
}
