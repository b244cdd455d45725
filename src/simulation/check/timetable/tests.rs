//! The checker's calendar against the calendar that it judges, over random rows; the only place where it may see it.

use chrono::{Days, NaiveDate};
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;
use serde_json::{Value, json};

use super::super::rows::{self, Reading};
use super::*;
use crate::document::{self, Defaults, Tables};
use crate::engine::calendar;
use crate::ports::Item;

struct Dice(Pcg64);

fn object(attributes: &[(&str, Value)]) -> Item {
    attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

impl Dice {
    fn one<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.0.random_range(0..all.len())]
    }

    fn is(&mut self, percent: u32) -> bool {
        self.0.random_range(0..100) < percent
    }

    fn clock(&mut self) -> String {
        if self.is(8) {
            return self.one(&["None", "none", "25:99", "48:00", "", "9", "24:00"]).to_owned();
        }
        let hour = if self.is(10) { self.0.random_range(24..48) } else { self.0.random_range(0..24) };
        format!("{hour}:{:02}", self.0.random_range(0..4) * 15)
    }

    fn period(&mut self) -> Value {
        let mut item = object(&[("StartTime", json!(self.clock())), ("StopTime", json!(self.clock()))]);
        let lists: [(&str, &[&str]); 3] = [
            ("Weekdays", &["mon-fri", "fri-mon", "weekends", "mon#2,friL", "sat,sun", "mon,,", "wed#6"]),
            ("Monthdays", &["1-31/2", "5/10", "L", "15W,1W,31W", "1-7", "7-1", "32"]),
            ("Months", &["nov-feb", "oct,nov", "jan/3", "1-12", "13"]),
        ];
        for (name, words) in lists {
            if self.is(40) {
                let last = words.len() - usize::from(!self.is(5));
                let word = self.one(&words[..last]);
                item.insert(name.to_owned(), json!(word));
            }
        }
        Value::Object(item)
    }

    fn schedule(&mut self) -> Item {
        let mut item = object(&[("ScheduleName", json!("S")), ("TagValue", json!("S")), ("Enabled", json!(true))]);
        if self.is(40) {
            let periods: Vec<Value> = (0..self.0.random_range(1..4)).map(|_| self.period()).collect();
            item.insert("Periods".to_owned(), json!(periods));
        } else {
            let days =
                ["all", "weekdays", "weekends", "mon,wed", "fri-mon", "ALL", "sun-fri", "mon-thu,sat", "weekdys"];
            item.insert("DaysActive".to_owned(), json!(self.one(&days)));
            item.insert("StartTime".to_owned(), json!(self.clock()));
            item.insert("StopTime".to_owned(), json!(self.clock()));
        }
        let zones = ["UTC", "Asia/Seoul", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"];
        if self.is(80) {
            item.insert("Timezone".to_owned(), json!(self.one(&zones)));
        }
        for (name, values) in [
            ("Mode", [json!("act"), json!("Off"), json!("of")]),
            ("StopWarningMinutes", [json!(0), json!(1440), json!(10.5)]),
            ("Enforce", [json!(true), json!(null), json!("yes")]),
            ("Regions", [json!([]), json!(["eu-west-1"]), json!(["Europe"])]),
            ("ForceStop", [json!(false), json!(null), json!(1)]),
        ] {
            if self.is(10) {
                let value = values[self.0.random_range(0..3)].clone();
                item.insert(name.to_owned(), value);
            }
        }
        item
    }

    fn exception(&mut self, number: usize, middle: NaiveDate) -> Item {
        let date = middle + Days::new(self.0.random_range(0..6)) - Days::new(3);
        let date = if self.is(5) { "2026-02-30".to_owned() } else { date.to_string() };
        let kind = if self.is(5) { "stpo" } else { self.one(&["start", "stop", "Stop"]) };
        let value = if self.is(30) { "None".to_owned() } else { self.clock() };
        object(&[
            ("ScheduleName", json!("S")),
            ("ExceptionUuid", json!(number.to_string())),
            ("ExceptionDate", json!(date)),
            ("ExceptionType", json!(kind)),
            ("ExceptionValue", json!(value)),
        ])
    }
}

#[test]
fn gives_the_same_transitions_as_the_calendar_of_the_ticks() {
    let mut dice = Dice(Pcg64::seed_from_u64(4));
    let (mut understood, mut transitions) = (0, 0);
    for round in 0..4000 {
        // Around changes of the clocks, in spring and in autumn, and a day that Apia never had.
        let middle: NaiveDate = dice
            .one(&["2026-11-23", "2026-03-29", "2026-10-25", "2026-03-08", "2026-10-04", "2011-12-30"])
            .parse()
            .unwrap();
        let schedule = dice.schedule();
        let exceptions: Vec<Item> =
            (0..dice.0.random_range(0..4)).map(|number| dice.exception(number, middle)).collect();
        let from = middle.and_time(NaiveTime::MIN).and_utc() - Duration::days(3);
        let to = from + Duration::days(7);
        let (zone, lead) = (chrono_tz::Tz::Asia__Seoul, Duration::minutes(10));
        let frame = rows::Frame { from, to, zone, lead };
        let own = rows::read(&[&schedule], &[], &exceptions.iter().collect::<Vec<_>>(), frame);
        let tables = Tables { schedules: vec![schedule.clone()], groups: Vec::new(), exceptions: exceptions.clone() };
        let judged = document::read(&tables, Defaults::default(), middle).0;
        let what = format!("round {round}: {schedule:?} {exceptions:?}");
        let Reading::Rules(rules) = own else {
            assert!(judged.is_empty(), "only the checker does not understand {what}");
            continue;
        };
        let judged = judged.first().unwrap_or_else(|| panic!("only the checker understands {what}"));
        understood += 1;
        let own: Vec<_> = rules.transitions.iter().filter(|one| from <= one.at && one.at < to).collect();
        let judged_all = calendar::transitions(judged, from, to);
        let pairs: Vec<_> = own.iter().map(|one| (one.at, one.action)).collect();
        assert_eq!(pairs, judged_all.iter().map(|one| (one.at, one.action)).collect::<Vec<_>>(), "{what}");
        transitions += pairs.len();
        let last = calendar::last_transition(judged, from).map(|one| one.action);
        assert_eq!(rules.last(from).map(|one| one.action), last, "the last before {from}, {what}");
        assert_eq!((rules.lead, rules.enforce), (judged.warning_lead, judged.enforce), "{what}");
        assert_eq!((rules.mode, &rules.scopes), (judged.mode, &judged.scopes), "{what}");
    }
    assert!(understood > 2000 && transitions > 10_000, "{understood} understood, {transitions} transitions");
}
