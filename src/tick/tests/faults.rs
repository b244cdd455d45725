//! What fails, what does not fit, and what is told of it (rules O4 to O6).

use super::*;

#[test]
fn o4_a_failure_holds_what_depends_on_it_and_is_told_once() {
    let file = CHAIN.replace("Dependency: [B]", "Dependency: []");
    let town = Town::new(&file, &CHAIN_MACHINES, "2026-11-23 09:30");
    town.fail(Action::Start, "rds/db", FailureKind::Other, "InternalFailure", "2026-11-23 10:00");
    let lines = town.run_until("2026-11-23 09:34");
    insta::assert_snapshot!(lines.join("\n"), @r"
    09:30:00 start C ec2/c
    09:30:00 failed A rds/db code=InternalFailure
    09:30:00 held B waits_for=A
    09:30:00 chat: start C: c
    09:30:00 chat: start failed A: db InternalFailure
    09:30:30 failed A rds/db code=InternalFailure
    09:31:00 ready C ec2/c
    ");
    let lines = town.run_until("2026-11-23 10:30");
    assert_eq!(lines.iter().filter(|line| line.contains("chat: start failed")).count(), 0);
    assert!(lines.last().unwrap().contains("start done, 4"), "{lines:#?}");
}

#[test]
fn a4_an_accepted_start_that_did_not_come_about_is_a_failure() {
    let town = chain("2026-11-23 09:30");
    town.slow_down("rds/db", "A", 5);
    town.tick().unwrap();
    // AWS accepted, then the instance fell back, as with a broken volume.
    town.set_state("rds/db", InstanceState::Stopped);
    assert_eq!(
        town.run_and_find("2026-11-23 09:50", "db"),
        [
            "09:30:00 start A rds/db",
            "09:30:00 chat: start A: db",
            "09:31:00 chat: start failed A: db DidNotStart",
            "09:31:30 start A rds/db",
            "09:36:31 ready A rds/db",
        ]
    );
}

#[test]
fn o5_o6_misfits_are_told_once_and_hold_nobody() {
    let machines = ["rds/db A", "ec2/c C", "ec2/lone ", "ec2/odd Bee", "ec2/dead B", "ec2/auto C", "ec2/wrong A"];
    let town = Town::new(CHAIN, &machines, "2026-11-23 09:30");
    town.set_state("ec2/dead", InstanceState::Gone);
    let key: crate::model::InstanceKey = "ec2/auto".parse().unwrap();
    let tag = crate::model::TagValue::new("S").unwrap();
    let mut auto = crate::memory::Machine::new(key, tag, crate::model::GroupName::new("C").ok());
    auto.instance.refusal = Some(crate::model::Refusal::AutoScaling("asg-1".to_owned()));
    town.world.put_machine(auto);
    let lines = town.run_until("2026-11-23 10:00");
    let problems: Vec<&String> = lines.iter().filter(|line| line.contains("chat: problems")).collect();
    assert_eq!(problems.len(), 1, "{lines:#?}");
    insta::assert_snapshot!(problems[0].replace("; ", "\n"), @r"
    09:30:00 chat: problems: ScheduleServerGroup S/B: no instance of the schedule is in this group: it counts as ready
    instance ec2/auto of schedule S: it is a member of the Auto Scaling group `asg-1`, which would replace it
    it is left alone
    instance ec2/lone of schedule S: server group tag: has no server group: it starts and stops without waiting for others
    instance ec2/odd of schedule S: server group tag = `Bee`: is no server group of the schedule: it starts and stops without waiting for others
    instance ec2/wrong of schedule S: server group tag = `A`: the group is for another InstanceType: it starts and stops without waiting for others
    ");
    for id in ["rds/db", "ec2/c", "ec2/lone", "ec2/odd", "ec2/wrong"] {
        assert_eq!(town.state(id), "running", "{id}");
    }
    assert_eq!(town.state("ec2/auto"), "stopped");
    // C waits for A, although the group between them is empty.
    let at = |word: &str| lines.iter().position(|line| line.contains(word)).unwrap();
    assert!(at("ready A rds/db") < at("start C ec2/c"));
    // The next day it is not told again.
    assert_eq!(town.run_and_find("2026-11-24 10:00", "problem"), Vec::<String>::new());
}

#[test]
fn o6_what_aws_refuses_for_good_is_told_with_its_reason_and_holds_nobody() {
    let town = chain_running("2026-11-23 21:45");
    town.fail(Action::Stop, "ec2/c", FailureKind::Refused, "OperationNotPermitted", "2026-11-25 00:00");
    let lines = town.run_and_find("2026-11-23 23:00", "chat");
    assert!(lines.contains(&"22:00:00 chat: stop failed C: c OperationNotPermitted for good".to_owned()), "{lines:#?}");
    assert_eq!(lines.last().unwrap(), "22:01:03 chat: stop done, 3 in 63 s, 1 refused");
    assert_eq!(town.state("rds/db"), "stopped");
}

#[test]
fn a_slow_group_is_told_once_with_what_waits_for_it() {
    let town = chain("2026-11-23 09:30");
    town.slow_down("rds/db", "A", 120);
    assert_eq!(
        town.run_and_find("2026-11-23 11:00", "slow"),
        ["10:10:00 chat: start slow A: db after 40 min, held: B"]
    );
    // For as long as the run lasts, so that an alarm lasts as long.
    assert_eq!(town.tick().unwrap().late, 1);
    town.run_until("2026-11-23 12:00");
    assert_eq!(town.tick().unwrap().late, 0);
}

#[test]
fn c1_a_failure_that_chat_missed_is_told_though_a_passing_one_came_after_it() {
    let town = chain("2026-11-23 09:30");
    town.world.set_chat_down_until(town.at("2026-11-23 09:33"));
    town.world.put_fault(Fault {
        key: "rds/db".parse().unwrap(),
        action: Action::Start,
        failure: Failure {
            kind: FailureKind::Denied,
            code: "AccessDenied".to_owned(),
            message: "AWS says no".to_owned(),
        },
        until_at: town.at("2026-11-23 09:30") + Duration::seconds(10),
    });
    town.fail(Action::Start, "rds/db", FailureKind::Throttled, "Throttling", "2026-11-23 09:31");
    let lines = town.run_and_find("2026-11-23 10:00", "chat: start failed");
    assert_eq!(lines, ["09:35:00 chat: start failed A: db AccessDenied"]);
}

#[test]
fn what_was_moved_by_hand_and_holds_others_is_told_once() {
    // B1 takes long; meanwhile B2, which was up, is stopped by hand: nobody touches it, and C waits.
    let town = chain("2026-11-23 09:30");
    town.slow_down("ec2/b1", "B", 4);
    town.run_until("2026-11-23 09:33");
    town.set_state("ec2/b2", InstanceState::Stopped);
    let lines = town.run_and_find("2026-11-23 12:00", "slow");
    assert_eq!(lines, ["09:45:00 chat: start slow B: b2 after 15 min, held: C"]);
    assert_eq!(town.state("ec2/c"), "stopped");
}

#[test]
fn a_faulty_schedule_harms_no_other_and_is_told_once_per_change() {
    let town = chain("2026-11-23 09:30");
    town.put_file("Schedule: {ScheduleName: Bad, TagValue: Bad, DaysActive: weekdys, Enabled: true, StartTime: '25:99', StopTime: 22:00}");
    let lines = town.run_until("2026-11-23 10:00");
    let told: Vec<&String> = lines.iter().filter(|line| line.contains("chat: problems")).collect();
    insta::assert_snapshot!(told[0].replace("; ", "\n"), @r"
    09:30:00 chat: problems: Schedule Bad: DaysActive = `weekdys`: `weekdys` is no day (did you mean `weekdays`?)
    allowed: `all`, `weekdays`, `weekends`, or a list of days and ranges such as `mon,wed,fri`, `mon-thu`, `fri-mon`
    Schedule Bad: StartTime = `25:99`: is no time of day
    allowed: `H:M` with hour 0-47 and minute 0-59, such as `09:30` (hours from 24 mean the next day), or `None`
    ");
    assert_eq!(told.len(), 1);
    assert_eq!(town.state("ec2/c"), "running");
    town.put_file("Schedule: {ScheduleName: Bad, TagValue: Bad, DaysActive: weekdays, Enabled: true, StartTime: '25:99', StopTime: 22:00}");
    assert_eq!(
        town.run_and_find("2026-11-23 10:30", "chat: problems"),
        Vec::<String>::new(),
        "one fault less is no news"
    );
    town.put_file("Schedule: {ScheduleName: Bad, TagValue: Bad, DaysActive: weekdays, Enabled: true, StartTime: '9h', StopTime: 22:00}");
    assert_eq!(town.run_and_find("2026-11-23 11:00", "chat: problems").len(), 1);
}

#[test]
fn a_place_that_does_not_answer_holds_its_schedules_and_no_others() {
    let town = chain("2026-11-23 09:30");
    let elsewhere: Scope = Scope { account: None, region: crate::model::Region::new("eu-west-1").ok() };
    town.put_file("Schedule: {ScheduleName: Far, TagValue: Far, DaysActive: all, Enabled: true, StartTime: 09:00, StopTime: 22:00, Regions: [eu-west-1]}");
    let failure =
        Failure { kind: FailureKind::Denied, code: "UnauthorizedOperation".to_owned(), message: "no".to_owned() };
    town.world.set_unreachable(elsewhere.clone(), Some(failure));
    let error = town.tick().unwrap_err();
    assert_eq!(error.causes, ["region eu-west-1 could not be looked at: UnauthorizedOperation: no"]);
    assert_eq!(error.report.started, 3);
    _ = town.tick();
    let lines = town.log();
    assert_eq!(lines.iter().filter(|line| line.contains("chat: problems: region eu-west-1")).count(), 1, "{lines:#?}");
    town.world.set_unreachable(elsewhere, None);
    town.tick().unwrap();
}

#[test]
fn notify_tells_what_would_be_done_and_does_nothing() {
    let town = chain("2026-11-23 09:30");
    town.edit("Mode", "notify");
    let lines = town.run_and_find("2026-11-23 23:00", "chat");
    assert_eq!(lines, ["09:30:00 chat: would start A: db, B: b1 b2, C: c"]);
    assert_eq!(town.state("rds/db"), "stopped");
    town.edit("Mode", "off");
    assert_eq!(town.run_until("2026-11-24 23:00"), Vec::<String>::new());
}

#[test]
fn a_finished_run_is_kept_as_history() {
    let town = chain_running("2026-11-23 10:00");
    let items = town.world.items(Table::Run);
    let run = items.iter().find(|item| item["RunId"] == "2026-11-23T00:30:00Z/start").unwrap();
    let text = serde_json::to_string_pretty(run).unwrap();
    insta::assert_snapshot!(text, @r#"
    {
      "Action": "start",
      "At": "2026-11-23T00:30:00Z",
      "Cause": "timetable",
      "Done": [
        "ec2/b1",
        "ec2/b2",
        "ec2/c",
        "rds/db"
      ],
      "End": "done",
      "EndedAt": "2026-11-23T00:33:01Z",
      "ExpiresAt": 1803169981,
      "Found": [],
      "OpenedAt": "2026-11-23T00:30:00Z",
      "RunId": "2026-11-23T00:30:00Z/start",
      "ScheduleName": "S",
      "Troubles": {}
    }
    "#);
}

#[test]
fn a_missing_table_is_an_error_that_names_it() {
    struct Missing(World);
    impl Store for Missing {
        async fn scan(&self, table: Table) -> Result<Vec<crate::ports::Item>, crate::ports::StoreError> {
            match table {
                Table::Exception => Err(crate::ports::StoreError::MissingTable("X".to_owned(), "EXCEPTION_TABLE")),
                _ => self.0.scan(table).await,
            }
        }
        async fn runs(&self, keys: &[(String, String)]) -> Result<Vec<crate::ports::Item>, crate::ports::StoreError> {
            self.0.runs(keys).await
        }
        async fn put_run(
            &self,
            item: crate::ports::Item,
            version: Option<u64>,
        ) -> Result<(), crate::ports::StoreError> {
            self.0.put_run(item, version).await
        }
        async fn lower_flag(&self, schedule: &ScheduleName, flag: Action) -> Result<(), crate::ports::StoreError> {
            self.0.lower_flag(schedule, flag).await
        }
        async fn raise_flag(&self, schedule: &ScheduleName, flag: Action) -> Result<(), crate::ports::StoreError> {
            self.0.raise_flag(schedule, flag).await
        }

        async fn put_exception(
            &self,
            item: crate::ports::Item,
            expected: Option<&crate::ports::Item>,
        ) -> Result<(), crate::ports::StoreError> {
            self.0.put_exception(item, expected).await
        }

        async fn delete_exception(&self, item: &crate::ports::Item) -> Result<(), crate::ports::StoreError> {
            self.0.delete_exception(item).await
        }

        async fn put(&self, table: Table, item: crate::ports::Item) -> Result<(), crate::ports::StoreError> {
            self.0.put(table, item).await
        }
    }
    let town = chain("2026-11-23 09:30");
    let options = town.options("tick");
    let store = Missing(town.world);
    let world = &store.0;
    let ports = Ports { store: &store, fleet: world, chat: world, clock: world, journal: world };
    let error = pollster::block_on(run(&ports, &options)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the tick is incomplete: table `X` does not exist in this region: create it, or name it in `EXCEPTION_TABLE`"
    );
    // Without the exceptions nothing is known for sure: nothing is done.
    assert!(world.take_asked().is_empty());
}

/// A chat that takes its time and then says nothing.
struct Slow<'a>(&'a World, std::sync::atomic::AtomicUsize);

impl Chat for Slow<'_> {
    async fn tell(
        &self,
        _: &crate::model::Notice,
        _: &[crate::model::Channel],
        budget: Duration,
    ) -> Result<(), crate::ports::ChatError> {
        self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.0.sleep(budget).await;
        Err(crate::ports::ChatError::Unavailable("no answer".to_owned()))
    }
}

#[test]
fn c8_a_chat_that_hangs_costs_a_tick_its_time_once() {
    let town = chain("2026-11-23 09:30");
    let world = &town.world;
    let chat = Slow(world, std::sync::atomic::AtomicUsize::new(0));
    let ports = Ports { store: world, fleet: world, chat: &chat, clock: world, journal: world };
    let options = Options { settle: Duration::seconds(210), ..town.options("tick") };
    pollster::block_on(run(&ports, &options)).unwrap();
    // All three groups come up within one tick, which takes 181 s without chat at all.
    assert_eq!(town.state("ec2/c"), "running");
    assert_eq!(chat.1.into_inner(), 1);
}

#[test]
fn a_fault_that_comes_back_is_told_again() {
    let town = chain("2026-11-23 09:30");
    for until in ["2026-11-23 10:00", "2026-11-23 11:00"] {
        town.edit("StopTime", "soon");
        assert_eq!(town.run_and_find(until, "chat: problems").len(), 1, "{until}");
        town.edit("StopTime", "22:00");
        town.run_until(&until.replace(":00", ":30"));
    }
}
