//! `lamplighter extend | skip | start | stop | cancel`: what people can order in chat, from a terminal.

use std::io::Write;

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::{Error, ErrorKind, Format};
use crate::chat::{answer, command};
use crate::desk::{Answer, Audit, Cancelled, Desk, Done, Refusal, TERMINAL, Why};
use crate::document::Defaults;
use crate::model::{Action, Order, Orderer};
use crate::ports::{Clock, Store};

/// What is the same in all of them.
#[derive(Debug, clap::Args)]
pub(super) struct Common {
    /// The schedule.
    schedule: String,

    /// Who orders it: the name that others are told.
    #[arg(long, value_name = "NAME", default_value = Orderer::A_TERMINAL)]
    by: String,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Move the next stop later: by `1h`, `30m` or `1h30m`, or until `22:30`.
#[derive(Debug, clap::Args)]
pub(super) struct Extend {
    #[command(flatten)]
    common: Common,

    /// How much later, or until when.
    #[arg(value_name = "1h|30m|H:M")]
    later: String,
}

/// Leave the next stop out.
#[derive(Debug, clap::Args)]
pub(super) struct Skip {
    #[command(flatten)]
    common: Common,
}

/// Start everything now, whatever the timetable says: raises `ForceStart`.
#[derive(Debug, clap::Args)]
pub(super) struct Start {
    #[command(flatten)]
    common: Common,

