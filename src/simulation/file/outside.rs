//! Incidents that lie outside the stretch of time that is lived through: likely slips. Knows no file but this one.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{FileError, WorldFile, time_text};

impl WorldFile {
    /// A remark for each incident that does not happen in a stretch, or not when the file says; times in a zone.
    #[must_use]
    pub fn outside(&self, (from, to): (DateTime<Utc>, DateTime<Utc>), zone: Tz) -> Vec<FileError> {
        let places = self.incidents.iter().zip(&self.incident_paths);
        let remark = |(incident, place): (&super::Incident, &String)| {
            let said = |name: &str, at: DateTime<Utc>, what: &str, bound: DateTime<Utc>| {
                let (at, bound) = (time_text(at, zone), time_text(bound, zone));
                self.remark(&format!("{place}.{name}"), &format!(" = `{at}`: is {what} ({bound})"))
            };
            let (at, until) = (incident.at, incident.what.until());
            match until {
                _ if at >= to => Some(said("At", at, "not before the end of the stretch: it does not happen", to)),
                Some(until) if until <= from => {
                    Some(said("Until", until, "not after the beginning of the stretch: it is over before", from))
                }
                None if at < from => {
                    Some(said("At", at, "before the beginning of the stretch: it happens at the beginning", from))
                }
                _ => None,
            }
        };
        places.filter_map(remark).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_outside_the_stretch_is_likely_a_slip() {
        let end = "is not before the end of the stretch: it does not happen (2026-11-23T20:00:00+09:00)";
        let over = "is not after the beginning of the stretch: it is over before (2026-11-23T10:00:00+09:00)";
        let first = "is before the beginning of the stretch: it happens at the beginning (2026-11-23T10:00:00+09:00)";
        let cases = [
            ("At: 2026-11-23T01:00:00Z, What: killed", None),
            ("At: 2026-11-23T10:59:59Z, What: killed", None),
            ("At: 2026-11-23T00:00:00Z, What: outage, Until: 2026-11-23T01:00:01Z", None),
            ("At: 2026-11-23T11:00:00Z, What: killed", Some(format!("At = `2026-11-23T20:00:00+09:00`: {end}"))),
            (
                "At: 2026-11-23T12:00:00Z, What: outage, Until: 2026-11-23T13:00:00Z",
                Some(format!("At = `2026-11-23T21:00:00+09:00`: {end}")),
            ),
            (
                "At: 2026-11-23T00:00:00Z, What: outage, Until: 2026-11-23T01:00:00Z",
                Some(format!("Until = `2026-11-23T10:00:00+09:00`: {over}")),
            ),
            ("At: 2026-11-23T00:59:00Z, What: killed", Some(format!("At = `2026-11-23T09:59:00+09:00`: {first}"))),
        ];
        let stretch = ("2026-11-23T01:00:00Z".parse().unwrap(), "2026-11-23T11:00:00Z".parse().unwrap());
        for (incident, expected) in cases {
            // The second in the file is the first in time.
            let text = format!(
                "Incidents:\n  - {{At: 2026-11-23T10:59:59.5Z, What: killed}}\n  - {{{incident}}}\nFrom: 2026-11-23\n"
            );
            let read_time = |text: &str| text.parse().or(Ok::<_, String>(stretch.0));
            let world = super::super::read(&text, &read_time).unwrap();
            let remarks: Vec<String> =
                world.outside(stretch, Tz::Asia__Seoul).iter().map(ToString::to_string).collect();
            let expected = expected.map(|expected| format!("line 3: Incidents[1].{expected}"));
            assert_eq!(remarks, Vec::from_iter(expected), "{incident}");
        }
    }
}
