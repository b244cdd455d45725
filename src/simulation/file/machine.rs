//! An instance in a world file.

use serde_json::{Value, json};

use super::attributes::Attributes;
use super::words;
use super::{KEY, time_text};
use crate::memory::Machine;
use crate::model::{GroupName, InstanceKey, InstanceState, TagValue};

/// Reads an instance.
pub(super) fn read(attributes: &mut Attributes<'_>) -> Option<Machine> {
    let key = attributes.required("Instance", KEY, str::parse::<InstanceKey>);
    let tag = attributes.required("ScheduleName", "the value of its tag `ScheduleName`", TagValue::new);
    let group = attributes.optional("ScheduleGroupName", "the value of its tag `ScheduleGroupName`", GroupName::new);
    let mut label = |name| attributes.optional(name, "text", |text| Ok::<_, String>(text.to_owned()));
    let (name, engine, zone) = (label("Name"), label("Engine"), label("Zone"));
    let state = attributes.optional("State", words::STATES, words::state);
    let reason = attributes.optional("StateReason", "text", |text| Ok::<_, String>(text.to_owned()));
    let checks = attributes.optional("Checks", "`passed`, `failing` or `unknown`", checks);
    let restarts_at = attributes.time("RestartsAt");
    let refusal = attributes.optional("Refusal", words::REFUSALS, words::refusal);
    let (boots_in, halts_in) = (attributes.length("BootsIn"), attributes.length("HaltsIn"));
    let (falls_back, checks_in) = (attributes.number("FallsBack"), attributes.length("ChecksIn"));
    let busy = match attributes.raw("BusyAtFirst").filter(|value| !value.is_null()) {
        Some(Value::Object(item)) => attributes.within("BusyAtFirst", item, |busy| {
            busy.text("State", "AWS's word, such as `backing-up`").zip(busy.required_length("For"))
        }),
        Some(_) => {
            attributes.fault("BusyAtFirst", "is no mapping; allowed: such as `{State: backing-up, For: 4m}`");
            None
        }
        None => None,
    };
    let mut machine = Machine::new(key?, tag?, group);
    machine.boots_in = boots_in.unwrap_or(machine.boots_in);
    machine.halts_in = halts_in.unwrap_or(machine.halts_in);
    machine.falls_back = falls_back.unwrap_or_default();
    machine.checks_in = checks_in.unwrap_or(machine.checks_in);
    machine.busy_at_first = busy;
    let instance = &mut machine.instance;
    (instance.label.name, instance.label.engine, instance.label.zone) = (name, engine, zone);
    instance.state = state.unwrap_or(InstanceState::Stopped);
    (instance.state_reason, instance.restarts_at, instance.refusal) = (reason, restarts_at, refusal);
    instance.checks_passed = checks.unwrap_or(instance.checks_passed);
    Some(machine)
}

fn checks(text: &str) -> Result<Option<bool>, String> {
    match text {
        "passed" => Ok(Some(true)),
        "failing" => Ok(Some(false)),
        "unknown" => Ok(None),
        _ => Err(words::unknown(text, ["passed", "failing", "unknown"].into_iter())),
    }
}

/// The attributes of an instance; what is as it would be without them is left out.
pub(super) fn write(machine: &Machine, zone: chrono_tz::Tz) -> Vec<(&'static str, Value)> {
    let Machine { instance, boots_in, halts_in, falls_back, checks_in, busy_at_first, .. } = machine;
    let usual = Machine::new(instance.key.clone(), instance.schedule_tag.clone(), None);
    let length = |length| json!(words::length_text(length));
    let unless = |is_usual: bool, value: Value| (!is_usual).then_some(value);
    let text = |text: &Option<String>| text.as_ref().map(|text| json!(text));
    let checks = match instance.checks_passed {
        Some(true) => "passed",
        Some(false) => "failing",
        None => "unknown",
    };
    let busy = busy_at_first.as_ref().map(|(state, takes)| json!({"State": state, "For": length(*takes)}));
    let attributes = [
        ("Instance", Some(json!(instance.key.to_string()))),
        ("ScheduleName", Some(json!(instance.schedule_tag.as_str()))),
        ("ScheduleGroupName", instance.group_tag.as_ref().map(|group| json!(group.as_str()))),
        ("Name", text(&instance.label.name)),
        ("Engine", text(&instance.label.engine)),
        ("Zone", text(&instance.label.zone)),
        ("State", unless(instance.state == InstanceState::Stopped, json!(words::state_text(&instance.state)))),
        ("StateReason", text(&instance.state_reason)),
        ("Checks", unless(instance.checks_passed == usual.instance.checks_passed, json!(checks))),
        ("RestartsAt", instance.restarts_at.map(|at| json!(time_text(at, zone)))),
        ("Refusal", instance.refusal.as_ref().map(|refusal| json!(words::refusal_text(refusal)))),
        ("BootsIn", unless(*boots_in == usual.boots_in, length(*boots_in))),
        ("HaltsIn", unless(*halts_in == usual.halts_in, length(*halts_in))),
        ("FallsBack", unless(*falls_back == 0, json!(falls_back))),
        ("ChecksIn", unless(*checks_in == usual.checks_in, length(*checks_in))),
        ("BusyAtFirst", busy),
    ];
    attributes.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
