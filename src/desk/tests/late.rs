//! Stops that come late, and ends of what was started for some time: what `later` means there.

use super::*;
use crate::model::{Cause, Warning};

/// Monday's stop is due at 22:00 and waits: nobody could be told before.
fn late(state: &mut ScheduleState, named: &str) {
    state.settled = vec![Settled { at: at("2026-11-23 09:30"), action: Action::Start, forced: false }];
    let told_at = Some(at(named)).filter(|_| !named.is_empty());
    let cause = Cause::Timetable;
    state.warning =
        told_at.map(|_| Warning { stop_at: at("2026-11-23 22:00"), cause, tried_at: told_at, named_at: told_at });
}

#[test]
fn c6_later_is_later_than_what_people_expect() {
    let cases = [
        // Told at 22:40 that it stops at 22:50.
        (
            "2026-11-23 22:40",
            "2026-11-23 22:50",
            "extend 30m",
            "extended from Mon 22:00 to Mon 23:20 by jane, at most Tue 02:50",
        ),
        ("2026-11-23 22:40", "2026-11-23 22:50", "extend 22:45", "no: 240 minutes"),
        (
            "2026-11-23 22:40",
            "2026-11-23 22:50",
            "extend 23:00",
            "extended from Mon 22:00 to Mon 23:00 by jane, at most Tue 02:50",
        ),
        (
            "2026-11-23 22:40",
            "2026-11-23 22:50",
            "extend 4h",
            "extended from Mon 22:00 to Tue 02:50 by jane, at most Tue 02:50",
        ),
        ("2026-11-23 22:40", "2026-11-23 22:50", "extend 4h01m", "no: 240 minutes"),
        // Nobody was told yet: what is past is not meant.
        (
            "2026-11-23 22:40",
            "2026-11-01 00:00",
            "extend 30m",
            "extended from Mon 22:00 to Mon 23:10 by jane, at most Tue 02:40",
        ),
        // Told late, but before it: at 21:58 that it stops at 22:08.
        (
            "2026-11-23 21:59",
            "2026-11-23 22:08",
            "extend 30m",
            "extended from Mon 22:00 to Mon 22:38 by jane, at most Tue 02:08",
        ),
        ("2026-11-23 21:59", "2026-11-23 22:08", "extend 22:05", "no: 240 minutes"),
        // Long past, and out of the reach of a clock value of its date: it can only be left out.
        ("2026-11-25 03:00", "2026-11-25 03:10", "extend 1h", "no: TooLate"),
        ("2026-11-25 03:00", "2026-11-25 03:10", "skip", "skipped Mon 22:00 by jane, next Wed 22:00"),
    ];
    for (now, named, text, expected) in cases {
        let world = office(now, &json!({"DaysActive": "mon,wed"}));
        remember(&world, |state| late(state, named));
        let answer = say(&world, "jane", &format!("Dev {text}"));
        assert!(answer.starts_with(expected), "{now} {named} {text}: {answer}");
    }
}

#[test]
fn c6_a_stop_that_is_left_out_is_left_out_once() {
    let world = office("2026-11-23 21:55", &json!({}));
    remember(&world, started);
    assert!(say(&world, "jane", "Dev extend 1h").starts_with("extended from Mon 22:00 to Mon 23:00"));
    world.advance_to(at("2026-11-23 22:30"));
    let next = "skipped Mon 23:00 by kim, next Tue 22:00";
    assert_eq!(say(&world, "kim", "Dev skip"), next);
    let rows_then = rows(&world);
    for (who, text) in [("lee", "Dev skip"), ("lee", "Dev extend 1h"), ("kim", "Dev skip")] {
        assert_eq!(say(&world, who, text), "already skipped Mon 22:00 by kim, next Tue 22:00", "{text}");
    }
    // A button of the second warning, for the stop at 23:00.
    let later = Order::Extend(crate::model::Later::At(at("2026-11-23 23:30")));
    let pressed = pollster::block_on(desk(&world).order_for(&by("lee"), "Dev", Some(at("2026-11-23 23:00")), &later));
    assert_eq!(told(pressed), "already skipped Mon 22:00 by kim, next Tue 22:00");
    assert_eq!(rows(&world), rows_then);
    // The next day's stop is another one.
    world.advance_to(at("2026-11-24 12:00"));
    assert_eq!(say(&world, "lee", "Dev skip"), "skipped Tue 22:00 by lee, next Wed 22:00");
}

#[test]
fn t11_what_is_started_for_some_time_ends_whatever_the_fraction_of_the_second() {
    for nanoseconds in [0, 1, 157_000_000, 999_999_999] {
        for second in [0, 1, 59] {
            let now = at("2026-11-28 04:49") + Duration::seconds(second) + Duration::nanoseconds(nanoseconds);
            let world = office("2026-11-28 04:00", &json!({}));
            remember(&world, |state| {
                state.settled = vec![Settled { at: at("2026-11-27 22:00"), action: Action::Stop, forced: false }];
            });
            world.advance_to(now);
            let until = if second + nanoseconds == 0 { "06:49" } else { "06:50" };
            let answer = say(&world, "jane", "Dev force_start for 2h");
            assert!(answer.starts_with(&format!("force start until Sat {until}")), "{second} {nanoseconds}: {answer}");
        }
    }
}

#[test]
fn c6_the_end_of_what_is_started_for_some_time_can_be_moved_as_far_as_any_stop() {
    // Saturday's own window is still ahead, so that the end is one of Friday.
    let world = office("2026-11-28 04:00", &json!({"DaysActive": "all"}));
    remember(&world, |state| {
        state.settled = vec![Settled { at: at("2026-11-27 22:00"), action: Action::Stop, forced: false }];
    });
    assert!(say(&world, "jane", "Dev force_start for 2h").starts_with("force start until Sat 06:00"));
    remember(&world, |state| {
        state.settled.push(Settled { at: at("2026-11-28 04:00"), action: Action::Start, forced: true });
    });
    assert_eq!(say(&world, "jane", "Dev exception info"), "1 exceptions, 0 more");
    assert_eq!(say(&world, "kim", "Dev extend 1h"), "extended from Sat 06:00 to Sat 07:00 by kim, at most Sat 10:00");
    assert_eq!(say(&world, "kim", "Dev extend 1h"), "extended from Sat 07:00 to Sat 08:00 by kim, at most Sat 10:00");
    assert_eq!(say(&world, "kim", "Dev extend 3h"), "no: 240 minutes, at most Sat 10:00");
}
