//! A schedule of AWS's scheduler, as a schedule file.

use std::collections::{BTreeMap, BTreeSet};

use super::items::{Item, cut, shown};
use super::no_equal::{self, flag};
use super::period::{self, DAY, Period};
use super::timetable::{Timetable, timetable};
use super::{Common, CommonZone, Periods, zone};
use crate::cli::import::{Kind, Note};
use crate::document::nearest;
use crate::document::yaml;
use crate::model::ScheduleName;

/// What AWS takes when nothing says a zone.
const UTC: &str = "UTC";

/// The most periods of one schedule.
const MOST_PERIODS: usize = 100;

/// What came of an item.
pub(super) struct Made {
    /// `None` when it is at fault.
    pub(super) schedule: Option<Schedule>,
    pub(super) notes: Vec<Note>,
    /// The periods it refers to.
    pub(super) uses: BTreeSet<String>,
    /// Whether AWS would stop its new instances at once, and Lamplighter does not.
    pub(super) stops_new: bool,
}

/// What a schedule file says.
pub(super) struct Schedule {
    name: String,
    description: Option<String>,
    enabled: bool,
    timetable: Timetable,
    zone: String,
    regions: Vec<String>,
    enforce: bool,
}

/// An item while it is read.
struct Reading<'a> {
    item: &'a Item,
    label: String,
    notes: Vec<Note>,
    is_faulty: bool,
}

impl Reading<'_> {
    fn note(&mut self, kind: Kind, attribute: &str, message: impl Into<String>) {
        self.is_faulty |= kind == Kind::Fault;
        self.notes.push(Note::new(kind, &self.label, attribute, self.item.get(attribute).map(shown), message));
    }

    fn text(&mut self, attribute: &str) -> Option<String> {
        let value = self.item.get(attribute)?;
        let text = value.as_str().map(str::to_owned);
        if text.is_none() {
            self.note(Kind::Fault, attribute, "is no text");
        }
        text
    }

    fn flag(&mut self, attribute: &str) -> Option<bool> {
        let flag = flag(self.item.get(attribute)?);
        if flag.is_none() {
            self.note(Kind::Fault, attribute, "is neither true nor false");
        }
        flag
    }
}

/// What AWS holds a schedule to, whatever its periods say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Override {
    Running,
    Stopped,
}

/// Makes a schedule of an item.
pub(super) fn make(item: &Item, name: &str, periods: &Periods, common: &Common) -> Made {
    let mut reading = Reading { item, label: format!("schedule {name}"), notes: Vec::new(), is_faulty: false };
    match ScheduleName::new(name) {
        Ok(trimmed) if trimmed.as_str() == name => {}
        Ok(_) => reading.note(Kind::Fault, "name", "begins or ends with white space, which tag values here do not"),
        Err(error) => reading.note(Kind::Fault, "name", error.to_string()),
    }
    let uses = references(&mut reading);
    let description = reading.text("description");
    let enforce = reading.flag("enforced").unwrap_or_default();
    let forced = overridden(&mut reading);
    // Around the clock is the same in every zone.
    let zone_matters = forced.is_none() || (forced == Some(Override::Stopped) && !enforce && !uses.is_empty());
    let zone = own_zone(&mut reading, common, zone_matters);
    let (timetable, enabled) = plan(&mut reading, &uses, periods, forced, enforce);
    if forced != Some(Override::Running) {
        types(&mut reading, &uses);
    }
    let stops_new = reading.flag("stop_new_instances") != Some(false) && !enforce;
    let mut notes = reading.notes;
    notes.extend(no_equal::schedule(&reading.label, item));
    let is_sound = !reading.is_faulty;
    let schedule = timetable.filter(|_| is_sound).map(|timetable| Schedule {
        name: name.to_owned(),
        description,
        enabled,
        timetable,
        zone: zone.unwrap_or_else(|| UTC.to_owned()),
        regions: common.regions.clone(),
        enforce,
    });
    let stops_new = stops_new && schedule.is_some();
    Made { schedule, notes, uses: uses.into_keys().collect(), stops_new }
}

