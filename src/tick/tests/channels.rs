//! Several chats: who is told what, and what a chat that is down does to the others (rule C8).

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::Duration;

use super::*;
use crate::model::{Channel, Notice};
use crate::ports::ChatError;

/// A chat that notes to which channels it tells what.
struct Rooms(Mutex<Vec<String>>);

impl Chat for Rooms {
    async fn tell(&self, notice: &Notice, channels: &[Channel], _: Duration) -> Result<(), ChatError> {
        let what = match notice {
            Notice::Problems(problems) => {
                let items: Vec<&str> = problems.iter().map(|problem| problem.item.as_str()).collect();
                items.join(", ")
            }
            Notice::Warning { .. } => "warning".to_owned(),
            _ => return Ok(()),
        };
        let channels: Vec<&str> = channels.iter().map(Channel::as_str).collect();
        self.0.lock().unwrap().push(format!("{}: {what}", channels.join("+")));
        Ok(())
    }
}

#[test]
fn a_schedules_messages_go_to_its_channels_and_all_others_to_the_default() {
    let town = chain_running("2026-11-23 21:45");
    town.edit("Channels", serde_json::json!(["ops", "dev"]));
    // Known to be of the schedule, which is understood; and of one that is not.
    town.edit("Colour", "blue");
    let item = serde_json::json!({"ScheduleName": "Broken", "TagValue": "B", "Channels": ["dev"]});
    town.world.put_item(Table::Schedule, item.as_object().unwrap().clone());
    let rooms = Rooms(Mutex::default());
    let world = &town.world;
    world.advance_to(town.at("2026-11-23 21:50"));
    let ports = Ports { store: world, fleet: world, chat: &rooms, clock: world, journal: world };
    pollster::block_on(run(&ports, &town.options("tick"))).unwrap();
    let mut told = rooms.0.lock().unwrap().clone();
    told.dedup();
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(told[0], "DEV+OPS: warning");
    assert!(told.iter().any(|line| line == "DEV+OPS: Schedule S"), "{told:?}");
    assert!(told.iter().any(|line| line.starts_with(": Schedule Broken")), "{told:?}");
}

/// A chat of which one part is down.
struct Half(AtomicUsize);

impl Chat for Half {
    async fn tell(&self, _: &Notice, _: &[Channel], _: Duration) -> Result<(), ChatError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Err(ChatError::Partly("one of them is down".to_owned()))
    }
}

#[test]
fn c8_what_can_still_reach_some_is_told_though_another_chat_is_down() {
    let town = chain_running("2026-11-23 21:45");
    town.run_until("2026-11-23 21:59");
    let half = Half(AtomicUsize::new(0));
    let world = &town.world;
    world.advance_to(town.at("2026-11-23 22:00"));
    let ports = Ports { store: world, fleet: world, chat: &half, clock: world, journal: world };
    let report = pollster::block_on(run(&ports, &town.options("tick"))).unwrap();
    assert!(report.stopped > 0 && report.untold > 0, "{report:?}");
    // A chat that is down would be asked once in this tick.
    assert!(half.0.load(Ordering::Relaxed) > 1, "{}", half.0.load(Ordering::Relaxed));
}

#[test]
fn t10_a_warning_that_some_have_taken_is_told_and_the_stop_is_on_time() {
    let town = chain_running("2026-11-23 21:45");
    let half = Half(AtomicUsize::new(0));
    let world = &town.world;
    for time in ["2026-11-23 21:50", "2026-11-23 21:55"] {
        world.advance_to(town.at(time));
        let ports = Ports { store: world, fleet: world, chat: &half, clock: world, journal: world };
        let report = pollster::block_on(run(&ports, &town.options("tick"))).unwrap();
        assert_eq!(report.untold, 0, "{time}");
    }
    assert_eq!(half.0.load(Ordering::Relaxed), 1);
    let stops = town.run_and_find("2026-11-23 22:05", " stop C ec2/c");
    assert_eq!(stops, ["22:00:00 stop C ec2/c"]);
}
