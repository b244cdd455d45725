//! What each field covers, a month written out for each case.

use super::*;

/// The covered days of a month, `all` or what is not understood.
fn covered(weekdays: &str, monthdays: &str, months: &str, month: &str) -> Result<String, String> {
    fn field<T: FromStr<Err = DatesError>>(text: &str) -> Result<Option<T>, String> {
        let field = Some(text).filter(|text| !text.is_empty()).map(str::parse).transpose();
        field.map_err(|error: DatesError| error.to_string())
    }
    let dates = Dates { weekdays: field(weekdays)?, monthdays: field(monthdays)?, months: field(months)? };
    let first: NaiveDate = format!("{month}-01").parse().unwrap();
    let month: Vec<NaiveDate> = first.iter_days().take_while(|date| date.month() == first.month()).collect();
    let days: Vec<String> =
        month.iter().filter(|date| dates.contains(**date)).map(|date| date.day().to_string()).collect();
    Ok(if days.len() == month.len() { "all".to_owned() } else { days.join(" ") })
}

/// November 2026 begins on a Sunday.
const NOVEMBER: &str = "2026-11";

#[track_caller]
fn check(weekdays: &str, monthdays: &str, months: &str, month: &str, expected: &str) {
    let shown = covered(weekdays, monthdays, months, month).unwrap_or_else(|error| error);
    assert_eq!(shown, expected, "{weekdays:?} {monthdays:?} {months:?} in {month}");
}

#[test]
fn weekdays() {
    let cases = [
        ("mon", "2 9 16 23 30"),
        ("MON , sun", "1 2 8 9 15 16 22 23 29 30"),
        ("mon-wed", "2 3 4 9 10 11 16 17 18 23 24 25 30"),
        ("sat-mon", "1 2 7 8 9 14 15 16 21 22 23 28 29 30"),
        ("weekends", "1 7 8 14 15 21 22 28 29"),
        ("all", "all"),
        ("mon#1", "2"),
        ("mon#2", "9"),
        ("mon#5", "30"),
        ("tue#5", ""),
        ("sun#1,Sat#4", "1 28"),
        ("friL", "27"),
        ("monl", "30"),
        ("fri L", "27"),
        ("mon#2,friL,wed", "4 9 11 18 25 27"),
        ("mon#0", "`mon#0` is no day of the week"),
        ("mon#6", "`mon#6` is no day of the week"),
        ("mon#01", "`mon#01` is no day of the week"),
        ("mon-wed#2", "`mon-wed#2` is no day of the week"),
        ("L", "`l` is no day of the week"),
        ("monday", "`monday` is no day of the week"),
        ("0", "`0` is no day of the week"),
        ("mon,,tue", "`` is no day of the week"),
        ("*", "`*` is no day of the week"),
    ];
    for (text, expected) in cases {
        check(text, "", "", NOVEMBER, expected);
    }
    check("friL", "", "", "2026-02", "27");
    check("mon#5", "", "", "2026-02", "");
}

#[test]
fn monthdays() {
    let cases = [
        ("1", "1"),
        ("1-7", "1 2 3 4 5 6 7"),
        ("1-31/2", "1 3 5 7 9 11 13 15 17 19 21 23 25 27 29"),
        // Every 15 days from the 1st, not every 5: AWS's scheduler misread it.
        ("1/15", "1 16"),
        ("5/10", "5 15 25"),
        ("1,15 , 30", "1 15 30"),
        ("31", ""),
        ("L", "30"),
        ("l,1", "1 30"),
        // The 15th of November 2026 is a Sunday, the 14th a Saturday, the 1st a Sunday.
        ("15W", "16"),
        ("14W", "13"),
        ("16w", "16"),
        ("1W", "2"),
        // The month has no 31st: counted from the 30th, a Monday.
        ("31W", "30"),
        ("1-31", "all"),
        ("0", "`0` is no day of the month"),
        ("32", "`32` is no day of the month"),
        ("/10", "`/10` is no day of the month"),
        ("1/0", "`1/0` is no day of the month"),
        ("25-5", "`25-5` is no day of the month"),
        ("W", "`w` is no day of the month"),
        ("LW", "`lw` is no day of the month"),
        ("1-2-3", "`1-2-3` is no day of the month"),
        ("+1", "`+1` is no day of the month"),
        ("", "all"),
    ];
    for (text, expected) in cases {
        check("", text, "", NOVEMBER, expected);
    }
    // Saturday the 1st and Sunday the 31st: the nearest weekday within the month.
    check("", "1W", "", "2026-08", "3");
    check("", "31W", "", "2026-05", "29");
    // 2026-02-28 is a Saturday; so is the 28th that stands for the 31st.
    check("", "31W", "", "2026-02", "27");
    check("", "L", "", "2028-02", "29");
    check("", "29W", "", "2028-02", "29");
}

#[test]
fn months() {
    let cases = [
        ("nov", "all"),
        ("11", "all"),
        ("jan-mar", ""),
        ("nov-feb", "all"),
        ("OCT - 12", "all"),
        ("jan/3", ""),
        ("feb/3", "all"),
        ("nov-feb/2", "all"),
        ("dec-feb/2", ""),
        ("13", "`13` is no month"),
        ("0", "`0` is no month"),
        ("january", "`january` is no month"),
        ("jan/0", "`jan/0` is no month"),
    ];
    for (text, expected) in cases {
        check("", "", text, NOVEMBER, expected);
    }
    for month in ["2026-11", "2026-12", "2027-01", "2027-02"] {
        check("", "", "nov-feb", month, "all");
    }
    check("", "", "nov-feb", "2027-03", "");
    check("", "", "nov-feb/2", "2027-01", "all");
    check("", "", "jan/3", "2026-10", "all");
}

#[test]
fn all_fields_have_to_cover_a_date() {
    check("fri", "13", "nov", NOVEMBER, "13");
    check("fri", "13", "oct", NOVEMBER, "");
    check("mon", "1-7", "", NOVEMBER, "2");
}
