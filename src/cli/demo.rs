//! `lamplighter demo`: the main job on the embedded world, a working day of an example team, sped up.
//!
//! Everything is real but the world: the tick that runs in Lambda, its decisions, its messages. Ticks come every five
//! minutes and, as EventBridge sends them, when an instance has changed.

use std::io::Write as _;

use chrono::{DateTime, Duration, Utc};

use super::{Error, Format};
use crate::document::{self, Defaults, event_object};
use crate::engine::extension;
use crate::memory::World;
use crate::model::{Event, ExceptionKind, Notice, Schedule, ScheduleState};
use crate::ports::{Clock as _, Ports, Table};
use crate::tick::{self, About, Options};

mod screen;
mod team;

use screen::Screen;

/// Show a working day of an example team: groups come up in order, chat is warned, a stop is moved, an instance fails.
///
/// Needs no AWS account, no network and no set-up.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// How to print what happens; JSON is one object a line.
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Pause after each line, in milliseconds; by default 250 on a terminal and none in a pipe.
    #[arg(long, value_name = "MILLISECONDS")]
    pace: Option<u64>,
}

/// How far apart the cron ticks are.
const CRON_SECONDS: i64 = 300;

/// How long EventBridge takes to tell that an instance has changed.
const EVENT_DELAY: Duration = Duration::seconds(2);

/// Runs the demo.
pub(super) fn run(arguments: &Arguments) -> Result<(), Error> {
    let day = Day::new();
    match arguments.format {
        Format::Json => {
            let mut out = anstream::stdout().lock();
            day.live_through(|happened| {
                for event in &happened.events {
                    writeln!(out, "{}", serde_json::Value::Object(event_object(event)))?;
                }
                Ok(())
            })
        }
        Format::Text => {
            let mut screen = Screen::new(&day.schedules, &team::members(), arguments.pace);
            screen.begin(day.world.now())?;
            day.live_through(|happened| screen.show(&happened))?;
            let end = "That was one day. In an account the same tick runs in Lambda, on DynamoDB, EC2, RDS and a chat webhook.";
            writeln!(anstream::stdout().lock(), "\n{end}")?;
            Ok(())
        }
    }
}

/// What came of one tick.
struct Happened {
    events: Vec<Event>,
    messages: Vec<(DateTime<Utc>, Notice)>,
}

/// The world of the demo and its schedules.
struct Day {
    world: World,
    schedules: Vec<Schedule>,
    until_at: DateTime<Utc>,
}

impl Day {
    fn new() -> Self {
        let world = team::world();
        let tables = document::Tables {
            schedules: world.items(Table::Schedule),
            groups: world.items(Table::ServerGroup),
            exceptions: world.items(Table::Exception),
        };
        let (schedules, _) = document::read(&tables, Defaults::default(), world.now().date_naive());
        let until_at = team::local("2026-11-24 01:10");
        Self { world, schedules, until_at }
    }

    /// Runs ticks until the day is over, and hands over what came of each.
    fn live_through(&self, mut show: impl FnMut(Happened) -> Result<(), Error>) -> Result<(), Error> {
        let world = &self.world;
        let mut extends_at = Some(team::local("2026-11-23 21:53"));
        while world.now() <= self.until_at {
            if extends_at.is_some_and(|at| at <= world.now()) {
                extends_at = None;
                self.extend();
            }
            self.tick();
            show(Happened { events: world.take_events(), messages: world.take_messages() })?;
            let now = world.now();
            let cron_at = DateTime::from_timestamp((now.timestamp() / CRON_SECONDS + 1) * CRON_SECONDS, 0);
            let event_at = world.next_change().map(|at| at.max(now) + EVENT_DELAY);
            let next = cron_at.into_iter().chain(event_at).chain(extends_at).min();
            world.advance_to(next.unwrap_or(self.until_at + EVENT_DELAY));
        }
        Ok(())
    }

    fn tick(&self) {
        let world = &self.world;
        let ports = Ports { store: world, fleet: world, chat: world, clock: world, journal: world };
        let now = world.now();
        let options = Options {
            owner: format!("demo-{}", now.timestamp()),
            deadline: now + Duration::minutes(4),
            settle: Duration::seconds(60),
            defaults: Defaults::default(),
            only: None,
            about: About::All,
        };
        // The embedded tables answer always; what went wrong would show as an event.
        _ = pollster::block_on(tick::run(&ports, &options));
    }

    /// Somebody still works: the stop of the first schedule moves by an hour. The next tick tells it.
    fn extend(&self) {
        const BY: &str = "Jiyeon";
        let world = &self.world;
        let now = world.now();
        let Some(schedule) = self.schedules.first() else { return };
        let stop_at = team::local("2026-11-23 23:00");
        let Ok(extension) = extension::extend(schedule, &ScheduleState::default(), now, stop_at) else { return };
        let (date, value) = (extension.date, Some(extension.local_stop));
        let item = document::exception_item(&schedule.name, date, ExceptionKind::Stop, value, (BY, "chat"), now);
        world.put_item(Table::Exception, item);
    }
}