/// The periods by name, each with the instance types that are asked for with it.
fn references(reading: &mut Reading<'_>) -> BTreeMap<String, BTreeSet<String>> {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let texts = match reading.item.get("periods").map(period::texts).transpose() {
        Ok(texts) => texts.unwrap_or_default(),
        Err(message) => {
            reading.note(Kind::Fault, "periods", message);
            return uses;
        }
    };
    for text in texts.iter().flat_map(|text| text.split(',')).map(str::trim) {
        let (name, kind) = text.split_once('@').map_or((text, None), |(name, kind)| (name, Some(kind)));
        uses.entry(name.to_owned()).or_default().extend(kind.map(str::to_owned));
    }
    if uses.len() > MOST_PERIODS {
        reading.note(Kind::Fault, "periods", format!("are more than {MOST_PERIODS}"));
        uses.clear();
    }
    uses
}

/// Instance types: AWS changes the type of an instance with the period.
fn types(reading: &mut Reading<'_>, uses: &BTreeMap<String, BTreeSet<String>>) {
    for (name, types) in uses {
        for kind in types {
            let message = "has no equal: the times of the period are imported, the type of an instance is not changed";
            let holds = Some(format!("{name}@{kind}"));
            reading.notes.push(Note::new(Kind::Differs, &reading.label, "periods", holds, message));
        }
    }
}

fn overridden(reading: &mut Reading<'_>) -> Option<Override> {
    // What version 1 had before `override_status`.
    let overwrite = reading.flag("overwrite").map(|on| if on { Override::Running } else { Override::Stopped });
    let status = reading.text("override_status").map(|text| text.to_lowercase());
    let forced = match status.as_deref() {
        None => return overwrite,
        Some("running") => Override::Running,
        Some("stopped") => Override::Stopped,
        Some(_) => {
            reading.note(Kind::Fault, "override_status", "is neither `running` nor `stopped`");
            return None;
        }
    };
    if overwrite.is_some() {
        reading.note(Kind::Fault, "overwrite", "is there besides override_status, which AWS refuses: keep one of them");
    }
    Some(forced)
}

fn own_zone(reading: &mut Reading<'_>, common: &Common, matters: bool) -> Option<String> {
    if let Some(text) = reading.text("timezone") {
        let zone = zone(&text).map_err(|message| reading.note(Kind::Fault, "timezone", message));
        return zone.ok().map(|zone| zone.name().to_owned());
    }
    let matters = matters && reading.item.get("timezone").is_none();
    match &common.zone {
        CommonZone::Known(zone) => Some(zone.clone()),
        CommonZone::Faulty if matters => {
            reading.note(Kind::Fault, "timezone", "is missing, and default_timezone of the configuration is at fault");
            None
        }
        CommonZone::Unknown if matters => {
            let message = "is missing, and no file says the default of the stack: UTC is written, which is AWS's own default; \
                           `--default-timezone` says another";
            reading.note(Kind::Differs, "timezone", message);
            None
        }
        CommonZone::Faulty | CommonZone::Unknown => None,
    }
}

/// The timetable, and whether it is enabled.
fn plan(
    reading: &mut Reading<'_>,
    uses: &BTreeMap<String, BTreeSet<String>>,
    periods: &Periods,
    forced: Option<Override>,
    enforce: bool,
) -> (Option<Timetable>, bool) {
    let attribute = if reading.item.get("override_status").is_some() { "override_status" } else { "overwrite" };
    let all = |start, stop| Some(Timetable::every_day(start, stop));
    let idle = if uses.is_empty() { "" } else { "; its periods, which AWS does not ask meanwhile, are not written" };
    match forced {
        None => (of_periods(reading, uses, periods, enforce), true),
        Some(Override::Running) => {
            reading.note(Kind::Info, attribute, format!("is written as a window without an end{idle}"));
            (all(Some(0), Some(DAY)), true)
        }
        Some(Override::Stopped) if enforce => {
            let message = format!("is written as a stop every midnight, which `Enforce: true` holds all day{idle}");
            reading.note(Kind::Info, attribute, message);
            (all(None, Some(0)), true)
        }
        Some(Override::Stopped) => {
            let message = "has no equal: `Enabled: false` is written, which starts nothing and stops nothing; what still runs \
                           is stopped once by `ForceStop: true`";
            reading.note(Kind::Differs, attribute, message);
            let timetable =
                if uses.is_empty() { all(None, Some(0)) } else { of_periods(reading, uses, periods, enforce) };
            (timetable, false)
        }
    }
}

