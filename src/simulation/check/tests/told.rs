//! Promise 7.

use super::story::all;

/// `a` is started at 09:00 and up a minute later.
const STARTED: &str = "09:00 tick 1\n 09:00 asks 1 start a\n 09:00:01 wrote 1\n 09:01 state a running\n";

fn started(lines: &str) -> String {
    format!("{STARTED}{lines}")
}

#[test]
fn what_was_done_is_told() {
    let told = "09:01 tells 1 acted start a\n 09:02 tells 1 done start\n";
    all(
        7,
        &[
            ("told", "with=a to=12:00", false, &started(told)),
            ("not told", "with=a to=12:00", true, STARTED),
            ("not told yet", "with=a to=09:20", false, STARTED),
            (
                "of another only",
                "with=a to=12:00",
                true,
                &started("09:01 tells 1 acted start b\n 09:02 tells 1 done start"),
            ),
            (
                "chat did not take it",
                "with=a to=12:00",
                true,
                &started("09:01 cannot 1 acted start a\n 09:02 tells 1 done start"),
            ),
            ("chat is down to the end", "with=a to=12:00", false, &started("09:00 chat down 11:45")),
            ("not that it is over", "with=a to=12:00", true, &started("09:01 tells 1 acted start a")),
            ("it is not over", "to=12:00", false, &started("09:01 tells 1 acted start a")),
            (
                "a second time in one run",
                "with=a to=12:00",
                false,
                &started(
                    "09:01 tells 1 acted start a\n 09:02 state a stopped\n 09:05 tick 2\n 09:05 asks 2 start a\n
                    09:05 wrote 2\n 09:06 state a running\n 09:07 tells 2 done start",
                ),
            ),
            (
                "the next that sees it does not tell",
                "with=a to=12:00",
                true,
                "09:00 tick 1\n 09:00 asks 1 start a\n 09:00:01 killed 1\n 09:01 state a running\n 09:05 tick 2\n
                 09:05 wrote 2\n 09:06 tells 2 done start",
            ),
            (
                "nobody can know",
                "with=a to=12:00",
                false,
                "09:00 tick 1\n 09:00 asks 1 start a\n 09:00:01 killed 1\n 09:00:20 console stop a\n 09:05 tick 2\n 09:05 wrote 2",
            ),
        ],
    );
}

#[test]
fn what_is_told_was_done() {
    all(
        7,
        &[
            ("never asked for", "with=a to=09:10", true, "09:00 tick 1\n 09:00 tells 1 acted start a"),
            (
                "refused",
                "with=a to=09:10",
                true,
                "09:00 tick 1\n 09:00 asks 1 start a !Denied\n 09:00 tells 1 acted start a",
            ),
            ("the other way", "with=a to=09:10", true, &started("09:01 tells 1 acted stop a")),
            (
                "seen after a death",
                "with=a to=09:10",
                false,
                "09:00 tick 1\n 09:00 wrote 1\n 09:00 killed 1\n 09:00 tick 2\n 09:00 tells 2 acted start a",
            ),
            (
                "who died had not begun",
                "with=a to=09:10",
                true,
                "09:00 tick 1\n 09:00 killed 1\n 09:00 tick 2\n 09:00 tells 2 acted start a",
            ),
            (
                "who died had seen it there",
                "with=a to=09:10",
                true,
                "09:00 tick 1 a=running\n 09:00 wrote 1\n 09:00 killed 1\n 09:00 tick 2\n 09:00 tells 2 acted start a",
            ),
        ],
    );
}

