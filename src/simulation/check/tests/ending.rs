//! Promise 5.

use super::super::{Settled, settled};
use super::story::{Story, all};

#[test]
fn every_run_ends() {
    let started = "09:00 tick 1\n 09:00 asks 1 start a\n";
    let done = format!("{started} 09:01 state a running\n 09:01 tells 1 done start\n");
    all(
        5,
        &[
            ("all is done", "with=a to=17:00", false, &done),
            ("nothing was done", "with=a to=17:00", true, ""),
            ("nothing was done yet", "with=a to=11:00", false, ""),
            ("it hangs", "with=a to=17:00", true, started),
            (
                "it hangs and people know",
                "with=a to=17:00",
                false,
                &format!("{started} 09:15 tells 1 failed start Slow a"),
            ),
            (
                "people were told of another",
                "with=a to=17:00",
                true,
                &format!("{started} 09:15 tells 1 failed start Slow b"),
            ),
            ("it is broken", "with=a to=17:00", true, &format!("{started} 09:15 state a failed")),
            (
                "it is broken and people know",
                "with=a to=17:00",
                false,
                &format!("{started} 09:15 state a failed\n 09:15 tells 1 failed start failed a"),
            ),
            ("a person has stopped it since", "with=a to=17:00", false, &format!("{done} 10:00 console stop a")),
            (
                "a person has stopped it on its way, and it is asked for again",
                "with=a to=17:00",
                true,
                &format!("{started} 09:00:20 console stop a\n 09:05 tick 2\n 09:05 asks 2 start a"),
            ),
            ("no ticks came until now", "with=a to=17:00", false, "08:30 outage 16:30"),
            (
                "it waits for what people know of",
                "to=17:00",
                false,
                &format!("{started} 09:15 tells 1 failed start Slow a"),
            ),
            ("it waits for nothing", "to=17:00", true, &done),
            ("disabled", "with=a to=17:00 Enabled=false", false, ""),
            ("not understood", "with=a to=17:00 StartTime=9", false, ""),
            ("notify", "with=a to=17:00 Mode=notify", false, ""),
            ("never wanted", "with=a to=17:00 StartTime=None StopTime=None", false, ""),
        ],
    );
}

#[test]
fn what_is_told_is_tried_on() {
    let told =
        "09:00 tick 1\n 09:00 asks 1 start a\n 09:01 state a stopped\n 09:02 tells 1 failed start DidNotStart a\n";
    let again = "16:10 tick 2\n 16:10 asks 2 start a\n 16:11 state a stopped\n";
    let refused = "09:00 tick 1\n 09:00 asks 1 start a !Refused\n";
    let busy =
        "08:00 state a running\n 17:50 tick 1\n 17:50 tells 1 warning 18:00\n 18:15 tells 1 failed stop Slow a\n";
    all(
        5,
        &[
            ("given up once it was told", "with=a to=17:00", true, told),
            ("tried to the end, for nothing", "with=a to=17:00", false, &format!("{told}{again}")),
            ("what waits for it", "to=17:00", false, &format!("{told}{again}")),
            ("what waits for what was given up", "to=17:00", true, told),
            (
                "tried, and nobody knows",
                "with=a to=17:00",
                true,
                &again.replace("tick 2", "tick 1").replace("asks 2", "asks 1"),
            ),
            ("refused for good", "with=a to=17:00", false, refused),
            ("refused the day before", "with=a to=41:00", true, refused),
            ("at work to the end", "with=a to=30:00", false, &format!("{busy} 18:00 state a modifying")),
            (
                "at work for a time",
                "with=a to=30:00",
                true,
                &format!("{busy} 18:00 state a modifying\n 19:00 state a running"),
            ),
        ],
    );
}

