//! Plans for the tests of the formats, and which schedules they hold.

use super::*;
use crate::document::file;

/// The plan of schedules such as `weekdays 22:00-06:00 Europe/Berlin`, which are called `S1`, `S2`, … Further attributes
/// follow a `;`, exceptions such as `2026-11-23 stop 23:00 Release night` a `|`.
pub(super) fn plan(schedules: &[&str], from: &str, to: &str) -> Plan {
    let mut sources = Sources::default();
    for (index, schedule) in schedules.iter().enumerate() {
        let mut parts = schedule.split('|').map(str::trim);
        let mut attributes = parts.next().unwrap().split(';').map(str::trim);
        let [days, times, zone] = attributes.next().unwrap().splitn(3, ' ').collect::<Vec<_>>()[..] else { panic!() };
        let (start, stop) = times.split_once('-').unwrap();
        let name = format!("S{}", index + 1);
        let mut text = format!("Schedule:\n  ScheduleName: {name}\n  TagValue: {name}\n  DaysActive: {days}\n");
        text += &format!("  StartTime: '{start}'\n  StopTime: '{stop}'\n  Timezone: {zone}\n");
        let rest: Vec<&str> = attributes.collect();
        if !rest.iter().any(|line| line.starts_with("Enabled")) {
            text += "  Enabled: true\n";
        }
        for line in rest {
            text += &format!("  {line}\n");
        }
        text += "Exceptions:\n";
        for exception in parts {
            let [date, kind, value, reason] = exception.splitn(4, ' ').collect::<Vec<_>>()[..] else { panic!() };
            text += &format!(
                "  - {{ExceptionDate: {date}, ExceptionType: {kind}, ExceptionValue: '{value}', Reason: {reason}}}\n"
            );
        }
        file::items(&text).unwrap();
        sources.add(&format!("{name}.yaml"), &text);
    }
    let arguments = Arguments {
        paths: Vec::new(),
        from: Some(from.parse().unwrap()),
        to: Some(to.parse().unwrap()),
        schedules: Vec::new(),
        format: Output::Text,
    };
    super::plan(&arguments, sources, Defaults::default()).unwrap().0
}