fn of_periods(
    reading: &mut Reading<'_>,
    uses: &BTreeMap<String, BTreeSet<String>>,
    periods: &Periods,
    enforce: bool,
) -> Option<Timetable> {
    let mut found: Vec<&Period> = Vec::new();
    for name in uses.keys() {
        match periods.get(name) {
            Some(Some(period)) => found.push(period),
            Some(None) => reading.note(Kind::Fault, "periods", format!("period `{name}` is at fault (see there)")),
            None => {
                // Of a few names only: many that are missing are a file that is missing.
                let known = periods.keys().map(String::as_str).take(if uses.len() <= 5 { 100 } else { 0 });
                let near = nearest(name, known);
                let near = near.map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
                let message = format!("there is no period `{}`{near}; give the file with the periods too", cut(name));
                reading.note(Kind::Fault, "periods", message);
            }
        }
    }
    if uses.is_empty() && !reading.is_faulty {
        reading.note(Kind::Fault, "periods", "are missing, and so is override_status: AWS refuses such a schedule");
    }
    if found.len() < uses.len() || found.is_empty() {
        return None;
    }
    if enforce && found.iter().any(|period| period.is_one_sided()) {
        let message = "AWS leaves instances alone before a begintime without an endtime and before an endtime without a \
                       begintime; `Enforce: true` holds the state that the last start or stop has given";
        reading.note(Kind::Differs, "enforced", message);
    }
    let mut remarks = Vec::new();
    let timetable = timetable(&found, &mut remarks);
    for remark in remarks {
        reading.note(Kind::Info, "periods", remark);
    }
    timetable.map_err(|message| reading.note(Kind::Fault, "periods", message)).ok()
}

impl Schedule {
    /// The file, with what has no equal as comments at its top.
    pub(super) fn text<'a>(&self, notes: impl Iterator<Item = &'a Note>) -> String {
        let made =
            format!("Made by `lamplighter import` from the schedule `{}` of AWS's Instance Scheduler.", self.name);
        let mut text = yaml::comment("", &made);
        let own = format!("schedule {}, ", self.name);
        let differs = notes.filter(|note| note.kind == Kind::Differs).map(ToString::to_string);
        for (index, note) in differs.enumerate() {
            if index == 0 {
                text.push_str(&yaml::comment("", "Not the same here:"));
            }
            text.push_str(&yaml::comment("", &format!("- {}", note.strip_prefix(&own).unwrap_or(&note))));
        }
        let name = yaml::text(&self.name);
        text.push_str(&format!("Schedule:\n  ScheduleName: {name}\n  TagValue: {name}\n"));
        if let Some(description) = &self.description {
            text.push_str(&format!("  Description: {}\n", yaml::text(description)));
        }
        text.push_str(&self.timetable.text(self.enabled));
        text.push_str(&format!("  Timezone: {}\n", yaml::text(&self.zone)));
        if !self.regions.is_empty() {
            let regions: Vec<String> = self.regions.iter().map(|region| yaml::text(region)).collect();
            text.push_str(&format!("  Regions: [{}]\n", regions.join(", ")));
        }
        if self.enforce {
            text.push_str("  Enforce: true\n");
        }
        text.push_str("  ForceStart: false\n");
        text
    }
}
