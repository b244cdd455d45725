//! Promise 3.

use super::story::all;

#[test]
fn only_what_is_owned_and_wanted_is_touched() {
    all(
        3,
        &[
            ("a start in its time", "", false, "09:00 tick 1\n 09:00 asks 1 start a"),
            ("by a clock that is fast", "", false, "08:59:50 tick 1\n 08:59:52 asks 1 start a"),
            ("too early", "", true, "08:58 tick 1\n 08:58 asks 1 start a"),
            ("much later", "", false, "17:00 tick 1\n 17:00 asks 1 start a"),
            ("after the stop", "", true, "18:05 tick 1\n 18:05 asks 1 start a"),
            ("an order", "ForceStart=true", false, "18:05 tick 1\n 18:05 asks 1 start a"),
            (
                "an order, though it is disabled",
                "ForceStart=true Enabled=false",
                false,
                "18:05 tick 1\n 18:05 asks 1 start a",
            ),
            ("disabled", "Enabled=false", true, "09:00 tick 1\n 09:00 asks 1 start a"),
            (
                "two orders that contradict each other",
                "ForceStart=true ForceStop=true",
                true,
                "19:00 tick 1\n 19:00 asks 1 start a",
            ),
            ("notify", "Mode=notify", true, "09:00 tick 1\n 09:00 asks 1 start a"),
            ("faulty", "StartTime=25:99", true, "09:00 tick 1\n 09:00 asks 1 start a"),
            ("another tag", "TagValue=T", true, "09:00 tick 1\n 09:00 asks 1 start a"),
            ("it was not shown", "", true, "09:00 began 1\n 09:00 reads 1\n 09:00 asks 1 start a"),
            ("it is held", "Enforce=true", false, "17:00 tick 1\n 17:00 asks 1 start a"),
            ("what is held is down", "Enforce=true", true, "20:00 tick 1\n 20:00 asks 1 start a"),
            (
                "what is held was ordered",
                "Enforce=true",
                false,
                "20:00 edits ForceStart=true\n 20:01 lowered ForceStart\n 21:00 tick 1\n 21:00 asks 1 start a",
            ),
        ],
    );
}

#[test]
fn an_edit_counts_from_the_moment_it_is_read() {
    all(3, &[
        (
            "read before the edit",
            "",
            false,
            "10:00 began 1\n 10:00 reads 1\n 10:00 edits Enabled=false\n 10:00 sees 1\n 10:00:05 asks 1 start a",
        ),
        ("read after it", "", true, "10:00 edits Enabled=false\n 10:00 tick 1\n 10:00:05 asks 1 start a"),
        (
            "a stop that has begun goes on",
            "StopWarningMinutes=0",
            false,
            "08:00 state a running\n 08:00 state b running\n 18:00 tick 1\n 18:00 asks 1 stop b\n 18:01 state b stopped\n
             18:01 edits StopTime=20:00\n 18:02 tick 2\n 18:02 asks 2 stop a",
        ),
    ]);
}

#[test]
fn an_order_stands_against_what_was_before_it() {
    let ordered = "20:00 edits ForceStart=true\n 20:00 tick 1\n 20:00 asks 1 start a\n 20:01 state a running\n
        20:01 tells 1 acted start a\n 20:01 lowered ForceStart\n 20:01 tells 1 done start\n";
    let warned = "20:10 tick 2\n 20:10 tells 2 warning 20:20\n 20:20 tick 3\n 20:20 asks 3 stop a";
    all(
        3,
        &[
            ("stopped by the stop before it", "with=a", true, &format!("{ordered}{warned}")),
            (
                "stopped by the next one",
                "with=a StartTime=None",
                false,
                &format!("{ordered} 41:50 tick 2\n 41:50 tells 2 warning 42:00\n 42:00 tick 3\n 42:00 asks 3 stop a"),
            ),
            (
                "withdrawn",
                "with=a",
                false,
                "08:00 state a running\n 20:00 edits ForceStart=true\n 20:01 edits ForceStart=false\n
             20:10 tick 2\n 20:10 tells 2 warning 20:20\n 20:20 tick 3\n 20:20 asks 3 stop a",
            ),
        ],
    );
}

#[test]
fn what_has_reached_its_target_is_left_alone() {
    let reached = "09:00 tick 1\n 09:00 asks 1 start a\n 09:01 state a running\n 09:01 sees 1\n 09:01:05 wrote 1\n
        09:01:06 tells 1 acted start a\n 09:01:06 tells 1 done start\n 10:00 console stop a\n";
    all(
        3,
        &[
            ("it is started again", "with=a", true, &format!("{reached} 10:05 tick 2\n 10:05 asks 2 start a")),
            ("it is held", "with=a Enforce=true", false, &format!("{reached} 10:05 tick 2\n 10:05 asks 2 start a")),
            (
                "it is held, and there",
                "with=a Enforce=true",
                true,
                &format!("{reached} 10:05 tick 2 a=running\n 10:05 asks 2 start a"),
            ),
            (
                "the timetable was changed",
                "with=a",
                false,
                &format!("{reached} 10:04 edits StartTime=10:03\n 10:05 tick 2\n 10:05 asks 2 start a"),
            ),
            (
                "nobody wrote it down",
                "with=a",
                false,
                "09:00 tick 1\n 09:00 asks 1 start a\n 09:01 state a running\n 09:01 sees 1\n
             09:02 killed 1\n 09:03 console stop a\n 09:05 tick 2\n 09:05 asks 2 start a",
            ),
        ],
    );
}

#[test]
fn databases_that_aws_has_started_are_stopped_again() {
    let lines = "08:00 state db running\n 17:50 tick 1\n 17:50 tells 1 warning 18:00\n 18:00 tick 2\n 18:00 asks 2 stop db\n
        18:01 state db stopped\n 18:01 sees 2\n 18:01:05 wrote 2\n 18:02 tells 2 acted stop db\n 18:02 tells 2 done stop\n";
    let again = "20:10 tick 3\n 20:10 tells 3 warning 20:20\n 20:20 tick 4\n 20:20 asks 4 stop db";
    all(
        3,
        &[
            (
                "by itself",
                "with=db",
                false,
                &format!("{lines} 20:00 state db starting\n 20:05 state db running\n {again}"),
            ),
            ("by a person", "with=db", true, &format!("{lines} 20:00 console start db\n {again}")),
        ],
    );
}
