//! Promise 1.

use super::story::all;

#[test]
fn starts_wait_for_what_they_depend_on() {
    all(
        1,
        &[
            ("what waits for nobody", "", false, "09:00 tick 1\n 09:00 asks 1 start a"),
            ("a dependency that runs", "", false, "09:01 tick 1 a=running\n 09:01 asks 1 start b"),
            ("a dependency that serves", "", false, "09:01 tick 1 a=backing-up\n 09:01 asks 1 start b"),
            ("a dependency that is not up yet", "", true, "09:01 tick 1 a=starting\n 09:01 asks 1 start b"),
            ("a dependency that is not up, and no effect", "", true, "09:01 tick 1\n 09:01 asks 1 start b !Denied"),
            (
                "it is up by now, but was not shown so",
                "",
                true,
                "09:01 tick 1\n 09:02 state a running\n 09:02 asks 1 start b",
            ),
            ("a dependency that is gone", "", false, "09:01 tick 1 a=gone\n 09:01 asks 1 start b"),
            ("no group", "with=a,b,x", false, "09:01 tick 1\n 09:01 asks 1 start x"),
            ("one of two is up", "with=a,a2,b", true, "09:01 tick 1 a=running\n 09:01 asks 1 start b"),
            ("an old look", "", true, "09:01 tick 1 a=running\n 09:05 asks 1 start b"),
        ],
    );
}

#[test]
fn stops_wait_for_what_depends_on_them() {
    let all_up = "07:59 state a running\n 07:59 state b running\n 17:50 tick 1\n 17:50 tells 1 warning 18:00\n";
    let story = |lines: &str| format!("{all_up}{lines}");
    all(
        1,
        &[
            ("what nothing depends on", "", false, &story("18:00 tick 2\n 18:00 asks 2 stop b")),
            ("what nothing up depends on", "", false, &story("18:00 tick 2 b=stopped\n 18:00 asks 2 stop a")),
            ("while its dependent is on its way", "", true, &story("18:00 tick 2 b=stopping\n 18:00 asks 2 stop a")),
            ("both at once", "", true, &story("18:00 tick 2\n 18:00 asks 2 stop a b")),
            (
                "a dependent that AWS does not stop",
                "",
                false,
                &story("18:00 tick 2\n 18:00 asks 2 stop b !Refused\n 18:01 tick 3\n 18:01 asks 3 stop a"),
            ),
            (
                "one that it did not stop the day before",
                "",
                true,
                &story("18:00 tick 2\n 18:00 asks 2 stop b !Refused\n 42:00 tick 3\n 42:00 asks 3 stop a"),
            ),
            (
                "one that it would stop by now",
                "",
                true,
                &story(
                    "18:00 tick 2\n 18:00 asks 2 stop b !Refused\n 18:01 tick 3\n 18:01 asks 3 stop b !Throttled\n
                     18:02 tick 4\n 18:02 asks 4 stop a",
                ),
            ),
        ],
    );
}

#[test]
fn what_waits_for_others_waits_for_all_places() {
    let two = r#"with=us-east-1|ec2/a,us-east-1|ec2/b,us-east-1|ec2/x Regions=["us-east-1","eu-west-1"]"#;
    let asks = |words: &str| format!("09:00 tick 1 {words}\n 09:00 asks 1 start us-east-1|ec2/x");
    let waits =
        |words: &str| format!("09:00 tick 1 us-east-1|ec2/a=running {words}\n 09:00 asks 1 start us-east-1|ec2/b");
    all(
        1,
        &[
            ("all regions were seen", two, false, &asks("")),
            ("another was not, and it waits for nobody", two, false, &asks("-eu-west-1")),
            ("it waits for one that runs", two, false, &waits("")),
            ("it waits for some that may be where nobody looked", two, true, &waits("-eu-west-1")),
            ("its own was not", two, true, &asks("-us-east-1")),
            (
                "both were seen by the next look",
                two,
                false,
                &waits("-eu-west-1\n 09:00 sees 1 us-east-1|ec2/a=running"),
            ),
        ],
    );
}