#[test]
fn failures_and_faults_are_told() {
    let denied = "09:00 tick 1\n 09:00 asks 1 start a !Denied\n 09:00 wrote 1\n";
    let throttled = "09:00 tick 1\n 09:00 asks 1 start a !Throttled\n 09:00 wrote 1\n";
    let again = |time: &str| format!("{time} tick 1\n {time} asks 1 start a !Throttled\n {time} wrote 1\n");
    let lasting = ["09:00", "09:01", "09:02", "09:04", "09:08"].map(again).concat();
    let known = "09:08 tells 1 failed start Throttled a";
    let faulty = "09:00 edits StartTime=25:99\n";
    all(
        7,
        &[
            ("a failure", "with=a to=12:00", false, &format!("{denied} 09:01 tells 1 failed start Denied a")),
            ("a failure that nobody hears of", "with=a to=12:00", true, denied),
            ("one that goes away", "with=a to=12:00", false, throttled),
            ("one that lasts", "with=a to=12:00", true, &lasting),
            ("one that lasts, and people know", "with=a to=12:00", false, &format!("{lasting} {known}")),
            ("a fault", "with=a to=12:00", false, &format!("{faulty} 09:05 tells 1 problem S")),
            ("a fault that nobody hears of", "with=a to=12:00", true, faulty),
            ("a fault for a short time", "with=a to=12:00", false, &format!("{faulty} 09:10 edits StartTime=11:50")),
            (
                "a fault that was mended and came back",
                "with=a to=12:00",
                false,
                &format!(
                    "{faulty} 09:05 tells 1 problem S\n 09:10 edits StartTime=11:50\n 09:12 edits StartTime=25:99"
                ),
            ),
        ],
    );
}

#[test]
fn what_is_told_is_told_once() {
    let again =
        "09:01 tells 1 acted start a\n 09:01 wrote 1\n 09:02 tells 1 acted start a\n 09:03 tells 1 done start\n";
    let done = "09:01 tells 1 acted start a\n 09:02 tells 1 done start\n 09:02 wrote 1\n 09:03 tells 1 done start\n";
    let warned = "08:00 state a running\n 17:50 tick 1\n 17:50 tells 1 warning 18:00\n 17:50 wrote 1\n";
    all(
        7,
        &[
            ("a start twice", "with=a to=09:10", true, &started(again)),
            (
                "a start twice after a death",
                "with=a to=09:10",
                true,
                &format!("08:30 began 9\n 08:30 killed 9\n {STARTED}{again}"),
            ),
            (
                "it was not written down",
                "with=a to=09:10",
                false,
                &started(&again.replace("09:01 wrote", "09:01 lost")),
            ),
            (
                "who told it died before that",
                "with=a to=09:10",
                false,
                &started(
                    "09:01 tells 1 acted start a\n 09:01 killed 1\n 09:02 tick 2\n 09:02 tells 2 acted start a\n
                    09:02 tells 2 done start\n 09:02 wrote 2",
                ),
            ),
            ("an end twice", "with=a to=09:10", true, &started(done)),
            (
                "a warning twice",
                "with=a to=18:00",
                true,
                &format!("{warned} 17:55 tick 2\n 17:55 tells 2 warning 18:00"),
            ),
            (
                "a warning of another time",
                "with=a to=18:00",
                true,
                &format!("{warned} 17:55 tick 2\n 17:55 tells 2 warning 18:05"),
            ),
            (
                "a warning again after an edit",
                "with=a to=18:00",
                false,
                &format!("{warned} 17:51 edits Owner=me\n 17:55 tick 2\n 17:55 tells 2 warning 18:00"),
            ),
            (
                "a warning again hours later",
                "with=a to=30:00",
                false,
                &format!("{warned} 20:55 tick 2\n 20:55 tells 2 warning 21:05"),
            ),
            (
                "a problem twice",
                "with=a to=09:00",
                true,
                "08:30 tells 1 problem S\n 08:30 noted 1\n 08:40 tells 1 problem S",
            ),
            (
                "a problem again after an edit",
                "with=a to=09:00",
                false,
                "08:30 tells 1 problem S\n 08:30 noted 1\n 08:35 edits Owner=me\n 08:40 tells 1 problem S",
            ),
            (
                "a problem again after an edit of something else",
                "with=a to=09:00",
                true,
                "08:30 tells 1 problem S\n 08:30 noted 1\n 08:35 excepts 2026-11-23 stop 19:00\n 08:40 tells 1 problem S",
            ),
            (
                "a problem again after a tick has lowered a flag",
                "with=a to=09:00 ForceStart=true",
                true,
                "08:30 tells 1 problem S\n 08:30 noted 1\n 08:35 lowered ForceStart\n 08:40 tells 1 problem S",
            ),
        ],
    );
}