    /// For how long, such as `2h`; else until the next stop.
    #[arg(long = "for", value_name = "2h")]
    lasts: Option<String>,
}

/// Stop everything now, whatever the timetable says: raises `ForceStop`.
#[derive(Debug, clap::Args)]
pub(super) struct Stop {
    #[command(flatten)]
    common: Common,
}

/// Take back a force start or stop that is not carried out yet, else the extension or the skipping of the next stop.
#[derive(Debug, clap::Args)]
pub(super) struct Cancel {
    #[command(flatten)]
    common: Common,
}

/// A command that orders something.
pub(super) trait Orders {
    /// The order.
    fn order(&self) -> Result<(&Common, Order), Error>;
}

impl Orders for Extend {
    fn order(&self) -> Result<(&Common, Order), Error> {
        let later = command::later(&self.later).map_err(|near| unread(&self.later, "`1h`, `30m` or `22:30`", near))?;
        Ok((&self.common, Order::Extend(later)))
    }
}

impl Orders for Skip {
    fn order(&self) -> Result<(&Common, Order), Error> {
        Ok((&self.common, Order::Skip))
    }
}

impl Orders for Start {
    fn order(&self) -> Result<(&Common, Order), Error> {
        let length = |text: &String| command::length(text).map_err(|near| unread(text, "such as `2h` or `90m`", near));
        let lasts = self.lasts.as_ref().map(length).transpose()?;
        Ok((&self.common, Order::Force { action: Action::Start, lasts }))
    }
}

impl Orders for Stop {
    fn order(&self) -> Result<(&Common, Order), Error> {
        Ok((&self.common, Order::Force { action: Action::Stop, lasts: None }))
    }
}

impl Orders for Cancel {
    fn order(&self) -> Result<(&Common, Order), Error> {
        Ok((&self.common, Order::Cancel))
    }
}

fn unread(text: &str, allowed: &str, near: Option<String>) -> Error {
    let error = Error::new(ErrorKind::Usage, format!("`{text}` cannot be read; allowed: {allowed}"));
    match near {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error,
    }
}

/// Runs the command against an account.
#[cfg(feature = "live")]
pub(super) fn run(arguments: &impl Orders) -> Result<(), Error> {
    // What cannot be read is said before anything is connected.
    let (common, order) = arguments.order()?;
    let settings = super::live::settings()?;
    super::live::block_on(&settings, async |live| {
        give(&live.store, &live.clock, settings.defaults, (common, &order), &mut anstream::stdout()).await
    })
}

/// At a terminal one can wait a little longer than in chat.
const PATIENCE: Duration = Duration::seconds(10);

/// Gives the order, and prints the answer.
async fn give(
    store: &impl Store,
    clock: &impl Clock,
    defaults: Defaults,
    (common, order): (&Common, &Order),
    out: &mut impl Write,
) -> Result<(), Error> {
    let desk = Desk::new(store, clock, defaults, PATIENCE);
    let name = common.by.clone();
    let by = Orderer { name, ids: Vec::new(), rooms: Vec::new(), room: None, via: TERMINAL };
    let result = desk.order(&by, &common.schedule, order).await;
    let message = answer::at_terminal(&result);
    match (&result, common.format) {
        (_, Format::Json) => {
            let audit = Audit::new(&by, &common.schedule, order, &result);
            writeln!(out, "{}", object(&audit, &result, &message.title))?;
        }
        (Ok(_), Format::Text) => writeln!(out, "{}", message.to_text())?,
        (Err(_), Format::Text) => {}
    }
    let Err(refusal) = result else { return Ok(()) };
    let kind = match &refusal.why {
        Why::Store { .. } => ErrorKind::Unreachable,
        _ => ErrorKind::Input,
    };
    let title = match &refusal.why {
        Why::Store { error, .. } => format!("{}: {error}", message.title),
        _ => message.title,
    };
    let hints = message.fields.into_iter().flat_map(|field| field.lines);
    Err(hints.fold(Error::new(kind, title), Error::hint))
}

/// The answer for programs: what was ordered, how it went, and the times that it is about.
fn object(audit: &Audit, result: &Result<Answer, Refusal>, message: &str) -> Value {
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let maybe = |at: Option<DateTime<Utc>>| at.map(time);
    let (schedule, at) = match result {
        Ok(answer) => (answer.schedule.to_string(), answer.at),
        Err(refusal) => (refusal.schedule.clone(), refusal.at),
    };
    let details = match result.as_ref().map(|answer| &answer.done) {
        Ok(Done::Extended { planned_at, stop_at, by, latest_at, .. }) => json!({
            "planned_at": time(*planned_at), "stop_at": time(*stop_at), "by": by, "latest_at": time(*latest_at),
        }),
        Ok(Done::Skipped { planned_at, next_stop_at, by, .. }) => {
            json!({"planned_at": time(*planned_at), "stop_at": maybe(*next_stop_at), "by": by})
        }
        Ok(Done::Forced { until_at, .. }) => json!({"until_at": maybe(*until_at)}),
        Ok(Done::Cancelled(Cancelled::Force { action, .. })) => {
            json!({"cancelled": format!("force_{}", action.as_str())})
        }
        Ok(Done::Cancelled(Cancelled::Extension { stop_at, by, .. })) => {
            json!({"cancelled": "extend", "stop_at": maybe(*stop_at), "by": by})
        }
        Ok(Done::Cancelled(Cancelled::Skip { stop_at, by })) => {
            json!({"cancelled": "skip", "stop_at": maybe(*stop_at), "by": by})
        }
        _ => json!({}),
    };
    let mut object = json!({
        "at": time(at), "schedule": schedule, "order": audit.order, "result": audit.result, "message": message,
    });
    if let (Value::Object(object), Value::Object(details)) = (&mut object, details) {
        object.extend(details);
    }
    object
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::memory::World;
    use crate::ports::{Item, Table};

    #[derive(Debug, Parser)]
    enum Line {
        Extend(Extend),
        Skip(Skip),
        Start(Start),
        Stop(Stop),
        Cancel(Cancel),
    }

    fn world() -> World {
        let world = World::new("2026-11-23T12:55:00Z".parse().unwrap());
        let schedule = json!({
            "ScheduleName": "Dev", "TagValue": "Dev", "DaysActive": "weekdays", "Enabled": true, "StartTime": "9:30",
            "StopTime": "22:00", "ChatPeople": [],
        });
        let Value::Object(schedule) = schedule else { panic!("no item") };
        world.put_item(Table::Schedule, schedule);
        world
    }

    /// What a line prints, or its error with the exit code.
    fn order(world: &World, line: &str) -> String {
        let parsed = Line::try_parse_from(format!("lamplighter {line}").split(' ')).unwrap();
        let orders: &dyn Orders = match &parsed {
            Line::Extend(orders) => orders,
            Line::Skip(orders) => orders,
            Line::Start(orders) => orders,
            Line::Stop(orders) => orders,
            Line::Cancel(orders) => orders,
        };
        let mut out = Vec::new();
        let given = orders.order().and_then(|(common, order)| {
            pollster::block_on(give(world, world, Defaults::default(), (common, &order), &mut out))
        });
        let mut text = String::from_utf8(out).unwrap();
        if let Err(error) = given {
            text += &format!("{}: {} | {}", error.exit_code(), error.message, error.hints.join(" | "));
        }
        text.trim_end().replace('\n', " | ")
    }

    #[test]
    fn orders_are_given_and_answered() {
        let world = world();
        let cases = [
            (
                "extend Dev 1h --by jane",
                "Dev stays on until 23:00 (Asia/Seoul): extended by jane | More: |   It was to stop at 22:00. |   At \
                 most until Tue 24 Nov, 02:00. |   To take it back: lamplighter cancel Dev",
            ),
            (
                "extend Dev 22:30 --format json",
                r#"{"at":"2026-11-23T12:55:00Z","by":"jane","latest_at":"2026-11-23T17:00:00Z","message":"Dev is on until 23:00 (Asia/Seoul) already: extended by jane","order":"extend","planned_at":"2026-11-23T14:00:00Z","result":"unchanged","schedule":"Dev","stop_at":"2026-11-23T14:00:00Z"}"#,
            ),
            (
                "extend Dev 9h",
                "1: Dev may be extended until Tue 24 Nov, 02:00 (Asia/Seoul) at most | One stop may be moved by 4 hours in \
                 all.",
            ),
            ("extend Dev soon", "2: `soon` cannot be read; allowed: `1h`, `30m` or `22:30` |"),
            ("extend Dev 90", "2: `90` cannot be read; allowed: `1h`, `30m` or `22:30` | did you mean `90m`?"),
            ("cancel Dv", "1: There is no schedule `Dv` | Did you mean `Dev`? | There are: Dev"),
            (
                "start Dev --for 2h --format json",
                r#"{"at":"2026-11-23T12:55:00Z","message":"Dev: force start is ordered; the scheduler carries it out soon","order":"force_start","result":"done","schedule":"Dev","until_at":"2026-11-23T14:00:00Z"}"#,
            ),
            (
                "cancel Dev",
                "Dev: the order to force start is taken back | Mind: What AWS has been asked for already goes on.",
            ),
            (
                "cancel Dev --format json",
                r#"{"at":"2026-11-23T12:55:00Z","by":"jane","cancelled":"extend","message":"Dev: the extension until 23:00 by jane is taken back","order":"cancel","result":"done","schedule":"Dev","stop_at":"2026-11-23T13:00:00Z"}"#,
            ),
        ];
        for (line, expected) in cases {
            assert_eq!(order(&world, line), expected, "{line}");
        }
        assert!(order(&world, "skip Dev").starts_with("Dev: the stop at 22:00 (Asia/Seoul) is left out"));
        assert!(order(&world, "stop Dev").starts_with("Dev: force stop is ordered"));
        let flags: Vec<Item> = world.items(Table::Schedule);
        assert_eq!(flags[0]["ForceStop"], json!(true));
    }
}
