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