#[test]
fn what_was_asked_for_days_ago_is_no_reason() {
    let days_ago = "09:00 tick 1\n 09:00 asks 1 start a !Throttled\n 09:01 wrote 1\n
        81:00 tick 2\n 81:00 asks 2 start a\n 81:01 state a running\n 81:01 tells 2 acted start a\n 81:01 wrote 2\n";
    all(
        7,
        &[
            ("once", "with=a to=81:10", false, days_ago),
            ("twice", "with=a to=81:10", true, &format!("{days_ago} 81:02 tells 2 acted start a")),
        ],
    );
}

#[test]
fn what_is_wrong_with_instances_and_places_is_told_once() {
    let twice = |what: &str, between: &str| {
        format!("08:30 tells 1 problem S {what}\n 08:30 noted 1\n 08:35 {between}\n 08:40 tells 1 problem S {what}")
    };
    let cases = [
        ("an instance twice", true, twice("instances", "began 2")),
        ("an instance again with other tags", false, twice("instances", "leaves x")),
        ("an instance again after an edit", false, twice("instances", "edits Owner=me")),
        ("an instance again after an edit of a date", true, twice("instances", "excepts 2026-11-23 stop 19:00")),
        ("a place twice", true, twice("scope", "began 2")),
        ("a place that answered in between", false, twice("scope", "tick 2")),
        ("a place again after an edit", true, twice("scope", "edits Owner=me")),
    ];
    for (what, is_broken, lines) in cases {
        all(7, &[(what, "with=a,x to=09:00", is_broken, &lines)]);
    }
}

#[test]
fn what_people_delete_is_told_again() {
    let again = |name: &str| {
        started(&format!(
            "09:01 tells 1 acted start a\n 09:01 wrote 1\n 09:02 forgets {name}\n 09:02 tells 1 acted start a\n
             09:03 tells 1 done start\n"
        ))
    };
    let problem = |name: &str| {
        format!("08:30 tells 1 problem S\n 08:30 noted 1\n 08:35 forgets {name}\n 08:40 tells 1 problem S")
    };
    let moved = "08:00 state a running\n 17:50 tick 1\n 17:50 tells 1 warning 18:00\n 17:50 wrote 1\n";
    let moved = |name: &str| format!("{moved} 17:53 forgets {name}\n 17:55 edits StopTime=20:00\n");
    all(
        7,
        &[
            ("what is remembered of it", "with=a to=09:10", false, &again("S")),
            ("of another", "with=a to=09:10", true, &again("T")),
            ("the notebook", "with=a to=09:10", true, &again("@lamplighter")),
            ("the notebook, and a problem", "with=a to=09:00", false, &problem("@lamplighter")),
            ("of another, and a problem", "with=a to=09:00", true, &problem("T")),
            ("that people were warned", "with=a to=19:00", false, &moved("S")),
            ("that people were warned, of another", "with=a to=19:00", true, &moved("T")),
        ],
    );
}

