//! Whole stretches of time over the embedded world: what happens in which order, what is told, what is remembered.
//!
//! | rule | here | beside the rule |
//! | --- | --- | --- |
//! | T1, T2 | | `engine/calendar/tests`, `model/clock_value`, `model/days`, `model/dates` |
//! | T3 | `cases` | `engine/calendar/tests/exceptions`, `engine/calendar/tests/zones`, `document/tables` |
//! | T4, T5, T7 | | `engine/calendar/tests` |
//! | T6 | `cases` | `engine/calendar/tests/zones` |
//! | T8 | `timetable`, `cases`, `hard`, `crash` | |
//! | T9 | `timetable`, `hard` | |
//! | T10 | `timetable`, `cases`, `hard` | `engine/warnings`, `engine/forecast/tests` |
//! | T11 | `timetable`, `cases`, `hard` | `document/tables` |
//! | T12 | `restarts` | |

use super::*;
use crate::memory::{Fault, World};
use crate::model::{Failure, FailureKind, InstanceState, Scope};
use crate::ports::{Chat, Clock, Fleet, Ports, Store, Table};
use crate::testing::Town;

mod accounts;
mod cases;
mod channels;
mod crash;
mod events;
mod faults;
mod hard;
mod restarts;
mod timetable;

const CHAIN: &str = r"
Schedule: {ScheduleName: S, TagValue: S, DaysActive: weekdays, Enabled: true, StartTime: 09:30, StopTime: 22:00, ForceStart: false}
ServerGroups:
  - {GroupName: A, InstanceType: RDS}
  - {GroupName: B, InstanceType: EC2, Dependency: [A]}
  - {GroupName: C, InstanceType: EC2, Dependency: [B]}
";
const CHAIN_MACHINES: [&str; 4] = ["rds/db A", "ec2/b1 B", "ec2/b2 B", "ec2/c C"];

fn chain(at: &str) -> Town {
    Town::new(CHAIN, &CHAIN_MACHINES, at)
}

/// The chain, up since Monday morning.
fn chain_running(until: &str) -> Town {
    let town = chain("2026-11-23 09:30");
    town.run_until(until);
    town
}
