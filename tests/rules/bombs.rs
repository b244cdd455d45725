//! Texts that break parsers.

use std::ops::Range;

use lamplighter::document::file;

/// A line for each number.
fn times(numbers: Range<usize>, line: impl Fn(usize) -> String) -> String {
    numbers.map(line).collect::<Vec<_>>().concat()
}

/// Texts that ask much of a parser for their size. Most have a tenth of the size that a file may have: what takes far more
/// than its share of time shows there too, and the test stays short.
#[allow(clippy::too_many_lines, reason = "a table of cases")]
pub(crate) fn bombs() -> Vec<(&'static str, String)> {
    let most = file::MAX_BYTES / 10;
    let fill = |unit: &str| unit.repeat(most / unit.len());
    let lines = |line: &dyn Fn(usize) -> String| {
        let mut text = String::new();
        for index in 0.. {
            let next = line(index);
            if text.len() + next.len() > most {
                break;
            }
            text += &next;
        }
        text
    };
    let deeper = |unit: &str| {
        let mut text = String::new();
        for depth in 0..1400 {
            text += &" ".repeat(depth);
            text += unit;
        }
        text
    };
    let aliases = |levels: usize, wide: usize| {
        let mut text = "a0: &a0 [x, x]\n".to_owned();
        for level in 1..levels {
            let inner = vec![format!("*a{}", level - 1); wide].join(", ");
            text += &format!("a{level}: &a{level} [{inner}]\n");
        }
        text
    };
    let head = "Schedule:\n  ScheduleName: S\n  TagValue: S\n  DaysActive: all\n  Enabled: true\n  StartTime: \"9:00\"\n  StopTime: ";
    vec![
        ("open lists", fill("[")),
        ("open maps", fill("{")),
        ("maps in maps", fill("{a: ")),
        ("lists and maps", fill("[{a: ")),
        ("closed lists", "[".repeat(most / 2) + &"]".repeat(most / 2)),
        ("closed maps", "{a: ".repeat(most / 5) + &"}".repeat(most / 5)),
        ("lists on one line", fill("- ")),
        ("keys on one line", fill("? ")),
        ("keys without values", fill(": ")),
        ("deep maps", deeper("a:\n")),
        ("deep lists", deeper("-\n")),
        ("deep keys", deeper("?\n")),
        ("a deep item", format!("{head}{}{}", "[".repeat(40_000), "]".repeat(40_000))),
        ("aliases that multiply", aliases(30, 10)),
        ("aliases that multiply in an item", format!("Schedule:\n  {}", aliases(30, 10).replace('\n', "\n  "))),
        ("wide aliases", aliases(4, 6_000)),
        ("aliases of a large text", {
            let text = "x".repeat(file::MAX_BYTES / 2);
            format!("a: &a {text}\nb: [{}]\n", "*a, ".repeat(file::MAX_BYTES / 10))
        }),
        ("a word without end", format!("{head}\"18:00\"\n  Timezone: {}\n", "Z".repeat(9 * most))),
        ("a day without end", format!("{}\"18:00\"\n", head.replace("all", &"m".repeat(9 * most)))),
        ("a cycle of groups", {
            let group = |index: usize| {
                format!("  - {{GroupName: g{index}, InstanceType: EC2, Dependency: [g{}]}}\n", (index + 1) % 12_000)
            };
            format!("{head}\"18:00\"\nServerGroups:\n{}", times(0..12_000, group))
        }),
        ("a chain of groups", {
            let group = |index: usize| {
                let needs = if index == 0 { String::new() } else { format!("g{}", index - 1) };
                format!("  - {{GroupName: g{index}, InstanceType: EC2, Dependency: [{needs}]}}\n")
            };
            format!("{head}\"18:00\"\nServerGroups:\n{}", times(0..12_000, group))
        }),
        ("an alias of itself", "a: &a [*a]\n".to_owned()),
        ("a map of itself", "&a Schedule: *a\n".to_owned()),
        ("merge keys", "a: &a {x: 1}\nSchedule:\n  <<: *a\n  <<: *a\n".to_owned()),
        ("many anchors", lines(&|index| format!("a{index}: &a{index} x\n"))),
        ("anchors on one line", fill("&a ")),
        ("tags on one line", fill("!a ")),
        ("a large scalar", format!("{head}\"{}\"\n", "9".repeat(most))),
        ("a large plain scalar", format!("{head}{}\n", "9".repeat(most))),
        ("a large number of lines", fill("\n")),
        ("blank lines in a plain scalar", format!("a: x{}", "\n".repeat(most))),
        ("blank lines in a quoted scalar", format!("a: \"x{}\"", "\n".repeat(most))),
        ("blank lines in a block scalar", format!("a: |\n{}", "\n".repeat(most))),
        ("spaces", fill(" ")),
        ("tabs", fill("\t")),
        ("tabs for spaces", "Schedule:\n\tScheduleName: S\n".to_owned()),
        ("comments", fill("#\n")),
        ("a long comment", fill("#")),
        ("a byte order mark", format!("\u{feff}{head}\"18:00\"\n")),
        ("byte order marks", fill("\u{feff}")),
        ("documents", fill("---\n")),
        ("ended documents", fill("...\n")),
        ("documents with something", fill("--- a\n")),
        ("directives", fill("%YAML 1.2\n")),
        ("an open quote", format!("a: \"{}", "x".repeat(most))),
        ("open quotes", fill("\"")),
        ("open single quotes", fill("'")),
        ("escapes", format!("a: \"{}\"", "\\x41".repeat(most / 4))),
        ("no escapes", "a: \"\\q \\x4 \\u12 \\U00110000\"\n".to_owned()),
        ("half characters", format!("a: \"{}\"", "\\ud83d".repeat(most / 6))),
        ("halves of characters the wrong way round", format!("a: \"{}\"", "\\udc00\\ud800".repeat(most / 12))),
        ("backslashes", format!("a: \"{}", "\\".repeat(most))),
        ("a key many times", fill("Schedule: {}\n")),
        ("an attribute many times", format!("Schedule:\n{}", "  TagValue: S\n".repeat(6_000))),
        ("many keys", lines(&|index| format!("k{index}: v\n"))),
        ("many attributes", format!("{head}\"18:00\"\n") + &lines(&|index| format!("  A{index}: 1\n"))),
        (
            "many long unknown attributes",
            format!("{head}\"18:00\"\n") + &times(0..20, |at| format!("  {}{at}: 1\n", "A".repeat(4_000))),
        ),
        ("a long zone", format!("{head}\"18:00\"\n  Timezone: {}\n", "Z".repeat(40_000))),
        ("a long day", format!("{head}\"18:00\"\n").replace("all", &"mon,".repeat(2_000))),
        ("a long word for a day", format!("{head}\"18:00\"\n").replace("all", &"m".repeat(40_000))),
        (
            "many periods",
            "Schedule: {ScheduleName: S, Periods: [".to_owned()
                + &"{StartTime: '1:00', StopTime: '2:00'}, ".repeat(2_000)
                + "]}",
        ),
        (
            "many exceptions",
            format!("{head}\"18:00\"\nExceptions:\n")
                + &"- {ExceptionDate: 2026-11-23, ExceptionType: stop, ExceptionValue: '19:00'}\n".repeat(1_000),
        ),
        (
            "many faulty exceptions",
            format!("{head}\"18:00\"\nExceptions:\n")
                + &"- {ExceptionDate: 2026-11-23, ExceptionType: stpo}\n".repeat(2_000),
        ),
        (
            "many groups",
            format!("{head}\"18:00\"\nServerGroups:\n")
                + &times(0..2_000, |at| format!("- {{GroupName: G{at}, InstanceType: EC2}}\n")),
        ),
        (
            "a long chain of groups",
            format!("{head}\"18:00\"\nServerGroups:\n")
                + &times(0..1_000, |at| {
                    format!("- {{GroupName: G{at}, InstanceType: EC2, Dependency: [G{}]}}\n", at + 1)
                }),
        ),
        (
            "a long cycle of groups",
            format!("{head}\"18:00\"\nServerGroups:\n")
                + &times(0..1_000, |at| {
                    format!("- {{GroupName: G{at}, InstanceType: EC2, Dependency: [G{}]}}\n", (at + 1) % 1_000)
                }),
        ),
        (
            "a group many times",
            format!("{head}\"18:00\"\nServerGroups:\n") + &"- {GroupName: G, InstanceType: EC2}\n".repeat(2_000),
        ),
        ("more than a file may hold", "a".repeat(file::MAX_BYTES + 1)),
    ]
}
