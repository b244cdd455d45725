use super::*;

#[test]
fn an_extension_takes_the_place_of_what_other_hands_have_made() {
    let world = office("2026-11-23 20:55", &json!({}));
    remember(&world, started);
    let theirs = by_hand("abc", "2026-11-23", "stop", "21:00");
    world.put_item(Table::Exception, theirs.clone());
    assert_eq!(
        say(&world, "jane", "Dev extend 30m"),
        "extended from Mon 21:00 to Mon 21:30 by jane, at most Tue 01:00"
    );
    assert_eq!(rows(&world), ["2026-11-23 stop 21:30 jane"], "no second item, which would be reported");
    assert_eq!(
        say(&world, "kim", "Dev extend 22:00"),
        "extended from Mon 21:30 to Mon 22:00 by kim, at most Tue 01:30"
    );
    assert_eq!(say(&world, "kim", "Dev cancel"), "cancelled kim's extension to Mon 22:00, stops Mon 21:30");
    assert_eq!(say(&world, "kim", "Dev cancel"), "cancelled jane's extension to Mon 21:30, stops Mon 21:00");
    assert_eq!(world.items(Table::Exception), [theirs], "what was there is there again");
    assert_eq!(say(&world, "kim", "Dev cancel"), "no: NothingToCancel");
}

#[test]
fn of_two_by_other_hands_the_one_that_counts_gives_way() {
    let world = office("2026-11-23 20:55", &json!({}));
    remember(&world, started);
    for (id, value) in [("a", "20:00"), ("b", "21:00")] {
        world.put_item(Table::Exception, by_hand(id, "2026-11-23", "stop", value));
    }
    assert_eq!(
        say(&world, "jane", "Dev extend 30m"),
        "extended from Mon 21:00 to Mon 21:30 by jane, at most Tue 01:00"
    );
    assert_eq!(rows(&world), ["2026-11-23 stop 20:00 hand", "2026-11-23 stop 21:30 jane"]);
    assert_eq!(say(&world, "jane", "Dev cancel"), "cancelled jane's extension to Mon 21:30, stops Mon 21:00");
    assert_eq!(rows(&world), ["2026-11-23 stop 20:00 hand", "2026-11-23 stop 21:00 hand"]);
}

#[test]
fn a_faulty_item_under_our_key_is_no_hindrance() {
    let world = office("2026-11-23 21:55", &json!({}));
    remember(&world, started);
    let spoilt = by_hand(&our_id("2026-11-23", ExceptionKind::Stop), "2026-11-23", "stop", "25:99");
    world.put_item(Table::Exception, spoilt.clone());
    assert_eq!(say(&world, "jane", "Dev extend 1h"), "extended from Mon 22:00 to Mon 23:00 by jane, at most Tue 02:00");
    assert_eq!(say(&world, "jane", "Dev cancel"), "cancelled jane's extension to Mon 23:00, stops Mon 22:00");
    assert_eq!(world.items(Table::Exception), [spoilt]);
}

#[test]
fn only_orders_are_taken_back() {
    let world = office("2026-11-23 21:55", &json!({}));
    remember(&world, started);
    let planned = "set 2026-11-23 stop 23:00: start Mon 09:30, stop Mon 23:00";
    assert_eq!(say(&world, "jane", "Dev exception set today stop 23:00"), planned);
    assert_eq!(say(&world, "jane", "Dev cancel"), "no: NothingToCancel");
    // What an order took the place of comes back, also when it was set in chat.
    assert_eq!(say(&world, "kim", "Dev extend 1h"), "extended from Mon 23:00 to Tue 00:00 by kim, at most Tue 02:00");
    assert_eq!(say(&world, "kim", "Dev cancel"), "cancelled kim's extension to Tue 00:00, stops Mon 23:00");
    assert_eq!(rows(&world), ["2026-11-23 stop 23:00 jane"]);
}

#[test]
fn a_skip_is_taken_back_also_after_its_time() {
    let world = office("2026-11-23 21:55", &json!({}));
    remember(&world, started);
    assert_eq!(say(&world, "jane", "Dev skip"), "skipped Mon 22:00 by jane, next Tue 22:00");
    world.advance_to(at("2026-11-23 23:10"));
    assert_eq!(say(&world, "jane", "Dev cancel"), "cancelled jane's skip, stops Mon 22:00");
    assert_eq!(say(&world, "jane", "Dev skip"), "skipped Mon 22:00 by jane, next Tue 22:00");
    // The next morning there is nothing left to take back.
    world.advance_to(at("2026-11-24 09:31"));
    assert_eq!(say(&world, "jane", "Dev cancel"), "no: NothingToCancel");
}

