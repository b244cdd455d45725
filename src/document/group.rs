//! An item of the `ScheduleServerGroup` table.

use super::attributes::Attributes;
use crate::model::{GroupName, Problem, Ready, ScheduleName, ServerGroup, ServiceType};
use crate::ports::Item;

/// The attributes of a server group.
pub(super) const KNOWN: [&str; 6] =
    ["ScheduleName", "GroupName", "InstanceType", "Dependency", "Ready", "SlowAfterMinutes"];

const A_DAY: i64 = 24 * 60;

/// Reads a server group of a schedule. `None` when it is at fault; the problems say why.
pub(super) fn read(item: &Item, schedule: &ScheduleName) -> (Option<ServerGroup>, Vec<Problem>) {
    let label = item.get("GroupName").and_then(|name| name.as_str()).unwrap_or("without GroupName");
    let label = format!("ScheduleServerGroup {schedule}/{label}");
    let mut attributes = Attributes::new(item, label, Some(schedule.clone()), true);
    let name = attributes.required("GroupName", "the name that its instances carry in their group tag", GroupName::new);
    let service = attributes.required("InstanceType", "`EC2` or `RDS`", service);
    let mut dependencies = Vec::new();
    for text in attributes.texts("Dependency") {
        match GroupName::new(text) {
            Ok(name) => dependencies.push(name),
            Err(error) => attributes.fault("Dependency", format!("a name in it {error}; allowed: names of groups")),
        }
    }
    let ready = attributes.optional("Ready", "`running` or `status-ok`", ready).unwrap_or_default();
    let slow_after = attributes.minutes("SlowAfterMinutes", A_DAY);
    attributes.only(&KNOWN);
    let group = name.zip(service).map(|(name, service)| ServerGroup {
        name,
        service,
        dependencies: dependencies.into_iter().collect(),
        ready,
        slow_after: slow_after.unwrap_or_else(|| service.slow_after()),
    });
    (group.filter(|_| !attributes.is_faulty()), attributes.problems)
}

fn service(text: &str) -> Result<ServiceType, &'static str> {
    match text.to_uppercase().as_str() {
        "EC2" => Ok(ServiceType::Ec2),
        "RDS" => Ok(ServiceType::Rds),
        _ => Err("is no kind of instance"),
    }
}

fn ready(text: &str) -> Result<Ready, &'static str> {
    match text.to_lowercase().as_str() {
        "running" => Ok(Ready::Running),
        "status-ok" => Ok(Ready::StatusOk),
        _ => Err("is no kind of readiness"),
    }
}
