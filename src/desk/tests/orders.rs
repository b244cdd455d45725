use super::*;

/// What is said one after the other on an evening, and what is answered.
#[track_caller]
fn check(now: &str, attributes: &Value, said: &[(&str, &str)]) -> World {
    let world = office(now, attributes);
    remember(&world, started);
    for (text, expected) in said {
        assert_eq!(say(&world, "jane", text), *expected, "{text}");
    }
    world
}

const EVENING: &str = "2026-11-23 21:55";

#[test]
fn c6_an_extension_moves_the_next_stop() {
    let world = check(
        EVENING,
        &json!({}),
        &[
            ("Dev extend 1h", "extended from Mon 22:00 to Mon 23:00 by jane, at most Tue 02:00"),
            ("Dev extend 22:30", "already extended from Mon 23:00 to Mon 23:00 by jane, at most Tue 02:00"),
            ("Dev extend 23:00", "already extended from Mon 23:00 to Mon 23:00 by jane, at most Tue 02:00"),
            ("Dev extend 01:30", "extended from Mon 23:00 to Tue 01:30 by jane, at most Tue 02:00"),
            ("Dev extend 26:00", "extended from Tue 01:30 to Tue 02:00 by jane, at most Tue 02:00"),
            ("Dev extend 1m", "no: 240 minutes, at most Tue 02:00"),
        ],
    );
    assert_eq!(rows(&world), ["2026-11-23 stop 26:00 jane"]);
    check(EVENING, &json!({}), &[("dev extend 22:00", "no: not later than Mon 22:00")]);
    check(
        EVENING,
        &json!({"MaxExtensionMinutes": 0}),
        &[("Dev extend 1h", "no: NotMovable"), ("Dev skip", "no: NotMovable")],
    );
    check(EVENING, &json!({"Enabled": false}), &[("Dev extend 1h", "no: NotFollowed { is_off: false }")]);
    check(EVENING, &json!({"Mode": "off"}), &[("Dev extend 1h", "no: NotFollowed { is_off: true }")]);
    check(EVENING, &json!({"StopTime": "None"}), &[("Dev extend 1h", "no: NoStop")]);
    // In the morning the evening's stop is the next one.
    let world = office("2026-11-24 08:00", &json!({}));
    remember(&world, over);
    let tonight = "extended from Tue 22:00 to Tue 23:00 by jane, at most Wed 02:00";
    assert_eq!(say(&world, "jane", "Dev extend 1h"), tonight);
}

#[test]
fn c6_a_stop_that_has_begun_is_not_moved() {
    for (change, now) in [(stopping as fn(&mut ScheduleState), "2026-11-23 22:01"), (over, "2026-11-23 22:20")] {
        let world = office(now, &json!({}));
        remember(&world, change);
        assert_eq!(say(&world, "jane", "Dev extend 1h"), "no: HasBegun");
        assert_eq!(say(&world, "jane", "Dev skip"), "no: HasBegun");
        assert!(rows(&world).is_empty());
    }
}

fn over(state: &mut ScheduleState) {
    state.settled.push(Settled { at: at("2026-11-23 22:00"), action: Action::Stop, forced: false });
}

#[test]
fn a_stop_is_left_out_once() {
    let world = check(
        EVENING,
        &json!({}),
        &[
            ("Dev skip", "skipped Mon 22:00 by jane, next Tue 22:00"),
            ("Dev skip", "already skipped Mon 22:00 by jane, next Tue 22:00"),
            ("Dev extend 1h", "already skipped Mon 22:00 by jane, next Tue 22:00"),
            ("Dev cancel", "cancelled jane's skip, stops Mon 22:00"),
            ("Dev cancel", "no: NothingToCancel"),
        ],
    );
    assert!(rows(&world).is_empty());
}