#[test]
fn a_flag_is_taken_back_before_an_extension() {
    let world = office("2026-11-23 21:55", &json!({}));
    remember(&world, started);
    say(&world, "jane", "Dev extend 1h");
    say(&world, "jane", "Dev force_stop");
    assert_eq!(say(&world, "jane", "Dev cancel"), "cancelled force stop");
    assert_eq!(say(&world, "jane", "Dev cancel"), "cancelled jane's extension to Mon 23:00, stops Mon 22:00");
    // Both at once: neither is obeyed, and both go.
    let both = json!({"ForceStart": true, "ForceStop": true});
    let world = office("2026-11-23 21:55", &both);
    assert_eq!(say(&world, "jane", "Dev cancel"), "cancelled force start");
    let schedule = &world.items(Table::Schedule)[0];
    assert_eq!((&schedule["ForceStart"], &schedule["ForceStop"]), (&json!(false), &json!(false)));
}

/// The order that was seen at this time, carried out.
fn forced(action: Action, seen_at: &str) -> Settled {
    Settled { at: at(seen_at), action, forced: true }
}

#[test]
fn what_was_carried_out_is_turned_round_by_another_order() {
    let saturday = "2026-11-28 14:00";
    let cases = [
        (json!({}), Action::Start, "no: force start is carried out, until Mon 22:00"),
        (json!({}), Action::Stop, "no: force stop is carried out, until Mon 09:30"),
        (json!({"Enabled": false}), Action::Start, "no: force start is carried out, until -"),
        (json!({"Mode": "notify"}), Action::Start, "no: NothingToCancel"),
    ];
    for (attributes, action, expected) in cases {
        let world = office(saturday, &attributes);
        remember(&world, |state| state.settled.push(forced(action, "2026-11-28 13:50")));
        assert_eq!(say(&world, "jane", "Dev cancel"), expected, "{attributes} {action:?}");
    }
    // What the timetable has done since is the last thing that was done.
    let world = office("2026-11-30 09:40", &json!({}));
    remember(&world, |state| {
        let started = Settled { at: at("2026-11-30 09:30"), action: Action::Start, forced: false };
        state.settled.extend([forced(Action::Stop, "2026-11-28 14:00"), started]);
    });
    assert_eq!(say(&world, "jane", "Dev cancel"), "no: NothingToCancel");
    // An extension is taken back all the same.
    let world = office("2026-11-23 21:55", &json!({}));
    remember(&world, |state| state.settled.push(forced(Action::Start, "2026-11-23 21:00")));
    say(&world, "jane", "Dev extend 1h");
    assert_eq!(say(&world, "jane", "Dev cancel"), "cancelled jane's extension to Mon 23:00, stops Mon 22:00");
    assert_eq!(say(&world, "jane", "Dev cancel"), "no: force start is carried out, until Mon 22:00");
}

/// Somebody starts it for two hours on a Saturday, the scheduler has begun or is done, and it is taken back.
#[test]
fn the_end_of_a_start_stays_as_long_as_something_was_started() {
    let lower = |world: &World| pollster::block_on(world.lower_flag(&ScheduleName::new("Dev").unwrap(), Action::Start));
    let end = ["2026-11-28 stop 16:00 jane"];
    let world = office("2026-11-28 14:00", &json!({}));
    say(&world, "jane", "Dev force_start for 2h");
    world.advance_to(at("2026-11-28 14:10"));
    lower(&world).unwrap();
    remember(&world, |state| state.settled.push(forced(Action::Start, "2026-11-28 14:01")));
    assert_eq!(say(&world, "jane", "Dev cancel"), "no: force start is carried out, until Sat 16:00");
    assert_eq!(rows(&world), end, "done: it stops when it was to stop");
    // Another order that is taken back does not take the end of the first with it.
    say(&world, "kim", "Dev force_start");
    assert_eq!(say(&world, "kim", "Dev cancel"), "cancelled force start");
    assert_eq!(rows(&world), end);

    let world = office("2026-11-28 14:00", &json!({}));
    say(&world, "jane", "Dev force_start for 2h");
    remember(&world, |state| {
        stopping(state);
        let run = state.open_run_mut().unwrap();
        (run.action, run.cause) = (Action::Start, crate::model::Cause::Force);
        let mut progress = crate::model::Progress::due(None, crate::model::Label::default());
        (progress.standing, progress.attempts) = (crate::model::Standing::Asked, 1);
        run.instances.insert("ec2/i-1".parse().unwrap(), progress);
    });
    assert_eq!(say(&world, "jane", "Dev cancel"), "cancelled force start, under way until Sat 16:00");
    assert_eq!(rows(&world), end);
    assert_eq!(say(&world, "jane", "Dev cancel"), "no: force start is carried out, until Sat 16:00");
}

#[test]
fn what_was_replaced_is_remembered_within_bounds() {
    let world = office("2026-11-23 21:55", &json!({}));
    remember(&world, started);
    for minute in 1..60 {
        let answer = say(&world, "jane", &format!("Dev extend 22:{minute:02}"));
        assert!(answer.starts_with("extended"), "{answer}");
    }
    let item = &world.items(Table::Exception)[0];
    let text = Value::Object(item.clone()).to_string();
    assert_eq!(text.matches("Replaces").count(), 8, "{text}");
    assert!(text.len() < 5_000, "{}", text.len());
}
