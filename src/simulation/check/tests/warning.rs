//! Promise 2.

use super::story::all;

/// `a` runs.
fn up(lines: &str) -> String {
    format!("08:00 state a running\n{lines}")
}

#[test]
fn a_stop_has_its_warning() {
    all(
        2,
        &[
            (
                "in time",
                "with=a",
                false,
                &up("17:50 tick 1\n 17:50 tells 1 warning 18:00\n 18:00 tick 2\n 18:00 asks 2 stop a"),
            ),
            ("none", "with=a", true, &up("18:00 tick 2\n 18:00 asks 2 stop a")),
            ("no lead", "with=a StopWarningMinutes=0", false, &up("18:00 tick 2\n 18:00 asks 2 stop a")),
            ("at once", "with=a", true, &up("18:00 tick 2\n 18:00 tells 2 warning 18:00\n 18:00:05 asks 2 stop a")),
            (
                "late, and it waits",
                "with=a",
                false,
                &up("18:00 tick 1\n 18:00 tells 1 warning 18:10\n 18:10 tick 2\n 18:10 asks 2 stop a"),
            ),
            (
                "late, and it does not",
                "with=a",
                true,
                &up("17:58 tick 1\n 17:58 tells 1 warning 18:00\n 18:00 tick 2\n 18:00 asks 2 stop a"),
            ),
            (
                "half of the time",
                "with=a",
                false,
                &up("17:55 tick 1\n 17:55 tells 1 warning 18:00\n 18:00 tick 2\n 18:00 asks 2 stop a"),
            ),
            (
                "before what it named",
                "with=a",
                true,
                &up("17:50 tick 1\n 17:50 tells 1 warning 18:20\n 18:00 tick 2\n 18:00 asks 2 stop a"),
            ),
            (
                "it did not arrive",
                "with=a",
                true,
                &up("17:55 tick 1\n 17:55 cannot 1 warning 18:00\n 18:00 tick 2\n 18:00 asks 2 stop a"),
            ),
            (
                "chat was down for the whole lead",
                "with=a",
                false,
                &up("17:50 tick 1\n 17:50 cannot 1 warning 18:00\n 18:00 tick 2\n 18:00 asks 2 stop a"),
            ),
            ("an order", "with=a ForceStop=true", false, &up("12:00 tick 2\n 12:00 asks 2 stop a")),
            (
                "a longer lead since",
                "with=a",
                false,
                &up(
                    "17:50 tick 1\n 17:50 tells 1 warning 18:00\n 17:58 tick 2\n 17:59 edits StopWarningMinutes=60\n 18:00 tick 3 \n 18:59 reads 3\n 18:59 sees 3\n 18:59 asks 3 stop a",
                ),
            ),
        ],
    );
}

#[test]
fn a_warning_is_for_one_stop() {
    let yesterday =
        "17:50 tick 1\n 17:50 tells 1 warning 18:00\n 18:00 tick 2\n 18:00 asks 2 stop a\n 18:01 state a stopped\n
        18:01 sees 2\n 18:01:30 wrote 2\n";
    all(2, &[
        (
            "tomorrow's has its own",
            "with=a",
            true,
            &up(&format!("{yesterday} 33:00 tick 3\n 33:00 asks 3 start a\n 33:01 state a running\n 42:00 tick 4\n 42:00 asks 4 stop a")),
        ),
        (
            "it was moved",
            "with=a",
            true,
            &up("17:50 tick 1\n 17:50 tells 1 warning 18:00\n 17:55 edits StopTime=19:00\n 19:00 tick 2\n 19:00 asks 2 stop a"),
        ),
        (
            "it was moved and warned of again",
            "with=a",
            false,
            &up("17:50 tick 1\n 17:50 tells 1 warning 18:00\n 17:55 edits StopTime=19:00\n 18:50 tick 2\n 18:50 tells 2 warning 19:00\n
                19:00 tick 3\n 19:00 asks 3 stop a"),
        ),
        (
            "a stop that has begun goes on",
            "with=a,a2",
            false,
            &up("08:00 state a2 running\n 17:50 tick 1\n 17:50 tells 1 warning 18:00\n 18:00 tick 2\n 18:00 asks 2 stop a\n
                21:00 tick 3\n 21:00 asks 3 stop a2"),
        ),
        (
            "what is held is warned of",
            "with=a Enforce=true",
            false,
            &up(&format!("{yesterday} 20:00 console start a\n 20:10 tick 3\n 20:10 tells 3 warning 20:20\n 20:20 tick 4\n 20:20 asks 4 stop a")),
        ),
        (
            "what is held is not warned of",
            "with=a Enforce=true",
            true,
            &up(&format!("{yesterday} 20:00 console start a\n 20:10 tick 3\n 20:10 asks 3 stop a")),
        ),
    ]);
}

#[test]
fn what_joins_a_stop_has_its_own_warning() {
    let left = "08:00 state x running\n 17:30 leaves x\n 17:50 tick 1\n 17:50 tells 1 warning 18:00\n";
    let begun = format!("{left} 18:00 tick 2\n 18:00 asks 2 stop a\n 18:05 joins x\n");
    all(
        2,
        &[
            ("none", "with=a,x", true, &up(&format!("{begun} 18:10 tick 3\n 18:10 asks 3 stop x"))),
            (
                "its own",
                "with=a,x",
                false,
                &up(&format!(
                    "{begun} 18:06 tick 3\n 18:06 tells 3 warning 18:16\n 18:16 tick 4\n 18:16 asks 4 stop x"
                )),
            ),
            (
                "it was there when the stop began",
                "with=a,x",
                false,
                &up(&format!("{left} 17:55 joins x\n 18:00 tick 2\n 18:00 asks 2 stop a x")),
            ),
            (
                "it came late, and the stop later",
                "with=a,x",
                false,
                &up(&format!("{left} 18:05 joins x\n 18:10 tick 2\n 18:10 asks 2 stop a x")),
            ),
            (
                "it was there before, and another holds it up",
                "with=a,x",
                false,
                &up(&format!(
                    "{left} 17:55 joins x\n 18:00 tick 2\n 18:00 asks 2 stop a\n 18:10 tick 3\n 18:10 asks 3 stop x"
                )),
            ),
        ],
    );
}

#[test]
fn a_warning_is_good_for_an_hour() {
    let warned = "17:50 tick 1\n 17:50 tells 1 warning 18:00\n";
    let cannot = "17:50 tick 1\n 17:50 cannot 1 warning 18:00\n";
    let asks = |time: &str| format!("{time} tick 2\n {time} asks 2 stop a");
    let begun = |time: &str| format!("18:00:30 tick 3\n 18:00:40 wrote 3\n {}", asks(time));
    all(
        2,
        &[
            ("late", "with=a", false, &up(&format!("{warned}{}", asks("18:55")))),
            ("in the night", "with=a", true, &up(&format!("{warned}{}", asks("26:00")))),
            ("in the night, and it had begun", "with=a", false, &up(&format!("{warned}{}", begun("26:00")))),
            (
                "in the night, and it was over",
                "with=a",
                true,
                &up(&format!(
                    "{warned} 18:00:30 tick 3\n 18:00:40 wrote 3\n 18:30 tells 1 done stop\n {}",
                    asks("26:00")
                )),
            ),
            ("chat was down, and it is late", "with=a", false, &up(&format!("{cannot}{}", asks("19:00")))),
            ("chat was down in the evening", "with=a", true, &up(&format!("{cannot}{}", asks("26:00")))),
        ],
    );
}