#[test]
fn a_ticket_moves_its_own_stop_only() {
    let world = office(EVENING, &json!({}));
    remember(&world, started);
    let click = |ticket: &str, order: &Order| {
        told(pollster::block_on(desk(&world).order_for(&by("kim"), "Dev", Some(at(ticket)), order)))
    };
    let until = |text: &str| Order::Extend(crate::model::Later::At(at(text)));
    let (tonight, hour) = ("2026-11-23 22:00", until("2026-11-23 23:00"));
    assert_eq!(click(tonight, &hour), "extended from Mon 22:00 to Mon 23:00 by kim, at most Tue 02:00");
    assert_eq!(click(tonight, &hour), "already extended from Mon 23:00 to Mon 23:00 by kim, at most Tue 02:00");
    assert_eq!(click("2026-11-22 22:00", &hour), "no: the next stop is Mon 23:00");
    assert_eq!(click("2026-11-23 23:30", &hour), "no: the next stop is Mon 23:00");
    assert_eq!(click("2026-11-23 23:00", &Order::Skip), "skipped Mon 23:00 by kim, next Tue 22:00");
    assert_eq!(click(tonight, &Order::Skip), "already skipped Mon 22:00 by kim, next Tue 22:00");
    // The morning after: the message of the evening is still there.
    world.advance_to(at("2026-11-24 21:00"));
    remember(&world, |state| {
        over(state);
        state.settled.push(Settled { at: at("2026-11-24 09:30"), action: Action::Start, forced: false });
    });
    world.delete_items(Table::Exception, &Item::new());
    assert_eq!(click(tonight, &hour), "no: HasBegun");
    remember(&world, started);
    assert_eq!(click(tonight, &hour), "no: the next stop is Tue 22:00");
}

#[test]
fn t11_a_force_start_says_until_when() {
    let saturday = "2026-11-28 14:00";
    let cases = [
        (saturday, json!({}), "Dev force_start", "force start until Mon 22:00", 0),
        (saturday, json!({}), "Dev force_start for 2h", "force start until Sat 16:00", 1),
        (saturday, json!({}), "Dev force_start for 11h", "force start until Sun 01:00", 1),
        (saturday, json!({"Enabled": false}), "Dev force_start for 2h", "no: NoEnd", 0),
        (saturday, json!({"Enabled": false}), "Dev force_start", "force start until -", 0),
        (saturday, json!({"ForceStop": true}), "Dev force_start", "force start instead of stop until Mon 22:00", 0),
        (saturday, json!({"ForceStart": true}), "Dev force_start", "already force start until Mon 22:00", 0),
        (saturday, json!({"Mode": "off"}), "Dev force_start", "no: NotFollowed { is_off: true }", 0),
        (saturday, json!({}), "Dev force_stop", "force stop until Mon 09:30", 0),
        // While the timetable has it running, nothing is stopped earlier.
        ("2026-11-23 14:00", json!({}), "Dev force_start for 2h", "force start until Mon 22:00, asked Mon 16:00", 0),
        ("2026-11-23 23:00", json!({}), "Dev force_start for 2h", "force start until Tue 01:00", 1),
        ("2026-11-24 06:00", json!({}), "Dev force_start for 2h", "force start until Tue 08:00", 1),
        ("2026-11-24 09:00", json!({}), "Dev force_start for 20h", "force start until Tue 22:00, asked Wed 05:00", 0),
    ];
    for (now, attributes, text, expected, exceptions) in cases {
        let world = office(now, &attributes);
        assert_eq!(say(&world, "jane", text), expected, "{now} {text}");
        assert_eq!(rows(&world).len(), exceptions, "{now} {text}: {:?}", rows(&world));
        let flags = world.items(Table::Schedule)[0].clone();
        let is_up = |name: &str| flags.get(name) == Some(&Value::Bool(true));
        assert!(!(is_up("ForceStart") && is_up("ForceStop")), "{text}");
        assert_eq!(is_up("ForceStart") || is_up("ForceStop"), !expected.starts_with("no"), "{text}");
    }
    let world = office(saturday, &json!({}));
    let too_long = format!("no: {:?}", Why::Length { most: Duration::hours(24) });
    assert_eq!(say(&world, "jane", "Dev force_start for 25h"), too_long);
    // Of two the one counts who wants it longer.
    assert_eq!(say(&world, "jane", "Dev force_start for 2h"), "force start until Sat 16:00");
    assert_eq!(say(&world, "kim", "Dev force_start for 1h"), "already force start until Sat 16:00, asked Sat 15:00");
    assert_eq!(say(&world, "kim", "Dev force_start for 3h"), "already force start until Sat 17:00");
    assert_eq!(say(&world, "kim", "Dev cancel"), "cancelled force start");
    assert_eq!(rows(&world), ["2026-11-28 stop 16:00 jane"], "one order is taken back, the one before it stands");
}

