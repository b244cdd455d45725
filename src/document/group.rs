//! An item of the `ScheduleServerGroup` table.

use std::collections::BTreeSet;

use super::attributes::{Attributes, name_fault};
use super::hint;
use super::shown::shown;
use crate::model::{GroupName, Problem, Ready, ScheduleName, ServerGroup, ServiceType};
use crate::ports::Item;

/// The attributes of a server group.
pub(super) const KNOWN: [&str; 6] =
    ["ScheduleName", "GroupName", "InstanceType", "Dependency", "Ready", "SlowAfterMinutes"];

const A_DAY: i64 = 24 * 60;

/// A server group as it was read.
pub(super) struct GroupRead {
    /// The group, as far as its attributes could be read; `None` when it has no name.
    pub(super) group: Option<ServerGroup>,
    /// Whether anything of it is at fault.
    pub(super) is_faulty: bool,
    /// What is wrong with it.
    pub(super) problems: Vec<Problem>,
}

/// Reads a server group of a schedule, or of one whose name is not known.
pub(super) fn read(item: &Item, schedule: Option<&ScheduleName>) -> GroupRead {
    let label = item.get("GroupName").map_or_else(|| "without GroupName".to_owned(), shown);
    let owner = schedule.map(|schedule| format!("{schedule}/")).unwrap_or_default();
    let label = format!("ScheduleServerGroup {owner}{label}");
    let mut attributes = Attributes::new(item, &label, schedule.cloned(), true);
    let name = attributes.required("GroupName", "the name that its instances carry in their group tag", |text| {
        GroupName::new(text).map_err(|error| name_fault(&error))
    });
    let service = attributes.required("InstanceType", "`EC2` or `RDS`", service);
    let mut dependencies = BTreeSet::new();
    for text in attributes.texts("Dependency") {
        match GroupName::new(text) {
            Ok(name) => _ = dependencies.insert(name),
            Err(error) => {
                let message = format!("a name in it {}; allowed: names of groups", name_fault(&error));
                attributes.fault("Dependency", message);
            }
        }
    }
    let ready = attributes.optional("Ready", "`running` or `status-ok`", ready).unwrap_or_default();
    let slow_after = attributes.minutes("SlowAfterMinutes", A_DAY);
    attributes.only(&KNOWN);
    let group = name.map(|name| {
        // Of a faulty group only the name and what it waits for count.
        let service = service.unwrap_or(ServiceType::Ec2);
        let slow_after = slow_after.unwrap_or_else(|| service.slow_after());
        ServerGroup { name, service, dependencies, ready, slow_after }
    });
    GroupRead { group, is_faulty: attributes.is_faulty(), problems: attributes.problems }
}

fn service(text: &str) -> Result<ServiceType, String> {
    match text.to_uppercase().as_str() {
        "EC2" => Ok(ServiceType::Ec2),
        "RDS" => Ok(ServiceType::Rds),
        _ => Err(hint::unknown(text, "is no kind of instance", &["EC2", "RDS"])),
    }
}

fn ready(text: &str) -> Result<Ready, String> {
    match text.to_lowercase().as_str() {
        "running" => Ok(Ready::Running),
        "status-ok" => Ok(Ready::StatusOk),
        _ => Err(hint::unknown(text, "is no kind of readiness", &["running", "status-ok"])),
    }
}
