//! The picture as a program reads it: well-formed, bounded, and everything in its place.

use roxmltree::{Document, Node};

use super::super::tests::plan;
use super::week::{LEFT, RIGHT};
use super::*;

/// The texts of the picture, in its order.
fn texts(picture: &str) -> Vec<String> {
    let document = Document::parse(picture).unwrap();
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts.filter_map(|node| node.text().map(str::to_owned)).collect()
}

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).unwrap().parse().unwrap()
}

const WEEK: (&str, &str) = ("2026-12-21", "2026-12-28");

#[test]
fn a_week_says_what_runs_when() {
    let office =
        "weekdays 9:30-22:00 Asia/Seoul | 2026-12-25 start None Christmas Day | 2026-12-25 stop None Christmas Day";
    let picture = print(&plan(&[office, "mon 22:00-6:00 Asia/Seoul"], WEEK.0, WEEK.1)).unwrap();
    let hours = ["06", "12", "18"];
    let texts: Vec<String> = texts(&picture).into_iter().filter(|text| !hours.contains(&text.as_str())).collect();
    insta::assert_snapshot!(texts.join("\n"), @r#"
When the servers run
Mon 21 Dec 2026 to Sun 27 Dec 2026, Asia/Seoul
82.7%
of the time switched off
Mon 21 Dec
Tue 22 Dec
Wed 23 Dec
Thu 24 Dec
Fri 25 Dec
Sat 26 Dec
Sun 27 Dec
S1
Asia/Seoul
Christmas Day
09:30–22:00
09:30–22:00
09:30–22:00
09:30–22:00
70.2% off
50 h on
S2
Asia/Seoul
22:00–06:00
95.2% off
8 h on
runs
switched off
warning in chat
day off by an exception
"#);
}

#[test]
fn bars_lie_where_the_hours_are() {
    let picture = print(&plan(&["mon 12:00-18:00 UTC", "sun 22:00-6:00 UTC"], WEEK.0, WEEK.1)).unwrap();
    let document = Document::parse(&picture).unwrap();
    let bars =
        document.descendants().filter(|node| node.attribute("class") == Some("ll-on") && node.first_child().is_some());
    let bars: Vec<(f64, f64)> = bars.map(|bar| (number(bar, "x"), number(bar, "width"))).collect();
    let day = (RIGHT - LEFT) / 7.0;
    // The night of Sunday is cut at both ends of the week.
    let expected = [(LEFT + day / 2.0, day / 4.0), (LEFT, day / 4.0), (RIGHT - day / 12.0, day / 12.0)];
    assert_eq!(bars.len(), expected.len(), "{bars:?}");
    for ((x, width), (expected_x, expected_width)) in bars.into_iter().zip(expected) {
        assert!((x - expected_x).abs() < 0.1 && (width - expected_width).abs() < 0.1, "{x} {width}");
    }
}

#[test]
fn weeks_begin_on_mondays() {
    // From a Thursday to a Tuesday: the rest of a week, a week, the beginning of a week.
    let picture = print(&plan(&["all 9:00-18:00 UTC"], "2026-12-24", "2027-01-06")).unwrap();
    let document = Document::parse(&picture).unwrap();
    let heads = document.descendants().filter(|node| node.attribute("font-size") == Some("12"));
    let heads = heads.filter(|node| node.attribute("text-anchor") == Some("middle"));
    let columns: Vec<(String, f64)> = heads
        .map(|node| {
            let column = (number(node, "x") - LEFT) * 7.0 / (RIGHT - LEFT);
            (node.text().unwrap().chars().take(3).collect(), column.floor())
        })
        .collect();
    let week =
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].map(str::to_owned).into_iter().zip((0..7).map(f64::from));
    let expected: Vec<(String, f64)> = week.clone().skip(3).chain(week.clone()).chain(week.take(2)).collect();
    assert_eq!(columns, expected);
}

#[test]
fn everything_lies_within_the_picture() {
    let schedules = [
        "all 00:00-24:00 Europe/Berlin | 2026-12-23 stop 25:00 성탄절 성탄절 성탄절 성탄절 성탄절 성탄절",
        "all 22:00-6:00 America/New_York; Owner: '<&>\"\"'",
        "all 9:00-18:00 Pacific/Apia; Enabled: false",
        "all 9:00-18:00 UTC; Mode: notify",
    ];
    for (from, to) in [
        WEEK,
        ("2026-12-21", "2026-12-22"),
        ("2026-12-21", "2027-02-01"),
        ("2026-12-24", "2027-01-06"),
        ("2026-12-21T13:00:00Z", "2026-12-21T13:20:00Z"),
    ] {
        let picture = print(&plan(&schedules, from, to)).unwrap();
        let document = Document::parse(&picture).unwrap();
        let height = number(document.root_element(), "height");
        for node in document.descendants().filter(|node| node.attribute("x").is_some()) {
            let (x, y) = (number(node, "x"), number(node, "y"));
            let size = |name: &str| node.attribute(name).map_or(0.0, |value| value.parse().unwrap());
            assert!(x >= 0.0 && x + size("width") <= WIDTH + 0.1, "{node:?}");
            assert!(y >= 0.0 && y + size("height") <= height + 0.1, "{node:?}");
        }
    }
}

#[test]
fn colours_do_without_css_and_follow_the_surroundings_with_it() {
    let picture = print(&plan(&["all 9:00-18:00 UTC"], WEEK.0, WEEK.1)).unwrap();
    let document = Document::parse(&picture).unwrap();
    for node in document
        .descendants()
        .filter(|node| ["rect", "text", "path", "line"].iter().any(|name| node.has_tag_name(*name)))
    {
        let class = node.attribute("class").unwrap();
        assert!(class.starts_with("ll-"), "a page that holds the picture may have a class `{class}`");
        assert!(node.attribute("fill").or(node.attribute("stroke")).is_some(), "{node:?}");
        assert!(picture.contains(&format!(".{class} {{")), "{class}");
    }
    assert!(picture.contains("@media (prefers-color-scheme: dark) {"));
    assert!(!picture.contains("http") || picture.matches("http").count() == 1, "nothing is loaded from elsewhere");
}

#[test]
fn what_cannot_be_looked_at_is_refused() {
    let long = print(&plan(&["all 9:00-18:00 UTC"], "2026-01-01", "2026-02-13"));
    assert_eq!(long, Err(SvgError::TooLong(43)));
    // Six weeks with a day of 25 hours are no longer.
    assert!(print(&plan(&["all 9:00-18:00 Europe/Berlin"], "2026-10-01", "2026-11-12")).is_ok());
    let many = vec!["all 9:00-18:00 UTC"; 301];
    assert_eq!(print(&plan(&many, WEEK.0, WEEK.1)), Err(SvgError::TooTall(301)));
}
