//! Events of single instances: a fleet that starts is thousands of them, and they must not cost a tick of a minute each.

use super::*;

/// The chain, whose database has been asked to start and takes five minutes, by a tick that did not look on.
fn starting() -> Town {
    let town = chain("2026-11-23 09:30");
    town.slow_down("rds/db", "A", 5);
    tick(&town, About::All, 0);
    town.world.advance_to(town.at("2026-11-23 09:31"));
    town
}

fn tick(town: &Town, about: About, settle: i64) -> Report {
    let world = &town.world;
    let ports = Ports { store: world, fleet: world, chat: world, clock: world, journal: world };
    let options = Options { about, settle: Duration::seconds(settle), ..town.options("event") };
    pollster::block_on(run(&ports, &options)).unwrap()
}

fn changed(id: &str) -> About {
    About::Instance(InstanceId::new(id).unwrap())
}

/// Until when it is written down that a tick looks on.
fn watched_until(town: &Town) -> serde_json::Value {
    let mut states = town.world.items(Table::Run).into_iter().filter(|item| item["RunId"] == "@state");
    states.find_map(|item| item.get("WatchedUntil").cloned()).unwrap_or_default()
}

#[test]
fn an_event_that_leads_to_nothing_is_one_look() {
    let town = starting();
    let looks = town.world.looks();
    let report = tick(&town, changed("db"), 60);
    assert_eq!((report.passes, report.in_flight, town.world.looks() - looks), (1, true, 1));
    // Any other tick looks on.
    assert!(tick(&town, About::All, 60).passes > 5);
}

#[test]
fn an_event_that_leads_to_something_is_followed_up() {
    let town = starting();
    town.world.advance_to(town.at("2026-11-23 09:35") + Duration::seconds(1));
    let report = tick(&town, changed("db"), 60);
    // The next group, and the one after it as soon as that is up.
    assert_eq!((report.started, report.passes > 5), (3, true), "{report:?}");
}

#[test]
fn while_a_tick_looks_on_events_are_left_to_it() {
    let town = starting();
    assert_eq!(watched_until(&town), serde_json::Value::Null, "nobody looks on");
    let mut item = town.world.items(Table::Run).into_iter().find(|item| item["RunId"] == "@state").unwrap();
    item.insert("WatchedUntil".to_owned(), "2026-11-23T00:32:00Z".into());
    town.world.put_item(Table::Run, item);
    // A hundred instances, and all that is done for them is to read the tables.
    let looks = town.world.looks();
    for _ in 0..100 {
        let report = tick(&town, changed("b1"), 60);
        assert_eq!((report.passes, report.in_flight), (1, false));
    }
    assert_eq!(town.world.looks(), looks);
    // An edit or the rule makes a tick all the same, and so does an event after that time.
    tick(&town, About::All, 0);
    assert_eq!(town.world.looks() - looks, 1);
    town.world.advance_to(town.at("2026-11-23 09:32"));
    tick(&town, changed("b1"), 0);
    assert_eq!(town.world.looks() - looks, 2);
}

#[test]
fn a_tick_that_looks_on_says_until_when() {
    let town = chain("2026-11-23 09:30");
    town.slow_down("rds/db", "A", 5);
    tick(&town, About::All, 60);
    // A quarter of a minute before its end it may have looked for the last time.
    assert_eq!(watched_until(&town), "2026-11-23T00:30:45Z");
    town.run_until("2026-11-23 09:45");
    assert_eq!(watched_until(&town), serde_json::Value::Null, "all is done");
}