#[test]
fn what_goes_wrong_is_told_once() {
    let up = "09:20 tells 1 acted start a\n 09:20 tells 1 done start";
    let twice = |what: &str| {
        format!(
            "{STARTED} 09:05 tells 1 {what}\n 09:05 wrote 1\n 09:10 tick 2\n 09:10 tells 2 {what}\n 09:10 wrote 2\n {up}"
        )
    };
    let slow = |between: &str| {
        format!(
            "09:00 tick 1\n 09:00 asks 1 start a\n 09:01 state a stopped\n 09:20 tells 1 slow start a\n
             09:20 wrote 1\n {between} 10:10 tick 3\n 10:10 tells 3 slow start a"
        )
    };
    let next_day = |what: &str| {
        let next = format!("33:00 tick 3\n 33:00 asks 3 start a !Denied\n 33:00 tells 3 {what}\n 33:00 wrote 3");
        format!("09:00 tick 1\n 09:00 asks 1 start a !Denied\n 09:05 tells 1 {what}\n 09:05 wrote 1\n {next}")
    };
    all(
        7,
        &[
            ("slow twice", "with=a to=09:30", true, &twice("slow start a")),
            (
                "slow again in a new run",
                "with=a to=10:15",
                false,
                &slow("10:00 edits Owner=me\n 10:05 edits Owner=you\n 10:06 tick 2\n 10:06 asks 2 start a\n"),
            ),
            (
                "slow again, and nothing was asked for",
                "with=a to=10:15",
                true,
                &slow("10:00 edits Owner=me\n 10:05 edits Owner=you\n"),
            ),
            ("slow twice, and it is held", "with=a to=09:30 Enforce=true", false, &twice("slow start a")),
            ("a failure twice", "with=a to=09:30", true, &twice("failed start Denied a")),
            (
                "a failure twice, and one died who was not at work",
                "with=a to=09:30",
                true,
                &format!("08:30 began 9\n 08:30 killed 9\n {}", twice("failed start Denied a")),
            ),
            (
                "a failure twice, and one died at work",
                "with=a to=09:30",
                false,
                &format!("08:30 began 9\n 08:30 wrote 9\n 08:30 killed 9\n {}", twice("failed start Denied a")),
            ),
            (
                "a failure twice, and one died at work days ago",
                "with=a from=-40:00 to=09:30",
                true,
                &format!("-39:00 began 9\n -39:00 wrote 9\n -39:00 killed 9\n {}", twice("failed start Denied a")),
            ),
            ("a failure on the next day", "with=a to=33:10", false, &next_day("failed start Denied a")),
            ("two failures", "with=a to=09:30", false, &twice("failed start Denied a").replacen("Denied", "Other", 1)),
        ],
    );
}

#[test]
fn who_was_warned_is_told_that_the_stop_was_moved() {
    let moved = "08:00 state a running\n 17:50 tick 1\n 17:50 tells 1 warning 18:00\n 17:50 wrote 1\n 17:55 edits StopTime=20:00\n";
    let told = "17:56 tick 2\n 17:56 tells 2 extended 20:00\n 17:56 wrote 2\n";
    all(
        7,
        &[
            ("told", "with=a to=19:00", false, &format!("{moved}{told}")),
            (
                "told on every pass",
                "with=a to=19:00",
                true,
                &format!("{moved}{told} 18:00 tick 3\n 18:00 tells 3 extended 20:00"),
            ),
            ("not told", "with=a to=19:00", true, moved),
            ("there was no time yet", "with=a to=18:10", false, moved),
            ("nobody was there to tell", "with=a to=19:00", false, &format!("{moved} 17:56 outage 18:40")),
            ("moved back", "with=a to=19:00", false, &format!("{moved} 17:58 edits StopTime=18:00")),
            ("moved to an earlier time", "with=a to=19:00", false, &moved.replace("20:00", "17:58")),
            ("nobody was warned", "with=a to=19:00", false, &moved.replace("tells", "cannot")),
            ("something else was edited", "with=a to=18:40", false, &moved.replace("StopTime=20:00", "Owner=me")),
            ("disabled", "with=a to=19:00", false, &format!("{moved} 17:58 edits Enabled=false")),
        ],
    );
}

#[test]
fn what_would_be_done_is_told() {
    let told = "09:01 tick 1\n 09:01 tells 1 would start 09:00\n 09:01 wrote 1\n";
    all(
        7,
        &[
            ("told", "with=a to=12:00 Mode=notify", false, told),
            ("not told", "with=a to=12:00 Mode=notify", true, ""),
            (
                "told twice",
                "with=a to=12:00 Mode=notify",
                true,
                &format!("{told} 09:05 tick 2\n 09:05 tells 2 would start 09:00"),
            ),
            ("of another time", "with=a to=12:00 Mode=notify", true, "09:01 tells 1 would start 08:00"),
            (
                "by a clock that is fast",
                "with=a to=12:00 Mode=notify",
                false,
                "08:59:50 clock 08:59:56\n 08:59:55 tells 1 would start 09:00",
            ),
            ("disabled", "with=a to=12:00 Mode=notify Enabled=false", false, ""),
            ("off", "with=a to=12:00 Mode=off", false, ""),
            ("all runs already", "with=a to=12:00 Mode=notify", false, "08:10 state a running"),
        ],
    );
}
