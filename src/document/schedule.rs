//! An item of the `Schedule` table.

use chrono::Duration;
use chrono_tz::{TZ_VARIANTS, Tz};

use super::attributes::Attributes;
use super::{Defaults, nearest};
use crate::model::{
    Action, ClockValue, Days, DaysError, Groups, Mode, Period, Problem, Region, Schedule, ScheduleName, Scope,
    TagValue, Timetable, TimetableError,
};
use crate::ports::Item;

/// The attributes of a schedule.
pub(super) const KNOWN: [&str; 18] = [
    "ScheduleName",
    "TagValue",
    "DaysActive",
    "Enabled",
    "StartTime",
    "StopTime",
    "ForceStart",
    "ForceStop",
    "Timezone",
    "Periods",
    "StopWarningMinutes",
    "Enforce",
    "Mode",
    "MaxExtensionMinutes",
    "Regions",
    "Accounts",
    "Description",
    "Owner",
];

const A_DAY: i64 = 24 * 60;
const DEFAULT_MAX_EXTENSION: Duration = Duration::minutes(240);

/// Reads a schedule, still without groups and exceptions. `None` when it is at fault; the problems say why.
pub(super) fn read(item: &Item, name: &ScheduleName, defaults: Defaults) -> (Option<Schedule>, Vec<Problem>) {
    let mut attributes = Attributes::new(item, format!("Schedule {name}"), Some(name.clone()), true);
    let schedule = schedule(&mut attributes, name, defaults);
    attributes.only(&KNOWN);
    (schedule.filter(|_| !attributes.is_faulty()), attributes.problems)
}

fn schedule(attributes: &mut Attributes<'_>, name: &ScheduleName, defaults: Defaults) -> Option<Schedule> {
    let tag_value = attributes.required("TagValue", "the value of the schedule tag of its instances", TagValue::new);
    let enabled = attributes.flag("Enabled");
    if !attributes.has("Enabled") {
        attributes.fault("Enabled", "is missing: true or false (type BOOL)");
    }
    let timetable = timetable(attributes);
    let zone = attributes.optional("Timezone", "an IANA name such as `Asia/Seoul`", zone).unwrap_or(defaults.zone);
    let force = force(attributes);
    let warning_lead = attributes.minutes("StopWarningMinutes", A_DAY).unwrap_or(defaults.warning_lead);
    let max_extension = attributes.minutes("MaxExtensionMinutes", 2 * A_DAY).unwrap_or(DEFAULT_MAX_EXTENSION);
    let enforce = attributes.flag("Enforce").unwrap_or_default();
    let mode = attributes.optional("Mode", "`act`, `notify` or `off`", mode).unwrap_or_default();
    let scopes = scopes(attributes);
    attributes.text("Description");
    attributes.text("Owner");
    Some(Schedule {
        name: name.clone(),
        tag_value: tag_value?,
        enabled: enabled?,
        timetable: timetable?,
        zone,
        force,
        warning_lead,
        enforce,
        mode,
        max_extension,
        scopes,
        groups: Groups::default(),
        exceptions: std::collections::BTreeMap::new(),
    })
}

fn timetable(attributes: &mut Attributes<'_>) -> Option<Timetable> {
    if attributes.has("Periods") {
        attributes.fault("Periods", "is not supported yet: use DaysActive, StartTime and StopTime");
        return None;
    }
    let days = attributes.required("DaysActive", Days::ALLOWED, days);
    let start = attributes.required("StartTime", CLOCK_ALLOWED, clock_or_none);
    let stop = attributes.required("StopTime", CLOCK_ALLOWED, clock_or_none);
    match Period::new(days?, start?, stop?) {
        Ok(period) => Some(Timetable::daily(period)),
        Err(error) => {
            let hint = match error {
                TimetableError::StartIsStop(_) => "is that never, or always? `00:00` to `24:00` is all day",
                TimetableError::StopBeforeStart { .. } => "hours from 24 mean the next day",
            };
            attributes.fault("StopTime", format!("{error}: {hint}"));
            None
        }
    }
}

/// What a start or stop time may hold.
pub(super) const CLOCK_ALLOWED: &str =
    "`H:M` with hour 0-47 and minute 0-59, such as `09:30` (hours from 24 mean the next day), or `None`";

/// `H:M`, or `None` for no start or stop.
pub(super) fn clock_or_none(text: &str) -> Result<Option<ClockValue>, crate::model::ClockValueError> {
    if text.trim().eq_ignore_ascii_case("none") { Ok(None) } else { text.parse().map(Some) }
}

fn days(text: &str) -> Result<Days, String> {
    text.parse().map_err(|error: DaysError| {
        let near = nearest(&error.part, Days::WORDS).map(|near| format!(" (did you mean `{near}`?)"));
        format!("{error}{}", near.unwrap_or_default())
    })
}

fn zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| {
        let near = nearest(text, TZ_VARIANTS.iter().map(|zone| zone.name()));
        let near = near.map(|near| format!(" (did you mean `{near}`?)"));
        format!("is no time zone{}", near.unwrap_or_default())
    })
}

fn mode(text: &str) -> Result<Mode, &'static str> {
    match text.to_lowercase().as_str() {
        "act" => Ok(Mode::Act),
        "notify" => Ok(Mode::Notify),
        "off" => Ok(Mode::Off),
        _ => Err("is no mode"),
    }
}

fn force(attributes: &mut Attributes<'_>) -> Option<Action> {
    let start = attributes.flag("ForceStart").unwrap_or_default();
    let stop = attributes.flag("ForceStop").unwrap_or_default();
    match (start, stop) {
        (true, true) => {
            // Which one is meant is not guessed; the timetable stands meanwhile.
            let message = "is true while ForceStart is true too, so neither is obeyed: set one of them back to false";
            attributes.report("ForceStop", message);
            None
        }
        (true, false) => Some(Action::Start),
        (false, true) => Some(Action::Stop),
        (false, false) => None,
    }
}

fn scopes(attributes: &mut Attributes<'_>) -> Vec<Scope> {
    if attributes.has("Accounts") {
        attributes.fault("Accounts", "is not supported yet: instances are looked for in the function's own account");
    }
    let mut scopes = Vec::new();
    for text in attributes.texts("Regions") {
        match Region::new(text) {
            Ok(region) => scopes.push(Scope { account: None, region: Some(region) }),
            Err(error) => {
                attributes.fault("Regions", format!("a region {error}; allowed: region names such as `eu-west-1`"));
            }
        }
    }
    if scopes.is_empty() {
        scopes.push(Scope::default());
    }
    scopes.sort();
    scopes.dedup();
    scopes
}
