//! An item of the `Schedule` table.

use std::collections::BTreeSet;

use chrono::Duration;
use chrono_tz::Tz;

use super::attributes::{Attributes, name_fault};
use super::shown::cut;
use super::{Defaults, Places, hint, places};
use crate::model::{
    Action, Allowed, Channel, ClockValue, Dates, DatesError, Days, DaysError, Groups, Mode, Monthdays, Months, Period,
    Problem, Schedule, ScheduleName, Scope, TagValue, Timetable, TimetableError, Weekdays,
};
use crate::ports::Item;

/// The attributes of a schedule.
pub(super) const KNOWN: [&str; 21] = [
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
    "Channels",
    "Accounts",
    "Description",
    "Owner",
    "ChatPeople",
    "ChatRooms",
];

const A_DAY: i64 = 24 * 60;
const DEFAULT_MAX_EXTENSION: Duration = Duration::minutes(240);

/// Reads a schedule, still without groups and exceptions. `None` when it is at fault or has no name; the problems say
/// what is at fault but the name.
pub(super) fn read(item: &Item, name: Option<&ScheduleName>, defaults: Defaults) -> (Option<Schedule>, Vec<Problem>) {
    let label = name.map_or_else(|| "Schedule".to_owned(), |name| format!("Schedule {name}"));
    let mut attributes = Attributes::new(item, &label, name.cloned(), true);
    let schedule = schedule(&mut attributes, name, defaults);
    attributes.only(&KNOWN);
    (schedule.filter(|_| !attributes.is_faulty()), attributes.problems)
}

fn schedule(attributes: &mut Attributes<'_>, name: Option<&ScheduleName>, defaults: Defaults) -> Option<Schedule> {
    let tag_value = attributes.required("TagValue", "the value of the schedule tag of its instances", |text| {
        TagValue::new(text).map_err(|error| name_fault(&error))
    });
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
    let scopes = scopes(attributes, defaults.places);
    let chat = Allowed { people: allowed(attributes, "ChatPeople"), rooms: allowed(attributes, "ChatRooms") };
    let channels = channels(attributes);
    attributes.text("Description");
    attributes.text("Owner");
    Some(Schedule {
        name: name?.clone(),
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
        channels,
        groups: Groups::default(),
        chat,
        exceptions: std::collections::BTreeMap::new(),
    })
}

fn timetable(attributes: &mut Attributes<'_>) -> Option<Timetable> {
    if attributes.has("Periods") {
        let mut others = vec!["DaysActive", "StartTime", "StopTime"];
        others.retain(|name| attributes.has(name));
        if !others.is_empty() {
            attributes.report("Periods", &format!("stands instead of {}, which has no effect", others.join(", ")));
        }
        return periods(attributes).map(Timetable::Periods);
    }
    let days = attributes.required("DaysActive", Days::ALLOWED, days);
    let dates = days.map(|days| Dates { weekdays: Some(days.into()), ..Dates::default() });
    period(attributes, dates).map(Timetable::Daily)
}

/// Start and stop of a window on some dates.
fn period(attributes: &mut Attributes<'_>, dates: Option<Dates>) -> Option<Period> {
    let start = attributes.required("StartTime", CLOCK_ALLOWED, clock_or_none);
    let stop = attributes.required("StopTime", CLOCK_ALLOWED, clock_or_none);
    let (start, stop) = start.zip(stop)?;
    // Which dates they are for does not matter to whether start and stop make sense.
    match Period::new(dates.unwrap_or_default(), start, stop) {
        Ok(period) => dates.map(|_| period),
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

/// The attributes of a period.
const KNOWN_OF_PERIOD: [&str; 5] = ["Weekdays", "Monthdays", "Months", "StartTime", "StopTime"];

/// More windows a day than anybody has (rule S6).
const MOST_PERIODS: usize = 100;

/// The periods of a schedule; `None` when one of them is at fault.
fn periods(attributes: &mut Attributes<'_>) -> Option<Vec<Period>> {
    let (count, maps) = attributes.maps("Periods")?;
    if count == 0 || count > MOST_PERIODS {
        attributes.fault("Periods", format!("holds {count} periods; allowed: 1 to {MOST_PERIODS}"));
        return None;
    }
    let read = maps.into_iter().map(|(index, map)| {
        attributes.within(format!("Periods[{index}]."), map, |attributes| {
            let weekdays = attributes.list("Weekdays", Weekdays::ALLOWED, |error: DatesError| {
                hint::parts(&error.parts, error.what, &Days::WORDS, |part| part.parse::<Weekdays>().is_ok())
            });
            let monthdays = attributes.list("Monthdays", Monthdays::ALLOWED, |error: DatesError| {
                hint::parts(&error.parts, error.what, &[], |_| false)
            });
            let months = attributes.list("Months", Months::ALLOWED, |error: DatesError| {
                hint::parts(&error.parts, error.what, &Months::NAMES, |part| part.parse::<Months>().is_ok())
            });
            let period = period(attributes, Some(Dates { weekdays, monthdays, months }));
            attributes.only(&KNOWN_OF_PERIOD);
            period
        })
    });
    // Every period is read, so that all faults are told at once.
    read.collect::<Vec<_>>().into_iter().collect()
}

/// What a start or stop time may hold.
pub(super) const CLOCK_ALLOWED: &str =
    "`H:M` with hour 0-47 and minute 0-59, such as `09:30` (hours from 24 mean the next day), or `None`";

/// `H:M`, or `None` for no start or stop.
pub(super) fn clock_or_none(text: &str) -> Result<Option<ClockValue>, crate::model::ClockValueError> {
    if text.trim().eq_ignore_ascii_case("none") { Ok(None) } else { text.parse().map(Some) }
}

fn days(text: &str) -> Result<Days, String> {
    // `weekends` stands alone, not in a list.
    let list = if text.contains(',') { "mon," } else { "" };
    let is_known = |part: &str| format!("{list}{part}").parse::<Days>().is_ok();
    text.parse().map_err(|error: DaysError| hint::parts(&error.parts, "day", &Days::WORDS, is_known))
}

fn zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| {
        let near = hint::zone(text).map(|near| format!(" (did you mean `{near}`?)"));
        format!("is no time zone{}", near.unwrap_or_default())
    })
}

