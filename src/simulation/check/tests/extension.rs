//! Promise 4.

use super::story::all;

#[test]
fn an_extension_is_not_cut_short() {
    let granted = "08:00 state a running\n 17:50 tick 1\n 17:50 tells 1 warning 18:00\n
        17:55 excepts 2026-11-23 stop 19:00\n 17:55 answered 19:00\n";
    let warned = "18:50 tick 4\n 18:50 tells 4 warning 19:00\n";
    all(4, &[
        (
            "stopped when it was over",
            "with=a",
            false,
            &format!("{granted}{warned} 19:00 tick 5\n 19:00 asks 5 stop a"),
        ),
        (
            "stopped by one that read before it",
            "with=a",
            true,
            "08:00 state a running\n 17:50 tick 1\n 17:50 tells 1 warning 18:00\n 18:00 began 2\n 18:00 reads 2\n
             18:00:01 excepts 2026-11-23 stop 19:00\n 18:00:02 answered 19:00\n 18:00:03 sees 2\n 18:00:04 asks 2 stop a",
        ),
        ("not read", "with=a", true, &format!("{granted} 18:10 tick 2\n 18:10 asks 2 stop a")),
        (
            "not read, and another date was edited",
            "with=a",
            true,
            &format!("{granted} 18:05 excepts 2026-11-30 stop 17:00\n 18:10 tick 2\n 18:10 asks 2 stop a"),
        ),
        (
            "an order to stop",
            "with=a",
            false,
            &format!("{granted} 18:10 edits ForceStop=true\n 18:10 tick 2\n 18:10 asks 2 stop a"),
        ),
        (
            "withdrawn by an edit",
            "with=a StopWarningMinutes=0",
            false,
            &format!("{granted} 18:10 excepts 2026-11-23 stop 18:12\n 18:13 edits StopTime=18:11\n"),
        ),
    ]);
}