#[test]
fn exceptions_are_set_whatever_is_there() {
    let world = check(
        "2026-11-23 12:00",
        &json!({}),
        &[
            ("Dev exception set 2026-11-22 stop 24:00", "no: Past { date: 2026-11-22 }"),
            ("Dev exception set 2036-11-22 stop 24:00", "no: TooFar { last: 2028-11-24 }"),
            ("Dev exception set today stop 24:00", "set 2026-11-23 stop 24:00: start Mon 09:30, stop Tue 00:00"),
            (
                "Dev exception set today stop 24:00",
                "already set 2026-11-23 stop 24:00: start Mon 09:30, stop Tue 00:00",
            ),
            ("Dev exception set tomorrow start None", "set 2026-11-24 start None: stop Tue 22:00"),
            ("Dev exception set sat start 10:00", "set 2026-11-28 start 10:00: start Sat 10:00, stop Sat 22:00"),
            ("Dev exception set fri stop 9:30", "set 2026-11-27 stop 09:30: "),
            ("Dev exception del sun stop", "no: NoException { date: 2026-11-29, kind: Stop }"),
            (
                "Dev exception set sat start 11:00",
                "set 2026-11-28 start 11:00 in place of 10:00 by jane: start Sat 11:00, stop Sat 22:00",
            ),
            ("Dev exception del sat start", "deleted 2026-11-28 start, which was 11:00 by jane: "),
            ("Dev exception info", "3 exceptions, 0 more"),
            ("Dev exception info fri", "1 exceptions, 0 more"),
            ("Dev info sat", "2026-11-28:  | weekdays 09:30-22:00"),
            ("Dev info", "2026-11-23: start Mon 09:30, stop Tue 00:00 | weekdays 09:30-22:00"),
        ],
    );
    // Several by other hands: one is left, and it is the one that was asked for.
    for (id, value) in [("a", "23:00"), ("b", "None"), ("c", "21:00")] {
        world.put_item(Table::Exception, by_hand(id, "2026-11-25", "stop", value));
    }
    let set = "set 2026-11-25 stop 20:00 in place of None by hand and 23:00 by hand and 21:00 by hand: start Wed 09:30, \
               stop Wed 20:00";
    assert_eq!(say(&world, "jane", "Dev exception set wed stop 20:00"), set);
    let replaced = |item: &Item| item["Replaces"]["ExceptionValue"].clone();
    let of_wednesday = world.items(Table::Exception).into_iter().find(|item| item["ExceptionDate"] == "2026-11-25");
    assert_eq!(of_wednesday.as_ref().map(replaced), Some(json!("None")), "what it took the place of is written there");
    let of_wednesday: Vec<String> = rows(&world).into_iter().filter(|row| row.starts_with("2026-11-25")).collect();
    assert_eq!(of_wednesday, ["2026-11-25 stop 20:00 jane"]);
    world.put_item(Table::Exception, by_hand("d", "2026-11-25", "stop", "23:00"));
    let deleted = "deleted 2026-11-25 stop, which was 23:00 by hand and 20:00 by jane: start Wed 09:30, stop Wed 22:00";
    assert_eq!(say(&world, "jane", "Dev exception del wed stop"), deleted);
}

#[test]
fn the_window_of_yesterday_may_still_be_open() {
    let night = json!({"StartTime": "22:00", "StopTime": "6:00"});
    let set = "set 2026-11-27 stop 31:00: start Fri 22:00, stop Sat 07:00";
    check("2026-11-28 02:00", &night.clone(), &[("Dev exception set 2026-11-27 stop 31:00", set)]);
    let past = "no: Past { date: 2026-11-27 }";
    check("2026-11-28 06:30", &night, &[("Dev exception set 2026-11-27 stop 31:00", past)]);
}

#[test]
fn status_says_what_comes_next() {
    check(
        EVENING,
        &json!({}),
        &[
            ("Dev status", "wants Some(Start), next stop Mon 22:00 by -, start Tue 09:30, at most Tue 02:00"),
            ("Dev extend 1h", "extended from Mon 22:00 to Mon 23:00 by jane, at most Tue 02:00"),
            ("Dev s", "wants Some(Start), next stop Mon 23:00 by jane, start Tue 09:30, at most Tue 02:00"),
        ],
    );
    check(EVENING, &json!({"Enabled": false}), &[("Dev s", "wants None, next stop - by -, start -, at most -")]);
}

#[test]
fn a_misspelt_schedule_gets_the_nearest() {
    let world = office(EVENING, &json!({"ScheduleName": "Development"}));
    world.put_item(Table::Schedule, item(json!({"ScheduleName": "Broken"})));
    assert_eq!(say(&world, "jane", "Develpment s"), "no: Development of Development");
    assert_eq!(say(&world, "jane", "DEVELOPMENT s").split(',').next(), Some("wants Some(Start)"));
    assert!(say(&world, "jane", "Broken s").starts_with("no: Faulty"), "{}", say(&world, "jane", "Broken s"));
}