fn mode(text: &str) -> Result<Mode, String> {
    match text.to_lowercase().as_str() {
        "act" => Ok(Mode::Act),
        "notify" => Ok(Mode::Notify),
        "off" => Ok(Mode::Off),
        _ => Err(hint::unknown(text, "is no mode", &["act", "notify", "off"])),
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

/// Where its instances are looked for: what the item does not name, the settings do.
fn scopes(attributes: &mut Attributes<'_>, defaults: &Places) -> Vec<Scope> {
    let (regions, of_regions) = places::regions(attributes.texts("Regions"));
    let (accounts, of_accounts) = places::accounts(attributes.texts("Accounts"));
    of_regions.into_iter().for_each(|fault| attributes.fault("Regions", fault));
    of_accounts.into_iter().for_each(|fault| attributes.fault("Accounts", fault));
    let attribute = if accounts.is_empty() { "Regions" } else { "Accounts" };
    let accounts = if accounts.is_empty() { defaults.accounts.clone() } else { accounts };
    let regions = if regions.is_empty() { defaults.regions.clone() } else { regions };
    let places = Places { accounts, regions };
    if let Some(fault) = places.too_many() {
        attributes.fault(attribute, fault);
    }
    places.scopes()
}

/// The most people or rooms that a list has (rule S6).
const MOST_ALLOWED: usize = 200;

/// A list of those who may; absent means everybody, so one that cannot be read is a fault, and an empty one is nobody.
fn allowed(attributes: &mut Attributes<'_>, attribute: &str) -> Option<BTreeSet<String>> {
    if !attributes.has(attribute) {
        return None;
    }
    let texts = attributes.texts(attribute);
    let list: BTreeSet<String> =
        texts.into_iter().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect();
    if list.len() > MOST_ALLOWED {
        attributes.fault(attribute, format!("holds {} names; allowed: up to {MOST_ALLOWED}", list.len()));
    }
    Some(list)
}

/// More channels than anybody sends one message to (rule S6).
const MOST_CHANNELS: usize = 10;

/// Where its messages go. What is wrong with it is told, and is no fault: chat is never in the way (rule C8).
fn channels(attributes: &mut Attributes<'_>) -> Vec<Channel> {
    const INSTEAD: &str = "; without any, messages go to the default";
    let (texts, is_odd) = attributes.loose_texts("Channels");
    if is_odd {
        attributes.report("Channels", &format!("is no list of texts (type L or SS){INSTEAD}"));
    }
    let mut channels = Vec::new();
    for text in texts {
        match Channel::new(text) {
            Ok(channel) => channels.push(channel),
            Err(error) => attributes.report("Channels", &format!("`{}` {error}{INSTEAD}", cut(text))),
        }
    }
    channels.sort();
    channels.dedup();
    if channels.len() > MOST_CHANNELS {
        attributes.report("Channels", &format!("holds {} channels; only {MOST_CHANNELS} are told", channels.len()));
        channels.truncate(MOST_CHANNELS);
    }
    channels
}
