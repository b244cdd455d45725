use super::*;

fn read(weekdays: &str, monthdays: &str, months: &str) -> Result<Dates, (&'static str, String)> {
    let field = |text: &str| (!text.is_empty()).then(|| text.split(' ').map(str::to_owned).collect::<Vec<_>>());
    let (weekdays, monthdays, months) = (field(weekdays), field(monthdays), field(months));
    dates(weekdays.as_deref(), monthdays.as_deref(), months.as_deref())
}

/// A space parts the texts of a set; `-` is "covers everything", a word in upper case a fault.
#[test]
fn every_field_as_aws_writes_it() {
    let cases = [
        ("weekdays", "mon-fri", "mon-fri"),
        ("weekdays", "Mon-Fri", "mon-fri"),
        ("weekdays", "monday,Tuesday", "mon,tue"),
        ("weekdays", "tues thur", "tue,thu"),
        ("weekdays", "mon wed,fri", "mon,wed,fri"),
        ("weekdays", "0", "mon"),
        ("weekdays", "0-2 4-6", "fri-wed"),
        ("weekdays", "0,1,2", "mon-wed"),
        ("weekdays", "fri-mon", "fri-mon"),
        ("weekdays", "sat-sun", "sat,sun"),
        ("weekdays", "mon-sun", "-"),
        ("weekdays", "*", "-"),
        ("weekdays", "mon ?", "-"),
        ("weekdays", "mon#1", "mon#1"),
        ("weekdays", "0#1", "mon#1"),
        ("weekdays", "friL", "friL"),
        ("weekdays", "4L 2", "wed,friL"),
        ("weekdays", "fridayL fri", "fri"),
        ("weekdays", "L", "sun"),
        ("weekdays", "mon/2", "mon,wed,fri,sun"),
        ("weekdays", "fri-tue/2", "tue,fri,sun"),
        ("weekdays", "mon#6", "FAULT"),
        ("weekdays", "mon#0", "FAULT"),
        ("weekdays", "7", "FAULT"),
        ("weekdays", "mo", "FAULT"),
        ("weekdays", "mondays", "FAULT"),
        ("weekdays", "mon-", "FAULT"),
        ("weekdays", "mon,", "FAULT"),
        ("weekdays", "15W", "FAULT"),
        ("monthdays", "1", "1"),
        ("monthdays", "01 2,3", "1-3"),
        ("monthdays", "1-3 7-9", "1-3,7-9"),
        ("monthdays", "1/7", "1,8,15,22,29"),
        ("monthdays", "1/15", "1,16,31"),
        ("monthdays", "1/10", "1,11,21,31"),
        ("monthdays", "1-15/2", "1,3,5,7,9,11,13,15"),
        ("monthdays", "25-L", "25-31"),
        ("monthdays", "L", "L"),
        ("monthdays", "15W", "15W"),
        ("monthdays", "L 1 15W", "1,15W,L"),
        ("monthdays", "*", "-"),
        ("monthdays", "1-31", "-"),
        ("monthdays", "28-3", "FAULT"),
        ("monthdays", "/10", "FAULT"),
        ("monthdays", "1/0", "FAULT"),
        ("monthdays", "1/", "FAULT"),
        ("monthdays", "1/-2", "FAULT"),
        ("monthdays", "0", "FAULT"),
        ("monthdays", "32", "FAULT"),
        ("monthdays", "L-3", "FAULT"),
        ("monthdays", "LW", "FAULT"),
        ("monthdays", "99999999999999999999", "FAULT"),
        ("months", "jan", "jan"),
        ("months", "January,feb", "jan,feb"),
        ("months", "1-3", "jan-mar"),
        ("months", "jan/3", "jan,apr,jul,oct"),
        ("months", "1/3", "jan,apr,jul,oct"),
        ("months", "jan-jul/2", "jan,mar,may,jul"),
        ("months", "nov-feb", "nov-feb"),
        ("months", "1-12", "-"),
        ("months", "*", "-"),
        ("months", "13", "FAULT"),
        ("months", "0", "FAULT"),
        ("months", "jan#1", "FAULT"),
        ("months", "L", "FAULT"),
    ];
    for (field, text, expected) in cases {
        let at = |name: &str| if field == name { text } else { "" };
        let shown = read(at("weekdays"), at("monthdays"), at("months")).map(|dates| {
            let shown = match field {
                "weekdays" => dates.shown_weekdays(),
                "monthdays" => dates.shown_monthdays(),
                _ => dates.shown_months(),
            };
            shown.unwrap_or_else(|| "-".to_owned())
        });
        let shown = shown.unwrap_or_else(|(attribute, message)| {
            assert_eq!(attribute, field);
            assert!(message.contains('`'), "{message}");
            "FAULT".to_owned()
        });
        assert_eq!(shown, expected, "{field} {text}");
    }
}

#[test]
fn days_active_in_its_own_words() {
    let cases: [(&[usize], &str); 6] = [
        (&[0, 1, 2, 3, 4, 5, 6], "all"),
        (&[0, 1, 2, 3, 4], "weekdays"),
        (&[5, 6], "weekends"),
        (&[0, 5, 6], "sat-mon"),
        (&[0, 2], "mon,wed"),
        (&[3], "thu"),
    ];
    for (days, expected) in cases {
        assert_eq!(days_active(&days.iter().copied().collect()), expected);
    }
}

#[test]
fn says_where_aws_reads_something_else_than_it_documents() {
    let remarks = |weekdays, monthdays, months| read(weekdays, monthdays, months).unwrap().remarks;
    assert!(remarks("", "1/15", "")[0].1.ends_with("every 15th; its version 3 reads the step as 5"));
    assert!(remarks("", "1/10", "")[0].1.ends_with("reads the step as 0 and never comes to an end"));
    assert!(remarks("", "31W", "")[0].1.contains("in a month without that day"));
    assert_eq!(remarks("mon/2", "1/7 15W", "jan/3"), []);
}

#[test]
fn knows_dates_that_stand_apart() {
    let cases = [
        ("mon", "", true),
        ("mon,wed", "", true),
        ("mon#1", "", true),
        ("mon-tue", "", false),
        ("sun,mon#1", "", false),
        ("", "15", true),
        ("", "L", true),
        ("", "1,15", false),
        ("", "", false),
    ];
    for (weekdays, monthdays, expected) in cases {
        assert_eq!(read(weekdays, monthdays, "").unwrap().are_apart(), expected, "{weekdays} {monthdays}");
    }
}

proptest::proptest! {
    #[test]
    fn no_field_is_too_odd(text in "[0-9a-zA-Z#/,*?LW -]{0,20}|.{0,20}") {
        for (weekdays, monthdays, months) in [(&*text, "", ""), ("", &*text, ""), ("", "", &*text)] {
            if let Ok(dates) = read(weekdays, monthdays, months) {
                for shown in [dates.shown_weekdays(), dates.shown_monthdays(), dates.shown_months()].into_iter().flatten() {
                    proptest::prop_assert!(!shown.is_empty(), "{:?} covers nothing", text);
                }
            }
        }
    }
}