#[test]
fn lists_say_who_may_order_from_where() {
    let cases = [
        (json!({}), "Dev extend 1h", "extended"),
        (json!({"ChatRooms": ["R1"]}), "Dev extend 1h", "extended"),
        (json!({"ChatRooms": ["R2"]}), "Dev extend 1h", "no: NotFromHere"),
        (json!({"ChatRooms": ["R2"]}), "Dev s", "no: NotFromHere"),
        (json!({"ChatPeople": ["JANE@x.org "]}), "Dev extend 1h", "extended"),
        (json!({"ChatPeople": ["kim@x.org"]}), "Dev extend 1h", "no: NotThisPerson"),
        (json!({"ChatPeople": ["kim@x.org"]}), "Dev s", "wants"),
        (json!({"ChatPeople": []}), "Dev extend 1h", "no: NotThisPerson"),
        (json!({"ChatPeople": "jane"}), "Dev extend 1h", "no: Faulty"),
    ];
    for (attributes, text, expected) in cases {
        let world = office(EVENING, &attributes);
        remember(&world, started);
        let answer = say(&world, "jane", text);
        assert!(answer.starts_with(expected), "{attributes} {text}: {answer}");
    }
    let world = office(EVENING, &json!({"ChatPeople": [], "ChatRooms": []}));
    remember(&world, started);
    let order = Order::Extend(crate::model::Later::By(Duration::hours(1)));
    let terminal = Orderer { via: TERMINAL, ids: Vec::new(), rooms: Vec::new(), ..by("jane") };
    assert!(pollster::block_on(desk(&world).order(&terminal, "Dev", &order)).is_ok());
}

#[test]
fn orders_of_a_minute_are_counted() {
    let world = office(EVENING, &json!({}));
    let limited = Desk { orders_a_minute: Some(3), ..desk(&world) };
    let give = |order| pollster::block_on(limited.order(&by("jane"), "Dev", &order));
    let change = || give(Order::Force { action: Action::Stop, lasts: None });
    for _ in 0..2 {
        for _ in 0..3 {
            assert!(change().is_ok());
        }
        assert_eq!(change().unwrap_err().why, Why::TooMany { a_minute: 3 });
        assert!((0..9).all(|_| give(Order::Status).is_ok()), "a question is no order");
        world.advance_to(world.now() + Duration::minutes(1));
    }
    assert_eq!(world.items(Table::Run).len(), 1);
}

#[test]
fn a_request_is_taken_once() {
    let world = office(EVENING, &json!({}));
    let give = |request: Option<&str>, order: &Order| {
        let desk = Desk { orders_a_minute: Some(30), request, ..desk(&world) };
        pollster::block_on(desk.order(&by("jane"), "Dev", order)).map_err(|refusal| refusal.why)
    };
    let stop = Order::Force { action: Action::Stop, lasts: None };
    assert!(give(Some("a"), &stop).is_ok());
    for minutes in [0, 1, 4, 5] {
        world.advance_to(world.now() + Duration::minutes(minutes));
        assert_eq!(give(Some("a"), &stop), Err(Why::Again), "{minutes}");
        assert!(give(Some("a"), &Order::Status).is_ok(), "a question may be asked again");
        assert!(give(None, &stop).is_ok(), "what is not told from others may be ordered again");
    }
    assert!(give(Some("b"), &stop).is_ok());
    // By then no signature of it is believed any more, and nothing is kept.
    world.advance_to(world.now() + Duration::minutes(12));
    assert!(give(Some("c"), &stop).is_ok());
    let requests = world.items(Table::Run)[0]["Requests"].as_object().unwrap().clone();
    assert_eq!(requests.keys().collect::<Vec<_>>(), ["c"]);
}

#[test]
fn s4_no_address_is_written_or_logged() {
    let world = office(EVENING, &json!({}));
    remember(&world, started);
    let jane = Orderer { name: "jane@x.org".to_owned(), room: Some("dev\nroom".to_owned()), ..by("jane") };
    let order = Order::Extend(crate::model::Later::By(Duration::hours(1)));
    let result = pollster::block_on(desk(&world).order(&jane, "Dev", &order));
    let audit = Audit::new(&jane, "Dev", &order, &result);
    assert_eq!(rows(&world), ["2026-11-23 stop 23:00 jane"]);
    let said = format!("{audit:?} {:?} {result:?}", world.items(Table::Exception));
    assert!(!said.contains("x.org"), "{said}");
    assert_eq!((audit.by.as_str(), audit.room.as_deref(), audit.result), ("jane", Some("dev\\nroom"), "done"));
    let again = pollster::block_on(desk(&world).order(&jane, "Dv", &Order::Skip));
    assert_eq!(Audit::new(&jane, "Dv", &Order::Skip, &again).result, "no_schedule");
}
