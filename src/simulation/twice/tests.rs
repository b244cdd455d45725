use super::*;
use crate::document::{self, file};
use crate::engine::Held;
use crate::memory::{Machine, World};
use crate::model::{GroupName, Lease, ScheduleState, TagValue};

const TEAM: &str = "
Schedule: {ScheduleName: S, TagValue: S, DaysActive: all, Enabled: true, StartTime: '09:30', StopTime: '22:00', Timezone: UTC}
ServerGroups:
  - {GroupName: A, InstanceType: EC2}
  - {GroupName: B, InstanceType: EC2, Dependency: [A]}
  - {GroupName: C, InstanceType: EC2, Dependency: [A, B]}
";

/// What a look at half past nine is shown, and which instances it finds.
fn shown() -> (Shown, Query, Inventory) {
    let now = "2026-11-23T09:30:00Z".parse().unwrap();
    let mut shown = Shown::default();
    shown.note_time(now);
    let tables = file::items(TEAM).unwrap();
    shown.note_scan(Table::Schedule, &tables.schedules);
    shown.note_scan(Table::ServerGroup, &tables.groups);
    // What the clock says later is of no account.
    shown.note_time(now + Duration::hours(20));
    shown.note_runs(&[]);
    let tag = TagValue::new("S").unwrap();
    let mut query = Query::default();
    query.tag_values.entry(crate::model::Scope::default()).or_default().insert(tag.clone());
    let world = World::new(now);
    for (key, group) in [("ec2/i-1", "A"), ("ec2/i-2", "B"), ("ec2/i-3", "C")] {
        world.put_machine(Machine::new(key.parse().unwrap(), tag.clone(), GroupName::new(group).ok()));
    }
    let inventory = pollster::block_on(world.inventory(&query, Duration::minutes(1)));
    (shown, query, inventory)
}

#[test]
fn one_look_gives_one_plan() {
    let (shown, query, inventory) = shown();
    for seed in 0..20 {
        let [one, other] = shown.plans((&query, &inventory), Defaults::default(), seed);
        assert_eq!(one, other);
        let plan = one.unwrap();
        let [schedule] = plan.schedules.as_slice() else { panic!("{plan:?}") };
        assert_eq!(schedule.steps.len(), 1, "the first group starts: {plan:?}");
        assert!(schedule.held.iter().any(|held| matches!(held, Held::Groups { .. })), "{plan:?}");
    }
}

/// Two items of one key, which no table holds: the first one counts.
#[test]
fn an_order_that_matters_shows() {
    let (mut shown, query, inventory) = shown();
    let free = ScheduleState::default();
    let lease = Lease { owner: "another".to_owned(), until_at: shown.looked_at + Duration::minutes(1) };
    let taken = ScheduleState { lease: Some(lease), ..free.clone() };
    shown.runs = [free, taken].map(|state| document::state_item(&ScheduleName::new("S").unwrap(), &state)).into();
    let differs = |seed| {
        let [one, other] = shown.plans((&query, &inventory), Defaults::default(), seed);
        one != other
    };
    assert!((0..20).any(differs) && !(0..20).all(differs));
}

#[test]
fn another_question_finds_nothing() {
    let (shown, mut query, inventory) = shown();
    query.status_checks.insert(TagValue::new("S").unwrap());
    let [one, other] = shown.plans((&query, &inventory), Defaults::default(), 1);
    assert_eq!(one, other);
    assert!(one.unwrap().schedules.iter().all(|schedule| schedule.steps.is_empty()));
}