#[test]
fn orders_end_too() {
    let ordered = "20:00 edits ForceStart=true\n 20:00 tick 1\n 20:00 asks 1 start a\n 20:01 state a running\n";
    all(
        5,
        &[
            ("lowered", "with=a to=31:00", false, &format!("{ordered} 20:02 lowered ForceStart")),
            ("still up", "with=a to=31:00", true, ordered),
            ("not done", "with=a to=31:00", true, "20:00 edits ForceStart=true"),
            ("lowered and not done", "with=a to=31:00", true, "20:00 edits ForceStart=true\n 20:02 lowered ForceStart"),
            ("withdrawn", "with=a to=31:00", false, "20:00 edits ForceStart=true\n 20:02 edits ForceStart=false"),
        ],
    );
}

#[test]
fn what_is_held_is_held_to_the_end() {
    let lines = "09:00 tick 1\n 09:00 asks 1 start a\n 09:01 state a running\n 09:02 wrote 1\n 10:00 state a stopped\n";
    let again = "10:05 tick 2\n 10:05 asks 2 start a\n 10:06 state a running";
    all(
        5,
        &[
            ("not held", "with=a to=17:00", false, lines),
            ("held", "with=a to=17:00 Enforce=true", true, lines),
            (
                "held, and a person has stopped it",
                "with=a to=17:00 Enforce=true",
                true,
                &lines.replace("10:00 state a stopped", "10:00 console stop a"),
            ),
            ("held, and started again", "with=a to=17:00 Enforce=true", false, &format!("{lines}{again}")),
        ],
    );
}

#[test]
fn databases_that_aws_starts_do_not_stay_up() {
    // It was stopped on Tuesday the 17th, and AWS has started it more than six days later.
    let attributes = "with=db from=-160:00 to=16:00 DaysActive=tue StartTime=None StopTime=02:00";
    let lines = "-159:00 state db stopped\n 08:50 state db starting\n 08:55 state db running\n";
    all(
        5,
        &[
            (
                "stopped again",
                attributes,
                false,
                "08:50 state db starting\n 08:55 state db running\n 09:10 tick 1\n 09:10 asks 1 stop db\n 09:15 state db stopped",
            ),
            ("left", attributes, true, lines),
            ("started by a person", attributes, false, "08:50 console start db"),
        ],
    );
}

#[test]
fn counts_the_ticks_until_all_is_done() {
    let lines = "09:00 tick 1\n 09:00 asks 1 start a\n 09:01 tick 2\n 09:01 state a running\n 09:01 wrote 2\n";
    let done = "09:02 tick 3\n 09:02 tells 3 done start\n 09:05 tick 4\n 09:05 wrote 4\n 09:10 tick 5\n";
    let story = |attributes: &str, lines: &str| {
        let story = Story::new(attributes, lines);
        settled(&story.case, &story.history)
    };
    let after = |ticks| Settled { after: Some(ticks), ..Settled::default() };
    let too_late = |is_disturbed| Settled { is_disturbed, ..Settled::default() };
    assert_eq!(
        story("with=a to=17:00", lines),
        after(0),
        "the first began with the transition, the second asked nothing"
    );
    assert_eq!(
        story("with=a to=17:00", &format!("{lines}{done}")),
        after(2),
        "it was over at 09:02, then it was only written down"
    );
    assert_eq!(story("with=a to=09:20", &format!("{lines}{done}")), too_late(true));
    assert_eq!(story("with=a to=17:00", &format!("{lines}{done} 16:00 outage 16:40")), too_late(true));
    let late = "16:40 tick 6\n 16:40 asks 6 start a\n 16:41 state a running\n";
    assert_eq!(story("with=a to=17:00", &format!("{lines}{done}{late}")), too_late(false));
    let again = "09:15 tick 6\n 09:15 asks 6 start a\n 09:16 state a running\n";
    assert_eq!(story("with=a to=17:00", &format!("{lines}{done}{again}")), after(5));
    assert_eq!(
        story("with=a,x to=17:00", &format!("{lines}{done}{again}")),
        Settled { is_incomplete: true, ..after(0) },
        "x never came up: this has no end"
    );
}
