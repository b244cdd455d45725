//! The example team: the schedule files of the repository, and the instances that they are about.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use chrono_tz::Tz;

use crate::document::file;
use crate::engine::calendar;
use crate::memory::{Fault, Machine, World};
use crate::model::{
    Action, Failure, FailureKind, GroupName, InstanceId, InstanceKey, InstanceKind, Label, Scope, TagValue,
};
use crate::ports::Table;

/// The schedule files that the demo runs.
const FILES: [&str; 2] =
    [include_str!("../../../schedules/development.yaml"), include_str!("../../../schedules/reporting.yaml")];

/// The zone of the team.
pub(super) const ZONE: Tz = Tz::Asia__Seoul;

/// Schedule, group, name, id, what it is, seconds to start, seconds to stop.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, i64, i64);

const ROWS: [Row; 11] = [
    ("Development", "Database", "orders-db", "orders-db", "mysql", 372, 95),
    ("Development", "Database", "users-db", "users-db", "postgres", 248, 80),
    ("Development", "Cache", "redis-1", "i-0c4c4e5a1b2d3f401", "t4g.medium", 38, 31),
    ("Development", "Cache", "redis-2", "i-0c4c4e5a1b2d3f402", "t4g.medium", 44, 33),
    ("Development", "API", "api-1", "i-0a9b8c7d6e5f4a301", "c7g.large", 71, 42),
    ("Development", "API", "api-2", "i-0a9b8c7d6e5f4a302", "c7g.large", 66, 40),
    ("Development", "API", "api-3", "i-0a9b8c7d6e5f4a303", "c7g.large", 93, 55),
    ("Development", "Batch", "batch-1", "i-0b1a2c3d4e5f6a701", "m7g.xlarge", 58, 37),
    ("Development", "Batch", "batch-2", "i-0b1a2c3d4e5f6a702", "m7g.xlarge", 58, 37),
    ("Reporting", "Warehouse", "warehouse", "warehouse", "postgres", 205, 90),
    ("Reporting", "Loader", "loader-1", "i-0d1e2f3a4b5c6d701", "r7g.large", 49, 35),
];

/// The instant of a local time such as `2026-11-23 09:30`.
pub(super) fn local(text: &str) -> DateTime<Utc> {
    let parsed = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M");
    calendar::instant(ZONE, parsed.unwrap_or_default())
}

/// The team's world on a Monday morning, all stopped.
pub(super) fn world() -> World {
    let world = World::new(local("2026-11-23 09:25"));
    for text in FILES {
        let tables = file::items(text).unwrap_or_default();
        let parts = [
            (Table::Schedule, tables.schedules),
            (Table::ServerGroup, tables.groups),
            (Table::Exception, tables.exceptions),
        ];
        for (table, items) in parts {
            for item in items {
                world.put_item(table, item);
            }
        }
    }
    for machine in ROWS.iter().filter_map(machine) {
        world.put_machine(machine);
    }
    if let Some(key) = ROWS.iter().find(|row| row.2 == "batch-2").and_then(key) {
        world.put_fault(Fault {
            key,
            action: Action::Start,
            failure: Failure {
                kind: FailureKind::Capacity,
                code: "InsufficientInstanceCapacity".to_owned(),
                message: "there is not enough m7g.xlarge capacity in ap-northeast-2a".to_owned(),
            },
            until_at: local("2026-11-23 09:52"),
        });
    }
    world
}

/// The team's instances with their groups, in the order of the table.
pub(super) fn members() -> Vec<(&'static str, &'static str, InstanceKey)> {
    ROWS.iter().filter_map(|row| Some((row.0, row.1, key(row)?))).collect()
}

fn key(row: &Row) -> Option<InstanceKey> {
    let kind = if row.3.starts_with("i-") { InstanceKind::Ec2 } else { InstanceKind::RdsInstance };
    Some(InstanceKey { scope: Scope::default(), kind, id: InstanceId::new(row.3).ok()? })
}

fn machine(row: &Row) -> Option<Machine> {
    let (schedule, group, name, _, engine, boot, halt) = *row;
    let mut machine = Machine::new(key(row)?, TagValue::new(schedule).ok()?, GroupName::new(group).ok());
    machine.instance.label = Label {
        name: Some(name.to_owned()),
        engine: Some(engine.to_owned()),
        zone: Some("ap-northeast-2a".to_owned()),
    };
    machine.boots_in = Duration::seconds(boot);
    machine.halts_in = Duration::seconds(halt);
    Some(machine)
}
