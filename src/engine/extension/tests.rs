use super::*;
use crate::testing::{local, schedule};

/// `now` and the wanted stop, in local time, to the exception or the refusal.
#[track_caller]
fn check(attributes: &str, exceptions: &[&str], (now, stop): (&str, &str), expected: &str) {
    let schedule = schedule(attributes, exceptions);
    let answer = match extend(&schedule, &settled(&schedule, now), local(&schedule, now), local(&schedule, stop)) {
        Ok(extension) => format!("{} stop {}", extension.date, extension.local_stop),
        Err(error) => error.to_string(),
    };
    assert_eq!(answer, expected);
}

/// The state in which everything up to now is carried out.
fn settled(schedule: &Schedule, now: &str) -> ScheduleState {
    let last = calendar::last_transition(schedule, local(schedule, now));
    let settled = last.map(|last| crate::model::Settled { at: last.at, action: last.action, forced: false });
    ScheduleState { settled: settled.into_iter().collect(), ..ScheduleState::default() }
}

const OFFICE: &str = "DaysActive: weekdays\nStartTime: 09:30\nStopTime: 22:00";
const NIGHT: &str = "DaysActive: fri\nStartTime: '22:00'\nStopTime: '06:00'";

#[test]
fn an_extension_moves_the_stop_of_the_window_in_progress() {
    check(OFFICE, &[], ("2026-11-23 21:55", "2026-11-23 23:00"), "2026-11-23 stop 23:00");
    check(OFFICE, &[], ("2026-11-23 21:55", "2026-11-24 01:30"), "2026-11-23 stop 25:30");
    check(NIGHT, &[], ("2026-11-21 05:55", "2026-11-21 07:00"), "2026-11-20 stop 31:00");
}

#[test]
fn a_window_that_the_clocks_leave_no_time_has_no_stop() {
    let berlin = |periods: &str| format!("Timezone: Europe/Berlin\nPeriods: [{periods}]");
    let lost = "{Weekdays: sun, StartTime: '02:30', StopTime: '03:15'}";
    // The night of Saturday ends at the instant at which Sunday's window would.
    let night = berlin(&format!("{lost}, {{Weekdays: sat, StartTime: '22:00', StopTime: '03:15'}}"));
    check(&night, &[], ("2027-03-28 03:05", "2027-03-28 04:00"), "2027-03-27 stop 28:00");
    // An exception would move the stop that is last on the wall clock, and so give Sunday's window some time.
    let early = berlin(&format!("{lost}, {{Weekdays: sun, StartTime: '00:30', StopTime: '03:10'}}"));
    let refused = "another window follows on that date, and only the last stop of a date can be moved";
    check(&early, &[], ("2027-03-28 03:05", "2027-03-28 04:00"), refused);
}

#[test]
fn a_stop_that_waits_for_an_answer_can_be_moved() {
    let schedule = schedule(OFFICE, &[]);
    let at = |text: &str| local(&schedule, text);
    let settled = settled(&schedule, "2026-11-23 21:00");
    let extension = extend(&schedule, &settled, at("2026-11-23 22:05"), at("2026-11-23 23:05")).unwrap();
    assert_eq!((extension.date.to_string(), extension.local_stop.to_string()), ("2026-11-23".into(), "23:05".into()));
}

#[test]
fn an_extension_is_never_shorter_than_granted() {
    // 01:30 comes twice; the exception can only mean the first, so it goes to where the second would be.
    let zone = "Timezone: America/New_York\nStartTime: 09:30\nStopTime: 23:00";
    let schedule = schedule(zone, &[]);
    let wanted_at = local(&schedule, "2026-11-01 00:30") + Duration::hours(2);
    let now = local(&schedule, "2026-10-31 22:55");
    let extension = extend(&schedule, &settled(&schedule, "2026-10-31 22:55"), now, wanted_at).unwrap();
    assert!(extension.stop_at >= wanted_at, "{extension:?}");
    assert!(extension.stop_at <= wanted_at + Duration::hours(1), "{extension:?}");
    // Half a minute more is the next minute.
    let wanted_at = local(&schedule, "2026-10-31 23:10") + Duration::seconds(30);
    let extension = extend(&schedule, &settled(&schedule, "2026-10-31 22:55"), now, wanted_at).unwrap();
    assert_eq!(extension.local_stop.to_string(), "23:11");
}

#[test]
fn only_later_and_only_so_much() {
    check(
        OFFICE,
        &[],
        ("2026-11-23 21:00", "2026-11-23 21:30"),
        "the stop is planned for 2026-11-23 13:00:00 UTC already",
    );
    let moved = ["2026-11-23 stop 25:00"];
    check(OFFICE, &moved, ("2026-11-23 23:00", "2026-11-24 02:00"), "2026-11-23 stop 26:00");
    check(OFFICE, &moved, ("2026-11-23 23:00", "2026-11-24 02:01"), "a stop may be moved by 240 minutes in all");
    check("StartTime: 09:30", &[], ("2026-11-23 21:00", "2026-11-23 23:00"), "no stop is planned");
    // Somebody has taken the stop of the second window away, and that counts for the date.
    check(
        "Periods: [{StartTime: '15:20', StopTime: '16:35'}, {StartTime: '18:03', StopTime: '19:35'}]",
        &["2026-11-23 stop None"],
        ("2026-11-23 16:00", "2026-11-23 17:35"),
        "another exception for that date counts, and the stop would stay where it is",
    );
}

#[test]
fn what_a_stop_has_been_moved_by_is_taken_off_what_it_can_be_moved_by() {
    let room = |attributes: &str, exceptions: &[&str], stop: &str| {
        let schedule = schedule(attributes, exceptions);
        room(&schedule, local(&schedule, stop)).num_minutes()
    };
    assert_eq!(room(OFFICE, &[], "2026-11-23 22:00"), 240);
    assert_eq!(room(OFFICE, &["2026-11-23 stop 23:00"], "2026-11-23 23:00"), 180);
    assert_eq!(room(OFFICE, &["2026-11-23 stop 27:00"], "2026-11-24 03:00"), 0);
    // A stop that was moved forward can be moved as far as from there.
    assert_eq!(room(OFFICE, &["2026-11-23 stop 21:00"], "2026-11-23 21:00"), 240);
    // No stop, and one that an exception would not move.
    assert_eq!(room(OFFICE, &[], "2026-11-23 21:59"), 0);
    let twice = "Periods: [{Weekdays: mon, StartTime: '09:00', StopTime: '12:00'}, {Weekdays: mon, StartTime: '13:00', StopTime: '18:00'}]";
    assert_eq!((room(twice, &[], "2026-11-23 12:00"), room(twice, &[], "2026-11-23 18:00")), (0, 240));
}
